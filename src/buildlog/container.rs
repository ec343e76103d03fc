//! What others put before the lines of a log: a service's times, a step's number, a bar, a tool's own name.

use std::sync::OnceLock;

use regex::Regex;

/// A line without what stands before it for the sake of whoever collected the log.
pub(super) struct Unprefixed<'a> {
    /// Without the tool's own prefix too.
    pub text: &'a str,
    /// How much of the line the collectors put there, in bytes.
    pub collected: usize,
    /// The tool's own prefix, where it begins every line of a wrapped message with it.
    pub prefix: Option<&'a str>,
    /// Does the tool begin the line with a level or its name?
    pub begins: bool,
    /// Does the tool call the line an error?
    pub is_error: bool,
}

/// GitHub's, GitLab's and other services' times and streams, syslog's, journald's and those of macOS' console, Docker's steps and seconds, pip's and compose's
/// bars, pytest's mark of an exception, CTest's number of the test, quoted mail.
const COLLECTED: &str = r"(?x)^(?:
    \[?\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?(?:\ \d\d[OE][\ +]|\ std(?:out|err)\ [FP]\ |\ -\ )?\ ?
  | \[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?\ 
  | \[\ *\d+\.\d{6}\]\ 
  | [A-Z][a-z]{2}\ [\ \d]\d\ \d\d:\d\d:\d\d\ [\w.-]+\ [^\s:\[\]]+(?:\[\d+\])?:\ 
  | \d{1,2}/\d{1,2}/\d{2,4},?\ \d{1,2}:\d\d:\d\d(?:\.\d+)?\ (?:[AP]M\ )?[^\[\]]{1,60}\[[\da-fx.-]+\]:\ 
  | \[\d\]\ 
  | \s*\[std(?:out|err)\]\ 
  | (?:\ =>)+\ \#\ 
  | ::(?:error|warning|notice)[^:]*::
  | \#\d+\ (?:\d+\.\d+|\[[^\]]*\])\ ?
  | \d{1,4}\.\d{2,3}\ 
  | [^\t|]{1,80}\t[^\t]{1,80}\t\d{4}-\d\d-\d\dT[\d:.]+Z\ ?
  | \s*[|│]\s?
  | [\w.-]+\s+\|\ 
  | E\ {3}
  | \d{1,4}:\ {2,}
  | remote:\ 
  | >\ {1,3}(?:\S|$)
  | \#\#\[\w+\]
)";

/// What the tools themselves write before each line. Nuitka wraps what follows.
const OWN: &str = r"(?x)^(?:\d+\ )?(?:
    (Nuitka(?:-[\w-]+)?(?::[A-Z]+)?|FATAL|[\w-]+:(?:WARNING|ERROR|FATAL)):\ 
  | (TRACE|DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL):\ 
)";

/// Takes off what stands before a message; and tells the prefix by which lines belong together.
pub(super) fn unprefixed(line: &str) -> Unprefixed<'_> {
    static EXPRESSIONS: OnceLock<[Regex; 2]> = OnceLock::new();
    let [collected, own] =
        EXPRESSIONS.get_or_init(|| [COLLECTED, OWN].map(|text| Regex::new(text).expect("a constant")));
    let mut text = line;
    // A log of a log has two; nobody has more.
    for _ in 0..3 {
        let begins = |byte: u8| byte.is_ascii_digit() || b"[#>| \t:\xe2".contains(&byte);
        let is_word = matches!(
            text.as_bytes(),
            [b'E', b' ', b' ', ..] | [b'A'..=b'Z', b'a'..=b'z', _, b' ', ..] | [b'r', b'e', b'm', ..]
        );
        let may = is_word || text.bytes().next().is_some_and(begins) || text.contains('\t') || text.contains(" | ");
        match may.then(|| collected.find(text)).flatten() {
            // What a quotation mark stands before is kept.
            Some(found) if found.as_str().starts_with("> ") => text = &text[2..],
            Some(found) if found.end() > 0 => text = &text[found.end()..],
            _ => break,
        }
    }
    let collected = line.len() - text.len();
    let is_candidate = text.bytes().take(60).any(|byte| byte == b':');
    match is_candidate.then(|| own.captures(text)).flatten() {
        Some(found) => {
            let end = found.get(0).map_or(0, |all| all.end());
            let (prefix, level) = (found.get(1).map(|it| it.as_str()), found.get(2).map(|it| it.as_str()));
            let is_error = ["ERROR", "CRITICAL", "FATAL"].iter().any(|word| {
                level == Some(word)
                    || prefix.is_some_and(|prefix| prefix == *word || prefix.ends_with(&format!(":{word}")))
            });
            Unprefixed { text: &text[end..], collected, prefix, begins: true, is_error }
        }
        None => Unprefixed { text, collected, prefix: None, begins: false, is_error: false },
    }
}
