//! Wheels read in place: what an installer would make of them, whom they are for, and which are refused.

use dylens::command::Shell;
use std::io::{self, Cursor, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use dylens::discover::{Distribution, Machine, Request, Target, discover};
use dylens::error::Error;
use dylens::export::{FORMATS, Format, Options, Paint, imports_text};
use dylens::graph::Node;
use dylens::scan::Scan;
use dylens::survey::{ImportOf, Progress};
use dylens::vfs::{Entry, FileSystem, Kind, Memory, ReadAt, Stat, VPath, Wheels};
use dylens::world::{System, text};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A machine with glibc, and an environment variable that its loader heeds.
const MACHINE: &str = "
//* LD_LIBRARY_PATH=/e
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.36
//- /usr/lib/libz.so.1 elf x86_64 soname:libz.so.1 needs:libc.so.6
//- /etc/os-release
ID=debian
";

/// A machine with musl.
const ALPINE: &str = "//- /lib/ld-musl-x86_64.so.1 elf x86_64 soname:libc.musl-x86_64.so.1\n";

const LINUX: &str = "a-1.0-cp311-cp311-manylinux_2_17_x86_64.whl";
const MODULE: &str = "a/_a.cpython-311-x86_64-linux-gnu.so";

/// An ELF image, in the words of a text world.
fn elf(words: &str) -> Vec<u8> {
    image(&format!("elf {words}"))
}

/// An image of any format, in the words of a text world.
fn image(words: &str) -> Vec<u8> {
    let world = text::read(&format!("//- /it {words}\n")).expect("an image");
    world.files.read(&VPath::new("/it"), usize::MAX).expect("its bytes")
}

fn module() -> Vec<u8> {
    elf("x86_64 defines:PyInit__a needs:libc.so.6")
}

/// A zip archive with these members, deflated, in order.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).unix_permissions(0o644);
    for (name, bytes) in members {
        writer.start_file(*name, options).expect("a member");
        writer.write_all(bytes).expect("its bytes");
    }
    writer.finish().expect("an archive").into_inner()
}

/// A wheel with one module, and whatever else.
fn wheel(others: &[(&str, &[u8])]) -> Vec<u8> {
    let module = module();
    zip(&[&[(MODULE, &module[..])], others].concat())
}

/// The files of a machine and some wheels in `/w`, and the paths of the wheels.
fn laid_out(machine: &str, wheels: &[(&str, Vec<u8>)]) -> (Memory, Machine, Request) {
    let world = text::read(machine).expect("a world");
    let mut files = world.files;
    let path = |name: &str| VPath::new("/w").join(name);
    for (name, bytes) in wheels {
        files.file(&path(name), bytes.clone());
    }
    let request =
        Request { paths: wheels.iter().map(|(name, _)| path(name)).collect(), is_for_here: true, ..Request::default() };
    (files, Machine::described(&world.settings), request)
}

fn target_on(machine: &str, wheels: &[(&str, Vec<u8>)]) -> Result<Target, Error> {
    let (files, machine, request) = laid_out(machine, wheels);
    let fs: Arc<dyn FileSystem> = Arc::new(files);
    discover(&fs, &machine, &request)
}

fn target(name: &str, bytes: Vec<u8>) -> Result<Target, Error> {
    target_on(MACHINE, &[(name, bytes)])
}

fn scan_on(machine: &str, wheels: &[(&str, Vec<u8>)]) -> Result<Scan, Error> {
    scan_for(None, machine, wheels)
}

/// As [`scan_on`], judged for a tool.
fn scan_for(tool: Option<&str>, machine: &str, wheels: &[(&str, Vec<u8>)]) -> Result<Scan, Error> {
    let (files, machine, mut request) = laid_out(machine, wheels);
    request.overrides.tool = tool.map(|tool| tool.parse().expect("a tool"));
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(files), &machine, &request, &progress)
}

fn scan(name: &str, bytes: Vec<u8>) -> Scan {
    scan_on(MACHINE, &[(name, bytes)]).expect("a scan")
}

/// What is said of a wheel that is refused.
fn refusal(bytes: Vec<u8>) -> String {
    match target(LINUX, bytes) {
        Err(error) => {
            assert!(error.what.starts_with("/w/a-1.0-") && !error.remedy.is_empty(), "{error}");
            assert!(!error.to_string().contains('\n'), "{error}");
            error.what
        }
        Ok(_) => "nothing".into(),
    }
}

/// Each refusal in its words; `nothing` for a near miss.
fn assert_refused(bytes: Vec<u8>, words: &str) {
    let said = refusal(bytes);
    assert!(said.contains(words), "said {said:?}, not {words:?}");
}

/// The paths of the items, as they are shown.
fn shown(scan: &Scan) -> Vec<String> {
    scan.items.iter().map(|item| scan.shown(&item.path).to_string()).collect()
}

fn findings(scan: &Scan) -> Vec<(&str, &str)> {
    scan.findings.iter().map(|finding| (finding.rule.id.word(), finding.message.as_str())).collect()
}

/// Where a member's header in the table of contents starts (APPNOTE.TXT 4.3.12).
fn header(bytes: &[u8], name: &str) -> usize {
    let found = bytes
        .windows(46 + name.len())
        .position(|part| part.starts_with(b"PK\x01\x02") && part.ends_with(name.as_bytes()));
    found.expect("a header")
}

/// Writes over a field of a member's header.
fn patched(mut bytes: Vec<u8>, name: &str, field: usize, value: &[u8]) -> Vec<u8> {
    let at = header(&bytes, name) + field;
    bytes[at..at + value.len()].copy_from_slice(value);
    bytes
}

const FLAGS: usize = 8;
const METHOD: usize = 10;
const SIZE: usize = 24;
const PLACE: usize = 42;

