//! Programs of one file, read in place: what PyInstaller's and Nuitka's bootloaders would unpack when they start.
//!
//! [`OneFile`] lies over another file system and shows the program as a folder of that path, with the program itself and
//! what it unpacks in it. Nothing is unpacked to disk, and nothing runs.

pub mod carchive;
pub mod payload;

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::member_cache::{MemberCache, OpenMember};
use super::overlay::Overlay;
use super::tree::{Tree, What, is_unsafe};
use super::{FileSystem, ReadAt, Stat, VPath};
use crate::error::Error;
use carchive::CArchive;

/// Bytes that one byte of DEFLATE can stand for (RFC 1951: 258 for two codes of a bit each), and a few for its frame.
const DEFLATE_RATIO: u64 = 1032;
/// Bytes of one member, and of all, unpacked: far beyond real programs, far below what would fill a machine.
const LARGEST_MEMBER: u64 = 4 << 30;
const LARGEST_WHOLE: u64 = 16 << 30;

const AGAIN: &str = "build the program again, or copy it whole";

/// A program of one file, shown as the folder that it unpacks itself to.
pub struct OneFile {
    inner: Arc<dyn FileSystem>,
    program: VPath,
    tree: Tree,
    members: Vec<Member>,
    kept: MemberCache,
}

/// How a program of one file is packed.
pub enum Packing {
    /// By PyInstaller.
    CArchive(CArchive),
    /// By Nuitka: where its payload begins in the program.
    Payload(u64),
}

/// One file of the program.
struct Member {
    name: String,
    is_executable: bool,
    content: Content,
    /// Its content, as long as anybody has it.
    bytes: Mutex<Weak<Vec<u8>>>,
}

enum Content {
    /// The program as it lies there.
    Program,
    /// A piece of the program, as it is or packed by zlib.
    Piece { offset: u64, packed: u64, len: u64, is_packed: bool },
    /// Unpacked already, as all that is packed in one stream.
    Whole(Arc<Vec<u8>>),
}

impl OneFile {
    /// Lays what a program unpacks over the file system that it lies in. Beside it stands the program, by its own name.
    ///
    /// # Errors
    /// Where the archive is damaged, or one that nobody should unpack.
    pub fn over(inner: Arc<dyn FileSystem>, program: &VPath, packing: &Packing) -> Result<OneFile, Error> {
        let refused = |what: String| Error::new(format!("{program}: {what}"), AGAIN);
        let mut all = OneFile {
            inner,
            program: program.clone(),
            tree: Tree::new(program.clone()),
            members: Vec::new(),
            kept: MemberCache::default(),
        };
        match packing {
            Packing::CArchive(archive) => all.add_carchive(archive).map_err(refused)?,
            Packing::Payload(at) => all.add_payload(*at).map_err(refused)?,
        }
        Ok(all)
    }

    /// The path that stands for the folder.
    pub fn root(&self) -> &VPath {
        self.tree.root()
    }

    fn add_carchive(&mut self, archive: &CArchive) -> Result<(), String> {
        self.add(VPath::new(self.program.file_name()).to_string().into_bytes(), true, Content::Program)?;
        let mut whole = 0u64;
        for entry in archive.unpacked() {
            let name = entry.name.replace('\\', "/").into_bytes();
            if entry.is_link() {
                let target = archive.bytes(&*self.inner, &self.program, entry).map_err(|error| error.to_string())?;
                let end = target.iter().position(|&byte| byte == 0).unwrap_or(target.len());
                self.put(&name, What::Link(VPath::new(&target[..end])))?;
                continue;
            }
            let most = if entry.is_packed { entry.packed.saturating_mul(DEFLATE_RATIO) } else { entry.packed };
            whole = whole.saturating_add(entry.len);
            if entry.len > most.min(LARGEST_MEMBER) || whole > LARGEST_WHOLE {
                return Err(format!(
                    "{} declares {} bytes in {}, as a zip bomb does",
                    entry.name, entry.len, entry.packed
                ));
            }
            let (offset, packed) = archive.place(entry);
            let content = Content::Piece { offset, packed, len: entry.len, is_packed: entry.is_packed };
            self.add(name, entry.is_binary(), content)?;
        }
        Ok(())
    }

