//! A library that an import needs is not found.

use rustc_hash::FxHashMap;

use crate::command::Remedy;
use crate::command::templates::LINK;
use crate::diagnose::missing::{Cause, Missing, missing, refused};
use crate::diagnose::remedies::{add_rpath, argument, install, reinstall, unpacked};
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::diagnose::{dylib, windows};
use crate::discover::{DistributionId, Kind};
use crate::image::{Format, ImageKind, Name};
use crate::loader::Refusal;
use crate::rule::RuleId;
use crate::survey::ImportKind;
use crate::vfs::VPath;
use crate::world::{Absent, FileId};

pub(super) static RULE: Rule = Rule {
    id: RuleId::LIBRARY_MISSING,
    title: "library not found",
    severity: Severity::Error,
    why: "A loader satisfies every name in a file's import list (DT_NEEDED, LC_LOAD_DYLIB) before the file's code runs; one \
          name that no place on the search path has ends the import with “cannot open shared object file” or “Library \
          not loaded”. The search path of each need is the loader's own. Linux, ld.so(8): rpath of the file and of those \
          that load it, LD_LIBRARY_PATH, runpath, the cache, the default directories. macOS, dyld(1): @loader_path, and \
          for @rpath the LC_RPATHs of the file, of those that load it and of the program. Windows, “Dynamic-link library \
          search order”: the folder of the module, that of python.exe, those given to os.add_dll_directory, System32; neither \
          PATH nor the working directory.",
    remedy: "Install what ships the library, reinstall the package that lost it, or add its folder to the search \
             path: an RPATH, on Windows os.add_dll_directory.",
    check,
};

/// Of one file so many names at most tell where they were looked for: each takes an import of its own to tell.
const MOST_TOLD: usize = 32;

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let mut told = FxHashMap::<FileId, usize>::default();
    for (name, missing) in missing(facts) {
        let Some((first, need, imports)) = missing.wanted.first() else { continue };
        let Some(mut finding) = judge(facts, &name, &missing, *first) else { continue };
        let told = told.entry(*first).or_default();
        *told += 1;
        if *told <= MOST_TOLD {
            let import = imports.first().copied().unwrap_or(0);
            finding.evidence.insert(0, Evidence::Need { file: *first, need: *need, import });
        }
        findings.push(finding);
    }
}

/// One name that is missing; `first` is the file that most imports miss it in.
fn judge(facts: &Facts, name: &Name, missing: &Missing, first: FileId) -> Option<Finding> {
    if is_of_a_program_that_does_not_start(facts, name) {
        return None;
    }
    let name = &missing.spelled(facts).unwrap_or_else(|| name.clone());
    let (severity, context) = severity(facts, name, first, missing);
    // What comes with the same package loads in its importers' context; that it does not by itself harms nobody.
    let is_own = |file: &FileId| facts.owner(*file) == facts.owner(first);
    if severity == Severity::Info && facts.providers(name).iter().any(is_own) {
        return None;
    }
    let mut finding = Finding::about(facts, &RULE, severity, first).breaking(facts, &missing.imports());
    let by = finding.who(missing.wanted.len());
    finding.subject = name.to_string();
    finding.node = facts.survey.graph.name(name).or(finding.node);
    finding.files = missing.wanted.iter().map(|(file, _, _)| facts.path(*file)).collect();
    finding.files.dedup();
    let (reason, remedy, evidence) = with_requirements(facts, name, first, cause(facts, name, first));
    let chain = windows::chain(facts, name, first, &facts.modules(&missing.imports()));
    finding.message = format!("{name}, needed by {by}, is not found{reason}{context}{chain}");
    finding.remedy = remedy;
    finding.evidence = evidence;
    let module = imports_first(facts, missing).unwrap_or(first);
    finding.evidence.extend(windows::preparations(facts, module));
    let build_abort =
        missing.wanted.iter().find_map(|(file, _, _)| facts.build_aborts().get(file)).filter(|it| it.name == *name);
    if let (Some(build_abort), Some(tool)) = (build_abort, facts.survey.target.overrides.tool) {
        finding.severity = Severity::Error;
        finding.message += &format!("; {tool} stops at it");
        finding.prints = Some(build_abort.message.clone());
    }
    Some(finding)
}

/// What the program of a bundle opens itself and does not find is told once, and by another rule.
fn is_of_a_program_that_does_not_start(facts: &Facts, name: &Name) -> bool {
    facts.survey.target.bundle.is_some() && {
        let asked = name.without_case();
        facts.survey.target.notes.iter().any(|note| Name::from(note.path.file_name()).without_case() == asked)
    }
}

/// The module whose import comes first among those that miss a name.
fn imports_first(facts: &Facts, missing: &Missing) -> Option<FileId> {
    let modules = facts.modules(&missing.imports());
    modules.first().map(|&import| facts.survey.imports[import].file)
}

