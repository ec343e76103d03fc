//! pip refuses a wheel: what its tag promises, and which pip knows such tags.

use super::{Judged, Verdict};
use crate::buildlog::Log;
use crate::buildlog::log_context::leaf;
use crate::buildlog::surroundings::Mark;
use crate::command::Remedy;
use crate::command::templates::{PIP_INSTALL, PIP_UPGRADE};

pub(super) fn judge(plain: Judged, log: &Log) -> Judged {
    let Some(name) = plain.incident.by().map(|by| leaf(by).to_owned()) else { return plain };
    let Some(stem) = name.strip_suffix(".whl") else { return plain };
    let parts: Vec<&str> = stem.split('-').collect();
    let [distribution, .., python, abi, platform] = parts[..] else { return plain };
    let mut promises = vec![interpreter(python, abi)];
    let mut asks = Vec::new();
    match system(platform) {
        Some((system, pip)) => {
            promises.push(system);
            asks.extend(pip);
        }
        None => promises.push(platform.to_owned()),
    }
    let newer = asks.first().map_or_else(String::new, |pip| format!("; pip before {pip} does not know such a tag"));
    let older = match platform.starts_with("manylinux_") || platform.starts_with("linux_") {
        true => {
            "; a wheel of your own is built for older systems in a manylinux image, whose glibc is the oldest that it is to run on (maturin: --compatibility manylinux2014 --zig)"
        }
        false => "",
    };
    let musl = match platform.starts_with("manylinux") && log.marks.contains(&Mark::Alpine) {
        true => "; this system has musl, for which wheels are called musllinux",
        false => "",
    };
    let sentence = format!("pip does not take {name} here: its tag says {}{newer}{musl}", promises.join(", "));
    // `m` said that Python was built with pymalloc, which every one is since 3.8.
    let digits = abi.strip_prefix("cp3").and_then(|rest| rest.strip_suffix('m'));
    if digits.and_then(|minor| minor.parse::<u8>().ok()).is_some_and(|minor| minor >= 8) {
        let sentence = format!(
            "{sentence}; its ABI tag {abi} is that of no Python: 3.8 and later have no m in it, so that an old tool made the wheel"
        );
        let text = format!(
            "take a wheel of {distribution} with the ABI tag {} (a newer release, or one rebuilt with current setuptools and wheel), or build it",
            abi.trim_end_matches('m')
        );
        let remedy = Remedy::new(text).fix(PIP_INSTALL.with(&[&distribution]));
        return Judged { verdict: Verdict::Guilty, ..plain }.says(sentence).mended(remedy);
    }
    let mac = platform.strip_prefix("macosx_").and_then(|rest| rest.split('_').next()?.parse::<u32>().ok());
    let arch = platform.strip_prefix("macosx_").and_then(|rest| rest.splitn(3, '_').nth(2)).unwrap_or_default();
    let other = match arch {
        "x86_64" => {
            Some(("Apple silicon", "an x86_64 Python under Rosetta (arch -x86_64; conda: CONDA_SUBDIR=osx-64)"))
        }
        "arm64" => Some((
            "Intel's processors",
            "a Mac with Apple silicon, and an arm64 Python (python -c \"import platform; print(platform.machine())\")",
        )),
        _ => None,
    };
    let other = other.map_or_else(String::new, |(machine, python)| {
        format!(
            "; on {machine} take {python}, or have pip build {distribution} from its source distribution or repository (pip install {distribution} without naming the wheel)"
        )
    });
    if let Some(major) = mac.filter(|major| *major > 10) {
        let text = format!(
            "run it on macOS {major} or later with a Python that says so (a Python built for 10.x may say 10.16: SYSTEM_VERSION_COMPAT=0), and with a newer pip{other}; where you build the wheel, build \
             it for the oldest macOS that it is to run on: MACOSX_DEPLOYMENT_TARGET=10.13 for x86_64, 11.0 for arm64 (cibuildwheel: CIBW_ENVIRONMENT_MACOS)"
        );
        let remedy = Remedy::new(text).fix(PIP_UPGRADE.with(&[&"pip"])).fix(PIP_INSTALL.with(&[&distribution]));
        return Judged { verdict: Verdict::Guilty, ..plain }.says(sentence).mended(remedy);
    }
    let text = format!(
        "upgrade pip, if it is older; else have it choose the wheel by itself ({distribution}), or take the one whose tag “python -m pip \
         debug --verbose” lists{}{other}{older}",
        match python.strip_prefix("cp").filter(|_| abi != "abi3") {
            Some(_) =>
                format!("; for this very wheel run {}", interpreter(python, abi).trim_end_matches(" and no other")),
            None => String::new(),
        }
    );
    let remedy = Remedy::new(text).fix(PIP_UPGRADE.with(&[&"pip"])).fix(PIP_INSTALL.with(&[&distribution]));
    Judged { verdict: Verdict::Guilty, ..plain }.says(sentence).mended(remedy)
}

/// `cp38`, `cp38` as a person says it.
fn interpreter(python: &str, abi: &str) -> String {
    let version = |digits: &str| match digits.split_at_checked(1) {
        Some((major, minor)) if !minor.is_empty() => format!("{major}.{minor}"),
        _ => digits.to_owned(),
    };
    match (python.strip_prefix("cp"), abi) {
        (Some(digits), "abi3") => format!("CPython {} or later", version(digits)),
        (Some(digits), abi) if abi.ends_with('t') => format!("free-threaded CPython {}", version(digits)),
        (Some(digits), _) => format!("CPython {} and no other", version(digits)),
        _ => format!("Python {python}"),
    }
}

/// The system of a platform's tag, and the first pip that knows such tags.
fn system(platform: &str) -> Option<(String, Option<&'static str>)> {
    let words: Vec<&str> = platform.split('_').collect();
    let arch = |from: usize| words[from.min(words.len())..].join("_");
    Some(match words[..] {
        ["musllinux", major, minor, ..] => {
            (format!("Linux with musl {major}.{minor} or later ({})", arch(3)), Some("21.2"))
        }
        ["manylinux", major, minor, ..] => {
            (format!("Linux with glibc {major}.{minor} or later ({})", arch(3)), Some("20.3"))
        }
        ["manylinux2014", ..] => (format!("Linux with glibc 2.17 or later ({})", arch(1)), Some("19.3")),
        ["manylinux2010" | "manylinux1", ..] => (format!("Linux with glibc ({})", arch(1)), None),
        ["linux", ..] => (format!("Linux ({})", arch(1)), None),
        ["macosx", major, minor, ..] => {
            (format!("macOS {major}.{minor} or later ({})", arch(3)), (major != "10").then_some("20.3"))
        }
        ["win", arch] => (format!("Windows ({arch})"), None),
        ["win32"] => ("Windows of 32 bits".to_owned(), None),
        _ => return None,
    })
}
