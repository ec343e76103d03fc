//! A module needs a symbol that nothing in its process defines.

mod flat;

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::bind::demangled;
use crate::command::Remedy;
use crate::command::templates::PIP_BINARY_ALONE;
use crate::diagnose::near_symbol::{Near, near};
use crate::diagnose::remedies::reinstall;
use crate::diagnose::stable_abi::is_python_s;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::Kind;
use crate::image::{Name, Reference};
use crate::loader::{self, Binding};
use crate::rule::RuleId;
use crate::survey::{ImportKind, ProgramSymbol, UnboundSymbol};
use crate::vfs::VPath;
use crate::world::{FileId, SymbolKey};

pub(super) static RULE: Rule = Rule {
    id: RuleId::SYMBOL_UNDEFINED,
    title: "undefined symbol",
    severity: Severity::Error,
    why: "On Linux, Python opens a module with RTLD_NOW: the loader looks up every symbol that the module and the \
          libraries it brings in name in their relocations, first in the program and its libraries, then in those of the \
          module. A strong symbol that none of them defines, in the version that is asked for, ends the import with \
          “undefined symbol” (ld.so(8), _dl_lookup_symbol_x in elf/dl-lookup.c). Mostly two packages were built for \
          different releases of a library. On macOS a symbol that the linker found in no library (-undefined \
          dynamic_lookup) is looked up in everything that is loaded; “symbol not found in flat namespace” ends the import. \
          Mostly the library was built for another processor, and the linker passed over it.",
    remedy: "Install builds that belong together.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let traits = loader::traits(&facts.survey.world.host.system);
    if !traits.checks_symbols || facts.survey.record.is_some() {
        return;
    }
    match traits.binding {
        Binding::Scopes | Binding::PlainScopes => {}
        Binding::TwoLevel => return flat::check(facts, findings),
        Binding::Dlls => return,
    }
    let mut by_file = BTreeMap::<VPath, Vec<UnboundSymbol>>::new();
    for unbound in facts.survey.unbound_symbols(&|name| preloaded(facts, name)) {
        if is_told_here(facts, &unbound) {
            by_file.entry(facts.path(unbound.file)).or_default().push(unbound);
        }
    }
    findings.extend(by_file.into_values().filter_map(|unbound| judge(facts, &unbound)));
    findings.extend(of_programs(facts));
}

/// What programs of the environment lack: what they call later is information, what they must have keeps them from starting.
fn of_programs(facts: &Facts) -> Vec<Finding> {
    let mut by_file = BTreeMap::<(VPath, bool), Vec<ProgramSymbol>>::new();
    for lacking in facts.survey.unbound_of_programs() {
        let content = facts.survey.world.file(lacking.file);
        let is_of_other_libc = content.image.as_ref().is_none_or(|image| facts.is_of_other_libc(image));
        let root = facts.survey.imports[lacking.import].file;
        if facts.is_loadable(root) && facts.owner(lacking.file).is_some() && !is_of_other_libc {
            by_file.entry((facts.path(lacking.file), lacking.is_deferred)).or_default().push(lacking);
        }
    }
    by_file.into_values().map(|lacking| of_program(facts, &lacking)).collect()
}

fn of_program(facts: &Facts, lacking: &[ProgramSymbol]) -> Finding {
    let first = &lacking[0];
    let severity = if first.is_deferred { Severity::Info } else { Severity::Warning };
    let mut finding = Finding::about(facts, &RULE, severity, first.file);
    let mut seen = FxHashSet::default();
    let names: Vec<&Reference> =
        lacking.iter().map(|it| &it.reference).filter(|it| seen.insert(it.name.clone())).collect();
    finding.subject = demangled(&names[0].name).unwrap_or_else(|| names[0].name.to_string());
    let (subject, more) = (finding.subject.clone(), more(names.len()));
    let end = match first.is_deferred {
        true => "it starts, and ends where it first calls that".to_owned(),
        false => format!("{} cannot start", facts.path(facts.survey.imports[first.import].file)),
    };
    finding.message =
        format!("{} needs {subject}{more}, which no library loaded by its program defines: {end}", finding.file);
    finding.remedy = match (first.is_deferred, facts.owner(first.file)) {
        (false, Some(owner)) => reinstall(facts, owner),
        _ => Remedy::new("no action needed unless the function is called"),
    };
    let symbols = names.iter().take(20).map(|it| Evidence::Header { name: "symbol", value: versioned(it) });
    finding.evidence.extend(symbols);
    finding
}

