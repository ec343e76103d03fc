//! Windows does not load a module, and does not say why: the sentence is in the person's language, and names no DLL.

use std::sync::OnceLock;

use serde::Deserialize;

use super::absent::whose_package;
use super::library::{self, package, short};
use super::{Cause, Judged, Verdict, sentences};
use crate::buildlog::Log;
use crate::buildlog::log_context::{LogContext, leaf, slashed};
use crate::command::Remedy;
use crate::command::templates::{
    CONDA_INSTALL, MSVC_RUNTIME, PIP_BINARY, PIP_FRESH, PIP_INSTALL_REQUIRED, PIP_REINSTALL, PIP_UPGRADE,
};
use crate::graph::Node;
use crate::image::{Import, Name, Origin, WindowsRelease};
use crate::loader::procedures::procedure;
use crate::loader::windows::folded;
use crate::tools::ToolId;
use crate::world::FileId;

/// What the errors mean, by their numbers.
const CAUSES: [(u32, Cause); 7] = [
    (126, Cause::LibraryMissing),
    (127, Cause::SymbolMissing),
    (182, Cause::SymbolMissing),
    (193, Cause::WrongArchitecture),
    (1114, Cause::InitFailed),
    (1455, Cause::NoMemory),
    (5, Cause::Blocked),
];

pub(super) fn judge(mut plain: Judged, log: &Log, context: Option<&LogContext>) -> Judged {
    // The places in NumPy and Python are passed over, and still tell whose environment it is.
    if let Some(site) = &log.site {
        plain.incident.told.entry("site").or_insert_with(|| site.clone());
    }
    if plain.cause != Cause::LibraryMissing {
        return super::file(plain, context);
    }
    if plain.incident.told("accused").is_some() {
        return library::judge(plain, log, context);
    }
    let cause = cause(&plain);
    let is_bundled = log.running().is_some()
        || plain.incident.tool == ToolId::Py2exe
        || context.is_some_and(|context| context.scan.target.bundle.is_some());
    let module = plain.incident.told("module").map(str::to_owned);
    let plain = plain.cause(cause.unwrap_or(Cause::LibraryMissing), Verdict::Guilty);
    let by = plain.incident.by().map(str::to_owned);
    if let Some(context) = context
        && let Some(file) = module
            .as_deref()
            .and_then(|module| context.module(module))
            .or_else(|| by.as_deref().and_then(|by| context.file(by)))
    {
        let tied = plain.clone().at(context, file);
        let about = context.findings_about(file).find(|(_, finding)| finding.breaks > 0);
        if let Some((at, finding)) = about.or_else(|| context.findings_breaking(file).next()) {
            let found = Judged { file: Some(finding.file.clone()), ..tied.found(context, at) };
            return of_mingw(found, &finding.subject);
        }
        let missing: Vec<String> = context
            .scan
            .graph
            .loaded(context.scan.graph.file(file).unwrap_or_default())
            .into_iter()
            .filter_map(|node| match context.scan.graph.node(node) {
                Node::Missing(name) => Some(name.to_string()),
                _ => None,
            })
            .collect();
        if !missing.is_empty() {
            let sentence = format!("{} needs {}, which is not found", context.path(file), missing.join(", "));
            return tied.says(sentence).mended(Remedy::new(
                "install what ships it, or put its folder on the search path (os.add_dll_directory)",
            ));
        }
        let newest = newest_procedure(context, file).filter(|_| cause == Some(Cause::SymbolMissing));
        let told = words(tied, cause, module.as_deref(), by.as_deref(), is_bundled);
        return match newest {
            Some((release, dll, name)) => {
                let sentence = format!(
                    "{} takes {name} of {dll}, which {release} and later have; on those, the DLL that was \
                     found is an older or foreign copy",
                    context.path(file)
                );
                told.says(sentence).mended(Remedy::new(format!(
                    "on an older release than {release}, install a release of the package that was built for it; else see which \
                     copy is loaded: DLLs in the program's folder and in System32 win"
                )))
            }
            None => told,
        };
    }
    words(plain, cause, module.as_deref(), by.as_deref(), is_bundled)
}

