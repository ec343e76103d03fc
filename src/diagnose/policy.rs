//! Which findings count: what a person selects, what they ignore and why, and what was there before.
//!
//! `[tool.dylens]` in `pyproject.toml`, or the same without that line in `dylens.toml`:
//!
//! ```toml
//! [tool.dylens]
//! fail-on = "warning"
//! baseline = "dylens-baseline.json"
//! select = ["library-missing", "numpy-abi"]
//! ignore = [
//!     "library-unused",
//!     { rule = "library-missing", subject = "libtbb.so.12", reason = "numba does without" },
//!     { rule = "executable-stack", file = "legacy/**", reason = "replaced in 3.0" },
//! ]
//! ```

use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;

use super::{Finding, RULES, Severity};

/// What counts.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Only these rules; all where there are none.
    pub select: Vec<String>,
    pub ignore: Vec<Ignore>,
    /// The least severity that fails: `error`, `warning`, `info`, `never`; none where nobody said.
    pub fail_on: Option<String>,
    /// A file with the findings that are known.
    pub baseline: Option<String>,
}

/// Findings that a person has seen and does not mind.
#[derive(Clone, Debug)]
pub struct Ignore {
    pub rule: String,
    /// Matches the file as it is shown; `**` crosses folders. Any file where there is none.
    pub file: Option<GlobMatcher>,
    /// Matches what is missing, wrong or doubled.
    pub subject: Option<GlobMatcher>,
    pub reason: Option<String>,
}

/// A finding that was told before: its rule, its file, what is wrong with it, and how bad it was.
pub type Known = (String, String, String, Severity);