/// The file that Python code may load for a name that no search finds: the only one of the environment that bears it.
fn preloaded(facts: &Facts, name: &Name) -> Option<FileId> {
    let loadable: Vec<FileId> =
        facts.providers(name).iter().copied().filter(|&file| facts.is_loadable(file)).take(2).collect();
    match loadable[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// Does no other rule account for it?
fn is_told_here(facts: &Facts, unbound: &UnboundSymbol) -> bool {
    let content = facts.survey.world.file(unbound.file);
    let Some(image) = content.image.as_ref().filter(|_| facts.is_loadable(unbound.file)) else { return false };
    let root = facts.survey.imports[unbound.import].file;
    let is_other_libc = |file: FileId| {
        let file = facts.survey.world.file(file);
        file.image.as_ref().is_some_and(|image| facts.is_of_other_libc(image))
    };
    let is_fit = loader::traits(&facts.survey.world.host.system).loads_other_libcs
        || !is_other_libc(root) && !facts.is_of_other_libc(image);
    facts.is_loadable(root) && is_fit && !is_python_s(&unbound.reference.name) && !lacks_version(facts, unbound)
}

/// Does the file that the version is wanted of lack the version altogether? Then that is what the loader says.
fn lacks_version(facts: &Facts, unbound: &UnboundSymbol) -> bool {
    let Some(version) = &unbound.reference.version else { return false };
    let Some(from) = &version.from else { return false };
    let Some(node) = facts.survey.graph.file(unbound.file) else { return false };
    let needs = facts.survey.graph.needs(node).into_iter().filter(|(_, edge)| edge.name == *from);
    let mut providers = needs.filter_map(|(_, edge)| edge.resolution.file());
    providers.any(|provider| {
        let defined = facts.survey.world.defined_versions(provider);
        defined.is_some_and(|defined| !defined.contains(&version.name))
    })
}

/// What softens a finding where the package's code speaks of RTLD_GLOBAL.
pub const MAY_LOAD_FOR_ALL: &str = "; its package may load a library for all (RTLD_GLOBAL) first";

/// How the loader's complaint came about.
enum Cause {
    /// A file of the process has nearly the same symbol.
    Near(FileId, Near),
    /// A file of the environment defines it, and the import does not load that.
    Elsewhere(FileId),
    None,
}

/// One finding for all that one file lacks.
fn judge(facts: &Facts, unbound: &[UnboundSymbol]) -> Option<Finding> {
    let first = unbound.first()?;
    let mut imports: Vec<usize> = unbound.iter().map(|unbound| unbound.import).collect();
    imports.sort_unstable();
    imports.dedup();
    let mut names: Vec<&Reference> = Vec::new();
    let mut seen = FxHashSet::default();
    names.extend(unbound.iter().map(|unbound| &unbound.reference).filter(|it| seen.insert(it.name.clone())));
    let (told, cause) = telling(facts, first, &names);
    let (severity, context) = severity(facts, first, &cause)?;

    let mut finding = Finding::about(facts, &RULE, severity, first.file).breaking(facts, &imports);
    let more = more(names.len());
    let spelled = demangled(&told.name).unwrap_or_else(|| told.name.to_string());
    finding.subject = spelled.clone();
    let is_of_glibc =
        facts.survey.world.file(first.file).image.as_ref().is_some_and(|image| facts.is_of_other_libc(image));
    let reason = match (&cause, is_of_glibc) {
        (Cause::None, true) => "; it is built for glibc, and this interpreter runs on musl".into(),
        _ => reason(facts, &cause),
    };
    finding.message = format!(
        "{} needs {spelled}{more}, which no library loaded by its import defines{reason}{context}",
        finding.file
    );
    finding.remedy = match is_of_glibc.then(|| facts.owner(first.file)).flatten() {
        Some(owner) => {
            let pinned = facts.survey.distributions.get(owner).pinned();
            Remedy::new("install the musllinux wheel").fix(PIP_BINARY_ALONE.with(&[&pinned]))
        }
        None => remedy(facts, first.file, &cause),
    };
    if let Cause::Near(file, _) | Cause::Elsewhere(file) = &cause {
        let what = if matches!(cause, Cause::Near(..)) { "has a similar symbol" } else { "defines it" };
        finding.evidence.push(Evidence::File { path: facts.path(*file), what });
    }
    let symbols = names.iter().take(20).map(|it| Evidence::Header { name: "symbol", value: versioned(it) });
    finding.evidence.extend(symbols);
    Some(finding)
}

/// The words for all symbols but the first.
fn more(count: usize) -> String {
    match count {
        1 => String::new(),
        2 => " and 1 more symbol".into(),
        count => format!(" and {} more symbols", count - 1),
    }
}

/// The symbol that tells most: one that is nearly there, else one that is elsewhere, else the first.
fn telling<'a>(facts: &Facts, first: &UnboundSymbol, names: &[&'a Reference]) -> (&'a Reference, Cause) {
    /// Looking for what is near reads all names of a library.
    const MOST_ASKED: usize = 4;
    let import = &facts.survey.imports[first.import];
    let unmet = import.loads.unmet.iter().filter_map(|&(file, need)| {
        preloaded(facts, &facts.survey.world.file(file).image.as_ref()?.needs.get(need)?.name)
    });
    let loads: Vec<FileId> =
        unmet.chain(import.loads.loads.iter().copied()).filter(|&file| file != first.file).collect();
    for &name in names.iter().take(MOST_ASKED) {
        for &file in &loads {
            let symbols = facts.survey.world.dynamic_symbols(file);
            if let Some(found) = symbols.and_then(|symbols| near(&symbols, &name.name)) {
                return (name, Cause::Near(file, found));
            }
        }
    }
    for &name in names {
        let key = SymbolKey::hashed(&name.name, name.hash);
        let defines = |file: &FileId| {
            let symbols = facts.survey.world.dynamic_symbols(*file);
            symbols.is_some_and(|symbols| symbols.find(&key, &mut |definition| definition.section != 0))
        };
        let mut files: Vec<FileId> = facts.files().map(|(_, file, _, _)| file).filter(defines).collect();
        files.sort_by_cached_key(|&file| facts.path(file));
        if let Some(&file) = files.first() {
            return (name, Cause::Elsewhere(file));
        }
    }
    (names[0], Cause::None)
}

