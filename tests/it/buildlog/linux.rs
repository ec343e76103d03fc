//! Logs of Linux.

use dylens::buildlog::Verdict;

use super::{Expected, alone, assert_first, beside};

/// A virtual environment of Python 3.11 on glibc 2.36.
const ENV: &str = "//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
    //- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.2.5,GLIBC_2.34,GLIBC_2.36
    //- /etc/os-release
    ID=debian
    //- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6
    //- /usr/lib/python3.11/lib-dynload/_json.LINUX elf x86_64 defines:PyInit__json needs:libc.so.6
    //- /env/pyvenv.cfg
    home = /usr/bin
    version = 3.11.7
    //- /env/bin/python3 -> /usr/bin/python3.11
";

fn env(files: &str) -> String {
    format!("{ENV}{files}")
}

#[test]
fn a_library_that_glibc_misses_is_tied_to_who_needs_it() {
    let log = "Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\n\
               ImportError: libGL.so.1: cannot open shared object file: No such file or directory\n";
    let world = env(
        "//- SITE/p/m.LINUX elf x86_64 defines:PyInit_m needs:libGL.so.1,libc.so.6\n//- SITE/p/__init__.py\nfrom . import m",
    );
    let expected = Expected {
        cause: "library-missing",
        verdict: Verdict::Guilty,
        file: "lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so",
        sentence: "libGL.so.1",
        remedy: "install the package",
        command: "apt-get install libgl1",
    };
    assert_first(&beside(log, "/env", &world), &expected);
    assert_first(&alone(log), &Expected { file: "", ..expected });
}

#[test]
fn glibc_calls_a_file_for_another_processor_missing() {
    let log = "ImportError: /x/lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so: cannot open shared object file: \
               No such file or directory\n";
    let world = env("//- SITE/p/m.LINUX elf aarch64 defines:PyInit_m\n//- SITE/p/__init__.py\nfrom . import m");
    let expected = Expected {
        cause: "wrong-architecture",
        verdict: Verdict::Guilty,
        file: "lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so",
        sentence: "though the file is there",
        remedy: "",
        command: "",
    };
    assert_first(&beside(log, "/env", &world), &expected);
    let plain = Expected {
        cause: "library-missing",
        file: "",
        sentence: "made for another processor",
        command: "file /x/",
        ..expected
    };
    assert_first(&alone(log), &plain);
}

#[test]
fn what_is_found_here_was_missing_elsewhere() {
    let log = "ImportError: liba.so: cannot open shared object file: No such file or directory\n";
    let world = env(
        "//- SITE/p/m.LINUX elf x86_64 defines:PyInit_m needs:liba.so runpath:$ORIGIN\n//- SITE/p/liba.so elf x86_64 soname:liba.so",
    );
    assert_first(
        &beside(log, "/env", &world),
        &Expected {
            cause: "library-missing",
            verdict: Verdict::Guilty,
            file: "lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so",
            sentence: "in what is looked at it is lib/python3.11/site-packages/p/liba.so: the log is of another environment",
            remedy: "install the package that ships it",
            command: "apt-file search liba.so",
        },
    );
}

#[test]
fn damaged_files_are_told_by_their_damage() {
    for (says, contents) in [("invalid ELF header", "hex:00112233"), ("file too short", "empty")] {
        let log = format!("ImportError: /x/lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so: {says}\n");
        let world = env(&format!("//- SITE/p/m.LINUX {contents}\n//- SITE/p/__init__.py\nfrom . import m"));
        let expected = Expected {
            cause: "not-an-image",
            verdict: Verdict::Guilty,
            file: "lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so",
            sentence: "p/m.cpython-311",
            remedy: "",
            command: "",
        };
        assert_first(&beside(&log, "/env", &world), &expected);
        assert_first(&alone(&log), &Expected { file: "", remedy: "reinstall", ..expected });
    }
}

