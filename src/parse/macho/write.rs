//! The inverse of the reader: the smallest Mach-O file with given headers, for worlds that are written as text.

use goblin::mach::header::{MH_BUNDLE, MH_DYLIB, MH_EXECUTE, MH_MAGIC_64, MH_OBJECT, MH_TWOLEVEL, SIZEOF_HEADER_64};
use goblin::mach::load_command::{
    LC_BUILD_VERSION, LC_CODE_SIGNATURE, LC_DYLD_CHAINED_FIXUPS, LC_DYLD_ENVIRONMENT, LC_DYLD_EXPORTS_TRIE,
    LC_DYLD_INFO_ONLY, LC_ID_DYLIB, LC_LAZY_LOAD_DYLIB, LC_LOAD_DYLIB, LC_LOAD_UPWARD_DYLIB, LC_LOAD_WEAK_DYLIB,
    LC_REEXPORT_DYLIB, LC_RPATH, LC_SEGMENT_64, SIZEOF_LINKEDIT_DATA_COMMAND, SIZEOF_SECTION_64,
    SIZEOF_SEGMENT_COMMAND_64,
};
use sha2::{Digest, Sha256};

use crate::image::{Arch, Image, ImageKind, Import, Machine, Name, NeedKind, Origin, Platform, Signature};

/// Where `LINKEDIT` begins: load commands of text worlds are far smaller.
const LINKEDIT: usize = 4096;
/// Where pairs of pointers lie, in files that interpose something.
const DATA: usize = LINKEDIT - 512;
/// Two to this power are the bytes of a page.
const PAGE: u8 = 12;

/// How a file says what it takes from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// `LC_DYLD_CHAINED_FIXUPS`.
    Chained,
    /// `LC_DYLD_INFO_ONLY`.
    Opcodes,
}

/// The smallest 64-bit Mach-O file that reads back as `image`, defining `symbols` for others and taking `imports` from
/// them, the last `interposed` of which it puts a function of its own in the place of.
pub fn write(image: &Image, symbols: &[Name], imports: &[Import], interposed: usize, binding: Binding) -> Vec<u8> {
    let mach = image.mach.clone().unwrap_or_default();
    let mut commands = Commands::default();
    let trie = trie(symbols);
    let first = imports.len() - interposed;
    let fixups = match binding {
        Binding::Chained => fixups(imports, interposed > 0),
        Binding::Opcodes => opcodes(imports, first),
    };
    let signature_at = LINKEDIT + trie.len().next_multiple_of(16) + fixups.len().next_multiple_of(16);
    let signature_len = if mach.signature == Signature::Absent { 0 } else { signature(&[]).len() };

    let end = signature_at + signature_len;
    if interposed > 0 {
        commands.segment("__TEXT", 0, DATA);
        commands.interposing(interposed);
    } else {
        commands.segment("__TEXT", 0, LINKEDIT);
    }
    commands.segment("__LINKEDIT", LINKEDIT, end - LINKEDIT);
    if let Some(identity) = &image.identity {
        commands.dylib(LC_ID_DYLIB, identity);
    }
    for need in &image.needs {
        let command = match need.kind {
            NeedKind::Normal => LC_LOAD_DYLIB,
            NeedKind::Weak => LC_LOAD_WEAK_DYLIB,
            NeedKind::Delay => LC_LAZY_LOAD_DYLIB,
            NeedKind::Reexport => LC_REEXPORT_DYLIB,
            NeedKind::Upward => LC_LOAD_UPWARD_DYLIB,
        };
        commands.dylib(command, &need.name);
    }
    for rpath in &mach.rpaths {
        commands.text(LC_RPATH, &[12], rpath);
    }
    for variable in &mach.environment {
        commands.text(LC_DYLD_ENVIRONMENT, &[12], variable);
    }
    if let Some(built) = mach.built_for {
        let platform = match built.platform {
            Platform::MacOs => 1,
            Platform::IOs => 2,
            Platform::MacCatalyst => 6,
            Platform::Other(number) => number,
        };
        commands.words(LC_BUILD_VERSION, &[platform, built.minimum.packed(), built.sdk.packed(), 0]);
    }
    let fixups_at = LINKEDIT + trie.len().next_multiple_of(16);
    match binding {
        Binding::Chained => {
            commands.linkedit(LC_DYLD_EXPORTS_TRIE, LINKEDIT, trie.len());
            commands.linkedit(LC_DYLD_CHAINED_FIXUPS, fixups_at, fixups.len());
        }
        Binding::Opcodes => {
            let places = [0, 0, fixups_at, fixups.len(), 0, 0, 0, 0, LINKEDIT, trie.len()];
            commands.words(LC_DYLD_INFO_ONLY, &places.map(|place| place as u32));
        }
    }
    commands.linkedit(LC_CODE_SIGNATURE, signature_at, signature_len);

    let mut bytes = header(image, mach.is_two_level, &commands);
    bytes.extend(&commands.bytes);
    if interposed > 0 {
        bytes.resize(DATA, 0);
        bytes.extend((first..imports.len()).flat_map(|place| pair(place, binding)).flat_map(u64::to_le_bytes));
    }
    bytes.resize(LINKEDIT, 0);
    for part in [trie, fixups] {
        bytes.extend(&part);
        bytes.resize(bytes.len().next_multiple_of(16), 0);
    }
    match mach.signature {
        Signature::Absent => {}
        Signature::Present => bytes.extend(signature(&Sha256::digest(&bytes[..LINKEDIT]))),
        Signature::Stale => bytes.extend(signature(&[0xaa; 32])),
    }
    bytes
}

