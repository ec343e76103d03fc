//! A file has an extension module's name, and is of a kind that the loader does not open.

use crate::diagnose::remedies::reinstall;
use crate::diagnose::{Facts, Finding, Line, Rule, Severity};
use crate::discover::{Role, tag_of};
use crate::image::{DF_1_NOOPEN, DF_1_PIE, Format, Image, ImageKind};
use crate::loader;
use crate::rule::RuleId;
use crate::vfs::VPath;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MODULE_REFUSED,
    title: "module is not a shared library",
    severity: Severity::Error,
    why: "dlopen takes shared libraries alone. glibc refuses a program (“cannot dynamically load position-independent \
          executable”), an object file (“only ET_DYN and ET_EXEC can be loaded”), a file without a dynamic section and one \
          that was linked with -z nodlopen (_dl_map_object_from_fd in elf/dl-load.c, dl_open_worker in elf/dl-open.c).",
    remedy: "Link it as a shared library (-shared).",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    if !loader::traits(&facts.survey.world.host.system).refuses_kinds {
        return;
    }
    for (_, file, role, owner) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| image.format == Format::Elf) else { continue };
        let Some(why) = refusal(image).filter(|_| content.problem.is_none() && facts.fits(image)) else { continue };
        let Some(module) = facts.python().module_name(content.path.file_name()) else { continue };
        // A tag of the interpreter says that it is meant for import; a name without one says so only where code imports it.
        let is_tagged = tag_of(content.path.file_name()).is_some() || matches!(role, Role::Module(_));
        let line = imported(facts, file, &content.path, module);
        if !is_tagged && line.is_none() {
            continue;
        }
        let severity = if line.is_some() || is_tagged { Severity::Error } else { Severity::Warning };
        let mut finding = Finding::about(facts, &RULE, severity, file).breaking(facts, facts.imports_loading(file));
        finding.breaks = finding.breaks.max(1);
        finding.message = format!("import {module} fails: {} {why}", finding.file);
        finding.remedy = reinstall(facts, owner);
        findings.push(finding);
    }
}

/// Why dlopen refuses such a file; none where it does not.
fn refusal(image: &Image) -> Option<&'static str> {
    match image.kind {
        ImageKind::Program if image.flags & DF_1_PIE != 0 => Some("is a position-independent executable"),
        ImageKind::Program => Some("is an executable"),
        ImageKind::Inert => Some("is an object file, or has no dynamic section"),
        ImageKind::Shared | ImageKind::Bundle if image.flags & DF_1_NOOPEN != 0 => {
            Some("was linked with -z nodlopen, which forbids dlopen")
        }
        ImageKind::Shared | ImageKind::Bundle => None,
    }
}

/// The line that imports the module outright.
fn imported(facts: &Facts, file: FileId, path: &VPath, module: &str) -> Option<Line> {
    let folder = path.parent()?;
    let fs = facts.survey.world.fs();
    let has_other = [folder.join(format!("{module}.py")), folder.join(module)].iter().any(|it| fs.stat(it).is_ok());
    let package = facts.package_folder(file).filter(|_| !has_other)?;
    facts.sources.outright_import(&package, path, module)
}
