//! A library or header is missing where something is compiled: the package that has its development files.

mod programs;
mod windows;

pub(super) use programs::{compiler, no_compiler, of_a_child, perl, program};
pub(super) use windows::of_32_bits;

use super::absent::command;
use super::{Cause, Judged, Verdict};
use crate::buildlog::development::development;
use crate::buildlog::log_context::leaf;
use crate::buildlog::surroundings::{Mark, python_version};
use crate::buildlog::{Log, Packager};
use crate::command::templates::{
    APK_PKGCONFIG, APT_INSTALL, BREW_OPENMP, BREW_SEARCH, CONDA_INSTALL, CONDA_OPENMP, CONDA_SEARCH, DNF_INSTALL,
    DNF_PKGCONFIG, PIP_INSTALL, XCODE, YUM_INSTALL, YUM_PKGCONFIG, ZYPPER_INSTALL, ZYPPER_PKGCONFIG, ZYPPER_SEARCH,
};
use crate::command::{Command, Remedy};
use crate::diagnose::Shipped;
use programs::of_a_program;
use windows::on_windows;

/// The package of Debian with the headers of the C library.
const C_LIBRARY: &str = "libc6-dev";

pub(super) fn judge(plain: Judged, log: &Log) -> Judged {
    let told = |place: &str| plain.incident.told(place).map(str::to_owned);
    let mut asked: Vec<String> = [told("accused"), told("other")].into_iter().flatten().collect();
    let beside = asked.first().and_then(|asked| beside(&plain, log, asked)).map(str::to_owned);
    asked.extend(beside);
    let plain = of_the_package(plain, log);
    // Python 3.11 moved this header away, and what asks for it is older.
    if asked.iter().any(|name| name.ends_with("longintrepr.h")) {
        let sentence = "the C code asks for longintrepr.h, which Python 3.11 and later do not have there: it was made by a Cython for older Pythons";
        let text = "take a newer release of the package, which has wheels for this Python, or Python 3.10";
        let judged = plain.cause(Cause::PythonTooNew, Verdict::Guilty).says(sentence).mended(Remedy::new(text));
        return of_the_package(judged, log);
    }
    if let Some(source) = asked.first().filter(|asked| is_source(asked)) {
        let sentence = format!(
            "the source file {source} is not there: the archive of the package lacks it, or what writes it (Cython, SWIG) did not run"
        );
        let text = "take a wheel or another release of the package; in a checkout, bring its submodules (git submodule update --init) and install \
                    what writes the file";
        let judged = Judged { verdict: Verdict::Guilty, ..plain }.says(sentence).mended(Remedy::new(text));
        return of_the_package(judged, log);
    }
    if let Some(judged) = asked.first().and_then(|asked| of_a_package(&plain, log, asked)) {
        return judged;
    }
    let is_windows = asked.iter().any(|name| name.to_lowercase().ends_with(".lib"))
        || plain.incident.says.contains("C1083")
        || log.marks.contains(&Mark::Windows) && !log.marks.contains(&Mark::Debian);
    if asked.is_empty() {
        return plain;
    }
    if let Some(judged) = of_a_program(&plain, log, &asked[0]) {
        return judged;
    }
    if asked[0].starts_with("/usr/lib/rpm/redhat/") {
        return of_red_hat_s_options(plain, log);
    }
    if plain.incident.message.id == "compiler-file" {
        return plain;
    }
    if plain.incident.message.id == "openmp-unsupported" {
        return openmp(plain, log);
    }
    if is_windows {
        return on_windows(plain, log, &asked[0]);
    }
    let packager = packager(&plain, log);
    if packager == Packager::Brew && development(&asked[0]).is_some_and(|files| files.apt == C_LIBRARY) {
        let sentence = format!("{}: it belongs to macOS' SDK, where the compiler does not look", plain.sentence);
        let text = "install the Command Line Tools, and compile with their clang (CC=/usr/bin/clang CXX=/usr/bin/clang++): one of Homebrew's or conda's looks for the SDK \
                    where it was when that compiler was built (SDKROOT=$(xcrun --show-sdk-path) leads it there)";
        let judged = Judged { verdict: Verdict::Guilty, ..plain }.says(sentence);
        return judged.mended(Remedy::new(text).fix(Ok(XCODE.command())));
    }
    if packager == Packager::Brew && asked[0] == "stdc++" {
        let sentence = format!(
            "{}: macOS' SDK no longer has libstdc++ (since Xcode 10), which clang takes for a deployment target before macOS 10.9, or the build names",
            plain.sentence
        );
        let text = "build for macOS 10.9 or later, for which clang takes libc++: MACOSX_DEPLOYMENT_TARGET=10.9 with CXXFLAGS=-stdlib=libc++ LDFLAGS=-stdlib=libc++ before the command; where setup.py \
                    itself names stdc++, replace it by -stdlib=libc++ there, or take a newer release of the package";
        let judged = Judged { verdict: Verdict::Guilty, ..plain }.says(sentence);
        return of_the_package(judged.mended(Remedy::new(text)), log);
    }
    let mut commands: Vec<Command> = Vec::new();
    let of_python = of_this_python(&asked[0], packager, log);
    let is_without_tool = plain.incident.message.id == "pkg-config-missing-for";
    let with_tool = |files: Shipped| if is_without_tool { beside_pkg_config(&files) } else { files };
    let is_of_one_python = of_python.is_some();
    let names = || asked.iter().filter(|_| !is_of_one_python);
    let of = |packager: Packager| names().filter_map(move |name| command(packager, &with_tool(development(name)?)));
    // Where nothing shows the system, its package has one name on Debian and another on Fedora.
    let is_unknown = log.is_of_unknown_system() && packager == Packager::Apt;
    let of_fedora = is_unknown.then(|| of(Packager::Dnf)).into_iter().flatten();
    for install in of_python.into_iter().chain(of(packager)).chain(of_fedora) {
        if !commands.contains(&install) {
            commands.push(install);
        }
    }
    let formula = development(&asked[0]).map(|files| files.brew).filter(|name| !name.is_empty());
    let remedy = match commands.is_empty() {
        false => {
            let text = "install the development files, on the machine or in the image that builds it; or take a release of the package that has a \
                        wheel for this Python and system";
            let text = match formula.filter(|_| packager == Packager::Brew) {
                Some(formula) if is_of_pkg_config(&plain) => format!(
                    "{text}. Where Homebrew has it already, lead pkg-config to it: PKG_CONFIG_PATH=\"$(brew --prefix {formula})/lib/pkgconfig\""
                ),
                Some(formula) => format!(
                    "{text}. Where Homebrew has it already, lead the compiler to it: LDFLAGS=\"-L$(brew --prefix {formula})/lib\" CPPFLAGS=\"-I$(brew --prefix \
                     {formula})/include\""
                ),
                None => text.to_owned(),
            };
            commands.into_iter().fold(Remedy::new(text), |remedy, command| remedy.fix(Ok(command)))
        }
        true => searched(&plain, packager, &asked[0]),
    };
    let remedy = match asked[0] == "pg" {
        true => Remedy { text: format!("{}: psycopg2-binary instead of psycopg2", remedy.text), ..remedy },
        false => remedy,
    };
    Judged { verdict: Verdict::Guilty, ..plain }.mended(remedy)
}

