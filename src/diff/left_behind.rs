//! An environment and the bundle that was made of it → what the bundler left behind, and something in the bundle needs.
//!
//! Python modules are followed through the sources that the environment has and the bundle has compiled: what the import of
//! a package in the bundle certainly runs has to be there. What compiled code names in its body is likely to be imported,
//! and seen by no bundler. Libraries are those that the loader misses in the bundle.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use super::{Change, Kind, Sides};
use crate::command::{Command, Refusal};
use crate::diagnose::Severity;
use crate::diagnose::reach::{Importer, imports_of, reached};
use crate::discover::{Bundle, Role};
use crate::graph::{Node, Presence};
use crate::image::Name;
use crate::scan::Scan;
use crate::vfs::{Kind as EntryKind, VPath};
use crate::world::FileId;

/// Longer sources are tables.
const MOST_BYTES: usize = 1 << 20;

pub(super) fn compare(sides: &Sides, changes: &mut Vec<Change>) {
    let Some(bundle) = &sides.after.target.bundle else { return };
    if sides.before.target.bundle.is_some() {
        return;
    }
    let look = Look { environment: sides.before, scan: sides.after, bundle };
    let mut told = BTreeSet::new();
    for change in look
        .modules()
        .into_iter()
        .chain(look.native())
        .chain(look.of_numpy())
        .chain(look.named())
        .chain(look.libraries())
    {
        if told.insert(change.subject.clone()) {
            changes.push(change);
        }
    }
}

struct Look<'a> {
    environment: &'a Scan,
    /// The bundle's.
    scan: &'a Scan,
    bundle: &'a Bundle,
}

