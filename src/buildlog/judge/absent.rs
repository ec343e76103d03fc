//! A library is not there, and no file at hand says why: what its name, who asks for it and the log's surroundings tell.

use super::library::{folder, package, shipped_elsewhere, short};
use super::{Cause, Judged, Verdict, exclude, homebrew, windows};
use crate::buildlog::companions::{Companions, companions};
use crate::buildlog::log_context::{LogContext, leaf};
use crate::buildlog::well_known::{self, Cuda};
use crate::buildlog::{Log, Mark, Packager, folders};
use crate::command::templates::{
    APK_ADD, APK_SEARCH, APK_SONAME, APT_FILE, APT_INSTALL, BREW_INSTALL, BREW_SEARCH, CONDA_INSTALL, CONDA_INSTALL_OF,
    CONDA_SEARCH, DELVEWHEEL_INSIDE, DELVEWHEEL_WITH, DNF_INSTALL, DNF_SONAME, FILE, LIBRARY_PATH, MATURIN_SKIP, MORE,
    NAME_ADD_RPATH, PIP_FOR, PIP_INSTALL, PIP_INSTALL_REQUIRED, PIP_REINSTALL, PIP_UNINSTALL, PIP_UPGRADE,
    PYENV_SHARED, SET_RPATH, SET_RPATH_OF, SIGN, WITH_LIBPYTHON, YUM_INSTALL, YUM_SONAME, ZYPPER_SONAME,
};
use crate::command::{Command, Remedy, Template};
use crate::diagnose::{Shipped, origin, shipped};
use crate::tools::Bundler;
use crate::tools::ToolId;

/// What a person reads, and what mends it.
pub(super) fn judge(plain: Judged, log: &Log, context: Option<&LogContext>, accused: &str, by: Option<&str>) -> Judged {
    let tool = plain.incident.tool;
    let bundler = context
        .and_then(|context| context.scan.target.bundle.as_ref().map(|bundle| bundle.bundler))
        .or_else(|| log.running())
        .or_else(|| by.and_then(well_known::bundler_of))
        // A bundler speaks while it builds: nothing runs yet.
        .filter(|_| Bundler::of(tool).is_none())
        .filter(|_| !matches!(tool, ToolId::Auditwheel | ToolId::Maturin | ToolId::Delocate | ToolId::Delvewheel));
    if plain.incident.told("why").is_some_and(|why| why.contains("Permission denied")) {
        let text = "give the user who runs it the right to read the file and to enter every folder above it";
        return plain.says(format!("{accused} is there, and the process may not read it")).mended(Remedy::new(text));
    }
    if let Some(cuda) = well_known::cuda(leaf(accused)).filter(|_| exclude(tool, &[accused]).is_none()) {
        return of_cuda(plain, log, &cuda, accused, by);
    }
    if accused.contains("$ORIGIN") {
        let sentence =
            format!("{accused} has $ORIGIN in it, which only Linux's loaders know: dyld's word is @loader_path");
        let judged = plain.cause(Cause::ForeignRpath, Verdict::Guilty).says(sentence);
        return judged
            .mended(Remedy::new("give the file an rpath with @loader_path: install_name_tool -rpath OLD NEW"));
    }
    if let Some(bundler) = bundler.filter(|_| tool != ToolId::Linker) {
        return in_a_bundle(plain, log, bundler, accused, by);
    }
    if let Some(judged) = of_a_program_for_glibc(&plain, log, by) {
        return judged;
    }
    let is_told = |judged: &Judged| !judged.sentence.is_empty();
    if is_told(&plain) {
        return plain;
    }
    if let Some(judged) = of_an_optional_plugin(&plain, accused, by) {
        return judged;
    }
    if let Some(judged) = shipped_elsewhere(plain.clone(), accused, exclude(tool, &[accused])) {
        return judged;
    }
    if let Some(judged) = found_and_lost(&plain, accused, by) {
        return judged;
    }
    if let Some(judged) = of_its_wheel(&plain, accused, by) {
        return judged;
    }
    if let Some(judged) = of_its_package(&plain, accused, by).or_else(|| of_the_other_libc(&plain, accused, by)) {
        return judged;
    }
    if tool == ToolId::Windows {
        return windows::absent(plain, accused);
    }
    let is_elf = matches!(tool, ToolId::Glibc | ToolId::Musl | ToolId::Bionic);
    if is_elf && leaf(accused).starts_with("libpython") && accused.contains("/build/") {
        return of_the_work_folder(plain, accused);
    }
    if is_elf && leaf(accused).starts_with("libpython") {
        return of_libpython(plain, log, accused, by);
    }
    if tool == ToolId::Bionic {
        return on_android(plain, accused, by);
    }
    if let Some(judged) = linked_from(&plain, log, accused, by).filter(|_| is_elf) {
        return judged;
    }
    if let Some(judged) = of_its_project(&plain, accused, by).filter(|_| is_elf) {
        return judged;
    }
    if is_elf && accused.contains('/') && by.is_none() {
        return by_its_path(plain, log, accused);
    }
    let who = by.map_or_else(String::new, |by| format!(", needed by {},", short(by)));
    let name = soname(accused);
    let paths: Vec<&str> =
        [by, plain.incident.told("place"), Some(accused), log.site.as_deref()].into_iter().flatten().collect();
    let place = match log.packager(&paths) {
        Packager::Conda => " in the conda environment",
        _ => "",
    };
    let sentence = format!("{accused}{who} is not found{place}{}", origin(name.as_bytes()));
    let remedy = match tool {
        ToolId::Auditwheel => {
            let text = "install the library where auditwheel runs, or add its folder to LD_LIBRARY_PATH (auditwheel searches there and in the system's \
                        folders, not inside the wheel); if another wheel provides it, exclude it";
            exclude(tool, &[accused]).into_iter().fold(Remedy::new(text), Remedy::fix)
        }
        ToolId::Delvewheel => {
            let text = "where the wheel holds the DLL already, have delvewheel look inside it (--ignore-existing); else lead it to the folder that has \
                        the DLL itself, no import library (--add-path)";
            Remedy::new(text).fix(Ok(DELVEWHEEL_INSIDE.command())).fix(Ok(DELVEWHEEL_WITH.command()))
        }
        _ if windows::is_dll(&name) => windows::for_the_build(&name),
        ToolId::Maturin if is_of_the_c_library(&name) => {
            let text = "have maturin leave the wheel as it is: the name belongs to the C library of this system (Android's bionic has it under \
                        this name), for which there is no manylinux policy";
            Remedy::new(text).fix(Ok(MATURIN_SKIP.command()))
        }
        _ => install(&plain, log, &name, by),
    };
    plain.says(sentence).mended(remedy)
}

/// PyInstaller's folder build holds a program that only its own work needs.
fn of_the_work_folder(plain: Judged, accused: &str) -> Judged {
    let folder = accused.rsplit_once('/').map_or(accused, |(folder, _)| folder);
    let sentence = format!(
        "the program lies in {folder}, a folder build, in which PyInstaller works: it has no {} there, and is not the program that was built",
        leaf(accused)
    );
    let text = "run the program in the folder dist (dist/NAME/NAME, or dist/NAME of --onefile); where it is that one which fails, upgrade PyInstaller and build with a Python that has its \
                shared library";
    plain.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(Remedy::new(text))
}

