//! Logs of macOS.

use dylens::buildlog::Verdict;

use super::{Expected, alone, assert_first, beside};

const RUST: &str = "//- /env/p/_rust/_rs.DARWIN macho arm64 id:@rpath/p._rust._rs.DARWIN defines:PyInit__rs
    //- /env/p/_rust/__init__.py
    //- /env/p-1.dist-info/METADATA
    Name: p
    Version: 1
    //- /env/p-1.dist-info/WHEEL
    Generator: maturin (1.4.0)
    //- /env/p-1.dist-info/RECORD
    p/_rust/_rs.DARWIN,,";

#[test]
fn nuitka_takes_a_module_s_own_name_for_a_library() {
    let log = "FATAL: Error, failed to find path @rpath/p._rust._rs.cpython-312-darwin.so (resolved DLL to \
               /x/lib/python3.12/site-packages/p/_rust/p._rust._rs.cpython-312-darwin.so) for \
               /x/lib/python3.12/site-packages/p/_rust/_rs.cpython-312-darwin.so from 'p', please report the bug.";
    let expected = Expected {
        cause: "own-install-name",
        verdict: Verdict::Innocent,
        file: "p/_rust/_rs.cpython-311-darwin.so",
        sentence: "with the package prefix “p._rust.”",
        remedy: "upgrade Nuitka to 2.3.11 or later",
        command: "install_name_tool -id @rpath/_rs.",
    };
    // The wheel that is looked at is for another interpreter than the log's.
    assert_first(&beside(log, "/env", RUST), &expected);
    assert_first(&alone(log), &Expected { file: "", ..expected });
}

#[test]
fn every_wording_of_nuitka_s_comes_to_the_same() {
    let (name, resolved) =
        ("@rpath/p._rust._rs.cpython-311-darwin.so", "/x/site-packages/p/_rust/p._rust._rs.cpython-311-darwin.so");
    let by = "/x/site-packages/p/_rust/_rs.cpython-311-darwin.so";
    for log in [
        format!("Error, failed to resolve DLL path {name} (for {by}), please report the bug."),
        format!("Error, failed to find path {name} (resolved DLL to {resolved}) for {by}, please report the bug."),
        format!(
            "Error, failed to find path {name} (resolved DLL to {resolved}) for {by} from 'p._rust', please report the bug."
        ),
        format!(
            "Error, failed to find path {name} (resolved DLL to {resolved}) for{by} from 'p._rust', please report the bug."
        ),
        format!(
            "Error, failed to find path '{name}' (resolved DLL to '{resolved}') for binary '{by}' from package 'p._rust', please report the bug."
        ),
        format!("Error, problem with dependency scan of '{by}' with '{name}' please report the bug."),
    ] {
        let judged = beside(&format!("FATAL: {log}\n"), "/env", RUST);
        assert_eq!(judged.len(), 1, "{log}");
        assert_eq!((judged[0].cause.word(), judged[0].incident.by()), ("own-install-name", Some(by)), "{log}");
        assert!(judged[0].finding.is_some(), "{log}");
    }
}

#[test]
fn a_library_that_nuitka_misses_and_dyld_too_is_missing() {
    let world = "//- /env/p/m.DARWIN MODULE defines:PyInit_m needs:/opt/homebrew/opt/xz/lib/liblzma.5.dylib
        //- /env/p-1.dist-info/WHEEL
        Wheel-Version: 1.0";
    let log = "FATAL: Error, failed to find path /opt/homebrew/opt/xz/lib/liblzma.5.dylib (resolved DLL to \
               /opt/homebrew/opt/xz/lib/liblzma.5.dylib) for /x/site-packages/p/m.cpython-311-darwin.so from 'p', please report the bug.";
    let expected = Expected {
        cause: "library-missing",
        verdict: Verdict::Guilty,
        file: "p/m.cpython-311-darwin.so",
        sentence: "Homebrew",
        remedy: "install liblzma.5.dylib",
        command: "brew install xz",
    };
    assert_first(&beside(log, "/env", world), &expected);
    assert_first(&alone(log), &Expected { file: "", remedy: "install xz, whose folder it lies in", ..expected });
}