/// Red Hat's Python compiles extensions with the options of the system's packages, some of which are files.
fn of_red_hat_s_options(plain: Judged, log: &Log) -> Judged {
    let sentence = format!(
        "{}: this Python compiles with the options of Red Hat's own packages, of which it is one, and redhat-rpm-config, which has the file, is not installed",
        plain.sentence
    );
    let template = if log.packager(&[]) == Packager::Yum { YUM_INSTALL } else { DNF_INSTALL };
    let remedy = Remedy::new("install redhat-rpm-config, on the machine or in the image that builds");
    of_the_package(plain.says(sentence).mended(remedy.fix(template.with(&[&"redhat-rpm-config"]))), log)
}

/// Packages that are compiled against two libraries, of which compilers name the one whose header comes first: its beginning, the package, the
/// other library.
///
/// Source: "Build from source" of lxml (lxml.de/build.html) and "Build prerequisites" of python-ldap; November 2026.
const BESIDE: [(&str, &str, &str); 3] =
    [("libxml/", "lxml", "xslt"), ("lber.h", "ldap", "sasl2"), ("ldap.h", "ldap", "sasl2")];

/// The library that the build will ask for once it has this header.
fn beside(plain: &Judged, log: &Log, asked: &str) -> Option<&'static str> {
    let (_, package, library) = BESIDE.iter().find(|(header, ..)| asked.starts_with(header))?;
    let is_of_source = |(_, line): &(usize, String)| {
        line.contains(asked) && line.split_once(": fatal error").is_some_and(|(source, _)| source.contains(package))
    };
    let is_built = log.building.as_ref().is_some_and(|building| building.to_lowercase().contains(package));
    (is_built || *package == "ldap" || plain.incident.around.iter().any(is_of_source)).then_some(*library)
}

fn is_source(name: &str) -> bool {
    [".c", ".cc", ".cpp", ".cxx"].iter().any(|ending| name.ends_with(ending))
}

