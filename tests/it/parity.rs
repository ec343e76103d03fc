//! Tables and folders tell the same: a file without its entry is a forgotten wire, an entry without its file a riddle.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dylens::diagnose::RULES;
use dylens::export::FORMATS;
use dylens::rule::RuleId;
use dylens::tui::command::Group;
use dylens::tui::commands::commands;
use dylens::tui::keys::Keymap;
use dylens::tui::view::VIEWS;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The stems of the Rust files of a folder.
fn stems(folder: &str) -> BTreeSet<String> {
    with_ending(folder, ".rs").into_iter().filter(|stem| stem != "mod").collect()
}

/// The stems of the files of a folder that end so.
fn with_ending(folder: &str, ending: &str) -> BTreeSet<String> {
    let names =
        fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect()
}

fn difference(files: &BTreeSet<String>, entries: &BTreeSet<String>) -> String {
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>().join(", ");
    format!("without an entry: [{}]; without a file: [{}]", only(files, entries), only(entries, files))
}

#[test]
fn every_rule_has_its_file_and_every_file_its_rule() {
    let files = stems("src/diagnose/rules");
    let entries: BTreeSet<String> = RULES.iter().map(|rule| rule.id.word().replace('-', "_")).collect();
    assert_eq!(entries.len(), RULES.len(), "two rules share an id");
    assert!(
        RULES.iter().map(|rule| rule.id).eq(RuleId::ALL.iter().copied()),
        "src/rule.rs names the rules as the table has them"
    );
    assert_eq!(files, entries, "src/diagnose/rules: {}", difference(&files, &entries));
}

#[test]
fn every_rule_says_what_is_wrong_and_what_mends_it() {
    for rule in RULES {
        for (what, text) in [("title", rule.title), ("why", rule.why), ("remedy", rule.remedy)] {
            assert!(!text.trim().is_empty(), "{}: {what} is empty", rule.id.word());
        }
        assert!(!rule.title.ends_with('.'), "{}: a title is no sentence", rule.id.word());
        let is_kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(rule.id.word().chars().all(is_kebab), "{}: ids are in kebab case", rule.id.word());
    }
}

/// The book shows each rule at work; the tests of the rule write what it shows.
#[test]
fn every_rule_has_its_example() {
    let entries: BTreeSet<String> = RULES.iter().map(|rule| rule.id.word().to_owned()).collect();
    let files = with_ending("docs/examples", ".txt");
    assert_eq!(files, entries, "docs/examples: {}", difference(&files, &entries));
    for rule in RULES {
        let path = root().join(format!("docs/examples/{}.txt", rule.id.word()));
        let text = fs::read_to_string(path).unwrap();
        assert!(
            text.contains(&format!("[{}]", rule.id.word())),
            "docs/examples/{}.txt shows no such finding",
            rule.id.word()
        );
    }
}

/// The rules of the book are those of the table.
#[test]
fn the_book_lists_every_rule() {
    let rows = RULES.iter().map(|rule| format!("| `{}` | {} |\n", rule.id.word(), rule.title));
    let table = format!("\n| | |\n|---|---|\n{}\n", rows.collect::<String>());
    is_told("docs/rules.md", ("<!-- rules: made from the table -->\n", "<!-- end of rules -->"), &table);
}

#[test]
fn every_format_has_its_file_and_is_written_once() {
    let files = stems("src/export");
    let names: BTreeSet<&str> = FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(names.len(), FORMATS.len(), "two formats share a name");
    for format in FORMATS {
        assert!(files.contains(format.name), "src/export/{}.rs is not there", format.name);
        assert!(!format.about.trim().is_empty(), "{}: about is empty", format.name);
    }
    // A file that defines a format and is in no table is never written.
    for stem in &files {
        let text = fs::read_to_string(root().join(format!("src/export/{stem}.rs"))).unwrap();
        let defines = text.lines().any(|line| line.contains("const ") && line.contains(": Format"));
        let is_listed = names.contains(stem.as_str()) || ["findings", "why"].contains(&stem.as_str());
        assert!(!defines || is_listed, "src/export/{stem}.rs defines a format that FORMATS does not list");
    }
}

#[test]
fn every_view_has_its_file_and_every_file_its_view() {
    let mut files = stems("src/tui/view");
    assert!(files.remove("entry"), "what an entry is");
    let entries: BTreeSet<String> = VIEWS.iter().map(|view| view.id.to_owned()).collect();
    assert_eq!(entries.len(), VIEWS.len(), "two views share an id");
    assert_eq!(files, entries, "src/tui/view: {}", difference(&files, &entries));
    for view in VIEWS {
        assert!(!view.about.is_empty() && !view.title.is_empty() && view.short.len() <= 6, "{}", view.id);
        assert!(!view.panes.is_empty(), "{}: no pane has the keys", view.id);
    }
}

/// The tables of keys, as the book has them.
fn keys() -> String {
    let keymap = Keymap::of(commands());
    let mut text = String::new();
    for group in Group::ALL {
        text += &format!("\n| {} | |\n|---|---|\n", group.word());
        for command in commands().iter().filter(|command| command.group == group) {
            let names = keymap.names(command.id);
            let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.replace('|', "\\|"))).collect();
            text += &format!("| {} | {} |\n", names.join(" "), command.title);
        }
    }
    text + "\n"
}

/// The keys of the book are those of the table.
#[test]
fn the_book_tells_every_key() {
    is_told("docs/explorer.md", ("<!-- keys: made from the table -->\n", "<!-- end of keys -->"), &keys());
}

/// Compares what stands between two marks with what a table says. `UPDATE_DOCS=1 cargo test --test it parity` writes it.
fn is_told(page: &str, (start, end): (&str, &str), table: &str) {
    let path = root().join(page);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
    let (before, rest) = text.split_once(start).unwrap_or_else(|| panic!("{page}: a mark before the table"));
    let (told, after) = rest.split_once(end).unwrap_or_else(|| panic!("{page}: a mark behind the table"));
    if told != table && std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}{start}{table}{end}{after}")).expect("the page can be written");
        return;
    }
    assert_eq!(told, table, "{page} is stale; UPDATE_DOCS=1 cargo test --test it parity writes it");
}
