//! A library is said to be missing.

use super::{Cause, Judged, Verdict, absent, exclude};
use crate::buildlog::folders;
use crate::buildlog::log_context::{LogContext, leaf, site_tail, slashed};
use crate::buildlog::well_known::{self, Shipper};
use crate::buildlog::{Log, Packager};
use crate::command::templates::{
    AUDITWHEEL_FROM, CONDA_INSTALL, DELOCATE_FROM, DELVEWHEEL_FROM, DELVEWHEEL_INSIDE, MSVC_RUNTIME, NAME_ADD_RPATH,
    NAME_CHANGE, NAME_CHANGE_IN, NAME_CHANGE_OF, NAME_ID, PIP_INSTALL, PIP_UPGRADE, SIGN, VENV_CLEAR, WINGET_RUNTIME,
};
use crate::command::{Command, Refusal, Remedy};
use crate::diagnose::Stops;
use crate::diagnose::install_name::InstallName;
use crate::graph::Node;
use crate::image::Name;
use crate::loader::Resolution;
use crate::rule::RuleId;
use crate::scan::Scan;
use crate::tools::ToolId;
use crate::vfs::VPath;
use crate::world::FileId;

pub(super) fn judge(plain: Judged, log: &Log, context: Option<&LogContext>) -> Judged {
    let Some(accused) = plain.incident.told("accused").map(slashed) else { return plain };
    let by = plain.incident.by().map(str::to_owned);
    let file = context.zip(by.as_deref()).and_then(|(context, by)| context.file(by));
    let tied = match context.zip(file) {
        Some((context, file)) => plain.at(context, file),
        None => plain,
    };
    // A loader never looks for what a file calls itself; tools that list names may take it for a dependency.
    let own = || own_name(&tied, context, file, &accused, by.as_deref()).filter(|_| !is_loader(&tied));
    let by_the_names = own()
        .or_else(|| relative(&tied, &accused, by.as_deref()))
        .or_else(|| of_an_older_release(&tied, log, &accused, by.as_deref()))
        .or_else(|| of_the_system(&tied, &accused))
        .or_else(|| python_of_an_environment(&tied, &accused, by.as_deref()))
        .or_else(|| baked_python(&tied, &accused))
        .or_else(|| python_of_the_program(&tied, &accused, by.as_deref()))
        .or_else(|| python_of_a_module(&tied, &accused, by.as_deref()));
    if let Some(judged) = by_the_names {
        return judged;
    }
    let named = |judged: Judged| absent::judge(judged, log, context, &accused, by.as_deref());
    let Some(context) = context else { return named(tied) };
    let is_of_cuda = is_loader(&tied) && well_known::cuda(leaf(&accused)).is_some();
    itself(&tied, context, &accused)
        .or_else(|| need(&tied, log, context, file, &accused))
        .or_else(|| is_of_cuda.then(|| named(tied.clone())))
        .or_else(|| nowhere(&tied, context, file, &accused))
        .unwrap_or_else(|| named(tied))
}

/// Does the loader itself complain?
fn is_loader(judged: &Judged) -> bool {
    matches!(
        judged.incident.tool,
        ToolId::Dyld | ToolId::Glibc | ToolId::Musl | ToolId::Bionic | ToolId::Windows | ToolId::Ctypes
    )
}