/// A wheel that is looked at by itself lacks what the wheels that it requires would bring.
fn with_requirements(facts: &Facts, name: &Name, by: FileId, (reason, mut remedy, evidence): Cause) -> Cause {
    let is_alone = facts.survey.target.kind == Kind::Wheel && evidence.is_empty() && !windows::is_no_package_s(name);
    let absent = if is_alone { facts.absent_requirements(by).join(", ") } else { String::new() };
    if absent.is_empty() {
        return (reason, remedy, evidence);
    }
    remedy.text = format!("scan the wheels that it requires too; otherwise {}", remedy.text);
    (format!("{reason}; the wheel requires {absent}, which was not searched"), remedy, evidence)
}

/// Severity follows reach.
fn severity(facts: &Facts, name: &Name, by: FileId, missing: &Missing) -> (Severity, String) {
    let imports = missing.imports();
    let modules = facts.modules(&imports);
    if !modules.is_empty() {
        if windows::may_be_installed(facts, name) {
            return (Severity::Warning, String::new());
        }
        if let Some(line) = windows::unclear(facts, by) {
            let source = facts.survey.shown(&line.source);
            let context = format!("; {source}:{} adds a folder that cannot be evaluated", line.line);
            return (Severity::Warning, context);
        }
        return (Severity::Error, String::new());
    }
    let kind = |import: &usize| &facts.survey.imports[*import].kind;
    if imports.iter().any(|import| *kind(import) == ImportKind::Interpreter) {
        return (Severity::Error, "; the interpreter itself cannot start".into());
    }
    if imports.iter().any(|import| *kind(import) == ImportKind::Program) {
        return (Severity::Warning, "; a program of the environment cannot start".into());
    }
    // What a module of its own package has loaded before, a plugin finds by its name.
    let is_brought = |file: FileId| facts.providers(name).iter().any(|&provider| is_brought(facts, file, provider));
    if missing.wanted.iter().any(|(file, _, _)| facts.is_named(*file) && !is_brought(*file)) {
        return (Severity::Warning, "; Python code loads that file by its name".into());
    }
    // What opens plugins goes on without them, or ends: `libqxcb.so` is the only window that Qt has on many a system.
    let roots = imports.iter().map(|&import| facts.survey.imports[import].file);
    match roots.filter(|&file| facts.is_plugin(file) && !is_brought(file)).map(|file| facts.path(file)).min() {
        Some(plugin) => {
            let name = VPath::new(plugin.file_name());
            (Severity::Warning, format!("; {name} is a plugin that its package opens on demand"))
        }
        None => (Severity::Info, "; no import reaches it".into()),
    }
}

/// Does importing the package that a file belongs to load this library of its own?
fn is_brought(facts: &Facts, file: FileId, provider: FileId) -> bool {
    let owner = facts.owner(file);
    let loads = |&import: &usize| {
        let import = &facts.survey.imports[import];
        import.module().is_some() && import.loads.unmet.is_empty() && facts.owner(import.file) == owner
    };
    owner.is_some() && facts.owner(provider) == owner && facts.imports_loading(provider).iter().any(loads)
}

/// Why the name is missing, what mends it, and what shows it.
fn cause(facts: &Facts, name: &Name, by: FileId) -> Cause {
    if let Some(cause) = unusable(facts, name, by) {
        return cause;
    }
    let of_format = match facts.survey.world.host.system.format() {
        Some(Format::MachO) => Some(dylib::cause(facts, name, by)),
        Some(Format::Pe) => windows::cause(facts, name, by),
        Some(Format::Elf) | None => None,
    };
    if let Some(cause) = of_format {
        return cause;
    }
    let file = |path: &VPath, what| vec![Evidence::File { path: facts.survey.shown(path), what }];
    if let Some(item) = facts.broken_items().find(|item| item.path.file_name() == &**name) {
        let why = match &item.found {
            Err(Absent::Dangling { target }) => {
                format!(": {} is a link to {target}, which does not exist", facts.survey.shown(&item.path))
            }
            Err(Absent::Loop) => format!(": {} is a circular link", facts.survey.shown(&item.path)),
            _ => String::new(),
        };
        if !why.is_empty() {
            let remedy = owner_of(facts, &item.path, by).map_or_else(Remedy::default, |owner| reinstall(facts, owner));
            return (why, remedy, file(&item.path, "link target not found"));
        }
    }
    let is_gone = |path: &&VPath| path.file_name() == &**name && facts.survey.world.open(path) == Err(Absent::Missing);
    let mut distributions = facts.survey.distributions.iter();
    let recorded = distributions.find_map(|(id, distribution)| Some((id, distribution.recorded.iter().find(is_gone)?)));
    let providers = facts.providers(name).iter().copied();
    let mut providers = providers.filter(|&provider| provider != by && facts.is_loadable(provider));
    let is_own = |provider: &FileId| facts.owner(*provider) == facts.owner(by);
    if let Some(provider) = providers.clone().find(is_own) {
        return misplaced(facts, name, by, provider);
    }
    if let Some((owner, path)) = recorded {
        let distribution = facts.survey.distributions.get(owner);
        let shown = facts.survey.shown(path);
        // Its name has been said.
        let place = match shown.parent().filter(|_| shown.file_name() == &name[..]) {
            Some(folder) => format!("in {folder}"),
            None => format!("as {shown}"),
        };
        let reason = format!("; {} installed it {place}, but the file is missing", distribution.name);
        return (reason, reinstall(facts, owner), file(path, "recorded, but missing"));
    }
    // Repair tools put a hash into the names of what they bring along: such a name comes with the package or not at all.
    let is_vendored = name.content_hash().is_some();
    if let Some(owner) = facts.owner(by).filter(|_| is_vendored) {
        return ("; its package should include it".into(), reinstall(facts, owner), Vec::new());
    }
    let remedy = install(facts, &name.to_string());
    match providers.next().map(|provider| facts.path(provider)) {
        // What another package brings for itself is a hint, not a cure.
        Some(other) => {
            let evidence = vec![Evidence::File { path: other.clone(), what: "another package's" }];
            (format!("; another package includes {other}, which is not on the search path"), remedy, evidence)
        }
        None => (String::new(), remedy, Vec::new()),
    }
}

