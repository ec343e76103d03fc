//! A symbol that no library has which the file names: the linker was not told of the one that does.

use super::library::{folder, package};
use super::{Cause, Judged, Verdict};
use crate::buildlog::ground::leaf;
use crate::buildlog::symbol_owner::{Owner, owner};
use crate::buildlog::{folders, known};
use crate::command::Remedy;
use crate::command::templates::{LINKED_BUILD, TERMUX_INSTALL};

/// Whose a symbol is; `tool` says how the system writes symbols.
fn owner_of(symbol: &str, tool: &str) -> Option<Owner> {
    owner(if tool == "dyld" { symbol.strip_prefix('_').unwrap_or(symbol) } else { symbol })
}

/// Android's loader looks only in the libraries that a file names itself, and neither in the process nor in Python.
pub(super) fn on_android(plain: Judged, who: &str, symbol: &str) -> Judged {
    let paths = [plain.incident.by(), plain.incident.told("place")];
    let termux = paths.into_iter().flatten().find_map(folder).as_deref().and_then(folders::termux);
    let whose = paths.into_iter().flatten().find_map(package);
    let (library, link) = match known::is_of_python(symbol) {
        true => {
            let version = python_of(&plain).unwrap_or_else(|| "3.x".to_owned());
            (Some("Python's own library"), Some(format!("python{version}")))
        }
        false => owner(symbol).map(|owner| (owner.library, owner.link.to_owned())).unzip(),
    };
    let sentence = match library {
        Some(library) => format!(
            "{who} uses {symbol} of {library} and is not linked with it: Android's loader looks only in the libraries that the file names \
             itself (DT_NEEDED), not in those that the process has loaded"
        ),
        None => format!(
            "{who} uses {symbol}, which none of the libraries that it names itself (DT_NEEDED) has, and Android's loader looks in no other"
        ),
    };
    let option = link.as_deref().map_or_else(|| "-lNAME".to_owned(), |link| format!("-l{link}"));
    let text = format!(
        "build it again on the device, linked with that library (LDFLAGS={option}); or install Termux' own build, where there is one"
    );
    let mut remedy = Remedy::new(text);
    if let (Some(link), Some(whose)) = (link.filter(|link| !link.ends_with('x')), &whose) {
        remedy = remedy.fix(LINKED_BUILD.with(&[&link, whose, whose]));
    }
    if let Some(package) = termux {
        remedy = remedy.fix(TERMUX_INSTALL.with(&[&package]));
    }
    plain.cause(Cause::SymbolMissing, Verdict::Guilty).says(sentence).mended(remedy)
}

/// The version of Python in whose folder the file lies: `3.11`.
fn python_of(plain: &Judged) -> Option<String> {
    let paths = [plain.incident.by(), plain.incident.told("place")];
    paths.into_iter().flatten().find_map(|path| {
        let (_, rest) = path.split_once("/python3.")?;
        let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (!minor.is_empty()).then(|| format!("3.{minor}"))
    })
}

/// A symbol whose name tells the library that has it.
pub(super) fn of_a_known_library(plain: &Judged, who: &str, symbol: &str) -> Option<Judged> {
    let tool = plain.incident.tool.id;
    let owner = owner_of(symbol, tool)?;
    let Owner { library, link } = owner;
    let whose = plain.incident.by().and_then(package);
    let is_flat = plain.incident.message.id == "symbol-not-found-flat";
    let sentence = match (is_flat, tool) {
        (true, _) => format!(
            "{who} looks up {symbol} in everything that is loaded, and nothing there defines it: it belongs to {library}, which was not linked \
             when the file was built, mostly as the build was for another processor than the library at hand"
        ),
        (false, "dyld") => {
            format!("{who} uses {symbol}, which belongs to {library} and not to macOS: the file was not linked with it")
        }
        _ => format!(
            "{who} uses {symbol}, which belongs to {library}: the file was not linked with it, or the copy that is loaded is another release"
        ),
    };
    let of_whose = whose.as_deref().unwrap_or("the package");
    let text = format!(
        "take another release of {of_whose}, whose build is linked with {library}; or build it from source on this kind of machine with that \
         library installed and named to the linker behind what needs it (-l{link})"
    );
    let remedy = Remedy::new(text);
    let remedy = match &whose {
        Some(whose) => remedy.fix(LINKED_BUILD.with(&[&link, whose, whose])),
        None => remedy,
    };
    Some(plain.clone().cause(Cause::SymbolMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// A symbol as a person reads it, with what the file has in brackets where that differs.
fn spoken(symbol: &str) -> String {
    known::spoken_symbol(symbol).map_or_else(|| symbol.to_owned(), |spoken| format!("{spoken} ({symbol})"))
}

/// The linker found it in no library, so that no version of one belongs to the file.
pub(super) fn in_no_library(plain: Judged, who: &str, symbol: &str) -> Judged {
    let spoken = spoken(symbol);
    let sentence = format!(
        "{who} looks up {spoken} in everything that is loaded, and nothing there defines it: the library that it belongs to was not linked \
         when the file was built, mostly as the build was for another processor than the libraries at hand"
    );
    let whose = plain.incident.by().and_then(package).unwrap_or_else(|| "the package".to_owned());
    let text = format!(
        "take another release of the package, {whose} (a newer one, or an older one from before the fault), or build it from source on this kind of \
         machine with that library installed: --no-binary {whose}"
    );
    plain.says(sentence).mended(Remedy::new(text))
}

/// A module that lies in no folder of packages was built where it is: what it lacks was not given to its linker.
pub(super) fn in_its_own_build(plain: &Judged, who: &str, symbol: &str) -> Option<Judged> {
    let by = plain.incident.by()?;
    let is_installed =
        ["-packages/", "/_internal/", "/_MEI", ".dist/", ".libs/", ".app/"].iter().any(|part| by.contains(part));
    let is_system = ["/usr/", "/lib", "/opt/"].iter().any(|start| by.starts_with(start));
    let is_library = leaf(by).starts_with("lib") || !by.ends_with(".so");
    if is_installed || is_system || is_library || !by.contains('/') || plain.incident.told("version").is_some() {
        return None;
    }
    let spoken = spoken(symbol);
    let sentence = format!(
        "{who} uses {spoken}, which neither it nor a library that it names defines: the source or the library with the definition was not given \
         to its linker, or declares it otherwise"
    );
    let text = format!(
        "add what defines it to the build (sources and libraries of Extension, target_link_libraries), with the same signature; functions of C \
         need extern \"C\" in C++. nm -DC {who} shows it as U"
    );
    Some(plain.clone().cause(Cause::SymbolMissing, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}
