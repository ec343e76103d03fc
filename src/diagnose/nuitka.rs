//! What Nuitka's dependency scan does on macOS, version by version: which names it finds, and at which it stops.
//!
//! Nuitka reads `otool -L`, drops the first line and takes the rest for dependencies. The second line of a `MH_DYLIB`
//! is its own install name (`LC_ID_DYLIB`): a file whose install name leads nowhere, which no loader minds, ends the
//! build. Release by release Nuitka tolerates more such names; [`scan`] tells the releases apart.
//!
//! Written after the behavior of `nuitka/freezer/DllDependenciesMacOS.py` in every tag from 1.0 to 4.0.8 and in the
//! releases 4.1 to 4.3.3. Versions before 1.0 are judged as 1.0, newer ones as the newest known. Not told: what needs
//! the running interpreter (MonolithPy, interpreters without `.abi3.so`) and what later steps of the build say.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::discover::tool::Version;
use crate::image::{Arch, Name};
use crate::vfs::VPath;

/// A file as Nuitka is about to copy it.
pub struct Binary<'a> {
    pub path: &'a VPath,
    /// The package that a module lies in, dotted: `a.b` of `a.b.module`. Libraries that a module needs are scanned with
    /// the module's package, those that a plugin of Nuitka brings with the name of the plugin's module.
    pub package: Option<&'a str>,
    /// `LC_ID_DYLIB`.
    pub identity: Option<&'a Name>,
    /// What the load commands name, in their order, the identity not among them.
    pub needs: &'a [Name],
    /// `LC_RPATH`, in order, as written.
    pub rpaths: &'a [Name],
    /// [`Scanned::rpaths`] of the file that brought this one in, then those of what was scanned before for the same
    /// package. Nuitka before 4.1 does not use them.
    pub inherited: &'a [VPath],
}

/// What lies around a file.
pub struct Surroundings<'a> {
    /// Is there anything by this path, a folder included? Paths may have `..` in them, and the file system of macOS
    /// mostly does not tell upper case from lower.
    pub exists: &'a dyn Fn(&VPath) -> bool,
    /// The best ending of an extension module for the interpreter that runs Nuitka: `.cpython-311-darwin.so`.
    pub suffix: &'a str,
    /// The processor that is built for.
    pub arch: Arch,
    /// The folders of the interpreter's own libraries, then those of the package ([`folders`]).
    pub folders: &'a [VPath],
}

/// What a scan that comes to its end has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// One for each name that Nuitka looked up.
    pub resolved: Vec<Resolved>,
    /// The name for whose sake the whole file is left out of the bundle, and the build goes on: Nuitka's package
    /// configuration lets it be missing.
    pub left_out: Option<Name>,
    /// The folders in which names with `@rpath` were searched, in order.
    pub rpaths: Vec<VPath>,
}

/// A name and what Nuitka made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    pub name: Name,
    pub found: Found,
}

/// What Nuitka made of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Another file, which is scanned in its turn.
    File(VPath),
    /// The file that is scanned.
    Itself,
    /// Nothing, and Nuitka does not mind.
    Ignored,
}

/// The end of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Death {
    /// The name that leads nowhere, as it stands in the file.
    pub name: Name,
    /// Where Nuitka believes that it leads.
    pub resolved: VPath,
    /// Is it the file's own install name, so that nothing is missing?
    pub is_identity: bool,
    /// What Nuitka prints, in one line; on a terminal it is wrapped to the width.
    pub message: String,
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Looks up all that a file names, as this version of Nuitka does.
pub fn scan(version: Version, binary: &Binary, around: &Surroundings) -> Result<Scanned, Death> {
    let look = Look { version, binary, around, own: binary.path.parent().unwrap_or_default() };
    let mut scanned = Scanned { rpaths: look.rpaths(), ..Scanned::default() };
    for name in listed(binary) {
        let found = match look.up(&name, &scanned.rpaths) {
            Step::Found(found) => found,
            Step::LeftOut => {
                scanned.left_out = Some(name);
                return Ok(scanned);
            }
            Step::Missing(resolved) => return Err(look.death(name, resolved)),
        };
        scanned.resolved.push(Resolved { name, found });
    }
    Ok(scanned)
}

/// The folders in which Nuitka searches for the sake of a package: its own, and those below with libraries in them.
///
/// `files` are paths; what does not lie below `package` is passed over. The folders between the package and a library
/// count too, and none in a `__pycache__` does.
pub fn folders<'a>(package: &VPath, files: impl IntoIterator<Item = &'a VPath>) -> Vec<VPath> {
    let mut below = BTreeSet::new();
    for file in files {
        let is_cache = file.parts().any(|part| part == b"__pycache__");
        if is_cache || !is_library(file.file_name()) {
            continue;
        }
        let mut folder = file.parent();
        while let Some(inner) = folder.filter(|folder| folder != package && folder.starts_with(package)) {
            folder = inner.parent();
            below.insert(inner);
        }
    }
    std::iter::once(package.clone()).chain(below).collect()
}

/// `*.dll`, `*.so.*`, `*.so` and `*.dylib`, which is what Nuitka takes for a library.
fn is_library(name: &[u8]) -> bool {
    [&b".dll"[..], b".so", b".dylib"].iter().any(|ending| name.ends_with(ending))
        || name.windows(4).any(|part| part == b".so.")
}