/// How bad it is, and the words for what softens it. None where Python code does what makes it load.
fn severity(facts: &Facts, first: &UnboundSymbol, cause: &Cause) -> Option<(Severity, String)> {
    let root = facts.survey.imports[first.import].file;
    // Only code that asks for RTLD_GLOBAL lets one module see another's symbols.
    let opens_globally = |file: FileId| {
        let folder = facts.package_folder(file);
        folder.is_some_and(|folder| {
            facts.sources.mentioned(&folder, &[b"RTLD_GLOBAL", b"setdlopenflags"]).contains(&true)
        })
    };
    // Whether code before has done so, an import that is simulated tells.
    let is_told = facts.survey.target.bundle.is_none() && !facts.survey.is_partial && !facts.survey.is_apart();
    if let Cause::Elsewhere(provider) = cause {
        if opens_globally(root) && !is_told {
            return None;
        }
        if !is_told && (opens_globally(*provider) || is_related(facts, root, *provider)) {
            let owner = facts.owner(*provider).map(|owner| facts.survey.distributions.get(owner).name.clone());
            let what = owner.unwrap_or_else(|| facts.path(*provider).to_string());
            return Some((Severity::Warning, format!("; it loads only after {what} was loaded for all (RTLD_GLOBAL)")));
        }
    }
    if opens_globally(root) {
        return Some((Severity::Warning, MAY_LOAD_FOR_ALL.into()));
    }
    let is_part = facts.survey.is_apart() || facts.survey.target.kind == Kind::Wheel;
    if is_part && !facts.absent_requirements(root).is_empty() {
        return Some((Severity::Warning, "; the packages that it requires were not given".into()));
    }
    if facts.survey.imports[first.import].kind == ImportKind::Alone {
        return Some((Severity::Warning, "; it is no module by its name, but code may load it by its path".into()));
    }
    Some((if facts.survey.is_apart() { Severity::Warning } else { Severity::Error }, String::new()))
}

