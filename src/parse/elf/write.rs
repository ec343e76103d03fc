//! The inverse of the reader: the smallest ELF file with given headers.
//!
//! Worlds written as text (the tests, the demo) become real bytes with it, so that they pass through the same reader as
//! a library on disk.

use crate::image::{Image, ImageKind, Import, Machine, Name, NeedKind};

const BASE: usize = 64;
const SEGMENT: usize = 56;

/// The dynamic strings, each added once.
#[derive(Default)]
struct Strings(Vec<u8>);

impl Strings {
    fn add(&mut self, text: &[u8]) -> u64 {
        let at = self.0.len() as u64;
        self.0.extend_from_slice(text);
        self.0.push(0);
        at
    }
}

/// What a file has besides what its [`Image`] says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras {
    /// The bits of `GNU_PROPERTY_X86_ISA_1_NEEDED`, 0 where it says nothing of them.
    pub x86_isa: u32,
    /// Thread-local storage that it reaches at a fixed distance from the thread's pointer, in bytes.
    pub static_tls: u64,
    /// What it takes are calls, which a program may bind when they are made.
    pub calls: bool,
}

/// The smallest 64-bit little-endian ELF file that reads back as `image`, defining `symbols` and `versions` for others and
/// taking `imports` from them, each by one relocation. 32-bit and big-endian images become a bare header, enough for a loader to
/// pass them over.
pub fn write(image: &Image, symbols: &[Name], imports: &[Import], versions: &[Name], extras: Extras) -> Vec<u8> {
    let Extras { x86_isa, static_tls, calls } = extras;
    let mut strings = Strings(vec![0]);
    let mut dynamic: Vec<(u64, u64)> = Vec::new();
    for need in &image.needs {
        let tag = match need.kind {
            NeedKind::Weak => 0x7fff_fffd,
            NeedKind::Reexport => 0x7fff_ffff,
            _ => 1,
        };
        dynamic.push((tag, strings.add(&need.name)));
    }
    for (tag, text) in [(14, &image.identity), (15, &image.rpath), (29, &image.runpath)] {
        if let Some(text) = text {
            dynamic.push((tag, strings.add(text)));
        }
    }
    if image.flags != 0 {
        dynamic.push((0x6fff_fffb, image.flags));
    }
    let (verneed, verneed_count) = verneed(image, &mut strings);
    let verdef = verdef(versions, &mut strings);
    let (symtab, hash) = symbol_tables(symbols, imports, &mut strings);

    let mut relocations = relocations(image.arch.machine, symbols.len(), imports.len(), calls);
    if static_tls > 0 {
        dynamic.push((30, 0x10));
        relocations.extend(
            [0x2000, if image.arch.machine == Machine::Aarch64 { 1030 } else { 18 }, 0u64]
                .map(u64::to_le_bytes)
                .concat(),
        );
    }

    let count = 3 + [image.interpreter.is_some(), x86_isa != 0, static_tls > 0].iter().filter(|&&it| it).count();
    let mut at = BASE + count * SEGMENT;
    let mut place = |len: usize| {
        let here = at;
        at += len.next_multiple_of(8);
        here
    };
    let interpreter = image.interpreter.as_ref().map(|name| [&name[..], b"\0"].concat());
    let interpreter_at = place(interpreter.as_ref().map_or(0, Vec::len));
    let verneed_at = place(verneed.len());
    let verdef_at = place(verdef.len());
    let symtab_at = place(symtab.len());
    let hash_at = place(hash.len());
    let relocations_at = place(relocations.len());
    let strings_at = place(strings.0.len());
    let property = if x86_isa == 0 { Vec::new() } else { property(x86_isa) };
    let property_at = place(property.len());
    dynamic.extend([(5, strings_at as u64), (10, strings.0.len() as u64), (6, symtab_at as u64), (4, hash_at as u64)]);
    if !relocations.is_empty() {
        dynamic.extend([(7, relocations_at as u64), (8, relocations.len() as u64), (9, 24)]);
    }
    if verneed_count > 0 {
        dynamic.extend([(0x6fff_fffe, verneed_at as u64), (0x6fff_ffff, verneed_count)]);
    }
    if !versions.is_empty() {
        dynamic.extend([(0x6fff_fffc, verdef_at as u64), (0x6fff_fffd, versions.len() as u64)]);
    }
    dynamic.push((0, 0));
    let dynamic_at = place(dynamic.len() * 16);
    let end = at;

    let mut bytes = header(image, count);
    let segment = |kind: u32, flags: u32, at: usize, len: usize| {
        let mut bytes = Vec::with_capacity(SEGMENT);
        bytes.extend(kind.to_le_bytes());
        bytes.extend(flags.to_le_bytes());
        for value in [at, at, at, len, len, 8] {
            bytes.extend((value as u64).to_le_bytes());
        }
        bytes
    };
    bytes.extend(segment(1, 5, 0, end));
    bytes.extend(segment(2, 6, dynamic_at, dynamic.len() * 16));
    bytes.extend(segment(0x6474_e551, 6 | u32::from(image.executable_stack), 0, 0));
    if let Some(interpreter) = &interpreter {
        bytes.extend(segment(3, 4, interpreter_at, interpreter.len()));
    }
    if x86_isa != 0 {
        bytes.extend(segment(0x6474_e553, 4, property_at, property.len()));
    }
    if static_tls > 0 {
        bytes.extend([7u32, 4].map(u32::to_le_bytes).concat());
        bytes.extend([0, 0, 0, 0, static_tls, 8].map(u64::to_le_bytes).concat());
    }
    for (at, part) in [
        (interpreter_at, interpreter.unwrap_or_default()),
        (verneed_at, verneed),
        (verdef_at, verdef),
        (symtab_at, symtab),
        (hash_at, hash),
        (relocations_at, relocations),
        (strings_at, strings.0),
        (property_at, property),
    ] {
        bytes.resize(at.max(bytes.len()), 0);
        bytes.extend(part);
    }
    bytes.resize(dynamic_at, 0);
    for (tag, value) in dynamic {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.resize(end, 0);
    bytes
}

fn header(image: &Image, segments: usize) -> Vec<u8> {
    let class = if image.arch.bits == 64 { 2 } else { 1 };
    let data = if image.arch.big_endian { 2 } else { 1 };
    let machine: u16 = match image.arch.machine {
        Machine::X86 => 3,
        Machine::X86_64 => 62,
        Machine::Arm => 40,
        Machine::Aarch64 | Machine::Arm64e => 183,
        Machine::Ppc64 => 21,
        Machine::S390x => 22,
        Machine::Riscv => 243,
        Machine::LoongArch => 258,
        Machine::Other(number) => number as u16,
    };
    let kind: u16 = match image.kind {
        ImageKind::Inert => 1,
        ImageKind::Program if image.flags & crate::image::DF_1_PIE == 0 => 2,
        _ => 3,
    };
    let word = |value: u16| if image.arch.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let mut bytes = vec![0x7f, b'E', b'L', b'F', class, data, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    bytes.extend(word(kind));
    bytes.extend(word(machine));
    let is_wide = class == 2 && data == 1;
    bytes.extend(if image.arch.big_endian { 1u32.to_be_bytes() } else { 1u32.to_le_bytes() });
    bytes.extend(0u64.to_le_bytes());
    bytes.extend((if is_wide { BASE as u64 } else { 0 }).to_le_bytes());
    bytes.extend(0u64.to_le_bytes());
    bytes.extend(0u32.to_le_bytes());
    for value in [BASE, SEGMENT, if is_wide { segments } else { 0 }, 64, 0, 0] {
        bytes.extend((value as u16).to_le_bytes());
    }
    bytes
}

/// A note of one property, `GNU_PROPERTY_X86_ISA_1_NEEDED`.
fn property(bits: u32) -> Vec<u8> {
    let words = [4, 16, 5, u32::from_le_bytes(*b"GNU\0"), 0xc000_8002, 4, bits, 0];
    words.iter().flat_map(|word: &u32| word.to_le_bytes()).collect()
}

/// One `Elf64_Verneed` a file, one `Elf64_Vernaux` a version.
fn verneed(image: &Image, strings: &mut Strings) -> (Vec<u8>, u64) {
    let mut files: Vec<&Name> = Vec::new();
    for version in &image.versions {
        if !files.contains(&&version.from) {
            files.push(&version.from);
        }
    }
    let mut bytes = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let versions: Vec<_> = image.versions.iter().filter(|version| version.from == **file).collect();
        let next = if index + 1 < files.len() { 16 + 16 * versions.len() as u32 } else { 0 };
        bytes.extend(1u16.to_le_bytes());
        bytes.extend((versions.len() as u16).to_le_bytes());
        bytes.extend((strings.add(file) as u32).to_le_bytes());
        bytes.extend(16u32.to_le_bytes());
        bytes.extend(next.to_le_bytes());
        for (index, version) in versions.iter().enumerate() {
            bytes.extend(0u32.to_le_bytes());
            bytes.extend((if version.weak { 2u16 } else { 0 }).to_le_bytes());
            bytes.extend((2 + index as u16).to_le_bytes());
            bytes.extend((strings.add(&version.version) as u32).to_le_bytes());
            bytes.extend((if index + 1 < versions.len() { 16u32 } else { 0 }).to_le_bytes());
        }
    }
    (bytes, files.len() as u64)
}

/// One `Elf64_Verdef` with one `Elf64_Verdaux` a version.
fn verdef(versions: &[Name], strings: &mut Strings) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, version) in versions.iter().enumerate() {
        for half in [1u16, 0, 1 + index as u16, 1] {
            bytes.extend(half.to_le_bytes());
        }
        let next: u32 = if index + 1 < versions.len() { 28 } else { 0 };
        for word in [0, 20, next, strings.add(version) as u32, 0] {
            bytes.extend(word.to_le_bytes());
        }
    }
    bytes
}