#[test]
fn a_version_of_glibc_that_the_system_does_not_have() {
    let log = "ImportError: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by \
               /x/lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so)\n";
    let expected = Expected {
        cause: "version-missing",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "glibc 2.38",
        remedy: "manylinux",
        command: "",
    };
    assert_first(&alone(log), &expected);
    let world = env(
        "//- SITE/p/m.LINUX elf x86_64 defines:PyInit_m needs:libc.so.6 wants:libc.so.6@GLIBC_2.38\n//- SITE/p/__init__.py\nfrom . import m",
    );
    let file = "lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so";
    assert_first(&beside(log, "/env", &world), &Expected { file, sentence: "GLIBC_2.38", remedy: "", ..expected });
}

#[test]
fn an_old_copy_of_the_c_plus_plus_runtime_wins() {
    let log = "ImportError: /opt/conda/bin/../lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /x/site-packages/p/m.so)\n";
    assert_first(
        &alone(log),
        &Expected {
            cause: "version-missing",
            verdict: Verdict::Guilty,
            file: "",
            sentence: "the copy that wins, /opt/conda/bin/../lib/libstdc++.so.6, is too old",
            remedy: "libstdcxx-ng",
            command: "",
        },
    );
}

#[test]
fn symbols_tell_whose_they_are() {
    let by = "ImportError: /x/site-packages/p/m.so: undefined symbol: ";
    for (symbol, cause, sentence) in [
        ("PyUnicode_AsUTF8AndSize", "python-mismatch", "a function of Python"),
        ("_ZN3c1017RegisterOperators6OptionsC1Ev", "symbol-missing", "PyTorch's C++ interface"),
        ("_ZN4absl8StrSplitEv", "symbol-missing", "absl::StrSplit"),
        ("krb5_ser_context_init, version krb5_3_MIT", "symbol-missing", "krb5_ser_context_init"),
    ] {
        let expected = Expected { cause, verdict: Verdict::Guilty, file: "", sentence, remedy: "", command: "" };
        assert_first(&alone(&format!("{by}{symbol}\n")), &expected);
    }
}

#[test]
fn musl_refuses_what_was_built_for_glibc() {
    let log = "ImportError: Error relocating /x/site-packages/p/m.so: __memcpy_chk: symbol not found\n";
    let expected = Expected {
        cause: "other-libc",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "only glibc has",
        remedy: "musllinux",
        command: "",
    };
    assert_first(&alone(log), &expected);
    let log = "ImportError: Error relocating /x/site-packages/p/m.so: deflateInit_: symbol not found\n";
    assert_first(
        &alone(log),
        &Expected { cause: "symbol-missing", sentence: "deflateInit_", remedy: "install the version", ..expected },
    );
    let log = "ImportError: Error loading shared library libfoo.so.1: No such file or directory (needed by /x/site-packages/p/m.so)\n";
    assert_first(
        &alone(log),
        &Expected { cause: "library-missing", sentence: "libfoo.so.1, needed by p/m.so,", remedy: "", ..expected },
    );
}

#[test]
fn auditwheel_looks_for_what_another_wheel_brings() {
    let log = "INFO:auditwheel.main_repair:Repairing p-1-cp311-cp311-linux_x86_64.whl\n\
               ValueError: Cannot repair wheel, because required library \"libtorch_cpu.so\" could not be located\n";
    let expected = Expected {
        cause: "other-wheel",
        verdict: Verdict::Innocent,
        file: "",
        sentence: "comes with the wheel torch",
        remedy: "tell auditwheel to leave it out",
        command: "auditwheel repair --exclude libtorch_cpu.so",
    };
    assert_first(&alone(log), &expected);
    let world = env(
        "//- SITE/p/m.LINUX elf x86_64 defines:PyInit_m needs:libtorch_cpu.so,libc.so.6\n//- SITE/p/__init__.py\nfrom . import m",
    );
    let file = "lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so";
    assert_first(&beside(log, "/env", &world), &Expected { file, ..expected });
    let log = log.replace("libtorch_cpu.so", "libcuda.so.1");
    assert_first(
        &alone(&log),
        &Expected { cause: "driver", sentence: "NVIDIA's driver", command: "--exclude libcuda.so.1", ..expected },
    );
    let log = log.replace("libcuda.so.1", "libfoo.so.3");
    let missing = Expected {
        cause: "library-missing",
        verdict: Verdict::Guilty,
        sentence: "is not found",
        remedy: "",
        command: "",
        ..expected
    };
    assert_first(&alone(&log), &missing);
}