/// Does a file's distribution bring the provider itself, or require the one that does?
fn is_related(facts: &Facts, file: FileId, provider: FileId) -> bool {
    let (Some(owner), Some(other)) = (facts.owner(file), facts.owner(provider)) else { return false };
    owner == other || facts.survey.requires(owner, &facts.survey.distributions.get(other).name)
}

fn versioned(reference: &Reference) -> Name {
    match &reference.version {
        Some(version) => Name::from(format!("{}@{}", reference.name, version.name).as_bytes()),
        None => reference.name.clone(),
    }
}

fn reason(facts: &Facts, cause: &Cause) -> String {
    match cause {
        Cause::None => String::new(),
        Cause::Elsewhere(file) => format!("; {} defines it, but this import does not load that", facts.path(*file)),
        Cause::Near(file, near) => {
            let library = facts.path(*file);
            match near {
                Near::Version(Some(version)) => format!("; {library} has it as version {version}"),
                Near::Version(None) => format!("; {library} has it without a version"),
                Near::CxxAbi { wants_new } => {
                    let (wanted, has) = if *wants_new { (1, 0) } else { (0, 1) };
                    format!(
                        "; {library} has it with the other C++ ABI (_GLIBCXX_USE_CXX11_ABI={has}, wanted is {wanted})"
                    )
                }
                Near::Namespace(name) => format!("; {library} has {name}: another release of that library"),
                Near::Parameters(name) => format!("; {library} has {name}: another release of that library"),
            }
        }
    }
}

fn remedy(facts: &Facts, file: FileId, cause: &Cause) -> Remedy {
    let name = |file: FileId| Some(facts.survey.distributions.get(facts.owner(file)?).name.clone());
    let mut remedy = facts.owner(file).map(|owner| reinstall(facts, owner)).unwrap_or_default();
    let ours = name(file).unwrap_or_else(|| facts.path(file).to_string());
    match cause {
        Cause::Near(provider, near) => {
            let theirs = name(*provider).filter(|theirs| *theirs != ours);
            let other = theirs.unwrap_or_else(|| facts.path(*provider).to_string());
            // Installing the same release again changes nothing where two packages do not fit each other.
            if name(*provider) != name(file) {
                remedy.fixes.clear();
            }
            remedy.text = match near {
                Near::CxxAbi { wants_new } => {
                    let value = u8::from(!wants_new);
                    format!(
                        "rebuild {ours} with -D_GLIBCXX_USE_CXX11_ABI={value}, or install the build of {other} with the other ABI"
                    )
                }
                _ => format!("install releases of {ours} and {other} that were built for each other"),
            };
        }
        Cause::Elsewhere(provider) => {
            remedy.fixes.clear();
            let needs = VPath::new(facts.path(*provider).file_name());
            remedy.text =
                format!("rebuild {ours} so that it links {needs}, or load that with RTLD_GLOBAL before the import");
        }
        Cause::None => {
            let kind = facts.survey.imports.iter().find(|import| import.file == file).map(|import| &import.kind);
            let is_module = matches!(kind, Some(ImportKind::Module(_)));
            if is_module && remedy.text.is_empty() {
                remedy.text = format!("rebuild {ours} and link the library that defines the symbol");
            }
        }
    }
    remedy
}
