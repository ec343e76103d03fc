//! Which distribution a file belongs to: `RECORD`, `direct_url.json`, `conda-meta`.

use bstr::ByteSlice;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::requirement::{Requirement, normalized};
use super::wheel::Tag;
use crate::vfs::wheel::installed;
use crate::vfs::{FileSystem, VPath};
use crate::world::is_native_name;

/// A distribution, by its place in [`Distributions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DistributionId(pub usize);

/// What was installed under one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// As the metadata's folder spells it; as `METADATA` does, where that has another name.
    pub name: String,
    /// Empty where nobody tells.
    pub version: String,
    /// Its metadata: a `.dist-info` folder or a file of `conda-meta`.
    pub metadata: Option<VPath>,
    /// The native files that it says it brought.
    pub recorded: Vec<VPath>,
    /// Other files that could be native: programs have no telling name.
    pub nameless: Vec<VPath>,
    /// The project that an editable install points at.
    pub editable: Option<VPath>,
    /// The tool that installed it (`INSTALLER`), or `conda`.
    pub installer: String,
    /// The tools that made and changed its wheel (`Generator` in `WHEEL`): `maturin (1.4.0)`; several between `; `.
    pub generator: String,
    /// What it was built to run on (the `Tag` lines of `WHEEL`).
    pub tags: Vec<Tag>,
    /// The bills of materials that came with it (`.dist-info/sboms/`, PEP 770).
    pub sboms: Vec<VPath>,
    /// What it says that it cannot do without (`Requires-Dist`), also for extras and for other systems.
    pub requires: Vec<Requirement>,
    /// Says of itself that it is written in Rust (`Programming Language :: Rust`).
    pub is_rust: bool,
}

impl Distribution {
    /// `name==version`, as pip takes it; the name alone where no version is told.
    pub fn pinned(&self) -> String {
        match self.version.is_empty() {
            true => self.name.clone(),
            false => format!("{}=={}", self.name, self.version),
        }
    }

    /// The name and version that the folder of its metadata bears, where `METADATA` in it has others: whoever named the
    /// folder is not to be believed.
    pub fn misnamed(&self) -> Option<(String, String)> {
        let folder = self.metadata.as_ref().filter(|folder| is_metadata(folder.file_name()))?;
        let (name, version) = named(folder);
        let is_same = is_same_name(&name, &self.name) && is_same_version(&version, &self.version);
        (!is_same).then_some((name, version))
    }

    /// What the file of its wheel was called, as its tags tell (PEP 427); none where they do not.
    pub fn wheel_name(&self) -> Option<String> {
        let parts = |part: fn(&Tag) -> &String| {
            let mut seen: Vec<&str> = Vec::new();
            for tag in &self.tags {
                if !seen.contains(&part(tag).as_str()) {
                    seen.push(part(tag));
                }
            }
            seen.join(".")
        };
        let tags = [parts(|tag| &tag.python), parts(|tag| &tag.abi), parts(|tag| &tag.platform)].join("-");
        (!self.tags.is_empty() && !self.version.is_empty())
            .then(|| format!("{}-{}-{tags}.whl", self.name, self.version))
    }
}

/// All distributions of an environment, and whose each file is.
#[derive(Clone, Debug, Default)]
pub struct Distributions {
    list: Vec<Distribution>,
    owners: FxHashMap<VPath, DistributionId>,
    folders: FxHashMap<VPath, DistributionId>,
    /// Whose it is what lies loose in a bundle.
    loose: Option<String>,
}

/// More than the largest `RECORD` seen (tens of thousands of lines).
const MOST_BYTES: usize = 64 << 20;

impl Distributions {
    /// Orders what a walk found by name, and remembers the owner of each recorded file.
    pub fn new(mut list: Vec<Distribution>) -> Distributions {
        list.sort_by(|a, b| (a.name.to_lowercase(), &a.metadata).cmp(&(b.name.to_lowercase(), &b.metadata)));
        let mut all = Distributions { list, ..Distributions::default() };
        for (index, distribution) in all.list.iter().enumerate() {
            for file in distribution.recorded.iter().chain(&distribution.nameless) {
                all.owners.entry(file.clone()).or_insert(DistributionId(index));
            }
        }
        all
    }