/// A path relative to a folder that only the build had: an install name that nobody set.
fn relative(tied: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let tool = tied.incident.tool;
    let is_relative = |path: &str| path.contains('/') && !path.starts_with(['/', '@', '$', '.']);
    if let Some(judged) = below_the_working_directory(tied, accused, by) {
        return Some(judged);
    }
    // delocate looks for a name without a folder beside the wheel, in its own temporary folder.
    let is_of_delocate = tool == ToolId::Delocate
        && tied.incident.message.id == "library-does-not-exist"
        && ["/tmp", "/T/"].iter().any(|part| accused.contains(part))
        && accused.rsplit('/').nth(1).is_some_and(|folder| folder == "wheel");
    if is_of_delocate {
        let name = leaf(accused);
        let sentence = format!(
            "{accused} is the place where delocate looks for a relative install name: a file in the wheel asks for {name} without a folder,              as the library was built without an absolute install name"
        );
        let text = format!(
            "build {name} with an install name that is absolute or begins with @rpath (CMake: CMAKE_INSTALL_NAME_DIR or MACOSX_RPATH), or              give it one and link again: install_name_tool -id"
        );
        let judged = tied.clone().cause(Cause::RelativeName, Verdict::Guilty).says(sentence);
        return Some(judged.mended(Remedy::new(text).fix(NAME_ID.with(&[&name, &name]))));
    }
    let by =
        by.filter(|_| tool == ToolId::Nuitka && is_relative(accused) && !leaf(accused).starts_with("libpython"))?;
    let sentence = format!(
        "{accused} is a path of the folder in which {} was built, most likely the install name (LC_ID_DYLIB) of the file itself, in this or          another of its slices: nothing is missing, and {} takes the name for a dependency",
        short(by),
        tool.name()
    );
    let text = "upgrade Nuitka to 1.6 or later, or reset its install name and sign it again";
    let remedy = Remedy::new(text).steps([NAME_ID.with(&[&leaf(by), &by]), SIGN.with(&[&by])]);
    Some(tied.clone().cause(Cause::OwnInstallName, Verdict::Innocent).says(sentence).mended(remedy))
}

/// A need that begins with `./` or `../`: dyld follows it from the folder in which the process was started.
fn below_the_working_directory(tied: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let is_mac = matches!(tied.incident.tool, ToolId::Dyld | ToolId::Delocate | ToolId::Py2app | ToolId::Nuitka);
    let by = by.filter(|_| is_mac && ["./", "../"].iter().any(|start| accused.starts_with(start)))?;
    let beside = format!("@loader_path/{}", accused.trim_start_matches("./"));
    let sentence = format!(
        "{} asks for {accused}, a path that dyld follows from the working directory of the process, wherever that is, and not from the file",
        short(by)
    );
    let text = format!(
        "have it ask from its own folder ({beside}), in the wheel or bundle before it is repaired, and sign it again"
    );
    let remedy = Remedy::new(text).steps([NAME_CHANGE.with(&[&accused, &beside, &by]), SIGN.with(&[&by])]);
    Some(tied.clone().cause(Cause::RelativeName, Verdict::Guilty).says(sentence).mended(remedy))
}

/// Does dyld miss Python's own library, which was not asked for by its whole path?
fn is_python_by_no_path(tied: &Judged, accused: &str) -> bool {
    let is_python = leaf(accused).starts_with("libpython") || leaf(accused) == "Python";
    tied.incident.tool == ToolId::Dyld && is_python && !accused.starts_with('/')
}

/// A program that asks for its Python's library, and has no search path to it.
fn python_of_the_program(tied: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let by = by.map(slashed)?;
    let is_module = [".so", ".dylib", ".pyd"].iter().any(|ending| by.ends_with(ending));
    if is_module || !is_python_by_no_path(tied, accused) {
        return None;
    }
    let sentence = format!(
        "the program {} asks for its Python's library by {accused}, and it is not there: it was not copied into the bundle, or no rpath \
         of the program leads to it",
        leaf(&by)
    );
    let text = format!(
        "put {} beside the program and give it the rpath @executable_path, which newer bundlers do by themselves (upgrade Nuitka)",
        leaf(accused)
    );
    let remedy = Remedy::new(text).fix(NAME_ADD_RPATH.with(&[&"@executable_path", &by]));
    Some(tied.clone().cause(Cause::PythonLibrary, Verdict::Guilty).says(sentence).mended(remedy))
}

