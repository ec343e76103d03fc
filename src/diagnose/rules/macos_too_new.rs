//! A file, or a library that it needs, is newer than the macOS that the environment is to run on.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::{Name, NeedKind, Platform, Release};
use crate::loader::{self, OldestRelease, shared_cache};
use crate::rule::RuleId;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MACOS_TOO_NEW,
    title: "built for a newer macOS",
    severity: Severity::Error,
    why: "Each file says the oldest macOS that it is meant for (LC_BUILD_VERSION), and each wheel says it in its tag \
          (macosx_11_0_arm64). dyld loads a file for a newer system all the same, until a symbol or a library of the \
          system is missing that the older one does not have: the wheel installs, and the import fails on some \
          machines. delocate refuses such wheels.",
    remedy: "Build with MACOSX_DEPLOYMENT_TARGET set to the oldest macOS, or give the wheel the tag of the newer one.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    if !loader::traits(&facts.survey.world.host.system).judges(OldestRelease::MacOs) {
        return;
    }
    let mut by_release = BTreeMap::<(Release, Release), Vec<FileId>>::new();
    for (_, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| facts.fits(image)) else { continue };
        let Some(built) = image.mach.as_ref().and_then(|mach| mach.built_for) else { continue };
        let Some(target) = facts.oldest_mac(file) else { continue };
        if built.platform == Platform::MacOs && built.minimum > target {
            by_release.entry((built.minimum, target)).or_default().push(file);
        }
        newer_libraries(facts, file, target, findings);
    }
    for ((minimum, target), files) in by_release {
        let mut finding = Finding::about(facts, &RULE, Severity::Warning, files[0]);
        finding.files = files.iter().map(|&file| facts.path(file)).collect();
        let (who, is) = (finding.who(files.len()), if files.len() == 1 { "is" } else { "are" });
        finding.subject = format!("macOS {minimum}");
        finding.message = format!("{who} {is} built for macOS {minimum} and later, {} macOS {target}", promise(facts));
        finding.remedy = Remedy::new(format!(
            "build with MACOSX_DEPLOYMENT_TARGET={target}, or say macOS {minimum} in the wheel's tag"
        ));
        finding.evidence.push(Evidence::Header { name: "minimum", value: Name::from(&minimum.to_string()) });
        findings.push(finding);
    }
}

/// Who says how old the system may be.
fn promise(facts: &Facts) -> &'static str {
    match facts.survey.target.overrides.macos {
        Some(_) => "the target is",
        None => "the wheel's tag promises",
    }
}

/// The system's libraries that the older macOS does not have, or does not have any more.
fn newer_libraries(facts: &Facts, file: FileId, target: Release, findings: &mut Vec<Finding>) {
    let content = facts.survey.world.file(file);
    let needs = content.image.as_ref().map_or(&[][..], |image| &image.needs);
    for (place, need) in needs.iter().enumerate().filter(|(_, need)| need.kind != NeedKind::Weak) {
        let Some(known) = shared_cache::find(&need.name) else { continue };
        let when = match (known.since, known.until) {
            (Some(since), _) if since > target => format!("came with macOS {since}, {} macOS {target}", promise(facts)),
            (_, Some(until)) => format!("went with the macOS after {until}"),
            _ => continue,
        };
        let imports = facts.imports_loading(file).to_vec();
        let severity = if facts.modules(&imports).is_empty() { Severity::Info } else { Severity::Warning };
        let mut finding = Finding::about(facts, &RULE, severity, file);
        finding.subject = need.name.to_string();
        finding.message = format!("{} needs {}, which {when}", finding.file, need.name);
        finding.remedy = Remedy::new("link it weakly, or ask for the newer macOS in the wheel's tag");
        let import = imports.first().copied().unwrap_or(0);
        finding.evidence.push(Evidence::Need { file, need: place, import });
        findings.push(finding);
    }
}
