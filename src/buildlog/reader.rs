//! Lines → incidents: a window slides over the log, and the texts of all tools are looked for in it.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashMap;

use super::all;
use super::incident::{Incident, Log, MOST_SAID};
use super::lines::{Line, Lines};
use super::pattern::{Meaning, Message, Text};

/// A message has no more lines than this.
const WINDOW: usize = 8;
/// Lines before an incident that are kept.
const BEFORE: usize = 2;
/// More different incidents than anybody reads.
const MOST_INCIDENTS: usize = 4096;

/// So many lines after its last place a traceback has its exception.
const TRACEBACK: usize = 4;

/// What tells two incidents apart.
type Key = (&'static str, String, BTreeMap<&'static str, String>);

/// Reads a log piece by piece, in memory that does not grow with it.
#[derive(Debug, Default)]
pub struct Reader {
    lines: Lines,
    /// The line that is looked at, and those that follow it.
    window: VecDeque<Line>,
    /// Those just before it.
    before: VecDeque<(usize, String)>,
    log: Log,
    known: FxHashMap<Key, usize>,
    /// Of messages that follow a text, the line up to which they have followed it.
    followed: FxHashMap<usize, usize>,
    /// The last place in Python code that a traceback told, and its line.
    frame: Option<(usize, String)>,
}

