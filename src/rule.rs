//! The names of the rules: what a person types, and what tells findings apart in every room.

use std::fmt;

/// The name of a rule: `library-missing`. A snapshot can hold one that this release does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(&'static str);

macro_rules! names {
    ($($name:ident $word:literal,)+) => {
        impl RuleId {
            $(pub const $name: RuleId = RuleId($word);)+

            /// The name of every rule, in the order of reading.
            pub const ALL: &[RuleId] = &[$(RuleId::$name),+];
        }
    };
}

names! {
    LIBRARY_MISSING "library-missing",
    LIBRARY_PRELOADED "library-preloaded",
    VERSION_MISSING "version-missing",
    SYMBOL_MISSING "symbol-missing",
    SYMBOL_UNDEFINED "symbol-undefined",
    STATIC_TLS "static-tls",
    WRONG_ARCHITECTURE "wrong-architecture",
    SLICE_MISSING "slice-missing",
    NUMPY_MISSING "numpy-missing",
    NUMPY_MODULE_MISSING "numpy-module-missing",
    NUMPY_ABI "numpy-abi",
    NUMPY_TOO_OLD "numpy-too-old",
    NUMPY_SHIM "numpy-shim",
    NUMPY_HIDDEN "numpy-hidden",
    NUMPY_SEVERAL "numpy-several",
    TOOL_COMPLAINS "tool-complains",
    WHEEL_POLICY "wheel-policy",
    CODE_SIGNATURE "code-signature",
    MACOS_TOO_NEW "macos-too-new",
    WINDOWS_TOO_NEW "windows-too-new",
    GLIBC_TOO_NEW "glibc-too-new",
    MUSL_TOO_NEW "musl-too-new",
    RUST_INSTALL_NAME "rust-install-name",
    INSTALL_NAME "install-name",
    NOT_AN_IMAGE "not-an-image",
    MODULE_REFUSED "module-refused",
    EXTENSION_FOR_OTHER_PYTHON "extension-for-other-python",
    PYTHON_SYMBOL_MISSING "python-symbol-missing",
    INIT_FUNCTION_MISSING "init-function-missing",
    ABI3_BROKEN "abi3-broken",
    LIBPYTHON_LINKED "libpython-linked",
    OTHER_LIBC "other-libc",
    MODULE_MISSING "module-missing",
    IMPORT_RAISES "import-raises",
    REQUIREMENT_UNMET "requirement-unmet",
    RECORDED_FILE_MISSING "recorded-file-missing",
    BUNDLE_INCOMPLETE "bundle-incomplete",
    LINK_BROKEN "link-broken",
    EXECUTABLE_STACK "executable-stack",
    LIBRARY_SHADOWED "library-shadowed",
    RUNTIME_TWICE "runtime-twice",
    LIBRARY_OUTSIDE "library-outside",
    RPATH_OUTSIDE "rpath-outside",
    LIBRARY_UNUSED "library-unused",
    UNREADABLE "unreadable",
    ENVIRONMENT_DAMAGED "environment-damaged",
}

impl RuleId {
    /// Of an import of which it is not known whether it succeeds: no rule tells of that.
    pub const IMPORT_UNDECIDED: RuleId = RuleId("import-undecided");

    /// A rule of another release.
    pub const fn of_another_release(word: &'static str) -> RuleId {
        RuleId(word)
    }

    /// As a person types it.
    pub const fn word(self) -> &'static str {
        self.0
    }

    pub fn is_of_numpy(self) -> bool {
        self.0.starts_with("numpy-")
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}
