//! The symbols that make an edge, or all that a file needs.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::overlay::{ListArea, Overlay};
use super::search;
use crate::export::count;
use crate::graph::NodeId;
use crate::printable::printable;
use crate::survey::{EdgeSymbols, SymbolRow, SymbolStatus};
use crate::tui::details;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::paint::{box_area, boxed, dim, lines, row, title};
use crate::tui::pane::Pane;
use crate::tui::scan_index::{NodeKind, ScanIndex, brief};
use crate::tui::scrolling::{inside, window};
use crate::tui::styled_text::{Link, ended, shortened};
use crate::tui::symbols::has_symbols;
use crate::tui::theme::Tone;

/// A list of symbols.
pub struct SymbolList {
    /// The file that needs them.
    pub by: NodeId,
    /// The need that they come from; none for all.
    pub of: Option<NodeId>,
    /// None before they are read.
    symbols: Option<Arc<EdgeSymbols>>,
    /// They cannot be read.
    is_unreadable: bool,
    /// The places of the rows that are shown.
    rows: Vec<usize>,
    cursor: usize,
}

/// Opens the symbols of the edge that is chosen: that of the line under the cursor of the details, that by which one came to
/// the node, or that by which a missing name is needed first. Of any other file, all that it needs.
pub fn open(model: &mut Model) -> Option<Effect> {
    let (scan_index, node) = (model.scan_index.clone()?, model.chosen?);
    let needs = |by: NodeId, of: NodeId| scan_index.scan.graph.needs(by).iter().any(|(target, _)| *target == of);
    let line = model.details.get(model.link_line().unwrap_or(usize::MAX));
    let of_line = match line.and_then(|line| line.link.as_ref()).filter(|_| model.pane == Pane::Detail) {
        Some(Link::Symbols(by, of)) => Some((*by, *of)),
        Some(Link::Node(other)) if needs(node, *other) => Some((node, Some(*other))),
        Some(Link::Node(other)) if needs(*other, node) => Some((*other, Some(node))),
        _ => None,
    };
    let asking = || details::asking(&scan_index, node, (model.view.via)(model)).map(|by| (by, Some(node)));
    let (by, of) = of_line.or_else(asking).unwrap_or((node, None));
    open_edge(model, by, of)
}

/// Opens the symbols of an edge, or all that a file needs.
pub fn open_edge(model: &mut Model, by: NodeId, of: Option<NodeId>) -> Option<Effect> {
    let scan_index = model.scan_index.clone()?;
    if !has_symbols(&scan_index, by) {
        let is_snapshot = scan_index.scan.record.is_some();
        let told = if is_snapshot {
            "the snapshot has no symbols of it: take it with export --symbols"
        } else {
            "no symbols here: choose a file"
        };
        model.told = Some(told.into());
        return None;
    }
    let mut list = SymbolList { by, of, symbols: None, is_unreadable: false, rows: Vec::new(), cursor: 0 };
    match model.symbols.answer(by) {
        Some(answer) => list.take(answer),
        None => {
            let wanted = model.symbols.wanted.clone();
            model.symbols.want(wanted.into_iter().chain([by]));
        }
    }
    model.modal = Some(Box::new(list));
    None
}

impl SymbolList {
    /// Takes in what was read.
    pub fn take(&mut self, symbols: Option<Arc<EdgeSymbols>>) {
        self.is_unreadable = symbols.is_none();
        let Some(symbols) = symbols else { return };
        self.rows = match self.of {
            Some(of) => symbols.of(of).unwrap_or_default().to_vec(),
            None => (0..symbols.rows.len()).collect(),
        };
        let rank = |row: &SymbolRow| (!row.fails(), row.is_weak, row.status);
        // What nothing provides comes first; then what is asked of one library stands together.
        self.rows.sort_by_key(|&at| {
            let row = &symbols.rows[at];
            (rank(row), row.provider.clone(), at)
        });
        self.symbols = Some(symbols);
    }

    fn row(&self) -> Option<&SymbolRow> {
        self.symbols.as_ref()?.rows.get(*self.rows.get(self.cursor)?)
    }

    fn size(&self, body: Rect) -> (u16, u16) {
        let height = self.rows.len().min(usize::from(u16::MAX)) as u16;
        (110, height.saturating_add(2).clamp(5, body.height.max(5)))
    }

    fn title(&self, scan_index: &ScanIndex) -> String {
        let by = scan_index.entry(self.by).short();
        let of = self.of.map_or_else(String::new, |of| format!(" → {}", scan_index.entry(of).short()));
        let many = self.symbols.as_ref().map_or_else(
            || "reading …".into(),
            |symbols| {
                let some = if symbols.is_partial && self.of.is_none() { " in this snapshot" } else { "" };
                format!("{}{some}", count(self.rows.len(), "symbol"))
            },
        );
        format!("Symbols  {by}{of}: {many}")
    }

