//! auditwheel: the platform tag that a wheel for Linux really deserves, and what it is refused for.
//!
//! As auditwheel 6.8 reckons (`wheel_abi.py`, `policy/__init__.py`, `main_show.py`, `repair.py`): the versions of symbols
//! that all files together ask for, and the libraries that neither the wheel has nor the tag promises. Of what lies outside
//! only the names matter here, and the versions that they ask for in their turn. Not told: forbidden symbols, and
//! instructions beyond the processor's base.

use std::collections::{BTreeMap, BTreeSet};

use super::Complaint;
use super::policies::{Policies, policies};
use crate::diagnose::{Evidence, Facts, Severity};
use crate::discover::DistributionId;
use crate::image::{Format, Name};
use crate::vfs::VPath;
use crate::world::{FileId, System};

/// What auditwheel makes of one wheel.
pub(in crate::diagnose) struct Judged {
    /// The file that stands for the wheel: the first one.
    pub file: FileId,
    /// `a-1.0-cp311-cp311-linux_x86_64.whl`
    pub wheel: String,
    /// The tag that it deserves: `manylinux_2_28_x86_64`, `linux_x86_64`.
    pub tag: String,
    /// The next older tag, and what keeps the wheel from it.
    pub next: Option<(String, Vec<Obstacle>)>,
    /// The tag that its name claims and that is older than what it deserves, and what is against it.
    pub claimed: Option<(String, Vec<Obstacle>)>,
    /// What has to be copied into the wheel for that tag, and where it is missing.
    externals: BTreeMap<Name, External>,
}

/// Something that a tag does not promise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::diagnose) struct Obstacle {
    /// `GLIBC_2.27`, `libssl.so.3`
    pub what: String,
    pub file: VPath,
}

impl Obstacle {
    /// Is it a symbol's version, not a library?
    pub(in crate::diagnose) fn is_version(&self) -> bool {
        !self.what.contains(".so")
    }
}

/// A library that is not in the wheel.
struct External {
    by: FileId,
    is_located: bool,
}

/// The files of one wheel, and what they ask for.
struct Wheel<'a> {
    facts: &'a Facts<'a>,
    files: Vec<FileId>,
    processor: String,
    policies: &'static Policies,
}

/// Every wheel for Linux that is looked at; of an environment every distribution that has native files.
pub(in crate::diagnose) fn judged(facts: &Facts) -> Vec<Judged> {
    let mut by_owner = BTreeMap::<DistributionId, Vec<FileId>>::new();
    for (_, file, _, owner) in facts.files() {
        let content = facts.scan.world.file(file);
        if content.image.as_ref().is_some_and(|image| image.format == Format::Elf && facts.fits(image)) {
            by_owner.entry(owner).or_default().push(file);
        }
    }
    let judge = |(owner, mut files): (DistributionId, Vec<FileId>)| {
        files.sort_by_cached_key(|&file| facts.path(file));
        let processor = facts.scan.world.file(*files.first()?).image.as_ref()?.arch.to_string();
        Wheel { facts, files, processor, policies: policies() }.judged(owner)
    };
    by_owner.into_iter().filter_map(judge).collect()
}

/// What `auditwheel repair` says of each wheel.
pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for judged in judged(facts) {
        for (name, external) in &judged.externals {
            let path = facts.path(external.by);
            if is_libpython(name) {
                let words = format!(
                    "Removing {name} dependency from {path}. Linking with libpython is forbidden for manylinux/musllinux \
                     wheels."
                );
                let message =
                    format!("{path} is linked with {name}, which no wheel may be: auditwheel takes the need out");
                let complaint = Complaint::new(Severity::Warning, external.by, name.to_string(), message);
                let mend = "link the extension without libpython (the interpreter has its symbols)";
                complaints.push(complaint.printing(words).mended_by(mend, None));
            } else if !external.is_located {
                let words = format!("Cannot repair wheel, because required library \"{name}\" could not be located");
                let message =
                    format!("auditwheel repair stops at {path}: it needs {name}, which is nowhere to be copied from");
                let complaint = Complaint::new(Severity::Error, external.by, name.to_string(), message);
                let mend = "install the library where the wheel is repaired; or, where another wheel or the user's system \
                            brings it, exclude it";
                let command = format!("auditwheel repair --exclude {name} {}", judged.wheel);
                complaints.push(complaint.printing(words).mended_by(mend, Some(command)));
            }
        }
    }
    complaints
}

