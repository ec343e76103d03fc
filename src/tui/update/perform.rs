//! A command is carried out.

use super::choose;
use crate::tui::command::{Command, Run};
use crate::tui::effect::Effect;
use crate::tui::model::Model;

/// Does it, where it makes sense.
pub fn perform(model: &mut Model, command: &Command) -> Option<Effect> {
    if !(command.enabled)(model) {
        return None;
    }
    match command.run {
        Run::Do(run) => run(model),
        Run::Show(view) if !(view.is_there)(model) => {
            model.told = Some(view.nothing.into());
            None
        }
        Run::Show(view) => {
            choose::show(model, view);
            None
        }
    }
}
