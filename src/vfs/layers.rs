//! Archives of files, laid over each other as one file system: the layers of a container image, a package of conda, any tar
//! archive. Nothing is unpacked to where a person sees it.
//!
//! A layer that is not packed is read in place. A packed one is read once from its begin to its end; what is likely to be
//! asked for goes to a temporary file without a name, and only where more is asked for, the layer is read once again.

mod read;
mod spill;
mod tree;

use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::FxHashMap;

use super::links::followed;
use super::{Entry, FileSystem, Identity, Kind, ReadAt, Stat, VPath};
use crate::error::Error;
use read::Member;
use spill::Spill;
use tree::{Node, Nodes};

/// No disk counts its devices that far.
const DEVICE: u64 = u64::MAX - 1;

/// Bytes that lie in a row: in a file of the file system around, or in the temporary one.
#[derive(Clone, Debug)]
pub(super) struct Extent {
    /// None for the temporary file.
    pub file: Option<VPath>,
    pub offset: u64,
    pub len: u64,
}

/// Where the content of a member is.
#[derive(Clone, Debug)]
enum ContentPlace {
    At(Extent),
    /// In a packed layer, by its place in the list of members, and not kept.
    Packed {
        layer: usize,
        member: usize,
    },
}

/// A regular file.
#[derive(Clone, Debug)]
struct Content {
    place: ContentPlace,
    /// In bytes.
    len: u64,
    is_executable: bool,
}

/// The rest of a packed layer: what the first reading did not keep.
struct Packed {
    layer: Extent,
    rest: OnceLock<Result<FxHashMap<usize, Extent>, String>>,
}

/// Archives, the later laid over the earlier; absolute paths and links begin at their own root.
pub struct Layers {
    inner: Arc<dyn FileSystem>,
    spill: Mutex<Spill>,
    nodes: Nodes,
    contents: Vec<Content>,
    packed: Vec<Packed>,
}

impl Layers {
    /// The files of one archive, packed or not.
    ///
    /// # Errors
    /// Where it is no tar archive, is damaged, or has what nobody should unpack.
    pub fn of_file(inner: Arc<dyn FileSystem>, path: &VPath) -> Result<Layers, Error> {
        let len = inner.stat(path).map_err(|error| read::unreadable(path, &error))?.len;
        let mut layers = Layers::empty(inner);
        layers.add(&Extent { file: Some(path.clone()), offset: 0, len }, path)?;
        Ok(layers)
    }

    /// The files of several archives, the later laid over the earlier.
    ///
    /// # Errors
    /// As [`Layers::of_file`].
    pub fn of_files(inner: Arc<dyn FileSystem>, paths: &[VPath], name: &VPath) -> Result<Layers, Error> {
        let whole = |path: &VPath| {
            let len = inner.stat(path).map_err(|error| read::unreadable(name, &error))?.len;
            Ok(Extent { file: Some(path.clone()), offset: 0, len })
        };
        let extents: Vec<Extent> = paths.iter().map(whole).collect::<Result<_, Error>>()?;
        Layers::over(inner.clone(), &extents, name)
    }

    fn empty(inner: Arc<dyn FileSystem>) -> Layers {
        Layers { inner, spill: Mutex::default(), nodes: Nodes::default(), contents: Vec::new(), packed: Vec::new() }
    }

    /// The archives that lie at these extents, over each other; the temporary file goes on to be used.
    pub(super) fn restart(self, layers: &[Extent], name: &VPath) -> Result<Layers, Error> {
        let mut fresh = Layers { spill: self.spill, ..Layers::empty(self.inner) };
        layers.iter().try_for_each(|layer| fresh.add(layer, name))?;
        Ok(fresh)
    }

    /// As [`Layers::restart`], of files that lie by themselves.
    pub(super) fn over(inner: Arc<dyn FileSystem>, layers: &[Extent], name: &VPath) -> Result<Layers, Error> {
        Layers::empty(inner).restart(layers, name)
    }

