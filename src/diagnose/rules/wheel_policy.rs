//! The platform tag that a wheel for Linux deserves.

use crate::command::Remedy;
use crate::command::templates::AUDITWHEEL;
use crate::diagnose::foresight::auditwheel::{Judged, Obstacle, judged};
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::discover::Kind;
use crate::rule::RuleId;
use crate::tools::ToolId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::WHEEL_POLICY,
    title: "platform tag not justified by contents (Linux)",
    severity: Severity::Error,
    why: "A tag like manylinux_2_17 promises that a wheel asks only for libraries and symbol versions which every system \
          of that age has (PEP 600; musllinux: PEP 656). auditwheel computes the tag that its contents justify: the oldest whose \
          promises cover all files together, that forbids none of the symbols they take from the system, and whose processors have \
          the instructions they cannot do without. A wheel whose name claims more is installed where its import fails, “version \
          `GLIBC_2.28' not found”. Told with --for auditwheel.",
    remedy: "Build on an older system (the manylinux images), or give the wheel the tag that its contents justify.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    if facts.survey.target.overrides.tool.is_none_or(|tool| tool.id() != ToolId::Auditwheel) {
        return;
    }
    for judged in judged(facts) {
        // Of an environment with many distributions only what is wrong is told.
        if judged.claimed.is_some() || matches!(facts.survey.target.kind, Kind::Wheel | Kind::File) {
            findings.push(finding(facts, &judged));
        }
    }
}

fn finding(facts: &Facts, judged: &Judged) -> Finding {
    let severity = if judged.claimed.is_some() { Severity::Error } else { Severity::Info };
    let mut finding = Finding::about(facts, &RULE, severity, judged.file);
    finding.subject.clone_from(&judged.tag);
    let kept = match (&judged.claimed, &judged.next) {
        (Some((tag, obstacles)), _) => {
            finding.evidence = Judged::evidence(obstacles);
            format!(", not the {tag} that it claims: {}", told(obstacles))
        }
        (None, Some((tag, obstacles))) => {
            finding.evidence = Judged::evidence(obstacles);
            format!("; what keeps it from {tag}: {}", told(obstacles))
        }
        (None, None) => ", the oldest that there is for its processor".into(),
    };
    finding.message = format!("the contents of {} justify {}{kept}", judged.wheel, judged.tag);
    finding.prints = Some(judged.shown());
    if let Some((_, obstacles)) = &judged.claimed {
        let text = match !obstacles.iter().all(Obstacle::is_library) {
            true => "build it on a system of that age; or let auditwheel give it the tag that its contents justify",
            false => "let auditwheel copy in what is missing, and give it the tag that its contents then justify",
        };
        finding.remedy = Remedy::new(text).fix(AUDITWHEEL.with(&[&judged.wheel]));
    }
    finding
}

/// The first few of what is in the way.
fn told(obstacles: &[Obstacle]) -> String {
    const MOST: usize = 4;
    let mut words: Vec<String> = obstacles.iter().take(MOST).map(Obstacle::told).collect();
    if obstacles.len() > MOST {
        words.push(format!("{} more", obstacles.len() - MOST));
    }
    words.join(", ")
}
