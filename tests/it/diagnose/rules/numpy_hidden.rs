//! `numpy-hidden`.

use super::*;
use crate::diagnose::foresight::{complaints, for_tool};
use dylens::command::Shell;

#[test]
fn numpy_is_left_out_where_only_compiled_code_asks_for_it() {
    const RUST: &str = "elf x86_64 defines:PyInit__a \
                        says:library/core/src/x.rs,/r/numpy-0.25.0/src/npyffi/array.rs,_ARRAY_API,numpy.corenumpy._core";
    let world = |init: &str| {
        format!("//- SITE/a/_a.TAG {RUST}\n//- SITE/a/plot.py\nimport numpy\n//- SITE/a/__init__.py\n{init}\n")
    };
    for (tool, option) in [
        ("nuitka", "python -m nuitka --include-module=numpy PROGRAM.py"),
        ("pyinstaller", "pyinstaller --hidden-import=numpy PROGRAM.py"),
    ] {
        let scan = for_tool(tool, &world("from . import _a"));
        let finding = finding(&scan, "tool-complains");
        assert_eq!((finding.severity, finding.subject.as_str()), (Severity::Warning, "numpy"));
        assert_eq!(finding.remedy.first(Shell::Sh).as_deref(), Some(option));
    }
    // Bundlers follow imports in functions and through modules, too.
    for init in
        ["import numpy as np", "def f():\n    from numpy import array", "from a import plot", "from .plot import x"]
    {
        assert!(complaints(&for_tool("pyinstaller", &world(init))).is_empty(), "{init}");
    }
}

#[test]
fn numpy_that_a_package_does_not_require_is_left_out_without_much_harm() {
    let world = |requires: &str| {
        format!(
            "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a \
             says:library/core/src/x.rs,/r/numpy-0.25.0/src/npyffi/array.rs,_ARRAY_API,numpy.corenumpy._core
//- SITE/a/__init__.py
from . import _a
//- SITE/a-1.0.dist-info/RECORD
a/_a.TAG,,
a/__init__.py,,
//- SITE/a-1.0.dist-info/METADATA
Name: a
Version: 1.0
{requires}
"
        )
    };
    let requirements = [
        ("Requires-Dist: numpy (>=1.16)", Severity::Warning),
        ("Requires-Dist: numpy; extra == 'test'", Severity::Info),
        ("Requires-Dist: huggingface-hub", Severity::Info),
    ];
    for (requires, severity) in requirements {
        let scan = for_tool("pyinstaller", &world(requires));
        // Where some line names NumPy that the import does not run, the tool's rule tells it; never both.
        let named = for_tool("pyinstaller", &format!("{}//- SITE/a/plot.py\nimport numpy\n", world(requires)));
        for (scan, rule, other) in
            [(&scan, "numpy-hidden", "tool-complains"), (&named, "tool-complains", "numpy-hidden")]
        {
            assert!(findings(scan, other).is_empty(), "{other}, {requires}");
            let finding = finding(scan, rule);
            assert_eq!((finding.severity, finding.subject.as_str()), (severity, "numpy"), "{rule}, {requires}");
            assert_eq!(
                finding.remedy.first(Shell::Sh).as_deref(),
                Some("pyinstaller --hidden-import=numpy PROGRAM.py")
            );
        }
        let message = &finding(&scan, "numpy-hidden").message;
        assert_eq!(message.contains("does not require NumPy"), severity == Severity::Info, "{message}");
        assert!(findings(&for_tool("delocate", &world(requires)), "numpy-hidden").is_empty());
    }
    example(&for_tool("pyinstaller", &world(requirements[0].0)), "numpy-hidden");
}
