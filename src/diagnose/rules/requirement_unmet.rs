//! A distribution requires another in a version that is not the one installed.

use rustc_hash::FxHashSet;

use crate::command::Remedy;
use crate::command::templates::PIP_INSTALL_REQUIRED;
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::discover::DistributionId;
use crate::rule::RuleId;
use crate::survey::UnmetRequirement;
use crate::vfs::VPath;

pub(super) static RULE: Rule = Rule {
    id: RuleId::REQUIREMENT_UNMET,
    title: "required version not installed",
    severity: Severity::Warning,
    why: "The metadata of a distribution (Requires-Dist) asks for versions of another that the installed one is not among. \
          Compiled code of the two is mostly built for each other: imports end with undefined symbols, names that are not \
          there, or errors that the package raises itself. An installer that was asked for one package after the other, \
          or with --no-deps, leaves such pairs.",
    remedy: "Install a version that satisfies both, or all packages in one command.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    if facts.survey.is_single() {
        return;
    }
    let native: FxHashSet<DistributionId> = facts.files().map(|(_, _, _, owner)| owner).collect();
    let unmet = facts.survey.unmet_requirements().into_iter();
    let unmet = unmet.filter(|unmet| native.contains(&unmet.by) || native.contains(&unmet.there));
    findings.extend(unmet.map(|unmet| judged(facts, unmet)));
}

fn judged(facts: &Facts, UnmetRequirement { by, requirement, there }: UnmetRequirement) -> Finding {
    let [by, there] = [by, there].map(|id| facts.survey.distributions.get(id));
    let file = by.metadata.as_ref().map_or_else(|| VPath::new(&by.name), |folder| facts.survey.shown(folder));
    let mut finding = Finding::at(&RULE, Severity::Warning, file, there.pinned());
    let wanted = requirement.pinned();
    finding.message =
        format!("{} {} requires {wanted}, but {} {} is installed", by.name, by.version, there.name, there.version);
    finding.remedy = Remedy::new(format!("install {} as {} requires", there.name, by.name))
        .fix(PIP_INSTALL_REQUIRED.with(&[&wanted]));
    finding
}
