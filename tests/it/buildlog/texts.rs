//! Every text of every tool: found as the tool prints it, found however the log was collected, and not found where a word
//! is another.

use std::collections::BTreeSet;
use std::path::Path;

use super::{assert_nothing, log};
use dylens::buildlog::{Message, Reader, messages};
use dylens::tools::ToolId;
use proptest::prelude::*;

/// A text with something in its places.
fn sample(text: &str) -> String {
    const VALUES: [(&str, &str); 20] = [
        ("accused", "libx.so.1"),
        ("by", "/v/lib/python3.11/site-packages/p/m.so"),
        ("resolved", "/v/libx.so.1"),
        ("package", "p.sub"),
        ("why", "reason unknown"),
        ("other", "/v/other.so"),
        ("found", "x86_64"),
        ("arch", "arm64"),
        ("a", "1"),
        ("b", "2"),
        ("called", "cc"),
        ("argv", "cc -o x"),
        ("symbol", "sym_bol"),
        ("version", "1.2"),
        ("module", "m"),
        ("policy", "manylinux_2_17_x86_64"),
        ("uuid", "4C4C44-5555"),
        ("code", "1"),
        ("numpy", "1.23"),
        ("python", "3.11"),
    ];
    let mut filled = text.replace("{called:x}", "swig");
    for (place, value) in VALUES {
        for kind in ["", ":w", ":q", ":v", ":p"] {
            filled = filled.replace(&format!("{{{place}{kind}}}"), value);
        }
    }
    filled.replace("{_}", "some words").replace("\n ", "\n    ")
}

/// Every text, with what it must follow.
fn samples() -> Vec<(&'static Message, String, String)> {
    let of = |message: &'static Message| {
        message.texts.iter().map(move |text| (message, message.follows.clone(), sample(text)))
    };
    messages().flat_map(of).collect()
}

/// Makes a line of a log of a line that a tool printed.
type Dress = fn(&str) -> String;

/// The messages that a log has, by tool and id.
fn found(text: &str) -> Vec<(String, String)> {
    let log = log(text);
    log.incidents.iter().map(|it| (it.tool.word().to_owned(), it.message.id.clone())).collect()
}

fn name(message: &Message) -> (String, String) {
    (message.tool.word().to_owned(), message.id.clone())
}

#[test]
fn each_tool_has_a_folder_and_each_folder_a_tool() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tools");
    let entries = std::fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path());
    let folders: BTreeSet<String> = entries
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().expect("a name").to_string_lossy().into())
        .collect();
    let table: BTreeSet<String> = ToolId::ALL.iter().map(|tool| tool.word().to_owned()).collect();
    assert_eq!(folders, table);
}

#[test]
fn every_text_is_headed_by_its_source_and_date() {
    for tool in ToolId::ALL {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/tools/{}/messages.toml", tool.word()));
        let text = std::fs::read_to_string(path).expect("the file is there");
        let head: String = text.lines().take_while(|line| line.starts_with('#')).collect();
        assert!(head.contains("Source: ") && head.contains("November 2026"), "{}: {head}", tool.word());
    }
}

#[test]
fn every_text_is_found_as_its_tool_prints_it() {
    for (message, follows, text) in samples() {
        let lines = format!("before\n{follows}\n{text}\nafter\n");
        assert!(
            found(&lines).contains(&name(message)),
            "{:?} is not found in\n{lines}\n{:?}",
            name(message),
            found(&lines)
        );
    }
}

#[test]
fn no_text_is_found_where_one_of_its_words_is_another() {
    for (message, follows, text) in samples() {
        let template = message.texts.iter().find(|template| sample(template) == text).expect("its own text");
        // The longest word that stands outside of all places.
        let outside = template.replace('}', "{");
        let words = outside.split('{').step_by(2).flat_map(|piece| piece.split(|c: char| !c.is_alphanumeric()));
        let Some(word) = words.max_by_key(|word| word.len()).filter(|word| word.len() > 2) else { continue };
        let lines = format!("{follows}\n{}\n", text.replace(word, "xxyzzy"));
        // Another wording of the same may begin behind the word; then it does not have it.
        let has_it = |it: &dylens::buildlog::Incident| std::ptr::eq(it.message, message) && it.says.contains("xxyzzy");
        assert!(!log(&lines).incidents.iter().any(has_it), "{:?} is found in\n{lines}", name(message));
    }
}

