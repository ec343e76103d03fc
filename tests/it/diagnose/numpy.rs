//! NumPy's C API: who asks, who answers, and what goes wrong between them.

use super::*;
use dylens::diagnose::Evidence;

/// What code says that was compiled with headers of NumPy 1, of NumPy 2, by pybind11, by rust-numpy.
const C1: &str = "says:_ARRAY_API,numpy.core._multiarray_umath";
const C2: &str = "says:_ARRAY_API,numpy._core._multiarray_umath,numpy.core._multiarray_umath,\
                  module~was~compiled~against~NumPy~C-API~version~0x%x~(NumPy~1.23)~but~the~running~NumPy";
const PYBIND11: &str = "says:_ARRAY_API,numpy.core.multiarray,pybind11";
const RUST: &str = "says:library/core/src/x.rs,/r/numpy-0.20.0/src/npyffi/array.rs,_ARRAY_API,numpy.core.multiarray";
const CYTHON: &str = "says:numpy.core.multiarray~failed~to~import";

/// A NumPy of this release, as it is installed.
fn numpy(release: &str) -> String {
    let is_2 = release.starts_with('2');
    let folder = if is_2 { "_core" } else { "core" };
    // For older code NumPy 2 keeps modules under their old names.
    let shims = "//- SITE/numpy/core/__init__.py\n//- SITE/numpy/core/multiarray.py\n//- SITE/numpy/core/_multiarray_umath.py\n";
    format!(
        "//- SITE/numpy/__init__.py
//- SITE/numpy/{folder}/__init__.py
//- SITE/numpy/{folder}/multiarray.py
//- SITE/numpy/{folder}/umath.py
{}//- SITE/numpy/{folder}/_multiarray_umath.TAG elf x86_64 defines:PyInit__multiarray_umath needs:libc.so.6
//- SITE/numpy-{release}.dist-info/RECORD
numpy/{folder}/_multiarray_umath.TAG,,
",
        if is_2 { shims } else { "" }
    )
}

/// A package that requires NumPy, with one module that says something.
fn package(says: &str) -> String {
    format!(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 {says}
//- SITE/a/__init__.py
from . import _a
//- SITE/a-1.0.dist-info/RECORD
a/_a.TAG,,
//- SITE/a-1.0.dist-info/METADATA
Name: a
Requires-Dist: numpy (>=1.20)
"
    )
}

fn judged(numpy: &str, package: &str) -> Vec<(String, Severity, usize)> {
    let scan = scan(&format!("{numpy}{package}"));
    let of = |finding: &Finding| (finding.rule.id.to_owned(), finding.severity, finding.breaks);
    scan.findings.iter().map(of).collect()
}

fn told(rule: &str, severity: Severity, breaks: usize) -> Vec<(String, Severity, usize)> {
    vec![(rule.to_owned(), severity, breaks)]
}

#[test]
fn what_fits_draws_no_word() {
    for (release, says) in [("1.26.4", C1), ("1.26.4", C2), ("2.0.2", C2), ("1.26.4", RUST), ("1.26.4", PYBIND11)] {
        assert_eq!(judged(&numpy(release), &package(says)), [], "{release} {says}");
    }
}

#[test]
fn code_built_for_numpy_1_does_not_import_with_numpy_2() {
    for says in [C1, CYTHON] {
        assert_eq!(judged(&numpy("2.0.2"), &package(says)), told("numpy-abi", Severity::Error, 1), "{says}");
    }
}

#[test]
fn code_that_asks_for_a_newer_api_than_is_there_does_not_import() {
    let scan = scan(&format!("{}{}", numpy("1.21.6"), package(C2)));
    let finding = finding(&scan, "numpy-too-old");
    assert_eq!((finding.severity, finding.breaks, finding.subject.as_str()), (Severity::Error, 1, "numpy>=1.23"));
    assert_eq!(finding.remedy.command.as_deref(), Some("python -m pip install --upgrade 'numpy>=1.23'"));
    assert_eq!(judged(&numpy("1.23.0"), &package(C2)), []);
}

#[test]
fn one_module_among_others_that_asks_for_more_is_a_warning() {
    let easy = C2.replace("1.23", "1.16");
    let other = format!("//- SITE/a/_b.TAG elf x86_64 defines:PyInit__b needs:libc.so.6 {easy}\n");
    let both = package(C2).replace("a/_a.TAG,,", "a/_a.TAG,,\na/_b.TAG,,");
    assert_eq!(judged(&numpy("1.21.6"), &format!("{other}{both}")), told("numpy-too-old", Severity::Warning, 0));
}

