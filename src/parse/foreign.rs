//! Mach-O and PE, as far as a loader for ELF cares: that they are, and for which processor.

use crate::image::{Arch, Format, Image, ImageKind, Machine};

pub(super) fn read(head: &[u8]) -> Option<Image> {
    mach_o(head).or_else(|| pe(head))
}

fn word(head: &[u8], at: usize, big_endian: bool) -> Option<u32> {
    let bytes: [u8; 4] = head.get(at..at + 4)?.try_into().ok()?;
    Some(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
}

fn mach_o(head: &[u8]) -> Option<Image> {
    use goblin::mach::header::{MH_BUNDLE, MH_DYLIB, MH_EXECUTE, MH_MAGIC, MH_MAGIC_64};
    let (at, big_endian) = match word(head, 0, true)? {
        // A universal file: its first slice speaks for it. Java's class files share the magic, but not a small count.
        goblin::mach::fat::FAT_MAGIC if word(head, 4, true)? < 20 => {
            let arch = arch(word(head, 8, true)?, true);
            return Some(Image::new(Format::MachO, arch));
        }
        MH_MAGIC | MH_MAGIC_64 => (0, true),
        _ if matches!(word(head, 0, false)?, MH_MAGIC | MH_MAGIC_64) => (0, false),
        _ => return None,
    };
    let mut image = Image::new(Format::MachO, arch(word(head, at + 4, big_endian)?, big_endian));
    image.kind = match word(head, at + 12, big_endian)? {
        MH_DYLIB | MH_BUNDLE => ImageKind::Shared,
        MH_EXECUTE => ImageKind::Program,
        _ => ImageKind::Inert,
    };
    Some(image)
}

fn arch(cpu: u32, big_endian: bool) -> Arch {
    use goblin::mach::cputype::{CPU_TYPE_ARM64, CPU_TYPE_I386, CPU_TYPE_X86_64};
    let machine = match cpu {
        CPU_TYPE_X86_64 => Machine::X86_64,
        CPU_TYPE_ARM64 => Machine::Aarch64,
        CPU_TYPE_I386 => Machine::X86,
        other => Machine::Other(other),
    };
    let big_endian = big_endian && matches!(machine, Machine::Other(_));
    Arch { machine, bits: if cpu & 0x0100_0000 != 0 { 64 } else { 32 }, big_endian }
}

fn pe(head: &[u8]) -> Option<Image> {
    use goblin::pe::header::{COFF_MACHINE_ARM64, COFF_MACHINE_X86, COFF_MACHINE_X86_64};
    if !head.starts_with(b"MZ") {
        return None;
    }
    let at = word(head, 0x3c, false)? as usize;
    if word(head, at, false)? != u32::from_le_bytes(*b"PE\0\0") {
        return None;
    }
    let arch = match word(head, at + 4, false)? as u16 {
        COFF_MACHINE_X86_64 => Arch::X86_64,
        COFF_MACHINE_ARM64 => Arch::AARCH64,
        COFF_MACHINE_X86 => Arch { machine: Machine::X86, bits: 32, big_endian: false },
        other => Arch { machine: Machine::Other(other.into()), bits: 32, big_endian: false },
    };
    Some(Image::new(Format::Pe, arch))
}
