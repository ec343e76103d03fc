//! Python code imports a module that is not found.

use std::cmp::Reverse;

use crate::command::Remedy;
use crate::command::templates::{PIP_INSTALL, SETUPTOOLS_80};
use crate::diagnose::remedies::{apt_install, reinstall};
use crate::diagnose::{BrokenImports, Facts, Finding, Rule, Severity};
use crate::discover::{DistributionId, Kind, normalized, tag_of};
use crate::imports::ImportCause;
use crate::python::{PythonTarget, stdlib};
use crate::rule::RuleId;
use crate::vfs::VPath;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MODULE_MISSING,
    title: "module not found",
    severity: Severity::Error,
    why: "An import statement that nothing guards names a module which no entry of sys.path has, so that it ends in \
          ModuleNotFoundError, and with it every import that leads there. A package that another requires was not \
          installed, or a file of a package was taken away.",
    remedy: "Install the package that has the module, or reinstall the one that lost it.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    // Nothing is installed in a bundle: see `bundle_incomplete`.
    if facts.survey.target.bundle.is_some() {
        return;
    }
    let groups = facts.broken().iter().filter(|group| group.failure.cause == ImportCause::ModuleMissing);
    let mut groups: Vec<&BrokenImports> = groups.collect();
    groups.sort_by_key(|group| Reverse((group.missed.is_some(), group.modules.len())));
    for group in groups {
        // One module that is gone is one cause, whoever imports it.
        match findings.iter_mut().find(|told| told.subject == group.failure.subject) {
            Some(told) => {
                let file = group.failure.file.as_ref().map(|file| facts.survey.shown(file));
                let file = file.filter(|file| !told.files.contains(file));
                told.files.extend(file);
            }
            None => findings.extend(judge(facts, group)),
        }
    }
}

fn judge(facts: &Facts, group: &BrokenImports) -> Option<Finding> {
    let failure = &group.failure;
    let missing = failure.subject.as_str();
    // A file that its distribution lists and that is gone is told by that, one that is built for another Python by that.
    if has_own_rule(facts, missing) {
        return None;
    }
    let file = failure.file.as_ref()?;
    let mut finding = Finding::at(&RULE, group.severity(), facts.survey.shown(file), missing.to_owned());
    finding.message = format!("import {} fails: {} imports {missing}, which is not found", group.first(), finding.file);
    finding.remedy = remedy(facts, missing);
    finding.broken.clone_from(&group.modules);
    Some(finding)
}

/// Did a distribution install a file of this module, or is one for another Python there?
fn has_own_rule(facts: &Facts, module: &str) -> bool {
    let tail = module.replace('.', "/");
    let python = facts.python();
    let is_it = |path: &VPath| {
        python.path.iter().filter_map(|base| path.below(base)).any(|below| {
            below.strip_prefix(tail.as_bytes()).is_some_and(|rest| rest.starts_with(b".") && !rest.contains(&b'/'))
        })
    };
    let is_build = |path: &VPath| tag_of(path.file_name()).is_some() && is_it(path);
    facts.survey.distributions.iter().any(|(_, distribution)| distribution.recorded.iter().any(is_it))
        || facts.survey.items.iter().any(|item| is_build(&item.path))
}

fn remedy(facts: &Facts, module: &str) -> Remedy {
    let top = module.split('.').next().unwrap_or(module);
    if stdlib::has(module, &PythonTarget::default()) != Some(false) {
        return of_standard_library(facts, module, top);
    }
    if top != module
        && let Some(owner) = owner_of(facts, top)
    {
        return reinstall(facts, owner);
    }
    if top == "pkg_resources" {
        return Remedy::new(
            "install a setuptools that still has pkg_resources (before 82), or upgrade what imports it",
        )
        .fix(SETUPTOOLS_80.with(&[]));
    }
    let wanted = normalized(top);
    let all = facts.survey.distributions.iter().flat_map(|(id, _)| facts.survey.requirements(id));
    let required = all.filter(|requirement| normalized(&requirement.name) == wanted).map(|it| &it.name).next();
    match required.filter(|_| facts.survey.target.kind != Kind::Wheel) {
        Some(name) => Remedy::new(format!("install {name}")).fix(PIP_INSTALL.with(&[name])),
        None => Remedy::new(format!("install the distribution that has the module {top}")),
    }
}

/// The rest of a standard library that is not whole: Debian parts it into packages, others leave out what they cannot compile.
fn of_standard_library(facts: &Facts, module: &str, top: &str) -> Remedy {
    let python = facts.python();
    let is_system_s = python.executable.as_ref().is_some_and(|path| path.starts_with(&VPath::new("/usr/bin")));
    if is_system_s && facts.survey.world.host.packager == "apt" {
        let package = match top {
            "tkinter" | "_tkinter" => "python3-tk".to_owned(),
            _ => format!("libpython{}-stdlib", python.version_text()),
        };
        let text = format!("install the part of Python's standard library that has {module}");
        return Remedy::new(text).steps(apt_install(facts, &package));
    }
    Remedy::new(format!("install a Python whose standard library has {module}"))
}

/// The distribution that installed files of this top-level package.
fn owner_of(facts: &Facts, top: &str) -> Option<DistributionId> {
    let is_below = |path: &VPath| {
        let tops = facts.python().path.iter().filter_map(|base| path.below(base));
        tops.into_iter().any(|below| below.split(|&byte| byte == b'/').next() == Some(top.as_bytes()))
    };
    facts.survey.distributions.iter().find(|(_, it)| it.recorded.iter().any(is_below)).map(|(id, _)| id)
}
