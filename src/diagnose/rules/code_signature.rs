//! A file for arm64 Macs has no code signature, or one that no longer fits.

use crate::command::Remedy;
use crate::command::templates::SIGN;
use crate::diagnose::remedies::{argument, unpacked};
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::{Image, ImageKind, Machine, Name, Signature};
use crate::rule::RuleId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::CODE_SIGNATURE,
    title: "code signature missing or stale",
    severity: Severity::Error,
    why: "Macs with Apple silicon map no code without a valid signature, be it an ad-hoc one: dlopen says “code signature \
          … not valid for use in process”. Linkers sign what they write; install_name_tool, strip and other editors \
          change the headers, and with them the first page, whose hash the signature holds.",
    remedy: "Sign the file again.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for (_, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| content.problem.is_none() && demands(image)) else {
            continue;
        };
        let what = match image.mach.as_ref().map(|mach| mach.signature) {
            Some(Signature::Absent) => "has no code signature",
            Some(Signature::Stale) => "was edited after it was signed, and its signature no longer matches",
            _ => continue,
        };
        let imports = facts.imports_blocked_by(file);
        let severity = if facts.modules(&imports).is_empty() { Severity::Warning } else { Severity::Error };
        let mut finding = Finding::about(facts, &RULE, severity, file).breaking(facts, &imports);
        finding.message = format!("{} {what}; Macs with Apple silicon do not load it", finding.file);
        let command = SIGN.with(&[&argument(facts, &content.path)]);
        finding.remedy = Remedy::new(format!("sign it again{}", unpacked(facts))).fix(command);
        finding.evidence.push(Evidence::Header { name: "made for", value: Name::from(&image.arch_word()) });
        findings.push(finding);
    }
}

/// Does the processor that a file is made for demand a signature?
fn demands(image: &Image) -> bool {
    let is_apple = matches!(image.arch.machine, Machine::Aarch64 | Machine::Arm64e);
    is_apple && image.mach.is_some() && image.kind != ImageKind::Inert
}
