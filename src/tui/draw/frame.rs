//! The first lines: what is looked at, how it stands, what else there is to look at.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::export::{Counts, count};
use crate::printable::printable;
use crate::tui::details::system;
use crate::tui::model::Model;
use crate::tui::scan_index::{Badge, ScanIndex};
use crate::tui::screen::Areas;
use crate::tui::styled_text::shortened;
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
    let tabs = if model.scan_index.is_some() { tabs(model, is_wide) } else { Line::default() };
    let mut spans = vec![Span::styled(BRAND, model.theme.style(Tone::Active))];
    if let Some(scan_index) = &model.scan_index {
        spans.extend(target(model, scan_index, is_wide, target_room(model, areas)));
    }
    spans.push(Span::styled(scanning(model), model.theme.style(Tone::Key)));
    Line::from(spans).render(areas.header, buffer);
    match areas.tabs {
        Some(area) => {
            let left = (tabs.width() as u16).min(area.width);
            tabs.render(area, buffer);
            if model.scan_index.is_none() {
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
struct HeaderPart {
    rank: u8,
    tone: Tone,
    text: String,
    /// The view that a click on it opens.
    view: Option<&'static str>,
}

impl HeaderPart {
    fn new(rank: u8, tone: Tone, text: impl Into<String>) -> HeaderPart {
        HeaderPart { rank, tone, text: text.into(), view: None }
    }
}

/// Name, Python, system, counts, as far as there is room for them.
pub(super) fn target(model: &Model, scan_index: &ScanIndex, is_wide: bool, room: usize) -> Vec<Span<'static>> {
    let span = |part: HeaderPart| Span::styled(part.text, model.theme.style(part.tone));
    target_parts(scan_index, is_wide, room).into_iter().map(span).collect()
}

/// The view that a click on a count of the header opens.
pub fn counted_at(model: &Model, column: u16) -> Option<&'static str> {
    let (scan_index, areas) = (model.scan_index.as_ref()?, Areas::of(model));
    let mut x = BRAND.width();
    for part in target_parts(scan_index, areas.tabs.is_some(), target_room(model, &areas)) {
        let from = x;
        x += part.text.width();
        if part.view.is_some() && (from..x).contains(&usize::from(column)) {
            return part.view;
        }
    }
    None
}

/// How much room the header has between its first word and the tabs.
fn target_room(model: &Model, areas: &Areas) -> usize {
    let beside = if areas.tabs.is_some() { 0 } else { tabs(model, false).width() };
    usize::from(areas.header.width).saturating_sub(beside + BRAND.width() + scanning(model).width())
}

/// What says that a scan is under way.
fn scanning(model: &Model) -> String {
    model.work.as_ref().map(|_| format!("  {} scanning", spinner(model.tick))).unwrap_or_default()
}

/// In whole words where these have room, then in short ones, else in signs.
fn target_parts(scan_index: &ScanIndex, is_wide: bool, room: usize) -> Vec<HeaderPart> {
    let least = |parts: &[HeaderPart]| -> usize {
        parts.iter().filter(|part| part.rank == 0).map(|part| part.text.width()).sum()
    };
    let worded = [Wording::Whole, Wording::Short].into_iter().filter(|_| is_wide);
    let mut worded = worded.map(|wording| all_parts(scan_index, wording));
    let parts = worded.find(|parts| least(parts) <= room);
    fitting(parts.unwrap_or_else(|| all_parts(scan_index, Wording::Signs)), room)
}

/// How much the header says of each count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wording {
    Whole,
    Short,
    Signs,
}

fn all_parts(scan_index: &ScanIndex, wording: Wording) -> Vec<HeaderPart> {
    let is_wide = wording != Wording::Signs;
    let (scan, target) = (&scan_index.scan, &scan_index.scan.target);
    let mut parts = vec![HeaderPart::new(0, Tone::Strong, format!(" {}", printable(&target.title())))];
    // It is no environment of this machine, which nothing else in the line says.
    if target.because.as_ref().is_some_and(|because| because.starts_with("the demo")) {
        parts.push(HeaderPart::new(0, Tone::Key, " demo"));
    }
    let python = scan.world.host.python.as_ref().map_or_else(|| "?".into(), Python::version_text);
    match (&target.wheels[..], is_wide) {
        // Its tags tell the Python.
        ([_, ..], false) => parts.push(HeaderPart::new(5, Tone::Plain, format!(" · {}", system(scan)))),
        ([wheel, others @ ..], true) if others.iter().all(|other| other.fits() == wheel.fits()) => {
            parts.push(HeaderPart::new(4, Tone::Plain, format!(" · {}", printable(&wheel.fits()))));
        }
        (_, true) => parts.push(HeaderPart::new(3, Tone::Plain, format!("  Python {python}"))),
        (_, false) => parts.push(HeaderPart::new(3, Tone::Plain, format!(" py{python}"))),
    }
    if is_wide {
        parts.push(HeaderPart::new(2, Tone::Plain, format!("  {}", system(scan))));
    }
    if let Some(tool) = target.overrides.tool {
        parts.push(HeaderPart::new(1, Tone::Plain, format!("  for {tool}")));
    }
    if is_wide {
        let (modules, libraries) = (count(scan.modules(), "module"), count(scan_index.counts.libraries, "library"));
        parts.push(HeaderPart::new(5, Tone::Plain, format!("   {modules} · {libraries} ")));
    }
    parts.push(HeaderPart::new(0, Tone::Plain, " "));
    parts.extend(counts(scan_index, wording));
    if scan.is_partial {
        parts.push(HeaderPart::new(
            1,
            Tone::Warning,
            if is_wide { "  stopped early: not all is here" } else { " partial" },
        ));
    }
    if is_wide && target.wheels.len() < 2 {
        let because = target.because.as_ref().map_or_else(|| target.what(), |because| printable(because));
        parts.push(HeaderPart::new(6, Tone::Dim, format!("   ({because})")));
    }
    parts
}