#[test]
fn a_wheel_is_a_folder_of_site_packages() {
    let scan = scan(LINUX, wheel(&[("a/__init__.py", b"")]));
    assert_eq!(scan.target.root.to_string(), format!("/w/{LINUX}"));
    assert_eq!((scan.target.kind.word(), scan.modules()), ("wheel", 1));
    assert_eq!(shown(&scan), [MODULE]);
    assert!(findings(&scan).is_empty(), "{:?}", findings(&scan));
}

#[test]
fn a_library_beside_the_module_is_found_within_the_wheel() {
    let module = elf("x86_64 defines:PyInit__a needs:libx.so.1,libgone.so.1 runpath:$ORIGIN/../a.libs");
    let library = elf("x86_64 soname:libx.so.1");
    let scan = scan(LINUX, zip(&[(MODULE, &module), ("a.libs/libx.so.1", &library)]));
    let missing: Vec<&str> = scan.findings.iter().map(|finding| finding.subject.as_str()).collect();
    assert_eq!(missing, ["libgone.so.1"]);
}

#[test]
fn the_parts_of_the_data_folder_lie_where_an_installer_puts_them() {
    let program = elf("x86_64 program");
    let scan = scan(
        LINUX,
        zip(&[
            ("a-1.0.data/platlib/a/_a.cpython-311-x86_64-linux-gnu.so", &module()),
            ("a-1.0.data/scripts/run", &program),
            ("a-1.0.data/data/lib/libb.so", &elf("x86_64")),
            (
                "a-1.0.dist-info/RECORD",
                b"a-1.0.data/platlib/a/_a.cpython-311-x86_64-linux-gnu.so,,\na-1.0.data/scripts/run,,\n\
                  a-1.0.data/data/lib/libb.so,,\na-1.0.data/platlib/a/gone.abi3.so,,\n",
            ),
        ]),
    );
    assert_eq!(shown(&scan), ["a-1.0.data/data/lib/libb.so", MODULE, "bin/run"]);
    let gone: Vec<_> =
        scan.findings.iter().filter(|finding| finding.rule.id.word() == "recorded-file-missing").collect();
    assert_eq!(gone.len(), 1, "{:?}", findings(&scan));
    assert!(gone[0].message.contains("a/gone.abi3.so"), "{}", gone[0].message);
    assert_eq!(scan.distributions.len(), 1, "what is spread belongs to who recorded it");
}

#[test]
fn what_is_beside_the_wheel_passes_through() {
    let (mut files, ..) = laid_out("//- /w/notes.txt\nhello\n//- /v/link -> /w\n", &[(LINUX, wheel(&[]))]);
    files.file(&VPath::new("/w/later.txt"), b"later".to_vec());
    let root = VPath::new("/w").join(LINUX);
    let fs = Wheels::over(Arc::new(files), std::slice::from_ref(&root)).expect("a wheel");
    let real = |path: &str| fs.real(&root.join(path)).map(|path| path.to_string()).ok();
    assert_eq!(real("a/../a/./_a.cpython-311-x86_64-linux-gnu.so"), Some(root.join(MODULE).to_string()));
    assert_eq!(real("../notes.txt"), Some("/w/notes.txt".into()));
    assert_eq!(real("a/nothing"), None);
    assert_eq!(fs.read(&VPath::new("/v/link/later.txt"), 9).expect("a text"), b"later");
    assert_eq!(fs.list(&root).expect("a folder").len(), 1);
    assert_eq!(fs.stat(&root.join("a")).expect("a folder").kind, Kind::Directory);
    assert!(fs.open(&root.join("a")).is_err() && fs.list(&root.join(MODULE)).is_err());
    assert!(fs.link(&root.join(MODULE)).is_err());
}

/// Memory that counts how often a file is opened.
struct Counted(Memory, AtomicUsize);

impl FileSystem for Counted {
    fn list(&self, directory: &VPath) -> io::Result<Vec<Entry>> {
        self.0.list(directory)
    }
    fn stat(&self, path: &VPath) -> io::Result<Stat> {
        self.0.stat(path)
    }
    fn real(&self, path: &VPath) -> io::Result<VPath> {
        self.0.real(path)
    }
    fn link(&self, path: &VPath) -> io::Result<VPath> {
        self.0.link(path)
    }
    fn open(&self, path: &VPath) -> io::Result<Box<dyn ReadAt + '_>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.open(path)
    }
}

#[test]
fn a_member_is_inflated_once_whoever_comes_for_it() {
    let (files, _, request) = laid_out("", &[(LINUX, wheel(&[]))]);
    let counted = Arc::new(Counted(files, AtomicUsize::new(0)));
    let fs = Wheels::over(counted.clone(), &request.paths).expect("a wheel");
    let before = counted.1.load(Ordering::Relaxed);
    let path = request.paths[0].join(MODULE);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(fs.read(&path, usize::MAX).expect("its bytes"), module()));
        }
    });
    assert_eq!(counted.1.load(Ordering::Relaxed) - before, 1);
}

#[test]
fn a_wheel_that_may_not_be_read_says_so() {
    let (mut files, ..) = laid_out("", &[]);
    let path = VPath::new("/w/a-1-py3-none-any.whl");
    files.locked_file(&path);
    let error = Wheels::over(Arc::new(files), &[path]).err().expect("no wheel");
    assert!(error.what.ends_with(".whl cannot be read: permission denied"), "{error}");
}

#[test]
fn each_member_has_an_identity_of_its_own() {
    let bytes = module();
    let (files, _, request) = laid_out("", &[(LINUX, zip(&[("a.so", &bytes), ("b.so", &bytes)]))]);
    let root = &request.paths[0];
    let fs = Wheels::over(Arc::new(files), &request.paths).expect("a wheel");
    let identity = |path: &VPath| fs.open(path).expect("a file").stat().expect("a stat").identity;
    assert_eq!(identity(&root.join("a.so")), fs.stat(&root.join("a.so")).expect("a stat").identity);
    assert_ne!(identity(&root.join("a.so")), identity(&root.join("b.so")));
    assert_ne!(identity(&root.join("a.so")).device, 0, "the device of the files outside");
}

