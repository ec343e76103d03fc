//! What findings mean for imports: the word of the simulated interpreter on each.
//!
//! A rule knows a file and what is wrong with it; which imports fail by that, only the interpreter knows
//! ([`crate::imports`]): those that its code brings in, through the modules of other packages, and not those that catch it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::fold::{fold_numpy_missing, gone_modules};
use super::rules::{MAY_LOAD_FOR_ALL, OF_IMPORTS};
use super::{Evidence, Facts, Finding, Line, RULES, Severity};
use crate::command::Remedy;
use crate::imports::{
    EarlierCopy, Harmless, ImportCause, ImportFailure, ImportOutcome, ImportVerdict, LoadedBy, Outcomes,
};
use crate::loader;
use crate::python::top;
use crate::rule::RuleId;
use crate::survey::ImportOf;
use crate::vfs::VPath;

/// The rule on versions that a package requires: where its own code ends an import, they are the cause.
const REQUIREMENT: RuleId = RuleId::REQUIREMENT_UNMET;

/// Imports that fail by one cause.
pub struct BrokenImports {
    pub failure: ImportFailure,
    /// The modules and packages, by name.
    pub modules: Vec<String>,
    /// The first of them that somebody misses.
    pub missed: Option<String>,
}

impl BrokenImports {
    /// How bad it is by that alone.
    pub fn severity(&self) -> Severity {
        if self.missed.is_some() { Severity::Error } else { Severity::Info }
    }

    /// The import that people are told of.
    pub fn first(&self) -> &str {
        self.missed.as_deref().unwrap_or_else(|| &self.modules[0])
    }
}

/// The imports that fail, by what they fail of.
pub(super) fn broken(outcomes: &Outcomes) -> Vec<BrokenImports> {
    let mut groups = BTreeMap::<(ImportCause, Option<&VPath>, &str), BrokenImports>::new();
    for row in outcomes.rows.iter().filter(|row| row.verdict == ImportVerdict::Fails) {
        let Some(failure) = &row.failure else { continue };
        let key = (failure.cause, failure.file.as_ref(), failure.subject.as_str());
        let new = || BrokenImports { failure: failure.clone(), modules: Vec::new(), missed: None };
        let group = groups.entry(key).or_insert_with(new);
        group.modules.push(row.module.clone());
        if row.is_missed() {
            group.missed.get_or_insert_with(|| row.module.clone());
        }
    }
    groups.into_values().collect()
}

/// Tells of each finding which imports it breaks in truth, and how bad it is by that; adds what no rule has found.
pub fn settled(facts: &Facts, mut findings: Vec<Finding>) -> Vec<Finding> {
    if facts.outcomes.rows.is_empty() && facts.outcomes.programs.is_empty() {
        findings.iter_mut().for_each(|finding| soften_by_text(facts, finding));
        settle_preloads(&mut findings, |_| true);
        fold_numpy_missing(facts, &mut findings);
        return findings;
    }
    let of_imports: Vec<Finding> = OF_IMPORTS.iter().flat_map(|rule| super::ask(rule, facts)).collect();
    let is_new = |found: &Finding| !findings.iter().any(|known| tells_of_numpy(known, &found.subject));
    let new: Vec<Finding> = of_imports.into_iter().filter(is_new).collect();
    findings.extend(new);
    let places = Places::new(facts, &findings);
    for group in facts.broken() {
        let about = places.of(facts, group).into_iter();
        let about = about.filter_map(|at| Some((fit(facts, &findings[at], group)?, at)));
        let at = match about.max_by_key(|&(fit, at)| (fit, Reverse(at))) {
            Some((_, at)) => at,
            None => {
                findings.extend(unforeseen(facts, group));
                continue;
            }
        };
        let finding = &mut findings[at];
        if group.missed.is_some() && !is_unsure(facts, finding) {
            finding.severity = Severity::Error;
        }
        if finding.rule.id == REQUIREMENT {
            finding.message += &format!("; import {} fails: {}", group.first(), group.failure.subject);
        }
        if let Some(earlier) = &group.failure.earlier {
            let (library, copy) = (&earlier.library, facts.survey.shown(&earlier.path));
            let who = loaded_by(facts, earlier).map_or_else(String::new, |who| format!(", {who}"));
            finding.message += &format!("; import {} gets {copy} for {library}{who}", group.first());
            finding.evidence.extend(evidence_of(facts, earlier));
        }
        finding.broken.extend(group.modules.iter().cloned());
        // What fails by a module that is not there is found from its node.
        if group.failure.cause == ImportCause::ModuleMissing {
            finding.node = facts.survey.graph.module(group.failure.subject.as_bytes()).or(finding.node);
        }
    }
    for finding in &mut findings {
        tell_first_import(facts, finding);
        soften(facts, finding);
        soften_unasked_build(facts, finding);
        let broken = finding.order_broken(facts);
        // A module that is gone has no row.
        finding.breaks = if finding.imports.is_empty() { finding.breaks.max(broken) } else { broken };
    }
    // Code that seems to load a library before it is needed does so or does not.
    settle_preloads(&mut findings, |missing| missing.broken.is_empty() && missing.severity != Severity::Error);
    fold_numpy_missing(facts, &mut findings);
    findings
}

