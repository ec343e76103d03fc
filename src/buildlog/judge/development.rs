//! A library or header is missing where something is compiled: the package that has its development files.

use super::absent::command;
use super::{Cause, Judged, Verdict};
use crate::buildlog::development::{development, of_windows, program as known_program, program_names};
use crate::buildlog::log_context::leaf;
use crate::buildlog::surroundings::{Mark, python_version};
use crate::buildlog::{Log, Packager};
use crate::command::templates::{
    APK_PKGCONFIG, APT_INSTALL, BREW_OPENMP, BREW_SEARCH, CONDA_INSTALL, CONDA_OPENMP, CONDA_SEARCH, DNF_INSTALL,
    DNF_PKGCONFIG, PIP_INSTALL, PIP_UNINSTALL, PIP_UPGRADE, XCODE, YUM_INSTALL, YUM_PKGCONFIG, ZYPPER_INSTALL,
    ZYPPER_PKGCONFIG, ZYPPER_SEARCH,
};
use crate::command::{Command, Remedy};
use crate::diagnose::Shipped;

/// The package of Debian with the headers of the C library.
const C_LIBRARY: &str = "libc6-dev";

pub(super) fn judge(plain: Judged, log: &Log) -> Judged {
    let told = |place: &str| plain.incident.told(place).map(str::to_owned);
    let asked: Vec<String> = [told("accused"), told("other")].into_iter().flatten().collect();
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

/// CMake looks for a program as it does for a library.
fn of_a_program(plain: &Judged, log: &Log, asked: &str) -> Option<Judged> {
    let is_cmake = plain.incident.message.id == "cmake-package";
    let package = known_program(asked).filter(|_| is_cmake && development(asked).is_none())?;
    let name = package.apt.split(' ').next().unwrap_or(asked).to_owned();
    let text = format!(
        "install {name} on the machine or in the image that builds, and configure again in an empty build folder"
    );
    let judged = plain.clone().cause(Cause::ToolStumbled, Verdict::Guilty);
    let judged =
        judged.says(format!("CMake looks for the program {name} ({asked}), which is not installed, or not on PATH"));
    let is_windows = log.marks.contains(&Mark::Windows) && !log.marks.contains(&Mark::Debian);
    let commands = if is_windows { Vec::new() } else { installs(log, log.packager(&[]), &package) };
    Some(judged.mended(commands.into_iter().fold(Remedy::new(text), |remedy, command| remedy.fix(Ok(command)))))
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

/// Python 2 does not say which program it did not find: the code that runs it may.
pub(super) fn of_a_child(judged: Judged, log: &Log) -> Option<Judged> {
    /// So many lines above the exception its traceback has.
    const ABOVE: usize = 40;
    let is_bare = |text: &str| text.trim_end().ends_with("[Errno 2] No such file or directory");
    if !judged.incident.told("why").is_some_and(is_bare) {
        return None;
    }
    let lines = log.text.lines();
    let end = log.text.place(judged.incident.first);
    let above = &lines[end.saturating_sub(ABOVE)..end.min(lines.len())];
    let is_frame = |line: &str| line.trim_start().starts_with("File \"") && line.contains("subprocess.py\", line ");
    let first = above.iter().position(|(_, line)| is_frame(line))?;
    above.iter().rfind(|(_, line)| line.contains("_execute_child"))?;
    // Functions write `pkg_config` for what is called `pkg-config`.
    let words = |line: &str| {
        let bare = line.replace('_', "-");
        let parts: Vec<String> =
            bare.split(|c: char| !c.is_ascii_alphanumeric() && !"-+.".contains(c)).map(str::to_owned).collect();
        parts
    };
    let caller = &above[..first];
    let named = |line: &str| {
        words(line).into_iter().find_map(|word| {
            let known = program_names().filter(|name| name.len() > 2);
            known.into_iter().find(|name| word == **name || name.contains('-') && word.starts_with(name))
        })
    };
    let called = caller.iter().rev().find_map(|(_, line)| named(line))?;
    let mut judged = judged;
    judged.incident.told.insert("called", called.to_owned());
    let sentence = format!(
        "the build runs {called}, which is not installed, or not on PATH (Python 2 does not name it: the code around it does)"
    );
    let judged = judged.cause(Cause::ToolStumbled, Verdict::Guilty).says(sentence);
    Some(program(
        judged.mended(Remedy::new(format!("install {called} on the machine or in the image that builds"))),
        log,
    ))
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

/// Is the program a script that imports a package which is not there where it runs?
fn is_script_of_pip(log: &Log, called: &str) -> bool {
    let missing = format!("No module named '{called}'");
    let script = format!("/bin/{called}\", line ");
    let has = |text: &str| log.text.lines().iter().any(|(_, line)| line.contains(text));
    has(&script) && has(&missing)
}

/// A program that the build runs is not installed.
pub(super) fn program(judged: Judged, log: &Log) -> Judged {
    let is_cmake = judged.incident.message.id == "no-cmake";
    let called = judged.incident.told("called").unwrap_or(if is_cmake { "cmake" } else { "pkg-config" }).to_owned();
    let Some(package) = known_program(&called) else { return judged };
    // What pkg-config was to find is missing as well.
    let asked = match called == "pkg-config" {
        true => asked_of_pkg_config(log),
        false => Vec::new(),
    };
    let all =
        asked.iter().find_map(|name| development(name)).map_or(package.clone(), |files| beside_pkg_config(&files));
    let judged = match asked.is_empty() {
        true => judged,
        false => {
            let sentence = format!("{} (here {})", judged.sentence, asked.join(", "));
            judged.says(sentence)
        }
    };
    let is_windows = log.marks.contains(&Mark::Windows) && !log.marks.contains(&Mark::Debian);
    let text = match (asked.is_empty(), called.as_str()) {
        (true, "pkg-config") => judged.remedy.text.clone(),
        (true, _) => {
            format!(
                "install {called} on the machine or in the image that builds, or take a release of the package that has a wheel"
            )
        }
        (false, _) => {
            "install it with the development files of one of these, on the machine or in the image that builds"
                .to_owned()
        }
    };
    let commands = if is_windows { Vec::new() } else { installs(log, log.packager(&[]), &all) };
    let remedy = commands.into_iter().fold(Remedy::new(text), |remedy, command| remedy.fix(Ok(command)));
    if is_script_of_pip(log, &called) {
        let sentence = format!(
            "{}: the {called} that is first on PATH is the script of the package of that name, which pip's isolated build does not see",
            judged.sentence
        );
        let text = format!(
            "remove the package {called} (pip uninstall {called}) and install the system's; or keep it, and build without isolation (--no-build-isolation)"
        );
        let system = command(log.packager(&[]), &all).map(Ok);
        let steps = [PIP_UNINSTALL.with(&[&called])].into_iter().chain(system).collect::<Vec<_>>();
        return judged.says(sentence).mended(Remedy::new(text).steps(steps));
    }
    judged.mended(match package.pip.is_empty() {
        true => remedy,
        false => remedy.fix(PIP_INSTALL.with(&[&package.pip])),
    })
}

/// A build finds none of the compilers that it tries: which of them the system has in a package.
pub(super) fn no_compiler(judged: Judged, log: &Log) -> Judged {
    let is_fortran = judged
        .incident
        .told("called")
        .is_some_and(|called| ["fortran", "flang", "ifort"].iter().any(|word| called.contains(word)));
    let is_windows = log.marks.contains(&Mark::Windows) && !log.marks.contains(&Mark::Debian);
    let language = if is_fortran { "Fortran" } else { "C" };
    let sentence = match is_fortran {
        true => "there is no wheel for this Python and system, so that the package is compiled, and no Fortran compiler is there".to_owned(),
        false => judged.sentence.clone(),
    };
    let wheel = "take a release of the package, or a Python, for which there is a wheel (a newer pip knows more of them; the newest Python has the fewest)";
    if log.marks.contains(&Mark::Termux) {
        let text = format!(
            "install Termux' own package, which is built already (pkg install python-scipy, python-numpy, …; pkg search names them): no wheels of the index are for Android; its repository tur \
             has the {language} compiler (pkg install tur-repo)"
        );
        return judged.says(sentence).mended(Remedy::new(text));
    }
    let packager = log.packager(&[]);
    let packages = match is_fortran {
        true => known_program("gfortran"),
        false => None,
    };
    let packages = packages.unwrap_or_else(compilers);
    let text = match (is_windows, is_fortran) {
        (true, true) => format!(
            "{wheel}; Windows' build tools have no Fortran: conda-forge has the package built, and a compiler (flang)"
        ),
        (true, false) => {
            format!("{wheel}; or install the Build Tools for Visual Studio (“Desktop development with C++”)")
        }
        (false, true) => {
            format!("{wheel}; or install a Fortran compiler (gfortran) on the machine or in the image that builds")
        }
        (false, false) => format!("{wheel}; or install a compiler on the machine or in the image that builds"),
    };
    let commands = match (is_windows, packager, is_fortran) {
        (true, ..) => Vec::new(),
        (false, Packager::Brew, false) => vec![XCODE.command()],
        (false, packager, _) => installs(log, packager, &packages),
    };
    judged
        .says(sentence)
        .mended(commands.into_iter().fold(Remedy::new(text), |remedy, command| remedy.fix(Ok(command))))
}

/// The packages of the compilers for C and C++.
fn compilers() -> Shipped {
    Shipped {
        apt: "build-essential".into(),
        dnf: "gcc gcc-c++ make".into(),
        apk: "build-base".into(),
        conda: "compilers".into(),
        ..Shipped::default()
    }
}

/// What the build asked pkg-config for, as far as the log shows it.
fn asked_of_pkg_config(log: &Log) -> Vec<String> {
    let of_pkg_config =
        |id: &str| ["tried", "pkg-config-missing-for", "package-not-found", "library-required"].contains(&id);
    let mut asked: Vec<String> = Vec::new();
    for incident in log.incidents.iter().filter(|incident| of_pkg_config(&incident.message.id)) {
        if let Some(name) = incident.told("accused").filter(|name| !asked.iter().any(|known| known == name)) {
            asked.push(name.to_owned());
        }
    }
    asked
}

/// The commands that install it; where nothing shows the system, that of Fedora after that of Debian.
pub(super) fn installs(log: &Log, packager: Packager, shipped: &Shipped) -> Vec<Command> {
    let is_unknown = log.is_of_unknown_system() && packager == Packager::Apt;
    let other = is_unknown.then(|| command(Packager::Dnf, shipped)).flatten();
    command(packager, shipped).into_iter().chain(other).collect()
}

/// Modules of Perl's own library, which Debian and Alpine have in the package perl, and Fedora each in one of its own.
///
/// Source: perldoc perlmodlib; November 2026.
const PERL_CORE: [&str; 20] = [
    "IPC",
    "FindBin",
    "File",
    "Pod",
    "Time",
    "Getopt",
    "Data",
    "Text",
    "Test",
    "Math",
    "Digest",
    "MIME",
    "Encode",
    "Term",
    "Storable",
    "Socket",
    "Params",
    "Locale",
    "Benchmark",
    "ExtUtils",
];

/// A module of Perl, which builds of OpenSSL and others run.
pub(super) fn perl(judged: Judged, log: &Log) -> Judged {
    let Some(file) = judged.incident.told("accused").and_then(|file| file.strip_suffix(".pm")) else { return judged };
    let (module, dashed) = (file.replace('/', "::"), file.replace('/', "-"));
    let is_core = file.split('/').next().is_some_and(|top| PERL_CORE.contains(&top));
    let debian = if is_core { "perl".to_owned() } else { format!("lib{}-perl", dashed.to_lowercase()) };
    let shipped = Shipped {
        apt: debian.clone(),
        dnf: format!("perl-{dashed}"),
        apk: if is_core { "perl".to_owned() } else { format!("perl-{}", dashed.to_lowercase()) },
        brew: "perl".to_owned(),
        conda: "perl".to_owned(),
        ..Shipped::default()
    };
    // Paths of Perl show the system: Red Hat's has lib64, Debian's its own.
    let shows = |(_, line): &(usize, String)| line.contains("/usr/lib64/perl5/");
    let is_fedora = judged.incident.says.contains("/usr/lib64/perl5/") || judged.incident.around.iter().any(shows);
    let packager = match log.packager(&[]) {
        Packager::Apt if is_fedora => Packager::Dnf,
        packager => packager,
    };
    let sentence =
        format!("the build runs Perl, which has no module {module}: the system keeps it in a package of its own");
    let text = format!(
        "install the package of {module}, or all of Perl's own modules (Fedora: perl-core; Debian: perl, of which images have only perl-base); else cpan {module}"
    );
    let install = match packager {
        // SUSE's perl has all modules of its own.
        Packager::Zypper => {
            ZYPPER_INSTALL.with(&[&if is_core { "perl".to_owned() } else { format!("perl-{dashed}") }]).ok()
        }
        packager => command(packager, &shipped),
    };
    judged.says(sentence).mended(install.into_iter().fold(Remedy::new(text), |remedy, command| remedy.fix(Ok(command))))
}

/// A program that compiles is not installed.
pub(super) fn compiler(judged: Judged, log: &Log) -> Judged {
    let Some(called) = judged.incident.told("called").map(|called| leaf(called).to_owned()) else { return judged };
    let is_windows = log.marks.contains(&Mark::Windows) && !log.marks.contains(&Mark::Debian);
    // `x86_64-linux-gnu-gcc-12`, `arm-none-eabi-g++`.
    let bare = called.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let stem = bare.rsplit('-').next().unwrap_or(bare);
    let is_compiler = ["gcc", "g++", "cc", "c++", "clang", "clang++", "ld", "cc1plus"].contains(&stem);
    if known_program(&called).is_some() && !is_compiler {
        return program(judged, log);
    }
    if !is_compiler || is_windows {
        return judged;
    }
    let packager = log.packager(&[&called]);
    let all = compilers();
    let install = match packager {
        Packager::Brew => Ok(XCODE.command()),
        Packager::Conda => CONDA_INSTALL.with(&[&"compilers"]),
        packager => command(packager, &all).map_or_else(|| Ok(XCODE.command()), Ok),
    };
    let text = "install a compiler with the C library's development files, on the machine or in the image that builds; or take a release or a Python for \
                which the package has a wheel (a newer pip knows more of them)";
    judged.mended(Remedy::new(text).fix(install))
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

/// Is it a header that only Unix has?
fn is_of_unix(asked: &str) -> bool {
    let asked = asked.replace('\\', "/");
    let (table, has) = (of_windows(), |names: &[String]| names.contains(&asked));
    has(&table.unix_headers)
        || table.unix_folders.iter().any(|folder| asked.starts_with(folder)) && !has(&table.windows_sys)
}

/// What a build on Windows wants: whose it is decides how it is got.
fn on_windows(plain: Judged, log: &Log, asked: &str) -> Judged {
    let name = leaf(asked).to_lowercase();
    let stem = name.strip_suffix(".lib").unwrap_or(&name);
    let is_library = name.ends_with(".lib");
    let table = of_windows();
    let has = |names: &[String], name: &str| names.iter().any(|known| known == name);
    let told = |plain: Judged, why: &str, text: &str| {
        let sentence = format!("{}; {why}", plain.sentence);
        Judged { verdict: Verdict::Guilty, ..plain }.says(sentence).mended(Remedy::new(text))
    };
    let python = stem.strip_prefix("python3").filter(|_| is_library);
    if python.is_some_and(|rest| rest.ends_with("_d")) {
        return told(
            plain,
            "it is the debug build of Python's library, which the installer leaves out unless it is asked",
            "build in Release (or RelWithDebInfo), or install Python's debug binaries (the installer: Modify, “Download debug binaries”)",
        );
    }
    if python.is_some_and(|rest| rest.ends_with('t')) {
        return told(
            plain,
            "it is the library of the free-threaded Python",
            "install the free-threaded binaries of that Python (the installer: Modify, “Download free-threaded binaries”), or build with the plain one",
        );
    }
    if python.is_some() {
        return told(
            plain,
            "it lies in the folder libs of a Python that was installed with its development files",
            "build with the Python of python.org (the embeddable one and that of the Store have no libs), and in a virtual environment name the folder libs \
             of the Python that it was made from in LIB; it has to be of the same processor and version",
        );
    }
    if is_library && has(&table.unix_alone, stem.strip_prefix("lib").unwrap_or(stem)) {
        return told(
            plain,
            "Unix has such a library, and Windows has its functions in the C runtime, without a file of that name",
            &format!(
                "take “{stem}” out of libraries (-l{stem}) in the package's setup.py where it is built on Windows, or take a release that has a wheel for Windows; \
                 conda-forge may have the package built"
            ),
        );
    }
    if is_library && has(&table.sdk, stem) || has(&table.sdk_headers, &name) {
        return told(
            plain,
            "it belongs to the Windows SDK, which is not installed, or whose folder the build does not know",
            "install the Windows SDK (Visual Studio Installer: Modify, “Desktop development with C++”, with a Windows 11 or 10 SDK), and build from its \
             prompt (“x64 Native Tools”); or take a release of the package, or a Python, for which there is a wheel",
        );
    }
    let header = |plain: Judged, why: &str, text: &str| {
        let judged =
            Judged { verdict: Verdict::Guilty, ..plain }.says(format!("the compiler wants the header {asked}, {why}"));
        of_the_package(judged.mended(Remedy::new(text)), log)
    };
    if is_of_unix(asked) {
        return header(
            plain,
            "which Unix has and Windows has not: what is compiled was written for Unix",
            "take a package, or a release of it, that supports Windows; else run it in WSL or on Linux",
        );
    }
    if ["python.h", "pyconfig.h"].contains(&name.as_str()) {
        return header(
            plain,
            "which lies in the folder Include of a Python that was installed with its development files",
            "build with the Python of python.org, of the processor that is built for; the embeddable one has no Include",
        );
    }
    if is_library && has(&table.compiler, stem) {
        return told(
            plain,
            "it belongs to the compiler, which is not installed for the processor that is built for",
            "install the C++ build tools for this processor (Visual Studio Installer: Modify, “MSVC v143 … build tools”), and build from the prompt for it \
             (“x64 Native Tools”)",
        );
    }
    let is_header = plain.incident.message.id == "header-missing" && !is_library;
    let plain = match is_header {
        true => header(
            plain,
            "which comes with a library's development files",
            "install them and name their folder in INCLUDE (that of the library in LIB): vcpkg and conda-forge have many for Windows; or take a \
             release of the package, or a Python, for which there is a wheel",
        ),
        false => or_a_wheel(plain),
    };
    of_32_bits(plain, log)
}

/// A library that nobody installs by hand on Windows: where there is a wheel, an old pip may not see it and take the source.
fn or_a_wheel(plain: Judged) -> Judged {
    let text = format!(
        "take the package's wheel, which includes its libraries: a newer pip knows more of them, and each is for certain Pythons; else {}",
        plain.remedy.text
    );
    let remedy = Remedy { text, ..plain.remedy.clone() }.fix(PIP_UPGRADE.with(&[&"pip"]));
    plain.mended(remedy)
}

/// For Python of 32 bits most packages no longer have wheels, and few of their sources can be built for it.
pub(super) fn of_32_bits(judged: Judged, log: &Log) -> Judged {
    if !log.marks.contains(&Mark::Bits32) || !log.marks.contains(&Mark::Windows) {
        return judged;
    }
    let sentence = format!(
        "{}; this Python has 32 bits, for which there are hardly any wheels, so that the package is built",
        judged.sentence
    );
    let text = "install a 64-bit Python, for which the package has a wheel; for 32 bits, take a release of the package that still has a wheel for them";
    judged.says(sentence).mended(Remedy::new(text))
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