impl Look<'_> {
    /// The Python modules that are gone and that the import of a package in the bundle certainly asks for.
    fn modules(&self) -> Vec<Change> {
        let is_bundled = |name: &str| self.scan.python_module(name) != Presence::Absent;
        let reached = reached(self.environment, self.packages(), |name, import| import.is_certain && is_bundled(name));
        let mut changes = Vec::new();
        for (name, importer) in reached {
            let Some(path) = self.left(&name) else { continue };
            let Some(Importer { name: by, path: source, number }) = importer else { continue };
            let why = format!("{by} imports it ({}:{number})", self.environment.shown(&source));
            changes.push(self.change(Severity::Error, &name, &path, &why, &self.bundle.bundler.module(&name)));
        }
        changes
    }

    /// The native modules that are gone and that a module in the bundle imports outright, whoever imports that: bundlers
    /// leave out Python code on purpose, and compiled code hardly ever.
    fn native(&self) -> Vec<Change> {
        let gone = self.gone();
        let lasts: BTreeSet<&[u8]> =
            gone.keys().filter_map(|name| name.rsplit('.').next()).map(str::as_bytes).collect();
        let mut changes = BTreeMap::<String, Change>::new();
        for (name, path) in if gone.is_empty() { Vec::new() } else { self.sources() } {
            let source = self.environment.world.fs().read(&path, MOST_BYTES).unwrap_or_default();
            if !lasts.iter().any(|last| memchr::memmem::find(&source, last).is_some()) {
                continue;
            }
            let imports = imports_of(self.environment, &name, &path);
            for import in imports.iter().filter(|import| import.is_certain) {
                let brought = import.brings(self.environment);
                let Some(module) = brought.iter().find(|module| gone.contains_key(*module)) else { continue };
                // Asked last: of a program of Nuitka's this reads all of it.
                if changes.contains_key(module) || self.scan.python_module(&name) == Presence::Absent {
                    continue;
                }
                let why = format!("{name} imports it ({}:{})", self.environment.shown(&path), import.number);
                let option = self.bundle.bundler.module(module);
                let change = self.change(Severity::Error, module, &gone[module], &why, &option);
                changes.insert(module.clone(), change);
            }
        }
        changes.into_values().collect()
    }

    /// The sources of the bundle's packages, as the environment has them, with the names of their modules.
    fn sources(&self) -> Vec<(String, VPath)> {
        /// More than any package has.
        const MOST_FILES: usize = 50_000;
        let folder = |name: &String| match self.environment.python_module(name) {
            Presence::Present(path) if path.file_name() == b"__init__.py" => Some((name.clone(), path.parent()?)),
            _ => None,
        };
        let mut folders: Vec<(String, VPath)> = self.packages().iter().filter_map(folder).collect();
        let mut sources = Vec::new();
        while let Some((package, folder)) = folders.pop() {
            for entry in self.environment.world.fs().list(&folder).unwrap_or_default() {
                let name = entry.name.text();
                match name.strip_suffix(".py") {
                    _ if entry.kind == EntryKind::Directory => {
                        folders.push((format!("{package}.{name}"), folder.join(&entry.name)));
                    }
                    Some("__init__") => sources.push((package.clone(), folder.join(&entry.name))),
                    Some(stem) => sources.push((format!("{package}.{stem}"), folder.join(&entry.name))),
                    None => {}
                }
            }
            if sources.len() > MOST_FILES {
                break;
            }
        }
        sources.sort();
        sources
    }

    /// The outermost packages and modules of the bundle that the environment has sources of; the standard library's are
    /// not asked about, as bundlers know it by heart.
    fn packages(&self) -> BTreeSet<String> {
        let files = self.scan.graph.nodes().filter_map(|(_, node)| match node {
            Node::File { role: Role::Module(name), .. } => Some(name.as_str()),
            _ => None,
        });
        let names = self.bundle.modules.names.iter().map(String::as_str).chain(files);
        let tops: BTreeSet<&str> = names.filter_map(|name| name.split('.').next()).collect();
        let is_of_a_package = |name: &&str| match self.environment.python_module(name) {
            Presence::Present(path) => !self.is_standard(&path),
            _ => false,
        };
        tops.into_iter().filter(is_of_a_package).map(str::to_owned).collect()
    }

    /// The file that the environment has of a module, where the bundle surely has none. Of the standard library only native
    /// modules count: the others may be frozen into the program, which no archive lists.
    fn left(&self, name: &str) -> Option<VPath> {
        let Presence::Present(path) = self.environment.python_module(name) else { return None };
        let is_source = path.as_bytes().ends_with(b".py");
        match self.scan.python_module(name) {
            Presence::Absent if is_source => (!self.is_standard(&path)).then_some(path),
            Presence::Absent => Some(path),
            // Native modules never lie within a program of Nuitka's: one that its table names has to be a file.
            Presence::Unknown if !is_source && !self.is_standard(&path) => Some(path),
            _ => None,
        }
    }

    /// Does a file of the environment belong to the standard library?
    fn is_standard(&self, path: &VPath) -> bool {
        let python = self.environment.world.host.python.as_ref();
        let library = python.and_then(|python| python.library.as_ref());
        library.is_some_and(|library| path.starts_with(library))
            && !path.parts().any(|part| part == b"site-packages" || part == b"dist-packages")
    }

    /// What code in the bundle asks NumPy's C API by, and the environment has.
    fn of_numpy(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for capi_edge in &self.scan.numpy.capi_edges {
            let Some(name) = capi_edge.missing else { continue };
            let Some(path) = self.left(name) else { continue };
            let by = self.scan.shown(&self.scan.world.file(capi_edge.file).path);
            let why = format!("{by} takes NumPy's C API by way of it");
            changes.push(self.change(Severity::Error, name, &path, &why, &self.bundle.bundler.module(name)));
        }
        changes
    }

    /// The modules of the bundle's packages that are gone, and that compiled code of the same package names in its body.
    fn named(&self) -> Vec<Change> {
        /// Larger files are libraries that compute.
        const MOST_NATIVE: u64 = 64 << 20;
        let gone = self.gone();
        let names: Vec<String> = gone.keys().map(|name| format!("{name}\0")).collect();
        let Ok(automaton) = AhoCorasick::new(&names) else { return Vec::new() };
        let names: Vec<&String> = gone.keys().collect();
        let mut by = BTreeMap::<&String, FileId>::new();
        for (_, node) in self.scan.graph.nodes().filter(|_| !names.is_empty()) {
            let Node::File { file, role: Role::Module(module), .. } = node else { continue };
            let content = self.scan.world.file(*file);
            if content.len > MOST_NATIVE {
                continue;
            }
            let Ok(bytes) = self.scan.world.fs().read(&content.path, MOST_NATIVE as usize) else { continue };
            for hit in automaton.find_overlapping_iter(&bytes) {
                let name = names[hit.pattern().as_usize()];
                let is_whole = hit.start() == 0 || bytes[hit.start() - 1] == 0;
                if is_whole && top(name) == top(module) {
                    by.entry(name).or_insert(*file);
                }
            }
        }
        let change = |(name, file): (&String, FileId)| {
            let by = self.scan.shown(&self.scan.world.file(file).path);
            let why = format!("compiled code names it ({by})");
            self.change(Severity::Warning, name, &gone[name], &why, &self.bundle.bundler.module(name))
        };
        by.into_iter().map(change).collect()
    }

    /// The modules below the bundle's packages that the environment has as native files and the bundle has not, by name.
    fn gone(&self) -> BTreeMap<String, VPath> {
        let packages = self.packages();
        let modules = self.environment.graph.nodes().filter_map(|(_, node)| match node {
            Node::File { role: Role::Module(name), .. } if name.contains('.') && packages.contains(top(name)) => {
                Some(name)
            }
            _ => None,
        });
        modules.filter_map(|name| Some((name.clone(), self.left(name)?))).collect()
    }

    /// The libraries that the loader misses in the bundle, and the environment has or finds.
    fn libraries(&self) -> Vec<Change> {
        let mut changes = BTreeMap::<Name, Change>::new();
        for (node, content) in self.scan.graph.nodes() {
            let Node::File { file, .. } = content else { continue };
            let by = self.scan.shown(&self.scan.world.file(*file).path);
            for (_, edge) in self.scan.graph.needs(node).into_iter().filter(|(_, edge)| edge.kind.is_binding()) {
                if edge.resolution.is_met() || changes.contains_key(&edge.name) {
                    continue;
                }
                let Some(path) = self.library(&edge.name) else { continue };
                let option = self.bundle.bundler.library(&path);
                let why = format!("{by} needs it");
                let last = VPath::new(VPath::new(&*edge.name).file_name()).to_string();
                changes.insert(edge.name.clone(), self.change(Severity::Error, &last, &path, &why, &option));
            }
        }
        changes.into_values().collect()
    }

    /// The file by which the environment meets a need, else one of that name in it.
    fn library(&self, name: &Name) -> Option<VPath> {
        let environment = self.environment;
        let nodes = environment.graph.nodes();
        let met = nodes
            .flat_map(|(node, _)| environment.graph.needs(node))
            .find_map(|(_, edge)| (edge.name == *name).then(|| edge.resolution.file()).flatten());
        let path = |file: FileId| environment.world.file(file).path.clone();
        let last = VPath::new(&**name);
        let beside =
            || environment.items.iter().find(|item| item.found.is_ok() && item.path.file_name() == last.file_name());
        met.map(path).or_else(|| beside().map(|item| item.path.clone()))
    }

    fn change(
        &self,
        severity: Severity,
        subject: &str,
        path: &VPath,
        why: &str,
        option: &Result<Command, Refusal>,
    ) -> Change {
        let from = self.environment.shown(path).to_string();
        let word = self.bundle.bundler.word();
        let how = match option {
            Ok(command) => format!("take it along: {command}"),
            Err(refusal) => format!("no command: {refusal}"),
        };
        let to = format!("left behind by {word}, and {why}; {how}");
        Change { regression: Some(severity), ..Change::new(Kind::LeftBehind, subject.to_owned(), Some(from), Some(to)) }
    }
}

/// The outermost package of a dotted name.
fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
