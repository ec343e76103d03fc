//! The symbols of an edge and of a file, in a line that leads to all of them.

use crate::export::count;
use crate::graph::NodeId;
use crate::survey::{EdgeSymbols, SymbolRow};
use crate::tui::styled_text::{Link, Prose, ended};
use crate::tui::symbols::SymbolBoard;
use crate::tui::theme::Tone;

/// So many symbols are named, and so much of each name.
const MOST_NAMED: usize = 3;
const NAME: usize = 40;

/// Which symbols make an edge; red where they are undefined.
pub(super) fn of_edge(board: &SymbolBoard, by: NodeId, of: NodeId) -> Option<Prose> {
    if board.is_reading(by) {
        return Some(Prose::field("symbols", Tone::Dim, "reading …"));
    }
    let symbols = board.of(by)?;
    let places = symbols.of(of)?;
    if places.is_empty() {
        let told = "none: overlinked, nothing of it is used";
        return symbols.is_overlinked(of).then(|| Prose::field("symbols", Tone::Plain, told));
    }
    let rows: Vec<&SymbolRow> = places.iter().map(|&at| &symbols.rows[at]).collect();
    Some(told(&rows, "").to(Link::Symbols(by, Some(of))))
}

/// How many symbols a file needs, and those that nothing defines.
pub(super) fn of_file(board: &SymbolBoard, by: NodeId) -> Option<Prose> {
    if board.is_reading(by) {
        return Some(Prose::field("symbols", Tone::Dim, "reading …"));
    }
    let symbols = board.of(by)?;
    let rows: Vec<&SymbolRow> = symbols.rows.iter().collect();
    let how = if symbols.is_partial { " in this snapshot" } else { " needed" };
    (!rows.is_empty()).then(|| told(&rows, how).to(Link::Symbols(by, None)))
}

/// `14, 2 undefined: dgemm_, dsyrk_ ►`.
fn told(rows: &[&SymbolRow], how: &str) -> Prose {
    let undefined: Vec<&&SymbolRow> = rows.iter().filter(|row| row.fails()).collect();
    let named = |rows: &[&&SymbolRow]| {
        let name = |row: &&&SymbolRow| ended(&row.demangled().unwrap_or_else(|| row.symbol.to_string()), NAME);
        let names: Vec<String> = rows.iter().take(MOST_NAMED).map(name).collect();
        format!("{}{}", names.join(", "), if rows.len() > MOST_NAMED { ", …" } else { "" })
    };
    let many = format!("{}{how}", rows.len());
    if undefined.is_empty() {
        let all: Vec<&&SymbolRow> = rows.iter().collect();
        return Prose::field("symbols", Tone::Plain, format!("{many}: {} ►", named(&all)));
    }
    Prose::field("symbols", Tone::Plain, format!("{many}, "))
        .then(Tone::Error, format!("{} undefined: {} ►", undefined.len(), named(&undefined)))
}

/// What stands behind a need: how many symbols come from it.
pub(super) fn behind(symbols: Option<&EdgeSymbols>, of: NodeId) -> String {
    let Some((symbols, places)) = symbols.and_then(|symbols| Some((symbols, symbols.of(of)?))) else {
        return String::new();
    };
    let undefined = places.iter().filter(|&&at| symbols.rows[at].fails()).count();
    match (places.len(), undefined) {
        (0, _) if symbols.is_overlinked(of) => "  overlinked".into(),
        (0, _) => String::new(),
        (all, 0) => format!("  {}", count(all, "symbol")),
        (all, undefined) => format!("  {}, {undefined} undefined", count(all, "symbol")),
    }
}
