//! Logs of builds that succeeded, or failed for reasons that no native file has: none is named, and a failure is one.

use dylens::buildlog::Judged;
use dylens::tools::ToolId;

use super::alone;

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }

    fn of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len())]
    }
}

const NAMES: [&str; 8] = ["numpy", "requests", "serde", "left-pad", "liba", "error-chain", "crypt", "torch"];

/// What tools say on their way, whether they succeed or not; `@` stands for a name, `#` for a number.
const TALK: [(&str, &[&str]); 6] = [
    (
        "pip",
        &[
            "Collecting @==1.#",
            "  Downloading @-1.#-cp311-cp311-manylinux_2_17_x86_64.whl (1.# MB)",
            "  Using cached @-1.#.tar.gz (4# kB)",
            "  Preparing metadata (pyproject.toml): started",
            "  Building wheel for @ (pyproject.toml): finished with status 'done'",
            "WARNING: Running pip as the 'root' user can result in broken permissions",
            "  copying src/@.cpython-311-x86_64-linux-gnu.so -> build/lib",
        ],
    ),
    (
        "cargo",
        &[
            "   Compiling @ v1.#",
            "warning: unused variable: `error`",
            "  --> src/lib.rs:#:9",
            "    Updating crates.io index",
            "warning: `@` (lib) generated # warnings",
        ],
    ),
    (
        "gcc",
        &[
            "gcc -Wall -fPIC -c @.c -o @.o",
            "@.c:#:5: warning: implicit declaration of function ‘dlopen’ [-Wimplicit-function-declaration]",
            "cc -shared -o lib@.so @.o -lm",
            "ar rcs lib@.a @.o",
            "checking for dlopen in -ldl... no",
            "checking for lib@.so... not found",
        ],
    ),
    (
        "pytest",
        &[
            "tests/test_@.py::test_missing_library_is_reported PASSED  [ #%]",
            "tests/test_@.py ....s..  [ #%]",
            "  DeprecationWarning: @ is deprecated",
            "collected # items",
        ],
    ),
    (
        "npm",
        &[
            "npm warn deprecated @@1.#: this library is no longer supported",
            "added # packages, and audited # packages in 4s",
            "> node-gyp rebuild",
            "gyp info spawn args [ 'BUILDTYPE=Release', '-C', 'build' ]",
        ],
    ),
    (
        "cmake",
        &[
            "-- Found Python: /usr/bin/python3 (found version \"3.11.2\")",
            "-- Could NOT find @ (missing: @_LIBRARY @_INCLUDE_DIR)",
            "-- Looking for @.h - not found",
            "-- Performing Test HAVE_@ - Failed",
            "[#/812] Building CXX object CMakeFiles/@.dir/src/a#.cpp.o",
        ],
    ),
];

/// How each of them ends well.
const WELL: [&[&str]; 6] = [
    &["Successfully installed @-1.#"],
    &[
        "    Finished `release` profile [optimized] target(s) in #s",
        "test result: ok. # passed; 0 failed; 0 ignored; finished in 0.0#s",
    ],
    &["make: Nothing to be done for 'all'.", "make[1]: Leaving directory '/src'"],
    &["===== # passed, 1 warning in 0.#s ====="],
    &["found 0 vulnerabilities"],
    &["-- Build files have been written to: /src/build", "[100%] Built target @"],
];

/// And how for a reason of its own.
const BADLY: [&[&str]; 6] = [
    &[
        "ERROR: No matching distribution found for @==9",
        "error: externally-managed-environment",
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
        "ERROR: Failed building wheel for @",
        "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io",
    ],
    &[
        "error: could not compile `@` (lib) due to # previous errors",
        "error[E0433]: failed to resolve: use of undeclared crate or module `@`",
    ],
    &[
        "@.c:#:5: error: unknown type name ‘foo’",
        "make: *** [Makefile:#: @.o] Error 1",
        "cc: fatal error: Killed signal terminated program cc1plus",
    ],
    &["FAILED tests/test_@.py::test_a - assert 1 == 2", "===== # failed, 3 passed in 0.12s ====="],
    &[
        "error: command failed",
        "ERROR: failed to solve: process \"/bin/sh -c npm ci\" did not complete successfully: exit code: 1",
    ],
    &[
        "CMake Error at CMakeLists.txt:# (add_library):",
        "ninja: build stopped: subcommand failed.",
        "Segmentation fault (core dumped)",
    ],
];

/// Collectors, as CI has them.
const COLLECTED: [&str; 4] = ["", "2026-11-25T10:11:12.1234567Z ", "#12 34.5 ", "  | "];

fn filled(text: &str, dice: &mut Dice) -> String {
    let mut filled = String::new();
    for c in text.chars() {
        match c {
            '@' => filled += dice.of(&NAMES),
            '#' => filled += &(2 + dice.below(90)).to_string(),
            c => filled.push(c),
        }
    }
    filled
}

/// A log of so many lines, and the line that it ends in.
fn log(seed: u64, ends: &[&[&str]; 6]) -> (String, String) {
    let mut dice = Dice(seed);
    let tool = dice.below(TALK.len());
    let prefix = dice.of(&COLLECTED);
    let mut lines: Vec<String> = Vec::new();
    for _ in 0..20 + dice.below(60) {
        // Now and then another tool speaks.
        let at = if dice.below(5) == 0 { dice.below(TALK.len()) } else { tool };
        let text = dice.of(TALK[at].1);
        lines.push(filled(text, &mut dice));
    }
    let end = dice.of(ends[tool]);
    let end = filled(end, &mut dice);
    lines.push(end.clone());
    (lines.iter().map(|line| format!("{prefix}{line}\n")).collect(), end)
}

/// Is a native file named?
fn names_a_file(judged: &Judged) -> bool {
    judged.file.is_some() || judged.incident.tool != ToolId::Build
}

#[test]
fn a_hundred_builds_that_succeeded_are_no_failures() {
    for seed in 1..=100 {
        let (text, _) = log(seed, &WELL);
        let judged = alone(&text);
        assert!(
            !judged.iter().any(|judged| judged.is_failure() || names_a_file(judged)),
            "{seed}:\n{text}\n{judged:#?}"
        );
    }
}

#[test]
fn a_hundred_builds_that_failed_for_other_reasons_are_failures_with_their_last_error() {
    for seed in 1..=100 {
        let (text, end) = log(seed, &BADLY);
        let judged = alone(&text);
        assert!(judged.iter().any(Judged::is_failure), "{seed}:\n{text}");
        assert!(!judged.iter().any(names_a_file), "{seed}:\n{text}\n{judged:#?}");
        let quoted = end.trim_start_matches("ERROR: ");
        assert!(judged[0].sentence.contains(quoted), "{seed}: {end} is not in {}", judged[0].sentence);
    }
}
