//! ELF, read as `ld.so` reads it: header, program headers, dynamic segment, dynamic strings.
//!
//! Through goblin's low-level readers: `goblin::elf::Elf::parse` and its `Strtab` read whole tables that a summary does
//! not need.

mod dynamic_symbols;
mod relocations;
mod sections;
mod symbols;
#[cfg(feature = "testing")]
mod write;

pub use dynamic_symbols::{DynamicSymbols, SymbolKey};
pub(super) use sections::{code, constants};
use symbols::RelocationTable;
pub use symbols::{BindingFlags, Tables, TlsBlock};
#[cfg(feature = "testing")]
pub use write::{Extras, write};

use std::cell::Cell;

use goblin::container::{Container, Ctx, Endian};
use goblin::elf::dynamic::{self, Dyn};
use goblin::elf::header::{self, Header};
use goblin::elf::program_header::{self, ProgramHeader};
use goblin::elf::section_header::{SHT_GNU_VERNEED, SectionHeader};
use goblin::elf::symver::{VER_FLG_WEAK, VerneedSection};
use goblin::elf64::header::SIZEOF_EHDR;
use memchr::memchr;
use scroll::Pread;

use super::{Slice, Window};
use crate::image::{Arch, Format, Image, ImageKind, Machine, Name, Need, NeedKind, Problem, VersionNeed};

/// More than any linker writes; what a hostile header claims beyond is not read.
const MOST_DYNAMIC_BYTES: u64 = 1 << 20;
const MOST_SEGMENTS: usize = 1024;
const MOST_VERSION_BYTES: u64 = 1 << 20;
/// The text of all names together; those of real files take a few kilobytes. Entries without number may share one long name.
const MOST_TEXT_BYTES: usize = 4 << 20;
/// `PATH_MAX` of Linux, the longest name that could ever be opened.
const MOST_NAME_BYTES: usize = 4096;
/// Dynamic strings that lie within this distance of each other are read with one call.
const MOST_STRINGS_AT_ONCE: u64 = 32 << 10;

/// Names a file that stands in for this one; glibc loads it as if it were needed.
const DT_FILTER: u64 = 0x7fff_ffff;
/// As `DT_FILTER`, but the file may be absent.
const DT_AUXILIARY: u64 = 0x7fff_fffd;

/// `Elf64_Verneed` and `Elf64_Vernaux` have the same length in both classes; an `Elf64_Verdef` never comes without its
/// `Elf64_Verdaux`.
const VERNEED_BYTES: usize = 16;
const VERDEF_BYTES: u64 = 20 + 8;

const OVERLAPPING_NEEDS: Problem = Problem::Header("malformed: its lists of version needs overlap");
const OVERLAPPING_DEFINITIONS: Problem =
    Problem::Header("malformed: it claims more version definitions than it has room for");
const TOO_MUCH_TEXT: Problem =
    Problem::Header("malformed: its dynamic strings together are longer than any linker writes");

/// A `PT_LOAD` segment: what maps addresses to places in the file.
#[derive(Clone, Copy, Debug)]
struct Load {
    address: u64,
    offset: u64,
    size: u64,
}

pub(super) fn read(window: &Window, symbol: Option<&[u8]>) -> Slice {
    match summarize(window) {
        Ok((mut slice, tables)) => {
            let asked = symbol.zip(tables.as_ref());
            slice.defines = asked.is_some_and(|(symbol, tables)| tables.defines_in(window, symbol));
            slice.tables = tables.map(super::Tables::Elf);
            slice
        }
        Err(problem) => Slice::problem(problem),
    }
}

