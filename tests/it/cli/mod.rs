//! The real program: every subcommand, every exit code, every bad input with its very line.

mod arguments;
mod completions;
#[cfg(unix)]
mod exported_files;
#[cfg(unix)]
mod hostile_lengths;
#[cfg(unix)]
mod hostile_text;
mod policy;
#[cfg(unix)]
mod run_daemon;
mod settings;
mod snapshot;

use crate::common::{dylens, lay_out, out, said};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn code(output: &Output) -> i32 {
    output.status.code().expect("the program ends by itself")
}

/// What the program prints of the demo.
fn demo(words: &[&str]) -> String {
    let output = dylens(Path::new("/"), &[&["--demo=linux"], words].concat());
    assert_eq!(said(&output), "");
    out(&output)
}

/// What the program says where it cannot do what was asked.
fn refusal(directory: &Path, words: &[&str]) -> String {
    let output = dylens(directory, words);
    assert_eq!((code(&output), out(&output)), (2, String::new()));
    said(&output)
}

/// A folder with a module whose library is not there, and one that needs nothing.
fn small() -> tempfile::TempDir {
    lay_out(
        "
//- /site-packages/a.so elf x86_64 needs:libnowhere.so.9 defines:PyInit_a
//- /site-packages/b.so elf x86_64 defines:PyInit_b
//- /empty/
//- /text.txt
hello
",
    )
}

#[test]
fn the_report_of_the_demo() {
    insta::assert_snapshot!(demo(&["check"]));
}

#[test]
fn the_tree_of_the_demo() {
    insta::assert_snapshot!(demo(&["tree"]));
}

#[test]
fn why_in_the_demo() {
    insta::assert_snapshot!(demo(&["why", "libcudnn.so.9"]));
}

#[test]
fn the_needs_of_the_demo() {
    insta::assert_snapshot!(demo(&["export", "--format", "jsonl"]));
}

#[test]
fn without_a_terminal_the_report_is_printed() {
    assert_eq!(demo(&[]), demo(&["check"]));
    assert_eq!(demo(&["--no-tui"]), demo(&["check"]));
}

#[test]
fn the_demo_shows_what_it_is_made_to_show() {
    let graph: serde_json::Value = serde_json::from_str(&demo(&["export"])).expect("valid JSON");
    let nodes = graph["nodes"].as_array().expect("a list");
    let of = |key: &str| -> Vec<&str> { nodes.iter().filter_map(|node| node[key].as_str()).collect() };
    for missing in ["missing:libcudnn.so.9", "missing:libc.musl-x86_64.so.1", "missing:libxcb-cursor.so.0"] {
        assert!(of("id").contains(&missing), "{missing}");
    }
    assert!(of("arch").contains(&"aarch64"));
    assert!(of("problem").iter().any(|problem| problem.contains("Git LFS")));
    assert!(of("problem").iter().any(|problem| problem.starts_with("truncated")));
    assert!(
        nodes.iter().any(|node| node["kind"] == "library" && node["name"].as_str().unwrap().contains("cpython-311"))
    );
}

