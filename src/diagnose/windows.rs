//! Why Windows does not find a DLL, and what mends it.

use bstr::ByteSlice;

use super::missing::Cause;
use super::remedies::reinstall;
use super::{Evidence, Facts};
use crate::command::Remedy;
use crate::command::templates::{COPY, DELVEWHEEL, WINGET_RUNTIME};
use crate::discover::Kind;
use crate::image::{Format, Name};
use crate::loader::{self, system32, windows};
use crate::survey::ImportKind;
use crate::vfs::VPath;
use crate::world::{DllCall, DllCallSite, FileId, System};

/// Why the name is missing, what mends it, and what shows it; none where it is as on any other system.
pub(super) fn cause(facts: &Facts, name: &Name, by: FileId) -> Option<Cause> {
    let folded = name.to_ascii_lowercase();
    if let Some(runtime) = Runtime::of(&folded) {
        return Some((runtime.reason(), runtime.remedy(facts), Vec::new()));
    }
    if let Some((version, is_free_threaded)) = windows::python_dll(&folded) {
        let python = facts.python();
        if python.version.is_none_or(|own| own == version) && python.free_threaded == is_free_threaded {
            let remedy = facts.owner(by).map_or_else(Remedy::default, |owner| reinstall(facts, owner));
            return Some(("; it is the library of Python itself".into(), remedy, Vec::new()));
        }
        return Some(other_python(facts, name, by, version, is_free_threaded));
    }
    let is_own = |&file: &FileId| facts.owner(file) == facts.owner(by) && file != by && facts.is_loadable(file);
    let own = facts.providers(&folded).iter().copied().find(is_own)?;
    Some(misplaced(facts, name, by, own))
}

/// Does Python code of the package add a folder that its text does not tell? Then nothing is sure.
pub(super) fn unclear<'a>(facts: &'a Facts, by: FileId) -> Option<&'a DllCallSite> {
    let System::Windows(system) = &facts.survey.world.host.system else { return None };
    let path = &facts.survey.world.file(by).path;
    system.prepared.iter().find(|it| it.deed == DllCall::AddsUnknown && it.package.is_some() && it.is_for(path))
}

/// The lines of Python that lead Windows to further folders, or load a DLL, before a file is asked for.
pub(super) fn preparations(facts: &Facts, by: FileId) -> Vec<Evidence> {
    const MOST: usize = 4;
    let System::Windows(system) = &facts.survey.world.host.system else { return Vec::new() };
    let path = &facts.survey.world.file(by).path;
    let mut lines: Vec<(&VPath, usize)> =
        system.prepared.iter().filter(|it| it.is_for(path)).map(|it| (&it.source, it.line)).collect();
    lines.dedup();
    let told = lines.into_iter().take(MOST).map(|(source, number)| {
        let bytes = facts.survey.world.fs().read(source, 1 << 18).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let text = text.lines().nth(number - 1).unwrap_or_default().trim().to_owned();
        Evidence::Line { path: facts.survey.shown(source), number, text }
    });
    told.collect()
}

/// Is this a DLL that no package brings: the Visual C++ runtime, or a Python?
pub(super) fn is_no_package_s(name: &Name) -> bool {
    let name = name.to_ascii_lowercase();
    Runtime::of(&name).is_some() || windows::python_dll(&name).is_some()
}

/// Is it a DLL that an installer of its own puts into System32, which is not at hand?
pub(super) fn may_be_installed(facts: &Facts, name: &Name) -> bool {
    let System::Windows(system) = &facts.survey.world.host.system else { return false };
    let runtime = Runtime::of(&name.to_ascii_lowercase());
    system.system32.is_none() && runtime.is_some_and(|runtime| !runtime.is_debug)
}

/// The way from the module that is imported to the name that is missing, and the words that Python has for it, which name
/// neither.
pub(super) fn chain(facts: &Facts, name: &Name, by: FileId, imports: &[usize]) -> String {
    let scan = facts.survey;
    let told = imports.iter().find_map(|&import| match &scan.imports[import].kind {
        ImportKind::Module(module) => Some((module, scan.imports[import].file)),
        _ => None,
    });
    let Some((module, file)) = told.filter(|_| loader::traits(&scan.world.host.system).hides_missing_needs) else {
        return String::new();
    };
    let way = way(facts, file, by).into_iter().chain([name.to_string()]).collect::<Vec<_>>().join(" → ");
    let last = module.rsplit('.').next().unwrap_or(module);
    format!(
        "; {way}; Python says only “DLL load failed while importing {last}: The specified module could not be found.”"
    )
}

