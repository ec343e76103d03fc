//! What `import X` does, in worlds written as text.

use dylens::imports::{ImportCause, ImportEvent, ImportOutcome, ImportVerdict};

/// An environment of CPython 3.11 on Linux. `SITE` is its site folder, `TAG` the ending of its modules, `EXT` a module
/// that loads, `BAD` the words of one that needs what is not there.
fn outcomes(world: &str) -> Vec<ImportOutcome> {
    let scan = crate::common::scan(&whole(world));
    // What is not simulated, as nothing leads from it to what may fail, is what a whole simulation says of it.
    for row in &scan.outcomes.rows {
        let (told, _) = scan.import_story(&row.module);
        assert_eq!((told.verdict, &told.failure), (row.verdict, &row.failure), "{}", row.module);
    }
    scan.outcomes.rows
}

fn whole(world: &str) -> String {
    let base = "//* VIRTUAL_ENV=/env\n\
        //- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2\n\
        //- /lib64/libc.so.6 elf x86_64 soname:libc.so.6\n\
        //- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6\n\
        //- /usr/lib/python3.11/lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__ssl\n\
        //- /env/bin/python3 -> /usr/bin/python3.11\n\
        //- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n";
    format!("{base}{world}")
        .replace("SITE", "/env/lib/python3.11/site-packages")
        .replace("TAG", "cpython-311-x86_64-linux-gnu.so")
        .replace("BAD", "elf x86_64 needs:libgone.so.1")
}

/// The verdict on one name.
fn verdict(world: &str, name: &str) -> ImportVerdict {
    outcome(world, name).verdict
}

fn outcome(world: &str, name: &str) -> ImportOutcome {
    outcomes(world).into_iter().find(|outcome| outcome.module == name).expect("a row of that name")
}

/// A package `pkg` with this `__init__.py` and a module `ext` that needs a library which is not there.
fn package(init: &str) -> String {
    format!("//- SITE/pkg/ext.TAG BAD defines:PyInit_ext\n//- SITE/pkg/__init__.py\n{init}\n")
}

#[test]
fn a_package_that_does_not_import_its_broken_module_loads() {
    assert_eq!(verdict(&package(""), "pkg"), ImportVerdict::Loads);
    assert_eq!(verdict(&package("def f():\n    from . import ext"), "pkg"), ImportVerdict::Loads);
    assert_eq!(
        verdict(&package("import sys\nif sys.platform == 'win32':\n    from . import ext"), "pkg"),
        ImportVerdict::Loads
    );
    assert_eq!(verdict(&package(""), "pkg.ext"), ImportVerdict::Fails);
}

#[test]
fn a_package_that_imports_its_broken_module_fails_with_it() {
    let failed = outcome(&package("from . import ext"), "pkg");
    assert_eq!(failed.verdict, ImportVerdict::Fails);
    let failure = failed.failure.expect("a cause");
    assert_eq!(failure.cause.rule().word(), "library-missing");
    assert_eq!(failure.subject, "libgone.so.1");
    assert_eq!(failure.because, ["pkg", "pkg.ext", "libgone.so.1"]);
}

#[test]
fn a_guarded_import_does_not_fail_its_package() {
    for init in [
        "try:\n    from . import ext\nexcept ImportError:\n    ext = None",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    from . import ext",
        "try:\n    from . import ext\nexcept Exception:\n    pass",
    ] {
        assert_eq!(verdict(&package(init), "pkg"), ImportVerdict::Guarded, "{init}");
    }
}

#[test]
fn a_guard_that_raises_again_or_catches_something_else_does_not_help() {
    for init in [
        "try:\n    from . import ext\nexcept ImportError as e:\n    raise ImportError('my message') from e",
        "try:\n    from . import ext\nexcept ImportError:\n    print('see docs')\n    raise",
        "try:\n    from . import ext\nexcept AttributeError:\n    ext = None",
        "try:\n    from . import ext\nexcept ModuleNotFoundError:\n    ext = None",
        "try:\n    from . import ext\nfinally:\n    pass",
        "import sys\ntry:\n    from . import ext\nexcept ImportError:\n    sys.exit('broken')",
    ] {
        assert_eq!(verdict(&package(init), "pkg"), ImportVerdict::Fails, "{init}");
    }
}

#[test]
fn a_module_that_is_not_there_fails_its_importer() {
    let world = "//- SITE/pkg/ext.TAG elf x86_64 defines:PyInit_ext\n//- SITE/pkg/__init__.py\nimport gone\n";
    let failure = outcome(world, "pkg.ext").failure.expect("a cause");
    assert_eq!(failure.cause.rule().word(), "module-missing");
    assert_eq!(failure.because, ["pkg", "gone"]);
}

#[test]
fn a_library_that_an_earlier_import_has_loaded_answers_by_its_soname() {
    let world = "//- SITE/p/old/libx.so.1 elf x86_64 soname:libx.so.1 versions:V1\n\
        //- SITE/p/new/libx.so.1 elf x86_64 soname:libx.so.1 versions:V1,V2\n\
        //- SITE/p/a.TAG elf x86_64 defines:PyInit_a needs:libx.so.1 runpath:$ORIGIN/old wants:libx.so.1@V1\n\
        //- SITE/p/b.TAG elf x86_64 defines:PyInit_b needs:libx.so.1 runpath:$ORIGIN/new wants:libx.so.1@V2\n\
        //- SITE/p/__init__.py\nfrom . import a\n\
        //- SITE/r/b.TAG elf x86_64 defines:PyInit_b needs:libx.so.1 runpath:$ORIGIN/../p/new wants:libx.so.1@V2\n\
        //- SITE/r/__init__.py\n";
    assert_eq!(verdict(world, "p"), ImportVerdict::Loads);
    let failure = outcome(world, "p.b").failure.expect("a cause");
    assert_eq!((failure.cause.rule().word(), &*failure.subject), ("version-missing", "V2"));
    assert_eq!(verdict(world, "r.b"), ImportVerdict::Loads);
}

