//! The lines of a log that a person may want to look at: all of a small one; of a large one its beginning, and what lies around its
//! incidents.

use std::collections::VecDeque;

/// So many bytes of a log's beginning are kept, and as many again of what lies around incidents.
const MOST_BYTES: usize = 4 << 20;
/// So many lines before and after an incident.
const AROUND: usize = 40;
/// Of a line so many bytes.
const MOST_LINE: usize = 2048;
/// Lines that may be read before what stands in them is recognized.
const RECENT: usize = AROUND + 64;

/// Lines of a log with their numbers, counted from 1, in the order of the log.
#[derive(Clone, Debug, Default)]
pub struct LogText {
    lines: Vec<(usize, String)>,
    bytes: usize,
    /// The last lines that were not kept.
    recent: VecDeque<(usize, String)>,
    /// Up to this line everything is kept.
    wanted: usize,
}

impl LogText {
    /// The next line, as the log has it without colors.
    pub(super) fn push(&mut self, number: usize, text: &str) {
        let text = super::reader::cut(text, MOST_LINE);
        if self.bytes < MOST_BYTES || number <= self.wanted && self.bytes < 2 * MOST_BYTES {
            self.bytes += text.len();
            self.lines.push((number, text.to_owned()));
            return;
        }
        let mut room =
            if self.recent.len() == RECENT { self.recent.pop_front().unwrap_or_default().1 } else { String::new() };
        room.clear();
        room.push_str(text);
        self.recent.push_back((number, room));
    }

    /// An incident begins in this line: what lies around it is kept.
    pub(super) fn want(&mut self, line: usize) {
        self.wanted = self.wanted.max(line + AROUND);
        while self.bytes < 2 * MOST_BYTES
            && let Some((number, text)) = self.recent.pop_front()
        {
            if number + AROUND >= line {
                self.bytes += text.len();
                self.lines.push((number, text));
            }
        }
    }

    /// The log is at its end.
    pub(super) fn finished(mut self) -> LogText {
        self.recent = VecDeque::new();
        self
    }

    /// The lines that are kept, with their numbers.
    pub fn lines(&self) -> &[(usize, String)] {
        &self.lines
    }

    /// The place of a line among those that are kept; where it is not kept, that of the next.
    pub fn place(&self, number: usize) -> usize {
        self.lines.partition_point(|(known, _)| *known < number)
    }
}

#[cfg(test)]
mod tests {
    use super::{AROUND, LogText, MOST_BYTES};

    #[test]
    fn a_small_log_is_kept_whole_and_of_a_large_one_what_lies_around_an_incident() {
        let mut excerpt = LogText::default();
        let line = "x".repeat(1024);
        let many = MOST_BYTES / line.len();
        for number in 1..=3 * many {
            excerpt.push(number, &line);
            if number == 2 * many {
                excerpt.want(number);
            }
        }
        let excerpt = excerpt.finished();
        let has = |number: usize| excerpt.lines().get(excerpt.place(number)).is_some_and(|(known, _)| *known == number);
        assert!(has(1) && has(many));
        assert!(!has(many + many / 2) && !has(3 * many));
        assert!(has(2 * many) && has(2 * many - AROUND) && has(2 * many + AROUND), "around the incident");
        assert!(excerpt.lines().windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
