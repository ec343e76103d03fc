//! Windows does not load a module, and does not say why: the sentence is in the person's language, and names no DLL.

use super::library::{self, short};
use super::{Cause, Judged, Verdict};
use crate::buildlog::ground::Ground;
use crate::command::Remedy;
use crate::graph::Node;
use crate::image::{Import, Name, Origin};
use crate::loader::procedures::{WindowsRelease, procedure};
use crate::loader::windows::folded;
use crate::world::FileId;

/// What Windows' sentences mean, by their numbers and by their English words.
const SENTENCES: [(u32, &str, Cause); 6] = [
    (126, "The specified module could not be found", Cause::LibraryMissing),
    (127, "The specified procedure could not be found", Cause::SymbolMissing),
    (193, "is not a valid Win32 application", Cause::WrongArchitecture),
    (1114, "A dynamic link library (DLL) initialization routine failed", Cause::InitFailed),
    (182, "The operating system cannot run", Cause::SymbolMissing),
    (1455, "The paging file is too small", Cause::NoMemory),
];

pub(super) fn judge(plain: Judged, ground: Option<&Ground>) -> Judged {
    if plain.cause != Cause::LibraryMissing {
        return super::file(plain, ground);
    }
    if plain.incident.told("accused").is_some() {
        return library::judge(plain, ground);
    }
    let cause = cause(&plain);
    let module = plain.incident.told("module").map(str::to_owned);
    let plain = plain.cause(cause.unwrap_or(Cause::LibraryMissing), Verdict::Guilty);
    let by = plain.incident.by().map(str::to_owned);
    if let Some(ground) = ground
        && let Some(file) = module
            .as_deref()
            .and_then(|module| ground.module(module))
            .or_else(|| by.as_deref().and_then(|by| ground.file(by)))
    {
        let tied = plain.clone().at(ground, file);
        let about = ground.findings_about(file).find(|(_, finding)| finding.breaks > 0);
        if let Some((at, finding)) = about.or_else(|| ground.findings_breaking(file).next()) {
            return Judged { file: Some(finding.file.clone()), ..tied.found(ground, at) };
        }
        let missing: Vec<String> = ground
            .scan
            .graph
            .below(ground.scan.graph.file(file).unwrap_or_default())
            .into_iter()
            .filter_map(|node| match ground.scan.graph.node(node) {
                Node::Missing(name) => Some(name.to_string()),
                _ => None,
            })
            .collect();
        if !missing.is_empty() {
            let sentence = format!("{} needs {}, which is found nowhere", ground.path(file), missing.join(", "));
            return tied.says(sentence).mended(Remedy::new(
                "install what ships it, or put its folder on the search path (os.add_dll_directory)",
            ));
        }
        let newest = newest_procedure(ground, file).filter(|_| cause == Some(Cause::SymbolMissing));
        let told = words(tied, cause, module.as_deref(), by.as_deref());
        return match newest {
            Some((release, dll, name)) => {
                let sentence = format!(
                    "{} takes {name} of {dll}, which {release} and later have; on those, the DLL that was \
                     found is an older or foreign copy",
                    ground.path(file)
                );
                told.says(sentence).mended(Remedy::new(format!(
                    "on an older release than {release}, install a release of the package that was built for it; else see which \
                     copy is loaded: DLLs in the program's folder and in System32 win"
                )))
            }
            None => told,
        };
    }
    words(plain, cause, module.as_deref(), by.as_deref())
}

/// The procedure that came last to Windows, of those that a file and what it needs take from DLLs of the system.
fn newest_procedure(ground: &Ground, file: FileId) -> Option<(WindowsRelease, Name, Name)> {
    let graph = &ground.scan.graph;
    let files =
        std::iter::once(file).chain(graph.below(graph.file(file)?).into_iter().filter_map(
            |node| match graph.node(node) {
                Node::File { file, .. } => Some(*file),
                _ => None,
            },
        ));
    let world = &ground.scan.world;
    let newest = |file: FileId| {
        let content = world.file(file);
        let image = content.image.as_ref()?;
        let since = |import: Import| {
            let Origin::Need(need) = import.origin else { return None };
            let dll = &image.needs.get(need)?.name;
            Some((procedure(&folded(dll), &import.symbol)?.since?, dll.clone(), import.symbol))
        };
        world.imports(file).into_iter().filter_map(since).max_by_key(|(release, _, _)| *release)
    };
    files.filter_map(newest).max_by_key(|(release, _, _)| *release)
}

/// What the sentence means, where it can be told: `%1` stands in the same one in every language.
fn cause(plain: &Judged) -> Option<Cause> {
    let why = plain.incident.told("why").unwrap_or_default();
    let code = plain.incident.told("code").and_then(|code| code.trim_end_matches('.').parse::<u32>().ok());
    let says = &plain.incident.says;
    let known = SENTENCES.iter().find(|(number, sentence, _)| {
        Some(*number) == code || why.contains(sentence) || says.contains(&format!("[WinError {number}]"))
    });
    known.map(|(_, _, cause)| *cause).or_else(|| why.contains("%1").then_some(Cause::WrongArchitecture))
}

fn words(plain: Judged, cause: Option<Cause>, module: Option<&str>, by: Option<&str>) -> Judged {
    let is_native = |path: &str| [".dll", ".pyd"].iter().any(|ending| path.to_lowercase().ends_with(ending));
    let who = match (module, by) {
        (None, Some(by)) if is_native(by) => short(by),
        (Some(module), Some(by)) => format!("the module {module} (imported in {})", short(by)),
        (Some(module), None) => format!("the module {module}"),
        (None, Some(by)) => format!("a module imported in {}", short(by)),
        (None, None) => "the module".into(),
    };
    match cause {
        Some(Cause::WrongArchitecture) => plain
            .says(format!("{who}, or a DLL that it needs, is made for another processor than this Python (32 and 64 bits)"))
            .mended(Remedy::new("install the wheel for this Python's processor")),
        Some(Cause::SymbolMissing) => plain
            .says(format!("{who} wants a function that the DLL which was found does not have: an older or foreign copy wins"))
            .mended(Remedy::new("see which copy is loaded: DLLs in the program's folder and in System32 win")),
        Some(Cause::NoMemory) => plain
            .says(format!("Windows has no memory left to load {who}: the paging file is too small"))
            .mended(Remedy::new("make the paging file larger, or load less (fewer worker processes)")),
        Some(Cause::InitFailed) => plain
            .says(format!("a DLL of {who} was found and failed at its own start: mostly an old Visual C++ runtime, or two copies of one library"))
            .mended(Remedy::new("install the newest Visual C++ Redistributable, and import that package first")),
        _ => plain
            .says(format!("{who} was found, and a DLL that it needs was not; Windows does not say which"))
            .mended(Remedy::new("look at the environment, which does: dylens log FILE PATH; most often it is the Visual C++ Redistributable, or \
                 a folder that os.add_dll_directory has to name")),
    }
}
