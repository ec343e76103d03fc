//! What everything that lies on top of the panes can do.

use std::any::Any;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use crate::tui::command::{Command, Group};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::scan_index::ScanIndex;
use crate::tui::scrolling::along;
use crate::tui::way::Way;

/// A list that lies on top: its area, its length and the place of its cursor.
pub type ListArea = (Rect, usize, usize);

/// What lies on top of the panes; there is never more than one.
pub trait Overlay: Any {
    /// Draws it over the panes.
    fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer);

    /// Enter. It was taken off the model, and puts itself back where it stays.
    fn open(self: Box<Self>, model: &mut Model) -> Option<Effect>;

    /// What Enter does here, for the footer; empty where it does nothing.
    fn enter(&self) -> &'static str;

    /// Is a line of text typed here? A click beside it does not throw that away.
    fn is_prompt(&self) -> bool {
        false
    }

    /// The prompt, where a line of text is typed.
    fn input(&mut self) -> Option<&mut Input> {
        None
    }

    /// The prompt says something else now.
    fn edited(&mut self, _: Option<&ScanIndex>) -> Option<Effect> {
        None
    }

    /// Is this pasted text what is asked for, and not its name?
    fn takes_whole(&self, _: &str) -> bool {
        false
    }

    /// The cursor of its list, and how many rows that has.
    fn cursor(&mut self) -> Option<(&mut usize, usize)> {
        None
    }

    /// Moves its cursor.
    fn step(&mut self, way: Way) -> Option<Effect> {
        if let Some((cursor, len)) = self.cursor() {
            *cursor = along(*cursor, len, way);
        }
        None
    }

    /// Tab, or Shift-Tab where the number is negative.
    fn tab(&mut self, _: Option<&ScanIndex>, _: isize) -> Option<Effect> {
        None
    }

    /// Its list, where it has one.
    fn list(&self, _: Rect) -> Option<ListArea> {
        None
    }

    /// Puts its cursor on a row of its list.
    fn put(&mut self, row: usize) {
        if let Some((cursor, _)) = self.cursor() {
            *cursor = row;
        }
    }

    /// The group whose keys count here before all others.
    fn menu(&self) -> Option<Group> {
        None
    }

    /// The command under a cell of a menu.
    fn command_at(&self, _: &Model, _: Rect, _: (u16, u16)) -> Option<&'static Command> {
        None
    }
}
