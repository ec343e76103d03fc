//! `module-refused`.

use super::*;

#[test]
fn what_dlopen_refuses_is_told_where_python_would_import_it() {
    for (words, why) in [
        ("pie interp:/lib64/ld-linux-x86-64.so.2", "position-independent"),
        ("program interp:/lib64/ld-linux-x86-64.so.2", "is an executable"),
        ("object", "object file"),
        ("noopen", "nodlopen"),
    ] {
        let scan = scan(&format!(
            "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a {words}\n//- SITE/a/__init__.py\nfrom . import _a\n"
        ));
        let finding = finding(&scan, "module-refused");
        assert_eq!(finding.severity, Severity::Error, "{words}");
        assert!(finding.message.contains(why), "{words}: {}", finding.message);
    }
    example(
        &scan("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a noopen\n//- SITE/a/__init__.py\nfrom . import _a\n"),
        "module-refused",
    );
}

#[test]
fn a_program_that_no_python_code_imports_is_a_program() {
    let scan =
        scan("//- SITE/a/tool.so elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2\n//- SITE/a/__init__.py\nx = 1\n");
    assert!(findings(&scan, "module-refused").is_empty());
}