    /// Distributions in the order in which they are given; whose each file is was told already.
    pub(crate) fn restored(list: Vec<Distribution>) -> Distributions {
        Distributions { list, ..Distributions::default() }
    }

    pub fn get(&self, id: DistributionId) -> &Distribution {
        &self.list[id.0]
    }

    pub fn iter(&self) -> impl Iterator<Item = (DistributionId, &Distribution)> {
        self.list.iter().enumerate().map(|(index, distribution)| (DistributionId(index), distribution))
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whose file is this? By record, by editable project, else by the folder it lies in.
    pub fn owner(&mut self, path: &VPath, import_path: &[VPath], root: &VPath) -> DistributionId {
        if let Some(&owner) = self.owners.get(path) {
            return owner;
        }
        let editable = self
            .iter()
            .find(|(_, distribution)| distribution.editable.as_ref().is_some_and(|project| path.starts_with(project)));
        if let Some((owner, _)) = editable {
            return owner;
        }
        let (folder, name) = match &self.loose {
            // The top folder of a bundle is nobody's; what is below it, its package's.
            Some(program) => bundled_folder(path, import_path, root, program),
            None => self.folder_of(path, import_path, root),
        };
        // A folder beside recorded files of one distribution is that distribution's (`numpy.libs`, files made later).
        if let Some(&owner) = self.folders.get(&folder) {
            return owner;
        }
        let same = |all: &Distributions| all.iter().find(|(_, it)| it.name == name).map(|(id, _)| id);
        let known = self.loose.is_some().then(|| same(self)).flatten();
        let owner = known.or_else(|| self.owner_of_folder(&folder)).unwrap_or_else(|| {
            self.list.push(Distribution { name, ..Distribution::default() });
            DistributionId(self.list.len() - 1)
        });
        self.folders.insert(folder, owner);
        owner
    }

    /// Of a bundle: whatever lies loose in it belongs to its program, by this name.
    pub fn belong_to(&mut self, program: &str) {
        self.loose = Some(program.to_owned());
    }

    fn owner_of_folder(&self, folder: &VPath) -> Option<DistributionId> {
        let mut owners: Vec<DistributionId> =
            self.owners.iter().filter(|(path, _)| path.starts_with(folder)).map(|(_, &owner)| owner).collect();
        owners.sort();
        owners.dedup();
        match owners[..] {
            [owner] => Some(owner),
            _ => None,
        }
    }

    /// The top folder (below the import path) that an unrecorded file lies in, and what to call it.
    fn folder_of(&self, path: &VPath, import_path: &[VPath], root: &VPath) -> (VPath, String) {
        let base = import_path.iter().filter(|base| path.starts_with(base)).max_by_key(|base| base.as_bytes().len());
        if let Some(base) = base {
            if base.file_name() == b"lib-dynload" {
                return (base.clone(), "Python standard library".into());
            }
            let below = path.below(base).unwrap_or_default();
            let top = below.split(|&byte| byte == b'/').next().unwrap_or_default();
            let name = String::from_utf8_lossy(top);
            let name = if top == below { name.split('.').next().unwrap_or_default().to_owned() } else { name.into() };
            return (base.join(top), name);
        }
        let folder = path.parent().unwrap_or_else(|| root.clone());
        let name = folder.below(root).filter(|below| !below.is_empty());
        let name = name.map_or_else(|| root.file_name().to_vec(), <[u8]>::to_vec);
        (folder, format!("{}/", String::from_utf8_lossy(&name)))
    }
}

/// The package's folder that a file of a bundle lies in, and what to call it: `numpy.libs` is numpy's too.
fn bundled_folder(path: &VPath, import_path: &[VPath], root: &VPath, program: &str) -> (VPath, String) {
    let base = import_path.iter().filter(|base| path.starts_with(base)).max_by_key(|base| base.as_bytes().len());
    let base = base.unwrap_or(root);
    let below = path.below(base).unwrap_or_default();
    let top = below.split(|&byte| byte == b'/').next().unwrap_or_default();
    if base.file_name() == b"lib-dynload" || top == below {
        return (base.clone(), program.to_owned());
    }
    let name = String::from_utf8_lossy(top);
    (base.join(top), name.strip_suffix(".libs").unwrap_or(&name).to_owned())
}

/// Is this a folder of a distribution's metadata?
pub(crate) fn is_metadata(name: &[u8]) -> bool {
    name.ends_with(b".dist-info") || name.ends_with(b".egg-info")
}

/// Name and version, as the folder of the metadata spells them.
pub(super) fn named(folder: &VPath) -> (String, String) {
    let stem = folder.file_name().to_str_lossy();
    let stem = stem.trim_end_matches(".dist-info").trim_end_matches(".egg-info");
    let (name, version) = stem.split_once('-').unwrap_or((stem, ""));
    (name.to_owned(), version.split('-').next().unwrap_or_default().to_owned())
}

/// Do both spell one name (PEP 503)?
fn is_same_name(one: &str, other: &str) -> bool {
    normalized(one) == normalized(other)
}

/// Do both spell one version (PEP 440, “Normalization”)? Installers write the normal form into the folder's name.
fn is_same_version(one: &str, other: &str) -> bool {
    let normal = |version: &str| {
        let version = version.to_ascii_lowercase();
        let mut parts: Vec<String> = Vec::new();
        for run in version.trim_start_matches('v').as_bytes().chunk_by(|a, b| {
            (a.is_ascii_digit() && b.is_ascii_digit()) || (a.is_ascii_alphabetic() && b.is_ascii_alphabetic())
        }) {
            match String::from_utf8_lossy(run).as_ref() {
                "." | "-" | "_" | "+" => {}
                "alpha" => parts.push("a".into()),
                "beta" => parts.push("b".into()),
                "c" | "pre" | "preview" => parts.push("rc".into()),
                "r" | "rev" => parts.push("post".into()),
                number if number.starts_with('0') => parts.push(number.trim_start_matches('0').into()),
                other => parts.push(other.into()),
            }
        }
        while parts.last().is_some_and(String::is_empty) {
            parts.pop();
        }
        parts
    };
    normal(one) == normal(other)
}

/// Reads a `.dist-info` folder.
pub(crate) fn read_metadata(fs: &dyn FileSystem, folder: &VPath) -> Distribution {
    let (name, version) = named(folder);
    let site = folder.parent().unwrap_or_else(|| VPath::new("/"));
    let record = fs.read(&folder.join("RECORD"), MOST_BYTES).unwrap_or_default();
    let Recorded { native, nameless, sboms } = recorded(&record, &site);
    let read = |name: &str| fs.read(&folder.join(name), 1 << 16).ok();
    let wheel = wheel_file(fs, folder);
    let metadata = Headers::read(fs, &folder.join("METADATA"));
    let told = |key, known: String, is_same: fn(&str, &str) -> bool| match metadata.values(key).next() {
        Some(told) if !told.is_empty() && !is_same(told, &known) => told.to_owned(),
        _ => known,
    };
    let (name, version) = (told("Name", name, is_same_name), told("Version", version, is_same_version));
    Distribution {
        name,
        version,
        metadata: Some(folder.clone()),
        recorded: native,
        nameless,
        editable: read("direct_url.json").and_then(|bytes| editable(&bytes)),
        installer: read("INSTALLER").map_or_else(String::new, |name| String::from_utf8_lossy(&name).trim().to_owned()),
        generator: wheel.generator(),
        tags: wheel.values("Tag").flat_map(Tag::set).collect(),
        sboms,
        requires: metadata.values("Requires-Dist").filter_map(Requirement::parse).collect(),
        is_rust: metadata.values("Classifier").any(|value| value == RUST),
    }
}

/// The classifier of what is written in Rust.
const RUST: &str = "Programming Language :: Rust";

/// A file of headers, `Name: value` a line up to the first blank one (PEP 427 for `WHEEL`, PEP 566 for `METADATA`).
pub(super) struct Headers(Vec<u8>);

impl Headers {
    /// The description follows the headers and can be long; of the headers only the license is (scipy's takes 46 kB).
    const MOST_BYTES: usize = 1 << 18;

