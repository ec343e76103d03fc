//! `library-missing`.

mod mac;
mod windows;

use super::*;
use dylens::command::Shell;

#[test]
fn a_library_that_an_import_needs_and_nobody_has_is_an_error() {
    let scan = scan("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libGL.so.1,libc.so.6\n");
    let finding = example(&scan, "library-missing");
    assert_eq!(finding.severity, Severity::Error);
    assert_eq!(finding.subject, "libGL.so.1");
    assert_eq!(finding.breaks, 1);
    assert_eq!(finding.remedy.first(Shell::Sh).as_deref(), Some("apt-get install libgl1"));
}

#[test]
fn one_missing_library_is_one_finding_however_many_need_it() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libx.so
//- SITE/a/_b.TAG elf x86_64 defines:PyInit__b needs:libx.so
//- SITE/c/_c.TAG elf x86_64 defines:PyInit__c needs:liby.so rpath:$ORIGIN
//- SITE/c/liby.so elf x86_64 needs:libx.so
",
    );
    let finding = finding(&scan, "library-missing");
    assert_eq!((finding.subject.as_str(), finding.breaks, finding.files.len()), ("libx.so", 3, 3));
}

#[test]
fn a_plugin_that_its_package_may_open_is_a_warning_and_another_library_is_information() {
    let broken = |path: &str| scan(&format!("//- SITE/a/{path} elf x86_64 needs:libfancy.so.3\n"));
    let plugin = broken("plugins/platforms/libqxcb.so");
    let told = finding(&plugin, "library-missing");
    assert_eq!(told.severity, Severity::Warning);
    assert!(told.message.ends_with("libqxcb.so is a plugin that its package opens on demand"), "{}", told.message);
    assert_eq!(finding(&broken("lib/libqxcb.so"), "library-missing").severity, Severity::Info);
}

#[test]
fn a_plugin_that_python_code_loads_by_name_is_a_warning() {
    let scan = scan(
        "//- SITE/a/libdriver.so elf x86_64 needs:libfancy.so.3
//- SITE/a/__init__.py
import ctypes
ctypes.CDLL('libdriver.so')
",
    );
    assert_eq!(finding(&scan, "library-missing").severity, Severity::Warning);
}

#[test]
fn a_plugin_finds_what_modules_of_its_package_have_loaded() {
    let world = |module: &str, code: &str| {
        format!(
            "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a {module}
//- SITE/a/libcore.so elf x86_64 soname:libcore.so
//- SITE/a/plugins/libsphere.so elf x86_64 needs:libcore.so
//- SITE/a/__init__.py
from . import _a
{code}
"
        )
    };
    let opens = "def load():\n    import ctypes\n    ctypes.CDLL('libsphere.so')";
    for code in ["", opens] {
        assert_calm(&scan(&world("needs:libcore.so runpath:$ORIGIN", code)));
        let scan = scan(&world("", code));
        assert_eq!(finding(&scan, "library-missing").severity, Severity::Warning, "{code}");
    }
}

#[test]
fn a_module_that_is_imported_only_where_it_may_fail_is_a_warning() {
    let module = "//- SITE/a/_tbb.TAG elf x86_64 defines:PyInit__tbb needs:libtbb.so.12\n";
    let guarded = "//- SITE/a/pool.py\ntry:\n    from . import _tbb\nexcept ImportError:\n    pass\n";
    assert_eq!(finding(&scan(&format!("{module}{guarded}")), "library-missing").severity, Severity::Warning);
    let outright = "//- SITE/a/pool.py\nfrom . import _tbb\n";
    assert_eq!(finding(&scan(&format!("{module}{outright}")), "library-missing").severity, Severity::Error);
}

#[test]
fn a_vendored_library_is_judged_in_its_importers_context() {
    assert_silent(&scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liby-0a1b2c3d.so.1 rpath:$ORIGIN/../a.libs
//- SITE/a.libs/liby-0a1b2c3d.so.1 elf x86_64 soname:liby-0a1b2c3d.so.1 needs:libz-0a1b2c3d.so.1
//- SITE/a.libs/libz-0a1b2c3d.so.1 elf x86_64 soname:libz-0a1b2c3d.so.1
",
    ));
}

#[test]
fn a_library_beside_the_search_path_gets_an_rpath() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liby.so.1
//- SITE/a/lib/liby.so.1 elf x86_64 soname:liby.so.1
",
    );
    let finding = finding(&scan, "library-missing");
    let command = finding.remedy.first(Shell::Sh).expect("a command");
    assert!(command.starts_with("patchelf --force-rpath --add-rpath '$ORIGIN/lib' /env/"), "{command}");
}

#[test]
fn a_library_under_another_file_name_gets_a_link() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liby.so.1 rpath:$ORIGIN
//- SITE/a/liby.so elf x86_64 soname:liby.so.1
",
    );
    let command = finding(&scan, "library-missing").remedy.first(Shell::Sh).expect("a command");
    assert_eq!(command, "ln -s liby.so /env/lib/python3.11/site-packages/a/liby.so.1");
}