/// The findings that count, and what became of the others.
#[derive(Default)]
pub struct Judged {
    pub kept: Vec<Finding>,
    /// How many each entry of [`Policy::ignore`] took away.
    pub ignored: Vec<usize>,
    /// How many are known from the baseline.
    pub known: usize,
    /// How many of the baseline are found no more.
    pub mended: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    #[serde(default)]
    select: Vec<String>,
    #[serde(default)]
    ignore: Vec<PolicyEntry>,
    fail_on: Option<String>,
    baseline: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum PolicyEntry {
    Rule(String),
    Full(Full),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Full {
    rule: String,
    file: Option<String>,
    subject: Option<String>,
    reason: Option<String>,
}

impl Policy {
    /// Reads `[tool.dylens]` of a `pyproject.toml`; none where it has no such table.
    ///
    /// # Errors
    /// What is wrong with the table, in one line.
    pub fn read(text: &str) -> Result<Option<Policy>, String> {
        #[derive(Deserialize)]
        struct Project {
            tool: Option<Tools>,
        }
        #[derive(Deserialize)]
        struct Tools {
            dylens: Option<toml::Value>,
        }
        let project: Project = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        project.tool.and_then(|tools| tools.dylens).map(Policy::of_table).transpose()
    }

    /// Reads a `dylens.toml`, which is the table alone.
    ///
    /// # Errors
    /// As [`Policy::read`].
    pub fn read_own(text: &str) -> Result<Policy, String> {
        let table: toml::Table = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        Policy::of_table(toml::Value::Table(table))
    }

    fn of_table(table: toml::Value) -> Result<Policy, String> {
        let table: Table = table.try_into().map_err(|error: toml::de::Error| match error.message() {
            text if text.contains("untagged") => {
                "an entry of ignore is a rule, or { rule, file, subject, reason }".to_owned()
            }
            text => text.lines().next().unwrap_or_default().to_owned(),
        })?;
        let ignore = table.ignore.into_iter().map(Ignore::of).collect::<Result<_, _>>()?;
        let fails = ["error", "warning", "info", "never"];
        match &table.fail_on {
            Some(word) if !fails.contains(&word.as_str()) => {
                Err(format!("fail-on is one of {}, not {word}", fails.join(", ")))
            }
            _ => Ok(Policy { select: table.select, ignore, fail_on: table.fail_on, baseline: table.baseline }),
        }
    }

    /// The first rule that nobody knows.
    pub fn unknown(&self) -> Option<&str> {
        let named = self.select.iter().chain(self.ignore.iter().map(|ignore| &ignore.rule));
        named.map(String::as_str).find(|name| !RULES.iter().any(|rule| rule.id.word() == *name))
    }

    /// Keeps what counts. What is known already counts only where it has become worse.
    pub fn judge(&self, findings: Vec<Finding>, known: &[Known]) -> Judged {
        let mut judged = Judged { ignored: vec![0; self.ignore.len()], ..Judged::default() };
        let mut seen = vec![false; known.len()];
        for finding in findings {
            if !self.select.is_empty() && !self.select.iter().any(|rule| rule == finding.rule.id.word()) {
                continue;
            }
            if let Some(at) = self.ignore.iter().position(|ignore| ignore.takes(&finding)) {
                judged.ignored[at] += 1;
                continue;
            }
            let is_same = |(rule, file, subject, _): &Known| {
                rule == finding.rule.id.word() && *file == finding.file.to_string() && *subject == finding.subject
            };
            let at = known.iter().position(is_same);
            at.into_iter().for_each(|at| seen[at] = true);
            match at.filter(|&at| known[at].3 >= finding.severity) {
                Some(_) => judged.known += 1,
                None => judged.kept.push(finding),
            }
        }
        judged.mended = seen.into_iter().filter(|seen| !seen).count();
        judged
    }
}

impl Ignore {
    /// Ignores a whole rule.
    pub fn rule(rule: &str) -> Ignore {
        Ignore { rule: rule.to_owned(), file: None, subject: None, reason: None }
    }

    fn of(entry: PolicyEntry) -> Result<Ignore, String> {
        let full = match entry {
            PolicyEntry::Rule(rule) => return Ok(Ignore::rule(&rule)),
            PolicyEntry::Full(full) => full,
        };
        let glob = |text: Option<String>| {
            text.map(|text| GlobBuilder::new(&text).literal_separator(true).build().map(|glob| glob.compile_matcher()))
                .transpose()
                .map_err(|error| error.to_string())
        };
        Ok(Ignore { rule: full.rule, file: glob(full.file)?, subject: glob(full.subject)?, reason: full.reason })
    }

    fn takes(&self, finding: &Finding) -> bool {
        let fits = |glob: &Option<GlobMatcher>, text: &str| {
            // A pattern may start anywhere: where the environment's own folders end is nobody's business.
            let starts = || text.match_indices('/').map(|(at, _)| &text[at + 1..]);
            glob.as_ref().is_none_or(|glob| glob.is_match(text) || starts().any(|rest| glob.is_match(rest)))
        };
        self.rule == finding.rule.id.word()
            && fits(&self.file, &finding.file.to_string())
            && fits(&self.subject, &finding.subject)
    }

    /// What it takes away, as a person would say it.
    pub fn told(&self) -> String {
        let part = |name: &str, glob: &Option<GlobMatcher>| {
            glob.as_ref().map_or_else(String::new, |glob| format!(" {name} {}", glob.glob()))
        };
        format!("{}{}{}", self.rule, part("in", &self.file), part("of", &self.subject))
    }
}

#[cfg(test)]
mod tests {
    use super::Policy;

    #[test]
    fn a_table_is_read_with_its_reasons() {
        let text = "[project]\nname = 'x'\n[tool.dylens]\nfail-on = 'warning'\nselect = ['library-missing']\n\
                    ignore = ['library-unused', {rule = 'library-missing', file = 'a/**', reason = 'why not'}]\n";
        let policy = Policy::read(text).expect("a table").expect("there is one");
        assert_eq!((policy.fail_on.as_deref(), policy.select.len()), (Some("warning"), 1));
        let told: Vec<String> = policy.ignore.iter().map(super::Ignore::told).collect();
        assert_eq!(told, ["library-unused", "library-missing in a/**"]);
        assert_eq!(policy.ignore[1].reason.as_deref(), Some("why not"));
        assert_eq!(policy.unknown(), None);
        assert!(Policy::read("[tool.other]\nx = 1\n").expect("fine").is_none());
    }

    #[test]
    fn what_is_wrong_with_a_table_is_said_in_one_line() {
        for (text, words) in [
            ("[tool.dylens]\nfail-on = 'often'", "fail-on is one of"),
            ("[tool.dylens]\nignored = ['x']", "unknown field `ignored`"),
            ("[tool.dylens]\nignore = [{rules = 'x'}]", "an entry of ignore is a rule"),
            ("[tool.dylens]\nignore = [{rule = 'x', file = 'a[b'}]", "a[b"),
            ("[tool.dylens", "unclosed table"),
        ] {
            let error = Policy::read(text).err().unwrap_or_default();
            assert!(error.contains(words) && error.lines().count() == 1, "{text}: {error}");
        }
        let unknown = Policy::read("[tool.dylens]\nselect = ['no-such']").expect("a table").expect("one");
        assert_eq!(unknown.unknown(), Some("no-such"));
        assert!(Policy::read_own("fail_on = 'error'").is_err() && Policy::read_own("fail-on = 'error'").is_ok());
    }
}