/// Python's shared library: which Pythons have one, and where it lies, depends on who built that Python.
fn of_libpython(plain: Judged, log: &Log, accused: &str, by: Option<&str>) -> Judged {
    let who = by.map_or_else(|| "a file that was loaded".to_owned(), short);
    let name = leaf(accused).to_owned();
    // `3.6` of `libpython3.6m.so.1.0`.
    let version: String =
        name.trim_start_matches("libpython").chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let version = version.trim_end_matches('.').to_owned();
    let place = plain.incident.told("place").map(str::to_owned);
    let paths: Vec<&str> = [by, place.as_deref(), log.site.as_deref()].into_iter().flatten().collect();
    let of_pyenv = paths.iter().find_map(|path| {
        let (_, rest) = path.split_once(".pyenv/versions/")?;
        rest.split('/').next().filter(|name| name.starts_with(&version))
    });
    let build = "what you build yourself is better linked without it, as extension modules should be";
    let judged = |plain: Judged, why: &str, remedy: Remedy| {
        let sentence =
            format!("{who} is linked with Python's shared library {name}, and no search path leads to one: {why}");
        plain.cause(Cause::PythonLibrary, Verdict::Guilty).says(sentence).mended(remedy)
    };
    if let Some(release) = of_pyenv.map(str::to_owned) {
        let text = format!(
            "build that Python again with its shared library (--enable-shared), and reinstall its packages; {build}"
        );
        let remedy = Remedy::new(text).fix(PYENV_SHARED.with(&[&release]));
        return judged(plain, "pyenv builds Pythons without one unless it is asked", remedy);
    }
    let packager = log.packager(&paths);
    if packager == Packager::Conda {
        let root = paths.iter().find_map(|path| path.split_once("/lib/python")).map(|(root, _)| format!("{root}/lib"));
        let text = format!(
            "set LD_LIBRARY_PATH to the lib folder of the environment ($CONDA_PREFIX/lib), if that has Python {version}; else run it with an environment of \
             Python {version}; {build}"
        );
        let remedy = Remedy::new(text).fix(match &root {
            Some(root) => LIBRARY_PATH.with(&[root]),
            None => Ok(WITH_LIBPYTHON.command()),
        });
        return judged(
            plain,
            "conda's lies in the lib folder of the environment, where only its own programs look",
            remedy,
        );
    }
    let text = format!(
        "install the library of the system's Python {version}, where that is the Python which runs it; of another Python {version} (conda's, one in /usr/local or \
         /opt) set LD_LIBRARY_PATH to its lib folder (for /usr/local/lib run ldconfig instead), and build one that has none again with --enable-shared; {build}"
    );
    let install = match packager {
        Packager::Apt => Some(APT_INSTALL.with(&[&format!("libpython{version}")])),
        _ => soname_template(packager).map(|template| template.with(&[&name])),
    };
    let remedy = install.into_iter().fold(Remedy::new(text), Remedy::fix).fix(Ok(WITH_LIBPYTHON.command()));
    judged(plain, "this Python has none, or it lies where only its own program looks", remedy)
}

/// A plugin of Qt for something that the machine does not have: the path is that of whoever built Qt.
fn of_an_optional_plugin(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let tool = plain.incident.tool;
    let by = by.filter(|by| {
        Bundler::of(tool).is_some()
            && by.contains("/plugins/")
            && ["PySide", "PyQt"].iter().any(|word| by.contains(word))
    })?;
    let is_of_qt = leaf(accused).starts_with("Qt") || leaf(accused).starts_with("libQt");
    if is_of_qt || !accused.starts_with('/') {
        return None;
    }
    let plugin = leaf(by);
    let sentence = format!(
        "{plugin}, a plugin of Qt, asks for {accused}, where whoever built Qt had it: only a program that uses this plugin needs it, and {} stops or warns for all",
        tool.name()
    );
    let text = format!(
        "leave the plugin out where the program does without it: upgrade {name}, whose newer releases do so; Nuitka: --noinclude-dlls=*{plugin}*; else delete it from the environment \
         before the build, or install what it asks for",
        name = tool.name()
    );
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}

