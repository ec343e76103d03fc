//! What lies on top of the panes: never more than one, and each in a file of its own.

pub mod ask;
pub mod export;
pub mod help;
pub mod menu;
pub mod pick;
pub mod search;

use crossterm::event::{Event, KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_input::backend::crossterm::EventHandler;
use tui_input::{Input, InputRequest};
use unicode_width::UnicodeWidthStr;

use super::command::{Group, Way};
use super::draw::body;
use super::effect::Effect;
use super::keys::Key;
use super::model::Model;
use super::prose;
use super::screen::{Areas, row_at};
use super::theme::Tone;
use super::update::choose;
use super::view::log;
use crate::printable::printable;

/// What lies on top.
pub enum Modal {
    Search(search::Search),
    Pick(pick::Pick),
    /// The commands of a group, each with its one key.
    Menu(Group),
    Help(help::Help),
    Export(export::Export),
    Ask(ask::Ask),
}

impl Modal {
    /// The prompt, where a line of text is typed.
    fn input(&mut self) -> Option<&mut Input> {
        match self {
            Modal::Search(search) => Some(&mut search.input),
            Modal::Help(help) => Some(&mut help.input),
            Modal::Export(export) => Some(&mut export.input),
            Modal::Ask(ask) => Some(&mut ask.input),
            _ => None,
        }
    }

    /// Is a line of text typed here? A click beside it does not throw that away.
    pub fn is_prompt(&self) -> bool {
        !matches!(self, Modal::Pick(_) | Modal::Menu(_))
    }

    /// Does this key edit the prompt? The others keep their meaning.
    pub fn takes(&self, key: Key) -> bool {
        let moves = [KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::Delete];
        let edits = key.ctrl && matches!(key.code, KeyCode::Char('a' | 'e' | 'h' | 'k' | 'u' | 'w'));
        self.is_prompt() && (key.is_text() || moves.contains(&key.code) || edits)
    }

    /// The group whose keys count here before all others.
    pub fn menu(&self) -> Option<Group> {
        match self {
            Modal::Menu(group) => Some(*group),
            _ => None,
        }
    }

    /// What Enter does here, for the footer; empty where it does nothing.
    pub fn enter(&self) -> &'static str {
        match self {
            Modal::Search(search) if search.hits.is_empty() => "",
            Modal::Pick(pick) if pick.rows.is_empty() => "",
            Modal::Search(_) | Modal::Pick(_) => "go there",
            Modal::Help(_) => "do it",
            Modal::Export(_) => "write it",
            Modal::Ask(_) => "go on",
            Modal::Menu(_) => "",
        }
    }

    /// Draws it over the panes.
    pub fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        match self {
            Modal::Search(search) => search.draw(model, body, buffer),
            Modal::Pick(pick) => pick.draw(model, body, buffer),
            Modal::Menu(group) => menu::draw(*group, model, body, buffer),
            Modal::Help(help) => help.draw(model, body, buffer),
            Modal::Export(export) => export.draw(model, body, buffer),
            Modal::Ask(ask) => ask.draw(model, body, buffer),
        }
    }
}

/// A key that edits the prompt.
pub(super) fn key(model: &mut Model, event: KeyEvent) -> Option<Effect> {
    if let Some(input) = model.modal.as_mut().and_then(Modal::input) {
        input.handle_event(&Event::Key(event));
    }
    edited(model)
}

/// Pasted text goes into the prompt, and where there is none it is read as the log of a failed build; never is it taken for
/// keys.
pub(super) fn paste(model: &mut Model, text: &str) -> Option<Effect> {
    // Where a log is asked for, what is no name is the log itself.
    let is_log = match &model.modal {
        None => true,
        Some(Modal::Ask(ask)) => ask.want == ask::Want::Log && log::is_likely(text),
        Some(_) => false,
    };
    if is_log && model.atlas.is_some() {
        return log::paste(model, text);
    }
    if let Some(input) = model.modal.as_mut().and_then(Modal::input) {
        for letter in text.chars().filter(|letter| !letter.is_control()).take(200) {
            input.handle(InputRequest::InsertChar(letter));
        }
    }
    edited(model)
}

/// The prompt says something else now.
fn edited(model: &mut Model) -> Option<Effect> {
    match (&model.atlas, &mut model.modal) {
        (Some(atlas), Some(Modal::Search(search))) => search.look(atlas),
        (_, Some(Modal::Help(help))) => help.look(),
        (_, Some(Modal::Export(export))) => return export.look(),
        (_, Some(Modal::Ask(ask))) => ask.trouble = None,
        _ => {}
    }
    None
}

