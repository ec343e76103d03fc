//! What bundlers make: recognized by their own marks, judged as their programs would find things, refused where no
//! program could be started from them.

mod below;
mod left_behind;
mod windows;
pub mod writer;

use dylens::command::Shell;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dylens::discover::{Kind, Machine, Request, Target, discover};
use dylens::error::Error;
use dylens::graph::Presence;
use dylens::loader::Step;
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::tools::Bundler;
use dylens::vfs::{FileSystem, VPath};
use proptest::prelude::*;
use writer::{Member, blocks, bootloader, files, image, pyz, unpacked, zip};

/// A machine with glibc.
const MACHINE: &str = "
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.36
//- /usr/lib/libz.so.1 elf x86_64 soname:libz.so.1 needs:libc.so.6
";
pub const PROGRAM: &str = "elf x86_64 program interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6";
const LIBPYTHON: &str = "elf x86_64 soname:libpython3.11.so.1.0 needs:libc.so.6";
pub const MODULE: &str = "a/_a.cpython-311-x86_64-linux-gnu.so";
/// A module that uses NumPy's C API as rust-numpy 0.20 does.
const RUST: &str = "elf x86_64 defines:PyInit__a needs:libc.so.6 \
                    says:library/core/src/x.rs,/r/numpy-0.20.0/src/npyffi/array.rs,_ARRAY_API,numpy.core.multiarray";
const NUMPY: [&str; 7] =
    ["numpy", "numpy._core", "numpy._core.multiarray", "numpy._core.umath", "numpy.core", "numpy.core.multiarray", "a"];

fn target(world: &str, more: &[(&str, Vec<u8>)], path: &str) -> Result<Target, Error> {
    let (files, settings) = files(world, more);
    let fs: Arc<dyn FileSystem> = Arc::new(files);
    discover(&fs, &Machine::described(&settings), &Request::of(VPath::new(path)))
}

fn scan_of(world: &str, more: &[(&str, Vec<u8>)], path: &str) -> Result<Scan, Error> {
    let cancel = AtomicBool::new(false);
    dylens::scan::scan(target(world, more, path)?, &Progress { tell: &|_| {}, cancel: &cancel })
}

pub fn scan(more: &[(&str, Vec<u8>)], path: &str) -> Scan {
    scan_of(MACHINE, more, path).expect("there is something to scan")
}

/// What lies in the archive of a program that is one of a folder.
pub fn code(modules: &[&str]) -> Vec<Member<'static>> {
    vec![
        (b'o', "pyi-contents-directory _internal", Vec::new(), false),
        (b'm', "struct", b"code".to_vec(), true),
        (b's', "prog", b"code".to_vec(), true),
        (b'z', "PYZ.pyz", pyz(modules), false),
    ]
}

/// A one-folder bundle of PyInstaller with one module.
pub fn folder(modules: &[&str], module: &str) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("/x/prog/prog", bootloader(&image(PROGRAM), "libpython3.11.so.1.0", &code(modules))),
        ("/x/prog/_internal/base_library.zip", zip(&["os.pyc", "encodings/__init__.pyc", "encodings/utf_8.pyc"])),
        ("/x/prog/_internal/libpython3.11.so.1.0", image(LIBPYTHON)),
        ("/x/prog/_internal/a/_a.cpython-311-x86_64-linux-gnu.so", image(module)),
        (
            "/x/prog/_internal/numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so",
            image("elf x86_64 defines:PyInit__multiarray_umath needs:libc.so.6"),
        ),
        (
            "/x/prog/_internal/python3.11/lib-dynload/_bz2.cpython-311-x86_64-linux-gnu.so",
            image("elf x86_64 defines:PyInit__bz2 needs:libc.so.6"),
        ),
    ]
}

pub const PLAIN: &str = "elf x86_64 defines:PyInit__a needs:libc.so.6";

/// What a one-file program of PyInstaller unpacks.
fn packed() -> Vec<Member<'static>> {
    let mut members = code(&["a", "numpy"]);
    members.extend([
        (b'b', "libpython3.11.so.1.0", image(LIBPYTHON), true),
        (b'b', "a.libs/libx.so.1", image("elf x86_64 soname:libx.so.1 needs:libc.so.6"), true),
        (b'n', "libx.so.1", b"a.libs/libx.so.1".to_vec(), false),
        (b'b', MODULE, image("elf x86_64 defines:PyInit__a needs:libx.so.1"), true),
        (b'x', "base_library.zip", zip(&["os.pyc"]), true),
    ]);
    members
}

