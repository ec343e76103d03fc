//! `numpy-missing`.

use super::*;
use crate::diagnose::numpy::{C1, C2, RUST, judged, numpy, package, told};
use dylens::diagnose::Evidence;
use dylens::imports::ImportVerdict;

#[test]
fn without_numpy_c_code_fails_at_import_and_rust_at_first_use() {
    assert_eq!(judged("", &package(C2)), told("numpy-missing", Severity::Error, 1));
    assert_eq!(judged("", &package(RUST)), told("numpy-missing", Severity::Error, 0));
    let scan = scan(&package(RUST));
    assert!(example(&scan, "numpy-missing").message.ends_with("it loads, and fails at its first use of an array"));
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
    assert!(finding.message.contains("has no extension module _multiarray_umath"), "{}", finding.message);
    assert_eq!(finding.severity, Severity::Error);
}

#[test]
fn a_package_that_asks_at_import_cannot_do_without_whatever_it_says() {
    let silent = package(C1).replace("Requires-Dist: numpy (>=1.20)\n", "");
    assert_eq!(judged("", &silent), told("numpy-missing", Severity::Error, 1));
}

#[test]
fn a_package_that_offers_numpy_as_an_extra_may_do_without() {
    let offers = package(C1).replace("numpy (>=1.20)", "numpy; extra == 'all'");
    assert_eq!(judged("", &offers), told("numpy-missing", Severity::Info, 0));
    let row = scan(&offers).outcomes.rows.into_iter().find(|row| row.module == "a._a").expect("it is asked about");
    assert_eq!(row.verdict, ImportVerdict::Unknown);
    let requires = offers.replace("numpy; extra == 'all'", "numpy\nRequires-Dist: numpy; extra == 'all'");
    assert_eq!(judged("", &requires), told("numpy-missing", Severity::Error, 1));
}

#[test]
fn a_requirement_for_this_python_is_one_and_another_s_or_an_extra_s_is_none() {
    let of = |line: &str| package(RUST).replace("Requires-Dist: numpy (>=1.20)", line);
    let by_version = of("Requires-Dist: numpy>=1.22.4; python_version < \"3.12\"");
    assert_eq!(judged("", &by_version), told("numpy-missing", Severity::Error, 0));
    let of_an_older = of("Requires-Dist: numpy>=1.22.4; python_version < \"3.11\"");
    assert_eq!(judged("", &of_an_older), told("numpy-missing", Severity::Info, 0));
    let of_an_extra = of("Requires-Dist: numpy>=1.22.4; extra == \"numpy\"");
    assert_eq!(judged("", &of_an_extra), told("numpy-missing", Severity::Info, 0));
}

#[test]
fn python_code_that_imports_numpy_fails_before_any_module_does() {
    let package = package(RUST)
        .replace("from . import _a\n", "from .b import c\n//- SITE/a/b.py\nimport numpy as np\nfrom . import _a\n");
    let scan = scan(&package);
    let finding = finding(&scan, "numpy-missing");
    assert!(finding.message.ends_with("NumPy is not installed: its import fails"), "{}", finding.message);
    assert_eq!(finding.breaks, 1);
    let lines = finding.evidence.iter().filter_map(|evidence| match evidence {
        Evidence::Line { path, number, .. } => Some(format!("{path}:{number}")),
        _ => None,
    });
    assert_eq!(lines.collect::<Vec<_>>(), ["lib/python3.11/site-packages/a/b.py:1"]);
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
fn several_packages_that_get_no_answer_are_one_finding() {
    let other = package(C1).replace("SITE/a/", "SITE/b/").replace("SITE/a-", "SITE/b-");
    let other = other.replace("a/_a.TAG,,", "b/_a.TAG,,").replace("Name: a", "Name: b");
    let two = format!("{}\n{other}", package(C2));
    assert_eq!(judged("", &two), told("numpy-missing", Severity::Error, 2));
    let scan = scan(&two);
    let finding = finding(&scan, "numpy-missing");
    assert!(
        finding.message.starts_with("2 packages (2 files) use NumPy's C API, but NumPy is not installed"),
        "{}",
        finding.message
    );
    assert_eq!(finding.files.len(), 2);
}

#[test]
fn a_numpy_extension_that_is_gone_is_told_once() {
    let numpy = numpy("1.26.4");
    let gone: Vec<&str> = numpy.lines().filter(|line| !line.contains("elf x86_64")).collect();
    let record = "//- SITE/numpy-1.26.4.dist-info/RECORD\nnumpy/core/_multiarray_umath.TAG,,\nnumpy/core/_simd.TAG,,\n";
    let scan = scan(&format!("{}\n{record}{}", gone.join("\n"), package(C1)));
    let rules: Vec<(&str, &str)> =
        scan.findings.iter().map(|finding| (finding.rule.id.word(), finding.subject.as_str())).collect();
    assert_eq!(rules, [("numpy-missing", "numpy"), ("recorded-file-missing", "_simd.cpython-311-x86_64-linux-gnu.so")]);
}
