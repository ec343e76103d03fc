//! A file uses symbols of a musl that is newer than the one it has to run with.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::command::Remedy;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::{Format, Image, Name, Release};
use crate::rule::RuleId;
use crate::world::{FileId, System};

pub(super) static RULE: Rule = Rule {
    id: RuleId::MUSL_TOO_NEW,
    title: "built for a newer musl",
    severity: Severity::Error,
    why: "musl has no symbol versions: a file that uses a function of a newer release is loaded by an older one until the \
          function is looked up, which is at once for a module of Python: “Error relocating …: reallocarray: symbol not \
          found”. The first release that has a symbol is known from musl's releases, from 1.1.0 to 1.2.5. The musllinux \
          tags promise this release (musllinux_1_2 is musl 1.2). Looked at only with --musl.",
    remedy: "Build on a system with that musl or an older one, as the musllinux images are.",
    check,
};

/// The release of musl that each symbol came with; those that 1.1.0 has are left out.
pub(crate) fn since(symbol: &[u8]) -> Option<Release> {
    static TABLE: OnceLock<FxHashMap<&[u8], Release>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let lines = include_str!("../../../assets/loaders/musl-symbols.tsv").lines();
        let lines = lines.filter_map(|line| line.split_once('\t')).filter(|(release, _)| !release.starts_with('#'));
        let named = lines.filter_map(|(release, names)| Some((Release::parse(release)?, names)));
        named.flat_map(|(release, names)| names.split(' ').map(move |name| (name.as_bytes(), release))).collect()
    });
    table.get(symbol).copied()
}

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(wanted) = facts.survey.target.overrides.musl else { return };
    let mut by_release = BTreeMap::<Release, Vec<(FileId, Vec<Name>)>>::new();
    for (_, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| is_of_musl(facts, image)) else { continue };
        if image.format != Format::Elf {
            continue;
        }
        let newer = |symbol: &Name| since(symbol) > Some(wanted) && !is_brought(facts, file, symbol);
        let taken = facts.survey.world.taken(file).into_iter().filter(|import| !import.is_weak);
        let mut symbols: Vec<Name> = taken.map(|import| import.symbol).filter(newer).collect();
        symbols.sort();
        if let Some(newest) = symbols.iter().filter_map(|symbol| since(symbol)).max() {
            by_release.entry(newest).or_default().push((file, symbols));
        }
    }
    for (newest, files) in by_release.into_iter().rev() {
        findings.push(finding(facts, wanted, newest, &files));
    }
}

/// Is it linked against musl, or judged by it?
fn is_of_musl(facts: &Facts, image: &Image) -> bool {
    match facts.survey.world.host.system {
        System::Musl(_) => !facts.is_of_other_libc(image),
        _ => facts.is_of_other_libc(image) && image.needs.iter().any(|need| need.name.starts_with(b"libc.")),
    }
}

/// Does a library that is loaded with the file define the symbol?
fn is_brought(facts: &Facts, file: FileId, symbol: &[u8]) -> bool {
    let world = &facts.survey.world;
    let loads = facts.imports_loading(file).first().map(|&import| &facts.survey.imports[import].loads.loads);
    let is_libc = |other: FileId| {
        let path = &world.file(other).path;
        path.file_name().starts_with(b"ld-musl-") || path.file_name().starts_with(b"libc.")
    };
    loads.into_iter().flatten().any(|&other| other != file && !is_libc(other) && world.defines(other, symbol))
}

fn finding(facts: &Facts, wanted: Release, newest: Release, files: &[(FileId, Vec<Name>)]) -> Finding {
    let mut imports: Vec<usize> = files.iter().flat_map(|&(file, _)| facts.imports_loading(file)).copied().collect();
    imports.sort_unstable();
    imports.dedup();
    let severity = if imports.is_empty() { Severity::Warning } else { Severity::Error };
    let (first, symbols) = &files[0];
    let mut finding = Finding::about(facts, &RULE, severity, *first).breaking(facts, &imports);
    finding.files = files.iter().map(|&(file, _)| facts.path(file)).collect();
    finding.subject = format!("musl {newest}");
    let symbol = symbols.iter().find(|symbol| since(symbol) == Some(newest)).unwrap_or(&symbols[0]);
    let (who, uses) = (finding.who(files.len()), if files.len() == 1 { "uses" } else { "use" });
    finding.message = format!("{who} {uses} {symbol}, which came with musl {newest}; the target has musl {wanted}");
    // In the words of `do_relocs`.
    finding.prints = Some(format!("Error relocating {}: {symbol}: symbol not found", finding.file));
    finding.remedy = Remedy::new(format!("build it on a system with musl {wanted} or older, or take such a build"));
    let told = symbols.iter().take(20).map(|symbol| Evidence::Header { name: "symbol", value: symbol.clone() });
    finding.evidence.extend(told);
    finding
}

#[cfg(test)]
mod tests {
    use super::since;

    #[test]
    fn symbols_are_known_with_the_release_that_has_them_first() {
        let since = |name: &str| since(name.as_bytes()).map(|release| release.to_string());
        assert_eq!(since("getrandom").as_deref(), Some("1.1.20"));
        assert_eq!(since("reallocarray").as_deref(), Some("1.2.2"));
        assert_eq!(since("qsort_r").as_deref(), Some("1.2.3"));
        assert_eq!(since("malloc"), None);
        assert_eq!(since("no_such_function"), None);
    }
}
