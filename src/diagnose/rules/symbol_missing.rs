//! A library was found, and does not have what is taken from it.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::bind::{DllSymbol, origin};
use crate::command::Remedy;
use crate::diagnose::remedies::reinstall;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::graph::NodeId;
use crate::image::{Import, Name, NeedKind, Origin};
use crate::rule::RuleId;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SYMBOL_MISSING,
    title: "library lacks a symbol",
    severity: Severity::Error,
    why: "On macOS every symbol is bound to one library (two-level namespace, man ld), and Python binds all of them when it \
          imports (RTLD_NOW). A library of the right name and the wrong version is found, loaded, and then “Symbol not \
          found: … Expected in: …” ends the import. On Windows the list of imports says which names are taken from which DLL; \
          one that it does not export, or whose forwarder has no target, ends the import with “The specified procedure could \
          not be found.” (error 127).",
    remedy: "Install the versions that were built for each other.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for (node, file, _, _) in facts.files() {
        if !facts.is_loadable(file) {
            continue;
        }
        // What the system has is not known symbol by symbol.
        let providers: BTreeMap<usize, (FileId, bool)> = facts
            .survey
            .graph
            .needs(node)
            .into_iter()
            .filter_map(|(target, edge)| {
                Some((edge.need, (facts.survey.file_of(target)?, edge.kind == NeedKind::Delay)))
            })
            .collect();
        if providers.is_empty() {
            continue;
        }
        for (need, imports) in taken(facts, file) {
            if let Some(&(provider, is_delayed)) = providers.get(&need)
                && let Some(lack) = Lack::of(facts, file, provider, &imports)
            {
                let mut finding = finding(facts, file, need, provider, &lack);
                if is_delayed {
                    // Code that delays an import mostly asks beforehand whether it is there.
                    finding.severity = Severity::Info;
                    (finding.imports, finding.breaks) = (Vec::new(), 0);
                    finding.message += "; that fails only when it is first called (delayed import)";
                    finding.remedy = Remedy::new("no action needed unless the function is called");
                }
                findings.push(finding);
            }
        }
    }
}

/// What a file takes from each of its needs, and must have.
fn taken(facts: &Facts, file: FileId) -> BTreeMap<usize, Vec<Import>> {
    let mut by_need = BTreeMap::<usize, Vec<Import>>::new();
    let content = facts.survey.world.file(file);
    let Some(image) = &content.image else { return by_need };
    for import in facts.survey.world.imports(file).into_iter().filter(|import| !import.is_weak) {
        if let Origin::Need(need) = origin(image, &import) {
            by_need.entry(need).or_default().push(import);
        }
    }
    by_need
}

/// What a library lacks of what is taken from it.
struct Lack {
    symbols: Vec<Name>,
    /// The file or the DLL that the first of them is forwarded to, where it is the library's own forwarder that fails.
    forwarded: Option<Forwarded>,
}

/// Where a forwarder ends in vain.
enum Forwarded {
    /// At a file that does not export the name.
    To(FileId),
    /// At a DLL that is not found.
    NotFound(Name),
}

impl Lack {
    /// None where the library has everything, or nothing is known of it.
    fn of(facts: &Facts, file: FileId, provider: FileId, imports: &[Import]) -> Option<Lack> {
        let symbols: Vec<Name> = imports.iter().map(|import| import.symbol.clone()).collect();
        let is_dll = facts.survey.world.dll_exports(provider, &[]).is_some();
        let lack = if is_dll {
            Lack::of_dll(facts, file, provider, symbols)
        } else {
            Lack::of_dylib(facts, provider, symbols)
        };
        (!lack.symbols.is_empty()).then_some(lack)
    }

    fn of_dll(facts: &Facts, file: FileId, provider: FileId, mut symbols: Vec<Name>) -> Lack {
        let asked: Vec<&[u8]> = symbols.iter().map(AsRef::as_ref).collect();
        let mut forwarded = None;
        let mut found = facts.survey.dll_binder(file).in_library(provider, &asked).into_iter();
        symbols.retain(|_| {
            let fails = match found.next() {
                Some(DllSymbol::Absent(library)) => Some((library != provider).then_some(Forwarded::To(library))),
                Some(DllSymbol::NoLibrary(dll)) => Some(Some(Forwarded::NotFound(dll))),
                _ => None,
            };
            let is_lacking = fails.is_some();
            forwarded = forwarded.take().or(fails);
            is_lacking
        });
        Lack { symbols, forwarded: forwarded.flatten() }
    }

    /// The symbols that neither the library nor what it offers as its own has.
    fn of_dylib(facts: &Facts, provider: FileId, mut left: Vec<Name>) -> Lack {
        let nothing = || Lack { symbols: Vec::new(), forwarded: None };
        let mut seen = FxHashSet::default();
        let mut libraries = vec![provider];
        while let Some(library) = libraries.pop() {
            if !seen.insert(library) {
                continue;
            }
            let symbols: Vec<&[u8]> = left.iter().map(AsRef::as_ref).collect();
            let Some(defined) = facts.survey.world.exports(library, &symbols) else { return nothing() };
            let mut defined = defined.into_iter();
            left.retain(|_| !defined.next().unwrap_or(true));
            let Some(node) = facts.survey.graph.file(library) else { return nothing() };
            let Some(offered) = offered(facts, node) else { return nothing() };
            libraries.extend(offered);
        }
        Lack { symbols: left, forwarded: None }
    }
}

/// The libraries whose symbols a library offers as its own; none where not all of them are known.
fn offered(facts: &Facts, node: NodeId) -> Option<Vec<FileId>> {
    let needs = facts.survey.graph.needs(node).into_iter().filter(|(_, edge)| edge.kind == NeedKind::Reexport);
    needs.map(|(_, edge)| edge.resolution.file()).collect()
}

fn finding(facts: &Facts, file: FileId, need: usize, provider: FileId, lack: &Lack) -> Finding {
    let imports = facts.imports_loading(file).to_vec();
    let severity = if facts.modules(&imports).is_empty() { Severity::Warning } else { Severity::Error };
    let mut finding = Finding::about(facts, &RULE, severity, file).breaking(facts, &imports);
    let provider = facts.path(provider);
    let first = &lack.symbols[0];
    let more = match lack.symbols.len() {
        1 => String::new(),
        count => format!(" and {} more symbols", count - 1),
    };
    finding.subject = first.to_string();
    let why = match &lack.forwarded {
        None => "does not define it".into(),
        Some(Forwarded::To(library)) => {
            format!("forwards it to {}, which does not define it", facts.path(*library))
        }
        Some(Forwarded::NotFound(dll)) => format!("forwards it to {dll}, which is not found"),
    };
    finding.message = format!("{} imports {first}{more} from {provider}, which {why}", finding.file);
    if let Some(owner) = facts.owner(file) {
        finding.remedy = reinstall(facts, owner);
    }
    finding.evidence.push(Evidence::Need { file, need, import: imports.first().copied().unwrap_or(0) });
    let what = if lack.forwarded.is_some() { "forwards it" } else { "lacks it" };
    finding.evidence.push(Evidence::File { path: provider, what });
    for symbol in lack.symbols.iter().take(10) {
        finding.evidence.push(Evidence::Header { name: "symbol", value: symbol.clone() });
    }
    finding
}
