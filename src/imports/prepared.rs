//! What packages for Windows do for their DLLs before a module of theirs is imported: `os.add_dll_directory`, and DLLs that
//! are loaded by path.

use std::collections::{BTreeMap, BTreeSet};

use super::compiled::{CapiImport, NativeFacts};
use super::context::ImportContext;
use super::process::{DllDeed, ImportProcess};
use crate::discover::role::dotted;
use crate::vfs::VPath;
use crate::world::{DllCallSite, FileId, World};

/// What the code of packages does before the modules among these files are imported, in the order in which it does it.
/// `prefix` is the environment's root; outside of the folders `known` nothing is known, and they are empty where all is.
///
/// The caller runs this on a thread with a stack of at least [`super::STACK_BYTES`].
///
/// Each package around a file is imported, all in one process; what counts for it is what it does, and everything that it
/// imports.
pub fn prepared<'a>(
    world: &World,
    prefix: &VPath,
    known: Vec<VPath>,
    files: impl Iterator<Item = &'a VPath>,
) -> Vec<DllCallSite> {
    let path = world.host.python.as_ref().map_or(&[][..], |python| &python.path);
    let is_package = |folder: &VPath| !path.contains(folder) && path.iter().any(|base| folder.starts_with(base));
    let mut folders = BTreeSet::new();
    for file in files {
        folders.extend(std::iter::successors(file.parent(), VPath::parent).take_while(is_package));
    }
    let mut context = ImportContext::new(world, prefix, BTreeMap::new(), &NoFacts, known);
    // A package may import another that was not looked at: what it does afterwards it does all the same.
    context.has_others = true;
    before(&context, &folders)
}

/// What is done before the modules of these packages are imported, the upper packages first.
fn before(context: &ImportContext, folders: &BTreeSet<VPath>) -> Vec<DllCallSite> {
    let Some(python) = &context.world.host.python else { return Vec::new() };
    let mut process = ImportProcess::for_dll_deeds(context);
    let package = |folder: &VPath| {
        let (_, name) = dotted(folder, python, std::str::from_utf8(folder.file_name()).ok()?)?;
        Some((folder.clone(), name))
    };
    let packages: Vec<(VPath, String)> = folders.iter().filter_map(package).collect();
    // What lines of `.pth` files do, every Python does that starts.
    let started = process.dll_deeds.take().unwrap_or_default();
    process.dll_deeds = Some(Vec::new());
    for (_, name) in &packages {
        process.outcome(name, false);
    }
    let deeds = process.dll_deeds.take().unwrap_or_default();
    let mut found: Vec<DllCallSite> = started.iter().map(|deed| deed.before(None)).collect();
    if deeds.is_empty() {
        return found;
    }
    for (folder, name) in packages {
        let modules = process.closure(&name);
        found.extend(deeds.iter().filter(|deed| modules.contains(&deed.module)).map(|deed| deed.before(Some(&folder))));
    }
    found
}

impl DllDeed {
    /// As it is before the modules of a package are imported; none where it is before any.
    fn before(&self, package: Option<&VPath>) -> DllCallSite {
        DllCallSite {
            package: package.cloned(),
            deed: self.deed.clone(),
            source: VPath::new(&*self.site.module.file),
            line: self.site.line as usize,
        }
    }
}

/// Nothing native is opened, so that nothing is asked.
struct NoFacts;

impl NativeFacts for NoFacts {
    fn numpy(&self, _: FileId) -> Option<CapiImport> {
        None
    }

    fn provider(&self, _: FileId, _: usize) -> Option<FileId> {
        None
    }

    fn loads_alone(&self, _: FileId, _: FileId) -> bool {
        true
    }
}
