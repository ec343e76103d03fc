//! Why dyld does not find a library, and what mends it.

use super::missing::Cause;
use super::remedies::{argument, relative, unpacked};
use super::{Evidence, Facts};
use crate::command::Remedy;
use crate::command::templates::{BREW_INSTALL, LINK, NAME_ADD_RPATH, NAME_CHANGE, SIGN};
use crate::image::Name;
use crate::loader::shared_cache::is_of_the_system;
use crate::vfs::VPath;
use crate::world::FileId;

/// Why the name is missing, what mends it, and what shows it.
pub(super) fn cause(facts: &Facts, name: &Name, by: FileId) -> Cause {
    let leaf = name.leaf();
    let from = facts.survey.world.file(by).path.clone();
    if let Some(provider) = own(facts, by, |file| file == leaf) {
        return misplaced(facts, name, &from, &provider);
    }
    if let Some(provider) = own(facts, by, |file| versionless(file) == versionless(leaf)) {
        return other_version(facts, leaf, &from, &provider);
    }
    let origin = Origin::of(name);
    let remedy = match &origin {
        Origin::Homebrew(formula) => install(formula.as_deref(), leaf),
        Origin::MacPorts => install(None, leaf),
        _ => super::remedies::install(facts, &String::from_utf8_lossy(leaf)),
    };
    (origin.phrase().into(), remedy, Vec::new())
}

/// Where an absolute name comes from, to go after the name; empty where it says nothing.
pub fn origin(name: &[u8]) -> &'static str {
    Origin::of(name).phrase()
}

/// Where an absolute name comes from.
pub(super) enum Origin {
    /// The formula, where the path names it.
    Homebrew(Option<String>),
    MacPorts,
    Conda,
    /// A folder of the machine that built the file.
    Build,
    /// `@rpath`, `@loader_path`, a bare name, or the system's own folders.
    Nowhere,
}

impl Origin {
    pub(super) fn of(name: &[u8]) -> Origin {
        let text = String::from_utf8_lossy(name);
        let brewed = ["/opt/homebrew/", "/usr/local/opt/", "/usr/local/Cellar/"].iter().any(|at| text.starts_with(at));
        if brewed || text.starts_with("/usr/local/lib/") {
            let parts: Vec<&str> = text.split('/').collect();
            let folder = parts.iter().rposition(|part| matches!(*part, "opt" | "Cellar"));
            let formula = folder.and_then(|at| parts.get(at + 1)).filter(|name| **name != "homebrew");
            return Origin::Homebrew(formula.map(|name| (*name).to_owned()));
        }
        let is_conda = ["conda", "miniforge", "mambaforge"].iter().any(|word| text.contains(word));
        match name.first() {
            Some(b'/') if text.starts_with("/opt/local/") => Origin::MacPorts,
            Some(b'/') if is_of_the_system(name) => Origin::Nowhere,
            Some(b'/') if is_conda => Origin::Conda,
            Some(b'/') => Origin::Build,
            _ => Origin::Nowhere,
        }
    }

    /// What a person is told, to go after a name.
    pub(super) fn phrase(&self) -> &'static str {
        match self {
            Origin::Homebrew(_) => {
                "; the path is Homebrew's on the machine that built it, and the package does not include the library"
            }
            Origin::MacPorts => {
                "; the path is MacPorts' on the machine that built it, and the package does not include the library"
            }
            Origin::Conda => "; the path is a conda environment's on the machine that built it",
            Origin::Build => "; the path is a folder on the machine that built it",
            Origin::Nowhere => "",
        }
    }
}

fn install(formula: Option<&str>, leaf: &[u8]) -> Remedy {
    let leaf = String::from_utf8_lossy(leaf);
    let text = format!("install {leaf} where the file looks for it, or have it bundled in the wheel (delocate-wheel)");
    let remedy = Remedy::new(text);
    match formula {
        Some(formula) => remedy.fix(BREW_INSTALL.with(&[&formula])),
        None => remedy,
    }
}

/// A library of the same distribution whose file name is as wanted.
fn own(facts: &Facts, by: FileId, is_wanted: impl Fn(&[u8]) -> bool) -> Option<VPath> {
    let owner = facts.owner(by)?;
    let mut files = facts.files().filter(|&(_, file, _, other)| other == owner && file != by);
    files.find_map(|(_, file, _, _)| {
        let path = facts.survey.world.file(file).path.clone();
        (is_wanted(path.file_name()) && facts.is_loadable(file)).then_some(path)
    })
}

