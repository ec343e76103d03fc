//! An environment and the bundle that was made of it → what the bundler left behind, and something in the bundle needs.
//!
//! Python modules are followed through the sources that the environment has and the bundle has compiled: what the import of
//! a package in the bundle certainly runs has to be there. What compiled code names in its body is likely to be imported,
//! and seen by no bundler. Libraries are those that the loader misses in the bundle.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use super::{Change, Kind, Sides};
use crate::diagnose::Severity;
use crate::diagnose::reach::{Importer, reached};
use crate::discover::{Bundle, Role};
use crate::graph::{Node, Presence};
use crate::image::Name;
use crate::scan::Scan;
use crate::vfs::VPath;
use crate::world::FileId;

pub(super) fn compare(sides: &Sides, changes: &mut Vec<Change>) {
    let Some(bundle) = &sides.after.target.bundle else { return };
    if sides.before.target.bundle.is_some() {
        return;
    }
    let look = Look { environment: sides.before, scan: sides.after, bundle };
    let mut told = BTreeSet::new();
    for change in look.modules().into_iter().chain(look.of_numpy()).chain(look.named()).chain(look.libraries()) {
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
        let is_bundled = |name: &str| matches!(self.scan.python_module(name), Presence::Present(_));
        let reached = reached(self.environment, self.packages(), |name, import| import.is_certain && is_bundled(name));
        let mut changes = Vec::new();
        for (name, importer) in reached {
            let Some(path) = self.left(&name) else { continue };
            let Some(Importer { name: by, path: source, number }) = importer else { continue };
            let why = format!("{by} imports it ({}:{number})", self.environment.shown(&source));
            changes.push(self.change(Severity::Error, &name, &path, &why, self.bundle.bundler.module(&name)));
        }
        changes
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
        match (self.environment.python_module(name), self.scan.python_module(name)) {
            (Presence::Present(path), Presence::Absent) => {
                let is_source = path.as_bytes().ends_with(b".py");
                (!is_source || !self.is_standard(&path)).then_some(path)
            }
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
        for bond in &self.scan.numpy.bonds {
            let Some(name) = bond.missing else { continue };
            let Some(path) = self.left(name) else { continue };
            let by = self.scan.shown(&self.scan.world.file(bond.file).path);
            let why = format!("{by} takes NumPy's C API by way of it");
            changes.push(self.change(Severity::Error, name, &path, &why, self.bundle.bundler.module(name)));
        }
        changes
    }

    /// The modules of the bundle's packages that are gone, and that compiled code of the same package names in its body.
    fn named(&self) -> Vec<Change> {
        /// Larger files are libraries that compute.
        const MOST_BYTES: u64 = 64 << 20;
        let gone = self.gone();
        let names: Vec<String> = gone.keys().map(|name| format!("{name}\0")).collect();
        let Ok(automaton) = AhoCorasick::new(&names) else { return Vec::new() };
        let names: Vec<&String> = gone.keys().collect();
        let mut by = BTreeMap::<&String, FileId>::new();
        for (_, node) in self.scan.graph.nodes().filter(|_| !names.is_empty()) {
            let Node::File { file, role: Role::Module(module), .. } = node else { continue };
            let content = self.scan.world.file(*file);
            if content.len > MOST_BYTES {
                continue;
            }
            let Ok(bytes) = self.scan.world.fs().read(&content.path, MOST_BYTES as usize) else { continue };
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
            self.change(Severity::Warning, name, &gone[name], &why, self.bundle.bundler.module(name))
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
                let option = self.bundle.bundler.library(&path.to_string(), "");
                let why = format!("{by} needs it");
                let last = VPath::new(VPath::new(&*edge.name).file_name()).to_string();
                changes.insert(edge.name.clone(), self.change(Severity::Error, &last, &path, &why, option));
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

    fn change(&self, severity: Severity, subject: &str, path: &VPath, why: &str, option: String) -> Change {
        let from = self.environment.shown(path).to_string();
        let word = self.bundle.bundler.word();
        let to = format!("left behind by {word}, and {why}; take it along with {option}");
        Change { regression: Some(severity), ..Change::new(Kind::LeftBehind, subject.to_owned(), Some(from), Some(to)) }
    }
}

/// The outermost package of a dotted name.
fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
