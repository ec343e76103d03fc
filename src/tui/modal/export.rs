//! The export: which format, into which file, and how that will look.

use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_input::Input;
use unicode_width::UnicodeWidthStr;

use super::overlay::Overlay;
use crate::export::{Excerpt, Extent, FORMATS, Folding, Format, Scope, count};
use crate::graph::NodeId;
use crate::graph::sketch::Sketch;
use crate::printable::printable;
use crate::tui::details;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::paint::{boxed, lines, prompt, title};
use crate::tui::scan_index::ScanIndex;
use crate::tui::styled_text::{self, ended, shortened};
use crate::tui::theme::Tone;
use crate::tui::update::choose;
use crate::tui::way::Way;

/// The dialog.
pub struct Export {
    pub input: Input,
    /// The place of the format in [`FORMATS`].
    format: usize,
    /// What is known of how a format would look.
    preview: Option<Preview>,
    /// What stood in the way when the file was to be written.
    trouble: Option<String>,
    /// The name was typed: another format does not change it.
    is_named: bool,
    /// The place in [`PARTS`].
    part: usize,
    /// What is drawn on the screen, as it was when the dialog opened; its nodes one by one; all above and below its center.
    view: Option<Box<[Sketch; 3]>>,
    /// How it is folded, where that was chosen.
    folding: Option<Folding>,
}

/// How a format would look: its name, how many bytes there are, how much of the graph, and the first lines.
struct Preview {
    name: &'static str,
    bytes: usize,
    extent: Option<Extent>,
    first: Vec<String>,
}

/// Which part of the graph a drawing can show.
const PARTS: [&str; 4] = ["this view", "closure", "problems", "everything"];

/// What stands behind the prompt.
const CLIPBOARD: &str = "without a name: the clipboard ";

/// Opens the dialog.
pub fn open(model: &mut Model) -> Option<Effect> {
    let stem = model.scan_index.as_ref().map(|scan_index| scan_index.scan.target.title()).unwrap_or_default();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let stem: String = stem.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).collect();
    let stem = stem.trim_matches(['-', '.']);
    let name = format!("{}{}", if stem.is_empty() { "dylens" } else { stem }, ending(FORMATS[0]));
    let pane = choose::pictured(model);
    // Where lists have the screen, the picture is the one that is a key away.
    let picture = model.picture(pane).cloned().or_else(|| model.pictures.focus.clone());
    let view = picture.zip(model.scan_index.as_ref()).map(|(picture, scan_index)| {
        let graph = &scan_index.scan.graph;
        let nodes: Vec<NodeId> = picture.sketch.items.iter().flat_map(|item| item.nodes.iter().copied()).collect();
        let closure = [graph.above(picture.center), vec![picture.center], graph.below(picture.center)].concat();
        Box::new([picture.sketch, Sketch::of(graph, &nodes), Sketch::of(graph, &closure)])
    });
    let part = if view.is_some() { 0 } else { PARTS.len() - 1 };
    let input = Input::new(name);
    let export = Export { input, format: 0, preview: None, trouble: None, is_named: false, part, view, folding: None };
    let effect = export.wish();
    model.modal = Some(Box::new(export));
    effect
}

fn ending(format: &Format) -> &'static str {
    format.endings.first().copied().unwrap_or(".txt")
}

/// Enter: the file is written beside the screen, and never over another; without a name it goes on the clipboard.
fn write(export: &Export) -> Effect {
    let path = export.input.value().trim().to_owned();
    let (format, excerpt) = (FORMATS[export.format], export.excerpt());
    if path.is_empty() {
        return Effect::CopyExport { format, excerpt };
    }
    Effect::Export { format, excerpt, path }
}

