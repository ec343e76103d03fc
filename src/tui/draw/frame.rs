//! The first lines and the last: what is looked at, how it stands, what can be done.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::export::{Counts, count};
use crate::printable::printable;
use crate::tui::atlas::{Atlas, Badge};
use crate::tui::command::{Command, Group};
use crate::tui::details::system;
use crate::tui::model::Model;
use crate::tui::pane::Pane;
use crate::tui::prose::{Link, shortened};
use crate::tui::screen::{Areas, Room};
use crate::tui::theme::{Tone, spinner};
use crate::tui::view::View;
use crate::world::Python;

const BRAND: &str = " dylens ";

/// What is looked at and how it stands; on the right the tabs, or below where there is a line for them.
pub(super) fn header(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    if areas.header.height == 0 {
        return;
    }
    let is_wide = areas.tabs.is_some();
    // Before there is a scan, there is nothing to go to.
    let tabs = if model.atlas.is_some() { tabs(model, is_wide) } else { Line::default() };
    let mut spans = vec![Span::styled(BRAND, model.theme.style(Tone::Active))];
    let work = model.work.as_ref().map(|_| format!("  {} scanning", spinner(model.tick))).unwrap_or_default();
    if let Some(atlas) = &model.atlas {
        let beside = if is_wide { 0 } else { tabs.width() };
        let room = usize::from(areas.header.width).saturating_sub(beside + spans[0].width() + work.width());
        spans.extend(target(model, atlas, is_wide, room));
    }
    spans.push(Span::styled(work, model.theme.style(Tone::Key)));
    Line::from(spans).render(areas.header, buffer);
    match areas.tabs {
        Some(area) => {
            let left = (tabs.width() as u16).min(area.width);
            tabs.render(area, buffer);
            if model.atlas.is_none() {
                return;
            }
            filter(model, Rect { x: area.x + left, width: area.width - left, ..area }, buffer);
        }
        None => {
            let width = (tabs.width() as u16).min(areas.header.width);
            let x = areas.header.right() - width;
            tabs.render(Rect { x, width, ..areas.header }, buffer);
        }
    }
}

/// A part of the header. Where there is not room for all, those of the highest rank give way first; nought never does.
struct Part {
    rank: u8,
    tone: Tone,
    text: String,
}

impl Part {
    fn new(rank: u8, tone: Tone, text: impl Into<String>) -> Part {
        Part { rank, tone, text: text.into() }
    }
}

/// Name, Python, system, counts, as far as there is room for them.
fn target(model: &Model, atlas: &Atlas, is_wide: bool, room: usize) -> Vec<Span<'static>> {
    let (scan, target) = (&atlas.scan, &atlas.scan.target);
    let mut parts = vec![Part::new(0, Tone::Strong, format!(" {}", printable(&target.title())))];
    let python = scan.world.host.python.as_ref().map_or_else(|| "?".into(), Python::version_text);
    match (&target.wheels[..], is_wide) {
        // Its tags tell the Python.
        ([_, ..], false) => parts.push(Part::new(5, Tone::Plain, format!(" · {}", system(scan)))),
        ([wheel, others @ ..], true) if others.iter().all(|other| other.fits() == wheel.fits()) => {
            parts.push(Part::new(4, Tone::Plain, format!(" · {}", printable(&wheel.fits()))));
        }
        (_, true) => parts.push(Part::new(3, Tone::Plain, format!("  Python {python}"))),
        (_, false) => parts.push(Part::new(3, Tone::Plain, format!(" py{python}"))),
    }
    if is_wide {
        parts.push(Part::new(2, Tone::Plain, format!("  {}", system(scan))));
    }
    if let Some(tool) = target.wishes.tool {
        parts.push(Part::new(1, Tone::Plain, format!("  for {tool}")));
    }
    if is_wide {
        let (modules, libraries) = (count(scan.modules(), "module"), count(atlas.counts.libraries, "library"));
        parts.push(Part::new(5, Tone::Plain, format!("   {modules} · {libraries} ")));
    }
    parts.push(Part::new(0, Tone::Plain, " "));
    parts.extend(counts(atlas, is_wide));
    if scan.is_partial {
        parts.push(Part::new(1, Tone::Warning, if is_wide { "  stopped early: not all is here" } else { " partial" }));
    }
    if is_wide && target.wheels.len() < 2 {
        let because = target.because.as_ref().map_or_else(|| target.what(), |because| printable(because));
        parts.push(Part::new(6, Tone::Dim, format!("   ({because})")));
    }
    let span = |part: Part| Span::styled(part.text, model.theme.style(part.tone));
    fitting(parts, room).into_iter().map(span).collect()
}

