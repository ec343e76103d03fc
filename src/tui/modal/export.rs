//! The export: which format, into which file, and how that will look.

use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_input::Input;
use unicode_width::UnicodeWidthStr;

use super::{Modal, prompt};
use crate::export::{FORMATS, Format, Scope, printable};
use crate::graph::sketch::Sketch;
use crate::tui::article;
use crate::tui::command::Way;
use crate::tui::draw::{boxed, lines, title};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::prose::{self, shortened};
use crate::tui::theme::Tone;

/// The dialog.
pub struct Export {
    pub input: Input,
    /// The place of the format in [`FORMATS`].
    format: usize,
    /// The format whose bytes are known: how many there are, and the first lines.
    preview: Option<(&'static str, usize, Vec<String>)>,
    /// What stood in the way when the file was to be written.
    trouble: Option<String>,
    /// The name was typed: another format does not change it.
    is_named: bool,
    /// The place in [`PARTS`].
    part: usize,
    /// What is drawn on the screen, as it was when the dialog opened.
    view: Option<Sketch>,
}

/// Which part of the graph a drawing can show.
const PARTS: [&str; 3] = ["this view", "problems", "everything"];

/// What stands behind the prompt.
const CLIPBOARD: &str = "without a name: the clipboard ";

/// Opens the dialog.
pub fn open(model: &mut Model) -> Option<Effect> {
    let stem = model.atlas.as_ref().map(|atlas| atlas.scan.target.title()).unwrap_or_default();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let stem: String = stem.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).collect();
    let stem = stem.trim_matches(['-', '.']);
    let name = format!("{}{}", if stem.is_empty() { "dylens" } else { stem }, ending(FORMATS[0]));
    let picture = if model.view.is("flow") { &model.flow } else { &model.picture };
    let view = picture.as_ref().map(|picture| picture.sketch.clone());
    let part = if view.is_some() { 0 } else { 2 };
    let export =
        Export { input: Input::new(name), format: 0, preview: None, trouble: None, is_named: false, part, view };
    let effect = export.wish();
    model.modal = Some(Modal::Export(export));
    effect
}

fn ending(format: &Format) -> &'static str {
    format.endings.first().copied().unwrap_or(".txt")
}

/// Enter: the file is written beside the screen, and never over another; without a name it goes on the clipboard.
pub(super) fn write(model: &mut Model) -> Option<Effect> {
    let Some(Modal::Export(export)) = &mut model.modal else { return None };
    let path = export.input.value().trim().to_owned();
    let (format, scope) = (FORMATS[export.format], export.scope());
    if path.is_empty() {
        return Some(Effect::CopyExport { format, scope });
    }
    Some(Effect::Export { format, scope, path })
}

/// The bytes of a format are known.
pub fn previewed(model: &mut Model, name: &'static str, bytes: usize, first: Vec<String>) {
    if let Some(Modal::Export(export)) = &mut model.modal {
        export.preview = Some((name, bytes, first.iter().map(|line| printable(line)).collect()));
    }
}

/// What goes on the clipboard is written, or what stood in the way.
pub fn copied(model: &mut Model, outcome: Result<String, String>) -> Option<Effect> {
    match outcome {
        Ok(text) => {
            model.modal = model.modal.take().filter(|modal| !matches!(modal, Modal::Export(_)));
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
    match (outcome, &mut model.modal) {
        (Ok(path), _) => {
            if matches!(model.modal, Some(Modal::Export(_))) {
                model.modal = None;
            }
            model.told = Some(format!("written: {}", printable(&path)));
        }
        (Err(trouble), Some(Modal::Export(export))) => export.trouble = Some(printable(&trouble)),
        (Err(trouble), _) => model.told = Some(printable(&trouble)),
    }
}

impl Export {
    pub(super) fn wish(&self) -> Option<Effect> {
        Some(Effect::Preview { format: FORMATS[self.format], scope: self.scope() })
    }

    /// What is drawn; formats that are no drawings have everything.
    fn scope(&self) -> Scope {
        match (FORMATS[self.format].draws, self.part, &self.view) {
            (Some(_), 0, Some(view)) => Scope::View(Box::new(view.clone())),
            (Some(_), 1, _) => Scope::Problems,
            _ => Scope::All,
        }
    }

    /// Another part of the graph is drawn.
    pub(super) fn next_part(&mut self) -> Option<Effect> {
        FORMATS[self.format].draws?;
        self.part = (self.part + 1) % PARTS.len();
        self.preview = None;
        self.wish()
    }

    /// The name was edited: its ending tells the format, as on the command line.
    pub(super) fn look(&mut self) -> Option<Effect> {
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
    pub(super) fn step(&mut self, way: Way) {
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
    pub(super) fn unknown(&self) -> Option<Effect> {
        let format = FORMATS[self.format];
        let is_known = self.preview.as_ref().is_some_and(|(name, ..)| *name == format.name);
        if is_known { None } else { self.wish() }
    }

    pub(super) fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        let theme = &model.theme;
        let height = FORMATS.len() as u16 + 16;
        let inside = boxed(model, title(model, "Export"), (88, height), body, buffer);
        let mut rows = lines(inside);
        for (at, format) in FORMATS.iter().enumerate() {
            let Some(area) = rows.next() else { return };
            let mark = if at == self.format { "(•)" } else { "( )" };
            let tone = if at == self.format { Tone::Strong } else { Tone::Plain };
            let line = Line::from(vec![
                Span::styled(format!(" {mark} {:<10}", format.name), theme.style(tone)),
                Span::styled(
                    shortened(format.about, usize::from(area.width).saturating_sub(15)),
                    theme.style(Tone::Dim),
                ),
            ]);
            line.render(area, buffer);
        }
        if let (Some(area), Some(_)) = (rows.next(), FORMATS[self.format].draws) {
            let mut spans = vec![Span::raw(" draw ")];
            for (at, part) in PARTS.iter().enumerate() {
                let mark = if at == self.part { "(•)" } else { "( )" };
                let tone = if at == self.part { Tone::Strong } else { Tone::Plain };
                spans.push(Span::styled(format!("{mark} {part}  "), theme.style(tone)));
            }
            spans.push(Span::styled("tab", theme.style(Tone::Key)));
            Line::from(spans).render(area, buffer);
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
                (None, Some((name, bytes, _))) if *name == FORMATS[self.format].name => {
                    (Tone::Dim, format!(" {}", article::size(*bytes as u64)))
                }
                _ => (Tone::Dim, " …".to_owned()),
            };
            Line::styled(shortened(&text, area.width.into()), theme.style(tone)).render(area, buffer);
        }
        rows.next();
        let known = self.preview.as_ref().filter(|(name, ..)| *name == FORMATS[self.format].name);
        for (line, area) in known.iter().flat_map(|(_, _, first)| first).zip(rows) {
            let text = prose::start(line, usize::from(area.width).saturating_sub(2));
            Line::styled(format!(" {text}"), theme.style(Tone::Dim)).render(area, buffer);
        }
    }
}
