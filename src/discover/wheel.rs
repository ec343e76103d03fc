//! Wheels as a target: what their names and their `WHEEL` files tell of the Python, the processor and the system that
//! they are for.

use crate::command::Remedy;
use crate::command::templates::DYLENS;
use std::sync::Arc;

use super::{Kind, Machine, Note, Target, python, system};
use crate::error::Error;
use crate::image::{Arch, Name, Release};
use crate::vfs::wheel::{Contents, Overwritten};
use crate::vfs::{FileSystem, VPath, Wheels};
use crate::world::{Dyld, Host, Python, System, Windows};

/// A wheel, as its file name and its metadata tell (PEP 427).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wheel {
    /// The `.whl` file.
    pub path: VPath,
    /// As the file name spells it; as its `.dist-info` folder does where the file is called otherwise.
    pub name: String,
    pub version: String,
    /// Tells two builds of one version apart; empty for most.
    pub build: String,
    /// What it fits, by the file name; by [`Wheel::declared`] where that tells nothing.
    pub tags: Vec<Tag>,
    /// The `Tag` lines of its `WHEEL`.
    pub declared: Vec<Tag>,
    /// What made it, and what changed it later.
    pub generator: String,
    /// `Root-Is-Purelib`: made without any processor in mind.
    pub is_pure: bool,
}

/// A combination that a wheel fits (PEP 425): `cp311-cp311-manylinux_2_17_x86_64`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    pub python: String,
    pub abi: String,
    pub platform: String,
}

/// The loader that a platform tag is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Glibc,
    Musl,
    Mac,
    Windows,
    /// One that dylens does not know.
    Other,
}

/// Platforms whose loaders dylens does not know: how their tags begin (PEP 738, PEP 730, PEP 776 and its forerunners), and
/// what people call them.
const UNJUDGED: [(&str, &str); 5] = [
    ("android_", "Android"),
    ("ios_", "iOS"),
    ("emscripten_", "WebAssembly"),
    ("pyodide_", "WebAssembly"),
    ("pyemscripten_", "WebAssembly"),
];

/// What platform tags call processors, where that is not their name elsewhere: the ABIs of Android's NDK.
const ANDROID_ABIS: [(&str, &str); 3] = [("arm64_v8a", "aarch64"), ("armeabi_v7a", "armv7l"), ("x86", "i686")];

/// More than any wheel fits, and few enough for a text that is made to multiply.
const MOST_TAGS: usize = 1000;

impl Tag {
    /// The combinations of a compressed set, `py2.py3-none-any`; none where the text is no such set.
    pub fn set(text: &str) -> Vec<Tag> {
        let mut parts = text.split('-');
        let (Some(pythons), Some(abis), Some(platforms), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Vec::new();
        };
        let fitting = pythons.split('.').flat_map(|python| abis.split('.').map(move |abi| (python, abi)));
        let all = fitting.flat_map(|(python, abi)| platforms.split('.').map(move |platform| (python, abi, platform)));
        let tag = |(python, abi, platform): (&str, &str, &str)| Tag {
            python: python.into(),
            abi: abi.into(),
            platform: platform.into(),
        };
        all.take(MOST_TAGS).map(tag).collect()
    }

    /// The one version that it fits: `cp311` is 3.11, `cp39-abi3` and `py3` are many.
    fn version(&self) -> Option<(u16, u16)> {
        let number = self.python.strip_prefix("cp").or_else(|| self.python.strip_prefix("pp"))?;
        let (major, minor) = number.split_at_checked(1)?;
        (!self.abi.starts_with("abi3")).then_some((major.parse().ok()?, minor.parse().ok()?))
    }

    /// `cp313t`, without the global lock.
    fn is_free_threaded(&self) -> bool {
        self.abi.starts_with("cp") && self.abi.ends_with('t')
    }

    fn family(&self) -> Option<Family> {
        let is = |start| self.platform.starts_with(start);
        match () {
            () if is("manylinux") || is("linux") => Some(Family::Glibc),
            () if is("musllinux") => Some(Family::Musl),
            () if is("macosx") => Some(Family::Mac),
            () if is("win") => Some(Family::Windows),
            () if !self.is_judged() => Some(Family::Other),
            () => None,
        }
    }

    /// Can it be told what loads there? Of wheels for Android, iOS and WebAssembly only what they hold is shown.
    pub fn is_judged(&self) -> bool {
        self.unjudged_system().is_none()
    }