/// One entry of `DT_RELA` for each import, which follow the symbols that are defined: an address in the global offset table.
fn relocations(machine: Machine, symbols: usize, imports: usize, calls: bool) -> Vec<u8> {
    let kind: u64 = match machine {
        Machine::Aarch64 | Machine::Arm64e => 1025,
        Machine::Arm => 21,
        Machine::Ppc64 => 20,
        Machine::S390x => 10,
        Machine::Riscv | Machine::LoongArch => 2,
        _ => 6,
    };
    // The slot of a call has the number behind it, but for RISC-V and LoongArch, where that of a copy lies between.
    let kind = match machine {
        _ if !calls => kind,
        Machine::Riscv | Machine::LoongArch => 5,
        _ => kind + 1,
    };
    let entry = |index: u64| [0x2000, index << 32 | kind, 0].into_iter().flat_map(u64::to_le_bytes);
    (symbols as u64 + 1..).take(imports).flat_map(entry).collect()
}

/// The symbols, and a `DT_HASH` of one bucket that leads through all of them.
fn symbol_tables(symbols: &[Name], imports: &[Import], strings: &mut Strings) -> (Vec<u8>, Vec<u8>) {
    let mut table = vec![0; 24];
    for symbol in symbols {
        table.extend((strings.add(symbol) as u32).to_le_bytes());
        // A global function in section 1 at a made-up address.
        table.extend([0x12, 0, 1, 0]);
        table.extend(0x1000u64.to_le_bytes());
        table.extend(0u64.to_le_bytes());
    }
    for import in imports {
        table.extend((strings.add(&import.symbol) as u32).to_le_bytes());
        // Global or weak, of no type, in no section.
        table.extend([if import.is_weak { 0x20 } else { 0x10 }, 0, 0, 0]);
        table.extend([0; 16]);
    }
    let count = (symbols.len() + imports.len()) as u32 + 1;
    let first = u32::from(count > 1);
    let mut hash: Vec<u32> = vec![1, count, first, 0];
    hash.extend((1..count).map(|index| if index + 1 < count { index + 1 } else { 0 }));
    (table, hash.iter().flat_map(|word| word.to_le_bytes()).collect())
}

