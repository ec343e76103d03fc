//! A library is taken from an absolute path outside the environment.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::command::templates::{NAME_CHANGE, REPLACE_NEEDED, SIGN};
use crate::diagnose::dylib::Origin;
use crate::diagnose::remedies::argument;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::{Format, Name};
use crate::loader::shared_cache::is_of_the_system;
use crate::rule::RuleId;
use crate::vfs::VPath;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::LIBRARY_OUTSIDE,
    title: "library outside the environment",
    severity: Severity::Warning,
    why: "A need with an absolute path is not searched for: it is there or it is not. Paths of a package manager \
          (/opt/homebrew, /usr/local), or of the machine that built the file, lead to a library of the one machine on \
          which it was tested; on others the import fails, and bundlers copy what happens to lie there.",
    remedy: "Bundle the library in the wheel (delocate-wheel, auditwheel repair).",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let mut by_name = BTreeMap::<Name, Vec<(FileId, usize, usize)>>::new();
    for (node, file, _, _) in facts.files() {
        for (_, edge) in facts.survey.graph.needs(node) {
            let path = VPath::new(&edge.name);
            if path.is_absolute()
                && !is_of_the_system(&edge.name)
                && edge.resolution.is_met()
                && is_outside(facts, &path)
            {
                by_name.entry(edge.name.clone()).or_default().push((file, edge.need, edge.first));
            }
        }
    }
    for (name, wanted) in by_name {
        findings.push(finding(facts, &name, &wanted));
    }
}

fn is_outside(facts: &Facts, path: &VPath) -> bool {
    let target = &facts.survey.target;
    let inside = std::iter::once(&target.root).chain(&target.walk);
    let prefix = facts.python().executable.as_ref().and_then(VPath::parent).and_then(|bin| bin.parent());
    !inside.chain(&prefix).any(|root| path.starts_with(root))
}

fn finding(facts: &Facts, name: &Name, wanted: &[(FileId, usize, usize)]) -> Finding {
    let (file, need, import) = wanted[0];
    let mut finding = Finding::about(facts, &RULE, Severity::Warning, file);
    finding.files = wanted.iter().map(|&(file, _, _)| facts.path(file)).collect();
    finding.files.dedup();
    let who = finding.who(finding.files.len());
    finding.subject = name.to_string();
    let origin = Origin::of(name).phrase();
    finding.message = format!("{who} takes {name} from outside the environment{origin}");
    let path = argument(facts, &facts.survey.world.file(file).path);
    let leaf = String::from_utf8_lossy(VPath::new(name).file_name()).into_owned();
    let remedy = Remedy::new(format!("ship {leaf} beside the file, and link to it there"));
    finding.remedy = match facts.survey.world.host.system.format() {
        Some(Format::MachO) => {
            let change = NAME_CHANGE.with(&[name, &format!("@loader_path/{leaf}"), &path]);
            remedy.steps([change, SIGN.with(&[&path])])
        }
        _ => remedy.fix(REPLACE_NEEDED.with(&[name, &leaf, &path])),
    };
    finding.evidence.push(Evidence::Need { file, need, import });
    finding
}
