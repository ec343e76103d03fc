//! What one cause breaks is told once.

use std::cmp::Reverse;

use super::numpy::{lack, provider};
use super::{Evidence, Facts, Finding, Severity};
use crate::discover::role::{dotted, importable_as};
use crate::rule::RuleId;
use crate::vfs::VPath;

/// Tells once that several packages get no answer: what is not there is one cause. A finding that NumPy's own extension is gone
/// is that cause too. Warnings and notes are about one package each and stay.
pub fn fold_numpy_missing(facts: &Facts, findings: &mut Vec<Finding>) {
    let is_asking = |finding: &Finding| finding.rule.id == RuleId::NUMPY_MISSING && finding.severity == Severity::Error;
    let (mut asking, mut others): (Vec<Finding>, Vec<Finding>) =
        std::mem::take(findings).into_iter().partition(is_asking);
    asking.sort_by_key(|finding| Reverse(finding.breaks));
    let mut asking = asking.into_iter();
    let Some(mut told) = asking.next() else {
        *findings = others;
        return;
    };
    let extension = provider(facts).map(|provider| provider.extension_name());
    let is_extension =
        |finding: &Finding| gone_modules(facts, finding).iter().any(|module| Some(module.as_str()) == extension);
    let gone: Vec<Finding> = others.extract_if(.., |finding| is_extension(finding)).collect();
    let mut packages = 1;
    for finding in asking {
        packages += 1;
        let is_new = |evidence: &Evidence| !told.evidence.contains(evidence);
        let evidence: Vec<Evidence> = finding.evidence.into_iter().filter(is_new).collect();
        told.evidence.extend(evidence);
        told.files.extend(finding.files);
        told.imports.extend(finding.imports);
        told.broken.extend(finding.broken);
        told.breaks += finding.breaks;
    }
    if packages > 1 {
        let fails = if told.breaks > 0 { "their imports fail" } else { "they fail at their first use of an array" };
        told.message =
            format!("{packages} packages ({} files) use NumPy's C API, but {}: {fails}", told.files.len(), lack(facts));
    }
    for finding in gone {
        told.evidence.extend(finding.evidence);
        told.broken.extend(finding.broken);
        told.remedy = finding.remedy;
    }
    told.imports.sort_unstable();
    told.imports.dedup();
    told.breaks = told.order_broken(facts).max(told.imports.len());
    others.push(told);
    *findings = others;
}

/// The modules whose files a finding says are gone, or not for this Python.
pub fn gone_modules(facts: &Facts, finding: &Finding) -> Vec<String> {
    if !matches!(
        finding.rule.id,
        RuleId::RECORDED_FILE_MISSING | RuleId::LINK_BROKEN | RuleId::EXTENSION_FOR_OTHER_PYTHON
    ) {
        return Vec::new();
    }
    let (root, python) = (&facts.survey.target.root, facts.python());
    let name = |path: &VPath| {
        let path = root.join(path.as_bytes());
        let named = match finding.rule.id {
            // The endings of other Pythons make no module of this one's.
            RuleId::EXTENSION_FOR_OTHER_PYTHON => dotted(&path, python, stem_of(&path)?),
            _ => importable_as(&path, python),
        };
        named.map(|(_, name)| name)
    };
    finding.files.iter().filter_map(name).collect()
}

/// What stands before the first dot of a file's name.
fn stem_of(path: &VPath) -> Option<&str> {
    str::from_utf8(path.file_name().split(|&byte| byte == b'.').next()?).ok()
}
