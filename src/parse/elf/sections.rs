//! Where an ELF file keeps its constants. No loader reads section headers; but text is looked for by people, and code is
//! most of a file.

use goblin::container::{Container, Ctx, Endian};
use goblin::elf::header::{EI_CLASS, EI_DATA, ELFCLASS64, ELFDATA2MSB, Header};
use goblin::elf::section_header::{SHF_ALLOC, SHF_EXECINSTR, SHF_MERGE, SHT_PROGBITS, SectionHeader};
use scroll::Pread;
use scroll::ctx::SizeWith;

use crate::parse::Window;
use crate::vfs::ReadAt;

/// Real modules have a few dozen.
const MOST_SECTIONS: usize = 1024;
/// The notes of compilers (`.comment`) are short; the texts of debuggers are not, and tell nothing more.
const MOST_NOTE_BYTES: u64 = 4096;

/// The parts of a file, start and end, that hold constants; none where it is no ELF file or does not say.
pub(in crate::parse) fn constants(file: &dyn ReadAt, len: u64) -> Option<Vec<(u64, u64)>> {
    let window = Window { file, head: &[], len };
    let head = window.up_to(0, 64);
    if !head.starts_with(b"\x7fELF") {
        return None;
    }
    let container = if *head.get(EI_CLASS)? == ELFCLASS64 { Container::Big } else { Container::Little };
    let endian = if *head.get(EI_DATA)? == ELFDATA2MSB { Endian::Big } else { Endian::Little };
    let ctx = Ctx::new(container, endian);
    let header: Header = head.pread(0).ok()?;
    let (size, count) = (SectionHeader::size_with(&ctx), (header.e_shnum as usize).min(MOST_SECTIONS));
    let table = window.bytes(header.e_shoff, count.checked_mul(size)?).filter(|table| !table.is_empty())?;
    let section = |index: usize| table.pread_with::<SectionHeader>(index * size, ctx).ok();
    let parts = (0..count).filter_map(section).filter(is_constant);
    let parts: Vec<(u64, u64)> = parts
        .map(|section| (section.sh_offset.min(len), section.sh_offset.saturating_add(section.sh_size).min(len)))
        .collect();
    (!parts.is_empty()).then_some(parts)
}

fn is_constant(section: &SectionHeader) -> bool {
    let has = |flag: u32| section.sh_flags & u64::from(flag) != 0;
    let is_note = || has(SHF_MERGE) && section.sh_size <= MOST_NOTE_BYTES;
    section.sh_type == SHT_PROGBITS && !has(SHF_EXECINSTR) && (has(SHF_ALLOC) || is_note())
}
