//! Commands that mend things, said in one way everywhere.

use std::sync::OnceLock;

use serde::Deserialize;

use super::Facts;
use crate::command::templates::{
    APK_ADD, APK_SEARCH, APT_FILE, APT_INSTALL, APT_INSTALL_YES, APT_UPDATE, BREW_INSTALL, BY_PATCHELF_RPATH,
    CONDA_REINSTALL, CONDA_REINSTALL_OF, DNF_INSTALL, DNF_INSTALL_YES, DNF_PROVIDES, PIP_REINSTALL, PIP_UPGRADE,
    UV_REINSTALL,
};
use crate::command::{Command, Refusal, Remedy, Template};
use crate::discover::bundle::Form;
use crate::discover::{DistributionId, Kind};
use crate::image::Name;
use crate::loader;
use crate::vfs::VPath;

/// The packages that ship a library, by the tool that installs them; empty where none is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Shipped {
    pub apt: String,
    pub dnf: String,
    pub apk: String,
    pub brew: String,
    /// The package of conda-forge, with the version that has this library.
    pub conda: String,
    pub pip: String,
}

/// Who ships a library by this file name; none where nobody knows.
pub fn shipped(library: &str) -> Option<Shipped> {
    best(library).map(|package| package.by.clone())
}

/// The first library of the table whose name begins so.
pub fn shipped_name(start: &str) -> Option<String> {
    packages().iter().find(|package| package.name.starts_with(start)).map(|package| package.name.clone())
}

/// The entry of the table that fits a library best.
fn best(library: &str) -> Option<&'static Package> {
    let known = packages().iter().filter(|package| library.starts_with(&package.name));
    known.max_by_key(|package| package.name.len())
}

/// Which package of which system, or of the package index, ships a library.
#[derive(Deserialize)]
struct Packages {
    library: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    /// The start of the library's name, up to and with the part that tells it apart.
    name: String,
    #[serde(flatten)]
    by: Shipped,
    #[serde(default)]
    note: String,
}

fn packages() -> &'static [Package] {
    static PACKAGES: OnceLock<Packages> = OnceLock::new();
    let read = || {
        toml::from_str(include_str!("../../assets/loaders/packages.toml")).expect("the table that ships with dylens")
    };
    &PACKAGES.get_or_init(read).library
}

/// Reinstalling a distribution brings back what it recorded.
pub(super) fn reinstall(facts: &Facts, owner: DistributionId) -> Remedy {
    let distribution = facts.survey.distributions.get(owner);
    let name = &distribution.name;
    if let Some(bundle) = &facts.survey.target.bundle {
        return Remedy::new(format!("build the bundle again with {}", bundle.bundler.word()));
    }
    if facts.survey.target.kind == Kind::Wheel {
        return Remedy::new(format!("get another wheel of {name}"));
    }
    if distribution.metadata.is_none() {
        return Remedy::new(format!("restore the file, which came with {name}"));
    }
    let pinned = distribution.pinned();
    let command = match distribution.installer.as_str() {
        "conda" if distribution.version.is_empty() => CONDA_REINSTALL.with(&[name]),
        "conda" => CONDA_REINSTALL_OF.with(&[name, &distribution.version]),
        "uv" => UV_REINSTALL.with(&[name, &pinned]),
        _ => PIP_REINSTALL.with(&[&pinned]),
    };
    Remedy::new(format!("reinstall {name}")).fix(command)
}

/// Where a library comes from that an environment does not bring itself.
pub(super) fn install(facts: &Facts, library: &str) -> Remedy {
    if let Some(bundle) = &facts.survey.target.bundle {
        let word = bundle.bundler.word();
        let text = format!("include {library} with {word}, from its folder on the build machine");
        return Remedy::new(text).fix(bundle.bundler.library_named(library.as_bytes()));
    }
    // The table has names as loaders compare them.
    let asked = loader::folded(&facts.survey.world.host.system, &Name::from(library)).to_string();
    if let Some(package) = best(&asked) {
        return from_package(facts, package, library);
    }
    // What searches for packages is not installed in images, and that of this machine knows other ones.
    if facts.survey.target.is_in_another_system() {
        return Remedy::new(format!("install the package that ships {library}, in that system"));
    }
    let command = match facts.survey.world.host.packager.as_str() {
        "dnf" => DNF_PROVIDES,
        "apk" => APK_SEARCH,
        "apt" => APT_FILE,
        _ => return Remedy::new(format!("install what ships {library}")),
    };
    Remedy::new(format!("install the package that ships {library}; this names it")).fix(command.with(&[&library]))
}