#[test]
fn a_name_of_a_need_that_looks_like_the_file_s_own_is_a_need() {
    let world = "//- /env/p/libx.1.2.dylib macho arm64 id:@rpath/libx.1.2.dylib needs:@rpath/libx.1.dylib
        //- /env/p/m.DARWIN MODULE defines:PyInit_m needs:@loader_path/libx.1.2.dylib";
    let log = "FATAL: Error, failed to find path @rpath/libx.1.dylib (resolved DLL to /x/site-packages/p/libx.1.dylib) for \
               /x/site-packages/p/libx.1.2.dylib from 'p', please report the bug.";
    let judged = beside(log, "/env", world);
    assert_eq!(judged[0].cause.word(), "library-missing", "{judged:#?}");
}

#[test]
fn another_tag_is_the_builder_s_mistake() {
    let world = "//- /env/w/_n.abi3.so macho arm64 id:@rpath/_n.cpython-37m-darwin.so defines:PyInit__n
        //- /env/w-1.dist-info/METADATA
        Name: w
        Version: 1
        //- /env/w-1.dist-info/RECORD
        w/_n.abi3.so,,";
    let log = "Error, failed to find path @rpath/_n.cpython-37m-darwin.so (resolved DLL to /x/site-packages/w/_n.cpython-37m-darwin.so) \
               for /x/site-packages/w/_n.abi3.so, please report the bug.";
    assert_first(
        &beside(log, "/env", world),
        &Expected {
            cause: "own-install-name",
            verdict: Verdict::Innocent,
            file: "w/_n.abi3.so",
            sentence: "the tag “cpython-37m-darwin” instead of the tag “abi3”",
            remedy: "a newer w, where there is one,",
            command: "codesign --force --sign -",
        },
    );
}

#[test]
fn libraries_of_the_shared_cache_are_no_loss() {
    let log = "5041 ERROR: Can not find path /usr/lib/libSystem.B.dylib (needed by /x/bin/python3.8)\n\
               5042 ERROR: Can not find path /opt/local/lib/libz.1.dylib (needed by /x/bin/python3.8)\n";
    let judged = alone(log);
    assert_eq!(judged[0].incident.accused(), Some("/opt/local/lib/libz.1.dylib"), "what matters comes first");
    let noise = &judged[1];
    assert_eq!((noise.cause.word(), noise.verdict), ("shared-cache", Verdict::Noise));
    assert!(noise.sentence.contains("dyld's shared cache"), "{}", noise.sentence);
}

#[test]
fn delocate_does_not_find_what_dyld_finds_by_the_rpath_of_who_asks() {
    let world =
        "//- /env/p/m.DARWIN MODULE defines:PyInit_m needs:@rpath/liba.dylib rpath:@loader_path/lib,@loader_path/more
        //- /env/p/lib/liba.dylib macho arm64 id:@rpath/liba.dylib needs:@rpath/libb.dylib
        //- /env/p/more/libb.dylib macho arm64 id:@rpath/libb.dylib";
    let log = "ERROR:delocate.libsana:\n@rpath/libb.dylib not found:\n  Needed by: /private/tmp/tmpx/wheel/p/lib/liba.dylib\n  \
               Search path:\n    /usr/local/lib\ndelocate.libsana.DelocationError: Could not find all dependencies.\n";
    assert_first(
        &beside(log, "/env", world),
        &Expected {
            cause: "found-by-loader",
            verdict: Verdict::Innocent,
            file: "p/lib/liba.dylib",
            sentence: "is not missing: it is p/more/libb.dylib",
            remedy: "lead delocate there",
            command: "DYLD_LIBRARY_PATH=p/more delocate-wheel",
        },
    );
}

#[test]
fn what_the_loader_finds_is_not_missing() {
    let world = "//- /env/p/m.DARWIN MODULE defines:PyInit_m needs:@rpath/liba.dylib rpath:@loader_path/lib
        //- /env/p/lib/liba.dylib macho arm64 id:@rpath/liba.dylib";
    let log = "@rpath/liba.dylib not found:\n  Needed by: /tmp/wheel/p/m.cpython-311-darwin.so\n";
    assert_first(
        &beside(log, "/env", world),
        &Expected {
            cause: "found-by-loader",
            verdict: Verdict::Innocent,
            file: "p/m.cpython-311-darwin.so",
            sentence: "is not missing: it is p/lib/liba.dylib",
            remedy: "lead delocate there",
            command: "DYLD_LIBRARY_PATH=p/lib delocate-wheel",
        },
    );
}