fn one_file(members: &[Member]) -> Vec<(&'static str, Vec<u8>)> {
    vec![("/x/prog", bootloader(&image(PROGRAM), "libpython3.11.so.1.0", members))]
}

pub fn rules(scan: &Scan) -> Vec<&str> {
    scan.findings.iter().map(|finding| finding.rule.id.word()).collect()
}

fn imported(scan: &Scan) -> Vec<String> {
    let module = |import: &dylens::survey::ImportOf| match &import.kind {
        dylens::survey::ImportKind::Module(name) => Some(name.clone()),
        _ => None,
    };
    scan.imports.iter().filter_map(module).collect()
}

/// How the need of a file was satisfied, by file and name.
fn step(scan: &Scan, file: &str, name: &str) -> Step {
    let needs = scan.graph.nodes().filter(|(node, _)| scan.path_of(*node).is_some_and(|path| path.text() == file));
    let mut edges = needs.flat_map(|(node, _)| scan.graph.needs(node));
    let (_, edge) = edges.find(|(_, edge)| edge.name.to_string() == name).expect("the need is there");
    edge.resolution.step()
}

#[test]
fn a_folder_of_pyinstaller_is_imported_from_as_its_program_would() {
    let scan = scan(&folder(&NUMPY, PLAIN), "/x/prog");
    let bundle = scan.target.bundle.as_ref().expect("a bundle");
    assert_eq!((scan.target.kind, bundle.bundler), (Kind::Bundle, Bundler::PYINSTALLER));
    assert_eq!(scan.target.what(), "one-folder bundle of PyInstaller 6 or later");
    assert_eq!(scan.world.host.python.as_ref().and_then(|python| python.version), Some((3, 11)));
    assert_eq!(imported(&scan), ["a._a", "numpy._core._multiarray_umath", "_bz2"]);
    assert_eq!(rules(&scan), [""; 0]);
    let present = |name: &str| matches!(scan.python_module(name), Presence::Present(_));
    for name in ["os", "encodings", "encodings.utf_8", "struct", "numpy.core.multiarray", "a._a", "_bz2"] {
        assert!(present(name), "{name}");
    }
    assert_eq!(scan.python_module("numpy.testing"), Presence::Absent);
}

#[test]
fn a_library_that_strip_has_broken_is_told_before_the_loader_refuses_it() {
    let mut files = folder(&NUMPY, PLAIN);
    let module = files.iter_mut().find(|(path, _)| path.ends_with(MODULE)).expect("the module");
    // The address of the first segment, half a page off.
    module.1[64 + 16..64 + 18].copy_from_slice(&0x800u16.to_le_bytes());
    let broken = scan(&files, "/x/prog");
    assert_eq!(rules(&broken), ["not-an-image"]);
    assert!(broken.findings[0].message.contains("not page-aligned"), "{}", broken.findings[0].message);
    assert_eq!(broken.findings[0].remedy.text, "build the bundle again with PyInstaller, without --strip");
    // A whole page is what a linker may do.
    let mut files = folder(&NUMPY, PLAIN);
    let module = files.iter_mut().find(|(path, _)| path.ends_with(MODULE)).expect("the module");
    module.1[64 + 16..64 + 18].copy_from_slice(&0x1000u16.to_le_bytes());
    assert!(!scan(&files, "/x/prog").findings.iter().any(|finding| finding.message.contains("aligned")));
}

#[test]
fn the_inner_folder_and_the_program_stand_for_the_whole() {
    for path in ["/x/prog", "/x/prog/_internal", "/x/prog/prog"] {
        let target = target(MACHINE, &folder(&[], PLAIN), path).expect("a target");
        assert_eq!((target.kind, target.root), (Kind::Bundle, VPath::new("/x/prog")), "{path}");
    }
}