#[test]
fn what_is_no_archive_is_called_by_its_name() {
    assert_refused(Vec::new(), "the file is empty");
    assert_refused(b"\n<!DOCTYPE html><html>not found</html>".to_vec(), "an HTML page");
    assert_refused(b"\x1f\x8b\x08\0".to_vec(), "gzip");
    assert_refused(b"version https://git-lfs.github.com/spec/v1\n".to_vec(), "Git LFS");
    assert_refused(module(), "no zip archive");
    let whole = wheel(&[]);
    assert_refused(whole[..whole.len() - 30].to_vec(), "cut off");
    assert_refused(whole, "nothing");
}

#[test]
fn a_table_of_contents_that_breaks_off_is_refused() {
    let bytes = wheel(&[("b.py", b"")]);
    let at = header(&bytes, "b.py");
    let mut broken = bytes;
    broken[at] = b'X';
    assert_refused(broken, "table of contents");
}

#[test]
fn names_that_lead_out_are_refused_and_harmless_ones_are_not() {
    for (name, why) in [
        ("/etc/a.py", "absolute path"),
        ("a/../../b.py", "climbs out"),
        ("..", "climbs out"),
        ("a\\b.py", "backslash"),
        ("C:/a.py", "drive letter"),
        ("c:a.py", "drive letter"),
        ("a\0b.py", "null byte"),
        ("a..b/c..py", "nothing"),
        ("./a//b.py", "nothing"),
        ("ab:c.py", "nothing"),
        ("ä/ö.py", "nothing"),
    ] {
        // The writer is not asked to write what it might refuse itself.
        let plain = "x".repeat(name.len());
        let bytes = wheel(&[(&plain, b"")]);
        let mut named = bytes.clone();
        for at in 0..bytes.len() - plain.len() {
            if bytes[at..].starts_with(plain.as_bytes()) {
                named[at..at + plain.len()].copy_from_slice(name.as_bytes());
            }
        }
        assert_refused(named, why);
    }
    assert_refused(wheel(&[(&"a/".repeat(120), b"")]), "too deep");
}

#[test]
fn a_name_that_is_no_utf8_is_read_in_code_page_437() {
    let bytes = wheel(&[("b/x.so", &module())]);
    let mut named = bytes.clone();
    for at in 0..bytes.len() - 6 {
        if bytes[at..].starts_with(b"b/x.so") {
            named[at + 2] = 0x81;
        }
    }
    assert!(shown(&scan(LINUX, named)).contains(&"b/ü.so".to_owned()));
}

#[test]
fn two_members_of_one_name_are_refused_but_not_of_two_spellings() {
    let bytes = wheel(&[("b.py", b"one"), ("B.py", b"two")]);
    assert_refused(bytes.clone(), "nothing");
    let at = header(&bytes, "B.py") + 46;
    let mut twice = bytes;
    twice[at] = b'b';
    assert_refused(twice, "the member b.py is there twice");
    assert_refused(wheel(&[("b.py", b"one"), ("./b.py", b"two")]), "the member b.py is there twice");
}

#[test]
fn a_path_that_is_a_file_and_a_folder_is_refused() {
    assert_refused(wheel(&[("b", b""), ("b/c.py", b"")]), "both a file and a folder");
    assert_refused(wheel(&[("b/c.py", b""), ("b", b"")]), "both a file and a folder");
}

#[test]
fn encrypted_and_strangely_packed_members_are_refused_by_name() {
    let bytes = wheel(&[("b.py", b"x = 1\n")]);
    assert_refused(patched(bytes.clone(), "b.py", FLAGS, &[1]), "the member b.py is encrypted");
    assert_refused(patched(bytes.clone(), "b.py", METHOD, &[14]), "the member b.py is packed by Lzma");
    assert_refused(patched(bytes, "b.py", METHOD, &[93]), "Zstd");
}

#[test]
fn a_stored_member_is_as_good_as_a_deflated_one() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(MODULE, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).expect("it");
    writer.write_all(&module()).expect("its bytes");
    let scan = scan(LINUX, writer.finish().expect("an archive").into_inner());
    assert_eq!((scan.modules(), scan.findings.len()), (1, 0));
}

#[test]
fn sizes_that_no_archive_can_hold_are_refused_and_mere_emptiness_is_not() {
    let zeros = vec![0; 1 << 20];
    let bytes = wheel(&[("b.bin", &zeros)]);
    assert_refused(bytes.clone(), "nothing");
    assert_refused(patched(bytes, "b.bin", SIZE, &(1u32 << 31).to_le_bytes()), "the member b.bin declares 2147483648");
    // Each at a ratio that DEFLATE can reach, together at one that no wheel does.
    let most = |packed: usize| u32::try_from(packed * 1000).expect("a size").to_le_bytes();
    let noise: Vec<u8> =
        std::iter::successors(Some(1u64), |&last| Some(last.wrapping_mul(6_364_136_223_846_793_005) + 1))
            .map(|number| (number >> 56) as u8)
            .take(100_000)
            .collect();
    let names = ["b1", "b2", "b3", "b4"];
    let mut bomb = wheel(&names.map(|name| (name, &noise[..])));
    for name in names {
        bomb = patched(bomb, name, SIZE, &most(90_000));
    }
    assert_refused(bomb, "its members declare");
}

#[test]
fn members_that_overlap_are_refused() {
    let bytes = wheel(&[("b.py", b"one"), ("c.py", b"two")]);
    let at = header(&bytes, "b.py") + PLACE;
    let place = bytes[at..at + 4].to_vec();
    assert_refused(patched(bytes, "c.py", PLACE, &place), "overlap");
}

#[test]
fn more_members_than_any_wheel_has_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for number in 0..=200_000 {
        writer.start_file(number.to_string(), options).expect("a member");
    }
    assert_refused(writer.finish().expect("an archive").into_inner(), "200001 members");
}

