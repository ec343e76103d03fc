//! Who may know whom: reads the paths in the source of each room and compares them with the plan of the house.
//!
//! Documentation and tests may name anything: they are passed over.

mod files;
mod words;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may know, itself left out.
const ROOMS: [(&str, &[&str]); 27] = [
    ("json", &["printable"]),
    ("vfs", &["error"]),
    ("image", &[]),
    ("error", &[]),
    ("printable", &[]),
    ("rule", &[]),
    ("tools", &["vfs"]),
    ("command", &["printable"]),
    ("parse", &["image", "vfs"]),
    ("world", &["image", "vfs", "parse"]),
    ("discover", &["error", "image", "parse", "python", "tools", "vfs", "world"]),
    ("python", &[]),
    ("loader", &["image", "vfs", "world"]),
    ("bind", &["image", "loader", "vfs", "world"]),
    ("imports", &["bind", "discover", "image", "python", "loader", "tools", "vfs", "world"]),
    ("graph", &["discover", "image", "loader", "vfs", "world"]),
    ("survey", &["bind", "discover", "error", "graph", "image", "imports", "loader", "tools", "vfs", "world"]),
    (
        "diagnose",
        &["bind", "discover", "graph", "image", "imports", "loader", "python", "survey", "tools", "vfs", "world"],
    ),
    (
        "scan",
        &["diagnose", "discover", "error", "graph", "image", "imports", "python", "survey", "tools", "vfs", "world"],
    ),
    ("diff", &["diagnose", "discover", "graph", "image", "scan", "vfs", "world"]),
    (
        "snapshot",
        &[
            "diagnose", "discover", "error", "graph", "image", "imports", "loader", "scan", "survey", "tools", "vfs",
            "world",
        ],
    ),
    ("buildlog", &["diagnose", "discover", "graph", "image", "loader", "python", "scan", "tools", "vfs", "world"]),
    (
        "export",
        &[
            "buildlog", "diagnose", "diff", "discover", "error", "graph", "image", "imports", "loader", "scan",
            "snapshot", "survey", "tools", "vfs", "world",
        ],
    ),
    (
        "tui",
        &[
            "buildlog", "diagnose", "diff", "discover", "error", "export", "graph", "image", "imports", "loader",
            "scan", "survey", "vfs", "world",
        ],
    ),
    (
        "cli",
        &[
            "bind", "buildlog", "diagnose", "diff", "discover", "error", "export", "graph", "image", "imports",
            "parse", "loader", "scan", "snapshot", "survey", "tools", "tui", "vfs", "world",
        ],
    ),
    ("library", &["diagnose", "discover", "error", "export", "imports", "scan", "snapshot", "survey", "vfs"]),
    ("main", &["cli"]),
];

/// Rooms that everybody may know: they lie at the bottom of the house.
const KNOWN_TO_ALL: [&str; 4] = ["printable", "json", "command", "rule"];

/// Words that only some files may use, and what to do instead. What a whole room may not call is in `clippy.toml`.
const WORDS: [(&[&str], &[&str], &str); 3] = [
    (
        &["target_os", "target_arch", "target_family", "cfg(unix)", "cfg(windows)", "cfg(not(unix))"],
        &["vfs/", "discover/machine.rs", "cli/", "tui/"],
        "the answer must not depend on the machine that computes it: make the difference data of the `Host`",
    ),
    (
        &["std::thread", "rayon"],
        &["survey.rs", "survey/", "scan.rs", "scan/", "tui/", "cli/run"],
        "only `survey`, `scan` and `tui` start threads: work on one item here",
    ),
    (
        &["process::Command", "process::{Command", "portable_pty", "Stdio::"],
        &["cli/run", "tui/clipboard.rs"],
        "only `dylens run` starts a program, the one that the person typed, and copying the clipboard's own tools: read the \
         file instead",
    ),
];

/// A source file: its path below `src`, and its lines with everything that is not judged left blank.
struct Source {
    path: String,
    lines: Vec<String>,
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    files.sort();
    assert!(files.len() > 20, "found the sources in {}", src.display());
    let read = |file: PathBuf| {
        let path = file.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        let text = fs::read_to_string(&file).unwrap();
        Source { path, lines: judged(&text) }
    };
    files.into_iter().map(read).collect()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The lines of a file without comments, and without what stands behind `#[cfg(test)]`: rustfmt puts an item's closing
/// brace where its first line starts.
fn judged(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut indent_of_test = None;
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default().trim_end();
        let indent = code.len() - code.trim_start().len();
        let is_test = indent_of_test.is_some() || code.trim() == "#[cfg(test)]";
        lines.push(if is_test { String::new() } else { code.to_owned() });
        if is_test {
            let begun = *indent_of_test.get_or_insert(indent);
            let ends = code.trim() == "}" || code.ends_with(';');
            if ends && indent == begun {
                indent_of_test = None;
            }
        }
    }
    lines
}