    /// Where the whole of a file lies, for who reads it as an archive of its own.
    pub(super) fn extent(&self, path: &VPath) -> io::Result<Extent> {
        match self.node(path)?.1 {
            Node::File(content) => self.place(*content),
            _ => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    /// Lays one more archive over what is there.
    fn add(&mut self, layer: &Extent, name: &VPath) -> Result<(), Error> {
        let number = self.packed.len();
        self.nodes.begin_layer();
        let opened = open_at(&*self.inner, &self.spill, layer).map_err(|error| read::unreadable(name, &error))?;
        let mut found: Vec<Member> = Vec::new();
        let is_packed = read::members(&*opened, layer, &self.spill, name, &mut |member| found.push(member))?;
        drop(opened);
        for member in found {
            self.lay(member, number).map_err(|what| read::refused(name, &what))?;
        }
        // Packed or not, each layer has its number.
        let rest = OnceLock::new();
        if !is_packed {
            let _ = rest.set(Ok(FxHashMap::default()));
        }
        self.packed.push(Packed { layer: layer.clone(), rest });
        Ok(())
    }

    fn lay(&mut self, member: Member, layer: usize) -> Result<(), String> {
        let Member { path, what } = member;
        match what {
            read::What::Directory => self.nodes.directory(&path),
            read::What::Link(target) => self.nodes.put(&path, Node::Link(target)),
            read::What::Other => self.nodes.put(&path, Node::Other),
            read::What::HardLink(target) => self.nodes.hard_link(&path, &target),
            read::What::File { len, is_executable, kept, number } => {
                let place = kept.map_or(ContentPlace::Packed { layer, member: number }, ContentPlace::At);
                self.contents.push(Content { place, len, is_executable });
                self.nodes.put(&path, Node::File(self.contents.len() - 1))
            }
        }
    }

    /// The node that a path leads to, links followed, and its number.
    fn node(&self, path: &VPath) -> io::Result<(usize, &Node)> {
        self.nodes.at(&self.real(path)?)
    }

    fn place(&self, content: usize) -> io::Result<Extent> {
        let (layer, member) = match &self.contents[content].place {
            ContentPlace::At(extent) => return Ok(extent.clone()),
            ContentPlace::Packed { layer, member } => (*layer, *member),
        };
        let packed = &self.packed[layer];
        let rest = packed.rest.get_or_init(|| {
            let opened = open_at(&*self.inner, &self.spill, &packed.layer).map_err(|error| error.to_string())?;
            read::rest(&*opened, packed.layer.len, &self.spill).map_err(|error| error.to_string())
        });
        let rest = rest.as_ref().map_err(|why| io::Error::other(why.clone()))?;
        rest.get(&member).cloned().ok_or_else(|| io::Error::other("it is not in the archive any more"))
    }
}

/// Opens bytes that lie in a row.
fn open_at<'a>(inner: &'a dyn FileSystem, spill: &Mutex<Spill>, extent: &Extent) -> io::Result<Box<dyn ReadAt + 'a>> {
    let stat = Stat {
        kind: Kind::File,
        len: extent.len,
        identity: Identity { device: DEVICE, inode: 0 },
        is_executable: false,
    };
    let file: Box<dyn ReadAt + 'a> = match &extent.file {
        Some(path) => inner.open(path)?,
        None => spill::lock(spill).reader()?,
    };
    Ok(Box::new(FilePart { file, offset: extent.offset, stat }))
}

/// A part of a file.
struct FilePart<'a> {
    file: Box<dyn ReadAt + 'a>,
    offset: u64,
    stat: Stat,
}

impl ReadAt for FilePart<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.stat.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let count = buffer.len().min(left);
        self.file.read_at(self.offset.saturating_add(offset), &mut buffer[..count])
    }

    fn stat(&self) -> io::Result<Stat> {
        Ok(self.stat)
    }
}

impl FileSystem for Layers {
    fn list(&self, directory: &VPath) -> io::Result<Vec<Entry>> {
        match self.node(directory)?.1 {
            Node::Directory(children) => Ok(self.nodes.entries(children)),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn stat(&self, path: &VPath) -> io::Result<Stat> {
        let (number, node) = self.node(path)?;
        let identity = Identity { device: DEVICE, inode: number as u64 };
        let (kind, len, is_executable) = match node {
            Node::Directory(_) => (Kind::Directory, 0, true),
            Node::File(content) => {
                let content = &self.contents[*content];
                (Kind::File, content.len, content.is_executable)
            }
            Node::Link(_) | Node::Other => (Kind::Other, 0, false),
        };
        Ok(Stat { kind, len, identity, is_executable })
    }

    fn real(&self, path: &VPath) -> io::Result<VPath> {
        followed(path, |path| match self.nodes.at(path)?.1 {
            Node::Link(target) => Ok(Some(target.clone())),
            _ => Ok(None),
        })
    }

    fn link(&self, path: &VPath) -> io::Result<VPath> {
        let above = self.real(&path.parent().unwrap_or_default())?;
        match self.nodes.at(&above.join(path.file_name()))?.1 {
            Node::Link(target) => Ok(target.clone()),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn open(&self, path: &VPath) -> io::Result<Box<dyn ReadAt + '_>> {
        let (number, node) = self.node(path)?;
        let Node::File(content) = node else { return Err(io::ErrorKind::IsADirectory.into()) };
        let is_executable = self.contents[*content].is_executable;
        let extent = self.place(*content)?;
        let file = match &extent.file {
            Some(path) => self.inner.open(path)?,
            None => spill::lock(&self.spill).reader()?,
        };
        let identity = Identity { device: DEVICE, inode: number as u64 };
        let stat = Stat { kind: Kind::File, len: extent.len, identity, is_executable };
        Ok(Box::new(FilePart { file, offset: extent.offset, stat }))
    }
}
