//! A library is there and lacks a symbol version that is asked of it.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::command::templates::{CONDA_LIBSTDCXX, PIP_BINARY};
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::Name;
use crate::world::{FileId, System};

pub(super) static RULE: Rule = Rule {
    id: "version-missing",
    title: "library too old: symbol version not found",
    severity: Severity::Error,
    why: "A file records the symbol versions that it wants of each library (DT_VERNEED); glibc refuses to load it where \
          the library defines versions and not that one: “version `GLIBC_2.38' not found”. A weak wish is tolerated, and \
          a library without a version table only draws a warning (_dl_check_map_versions in elf/dl-version.c).",
    remedy: "Install a build made for an older system, or bring a newer library.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    if !matches!(facts.survey.world.host.system, System::Glibc(_)) {
        return;
    }
    for (node, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|_| facts.is_loadable(file)) else { continue };
        if image.versions.is_empty() {
            continue;
        }
        let mut lacking = BTreeMap::<FileId, Vec<Name>>::new();
        for (_, edge) in facts.survey.graph.needs(node) {
            let Some(provider) = edge.resolution.file() else { continue };
            let Some(defined) = facts.survey.world.defined_versions(provider) else { continue };
            let wanted = image.versions.iter().filter(|wanted| wanted.from == edge.name && !wanted.weak);
            let absent = wanted.filter(|wanted| !defined.contains(&wanted.version));
            lacking.entry(provider).or_default().extend(absent.map(|wanted| wanted.version.clone()));
        }
        for (provider, versions) in lacking {
            if !versions.is_empty() {
                findings.push(finding(facts, file, provider, versions));
            }
        }
    }
}

fn finding(facts: &Facts, file: FileId, provider: FileId, mut versions: Vec<Name>) -> Finding {
    versions.sort();
    versions.dedup();
    let imports = facts.imports_loading(file);
    let reach = facts.modules(imports).len();
    let severity = if reach > 0 { Severity::Error } else { Severity::Info };
    let mut finding = Finding::about(facts, &RULE, severity, file).breaking(facts, imports);
    let library = facts.path(provider);
    let list: Vec<String> = versions.iter().map(Name::to_string).collect();
    finding.subject = list.join(", ");
    finding.message = format!("{} wants {} of {library}, which does not define it", finding.file, finding.subject);
    finding.remedy = remedy(facts, file, &list);
    finding.evidence.push(Evidence::File { path: library, what: "lacks the version" });
    finding
        .evidence
        .extend(versions.iter().map(|version| Evidence::Header { name: "DT_VERNEED", value: version.clone() }));
    finding
}

fn remedy(facts: &Facts, file: FileId, versions: &[String]) -> Remedy {
    let owner = facts.owner(file).map(|owner| facts.survey.distributions.get(owner).name.clone());
    let is_libc = versions.iter().any(|version| version.starts_with("GLIBC_"));
    match owner {
        Some(name) if is_libc => {
            Remedy::new(format!("install a build of {name} that is made for this system's glibc or an older one"))
                .fix(PIP_BINARY.with(&[&name]))
        }
        _ if versions.iter().any(|version| version.starts_with("GLIBCXX_") || version.starts_with("CXXABI_")) => {
            Remedy::new(
                "a newer libstdc++ has to be found first: install one, or remove the older copy from the search path",
            )
            .fix(Ok(CONDA_LIBSTDCXX.command()))
        }
        _ => Remedy::new("bring a newer build of that library"),
    }
}
