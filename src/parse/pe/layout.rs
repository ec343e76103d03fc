//! Where a PE file's parts lie: tables name addresses in memory, sections say which piece of the file comes there.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashMap;
use scroll::{LE, Pread};

use crate::parse::Window;

/// How much is read at a time.
const BLOCK: u64 = 4096;
/// No more of a file is read for its tables: those of the largest DLLs take a few megabytes.
const MOST_BLOCKS: usize = 1 << 14;
/// Names of C++ templates are long; no linker writes longer ones.
const LONGEST_NAME: usize = 1 << 14;
/// How much text is handed out of one file: entries without number may share one long name.
const MOST_TEXT: usize = 64 << 20;

/// How a file is put into memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// `SizeOfHeaders`: so much of the file's beginning is mapped as it is.
    pub headers: u32,
    pub sections: Vec<Section>,
}

/// A section, as far as it says what lies where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    pub name: [u8; 8],
    /// Relative to where the image is loaded.
    pub address: u32,
    pub size: u32,
    pub file_at: u32,
    pub file_size: u32,
    pub flags: u32,
}

impl Section {
    /// How many bytes of the file the loader maps here: whole pages, but not beyond what the file holds for it.
    pub fn mapped(&self) -> u32 {
        match self.size {
            0 => self.file_size,
            size => self.file_size.min(size.checked_next_multiple_of(BLOCK as u32).unwrap_or(u32::MAX)),
        }
    }

    /// Loaders round the place down to a sector.
    pub fn starts(&self) -> u64 {
        u64::from(self.file_at & !511)
    }
}

impl Layout {
    /// Where in the file an address lies, and how many bytes follow there; none where nothing of the file comes there.
    fn place(&self, address: u32) -> Option<(u64, u64)> {
        let inside = |section: &&Section| address >= section.address && address - section.address < section.mapped();
        if let Some(section) = self.sections.iter().find(inside) {
            let into = u64::from(address - section.address);
            return Some((section.starts() + into, u64::from(section.mapped()) - into));
        }
        (address < self.headers).then(|| (address.into(), u64::from(self.headers - address)))
    }
}

/// A file as it lies in memory, read a block at a time.
pub(super) struct Mapped<'a> {
    window: &'a Window<'a>,
    layout: &'a Layout,
    blocks: RefCell<FxHashMap<u64, Vec<u8>>>,
    text: Cell<usize>,
}

impl<'a> Mapped<'a> {
    pub fn new(window: &'a Window<'a>, layout: &'a Layout) -> Mapped<'a> {
        Mapped { window, layout, blocks: RefCell::default(), text: Cell::new(MOST_TEXT) }
    }

    /// Exactly so many bytes of a small structure.
    pub fn bytes<const N: usize>(&self, address: u32) -> Option<[u8; N]> {
        let (offset, there) = self.layout.place(address)?;
        let mut bytes = [0; N];
        (there >= N as u64 && self.copy(offset, &mut bytes)).then_some(bytes)
    }

    pub fn half(&self, address: u32) -> Option<u16> {
        self.bytes::<2>(address)?.pread_with(0, LE).ok()
    }

    pub fn word(&self, address: u32) -> Option<u32> {
        self.bytes::<4>(address)?.pread_with(0, LE).ok()
    }

    pub fn long(&self, address: u32) -> Option<u64> {
        self.bytes::<8>(address)?.pread_with(0, LE).ok()
    }

    /// A table of words, as much of it as is there; a large one is read at once.
    pub fn words(&self, address: u32, count: u32) -> Vec<u32> {
        let Some((offset, there)) = self.layout.place(address) else { return Vec::new() };
        let len = (u64::from(count) * 4).min(there) as usize;
        let table = self.window.up_to(offset, len);
        table.chunks_exact(4).filter_map(|word| word.pread_with(0, LE).ok()).collect()
    }

    /// The text at an address, up to its zero.
    pub fn text(&self, address: u32) -> Option<Vec<u8>> {
        let (offset, there) = self.layout.place(address)?;
        self.text_at(offset, there)
    }

    /// The text at a place of the file.
    pub fn text_at(&self, mut offset: u64, there: u64) -> Option<Vec<u8>> {
        let end = offset.checked_add(there.min(LONGEST_NAME as u64))?;
        let mut text = Vec::new();
        while offset < end {
            let block = self.block(offset / BLOCK)?;
            let rest = block.get((offset % BLOCK) as usize..).filter(|rest| !rest.is_empty())?;
            let rest = &rest[..rest.len().min((end - offset) as usize)];
            let zero = memchr::memchr(0, rest);
            text.extend_from_slice(&rest[..zero.unwrap_or(rest.len())]);
            self.text.set(self.text.get().checked_sub(zero.map_or(rest.len(), |zero| zero + 1))?);
            if zero.is_some() {
                return Some(text);
            }
            offset += rest.len() as u64;
        }
        None
    }

    fn copy(&self, mut offset: u64, mut to: &mut [u8]) -> bool {
        while !to.is_empty() {
            let Some(block) = self.block(offset / BLOCK) else { return false };
            let Some(rest) = block.get((offset % BLOCK) as usize..).filter(|rest| !rest.is_empty()) else {
                return false;
            };
            let count = rest.len().min(to.len());
            to[..count].copy_from_slice(&rest[..count]);
            to = &mut to[count..];
            offset += count as u64;
        }
        true
    }

    fn block(&self, number: u64) -> Option<std::cell::Ref<'_, Vec<u8>>> {
        if !self.blocks.borrow().contains_key(&number) {
            let mut blocks = self.blocks.borrow_mut();
            if blocks.len() >= MOST_BLOCKS {
                return None;
            }
            blocks.insert(number, self.window.up_to(number * BLOCK, BLOCK as usize).into_owned());
        }
        std::cell::Ref::filter_map(self.blocks.borrow(), |blocks| blocks.get(&number)).ok()
    }
}
