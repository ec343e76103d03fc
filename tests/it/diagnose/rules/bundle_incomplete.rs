//! Modules that a bundle's own compiled code certainly imports, and that are not in it.

use crate::discover::bundle::writer::{bootloader, image, pyz_of, zip};
use crate::discover::bundle::{MODULE, PLAIN, PROGRAM, code, folder, rules, scan};
use dylens::command::Shell;
use dylens::diagnose::Severity;
use dylens::imports::ImportVerdict;
use dylens::scan::Scan;

macro_rules! pyc {
    ($name:literal) => {
        include_bytes!(concat!("../../../fixtures/bytecode/", $name, ".pyc"))
    };
}

/// A folder of PyInstaller whose package `a` has an `__init__` and a module `m` with this code; with `a/_a.….so` or without.
fn with_code(init: &[u8], module: &[u8], is_whole: bool) -> Scan {
    with_script(pyc!("script"), init, module, is_whole)
}

fn with_script(script: &[u8], init: &[u8], module: &[u8], is_whole: bool) -> Scan {
    let mut files = folder(&[], PLAIN);
    let mut members = code(&[]);
    members[2].2 = script[16..].to_vec();
    members[3].2 = pyz_of(&[("a", 1, init), ("a.m", 0, module)]);
    files[0].1 = bootloader(&image(PROGRAM), "libpython3.11.so.1.0", &members);
    files.retain(|(path, _)| is_whole || !path.ends_with(MODULE));
    scan(&files, "/x/prog")
}

#[test]
fn an_extension_module_that_is_gone_is_told_where_an_import_certainly_wants_it() {
    for module in [&pyc!("certain")[..], pyc!("from_package"), pyc!("raising")] {
        let broken = with_code(pyc!("package"), module, false);
        assert_eq!(rules(&broken), ["bundle-incomplete"]);
        let finding = &broken.findings[0];
        assert_eq!((finding.severity, finding.subject.as_str()), (Severity::Error, "a._a"));
        assert_eq!(finding.message, "prog fails at its start: a.m imports a._a, which is not in the bundle");
        assert_eq!(finding.remedy.first(Shell::Sh).as_deref(), Some("pyinstaller --hidden-import=a._a PROGRAM.py"));
        assert_eq!(rules(&with_code(pyc!("package"), module, true)), [""; 0]);
    }
    super::example(&with_code(pyc!("package"), pyc!("certain"), false), "bundle-incomplete");
}

#[test]
fn what_may_not_run_may_be_gone() {
    for module in [&pyc!("guarded")[..], pyc!("condition")] {
        assert_eq!(rules(&with_code(pyc!("package"), module, false)), [""; 0]);
    }
}

#[test]
fn what_the_package_has_itself_or_puts_in_place_is_no_module_that_is_gone() {
    for (init, module) in [
        (&pyc!("package")[..], &pyc!("placed")[..]),
        (pyc!("binds"), pyc!("from_package")),
        (pyc!("lazy"), pyc!("from_package")),
    ] {
        assert_eq!(rules(&with_code(init, module, false)), [""; 0]);
    }
}

#[test]
fn code_that_cannot_be_read_tells_nothing() {
    let mut torn = pyc!("certain").to_vec();
    torn.truncate(60);
    assert_eq!(rules(&with_code(pyc!("package"), &torn, false)), [""; 0]);
}

#[test]
fn compiled_files_are_read_as_archives_are() {
    let files = |is_whole: bool| {
        let mut files = vec![
            ("/x/prog/prog", image(&format!("{PROGRAM} rpath:$ORIGIN/lib"))),
            ("/x/prog/frozen_application_license.txt", b"cx_Freeze".to_vec()),
            ("/x/prog/lib/library.zip", zip(&["os.pyc"])),
            ("/x/prog/lib/a/__init__.pyc", pyc!("package").to_vec()),
            ("/x/prog/lib/a/m.pyc", pyc!("certain").to_vec()),
            ("/x/prog/lib/b/_b.cpython-311-x86_64-linux-gnu.so", image("elf x86_64 defines:PyInit__b needs:libc.so.6")),
        ];
        if is_whole {
            files.push(("/x/prog/lib/a/_a.cpython-311-x86_64-linux-gnu.so", image(PLAIN)));
        }
        files
    };
    let broken = scan(&files(false), "/x/prog");
    assert_eq!(rules(&broken), ["bundle-incomplete"]);
    assert_eq!(broken.findings[0].message, "import a fails: a.m imports a._a, which is not in the bundle");
    assert_eq!(broken.findings[0].remedy.first(Shell::Sh).as_deref(), Some("cxfreeze PROGRAM.py --includes=a._a"));
    assert_eq!(rules(&scan(&files(true), "/x/prog")), [""; 0]);
}

