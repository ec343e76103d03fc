//! Which node of one scan stands for which of another.

use std::collections::BTreeMap;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::discover::Role;
use crate::graph::{Node, NodeId};
use crate::scan::Scan;
use crate::vfs::VPath;

/// Nodes that stand for each other.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// Of the scan before to the scan after.
    forth: FxHashMap<NodeId, NodeId>,
    back: FxHashMap<NodeId, NodeId>,
}

impl Pairs {
    /// Pairs distributions by name and files by where imports would find them; what is left by its file's name, where that
    /// is the only one of its kind on both sides.
    pub fn of(before: &Scan, after: &Scan) -> Pairs {
        let mut pairs = Pairs::default();
        pairs.add(before, after, distribution);
        pairs.add(before, after, |scan, node| Some((is_file(scan, node)?, key(scan, node))));
        // Bundlers gather libraries in one folder, and the hash in a name changes with every build.
        pairs.add(before, after, |scan, node| Some((is_file(scan, node)?, file_name(scan, node)?)));
        pairs.add(before, after, |scan, node| Some((is_file(scan, node)?, unhashed(&file_name(scan, node)?))));
        pairs.add(before, after, |scan, node| match scan.graph.node(node) {
            Node::System(_) => Some(unhashed(&file_name(scan, node)?)),
            _ => None,
        });
        pairs.add(before, after, |scan, node| match scan.graph.node(node) {
            Node::Builtin(name) | Node::Missing(name) => Some(unhashed(&name.text())),
            Node::Python(module) => Some(module.name.to_string()),
            _ => None,
        });
        pairs
    }

    /// Pairs what is not paired yet, where a key is the only one of its kind on both sides.
    fn add<K: Ord + Hash + Eq>(&mut self, before: &Scan, after: &Scan, key: impl Fn(&Scan, NodeId) -> Option<K>) {
        let single = |scan: &Scan, paired: &FxHashMap<NodeId, NodeId>| {
            let mut nodes = BTreeMap::<K, Option<NodeId>>::new();
            for (node, _) in scan.graph.nodes().filter(|(node, _)| !paired.contains_key(node)) {
                if let Some(key) = key(scan, node) {
                    nodes.entry(key).and_modify(|known| *known = None).or_insert(Some(node));
                }
            }
            nodes
        };
        let (old, mut new) = (single(before, &self.forth), single(after, &self.back));
        for (key, old) in old {
            if let (Some(old), Some(new)) = (old, new.remove(&key).flatten()) {
                self.forth.insert(old, new);
                self.back.insert(new, old);
            }
        }
    }

    /// What stands for a node of the scan before.
    pub fn after(&self, before: NodeId) -> Option<NodeId> {
        self.forth.get(&before).copied()
    }

    /// What a node of the scan after stands for.
    pub fn before(&self, after: NodeId) -> Option<NodeId> {
        self.back.get(&after).copied()
    }
}

fn distribution(scan: &Scan, node: NodeId) -> Option<String> {
    match scan.graph.node(node) {
        // PEP 503: one name has several spellings.
        Node::Distribution(id) => Some(scan.distributions.get(*id).name.to_lowercase().replace(['_', '.'], "-")),
        _ => None,
    }
}

/// What sort of file of the environment it is: a module does not stand for a library.
fn is_file(scan: &Scan, node: NodeId) -> Option<bool> {
    match scan.graph.node(node) {
        Node::File { role, .. } => Some(*role == Role::Program),
        _ => None,
    }
}

fn file_name(scan: &Scan, node: NodeId) -> Option<String> {
    let path = scan.world.file(scan.file_of(node)?).path.clone();
    Some(untagged(&VPath::new(path.file_name()).to_string()))
}