#[test]
fn a_library_that_python_code_loads_first_is_there_for_the_module() {
    let world = |init: &str| {
        format!(
            "//- SITE/p/libs/libx.so elf x86_64 soname:libx.so\n\
            //- SITE/p/ext.TAG elf x86_64 defines:PyInit_ext needs:libx.so\n\
            //- SITE/p/__init__.py\nimport ctypes, os\nhere = os.path.dirname(__file__)\n{init}\n"
        )
    };
    let loads = "ctypes.CDLL(os.path.join(here, 'libs', 'libx.so'))";
    assert_eq!(verdict(&world(loads), "p.ext"), ImportVerdict::Loads);
    for init in ["", "# ctypes.CDLL('libx.so')", "if os.name == 'nt':\n    ctypes.CDLL(here + '/libs/libx.so')"] {
        assert_eq!(verdict(&world(init), "p.ext"), ImportVerdict::Fails, "{init}");
    }
}

#[test]
fn a_library_that_code_loads_and_that_is_not_there_ends_the_import() {
    let world = "//- SITE/p/ext.TAG elf x86_64 defines:PyInit_ext\n\
        //- SITE/p/__init__.py\nimport ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libx.so'))\n";
    let failure = outcome(world, "p").failure.expect("a cause");
    assert_eq!((failure.cause.rule().word(), &*failure.subject), ("library-missing", "libx.so"));
}

#[test]
fn compiled_code_fails_with_the_broken_module_that_it_names() {
    let world = |says: &str| {
        format!(
            "//- SITE/p/__init__.py\n//- SITE/p/low.TAG BAD defines:PyInit_low\n\
            //- SITE/p/high.TAG elf x86_64 defines:PyInit_high says:{says}\n"
        )
    };
    assert_eq!(verdict(&world("p.low,cython_runtime"), "p.high"), ImportVerdict::Fails);
    assert_eq!(verdict(&world("p.low.function,cython_runtime"), "p.high"), ImportVerdict::Loads);
    let of_source = world("p.user,cython_runtime")
        + "//- SITE/p/user.py\nfrom . import low\n//- SITE/q/e.TAG elf x86_64 defines:PyInit_e\n\
        //- SITE/q/__init__.py\nimport p.user\n";
    assert_eq!(verdict(&of_source, "p.high"), ImportVerdict::Unknown, "a function may import it");
    // Code in C may import it in a function, and code that names the error may catch it.
    assert_eq!(verdict(&world("p.low"), "p.high"), ImportVerdict::Unknown);
    assert_eq!(verdict(&world("p.low,cython_runtime,ImportError"), "p.high"), ImportVerdict::Unknown);
    let above = world("p.low,cython_runtime,ImportError")
        + "//- SITE/p/top.TAG elf x86_64 defines:PyInit_top says:p.high,cython_runtime\n";
    assert_eq!(verdict(&above, "p.top"), ImportVerdict::Unknown, "nor is it known what becomes of those above");
    let of_numpy = "p.low,cython_runtime,ImportError,numpy.core.multiarray~failed~to~import";
    assert_eq!(verdict(&world(of_numpy), "p.high"), ImportVerdict::Fails);
}

#[test]
fn compiled_code_fails_with_the_package_around_what_it_names() {
    let world = "//- SITE/p/__init__.py\n//- SITE/p/low/__init__.py\nfrom . import ext\n//- SITE/p/low/ext.TAG BAD defines:PyInit_ext\n\
        //- SITE/p/low/fine.TAG elf x86_64 defines:PyInit_fine\n\
        //- SITE/p/high.TAG elf x86_64 defines:PyInit_high says:p.low.fine,cython_runtime\n\
        //- SITE/q/__init__.py\nimport p.high\n//- SITE/q/ext.TAG elf x86_64 defines:PyInit_ext\n";
    assert_eq!(verdict(world, "p.high"), ImportVerdict::Fails);
    assert_eq!(verdict(world, "q.ext"), ImportVerdict::Fails);
}

#[test]
fn a_native_module_may_register_modules_of_its_own() {
    let world = |user: &str| {
        format!(
            "//- SITE/p/_core.TAG elf x86_64 defines:PyInit__core\n//- SITE/p/_core/util.pyi\nx: int\n\
             //- SITE/p/__init__.py\nfrom p.{user}.util import f\n//- SITE/p/plain.py\n\
             //- SITE/p/bad.TAG BAD defines:PyInit_bad\n//- SITE/p/__main__.py\nimport p.bad\n"
        )
    };
    assert_ne!(verdict(&world("_core"), "p"), ImportVerdict::Fails);
    assert_eq!(verdict(&world("plain"), "p"), ImportVerdict::Fails);
}

#[test]
fn modules_of_the_interpreter_s_own_are_no_rows() {
    let world = "//- SITE/p/ext.TAG elf x86_64 defines:PyInit_ext\n//- SITE/p/__init__.py\nimport ssl\n";
    let names: Vec<String> = outcomes(world).into_iter().map(|outcome| outcome.module).collect();
    assert_eq!(names, ["p", "p.ext"]);
}

#[test]
fn an_editable_install_leads_to_its_project() {
    let world = "//- SITE/__editable__.p-1.pth\nimport __editable___p_1_finder; __editable___p_1_finder.install()\n\
        //- SITE/__editable___p_1_finder.py\nMAPPING: dict[str, str] = {'p': '/project/src/p'}\n\
        //- /project/src/p/__init__.py\nfrom . import ext\n\
        //- /project/src/p/ext.TAG BAD defines:PyInit_ext\n\
        //- SITE/q/ext.TAG elf x86_64 defines:PyInit_ext\n//- SITE/q/__init__.py\nimport p\n";
    assert_eq!(outcome(world, "q").failure.expect("a cause").because, ["q", "p", "p.ext", "libgone.so.1"]);
}

#[test]
fn what_a_circle_of_imports_has_bound_so_far_is_all_that_can_be_taken() {
    let world = |init: &str| {
        format!(
            "//- SITE/p/ext.TAG elf x86_64 defines:PyInit_ext\n//- SITE/p/__init__.py\n{init}\n\
            //- SITE/p/a.py\nfrom p import later\n"
        )
    };
    // Only where something is broken is a circle looked at: those who wrote it have tried it.
    let told = |init: &str| crate::common::scan(&whole(&world(init))).import_story("p").0.verdict;
    assert_eq!(told("from . import a\nlater = 1"), ImportVerdict::Fails);
    assert_eq!(told("later = 1\nfrom . import a"), ImportVerdict::Loads);
}

