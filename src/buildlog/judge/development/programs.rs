//! A program that a build runs is not installed, or not the one that the build wants.

use super::{beside_pkg_config, installs};
use crate::buildlog::development::{development, program as known_program, program_names};
use crate::buildlog::judge::absent::command;
use crate::buildlog::judge::{Cause, Judged, Verdict};
use crate::buildlog::log_context::leaf;
use crate::buildlog::surroundings::Mark;
use crate::buildlog::{Log, Packager};
use crate::command::Remedy;
use crate::command::templates::{CONDA_INSTALL, PIP_INSTALL, PIP_UNINSTALL, XCODE, ZYPPER_INSTALL};
use crate::diagnose::Shipped;

/// CMake looks for a program as it does for a library.
pub(super) fn of_a_program(plain: &Judged, log: &Log, asked: &str) -> Option<Judged> {
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

/// Python 2 does not say which program it did not find: the code that runs it may.
pub(in crate::buildlog::judge) fn of_a_child(judged: Judged, log: &Log) -> Option<Judged> {
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

/// Is the program a script that imports a package which is not there where it runs?
fn is_script_of_pip(log: &Log, called: &str) -> bool {
    let missing = format!("No module named '{called}'");
    let script = format!("/bin/{called}\", line ");
    let has = |text: &str| log.text.lines().iter().any(|(_, line)| line.contains(text));
    has(&script) && has(&missing)
}

/// A program that the build runs is not installed.
pub(in crate::buildlog::judge) fn program(judged: Judged, log: &Log) -> Judged {
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
pub(in crate::buildlog::judge) fn no_compiler(judged: Judged, log: &Log) -> Judged {
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
pub(in crate::buildlog::judge) fn perl(judged: Judged, log: &Log) -> Judged {
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
pub(in crate::buildlog::judge) fn compiler(judged: Judged, log: &Log) -> Judged {
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
