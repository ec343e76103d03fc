//! What happens when something happens: the only place where the model changes.

pub(super) mod choose;
pub(super) mod copies;
mod details;
mod mouse;
pub mod perform;
pub(super) mod walk;

pub(super) use details::{scroll, scroll_to};

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::effect::Effect;
use super::filter::Filter;
use super::keys::Key;
use super::message::{Fetched, Msg};
use super::modal::{self, ask::Ask, symbols::SymbolList};
use super::model::Model;
use super::pane::Pane;
use super::picture::{DisplayOptions, Scope};
use super::scan_index::{NodeKind, ScanIndex};
use super::screen::Areas;
use super::scrolling::inside;
use super::view::{diff, log};
use super::way::Way;
use super::work::Work;
use crate::diagnose::Severity;
use crate::error::Error;
use crate::graph::NodeId;
use crate::image::Format;
use crate::printable::printable;
use crate::survey::Event;

/// Takes in what happened; the answer is what the model wants done outside.
pub fn update(model: &mut Model, msg: Msg) -> Option<Effect> {
    let effect = take_in(model, msg).filter(|effect| is_free(model, effect));
    choose::refit(model);
    effect
}

/// Is there nothing in the way of an effect? One export is written at a time.
fn is_free(model: &mut Model, effect: &Effect) -> bool {
    if !matches!(effect, Effect::Export { .. } | Effect::CopyExport { .. }) {
        return true;
    }
    if model.writing.is_some() {
        model.told = Some("an export is being written; esc cancels it".into());
        return false;
    }
    model.writing = Some(0);
    true
}

fn take_in(model: &mut Model, msg: Msg) -> Option<Effect> {
    match msg {
        Msg::Key(event) => key(model, event),
        Msg::Paste(text) => modal::paste(model, &text),
        Msg::Wheel { way, column, row } => mouse::wheel(model, way, (column, row)),
        Msg::Click { column, row, is_double } => mouse::click(model, (column, row), is_double),
        Msg::Drag { column, row } => mouse::drag(model, (column, row)),
        Msg::Release => {
            model.drag = None;
            None
        }
        Msg::Resize(width, height) => {
            if model.size != (width, height) {
                model.size = (width, height);
                model.measure_details();
                scroll_to(model, model.scroll);
            }
            None
        }
        Msg::Progress(event) => progress(model, event),
        Msg::Drawn(number, picture) => {
            choose::drawn(model, number, *picture);
            None
        }
        Msg::Scanned(scan_index) => scanned(model, scan_index),
        Msg::Failed(error) => failed(model, error),
        Msg::Tick => {
            model.tick = model.tick.wrapping_add(1);
            None
        }
        Msg::Preview(name, bytes, extent, first) => {
            modal::export::previewed(model, (name, bytes, extent), &first);
            None
        }
        Msg::NoPreview(trouble) => {
            modal::export::written(model, Err(trouble));
            None
        }
        Msg::Writing(bytes) => {
            model.writing = model.writing.map(|_| bytes);
            None
        }
        Msg::Written(outcome) => {
            model.writing = None;
            modal::export::copied(model, outcome)
        }
        Msg::Exported(outcome) => {
            model.writing = None;
            modal::export::written(model, outcome);
            None
        }
        Msg::Cancelled => {
            model.writing = None;
            model.told = Some("export cancelled: no file was written".into());
            None
        }
        Msg::Fetched(fetched) => {
            match (fetched, model.overlay_mut::<Ask>()) {
                (Ok(Fetched::Before(scan)), _) => diff::take(model, scan),
                (Ok(Fetched::Log(log)), _) => log::take(model, *log),
                (Err(trouble), Some(ask)) => {
                    (ask.is_busy, ask.trouble) = (false, Some(trouble));
                }
                (Err(trouble), None) => model.told = Some(printable(&trouble)),
            }
            None
        }
        Msg::Symbols(read) => {
            if let Some(list) = model.overlay_mut::<SymbolList>().filter(|list| list.by == read.node) {
                list.take(read.symbols.clone());
            }
            choose::take_symbols(model, read);
            None
        }
        Msg::FoundSymbols(found) => {
            modal::search::take(model, found);
            None
        }
        Msg::Changed => rescan(model),
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
    if modal::takes(model, key) {
        return modal::key(model, event);
    }
    let menu = model.menu();
    if menu.is_none() && count(model, key) {
        return None;
    }
    let own = menu.and_then(|group| model.keymap.command(key, Some(group)));
    let command = own.or_else(|| model.keymap.command(key, None));
    let count = model.count.take().unwrap_or(1);
    let command = command?;
    let times = if command.repeats() { count.clamp(1, MOST_TIMES) } else { 1 };
    (0..times).filter_map(|_| perform::perform(model, command)).last()
}

/// More often than this nothing is done at one keypress.
const MOST_TIMES: usize = 9999;

/// Digits behind a nought tell how often the next movement is made: 012j. A digit alone opens a view.
fn count(model: &mut Model, key: Key) -> bool {
    let digit = match key.code {
        KeyCode::Char(letter) if !key.ctrl => letter.to_digit(10),
        _ => None,
    };
    let Some(digit) = digit.filter(|&digit| digit == 0 || model.count.is_some()) else { return false };
    let count = model.count.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize).min(MOST_TIMES);
    model.count = Some(count);
    model.told = Some(format!("{count} times …"));
    true
}

