//! `module-missing`.

use super::*;
use dylens::command::Shell;

/// A package whose code imports `what`.
fn importing(what: &str, requires: &str) -> String {
    format!(
        "//- SITE/p/_p.TAG elf x86_64 defines:PyInit__p
//- SITE/p/__init__.py
{what}
from . import _p
//- SITE/p-1.0.dist-info/RECORD
p/_p.TAG,,
//- SITE/p-1.0.dist-info/METADATA
Name: p
{requires}
"
    )
}

#[test]
fn a_requirement_that_was_not_installed_ends_the_import() {
    let scan = scan(&importing("import dateutil", "Requires-Dist: dateutil"));
    let finding = example(&scan, "module-missing");
    assert_eq!((finding.severity, finding.subject.as_str(), finding.breaks), (Severity::Error, "dateutil", 1));
    assert_eq!(finding.broken, ["p", "p._p"]);
    assert_eq!(finding.remedy.first(Shell::Sh).as_deref(), Some("python -m pip install dateutil"));
}

#[test]
fn a_module_that_code_can_do_without_is_not_missing() {
    for code in [
        "try:\n    import dateutil\nexcept ImportError:\n    dateutil = None",
        "def f():\n    import dateutil",
        "import json",
        "import sys\nif sys.platform == 'win32':\n    import winreg, dateutil",
    ] {
        assert!(findings(&scan(&importing(code, "")), "module-missing").is_empty(), "{code}");
    }
}

#[test]
fn a_name_that_nobody_requires_gets_no_command() {
    let scan = scan(&importing("import cv2", ""));
    assert_eq!(finding(&scan, "module-missing").remedy.first(Shell::Sh), None);
}

#[test]
fn a_part_of_a_package_that_wants_what_was_not_asked_for_is_information() {
    let world = "//- SITE/p/__init__.py\n//- SITE/p/_p.TAG elf x86_64 defines:PyInit__p
//- SITE/p/contrib/__init__.py\nimport tensorflow
//- SITE/p/contrib/_ops.TAG elf x86_64 defines:PyInit__ops
";
    assert_eq!(finding(&scan(world), "module-missing").severity, Severity::Info);
}

#[test]
fn what_a_standard_library_lacks_comes_with_the_rest_of_it() {
    let system = "//* PATH=/usr/bin
//- /etc/os-release
ID=debian
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6 defines:PyInit_posix
//- /usr/bin/python3 -> python3.11
//- /usr/lib/python3.11/os.py
import posix
";
    let of = |module: &str| {
        let site = "/usr/lib/python3/dist-packages/p";
        let code =
            format!("//- {site}/_p.abi3.so elf x86_64 defines:PyInit__p\n//- {site}/__init__.py\nimport {module}\n");
        let scan = crate::common::scan(&format!("{system}{code}"));
        let finding = finding(&scan, "module-missing");
        finding.remedy.first(Shell::Sh)
    };
    assert_eq!(of("contextvars").as_deref(), Some("apt-get install libpython3.11-stdlib"));
    assert_eq!(of("tkinter").as_deref(), Some("apt-get install python3-tk"));
}

#[test]
fn a_module_that_several_files_miss_is_one_finding() {
    let module = |name: &str, wanted: &str| {
        format!("//- SITE/{name}/_x.TAG elf x86_64 defines:PyInit__x\n//- SITE/{name}/__init__.py\nimport {wanted}\n")
    };
    let scan = scan(&format!("{}{}{}", module("a", "gone"), module("b", "gone"), module("c", "pkg_resources")));
    let missing = scan.findings.iter().filter(|finding| finding.rule.id.word() == "module-missing");
    let missing: Vec<_> = missing.map(|it| (it.subject.as_str(), it.files.len(), it.broken.clone())).collect();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(missing, [("gone", 2, names(&["a", "a._x", "b", "b._x"])), ("pkg_resources", 1, names(&["c", "c._x"]))]);
    let setuptools = scan.findings.iter().find(|finding| finding.subject == "pkg_resources").expect("a finding");
    assert_eq!(setuptools.remedy.first(Shell::Sh).as_deref(), Some("python -m pip install 'setuptools<81'"));
}
