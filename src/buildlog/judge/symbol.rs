//! A symbol is said to be missing.

use std::path::Path;

use super::absent::conda_package;
use super::library::{package, short};
use super::{Cause, Judged, Verdict, homebrew, torch, unlinked, version};
use crate::buildlog::log_context::{LogContext, leaf};
use crate::buildlog::{Log, Packager, python_symbols, symbol_owner, well_known};
use crate::command::Remedy;
use crate::command::templates::{
    APK_UPGRADE, APT_DIST_UPGRADE, APT_UPDATE, APT_UPGRADE, CONDA_INSTALL, CONDA_INSTALL_OF, DNF_UPGRADE, MORE,
    PIP_FRESH, PIP_INSTALL_REQUIRED, PIP_REBUILD, PIP_REINSTALL, PIP_UPGRADE, VENV_CLEAR, WITHOUT_PYTHON_VARIABLES,
    YUM_UPDATE,
};
use crate::diagnose::{shipped, since_musl};
use crate::tools::ToolId;
use crate::world::FileId;

/// A shorter namespace is a part of too many names.
const SHORTEST_NAME: usize = 4;

pub(super) fn judge(plain: Judged, log: &Log, context: Option<&LogContext>) -> Judged {
    let by = plain.incident.by().map(str::to_owned);
    let file = context.zip(by.as_deref()).and_then(|(context, by)| context.file(by));
    let tied = match context.zip(file) {
        Some((context, file)) => plain.at(context, file),
        None => plain,
    };
    let about = context.zip(file).and_then(|(context, file)| context.finding_about(file, tied.cause.rules()));
    if let Some((context, at)) = context.zip(about) {
        let found = tied.clone().found(context, at);
        // The rule sees the two files; the log, how they came together.
        return match version::of_a_symbol(&tied, log) {
            Some(told) => {
                let sentence = format!("{}; here {}", told.sentence, found.sentence);
                Judged { finding: found.finding, node: found.node, ..told }.says(sentence)
            }
            None => found,
        };
    }
    let judged = match (tied.cause, tied.incident.message.id.as_str()) {
        (Cause::VersionMissing, _) => version::judge(tied, log),
        (Cause::OtherCopy, _) => version::mixed(tied),
        (_, "symbol-not-found") => expected(tied, log),
        _ => version::of_a_symbol(&tied, log).unwrap_or_else(|| symbol(tied, log)),
    };
    // Who is at hand and does not ask for that symbol is another build of the file.
    let symbol = judged.incident.told("symbol").map(str::to_owned);
    match context.zip(file).zip(symbol) {
        Some(((context, file), symbol)) if asks(context, file, &symbol) == Some(false) => {
            let sentence = format!(
                "{}; the file that is looked at does not ask for this symbol: the log is of another build of it",
                judged.sentence
            );
            judged.says(sentence)
        }
        _ => judged,
    }
}

/// Does a file ask for a symbol? None where it is not at hand as a whole.
fn asks(context: &LogContext, file: FileId, symbol: &str) -> Option<bool> {
    context.scan.world.file(file).image.as_ref()?;
    let bare = symbol.split('@').next().unwrap_or(symbol);
    Some(context.scan.symbol_uses_in(file, bare.as_bytes()).iter().any(|it| it.role.word() == "wants"))
}