/// The parts that fit; at last the name is shortened, so that the counts are never cut off.
fn fitting(mut parts: Vec<Part>, room: usize) -> Vec<Part> {
    let width = |parts: &[Part]| parts.iter().map(|part| part.text.width()).sum::<usize>();
    while width(&parts) > room
        && let Some(rank) = parts.iter().map(|part| part.rank).max().filter(|rank| *rank > 0)
    {
        parts.retain(|part| part.rank < rank);
    }
    let over = width(&parts).saturating_sub(room);
    if let Some(name) = parts.first_mut().filter(|_| over > 0) {
        name.text = shortened(&name.text, name.text.width().saturating_sub(over));
    }
    parts
}

/// How many errors, warnings and nonstandard install names.
fn counts(atlas: &Atlas, with_words: bool) -> Vec<Part> {
    let Badge { errors, warnings, names } = atlas.total;
    let mut parts = Vec::new();
    let mut part = |tone, sign: &str, number: usize, word: String| {
        let text = if with_words { format!(" {sign} {number} {word} ") } else { format!(" {sign}{number}") };
        parts.push(Part::new(0, tone, text));
    };
    let Counts { failing, modules, .. } = atlas.counts;
    match (errors, failing) {
        (0, _) => {}
        (_, 0) => part(Tone::Error, "✗", errors, plural(errors, "error", "errors")),
        // What a person wants to know: how much of it cannot be imported.
        _ => {
            let word = plural(errors, "cause breaks", "causes break");
            part(Tone::Error, "✗", errors, format!("{word} {failing} of {}", count(modules, "import")));
        }
    }
    if warnings > 0 {
        part(Tone::Warning, "▲", warnings, plural(warnings, "warning", "warnings"));
    }
    // Of what was not looked at, nothing is known to be right.
    if !atlas.total.is_troubled() && !atlas.scan.is_partial {
        parts.push(Part::new(0, Tone::Good, if with_words { " ✓ no errors " } else { " ✓" }));
    }
    if names > 0 {
        let word = match atlas.has_only_prefixes() {
            true => plural(names, "prefix", "prefixes"),
            false => plural(names, "install name", "install names"),
        };
        let text = if with_words { format!(" ! {names} nonstandard {word} ") } else { format!(" !{names} {word}") };
        parts.push(Part::new(0, Tone::Warning, text));
    }
    let numpy = atlas.scan.numpy_failing();
    if numpy > 0 {
        let text = if with_words { format!(" ∅ {numpy} NumPy C-API ") } else { format!(" ∅{numpy}") };
        parts.push(Part::new(0, Tone::Error, text));
    }
    parts
}

fn plural(number: usize, one: &str, many: &str) -> String {
    if number == 1 { one.to_owned() } else { many.to_owned() }
}

fn tabs(model: &Model, is_wide: bool) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for (view, text) in tab_texts(model, is_wide) {
        let style = model.theme.style(if view == model.view { Tone::Active } else { Tone::Plain });
        spans.push(Span::styled(text, style));
    }
    Line::from(spans)
}

/// What the tabs say. Where they have no line of their own, the open one has a name, and of the others as many as fit.
fn tab_texts(model: &Model, is_wide: bool) -> Vec<(&'static View, String)> {
    let beside = match &model.atlas {
        Some(atlas) if !is_wide => BRAND.width() + Line::from(target(model, atlas, false, usize::MAX)).width(),
        _ => 0,
    };
    let texts = |names: usize| -> Vec<(&'static View, String)> {
        model.views().enumerate().map(|(at, view)| (view, tab(model, view, is_wide, at < names))).collect()
    };
    let width = |texts: &[(&View, String)]| 1 + texts.iter().map(|(_, text)| text.width()).sum::<usize>();
    let most = model.views().count();
    let room = usize::from(model.size.0).saturating_sub(beside + 2);
    (0..=most).rev().map(texts).find(|texts| is_wide || width(texts) <= room).unwrap_or_else(|| texts(0))
}

fn tab(model: &Model, view: &View, is_wide: bool, is_named: bool) -> String {
    let is_open = view == model.view;
    let key = model.keymap.names(view.id).first().copied().unwrap_or_default().to_owned();
    // Brackets too: the open tab must be told without styles.
    let (left, right) = if is_open { ("[", "]") } else { (" ", " ") };
    let word = match (is_wide, is_open || is_named) {
        (true, _) => format!(" {}", view.title),
        (false, true) => format!(" {}", view.short),
        (false, false) => String::new(),
    };
    format!("{left}{key}{word}{right}")
}