/// A module that asks for the shared library of the Python it was built with, by a path that leads nowhere.
fn python_of_a_module(tied: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let by = by.map(short)?;
    let is_named = leaf(accused) == "Python" || accused.ends_with(".dylib");
    if !is_named || !is_python_by_no_path(tied, accused) {
        return None;
    }
    let sentence = format!(
        "{by} is linked against the shared library of the Python that it was built with ({accused}), and none of the paths that dyld tried \
         exists: the Python that runs it is another build, or is installed elsewhere"
    );
    let text = "use another release of the package, or rebuild it with the Python that runs it, without linking libpython \
                (-undefined dynamic_lookup); or run it with the Python that it was built with";
    Some(tied.clone().cause(Cause::PythonLibrary, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}

/// The accused is what the file calls itself: nothing is missing.
fn own_name(
    tied: &Judged,
    context: Option<&LogContext>,
    file: Option<FileId>,
    accused: &str,
    by: Option<&str>,
) -> Option<Judged> {
    let by = by?;
    let (scan, file) = (context.map(|context| context.scan), file);
    let identity = scan.zip(file).and_then(|(scan, file)| identity(scan, file));
    let is_need = scan.zip(file).is_some_and(|(scan, file)| needs(scan, file, accused));
    let is_own = identity.as_ref().is_some_and(|identity| identity.as_bytes() == accused.as_bytes());
    let told = well_known::own_name(accused, by);
    if is_need || !is_own && told.is_none() {
        return None;
    }
    let name = match scan.zip(file).filter(|_| is_own) {
        Some((scan, file)) => InstallName::of_file(scan, file)?,
        None => told.as_ref().map(|(name, _)| name.clone())?,
    };
    let shown = tied.file.as_ref().map_or_else(|| short(by), VPath::to_string);
    let mut sentence = format!(
        "nothing is missing: {accused} is the install name (LC_ID_DYLIB) of {shown} itself, which {} takes for a dependency; \
         the file has {}, which dyld never looks at",
        tied.incident.tool.name(),
        name.phrase()
    );
    let other = identity.filter(|_| !is_own);
    if let Some(other) = &other {
        sentence += &format!("; the file that is looked at calls itself {other}: the log is of another build of it");
    }
    let finding =
        context.zip(file).and_then(|(context, file)| context.finding_about(file, Cause::OwnInstallName.rules()));
    let judged = tied.clone().cause(Cause::OwnInstallName, Verdict::Innocent).says(sentence);
    let owner = context.zip(file).and_then(|(context, file)| context.owner(file));
    let package = owner.or_else(|| package(by));
    let stops = told.map(|(_, stops)| stops);
    let found = context.zip(finding).map(|(context, at)| &context.scan.findings[at]);
    let text = match (stops, &found) {
        // The rule has looked at the very file and all that lies around it.
        (_, Some(finding)) if is_own => with_package(finding.remedy.text.clone(), &name, package),
        (stops, _) => {
            let upgrade = match stops {
                Some(Stops::Before(version)) => format!("upgrade Nuitka to {version} or later, or "),
                _ => String::new(),
            };
            with_package(format!("{upgrade}reset its install name and sign it again"), &name, package)
        }
    };
    let remedy = match found.filter(|finding| !finding.remedy.fixes.is_empty()) {
        Some(finding) => Remedy { text, ..finding.remedy.clone() },
        None => Remedy::new(text).steps([NAME_ID.with(&[&leaf(by), &by]), SIGN.with(&[&by])]),
    };
    Some(Judged { finding, remedy, ..judged })
}

/// Names that were wrong by a builder's mistake are right in what newer builders made.
fn with_package(text: String, name: &InstallName, package: Option<String>) -> String {
    let is_mistake = matches!(
        name,
        InstallName::OtherTag { .. }
            | InstallName::OtherExtension { .. }
            | InstallName::OtherStem { .. }
            | InstallName::BuildPathOtherName { .. }
    );
    match package.filter(|_| is_mistake) {
        Some(package) if !text.starts_with("upgrade") => {
            format!("{text}; a newer {package}, where there is one, may have fixed it")
        }
        _ => text,
    }
}

fn identity(scan: &Scan, file: FileId) -> Option<Name> {
    scan.world.file(file).image.as_ref().and_then(|image| image.identity.clone())
}

/// Does the file ask for it besides?
fn needs(scan: &Scan, file: FileId, name: &str) -> bool {
    let content = scan.world.file(file);
    content.image.as_ref().is_some_and(|image| image.needs.iter().any(|need| need.name.as_bytes() == name.as_bytes()))
}

/// dyld found the library, in an older release than the file was linked with (its compatibility version).
fn of_an_older_release(tied: &Judged, log: &Log, accused: &str, by: Option<&str>) -> Option<Judged> {
    let why = tied.incident.told("why").filter(|why| why.contains("ncompatible library version"))?;
    let versions: Vec<&str> = why
        .split([' ', ',', '.', ';'])
        .scan("", |before, word| Some((std::mem::replace(before, word), word)))
        .filter_map(|(before, word)| (before == "version").then_some(word))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    let (name, by) = (leaf(accused), by?);
    let told = match versions[..] {
        [asked, there, ..] => format!(": it asks for version {asked} of it at least, and that copy says {there}"),
        _ => String::new(),
    };
    let sentence = format!(
        "{} was linked with a newer {name} than the copy that dyld finds{told}: the two come from different releases or sources",
        short(by)
    );
    let paths = [Some(accused), Some(by), log.site.as_deref()];
    let packager = log.packager(&paths.into_iter().flatten().collect::<Vec<_>>());
    let shipped = absent::shipped_as(name);
    let whose = leaf(by).split('.').next().unwrap_or_default().to_owned();
    let remedy = match packager {
        Packager::Conda => {
            let stem = absent::conda_package(name).unwrap_or_else(|| name.split('.').next().unwrap_or(name).to_owned());
            let text = format!(
                "upgrade {stem} in the environment, and take it and {whose} from one channel (conda-forge with channel_priority strict, or a new environment); keep DYLD_LIBRARY_PATH empty"
            );
            Remedy::new(text).fix(CONDA_INSTALL.with(&[&stem]))
        }
        _ => {
            let text = format!(
                "upgrade what has {name} (brew upgrade), or have the newer copy found first: take folders with another one out of DYLD_LIBRARY_PATH; else take {whose} in a release that was \
                 built with the one that is there"
            );
            let install = shipped.and_then(|shipped| absent::command(packager, &shipped));
            install.into_iter().fold(Remedy::new(text), |remedy, command| remedy.fix(Ok(command)))
        }
    };
    Some(tied.clone().cause(Cause::VersionMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// Names that systems answer without a file, or with one that all of them have.
fn of_the_system(tied: &Judged, accused: &str) -> Option<Judged> {
    let tool = tied.incident.tool;
    let is_loader = matches!(tool, ToolId::Dyld | ToolId::Glibc | ToolId::Musl | ToolId::Bionic | ToolId::Windows);
    if well_known::is_of_shared_cache(accused) && !is_loader {
        let sentence = format!(
            "{accused} is there, though no file of that name is: since macOS 11 the system's libraries live in dyld's \
             shared cache, where {} does not look",
            tool.name()
        );
        let judged = tied.clone().cause(Cause::SharedCache, Verdict::Noise).says(sentence);
        let text = match tool {
            ToolId::PyInstaller => "nothing; PyInstaller 4.3 and later know of it".to_owned(),
            _ => format!("nothing; newer releases of {} know of it", tool.name()),
        };
        return Some(judged.mended(Remedy::new(text)));
    }
    if well_known::is_api_set(accused) && is_loader {
        return Some(api_set_missing(tied.clone(), accused));
    }
    if well_known::is_api_set(accused) {
        let sentence =
            format!("{accused} is a name that Windows 10 and later answer themselves (an API set): no file bears it");
        let judged = tied.clone().cause(Cause::ApiSet, Verdict::Noise).says(sentence);
        return Some(judged.mended(Remedy::new("nothing, unless the program is to run on Windows 7")));
    }
    if well_known::is_of_windows(accused) && !is_loader {
        let sentence = format!("{accused} is a part of every Windows");
        let judged = tied.clone().cause(Cause::SystemLibrary, Verdict::Noise).says(sentence);
        return Some(judged.mended(Remedy::new("nothing")));
    }
    if well_known::is_msvc_runtime(accused) {
        let who = tied.incident.by().map_or_else(String::new, |by| format!(", which {} needs,", short(by)));
        let sentence = format!("{accused}{who} belongs to Microsoft's Visual C++ runtime, which is no part of Windows");
        let judged = tied.clone().cause(Cause::MsvcRuntime, Verdict::Guilty).says(sentence);
        let text = "install the Visual C++ Redistributable, or the wheel that brings the runtime";
        return Some(judged.mended(Remedy::new(text).fix(Ok(MSVC_RUNTIME.command()))));
    }
    None
}

/// Windows itself misses an API set: it is older than the file asks for.
fn api_set_missing(tied: Judged, accused: &str) -> Judged {
    let is_runtime = leaf(accused).to_lowercase().starts_with("api-ms-win-crt-");
    if is_runtime {
        let sentence = format!(
            "{accused} belongs to the Universal C Runtime, which Windows 10 and later bring and older ones get by an update: this one does not have it"
        );
        let text = "install the Visual C++ Redistributable (2015 or later), which brings the runtime, or Windows' update KB2999226";
        let judged = tied.cause(Cause::MsvcRuntime, Verdict::Guilty).says(sentence);
        return judged.mended(Remedy::new(text).fix(WINGET_RUNTIME.with(&[&"2015+", &"x64"])));
    }
    let sentence =
        format!("{accused} is an API set that this Windows does not know: it is older than the file was made for");
    let text = "use a newer Windows, or a release of the program or of its Python for older ones (Python 3.8 is the last for Windows 7)";
    tied.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(Remedy::new(text))
}

/// The interpreter of a virtual environment asks for the Python from which it was made, and that was upgraded or removed.
fn python_of_an_environment(tied: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let by = by.map(slashed)?;
    let root =
        by.rsplit_once("/bin/").filter(|(_, name)| name.starts_with("python")).map(|(root, _)| root.to_owned())?;
    let is_python = matches!(leaf(accused), "Python" | ".Python") || leaf(accused).starts_with("libpython");
    let is_installed = ["/Library/Frameworks/", "/opt/homebrew/", "/usr/", "/Cellar/", "conda", "/versions/"];
    if tied.incident.tool != ToolId::Dyld || !is_python || is_installed.iter().any(|part| root.contains(part)) {
        return None;
    }
    let sentence = format!(
        "{by} is the interpreter of a virtual environment, and asks for the Python from which that was made ({accused}): it was upgraded or removed since, as brew upgrade does"
    );
    let again = match () {
        () if root.contains("pypoetry/venv") => "install Poetry again (its installer, or pipx reinstall poetry)",
        () if root.contains("/pipx/") => "make pipx' environments again: pipx reinstall-all",
        () if root.contains("/virtualenvs/") => {
            "make the environment again (pipenv --rm && pipenv install; poetry env remove --all && poetry install)"
        }
        () => "make the environment again with a Python that is installed, and install its packages",
    };
    let text = format!("{again}; one of python.org, pyenv or uv is not exchanged below it");
    let remedy = Remedy::new(text);
    let remedy = match root.contains(' ') {
        true => remedy,
        false => remedy.fix(VENV_CLEAR.with(&[&root])),
    };
    Some(tied.clone().cause(Cause::PythonLibrary, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The Python of the machine that built something, by its path there.
fn baked_python(tied: &Judged, accused: &str) -> Option<Judged> {
    let is_framework = accused.contains("Python.framework/") && accused.ends_with("/Python");
    let is_library = leaf(accused).starts_with("libpython") && accused.ends_with(".dylib");
    if !accused.starts_with('/') || !(is_framework || is_library) {
        return None;
    }
    let who = tied.incident.by().map_or_else(|| "the program".to_owned(), short);
    let judged = tied.clone().cause(Cause::PythonLibrary, Verdict::Guilty);
    if accused.starts_with("/install/") {
        let sentence = format!(
            "{accused} is what this Python's own library is called on the machine that built it (python-build-standalone): \
             {who} asks for it by that name, and it lies in the lib folder of this Python"
        );
        let text = "take a newer build of that Python, whose library is called by @rpath; or give it its real path";
        let command = NAME_CHANGE_IN.with(&[&accused, &leaf(accused)]);
        return Some(judged.says(sentence).mended(Remedy::new(text).fix(command)));
    }
    let sentence =
        format!("{who} asks for the Python of the machine that built it, {accused}: it does not include its own");
    let command = NAME_CHANGE_OF.with(&[&accused, &leaf(accused)]);
    let bundler = tied.incident.by().and_then(well_known::bundler_of);
    let text = format!(
        "upgrade {}, so that the library comes along and is asked for there, and build again; or lead the program to it by hand",
        bundler.map_or("the bundler", |bundler| bundler.tool().name())
    );
    let remedy = Remedy::new(text);
    let remedy = match bundler {
        Some(bundler) => remedy.fix(PIP_UPGRADE.with(&[&bundler.word()])),
        None => remedy,
    };
    Some(judged.says(sentence).mended(remedy.fix(command)))
}

/// glibc says “no such file” of a file that is there, where it is made for another processor.
fn itself(tied: &Judged, context: &LogContext, accused: &str) -> Option<Judged> {
    let is_path = accused.contains('/') && !accused.starts_with('@');
    let file = context.file(accused).filter(|_| is_path && is_loader(tied))?;
    let rules = [RuleId::WRONG_ARCHITECTURE, RuleId::NOT_AN_IMAGE, RuleId::OTHER_LIBC, RuleId::SLICE_MISSING];
    let (cause, at) = [(Cause::WrongArchitecture, context.finding_about(file, &rules)?)][0];
    let judged = tied.clone().at(context, file).cause(cause, Verdict::Guilty).found(context, at);
    let sentence = format!("{}: the loader calls it missing, though the file is there", judged.sentence);
    let cause = match context.scan.findings[at].rule.id {
        RuleId::NOT_AN_IMAGE => Cause::NotAnImage,
        RuleId::OTHER_LIBC => Cause::OtherLibc,
        _ => cause,
    };
    Some(Judged { cause, ..judged }.says(sentence))
}

/// What the loader makes of the very need.
fn need(tied: &Judged, log: &Log, context: &LogContext, file: Option<FileId>, accused: &str) -> Option<Judged> {
    let scan = context.scan;
    let is_told = file.is_some();
    let is_meant =
        |name: &Name| name.as_bytes() == accused.as_bytes() || leaf(&name.text()).eq_ignore_ascii_case(leaf(accused));
    // Who does not say for whom a library is missing means whoever asks for it.
    let is_anybody_s = file.is_none() && tied.incident.by().is_none() && context.missing(accused).is_none();
    let asking = scan.graph.nodes().filter(|_| is_anybody_s);
    let nodes = file.and_then(|file| scan.graph.file(file)).into_iter().chain(asking.map(|(node, _)| node));
    let mut edges = nodes.flat_map(|node| scan.graph.needs(node).into_iter().map(move |(_, edge)| (node, edge)));
    let (node, edge) = edges.find(|(_, edge)| is_meant(&edge.name))?;
    let file = scan.file_of(node)?;
    let tied = &tied.clone().at(context, file);
    if matches!(edge.resolution, Resolution::Missing | Resolution::Refused { .. }) {
        return None;
    }
    let by = context.path(file);
    let place = edge.resolution.file().map(|found| context.path(found));
    let found = match (&edge.resolution, &place) {
        (Resolution::Found { .. }, Some(place)) => format!("it is {place} ({})", edge.resolution.step().phrase()),
        (Resolution::Loaded { .. }, Some(place)) => {
            format!("it is {place}, which the process has already when {by} is loaded")
        }
        _ => "the system has it itself".to_owned(),
    };
    if is_loader(tied) {
        // What the machine that reads the log has says nothing of the one that wrote it.
        let inside = edge.resolution.file().filter(|found| context.owner(*found).is_some());
        let judged = absent::judge(tied.clone(), log, Some(context), accused, Some(&by.to_string()));
        let note = match inside.map(|found| context.path(found)) {
            Some(place) => format!(
                "; in what is looked at it is {place}: the log is of another environment, or of a bundle that lacks it"
            ),
            None => "; the machine that reads this log has it, the one that wrote it had not".to_owned(),
        };
        let sentence = format!("{}{note}", judged.sentence);
        return Some(judged.says(sentence));
    }
    let name = tied.incident.tool.name();
    let is_inside = edge.resolution.file().is_some_and(|found| context.owner(found).is_some());
    let folder = place.as_ref().and_then(VPath::parent);
    let command = folder.and_then(|folder| match tied.incident.tool {
        ToolId::Auditwheel | ToolId::Maturin => Some(AUDITWHEEL_FROM.with(&[&folder])),
        ToolId::Delocate => Some(DELOCATE_FROM.with(&[&folder])),
        // What the wheel has already is looked for outside, unless it is told so.
        ToolId::Delvewheel if is_inside => Some(Ok(DELVEWHEEL_INSIDE.command())),
        ToolId::Delvewheel => Some(DELVEWHEEL_FROM.with(&[&folder])),
        _ => None,
    });
    // Who asks for it on this machine is not who asked for it where the log was written.
    if !is_told && !is_inside && !is_loader(tied) && context.owner(file).is_none() {
        return None;
    }
    // A library of this machine says nothing of the one on which the tool ran.
    if let Some(place) = place.as_ref().filter(|_| !is_inside && edge.resolution.file().is_some()) {
        let judged = absent::judge(tied.clone(), log, Some(context), accused, Some(&by.to_string()));
        let sentence = format!(
            "{}; the machine that reads this log has it as {place}, the one that wrote it had not",
            judged.sentence
        );
        let text = format!("{}; on a machine that has it, lead {name} to its folder", judged.remedy.text);
        let remedy = Remedy { text, ..judged.remedy.clone() };
        return Some(judged.says(sentence).mended(command.into_iter().fold(remedy, Remedy::fix)));
    }
    let sentence = format!("{accused}, which {name} does not find, is not missing: {found}");
    let remedy = match command {
        Some(command) => Remedy::new(format!("lead {name} there")).fix(command),
        None => Remedy::new(
            "nothing, if the program runs; else name the file to the bundler (--add-binary, --include-data-files)",
        ),
    };
    Some(tied.clone().cause(Cause::FoundByLoader, Verdict::Innocent).says(sentence).mended(remedy))
}

/// The loader does not find it either.
fn nowhere(tied: &Judged, context: &LogContext, file: Option<FileId>, accused: &str) -> Option<Judged> {
    let rules = Cause::LibraryMissing.rules();
    let of_file = file.and_then(|file| {
        let is_meant = |at: &usize| {
            let finding = &context.scan.findings[*at];
            leaf(&finding.subject).eq_ignore_ascii_case(leaf(accused))
        };
        context.finding_about(file, rules).filter(is_meant)
    });
    let at = of_file.or_else(|| context.finding_of(accused, rules));
    if let Some(judged) = of_another_wheel(tied, context, accused) {
        return Some(Judged { finding: at, ..judged });
    }
    let at = at?;
    let judged = tied.clone().found(context, at);
    Some(Judged { node: context.missing(accused).or(judged.node), ..judged })
}

/// What another wheel brings need not be in this one: its package imports the other first.
fn of_another_wheel(tied: &Judged, context: &LogContext, accused: &str) -> Option<Judged> {
    let tool = tied.incident.tool;
    // It stops at the first; the others that it would stop at next are named at once.
    let others = context.scan.graph.nodes().filter_map(|(_, node)| match node {
        Node::Missing(name) => Some(name.text().into_owned()),
        _ => None,
    });
    let others: Vec<String> = others.filter(|name| name != accused && well_known::is_of_others(name)).collect();
    let names: Vec<&str> = std::iter::once(accused).chain(others.iter().map(String::as_str)).collect();
    let excluding = exclude(tool, &names)?;
    let elsewhere = context.named(accused).into_iter().next().map(|file| context.path(file));
    let judged = shipped_elsewhere(tied.clone(), accused, Some(excluding))?;
    let node = context.missing(accused);
    let by = node.and_then(|node| {
        let (by, _) = context.scan.graph.dependents(node).into_iter().next()?;
        context.scan.path_of(by)
    });
    let mut sentence = judged.sentence.clone();
    if let Some(by) = by.as_ref().filter(|_| judged.incident.by().is_none()) {
        sentence = format!("{by} needs it: {sentence}");
    }
    if let Some(place) = elsewhere {
        sentence += &format!("; here it is {place}");
    }
    Some(Judged { node: node.or(judged.node), file: judged.file.clone().or(by), ..judged }.says(sentence))
}

/// A library that by its name is another wheel's, or a driver's.
pub(super) fn shipped_elsewhere(
    plain: Judged,
    accused: &str,
    excluding: Option<Result<Command, Refusal>>,
) -> Option<Judged> {
    let tool = plain.incident.tool.name();
    match well_known::shipper(accused)? {
        Shipper::Wheel(wheel) => Some(match excluding {
            Some(command) => plain
                .cause(Cause::OtherWheel, Verdict::Innocent)
                .says(format!(
                    "{} comes with the wheel {wheel}, whose package loads it before this one: it does not belong into this \
                     wheel, and {tool} looks only beside it",
                    leaf(accused)
                ))
                .mended(
                    Remedy::new(format!("tell {tool} to leave it out, and require {wheel} in the wheel's metadata"))
                        .fix(command),
                ),
            None => plain
                .clone()
                .cause(Cause::OtherWheel, Verdict::Guilty)
                .says(format!(
                    "{} comes with the wheel {wheel}, which is not there, not loaded yet, or another release, which has no file of that name",
                    leaf(accused)
                ))
                .mended(Remedy::new(of_its_release(&plain, &wheel)).fix(PIP_INSTALL.with(&[&wheel]))),
        }),
        Shipper::Driver(driver) => {
            let sentence = format!("{} is a part of {driver}, which the machine that runs the program has", leaf(accused));
            let (verdict, text) = match (&excluding, plain.incident.message.stops) {
                (Some(_), _) => (Verdict::Innocent, format!("tell {tool} to leave it out: it must never be copied")),
                (None, true) => (Verdict::Guilty, format!("install {driver} on the machine that runs the program")),
                (None, false) => (Verdict::Noise, "nothing: it must never be copied".to_owned()),
            };
            let remedy = Remedy::new(text);
            let remedy = match excluding {
                Some(command) => remedy.fix(command),
                None => remedy,
            };
            Some(plain.cause(Cause::Driver, verdict).says(sentence).mended(remedy))
        }
    }
}

/// What is linked against another wheel's library is built for one release of that wheel.
fn of_its_release(plain: &Judged, wheel: &str) -> String {
    let paths = [plain.incident.by(), plain.incident.told("place")];
    let whose = paths.into_iter().flatten().find_map(package).filter(|whose| whose != wheel);
    let whose = whose.unwrap_or_else(|| "what needs it".to_owned());
    format!(
        "install the build of {whose} for the {wheel} that is installed (or build it from source beside it: --no-build-isolation --no-binary), or \
         {wheel} in the release that it was built for; and import {wheel} first"
    )
}

/// A path from where packages lie on; any other as it is.
pub fn short(path: &str) -> String {
    let path = slashed(path);
    site_tail(&path).map_or(path.clone(), str::to_owned)
}

/// The distribution that a path belongs to, by the name of its folder or of its module.
pub(super) fn package(by: &str) -> Option<String> {
    let folder = folder(by)?;
    let by = slashed(by);
    let mut inner = site_tail(&by)?.split('/');
    if let (Some(first), Some(second), Some(_)) = (inner.next(), inner.next(), inner.next())
        && let Some(distribution) = folders::of_namespace(first, second)
    {
        return distribution;
    }
    // `pyo-1.0.4-py3.8-macosx-11.1-arm64.egg`.
    if let Some((name, _)) = folder.split_once('-').filter(|_| folder.ends_with(".egg")) {
        return Some(name.to_owned());
    }
    let distribution = folders::distribution(&folder);
    Some(if distribution == folder { folder.trim_start_matches('_').to_owned() } else { distribution.to_owned() })
}

/// The folder of packages' first name in a path: that of a package, or of a module that lies beside the packages.
pub(super) fn folder(by: &str) -> Option<String> {
    let by = slashed(by);
    let tail = site_tail(&by)?;
    let top = tail.split('/').next().filter(|top| !top.ends_with(".framework"))?;
    if top.len() < tail.len() {
        return Some(top.strip_suffix(".libs").unwrap_or(top).to_owned());
    }
    // Beside packages lie modules; beside those of Python's own library and of a bundle, anything.
    let is_beside = ["-packages/", "/var/task/", "/opt/python/"].iter().any(|part| by.contains(part));
    let is_module = [".so", ".pyd"].iter().any(|ending| tail.ends_with(ending)) && !tail.starts_with("lib");
    let name = tail.split('.').next().filter(|name| !name.is_empty())?;
    (is_beside && is_module && !by.contains("/lib-dynload/")).then(|| name.to_owned())
}