    /// A file that cannot be read has no headers.
    fn read(fs: &dyn FileSystem, path: &VPath) -> Headers {
        let mut bytes = fs.read(path, Headers::MOST_BYTES).unwrap_or_default();
        let end = bytes.find(b"\n\n").or_else(|| bytes.find(b"\n\r\n")).unwrap_or(bytes.len());
        bytes.truncate(end);
        Headers(bytes)
    }

    /// The values of a header, in order. Those that are no UTF-8 are passed over.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.lines().filter_map(move |line| {
            let (key, value) = line.split_at_checked(name.len())?;
            let value = key.eq_ignore_ascii_case(name.as_bytes()).then_some(value)?.strip_prefix(b":")?;
            Some(value.to_str().ok()?.trim())
        })
    }

    /// What made a wheel, and what changed it: tools that repair wheels add lines of their own.
    pub(super) fn generator(&self) -> String {
        self.values("Generator").collect::<Vec<_>>().join("; ")
    }
}

/// The `WHEEL` of a `.dist-info` folder.
pub(super) fn wheel_file(fs: &dyn FileSystem, metadata: &VPath) -> Headers {
    Headers::read(fs, &metadata.join("WHEEL"))
}

/// What a `RECORD` lists, as far as it matters.
#[derive(Default)]
struct Recorded {
    native: Vec<VPath>,
    /// Without an ending, but not in the metadata.
    nameless: Vec<VPath>,
    sboms: Vec<VPath>,
}

