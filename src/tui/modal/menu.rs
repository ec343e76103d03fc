//! A menu: the commands of a group, each with its key and how what it changes stands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::Modal;
use crate::tui::command::{Command, Group, commands};
use crate::tui::draw::{boxed, lines, title};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::prose::shortened;
use crate::tui::theme::Tone;

/// Opens the filter menu, or closes it.
pub fn filter(model: &mut Model) -> Option<Effect> {
    toggle(model, Group::Filter)
}

/// Opens the menu of what can be copied, or closes it.
pub fn copy(model: &mut Model) -> Option<Effect> {
    toggle(model, Group::Yank)
}

/// Opens the menu of where the cursor can be brought, or closes it.
pub fn place(model: &mut Model) -> Option<Effect> {
    toggle(model, Group::Place)
}

fn toggle(model: &mut Model, group: Group) -> Option<Effect> {
    let is_open = model.modal.as_ref().and_then(Modal::menu) == Some(group);
    model.modal = (!is_open).then_some(Modal::Menu(group));
    None
}

pub(super) fn draw(group: Group, model: &Model, body: Rect, buffer: &mut Buffer) {
    let rows: Vec<&Command> = commands().iter().copied().filter(|command| command.group == group).collect();
    let states: Vec<String> = rows.iter().map(|command| (command.state)(model)).collect();
    let words = rows.iter().map(|command| command.title.width()).max().unwrap_or(0) + 2;
    // As wide as what it tells, as far as there is room.
    let told = states.iter().map(|state| state.width()).max().unwrap_or(0);
    let width = (words + told + 9).max(LEAST).min(usize::from(body.width.saturating_sub(4).max(LEAST as u16))) as u16;
    let heading = title(model, group.menu().unwrap_or_default());
    let inside = boxed(model, heading, (width, rows.len() as u16 + 2), body, buffer);
    for ((command, state), area) in rows.into_iter().zip(states).zip(lines(inside)) {
        let name = model.keymap.names(command.id).first().copied().unwrap_or_default();
        let state = shortened(&state, usize::from(inside.width).saturating_sub(words + 6));
        Line::from(vec![
            Span::styled(format!(" [{name}] "), model.theme.style(Tone::Key)),
            Span::raw(format!("{:<words$}", command.title)),
            Span::styled(state, model.theme.style(Tone::Strong)),
        ])
        .render(area, buffer);
    }
}

/// No menu is narrower where there is room.
const LEAST: usize = 46;
