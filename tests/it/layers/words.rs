//! Which words no text of the explorer, of findings and of logs has.

use std::fmt::Write;
use std::path::Path;

use super::sources;

/// The rooms whose texts are judged.
const ROOMS: [&str; 8] = ["tui/", "buildlog", "cli/", "command", "diagnose", "discover", "export", "survey"];

/// What is written instead of each.
const BANNED: [(&str, &str); 14] = [
    ("in vain", "broken"),
    ("nowhere", "not found"),
    ("nobody", "no …"),
    ("accus", "name"),
    ("innocent", "false positive"),
    ("deserve", "justify"),
    ("stumble", "fail"),
    ("mend", "fix"),
    ("look alike", "similar"),
    ("longer way", "transitive"),
    ("implied", "transitive"),
    ("lead on", "open"),
    ("not mind", "harmless to"),
    ("leads back", "circular"),
];

#[test]
fn no_text_of_the_explorer_of_findings_and_of_logs_has_a_banned_word() {
    let mut wrong = String::new();
    for source in sources().iter().filter(|source| ROOMS.iter().any(|room| source.path.starts_with(room))) {
        let mut goes_on = false;
        for (at, line) in source.lines.iter().enumerate() {
            for text in texts(line, &mut goes_on) {
                // An id is no text: it has no blank, unless it is a part of a longer one.
                if let Some((word, instead)) = banned(text).filter(|_| text.contains(' ')) {
                    writeln!(wrong, "src/{}:{}: “{word}”: write “{instead}”", source.path, at + 1).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn no_text_of_the_tables_of_logs_has_a_banned_word() {
    let mut wrong = String::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tools");
    let folders = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    for file in folders.map(|folder| folder.join("messages.toml")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let is_text = |line: &&str| ["sentence = ", "remedy = "].iter().any(|key| line.starts_with(key));
        for line in text.lines().filter(is_text) {
            if let Some((word, instead)) = banned(line) {
                writeln!(wrong, "{}: “{word}”: write “{instead}”: {line}", file.display()).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn no_page_for_people_has_a_banned_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages: Vec<_> =
        pages.chain([root.join("README.md")]).filter(|path| path.extension() == Some("md".as_ref())).collect();
    assert!(pages.len() > 5, "found the pages");
    let mut wrong = String::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for (at, line) in text.lines().enumerate() {
            if let Some((word, instead)) = banned(line) {
                writeln!(wrong, "{}:{}: “{word}”: write “{instead}”: {line}", page.display(), at + 1).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The first banned word of a text, placeholders left out.
fn banned(text: &str) -> Option<&'static (&'static str, &'static str)> {
    let shown: String = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect();
    let shown = shown.to_lowercase();
    BANNED.iter().find(|(word, _)| shown.contains(word))
}

/// The string literals of a line, and the part of one that the line before begins.
fn texts<'a>(line: &'a str, goes_on: &mut bool) -> Vec<&'a str> {
    let found = line.split('"').skip(usize::from(!*goes_on)).step_by(2).collect();
    let is_odd = line.matches('"').count() % 2 == 1;
    *goes_on = (is_odd != *goes_on) && line.ends_with('\\');
    found
}

#[test]
fn literals_are_found() {
    let mut goes_on = false;
    assert_eq!(texts(r#"f("a b", 'c', "d");"#, &mut goes_on), ["a b", "d"]);
    assert_eq!(texts(r#"f("a b \"#, &mut goes_on), ["a b \\"]);
    assert_eq!(texts(r#"   c d", "e");"#, &mut goes_on), ["   c d", "e"]);
    assert!(!goes_on);
    assert!(banned("is {accused} there").is_none() && banned("accuses {accused}").is_some());
}