    fn add_payload(&mut self, at: u64) -> Result<(), String> {
        for unpacked in payload::unpack(&*self.inner, &self.program, at)? {
            match unpacked.link {
                Some(target) => self.put(&unpacked.name, What::Link(VPath::new(target)))?,
                None => {
                    self.add(unpacked.name, unpacked.is_executable, Content::Whole(Arc::new(unpacked.bytes)))?;
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, name: Vec<u8>, is_executable: bool, content: Content) -> Result<(), String> {
        let number = self.members.len();
        self.put(&name, What::File(number))?;
        let name = String::from_utf8_lossy(&name).into_owned();
        self.members.push(Member { name, is_executable, content, bytes: Mutex::default() });
        Ok(())
    }

    fn put(&mut self, name: &[u8], what: What) -> Result<(), String> {
        let shown = VPath::new(name);
        if let Some(why) = is_unsafe(name, "the archive") {
            return Err(format!("the member {shown} {why}"));
        }
        let path = shown.folded();
        if self.tree.at(&path).is_some() {
            return Err(format!("the member {shown} is there twice"));
        }
        self.tree.insert(&path, what).map_err(|()| format!("{shown} lies in a folder that is a file"))
    }

    /// The whole content of a member. Whoever comes while it is unpacked waits for it.
    fn bytes(&self, member: &Member) -> io::Result<Arc<Vec<u8>>> {
        let Content::Piece { offset, packed, len, is_packed } = member.content else {
            return match &member.content {
                Content::Whole(bytes) => Ok(bytes.clone()),
                _ => Err(io::ErrorKind::InvalidInput.into()),
            };
        };
        let mut slot = member.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = slot.upgrade() {
            return Ok(bytes);
        }
        let file = self.inner.open(&self.program)?;
        let packed = piece(&*file, offset, packed)?;
        let bytes = if is_packed { inflated(&packed, len) } else { Ok(packed) };
        // No kind of its own: a member that cannot be unpacked is there all the same.
        let damaged = |error| io::Error::other(format!("{} is damaged in the program: {error}", member.name));
        let bytes = Arc::new(bytes.map_err(damaged)?);
        *slot = Arc::downgrade(&bytes);
        Ok(bytes)
    }
}

/// A piece of a file, whole.
fn piece(file: &dyn ReadAt, offset: u64, len: u64) -> io::Result<Vec<u8>> {
    let there = file.stat()?.len;
    if offset.checked_add(len).is_none_or(|end| end > there) {
        return Err(io::Error::other("it reaches beyond the end of the file"));
    }
    let mut bytes = vec![0; usize::try_from(len).map_err(io::Error::other)?];
    match file.read_at(offset, &mut bytes)? == bytes.len() {
        true => Ok(bytes),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// What zlib makes of a piece that declares its length.
fn inflated(packed: &[u8], len: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One more than declared: the archive's word is not believed.
    flate2::read::ZlibDecoder::new(packed).take(len + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == len {
        true => Ok(bytes),
        false => Err(io::Error::other(format!("it does not unpack to the {len} bytes that it declares"))),
    }
}

impl Overlay for OneFile {
    fn inner(&self) -> &dyn FileSystem {
        &*self.inner
    }

    fn tree(&self) -> &Tree {
        &self.tree
    }

    fn measure(&self, number: usize) -> (u64, bool) {
        let member = &self.members[number];
        let len = match &member.content {
            Content::Program => self.inner.stat(&self.program).map_or(0, |stat| stat.len),
            Content::Piece { len, .. } => *len,
            Content::Whole(bytes) => bytes.len() as u64,
        };
        (len, member.is_executable)
    }

    fn open_member(&self, number: usize, stat: Stat) -> io::Result<Box<dyn ReadAt + '_>> {
        let member = &self.members[number];
        if let Content::Program = member.content {
            return Ok(Box::new(Own { file: self.inner.open(&self.program)?, stat }));
        }
        let bytes = self.bytes(member)?;
        self.kept.keep(number, &bytes);
        Ok(Box::new(OpenMember { bytes, stat }))
    }
}

/// The program itself, with the identity that it has in the folder.
struct Own<'a> {
    file: Box<dyn ReadAt + 'a>,
    stat: Stat,
}

impl ReadAt for Own<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, buffer)
    }

    fn stat(&self) -> io::Result<Stat> {
        Ok(self.stat)
    }
}
