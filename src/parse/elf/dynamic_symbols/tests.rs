use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::image::{Arch, Format, Image, Import, Origin, Uses, VersionNeed};
use crate::parse::Tables as AnyTables;
use crate::vfs::{FileSystem, Memory, VPath};

fn written() -> Vec<u8> {
    let mut image = Image::new(Format::Elf, Arch::X86_64);
    image.versions =
        vec![VersionNeed { from: Name::from("libc.so.6"), version: Name::from("GLIBC_2.17"), weak: false }];
    let import = |symbol: &str, is_weak| Import { symbol: Name::from(symbol), origin: Origin::Flat, is_weak };
    let imports = [import("wanted", false), import("may_be_absent", true)];
    super::super::write(
        &image,
        &[Name::from("first"), Name::from("second")],
        &imports,
        &[Name::from("V1")],
        super::super::Extras::default(),
    )
}

fn read(bytes: Vec<u8>) -> Option<DynamicSymbols> {
    let (mut memory, path, len) = (Memory::new(), VPath::new("/x.so"), bytes.len() as u64);
    memory.file(&path, bytes);
    let tables = crate::parse::read(&*memory.open(&path).unwrap(), len, None).pop()?.tables?;
    let AnyTables::Elf(tables) = tables else { return None };
    Some(DynamicSymbols::new(PagedFile::new(Arc::new(memory), path, len), tables))
}

fn finds(symbols: &DynamicSymbols, name: &str) -> bool {
    symbols.find(&SymbolKey::new(name.as_bytes()), &mut |definition| definition.section != 0)
}

#[test]
fn what_relocations_name_is_wanted_and_what_is_defined_is_found() {
    let symbols = read(written()).expect("an ELF file");
    let references = symbols.references().expect("a known processor");
    let told: Vec<(&[u8], bool, Uses)> = references.iter().map(|it| (&*it.name, it.is_weak, it.uses)).collect();
    let data = Uses { data: true, ..Uses::default() };
    assert_eq!(told, [(&b"wanted"[..], false, data), (b"may_be_absent", true, data)]);
    assert!(finds(&symbols, "first") && finds(&symbols, "second"));
    assert!(!finds(&symbols, "wanted") && !finds(&symbols, "firs") && !finds(&symbols, "first2"));
    let mut names = Vec::new();
    symbols.each_definition(&mut |name, _| names.push(name.to_vec()));
    assert_eq!(names, [b"first".to_vec(), b"second".to_vec()]);
}

proptest! {
    #[test]
    fn damaged_tables_end_in_an_answer(changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..24)) {
        let mut bytes = written();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(symbols) = read(bytes) {
            symbols.references();
            finds(&symbols, "first");
            symbols.each_definition(&mut |_, _| {});
            symbols.version(2);
        }
    }
}
