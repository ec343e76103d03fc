//! Python code ends an import by itself.

use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::imports::{Harmless, ImportCause};
use crate::rule::RuleId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::IMPORT_RAISES,
    title: "import raises an exception",
    severity: Severity::Error,
    why: "The code of a package checks what it finds (a version, a platform, another package) and raises ImportError \
          or exits, or imports a name that the module does not have: mostly two packages with incompatible releases.",
    remedy: "Read the message: it is the package's own. Install the release that it asks for.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for group in facts.broken() {
        let failure = &group.failure;
        let Some(file) = failure.file.as_ref().filter(|_| facts.requiring(failure).is_none()) else { continue };
        let what = match failure.cause {
            ImportCause::Raised => format!("raises {}", failure.subject),
            ImportCause::Exits => format!("exits the interpreter ({})", failure.subject),
            ImportCause::NameMissing => format!("imports a name that does not exist: {}", failure.subject),
            _ => continue,
        };
        let mut finding = Finding::at(&RULE, group.severity(), facts.survey.shown(file), failure.subject.clone());
        finding.message = format!("import {} fails: {} {what}", group.first(), finding.file);
        if let Some(Harmless::After { package }) =
            facts.outcomes.of(group.first()).and_then(|row| row.harmless.as_ref())
        {
            finding.severity = Severity::Info;
            finding.message += &format!("; it loads after import {package}");
        }
        finding.broken.clone_from(&group.modules);
        findings.push(finding);
    }
}