/// What is below the prompt.
fn below(inside: Rect) -> Rect {
    Rect { y: inside.y + inside.height.min(1), height: inside.height.saturating_sub(1), ..inside }
}

/// A click: into a list, it chooses the row, and a second one opens it; into a menu, it does what is there; beside all that
/// lies on top, it takes that away, but for what was typed.
pub(super) fn click(model: &mut Model, at: (u16, u16), is_double: bool) -> Option<Effect> {
    let body = body(model, &Areas::of(model));
    let is_prompt = model.modal.as_ref().is_some_and(Modal::is_prompt);
    let (list, len, cursor) = match &model.modal {
        Some(Modal::Search(search)) => (search.list(body), search.hits.len(), search.cursor),
        Some(Modal::Pick(pick)) => (pick.list(body), pick.rows.len(), pick.cursor),
        Some(Modal::Help(help)) => help.list(body),
        Some(Modal::Menu(group)) => {
            if let Some(command) = menu::command_at(*group, model, body, at) {
                return command.run(model);
            }
            (Rect::default(), 0, 0)
        }
        _ => (Rect::default(), 0, 0),
    };
    let row = row_at(list, at.1, len, cursor);
    if !list.contains(at.into()) || row >= len {
        model.modal = model.modal.take().filter(|_| is_prompt);
        return None;
    }
    // The first click may have moved what is under the mouse.
    if is_double {
        return open(model);
    }
    match &mut model.modal {
        Some(Modal::Search(search)) => search.cursor = row,
        Some(Modal::Pick(pick)) => pick.cursor = row,
        Some(Modal::Help(help)) => help.put(row),
        _ => {}
    }
    None
}

/// A line of text as it is typed, behind a sign; as long as there is none, what could be typed.
fn prompt(model: &Model, (sign, hint): (&str, &str), input: &Input, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.width).saturating_sub(sign.width() + 1);
    let letters = || input.value().chars();
    let before = printable(&letters().take(input.cursor()).collect::<String>());
    let behind = printable(&letters().skip(input.cursor()).collect::<String>());
    // Of a line that is too long, the part before the caret is seen.
    let seen = prose::end(&before, room.saturating_sub(1));
    let line = format!("{sign} {seen}{behind}");
    let mut line = Line::styled(line, model.theme.style(Tone::Strong));
    if input.value().is_empty() {
        let hint = prose::ended(hint, room.saturating_sub(2));
        line.push_span(Span::styled(format!("  {hint}"), model.theme.style(Tone::Dim)));
    }
    line.render(Rect { height: area.height.min(1), ..area }, buffer);
    let caret = area.x.saturating_add((sign.width() + 1 + seen.width()) as u16);
    if caret < area.right() && area.height > 0 {
        buffer.set_style(Rect { x: caret, y: area.y, width: 1, height: 1 }, model.theme.cursor(true));
    }
}

/// Moves the cursor of what lies on top.
pub(super) fn step(model: &mut Model, way: Way) -> Option<Effect> {
    match &mut model.modal {
        Some(Modal::Search(search)) => search.step(way),
        Some(Modal::Pick(pick)) => pick.step(way),
        Some(Modal::Help(help)) => help.step(way),
        Some(Modal::Export(export)) => {
            export.step(way);
            return export.unknown();
        }
        Some(Modal::Ask(_)) => ask::step(model, way),
        Some(Modal::Menu(_)) | None => {}
    }
    None
}

/// Tab: the export's next part, where that lies on top; Shift-Tab: how it is folded.
pub(super) fn tab(model: &mut Model, by: isize) -> Option<Effect> {
    match &mut model.modal {
        Some(Modal::Export(export)) if by > 0 => export.next_part(),
        Some(Modal::Export(export)) => export.fold(),
        _ => None,
    }
}

/// Enter.
pub(super) fn open(model: &mut Model) -> Option<Effect> {
    let node = match &model.modal {
        Some(Modal::Search(search)) => search.node(),
        Some(Modal::Pick(pick)) => pick.node(),
        Some(Modal::Menu(_)) => {
            model.modal = None;
            None
        }
        Some(Modal::Help(help)) => {
            let command = help.command()?;
            // A command of a menu is run as if the menu were open.
            model.modal = command.group.menu().map(|_| Modal::Menu(command.group));
            return command.run(model);
        }
        Some(Modal::Export(_)) => return export::write(model),
        Some(Modal::Ask(_)) => return ask::fetch(model),
        None => None,
    };
    let node = node?;
    if let (Some(Modal::Search(search)), Some(atlas)) = (model.modal.take(), &model.atlas) {
        model.found = search.found(atlas);
        model.told = model.found.as_ref().map(|found| format!("{}: {}", found.place(), found.query));
    }
    choose::jump(model, node);
    None
}
