//! A Python module is said to be missing.

use super::development::installs;
use super::library::short;
use super::{Cause, Judged, Verdict, exception, standard};
use crate::buildlog::development::program;
use crate::buildlog::log_context::{LogContext, leaf, slashed};
use crate::buildlog::standard::{removed_in, successor};
use crate::buildlog::{Log, Mark, Packager, folders};
use crate::command::Remedy;
use crate::command::templates::{
    MORE, PIP_FOR, PIP_IN_PLACE, PIP_INSTALL, PIP_INSTALL_REQUIRED, PIP_REINSTALL, PIP_UNINSTALL, PIP_UPGRADE,
    PYINSTALLER_OF, SETUP_IN_PLACE, UV_INSTALL, UV_NO_ISOLATION,
};
use crate::rule::RuleId;
use crate::scan::Scan;
use crate::tools::Bundler;

pub(super) fn judge(plain: Judged, log: &Log, context: Option<&LogContext>) -> Judged {
    let incident = &plain.incident;
    let Some(module) = incident.told("module").or(incident.told("accused")).map(str::to_owned) else { return plain };
    let is_shim = matches!(module.as_str(), "numpy.core" | "numpy.core.multiarray" | "numpy.core.umath");
    // NumPy's own extension, which older code imports by the same folder.
    let is_own = module.starts_with("numpy.") && module.ends_with("._multiarray_umath");
    if plain.cause == Cause::ModuleMissing && (is_shim || is_own) {
        let cause = if is_shim { Cause::NumpyShim } else { Cause::NumpyMissing };
        return super::numpy::judge(Judged { cause, ..plain }, log, context);
    }
    // A module that Python itself gave up is not the tool's to bring.
    let is_given_up = gone(module.split('.').next().unwrap_or(&module)).is_some();
    // A setup.py runs in setuptools, and what it imports is not setuptools' to have.
    let is_of_a_setup = exception::frames(&plain, log).first().is_some_and(|file| file == "string");
    if let Some(judged) = of_a_tool(&plain, &module).filter(|_| !is_given_up && !is_of_a_setup) {
        return judged;
    }
    if let Some(judged) = of_a_script(&plain, log, &module) {
        return judged;
    }
    if let Some(judged) = standard::without_its_library(&plain, log, &module) {
        return judged;
    }
    let bundler = context
        .and_then(|context| context.scan.target.bundle.as_ref().map(|bundle| bundle.bundler))
        .or_else(|| log.running());
    if let Some(bundler) = bundler.filter(|_| plain.cause == Cause::ModuleMissing) {
        if is_named_to_it(log, &module) {
            return of_another_environment(plain, bundler, &module);
        }
        let sentence = format!(
            "the program does not find the module {module}: {} left it out, as only compiled code names it, or code that computes the name",
            bundler.word()
        );
        let text = format!("include {module} with an option of {}", bundler.word());
        return plain
            .cause(Cause::ModuleLeftOut, Verdict::Guilty)
            .says(sentence)
            .mended(Remedy::new(text).fix(bundler.module(&module)));
    }
    if let Some(judged) = in_uv_s_build(&plain, log, &module)
        .or_else(|| in_an_isolated_build(&plain, &module))
        .or_else(|| removed(&plain, log, &module))
        .or_else(|| standard::judge(&plain, log, &module))
    {
        return judged;
    }
    // What is asked of a package by name may be a compiled module in its folder.
    let part = incident_part(&plain, &module).unwrap_or_else(|| module.clone());
    if let Some(judged) = compiled_part(&plain, log, context, &part) {
        return judged;
    }
    if incident.message.id == "cannot-import-name" && context.is_none() {
        return plain;
    }
    if let Some(judged) = of_numpy_itself(&plain, log, &module).filter(|_| context.is_none()) {
        return judged;
    }
    if let Some(judged) = of_its_own_package(&plain, &module).filter(|_| context.is_none() && !log.is_bundling()) {
        return judged;
    }
    let Some(context) = context else {
        let top = module.split('.').next().unwrap_or(&module).to_owned();
        // Whose own package it is knows its parts.
        let is_inner = plain.incident.by().is_some_and(|by| short(by).starts_with(&format!("{top}/")));
        return match plain.cause == Cause::ModuleMissing && !is_inner && module == top && !log.is_bundling() {
            true => {
                let text = "install the package that provides it (the package may be called otherwise than the module), into the Python that runs the program";
                plain.mended(Remedy::new(text).fix(PIP_INSTALL.with(&[&folders::distribution(&top)])))
            }
            false => plain,
        };
    };
    let tied = match incident.by().and_then(|by| context.file(by)) {
        Some(file) => plain.at(context, file),
        None => plain,
    };
    if tied.cause != Cause::ModuleMissing {
        return tied;
    }
    match is_there(context.scan, &module) {
        true => {
            let by = tied.incident.by().map_or_else(String::new, |by| format!(", which {} imports,", short(by)));
            tied.cause(Cause::ModuleLeftOut, Verdict::Guilty)
                .says(format!("{module}{by} is in the environment, and was left out of what failed: no Python code names it where a bundler looks"))
                .mended(name_to_bundlers("name it to the bundler", &module))
        }
        false => {
            let top = module.split('.').next().unwrap_or(&module).to_owned();
            tied.says(format!("Python finds no module {module}, neither where the log was written nor here")).mended(
                Remedy::new("install the package that provides it")
                    .fix(PIP_INSTALL.with(&[&folders::distribution(&top)])),
            )
        }
    }
}

