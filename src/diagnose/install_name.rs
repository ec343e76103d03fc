//! What a Mach-O file calls itself (`LC_ID_DYLIB`), and what that tells of how it was built.
//!
//! dyld ignores the install name of a file that is opened by path, as Python opens an extension module: none of these
//! is an error. It matters to whoever links against the file, and to tools that take it for a dependency
//! ([`super::nuitka`]).

use crate::discover::Role;
use crate::graph::Node;
use crate::image::Format;
use crate::loader::shared_cache::is_of_the_system;
use crate::survey::Survey;
use crate::vfs::VPath;
use crate::world::FileId;

/// The class of an install name, with its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstallName {
    /// None at all: a bundle (`MH_BUNDLE`), as most C and C++ modules are.
    None,
    /// The file's own name, below `@rpath` and the like, or bare of any folder.
    Exact { is_bare: bool },
    /// The dotted name of a module before its ending: `@rpath/pkg.sub.module.abi3.so`. The prefix ends with the dot.
    DottedPrefix { prefix: String, is_package: bool },
    /// The right name for an extension module, with another ABI tag; empty where there is none.
    OtherTag { tag: String, expected: String },
    /// The right name with another ending, or none: `.dylib` for `.so`.
    OtherExtension { extension: String, expected: String },
    /// The right name of a library with another version: `libx.1.dylib` for `libx.1.2.3.dylib`.
    OtherVersion { name: String },
    /// Another name altogether.
    OtherStem { stem: String, expected: String },
    /// An absolute path, and the file's own name in it.
    BuildPathSameName { folder: String, place: PathOwner },
    /// An absolute path with another name in it.
    BuildPathOtherName { folder: String, name: String, place: PathOwner },
    /// A path relative to the folder in which the build ran.
    RelativePath { folder: String, is_same_name: bool },
    /// The path of a library that comes with macOS.
    SystemPath { path: String },
    /// `/DLC/…`, which delocate writes into the libraries that it copies, so that no loader finds them by accident.
    Delocated,
}

