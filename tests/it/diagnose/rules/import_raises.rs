//! `import-raises`.

use super::*;

/// A package whose code is this.
fn package(code: &str) -> String {
    format!("//- SITE/p/_p.TAG elf x86_64 defines:PyInit__p\n//- SITE/p/__init__.py\n{code}\nfrom . import _p\n")
}

#[test]
fn an_exception_that_nothing_catches_ends_the_import() {
    for code in [
        "raise ImportError('not for this system')",
        "import sys\nif sys.version_info < (3, 12):\n    raise ImportError('not for this system')",
        "import sys\nsys.exit('not for this system')",
    ] {
        let scan = scan(&package(code));
        let finding = finding(&scan, "import-raises");
        assert_eq!(finding.severity, Severity::Error, "{code}");
        assert!(finding.message.contains("not for this system"), "{code}: {}", finding.message);
        assert_eq!(finding.broken, ["p", "p._p"], "{code}");
    }
    example(&scan(&package("raise ImportError('not for this system')")), "import-raises");
}

#[test]
fn an_exception_that_does_not_happen_is_none() {
    for code in [
        "import sys\nif sys.version_info < (3, 8):\n    raise ImportError('too old')",
        "def f():\n    raise ImportError('later')",
        "try:\n    raise ImportError('caught')\nexcept ImportError:\n    pass",
        "import os\nif os.environ.get('P_STRICT'):\n    raise ImportError('asked for')",
    ] {
        assert!(findings(&scan(&package(code)), "import-raises").is_empty(), "{code}");
    }
}

#[test]
fn a_package_that_wants_another_one_imported_first_is_nobody_s_failure() {
    let world = |name: &str| {
        format!(
            "{}//- SITE/q/__init__.py\ntry:\n    import p\nexcept Exception:\n    pass\n",
            package(&format!(
                "import sys\nif '{name}' not in sys.modules:\n    raise ImportError('import {name} first')"
            ))
        )
    };
    let scan_of_q = scan(&world("q"));
    let finding = super::finding(&scan_of_q, "import-raises");
    assert_eq!(finding.severity, Severity::Info, "{}", finding.message);
    assert!(finding.message.ends_with("it loads after import q"), "{}", finding.message);
    // Of a package that is not there, it is a failure.
    let scan = scan(&world("r"));
    assert_eq!(super::finding(&scan, "import-raises").severity, Severity::Error);
}