#[test]
fn a_damaged_member_is_one_unreadable_file() {
    let other = elf("x86_64 defines:PyInit__b needs:libc.so.6");
    let bytes = wheel(&[("a/_b.cpython-311-x86_64-linux-gnu.so", &other)]);
    let sound = scan(LINUX, bytes.clone());
    assert_eq!((sound.modules(), findings(&sound)), (2, Vec::new()));
    // Any other checksum than its own.
    let scan = scan(LINUX, patched(bytes, MODULE, 16, b"\0\0\0\0"));
    assert_eq!(scan.modules(), 1);
    let [(rule, message)] = findings(&scan)[..] else { panic!("{:?}", findings(&scan)) };
    assert_eq!(rule, "unreadable");
    assert!(message.contains(MODULE) && message.contains("damaged in the wheel"), "{message}");
}

#[test]
fn a_member_that_is_longer_than_it_says_is_damaged() {
    let bytes = wheel(&[("b.so", &module())]);
    let scan = scan(LINUX, patched(bytes, "b.so", SIZE, &[9, 0, 0, 0]));
    assert!(findings(&scan).iter().any(|(rule, message)| *rule == "unreadable" && message.contains("b.so")));
}

#[test]
fn of_several_wheels_the_later_one_counts_and_a_note_says_so() {
    let b = "b-1.0-cp311-cp311-manylinux_2_17_x86_64.whl";
    let other = elf("x86_64 defines:PyInit__a needs:libc.so.6,libgone.so");
    let scan = scan_on(MACHINE, &[(LINUX, wheel(&[])), (b, zip(&[(MODULE, &other)]))]).expect("a scan");
    assert_eq!(scan.target.root, VPath::new("/w/2 wheels"));
    assert_eq!(shown(&scan), [MODULE]);
    let said = findings(&scan);
    assert!(said.iter().any(|(rule, _)| *rule == "library-missing"), "{said:?}");
    let note = format!("{b} overwrites {MODULE} of {LINUX}; the later wheel counts");
    assert!(said.iter().any(|(_, message)| *message == note), "{said:?}");
}

#[test]
fn files_that_are_alike_overwrite_nothing() {
    let b = "b-1.0-cp311-cp311-manylinux_2_17_x86_64.whl";
    let target = target_on(MACHINE, &[(LINUX, wheel(&[])), (b, wheel(&[("b.py", b"")]))]).expect("a target");
    assert!(target.notes.is_empty(), "{:?}", target.notes);
    assert_eq!(target.wheels.len(), 2);
}

#[test]
fn a_wheel_given_twice_is_one() {
    let (files, machine, mut request) = laid_out(MACHINE, &[(LINUX, wheel(&[]))]);
    request.paths.push(VPath::new("/w/../w").join(LINUX));
    let fs: Arc<dyn FileSystem> = Arc::new(files);
    let target = discover(&fs, &machine, &request).expect("a target");
    assert_eq!(target.root, VPath::new("/w").join(LINUX));
}

#[test]
fn a_folder_of_that_very_name_is_left_alone() {
    let (mut files, ..) = laid_out(MACHINE, &[(LINUX, wheel(&[])), ("b-1-py3-none-any.whl", wheel(&[]))]);
    files.file(&VPath::new("/w/2 wheels/b.so"), module());
    let paths = [VPath::new("/w").join(LINUX), VPath::new("/w/b-1-py3-none-any.whl")];
    let fs = Wheels::over(Arc::new(files), &paths).expect("wheels");
    assert_eq!(fs.root(), &VPath::new("/w/2 wheels (2)"));
    assert!(fs.stat(&VPath::new("/w/2 wheels/b.so")).is_ok());
}

#[test]
fn several_paths_are_wheels_or_refused() {
    let (mut files, machine, mut request) = laid_out(MACHINE, &[(LINUX, wheel(&[]))]);
    files.file(&VPath::new("/w/b.so"), module());
    request.paths.push(VPath::new("/w/b.so"));
    let fs: Arc<dyn FileSystem> = Arc::new(files);
    let error = discover(&fs, &machine, &request).expect_err("not all are wheels");
    assert_eq!(error.what, "several paths can only be wheels, and /w/b.so is none");
    assert!(error.remedy.contains(".whl"), "{error}");
}

#[test]
fn a_pure_wheel_is_an_answer() {
    let said = |name: &str| {
        let scan = scan_on(MACHINE, &[(name, zip(&[("a.py", b"")]))]).expect("an answer");
        assert!(scan.items.is_empty() && scan.findings.is_empty());
        scan.nothing().expect("nothing native").what
    };
    let pure = "a-1-py3-none-any.whl";
    assert_eq!(said(pure), "/w/a-1-py3-none-any.whl is a pure Python wheel: nothing native in it");
    assert!(said(LINUX).contains("is made for manylinux_2_17_x86_64, yet nothing native is in it"));
}

#[test]
fn a_folder_with_nothing_but_wheels_says_how_to_read_them() {
    let (files, machine, _) = laid_out(MACHINE, &[(LINUX, wheel(&[]))]);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    let error = Scan::of(Arc::new(files), &machine, &Request::of(VPath::new("/w")), &progress).err().expect("nothing");
    assert!(error.remedy.contains("dylens *.whl"), "{error}");
}

#[test]
fn a_wheel_inside_a_folder_is_not_opened() {
    let (mut files, machine, _) = laid_out(MACHINE, &[(LINUX, wheel(&[])), ("broken.whl", b"no zip".to_vec())]);
    files.file(&VPath::new("/w/b.so"), elf("x86_64"));
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    let scan = Scan::of(Arc::new(files), &machine, &Request::of(VPath::new("/w")), &progress).expect("a scan");
    assert_eq!(shown(&scan), ["b.so"]);
}