#[cfg(test)]
mod tests {
    use super::{Extras, write};
    use crate::image::{Arch, Format, Image, Import, Name, Need, NeedKind, Origin, VersionNeed};
    use crate::vfs::{FileSystem, Memory, VPath};

    #[test]
    fn what_is_written_reads_back_the_same() {
        let mut image = Image::new(Format::Elf, Arch::AARCH64);
        let need = |name: &str, kind| Need { name: Name::from(name), kind };
        image.needs = vec![need("libc.so.6", NeedKind::Normal), need("libm.so.6", NeedKind::Normal)];
        image.identity = Some(Name::from("libx.so.1"));
        image.runpath = Some(Name::from("$ORIGIN/../lib"));
        image.executable_stack = true;
        let version = |from: &str, version: &str, weak| VersionNeed {
            from: Name::from(from),
            version: Name::from(version),
            weak,
        };
        image.versions = vec![
            version("libc.so.6", "GLIBC_2.17", false),
            version("libc.so.6", "GLIBC_2.34", true),
            version("libm.so.6", "GLIBC_2.29", false),
        ];
        let mut memory = Memory::new();
        let path = VPath::new("/libx.so");
        let symbols = [Name::from("PyInit_x"), Name::from("other")];
        let import = |symbol: &str, is_weak| Import { symbol: Name::from(symbol), origin: Origin::Flat, is_weak };
        let imports = [import("PyErr_Clear", false), import("__gmon_start__", true)];
        memory.file(
            &path,
            write(
                &image,
                &symbols,
                &imports,
                &[Name::from("X_1"), Name::from("X_2")],
                Extras { x86_isa: 0b101, ..Extras::default() },
            ),
        );
        let file = memory.open(&path).unwrap();
        let parsed = crate::parse::read(&*file, file.stat().unwrap().len, None).pop().unwrap();
        assert_eq!(parsed.image, Some(image));
        assert_eq!(parsed.problem, None);
        let tables = parsed.tables.unwrap();
        assert!(tables.defines(&*file, b"PyInit_x"));
        assert!(tables.defines(&*file, b"other"));
        assert!(!tables.defines(&*file, b"PyInit_y"));
        assert!(!tables.defines(&*file, b"PyErr_Clear"));
        let crate::parse::Tables::Elf(elf) = &tables else { panic!("an ELF file") };
        assert_eq!(elf.undefined(&*file), imports);
        assert_eq!(elf.x86_isa(&*file), 0b101);
        assert_eq!(elf.names(&*file, b"PyInit_"), [Name::from("PyInit_x")]);
        assert_eq!(tables.defined_versions(&*file), Some(vec![Name::from("X_1"), Name::from("X_2")]));
    }

    #[test]
    fn versions_are_read_wherever_the_strings_say_their_names() {
        let mut memory = Memory::new();
        let path = VPath::new("/libx.so");
        let far = Name::from(&vec![b'y'; 17 << 20][..]);
        let versions = [Name::from("X_1"), far, Name::from("X_2")];
        memory.file(&path, write(&Image::new(Format::Elf, Arch::AARCH64), &[], &[], &versions, Extras::default()));
        let file = memory.open(&path).unwrap();
        let parsed = crate::parse::read(&*file, file.stat().unwrap().len, None).pop().unwrap();
        let defined = parsed.tables.unwrap().defined_versions(&*file).unwrap();
        assert!(defined.contains(&Name::from("X_1")) && defined.contains(&Name::from("X_2")), "{}", defined.len());
    }
}
