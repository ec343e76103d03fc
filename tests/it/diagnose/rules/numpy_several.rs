//! `numpy-several`.

use super::*;
use crate::diagnose::numpy::{C2, numpy, package};

#[test]
fn of_several_numpys_the_first_on_the_path_answers() {
    let other = "//- SITE/x.pth\n/other\n//- /other/numpy/__init__.py\n//- /other/numpy/core/_multiarray_umath.TAG elf x86_64 defines:PyInit__multiarray_umath\n";
    let scan = scan(&format!("{}{other}{}", numpy("2.1.0"), package(C2)));
    let finding = example(&scan, "numpy-several");
    assert_eq!(finding.severity, Severity::Info);
    assert!(finding.message.contains("finds NumPy 2.1"), "{}", finding.message);
    assert!(findings(&self::scan(&format!("{}{}", numpy("2.1.0"), package(C2))), "numpy-several").is_empty());
}
