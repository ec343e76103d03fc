//! What a PE file exports: names in alphabetical order, each with an ordinal, each ordinal with an address. An address
//! within the directory itself is that of a text: the name of another DLL's export (a forwarder).

use scroll::{LE, Pread};

use super::Directory;
use super::layout::Mapped;
use crate::image::{Export, Name};

/// Ordinals have 16 bits.
const MOST_FUNCTIONS: u32 = 1 << 16;

/// `IMAGE_EXPORT_DIRECTORY`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exports {
    directory: Directory,
    /// The DLL's own name.
    pub name: u32,
    base: u32,
    functions: u32,
    function_count: u32,
    names: u32,
    name_count: u32,
    ordinals: u32,
}

impl Exports {
    pub fn read(mapped: &Mapped, directory: Directory) -> Option<Exports> {
        if directory.at == 0 {
            return None;
        }
        let header: [u8; 40] = mapped.bytes(directory.at)?;
        let word = |offset: usize| header.pread_with::<u32>(offset, LE).ok();
        Some(Exports {
            directory,
            name: word(12)?,
            base: word(16)?,
            function_count: word(20)?.min(MOST_FUNCTIONS),
            name_count: word(24)?.min(MOST_FUNCTIONS),
            functions: word(28)?,
            names: word(32)?,
            ordinals: word(36)?,
        })
    }

    /// What is exported under a name, or under an ordinal that is spelled `#12`.
    pub fn find(&self, mapped: &Mapped, name: &[u8]) -> Option<Export> {
        let ordinal = name.strip_prefix(b"#").and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u32>().ok());
        match ordinal {
            Some(ordinal) => self.function(mapped, ordinal.checked_sub(self.base)?),
            None => self.function(mapped, self.index_of(mapped, name)?),
        }
    }

    /// Halves the list of names again and again, as the loader does.
    fn index_of(&self, mapped: &Mapped, name: &[u8]) -> Option<u32> {
        let (mut low, mut high) = (0, self.name_count);
        while low < high {
            let middle = low + (high - low) / 2;
            let text = mapped.text(mapped.word(self.names.checked_add(middle * 4)?)?)?;
            match text.as_slice().cmp(name) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => {
                    return mapped.half(self.ordinals.checked_add(middle * 2)?).map(Into::into);
                }
            }
        }
        None
    }

    fn function(&self, mapped: &Mapped, index: u32) -> Option<Export> {
        if index >= self.function_count {
            return None;
        }
        let address = mapped.word(self.functions.checked_add(index * 4)?).filter(|&address| address != 0)?;
        match self.is_forward(address) {
            true => mapped.text(address).map(|text| Export::Forward(Name::from(&text))),
            false => Some(Export::Own),
        }
    }

    fn is_forward(&self, address: u32) -> bool {
        address >= self.directory.at && address - self.directory.at < self.directory.size
    }

    /// The DLLs that forwarders lead to, each once, in the order of the ordinals.
    pub fn forwards_to(&self, mapped: &Mapped) -> Vec<Name> {
        let mut found: Vec<Name> = Vec::new();
        for address in mapped.words(self.functions, self.function_count) {
            let text = self.is_forward(address).then(|| mapped.text(address)).flatten();
            let Some(text) = text.filter(|text| text.contains(&b'.')) else { continue };
            let end = text.iter().rposition(|&byte| byte == b'.').unwrap_or(0);
            if !found.iter().any(|known| **known == text[..end]) && found.len() < 64 {
                found.push(Name::from(&text[..end]));
            }
        }
        found
    }
}