#[test]
fn before_6_everything_lies_beside_the_program() {
    let mut files = folder(&NUMPY, PLAIN);
    files[0].1 = bootloader(&image(PROGRAM), "libpython3.11.so.1.0", &code(&NUMPY)[1..]);
    let flat: Vec<(String, Vec<u8>)> = files
        .into_iter()
        .map(|(path, bytes)| (path.replace("/_internal", "").replace("python3.11/", ""), bytes))
        .collect();
    let flat: Vec<(&str, Vec<u8>)> = flat.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let scan = scan(&flat, "/x/prog");
    assert_eq!(scan.target.what(), "one-folder bundle of PyInstaller");
    assert_eq!((imported(&scan).len(), rules(&scan).len()), (3, 0));
}

#[test]
fn the_bootloader_leads_the_loader_into_its_own_folder() {
    let mut files = folder(&[], "elf x86_64 defines:PyInit__a needs:libx.so.1,liby.so.1");
    files.push(("/x/prog/_internal/libx.so.1", image("elf x86_64 soname:libx.so.1")));
    // What is beside the module is on nobody's search path.
    files.push(("/x/prog/_internal/a/liby.so.1", image("elf x86_64 soname:liby.so.1")));
    let scan = scan(&files, "/x/prog");
    let module = format!("_internal/{MODULE}");
    assert_eq!(step(&scan, &module, "libx.so.1"), Step::LibraryPath);
    assert_eq!(rules(&scan), ["library-missing"]);
    assert_eq!(scan.findings[0].subject, "liby.so.1");
}

#[test]
fn what_the_user_s_machine_is_told_to_search_comes_after_the_bootloader_s_own_folder() {
    let target =
        target(&format!("//* LD_LIBRARY_PATH=/e\n{MACHINE}"), &folder(&[], PLAIN), "/x/prog").expect("a target");
    assert_eq!(target.host.library_path.expect("a path").to_string(), "/x/prog/_internal:/e");
}

#[test]
fn what_the_program_itself_opens_is_loaded_before_any_module() {
    let mut files = folder(&[], "elf x86_64 defines:PyInit__a needs:libz.so.1");
    files[2].1 = image("elf x86_64 soname:libpython3.11.so.1.0 needs:libz.so.1");
    files.push(("/x/prog/_internal/libz.so.1", image("elf x86_64 soname:libz.so.1")));
    let scan = scan(&files, "/x/prog");
    assert_eq!(step(&scan, &format!("_internal/{MODULE}"), "libz.so.1"), Step::LoadedName);
}

#[test]
fn a_bundle_without_python_s_library_or_its_modules_does_not_start() {
    let without = |name: &str| {
        let mut files = folder(&[], PLAIN);
        files.retain(|(path, _)| !path.ends_with(name));
        scan(&files, "/x/prog")
    };
    for name in ["libpython3.11.so.1.0", "base_library.zip"] {
        let scan = without(name);
        let first = &scan.findings[0];
        assert_eq!((first.rule.id.word(), first.subject.as_str()), ("environment-damaged", name));
        assert!(first.message.contains("cannot start"), "{}", first.message);
    }
    assert_eq!(rules(&without("_bz2.cpython-311-x86_64-linux-gnu.so")), [""; 0]);
}

#[test]
fn numpy_s_shim_is_looked_for_in_the_archive_of_modules() {
    let left_out: Vec<&str> = NUMPY.into_iter().filter(|name| *name != "numpy.core.multiarray").collect();
    let scan_of = |modules: &[&str]| scan(&folder(modules, RUST), "/x/prog");
    let scan = scan_of(&left_out);
    assert_eq!(rules(&scan), ["numpy-module-missing"]);
    assert_eq!(
        scan.findings[0].remedy.first(Shell::Sh).as_deref(),
        Some("pyinstaller --hidden-import=numpy.core.multiarray PROGRAM.py")
    );
    assert!(!rules(&scan_of(&NUMPY)).contains(&"numpy-module-missing"));
}

#[test]
fn a_bundle_that_has_the_shim_is_told_only_of_rust_that_misreads_types() {
    let scan = |words: &str| scan(&folder(&NUMPY, words), "/x/prog");
    let rust = scan(RUST);
    assert_eq!(rules(&rust), ["numpy-shim"]);
    assert!(rust.findings[0].message.ends_with("which the bundle has, and reads some types wrongly"));
    assert_eq!(rust.findings[0].remedy.first(Shell::Sh).as_deref(), Some("python -m pip install 'numpy<2'"));
    let pybind11 = "elf x86_64 defines:PyInit__a needs:libc.so.6 says:_ARRAY_API,numpy.core.multiarray,pybind11";
    assert_eq!(rules(&scan(pybind11)), [""; 0]);
}

