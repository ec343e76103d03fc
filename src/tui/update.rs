//! What happens when something happens: the only place where the model changes.

pub(super) mod choose;
pub(super) mod walk;

use std::sync::Arc;

use crossterm::event::{KeyEvent, KeyModifiers};

use super::atlas::Atlas;
use super::command::Way;
use super::effect::Effect;
use super::keys::Key;
use super::message::Msg;
use super::modal::{self, Modal};
use super::model::{Filter, Model, Work};
use super::picture::Lens;
use super::screen::{Areas, inside};
use super::view::{VIEWS, View, log};
use crate::error::Error;
use crate::export::printable;
use crate::scan::Event;

/// Takes in what happened; the answer is what the model wants done outside.
pub fn update(model: &mut Model, msg: Msg) -> Option<Effect> {
    match msg {
        Msg::Key(event) => key(model, event),
        Msg::Paste(text) => modal::paste(model, &text),
        Msg::Wheel(way) => wheel(model, way),
        Msg::Click { column, row } => choose::click(model, column, row),
        Msg::Resize(width, height) => {
            model.size = (width, height);
            choose::fit(model);
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
    if model.modal.as_ref().is_some_and(|modal| modal.takes(key)) {
        return modal::key(model, event);
    }
    let menu = model.modal.as_ref().and_then(Modal::menu);
    let own = menu.and_then(|group| model.keymap.command(key, Some(group)));
    own.or_else(|| model.keymap.command(key, None))?.run(model)
}

/// Quits, where nothing lies on top; else takes that away.
pub(super) fn quit(model: &mut Model) -> Option<Effect> {
    if model.modal.is_none() { Some(Effect::Quit) } else { close(model) }
}

/// Takes away one layer; never the program.
pub(super) fn close(model: &mut Model) -> Option<Effect> {
    if model.modal.take().is_some() {
        return None;
    }
    if let Some(work) = &mut model.work {
        work.is_stopping = true;
        return Some(Effect::Stop);
    }
    model.pane = model.view.panes[0];
    None
}

/// Leaves out something else.
pub(super) fn set_filter(model: &mut Model, filter: Filter) -> Option<Effect> {
    model.filter = filter;
    let atlas = model.atlas.clone()?;
    model.tree.rebuild(&atlas, filter);
    choose::redraw(model);
    None
}

/// Changes what pictures show.
pub(super) fn set_lens(model: &mut Model, change: impl Fn(&mut Lens)) -> Option<Effect> {
    change(&mut model.lens);
    choose::redraw(model);
    None
}

/// Looks further around the node, or less far.
pub(super) fn depth(model: &mut Model, by: isize) -> Option<Effect> {
    let now = model.picture.as_ref()?.depth;
    let depth = now.saturating_add_signed(by).clamp(1, DEEPEST);
    model.told = Some(format!("depth {depth}"));
    set_lens(model, |lens| lens.depth = Some(depth))
}

/// Further than this a focus is no focus.
const DEEPEST: usize = 6;

/// Gives the keys to a pane further on.
pub(super) fn pane(model: &mut Model, by: isize) -> Option<Effect> {
    let panes = model.view.panes;
    let at = panes.iter().position(|&pane| pane == model.pane).unwrap_or(0);
    model.pane = panes[(at as isize + by).rem_euclid(panes.len() as isize) as usize];
    None
}

/// Half of the detail up or down.
pub(super) fn scroll(model: &mut Model, way: Way) {
    let step = Areas::of(model).detail.map_or(1, |area| usize::from(inside(area).height / 2).max(1));
    let to = if way == Way::Up { model.scroll.saturating_sub(step) } else { model.scroll + step };
    scroll_to(model, to);
}

/// Scrolls the evidence, never beyond its last line.
fn scroll_to(model: &mut Model, line: usize) {
    let Some(area) = Areas::of(model).detail.map(inside) else { return };
    let lines: usize = model.article.iter().map(|prose| prose.wrapped(area.width.into(), model.theme).len()).sum();
    model.scroll = line.min(lines.saturating_sub(area.height.into()));
}

fn wheel(model: &mut Model, way: Way) -> Option<Effect> {
    if model.atlas.is_some() {
        (0..3).for_each(|_| walk::step(model, way));
    }
    None
}

pub(super) fn copy(model: &mut Model) -> Option<Effect> {
    let atlas = model.atlas.clone()?;
    if let Some(judged) = log::shown(model) {
        return match judged.remedy.command.clone() {
            Some(command) if printable(&command) == command => Some(Effect::Copy(command)),
            _ => {
                model.told = Some("nothing to copy: no command mends this".into());
                None
            }
        };
    }
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

pub(super) fn rescan(model: &mut Model) -> Option<Effect> {
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
        Some(old) => {
            choose::carry_over(model, &old, atlas);
            log::compare(model);
            choose::settle(model);
        }
        None => {
            model.view = VIEWS[0];
            model.pane = model.view.panes[0];
            choose::begin(model, atlas);
            // Who brings a log has come for its sake.
            if let Some(view) = View::named("log").filter(|view| (view.is_there)(model)) {
                log::compare(model);
                choose::show(model, view);
                log::select(model, 0);
            }
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