/// Packages of Python that bring headers: the folder of those, its package in the index and at conda-forge, and how a build asks for
/// the place.
const WITH_HEADERS: [(&str, &str, &str, &str); 6] = [
    ("numpy/", "numpy", "numpy", "numpy.get_include()"),
    ("pybind11/", "pybind11", "pybind11", "pybind11.get_include()"),
    ("nanobind/", "nanobind", "nanobind", "nanobind.include_dir()"),
    ("torch/", "torch", "pytorch", "torch.utils.cpp_extension.include_paths()"),
    ("ATen/", "torch", "pytorch", "torch.utils.cpp_extension.include_paths()"),
    ("c10/", "torch", "pytorch", "torch.utils.cpp_extension.include_paths()"),
];

/// A header that a package of Python brings is none of the system's.
fn of_a_package(plain: &Judged, log: &Log, asked: &str) -> Option<Judged> {
    let (_, pip, conda, place) = WITH_HEADERS.iter().find(|(folder, ..)| asked.starts_with(folder))?;
    let sentence = format!(
        "the compiler wants the header {asked}, which the Python package {pip} brings: it is not there where the build runs, or the build \
         does not ask it for the folder"
    );
    let text = format!(
        "install it first and build without isolation (pip install --no-build-isolation), or name {pip} in build-system.requires of the \
         project's pyproject.toml and {place} among its include folders; or take a release of the package that has a wheel"
    );
    let install = match log.marks.contains(&Mark::Conda) {
        true => CONDA_INSTALL.with(&[conda]),
        false => PIP_INSTALL.with(&[pip]),
    };
    let judged = plain.clone().cause(Cause::LinkLibrary, Verdict::Guilty).says(sentence);
    Some(of_the_package(judged.mended(Remedy::new(text).fix(install)), log))
}

/// The headers of the very Python that the log shows: systems have several, each with headers of its own.
fn of_this_python(asked: &str, packager: Packager, log: &Log) -> Option<Command> {
    /// From here on Red Hat's systems call the package by the version.
    const NAMED: u8 = 11;
    let is_python = |name: &str| matches!(name, "Python.h" | "pyconfig.h" | "Python") || name.starts_with("python");
    let version = version_in(asked).or(log.headers.filter(|_| is_python(leaf(asked))))?;
    match (packager, version) {
        (Packager::Apt, (2, _)) => APT_INSTALL.with(&[&"python2-dev"]).ok(),
        (Packager::Apt, (_, minor)) => APT_INSTALL.with(&[&format!("python3.{minor}-dev")]).ok(),
        (Packager::Dnf, (2, _)) => DNF_INSTALL.with(&[&"python2-devel"]).ok(),
        (Packager::Yum, (2, _)) => YUM_INSTALL.with(&[&"python-devel"]).ok(),
        (Packager::Dnf, (3, minor)) if minor >= NAMED => DNF_INSTALL.with(&[&format!("python3.{minor}-devel")]).ok(),
        (Packager::Zypper, (3, minor)) => ZYPPER_INSTALL.with(&[&format!("python3{minor}-devel")]).ok(),
        _ => None,
    }
}

/// The version of Python in `python2.7/Python.h` and `/usr/include/python3.8`.
fn version_in(asked: &str) -> Option<(u8, u8)> {
    python_version(asked.rsplit_once("python")?.1)
}

/// What a library's development files are, and pkg-config that finds them.
fn beside_pkg_config(files: &Shipped) -> Shipped {
    let both = |name: &str, tool: &str| if name.is_empty() { String::new() } else { format!("{name} {tool}") };
    Shipped {
        apt: both(&files.apt, "pkg-config"),
        dnf: both(&files.dnf, "pkgconf-pkg-config"),
        apk: both(&files.apk, "pkgconf"),
        brew: both(&files.brew, "pkgconf"),
        conda: both(&files.conda, "pkg-config"),
        pip: files.pip.clone(),
    }
}

