//! `requirement-unmet`.

use super::*;
use dylens::command::Shell;

/// A native package that requires another, of which a version is installed.
fn pair(requires: &str, version: &str) -> Scan {
    scan(&format!(
        "//- SITE/p/_p.TAG elf x86_64 defines:PyInit__p
//- SITE/p/__init__.py
//- SITE/p-1.0.dist-info/RECORD
p/_p.TAG,,
//- SITE/p-1.0.dist-info/METADATA
Name: p
Version: 1.0
Requires-Dist: {requires}
//- SITE/num_py-{version}.dist-info/METADATA
Name: Num_Py
Version: {version}
//- SITE/q/_q.TAG elf x86_64 defines:PyInit__q
"
    ))
}

#[test]
fn a_version_that_is_not_among_those_required_is_told() {
    let scan = pair("num-py<2,>=1.25.2; sys_platform != 'win32'", "1.23.5");
    let told = example(&scan, "requirement-unmet");
    assert_eq!(told.severity, Severity::Warning);
    assert_eq!(told.message, "p 1.0 requires num-py>=1.25.2,<2, but num_py 1.23.5 is installed");
    assert_eq!(told.remedy.first(Shell::Sh).as_deref(), Some("python -m pip install 'num-py>=1.25.2,<2'"));
}

#[test]
fn what_suffices_or_is_not_asked_for_here_is_not() {
    for (requires, version) in [
        ("num-py<2,>=1.25.2", "1.26.4"),
        ("num-py", "0.1"),
        ("num-py>=2; extra == 'new'", "1.0"),
        ("num-py>=2; sys_platform == 'win32'", "1.0"),
        ("num-py>=2; python_version < '3.9'", "1.0"),
        ("num-py>=2; platform_release > '5'", "1.0"),
        ("num-py==1.0", "1.0+cu118"),
        ("other>=2", "1.0"),
    ] {
        assert!(findings(&pair(requires, version), "requirement-unmet").is_empty(), "{requires}, {version}");
    }
}

#[test]
fn a_package_that_checks_what_it_requires_ends_its_import_by_that() {
    let checks = |code: &str| {
        scan(&format!(
            "//- SITE/p/_p.TAG elf x86_64 defines:PyInit__p
//- SITE/p/__init__.py
def _check():
    import numpy
    if tuple(map(int, numpy.__version__.split('.')[:2])) > (1, 24):
        {code}
_check()
//- SITE/p-1.0.dist-info/RECORD
p/_p.TAG,,
//- SITE/p-1.0.dist-info/METADATA
Name: p
Version: 1.0
Requires-Dist: numpy<1.25
//- SITE/numpy/__init__.py
__version__ = '1.26.4'
//- SITE/numpy-1.26.4.dist-info/METADATA
Name: numpy
Version: 1.26.4
"
        ))
    };
    let raises = checks("raise ImportError('p needs NumPy 1.24 or less')");
    let told = finding(&raises, "requirement-unmet");
    assert_eq!((told.severity, &told.broken), (Severity::Error, &vec!["p".to_owned(), "p._p".to_owned()]));
    assert!(told.message.ends_with("import p fails: ImportError: p needs NumPy 1.24 or less"), "{}", told.message);
    assert!(findings(&raises, "import-raises").is_empty(), "it is told with its cause");
    assert_eq!(finding(&checks("print('p was not tried with it')"), "requirement-unmet").severity, Severity::Warning);
}
