//! How a log is read: encodings, source lines, messages within messages, failures that nobody understands, consequences.

use dylens::buildlog::Verdict;
use dylens::tools::ToolId;

use super::{alone, assert_nothing, log};

#[test]
fn a_line_in_a_code_page_of_windows_is_read_in_its_language() {
    // GBK, Windows-1252 and KOI's neighbor, as cmd.exe prints them.
    let (gbk, _, _) = encoding_rs::GBK.encode("ImportError: DLL load failed while importing _x: 找不到指定的程序。\n");
    let judged = dylens::buildlog::judge(&dylens::buildlog::read(&mut &gbk[..]).expect("memory"), None);
    assert_eq!(judged[0].cause.word(), "symbol-missing", "{:?}", judged[0].incident.says);
    let (latin, _, _) = encoding_rs::WINDOWS_1252
        .encode("ImportError: DLL load failed while importing _x: %1 ist keine zulässige Win32-Anwendung.\n");
    let judged = dylens::buildlog::judge(&dylens::buildlog::read(&mut &latin[..]).expect("memory"), None);
    assert_eq!(judged[0].cause.word(), "wrong-architecture");
}

#[test]
fn utf_16_without_a_mark_is_read() {
    let wide: Vec<u8> = "ImportError: libx.so.1: cannot open shared object file: No such file or directory\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(dylens::buildlog::read(&mut &wide[..]).expect("memory").incidents.len(), 1);
}

#[test]
fn source_lines_of_a_traceback_say_nothing() {
    let text = "Traceback (most recent call last):\n  File \"/v/delvewheel/_dll_utils.py\", line 380, in get_all_needed\n    \
                raise FileNotFoundError(f'Unable to find library: {dll_name}')\nFileNotFoundError: Unable to find library: fastjet.dll\n";
    let log = log(text);
    assert_eq!((log.incidents.len(), log.incidents[0].accused()), (1, Some("fastjet.dll")));
    let notebook = "ImportError    Traceback (most recent call last)\n/tmp/ipykernel_1/1.py in <module>\n----> 1 raise OSError(\"libx.so: cannot \
                    open shared object file: No such file\")\n\nKeyboardInterrupt:\n";
    assert!(super::log(notebook).incidents.iter().all(|it| it.tool == ToolId::Build));
}

#[test]
fn the_reason_within_a_message_is_read_by_who_gave_it() {
    let judged = alone(
        "[PYI-5081:ERROR] Failed to load Python shared library '/tmp/_MEIFV/libpython3.14.so.1.0': /tmp/_MEIFV/libpython3.14.so.1.0: cannot \
         enable executable stack as shared object requires: Invalid argument\n",
    );
    assert_eq!((judged[0].cause.word(), judged[1].verdict), ("executable-stack", Verdict::Noise));
    assert_eq!(judged[1].because, Some(1));
    // Without a reason that is known, the message itself is what is told.
    let judged = alone(
        "[PYI-1:ERROR] Failed to load Python shared library '/tmp/_MEIFV/libpython3.14.so.1.0': something else\n",
    );
    assert_eq!(judged[0].cause.word(), "python-library");
    assert!(judged[0].sentence.ends_with("something else"));
}

#[test]
fn each_reason_of_dyld_s_is_its_own_cause() {
    let of = |why: &str| {
        format!(
            "ImportError: dlopen(/v/p/m.so, 0x0002): tried: '/v/p/m.so' ({why}), '/System/Volumes/Preboot/Cryptexes/OS/v/p/m.so' (no such file), '/v/p/m.so' ({why})\n"
        )
    };
    for (why, cause) in [
        (
            "mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64e' or 'arm64')",
            "wrong-architecture",
        ),
        (
            "code signature in <4C4C> '/v/p/m.so' not valid for use in process: mapping process and mapped file (non-platform) have different Team IDs",
            "code-signature",
        ),
        (
            "code signature in <4C4C> '/v/p/m.so' not valid for use in process: library load disallowed by system policy",
            "blocked",
        ),
        ("library load denied by system policy", "blocked"),
        ("not a mach-o file", "not-an-image"),
        ("file too short", "not-an-image"),
        ("slice is not valid mach-o file", "not-an-image"),
        ("file system sandbox blocked open()", "blocked"),
        ("errno=1", "blocked"),
    ] {
        let judged = alone(&of(why));
        assert_eq!(judged[0].cause.word(), cause, "{why}: {judged:#?}");
        assert_eq!(judged[0].incident.by(), Some("/v/p/m.so"), "{why}");
        assert!(judged[1..].iter().all(|judged| judged.verdict == Verdict::Noise), "{why}: {judged:#?}");
    }
}

