//! What happens when something happens: the only place where the model changes.

mod choose;
mod prompt;
mod walk;

use std::sync::Arc;

use crossterm::event::{KeyEvent, KeyModifiers};

use super::atlas::Atlas;
use super::effect::Effect;
use super::keys::{Act, Key, Way};
use super::message::Msg;
use super::model::{Filter, Modal, Model, Pane, View, Work};
use super::screen::{Areas, inside};
use crate::error::Error;
use crate::export::printable;
use crate::scan::Event;

/// Takes in what happened; the answer is what the model wants done outside.
pub fn update(model: &mut Model, msg: Msg) -> Option<Effect> {
    match msg {
        Msg::Key(event) => key(model, event),
        Msg::Paste(text) => prompt::paste(model, &text),
        Msg::Wheel(way) => wheel(model, way),
        Msg::Click { column, row } => choose::click(model, column, row),
        Msg::Resize(width, height) => {
            model.size = (width, height);
            scroll_to(model, model.scroll);
            None
        }
        Msg::Progress(event) => progress(model, event),
        Msg::Scanned(atlas) => scanned(model, atlas),
        Msg::Failed(error) => failed(model, error),
        Msg::Tick => {
            model.tick = model.tick.wrapping_add(1);
            None
        }
        Msg::Told(text) => {
            model.told = Some(text);
            None
        }
        Msg::Terminate => Some(Effect::Quit),
    }
}

fn key(model: &mut Model, event: KeyEvent) -> Option<Effect> {
    // No command is bound to Alt: what comes with it was meant for somebody else, or is an escape that came too fast.
    if event.modifiers == KeyModifiers::ALT {
        return None;
    }
    model.told = None;
    let key = Key::of(event);
    if matches!(model.modal, Some(Modal::Search(_))) && prompt::takes(key) {
        return prompt::key(model, event);
    }
    let in_filter = matches!(model.modal, Some(Modal::Filter));
    let own = in_filter.then(|| model.keymap.command(key, true)).flatten();
    let command = own.or_else(|| model.keymap.command(key, false))?;
    act(model, command.act)
}

/// Does what a command asks for. A command that makes no sense at the moment does nothing.
pub fn act(model: &mut Model, act: Act) -> Option<Effect> {
    match act {
        Act::Leave => return Some(Effect::Quit),
        Act::Suspend => return Some(Effect::Suspend),
        Act::Quit if model.modal.is_none() => return Some(Effect::Quit),
        Act::Quit | Act::Close => return close(model),
        Act::ToggleSystem => set_filter(model, Filter { system: !model.filter.system, ..model.filter }),
        Act::ToggleBroken => set_filter(model, Filter { broken: !model.filter.broken, ..model.filter }),
        Act::ClearFilter => set_filter(model, Filter::default()),
        Act::Help => {
            let is_open = matches!(model.modal, Some(Modal::Help(_)));
            model.modal = (!is_open).then_some(Modal::Help(0));
        }
        _ if model.modal.is_some() => return prompt::act(model, act),
        Act::Rescan => return rescan(model),
        _ if model.atlas.is_none() => {}
        Act::Move(way) => walk::step(model, way),
        Act::Scroll(way) => scroll(model, way),
        Act::Show(view) => choose::show(model, view),
        Act::Pane(way) => pane(model, way),
        Act::Open => walk::open(model),
        Act::Fold => walk::fold(model),
        Act::Back => choose::back(model),
        Act::Forward => choose::forward(model),
        Act::Finding(way) => choose::next_finding(model, way),
        Act::Search => prompt::open_search(model),
        Act::Why => prompt::open_why(model),
        Act::Who => prompt::open_who(model),
        Act::Copy => return copy(model),
        Act::Filter => model.modal = Some(Modal::Filter),
    }
    None
}

/// Takes away one layer; never the program.
fn close(model: &mut Model) -> Option<Effect> {
    if model.modal.take().is_some() {
        return None;
    }
    if let Some(work) = &mut model.work {
        work.is_stopping = true;
        return Some(Effect::Stop);
    }
    model.pane = model.view.panes()[0];
    None
}

fn set_filter(model: &mut Model, filter: Filter) {
    model.filter = filter;
    let Some(atlas) = model.atlas.clone() else { return };
    model.tree.rebuild(&atlas, filter);
    choose::recenter(model);
    choose::settle(model);
}

fn pane(model: &mut Model, way: Way) {
    let panes = model.view.panes();
    let at = panes.iter().position(|&pane| pane == model.pane).unwrap_or(0);
    let by = if way == Way::Up { panes.len() - 1 } else { 1 };
    model.pane = panes[(at + by) % panes.len()];
}

/// Half of the evidence pane up or down.
fn scroll(model: &mut Model, way: Way) {
    let step = Areas::of(model).evidence.map_or(1, |area| usize::from(inside(area).height / 2).max(1));
    let to = if way == Way::Up { model.scroll.saturating_sub(step) } else { model.scroll + step };
    scroll_to(model, to);
}

/// Scrolls the evidence, never beyond its last line.
fn scroll_to(model: &mut Model, line: usize) {
    let Some(area) = Areas::of(model).evidence.map(inside) else { return };
    let lines: usize = model.article.iter().map(|prose| prose.wrapped(area.width.into(), model.theme).len()).sum();
    model.scroll = line.min(lines.saturating_sub(area.height.into()));
}

fn wheel(model: &mut Model, way: Way) -> Option<Effect> {
    (0..3).find_map(|_| act(model, Act::Move(way)))
}

fn copy(model: &mut Model) -> Option<Effect> {
    let atlas = model.atlas.clone()?;
    let current = model.current_finding();
    let of_node = model.chosen.map_or(&[][..], |node| atlas.findings(node));
    let mut commands = current.iter().chain(of_node).filter_map(|&at| atlas.scan.findings[at].remedy.command.clone());
    match commands.next() {
        // What cannot be shown as it is must not be pasted into a shell either.
        Some(command) if printable(&command) == command => return Some(Effect::Copy(command)),
        Some(_) => model.told = Some("not copied: the command holds control characters".into()),
        None => model.told = Some("nothing to copy: no command mends this".into()),
    }
    None
}

fn rescan(model: &mut Model) -> Option<Effect> {
    if model.work.is_some() {
        return None;
    }
    model.work = Some(Work::default());
    Some(Effect::Scan)
}

fn progress(model: &mut Model, event: Event) -> Option<Effect> {
    let work = model.work.as_mut()?;
    match event {
        Event::Folder(folder) => work.folder = printable(&folder.to_string()),
        Event::Files(files) => work.files = work.files.max(files),
        Event::Phase(phase) => work.phase = Some(phase),
    }
    None
}

fn scanned(model: &mut Model, atlas: Arc<Atlas>) -> Option<Effect> {
    model.work = None;
    match model.atlas.take() {
        Some(old) => choose::carry_over(model, &old, atlas),
        None => {
            model.view = View::Problems;
            model.pane = Pane::List;
            choose::begin(model, atlas);
        }
    }
    None
}

fn failed(model: &mut Model, error: Error) -> Option<Effect> {
    model.work = None;
    if model.atlas.is_none() {
        return Some(Effect::Fail(error));
    }
    model.told = Some(printable(&error.to_string()));
    None
}
