//! Which modules compiled code names in its constants, and what that says of its import.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Asking;
use crate::imports::{ImportContext, NamedModule};
use crate::python::ImplicitImports;
use crate::world::{FileId, text_finder};

/// The shortest name of a top-level module by which compiled code is known to import it: `_cffi_backend` is one.
const SHORTEST_TOP: usize = 8;

/// Modules of other distributions that generators of compiled code have it import when it is initialized: cffi's modules do.
pub(super) const OFTEN_NAMED: [&str; 1] = ["_cffi_backend"];

/// The module that holds what Cython's modules of one package share (`cython --shared`, since 3.1): they import it by its whole
/// name when they are initialized.
pub(super) const SHARED_UTILITY: &str = "_cyutility";

/// How the module is called that holds all that mypyc's modules of one build are made of: each of them is a shim that imports it
/// (`3c22db45__mypyc`, mypyc/lib-rt/module_shim.tmpl).
const MYPYC_SHARED: &str = "__mypyc";

/// The modules by which compiled code gets at NumPy's C API.
const CAPI_MODULES: [&str; 4] = [
    "numpy.core.multiarray",
    "numpy.core._multiarray_umath",
    "numpy._core.multiarray",
    "numpy._core._multiarray_umath",
];

/// What tells how a native file imports the native modules that it names: Cython's modules take them when they are
/// initialized; they name `ImportError` where their code catches it, or raises it as the import of NumPy's C API does.
const INITIALIZERS: [&str; 5] = [
    "cython_runtime",
    "ImportError",
    "numpy.core.multiarray failed to import",
    "numpy._core.multiarray failed to import",
    "ModuleNotFoundError",
];

/// Does code with these of [`INITIALIZERS`] surely import the native modules that it names when it is initialized?
fn cimports(marks: &[bool]) -> bool {
    let [is_cython, names_error, raises_1, raises_2, names_missing] = *marks else { return false };
    is_cython && !names_missing && (!names_error || raises_1 || raises_2)
}

/// A native file that names others, and what tells how it takes them.
struct NamingFile<'a> {
    /// Which of [`INITIALIZERS`] it has.
    marks: &'a [bool],
    /// What the source beside it tells; none where there is none.
    implicit: Option<ImplicitImports>,
    /// The native modules of the environment.
    natives: &'a FxHashSet<&'a str>,
}

impl NamingFile<'_> {
    /// How it takes a module that it names; none where only its functions import it.
    fn module(&self, name: &str) -> Option<NamedModule> {
        let is_shared = name.rsplit('.').next() == Some(SHARED_UTILITY) || name.ends_with(MYPYC_SHARED);
        let is_generated = is_shared || OFTEN_NAMED.contains(&name);
        let is_in = |names: &[String]| names.iter().any(|it| it == name);
        let (is_cimported, is_told) = match &self.implicit {
            Some(of) => (is_in(&of.cimported), is_in(&of.cimported) || is_in(&of.perhaps)),
            None => (cimports(self.marks), true),
        };
        // What Cython's `cimport` takes, it takes at once, and only native modules have it.
        let is_certain = is_generated || is_cimported && self.natives.contains(name);
        (is_generated || is_told).then(|| NamedModule { name: name.to_owned(), is_certain })
    }
}

impl Asking<'_> {
    /// The native modules that name one that is known to fail.
    pub(super) fn naming(&self, context: &ImportContext) -> Vec<String> {
        let naming = self.survey.imports.iter().filter(|import| context.named.contains_key(&import.file));
        naming.filter_map(|import| import.module().map(str::to_owned)).collect()
    }

    /// Tells the context which of the broken modules each native module names; says of which modules that is not what it was.
    pub(super) fn name_broken(&self, context: &mut ImportContext, broken: &BTreeSet<String>) -> BTreeSet<String> {
        // Code that asks for NumPy's C API names every place where it may be, and is asked about by itself.
        // A short name without a dot may be any text.
        let is_whole = |name: &str| {
            name.contains('.') || name.starts_with('_') && name.len() >= SHORTEST_TOP || name.ends_with(MYPYC_SHARED)
        };
        let is_telling = |name: &&str| is_whole(name) && !CAPI_MODULES.contains(name);
        let names: Vec<&str> = broken.iter().map(String::as_str).filter(is_telling).collect();
        // No file is worth reading for the marks alone.
        if names.is_empty() {
            return BTreeSet::new();
        }
        let Some(finder) = text_finder(&[&INITIALIZERS[..], &names].concat()) else { return BTreeSet::new() };
        let modules: Vec<(FileId, &str)> =
            self.survey.imports.iter().filter_map(|import| Some((import.file, import.module()?))).collect();
        let natives: FxHashSet<&str> =
            modules.iter().map(|(_, name)| *name).chain(self.gone.iter().map(String::as_str)).collect();
        let named = modules.par_iter().filter_map(|&(file, own)| {
            let is_other =
                |name: &str| name != own && !own.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
            let found = context.world.texts(file, &finder);
            let (marks, found) = found.split_at_checked(INITIALIZERS.len())?;
            let named = names.iter().zip(found).filter(|(name, is_found)| **is_found && is_other(name));
            let named: Vec<&str> = named.map(|(name, _)| *name).collect();
            if named.is_empty() {
                return None;
            }
            let beside = context.beside(own, &context.world.file(file).path);
            let implicit = beside.map(|beside| beside.implicit_imports(context.world.fs(), own));
            let naming = NamingFile { marks, implicit, natives: &natives };
            let named: Vec<NamedModule> = named.into_iter().filter_map(|name| naming.module(name)).collect();
            (!named.is_empty()).then_some((file, named))
        });
        let named: FxHashMap<FileId, Vec<NamedModule>> = named.collect();
        let is_changed = |file: &FileId| named.get(file) != context.named.get(file);
        let changed = modules.iter().filter(|(file, _)| is_changed(file)).map(|(_, name)| (*name).to_owned()).collect();
        context.named = named;
        changed
    }
}
