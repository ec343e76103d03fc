//! `library-preloaded`.

use super::*;
use crate::diagnose::windows::windows;

/// A module that needs what another package brings.
const BORROWER: &str = "//- SITE/torch/_C.TAG elf x86_64 defines:PyInit__C needs:libtorch.so rpath:$ORIGIN/lib
//- SITE/torch/__init__.py
from . import _C
//- SITE/torch/lib/libtorch.so elf x86_64 soname:libtorch.so
//- SITE/vision/_C.TAG elf x86_64 defines:PyInit__C needs:libtorch.so
";

#[test]
fn a_library_of_a_package_that_is_imported_first_is_no_error() {
    let scan = scan(&format!("{BORROWER}//- SITE/vision/__init__.py\nimport torch\nfrom . import _C\n"));
    let finding = example(&scan, "library-preloaded");
    assert_eq!(finding.severity, Severity::Info);
    assert!(finding.message.contains("vision/__init__.py:1"), "{}", finding.message);
    assert_calm(&scan);
}

#[test]
fn an_import_that_comes_too_late_does_not_help() {
    let scan = scan(&format!("{BORROWER}//- SITE/vision/__init__.py\nfrom . import _C\nimport torch\n"));
    let told = finding(&scan, "library-missing");
    assert_eq!(told.severity, Severity::Error);
    let words = "site-packages/vision/__init__.py:2 imports torch, but not before vision._C";
    assert!(told.message.contains(words), "{}", told.message);
    assert!(told.remedy.text.starts_with("import torch before vision"), "{}", told.remedy.text);
}

#[test]
fn a_package_that_does_not_help_is_not_named() {
    let broken = BORROWER.replace("needs:libtorch.so\n", "needs:libtorch.so,libgone.so.1\n");
    let scan = scan(&format!("{broken}//- SITE/vision/__init__.py\nfrom . import _C\n"));
    assert!(findings(&scan, "library-missing").iter().all(|it| !it.message.contains("after import torch")));
}

#[test]
fn a_package_of_a_similar_name_does_not_help() {
    let scan = scan(&format!(
        "{BORROWER}//- SITE/vision/__init__.py\nimport torchaudio\nfrom . import _C\n//- SITE/torchaudio/__init__.py\n"
    ));
    assert_eq!(finding(&scan, "library-missing").severity, Severity::Error);
}

/// A module that needs what its own package keeps off the search path.
const HIDDEN: &str = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liby.so.1
//- SITE/a/lib/liby.so.1 elf x86_64 soname:liby.so.1
";

#[test]
fn a_library_that_python_code_loads_with_ctypes_is_no_error() {
    let code = "//- SITE/a/__init__.py\nimport ctypes, os\nhere = os.path.dirname(__file__)\n\
                ctypes.CDLL(here + '/lib/liby.so.1')\nfrom . import _a\n";
    let scan = scan(&format!("{HIDDEN}{code}"));
    assert!(finding(&scan, "library-preloaded").message.contains("a/__init__.py:3"));
    assert_calm(&scan);
}

#[test]
fn a_library_that_is_only_talked_about_is_missing() {
    let code = "//- SITE/a/__init__.py\nMESSAGE = 'liby.so.1 was not found'\nfrom . import _a\n";
    assert_eq!(finding(&scan(&format!("{HIDDEN}{code}")), "library-missing").severity, Severity::Error);
    let comment =
        "//- SITE/a/__init__.py\nimport ctypes\n# ctypes.CDLL('liby.so.1')\nctypes.CDLL(None)\nfrom . import _a\n";
    assert_eq!(finding(&scan(&format!("{HIDDEN}{comment}")), "library-missing").severity, Severity::Error);
}

#[test]
fn a_library_that_code_loads_only_elsewhere_is_missing() {
    for guard in ["if os.name == 'nt':", "def f():", "if __name__ == '__main__':"] {
        let code = format!(
            "//- SITE/a/__init__.py\nimport ctypes, os\nhere = os.path.dirname(__file__)\n{guard}\n    \
             ctypes.CDLL(here + '/lib/liby.so.1')\nfrom . import _a\n"
        );
        let scan = scan(&format!("{HIDDEN}{code}"));
        assert_eq!(finding(&scan, "library-missing").severity, Severity::Error, "{guard}");
        assert!(findings(&scan, "library-preloaded").is_empty(), "{guard}");
    }
}

#[test]
fn a_library_that_code_hands_to_a_loading_function_by_its_bare_name_is_no_error() {
    let handed = |line: &str| format!("{HIDDEN}//- SITE/a/__init__.py\n{line}\nfrom . import _a\n");
    assert_calm(&scan(
        &handed("tools.load_it('liby')").replace("liby.so.1", "liblong.so.1").replace("'liby'", "'liblong'"),
    ));
    let talked = scan(&handed("print('liblong')").replace("liby.so.1", "liblong.so.1"));
    assert_eq!(finding(&talked, "library-missing").severity, Severity::Error);
}

#[test]
fn a_library_that_a_sibling_package_loads_first_is_told_as_such() {
    let scan = windows(
        "//- /t/p/__init__.py
         import torch
         from . import m
         //- /t/torch/__init__.py
         from . import _C
         //- /t/torch/_C.pyd pe x86_64 defines:PyInit__C needs:c10.dll
         //- /t/torch/c10.dll pe x86_64
         //- /t/p/m.pyd MODULE needs:c10.dll",
    );
    assert_calm(&scan);
    finding(&scan, "library-preloaded");
}