#[test]
fn what_compiled_code_names_and_is_gone_ends_its_import() {
    let world = |text: &str| {
        format!(
            "//- SITE/p/rust.TAG elf x86_64 defines:PyInit_rust says:{text}\n//- SITE/p/__init__.py\nfrom . import rust\n\
             //- SITE/cffi-1.0.dist-info/RECORD\n_cffi_backend.TAG,,\n"
        )
    };
    assert_eq!(verdict(&world("_cffi_backend"), "p"), ImportVerdict::Fails);
    assert_eq!(verdict(&world("cffi_backend"), "p"), ImportVerdict::Loads);
}

#[test]
fn a_module_that_was_installed_and_is_gone_is_missed_where_it_is_taken_from_its_package() {
    let world = |code: &str| {
        format!(
            "//- SITE/p/good.TAG elf x86_64 defines:PyInit_good\n//- SITE/p/__init__.py\nfrom . import a\n\
             //- SITE/p/a.py\n{code}\n//- SITE/p-1.0.dist-info/RECORD\np/good.TAG,,\np/_dispatcher.TAG,,\n"
        )
    };
    assert_eq!(verdict(&world("from p import _dispatcher"), "p"), ImportVerdict::Fails);
    let caught = "try:\n    from p import _dispatcher\nexcept ImportError:\n    pass";
    assert_eq!(verdict(&world(caught), "p"), ImportVerdict::Loads);
}

#[test]
fn a_star_brings_nothing_that_its_module_does_not_have() {
    let world = |module: &str, init: &str| {
        format!(
            "//- SITE/p/good.TAG elf x86_64 defines:PyInit_good\n//- SITE/p/__init__.py\nfrom .errors import *\n{init}\n\
             from . import a\n//- SITE/p/a.py\nfrom p import {module}\n\
             //- SITE/p/errors.py\n__all__ = []\nclass Own(Exception): pass\n\
             __all__ += [name for name, value in globals().items() if len(name) > 2 and isinstance(value, type)]\n\
             //- SITE/p-1.0.dist-info/RECORD\np/good.TAG,,\np/_gone.TAG,,\np/gone.TAG,,\n"
        )
    };
    assert_eq!(verdict(&world("_gone", ""), "p"), ImportVerdict::Fails);
    assert_eq!(verdict(&world("gone", ""), "p"), ImportVerdict::Fails);
    let has = |name: &str| world(name, "").replace("class Own", &format!("{name} = 1\nclass Own"));
    assert_eq!(verdict(&has("_gone"), "p"), ImportVerdict::Loads, "the list may name it");
    assert_eq!(verdict(&world("_gone", "globals().update(vars(a_thing))"), "p"), ImportVerdict::Loads);
}

#[test]
fn a_module_of_python_code_that_is_gone_is_missed_where_it_is_taken_from_its_package() {
    let world = |init: &str, user: &str| {
        format!(
            "//- SITE/p/ext.TAG elf x86_64 defines:PyInit_ext\n//- SITE/p/__init__.py\n{init}\n//- SITE/p/other.py\n\
             //- SITE/q/e.TAG elf x86_64 defines:PyInit_e\n//- SITE/q/__init__.py\n{user}\n"
        )
    };
    assert_eq!(verdict(&world("from . import other, gone", ""), "p"), ImportVerdict::Fails);
    assert_eq!(verdict(&world("", "from p import gone"), "q"), ImportVerdict::Fails);
    assert_eq!(verdict(&world("", "import p\ndef f():\n    from p import gone"), "q"), ImportVerdict::Loads);
    for init in [
        "gone = 1",
        "from .other import *\nfrom os import gone",
        "def __getattr__(name):\n    return 1",
        "globals()['go' + 'ne'] = 1",
    ] {
        assert_eq!(verdict(&world(init, "from p import gone"), "q"), ImportVerdict::Loads, "{init}");
    }
}

#[test]
fn a_package_without_code_has_only_its_submodules() {
    let world = |taken: &str| {
        format!(
            "//- SITE/p/ext.TAG elf x86_64 defines:PyInit_ext\n//- SITE/p/__init__.py\nfrom . import user\n\
             //- SITE/p/user.py\nfrom .bare import {taken}\n//- SITE/p/bare/there.py\n//- SITE/p/bare/deeper/a.py\n"
        )
    };
    let failure = outcome(&world("Thing"), "p").failure.expect("a cause");
    assert_eq!(
        (failure.cause.rule().word(), failure.because.last().map(String::as_str)),
        ("module-missing", Some("p.bare.Thing"))
    );
    assert_eq!(verdict(&world("there"), "p"), ImportVerdict::Loads);
    assert_eq!(verdict(&world("deeper"), "p"), ImportVerdict::Loads);
    assert_eq!(verdict(&world("Thing").replace("from .bare", "def f():\n    from .bare"), "p"), ImportVerdict::Loads);
}

#[test]
fn a_function_that_another_module_calls_at_import_counts() {
    let world = |init: &str| {
        format!(
            "//- SITE/p/ext.TAG BAD defines:PyInit_ext\n//- SITE/p/loader.py\ndef load():\n    from . import ext\n\
             //- SITE/p/__init__.py\n{init}\n"
        )
    };
    assert_eq!(verdict(&world("from .loader import load\nload()"), "p"), ImportVerdict::Fails);
    assert_eq!(verdict(&world("from .loader import load"), "p"), ImportVerdict::Loads);
    assert_eq!(verdict(&world("from . import loader\nloader.load()"), "p"), ImportVerdict::Fails);
    let caught = "from . import loader\ntry:\n    loader.load()\nexcept ImportError:\n    pass";
    assert_eq!(verdict(&world(caught), "p"), ImportVerdict::Guarded);
}