/// The procedure that came last to Windows, of those that a file and what it needs take from DLLs of the system.
fn newest_procedure(context: &LogContext, file: FileId) -> Option<(WindowsRelease, Name, Name)> {
    let graph = &context.scan.graph;
    let files =
        std::iter::once(file).chain(graph.loaded(graph.file(file)?).into_iter().filter_map(
            |node| match graph.node(node) {
                Node::File { file, .. } => Some(*file),
                _ => None,
            },
        ));
    let world = &context.scan.world;
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

/// What the sentence means, where it can be told.
fn cause(plain: &Judged) -> Option<Cause> {
    let why = plain.incident.told("why").unwrap_or_default();
    let says = &plain.incident.says;
    let code = plain.incident.told("code").and_then(|code| code.trim_end_matches('.').parse::<u32>().ok());
    let told = || CAUSES.iter().map(|(number, _)| *number).find(|number| says.contains(&format!("Error {number}]")));
    let number = code.or_else(told).or_else(|| sentences::number(why)).or_else(|| sentences::number(says))?;
    CAUSES.iter().find(|(known, _)| *known == number).map(|(_, cause)| *cause)
}

/// cffi names the DLL, and why Windows does not load it by a number alone: `error 0x7e`.
pub(super) fn of_a_number(plain: &Judged, accused: &str) -> Option<Judged> {
    let why = plain.incident.told("why")?;
    let digits: String = why.split_once("error 0x")?.1.chars().take_while(char::is_ascii_hexdigit).collect();
    let number = u32::from_str_radix(&digits, 16).ok()?;
    let (_, cause) = CAUSES.iter().find(|(known, _)| *known == number)?;
    let path = slashed(accused);
    // A bare name is asked for by many names, of which those of other systems fail as well.
    let (folder, name) = path.rsplit_once('/')?;
    let folder = folder.replace('/', "\\");
    let plain = plain.clone().cause(*cause, Verdict::Guilty);
    Some(match cause {
        Cause::SymbolMissing => plain
            .says(format!(
                "{name} in {folder} was found, and a DLL that it needs does not have a function that is asked for: another copy of that DLL, in a folder that is searched first, was loaded in its \
                 place"
            ))
            .mended(Remedy::new(format!(
                "put {folder} first on PATH (and os.add_dll_directory with it), before other folders that have copies of its DLLs (other programs' GTK, conda's Library\\bin); where that does not \
                 help, install the runtime that {name} belongs to anew, in one release"
            ))),
        Cause::WrongArchitecture => of_other_bits(plain, name, Some(accused)),
        Cause::LibraryMissing => plain
            .says(format!("{name} is not found in {folder}, or a DLL that it needs is not found"))
            .mended(Remedy::new(format!(
                "install the runtime that {name} belongs to, as a whole and for this Python's processor, and name its folder: os.add_dll_directory(r\"{folder}\") before the import, or PATH; with \
                 the Visual C++ Redistributable"
            ))),
        _ => return None,
    })
}

/// Windows names the DLL itself.
pub(super) fn absent(plain: Judged, accused: &str) -> Judged {
    let is_python = accused.to_lowercase().starts_with("python");
    let sentence = format!("{accused} is not found by the program that Windows starts, neither beside it nor on PATH");
    let text = match is_python {
        true => {
            "install the Python of that version for all users, or put its DLL beside the program; build a bundle again with all that its bundler copies \
             (the whole folder is the program, not the .exe alone)"
                .to_owned()
        }
        false => format!(
            "put the folder that has {accused} on PATH, or the DLL beside the program; for a bundle, have the bundler take it along (PyInstaller \
             --add-binary, cx_Freeze include_files, Nuitka --include-data-files), or upgrade the bundler"
        ),
    };
    of_mingw(plain.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(Remedy::new(text)), accused)
}

pub(super) fn is_dll(name: &str) -> bool {
    name.to_lowercase().ends_with(".dll")
}

/// A tool that builds looked for the DLL where Windows does.
pub(super) fn for_the_build(plain: &Judged, library: &str) -> Remedy {
    if ["pywintypes", "pythoncom"].iter().any(|start| library.to_lowercase().starts_with(start)) {
        let text = "name pywintypes to the bundler as a module, whose import finds the DLLs of pywin32 (PyInstaller: --hidden-import pywintypes), and build \
                    with a newer pywin32 and bundler, which do so themselves";
        return Remedy::new(text).fix(PIP_UPGRADE.with(&[&"pywin32"]));
    }
    let start = match plain.incident.message.stops {
        true => "have",
        false => "nothing, where the program runs without it: it was only warned of. Else have",
    };
    Remedy::new(format!(
        "{start} the folder that has {library} on PATH when it is built (or named to PyInstaller by --paths), or add the DLL itself (PyInstaller: --add-binary)"
    ))
}

/// The runtime of MinGW, which no package of Windows has: whoever builds with it has to bring it.
fn of_mingw(judged: Judged, library: &str) -> Judged {
    const RUNTIME: [&str; 5] = ["libgcc_s", "libstdc++-6", "libwinpthread-1", "libgfortran-", "libquadmath-"];
    if !RUNTIME.iter().any(|start| library.to_lowercase().starts_with(start)) {
        return judged;
    }
    if judged.incident.message.id == "dialog" {
        let text = format!(
            "put {library}, a part of the MinGW with which the program was built, beside it (in MSYS2 it lies in mingw64\\bin); its builder has the \
             bundler take it along (a newer cx_Freeze or PyInstaller does so), or links it statically (-static-libgcc -static-libstdc++)"
        );
        return judged.mended(Remedy::new(text));
    }
    let text = format!(
        "take another release whose wheel brings {library}, the runtime of MinGW; its builder has to run delvewheel repair, or to link it \
         statically (-static-libgcc -static-libstdc++)"
    );
    judged.mended(Remedy::new(text))
}

/// py2exe copies what import tables name, and of packages that keep their DLLs apart only those that it has a hook for.
fn of_py2exe(plain: Judged, who: &str, absent: &str) -> Judged {
    let file = plain.incident.by().map(slashed).unwrap_or_default();
    let package = file.rsplit('/').next().and_then(|name| name.split('.').next()).filter(|name| !name.is_empty());
    let package = package.unwrap_or("PACKAGE").to_owned();
    let sentence = format!("{who} {absent}: py2exe left it out. Windows does not say which");
    let text = format!(
        "upgrade py2exe, which takes along what newer {package} keeps apart ({package}/.libs, {package}.libs), and name the package as a whole (packages: ['{package}']); else copy \
         those DLLs beside the program (data_files), with the Visual C++ runtime"
    );
    plain.says(sentence).mended(Remedy::new(text).fix(PIP_UPGRADE.with(&[&"py2exe"])))
}

/// A bundler copies what import tables name; DLLs which a package loads from a folder of its own are known to its hooks, newer ones to newer hooks.
fn in_a_bundle(plain: Judged, who: &str, absent: &str, by: Option<&str>) -> Judged {
    let whose = whose_package(by, plain.incident.told("place"));
    let sentence = format!("{who} {absent}: the bundle does not have it. Windows does not say which");
    let text = format!(
        "upgrade the bundler (PyInstaller with pyinstaller-hooks-contrib), whose newer hooks know where newer releases of {} keep their DLLs, and build again; else have \
         that DLL included by an option (PyInstaller: --add-binary, --collect-binaries {}; Nuitka: --include-data-files; cx_Freeze: include_files), with the Visual C++ \
         runtime (vcruntime140_1.dll, msvcp140.dll); dlltracer or “Dependencies” shows its name",
        whose.as_deref().unwrap_or("packages"),
        whose.as_deref().unwrap_or("PACKAGE"),
    );
    plain.says(sentence).mended(Remedy::new(text))
}

/// A DLL's own start gives no reason; what is at hand tells the likely one.
fn init_failed(plain: Judged, who: &str) -> Judged {
    let says = format!("{} {}", plain.incident.says, plain.incident.by().unwrap_or_default()).to_lowercase();
    let module = plain.incident.told("module").unwrap_or_default().to_lowercase();
    if says.contains("tensorflow") || module.contains("tensorflow") {
        let sentence = format!(
            "a DLL of {who} was found and failed at its own start: TensorFlow's wheels are compiled for processors with AVX (since 1.6), and newer \
             ones for the newest Visual C++ runtime; this machine lacks one of the two"
        );
        let text = "see whether the processor has AVX (a virtual machine may hide it); without it, take a build for older processors or conda's \
                    (conda install tensorflow). With it, install the newest Visual C++ Redistributable, or an older release of TensorFlow";
        return plain.says(sentence).mended(Remedy::new(text).fix(Ok(MSVC_RUNTIME.command())));
    }
    let sentence = format!(
        "a DLL of {who} was found and failed at its own start: mostly an old Visual C++ runtime, two copies of one library, or a processor \
         without instructions that it was compiled for"
    );
    let older = OLDER.iter().find(|(known, ..)| module.ends_with(known));
    let whose = older.map(|(_, name, _)| (*name).to_owned()).or_else(|| plain.incident.by().and_then(package));
    let text = format!(
        "install the newest Visual C++ Redistributable, and import {0} first; else take the release of {0} before this one",
        whose.as_deref().unwrap_or("that package")
    );
    let remedy = Remedy::new(text).fix(Ok(MSVC_RUNTIME.command()));
    plain.says(sentence).mended(match older {
        Some((_, name, before)) => remedy.fix(PIP_INSTALL_REQUIRED.with(&[&format!("{name}<{before}")])),
        None => remedy,
    })
}

/// Modules whose DLLs fail at their start on many machines since a release of their package: the module, the package, the release.
///
/// Source: the release notes of ONNX Runtime 1.21 (a newer Visual C++ runtime) and onnx/onnx#6267; November 2026.
const OLDER: [(&str, &str, &str); 2] =
    [("onnxruntime_pybind11_state", "onnxruntime", "1.21"), ("onnx_cpp2py_export", "onnx", "1.16.2")];

/// The modules of pywin32, whose own DLLs lie in a folder beside them.
fn is_of_pywin32(module: &str) -> bool {
    const MODULES: [&str; 20] = [
        "win32api",
        "win32gui",
        "win32con",
        "win32file",
        "win32event",
        "win32process",
        "win32security",
        "win32service",
        "win32serviceutil",
        "win32pipe",
        "win32crypt",
        "win32print",
        "win32clipboard",
        "win32com",
        "win32com.client",
        "pythoncom",
        "pywintypes",
        "win32ui",
        "_win32sysloader",
        "win32job",
    ];
    MODULES.contains(&module)
}

/// A module that needs more than the Visual C++ runtime.
#[derive(Deserialize)]
struct KnownModule {
    names: Vec<String>,
    needs: String,
    remedy: String,
    /// Does the Visual C++ runtime help as well?
    #[serde(default)]
    runtime: bool,
    /// Is it mostly mixed with parts of another release?
    #[serde(default)]
    mixed: bool,
}

/// What the table knows of a module.
fn known_module(module: &str) -> Option<&'static KnownModule> {
    #[derive(Deserialize)]
    struct Table {
        module: Vec<KnownModule>,
    }
    static TABLE: OnceLock<Table> = OnceLock::new();
    let read = || {
        toml::from_str(include_str!("../../../assets/loaders/windows-modules.toml"))
            .expect("the table that ships with dylens")
    };
    let name = module.rsplit('.').next().unwrap_or(module);
    TABLE.get_or_init(read).module.iter().find(|known| known.names.iter().any(|known| known == name))
}