#[test]
fn the_tags_tell_python_processor_and_system() {
    let host = |name: &str| target(name, wheel(&[])).expect("a target").host;
    let linux = host(LINUX);
    let python = linux.python.expect("a Python");
    assert_eq!((python.version, linux.arch.map(|arch| arch.to_string())), (Some((3, 11)), Some("x86_64".into())));
    assert_eq!(python.path, [VPath::new("/w").join(LINUX)]);
    assert!(matches!(linux.system, System::Glibc(ref glibc) if glibc.version == Some((2, 36))));
    assert!(linux.library_path.is_some() && linux.packager == "apt", "what is installed here is loaded here");

    let mac = host("a-1.0-cp39-abi3-macosx_10_9_universal2.whl");
    let python = mac.python.expect("a Python");
    assert_eq!((python.version, mac.arch), (None, None));
    assert!(matches!(mac.system, System::Dyld(_)) && mac.packager == "brew");
    assert!(mac.library_path.is_none(), "nothing of this machine");
    let suffixes: Vec<String> = python.suffixes.iter().map(ToString::to_string).collect();
    assert_eq!(suffixes, [".abi3.so", ".so"]);

    let several = host("a-1.0-cp311-cp311-macosx_10_12_x86_64.macosx_11_0_arm64.whl");
    assert!(several.arch.is_none());
    assert!(host("a-1.0-cp313-cp313t-win_amd64.whl").python.expect("a Python").free_threaded);
}

#[test]
fn a_wheel_without_a_telling_name_is_told_by_its_metadata() {
    let metadata = b"Wheel-Version: 1.0\nGenerator: maturin (1.4.0)\nRoot-Is-Purelib: false\n\
                     Tag: cp311-cp311-manylinux_2_17_x86_64\n";
    let bytes = wheel(&[("a-1.0.dist-info/WHEEL", metadata)]);
    let unnamed = target("download.whl", bytes.clone()).expect("a target");
    let [wheel] = &unnamed.wheels[..] else { panic!("one wheel") };
    assert_eq!((wheel.name.as_str(), wheel.version.as_str(), wheel.is_pure), ("a", "1.0", false));
    assert_eq!((wheel.generator.as_str(), &wheel.tags), ("maturin (1.4.0)", &wheel.declared));
    assert_eq!(unnamed.host.python.expect("a Python").version, Some((3, 11)));

    let named = target("b-2.0-1-cp312-cp312-win32.whl", bytes).expect("a target");
    let [wheel] = &named.wheels[..] else { panic!("one wheel") };
    assert_eq!((wheel.name.as_str(), wheel.build.as_str(), wheel.tags[0].platform.as_str()), ("b", "1", "win32"));
}

#[test]
fn a_musl_wheel_is_not_judged_by_glibc() {
    let name = "a-1.0-cp311-cp311-musllinux_1_2_x86_64.whl";
    let module = elf("x86_64 defines:PyInit__a needs:libc.musl-x86_64.so.1,libz.so.1");
    let bytes = zip(&[("a/_a.cpython-311-x86_64-linux-musl.so", &module)]);
    let scan_here = scan(name, bytes.clone());
    assert!(matches!(scan_here.world.host.system, System::Musl(_)));
    assert!(scan_here.world.host.library_path.is_none());
    // The machine's libz is glibc's.
    let [("library-missing", message)] = findings(&scan_here)[..] else { panic!("{:?}", findings(&scan_here)) };
    assert!(message.starts_with("libz.so.1, needed by"), "{message}");
    // Where musl is at home, so is the wheel.
    let alpine = format!("{ALPINE}//- /usr/lib/libz.so.1 elf x86_64 soname:libz.so.1\n");
    let scan = scan_on(&alpine, &[(name, bytes)]).expect("a scan");
    assert!(findings(&scan).is_empty(), "{:?}", findings(&scan));
}

#[test]
fn a_glibc_wheel_is_not_judged_by_musl() {
    let scan = scan_on(ALPINE, &[(LINUX, wheel(&[]))]).expect("a scan");
    assert!(matches!(scan.world.host.system, System::Glibc(_)));
    assert!(!findings(&scan).iter().any(|(rule, _)| *rule == "other-libc"), "{:?}", findings(&scan));
}

#[test]
fn a_wheel_for_another_processor_is_granted_what_manylinux_promises_and_no_more() {
    let module = elf("aarch64 defines:PyInit__a needs:libc.so.6,ld-linux-aarch64.so.1,libstdc++.so.6,libffi.so.8");
    let bytes = zip(&[("a/_a.cpython-311-aarch64-linux-gnu.so", &module)]);
    let scan = scan("a-1.0-cp311-cp311-manylinux_2_17_aarch64.whl", bytes);
    assert!(scan.world.host.library_path.is_none() && scan.world.host.packager.is_empty());
    let missing: Vec<&str> = scan.findings.iter().map(|finding| finding.subject.as_str()).collect();
    assert_eq!(missing, ["libffi.so.8"]);
}

#[test]
fn what_a_wheel_brings_comes_before_what_is_granted() {
    let module = elf("aarch64 defines:PyInit__a needs:libstdc++.so.6 runpath:$ORIGIN");
    let library = elf("aarch64 soname:libstdc++.so.6");
    let bytes = zip(&[("a/_a.cpython-311-aarch64-linux-gnu.so", &module), ("a/libstdc++.so.6", &library)]);
    let scan = scan("a-1.0-cp311-cp311-manylinux_2_17_aarch64.whl", bytes);
    let module = scan.imports.iter().find(|import| import.opened.text().contains("_a.")).expect("an import");
    assert_eq!(module.loads.loads.len(), 2, "the module and its own library");
}

#[test]
fn tags_that_multiply_come_to_an_end() {
    let many = "x.".repeat(5_000);
    let line = format!("Tag: {many}-{many}-{many}\n");
    let bytes = wheel(&[("a-1.0.dist-info/WHEEL", line.as_bytes())]);
    assert_eq!(target(LINUX, bytes).expect("a target").wheels[0].declared.len(), 1000);
}