#[test]
fn without_numpy_c_code_fails_at_import_and_rust_at_first_use() {
    assert_eq!(judged("", &package(C2)), told("numpy-missing", Severity::Error, 1));
    assert_eq!(judged("", &package(RUST)), told("numpy-missing", Severity::Error, 0));
    let scan = scan(&package(RUST));
    assert!(finding(&scan, "numpy-missing").message.ends_with("it loads, and fails at its first use of an array"));
}

#[test]
fn a_package_that_does_not_require_numpy_and_asks_at_first_use_does_without() {
    let optional = package(RUST).replace("Requires-Dist: numpy (>=1.20)\n", "");
    assert_eq!(judged("", &optional), told("numpy-missing", Severity::Info, 0));
}

#[test]
fn a_numpy_that_lost_its_extension_answers_nobody() {
    let numpy = numpy("1.26.4");
    let gone: Vec<&str> = numpy.lines().filter(|line| !line.contains("elf x86_64")).collect();
    let scan = scan(&format!("{}\n{}", gone.join("\n"), package(C1)));
    let finding = finding(&scan, "numpy-missing");
    assert!(finding.message.contains("without its extension _multiarray_umath"), "{}", finding.message);
    assert_eq!(finding.severity, Severity::Error);
}

#[test]
fn rust_that_knows_only_numpy_1_works_with_numpy_2_through_a_module_that_bundlers_drop() {
    assert_eq!(judged(&numpy("2.0.2"), &package(RUST)), told("numpy-shim", Severity::Warning, 0));
    assert_eq!(judged(&numpy("2.0.2"), &package(PYBIND11)), told("numpy-shim", Severity::Info, 0));
    let without = numpy("2.0.2").replace("//- SITE/numpy/core/multiarray.py\n", "");
    assert_eq!(judged(&without, &package(RUST)), told("numpy-module-missing", Severity::Error, 0));
    let newer = RUST.replace("numpy-0.20.0", "numpy-0.22.1");
    assert_eq!(judged(&without, &package(&newer)), []);
}

#[test]
fn numpy_s_own_modules_ask_nobody() {
    let own = format!("//- SITE/numpy/fft/_pocketfft.TAG elf x86_64 defines:PyInit__pocketfft needs:libc.so.6 {C1}\n");
    assert_eq!(judged(&numpy("2.0.2"), &own), []);
}

#[test]
fn a_folder_that_is_called_numpy_makes_nothing_numpy_s_own() {
    let package = package(C1).replace("SITE/a/", "SITE/a/numpy/").replace("\na/_a.TAG", "\na/numpy/_a.TAG");
    assert_eq!(judged(&numpy("2.0.2"), &package), told("numpy-abi", Severity::Error, 1));
}

#[test]
fn a_package_that_asks_at_import_cannot_do_without_whatever_it_says() {
    let silent = package(C1).replace("Requires-Dist: numpy (>=1.20)\n", "");
    assert_eq!(judged("", &silent), told("numpy-missing", Severity::Error, 1));
}

#[test]
fn a_requirement_that_depends_on_python_s_version_is_one_and_an_extra_s_is_none() {
    let of = |line: &str| package(RUST).replace("Requires-Dist: numpy (>=1.20)", line);
    let by_version = of("Requires-Dist: numpy>=1.22.4; python_version < \"3.11\"");
    assert_eq!(judged("", &by_version), told("numpy-missing", Severity::Error, 0));
    let of_an_extra = of("Requires-Dist: numpy>=1.22.4; extra == \"numpy\"");
    assert_eq!(judged("", &of_an_extra), told("numpy-missing", Severity::Info, 0));
}

/// The bonds of the module `a._a`, from it to the end: what is asked for, what comes of it, and the node at the end.
fn bonds(scan: &Scan) -> Vec<(String, &'static str, String)> {
    let of = |name: &[u8]| {
        scan.items.iter().find(|item| item.path.file_name() == name).and_then(|item| item.found.as_ref().ok())
    };
    let file = of(b"_a.cpython-311-x86_64-linux-gnu.so").expect("the module");
    let mut node = scan.graph.file(*file).expect("its node");
    let mut bonds = Vec::new();
    while let Some((next, bond)) = scan.graph.numpy(node, petgraph::Direction::Outgoing).first() {
        bonds.push((bond.asks_for.to_string(), bond.answer.word(), scan.label(*next)));
        node = *next;
    }
    bonds
}

