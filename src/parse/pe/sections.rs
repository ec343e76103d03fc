//! Where a PE file keeps its constants: text is looked for by people, and code is most of a file.

use super::Header;
use super::layout::Section;
use goblin::pe::header::{COFF_MACHINE_X86_64, PE_POINTER_OFFSET, SIZEOF_COFF_HEADER, SIZEOF_PE_MAGIC};
use scroll::{LE, Pread};

use crate::parse::Window;
use crate::vfs::ReadAt;

/// Tables that hold initialized data and no text of the program: exceptions, relocations, resources.
const TABLES: [&[u8]; 5] = [b".pdata", b".xdata", b".reloc", b".rsrc", b".debug"];
/// `IMAGE_SCN_CNT_INITIALIZED_DATA`.
const IS_DATA: u32 = 0x40;

/// `IMAGE_SCN_CNT_CODE`.
const IS_CODE: u32 = 0x20;

/// The parts of a file, start and end, that hold constants; none where it is no PE file, or keeps them among its code.
pub(in crate::parse) fn constants(file: &dyn ReadAt, len: u64) -> Option<Vec<(u64, u64)>> {
    let sections = header(file, len)?.layout.sections;
    // The linker's `/MERGE:.rdata=.text` leaves nothing of that name.
    sections.iter().find(|section| section.name.starts_with(b".rdata"))?;
    let is_text = |name: &[u8]| !TABLES.iter().any(|table| name.starts_with(table));
    let parts = sections.iter().filter(|section| section.flags & IS_DATA != 0 && is_text(&section.name));
    Some(parts.map(|part| place(part, len)).collect())
}

/// The parts of a file that hold code for x86-64; none where it is no such file.
pub(in crate::parse) fn code(file: &dyn ReadAt, len: u64) -> Option<Vec<(u64, u64)>> {
    let header = header(file, len).filter(|header| header.machine == COFF_MACHINE_X86_64)?;
    let parts = header.layout.sections.iter().filter(|section| section.flags & IS_CODE != 0);
    Some(parts.map(|part| place(part, len)).collect())
}

fn place(section: &Section, len: u64) -> (u64, u64) {
    (section.starts().min(len), (section.starts() + u64::from(section.file_size)).min(len))
}

fn header(file: &dyn ReadAt, len: u64) -> Option<Header> {
    let window = Window { file, head: &[], len };
    let start = window.up_to(0, PE_POINTER_OFFSET as usize + 4);
    if !start.starts_with(b"MZ") {
        return None;
    }
    let at: u32 = start.pread_with(PE_POINTER_OFFSET as usize, LE).ok()?;
    let start = window.bytes(at.into(), SIZEOF_PE_MAGIC + SIZEOF_COFF_HEADER)?;
    if !start.starts_with(b"PE\0\0") {
        return None;
    }
    Header::read(&window, at.into(), &start)
}