/// The bytes of a format are known.
pub fn previewed(model: &mut Model, (name, bytes, extent): (&'static str, usize, Option<Extent>), first: &[String]) {
    if let Some(export) = model.overlay_mut::<Export>() {
        let first = first.iter().map(|line| printable(line)).collect();
        export.preview = Some(Preview { name, bytes, extent, first });
    }
}

/// What goes on the clipboard is written, or what stood in the way.
pub fn copied(model: &mut Model, outcome: Result<String, String>) -> Option<Effect> {
    match outcome {
        Ok(text) => {
            close(model);
            Some(Effect::Copy(text))
        }
        Err(trouble) => {
            written(model, Err(trouble));
            None
        }
    }
}

/// The file was written, or what stood in the way.
pub fn written(model: &mut Model, outcome: Result<String, String>) {
    match (outcome, model.overlay_mut::<Export>()) {
        (Ok(path), _) => {
            close(model);
            model.told = Some(format!("written: {}", printable(&path)));
        }
        (Err(trouble), Some(export)) => export.trouble = Some(printable(&trouble)),
        (Err(trouble), None) => model.told = Some(printable(&trouble)),
    }
}

/// Takes the dialog away, where it lies on top.
fn close(model: &mut Model) {
    if model.overlay::<Export>().is_some() {
        model.modal = None;
    }
}

impl Preview {
    /// `14 nodes, 17 edges, 6 kB`
    fn told(&self) -> String {
        let size = details::size(self.bytes as u64);
        let as_one = |number: usize, drawn: usize| if number == drawn { String::new() } else { format!(" as {drawn}") };
        match self.extent {
            Some(Extent { nodes, items, edges, lines }) => format!(
                " {}{}, {}{}, {size}",
                count(nodes, "node"),
                as_one(nodes, items),
                count(edges, "edge"),
                as_one(edges, lines)
            ),
            None => format!(" {size}"),
        }
    }
}

impl Export {
    fn wish(&self) -> Option<Effect> {
        Some(Effect::Preview { format: FORMATS[self.format], excerpt: self.excerpt() })
    }

    /// What is drawn; formats that are no drawings have everything.
    fn excerpt(&self) -> Excerpt {
        let view = |at: usize| self.view.as_ref().map(|view| Scope::View(Box::new(view[at].clone())));
        let scope = match (FORMATS[self.format].draws, self.part) {
            (Some(_), 0) => view(usize::from(self.folding() == Folding::Raw)),
            (Some(_), 1) => view(2),
            (Some(_), 2) => Some(Scope::Problems),
            _ => None,
        };
        Excerpt { scope: scope.unwrap_or_default(), folding: self.folding }
    }

    /// How it is folded: as was chosen, else as the format likes it.
    fn folding(&self) -> Folding {
        self.folding.or(FORMATS[self.format].draws).unwrap_or(Folding::Raw)
    }

    /// Another part of the graph is drawn.
    fn next_part(&mut self) -> Option<Effect> {
        FORMATS[self.format].draws?;
        self.part = (self.part + 1) % PARTS.len();
        self.preview = None;
        self.wish()
    }

    /// It is folded, or not.
    fn fold(&mut self) -> Option<Effect> {
        if !FORMATS[self.format].folds() {
            return None;
        }
        self.folding = Some(if self.folding() == Folding::Raw { Folding::Folded } else { Folding::Raw });
        self.preview = None;
        self.wish()
    }

    /// The name was edited: its ending tells the format, as on the command line.
    fn look(&mut self) -> Option<Effect> {
        self.trouble = None;
        self.is_named = true;
        let format = Format::of_name(self.input.value())?;
        let at = FORMATS.iter().position(|other| other.name == format.name)?;
        if at == self.format || ending(FORMATS[self.format]) == ending(format) {
            return None;
        }
        self.format = at;
        self.wish()
    }

    /// Up and down choose the format.
    fn choose_format(&mut self, way: Way) {
        let count = FORMATS.len();
        self.format = match way {
            Way::Up => (self.format + count - 1) % count,
            Way::Down => (self.format + 1) % count,
            _ => return,
        };
        self.trouble = None;
        if !self.is_named || Format::of_name(self.input.value()).is_some() {
            let name = self.input.value();
            let stem = Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let stem = FORMATS.iter().flat_map(|format| format.endings).filter_map(|ending| stem.strip_suffix(ending));
            let stem = stem.min_by_key(|stem| stem.len()).unwrap_or("dylens").to_owned();
            let folder = name.rfind('/').map_or("", |at| &name[..=at]);
            self.input = Input::new(format!("{folder}{stem}{}", ending(FORMATS[self.format])));
        }
    }

    /// The preview that is wanted and not known.
    fn unknown(&self) -> Option<Effect> {
        let format = FORMATS[self.format];
        let is_known = self.preview.as_ref().is_some_and(|preview| preview.name == format.name);
        if is_known { None } else { self.wish() }
    }
}

impl Overlay for Export {
    /// The dialog stays until the file is there.
    fn open(self: Box<Self>, model: &mut Model) -> Option<Effect> {
        let effect = write(&self);
        model.modal = Some(self);
        Some(effect)
    }

    fn enter(&self) -> &'static str {
        "write it"
    }

    fn is_prompt(&self) -> bool {
        true
    }

    fn input(&mut self) -> Option<&mut Input> {
        Some(&mut self.input)
    }

    fn edited(&mut self, _: Option<&ScanIndex>) -> Option<Effect> {
        self.look()
    }

    fn step(&mut self, way: Way) -> Option<Effect> {
        self.choose_format(way);
        self.unknown()
    }

    /// Tab: the next part; Shift-Tab: how it is folded.
    fn tab(&mut self, _: Option<&ScanIndex>, by: isize) -> Option<Effect> {
        if by > 0 { self.next_part() } else { self.fold() }
    }

    fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        let theme = &model.theme;
        let height = FORMATS.len() as u16 + 17;
        let inside = boxed(model, title(model, "Export"), (88, height), body, buffer);
        let mut rows = lines(inside);
        for (at, format) in FORMATS.iter().enumerate() {
            let Some(area) = rows.next() else { return };
            let mark = if at == self.format { "(•)" } else { "( )" };
            let tone = if at == self.format { Tone::Strong } else { Tone::Plain };
            let line = Line::from(vec![
                Span::styled(format!(" {mark} {:<10}", format.name), theme.style(tone)),
                Span::styled(ended(format.about, usize::from(area.width).saturating_sub(15)), theme.style(Tone::Dim)),
            ]);
            line.render(area, buffer);
        }
        if let Some(area) = rows.next() {
            prompt(model, (" file", ""), &self.input, area, buffer);
            let taken = 7 + self.input.value().width().min(usize::from(area.width)) as u16;
            let room = area.width.saturating_sub(taken);
            if room > CLIPBOARD.len() as u16 {
                let hint = Line::styled(CLIPBOARD, theme.style(Tone::Dim)).right_aligned();
                hint.render(Rect { x: area.right() - room, width: room, ..area }, buffer);
            }
        }
        if let Some(area) = rows.next() {
            let (tone, text) = match (&self.trouble, &self.preview) {
                (Some(trouble), _) => (Tone::Error, format!(" ✗ {trouble}")),
                (None, Some(preview)) if preview.name == FORMATS[self.format].name => (Tone::Strong, preview.told()),
                _ => (Tone::Dim, " …".to_owned()),
            };
            Line::styled(shortened(&text, area.width.into()), theme.style(tone)).render(area, buffer);
        }
        let choice = |name: &str, words: &[&str], chosen: usize, key: &str, area: Rect, buffer: &mut Buffer| {
            let mut spans = vec![Span::raw(format!(" {name} "))];
            for (at, word) in words.iter().enumerate() {
                let mark = if at == chosen { "(•)" } else { "( )" };
                let tone = if at == chosen { Tone::Strong } else { Tone::Plain };
                spans.push(Span::styled(format!("{mark} {word}  "), theme.style(tone)));
            }
            spans.push(Span::styled(
                model.keymap.names(key).first().copied().unwrap_or_default().to_owned(),
                theme.style(Tone::Key),
            ));
            Line::from(spans).render(area, buffer);
        };
        if FORMATS[self.format].draws.is_some()
            && let Some(area) = rows.next()
        {
            choice("draw", &PARTS, self.part, "next-pane", area, buffer);
        }
        if FORMATS[self.format].folds()
            && let Some(area) = rows.next()
        {
            let words = if self.part == 0 { ["as shown", "raw"] } else { ["folded", "raw"] };
            choice("fold", &words, usize::from(self.folding() == Folding::Raw), "previous-pane", area, buffer);
        }
        // Where there is little room, the preview has it.
        if rows.len() > 2 {
            rows.next();
        }
        let known = self.preview.as_ref().filter(|preview| preview.name == FORMATS[self.format].name);
        for (line, area) in known.iter().flat_map(|preview| &preview.first).zip(rows) {
            let text = styled_text::start(line, usize::from(area.width).saturating_sub(2));
            Line::styled(format!(" {text}"), theme.style(Tone::Dim)).render(area, buffer);
        }
    }
}
