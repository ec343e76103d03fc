//! The names of layers that lie over each other: what a later one adds, replaces and hides (OCI image specification,
//! "Image Layer Filesystem Changeset").

use std::collections::BTreeMap;
use std::io;

use crate::vfs::links::followed;
use crate::vfs::{Entry, Kind, VPath};

/// How a layer hides a name of those below it, and all names of a folder.
const WHITEOUT: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";

pub(super) enum Node {
    Directory(BTreeMap<VPath, Child>),
    /// By the place of its content.
    File(usize),
    /// Where it leads, as written.
    Link(VPath),
    /// A device, a pipe.
    Other,
}

/// A name in a folder.
pub(super) struct Child {
    node: usize,
    /// The last layer that had it.
    layer: usize,
}

/// All nodes; the first is the root.
pub(super) struct Nodes {
    nodes: Vec<Node>,
    /// The layer that is being laid, from 1 on.
    layer: usize,
}

impl Default for Nodes {
    fn default() -> Nodes {
        Nodes { nodes: vec![Node::Directory(BTreeMap::new())], layer: 0 }
    }
}

impl Nodes {
    pub(super) fn begin_layer(&mut self) {
        self.layer += 1;
    }

    /// The node at a path, no link followed, and its number.
    pub(super) fn at(&self, path: &VPath) -> io::Result<(usize, &Node)> {
        let mut here = 0;
        for part in path.parts() {
            let Node::Directory(children) = &self.nodes[here] else { return Err(io::ErrorKind::NotADirectory.into()) };
            here = children.get(part).ok_or(io::ErrorKind::NotFound)?.node;
        }
        Ok((here, &self.nodes[here]))
    }

    pub(super) fn entries(&self, children: &BTreeMap<VPath, Child>) -> Vec<Entry> {
        let kind = |child: &Child| match &self.nodes[child.node] {
            Node::Directory(_) => Kind::Directory,
            Node::File(_) => Kind::File,
            Node::Link(_) => Kind::Symlink,
            Node::Other => Kind::Other,
        };
        children.iter().map(|(name, child)| Entry { name: name.clone(), kind: kind(child) }).collect()
    }

    /// Puts a node there in place of what is there; a whiteout hides instead.
    pub(super) fn put(&mut self, path: &VPath, node: Node) -> Result<(), String> {
        let folder = self.folder(&path.parent().unwrap_or_default())?;
        let name = path.file_name();
        if name == OPAQUE {
            self.hide_below(folder);
        } else if let Some(hidden) = name.strip_prefix(WHITEOUT) {
            self.hide(folder, hidden);
        } else {
            self.nodes.push(node);
            self.enter(folder, name, self.nodes.len() - 1);
        }
        Ok(())
    }

    /// Makes a folder, or keeps what is in it already.
    pub(super) fn directory(&mut self, path: &VPath) -> Result<(), String> {
        let is_link = self.at(path).is_ok_and(|(_, node)| matches!(node, Node::Link(_)));
        match is_link {
            // A folder takes the place of a link.
            true => self.put(path, Node::Directory(BTreeMap::new())),
            false => self.folder(path).map(|_| ()),
        }
    }

    /// Gives a file another name.
    pub(super) fn hard_link(&mut self, path: &VPath, target: &VPath) -> Result<(), String> {
        let gone = || format!("the hard link {path} leads to {target}, which is not there");
        let above = self.real(&target.parent().unwrap_or_default()).map_err(|_| gone())?;
        let (node, found) = self.at(&above.join(target.file_name())).map_err(|_| gone())?;
        if matches!(found, Node::Directory(_)) {
            return Err(format!("the hard link {path} leads to a folder"));
        }
        let folder = self.folder(&path.parent().unwrap_or_default())?;
        self.enter(folder, path.file_name(), node);
        Ok(())
    }

    fn real(&self, path: &VPath) -> io::Result<VPath> {
        followed(path, |path| match self.at(path)?.1 {
            Node::Link(target) => Ok(Some(target.clone())),
            _ => Ok(None),
        })
    }

    fn enter(&mut self, folder: usize, name: &[u8], node: usize) {
        let layer = self.layer;
        if let Node::Directory(children) = &mut self.nodes[folder] {
            children.insert(VPath::new(name), Child { node, layer });
        }
    }

    /// The folder at a path, made where it is missing; what this layer goes through is of this layer.
    fn folder(&mut self, path: &VPath) -> Result<usize, String> {
        // As the system that unpacks it, a layer goes through the links of those below.
        let real = self.real(path).unwrap_or_else(|_| self.real_as_far(path));
        let mut here = 0;
        for part in real.parts() {
            let layer = self.layer;
            let known = match &mut self.nodes[here] {
                Node::Directory(children) => children.get_mut(part).map(|child| {
                    child.layer = layer;
                    child.node
                }),
                _ => None,
            };
            let known = known.filter(|&node| matches!(self.nodes[node], Node::Directory(_)));
            here = match known {
                Some(node) => node,
                None => {
                    self.nodes.push(Node::Directory(BTreeMap::new()));
                    let new = self.nodes.len() - 1;
                    self.enter(here, part, new);
                    new
                }
            };
        }
        Ok(here)
    }

    /// The real path of as much as there is, and the rest as it is written.
    fn real_as_far(&self, path: &VPath) -> VPath {
        let above = std::iter::successors(path.parent(), VPath::parent);
        let known = above.into_iter().find_map(|above| Some((self.real(&above).ok()?, above)));
        known.map_or_else(|| path.clone(), |(real, above)| real.join(path.below(&above).unwrap_or_default()))
    }

    /// Hides a name of the layers below.
    fn hide(&mut self, folder: usize, name: &[u8]) {
        let layer = self.layer;
        let Node::Directory(children) = &mut self.nodes[folder] else { return };
        match children.get(name) {
            Some(child) if child.layer == layer => {
                let node = child.node;
                self.hide_below(node);
            }
            _ => {
                children.remove(name);
            }
        }
    }

    /// Hides all that the layers below have in a folder.
    fn hide_below(&mut self, folder: usize) {
        let layer = self.layer;
        let mut folders = vec![folder];
        while let Some(folder) = folders.pop() {
            if let Node::Directory(children) = &mut self.nodes[folder] {
                children.retain(|_, child| child.layer == layer);
                folders.extend(children.values().map(|child| child.node));
            }
        }
    }
}