fn of_a_known_module(plain: Judged, who: &str, absent: &str, known: &KnownModule) -> Judged {
    let sentence = format!("{who} {absent}; Windows does not say which DLL. It needs {}", known.needs);
    let remedy = Remedy::new(&*known.remedy);
    // Reinstalled with all that it requires, its parts are of one release.
    let remedy = match binding(&plain).filter(|_| known.mixed) {
        Some(binding) => remedy.fix(PIP_FRESH.with(&[&binding])),
        None => remedy,
    };
    plain.says(sentence).mended(if known.runtime { remedy.fix(Ok(MSVC_RUNTIME.command())) } else { remedy })
}

/// The binding of Qt whose module was imported, by the code and the paths around the message.
fn binding(plain: &Judged) -> Option<&'static str> {
    const BINDINGS: [&str; 4] = ["PySide6", "PyQt6", "PySide2", "PyQt5"];
    let lines = || plain.incident.around.iter().rev().map(|(_, line)| line.as_str());
    let module = plain.incident.told("module")?;
    let is_of_qt = module.starts_with("Qt") || module.to_lowercase().starts_with("shiboken");
    lines().find_map(|line| BINDINGS.into_iter().find(|name| line.contains(name))).filter(|_| is_of_qt)
}

/// Does the failing import lie in an environment of conda's?
fn is_in_conda(plain: &Judged, by: Option<&str>) -> bool {
    let paths = [by, plain.incident.told("place"), plain.incident.told("site")];
    paths.into_iter().flatten().any(|path| ["conda", "miniforge"].iter().any(|word| path.to_lowercase().contains(word)))
}

