//! auditwheel: the platform tag that a wheel for Linux really deserves, what it would copy in, and what it refuses.
//!
//! As auditwheel 4.0 to 6.8 reckons (`wheel_abi.py`, `policy/__init__.py`, `main_show.py`, `main_repair.py`, `repair.py`): the
//! versions of symbols that all files together ask for, the libraries that neither the wheel has nor the tag promises, the
//! forbidden symbols that they take from libraries which it does promise, and the levels of x86-64 that they cannot do without.
//! Versions before 4.0 are judged as 4.0, newer ones as the newest known. Not told: what its options change (`--exclude`,
//! `--disable-isa-ext-check`), and where it looks other than the loader (`--ldpaths`, `AUDITWHEEL_LD_LIBRARY_PATH`).

use crate::command::Remedy;
use crate::command::templates::{AUDITWHEEL_ANY_ISA, AUDITWHEEL_AS, AUDITWHEEL_EXCLUDING};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Complaint;
use super::policies::{Known, policies};
use crate::diagnose::{Evidence, Facts, Severity};
use crate::discover::tool::Version;
use crate::discover::{DistributionId, Kind, Tool};
use crate::image::{Arch, Format, Name, NeedKind};
use crate::vfs::VPath;
use crate::world::{FileId, System};

/// The newest release whose source was read.
const NEWEST: Version = Version::new(6, 8, 2);
/// Says more than “This does not look like a platform wheel”.
const SAYS_WHAT_LACKS: Version = Version::new(5, 2, 0);
/// Python's own library is known where its number has two digits.
const KNOWS_PYTHON_3_10: Version = Version::new(5, 4, 0);
/// Levels of x86-64 count.
const CHECKS_ISA: Version = Version::new(6, 3, 0);
/// `repair` aims at the tag that the wheel deserves, not at the oldest; libpython is taken out, not passed over; the wheel's
/// name tells the processor, not the machine.
const AUTO: Version = Version::new(6, 4, 0);
/// `repair` aims at no tag for which it would have to copy more than for another.
const COPIES_LITTLE: Version = Version::new(6, 5, 1);
/// Forbidden symbols do not count where they may be absent.
const PASSES_OVER_WEAK: Version = Version::new(6, 6, 0);
/// “architecture” is spelled as dictionaries do.
const SPELLS: Version = Version::new(6, 8, 0);

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
    /// What `auditwheel show` says of what is in the way, up to where it ends.
    shown: Option<String>,
}

/// Something that a tag does not promise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::diagnose) struct Obstacle {
    pub kind: Bar,
    /// `GLIBC_2.27`, `libssl.so.3`, `uncompress2 of libz.so.1`, `x86-64-v3`
    pub what: String,
    pub file: VPath,
}

/// What is in the way of a tag.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::diagnose) enum Bar {
    Version,
    Library,
    /// Forbidden, though its library is promised.
    Symbol,
    /// Instructions beyond the processor's base.
    Instructions,
    /// Python 2 with narrow characters (UCS2).
    Narrow,
    /// Python's old floating-point traps (`PyFPE_jbuf`).
    Traps,
}

impl Obstacle {
    /// Can it be copied into the wheel?
    pub(in crate::diagnose) fn is_library(&self) -> bool {
        self.kind == Bar::Library
    }

    /// To go after “what keeps it from it:”.
    pub(in crate::diagnose) fn told(&self) -> String {
        let Obstacle { kind, what, file } = self;
        match kind {
            Bar::Version | Bar::Library => format!("{what} of {file}"),
            Bar::Symbol => format!("the black-listed {what} in {file}"),
            Bar::Instructions => format!("{what} instructions of {file}"),
            Bar::Narrow | Bar::Traps => format!("{what} in {file}"),
        }
    }
}

/// A library that is not in the wheel.
struct External {
    by: FileId,
    /// Where it would be copied from.
    found: Option<FileId>,
}