    /// What people call the system, where it cannot be told what loads there.
    pub fn unjudged_system(&self) -> Option<&'static str> {
        UNJUDGED.iter().find(|(start, _)| self.platform.starts_with(start)).map(|(_, system)| *system)
    }

    /// Does it promise nothing but to run where it was built (`linux_x86_64`)?
    fn is_local(&self) -> bool {
        self.platform.starts_with("linux_")
    }

    /// The processor that it is for; none where there are several (`universal2`) or any.
    pub(crate) fn arch(&self) -> Option<Arch> {
        match self.platform.as_str() {
            "win32" => Arch::named("i686"),
            "win_amd64" => Arch::named("x86_64"),
            platform => {
                let platform = platform.trim_end_matches("_iphoneos").trim_end_matches("_iphonesimulator");
                let ends_with = |word: &str| platform.strip_suffix(word).is_some_and(|start| start.ends_with('_'));
                let is_android = self.unjudged_system() == Some("Android");
                let of_android = ANDROID_ABIS.iter().find(|(abi, _)| is_android && ends_with(abi));
                match of_android {
                    Some((_, word)) => Arch::named(word),
                    None => Arch::NAMES.iter().find(|(word, _)| ends_with(word)).map(|(_, arch)| *arch),
                }
            }
        }
    }

    /// The processors of Apple that it promises to run on; `universal2` promises two (PEP 425, `packaging.tags`).
    pub fn mac_archs(&self) -> &'static [Arch] {
        const I386: Arch = Arch { machine: crate::image::Machine::X86, bits: 32, big_endian: false };
        let Some((_, word)) = self.mac() else { return &[] };
        match word {
            "arm64" => &[Arch::AARCH64],
            "x86_64" => &[Arch::X86_64],
            "universal2" => &[Arch::X86_64, Arch::AARCH64],
            "intel" => &[Arch::X86_64, I386],
            _ => &[],
        }
    }

    /// The oldest macOS that it promises to run on with a processor; none where it says nothing of that.
    pub fn oldest_mac(&self, arch: Arch) -> Option<Release> {
        let (release, _) = self.mac()?;
        // No Mac with Apple silicon runs anything older than 11.0.
        let least = if arch == Arch::AARCH64 { Release::new(11, 0) } else { Release::default() };
        self.mac_archs().contains(&arch).then(|| release.max(least))
    }

    /// `11.0` and `arm64` of `macosx_11_0_arm64`.
    fn mac(&self) -> Option<(Release, &str)> {
        let rest = self.platform.strip_prefix("macosx_")?;
        let (major, rest) = rest.split_once('_')?;
        let (minor, word) = rest.split_once('_')?;
        Some((Release::new(major.parse().ok()?, minor.parse().ok()?), word))
    }

    /// The endings of extension modules of that Python on that system, best first.
    fn suffixes(&self) -> Vec<Name> {
        let is_windows = self.family() == Some(Family::Windows);
        // `none` is no ABI: the interpreter alone is told.
        let abi = if self.abi == "none" { &self.python } else { &self.abi };
        let names = |names: &[&str]| names.iter().map(Name::from).collect();
        match (abi.strip_prefix("cp"), is_windows) {
            (Some(digits), true) => {
                names(&[&format!(".cp{}-{}.pyd", digits.trim_end_matches('m'), self.platform), ".pyd"])
            }
            (Some(digits), false) => self
                .system()
                .map_or_else(Vec::new, |system| python::suffixes_of(&format!(".cpython-{digits}-{system}.so"))),
            (None, true) => names(&[".pyd"]),
            (None, false) if abi.starts_with("pypy") => {
                let abi = abi.replace('_', "-");
                self.system().map_or_else(Vec::new, |system| python::suffixes_of(&format!(".{abi}-{system}.so")))
            }
            (None, false) if abi.starts_with("abi3") => names(&[".abi3.so", ".so"]),
            (None, false) => Vec::new(),
        }
    }

    /// What the suffix of an extension module says of its system: CPython's `PLATFORM_TRIPLET`.
    fn system(&self) -> Option<String> {
        let libc = match self.family()? {
            Family::Mac => return Some("darwin".into()),
            Family::Other => return self.unjudged_triplet(),
            // Before 3.11 CPython told no musl from glibc (bpo-43112).
            Family::Musl if self.version().is_none_or(|version| version >= (3, 11)) => "musl",
            _ => "gnu",
        };
        Some(match self.arch()?.to_string().as_str() {
            "i686" => format!("i386-linux-{libc}"),
            "armv7l" => format!("arm-linux-{libc}eabihf"),
            "ppc64le" => format!("powerpc64le-linux-{libc}"),
            other => format!("{other}-linux-{libc}"),
        })
    }

    /// As [`Tag::system`], of platforms that are not judged: configure.ac of CPython 3.13.
    fn unjudged_triplet(&self) -> Option<String> {
        Some(match self.unjudged_system()? {
            "iOS" => self.platform.rsplit('_').next()?.to_owned(),
            "Android" => match self.arch()?.to_string().as_str() {
                "armv7l" => "arm-linux-androideabi".into(),
                arch => format!("{arch}-linux-android"),
            },
            _ => "wasm32-emscripten".into(),
        })
    }
}