#[test]
fn of_a_damaged_list_of_modules_nothing_is_guessed() {
    let mut files = folder(&[], RUST);
    let mut members = code(&[]);
    members[3].2 = b"PYZ\0 and no table".to_vec();
    files[0].1 = bootloader(&image(PROGRAM), "libpython3.11.so.1.0", &members);
    let scan = scan(&files, "/x/prog");
    assert_eq!(scan.python_module("numpy.core.multiarray"), Presence::Unknown);
    assert!(!rules(&scan).iter().any(|rule| rule.starts_with("numpy-")), "{:?}", rules(&scan));
}

#[test]
fn a_program_of_one_file_is_the_folder_that_it_unpacks() {
    let scan = scan(&one_file(&packed()), "/x/prog");
    assert_eq!(scan.target.what(), "one-file bundle of PyInstaller 6 or later");
    assert_eq!(imported(&scan), ["a._a"]);
    assert_eq!(step(&scan, MODULE, "libx.so.1"), Step::LibraryPath);
    assert_eq!(rules(&scan), [""; 0]);
    let shown: Vec<String> = scan.items.iter().map(|item| scan.shown(&item.path).to_string()).collect();
    assert_eq!(shown, ["a.libs/libx.so.1", MODULE, "libpython3.11.so.1.0", "libx.so.1", "prog"]);
    assert!(matches!(scan.python_module("os"), Presence::Present(_)));
}

#[test]
fn what_a_program_of_one_file_lacks_is_missed() {
    let mut members = packed();
    members.retain(|(_, name, _, _)| !name.ends_with("libx.so.1"));
    let scan = scan(&one_file(&members), "/x/prog");
    assert_eq!(rules(&scan), ["library-missing"]);
    assert_eq!(
        scan.findings[0].remedy.first(Shell::Sh).as_deref(),
        Some("pyinstaller --add-binary=PATH/libx.so.1:. PROGRAM.py")
    );
}

#[test]
fn what_is_to_be_changed_in_a_program_of_one_file_is_named_as_it_lay_before() {
    let mut members = packed();
    let module = members.iter_mut().find(|member| member.1 == MODULE).expect("the module");
    module.2 = image("elf x86_64 defines:PyInit__a needs:libx.so.1 rpath:/home/me/lib");
    let scan = scan(&one_file(&members), "/x/prog");
    let finding = scan.findings.iter().find(|finding| finding.rule.id.word() == "rpath-outside").expect("it is told");
    let command = finding.remedy.first(Shell::Sh).expect("a command");
    assert_eq!(command, format!("patchelf --set-rpath '$ORIGIN' {MODULE}"));
}

#[test]
fn a_link_out_of_the_archive_or_in_a_circle_leads_nowhere() {
    for target in ["../../lib64/libc.so.6", "/lib64/libc.so.6", "libx.so.1"] {
        let mut members = packed();
        members.iter_mut().filter(|member| member.0 == b'n').for_each(|member| member.2 = target.into());
        let scan = scan(&one_file(&members), "/x/prog");
        assert!(rules(&scan).contains(&"library-missing"), "{target}: {:?}", rules(&scan));
    }
}

/// What is said of a program that nobody should unpack.
fn refusal(bytes: Vec<u8>) -> String {
    match target(MACHINE, &[("/x/prog", bytes)], "/x/prog") {
        Ok(target) => format!("nothing: {:?}", target.kind),
        Err(error) => error.to_string(),
    }
}

fn assert_refused(members: &[Member], words: &str) {
    let said = refusal(bootloader(&image(PROGRAM), "libpython3.11.so.1.0", members));
    assert!(said.contains(words) && said.contains("/x/prog"), "said {said:?}, not {words:?}");
}

#[test]
fn archives_that_lead_out_are_refused() {
    let with = |name: &'static str| [packed(), vec![(b'b', name, b"x".to_vec(), false)]].concat();
    for (name, words) in [
        ("../x.so", "climbs out"),
        ("/etc/x.so", "absolute path"),
        ("C:/x.so", "drive letter"),
        ("..\\x.so", "climbs out"),
        (MODULE, "is there twice"),
        ("libpython3.11.so.1.0/x.so", "a folder that is a file"),
    ] {
        assert_refused(&with(name), words);
    }
    let said = refusal(bootloader(&image(PROGRAM), "libpython3.11.so.1.0", &with("ok.so")));
    assert_eq!(said, "nothing: Bundle");
}

