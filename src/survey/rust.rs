//! Which files are Rust, how that was recognized, and which tools made them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::Survey;
use crate::discover::{Distribution, Role};
use crate::graph::Node;
use crate::image::RustSign;
use crate::vfs::VPath;
use crate::world::FileId;

/// What is known of a file that Rust made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rust {
    pub how: RustEvidence,
    /// The compiler's release, with commit and date where it says them: `1.76.0 (07dca489a 2024-02-04)`; `commit …`
    /// where the release of a commit is not known.
    pub rustc: Option<String>,
    /// Versions of the crates that decide how a module meets Python and NumPy: `pyo3`, `numpy`.
    pub crates: BTreeMap<&'static str, String>,
    /// The tools that made the wheel: `maturin (1.4.0)`.
    pub builder: Option<String>,
}

impl Rust {
    /// How it was recognized and what made the file, by name.
    pub fn told(&self) -> Vec<(&'static str, &str)> {
        let mut told = vec![("Rust", self.how.phrase())];
        told.extend(self.rustc.iter().map(|rustc| ("rustc", rustc.as_str())));
        told.extend(self.crates.get("pyo3").map(|version| ("PyO3", version.as_str())));
        told.extend(self.crates.get("numpy").map(|version| ("rust-numpy", version.as_str())));
        told.extend(self.builder.iter().map(|builder| ("built with", builder.as_str())));
        told
    }
}

/// What told that a file is Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RustEvidence {
    /// Its own bytes.
    Bytes(RustSign),
    /// maturin made the wheel, and it makes nothing else.
    Builder,
    /// The distribution says of itself that it is written in Rust.
    Classifier,
}

impl RustEvidence {
    /// What a person is told.
    pub fn phrase(self) -> &'static str {
        match self {
            RustEvidence::Bytes(sign) => sign.phrase(),
            RustEvidence::Builder => "maturin made the wheel (WHEEL)",
            RustEvidence::Classifier => "the package's classifier (METADATA)",
        }
    }
}

impl Survey {
    /// What is known of a file's Rust; none where nothing tells that it is. Reads the whole file, once.
    ///
    /// Its own bytes tell most; modules that were stripped of all text (orjson) are told by what made their wheel.
    pub fn rust(&self, file: FileId) -> Option<Rust> {
        if let Some(record) = &self.record {
            return record.rust.get(&file).cloned();
        }
        let traits = self.world.traits(file);
        let (role, owner) = self.role_and_owner(file)?;
        let by_bytes = traits.rust.as_ref().map(|rust| RustEvidence::Bytes(rust.sign));
        let how = by_bytes.or_else(|| self.rust_by_wheel(file))?;
        let mut crates = traits.rust.as_ref().map(|rust| rust.crates.clone()).unwrap_or_default();
        if crates.is_empty() && matches!(role, Role::Module(_)) {
            crates = self.crates_of(owner);
        }
        let rust = traits.rust.as_ref();
        let rustc = rust.and_then(|rust| rust.rustc.clone().or_else(|| Some(release_of(rust.commit.as_deref()?))));
        let builder = Some(owner.generator.clone()).filter(|generator| !generator.is_empty());
        Some(Rust { how, rustc, crates, builder })
    }

    /// Is it worth reading a file's body to know what made it, and what it asks for? A module's always; of libraries those
    /// for macOS, whose install names tell of Rust: to read every library of a large environment takes seconds.
    pub fn is_body_told(&self, file: FileId, role: &Role) -> bool {
        let is_mach_o = || self.world.file(file).image.as_ref().is_some_and(|image| image.mach.is_some());
        matches!(role, Role::Module(_)) || is_mach_o()
    }

    /// Reads the bodies of all files that are told of at once, for who will ask [`Survey::rust`] of each.
    pub fn read_bodies(&self) {
        let files: Vec<FileId> = self
            .graph
            .nodes()
            .filter_map(|(_, node)| match node {
                Node::File { file, role, .. } if self.is_body_told(*file, role) => Some(*file),
                _ => None,
            })
            .collect();
        files.par_iter().for_each(|&file| drop(self.world.traits(file)));
    }

    /// What a module's wheel tells of its Rust; reads nothing.
    pub fn rust_by_wheel(&self, file: FileId) -> Option<RustEvidence> {
        let (role, owner) = self.role_and_owner(file)?;
        matches!(role, Role::Module(_)).then(|| told_by(owner)).flatten()
    }

    fn role_and_owner(&self, file: FileId) -> Option<(&Role, &Distribution)> {
        match self.graph.node(self.graph.file(file)?) {
            Node::File { role, owner, .. } => Some((role, self.distributions.get(*owner))),
            _ => None,
        }
    }

    /// The crates that the bills of materials of a distribution name (CycloneDX, PEP 770). That they name `numpy` is no
    /// proof that it is used: the linker may have dropped it.
    fn crates_of(&self, distribution: &Distribution) -> BTreeMap<&'static str, String> {
        const MOST_BYTES: usize = 16 << 20;
        let read = |path: &VPath| self.world.fs().read(path, MOST_BYTES).ok();
        distribution.sboms.iter().filter_map(read).filter_map(|text| Some(("pyo3", purl(&text, b"pyo3")?))).collect()
    }
}

fn told_by(distribution: &Distribution) -> Option<RustEvidence> {
    if distribution.generator.starts_with("maturin") {
        return Some(RustEvidence::Builder);
    }
    distribution.is_rust.then_some(RustEvidence::Classifier)
}

/// `0.27.1` of `pkg:cargo/pyo3@0.27.1`.
fn purl(text: &[u8], name: &[u8]) -> Option<String> {
    let start = [b"pkg:cargo/", name, b"@"].concat();
    let rest = &text[memchr::memmem::find(text, &start)? + start.len()..];
    let end = rest.iter().position(|byte| matches!(byte, b'"' | b'?' | b'#'))?;
    String::from_utf8(rest[..end].to_vec()).ok()
}

/// The release that was built from a commit; where nobody knows it, the commit as compilers shorten it.
fn release_of(commit: &str) -> String {
    static TABLE: OnceLock<BTreeMap<&'static str, &'static str>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let lines = include_str!("../../assets/rustc-commits.tsv").lines();
        lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')).collect()
    });
    table.get(commit).map_or_else(|| format!("commit {}", &commit[..9]), |release| (*release).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{purl, release_of};

    #[test]
    fn a_commit_tells_the_release_and_an_unknown_one_only_itself() {
        assert_eq!(release_of("07dca489ac2d933c78d3c5158e3f43beefeb02ce"), "1.76.0 (07dca489a 2024-02-04)");
        assert_eq!(release_of("0123456789012345678901234567890123456789"), "commit 012345678");
    }

    #[test]
    fn a_bill_of_materials_names_a_crate_with_its_version() {
        let text = br#"{"purl": "pkg:cargo/pyo3-ffi@0.1.0"}, {"purl": "pkg:cargo/pyo3@0.27.1?x=y"}"#;
        assert_eq!(purl(text, b"pyo3").as_deref(), Some("0.27.1"));
        assert_eq!(purl(text, b"numpy"), None);
    }
}
