//! Every command and every view: the tables that the model is handed.

use std::sync::LazyLock;

use super::command::{Command, Group, Run};
use super::effect::Effect;
use super::modal;
use super::model::{Model, Tables};
use super::update::{self, choose, copies, walk};
use super::view::{self, VIEWS, View};
use super::way::Way;

/// All that can be looked at and done.
pub fn tables() -> Tables {
    Tables { views: VIEWS, commands: commands() }
}

fn always(_: &Model) -> bool {
    true
}

fn step(model: &mut Model, way: Way) -> Option<Effect> {
    walk::step(model, way)
}

fn scroll(model: &mut Model, way: Way) -> Option<Effect> {
    update::scroll(model, way);
    None
}

use Group::{Ask, Filter, Look, Move, Place, Program, Yank};

/// Every command but those that open a view; the footer shows those with a hint in this order.
const COMMANDS: &[Command] = &[
    Command::new("open", Look, "center on the node, open the row or fold", walk::open)
        .hint("open")
        .when(|model| model.has_scan() || model.modal.is_some()),
    Command::new("next-hit", Ask, "next hit of the search", |model| choose::next_hit(model, Way::Down))
        .hint_where("next hit", |model| model.found.is_some()),
    Command::new("previous-hit", Ask, "previous hit of the search", |model| choose::next_hit(model, Way::Up)),
    Command::new("search", Ask, "search every node", modal::search::open).hint("search"),
    Command::new("why", Ask, "why is this here: the shortest ways to it", modal::pick::why).hint("why"),
    Command::new("who", Ask, "who needs this: everything above it", modal::pick::who).hint("who needs"),
    Command::new("next-finding", Look, "next finding", |model| choose::next_finding(model, Way::Down))
        .hint("next finding"),
    Command::new("previous-finding", Look, "previous finding", |model| choose::next_finding(model, Way::Up)),
    Command::new("copy", Ask, "copy the remedy, the path, the way here …", modal::menu::copy)
        .hint("copy")
        .when(Model::has_scan),
    Command::new("export", Ask, "export: write the scan into a file", modal::export::open).hint("export"),
    Command::new("log-file", Ask, "what a failed build's log accuses: name or paste it", modal::ask::log),
    Command::new("compare", Ask, "what has changed since a snapshot", modal::ask::before),
    Command::new("other", Ask, "look at something else", modal::ask::other)
        .when(|model| model.is_bare() || model.modal.is_none() && model.nothing.is_some()),
    Command::new("demo", Ask, "where nothing is found: look at the demo", |model| {
        model.begin_elsewhere();
        Some(Effect::Demo)
    })
    .when(|model| model.modal.is_none() && model.nothing.is_some()),
    Command::new("next-pane", Look, "next pane", |model| update::pane(model, 1)).hint("pane").when(Model::has_scan),
    Command::new("previous-pane", Look, "previous pane", |model| update::pane(model, -1)).when(Model::has_scan),
    Command::new("filter", Look, "filter: what is shown", modal::menu::filter).hint("filter").when(Model::has_scan),
    Command::new("sort", Look, "sort lists by impact, name, kind or size", update::next_order)
        .hint_where("sort", |model| model.has_scan() && !model.view.orders.is_empty()),
    Command::new("zoom", Look, "the pane alone on the screen, and back", update::zoom).hint("zoom"),
    Command::new("turn", Look, "turn the tree around: who needs this, and back", view::tree::turn),
    Command::new("fold", Look, "expand or collapse the row or fold", walk::fold),
    Command::new("unfold-all", Look, "expand all rows or folds", |model| update::fold_all(model, true)),
    Command::new("fold-all", Look, "collapse all rows or folds", |model| update::fold_all(model, false)),
    Command::new("scope", Look, "the flow; there, its next scope", view::flow::next_scope),
    Command::new("deeper", Look, "look further from the node", |model| update::depth(model, 1)),
    Command::new("shallower", Look, "look less far from the node", |model| update::depth(model, -1)),
    Command::new("back", Look, "back to the node before", choose::back),
    Command::new("forward", Look, "forward again", choose::forward),
    Command::new("up", Move, "up", |model| step(model, Way::Up)).when(Model::has_rows),
    Command::new("down", Move, "down", |model| step(model, Way::Down)).when(Model::has_rows),
    Command::new("left", Move, "to a dependent; in the tree: collapse, parent", |model| step(model, Way::Left))
        .when(Model::has_rows),
    Command::new("right", Move, "to a need; in the tree: expand, first child", |model| step(model, Way::Right))
        .when(Model::has_rows),
    Command::new("top", Move, "first", |model| step(model, Way::Top)).when(Model::has_rows),
    Command::new("bottom", Move, "last", |model| step(model, Way::Bottom)).when(Model::has_rows),
    Command::new("half-up", Move, "half a page up", |model| step(model, Way::HalfUp)).when(Model::has_rows),
    Command::new("half-down", Move, "half a page down", |model| step(model, Way::HalfDown)).when(Model::has_rows),
    Command::new("scroll-up", Move, "scroll the evidence up", |model| scroll(model, Way::Up)).when(Model::has_scan),
    Command::new("scroll-down", Move, "scroll the evidence down", |model| scroll(model, Way::Down))
        .when(Model::has_scan),
    Command::new("pan-left", Move, "move the picture: what is left of it", |model| update::pan(model, Way::Left)),
    Command::new("pan-right", Move, "move the picture: what is right of it", |model| update::pan(model, Way::Right)),
    Command::new("pan-up", Move, "move the picture: what is above it", |model| update::pan(model, Way::Up)),
    Command::new("pan-down", Move, "move the picture: what is below it", |model| update::pan(model, Way::Down)),
    Command::new("place", Move, "bring the cursor to the middle, the top, the bottom …", modal::menu::place)
        .when(Model::has_scan),
    Command::new("rescan", Program, "scan again", update::rescan).when(|model| model.modal.is_none()),
    Command::new("help", Program, "every command: read, search, run", modal::help::toggle).hint("keys").when(always),
    Command::new("close", Program, "close what lies on top; while scanning: stop and look", update::close).when(always),
    Command::new("quit", Program, "close what lies on top, or quit", update::quit).hint("quit").when(always),
    Command::new("quit-with-frame", Program, "quit and leave this frame on the screen", |_| {
        Some(Effect::QuitWithFrame)
    }),
    Command::new("mouse", Program, "take the mouse, or leave it to the terminal to select text", update::mouse),
    Command::new("theme", Program, "the next theme", update::next_theme),
    Command::new("leave", Program, "quit at once", |_| Some(Effect::Quit)).when(always),
    Command::new("suspend", Program, "suspend", |_| Some(Effect::Suspend)).when(always),
    Command::new("filter-system", Filter, "system libraries", |model| {
        update::set_filter(model, super::filter::Filter { system: !model.filter.system, ..model.filter.clone() })
    })
    .state(|model| if model.filter.system { "shown" } else { "hidden" }.into())
    .when(in_filter),
    Command::new("filter-broken", Filter, "in the tree, only what has findings", |model| {
        update::set_filter(model, super::filter::Filter { broken: !model.filter.broken, ..model.filter.clone() })
    })
    .state(|model| if model.filter.broken { "yes" } else { "no" }.into())
    .when(in_filter),
    Command::new("filter-severity", Filter, "findings of at least this severity", update::next_severity)
        .state(|model| model.filter.severity.map_or("all", |severity| severity.word()).into())
        .when(in_filter),
    Command::new("filter-kind", Filter, "nodes of this kind, in list and tree", update::next_kind)
        .state(|model| model.filter.kind.map_or("all", |kind| kind.word()).into())
        .when(in_filter),
    Command::new("filter-package", Filter, "the package of the chosen node", update::toggle_package)
        .state(|model| model.filter.package.clone().unwrap_or_else(|| "all".into()))
        .when(in_filter),
    Command::new("filter-format", Filter, "files of this format", update::next_format)
        .state(|model| model.filter.format.map_or("all".into(), |format| format.to_string()))
        .when(in_filter),
    Command::new("filter-implied", Filter, "edges that a longer way implies", |model| {
        update::set_lens(model, |lens| lens.implied = !lens.implied)
    })
    .state(|model| if model.lens.implied { "shown" } else { "hidden" }.into())
    .when(in_filter),
    Command::new("filter-twins", Filter, "nodes that look alike", |model| {
        update::set_lens(model, |lens| lens.twins = !lens.twins)
    })
    .state(|model| if model.lens.twins { "folded" } else { "apart" }.into())
    .when(in_filter),
    Command::new("filter-packages", Filter, "distributions, in the flow", |model| {
        update::set_lens(model, |lens| lens.packages = !lens.packages)
    })
    .state(|model| if model.lens.packages { "folded" } else { "apart" }.into())
    .when(in_filter),
    Command::new("filter-cycles", Filter, "files that need each other", |model| {
        update::set_lens(model, |lens| lens.cycles = !lens.cycles)
    })
    .state(|model| if model.lens.cycles { "folded" } else { "apart" }.into())
    .when(in_filter),
    Command::new("filter-clear", Filter, "as at the start", update::clear_filter).when(in_filter),
    Command::new("copy-fix", Yank, "copy the fix", |model| copy(model, |model| copies::fix(model, 1)))
        .state(|model| copies::fix(model, 1).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-fix-1", Yank, "copy fix 1", |model| copy(model, |model| copies::fix(model, 1)))
        .state(|model| copies::fix(model, 1).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-fix-2", Yank, "copy fix 2", |model| copy(model, |model| copies::fix(model, 2)))
        .state(|model| copies::fix(model, 2).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-fix-3", Yank, "copy fix 3", |model| copy(model, |model| copies::fix(model, 3)))
        .state(|model| copies::fix(model, 3).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-path", Yank, "the path", |model| copy(model, copies::path))
        .state(|model| copies::path(model).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-name", Yank, "the name", |model| copy(model, copies::name))
        .state(|model| copies::name(model).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-identity", Yank, "the soname or install name", |model| copy(model, copies::identity))
        .state(|model| copies::identity(model).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-why", Yank, "the shortest way to it", |model| copy(model, copies::why))
        .state(|model| copies::why(model).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-markdown", Yank, "all that is told of it, as Markdown", |model| copy(model, copies::markdown))
        .when(in_copy),
    Command::new("place-middle", Place, "the cursor to the middle of the pane", |model| update::place(model, None))
        .when(in_place),
    Command::new("place-top", Place, "to its top", |model| update::place(model, Some(Way::Top))).when(in_place),
    Command::new("place-bottom", Place, "to its bottom", |model| update::place(model, Some(Way::Bottom)))
        .when(in_place),
];

fn in_place(model: &Model) -> bool {
    model.menu() == Some(Place)
}

fn in_copy(model: &Model) -> bool {
    model.menu() == Some(Yank)
}

/// Puts something on the clipboard.
fn copy(model: &mut Model, what: fn(&Model) -> Option<String>) -> Option<Effect> {
    let text = what(model);
    model.modal = None;
    if text.is_none() {
        model.told = Some("nothing to copy: the node has no such thing".into());
    }
    text.map(Effect::Copy)
}

fn in_filter(model: &Model) -> bool {
    model.menu() == Some(Filter)
}

/// Every command: those that open a view, and the table.
pub fn commands() -> &'static [&'static Command] {
    static ALL: LazyLock<Vec<&'static Command>> = LazyLock::new(|| {
        let show = |view: &&'static View| -> &'static Command {
            Box::leak(Box::new(Command {
                run: Run::Show(view),
                ..Command::new(view.id, Look, view.about, |_| None).when(Model::is_bare)
            }))
        };
        VIEWS.iter().map(show).chain(COMMANDS).collect()
    });
    &ALL
}