#[test]
fn a_program_that_misses_another_wheel_s_library_wants_the_wheel() {
    let log = "ImportError: libcudart.so.12: cannot open shared object file: No such file or directory\n";
    let expected = Expected {
        cause: "other-wheel",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "comes with the wheel nvidia-cuda-runtime-cu12",
        remedy: "import its package first",
        command: "python -m pip install nvidia-cuda-runtime-cu12",
    };
    assert_first(&alone(log), &expected);
}

#[test]
fn auditwheel_looks_at_a_library_by_itself() {
    let log = "ValueError: Cannot repair wheel, because required library \"libb.so\" could not be located\n";
    let world = env("//- SITE/p/m.LINUX elf x86_64 defines:PyInit_m needs:liba.so rpath:$ORIGIN/lib:$ORIGIN/more\n\
                     //- SITE/p/lib/liba.so elf x86_64 soname:liba.so needs:libb.so\n//- SITE/p/more/libb.so elf x86_64 soname:libb.so");
    assert_first(
        &beside(log, "/env", &world),
        &Expected {
            cause: "found-by-loader",
            verdict: Verdict::Innocent,
            file: "lib/python3.11/site-packages/p/lib/liba.so",
            sentence: "is not missing: it is lib/python3.11/site-packages/p/more/libb.so",
            remedy: "lead auditwheel there",
            command: "LD_LIBRARY_PATH=",
        },
    );
}

#[test]
fn pyinstaller_warns_of_what_the_program_finds() {
    let log = "41 INFO: PyInstaller: 6.11.1, contrib hooks: 2024.10\n9001 WARNING: Library not found: could not resolve 'libb.so', \
               dependency of '/x/lib/python3.11/site-packages/p/lib/liba.so'.\n";
    let world = env("//- SITE/p/m.LINUX elf x86_64 defines:PyInit_m needs:liba.so rpath:$ORIGIN/lib:$ORIGIN/more\n\
                     //- SITE/p/lib/liba.so elf x86_64 soname:liba.so needs:libb.so\n//- SITE/p/more/libb.so elf x86_64 soname:libb.so");
    let judged = beside(log, "/env", &world);
    assert_eq!(
        (judged[0].cause.word(), judged[0].verdict, judged[0].is_failure()),
        ("found-by-loader", Verdict::Innocent, false)
    );
    assert_eq!(judged[0].version.as_deref(), Some("6.11.1"));
}

#[test]
fn policies_are_told_by_what_keeps_a_wheel_from_them() {
    let log = "auditwheel: error: cannot repair \"dist/p-1-cp311-cp311-linux_x86_64.whl\" to \"manylinux_2_17_x86_64\" ABI because of the \
               presence of too-recent versioned symbols. You'll need to compile the wheel on an older toolchain.\n";
    let expected = Expected {
        cause: "policy-symbols",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "manylinux_2_17_x86_64",
        remedy: "older",
        command: "",
    };
    assert_first(
        &alone(log),
        &Expected { remedy: "aim at a younger one", command: "auditwheel -v show dist/p", ..expected },
    );
    let log = "💥 maturin failed\n  Caused by: Error ensuring manylinux_2_17 compliance\n  Caused by: Your library is not manylinux_2_17 \
               (aka manylinux2014) compliant because of the presence of too-recent versioned symbols: [\"libc.so.6 offending versions: \
               GLIBC_2.28\"]. Consider building in a manylinux docker container\n";
    assert_first(&alone(log), &Expected { sentence: "GLIBC_2.28", remedy: "--zig", ..expected });
    let log = "Your library links libpython (libpython3.11.so.1.0), which libraries must not do. Have you forgotten to activate the extension-module feature?\n";
    assert_first(
        &alone(log),
        &Expected { cause: "libpython", sentence: "libpython3.11.so.1.0", remedy: "extension-module", ..expected },
    );
}

