//! A file takes procedures from Windows that came with a later release than the oldest one its Python runs on.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::DistributionId;
use crate::image::{Name, NeedKind, Origin, WindowsRelease};
use crate::loader::procedures::procedure;
use crate::loader::windows::folded;
use crate::loader::{self, OldestRelease, Resolution};
use crate::rule::RuleId;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::WINDOWS_TOO_NEW,
    title: "requires a newer Windows",
    severity: Severity::Error,
    why: "The list of imports names each procedure that a file takes from a DLL of Windows. Where that Windows is older than \
          the procedure, the import fails with “The specified procedure could not be found.” (error 127), and the message \
          names neither. The first release that has a procedure is the one that Microsoft's documentation states. An error with \
          --windows; else it is compared with the oldest Windows that the Python runs on, and is information.",
    remedy: "Run it on that release of Windows or a later one.",
    check,
};

/// A procedure that came with a release, and the DLL that exports it.
type Procedure = (Name, Name);

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let python = facts.python();
    let oldest = facts.survey.target.overrides.windows.or_else(|| WindowsRelease::oldest_for(python.version?));
    let Some(oldest) = oldest else { return };
    if !loader::traits(&facts.survey.world.host.system).judges(OldestRelease::Windows) {
        return;
    }
    let mut by_owner = BTreeMap::<DistributionId, BTreeMap<WindowsRelease, Vec<(FileId, Procedure)>>>::new();
    for (_, file, _, owner) in facts.files().filter(|&(_, file, _, _)| facts.is_loadable(file)) {
        for (release, procedure) in newer(facts, file, oldest) {
            by_owner.entry(owner).or_default().entry(release).or_default().push((file, procedure));
        }
    }
    for (_, mut by_release) in by_owner {
        // The newest release has what the others want.
        let Some((release, uses)) = by_release.pop_last() else { continue };
        findings.push(finding(facts, oldest, release, &uses));
    }
}

/// The procedures that a file takes from DLLs of the system and that an old release lacks, with the release that has them.
fn newer(facts: &Facts, file: FileId, oldest: WindowsRelease) -> Vec<(WindowsRelease, Procedure)> {
    let survey = facts.survey;
    let Some(node) = survey.graph.file(file) else { return Vec::new() };
    let is_system = |resolution: &Resolution| matches!(resolution, Resolution::Builtin(_));
    let needs: BTreeMap<usize, Name> = survey
        .graph
        .needs(node)
        .into_iter()
        .filter(|(_, edge)| edge.kind != NeedKind::Delay && is_system(&edge.resolution))
        .map(|(_, edge)| (edge.need, edge.name.clone()))
        .collect();
    let known = |import: crate::image::Import| {
        let Origin::Need(need) = import.origin else { return None };
        let dll = needs.get(&need)?;
        let since = procedure(&folded(dll), &import.symbol)?.since.filter(|&since| since > oldest)?;
        Some((since, (dll.clone(), import.symbol)))
    };
    survey.world.imports(file).into_iter().filter_map(known).collect()
}

fn finding(facts: &Facts, oldest: WindowsRelease, release: WindowsRelease, uses: &[(FileId, Procedure)]) -> Finding {
    let (file, (dll, first)) = &uses[0];
    let is_asked = facts.survey.target.overrides.windows.is_some();
    let mut imports: Vec<usize> = uses.iter().flat_map(|(file, _)| facts.imports_loading(*file)).copied().collect();
    imports.sort_unstable();
    imports.dedup();
    let severity = match (is_asked, facts.modules(&imports).is_empty()) {
        (false, _) => Severity::Info,
        (true, false) => Severity::Error,
        (true, true) => Severity::Warning,
    };
    let mut finding = Finding::about(facts, &RULE, severity, *file);
    if is_asked {
        finding = finding.breaking(facts, &imports);
        let module = finding.imports.first().and_then(|&import| facts.survey.imports[import].module());
        // In the words of `dynload_win.c` and of Windows for error 127.
        finding.prints = module.map(|module| {
            format!("DLL load failed while importing {module}: The specified procedure could not be found.")
        });
    }
    let mut files: Vec<_> = uses.iter().map(|(file, _)| facts.path(*file)).collect();
    files.sort();
    files.dedup();
    let more = match files.len() {
        1 => String::new(),
        2 => " (as does 1 more file)".into(),
        count => format!(" (as do {} more files)", count - 1),
    };
    finding.subject = release.to_string();
    let target = match is_asked {
        true => format!("the target is {oldest}"),
        false => format!("Python {} runs on {oldest} and later", facts.python().version_text()),
    };
    finding.message = format!("{} uses {first} of {dll}{more}, which {release} and later have; {target}", finding.file);
    finding.files = files;
    finding.remedy =
        Remedy::new(format!("run it on {release} or later, or install a release that was built for older ones"));
    let mut names: Vec<&Procedure> = uses.iter().map(|(_, procedure)| procedure).collect();
    names.sort();
    names.dedup();
    let header =
        |(dll, name): &Procedure| Evidence::Header { name: "procedure", value: Name::from(&format!("{dll}!{name}")) };
    finding.evidence.extend(names.into_iter().take(10).map(header));
    finding
}
