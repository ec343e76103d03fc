//! `unreadable`.

use super::*;

#[test]
fn a_module_that_may_not_be_read_is_an_error() {
    let scan = scan("//- SITE/a/_a.TAG locked\n");
    let finding = example(&scan, "unreadable");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
}
