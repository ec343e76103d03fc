//! What a bundler makes of the files of an environment: which of them end its build, and in which of its versions.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashSet;

use super::Facts;
use super::nuitka::{self, Binary, BuildAbort, NuitkaResolution, Surroundings};
use crate::discover::Role;
use crate::discover::tool::{NEWEST_NUITKA, Version};
use crate::image::{Arch, Name};
use crate::vfs::VPath;
use crate::world::FileId;

/// The releases of Nuitka that changed what it tolerates, oldest first, and the newest that is known.
const RELEASES: [Version; 15] = [
    Version::new(1, 0, 0),
    Version::new(1, 1, 6),
    Version::new(1, 6, 0),
    Version::new(1, 7, 0),
    Version::new(1, 7, 6),
    Version::new(2, 0, 2),
    Version::new(2, 2, 1),
    Version::new(2, 3, 11),
    Version::new(2, 4, 8),
    Version::new(2, 6, 1),
    Version::new(4, 0, 3),
    Version::new(4, 1, 0),
    Version::new(4, 1, 1),
    Version::new(4, 1, 2),
    NEWEST_NUITKA,
];

/// Which releases of Nuitka stop at a file's own install name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stops {
    Never,
    /// All before this one.
    Before(Version),
    /// Every one that is known.
    Always,
}

impl Stops {
    /// What a person is told, to follow “but”.
    pub fn phrase(self) -> String {
        match self {
            Stops::Never => "it tells where the file was built, or by whom".into(),
            Stops::Before(version) => format!("Nuitka before {version} stops at it"),
            Stops::Always => format!("every Nuitka up to {NEWEST_NUITKA} stops at it"),
        }
    }
}

/// Which releases stop at the install name of this file.
pub(super) fn stops(facts: &Facts, file: FileId) -> Stops {
    let place = BundledFile::of(facts, file);
    last_of(|version| place.scan(&[], *version).is_err_and(|build_abort| build_abort.is_identity))
}

/// Which releases stop at an install name, as far as it can be told by the names alone: nothing else lies around the file.
/// `package` is the dotted one that a module lies in.
pub fn stops_at(path: &VPath, package: Option<&str>, identity: &[u8]) -> Stops {
    let identity = Name::from(identity);
    let binary = Binary { path, package, identity: Some(&identity), needs: &[], rpaths: &[], inherited: &[] };
    let name = path.file_name();
    // The interpreter that runs Nuitka is the one that the module was made for.
    let tag = name.windows(9).position(|part| part == b".cpython-");
    let suffix = tag.map_or_else(|| ".so".into(), |at| String::from_utf8_lossy(&name[at..]).into_owned());
    let around = Surroundings {
        exists: &|other| other.folded() == path.folded(),
        suffix: &suffix,
        arch: Arch::AARCH64,
        folders: &[],
    };
    last_of(|version| nuitka::scan(*version, &binary, &around).is_err_and(|build_abort| build_abort.is_identity))
}

/// The last of the releases that stop.
fn last_of(dies: impl Fn(&Version) -> bool) -> Stops {
    match RELEASES.iter().rposition(dies) {
        None => Stops::Never,
        Some(last) => RELEASES.get(last + 1).map_or(Stops::Always, |next| Stops::Before(*next)),
    }
}