/// Where in the list the findings are that imports may fail of.
struct Places {
    /// By the files that they are about, as these are shown.
    by_file: FxHashMap<VPath, Vec<usize>>,
    /// By their subjects.
    by_subject: FxHashMap<String, Vec<usize>>,
    /// Those about modules that are gone, by the modules.
    by_module: FxHashMap<String, Vec<usize>>,
    /// Those about NumPy.
    of_numpy: Vec<usize>,
}

impl Places {
    fn new(facts: &Facts, findings: &[Finding]) -> Places {
        let (mut by_file, mut by_subject) = (FxHashMap::<VPath, Vec<usize>>::default(), FxHashMap::default());
        let (mut by_module, mut of_numpy) = (FxHashMap::<String, Vec<usize>>::default(), Vec::new());
        for (at, finding) in findings.iter().enumerate() {
            by_file.entry(finding.file.clone()).or_default().push(at);
            for file in finding.files.iter().filter(|file| **file != finding.file) {
                by_file.entry(file.clone()).or_default().push(at);
            }
            by_subject.entry(finding.subject.clone()).or_insert_with(Vec::new).push(at);
            if finding.rule.id.is_of_numpy() {
                of_numpy.push(at);
            }
            for module in gone_modules(facts, finding) {
                by_module.entry(module).or_default().push(at);
            }
        }
        Places { by_file, by_subject, by_module, of_numpy }
    }

    /// The findings that may be about these imports.
    fn of(&self, facts: &Facts, group: &BrokenImports) -> BTreeSet<usize> {
        let failure = &group.failure;
        let at = |places: Option<&Vec<usize>>| places.cloned().unwrap_or_default();
        match failure.cause {
            ImportCause::ModuleMissing => {
                let [subject, module] = [&self.by_subject, &self.by_module].map(|by| at(by.get(&failure.subject)));
                subject.into_iter().chain(module).chain(self.of_numpy.iter().copied()).collect()
            }
            ImportCause::NumpyMissing | ImportCause::NumpyAbi | ImportCause::NumpyTooOld => {
                self.of_numpy.iter().copied().collect()
            }
            _ => {
                let real = |file: &VPath| facts.survey.world.open(file).ok().map(|file| facts.path(file));
                let requiring = facts.requiring(failure).map(|by| facts.survey.distributions.get(by));
                let requiring = requiring.and_then(|by| by.metadata.as_ref()).map(|folder| facts.survey.shown(folder));
                let files = failure.file.iter().flat_map(|file| [Some(facts.survey.shown(file)), real(file)]).flatten();
                files.chain(requiring).flat_map(|file| at(self.by_file.get(&file))).collect()
            }
        }
    }
}

/// Of a library that no search finds and that code seems to load first, keeps what is true of it: it is missing, or it works.
fn settle_preloads(findings: &mut Vec<Finding>, works: impl Fn(&Finding) -> bool) {
    let is_of = |rule: RuleId| move |finding: &&Finding| finding.rule.id == rule;
    let key = |finding: &Finding| (finding.rule.id, finding.file.clone(), finding.subject.clone());
    let mut told = Vec::new();
    for preloaded in findings.iter().filter(is_of(RuleId::LIBRARY_PRELOADED)) {
        let is_same = |missing: &&Finding| missing.subject == preloaded.subject && missing.file == preloaded.file;
        if let Some(missing) = findings.iter().filter(is_of(RuleId::LIBRARY_MISSING)).find(is_same) {
            told.push(key(if works(missing) { missing } else { preloaded }));
        }
    }
    findings.retain(|finding| !told.contains(&key(finding)));
}

/// Whether Windows has a library, no file of the environment says.
fn is_unsure(facts: &Facts, finding: &Finding) -> bool {
    loader::traits(&facts.survey.world.host.system).is_system_unsure && finding.severity == Severity::Warning
}

