//! Did the build fail, whatever by? A log that nobody here understands is still the log of a failure, and its last error is
//! quoted.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::lines::Line;

/// A text that failures leave.
struct Sign {
    text: &'static str,
    /// Must the line begin with it?
    is_first: bool,
    /// The message of `tools/build/messages.toml` that it stands for.
    kind: &'static str,
}

const fn anywhere(text: &'static str, kind: &'static str) -> Sign {
    Sign { text, is_first: false, kind }
}

const fn first(text: &'static str, kind: &'static str) -> Sign {
    Sign { text, is_first: true, kind }
}

/// The signs; of one line the first in this order counts.
const SIGNS: &[Sign] = &[
    anywhere("No space left on device", "disk-full"),
    anywhere("signal: 9, SIGKILL", "memory"),
    anywhere("Cannot allocate memory", "memory"),
    anywhere("virtual memory exhausted", "memory"),
    anywhere("internal compiler error: Killed (program", "memory"),
    anywhere("error: Killed signal terminated program", "memory"),
    anywhere("c++: fatal error: Killed", "memory"),
    anywhere("Temporary failure in name resolution", "network"),
    anywhere("Could not resolve host", "network"),
    anywhere("Max retries exceeded with url", "network"),
    anywhere("ReadTimeoutError", "network"),
    anywhere("SSL: CERTIFICATE_VERIFY_FAILED", "network"),
    anywhere("No matching distribution found for", "no-release"),
    anywhere("Could not find a version that satisfies the requirement", "no-release"),
    anywhere("ResolutionImpossible", "conflict"),
    anywhere("No solution found when resolving dependencies", "conflict"),
    anywhere("Could not solve for environment specs", "conda-conflict"),
    first("LibMambaUnsatisfiableError", "conda-conflict"),
    first("UnsatisfiableError:", "conda-conflict"),
    first("ResolvePackageNotFound:", "conda-conflict"),
    first("PackagesNotFoundError:", "conda-conflict"),
    first("CondaHTTPError:", "network"),
    first("CondaSSLError:", "network"),
    anywhere("THESE PACKAGES DO NOT MATCH THE HASHES", "hashes"),
    anywhere("is not a supported wheel on this platform", "no-release"),
    anywhere("requires-python", "none"),
    first("error: could not compile", "compile-rust"),
    first("error[E", "compile-rust"),
    anywhere("error: aborting due to", "compile-rust"),
    first("error: failed to run custom build command", "build-script"),
    anywhere("Cython.Compiler.Errors.CompileError", "compile"),
    anywhere("compilation terminated.", "compile"),
    anywhere(": fatal error C", "compile"),
    anywhere(": error C", "compile"),
    anywhere(": error: ", "compile"),
    anywhere(": fatal error: ", "compile"),
    anywhere("collect2: error: ld returned", "link"),
    anywhere("clang: error: linker command failed", "link"),
    anywhere("fatal error LNK", "link"),
    first("CMake Error", "configure"),
    first("configure: error:", "configure"),
    anywhere("errors occurred!", "configure"),
    anywhere("meson.build:", "none"),
    anywhere("ERROR: Dependency \"", "configure"),
    anywhere("Could NOT find ", "none"),
    anywhere("Illegal instruction", "instruction"),
    anywhere("signal: 4, SIGILL", "instruction"),
    anywhere("STATUS_ILLEGAL_INSTRUCTION", "instruction"),
    anywhere("Segmentation fault", "crash"),
    anywhere("Fatal Python error:", "crash"),
    anywhere("core dumped", "crash"),
    first("Abort trap: 6", "crash"),
    first("Killed: 9", "crash"),
    anywhere("Bus error", "crash"),
    first("FAILED tests", "tests"),
    first("FAILED (", "tests"),
    first("ERROR tests", "tests"),
    anywhere("test result: FAILED", "tests"),
    anywhere("Permission denied", "none"),
    anywhere("error: externally-managed-environment", "managed"),
    anywhere("Failed building wheel for", "wheel"),
    anywhere("Could not build wheels for", "wheel"),
    anywhere("Failed to build ", "wheel"),
    anywhere("Failed to build `", "wheel"),
    first("error: metadata-generation-failed", "wheel"),
    first("error: subprocess-exited-with-error", "wheel"),
    anywhere("Preparing metadata (pyproject.toml) did not run successfully", "wheel"),
    anywhere("BackendUnavailable", "backend"),
    anywhere("error: invalid command 'bdist_wheel'", "backend"),
    anywhere("ERROR Backend subprocess exited when trying to invoke", "wheel"),
    anywhere("💥 maturin failed", "tool"),
    first("FATAL: ", "tool"),
    anywhere("codesign failure", "tool"),
    anywhere("ninja: build stopped", "make"),
    anywhere("make: *** ", "make"),
    anywhere("]: *** [", "make"),
    anywhere("ninja: error:", "make"),
    anywhere("error: command '", "command"),
    anywhere("returned non-zero exit status", "command"),
    anywhere("exited with code ", "none"),
    anywhere("ERROR: failed to solve", "docker"),
    anywhere("returned a non-zero code:", "docker"),
    anywhere("did not complete successfully: exit code:", "docker"),
    anywhere("Process completed with exit code", "step"),
    anywhere("ERROR: Job failed", "step"),
    anywhere("Build step failed", "step"),
    anywhere("failed with code ", "command"),
    // An exception that was quoted without its traceback.
    first("AttributeError: module '", "exception"),
    first("error: ", "error"),
    first("fatal: ", "error"),
    first("Error: ", "error"),
];

