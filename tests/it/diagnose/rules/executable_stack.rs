//! `executable-stack`.

use super::*;

#[test]
fn an_executable_stack_is_an_error_from_glibc_2_41_on() {
    let module = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 execstack\n";
    assert_silent(&scan(module));
    let newer = "//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.2.5,GLIBC_2.41\n";
    let scan = scan(&format!("{newer}{module}"));
    let finding = example(&scan, "executable-stack");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
}
