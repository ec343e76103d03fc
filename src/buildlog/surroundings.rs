//! What a log tells of where it was written: the system, its package manager, the tool that made the program that runs.

use std::collections::BTreeSet;
use std::ops::Range;

use super::log_context::is_bundle_of_internal;
use crate::command::Template;
use crate::command::templates::{APT_FILE, DNF_PROVIDES, PACMAN_FILES, YUM_PROVIDES};
use crate::tools::{Bundler, ToolId};

/// Something that a log shows in passing, and on which the right remedy depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Alpine Linux, or musl.
    Alpine,
    /// Debian, Ubuntu, or an image made of them.
    Debian,
    /// Fedora, Red Hat and their kin.
    Fedora,
    /// Those of them that have yum and no dnf: CentOS 7, Amazon Linux 2.
    Yum,
    /// openSUSE and SUSE's own.
    Suse,
    Arch,
    Conda,
    Homebrew,
    /// macOS, by its tools.
    Mac,
    Termux,
    /// Amazon's functions.
    Lambda,
    /// An image of Amazon's functions, in which packages are installed.
    LambdaImage,
    Windows,
    /// Streamlit's Community Cloud, which installs Debian's packages from a list.
    Streamlit,
    /// Heroku, which installs Ubuntu's packages from a list.
    Heroku,
    /// Nix, or NixOS.
    Nix,
    /// NVIDIA's Jetson boards.
    Jetson,
    /// A Python of 32 bits.
    Bits32,
    /// A program that this tool made is running.
    Program(ToolId),
    /// `LD_LIBRARY_PATH` is set, or leads to where a library was found.
    LibraryPath,
    /// ldd tells where a library was found.
    Ldd,
    /// A linker is told in which folders to look.
    LinkFolder,
    /// A folder of one version of Python.
    PythonFolder,
    /// A step of the build succeeded.
    Success,
}

impl Mark {
    /// Does it show which system wrote the log?
    pub(super) fn is_of_a_system(self) -> bool {
        !matches!(
            self,
            Mark::Bits32
                | Mark::Jetson
                | Mark::Program(_)
                | Mark::LibraryPath
                | Mark::Ldd
                | Mark::LinkFolder
                | Mark::PythonFolder
                | Mark::Success
        )
    }
}

