//! A menu: the commands of a group, each with its key and how what it changes stands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::Modal;
use crate::tui::command::{Command, Group, commands};
use crate::tui::draw::{boxed, lines, title};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::theme::Tone;

/// Opens the filter menu, or closes it.
pub fn filter(model: &mut Model) -> Option<Effect> {
    let is_open = matches!(model.modal, Some(Modal::Menu(Group::Filter)));
    model.modal = (!is_open).then_some(Modal::Menu(Group::Filter));
    None
}

pub(super) fn draw(group: Group, model: &Model, body: Rect, buffer: &mut Buffer) {
    let rows: Vec<&Command> = commands().iter().copied().filter(|command| command.group == group).collect();
    let heading = title(model, group.menu().unwrap_or_default());
    let inside = boxed(model, heading, (52, rows.len() as u16 + 2), body, buffer);
    for (command, area) in rows.into_iter().zip(lines(inside)) {
        let name = model.keymap.names(command.id).first().copied().unwrap_or_default();
        Line::from(vec![
            Span::styled(format!(" [{name}] "), model.theme.style(Tone::Key)),
            Span::raw(format!("{:<38}", command.title)),
            Span::styled((command.state)(model), model.theme.style(Tone::Strong)),
        ])
        .render(area, buffer);
    }
}