#[test]
fn names_that_are_made_at_run_time_count() {
    let world = |name: &str| {
        format!(
            "//- SITE/p/ext.TAG BAD defines:PyInit_ext\n//- SITE/p/good.TAG elf x86_64 defines:PyInit_good\n\
             //- SITE/p/__init__.py\nimport importlib\nfor name in ['{name}']:\n    importlib.import_module('p.' + name)\n"
        )
    };
    assert_eq!(verdict(&world("ext"), "p"), ImportVerdict::Fails);
    assert_eq!(verdict(&world("good"), "p"), ImportVerdict::Loads);
}

#[test]
fn what_is_gone_is_missed_by_a_name_that_is_made_at_run_time() {
    let world = |docs: &str| {
        format!(
            "//- SITE/p/good.TAG elf x86_64 defines:PyInit_good\n//- SITE/p/__init__.py\nfrom . import docs\n\
             //- SITE/p/base.py\ndef add(place, name):\n    getattr(__import__(place, globals(), {{}}, [name]), name)\n\
             //- SITE/p/docs.py\nfrom .base import add\n{docs}\n\
             //- SITE/p-1.0.dist-info/RECORD\np/good.TAG,,\np/gone.TAG,,\n"
        )
    };
    assert_eq!(verdict(&world("add('p.gone', 'f')"), "p"), ImportVerdict::Fails);
    assert_eq!(verdict(&world("add('p.good', 'f')"), "p"), ImportVerdict::Loads);
    assert_eq!(verdict(&world(""), "p"), ImportVerdict::Loads);
}

#[test]
fn the_words_of_an_exception_lead_to_what_was_caught_before() {
    let world = "//- SITE/p/ext.TAG BAD defines:PyInit_ext\n//- SITE/p/__init__.py\nmissing = []\n\
                 try:\n    from . import ext\nexcept ImportError as error:\n    missing.append(f'ext: {error}')\n\
                 if missing:\n    raise ImportError('cannot import: ' + ', '.join(missing))\n";
    let failure = outcome(world, "p").failure.expect("a cause");
    assert_eq!((failure.cause.rule().word(), failure.subject.as_str()), ("library-missing", "libgone.so.1"));
}

#[test]
fn a_module_is_missed_where_who_imports_it_is_what_people_import() {
    let world = |importer: &str| {
        format!(
            "//- SITE/p/_ext.TAG BAD defines:PyInit__ext\n//- SITE/p/__init__.py\n//- SITE/p/Image.py\n{importer}\n\
             //- SITE/p/File.py\nfrom . import Image\n"
        )
    };
    let missed = |importer: &str| outcome(&world(importer), "p._ext").is_missed();
    assert!(missed("from . import _ext"));
    assert!(!missed("try:\n    from . import _ext\nexcept ImportError:\n    _ext = None"));
    assert!(!missed("def f():\n    from . import _ext"));
    assert!(missed("x = 1"), "the package has no other native module");
    let other = world("x = 1") + "//- SITE/p/_other.TAG elf x86_64 defines:PyInit__other\n";
    assert!(!outcome(&other, "p._ext").is_missed());
    // What only tests import, nobody misses.
    let tested = "//- SITE/p/_ext.TAG BAD defines:PyInit__ext\n//- SITE/p/__init__.py\n\
                  //- SITE/p/_other.TAG elf x86_64 defines:PyInit__other\n\
                  //- SITE/p/tests/__init__.py\n//- SITE/p/tests/test_ext.py\nfrom .. import _ext\n";
    assert!(!outcome(tested, "p._ext").is_missed());
}

#[test]
fn a_module_that_is_found_by_a_changed_path_is_missed() {
    let world = |init: &str| {
        format!(
            "//- SITE/cv/cv.TAG BAD defines:PyInit_cv\n//- SITE/cv/__init__.py\nimport importlib, os, sys\n{init}\n"
        )
    };
    let boot = "def boot():\n    sys.modules.pop('cv')\n    sys.path.insert(1, os.path.dirname(__file__))\n    \
                importlib.import_module('cv')\nboot()";
    assert!(outcome_of(&world(boot), "cv.cv").is_missed());
    let other = "//- SITE/cv/other.TAG elf x86_64 defines:PyInit_other\n";
    assert!(outcome_of(&(world(boot) + other), "cv.cv").is_missed());
    assert!(!outcome_of(&(world("x = 1") + other), "cv.cv").is_missed());
}

#[test]
fn a_name_that_a_refused_module_would_have_bound_is_missing_for_that() {
    let world = "//- SITE/p/ext.TAG BAD defines:PyInit_ext\n//- SITE/p/__init__.py\nfrom .loader import *\nfrom . import user\n\
                 //- SITE/p/user.py\nfrom .loader import DirectMap\n\
                 //- SITE/p/loader.py\nimport os\nfast = bool(os.environ.get('FAST'))\nif not fast:\n    from .ext import *\n";
    let failure = outcome(world, "p").failure.expect("a cause");
    assert_eq!((failure.cause.rule().word(), failure.subject.as_str()), ("library-missing", "libgone.so.1"));
}

/// As [`outcome`], where the story of a module is not that of the interpreter.
fn outcome_of(world: &str, name: &str) -> ImportOutcome {
    let rows = crate::common::scan(&whole(world)).outcomes.rows;
    rows.into_iter().find(|row| row.module == name).expect("a row of that name")
}

#[test]
fn a_library_for_ctypes_that_is_named_as_a_module_is_importable_and_counts_nowhere() {
    let world = "//- SITE/c/_raw.abi3.so elf x86_64\n//- SITE/c/plain.so elf x86_64\n//- SITE/c/__init__.py\n\
                 //- SITE/p/ext.TAG elf x86_64 defines:PyInit_ext\n//- SITE/p/_raw.abi3.so elf x86_64\n//- SITE/p/__init__.py\n";
    let scan = crate::common::scan(&whole(world));
    let told = scan.outcomes.importable().into_iter().map(|row| (row.module.as_str(), row.is_extension, row.verdict));
    let (loads, fails) = (ImportVerdict::Loads, ImportVerdict::Fails);
    let all = [
        ("c", false, loads),
        ("c._raw", true, fails),
        ("p", false, loads),
        ("p._raw", true, fails),
        ("p.ext", true, loads),
    ];
    assert_eq!(told.collect::<Vec<_>>(), all);
    assert_eq!(scan.outcomes.rows.iter().map(|row| row.module.as_str()).collect::<Vec<_>>(), ["p", "p.ext"]);
    let failure = scan.outcomes.importable()[1].failure.clone().expect("a cause");
    assert_eq!((failure.cause.rule().word(), failure.subject.as_str()), ("init-function-missing", "PyInit__raw"));
    assert!(scan.findings.iter().all(|finding| finding.rule.id.word() == "library-unused"));
}

