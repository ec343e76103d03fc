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

/// The next hit of the last search; in a log that nothing was searched in, the next incident.
fn next(model: &mut Model, way: Way) -> Option<Effect> {
    if model.view.is("log") && model.found.is_none() {
        view::log::next_incident(model, way);
        return None;
    }
    choose::next_hit(model, way)
}

fn scroll(model: &mut Model, way: Way) -> Option<Effect> {
    update::scroll(model, way);
    None
}

use Group::{Ask, Filter, Look, Move, Place, Program, Yank};

/// Every command but those that open a view; the footer shows those with a hint in this order.
const COMMANDS: &[Command] = &[
    Command::new("open", Look, "open, zoom in or follow", walk::open)
        .hint("open")
        .when(|model| model.has_scan() || model.modal.is_some()),
    Command::new("next-hit", Ask, "go to the next hit; in a log: incident", |model| next(model, Way::Down))
        .hint_where("next hit", |model| model.found.is_some()),
    Command::new("previous-hit", Ask, "go to the previous hit; in a log: incident", |model| next(model, Way::Up)),
    Command::new("search", Ask, "search files, packages and modules", modal::search::open).hint("search"),
    Command::new("why", Ask, "show why this is here", modal::pick::why).hint("why"),
    Command::new("who", Ask, "show dependents", modal::pick::who)
        .aliases("rdeps reverse dependencies")
        .hint("who needs"),
    Command::new("symbols", Ask, "show the symbols of the edge or the file", modal::symbols::open)
        .aliases("undefined nm overlinked"),
    Command::new("next-finding", Look, "go to the next finding", |model| choose::next_finding(model, Way::Down))
        .hint("next finding"),
    Command::new("previous-finding", Look, "go to the previous finding", |model| choose::next_finding(model, Way::Up)),
    Command::new("copy", Ask, "copy the fix, the path, the name …", modal::menu::copy)
        .hint("copy")
        .when(Model::has_scan),
    Command::new("export", Ask, "export as JSON, SVG, HTML …", modal::export::open)
        .aliases("save write svg html")
        .hint("export"),
    Command::new("log-file", Ask, "read a build log", modal::ask::log),
    Command::new("compare", Ask, "compare with a snapshot", modal::ask::before).aliases("diff"),
    Command::new("other", Ask, "open another environment", modal::ask::other)
        .when(|model| model.is_bare() || model.modal.is_none() && model.nothing.is_some()),
    Command::new("demo", Ask, "open the demo", |model| {
        model.begin_elsewhere();
        Some(Effect::Demo)
    })
    .when(|model| model.modal.is_none() && model.nothing.is_some()),
    Command::new("next-pane", Look, "go to the next pane", |model| update::pane(model, 1))
        .hint("pane")
        .when(Model::has_scan),
    Command::new("previous-pane", Look, "go to the previous pane", |model| update::pane(model, -1))
        .when(Model::has_scan),
    Command::new("filter", Look, "filter what is shown", modal::menu::filter).hint("filter").when(Model::has_scan),
    Command::new("sort", Look, "sort by impact, name, kind or size", update::next_order)
        .hint_where("sort", |model| model.has_scan() && !model.view.orders.is_empty()),
    Command::new("zoom", Look, "toggle full-screen pane", update::zoom).aliases("maximize").hint("zoom"),
    Command::new("turn", Look, "show dependents as a tree", view::tree::turn).aliases("rdeps reverse dependencies"),
    Command::new("fold", Look, "expand or collapse", walk::fold),
    Command::new("unfold-all", Look, "expand all", |model| update::fold_all(model, true)),
    Command::new("fold-all", Look, "collapse all", |model| update::fold_all(model, false)),
    Command::new("scope", Look, "show the flow; there, its next scope", view::flow::next_scope),
    Command::new("deeper", Look, "increase depth", |model| update::depth(model, 1)),
    Command::new("shallower", Look, "decrease depth", |model| update::depth(model, -1)),
    Command::new("back", Look, "go back", choose::back).aliases("return"),
    Command::new("forward", Look, "go forward", choose::forward),
    Command::new("up", Move, "move up", |model| step(model, Way::Up)).when(Model::has_rows),
    Command::new("down", Move, "move down", |model| step(model, Way::Down)).when(Model::has_rows),
    Command::new("left", Move, "move to a dependent; in a list: collapse", |model| step(model, Way::Left))
        .when(Model::has_rows),
    Command::new("right", Move, "move to a dependency; in a list: expand", |model| step(model, Way::Right))
        .when(Model::has_rows),
    Command::new("top", Move, "go to the first", |model| step(model, Way::Top)).when(Model::has_rows),
    Command::new("bottom", Move, "go to the last", |model| step(model, Way::Bottom)).when(Model::has_rows),
    Command::new("half-up", Move, "move half a page up", |model| step(model, Way::HalfUp)).when(Model::has_rows),
    Command::new("half-down", Move, "move half a page down", |model| step(model, Way::HalfDown)).when(Model::has_rows),
    Command::new("scroll-up", Move, "scroll the details up", |model| scroll(model, Way::Up)).when(Model::has_scan),
    Command::new("scroll-down", Move, "scroll the details down", |model| scroll(model, Way::Down))
        .when(Model::has_scan),
    Command::new("pan-left", Move, "pan left", |model| update::pan(model, Way::Left)),
    Command::new("pan-right", Move, "pan right", |model| update::pan(model, Way::Right)),
    Command::new("pan-up", Move, "pan up", |model| update::pan(model, Way::Up)),
    Command::new("pan-down", Move, "pan down", |model| update::pan(model, Way::Down)),
    Command::new("place", Move, "place the cursor in the middle, at the top …", modal::menu::place)
        .when(Model::has_scan),
    Command::new("rescan", Program, "scan again", update::rescan)
        .aliases("reload refresh")
        .when(|model| model.modal.is_none()),
    Command::new("help", Program, "search commands and keys", modal::help::toggle).hint("keys").when(always),
    Command::new("close", Program, "close, zoom out; while scanning: stop", update::close).when(always),
    Command::new("quit", Program, "zoom out, close or quit", update::quit).aliases("exit").hint("quit").when(always),
    Command::new("quit-with-frame", Program, "quit and keep the frame", |_| Some(Effect::QuitWithFrame)),
    Command::new("mouse", Program, "toggle the mouse, to select text", update::mouse),
    Command::new("theme", Program, "switch the theme", update::next_theme).aliases("color colors"),
    Command::new("leave", Program, "quit at once", |_| Some(Effect::Quit)).when(always),
    Command::new("suspend", Program, "suspend", |_| Some(Effect::Suspend)).when(always),
    Command::new("filter-system", Filter, "show system libraries", |model| {
        update::set_filter(model, super::filter::Filter { system: !model.filter.system, ..model.filter.clone() })
    })
    .state(|model| if model.filter.system { "shown" } else { "hidden" }.into())
    .when(in_filter),
    Command::new("filter-broken", Filter, "limit the tree to findings", |model| {
        update::set_filter(model, super::filter::Filter { broken: !model.filter.broken, ..model.filter.clone() })
    })
    .state(|model| if model.filter.broken { "yes" } else { "no" }.into())
    .when(in_filter),
    Command::new("filter-severity", Filter, "limit severity", update::next_severity)
        .state(|model| model.filter.severity.map_or("all", |severity| severity.word()).into())
        .when(in_filter),
    Command::new("filter-kind", Filter, "limit kind", update::next_kind)
        .state(|model| model.filter.kind.map_or("all", |kind| kind.word()).into())
        .when(in_filter),
    Command::new("filter-package", Filter, "limit to the package of the node", update::toggle_package)
        .state(|model| model.filter.package.clone().unwrap_or_else(|| "all".into()))
        .when(in_filter),
    Command::new("filter-format", Filter, "limit format", update::next_format)
        .state(|model| model.filter.format.map_or("all".into(), |format| format.to_string()))
        .when(in_filter),
    Command::new("filter-implied", Filter, "show transitive edges", |model| {
        update::set_lens(model, |display| display.implied = !display.implied)
    })
    .state(|model| if model.display.implied { "shown" } else { "hidden" }.into())
    .when(in_filter),
    Command::new("filter-twins", Filter, "fold similar nodes", |model| {
        update::set_lens(model, |display| display.twins = !display.twins)
    })
    .state(|model| if model.display.twins { "folded" } else { "apart" }.into())
    .when(in_filter),
    Command::new("filter-packages", Filter, "fold packages in the flow", |model| {
        update::set_lens(model, |display| display.packages = !display.packages)
    })
    .state(|model| if model.display.packages { "folded" } else { "apart" }.into())
    .when(in_filter),
    Command::new("filter-cycles", Filter, "fold cycles", |model| {
        update::set_lens(model, |display| display.cycles = !display.cycles)
    })
    .state(|model| if model.display.cycles { "folded" } else { "apart" }.into())
    .when(in_filter),
    Command::new("filter-clear", Filter, "reset filters", update::clear_filter).when(in_filter),
    Command::new("copy-fix", Yank, "copy the first fix", |model| copy(model, |model| copies::fix(model, 1)))
        .state(|model| copies::fix(model, 1).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-fix-2", Yank, "copy the second fix", |model| copy(model, |model| copies::fix(model, 2)))
        .state(|model| copies::fix(model, 2).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-fix-3", Yank, "copy the third fix", |model| copy(model, |model| copies::fix(model, 3)))
        .state(|model| copies::fix(model, 3).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-path", Yank, "copy the path", |model| copy(model, copies::path))
        .state(|model| copies::path(model).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-name", Yank, "copy the name", |model| copy(model, copies::name))
        .state(|model| copies::name(model).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-identity", Yank, "copy the soname or install name", |model| copy(model, copies::identity))
        .state(|model| copies::identity(model).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-why", Yank, "copy the shortest way", |model| copy(model, copies::why))
        .state(|model| copies::why(model).unwrap_or_default())
        .when(in_copy),
    Command::new("copy-markdown", Yank, "copy the details as Markdown", |model| copy(model, copies::markdown))
        .when(in_copy),
    Command::new("place-middle", Place, "center the cursor", |model| update::place(model, None)).when(in_place),
    Command::new("place-top", Place, "move the cursor to the top", |model| update::place(model, Some(Way::Top)))
        .when(in_place),
    Command::new("place-bottom", Place, "move the cursor to the bottom", |model| {
        update::place(model, Some(Way::Bottom))
    })
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
        model.told = Some("nothing to copy: no such value for this node".into());
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
