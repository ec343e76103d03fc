//! A name is asked for: of something else to look at, of a scan to compare with, of the log of a failed build.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_input::Input;
use unicode_width::UnicodeWidthStr;

use super::overlay::Overlay;
use crate::discover::Nearby;
use crate::printable::printable;
use crate::tui::effect::{Effect, Want};
use crate::tui::model::Model;
use crate::tui::paint::{boxed, lines, prompt, row, title};
use crate::tui::scan_index::ScanIndex;
use crate::tui::scrolling::{along, window};
use crate::tui::styled_text::{Prose, end};
use crate::tui::theme::Tone;
use crate::tui::view::log;
use crate::tui::way::Way;

impl Want {
    fn title(self) -> &'static str {
        match self {
            Want::Other => "Look at something else",
            Want::Before => "Compare with",
            Want::Log => "The log of a failed build",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Want::Other => "the path of an environment, a wheel, a bundle, a native file or a snapshot",
            Want::Before => "the path of a snapshot (x writes one), or of another environment",
            Want::Log => "the path of its file, or paste the log itself",
        }
    }
}

/// The prompt.
pub struct Ask {
    pub input: Input,
    pub want: Want,
    /// What stood in the way.
    pub trouble: Option<String>,
    /// It was asked for, and is on its way.
    pub is_busy: bool,
    /// The environments that may be meant, and the one that the cursor is on.
    nearby: Vec<Nearby>,
    cursor: Option<usize>,
}

pub fn other(model: &mut Model) -> Option<Effect> {
    open(model, Want::Other)
}

pub fn before(model: &mut Model) -> Option<Effect> {
    open(model, Want::Before)
}

pub fn log(model: &mut Model) -> Option<Effect> {
    open(model, Want::Log)
}

fn open(model: &mut Model, want: Want) -> Option<Effect> {
    let nearby = if want == Want::Other { model.nearby.clone() } else { Vec::new() };
    let input = Input::default();
    model.modal = Some(Box::new(Ask { input, want, trouble: None, is_busy: false, nearby, cursor: None }));
    None
}

/// Enter: what has that name is fetched beside the screen.
fn fetch(ask: &mut Ask, model: &mut Model) -> Option<Effect> {
    let path = ask.input.value().trim().to_owned();
    if path.is_empty() || ask.is_busy {
        return None;
    }
    if ask.want == Want::Other && model.work.is_some() {
        ask.trouble = Some("a scan is under way: wait for it, or stop it with esc".into());
        return None;
    }
    (ask.is_busy, ask.trouble) = (true, None);
    let want = ask.want;
    if want == Want::Other {
        model.begin_elsewhere();
    }
    Some(Effect::Fetch(want, path))
}

impl Overlay for Ask {
    fn open(mut self: Box<Self>, model: &mut Model) -> Option<Effect> {
        let effect = fetch(&mut self, model);
        // What is looked at instead has the screen.
        if self.want != Want::Other || effect.is_none() {
            model.modal = Some(self);
        }
        effect
    }

    fn enter(&self) -> &'static str {
        "go on"
    }

    fn is_prompt(&self) -> bool {
        true
    }

    fn input(&mut self) -> Option<&mut Input> {
        Some(&mut self.input)
    }

    fn edited(&mut self, _: Option<&ScanIndex>) -> Option<Effect> {
        self.trouble = None;
        None
    }

    /// Moves to another of the environments that are near, whose path is then what is asked for.
    fn step(&mut self, way: Way) -> Option<Effect> {
        if !self.nearby.is_empty() {
            let at = self.cursor.map_or(0, |at| along(at, self.nearby.len(), way));
            self.cursor = Some(at);
            self.input = Input::new(self.nearby[at].path.to_string());
        }
        None
    }

    /// What is no name is the log itself.
    fn takes_whole(&self, text: &str) -> bool {
        self.want == Want::Log && log::is_likely(text)
    }

    fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        let height = self.nearby.len().min(usize::from(body.height)) as u16;
        let inside = boxed(model, title(model, self.want.title()), (72, 6 + height), body, buffer);
        prompt(model, ("path", ""), &self.input, inside, buffer);
        let below = Rect { y: inside.y + inside.height.min(1), height: inside.height.saturating_sub(1), ..inside };
        let told = match (&self.trouble, self.is_busy) {
            (Some(trouble), _) => Prose::of(Tone::Error, "✗ ").then(Tone::Error, trouble),
            (None, true) => Prose::of(Tone::Dim, "reading …"),
            (None, false) => Prose::of(Tone::Dim, self.want.about()),
        };
        let told = told.wrapped(below.width.into(), model.theme);
        for (line, area) in told.iter().zip(lines(below)) {
            line.render(area, buffer);
        }
        let used = (told.len() as u16).min(below.height);
        let list = Rect { y: below.y + used, height: below.height - used, ..below };
        for (at, area) in window(self.nearby.len(), self.cursor.unwrap_or(0), list.height.into()).zip(lines(list)) {
            let Nearby { path, because } = &self.nearby[at];
            let because = format!("   {}", printable(because));
            let room = usize::from(area.width).saturating_sub(because.width());
            let path = end(&printable(&path.to_string()), room).to_owned();
            let line = Line::from(vec![
                Span::styled(path, model.theme.style(Tone::Plain)),
                Span::styled(because, model.theme.style(Tone::Dim)),
            ]);
            row(model, &line, area, (self.cursor == Some(at)).then_some(true), buffer);
        }
    }
}