/// dyld names the library in which it expected the symbol.
fn expected(plain: Judged, log: &Log) -> Judged {
    let told = |place: &str| plain.incident.told(place).map(str::to_owned);
    let (Some(symbol), Some(accused)) = (told("symbol"), told("accused")) else { return self::symbol(plain, log) };
    let who = plain.incident.by().map_or_else(|| "the file".to_owned(), short);
    let name = leaf(&accused).to_owned();
    let is_outside = accused.starts_with("/usr/lib/") || accused.starts_with("/System/");
    // GCC's own runtime is no part of macOS, in whatever release.
    let is_of_gcc = matches!(
        symbol_owner::owner(symbol.strip_prefix('_').unwrap_or(&symbol)),
        Some(symbol_owner::Owner { link: "gcc" | "gfortran" | "gomp" | "atomic", .. })
    );
    if let Some(judged) = unlinked::of_a_known_library(&plain, log, &who, &symbol).filter(|_| is_outside && is_of_gcc) {
        return judged;
    }
    if is_outside {
        return plain
            .cause(Cause::MacosTooNew, Verdict::Guilty)
            .says(format!("{who} uses {symbol}, which {accused} of this macOS does not have: the file was built for a newer one"))
            .mended(Remedy::new("build it on the oldest macOS that it is to run on (MACOSX_DEPLOYMENT_TARGET), take an older release of the package, or a newer macOS"));
    }
    if well_known::is_of_shared_cache(&format!("/usr/lib/{name}")) {
        return plain
            .cause(Cause::OtherCopy, Verdict::Guilty)
            .says(format!(
                "{who} expects {symbol} in {name}, and the copy that is loaded, {accused}, is another build of it that stands in for \
                 macOS' own library of that name (GNU's libiconv calls its functions otherwise)"
            ))
            .mended(Remedy::new(format!("leave {name} out of the bundle, so that /usr/lib/{name} is taken; or take the libraries that need it from where this copy comes from")));
    }
    let remedy = together(&plain, log, &accused, &name, &who);
    plain
        .says(format!("{who} uses {symbol} and expects it in {accused}, which does not have it: that copy is of another release than the one it was built with"))
        .mended(remedy)
}

/// What brings a file and the library in which it expects a symbol to releases that belong together, by who installed that library.
fn together(plain: &Judged, log: &Log, accused: &str, name: &str, who: &str) -> Remedy {
    let by = plain.incident.by().unwrap_or_default();
    let whose = package(by);
    if log.packager(&[accused]) == Packager::Conda {
        let stem = |library: &str| library.split('.').next().unwrap_or(library).to_owned();
        let before = whose.as_ref().map_or_else(String::new, |whose| {
            format!("; what pip put in place of conda's is removed first (pip uninstall {whose})")
        });
        let whose = whose.unwrap_or_else(|| conda_package(leaf(by)).unwrap_or_else(|| stem(leaf(by))));
        let library = conda_package(name);
        let text = format!(
            "install {whose} and {} anew from one channel (conda-forge with channel_priority strict, or a new environment), so that they belong together{before}; keep DYLD_LIBRARY_PATH empty",
            library.clone().unwrap_or_else(|| stem(name))
        );
        let install = CONDA_INSTALL.with(&[&whose]);
        return Remedy::new(text).fix(match &library {
            Some(library) => install.and_then(|command| command.and(MORE, &[library])),
            None => install,
        });
    }
    let formula = homebrew::formula(accused);
    if let (Some(whose), Some(formula)) = (&whose, formula) {
        let text = format!(
            "build {whose} again, as it was linked with another release of {formula} than Homebrew has now; or take a release of {whose} whose wheel includes its libraries"
        );
        return Remedy::new(text).fix(PIP_REBUILD.with(&[whose, whose])).fix(PIP_UPGRADE.with(&[whose]));
    }
    let text = format!(
        "install {name} and {who} in releases that belong together, from one source; in a bundle, have it take that copy along"
    );
    match whose.filter(|_| accused.contains("-packages/")) {
        Some(whose) => Remedy::new(format!(
            "{text}. Another release of {whose} may fit; else remove every copy of it and install it again"
        ))
        .fix(PIP_FRESH.with(&[&whose])),
        None => Remedy::new(text),
    }
}

