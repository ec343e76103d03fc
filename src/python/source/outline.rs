//! A source without the bodies of its functions: what runs when a module is imported, and nothing that only calls would run.
//!
//! Most code of a module stands in functions that its import never calls. Parsing takes time and memory by the length of the
//! code, so their bodies are made blank first: every statement stays where it stood, byte by byte.

use std::ops::Range;

use crate::python::names::{line_end, text_end};

/// A source, and the places in it that were made blank.
#[derive(Debug)]
pub(super) struct Outline {
    pub text: String,
    /// The bodies, in order.
    pub bodies: Vec<Range<u32>>,
}

/// The outline of a source; none where there is nothing to leave out, and where texts or brackets do not end as far as this
/// reader understands them.
pub(super) fn outline(text: &str) -> Option<Outline> {
    let bodies = bodies(text.as_bytes())?;
    let mut blank = text.as_bytes().to_vec();
    for body in &bodies {
        blank[body.clone()].fill(b' ');
        blank[body.start] = b'0';
    }
    let bodies: Vec<Range<u32>> = bodies.into_iter().map(|body| body.start as u32..body.end as u32).collect();
    (!bodies.is_empty()).then_some(Outline { text: String::from_utf8(blank).ok()?, bodies })
}

/// Where the bodies of functions stand that lie in no other function, each from its first statement to the end of its last.
fn bodies(source: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut bodies = Vec::new();
    // The column of the `def` that the lines belong to, and its body as far as it was seen.
    let mut function: Option<(usize, Option<Range<usize>>)> = None;
    let mut at = 0;
    while at < source.len() {
        let (start, column) = indent(source, at);
        if matches!(source.get(start), None | Some(b'\n' | b'\r' | b'#')) {
            at = line_end(source, start) + 1;
            continue;
        }
        let line = logical_line(source, start)?;
        function = match function {
            Some((outer, body)) if column > outer => {
                let begin = body.map_or(start, |body| body.start);
                Some((outer, Some(begin..line.end)))
            }
            ended => {
                bodies.extend(ended.and_then(|(_, body)| body));
                (line.opens_block && is_def(&source[start..])).then_some((column, None))
            }
        };
        at = line.end + 1;
    }
    bodies.extend(function.and_then(|(_, body)| body));
    Some(bodies)
}

/// Where the first word of a line stands, and in which column, as CPython counts tabs.
fn indent(source: &[u8], mut at: usize) -> (usize, usize) {
    let mut column = 0;
    while let Some(byte) = source.get(at) {
        column = match byte {
            b' ' => column + 1,
            b'\t' => column / 8 * 8 + 8,
            b'\x0c' => 0,
            _ => break,
        };
        at += 1;
    }
    (at, column)
}

fn is_def(line: &[u8]) -> bool {
    let after = |line: &[u8], word: &[u8]| {
        let rest = line.strip_prefix(word)?;
        let words = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
        (words > 0).then(|| line.len() - rest.len() + words)
    };
    let line = after(line, b"async").map_or(line, |words| &line[words..]);
    after(line, b"def").is_some()
}

/// A statement's line, over brackets, texts, and escaped line feeds.
struct LogicalLine {
    /// At its line feed, or behind the source.
    end: usize,
    /// Is a colon the last that stands in it?
    opens_block: bool,
}

fn logical_line(source: &[u8], start: usize) -> Option<LogicalLine> {
    let (mut at, mut depth, mut last) = (start, 0_usize, 0);
    while let Some(&byte) = source.get(at) {
        match byte {
            b'\n' if depth == 0 => break,
            b'#' => {
                at = line_end(source, at);
                continue;
            }
            b'"' | b'\'' => {
                let end = text_end(source, at);
                if is_formatted(&source[start..at]) && !is_balanced(&source[at..end]) {
                    return None;
                }
                (at, last) = (end, byte);
                continue;
            }
            b'\\' => {
                at += if source[at..].starts_with(b"\\\r\n") { 3 } else { 2 };
                continue;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            last = byte;
        }
        at += 1;
    }
    let at = at.min(source.len());
    (depth == 0).then_some(LogicalLine { end: at, opens_block: last == b':' })
}

/// Does a prefix of a text that holds expressions stand at the end of this?
fn is_formatted(before: &[u8]) -> bool {
    let prefix = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
    let prefix: Vec<u8> = prefix.take(3).map(u8::to_ascii_lowercase).collect();
    prefix.len() <= 2 && prefix.iter().any(|letter| matches!(letter, b'f' | b't'))
}

/// Do the braces in a text with expressions close? They do not where an expression has the quote of the text around it
/// (PEP 701), so that the text goes on.
fn is_balanced(text: &[u8]) -> bool {
    let mut depth = 0_i32;
    for byte in text {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::outline;

    fn blank(source: &str) -> String {
        outline(source).map_or_else(|| "all".to_owned(), |outline| outline.text)
    }

    #[test]
    fn bodies_are_left_out_and_everything_keeps_its_place() {
        assert_eq!(blank("def f(a):\n    b\n    c\nx\n"), "def f(a):\n    0      \nx\n");
        assert_eq!(
            blank("class A:\n  @d\n  async  def f(\n a): # t:\n   '''\nx'''\n  y = 1\n"),
            "class A:\n  @d\n  async  def f(\n a): # t:\n   0       \n  y = 1\n"
        );
        assert_eq!(blank("if a:\n\tdef f():\n\t    b\n        c\n"), "if a:\n\tdef f():\n\t    0\n        c\n");
        assert_eq!(
            blank("def f():\n  def g():\n    a\n  b\n\n# c\nd\n"),
            format!("def f():\n  0{}\n\n# c\nd\n", " ".repeat(17))
        );
    }

    #[test]
    fn what_is_no_body_stays() {
        for source in ["def f(): return 1\nx\n", "x = 'def f():\\\n  y'\n", "'''\ndef f():\n  x\n'''\n", "define(x)\n"]
        {
            assert_eq!(blank(source), "all", "{source}");
        }
        let after = |body: &str| format!("def f():\n {body}\nx\n");
        for body in ["(\na)", "'''\na'''", "a\\\nb", "[ # (\n]", "f'{a}'"] {
            let blank = blank(&after(body));
            assert_eq!((blank.lines().count(), blank.lines().last()), (3, Some("x")), "{body}");
        }
    }

    #[test]
    fn what_this_reader_does_not_understand_is_read_whole() {
        for source in ["def f():\n  x = (\n", "def f():\n  f'{a['b']}'\n", "def f():\n  f'{{'\n", "def f():\n  )\n"] {
            assert_eq!(blank(source), "all", "{source}");
        }
    }
}
