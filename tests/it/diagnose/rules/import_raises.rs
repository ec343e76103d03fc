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
