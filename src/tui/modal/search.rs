//! The search prompt and its hits, with the matched letters lit.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_input::Input;
use unicode_width::UnicodeWidthStr;

use super::overlay::{ListArea, Overlay};
use crate::graph::NodeId;
use crate::tui::atlas::{Atlas, Sort};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::paint::{below, box_area, boxed, lines, prompt, row, title};
use crate::tui::prose::{self, shortened};
use crate::tui::scrolling::{along, inside, window};
use crate::tui::search::{Found, Hit, search};
use crate::tui::theme::Tone;
use crate::tui::update::choose;
use crate::tui::way::Way;

/// The search prompt and its hits.
#[derive(Default)]
pub struct Search {
    pub input: Input,
    /// Best first.
    pub hits: Vec<Hit>,
    pub cursor: usize,
}

/// What can be typed.
const WORDS: &str = "letters of names   is:missing is:broken is:rust kind:module pkg:numpy needs:libssl";

/// Opens the prompt; without a word, everything matches.
pub fn open(model: &mut Model) -> Option<Effect> {
    let atlas = model.atlas.as_ref()?;
    let mut search = Search::default();
    search.look(atlas);
    model.modal = Some(Box::new(search));
    None
}

impl Search {
    /// Searches for what the prompt says.
    fn look(&mut self, atlas: &Atlas) {
        self.hits = search(atlas, self.input.value());
        self.cursor = 0;
    }

    /// The node under the cursor.
    pub fn node(&self) -> Option<NodeId> {
        self.hits.get(self.cursor).map(|hit| hit.node)
    }

    /// What is found, from the hit under the cursor on.
    fn found(&self, atlas: &Atlas) -> Option<Found> {
        Some(Found { at: self.cursor, ..Found::new(atlas, self.input.value())? })
    }

    fn size(&self, body: Rect) -> (u16, u16) {
        let height = self.hits.len().min(usize::from(u16::MAX)) as u16;
        (110, height.saturating_add(3).clamp(6, body.height.max(6)).max(12))
    }
}

impl Overlay for Search {
    fn open(self: Box<Self>, model: &mut Model) -> Option<Effect> {
        let Some((atlas, node)) = model.atlas.clone().zip(self.node()) else {
            model.modal = Some(self);
            return None;
        };
        model.found = self.found(&atlas);
        model.told = model.found.as_ref().map(|found| format!("{}: {}", found.place(), found.query));
        choose::jump(model, node);
        None
    }

    fn enter(&self) -> &'static str {
        if self.hits.is_empty() { "" } else { "go there" }
    }

    fn is_prompt(&self) -> bool {
        true
    }

    fn input(&mut self) -> Option<&mut Input> {
        Some(&mut self.input)
    }

    fn edited(&mut self, atlas: Option<&Atlas>) -> Option<Effect> {
        if let Some(atlas) = atlas {
            self.look(atlas);
        }
        None
    }

    fn step(&mut self, way: Way) -> Option<Effect> {
        self.cursor = along(self.cursor, self.hits.len(), way);
        None
    }

    fn list(&self, body: Rect) -> Option<ListArea> {
        Some((below(inside(box_area(self.size(body), body))), self.hits.len(), self.cursor))
    }

    fn put(&mut self, row: usize) {
        self.cursor = row;
    }

    /// The prompt, and the hits with the matched letters lit.
    fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        let Some(atlas) = &model.atlas else { return };
        let heading = title(model, &format!("Search: {} of {}", self.hits.len(), atlas.entries().count()));
        let inside = boxed(model, heading, self.size(body), body, buffer);
        prompt(model, ("/", WORDS), &self.input, inside, buffer);
        let below = below(inside);
        if self.hits.is_empty() {
            Line::styled("  nothing matches", model.theme.style(Tone::Dim))
                .render(Rect { height: below.height.min(1), ..below }, buffer);
            return;
        }
        for (at, area) in window(self.hits.len(), self.cursor, below.height.into()).zip(lines(below)) {
            let cursor = (at == self.cursor).then_some(true);
            row(model, &hit(model, atlas, &self.hits[at], area.width.into()), area, cursor, buffer);
        }
    }
}

fn hit(model: &Model, atlas: &Atlas, hit: &Hit, width: usize) -> Line<'static> {
    let entry = atlas.entry(hit.node);
    let (tone, glyph) = atlas.mark(hit.node);
    let owner = match entry.sort.is_missing() || entry.sort == Sort::Absent {
        true => format!("needed by {}", atlas.scan.graph.dependents(hit.node).len()),
        false => shortened(&entry.owner, width / 4),
    };
    let sign = entry.sign();
    let room = width.saturating_sub(3 + sign.width() + owner.width());
    // The end of a path is its name: what does not fit is cut off at the front.
    let whole = entry.within(&entry.brief, room);
    let (path, is_cut) = match whole.width() <= room {
        true => (whole, false),
        false => (prose::end(whole, room.saturating_sub(1)), true),
    };
    let mut spans = vec![Span::styled(format!("{glyph} "), model.theme.style(tone))];
    if is_cut {
        spans.push(Span::styled("…", model.theme.style(Tone::Dim)));
    }
    let label = if whole.len() < entry.brief.len() { entry.short() } else { entry.label.as_str() };
    let folders = path.strip_suffix(label).map_or(0, str::len);
    let mut number = whole[..whole.len() - path.len()].chars().count();
    for (part, tone) in [(&path[..folders], Tone::Dim), (&path[folders..], Tone::Plain)] {
        let is_lit = |at: usize| hit.lit.binary_search(&(number + at)).is_ok();
        spans.extend(prose::lit(part, is_lit, (model.theme.style(tone), model.theme.style(Tone::Lit))));
        number += part.chars().count();
    }
    spans.push(Span::styled(sign, model.theme.style(tone)));
    let blank = (room + 1).saturating_sub(path.width() + usize::from(is_cut));
    spans.push(Span::styled(format!("{}{owner}", " ".repeat(blank)), model.theme.style(Tone::Dim)));
    Line::from(spans)
}