/// Takes away what lies on top, else zooms out, else quits.
pub(super) fn quit(model: &mut Model) -> Option<Effect> {
    match model.modal.is_none() {
        true if shows_graph(model) && choose::zoom_out(model) => None,
        true => Some(Effect::Quit),
        false => close(model),
    }
}

/// Has the graph the keys?
fn shows_graph(model: &Model) -> bool {
    model.view.scope_in(model.pane).is_some_and(|scope| scope.place() == Scope::Focus)
}

/// Takes away one layer; never the program.
pub(super) fn close(model: &mut Model) -> Option<Effect> {
    if model.writing.is_some() {
        return Some(Effect::Cancel);
    }
    if model.modal.take().is_some() {
        return None;
    }
    if model.is_zoomed {
        return zoom(model);
    }
    if model.found.take().is_some() || shows_graph(model) && choose::zoom_out(model) {
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
    let scan_index = model.scan_index.clone()?;
    list_anew(model, &scan_index);
    choose::redraw(model);
    None
}

/// Lists findings and tree anew, filtered and sorted as they are to be now.
fn list_anew(model: &mut Model, scan_index: &ScanIndex) {
    model.tables.views.iter().for_each(|view| (view.sift)(model, scan_index));
}

/// Sorts lists by something else; the cursor stays where it is.
pub(super) fn next_order(model: &mut Model) -> Option<Effect> {
    let can = model.view.orders;
    let Some(at) = can.iter().position(|&order| order == model.order()) else {
        let views = model.tables.views;
        let views: Vec<&str> = views.iter().filter(|view| !view.orders.is_empty()).map(|view| view.title).collect();
        model.told = Some(format!("nothing to sort here: {} can be sorted", views.join(", ")));
        return None;
    };
    model.order = can[(at + 1) % can.len()];
    let scan_index = model.scan_index.clone()?;
    list_anew(model, &scan_index);
    model.told = Some(format!("sorted by {}", model.order.word()));
    None
}

/// Gives the screen to the pane that has the keys, or shares it again.
pub(super) fn zoom(model: &mut Model) -> Option<Effect> {
    model.is_zoomed = !model.is_zoomed;
    scroll_to(model, model.scroll);
    None
}

/// Moves the picture, and leaves the cursor where it stands in it; the next step brings it into view again.
pub(super) fn pan(model: &mut Model, way: Way) -> Option<Effect> {
    let room = choose::room(model);
    let by = (i32::from(room.0 / 6).max(1), i32::from(room.1 / 4).max(1));
    let by = match way {
        Way::Left => (-by.0, 0),
        Way::Right => (by.0, 0),
        Way::Up => (0, -by.1),
        _ => (0, by.1),
    };
    model.told = match model.picture_mut(choose::pictured(model)) {
        None => Some("only pictures can be moved about: 2 and 3 show them".into()),
        Some(picture) => {
            let before = picture.pan;
            picture.pan_by(by, room);
            (picture.pan == before).then(|| "the picture ends here".into())
        }
    };
    None
}

/// Brings the cursor to the middle, the top or the bottom of its pane.
pub(super) fn place(model: &mut Model, way: Option<Way>) -> Option<Effect> {
    model.modal = None;
    let pane = if model.pane == Pane::Main { Pane::Main } else { choose::pictured(model) };
    let room = choose::room(model);
    if let Some(picture) = model.picture_mut(pane) {
        picture.place(way, room);
    } else if let (Some((at, _)), Some(main)) = ((model.view.list)(model), Areas::of(model).main) {
        let height = usize::from(inside(main).height);
        model.top = match way {
            Some(Way::Top) => at,
            Some(_) => (at + 1).saturating_sub(height),
            None => at.saturating_sub(height / 2),
        };
    }
    None
}

/// Opens or closes all rows of a tree, all folds of a picture.
pub(super) fn fold_all(model: &mut Model, open: bool) -> Option<Effect> {
    match model.view.fold_all.filter(|_| model.pane == Pane::Main) {
        Some(fold_all) => fold_all(model, open),
        None => choose::fold_all(model, open),
    }
    None
}

/// Everything as at the start: filter, folds, depth.
pub(super) fn clear_filter(model: &mut Model) -> Option<Effect> {
    model.display = DisplayOptions::default();
    set_filter(model, Filter::default())
}

/// All findings, only errors, or errors and warnings.
pub(super) fn next_severity(model: &mut Model) -> Option<Effect> {
    let severity = match model.filter.severity {
        None => Some(Severity::Error),
        Some(Severity::Error) => Some(Severity::Warning),
        Some(_) => None,
    };
    set_filter(model, Filter { severity, ..model.filter.clone() })
}

/// All kinds of nodes, or one after the other.
pub(super) fn next_kind(model: &mut Model) -> Option<Effect> {
    let kinds = [NodeKind::Module, NodeKind::Library, NodeKind::Missing, NodeKind::System];
    let kind = next(&kinds, model.filter.kind);
    set_filter(model, Filter { kind, ..model.filter.clone() })
}

/// All formats, or one after the other.
pub(super) fn next_format(model: &mut Model) -> Option<Effect> {
    let format = next(&[Format::Elf, Format::MachO, Format::Pe], model.filter.format);
    set_filter(model, Filter { format, ..model.filter.clone() })
}

/// What comes after a choice: the next, or none after the last.
fn next<T: Copy + PartialEq>(all: &[T], now: Option<T>) -> Option<T> {
    let at = now.map_or(0, |now| all.iter().position(|other| *other == now).map_or(0, |at| at + 1));
    all.get(at).copied()
}

/// Only the package of the chosen node, or all.
pub(super) fn toggle_package(model: &mut Model) -> Option<Effect> {
    let owner = |(scan_index, node): (&Arc<ScanIndex>, NodeId)| {
        let entry = scan_index.entry(node);
        let is_package = entry.kind == NodeKind::Distribution;
        let of_dependent = || scan_index.scan.graph.above(node).into_iter().map(|above| &scan_index.entry(above).owner);
        // What is missing has no package of its own; who needs it has.
        let own = if is_package { &entry.label } else { &entry.owner };
        let mut names = std::iter::once(own).chain(of_dependent());
        names.find(|name| !name.is_empty()).cloned()
    };
    let package = match model.filter.package {
        Some(_) => None,
        None => model.scan_index.as_ref().zip(model.chosen).and_then(owner),
    };
    set_filter(model, Filter { package, ..model.filter.clone() })
}

/// Takes the mouse, or leaves it to the terminal.
pub(super) fn mouse(model: &mut Model) -> Option<Effect> {
    model.with_mouse = !model.with_mouse;
    model.told = Some(if model.with_mouse { "mouse: clicks and scrolls" } else { "mouse: selects text" }.into());
    Some(Effect::Mouse(model.with_mouse))
}

/// The next theme of the table.
pub(super) fn next_theme(model: &mut Model) -> Option<Effect> {
    let name = model.theme.next();
    model.theme = model.theme.named(name);
    model.told = Some(format!("theme: {name}"));
    None
}

/// Changes what pictures show.
pub(super) fn set_lens(model: &mut Model, change: impl Fn(&mut DisplayOptions)) -> Option<Effect> {
    change(&mut model.display);
    choose::redraw(model);
    None
}

/// Looks further around the node, or less far.
pub(super) fn depth(model: &mut Model, by: isize) -> Option<Effect> {
    let now = model.pictures.focus.as_ref()?.depth;
    let depth = now.saturating_add_signed(by).clamp(1, DEEPEST);
    model.told = Some(format!("depth {depth}"));
    set_lens(model, |display| display.depth = Some(depth))
}

/// Further than this a focus is no focus.
const DEEPEST: usize = 6;

/// Gives the keys to a pane further on.
pub(super) fn pane(model: &mut Model, by: isize) -> Option<Effect> {
    if model.modal.is_some() {
        return modal::tab(model, by);
    }
    let has_graph = (model.view.has_graph)(model);
    let panes: Vec<Pane> = model.view.panes.iter().copied().filter(|&pane| has_graph || pane != Pane::Graph).collect();
    let at = panes.iter().position(|&pane| pane == model.pane).unwrap_or(0);
    model.pane = panes[(at as isize + by).rem_euclid(panes.len() as isize) as usize];
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
        Event::Files(files, seen) => {
            work.files = work.files.max(files);
            work.take_in(seen);
        }
        Event::Phase(phase) => work.phase = Some(phase),
    }
    None
}

