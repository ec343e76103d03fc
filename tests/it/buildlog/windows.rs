//! Logs of Windows.

use dylens::buildlog::Verdict;

use super::{Expected, alone, assert_first, beside};

const PLAIN: Expected =
    Expected { cause: "library-missing", verdict: Verdict::Guilty, file: "", sentence: "", remedy: "", command: "" };

#[test]
fn windows_says_that_a_dll_is_missing_and_not_which() {
    let log = "Traceback (most recent call last):\n  File \"C:\\v\\Lib\\site-packages\\p\\__init__.py\", line 3, in <module>\n    from ._x import y\n\
               ImportError: DLL load failed while importing _x: The specified module could not be found.\n";
    let expected = Expected {
        sentence: "the module _x (imported in p/__init__.py) was found, and a DLL that it needs was not",
        remedy: "install the Visual C++ Redistributable",
        ..PLAIN
    };
    assert_first(&alone(log), &expected);
}

#[test]
fn the_language_of_windows_does_not_matter() {
    for why in [
        "Das angegebene Modul wurde nicht gefunden.",
        "指定されたモジュールが見つかりません。",
        "Le module spécifié est introuvable.",
    ] {
        let log = format!("ImportError: DLL load failed while importing _x: {why}\n");
        assert_first(&alone(&log), &Expected { sentence: "the module _x was found", ..PLAIN });
    }
    for why in ["%1 is not a valid Win32 application.", "%1 ist keine zulässige Win32-Anwendung."] {
        let log = format!("ImportError: DLL load failed while importing _x: {why}\n");
        assert_first(&alone(&log), &Expected { cause: "wrong-architecture", sentence: "another processor", ..PLAIN });
    }
}

#[test]
fn other_sentences_mean_other_things() {
    let of = |why: &str| format!("ImportError: DLL load failed while importing _x: {why}\n");
    let log = of("The specified procedure could not be found.");
    assert_first(&alone(&log), &Expected { cause: "symbol-missing", sentence: "a function that the DLL", ..PLAIN });
    let log = of("A dynamic link library (DLL) initialization routine failed.");
    assert_first(&alone(&log), &Expected { cause: "init-failed", remedy: "Redistributable", ..PLAIN });
    assert_first(
        &alone("ImportError: DLL load failed with error code 193 while importing _x\n"),
        &Expected { cause: "wrong-architecture", ..PLAIN },
    );
    assert_first(&alone("ImportError: DLL load failed: The specified module could not be found.\n"), &PLAIN);
    let log = "ImportError: Module use of python39.dll conflicts with this version of Python.\n";
    assert_first(&alone(log), &Expected { cause: "python-mismatch", sentence: "python39.dll", ..PLAIN });
}

#[test]
fn api_sets_are_noise_and_the_runtime_of_visual_c_is_not() {
    let log = "3500 WARNING: lib not found: api-ms-win-crt-heap-l1-1-0.dll dependency of c:\\python38\\python.exe\n\
               3501 WARNING: lib not found: MSVCP140.dll dependency of c:\\v\\lib\\site-packages\\p\\_x.pyd\n\
               3502 WARNING: Library not found: could not resolve 'KERNEL32.dll', dependency of 'C:\\\\v\\\\x.pyd'.\n";
    let judged = alone(log);
    assert_first(
        &judged,
        &Expected {
            cause: "msvc-runtime",
            sentence: "MSVCP140.dll, which p/_x.pyd needs,",
            remedy: "Redistributable",
            ..PLAIN
        },
    );
    assert!(judged[1..].iter().all(|judged| judged.verdict == Verdict::Noise), "{judged:#?}");
}

#[test]
fn a_path_that_python_quoted_is_read_as_it_is() {
    let log = "WARNING: Library not found: could not resolve 'tbb12.dll', dependency of 'C:\\\\a b\\\\site-packages\\\\numba\\\\tbbpool.pyd'.\n";
    let judged = alone(log);
    assert_eq!(judged[0].incident.by(), Some(r"C:\a b\site-packages\numba\tbbpool.pyd"));
    assert!(
        judged[0].sentence.starts_with("tbb12.dll, needed by numba/tbbpool.pyd, is not found"),
        "{}",
        judged[0].sentence
    );
}