/// The names that `otool -L` lists and Nuitka keeps, each once: the install name comes first.
fn listed(binary: &Binary) -> Vec<Name> {
    let mut names = Vec::<Name>::new();
    for name in binary.identity.into_iter().chain(binary.needs) {
        let name = Name::from(as_read(name));
        let is_known = names.contains(&name);
        if !is_known && !is_of_the_system(&name) {
            names.push(name);
        }
    }
    names
}

/// A name as Nuitka cuts it out of a line: up to ` (`, where otool tells the versions.
fn as_read(name: &[u8]) -> &[u8] {
    let end = name.windows(2).position(|pair| pair == b" (").unwrap_or(name.len());
    name[..end].trim_ascii()
}

fn is_of_the_system(name: &[u8]) -> bool {
    let folded = VPath::new(name).folded();
    ["/usr/lib", "/System/Library/Frameworks", "/System/Library/PrivateFrameworks"]
        .iter()
        .any(|folder| folded.starts_with(&VPath::new(folder)))
}

/// When the scan learned something: the release, and the first candidate of the release after it that knew it too.
///
/// Fixes are released from the stable branch and reach the next release's candidates later: 2.4rc7 does not know what
/// 2.3.11 knows. The candidates are told by the tree of the commit that raised their number.
struct Since {
    release: Version,
    candidate: Option<Version>,
}

impl Since {
    const fn release(major: u32, minor: u32, micro: u32) -> Since {
        Since { release: Version::new(major, minor, micro), candidate: None }
    }

    const fn and_candidate(self, major: u32, minor: u32, number: u32) -> Since {
        Since { candidate: Some(Version::new(major, minor, 0).candidate(number)), ..self }
    }

    fn holds(&self, version: Version) -> bool {
        match &self.candidate {
            Some(candidate) if version.is_candidate_like(candidate) => version >= *candidate,
            _ => version >= self.release,
        }
    }
}

/// The message tells what the name was resolved to.
const TELLS_RESOLVED: Since = Since::release(1, 0, 1);
/// The interpreter's suffix stands for `.abi3.so` too (issue 1844).
const ABI3: Since = Since::release(1, 1, 6).and_candidate(1, 2, 6);
/// The message tells the package; a relative path is passed over (issue 2197); packages may let libraries be missing.
const PACKAGE: Since = Since::release(1, 6, 0).and_candidate(1, 6, 10);
/// `libx.1.dylib` stands for `libx.dylib`.
const UNVERSIONED: Since = Since::release(1, 7, 0).and_candidate(1, 7, 8);
/// The first part of the name is dropped where it is the package.
const FIRST_PART: Since = Since::release(1, 7, 6).and_candidate(1, 8, 6);
/// Any number of version numbers is dropped, and a file of the same name anywhere is the file itself.
const ALL_VERSIONS: Since = Since::release(2, 0, 2).and_candidate(2, 1, 3);
/// `libc++` and `libz` may be missing: newer systems have them in the loader's cache only (issue 2458).
const VIRTUAL: Since = Since::release(2, 2, 0).and_candidate(2, 2, 6);
/// Names without a version, and with the processor's name, are tried before others. What is missing may be missing.
const VARIANTS: Since = Since::release(2, 2, 1).and_candidate(2, 3, 2);
/// The package is dropped where the name starts with it (issue 2958).
const PREFIX: Since = Since::release(2, 3, 11).and_candidate(2, 4, 8);
/// `.so` and `.dylib` stand for each other (issue 3070).
const ENDINGS: Since = Since::release(2, 4, 8).and_candidate(2, 5, 6);
/// Names with the processor's name are tried on Intel, too.
const X86_64: Since = Since::release(2, 6, 1).and_candidate(2, 7, 2);
/// `module.so` is `module` with the interpreter's suffix (issue 3794). The message is worded anew.
const UNTAGGED: Since = Since::release(4, 0, 3).and_candidate(4, 1, 3);
/// The rpaths of whoever brought a file in are searched.
const INHERITED: Since = Since::release(4, 1, 0).and_candidate(4, 1, 8);
/// `@executable_path` is the folder of the file.
const EXECUTABLE: Since = Since::release(4, 1, 0);
/// An absolute name that leads nowhere is searched beside the file.
const BESIDE: Since = Since::release(4, 1, 1);
/// `libx.1.dylib` is `libx.1.2.3.dylib` itself (issue 3900).
const LESS_VERSIONED: Since = Since::release(4, 1, 2);

/// The stable ABI's ending: the second best of every interpreter that has it.
const ABI3_SUFFIX: &[u8] = b".abi3.so";

/// One scan.
struct Look<'a> {
    version: Version,
    binary: &'a Binary<'a>,
    around: &'a Surroundings<'a>,
    /// The folder of the file.
    own: VPath,
}

/// What becomes of one name.
enum Step {
    Found(Found),
    LeftOut,
    /// Nowhere, and this is where it should have been.
    Missing(VPath),
}

