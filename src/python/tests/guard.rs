//! How the import of a broken native module is guarded, and what `import PKG` comes to. The outcomes are CPython's.

use super::World;

/// A package whose `ext` cannot be loaded.
fn package(init: &str) -> String {
    let mut world = World::new(&format!("//- /s/p/__init__.py\n{init}\n//- /s/p/ext.so needs:libgone.so\n"));
    world.outcome("p")
}

const BROKEN: &str = "ImportError: libgone.so: cannot open shared object file";

#[test]
fn a_plain_import_fails_its_package() {
    assert_eq!(package("from . import ext"), BROKEN);
    assert_eq!(package("import p.ext"), BROKEN);
    assert_eq!(package("from .ext import *"), BROKEN);
    assert_eq!(package("from p import (\n    ext,\n)"), BROKEN);
    assert_eq!(package("import os; from . import ext"), BROKEN);
    assert_eq!(package("x = '#'; from . import ext"), BROKEN);
}

#[test]
fn a_handler_that_raises_another_fails_it() {
    let init = "try:\n    from . import ext\nexcept ImportError as e:\n    raise ImportError('my message') from e";
    let mut world = World::new(&format!("//- /s/p/__init__.py\n{init}\n//- /s/p/ext.so needs:libgone.so\n"));
    assert_eq!(world.outcome("p"), "ImportError: my message");
}

#[test]
fn a_handler_that_passes_guards_it() {
    assert_eq!(package("try:\n    from . import ext\nexcept ImportError:\n    pass"), "ok");
    assert_eq!(package("try:\n    from . import ext\nexcept ImportError:\n    ext = None"), "ok");
    assert_eq!(package("try:\n    from . import ext\nexcept Exception:\n    ext = None"), "ok");
    assert_eq!(package("try:\n    from . import ext\nexcept:\n    ext = None"), "ok");
    assert_eq!(package("try:\n    from . import ext\nexcept (ValueError, ImportError):\n    ext = None"), "ok");
}

#[test]
fn a_handler_of_another_class_does_not_guard_it() {
    assert_eq!(package("try:\n    from . import ext\nexcept AttributeError:\n    ext = None"), BROKEN);
    assert_eq!(package("try:\n    from . import ext\nexcept ModuleNotFoundError:\n    ext = None"), BROKEN);
    assert_eq!(package("try:\n    from . import ext\nexcept OSError:\n    ext = None"), BROKEN);
}

#[test]
fn a_function_that_nobody_calls_imports_nothing() {
    assert_eq!(package("def f():\n    from . import ext"), "ok");
    assert_eq!(package("def f():\n    from . import ext\nf()"), BROKEN);
    assert_eq!(package("f = lambda: __import__('p.ext')"), "ok");
    assert_eq!(package("f = lambda: __import__('p.ext')\nf()"), BROKEN);
}

#[test]
fn a_bare_raise_raises_it_again() {
    assert_eq!(package("try:\n    from . import ext\nexcept ImportError:\n    print('see docs')\n    raise"), BROKEN);
    assert_eq!(package("try:\n    from . import ext\nexcept ImportError as e:\n    raise e"), BROKEN);
}

#[test]
fn finally_alone_guards_nothing() {
    assert_eq!(package("try:\n    from . import ext\nfinally:\n    pass"), BROKEN);
}

#[test]
fn suppress_guards_what_it_names() {
    let with = |class: &str| format!("import contextlib\nwith contextlib.suppress({class}):\n    from . import ext");
    assert_eq!(package(&with("ImportError")), "ok");
    assert_eq!(package(&with("OSError")), BROKEN);
    assert_eq!(
        package("from contextlib import suppress\nwith suppress(OSError, ImportError):\n    import p.ext"),
        "ok"
    );
}

#[test]
fn a_handler_that_exits_ends_it() {
    let init = "import sys\ntry:\n    from . import ext\nexcept ImportError:\n    sys.exit('broken')";
    assert_eq!(package(init), "SystemExit: broken");
}

#[test]
fn what_is_not_imported_breaks_nothing() {
    assert_eq!(package(""), "ok");
    assert_eq!(package("\"\"\"\nfrom . import ext\n\"\"\""), "ok");
    assert_eq!(package("# from . import ext"), "ok");
}

#[test]
fn type_checking_is_false_when_code_runs() {
    assert_eq!(package("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import ext"), "ok");
    assert_eq!(package("import typing\nif typing.TYPE_CHECKING:\n    from . import ext"), "ok");
    assert_eq!(package("from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    from . import ext"), BROKEN);
}

#[test]
fn a_packages_getattr_is_asked_only_for_names() {
    let init = "def __getattr__(n):\n    import importlib\n    return importlib.import_module('.' + n, __name__)";
    assert_eq!(package(init), "ok");
    assert_eq!(package(&format!("{init}\nfrom p import ext")), BROKEN);
}

#[test]
fn a_guard_of_another_system_holds() {
    let of = |platform: &str| format!("import sys\nif sys.platform == '{platform}':\n    from . import ext");
    assert_eq!(package(&of("win32")), "ok");
    assert_eq!(package(&of("linux")), BROKEN);
}

#[test]
fn what_a_submodule_needs_fails_whoever_takes_it() {
    let mut world = World::new(
        "//- /s/p/__init__.py\nfrom .a import x\n//- /s/p/a.py\nfrom .ext import foo as x\n//- /s/p/ext.so needs:libgone.so\n",
    );
    assert_eq!(world.outcome("p"), BROKEN);
}

#[test]
fn a_flag_that_a_handler_sets_decides_later() {
    let init =
        "try:\n    from . import ext\n    HAS = True\nexcept ImportError:\n    HAS = False\nif HAS:\n    import gone\n";
    assert_eq!(package(init), "ok");
    let init = init.replace("if HAS", "if not HAS");
    assert_eq!(package(&init), "ModuleNotFoundError: No module named 'gone'");
}

#[test]
fn what_was_caught_is_told() {
    let init = "try:\n    from . import ext\nexcept ImportError:\n    pass";
    let mut world = World::new(&format!("//- /s/p/__init__.py\n{init}\n//- /s/p/ext.so needs:libgone.so\n"));
    assert_eq!(world.outcome("p"), "ok");
    assert_eq!(world.told, ["import p", "import p.ext", "caught ImportError"]);
}

#[test]
fn what_is_raised_again_was_not_caught() {
    let init = "try:\n    from . import ext\nexcept ImportError:\n    raise";
    let mut world = World::new(&format!("//- /s/p/__init__.py\n{init}\n//- /s/p/ext.so needs:libgone.so\n"));
    assert_eq!(world.outcome("p"), BROKEN);
    assert_eq!(world.told, ["import p", "import p.ext"]);
}