#[test]
fn delvewheel_is_led_to_the_folder() {
    let log = "repairing p-1-cp311-cp311-win_amd64.whl\nfinding DLL dependencies\nFileNotFoundError: Unable to find library: foo.dll\n";
    assert_first(
        &alone(log),
        &Expected { sentence: "foo.dll is not found", command: "delvewheel repair --add-path FOLDER", ..PLAIN },
    );
    let log = log.replace("foo.dll", "torch_cpu.dll");
    let expected =
        Expected { cause: "other-wheel", verdict: Verdict::Innocent, command: "--exclude torch_cpu.dll", ..PLAIN };
    assert_first(&alone(&log), &expected);
}

#[test]
fn microsoft_s_linker_is_read_in_any_language() {
    for says in ["cannot open input file 'foo.lib'", "Eingabedatei \"foo.lib\" kann nicht geöffnet werden."] {
        let log = format!("LINK : fatal error LNK1181: {says}\nerror: command 'link.exe' failed with exit code 1181\n");
        assert_first(&alone(&log), &Expected { cause: "link-library", sentence: "the linker wants foo.lib", ..PLAIN });
    }
    let log = "m.obj : error LNK2001: unresolved external symbol __imp_PyList_New\n";
    assert_first(&alone(log), &Expected { cause: "link-symbol", ..PLAIN });
}

/// A folder of packages for Windows in which a module needs a DLL that needs one that nobody brings.
const WORLD: &str = "//- /env/p-1.dist-info/WHEEL
    Wheel-Version: 1.0
    //- /env/p/__init__.py
    //- /env/p/_x.cp311-win_amd64.pyd pe x86_64 defines:PyInit__x needs:a.dll,KERNEL32.dll
    //- /env/p/a.dll pe x86_64 needs:Gone.dll,KERNEL32.dll";

#[test]
fn the_environment_tells_which_dll_windows_means() {
    let expected = Expected { file: "p/a.dll", sentence: "Gone.dll, needed by p/a.dll, is not found", ..PLAIN };
    for log in [
        "ImportError: DLL load failed while importing _x: Das angegebene Modul wurde nicht gefunden.\n",
        "ImportError: DLL load failed: The specified module could not be found.\n  File \"C:\\v\\site-packages\\p\\_x.py\", line 1\n",
        "ImportError: LoadLibraryExW 'C:\\app.dist\\p\\_x.cp311-win_amd64.pyd' failed: The specified module could not be found.\n",
        "OSError: [WinError 126] Das angegebene Modul wurde nicht gefunden. Error loading \"C:\\v\\Lib\\site-packages\\p\\a.dll\" or one of its dependencies.\n",
        "FileNotFoundError: Could not find module 'C:\\v\\Lib\\site-packages\\p\\a.dll' (or one of its dependencies). Try using the full path\n",
    ] {
        if log.starts_with("ImportError: DLL load failed: ") {
            assert_first(&beside(log, "/env", WORLD), &Expected { sentence: "Windows does not say which", ..PLAIN });
        } else {
            assert_first(&beside(log, "/env", WORLD), &expected);
        }
    }
}

#[test]
fn delvewheel_does_not_look_into_the_wheel_by_itself() {
    let log = "FileNotFoundError: Unable to find library: a.dll\n";
    let expected = Expected {
        cause: "found-by-loader",
        verdict: Verdict::Innocent,
        file: "p/_x.cp311-win_amd64.pyd",
        sentence: "a.dll, which delvewheel does not find, is not missing: it is p/a.dll",
        remedy: "lead delvewheel there",
        command: "delvewheel repair --ignore-existing",
    };
    assert_first(&beside(log, "/env", WORLD), &expected);
}

