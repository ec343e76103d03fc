//! Lines → incidents: a window slides over the log, and the texts of all tools are looked for in it.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashMap;

use super::all;
use super::failed::Failed;
use super::incident::{Incident, Log, MOST_FOUND, MOST_SAID};
use super::lines::{Line, Lines};
use super::pattern::{Meaning, Message, Text};
use super::surroundings::{Mark, is_mark, python_version};
use super::traceback::{Traceback, site};
use super::wrap::Widths;
use crate::tools::ToolId;

/// So many lines are at hand at once: a message that a narrow terminal cut has as many.
const WINDOW: usize = 24;
/// A message as its tool writes it has no more lines than this.
const LINES: usize = 8;
/// Lines before an incident that are kept.
const BEFORE: usize = 2;
/// More different incidents than anybody reads.
const MOST_INCIDENTS: usize = 4096;

/// Of steps that succeeded so many are kept, the last.
const MOST_SUCCESSES: usize = 64;
/// Of a linker's folders so many are kept.
const MOST_FOLDERS: usize = 4;

/// No piece that is looked for is longer.
const SEAM: usize = 64;

/// What tells two incidents apart.
type Key = (ToolId, String, BTreeMap<&'static str, String>);

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
    widths: Widths,
    traceback: Traceback,
    failed: Failed,
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
        self.log.site = self.traceback.site().map(str::to_owned).or(self.log.site.take());
        self.log.text = std::mem::take(&mut self.lines.kept).finished();
        let failed = std::mem::take(&mut self.failed);
        self.log.building = failed.building.clone();
        // What a message already tells needs no telling again; what a tool calls an error and goes on is none.
        let is_told =
            |line: usize| self.log.incidents.iter().any(|it| it.message.stops || (it.first..=it.last).contains(&line));
        if let Some(error) = failed.finish().filter(|error| !is_told(error.line)) {
            self.log.incidents.extend(failure(error));
        }
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
            self.widths.rejoin(&mut self.window, 0);
            self.look();
            let Some(line) = self.window.pop_front() else { return };
            self.widths.passed(&line);
            if self.before.len() == BEFORE {
                self.before.pop_front();
            }
            self.before.push_back((line.number(0), line.text));
        }
    }

    /// Looks for all texts that begin in the first line of the window.
    fn look(&mut self) {
        let Some(line) = self.window.front() else { return };
        let number = line.number(0);
        let is_source = self.traceback.is_source(&line.text, number);
        if line.text.is_empty() {
            return;
        }
        let found = self.meanings(is_source);
        let Some(line) = self.window.front() else { return };
        if found.contains(&Meaning::Mark(Mark::Success)) {
            self.log.successes.push((number, self.failed.sign));
            let most = self.log.successes.len().saturating_sub(MOST_SUCCESSES);
            self.log.successes.drain(..most);
            self.failed.succeeded();
        }
        self.failed.look(line, is_source);
        // Newer Pythons mark the part of a source line in a line of its own.
        if is_source {
            self.followed.values_mut().filter(|last| **last + 1 == number).for_each(|last| *last = number);
        }
        let mut wordings = BTreeMap::<usize, Vec<usize>>::new();
        for meaning in found {
            match meaning {
                Meaning::Mark(Mark::Ldd) => self.found_by_ldd(),
                Meaning::Mark(Mark::LinkFolder) => self.linked_from(),
                Meaning::Mark(Mark::PythonFolder) => self.headers_of(),
                Meaning::Mark(mark) => drop(self.log.marks.insert(mark)),
                Meaning::Follows(at) => drop(self.followed.insert(at, number)),
                _ if is_source => {}
                Meaning::Banner(at) => self.banner(at),
                Meaning::Message(at, text) => wordings.entry(at).or_default().push(text),
            }
        }
        if !wordings.is_empty() {
            (1..LINES).for_each(|at| self.widths.rejoin(&mut self.window, at));
        }
        for (at, wordings) in wordings {
            self.message(at, &wordings, number);
        }
    }

    /// What the pieces in the first line, and on its seam with the next, are pieces of: in the order of the tables, as the
    /// text that comes first wins.
    fn meanings(&self, is_source: bool) -> Vec<Meaning> {
        let Some(line) = self.window.front() else { return Vec::new() };
        let mut found: Vec<Meaning> = Vec::new();
        let mut take = |text: &str| {
            for hit in all().anchors.find_overlapping_iter(text) {
                let meaning = all().meaning[hit.pattern().as_usize()];
                let is_meant = !matches!(meaning, Meaning::Mark(mark) if !is_mark(text, hit.range(), mark));
                if is_meant && !found.contains(&meaning) {
                    found.push(meaning);
                }
            }
        };
        take(&line.text);
        if let Some(next) =
            self.window.get(1).filter(|next| !is_source && !next.text.is_empty() && line.width >= SEAM / 2)
        {
            let (end, start) = (tail(&line.text, SEAM), cut(&next.text, SEAM));
            take(&format!("{end}{start}"));
            take(&format!("{end} {start}"));
        }
        found.sort_by_key(|meaning| match *meaning {
            Meaning::Mark(_) => (0, 0, 0),
            Meaning::Banner(at) => (1, at, 0),
            Meaning::Follows(at) => (2, at, 0),
            Meaning::Message(at, text) => (3, at, text),
        });
        found
    }

    /// `libx.so.1 => /lib/libx.so.1 (0x…)`.
    fn found_by_ldd(&mut self) {
        let Some((name, place)) = self.window.front().and_then(|line| line.text.split_once(" => ")) else { return };
        let place = place.split_once(" (0x").map_or(place, |(place, _)| place);
        let is_plain = |text: &str| !text.is_empty() && text.len() < MOST_SAID && !text.contains(' ');
        if is_plain(name.trim()) && is_plain(place) && self.log.found.len() < MOST_FOUND {
            self.log.found.insert(name.trim().to_owned(), place.to_owned());
        }
    }

    /// `-L/opt/x/lib -lx`: where the linker found what it was told to link.
    fn linked_from(&mut self) {
        let Some(line) = self.window.front() else { return };
        let words = || line.text.split_whitespace();
        let is_own = |folder: &&str| folder.starts_with('/') && folder.len() > 1 && !is_of_the_system(folder);
        let folders: Vec<String> = words()
            .filter_map(|word| word.strip_prefix("-L"))
            .filter(is_own)
            .take(MOST_FOLDERS)
            .map(str::to_owned)
            .collect();
        if folders.is_empty() {
            return;
        }
        for name in words().filter_map(|word| word.strip_prefix("-l")).filter(|name| name.len() < SEAM) {
            if self.log.linked.len() < MOST_FOUND {
                self.log.linked.entry(name.to_owned()).or_insert_with(|| folders.clone());
            }
        }
    }

    /// `-I/usr/include/python3.11`, and less surely `/usr/lib/python3.11` and `python3.11 -m pip`.
    fn headers_of(&mut self) {
        let Some(line) = self.window.front() else { return };
        let version = |start: &str| line.text.split(start).skip(1).find_map(python_version);
        let of_its_run = || version("python").filter(|_| line.text.contains(" -m pip "));
        self.log.headers =
            version("/include/python").or(self.log.headers).or_else(|| version("/python")).or_else(of_its_run);
    }

    fn banner(&mut self, at: usize) {
        let (tool, text) = &all().banners[at];
        let Some(line) = self.window.front() else { return };
        let Some(captures) = text.regex.captures(&line.text) else { return };
        for ((place, _), value) in text.places.iter().zip(captures.iter().skip(1)) {
            let id = if *place == "python" { ToolId::Cpython } else { *tool };
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
            let window = self.text(if text.is_long { LINES } else { 2 });
            is_found |= self.matches(message, text, &window);
        }
        // Terminals cut where their width ends, and whoever copies from them gets the pieces.
        let is_cut = self.window.front().is_some_and(|line| !is_ended(&line.text, self.window.get(1)));
        for glue in ["", " "] {
            for text in texts().filter(|text| !text.is_long) {
                if !is_found && is_cut {
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
                Some((*name, cut(without_quotes(without_twin(without_logger(&value))), MOST_SAID).to_owned()))
            });
            let told: BTreeMap<&'static str, String> = told.collect();
            let first = line.number(all.start());
            let last = self.last_line(all.as_str(), all.start(), first);
            let says = spaced(all.as_str());
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
        mut told: BTreeMap<&'static str, String>,
    ) {
        // The same words may fit several texts: the first has them.
        let is_taken = |incident: &Incident| {
            let is_reason = incident.message.cause != message.cause
                && incident.told("why").is_some_and(|why| spaced(why).contains(&says));
            !incident.message.wraps
                && !is_reason
                && (incident.first..=incident.last).contains(&first)
                && (incident.says.contains(&says)
                    || says.starts_with(&incident.says)
                    || std::ptr::eq(incident.message, message) && says.contains(&incident.says))
        };
        // An exception of Python happened where its traceback ends.
        if let Some(place) = self.traceback.place(first) {
            told.insert("place", cut(place, MOST_SAID).to_owned());
        }
        if message.tool == ToolId::Py2exe
            && let Some(file) = self.traceback.file(first)
        {
            told.insert("place", cut(file, MOST_SAID).to_owned());
        }
        if let Some(script) = self.traceback.script() {
            told.insert("script", cut(script, MOST_SAID).to_owned());
        }
        if message.tool == ToolId::Windows
            && !told.contains_key("module")
            && let Some(module) = self.traceback.imported(first)
        {
            told.insert("module", cut(module, SEAM).to_owned());
        }
        // ctypes does not say which DLL Windows refused: the code that asks for it may.
        if message.tool == ToolId::Windows
            && message.id == "winerror"
            && let Some(library) = self.traceback.library(first)
        {
            told.insert("by", cut(library, MOST_SAID).to_owned());
        }
        if [ToolId::Numpy, ToolId::Cython, ToolId::Cpython, ToolId::Windows].contains(&message.tool)
            && !told.contains_key("by")
            && let Some(place) = told.get("place").cloned()
        {
            told.insert("by", place);
        }
        if self.log.incidents.iter().rev().take(4).any(is_taken) {
            return;
        }
        let mut same = told.clone();
        same.remove("place");
        same.remove("script");
        let key = (message.tool, message.id.clone(), same);
        if let Some(&known) = self.known.get(&key) {
            self.log.incidents[known].times += 1;
            return;
        }
        if self.log.incidents.len() == MOST_INCIDENTS {
            self.log.unkept += 1;
            return;
        }
        self.lines.kept.want(first);
        if let Some(site) = told.get("by").and_then(|by| site(by)) {
            self.log.site = Some(site.to_owned());
        }
        self.known.insert(key, self.log.incidents.len());
        let following = self.window.iter().take_while(|line| line.number(0) <= last.max(first));
        let own = following.map(|line| (line.number(0), line.text.clone()));
        let around = self.before.iter().cloned().chain(own);
        let around = around.map(|(number, text)| (number, cut(&text, MOST_SAID).to_owned())).collect();
        self.log.incidents.push(Incident { tool: message.tool, message, first, last, says, around, told, times: 1 });
    }
}