/// Whose folder an absolute path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathOwner {
    /// A package manager's, by its name: the file was taken from there, or made to lie there.
    PackageManager(&'static str),
    /// A build service's, by its name.
    Service(&'static str),
    /// Any other: somebody's own machine.
    Machine,
}

/// The folders that package managers for macOS install to.
const PACKAGE_MANAGERS: [(&str, &str); 7] = [
    ("/opt/homebrew/", "Homebrew"),
    ("/usr/local/", "Homebrew, or built by hand"),
    ("/opt/local/", "MacPorts"),
    ("/nix/store/", "Nix"),
    ("/sw/", "Fink"),
    ("/opt/conda/", "conda"),
    ("/Library/Frameworks/Python.framework/", "python.org"),
];

/// The folders that build services build in.
const SERVICES: [(&str, &str); 4] = [
    ("/Users/runner/", "GitHub Actions or Azure Pipelines"),
    ("/Users/vsts/", "Azure Pipelines"),
    ("/Users/travis/", "Travis CI"),
    ("/Users/distiller/", "CircleCI"),
];

impl PathOwner {
    fn of(path: &str) -> PathOwner {
        let known = |folders: &[(&str, &'static str)]| {
            folders.iter().find(|(folder, _)| path.starts_with(folder)).map(|&(_, name)| name)
        };
        match (known(&PACKAGE_MANAGERS), known(&SERVICES)) {
            (Some(manager), _) => PathOwner::PackageManager(manager),
            (None, Some(service)) => PathOwner::Service(service),
            (None, None) => PathOwner::Machine,
        }
    }

    /// What the path tells the world.
    fn phrase(&self) -> String {
        match self {
            PathOwner::PackageManager(name) => format!("a folder of a package manager ({name})"),
            PathOwner::Service(name) => format!("a build folder of {name}"),
            PathOwner::Machine => "a folder on the build machine".to_owned(),
        }
    }
}

impl InstallName {
    /// That of a file of the environment; none where it is no Mach-O file.
    pub fn of_file(scan: &Survey, file: FileId) -> Option<InstallName> {
        let content = scan.world.file(file);
        let image = content.image.as_ref().filter(|image| image.format == Format::MachO)?;
        let Node::File { role, .. } = scan.graph.node(scan.graph.file(file)?) else { return None };
        let module = if let Role::Module(name) = role { Some(name.as_str()) } else { None };
        Some(InstallName::of(image.identity.as_deref(), &content.path, module))
    }

    /// That of a file, where it is not what the conventions ask for and the file is one that this system would load:
    /// what every face marks.
    pub fn nonstandard(scan: &Survey, file: FileId) -> Option<InstallName> {
        let fits = scan.world.file(file).image.as_ref().is_some_and(|image| scan.world.host.fits(image));
        InstallName::of_file(scan, file).filter(|name| fits && !name.is_standard())
    }

    /// Classifies the install name of a file. `module` is its dotted name where it is an extension module.
    pub fn of(identity: Option<&[u8]>, path: &VPath, module: Option<&str>) -> InstallName {
        let Some(identity) = identity else { return InstallName::None };
        let identity = VPath::new(identity);
        let text = identity.to_string();
        let folder = identity.parent().map(|folder| folder.to_string()).unwrap_or_default();
        let name = VPath::new(identity.file_name()).to_string();
        let file = VPath::new(path.file_name()).to_string();
        let is_same_name = identity.file_name() == path.file_name();
        if text.starts_with("/DLC/") {
            InstallName::Delocated
        } else if is_of_the_system(text.as_bytes()) {
            InstallName::SystemPath { path: text }
        } else if text.starts_with('/') {
            let place = PathOwner::of(&text);
            match is_same_name {
                true => InstallName::BuildPathSameName { folder, place },
                false => InstallName::BuildPathOtherName { folder, name, place },
            }
        } else if !text.starts_with('@') && !folder.is_empty() {
            InstallName::RelativePath { folder, is_same_name }
        } else if is_same_name {
            InstallName::Exact { is_bare: folder.is_empty() }
        } else {
            InstallName::misnamed(&name, &file, module)
        }
    }

    /// The class of a name that is not the file's.
    fn misnamed(name: &str, file: &str, module: Option<&str>) -> InstallName {
        let (given, expected) = (Parts::of(name, module.is_some()), Parts::of(file, module.is_some()));
        let prefix = given.stem.strip_suffix(expected.stem).filter(|prefix| prefix.ends_with('.') && module.is_some());
        if prefix.is_none() && given.stem != expected.stem {
            let is_version = module.is_none() && given.extension == expected.extension;
            return match is_version && unversioned(given.stem) == unversioned(expected.stem) {
                true => InstallName::OtherVersion { name: name.to_owned() },
                false => InstallName::OtherStem { stem: given.stem.to_owned(), expected: expected.stem.to_owned() },
            };
        }
        if given.extension != expected.extension {
            let (extension, expected) = (given.extension.to_owned(), expected.extension.to_owned());
            return InstallName::OtherExtension { extension, expected };
        }
        match prefix {
            Some(prefix) if given.tag == expected.tag => {
                let package = module.and_then(|module| module.strip_suffix(expected.stem));
                InstallName::DottedPrefix { prefix: prefix.to_owned(), is_package: package == Some(prefix) }
            }
            _ => InstallName::OtherTag { tag: given.tag.to_owned(), expected: expected.tag.to_owned() },
        }
    }

    /// The word for the class, in every output.
    pub fn word(&self) -> &'static str {
        match self {
            InstallName::None => "none",
            InstallName::Exact { .. } => "exact",
            InstallName::DottedPrefix { .. } => "dotted-prefix",
            InstallName::OtherTag { .. } => "other-tag",
            InstallName::OtherExtension { .. } => "other-extension",
            InstallName::OtherVersion { .. } => "other-version",
            InstallName::OtherStem { .. } => "other-stem",
            InstallName::BuildPathSameName { .. } => "build-path-same-name",
            InstallName::BuildPathOtherName { .. } => "build-path-other-name",
            InstallName::RelativePath { .. } => "relative-path",
            InstallName::SystemPath { .. } => "system-path",
            InstallName::Delocated => "delocated",
        }
    }

    /// What the install name is, in a few words that can follow “the file has”.
    pub fn phrase(&self) -> String {
        match self {
            InstallName::None => "no install name".into(),
            InstallName::Exact { is_bare: false } => "its own file name as install name".into(),
            InstallName::Exact { is_bare: true } => {
                "its own file name as install name, with no folder before it".into()
            }
            InstallName::DottedPrefix { prefix, is_package: true } => {
                format!("an install name with the package prefix “{prefix}”")
            }
            InstallName::DottedPrefix { prefix, is_package: false } => {
                format!("an install name with the prefix “{prefix}”, which is not its package")
            }
            InstallName::OtherTag { tag, expected } => {
                format!("an install name with {} instead of {}", tag_phrase(tag), tag_phrase(expected))
            }
            InstallName::OtherExtension { extension, expected } if extension.is_empty() => {
                format!("an install name without the ending “{expected}”")
            }
            InstallName::OtherExtension { extension, expected } => {
                format!("an install name that ends with “{extension}” instead of “{expected}”")
            }
            InstallName::OtherVersion { name } => format!("an install name of another version, “{name}”"),
            InstallName::OtherStem { stem, expected } => {
                format!("an install name that says “{stem}” instead of “{expected}”")
            }
            InstallName::BuildPathSameName { folder, place } => {
                format!("an install name with the absolute path “{folder}”, {}", place.phrase())
            }
            InstallName::BuildPathOtherName { folder, name, place } => {
                format!(
                    "an install name with the absolute path “{folder}”, {}, and another name, “{name}”",
                    place.phrase()
                )
            }
            InstallName::RelativePath { folder, is_same_name } => {
                let name = if *is_same_name { "" } else { ", and another name" };
                format!("an install name with the path “{folder}” inside the folder of the build{name}")
            }
            InstallName::SystemPath { path } => format!("the install name of a library of macOS, “{path}”"),
            InstallName::Delocated => "the install name that delocate gives to the libraries it copies".into(),
        }
    }

    /// Is it what the conventions ask for: no name, the file's own name, or delocate's placeholder?
    ///
    /// A dotted prefix is not, though it is what maturin writes today and no loader minds.
    pub fn is_standard(&self) -> bool {
        matches!(self, InstallName::None | InstallName::Exact { .. } | InstallName::Delocated)
    }

    /// Does it carry a folder of the machine that built the file?
    pub fn leaks_build_path(&self) -> bool {
        match self {
            InstallName::BuildPathSameName { place, .. } | InstallName::BuildPathOtherName { place, .. } => {
                !matches!(place, PathOwner::PackageManager(_))
            }
            _ => false,
        }
    }

    /// Who usually writes such a name, for a file written in Rust or not.
    ///
    /// After the sources of maturin (0.10.0 is the first to set the name, 0.13.7 mends the tag of `abi3` modules,
    /// 0.15.2 makes the module's dotted name of it, 1.14.1 still does), setuptools-rust (0.12.0 on: the file's name)
    /// and delocate 0.13, and the modules of public wheels for macOS.
    pub fn writer(&self, is_rust: bool) -> &'static str {
        match (self, is_rust) {
            (InstallName::None, true) => "C or C++ modules that link a static Rust library: the linker's `-bundle`",
            (InstallName::None, false) => "setuptools, meson and scikit-build: the linker's `-bundle`",
            (InstallName::Exact { is_bare: true }, true) => "CMake with Corrosion",
            (InstallName::Exact { is_bare: true }, false) => "a linker that was told no folder",
            (InstallName::Exact { .. }, true) => {
                "maturin 0.10.0 and later, for a module at the top or, before 0.15.2, one named as its crate; \
                 setuptools-rust 0.12.0 and later, always"
            }
            (InstallName::Exact { .. }, false) => "CMake and other builds of shared libraries",
            (InstallName::DottedPrefix { .. }, true) => "maturin 0.15.2 and later, for every module in a package",
            (InstallName::DottedPrefix { .. }, false) => "no known tool",
            (InstallName::OtherTag { .. }, true) => {
                "maturin 0.13.6 and earlier, for abi3 modules: the tag of the interpreter that built them"
            }
            (InstallName::OtherTag { .. }, false) => "a build that renames the module after it is linked",
            (InstallName::OtherExtension { .. }, true) => "maturin 0.13.6 and earlier, for abi3 modules",
            (InstallName::OtherExtension { .. }, false) => "CMake, where the library is renamed to a module",
            (InstallName::OtherVersion { .. }, _) => "CMake and libtool, for a library whose links were not packed",
            (InstallName::OtherStem { .. }, true) => {
                "maturin 0.10.0 to 0.15.1, for a module in a package that is not named as its crate; for a library, a \
                 build that renames it after it is linked"
            }
            (InstallName::OtherStem { .. }, false) => "a build that renames the library after it is linked",
            (InstallName::BuildPathSameName { .. }, true) => "cargo alone, as for the bindings of UniFFI",
            (InstallName::BuildPathOtherName { .. }, true) => {
                "cargo alone: setuptools-rust before 0.12.0, milksnake, and maturin with its cffi bindings"
            }
            (InstallName::BuildPathSameName { .. } | InstallName::BuildPathOtherName { .. }, false) => {
                "a linker that was told no install name, or a library taken from a package manager"
            }
            (InstallName::RelativePath { .. }, _) => "Bazel (`bazel-out/…`), or a linker that was told no install name",
            (InstallName::SystemPath { .. }, _) => "Apple, for libraries and stubs of macOS",
            (InstallName::Delocated, _) => "delocate, for the libraries that it copies into a wheel",
        }
    }
}