/// `libpython3.11.so.1.0` (`LIBPYTHON_RE` of `lddtree.py`)
fn is_libpython(name: &Name) -> bool {
    let text = name.to_string();
    let Some((number, ending)) = text.strip_prefix("libpython").and_then(|rest| rest.split_once(".so")) else {
        return false;
    };
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    number.trim_end_matches('m').chars().all(is_number) && number.contains('.') && ending.chars().all(is_number)
}

/// The program's own loader is no library of anybody's.
fn is_loader(name: &str) -> bool {
    name.contains("ld-linux") || matches!(name, "ld64.so.1" | "ld64.so.2")
}

impl Wheel<'_> {
    fn judged(&self, owner: DistributionId) -> Option<Judged> {
        let facts = self.facts;
        let file = *self.files.first()?;
        let is_musl = matches!(facts.scan.world.host.system, System::Musl(_));
        let wheels = &facts.scan.target.wheels;
        let distribution = facts.scan.distributions.get(owner);
        let known = wheels.iter().find(|wheel| wheel.name == distribution.name);
        let wheel = known.map_or_else(|| distribution.pinned(), |wheel| VPath::new(wheel.path.file_name()).to_string());
        if is_musl {
            return Some(self.of_musl(file, wheel));
        }
        let first = self.policies.first(&self.processor)?;
        let tagged = |release: usize| format!("{}_{}", self.policies.name(release), self.processor);
        let deserved = (first..self.policies.len()).find(|&release| self.obstacles(release).is_empty());
        // What `auditwheel repair` copies in is what its symbols alone would allow.
        let by_symbols = (first..self.policies.len()).find(|&release| self.too_recent(release, true).is_empty());
        let externals = self.externals(by_symbols.unwrap_or(self.policies.len() - 1));
        let next = match deserved {
            Some(release) => release.checked_sub(1).filter(|&next| next >= first),
            None => Some(self.policies.len() - 1),
        };
        let claims = facts.tags(owner).iter().filter_map(|tag| self.policies.tagged(&tag.platform, &self.processor));
        let claimed = claims.min().filter(|&claimed| deserved.is_none_or(|deserved| claimed < deserved));
        let with_obstacles = |release: usize| (tagged(release), self.obstacles(release));
        Some(Judged {
            file,
            wheel,
            tag: deserved.map_or_else(|| format!("linux_{}", self.processor), tagged),
            next: next.map(with_obstacles),
            claimed: claimed.map(with_obstacles),
            externals,
        })
    }

    fn of_musl(&self, file: FileId, wheel: String) -> Judged {
        let externals = self.not_in(&|name| self.policies.musllinux_has(name));
        let tag = format!("{}_{}", self.policies.musllinux(), self.processor);
        let obstacles: Vec<Obstacle> = self.external_obstacles(&externals);
        match obstacles.is_empty() {
            true => Judged { file, wheel, tag, next: None, claimed: None, externals },
            false => {
                let linux = format!("linux_{}", self.processor);
                Judged { file, wheel, tag: linux, next: Some((tag, obstacles)), claimed: None, externals }
            }
        }
    }

    /// What a release does not promise of what the wheel asks for.
    fn obstacles(&self, release: usize) -> Vec<Obstacle> {
        let mut obstacles = self.too_recent(release, true);
        obstacles.extend(self.external_obstacles(&self.externals(release)));
        obstacles
    }

    fn external_obstacles(&self, externals: &BTreeMap<Name, External>) -> Vec<Obstacle> {
        let obstacle = |(name, external): (&Name, &External)| Obstacle {
            what: name.to_string(),
            file: self.facts.path(external.by),
        };
        externals.iter().map(obstacle).collect()
    }

    /// The versions of symbols that are newer than a release, each with the first file that asks for it; those of the
    /// libraries that would be copied in count too.
    fn too_recent(&self, release: usize, with_externals: bool) -> Vec<Obstacle> {
        let world = &self.facts.scan.world;
        let copied = if with_externals { self.externals(release) } else { BTreeMap::new() };
        let located = copied.keys().filter_map(|name| {
            self.facts.scan.graph.nodes().find_map(|(node, _)| {
                let file = self.facts.scan.file_of(node)?;
                (world.file(file).path.file_name() == &**name).then_some(file)
            })
        });
        let mut seen = BTreeSet::new();
        let mut obstacles = Vec::new();
        for file in self.files.iter().copied().chain(located) {
            let content = world.file(file);
            let versions = content.image.as_ref().map_or(&[][..], |image| &image.versions);
            for wanted in versions.iter().filter(|wanted| !is_loader(&wanted.from.to_string())) {
                let version = wanted.version.to_string();
                if !self.policies.has_version(release, &self.processor, &version) && seen.insert(version.clone()) {
                    obstacles.push(Obstacle { what: version, file: self.facts.path(file) });
                }
            }
        }
        obstacles.sort();
        obstacles
    }

    fn externals(&self, release: usize) -> BTreeMap<Name, External> {
        self.not_in(&|name| self.policies.has_library(release, name))
    }

    /// The libraries that the wheel needs, directly or through others, and neither has itself nor is promised.
    fn not_in(&self, is_promised: &dyn Fn(&str) -> bool) -> BTreeMap<Name, External> {
        let graph = &self.facts.scan.graph;
        let mut externals = BTreeMap::<Name, External>::new();
        let mut queue: Vec<(FileId, FileId)> = self.files.iter().map(|&file| (file, file)).collect();
        let mut seen: BTreeSet<FileId> = self.files.iter().copied().collect();
        while let Some((file, by)) = queue.pop() {
            let Some(node) = graph.file(file) else { continue };
            for (_, edge) in graph.needs(node) {
                let name = edge.name.to_string();
                if is_loader(&name) || is_promised(&name) {
                    continue;
                }
                let found = edge.resolution.file();
                // What comes with the wheel is not to be copied in.
                if found.is_some_and(|found| self.facts.owner(found).is_some()) {
                    continue;
                }
                let external = External { by, is_located: found.is_some() };
                externals.entry(edge.name.clone()).or_insert(external);
                queue.extend(found.filter(|&found| seen.insert(found)).map(|found| (found, by)));
            }
        }
        externals
    }
}

impl Judged {
    /// The sentence of `auditwheel show`, unwrapped.
    pub(in crate::diagnose) fn shown(&self) -> String {
        format!("{} is consistent with the following platform tag: \"{}\".", self.wheel, self.tag)
    }

    /// What keeps the wheel from a tag, as evidence.
    pub(in crate::diagnose) fn evidence(obstacles: &[Obstacle]) -> Vec<Evidence> {
        let header = |obstacle: &Obstacle| Evidence::Header {
            name: "asks for",
            value: Name::from(&format!("{} ({})", obstacle.what, obstacle.file)),
        };
        obstacles.iter().map(header).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::is_libpython;
    use crate::image::Name;

    #[test]
    fn python_s_own_library_is_known_by_its_name() {
        for name in ["libpython3.11.so.1.0", "libpython3.7m.so.1.0", "libpython3.11.so"] {
            assert!(is_libpython(&Name::from(name)), "{name}");
        }
        for name in ["libpython3.so", "libpythonx.so", "libpython3.11.dylib", "libboost_python3.so.1"] {
            assert!(!is_libpython(&Name::from(name)), "{name}");
        }
    }
}
