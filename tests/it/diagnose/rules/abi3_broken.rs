//! `abi3-broken`.

use super::*;
use crate::diagnose::python::tagged_module;

#[test]
fn a_promise_of_the_stable_abi_is_compared_with_what_is_taken() {
    let of = |name: &str, symbols: &str, tag: &str| {
        self::scan(&tagged_module(name, &format!("defines:PyInit__a takes:{symbols}"), tag))
    };
    let newer = of("_a.abi3.so", "PyErr_Clear", "cp37-abi3-linux_x86_64");
    assert_silent(&newer);
    let foreign = of("_a.abi3.so", "_PyObject_GetDictPtr", "cp37-abi3-linux_x86_64");
    let finding = example(&foreign, "abi3-broken");
    assert_eq!((finding.severity, finding.subject.as_str()), (Severity::Info, "_PyObject_GetDictPtr"));
    assert!(finding.message.contains("not in the stable ABI"), "{}", finding.message);
    let later = of("_a.abi3.so", "PyObject_Vectorcall", "cp37-abi3-linux_x86_64");
    let finding = self::finding(&later, "abi3-broken");
    assert!(finding.message.contains("added in Python 3.12: it does not load with Python 3.7"), "{}", finding.message);
    assert_silent(&of("_a.abi3.so", "PyObject_Vectorcall", "cp312-abi3-linux_x86_64"));
    // A module that promises nothing may take what it likes.
    assert_silent(&of("_a.TAG", "_PyObject_GetDictPtr", "cp311-cp311-linux_x86_64"));
}
