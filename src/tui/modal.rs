//! What lies on top of the panes: never more than one, and each in a file of its own, an [`overlay::Overlay`].

pub mod ask;
pub mod export;
pub mod help;
pub mod menu;
pub mod overlay;
pub mod pick;
pub mod search;
pub mod symbols;

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::InputRequest;
use tui_input::backend::crossterm::EventHandler;

use super::effect::Effect;
use super::keys::Key;
use super::model::Model;
use super::screen::Areas;
use super::scrolling::row_at;
use super::update::perform::perform;
use super::view::log;
use super::way::Way;

/// Does this key edit the prompt that lies on top? The others keep their meaning.
pub(super) fn takes(model: &Model, key: Key) -> bool {
    let moves = [KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::Delete];
    let edits = key.ctrl && matches!(key.code, KeyCode::Char('a' | 'e' | 'h' | 'k' | 'u' | 'w'));
    let is_prompt = model.modal.as_ref().is_some_and(|overlay| overlay.is_prompt());
    is_prompt && (key.is_text() || moves.contains(&key.code) || edits)
}

/// A key that edits the prompt.
pub(super) fn key(model: &mut Model, event: KeyEvent) -> Option<Effect> {
    if let Some(input) = model.modal.as_mut().and_then(|overlay| overlay.input()) {
        input.handle_event(&Event::Key(event));
    }
    edited(model)
}

/// Pasted text goes into the prompt, and where there is none it is read as the log of a failed build; never is it taken for
/// keys.
pub(super) fn paste(model: &mut Model, text: &str) -> Option<Effect> {
    if model.modal.as_ref().is_none_or(|overlay| overlay.takes_whole(text)) && model.scan_index.is_some() {
        return log::paste(model, text);
    }
    if let Some(input) = model.modal.as_mut().and_then(|overlay| overlay.input()) {
        for letter in text.chars().filter(|letter| !letter.is_control()).take(200) {
            input.handle(InputRequest::InsertChar(letter));
        }
    }
    edited(model)
}

/// The prompt says something else now.
fn edited(model: &mut Model) -> Option<Effect> {
    model.modal.as_mut()?.edited(model.scan_index.as_deref())
}

/// A click: into a list, it chooses the row, and a second one opens it; into a menu, it does what is there; beside all that
/// lies on top, it takes that away, but for what was typed.
pub(super) fn click(model: &mut Model, at: (u16, u16), is_double: bool) -> Option<Effect> {
    let body = Areas::body(model);
    let overlay = model.modal.as_ref()?;
    if let Some(command) = overlay.command_at(model, body, at) {
        return perform(model, command);
    }
    let (list, len, cursor) = overlay.list(body).unwrap_or_default();
    let row = row_at(list, at.1, len, cursor);
    if !list.contains(at.into()) || row >= len {
        model.modal = model.modal.take().filter(|overlay| overlay.is_prompt());
        return None;
    }
    // The first click may have moved what is under the mouse.
    if is_double {
        return open(model);
    }
    if let Some(overlay) = &mut model.modal {
        overlay.put(row);
    }
    None
}

/// Moves the cursor of what lies on top.
pub(super) fn step(model: &mut Model, way: Way) -> Option<Effect> {
    model.modal.as_mut()?.step(way)
}

/// Tab, and Shift-Tab.
pub(super) fn tab(model: &mut Model, by: isize) -> Option<Effect> {
    model.modal.as_mut()?.tab(model.scan_index.as_deref(), by)
}

/// Enter.
pub(super) fn open(model: &mut Model) -> Option<Effect> {
    model.modal.take()?.open(model)
}
