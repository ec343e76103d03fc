//! What lies on top: the search prompt, lists of nodes to go to, the filter menu, the help.

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::backend::crossterm::EventHandler;

use super::choose;
use super::walk::along;
use crate::tui::effect::Effect;
use crate::tui::keys::{Act, COMMANDS, Key, Way};
use crate::tui::model::{Modal, Model, Pick, Search, View};
use crate::tui::search;

/// Keys that edit the prompt; the others keep their meaning.
pub(super) fn takes(key: Key) -> bool {
    let moves = [KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::Delete];
    let edits = key.ctrl && matches!(key.code, KeyCode::Char('a' | 'e' | 'h' | 'k' | 'u' | 'w'));
    key.is_text() || moves.contains(&key.code) || edits
}

pub(super) fn key(model: &mut Model, event: KeyEvent) -> Option<Effect> {
    if let Some(Modal::Search(search)) = &mut model.modal {
        search.input.handle_event(&Event::Key(event));
    }
    look(model);
    None
}

/// Pasted text goes into the prompt; nowhere else is it taken for keys.
pub(super) fn paste(model: &mut Model, text: &str) -> Option<Effect> {
    if let Some(Modal::Search(search)) = &mut model.modal {
        for letter in text.chars().filter(|letter| !letter.is_control()).take(200) {
            search.input.handle(tui_input::InputRequest::InsertChar(letter));
        }
    }
    look(model);
    None
}

fn look(model: &mut Model) {
    if let (Some(atlas), Some(Modal::Search(search))) = (&model.atlas, &mut model.modal) {
        (search.hits, search.total) = search::search(atlas, search.input.value());
        search.cursor = 0;
    }
}

pub(super) fn open_search(model: &mut Model) {
    model.modal = Some(Modal::Search(Search::default()));
    look(model);
}

/// The shortest ways from distributions down to the chosen node.
pub(super) fn open_why(model: &mut Model) {
    let (Some(atlas), Some(node)) = (&model.atlas, model.chosen) else { return };
    let ways = atlas.scan.graph.why(node, 30);
    let label = &atlas.entry(node).label;
    let title = match ways.len() {
        0 => format!("Why {label}: nothing leads to it"),
        1 => format!("Why {label}: one distribution leads to it"),
        many => format!("Why {label}: {many} distributions lead to it"),
    };
    let rows = ways.into_iter().flat_map(|way| way.into_iter().enumerate());
    model.modal = Some(Modal::Pick(Pick { title, rows: rows.collect(), cursor: 0 }));
}

/// Everything that breaks where the chosen node is missing.
pub(super) fn open_who(model: &mut Model) {
    let (Some(atlas), Some(node)) = (&model.atlas, model.chosen) else { return };
    let above = atlas.scan.graph.above(node);
    let title = format!("Who needs {}: {} nodes above it", atlas.entry(node).label, above.len());
    let rows = above.into_iter().map(|node| (0, node)).collect();
    model.modal = Some(Modal::Pick(Pick { title, rows, cursor: 0 }));
}

/// A command while something lies on top.
pub(super) fn act(model: &mut Model, act: Act) -> Option<Effect> {
    let goes = match (&mut model.modal, act) {
        (Some(Modal::Search(search)), Act::Move(way)) => {
            search.cursor = along(search.cursor, search.hits.len(), way);
            None
        }
        (Some(Modal::Pick(pick)), Act::Move(way)) => {
            pick.cursor = along(pick.cursor, pick.rows.len(), way);
            None
        }
        (Some(Modal::Help(top)), Act::Move(way)) => {
            *top = along(*top, COMMANDS.len(), way);
            None
        }
        (Some(Modal::Help(top)), Act::Scroll(way)) => {
            *top = along(*top, COMMANDS.len(), if way == Way::Up { Way::HalfUp } else { Way::HalfDown });
            None
        }
        (Some(Modal::Search(search)), Act::Open) => search.hits.get(search.cursor).map(|hit| hit.node),
        (Some(Modal::Pick(pick)), Act::Open) => pick.rows.get(pick.cursor).map(|&(_, node)| node),
        (Some(Modal::Filter), Act::Filter | Act::Open) => {
            model.modal = None;
            None
        }
        _ => None,
    };
    if let Some(node) = goes {
        model.modal = None;
        // A list of findings has no place for any other node; the graph has one for each.
        if model.view == View::Problems {
            choose::show(model, View::Graph);
        }
        choose::go(model, node);
    }
    None
}
