//! Mach-O, read as dyld reads it: the universal header, the Mach header, load commands.
//!
//! Through goblin's low-level readers: `goblin::mach::MachO::parse` wants the whole file in memory. Layouts are those of
//! `mach-o/fat.h` and `mach-o/loader.h`; the checks are those of dyld's `MachOFile` and `MachOAnalyzer`.

mod exports;
mod imports;
mod interposing;
mod signature;
#[cfg(feature = "testing")]
mod write;

#[cfg(feature = "testing")]
pub use write::{Binding, universal, write};

use goblin::mach::cputype::{CPU_SUBTYPE_ARM64_E, CPU_SUBTYPE_MASK, CPU_TYPE_ARM, CPU_TYPE_ARM64};
use goblin::mach::cputype::{CPU_TYPE_I386, CPU_TYPE_X86_64};
use goblin::mach::fat::FAT_MAGIC;
use goblin::mach::header::{
    MH_BUNDLE, MH_CIGAM, MH_CIGAM_64, MH_DYLIB, MH_EXECUTE, MH_MAGIC, MH_MAGIC_64, MH_TWOLEVEL, SIZEOF_HEADER_32,
    SIZEOF_HEADER_64,
};
use goblin::mach::load_command::{
    BuildVersionCommand, CommandVariant, DylibCommand, LinkeditDataCommand, LoadCommand, SIZEOF_LOAD_COMMAND,
};
use scroll::{BE, Endian, LE, Pread};

use super::{Slice, Window};
use crate::image::{
    Arch, BuiltFor, Format, Image, ImageKind, Import, MachO, Machine, Name, Need, NeedKind, Platform, Problem, Release,
};
use crate::vfs::{ReadAt, Stat};

/// `fat.h`: as [`FAT_MAGIC`], with places of 64 bits.
const FAT_MAGIC_64: u32 = 0xcafe_babf;
/// A Java class shares the magic of a universal file, and has its version (45 and more) where that has its count.
const MOST_SLICES: u32 = 30;
/// More than any linker writes; what a hostile header claims beyond is not read.
const MOST_COMMAND_BYTES: u32 = 1 << 20;
/// The largest table of symbols that is read: those of the largest frameworks take a few megabytes.
const MOST_BYTES: u64 = 64 << 20;
/// `dylib_use_command` (Xcode 16): where a dylib command has this instead of a time, flags follow its fields.
const DYLIB_USE_MARKER: u32 = 0x1a74_1800;

/// Reads every slice of a Mach-O file, in the order of the file; none where it is something else.
pub(super) fn read(window: &Window, symbol: Option<&[u8]>) -> Option<Vec<Slice>> {
    let magic: u32 = window.head.pread_with(0, BE).ok()?;
    match magic {
        FAT_MAGIC | FAT_MAGIC_64 => universal_slices(window, magic == FAT_MAGIC_64, symbol),
        MH_MAGIC | MH_MAGIC_64 | MH_CIGAM | MH_CIGAM_64 => Some(vec![thin(window, Part::whole(window), symbol)]),
        _ => None,
    }
}

fn universal_slices(window: &Window, is_wide: bool, symbol: Option<&[u8]>) -> Option<Vec<Slice>> {
    let count: u32 = window.head.pread_with(4, BE).ok()?;
    if count > MOST_SLICES {
        return None;
    }
    if count == 0 {
        return Some(vec![Slice::problem(Problem::Header("a universal file without a slice"))]);
    }
    let size = if is_wide { 32 } else { 20 };
    let slices = (0..count as usize).map(|index| {
        let entry = window.bytes(8 + (index * size) as u64, size)?;
        let word = |at: usize| entry.pread_with::<u32>(at, BE).ok();
        let wide = |at: usize| entry.pread_with::<u64>(at, BE).ok();
        let (offset, len) = match is_wide {
            true => (wide(8)?, wide(16)?),
            false => (word(8)?.into(), word(12)?.into()),
        };
        Some((arch_of(word(0)?, word(4)?), Part { offset, len }))
    });
    let slices = slices.map(|slice| match slice {
        Some((arch, part)) => slice_in(window, arch, part, symbol),
        None => Slice::problem(Problem::TooShort { len: window.len }),
    });
    Some(slices.collect())
}

/// One slice of a universal file. What the universal header says of its processor counts where the slice itself cannot
/// be read.
fn slice_in(window: &Window, arch: Arch, part: Part, symbol: Option<&[u8]>) -> Slice {
    let image = || Some(Image { kind: ImageKind::Inert, ..Image::new(Format::MachO, arch) });
    let end = part.offset.saturating_add(part.len);
    if end > window.len {
        let problem = Some(Problem::Truncated { promised: end, len: window.len });
        return Slice { image: image(), problem, ..Slice::default() };
    }
    let inside = Inside { file: window.file, part };
    let head = window.up_to(part.offset, super::HEAD.min(part.len as usize));
    let slice = Window { file: &inside, head: &head, len: part.len };
    match head.pread_with::<u32>(0, BE) {
        Ok(MH_MAGIC | MH_MAGIC_64 | MH_CIGAM | MH_CIGAM_64) => thin(&slice, part, symbol),
        _ => {
            let problem = Some(Problem::Header("a slice of this universal file is no Mach-O image"));
            Slice { image: image(), problem, ..Slice::default() }
        }
    }
}

