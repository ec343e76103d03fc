//! A file wants symbol versions of a glibc that is newer than the one it has to run with.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::{Format, Name, Release};
use crate::rule::RuleId;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::GLIBC_TOO_NEW,
    title: "built for a newer glibc",
    severity: Severity::Error,
    why: "A file records the symbol versions that it needs of glibc (DT_VERNEED), and the newest of them is the oldest glibc \
          that loads it: “version `GLIBC_2.34' not found” on every older system. The manylinux tags promise this release \
          (manylinux_2_28 is glibc 2.28). Looked at only with --glibc.",
    remedy: "Build on a system with that glibc or an older one, as the manylinux images are.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(wanted) = facts.survey.target.overrides.glibc else { return };
    let mut by_release = BTreeMap::<Release, Vec<(FileId, Vec<Name>)>>::new();
    for (_, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| image.format == Format::Elf) else { continue };
        let newer = image.versions.iter().filter(|need| !need.weak && release(&need.version) > Some(wanted));
        let versions: Vec<Name> = newer.map(|need| need.version.clone()).collect();
        if let Some(newest) = versions.iter().filter_map(release).max() {
            by_release.entry(newest).or_default().push((file, versions));
        }
    }
    for (newest, files) in by_release.into_iter().rev() {
        let mut imports: Vec<usize> =
            files.iter().flat_map(|&(file, _)| facts.imports_loading(file)).copied().collect();
        imports.sort_unstable();
        imports.dedup();
        let severity = if imports.is_empty() { Severity::Warning } else { Severity::Error };
        let mut finding = Finding::about(facts, &RULE, severity, files[0].0).breaking(facts, &imports);
        finding.files = files.iter().map(|&(file, _)| facts.path(file)).collect();
        finding.subject = format!("GLIBC_{newest}");
        let (who, need) = (finding.who(files.len()), if files.len() == 1 { "needs" } else { "need" });
        finding.message = format!("{who} {need} symbols of glibc {newest}; the target has glibc {wanted}");
        // In the words of `_dl_check_map_versions`.
        finding.prints = Some(format!("version `{}' not found (required by {})", finding.subject, finding.file));
        finding.remedy =
            Remedy::new(format!("build it on a system with glibc {wanted} or older, or take such a build"));
        let evidence = files[0].1.iter().map(|version| Evidence::Header { name: "DT_VERNEED", value: version.clone() });
        finding.evidence.extend(evidence);
        findings.push(finding);
    }
}

/// The release of `GLIBC_2.34`; none of `GLIBC_PRIVATE`, and of other libraries.
fn release(version: &Name) -> Option<Release> {
    Release::parse(version.to_string().strip_prefix("GLIBC_")?)
}
