//! Builds that do not find what they compile against.

use dylens::buildlog::Verdict;

use super::{Expected, alone, assert_first, assert_nothing};

const MISSING: Expected = Expected {
    cause: "link-library",
    verdict: Verdict::Guilty,
    file: "",
    sentence: "",
    remedy: "install the development files",
    command: "",
};

#[test]
fn development_files_are_installed_by_the_package_manager_of_the_log() {
    let header = "fatal error: ffi.h: No such file or directory\ncompilation terminated.\n";
    assert_first(&alone(header), &Expected { command: "apt-get install libffi-dev", ..MISSING });
    let on = |mark: &str| alone(&format!("{mark}\n{header}"));
    assert_first(&on("#8 RUN apk add gcc"), &Expected { command: "apk add libffi-dev", ..MISSING });
    assert_first(&on("dnf install gcc"), &Expected { command: "dnf install libffi-devel", ..MISSING });
    let mac = "ld: library not found for -lpq\nclang: error: linker command failed with exit code 1\n";
    assert_first(&alone(mac), &Expected { command: "brew install libpq", ..MISSING });
}

#[test]
fn a_library_that_no_table_knows_is_searched_for_by_its_file() {
    let known = "Package 'libxyzzy', required by 'virtual:world', not found\n";
    let searched = Expected { remedy: "this names the package", command: "apt-file search libxyzzy.pc", ..MISSING };
    assert_first(&alone(known), &searched);
    let judged = alone("LINK : fatal error LNK1181: cannot open input file 'libpq.lib'\n");
    let lines = judged[0].remedy.lines(dylens::command::Shell::Sh);
    assert_eq!(lines, ["python -m pip install --upgrade pip"], "no package of Debian for Windows: {judged:#?}");
}

#[test]
fn names_that_a_build_tries_for_one_library_are_one_failure() {
    let log = "  Trying pkg-config --exists mysqlclient\n  Command 'pkg-config --exists mysqlclient' returned non-zero exit status 1.\n  \
               Trying pkg-config --exists mariadb\n  Command 'pkg-config --exists mariadb' returned non-zero exit status 1.\n  \
               Exception: Can not find valid pkg-config name.\nerror: subprocess-exited-with-error\n";
    let judged = alone(log);
    assert_first(&judged, &Expected { command: "apt-get install default-libmysqlclient-dev", ..MISSING });
    assert_eq!(judged.iter().filter(|judged| judged.is_failure()).count(), 1, "{judged:#?}");
    assert_nothing("Trying pkg-config --exists mysqlclient\nSuccessfully installed mysqlclient-2.2\n");
}

#[test]
fn a_missing_tool_is_told_as_that() {
    for (text, words) in [
        ("meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc'], ['clang']]", "no compiler"),
        ("error: can't find Rust compiler", "Rust"),
        ("CMake must be installed to build the following extensions: x", "CMake"),
        ("/bin/sh: 1: pkg-config: not found", "pkg-config"),
    ] {
        let judged = alone(&format!("{text}\nERROR: Failed building wheel for x\n"));
        assert_eq!(judged[0].cause.word(), "tool-stumbled", "{text}: {judged:#?}");
        assert!(judged[0].sentence.starts_with("x: ") && judged[0].sentence.contains(words), "{}", judged[0].sentence);
    }
    assert_nothing(
        "-- Found PkgConfig: /usr/bin/pkg-config (found version \"1.8.1\")\n-- The C compiler identification is GNU 12.2.0\n",
    );
}

#[test]
fn what_a_build_did_not_find_and_did_without_is_no_failure() {
    let tried = "/bin/sh: 1: pkg-config: not found\nPackage libfoo was not found in the pkg-config search path.\n";
    let judged = alone(&format!("{tried}Successfully installed x-1.0\n"));
    assert!(!judged.iter().any(dylens::buildlog::Judged::is_failure), "{judged:#?}");
    let judged =
        alone(&format!("{tried}error: command 'gcc' failed with exit code 1\nSuccessfully installed pip-25.0\n"));
    assert!(judged[0].is_failure(), "what succeeded later was something else: {judged:#?}");
}