#[test]
fn a_file_is_each_module_that_it_is_linked_as_and_has_a_function_for() {
    let world = "//- SITE/p/__init__.py\n//- SITE/p/a.TAG elf x86_64 defines:PyInit_a,PyInit_b\n//- SITE/p/b.TAG -> a.TAG\n\
                 //- SITE/p/c.TAG -> a.TAG\n//- SITE/q/__init__.py\nimport p.a, p.b\n//- SITE/q/x.TAG elf x86_64 defines:PyInit_x\n\
                 //- SITE/r/__init__.py\nimport p.a, p.c\n//- SITE/r/x.TAG elf x86_64 defines:PyInit_x\n";
    let scan = crate::common::scan(&whole(world));
    let rows: Vec<&str> = scan.outcomes.rows.iter().map(|row| row.module.as_str()).collect();
    assert_eq!(rows, ["p", "p.a", "p.b", "q", "q.x", "r", "r.x"]);
    assert!(scan.outcomes.rows.iter().all(|row| row.verdict == ImportVerdict::Loads || row.module.starts_with('r')));
    let failure = outcome_of(world, "r.x").failure.expect("a cause");
    assert_eq!((failure.cause.rule().word(), failure.subject.as_str()), ("init-function-missing", "PyInit_c"));
}

#[test]
fn an_import_is_told_as_first_whatever_was_asked_about_before() {
    let world = |first: &str, second: &str| {
        format!(
            "//- SITE/lost/bad.TAG elf x86_64 needs:libgone.so defines:PyInit_bad\n//- SITE/lost/__init__.py\n\
             //- SITE/a/__init__.py\ndef f():\n    import lost.bad\n{first}\n\
             //- SITE/a/x.TAG elf x86_64 needs:libc.so.6 defines:PyInit_x,wanted\n\
             //- SITE/b/__init__.py\ndef f():\n    import lost.bad\n{second}\n\
             //- SITE/b/y.TAG elf x86_64 needs:libc.so.6 defines:PyInit_y takes:wanted\n\
             //- SITE/b/z.TAG elf x86_64 defines:PyInit_z\n"
        )
    };
    // Asked about in one process, `b` meets `a` among the modules, and what that has opened for all.
    let guarded = world("", "import sys\nif 'a' not in sys.modules:\n    raise ImportError('import a first')");
    assert_eq!(outcome_of(&guarded, "a").verdict, ImportVerdict::Loads);
    assert_eq!(outcome_of(&guarded, "b").verdict, ImportVerdict::Fails);
    let open = world("import sys\nsys.setdlopenflags(0x102)\nfrom . import x", "from . import z");
    assert_eq!(outcome_of(&open, "a").verdict, ImportVerdict::Loads);
    assert_eq!(outcome_of(&open, "b.z").verdict, ImportVerdict::Loads);
    assert_eq!(outcome_of(&open, "b.y").verdict, ImportVerdict::Fails);
}

#[test]
fn a_module_that_no_source_can_spell_is_no_row_and_takes_those_down_that_name_it() {
    let world = "//- SITE/p/__init__.py\n//- SITE/p/a.TAG elf x86_64 defines:PyInit_a says:3c22db45__mypyc\n\
                 //- SITE/p/b.TAG elf x86_64 defines:PyInit_b\n\
                 //- SITE/3c22db45__mypyc.TAG elf x86_64 needs:libgone.so defines:PyInit_3c22db45__mypyc\n\
                 //- SITE/3d.so elf x86_64\n";
    let rows = crate::common::scan(&whole(world)).outcomes.rows;
    let told: Vec<(&str, ImportVerdict)> = rows.iter().map(|row| (row.module.as_str(), row.verdict)).collect();
    let (loads, fails) = (ImportVerdict::Loads, ImportVerdict::Fails);
    assert_eq!(told, [("p", loads), ("p.a", fails), ("p.b", loads)]);
}

/// What an interpreter says whose standard library is not whole, as Debian's `python3-minimal` leaves it.
fn in_part_of_a_library(world: &str, others: &str) -> ImportOutcome {
    let interpreter = "needs:libc.so.6 defines:PyInit_posix,PyInit_math\n\
        //- /usr/lib/python3.11/os.py\nimport posix\n\
        //- /usr/lib/python3.11/json/__init__.py\nfrom .decoder import JSONDecoder\n\
        //- /usr/lib/python3.11/json/decoder.py\nimport re\n\
        //- /usr/lib/python3.11/collections/__init__.py\nimport _collections_abc\nimport sys\nsys.modules['collections.abc'] = _collections_abc\n\
        //- /usr/lib/python3.11/_collections_abc.py\n\n\
        //- /usr/lib/python3.11/xml/__init__.py\n\n";
    let world =
        format!("//- SITE/pkg/ext.TAG elf x86_64 defines:PyInit_ext\n//- SITE/pkg/__init__.py\n{world}\n{others}");
    let text = whole(&world).replacen("needs:libc.so.6\n", interpreter, 1);
    let scan = crate::common::scan(&text);
    let row = scan.outcomes.rows.iter().find(|row| row.module == "pkg").expect("a row").clone();
    let (told, _) = scan.import_story("pkg");
    assert_eq!((told.verdict, &told.failure), (row.verdict, &row.failure));
    row
}

