//! What a log tells of its system and of the program that runs: real marks count, look-alikes do not.

use dylens::command::Shell;

use super::{alone, log};
use dylens::buildlog::{Mark, Packager};
use dylens::tools::ToolId;

const MISSING: &str = "ImportError: libGL.so.1: cannot open shared object file: No such file or directory\n";

#[track_caller]
fn assert_packager(line: &str, packager: Packager) {
    assert_eq!(log(&format!("{line}\n{MISSING}")).packager(&[]), packager, "{line}");
}

#[test]
fn a_folder_for_64_bits_is_no_sign_of_fedora() {
    for line in [
        "libc.so.6 => /lib64/libc.so.6 (0x00007f)",
        "ImportError: /lib64/libstdc++.so.6: version `CXXABI_1.3.9' not found (required by /v/x.so)",
        "gcc -L/usr/lib64/ -lfoo",
    ] {
        assert_packager(line, Packager::Apt);
    }
    for line in [
        "Complete! dnf install gcc",
        "ID=\"rhel\"",
        "ID=fedora",
        "PRETTY_NAME=\"AlmaLinux 8.10 (Cerulean Leopard)\"",
        "Linux host 4.18.0-513.el8.x86_64 #1 SMP",
        "Linux host 6.5.6-300.fc39.x86_64 #1 SMP",
        "STEP 1: FROM registry.fedoraproject.org/fedora:41",
        "Installing: pkgconf x86_64 1.4.2-1.el8 baseos 38 k",
    ] {
        assert_packager(line, Packager::Dnf);
    }
    for line in ["CentOS Linux release 7.9.2009 (Core)", "Linux host 3.10.0-1160.el7.x86_64 #1 SMP"] {
        assert_packager(line, Packager::Yum);
    }
}

#[test]
fn the_triple_of_rust_s_target_is_no_sign_of_debian() {
    let fedora = |line: &str| format!("dnf install gcc\n{line}");
    assert_packager(&fedora("/io/target/x86_64-unknown-linux-gnu/release/libx.so"), Packager::Dnf);
    assert_packager(&fedora("/usr/lib/x86_64-linux-gnu/libz.so.1"), Packager::Apt);
}

#[test]
fn an_image_of_python_on_alpine_is_no_debian() {
    assert_packager("#5 FROM docker.io/library/python:3.12-alpine", Packager::Apk);
    assert_packager("#5 FROM docker.io/library/python:3.12-slim", Packager::Apt);
}

#[test]
fn a_folder_called_internal_is_pyinstaller_s_only_beside_its_program() {
    let is_program =
        |line: &str| log(&format!("{line}\n{MISSING}")).marks.contains(&Mark::Program(ToolId::PyInstaller));
    for other in [
        "  File \"/v/lib/python3.12/site-packages/pip/_internal/cli/base_command.py\", line 180, in exc_logging_wrapper",
        "  File \"C:\\v\\Lib\\site-packages\\pip\\_internal\\cli\\base_command.py\", line 180, in wrapper",
        "/opt/_internal/cpython-3.10.5/bin/python -m build",
        "  File \"/usr/lib/python3/dist-packages/p/_internal/x.py\", line 1, in <module>",
    ] {
        assert!(!is_program(other), "{other}");
    }
    assert!(is_program("  File \"/home/u/dist/app/_internal/numpy/__init__.py\", line 1, in <module>"));
    assert!(is_program("C:\\app\\_internal\\base_library.zip"));
}

#[test]
fn the_package_of_a_file_below_a_package_s_own_internal_folder_is_the_package() {
    let log = "ImportError: libgone-12ab34cd.so.1: cannot open shared object file: No such file or directory\n";
    let frame =
        "  File \"/v/lib/python3.12/site-packages/big/_internal/ops/a.py\", line 3, in <module>\n    import x\n";
    let judged = alone(&format!("{frame}{log}"));
    let command = judged[0].remedy.lines(Shell::Sh).join(" ");
    assert!(judged[0].remedy.text.contains("big") && !command.contains(" ops"), "{judged:#?}");
}

#[test]
fn the_program_s_own_script_is_no_package_of_a_bundle() {
    let of = |frames: &str| {
        let head = "Traceback (most recent call last):\n  File \"/v/lib/python3.9/site-packages/cx_Freeze/initscripts/Console.py\", \
                    line 16, in run\n    exec(code, module_main.__dict__)\n";
        alone(&format!(
            "{head}{frames}ImportError: libssl-09014658.so.1.0.1e: cannot open shared object file: No such file or directory\n"
        ))
        .remove(0)
    };
    for own in ["tcp_server/src/main.py", "/app/foo/bar.py", "/home/x/tcp_server.libs/main.py"] {
        let judged = of(&format!("  File \"{own}\", line 4, in <module>\n"));
        let command = judged.remedy.lines(Shell::Sh).join(" ");
        let told = format!("{} {} {command}", judged.sentence, judged.remedy.text);
        assert!(!told.contains("tcp_server") && !told.contains("foo"), "{told}");
    }
    let own = "  File \"tcp_server/src/main.py\", line 4, in <module>\n";
    let judged = of(&format!("{own}  File \"psycopg2/__init__.py\", line 51, in <module>\n"));
    assert!(judged.sentence.contains("the wheel of psycopg2"), "{judged:#?}");
    let judged = of(&format!("{own}  File \"tcp_server/src/db.py\", line 51, in <module>\n"));
    assert!(!judged.sentence.contains("tcp_server"), "{judged:#?}");
}

#[test]
fn a_wheel_s_own_library_is_not_given_to_a_package_that_the_log_does_not_tell() {
    let of = |frame: &str, library: &str| {
        alone(&format!("{frame}ImportError: {library}: cannot open shared object file: No such file or directory\n"))
            .remove(0)
    };
    let frame = "  File \"/v/lib/python3.12/site-packages/psycopg2/__init__.py\", line 51, in <module>\n";
    let commands = |frame: &str, library: &str| of(frame, library).remedy.lines(Shell::Sh).join(" ");
    assert!(commands(frame, "libssl-09014658.so.1.0.1e").ends_with("psycopg2"));
    for (frame, library) in [(frame, "libopenblas64_p-r0-5007b62f.so"), ("", "libssl-09014658.so.1.0.1e")] {
        let judged = of(frame, library);
        assert!(judged.remedy.fixes.is_empty() && !judged.sentence.contains("the the"), "{judged:#?}");
        assert!(!judged.remedy.text.contains("no command"), "{judged:#?}");
    }
}
