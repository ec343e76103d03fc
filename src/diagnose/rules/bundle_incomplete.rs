//! The code of a bundle certainly imports a module that the bundle does not have.

use crate::diagnose::certain::{Gone, gone};
use crate::diagnose::numpy::name_to_bundler;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::Name;

pub(super) static RULE: Rule = Rule {
    id: "bundle-incomplete",
    title: "a module that the bundle's own code imports is not in it",
    severity: Severity::Error,
    why: "A bundle has its Python code compiled, in an archive or as files, and its extension modules as files. Followed are \
          the imports that certainly run: from the program's scripts and the outermost packages down, those that no \
          condition, function or handler may pass over. One that leads to a module which is nowhere in the bundle ends in \
          ModuleNotFoundError: somebody has deleted the file (virus scanners do), or the bundler was told to leave it out.",
    remedy: "Build the bundle again, and see to it that nothing takes the file away.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(bundle) = &facts.survey.target.bundle else { return };
    for Gone { module, way, is_script } in gone(facts) {
        let program = facts.survey.shown(&bundle.program);
        let mut finding = Finding::at(&RULE, Severity::Error, program, module.clone());
        finding.node = facts.survey.world.open(&bundle.program).ok().and_then(|file| facts.survey.graph.file(file));
        let (first, last) = (&way[0], &way[way.len() - 1]);
        let fails = if is_script { format!("{first} fails at its start") } else { format!("import {first} fails") };
        let who = if first == last { "it".to_owned() } else { last.clone() };
        finding.message = format!("{fails}: {who} imports {module}, which is nowhere in the bundle");
        finding.breaks = 1;
        finding.remedy = name_to_bundler(facts, "", &module).unwrap_or_default();
        let chain = [way, vec![module]].concat().join(" → ");
        finding.evidence.push(Evidence::Header { name: "imported", value: Name::from(&chain) });
        findings.push(finding);
    }
}
