//! The search prompt and its hits, with the matched letters lit.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_input::Input;
use unicode_width::UnicodeWidthStr;

use super::overlay::{ListArea, Overlay};
use crate::export::count;
use crate::graph::NodeId;
use crate::printable::printable;
use crate::survey::{SymbolRole, SymbolUse};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::paint::{below, box_area, boxed, lines, prompt, row, title};
use crate::tui::scan_index::{NodeKind, ScanIndex};
use crate::tui::scrolling::{inside, window};
use crate::tui::search::complete::Completion;
use crate::tui::search::{Hit, SearchHits, all, among, search, symbol_name};
use crate::tui::styled_text::{self, shortened};
use crate::tui::symbols::FoundSymbols;
use crate::tui::theme::Tone;
use crate::tui::update::choose;

/// The search prompt and its hits.
#[derive(Default)]
pub struct Search {
    pub input: Input,
    /// Best first.
    pub hits: Vec<Hit>,
    pub cursor: usize,
    /// What was found of a symbol, where one is looked for.
    pub symbol: Option<SymbolSearch>,
    /// What Tab offers for the last word.
    completion: Option<Completion>,
    /// What was looked at before, the latest first.
    recent: Vec<NodeId>,
}

/// What was found of a symbol so far.
pub struct SymbolSearch {
    pub name: String,
    pub uses: Vec<SymbolUse>,
    /// Nothing more comes.
    pub is_all: bool,
}

/// What can be typed.
const WORDS: &str =
    "letters of names   is:missing is:broken kind:module pkg:numpy needs:libssl sym:dgemm_   tab completes";

/// Opens the prompt; without a word, everything matches.
pub fn open(model: &mut Model) -> Option<Effect> {
    open_with(model, "")
}

/// Opens the prompt with a query.
pub fn open_with(model: &mut Model, query: &str) -> Option<Effect> {
    let scan_index = model.scan_index.as_ref()?;
    let recent = model.back.iter().rev().copied().collect();
    let mut search = Search { input: Input::from(query.to_owned()), recent, ..Search::default() };
    let effect = search.ask(scan_index);
    model.modal = Some(Box::new(search));
    effect
}

/// Takes in files that define or need the symbol that is looked for; what is under the cursor stays there.
pub fn take(model: &mut Model, found: FoundSymbols) {
    let Some(scan_index) = model.scan_index.clone() else { return };
    let Some(search) = model.overlay_mut::<Search>() else { return };
    let Some(symbol) = search.symbol.as_mut().filter(|symbol| symbol.name == found.name) else { return };
    symbol.uses.extend(found.uses);
    symbol.is_all |= found.is_all;
    let cursor = search.cursor;
    search.look(&scan_index);
    search.cursor = cursor.min(search.hits.len().saturating_sub(1));
}

impl Search {
    /// Searches for what the prompt says, and asks for the symbol that it names.
    fn ask(&mut self, scan_index: &ScanIndex) -> Option<Effect> {
        let before = self.symbol.as_ref().map(|symbol| symbol.name.clone());
        let name = symbol_name(self.input.value()).map(str::to_owned);
        let is_other = before != name;
        if is_other {
            let is_all = name.as_ref().is_some_and(String::is_empty);
            self.symbol = name.clone().map(|name| SymbolSearch { name, uses: Vec::new(), is_all });
        }
        self.look(scan_index);
        is_other.then(|| Effect::FindSymbols(name.unwrap_or_default()))
    }

    /// Searches for what the prompt says.
    fn look(&mut self, scan_index: &ScanIndex) {
        self.hits = match &self.symbol {
            Some(symbol) => among(scan_index, self.input.value(), &symbol.uses),
            None if self.input.value().trim().is_empty() => all(scan_index, &self.recent),
            None => search(scan_index, self.input.value()),
        };
        self.cursor = 0;
    }