/// A crate that binds a library is called as it, with `-sys` behind; its build script looks for the library.
pub(super) fn of_a_crate(judged: &Judged, log: &Log) -> Option<Judged> {
    let why = judged.incident.told("why").filter(|_| judged.incident.message.id == "build-script")?;
    let krate = why.split_once('`')?.1.split([' ', '`']).next()?;
    let stem = krate.strip_suffix("-sys")?;
    let bare = stem.strip_prefix("lib").unwrap_or(stem);
    let names =
        [stem.to_owned(), bare.to_owned(), format!("lib{bare}"), format!("{bare}-2.0"), format!("lib{bare}-1.0")];
    let files = names.iter().find_map(|name| development(name))?;
    let sentence = format!(
        "the build script of the crate {krate} failed, which binds the library {bare} and looks for its development files, mostly by pkg-config"
    );
    let text = "install them and pkg-config, on the machine or in the image that builds (a container has none of the machine's); where they are there, what it says below “--- stderr” tells more. Some \
                crates compile their own copy with the feature vendored or bundled";
    let commands = installs(log, log.packager(&[]), &beside_pkg_config(&files));
    let remedy = commands.into_iter().fold(Remedy::new(text), |remedy, command| remedy.fix(Ok(command)));
    Some(judged.clone().cause(Cause::LinkLibrary, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The commands that install it; where nothing shows the system, that of Fedora after that of Debian.
pub(super) fn installs(log: &Log, packager: Packager, shipped: &Shipped) -> Vec<Command> {
    let is_unknown = log.is_of_unknown_system() && packager == Packager::Apt;
    let other = is_unknown.then(|| command(Packager::Dnf, shipped)).flatten();
    command(packager, shipped).into_iter().chain(other).collect()
}

/// Who installs development files where the log was written.
fn packager(plain: &Judged, log: &Log) -> Packager {
    let is_mac = ["ld: library ", "ld: framework "].iter().any(|start| plain.incident.says.starts_with(start));
    if is_mac { Packager::Brew } else { log.packager(&[]) }
}

/// An option of the compiler that only builds with OpenMP give.
fn openmp(plain: Judged, log: &Log) -> Judged {
    if plain.incident.told("accused") != Some("-fopenmp") {
        let sentence =
            format!("the compiler does not know the option {}", plain.incident.told("accused").unwrap_or_default());
        let text = "compile with the compiler that the package was written for (CC, CXX), or take a release that has a wheel for this Python and system";
        return plain.cause(Cause::ToolStumbled, Verdict::Guilty).says(sentence).mended(Remedy::new(text));
    }
    let install = if log.marks.contains(&Mark::Conda) { CONDA_OPENMP } else { BREW_OPENMP };
    let remedy = plain.remedy.clone().fix(Ok(install.command()));
    Judged { verdict: Verdict::Guilty, ..plain }.mended(remedy)
}

/// Does the build look by pkg-config, itself or through Meson?
fn is_of_pkg_config(plain: &Judged) -> bool {
    matches!(plain.incident.message.id.as_str(), "library-required" | "package-not-found" | "tried")
}

/// The package of a library that no table knows is searched for by the file that builds look at.
fn searched(plain: &Judged, packager: Packager, asked: &str) -> Remedy {
    let name = leaf(asked.split([' ', '>', '=', '<']).next().unwrap_or(asked));
    let file = match plain.incident.message.id.as_str() {
        "header-missing" => name.to_owned(),
        "library-not-found" => format!("lib{}.so", name.trim_start_matches("-l")),
        "library-required" | "package-not-found" | "tried" => format!("{name}.pc"),
        "config-program" => format!("{name}-config"),
        _ => return plain.remedy.clone(),
    };
    // Packages of RPM and of Alpine say themselves what pkg-config finds in them.
    let provided = match packager {
        Packager::Dnf => Some(DNF_PKGCONFIG),
        Packager::Yum => Some(YUM_PKGCONFIG),
        Packager::Zypper => Some(ZYPPER_PKGCONFIG),
        Packager::Apk => Some(APK_PKGCONFIG),
        _ => None,
    };
    if let (Some(template), Some(module)) = (provided, file.strip_suffix(".pc")) {
        return plain.remedy.clone().fix(template.with(&[&module]));
    }
    let mostly = match (plain.incident.message.id.as_str(), packager) {
        ("library-not-found", Packager::Apt) => {
            let name = name.trim_start_matches("-l");
            format!(" (mostly lib{name}-dev; on Fedora, RHEL and in manylinux images lib{name}-devel or {name}-devel)")
        }
        _ => String::new(),
    };
    let text = format!("{}{mostly}; this names the package that has them", plain.remedy.text);
    match (packager.owner_search(), packager) {
        (Some(search), _) => Remedy::new(text).fix(search.with(&[&file])),
        (None, Packager::Brew) => plain.remedy.clone().fix(BREW_SEARCH.with(&[&name])),
        (None, Packager::Conda) => plain.remedy.clone().fix(CONDA_SEARCH.with(&[&name])),
        (None, Packager::Zypper) => {
            let stem = asked.split(['/', '.', ' ']).next().unwrap_or(asked).trim_start_matches("-l");
            let text = format!(
                "{}; this finds packages with a like name, whose development files are in NAME-devel",
                plain.remedy.text
            );
            Remedy::new(text).fix(ZYPPER_SEARCH.with(&[&stem]))
        }
        (None, _) => plain.remedy.clone(),
    }
}

/// Which package was being built.
pub(super) fn of_the_package(judged: Judged, log: &Log) -> Judged {
    let Some(package) = log.building.as_ref().filter(|package| !judged.sentence.contains(*package)) else {
        return judged;
    };
    let sentence = format!("{package}: {}", judged.sentence);
    judged.says(sentence)
}