/// A folder in which the loader looks anyway.
fn is_of_the_system(folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    ["/lib", "/lib64", "/usr/lib", "/usr/lib64"].contains(&folder) || folder.contains("-linux-gnu")
}

/// A text with single blanks.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Does a line end in an ellipsis or in a whole file name, which the next does not go on with?
fn is_ended(text: &str, next: Option<&Line>) -> bool {
    const ENDINGS: [&str; 5] = [".so", ".dll", ".pyd", ".dylib", ".whl"];
    let starts_a_word = next.is_some_and(|next| next.text.starts_with(|c: char| c.is_alphanumeric() || c == '/'));
    text.ends_with("...") || text.ends_with('…') || starts_a_word && ENDINGS.iter().any(|ending| text.ends_with(ending))
}

/// That the build failed, as an incident.
fn failure(error: super::failed::Error) -> Option<Incident> {
    let message = super::messages().find(|message| message.tool == ToolId::Build && message.id == error.kind)?;
    let mut told = BTreeMap::from([("why", error.text.clone())]);
    if let Some(asks) = error.asks {
        told.insert("asks", asks);
    }
    let (first, around) = (error.line, vec![(error.line, error.text.clone())]);
    Some(Incident { tool: message.tool, message, first, last: first, says: error.text, around, told, times: 1 })
}