/// A file of the environment bears the name, could be loaded, and satisfies no need.
fn unusable(facts: &Facts, name: &Name, by: FileId) -> Option<Cause> {
    let (file, Refusal::Kind(words)) = refused(facts, by, name)? else { return None };
    let owner = facts.owner(file)?;
    let path = facts.path(file);
    let is_bundle = facts.survey.world.file(file).image.as_ref()?.kind == ImageKind::Bundle;
    let remedy = match is_bundle {
        true => Remedy::new("link the library with -dynamiclib instead of -bundle"),
        false => reinstall(facts, owner),
    };
    let evidence = vec![Evidence::File { path: path.clone(), what: "refused" }];
    Some((format!("; {path} exists, but the loader refuses it: {words}"), remedy, evidence))
}

/// The package has the library itself, under another name or off the search path.
fn misplaced(facts: &Facts, name: &Name, by: FileId, provider: FileId) -> Cause {
    let path = facts.survey.world.file(provider).path.clone();
    let shown = facts.survey.shown(&path);
    let evidence = |what| vec![Evidence::File { path: shown.clone(), what }];
    if path.file_name() != &**name {
        let link = path.parent().unwrap_or_default().join(name);
        let command = LINK.with(&[&path.file_name(), &argument(facts, &link)]);
        let text = format!("rename the file to the requested name{}", unpacked(facts));
        let remedy = Remedy::new(text).fix(command);
        return (format!("; {shown} has that soname under another file name"), remedy, evidence("has the soname"));
    }
    let from = facts.survey.world.file(by).path.clone();
    let mut remedy = add_rpath(facts, &from, &path);
    if let Some(entry) = one_level_short(facts, by, &path) {
        let maturin = facts.owner(by).map(|owner| facts.survey.distributions.get(owner).generator.as_str());
        let maturin = maturin.filter(|generator| generator.starts_with("maturin"));
        // maturin 1.9.0 is the first to count every dot of the module's name (`module-name` in pyproject.toml).
        let writer = maturin.map_or_else(String::new, |this| {
            remedy.text = format!("rebuild with maturin 1.9.0 or later, or {}", remedy.text);
            format!("; maturin before 1.9.0 writes it so for modules in packages of packages, and {this} made this one")
        });
        let reason = format!("; the search path {entry} is one level short of {shown}{writer}");
        return (reason, remedy, evidence("one folder further up"));
    }
    (format!("; {shown} exists, but is not on the search path"), remedy, evidence("not on the search path"))
}

/// The entry of a file's search path that would lead to another file if it went up once more.
fn one_level_short(facts: &Facts, by: FileId, to: &VPath) -> Option<Name> {
    let content = facts.survey.world.file(by);
    let image = content.image.as_ref()?;
    let (origin, folder) = (content.path.parent()?, to.parent()?);
    let list = image.runpath.as_ref().or(image.rpath.as_ref())?;
    let leads_past = |entry: &&[u8]| {
        let below = entry.strip_prefix(b"$ORIGIN/").filter(|below| below.starts_with(b".."));
        below.is_some_and(|below| origin.join("..").join(below).folded() == folder)
    };
    list.split(|&byte| byte == b':').find(leads_past).map(Name::from)
}

/// Whose a path is: by record, else whoever brought the file that wants it.
fn owner_of(facts: &Facts, path: &VPath, by: FileId) -> Option<DistributionId> {
    let recorded = facts.survey.distributions.iter().find(|(_, distribution)| distribution.recorded.contains(path));
    recorded.map(|(id, _)| id).or_else(|| facts.owner(by))
}