#[test]
fn what_the_linker_misses_stands_before_that_it_failed() {
    let log = "error: linking with `cc` failed: exit status: 1\n  |\n  = note: \"cc\" \"-m64\"\n  = note: /usr/bin/ld: cannot find -lssl: \
               No such file or directory\n          collect2: error: ld returned 1 exit status\n";
    let expected = Expected {
        cause: "link-library",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "the linker wants the library ssl",
        remedy: "development files",
        command: "",
    };
    let judged = alone(log);
    assert_first(&judged, &expected);
    assert_eq!(judged.last().map(|judged| judged.cause.word()), Some("link-failed"));
    for line in [
        "rust-lld: error: unable to find library -lssl",
        "ld.lld: error: unable to find library -lssl",
        "/usr/bin/ld: cannot find -lssl",
        "ld: library not found for -lssl",
        "ld: library 'ssl' not found",
    ] {
        assert_first(&alone(&format!("{line}\n")), &expected);
    }
}

#[test]
fn an_executable_stack_is_told_with_the_command_that_takes_it_away() {
    let log = "ImportError: libx.so.1: cannot enable executable stack as shared object requires: Invalid argument\n";
    assert_first(
        &alone(log),
        &Expected {
            cause: "executable-stack",
            verdict: Verdict::Guilty,
            file: "",
            sentence: "libx.so.1 requires an executable stack",
            remedy: "",
            command: "patchelf --clear-execstack libx.so.1",
        },
    );
}

#[test]
fn a_file_that_is_not_here_is_said_to_be_elsewhere() {
    let log = "ImportError: /x/site-packages/other/z.so: undefined symbol: deflateInit_\n";
    let judged = beside(log, "/env", &env("//- SITE/p/m.LINUX elf x86_64 defines:PyInit_m"));
    assert!(
        judged[0].sentence.ends_with("other/z.so is not in what is looked at: this is what the log alone tells"),
        "{}",
        judged[0].sentence
    );
}

#[test]
fn what_auditwheel_does_not_locate_is_tied_to_who_needs_it() {
    let log = "INFO:auditwheel.main_repair:Repairing p-1.0-cp311-cp311-linux_x86_64.whl\nTraceback (most recent call last):\n  \
               File \"/x/auditwheel/repair.py\", line 94, in repair_wheel\n    raise ValueError(msg)\nValueError: Cannot repair \
               wheel, because required library \"libgone.so.1\" could not be located\n";
    let world = env("//- SITE/p/m.LINUX elf x86_64 defines:PyInit_m needs:libgone.so.1\n//- SITE/p/__init__.py\n");
    assert_first(
        &beside(log, "/env", &world),
        &Expected {
            cause: "library-missing",
            verdict: Verdict::Guilty,
            file: "lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so",
            sentence: "libgone.so.1",
            remedy: "install the package",
            command: "apt-file search libgone.so.1",
        },
    );
}

#[test]
fn a_damaged_file_at_which_readelf_warns_and_nuitka_stops_is_named() {
    let log = "FATAL: Error, call to 'readelf' gave warnings: ['/usr/bin/readelf', '-d', \
               '/x/lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so'] -> b'readelf: Error: Reading 1600 bytes \
               extends past end of file for section headers\\n'.\n";
    let world = env("//- SITE/p/m.LINUX hex:00112233\n//- SITE/p/__init__.py\nfrom . import m");
    let expected = Expected {
        cause: "not-an-image",
        verdict: Verdict::Guilty,
        file: "lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so",
        sentence: "",
        remedy: "restore the file",
        command: "",
    };
    assert_first(&beside(log, "/env", &world), &expected);
    assert_first(&alone(log), &Expected { file: "", remedy: "reinstall the package", ..expected });
}

#[test]
fn a_needed_name_with_a_slash_is_told_where_nuitka_takes_it_for_an_rpath() {
    let log = "FATAL: Error, failed to update rpath for 'x.dist/m.so' (['$ORIGIN', '.'] != ['$ORIGIN']). Please report the bug.\n";
    let expected = Expected {
        cause: "tool-stumbled",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "the rpath of x.dist/m.so could not be rewritten",
        remedy: "the folder of a needed name with a slash",
        command: "readelf -d x.dist/m.so",
    };
    assert_first(&alone(log), &expected);
}

