//! A library is there and lacks a symbol version that is asked of it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::command::Remedy;
use crate::command::templates::{CONDA_LIBSTDCXX, PIP_BINARY, PIP_UPGRADE};
use crate::diagnose::remedies::reinstall;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::Kind;
use crate::image::{Image, Name};
use crate::loader;
use crate::rule::RuleId;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::VERSION_MISSING,
    title: "symbol version not found",
    severity: Severity::Error,
    why: "A file records the symbol versions that it wants of each library (DT_VERNEED); glibc refuses to load it where \
          the library defines versions and not that one: “version `GLIBC_2.38' not found”. A weak wish is tolerated, and \
          a library without a version table only draws a warning (_dl_check_map_versions in elf/dl-version.c). Where no \
          library of that name is loaded at all, as patchelf --remove-needed leaves it, ld.so ends the process: “Assertion \
          `needed != NULL' failed”.",
    remedy: "Install a build made for an older system, or bring a newer library.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    if !loader::traits(&facts.survey.world.host.system).checks_versions {
        return;
    }
    for (node, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|_| facts.is_loadable(file)) else { continue };
        if image.versions.is_empty() {
            continue;
        }
        let mut lacking = BTreeMap::<FileId, Vec<Name>>::new();
        for (_, edge) in facts.survey.graph.needs(node) {
            let Some(provider) = edge.resolution.file() else { continue };
            let Some(defined) = facts.survey.world.defined_versions(provider) else { continue };
            let wanted = image.versions.iter().filter(|wanted| wanted.from == edge.name && !wanted.weak);
            let absent = wanted.filter(|wanted| !defined.contains(&wanted.version));
            lacking.entry(provider).or_default().extend(absent.map(|wanted| wanted.version.clone()));
        }
        for (provider, versions) in lacking {
            if !versions.is_empty() {
                findings.push(lacks(facts, file, provider, versions));
            }
        }
        findings.extend(without_need(facts, file, image).map(|from| not_loaded(facts, file, from)));
    }
}

/// A finding about a file, as bad as what it breaks.
fn about(facts: &Facts, file: FileId) -> Finding {
    let imports = facts.imports_loading(file);
    let severity = if facts.modules(imports).is_empty() { Severity::Info } else { Severity::Error };
    Finding::about(facts, &RULE, severity, file).breaking(facts, imports)
}

fn lacks(facts: &Facts, file: FileId, provider: FileId, mut versions: Vec<Name>) -> Finding {
    versions.sort();
    versions.dedup();
    let mut finding = about(facts, file);
    let library = facts.path(provider);
    let list: Vec<String> = versions.iter().map(Name::to_string).collect();
    let (place, age) = (CopyOwner::of(facts, file, provider), Age::of(facts, provider, &versions[0]));
    finding.subject = list.join(", ");
    finding.message =
        format!("{} requires {} of {library}, {}{}", finding.file, finding.subject, place.words(), age.words());
    finding.remedy = remedy(facts, file, library.file_name(), &list, &place, &age);
    finding.evidence.push(Evidence::File { path: library, what: "lacks the version" });
    finding
        .evidence
        .extend(versions.iter().map(|version| Evidence::Header { name: "DT_VERNEED", value: version.clone() }));
    finding
}

/// Whose copy it is that lacks the version.
enum CopyOwner {
    Bundle,
    /// Of the package that wants the version.
    Own(String),
    Package(String),
    Conda(String),
    System,
}

impl CopyOwner {
    fn of(facts: &Facts, file: FileId, provider: FileId) -> CopyOwner {
        let owner = facts.owner(provider);
        let Some(owner) = owner else { return CopyOwner::System };
        if facts.survey.target.kind == Kind::Bundle {
            return CopyOwner::Bundle;
        }
        let distribution = facts.survey.distributions.get(owner);
        let name = distribution.name.clone();
        match facts.owner(file) == Some(owner) {
            _ if distribution.installer == "conda" => CopyOwner::Conda(name),
            true => CopyOwner::Own(name),
            false => CopyOwner::Package(name),
        }
    }

    fn words(&self) -> String {
        match self {
            CopyOwner::Bundle => "the bundle's own copy".into(),
            CopyOwner::Own(name) => format!("the copy in {name} itself"),
            CopyOwner::Package(name) => format!("the copy in {name}"),
            CopyOwner::Conda(name) => format!("the copy of conda's {name}"),
            CopyOwner::System => "the system's copy".into(),
        }
    }
}

/// How a copy's versions stand to the one that is wanted.
enum Age {
    /// Its newest version is this one.
    Older(Name),
    /// It has this version, and the one that is wanted no more.
    Newer(Name),
    /// It has no versions of that name.
    Other,
}

