//! A list of nodes to go to: ways, indented as they go down, or one under the other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::overlay::{ListArea, Overlay};
use crate::export::count;
use crate::graph::NodeId;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::paint::{box_area, boxed, dim, lines, name, row, title};
use crate::tui::scan_index::NodeKind;
use crate::tui::scrolling::{inside, window};
use crate::tui::styled_text::shortened;
use crate::tui::theme::Tone;
use crate::tui::update::choose;

/// A list of nodes to go to, each with its depth.
pub struct Pick {
    pub title: String,
    pub rows: Vec<(usize, NodeId)>,
    pub cursor: usize,
    /// Said where there are none.
    pub nothing: &'static str,
}

/// The shortest ways from distributions down to the chosen node.
pub fn why(model: &mut Model) -> Option<Effect> {
    let (scan_index, node) = (model.scan_index.as_ref()?, model.chosen?);
    let ways = scan_index.scan.graph.why(node, 30);
    let label = &scan_index.entry(node).label;
    let nothing = match scan_index.entry(node).kind {
        NodeKind::Distribution => "top-level package (W shows dependents)",
        NodeKind::System => "loaded at the start; no import leads here",
        _ => "no import leads here",
    };
    let title = match ways.len() {
        0 => format!("Why {label}"),
        1 => format!("Why {label}: 1 package leads to it"),
        many => format!("Why {label}: {many} packages lead to it"),
    };
    let rows = ways.into_iter().flat_map(|way| way.into_iter().enumerate());
    model.modal = Some(Box::new(Pick { title, rows: rows.collect(), cursor: 0, nothing }));
    None
}

/// Everything that breaks where the chosen node is missing.
pub fn who(model: &mut Model) -> Option<Effect> {
    let (scan_index, node) = (model.scan_index.as_ref()?, model.chosen?);
    let mut above = scan_index.scan.graph.above(node);
    let imports = above.iter().filter(|&&above| scan_index.entry(above).kind == NodeKind::Module).count();
    let title = match imports {
        0 => format!("Who needs {}", scan_index.entry(node).label),
        1 => format!("Who needs {}: 1 import fails without it", scan_index.entry(node).label),
        _ => format!("Who needs {}: {} fail without it", scan_index.entry(node).label, count(imports, "import")),
    };
    // What people import first.
    above.sort_by_key(|&above| !matches!(scan_index.entry(above).kind, NodeKind::Python | NodeKind::Distribution));
    let rows = above.into_iter().map(|node| (0, node)).collect();
    let nothing = "no dependents";
    model.modal = Some(Box::new(Pick { title, rows, cursor: 0, nothing }));
    None
}

/// The imports that a finding breaks, packages first.
pub fn broken(model: &mut Model, at: usize) -> Option<Effect> {
    let scan_index = model.scan_index.as_ref()?;
    let finding = scan_index.scan.findings.get(at)?;
    let names = finding.broken_packages_first();
    let depth = |name: &str| usize::from(name.contains('.'));
    let rows = names.into_iter().filter_map(|name| Some((depth(name), scan_index.node_of_module(name)?))).collect();
    // Their packages stand above them, and are no imports that are counted.
    let title = format!("Broken imports: {}", finding.breaks);
    model.modal = Some(Box::new(Pick { title, rows, cursor: 0, nothing: "no imports" }));
    None
}

impl Pick {
    /// The node under the cursor.
    pub fn node(&self) -> Option<NodeId> {
        self.rows.get(self.cursor).map(|&(_, node)| node)
    }

    fn size(&self, body: Rect) -> (u16, u16) {
        let height = self.rows.len().min(usize::from(u16::MAX)) as u16;
        (100, height.saturating_add(2).clamp(4, body.height.max(4)))
    }
}

impl Overlay for Pick {
    fn open(self: Box<Self>, model: &mut Model) -> Option<Effect> {
        match self.node() {
            Some(node) => choose::jump(model, node),
            None => model.modal = Some(self),
        }
        None
    }

    fn enter(&self) -> &'static str {
        if self.rows.is_empty() { "" } else { "go there" }
    }

    fn cursor(&mut self) -> Option<(&mut usize, usize)> {
        Some((&mut self.cursor, self.rows.len()))
    }

    fn list(&self, body: Rect) -> Option<ListArea> {
        Some((inside(box_area(self.size(body), body)), self.rows.len(), self.cursor))
    }

    fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        let Some(scan_index) = &model.scan_index else { return };
        let heading = title(model, &shortened(&self.title, usize::from(body.width).saturating_sub(6)));
        let inside = boxed(model, heading, self.size(body), body, buffer);
        if self.rows.is_empty() {
            dim(model, self.nothing, inside, buffer);
        }
        for (at, area) in window(self.rows.len(), self.cursor, inside.height.into()).zip(lines(inside)) {
            let (depth, node) = self.rows[at];
            let (tone, glyph) = scan_index.mark(node);
            let indent = match depth {
                0 => String::new(),
                depth => format!("{}╰─► ", "  ".repeat((depth - 1).min(20))),
            };
            let entry = scan_index.entry(node);
            let room = usize::from(area.width).saturating_sub(indent.width() + 2 + entry.sign().width());
            let mut spans = vec![
                Span::styled(indent, model.theme.style(Tone::Dim)),
                Span::styled(format!("{glyph} "), model.theme.style(tone)),
            ];
            spans.extend(name(model, node, &entry.brief, room, model.theme.style(Tone::Plain)));
            spans.push(Span::styled(entry.sign(), model.theme.style(tone)));
            row(model, &Line::from(spans), area, (at == self.cursor).then_some(true), buffer);
        }
    }
}