/// What the log comes to, in words: verdict and message of each, in order.
fn told(log: &str) -> Vec<String> {
    alone(log).iter().map(|judged| format!("{} {}", judged.verdict.word(), judged.incident.message.id)).collect()
}

#[test]
fn each_linker_is_read_where_it_stops() {
    const LAST: &str = "collect2: error: ld returned 1 exit status\n";
    for (line, id, sentence) in [
        (
            "/usr/bin/ld.bfd: cannot find -lnothere: No such file or directory",
            "library-not-found",
            "the library nothere",
        ),
        ("/usr/bin/ld.gold: error: cannot find -lnothere", "library-not-found", "the library nothere"),
        ("mold: fatal: library not found: nothere", "library-not-found", "the library nothere"),
        ("mold: error: undefined symbol: nowhere\n>>> referenced by prog.c", "symbol-undefined", "defines nowhere"),
        (
            "/usr/bin/ld: /b/L/a.so: error adding symbols: file in wrong format",
            "other-architecture",
            "/b/L/a.so is made",
        ),
        (
            "/usr/bin/ld.gold: fatal error: L/a.so: unsupported ELF machine number 183",
            "other-architecture",
            "L/a.so is made",
        ),
        ("ld.lld: error: L/a.so is incompatible with elf64-x86-64", "other-architecture", "L/a.so is made"),
        (
            "mold: fatal: L/a.so: incompatible file type: x86_64 is expected but got arm64",
            "other-architecture",
            "L/a.so is made",
        ),
        (
            "/usr/bin/ld:./t.so: file format not recognized; treating as linker script",
            "not-a-library",
            "./t.so is called",
        ),
        ("/usr/bin/ld.gold: error: ./t.so: not an object or archive", "not-a-library", "./t.so is called"),
        ("ld.lld: error: ./t.so:1: unexpected EOF", "not-a-library", "./t.so"),
        ("mold: fatal: ./t.so:1: text\n                      ^ unknown linker script token", "not-a-library", "./t.so"),
        (
            "/usr/bin/ld: a.o: relocation R_X86_64_32 against symbol `g' can not be used when making a shared object; recompile with -fPIC",
            "not-position-independent",
            "a.o was compiled for programs only",
        ),
        (
            "/usr/bin/ld.gold: error: a.o: requires dynamic R_X86_64_32 reloc against 'g' which may overflow at runtime; recompile with -fPIC",
            "not-position-independent",
            "a.o was compiled",
        ),
        (
            "ld.lld: error: relocation R_X86_64_32 cannot be used against symbol 'g'; recompile with -fPIC",
            "not-position-independent",
            "was compiled",
        ),
        (
            "mold: error: a.o:(.text): R_X86_64_32 relocation at offset 0x5 against symbol `g' can not be used; recompile with -fPIC",
            "not-position-independent",
            "a.o was compiled",
        ),
        (
            "/usr/bin/ld: foo2.c:(.text+0x0): multiple definition of `foo'; /tmp/a.o:foo.c:(.text+0x0): first defined here",
            "defined-twice",
            "foo is defined twice",
        ),
        ("mold: error: duplicate symbol: /tmp/b.o: /tmp/a.o: foo", "defined-twice", "foo is defined twice"),
    ] {
        let judged = alone(&format!("{line}\n{LAST}"));
        let ids: Vec<&str> = judged.iter().map(|judged| judged.incident.message.id.as_str()).collect();
        assert_eq!(ids, [id], "{line}");
        assert!(judged[0].is_failure() && judged[0].sentence.contains(sentence), "{line}: {}", judged[0].sentence);
    }
}

