//! The last line: what happened last, else what can be done, each a button for the mouse.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::frame::target;
use crate::tui::command::{Command, Group};
use crate::tui::model::Model;
use crate::tui::pane::Pane;
use crate::tui::screen::Room;
use crate::tui::styled_text::{Link, shortened};
use crate::tui::theme::{Tone, spinner};

/// A piece of the line, and the command that it tells of.
struct Hint {
    command: Option<&'static Command>,
    spans: Vec<Span<'static>>,
}

impl Hint {
    fn text(spans: Vec<Span<'static>>) -> Hint {
        Hint { command: None, spans }
    }

    fn width(&self) -> usize {
        self.spans.iter().map(Span::width).sum()
    }
}

/// Draws the line.
pub(super) fn footer(model: &Model, area: Rect, buffer: &mut Buffer) {
    Line::from_iter(pieces(model, area.width).into_iter().flat_map(|hint| hint.spans)).render(area, buffer);
}

/// The command of which the line tells in a column.
pub fn command_at(model: &Model, column: u16, width: u16) -> Option<&'static Command> {
    let mut x = 0;
    for hint in pieces(model, width) {
        x += hint.width();
        if usize::from(column) < x {
            return hint.command;
        }
    }
    None
}

fn pieces(model: &Model, width: u16) -> Vec<Hint> {
    if let Some(told) = &model.told {
        return vec![Hint::text(vec![Span::styled(format!(" {told}"), model.theme.style(Tone::Strong))])];
    }
    if Room::of(model.size) == Room::List
        && let Some(scan_index) = &model.scan_index
    {
        let keys = "  ? keys";
        let spans = target(model, scan_index, false, usize::from(width).saturating_sub(keys.width()));
        return vec![Hint::text(spans), Hint { command: model.command("help"), spans: vec![Span::raw(keys)] }];
    }
    if let Some(bytes) = model.writing {
        let told = Span::raw(format!(" {} writing the export: {:.1} MB ", spinner(model.tick), bytes as f64 / 1e6));
        let close = model.command("close").map(|command| hint(model, command, "cancel"));
        return std::iter::once(Hint::text(vec![told])).chain(close).collect();
    }
    match model.modal {
        Some(_) => modal_hints(model),
        None => hints(model, width),
    }
}

/// While something lies on top, only what works there.
fn modal_hints(model: &Model) -> Vec<Hint> {
    let enter = model.modal.as_ref().map_or("", |overlay| overlay.enter());
    let words = [("open", enter), ("close", "close")];
    let known = words.iter().filter(|(_, word)| !word.is_empty());
    known.filter_map(|&(id, word)| Some(hint(model, model.command(id)?, word))).collect()
}

/// The first keys of the commands that have a hint, as many as fit; how to get help and how to leave always do.
fn hints(model: &Model, width: u16) -> Vec<Hint> {
    let commands = model.tables.commands.iter().copied().filter(|command| !command.hint.is_empty());
    let (always, others): (Vec<&'static Command>, Vec<&'static Command>) =
        commands.partition(|command| command.group == Group::Program);
    let always: Vec<Hint> = always.into_iter().map(|command| hint(model, command, command.hint)).collect();
    let mut room = usize::from(width).saturating_sub(always.iter().map(Hint::width).sum());
    // Before there is a scan, the other commands have nothing to work on.
    let others = others.into_iter().filter(|command| model.scan_index.is_some() && (command.is_hinted)(model));
    let others = others.map(|command| match command.id {
        "open" => hint(model, command, &enter(model)),
        _ => hint(model, command, command.hint),
    });
    let mut line = Vec::new();
    for hint in others {
        let Some(left) = room.checked_sub(hint.width()) else { break };
        room = left;
        line.push(hint);
    }
    line.push(Hint::text(vec![Span::raw(" ".repeat(room))]));
    line.extend(always);
    line
}

/// What Enter does where the keys are.
fn enter(model: &Model) -> String {
    let link = || model.details.get(model.link_line()?)?.link.as_ref();
    match (model.pane, link()) {
        (Pane::Detail, Some(Link::Copy(_))) => "copy it".to_owned(),
        (Pane::Detail, Some(Link::Node(node))) => format!("go to {}", shortened(model.short(*node), 24)),
        (Pane::Detail, Some(Link::Finding(_))) => "go to the cause".to_owned(),
        (Pane::Detail, Some(Link::Broken(_) | Link::Dependents(_) | Link::Symbols(..))) => "list them".to_owned(),
        (Pane::Detail, None) => "open".to_owned(),
        (Pane::Graph, _) => "zoom in".to_owned(),
        (Pane::Main, _) => model.view.enter.to_owned(),
    }
}

fn hint(model: &Model, command: &'static Command, word: &str) -> Hint {
    let name = model.keymap.names(command.id).first().copied().unwrap_or_default().to_owned();
    let style = model.theme.style(Tone::Key).add_modifier(Modifier::BOLD);
    let spans = vec![Span::styled(format!(" {name}"), style), Span::raw(format!(" {word} "))];
    Hint { command: Some(command), spans }
}
