//! Search paths that lead out, runtimes that come twice, stacks that are executable.

use super::*;

#[test]
fn a_search_path_outside_that_decides_is_a_warning() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libx.so rpath:/opt/vendor/lib
//- /opt/vendor/lib/libx.so elf x86_64
",
    );
    let finding = finding(&scan, "rpath-outside");
    assert_eq!((finding.severity, finding.subject.as_str()), (Severity::Warning, "/opt/vendor/lib"));
}

#[test]
fn a_search_path_of_the_build_machine_is_information() {
    let scan = scan("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 runpath:/home/ci/build/lib\n");
    assert_eq!(finding(&scan, "rpath-outside").severity, Severity::Info);
}

#[test]
fn a_search_path_that_climbs_out_is_told() {
    let scan =
        scan("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 rpath:$ORIGIN/../../../../../../x\n");
    assert_eq!(finding(&scan, "rpath-outside").subject, "$ORIGIN/../../../../../../x");
}

#[test]
fn a_search_path_within_is_fine() {
    assert_silent(&scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 rpath:$ORIGIN/../a.libs:/env/lib:${ORIGIN}\n",
    ));
}

/// Two packages, each with an OpenMP of its own.
const TWO: &str = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgomp-11111111.so.1 rpath:$ORIGIN
//- SITE/a/libgomp-11111111.so.1 elf x86_64 soname:libgomp-11111111.so.1
//- SITE/b/_b.TAG elf x86_64 defines:PyInit__b needs:libgomp-22222222.so.1 rpath:$ORIGIN
//- SITE/b/libgomp-22222222.so.1 elf x86_64 soname:libgomp-22222222.so.1
";

#[test]
fn two_copies_of_one_runtime_in_one_environment_are_information() {
    let scan = scan(TWO);
    let finding = finding(&scan, "runtime-twice");
    assert_eq!((finding.severity, finding.subject.as_str(), finding.files.len()), (Severity::Info, "OpenMP", 2));
}

#[test]
fn two_copies_in_one_import_are_a_warning_that_says_which_comes_first() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgomp-11111111.so.1,libiomp5.so rpath:$ORIGIN
//- SITE/a/libgomp-11111111.so.1 elf x86_64 soname:libgomp-11111111.so.1
//- SITE/a/libiomp5.so elf x86_64 soname:libiomp5.so
",
    );
    let finding = finding(&scan, "runtime-twice");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.message.contains("a/libgomp-11111111.so.1 first"), "{}", finding.message);
}

#[test]
fn one_copy_that_two_packages_share_is_fine() {
    assert_silent(&scan(
        "//- /lib64/libgomp.so.1 elf x86_64 soname:libgomp.so.1
//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgomp.so.1
//- SITE/b/_b.TAG elf x86_64 defines:PyInit__b needs:libgomp.so.1
",
    ));
}

#[test]
fn an_executable_stack_is_an_error_from_glibc_2_41_on() {
    let module = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 execstack\n";
    assert_silent(&scan(module));
    let newer = "//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.2.5,GLIBC_2.41\n";
    let scan = scan(&format!("{newer}{module}"));
    let finding = finding(&scan, "executable-stack");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
}