fn from_package(facts: &Facts, package: &Package, library: &str) -> Remedy {
    if !package.note.is_empty() {
        return Remedy::new(package.note.clone());
    }
    let system = |name: &str, command: Template| (!name.is_empty()).then(|| vec![command.with(&[&name])]);
    let is_inside = facts.survey.target.is_in_another_system();
    let apt = || (!package.by.apt.is_empty()).then(|| apt_install(facts, &package.by.apt));
    let steps = match facts.survey.world.host.packager.as_str() {
        "dnf" => system(&package.by.dnf, if is_inside { DNF_INSTALL_YES } else { DNF_INSTALL }),
        "apk" => system(&package.by.apk, APK_ADD),
        "apt" => apt(),
        "brew" => system(&package.by.brew, BREW_INSTALL),
        _ => None,
    };
    let steps = steps.or_else(|| system(&package.by.pip, PIP_UPGRADE));
    // Debian's name at least tells other Linux systems what to look for.
    let platform = loader::traits(&facts.survey.world.host.system).python.platform;
    let is_linux = platform.is_none_or(|platform| platform == "linux");
    let steps = steps.or_else(|| apt().filter(|_| is_linux));
    let remedy = Remedy::new(format!("install the package that ships {library}"));
    match steps {
        Some(steps) => remedy.steps(steps),
        None => remedy,
    }
}

/// The commands that install a package of Debian: in an image there are no lists of packages, and nobody says yes.
pub(super) fn apt_install(facts: &Facts, package: &str) -> Vec<Result<Command, Refusal>> {
    match facts.survey.target.is_in_another_system() {
        true => vec![Ok(APT_UPDATE.command()), APT_INSTALL_YES.with(&[&package])],
        false => vec![APT_INSTALL.with(&[&package])],
    }
}

/// A search path entry that leads from a file to the folder of another.
pub(super) fn add_rpath(facts: &Facts, from: &VPath, to: &VPath) -> Remedy {
    let origin = relative(&from.parent().unwrap_or_default(), &to.parent().unwrap_or_default());
    let entry = match origin.as_str() {
        "" => "$ORIGIN".to_owned(),
        origin => format!("$ORIGIN/{origin}"),
    };
    let command = BY_PATCHELF_RPATH.with(&[&entry, &argument(facts, from)]);
    Remedy::new(format!("add its folder to the RPATH{}", unpacked(facts))).fix(command)
}

/// A path for a command; what lies in a wheel, as it lies in the unpacked one, and what lies in a program of one file, as it lay
/// before.
pub(super) fn argument(facts: &Facts, path: &VPath) -> VPath {
    match unpacked(facts) {
        "" => path.clone(),
        _ => facts.survey.shown(path),
    }
}

/// What follows the words for a change of files that lie in a wheel or in a program of one file.
pub(super) fn unpacked(facts: &Facts) -> &'static str {
    let form = facts.survey.target.bundle.as_ref().map(|bundle| bundle.form);
    match facts.survey.target.kind {
        Kind::Wheel => ", in the unpacked wheel",
        _ if facts.survey.target.within.is_some() && !facts.survey.target.is_in_another_system() => {
            ", in the unpacked archive"
        }
        _ if form == Some(Form::OneFile) => ", in the environment that the program is made of",
        _ => "",
    }
}

/// The way from one folder to another.
pub(super) fn relative(from: &VPath, to: &VPath) -> String {
    let (from, to): (Vec<&[u8]>, Vec<&[u8]>) = (from.parts().collect(), to.parts().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(&b".."[..], from.len() - shared);
    let parts: Vec<String> =
        up.chain(to[shared..].iter().copied()).map(|part| String::from_utf8_lossy(part).into()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::relative;
    use crate::vfs::VPath;

    #[test]
    fn the_way_between_folders_is_the_shortest() {
        let way = |from: &str, to: &str| relative(&VPath::new(from), &VPath::new(to));
        assert_eq!(way("/s/numpy/core", "/s/numpy.libs"), "../../numpy.libs");
        assert_eq!(way("/s/a", "/s/a"), "");
        assert_eq!(way("/s/a", "/s/a/b"), "b");
    }
}