    /// What is said where there are none.
    fn nothing(&self, scan_index: &ScanIndex) -> String {
        let label = |node: NodeId| scan_index.entry(node).label.clone();
        match (&self.symbols, self.of) {
            _ if self.is_unreadable => format!("the symbols of {} cannot be read", label(self.by)),
            (None, _) => "reading …".into(),
            (_, None) => format!("{} needs no symbols", label(self.by)),
            (Some(symbols), Some(of)) if symbols.is_overlinked(of) => {
                format!("overlinked: {} uses no symbol of {}", label(self.by), label(of))
            }
            (_, Some(of)) => format!("no symbol is bound to {} here", label(of)),
        }
    }
}

impl Overlay for SymbolList {
    fn open(self: Box<Self>, model: &mut Model) -> Option<Effect> {
        let name = self.row().map(|row| row.symbol.to_string());
        match name {
            Some(name) => search::open_with(model, &format!("sym:{name}")),
            None => {
                model.modal = Some(self);
                None
            }
        }
    }

    fn enter(&self) -> &'static str {
        if self.rows.is_empty() { "" } else { "show who defines and needs it" }
    }

    fn cursor(&mut self) -> Option<(&mut usize, usize)> {
        Some((&mut self.cursor, self.rows.len()))
    }

    fn list(&self, body: Rect) -> Option<ListArea> {
        Some((inside(box_area(self.size(body), body)), self.rows.len(), self.cursor))
    }

    fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        let Some(scan_index) = &model.scan_index else { return };
        let heading = shortened(&self.title(scan_index), usize::from(body.width).saturating_sub(6));
        let inside = boxed(model, title(model, &heading), self.size(body), body, buffer);
        let Some(symbols) = self.symbols.as_ref().filter(|_| !self.rows.is_empty()) else {
            return dim(model, &self.nothing(scan_index), inside, buffer);
        };
        let is_missing =
            self.of.is_some_and(|of| matches!(scan_index.entry(of).kind, NodeKind::Missing | NodeKind::Absent));
        for (at, area) in window(self.rows.len(), self.cursor, inside.height.into()).zip(lines(inside)) {
            let symbol = &symbols.rows[self.rows[at]];
            let line = line(model, scan_index, symbol, (self.of.is_some(), is_missing), area.width.into());
            row(model, &line, area, (at == self.cursor).then_some(true), buffer);
        }
    }
}

/// What became of a symbol: its sign, and in words.
fn outcome(
    scan_index: &ScanIndex,
    row: &SymbolRow,
    (is_one, is_missing): (bool, bool),
) -> (Tone, &'static str, String) {
    let provider = || {
        let file = row.provider_file.map(|file| scan_index.scan.world.file(file).path.clone());
        let path = file.as_ref().or(row.provider.as_ref());
        let path = path.map(|path| printable(&scan_index.scan.shown(path).to_string()));
        path.as_deref().map_or_else(String::new, |path| brief(path).to_owned())
    };
    match row.status {
        SymbolStatus::Undefined | SymbolStatus::Unknown if is_missing && !row.is_weak => {
            (Tone::Error, "✗", "library not found".into())
        }
        SymbolStatus::Undefined if row.is_weak => (Tone::Dim, "·", "undefined, weak".into()),
        SymbolStatus::Undefined => (Tone::Error, "✗", "undefined".into()),
        SymbolStatus::Deferred => (Tone::Error, "✗", "undefined, fails when first called".into()),
        SymbolStatus::Unknown if row.provider.is_none() => (Tone::Warning, "·", "unknown: a library is missing".into()),
        SymbolStatus::Unknown | SymbolStatus::Bound if is_one => (Tone::Plain, "✓", String::new()),
        SymbolStatus::Unknown | SymbolStatus::Bound => (Tone::Plain, "✓", provider()),
    }
}

/// `✗ dgemm_@GFORTRAN_8     undefined`: as it was written in the source where it is mangled.
fn line(model: &Model, scan_index: &ScanIndex, row: &SymbolRow, of: (bool, bool), width: usize) -> Line<'static> {
    let (tone, sign, told) = outcome(scan_index, row, of);
    let version = row.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
    let name = row.demangled().unwrap_or_else(|| row.symbol.to_string());
    let told = shortened(&told, width / 2);
    let room = width.saturating_sub(3 + told.width());
    let name = ended(&printable(&name), room.saturating_sub(version.width()));
    let version = ended(&printable(&version), room.saturating_sub(name.width()));
    let blank = room.saturating_sub(name.width() + version.width()) + 1;
    let style = |tone| model.theme.style(tone);
    Line::from(vec![
        Span::styled(format!("{sign} "), style(tone)),
        Span::styled(name, style(if tone == Tone::Error { tone } else { Tone::Plain })),
        Span::styled(version, style(Tone::Dim)),
        Span::styled(format!("{}{told}", " ".repeat(blank)), style(if tone == Tone::Plain { Tone::Dim } else { tone })),
    ])
}