#[test]
fn a_failed_build_is_a_failure_with_its_last_error() {
    for (text, quoted, kind) in [
        (
            "Building wheel for x ... error\n  ERROR: Failed building wheel for x\n",
            "Failed building wheel for x",
            "wheel",
        ),
        (
            "error[E0433]: failed to resolve: use of undeclared crate\nerror: could not compile `x` (lib) due to 1 previous error\n",
            "could not compile `x`",
            "compile-rust",
        ),
        (
            "x.c:3:5: error: unknown type name 'foo'\nmake: *** [Makefile:2: x.o] Error 1\n",
            "unknown type name",
            "compile",
        ),
        (
            "E   assert 1 == 2\nFAILED tests/test_x.py::test_y - assert 1 == 2\n====== 1 failed, 3 passed in 0.12s ======\n",
            "1 failed, 3 passed",
            "tests",
        ),
        (
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    f()\nValueError: bad value\n",
            "ValueError: bad value",
            "exception",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement x==9\nERROR: No matching distribution found for x==9\n",
            "No matching distribution",
            "no-release",
        ),
        ("##[error]Process completed with exit code 1.\n", "exit code 1", "step"),
    ] {
        let judged = alone(text);
        assert_eq!(judged.len(), 1, "{text}: {judged:#?}");
        assert!(judged[0].is_failure() && judged[0].sentence.contains(quoted), "{text}: {}", judged[0].sentence);
        assert_eq!(judged[0].incident.message.id, kind, "{text}");
        assert!(!judged[0].remedy.text.is_empty());
    }
}

#[test]
fn a_build_that_succeeded_is_no_failure() {
    for text in [
        "configure: checking for x... no\nconftest.c:3:1: error: unknown type name 'y'\nchecking for z... yes\nSuccessfully installed x-1.0\n",
        "===== 12 passed, 1 warning in 0.52s =====\n",
        "   Compiling thiserror v1.0\nwarning: unused variable: `error`\n    Finished `release` profile [optimized] target(s) in 3s\n",
        "ERROR: pip's dependency resolver does not currently take into account all the packages that are installed.\nSuccessfully installed a-1\n",
        "gcc -Werror -c error.c -o error.o\n0 errors generated\n",
        "test error::tests::fails ... ok\ntest result: ok. 5 passed; 0 failed; 0 ignored; finished in 0.00s\n",
    ] {
        assert_nothing(text);
    }
}

#[test]
fn a_library_of_this_machine_acquits_no_other() {
    let judged = alone(
        "Step 4/5 : RUN apk add python3\nImportError: Error loading shared library libgomp.so.1: No such file or directory (needed by /usr/lib/python3.8/site-packages/a/b.so)\n",
    );
    assert!(judged[0].remedy.lines(dylens::command::Shell::Sh).join(" ").contains("apk add libgomp"), "{judged:#?}");
}

#[test]
fn the_last_place_of_a_traceback_is_a_whole_line_however_wide() {
    let of = |name: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"/{name}.py\", line 4, in <module>\nFileNotFoundError: [Errno 2] No such file or directory: 'a'\n"
        )
    };
    for width in [1, 42, 43, 45] {
        assert_eq!(alone(&of(&"x".repeat(width))).len(), 1, "{width}");
    }
}
