//! The texts of the tools' messages, as data that reads as the messages do.
//!
//! ```text
//! texts = ["{accused} not found:\n Needed by: {by}\n"]
//! ```
//!
//! A text may stand anywhere in a line. A blank stands for any blanks, a line break among them; a line break (`\n`) for one
//! with any blanks around it, at the end of a text also for the end of the log. Places in braces: `{name}` is anything
//! within a line, `{name:w}` a word without blanks and quotes, `{name:q}` a word or what a quoted Python string holds
//! (`C:\\x` is `C:\x`), `{name:v}` a version, `{name:p}` a path between quotes, `{name:x}` a program of
//! `assets/loaders/programs.toml`, `{_}` is not looked at.
//!
//! Of each text one piece without places is looked for first, those of all tools at once; only where that stands is the
//! rest compared.

use std::fmt::Write;

use aho_corasick::AhoCorasick;
use regex::Regex;
use serde::Deserialize;

use super::Incident;
use super::development::program_names;
use super::judge::Cause;
use super::surroundings::{Mark, marks};
use crate::command::{Command, Refusal, Template};
use crate::tools::ToolId;

/// A message that a tool prints.
#[derive(Debug)]
pub struct Message {
    pub tool: ToolId,
    /// What it is called; of its own within the tool.
    pub id: String,
    /// The versions that word it so, where others do not.
    pub wording: String,
    /// What it means where nothing else is known.
    pub cause: Cause,
    /// Does the tool or the program end with it?
    pub stops: bool,
    /// Does it only hand on what another program says, in itself or in the lines below?
    pub wraps: bool,
    /// How much it tells: 3 names the culprit, 0 only says that there was one.
    pub tells: u8,
    /// What happened, as far as the log alone tells; with places.
    pub sentence: String,
    pub remedy: String,
    /// What can be pasted, with what stands in its places.
    pub(super) command: Option<(Template, Vec<Filling>)>,
    /// It means something only in lines that follow this text without a gap.
    pub follows: String,
    /// What it looks like, as it is written in the data.
    pub texts: Vec<String>,
    pub(super) compiled: Vec<Text>,
}

/// A text, compiled.
#[derive(Debug)]
pub(super) struct Text {
    pub regex: Regex,
    /// The names of its places that are kept, and whether each is a Python string.
    pub places: Vec<(&'static str, bool)>,
    /// Does it go over several lines?
    pub is_long: bool,
}

/// What a tool's file holds.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    banner: Vec<Banner>,
    #[serde(default)]
    message: Vec<Entry>,
}

#[derive(Deserialize)]
struct Banner {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    #[serde(default)]
    wording: String,
    cause: String,
    #[serde(default)]
    stops: bool,
    #[serde(default)]
    wraps: bool,
    tells: u8,
    #[serde(default)]
    sentence: String,
    #[serde(default)]
    remedy: String,
    /// A template of [`crate::command::templates`].
    #[serde(default)]
    command: Option<String>,
    /// What stands in its places: a place of the message, or a constant after `=`.
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    follows: String,
    /// None where what stands for it is told otherwise.
    #[serde(default)]
    texts: Vec<String>,
}

/// The texts of all tools.
pub(super) struct Texts {
    pub messages: Vec<Message>,
    pub banners: Vec<(ToolId, Text)>,
    /// The pieces that are looked for first, and what each is a piece of.
    pub anchors: AhoCorasick,
    pub meaning: Vec<Meaning>,
}

/// What a piece that was found is a piece of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// By place in [`Texts::messages`], and the text among its texts.
    Message(usize, usize),
    Banner(usize),
    /// The text that a message follows.
    Follows(usize),
    /// What a log shows in passing.
    Mark(Mark),
}