#[test]
fn what_mends_a_wheel_is_not_typed_into_the_archive() {
    let module = elf("x86_64 defines:PyInit__a needs:libx-0a1b2c3d.so.1 rpath:$ORIGIN/../nowhere");
    let library = elf("x86_64 soname:libx-0a1b2c3d.so.1");
    let record = format!("{MODULE},,\na.libs/libx-0a1b2c3d.so.1,,\n");
    let members =
        [(MODULE, &module[..]), ("a.libs/libx-0a1b2c3d.so.1", &library), ("a-1.0.dist-info/RECORD", record.as_bytes())];
    let scan = scan(LINUX, zip(&members));
    let finding =
        scan.findings.iter().find(|finding| finding.rule.id.word() == "library-missing").expect("a missing library");
    assert!(finding.remedy.text.contains("unpacked wheel"), "{}", finding.remedy.text);
    let command = finding.remedy.first(Shell::Sh).expect("a command");
    assert!(command.contains("$ORIGIN/../a.libs") && command.ends_with(&format!(" {MODULE}")), "{command}");
}

#[test]
fn a_foreign_format_is_no_fault_of_the_wheel_for_it() {
    let mach_o = b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01\0\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let mac = scan("a-1.0-cp311-cp311-macosx_11_0_arm64.whl", zip(&[("a/_a.cpython-311-darwin.so", mach_o)]));
    assert!(!findings(&mac).iter().any(|(rule, _)| *rule == "wrong-architecture"), "{:?}", findings(&mac));
    let linux = scan(LINUX, wheel(&[("a/_b.cpython-311-darwin.so", mach_o)]));
    assert!(findings(&linux).iter().any(|(rule, _)| *rule == "wrong-architecture"), "{:?}", findings(&linux));
}

#[test]
fn a_wheel_for_macos_may_bring_more_files_for_linux() {
    let module = image("macho arm64 bundle needs:/usr/lib/libSystem.B.dylib defines:PyInit__a");
    let library = elf("x86_64 soname:libx.so.1 needs:libc.so.6");
    let members =
        [("a/_a.cpython-311-darwin.so", &module[..]), ("a/linux/liba.so.1", &library), ("a/linux/libb.so.1", &library)];
    let scan = scan("a-1.0-cp311-cp311-macosx_15_0_universal2.whl", zip(&members));
    assert!(matches!(scan.world.host.system, dylens::world::System::Dyld(_)));
    assert!(!findings(&scan).iter().any(|(rule, _)| *rule == "library-missing"), "{:?}", findings(&scan));
}

#[test]
fn the_metadata_tells_who_made_it_and_of_what() {
    let scan = scan(
        LINUX,
        wheel(&[
            ("a-1.0.dist-info/WHEEL", b"Generator: setuptools (80.9.0)\nGenerator: delocate 0.13.0\n"),
            (
                "a-1.0.dist-info/METADATA",
                b"Name: a\nClassifier: Programming Language :: Rust\nClassifier: License :: X\n\nClassifier: Nobody\n",
            ),
            ("a-1.0.dist-info/RECORD", b"a-1.0.dist-info/sboms/a.cyclonedx.json,,\na/b.json,,\n"),
        ]),
    );
    let (_, Distribution { name, generator, sboms, is_rust, .. }) = scan.distributions.iter().next().expect("one");
    assert_eq!((name.as_str(), generator.as_str()), ("a", "setuptools (80.9.0); delocate 0.13.0"));
    assert_eq!(sboms, &[scan.target.root.join("a-1.0.dist-info/sboms/a.cyclonedx.json")]);
    assert!(is_rust);
}

#[test]
fn a_description_that_speaks_of_rust_makes_nothing_rust() {
    for metadata in
        ["Name: a\n\nClassifier: Programming Language :: Rust\n", "Keywords: Programming Language :: Rust\n"]
    {
        let scan = scan(LINUX, wheel(&[("a-1.0.dist-info/METADATA", metadata.as_bytes())]));
        assert!(scan.distributions.iter().all(|(_, distribution)| !distribution.is_rust), "{metadata}");
    }
}

