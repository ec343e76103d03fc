//! A library that nothing needs and no Python code names.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::discover::{DistributionId, Role, tag_of};
use crate::image::Format;
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
    for import in facts.scan.imports.iter().filter(|import| import.kind == ImportKind::Alone) {
        let file = import.file;
        if let Some(owner) = facts.owner(file)
            && facts.role(file) == Some(&Role::Library)
            && facts.is_loadable(file)
            && !is_wanted(facts, file)
            && !facts.is_named(file)
        {
            unused.entry(owner).or_default().push(file);
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
        finding.remedy = Remedy::new("nothing to mend; a bundle can often do without them");
        findings.push(finding);
    }
}

/// Does some file ask for it, though it may not find it, or is it a module of another Python?
fn is_wanted(facts: &Facts, file: FileId) -> bool {
    let content = facts.scan.world.file(file);
    let soname = content.image.as_ref().filter(|image| image.format != Format::Pe);
    let soname = soname.and_then(|image| image.identity.clone());
    let is_missed = |name: &[u8]| facts.scan.graph.name(name).is_some();
    is_missed(content.path.file_name())
        || soname.is_some_and(|soname| is_missed(&soname))
        || tag_of(content.path.file_name()).is_some()
}