#[test]
fn dyld_s_words_are_read_in_their_old_and_new_forms() {
    let world = "//- /env/p/m.DARWIN MODULE defines:PyInit_m needs:@rpath/libomp.dylib
        //- /env/p-1.dist-info/WHEEL
        Wheel-Version: 1.0";
    for log in [
        "ImportError: dlopen(/x/site-packages/p/m.cpython-311-darwin.so, 0x0002): Library not loaded: @rpath/libomp.dylib\n  \
         Referenced from: <4C4C4455-5555-3144-A1F6-000000000000> /x/site-packages/p/m.cpython-311-darwin.so\n  \
         Reason: tried: '/usr/local/lib/libomp.dylib' (no such file)\n",
        "ImportError: dlopen(/x/site-packages/p/m.cpython-311-darwin.so, 2): Library not loaded: @rpath/libomp.dylib\n  \
         Referenced from: /x/site-packages/p/m.cpython-311-darwin.so\n  Reason: image not found\n",
    ] {
        assert_first(
            &beside(log, "/env", world),
            &Expected {
                cause: "library-missing",
                verdict: Verdict::Guilty,
                file: "p/m.cpython-311-darwin.so",
                sentence: "@rpath/libomp.dylib, needed by p/m.cpython-311-darwin.so, is not found",
                remedy: "install",
                command: "brew install libomp",
            },
        );
    }
}

#[test]
fn a_module_for_the_other_processor_is_told_with_both() {
    let log = "ImportError: dlopen(/x/site-packages/p/m.so, 0x0002): tried: '/x/site-packages/p/m.so' (mach-o file, but is an \
               incompatible architecture (have 'x86_64', need 'arm64'))\n";
    let expected = Expected {
        cause: "wrong-architecture",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "is made for x86_64, not for the processor",
        remedy: "install p for arm64",
        command: "",
    };
    assert_first(&alone(log), &expected);
    let world = "//- /env/p/m.so macho x86_64 bundle defines:PyInit_m
        //- /env/p/n.DARWIN MODULE defines:PyInit_n
        //- /env/p/o.DARWIN MODULE defines:PyInit_o";
    assert_first(&beside(log, "/env", world), &Expected { file: "p/m.so", sentence: "x86_64", remedy: "", ..expected });
}

#[test]
fn a_signature_that_is_stale_is_made_anew() {
    let log = "ImportError: dlopen(/x/site-packages/p/m.so, 0x0002): tried: '/x/site-packages/p/m.so' (code signature in \
               <3F8E-1> '/x/site-packages/p/m.so' not valid for use in process: mapped file has no cdhash)\n";
    let expected = Expected {
        cause: "code-signature",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "signature",
        remedy: "sign it again",
        command: "codesign --force --sign -",
    };
    assert_first(&alone(log), &expected);
    let world = "//- /env/p/m.so MODULE defines:PyInit_m stale";
    assert_first(&beside(log, "/env", world), &Expected { file: "p/m.so", remedy: "", ..expected });
}

#[test]
fn an_elf_token_in_a_mach_o_rpath_is_none() {
    let log = "ImportError: dlopen(/x/app.dist/m.so, 0x0002): Library not loaded: $ORIGIN/libq.dylib\n  \
               Referenced from: <1> /x/app.dist/m.so\n  Reason: tried: '$ORIGIN/libq.dylib' (no such file)\n";
    assert_first(
        &alone(log),
        &Expected {
            cause: "foreign-rpath",
            verdict: Verdict::Guilty,
            file: "",
            sentence: "only Linux's loaders know",
            remedy: "@loader_path",
            command: "",
        },
    );
}