/// The checks and their order are those of `open_verify` and `_dl_map_object_from_fd` in glibc's `elf/dl-load.c`.
fn summarize(window: &Window) -> Result<(Slice, Option<Tables>), Problem> {
    let ident = window.head;
    if ident.len() < header::SIZEOF_IDENT {
        return Err(Problem::TooShort { len: window.len });
    }
    let container = match ident[header::EI_CLASS] {
        header::ELFCLASS32 => Container::Little,
        header::ELFCLASS64 => Container::Big,
        _ => return Err(Problem::Header("its ELF header names no known class")),
    };
    let endian = match ident[header::EI_DATA] {
        header::ELFDATA2LSB => Endian::Little,
        header::ELFDATA2MSB => Endian::Big,
        _ => return Err(Problem::Header("its ELF header names no known byte order")),
    };
    let ctx = Ctx::new(container, endian);
    let size = if ctx.is_big() { SIZEOF_EHDR } else { goblin::elf32::header::SIZEOF_EHDR };
    if ident.len() < size {
        return Err(Problem::TooShort { len: window.len });
    }
    let header: Header = ident.pread(0).map_err(|_| Problem::Header("its ELF header cannot be read"))?;
    let versions = [ident[header::EI_VERSION].into(), header.e_version];
    if versions.iter().any(|&version: &u32| version != u32::from(header::EV_CURRENT)) {
        return Err(Problem::Header("its ELF header names another version of the format"));
    }

    let arch = arch_of(&header, ctx);
    let mut image = Image::new(Format::Elf, arch);
    let segments = segments(window, &header, ctx)?;
    let loads: Vec<Load> = segments
        .iter()
        .filter(|segment| segment.p_type == program_header::PT_LOAD)
        .map(|segment| Load { address: segment.p_vaddr, offset: segment.p_offset, size: segment.p_filesz })
        .collect();

    let (mut dynamic, mut tls) = (None, None);
    let is_note = |kind: u32| segments.iter().filter(move |segment| segment.p_type == kind);
    // glibc goes by the segment of properties, and by notes of any kind where older linkers made none.
    let mut notes = is_note(program_header::PT_GNU_PROPERTY).chain(is_note(program_header::PT_NOTE)).peekable();
    let first = notes.peek().map(|segment| segment.p_type);
    let notes =
        notes.filter(|segment| Some(segment.p_type) == first).map(|segment| (segment.p_offset, segment.p_filesz));
    let notes: Vec<(u64, u64)> = notes.collect();
    for segment in &segments {
        match segment.p_type {
            program_header::PT_DYNAMIC => dynamic = Some((segment.p_offset, segment.p_filesz)),
            program_header::PT_TLS => tls = Some(TlsBlock { len: segment.p_memsz, align: segment.p_align.max(1) }),
            program_header::PT_GNU_STACK => image.executable_stack = segment.p_flags & program_header::PF_X != 0,
            program_header::PT_INTERP => {
                image.interpreter = string_at(window, segment.p_offset, MOST_NAME_BYTES.min(segment.p_filesz as usize));
            }
            _ => {}
        }
    }
    let promised = loads.iter().map(|load| load.offset.saturating_add(load.size)).max().unwrap_or(0);
    let truncated = || (promised > window.len).then_some(Problem::Truncated { promised, len: window.len });
    let empty = || {
        let is_empty = dynamic.is_some() && loads.is_empty();
        is_empty.then_some(Problem::Header("it has no loadable segments"))
    };
    let mut problem = misaligned(&loads).or_else(truncated).or_else(empty);

    let mut tables = None;
    match dynamic {
        None => image.kind = if image.interpreter.is_some() { ImageKind::Program } else { ImageKind::Inert },
        Some((offset, size)) => {
            let entries = entries(window, offset, size, ctx);
            if entries.is_empty() && problem.is_none() {
                return Err(Problem::Header("its dynamic segment is empty"));
            }
            let (found, beyond) = fill(&mut image, window, &entries, &loads, ctx);
            tables = Some(Tables { notes, machine: header.e_machine, tls, ..found });
            problem = problem.or(beyond);
        }
    }
    match header.e_type {
        header::ET_EXEC => image.kind = ImageKind::Program,
        header::ET_DYN if image.flags & crate::image::DF_1_PIE != 0 => image.kind = ImageKind::Program,
        header::ET_DYN => {}
        _ => image.kind = ImageKind::Inert,
    }
    let problem = problem.or_else(|| other_abi(ident));
    Ok((Slice { image: Some(image), problem, ..Slice::default() }, tables))
}

/// glibc refuses a segment whose address and place in the file differ by parts of a page, an empty one too; pages may be
/// larger than these, never smaller.
fn misaligned(loads: &[Load]) -> Option<Problem> {
    const PAGE: u64 = 4096;
    let is_misaligned = |load: &Load| !load.address.wrapping_sub(load.offset).is_multiple_of(PAGE);
    loads.iter().any(is_misaligned).then_some(Problem::MISALIGNED)
}