/// The texts that show it.
const MARKS: &[(&str, Mark)] = &[
    ("apk add", Mark::Alpine),
    ("alpine", Mark::Alpine),
    ("Alpine", Mark::Alpine),
    ("ld-musl-", Mark::Alpine),
    ("Error relocating /", Mark::Alpine),
    ("Error loading shared library ", Mark::Alpine),
    ("apt-get ", Mark::Debian),
    ("apt install", Mark::Debian),
    ("Debian", Mark::Debian),
    ("debian", Mark::Debian),
    ("Ubuntu", Mark::Debian),
    ("ubuntu", Mark::Debian),
    ("/x86_64-linux-gnu/", Mark::Debian),
    ("/aarch64-linux-gnu/", Mark::Debian),
    ("/arm-linux-gnueabihf/", Mark::Debian),
    ("/i386-linux-gnu/", Mark::Debian),
    ("/dist-packages/", Mark::Debian),
    ("python:3", Mark::Debian),
    ("dnf install", Mark::Fedora),
    ("yum install", Mark::Fedora),
    ("(Red Hat ", Mark::Fedora),
    ("redhat-linux", Mark::Fedora),
    ("/rpm/redhat/", Mark::Fedora),
    ("-D_GLIBCXX_ASSERTIONS", Mark::Fedora),
    ("microdnf", Mark::Fedora),
    ("CentOS", Mark::Fedora),
    ("Fedora", Mark::Fedora),
    ("fedora", Mark::Fedora),
    ("centos", Mark::Fedora),
    ("rhel", Mark::Fedora),
    ("Red Hat Enterprise Linux", Mark::Fedora),
    ("AlmaLinux", Mark::Fedora),
    ("almalinux", Mark::Fedora),
    ("Rocky Linux", Mark::Fedora),
    ("rockylinux", Mark::Fedora),
    ("dnf -y", Mark::Fedora),
    ("yum -y", Mark::Fedora),
    ("zypper ", Mark::Suse),
    ("openSUSE", Mark::Suse),
    ("opensuse", Mark::Suse),
    ("-fmessage-length=0 -grecord-gcc-switches", Mark::Suse),
    ("pacman -S", Mark::Arch),
    ("Arch Linux", Mark::Arch),
    ("archlinux", Mark::Arch),
    // The options of Red Hat's packages up to those of version 7.
    ("--param=ssp-buffer-size=4 -grecord-gcc-switches", Mark::Yum),
    ("CentOS Linux 7", Mark::Yum),
    ("CentOS Linux release 7", Mark::Yum),
    ("amazonlinux:2 ", Mark::Yum),
    ("amzn2.", Mark::Yum),
    (".el7", Mark::Yum),
    (".el", Mark::Fedora),
    (".fc", Mark::Fedora),
    ("conda", Mark::Conda),
    ("miniforge", Mark::Conda),
    ("mambaforge", Mark::Conda),
    ("micromamba", Mark::Conda),
    ("/opt/homebrew/", Mark::Homebrew),
    ("/usr/local/Cellar/", Mark::Homebrew),
    ("/Library/Developer/", Mark::Mac),
    ("Xcode.app/", Mark::Mac),
    ("not in dyld cache)", Mark::Mac),
    ("dyld[", Mark::Mac),
    ("): tried: '", Mark::Mac),
    ("Frameworks/Python.framework/", Mark::Mac),
    ("-apple-darwin", Mark::Mac),
    ("build/temp.macosx-", Mark::Mac),
    ("build/lib.macosx-", Mark::Mac),
    ("com.termux", Mark::Termux),
    ("/var/task", Mark::Lambda),
    ("/var/lang/lib/python3.", Mark::LambdaImage),
    ("Unable to import module '", Mark::Lambda),
    ("/home/appuser/", Mark::Streamlit),
    ("/home/adminuser/venv/", Mark::Streamlit),
    ("/mount/src/", Mark::Streamlit),
    ("/app/.heroku/", Mark::Heroku),
    ("/nix/store/", Mark::Nix),
    ("NixOS", Mark::Nix),
    ("nix-shell", Mark::Nix),
    ("\\site-packages\\", Mark::Windows),
    ("nvidia/l4t-", Mark::Jetson),
    ("dustynv/", Mark::Jetson),
    ("jetson", Mark::Jetson),
    ("Jetson", Mark::Jetson),
    ("JetPack", Mark::Jetson),
    ("-tegra ", Mark::Jetson),
    ("-32", Mark::Bits32),
    ("lib.win32-", Mark::Bits32),
    ("temp.win32-", Mark::Bits32),
    ("-win32.whl", Mark::Bits32),
    ("32 bit (Intel)]", Mark::Bits32),
    ("C:\\", Mark::Windows),
    ("D:\\", Mark::Windows),
    ("error 0x7e", Mark::Windows),
    ("LD_LIBRARY_PATH", Mark::LibraryPath),
    (" => /", Mark::Ldd),
    (" -L/", Mark::LinkFolder),
    ("python3.", Mark::PythonFolder),
    ("/python2.", Mark::PythonFolder),
    ("Successfully installed", Mark::Success),
    ("Successfully built", Mark::Success),
    ("Finished `", Mark::Success),
    ("Finished dev", Mark::Success),
    ("Finished release", Mark::Success),
    (" passed in ", Mark::Success),
    ("Build complete!", Mark::Success),
    ("BUILD SUCCESSFUL", Mark::Success),
    ("Fixed-up wheel written to", Mark::Success),
    ("completed successfully", Mark::Success),
];

/// Is a text of [`MARKS`] that was found at this place really a mark, by what stands around it?
pub(super) fn is_mark(line: &str, found: Range<usize>, mark: Mark) -> bool {
    let (before, text, after) = (&line[..found.start], &line[found.clone()], &line[found.end..]);
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>');
    match (mark, text) {
        (Mark::Program(ToolId::PyInstaller), "/_internal/" | "\\_internal\\") => {
            let path = before.rsplit(['"', '\'', '<']).next().unwrap_or(before);
            is_bundle_of_internal(path)
        }
        (Mark::Debian, "python:3") => {
            let image = before.rsplit(is_end).next().unwrap_or(before);
            !image.contains("alpine") && !after.split(is_end).next().is_some_and(|tag| tag.contains("alpine"))
        }
        // `.el8.x86_64`, `.el7_9`, `.fc39`: the releases in the versions of RPM packages.
        (Mark::Fedora, ".el" | ".fc") => {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let is_release = if text == ".fc" { digits == 2 } else { (1..=2).contains(&digits) };
            is_release && after[digits..].chars().next().is_none_or(|c| c == '.' || c == '_' || is_end(c))
        }
        // Packages lie below Python's own folder only where they are installed into the image.
        (Mark::LambdaImage, _) => after.contains("/site-packages/"),
        // `Python310-32\`: the folder of the installer for 32 bits.
        (Mark::Bits32, "-32") => {
            let is_folder = after.chars().next().is_none_or(|c| c == '\\' || is_end(c));
            is_folder && before.trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase().ends_with("python")
        }
        _ => true,
    }
}

