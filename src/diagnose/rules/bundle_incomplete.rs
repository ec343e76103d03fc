//! The code of a bundle imports a module that the bundle does not have.

use crate::diagnose::numpy::name_to_bundler;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::Name;
use crate::imports::{ImportCause, ImportFailure, ImportVerdict};
use crate::rule::RuleId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::BUNDLE_INCOMPLETE,
    title: "imported module missing from bundle",
    severity: Severity::Error,
    why: "A bundle has its Python code compiled, in an archive or as files, and its extension modules as files. The program's \
          scripts and the imports of its modules are simulated by that code. One that leads to a module which is not in the \
          bundle ends in ModuleNotFoundError: somebody has deleted the file (virus scanners do), or the bundler was told to \
          leave it out.",
    remedy: "Build the bundle again, and check that nothing removes the file.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    if facts.survey.target.bundle.is_none() {
        return;
    }
    let is_missing = |failure: &ImportFailure| failure.cause == ImportCause::ModuleMissing;
    let programs = facts.outcomes.programs.iter().filter(|program| program.verdict == ImportVerdict::Fails);
    for program in programs {
        if let Some(failure) = program.failure.as_ref().filter(|failure| is_missing(failure)) {
            let fails = format!("{} fails at its start", program.module);
            findings.push(finding(facts, failure, &program.module, &fails, Severity::Error));
        }
    }
    for group in facts.broken().iter().filter(|group| is_missing(&group.failure)) {
        let known = findings.iter_mut().find(|it| it.rule.id == RULE.id && it.subject == group.failure.subject);
        let broken = match known {
            Some(known) => &mut known.broken,
            None => {
                let first = group.first();
                findings.push(finding(
                    facts,
                    &group.failure,
                    first,
                    &format!("import {first} fails"),
                    group.severity(),
                ));
                let Some(new) = findings.last_mut() else { continue };
                &mut new.broken
            }
        };
        broken.extend(group.modules.iter().cloned());
    }
}

/// What is said of a module that is missing: `fails` is what fails, `first` how that is called.
fn finding(facts: &Facts, failure: &ImportFailure, first: &str, fails: &str, severity: Severity) -> Finding {
    let missing = &failure.subject;
    let program = facts.survey.target.bundle.as_ref().map(|bundle| facts.survey.shown(&bundle.program));
    let mut finding = Finding::at(&RULE, severity, program.unwrap_or_default(), missing.clone());
    let by = failure.because.iter().rev().nth(1).filter(|by| *by != first);
    let by = by.map_or("it", String::as_str);
    finding.node = facts.survey.target.bundle.as_ref().and_then(|bundle| {
        let file = facts.survey.world.open(&bundle.program).ok()?;
        facts.survey.graph.file(file)
    });
    finding.message = format!("{fails}: {by} imports {missing}, which is not in the bundle");
    finding.breaks = 1;
    finding.remedy = name_to_bundler(facts, "", missing).unwrap_or_default();
    let chain = failure.because.join(" → ");
    finding.evidence.push(Evidence::Header { name: "imported", value: Name::from(&chain) });
    finding
}
