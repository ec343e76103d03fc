//! A file has a native file's name and is none, or not a whole one.

use crate::command::Remedy;
use crate::command::templates::LFS_PULL;
use crate::diagnose::remedies::reinstall;
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::discover::{DistributionId, Role};
use crate::image::Problem;
use crate::loader::Resolution;
use crate::rule::RuleId;
use crate::world::{FileId, is_native_name};

pub(super) static RULE: Rule = Rule {
    id: RuleId::NOT_AN_IMAGE,
    title: "corrupt or not a native library",
    severity: Severity::Error,
    why: "An empty, truncated or replaced file ends the load with an error of its own: “file too short”, “invalid ELF \
          header”; a file cut off inside a segment even ends the process (SIGBUS). Git LFS leaves small text pointers \
          where it has not fetched the files, and strip leaves segments that no longer lie at pages where patchelf has \
          moved them.",
    remedy: "Get the file again: reinstall the package, or run git lfs pull.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for (_, file, role, owner) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(problem) = &content.problem else { continue };
        // What may not be read is told by its own rule; a program without an ending was only looked at.
        if matches!(problem, Problem::Unreadable(_)) || !is_native_name(content.path.file_name()) {
            continue;
        }
        let mut imports = refused(facts, file);
        let is_module = matches!(role, Role::Module(_));
        if is_module {
            imports.extend(facts.imports_loading(file));
        }
        let severity = match facts.modules(&imports).len() {
            0 if *problem == Problem::LinkerScript => Severity::Info,
            0 => Severity::Warning,
            _ => Severity::Error,
        };
        let mut finding = Finding::about(facts, &RULE, severity, file).breaking(facts, &imports);
        finding.message = match role {
            Role::Module(name) => format!("import {name} fails: {}: {problem}", finding.file),
            _ => format!("{}: {problem}", finding.file),
        };
        finding.remedy = remedy(facts, problem, owner);
        findings.push(finding);
    }
}

/// The imports whose search ends at this file.
fn refused(facts: &Facts, file: FileId) -> Vec<usize> {
    let mut imports = Vec::new();
    for (&(by, need), seen) in facts.unmet() {
        let Some(node) = facts.survey.graph.file(by) else { continue };
        let ends_here = facts.survey.graph.needs(node).iter().any(|(_, edge)| match &edge.resolution {
            Resolution::Refused { at, .. } => edge.need == need && facts.survey.world.open(at) == Ok(file),
            _ => false,
        });
        if ends_here {
            imports.extend(seen);
        }
    }
    imports
}

fn remedy(facts: &Facts, problem: &Problem, owner: DistributionId) -> Remedy {
    match problem {
        Problem::GitLfsPointer => Remedy::new("fetch the real file").fix(Ok(LFS_PULL.command())),
        Problem::LinkerScript => Remedy::new("only the linker reads it; nothing loads it"),
        // Wheels bring libraries that patchelf changed, and bundlers strip them where they are told to.
        problem if *problem == Problem::MISALIGNED && facts.survey.target.bundle.is_some() => {
            let rebuild = reinstall(facts, owner);
            Remedy { text: format!("{}, without --strip", rebuild.text), ..rebuild }
        }
        _ => reinstall(facts, owner),
    }
}