#[test]
fn archives_that_lie_about_places_and_sizes_are_refused() {
    let bytes = bootloader(&image(PROGRAM), "libpython3.11.so.1.0", &packed());
    let cookie = bytes.len() - 88;
    let patched = |at: usize, word: u32| {
        let mut bytes = bytes.clone();
        bytes[at..at + 4].copy_from_slice(&word.to_be_bytes());
        refusal(bytes)
    };
    assert!(patched(cookie + 8, u32::MAX).contains("longer than the program"));
    assert!(patched(cookie + 12, u32::MAX).contains("lies outside"));
    assert!(patched(cookie + 16, u32::MAX).contains("lies outside"));
    assert!(patched(cookie + 16, 100).contains("makes no sense"), "{}", patched(cookie + 16, 100));
    let table = u32::from_be_bytes(bytes[cookie + 16..cookie + 20].try_into().expect("four bytes")) as usize;
    // The first line: its own length, then its place in the archive.
    assert!(patched(cookie - table, 0).contains("makes no sense"));
    assert!(patched(cookie - table + 4, u32::MAX).contains("lies outside"));
    let cut = [&bytes[..cookie + 40]].concat();
    assert!(refusal(cut).contains("cut off"));
}

#[test]
fn a_zip_bomb_is_refused_and_a_wrong_size_is_a_finding() {
    let bytes = bootloader(&image(PROGRAM), "libpython3.11.so.1.0", &packed());
    let at = memchr::memmem::rfind(&bytes, MODULE.as_bytes()).expect("its line") - 18;
    let patched = |len: u32| {
        let mut bytes = bytes.clone();
        bytes[at + 12..at + 16].copy_from_slice(&len.to_be_bytes());
        bytes
    };
    assert!(refusal(patched(u32::MAX)).contains("as a zip bomb does"));
    let scan = scan(&[("/x/prog", patched(7000))], "/x/prog");
    assert!(scan.findings.iter().any(|finding| finding.file.text() == MODULE), "{:?}", rules(&scan));
}

#[test]
fn nuitka_s_modules_are_listed_by_their_constants() {
    let dist = |modules: &[&str], more: &[u8]| {
        let program = [&image(PROGRAM)[..], &blocks(modules), more].concat();
        let files = [
            ("/x/prog.dist/prog.bin", program),
            ("/x/prog.dist/a/_a.so", image(RUST)),
            ("/x/prog.dist/numpy/_core/_multiarray_umath.so", image("elf x86_64 defines:PyInit__multiarray_umath")),
        ];
        scan(&files, "/x/prog.dist")
    };
    let left_out: Vec<&str> = NUMPY.into_iter().filter(|name| *name != "numpy.core.multiarray").collect();
    let scan = dist(&left_out, b"");
    assert_eq!(scan.target.what(), "one-folder bundle of Nuitka");
    assert_eq!(imported(&scan), ["a._a", "numpy._core._multiarray_umath"]);
    assert_eq!(rules(&scan), ["numpy-module-missing"]);
    assert_eq!(
        scan.findings[0].remedy.first(Shell::Sh).as_deref(),
        Some("python -m nuitka --include-module=numpy.core.multiarray PROGRAM.py")
    );
    assert!(!rules(&dist(&NUMPY, b"")).contains(&"numpy-module-missing"));
    // As bytecode, or as what was left out on purpose: the program's table of modules names both.
    let named = dist(&left_out, b"numpy.core.multiarray\0");
    assert_eq!(named.python_module("numpy.core.multiarray"), Presence::Unknown);
    assert!(!rules(&named).contains(&"numpy-module-missing"));
    assert!(rules(&dist(&[], b"")).contains(&"numpy-missing"));
}