/// Compiles the texts of all tools.
pub(super) fn texts() -> Texts {
    let mut all = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (messages, banners, anchors, meaning) = (&mut all.0, &mut all.1, &mut all.2, &mut all.3);
    for &tool in ToolId::ALL {
        let file: File =
            toml::from_str(tool.facts().messages).unwrap_or_else(|error| panic!("{}: {error}", tool.word()));
        for banner in file.banner {
            anchors.push(anchor(&banner.text));
            meaning.push(Meaning::Banner(banners.len()));
            banners.push((tool, compile(&banner.text)));
        }
        for entry in file.message {
            let at = messages.len();
            for (index, text) in entry.texts.iter().enumerate() {
                anchors.push(anchor(text));
                meaning.push(Meaning::Message(at, index));
            }
            if !entry.follows.is_empty() {
                anchors.push(entry.follows.clone());
                meaning.push(Meaning::Follows(at));
            }
            messages.push(message(tool, entry));
        }
    }
    for (text, mark) in marks() {
        anchors.push(text.to_owned());
        meaning.push(Meaning::Mark(mark));
    }
    let anchors = AhoCorasick::new(all.2).expect("few short texts");
    Texts { messages: all.0, banners: all.1, anchors, meaning: all.3 }
}

/// The template with this text.
fn named(text: &str) -> Template {
    Template::known(text).unwrap_or_else(|| panic!("no template is {text}"))
}

/// What stands in a place of a message's command.
#[derive(Clone, Debug)]
pub(super) enum Filling {
    Constant(String),
    /// What the message tells in its place of this name.
    Told(String),
}

impl Filling {
    fn read(text: &str) -> Filling {
        match text.strip_prefix('=') {
            Some(constant) => Filling::Constant(constant.to_owned()),
            None => Filling::Told(text.to_owned()),
        }
    }
}

impl Message {
    /// The command that mends it; none where the log does not tell all that it needs.
    pub(super) fn command(&self, incident: &Incident) -> Option<Result<Command, Refusal>> {
        let (template, fillings) = self.command.as_ref()?;
        let value = |filling: &Filling| match filling {
            Filling::Constant(text) => Some(text.clone()),
            Filling::Told(place) => incident.told(place).map(str::to_owned),
        };
        let values: Vec<String> = fillings.iter().map(value).collect::<Option<_>>()?;
        let values: Vec<&dyn AsRef<[u8]>> = values.iter().map(|value| value as &dyn AsRef<[u8]>).collect();
        Some(template.with(&values))
    }
}

fn message(tool: ToolId, entry: Entry) -> Message {
    let cause = Cause::named(&entry.cause).unwrap_or_else(|| panic!("{}: no cause {}", tool.word(), entry.cause));
    Message {
        tool,
        id: entry.id,
        wording: entry.wording,
        cause,
        stops: entry.stops,
        wraps: entry.wraps,
        tells: entry.tells,
        sentence: entry.sentence,
        remedy: entry.remedy,
        command: entry
            .command
            .map(|text| (named(&text), entry.values.iter().map(|value| Filling::read(value)).collect())),
        follows: entry.follows,
        compiled: entry.texts.iter().map(|text| compile(text)).collect(),
        texts: entry.texts,
    }
}

/// The names that places may have.
const PLACES: [&str; 20] = [
    "accused", "by", "resolved", "package", "why", "other", "found", "arch", "a", "b", "called", "argv", "symbol",
    "version", "module", "policy", "uuid", "code", "numpy", "python",
];

/// A part of a text.
enum Part<'a> {
    Literal(&'a str),
    Place { name: &'a str, kind: &'a str },
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        // A brace that opens no place stands for itself; none of the texts has one.
        let Some((place, after)) = after.split_once('}') else { break };
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        let (name, kind) = place.split_once(':').unwrap_or((place, ""));
        parts.push(Part::Place { name, kind });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest));
    }
    parts
}

/// The piece that is looked for first: in the text's first line the first that is long enough to tell, else the longest.
fn anchor(text: &str) -> String {
    const TELLING: usize = 12;
    let first = text.split('\n').next().unwrap_or(text);
    let literals: Vec<&str> = parts(first)
        .into_iter()
        .filter_map(|part| if let Part::Literal(text) = part { Some(text) } else { None })
        .collect();
    let telling = literals.iter().find(|literal| literal.trim().len() >= TELLING);
    let longest = literals.iter().max_by_key(|literal| literal.len());
    telling.or(longest).unwrap_or_else(|| panic!("nothing tells of: {text}")).trim_end().to_owned()
}