/// Modules of Python's own library whose DLLs conda keeps in a folder apart.
fn is_of_python_s_library(module: &str) -> bool {
    ["_ssl", "_ctypes", "_sqlite3", "pyexpat", "_lzma", "_bz2", "_hashlib", "zlib", "_tkinter"].contains(&module)
}

/// conda's packages have their DLLs in Library\bin, which an activated environment has on PATH; wheels have theirs where conda's older Pythons do not look.
fn of_a_conda_environment(plain: Judged, who: &str, absent: &str, by: Option<&str>) -> Judged {
    let whose = whose_package(by, plain.incident.told("place"));
    let sentence = format!(
        "{who} {absent}; Windows does not say which. In a conda environment packages of conda have their DLLs in Library\\bin, which is on PATH only where the environment is activated"
    );
    let text = format!(
        "start Python from the activated environment (conda activate NAME; in an editor or service put its Library\\bin on PATH); where pip installed {of_whose}, conda's Python may not search \
         the folder that its wheel names (set CONDA_DLL_SEARCH_MODIFICATION_ENABLE=1, or update conda's python): else install {of_whose} with conda instead of pip; then the Visual C++ \
         Redistributable",
        of_whose = whose.as_deref().unwrap_or("the package")
    );
    let remedy = Remedy::new(text);
    plain.says(sentence).mended(match whose {
        Some(whose) => remedy.fix(CONDA_INSTALL.with(&[&whose])),
        None => remedy,
    })
}