impl Wheel {
    /// `tsdownsample 0.1.3`; the file's name where nothing tells more.
    pub fn title(&self) -> String {
        match self.name.is_empty() {
            true => VPath::new(self.path.file_name()).to_string(),
            false => format!("{} {}", self.name, self.version).trim_end().to_owned(),
        }
    }

    /// What it fits, in few words: `cp311 macosx_11_0_arm64`, `cp39-abi3 macosx_10_9_universal2`.
    pub fn fits(&self) -> String {
        let mut words: [Vec<String>; 2] = [Vec::new(), Vec::new()];
        for tag in &self.tags {
            let python = match tag.abi == tag.python || tag.abi == "none" {
                true => tag.python.clone(),
                false => format!("{}-{}", tag.python, tag.abi),
            };
            for (words, word) in words.iter_mut().zip([python, tag.platform.clone()]) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        words.map(|words| words.join(".")).join(" ").trim().to_owned()
    }

    /// Reads the name of a wheel and its `WHEEL`. Nothing of either is an error: an unknown wheel is one without tags.
    fn read(fs: &dyn FileSystem, contents: &Contents) -> Wheel {
        let mut wheel = Wheel { path: contents.wheel.clone(), ..Wheel::default() };
        if let Some(metadata) = &contents.metadata {
            let text = super::distribution::wheel_file(fs, metadata);
            wheel.generator = text.generator();
            wheel.is_pure = text.values("Root-Is-Purelib").any(|value| value.eq_ignore_ascii_case("true"));
            wheel.declared = text.values("Tag").flat_map(Tag::set).take(MOST_TAGS).collect();
            (wheel.name, wheel.version) = super::distribution::named(metadata);
        }
        let file = contents.wheel.text();
        match FileName::of(&file) {
            Some(file) => {
                (wheel.name, wheel.version) = (file.name.into(), file.version.into());
                wheel.build = file.build.into();
                wheel.tags = file.tags;
            }
            None => wheel.tags.clone_from(&wheel.declared),
        }
        wheel
    }
}

/// `NAME-VERSION(-BUILD)?-PYTHON-ABI-PLATFORM.whl`
struct FileName<'a> {
    name: &'a str,
    version: &'a str,
    build: &'a str,
    tags: Vec<Tag>,
}

impl FileName<'_> {
    fn of(path: &str) -> Option<FileName<'_>> {
        let stem = path.rsplit('/').next()?;
        let stem = stem.get(..stem.len().checked_sub(WHL.len())?)?;
        let (name, rest) = stem.split_once('-')?;
        let (version, rest) = rest.split_once('-')?;
        // A build tag starts with a digit, which no Python does.
        let (build, tags) = match rest.starts_with(|first: char| first.is_ascii_digit()) {
            true => rest.split_once('-')?,
            false => ("", rest),
        };
        let tags = Tag::set(tags);
        (!tags.is_empty()).then_some(FileName { name, version, build, tags })
    }
}

const WHL: &str = ".whl";

/// Is this what wheels are called?
pub(crate) fn is_wheel_name(path: &VPath) -> bool {
    let name = path.file_name();
    name.len() > WHL.len() && name[name.len() - WHL.len()..].eq_ignore_ascii_case(WHL.as_bytes())
}