/// Longer lines are cut, in characters.
const LONGEST: usize = 400;

/// What tells least: “it failed”, without a reason.
const EMPTY: [&str; 7] = ["wheel", "make", "command", "docker", "step", "tool", "error"];

/// The last error of a log.
#[derive(Clone, Debug)]
pub(super) struct Error {
    /// The message of `build.toml`.
    pub kind: &'static str,
    pub line: usize,
    pub text: String,
    /// What the message itself asks its reader to run.
    pub asks: Option<String>,
}

impl Error {
    /// The more, the more it tells.
    fn rank(&self) -> u8 {
        match self.kind {
            "step" | "docker" => 0,
            kind if EMPTY.contains(&kind) => 1,
            "exception" | "link" | "tests" => 2,
            // What follows is what the compiler and the build say of it.
            "memory" | "disk-full" => 4,
            _ => 3,
        }
    }
}

/// Watches a log for signs of failure.
#[derive(Debug, Default)]
pub(super) struct Failed {
    last: Option<Error>,
    /// The line of the last sign.
    pub(super) sign: usize,
    /// The package that could not be built.
    pub(super) building: Option<String>,
    /// The last error before a step that succeeded.
    before: Option<Error>,
    /// The last error tells what happened in the line below it.
    is_headed: bool,
    /// What a message asks its reader to install, and its line.
    asks: Option<(usize, String)>,
    /// A traceback has begun, and its exception has not come yet: how far its head is indented.
    traceback: Option<usize>,
    /// The traceback was told without its head.
    is_headless: bool,
}

fn signs() -> &'static AhoCorasick {
    static SIGNS_AT_ONCE: OnceLock<AhoCorasick> = OnceLock::new();
    SIGNS_AT_ONCE.get_or_init(|| {
        let builder = AhoCorasick::builder()
            .match_kind(aho_corasick::MatchKind::Standard)
            .build(SIGNS.iter().map(|sign| sign.text));
        builder.expect("few short texts")
    })
}

impl Failed {
    /// A line of the log; `is_source` is one of code that a traceback shows.
    pub(super) fn look(&mut self, line: &Line, is_source: bool) {
        if is_source {
            self.frame(&line.text);
            return;
        }
        if let Some(building) = building(&line.text) {
            self.building = Some(building);
        }
        if self.is_headed && !line.text.trim().is_empty() {
            self.is_headed = false;
            if let Some(last) = self.last.as_mut() {
                last.text = line.text.trim().chars().take(LONGEST).collect();
            }
        }
        if let Some(asks) = asks(&line.text) {
            self.asks = Some((line.number(0), asks));
        }
        // What an exception says may be a sign that tells more.
        let (exception, sign) = (self.exception(&line.text), sign(line));
        let is_telling = |kind: &&str| exception.is_none() || !EMPTY.contains(kind);
        if let Some(kind) = sign.filter(is_telling).or(exception) {
            let text: String = line.text.trim().chars().take(LONGEST).collect();
            let is_head = text.starts_with("CMake Error at ") && text.ends_with("):");
            let error = Error { kind, line: line.number(0), text, asks: None };
            self.sign = error.line;
            if self.last.as_ref().is_none_or(|last| last.rank() <= error.rank()) {
                self.is_headed = is_head;
                self.last = Some(error);
            }
        }
    }

    /// A step has succeeded: what was before it ended nothing, unless the log says so later.
    pub(super) fn succeeded(&mut self) {
        if self.last.as_ref().is_some_and(|last| last.kind != "tests") {
            self.before = self.last.take();
        }
    }

    /// The last error that tells most.
    pub(super) fn finish(self) -> Option<Error> {
        /// So many lines lie between an error and what it asks for.
        const NEAR: usize = 12;
        let last = self.last?;
        let error = match self.before {
            Some(before) if last.rank() < before.rank() => before,
            _ => last,
        };
        let asks = self.asks.filter(|(line, _)| line.abs_diff(error.line) <= NEAR).map(|(_, asks)| asks);
        Some(Error { asks, ..error })
    }

    /// A place in code: the head of its traceback may be cut off.
    fn frame(&mut self, text: &str) {
        if self.traceback.is_none() && text.trim_start().starts_with("File \"") {
            self.traceback = Some((text.len() - text.trim_start().len()).saturating_sub(2));
            self.is_headless = true;
        }
    }