#[test]
fn what_a_standard_library_lacks_ends_imports() {
    for (code, missing) in [
        ("import contextvars", "contextvars"),
        ("import json", "re"),
        ("import xml.sax", "xml.sax"),
        ("import os, _ctypes", "_ctypes"),
        ("import sys\nif sys.platform == 'linux':\n    from . import inner", "resource"),
        ("from .system import LINUX\nif LINUX:\n    from . import inner", "resource"),
    ] {
        let inner = "//- SITE/pkg/inner.py\nimport resource\n//- SITE/pkg/system.py\nimport sys\nLINUX = sys.platform.startswith('linux')\n";
        let outcome = in_part_of_a_library(code, inner);
        let failure = outcome.failure.unwrap_or_else(|| panic!("{code}: {:?}", outcome.verdict));
        assert_eq!((failure.cause, failure.subject.as_str()), (ImportCause::ModuleMissing, missing), "{code}");
    }
}

#[test]
fn what_a_standard_library_has_or_may_have_ends_none() {
    for code in [
        "import math, posix, sys, os.path, collections.abc",
        "import _frozen_importlib, _frozen_importlib_external, marshal",
        "try:\n    import contextvars\nexcept ImportError:\n    contextvars = None",
        "import sys\nif sys.platform == 'win32':\n    import winreg",
        "def later():\n    import contextvars",
    ] {
        assert_eq!(in_part_of_a_library(code, "").verdict, ImportVerdict::Loads, "{code}");
    }
    let packed = "//- /usr/lib/python311.zip\nPK\n";
    assert_eq!(
        in_part_of_a_library("import contextvars", packed).verdict,
        ImportVerdict::Loads,
        "it may be in the archive"
    );
}

#[test]
fn a_compiled_module_does_what_its_source_beside_it_says() {
    let world = |says: &str, source: &str| {
        format!(
            "//- SITE/p/a.TAG elf x86_64 defines:PyInit_a says:{says}\n//- SITE/p/__init__.py\n//- SITE/p/a.py\n{source}\n"
        )
    };
    for compiler in ["cython_runtime", "init_p___a"] {
        let failed = outcome(&world(compiler, "import os\nfrom .gone import x"), "p.a");
        assert_eq!(failed.verdict, ImportVerdict::Fails, "{compiler}");
        let failure = failed.failure.expect("a cause");
        assert_eq!(failure.because, ["p.a", "p.gone"]);
        assert_eq!(failure.file.expect("a file").to_string(), "/env/lib/python3.11/site-packages/p/a.py");
        let guarded = "try:\n    from .gone import x\nexcept ImportError:\n    x = None";
        assert_eq!(verdict(&world(compiler, guarded), "p.a"), ImportVerdict::Loads, "{compiler}");
        assert_eq!(verdict(&world(compiler, "def f():\n    from .gone import x"), "p.a"), ImportVerdict::Loads);
        let user = "//- SITE/p/b.TAG elf x86_64 defines:PyInit_b says:cython_runtime\n//- SITE/p/b.py\n";
        let names = world(compiler, "import os\ny = 1") + user;
        assert_eq!(verdict(&format!("{names}from p.a import y\n"), "p.b"), ImportVerdict::Loads);
    }
    // A module that nothing shows to be compiled from it may be written by hand.
    assert_eq!(verdict(&world("init_q___a", "from .gone import x"), "p.a"), ImportVerdict::Loads);
}

#[test]
fn the_module_cython_is_the_compilers_own() {
    let world = |says: &str| {
        format!(
            "//- SITE/p/a.TAG elf x86_64 defines:PyInit_a says:{says}\n//- SITE/p/__init__.py\n//- SITE/p/a.py\n\
             import cython\nfrom cython.cimports.libc import math\nif cython.compiled:\n    x = 1\n\
             //- SITE/q/a.TAG BAD defines:PyInit_a\n//- SITE/q/__init__.py\nimport p.a\n"
        )
    };
    assert_eq!(verdict(&world("cython_runtime"), "p.a"), ImportVerdict::Loads);
    assert_eq!(verdict(&world("init_p___a"), "p.a"), ImportVerdict::Fails);
}

#[test]
fn of_a_cython_source_runs_what_nothing_may_pass_over() {
    let world = |source: &str| {
        format!(
            "//- SITE/p/a.TAG elf x86_64 defines:PyInit_a\n//- SITE/p/__init__.py\n//- SITE/p/a.pyx\ncimport cython\n{source}\n\
             //- SITE/p/part.pxi\ncdef object it\nfrom gone import it\n"
        )
    };
    let failed = outcome(&world("cdef int f():\n    return 1\n\ninclude \"part.pxi\""), "p.a");
    assert_eq!(failed.verdict, ImportVerdict::Fails);
    assert_eq!(failed.failure.expect("a cause").because, ["p.a", "gone"]);
    assert_eq!(verdict(&world("cpdef f():\n    import gone"), "p.a"), ImportVerdict::Loads);
    assert_eq!(verdict(&world("try:\n    import gone\nexcept ImportError:\n    pass"), "p.a"), ImportVerdict::Loads);
    assert_eq!(verdict(&world("\"\"\"\ninclude 'part.pxi'\n\"\"\""), "p.a"), ImportVerdict::Loads);
    // What its names are, the source does not tell: it is not read as Python.
    let user = "//- SITE/p/b.TAG elf x86_64 defines:PyInit_b says:cython_runtime\n//- SITE/p/b.py\nfrom p.a import y\nimport gone2\n";
    assert_eq!(outcome(&(world("") + user), "p.b").failure.expect("a cause").because, ["p.b", "gone2"]);
}

