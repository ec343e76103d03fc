//! A menu: the commands of a group, each with its key and how what it changes stands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::overlay::Overlay;
use crate::tui::command::{Command, Group};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::paint::{box_area, boxed, lines, title};
use crate::tui::scrolling::inside;
use crate::tui::styled_text::shortened;
use crate::tui::theme::Tone;

/// The menu of a group.
pub struct Menu(pub Group);

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
    let is_open = model.menu() == Some(group);
    model.modal = None;
    if !is_open {
        model.modal = Some(Box::new(Menu(group)));
    }
    None
}

/// The commands of the menu, and what each tells of itself; of numbered ones, those that there are.
fn rows(group: Group, model: &Model) -> Vec<(&'static Command, String)> {
    let commands = model.tables.commands.iter().copied().filter(|command| command.group == group);
    let rows = commands.map(|command| (command, (command.state)(model)));
    rows.filter(|(command, state)| !state.is_empty() || !command.id.ends_with(|end: char| end.is_ascii_digit()))
        .collect()
}

/// The width of the commands' words.
fn words(rows: &[(&Command, String)]) -> usize {
    rows.iter().map(|(command, _)| command.title.width()).max().unwrap_or(0) + 2
}

/// As wide as what it tells, as far as there is room.
fn size(rows: &[(&Command, String)], body: Rect) -> (u16, u16) {
    let told = rows.iter().map(|(_, state)| state.width()).max().unwrap_or(0);
    let most = usize::from(body.width.saturating_sub(4)).max(LEAST);
    ((words(rows) + told + 9).clamp(LEAST, most) as u16, rows.len() as u16 + 2)
}

impl Overlay for Menu {
    fn open(self: Box<Self>, _: &mut Model) -> Option<Effect> {
        None
    }

    fn enter(&self) -> &'static str {
        ""
    }

    fn menu(&self) -> Option<Group> {
        Some(self.0)
    }

    fn command_at(&self, model: &Model, body: Rect, at: (u16, u16)) -> Option<&'static Command> {
        let rows = rows(self.0, model);
        let list = inside(box_area(size(&rows, body), body));
        let row = rows.get(usize::from(at.1.checked_sub(list.y)?)).filter(|_| list.contains(at.into()));
        row.map(|(command, _)| *command)
    }

    fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        draw(self.0, model, body, buffer);
    }
}

fn draw(group: Group, model: &Model, body: Rect, buffer: &mut Buffer) {
    let rows = rows(group, model);
    let words = words(&rows);
    let heading = title(model, group.menu().unwrap_or_default());
    let inside = boxed(model, heading, size(&rows, body), body, buffer);
    for ((command, state), area) in rows.into_iter().zip(lines(inside)) {
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