/// Which program installs libraries where the log was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packager {
    Apt,
    Dnf,
    Yum,
    Apk,
    Zypper,
    Pacman,
    Brew,
    Conda,
}

impl Packager {
    /// The command that names the package which has a file; none where there is no such.
    pub(super) fn owner_search(self) -> Option<Template> {
        match self {
            Packager::Apt => Some(APT_FILE),
            Packager::Dnf => Some(DNF_PROVIDES),
            Packager::Yum => Some(YUM_PROVIDES),
            Packager::Pacman => Some(PACMAN_FILES),
            // zypper's index has no libraries or headers of what is not installed.
            Packager::Zypper | Packager::Apk | Packager::Brew | Packager::Conda => None,
        }
    }
}

/// The version at the begin of `3.11/Python.h`.
pub(super) fn python_version(text: &str) -> Option<(u8, u8)> {
    let (major, rest) = text.split_once('.')?;
    let minor = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Amazon's images of functions are Amazon Linux 2023, with dnf, from Python 3.12 on, and Amazon Linux 2 before.
const DNF_IN_LAMBDA: u8 = 12;

/// `8` of `/var/lang/lib/python3.8/site-packages/x.so`.
fn minor_of_lambda(path: &str) -> Option<u8> {
    let (_, rest) = path.split_once("/var/lang/lib/python3.")?;
    rest.split('/').next()?.parse().ok()
}

/// The package manager that belongs to these marks, and to the paths that a message names.
pub(super) fn packager(marks: &BTreeSet<Mark>, paths: &[&str]) -> Packager {
    let is_conda = |path: &&str| {
        ["conda", "miniforge", "mambaforge", "micromamba", ".pixi/envs/"]
            .iter()
            .any(|word| path.to_lowercase().contains(word))
    };
    let begins = |start: &str| paths.iter().any(|path| path.starts_with(start));
    match () {
        () if paths.iter().any(is_conda) => Packager::Conda,
        () if begins("/Users/") || begins("/opt/homebrew/") || paths.iter().any(|path| path.ends_with(".dylib")) => {
            Packager::Brew
        }
        () if marks.contains(&Mark::Alpine) && !marks.contains(&Mark::Debian) => Packager::Apk,
        () if marks.contains(&Mark::LambdaImage) => match paths.iter().find_map(|path| minor_of_lambda(path)) {
            Some(minor) if minor >= DNF_IN_LAMBDA => Packager::Dnf,
            _ => Packager::Yum,
        },
        () if marks.contains(&Mark::Yum) && !marks.contains(&Mark::Debian) => Packager::Yum,
        () if marks.contains(&Mark::Fedora) && !marks.contains(&Mark::Debian) => Packager::Dnf,
        () if marks.contains(&Mark::Suse) && !marks.contains(&Mark::Debian) => Packager::Zypper,
        () if marks.contains(&Mark::Arch) && !marks.contains(&Mark::Debian) => Packager::Pacman,
        () if marks.contains(&Mark::Homebrew) || marks.contains(&Mark::Mac) => Packager::Brew,
        () => Packager::Apt,
    }
}

/// The bundler whose program the log comes from.
pub(super) fn running(marks: &BTreeSet<Mark>) -> Option<Bundler> {
    marks.iter().find_map(|mark| if let Mark::Program(tool) = mark { Bundler::of(*tool) } else { None })
}

/// All texts that show something, those of the tools among them.
pub(super) fn marks() -> impl Iterator<Item = (&'static str, Mark)> {
    let of = |tool: &ToolId| {
        let mark = Mark::Program(*tool);
        tool.facts().running.iter().map(move |text| (*text, mark))
    };
    MARKS.iter().copied().chain(ToolId::ALL.iter().flat_map(of))
}