fn symbol(plain: Judged, log: &Log) -> Judged {
    let Some(symbol) = plain.incident.told("symbol").map(str::to_owned) else { return plain };
    let who = plain.incident.by().map_or_else(|| "the file".to_owned(), short);
    let tool = plain.incident.tool;
    let is_abi3 = plain.incident.by().is_some_and(|by| by.contains("abi3"));
    if symbol == "Py_REFCNT" && is_abi3 {
        return plain
            .cause(Cause::PythonMismatch, Verdict::Guilty)
            .says(format!(
                "{who} uses Py_REFCNT, which is a function from Python 3.14 on and was a macro before: it was built with the headers of 3.14 \
                 or later, and its claim to the stable ABI (abi3) of older ones is broken"
            ))
            .mended(Remedy::new("build it with the headers of Python 3.13 or older, or take a release that was; or run it on Python 3.14"));
    }
    if tool == ToolId::Bionic {
        return unlinked::on_android(plain, &who, &symbol);
    }
    if let Some(judged) = of_pypy(&plain, &who, &symbol) {
        return judged;
    }
    let is_standard = plain.incident.by().is_some_and(|by| by.contains("/lib-dynload/"));
    if let Some(judged) = of_ldd(&plain, log, &who, &symbol) {
        return judged;
    }
    if well_known::is_of_python(&symbol) {
        return if is_standard {
            of_the_standard_library(plain, &who, &symbol)
        } else {
            of_python(plain, &who, &symbol)
        };
    }
    if tool == ToolId::Musl && well_known::is_of_glibc(&symbol) {
        let sentence =
            format!("{who} uses {symbol}, which only glibc has: it was built for glibc, and this system has musl");
        return for_musl(plain.cause(Cause::OtherLibc, Verdict::Guilty).says(sentence));
    }
    if let Some(judged) = of_a_newer_musl(&plain, &who, &symbol).filter(|_| tool == ToolId::Musl) {
        return judged;
    }
    if let Some(release) =
        well_known::since_glibc(&symbol).filter(|_| tool == ToolId::Glibc && plain.incident.told("version").is_none())
    {
        let sentence = format!(
            "{who} uses {symbol}, a function of glibc {release} and later, and the glibc that runs it is older: it was compiled on a newer system than this one"
        );
        return super::glibc::judge(plain, log, &who, release).says(sentence);
    }
    if let Some(judged) = given_up(&plain, &who, &symbol) {
        return judged;
    }
    if let Some(library) = well_known::former_library(&symbol).filter(|_| tool == ToolId::Glibc) {
        return plain
            .says(format!(
                "{who} uses {symbol}, which moved from {library} to libc.so.6 in glibc 2.34: the file was linked on a newer system without \
                 {library}, and the glibc that runs it is older"
            ))
            .mended(Remedy::new(format!(
                "use a system with glibc 2.34 or later, or a build that was linked with {library}; as a workaround, preload it (LD_PRELOAD={library})"
            )));
    }
    if let Some(judged) = of_conda(&plain, log, &symbol).filter(|_| matches!(tool, ToolId::Glibc | ToolId::Dyld)) {
        return judged;
    }
    if let Some(judged) = unlinked::of_a_known_library(&plain, log, &who, &symbol)
        .filter(|_| tool != ToolId::Musl || symbol_owner::owner(&symbol).is_some_and(|owner| owner.link == "lber"))
    {
        return judged;
    }
    if plain.incident.message.id == "symbol-not-found-flat" && !torch::is_torch(&symbol) {
        return unlinked::in_no_library(plain, &who, &symbol);
    }
    if torch::is_torch(&symbol) {
        return torch::judge(plain, &who, &symbol);
    }
    if let Some(judged) = unlinked::in_its_own_build(&plain, &who, &symbol).filter(|_| tool == ToolId::Glibc) {
        return judged;
    }
    of_a_namespace(plain, log, &who, &symbol)
}