/// How well a finding at the place of what imports fail of fits it; none where it is about something else.
fn fit(facts: &Facts, finding: &Finding, group: &BrokenImports) -> Option<(bool, bool, Severity)> {
    let failure = &group.failure;
    let is_named = finding.subject == failure.subject;
    // A module that a bundle lacks has a rule of its own.
    let is_lacking = failure.cause == ImportCause::ModuleMissing && finding.rule.id == RuleId::BUNDLE_INCOMPLETE;
    let is_ruled = is_lacking || finding.rule.id == failure.cause.rule();
    let is_of_capi =
        || finding.rule.id.is_of_numpy() && finding.severity > Severity::Info && asks(facts, finding, failure);
    let is_about = match failure.cause {
        ImportCause::ModuleMissing => {
            // Code for another NumPy may miss the module, too, by which it asks for the C API.
            let is_of_numpy = failure.subject.split('.').next() == Some("numpy");
            is_module(facts, finding, &failure.subject) || is_ruled && is_named || is_of_numpy && is_of_capi()
        }
        ImportCause::NumpyMissing | ImportCause::NumpyAbi | ImportCause::NumpyTooOld => is_of_capi(),
        _ => {
            let is_grave = finding.rule.severity == Severity::Error && finding.severity > Severity::Info;
            is_named || is_ruled || is_grave || finding.rule.id == REQUIREMENT
        }
    };
    is_about.then_some((is_named, is_ruled, finding.severity))
}

/// Is a finding about the file of this module?
fn is_module(facts: &Facts, finding: &Finding, module: &str) -> bool {
    tells_of_numpy(finding, module) || gone_modules(facts, finding).iter().any(|gone| gone == module)
}

/// Does a rule about NumPy tell that this module of it is not there?
fn tells_of_numpy(finding: &Finding, module: &str) -> bool {
    let is_numpy = match finding.rule.id {
        RuleId::NUMPY_MODULE_MISSING => finding.subject == module,
        id => id == RuleId::NUMPY_MISSING,
    };
    is_numpy && finding.severity > Severity::Info && module.split('.').next() == Some("numpy")
}

/// Is a finding about the module that asks for NumPy in vain?
fn asks(facts: &Facts, finding: &Finding, failure: &ImportFailure) -> bool {
    let Some(asking) = failure.because.iter().rev().nth(1) else { return false };
    let is_it = |import: &ImportOf| import.module() == Some(asking);
    let is_asking = |&import: &usize| is_it(&facts.survey.imports[import]);
    let file = facts.survey.imports.iter().find(|import| is_it(import));
    finding.imports.iter().any(is_asking) || file.is_some_and(|it| finding.files.contains(&facts.path(it.file)))
}

/// What fails only in the company of what was imported before: no rule that looks at a file alone can find it.
fn unforeseen(facts: &Facts, group: &BrokenImports) -> Option<Finding> {
    let failure = &group.failure;
    let rule = *RULES.iter().find(|rule| rule.id == failure.cause.rule()).filter(|_| failure.cause.is_native())?;
    let file = failure.file.as_ref()?;
    // That the program's own library of Python is gone is a note of the bundle.
    let is_subject = |path: &VPath| path.file_name().eq_ignore_ascii_case(failure.subject.as_bytes());
    if facts.survey.target.bundle.is_some() && facts.python().opens.iter().any(is_subject) {
        return None;
    }
    let severity = group.severity().max(Severity::Warning);
    let mut finding = match facts.survey.world.open(file) {
        Ok(file) => Finding::about(facts, rule, severity, file),
        Err(_) => Finding::at(rule, severity, facts.survey.shown(file), failure.subject.clone()),
    };
    finding.subject.clone_from(&failure.subject);
    let what = match &failure.earlier {
        Some(earlier) => {
            let (library, copy) = (&earlier.library, facts.survey.shown(&earlier.path));
            finding.evidence.extend(evidence_of(facts, earlier));
            finding.remedy = Remedy::new(format!(
                "install releases that share one copy of {library}, or import {} before what loads {copy}",
                failure.because.iter().rev().nth(1).map_or(group.first(), String::as_str)
            ));
            let who = loaded_by(facts, earlier).map_or_else(String::new, |who| format!(", {who}"));
            format!(
                "it needs {} of {library}, and the process already has {copy}{who}, which lacks it",
                failure.subject
            )
        }
        None => format!("{}, {}; by itself the file loads", failure.cause.phrase(), failure.subject),
    };
    let way = failure.because.join(" → ");
    finding.message = format!("import {} fails at {}: {what} ({way})", group.first(), finding.file);
    finding.broken.clone_from(&group.modules);
    Some(finding)
}