#[test]
fn what_compiled_code_alone_imports_is_missed_in_a_bundle() {
    const CFFI: &str = "elf x86_64 defines:PyInit__a needs:libc.so.6 says:_cffi_backend";
    let without = scan(&folder(&[], CFFI), "/x/prog");
    assert_eq!(rules(&without), ["bundle-incomplete"]);
    let finding = &without.findings[0];
    assert_eq!((finding.severity, finding.subject.as_str()), (Severity::Error, "_cffi_backend"));
    assert_eq!(finding.message, "import a._a fails: it imports _cffi_backend, which is not in the bundle");
    let with = [
        folder(&[], CFFI),
        vec![(
            "/x/prog/_internal/_cffi_backend.cpython-311-x86_64-linux-gnu.so",
            image("elf x86_64 defines:PyInit__cffi_backend needs:libc.so.6"),
        )],
    ];
    assert_eq!(rules(&scan(&with.concat(), "/x/prog")), [""; 0]);
}

#[test]
fn what_cython_s_modules_share_is_missed_in_a_bundle() {
    const SHARING: &str = "elf x86_64 defines:PyInit__a needs:libc.so.6 says:a._cyutility";
    let of = |files: &[(&'static str, Vec<u8>)]| scan(files, "/x/prog").outcomes.of("a._a").cloned().expect("a row");
    let without = of(&folder(&[], SHARING));
    assert_eq!(without.verdict, ImportVerdict::Fails);
    assert_eq!(without.failure.map(|failure| failure.subject).as_deref(), Some("a._cyutility"));
    let shared = image("elf x86_64 defines:PyInit__cyutility needs:libc.so.6");
    let shared = ("/x/prog/_internal/a/_cyutility.cpython-311-x86_64-linux-gnu.so", shared);
    assert_eq!(of(&[folder(&[], SHARING), vec![shared]].concat()).verdict, ImportVerdict::Loads);
    assert_eq!(
        of(&folder(&[], "elf x86_64 defines:PyInit__a needs:libc.so.6 says:b._cyutility")).verdict,
        ImportVerdict::Loads
    );
}

#[test]
fn imports_of_a_bundle_end_as_their_compiled_code_does() {
    let broken = with_code(pyc!("package"), pyc!("certain"), false);
    assert_eq!(broken.outcomes.of("a").map(|row| row.verdict), Some(ImportVerdict::Fails));
    let program = broken.outcomes.programs.last().expect("the program");
    let failure = program.failure.as_ref().expect("a failure");
    assert_eq!((program.module.as_str(), program.verdict), ("prog", ImportVerdict::Fails));
    assert_eq!(failure.because, ["prog", "a", "a.m", "a._a"]);
    let guarded = with_code(pyc!("package"), pyc!("guarded"), false);
    assert_eq!(guarded.outcomes.programs.last().map(|program| program.verdict), Some(ImportVerdict::Loads));
    let whole = with_code(pyc!("package"), pyc!("certain"), true);
    let rows: Vec<_> = whole.outcomes.rows.iter().map(|row| (row.module.as_str(), row.verdict)).collect();
    assert!(rows.contains(&("a._a", ImportVerdict::Loads)), "{rows:?}");
}

#[test]
fn nothing_is_imported_where_the_bootloader_s_own_modules_fail() {
    let of = |module: &[u8]| {
        let mut files = folder(&[], PLAIN);
        let mut members = code(&[]);
        members[2].2 = pyc!("function")[16..].to_vec();
        members[3].2 = pyz_of(&[("a", 1, pyc!("package")), ("a.m", 0, module)]);
        members.insert(2, (b'm', "pyimod01_archive", pyc!("script")[16..].to_vec(), true));
        files[0].1 = bootloader(&image(PROGRAM), "libpython3.11.so.1.0", &members);
        files.retain(|(path, _)| !path.ends_with(MODULE));
        scan(&files, "/x/prog")
    };
    let broken = of(pyc!("certain"));
    assert!(!broken.outcomes.rows.is_empty());
    for row in &broken.outcomes.rows {
        let because = row.failure.as_ref().map(|failure| failure.because.join(" "));
        assert_eq!(because.as_deref(), Some("pyimod01_archive a a.m a._a"), "{}", row.module);
    }
    let last = of(pyc!("guarded")).outcomes.programs.pop().map(|program| program.module);
    assert_eq!(last.as_deref(), Some("prog"));
}

#[test]
fn what_functions_of_the_program_import_is_asked_about() {
    let of = |is_whole| with_script(pyc!("function"), pyc!("function"), pyc!("certain"), is_whole);
    let broken = of(false);
    assert_eq!(rules(&broken), ["bundle-incomplete"]);
    assert_eq!(broken.findings[0].subject, "a._a");
    assert_eq!(rules(&of(true)), [""; 0]);
}