    /// What the title says.
    fn told(&self, scan_index: &ScanIndex) -> String {
        match &self.symbol {
            Some(symbol) => {
                let more = if symbol.is_all { "" } else { " …" };
                let part = if scan_index.scan.record.is_some() { " in the snapshot" } else { "" };
                format!("Search: {}{part}{more}", count(self.hits.len(), "use"))
            }
            None => format!("Search: {} of {}", self.hits.len(), scan_index.entries().count()),
        }
    }

    /// What is said where there are no hits.
    fn nothing(&self, scan_index: &ScanIndex) -> &'static str {
        match &self.symbol {
            Some(symbol) if symbol.name.is_empty() => "type the name of a symbol, or a part of it",
            Some(symbol) if !symbol.is_all => "reading …",
            Some(_) if scan_index.scan.record.is_some() => {
                "the snapshot has no such symbol; dylens export --symbols keeps those of every file"
            }
            Some(_) => "no file defines or needs this symbol",
            None => "nothing matches",
        }
    }

    /// The node under the cursor.
    pub fn node(&self) -> Option<NodeId> {
        self.hits.get(self.cursor).map(|hit| hit.node)
    }

    /// What is found, from the hit under the cursor on.
    fn found(&self, scan_index: &ScanIndex) -> Option<SearchHits> {
        let found = match self.symbol {
            Some(_) => SearchHits::of(self.input.value().to_owned(), &self.hits),
            None => SearchHits::new(scan_index, self.input.value())?,
        };
        let node = self.node();
        let at = found.hits.iter().position(|&hit| Some(hit) == node).unwrap_or(0);
        Some(SearchHits { at, ..found })
    }

    fn size(&self, body: Rect) -> (u16, u16) {
        let height = self.hits.len().min(usize::from(u16::MAX)) as u16;
        (110, height.saturating_add(3).clamp(6, body.height.max(6)).max(12))
    }
}

impl Overlay for Search {
    fn open(self: Box<Self>, model: &mut Model) -> Option<Effect> {
        let Some((scan_index, node)) = model.scan_index.clone().zip(self.node()) else {
            model.modal = Some(self);
            return None;
        };
        model.found = self.found(&scan_index);
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

    fn edited(&mut self, scan_index: Option<&ScanIndex>) -> Option<Effect> {
        self.completion = None;
        self.ask(scan_index?)
    }

    /// Completes the last word; again, to what comes next.
    fn tab(&mut self, scan_index: Option<&ScanIndex>, by: isize) -> Option<Effect> {
        let scan_index = scan_index?;
        match &mut self.completion {
            Some(completion) => completion.turn(by),
            None => {
                let uses = self.symbol.as_ref().map_or(&[][..], |symbol| &symbol.uses);
                self.completion = Completion::new(scan_index, self.input.value(), uses);
            }
        }
        let query = self.completion.as_ref()?.query();
        self.input = Input::from(query);
        // A word that is alone is done: the next Tab completes its value.
        if self.completion.as_ref().is_some_and(Completion::is_alone) {
            self.completion = None;
        }
        self.ask(scan_index)
    }

    fn cursor(&mut self) -> Option<(&mut usize, usize)> {
        Some((&mut self.cursor, self.hits.len()))
    }

    fn list(&self, body: Rect) -> Option<ListArea> {
        Some((below(inside(box_area(self.size(body), body))), self.hits.len(), self.cursor))
    }

    /// The prompt, and the hits with the matched letters lit.
    fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        let Some(scan_index) = &model.scan_index else { return };
        let heading = title(model, &self.told(scan_index));
        let inside = boxed(model, heading, self.size(body), body, buffer);
        prompt(model, ("/", WORDS), &self.input, inside, buffer);
        self.offer(model, inside, buffer);
        let below = below(inside);
        if self.hits.is_empty() {
            Line::styled(format!("  {}", self.nothing(scan_index)), model.theme.style(Tone::Dim))
                .render(Rect { height: below.height.min(1), ..below }, buffer);
            return;
        }
        for (at, area) in window(self.hits.len(), self.cursor, below.height.into()).zip(lines(below)) {
            let cursor = (at == self.cursor).then_some(true);
            let hit = &self.hits[at];
            let line = match &hit.symbol {
                Some(symbol) => symbol_hit(model, scan_index, hit.node, symbol, area.width.into()),
                None => self::hit(model, scan_index, hit, area.width.into()),
            };
            row(model, &line, area, cursor, buffer);
        }
    }
}