#[test]
fn nobody_misses_a_compiled_module_that_its_compiled_package_does_not_import() {
    let world = |init: &str| {
        let compiled = |name: &str, code: &str| {
            let (stem, mark) = (name.rsplit('.').next().unwrap_or_default(), "cython_runtime");
            let file = if name == "p" { "p/__init__" } else { &name.replace('.', "/") };
            format!("//- SITE/{file}.TAG elf x86_64 defines:PyInit_{stem} says:{mark}\n//- SITE/{file}.py\n{code}\n")
        };
        compiled("p", init) + &compiled("p.a", "import os") + &compiled("p.plugin", "import gone")
    };
    let plugin = |init: &str| outcome(&world(init), "p.plugin");
    assert_eq!(plugin("from . import a").verdict, ImportVerdict::Fails);
    assert!(plugin("from . import a").harmless.is_some());
    assert!(plugin("from . import a, plugin").harmless.is_none());
    let again =
        world("from . import a") + "//- SITE/p/v1/__init__.py\n//- SITE/p/v1/plugin.py\nfrom p.plugin import *\n";
    assert!(outcome(&again, "p.plugin").harmless.is_some(), "only who has the other distribution imports it");
    let own = again.replace("import gone", "from p import gone");
    assert!(outcome(&own, "p.plugin").harmless.is_none());
}

#[test]
fn a_star_import_of_a_native_module_brings_no_private_names() {
    let world = |name: &str| {
        format!(
            "//- SITE/p/a.TAG elf x86_64 defines:PyInit_a\n//- SITE/p/__init__.py\nfrom .a import *\nfrom .b import f\n\
             //- SITE/p/b.py\nfrom . import {name}\nf = 1\n\
             //- SITE/p-1.0.dist-info/METADATA\nName: p\nVersion: 1.0\n//- SITE/p-1.0.dist-info/RECORD\np/__init__.py,,\np/b.py,,\np/{name}.TAG,,\n"
        )
    };
    assert_eq!(verdict(&world("_gone"), "p"), ImportVerdict::Fails);
    let public = outcome(&world("public"), "p");
    assert_eq!(public.verdict, ImportVerdict::Loads, "the native module may have it: {:?}", public.failure);
}

#[test]
fn what_only_functions_of_a_cython_source_import_is_not_missed() {
    let world = |code: &str, declared: &str| {
        format!(
            "//- SITE/p/low.TAG BAD defines:PyInit_low\n//- SITE/p/__init__.py\n\
             //- SITE/p/high.TAG elf x86_64 defines:PyInit_high says:p.low,cython_runtime\n//- SITE/p/high.pyx\n{code}\n\
             //- SITE/p/high.pxd\n{declared}\n"
        )
    };
    let lazy = "cdef class C:\n    cdef wrap(self, int x):\n        from p.low import f\n        return f(x)";
    assert_eq!(verdict(&world(lazy, ""), "p.high"), ImportVerdict::Loads);
    assert_eq!(verdict(&world("from .low cimport f", ""), "p.high"), ImportVerdict::Fails);
    assert_eq!(verdict(&world(lazy, "from p cimport low"), "p.high"), ImportVerdict::Fails);
    assert_eq!(
        verdict(&world("try:\n    import p.low\nexcept ImportError:\n    pass", ""), "p.high"),
        ImportVerdict::Unknown
    );
    // Without the source, the name is all there is.
    assert_eq!(verdict(&world(lazy, "").replace("high.pyx", "other.pyx"), "p.high"), ImportVerdict::Fails);
}

#[test]
fn of_several_undefined_symbols_the_loader_complains_of_the_deepest() {
    let world = "//- SITE/p/a.TAG elf x86_64 defines:PyInit_a needs:libx.so runpath:$ORIGIN takes:shallow\n//- SITE/p/__init__.py\n\
                 //- SITE/p/libx.so elf x86_64 takes:deep\n";
    let failure = outcome(world, "p.a").failure.expect("a cause");
    assert_eq!((failure.subject.as_str(), failure.because.last().map(String::as_str)), ("deep", Some("deep")));
    assert!(failure.file.expect("a file").to_string().ends_with("p/libx.so"));
    let alone = outcome(&world.replace(" takes:deep", ""), "p.a").failure.expect("a cause");
    assert_eq!(alone.subject, "shallow");
}

#[test]
fn what_compiled_code_wants_of_others_is_missed_by_who_imports_it() {
    let world = "//- SITE/p/__init__.py\n//- SITE/p/sub/__init__.py\nfrom . import h\n//- SITE/p/sub/h.py\nfrom . import _h\n\
                 //- SITE/p/sub/_h.TAG elf x86_64 defines:PyInit__h says:_cffi_backend\n";
    let outcome = outcome(world, "p.sub._h");
    assert_eq!((outcome.verdict, outcome.harmless), (ImportVerdict::Fails, None));
}

#[test]
fn the_program_is_a_module_from_the_start() {
    let reads =
        "import __main__ as program\nfrom __main__ import __name__ as its\nif hasattr(program, 'x'):\n    pass\n";
    assert_eq!(verdict(&package(reads), "pkg"), ImportVerdict::Loads);
    assert_eq!(verdict(&package("import __mayn__\n"), "pkg"), ImportVerdict::Fails);
}

#[test]
fn a_package_that_takes_the_names_of_another_has_its_folders_too() {
    let world = |update: &str| {
        format!(
            "//- SITE/p/v2/__init__.py\n//- SITE/p/v2/ext.TAG elf x86_64 defines:PyInit_ext\n//- SITE/p/v2/q.py\n\
            //- SITE/p/__init__.py\ndef take():\n    import importlib\n    try:\n        found = importlib.import_module(f'.v2', \
            __package__)\n        {update}\n    except ImportError:\n        pass\ntake()\nfrom p import q\nfrom p.ext import *\n"
        )
    };
    for update in ["globals().update(found.__dict__)", "globals().update(vars(found))"] {
        assert_eq!(verdict(&world(update), "p"), ImportVerdict::Loads, "{update}");
    }
    assert_eq!(verdict(&world("pass"), "p"), ImportVerdict::Fails);
}