#[test]
fn the_bond_is_drawn_from_who_asks_over_the_modules_between_to_the_extension() {
    let drawn = |numpy: &str, says: &str| {
        let scan = scan(&format!("{numpy}{}", package(says)));
        let bonds = bonds(&scan);
        bonds.into_iter().map(|(asks_for, answer, end)| format!("{asks_for} {answer} {end}")).collect::<Vec<_>>()
    };
    let umath = "_multiarray_umath.cpython-311-x86_64-linux-gnu.so";
    assert_eq!(drawn(&numpy("2.1.0"), C2), [format!("numpy._core._multiarray_umath given {umath}")]);
    assert_eq!(drawn(&numpy("1.26.4"), C2), [format!("numpy.core._multiarray_umath given {umath}")]);
    assert_eq!(
        drawn(&numpy("2.1.0"), RUST),
        [
            "numpy.core.multiarray through-shim numpy.core.multiarray".to_owned(),
            format!("numpy._core._multiarray_umath given {umath}")
        ]
    );
    assert_eq!(
        drawn(&numpy("2.1.0"), C1),
        [
            "numpy.core._multiarray_umath other-abi numpy.core._multiarray_umath".to_owned(),
            format!("numpy._core._multiarray_umath other-abi {umath}")
        ]
    );
    assert_eq!(drawn("", C2), ["numpy._core._multiarray_umath no-provider numpy"]);
    let without = numpy("2.1.0").replace("//- SITE/numpy/core/multiarray.py\n", "");
    assert_eq!(drawn(&without, RUST), ["numpy.core.multiarray no-module numpy.core.multiarray"]);
}

#[test]
fn a_bond_is_no_need() {
    let scan = scan(&format!("{}{}", numpy("2.1.0"), package(RUST)));
    let module = scan.graph.module(b"numpy.core.multiarray").expect("the module between");
    assert!(scan.graph.dependents(module).is_empty());
    let extension = scan.numpy.provider.as_ref().and_then(|provider| scan.graph.file(provider.file?)).expect("NumPy");
    let names = |nodes: Vec<dylens::graph::NodeId>| nodes.into_iter().map(|node| scan.label(node)).collect::<Vec<_>>();
    assert_eq!(names(scan.graph.above(extension)), ["numpy"]);
    assert_eq!(scan.graph.cycles(), Vec::<Vec<_>>::new());
    // Who asks for a Python module is the only way to it.
    assert_eq!(
        names(scan.graph.why(module, 3).remove(0)),
        ["a", "_a.cpython-311-x86_64-linux-gnu.so", "numpy.core.multiarray"]
    );
}

#[test]
fn numpy_without_a_module_that_it_imports_itself_answers_nobody() {
    let without = numpy("2.1.0").replace("//- SITE/numpy/_core/multiarray.py\n", "");
    let scan = scan(&format!("{without}{}", package(C2)));
    let finding = finding(&scan, "numpy-module-missing");
    assert_eq!(
        (finding.severity, finding.breaks, finding.subject.as_str()),
        (Severity::Error, 1, "numpy._core.multiarray")
    );
    assert!(scan.is_missed(scan.graph.module(b"numpy._core.multiarray").expect("a node that is lit")));
}

#[test]
fn python_code_that_imports_numpy_fails_before_any_module_does() {
    let package = package(RUST)
        .replace("from . import _a\n", "from .b import c\n//- SITE/a/b.py\nimport numpy as np\nfrom . import _a\n");
    let scan = scan(&package);
    let finding = finding(&scan, "numpy-missing");
    assert!(finding.message.ends_with("there is no NumPy: its import fails"), "{}", finding.message);
    assert_eq!(finding.breaks, 1);
    let lines = finding.evidence.iter().filter_map(|evidence| match evidence {
        Evidence::Line { path, number, .. } => Some(format!("{path}:{number}")),
        _ => None,
    });
    assert_eq!(lines.collect::<Vec<_>>(), ["lib/python3.11/site-packages/a/b.py:1"]);
}

