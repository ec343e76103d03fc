//! `numpy-module-missing`.

use super::*;
use crate::diagnose::numpy::{C2, judged, numpy, package, told};

#[test]
fn numpy_without_a_module_that_it_imports_itself_answers_nobody() {
    let without = numpy("2.1.0").replace("//- SITE/numpy/_core/multiarray.py\n", "");
    let scan = scan(&format!("{without}{}", package(C2)));
    let finding = example(&scan, "numpy-module-missing");
    assert_eq!(
        (finding.severity, finding.breaks, finding.subject.as_str()),
        (Severity::Error, 1, "numpy._core.multiarray")
    );
    assert!(scan.is_missed(scan.graph.module(b"numpy._core.multiarray").expect("a node that is lit")));
}

#[test]
fn python_code_that_imports_the_old_package_fails_where_that_is_gone() {
    let importing = |code: &str| package(C2).replace("from . import _a\n", &format!("{code}\nfrom . import _a\n"));
    let without = |module: &str| numpy("2.1.0").replace(&format!("//- SITE/numpy/core/{module}.py\n"), "");
    let raising = "try:\n    import numpy.core.multiarray\nexcept ImportError:\n    raise";
    let broken = told("numpy-module-missing", Severity::Error, 1);
    assert_eq!(judged(&without("multiarray"), &importing(raising)), broken);
    assert_eq!(judged(&without("multiarray"), &importing("from numpy.core.multiarray import x")), broken);
    for fine in [
        "import numpy",
        "def f():\n    import numpy.core.multiarray",
        "try:\n    import numpy.core.multiarray\nexcept ImportError:\n    pass",
    ] {
        assert_eq!(judged(&without("multiarray"), &importing(fine)), [], "{fine}");
    }
    assert_eq!(judged(&numpy("2.1.0"), &importing(raising)), []);
}
