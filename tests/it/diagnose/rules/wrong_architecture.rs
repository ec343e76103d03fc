//! `wrong-architecture`.

use super::*;
use crate::diagnose::mac::mac;
use crate::diagnose::windows::{venv, windows};

#[test]
fn a_module_for_another_processor_is_an_error() {
    let scan = scan("//- SITE/a/_a.TAG elf aarch64 defines:PyInit__a needs:libc.so.6\n");
    let finding = example(&scan, "wrong-architecture");
    assert_eq!((finding.severity, finding.breaks, finding.subject.as_str()), (Severity::Error, 1, "aarch64"));
    // Its needs are nobody's business: it never gets so far.
    assert_eq!(scan.findings.len(), 1, "{:?}", messages(&scan));
}

#[test]
fn a_library_for_another_processor_that_nothing_needs_is_information() {
    assert_calm(&scan("//- SITE/a/attach_x86.so elf i686\n//- SITE/a/__init__.py\nload('attach_x86')\n"));
}

#[test]
fn a_file_without_the_slice_that_the_others_have_does_not_load() {
    let scan = mac("//- /t/p/m.so MODULE
         //- /t/p/n.cpython-311-darwin.so macho x86_64 bundle defines:PyInit_n
         //- /t/p/o.so macho x86_64+arm64 bundle defines:PyInit_o");
    let finding = finding(&scan, "wrong-architecture");
    assert_eq!(finding.file.to_string(), "p/n.cpython-311-darwin.so");
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.message.contains("made for x86_64"), "{}", finding.message);
}

#[test]
fn a_module_for_another_processor_is_an_error_on_windows() {
    let scan = venv(
        "//- SITE/p/m.pyd pe i686 defines:PyInit_m needs:KERNEL32.dll\n//- SITE/q/n.pyd pe x86_64 defines:PyInit_n",
    );
    let finding = finding(&scan, "wrong-architecture");
    assert_eq!((finding.severity, finding.file.to_string().as_str()), (Severity::Error, "Lib/site-packages/p/m.pyd"));
}

#[test]
fn code_for_net_is_for_every_processor() {
    let scan = windows("//- /t/p/m.pyd MODULE\n//- /t/p/Runtime.dll pe i686 managed needs:mscoree.dll");
    assert_calm(&scan);
    assert!(findings(&scan, "wrong-architecture").is_empty());
}