/// The files of one wheel, and what they ask for.
struct Wheel<'a> {
    facts: &'a Facts<'a>,
    owner: DistributionId,
    /// `a-1.0-cp311-cp311-linux_x86_64.whl`
    name: String,
    /// Those for the processor; never empty.
    files: Vec<FileId>,
    /// The modules, and what no other file names.
    tops: Vec<FileId>,
    known: Known,
    version: Version,
    /// The symbols of the tops' libraries that some release forbids, as library and symbol.
    suspects: Vec<(FileId, String, String)>,
    /// By release, what the tops need and neither the wheel has nor the release promises, once it was asked for.
    outside: Vec<OnceCell<BTreeMap<Name, External>>>,
}

/// Every wheel for Linux that is looked at, judged; of an environment every distribution that has native files.
pub(in crate::diagnose) fn judged(facts: &Facts) -> Vec<Judged> {
    wheels(facts).iter().map(Wheel::judged).collect()
}

fn wheels<'a>(facts: &'a Facts<'a>) -> Vec<Wheel<'a>> {
    let mut by_owner = BTreeMap::<DistributionId, Vec<FileId>>::new();
    for (_, file, _, owner) in facts.files() {
        let content = facts.survey.world.file(file);
        if content.image.as_ref().is_some_and(|image| image.format == Format::Elf && facts.fits(image)) {
            by_owner.entry(owner).or_default().push(file);
        }
    }
    by_owner.into_iter().filter_map(|(owner, files)| Wheel::of(facts, owner, files)).collect()
}

/// The version that was asked about.
fn version(facts: &Facts) -> Version {
    facts.survey.target.overrides.tool.as_ref().and_then(Tool::version).unwrap_or(NEWEST)
}

/// What auditwheel says of a wheel without a file for its processor; `others` are the names of those for another one.
pub(super) fn refusal(version: Option<Version>, processor: &str, others: &[String]) -> String {
    let version = version.unwrap_or(NEWEST);
    if !others.is_empty() {
        let word = if version >= SPELLS { "architecture" } else { "architecure" };
        return format!(
            "Invalid binary wheel: no ELF executable or shared library file (including compiled Python C extension) with a \
             '{processor}' {word} found. The following ELF files were found:\n\t{}\n",
            others.join("\n\t")
        );
    }
    match version >= SAYS_WHAT_LACKS {
        true => "This does not look like a platform wheel, no ELF executable or shared library file (including compiled Python C \
                 extension) found in the wheel archive"
            .into(),
        false => "This does not look like a platform wheel".into(),
    }
}

/// What `auditwheel repair` says of each wheel.
pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    let wheels = wheels(facts);
    let refused = if wheels.is_empty() { nothing_to_repair(facts) } else { None };
    refused.into_iter().chain(wheels.iter().flat_map(Wheel::complaints)).collect()
}

/// A wheel in which nothing is for the processor of its name.
fn nothing_to_repair(facts: &Facts) -> Option<Complaint> {
    let files: Vec<FileId> = facts.files().map(|(_, file, _, _)| file).collect();
    let &file = files.first().filter(|_| facts.survey.target.kind == Kind::Wheel)?;
    let content = |file: FileId| facts.survey.world.file(file);
    let is_elf = |file: FileId| content(file).image.as_ref().is_some_and(|image| image.format == Format::Elf);
    let elf = files.iter().filter(|&&file| is_elf(file));
    let mut others: Vec<String> = elf.map(|&file| VPath::new(content(file).path.file_name()).to_string()).collect();
    others.sort();
    let version = facts.survey.target.overrides.tool?.version();
    // Older ones go by the machine that they run on.
    if !others.is_empty() && version.is_some_and(|version| version < AUTO) {
        return None;
    }
    let processor = facts.survey.world.host.arch.map_or_else(String::new, |arch| arch.to_string());
    let words = refusal(version, &processor, &others);
    let message = match others.is_empty() {
        true => "auditwheel stops: nothing in the wheel is made for Linux".to_owned(),
        false => format!("auditwheel stops: nothing in the wheel is made for {processor}, which its name promises"),
    };
    let complaint = Complaint::new(Severity::Error, file, processor, message).printing(words);
    Some(complaint.mended_by(Remedy::new("give it a wheel for Linux, with the tag of what is in it")))
}