/// Says which package has to be imported first where that is all that an import misses, and whether code of its package does it.
fn tell_first_import(facts: &Facts, finding: &mut Finding) {
    if !matches!(finding.rule.id, RuleId::LIBRARY_MISSING | RuleId::SYMBOL_UNDEFINED) {
        return;
    }
    let rows = finding.imports.iter().filter_map(|&import| {
        let row = facts.outcomes.of(name_of(facts, import)?)?;
        Some((import, row, row.loads_after.as_ref()?))
    });
    let Some((import, row, package)) = rows.max_by_key(|(import, row, _)| (row.is_missed(), Reverse(*import))) else {
        return;
    };
    let own = top(&row.module);
    let folder = facts.package_folder(facts.survey.imports[import].file);
    let line = folder.and_then(|folder| facts.sources.package_import(&folder, package));
    let code = match &line {
        Some(Line { path, number, .. }) => {
            format!("{}:{number} imports {package}, but not before {}", facts.survey.shown(path), row.module)
        }
        None => format!("no code of {own} imports {package}"),
    };
    finding.message += &format!("; import {} loads after import {package}, and {code}", row.module);
    if let Some(Line { path, number, text }) = line {
        finding.evidence.push(Evidence::Line { path: facts.survey.shown(&path), number, text });
    }
    finding.remedy =
        Remedy::new(format!("import {package} before {}, best at the start of {own}'s own code", row.module));
}

/// Who loaded the copy of a library that answers for another, and through which import; none where the interpreter did.
pub(super) fn loaded_by(facts: &Facts, earlier: &EarlierCopy) -> Option<String> {
    let LoadedBy { module, file, line } = earlier.loader.as_ref()?;
    let place = facts.survey.shown(file);
    Some(match file.as_bytes().is_empty() {
        true => format!("loaded by {module}"),
        false => format!("loaded by {module} at {place}:{line}"),
    })
}

/// The copy that answers for another, and the line that brought it in.
pub(super) fn evidence_of(facts: &Facts, earlier: &EarlierCopy) -> Vec<Evidence> {
    let copy = Evidence::File { path: facts.survey.shown(&earlier.path), what: "loaded first" };
    let line = earlier.loader.as_ref().and_then(|by| line_of(facts, &by.file, by.line));
    [Some(copy), line].into_iter().flatten().collect()
}

/// An error that keeps no import from succeeding, or only those that nobody misses, is none.
fn soften(facts: &Facts, finding: &mut Finding) {
    let names: Vec<&str> = finding.imports.iter().filter_map(|&import| name_of(facts, import)).collect();
    let rows: Option<Vec<&ImportOutcome>> = names.iter().map(|name| facts.outcomes.of(name)).collect();
    let Some(rows) = rows.filter(|rows| !rows.is_empty()) else { return };
    let is_asked_again = finding.rule.id == RuleId::SYMBOL_UNDEFINED && facts.survey.binds_by_scope();
    if is_asked_again && finding.severity == Severity::Warning && rows.iter().all(|row| row.verdict.is_success()) {
        finding.severity = Severity::Info;
        let module = &rows[0].module;
        finding.message = finding.message.replace(MAY_LOAD_FOR_ALL, "");
        finding.message += &format!("; import {module} loads, by what its package loads before");
        return;
    }
    if finding.severity != Severity::Error || finding.prints.is_some() {
        return;
    }
    let missed: Vec<&&ImportOutcome> = rows.iter().filter(|row| row.is_missed()).collect();
    if !missed.is_empty() && !finding.broken.is_empty() {
        return;
    }
    // It fails for something else first, and then for this: one load misses several things, or what is imported before ends it.
    let (having, lacking): (Vec<&&ImportOutcome>, Vec<&&ImportOutcome>) =
        missed.into_iter().partition(|row| has_by_then(finding, row));
    if !lacking.is_empty() {
        finding.broken = lacking.iter().map(|row| row.module.clone()).collect();
        return soften_by_text(facts, finding);
    }
    if let Some(row) = having.first() {
        finding.severity = Severity::Info;
        finding.message += &format!("; import {} finds it loaded by what is imported before", row.module);
        return;
    }
    let failing = rows.iter().find(|row| row.verdict == ImportVerdict::Fails);
    let module = failing.or(rows.first()).map_or("", |row| &row.module);
    let words = match failing.and_then(|row| row.harmless.as_ref()) {
        Some(Harmless::Caught { file, line }) => {
            let source = facts.survey.shown(file);
            finding.evidence.extend(line_of(facts, file, *line));
            format!("{source}:{line} imports {module}, and its package goes on without it")
        }
        Some(Harmless::Unasked) => format!("no code of its package imports {module}"),
        Some(Harmless::Optional) => format!("{module} is for those who install what it wants"),
        Some(Harmless::After { package }) => format!("import {module} loads after import {package}"),
        None if rows.iter().any(|row| row.verdict == ImportVerdict::Unknown) => {
            format!("whether import {module} fails by it cannot be told from the files")
        }
        None => {
            finding.severity = Severity::Info;
            finding.message += &format!("; import {module} loads all the same, by what its package loads before");
            return;
        }
    };
    finding.severity = Severity::Warning;
    finding.message += &format!("; {words}");
}