fn scanned(model: &mut Model, scan_index: Arc<ScanIndex>) -> Option<Effect> {
    let work = model.work.take();
    model.nothing = None;
    if std::mem::take(&mut model.is_elsewhere) {
        model.forget();
    }
    let nearby = scan_index.scan.target.nearby();
    if !nearby.is_empty() {
        model.nearby = nearby;
    }
    match model.scan_index.take() {
        Some(old) => {
            choose::carry_over(model, &old, scan_index);
        }
        None => {
            model.view = model.tables.views[0];
            model.pane = model.view.panes[0];
            choose::begin(model, scan_index);
            if let Some(seen) = work.as_ref().and_then(|work| work.seen.get(work.cursor?)) {
                choose::stay(model, &seen.path);
            }
            // Who brings a log has come for its sake.
            if let Some(view) = model.view_named("log").filter(|view| (view.is_there)(model)) {
                choose::show(model, view);
                log::select(model, 0);
            }
            if let Some(view) = model.view_named("diff").filter(|view| (view.is_there)(model)) {
                choose::show(model, view);
                diff::select(model, 0);
            }
        }
    }
    None
}

fn failed(model: &mut Model, error: Error) -> Option<Effect> {
    model.work = None;
    model.is_elsewhere = false;
    let has_come_for_more = model.log.is_some() || model.diff.is_some();
    match (&model.scan_index, &model.nothing) {
        (None, _) if error.is_nothing && !has_come_for_more => {
            model.nothing = Some(error);
            return None;
        }
        (None, None) => return Some(Effect::Fail(error)),
        _ => {}
    }
    model.told = Some(printable(&error.to_string()));
    None
}
