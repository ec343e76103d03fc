//! Every command with its keys, by group: the table itself.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::Modal;
use crate::tui::command::{Group, Way, commands};
use crate::tui::draw::{boxed, lines, title};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::screen::along;
use crate::tui::theme::Tone;

/// The help, scrolled down by some lines.
#[derive(Default)]
pub struct Help {
    top: usize,
}

/// Opens the help, or closes it.
pub fn toggle(model: &mut Model) -> Option<Effect> {
    let is_open = matches!(model.modal, Some(Modal::Help(_)));
    model.modal = (!is_open).then(|| Modal::Help(Help::default()));
    None
}

impl Help {
    pub(super) fn step(&mut self, way: Way) {
        self.top = along(self.top, commands().len(), way);
    }

    pub(super) fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        let mut text = Vec::new();
        for group in Group::ALL {
            text.push(Line::styled(format!(" {}", group.word()), model.theme.style(Tone::Strong)));
            for command in commands().iter().filter(|command| command.group == group) {
                let keys = model.keymap.names(command.id).join(" ");
                text.push(Line::from(vec![
                    Span::styled(format!("   {keys:<18}"), model.theme.style(Tone::Key)),
                    Span::raw(command.title),
                ]));
            }
        }
        text.push(Line::styled(" Signs", model.theme.style(Tone::Strong)));
        text.push(Line::raw("   ◆ distribution  ● extension module  ○ library  ▷ program  · system"));
        text.push(Line::raw("   ✗ error, not found  ! warning, nonstandard install name"));
        text.push(Line::raw("   ↑ breaks so many imports; in the tree: shown above  ⟳ needs itself"));
        let inside = boxed(model, title(model, "Keys"), (78, text.len() as u16 + 2), body, buffer);
        let top = self.top.min(text.len().saturating_sub(inside.height.into()));
        for (line, area) in text.iter().skip(top).zip(lines(inside)) {
            line.render(area, buffer);
        }
    }
}