/// A module of Python's own library, loaded by another Python than the one that it belongs to.
fn of_the_standard_library(plain: Judged, who: &str, symbol: &str) -> Judged {
    let by = plain.incident.by().unwrap_or_default();
    let root = by.split("/lib/python").next().filter(|root| root.starts_with('/'));
    // The folder of an interpreter looks alike, and must not be cleared; Python 2 has no venv.
    let is_environment = |root: &&str| {
        let parts = root.to_lowercase();
        let is_installation =
            ["conda", "miniforge", "mambaforge", "pyenv", "python"].iter().any(|word| parts.contains(word));
        let is_system = ["/usr", "/opt", "/var"].iter().any(|start| parts.starts_with(start));
        !is_installation && !is_system && !by.contains("/python2.")
    };
    let root = root.filter(is_environment).map(str::to_owned);
    let why = match &root {
        Some(_) => "the Python that the environment was created from was upgraded or replaced",
        None => "a variable leads one Python to the library of another, or was upgraded beside it",
    };
    let sentence = format!(
        "{who} is a standard library module of one Python{}, loaded by another that has no {symbol}: {why}",
        python_symbols::width(symbol)
            .map_or_else(String::new, |bytes| format!(" (with characters of {bytes} bytes, UCS{bytes})"))
    );
    let text = match &root {
        Some(_) => "recreate the environment with the installed Python, and reinstall its packages",
        None => "start it without the variables that lead to another Python: PYTHONHOME, PYTHONPATH, LD_LIBRARY_PATH",
    };
    let remedy = Remedy::new(text);
    plain.cause(Cause::PythonMismatch, Verdict::Guilty).says(sentence).mended(match root {
        Some(root) => remedy.fix(VENV_CLEAR.with(&[&root])),
        None => remedy.fix(Ok(WITHOUT_PYTHON_VARIABLES.command())),
    })
}

/// A function of Python that the interpreter does not have.
fn of_python(plain: Judged, who: &str, symbol: &str) -> Judged {
    let name = if plain.incident.tool == ToolId::Dyld { symbol.strip_prefix('_').unwrap_or(symbol) } else { symbol };
    let releases = python_symbols::releases(name);
    let sentence = match &releases {
        Some(releases) => {
            format!(
                "{who} uses {symbol}, which only {releases}: it was built for another Python than the one that loads it"
            )
        }
        None => format!(
            "{who} uses {symbol}, a function of Python that this interpreter does not have: it was built for another \
             version of Python, or for a debug build"
        ),
    };
    let judged = plain.cause(Cause::PythonMismatch, Verdict::Guilty).says(sentence);
    let Some(whose) = judged.incident.by().and_then(package) else {
        let run = match releases.as_deref() {
            Some("Python 3 has") => "run it with Python 3 (python3); or ",
            _ => "",
        };
        let text = format!(
            "{run}build it with the Python that runs it: CMake takes the first that it finds unless it is told (-DPython_EXECUTABLE=PYTHON; pybind11 before 2.6 \
             and Boost: -DPYTHON_EXECUTABLE=PYTHON)"
        );
        return judged.mended(Remedy::new(text));
    };
    let text = format!(
        "install {whose} for this very Python: again with the Python that runs it, from no cache; where its wheels are built otherwise, compile it on this machine"
    );
    judged.mended(Remedy::new(text).fix(PIP_FRESH.with(&[&whose])).fix(PIP_REBUILD.with(&[&whose, &whose])))
}