/// Does the log show an option that names the module to a bundler?
fn is_named_to_it(log: &Log, module: &str) -> bool {
    const OPTIONS: [&str; 6] = [
        "--hidden-import",
        "--hiddenimport",
        "--collect-all",
        "--collect-submodules",
        "--include-module",
        "--include-package",
    ];
    log.text.lines().iter().any(|(_, line)| {
        if !line.contains(module) {
            return false;
        }
        let words: Vec<&str> = line.split([' ', '=', '"', '\'']).filter(|word| !word.is_empty()).collect();
        words.windows(2).any(|pair| OPTIONS.contains(&pair[0]) && pair[1] == module)
    })
}

/// A module that the bundler was told to take, and did not find either.
fn of_another_environment(plain: Judged, bundler: Bundler, module: &str) -> Judged {
    let word = bundler.word();
    let top = module.split('.').next().unwrap_or(module);
    let sentence = format!(
        "the program does not find the module {module}, although the log shows that it was named to {word}: the Python that runs {word} does not have it"
    );
    let text = format!(
        "install {top} into the environment that runs {word}, and start {word} by its Python, not by a command of another environment; look for “not found” in \
         what {word} printed"
    );
    let remedy = Remedy::new(text).fix(PIP_INSTALL.with(&[&folders::distribution(top)]));
    plain.cause(Cause::ModuleLeftOut, Verdict::Guilty).says(sentence).mended(match bundler {
        Bundler::PYINSTALLER => remedy.fix(Ok(PYINSTALLER_OF.command())),
        _ => remedy,
    })
}

