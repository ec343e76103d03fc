//! Code does not get NumPy's C API.

use super::library::{package, short};
use super::module::{is_there, name_to_bundlers};
use super::{Cause, Judged, Verdict};
use crate::buildlog::log_context::LogContext;
use crate::buildlog::{Incident, Log};
use crate::command::Remedy;
use crate::command::templates::{PIP_INSTALL, PIP_INSTALL_REQUIRED, PIP_UPGRADE};
use crate::image::Binding;
use crate::rule::RuleId;
use crate::tools::Bundler;
use crate::tools::ToolId;
use crate::world::FileId;

pub(super) fn judge(plain: Judged, log: &Log, context: Option<&LogContext>) -> Judged {
    let judged = match plain.cause {
        Cause::NumpyShim => shim(plain, log, context),
        _ => import(sized(plain), log, context),
    };
    // Bundles leave Python modules out; environments lose them.
    let is_bundle = log.is_bundling();
    if let Some(judged) = of_a_newer_one(&judged, log).filter(|_| !is_bundle && log.running().is_none()) {
        return judged;
    }
    match judged.cause {
        Cause::NumpyMissing if is_bundle && judged.finding.is_none() => {
            let bundlers = [Bundler::NUITKA, Bundler::PYINSTALLER];
            let text = "the bundle lacks a part of NumPy: name the package to the bundler";
            let name = |remedy: Remedy, bundler: &Bundler| remedy.fix(bundler.package("numpy"));
            judged.mended(bundlers.iter().fold(Remedy::new(text), name))
        }
        _ => judged,
    }
}

/// A package that looks at NumPy's version as it is imported names the newest that it takes.
pub(super) fn of_a_limit(plain: Judged) -> Judged {
    let told = |place: &str| plain.incident.told(place).map(|text| text.trim_end_matches('.').to_owned());
    let (Some(package), Some(version)) = (told("accused"), told("version")) else { return plain };
    let remedy = plain.remedy.clone().fix(PIP_UPGRADE.with(&[&package.to_lowercase()]));
    let judged = plain.mended(remedy.fix(PIP_INSTALL_REQUIRED.with(&[&format!("numpy=={version}.*")])));
    Judged { verdict: Verdict::Guilty, ..judged }
}

/// What NumPy 1.16 and later have a compiled module of asks an older one for that, and then says that the C API is not there.
fn of_a_newer_one(judged: &Judged, log: &Log) -> Option<Judged> {
    let is_of = |id: &str| log.incidents.iter().any(|incident| incident.message.id == id);
    let asks = judged.incident.told("module").is_some_and(|module| module == "numpy.core._multiarray_umath");
    let is_damaged = is_of("original-error") || is_of("c-extensions-failed");
    if judged.finding.is_some() || !asks || is_damaged || !is_of("multiarray-failed") {
        return None;
    }
    let whose = judged.incident.by().and_then(package).or_else(|| {
        let places = log.incidents.iter().filter(|incident| incident.message.id == "multiarray-failed");
        places.filter_map(Incident::by).find_map(package)
    });
    let who = whose.as_deref().unwrap_or("a package");
    let sentence = format!(
        "a compiled module of {who} was built with NumPy 1.16 or later and asks for numpy.core._multiarray_umath, which the older NumPy that is installed does not have"
    );
    let text = format!("upgrade NumPy, or take a release of {who} from before it was built so");
    let remedy = Remedy::new(text).fix(PIP_UPGRADE.with(&[&"numpy"]));
    Some(judged.clone().cause(Cause::NumpyTooOld, Verdict::Guilty).says(sentence).mended(remedy))
}