/// A value at the start of a line that Python's logging wrote: `ERROR:delocate.libsana:` is none of it.
fn without_logger(value: &str) -> &str {
    let logged = || {
        let (level, rest) = value.split_once(':')?;
        let (logger, rest) = rest.split_once(':')?;
        let is_logger = !logger.is_empty()
            && logger.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
        (is_logger && ["ERROR", "WARNING", "INFO", "CRITICAL", "DEBUG"].contains(&level)).then_some(rest)
    };
    logged().unwrap_or(value)
}

/// A path as the process asked for it: dyld looks at a second place for each, where macOS keeps what it updates apart. A
/// bracket that a sentence opened before it is no part of it either.
fn without_twin(path: &str) -> &str {
    let is_opened = path.starts_with('(') && !path.contains(')') && path.len() > 1;
    let path = if is_opened { &path[1..] } else { path };
    path.strip_prefix("/System/Volumes/Preboot/Cryptexes/OS").unwrap_or(path)
}

/// A name without the quotes of other languages, or what a wrong encoding made of them.
fn without_quotes(value: &str) -> &str {
    match value.contains(' ') {
        true => value,
        false => value.trim_matches(['“', '”', '„', '«', '»', '\u{fffd}']),
    }
}

/// The beginning of a text, whole characters of it.
pub(super) fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    &text[..end]
}

/// The end of a text, whole characters of it.
fn tail(text: &str, most: usize) -> &str {
    let at = text.len().saturating_sub(most);
    let at = (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    &text[at..]
}

/// What a Python string literal holds, as far as paths need it.
fn unquoted(text: &str) -> String {
    let is_quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    match is_quoted('\'') || is_quoted('"') {
        true => text[1..text.len() - 1].replace("\\\\", "\\"),
        false => text.to_owned(),
    }
}