#[test]
fn the_oldest_macos_of_a_library_is_delocate_s_complaint() {
    let log = "delocate.libsana.DelocationError: Library dependencies do not satisfy target MacOS version 11.0:\n\
               /private/tmp/wheel/p/.dylibs/libomp.dylib has a minimum target of 14.0\n";
    assert_first(
        &alone(log),
        &Expected {
            cause: "macos-too-new",
            verdict: Verdict::Guilty,
            file: "",
            sentence: "is built for macOS 14.0 and later, and the wheel promises 11.0",
            remedy: "MACOSX_DEPLOYMENT_TARGET=14.0",
            command: "",
        },
    );
}

#[test]
fn cx_freeze_and_py2app_miss_a_library() {
    for log in [
        "\nERROR: Problem resolving RPath [@rpath/libq.dylib] in file:\n/x/site-packages/p/m.so\n",
        "WARNING: Unable to resolve reference to @rpath/libq.dylib from file /x/site-packages/p/m.so.  Frozen application may not function correctly.\n",
        "cx_Freeze.exception.PlatformError: Could not resolve path: @rpath/libq.dylib from file /x/site-packages/p/m.so.\n",
        "ValueError: dylib @rpath/libq.dylib could not be found\n",
    ] {
        let judged = alone(log);
        assert_eq!(
            (judged[0].cause.word(), judged[0].incident.accused()),
            ("library-missing", Some("@rpath/libq.dylib")),
            "{log}"
        );
    }
}

#[test]
fn a_framework_is_not_missing_from_itself() {
    let log = "FATAL: Error, failed to resolve DLL path @rpath/QtCore.framework/Versions/5/QtCore (for \
               /x/lib/python3.7/site-packages/PyQt5/Qt5/lib/QtCore.framework/Versions/5/QtCore), please report the bug.\n";
    assert_first(
        &alone(log),
        &Expected {
            cause: "own-install-name",
            verdict: Verdict::Innocent,
            file: "",
            sentence: "the install name (LC_ID_DYLIB) of PyQt5/Qt5/lib/QtCore.framework/Versions/5/QtCore itself",
            remedy: "",
            command: "install_name_tool -id",
        },
    );
}

#[test]
fn the_python_of_the_machine_that_built_it_is_told_as_such() {
    let baked = "FATAL: Error, failed to find path /install/lib/libpython3.12.dylib (resolved DLL to /install/lib/libpython3.12.dylib) for \
                 /x/cpython-3.12.3-macos-aarch64-none/bin/python3.12 from 'None', please report the bug.\n";
    let expected = Expected {
        cause: "python-library",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "python-build-standalone",
        remedy: "newer build of that Python",
        command: "install_name_tool -change /install/lib/libpython3.12.dylib",
    };
    assert_first(&alone(baked), &expected);
    let frozen = "dyld: Library not loaded: /Library/Frameworks/Python.framework/Versions/3.8/Python\n  Referenced from: \
                  /Volumes/USB DISK/app/main\n  Reason: image not found\n";
    let other = Expected {
        sentence: "asks for the Python of the machine that built it",
        remedy: "upgrade the bundler",
        command: "Python",
        ..expected
    };
    assert_first(&alone(frozen), &other);
    let own = frozen.replace("/Library/Frameworks/Python.framework/Versions/3.8/Python", "@rpath/libpython3.8.dylib");
    assert_first(
        &alone(&own),
        &Expected {
            sentence: "@rpath/libpython3.8.dylib",
            remedy: "rpath",
            command: "install_name_tool -add_rpath @executable_path",
            ..other
        },
    );
}

/// A package with a module that looks a symbol up in everything that is loaded.
const FLAT: &str = "//- /env/p/_p.DARWIN macho arm64 bundle defines:PyInit__p takes:bcf_float_missing
    //- /env/p/__init__.py
    //- /env/p-1.dist-info/METADATA
    Name: p
    Version: 1
    //- /env/p-1.dist-info/RECORD
    p/_p.DARWIN,,";