#[test]
fn every_text_is_found_however_the_log_was_collected() {
    let dressings: [(&str, Dress); 6] = [
        ("CRLF", |line| format!("{line}\r\n")),
        ("colors", |line| format!("\x1b[31m{line}\x1b[0m\n")),
        ("GitHub", |line| format!("2026-11-25T10:11:12.1234567Z {line}\n")),
        ("Docker", |line| format!("#12 34.5 {line}\n")),
        ("pip", |line| format!("  | {line}\n")),
        ("progress", |line| format!("  10%|#  | 1/9\r{line}\n")),
    ];
    for (message, follows, text) in samples() {
        for (dressing, dress) in &dressings {
            let lines: String = ["before", &follows].into_iter().chain(text.lines()).map(dress).collect();
            assert!(found(&lines).contains(&name(message)), "{dressing}: {:?} is not found in\n{lines}", name(message));
        }
    }
}

#[test]
fn every_message_is_explained_by_itself() {
    for (message, follows, text) in samples() {
        let judged = super::alone(&format!("{follows}\n{text}\n"));
        let Some(own) = judged.iter().find(|judged| std::ptr::eq(judged.incident.message, message)) else { continue };
        assert!(!own.sentence.is_empty() && !own.remedy.text.is_empty(), "{:?}: {own:?}", name(message));
        let is_filled = |text: &str| !text.contains("{accused") && !text.contains("{by");
        assert!(is_filled(&own.sentence) && is_filled(&own.remedy.text), "{:?}: {own:?}", name(message));
    }
}

#[test]
fn nuitka_s_messages_are_found_however_narrow_its_terminal_was() {
    for (message, _, text) in samples().into_iter().filter(|(message, _, _)| message.tool == ToolId::Nuitka) {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let last = lines.last_mut().expect("never empty");
            if !last.is_empty() && last.len() + word.len() > 40 {
                lines.push(word.to_owned());
            } else {
                *last = format!("{last} {word}").trim().to_owned();
            }
        }
        let lines: String = lines.iter().map(|line| format!("Nuitka-Inclusion:WARNING: {line}\n")).collect();
        assert!(found(&lines).contains(&name(message)), "{:?} is not found in\n{lines}", name(message));
    }
}

#[test]
fn what_a_terminal_cut_at_its_width_is_found() {
    let text = "FATAL: Error, failed to find path '@rpath/libx.dylib' (resolved DLL to '/v/lib/python3.11/site-packages/p/libx.dylib') \
                for binary '/v/lib/python3.11/site-packages/p/m.so' from package 'p', please report the bug.";
    let cut: Vec<String> = text.as_bytes().chunks(79).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let log = log(&cut.join("\n"));
    assert_eq!(log.incidents[0].by(), Some("/v/lib/python3.11/site-packages/p/m.so"));
    assert_eq!(log.incidents[0].accused(), Some("@rpath/libx.dylib"));
}

#[test]
fn a_log_of_other_things_accuses_nobody() {
    assert_nothing(
        "Collecting numpy\n  Using cached numpy-2.1.0.whl\nwarning: unused variable: `x`\n0 errors\n\
         test_error_handling ... ok\nSuccessfully installed numpy-2.1.0\n",
    );
}

/// A text cut at a width, as a terminal does it.
fn cut(text: &str, width: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(width).map(|piece| piece.iter().collect()).collect()
}

#[test]
fn every_text_is_found_however_narrow_the_terminal_was() {
    let containers: [(&str, Dress); 3] = [
        ("plain", |line| format!("{line}\n")),
        ("GitHub", |line| format!("2026-11-25T10:11:12.1234567Z {line}\n")),
        ("pytest", |line| format!("E   {line}\n")),
    ];
    let mut lost = Vec::new();
    let mut all = 0;
    for (message, follows, text) in samples() {
        for width in [60, 80, 100, 120, 160] {
            for (container, dress) in &containers {
                let lines =
                    ["Traceback of nothing", &follows].into_iter().filter(|line| !line.is_empty()).chain(text.lines());
                let lines: String = lines.flat_map(|line| cut(line, width)).map(|line| dress(&line)).collect();
                all += 1;
                if !found(&lines).contains(&name(message)) {
                    lost.push(format!("{container} at {width}: {:?}\n{lines}", name(message)));
                }
            }
        }
    }
    assert!(lost.is_empty(), "{} of {all} are lost, among them\n{}", lost.len(), lost[..lost.len().min(12)].join("\n"));
}

