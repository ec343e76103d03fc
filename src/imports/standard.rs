//! What an interpreter's standard library lacks: systems part it into packages (Debian's `python3-minimal`), and builds leave
//! out what they cannot compile (`_lzma`, `_tkinter`).

use rustc_hash::FxHashSet;

use super::context::ImportContext;
use super::find::ModuleSpec;
use crate::image::Name;
use crate::python::{limits, stdlib, top};
use crate::vfs::VPath;
use crate::world::{FileId, World};

/// The modules of the table that are neither in the library's folders nor in the interpreter. Empty where the interpreter or
/// its library is not at hand whole, as then nothing is known to be missing.
pub(super) fn lacking(context: &ImportContext) -> FxHashSet<&'static str> {
    let Some(builtin) = builtin_modules(context.world) else { return FxHashSet::default() };
    let Some(python) = &context.world.host.python else { return FxHashSet::default() };
    let Some(library) = python.library.as_ref().filter(|library| context.knows(library)) else {
        return FxHashSet::default();
    };
    let folders: Vec<VPath> = [Some(library), python.lib_dynload.as_ref()].into_iter().flatten().cloned().collect();
    // A library in an archive is not listed.
    let archive = python.version.map(|(major, minor)| format!("python{major}{minor}.zip"));
    let is_packed = archive
        .zip(library.parent())
        .is_some_and(|(archive, parent)| context.world.fs().stat(&parent.join(archive)).is_ok());
    if is_packed || context.finder.find("os", &folders).is_none() {
        return FxHashSet::default();
    }
    let is_there = |name: &str| {
        let mut below = folders.clone();
        for part in name.split('.') {
            match context.finder.find(part, &below) {
                Some(spec) if makes_submodules(context.world, &spec) => return true,
                Some(spec) => below = spec.folders().unwrap_or_default(),
                // What lies below a module that is no package is made by that.
                None => return below.is_empty(),
            }
        }
        true
    };
    let is_wanted = |name: &str| !stdlib::is_builtin(name) && stdlib::has(name, &context.target) == Some(true);
    // Compiled code makes its submodules itself: `pyexpat.errors`.
    let is_built_in = |name: &str| builtin.contains(format!("PyInit_{}", top(name)).as_bytes());
    let names = stdlib::names().filter(|name| is_wanted(name) && !is_built_in(name) && !is_there(name));
    names.collect()
}

/// Does a package put modules of its own making into `sys.modules`, as `collections` does from 3.13 on?
fn makes_submodules(world: &World, spec: &ModuleSpec) -> bool {
    let ModuleSpec::Source { path, package: Some(_) } = spec else { return false };
    let source = world.fs().read(path, limits::SOURCE_BYTES).unwrap_or_default();
    memchr::memmem::find(&source, b"modules[").is_some()
}

/// The functions of the modules that are linked into the interpreter or its library; none where these are not at hand.
fn builtin_modules(world: &World) -> Option<FxHashSet<Name>> {
    const START: &[u8] = b"PyInit_";
    let python = world.host.python.as_ref()?;
    let mut found: FxHashSet<Name> = world.names(python.file?, START).into_iter().collect();
    if let Some(library) = shared_library(world) {
        found.extend(world.names(library, START));
    }
    // One that hides them, or whose library lies elsewhere, tells of none.
    (!found.is_empty()).then_some(found)
}

/// `libpython3.11.so.1.0`, where the interpreter is linked against one.
fn shared_library(world: &World) -> Option<FileId> {
    let python = world.host.python.as_ref()?;
    let program = world.file(python.file?);
    let needs = program.image.as_ref().map_or(&[][..], |image| &image.needs);
    let need = needs.iter().find(|need| need.name.starts_with(b"libpython"))?;
    let beside = python.library.as_ref()?.parent()?;
    world.open(&beside.join(&*need.name)).ok()
}
