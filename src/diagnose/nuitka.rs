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
    pub found: NuitkaResolution,
}

/// What Nuitka made of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NuitkaResolution {
    /// Another file, which is scanned in its turn.
    File(VPath),
    /// The file that is scanned.
    Itself,
    /// Nothing, and Nuitka does not mind.
    Ignored,
}

/// The end of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildAbort {
    /// The name that leads nowhere, as it stands in the file.
    pub name: Name,
    /// Where Nuitka believes that it leads.
    pub resolved: VPath,
    /// Is it the file's own install name, so that nothing is missing?
    pub is_identity: bool,
    /// What Nuitka prints, in one line; on a terminal it is wrapped to the width.
    pub message: String,
}

impl fmt::Display for BuildAbort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Looks up all that a file names, as this version of Nuitka does.
pub fn scan(version: Version, binary: &Binary, around: &Surroundings) -> Result<Scanned, BuildAbort> {
    let look = Look { version, binary, around, own: binary.path.parent().unwrap_or_default() };
    let mut scanned = Scanned { rpaths: look.rpaths(), ..Scanned::default() };
    for name in listed(binary) {
        let found = match look.up(&name, &scanned.rpaths) {
            Step::Found(found) => found,
            Step::LeftOut => {
                scanned.left_out = Some(name);
                return Ok(scanned);
            }
            Step::Missing(resolved) => return Err(look.build_abort(name, resolved)),
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
    Found(NuitkaResolution),
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
        let Some(path) = self.place(name, rpaths) else { return Step::Found(NuitkaResolution::Ignored) };
        let path = self.tolerated(path);
        if self.exists(&path) {
            let is_itself = path.folded() == self.binary.path.folded();
            return Step::Found(if is_itself { NuitkaResolution::Itself } else { NuitkaResolution::File(path) });
        }
        if self.may_be_missing(&path) {
            return Step::LeftOut;
        }
        if self.knows(&PACKAGE) && !name.starts_with(b"@") && !name.starts_with(b"/") {
            return Step::Found(NuitkaResolution::Ignored);
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

    fn build_abort(&self, name: Name, resolved: VPath) -> BuildAbort {
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
        BuildAbort { name, resolved, is_identity, message }
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
mod tests;