/// conda's Python finds the DLLs of its own library by PATH, which an activated environment sets.
fn of_conda(plain: Judged, who: &str, by: Option<&str>) -> Judged {
    let is_conda = by.is_some_and(|by| by.to_lowercase().contains("conda") || by.contains("miniforge"));
    let by = by.map(slashed);
    let root = by.as_deref().and_then(|by| by.to_lowercase().find("/lib/").map(|at| by[..at].replace('/', "\\")));
    let sentence = match is_conda {
        true => format!(
            "{who} is a part of Python's own library and was found, and its DLLs were not: conda keeps them in Library\\bin, which is on PATH only where the \
             environment is activated"
        ),
        false => format!(
            "{who} is a part of Python's own library and was found, and a DLL of that installation was not, or one of another was"
        ),
    };
    let text = match (is_conda, root) {
        (true, Some(root)) => format!(
            "activate the environment before Python starts (conda activate {root}; in an editor or service, start it from an activated prompt), or put \
             {root}\\Library\\bin on PATH"
        ),
        (true, None) => "activate the environment before Python starts (conda activate NAME), or put its Library\\bin on PATH".to_owned(),
        (false, _) => {
            "repair that Python (its installer, Repair), and take other copies of its DLLs (libssl, libcrypto, sqlite3, libffi) out of PATH and of the \
             program's folder; of conda's Python, activate the environment"
                .to_owned()
        }
    };
    plain.says(sentence).mended(Remedy::new(text))
}

/// A bundler does not find what conda keeps apart, where the environment is not activated.
fn of_conda_in_a_bundle(plain: Judged, who: &str, absent: &str) -> Judged {
    let sentence = format!(
        "{who} is a part of Python's own library; it {absent}: the bundle does not have it. So it is mostly where conda's Python was bundled, which keeps \
         those DLLs in Library\\bin"
    );
    let text = "build the bundle with the Python of python.org (a virtual environment of it), which has its DLLs beside its modules; or with conda's from an \
                activated environment, so that Library\\bin is on PATH, with a newer bundler; else add them (PyInstaller: --add-binary; _ssl: libssl and \
                libcrypto, _ctypes: ffi, _sqlite3: sqlite3, pyexpat: libexpat, _lzma: liblzma)";
    plain.says(sentence).mended(Remedy::new(text))
}

fn of_pywin32(plain: Judged, who: &str) -> Judged {
    let sentence = format!(
        "{who} belongs to pywin32 and needs its pywintypesXY.dll and pythoncomXY.dll, which lie in the folder pywin32_system32: they were not \
         found, or those of another installation (conda's, System32's) were"
    );
    let text = "upgrade pywin32 (225 and later find their DLLs themselves), then run its post-install script (python \
                Scripts/pywin32_postinstall.py -install); remove other copies of pywintypesXY.dll. In a bundle, have the bundler copy both DLLs";
    plain.says(sentence).mended(Remedy::new(text).fix(PIP_UPGRADE.with(&[&"pywin32"])))
}

