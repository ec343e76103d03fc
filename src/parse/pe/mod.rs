//! PE, read as the loader of Windows reads it: the headers, the sections, and of the directories those of imports, delayed
//! imports, exports and debugging.
//!
//! Layouts are those of Microsoft's "PE Format", constants goblin's; `goblin::pe::PE::parse` wants the whole file in memory
//! and reads every symbol of it. Bound imports are no loader's business since Windows 8.

mod exports;
mod imports;
mod layout;
mod sections;
#[cfg(feature = "testing")]
mod write;

pub(super) use sections::{code, constants};
#[cfg(feature = "testing")]
pub use write::write;

use goblin::pe::header::{
    COFF_MACHINE_ARM64, COFF_MACHINE_ARMNT, COFF_MACHINE_RISCV64, COFF_MACHINE_X86, COFF_MACHINE_X86_64,
    PE_POINTER_OFFSET, SIZEOF_COFF_HEADER, SIZEOF_PE_MAGIC,
};
use goblin::pe::optional_header::{MAGIC_32, MAGIC_64};
use goblin::pe::section_table::SIZEOF_SECTION_TABLE;
use scroll::{LE, Pread};

use self::layout::{Layout, Mapped, Section};
use super::{Slice, Window};
use crate::image::{Arch, Export, Format, Image, ImageKind, Import, Machine, Name, Pe, Problem};
use crate::vfs::ReadAt;

/// What the loader takes at most.
const MOST_SECTIONS: u16 = 96;
/// `IMAGE_FILE_EXECUTABLE_IMAGE` and `IMAGE_FILE_DLL`.
const IS_IMAGE: u16 = 0x2;
const IS_DLL: u16 = 0x2000;

/// The directories that are read, by their place in the optional header.
const EXPORTS: usize = 0;
const IMPORTS: usize = 1;
const CERTIFICATES: usize = 4;
const DEBUG: usize = 6;
const DELAYED: usize = 13;
const CLR: usize = 14;

/// Where an image keeps its symbols.
#[derive(Clone, Debug)]
pub struct Tables {
    layout: Layout,
    is_wide: bool,
    base: u64,
    exports: Directory,
    imports: Directory,
    delayed: Directory,
    /// By its place in the file, unlike the others.
    certificates: Directory,
}

/// A place in memory, relative to where the image is loaded; 0 is none.
#[derive(Clone, Copy, Debug, Default)]
struct Directory {
    at: u32,
    size: u32,
}

impl Tables {
    /// Does the file export this name?
    pub fn defines(&self, file: &dyn ReadAt, name: &[u8]) -> bool {
        self.exports(file, &[name])[0].is_some()
    }

    /// What the file exports under these names; `#12` asks for an ordinal.
    pub fn exports(&self, file: &dyn ReadAt, names: &[&[u8]]) -> Vec<Option<Export>> {
        let window = Window::of(file);
        let mapped = Mapped::new(&window, &self.layout);
        let exports = exports::Exports::read(&mapped, self.exports);
        names.iter().map(|name| exports.as_ref()?.find(&mapped, name)).collect()
    }

    /// Could the names of needs be replaced by others of these lengths, without what lies behind the last section? There has to
    /// be room at the ends of sections for one after the other, or nothing behind the last one but a signature, so that
    /// another section may follow.
    pub fn can_rename_needs(&self, len: u64, lengths: &[usize]) -> bool {
        /// Readable data that nobody throws away and no program runs.
        const WANTED: u32 = 0x4000_0040;
        const UNWANTED: u32 = 0x2300_80a0;
        let mut sections = self.layout.sections.clone();
        sections.sort_by_key(|section| section.address);
        let mut lengths = lengths.iter().map(|&length| length as u64).peekable();
        for (index, section) in sections.iter().enumerate() {
            let is_fit = section.flags & WANTED == WANTED && section.flags & UNWANTED == 0;
            let Some(mut room) = section.file_size.checked_sub(section.size).filter(|_| is_fit).map(u64::from) else {
                continue;
            };
            if let Some(next) = sections.get(index + 1) {
                room = room.min(u64::from(next.address.saturating_sub(section.address).saturating_sub(section.size)));
            }
            while let Some(length) = lengths.next_if(|length| *length < room) {
                room -= length + 1;
            }
        }
        let end = sections.iter().map(|section| u64::from(section.file_at) + u64::from(section.file_size)).max();
        let end = end.unwrap_or(len);
        let signature = self.certificates;
        let is_signature = u64::from(signature.at) == end.next_multiple_of(8)
            && u64::from(signature.at) + u64::from(signature.size) == len;
        lengths.peek().is_none() || end >= len || is_signature
    }