/// `VALID_ELF_OSABI` and `VALID_ELF_ABIVERSION` in glibc: System V's, or GNU's in a version that it knows.
fn other_abi(ident: &[u8]) -> Option<Problem> {
    const ELFOSABI_GNU: u8 = 3;
    const NEWEST_GNU_ABI: u8 = 4;
    let (abi, version) = (ident[header::EI_OSABI], ident[header::EI_ABIVERSION]);
    let fits = version == 0 || (abi == ELFOSABI_GNU && version <= NEWEST_GNU_ABI);
    match abi {
        header::ELFOSABI_NONE | ELFOSABI_GNU if fits => None,
        header::ELFOSABI_NONE | ELFOSABI_GNU => Some(Problem::Header("its ELF header names a newer ABI")),
        // ARM's own ABI numbers mark processors, not systems.
        64.. => None,
        _ => Some(Problem::Header("its ELF header names another system's ABI")),
    }
}

fn arch_of(header: &Header, ctx: Ctx) -> Arch {
    let machine = match header.e_machine {
        header::EM_386 => Machine::X86,
        header::EM_X86_64 => Machine::X86_64,
        header::EM_ARM => Machine::Arm,
        header::EM_AARCH64 => Machine::Aarch64,
        header::EM_PPC64 => Machine::Ppc64,
        header::EM_S390 => Machine::S390x,
        header::EM_RISCV => Machine::Riscv,
        258 => Machine::LoongArch,
        other => Machine::Other(other.into()),
    };
    Arch { machine, bits: if ctx.is_big() { 64 } else { 32 }, big_endian: ctx.le == Endian::Big }
}

fn segments(window: &Window, header: &Header, ctx: Ctx) -> Result<Vec<ProgramHeader>, Problem> {
    let size = ProgramHeader::size(ctx);
    let count = usize::from(header.e_phnum);
    if count > 0 && usize::from(header.e_phentsize) != size {
        return Err(Problem::Header("the program headers have an unexpected size"));
    }
    if count > MOST_SEGMENTS {
        return Err(Problem::Header("its ELF header claims more program headers than any linker writes"));
    }
    let bytes = window.bytes(header.e_phoff, count * size).ok_or(Problem::Truncated {
        promised: header.e_phoff.saturating_add((count * size) as u64),
        len: window.len,
    })?;
    ProgramHeader::parse(&bytes, 0, count, ctx).map_err(|_| Problem::Header("its program headers cannot be read"))
}

fn entries(window: &Window, offset: u64, size: u64, ctx: Ctx) -> Vec<Dyn> {
    let bytes = window.up_to(offset, size.min(MOST_DYNAMIC_BYTES) as usize);
    let mut at = 0;
    let mut entries = Vec::with_capacity(bytes.len() / 16);
    while let Ok(entry) = bytes.gread_with::<Dyn>(&mut at, ctx) {
        if entry.d_tag == dynamic::DT_NULL {
            break;
        }
        entries.push(entry);
    }
    entries
}

