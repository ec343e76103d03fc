//! How long a long log takes to read, and how much memory: a synthetic one of 256 MB, or of as many as `DYLENS_BENCH_MB` says.
//!
//! `cargo bench --bench logs` prints both beside their goals, which are a minute and 256 MB for each GB, and fails where one is missed;
//! and the time of its two halves, as reading must take time in proportion to the length.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench has a disk, a clock and a screen"
)]

use std::fmt::Write;
use std::time::{Duration, Instant};

use dylens::buildlog::Reader;

const MB: usize = 1 << 20;
/// For each GB.
const SECONDS: f64 = 60.0;
const MEMORY: usize = 256 * MB;

/// What builds print; `#` stands for a number.
const LINES: [&str; 12] = [
    "2026-11-25T10:11:12.1234567Z   Downloading numpy-2.#-cp311-cp311-manylinux_2_17_x86_64.whl (18.2 MB)",
    "   Compiling serde v1.0.#",
    "[#/812] Building CXX object CMakeFiles/x.dir/src/a#.cpp.o",
    "gcc -Wno-unused-result -DNDEBUG -g -O3 -Wall -fPIC -I/usr/include/python3.11 -c src/mod#.c -o build/temp.linux-x86_64/src/mod#.o",
    "src/mod#.c:12:5: warning: unused variable ‘x’ [-Wunused-variable]",
    "tests/test_a.py::test_# PASSED",
    "npm warn deprecated har-validator@5.1.#: this library is no longer supported",
    "-- Looking for include file foo#.h - not found",
    "copying pkg/mod#.py -> build/lib/pkg",
    "\u{1b}[32mINFO\u{1b}[0m step # done",
    "  File \"/a/b#.py\", line 3, in f\n    raise X()",
    "",
];
/// Among so many lines one is a message.
const MESSAGES: usize = 50_000;

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

/// The next megabyte of the log.
fn piece(dice: &mut Dice, text: &mut String) {
    text.clear();
    while text.len() < MB {
        if dice.below(MESSAGES) == 0 {
            let number = dice.below(500);
            writeln!(text, "ImportError: lib{number}.so.1: cannot open shared object file: No such file or directory")
                .expect("text");
            continue;
        }
        for c in LINES[dice.below(LINES.len())].chars() {
            match c {
                '#' => write!(text, "{}", dice.below(10_000)).expect("text"),
                c => text.push(c),
            }
        }
        text.push('\n');
    }
}

/// The most memory that the process had so far, where the system tells.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<usize>().ok()? * 1024)
}

fn main() {
    let size: usize = std::env::var("DYLENS_BENCH_MB").ok().and_then(|text| text.parse().ok()).unwrap_or(256);
    let (mut dice, mut text, mut reader) = (Dice(1), String::new(), Reader::default());
    let mut halves = [Duration::ZERO; 2];
    for at in 0..size {
        piece(&mut dice, &mut text);
        let begun = Instant::now();
        reader.feed(text.as_bytes());
        halves[at * 2 / size] += begun.elapsed();
    }
    let begun = Instant::now();
    let log = reader.finish();
    halves[1] += begun.elapsed();
    let [first, second] = halves.map(|half| half.as_secs_f64());
    let whole = (first + second) * 1024.0 / size as f64;
    println!("{size} MB, {} lines, {} incidents", log.lines, log.incidents.len());
    println!("{:.1} s ({first:.1} and {second:.1}): {whole:.0} s a GB, goal {SECONDS:.0}", first + second);
    let memory = peak();
    println!("{} MB of memory at most, goal {}", memory.map_or(0, |bytes| bytes / MB), MEMORY / MB);
    let is_linear = second < 1.5 * first + 0.1;
    assert!(whole <= SECONDS && is_linear && memory.is_none_or(|bytes| bytes <= MEMORY), "a goal is missed");
}
