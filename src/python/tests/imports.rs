//! The forms of `import`.

use super::{World, ends};

fn outcome(text: &str) -> String {
    World::new(text).outcome("p")
}

#[test]
fn relative_names_begin_at_the_package() {
    let world = |code: &str| {
        format!("//- /s/p/__init__.py\nimport p.a.b\n//- /s/p/a/__init__.py\n//- /s/p/a/b.py\n{code}\n//- /s/p/c.py\n")
    };
    assert_eq!(outcome(&world("from .. import c")), "ok");
    assert_eq!(
        outcome(&world("from ..c import gone")),
        "ImportError: cannot import name 'gone' from 'p.c' (/s/p/c.py)"
    );
    assert_eq!(
        outcome(&world("from . import c")),
        "ImportError: cannot import name 'c' from 'p.a' (/s/p/a/__init__.py)"
    );
    assert_eq!(
        outcome(&world("from .... import c")),
        "ImportError: attempted relative import beyond top-level package"
    );
    assert_eq!(ends("from . import c"), "ImportError: attempted relative import with no known parent package");
}

#[test]
fn a_name_of_the_package_comes_before_a_submodule() {
    let world = "//- /s/p/__init__.py\na = 1\n//- /s/p/a.py\nimport gone\n//- /s/q.py\nfrom p import a\n";
    assert_eq!(World::new(world).outcome("q"), "ok");
    assert_eq!(World::new(world).outcome("p.a"), "ModuleNotFoundError: No module named 'gone'");
}

#[test]
fn what_a_submodule_lacks_is_not_the_submodule_missing() {
    let world = "//- /s/p/__init__.py\nfrom . import a\n//- /s/p/a.py\nimport p.b\n";
    assert_eq!(outcome(world), "ModuleNotFoundError: No module named 'p.b'");
}

#[test]
fn a_circle_sees_what_is_bound_so_far() {
    let world = |first: &str| {
        format!("//- /s/p/__init__.py\n{first}\nfrom . import a\nlate = 1\n//- /s/p/a.py\nfrom p import early\n")
    };
    assert_eq!(outcome(&world("early = 1")), "ok");
    assert_eq!(outcome(&world("")), "ImportError: cannot import name 'early' from 'p' (/s/p/__init__.py)");
}

#[test]
fn a_star_takes_what_all_names() {
    let world = |all: &str, use_: &str| {
        format!("//- /s/p/__init__.py\nfrom .a import *\n{use_}\n//- /s/p/a.py\n{all}\nx = 1\n_y = 2\n")
    };
    assert_eq!(outcome(&world("", "x")), "ok");
    assert_eq!(outcome(&world("", "_y")), "NameError: name '_y' is not defined");
    assert_eq!(outcome(&world("__all__ = ['_y']", "_y")), "ok");
    assert_eq!(outcome(&world("__all__ = ['_y']", "x")), "NameError: name 'x' is not defined");
    assert_eq!(outcome(&world("__all__ = ['z']", "")), "AttributeError: module 'p.a' has no attribute 'z'");
}

#[test]
fn a_star_of_a_package_imports_the_submodules_that_all_names() {
    let world = "//- /s/p/__init__.py\nfrom .a import *\n//- /s/p/a/__init__.py\n__all__ = ['b']\n//- /s/p/a/b.py\nimport gone\n";
    assert_eq!(outcome(world), "ModuleNotFoundError: No module named 'gone'");
}

#[test]
fn importlib_and_dunder_import_are_imports() {
    assert_eq!(
        ends("import importlib\nimportlib.import_module('gone')"),
        "ModuleNotFoundError: No module named 'gone'"
    );
    assert_eq!(ends("__import__('gone')"), "ModuleNotFoundError: No module named 'gone'");
    assert_eq!(ends("for n in ('os', 'gone'):\n    __import__(n)"), "ModuleNotFoundError: No module named 'gone'");
    let world = "//- /s/p/__init__.py\nfrom importlib import import_module as i\ni('.a', __name__)\n//- /s/p/a.py\nimport gone\n";
    assert_eq!(outcome(world), "ModuleNotFoundError: No module named 'gone'");
    let world = "//- /s/p/__init__.py\nimport time\n__import__(time.ctime())\n";
    assert_eq!(outcome(world), "ok");
}

#[test]
fn all_modules_of_a_package_are_imported_by_a_loop() {
    let world = "//- /s/p/__init__.py\nimport pkgutil, importlib\nfor _, name, is_package in pkgutil.iter_modules(__path__):\n    \
                 importlib.import_module(f'{__name__}.{name}')\n//- /s/p/a.py\n//- /s/p/b.py\nimport gone\n";
    assert_eq!(outcome(world), "ModuleNotFoundError: No module named 'gone'");
}

#[test]
fn a_spec_that_is_not_found_is_none() {
    let code = "from importlib.util import find_spec\nif find_spec('gone') is not None:\n    import gone\nif find_spec('m'):\n    import also\n";
    assert_eq!(ends(code), "ModuleNotFoundError: No module named 'also'");
}