/// Nuitka tells the file to which it followed the name, and did not take it along.
fn found_and_lost(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let resolved =
        plain.incident.told("resolved").filter(|resolved| resolved.starts_with('/') && *resolved != accused)?;
    let who = by.map_or_else(|| "a file".to_owned(), short);
    let sentence = format!(
        "{accused}, needed by {who}, exists ({}): Nuitka resolved the name to that file, and then did not copy it",
        short(resolved)
    );
    let remedy = Remedy::new("upgrade Nuitka").fix(PIP_UPGRADE.with(&[&"nuitka"]));
    Some(plain.clone().cause(Cause::FoundByLoader, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The loader itself is asked for a path that it does not open.
fn by_its_path(plain: Judged, log: &Log, accused: &str) -> Judged {
    let sentence = format!(
        "the loader does not open {accused} itself: it is missing, or made for another processor, of which glibc says the same"
    );
    // What is no module is named by whoever loads it: by a setting, or by where another program says that it is installed.
    let library = shipped(leaf(accused)).filter(|_| !accused.contains("-packages/"));
    let install = library.and_then(|shipped| command(log.packager(&[accused]), &shipped));
    let text = match &install {
        Some(_) => {
            "look at the file; if it is missing, install what provides it, and have what loads it find that one (its settings, or the first on \
                    PATH of the program that says where it is)"
        }
        None => "look at the file, and at what it is made for",
    };
    let remedy = Remedy::new(text).fix(FILE.with(&[&accused]));
    plain.says(sentence).mended(install.into_iter().fold(remedy, |remedy, command| remedy.fix(Ok(command))))
}

/// Android has none of Linux' packages: what a wheel does not bring, Termux may.
fn on_android(plain: Judged, accused: &str, by: Option<&str>) -> Judged {
    let who = by.map_or_else(|| "a file".to_owned(), short);
    let sentence = format!(
        "{who} needs {}, which Android's loader does not find: the file was built for another system, or without its library beside it",
        leaf(accused)
    );
    let whose = by.and_then(package);
    let of_whose = whose.as_deref().unwrap_or("the package");
    let text = format!(
        "install Termux' package of that library, if there is one (pkg search), and build {of_whose} on the device (pip install --no-binary \
         {of_whose}); a wheel for Linux does not run on Android"
    );
    plain.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(Remedy::new(text))
}

/// The log shows in which folder the linker found the library: the loader knows nothing of that.
fn linked_from(plain: &Judged, log: &Log, accused: &str, by: Option<&str>) -> Option<Judged> {
    let folders = log.linked_from(accused)?;
    let who = by.map_or_else(|| "what needs it".to_owned(), short);
    let place = match folders {
        [folder] => folder.clone(),
        folders => format!("one of {}", folders.join(", ")),
    };
    let sentence = format!(
        "{accused} was found by the linker in {place}, and the loader does not look there: -L is for the linker only, and {who} has no RPATH \
         that leads to it"
    );
    let text = format!(
        "build it with an RPATH (LDFLAGS=-Wl,-rpath,{}); or have the system's loader look there (a line in /etc/ld.so.conf.d, then ldconfig), or \
         set LD_LIBRARY_PATH",
        folders[0]
    );
    let remedy = Remedy::new(text).fix(LIBRARY_PATH.with(&[&folders[0]]));
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// A library in the folder that delocate or auditwheel made for what a wheel brings: nobody else ships it.
fn of_its_wheel(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let mut folders = accused.rsplit('/').skip(1);
    let folder = folders.find(|part| part.ends_with(".dylibs") || part.ends_with(".libs"));
    let name = leaf(accused);
    let whose = folder.map(|folder| folder.trim_end_matches(".dylibs").trim_end_matches(".libs").to_owned());
    if folder.is_none() && !is_grafted(name) {
        return None;
    }
    // Several packages bring libraries under names of this kind: only what NumPy or SciPy imports itself is theirs for sure.
    let is_shared = ["openblas", "gfortran", "quadmath"].iter().any(|part| name.contains(part));
    let importer = plain.incident.told("place").and_then(package).or_else(|| last_frame(plain).and_then(package));
    let importer = importer.filter(|importer| !is_shared || ["numpy", "scipy"].contains(&importer.as_str()));
    let whose = whose.filter(|stem| !stem.is_empty()).or_else(|| by.and_then(package)).or(importer);
    let who = by.map_or_else(|| "a file of it".to_owned(), short);
    let Some(whose) = whose else {
        let sentence = format!(
            "{name} is a library that a wheel includes in a folder of its own (the hash in its name shows it), and it is not there: the folder was \
             removed, or the wheel was repaired incorrectly"
        );
        let text = "reinstall the package that was being imported; if its wheel is defective, use another release";
        let plain = plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty);
        return Some(plain.says(sentence).mended(Remedy::new(text)));
    };
    let place = folder.map_or_else(String::new, |folder| format!(" in its folder {folder}"));
    let sentence = format!(
        "{name} is bundled in the {whose} wheel{place}, but not at the path that {who} asks for ({accused}): the folder was removed, or the \
         wheel was repaired incorrectly"
    );
    let text = format!(
        "reinstall {whose}; if its wheel is defective, use another release, or repair the wheel with a newer delocate or auditwheel"
    );
    let remedy = Remedy::new(text).fix(PIP_REINSTALL.with(&[&whose]));
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The file of the last place in the traceback above it, also where that is NumPy's own.
fn last_frame(plain: &Judged) -> Option<&str> {
    let above = plain.incident.around.iter().rev().filter(|(number, _)| *number < plain.incident.first);
    above.filter_map(|(_, line)| line.trim_start().strip_prefix("File \"")?.split('"').next()).next()
}

/// A library that is called as the package of the file which needs it: the package brings it, and no search path leads to it.
fn of_its_package(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    const SHORTEST: usize = 4;
    // glibc does not tell the file through Python: the package is that of the code which imports it.
    let Some(by) = by else { return of_the_importing_package(plain, accused) };
    let plainly = |text: &str| text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let (whose, name) = (package(by)?, plainly(leaf(accused).split('.').next()?));
    let own = plainly(&folder(by)?);
    let is_path = accused.starts_with('/') && !accused.contains("-packages/");
    if own.len() < SHORTEST || !name.contains(&own) || is_path || shipped(leaf(accused)).is_some() {
        return None;
    }
    let is_mac = plain.incident.tool == ToolId::Dyld;
    let path = if is_mac { "LC_RPATH" } else { "RUNPATH" };
    let sentence = format!(
        "{accused}, needed by {}, belongs to {whose} itself by its name: the file is not there, or no {path} leads to the folder in which it lies",
        short(by)
    );
    let text = format!(
        "where {} lies in the folder of {whose}, give the file that needs it a search path that leads there (@loader_path and $ORIGIN are the folder of \
         that file); else reinstall {whose}, or take another release",
        leaf(accused)
    );
    let remedy = Remedy::new(text);
    let remedy = match plain.incident.tool {
        ToolId::Dyld => remedy.steps([NAME_ADD_RPATH.with(&[&"@loader_path", &by]), SIGN.with(&[&by])]),
        ToolId::Glibc | ToolId::Musl => remedy.fix(SET_RPATH.with(&[&by])),
        _ => return None,
    };
    let judged = plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence);
    Some(judged.mended(remedy.fix(PIP_REINSTALL.with(&[&whose]))))
}

/// A library that is called like the file which needs it, where no package of Python or of the system has either: they were built together.
fn of_its_project(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    const SHORTEST: usize = 5;
    let by = by.filter(|by| by.starts_with('/') && package(by).is_none() && !by.starts_with("/usr/lib"))?;
    let (own, name) = (bare(by), bare(accused));
    if name.len() < SHORTEST || !own.starts_with(&name) || accused.contains('/') || shipped(accused).is_some() {
        return None;
    }
    let folder = by.rsplit_once('/').map_or("/", |(folder, _)| folder);
    let sentence = format!(
        "{accused}, needed by {}, is called like it and was built with it: it is not there, or lies in a folder that the loader does not search, as is the \
         folder of the file that needs it",
        leaf(by)
    );
    let text = format!(
        "copy it beside {} and add its folder to the search path: LD_LIBRARY_PATH (Java's java.library.path does not serve what a library needs in turn), or an RPATH of $ORIGIN in \
         the file",
        leaf(by)
    );
    let remedy = Remedy::new(text).fix(LIBRARY_PATH.with(&[&folder])).fix(SET_RPATH.with(&[&by]));
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The same, where only the place of the import is told.
fn of_the_importing_package(plain: &Judged, accused: &str) -> Option<Judged> {
    const SHORTEST: usize = 4;
    let place = plain.incident.told("place").filter(|_| plain.incident.tool == ToolId::Glibc)?;
    let (whose, own) = (package(place)?, folder(place)?.to_lowercase());
    if own.len() < SHORTEST || bare(accused) != own || accused.contains('/') || shipped(leaf(accused)).is_some() {
        return None;
    }
    let sentence = format!(
        "{accused}, needed by a module of {whose}, belongs to {whose} itself by its name: the file is not there, or no RUNPATH leads to the folder in which it lies"
    );
    let text = format!(
        "where {accused} lies in the folder of {whose}, give the module that needs it a search path that leads there ($ORIGIN is the folder of that module); else \
         reinstall {whose}, or take another release"
    );
    let remedy = Remedy::new(text).fix(Ok(SET_RPATH_OF.command())).fix(PIP_REINSTALL.with(&[&whose]));
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// musl misses the loader of glibc: the file was built for glibc.
fn of_the_other_libc(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let is_loader = leaf(accused).starts_with("ld-linux");
    let who = by.map_or_else(|| "the file".to_owned(), short);
    let is_musl = leaf(accused).starts_with("libc.musl-");
    if is_musl && Bundler::of(plain.incident.tool).is_some() {
        return Some(left_to_musl(plain.clone(), accused));
    }
    if plain.incident.tool != ToolId::Musl && is_musl {
        return Some(of_musl(plain.clone(), &who, accused, by));
    }
    if plain.incident.tool != ToolId::Musl || !is_loader {
        return None;
    }
    let sentence =
        format!("{who} needs {}, the loader of glibc: it was built for glibc, and this system has musl", leaf(accused));
    Some(super::symbol::for_musl(plain.clone().cause(Cause::OtherLibc, Verdict::Guilty).says(sentence)))
}

/// musl misses a function of glibc in the same file: its libraries are missing because all of it is made for glibc.
fn of_a_program_for_glibc(plain: &Judged, log: &Log, by: Option<&str>) -> Option<Judged> {
    let by = by.filter(|by| plain.incident.tool == ToolId::Musl && package(by).is_none())?;
    let of_glibc = log.incidents.iter().find_map(|other| {
        let symbol =
            other.told("symbol").filter(|symbol| other.tool == ToolId::Musl && well_known::is_of_glibc(symbol))?;
        other.by().is_some_and(|other| other == by).then_some(symbol)
    })?;
    let name = leaf(by);
    let sentence = format!(
        "{name} uses {of_glibc}, which only glibc has: it was built for glibc, and this system has musl, so that installing the libraries that it misses does not help"
    );
    let text = format!(
        "run it in an image with glibc (Debian, Ubuntu, that of its maker), or install Alpine's own build of {name} and name its path to what starts it (for Playwright, Puppeteer and Selenium: apk \
         add chromium, with /usr/bin/chromium as the executable)"
    );
    Some(plain.clone().cause(Cause::OtherLibc, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}

/// A bundler that runs on Alpine looks for the C library itself.
fn left_to_musl(plain: Judged, accused: &str) -> Judged {
    let tool = plain.incident.tool.name();
    let sentence = format!(
        "{} is the C library of Alpine Linux itself, which every such system has: this release of {tool} does not know it as that",
        leaf(accused)
    );
    let text = format!(
        "nothing, if the program runs: it runs on Alpine alone; where the build stops there, upgrade {tool}, or build in an image with glibc (python:3-slim)"
    );
    let package = plain.incident.tool.word();
    plain
        .cause(Cause::SystemLibrary, Verdict::Guilty)
        .says(sentence)
        .mended(Remedy::new(text).fix(PIP_UPGRADE.with(&[&package])))
}

/// glibc misses the C library of musl: the file was packed on Alpine.
fn of_musl(plain: Judged, who: &str, accused: &str, by: Option<&str>) -> Judged {
    let sentence = format!(
        "{who} needs {}, the C library of Alpine Linux: it was built for musl, and this system has glibc",
        leaf(accused)
    );
    let whose = by.and_then(package);
    if let (Some(by), None) = (by, &whose) {
        let text = format!(
            "take the build of {} for glibc, or build it on this system, not on Alpine or in an image of it; or run the program on Alpine",
            leaf(by)
        );
        return plain.cause(Cause::OtherLibc, Verdict::Guilty).says(sentence).mended(Remedy::new(text));
    }
    let text = format!(
        "install {} for this system, not on Alpine or in an image of it: its manylinux wheel, with the same Python and processor as the program that runs it",
        whose.as_deref().unwrap_or("the packages")
    );
    let whose = whose.unwrap_or_else(|| "PACKAGE".to_owned());
    let remedy = Remedy::new(text).fix(PIP_FOR.with(&[&"manylinux2014_x86_64", &whose]));
    plain.cause(Cause::OtherLibc, Verdict::Guilty).says(sentence).mended(remedy)
}

/// Libraries of CUDA belong to one major release of it, which is the one that the file was built for.
fn of_cuda(plain: Judged, log: &Log, cuda: &Cuda, accused: &str, by: Option<&str>) -> Judged {
    if log.marks.contains(&Mark::Jetson) {
        return on_jetson(plain, accused);
    }
    let who = by.map_or_else(|| "a file".to_owned(), short);
    let release = cuda.release.map_or_else(|| "CUDA".to_owned(), |release| format!("CUDA {release}"));
    let sentence = format!(
        "{who} was built for {release}, whose {} comes with the wheel {}: it is not there, or not loaded yet",
        leaf(accused),
        cuda.wheel
    );
    let whose = by.and_then(package).unwrap_or_else(|| "the package".to_owned());
    let text = format!(
        "either install the build of {whose} for the CUDA that the machine has (ONNX Runtime's wheels on the index are for CUDA 12 from 1.19 \
         on, PyTorch's by its own index), or bring the library of {release} by its wheel: import its package first, or put its folder on LD_LIBRARY_PATH"
    );
    if cuda.wheel.is_empty() {
        let whose = whose_package(by, plain.incident.told("place"));
        let sentence =
            format!("{who} was built for {release}, whose {} is not there: no wheel includes it", leaf(accused));
        let text = format!(
            "install the build of {whose} for the CUDA and the PyTorch or TensorFlow that are installed (nvidia-smi shows the newest CUDA that the driver runs); for \
             {release} itself its toolkit has to be installed (conda: cudatoolkit), with its lib folder on LD_LIBRARY_PATH",
            whose = whose.as_deref().unwrap_or("the package")
        );
        let remedy = Remedy::new(text);
        let remedy = match &whose {
            Some(whose) => remedy.fix(PIP_UPGRADE.with(&[whose])),
            None => remedy,
        };
        return plain.cause(Cause::OtherWheel, Verdict::Guilty).says(sentence).mended(remedy);
    }
    // Code that opens it by the name of the development files finds no runtime's.
    let text = match leaf(accused).ends_with(".so") {
        true => format!(
            "{text}. It is opened by its name without a version, which only CUDA's development files have (an image -devel, the package {stem}-dev): else make a link {name} to the copy \
             that is there (site-packages/nvidia/*/lib/{name}.*, torch/lib/{lib}-*.so.*) in a folder on LD_LIBRARY_PATH: ln -s COPY {name}",
            stem = cuda.wheel.trim_start_matches("nvidia-").trim_end_matches("-cu12"),
            name = leaf(accused),
            lib = leaf(accused).trim_end_matches(".so"),
        ),
        false => text,
    };
    // A library that has no release in its name comes in a wheel for each.
    let other = cuda.wheel.strip_suffix("-cu12").filter(|_| cuda.release.is_none());
    if let Some(remedy) = of_cudnn(&plain, log, leaf(accused), &text, by) {
        return plain.says(sentence).cause(Cause::OtherWheel, Verdict::Guilty).mended(remedy);
    }
    // What was built for an older CUDA is given up, and its newest release is for a newer one.
    let upgraded = of_release(cuda.release, accused, by, plain.incident.told("place"));
    let remedy = match other {
        _ if upgraded.is_some() => upgraded.into_iter().fold(Remedy::new(text), |remedy, package| {
            remedy.fix(PIP_UPGRADE.with(&[&package])).fix(PIP_INSTALL.with(&[&cuda.wheel]))
        }),
        Some(stem) => {
            let text = format!(
                "{text}. It comes in a wheel for each CUDA: take that of torch.version.cuda (cu126 is CUDA 12, cu130 CUDA 13)"
            );
            Remedy::new(text).fix(PIP_INSTALL.with(&[&cuda.wheel])).fix(PIP_INSTALL.with(&[&format!("{stem}-cu13")]))
        }
        None => Remedy::new(text).fix(PIP_INSTALL.with(&[&cuda.wheel])),
    };
    plain.cause(Cause::OtherWheel, Verdict::Guilty).says(sentence).mended(remedy)
}

/// On Jetson CUDA belongs to the system (JetPack), for which no wheels of the index are made.
fn on_jetson(plain: Judged, accused: &str) -> Judged {
    let name = leaf(accused);
    let sentence = format!(
        "{name} is a part of JetPack, the system of NVIDIA's Jetson: it is not there, or the container does not see it (up to JetPack 4 NVIDIA's runtime mounts CUDA's \
         libraries into containers)"
    );
    let text = "run the container with --runtime nvidia; for docker build, make nvidia the default-runtime in /etc/docker/daemon.json and restart docker; the image has to be for \
                the release of L4T that the board runs. Outside of containers install CUDA with JetPack (apt-get install nvidia-jetpack), with its lib64 folder on LD_LIBRARY_PATH; \
                the index's wheels of CUDA are not for it";
    plain.cause(Cause::Driver, Verdict::Guilty).says(sentence).mended(Remedy::new(text))
}

/// cuDNN has a release of its own, which its soname tells and its newest wheels have left behind.
///
/// Source: the wheels of nvidia-cudnn-cu11, -cu12 and -cu13 on the index (8.5 to 8.9 and 9 for CUDA 11 and 12, 9 alone for CUDA 13) and NVIDIA's
/// packages for Debian and Ubuntu; November 2026.
fn of_cudnn(plain: &Judged, log: &Log, name: &str, text: &str, by: Option<&str>) -> Option<Remedy> {
    let major = name.strip_prefix("libcudnn")?.split_once(".so.")?.1.split('.').next()?.to_owned();
    let marks: &[&str] = match major.as_str() {
        "8" => &["cu12", "cu11"],
        "9" => &["cu12", "cu13"],
        _ => return None,
    };
    let paths: Vec<&str> = [by, plain.incident.told("place")].into_iter().flatten().collect();
    let text = format!(
        "{text}. It is cuDNN {major}, which other releases do not replace; a wheel is for one CUDA: take that of torch.version.cuda (cu118 is CUDA 11, cu126 CUDA 12, cu130 \
         CUDA 13), and put its folder (site-packages/nvidia/cudnn/lib) on LD_LIBRARY_PATH; with NVIDIA's repository, the system's is libcudnn{major} for apt"
    );
    let remedy = match log.packager(&paths) {
        Packager::Conda => Remedy::new(text).fix(CONDA_INSTALL_OF.with(&[&"cudnn", &major])),
        _ => Remedy::new(text),
    };
    let wheels = marks.iter().map(|mark| format!("nvidia-cudnn-{mark}=={major}.*"));
    Some(wheels.fold(remedy, |remedy, wheel| remedy.fix(PIP_INSTALL_REQUIRED.with(&[&wheel]))))
}

/// The distribution of the file that asks, or of the code that loads it.
fn whose_package(by: Option<&str>, place: Option<&str>) -> Option<String> {
    // Cython tells the place in a module's source by the module's own name.
    let of_cython = |path: &&str| path.ends_with(".pyx") && !path.starts_with('/');
    let own = place
        .filter(of_cython)
        .and_then(|path| path.split_once('/'))
        .map(|(top, _)| folders::distribution(top).to_owned());
    [by, place].into_iter().flatten().find_map(package).or(own)
}

/// The distribution whose newer releases are for a newer CUDA than the one that is asked for.
fn of_release(release: Option<u32>, accused: &str, by: Option<&str>, place: Option<&str>) -> Option<String> {
    /// The oldest that current releases of the common packages are built for.
    const CURRENT: u32 = 12;
    let is_old = release.is_some_and(|release| release < CURRENT);
    let of_onnx = [Some(accused), by].into_iter().flatten().any(|path| leaf(path).starts_with("libonnxruntime"));
    let whose = match of_onnx {
        true => Some("onnxruntime-gpu".to_owned()),
        false => whose_package(by, place).filter(|whose| !whose.starts_with("nvidia")),
    };
    whose.filter(|_| is_old)
}

/// A bundle brings what it needs; no package of the machine that runs it is its business.
fn in_a_bundle(plain: Judged, log: &Log, bundler: Bundler, accused: &str, by: Option<&str>) -> Judged {
    let place = plain.incident.told("place").filter(|place| !is_of_the_program(&plain, place)).map(short);
    let owner = by.map(short).or(place).and_then(|path| path.split(['/', '\\']).next().map(str::to_owned));
    let owner = owner.filter(|top| !top.is_empty() && !top.contains('.') && !top.contains(':'));
    let name = leaf(accused);
    let who = by.map(short).or_else(|| owner.clone()).map_or_else(String::new, |who| format!(", which {who} needs,"));
    let word = bundler.word();
    if is_grafted(name) {
        let whose = owner.as_deref().unwrap_or("its package");
        let folder = owner.as_deref().map_or_else(|| "a folder NAME.libs".to_owned(), |owner| format!("{owner}.libs"));
        let sentence = format!(
            "{name}{who} is a library that the wheel of {whose} includes in a folder of its own (the hash in its name tells), and the bundle that \
             {word} made does not have it, or not where the module looks ({folder})"
        );
        let text = format!(
            "include the libraries of {whose} with an option of {word}, in the folder where the wheel has them; or upgrade {word}, whose \
             newer releases know more packages"
        );
        let remedy = Remedy::new(text);
        let remedy = match owner.as_deref() {
            Some(owner) => remedy.fix(bundler.libraries_of(owner)),
            None => remedy.fix(bundler.library_named(name.as_bytes())),
        };
        return plain.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy);
    }
    let is_py2app = bundler == Bundler::PY2APP;
    let vendored =
        ["/.dylibs/", ".libs/"].iter().any(|part| accused.contains(part)) || accused.starts_with("@loader_path/");
    if let Some(owner) = owner.as_deref().filter(|_| is_py2app && vendored) {
        let top = if owner == "lib-dynload" { "the package" } else { owner };
        let sentence = format!(
            "{}{who} is asked for beside the module ({accused}), and py2app has moved it to Contents/Frameworks, or left it out, without \
             changing that name",
            leaf(accused)
        );
        let text = format!(
            "have py2app copy {top} as a whole folder (packages), so that its libraries stay beside it; or upgrade py2app (0.23 and later)"
        );
        return plain.says(sentence).mended(Remedy::new(text).fix(bundler.package(owner)));
    }
    let sentence = format!(
        "{accused}{who} is not in the bundle that {word} made, nor on the system that runs it{}",
        origin(name.as_bytes())
    );
    let system = match (shipped(name), log.packager(&[accused])) {
        (Some(shipped), packager) => command(packager, &shipped),
        _ => None,
    };
    if name.starts_with("libpython") && bundler.tool() == ToolId::PyInstaller {
        let sentence = format!(
            "{name} is not where the program looks for it: older releases of PyInstaller collect Python's shared library under another name than they look for"
        );
        let text = "upgrade PyInstaller, and build again in an empty folder (--clean) with a Python that has its shared library (--enable-shared; Debian: libpython3.x and python3-dev)";
        let judged = plain.says(sentence).cause(Cause::PythonLibrary, Verdict::Guilty);
        return judged.mended(Remedy::new(text).fix(PIP_UPGRADE.with(&[&"pyinstaller"])));
    }
    let text = match &system {
        Some(_) => {
            format!("include the library with an option of {word}; or install it on the machine that runs the program")
        }
        None => format!("include the library with an option of {word}"),
    };
    let remedy = Remedy::new(text).fix(bundler.library_named(name.as_bytes()));
    let remedy = system.into_iter().fold(remedy, |remedy, command| remedy.fix(Ok(command)));
    plain.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy)
}

/// Does a place in Python code lie in the folder of the bundled program's own script? That is no package's.
fn is_of_the_program(plain: &Judged, place: &str) -> bool {
    let top = |path: &str| path.split_once(['/', '\\']).map(|(top, _)| top.to_owned());
    let script = plain.incident.told("script");
    script.is_some_and(|script| script == place || top(script).is_some_and(|folder| top(place) == Some(folder)))
}

/// Libraries that current systems no longer have in this version, by the beginnings of their names.
///
/// Source: Debian 12, Ubuntu 24.04, Fedora 41; November 2026.
const OLD: [(&str, &str); 12] = [
    ("libssl.so.1.", "OpenSSL 1 is no part of Debian 12, Ubuntu 22.04, Fedora 36 and later, which have OpenSSL 3"),
    ("libcrypto.so.1.", "OpenSSL 1 is no part of Debian 12, Ubuntu 22.04, Fedora 36 and later, which have OpenSSL 3"),
    ("libssl.so.10", "OpenSSL 1.0 is no part of current systems"),
    ("libcrypto.so.10", "OpenSSL 1.0 is no part of current systems"),
    ("libffi.so.6", "this version of libffi is no part of current systems, which have libffi.so.8"),
    ("libffi.so.7", "this version of libffi is no part of current systems, which have libffi.so.8"),
    ("libpng12.so", "libpng 1.2 is no part of current systems, which have libpng 1.6"),
    ("libgfortran.so.3", "this runtime of GCC before 8 is no part of current systems, which have libgfortran.so.5"),
    ("libgfortran.so.4", "this runtime of GCC 7 is no part of current systems, which have libgfortran.so.5"),
    ("libreadline.so.6", "this version of readline is no part of current systems, which have libreadline.so.8"),
    ("libreadline.so.7", "this version of readline is no part of current systems, which have libreadline.so.8"),
    ("libpython2.7", "Python 2.7 is no part of current systems"),
];

/// The package of the system where the log was written, as far as it shows; else how to find it.
fn install(plain: &Judged, log: &Log, name: &str, by: Option<&str>) -> Remedy {
    let place = plain.incident.told("place");
    let paths: Vec<&str> = [by, place, Some(name), log.site.as_deref()].into_iter().flatten().collect();
    let packager = log.packager(&paths);
    let is_by_name = plain.incident.tool == ToolId::Ctypes
        || plain.incident.tool == ToolId::Dyld && by.is_none() && !name.contains('/');
    if is_by_name && let Some(remedy) = by_its_name(log, packager, name) {
        return remedy;
    }
    if log.marks.contains(&Mark::Lambda) && !log.marks.contains(&Mark::LambdaImage) {
        return Remedy::new(format!(
            "the function has no packages of a system: put {} and what it needs into lib of a layer, which is /opt/lib there, or into lib of the function \
             (both are on LD_LIBRARY_PATH), from an image of the same Amazon Linux; or deploy the function as an image of a container, in which it is installed",
            leaf(name)
        ));
    }
    if log.marks.contains(&Mark::Nix) {
        return by_nix(name);
    }
    if let Some((_, what)) =
        OLD.iter().find(|(start, _)| leaf(name).starts_with(start)).filter(|_| packager != Packager::Conda)
    {
        return Remedy::new(format!(
            "{what}: take a newer release of what needs it (a wheel includes its own copy), or a build for this system; else run it on a system or in an \
             image of that time, or with conda-forge's package of that version"
        ));
    }
    if let Some(remedy) = by.filter(|_| packager == Packager::Brew).and_then(|by| homebrew::remedy(name, by)) {
        return remedy;
    }
    let shipped = shipped(leaf(name)).or_else(|| shipped(&as_on_linux(leaf(name))?));
    let all = [by, place].into_iter().flatten().filter_map(folder);
    if let Some(remedy) = shipped.as_ref().and_then(|shipped| {
        all.filter_map(|folder| companions(&folder, shipped)).find_map(|all| with_companions(all, packager))
    }) {
        return remedy;
    }
    let own = shipped.as_ref().and_then(|shipped| command(packager, shipped));
    // What conda has no package of comes from the system, and of some libraries there is one of each.
    let systems = (packager == Packager::Conda).then(|| match log.packager(&[]) {
        Packager::Brew | Packager::Conda => Packager::Apt,
        packager => packager,
    });
    let systems = systems.and_then(|packager| command(packager, shipped.as_ref()?));
    if own.is_some() || systems.is_some() {
        let text = match (packager, &own, &systems) {
            (Packager::Conda, Some(_), Some(_)) => {
                "install it into the conda environment, in the version that the file asks for; or the system's package of it, on the machine or in the \
                 image that runs it"
            }
            (Packager::Conda, Some(_), None) => {
                "install it into the conda environment, in the version that the file asks for"
            }
            _ => "install the package that ships it, on the machine or in the image that runs it",
        };
        // Where nothing shows the system, its package has one name on Debian and another on Fedora.
        let other =
            match log.is_of_unknown_system() && packager == Packager::Apt && plain.incident.tool == ToolId::Glibc {
                true => shipped.as_ref().and_then(|shipped| command(Packager::Dnf, shipped)),
                false => None,
            };
        let text = match &other {
            Some(_) => format!(
                "{text}: by apt-get on Debian and Ubuntu, by dnf on Fedora, RHEL and CentOS; elsewhere the package manager's own search names it, as pacman -F {} does on Arch, whose \
                 packages -compat have old versions",
                leaf(name)
            ),
            None => text.to_owned(),
        };
        let commands = own.into_iter().chain(systems).chain(other);
        let remedy = commands.fold(Remedy::new(text), |remedy, command| remedy.fix(Ok(command)));
        // A package of development files stands for a library whose number changes from release to release.
        let is_of_any_release = shipped.as_ref().is_some_and(|shipped| shipped.apt.ends_with("-dev"));
        return match is_of_any_release && leaf(name).contains(".so.") && packager != Packager::Conda {
            true => in_its_release(remedy, leaf(name), by),
            false => remedy,
        };
    }
    if let Some(wheel) = shipped.as_ref().map(|shipped| &shipped.pip).filter(|wheel| !wheel.is_empty()) {
        let text = "install the wheel that includes it, into the environment that runs the program, in the release that the file asks for";
        return Remedy::new(text).fix(PIP_INSTALL_REQUIRED.with(&[wheel]));
    }
    let file = leaf(name);
    if let Some(remedy) = by_its_soname(packager, file) {
        let is_of_no_package = [by, place].into_iter().flatten().find_map(package).is_none();
        if let Some(place) = [by, place].into_iter().flatten().find(|path| is_built_here(path)) {
            return of_this_machine(remedy, file, place);
        }
        return if is_of_no_package { or_where_it_lies(remedy, by) } else { remedy };
    }
    match packager {
        Packager::Conda => Remedy::new(format!(
            "install what ships {file} into the conda environment, in the version that the file asks for; this finds packages with a like name"
        ))
        .fix(CONDA_SEARCH.with(&[&stem(file)])),
        _ => match by.and_then(package) {
            Some(package) => Remedy::new(format!(
                "install {file} where the file asks for it, or another release of {package}, whose wheel includes it"
            )),
            None => Remedy::new(format!(
                "install what ships {file} where the file asks for it, or build it with a path that leads there; this finds formulas with a like name"
            ))
            .fix(BREW_SEARCH.with(&[&stem(file)])),
        },
    }
}

/// The system has the library in one release, and what asks for it was linked with another.
fn in_its_release(remedy: Remedy, name: &str, by: Option<&str>) -> Remedy {
    let is_of_r = by.is_some_and(|by| by.contains("/R/") || by.contains("R.framework/"));
    let again = match by.map(|by| package(by).unwrap_or_else(|| leaf(by).to_owned())) {
        Some(_) if is_of_r => "compile the R package again: install.packages(…, type = \"source\")".to_owned(),
        Some(whose) => format!("build {whose} again, against what the system has"),
        None => "build what asks for it again, against what the system has".to_owned(),
    };
    let text = format!("{}; each system has one release of it: where that is not {name}, {again}", remedy.text);
    or_where_it_lies(Remedy { text, ..remedy }, None)
}

/// `gsl-2` of `/usr/lib/libGSL-2.so.27`.
fn bare(path: &str) -> String {
    leaf(path).trim_start_matches("lib").split('.').next().unwrap_or_default().to_lowercase()
}

/// `gsl` of `libgsl.so.27`.
fn stem(file: &str) -> String {
    let name = file.strip_prefix("lib").unwrap_or(file);
    let name = name.split(".so").next().unwrap_or(name);
    name.split('.').next().unwrap_or(name).trim_end_matches(|c: char| c.is_ascii_digit() || c == '-').to_lowercase()
}

/// The command that installs by a library's own name; none of packagers whose packages do not say which they have.
fn soname_template(packager: Packager) -> Option<Template> {
    match packager {
        Packager::Dnf => Some(DNF_SONAME),
        Packager::Yum => Some(YUM_SONAME),
        Packager::Zypper => Some(ZYPPER_SONAME),
        Packager::Apk => Some(APK_SONAME),
        Packager::Apt | Packager::Pacman | Packager::Brew | Packager::Conda => None,
    }
}

/// A library that no table has: packages of RPM and of Alpine say themselves which libraries they have, and Debian calls most by theirs.
fn by_its_soname(packager: Packager, file: &str) -> Option<Remedy> {
    if let Some(template) = soname_template(packager).filter(|_| file.contains(".so")) {
        return Some(
            Remedy::new("install the package that has it, by the name of the library").fix(template.with(&[&file])),
        );
    }
    if let Some(package) = debian_name(file).filter(|_| packager == Packager::Apt) {
        return Some(by_debian_s_rule(file, &package));
    }
    let search = packager.owner_search().or((packager == Packager::Apk).then_some(APK_SEARCH))?;
    Some(Remedy::new("install the package that ships it; this names it").fix(search.with(&[&file])))
}

/// The package of Debian's rule, as far as a release of Debian has it: libraries change their numbers from release to release.
fn by_debian_s_rule(file: &str, package: &str) -> Remedy {
    let names = include_str!("../../../assets/loaders/debian-libraries.txt");
    let bare = package.strip_prefix("lib").unwrap_or(package);
    let stem = bare.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
    let number = |name: &'static str| {
        let rest = name.strip_prefix(stem)?;
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        (!rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
    };
    let known: Vec<&str> = names.lines().filter(|name| !name.starts_with('#')).filter_map(number).collect();
    if known.contains(&bare) {
        let text = "install the package that ships it";
        return Remedy::new(text).fix(APT_INSTALL.with(&[&package])).fix(APT_FILE.with(&[&file]));
    }
    if known.is_empty() {
        return Remedy::new("install the package that ships it; this names it").fix(APT_FILE.with(&[&file]));
    }
    let has = known.iter().map(|name| format!("lib{name}")).collect::<Vec<_>>().join(", ");
    Remedy::new(format!(
        "what asks for {file} was built for another release of Debian, Ubuntu or Raspberry Pi OS, each of which has one number of this library (Debian 12 has {has}): take a build of it for the \
         release that runs it (a wheel includes its own copy), or build it here; where this release has {package}, apt-file names it"
    ))
    .fix(APT_FILE.with(&[&file]))
}

/// Debian Policy 8.1: the package of a library is called as its soname, with a dash before the version where the name ends in a digit.
fn debian_name(file: &str) -> Option<String> {
    let (name, version) = file.split_once(".so.")?;
    // `libsoup-2.4.so.1` is in libsoup2.4-1, and `libpango-1.0.so.0` in libpango-1.0-0: no rule tells.
    let is_of_gnome = name.rsplit_once('-').is_some_and(|(_, end)| end.contains('.'));
    if is_of_gnome {
        return None;
    }
    let is_version = version.bytes().all(|byte| byte.is_ascii_digit());
    let name = name.to_lowercase().replace('_', "-");
    let dash = if name.ends_with(|c: char| c.is_ascii_digit()) { "-" } else { "" };
    (is_version && name.starts_with("lib")).then(|| format!("{name}{dash}{version}"))
}

/// Was the package compiled where it runs? An egg is named after the system alone, and no wheel is an egg.
fn is_built_here(path: &str) -> bool {
    let folder = path.split('/').find(|part| part.ends_with(".egg"));
    folder.is_some_and(|folder| folder.contains("-linux-")) || path.contains("/build/lib.linux-")
}

/// What was compiled on this machine was linked with a library of it: it lies where the linker looks and the loader does not.
fn of_this_machine(remedy: Remedy, file: &str, place: &str) -> Remedy {
    let whose = package(place).map_or_else(|| "what asks for it".to_owned(), |whose| whose.clone());
    let text = format!(
        "{whose} was compiled on this machine, whose linker found {file}: where it was installed by hand (make install puts libraries into /usr/local/lib), run ldconfig as root, or \
         put its folder on LD_LIBRARY_PATH; where it was removed or upgraded since, build {whose} again. Else {}",
        remedy.text
    );
    let found = Remedy { text, fixes: Vec::new() }.fix(LIBRARY_PATH.with(&[&"/usr/local/lib"]));
    Remedy { fixes: found.fixes.into_iter().chain(remedy.fixes).collect(), ..found }
}

/// What no package of Python asks for may be on the machine already.
fn or_where_it_lies(remedy: Remedy, by: Option<&str>) -> Remedy {
    let beside = by.filter(|by| by.contains('/')).map_or_else(String::new, |by| format!("beside {}, or ", leaf(by)));
    let text = format!(
        "{}. Where it is on the machine already ({beside}in a folder of its own), add its folder to the search path: LD_LIBRARY_PATH, or a line in \
         /etc/ld.so.conf.d and then ldconfig",
        remedy.text
    );
    Remedy { text, ..remedy }.fix(Ok(WITH_LIBPYTHON.command()))
}

/// Nix has no folder of libraries in which a loader looks: what wheels ask for is named to it.
fn by_nix(name: &str) -> Remedy {
    const KNOWN: [(&str, &str); 9] = [
        ("libstdc++.so", "stdenv.cc.cc"),
        ("libgcc_s.so", "stdenv.cc.cc"),
        ("libgomp.so", "stdenv.cc.cc"),
        ("libz.so", "zlib"),
        ("libGL.so", "libGL"),
        ("libglib-2.0.so", "glib"),
        ("libgthread-2.0.so", "glib"),
        ("libX11.so", "xorg.libX11"),
        ("libcuda.so", "linuxPackages.nvidia_x11"),
    ];
    let known = KNOWN.iter().find(|(start, _)| leaf(name).starts_with(start)).map(|(_, package)| *package);
    let (package, search) = match known {
        Some(package) => (package, String::new()),
        None => ("PACKAGE", format!(" (nix-locate lib/{} names it)", leaf(name))),
    };
    Remedy::new(format!(
        "Nix has no folder in which the loader looks by itself: in shell.nix or flake.nix set LD_LIBRARY_PATH = lib.makeLibraryPath [ {package} ] for the shell{search}; or turn on \
         programs.nix-ld with it among its libraries; or take Python's packages from nixpkgs (python3.withPackages) in place of wheels"
    ))
}

/// `libiomp5.so` of `libiomp5.dylib`: the same package of conda has both.
fn as_on_linux(name: &str) -> Option<String> {
    let stem = name.strip_suffix(".dylib")?;
    Some(format!("{}.so", stem.split('.').next().unwrap_or(stem)))
}

/// All that a package asks the system for, and the distribution of it that asks for nothing.
fn with_companions(all: &Companions, packager: Packager) -> Option<Remedy> {
    let install = command(packager, &all.all)?;
    let text = match all.instead.is_empty() {
        true => {
            "install the packages that ship it and what is asked for next, on the machine or in the image that runs it"
                .to_owned()
        }
        false => format!(
            "install the packages that ship it and what is asked for next, on the machine or in the image that runs it; or take {} in place of {}, which \
             needs none of them and opens no windows",
            all.instead, all.distribution
        ),
    };
    let remedy = Remedy::new(text).fix(Ok(install));
    Some(match all.instead.is_empty() {
        true => remedy,
        false => remedy.steps([PIP_UNINSTALL.with(&[&all.distribution]), PIP_INSTALL.with(&[&all.instead])]),
    })
}

/// What Python code asks for by a bare name is called otherwise on each system, and looked for elsewhere.
fn by_its_name(log: &Log, packager: Packager, name: &str) -> Option<Remedy> {
    let bare = leaf(name).split(".so").next().unwrap_or(name);
    if log.marks.contains(&Mark::Windows) {
        let text = format!(
            "install the runtime that has {bare} as a DLL for this Python's processor (64 or 32 bits), and put its folder on PATH or name it with \
             os.add_dll_directory; for GTK, Pango and Cairo that is MSYS2's (for WeasyPrint WEASYPRINT_DLL_DIRECTORIES=C:\\msys64\\mingw64\\bin)"
        );
        return Some(Remedy::new(text));
    }
    let is_mac = packager == Packager::Brew || name.ends_with(".dylib");
    let formula = is_mac.then(|| shipped(&format!("{bare}.dylib")).or_else(|| shipped(leaf(name)))).flatten();
    let text = format!(
        "install {bare} for the processor of this Python; on Apple silicon Homebrew's folder is /opt/homebrew/lib, in which only Homebrew's \
         Python looks by itself: for another, set DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib, or use Homebrew's Python"
    );
    // conda's Python looks in its own environment first.
    let of_conda = formula.as_ref().filter(|_| log.marks.contains(&Mark::Conda));
    let of_conda = of_conda.and_then(|formula| command(Packager::Conda, formula));
    let remedy = match of_conda {
        Some(install) => {
            let text = format!(
                "install {bare} into the conda environment, in whose lib folder its Python looks first; or with Homebrew, for the processor of this Python, and \
                 DYLD_FALLBACK_LIBRARY_PATH=\"$(brew --prefix)/lib\""
            );
            Remedy::new(text).fix(Ok(install))
        }
        None => Remedy::new(text),
    };
    is_mac.then(|| match formula.and_then(|formula| command(Packager::Brew, &formula)) {
        Some(install) => remedy.fix(Ok(install)),
        None => remedy.fix(BREW_SEARCH.with(&[&stem(leaf(name))])),
    })
}

/// The command of a package manager that installs it.
pub(super) fn command(packager: Packager, shipped: &Shipped) -> Option<Command> {
    let (name, template) = match packager {
        Packager::Apt => (&shipped.apt, APT_INSTALL),
        Packager::Dnf => (&shipped.dnf, DNF_INSTALL),
        Packager::Yum => (&shipped.dnf, YUM_INSTALL),
        Packager::Apk => (&shipped.apk, APK_ADD),
        Packager::Brew => (&shipped.brew, BREW_INSTALL),
        Packager::Conda => (&shipped.conda, CONDA_INSTALL),
        // No table has their names.
        Packager::Zypper | Packager::Pacman => return None,
    };
    if name.is_empty() {
        return None;
    }
    match name.split_once('=').filter(|_| packager == Packager::Conda) {
        Some((name, version)) => CONDA_INSTALL_OF.with(&[&name, &version]).ok(),
        None => {
            let mut names = name.split(' ');
            let first = template.with(&[&names.next()?]).ok()?;
            names.try_fold(first, |command, name| command.and(MORE, &[&name])).ok()
        }
    }
}

/// Does a tool that mends wheels name files so: with a hash of eight digits?
fn is_grafted(name: &str) -> bool {
    let is_hash = |part: &str| {
        part.len() == 8
            && part.bytes().all(|byte| byte.is_ascii_hexdigit())
            && part.bytes().any(|byte| byte.is_ascii_digit())
    };
    leaf(name).split(['-', '.']).skip(1).any(is_hash)
}

/// The file's name of a library that code asks for without it: `gobject-2.0-0` is libgobject-2.0.so.0.
fn soname(accused: &str) -> String {
    let name = leaf(accused);
    let is_file = [".so", ".dylib", ".dll", ".pyd"].iter().any(|part| name.contains(part));
    if is_file || accused.contains('/') || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return accused.to_owned();
    }
    let stem = name.strip_prefix("lib").unwrap_or(name).to_lowercase();
    match stem
        .rsplit_once('-')
        .filter(|(_, version)| version.len() < 3 && version.bytes().all(|byte| byte.is_ascii_digit()))
    {
        Some((stem, version)) => format!("lib{stem}.so.{version}"),
        None => well_known::of_stem(&format!("lib{stem}.so")),
    }
}

/// The names under which a C library that is not glibc has its parts.
fn is_of_the_c_library(name: &str) -> bool {
    matches!(name, "libc.so" | "libm.so" | "libdl.so" | "liblog.so" | "libpthread.so" | "librt.so")
}
