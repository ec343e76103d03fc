//! A library is said to be missing.

mod names;
mod python;
mod scanned;
mod system;

use super::{Cause, Judged, Verdict, absent};
use crate::buildlog::log_context::{LogContext, leaf, site_tail, slashed};
use crate::buildlog::well_known::{self, Shipper};
use crate::buildlog::{Log, Packager, folders};
use crate::command::templates::{CONDA_INSTALL, PIP_BUILD_BESIDE, PIP_INSTALL};
use crate::command::{Command, Refusal, Remedy};
use crate::tools::ToolId;
use names::{own_name, relative};
use python::{baked_python, python_of_a_module, python_of_an_environment, python_of_the_program};
use scanned::{itself, need, nowhere};
use system::of_the_system;

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
                .mended(of_its_release(&plain, accused, &wheel)),
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
fn of_its_release(plain: &Judged, accused: &str, wheel: &str) -> Remedy {
    /// Parts into which PyTorch 1 split its library of CUDA, and PyTorch 2 does not.
    const OF_PYTORCH_1: [&str; 2] = ["torch_cuda_cu.", "torch_cuda_cpp."];
    let paths = [plain.incident.by(), plain.incident.told("place")];
    let whose = paths.into_iter().flatten().find_map(package).filter(|whose| whose != wheel);
    let is_of_pytorch_1 = OF_PYTORCH_1.iter().any(|name| leaf(accused).trim_start_matches("lib").starts_with(name));
    if let Some(whose) = whose.as_ref().filter(|_| is_of_pytorch_1) {
        let text = format!(
            "install the build of {whose} for the torch that is installed, or build it again beside it, from no cache: releases of PyTorch 1 had a library of this name, and PyTorch 2 \
             has none; for a PyTorch 1, take the release that {whose} was built for"
        );
        return Remedy::new(text).fix(PIP_BUILD_BESIDE.with(&[whose, whose]));
    }
    let whose = whose.unwrap_or_else(|| "what needs it".to_owned());
    let text = format!(
        "install the build of {whose} for the {wheel} that is installed (or build it from source beside it: --no-build-isolation --no-binary), or \
         {wheel} in the release that it was built for; and import {wheel} first"
    );
    Remedy::new(text).fix(PIP_INSTALL.with(&[&wheel]))
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

/// The package that pip builds from source in this folder: `x` of `/tmp/pip-install-abc/x_HASH/setup.py`.
pub(super) fn built(path: &str) -> Option<String> {
    let path = slashed(path);
    let (_, rest) = ["/pip-install-", "/pip-build-"].iter().find_map(|part| path.split_once(part))?;
    let folder = rest.split('/').nth(1).filter(|_| rest.matches('/').count() > 1)?;
    // pip 20 and later put a hash behind the name.
    let is_hash = |end: &str| end.len() == 32 && end.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(folder.rsplit_once('_').filter(|(_, end)| is_hash(end)).map_or(folder, |(name, _)| name).to_owned())
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