/// Where an image lies in its file.
#[derive(Clone, Copy, Debug)]
struct Part {
    offset: u64,
    len: u64,
}

impl Part {
    fn whole(window: &Window) -> Part {
        Part { offset: 0, len: window.len }
    }
}

/// A part of a file, read as if it were the whole: places in load commands count from the slice's start.
struct Inside<'a> {
    file: &'a dyn ReadAt,
    part: Part,
}

impl ReadAt for Inside<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let there = self.part.len.saturating_sub(offset).min(buffer.len() as u64) as usize;
        self.file.read_at(self.part.offset.saturating_add(offset), &mut buffer[..there])
    }

    fn stat(&self) -> std::io::Result<Stat> {
        Ok(Stat { len: self.part.len, ..self.file.stat()? })
    }
}

/// Where a slice keeps its symbols: places in the slice.
#[derive(Clone, Debug)]
pub struct Tables {
    part: Part,
    endian: Endian,
    is_wide: bool,
    /// The export trie (`LC_DYLD_INFO`, `LC_DYLD_EXPORTS_TRIE`).
    exports: Option<Part>,
    /// Bind opcodes: eager, weak and lazy ones (`LC_DYLD_INFO`).
    binds: [Option<Part>; 3],
    /// `LC_DYLD_CHAINED_FIXUPS`.
    fixups: Option<Part>,
    /// The symbol table of files without a trie: places of symbols and strings, and the count of symbols.
    symbols: Option<(Part, Part)>,
    /// Where the file says what it interposes.
    interposing: Vec<interposing::Section>,
}

impl Tables {
    /// Does the file define this symbol for others? `name` is as C spells it, without the underscore before it.
    pub fn defines(&self, file: &dyn ReadAt, name: &[u8]) -> bool {
        self.exports(&Window::of(&self.inside(file)), &[&[b"_", name].concat()])[0]
    }

    /// Which of these symbols, spelled as the linker does, does the file define for others?
    pub fn defines_all(&self, file: &dyn ReadAt, symbols: &[&[u8]]) -> Vec<bool> {
        self.exports(&Window::of(&self.inside(file)), symbols)
    }

    /// Every symbol that the file defines for others, and whether another file's definition may serve in its place.
    pub fn exported(&self, file: &dyn ReadAt) -> Vec<(Name, bool)> {
        self.exported_in(&Window::of(&self.inside(file)))
    }

    /// The symbols of others that the file puts its own in the place of (`__interpose`), in the order of the file.
    pub fn interposed(&self, file: &dyn ReadAt) -> Vec<Import> {
        interposing::read(self, &Window::of(&self.inside(file)))
    }

    /// Does the file say that it interposes something?
    pub fn interposes(&self) -> bool {
        !self.interposing.is_empty()
    }

    /// The symbols that the file takes from elsewhere, each once, in the order of the file.
    pub fn imports(&self, file: &dyn ReadAt) -> Vec<Import> {
        imports::read(self, &Window::of(&self.inside(file)))
    }

    fn inside<'a>(&self, file: &'a dyn ReadAt) -> Inside<'a> {
        Inside { file, part: self.part }
    }
}

/// A Mach-O image that fills a file or a slice of one.
fn thin(window: &Window, part: Part, symbol: Option<&[u8]>) -> Slice {
    match summarize(window, part) {
        Ok(mut slice) => {
            slice.defines = match (&slice.tables, symbol) {
                (Some(super::Tables::MachO(tables)), Some(symbol)) => {
                    tables.exports(window, &[&[b"_", symbol].concat()])[0]
                }
                _ => false,
            };
            slice
        }
        Err(problem) => Slice::problem(problem),
    }
}

/// `mach_header` and `mach_header_64`.
struct Header {
    endian: Endian,
    is_wide: bool,
    cpu: u32,
    subtype: u32,
    filetype: u32,
    commands: u32,
    command_bytes: u32,
    flags: u32,
}

impl Header {
    fn read(head: &[u8]) -> Option<Header> {
        let endian = match head.pread_with::<u32>(0, LE).ok()? {
            MH_MAGIC | MH_MAGIC_64 => LE,
            _ => BE,
        };
        let word = |index: usize| head.pread_with::<u32>(index * 4, endian).ok();
        let header = Header {
            endian,
            is_wide: word(0)? == MH_MAGIC_64,
            cpu: word(1)?,
            subtype: word(2)?,
            filetype: word(3)?,
            commands: word(4)?,
            command_bytes: word(5)?,
            flags: word(6)?,
        };
        (head.len() >= header.size()).then_some(header)
    }

