use proptest::prelude::*;

use super::write;
use crate::image::{Arch, Export, Format, Image, ImageKind, Import, Machine, Name, Need, NeedKind, Origin, Pe};
use crate::parse::{Slice, Tables, read};
use crate::vfs::{FileSystem, Memory, ReadAt, VPath};

fn image(arch: Arch) -> Image {
    let need = |name: &str, kind| Need { name: Name::from(name), kind };
    let mut image = Image::new(Format::Pe, arch);
    image.needs = vec![
        need("KERNEL32.dll", NeedKind::Normal),
        need("python311.dll", NeedKind::Normal),
        need("WS2_32.dll", NeedKind::Delay),
    ];
    image.identity = Some(Name::from("x.dll"));
    image.pe = Some(Box::new(Pe {
        pdb: Some(Name::from("D:\\a\\x\\x.pdb")),
        subsystem: 2,
        linker: (14, 36),
        is_managed: false,
        forwards_to: vec![Name::from("python311"), Name::from("KERNELBASE")],
        overlay: 0,
    }));
    image
}

fn exports() -> Vec<(Name, Export)> {
    let forward = |to: &str| Export::Forward(Name::from(to));
    vec![
        (Name::from("PyInit_x"), Export::Own),
        (Name::from("Alpha"), forward("python311.Alpha")),
        (Name::from("zeta"), forward("KERNELBASE.#12")),
    ]
}

fn opened(bytes: Vec<u8>, test: impl Fn(&dyn ReadAt, Vec<Slice>)) {
    let mut memory = Memory::new();
    let path = VPath::new("/x.pyd");
    memory.file(&path, bytes);
    let file = memory.open(&path).unwrap();
    test(&*file, read(&*file, file.stat().unwrap().len, Some(b"PyInit_x")));
}

#[test]
fn what_is_written_reads_back() {
    let x86 = Arch { machine: Machine::X86, bits: 32, big_endian: false };
    let import = |symbol: &str, need| Import { symbol: Name::from(symbol), origin: Origin::Need(need), is_weak: false };
    let imports = [import("Sleep", 0), import("PyLong_Type", 1), import("PyErr_Occurred", 1), import("#12", 2)];
    for arch in [Arch::X86_64, Arch::AARCH64, x86] {
        opened(write(&image(arch), &exports(), &imports, b""), |file, slices| {
            let [Slice { image: Some(read), problem: None, tables: Some(tables), defines: true }] = &slices[..] else {
                panic!("{slices:?}")
            };
            assert_eq!(*read, image(arch));
            let Tables::Pe(tables) = tables else { panic!("{tables:?}") };
            assert_eq!(tables.imports(file), imports);
            let asked: [&[u8]; 6] = [b"PyInit_x", b"Alpha", b"zeta", b"#1", b"#4", b"PyInit_y"];
            let found = tables.exports(file, &asked);
            let [own, alpha, zeta] = [0, 1, 2].map(|index| Some(exports()[index].1.clone()));
            assert_eq!(found, [own, alpha.clone(), zeta, alpha, None, None]);
        });
    }
}

#[test]
fn each_kind_of_file_reads_back() {
    for kind in [ImageKind::Shared, ImageKind::Program, ImageKind::Inert] {
        let image = Image { kind, ..image(Arch::X86_64) };
        opened(write(&image, &exports(), &[], b""), |_, slices| assert_eq!(slices[0].image.as_ref(), Some(&image)));
    }
}

#[test]
fn what_stands_behind_the_last_section_is_overlay() {
    let bytes = write(&image(Arch::X86_64), &[], &[], b"");
    opened([bytes, vec![0; 24]].concat(), |_, slices| {
        assert_eq!(slices[0].image.as_ref().unwrap().pe.as_ref().unwrap().overlay, 24);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

    #[test]
    fn a_damaged_file_is_read_to_an_end(
        changes in proptest::collection::vec((0..0x800usize, prop_oneof![
            any::<u32>(), Just(0), Just(u32::MAX), Just(1 << 31), 0..0x2000u32,
        ]), 1..8),
        cut in proptest::option::weighted(0.2, 0..0x800usize),
    ) {
        let import = |symbol: &str, need| {
            Import { symbol: Name::from(symbol), origin: Origin::Need(need), is_weak: false }
        };
        let imports = [import("Sleep", 0), import("#4", 1), import("send", 2)];
        let mut bytes = write(&image(Arch::X86_64), &exports(), &imports, b"text");
        for (at, word) in changes {
            for (byte, new) in bytes.iter_mut().skip(at).zip(word.to_le_bytes()) {
                *byte = new;
            }
        }
        bytes.truncate(cut.unwrap_or(bytes.len()));
        opened(bytes, |file, slices| {
            if let Some(Tables::Pe(tables)) = &slices[0].tables {
                tables.imports(file);
                tables.exports(file, &[b"PyInit_x", b"#1", b"zeta"]);
            }
            super::super::constants(file, file.stat().unwrap().len);
        });
    }
}

#[test]
fn lists_that_lead_out_of_the_file_are_told_as_such() {
    let mut bytes = write(&image(Arch::X86_64), &[], &[], b"");
    // The import directory, by its entry in the optional header.
    let at = 0x40 + 24 + 112 + 8;
    bytes[at..at + 4].copy_from_slice(&0x7fff_0000u32.to_le_bytes());
    opened(bytes, |_, slices| {
        assert!(slices[0].image.is_some() && slices[0].problem.is_some(), "{slices:?}");
    });
}
