//! Lines that a terminal, an editor or a mail program cut at its width, made whole again.
//!
//! A cut leaves pieces that are all as wide as the cut, but for the last. So a line goes on in the next where it is as wide as
//! the widest around it, and either another is as wide or the width is one that programs cut at and the cut went through a
//! word.

use std::collections::VecDeque;

use super::lines::Line;

/// Nobody cuts narrower than this.
const NARROWEST: usize = 40;
/// Nobody cuts wider than this.
const WIDEST: usize = 300;
/// Widths that terminals and forms have.
const COMMON: [usize; 12] = [60, 72, 76, 78, 79, 80, 100, 118, 119, 120, 132, 160];
/// So many lines before the one that is looked at count too.
const REMEMBERED: usize = 16;

/// The widths of the lines that were looked at last.
#[derive(Debug, Default)]
pub(super) struct Widths(VecDeque<(usize, u64)>);

/// What tells that two lines of one width are different.
fn sum(text: &str) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Widths {
    /// A line has been looked at.
    pub(super) fn passed(&mut self, line: &Line) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((line.width, sum(&line.text)));
    }

    /// Makes a line of the window whole, of so many lines as were one.
    pub(super) fn rejoin(&self, window: &mut VecDeque<Line>, at: usize) {
        while window.len() > at + 1 && self.goes_on(window, at) {
            let Some(next) = window.remove(at + 1) else { return };
            let Some(line) = window.get_mut(at) else { return };
            if !line.join(next) {
                return;
            }
        }
    }

    /// Was a line of the window cut, and is the next its rest?
    fn goes_on(&self, window: &VecDeque<Line>, at: usize) -> bool {
        let (line, next) = (&window[at], &window[at + 1]);
        let width = line.width;
        if !(NARROWEST..=WIDEST).contains(&width) || next.text.is_empty() || next.width > width || begins_anew(next) {
            return false;
        }
        let around = || self.0.iter().map(|(width, _)| *width).chain(window.iter().map(|line| line.width));
        if around().any(|other| other > width) {
            return false;
        }
        let own = sum(&line.text);
        let as_wide = |other: &&Line| other.width == width && other.text != line.text;
        let established = self.0.iter().any(|(other, sum)| *other == width && *sum != own)
            || window.iter().any(|other| as_wide(&other))
            || line.starts.len() > 1;
        established || is_common(line) && is_within_a_word(line, next)
    }
}

fn is_common(line: &Line) -> bool {
    COMMON.contains(&line.width) || COMMON.contains(&line.own_width)
}

/// Does the end of the one and the beginning of the other look like halves of a word or a path?
fn is_within_a_word(line: &Line, next: &Line) -> bool {
    let is_inside = |c: char| c.is_alphanumeric() || "_/\\.-+@:'\"<>()[]{},=*&".contains(c);
    let ends = line.text.chars().next_back().is_some_and(|c| is_inside(c) || line.ends_blank);
    let rises = line.text.ends_with(char::is_lowercase) && next.text.starts_with(char::is_uppercase);
    // `File "x.py", line 4, in <module>` is whole.
    let is_frame = line.text.ends_with('>') && line.text.contains("\", line ");
    ends && !rises && !is_frame && next.text.chars().next().is_some_and(|c| is_inside(c) || c == ' ')
}

/// Does a line look like the first of something?
fn begins_anew(next: &Line) -> bool {
    const BEGINNINGS: [&str; 9] = [
        "Traceback ",
        "During handling",
        "The above exception",
        "File \"",
        "error:",
        "ERROR",
        "warning:",
        "WARNING",
        "Caused by:",
    ];
    let text = next.text.trim_start();
    next.begins
        || next.text.starts_with("  ")
        || next.text.starts_with('\t')
        || BEGINNINGS.iter().any(|it| text.starts_with(it))
        || is_of_a_process(text)
}

/// `[2212] Failed to execute script`: PyInstaller's programs begin their own lines with the number of the process.
fn is_of_a_process(text: &str) -> bool {
    let number = text.strip_prefix('[').and_then(|rest| rest.split_once("] ")).map(|(number, _)| number);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}