#[test]
fn nuitka_s_program_of_one_file_is_read_however_it_was_packed() {
    let program = [&image(PROGRAM)[..], &blocks(&["a"])].concat();
    for has_checksum in [false, true] {
        let module = image("elf x86_64 defines:PyInit__a needs:libgone.so.1");
        let row = [
            unpacked("prog.bin", &program, has_checksum),
            b"link.so\0\x02a/_a.so\0".to_vec(),
            unpacked("a/_a.so", &module, has_checksum),
            b"\0".to_vec(),
        ];
        let row = row.concat();
        let zstd = zstd::encode_all(&row[..], 1).expect("memory");
        for payload in [[b"KAX", &row[..], b"tail of the program"].concat(), [b"KAY", &zstd[..]].concat()] {
            let whole = [&image(PROGRAM)[..], &payload].concat();
            let scan = scan(&[("/x/prog.bin", whole)], "/x/prog.bin");
            assert_eq!(scan.target.what(), "one-file bundle of Nuitka");
            assert_eq!((imported(&scan), rules(&scan)), (vec!["a._a".to_owned()], vec!["library-missing"]));
        }
    }
    let torn = [&image(PROGRAM)[..], b"KAY\x28\xb5\x2f\xfd and no more"].concat();
    assert!(refusal(torn).contains("its payload is damaged"));
}

#[test]
fn a_program_without_nuitka_s_marks_is_a_file_in_a_folder() {
    let files = [("/x/prog.dist/prog.bin", image(PROGRAM)), ("/x/prog.dist/a.so", image(PLAIN))];
    assert_eq!(target(MACHINE, &files, "/x/prog.dist").expect("a target").kind, Kind::Folder);
    assert_eq!(target(MACHINE, &files, "/x/prog.dist/prog.bin").expect("a target").kind, Kind::File);
}

#[test]
fn cx_freeze_has_its_libraries_and_modules_in_lib() {
    let files = [
        ("/x/prog/prog", image(&format!("{PROGRAM} rpath:$ORIGIN/lib"))),
        ("/x/prog/frozen_application_license.txt", b"cx_Freeze".to_vec()),
        ("/x/prog/lib/library.zip", zip(&["os.pyc", "numpy/__init__.pyc"])),
        ("/x/prog/lib/a/__init__.pyc", b"code".to_vec()),
        ("/x/prog/lib/a/_a.cpython-311-x86_64-linux-gnu.so", image("elf x86_64 defines:PyInit__a needs:libx.so.1")),
        ("/x/prog/lib/libx.so.1", image("elf x86_64 soname:libx.so.1")),
    ];
    for path in ["/x/prog", "/x/prog/lib", "/x/prog/prog"] {
        let scan = scan(&files, path);
        assert_eq!(scan.target.what(), "one-folder bundle of cx_Freeze");
        assert_eq!(step(&scan, &format!("lib/{MODULE}"), "libx.so.1"), Step::RpathOfLoader);
        assert_eq!(scan.world.host.python.as_ref().and_then(|python| python.version), Some((3, 11)));
        assert!(["os", "numpy", "a"].map(|name| scan.python_module(name)).iter().all(|it| it.path().is_some()));
        assert_eq!(scan.python_module("numpy.core"), Presence::Absent);
    }
}

