//! What archives hold, as one folder laid over another file system: the part that knows of names only.

use std::borrow::Cow;
use std::io;

use rustc_hash::FxHashMap;

use super::links::{MOST_LINKS, too_many};
use super::{Entry, Identity, Kind, Stat, VPath};

/// No disk counts its devices that far, so no member is ever taken for a file outside.
const DEVICE: u64 = u64::MAX;
/// Bytes of a member's path (Linux's `PATH_MAX`), and its parts.
const LONGEST_PATH: usize = 4096;
const MOST_PARTS: usize = 100;

/// Members by their names, below a path that stands for the archive.
pub(super) struct Tree {
    root: VPath,
    /// By path below the root.
    nodes: FxHashMap<VPath, Node>,
}

/// A place below the root.
pub(super) struct Node {
    /// Tells it from every other node.
    number: u64,
    pub what: What,
}

pub(super) enum What {
    Directory(Vec<Entry>),
    /// By its place in the list of members.
    File(usize),
    /// Where it leads, as written.
    Link(VPath),
}

/// Where a path leads.
pub(super) enum TreePlace<'a> {
    /// Below the root; as short as it can be, its own last part followed where that is a link.
    Inside(VPath),
    Outside(Cow<'a, VPath>),
}

impl Tree {
    pub(super) fn new(root: VPath) -> Tree {
        let top = Node { number: 0, what: What::Directory(Vec::new()) };
        Tree { root, nodes: FxHashMap::from_iter([(VPath::default(), top)]) }
    }

    /// The path that stands for the whole.
    pub(super) fn root(&self) -> &VPath {
        &self.root
    }

    /// What is at a path below the root; links are not followed.
    pub(super) fn at(&self, path: &VPath) -> Option<&What> {
        self.nodes.get(path).map(|node| &node.what)
    }

    /// As [`Tree::at`], to be changed.
    pub(super) fn at_mut(&mut self, path: &VPath) -> Option<&mut What> {
        self.nodes.get_mut(path).map(|node| &mut node.what)
    }

    /// Puts a new node into its folder, which is made where it is missing. Fails where a file is in the way.
    pub(super) fn insert(&mut self, path: &VPath, what: What) -> Result<(), ()> {
        let above = path.parent().unwrap_or_default();
        if !self.nodes.contains_key(&above) {
            self.insert(&above, What::Directory(Vec::new()))?;
        }
        let kind = match &what {
            What::Directory(_) => Kind::Directory,
            What::File(_) => Kind::File,
            What::Link(_) => Kind::Symlink,
        };
        match self.nodes.get_mut(&above).map(|node| &mut node.what) {
            Some(What::Directory(entries)) => entries.push(Entry { name: VPath::new(path.file_name()), kind }),
            _ => return Err(()),
        }
        let number = self.nodes.len() as u64;
        self.nodes.insert(path.clone(), Node { number, what });
        Ok(())
    }

    /// Where a path leads, links followed; fails where they lead in a circle, or out of the archive.
    pub(super) fn find<'a>(&self, path: &'a VPath) -> io::Result<TreePlace<'a>> {
        let folded = path.folded();
        let Some(below) = folded.below(&self.root) else {
            // To the file system below, a path through an archive is a path through a file.
            return Ok(TreePlace::Outside(match path.starts_with(&self.root) {
                true => Cow::Owned(folded),
                false => Cow::Borrowed(path),
            }));
        };
        let below = VPath::new(below);
        match self.at(&below) {
            Some(What::File(_) | What::Directory(_)) => Ok(TreePlace::Inside(below)),
            _ => self.followed(below.parts(), 0).map(TreePlace::Inside),
        }
    }

    /// As [`Tree::find`], but a link at the end is not followed.
    pub(super) fn find_link<'a>(&self, path: &'a VPath) -> io::Result<TreePlace<'a>> {
        match (self.find(&path.parent().unwrap_or_default()), path.file_name()) {
            (Ok(TreePlace::Inside(folder)), name) => Ok(TreePlace::Inside(folder.join(name))),
            _ => self.find(path),
        }
    }

    /// Follows every link on the way, part by part.
    fn followed<'p>(&self, parts: impl Iterator<Item = &'p [u8]>, links: usize) -> io::Result<VPath> {
        let mut here = VPath::default();
        let mut links = links;
        let mut rest: Vec<Vec<u8>> = parts.map(<[u8]>::to_vec).collect();
        rest.reverse();
        while let Some(part) = rest.pop() {
            match &part[..] {
                b"." => {}
                b".." if here.as_bytes().is_empty() => return Err(io::ErrorKind::NotFound.into()),
                b".." => here = here.parent().unwrap_or_default(),
                part => {
                    let next = here.join(part);
                    match self.at(&next) {
                        None => return Err(io::ErrorKind::NotFound.into()),
                        Some(What::Link(target)) => {
                            links += 1;
                            if links > MOST_LINKS {
                                return Err(too_many());
                            }
                            if target.is_absolute() {
                                return Err(io::ErrorKind::NotFound.into());
                            }
                            rest.extend(target.parts().rev().map(<[u8]>::to_vec));
                        }
                        Some(What::File(_)) if !rest.is_empty() => return Err(io::ErrorKind::NotADirectory.into()),
                        Some(_) => here = next,
                    }
                }
            }
        }
        Ok(here)
    }

    /// The node at a path that was found.
    pub(super) fn node(&self, path: &VPath) -> io::Result<&Node> {
        self.nodes.get(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// The entries of a directory.
    pub(super) fn list(&self, path: &VPath) -> io::Result<Vec<Entry>> {
        match &self.node(path)?.what {
            What::Directory(entries) => Ok(entries.clone()),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Of a directory, or of a member of this length.
    pub(super) fn stat(&self, node: &Node, file: impl FnOnce(usize) -> (u64, bool)) -> Stat {
        let identity = Identity { device: DEVICE, inode: node.number };
        match &node.what {
            What::File(member) => {
                let (len, is_executable) = file(*member);
                Stat { kind: Kind::File, len, identity, is_executable }
            }
            _ => Stat { kind: Kind::Directory, len: 0, identity, is_executable: true },
        }
    }

    /// Where a link leads, as written in it.
    pub(super) fn link(&self, path: &VPath) -> io::Result<VPath> {
        match &self.node(path)?.what {
            What::Link(target) => Ok(target.clone()),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }
}

/// Why nobody should write a file of this name; none for a name that stays below the folder it is unpacked to on every
/// system. `whole` is what it would climb out of.
pub(super) fn is_unsafe(name: &[u8], whole: &str) -> Option<String> {
    let why = match name {
        [] => "has no name",
        [b'/', ..] => "has an absolute path",
        [drive, b':', ..] if drive.is_ascii_alphabetic() => "has a drive letter",
        _ if name.len() > LONGEST_PATH => "has a longer path than systems take",
        _ if name.iter().filter(|&&byte| byte == b'/').count() >= MOST_PARTS => "lies too deep in folders",
        _ if name.contains(&b'\\') => "has a backslash in its path, which is a folder to some systems only",
        _ if name.contains(&0) => "has a null byte in its name",
        _ if name.split(|&byte| byte == b'/').any(|part| part == b"..") => {
            return Some(format!("climbs out of {whole}"));
        }
        _ => return None,
    };
    Some(why.to_owned())
}