/// A universal file of several slices.
pub fn universal(slices: &[(Arch, Vec<u8>)]) -> Vec<u8> {
    const ALIGNMENT: usize = 1 << 12;
    let mut bytes = Vec::new();
    bytes.extend(0xcafe_babeu32.to_be_bytes());
    bytes.extend((slices.len() as u32).to_be_bytes());
    let mut at = ALIGNMENT;
    for (arch, slice) in slices {
        let (cpu, subtype) = cpu(*arch);
        for word in [cpu, subtype, at as u32, slice.len() as u32, 12] {
            bytes.extend(word.to_be_bytes());
        }
        at += slice.len().next_multiple_of(ALIGNMENT);
    }
    for (_, slice) in slices {
        bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
        bytes.extend(slice);
    }
    bytes
}

#[derive(Default)]
struct Commands {
    bytes: Vec<u8>,
    count: u32,
}

impl Commands {
    fn words(&mut self, command: u32, words: &[u32]) {
        self.command(command, words, &[]);
    }

    /// A command that ends in a text; its fields come before.
    fn text(&mut self, command: u32, fields: &[u32], text: &[u8]) {
        self.command(command, fields, &[text, b"\0"].concat());
    }

    fn dylib(&mut self, command: u32, name: &[u8]) {
        self.text(command, &[24, 0, 0, 0], name);
    }

    fn linkedit(&mut self, command: u32, at: usize, len: usize) {
        if len > 0 {
            debug_assert_eq!(SIZEOF_LINKEDIT_DATA_COMMAND, 16);
            self.words(command, &[at as u32, len as u32]);
        }
    }

    fn segment(&mut self, name: &str, at: usize, len: usize) {
        self.command(LC_SEGMENT_64, &[], &segment(name, at, len, 0));
    }

    /// The segment `__DATA` with the section `__interpose`.
    fn interposing(&mut self, pairs: usize) {
        let mut section = [0u8; SIZEOF_SECTION_64];
        section[..11].copy_from_slice(b"__interpose");
        section[16..22].copy_from_slice(b"__DATA");
        for (place, value) in [(32, DATA), (40, pairs * 16)] {
            section[place..place + 8].copy_from_slice(&(value as u64).to_le_bytes());
        }
        section[48..52].copy_from_slice(&(DATA as u32).to_le_bytes());
        let segment = segment("__DATA", DATA, LINKEDIT - DATA, 1);
        self.command(LC_SEGMENT_64, &[], &[&segment[..], &section].concat());
    }

    fn command(&mut self, command: u32, fields: &[u32], tail: &[u8]) {
        let len = (8 + fields.len() * 4 + tail.len()).next_multiple_of(8);
        let start = self.bytes.len();
        for word in [command, len as u32].iter().chain(fields) {
            self.bytes.extend(word.to_le_bytes());
        }
        self.bytes.extend(tail);
        self.bytes.resize(start + len, 0);
        self.count += 1;
    }
}

/// The body of a segment's command.
fn segment(name: &str, at: usize, len: usize, sections: u32) -> [u8; SIZEOF_SEGMENT_COMMAND_64 - 8] {
    let mut body = [0u8; SIZEOF_SEGMENT_COMMAND_64 - 8];
    body[..name.len()].copy_from_slice(name.as_bytes());
    for (place, value) in [(16, at), (24, len), (32, at), (40, len)] {
        body[place..place + 8].copy_from_slice(&(value as u64).to_le_bytes());
    }
    body[56..60].copy_from_slice(&sections.to_le_bytes());
    body
}

/// A pointer to a function of the file, and one that is bound to the import of this place.
fn pair(place: usize, binding: Binding) -> [u64; 2] {
    match binding {
        Binding::Chained => [0x100, 1 << 63 | place as u64],
        Binding::Opcodes => [0x100, 0],
    }
}

fn header(image: &Image, is_two_level: bool, commands: &Commands) -> Vec<u8> {
    let filetype = match image.kind {
        ImageKind::Shared => MH_DYLIB,
        ImageKind::Bundle => MH_BUNDLE,
        ImageKind::Program => MH_EXECUTE,
        ImageKind::Inert => MH_OBJECT,
    };
    let (cpu, subtype) = cpu(image.arch);
    let flags = if is_two_level { MH_TWOLEVEL } else { 0 };
    let words = [MH_MAGIC_64, cpu, subtype, filetype, commands.count, commands.bytes.len() as u32, flags, 0];
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    debug_assert_eq!(bytes.len(), SIZEOF_HEADER_64);
    bytes
}