#[test]
fn the_folder_of_a_linker_s_option_is_where_the_library_is() {
    let loader = "ImportError: libemu.so.2: cannot open shared object file: No such file or directory\n";
    let linked = format!("gcc -shared x.o -L/opt/libemu/lib -lemu -o x.so\n{loader}");
    let expected = Expected {
        cause: "library-missing",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "was found by the linker in /opt/libemu/lib",
        remedy: "LDFLAGS=-Wl,-rpath,/opt/libemu/lib",
        command: "LD_LIBRARY_PATH=/opt/libemu/lib PROGRAM",
    };
    assert_first(&alone(&linked), &expected);
    // Another library, and the system's own folders, say nothing of it.
    for link in ["gcc -shared x.o -L/opt/libemu/lib -lother", "gcc -shared x.o -L/usr/lib/x86_64-linux-gnu -lemu"] {
        let judged = alone(&format!("{link}\n{loader}"));
        assert!(!judged[0].sentence.contains("found by the linker"), "{judged:#?}");
    }
}

#[test]
fn conda_build_s_complaint_of_a_file_names_it() {
    let log = "  ERROR (openmm-xtb,share/tests/TestXtb): /x/conda-bld/work/build/libOpenMMXTB.dylib not found in packages, sysroot(s) nor the \
               missing_dso_whitelist.\n.. is this binary repackaging?\nconda_build.exceptions.OverLinkingError: overlinking check failed\n";
    let judged = alone(log);
    assert_eq!((judged[0].cause.word(), judged[0].incident.by()), ("library-missing", Some("share/tests/TestXtb")));
    assert_eq!(judged.iter().filter(|judged| judged.is_failure()).count(), 1, "{judged:#?}");
    assert_nothing("  INFO (x,lib/a.so): Needed DSO lib/libz.so.1 found in conda-forge::zlib-1.3\n");
}

#[test]
fn source_that_is_not_for_this_python_is_told_with_its_file() {
    for line in [
        "x/_y.c:177:53: error: ‘PyLongObject’ {aka ‘struct _longobject’} has no member named ‘ob_digit’",
        "x/_y.c:177:53: error: no member named 'ob_digit' in 'struct _longobject'",
        "x/_y.c:177:27: error: too few arguments to function ‘_PyLong_AsByteArray’",
    ] {
        let judged = alone(&format!(
            "{line}\nerror: command '/usr/bin/gcc' failed with exit code 1\n  ERROR: Failed building wheel for pkg\n"
        ));
        assert_eq!(
            (judged[0].cause.word(), judged[0].incident.by()),
            ("python-too-new", Some("x/_y.c")),
            "{line}: {judged:#?}"
        );
        assert!(judged[0].sentence.starts_with("pkg: "), "{}", judged[0].sentence);
    }
    let header = alone("x/_y.c:9:10: fatal error: longintrepr.h: No such file or directory\ncompilation terminated.\n");
    assert_eq!(header[0].cause.word(), "python-too-new", "{header:#?}");
    let other = "x/_y.c:177:53: error: ‘struct thing’ has no member named ‘ob_digit’\nerror: command '/usr/bin/gcc' failed with exit code 1\n";
    assert_ne!(alone(other)[0].cause.word(), "python-too-new");
    let cython = "x/_y.pyx:10:59: undeclared name not builtin: long\nCython.Compiler.Errors.CompileError: x/_y.pyx\n";
    assert_eq!(alone(cython)[0].incident.message.id, "cython-too-new");
}

#[test]
fn a_missing_header_is_told_in_the_language_of_the_build() {
    for line in [
        "src/a.c:29:23: fatal error: portaudio.h: Bestand of map bestaat niet",
        "src/a.c:29:23: schwerwiegender Fehler: portaudio.h: Datei oder Verzeichnis nicht gefunden",
        "src/a.c:29:23: 致命错误：portaudio.h：没有那个文件或目录",
    ] {
        let judged =
            alone(&format!("{line}\ncompilation terminated.\nerror: command 'gcc' failed with exit status 1\n"));
        assert_first(&judged, &Expected { command: "apt-get install portaudio19-dev", ..MISSING });
    }
    let shell = alone(
        "bash: portaudio: Datei oder Verzeichnis nicht gefunden\nerror: command 'gcc' failed with exit status 1\n",
    );
    assert_ne!(shell[0].cause.word(), "link-library");
}

