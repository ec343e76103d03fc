//! Public threads of failed builds, each log read alone, compared with what they turned out to be.

use std::collections::BTreeMap;

use dylens::buildlog::Judged;
use dylens::command::Shell;
use serde::Deserialize;

use super::alone;

#[derive(Deserialize)]
struct Row {
    thread: String,
    log: Option<String>,
    #[serde(default)]
    truth: Truth,
}

/// What the first incident has to come to; `|` stands between words of which one is enough.
#[derive(Default, Deserialize)]
struct Truth {
    file: String,
    cause: Vec<String>,
    says: Vec<String>,
    must: Vec<String>,
    must_not: Vec<String>,
}

impl Truth {
    /// What of it the first incident misses.
    fn missed(&self, judged: &[Judged]) -> Vec<&'static str> {
        let Some(first) = judged.first() else { return vec!["recognized"] };
        let holds =
            |text: &str, words: &str| words.split('|').any(|word| text.to_lowercase().contains(&word.to_lowercase()));
        let incident = &first.incident;
        let names = [incident.by(), incident.accused(), Some(&first.sentence)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        let remedy = format!("{} {}", first.remedy.text, first.remedy.lines(Shell::Sh).join(" "));
        let cause = self.cause.iter().any(|cause| cause == first.cause.word());
        let forbids = |word: &String| match word.strip_suffix('$') {
            Some(word) => remedy.ends_with(word),
            None => remedy.contains(word.as_str()),
        };
        [
            ("file", holds(&names, &self.file)),
            ("cause", cause && self.says.iter().all(|words| holds(&first.sentence, words))),
            ("remedy", self.must.iter().all(|words| holds(&remedy, words)) && !self.must_not.iter().any(forbids)),
        ]
        .into_iter()
        .filter(|(_, is_right)| !is_right)
        .map(|(what, _)| what)
        .collect()
    }
}

#[test]
fn the_first_incident_of_each_thread_names_file_cause_and_remedy() {
    compare(include_str!("../../fixtures/threads-2.jsonl"));
}

/// The remedies of these are those that worked for whoever asked.
#[test]
fn the_first_incident_of_each_thread_leads_to_the_remedy_that_worked() {
    compare(include_str!("../../fixtures/threads-3.jsonl"));
}

/// Further ones, the truth of each written before dylens was asked.
#[test]
fn the_first_incident_of_each_further_thread_leads_to_the_remedy_that_worked() {
    compare(include_str!("../../fixtures/threads-4.jsonl"));
}

/// As these, and most of them of builds by pip, of conda and of programs that a build runs.
#[test]
fn the_first_incident_of_each_newer_thread_leads_to_the_remedy_that_worked() {
    compare(include_str!("../../fixtures/threads-5.jsonl"));
}

/// As these, of all systems and tools.
#[test]
fn the_first_incident_of_each_newest_thread_leads_to_the_remedy_that_worked() {
    compare(include_str!("../../fixtures/threads-6.jsonl"));
}

/// As these; many end in an exception of a build or a tool that names no native file.
#[test]
fn the_first_incident_of_each_last_thread_leads_to_the_remedy_that_worked() {
    compare(include_str!("../../fixtures/threads-7.jsonl"));
}

/// As these: of installers (uv, poetry, pip), of builds and of the systems that they run on.
#[test]
fn the_first_incident_of_each_latest_thread_leads_to_the_remedy_that_worked() {
    compare(include_str!("../../fixtures/threads-8.jsonl"));
}

#[track_caller]
fn compare(rows: &str) {
    let (mut asked, mut wrong, mut counts) = (0, Vec::new(), BTreeMap::<&str, usize>::new());
    for row in rows.lines() {
        let row: Row = serde_json::from_str(row).expect("a row");
        let Some(log) = &row.log else { continue };
        asked += 1;
        let judged = alone(log);
        let missed = row.truth.missed(&judged);
        missed.iter().for_each(|what| *counts.entry(what).or_default() += 1);
        if !missed.is_empty() {
            let first =
                judged.first().map(|first| (first.cause.word(), first.sentence.clone(), first.remedy.text.clone()));
            wrong.push(format!("{}: {missed:?}: {first:?}", row.thread));
        }
    }
    println!("{asked} threads read alone, {} right in all; missed: {counts:?}", asked - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
