use super::{Binding, universal, write};
use crate::image::{
    Arch, BuiltFor, Format, Image, ImageKind, Import, MachO, Name, Need, NeedKind, Origin, Platform, Release, Signature,
};
use crate::parse::{Slice, Tables, read};
use crate::vfs::{FileSystem, Memory, ReadAt, VPath};

fn image(arch: Arch) -> Image {
    let need = |name: &str, kind| Need { name: Name::from(name), kind };
    let mut image = Image::new(Format::MachO, arch);
    image.needs = vec![
        need("@rpath/liba.dylib", NeedKind::Normal),
        need("/usr/lib/libb.dylib", NeedKind::Weak),
        need("libc.dylib", NeedKind::Reexport),
        need("libd.dylib", NeedKind::Upward),
        need("libe.dylib", NeedKind::Delay),
    ];
    image.identity = Some(Name::from("@rpath/libx.dylib"));
    image.mach = Some(Box::new(MachO {
        rpaths: vec![Name::from("@loader_path/../lib"), Name::from("/opt/lib")],
        built_for: Some(BuiltFor {
            platform: Platform::MacOs,
            minimum: Release::new(10, 15),
            sdk: Release::parse("14.2.1").unwrap(),
        }),
        signature: Signature::Present,
        environment: vec![Name::from("DYLD_LIBRARY_PATH=/x")],
        is_two_level: true,
    }));
    image
}

fn opened(bytes: Vec<u8>, test: impl Fn(&dyn ReadAt, Vec<Slice>)) {
    let mut memory = Memory::new();
    let path = VPath::new("/libx.dylib");
    memory.file(&path, bytes);
    let file = memory.open(&path).unwrap();
    test(&*file, read(&*file, file.stat().unwrap().len, Some(b"PyInit_x")));
}

#[test]
fn what_is_written_reads_back() {
    let symbols = [Name::from("PyInit_x"), Name::from("other")];
    let import = |symbol: &str, origin, is_weak| Import { symbol: Name::from(symbol), origin, is_weak };
    let imports = [
        import("_a", Origin::Need(0), false),
        import("_b", Origin::Need(1), true),
        import("_PyLong_Type", Origin::Flat, false),
        import("_operator_new", Origin::Weak, false),
    ];
    for binding in [Binding::Chained, Binding::Opcodes] {
        reads_back(&symbols, &imports, binding);
    }
}

fn reads_back(symbols: &[Name], imports: &[Import], binding: Binding) {
    opened(write(&image(Arch::AARCH64), symbols, imports, 2, binding), |file, slices| {
        let [Slice { image: Some(read), problem: None, tables: Some(tables), defines: true }] = &slices[..] else {
            panic!("{slices:?}")
        };
        assert_eq!(*read, image(Arch::AARCH64));
        assert!(tables.defines(file, b"other"));
        assert!(!tables.defines(file, b"othe"));
        assert!(!tables.defines(file, b"others"));
        let Tables::MachO(tables) = tables else { panic!("{tables:?}") };
        assert_eq!(tables.imports(file), imports);
        assert_eq!(tables.interposed(file), imports[2..]);
    });
}

#[test]
fn each_kind_of_file_and_signature_reads_back() {
    for kind in [ImageKind::Shared, ImageKind::Bundle, ImageKind::Program, ImageKind::Inert] {
        for signature in [Signature::Absent, Signature::Present, Signature::Stale] {
            let mut image = Image { kind, ..image(Arch::X86_64) };
            image.mach.as_mut().unwrap().signature = signature;
            opened(write(&image, &[], &[], 0, Binding::Chained), |_, slices| {
                assert_eq!(slices[0].image.as_ref(), Some(&image))
            });
        }
    }
}

#[test]
fn every_slice_of_a_universal_file_speaks_for_itself() {
    let archs = [Arch::X86_64, Arch::AARCH64];
    let slices = archs.map(|arch| (arch, write(&image(arch), &[Name::from("PyInit_x")], &[], 0, Binding::Chained)));
    opened(universal(&slices), |file, slices| {
        for (slice, arch) in slices.iter().zip(archs) {
            assert_eq!(slice.image, Some(image(arch)));
            assert!(slice.defines && slice.problem.is_none());
            assert!(slice.tables.as_ref().unwrap().defines(file, b"PyInit_x"));
        }
        assert_eq!(slices.len(), 2);
    });
}