    fn size(&self) -> usize {
        if self.is_wide { SIZEOF_HEADER_64 } else { SIZEOF_HEADER_32 }
    }
}

fn summarize(window: &Window, part: Part) -> Result<Slice, Problem> {
    let header = Header::read(window.head).ok_or(Problem::TooShort { len: window.len })?;
    let mut image = Image::new(Format::MachO, arch_of(header.cpu, header.subtype));
    image.kind = match header.filetype {
        MH_DYLIB => ImageKind::Shared,
        MH_BUNDLE => ImageKind::Bundle,
        MH_EXECUTE => ImageKind::Program,
        _ => ImageKind::Inert,
    };
    let end = header.size() as u64 + u64::from(header.command_bytes);
    if end > window.len || header.command_bytes > MOST_COMMAND_BYTES {
        let problem = Some(Problem::Truncated { promised: end, len: window.len });
        return Ok(Slice { image: Some(image), problem, ..Slice::default() });
    }
    let bytes = window.bytes(0, end as usize).ok_or(Problem::TooShort { len: window.len })?;
    let mut found = Commands::new(&header, part);
    let mut problem = found.read(&bytes, &header).err();
    if problem.is_none() && found.promised > window.len {
        problem = Some(Problem::Truncated { promised: found.promised, len: window.len });
    }
    if let Some(signature) = found.signature {
        found.mach.signature = signature::check(window, signature);
    }
    image.needs = found.needs;
    image.identity = found.identity;
    image.mach = Some(Box::new(found.mach));
    Ok(Slice { image: Some(image), problem, tables: Some(super::Tables::MachO(found.tables)), defines: false })
}

/// What the load commands tell.
struct Commands {
    needs: Vec<Need>,
    identity: Option<Name>,
    mach: MachO,
    tables: Tables,
    signature: Option<Part>,
    /// How many segments there were by now.
    segments: usize,
    /// The end of the segment that ends last, in bytes.
    promised: u64,
}

impl Commands {
    fn new(header: &Header, part: Part) -> Commands {
        Commands {
            needs: Vec::new(),
            identity: None,
            mach: MachO { is_two_level: header.flags & MH_TWOLEVEL != 0, ..MachO::default() },
            tables: Tables {
                part,
                endian: header.endian,
                is_wide: header.is_wide,
                exports: None,
                binds: [None; 3],
                fixups: None,
                symbols: None,
                interposing: Vec::new(),
            },
            signature: None,
            segments: 0,
            promised: 0,
        }
    }

    fn read(&mut self, bytes: &[u8], header: &Header) -> Result<(), Problem> {
        let mut offset = header.size();
        for _ in 0..header.commands {
            let size = bytes.pread_with::<u32>(offset + 4, header.endian).ok().map(|size| size as usize);
            let end = size.and_then(|size| offset.checked_add(size)).filter(|&end| end <= bytes.len());
            let Some(end) = end.filter(|&end| end >= offset + SIZEOF_LOAD_COMMAND) else {
                return Err(Problem::Header("malformed: a load command reaches beyond its table"));
            };
            let command = &bytes[offset..end];
            if let Ok(parsed) = LoadCommand::parse(command, &mut 0, header.endian) {
                self.note(&parsed.command, command, header.endian);
            }
            offset = end;
        }
        Ok(())
    }