impl Look<'_> {
    fn knows(&self, change: &Since) -> bool {
        change.holds(self.version)
    }

    fn exists(&self, path: &VPath) -> bool {
        // A name that is nothing but the package leaves nothing.
        !path.as_bytes().is_empty() && (self.around.exists)(path)
    }

    /// The file's own folder, then its rpaths, then what it inherits, then the folders of its package.
    fn rpaths(&self) -> Vec<VPath> {
        let expanded = self.binary.rpaths.iter().filter_map(|rpath| self.expanded(rpath));
        let inherited = self.binary.inherited.iter().filter(|_| self.knows(&INHERITED)).cloned();
        let mut rpaths = Vec::new();
        let folders = self.around.folders.iter().cloned();
        for rpath in std::iter::once(self.own.clone()).chain(expanded).chain(inherited).chain(folders) {
            if !rpaths.contains(&rpath) {
                rpaths.push(rpath);
            }
        }
        rpaths
    }

    /// An rpath as a folder; none for `@executable_path`, which Nuitka passes over.
    fn expanded(&self, rpath: &[u8]) -> Option<VPath> {
        match rpath.strip_prefix(b"@loader_path") {
            Some(rest) => Some(self.own.join(rest.get(1..).unwrap_or_default())),
            None => (!rpath.starts_with(b"@executable_path")).then(|| VPath::new(rpath)),
        }
    }

    fn up(&self, name: &Name, rpaths: &[VPath]) -> Step {
        let Some(path) = self.place(name, rpaths) else { return Step::Found(Found::Ignored) };
        let path = self.tolerated(path);
        if self.exists(&path) {
            let is_itself = path.folded() == self.binary.path.folded();
            return Step::Found(if is_itself { Found::Itself } else { Found::File(path) });
        }
        if self.may_be_missing(&path) {
            return Step::LeftOut;
        }
        if self.knows(&PACKAGE) && !name.starts_with(b"@") && !name.starts_with(b"/") {
            return Step::Found(Found::Ignored);
        }
        Step::Missing(path)
    }

    /// Where a name leads by its form alone; none where Nuitka asks no further.
    fn place(&self, name: &Name, rpaths: &[VPath]) -> Option<VPath> {
        let path = VPath::new(name);
        if let Some(rest) = name.strip_prefix(b"@rpath/") {
            return match rpaths.iter().map(|folder| folder.join(rest)).find(|path| self.exists(path)) {
                Some(path) => Some(path.folded()),
                None if self.knows(&VIRTUAL) && [&b"libc++.1.dylib"[..], b"libz.1.dylib"].contains(&rest) => None,
                None => Some(self.own.join(rest).folded()),
            };
        }
        if let Some(rest) = name.strip_prefix(b"@loader_path/") {
            return Some(self.own.join(rest).folded());
        }
        if let Some(rest) = name.strip_prefix(b"@executable_path/").filter(|_| self.knows(&EXECUTABLE)) {
            return Some(self.own.join(rest).folded());
        }
        if path.file_name() == self.binary.path.file_name() {
            return None;
        }
        let beside = self.own.join(path.file_name());
        let is_beside = self.knows(&BESIDE) && name.starts_with(b"/") && !self.exists(&path) && self.exists(&beside);
        Some(if is_beside { beside } else { path })
    }

    /// The path that Nuitka takes for one that does not exist, after all it knows to try; it may not exist either.
    fn tolerated(&self, path: VPath) -> VPath {
        let tolerances = [Self::without_first_part, Self::varied, Self::with_tag, Self::otherwise_versioned];
        tolerances.iter().fold(path, |path, tolerance| if self.exists(&path) { path } else { tolerance(self, path) })
    }

    /// `pkg.module.so` → `module.so` where the package is `pkg`. It takes the name itself from `pkg.abi3.so`, and of
    /// `pkg` it leaves the folder.
    fn without_first_part(&self, path: VPath) -> VPath {
        let name = path.file_name();
        let first = name.split(|&byte| byte == b'.').next().unwrap_or(name);
        if !self.knows(&FIRST_PART) || self.binary.package.map(str::as_bytes) != Some(first) {
            return path;
        }
        beside(&path, name.get(first.len() + 1..).unwrap_or_default())
    }

    /// The first of the name's variants that exists, as it is or with the stable ABI's ending.
    fn varied(&self, path: VPath) -> VPath {
        if !self.knows(&ABI3) {
            return path;
        }
        let with_abi3 = |variant: VPath| [self.with_abi3(&variant), Some(variant)].into_iter().rev().flatten();
        let mut candidates = self.variants(&path).into_iter().flat_map(with_abi3);
        candidates.find(|candidate| self.exists(candidate)).unwrap_or(path)
    }

    /// The name, its variants and, where it starts with the package, the same without it.
    fn variants(&self, path: &VPath) -> Vec<VPath> {
        let mut variants = self.variants_of_library(path);
        let prefix = self.binary.package.map(|package| [package.as_bytes(), b"."].concat());
        if self.knows(&PREFIX)
            && let Some(rest) = prefix.and_then(|prefix| path.file_name().strip_prefix(prefix.as_slice()))
        {
            variants.extend(self.variants_of_library(&beside(path, rest)));
        }
        variants
    }

    /// `libx.1.dylib` is tried as `libx.1_arm64.dylib`, `libx.dylib` and `libx_arm64.dylib` too.
    fn variants_of_library(&self, path: &VPath) -> Vec<VPath> {
        let mut variants = vec![path.clone()];
        if !self.knows(&VARIANTS) {
            return variants;
        }
        let arch = match self.around.arch {
            Arch::AARCH64 => Some("_arm64.dylib"),
            _ => self.knows(&X86_64).then_some("_x86_64.dylib"),
        };
        let name = path.file_name();
        if let Some(stem) = name.strip_suffix(b".dylib") {
            variants.extend(arch.map(|arch| beside(path, &[stem, arch.as_bytes()].concat())));
            let plain = without_versions(stem);
            if plain.len() < stem.len() {
                variants.push(beside(path, &[plain, b".dylib"].concat()));
                variants.extend(arch.map(|arch| beside(path, &[plain, arch.as_bytes()].concat())));
            }
        }
        if let Some(stem) = name.strip_suffix(b".so").filter(|_| self.knows(&ENDINGS)) {
            variants.push(beside(path, &[stem, b".dylib"].concat()));
        }
        variants
    }

    /// `module.cpython-311-darwin.so` → `module.abi3.so`, for the suffix of the running interpreter only.
    fn with_abi3(&self, path: &VPath) -> Option<VPath> {
        let suffix = self.around.suffix.as_bytes();
        let bytes = path.as_bytes();
        let ends = bytes.ends_with(suffix) || bytes.ends_with(ABI3_SUFFIX);
        // As much is cut off as the interpreter's suffix is long, whichever of the two stands there.
        let stem = &bytes[..bytes.len().saturating_sub(suffix.len())];
        ends.then(|| VPath::new([stem, ABI3_SUFFIX].concat()))
    }

    /// `module.so` → the file, where that is `module` with the interpreter's suffix.
    fn with_tag(&self, path: VPath) -> VPath {
        let stem = path.file_name().strip_suffix(b".so");
        let own = self.binary.path.file_name().strip_suffix(self.around.suffix.as_bytes());
        let is_own = stem.is_some() && stem == own && self.around.suffix.ends_with(".so");
        if self.knows(&UNTAGGED) && is_own { self.binary.path.clone() } else { path }
    }

    /// `libx.1.dylib` → `libx.dylib`, there or beside the file, and what else may be meant by it.
    fn otherwise_versioned(&self, path: VPath) -> VPath {
        if !self.knows(&UNVERSIONED) {
            return path;
        }
        if self.knows(&ALL_VERSIONS) && path.file_name() == self.binary.path.file_name() {
            return self.binary.path.clone();
        }
        let endings: &[(&[u8], &[u8])] = match self.knows(&ENDINGS) {
            true => &[(b".dylib", b".dylib"), (b".so", b".so"), (b".dylib", b".so"), (b".so", b".dylib")],
            false => &[(b".dylib", b".dylib")],
        };
        // Every pair is tried, on what the one before it has found.
        endings.iter().fold(path, |path, &(ending, other)| self.renamed(&path, ending, other).unwrap_or(path))
    }

    /// The file that is meant by a name, its version left out and one ending put for another.
    fn renamed(&self, path: &VPath, ending: &[u8], other: &[u8]) -> Option<VPath> {
        let stem = path.file_name().strip_suffix(ending)?;
        let plain = if self.knows(&ALL_VERSIONS) { without_versions(stem) } else { without_version(stem) };
        if plain.len() == stem.len() && !self.knows(&ENDINGS) {
            return None;
        }
        let name = [plain, other].concat();
        let places = [beside(path, &name), self.own.join(&name)];
        if let Some(found) = places.into_iter().find(|place| self.exists(place)) {
            return Some(found);
        }
        let own = self.binary.path.file_name();
        let is_own = self.knows(&ALL_VERSIONS) && name == own;
        let is_more_versioned = || {
            let own = own.strip_suffix(ending).map(without_versions);
            self.knows(&LESS_VERSIONED) && own == Some(plain)
        };
        (is_own || is_more_versioned()).then(|| self.binary.path.clone())
    }

    /// Does Nuitka's package configuration let the file be left out for this?
    fn may_be_missing(&self, path: &VPath) -> bool {
        let own = self.binary.path.file_name();
        if !self.knows(&PACKAGE) {
            return own == b"libqpdf.dylib";
        }
        let top = self.binary.package.map(|package| package.split('.').next().unwrap_or(package));
        // Before it looked at the top package, it asked for the very package.
        let package = if self.knows(&VARIANTS) { top } else { self.binary.package };
        let accepts = |name: &[u8]| {
            let stem = stem_of_library(name);
            acceptable().iter().any(|entry| {
                let is_meant = Some(entry.package.as_str()) == package && self.version >= entry.version();
                is_meant && entry.names.iter().any(|name| Some(name.as_bytes()) == stem)
            })
        };
        accepts(own) || self.knows(&VARIANTS) && accepts(path.file_name())
    }

    fn death(&self, name: Name, resolved: VPath) -> Death {
        let binary = self.binary.path;
        let package = self.binary.package.unwrap_or("None");
        let what = if self.knows(&UNTAGGED) {
            format!(
                "failed to find path '{name}' (resolved DLL to '{resolved}') for binary '{binary}' from package \
                 '{package}'"
            )
        } else if self.knows(&PACKAGE) {
            format!("failed to find path {name} (resolved DLL to {resolved}) for {binary} from '{package}'")
        } else if self.knows(&TELLS_RESOLVED) {
            format!("failed to find path {name} (resolved DLL to {resolved}) for {binary}")
        } else {
            format!("failed to resolve DLL path {name} (for {binary})")
        };
        let message = format!("FATAL: Error, {what}, please report the bug.");
        let is_identity = self.binary.identity.is_some_and(|identity| as_read(identity) == name.as_bytes());
        Death { name, resolved, is_identity, message }
    }
}