/// The room of a file.
fn room(path: &str) -> &str {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// How many `super` lead from a file to the root of the crate.
fn depth(path: &str) -> usize {
    let parts = path.trim_end_matches(".rs").split('/').filter(|part| *part != "mod");
    parts.count()
}

/// The rooms that a line names: `crate::room`, `crate::{room, other::Thing}`, and as many `super` as lead to the root.
fn named(line: &str, depth: usize) -> Vec<&str> {
    let from_root = "super::".repeat(depth);
    let mut rooms = Vec::new();
    for prefix in ["crate::", from_root.as_str()] {
        for (at, _) in line.match_indices(prefix) {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest = &line[at + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(group) => rooms.extend(heads(group)),
                None => rooms.push(word(rest)),
            }
        }
    }
    rooms
}

/// The first word of each item of a group, inner groups passed over.
fn heads(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut heads) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                heads.push(word(group[start..at].trim()));
                return heads;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                heads.push(word(group[start..at].trim()));
                start = at + 1;
            }
            _ => {}
        }
    }
    heads.push(word(group[start..].trim()));
    heads
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

#[test]
fn rooms_know_only_whom_they_may() {
    let mut wrong = String::new();
    for source in sources() {
        let room = room(&source.path);
        if room == "lib" {
            continue;
        }
        let Some((_, known)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            writeln!(wrong, "src/{}: say in ROOMS (tests/it/layers.rs) whom the room `{room}` may know", source.path)
                .unwrap();
            continue;
        };
        // A `use` over several lines is read as one.
        for (number, line) in statements(&source.lines) {
            for other in named(&line, depth(&source.path)) {
                let is_room = ROOMS.iter().any(|(name, _)| *name == other);
                if is_room && other != room && !known.contains(&other) && !KNOWN_TO_ALL.contains(&other) {
                    writeln!(
                        wrong,
                        "src/{}:{number}: `{room}` may not know `{other}`: move what it needs down into a room that both \
                         know, or hand it in as plain data",
                        source.path
                    )
                    .unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The lines with their numbers; one that opens a group and does not close it goes on to the line that does.
fn statements(lines: &[String]) -> Vec<(usize, String)> {
    let mut statements = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in lines.iter().enumerate() {
        let (number, mut statement) = open.take().unwrap_or((index + 1, String::new()));
        statement.push_str(line.trim());
        let is_use = statement.starts_with("use ") || statement.starts_with("pub use ");
        if is_use && !statement.ends_with(';') {
            open = Some((number, statement));
        } else {
            statements.push((number, statement));
        }
    }
    statements
}

#[test]
fn words_stand_only_where_they_may() {
    let mut wrong = String::new();
    for source in sources() {
        for (index, line) in source.lines.iter().enumerate() {
            for (words, allowed, cure) in WORDS {
                let word = words.iter().find(|word| line.contains(**word));
                if let Some(word) = word
                    && !allowed.iter().any(|place| source.path.starts_with(place))
                {
                    writeln!(wrong, "src/{}:{}: `{}`: {cure}", source.path, index + 1, word.trim()).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The modules that only tests have: what writes binaries, and worlds as text.
const TESTING: [&str; 4] = ["parse/elf/write", "parse/macho/write", "parse/pe/write", "world/text"];

#[test]
fn what_only_tests_need_is_not_in_the_program() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for module in TESTING {
        let (room, name) = module.rsplit_once('/').unwrap();
        let text = fs::read_to_string(src.join(room).join("mod.rs")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.ends_with(&format!("mod {name};")));
        let at = at.unwrap_or_else(|| panic!("src/{module}.rs is gone: take it out of TESTING"));
        assert_eq!(lines[at - 1], "#[cfg(feature = \"testing\")]", "src/{room}/mod.rs:{}: {}", at + 1, lines[at]);
    }
}

#[test]
fn what_is_not_judged_is_passed_over() {
    let text = "use crate::vfs::VPath; // crate::tui\n/// [`crate::scan::Scan`]\n#[cfg(test)]\nmod tests {\n    \
                use crate::cli;\n}\nfn f() {}\n";
    assert_eq!(judged(text).join("|"), "use crate::vfs::VPath;||||||fn f() {}");
}

#[test]
fn rooms_are_found_in_every_form_of_a_path() {
    assert_eq!(named("use crate::{graph::Graph, scan::{self, Scan}, vfs};", 1), ["graph", "scan", "vfs"]);
    assert_eq!(named("x: Option<crate::world::FileId>, y: super::tui::App", 1), ["world", "tui"]);
    assert_eq!(named("use super::super::tui;", 2), ["tui"]);
    assert!(named("use super::tui; my_crate::scan; use super::super::scan;", 3).is_empty());
    let lines = ["use crate::{".to_owned(), "    scan, tui,".to_owned(), "};".to_owned()];
    assert!(named(&statements(&lines)[0].1, 1).starts_with(&["scan", "tui"]));
}