#[test]
fn a_search_path_that_code_may_have_changed_makes_no_module_missing() {
    let world = |condition: &str| {
        format!(
            "//- SITE/p/ext.TAG elf x86_64 defines:PyInit_ext\n//- SITE/p/third/q.py\n\
            //- SITE/p/__init__.py\nimport os, sys\n{condition}\nimport q\n"
        )
    };
    let function = "def prepend(path):\n    sys.path.insert(0, path)\n";
    let here = "os.path.join(os.path.dirname(os.path.abspath(__file__)), 'third')";
    let known = "class V:\n    def __init__(self, key):\n        self.key = key\n    def __get__(self, instance, owner):\n        \
        return os.environ.get(self.key)\nclass E:\n    A = V('A_PATH')\ne = E()\n";
    let branches = format!(
        "{function}{known}if e.A is not None:\n    prepend(e.A)\nelse:\n    t = {here}\n    assert os.path.exists(t), t\n    if t not in sys.path:\n        prepend(t)\n"
    );
    assert_ne!(verdict(&world(&branches), "p.ext"), ImportVerdict::Fails);
    let branches = branches.replace(
        "class V:\n    def __init__(self, key):\n        self.key = key\n",
        "from dataclasses import dataclass\n@dataclass\nclass V:\n    key: str\n    forced: str | None = None\n",
    );
    assert_ne!(verdict(&world(&branches), "p.ext"), ImportVerdict::Fails);
    assert_eq!(verdict(&world(&format!("{function}prepend({here})")), "p.ext"), ImportVerdict::Loads);
    assert_eq!(verdict(&world(function), "p.ext"), ImportVerdict::Fails);
}

#[test]
fn a_namespace_that_a_pth_file_of_setuptools_makes_is_a_package() {
    let line = "import sys, types, os;has_mfs = sys.version_info > (3, 5);p = os.path.join(sys._getframe(1).f_locals['sitedir'], \
                *('google',));importlib = has_mfs and __import__('importlib.util');has_mfs and __import__('importlib.machinery');m = \
                has_mfs and sys.modules.setdefault('google', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec(\
                'google', [os.path.dirname(p)])));m = m or sys.modules.setdefault('google', types.ModuleType('google'));mp = (m or []) \
                and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)";
    let world = format!(
        "//- SITE/a-py3.11-nspkg.pth\n{line}\n//- SITE/google/protobuf/__init__.py\n//- SITE/p/ext.TAG elf x86_64 defines:PyInit_ext\n\
        //- SITE/p/__init__.py\n"
    );
    let of = |code: &str| verdict(&format!("{world}{code}\n"), "p.ext");
    assert_eq!(of("from google.protobuf import x_pb2 as x\n//- SITE/google/protobuf/x_pb2.py"), ImportVerdict::Loads);
    assert_eq!(of("import google.gone"), ImportVerdict::Fails);
}

#[test]
fn a_folder_that_code_of_a_pth_file_puts_on_sys_path_names_the_modules_in_it() {
    let world = |line: &str| {
        format!(
            "//- SITE/dsl.pth\n{line}\n//- SITE/dsl/__init__.py\n//- SITE/dsl/packages/iket/__init__.py\n\
            //- SITE/dsl/packages/iket/core.TAG elf x86_64 defines:PyInit_core\n\
            //- SITE/dsl/packages/iket/bad.TAG BAD defines:PyInit_bad\n"
        )
    };
    let names = |line: &str| {
        let rows = outcomes(&world(line)).into_iter();
        rows.map(|row| (row.module, row.verdict)).filter(|(module, _)| module.starts_with("iket")).collect::<Vec<_>>()
    };
    let named = names("import sys, os, dsl; sys.path.insert(0, os.path.join(dsl.__path__[0], 'packages'))");
    let told = |name: &str, verdict: ImportVerdict| (name.to_owned(), verdict);
    let (loads, fails) = (ImportVerdict::Loads, ImportVerdict::Fails);
    assert_eq!(named, [told("iket", loads), told("iket.bad", fails), told("iket.core", loads)]);
    assert_eq!(names("import sys, os, dsl"), []);
}

#[test]
fn a_library_named_as_a_module_fails_and_its_package_where_it_imports_it() {
    let world = |code: &str| {
        format!(
            "//- SITE/p/__init__.py\n{code}\n//- SITE/p/lib.TAG elf x86_64 defines:f\n//- SITE/q/__init__.py\nimport p\n\
            //- SITE/q/also.TAG elf x86_64 defines:f\n//- SITE/m/ext.TAG elf x86_64 defines:PyInit_ext\n"
        )
    };
    let told = |code: &str| {
        let scan = crate::common::scan(&whole(&world(code)));
        let rows = scan.outcomes.libraries.iter().map(|row| {
            assert_eq!(scan.import_story(&row.module).0.verdict, row.verdict, "{}", row.module);
            (row.module.clone(), row.verdict)
        });
        rows.collect::<Vec<_>>()
    };
    let row = |name: &str, verdict: ImportVerdict| (name.to_owned(), verdict);
    let (loads, fails) = (ImportVerdict::Loads, ImportVerdict::Fails);
    let libraries = |of_packages: ImportVerdict| {
        ["p", "p.lib", "q", "q.also"].map(|name| row(name, if name.contains('.') { fails } else { of_packages }))
    };
    assert_eq!(
        told("import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'lib.TAG'))"),
        libraries(loads)
    );
    assert_eq!(told("from . import lib"), libraries(fails));
}

#[test]
fn a_story_tells_of_caught_imports_and_not_of_what_code_raises_itself() {
    let code = "def check(x):\n    raise TypeError('not a function')\ntry:\n    check(1)\nexcept TypeError:\n    pass\n\
                try:\n    from . import ext\nexcept ImportError:\n    pass\n";
    let scan = crate::common::scan(&whole(&package(code)));
    let (_, steps) = scan.import_story("pkg");
    let caught = steps.iter().filter_map(|step| match &step.event {
        ImportEvent::Catches { text } => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(caught.collect::<Vec<_>>(), ["library not found: libgone.so.1"]);
}

#[test]
fn a_native_module_fails_whose_package_imports_a_library_named_as_a_module() {
    let world = |code: &str| {
        format!(
            "//- SITE/p/__init__.py\n{code}\n//- SITE/p/lib.TAG elf x86_64 defines:f\n\
            //- SITE/p/ext.TAG elf x86_64 defines:PyInit_ext\n"
        )
    };
    assert_eq!(verdict(&world("from . import lib"), "p.ext"), ImportVerdict::Fails);
    assert_eq!(verdict(&world("from . import ext"), "p.ext"), ImportVerdict::Loads);
}