    /// The exception at the end of a traceback.
    fn exception(&mut self, text: &str) -> Option<&'static str> {
        static EXCEPTION: OnceLock<Regex> = OnceLock::new();
        let indent = text.len() - text.trim_start().len();
        if text.trim_start().starts_with("Traceback (most recent call last)") {
            self.traceback = Some(indent);
            self.is_headless = false;
            return None;
        }
        let head = self.traceback?;
        if text.is_empty() || indent > head {
            return None;
        }
        self.traceback = None;
        if std::mem::take(&mut self.is_headless) {
            // Without its head it may be a warning or a dump of threads, after which anything is said.
            return ends_as_an_exception(text).then_some("exception");
        }
        let is_exception = EXCEPTION.get_or_init(|| {
            Regex::new(r"^\s*(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception|Exit|Warning|NotFound|Failed|Interrupt|\w)(?::|$)")
                .expect("a constant")
        });
        is_exception.is_match(text).then_some("exception")
    }
}

/// The package that pip or uv could not build: `x` of ``Failed to build `x==1.0` ``.
fn building(text: &str) -> Option<String> {
    let rest = match text.split_once("ailed building wheel for ") {
        Some((_, rest)) => return rest.split_whitespace().next().map(str::to_owned),
        None => {
            ["ailed to build `", "ailed to build: ", "ailed to build '"]
                .iter()
                .find_map(|start| text.split_once(start))?
                .1
        }
    };
    let rest = rest.trim_start_matches('`');
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(rest.len());
    // A version or an address follows the name; a path or a target of make is no package.
    let is_requirement = ["==", " @ ", "' when "].iter().any(|start| rest[end..].starts_with(start));
    (end > 0 && is_requirement).then(|| rest[..end].to_owned())
}

/// Is the line an exception by its name: `IndexError: …`, `a.b.CalledProcessError: …`?
fn ends_as_an_exception(text: &str) -> bool {
    let name = text.trim().split(':').next().unwrap_or_default();
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c == '_' || c == '.' || c.is_alphanumeric());
    is_name(name) && ["Error", "Exception", "Exit", "Interrupt", "NotFound"].iter().any(|end| name.ends_with(end))
}

/// The command that a message names as what installs the missing; none where the line is a command that was run.
fn asks(text: &str) -> Option<String> {
    static ASKS: OnceLock<Regex> = OnceLock::new();
    let asks = ASKS.get_or_init(|| {
        Regex::new(
            r"\b((?:sudo )?(?:(?:apt|apt-get|aptitude|dnf|yum|zypper|brew|conda|mamba|pkg|port) (?:-y )?install|apk add|pacman -S|pip3? install|rustup (?:update|target add|toolchain install)|xcode-select --install)(?: [\w.+@=<>-]+)*)",
        )
        .expect("a constant")
    });
    let trimmed = text.trim_start();
    let is_run = [
        "$ ", "# ", "+ ", "> ", "% ", "RUN ", "Step ", "#", "sudo ", "apt", "pip", "conda", "brew", "dnf", "yum", "apk",
    ]
    .iter()
    .any(|start| trimmed.starts_with(start));
    if is_run {
        return None;
    }
    let found = asks.captures(text)?.get(1)?;
    // `user@host:~$ apt install x` was run as well.
    let before = text[..found.start()].trim_end();
    let is_prompt = before.ends_with(['$', '#', '%', '>', '|', '&']);
    (!is_prompt && !text.contains("Requirement already") && !text.contains("WARNING: "))
        .then(|| found.as_str().to_owned())
}

/// The sign in a line, if it is one.
fn sign(line: &Line) -> Option<&'static str> {
    let text = line.text.trim_start();
    let hits = signs().find_overlapping_iter(text);
    let fits = |hit: &aho_corasick::Match| !SIGNS[hit.pattern().as_usize()].is_first || hit.start() == 0;
    let found = hits.filter(fits).map(|hit| hit.pattern().as_usize()).min();
    let kind = found.map(|at| SIGNS[at].kind).or(line.is_error.then_some("error")).or_else(|| summary(text))?;
    let is_harmless = kind == "none"
        // pip tells of versions that do not fit each other, and goes on.
        || text.starts_with("pip's dependency resolver does not currently")
        || kind == "compile" && (text.contains("warning: ") || text.contains("-Werror") && !text.contains("[-Werror"))
        || kind == "error" && text.contains(" requires ") && text.contains("incompatible");
    (!is_harmless).then_some(kind)
}

/// A test program's last line.
fn summary(text: &str) -> Option<&'static str> {
    static SUMMARY: OnceLock<Regex> = OnceLock::new();
    if !text.starts_with('=') && !text.contains(" failed") && !text.contains(" error") {
        return None;
    }
    let summary = SUMMARY.get_or_init(|| {
        Regex::new(r"^=*\s*(?:.*\s)?[1-9]\d* (?:failed|errors?)\b.* in \d+(?:\.\d+)?s").expect("a constant")
    });
    summary.is_match(text).then_some("tests")
}