#[test]
fn a_symbol_of_the_flat_namespace_belongs_to_a_library_that_was_not_linked() {
    let by = "/x/lib/python3.11/site-packages/p/_p.cpython-311-darwin.so";
    for log in [
        format!("ImportError: dlopen({by}, 0x0002): symbol not found in flat namespace '_bcf_float_missing'\n"),
        format!("ImportError: dlopen({by}, 0x0002): symbol not found in flat namespace (_bcf_float_missing)\n"),
        format!(
            "ImportError: dlopen({by}, 2): Symbol not found: _bcf_float_missing\n  Referenced from: {by}\n  Expected in: flat namespace\n in {by}\n"
        ),
    ] {
        let expected = Expected {
            cause: "symbol-missing",
            verdict: Verdict::Guilty,
            file: "",
            sentence: "was not linked",
            remedy: "another release of the package",
            command: "",
        };
        assert_first(&alone(&log), &expected);
        let judged = beside(&log, "/env", FLAT);
        assert_first(
            &judged,
            &Expected { file: "p/_p.cpython-311-darwin.so", remedy: "another release of p", ..expected },
        );
        assert!(judged[0].finding.is_some(), "{log}");
    }
}

#[test]
fn a_library_that_a_wheel_brings_itself_is_nobody_else_s_to_install() {
    let log = |name: &str| {
        format!(
            "ImportError: dlopen(/c/envs/t/lib/python3.10/site-packages/p/_p.cpython-310-darwin.so, 0x0002): Library not loaded: {name}\n  \
             Referenced from: <745CD5B9-BA1A-3A1A-AC9B-88144A4BFEE8> /c/envs/t/lib/python3.10/site-packages/p/_p.cpython-310-darwin.so\n  \
             Reason: tried: '/c/envs/t/lib/libx.1.dylib' (no such file)\n"
        )
    };
    let expected = Expected {
        cause: "library-missing",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "bundled in the p wheel in its folder p.dylibs",
        remedy: "reinstall p",
        command: "python -m pip install --force-reinstall --no-deps p",
    };
    assert_first(&alone(&log("@loader_path/../../../p.dylibs/libx.1.dylib")), &expected);
    let other = Expected { sentence: "is not found", remedy: "", command: "", ..expected };
    assert_first(&alone(&log("@loader_path/../../../p.lib/libx.1.dylib")), &other);
}

#[test]
fn a_module_that_asks_for_its_python_by_a_path_is_for_another_build_of_it() {
    let log = "ImportError: dlopen(/L/lib/python3.9/site-packages/p/_p.so, 0x0002): Library not loaded: @rpath/Python\n  Referenced from: \
               /L/lib/python3.9/site-packages/p/_p.so\n  Reason: tried: '/L/lib/python3.9/site-packages/p/./Python' (no such file)\n";
    let expected = Expected {
        cause: "python-library",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "linked against the shared library of the Python",
        remedy: "use another release of the package",
        command: "",
    };
    assert_first(&alone(log), &expected);
}

#[test]
fn tools_of_apple_that_are_gone_are_installed_again() {
    let gone = "xcrun: error: invalid active developer path (/Library/Developer/CommandLineTools), missing xcrun at: /L/usr/bin/xcrun";
    let nuitka =
        format!("FATAL: Error, call to 'otool' failed: ['/usr/bin/otool', '-l', '/L/python3'] -> b'{gone}\\n'.\n");
    let expected = Expected {
        cause: "tool-stumbled",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "Command Line Tools",
        remedy: "install",
        command: "xcode-select --install",
    };
    assert_first(&alone(&nuitka), &expected);
    assert_first(&alone(&format!("{gone}\n")), &Expected { cause: "link-failed", ..expected });
    let other = nuitka.replace("invalid active developer path", "invalid path");
    assert_first(
        &alone(&other),
        &Expected { sentence: "otool, which Nuitka calls, failed", remedy: "", command: "", ..expected },
    );
}

#[test]
fn a_library_in_place_of_the_system_s_makes_nuitka_s_tools_warn() {
    let log = "FATAL: Error, call to 'otool' gave warnings: ['/usr/bin/otool', '-L', '/d/t'] -> b\"dyld[1708]: symbol 'x' missing from root that \
               overrides /usr/lib/libc++.1.dylib. Use of that symbol in /S/Foo is being set to 0xBAD4007.\\n\"\n";
    let expected = Expected {
        cause: "tool-stumbled",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "in place of the system's /usr/lib/libc++.1.dylib",
        remedy: "DYLD_LIBRARY_PATH",
        command: "python -m pip install --upgrade nuitka",
    };
    assert_first(&alone(log), &expected);
}

