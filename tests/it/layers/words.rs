//! Which words no text of the explorer has.

use std::fmt::Write;

use super::sources;

/// What is written instead of each.
const BANNED: [(&str, &str); 12] = [
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
];

#[test]
fn no_text_of_the_explorer_has_a_banned_word() {
    let mut wrong = String::new();
    for source in sources().iter().filter(|source| source.path.starts_with("tui/")) {
        for (at, line) in source.lines.iter().enumerate() {
            for text in texts(line) {
                // An id is no text: it has no blank.
                let found = BANNED.iter().find(|(word, _)| text.contains(' ') && text.to_lowercase().contains(word));
                if let Some((word, instead)) = found {
                    writeln!(wrong, "src/{}:{}: “{word}”: write “{instead}”", source.path, at + 1).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The string literals of a line.
fn texts(line: &str) -> Vec<&str> {
    line.split('"').skip(1).step_by(2).collect()
}

#[test]
fn literals_are_found() {
    assert_eq!(texts(r#"f("a b", 'c', "d");"#), ["a b", "d"]);
}