/// A function that musl has in newer releases: the file and the musl of the system come from different releases of Alpine.
fn of_a_newer_musl(plain: &Judged, who: &str, symbol: &str) -> Option<Judged> {
    let release = since_musl(symbol.as_bytes())?;
    let sentence = format!(
        "{who} uses {symbol}, a function of musl {release} and later, and the musl that runs it is older: the two come from different releases of Alpine"
    );
    let of_system = plain.incident.by().is_none_or(|by| by.starts_with("/usr/lib/") && package(by).is_none());
    let text = match of_system {
        true => "bring the whole system to one release: every line of /etc/apk/repositories for the same one (no edge beside a release), then upgrade all; upgrading musl alone brings \
                 the function. In an image, take base and copied files from one release of Alpine (python:3.12-alpine3.19, not parts of two)"
            .to_owned(),
        false => "take an image with a newer Alpine (its musl comes with the release), or a build of the file for this one".to_owned(),
    };
    let remedy = Remedy::new(text).fix(Ok(APK_UPGRADE.command()));
    Some(plain.clone().cause(Cause::VersionMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// Functions that a library gave up: how their names begin, the library and its package, the last release that has them, and the first
/// that does not.
///
/// Source: oneMKL's release notes of 2024.1; November 2026.
const GIVEN_UP: [(&str, &str, &str, &str, &str); 2] =
    [("iJIT_", "Intel's MKL", "mkl", "2024.0", "2024.1"), ("__itt_", "Intel's MKL", "mkl", "2024.0", "2024.1")];

/// A function that the library had in an older release.
fn given_up(plain: &Judged, who: &str, symbol: &str) -> Option<Judged> {
    let (_, whose, package, last, without) = GIVEN_UP.iter().find(|(start, ..)| symbol.starts_with(start))?;
    let sentence = format!(
        "{who} uses {symbol} of {whose} before {without}, and the release that is loaded is newer and no longer has it: the file was built with an older one"
    );
    let text = format!(
        "take {package} in the last release that has it ({last}), or a newer release of what asks for it, with a Python for which there is one"
    );
    let judged = plain.clone().cause(Cause::SymbolMissing, Verdict::Guilty).says(sentence);
    let pinned = format!("{package}<{without}");
    Some(judged.mended(
        Remedy::new(text).fix(CONDA_INSTALL_OF.with(&[package, last])).fix(PIP_INSTALL_REQUIRED.with(&[&pinned])),
    ))
}

/// A library of a conda environment misses a symbol: it and the library that should have it come from builds that do not fit.
fn of_conda(plain: &Judged, log: &Log, symbol: &str) -> Option<Judged> {
    let path = Path::new(plain.incident.by()?);
    let mut folders: Vec<&str> = Vec::new();
    for part in path.components().filter_map(|part| part.as_os_str().to_str()) {
        match part {
            ".." => drop(folders.pop()),
            "." => {}
            part => folders.push(part),
        }
    }
    let (name, folder) = (folders.pop()?, folders.last()?);
    let is_library = *folder == "lib" && name.starts_with("lib");
    if !is_library || log.packager(&[plain.incident.by()?]) != Packager::Conda || torch::is_torch(symbol) {
        return None;
    }
    let bare = if plain.incident.tool == ToolId::Dyld { symbol.strip_prefix('_').unwrap_or(symbol) } else { symbol };
    let of_whom = symbol_owner::owner(bare)
        .map_or_else(|| "the library that should have it".to_owned(), |owner| owner.library.to_owned());
    let sentence = format!(
        "{name} of the conda environment uses {symbol} of {of_whom}, and the copy that is loaded does not have it: the two come from different channels or builds, \
         or a copy outside of the environment is loaded first"
    );
    let stem = name.split(".so").next().unwrap_or(name).split(".dylib").next().unwrap_or(name);
    // The package of conda is called as the table has it, else as the library is.
    let known = shipped(name).map(|shipped| shipped.conda).filter(|conda| !conda.is_empty());
    let stem = known.as_deref().unwrap_or(stem);
    let text = format!(
        "install {stem} and {of_whom} anew from one channel (conda-forge with channel_priority strict, or a new environment), and keep LD_LIBRARY_PATH empty; \
         LD_DEBUG=libs shows which copy is loaded"
    );
    let judged = plain.clone().cause(Cause::SymbolMissing, Verdict::Guilty).says(sentence);
    Some(judged.mended(Remedy::new(text).fix(CONDA_INSTALL.with(&[&stem]))))
}

/// What was built for glibc is taken in a build for musl; or the system is another.
pub(super) fn for_musl(judged: Judged) -> Judged {
    let whose = judged.incident.by().and_then(package);
    let of_whose = whose.as_deref().unwrap_or("the package");
    // On Alpine pip takes no wheel for glibc: what it installed there is the fault of the wheel.
    let by_pip = judged.incident.around.iter().any(|(_, line)| line.contains("pip install"));
    if let Some(whose) = whose.as_ref().filter(|_| by_pip) {
        let text = format!(
            "take another release of {whose}: pip takes only musllinux wheels here, and that of this release was built wrongly; or build it on this system; or run it on a system with glibc \
             (an image of Debian, as python:3-slim, in place of Alpine)"
        );
        return judged.mended(Remedy::new(text).fix(PIP_UPGRADE.with(&[whose])).fix(PIP_REBUILD.with(&[whose, whose])));
    }
    let text = format!(
        "take the musllinux wheel of {of_whose} (a newer pip finds it), or build it on this system; where there is neither, run it on a system with glibc \
         (an image of Debian, as python:3-slim, in place of Alpine)"
    );
    let remedy = Remedy::new(text);
    let remedy = match &whose {
        Some(whose) => remedy.fix(PIP_REINSTALL.with(&[whose])).fix(PIP_REBUILD.with(&[whose, whose])),
        None => remedy,
    };
    judged.mended(remedy)
}

/// The namespace of a symbol of C++ names the library that it belongs to: the package's own, or another.
fn of_a_namespace(plain: Judged, log: &Log, who: &str, symbol: &str) -> Judged {
    let Some(spoken) = well_known::spoken_symbol(symbol) else { return of_its_package(plain, log) };
    let sentence = format!(
        "{who} uses {spoken} ({symbol}), which no library that it needs has: the library that is loaded is of another version, or built \
         with another C++ ABI"
    );
    let together = "install the library and the package in versions that belong together";
    let by = plain.incident.by().unwrap_or_default().to_owned();
    let namespace = spoken.split_once("::").map_or("", |(namespace, _)| namespace).to_lowercase();
    let Some(package) = package(&by).filter(|_| namespace.len() >= SHORTEST_NAME) else {
        return plain.says(sentence).mended(Remedy::new(together));
    };
    let is_conda = log.packager(&[&by]) == Packager::Conda;
    if !leaf(&by).to_lowercase().contains(&namespace) && !package.to_lowercase().contains(&namespace) {
        let text = format!(
            "install {namespace} in the release that {who} was built against (the one before, where {namespace} was upgraded last), or upgrade \
             {package} to a build for the {namespace} that is installed; in a conda environment take both from one channel"
        );
        return plain.says(sentence).mended(Remedy::new(text));
    }
    let whose = package.as_str();
    let text = format!(
        "have one copy of {namespace}: reinstall {whose} with its libraries from one source (all wheels, or all of one conda channel), and take \
         other copies out of LD_LIBRARY_PATH"
    );
    let command = if is_conda { CONDA_INSTALL.with(&[&whose]) } else { PIP_REINSTALL.with(&[&whose]) };
    plain.says(sentence).mended(Remedy::new(text).fix(command))
}

/// Nothing tells whose the symbol is: the package whose file asks for it, and what lies beside it, come from different releases.
fn of_its_package(plain: Judged, log: &Log) -> Judged {
    let is_glibc = plain.incident.tool == ToolId::Glibc;
    let is_of_ros = plain.incident.by().is_some_and(|by| by.starts_with("/opt/ros/"));
    if is_glibc && is_of_ros {
        let text = "upgrade all packages of ROS together: those of one distribution of ROS change their interfaces with each sync, so that old and new ones do not fit; build what was compiled against \
                    them (a workspace) again";
        let steps = [Ok(APT_UPDATE.command()), Ok(APT_DIST_UPGRADE.command())];
        return plain.mended(Remedy::new(text).steps(steps));
    }
    let Some(whose) = plain.incident.by().and_then(package).filter(|_| is_glibc) else { return plain };
    if let Some(packager) = system_packager(&plain, log) {
        return of_the_distribution(plain, packager, &whose);
    }
    let text = format!(
        "reinstall {whose}: first remove every copy of it (pip uninstall {whose}, again until none is left; what conda installed by conda), then install one release \
         from one source; or take the release of it that was built for the libraries that are there"
    );
    plain.mended(Remedy::new(text).fix(PIP_FRESH.with(&[&whose])))
}

/// Who installed the file, where that was the system's package manager and not pip: Debian's pip has a folder apart, and that of Red Hat's systems
/// has since Fedora 27.
fn system_packager(plain: &Judged, log: &Log) -> Option<Packager> {
    let by = plain.incident.by()?;
    let is_of_debian = by.starts_with("/usr/lib/python3/dist-packages/") || by.starts_with("/usr/lib/pymodules/");
    let is_of_rpm = ["/usr/lib64/python", "/usr/lib/python"].iter().any(|start| by.starts_with(start))
        && by.contains("/site-packages/");
    match log.packager(&[]) {
        Packager::Apt if is_of_debian => Some(Packager::Apt),
        packager @ (Packager::Dnf | Packager::Yum) if is_of_rpm => Some(packager),
        _ => None,
    }
}

/// A module and the library that it is made for are two packages of the distribution, which upgrades them together.
fn of_the_distribution(plain: Judged, packager: Packager, whose: &str) -> Judged {
    let text = format!(
        "upgrade {whose} and the library that it is made for (mostly lib{whose}) together, by the package manager that installed them: where the newest release still fails, its maintainers have \
         to rebuild it; take copies of the library that were installed by hand (/usr/local/lib) out of the way"
    );
    let (template, library) = match packager {
        Packager::Apt => (APT_UPGRADE, format!("python3-{whose}")),
        Packager::Yum => (YUM_UPDATE, whose.to_owned()),
        _ => (DNF_UPGRADE, whose.to_owned()),
    };
    plain.mended(Remedy::new(text).fix(template.with(&[&library])))
}

/// `ldd` resolves a module alone, without the interpreter that has Python's functions.
fn of_ldd(plain: &Judged, log: &Log, who: &str, symbol: &str) -> Option<Judged> {
    let is_of_loader = matches!(plain.incident.tool, ToolId::Musl | ToolId::Glibc);
    let line = plain.incident.around.iter().find(|(number, _)| *number == plain.incident.first)?.1.trim_start();
    let is_bare = ["Error relocating ", "undefined symbol: "].iter().any(|start| line.starts_with(start));
    if !is_of_loader || !is_bare || !well_known::is_of_python(symbol) || log.found.is_empty() {
        return None;
    }
    let sentence = format!(
        "{who} uses {symbol}, a function of Python: ldd looks at the module alone, and the interpreter that loads it has the function; so does every extension \
         module look"
    );
    Some(plain.clone().cause(Cause::SymbolMissing, Verdict::Noise).says(sentence).noise())
}

/// PyPy gives Python's functions names of its own, so that what was built for the one is not taken for the other.
fn of_pypy(plain: &Judged, who: &str, symbol: &str) -> Option<Judged> {
    let by = plain.incident.by()?.to_lowercase();
    let is_in_pypy = [".pypy", "/pypy", "\\pypy", "-pp7"].iter().any(|part| by.contains(part));
    let is_of_pypy = symbol.trim_start_matches('_').starts_with("PyPy");
    if !well_known::is_of_python(symbol) || is_in_pypy == is_of_pypy {
        return None;
    }
    let (built, runs, text) = match is_in_pypy {
        true => (
            "CPython",
            "PyPy",
            "build it with PyPy as the interpreter (maturin build -i pypy3; PYO3_PYTHON; python -m build run by PyPy), or install a wheel for \
             PyPy (pp…-pypy…)",
        ),
        false => {
            ("PyPy", "CPython", "install the wheel for CPython, or build the package with the Python that runs it")
        }
    };
    let sentence = format!("{who} uses {symbol}, as {built} calls it, and {runs} loads it: it was built for {built}");
    Some(plain.clone().cause(Cause::PythonMismatch, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}