#[test]
fn a_message_that_comes_again_is_counted_and_told_once() {
    let line = "123 WARNING: lib not found: a.dll dependency of C:\\p\\b.pyd\n";
    let log = log(&line.repeat(3));
    assert_eq!((log.incidents.len(), log.incidents[0].times, log.incidents[0].first, log.lines), (1, 3, 1, 3));
}

#[test]
fn the_lines_of_a_message_are_told() {
    let log = log("one\ntwo\nImportError: dlopen(/p/m.so, 0x0002): Library not loaded: @rpath/liba.dylib\n  \
                   Referenced from: <1234> /p/m.so\n  Reason: tried: '/p/liba.dylib' (no such file)\nsix\n");
    let incident = &log.incidents[0];
    assert_eq!((incident.first, incident.last), (3, 5));
    assert_eq!(incident.around.first().map(|(number, text)| (*number, text.as_str())), Some((1, "one")));
    assert_eq!(incident.around.last().map(|(number, _)| *number), Some(5));
}

#[test]
fn the_versions_that_a_log_names_are_told() {
    let log = log("Nuitka-Options:INFO: Used command line options: --standalone x.py\n\
                   Nuitka:INFO: Starting Python compilation with:\nNuitka:INFO:   Version '2.4rc7' on Python 3.12 (flavor 'x') commercial grade 'y'.\n\
                   78 INFO: PyInstaller: 6.11.1, contrib hooks: 2024.10\n");
    assert_eq!((log.version(ToolId::Nuitka), log.version(ToolId::PyInstaller)), (Some("2.4rc7"), Some("6.11.1")));
    assert_eq!(log.version(ToolId::Cpython), Some("3.12"));
}

#[test]
fn a_crash_report_is_read() {
    let log = log(
        "<?xml version='1.0' encoding='utf8'?>\n<nuitka-compilation-report nuitka_version=\"2.3.10\" mode=\"standalone\" \
                   completion=\"error exit message (1)\" exit_message=\"Error, failed to find path @rpath/a._b.so (resolved DLL to \
                   /v/site-packages/a/a._b.so) for /v/site-packages/a/_b.so from 'a', please report the bug.\">\n</nuitka-compilation-report>\n",
    );
    assert_eq!(log.version(ToolId::Nuitka), Some("2.3.10"));
    assert_eq!(log.incidents[0].accused(), Some("@rpath/a._b.so"));
}

#[test]
fn a_gigantic_log_is_read_in_memory_that_does_not_grow() {
    let mut reader = Reader::default();
    let noise =
        "2025-01-01 00:00:00,000 - DEBUG - compiled module x of y with nothing to say about it at all\n".repeat(1000);
    for _ in 0..200 {
        reader.feed(noise.as_bytes());
    }
    reader.feed(b"ImportError: libz.so.1: cannot open shared object file: No such file or directory\n");
    let different: String = (0..10_000).map(|n| format!("\tlib{n}.so => not found\n")).collect();
    reader.feed(different.as_bytes());
    let log = reader.finish();
    assert_eq!((log.lines, log.incidents[0].first), (210_001, 200_001));
    assert_eq!(log.incidents.len() + log.unkept, 10_001);
    assert!(log.unkept > 0);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..4096), cut in 1usize..64) {
        let mut reader = Reader::default();
        for piece in bytes.chunks(cut) {
            reader.feed(piece);
        }
        let log = reader.finish();
        prop_assert!(dylens::buildlog::judge(&log, None).len() == log.incidents.len(), "without a file nothing is the same");
    }

    #[test]
    fn no_shuffled_messages_make_it_panic(picks in proptest::collection::vec((0usize..400, 0usize..200, any::<u8>()), 1..40)) {
        let samples = samples();
        let mut bytes = Vec::new();
        for (pick, at, byte) in picks {
            let mut line = samples[pick % samples.len()].2.clone().into_bytes();
            let place = at % line.len();
            line[place] = byte;
            bytes.extend(line);
            bytes.push(if at % 3 == 0 { b'\r' } else { b'\n' });
        }
        let log = dylens::buildlog::read(&mut &bytes[..]).expect("memory can be read");
        for judged in dylens::buildlog::judge(&log, None) {
            prop_assert!(judged.incident.first >= 1 && judged.incident.last >= judged.incident.first);
            prop_assert!(judged.incident.last <= log.lines + 1);
            prop_assert!(!judged.sentence.contains("{accused}"), "{}", judged.sentence);
        }
    }
}