#[test]
fn what_only_follows_is_nothing_to_mind() {
    let setuptools = "/usr/bin/ld: cannot find -lnothere: No such file or directory\ncollect2: error: ld returned 1 exit status\n\
                      error: command '/usr/bin/gcc' failed with exit code 1\n";
    assert_eq!(told(setuptools), ["guilty library-not-found", "noise command-failed"]);
    // By itself it is all that is known.
    assert_eq!(told("error: command '/usr/bin/gcc' failed with exit code 1\n"), ["guilty command-failed"]);
    let gold = "/usr/bin/ld.gold: error: cannot find -lnothere\n/tmp/a.o:a.c:function main: error: undefined reference to 'foo'\n";
    assert_eq!(told(gold), ["guilty library-not-found", "noise symbol-undefined"]);
    let musl = "Error loading shared library libfoo.so: No such file or directory (needed by ./p)\n\
                Error relocating ./p: foo: symbol not found\nError relocating ./other: bar: symbol not found\n";
    assert_eq!(told(musl), ["guilty loading-failed", "guilty relocating-failed", "noise relocating-failed"]);
}

#[test]
fn musl_s_loader_is_read_where_the_file_is_there() {
    let garbage = "Error loading shared library libfoo.so: Exec format error (needed by ./p)\nError relocating ./p: foo: symbol not found\n";
    assert_eq!(told(garbage), ["guilty exec-format", "noise relocating-failed"]);
    let other = "Error relocating ./libfoo.so: unsupported relocation type 1026\nError relocating ./libfoo.so: unsupported relocation type 1027\n\
                 Error relocating ./libfoo.so: PyCallable_Check: symbol not found\n";
    assert_eq!(told(other), ["guilty relocation-type", "noise relocating-failed"]);
}

#[test]
fn a_lookup_that_fails_is_told_once() {
    let judged = alone("./p: symbol lookup error: ./libx.so: undefined symbol: foo\n");
    assert_eq!(judged.len(), 1);
    assert!(judged[0].sentence.starts_with("./libx.so uses the symbol foo"), "{}", judged[0].sentence);
}

#[test]
fn a_symbol_that_glibc_moved_is_told_with_the_library_that_had_it() {
    let of = |symbol: &str| {
        alone(&format!("ImportError: /e/lib/python3.10/site-packages/p/m.so: undefined symbol: {symbol}\n"))
    };
    let expected = Expected {
        cause: "symbol-missing",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "moved from librt.so.1 to libc.so.6 in glibc 2.34",
        remedy: "LD_PRELOAD=librt.so.1",
        command: "",
    };
    assert_first(&of("shm_open"), &expected);
    assert_first(&of("sham_open"), &Expected { sentence: "no library that it needs", remedy: "", ..expected });
}

#[test]
fn a_standard_module_of_another_python_is_one_of_an_environment_that_was_left_behind() {
    let log = "ImportError: /home/me/v/lib/python3.6/lib-dynload/_ctypes.cpython-36m-x86_64-linux-gnu.so: undefined symbol: \
               _PyUnicode_AsWideCharString\n";
    let expected = Expected {
        cause: "python-mismatch",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "the environment was created from was upgraded or replaced",
        remedy: "recreate the environment",
        command: "python3 -m venv --clear /home/me/v",
    };
    assert_first(&alone(log), &expected);
    // This machine's module of that name is another one.
    let world =
        env("//- /usr/lib/python3.11/lib-dynload/_ctypes.LINUX elf x86_64 defines:PyInit__ctypes needs:libc.so.6");
    assert_first(&beside(log, "/env", &world), &expected);
}

#[test]
fn what_auditwheel_does_not_locate_it_is_led_to_or_leaves_out() {
    let log = "ValueError: Cannot repair wheel, because required library \"libdbCore.so.7.0.4\" could not be located\n";
    let expected = Expected {
        cause: "library-missing",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "libdbCore.so.7.0.4 is not found",
        remedy: "LD_LIBRARY_PATH",
        command: "auditwheel repair --exclude libdbCore.so.7.0.4 WHEEL",
    };
    assert_first(&alone(log), &expected);
}

#[test]
fn a_symbol_of_a_known_library_is_told_with_it() {
    let of =
        |symbol: &str| format!("ImportError: /v/lib/python3.11/site-packages/p/m.so: undefined symbol: {symbol}\n");
    let expected = Expected {
        cause: "symbol-missing",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "belongs to libgfortran",
        remedy: "-lgfortran",
        command: "LDFLAGS=-lgfortran python -m pip install",
    };
    assert_first(&alone(&of("_gfortran_st_write")), &expected);
    let judged = alone(&of("_ZNK6OpenMS12MSExperiment14areaBeginConstEdddd"));
    assert!(judged[0].sentence.contains("OpenMS::MSExperiment") && !judged[0].sentence.contains("belongs to"));
}