/// A file name in parts: `_mod`, `cpython-311-darwin` and `.so`.
struct Parts<'a> {
    stem: &'a str,
    tag: &'a str,
    extension: &'a str,
}

impl Parts<'_> {
    fn of(name: &str, is_module: bool) -> Parts<'_> {
        let ending = [".so", ".dylib", ".bundle"].into_iter().find(|&ending| name.ends_with(ending)).unwrap_or("");
        let (rest, extension) = name.split_at(name.len() - ending.len());
        match rest.rsplit_once('.') {
            Some((stem, tag)) if is_module && is_tag(tag) => Parts { stem, tag, extension },
            _ => Parts { stem: rest, tag: "", extension },
        }
    }
}

/// Is this what stands between the name and the ending of an extension module (PEP 3149, PEP 384)?
fn is_tag(text: &str) -> bool {
    let interpreters = ["cpython-", "pypy", "graalpy", "cp3", "pp3"];
    matches!(text, "abi3" | "abi3t") || interpreters.iter().any(|interpreter| text.starts_with(interpreter))
}

fn tag_phrase(tag: &str) -> String {
    if tag.is_empty() { "no tag".to_owned() } else { format!("the tag “{tag}”") }
}

/// `libx.1.2`, `libx-1.2` and `libx_arm64` → `libx`.
fn unversioned(stem: &str) -> &str {
    let plain = stem.strip_suffix("_arm64").or_else(|| stem.strip_suffix("_x86_64")).unwrap_or(stem);
    match plain.rfind(['.', '-']) {
        Some(at) if plain[at + 1..].bytes().all(|byte| byte.is_ascii_digit()) && at > 0 => unversioned(&plain[..at]),
        _ => plain,
    }
}

#[cfg(test)]
mod tests;