#[test]
fn a_lazy_package_imports_when_it_is_asked() {
    let init = "def __getattr__(name):\n    if name == 'b':\n        from . import _b\n        return _b\n    raise AttributeError(name)\n";
    let world = |more: &str| {
        format!(
            "//- /s/p/__init__.py\n{init}{more}\n//- /s/p/_b.py\nimport gone\n//- /s/q.py\nfrom p import b\n//- /s/r.py\nimport p\np.c\n"
        )
    };
    assert_eq!(outcome(&world("")), "ok");
    assert_eq!(World::new(&world("")).outcome("q"), "ModuleNotFoundError: No module named 'gone'");
    assert_eq!(World::new(&world("")).outcome("r"), "AttributeError: module 'p' has no attribute 'c'");
}

#[test]
fn the_standard_library_is_that_of_the_version() {
    assert_eq!(ends("import tomllib, zoneinfo, distutils"), "ok");
    assert_eq!(ends("import compression"), "ModuleNotFoundError: No module named 'compression'");
    assert_eq!(ends("import winreg"), "ModuleNotFoundError: No module named 'winreg'");
    assert_eq!(
        ends("from collections import Mapping"),
        "ImportError: cannot import name 'Mapping' from 'collections' (unknown location)"
    );
    assert_eq!(ends("from os import path\nfrom os.path import join\nimport os.path as p\njoin('a')"), "ok");
}

#[test]
fn a_module_put_into_sys_modules_is_found_there() {
    let world = "//- /s/p/__init__.py\nimport sys\nfrom . import a\nsys.modules['p.alias'] = a\nfrom p.alias import x\nif 'p.alias' not \
                 in sys.modules:\n    import gone\n//- /s/p/a.py\nx = 1\n";
    assert_eq!(outcome(world), "ok");
}

#[test]
fn an_import_into_a_namespace_package_works() {
    assert_eq!(World::new("//- /s/q.py\nfrom n import a\nimport n.a\n//- /s/n/a.py\n").outcome("q"), "ok");
    assert_eq!(
        World::new("//- /s/q.py\nfrom n import b\n//- /s/n/a.py\n").outcome("q"),
        "ImportError: cannot import name 'b' from 'n' (unknown location)"
    );
}

#[test]
fn names_that_compiled_code_may_give_a_module_are_not_absent() {
    let world = |function: &str| {
        format!(
            "//- /s/p/__init__.py\nfrom . import native\nfrom .a import X\n//- /s/p/native.so\n//- /s/p/a.py\n{function}\n"
        )
    };
    assert_eq!(outcome(&world("def add(name, value):\n    from p import a\n    setattr(a, name, value)")), "ok");
    assert_eq!(outcome(&world("def init():\n    global X\n    X = 1")), "ok");
    assert_eq!(
        outcome(&world("def add(name, value):\n    return name")),
        "ImportError: cannot import name 'X' from 'p.a' (/s/p/a.py)"
    );
}

#[test]
fn a_name_that_compiled_code_binds_is_not_its_own_submodule() {
    let world = "//- /s/p/__init__.py\nfrom .native import d\nimport p.d\n//- /s/p/native.so\n//- /s/p/d.py\nfrom p import d\nx = d.Decoder\n";
    assert_eq!(outcome(world), "ok");
}

#[test]
fn a_future_import_is_none() {
    assert_eq!(ends("from __future__ import annotations\nx: Gone = 1\ny: Gone"), "ok");
}

#[test]
fn a_package_whose_functions_bind_names_has_no_submodule_that_is_not_there() {
    let world = |marker: &str| {
        format!(
            "//- /s/p/__init__.py\ndef _preload():\n    try:\n        from . import _gpu\n    except ImportError:\n        return\n    import gone\n_preload()\ndef replace(the_class, name, value):\n    setattr(the_class, name, value)\n//- /s/p/{marker}\n"
        )
    };
    assert_eq!(outcome(&world("_other.py")), "ok");
    assert_eq!(outcome(&world("_gpu.py")), "ModuleNotFoundError: No module named 'gone'");
}

#[test]
fn a_module_may_have_names_that_a_function_of_another_sets_on_what_is_not_known() {
    let world = |target: &str| {
        format!(
            "//- /s/p/__init__.py\nimport inspect\nfrom . import u\nu.fill({target}, ['c'])\nfrom . import a\n//- /s/p/u.py\ndef fill(module, names):\n    for name in names:\n        setattr(module, name + open_, 1)\nimport gone_\nopen_ = gone_.x\n//- /s/p/a.py\nfrom p import c\n//- /s/gone_.so\n"
        )
    };
    let known = "ImportError: cannot import name 'c' from 'p' (/s/p/__init__.py)";
    assert_eq!(outcome(&world("inspect.getmodule(inspect.currentframe())")), "ok");
    assert_eq!(outcome(&world("u")), known);
}