#[test]
fn a_line_that_ends_whole_is_not_the_beginning_of_the_next() {
    let log = "CUDA SETUP: Loading binary /v/lib/python3.10/site-packages/bitsandbytes/libbitsandbytes_cuda118.so...\n\
               libcusparse.so.11: cannot open shared object file: No such file or directory\n";
    let judged = alone(log);
    assert_eq!(judged[0].incident.accused(), Some("libcusparse.so.11"), "{judged:#?}");
    assert_eq!(judged.len(), 1);
    // A name that was cut goes on.
    let cut =
        "ImportError: /v/lib/python3.10/site-packages/bitsandbytes/libbitsandbytes_cuda1\n18.so: undefined symbol: x\n";
    assert!(alone(cut)[0].incident.by().is_some_and(|by| by.ends_with("libbitsandbytes_cuda118.so")));
}

#[test]
fn nvidia_s_placeholder_in_an_image_is_no_damaged_file() {
    let of = |path: &str| format!("ImportError: {path}: file too short\n");
    let judged = alone(&of("/usr/lib/aarch64-linux-gnu/libcublas.so.10"));
    assert!(judged[0].remedy.text.contains("--runtime nvidia"), "{judged:#?}");
    for other in
        ["/usr/lib/aarch64-linux-gnu/libfoo.so.10", "/v/lib/python3.9/site-packages/nvidia/cublas/lib/libcublas.so.10"]
    {
        assert!(!alone(&of(other))[0].remedy.text.contains("--runtime"), "{other}");
    }
}

#[test]
fn a_newer_glibc_is_told_with_the_systems_that_have_it_and_on_lambda_with_the_runtime() {
    let message = "/lib64/libm.so.6: version `GLIBC_2.27' not found (required by /opt/python/lib/python3.10/site-packages/onnxruntime/capi/x.so)";
    let judged = alone(&format!("ImportError: {message}\n"));
    assert!(judged[0].remedy.text.contains("Ubuntu 18.04"), "{judged:#?}");
    let judged = alone(&format!("Unable to import module 'app': {message}\n"));
    assert!(judged[0].remedy.text.contains("python3.12"), "{judged:#?}");
    let newest = message.replace("2.27", "2.38");
    assert!(alone(&format!("Unable to import module 'app': {newest}\n"))[0].remedy.text.contains("container image"));
}

#[test]
fn an_instruction_that_the_processor_lacks_is_no_plain_crash() {
    let judged = alone("$ python -c 'import x'\nIllegal instruction (core dumped)\n");
    assert_eq!(judged[0].incident.message.id, "instruction");
    assert_eq!(alone("Segmentation fault (core dumped)\n")[0].incident.message.id, "crash");
}

#[test]
fn a_module_that_was_built_where_it_lies_lacks_what_its_linker_was_not_given() {
    let says =
        |path: &str| alone(&format!("ImportError: {path}: undefined symbol: InfomapAddLink\n"))[0].sentence.clone();
    assert!(says("/home/r/infomap/_infomap.so").contains("was not given to its linker"));
    for installed in ["/v/lib/python3.9/site-packages/i/_infomap.so", "/usr/lib/i.so", "/home/r/lib/libinfomap.so"] {
        assert!(!says(installed).contains("its linker"), "{installed}");
    }
}

#[test]
fn a_library_without_its_release_in_its_name_has_a_wheel_for_each() {
    let commands = |name: &str| {
        let judged =
            alone(&format!("ImportError: {name}: cannot open shared object file: No such file or directory\n"));
        judged[0].remedy.lines(dylens::command::Shell::Sh).join(" ")
    };
    assert!(
        commands("libcudnn.so.9").contains("nvidia-cudnn-cu12")
            && commands("libcudnn.so.9").contains("nvidia-cudnn-cu13")
    );
    assert!(!commands("libcublas.so.12").contains("cu13"));
}

