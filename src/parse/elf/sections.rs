//! Where an ELF file keeps its constants. No loader reads section headers; but text is looked for by people, and code is
//! most of a file.

use goblin::container::{Container, Ctx, Endian};
use goblin::elf::header::{EI_CLASS, EI_DATA, ELFCLASS64, ELFDATA2MSB, EM_X86_64, Header};
use goblin::elf::section_header::{SHT_NOBITS, SectionHeader};
use scroll::Pread;
use scroll::ctx::SizeWith;

use crate::parse::Window;
use crate::vfs::ReadAt;

/// Real modules have a few dozen.
const MOST_SECTIONS: usize = 1024;
const MOST_NAME_BYTES: u64 = 1 << 16;
/// Where compilers keep texts: constants, initialized data, notes of their own. Tables for exceptions are large, and say
/// nothing.
const HOLDERS: [&[u8]; 3] = [b".rodata", b".data", b".comment"];

/// The parts of a file, start and end, that hold constants; none where it is no ELF file or does not say.
pub(in crate::parse) fn constants(file: &dyn ReadAt, len: u64) -> Option<Vec<(u64, u64)>> {
    let (_, sections) = sections(file, len)?;
    let is_text = |name: &[u8]| HOLDERS.iter().any(|holder| name.starts_with(holder));
    let parts: Vec<(u64, u64)> = sections.into_iter().filter(|(name, _)| is_text(name)).map(|(_, part)| part).collect();
    (!parts.is_empty()).then_some(parts)
}

/// The parts of a file that hold code for x86-64; none where it is no such file or does not say.
pub(in crate::parse) fn code(file: &dyn ReadAt, len: u64) -> Option<Vec<(u64, u64)>> {
    let (machine, sections) = sections(file, len)?;
    let parts = sections.into_iter().filter(|(name, _)| name.starts_with(b".text")).map(|(_, part)| part);
    (machine == EM_X86_64).then(|| parts.collect())
}

/// The processor of an ELF file, and its sections that lie in the file, by name.
#[expect(clippy::type_complexity, reason = "a list of names and places")]
fn sections(file: &dyn ReadAt, len: u64) -> Option<(u16, Vec<(Vec<u8>, (u64, u64))>)> {
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
    let names = section(header.e_shstrndx.into())?;
    let names = window.up_to(names.sh_offset, names.sh_size.min(MOST_NAME_BYTES) as usize);
    let named = |section: SectionHeader| {
        let name = names.get(section.sh_name..).unwrap_or_default().split(|&byte| byte == 0).next().unwrap_or_default();
        let end = section.sh_offset.saturating_add(section.sh_size).min(len);
        (name.to_vec(), (section.sh_offset.min(len), end))
    };
    let there = (0..count).filter_map(section).filter(|section| section.sh_type != SHT_NOBITS);
    Some((header.e_machine, there.map(named).collect()))
}
