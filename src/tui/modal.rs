//! What lies on top of the panes: never more than one, and each in a file of its own.

pub mod help;
pub mod menu;
pub mod pick;
pub mod search;

use crossterm::event::{Event, KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::backend::crossterm::EventHandler;
use tui_input::{Input, InputRequest};

use super::command::{Group, Way};
use super::effect::Effect;
use super::keys::Key;
use super::model::Model;
use super::update::choose;
use super::view::log;
use crate::graph::NodeId;

/// What lies on top.
pub enum Modal {
    Search(search::Search),
    Pick(pick::Pick),
    /// The commands of a group, each with its one key.
    Menu(Group),
    Help(help::Help),
}

impl Modal {
    /// The prompt, where a line of text is typed.
    fn input(&mut self) -> Option<&mut Input> {
        match self {
            Modal::Search(search) => Some(&mut search.input),
            _ => None,
        }
    }

    /// Is a line of text typed here? A click beside it does not throw that away.
    pub fn is_prompt(&self) -> bool {
        matches!(self, Modal::Search(_))
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
            Modal::Search(_) | Modal::Pick(_) => "go there",
            Modal::Menu(_) | Modal::Help(_) => "",
        }
    }

    /// Draws it over the panes.
    pub fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        match self {
            Modal::Search(search) => search.draw(model, body, buffer),
            Modal::Pick(pick) => pick.draw(model, body, buffer),
            Modal::Menu(group) => menu::draw(*group, model, body, buffer),
            Modal::Help(help) => help.draw(model, body, buffer),
        }
    }
}

/// A key that edits the prompt.
pub(super) fn key(model: &mut Model, event: KeyEvent) -> Option<Effect> {
    if let Some(input) = model.modal.as_mut().and_then(Modal::input) {
        input.handle_event(&Event::Key(event));
    }
    edited(model);
    None
}

/// Pasted text goes into the prompt, and where there is none it is read as the log of a failed build; never is it taken for
/// keys.
pub(super) fn paste(model: &mut Model, text: &str) -> Option<Effect> {
    if model.modal.is_none() && model.atlas.is_some() {
        return log::paste(model, text);
    }
    if let Some(input) = model.modal.as_mut().and_then(Modal::input) {
        for letter in text.chars().filter(|letter| !letter.is_control()).take(200) {
            input.handle(InputRequest::InsertChar(letter));
        }
    }
    edited(model);
    None
}

/// The prompt says something else now.
fn edited(model: &mut Model) {
    if let (Some(atlas), Some(Modal::Search(search))) = (&model.atlas, &mut model.modal) {
        search.look(atlas);
    }
}

/// Moves the cursor of what lies on top.
pub(super) fn step(model: &mut Model, way: Way) {
    match &mut model.modal {
        Some(Modal::Search(search)) => search.step(way),
        Some(Modal::Pick(pick)) => pick.step(way),
        Some(Modal::Help(help)) => help.step(way),
        Some(Modal::Menu(_)) | None => {}
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
        Some(Modal::Help(_)) | None => None,
    };
    go(model, node?);
    None
}

/// Takes what lies on top away and goes to a node, in a view that has a place for it.
fn go(model: &mut Model, node: NodeId) {
    model.modal = None;
    if !model.view.has_every_node {
        choose::show_named(model, "graph");
    }
    choose::go(model, node);
}