/// A file of another name in the same folder.
fn beside(path: &VPath, name: &[u8]) -> VPath {
    let folder = &path.as_bytes()[..path.as_bytes().len() - path.file_name().len()];
    VPath::new([folder, name].concat())
}

/// `libx.1.2` → `libx`.
fn without_versions(stem: &[u8]) -> &[u8] {
    let shorter = without_version(stem);
    if shorter.len() < stem.len() { without_versions(shorter) } else { stem }
}

/// `libx.1.2` → `libx.1`.
fn without_version(stem: &[u8]) -> &[u8] {
    match stem.iter().rposition(|&byte| byte == b'.') {
        Some(dot) if dot + 1 < stem.len() && stem[dot + 1..].iter().all(u8::is_ascii_digit) => &stem[..dot],
        _ => stem,
    }
}

/// A library's name without its ending, if it has one.
fn stem_of_library(name: &[u8]) -> Option<&[u8]> {
    let ending = [&b".dll"[..], b".so", b".dylib"].into_iter().find_map(|ending| name.strip_suffix(ending));
    ending.or_else(|| name.windows(4).position(|part| part == b".so.").map(|at| &name[..at]))
}

/// `assets/nuitka.toml`.
#[derive(Deserialize)]
struct Table {
    acceptable: Vec<Acceptable>,
}