#[test]
fn a_program_that_a_build_runs_is_installed_by_the_package_manager_of_the_log() {
    let missing = Expected { cause: "tool-stumbled", remedy: "install", ..MISSING };
    let swig = "FileNotFoundError: [Errno 2] No such file or directory: 'swig'\nerror: subprocess-exited-with-error\n";
    assert_first(&alone(swig), &Expected { command: "apt-get install swig\ndnf install swig", ..missing });
    let on = |mark: &str| alone(&format!("{mark}\n{swig}"));
    assert_first(&on("#8 RUN apk add gcc"), &Expected { command: "apk add swig", ..missing });
    assert_first(&on("/opt/homebrew/bin/python3"), &Expected { command: "brew install swig", ..missing });
    let gfortran = "unable to execute 'gfortran': No such file or directory\n";
    assert_first(&alone(gfortran), &Expected { command: "apt-get install gfortran", ..missing });
    let tools = "./autogen.sh: line 3: autoreconf: command not found\n";
    assert_first(&alone(tools), &Expected { command: "apt-get install autoconf automake libtool", ..missing });
    let find = "CMake Error at FindPackageHandleStandardArgs.cmake:137 (message):\n  Could NOT find PkgConfig (missing: PKG_CONFIG_EXECUTABLE)\n";
    assert_first(&alone(find), &Expected { command: "apt-get install pkg-config", ..missing });
    // A file of the program's own is no program of a build, and a longer name is another.
    assert_nothing("FileNotFoundError: [Errno 2] No such file or directory: 'swig.json'\n");
    assert_nothing("FileNotFoundError: [Errno 2] No such file or directory: './swig'\n");
}

#[test]
fn pkg_config_is_installed_with_what_it_was_asked_for() {
    let missing = Expected { cause: "tool-stumbled", remedy: "", ..MISSING };
    let alone_ = "/bin/sh: 1: pkg-config: not found\n";
    assert_first(&alone(alone_), &Expected { command: "apt-get install pkg-config", ..missing });
    assert_first(
        &alone(&format!("dnf install gcc\n{alone_}")),
        &Expected { command: "dnf install pkgconf-pkg-config", ..missing },
    );
    let asked = "/bin/sh: 1: pkg-config: not found\n/bin/sh: 1: pkg-config: not found\nTrying pkg-config --exists mysqlclient\nCommand 'pkg-config \
                 --exists mysqlclient' returned non-zero exit status 127.\n";
    let expected = Expected {
        sentence: "mysqlclient",
        command: "apt-get install default-libmysqlclient-dev pkg-config",
        ..missing
    };
    assert_first(&alone(asked), &expected);
}

#[test]
fn a_module_of_perl_comes_with_the_package_that_the_system_has_it_in() {
    let missing = Expected { cause: "tool-stumbled", sentence: "IPC::Cmd", remedy: "perl-core", ..MISSING };
    let log = |inc: &str| {
        format!(
            "Can't locate IPC/Cmd.pm in @INC (you may need to install the IPC::Cmd module) (@INC contains: {inc}) at x line 18.\n"
        )
    };
    let fedora = log("/usr/lib64/perl5/vendor_perl /usr/share/perl5");
    assert_first(&alone(&fedora), &Expected { command: "dnf install perl-IPC-Cmd", ..missing });
    assert_first(&alone(&log("/etc/perl")), &Expected { command: "apt-get install perl", ..missing });
    let other = log("/etc/perl").replace("IPC/Cmd", "XML/Parser");
    let expected = Expected { sentence: "XML::Parser", command: "apt-get install libxml-parser-perl", ..missing };
    assert_first(&alone(&other), &expected);
}

#[test]
fn what_red_hat_s_python_compiles_with_comes_with_their_package() {
    let log = |file: &str| {
        format!("gcc: error: {file}: No such file or directory\nerror: command 'gcc' failed with exit status 1\n")
    };
    let missing = Expected { remedy: "", ..MISSING };
    let specs = log("/usr/lib/rpm/redhat/redhat-hardened-cc1");
    assert_first(&alone(&specs), &Expected { command: "dnf install redhat-rpm-config", ..missing });
    let other = alone(&log("/home/me/x.o"));
    assert_first(&other, &Expected { sentence: "/home/me/x.o, a file that is not there", ..missing });
    assert!(other[0].remedy.fixes.is_empty(), "{other:#?}");
}

#[test]
fn what_zypper_has_no_index_of_is_searched_by_its_name() {
    let log = "zypper install gcc\nfatal error: xyzzy/x.h: No such file or directory\n";
    assert_first(&alone(log), &Expected { remedy: "NAME-devel", command: "zypper search xyzzy", ..MISSING });
    let perl = "zypper install gcc\nCan't locate IPC/Cmd.pm in @INC (you may need to install the IPC::Cmd module) at x line 18.\n";
    let expected = Expected { cause: "tool-stumbled", remedy: "", command: "zypper install perl", ..MISSING };
    assert_first(&alone(perl), &expected);
}
