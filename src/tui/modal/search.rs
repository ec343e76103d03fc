//! The search prompt and its hits, with the matched letters lit.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_input::Input;
use unicode_width::UnicodeWidthStr;

use super::{Modal, prompt};
use crate::graph::NodeId;
use crate::tui::atlas::Atlas;
use crate::tui::command::Way;
use crate::tui::draw::{boxed, lines, row, title};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::prose::shortened;
use crate::tui::screen::{along, window};
use crate::tui::search::{Hit, search};
use crate::tui::theme::Tone;

/// The search prompt and its hits.
#[derive(Default)]
pub struct Search {
    pub input: Input,
    /// Best first, as many as are worth showing.
    pub hits: Vec<Hit>,
    pub total: usize,
    pub cursor: usize,
}

/// Opens the prompt; without a word, everything matches.
pub fn open(model: &mut Model) -> Option<Effect> {
    let atlas = model.atlas.as_ref()?;
    let mut search = Search::default();
    search.look(atlas);
    model.modal = Some(Modal::Search(search));
    None
}

impl Search {
    /// Searches for what the prompt says.
    pub(super) fn look(&mut self, atlas: &Atlas) {
        (self.hits, self.total) = search(atlas, self.input.value());
        self.cursor = 0;
    }

    pub(super) fn step(&mut self, way: Way) {
        self.cursor = along(self.cursor, self.hits.len(), way);
    }

    /// The node under the cursor.
    pub fn node(&self) -> Option<NodeId> {
        self.hits.get(self.cursor).map(|hit| hit.node)
    }

    /// The prompt, and the hits with the matched letters lit.
    pub(super) fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        let Some(atlas) = &model.atlas else { return };
        let heading = title(model, &format!("Search: {} of {}", self.total, atlas.entries().count()));
        let height = (self.hits.len() as u16).saturating_add(3).clamp(6, body.height.max(6));
        let inside = boxed(model, heading, (110, height.max(12)), body, buffer);
        prompt(model, "/", &self.input, inside, buffer);
        let below = Rect { y: inside.y + inside.height.min(1), height: inside.height.saturating_sub(1), ..inside };
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
    let owner = shortened(&entry.owner, width / 4);
    let sign = entry.sign();
    let room = width.saturating_sub(3 + sign.width() + owner.width());
    let letters: Vec<char> = entry.brief.chars().collect();
    // The end of a path is its name: what does not fit is cut off at the front.
    let mut start = letters.len();
    let mut used = 0;
    while start > 0 && used + wide(letters[start - 1]) <= room.saturating_sub(usize::from(start > 1)) {
        start -= 1;
        used += wide(letters[start]);
    }
    let mut spans = vec![Span::styled(format!("{glyph} "), model.theme.style(tone))];
    if start > 0 {
        spans.push(Span::styled("…", model.theme.style(Tone::Dim)));
        used += 1;
    }
    let name = letters.len() - entry.label.chars().count().min(letters.len());
    for (at, letter) in letters.iter().enumerate().skip(start) {
        let tone = match () {
            () if hit.lit.binary_search(&at).is_ok() => Tone::Lit,
            () if at < name => Tone::Dim,
            () => Tone::Plain,
        };
        spans.push(Span::styled(letter.to_string(), model.theme.style(tone)));
    }
    spans.push(Span::styled(sign, model.theme.style(tone)));
    let blank = (room + 1).saturating_sub(used);
    spans.push(Span::styled(format!("{}{owner}", " ".repeat(blank)), model.theme.style(Tone::Dim)));
    Line::from(spans)
}

fn wide(letter: char) -> usize {
    unicode_width::UnicodeWidthChar::width(letter).unwrap_or(0)
}