    /// The names that the file takes from each of its needs, in the order of the file; an ordinal is spelled `#12`.
    pub fn imports(&self, file: &dyn ReadAt) -> Vec<Import> {
        let window = Window::of(file);
        imports::symbols(self, &Mapped::new(&window, &self.layout))
    }
}

/// Reads a PE file; none where it is something else.
pub(super) fn read(window: &Window, symbol: Option<&[u8]>) -> Option<Slice> {
    if !window.head.starts_with(b"MZ") {
        return None;
    }
    let at: u32 = window.head.pread_with(PE_POINTER_OFFSET as usize, LE).ok()?;
    let start = window.up_to(at.into(), SIZEOF_PE_MAGIC + SIZEOF_COFF_HEADER);
    if !start.starts_with(b"PE\0\0") {
        let is_cut = u64::from(at) + SIZEOF_PE_MAGIC as u64 > window.len;
        let problem = match is_cut {
            true => Problem::Truncated { promised: u64::from(at) + 24, len: window.len },
            false => Problem::Header("a program for MS-DOS (MZ), or its PE header is damaged"),
        };
        return Some(Slice::problem(problem));
    }
    Some(match summarize(window, at.into(), &start, symbol) {
        Ok(slice) => slice,
        Err(problem) => Slice::problem(problem),
    })
}

fn summarize(window: &Window, at: u64, start: &[u8], symbol: Option<&[u8]>) -> Result<Slice, Problem> {
    let header = Header::read(window, at, start).ok_or(Problem::TooShort { len: window.len })?;
    let mut image = Image::new(Format::Pe, arch_of(header.machine));
    image.kind = match header.flags {
        flags if flags & IS_IMAGE == 0 => ImageKind::Inert,
        flags if flags & IS_DLL == 0 => ImageKind::Program,
        _ => ImageKind::Shared,
    };
    let mapped = Mapped::new(window, &header.layout);
    let (needs, is_whole) = imports::needs(&mapped, header.directory(IMPORTS), header.directory(DELAYED), header.base);
    let exports = exports::Exports::read(&mapped, header.directory(EXPORTS));
    let ends = header.layout.sections.iter().map(|section| section.starts() + u64::from(section.file_size)).max();
    image.needs = needs;
    image.identity = exports.as_ref().and_then(|exports| mapped.text(exports.name)).map(|name| Name::from(&name));
    image.pe = Some(Box::new(Pe {
        pdb: pdb(window, &mapped, header.directory(DEBUG)),
        subsystem: header.subsystem,
        linker: header.linker,
        is_managed: header.directory(CLR).at != 0,
        forwards_to: exports.as_ref().map(|exports| exports.forwards_to(&mapped)).unwrap_or_default(),
        overlay: window.len.saturating_sub(ends.unwrap_or(window.len)),
    }));
    let defines = symbol.is_some_and(|symbol| exports.is_some_and(|exports| exports.find(&mapped, symbol).is_some()));
    let problem = header
        .problem(window.len)
        .or((!is_whole).then_some(Problem::Header("malformed: its list of imports leads out of the file")));
    drop(mapped);
    let tables = Tables {
        is_wide: header.is_wide,
        base: header.base,
        exports: header.directory(EXPORTS),
        imports: header.directory(IMPORTS),
        delayed: header.directory(DELAYED),
        certificates: header.directory(CERTIFICATES),
        layout: header.layout,
    };
    Ok(Slice { image: Some(image), problem, tables: Some(super::Tables::Pe(Box::new(tables))), defines })
}

/// The COFF header, the optional header and the table of sections.
struct Header {
    machine: u16,
    flags: u16,
    is_wide: bool,
    /// Does the optional header begin as one of an image does?
    has_magic: bool,
    linker: (u8, u8),
    base: u64,
    subsystem: u16,
    directories: Vec<Directory>,
    layout: Layout,
    /// More sections than the loader takes, or less than are promised.
    are_sections_whole: bool,
}

