//! The inverse of the reader: the smallest PE file with given headers, for worlds that are written as text.

use goblin::pe::header::{
    COFF_MACHINE_ARM64, COFF_MACHINE_ARMNT, COFF_MACHINE_RISCV64, COFF_MACHINE_X86, COFF_MACHINE_X86_64,
};
use goblin::pe::optional_header::{MAGIC_32, MAGIC_64};

use super::{CLR, DEBUG, DELAYED, EXPORTS, IMPORTS, IS_DLL, IS_IMAGE};
use crate::image::{Arch, Export, Image, ImageKind, Import, Machine, Name, NeedKind, Origin};

/// Where the only section begins in the file and in memory.
const FILE_AT: usize = 0x400;
const ADDRESS: u32 = 0x1000;

/// The smallest PE file that reads back as `image`, exporting and importing these names, with `text` among its constants.
pub fn write(image: &Image, exports: &[(Name, Export)], imports: &[Import], text: &[u8]) -> Vec<u8> {
    let is_wide = image.arch.bits == 64;
    let pe = image.pe.clone().unwrap_or_default();
    let mut body = Body { bytes: Vec::new(), is_wide };
    let mut directories = [(0, 0); 16];
    directories[IMPORTS] = body.imports(image, imports);
    directories[DELAYED] = body.delayed(image, imports);
    if image.identity.is_some() || !exports.is_empty() {
        directories[EXPORTS] = body.exports(image.identity.as_ref(), exports);
    }
    if let Some(pdb) = &pe.pdb {
        directories[DEBUG] = body.debug(pdb);
    }
    if pe.is_managed {
        directories[CLR] = (ADDRESS, 72);
    }
    body.bytes.extend(text);
    body.bytes.resize(body.bytes.len().next_multiple_of(0x200).max(0x200), 0);

    let mut bytes = header(image, is_wide, pe.linker, pe.subsystem, &directories, body.bytes.len() as u32);
    bytes.resize(FILE_AT, 0);
    bytes.extend(body.bytes);
    bytes
}

fn header(
    image: &Image,
    is_wide: bool,
    linker: (u8, u8),
    subsystem: u16,
    directories: &[(u32, u32)],
    len: u32,
) -> Vec<u8> {
    let mut bytes = b"MZ".to_vec();
    bytes.resize(0x3c, 0);
    words(&mut bytes, &[0x40]);
    bytes.extend(b"PE\0\0");
    let kind = match image.kind {
        ImageKind::Shared | ImageKind::Bundle => IS_IMAGE | IS_DLL,
        ImageKind::Program => IS_IMAGE,
        ImageKind::Inert => 0,
    };
    let optional_len = if is_wide { 240 } else { 224 };
    halves(&mut bytes, &[machine(image.arch), 1]);
    words(&mut bytes, &[0, 0, 0]);
    halves(&mut bytes, &[optional_len, kind, if is_wide { MAGIC_64 } else { MAGIC_32 }]);
    bytes.extend([linker.0, linker.1]);
    words(&mut bytes, &[0, len, 0, 0, ADDRESS]);
    match is_wide {
        true => words(&mut bytes, &[0x8000_0000, 1]),
        false => words(&mut bytes, &[ADDRESS, 0x1000_0000]),
    }
    // Alignments, versions, sizes.
    words(&mut bytes, &[0x1000, 0x200, 6, 0, 6, 0, ADDRESS + len.next_multiple_of(0x1000), FILE_AT as u32, 0]);
    halves(&mut bytes, &[subsystem, 0]);
    // Sizes of stack and heap, which are wide in wide files.
    words(&mut bytes, &vec![0; if is_wide { 9 } else { 5 }]);
    words(&mut bytes, &[directories.len() as u32]);
    for &(at, size) in directories {
        words(&mut bytes, &[at, size]);
    }
    bytes.extend(b".rdata\0\0");
    words(&mut bytes, &[len, ADDRESS, len, FILE_AT as u32, 0, 0, 0, 0x4000_0040]);
    bytes
}

fn machine(arch: Arch) -> u16 {
    match arch.machine {
        Machine::X86_64 => COFF_MACHINE_X86_64,
        Machine::Aarch64 | Machine::Arm64e => COFF_MACHINE_ARM64,
        Machine::X86 => COFF_MACHINE_X86,
        Machine::Arm => COFF_MACHINE_ARMNT,
        Machine::Riscv => COFF_MACHINE_RISCV64,
        Machine::Other(number) => number as u16,
        _ => 0,
    }
}