#[test]
fn a_file_of_another_release_of_torch_is_not_missing_torch() {
    let of = |package: &str| {
        let log = format!(
            "  File \"/w/lib/python3.8/site-packages/{package}/a.py\", line 9, in <module>\n    from {package} import _C\nImportError: \
             libtorch_cuda_cu.so: cannot open shared object file: No such file or directory\n"
        );
        alone(&log)[0].remedy.text.clone()
    };
    assert!(of("pytorch3d").contains("build of pytorch3d for the torch that is installed"));
    assert!(!of("torch").contains("build of torch"));
}

#[test]
fn a_library_that_systems_no_longer_have_is_searched_for_in_no_package() {
    let remedy = |name: &str| {
        alone(&format!("ImportError: {name}: cannot open shared object file: No such file or directory\n"))[0]
            .remedy
            .clone()
    };
    let old = remedy("libcrypto.so.1.1");
    assert!(old.text.contains("OpenSSL 1 is no part") && old.fixes.is_empty(), "{old:?}");
    assert!(!remedy("libfoo.so.1.1").fixes.is_empty());
}

#[test]
fn who_asks_for_it_on_this_machine_did_not_ask_for_it_on_the_other() {
    let log = "auditwheel: error: Cannot repair wheel, because required library \"libkrb.so.2\" could not be located\n";
    let world = env(
        "//- /lib64/libtirpc.so.3 elf x86_64 soname:libtirpc.so.3 needs:libkrb.so.2
        //- /lib64/libkrb.so.2 elf x86_64 soname:libkrb.so.2
        //- SITE/p/m.LINUX elf x86_64 defines:PyInit_m needs:libtirpc.so.3,libc.so.6\n//- SITE/p/__init__.py\nfrom . import m",
    );
    let judged = beside(log, "/env", &world);
    assert!(!judged[0].sentence.contains("libtirpc"), "{judged:#?}");
}

#[test]
fn the_namespace_of_a_symbol_tells_whose_copies_are_mixed() {
    let remedy = |path: &str, symbol: &str| {
        let judged = alone(&format!("ImportError: {path}: undefined symbol: {symbol}\n")).remove(0);
        (judged.remedy.text.clone(), judged.remedy.lines(dylens::command::Shell::Sh).join(" "))
    };
    let own = "_ZNK5arrow8DataType18ComputeFingerprintB5cxx11Ev";
    let (text, command) = remedy("/v/lib/python3.10/site-packages/pyarrow/libarrow_python.so", own);
    assert!(text.contains("one copy of arrow") && command.ends_with("--no-deps pyarrow"), "{text}: {command}");
    let (_, command) = remedy("/w/.pixi/envs/default/lib/python3.10/site-packages/pyarrow/libarrow_python.so", own);
    assert!(command.starts_with("conda install") && command.ends_with("pyarrow"), "{command}");
    let (text, command) =
        remedy("/v/lib/python3.10/site-packages/pyarrow/libarrow.so.1500", "_ZN6snappy11RawCompressEPKcmPcPm");
    assert!(text.contains("install snappy in the release") && command.is_empty(), "{text}: {command}");
    // Two letters are a part of many names, and a path outside of packages tells no package.
    let (text, _) = remedy("/v/lib/python3.10/site-packages/pyxx/libz.so.1", "_ZN2xx1fEv");
    assert!(text.contains("belong together"), "{text}");
}

#[test]
fn of_several_tries_of_one_library_the_one_that_found_it_counts() {
    let log = |path: &str| {
        format!(
            "OSError: Could not load it\nErrors were: [OSError('{path}: undefined symbol: _ZN4llvm1fEv, version LLVM_11'), OSError('libllvmlite.so: \
             cannot open shared object file: No such file or directory')]\n"
        )
    };
    let failures = |path: &str| {
        let judged = alone(&log(path));
        judged.iter().filter(|it| it.is_failure()).map(|it| it.cause.word()).collect::<Vec<_>>()
    };
    assert_eq!(failures("/v/site-packages/llvmlite/binding/libllvmlite.so"), ["symbol-missing"]);
    assert!(failures("/v/site-packages/llvmlite/binding/libother.so").contains(&"library-missing"));
}