/// The parts that fit; at last the name is shortened, so that the counts are never cut off.
fn fitting(mut parts: Vec<HeaderPart>, room: usize) -> Vec<HeaderPart> {
    let width = |parts: &[HeaderPart]| parts.iter().map(|part| part.text.width()).sum::<usize>();
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
fn counts(scan_index: &ScanIndex, wording: Wording) -> Vec<HeaderPart> {
    let with_words = wording != Wording::Signs;
    let Badge { errors, warnings, names } = scan_index.total;
    let mut parts = Vec::new();
    let mut part = |tone, sign: &str, number: usize, word: String| {
        let text = if with_words { format!(" {sign} {number} {word} ") } else { format!(" {sign}{number}") };
        parts.push(HeaderPart { view: Some("problems"), ..HeaderPart::new(0, tone, text) });
    };
    let Counts { failing, modules, .. } = scan_index.counts;
    match (errors, failing) {
        (0, _) => {}
        (_, 0) => part(Tone::Error, "✗", errors, plural(errors, "error", "errors")),
        // What a person wants to know: how much of it cannot be imported.
        _ => {
            let word = plural(scan_index.counts.causes, "cause breaks", "causes break");
            part(
                Tone::Error,
                "✗",
                scan_index.counts.causes,
                format!("{word} {failing} of {}", count(modules, "import")),
            );
        }
    }
    if warnings > 0 {
        part(Tone::Warning, "▲", warnings, plural(warnings, "warning", "warnings"));
    }
    // Of what was not looked at, nothing is known to be right.
    if scan_index.scan.target.unjudged().is_some() {
        parts.push(HeaderPart::new(0, Tone::Warning, " not judged "));
    } else if !scan_index.total.is_troubled() && !scan_index.scan.is_partial {
        parts.push(HeaderPart::new(0, Tone::Good, if with_words { " ✓ no errors " } else { " ✓" }));
    }
    if names > 0 {
        let word = match scan_index.has_only_prefixes() {
            true => plural(names, "prefix", "prefixes"),
            false => plural(names, "install name", "install names"),
        };
        let text = match wording {
            Wording::Whole => format!(" ! {names} nonstandard {word} "),
            Wording::Short => format!(" ! {names} {word} "),
            Wording::Signs => format!(" !{names} {word}"),
        };
        parts.push(HeaderPart { view: Some("problems"), ..HeaderPart::new(0, Tone::Warning, text) });
    }
    let numpy = scan_index.scan.numpy_failing();
    if numpy > 0 {
        let text = match wording {
            Wording::Whole => format!(" ∅ {numpy} NumPy C-API "),
            Wording::Short => format!(" ∅ {numpy} NumPy "),
            Wording::Signs => format!(" ∅{numpy}"),
        };
        parts.push(HeaderPart { view: Some("numpy"), ..HeaderPart::new(0, Tone::Error, text) });
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

/// What the tabs say: whole titles where they have a line of their own that holds them, else short ones; of those as many as
/// fit, and that of the open one.
fn tab_texts(model: &Model, is_wide: bool) -> Vec<(&'static View, String)> {
    let beside = match &model.scan_index {
        Some(scan_index) if !is_wide => {
            BRAND.width() + Line::from(target(model, scan_index, false, usize::MAX)).width()
        }
        _ => 0,
    };
    let texts = |names: usize, is_long: bool| -> Vec<(&'static View, String)> {
        model.views().enumerate().map(|(at, view)| (view, tab(model, view, is_long, at < names))).collect()
    };
    let width = |texts: &[(&View, String)]| 1 + texts.iter().map(|(_, text)| text.width()).sum::<usize>();
    let most = model.views().count();
    let room = usize::from(model.size.0).saturating_sub(if is_wide { 0 } else { beside + 2 });
    let long = is_wide.then(|| texts(most, true)).into_iter();
    let fitting = long.chain((0..=most).rev().map(|names| texts(names, false))).find(|texts| width(texts) <= room);
    fitting.unwrap_or_else(|| texts(0, false))
}

fn tab(model: &Model, view: &View, is_long: bool, is_named: bool) -> String {
    let is_open = view == model.view;
    let key = model.keymap.names(view.id).first().copied().unwrap_or_default().to_owned();
    // Brackets too: the open tab must be told without styles.
    let (left, right) = if is_open { ("[", "]") } else { (" ", " ") };
    let word = match (is_long, is_open || is_named) {
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