/// `libpython3.11.so.1.0` (`LIBPYTHON_RE` of `lddtree.py`)
fn is_libpython(name: &Name, version: Version) -> bool {
    let text = name.to_string();
    let Some((number, ending)) = text.strip_prefix("libpython").and_then(|rest| rest.split_once(".so")) else {
        return false;
    };
    let Some((major, minor)) = number.strip_suffix('m').unwrap_or(number).split_once('.') else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_known = version >= KNOWS_PYTHON_3_10 || (major.len(), minor.len()) == (1, 1);
    let is_part = |part: &[u8]| matches!(part, [b'.', digit] if digit.is_ascii_digit());
    is_known && is_number(major) && is_number(minor) && ending.as_bytes().chunks(2).all(is_part)
}

/// The program's own loader is no library of anybody's.
fn is_loader(name: &str) -> bool {
    name.contains("ld-linux") || matches!(name, "ld64.so.1" | "ld64.so.2")
}

/// The level of x86-64 beyond the base that a file cannot do without (`lddtree.py`, `_get_platform`).
fn level(facts: &Facts, file: FileId) -> Option<u8> {
    let world = &facts.survey.world;
    world.file(file).image.as_ref().filter(|image| image.arch == Arch::X86_64)?;
    let bits = world.x86_isa(file);
    [(8, 4), (4, 3), (2, 2)].into_iter().find(|(bit, _)| bits & bit != 0).map(|(_, level)| level)
}

