//! A tree of files that lives in memory: the worlds of the tests, and the demo.

use std::collections::BTreeMap;
use std::io;

use super::links::{MOST_LINKS, too_many};
use super::{Entry, FileSystem, Identity, Kind, ReadAt, Stat, VPath};

/// Files in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    nodes: BTreeMap<VPath, Node>,
    /// The inode of the last file that was put there.
    last: u64,
}

#[derive(Clone, Debug)]
enum Node {
    File { bytes: Vec<u8>, inode: u64, readable: bool },
    Directory,
    Link(VPath),
}

impl Memory {
    pub fn new() -> Memory {
        Memory { nodes: BTreeMap::from([(VPath::new("/"), Node::Directory)]), last: 0 }
    }

    /// Puts a file there, with the directories that lead to it.
    pub fn file(&mut self, path: &VPath, bytes: Vec<u8>) {
        self.last += 1;
        self.put(path, Node::File { bytes, inode: self.last, readable: true });
    }

    /// Puts a file there that may not be read.
    pub fn locked_file(&mut self, path: &VPath) {
        self.last += 1;
        self.put(path, Node::File { bytes: Vec::new(), inode: self.last, readable: false });
    }

    /// Puts a symbolic link there.
    pub fn symlink(&mut self, path: &VPath, target: &VPath) {
        self.put(path, Node::Link(target.clone()));
    }

    /// Puts an empty directory there.
    pub fn directory(&mut self, path: &VPath) {
        self.put(path, Node::Directory);
    }

    fn put(&mut self, path: &VPath, node: Node) {
        let mut above = path.parent();
        while let Some(directory) = above {
            self.nodes.entry(directory.clone()).or_insert(Node::Directory);
            above = directory.parent();
        }
        self.nodes.insert(path.clone(), node);
    }

    /// Follows every link on the way, as the kernel would.
    fn walk(&self, path: &VPath) -> io::Result<VPath> {
        let mut links = 0;
        let parts = |path: &VPath| path.parts().rev().map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (root, path) = path.rooted();
        let mut rest = parts(&path);
        let mut here = if root.is_absolute() { root } else { VPath::new("/") };
        while let Some(part) = rest.pop() {
            if !matches!(self.nodes.get(&here), Some(Node::Directory)) {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            match &part[..] {
                b"." => {}
                b".." => here = here.parent().unwrap_or(here),
                part => {
                    let next = here.join(part);
                    match self.nodes.get(&next) {
                        None => return Err(io::ErrorKind::NotFound.into()),
                        Some(Node::Link(target)) => {
                            links += 1;
                            if links > MOST_LINKS {
                                return Err(too_many());
                            }
                            let (root, target) = target.rooted();
                            if root.is_absolute() {
                                here = root;
                            }
                            rest.extend(parts(&target));
                        }
                        Some(_) => here = next,
                    }
                }
            }
        }
        Ok(here)
    }

    fn node(&self, path: &VPath) -> io::Result<&Node> {
        let real = self.walk(path)?;
        self.nodes.get(&real).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl FileSystem for Memory {
    fn list(&self, directory: &VPath) -> io::Result<Vec<Entry>> {
        let real = self.walk(directory)?;
        if !matches!(self.nodes.get(&real), Some(Node::Directory)) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let inside = self.nodes.iter().filter(|(path, _)| path.parent().as_ref() == Some(&real));
        Ok(inside
            .map(|(path, node)| Entry {
                name: VPath::new(path.file_name()),
                kind: match node {
                    Node::File { .. } => Kind::File,
                    Node::Directory => Kind::Directory,
                    Node::Link(_) => Kind::Symlink,
                },
            })
            .collect())
    }

    fn stat(&self, path: &VPath) -> io::Result<Stat> {
        Ok(match self.node(path)? {
            Node::File { bytes, inode, .. } => Stat {
                kind: Kind::File,
                len: bytes.len() as u64,
                identity: Identity { device: 0, inode: *inode },
                is_executable: true,
            },
            _ => {
                Stat { kind: Kind::Directory, len: 0, identity: Identity { device: 1, inode: 0 }, is_executable: true }
            }
        })
    }

    fn real(&self, path: &VPath) -> io::Result<VPath> {
        self.walk(path)
    }

    fn link(&self, path: &VPath) -> io::Result<VPath> {
        match self.nodes.get(path) {
            Some(Node::Link(target)) => Ok(target.clone()),
            Some(_) => Err(io::ErrorKind::InvalidInput.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn open(&self, path: &VPath) -> io::Result<Box<dyn ReadAt + '_>> {
        match self.node(path)? {
            Node::File { readable: false, .. } => Err(io::ErrorKind::PermissionDenied.into()),
            Node::File { bytes, inode, .. } => Ok(Box::new(OpenFile { bytes, inode: *inode })),
            _ => Err(io::ErrorKind::IsADirectory.into()),
        }
    }
}

struct OpenFile<'a> {
    bytes: &'a [u8],
    inode: u64,
}

impl ReadAt for OpenFile<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let from = (offset as usize).min(self.bytes.len());
        let count = buffer.len().min(self.bytes.len() - from);
        buffer[..count].copy_from_slice(&self.bytes[from..from + count]);
        Ok(count)
    }

    fn stat(&self) -> io::Result<Stat> {
        let identity = Identity { device: 0, inode: self.inode };
        Ok(Stat { kind: Kind::File, len: self.bytes.len() as u64, identity, is_executable: true })
    }
}
