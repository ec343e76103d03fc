//! How files are named and read.
//!
//! A [`FileSystem`] is a disk, or (in tests and the demo) a memory; [`Wheels`] and programs of one file ([`OneFile`]) lie over either. Files are read piecewise with [`ReadAt`]: a summary
//! needs a few kilobytes of a library of hundreds of megabytes. Nothing is mapped into memory: a file that another
//! process shortens while it is read is then a short read, not a SIGBUS, and dylens needs no `unsafe`.
//! Only this room opens files; [`save`] is how both faces write the one that a person asks for. It knows nobody but the
//! words for what stops a scan.

mod container;
mod cursor;
mod disk;
mod layers;
mod links;
mod member_cache;
mod memory;
pub mod onefile;
mod overlay;
mod paged;
mod path;
mod rooted;
pub mod save;
mod tree;
pub mod wheel;

pub use container::Container;
pub use disk::Disk;
pub use layers::Layers;
pub use memory::Memory;
pub use onefile::OneFile;
pub use paged::PagedFile;
pub use path::VPath;
pub use rooted::Rooted;
pub use wheel::Wheels;

use std::io;

/// What a directory entry is, links not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
    Symlink,
    /// A socket, pipe or device: never opened, as that could block forever.
    Other,
}

/// One entry of a directory.
#[derive(Clone, Debug)]
pub struct Entry {
    pub name: VPath,
    pub kind: Kind,
}

/// What makes two paths the same file for a loader: device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    pub device: u64,
    pub inode: u64,
}

/// What a path leads to, links followed.
#[derive(Clone, Copy, Debug)]
pub struct Stat {
    pub kind: Kind,
    pub len: u64,
    pub identity: Identity,
    /// May be run as a program; on systems that do not say, always.
    pub is_executable: bool,
}

/// A file opened for piecewise reading.
pub trait ReadAt {
    /// Fills as much of `buffer` as the file has from `offset` on and says how much that was.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
    /// Kind, length and identity of the very file that is open.
    fn stat(&self) -> io::Result<Stat>;
}

/// A tree of files that can be listed, followed and read, never written.
pub trait FileSystem: Send + Sync {
    /// The entries of a directory, in no order.
    fn list(&self, directory: &VPath) -> io::Result<Vec<Entry>>;
    /// What a path leads to, links followed.
    fn stat(&self, path: &VPath) -> io::Result<Stat>;
    /// The path without links, `.` and `..`.
    fn real(&self, path: &VPath) -> io::Result<VPath>;
    /// Where a symbolic link points, as written in it.
    fn link(&self, path: &VPath) -> io::Result<VPath>;
    /// Opens a regular file.
    fn open(&self, path: &VPath) -> io::Result<Box<dyn ReadAt + '_>>;

    /// The whole of a small file; what is beyond `limit` bytes is cut off.
    fn read(&self, path: &VPath, limit: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_into(path, limit, &mut bytes)?;
        Ok(bytes)
    }

    /// As [`read`](FileSystem::read), in place of what is in a buffer: who reads thousands of files needs one.
    ///
    /// # Errors
    /// What the system says.
    fn read_into(&self, path: &VPath, limit: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
        let file = self.open(path)?;
        buffer.resize(file.stat()?.len.min(limit as u64) as usize, 0);
        let got = file.read_at(0, buffer)?;
        buffer.truncate(got);
        Ok(())
    }

    /// The whole of a file that has at most `limit` bytes. No length is believed before that.
    ///
    /// # Errors
    /// [`io::ErrorKind::FileTooLarge`] where it has more.
    fn read_whole(&self, path: &VPath, limit: usize) -> io::Result<Vec<u8>> {
        match self.open(path)?.stat()?.len {
            len if len > limit as u64 => {
                let what = format!("it has {len} bytes, more than the {limit} that are read");
                Err(io::Error::new(io::ErrorKind::FileTooLarge, what))
            }
            _ => self.read(path, limit),
        }
    }
}
