//! What an id or a whole message means: `dylens explain`.

use super::incidents::incident_text;
use super::{Ink, Paint};
use crate::buildlog::{self, Cause, Judged, Message, Verdict, judge};
use crate::diagnose::{RULES, Rule};
use crate::tools::ToolId;

/// More messages of one cause are no help.
const MOST_MESSAGES: usize = 12;
/// More failures in one message there are not.
const MOST_FAILURES: usize = 3;

/// Explains what a report or a log's JSON prints (a rule, a cause, a message's or a tool's id, a verdict), or a whole message; none
/// where it is none of these.
pub fn explained(asked: &str, paint: &Paint) -> Option<String> {
    let rule = RULES.iter().find(|rule| rule.id.word() == asked);
    let cause = Cause::named(asked);
    let parts: Vec<String> = [
        rule.map(|rule| of_rule(rule, paint)),
        cause.map(|cause| of_cause(cause, rule.is_none(), paint)),
        of_messages(asked, paint),
        of_tool(asked, paint),
        Verdict::ALL.iter().find(|verdict| verdict.word() == asked).map(|verdict| of_verdict(*verdict, paint)),
    ]
    .into_iter()
    .flatten()
    .collect();
    match parts.is_empty() {
        true => of_text(asked, paint),
        false => Some(parts.join("\n")),
    }
}

fn head(name: &str, kind: &str, paint: &Paint) -> String {
    format!("{} ({kind})\n", paint.ink(Ink::Strong, name))
}

fn section(title: &str, body: &str, paint: &Paint) -> String {
    match body.is_empty() {
        true => String::new(),
        false => format!("\n{}\n{}", paint.ink(Ink::Strong, title), paint.wrapped(body, 2)),
    }
}

fn of_rule(rule: &Rule, paint: &Paint) -> String {
    let severity = paint.ink(Ink::of(rule.severity), rule.severity.word());
    let mut text = format!("{} ({severity})\n{}\n", paint.ink(Ink::Strong, rule.id.word()), rule.title);
    for (title, body) in [("Why", rule.why), ("Remedy", rule.remedy)] {
        text += &section(title, body, paint);
    }
    text
}

/// Why a build or a program failed, as a log tells it; `is_alone` where no rule has the same name.
fn of_cause(cause: Cause, is_alone: bool, paint: &Paint) -> String {
    let mut text = String::new();
    if is_alone {
        text += &head(cause.word(), "cause in a log", paint);
        text += &format!("{}\n", cause.title());
    }
    let of_it: Vec<&Message> = buildlog::messages().filter(|message| message.cause == cause).collect();
    if !of_it.is_empty() {
        text += &format!("{}{}\n", if is_alone { "\n" } else { "" }, paint.ink(Ink::Strong, "Messages in logs"));
        for message in of_it.iter().take(MOST_MESSAGES) {
            text += &paint.wrapped(&listed(message), 2);
        }
        if of_it.len() > MOST_MESSAGES {
            text += &format!("  and {} more\n", of_it.len() - MOST_MESSAGES);
        }
    }
    text
}

/// `glibc's loader, cannot-open: …: cannot open shared object file: …`
fn listed(message: &Message) -> String {
    let words = message.texts.first().map_or_else(|| "(the last error of a log)".to_owned(), |text| spoken(text));
    format!("{}, {}: {words}", message.tool.name(), message.id)
}

/// A text of the data as a person reads it: its places are left open.
fn spoken(text: &str) -> String {
    let mut pieces = text.split('{');
    let mut spoken = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        spoken.push('…');
        spoken += piece.split_once('}').map_or(piece, |(_, rest)| rest);
    }
    spoken.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of_messages(id: &str, paint: &Paint) -> Option<String> {
    let all: Vec<String> =
        buildlog::messages().filter(|message| message.id == id).map(|it| of_message(it, paint)).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}

fn of_message(message: &Message, paint: &Paint) -> String {
    let mut text = head(&message.id, &format!("message of {}", message.tool.name()), paint);
    text += &format!("{}  [{}]\n", message.cause.title(), message.cause.word());
    text += &section("Words", &message.texts.iter().map(|text| spoken(text)).collect::<Vec<_>>().join("\n"), paint);
    let by_names = "it depends on the names in it: dylens explain \"MESSAGE\" reads a whole message";
    let why = if message.sentence.is_empty() { by_names.to_owned() } else { spoken(&message.sentence) };
    text += &section("Why", &why, paint);
    text + &section("Remedy", &spoken(&message.remedy), paint)
}

fn of_tool(id: &str, paint: &Paint) -> Option<String> {
    let tool = ToolId::named(id)?;
    let mut text = head(tool.word(), "whose messages are known", paint);
    text += &format!("{}\n\n{}\n", tool.name(), paint.ink(Ink::Strong, "Messages in logs"));
    for message in buildlog::messages().filter(|message| message.tool == tool) {
        text += &paint.wrapped(&format!("{}: {}", message.id, message.cause.title()), 2);
    }
    Some(text)
}

fn of_verdict(verdict: Verdict, paint: &Paint) -> String {
    format!("{}{}\n", head(verdict.word(), "verdict on a message in a log", paint), verdict.about())
}

/// A message as a person copied it.
fn of_text(text: &str, paint: &Paint) -> Option<String> {
    let log = buildlog::read(&mut text.as_bytes()).ok()?;
    let judged = judge(&log, None);
    let failures: Vec<&Judged> =
        judged.iter().filter(|judged| judged.verdict != Verdict::Noise).take(MOST_FAILURES).collect();
    let shown = if failures.is_empty() { judged.iter().take(1).collect() } else { failures };
    let texts = shown.iter().map(|judged| {
        let more = format!("More: dylens explain {}\n", judged.cause.word());
        incident_text(judged, paint) + &paint.ink(Ink::Quiet, more.trim_end()) + "\n"
    });
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}
