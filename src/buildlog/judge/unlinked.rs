//! A symbol that no library has which the file names: the linker was not told of the one that does.

use super::library::{folder, package};
use super::{Cause, Judged, Verdict};
use crate::buildlog::log_context::leaf;
use crate::buildlog::symbol_owner::{Owner, owner};
use crate::buildlog::{Log, Packager, folders, well_known};
use crate::command::Remedy;
use crate::command::templates::{APT_INSTALL, CONDA_INSTALL, FRAMEWORK_BUILD, LINKED_BUILD, MORE, TERMUX_INSTALL};
use crate::tools::ToolId;

/// Whose a symbol is; `tool` says how the system writes symbols.
fn owner_of(symbol: &str, tool: ToolId) -> Option<Owner> {
    owner(if tool == ToolId::Dyld { symbol.strip_prefix('_').unwrap_or(symbol) } else { symbol })
}

/// Android's loader looks only in the libraries that a file names itself, and neither in the process nor in Python.
pub(super) fn on_android(plain: Judged, who: &str, symbol: &str) -> Judged {
    let paths = [plain.incident.by(), plain.incident.told("place")];
    let termux = paths.into_iter().flatten().find_map(folder).as_deref().and_then(folders::termux);
    let whose = paths.into_iter().flatten().find_map(package);
    let (library, link) = match well_known::is_of_python(symbol) {
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
pub(super) fn of_a_known_library(plain: &Judged, log: &Log, who: &str, symbol: &str) -> Option<Judged> {
    let tool = plain.incident.tool;
    if let Some(framework) = framework(symbol).filter(|_| tool == ToolId::Dyld) {
        return Some(of_a_framework(plain.clone(), who, symbol, framework));
    }
    let owner = owner_of(symbol, tool)?;
    if plain.incident.by().is_some_and(|by| by.contains("/lib-dynload/")) && tool != ToolId::Dyld {
        return Some(of_python_itself(plain.clone(), log, who, symbol, owner.library));
    }
    let Owner { library, link } = owner;
    let whose = plain.incident.by().and_then(package);
    let is_flat = plain.incident.message.id == "symbol-not-found-flat";
    let sentence = match (is_flat, tool) {
        (true, _) => format!(
            "{who} looks up {symbol} in everything that is loaded, and nothing there defines it: it belongs to {library}, which was not linked \
             when the file was built, mostly as the build was for another processor than the library at hand"
        ),
        (false, ToolId::Dyld) => {
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
    let text = match tool {
        ToolId::Glibc => {
            format!("{text}. As a workaround, have that library loaded first (LD_PRELOAD=lib{link}.so, by its path)")
        }
        ToolId::Dyld => format!(
            "{text}. Homebrew's folder on Apple silicon is not searched unless it is named: CPATH=/opt/homebrew/include LIBRARY_PATH=/opt/homebrew/lib"
        ),
        _ => text,
    };
    // piwheels' packages take BLAS from the system, whose plain one has no C functions.
    let is_of_the_system = link == "openblas"
        && plain.incident.by().is_some_and(|by| by.contains("/dist-packages/") || by.contains("-arm-linux-gnueabihf"));
    let remedy = match is_of_the_system {
        true => {
            let text = format!(
                "install a BLAS with the C functions, which takes the place of the plain one (Debian, Raspberry Pi OS); or {text}"
            );
            Remedy::new(text).fix(APT_INSTALL.with(&[&"libopenblas0"]))
        }
        false => Remedy::new(text),
    };
    // In a conda environment both come from one channel; what pip compiled there found another copy.
    let is_conda = is_of_conda(plain, log);
    let is_runtime = ["gcc", "stdc++", "gomp", "gfortran", "m"].contains(&link);
    let remedy = match &whose {
        Some(whose) if is_conda && !is_runtime && tool == ToolId::Glibc => {
            let text = format!(
                "install {whose} from conda-forge, with the {library} that it was built with (pip uninstall {whose} first, where pip installed it); else {}",
                remedy.text
            );
            Remedy { text, ..remedy }.fix(CONDA_INSTALL.with(&[&of_conda(whose)]))
        }
        _ => remedy,
    };
    let remedy = match &whose {
        Some(whose) => remedy.fix(LINKED_BUILD.with(&[&link, whose, whose])),
        None => remedy,
    };
    Some(plain.clone().cause(Cause::SymbolMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// Does the file that asks lie in an environment of conda's?
fn is_of_conda(plain: &Judged, log: &Log) -> bool {
    plain.incident.by().is_some_and(|by| log.packager(&[by]) == Packager::Conda)
}

/// What conda-forge calls a distribution of the index.
fn of_conda(distribution: &str) -> &str {
    const OTHERWISE: [(&str, &str); 5] = [
        ("opencv-python", "opencv"),
        ("torch", "pytorch"),
        ("psycopg2-binary", "psycopg2"),
        ("tables", "pytables"),
        ("gdal", "gdal"),
    ];
    OTHERWISE.iter().find(|(name, _)| *name == distribution).map_or(distribution, |(_, conda)| conda)
}

/// A module of Python's own library was linked with its library: another copy of that is loaded in its place.
fn of_python_itself(plain: Judged, log: &Log, who: &str, symbol: &str, library: &str) -> Judged {
    let sentence = format!(
        "{who}, a module of Python's own library, uses {symbol} of {library}, and the copy that is loaded does not have it: it is another than the one this \
         Python was built with"
    );
    let text = format!(
        "have the right copy of {library} found first: take folders with another one out of LD_LIBRARY_PATH, remove those in /usr/local/lib (then ldconfig); \
         LD_DEBUG=libs shows which is loaded. A Python that was compiled on this machine is compiled again with the copy that is there; in a conda environment \
         install Python and its libraries anew from one channel"
    );
    let is_conda = is_of_conda(&plain, log);
    let is_openssl = ["libssl", "libcrypto"].contains(&library);
    let remedy = match is_conda && is_openssl {
        true => {
            Remedy::new(format!("{text}: an older openssl than that which its Python was built with lacks functions"))
                .fix(CONDA_INSTALL.with(&[&"openssl"]).and_then(|command| command.and(MORE, &[&"python"])))
        }
        false => Remedy::new(text),
    };
    plain.cause(Cause::OtherCopy, Verdict::Guilty).says(sentence).mended(remedy)
}

/// What follows the beginning of a name.
#[derive(Clone, Copy)]
enum Next {
    Any,
    Capital,
    /// A capital and a small letter.
    Word,
}

/// Beginnings of the names that frameworks of macOS export, with what follows them.
///
/// Source: the text stubs of the SDK of macOS 12; November 2026.
const FRAMEWORKS: &[(&str, Next, &str)] = &[
    ("_CF", Next::Capital, "CoreFoundation"),
    ("_kCF", Next::Capital, "CoreFoundation"),
    ("_OBJC_CLASS_$_NS", Next::Capital, "Foundation"),
    ("_NSLog", Next::Any, "Foundation"),
    ("_NSApp", Next::Any, "AppKit"),
    ("_CG", Next::Word, "CoreGraphics"),
    ("_CT", Next::Word, "CoreText"),
    ("_AudioUnit", Next::Any, "AudioToolbox"),
    ("_AudioComponent", Next::Any, "AudioToolbox"),
    ("_AudioQueue", Next::Any, "AudioToolbox"),
    ("_AudioObject", Next::Any, "CoreAudio"),
    ("_AudioDevice", Next::Any, "CoreAudio"),
    ("_IOHID", Next::Any, "IOKit"),
    ("_IOService", Next::Any, "IOKit"),
    ("_IORegistry", Next::Any, "IOKit"),
    ("_IOObject", Next::Any, "IOKit"),
    ("_SecItem", Next::Any, "Security"),
    ("_SecKey", Next::Any, "Security"),
    ("_SecTrust", Next::Any, "Security"),
    ("_SecCertificate", Next::Any, "Security"),
    ("_kSec", Next::Word, "Security"),
    ("_SCDynamicStore", Next::Any, "SystemConfiguration"),
    ("_SCNetwork", Next::Any, "SystemConfiguration"),
    ("_CVPixelBuffer", Next::Any, "CoreVideo"),
    ("_CMSampleBuffer", Next::Any, "CoreMedia"),
    ("_CMTime", Next::Any, "CoreMedia"),
    ("_MTLCreate", Next::Any, "Metal"),
    ("_MIDI", Next::Word, "CoreMIDI"),
    ("_vDSP_", Next::Any, "Accelerate"),
];

/// The framework of macOS that exports a symbol, by its name.
fn framework(symbol: &str) -> Option<&'static str> {
    let fits = |(start, next, _): &&(&str, Next, &str)| {
        let Some(rest) = symbol.strip_prefix(start) else { return false };
        let mut letters = rest.bytes();
        match next {
            Next::Any => true,
            Next::Capital => letters.next().is_some_and(|byte| byte.is_ascii_uppercase()),
            Next::Word => {
                letters.next().is_some_and(|byte| byte.is_ascii_uppercase())
                    && letters.next().is_some_and(|byte| byte.is_ascii_lowercase())
            }
        }
    };
    FRAMEWORKS.iter().find(fits).map(|(_, _, framework)| *framework)
}

/// macOS has it, and the file was not linked with it.
fn of_a_framework(plain: Judged, who: &str, symbol: &str, framework: &str) -> Judged {
    let sentence = format!("{who} uses {symbol} of macOS' framework {framework}, with which it was not linked");
    let whose = plain.incident.by().and_then(package);
    let of_whose = whose.as_deref().unwrap_or("the package");
    let text = format!(
        "take another release of {of_whose}, or build it from source with -framework {framework} among its linker's options; its maintainers add that to the \
         build"
    );
    let remedy = Remedy::new(text);
    plain.cause(Cause::SymbolMissing, Verdict::Guilty).says(sentence).mended(match &whose {
        Some(whose) => remedy.fix(FRAMEWORK_BUILD.with(&[&framework, whose, whose])),
        None => remedy,
    })
}

/// A symbol as a person reads it, with what the file has in brackets where that differs.
fn spoken(symbol: &str) -> String {
    well_known::spoken_symbol(symbol).map_or_else(|| symbol.to_owned(), |spoken| format!("{spoken} ({symbol})"))
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

#[cfg(test)]
mod tests {
    use super::framework;

    #[test]
    fn a_framework_is_told_by_the_first_letters_of_what_it_exports() {
        assert_eq!(framework("_CFRelease"), Some("CoreFoundation"));
        assert_eq!(framework("_kCFAllocatorDefault"), Some("CoreFoundation"));
        assert_eq!(framework("_AudioUnitRender"), Some("AudioToolbox"));
        for symbol in ["_CFlags", "_CVodeInit", "_CGAL_x", "_SecondHand", "CFRelease", "_cfg"] {
            assert_eq!(framework(symbol), None, "{symbol}");
        }
    }
}