#[test]
fn python_code_that_imports_the_old_package_fails_where_that_is_gone() {
    let importing = |code: &str| package(C2).replace("from . import _a\n", &format!("{code}\nfrom . import _a\n"));
    let without = |module: &str| numpy("2.1.0").replace(&format!("//- SITE/numpy/core/{module}.py\n"), "");
    let raising = "try:\n    import numpy.core.multiarray\nexcept ImportError:\n    raise";
    let broken = told("numpy-module-missing", Severity::Error, 1);
    assert_eq!(judged(&without("multiarray"), &importing(raising)), broken);
    assert_eq!(judged(&without("multiarray"), &importing("from numpy.core.multiarray import x")), broken);
    assert_eq!(judged(&without("__init__"), &importing("from numpy import *")), broken);
    for fine in [
        "import numpy",
        "def f():\n    import numpy.core.multiarray",
        "try:\n    import numpy.core.multiarray\nexcept ImportError:\n    pass",
    ] {
        assert_eq!(judged(&without("multiarray"), &importing(fine)), [], "{fine}");
    }
    assert_eq!(judged(&numpy("2.1.0"), &importing(raising)), []);
}

#[test]
fn a_library_of_a_package_that_does_not_require_numpy_does_without() {
    let library = |requires: &str, says: &str| {
        format!(
            "//- SITE/a/liba.so elf x86_64 defines:x,PyCapsule_GetPointer needs:libc.so.6 {says}
//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liba.so,libc.so.6 runpath:$ORIGIN
//- SITE/a-1.0.dist-info/RECORD
a/_a.TAG,,
a/liba.so,,
//- SITE/a-1.0.dist-info/METADATA
Name: a
{requires}
"
        )
    };
    assert_eq!(judged("", &library("", C2)), told("numpy-missing", Severity::Info, 0));
    assert_eq!(judged("", &library("Requires-Dist: numpy", C2)), told("numpy-missing", Severity::Error, 1));
    // Where there is one, it is asked.
    assert_eq!(judged(&numpy("2.1.0"), &library("", C1)), told("numpy-abi", Severity::Error, 1));
}

#[test]
fn a_module_of_pybind11_may_go_on_and_crash() {
    let mixed = format!("{C1},pybind11");
    let scan = scan(&format!("{}{}", numpy("2.1.0"), package(&mixed)));
    let message = &finding(&scan, "numpy-abi").message;
    assert!(message.ends_with("its import fails, or goes on and it crashes at its first use of an array"), "{message}");
}

#[test]
fn the_oldest_headers_ask_for_another_module() {
    let oldest = "says:_ARRAY_API,numpy.core.multiarray";
    assert_eq!(judged(&numpy("1.26.4"), &package(oldest)), []);
    assert_eq!(judged(&numpy("2.1.0"), &package(oldest)), told("numpy-abi", Severity::Error, 1));
}

#[test]
fn of_several_numpys_the_first_on_the_path_answers() {
    let other = "//- SITE/x.pth\n/other\n//- /other/numpy/__init__.py\n//- /other/numpy/core/_multiarray_umath.TAG elf x86_64 defines:PyInit__multiarray_umath\n";
    let scan = scan(&format!("{}{other}{}", numpy("2.1.0"), package(C2)));
    let finding = finding(&scan, "numpy-several");
    assert_eq!(finding.severity, Severity::Info);
    assert!(finding.message.contains("finds NumPy 2.1"), "{}", finding.message);
    assert!(findings(&self::scan(&format!("{}{}", numpy("2.1.0"), package(C2))), "numpy-several").is_empty());
}

#[test]
fn numpy_s_own_header_and_version_tell_what_it_offers() {
    let bare =
        numpy("1.21.6").replace("//- SITE/numpy-1.21.6.dist-info/RECORD\nnumpy/core/_multiarray_umath.TAG,,\n", "");
    let told = |file: &str| judged(&format!("{bare}{file}"), &package(C2));
    assert_eq!(told(""), [], "nothing tells how old it is");
    assert_eq!(
        told("//- SITE/numpy/version.py\nshort_version = \"1.21.6\"\n"),
        self::told("numpy-too-old", Severity::Error, 1)
    );
    let header = "//- SITE/numpy/core/include/numpy/_numpyconfig.h\n#define NPY_API_VERSION 0x0000000E\n";
    assert_eq!(told(header), self::told("numpy-too-old", Severity::Error, 1));
    assert_eq!(told(&header.replace("0E", "11")), []);
}
