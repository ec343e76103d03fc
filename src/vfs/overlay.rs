//! What archives hold, laid over the file system that they lie in: the same five answers for every kind of archive.

use std::io;

use super::tree::{Node, Tree, TreePlace, What};
use super::{Entry, FileSystem, ReadAt, Stat, VPath};

/// An archive, shown as a folder of the file system around it.
pub(super) trait Overlay: Send + Sync {
    /// What the archive lies in.
    fn inner(&self) -> &dyn FileSystem;
    /// The names of its members.
    fn tree(&self) -> &Tree;
    /// Length in bytes of a member, by its place in the list, and whether it may be run as a program.
    fn measure(&self, number: usize) -> (u64, bool);
    /// Opens a member, which is to say this of itself.
    fn open_member(&self, number: usize, stat: Stat) -> io::Result<Box<dyn ReadAt + '_>>;
}

/// Of a node that the archive itself holds.
fn stat(overlay: &impl Overlay, node: &Node) -> Stat {
    overlay.tree().stat(node, |number| overlay.measure(number))
}

impl<T: Overlay> FileSystem for T {
    fn list(&self, directory: &VPath) -> io::Result<Vec<Entry>> {
        match self.tree().find(directory)? {
            TreePlace::Outside(path) => self.inner().list(&path),
            TreePlace::Inside(path) => self.tree().list(&path),
        }
    }

    fn stat(&self, path: &VPath) -> io::Result<Stat> {
        match self.tree().find(path)? {
            TreePlace::Outside(path) => self.inner().stat(&path),
            TreePlace::Inside(path) => self.tree().node(&path).map(|node| stat(self, node)),
        }
    }

    fn real(&self, path: &VPath) -> io::Result<VPath> {
        match self.tree().find(path)? {
            TreePlace::Outside(path) => self.inner().real(&path),
            TreePlace::Inside(path) => self.tree().node(&path).map(|_| self.tree().root().join(&path)),
        }
    }

    fn link(&self, path: &VPath) -> io::Result<VPath> {
        match self.tree().find_link(path)? {
            TreePlace::Outside(path) => self.inner().link(&path),
            TreePlace::Inside(path) => self.tree().link(&path),
        }
    }

    fn open(&self, path: &VPath) -> io::Result<Box<dyn ReadAt + '_>> {
        match self.tree().find(path)? {
            TreePlace::Outside(path) => self.inner().open(&path),
            TreePlace::Inside(path) => {
                let node = self.tree().node(&path)?;
                let What::File(number) = node.what else { return Err(io::ErrorKind::IsADirectory.into()) };
                self.open_member(number, stat(self, node))
            }
        }
    }
}
