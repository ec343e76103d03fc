//! A version of a symbol is said to be missing: which copy of the library was loaded in place of the one that has it.

use super::absent::conda_package;
use super::library::{package, short};
use super::{Cause, Judged, Verdict, glibc};
use crate::buildlog::log_context::leaf;
use crate::buildlog::{Log, Mark, Packager, well_known};
use crate::command::Remedy;
use crate::command::templates::{
    CONDA_INSTALL, CONDA_LIBSTDCXX, LIBRARY_PATH, PIP_FRESH, PIP_REBUILD, PIP_UPGRADE, WITH_LIBPYTHON,
};

pub(super) fn judge(plain: Judged, log: &Log) -> Judged {
    let Some(version) = plain.incident.told("version").map(str::to_owned) else { return plain };
    let by = plain.incident.by().map(str::to_owned);
    let who = by.as_deref().map_or_else(|| "the file".to_owned(), short);
    let library = plain.incident.told("accused").unwrap_or("the library").to_owned();
    let name = leaf(&library).to_owned();
    let is_runtime = ["GLIBCXX_", "CXXABI_", "GCC_"].iter().any(|start| version.starts_with(start));
    let is_outside = library.starts_with("/lib") || library.starts_with("/usr/") || !library.contains('/');
    let is_bundled = |path: &str| well_known::bundler_of(path).is_some() || path.contains(".app/Contents/");
    let is_conda = |path: &str| log.packager(&[path]) == Packager::Conda;
    if is_bundled(&library) || by.as_deref().is_some_and(is_bundled) && !version.starts_with("GLIBC_") {
        let word = log.running().map_or("the bundler", crate::tools::Bundler::word);
        return plain
            .cause(Cause::OtherCopy, Verdict::Guilty)
            .says(format!("{who} asks {name} for {version}, and the bundle holds another copy, {}, without it: the two come from different installations (conda's and the system's)", short(&library)))
            .mended(Remedy::new(format!("build the bundle so that both come from one place: put the lib folder of the environment that has {version} first (LD_LIBRARY_PATH) when {word} runs, or name its {name} with an option (--add-binary)")));
    }
    if let Some(release) = version.strip_prefix("GLIBC_") {
        return glibc::judge(plain, log, &who, release);
    }
    if let Some(judged) = of_another_environment(&plain, &library, &version).filter(|_| is_runtime) {
        return judged;
    }
    if is_runtime && (is_conda(&library) || is_outside && by.as_deref().is_some_and(is_conda)) {
        let why = match is_outside {
            true => {
                format!("the system's copy, {library}, was loaded before that of the conda environment, and is too old")
            }
            false => format!(
                "the copy that wins, {library}, is too old: it is that of the conda environment, and the system may have a newer one"
            ),
        };
        let remedy = Remedy::new(
            "upgrade that of the environment (libstdcxx-ng), and start the program so that it is found first (an activated environment, no LD_LIBRARY_PATH)",
        );
        return plain
            .says(format!("{who} asks {name} for {version}: {why}"))
            .mended(remedy.fix(Ok(CONDA_LIBSTDCXX.command())));
    }
    if is_runtime && !is_outside {
        return plain
            .says(format!("{who} asks {name} for {version}, and the copy that wins, {library}, is too old: the system may have a newer one"))
            .mended(Remedy::new("upgrade that copy, or take it away so that the system's is found (LD_LIBRARY_PATH, a folder of the program)"));
    }
    if is_runtime {
        let sentence = format!("{who} was built with a newer compiler than {library} comes from: it has no {version}");
        return plain.says(sentence).mended(of_an_older_compiler(log, &library, by.as_deref()));
    }
    // conda's library stands behind the system's of one name, as it does for GCC's runtime.
    if is_outside && by.as_deref().is_some_and(is_conda) {
        let stem = conda_package(&name).unwrap_or_else(|| name.split(".so").next().unwrap_or(&name).to_owned());
        let sentence = format!(
            "{who} asks {name} for {version}: the system's copy, {library}, was loaded before that of the conda environment, and is another release"
        );
        let text = format!(
            "start the program so that the environment's {name} is found first: activated, with LD_LIBRARY_PATH empty, or set to the environment's lib folder; where the environment has none, or an older \
             one, install {stem} into it from the channel of the others"
        );
        let remedy = Remedy::new(text).fix(Ok(WITH_LIBPYTHON.command())).fix(CONDA_INSTALL.with(&[&stem]));
        return plain.cause(Cause::OtherCopy, Verdict::Guilty).says(sentence).mended(remedy);
    }
    let sentence = format!(
        "{who} asks {library} for {version}, and the copy that is loaded is another release and does not have it"
    );
    plain.says(sentence).mended(Remedy::new(format!(
        "have the {name} found first that {who} was built with, or install a build of {who} for the one that is there"
    )))
}