fn words(bytes: &mut Vec<u8>, words: &[u32]) {
    bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
}

fn halves(bytes: &mut Vec<u8>, halves: &[u16]) {
    bytes.extend(halves.iter().flat_map(|half| half.to_le_bytes()));
}

/// What the section holds.
struct Body {
    bytes: Vec<u8>,
    is_wide: bool,
}

impl Body {
    /// The address of what is appended next.
    fn here(&self) -> u32 {
        ADDRESS + self.bytes.len() as u32
    }

    fn text(&mut self, text: &[u8]) -> u32 {
        let at = self.here();
        self.bytes.extend(text);
        self.bytes.push(0);
        at
    }

    fn table(&mut self, table: &[u32]) -> u32 {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let at = self.here();
        words(&mut self.bytes, table);
        at
    }

    /// The names and ordinals taken from one need.
    fn thunks(&mut self, need: usize, imports: &[Import]) -> u32 {
        let taken = imports.iter().filter(|import| import.origin == Origin::Need(need));
        let mut entries = Vec::new();
        for import in taken {
            let ordinal =
                import.symbol.strip_prefix(b"#").and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
            let (low, high) = match ordinal {
                Some(ordinal) => (ordinal, 1 << 31),
                None => (self.text(&[b"\0\0", &import.symbol[..]].concat()), 0),
            };
            entries.extend(if self.is_wide { vec![low, high] } else { vec![low | high] });
        }
        entries.extend([0, 0]);
        self.table(&entries)
    }

    fn imports(&mut self, image: &Image, imports: &[Import]) -> (u32, u32) {
        let mut table = Vec::new();
        for (index, need) in image.needs.iter().enumerate().filter(|(_, need)| need.kind != NeedKind::Delay) {
            let (thunks, name) = (self.thunks(index, imports), self.text(&need.name));
            table.extend([thunks, 0, 0, name, thunks]);
        }
        self.directory(table, 5)
    }

    fn delayed(&mut self, image: &Image, imports: &[Import]) -> (u32, u32) {
        let mut table = Vec::new();
        for (index, need) in image.needs.iter().enumerate().filter(|(_, need)| need.kind == NeedKind::Delay) {
            let (thunks, name) = (self.thunks(index, imports), self.text(&need.name));
            table.extend([1, name, 0, thunks, thunks, 0, 0, 0]);
        }
        self.directory(table, 8)
    }

    /// Entries, and an empty one behind them; nothing where there is none.
    fn directory(&mut self, mut table: Vec<u32>, entry: usize) -> (u32, u32) {
        if table.is_empty() {
            return (0, 0);
        }
        table.extend(vec![0; entry]);
        (self.table(&table), table.len() as u32 * 4)
    }

    fn exports(&mut self, identity: Option<&Name>, exports: &[(Name, Export)]) -> (u32, u32) {
        let mut exports = exports.to_vec();
        exports.sort_by(|(a, _), (b, _)| a.cmp(b));
        let count = exports.len() as u32;
        // The directory covers its header and everything up to the last forwarder's text.
        let start = self.table(&[0; 10]);
        let name = identity.map_or(0, |identity| self.text(identity));
        let targets: Vec<u32> = exports
            .iter()
            .map(|(_, export)| match export {
                Export::Own => ADDRESS - 1,
                Export::Forward(to) => self.text(to),
            })
            .collect();
        let size = self.here() - start;
        let texts: Vec<u32> = exports.iter().map(|(name, _)| self.text(name)).collect();
        let (functions, names) = (self.table(&targets), self.table(&texts));
        let ordinals = self.here();
        halves(&mut self.bytes, &(0..count as u16).collect::<Vec<_>>());
        let mut header = Vec::new();
        words(&mut header, &[0, 0, 0, name, 1, count, count, functions, names, ordinals]);
        let at = (start - ADDRESS) as usize;
        self.bytes[at..at + header.len()].copy_from_slice(&header);
        (start, size)
    }

    fn debug(&mut self, pdb: &Name) -> (u32, u32) {
        let text = [b"RSDS", &[0; 20][..], pdb, b"\0"].concat();
        let at = self.text(&text);
        let place = FILE_AT as u32 + (at - ADDRESS);
        (self.table(&[0, 0, 0, 2, text.len() as u32, at, place]), 28)
    }
}

#[cfg(test)]
mod tests;