/// What ends the build of this version, file by file; the same that several modules need is told once.
pub(super) fn build_aborts(facts: &Facts, version: Version) -> BTreeMap<FileId, BuildAbort> {
    let mut build_aborts = BTreeMap::new();
    let mut seen = FxHashSet::default();
    for root in roots(facts) {
        let root_place = BundledFile::of(facts, root);
        let package = root_place.package.clone();
        let mut queue = VecDeque::from([(root, Vec::new())]);
        while let Some((file, inherited)) = queue.pop_front() {
            if !seen.insert((file, package.clone())) {
                continue;
            }
            // Whatever a file needs is scanned for the file's package, and searched in its folders.
            let place = BundledFile { file, ..root_place.clone() };
            match place.scan(&inherited, version) {
                Ok(scanned) => {
                    let found = scanned.resolved.iter().filter_map(|resolved| match &resolved.found {
                        NuitkaResolution::File(path) => facts.survey.world.open(path).ok(),
                        _ => None,
                    });
                    queue.extend(found.map(|file| (file, scanned.rpaths.clone())));
                }
                Err(build_abort) => {
                    build_aborts.entry(file).or_insert(build_abort);
                }
            }
        }
    }
    build_aborts
}

/// Modules first, then what none of them needs: packages hand such libraries to Nuitka by name.
fn roots(facts: &Facts) -> Vec<FileId> {
    let fits = |file: FileId| {
        facts.survey.world.file(file).image.as_ref().is_some_and(|image| facts.fits(image) && image.mach.is_some())
    };
    let files: Vec<(FileId, bool)> = facts
        .files()
        .filter(|&(_, file, _, _)| fits(file))
        .map(|(_, file, role, _)| (file, matches!(role, Role::Module(_))))
        .collect();
    let of = |wanted: bool| files.iter().filter(move |(_, is_module)| *is_module == wanted).map(|(file, _)| *file);
    of(true).chain(of(false)).collect()
}

/// The package that Nuitka scans a file for: the module's, or the one at the top for a library.
fn package(facts: &Facts, file: FileId) -> Option<String> {
    match facts.role(file) {
        Some(Role::Module(name)) => name.rsplit_once('.').map(|(package, _)| package.to_owned()),
        _ => {
            let folder = facts.package_folder(file)?;
            Some(String::from_utf8_lossy(folder.file_name()).into_owned())
        }
    }
}

/// A file, and what Nuitka knows of the place where it lies.
#[derive(Clone)]
struct BundledFile<'a> {
    facts: &'a Facts<'a>,
    file: FileId,
    package: Option<String>,
    suffix: String,
    folders: Vec<VPath>,
}

impl<'a> BundledFile<'a> {
    fn of(facts: &'a Facts<'a>, file: FileId) -> BundledFile<'a> {
        let suffix = facts.python().suffixes.iter().find(|suffix| suffix.starts_with(b".cpython"));
        let folders = facts.package_folder(file).map_or_else(Vec::new, |top| {
            let path = |(_, file, _, _)| facts.survey.world.file(file).path.clone();
            let below: Vec<VPath> = facts.files().map(path).filter(|path| path.starts_with(&top)).collect();
            nuitka::folders(&top, &below)
        });
        BundledFile {
            facts,
            file,
            package: package(facts, file),
            suffix: suffix.map_or_else(|| ".so".into(), ToString::to_string),
            folders,
        }
    }

    fn scan(&self, inherited: &[VPath], version: Version) -> Result<nuitka::Scanned, BuildAbort> {
        let world = &self.facts.survey.world;
        let content = world.file(self.file);
        let image = content.image.as_ref();
        let needs = image.map_or(&[][..], |image| &image.needs);
        let needs: Vec<Name> = needs.iter().map(|need| need.name.clone()).collect();
        let binary = Binary {
            path: &content.path,
            package: self.package.as_deref(),
            identity: image.and_then(|image| image.identity.as_ref()),
            needs: &needs,
            rpaths: image.map_or(&[], |image| image.rpaths()),
            inherited,
        };
        let exists = |path: &VPath| match path.folded() {
            path if self.facts.survey.target.root.starts_with(&path) => true,
            path => world.open(&path).is_ok() || world.directory(&path).is_some(),
        };
        let arch = world.host.arch.unwrap_or(Arch::AARCH64);
        let around = Surroundings { exists: &exists, suffix: &self.suffix, arch, folders: &self.folders };
        nuitka::scan(version, &binary, &around)
    }
}