/// The system's runtime of GCC is too old: systems keep theirs, and wheels differ from release to release.
fn of_an_older_compiler(log: &Log, library: &str, by: Option<&str>) -> Remedy {
    let Some(whose) = by.and_then(package) else {
        let text = "upgrade the system's libstdc++ (a newer release of the system), or take a build for older systems; without rights on the system, conda has a newer one for programs of any origin: \
                    install it into an environment, and start the program with LD_LIBRARY_PATH set to that environment's lib folder ($CONDA_PREFIX/lib)";
        return Remedy::new(text).fix(Ok(CONDA_LIBSTDCXX.command()));
    };
    let is_red_hat = library.starts_with("/lib64/") || library.starts_with("/usr/lib64/");
    let system = match (is_red_hat, log.packager(&[library])) {
        (true, _) => {
            "Red Hat's systems keep theirs for a whole major release: only a newer one, or an image of one, has a newer libstdc++"
        }
        (false, Packager::Apt) => {
            "Debian and Ubuntu keep theirs for a whole release; for Ubuntu the toolchain's PPA has a newer libstdc++6 (add-apt-repository ppa:ubuntu-toolchain-r/test)"
        }
        _ => "systems keep theirs for a whole release",
    };
    let text = format!(
        "take an older release of {whose}, whose wheel was built with an older compiler (pip install \"{whose}<RELEASE\"), or build {whose} on this system; {system}"
    );
    Remedy::new(text).fix(PIP_REBUILD.with(&[&whose, &whose]))
}

/// The copy of one environment is loaded for a file of another, which lies below it: conda's `envs`.
fn of_another_environment(plain: &Judged, library: &str, version: &str) -> Option<Judged> {
    let by = plain.incident.by()?;
    let library = library.replace("/bin/../", "/");
    let (own, _) = by.split_once("/lib/python")?;
    let (other, name) = library.rsplit_once("/lib/")?;
    let below = own.strip_prefix(other)?.strip_prefix("/envs/")?;
    let folder = format!("{own}/lib");
    let sentence = format!(
        "{} asks {name} for {version}: the copy of another environment, {library}, was loaded in place of that of its own, {below}, and is too old",
        short(by)
    );
    let text = format!(
        "have the libraries of its own environment found first: activate {below}, with no LD_LIBRARY_PATH that leads to {other}/lib, or set it to {folder}; \
         where that has no such version, install libstdcxx-ng into it"
    );
    let remedy = Remedy::new(text).fix(LIBRARY_PATH.with(&[&folder])).fix(Ok(CONDA_LIBSTDCXX.command()));
    Some(plain.clone().cause(Cause::OtherCopy, Verdict::Guilty).says(sentence).mended(remedy))
}