/// Reads what the dynamic entries point at into the image; and says where that is more than a file of this length can hold.
fn fill(image: &mut Image, window: &Window, entries: &[Dyn], loads: &[Load], ctx: Ctx) -> (Tables, Option<Problem>) {
    let value = |tag| entries.iter().rev().find(|entry| entry.d_tag == tag).map(|entry| entry.d_val);
    let place = |tag| value(tag).and_then(|address| offset_of(address, loads));
    image.flags = value(dynamic::DT_FLAGS_1).unwrap_or(0);

    let tables = Tables {
        ctx,
        gnu_hash: place(dynamic::DT_GNU_HASH),
        hash: place(dynamic::DT_HASH),
        symbols: place(dynamic::DT_SYMTAB),
        strings: place(dynamic::DT_STRTAB),
        strings_len: value(dynamic::DT_STRSZ).unwrap_or(0),
        versions: place(dynamic::DT_VERDEF).zip(value(dynamic::DT_VERDEFNUM)),
        notes: Vec::new(),
        machine: 0,
        tls: None,
        version_of: place(dynamic::DT_VERSYM),
        wanted_versions: place(dynamic::DT_VERNEED).zip(value(dynamic::DT_VERNEEDNUM)),
        relocations: relocations(entries, loads),
        flags: binding_flags(entries),
    };
    let claimed = |(place, count): (u64, u64)| count > window.len.saturating_sub(place) / VERDEF_BYTES;
    let mut problem = tables.versions.is_some_and(claimed).then_some(OVERLAPPING_DEFINITIONS);
    let Some(strings) = tables.strings else { return (tables, problem) };

    let wanted = verneed(window, place(dynamic::DT_VERNEED), value(dynamic::DT_VERNEEDNUM), ctx).unwrap_or_else(|| {
        problem = Some(OVERLAPPING_NEEDS);
        Vec::new()
    });
    let in_dynamic = entries.iter().filter(|entry| is_string(entry.d_tag)).map(|entry| entry.d_val);
    let in_versions = wanted.iter().flat_map(|version| [version.from, version.version]);
    let text = Strings::read(window, strings, tables.strings_len, in_dynamic.chain(in_versions));

    for entry in entries {
        let string = || text.get(entry.d_val);
        match entry.d_tag {
            dynamic::DT_NEEDED => image.needs.extend(string().map(|name| Need { name, kind: NeedKind::Normal })),
            // Filters are loaded as if they were needed (`_dl_map_object_deps`); auxiliary ones may be absent.
            DT_FILTER => image.needs.extend(string().map(|name| Need { name, kind: NeedKind::Reexport })),
            DT_AUXILIARY => image.needs.extend(string().map(|name| Need { name, kind: NeedKind::Weak })),
            dynamic::DT_SONAME => image.identity = string(),
            dynamic::DT_RPATH => image.rpath = string(),
            dynamic::DT_RUNPATH => image.runpath = string(),
            _ => {}
        }
    }
    image.versions = wanted
        .iter()
        .filter_map(|wanted| {
            Some(VersionNeed { from: text.get(wanted.from)?, version: text.get(wanted.version)?, weak: wanted.weak })
        })
        .collect();
    if text.left.get() == 0 {
        problem = Some(TOO_MUCH_TEXT);
    }
    (tables, problem)
}