impl Reader {
    /// Takes in the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        // Large pieces are halved, so that few lines wait.
        for piece in bytes.chunks(1 << 16) {
            self.lines.feed(piece);
            self.drain(WINDOW);
        }
    }

    /// The log is at its end.
    pub fn finish(mut self) -> Log {
        self.lines.finish();
        self.drain(1);
        self.log.lines = self.lines.count;
        self.log
    }

    /// Looks at lines as long as so many are in the window.
    fn drain(&mut self, least: usize) {
        loop {
            while self.window.len() < WINDOW {
                let Some(line) = self.lines.next() else { break };
                // A progress bar between two lines of a message does not part them.
                if !line.is_overwritten || all().anchors.is_match(&line.text) {
                    self.window.push_back(line);
                }
            }
            if self.window.len() < least {
                return;
            }
            self.look();
            let Some(line) = self.window.pop_front() else { return };
            if self.before.len() == BEFORE {
                self.before.pop_front();
            }
            self.before.push_back((line.number(0), line.text));
        }
    }

    /// Looks for all texts that begin in the first line of the window.
    fn look(&mut self) {
        let Some(line) = self.window.front() else { return };
        if line.text.is_empty() {
            return;
        }
        if let Some(frame) = frame(&line.text) {
            self.frame = Some((line.number(0), frame.to_owned()));
            return;
        }
        let texts = all();
        let mut found: Vec<Meaning> = Vec::new();
        for hit in texts.anchors.find_overlapping_iter(&line.text) {
            let meaning = texts.meaning[hit.pattern().as_usize()];
            if !found.contains(&meaning) {
                found.push(meaning);
            }
        }
        if found.is_empty() {
            return;
        }
        // In the order of the tables: the text that comes first wins.
        found.sort_by_key(|meaning| match *meaning {
            Meaning::Banner(at) => (0, at, 0),
            Meaning::Follows(at) => (1, at, 0),
            Meaning::Message(at, text) => (2, at, text),
        });
        let number = line.number(0);
        let mut wordings = BTreeMap::<usize, Vec<usize>>::new();
        for meaning in found {
            match meaning {
                Meaning::Banner(at) => self.banner(at),
                Meaning::Follows(at) => drop(self.followed.insert(at, number)),
                Meaning::Message(at, text) => wordings.entry(at).or_default().push(text),
            }
        }
        for (at, wordings) in wordings {
            self.message(at, &wordings, number);
        }
    }

    fn banner(&mut self, at: usize) {
        let (tool, text) = &all().banners[at];
        let Some(line) = self.window.front() else { return };
        let Some(captures) = text.regex.captures(&line.text) else { return };
        for ((place, _), value) in text.places.iter().zip(captures.iter().skip(1)) {
            let id = if *place == "python" { "python" } else { tool.id };
            if let Some(value) = value {
                self.log.versions.entry(id).or_insert_with(|| cut(value.as_str(), 64).to_owned());
            }
        }
    }

    /// Compares a message, in all wordings that it may have here.
    fn message(&mut self, at: usize, wordings: &[usize], number: usize) {
        let message = &all().messages[at];
        if !message.follows.is_empty() && self.followed.get(&at).is_none_or(|last| number > last + 1) {
            return;
        }
        let texts = || wordings.iter().map(|&wording| &message.compiled[wording]);
        let mut is_found = false;
        for text in texts() {
            let window = self.text(if text.is_long { WINDOW } else { 2 });
            is_found |= self.matches(message, text, &window);
        }
        // Terminals cut where their width ends, and whoever copies from them gets the pieces.
        for glue in ["", " "] {
            for text in texts().filter(|text| !text.is_long) {
                if !is_found {
                    let glued = self.glued(glue);
                    is_found |= self.matches(message, text, &glued);
                }
            }
        }
        if is_found && let Some(last) = self.followed.get_mut(&at) {
            *last = number;
        }
    }

    /// The first lines of the window as one text.
    fn text(&self, lines: usize) -> String {
        let texts: Vec<&str> = self.window.iter().take(lines).map(|line| line.text.as_str()).collect();
        texts.join("\n")
    }

    fn glued(&self, glue: &str) -> String {
        let texts: Vec<&str> = self.window.iter().map(|line| line.text.as_str()).collect();
        texts.join(glue)
    }

    /// Keeps each place of the text at which the message begins in the first line.
    fn matches(&mut self, message: &'static Message, text: &Text, window: &str) -> bool {
        let Some(line) = self.window.front() else { return false };
        let end = line.text.len();
        let mut incidents = Vec::new();
        for captures in text.regex.captures_iter(window) {
            let Some(all) = captures.get(0).filter(|all| all.start() < end) else { break };
            let told = text.places.iter().zip(captures.iter().skip(1));
            let told = told.filter_map(|((name, is_python), value)| {
                let value = value?.as_str().trim();
                let value = if *is_python { unquoted(value) } else { value.to_owned() };
                Some((*name, cut(&value, MOST_SAID).to_owned()))
            });
            let told: BTreeMap<&'static str, String> = told.collect();
            let first = line.number(all.start());
            let last = self.last_line(all.as_str(), all.start(), first);
            let says = all.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
            incidents.push((first, last, cut(&says, MOST_SAID).to_owned(), told));
        }
        let is_found = !incidents.is_empty();
        for (first, last, says, told) in incidents {
            self.keep(message, first, last, says, told);
        }
        is_found
    }

    /// The number of the line that a match ends in.
    fn last_line(&self, matched: &str, start: usize, first: usize) -> usize {
        let Some(line) = self.window.front() else { return first };
        let breaks = matched.trim_end().matches('\n').count();
        match self.window.get(breaks) {
            Some(last) if breaks > 0 => last.number(0).max(first),
            _ => line.number((start + matched.trim_end().len()).min(line.text.len()).saturating_sub(1)).max(first),
        }
    }

    fn keep(
        &mut self,
        message: &'static Message,
        first: usize,
        last: usize,
        says: String,
        told: BTreeMap<&'static str, String>,
    ) {
        // The same words may fit several texts: the first has them.
        let is_taken = |incident: &Incident| {
            (incident.first..=incident.last).contains(&first)
                && (incident.says.contains(&says)
                    || says.starts_with(&incident.says)
                    || std::ptr::eq(incident.message, message) && says.contains(&incident.says))
        };
        // An exception of Python happened where its traceback ends.
        let mut told = told;
        if ["numpy", "cpython", "windows"].contains(&message.tool.id)
            && !told.contains_key("by")
            && let Some((line, frame)) = &self.frame
            && first - line <= TRACEBACK
        {
            told.insert("by", cut(frame, MOST_SAID).to_owned());
        }
        if self.log.incidents.iter().rev().take(4).any(is_taken) {
            return;
        }
        let key = (message.tool.id, message.id.clone(), told.clone());
        if let Some(&known) = self.known.get(&key) {
            self.log.incidents[known].times += 1;
            return;
        }
        if self.log.incidents.len() == MOST_INCIDENTS {
            self.log.unkept += 1;
            return;
        }
        self.known.insert(key, self.log.incidents.len());
        let following = self.window.iter().take_while(|line| line.number(0) <= last.max(first));
        let own = following.map(|line| (line.number(0), line.text.clone()));
        let around = self.before.iter().cloned().chain(own);
        let around = around.map(|(number, text)| (number, cut(&text, MOST_SAID).to_owned())).collect();
        self.log.incidents.push(Incident { tool: message.tool, message, first, last, says, around, told, times: 1 });
    }
}

/// The file of a line of a traceback; what Python itself and NumPy do there is no matter.
fn frame(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("File \"")?;
    let (file, rest) = rest.split_once("\", line ")?;
    let is_inner = file.starts_with('<') || file.contains("/importlib/") || file.contains("/numpy/");
    (!is_inner && rest.starts_with(|c: char| c.is_ascii_digit())).then_some(file)
}

/// The beginning of a text, whole characters of it.
fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    &text[..end]
}

/// What a Python string literal holds, as far as paths need it.
fn unquoted(text: &str) -> String {
    let is_quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    match is_quoted('\'') || is_quoted('"') {
        true => text[1..text.len() - 1].replace("\\\\", "\\"),
        false => text.to_owned(),
    }
}