/// The names of the files on the shortest way from one to another.
fn way(facts: &Facts, from: FileId, to: FileId) -> Vec<String> {
    let graph = &facts.survey.graph;
    let (Some(start), Some(end)) = (graph.file(from), graph.file(to)) else { return Vec::new() };
    let nodes = graph.way(start, end);
    nodes.into_iter().map(|node| facts.survey.label(node)).collect()
}

/// A DLL of the Visual C++ runtime.
struct Runtime {
    /// Of Visual Studio: 14 stands for all since 2015.
    release: u16,
    /// Ends in `d`: made for debuggers, and no part of what may be passed on.
    is_debug: bool,
}

impl Runtime {
    fn of(name: &[u8]) -> Option<Runtime> {
        let stem = name.strip_suffix(b".dll")?;
        if stem == b"ucrtbased" {
            return Some(Runtime { release: 14, is_debug: true });
        }
        if !system32::is_redistributable(name) {
            return None;
        }
        let digits: String = stem
            .iter()
            .skip_while(|byte| !byte.is_ascii_digit())
            .take_while(|byte| byte.is_ascii_digit())
            .map(|&byte| byte as char)
            .collect();
        let release: u16 = digits.parse().ok()?;
        let is_debug = stem.ends_with(b"d") || stem.ends_with(b"ud");
        Some(Runtime { release: release / 10, is_debug })
    }

    fn reason(&self) -> String {
        match self.is_debug {
            true => "; it is the debug build of the Visual C++ runtime, which only Visual Studio brings".into(),
            false => "; it is part of the Visual C++ runtime, which neither Windows nor Python brings".into(),
        }
    }

    fn remedy(&self, facts: &Facts) -> Remedy {
        if self.is_debug {
            return Remedy::new("take a release build of the package: a debug runtime may not be passed on");
        }
        let year = match self.release {
            14.. => "2015+",
            12 => "2013",
            11 => "2012",
            _ => "2010",
        };
        let arch = match facts.survey.world.host.arch.map(|arch| arch.word(Format::Pe)).as_deref() {
            Some("arm64") => "arm64",
            Some("i686") => "x86",
            _ => "x64",
        };
        let text = match facts.survey.target.kind {
            Kind::Wheel => {
                "install the Visual C++ Redistributable, or have delvewheel bring the DLL along in the wheel"
            }
            _ => "install the Visual C++ Redistributable where it is to run",
        };
        Remedy::new(text).fix(WINGET_RUNTIME.with(&[&year, &arch]))
    }
}

/// CPython looks for this before it loads anything (`Python/dynload_win.c`).
fn other_python(facts: &Facts, name: &Name, by: FileId, (major, minor): (u16, u16), is_free_threaded: bool) -> Cause {
    let threads = if is_free_threaded { "t" } else { "" };
    let own = facts.python().version_text();
    let reason = format!(
        "; the file is built for Python {major}.{minor}{threads}, and this is {own}: “Module use of {name} conflicts with this \
         version of Python.”"
    );
    let remedy = facts.owner(by).map_or_else(Remedy::default, |owner| reinstall(facts, owner));
    (reason, remedy, Vec::new())
}

/// The package has the DLL in a folder that is not searched.
fn misplaced(facts: &Facts, name: &Name, by: FileId, provider: FileId) -> Cause {
    let (from, path) = (facts.survey.world.file(by).path.clone(), facts.survey.world.file(provider).path.clone());
    let shown = facts.survey.shown(&path);
    let evidence = vec![Evidence::File { path: shown.clone(), what: "in no folder that is searched" }];
    let folder = facts.survey.shown(&from.parent().unwrap_or_default());
    let native = |path: &VPath| path.as_bytes().replace("/", "\\");
    let remedy = match (facts.survey.target.kind, facts.survey.target.wheels.first()) {
        (Kind::Wheel, wheel) => {
            let remedy = Remedy::new("have delvewheel put it where the package's __init__.py leads Windows to it");
            match wheel {
                Some(wheel) => remedy.fix(DELVEWHEEL.with(&[&wheel.path])),
                None => remedy,
            }
        }
        _ => Remedy::new("put it beside the module, or have the package hand its folder to os.add_dll_directory")
            .fix(COPY.with(&[&native(&shown), &native(&folder)])),
    };
    (format!("; {shown} is there, and no folder that is searched has {name}"), remedy, evidence)
}