/// Reads a `RECORD` (PEP 376: CSV; only names with a comma or a quote are quoted). A wheel's own one is written before the
/// parts of `NAME.data` are where they belong.
fn recorded(record: &[u8], site: &VPath) -> Recorded {
    let mut all = Recorded::default();
    for line in record.split(|&byte| byte == b'\n') {
        let name = match line.strip_prefix(b"\"") {
            Some(rest) => rest.split(|&byte| byte == b'"').next(),
            None => line.split(|&byte| byte == b',').next(),
        };
        let name = name.unwrap_or_default();
        let last = name.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        let path = || site.join(&*installed(name)).folded();
        if is_native_name(last) {
            all.native.push(path());
        } else if name.contains_str(".dist-info/sboms/") {
            all.sboms.push(path());
        } else if !last.is_empty() && !last.contains(&b'.') && !name.contains_str(".dist-info/") {
            all.nameless.push(path());
        }
    }
    all
}

/// `direct_url.json` (PEP 610).
fn editable(bytes: &[u8]) -> Option<VPath> {
    #[derive(Deserialize)]
    struct DirectUrl {
        url: String,
        dir_info: Option<DirInfo>,
    }
    #[derive(Deserialize)]
    struct DirInfo {
        #[serde(default)]
        editable: bool,
    }
    let direct: DirectUrl = serde_json::from_slice(bytes).ok()?;
    direct.dir_info?.editable.then_some(())?;
    Some(VPath::new(percent_decoded(direct.url.strip_prefix("file://")?)))
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match code {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

/// Reads a file of `conda-meta`; none where it is no package's.
pub(crate) fn read_conda(fs: &dyn FileSystem, file: &VPath, prefix: &VPath) -> Option<Distribution> {
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
        #[serde(default)]
        files: Vec<String>,
    }
    let bytes = fs.read(file, MOST_BYTES).ok()?;
    let package: Package = serde_json::from_slice(&bytes).ok()?;
    let is_native = |file: &&String| is_native_name(file.rsplit('/').next().unwrap_or_default().as_bytes());
    Some(Distribution {
        name: package.name,
        version: package.version,
        metadata: Some(file.clone()),
        recorded: package.files.iter().filter(is_native).map(|file| prefix.join(file)).collect(),
        installer: "conda".into(),
        ..Distribution::default()
    })
}

#[cfg(test)]
mod tests {
    use super::{Distribution, Tag};

    #[test]
    fn what_is_installed_tells_what_its_wheel_was_called() {
        let tag = |platform: &str| Tag { python: "cp311".into(), abi: "cp311".into(), platform: platform.into() };
        let tags = vec![tag("manylinux_2_17_x86_64"), tag("manylinux2014_x86_64")];
        let installed =
            Distribution { name: "numba".into(), version: "0.60.0".into(), tags, ..Distribution::default() };
        let name = "numba-0.60.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";
        assert_eq!(installed.wheel_name().as_deref(), Some(name));
        assert_eq!(Distribution { tags: Vec::new(), ..installed }.wheel_name(), None);
    }
}