/// The package has the library, and no search path leads to it.
fn misplaced(facts: &Facts, name: &Name, from: &VPath, provider: &VPath) -> Cause {
    let shown = facts.survey.shown(provider);
    let way = relative(&from.parent().unwrap_or_default(), &provider.parent().unwrap_or_default());
    let file = argument(facts, from);
    let command = match name.strip_prefix(b"@rpath/").filter(|rest| !rest.contains(&b'/')) {
        Some(_) => NAME_ADD_RPATH.with(&[&place(&way, ""), &file]),
        None => {
            let leaf = String::from_utf8_lossy(provider.file_name());
            NAME_CHANGE.with(&[name, &place(&way, &leaf), &file])
        }
    };
    let text = format!("add its folder to the rpaths, and sign the file again{}", unpacked(facts));
    let remedy = Remedy::new(text).steps([command, SIGN.with(&[&file])]);
    let evidence = vec![Evidence::File { path: shown.clone(), what: "not on the search path" }];
    (format!("; {shown} exists, but is not on the search path"), remedy, evidence)
}

/// `@loader_path/WAY/LEAF`
fn place(way: &str, leaf: &str) -> String {
    let parts: Vec<&str> = ["@loader_path", way, leaf].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

/// The package has the library under another version's name.
fn other_version(facts: &Facts, leaf: &[u8], from: &VPath, provider: &VPath) -> Cause {
    let shown = facts.survey.shown(provider);
    let folder = provider.parent().unwrap_or_else(|| from.parent().unwrap_or_default());
    let link = argument(facts, &folder.join(leaf));
    let text = format!("rename the library to the requested name{}", unpacked(facts));
    let remedy = Remedy::new(text).fix(LINK.with(&[&provider.file_name(), &link]));
    let evidence = vec![Evidence::File { path: shown.clone(), what: "another version's name" }];
    (format!("; the package includes it under another version's name, {shown}"), remedy, evidence)
}

/// `libx.dylib` of `libx.1.26.0.dylib`.
fn versionless(name: &[u8]) -> Vec<u8> {
    let is_number = |part: &&[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let parts: Vec<&[u8]> = name.split(|&byte| byte == b'.').filter(|part| !is_number(part)).collect();
    parts.join(&b'.')
}

#[cfg(test)]
mod tests {
    use super::{Origin, versionless};

    #[test]
    fn a_path_of_homebrew_names_its_formula() {
        let formula = |path: &str| match Origin::of(path.as_bytes()) {
            Origin::Homebrew(formula) => formula,
            _ => None,
        };
        assert_eq!(formula("/opt/homebrew/opt/xz/lib/liblzma.5.dylib").as_deref(), Some("xz"));
        assert_eq!(formula("/usr/local/opt/openssl@3/lib/libssl.3.dylib").as_deref(), Some("openssl@3"));
        assert_eq!(formula("/opt/homebrew/Cellar/gcc/14.2/lib/libgfortran.5.dylib").as_deref(), Some("gcc"));
        assert_eq!(formula("/usr/local/Cellar/xz/5.4/lib/liblzma.5.dylib").as_deref(), Some("xz"));
        assert_eq!(formula("/opt/homebrew/lib/liblzma.5.dylib"), None);
        assert_eq!(formula("/Users/runner/lib/liblzma.5.dylib"), None);
    }

    #[test]
    fn only_absolute_paths_outside_the_system_are_another_machine_s() {
        assert!(matches!(Origin::of(b"/Users/runner/work/x/libx.dylib"), Origin::Build));
        assert!(matches!(Origin::of(b"/opt/local/lib/libx.dylib"), Origin::MacPorts));
        for name in ["@rpath/libx.dylib", "libx.dylib", "/usr/lib/libz.1.dylib", "/System/Library/X"] {
            assert!(matches!(Origin::of(name.as_bytes()), Origin::Nowhere), "{name}");
        }
    }

    #[test]
    fn versions_are_parts_of_digits_alone() {
        assert_eq!(versionless(b"libonnxruntime.1.26.0.dylib"), b"libonnxruntime.dylib");
        assert_eq!(versionless(b"libz.dylib"), b"libz.dylib");
        assert_eq!(versionless(b"lib3d.v2.dylib"), b"lib3d.v2.dylib");
    }
}