/// A structure of NumPy has another size than the module was built for: which of the two is newer.
fn sized(plain: Judged) -> Judged {
    let size = |place: &str| plain.incident.told(place).and_then(|size| size.parse::<u32>().ok());
    let (Some("size-changed"), Some(wanted), Some(found)) =
        (Some(plain.incident.message.id.as_str()), size("symbol"), size("version"))
    else {
        return plain;
    };
    let structure = plain.incident.told("module").unwrap_or("ndarray").to_owned();
    // NumPy 2 made dtype smaller; every other structure has only grown.
    let is_dtype = structure == "dtype";
    let is_for_newer = if is_dtype { wanted < found } else { wanted > found };
    if !is_for_newer {
        return plain;
    }
    let sentence = format!(
        "a module was built for a newer NumPy than is installed: numpy.{structure} has {found} bytes here, and {wanted} were expected"
    );
    let remedy = Remedy::new("upgrade NumPy, or take an older release of the package that brings the module")
        .fix(PIP_UPGRADE.with(&[&"numpy"]));
    plain.cause(Cause::NumpyTooOld, Verdict::Guilty).says(sentence).mended(remedy)
}

/// It fails when it is imported.
fn import(plain: Judged, log: &Log, context: Option<&LogContext>) -> Judged {
    let by = plain.incident.by().map(str::to_owned).or_else(|| neighbor(&plain, log));
    let Some(context) = context else { return named(plain, by) };
    let file = by.as_deref().and_then(|by| context.file(by));
    // A traceback tells Python sources: the package is the same as the module's.
    let package = by.as_deref().map(short).and_then(|path| path.split('/').next().map(str::to_owned));
    let is_of_package = |at: &usize| {
        let finding = &context.scan.findings[*at];
        package
            .as_ref()
            .is_some_and(|package| finding.files.iter().any(|file| file.to_string().contains(&format!("{package}/"))))
    };
    let rules = plain.cause.rules();
    let findings = || (0..context.scan.findings.len()).filter(|&at| rules.contains(&context.scan.findings[at].rule.id));
    let at = file
        .and_then(|file| context.finding_about(file, rules))
        .or_else(|| findings().find(is_of_package))
        .or_else(|| findings().next());
    match at {
        Some(at) => {
            let cause = match context.scan.findings[at].rule.id {
                RuleId::NUMPY_ABI => Cause::NumpyAbi,
                RuleId::NUMPY_MISSING => Cause::NumpyMissing,
                RuleId::NUMPY_SHIM => Cause::NumpyShim,
                _ => plain.cause,
            };
            let judged = plain.found(context, at);
            Judged { cause, file: Some(context.scan.findings[at].file.clone()), ..judged }
        }
        None => named(plain, by),
    }
}

/// The place in a traceback that another incident of NumPy's tells, a few lines away.
fn neighbor(plain: &Judged, log: &Log) -> Option<String> {
    const NEAR: usize = 80;
    let here = plain.incident.first;
    let near = log.incidents.iter().filter(|other| other.tool == ToolId::Numpy && other.first.abs_diff(here) < NEAR);
    near.filter_map(|other| other.by()).map(str::to_owned).next()
}

fn named(plain: Judged, by: Option<String>) -> Judged {
    let Some(by) = by else { return plain };
    let sentence = format!("{}; it was met in {}", plain.sentence, short(&by));
    plain.says(sentence)
}