/// The libraries that may be missing for a package.
#[derive(Deserialize)]
struct Acceptable {
    package: String,
    since: String,
    names: Vec<String>,
}

impl Acceptable {
    fn version(&self) -> Version {
        self.since.parse().expect("the table that ships with dylens names releases")
    }
}

fn acceptable() -> &'static [Acceptable] {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let read = || toml::from_str(include_str!("../../assets/nuitka.toml")).expect("the table that ships with dylens");
    &TABLE.get_or_init(read).acceptable
}

#[cfg(test)]
mod tests {
    use super::{Binary, Death, Found, Scanned, Surroundings, folders, scan};
    use crate::discover::tool::{NEWEST_NUITKA, Version};
    use crate::image::{Arch, Name};
    use crate::vfs::VPath;

    /// A file to be scanned and what lies around it.
    #[derive(Clone, Copy, Default)]
    struct Case<'a> {
        path: &'a str,
        package: &'a str,
        id: &'a str,
        needs: &'a [&'a str],
        rpaths: &'a [&'a str],
        inherited: &'a [&'a str],
        /// Files beside the one that is scanned.
        files: &'a [&'a str],
        suffix: &'a str,
        is_intel: bool,
    }

    impl Case<'_> {
        fn scan(&self, version: &str) -> Result<Scanned, Death> {
            let names = |texts: &[&str]| texts.iter().map(Name::from).collect::<Vec<_>>();
            let (path, identity) = (VPath::new(self.path), Name::from(self.id));
            let inherited: Vec<VPath> = self.inherited.iter().map(VPath::new).collect();
            let binary = Binary {
                path: &path,
                package: (!self.package.is_empty()).then_some(self.package),
                identity: (!self.id.is_empty()).then_some(&identity),
                needs: &names(self.needs),
                rpaths: &names(self.rpaths),
                inherited: &inherited,
            };
            let around = Surroundings {
                exists: &|path| {
                    let path = path.folded().to_string();
                    path == self.path || self.files.contains(&path.as_str())
                },
                suffix: if self.suffix.is_empty() { ".cpython-311-darwin.so" } else { self.suffix },
                arch: if self.is_intel { Arch::X86_64 } else { Arch::AARCH64 },
                folders: &[],
            };
            scan(version.parse().expect("a version"), &binary, &around)
        }

        fn copes(&self, version: &str) -> bool {
            self.scan(version).is_ok()
        }

        /// It dies with the first version and copes with the second.
        fn is_mended(&self, from: &str, to: &str) {
            assert!(!self.copes(from), "{from} copes with {}", self.id);
            let scanned = self.scan(to);
            assert!(scanned.is_ok(), "{to}: {scanned:?}");
        }

        fn message(&self, version: &str) -> String {
            self.scan(version).expect_err("a version that stops").message
        }
    }

    const TOKENIZERS: Case = Case {
        path: "/s/tokenizers/tokenizers.abi3.so",
        package: "tokenizers",
        id: "@rpath/tokenizers.tokenizers.abi3.so",
        needs: &[],
        rpaths: &[],
        inherited: &[],
        files: &[],
        suffix: "",
        is_intel: false,
    };

    const TSDOWNSAMPLE: Case = Case {
        path: "/s/tsdownsample/_rust/_tsdownsample_rs.cpython-312-darwin.so",
        package: "tsdownsample._rust",
        id: "@rpath/tsdownsample._rust._tsdownsample_rs.cpython-312-darwin.so",
        suffix: ".cpython-312-darwin.so",
        ..TOKENIZERS
    };

    #[test]
    fn the_package_as_first_part_is_dropped_since_1_7_6() {
        TOKENIZERS.is_mended("1.7.5", "1.7.6");
        assert!(!Case { id: "@rpath/other.tokenizers.abi3.so", ..TOKENIZERS }.copes("1.7.6"));
        assert!(!TSDOWNSAMPLE.copes("1.7.6"), "a package inside another is no first part");
    }

    #[test]
    fn dropping_the_first_part_spoils_names_that_start_with_the_package_themselves() {
        let case = Case {
            path: "/s/deltalake/_internal.abi3.so",
            package: "deltalake",
            id: "@rpath/deltalake.abi3.so",
            ..TOKENIZERS
        };
        assert!(case.message("1.7.5").contains("(resolved DLL to /s/deltalake/deltalake.abi3.so)"));
        assert!(case.message("1.7.6").contains("(resolved DLL to /s/deltalake/abi3.so)"));
    }

    #[test]
    fn the_suffix_of_the_running_interpreter_stands_for_abi3_since_1_1_6() {
        let case = Case { path: "/s/w/_n.abi3.so", package: "w", id: "@rpath/_n.cpython-311-darwin.so", ..TOKENIZERS };
        case.is_mended("1.1.5", "1.1.6");
        case.is_mended("1.2rc5", "1.2rc6");
        assert!(!Case { suffix: ".cpython-312-darwin.so", ..case }.copes("1.1.6"));
    }

    #[test]
    fn one_version_number_may_be_missing_since_1_7_and_all_since_2_0_2() {
        let case = Case { path: "/s/p/libx.dylib", package: "p", id: "/usr/local/lib/libx.2.dylib", ..TOKENIZERS };
        case.is_mended("1.6.6", "1.7");
        let case = Case { id: "/usr/local/lib/libx.2.1.dylib", ..case };
        case.is_mended("2.0.1", "2.0.2");
        assert!(!Case { id: "/usr/local/lib/liby.2.dylib", ..case }.copes("2.0.2"));
    }

    #[test]
    fn the_name_of_the_processor_may_follow_since_2_2_1_and_on_intel_since_2_6_1() {
        let case = Case { path: "/s/p/libx_arm64.dylib", package: "p", id: "@rpath/libx.dylib", ..TOKENIZERS };
        case.is_mended("2.2", "2.2.1");
        assert!(!Case { is_intel: true, ..case }.copes("4.0"));
        Case { path: "/s/p/libx_x86_64.dylib", is_intel: true, ..case }.is_mended("2.6", "2.6.1");
        Case { id: "@rpath/libx.3.dylib", ..case }.is_mended("2.2", "2.2.1");
    }

    #[test]
    fn the_package_as_prefix_is_dropped_since_2_3_11() {
        TSDOWNSAMPLE.is_mended("2.3.10", "2.3.11");
        assert!(
            !Case { package: "tsdownsample", ..TSDOWNSAMPLE }.copes("2.3.11"),
            "the package must be the module's own"
        );
        assert!(!Case { id: "@rpath/tsdownsample.cpython-312-darwin.so", ..TSDOWNSAMPLE }.copes("4.3.3"));
    }

    #[test]
    fn candidates_learn_of_hotfixes_later_than_their_numbers_tell() {
        TSDOWNSAMPLE.is_mended("2.4rc7", "2.4rc8");
        TSDOWNSAMPLE.is_mended("2.4rc7", "2.4");
    }

    #[test]
    fn so_and_dylib_stand_for_each_other_since_2_4_8() {
        let case =
            Case { path: "/s/coremltools/libm.so", package: "coremltools", id: "@rpath/libm.dylib", ..TOKENIZERS };
        case.is_mended("2.4.7", "2.4.8");
        Case { path: "/s/coremltools/libm.dylib", id: "@rpath/libm.so", ..case }.is_mended("2.4.7", "2.4.8");
        assert!(!Case { id: "@rpath/libn.dylib", ..case }.copes("2.4.8"));
    }

    #[test]
    fn the_tag_may_be_missing_since_4_0_3() {
        let case =
            Case { path: "/s/re2/_re2.cpython-311-darwin.so", package: "re2", id: "@rpath/_re2.so", ..TOKENIZERS };
        case.is_mended("4.0.2", "4.0.3");
        assert!(!Case { suffix: ".cpython-312-darwin.so", ..case }.copes("4.0.3"));
        assert!(!Case { id: "@rpath/_re2", ..case }.copes("4.0.3"));
    }

    #[test]
    fn an_absolute_name_is_searched_beside_the_file_since_4_1_1() {
        let case = Case { path: "/s/p/m.so", needs: &["/build/liby.dylib"], files: &["/s/p/liby.dylib"], ..TOKENIZERS };
        let case = Case { id: "", ..case };
        // Since 2.4.8 the search for other versions finds it, too.
        case.is_mended("2.4.7", "2.4.8");
        let case = Case { needs: &["/build/liby.tbd"], files: &["/s/p/liby.tbd"], ..case };
        case.is_mended("4.1", "4.1.1");
        assert!(!Case { files: &["/s/liby.tbd"], ..case }.copes("4.3.3"));
    }

    #[test]
    fn a_library_may_have_more_version_numbers_than_its_name_since_4_1_2() {
        let case = Case { path: "/s/o/libo.1.32.0.dylib", package: "o", id: "@rpath/libo.1.dylib", ..TOKENIZERS };
        case.is_mended("4.1.1", "4.1.2");
        assert!(!Case { id: "@rpath/libother.1.dylib", ..case }.copes("4.1.2"));
    }

    #[test]
    fn a_name_that_is_the_files_own_is_passed_over_except_below_rpath_and_loader_path() {
        let case = Case { path: "/s/p/libx.dylib", package: "p", id: "/build/libx.dylib", ..TOKENIZERS };
        for id in ["/build/libx.dylib", "bazel-out/libx.dylib", "libx.dylib", "@executable_path/libx.dylib"] {
            assert!(Case { id, ..case }.copes("1.0"), "{id}");
        }
        Case { id: "@rpath/sub/libx.dylib", ..case }.is_mended("2.0.1", "2.0.2");
    }

    #[test]
    fn the_programs_folder_is_the_files_own_since_4_1() {
        let case = Case { path: "/s/p/m.so", id: "", needs: &["@executable_path/liby.dylib"], ..TOKENIZERS };
        let case = Case { files: &["/s/p/liby.dylib"], ..case };
        assert!(!case.copes("2.4.7"));
        assert!(Case { needs: &["@executable_path/../liby"], files: &["/s/liby"], ..case }.copes("4.1"));
        assert!(!Case { needs: &["@executable_path/../liby"], files: &["/s/liby"], ..case }.copes("4.0.8"));
    }

    #[test]
    fn relative_names_end_no_build_since_1_6() {
        let case = Case { path: "/s/p/m.so", package: "p", id: "bazel-out/bin/lib_m.so", ..TOKENIZERS };
        case.is_mended("1.5", "1.6");
        case.is_mended("1.6rc9", "1.6rc10");
        assert!(!Case { id: "/bazel-out/bin/lib_m.so", ..case }.copes("1.6"));
    }

    #[test]
    fn libraries_that_the_system_keeps_in_its_cache_may_be_missing_since_2_2() {
        let case = Case { path: "/s/p/m.so", package: "p", id: "", needs: &["@rpath/libc++.1.dylib"], ..TOKENIZERS };
        case.is_mended("2.1.6", "2.2");
        assert!(!Case { needs: &["@rpath/libc++abi.1.dylib"], ..case }.copes("2.2"));
        assert!(
            Case { needs: &["/usr/lib/libany.dylib", "/System/Library/Frameworks/A.framework/A"], ..case }.copes("1.0")
        );
        assert!(!Case { needs: &["/System/Library/Other/A"], ..case }.copes("4.3.3"));
    }

    #[test]
    fn rpaths_are_searched_in_order_after_the_files_own_folder() {
        let case = Case {
            path: "/s/p/m.so",
            package: "p",
            id: "",
            needs: &["@rpath/liby.dylib"],
            rpaths: &["@executable_path/../lib", "@loader_path/../a", "/b"],
            files: &["/b/liby.dylib", "/s/a/liby.dylib", "/s/lib/liby.dylib"],
            ..TOKENIZERS
        };
        let found = |case: &Case| case.scan("1.0").expect("a version that copes").resolved[0].found.clone();
        assert_eq!(found(&case), Found::File(VPath::new("/s/a/liby.dylib")));
        assert_eq!(found(&Case { files: &["/b/liby.dylib"], ..case }), Found::File(VPath::new("/b/liby.dylib")));
        assert!(!Case { files: &["/s/lib/liby.dylib"], ..case }.copes("4.3.3"));
    }

    #[test]
    fn rpaths_of_whoever_needs_a_file_count_since_4_1() {
        let case = Case { path: "/s/p/libx.dylib", id: "", needs: &["@rpath/liby.dylib"], ..TOKENIZERS };
        let case = Case { inherited: &["/s/lib"], files: &["/s/lib/liby.dylib"], ..case };
        case.is_mended("4.0.8", "4.1");
        let rpaths = case.scan("4.1").expect("a version that copes").rpaths;
        assert_eq!(rpaths, [VPath::new("/s/p"), VPath::new("/s/lib")]);
    }

    #[test]
    fn what_a_package_may_miss_leaves_the_file_out_of_the_bundle() {
        let case = Case { path: "/s/numba/np/ufunc/omppool.cpython-311-darwin.so", id: "", ..TOKENIZERS };
        let case = Case { package: "numba.np.ufunc", needs: &["@rpath/libomp.dylib"], ..case };
        case.is_mended("2.2", "2.2.1");
        let left_out = case.scan("2.2.1").expect("a version that copes").left_out;
        assert_eq!(left_out, Some(Name::from("@rpath/libomp.dylib")));
        assert!(!Case { package: "lightgbm", ..case }.copes("4.3.3"));
        assert!(!Case { needs: &["@rpath/libother.dylib"], ..case }.copes("4.3.3"));
    }

    #[test]
    fn a_name_is_read_up_to_the_versions_that_otool_writes_after_it() {
        let case = Case { path: "/s/p/x.so", package: "p", id: "/build (1)/libx.dylib", ..TOKENIZERS };
        assert!(case.message("2.4").contains("failed to find path /build (resolved DLL to /build)"));
        assert!(case.scan("2.4").expect_err("a version that stops").is_identity);
    }

    #[test]
    fn the_folders_of_a_package_are_those_with_libraries_and_the_ones_between() {
        let files =
            ["/s/p/a/b/x.so", "/s/p/c.py", "/s/p/d/e.py", "/s/p/__pycache__/y.so", "/s/q/z.so", "/s/p/l/z.so.1"];
        let files = files.map(VPath::new);
        let found: Vec<String> = folders(&VPath::new("/s/p"), &files).iter().map(VPath::to_string).collect();
        assert_eq!(found, ["/s/p", "/s/p/a", "/s/p/a/b", "/s/p/l"]);
    }

    #[test]
    fn versions_that_are_not_known_behave_as_the_nearest_that_is() {
        let newest = NEWEST_NUITKA.to_string();
        for case in [TOKENIZERS, TSDOWNSAMPLE, Case { id: "@rpath/other.so", ..TOKENIZERS }] {
            assert_eq!(case.scan("9.9"), case.scan(&newest));
            assert_eq!(case.scan("0.9"), case.scan("1.0"));
        }
        assert!(Version::new(4, 3, 2) < NEWEST_NUITKA);
    }

    #[test]
    fn the_message_of_1_0_does_not_tell_where_it_looked() {
        assert_eq!(
            TOKENIZERS.message("1.0"),
            "FATAL: Error, failed to resolve DLL path @rpath/tokenizers.tokenizers.abi3.so (for \
             /s/tokenizers/tokenizers.abi3.so), please report the bug."
        );
    }

    #[test]
    fn issue_1844_says_what_1_1_5_prints_and_1_1_6_mends() {
        let case = Case {
            path: "/s/watchfiles/_rust_notify.abi3.so",
            package: "watchfiles",
            id: "@rpath/_rust_notify.cpython-310-darwin.so",
            suffix: ".cpython-310-darwin.so",
            ..TOKENIZERS
        };
        assert_eq!(
            case.message("1.1.5"),
            "FATAL: Error, failed to find path @rpath/_rust_notify.cpython-310-darwin.so (resolved DLL to \
             /s/watchfiles/_rust_notify.cpython-310-darwin.so) for /s/watchfiles/_rust_notify.abi3.so, please report \
             the bug."
        );
        assert!(case.copes("1.1.6"));
    }

    #[test]
    fn issue_2305_says_what_1_6_6_prints_and_1_7_mends() {
        let case = Case {
            path: "/s/_sounddevice_data/portaudio-binaries/libportaudio.dylib",
            package: "sounddevice",
            id: "/usr/local/lib/libportaudio.2.dylib",
            ..TOKENIZERS
        };
        assert_eq!(
            case.message("1.6.6"),
            "FATAL: Error, failed to find path /usr/local/lib/libportaudio.2.dylib (resolved DLL to \
             /usr/local/lib/libportaudio.2.dylib) for /s/_sounddevice_data/portaudio-binaries/libportaudio.dylib from \
             'sounddevice', please report the bug."
        );
        assert!(case.copes("1.7"));
    }

    #[test]
    fn issue_2327_says_what_1_8rc4_prints_and_nothing_mends() {
        let id = "/Users/runner/work/tokenizers/tokenizers/bindings/python/target/release/deps/libtokenizers.dylib";
        let case = Case { path: "/s/tokenizers/tokenizers.cpython-310-darwin.so", id, is_intel: true, ..TOKENIZERS };
        assert_eq!(
            case.message("1.8rc4"),
            format!(
                "FATAL: Error, failed to find path {id} (resolved DLL to {id}) for \
                 /s/tokenizers/tokenizers.cpython-310-darwin.so from 'tokenizers', please report the bug."
            )
        );
        assert!(!case.copes("4.3.3"));
    }

    /// The report of the issue names the top package; the scan is given the module's, and could not be mended else.
    #[test]
    fn issue_2958_says_what_2_4rc7_prints_and_2_3_11_mends() {
        assert_eq!(
            TSDOWNSAMPLE.message("2.4rc7"),
            "FATAL: Error, failed to find path @rpath/tsdownsample._rust._tsdownsample_rs.cpython-312-darwin.so \
             (resolved DLL to \
             /s/tsdownsample/_rust/tsdownsample._rust._tsdownsample_rs.cpython-312-darwin.so) for \
             /s/tsdownsample/_rust/_tsdownsample_rs.cpython-312-darwin.so from 'tsdownsample._rust', please report the \
             bug."
        );
        assert!(TSDOWNSAMPLE.scan("2.4rc7").expect_err("a version that stops").is_identity);
    }

    /// The report of the issue has the words of older releases; these are those of the source of 4.1.
    #[test]
    fn issue_3900_says_what_4_1_prints_and_4_1_2_mends() {
        let case = Case {
            path: "/s/onnxruntime/capi/libonnxruntime.1.26.0.dylib",
            package: "onnxruntime",
            id: "@rpath/libonnxruntime.1.dylib",
            rpaths: &["@loader_path"],
            ..TOKENIZERS
        };
        assert_eq!(
            case.message("4.1"),
            "FATAL: Error, failed to find path '@rpath/libonnxruntime.1.dylib' (resolved DLL to \
             '/s/onnxruntime/capi/libonnxruntime.1.dylib') for binary \
             '/s/onnxruntime/capi/libonnxruntime.1.26.0.dylib' from package 'onnxruntime', please report the bug."
        );
        assert!(case.copes("4.1.2"));
    }
}