#[test]
fn errors_of_files_are_none_of_loading() {
    super::assert_nothing("OSError: [WinError 2] The system cannot find the file specified\n");
    assert_first(
        &alone("OSError: [WinError 193] %1 ist keine Anwendung\n"),
        &Expected { cause: "wrong-architecture", ..PLAIN },
    );
    assert_first(
        &alone("OSError: [WinError 1455] Die Auslagerungsdatei ist zu klein\n"),
        &Expected { cause: "no-memory", ..PLAIN },
    );
}

#[test]
fn a_procedure_that_an_older_windows_lacks_is_named() {
    let world = |takes: &str| {
        format!(
            "//- /env/p-1.dist-info/WHEEL
             Wheel-Version: 1.0
             //- /env/p/_x.cp311-win_amd64.pyd pe x86_64 defines:PyInit__x needs:bcryptprimitives.dll,KERNEL32.dll takes:{takes}"
        )
    };
    let log = "ImportError: DLL load failed while importing _x: The specified procedure could not be found.\n";
    assert_first(
        &beside(log, "/env", &world("ProcessPrng@bcryptprimitives.dll,CreateFileW@KERNEL32.dll")),
        &Expected {
            cause: "symbol-missing",
            file: "p/_x.cp311-win_amd64.pyd",
            sentence: "takes ProcessPrng of bcryptprimitives.dll, which Windows 8 and later have",
            remedy: "on an older release than Windows 8",
            ..PLAIN
        },
    );
    assert_first(
        &beside(log, "/env", &world("CreateFileW@KERNEL32.dll")),
        &Expected {
            cause: "symbol-missing",
            file: "p/_x.cp311-win_amd64.pyd",
            sentence: "a function that the DLL",
            ..PLAIN
        },
    );
}

#[test]
fn py2exe_names_the_file_that_did_not_load() {
    let log = "ImportError: (DLL load failed: The specified module could not be found.) 'C:\\\\code\\\\dist\\\\numpy.core._multiarray_umath.pyd'\n";
    let first = &alone(log)[0];
    assert_eq!(first.cause.word(), "library-missing");
    assert!(first.incident.by().is_some_and(|by| by.ends_with("numpy.core._multiarray_umath.pyd")), "{first:#?}");
}

#[test]
fn the_module_is_told_by_the_line_that_imports_it() {
    let of = |line: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    {line}\nImportError: DLL load failed: The specified module could not be found.\n"
        )
    };
    let judged = alone(&of("import win32api"));
    assert!(judged[0].sentence.contains("(imported in a.py) belongs to pywin32"), "{judged:#?}");
    assert_eq!(alone(&of("from . import _x"))[0].incident.told("module"), Some("_x"));
    let judged = alone(&of("import win32foo"));
    assert!(
        !judged[0].sentence.contains("pywin32") && judged[0].sentence.contains("the module win32foo"),
        "{judged:#?}"
    );
    assert_eq!(alone(&of("load(\"x\")"))[0].incident.told("module"), None);
}

#[test]
fn a_program_of_nuitka_s_is_known_by_its_frames_and_short_paths() {
    let of = |frame: &str| {
        let log = format!(
            "  File \"{frame}\", line 3, in <module scipy.linalg.blas>\nImportError: LoadLibraryExW 'C:\\d\\scipy\\linalg\\_fblas.pyd' failed: The \
             specified module could not be found.\n"
        );
        alone(&log)[0].remedy.text.clone()
    };
    assert!(of("C:\\_dev\\ERROR~1.DIS\\scipy\\linalg\\blas.py").contains("Nuitka: --include-data-files"));
    let plain = alone(
        "  File \"C:\\v\\a.py\", line 3, in <module>\nImportError: LoadLibraryExW 'C:\\v\\_fblas.pyd' failed: The specified module could not be found.\n",
    );
    assert!(!plain[0].remedy.text.contains("Nuitka"));
}