#[test]
fn the_demo_on_a_mac_shows_an_unresolved_library_a_rust_prefix_and_a_gap_on_the_way_to_numpy() {
    let report = dylens(Path::new("/"), &["--demo", "check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out(&report)).expect("valid JSON");
    let findings = report["findings"].as_array().expect("a list");
    let tells = |rule: &str, subject: &str| {
        findings.iter().any(|finding| finding["rule"] == rule && finding["subject"].as_str().unwrap().contains(subject))
    };
    assert!(tells("library-missing", "@rpath/libopencv_core.410.dylib"));
    assert!(tells("rust-install-name", "tsdownsample._rust."));
    assert!(tells("numpy-module-missing", "numpy.core.multiarray"));
    assert!(tells("numpy-abi", "scikit_image"));
    assert!(tells("code-signature", "_lowlevel"));
    assert!(tells("wrong-architecture", "x86_64"));
}

#[test]
fn a_part_of_the_graph_as_json_has_its_own_nodes_edges_and_findings_alone() {
    let export = |words: &[&str]| -> serde_json::Value {
        serde_json::from_str(&demo(&[&["export", "--format", "json"], words].concat())).expect("valid JSON")
    };
    let focus = export(&["--scope", "focus", "--node", "libcudnn.so.9", "--depth", "1"]);
    let ids = |graph: &serde_json::Value| -> Vec<String> {
        graph["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().into()).collect()
    };
    assert_eq!(ids(&focus), [format!("{SITE}/torch/lib/libtorch_cuda.so"), "missing:libcudnn.so.9".into()]);
    assert_eq!(focus["edges"].as_array().unwrap().len(), 1);
    let rules: Vec<&str> =
        focus["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["library-missing"]);
    let (problems, whole) = (export(&["--scope", "problems"]), export(&[]));
    assert!(ids(&problems).len() < ids(&whole).len() && ids(&problems).contains(&"missing:libcudnn.so.9".to_owned()));
    let refused = dylens(Path::new("/"), &["--demo=linux", "export", "--format", "json", "--folded"]);
    assert!(said(&refused).contains("leave out --folded"), "{}", said(&refused));
    assert!(refused.stdout.is_empty());
}

/// Where the demo's packages lie.
const SITE: &str = "lib/python3.12/site-packages";

const NOTHING: &str = "dylens: no Python environment here: looked at $VIRTUAL_ENV, $CONDA_PREFIX, for .venv, venv and the \
                       environments of uv, pixi, hatch, poetry, pdm, pipenv, tox and nox in this folder and those above it, \
                       and for Python on PATH";

#[test]
fn where_nothing_is_found_the_demo_opens_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let output = dylens(folder.path(), &[]);
    assert!(out(&output).contains("(the demo, as no environment was found here)"));
    assert_eq!(said(&output), format!("{NOTHING}; this is the demo\n"));
}

#[test]
fn a_check_without_an_environment_is_no_clean_check() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("{NOTHING}; name one (dylens PATH), or see the demo (dylens --demo)\n");
    assert_eq!(refusal(folder.path(), &["check"]), line);
}

#[test]
fn each_bad_path_has_its_line() {
    let folder = small();
    let here = folder.path().canonicalize().unwrap();
    let root = here.display();
    let give = "give an environment, a site-packages folder, a wheel or a native file";
    assert_eq!(
        refusal(&here, &["check", "gone"]),
        format!("dylens: {root}/gone: no such file or folder; {give}, or no path at all inside a project\n")
    );
    assert_eq!(
        refusal(&here, &["tree", "text.txt"]),
        format!("dylens: {root}/text.txt is no native file (.so, .dylib, .pyd, .dll), but text; {give}\n")
    );
    assert_eq!(
        refusal(&here, &["export", "empty"]),
        format!("dylens: no native modules in {root}/empty (looked for .so, .dylib, .pyd and .dll files); {give}\n")
    );
    assert_eq!(
        refusal(&here, &["text.txt/x"]),
        format!(
            "dylens: {root}/text.txt/x: a part of this path is a file, not a folder; {give}, or no path at all inside \
             a project\n"
        )
    );
}

#[test]
fn each_bad_argument_has_its_line() {
    let folder = small();
    let refusal = |words: &[&str]| refusal(folder.path(), words);
    assert_eq!(refusal(&["--fast"]), "dylens: unexpected argument '--fast' found; see dylens --help\n");
    let formats: Vec<&str> = dylens::export::FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(
        refusal(&["export", "--format", "jsonk"]),
        format!(
            "dylens: invalid value 'jsonk' for '--format <FORMAT>' [possible values: {}]; a similar value exists: \
             'json'\n",
            formats.join(", ")
        )
    );
    assert_eq!(
        refusal(&["a.so", "check"]),
        "dylens: a.so stands before the command; give the command first: dylens COMMAND PATH\n"
    );
    assert_eq!(
        refusal(&["--demo", "a.so"]),
        "dylens: --demo looks at its own environment, not at a.so; leave out the one or the other\n"
    );
    assert_eq!(
        refusal(&["site-packages/a.so", "site-packages/b.so"])
            .replace(folder.path().canonicalize().unwrap().to_str().unwrap(), ""),
        "dylens: several paths can only be wheels, and /site-packages/a.so is none; give one path, or several .whl files\n"
    );
    assert!(
        refusal(&["--arch", "pdp11"])
            .starts_with("dylens: invalid value 'pdp11' for '--arch <ARCH>': known are x86_64")
    );
    assert!(refusal(&["--macos", "big"]).contains("a release is written 11.0"));
    assert!(refusal(&["why"]).starts_with("dylens: the following required arguments were not provided: "));
}

#[test]
fn why_without_a_match_and_with_too_many() {
    let folder = small();
    let site = folder.path().join("site-packages").canonicalize().unwrap();
    let line = refusal(&site, &["why", ".", "zzz"]);
    assert!(line.starts_with(&format!("dylens: nothing in {} is called zzz; ", site.display())), "{line}");
    let lines = refusal(&site, &["why", ".", ".so"]);
    assert!(lines.starts_with("dylens: .so could be any of "), "{lines}");
    assert!(lines.contains("; give more of the name:\n") && lines.contains("\n  a.so\n"), "{lines}");
}

#[test]
fn the_exit_code_is_what_fail_on_says() {
    let folder = small();
    let clean = |words: &[&str]| code(&dylens(&folder.path().join("site-packages"), words));
    assert_eq!(clean(&["check", "b.so"]), 0);
    assert_eq!(clean(&["check", "."]), 1);
    assert_eq!(clean(&["."]), 1);
    assert_eq!(clean(&["check", "--format", "json", "."]), 1);
    assert_eq!(clean(&["check", "--fail-on", "never", "."]), 0);
}

#[test]
fn paths_stand_before_or_after_options() {
    let folder = small();
    let run = |words: &[&str]| out(&dylens(folder.path(), words));
    let rows = run(&["export", "--format", "jsonl", "site-packages"]);
    assert_eq!(rows, run(&["export", "site-packages", "--format", "jsonl"]));
    assert_eq!(rows, run(&["--ascii", "export", "site-packages", "--format", "jsonl", "--color", "always"]));
    assert_eq!(
        rows,
        "{\"file\":\"a.so\",\"need\":\"libnowhere.so.9\",\"kind\":\"normal\",\"status\":\"missing\",\"path\":null,\
         \"step\":\"none\"}\n"
    );
}

#[test]
fn wheels_are_given_like_folders() {
    let folder = tempfile::tempdir().unwrap();
    let members = lay_out("//- /b.so elf x86_64 defines:PyInit_b\n");
    for name in ["a-1-cp39-abi3-linux_x86_64.whl", "b-1-cp39-abi3-linux_x86_64.whl"] {
        let mut writer = zip::ZipWriter::new(std::fs::File::create(folder.path().join(name)).unwrap());
        writer.start_file("b.so", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, &std::fs::read(members.path().join("b.so")).unwrap()).unwrap();
        writer.finish().unwrap();
    }
    let names = ["a-1-cp39-abi3-linux_x86_64.whl", "b-1-cp39-abi3-linux_x86_64.whl"];
    let output = dylens(folder.path(), &["--macos", "11.0", "check", names[0], names[1], "--arch", "x86_64"]);
    assert!(out(&output).starts_with("wheel ") && out(&output).contains("2 wheels"), "{}", out(&output));
    assert_eq!(code(&output), 0, "{}", said(&output));
    let output = dylens(folder.path(), &["why", names[0], "b.so"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert!(refusal(folder.path(), &[names[0], "check"]).contains("stands before the command"));
}

#[test]
fn a_folder_called_like_a_command_is_given_with_a_dot() {
    let folder = lay_out("//- /check/b.so elf x86_64 defines:PyInit_b\n");
    let output = dylens(folder.path(), &["./check"]);
    assert!(out(&output).starts_with("folder "), "{}", out(&output));
    assert_eq!(code(&output), 0);
}

#[test]
fn an_export_is_whole_or_not_there() {
    let folder = small();
    let run = |words: &[&str]| dylens(folder.path(), words);
    let file = folder.path().join("graph.json");
    assert_eq!(code(&run(&["export", "site-packages", "-o", "graph.json"])), 0);
    let written = std::fs::read(&file).unwrap();
    assert_eq!(written, run(&["export", "site-packages"]).stdout);

    assert_eq!(
        refusal(folder.path(), &["export", "site-packages", "-o", "graph.json", "--format", "dot"]),
        "dylens: graph.json is there already; give --force to overwrite it\n"
    );
    assert_eq!(std::fs::read(&file).unwrap(), written);
    assert_eq!(code(&run(&["export", "site-packages", "-o", "graph.json", "--format", "dot", "--force"])), 0);
    assert!(std::fs::read(&file).unwrap().starts_with(b"digraph"));

    let line = refusal(folder.path(), &["export", "site-packages", "-o", "gone/graph.json"]);
    assert!(line.starts_with("dylens: gone/graph.json cannot be written: "), "{line}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dylens"))
        .args(["--demo=linux", "export"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((code(&output), said(&output)), (0, String::new()));
}

#[test]
fn a_rule_is_explained_and_an_unknown_one_has_neighbors() {
    let here = Path::new("/");
    assert!(out(&dylens(here, &["explain"])).contains("library-missing"));
    assert!(out(&dylens(here, &["explain", "library-missing"])).starts_with("library-missing (error)\n"));
    let line = refusal(here, &["explain", "libary-missing"]);
    assert!(line.starts_with("dylens: there is no rule libary-missing; did you mean library-missing"), "{line}");
    assert_eq!(
        refusal(here, &["explain", "nosuch"]),
        "dylens: there is no rule nosuch; dylens explain lists all\n",
        "nothing is spelled like it"
    );
}

#[test]
fn a_message_is_explained_in_quotes_or_without() {
    let here = Path::new("/");
    let message = "symbol not found in flat namespace '_foo'";
    let quoted = out(&dylens(here, &["explain", message]));
    assert!(quoted.contains("[symbol-missing]"), "{quoted}");
    let words: Vec<&str> = std::iter::once("explain").chain(message.split(' ')).collect();
    assert_eq!(out(&dylens(here, &words)), quoted);
    let line = refusal(here, &["explain", "all is well"]);
    assert_eq!(line, "dylens: dylens does not know that message; give its whole line, or the log: dylens log LOG\n");
}

#[test]
fn colors_come_only_when_they_are_asked_for() {
    assert!(!demo(&["check"]).contains('\x1b'));
    assert!(!demo(&["check", "--color", "never"]).contains('\x1b'));
    assert!(demo(&["check", "--color", "always"]).contains('\x1b'));
    assert!(demo(&["tree", "--ascii"]).is_ascii());
}

#[test]
fn help_and_version_are_no_errors() {
    let here = Path::new("/");
    assert_eq!(out(&dylens(here, &["--version"])), format!("dylens {}\n", env!("CARGO_PKG_VERSION")));
    for words in [&["--help"][..], &["check", "--help"], &["why", "-h"], &["export", "-h"]] {
        let output = dylens(here, words);
        assert_eq!(code(&output), 0);
        assert!(out(&output).contains("Examples:"), "{words:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_name_that_is_no_text_is_shown_all_the_same() {
    use std::os::unix::ffi::OsStrExt;
    let folder = small();
    let site = folder.path().join("site-packages");
    std::fs::rename(site.join("a.so"), site.join(std::ffi::OsStr::from_bytes(b"a\xff\x1b.so"))).unwrap();
    let rows = out(&dylens(&site, &["export", "--format", "jsonl", "."]));
    assert!(rows.starts_with("{\"file\":\"a\u{fffd}\\u001b.so\""), "{rows}");
    assert!(out(&dylens(&site, &["tree", "."])).contains("a\u{fffd}\\u{1b}"));
}

#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = small();
    let here = folder.path().canonicalize().unwrap();
    let closed = here.join("site-packages");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    // An administrator reads it nevertheless.
    if std::fs::read_dir(&closed).is_err() {
        assert_eq!(
            refusal(&here, &["check", "site-packages"]),
            format!("dylens: {}: permission denied; make the folder readable, or look at another\n", closed.display())
        );
    }
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_broken_pyvenv_cfg_does_not_stop_the_scan() {
    let folder = lay_out(
        "
//- /pyvenv.cfg
home
//- /lib/python3.12/site-packages/b.so elf x86_64 defines:PyInit_b
",
    );
    let output = dylens(folder.path(), &["check", "--fail-on", "never", "."]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert!(out(&output).starts_with("virtual environment "), "{}", out(&output));
}

/// The folder of `small`, with a log of what its module lacks.
fn failed_build() -> tempfile::TempDir {
    let folder = small();
    std::fs::write(
        folder.path().join("build.log"),
        "one\nImportError: libnowhere.so.9: cannot open shared object file: No such file or directory\n",
    )
    .expect("the log can be written");
    folder
}

#[test]
fn a_log_is_explained_beside_what_it_is_about() {
    let folder = failed_build();
    let output = dylens(folder.path(), &["log", "build.log", "site-packages"]);
    assert_eq!((code(&output), said(&output)), (1, String::new()));
    let text = out(&output);
    assert!(text.starts_with("log build.log · 2 lines\ncompared with site-packages folder "), "{text}");
    assert!(text.contains("✗ library not found: a.so  [library-missing]\n    line 2, glibc's loader: "), "{text}");
    assert!(text.contains("libnowhere.so.9, needed by a.so, is not found"), "{text}");
    assert!(text.ends_with("✗ 1 failure\n"), "{text}");
    let output = dylens(folder.path(), &["log", "--format", "json", "build.log", "site-packages"]);
    let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    let first = &json["incidents"][0];
    assert_eq!(
        (first["line"].as_u64(), first["file"].as_str(), first["rule"].as_str()),
        (Some(2), Some("a.so"), Some("library-missing"))
    );
    assert_eq!((first["accused"].as_str(), first["verdict"].as_str()), (Some("libnowhere.so.9"), Some("guilty")));
}

#[test]
fn a_log_alone_is_explained_as_far_as_it_tells() {
    let folder = failed_build();
    let output = dylens(&folder.path().join("empty"), &["log", "../build.log"]);
    assert_eq!(code(&output), 1);
    assert!(out(&output).contains("compared with nothing: no Python environment here"), "{}", out(&output));
    let output = dylens(folder.path(), &["log", "text.txt"]);
    assert_eq!(code(&output), 0);
    assert!(out(&output).ends_with("no error in it, as far as dylens knows their texts\n"), "{}", out(&output));
}

#[test]
fn where_a_log_accuses_nobody_the_errors_of_what_it_is_about_are_told() {
    let folder = failed_build();
    let output = dylens(folder.path(), &["log", "text.txt", "site-packages"]);
    assert_eq!(code(&output), 0);
    let text = out(&output);
    let told = "the site-packages folder itself has 1 error, the first: library not found: libnowhere.so.9; this shows them:\n";
    assert!(text.replace("\n", " ").contains(&told.replace('\n', " ")), "{text}");
    assert!(text.ends_with("    dylens check site-packages\n"), "{text}");
    // What the log accuses is told there, and nothing where nothing is wrong.
    let accused = out(&dylens(folder.path(), &["log", "build.log", "site-packages"]));
    assert!(!accused.contains("itself has"), "{accused}");
    let calm = out(&dylens(folder.path(), &["log", "text.txt", "site-packages/b.so"]));
    assert!(calm.contains("compared with file") && !calm.contains("itself has"), "{calm}");
}

#[test]
fn what_mends_several_things_alike_is_told_once() {
    let folder = failed_build();
    let line = |symbol: &str| format!("a.c:(.text+0x0): undefined reference to `{symbol}'\n");
    let log = [line("one"), line("two"), "error: command '/usr/bin/gcc' failed with exit code 1\n".into()].concat();
    std::fs::write(folder.path().join("link.log"), log).expect("the log can be written");
    let text = out(&dylens(folder.path(), &["log", "link.log"]));
    assert_eq!(
        (text.matches("remedy: ").count(), text.matches("symbol not found at build time: ").count()),
        (1, 2),
        "{text}"
    );
    assert!(text.ends_with("1 more that needs no action (--verbose shows all)\n\n✗ 2 failures\n"), "{text}");
}

#[test]
fn a_log_that_cannot_be_read_has_its_line() {
    let folder = failed_build();
    let said = refusal(folder.path(), &["log", "gone.log"]);
    assert!(said.starts_with("dylens: gone.log cannot be read: "), "{said}");
    let said = refusal(folder.path(), &["log", "empty"]);
    assert_eq!(
        said,
        "dylens: empty is a folder; give the log of a build, then what it is about: dylens log LOG PATH\n"
    );
    let said = refusal(folder.path(), &["log", "build.log", "nowhere"]);
    assert!(said.starts_with("dylens: ") && said.contains("nowhere: no such file"), "{said}");
}

#[test]
fn a_log_beside_a_folder_that_holds_nothing_native_is_read_alone() {
    let folder = failed_build();
    let output = dylens(folder.path(), &["log", "build.log", "empty"]);
    assert_eq!((code(&output), said(&output)), (1, String::new()));
    assert!(out(&output).contains("compared with nothing: no native modules in"), "{}", out(&output));
    assert!(out(&output).contains("[library-missing]"), "{}", out(&output));
}

/// Runs a command of the shell through dylens, and says what it wrote to where.
#[cfg(unix)]
fn run(directory: &Path, more: &[&str], script: &str) -> Output {
    dylens(directory, &[&["run"], more, &["--", "/bin/sh", "-c", script]].concat())
}

#[cfg(unix)]
#[test]
fn a_command_s_output_passes_through_pipes_and_is_explained_beside() {
    let folder = failed_build();
    let script = "cat build.log; echo two >&2; exit 9";
    let output = run(folder.path(), &["--env", "site-packages"], script);
    assert_eq!(code(&output), 9);
    assert_eq!(out(&output), std::fs::read_to_string(folder.path().join("build.log")).expect("the log"));
    let said = said(&output);
    assert!(said.starts_with("two\n") && said.contains("libnowhere.so.9, needed by a.so, is not found"), "{said}");
    let output = run(folder.path(), &[], "cat build.log; exit 0");
    assert_eq!((code(&output), self::said(&output)), (0, String::new()));
}

#[cfg(unix)]
#[test]
fn a_command_is_explained_beside_the_environment_that_its_traceback_lies_in() {
    let folder = small();
    let site = std::fs::canonicalize(folder.path().join("site-packages")).expect("the folder is there");
    let log = format!(
        "Traceback (most recent call last):\n  File \"{}/a/__init__.py\", line 1, in <module>\n    import b\nImportError: libnowhere.so.9: cannot \
         open shared object file: No such file or directory\n",
        site.display()
    );
    std::fs::write(folder.path().join("empty/build.log"), log).expect("the log can be written");
    let output = run(&folder.path().join("empty"), &[], "cat build.log; exit 1");
    let said = said(&output);
    assert!(said.contains("compared with site-packages folder") && said.contains("needed by a.so"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_failure_that_says_nothing_of_files_is_told_so() {
    let folder = small();
    let output = run(folder.path(), &[], "echo out; exit 4");
    assert_eq!((code(&output), out(&output)), (4, "out\n".into()));
    assert_eq!(said(&output), "dylens: the command failed; its output mentions no native-library problem\n");
    let output = run(folder.path(), &[], "kill -KILL $$");
    assert_eq!(code(&output), 128 + 9);
}

#[cfg(unix)]
#[test]
fn a_command_that_cannot_be_started_has_its_line() {
    let said = refusal(&small().path().join("empty"), &["run", "--", "./nothing", "--flag"]);
    assert!(said.starts_with("dylens: ./nothing cannot be started: "), "{said}");
    let said = refusal(small().path(), &["run"]);
    assert!(said.contains("<COMMAND>"), "{said}");
}

#[test]
fn the_words_of_a_tool_are_told_of_a_warning_too() {
    let folder = lay_out(
        "
//- /site-packages/p/__init__.py
try:
    from . import a
except ImportError:
    pass
//- /site-packages/p/a.so elf x86_64 needs:libnowhere.so.9 defines:PyInit_a
",
    );
    let told = out(&dylens(folder.path(), &["check", "--for", "pyinstaller=6.22", "site-packages"]));
    assert!(
        told.contains("it prints: Library not found: could not resolve 'libnowhere.so.9', dependency of "),
        "{told}"
    );
    assert!(told.contains("\u{25b2} selected tool fails on this file"), "a warning: {told}");
}

#[test]
fn symbols_of_macos_are_told_as_dyld_binds_them() {
    let root = lay_out(
        "
//- /site-packages/a-1.dist-info/WHEEL
Wheel-Version: 1.0
//- /site-packages/a.so macho arm64 bundle needs:@loader_path/libx.dylib,/usr/lib/libz.1.dylib defines:PyInit_a takes:_ZN1x4openEi@@loader_path/libx.dylib,inflate@/usr/lib/libz.1.dylib,bcf_destroy
//- /site-packages/libx.dylib macho arm64 defines:_ZN1x4openEi
",
    );
    let output = dylens(root.path(), &["symbols", "site-packages", "a.so", "--format", "jsonl"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let told = out(&output);
    for (symbol, demangled, status, provider) in [
        ("__ZN1x4openEi", "\"x::open(int)\"", "bound", "libx.dylib\""),
        ("_inflate", "null", "unknown", "\"/usr/lib/libz.1.dylib\""),
        ("_bcf_destroy", "null", "undefined", "null"),
    ] {
        let begins = format!(
            "{{\"symbol\":\"{symbol}\",\"version\":null,\"demangled\":{demangled},\"binding\":\"strong\",\"status\":\"{status}\",\"provider\":"
        );
        let is_it = |line: &&str| line.starts_with(&begins) && line.trim_end_matches('}').ends_with(provider);
        assert!(told.lines().any(|line| is_it(&line)), "{symbol}: {told}");
    }
    let exports = out(&dylens(root.path(), &["symbols", "site-packages", "libx.dylib", "--exports"]));
    assert!(exports.contains("1 symbol defined for others") && exports.contains("x::open(int)"), "{exports}");
}

#[test]
fn symbols_are_told_with_their_providers() {
    let root = lay_out(
        "
//- /site-packages/a.so elf x86_64 needs:libx.so runpath:$ORIGIN defines:PyInit_a takes:_ZN1x4openEi,absent?
//- /site-packages/libx.so elf x86_64 defines:_ZN1x4openEi
",
    );
    let output = dylens(root.path(), &["symbols", "site-packages", "a.so", "--format", "jsonl"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let rows: Vec<serde_json::Value> =
        out(&output).lines().map(|line| serde_json::from_str(line).expect("valid JSON")).collect();
    let row = &rows[0];
    assert_eq!(
        (row["symbol"].as_str(), row["demangled"].as_str(), row["binding"].as_str(), row["status"].as_str()),
        (Some("_ZN1x4openEi"), Some("x::open(int)"), Some("strong"), Some("bound"))
    );
    assert!(row["provider"].as_str().is_some_and(|path| path.ends_with("site-packages/libx.so")), "{row}");
    assert_eq!((rows[1]["binding"].as_str(), rows.len()), (Some("weak"), 2));

    let text = out(&dylens(root.path(), &["symbols", "site-packages", "a.so", "--to", "libx"]));
    assert!(text.contains("x::open(int)  _ZN1x4openEi"), "{text}");
    let exports = out(&dylens(root.path(), &["symbols", "site-packages", "libx.so", "--exports"]));
    assert!(exports.contains("1 symbol defined for others"), "{exports}");
    let refused = refusal(root.path(), &["symbols", "site-packages", "nothing.so"]);
    assert!(refused.contains("nothing.so"), "{refused}");
}

#[test]
fn a_symbol_is_found_wherever_it_is_defined_or_wanted() {
    for files in [
        "
//- /site-packages/a.so elf x86_64 needs:libx.so runpath:$ORIGIN defines:PyInit_a takes:inflate,inflateEnd?
//- /site-packages/b.so elf x86_64 defines:PyInit_b,inflateInit takes:deflate
//- /site-packages/libx.so elf x86_64 defines:inflate
",
        "
//- /site-packages/a-1.dist-info/WHEEL
Wheel-Version: 1.0
//- /site-packages/a.so macho arm64 bundle needs:@loader_path/libx.so defines:PyInit_a takes:inflate@@loader_path/libx.so
//- /site-packages/b.so macho arm64 bundle defines:PyInit_b,inflateInit
//- /site-packages/libx.so macho arm64 defines:inflate
",
        "
//- /site-packages/a.pyd pe x86_64 needs:libx.so defines:PyInit_a takes:inflate@libx.so
//- /site-packages/b.pyd pe x86_64 defines:PyInit_b,inflateInit
//- /site-packages/libx.so pe x86_64 defines:inflate
",
    ] {
        let root = lay_out(files);
        let output = dylens(root.path(), &["symbols", "site-packages", "--find", "inflate", "--format", "jsonl"]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        let rows: Vec<serde_json::Value> =
            out(&output).lines().map(|line| serde_json::from_str(line).expect("valid JSON")).collect();
        let told: Vec<String> = rows
            .iter()
            .map(|row| {
                let text = |key: &str| row[key].as_str().expect("a text").trim_start_matches('_').to_owned();
                let file = text("file").rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default().to_owned();
                format!("{file} {} {}", text("role"), text("symbol"))
            })
            .collect();
        assert_eq!(told, ["libx defines inflate", "a wants inflate"], "{files}");
        let text = out(&dylens(root.path(), &["symbols", "site-packages", "--find", "nothing"]));
        assert!(text.contains("defines  0") && text.contains("wants  0"), "{text}");
    }
}

#[test]
fn a_snapshot_is_searched_for_a_symbol_as_far_as_it_has_any() {
    let root = lay_out(
        "
//- /site-packages/a.so elf x86_64 needs:libx.so runpath:$ORIGIN defines:PyInit_a takes:inflate,inflateEnd?
//- /site-packages/b.so elf x86_64 needs:libx.so runpath:$ORIGIN defines:PyInit_b takes:inflate
//- /site-packages/libx.so elf x86_64 defines:inflate,unused
",
    );
    let find = |snapshot: &str, name: &str| dylens(root.path(), &["symbols", snapshot, "--find", name]);
    for (snapshot, symbols) in [("all.json", &["--symbols"][..]), ("few.json", &[])] {
        let export = [&["export", "site-packages", "-o", snapshot, "--format", "snapshot"][..], symbols].concat();
        assert_eq!(code(&dylens(root.path(), &export)), 0);
    }
    let all = find("all.json", "inflate");
    assert_eq!(code(&all), 0, "{}", said(&all));
    let lines: Vec<String> = out(&all).lines().map(|line| line.trim().to_owned()).filter(|it| !it.is_empty()).collect();
    let ends: Vec<&str> = lines.iter().map(|line| line.rsplit('/').next().unwrap_or_default()).collect();
    assert_eq!(ends, ["inflate", "defines  1", "libx.so", "wants  2", "a.so", "b.so"]);
    assert!(said(&all).contains("2 of 3 files take (all of 2)"), "{}", said(&all));
    assert!(out(&find("all.json", "unused")).contains("defines  0"), "no file takes it");
    let few = find("few.json", "inflate");
    assert!(out(&few).contains("wants  0") && said(&few).contains("0 of 3 files"), "{} {}", out(&few), said(&few));
    assert!(said(&few).contains("dylens export --symbols"), "{}", said(&few));
}

/// Two environments: what the first one lacks lies in the other.
fn two_environments() -> tempfile::TempDir {
    lay_out(
        "
//- /a/.venv/pyvenv.cfg
version = 3.11.7
//- /a/.venv/lib/python3.11/site-packages/m.so elf x86_64 defines:PyInit_m needs:libm1.so rpath:$ORIGIN/libs
//- /b/.venv/pyvenv.cfg
version = 3.11.7
//- /b/.venv/lib/python3.11/site-packages/m.so elf x86_64 defines:PyInit_m needs:libm1.so rpath:$ORIGIN/libs
//- /b/.venv/lib/python3.11/site-packages/libs/libm1.so elf x86_64 soname:libm1.so
",
    )
}

#[test]
fn each_environment_of_a_folder_has_a_verdict_of_its_own() {
    let folder = two_environments();
    let one = refusal(folder.path(), &["check", "."]);
    assert!(one.contains("holds 2 environments") && one.contains("\n  a/.venv\n  b/.venv\n"), "{one}");
    let all = dylens(folder.path(), &["check", "--all", "."]);
    let text = out(&all);
    assert_eq!(code(&all), 1, "{text}");
    assert_eq!(text.matches("virtual environment").count(), 2, "{text}");
    assert_eq!(text.matches("libm1.so not found").count().max(text.matches("[library-missing]").count()), 1, "{text}");
    assert_eq!(code(&dylens(folder.path(), &["check", "--all", "b"])), 0);
    let documents = out(&dylens(folder.path(), &["check", "--all", "--format", "json", "."]));
    let read: Result<Vec<serde_json::Value>, _> = serde_json::Deserializer::from_str(&documents).into_iter().collect();
    assert_eq!(read.expect("documents of JSON").len(), 2);
}

#[cfg(unix)]
#[test]
fn files_that_two_environments_share_by_hard_links_are_in_both() {
    let folder = two_environments();
    let site = |name: &str| folder.path().join(name).join(".venv/lib/python3.11/site-packages");
    std::fs::remove_file(site("b").join("m.so")).unwrap();
    std::fs::hard_link(site("a").join("m.so"), site("b").join("m.so")).unwrap();
    let text = out(&dylens(folder.path(), &["check", "--all", "."]));
    assert_eq!(text.matches("1 module ").count(), 2, "{text}");
}

/// The loader tells files apart by their inodes, the inventory by their paths.
#[cfg(unix)]
#[test]
fn files_that_two_packages_share_by_hard_links_are_in_both_and_loaded_once() {
    let folder = lay_out(
        "
//- /site-packages/a/_a.so elf x86_64 needs:libz.so rpath:$ORIGIN defines:PyInit__a
//- /site-packages/a/libz.so elf x86_64 soname:libz.so
//- /site-packages/b/_b.so elf x86_64 needs:libz.so,libother.so rpath:$ORIGIN defines:PyInit__b
//- /site-packages/b/libother.so elf x86_64 needs:libz.so rpath:$ORIGIN/../a
",
    );
    let site = folder.path().join("site-packages");
    std::fs::hard_link(site.join("a/libz.so"), site.join("b/libz.so")).unwrap();
    let needs = out(&dylens(folder.path(), &["export", "--format", "jsonl", "site-packages"]));
    let rows: Vec<serde_json::Value> = needs.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let path = |file: &str, need: &str| {
        let row = rows.iter().find(|row| row["file"] == file && row["need"] == need).expect("a row");
        row["path"].as_str().map(str::to_owned)
    };
    assert_eq!(path("a/_a.so", "libz.so").as_deref(), Some("a/libz.so"));
    assert_eq!(path("b/_b.so", "libz.so").as_deref(), Some("b/libz.so"));
    assert_eq!(path("b/libother.so", "libz.so").as_deref(), Some("b/libz.so"), "it is loaded already");
    let report = out(&dylens(folder.path(), &["--no-tui", "site-packages"]));
    assert!(report.contains("3 libraries") && !report.contains("library-shadowed"), "{report}");
}

#[test]
fn nothing_native_is_an_answer_where_there_could_be() {
    let folder = lay_out(
        "
//- /venv/pyvenv.cfg
home = /
version = 3.11.7
//- /venv/lib/python3.11/site-packages/pure.py
x = 1
//- /project/pyproject.toml
[project]
//- /folder/readme.txt
nothing
",
    );
    for path in ["venv", "venv/lib/python3.11/site-packages", "project"] {
        for words in [&["check", path][..], &["--no-tui", path]] {
            let output = dylens(folder.path(), words);
            assert_eq!((code(&output), said(&output).as_str()), (0, ""), "{words:?}");
            assert!(out(&output).contains("No native modules: nothing here can fail to load."), "{}", out(&output));
        }
        let json = dylens(folder.path(), &["check", "--format", "json", path]);
        assert_eq!(code(&json), 0);
        let report: serde_json::Value = serde_json::from_str(&out(&json)).expect("JSON");
        assert_eq!(report["findings"], serde_json::json!([]));
    }
    assert!(refusal(folder.path(), &["check", "folder"]).contains("no native modules in "));
}

#[test]
fn a_pattern_that_no_shell_expanded_is_expanded() {
    let folder = small();
    std::fs::create_dir(folder.path().join("one")).unwrap();
    std::fs::copy(folder.path().join("site-packages/b.so"), folder.path().join("one/b.so")).unwrap();
    assert!(out(&dylens(folder.path(), &["check", "one/*.so"])).contains("one/b.so"), "the only one that fits");
    assert!(refusal(folder.path(), &["check", "site-packages/?.so"]).contains("several paths can only be wheels"));
    assert!(refusal(folder.path(), &["check", "site-packages/*.whl"]).contains("/site-packages/*.whl: no such file"));
}

#[test]
fn reports_follow_what_changes_where_nobody_sits_at_a_terminal() {
    use std::io::{BufRead, BufReader};
    let folder = small();
    let mut child = Command::new(env!("CARGO_BIN_EXE_dylens"))
        .args(["--watch", "site-packages"])
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut verdict =
        || lines.find(|line| line.contains("import") && line.contains("load") || line.contains("will fail"));
    assert!(verdict().is_some_and(|line| line.contains("1 of 2 imports will fail")));
    std::fs::remove_file(folder.path().join("site-packages/a.so")).unwrap();
    assert_eq!(verdict().as_deref(), Some("\u{2713} The import would load."));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A packed image begins as a packed snapshot does.
#[test]
fn a_packed_archive_is_no_snapshot() {
    let folder = small();
    let module = std::fs::read(folder.path().join("site-packages/a.so")).unwrap();
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in [
        ("etc/os-release", &b"ID=debian"[..]),
        ("usr/lib/x", b"x"),
        ("srv/v/pyvenv.cfg", b"version = 3.11.2"),
        ("srv/v/lib/python3.11/site-packages/a.so", &module),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes).unwrap();
    }
    let tar = tar.into_inner().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &tar).unwrap();
    std::fs::write(folder.path().join("image.tar.gz"), gzip.finish().unwrap()).unwrap();
    std::fs::write(folder.path().join("image.tar.zst"), zstd::encode_all(&tar[..], 1).unwrap()).unwrap();
    for name in ["image.tar.gz", "image.tar.zst"] {
        let checked = dylens(folder.path(), &["check", name]);
        assert!(out(&checked).contains("libnowhere.so.9"), "{}", said(&checked));
    }
}

#[test]
fn a_check_follows_what_changes_as_lines_of_json() {
    use std::io::{BufRead, BufReader};
    let folder = small();
    let mut child = Command::new(env!("CARGO_BIN_EXE_dylens"))
        .args(["check", "--watch", "--format", "json", "site-packages"])
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut report = || serde_json::from_str::<serde_json::Value>(&lines.next().expect("a line")).expect("JSON");
    assert_eq!(report()["counts"]["error"], 1);
    std::fs::remove_file(folder.path().join("site-packages/a.so")).unwrap();
    let after = report();
    assert_eq!((&after["counts"]["error"], &after["findings"]), (&serde_json::json!(0), &serde_json::json!([])));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(refusal(folder.path(), &["check", "--watch", "--all"]).contains("--watch prints a report for each change"));
    assert!(
        refusal(folder.path(), &["check", "--watch", "--format", "sarif"]).contains("a SARIF file is about one run")
    );
}

#[test]
fn a_release_of_another_system_is_said_to_be_ignored() {
    let folder = small();
    for (option, version) in [("--macos", "11.0"), ("--windows", "1809")] {
        let told = said(&dylens(folder.path(), &["check", option, version, "site-packages"]));
        assert!(told.contains(&format!("{option} is ignored: this is for ")), "{told}");
    }
    assert_eq!(said(&dylens(folder.path(), &["check", "--glibc", "2.28", "site-packages"])), "");
}

#[test]
fn a_finding_is_shown_on_the_line_that_requires_its_package() {
    let folder = lay_out(
        "
//- /.git/HEAD
ref
//- /sub/pyproject.toml
[project]
dependencies = [
    \"Acme.Vision>=1\",
]
//- /sub/uv.lock
[[package]]
name = \"bolt\"
//- /sub/site-packages/acme_vision-1.dist-info/METADATA
Name: acme-vision
Version: 1
//- /sub/site-packages/acme_vision-1.dist-info/RECORD
acme.so,,
//- /sub/site-packages/acme.so elf x86_64 needs:libnowhere.so.9 defines:PyInit_acme
//- /sub/site-packages/bolt-1.dist-info/METADATA
Name: bolt
Version: 1
//- /sub/site-packages/bolt-1.dist-info/RECORD
bolt.so,,
//- /sub/site-packages/bolt.so elf x86_64 needs:libnone.so.9 defines:PyInit_bolt
//- /sub/site-packages/other.so elf x86_64 needs:libnever.so.9 defines:PyInit_other
",
    );
    let check =
        |format: &str| out(&dylens(&folder.path().join("sub"), &["check", "--format", format, "site-packages"]));
    let lines = check("github");
    let starts = [
        "::error file=sub/pyproject.toml,line=3,",
        "::error file=sub/uv.lock,line=2,",
        "::error file=sub/site-packages/other.so,",
    ];
    for start in starts {
        assert!(lines.lines().any(|line| line.starts_with(start)), "{start} {lines}");
    }
    let sarif: serde_json::Value = serde_json::from_str(&check("sarif")).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let about = |name: &str| {
        let is_about = |result: &&serde_json::Value| result["message"]["text"].as_str().unwrap().contains(name);
        let result = results.iter().find(is_about).expect("a result");
        let place = |at: &serde_json::Value| {
            let place = &at["physicalLocation"];
            (place["artifactLocation"]["uri"].as_str().unwrap().to_owned(), place["region"]["startLine"].as_u64())
        };
        (place(&result["locations"][0]), place(&result["relatedLocations"][0]))
    };
    let own = ("sub/site-packages/acme.so".to_owned(), Some(1));
    assert_eq!(about("libnowhere.so.9"), (("sub/pyproject.toml".to_owned(), Some(3)), own));
}

#[test]
fn paths_for_code_scanning_begin_at_the_repository() {
    let folder =
        lay_out("//- /.git/HEAD\nref\n//- /sub/site-packages/a.so elf x86_64 needs:libnowhere.so.9 defines:PyInit_a\n");
    let root = folder.path().canonicalize().unwrap();
    let check = |format: &str| out(&dylens(&root.join("sub"), &["check", "--format", format, "site-packages"]));
    let sarif: serde_json::Value = serde_json::from_str(&check("sarif")).expect("JSON");
    let run = &sarif["runs"][0];
    let location = &run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(*location, serde_json::json!({"uri": "sub/site-packages/a.so", "uriBaseId": "%SRCROOT%"}));
    assert_eq!(run["originalUriBaseIds"]["%SRCROOT%"]["uri"], format!("file://{}/", root.display()));
    assert_eq!(run["automationDetails"]["id"], "dylens/sub/site-packages/");
    assert!(check("github").starts_with("::error file=sub/site-packages/a.so,"), "{}", check("github"));
}