fn cpu(arch: Arch) -> (u32, u32) {
    match arch.machine {
        Machine::X86_64 => (0x0100_0007, 3),
        Machine::Aarch64 => (0x0100_000c, 0),
        Machine::Arm64e => (0x0100_000c, 0x8000_0002),
        Machine::X86 => (7, 3),
        Machine::Other(number) => (number, 0),
        _ => (12, 0),
    }
}

/// A trie with one edge for each whole name.
fn trie(symbols: &[Name]) -> Vec<u8> {
    if symbols.is_empty() {
        return Vec::new();
    }
    // Places are written with four bytes each, so that they are known before anything is written.
    let node = |at: usize| [at | 0x80, at >> 7 | 0x80, at >> 14 | 0x80, at >> 21 & 0x7f].map(|byte| byte as u8);
    let edges: usize = symbols.iter().map(|symbol| symbol.len() + 2 + 4).sum();
    let mut bytes = vec![0, symbols.len().min(255) as u8];
    for (index, symbol) in symbols.iter().take(255).enumerate() {
        bytes.push(b'_');
        bytes.extend_from_slice(symbol);
        bytes.push(0);
        bytes.extend(node(2 + edges + index * 4));
    }
    // Each leaf exports something at place 0, and has no edges.
    bytes.extend(symbols.iter().flat_map(|_| [2, 0, 0, 0]));
    bytes
}

/// `dyld_chained_fixups_header` with imports of the first format; what is to fix lies in the second of three segments.
fn fixups(imports: &[Import], has_data: bool) -> Vec<u8> {
    if imports.is_empty() {
        return Vec::new();
    }
    let starts: Vec<u8> = match has_data {
        // `dyld_chained_starts_in_image`, then one `dyld_chained_starts_in_segment`: pointers of the format `_64_OFFSET`.
        true => [3, 0, 16, 0, 24, 0x6_1000, 0, 0, 0, 0].iter().flat_map(|word: &u32| word.to_le_bytes()).collect(),
        false => vec![0; 4],
    };
    let (mut table, mut strings) = (Vec::new(), vec![0]);
    for import in imports {
        let ordinal: u8 = match import.origin {
            Origin::Need(index) => index as u8 + 1,
            Origin::Own => 0,
            Origin::Program => 0xff,
            Origin::Flat => 0xfe,
            Origin::Weak => 0xfd,
        };
        let entry = u32::from(ordinal) | u32::from(import.is_weak) << 8 | (strings.len() as u32) << 9;
        table.extend(entry.to_le_bytes());
        strings.extend_from_slice(&import.symbol);
        strings.push(0);
    }
    let table_at = 28 + starts.len() as u32;
    let header = [0, 28, table_at, table_at + table.len() as u32, imports.len() as u32, 1, 0];
    [header.iter().flat_map(|word: &u32| word.to_le_bytes()).collect(), starts, table, strings].concat()
}

/// Opcodes that bind each import at the start of the first segment, those from `first` on in the pairs of the second; the ordinal stands behind the symbol. A file has one
/// table for all, so that what is weak by its table has the ordinal that chained fixups give it.
fn opcodes(imports: &[Import], first: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (place, import) in imports.iter().enumerate() {
        bytes.push(0x40 | u8::from(import.is_weak));
        bytes.extend_from_slice(&import.symbol);
        bytes.push(0);
        match import.origin {
            // Room for an ordinal of any size: ULEB128 of two bytes.
            Origin::Need(index) => bytes.extend([0x20, (index + 1) as u8 | 0x80, ((index + 1) >> 7) as u8]),
            Origin::Own => bytes.push(0x30),
            Origin::Program => bytes.push(0x3f),
            Origin::Flat => bytes.push(0x3e),
            Origin::Weak => bytes.push(0x3d),
        }
        match place.checked_sub(first) {
            None => bytes.extend([0x51, 0x70, 0, 0x90]),
            // ULEB128 of two bytes.
            Some(pair) => {
                let at = pair * 16 + 8;
                bytes.extend([0x51, 0x71, at as u8 | 0x80, (at >> 7) as u8, 0x90]);
            }
        }
    }
    bytes
}

/// A signature whose code directory has one hash; all in it is big-endian.
fn signature(hash: &[u8]) -> Vec<u8> {
    const DIRECTORY: u32 = 20;
    const HASHES: u32 = 44;
    let len = HASHES + 32;
    let blob = [0xfade_0cc0, DIRECTORY + len, 1, 0, DIRECTORY];
    let directory = [0xfade_0c02, len, 0x2_0100, 2, HASHES, HASHES, 0, 1, LINKEDIT as u32];
    let mut bytes: Vec<u8> = blob.iter().chain(&directory).flat_map(|word: &u32| word.to_be_bytes()).collect();
    bytes.extend([32, 2, 0, PAGE, 0, 0, 0, 0]);
    bytes.extend(hash);
    bytes.resize((DIRECTORY + len) as usize, 0);
    bytes
}

#[cfg(test)]
mod tests;