#[test]
fn applications_of_macos_are_told_apart_by_what_lies_in_them() {
    const MAC: &str = "macho arm64 program needs:/usr/lib/libSystem.B.dylib minos:11.0 sdk:14.0";
    let module =
        |id: &str| image(&format!("macho arm64 bundle defines:PyInit__a needs:{id},/usr/lib/libSystem.B.dylib"));
    let library = image("macho arm64 id:@rpath/libx.dylib needs:/usr/lib/libSystem.B.dylib");
    let python = image("macho arm64 id:@rpath/Python needs:/usr/lib/libSystem.B.dylib");
    let pyinstaller = [
        ("/x/p.app/Contents/MacOS/p", bootloader(&image(MAC), "Python", &code(&["a"]))),
        ("/x/p.app/Contents/Frameworks/base_library.zip", zip(&["os.pyc"])),
        ("/x/p.app/Contents/Frameworks/Python", python.clone()),
        ("/x/p.app/Contents/Frameworks/a/_a.cpython-311-darwin.so", module("@loader_path/../libx.dylib")),
        ("/x/p.app/Contents/Frameworks/libx.dylib", library.clone()),
    ];
    let py2app = [
        ("/x/p.app/Contents/MacOS/p", image(MAC)),
        ("/x/p.app/Contents/MacOS/python", image(MAC)),
        ("/x/p.app/Contents/Info.plist", b"<key>CFBundleExecutable</key>\n<string>p</string>".to_vec()),
        ("/x/p.app/Contents/Resources/__boot__.py", b"import sys".to_vec()),
        ("/x/p.app/Contents/Resources/lib/python311.zip", zip(&["os.pyc", "a/__init__.pyc"])),
        ("/x/p.app/Contents/Frameworks/Python.framework/Versions/3.11/Python", python),
        (
            "/x/p.app/Contents/Resources/lib/python3.11/lib-dynload/a/_a.cpython-311-darwin.so",
            module("@executable_path/../Frameworks/libx.dylib"),
        ),
        ("/x/p.app/Contents/Frameworks/libx.dylib", library),
    ];
    let nuitka = [
        ("/x/p.app/Contents/MacOS/p", [&image(MAC)[..], &blocks(&["a"])].concat()),
        ("/x/p.app/Contents/MacOS/a/_a.so", module("/usr/lib/libz.1.dylib")),
    ];
    for (files, word) in [(&pyinstaller[..], "PyInstaller 6 or later"), (&py2app, "py2app"), (&nuitka, "Nuitka")] {
        for path in ["/x/p.app", "/x/p.app/Contents/MacOS/p"] {
            let scan = scan_of(MACHINE, files, path).expect("something to scan");
            assert_eq!(scan.target.what(), format!("application bundle of {word}"));
            assert_eq!((imported(&scan), rules(&scan)), (vec!["a._a".to_owned()], vec![]), "{word}");
            assert_eq!(scan.target.bundle.as_ref().expect("it").program, VPath::new("/x/p.app/Contents/MacOS/p"));
        }
    }
}

#[test]
fn a_bundle_for_another_machine_takes_nothing_from_this_one() {
    let mut files = folder(&[], PLAIN);
    let arm = |words: &str| image(&words.replace("x86_64", "aarch64").replace("x86-64.so.2", "aarch64.so.1"));
    files[0].1 = bootloader(&arm(PROGRAM), "libpython3.11.so.1.0", &code(&[]));
    files[2].1 = arm(LIBPYTHON);
    files[3].1 = arm("elf x86_64 defines:PyInit__a needs:libc.so.6,libffi.so.8");
    files.truncate(4);
    files.push(("/usr/lib/aarch64-linux-gnu/libffi.so.8", arm("elf x86_64 soname:libffi.so.8")));
    let scan = scan(&files, "/x/prog");
    assert!(scan.world.is_fenced());
    assert_eq!(rules(&scan), ["library-missing"], "libc is granted, libffi is not");
}

#[test]
fn a_folder_that_merely_looks_like_it_is_none() {
    // Every sign but the archive of the program.
    let mut files = folder(&[], PLAIN);
    files[0].1 = image(PROGRAM);
    assert_eq!(target(MACHINE, &files, "/x/prog").expect("a target").kind, Kind::Folder);
    // An environment in which PyInstaller is installed has the bootloader lying about, without an archive.
    let files = [("/x/lib/library.zip", zip(&["os.pyc"])), ("/x/lib/a.so", image(PLAIN))];
    assert_eq!(target(MACHINE, &files, "/x").expect("a target").kind, Kind::Folder);
}

#[test]
fn a_zip_of_modules_that_is_damaged_tells_nothing() {
    let mut files = folder(&NUMPY, RUST);
    files[1].1 = b"PK\x03\x04 and no more".to_vec();
    let scan = scan(&files, "/x/prog");
    assert_eq!(scan.python_module("encodings"), Presence::Unknown);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_damage_to_a_program_of_one_file_is_more_than_a_finding_or_an_error(
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = bootloader(&image(PROGRAM), "libpython3.11.so.1.0", &packed());
        for (place, byte) in places {
            // The table and the cookie are the end.
            let from = bytes.len().saturating_sub(600);
            let at = from + place.index(bytes.len() - from);
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        match scan_of(MACHINE, &[("/x/prog", bytes)], "/x/prog") {
            Ok(scan) => prop_assert!(!scan.target.root.as_bytes().is_empty()),
            Err(error) => prop_assert!(error.what.contains("/x/")),
        }
    }
}
