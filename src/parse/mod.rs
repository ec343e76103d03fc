//! Bytes → ([`Image`], problem).
//!
//! Reads what a loader reads and nothing else: program headers and the dynamic segment, never ELF's section headers. Parsing
//! never fails: what cannot be understood is a [`Problem`], and both are there where a file is damaged but readable.
//! This room knows nothing of paths.

pub mod elf;
pub mod macho;
mod numpy_api;
pub mod pe;
mod texts;
pub mod traits;

pub use texts::TextFinder;

use crate::image::{Image, Import, Name, Problem};
use crate::vfs::ReadAt;

/// How much of a file is read at first: program headers, notes and the symbol hash of most modules lie within.
const HEAD: usize = 4096;

/// What the headers of one image tell.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    pub image: Option<Image>,
    pub problem: Option<Problem>,
    /// Where the symbol tables lie, to be asked on demand.
    pub tables: Option<Tables>,
    /// Does it define the symbol that was asked for with [`read`]?
    pub defines: bool,
}

impl Slice {
    /// A file that is no image.
    pub fn problem(problem: Problem) -> Slice {
        Slice { problem: Some(problem), ..Slice::default() }
    }
}

/// Where an image keeps its symbols.
#[derive(Clone, Debug)]
pub enum Tables {
    Elf(elf::Tables),
    MachO(macho::Tables),
    Pe(Box<pe::Tables>),
}

impl Tables {
    /// Does the file define this symbol for others? `name` is as C spells it.
    pub fn defines(&self, file: &dyn ReadAt, name: &[u8]) -> bool {
        match self {
            Tables::Elf(tables) => tables.defines(file, name),
            Tables::MachO(tables) => tables.defines(file, name),
            Tables::Pe(tables) => tables.defines(file, name),
        }
    }

    /// Does the file take a symbol from elsewhere whose name begins so? `start` is as C spells it. May say yes where it
    /// defines one itself.
    pub fn mentions(&self, file: &dyn ReadAt, start: &[u8]) -> bool {
        let starts = |import: &Import| import.symbol.strip_prefix(b"_").unwrap_or(&import.symbol).starts_with(start);
        match self {
            Tables::Elf(tables) => tables.mentions(file, start),
            Tables::MachO(tables) => tables.imports(file).iter().any(starts),
            Tables::Pe(tables) => tables.imports(file).iter().any(|import| import.symbol.starts_with(start)),
        }
    }

    /// The symbol versions that the file defines; none where it has no such table, or the format knows of none.
    pub fn defined_versions(&self, file: &dyn ReadAt) -> Option<Vec<Name>> {
        match self {
            Tables::Elf(tables) => tables.defined_versions(file),
            Tables::MachO(_) | Tables::Pe(_) => None,
        }
    }
}

/// Reads the headers of an opened file, and looks one symbol up on the way: most lie in what is read anyway.
/// `len` is the file's. There is always one slice; a universal file has one for each processor.
pub fn read(file: &dyn ReadAt, len: u64, symbol: Option<&[u8]>) -> Vec<Slice> {
    let mut head = vec![0; HEAD.min(len as usize)];
    match file.read_at(0, &mut head) {
        Ok(got) => head.truncate(got),
        Err(error) => return vec![Slice::problem(Problem::Unreadable(error.to_string()))],
    }
    let window = Window { file, head: &head, len };
    if head.starts_with(b"\x7fELF") {
        return vec![elf::read(&window, symbol)];
    }
    if let Some(slices) = macho::read(&window, symbol) {
        return slices;
    }
    vec![pe::read(&window, symbol).unwrap_or_else(|| Slice::problem(not_an_image(&head, len)))]
}

/// A file with its first page at hand.
struct Window<'a> {
    file: &'a dyn ReadAt,
    head: &'a [u8],
    len: u64,
}

impl<'a> Window<'a> {
    /// A file of which nothing has been read yet.
    fn of(file: &'a dyn ReadAt) -> Window<'a> {
        Window { file, head: &[], len: file.stat().map_or(0, |stat| stat.len) }
    }

    /// Exactly `count` bytes from `offset` on; none where the file ends before or cannot be read.
    fn bytes(&self, offset: u64, count: usize) -> Option<std::borrow::Cow<'_, [u8]>> {
        let end = offset.checked_add(count as u64)?;
        if end <= self.head.len() as u64 {
            return Some(self.head[offset as usize..end as usize].into());
        }
        if end > self.len {
            return None;
        }
        let mut bytes = vec![0; count];
        (self.file.read_at(offset, &mut bytes).ok()? == count).then_some(bytes.into())
    }

    /// As [`Window::bytes`], but what lies beyond the end of the file is left off.
    fn up_to(&self, offset: u64, count: usize) -> std::borrow::Cow<'_, [u8]> {
        let there = self.len.saturating_sub(offset).min(count as u64) as usize;
        self.bytes(offset, there).unwrap_or_default()
    }
}

/// Says what a file is that is no native file.
fn not_an_image(head: &[u8], len: u64) -> Problem {
    if len == 0 || head.is_empty() {
        return Problem::Empty;
    }
    if head.starts_with(b"version https://git-lfs.github.com/") {
        return Problem::GitLfsPointer;
    }
    let sample = &head[..head.len().min(512)];
    if sample.iter().all(|&byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..)) {
        let is_script = [&b"/* GNU ld script"[..], b"INPUT", b"GROUP", b"OUTPUT_FORMAT"];
        if is_script.iter().any(|start| sample.starts_with(start)) {
            return Problem::LinkerScript;
        }
        let line = sample.split(|&byte| byte == b'\n').next().unwrap_or_default();
        return Problem::Text { first_line: Name::from(&line[..line.len().min(60)]) };
    }
    match head {
        [a, b, c, d, ..] if len >= 52 => Problem::Unknown { magic: [*a, *b, *c, *d] },
        _ => Problem::TooShort { len },
    }
}