impl Search {
    /// Behind the prompt, what Tab comes to next.
    fn offer(&self, model: &Model, inside: Rect, buffer: &mut Buffer) {
        let Some(completion) = &self.completion else { return };
        let used = self.input.value().width() + 5;
        let room = usize::from(inside.width).saturating_sub(used);
        let line = Line::styled(styled_text::ended(&completion.others(), room), model.theme.style(Tone::Dim));
        let x = inside.x.saturating_add(used.min(usize::from(inside.width)) as u16);
        line.render(Rect { x, width: room as u16, height: inside.height.min(1), ..inside }, buffer);
    }
}

/// `● defines dgemm_@VERSION    numpy.libs/libscipy_openblas.so`.
fn symbol_hit(model: &Model, scan_index: &ScanIndex, node: NodeId, symbol: &SymbolUse, width: usize) -> Line<'static> {
    let (tone, glyph) = scan_index.mark(node);
    let version = symbol.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
    let name = symbol.demangled().unwrap_or_else(|| symbol.symbol.to_string());
    let room = width.saturating_sub(11);
    let entry = scan_index.entry(node);
    let path = styled_text::end(entry.within(&entry.brief, room / 2), room / 2);
    let left = room.saturating_sub(path.width() + 1);
    let name = styled_text::ended(&printable(&name), left.saturating_sub(version.width()));
    let version = styled_text::ended(&printable(&version), left.saturating_sub(name.width()));
    let blank = (left + 1).saturating_sub(name.width() + version.width());
    let style = |tone| model.theme.style(tone);
    let role = if symbol.role == SymbolRole::Defines { Tone::Good } else { Tone::Plain };
    Line::from(vec![
        Span::styled(format!("{glyph} "), style(tone)),
        Span::styled(format!("{:<8} ", symbol.role.word()), style(role)),
        Span::styled(name, style(Tone::Strong)),
        Span::styled(version, style(Tone::Dim)),
        Span::styled(format!("{}{path}", " ".repeat(blank)), style(Tone::Dim)),
    ])
}

fn hit(model: &Model, scan_index: &ScanIndex, hit: &Hit, width: usize) -> Line<'static> {
    let entry = scan_index.entry(hit.node);
    let (tone, glyph) = scan_index.mark(hit.node);
    let owner = match entry.kind.is_missing() || entry.kind == NodeKind::Absent {
        true => format!("needed by {}", scan_index.scan.graph.dependents(hit.node).len()),
        false => shortened(&entry.owner, width / 4),
    };
    let sign = entry.sign();
    let room = width.saturating_sub(3 + sign.width() + owner.width());
    // The end of a path is its name: what does not fit is cut off at the front.
    let whole = entry.within(&entry.brief, room);
    let (path, is_cut) = match whole.width() <= room {
        true => (whole, false),
        false => (styled_text::end(whole, room.saturating_sub(1)), true),
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
        spans.extend(styled_text::lit(part, is_lit, (model.theme.style(tone), model.theme.style(Tone::Lit))));
        number += part.chars().count();
    }
    spans.push(Span::styled(sign, model.theme.style(tone)));
    let blank = (room + 1).saturating_sub(path.width() + usize::from(is_cut));
    spans.push(Span::styled(format!("{}{owner}", " ".repeat(blank)), model.theme.style(Tone::Dim)));
    Line::from(spans)
}