    fn note(&mut self, command: &CommandVariant, bytes: &[u8], endian: Endian) {
        use CommandVariant as C;
        match command {
            C::Segment32(segment) => self.segment(segment.fileoff.into(), segment.filesize.into()),
            C::Segment64(segment) => {
                self.tables.interposing.extend(interposing::sections(segment, self.segments, bytes, endian));
                self.segment(segment.fileoff, segment.filesize);
            }
            C::IdDylib(dylib) => self.identity = string(bytes, dylib.dylib.name),
            C::LoadDylib(dylib) => self.need(dylib, NeedKind::Normal, bytes, endian),
            C::LoadWeakDylib(dylib) => self.need(dylib, NeedKind::Weak, bytes, endian),
            C::ReexportDylib(dylib) => self.need(dylib, NeedKind::Reexport, bytes, endian),
            C::LoadUpwardDylib(dylib) => self.need(dylib, NeedKind::Upward, bytes, endian),
            C::LazyLoadDylib(dylib) => self.need(dylib, NeedKind::Delay, bytes, endian),
            C::Rpath(rpath) => self.mach.rpaths.extend(string(bytes, rpath.path)),
            C::DyldEnvironment(text) => self.mach.environment.extend(string(bytes, text.name)),
            C::CodeSignature(data) => self.signature = part(data),
            C::BuildVersion(build) => self.build_version(build),
            C::VersionMinMacosx(build) => self.version_min(Platform::MacOs, build.version, build.sdk),
            C::VersionMinIphoneos(build) => self.version_min(Platform::IOs, build.version, build.sdk),
            C::DyldInfo(info) | C::DyldInfoOnly(info) => {
                let part = |offset: u32, len: u32| (len > 0).then_some(Part { offset: offset.into(), len: len.into() });
                self.tables.exports = part(info.export_off, info.export_size);
                self.tables.binds = [
                    part(info.bind_off, info.bind_size),
                    part(info.weak_bind_off, info.weak_bind_size),
                    part(info.lazy_bind_off, info.lazy_bind_size),
                ];
            }
            C::DyldExportsTrie(data) => self.tables.exports = part(data),
            C::DyldChainedFixups(data) => self.tables.fixups = part(data),
            C::Symtab(table) => {
                let size = if self.tables.is_wide { 16 } else { 12 };
                let symbols = Part { offset: table.symoff.into(), len: u64::from(table.nsyms) * size };
                self.tables.symbols = Some((symbols, Part { offset: table.stroff.into(), len: table.strsize.into() }));
            }
            _ => {}
        }
    }

    fn segment(&mut self, offset: u64, size: u64) {
        self.segments += 1;
        self.promised = self.promised.max(offset.saturating_add(size));
    }

    fn need(&mut self, command: &DylibCommand, kind: NeedKind, bytes: &[u8], endian: Endian) {
        let Some(name) = string(bytes, command.dylib.name) else { return };
        let flags = (command.dylib.timestamp == DYLIB_USE_MARKER).then(|| bytes.pread_with::<u32>(24, endian).ok());
        let kind = match flags.flatten() {
            Some(flags) if flags & 2 != 0 => NeedKind::Reexport,
            Some(flags) if flags & 1 != 0 => NeedKind::Weak,
            Some(flags) if flags & 4 != 0 => NeedKind::Upward,
            _ => kind,
        };
        self.needs.push(Need { name, kind });
    }

    fn build_version(&mut self, build: &BuildVersionCommand) {
        let platform = match build.platform {
            1 => Platform::MacOs,
            2 => Platform::IOs,
            6 => Platform::MacCatalyst,
            other => Platform::Other(other),
        };
        // A file for macOS and Mac Catalyst names both; what it says of macOS counts.
        if platform == Platform::MacOs || self.mach.built_for.is_none() {
            self.version_min(platform, build.minos, build.sdk);
        }
    }

    fn version_min(&mut self, platform: Platform, minimum: u32, sdk: u32) {
        let (minimum, sdk) = (Release::unpacked(minimum), Release::unpacked(sdk));
        self.mach.built_for = Some(BuiltFor { platform, minimum, sdk });
    }
}

fn part(data: &LinkeditDataCommand) -> Option<Part> {
    (data.datasize > 0).then_some(Part { offset: data.dataoff.into(), len: data.datasize.into() })
}

/// The text of an `lc_str`: from its place in the command up to a zero or the command's end.
fn string(command: &[u8], at: u32) -> Option<Name> {
    let rest = command.get(at as usize..)?;
    Some(Name::from(&rest[..memchr::memchr(0, rest).unwrap_or(rest.len())]))
}

/// A table of strings, each with a zero behind it, read here and there.
struct Strings<'a> {
    bytes: &'a [u8],
    /// How much may still be read: entries without number may share one long string.
    left: usize,
}

impl<'a> Strings<'a> {
    fn new(bytes: &'a [u8]) -> Strings<'a> {
        Strings { bytes, left: MOST_BYTES as usize }
    }

    fn at(&mut self, at: usize) -> Option<&'a [u8]> {
        let rest = self.bytes.get(at..)?;
        let rest = &rest[..rest.len().min(self.left)];
        let end = memchr::memchr(0, rest);
        self.left -= end.map_or(rest.len(), |end| end + 1);
        Some(&rest[..end?])
    }
}

fn arch_of(cpu: u32, subtype: u32) -> Arch {
    const WIDE: u32 = 0x0100_0000;
    let machine = match cpu {
        CPU_TYPE_X86_64 => Machine::X86_64,
        CPU_TYPE_ARM64 if subtype & !CPU_SUBTYPE_MASK == CPU_SUBTYPE_ARM64_E => Machine::Arm64e,
        CPU_TYPE_ARM64 => Machine::Aarch64,
        CPU_TYPE_I386 => Machine::X86,
        CPU_TYPE_ARM => Machine::Arm,
        other => Machine::Other(other),
    };
    Arch { machine, bits: if cpu & WIDE != 0 { 64 } else { 32 }, big_endian: false }
}