impl<'a> Wheel<'a> {
    fn of(facts: &'a Facts<'a>, owner: DistributionId, mut files: Vec<FileId>) -> Option<Wheel<'a>> {
        let world = &facts.survey.world;
        files.sort_by_cached_key(|&file| facts.path(file));
        let processor = world.file(*files.first()?).image.as_ref()?.arch.to_string();
        let version = version(facts);
        let known = policies().known(version, &processor, matches!(world.host.system, System::Musl(_)))?;
        let distribution = facts.survey.distributions.get(owner);
        let mut wheels = facts.survey.target.wheels.iter();
        let wheel = wheels.find(|wheel| wheel.name == distribution.name);
        // What is installed was a wheel, and that is what the tool takes.
        let installed = || distribution.wheel_name().unwrap_or_else(|| distribution.pinned());
        let name = wheel.map_or_else(installed, |wheel| VPath::new(wheel.path.file_name()).to_string());
        let outside = (0..known.len()).map(|_| OnceCell::new()).collect();
        let mut wheel =
            Wheel { facts, owner, name, files, tops: Vec::new(), known, version, suspects: Vec::new(), outside };
        wheel.tops = wheel.tops();
        wheel.suspects = wheel.suspects();
        Some(wheel)
    }

    /// The modules, and what no other file of the wheel names: what auditwheel judges for libraries, forbidden symbols and
    /// instructions.
    fn tops(&self) -> Vec<FileId> {
        let world = &self.facts.survey.world;
        let contents = || self.files.iter().map(|&file| world.file(file));
        let needs: BTreeSet<Name> = contents()
            .flat_map(|content| content.image.as_ref().map_or_else(Vec::new, |image| image.needs.clone()))
            .map(|need| need.name)
            .collect();
        let is_top = |&file: &FileId| {
            self.python_of(file).is_some() || !needs.contains(&Name::from(world.file(file).path.file_name()))
        };
        self.files.iter().copied().filter(is_top).collect()
    }

    /// Is it a module by its own init function (`elf_is_python_extension`), and of which Python?
    fn python_of(&self, file: FileId) -> Option<u8> {
        let world = &self.facts.survey.world;
        let path = world.file(file).path.clone();
        let stem = path.file_name().split(|&byte| byte == b'.').next().unwrap_or_default();
        let defines = |start: &[u8]| world.defines(file, &[start, stem].concat());
        match () {
            () if defines(b"PyInit_") => Some(3),
            () if defines(b"init") || defines(b"_cffi_pypyinit_") => Some(2),
            () => None,
        }
    }

    fn suspects(&self) -> Vec<(FileId, String, String)> {
        let world = &self.facts.survey.world;
        let mut suspects = Vec::new();
        for &file in &self.tops {
            let content = world.file(file);
            let needs = content.image.iter().flat_map(|image| &image.needs).map(|need| need.name.to_string());
            let libraries: Vec<String> = needs.filter(|name| self.known.forbids_any(name)).collect();
            if libraries.is_empty() {
                continue;
            }
            let counts = |is_weak: bool| !is_weak || self.version < PASSES_OVER_WEAK;
            for taken in world.taken(file).into_iter().filter(|taken| counts(taken.is_weak)) {
                let symbol = taken.symbol.to_string();
                let from = libraries.iter().filter(|library| self.known.forbids(0, library, &symbol));
                suspects.extend(from.map(|library| (file, library.clone(), symbol.clone())));
            }
        }
        suspects
    }

    fn judged(&self) -> Judged {
        let known = &self.known;
        let deserved = (0..known.len()).find(|&release| self.obstacles(release).is_empty());
        let next = deserved.map_or(Some(known.len() - 1), |release| release.checked_sub(1));
        let tags = self.facts.tags(self.owner);
        let claims = tags.iter().filter_map(|tag| known.tagged(&tag.platform)).min();
        let claimed = claims.filter(|&claimed| deserved.is_none_or(|deserved| claimed < deserved));
        let with_obstacles = |release: usize| (known.tag(Some(release)), self.obstacles(release));
        Judged {
            file: self.files[0],
            wheel: self.name.clone(),
            tag: known.tag(deserved),
            next: next.map(with_obstacles),
            claimed: claimed.map(with_obstacles),
            shown: self.shown(),
        }
    }

    /// The sentence by which `auditwheel show` tells more and ends; none where it goes on to the libraries.
    fn shown(&self) -> Option<String> {
        let always = self.always();
        let is_barred = |kind: Bar| always.iter().any(|obstacle| obstacle.kind == kind);
        let by_symbols = (0..self.known.len()).find(|&release| self.too_recent(release).is_empty());
        let tags = if self.version >= AUTO { "manylinux/musllinux tags" } else { "manylinux1 tag" };
        match by_symbols {
            _ if is_barred(Bar::Traps) => Some(format!(
                "This wheel uses the PyFPE_jbuf function, which is not compatible with the {tags}. (see \
                 https://www.python.org/dev/peps/pep-0513/#fpectl-builds-vs-no-fpectl-builds)"
            )),
            _ if is_barred(Bar::Narrow) => Some(format!(
                "This wheel is compiled against a narrow unicode (UCS2) version of Python, which is not compatible with the {tags}."
            )),
            _ if is_barred(Bar::Instructions) => Some("This wheel depends on unsupported ISA extensions.".into()),
            Some(0) => None,
            release => Some(format!(
                "This constrains the platform tag to \"{}\". In order to achieve a more compatible tag, you would need to \
                 recompile a new wheel from source on a system with earlier versions of these libraries, such as a recent \
                 manylinux image.",
                self.known.tag(release)
            )),
        }
    }

    /// What a release does not promise of what the wheel asks for.
    fn obstacles(&self, release: usize) -> Vec<Obstacle> {
        let mut obstacles = self.unmendable(release);
        let external =
            |(name, external): (&Name, &External)| self.obstacle(Bar::Library, name.to_string(), external.by);
        obstacles.extend(self.outside(release).iter().map(external));
        obstacles
    }

    /// As [`Wheel::obstacles`], without the libraries: `auditwheel repair` can copy those in.
    fn unmendable(&self, release: usize) -> Vec<Obstacle> {
        let mut obstacles = self.too_recent(release);
        let forbidden =
            self.suspects.iter().filter(|(_, library, symbol)| self.known.forbids(release, library, symbol));
        obstacles.extend(
            forbidden
                .map(|(file, library, symbol)| self.obstacle(Bar::Symbol, format!("{symbol} of {library}"), *file)),
        );
        let beyond = self.outside(release).values().filter_map(|external| external.found);
        obstacles.extend(beyond.filter_map(|file| self.instructions(file)));
        obstacles.extend(self.always());
        obstacles
    }

    /// What no release promises.
    fn always(&self) -> Vec<Obstacle> {
        let mut obstacles: Vec<Obstacle> = self.tops.iter().filter_map(|&file| self.instructions(file)).collect();
        for &file in &self.tops {
            let Some(python) = self.python_of(file) else { continue };
            let taken = self.facts.survey.world.taken(file);
            let traps = [&b"PyFPE_jbuf"[..], b"PyFPE_dummy", b"PyFPE_counter"];
            let trapped = taken.iter().find(|taken| traps.contains(&&*taken.symbol));
            obstacles.extend(trapped.map(|taken| self.obstacle(Bar::Traps, taken.symbol.to_string(), file)));
            // Only what the linker knew to be functions, as it does where it saw libpython.
            let functions = if python == 2 { self.facts.survey.world.taken_functions(file) } else { Vec::new() };
            let narrow = functions.iter().find(|name| memchr::memmem::find(name, b"PyUnicodeUCS2_").is_some());
            obstacles.extend(narrow.map(|symbol| self.obstacle(Bar::Narrow, symbol.to_string(), file)));
        }
        obstacles
    }

    fn instructions(&self, file: FileId) -> Option<Obstacle> {
        let level = level(self.facts, file).filter(|_| self.version >= CHECKS_ISA)?;
        Some(self.obstacle(Bar::Instructions, format!("x86-64-v{level}"), file))
    }

    fn obstacle(&self, kind: Bar, what: String, file: FileId) -> Obstacle {
        Obstacle { kind, what, file: self.facts.path(file) }
    }

    /// The versions of symbols that are newer than a release, each with the first file that asks for it; those of the
    /// libraries that would be copied in count too.
    fn too_recent(&self, release: usize) -> Vec<Obstacle> {
        let world = &self.facts.survey.world;
        let copied = self.outside(release).values().filter_map(|external| external.found);
        let mut seen = BTreeSet::new();
        let mut obstacles = Vec::new();
        for file in self.files.iter().copied().chain(copied) {
            let content = world.file(file);
            let versions = content.image.as_ref().map_or(&[][..], |image| &image.versions);
            for wanted in versions.iter().filter(|wanted| !is_loader(&wanted.from.to_string())) {
                let version = wanted.version.to_string();
                if !self.known.has_version(release, &version) && seen.insert(version.clone()) {
                    obstacles.push(self.obstacle(Bar::Version, version, file));
                }
            }
        }
        obstacles.sort();
        obstacles
    }

    fn outside(&self, release: usize) -> &BTreeMap<Name, External> {
        self.outside[release].get_or_init(|| self.externals(release, &self.tops))
    }

    /// The libraries that files need, directly or through others, and that the wheel neither has nor is promised.
    fn externals(&self, release: usize, files: &[FileId]) -> BTreeMap<Name, External> {
        let graph = &self.facts.survey.graph;
        let mut externals = BTreeMap::<Name, External>::new();
        let mut queue: Vec<(FileId, FileId)> = files.iter().map(|&file| (file, file)).collect();
        let mut seen: BTreeSet<FileId> = files.iter().copied().collect();
        while let Some((file, by)) = queue.pop() {
            let Some(node) = graph.file(file) else { continue };
            for (_, edge) in graph.needs(node) {
                let name = edge.name.to_string();
                // It reads `DT_NEEDED` alone; some linkers were told of filters by mistake (`-f visibility=hidden`).
                if edge.kind != NeedKind::Normal || is_loader(&name) || self.known.has_library(release, &name) {
                    continue;
                }
                if self.version < AUTO && is_libpython(&edge.name, self.version) {
                    continue;
                }
                let found = edge.resolution.file().filter(|_| !is_libpython(&edge.name, self.version));
                // What comes with the wheel is not to be copied in, and what it needs is.
                if found.is_none_or(|found| self.facts.owner(found).is_none()) {
                    externals.entry(edge.name.clone()).or_insert(External { by, found });
                }
                queue.extend(found.filter(|&found| seen.insert(found)).map(|found| (found, by)));
            }
        }
        externals
    }

    /// The release that `repair` aims at where it is not told.
    fn aim(&self) -> usize {
        if self.version < AUTO {
            return 0;
        }
        let fits = (0..self.known.len()).find(|&release| self.unmendable(release).is_empty());
        let last = self.known.len() - 1;
        let Some(fits) = fits.filter(|_| self.version >= COPIES_LITTLE) else { return fits.unwrap_or(last) };
        let copies = |release: usize| self.outside(release).len();
        let least = (0..self.known.len()).map(copies).min().unwrap_or(0);
        (fits..=last).find(|&release| copies(release) <= least).unwrap_or(last)
    }

    fn complaints(&self) -> Vec<Complaint> {
        if let Some(refused) = self.in_purelib() {
            return vec![refused];
        }
        let aim = self.aim();
        match self.cannot_become(aim) {
            Some(refused) => vec![refused],
            None => self.copied(aim),
        }
    }

    /// Why the wheel cannot be repaired to a release at all.
    fn cannot_become(&self, aim: usize) -> Option<Complaint> {
        let mut obstacles = self.unmendable(aim);
        let (kind, because) = [
            (
                Bar::Version,
                "of the presence of too-recent versioned symbols. You'll need to compile the wheel on an older toolchain.",
            ),
            (
                Bar::Narrow,
                "it was compiled against a UCS2 build of Python. You'll need to compile the wheel against a wide-unicode \
                 build of Python.",
            ),
            (Bar::Symbol, "it depends on black-listed symbols."),
            (Bar::Instructions, "it depends on unsupported ISA extensions."),
        ]
        .into_iter()
        .find(|(kind, _)| obstacles.iter().any(|obstacle| obstacle.kind == *kind))?;
        let tag = self.known.tag(Some(aim));
        let words = format!("cannot repair \"{}\" to \"{tag}\" ABI because {because}", self.name);
        obstacles.retain(|obstacle| obstacle.kind == kind);
        let told: Vec<String> = obstacles.iter().take(3).map(Obstacle::told).collect();
        let message = format!("auditwheel repair cannot make {} a {tag}: {}", self.name, told.join(", "));
        let other = (0..self.known.len()).find(|&release| self.unmendable(release).is_empty());
        let severity = if other.is_some() { Severity::Warning } else { Severity::Error };
        let mut complaint = Complaint::new(severity, self.files[0], tag, message).printing(words);
        complaint.evidence = Judged::evidence(&obstacles);
        let remedy = match other {
            Some(other) => {
                let tag = self.known.tag(Some(other));
                Remedy::new("aim at a tag that it can have").fix(AUDITWHEEL_AS.with(&[&tag, &self.name]))
            }
            None => match kind {
                Bar::Version | Bar::Narrow => Remedy::new("build it on an older system (the manylinux images)"),
                Bar::Symbol => Remedy::new("link that library statically, or build against one without these symbols"),
                _ => Remedy::new(
                    "compile without -march=native or -march=x86-64-v3; or, where the wheel asks the processor first, skip the check",
                )
                .fix(AUDITWHEEL_ANY_ISA.with(&[&self.name])),
            },
        };
        Some(complaint.mended_by(remedy))
    }

    /// What is copied into the wheel for a release, and what is nowhere to be copied from.
    fn copied(&self, aim: usize) -> Vec<Complaint> {
        let facts = self.facts;
        let externals = self.externals(aim, &self.files);
        let mut complaints: Vec<Complaint> = self.files.iter().flat_map(|&file| self.without_libpython(file)).collect();
        for (name, external) in
            externals.iter().filter(|(name, it)| it.found.is_none() && !is_libpython(name, self.version))
        {
            let path = facts.path(external.by);
            let words = format!("Cannot repair wheel, because required library \"{name}\" could not be located");
            let message = format!("auditwheel repair stops at {path}: it needs {name}, which is not found");
            let complaint = Complaint::new(Severity::Error, external.by, name.to_string(), message).printing(words);
            let mend = "install the library where the wheel is repaired; or, if another wheel or the user's system \
                provides it, exclude it";
            let command = AUDITWHEEL_EXCLUDING.with(&[name, &self.name]);
            complaints.push(complaint.mended_by(Remedy::new(mend).fix(command)));
        }
        let found = externals.values().filter_map(|external| external.found);
        let mut copied: Vec<String> = found.map(|file| facts.survey.world.file(file).path.to_string()).collect();
        copied.sort();
        copied.dedup();
        if !copied.is_empty() {
            let folder = self.name.split(['-', '=']).next().unwrap_or(&self.name);
            let tag = self.known.tag(Some(aim));
            let list = copied.join(", ");
            let message = format!("auditwheel repair copies {list} into {folder}.libs, and calls the wheel {tag}");
            let complaint = Complaint::new(Severity::Info, self.files[0], tag, message);
            let name = externals.iter().find(|(_, external)| external.found.is_some()).map(|(name, _)| name);
            let remedy = Remedy::new("exclude what the user's system or another wheel provides");
            complaints.push(complaint.mended_by(match name {
                Some(name) => remedy.fix(AUDITWHEEL_EXCLUDING.with(&[name, &self.name])),
                None => remedy,
            }));
        }
        complaints
    }

    fn without_libpython(&self, file: FileId) -> Vec<Complaint> {
        let path = self.facts.path(file);
        let content = self.facts.survey.world.file(file);
        let needs = content.image.iter().flat_map(|image| &image.needs).map(|need| &need.name);
        let complaint = |name: &Name| {
            let words = format!(
                "Removing {name} dependency from {path}. Linking with libpython is forbidden for manylinux/musllinux wheels."
            );
            let message = format!("{path} is linked with {name}, which no wheel may be: auditwheel takes the need out");
            let complaint = Complaint::new(Severity::Warning, file, name.to_string(), message).printing(words);
            complaint.mended_by(Remedy::new("link the extension without libpython (the interpreter has its symbols)"))
        };
        needs.filter(|name| self.version >= AUTO && is_libpython(name, self.version)).map(complaint).collect()
    }

    /// A wheel with native files in the folder for pure Python, which its `RECORD` names as the archive does.
    fn in_purelib(&self) -> Option<Complaint> {
        const MOST_RECORD_BYTES: usize = 1 << 24;
        if self.facts.survey.target.kind != Kind::Wheel {
            return None;
        }
        let metadata = self.facts.survey.distributions.get(self.owner).metadata.clone()?;
        let record = self.facts.survey.world.fs().read(&metadata.join("RECORD"), MOST_RECORD_BYTES).ok()?;
        let mut names = Vec::new();
        for line in record.split(|&byte| byte == b'\n') {
            let path = line.split(|&byte| byte == b',').next().unwrap_or_default();
            let Some(folder) = path.iter().rposition(|&byte| byte == b'/').map(|end| &path[..end]) else { continue };
            let installed = self.facts.survey.target.root.join(&*crate::vfs::wheel::installed(path));
            let is_own = || self.facts.survey.world.open(&installed).is_ok_and(|file| self.files.contains(&file));
            if folder.split(|&byte| byte == b'/').any(|part| part == b"purelib") && is_own() {
                names.push(VPath::new(installed.file_name()).to_string());
            }
        }
        let first = names.first()?.clone();
        let words = format!(
            "Invalid binary wheel, found the following shared library/libraries in purelib folder:\n\t{}\nThe wheel has to be \
             platlib compliant in order to be repaired by auditwheel.",
            names.join("\n\t")
        );
        let message = format!("auditwheel stops: {first} lies in the folder for pure Python (purelib)");
        let complaint = Complaint::new(Severity::Error, self.files[0], first, message).printing(words);
        Some(complaint.mended_by(Remedy::new("build the wheel as one with native modules (platlib)")))
    }
}

impl Judged {
    /// What `auditwheel show` says of the tag, unwrapped.
    pub(in crate::diagnose) fn shown(&self) -> String {
        let tag = format!("{} is consistent with the following platform tag: \"{}\".", self.wheel, self.tag);
        match &self.shown {
            Some(more) => format!("{tag}\n{more}"),
            None => tag,
        }
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
    use super::{NEWEST, Version, is_libpython};
    use crate::image::Name;

    #[test]
    fn python_s_own_library_is_known_by_its_name() {
        let is = |name: &str, version| is_libpython(&Name::from(name), version);
        for name in ["libpython3.11.so.1.0", "libpython3.7m.so.1.0", "libpython3.11.so"] {
            assert!(is(name, NEWEST), "{name}");
        }
        for name in ["libpython3.so", "libpythonx.so", "libpython3.11.dylib", "libpython3.7mm.so", "libpython3.9.so.10"]
        {
            assert!(!is(name, NEWEST), "{name}");
        }
        let old = Version::new(5, 3, 0);
        assert!(is("libpython3.7m.so.1.0", old) && !is("libpython3.11.so.1.0", old));
    }
}
