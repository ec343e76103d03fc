//! A library that nothing needs and no Python code names.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::discover::{DistributionId, Role, tag_of};
use crate::image::Format;
use crate::rule::RuleId;
use crate::survey::ImportKind;
use crate::vfs::VPath;
use crate::world::{FileId, text_finder};

pub(super) static RULE: Rule = Rule {
    id: RuleId::LIBRARY_UNUSED,
    title: "unused library",
    severity: Severity::Info,
    why: "No import brings the file in, no Python source of its distribution names it, no other file of it has the name in its \
          constants, and it lies in no folder of plugins. What opens it by a path that is made at run time cannot be seen.",
    remedy: "No action needed: leave the file where it is.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    // Who uses a single file, the others would tell.
    if facts.survey.is_single() {
        return;
    }
    let mut unused = BTreeMap::<DistributionId, Vec<FileId>>::new();
    for import in facts.survey.imports.iter().filter(|import| import.kind == ImportKind::Alone) {
        let file = import.file;
        if let Some(owner) = facts.owner(file)
            && facts.role(file) == Some(&Role::Library)
            && facts.is_loadable(file)
            && !is_wanted(facts, file)
            && !facts.is_named(file)
            && !facts.is_plugin(file)
        {
            unused.entry(owner).or_default().push(file);
        }
    }
    for (owner, files) in unused {
        let files = without_users(facts, owner, files);
        if files.is_empty() {
            continue;
        }
        let name = &facts.survey.distributions.get(owner).name;
        let mut finding = Finding::about(facts, &RULE, Severity::Info, files[0]);
        finding.files = files.iter().map(|&file| facts.path(file)).collect();
        finding.files.sort();
        finding.message = match files.len() {
            1 => format!("nothing needs {}, and no code of {name} names it", finding.file),
            count => format!("{name}: nothing needs {count} of its libraries, and no code names them"),
        };
        finding.remedy = Remedy::new("no action needed: what opens a file by a path made at run time cannot be seen");
        findings.push(finding);
    }
}

/// Larger files are not searched for names.
const MOST_BYTES: u64 = 64 << 20;

/// Those that no native file of their distribution names in its constants, as what opens a plugin does.
fn without_users(facts: &Facts, owner: DistributionId, files: Vec<FileId>) -> Vec<FileId> {
    let names: Vec<String> = files.iter().map(|&file| VPath::new(facts.path(file).file_name()).to_string()).collect();
    let Some(finder) = text_finder(&names.iter().map(String::as_str).collect::<Vec<_>>()) else { return files };
    let mut is_named = vec![false; files.len()];
    for (_, file, _, other) in facts.files() {
        if other == owner && facts.survey.world.file(file).len <= MOST_BYTES {
            let found = facts.survey.world.texts(file, &finder);
            let others = files.iter().map(|&named| named != file);
            is_named.iter_mut().zip(found.iter().zip(others)).for_each(|(is, (found, other))| *is |= *found && other);
        }
    }
    files.into_iter().zip(is_named).filter(|(_, is_named)| !is_named).map(|(file, _)| file).collect()
}

/// Does some file ask for it, though it may not find it, or is it a module of another Python?
fn is_wanted(facts: &Facts, file: FileId) -> bool {
    let content = facts.survey.world.file(file);
    let soname = content.image.as_ref().filter(|image| image.format != Format::Pe);
    let soname = soname.and_then(|image| image.identity.clone());
    let is_missed = |name: &[u8]| facts.survey.graph.name(name).is_some();
    is_missed(content.path.file_name())
        || soname.is_some_and(|soname| is_missed(&soname))
        || tag_of(content.path.file_name()).is_some()
}