#[test]
fn what_nuitka_found_and_lost_is_not_missing() {
    let log = |resolved: &str| {
        format!(
            "FATAL: Error, failed to find path @rpath/libc++.1.dylib (resolved DLL to {resolved}) for /e/lib/python3.9/site-packages/c/k.cpython-39-darwin.so \
             from 'c', please report the bug.\n"
        )
    };
    let expected = Expected {
        cause: "found-by-loader",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "exists (c/libc++.1.dylib)",
        remedy: "upgrade Nuitka",
        command: "python -m pip install --upgrade nuitka",
    };
    assert_first(&alone(&log("/e/lib/python3.9/site-packages/c/libc++.1.dylib")), &expected);
    let lost = Expected { cause: "library-missing", sentence: "is not found", remedy: "", command: "", ..expected };
    assert_first(&alone(&log("@rpath/libc++.1.dylib")), &lost);
}

#[test]
fn a_bundle_is_known_by_its_folder_and_brings_what_it_needs() {
    let log = |folder: &str| {
        format!(
            "ImportError: dlopen(/d/{folder}/PySide6/QtWidgets.so, 0x0002): Library not loaded: @rpath/QtQml.framework/Versions/A/QtQml\n  \
             Referenced from: /d/{folder}/libpyside6.dylib\n  Reason: tried: '/d/{folder}/Qt/lib/QtQml' (no such file)\n"
        )
    };
    let expected = Expected {
        cause: "library-missing",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "not in the bundle that Nuitka made",
        remedy: "include the library with an option of Nuitka",
        command: "--include-data-files",
    };
    assert_first(&alone(&log("test.dist")), &expected);
    assert_first(&alone(&log("test.dir")), &Expected { sentence: "is not found", remedy: "", command: "", ..expected });
}

#[test]
fn pypy_s_names_and_cpython_s_tell_whom_a_file_was_built_for() {
    let of = |tag: &str, symbol: &str| {
        format!(
            "ImportError: dlopen(/v/site-packages/p/m.{tag}.so, 6): Symbol not found: {symbol}\n  Referenced from: /v/site-packages/p/m.{tag}.so\n  \
             Expected in: flat namespace\n"
        )
    };
    let says = |tag: &str, symbol: &str| alone(&of(tag, symbol))[0].sentence.clone();
    assert!(says("pypy37-pp73-darwin", "_PyExc_AttributeError").ends_with("it was built for CPython"));
    assert!(says("cpython-311-darwin", "_PyPyExc_AttributeError").ends_with("it was built for PyPy"));
    assert!(!says("cpython-311-darwin", "_PyExc_AttributeError").contains("PyPy"));
}

#[test]
fn gcc_s_runtime_is_no_part_of_a_newer_macos() {
    let of = |symbol: &str| {
        format!(
            "ImportError: dlopen(/v/site-packages/p/m.so, 2): Symbol not found: {symbol}\n  Referenced from: /v/site-packages/p/m.so\n  \
             Expected in: /usr/lib/libSystem.B.dylib\n in /v/site-packages/p/m.so\n"
        )
    };
    let judged = alone(&of("___addtf3"));
    assert_eq!(judged[0].cause.word(), "symbol-missing", "{judged:#?}");
    assert!(judged[0].remedy.text.contains("-lgcc"));
    assert_eq!(judged.iter().filter(|judged| judged.is_failure()).count(), 1, "{judged:#?}");
    assert_eq!(alone(&of("____chkstk_darwin"))[0].cause.word(), "macos-too-new");
}

#[test]
fn lipo_names_the_file_that_is_no_mach_o() {
    let judged = alone(
        "fatal error: /x/lipo: can't figure out the architecture type of: /b/app_packages.arm64/debugpy/attach_linux_amd64.so\n",
    );
    assert_eq!(
        (judged[0].cause.word(), judged[0].incident.by()),
        ("not-an-image", Some("/b/app_packages.arm64/debugpy/attach_linux_amd64.so"))
    );
}