/// Does an import that fails for want of another library have this one, because what is imported before has loaded it?
fn has_by_then(finding: &Finding, row: &ImportOutcome) -> bool {
    if finding.rule.id != RuleId::LIBRARY_MISSING {
        return false;
    }
    // Only of the module's own load is it known what all it misses.
    let Some(failure) = row.failure.as_ref().filter(|failure| is_own_load(row, failure)) else { return false };
    let file_name = |name: &str| name.rsplit(['/', '\\']).next().map(str::to_ascii_lowercase);
    !failure.unmet.is_empty() && !failure.unmet.iter().any(|name| file_name(name) == file_name(&finding.subject))
}

/// Is it the module itself that the loader refuses, and no module that its import brings in?
fn is_own_load(row: &ImportOutcome, failure: &ImportFailure) -> bool {
    failure.cause == ImportCause::LibraryMissing && failure.because.iter().rev().nth(1) == Some(&row.module)
}

/// A module built for another Python that no code of its package names is nobody's miss: a library for
/// `torch.ops.load_library` may bear such a name.
fn soften_unasked_build(facts: &Facts, finding: &mut Finding) {
    let is_open = finding.severity == Severity::Error && finding.broken.is_empty();
    if finding.rule.id != RuleId::EXTENSION_FOR_OTHER_PYTHON || !is_open {
        return;
    }
    let [module] = &gone_modules(facts, finding)[..] else { return };
    let Some((_, stem)) = module.rsplit_once('.') else { return };
    // A package that has nothing but libraries for ctypes is among these.
    let mut packages = facts.outcomes.rows.iter().chain(&facts.outcomes.libraries);
    if !packages.any(|row| row.module == top(module) && row.verdict.is_success()) {
        return;
    }
    let path = facts.survey.target.root.join(finding.file.as_bytes());
    let Some(folder) = facts.survey.world.open(&path).ok().and_then(|file| facts.package_folder(file)) else { return };
    if !facts.sources.mentioned(&folder, &[stem.as_bytes()])[0] {
        finding.severity = Severity::Warning;
        finding.breaks = 0;
        finding.message += "; no code of its package imports it";
    }
}

/// The same where no import was simulated, by the text of the package's sources.
fn soften_by_text(facts: &Facts, finding: &mut Finding) {
    if finding.severity != Severity::Error || finding.prints.is_some() || finding.imports.is_empty() {
        return;
    }
    let lines: Option<Vec<Line>> = finding.imports.iter().map(|&import| facts.optional(import)).collect();
    let Some(line) = lines.and_then(|lines| lines.into_iter().next()) else { return };
    let module = name_of(facts, finding.imports[0]).unwrap_or("the module");
    let place = facts.survey.shown(&line.path);
    finding.message += &format!("; {place}:{} imports {module} only where it may fail", line.number);
    finding.severity = Severity::Warning;
}

fn name_of<'a>(facts: &Facts<'a>, import: usize) -> Option<&'a str> {
    facts.survey.imports.get(import)?.module()
}

/// Longer sources are tables.
const MOST_BYTES: usize = 1 << 20;

/// A line of Python source, as evidence.
fn line_of(facts: &Facts, file: &VPath, line: u32) -> Option<Evidence> {
    let bytes = facts.survey.world.fs().read(file, MOST_BYTES).ok()?;
    let number = line as usize;
    let text = bytes.split(|&byte| byte == b'\n').nth(number.checked_sub(1)?)?;
    let text = String::from_utf8_lossy(text).trim().to_owned();
    Some(Evidence::Line { path: facts.survey.shown(file), number, text })
}
