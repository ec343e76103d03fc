//! NumPy's C API: who asks, who answers, and what goes wrong between them.

use super::*;

/// What code says that was compiled with headers of NumPy 1, of NumPy 2, by pybind11, by rust-numpy.
pub const C1: &str = "says:_ARRAY_API,numpy.core._multiarray_umath";

pub const C2: &str = "says:_ARRAY_API,numpy._core._multiarray_umath,numpy.core._multiarray_umath,\
                  module~was~compiled~against~NumPy~C-API~version~0x%x~(NumPy~1.23)~but~the~running~NumPy";

pub const PYBIND11: &str = "says:_ARRAY_API,numpy.core.multiarray,pybind11";

pub const RUST: &str =
    "says:library/core/src/x.rs,/r/numpy-0.20.0/src/npyffi/array.rs,_ARRAY_API,numpy.core.multiarray";

pub const CYTHON: &str = "says:numpy.core.multiarray~failed~to~import";

/// A NumPy of this release, as it is installed.
pub fn numpy(release: &str) -> String {
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
pub fn package(says: &str) -> String {
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

pub fn judged(numpy: &str, package: &str) -> Vec<(String, Severity, usize)> {
    let scan = scan(&format!("{numpy}{package}"));
    let of = |finding: &Finding| (finding.rule.id.word().to_owned(), finding.severity, finding.breaks);
    scan.findings.iter().map(of).collect()
}

pub fn told(rule: &str, severity: Severity, breaks: usize) -> Vec<(String, Severity, usize)> {
    vec![(rule.to_owned(), severity, breaks)]
}

#[test]
fn what_fits_draws_no_word() {
    for (release, says) in [("1.26.4", C1), ("1.26.4", C2), ("2.0.2", C2), ("1.26.4", RUST), ("1.26.4", PYBIND11)] {
        assert_eq!(judged(&numpy(release), &package(says)), [], "{release} {says}");
    }
}

#[test]
fn numpy_s_own_modules_ask_nobody() {
    let own = format!("//- SITE/numpy/fft/_pocketfft.TAG elf x86_64 defines:PyInit__pocketfft needs:libc.so.6 {C1}\n");
    assert_eq!(judged(&numpy("2.0.2"), &own), []);
}

/// The capi_edges of the module `a._a`, from it to the end: what is asked for, what comes of it, and the node at the end.
pub fn capi_edges(scan: &Scan) -> Vec<(String, &'static str, String)> {
    let of = |name: &[u8]| {
        scan.items.iter().find(|item| item.path.file_name() == name).and_then(|item| item.found.as_ref().ok())
    };
    let file = of(b"_a.cpython-311-x86_64-linux-gnu.so").expect("the module");
    let mut node = scan.graph.file(*file).expect("its node");
    let mut capi_edges = Vec::new();
    while let Some((next, capi_edge)) = scan.graph.numpy(node, petgraph::Direction::Outgoing).first() {
        capi_edges.push((capi_edge.asks_for.to_string(), capi_edge.answer.word(), scan.label(*next)));
        node = *next;
    }
    capi_edges
}

#[test]
fn the_bond_is_drawn_from_who_asks_over_the_modules_between_to_the_extension() {
    let drawn = |numpy: &str, says: &str| {
        let scan = scan(&format!("{numpy}{}", package(says)));
        let capi_edges = capi_edges(&scan);
        capi_edges.into_iter().map(|(asks_for, answer, end)| format!("{asks_for} {answer} {end}")).collect::<Vec<_>>()
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
    // It is asked at first use, and not when it is imported.
    assert_eq!(names(scan.graph.above(extension)), ["numpy", "numpy.core.multiarray"]);
    assert_eq!(scan.graph.cycles(), Vec::<Vec<_>>::new());
    // Who asks for a Python module is the only way to it.
    assert_eq!(
        names(scan.graph.why(module, 3).remove(0)),
        ["a", "_a.cpython-311-x86_64-linux-gnu.so", "numpy.core.multiarray"]
    );
}
