//! One file a rule.

mod abi3_broken;
mod bundle_incomplete;
mod code_signature;
mod environment_damaged;
mod executable_stack;
mod extension_for_other_python;
mod glibc_too_new;
mod import_raises;
mod init_function_missing;
mod install_name;
mod libpython_linked;
mod library_missing;
mod library_outside;
mod library_preloaded;
mod library_shadowed;
mod library_unused;
mod link_broken;
mod macos_too_new;
mod module_missing;
mod module_refused;
mod musl_too_new;
mod not_an_image;
mod numpy_abi;
mod numpy_hidden;
mod numpy_missing;
mod numpy_module_missing;
mod numpy_several;
mod numpy_shim;
mod numpy_too_old;
mod other_libc;
mod python_symbol_missing;
mod recorded_file_missing;
mod requirement_unmet;
mod rpath_outside;
mod runtime_twice;
mod rust_install_name;
mod slice_missing;
mod static_tls;
mod symbol_missing;
mod symbol_undefined;
mod tool_complains;
mod unreadable;
mod version_missing;
mod wheel_policy;
mod windows_too_new;
mod wrong_architecture;

pub(crate) use musl_too_new::since as since_musl;
pub use symbol_undefined::MAY_LOAD_FOR_ALL;

use super::Rule;

/// Every rule, in the order of reading.
pub const RULES: &[&Rule] = &[
    &library_missing::RULE,
    &library_preloaded::RULE,
    &version_missing::RULE,
    &symbol_missing::RULE,
    &symbol_undefined::RULE,
    &static_tls::RULE,
    &wrong_architecture::RULE,
    &slice_missing::RULE,
    &numpy_missing::RULE,
    &numpy_module_missing::RULE,
    &numpy_abi::RULE,
    &numpy_too_old::RULE,
    &numpy_shim::RULE,
    &numpy_hidden::RULE,
    &numpy_several::RULE,
    &tool_complains::RULE,
    &wheel_policy::RULE,
    &code_signature::RULE,
    &macos_too_new::RULE,
    &windows_too_new::RULE,
    &glibc_too_new::RULE,
    &musl_too_new::RULE,
    &rust_install_name::RULE,
    &install_name::RULE,
    &not_an_image::RULE,
    &module_refused::RULE,
    &extension_for_other_python::RULE,
    &python_symbol_missing::RULE,
    &init_function_missing::RULE,
    &abi3_broken::RULE,
    &libpython_linked::RULE,
    &other_libc::RULE,
    &module_missing::RULE,
    &import_raises::RULE,
    &requirement_unmet::RULE,
    &recorded_file_missing::RULE,
    &bundle_incomplete::RULE,
    &link_broken::RULE,
    &executable_stack::RULE,
    &library_shadowed::RULE,
    &runtime_twice::RULE,
    &library_outside::RULE,
    &rpath_outside::RULE,
    &library_unused::RULE,
    &unreadable::RULE,
    &environment_damaged::RULE,
];

/// The rules that look at what imports do: asked when that is known, the others before.
pub const OF_IMPORTS: &[&Rule] =
    &[&module_missing::RULE, &import_raises::RULE, &bundle_incomplete::RULE, &library_shadowed::RULE];
