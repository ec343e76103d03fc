//! PE, as far as a loader for another format cares: that it is, and for which processor.

use goblin::pe::header::{COFF_MACHINE_ARM64, COFF_MACHINE_X86, COFF_MACHINE_X86_64};
use scroll::{LE, Pread};

use crate::image::{Arch, Format, Image, Machine};

pub(super) fn read(head: &[u8]) -> Option<Image> {
    if !head.starts_with(b"MZ") {
        return None;
    }
    let at = head.pread_with::<u32>(0x3c, LE).ok()? as usize;
    if head.pread_with::<u32>(at, LE).ok()? != u32::from_le_bytes(*b"PE\0\0") {
        return None;
    }
    let arch = match head.pread_with::<u16>(at.checked_add(4)?, LE).ok()? {
        COFF_MACHINE_X86_64 => Arch::X86_64,
        COFF_MACHINE_ARM64 => Arch::AARCH64,
        COFF_MACHINE_X86 => Arch { machine: Machine::X86, bits: 32, big_endian: false },
        other => Arch { machine: Machine::Other(other.into()), bits: 32, big_endian: false },
    };
    Some(Image::new(Format::Pe, arch))
}