/// pip builds in an environment of its own, which has what pyproject.toml requires and nothing else.
fn in_an_isolated_build(plain: &Judged, module: &str) -> Option<Judged> {
    let paths = [plain.incident.by(), plain.incident.told("place")];
    let is_isolated = paths.into_iter().flatten().any(|path| {
        ["/pyproject_hooks/", "/pep517/", "\\pyproject_hooks\\", "\\pep517\\", "pip-build-env-"]
            .iter()
            .any(|part| path.contains(part))
    });
    let top = module.split('.').next().unwrap_or(module).to_owned();
    if !is_isolated || plain.cause != Cause::ModuleMissing || gone(&top).is_some() {
        return None;
    }
    let sentence = format!(
        "the package's build imports {module}, and the environment in which pip builds it has only what its pyproject.toml requires, not what is \
         installed"
    );
    let text = format!(
        "install {top} and the package's other requirements first, then the package with --no-build-isolation; its maintainers add {top} to \
         build-system.requires in pyproject.toml"
    );
    let remedy = Remedy::new(text).fix(PIP_INSTALL.with(&[&top]));
    Some(plain.clone().cause(Cause::ModuleMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// uv builds in an environment of its own, as pip does, and has its own ways to put something into it.
fn in_uv_s_build(plain: &Judged, log: &Log, module: &str) -> Option<Judged> {
    let paths = [plain.incident.by(), plain.incident.told("place"), log.site.as_deref()];
    let is_uv = |path: &str| {
        let path = slashed(path);
        path.contains("/uv/builds-v0/") || path.contains("/.tmp") && path.contains("/.venv/")
    };
    let top = module.split('.').next().unwrap_or(module).to_owned();
    if !paths.into_iter().flatten().any(is_uv) || plain.cause != Cause::ModuleMissing || gone(&top).is_some() {
        return None;
    }
    let wanted = folders::distribution(&top).to_owned();
    let whose = log.building.clone();
    let name = whose.as_deref().unwrap_or("PACKAGE");
    let sentence = format!(
        "the build of {} imports {top}, which it does not name among what it needs: the environment in which uv builds it has only that, not what is installed",
        whose.as_deref().unwrap_or("a package")
    );
    let text = format!(
        "have uv put {wanted} into that environment: in the project's pyproject.toml, a table [tool.uv.extra-build-dependencies] with {name} = [\"{wanted}\"]; an older uv, or uv pip, builds it beside \
         what is installed (--no-build-isolation-package {name}), {wanted} and setuptools first; or take a release of {name} that has a wheel"
    );
    let mut remedy = Remedy::new(text);
    if let Some(whose) = &whose {
        let first = UV_INSTALL.with(&[&wanted]).and_then(|command| command.and(MORE, &[&"setuptools"]));
        remedy = remedy.steps([first, UV_NO_ISOLATION.with(&[whose, whose])]);
    }
    Some(plain.clone().cause(Cause::ModuleMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// pip's script of a program that builds run, which lies on PATH: the isolated build runs it and does not see its module.
fn of_a_script(plain: &Judged, log: &Log, module: &str) -> Option<Judged> {
    let by = plain.incident.by().map(slashed)?;
    let is_script =
        ["/bin/", "/Scripts/"].iter().any(|folder| by.contains(folder)) && leaf(&by).trim_end_matches(".exe") == module;
    let package = program(module).filter(|_| is_script && plain.cause == Cause::ModuleMissing)?;
    let sentence = format!(
        "{by} is the script of pip's package {module}, which an isolated build runs, as it is on PATH, and whose module it does not see there"
    );
    let is_alpine = log.packager(&[]) == Packager::Apk;
    let wheels = if is_alpine {
        "; where the package has no wheels for musl, an image with glibc (python:3.x-slim) takes those for manylinux and builds nothing"
    } else {
        ", or take a release that has a wheel, so that nothing is built"
    };
    let text = format!("remove that {module} (pip uninstall {module}) and install the system's in its place{wheels}");
    let remedy = Remedy::new(text).steps([PIP_UNINSTALL.with(&[&module])]);
    let remedy =
        installs(log, log.packager(&[]), &package).into_iter().fold(remedy, |remedy, command| remedy.fix(Ok(command)));
    Some(plain.clone().cause(Cause::ToolStumbled, Verdict::Guilty).says(sentence).mended(remedy))
}

/// A module that went away with a release of Python or of setuptools: since when, and what brings it back.
fn gone(top: &str) -> Option<(u8, String, &'static str)> {
    if top == "pkg_resources" {
        let since = "Python 3.12 and later do not bring, and setuptools 82 and later do not have";
        return Some((12, since.to_owned(), "setuptools<81"));
    }
    let minor = removed_in(top)?;
    Some((minor, format!("Python 3.{minor} and later do not have"), successor(top).unwrap_or_default()))
}

/// The minor version of the Python in whose folders the log's paths lie.
fn minor_of(paths: &[Option<&str>]) -> Option<u8> {
    let told = |path: &str| {
        let rest = path.split("python3.").nth(1).or_else(|| path.split("ython3").nth(1))?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    paths.iter().flatten().find_map(|path| told(path))
}

/// A module that went away with a release of Python.
fn removed(plain: &Judged, log: &Log, module: &str) -> Option<Judged> {
    let top = module.split('.').next().unwrap_or(module);
    let (minor, since, brings) = gone(top)?;
    let paths = [plain.incident.by(), plain.incident.told("place"), log.site.as_deref()];
    let is_older = minor_of(&paths).is_some_and(|own| own < minor);
    if plain.cause != Cause::ModuleMissing || is_older {
        return None;
    }
    let last = minor - 1;
    let is_of_setuptools = paths[..2].iter().flatten().any(|path| slashed(path).contains("/setuptools/"));
    if is_of_setuptools {
        let sentence = format!(
            "the setuptools with which a package is built imports {module}, which {since}: the package asks for a setuptools from before Python 3.{minor} (as NumPy up to 1.25 does), and is \
             built, as its release has no wheel for this Python"
        );
        let text = format!(
            "take a newer release of that package, which has a wheel for this Python (where a requirement pins an old one, as numpy==1.2x, raise it); or run it with Python 3.{last} or older, \
             for which the pinned releases have wheels"
        );
        return Some(
            plain.clone().cause(Cause::PythonTooNew, Verdict::Guilty).says(sentence).mended(Remedy::new(text)),
        );
    }
    let sentence = format!("the code imports {module}, which {since}: it was written for an older Python");
    let text = format!(
        "take a newer release of the package that imports it, or an older Python (3.{last}); in an isolated build, have an older one with --no-build-isolation"
    );
    let remedy = Remedy::new(text);
    let remedy = match brings.is_empty() {
        true => remedy,
        false => remedy.fix(PIP_INSTALL_REQUIRED.with(&[&brings])),
    };
    Some(plain.clone().cause(Cause::PythonTooNew, Verdict::Guilty).says(sentence).mended(remedy))
}

/// A package that does not find a part of itself: mostly a compiled one that was not built.
fn of_its_own_package(plain: &Judged, module: &str) -> Option<Judged> {
    let (_, last) = module.rsplit_once('.')?;
    let top = module.split('.').next().unwrap_or(module);
    let by = plain.incident.by().filter(|by| by.contains("-packages"))?;
    if plain.cause != Cause::ModuleMissing || !short(by).starts_with(&format!("{top}/")) {
        return None;
    }
    let sentence = format!(
        "{top} is installed without its own module {module}: if {last} is a compiled one, it was not built when {top} was installed, or was built for \
         another Python; else {top} and what is in its folder come from different releases"
    );
    let text = format!(
        "install {top} again where a compiler is (and Cython, where it needs that), so that its compiled modules are built, or a release that has a \
         wheel for this Python; remove folders of older releases first"
    );
    let remedy = Remedy::new(text).fix(PIP_REINSTALL.with(&[&top]));
    Some(plain.clone().cause(Cause::PythonMismatch, Verdict::Guilty).says(sentence).mended(remedy))
}

/// A tool that does not find a module of what it is made of: the two come from releases that do not fit each other.
fn of_a_tool(plain: &Judged, module: &str) -> Option<Judged> {
    const TOOLS: [&str; 9] = [
        "auditwheel",
        "delocate",
        "delvewheel",
        "repairwheel",
        "nuitka",
        "cibuildwheel",
        "setuptools",
        "mesonpy",
        "skbuild",
    ];
    let by = plain.incident.by().map(short)?;
    let tool = by.split('/').next().filter(|top| TOOLS.contains(top) && by.len() > top.len())?.to_owned();
    let top = module.split('.').next().unwrap_or(module).to_owned();
    if plain.cause != Cause::ModuleMissing || top == tool {
        return None;
    }
    let sentence = format!("{tool} does not start: its code imports {module}, which the installed {top} does not have");
    let text = format!("upgrade {tool} and {top} together, or install {tool} in its own environment (pipx, uvx)");
    let remedy = Remedy::new(text).fix(PIP_UPGRADE.with(&[&tool]));
    Some(plain.clone().cause(Cause::ModuleMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The compiled module that is asked of a package by name: `PIL._imaging` of `cannot import name '_imaging' from 'PIL'`.
fn incident_part(plain: &Judged, package: &str) -> Option<String> {
    let name = plain.incident.told("symbol").filter(|_| plain.incident.message.id == "cannot-import-name")?;
    // `_C` is what extensions of PyTorch call theirs; other capitals are of classes and constants.
    let is_native = name == "_C"
        || name.starts_with('_') && name.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit());
    is_native.then(|| format!("{package}.{name}"))
}

/// NumPy does not find a part of itself: what it imports itself is in every whole installation.
fn of_numpy_itself(plain: &Judged, log: &Log, module: &str) -> Option<Judged> {
    if !module.starts_with("numpy.") || plain.cause != Cause::ModuleMissing || log.is_bundling() {
        return None;
    }
    let sentence =
        format!("NumPy is there without its own module {module}: a bundle left it out, or the installation is damaged");
    let text = format!(
        "in a bundled program, include {module} with an option of the bundler, or upgrade the bundler; in an environment, reinstall NumPy"
    );
    let remedy = Remedy::new(text)
        .fix(Bundler::CX_FREEZE.module(module))
        .fix(Bundler::PYINSTALLER.module(module))
        .fix(Bundler::NUITKA.module(module));
    Some(plain.clone().cause(Cause::ModuleLeftOut, Verdict::Guilty).says(sentence).mended(remedy))
}

/// A package is there and the compiled module inside it is not: it was built for another Python, processor or system, as happens where
/// packages are copied from one machine to another.
fn compiled_part(plain: &Judged, log: &Log, context: Option<&LogContext>, module: &str) -> Option<Judged> {
    let (package, last) = module.rsplit_once('.')?;
    let top = folders::distribution(package.split('.').next().unwrap_or(package));
    let is_private = last.starts_with('_') && !last.starts_with("__");
    if plain.cause != Cause::ModuleMissing || !is_private || module.starts_with("numpy.") || log.is_bundling() {
        return None;
    }
    // What is at hand shows why: the file, with another tag or for another processor.
    if let Some((context, file)) = context.and_then(|context| Some((context, context.module_file(last)?))) {
        let rules =
            [RuleId::EXTENSION_FOR_OTHER_PYTHON, RuleId::WRONG_ARCHITECTURE, RuleId::OTHER_LIBC, RuleId::NOT_AN_IMAGE];
        let judged = plain.clone().at(context, file);
        if let Some(at) = context.finding_about(file, &rules) {
            let cause = Cause::of_rule(context.scan.findings[at].rule.id).unwrap_or(plain.cause);
            let judged = judged.found(context, at);
            let sentence = format!("{}: Python does not take it for {module}", judged.sentence);
            return Some(Judged { cause, ..judged }.says(sentence));
        }
    }
    if context.is_some() {
        return None;
    }
    if let Some(judged) = in_a_source_tree(plain, package, last) {
        return Some(judged);
    }
    let is_lambda = log.marks.contains(&Mark::Lambda);
    let sentence = format!(
        "the package {package} is there, and its compiled module {last} is not one that this Python takes: its file was built for another \
         version of Python, another processor or another system, or was not copied"
    );
    let text = match is_lambda {
        true => {
            "install the package for the function's own runtime, version and processor (x86_64 or aarch64), not for the machine that packs it"
        }
        false => {
            "install the package again with the Python that runs it, on the system that runs it; where it is copied elsewhere (a container, a \
                  Lambda layer), install it for that platform"
        }
    };
    let remedy = Remedy::new(text);
    let remedy = match is_lambda {
        true => remedy.fix(PIP_FOR.with(&[&"manylinux2014_x86_64", &top])),
        false => remedy.fix(PIP_REINSTALL.with(&[&top])).fix(PIP_FOR.with(&[&"manylinux2014_x86_64", &top])),
    };
    Some(plain.clone().cause(Cause::PythonMismatch, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The package that was imported is that of a checkout, whose compiled modules are built elsewhere or not at all.
fn in_a_source_tree(plain: &Judged, package: &str, last: &str) -> Option<Judged> {
    let place = plain.incident.told("other").or(plain.incident.by()).or(plain.incident.told("place"))?;
    let place = slashed(place);
    let top = package.split('.').next()?;
    let is_of_package = place.split('/').any(|part| part == top);
    let is_installed = ["-packages/", "/var/task", "/opt/python", "/python/"].iter().any(|part| place.contains(part))
        || place.contains(".zip/");
    if !is_of_package || is_installed || !place.ends_with(".py") {
        return None;
    }
    let sentence = format!(
        "Python imports {package} from its source tree ({place}), in which the compiled module {last} was not built: what lies there hides what is installed"
    );
    let text = format!(
        "where {top} is used from its source tree, build the module in place, with the compiler and the packages that it is built with (PyTorch first, where it extends that); where {top} is \
         installed as well, run it outside of the source tree, so that the installed one is found (pytest: --import-mode=importlib or --pyargs {top}, from another folder; a src layout)"
    );
    let judged = plain.clone().cause(Cause::ModuleMissing, Verdict::Guilty).says(sentence);
    Some(judged.mended(Remedy::new(text).fix(Ok(PIP_IN_PLACE.command())).fix(Ok(SETUP_IN_PLACE.command()))))
}

/// The ways to name a module to each of the common bundlers.
pub(super) fn name_to_bundlers(text: &str, module: &str) -> Remedy {
    let bundlers = [Bundler::NUITKA, Bundler::PYINSTALLER];
    bundlers.iter().fold(Remedy::new(text), |remedy, bundler| remedy.fix(bundler.module(module)))
}

/// Is there a module of this name, in Python or native?
pub(super) fn is_there(scan: &Scan, module: &str) -> bool {
    let Some(python) = &scan.world.host.python else { return false };
    let below = module.replace('.', "/");
    let exists = |name: String| python.path.iter().any(|base| scan.world.fs().stat(&base.join(&name)).is_ok());
    exists(format!("{below}.py"))
        || exists(format!("{below}/__init__.py"))
        || scan.graph.nodes().any(|(_, node)| {
            matches!(node, crate::graph::Node::File { role: crate::discover::Role::Module(name), .. } if name == module)
        })
}
