//! What the scan beside the log knows of the library.

use super::{is_loader, shipped_elsewhere};
use crate::buildlog::Log;
use crate::buildlog::judge::{Cause, Judged, Verdict, absent, exclude};
use crate::buildlog::log_context::{LogContext, leaf};
use crate::buildlog::well_known;
use crate::command::Remedy;
use crate::command::templates::{AUDITWHEEL_FROM, DELOCATE_FROM, DELVEWHEEL_FROM, DELVEWHEEL_INSIDE};
use crate::graph::Node;
use crate::image::Name;
use crate::loader::Resolution;
use crate::rule::RuleId;
use crate::tools::ToolId;
use crate::vfs::VPath;
use crate::world::FileId;

/// glibc says “no such file” of a file that is there, where it is made for another processor.
pub(super) fn itself(tied: &Judged, context: &LogContext, accused: &str) -> Option<Judged> {
    let is_path = accused.contains('/') && !accused.starts_with('@');
    let file = context.file(accused).filter(|_| is_path && is_loader(tied))?;
    let rules = [RuleId::WRONG_ARCHITECTURE, RuleId::NOT_AN_IMAGE, RuleId::OTHER_LIBC, RuleId::SLICE_MISSING];
    let (cause, at) = [(Cause::WrongArchitecture, context.finding_about(file, &rules)?)][0];
    let judged = tied.clone().at(context, file).cause(cause, Verdict::Guilty).found(context, at);
    let sentence = format!("{}: the loader calls it missing, though the file is there", judged.sentence);
    let cause = match context.scan.findings[at].rule.id {
        RuleId::NOT_AN_IMAGE => Cause::NotAnImage,
        RuleId::OTHER_LIBC => Cause::OtherLibc,
        _ => cause,
    };
    Some(Judged { cause, ..judged }.says(sentence))
}

/// What the loader makes of the very need.
pub(super) fn need(
    tied: &Judged,
    log: &Log,
    context: &LogContext,
    file: Option<FileId>,
    accused: &str,
) -> Option<Judged> {
    let scan = context.scan;
    let is_told = file.is_some();
    let is_meant =
        |name: &Name| name.as_bytes() == accused.as_bytes() || leaf(&name.text()).eq_ignore_ascii_case(leaf(accused));
    // Who does not say for whom a library is missing means whoever asks for it.
    let is_anybody_s = file.is_none() && tied.incident.by().is_none() && context.missing(accused).is_none();
    let asking = scan.graph.nodes().filter(|_| is_anybody_s);
    let nodes = file.and_then(|file| scan.graph.file(file)).into_iter().chain(asking.map(|(node, _)| node));
    let mut edges = nodes.flat_map(|node| scan.graph.needs(node).into_iter().map(move |(_, edge)| (node, edge)));
    let (node, edge) = edges.find(|(_, edge)| is_meant(&edge.name))?;
    let file = scan.file_of(node)?;
    let tied = &tied.clone().at(context, file);
    if matches!(edge.resolution, Resolution::Missing | Resolution::Refused { .. }) {
        return None;
    }
    let by = context.path(file);
    let place = edge.resolution.file().map(|found| context.path(found));
    let found = match (&edge.resolution, &place) {
        (Resolution::Found { .. }, Some(place)) => format!("it is {place} ({})", edge.resolution.step().phrase()),
        (Resolution::Loaded { .. }, Some(place)) => {
            format!("it is {place}, which the process has already when {by} is loaded")
        }
        _ => "the system has it itself".to_owned(),
    };
    if is_loader(tied) {
        // What the machine that reads the log has says nothing of the one that wrote it.
        let inside = edge.resolution.file().filter(|found| context.owner(*found).is_some());
        let judged = absent::judge(tied.clone(), log, Some(context), accused, Some(&by.to_string()));
        let note = match inside.map(|found| context.path(found)) {
            Some(place) => format!(
                "; in what is looked at it is {place}: the log is of another environment, or of a bundle that lacks it"
            ),
            None => "; the machine that reads this log has it, the one that wrote it had not".to_owned(),
        };
        let sentence = format!("{}{note}", judged.sentence);
        return Some(judged.says(sentence));
    }
    let name = tied.incident.tool.name();
    let is_inside = edge.resolution.file().is_some_and(|found| context.owner(found).is_some());
    let folder = place.as_ref().and_then(VPath::parent);
    let command = folder.and_then(|folder| match tied.incident.tool {
        ToolId::Auditwheel | ToolId::Maturin => Some(AUDITWHEEL_FROM.with(&[&folder])),
        ToolId::Delocate => Some(DELOCATE_FROM.with(&[&folder])),
        // What the wheel has already is looked for outside, unless it is told so.
        ToolId::Delvewheel if is_inside => Some(Ok(DELVEWHEEL_INSIDE.command())),
        ToolId::Delvewheel => Some(DELVEWHEEL_FROM.with(&[&folder])),
        _ => None,
    });
    // Who asks for it on this machine is not who asked for it where the log was written.
    if !is_told && !is_inside && !is_loader(tied) && context.owner(file).is_none() {
        return None;
    }
    // A library of this machine says nothing of the one on which the tool ran.
    if let Some(place) = place.as_ref().filter(|_| !is_inside && edge.resolution.file().is_some()) {
        let judged = absent::judge(tied.clone(), log, Some(context), accused, Some(&by.to_string()));
        let sentence = format!(
            "{}; the machine that reads this log has it as {place}, the one that wrote it had not",
            judged.sentence
        );
        let text = format!("{}; on a machine that has it, lead {name} to its folder", judged.remedy.text);
        let remedy = Remedy { text, ..judged.remedy.clone() };
        return Some(judged.says(sentence).mended(command.into_iter().fold(remedy, Remedy::fix)));
    }
    let sentence = format!("{accused}, which {name} does not find, is not missing: {found}");
    let remedy = match command {
        Some(command) => Remedy::new(format!("lead {name} there")).fix(command),
        None => Remedy::new(
            "nothing, if the program runs; else name the file to the bundler (--add-binary, --include-data-files)",
        ),
    };
    Some(tied.clone().cause(Cause::FoundByLoader, Verdict::Innocent).says(sentence).mended(remedy))
}