/// The path of a file from where imports start, without the tag of a Python: the same in an environment, a wheel and a
/// bundle. What is no file has its name.
pub fn key(scan: &Scan, node: NodeId) -> String {
    let Some(file) = scan.file_of(node) else { return scan.label(node) };
    let path = scan.world.file(file).path.clone();
    let entries = scan.world.host.python.as_ref().map_or(&[][..], |python| &python.path);
    let start = entries.iter().filter(|entry| path.starts_with(entry)).max_by_key(|entry| entry.as_bytes().len());
    let below = start.and_then(|start| path.below(start)).map(VPath::new);
    // Nobody told where the imports of a bundle or of a loose folder start.
    let below = from_import(&below.unwrap_or_else(|| scan.shown(&path)));
    // The interpreter's own modules lie in a folder that bundles do not have.
    let text = below.to_string();
    untagged(text.strip_prefix("lib-dynload/").unwrap_or(&text))
}

/// What lies behind the last site folder of a path, or behind the folder of a bundle.
fn from_import(path: &VPath) -> VPath {
    let text = path.to_string();
    for folder in ["site-packages/", "dist-packages/", "lib-dynload/", "_internal/"] {
        if let Some(at) = text.rfind(folder).filter(|&at| at == 0 || text.as_bytes()[at - 1] == b'/') {
            return VPath::new(&text[at + folder.len()..]);
        }
    }
    path.clone()
}

/// `x/_y.so` of `x/_y.cpython-311-x86_64-linux-gnu.so`, `x/_y.abi3.so`; `x/_y.pyd` of `x/_y.cp311-win_amd64.pyd`.
fn untagged(path: &str) -> String {
    for ending in [".so", ".pyd"] {
        let Some(stem) = path.strip_suffix(ending) else { continue };
        let at = [".cpython-", ".abi3", ".pypy3", ".graalpy", ".cp3"].iter().filter_map(|tag| stem.rfind(tag)).max();
        let at = at.filter(|&at| !stem[at..].contains('/'));
        return format!("{}{ending}", &stem[..at.unwrap_or(stem.len())]);
    }
    path.to_owned()
}

/// A name without the hash that auditwheel and delvewheel put into it: `libz-1f2e3d4c.so.1` → `libz.so.1`.
pub fn unhashed(name: &str) -> String {
    let is_hash = |part: &str| matches!(part.len(), 8 | 32 | 64) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let (stem, ending) = file.split_once('.').map_or((file, String::new()), |(stem, rest)| (stem, format!(".{rest}")));
    let parts: Vec<&str> =
        stem.split('-').enumerate().filter(|(at, part)| *at == 0 || !is_hash(part)).map(|(_, it)| it).collect();
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}{}{ending}", parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::{from_import, unhashed, untagged};
    use crate::vfs::VPath;

    #[test]
    fn a_module_is_called_the_same_whatever_python_it_is_for() {
        for name in ["x/_y.cpython-311-x86_64-linux-gnu.so", "x/_y.cpython-313t-darwin.so", "x/_y.abi3.so", "x/_y.so"] {
            assert_eq!(untagged(name), "x/_y.so", "{name}");
        }
        assert_eq!(untagged("x/_y.cp311-win_amd64.pyd"), "x/_y.pyd");
        assert_eq!(untagged("a.abi3.d/libz.so.1"), "a.abi3.d/libz.so.1");
    }

    #[test]
    fn a_library_is_called_the_same_whoever_repaired_the_wheel() {
        assert_eq!(unhashed("numpy.libs/libgfortran-040039e1.so.5.0.0"), "numpy.libs/libgfortran.so.5.0.0");
        assert_eq!(unhashed("libgfortran-040039e1-0352e75f.so.5"), "libgfortran.so.5");
        assert_eq!(unhashed("msvcp140-263139962577ecda4cd9469ca360a746.dll"), "msvcp140.dll");
        assert_eq!(unhashed("libssl-3-x64.dll"), "libssl-3-x64.dll");
    }

    #[test]
    fn paths_start_where_imports_do() {
        for path in ["lib/python3.11/site-packages/a/b.so", "_internal/a/b.so", "a/b.so", "Lib/site-packages/a/b.so"] {
            assert_eq!(from_import(&VPath::new(path)), VPath::new("a/b.so"), "{path}");
        }
        assert_eq!(from_import(&VPath::new("my_internal/b.so")), VPath::new("my_internal/b.so"));
    }
}
