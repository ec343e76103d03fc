//! A symbol, or a version of one, is said to be missing.

use super::library::short;
use super::{Cause, Judged, Verdict};
use crate::buildlog::ground::{Ground, leaf};
use crate::buildlog::known;
use crate::command::Remedy;

pub(super) fn judge(plain: Judged, ground: Option<&Ground>) -> Judged {
    let by = plain.incident.by().map(str::to_owned);
    let file = ground.zip(by.as_deref()).and_then(|(ground, by)| ground.file(by));
    let tied = match ground.zip(file) {
        Some((ground, file)) => plain.at(ground, file),
        None => plain,
    };
    let about = ground.zip(file).and_then(|(ground, file)| ground.finding_about(file, tied.cause.rules()));
    if let Some((ground, at)) = ground.zip(about) {
        return tied.found(ground, at);
    }
    match tied.cause {
        Cause::VersionMissing => version(tied),
        _ => symbol(tied),
    }
}

fn symbol(plain: Judged) -> Judged {
    let Some(symbol) = plain.incident.told("symbol").map(str::to_owned) else { return plain };
    let who = plain.incident.by().map_or_else(|| "the file".to_owned(), short);
    let tool = plain.incident.tool.id;
    if known::is_of_python(&symbol) {
        return plain
            .cause(Cause::PythonMismatch, Verdict::Guilty)
            .says(format!(
                "{who} uses {symbol}, a function of Python that this interpreter does not have: it was built for another \
                 version of Python, or for a debug build"
            ))
            .mended(Remedy::new("install the wheel for this very Python, or build the package again"));
    }
    if tool == "musl" && known::is_of_glibc(&symbol) {
        return plain
            .cause(Cause::OtherLibc, Verdict::Guilty)
            .says(format!(
                "{who} uses {symbol}, which only glibc has: it was built for glibc, and this system has musl"
            ))
            .mended(Remedy::new("install the musllinux wheel, or build the package on this system"));
    }
    let Some(spoken) = known::spoken_symbol(&symbol) else { return plain };
    let is_torch = ["c10::", "at::", "torch::", "c10d::"].iter().any(|start| spoken.starts_with(start));
    // The linker found it in no library, so that no version of one belongs to the file.
    if plain.incident.message.id == "symbol-not-found-flat" && !is_torch {
        return plain.says(format!(
            "{who} looks up {spoken} ({symbol}) in everything that is loaded, and nothing there defines it: the library that \
             it belongs to was not linked"
        ));
    }
    let why = match is_torch {
        true => "PyTorch's C++ interface changes with every release",
        false => "the library that is loaded is of another version, or built with another C++ ABI",
    };
    let remedy = match is_torch {
        true => "install the build of the package for the PyTorch that is installed, or build it again against it",
        false => "install the library and the package in versions that belong together",
    };
    let sentence = format!("{who} uses {spoken} ({symbol}), which no library that it needs has: {why}");
    plain.says(sentence).mended(Remedy::new(remedy))
}

fn version(plain: Judged) -> Judged {
    let Some(version) = plain.incident.told("version").map(str::to_owned) else { return plain };
    let who = plain.incident.by().map_or_else(|| "the file".to_owned(), short);
    let library = plain.incident.told("accused").unwrap_or("the library").to_owned();
    let is_runtime = version.starts_with("GLIBCXX_") || version.starts_with("CXXABI_") || version.starts_with("GCC_");
    let is_outside = library.starts_with("/lib") || library.starts_with("/usr/") || !library.contains('/');
    if version.starts_with("GLIBC_") {
        let release = version.trim_start_matches("GLIBC_");
        return plain
            .says(format!("{who} was built on a system with glibc {release}, and the one that runs it is older"))
            .mended(Remedy::new("run it on a system with that glibc, or take a build for older ones: a manylinux wheel, a bundle made on \
                 the oldest system that it is to run on"));
    }
    if is_runtime && !is_outside {
        return plain
            .says(format!(
                "{who} asks {} for {version}, and the copy that wins, {library}, is too old: the system may have a newer one",
                leaf(&library)
            ))
            .mended(Remedy::new(format!("upgrade that copy, or take it away so that the system's is found (conda: conda install -c conda-forge libstdcxx-ng; a bundle: leave {} out)", leaf(&library))));
    }
    if is_runtime {
        return plain
            .says(format!("{who} was built with a newer compiler than {library} comes from: it has no {version}"))
            .mended(Remedy::new(
                "upgrade the system's libstdc++, or take a build for older systems (a manylinux wheel)",
            ));
    }
    plain
}
