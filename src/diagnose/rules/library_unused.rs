//! A library that nothing needs and no Python code names.

use std::collections::BTreeMap;

use crate::diagnose::{Facts, Finding, Remedy, Rule, Severity};
use crate::discover::{DistributionId, Role};
use crate::scan::ImportKind;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: "library-unused",
    title: "libraries that nothing needs",
    severity: Severity::Info,
    why: "No import brings the file in, and no Python source of its distribution names it. It may be a plugin that another \
          library opens by a path of its own (Qt does), or ballast.",
    remedy: "Nothing to mend; a bundle can often do without it.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let mut unused = BTreeMap::<DistributionId, Vec<FileId>>::new();
    for import in &facts.scan.imports {
        if import.kind != ImportKind::Alone {
            continue;
        }
        if let Some(owner) = facts.owner(import.file)
            && facts.role(import.file) == Some(&Role::Library)
            && facts.is_loadable(import.file)
            && !is_named(facts, import.file)
        {
            unused.entry(owner).or_default().push(import.file);
        }
    }
    for (owner, files) in unused {
        let name = &facts.scan.distributions.get(owner).name;
        let mut finding = Finding::about(facts, &RULE, Severity::Info, files[0]);
        finding.files = files.iter().map(|&file| facts.path(file)).collect();
        finding.files.sort();
        finding.message = match files.len() {
            1 => format!("nothing needs {}, and no Python code of {name} names it", finding.file),
            count => format!("{name}: nothing needs {count} of its libraries, and no Python code names them"),
        };
        finding.remedy = Remedy { text: "nothing to mend; a bundle can often do without them".into(), command: None };
        findings.push(finding);
    }
}

/// Does Python code of the package name the file, with or without its version or suffix?
fn is_named(facts: &Facts, file: FileId) -> bool {
    let path = facts.scan.world.file(file).path.clone();
    let name = path.file_name();
    let stem = &name[..memchr::memchr(b'.', name).unwrap_or(name.len())];
    let bare = stem.strip_prefix(b"lib").unwrap_or(stem);
    facts.package_folder(file).is_some_and(|folder| {
        facts.sources.mentions(&folder, name) || (bare.len() > 2 && facts.sources.mentions(&folder, bare))
    })
}
