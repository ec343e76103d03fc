//! The pictures in README and the book are what the program shows: each screen becomes an SVG.

use std::fmt::Write as _;
use std::path::Path;

use super::{DYLENS, Session};

/// Columns and rows.
const SIZE: (u16, u16) = (120, 36);
/// A cell, in pixels.
const CELL: (f64, f64) = (8.43, 18.0);
const MARGIN: f64 = 12.0;
const INK: &str = "#d6dbe4";
const PAPER: &str = "#14181f";

/// The sixteen colors of a terminal, as they are drawn.
const COLORS: [&str; 16] = [
    "#14181f", "#ff6b5e", "#7bc275", "#e5c15c", "#6fa8dc", "#c792ea", "#5fc9d8", "#d6dbe4", "#5c6675", "#ff8b80",
    "#9bdb95", "#f2d580", "#8fc1f0", "#dbb3f5", "#86dfeb", "#ffffff",
];

/// Each picture: its name, the arguments, the keys, one write each, and what the screen says when it is ready.
const PICTURES: &[(&str, &[&str], &[&str], &str)] = &[
    ("problems", &["--demo=linux"], &[], "Problems 9"),
    ("dylib", &["--demo"], &["/", "opencv is:missing", "\r", "\x1b", "2"], "› @rpath/libopencv_core"),
    ("prefix", &["--demo"], &["/", "tsdownsample_rs", "\r", "\x1b", "2"], "› _tsdownsample_rs"),
    ("numpy", &["--demo"], &["9"], "NumPy's C API"),
    ("flow", &["--demo=linux"], &["3", "v", "v"], "whole environment"),
    ("search", &["--demo=linux"], &["/", "torch so"], "Search:"),
    ("light", &["--demo=linux", "--theme", "light"], &["2"], "[2 Graph]"),
];

/// The program when it has been typed at.
fn typed(arguments: &[&str], keys: &[&str], ready: &str) -> Session {
    let mut session = Session::of(DYLENS, arguments, &[("COLORTERM", "truecolor")], SIZE);
    session.wait_for("system libraries hidden");
    for key in keys {
        session.settled();
        session.press(key);
    }
    session.wait_for(ready);
    session
}

/// `UPDATE_DOCS=1 cargo test --test pty pictures` writes them.
#[test]
fn the_pictures_show_what_the_program_shows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screens");
    for (name, arguments, keys, ready) in PICTURES {
        let session = typed(arguments, keys, ready);
        let path = folder.join(format!("{name}.svg"));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            session.settled();
            std::fs::write(&path, svg(session.terminal().screen())).expect("a file");
        }
        let picture = std::fs::read_to_string(&path).expect("the picture");
        let stale =
            format!("assets/screens/{name}.svg is stale; UPDATE_DOCS=1 cargo test --test pty pictures writes it");
        // A graph is laid out beside the screen, and comes when it is ready.
        session.wait_till(&stale, |session| svg(session.terminal().screen()) == picture);
    }
}

fn color(color: vt100::Color, usual: &str) -> String {
    match color {
        vt100::Color::Default => usual.to_owned(),
        vt100::Color::Idx(at) if at < 16 => COLORS[usize::from(at)].to_owned(),
        vt100::Color::Idx(at) if at < 232 => {
            let part = |by: u8| match (at - 16) / by % 6 {
                0 => 0,
                step => 55 + 40 * step,
            };
            format!("#{:02x}{:02x}{:02x}", part(36), part(6), part(1))
        }
        vt100::Color::Idx(at) => {
            let gray = 8 + 10 * (at - 232);
            format!("#{gray:02x}{gray:02x}{gray:02x}")
        }
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

/// How a cell looks.
#[derive(Clone, PartialEq)]
struct Look {
    ink: String,
    paper: String,
    bold: bool,
    dim: bool,
    underlined: bool,
}

fn look(cell: &vt100::Cell) -> Look {
    let (mut ink, mut paper) = (color(cell.fgcolor(), INK), color(cell.bgcolor(), PAPER));
    if cell.inverse() {
        std::mem::swap(&mut ink, &mut paper);
    }
    Look { ink, paper, bold: cell.bold(), dim: cell.dim(), underlined: cell.underline() }
}

fn svg(screen: &vt100::Screen) -> String {
    let (width, height) = (f64::from(SIZE.0) * CELL.0 + 2.0 * MARGIN, f64::from(SIZE.1) * CELL.1 + 2.0 * MARGIN);
    let ground = screen.cell(0, 0).map_or_else(|| PAPER.to_owned(), |cell| look(cell).paper);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\" xml:space=\"preserve\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{ground}\"/>\n"
    );
    for row in 0..SIZE.1 {
        let cells: Vec<(u16, String, Look)> = (0..SIZE.0)
            .filter_map(|column| {
                let cell = screen.cell(row, column)?;
                let letters = if cell.has_contents() { cell.contents().to_owned() } else { " ".to_owned() };
                (!cell.is_wide_continuation()).then(|| (column, letters, look(cell)))
            })
            .collect();
        for run in cells.chunk_by(|one, other| one.2 == other.2) {
            paint(&mut text, row, run, &ground);
        }
    }
    text + "</svg>\n"
}

/// The dots of a braille letter, two columns of four.
fn dots(text: &mut String, (x, y): (f64, f64), letter: char, ink: &str) {
    const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
    for (row, bits) in BITS.iter().enumerate() {
        for (column, _) in bits.iter().enumerate().filter(|(_, bit)| (letter as u32 - 0x2800) & **bit != 0) {
            let (x, y) = (x + 2.2 + 4.0 * column as f64, y + 3.5 + 3.7 * row as f64);
            let _ = writeln!(text, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"1.2\" fill=\"{ink}\"/>");
        }
    }
}

/// A run of cells that look alike.
fn paint(text: &mut String, row: u16, run: &[(u16, String, Look)], ground: &str) {
    let (first, look) = (f64::from(run[0].0), &run[0].2);
    let letters: String = run.iter().map(|(_, letters, _)| letters.as_str()).collect();
    let (x, y) = (MARGIN + first * CELL.0, MARGIN + f64::from(row) * CELL.1);
    let width = run.len() as f64 * CELL.0;
    if look.paper != ground {
        let _ = writeln!(
            text,
            "<rect x=\"{x:.2}\" y=\"{y:.1}\" width=\"{width:.2}\" height=\"{}\" fill=\"{}\"/>",
            CELL.1, look.paper
        );
    }
    // Dots are drawn: no two fonts have them as wide as letters.
    let is_dots = |letter: &char| ('\u{2800}'..='\u{28ff}').contains(letter);
    for (at, letter) in letters.chars().enumerate().filter(|(_, letter)| is_dots(letter)) {
        dots(text, (x + at as f64 * CELL.0, y), letter, &look.ink);
    }
    let letters: String = letters.chars().map(|letter| if is_dots(&letter) { ' ' } else { letter }).collect();
    if letters.trim().is_empty() {
        return;
    }
    let escaped = letters.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut style = String::new();
    if look.bold {
        style += " font-weight=\"bold\"";
    }
    if look.dim {
        style += " opacity=\"0.55\"";
    }
    if look.underlined {
        style += " text-decoration=\"underline\"";
    }
    let _ = writeln!(
        text,
        "<text x=\"{x:.2}\" y=\"{:.1}\" textLength=\"{width:.2}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{style} xml:space=\"preserve\">{escaped}</text>",
        y + 13.5,
        look.ink
    );
}