impl Header {
    fn read(window: &Window, at: u64, start: &[u8]) -> Option<Header> {
        let half = |offset: usize| start.pread_with::<u16>(SIZEOF_PE_MAGIC + offset, LE).ok();
        let (machine, count, optional_len, flags) = (half(0)?, half(2)?, half(16)?, half(18)?);
        let optional_at = at + start.len() as u64;
        let optional = window.up_to(optional_at, optional_len.into());
        let half = |offset: usize| optional.pread_with::<u16>(offset, LE).ok();
        let word = |offset: usize| optional.pread_with::<u32>(offset, LE).ok();
        let magic = half(0).unwrap_or_default();
        let is_wide = magic == MAGIC_64;
        // Both forms agree up to the base address; those behind it are 8 bytes long in the wide one, and so four more of them.
        let base = match is_wide {
            true => optional.pread_with::<u64>(24, LE).unwrap_or_default(),
            false => word(28).unwrap_or_default().into(),
        };
        let directories_at = if is_wide { 112 } else { 96 };
        let promised = word(directories_at - 4).unwrap_or_default().min(16) as usize;
        let directory = |index: usize| {
            let at = directories_at + index * 8;
            Some(Directory { at: word(at)?, size: word(at + 4)? })
        };
        let table = window
            .up_to(optional_at + u64::from(optional_len), usize::from(count.min(MOST_SECTIONS)) * SIZEOF_SECTION_TABLE);
        let sections: Vec<Section> = table.chunks_exact(SIZEOF_SECTION_TABLE).filter_map(section).collect();
        let alignment = (word(32).unwrap_or_default(), window.len.min(u32::MAX.into()) as u32);
        // Where sections are laid out more closely than pages, the file is mapped as it is.
        let headers = if alignment.0 < 4096 { alignment.1 } else { word(60).unwrap_or_default() };
        Some(Header {
            machine,
            flags,
            is_wide,
            has_magic: matches!(magic, MAGIC_32 | MAGIC_64),
            linker: (optional.get(2).copied().unwrap_or_default(), optional.get(3).copied().unwrap_or_default()),
            base,
            subsystem: half(68).unwrap_or_default(),
            directories: (0..promised).map_while(directory).collect(),
            are_sections_whole: sections.len() == usize::from(count),
            layout: Layout { headers, sections: if alignment.0 < 4096 { Vec::new() } else { sections } },
        })
    }

    fn directory(&self, index: usize) -> Directory {
        self.directories.get(index).copied().unwrap_or_default()
    }

    /// What makes the loader say that this is not a valid application.
    fn problem(&self, len: u64) -> Option<Problem> {
        if !self.has_magic {
            return Some(Problem::Header("malformed: no optional header"));
        }
        if !self.are_sections_whole {
            return Some(Problem::Header("malformed: its table of sections is not whole"));
        }
        let end = |section: &Section| section.starts() + u64::from(section.mapped());
        let promised = self.layout.sections.iter().filter(|section| section.file_size > 0).map(end).max().unwrap_or(0);
        (promised > len).then_some(Problem::Truncated { promised, len })
    }
}

fn section(entry: &[u8]) -> Option<Section> {
    let word = |offset: usize| entry.pread_with::<u32>(offset, LE).ok();
    Some(Section {
        name: entry.get(..8)?.try_into().ok()?,
        size: word(8)?,
        address: word(12)?,
        file_size: word(16)?,
        file_at: word(20)?,
        flags: word(36)?,
    })
}

/// Where the debugging symbols are, of the first CodeView entry in the debug directory.
fn pdb(window: &Window, mapped: &Mapped, directory: Directory) -> Option<Name> {
    const ENTRY: u32 = 28;
    const CODEVIEW: u32 = 2;
    for index in 0..(directory.size / ENTRY).min(16) {
        let entry: [u8; ENTRY as usize] = mapped.bytes(directory.at.checked_add(index * ENTRY)?)?;
        let word = |offset: usize| entry.pread_with::<u32>(offset, LE).ok();
        if word(12)? == CODEVIEW {
            let at = u64::from(word(24)?);
            let has_path = window.bytes(at, 4)?.starts_with(b"RSDS");
            return has_path.then(|| mapped.text_at(at + 24, 1 << 10)).flatten().map(|text| Name::from(&text));
        }
    }
    None
}

fn arch_of(machine: u16) -> Arch {
    let (machine, bits) = match machine {
        COFF_MACHINE_X86_64 => return Arch::X86_64,
        COFF_MACHINE_ARM64 => return Arch::AARCH64,
        COFF_MACHINE_X86 => (Machine::X86, 32),
        COFF_MACHINE_ARMNT => (Machine::Arm, 32),
        COFF_MACHINE_RISCV64 => (Machine::Riscv, 64),
        other => (Machine::Other(other.into()), 32),
    };
    Arch { machine, bits, big_endian: false }
}
