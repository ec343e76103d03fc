//! What a bundler left in the environment, and something in the bundle needs.

use super::*;
use dylens::diagnose::Severity;
use dylens::diff::{Diff, Kind as ChangeKind};

/// An environment with a package that has a Python module, a native one and a library.
const ENVIRONMENT: &str = "
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6
//- /usr/lib/python3.11/os.py
//- /usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__json
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.7
//- /env/bin/python3 -> /usr/bin/python3.11
//- SITE/a/__init__.py
import os
from . import inner
INIT
//- SITE/a/inner.py
//- SITE/a/other.py
OTHER
//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libx.so.1 rpath:$ORIGIN/../a.libs
//- SITE/a/_b.TAG elf x86_64 defines:PyInit__b needs:libc.so.6
//- SITE/a.libs/libx.so.1 elf x86_64 soname:libx.so.1
";

/// What is told of a bundle with these modules and native files; `init` is more code of the package.
fn left(init: &str, modules: &[&str], native: &[(&'static str, &str)]) -> Vec<(Severity, String, String)> {
    left_with("", init, modules, native)
}

/// As [`left`], with code of the module `a.other`.
fn left_with(
    other: &str,
    init: &str,
    modules: &[&str],
    native: &[(&'static str, &str)],
) -> Vec<(Severity, String, String)> {
    let world = format!("{MACHINE}{}", ENVIRONMENT.replace("INIT", init).replace("OTHER", other))
        .replace("SITE", "/env/lib/python3.11/site-packages")
        .replace("TAG", "cpython-311-x86_64-linux-gnu.so");
    let mut files = vec![
        ("/x/prog/prog", bootloader(&image(PROGRAM), "libpython3.11.so.1.0", &code(modules))),
        ("/x/prog/_internal/base_library.zip", zip(&["encodings/__init__.pyc"])),
        ("/x/prog/_internal/libpython3.11.so.1.0", image(LIBPYTHON)),
    ];
    files.extend(native.iter().map(|(path, words)| (*path, image(words))));
    let scan = |path| scan_of(&world, &files, path).expect("something to scan");
    let diff = Diff::of(&scan("/env"), &scan("/x/prog"));
    let changes = diff.changes.into_iter().filter(|change| change.kind == ChangeKind::LeftBehind);
    changes.map(|it| (it.regression.expect("it matters"), it.subject, it.to.expect("what to do"))).collect()
}

const A: (&str, &str) = (
    "/x/prog/_internal/a/_a.cpython-311-x86_64-linux-gnu.so",
    "elf x86_64 defines:PyInit__a needs:libx.so.1 rpath:$ORIGIN/../a.libs",
);
const B: (&str, &str) = ("/x/prog/_internal/a/_b.cpython-311-x86_64-linux-gnu.so", "elf x86_64 defines:PyInit__b");
const X: (&str, &str) = ("/x/prog/_internal/a.libs/libx.so.1", "elf x86_64 soname:libx.so.1");

#[test]
fn a_bundle_that_has_what_it_needs_left_nothing_behind() {
    assert_eq!(left("from . import _a", &["a", "a.inner"], &[A, X]), []);
}

#[test]
fn a_module_that_certainly_runs_is_named_with_its_option() {
    let told = left("from a.other import x", &["a", "a.inner"], &[A, X]);
    let [(Severity::Error, name, to)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(name, "a.other");
    assert!(to.contains("a imports it (lib/python3.11/site-packages/a/__init__.py:3)"), "{to}");
    assert!(to.ends_with("pyinstaller --hidden-import=a.other PROGRAM.py"), "{to}");
}

#[test]
fn what_may_not_run_and_what_the_standard_library_has_in_source_is_not_missed() {
    for init in [
        "def f():\n    from . import other",
        "try:\n    from . import other\nexcept ImportError:\n    pass",
        "import os.path",
    ] {
        assert_eq!(left(init, &["a", "a.inner"], &[A, X]), [], "{init}");
    }
    let told = left("import _json", &["a", "a.inner"], &[A, X]);
    assert_eq!(told.iter().map(|(_, name, _)| name.as_str()).collect::<Vec<_>>(), ["_json"], "a native one is");
}

#[test]
fn a_native_module_and_a_library_are_missed_as_well() {
    let told = left("from . import _b", &["a", "a.inner"], &[A]);
    let names: Vec<&str> = told.iter().map(|(_, name, _)| name.as_str()).collect();
    assert_eq!(names, ["a._b", "libx.so.1"]);
    let option = "--add-binary=/env/lib/python3.11/site-packages/a.libs/libx.so.1:. PROGRAM.py";
    assert!(told[1].2.ends_with(option), "{}", told[1].2);
}

#[test]
fn what_compiled_code_of_the_package_names_is_likely_to_be_missed() {
    let naming = |text: &str| (A.0, format!("{} says:{text}", A.1));
    let told_of = |text: &str| {
        let (path, words) = naming(text);
        left("from . import _a", &["a", "a.inner"], &[(path, words.as_str()), X])
    };
    let told = told_of("a._b");
    assert_eq!(told.iter().map(|it| (it.0, it.1.as_str())).collect::<Vec<_>>(), [(Severity::Warning, "a._b")]);
    // Part of a longer text, and a module that is there.
    assert_eq!(told_of("xa._b,a._a,a._bc"), []);
    let (path, words) = naming("a._b");
    assert_eq!(left("from . import _a", &["a", "a.inner"], &[(path, words.as_str()), X, B]), []);
}

#[test]
fn a_native_module_is_missed_by_whichever_module_of_the_bundle_imports_it() {
    // The package itself imports `inner` only where it may fail; that the bundle has it is enough.
    let init = "def f():\n    from . import other";
    let world = |modules: &[&str]| left(init, modules, &[A, X]);
    assert_eq!(world(&["a", "a.inner", "a.other"]), []);
    let told = left_with("from ._b import x", init, &["a", "a.inner", "a.other"], &[A, X]);
    assert_eq!(told.iter().map(|(_, name, _)| name.as_str()).collect::<Vec<_>>(), ["a._b"]);
    assert_eq!(left_with("from ._b import x", init, &["a", "a.inner"], &[A, X]), [], "nobody imports it");
}