/// The tables of relocations in the order in which a loader goes through them.
fn relocations(entries: &[Dyn], loads: &[Load]) -> Vec<RelocationTable> {
    let value = |tag| entries.iter().rev().find(|entry| entry.d_tag == tag).map(|entry| entry.d_val);
    let table = |place, len, relative, has_addends| {
        let offset = offset_of(value(place)?, loads)?;
        let relative = value(relative).unwrap_or(0);
        Some(RelocationTable { offset, len: value(len)?, has_addends, relative })
    };
    let is_rela = value(dynamic::DT_PLTREL) == Some(dynamic::DT_RELA);
    [
        table(dynamic::DT_RELA, dynamic::DT_RELASZ, dynamic::DT_RELACOUNT, true),
        table(dynamic::DT_REL, dynamic::DT_RELSZ, dynamic::DT_RELCOUNT, false),
        table(dynamic::DT_JMPREL, dynamic::DT_PLTRELSZ, dynamic::DT_NULL, is_rela),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn binding_flags(entries: &[Dyn]) -> BindingFlags {
    use dynamic::{DF_1_NOW, DF_BIND_NOW, DF_STATIC_TLS, DF_SYMBOLIC, DT_BIND_NOW, DT_FLAGS, DT_FLAGS_1, DT_SYMBOLIC};
    let has = |tag| entries.iter().any(|entry| entry.d_tag == tag);
    let flag = |tag, bit| entries.iter().any(|entry| entry.d_tag == tag && entry.d_val & bit != 0);
    BindingFlags {
        is_symbolic: has(DT_SYMBOLIC) || flag(DT_FLAGS, DF_SYMBOLIC),
        binds_now: has(DT_BIND_NOW) || flag(DT_FLAGS, DF_BIND_NOW) || flag(DT_FLAGS_1, DF_1_NOW),
        has_static_tls: flag(DT_FLAGS, DF_STATIC_TLS),
    }
}

fn is_string(tag: u64) -> bool {
    use dynamic::{DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME};
    matches!(tag, DT_NEEDED | DT_SONAME | DT_RPATH | DT_RUNPATH | DT_FILTER | DT_AUXILIARY)
}

fn offset_of(address: u64, loads: &[Load]) -> Option<u64> {
    let load = loads.iter().find(|load| address >= load.address && address - load.address < load.size)?;
    load.offset.checked_add(address - load.address)
}

/// A version need whose names are still offsets into the dynamic strings.
struct Wanted {
    from: u64,
    version: u64,
    weak: bool,
}

/// The table of version needs; none where its lists overlap, which no linker writes: a few bytes could claim needs without
/// number.
fn verneed(window: &Window, offset: Option<u64>, count: Option<u64>, ctx: Ctx) -> Option<Vec<Wanted>> {
    let (Some(offset), Some(count)) = (offset, count) else { return Some(Vec::new()) };
    // The table's size is written nowhere in the dynamic segment: read as much as its entries could ordinarily take,
    // and more where the iteration runs into the end.
    for size in [2 << 10, 32 << 10, MOST_VERSION_BYTES] {
        let bytes = window.up_to(offset, size as usize);
        let section = SectionHeader {
            sh_type: SHT_GNU_VERNEED,
            sh_size: bytes.len() as u64,
            sh_info: count.min(u32::MAX.into()) as u32,
            ..SectionHeader::default()
        };
        let Ok(Some(section)) = VerneedSection::parse(&bytes, &[section], ctx) else { return Some(Vec::new()) };
        let (mut wanted, mut files, mut complete) = (Vec::new(), 0, true);
        for file in section.iter() {
            files += 1;
            let before = wanted.len();
            wanted.extend(file.iter().map(|version| Wanted {
                from: file.vn_file as u64,
                version: version.vna_name as u64,
                weak: version.vna_flags & VER_FLG_WEAK != 0,
            }));
            complete &= wanted.len() - before == usize::from(file.vn_cnt);
            if (files + wanted.len()) * VERNEED_BYTES > bytes.len() {
                return None;
            }
        }
        let is_all_there_is = bytes.len() < size as usize;
        if (complete && files as u64 == count) || is_all_there_is {
            return Some(wanted);
        }
    }
    Some(Vec::new())
}

/// The dynamic strings that are asked for, read with as few calls as they allow.
struct Strings<'a> {
    window: &'a Window<'a>,
    offset: u64,
    len: u64,
    /// The part that was read ahead, and where in the table it starts.
    ahead: (u64, std::borrow::Cow<'a, [u8]>),
    /// How many bytes of text may still be handed out.
    left: Cell<usize>,
}

impl<'a> Strings<'a> {
    fn read(window: &'a Window<'a>, offset: u64, len: u64, wanted: impl Iterator<Item = u64>) -> Strings<'a> {
        let (mut first, mut last) = (u64::MAX, 0);
        for at in wanted.filter(|&at| at < len) {
            first = first.min(at);
            last = last.max(at);
        }
        let ahead = if first <= last && last - first <= MOST_STRINGS_AT_ONCE {
            let size = (last - first + 256).min(len - first);
            (first, window.up_to(offset.saturating_add(first), size as usize))
        } else {
            (0, Default::default())
        };
        Strings { window, offset, len, ahead, left: Cell::new(MOST_TEXT_BYTES) }
    }

    /// The string at an offset; none where it lies outside, or is longer than any name, or too many were handed out.
    fn get(&self, at: u64) -> Option<Name> {
        let name = self.string(at)?;
        let left = self.left.get().checked_sub(name.len() + 1);
        self.left.set(left.unwrap_or(0));
        left.map(|_| name)
    }

    fn string(&self, at: u64) -> Option<Name> {
        if at >= self.len {
            return None;
        }
        let (start, bytes) = &self.ahead;
        if let Some(rest) = at.checked_sub(*start).and_then(|skip| bytes.get(skip as usize..))
            && let Some(end) = memchr(0, &rest[..rest.len().min(MOST_NAME_BYTES)])
        {
            return Some(Name::from(&rest[..end]));
        }
        string_at(self.window, self.offset.checked_add(at)?, (self.len - at).min(MOST_NAME_BYTES as u64) as usize)
    }
}

/// The NUL-terminated string at an offset of the file, cut off at `limit`.
fn string_at(window: &Window, offset: u64, limit: usize) -> Option<Name> {
    for limit in [limit.min(256), limit] {
        let bytes = window.up_to(offset, limit);
        if let Some(end) = memchr(0, &bytes) {
            return Some(Name::from(&bytes[..end]));
        }
    }
    None
}