/// The loader does not find it either.
pub(super) fn nowhere(tied: &Judged, context: &LogContext, file: Option<FileId>, accused: &str) -> Option<Judged> {
    let rules = Cause::LibraryMissing.rules();
    let of_file = file.and_then(|file| {
        let is_meant = |at: &usize| {
            let finding = &context.scan.findings[*at];
            leaf(&finding.subject).eq_ignore_ascii_case(leaf(accused))
        };
        context.finding_about(file, rules).filter(is_meant)
    });
    let at = of_file.or_else(|| context.finding_of(accused, rules));
    if let Some(judged) = of_another_wheel(tied, context, accused) {
        return Some(Judged { finding: at, ..judged });
    }
    let at = at?;
    let judged = tied.clone().found(context, at);
    Some(Judged { node: context.missing(accused).or(judged.node), ..judged })
}

/// What another wheel brings need not be in this one: its package imports the other first.
fn of_another_wheel(tied: &Judged, context: &LogContext, accused: &str) -> Option<Judged> {
    let tool = tied.incident.tool;
    // It stops at the first; the others that it would stop at next are named at once.
    let others = context.scan.graph.nodes().filter_map(|(_, node)| match node {
        Node::Missing(name) => Some(name.text().into_owned()),
        _ => None,
    });
    let others: Vec<String> = others.filter(|name| name != accused && well_known::is_of_others(name)).collect();
    let names: Vec<&str> = std::iter::once(accused).chain(others.iter().map(String::as_str)).collect();
    let excluding = exclude(tool, &names)?;
    let elsewhere = context.named(accused).into_iter().next().map(|file| context.path(file));
    let judged = shipped_elsewhere(tied.clone(), accused, Some(excluding))?;
    let node = context.missing(accused);
    let by = node.and_then(|node| {
        let (by, _) = context.scan.graph.dependents(node).into_iter().next()?;
        context.scan.path_of(by)
    });
    let mut sentence = judged.sentence.clone();
    if let Some(by) = by.as_ref().filter(|_| judged.incident.by().is_none()) {
        sentence = format!("{by} needs it: {sentence}");
    }
    if let Some(place) = elsewhere {
        sentence += &format!("; here it is {place}");
    }
    Some(Judged { node: node.or(judged.node), file: judged.file.clone().or(by), ..judged }.says(sentence))
}