/// What the version of a symbol says of the library that should have it: its node is often called like the library.
pub(super) fn of_a_symbol(plain: &Judged, log: &Log) -> Option<Judged> {
    let told = |place: &str| plain.incident.told(place).map(str::to_owned);
    let (symbol, version) = (told("symbol")?, told("version")?);
    let by = plain.incident.by()?.to_owned();
    let library = well_known::library_of_node(&version)?;
    let copy = log.place_of(&library).map_or_else(
        || format!("the {library} that is loaded"),
        |place| format!("{place}, which is loaded as {library},"),
    );
    let is_by_path = log.marks.contains(&Mark::LibraryPath);
    let is_conda = log.marks.contains(&Mark::Conda);
    let is_system = ["/lib/", "/lib64/", "/usr/lib"].iter().any(|start| by.starts_with(start));
    let why = match (is_by_path, is_conda && is_system) {
        (true, _) => "; LD_LIBRARY_PATH is searched before what the package brings",
        (_, true) => "; conda's Python puts the copy of its prefix before the system's",
        _ => "",
    };
    let sentence =
        format!("{} wants {symbol} of {version}, and {copy} is another release and does not have it{why}", short(&by));
    if let Some(remedy) = of_cuda(&library, &by, log).filter(|_| !is_by_path) {
        return Some(plain.clone().cause(Cause::OtherCopy, Verdict::Guilty).says(sentence).mended(remedy));
    }
    let text = match (is_by_path, is_conda && is_system) {
        (true, _) => format!(
            "take the folder with the other {library} out of LD_LIBRARY_PATH (unset LD_LIBRARY_PATH), or put the one that the package brings first"
        ),
        (_, true) => format!(
            "install the {} of conda-forge that has {version} into the environment, or remove the link called {library} there that leads to \
             another release, so that the system's is found",
            library.split('.').next().unwrap_or(&library)
        ),
        _ => format!(
            "see which copy of {library} is loaded (LD_DEBUG=libs), and have the one that belongs to {} found first",
            short(&by)
        ),
    };
    Some(plain.clone().cause(Cause::OtherCopy, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}

/// A library of CUDA is of another release than the package that asks for it was built with.
fn of_cuda(library: &str, by: &str, log: &Log) -> Option<Remedy> {
    let wheel = well_known::cuda(library)?.wheel;
    let whose = package(by).filter(|whose| !whose.starts_with("nvidia"))?;
    let stem = library.split(".so").next().unwrap_or(library);
    if log.packager(&[by]) == Packager::Conda {
        let text = format!(
            "install the {stem} that belongs to the CUDA which {whose} was built for, from the same channel (conda list shows the releases; conda install \
             \"{stem}=RELEASE\" -c nvidia), or {whose} anew in a new environment, which brings the one that fits; keep LD_LIBRARY_PATH empty"
        );
        return Some(Remedy::new(text));
    }
    let text = format!(
        "install {whose} anew with what it requires, which pins the release of {stem} (the wheel {wheel}), and keep CUDA's own folders out of LD_LIBRARY_PATH, which is searched \
         before the wheel's"
    );
    Some(Remedy::new(text).fix(PIP_FRESH.with(&[&whose])))
}

/// There is one glibc in a process: what it does not have under that name was linked against another release, or a patched one.
fn moved_in_glibc(plain: Judged, accused: &str) -> Judged {
    let by = plain.incident.by().map(str::to_owned);
    let who = by.as_deref().map_or_else(|| "the file".to_owned(), short);
    let symbol = plain.incident.told("symbol").unwrap_or("a symbol").to_owned();
    let sentence = format!(
        "{who} expects {symbol} in {accused}, and this system's glibc does not have it there: the file was linked against another release of glibc, which had it there"
    );
    let whose = by.as_deref().and_then(package);
    let of_whose = whose.as_deref().unwrap_or("the package");
    let text =
        format!("take another release of {of_whose}, whose wheel was linked elsewhere, or build it on this system");
    let remedy = Remedy::new(text);
    let remedy = match &whose {
        Some(whose) => remedy.fix(PIP_UPGRADE.with(&[whose])).fix(PIP_REBUILD.with(&[whose, whose])),
        None => remedy,
    };
    plain.cause(Cause::SymbolMissing, Verdict::Guilty).says(sentence).mended(remedy)
}

/// Two files of different releases of one library.
pub(super) fn mixed(plain: Judged) -> Judged {
    let told = |place: &str| plain.incident.told(place).map(str::to_owned);
    let (Some(accused), Some(version)) = (told("accused"), told("version")) else { return plain };
    if version.starts_with("GLIBC_2") && well_known::is_library_of_glibc(&accused) {
        return moved_in_glibc(plain, &accused);
    }
    if version != "GLIBC_PRIVATE" {
        return plain;
    }
    let who = plain.incident.by().map_or_else(|| "the file".to_owned(), short);
    plain
        .says(format!("{who} and the {accused} that is loaded come from different releases of glibc: some of its libraries were bundled and others are the system's"))
        .mended(Remedy::new("bundle all of glibc's libraries (libc.so.6, libpthread.so.0, libdl.so.2, libm.so.6, the loader) or none of them (staticx: -l for each)"))
}