/// It fails at the first use of an array: a Python module is missing.
fn shim(plain: Judged, log: &Log, context: Option<&LogContext>) -> Judged {
    let module = plain.incident.told("module").unwrap_or("numpy.core.multiarray").to_owned();
    // The panic tells the version, the exception that it becomes does not.
    let told = |incident: &Incident| {
        incident.told("version").filter(|_| incident.tool == ToolId::RustNumpy).map(str::to_owned)
    };
    let elsewhere = || log.incidents.iter().find_map(told).filter(|_| plain.incident.tool == ToolId::RustNumpy);
    let version = told(&plain.incident).or_else(elsewhere);
    let consumer = context.and_then(|context| consumer(context, version.as_deref(), plain.incident.by()));
    let who = match (&consumer, context, &version) {
        (Some((file, binding)), Some(context), _) => format!("{} ({})", context.path(*file), binding.phrase()),
        (_, _, Some(version)) => format!("a module with rust-numpy {version}"),
        _ => match plain.incident.by() {
            Some(by) if by.contains("site-packages") => short(by),
            _ => "older code for NumPy 1 (rust-numpy before 0.22, pybind11 before 2.12)".into(),
        },
    };
    let what = match module.as_str() {
        "numpy" => {
            "imports numpy at its first use of an array, and no Python code of its package says so: bundlers leave \
                    NumPy out"
                .to_owned()
        }
        module => format!(
            "imports the Python module {module} at its first use of an array; NumPy 2 has it only for the sake of such code \
             and never imports it itself, so that bundlers leave it out"
        ),
    };
    let is_here = context.is_some_and(|context| is_there(context.scan, &module));
    let place = match (context, is_here) {
        (Some(_), true) => "; the environment has it",
        _ => "",
    };
    let bundler = context.and_then(|context| context.scan.target.bundle.as_ref()).map(|bundle| bundle.bundler.word());
    let is_of = |tool: ToolId| {
        log.version(tool).is_some()
            || bundler == Some(tool.name())
            || log.incidents.iter().any(|incident| incident.tool == tool)
    };
    let (pyinstaller, nuitka) = (is_of(ToolId::PyInstaller), is_of(ToolId::Nuitka));
    if module == "numpy" && !pyinstaller && !nuitka && bundler.is_none() && log.running().is_none() {
        let sentence = format!("{who} imports numpy at its first use of an array, and NumPy is not installed");
        let remedy = Remedy::new("install NumPy; a bundled program needs it named to the bundler")
            .fix(PIP_INSTALL.with(&[&"numpy"]));
        return plain.cause(Cause::NumpyMissing, Verdict::Guilty).says(sentence).mended(remedy);
    }
    let text = match module.as_str() {
        "numpy" => "name it to the bundler",
        _ => "name it to the bundler; or upgrade the package, or go back to NumPy 1 (numpy<2)",
    };
    let remedy = match (pyinstaller && !nuitka, nuitka) {
        (true, _) => Remedy::new(text).fix(Bundler::PYINSTALLER.module(&module)),
        (_, true) => Remedy::new(text).fix(Bundler::NUITKA.module(&module)),
        _ => name_to_bundlers(text, &module),
    };
    let judged = plain.cause(Cause::NumpyShim, Verdict::Guilty).says(format!("{who} {what}{place}")).mended(remedy);
    match context.zip(consumer) {
        Some((context, (file, _))) => {
            let finding = context.finding_about(file, Cause::NumpyShim.rules());
            Judged { finding, ..judged.at(context, file) }
        }
        None => judged,
    }
}

/// The file that asks in the way of the message: with the very version of rust-numpy, else any that knows only NumPy 1.
fn consumer(context: &LogContext, version: Option<&str>, by: Option<&str>) -> Option<(FileId, Binding)> {
    if let Some(file) = by.and_then(|by| context.file(by))
        && let Some(capi_edge) = context.scan.numpy.of(file)
    {
        return Some((file, capi_edge.binding.clone()));
    }
    let capi_edges = &context.scan.numpy.capi_edges;
    let is_version = |binding: &Binding| matches!(binding, Binding::RustNumpy { version: Some(own), .. } if Some(own.as_str()) == version);
    let is_old = |binding: &Binding| {
        matches!(binding, Binding::RustNumpy { knows_2: false, .. } | Binding::Pybind11 { knows_2: false })
    };
    let is_rust = |binding: &Binding| matches!(binding, Binding::RustNumpy { .. });
    let find = |fits: &dyn Fn(&Binding) -> bool| {
        capi_edges
            .iter()
            .find(|capi_edge| fits(&capi_edge.binding))
            .map(|capi_edge| (capi_edge.file, capi_edge.binding.clone()))
    };
    find(&is_version).or_else(|| find(&is_old)).or_else(|| find(&is_rust))
}
