//! Logs of Python modules that are not there, and of bundlers that tell of them.

use dylens::buildlog::Verdict;

use super::{Expected, alone, assert_first, beside};

#[test]
fn a_module_that_the_environment_has_was_left_out_of_the_bundle() {
    let log = "Nuitka:INFO: Starting Python compilation with Nuitka '2.4' on Python '3.11'\nModuleNotFoundError: No module named 'p._hidden'\n";
    let world = "//- /env/p/m.DARWIN MODULE defines:PyInit_m\n//- /env/p/_hidden.py\n";
    let expected = Expected {
        cause: "module-left-out",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "is in the environment, and was left out",
        remedy: "name it to the bundler",
        command: "--include-module=p._hidden",
    };
    assert_first(&beside(log, "/env", world), &expected);
    let missing = Expected {
        cause: "module-missing",
        sentence: "neither where the log was written nor here",
        remedy: "install",
        command: "pip install p",
        ..expected
    };
    assert_first(&beside(log, "/env", "//- /env/q/m.DARWIN MODULE defines:PyInit_m\n"), &missing);
}

#[test]
fn pyinstaller_s_list_of_modules_is_no_failure() {
    let log = "missing module named 'collections.abc' - imported by traceback (top-level), typing (top-level)\n\
               missing module named pwd - imported by posixpath (delayed, conditional, optional)\n\
               excluded module named _frozen_importlib - imported by importlib (optional)\n";
    let judged = alone(log);
    assert_eq!(judged.len(), 3);
    assert!(judged.iter().all(|judged| !judged.is_failure()), "{judged:#?}");
}

#[test]
fn cx_freeze_s_lists_are_read_where_they_stand_and_nowhere_else() {
    let log = "? nothing\nMissing dependencies:\n? libfoo.so.1\n? libbar.so\nThis is not necessarily a problem\n? other\n\
               Missing modules:\n? _winapi imported from subprocess, encodings\n";
    let judged = alone(log);
    let accused: Vec<&str> = judged.iter().filter_map(|judged| judged.incident.accused()).collect();
    assert_eq!(accused, ["libfoo.so.1", "libbar.so", "_winapi"]);
}

#[test]
fn a_file_without_the_init_function_is_no_module() {
    let log = "ImportError: dynamic module does not define module export function (PyInit__x)\n";
    assert_first(
        &alone(log),
        &Expected {
            cause: "no-init-function",
            verdict: Verdict::Guilty,
            file: "",
            sentence: "has no PyInit__x",
            remedy: "give both the same name",
            command: "",
        },
    );
    let world = "//- /env/p/_x.DARWIN MODULE defines:PyInit__y\n//- /env/p/_y.DARWIN MODULE defines:PyInit__y\n";
    assert_eq!(
        beside(log, "/env", world)[0].file.as_ref().map(ToString::to_string).as_deref(),
        Some("p/_x.cpython-311-darwin.so")
    );
    let log = "⚠️  Warning: Couldn't find the symbol `PyInit_m` in the native library. Python will fail to import this module.\n";
    assert_eq!(alone(log)[0].cause.word(), "no-init-function");
}

#[test]
fn cython_names_the_module_whose_code_runs() {
    let log = "  File \"c:\\python37-x64\\lib\\site-packages\\PyInstaller\\loader\\pyimod03_importers.py\", line 627, in exec_module\n    \
               exec(bytecode, module.__dict__)\n  File \"mtrand.pyx\", line 1, in init numpy.random.mtrand\n\
               ModuleNotFoundError: No module named 'numpy.random.common'\n";
    assert_eq!(alone(log)[0].incident.by(), Some("numpy/random/mtrand.pyx"));
}

#[test]
fn a_tool_that_misses_a_module_of_its_own_is_upgraded_with_it() {
    let log = |by: &str| {
        format!(
            "  File \"/usr/lib/python3.13/site-packages/{by}\", line 26, in <module>\n    from wheel.pkginfo import x\nModuleNotFoundError: No module named 'wheel.pkginfo'\n"
        )
    };
    let expected = Expected {
        cause: "module-missing",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "auditwheel does not start",
        remedy: "its own environment",
        command: "python -m pip install --upgrade auditwheel",
    };
    assert_first(&alone(&log("auditwheel/wheeltools.py")), &expected);
    assert_first(
        &alone(&log("auditor/wheeltools.py")),
        &Expected { sentence: "finds no module", remedy: "", command: "", ..expected },
    );
}

#[test]
fn a_library_asked_for_by_its_bare_name_is_installed_as_its_system_has_it() {
    let asked = "ctypes.util.find_library() did not manage to locate a library called 'gobject-2.0-0'";
    let remedy = |text: &str| {
        let judged = super::alone(text);
        format!("{} {}", judged[0].remedy.text, judged[0].remedy.lines(dylens::command::Shell::Sh).join(" "))
    };
    assert!(remedy(&format!("OSError: {asked}\n")).contains("apt-get install libglib2.0-0"));
    assert!(
        remedy(&format!("OSError: cannot load library 'gobject-2.0-0': error 0x7e.  Additionally, {asked}\n"))
            .contains("MSYS2")
    );
    let mac = format!(
        "OSError: cannot load library 'gobject-2.0-0': dlopen(gobject-2.0-0, 0x0002): tried: '/usr/lib/gobject-2.0-0' (no such file, not in dyld \
         cache).  Additionally, {asked}\n"
    );
    let remedy = remedy(&mac);
    assert!(remedy.contains("brew install pango") && remedy.contains("DYLD_FALLBACK_LIBRARY_PATH"), "{remedy}");
}

#[test]
fn the_reason_in_a_list_of_errors_ends_at_its_quote() {
    let log = "OSError: Could not load shared object file: libx.so\nErrors were: [OSError('libx.so: cannot open shared object file: No such file or \
               directory'), OSError('/v/site-packages/x/libx.so: undefined symbol: _ZN4llvm3fooEv, version LLVM_11')]\n";
    let judged = super::alone(log);
    assert!(judged.iter().any(|judged| judged.incident.told("symbol") == Some("_ZN4llvm3fooEv")), "{judged:#?}");
}

#[test]
fn an_isolated_build_does_not_see_what_is_installed() {
    let of = |frame: &str, module: &str| {
        let log = format!(
            "      Traceback (most recent call last):\n        File \"{frame}\", line 353, in <module>\n          main()\n      ModuleNotFoundError: No module named '{module}'\n"
        );
        let judged = super::alone(&log);
        (judged[0].cause.word(), judged[0].remedy.text.clone())
    };
    let hooks = "/v/lib/python3.12/site-packages/pip/_vendor/pyproject_hooks/_in_process/_in_process.py";
    assert!(of(hooks, "Cython").1.contains("--no-build-isolation"));
    assert!(!of("/home/me/a.py", "Cython").1.contains("isolation"));
    assert_eq!(of(hooks, "distutils").0, "python-too-new");
    assert_eq!(of("/home/me/a.py", "imposter").0, "module-missing");
}

#[test]
fn a_package_without_a_part_of_itself_was_not_built_whole() {
    let of = |module: &str| {
        let log = format!(
            "  File \"/v/lib/python3.10/site-packages/youbit/ecc/ecc.py\", line 4, in <module>\n    import it\nModuleNotFoundError: No module named '{module}'\n"
        );
        super::alone(&log)[0].sentence.clone()
    };
    assert!(of("youbit.ecc.creedsolo").contains("without its own module"));
    assert!(!of("other.ecc").contains("without its own module"));
}