#[test]
fn a_library_that_was_installed_and_is_gone_is_reinstalled() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liby.so.1 rpath:$ORIGIN
//- SITE/a-1.2.dist-info/RECORD
a/_a.TAG,,
a/liby.so.1,,
",
    );
    let command = finding(&scan, "library-missing").remedy.first(Shell::Sh).expect("a command");
    assert_eq!(command, "python -m pip install --force-reinstall --no-deps a==1.2");
}

#[test]
fn a_module_that_no_code_of_its_package_imports_is_a_warning() {
    let module = "//- SITE/a/_video4.TAG elf x86_64 defines:PyInit__video4 needs:libavcodec.so.58\n";
    let code = format!("{module}//- SITE/a/__init__.py\nx = 1\n");
    let unasked = scan(&format!("{code}//- SITE/a/_other.TAG elf x86_64 defines:PyInit__other\n"));
    let finding = finding(&unasked, "library-missing");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.message.ends_with("no code of its package imports a._video4"), "{}", finding.message);
    // Without another one, or without code, a package is there for its module.
    assert_eq!(self::finding(&scan(&code), "library-missing").severity, Severity::Error);
    assert_eq!(self::finding(&scan(module), "library-missing").severity, Severity::Error);
}

#[test]
fn a_module_that_people_import_and_not_its_package_is_an_error() {
    let world = "//- SITE/a/_imaging.TAG elf x86_64 defines:PyInit__imaging needs:libjpeg.so.62
//- SITE/a/__init__.py
//- SITE/a/Image.py
from . import _imaging
";
    let scan = scan(world);
    assert_eq!(finding(&scan, "library-missing").severity, Severity::Error);
    assert_eq!(finding(&scan, "library-missing").broken, ["a._imaging"]);
}

#[test]
fn a_search_path_that_maturin_wrote_one_level_too_short_is_told_as_such() {
    let world = |rpath: &str| {
        scan(&format!(
            "//- SITE/ts/_rust/_rs.TAG elf x86_64 defines:PyInit__rs needs:libgcc_s-1e52349c.so.1 rpath:{rpath}
//- SITE/ts.libs/libgcc_s-1e52349c.so.1 elf x86_64 soname:libgcc_s-1e52349c.so.1
//- SITE/ts-0.1.3.dist-info/WHEEL
Wheel-Version: 1.0
Generator: maturin (1.4.0)
//- SITE/ts-0.1.3.dist-info/RECORD
ts/_rust/_rs.TAG,,
ts.libs/libgcc_s-1e52349c.so.1,,
"
        ))
    };
    let scan = world("$ORIGIN/../ts.libs");
    let finding = finding(&scan, "library-missing");
    assert!(finding.message.contains("$ORIGIN/../ts.libs is one level short"), "{}", finding.message);
    assert!(finding.message.contains("maturin (1.4.0)"), "{}", finding.message);
    assert!(finding.remedy.text.starts_with("rebuild with maturin 1.9.0 or later"), "{}", finding.remedy.text);
    assert_silent(&world("$ORIGIN/../../ts.libs"));
}

#[test]
fn of_a_file_that_lacks_a_great_many_libraries_the_first_tell_where_they_were_looked_for() {
    let needs: Vec<String> = (100..200).map(|number| format!("lib{number}.so")).collect();
    let scan = scan(&format!("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:{}\n", needs.join(",")));
    let all = findings(&scan, "library-missing");
    assert_eq!(all.len(), 100);
    assert_eq!(all.iter().filter(|finding| !finding.evidence.is_empty()).count(), 32);
}

#[test]
fn what_is_imported_before_has_loaded_is_not_missed_by_a_module_that_fails_for_want_of_another() {
    let world = |init: &str| {
        format!(
            "//- SITE/t/lib/libt.so elf x86_64 soname:libt.so\n\
            //- SITE/t/_C.TAG elf x86_64 defines:PyInit__C needs:libt.so runpath:$ORIGIN/lib\n\
            //- SITE/t/__init__.py\nfrom . import _C\n\
            //- SITE/v/_ops.TAG elf x86_64 defines:PyInit__ops needs:libgone.so.1,libt.so\n\
            //- SITE/v/__init__.py\nfrom .env import x\nfrom . import _ops\n//- SITE/v/env.py\n{init}\nx = 1\n"
        )
    };
    let errors = |init: &str| {
        let scan = scan(&world(init));
        let errors = scan.findings.iter().filter(|finding| finding.severity == Severity::Error);
        errors.map(|finding| finding.subject.clone()).collect::<Vec<_>>()
    };
    assert_eq!(errors("import t"), ["libgone.so.1"]);
    assert_eq!(errors(""), ["libgone.so.1", "libt.so"]);
}