/// A small wheel of which some bytes are others, and that may end early.
fn mangled() -> impl Strategy<Value = Vec<u8>> {
    let whole = wheel(&[
        ("a-1.0.dist-info/WHEEL", b"Generator: x\n"),
        ("a-1.0.dist-info/RECORD", b"a/_a.so,,\n"),
        ("a-1.0.data/scripts/run", b"#!python\n"),
    ]);
    let len = whole.len();
    // The headers lie at the end, and are what most depends on.
    let place = prop_oneof![0..len, len - 400..len];
    (proptest::collection::vec((place, any::<u8>()), 0..6), prop_oneof![3 => Just(len), 1 => 0..len]).prop_map(
        move |(changes, end)| {
            let mut bytes = whole.clone();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            bytes.truncate(end);
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_mangled_wheel_is_read_or_refused(bytes in mangled()) {
        let _ = scan_on(MACHINE, &[(LINUX, bytes)]);
    }
}

#[test]
fn what_a_wheel_lacks_may_be_in_the_wheels_that_it_requires() {
    let module = elf("x86_64 defines:PyInit__a needs:libqt.so.6,libc.so.6");
    let lacking = |metadata: &str| {
        let record = format!("{MODULE},,\n");
        let told = [("a-1.0.dist-info/METADATA", metadata.as_bytes()), ("a-1.0.dist-info/RECORD", record.as_bytes())];
        let wheel = zip(&[&[(MODULE, &module[..])], &told[..]].concat());
        let scan = scan(LINUX, wheel);
        scan.findings.iter().map(|finding| finding.message.clone()).collect::<String>()
    };
    let said = lacking("Name: a\nRequires-Dist: A_Qt6 (>=6.7)\nRequires-Dist: pytest; extra == 'test'\n");
    assert!(
        said.contains("libqt.so.6") && said.ends_with("the wheel requires A_Qt6, which was not searched"),
        "{said}"
    );
    assert!(!lacking("Name: a\nRequires-Dist: a\n").contains("requires"));
}

#[test]
fn a_wheel_for_windows_is_judged_as_windows_would_and_asks_no_other_wheel_for_the_runtime() {
    let module = image("pe x86_64 defines:PyInit__a needs:KERNEL32.dll,python311.dll,a.dll,MSVCP140.dll,python39.dll");
    let library = image("pe x86_64 needs:KERNEL32.dll");
    let metadata = b"Name: a\nRequires-Dist: numpy\n";
    let bytes = zip(&[
        ("a/_a.cp311-win_amd64.pyd", &module[..]),
        ("a-1.0.data/platlib/a/a.dll", &library),
        ("a-1.0.dist-info/METADATA", metadata),
    ]);
    let scan = scan("a-1.0-cp311-cp311-win_amd64.whl", bytes);
    let missing: Vec<(&str, &str)> =
        findings(&scan).into_iter().filter(|(rule, _)| *rule == "library-missing").collect();
    assert_eq!(missing.len(), 2, "{:?}", findings(&scan));
    assert!(missing.iter().all(|(_, message)| !message.contains("requires numpy")), "{missing:?}");
    assert!(
        missing.iter().any(|(_, message)| message.contains("built for Python 3.9, and this is 3.11")),
        "{missing:?}"
    );
}

#[test]
fn a_wheel_without_anything_native_is_refused_in_auditwheel_s_words() {
    let pure = zip(&[("a/__init__.py", b"".as_slice())]);
    let said = |tool| {
        let scan = scan_for(tool, MACHINE, &[("a-1-py3-none-any.whl", pure.clone())]);
        scan.map_or_else(|error| error.what, |scan| scan.nothing().expect("nothing native").what)
    };
    let words = "; auditwheel stops: “This does not look like a platform wheel, no ELF executable or shared library file (including \
                 compiled Python C extension) found in the wheel archive”";
    assert!(said(Some("auditwheel")).ends_with(words), "{}", said(Some("auditwheel")));
    assert!(said(Some("auditwheel=5.1")).ends_with("“This does not look like a platform wheel”"));
    assert!(said(Some("delocate")).ends_with("nothing native in it") && said(None).ends_with("nothing native in it"));
}

/// What auditwheel is foretold to say of one wheel.
fn audited(tool: &str, name: &str, bytes: Vec<u8>) -> Vec<String> {
    let scan = scan_for(Some(tool), MACHINE, &[(name, bytes)]).expect("a scan");
    let told = scan.findings.iter().filter(|finding| finding.rule.id.word() == "tool-complains");
    told.filter_map(|finding| finding.prints.clone()).collect()
}

#[test]
fn native_files_in_the_folder_for_pure_python_stop_auditwheel() {
    let with = |folder: &str| {
        let member = format!("a-1.0.data/{folder}/a/_b.so");
        let record = format!("{MODULE},,\n{member},,\na-1.0.dist-info/RECORD,,\n");
        let metadata = ("a-1.0.dist-info/WHEEL", b"Wheel-Version: 1.0\n".as_slice());
        audited(
            "auditwheel",
            LINUX,
            wheel(&[(&member, &module()), metadata, ("a-1.0.dist-info/RECORD", record.as_bytes())]),
        )
    };
    assert_eq!(
        with("purelib"),
        [
            "Invalid binary wheel, found the following shared library/libraries in purelib folder:\n\t_b.so\nThe wheel has to be platlib \
          compliant in order to be repaired by auditwheel."
        ]
    );
    assert!(with("platlib").is_empty());
}

#[test]
fn a_wheel_with_nothing_for_the_processor_of_its_name_stops_auditwheel() {
    let words = "Invalid binary wheel: no ELF executable or shared library file (including compiled Python C extension) with a 'aarch64' \
                 architecture found. The following ELF files were found:\n\t_a.cpython-311-x86_64-linux-gnu.so\n";
    let arm = LINUX.replace("x86_64", "aarch64");
    assert_eq!(audited("auditwheel", &arm, wheel(&[])), [words]);
    assert_eq!(audited("auditwheel=6.7", &arm, wheel(&[])), [words.replace("architecture", "architecure")]);
    assert!(audited("auditwheel=6.3", &arm, wheel(&[])).is_empty(), "it goes by the machine");
    assert!(audited("auditwheel", LINUX, wheel(&[])).is_empty());
}

#[test]
fn delvewheel_takes_one_processor_a_wheel() {
    let pe = |arch: &str| image(&format!("pe {arch} defines:PyInit__a needs:KERNEL32.dll"));
    let said = |platform: &str, archs: &[&str]| {
        let modules: Vec<(String, Vec<u8>)> =
            archs.iter().enumerate().map(|(at, arch)| (format!("a/_{at}.pyd"), pe(arch))).collect();
        let members: Vec<(&str, &[u8])> = modules.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
        audited("delvewheel", &format!("a-1.0-py3-none-{platform}.whl"), zip(&members))
    };
    let several = "NotImplementedError: Wheels targeting multiple CPU architectures are not supported";
    let others = "NotImplementedError: Wheels for architectures other than x86, x64, and arm64 are not supported";
    assert_eq!(said("win32.win_amd64", &["x86_64"]), [several]);
    assert_eq!(said("any", &["x86_64", "i686"]), [several]);
    assert_eq!(said("any", &["armv7l"]), [others]);
    for (platform, archs) in [("win_amd64", &["x86_64"][..]), ("any", &["x86_64", "x86_64"])] {
        assert!(said(platform, archs).is_empty(), "{platform}");
    }
}

#[test]
fn delocate_names_a_wheel_for_macos_after_what_its_files_are_built_for() {
    let told = |tool: &str, platform: &str, words: &str| {
        let module = image(&format!("macho {words} bundle defines:PyInit__a"));
        let name = format!("a-1.0-cp311-cp311-{platform}.whl");
        let scan =
            scan_for(Some(tool), MACHINE, &[(&name, zip(&[("a/_a.cpython-311-darwin.so", &module)]))]).expect("a scan");
        let told = scan.findings.iter().filter(|finding| finding.rule.id.word() == "tool-complains");
        told.map(|finding| (finding.subject.clone(), finding.prints.clone())).collect::<Vec<_>>()
    };
    let newer = told("delocate", "macosx_10_9_x86_64", "x86_64 minos:11.0");
    assert_eq!(newer, [("macosx_11_0_x86_64".to_owned(), None)]);
    let between = told("delocate", "macosx_12_0_arm64", "arm64 minos:12.3");
    let words = "Wheel will be tagged as supporting macOS 12 (arm64), but will not support macOS versions older than 12.3\n\tConfigure \
                 MACOSX_DEPLOYMENT_TARGET to suppress this warning.";
    assert_eq!(between, [("12.3".to_owned(), Some(words.to_owned()))]);
    for (tool, platform, words) in [
        ("delocate", "macosx_11_0_arm64", "arm64 minos:11.0"),
        ("delocate", "macosx_10_9_x86_64", "x86_64 minos:10.9"),
        ("delocate=0.11.0", "macosx_12_0_arm64", "arm64 minos:12.3"),
    ] {
        assert!(told(tool, platform, words).is_empty(), "{tool} {platform} {words}");
    }
}

/// What is found wrong with a wheel that is judged by its tag, on a machine that has libz and libgomp.
fn by_its_tag(name: &str, needs: &str) -> Vec<String> {
    let here = format!("{MACHINE}//- /usr/lib/libgomp.so.1 elf x86_64 soname:libgomp.so.1\n");
    let module = elf(&format!("x86_64 defines:PyInit__a needs:{needs}"));
    let (files, machine, request) = laid_out(&here, &[(name, zip(&[(MODULE, &module[..])]))]);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    let request = Request { is_for_here: false, ..request };
    let scan = Scan::of(Arc::new(files), &machine, &request, &progress).expect("a scan");
    scan.findings
        .iter()
        .filter(|finding| finding.rule.id.word() == "library-missing")
        .map(|it| it.subject.clone())
        .collect()
}

#[test]
fn a_wheel_is_judged_by_what_its_tag_promises_and_not_by_this_machine() {
    assert!(by_its_tag(LINUX, "libc.so.6,libz.so.1,libGL.so.1").is_empty(), "the policy grants them");
    assert_eq!(by_its_tag(LINUX, "libc.so.6,libgomp.so.1"), ["libgomp.so.1"]);
    assert!(by_its_tag("a-1.0-cp311-cp311-linux_x86_64.whl", "libc.so.6,libgomp.so.1").is_empty(), "built for here");
}

/// The scan of a wheel for cp313 on a platform, with a module whose file ends as CPython has it there, and a library.
fn of_platform(platform: &str, ending: &str) -> Scan {
    let name = format!("a-1.0-cp313-cp313-{platform}.whl");
    let module = elf("aarch64 defines:PyInit__a needs:libc.so,libgone.so");
    let library = elf("aarch64 needs:libc.so");
    let files = [(&*format!("a/_a{ending}"), &module[..]), ("a/libb.so", &library), ("a/_w.so", b"\0asm\x01\0\0\0")];
    let (files, machine, request) = laid_out(MACHINE, &[(&name, zip(&files))]);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(files), &machine, &request, &progress).expect("a scan")
}

#[test]
fn a_wheel_for_a_platform_that_is_not_known_is_shown_and_not_judged() {
    for (platform, ending, system, arch) in [
        ("android_24_arm64_v8a", ".cpython-313-aarch64-linux-android.so", "Android", Some("aarch64")),
        ("android_21_x86_64", ".cpython-313-x86_64-linux-android.so", "Android", Some("x86_64")),
        ("android_21_armeabi_v7a", ".cpython-313-arm-linux-androideabi.so", "Android", Some("armv7l")),
        ("ios_13_0_arm64_iphoneos", ".cpython-313-iphoneos.so", "iOS", Some("aarch64")),
        ("ios_13_0_x86_64_iphonesimulator", ".cpython-313-iphonesimulator.so", "iOS", Some("x86_64")),
        ("pyemscripten_2026_0_wasm32", ".cpython-313-wasm32-emscripten.so", "WebAssembly", None),
    ] {
        let scan = of_platform(platform, ending);
        assert_eq!((scan.target.unjudged(), scan.items.len()), (Some(platform), 3));
        let modules: Vec<&str> = scan.imports.iter().filter_map(ImportOf::module).collect();
        assert_eq!(modules, ["a._a"], "{platform}");
        let arch_told = scan.world.host.arch.map(|arch| arch.to_string());
        assert_eq!(
            (scan.target.unjudged_system(), arch_told.as_deref().filter(|_| arch.is_some())),
            (Some(system), arch)
        );
        let messages: Vec<&String> = scan.findings.iter().map(|it| &it.message).collect();
        assert!(messages.is_empty(), "{platform}: {messages:?}");
        // What nobody looked for is not missed.
        let node = scan.graph.name(b"libgone.so").map(|node| scan.graph.node(node).clone());
        assert!(matches!(node, Some(Node::Builtin(_))), "{platform}: {node:?}");
        let paint = || Paint { color: false, ascii: false, width: 100 };
        let written = |format: &Format| {
            let mut text = Vec::new();
            (format.write)(&scan, &Options::new(paint()), &mut text).expect("written");
            String::from_utf8_lossy(&text).into_owned()
        };
        let formats = FORMATS.iter().filter(|format| ["text", "markdown", "html"].contains(&format.name));
        let texts = formats.map(|format| written(format)).chain([imports_text(&scan, &scan.outcomes, false, &paint())]);
        for text in texts {
            assert!(
                text.contains("not judged: made for ") && !text.contains("macOS") && !text.contains(" would fail"),
                "{text}"
            );
        }
    }
}
