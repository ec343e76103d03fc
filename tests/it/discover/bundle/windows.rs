//! Bundles for Windows: the folder of the program, those that its bootloader adds, and names in whatever case.

use super::*;
use dylens::command::Shell;

const EXE: &str = "pe x86_64 program needs:KERNEL32.dll,python311.dll,VCRUNTIME140.dll";
/// A bootloader opens Python's library itself.
const BOOTLOADER: &str = "pe x86_64 program needs:KERNEL32.dll";
const PYTHON: &str = "pe x86_64 needs:KERNEL32.dll,VCRUNTIME140.dll";
const DLL: &str = "pe x86_64 needs:KERNEL32.dll";
const PYD: &str = "pe x86_64 defines:PyInit__a needs:python311.dll,VCRUNTIME140.dll,Liba.DLL";
/// As [`RUST`], for Windows.
const RUST_PYD: &str = "pe x86_64 defines:PyInit__a needs:python311.dll,liba.dll \
                        says:library/core/src/x.rs,/r/numpy-0.20.0/src/npyffi/array.rs,_ARRAY_API,numpy.core.multiarray";

type Files = Vec<(&'static str, Vec<u8>)>;

/// Python's own DLLs, a module and the DLL that it needs, in a folder of a bundle.
fn members(module: &str) -> [(&'static str, Vec<u8>); 5] {
    [
        ("python311.dll", image(PYTHON)),
        ("VCRUNTIME140.dll", image(DLL)),
        ("liba.dll", image(DLL)),
        ("a/_a.cp311-win_amd64.pyd", image(module)),
        ("numpy/_core/_multiarray_umath.cp311-win_amd64.pyd", image("pe x86_64 defines:PyInit__multiarray_umath")),
    ]
}

fn below(folder: &str, module: &str) -> Files {
    let path = |name: &str| -> &'static str { format!("{folder}/{name}").leak() };
    members(module).into_iter().map(|(name, bytes)| (path(name), bytes)).collect()
}

fn pyinstaller(modules: &[&str], module: &str) -> Files {
    let program = bootloader(&image(BOOTLOADER), "python311.dll", &code(modules));
    let own = [("/x/prog/prog.exe", program), ("/x/prog/_internal/base_library.zip", zip(&["os.pyc"]))];
    [own.to_vec(), below("/x/prog/_internal", module)].concat()
}

fn nuitka(modules: &[&str], module: &str) -> Files {
    let program = [&image(EXE)[..], &blocks(modules)].concat();
    [vec![("/x/prog.dist/prog.exe", program)], below("/x/prog.dist", module)].concat()
}

fn cx_freeze(modules: &[&str], module: &str) -> Files {
    let sources: Vec<String> = modules.iter().map(|name| format!("{}.pyc", name.replace('.', "/"))).collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let mut files = below("/x/prog/lib", module);
    // Python's own DLLs lie beside the program.
    files[0].0 = "/x/prog/python311.dll";
    files[1].0 = "/x/prog/vcruntime140.dll";
    let own = [
        ("/x/prog/prog.exe", image(EXE)),
        ("/x/prog/frozen_application_license.txt", b"cx_Freeze".to_vec()),
        ("/x/prog/lib/library.zip", zip(&sources)),
    ];
    [own.to_vec(), files].concat()
}

/// Each bundler's, and where it is looked at.
fn all(modules: &[&str], module: &str) -> [(Files, &'static str); 3] {
    [
        (pyinstaller(modules, module), "/x/prog"),
        (nuitka(modules, module), "/x/prog.dist"),
        (cx_freeze(modules, module), "/x/prog"),
    ]
}

fn module_of(scan: &Scan) -> String {
    let files = scan.items.iter().map(|item| scan.shown(&item.path).to_string());
    files.into_iter().find(|path| path.ends_with("_a.cp311-win_amd64.pyd")).expect("the module")
}

#[test]
fn a_whole_bundle_for_windows_draws_no_word() {
    for (files, path) in all(&NUMPY, PYD) {
        let scan = scan(&files, path);
        let bundle = scan.target.bundle.as_ref().expect("a bundle");
        assert!(
            matches!(scan.world.host.system, dylens::world::System::Windows(_)) && scan.world.is_fenced(),
            "{path}"
        );
        assert_eq!(bundle.program.file_name(), b"prog.exe");
        assert_eq!(scan.world.host.python.as_ref().and_then(|python| python.version), Some((3, 11)));
        assert_eq!(imported(&scan), ["a._a", "numpy._core._multiarray_umath"], "{path}");
        assert_eq!(rules(&scan), [""; 0], "{}", scan.target.what());
    }
}

#[test]
fn a_dll_that_is_gone_is_missed_by_those_who_need_it() {
    for (mut files, path) in all(&NUMPY, PYD) {
        files.retain(|(path, _)| !path.ends_with("liba.dll"));
        let scan = scan(&files, path);
        assert_eq!(rules(&scan), ["library-missing"], "{path}");
        assert_eq!(scan.findings[0].subject.to_lowercase(), "liba.dll");
    }
}

#[test]
fn the_runtime_of_visual_c_is_part_of_the_bundle_and_not_of_windows() {
    for (mut files, path) in all(&NUMPY, PYD) {
        files.retain(|(path, _)| !path.to_lowercase().ends_with("vcruntime140.dll"));
        let scan = scan(&files, path);
        let missed = scan.findings.iter().map(|finding| finding.subject.to_lowercase());
        assert_eq!(missed.collect::<Vec<_>>(), ["vcruntime140.dll"], "{path}");
    }
}

#[test]
fn the_folder_that_a_program_adds_serves_its_modules() {
    let found = |files: &Files, path| {
        let scan = scan(files, path);
        step(&scan, &module_of(&scan), "Liba.DLL")
    };
    let [(pyinstaller, inner), (nuitka, dist), (cx_freeze, whole)] = all(&[], PYD);
    assert_eq!(found(&pyinstaller, inner), Step::AddedByProgram);
    assert_eq!(found(&nuitka, dist), Step::ProgramFolder);
    assert_eq!(found(&cx_freeze, whole), Step::AddedByProgram);
    // A folder beside them is nobody's.
    let mut files = pyinstaller;
    files.iter_mut().filter(|(path, _)| path.ends_with("/liba.dll")).for_each(|(path, _)| {
        *path = "/x/prog/_internal/b/liba.dll";
    });
    assert_eq!(found(&files, inner), Step::Nowhere);
}

#[test]
fn dlls_that_delvewheel_packed_and_those_of_the_package_itself_are_found_though_its_code_is_packed() {
    const ASKS: &str = "pe x86_64 defines:PyInit__a needs:python311.dll,packed-1.dll,own.dll,other.dll";
    for (mut files, path) in all(&[], ASKS) {
        let module = files.iter().map(|(path, _)| *path).find(|path| path.ends_with("_a.cp311-win_amd64.pyd"));
        let base = module.expect("it").strip_suffix("/a/_a.cp311-win_amd64.pyd").expect("its base").to_owned();
        for name in ["a.libs/packed-1.dll", "a/lib/own.dll", "b/lib/other.dll"] {
            files.push((format!("{base}/{name}").leak(), image(DLL)));
        }
        let scan = scan(&files, path);
        let found = |name| step(&scan, &module_of(&scan), name);
        assert_eq!(found("packed-1.dll"), Step::AddedByProgram, "{path}");
        assert_eq!((found("own.dll"), found("other.dll")), (Step::PackageFolder, Step::Nowhere), "{path}");
    }
}

#[test]
fn the_library_of_python_that_the_bootloader_opens_has_to_be_there() {
    let mut files = pyinstaller(&NUMPY, PYD);
    files.retain(|(path, _)| !path.ends_with("python311.dll"));
    let scan = scan(&files, "/x/prog");
    // Once, not by each module that needs it, too.
    assert_eq!(rules(&scan), ["environment-damaged"]);
    let told = &scan.findings[0];
    assert!(told.subject == "python311.dll" && told.message.contains("cannot start"), "{}", told.message);
}

#[test]
fn the_dll_of_this_very_python_that_is_gone_is_no_other_python_s() {
    let mut files = nuitka(&["a"], PYD);
    files.retain(|(path, _)| !path.ends_with("python311.dll"));
    files.push(("/x/prog.dist/python3.dll", image(DLL)));
    let scan = scan(&files, "/x/prog.dist");
    let told = scan.findings.iter().find(|finding| finding.subject == "python311.dll").expect("it is told");
    assert!(!told.message.contains("conflicts with this version"), "{}", told.message);
}

#[test]
fn pywin32_finds_its_dlls_where_pyinstaller_s_bootstrap_leads_windows() {
    const API: &str = "pe x86_64 defines:PyInit_win32api needs:python311.dll,pywintypes311.dll";
    let with = |folder: &str| {
        let mut files = pyinstaller(&NUMPY, PYD);
        files.push(("/x/prog/_internal/win32/win32api.pyd", image(API)));
        files.push((format!("/x/prog/_internal/{folder}/pywintypes311.dll").leak(), image(DLL)));
        scan(&files, "/x/prog")
    };
    assert_eq!(rules(&with("pywin32_system32")), [""; 0]);
    assert!(imported(&with("pywin32_system32")).contains(&"win32api".to_owned()), "by its name without the folder");
    assert_eq!(rules(&with("another_folder")), ["library-missing"]);
}

#[test]
fn numpy_s_shim_may_be_left_out_of_bundles_for_windows_too() {
    let left_out: Vec<&str> = NUMPY.into_iter().filter(|name| *name != "numpy.core.multiarray").collect();
    let options = ["--hidden-import=", "--include-module=", "--includes="];
    for ((files, path), option) in all(&left_out, RUST_PYD).into_iter().zip(options) {
        let scan = scan(&files, path);
        assert_eq!(rules(&scan), ["numpy-module-missing"], "{option}");
        let command = scan.findings[0].remedy.first(Shell::Sh).expect("a command");
        assert!(command.contains(&format!("{option}numpy.core.multiarray")), "{command}");
    }
    for (files, path) in all(&NUMPY, RUST_PYD) {
        assert!(!rules(&scan(&files, path)).contains(&"numpy-module-missing"), "{path}");
    }
}

/// A one-file program with what it unpacks, paths written as Windows does.
fn one_file_with(left_out: &str) -> Scan {
    let mut packed = code(&NUMPY);
    packed.push((b'x', "base_library.zip", zip(&["os.pyc"]), true));
    for (name, bytes) in members(PYD).into_iter().filter(|(name, _)| *name != left_out) {
        packed.push((b'b', name.replace('/', "\\").leak(), bytes, true));
    }
    scan(&[("/x/prog.exe", bootloader(&image(BOOTLOADER), "python311.dll", &packed))], "/x/prog.exe")
}

#[test]
fn a_program_of_one_file_for_windows_is_the_folder_that_it_unpacks() {
    let whole = one_file_with("");
    assert_eq!(whole.target.what(), "one-file bundle of PyInstaller 6 or later");
    assert_eq!(imported(&whole), ["a._a", "numpy._core._multiarray_umath"]);
    assert_eq!(rules(&whole), [""; 0]);
    assert_eq!(rules(&one_file_with("liba.dll")), ["library-missing"]);
}

#[test]
fn a_dll_for_another_processor_serves_nobody() {
    let mut files = nuitka(&NUMPY, PYD);
    files.iter_mut().filter(|(path, _)| path.ends_with("/liba.dll")).for_each(|(_, bytes)| {
        *bytes = image("pe i686 needs:KERNEL32.dll");
    });
    assert!(
        scan(&files, "/x/prog.dist").findings.iter().any(|finding| finding.subject.eq_ignore_ascii_case("liba.dll"))
    );
}