#[test]
fn what_a_program_in_one_file_unpacks_is_signed_where_it_is_built() {
    let of = |path: &str| {
        format!(
            "dlopen({path}, 0x000A): tried: '{path}' (code signature in <4C4C> '{path}' not valid for use in process: mapped file has no Team ID)\n"
        )
    };
    let judged = alone(&of("/var/folders/1v/T/_MEIOF/libpython3.10.dylib"));
    assert!(judged[0].remedy.text.contains("--codesign-identity") && judged[0].remedy.fixes.is_empty(), "{judged:#?}");
    assert!(!alone(&of("/v/site-packages/p/m.so"))[0].remedy.fixes.is_empty());
}

#[test]
fn a_library_for_the_other_processor_is_installed_by_the_other_homebrew() {
    let of = |path: &str| {
        format!("dlopen({path}, 2): no suitable image found.  Did find:\n\t{path}: mach-o, but wrong architecture\n")
    };
    assert!(alone(&of("/usr/local/lib/libgobject-2.0.dylib"))[0].remedy.text.contains("/opt/homebrew"));
    assert!(!alone(&of("/v/site-packages/p/m.so"))[0].remedy.text.contains("Homebrew"));
}

#[test]
fn the_reason_for_which_a_library_was_passed_over_is_the_cause() {
    let of = |why: &str| {
        format!(
            "ImportError: dlopen(/d/T.app/Contents/Resources/zlib.cpython-311-darwin.so, 0x0002): Library not loaded: @executable_path/../Frameworks/libz.1.dylib\n  \
             Referenced from: <F5AA> /d/T.app/Contents/Resources/zlib.cpython-311-darwin.so\n  Reason: tried: '/d/T.app/Contents/Frameworks/libz.1.dylib' ({why})\n"
        )
    };
    let judged = alone(&of(
        "code signature invalid in <8499> '/d/T.app/Contents/Frameworks/libz.1.dylib' (errno=85) sliceOffset=0x0",
    ));
    assert_eq!(judged[0].cause.word(), "code-signature", "{judged:#?}");
    assert!(judged[0].incident.by().is_some_and(|by| by.ends_with("libz.1.dylib")));
    assert_eq!(judged.iter().filter(|judged| judged.is_failure()).count(), 1, "{judged:#?}");
    assert_eq!(alone(&of("no such file"))[0].cause.word(), "library-missing");
}

#[test]
fn a_file_that_is_tagged_for_one_system_is_no_file_of_another() {
    let log = "dlopen(/d/T.app/Contents/Resources/zlib.cpython-311-darwin.so, 2): Symbol not found: _foo\n  Referenced from: \
               /d/T.app/Contents/Resources/zlib.cpython-311-darwin.so\n  Expected in: flat namespace\n";
    let world = |name: &str| {
        format!(
            "//- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n//- SITE/{name} elf x86_64 defines:PyInit_zlib\n"
        )
    };
    assert_eq!(beside(log, "/env", &world("zlib.LINUX"))[0].file, None);
    assert!(beside(log, "/env", &world("zlib.abi3.so"))[0].file.is_some());
}

#[test]
fn what_strip_damaged_is_told_as_that() {
    let judged =
        alone("ImportError: dlopen(/d/a.so, 2): bad rebase type 4 in /d/K.app/Contents/Frameworks/liblzma.5.dylib\n");
    assert_eq!(
        (judged[0].cause.word(), judged[0].incident.by()),
        ("not-an-image", Some("/d/K.app/Contents/Frameworks/liblzma.5.dylib"))
    );
    assert!(judged[0].remedy.text.contains("--no-strip"));
}

#[test]
fn a_bare_name_that_ctypes_asks_dyld_for_is_missing_once() {
    let failures = |name: &str| {
        let log = format!(
            "OSError: cannot load library 'libgobject-2.0-0': dlopen(libgobject-2.0-0, 0x0002): tried: 'libgobject-2.0-0' (no such file).  \
             Additionally, ctypes.util.find_library() did not manage to locate a library called '{name}'\n"
        );
        alone(&log).iter().filter(|it| it.is_failure()).count()
    };
    assert_eq!(failures("libgobject-2.0-0"), 1);
    assert_eq!(failures("libother-2.0-0"), 2);
}
