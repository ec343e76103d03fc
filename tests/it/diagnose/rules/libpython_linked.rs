//! `libpython-linked`.

use super::*;
use crate::diagnose::python::tagged_module;

#[test]
fn a_module_that_names_another_libpython_than_the_interpreter_s_is_a_warning() {
    let library = "//- /lib64/libpython3.11.so.1.0 elf x86_64 soname:libpython3.11.so.1.0 needs:libc.so.6\n";
    let linked =
        tagged_module("_a.TAG", "defines:PyInit__a needs:libpython3.11.so.1.0,libc.so.6", "cp311-cp311-linux_x86_64");
    let scan = self::scan(&format!("{library}{linked}"));
    assert_eq!(example(&scan, "libpython-linked").severity, Severity::Warning);
    // The interpreter has loaded it for itself.
    let shared = linked.replace("needs:libm.so.6,libc.so.6", "needs:libpython3.11.so.1.0,libm.so.6,libc.so.6");
    assert_eq!(finding(&self::scan(&format!("{library}{shared}")), "libpython-linked").severity, Severity::Info);
}