/// DLLs of packages that need one which neither their wheel nor Windows brings.
///
/// Source: the wheels of PyTorch 2.4.0 for Windows; November 2026.
const NEEDING: [(&str, &str); 1] = [("fbgemm.dll", "libomp140.x86_64.dll")];

/// What pip builds from source asks for a DLL that its wheels would bring.
fn of_a_build(plain: &Judged, who: &str) -> Option<Judged> {
    let whose = plain.incident.told("place").and_then(library::built)?;
    let sentence = format!(
        "{whose} is built from source, as pip has no wheel of this release for this Python, and its setup.py loads {who}, which is not installed"
    );
    let text = format!(
        "take a release of {whose} that has a wheel for this Python, whose wheel brings the DLL; or conda-forge's build of it. From source, install what has the DLL first, with its folder on PATH"
    );
    let remedy = Remedy::new(text).fix(PIP_BINARY.with(&[&whose])).fix(CONDA_INSTALL.with(&[&whose]));
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// Windows loads a DLL of 64 bits into a process of 64 bits alone, and one of 32 into one of 32.
fn of_other_bits(plain: Judged, who: &str, by: Option<&str>) -> Judged {
    let path = by.map(slashed).unwrap_or_default().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| path.contains(word));
    let told = match () {
        () if says(&["x64", "win64", "amd64", "64bit", "_64."]) => ": by its name it is for 64 bits",
        () if says(&["x86", "win32", "i386", "32bit", "_32."]) => ": by its name it is for 32 bits",
        () => "",
    };
    let whose = by.and_then(package);
    let sentence =
        format!("{who}, or a DLL that it needs, is made for another processor than this Python (32 and 64 bits){told}");
    let text = match &whose {
        Some(whose) => format!(
            "install {whose} again with the Python that runs it, which takes the wheel for its processor; where the package brings one DLL alone, use a Python of its kind (64-bit or 32-bit; python -c \
             \"import struct; print(struct.calcsize('P') * 8)\" tells)"
        ),
        None => "use the DLL's build for this Python's processor: the 64-bit DLL with a 64-bit Python, the 32-bit DLL with a 32-bit Python (python -c \"import struct; print(struct.calcsize('P') * 8)\" \
                 tells); where there is only the other, install a Python of that kind"
            .to_owned(),
    };
    let remedy = Remedy::new(text);
    plain.says(sentence).mended(match whose {
        Some(whose) => remedy.fix(PIP_REINSTALL.with(&[&whose])),
        None => remedy,
    })
}