/// How wide the tabs are beside the header.
pub fn tabs_width(model: &Model) -> u16 {
    tabs(model, false).width() as u16
}

/// The place in the table of each view, and where its tab begins and ends.
pub fn tab_spans(model: &Model, is_wide: bool) -> Vec<(usize, u16, u16)> {
    let mut x = 1;
    let mut spans = Vec::new();
    for (view, text) in tab_texts(model, is_wide) {
        let width = text.width() as u16;
        let at = model.tables.views.iter().position(|other| *other == view).unwrap_or(0);
        spans.push((at, x, x + width));
        x += width;
    }
    spans
}

fn filter(model: &Model, area: Rect, buffer: &mut Buffer) {
    let system = if model.filter.system { "shown" } else { "hidden" };
    let found = model.found.as_ref().map(|found| format!("/{} {}", found.query, found.place()));
    let mut told: Vec<String> = found.into_iter().chain(model.filter.told()).collect();
    told.push(format!("system libraries {system}"));
    // What is told last gives way first.
    while told.len() > 1 && told.join(" · ").width() + 1 > usize::from(area.width) {
        told.pop();
    }
    let text = format!("{} ", told.join(" · "));
    let width = text.width() as u16;
    if width > area.width {
        return;
    }
    let at = Rect { x: area.right() - width, width, ..area };
    Line::styled(text, model.theme.style(Tone::Dim)).render(at, buffer);
}

/// What happened last, else what the keys do.
pub(super) fn footer(model: &Model, area: Rect, buffer: &mut Buffer) {
    if let Some(told) = &model.told {
        Line::styled(format!(" {told}"), model.theme.style(Tone::Strong)).render(area, buffer);
        return;
    }
    if Room::of(model.size) == Room::List
        && let Some(atlas) = &model.atlas
    {
        let keys = "  ? keys";
        let mut spans = target(model, atlas, false, usize::from(area.width).saturating_sub(keys.width()));
        spans.push(Span::raw(keys));
        Line::from(spans).render(area, buffer);
        return;
    }
    if let Some(bytes) = model.writing {
        let told = Span::raw(format!(" {} writing the export: {:.1} MB ", spinner(model.tick), bytes as f64 / 1e6));
        let close = model.command("close").map(|command| hint(model, command, "cancel"));
        return Line::from_iter(std::iter::once(told).chain(close.into_iter().flatten())).render(area, buffer);
    }
    match model.modal {
        Some(_) => modal_hints(model, area, buffer),
        None => hints(model, area, buffer),
    }
}

/// While something lies on top, only what works there.
fn modal_hints(model: &Model, area: Rect, buffer: &mut Buffer) {
    let enter = model.modal.as_ref().map_or("", |overlay| overlay.enter());
    let words = [("open", enter), ("close", "close")];
    let known = words.iter().filter(|(_, word)| !word.is_empty());
    let spans = known.filter_map(|&(id, word)| Some(hint(model, model.command(id)?, word)));
    Line::from_iter(spans.flatten()).render(area, buffer);
}

/// The first keys of the commands that have a hint, as many as fit; how to get help and how to leave always do.
fn hints(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (always, others): (Vec<&Command>, Vec<&Command>) = model
        .tables
        .commands
        .iter()
        .copied()
        .filter(|command| !command.hint.is_empty())
        .partition(|command| command.group == Group::Program);
    let always: Vec<Vec<Span>> = always.into_iter().map(|command| hint(model, command, command.hint)).collect();
    let width = |spans: &[Span]| spans.iter().map(Span::width).sum::<usize>();
    let mut room = usize::from(area.width).saturating_sub(always.iter().map(|spans| width(spans)).sum());
    // Before there is a scan, the other commands have nothing to work on.
    let others = others.into_iter().filter(|command| model.atlas.is_some() && (command.is_hinted)(model));
    let others = others.map(|command| match command.id {
        "open" => hint(model, command, &enter(model)),
        _ => hint(model, command, command.hint),
    });
    let mut spans = Vec::new();
    for hint in others {
        let Some(left) = room.checked_sub(width(&hint)) else { break };
        room = left;
        spans.extend(hint);
    }
    spans.push(Span::raw(" ".repeat(room)));
    spans.extend(always.into_iter().flatten());
    Line::from(spans).render(area, buffer);
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

fn hint(model: &Model, command: &Command, word: &str) -> Vec<Span<'static>> {
    let name = model.keymap.names(command.id).first().copied().unwrap_or_default().to_owned();
    let style = model.theme.style(Tone::Key).add_modifier(Modifier::BOLD);
    vec![Span::styled(format!(" {name}"), style), Span::raw(format!(" {word} "))]
}