impl Age {
    fn of(facts: &Facts, provider: FileId, wanted: &Name) -> Age {
        let (kin, number) = numbered(wanted);
        let defined = facts.survey.world.defined_versions(provider);
        let same = defined.iter().flat_map(|defined| defined.iter()).filter(|other| numbered(other).0 == kin);
        let Some(newest) = same.max_by_key(|other| numbered(other).1) else { return Age::Other };
        match numbered(newest).1.cmp(&number) {
            Ordering::Less => Age::Older(newest.clone()),
            _ => Age::Newer(newest.clone()),
        }
    }

    fn words(&self) -> String {
        match self {
            Age::Older(newest) => format!(", which is older: its newest version is {newest}"),
            Age::Newer(newest) => format!(", which is newer ({newest}) and has it no more"),
            Age::Other => ", which does not define it".into(),
        }
    }
}

/// The name of a series of versions, and the number of one: `GLIBCXX_` and 3, 4, 30 of `GLIBCXX_3.4.30`.
fn numbered(version: &Name) -> (&[u8], Vec<u32>) {
    let start = version.iter().position(u8::is_ascii_digit).unwrap_or(version.len());
    let number = version[start..].split(|&byte| !byte.is_ascii_digit());
    let number = number.map_while(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    (&version[..start], number.collect())
}

fn remedy(facts: &Facts, file: FileId, library: &[u8], versions: &[String], place: &CopyOwner, age: &Age) -> Remedy {
    let owner = facts.owner(file).map(|owner| facts.survey.distributions.get(owner).name.clone());
    let ours = owner.clone().unwrap_or_else(|| facts.path(file).to_string());
    let library = Name::from(library);
    if versions.iter().any(|version| version.starts_with("GLIBC_")) {
        return match owner {
            Some(name) => {
                Remedy::new(format!("install a build of {name} that is made for this system's glibc or an older one"))
                    .fix(PIP_BINARY.with(&[&name]))
            }
            None => Remedy::new("install a build that is made for this system's glibc or an older one"),
        };
    }
    if let Age::Newer(_) = age {
        return Remedy::new(format!("install a build of {ours} that was linked against this {library} or a newer one"));
    }
    let is_libstdcxx = versions.iter().any(|version| version.starts_with("GLIBCXX_") || version.starts_with("CXXABI_"));
    match place {
        CopyOwner::Bundle => Remedy::new(format!("leave {library} out of the bundle, or bundle a newer one")),
        CopyOwner::Own(name) => Remedy::new(format!("install a release of {name} whose files belong together"))
            .fix(PIP_UPGRADE.with(&[name])),
        CopyOwner::Package(name) => {
            Remedy::new(format!("upgrade {name}, whose {library} is found first")).fix(PIP_UPGRADE.with(&[name]))
        }
        CopyOwner::Conda(_) | CopyOwner::System if is_libstdcxx => Remedy::new(
            "a newer libstdc++ has to be found first: install one, or remove the older copy from the search path",
        )
        .fix(Ok(CONDA_LIBSTDCXX.command())),
        CopyOwner::Conda(name) => Remedy::new(format!("upgrade conda's {name}")),
        CopyOwner::System => {
            Remedy::new(format!("bring a newer {library}, or install a build of {ours} for an older system"))
        }
    }
}

/// The first library whose versions a file wants without needing it, and which none of its imports has loaded.
fn without_need<'a>(facts: &Facts, file: FileId, image: &'a Image) -> Option<&'a Name> {
    let is_needed = |from: &Name| image.needs.iter().any(|need| need.name == *from);
    let mut unneeded = image.versions.iter().map(|wanted| &wanted.from).filter(|from| !is_needed(from)).peekable();
    unneeded.peek()?;
    let &import = facts.imports_loading(file).first()?;
    let start = facts.survey.imports.first().filter(|first| first.module().is_none());
    let loads = start.into_iter().chain([&facts.survey.imports[import]]).flat_map(|import| &import.loads.loads);
    let mut names = FxHashSet::<Name>::default();
    for &loaded in loads {
        let content = facts.survey.world.file(loaded);
        names.insert(Name::from(content.path.file_name()));
        names.extend(content.image.iter().flat_map(|image| image.identity.clone()));
    }
    let is_loader = |name: &Name| name.starts_with(b"ld-") || name.starts_with(b"ld64.");
    let has_program = facts.python().file.is_some();
    unneeded.find(|from| has_program && !is_loader(from) && !names.contains(*from))
}

fn not_loaded(facts: &Facts, file: FileId, from: &Name) -> Finding {
    let mut finding = about(facts, file);
    finding.subject = from.to_string();
    finding.message = format!(
        "{} wants versions of {from} and does not need it: ld.so ends the process (“Assertion `needed != NULL' failed”)",
        finding.file
    );
    finding.remedy = facts.owner(file).map_or_else(Remedy::default, |owner| reinstall(facts, owner));
    finding.remedy.text = format!("put {from} back among its needs (patchelf --add-needed), or install it again");
    finding.evidence.push(Evidence::Header { name: "DT_VERNEED", value: from.clone() });
    finding
}