fn words(plain: Judged, cause: Option<Cause>, module: Option<&str>, by: Option<&str>, is_bundled: bool) -> Judged {
    let is_native = |path: &str| [".dll", ".pyd"].iter().any(|ending| path.to_lowercase().ends_with(ending));
    let who = match (module, by) {
        (None, Some(by)) if is_native(by) => short(by),
        (Some(module), Some(by)) => format!("the module {module} (imported in {})", short(by)),
        (Some(module), None) => format!("the module {module}"),
        (None, Some(by)) => format!("a module imported in {}", short(by)),
        (None, None) => "the module".into(),
    };
    let needed = by.and_then(|by| {
        let name = leaf(by).to_lowercase();
        NEEDING.iter().find(|(known, _)| *known == name).map(|(_, needed)| *needed)
    });
    if let Some(needed) = needed.filter(|_| !is_bundled) {
        let sentence = format!(
            "{who} needs {needed}, the OpenMP runtime of Microsoft's compiler, which its wheel and the Redistributable do not bring"
        );
        let whose = by.and_then(package);
        let text = format!(
            "upgrade {}: newer releases do not need it so; or install the MSVC v143 build tools (Visual Studio Installer), which put {needed} into System32",
            whose.as_deref().unwrap_or("the package")
        );
        let remedy = Remedy::new(text);
        return plain.says(sentence).mended(match whose {
            Some(whose) => remedy.fix(PIP_UPGRADE.with(&[&whose])),
            None => remedy,
        });
    }
    if let Some(judged) = of_a_build(&plain, &who).filter(|_| cause.is_none_or(|cause| cause == Cause::LibraryMissing))
    {
        return judged;
    }
    let absent = match plain.incident.says.contains("or one of its dependencies") {
        true => "was not found, or a DLL that it needs was not",
        false => "was found, and a DLL that it needs was not",
    };
    match cause {
        Some(Cause::WrongArchitecture) => of_other_bits(plain, &who, by),
        Some(Cause::SymbolMissing) if module.is_some_and(is_of_pywin32) => of_pywin32(plain, &who),
        Some(Cause::SymbolMissing) if module.and_then(known_module).is_some_and(|known| known.mixed) => {
            let known = module.and_then(known_module).expect("it was looked up above");
            let absent = "was found, and asks for a function that the DLL which was found does not have";
            of_a_known_module(plain, &who, absent, known)
        }
        Some(Cause::SymbolMissing) if is_in_conda(&plain, by) => {
            let whose = whose_package(by, plain.incident.told("place"));
            let name = whose.as_deref().unwrap_or("PACKAGE");
            let text = format!(
                "take {of_whose} and what it needs from one source: builds of two channels, or conda's and pip's, are mixed, or pip has put one over the other (pip uninstall {name}, then conda \
                 install {name}; or pip install --force-reinstall {name} in an environment without conda's); where both are of one channel, take the release before, or make a new environment; \
                 start from an activated one. On Windows before 10, take an older release",
                of_whose = whose.as_deref().unwrap_or("the package")
            );
            let remedy = Remedy::new(text);
            plain
                .says(format!(
                    "{who}, or a DLL that it needs, asks for a function that the DLL which was found does not have: another copy of a DLL was loaded first"
                ))
                .mended(match &whose {
                    Some(whose) => remedy.fix(CONDA_INSTALL.with(&[whose])).fix(PIP_REINSTALL.with(&[whose])),
                    None => remedy,
                })
        }
        Some(Cause::SymbolMissing) => {
            let whose = whose_package(by, plain.incident.told("place"));
            plain
            .says(format!(
                "{who}, or a DLL that it needs, asks for a function that the DLL which was found does not have: either this Windows is older \
                 than the file was made for (Rust 1.78 and later and newer compilers ask for Windows 10), or another copy of a DLL was \
                 loaded first"
            ))
            .mended(Remedy::new(format!(
                "on Windows before 10, take an older release of {} or a newer Windows; else have no other copy of its DLLs in the \
                 program's folder, in System32 or loaded by a package before it (install all from one source)",
                whose.as_deref().unwrap_or("the package")
            )))
        }
        Some(Cause::Blocked) => plain
            .says(format!("Windows denies access to {who}, or to a DLL that it needs: a virus scanner holds it, or its rights are wrong"))
            .mended(Remedy::new("give the user the right to read and run the file, and have the virus scanner leave the folder alone")),
        Some(Cause::NoMemory) => plain
            .says(format!("Windows has no memory left to load {who}: the paging file is too small"))
            .mended(Remedy::new("make the paging file larger, or load less (fewer worker processes)")),
        Some(Cause::InitFailed) => init_failed(plain, &who),
        _ if module.is_some_and(is_of_pywin32) => of_pywin32(plain, &who),
        _ if !is_bundled && module.is_some_and(is_of_python_s_library) => of_conda(plain, &who, by),
        _ if is_bundled && module.is_some_and(is_of_python_s_library) => of_conda_in_a_bundle(plain, &who, absent),
        _ if plain.incident.tool == ToolId::Py2exe => of_py2exe(plain, &who, absent),
        _ if is_bundled => in_a_bundle(plain, &who, absent, by),
        _ if let Some(known) = module.and_then(known_module) => of_a_known_module(plain, &who, absent, known),
        _ if is_in_conda(&plain, by) => of_a_conda_environment(plain, &who, absent, by),
        _ => {
            let whose = whose_package(by, plain.incident.told("place"));
            let another = whose.as_deref().map_or_else(String::new, |whose| {
                format!(" (another release of {whose} may bring it: where it failed after an upgrade, the one before)")
            });
            let text = format!(
                "install the Visual C++ Redistributable first, which is missing most often. Else the DLL has to come with the package{another}: its \
                 builder runs delvewheel repair, which also brings MinGW's runtime (libgcc_s_seh-1.dll, libstdc++-6.dll); where it lies in \
                 a folder of its own, name that with os.add_dll_directory (Python 3.8 and later do not search PATH)"
            );
            plain
                .says(format!("{who} {absent}; Windows does not say which"))
                .mended(Remedy::new(text).fix(Ok(MSVC_RUNTIME.command())))
        }
    }
}