/// Lays the wheels over the file system and tells whom they are for.
///
/// # Errors
/// As [`Wheels::over`].
pub(super) fn target(
    fs: &Arc<dyn FileSystem>,
    machine: &Machine,
    paths: &[VPath],
    is_for_here: bool,
) -> Result<Target, Error> {
    let over = Wheels::over(fs.clone(), paths)?;
    let wheels: Vec<Wheel> = over.contents().iter().map(|contents| Wheel::read(&over, contents)).collect();
    let root = over.root().clone();
    let host = host(&over, machine, &wheels, &root, is_for_here);
    let notes = over.overwritten().iter().map(note).collect();
    let fs: Arc<dyn FileSystem> = Arc::new(over);
    let is_foreign = wheels.iter().flat_map(|wheel| &wheel.tags).any(|tag| !tag.is_judged());
    Ok(Target { walk: vec![root.clone()], notes, wheels, is_foreign, ..Target::new(&fs, Kind::Wheel, &root, host) })
}

/// A system as the tags ask for it.
///
/// A wheel is judged by what its tag promises: by a loader without any directory of its own, which is granted what every such
/// system has; all else has to come with the wheel or what it requires. What is asked for this machine, and what promises no
/// more than to run where it was built (`linux_x86_64`), is judged by this machine's loader, with its environment, where that
/// is for the same C library and processor.
fn host(fs: &dyn FileSystem, machine: &Machine, wheels: &[Wheel], root: &VPath, is_for_here: bool) -> Host {
    let tags: Vec<&Tag> = wheels.iter().flat_map(|wheel| &wheel.tags).collect();
    let mut families: Vec<Family> = Vec::new();
    for family in tags.iter().filter_map(|tag| tag.family()) {
        if !families.contains(&family) {
            families.push(family);
        }
    }
    let arch = only(tags.iter().filter(|tag| tag.platform != "any").map(|tag| tag.arch())).flatten();
    let python = Some(interpreter(&tags, root));
    let here = |system| Host { arch, python: python.clone(), ..system::host(fs, machine, system) };
    let elsewhere = |system| Host { arch, python: python.clone(), system, ..Host::default() };
    match families[..] {
        // Any system, or either C library: nothing speaks against this machine's.
        [] | [Family::Glibc, Family::Musl] | [Family::Musl, Family::Glibc] => here(system::system(fs, machine, None)),
        [family @ (Family::Glibc | Family::Musl)] => {
            let is_musl = family == Family::Musl;
            let is_for_here = is_for_here || tags.iter().any(|tag| tag.is_local());
            match system::system_for(fs, machine, is_musl, arch).filter(|_| is_for_here) {
                Some(system) => here(system),
                None => elsewhere(system::bare(is_musl, arch)),
            }
        }
        [Family::Windows] => elsewhere(System::Windows(Windows::default())),
        [Family::Mac] => Host { packager: "brew".into(), ..elsewhere(System::Dyld(Dyld::default())) },
        [Family::Other] => elsewhere(System::Unjudged),
        _ => elsewhere(System::Unknown),
    }
}

/// The Python that would import the modules: of one version where the tags agree, and with the endings of all.
fn interpreter(tags: &[&Tag], root: &VPath) -> Python {
    let mut suffixes: Vec<Name> = Vec::new();
    for suffix in tags.iter().flat_map(|tag| tag.suffixes()) {
        if !suffixes.contains(&suffix) {
            suffixes.push(suffix);
        }
    }
    // The longest name that fits is the module's own ending.
    suffixes.sort_by_key(|suffix| std::cmp::Reverse(suffix.iter().filter(|&&byte| byte == b'.').count()));
    Python {
        version: only(tags.iter().filter_map(|tag| tag.version())),
        free_threaded: !tags.is_empty() && tags.iter().all(|tag| tag.is_free_threaded()),
        path: vec![root.clone()],
        suffixes,
        ..Python::default()
    }
}

/// The value that all have; none where they differ or are none.
fn only<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|other| other == first).then_some(first)
}

fn note(overwritten: &Overwritten) -> Note {
    let Overwritten { earlier, later, files } = overwritten;
    let name = |wheel: &VPath| VPath::new(wheel.file_name()).to_string();
    let many = match files.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let first = files.first().cloned().unwrap_or_default();
    let what = format!("{} overwrites {first}{many} of {}; the later wheel counts", name(later), name(earlier));
    Note::new(later, what, Remedy::new("look at them one by one").fix(DYLENS.with(&[earlier])))
}

#[cfg(test)]
mod tests;