fn compile(text: &str) -> Text {
    let mut regex = String::new();
    let mut places = Vec::new();
    let parts = parts(text);
    let last = parts.len() - 1;
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Literal(text) => literal(text, index == last, &mut regex),
            Part::Place { name, kind } => {
                let lazy = if index == last { "" } else { "?" };
                let body = match *kind {
                    "w" => format!("[^\\s'\"]+{lazy}"),
                    "v" => "\\d[\\w.]*".to_owned(),
                    "x" => programs(),
                    "p" => format!("[^'\\n]+{lazy}"),
                    "q" => "(?:'[^'\\n]*'|\"[^\"\\n]*\"|[^\\s,'\"]+)".to_owned(),
                    _ if *name == "_" => "[^\\n]*?".to_owned(),
                    _ => format!("[^\\n]+{lazy}"),
                };
                if *name == "_" {
                    regex += &body;
                    continue;
                }
                let name = PLACES.into_iter().find(|place| place == name).unwrap_or_else(|| panic!("no place {name}"));
                places.push((name, *kind == "q"));
                write!(regex, "({body})").expect("writing to text");
            }
        }
    }
    Text {
        regex: Regex::new(&regex).unwrap_or_else(|error| panic!("{text}: {error}")),
        places,
        is_long: text.trim_end_matches('\n').contains('\n'),
    }
}

/// One of the programs that builds run, the longest name first.
fn programs() -> String {
    let mut names: Vec<String> = program_names().map(regex::escape).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    format!("(?:{})", names.join("|"))
}

/// What stands as it is, its blanks and line breaks loose.
fn literal(text: &str, is_last: bool, regex: &mut String) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == ' ' || c == '\n' {
            let mut breaks = c == '\n';
            while let Some(next) = chars.next_if(|c| *c == ' ' || *c == '\n') {
                breaks |= next == '\n';
            }
            *regex += match (breaks, is_last && chars.peek().is_none()) {
                (true, true) => "[ \\t]*(?:\\n|$)",
                (true, false) => "[ \\t]*\\n\\s*",
                (false, _) => "\\s+",
            };
        } else {
            *regex += &regex::escape(c.encode_utf8(&mut [0; 4]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{anchor, compile};

    /// What the places of a text hold in a log.
    fn places(text: &str, log: &str) -> Option<Vec<String>> {
        let captures = compile(text).regex.captures(log)?;
        Some(captures.iter().skip(1).map(|found| found.map_or("", |found| found.as_str()).to_owned()).collect())
    }

    #[test]
    fn blanks_stand_for_line_breaks_and_line_breaks_for_indented_ones() {
        assert_eq!(places("no {a} for {b}.", "no x\nfor  y z."), Some(vec!["x".into(), "y z".into()]));
        assert_eq!(places("{a} lost:\n by: {b}\n", "x lost:\n    by: y"), Some(vec!["x".into(), "y".into()]));
        assert_eq!(places("{a} lost:\n by: {b}\n", "x lost: by: y"), None);
    }

    #[test]
    fn a_word_ends_at_blanks_and_quotes_and_a_place_within_its_line() {
        assert_eq!(places("lib {a:w}", "lib 'x'"), None);
        assert_eq!(places("lib {a:w}", "lib x' y"), Some(vec!["x".into()]));
        assert_eq!(places("lib {a} end", "lib x\ny end"), None);
    }

    #[test]
    fn the_first_piece_that_tells_is_looked_for_first() {
        assert_eq!(anchor("Error, failed to find path {a} (resolved DLL to {b}) for"), "Error, failed to find path");
        assert_eq!(anchor("{a} not found:\n Needed by: {b}\n"), " not found:");
    }
}
