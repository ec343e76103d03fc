//! Which node every view is about.

use std::sync::Arc;

use crate::export::count;
use crate::graph::NodeId;
use crate::graph::sketch::Fold;
use crate::tui::details;
use crate::tui::drawing::Drawing;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::picture::{DisplayOptions, Picture, Scope, distribution};
use crate::tui::scan_index::{NodeKind, ScanIndex};
use crate::tui::screen::Areas;
use crate::tui::scrolling::{inside, kept};
use crate::tui::search::SearchHits;
use crate::tui::state::Stop;
use crate::tui::styled_text::Prose;
use crate::tui::symbols::{ReadSymbols, has_symbols};
use crate::tui::view::entry::{Carried, View};
use crate::tui::way::Way;
use crate::vfs::VPath;

/// The first look at a scan: the most important finding.
pub(in crate::tui) fn begin(model: &mut Model, scan_index: Arc<ScanIndex>) {
    let of_graph = || {
        let mut distributions = scan_index.scan.graph.distributions().iter().copied();
        distributions.find(|&node| !scan_index.scan.graph.contents(node).is_empty())
    };
    model.scan_index = Some(scan_index.clone());
    model.symbols.forget();
    for view in model.tables.views {
        // What they say of nodes is of the nodes of this scan from now on.
        (view.take_in)(model, &scan_index);
        (view.sift)(model, &scan_index);
    }
    model.findings.finding = 0;
    let row = model.findings.rows.get(model.findings.cursor).and_then(|row| row.node);
    model.chosen = row.or_else(|| scan_index.node_of(0)).or_else(of_graph);
    recenter(model);
    settle(model);
}

/// Whoever went to a file while it was being scanned stays there: at what is wrong with it, else at its place in the tree.
pub(in crate::tui) fn stay(model: &mut Model, path: &VPath) {
    let Some(scan_index) = model.scan_index.clone() else { return };
    let item = scan_index.scan.items.iter().find(|item| item.path == *path);
    let Some(node) = item.and_then(|item| scan_index.scan.graph.file(*item.found.as_ref().ok()?)) else { return };
    match scan_index.findings(node).first() {
        Some(&finding) => select_finding(model, finding),
        None => {
            model.chosen = Some(node);
            show_named(model, "tree");
        }
    }
}

/// Another scan of the same target: what was chosen is found again by its path.
pub(in crate::tui) fn carry_over(model: &mut Model, old: &ScanIndex, new: Arc<ScanIndex>) {
    let carried = Carried { old, new: &new };
    let again = |node: NodeId| carried.node(node);
    let finding = carried.finding(model.findings.finding);
    let mended = (0..old.scan.findings.len()).filter(|&at| carried.finding(at).is_none()).count();
    let fresh = carried.fresh();
    let told = match (mended, fresh.len()) {
        (0, 0) => "scanned again: the same findings".to_owned(),
        (0, more) => format!("scanned again: worse, {} new", count(more, "finding")),
        (less, 0) => format!("scanned again: better, {} gone", count(less, "finding")),
        (less, more) => format!("scanned again: {} gone, {more} new", count(less, "finding")),
    };
    let chosen = model.chosen.and_then(again);
    model.back = model.back.iter().filter_map(|&node| again(node)).collect();
    model.forward = model.forward.iter().filter_map(|&node| again(node)).collect();
    for view in model.tables.views {
        (view.carry_over)(model, &carried);
    }
    let (view, pane) = (model.view, model.pane);
    model.drawings.clear();
    zoom_out_to_overview(model);
    model.display.opened.clear();
    model.modal = None;
    let found = model.found.take();
    begin(model, new.clone());
    let found = found.and_then(|found| SearchHits::new(&new, &found.query));
    let at = |found: &SearchHits| found.hits.iter().position(|&node| Some(node) == chosen).unwrap_or(0);
    model.found = found.map(|found| SearchHits { at: at(&found), ..found });
    (model.view, model.pane) = (view, pane);
    model.findings.finding = finding.unwrap_or(0);
    if chosen.is_some() {
        model.chosen = chosen;
    }
    // Who looked at findings wants to see the new one, where theirs is gone or was none.
    if let (true, None, Some(&first)) = (model.view.is("problems"), finding, fresh.first()) {
        model.findings.finding = first;
        model.chosen = new.node_of(first).or(model.chosen);
    }
    recenter(model);
    settle(model);
    model.findings.fresh = fresh;
    model.told = Some(told);
}

/// Has a picture made, and shown in its place: at once where it is small, else as soon as it is there.
pub(in crate::tui) fn draw(model: &mut Model, scope: Scope, center: NodeId, cursor: Option<NodeId>) {
    let Some(scan_index) = model.scan_index.clone() else { return };
    model.wanted += 1;
    let (number, tick) = (model.wanted, model.tick);
    let (display, room, rows) = (display(model), room(model), Areas::most_rows(model));
    let drawing = Drawing { number, scan_index, center, scope, display, room, rows, cursor, came: Vec::new(), tick };
    if model.drawing(scope).is_some_and(|other| other.is_like(&drawing)) {
        return;
    }
    model.drawings.retain(|other| other.scope.place() != scope.place());
    match drawing.is_small() {
        true => *model.pictures.place(scope) = Some(drawing.made()),
        false => model.drawings.push(Arc::new(drawing)),
    }
}

/// A picture that was made beside the screen is there. Whoever has gone on meanwhile stays there, if it is in the picture.
pub(in crate::tui) fn drawn(model: &mut Model, number: u64, mut picture: Picture) {
    let Some(at) = model.drawings.iter().position(|drawing| drawing.number == number) else { return };
    model.drawings.remove(at);
    let (scope, room) = (picture.scope, room(model));
    let is_there = model.chosen.is_some_and(|node| picture.go(node, room));
    let node = picture.node();
    *model.pictures.place(scope) = Some(picture);
    let scroll = model.scroll;
    let before = model.chosen;
    let shows = |pane: Pane| model.view.scope_in(pane).is_some_and(|shown| shown.place() == scope.place());
    let is_chosen = shows(Pane::Main) || model.pane == Pane::Graph && shows(Pane::Graph);
    if is_chosen && !is_there {
        model.chosen = Some(node);
    }
    settle(model);
    if model.chosen == before {
        model.scroll = scroll;
    }
}

/// The center of the focus: that of the picture that is to come, where there is one.
pub(in crate::tui) fn center_of(model: &Model) -> Option<NodeId> {
    let coming = model.drawing(Scope::Focus).map(|drawing| drawing.center);
    coming.or(model.pictures.focus.as_ref().map(|picture| picture.center))
}

/// Shows the chosen node in the pictures: in the graph, as near as that is, and in what the view shows.
pub(in crate::tui) fn recenter(model: &mut Model) {
    let room = room(model);
    let chosen = model.chosen;
    let is_drawn = model.drawing(Scope::Focus).is_none();
    let picture = model.pictures.focus.as_mut().filter(|picture| is_drawn && picture.scope == model.zoom);
    let has_it = match (picture, chosen) {
        (Some(picture), Some(node)) if picture.scope != Scope::Focus => picture.go(node, room),
        _ => false,
    };
    if !has_it {
        // What a package does not show, the overview does.
        if model.zoom == Scope::Inside {
            zoom_out_to_overview(model);
        }
        remake(model, model.zoom);
    }
    if let Some(scope) = model.view.scope.filter(|&scope| scope.place() != Scope::Focus) {
        remake(model, scope);
    }
}

fn zoom_out_to_overview(model: &mut Model) {
    model.zoom = Scope::Overview;
    model.trail.clear();
}

/// Goes nearer: to a package or a node; where one came from is kept.
pub(in crate::tui) fn zoom_in(model: &mut Model, scope: Scope, node: NodeId) {
    let Some(picture) = &model.pictures.focus else { return };
    let cursor = picture.node();
    model.trail.push(Stop { scope: picture.scope, center: picture.center, cursor });
    (model.zoom, model.chosen) = (scope, Some(node));
    draw(model, scope, node, None);
    // In a package, what is wrong with it comes first.
    let worst = model.scan_index.as_ref().filter(|_| scope == Scope::Inside).and_then(|scan_index| {
        let files = scan_index.scan.graph.contents(node);
        files
            .into_iter()
            .min_by_key(|&file| (!scan_index.entry(file).is_broken, !scan_index.entry(file).is_marked(), file))
    });
    let room = room(model);
    if let (Some(worst), Some(picture)) = (worst, model.pictures.focus.as_mut().filter(|it| it.scope == scope))
        && picture.go(worst, room)
    {
        model.chosen = Some(picture.node());
    }
    settle(model);
}

/// Goes back to where one came from; says whether there was such a place.
pub(in crate::tui) fn zoom_out(model: &mut Model) -> bool {
    let Some(stop) = model.trail.pop() else { return false };
    model.zoom = stop.scope;
    model.chosen = Some(stop.cursor);
    draw(model, stop.scope, stop.center, Some(stop.cursor));
    settle(model);
    true
}

/// Draws a scope anew around the chosen node; of the flow, that which was chosen.
pub(in crate::tui) fn remake(model: &mut Model, scope: Scope) {
    let scope = match scope.place() {
        Scope::All => Scope::FLOWS[model.scope],
        Scope::Focus => model.zoom,
        _ => scope,
    };
    if let Some(node) = model.chosen {
        draw(model, scope, node, None);
    }
}

/// The room that the picture has which is shown, or would be.
pub(in crate::tui) fn room(model: &Model) -> (u16, u16) {
    shown_room(model).unwrap_or((model.size.0, model.size.1 / 2))
}

/// The room of the picture that is shown; none where none is.
fn shown_room(model: &Model) -> Option<(u16, u16)> {
    let areas = Areas::of(model);
    let area = if model.view.arrangement == Arrangement::List { areas.graph } else { areas.main };
    area.map(inside).map(|inside| (inside.width, inside.height))
}

/// The pane whose picture keys move: the one that has them, else the one beside the list.
pub(in crate::tui) fn pictured(model: &Model) -> Pane {
    if model.view.arrangement == Arrangement::List { Pane::Graph } else { Pane::Main }
}

/// What pictures show, with what the filter says.
pub(in crate::tui) fn display(model: &Model) -> DisplayOptions {
    DisplayOptions { system: model.filter.system, ..model.display.clone() }
}

/// Draws the pictures anew; center and cursor stay where that is possible.
pub(in crate::tui) fn redraw(model: &mut Model) {
    for scope in [Scope::Focus, Scope::All, Scope::Numpy] {
        again(model, scope, |_| true);
    }
    settle(model);
}

/// Takes in that panes may have other room than before: the row under the cursor stays in view, and the picture that is
/// shown is drawn anew, where it has other room than it was made for.
pub(in crate::tui) fn refit(model: &mut Model) {
    if model.scan_index.is_none() {
        return;
    }
    if let (Some((at, len)), Some(main)) = ((model.view.list)(model), Areas::of(model).main) {
        model.top = kept(model.top, at, len, inside(main).height.into());
    }
    let Some(now) = shown_room(model) else { return };
    let scope = model.view.scope.unwrap_or(Scope::Focus);
    again(model, scope, |room| room != now);
}

/// Draws a picture for what there is now, if its room says so: the one that is to come where there is one, else the one
/// that is shown. The cursor stays where that is possible.
fn again(model: &mut Model, scope: Scope, is_due: impl Fn((u16, u16)) -> bool) {
    let coming = model.drawing(scope).map(|it| (it.scope, it.center, it.cursor, it.room, it.came.clone()));
    let there = |it: &Picture| (it.scope, it.center, Some(it.node()), it.room, it.came());
    let wanted = coming.or_else(|| model.pictures.of(scope).map(there));
    if let Some((scope, center, cursor, _, came)) = wanted.filter(|(.., room, _)| is_due(*room)) {
        draw(model, scope, center, cursor);
        come_from(model, scope, came);
    }
}

/// Makes a node the center of the graph, and remembers the one before.
pub(in crate::tui) fn center(model: &mut Model, node: NodeId) {
    let before = center_of(model);
    if let Some(before) = before.filter(|&before| before != node && model.zoom == Scope::Focus) {
        model.back.push(before);
        model.forward.clear();
    }
    let is_package =
        model.scan_index.as_ref().is_some_and(|scan_index| scan_index.entry(node).kind == NodeKind::Distribution);
    let scope = if is_package { Scope::Inside } else { Scope::Focus };
    if let Some(picture) = model.pictures.focus.as_ref().filter(|_| model.zoom != Scope::Focus || is_package) {
        let stop = Stop { scope: picture.scope, center: picture.center, cursor: picture.node() };
        if model.trail.last() != Some(&stop) && picture.scope != Scope::Focus {
            model.trail.push(stop);
        }
    }
    model.zoom = scope;
    model.chosen = Some(node);
    draw(model, scope, node, None);
    come_from(model, scope, before.into_iter().collect());
    settle(model);
}

/// Has the picture of a scope, or that which is to come, remember from where one comes.
fn come_from(model: &mut Model, scope: Scope, nodes: Vec<NodeId>) {
    match model.drawings.iter_mut().find(|drawing| drawing.scope.place() == scope.place()) {
        Some(drawing) => Arc::make_mut(drawing).came = nodes,
        None => {
            let picture = model.pictures.place(scope).iter_mut();
            picture.for_each(|picture| nodes.iter().for_each(|&node| picture.came_from(node)));
        }
    }
}

/// Goes to a node, in the view that is open.
pub(in crate::tui) fn go(model: &mut Model, node: NodeId) {
    center(model, node);
    arrive(model);
}

/// Brings the open view to the chosen node.
fn arrive(model: &mut Model) {
    let Some(scan_index) = model.scan_index.clone() else { return };
    (model.view.arrive)(model, &scan_index);
    settle(model);
}

/// Opens a view; the choice of node stays.
pub(in crate::tui) fn show(model: &mut Model, view: &'static View) {
    model.view = view;
    model.pane = view.panes[0];
    model.top = usize::MAX;
    let is_there = model.pictures.focus.as_ref().map(Picture::node) == model.chosen;
    if !is_there || view.scope.is_some_and(|scope| scope.place() != Scope::Focus) {
        recenter(model);
    }
    arrive(model);
    let is_of_focus = view.scope.is_some_and(|scope| scope.place() == Scope::Focus);
    if let Some(node) = model.chosen.filter(|_| !is_there && is_of_focus) {
        take_out(model, node);
    }
}

/// Opens the view of a name.
pub(in crate::tui) fn show_named(model: &mut Model, id: &str) {
    if let Some(view) = model.view_named(id) {
        show(model, view);
    }
}

/// Back to the center before.
pub(in crate::tui) fn back(model: &mut Model) -> Option<Effect> {
    if model.back.is_empty() {
        zoom_out(model);
    } else if let (Some(from), Some(to)) = (center_of(model), model.back.pop()) {
        model.forward.push(from);
        model.chosen = Some(to);
        model.zoom = Scope::Focus;
        recenter(model);
        arrive(model);
    }
    None
}

/// Forward again.
pub(in crate::tui) fn forward(model: &mut Model) -> Option<Effect> {
    if let (Some(from), Some(to)) = (center_of(model), model.forward.pop()) {
        model.back.push(from);
        model.chosen = Some(to);
        model.zoom = Scope::Focus;
        recenter(model);
        arrive(model);
    }
    None
}

/// The next or the last finding, around the ends.
pub(in crate::tui) fn next_finding(model: &mut Model, way: Way) -> Option<Effect> {
    let scan_index = model.scan_index.clone()?;
    let len = model.findings.shown.len();
    if len == 0 {
        let is_filtered = !scan_index.scan.findings.is_empty();
        model.told = Some(if is_filtered { "no finding passes the filter" } else { "no findings" }.into());
        return None;
    }
    let at = model.findings.shown.iter().position(|&finding| finding == model.findings.finding);
    let by = if way == Way::Up { len - 1 } else { 1 };
    let to = at.map_or(0, |at| (at + by) % len);
    select_finding(model, model.findings.shown[to]);
    arrive(model);
    model.told = Some(format!("finding {} of {len}", to + 1));
    None
}

/// The next hit of the last search or the one before, around the ends.
pub(in crate::tui) fn next_hit(model: &mut Model, way: Way) -> Option<Effect> {
    let Some(found) = &mut model.found else {
        model.told = Some("no search yet (press /)".into());
        return None;
    };
    let len = found.hits.len();
    if len == 0 {
        model.told = Some(format!("nothing matches {}", found.query));
        return None;
    }
    found.at = (found.at + if way == Way::Up { len - 1 } else { 1 }) % len;
    let node = found.hits[found.at];
    model.told = Some(format!("{}: {}", found.place(), found.query));
    jump(model, node);
    None
}

/// Goes to a node, in a view that has a place for it.
pub(in crate::tui) fn jump(model: &mut Model, node: NodeId) {
    if !model.view.has_every_node {
        show_named(model, "graph");
    }
    go(model, node);
    take_out(model, node);
}

/// Takes the package of a node out of a fold of packages, so that it is seen.
fn take_out(model: &mut Model, node: NodeId) {
    let is_rest = |picture: &&Picture| picture.fold().is_some_and(|item| item.fold == Fold::Rest);
    let picture = model.pictures.focus.as_ref().filter(|picture| picture.scope == Scope::Overview);
    let package = model.scan_index.as_ref().and_then(|scan_index| distribution(scan_index, node));
    if let (Some(_), Some(package)) = (picture.filter(is_rest), package) {
        model.display.opened.insert(package);
        model.chosen = Some(node);
        remake(model, Scope::Overview);
        settle(model);
    }
}

/// Goes to a finding: to its node in the view that is open, where it has one, else in the list.
pub(in crate::tui) fn go_to_finding(model: &mut Model, at: usize) {
    match model.scan_index.as_ref().and_then(|scan_index| scan_index.node_of(at)) {
        Some(node) => {
            model.findings.finding = at;
            go(model, node);
        }
        None => {
            show_named(model, "problems");
            select_finding(model, at);
            arrive(model);
        }
    }
}

/// Puts the cursor of the list on a finding, and everything on its node.
pub(in crate::tui) fn select_finding(model: &mut Model, at: usize) {
    let Some(scan_index) = model.scan_index.clone() else { return };
    let Some(last) = scan_index.scan.findings.len().checked_sub(1) else { return };
    model.findings.finding = at.min(last);
    if let Some(node) = scan_index.node_of(model.findings.finding) {
        model.chosen = Some(node);
        recenter(model);
    }
    settle(model);
}

/// Writes the evidence for what is chosen now.
pub(in crate::tui) fn settle(model: &mut Model) {
    let Some(scan_index) = model.scan_index.clone() else { return };
    // What has the keys beside a list may have moved on: the list follows.
    if model.view.panes.contains(&Pane::Graph) && model.pane != Pane::Main {
        (model.view.arrive)(model, &scan_index);
    }
    (model.scroll, model.line) = (0, None);
    let of_view = (model.view.details)(model, &scan_index);
    let via = (model.view.via)(model);
    if let Some(node) = model.chosen.filter(|_| of_view.is_none()) {
        let files = details::asking(&scan_index, node, via).into_iter().chain([node]);
        model.symbols.want(files.filter(|&file| has_symbols(&scan_index, file)));
    }
    let of_node = |node| details::of_node(&scan_index, node, via, &model.symbols);
    model.details = of_view.unwrap_or_else(|| model.chosen.map_or_else(Vec::new, of_node));
    details::number_fixes(&mut model.details);
    model.measure_details();
}

/// Takes in symbols that were read; who reads the details goes on where they are.
pub(in crate::tui) fn take_symbols(model: &mut Model, read: ReadSymbols) {
    let ReadSymbols { scan_index, node, symbols } = read;
    if !model.scan_index.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, &scan_index)) {
        return;
    }
    let (scroll, line) = (model.scroll, model.line);
    let link = line.and_then(|at| model.details.get(at)).map(|line| (line.link.clone(), line.pieces.clone()));
    model.symbols.take(node, symbols);
    settle(model);
    // What stands above it may have more lines now.
    let is_it = |line: &Prose| Some((line.link.clone(), line.pieces.clone())) == link;
    (model.scroll, model.line) = (scroll, model.details.iter().position(is_it).or(line));
}

/// More nodes than this nobody looks at in one picture.
const MOST_OPENED: usize = 400;

/// Opens all folds of the picture, or closes what was opened.
pub(in crate::tui) fn fold_all(model: &mut Model, open: bool) {
    let Some(picture) = model.picture(pictured(model)) else {
        model.told = Some("nothing is folded here".into());
        return;
    };
    let folds = picture.sketch.items.iter().filter(|item| item.nodes.len() > 1);
    let folded: Vec<NodeId> = folds.flat_map(|item| item.nodes.iter().copied()).collect();
    let number = folded.len();
    model.told = Some(match (open, number) {
        (true, 0) => "nothing is folded here".into(),
        (true, MOST_OPENED..) => format!("{number} nodes are folded, too many for a picture: space opens one fold"),
        (true, _) => format!("unfolded: {}", count(number, "node")),
        (false, _) => "folded".into(),
    });
    match open {
        true if number < MOST_OPENED => model.display.opened.extend(folded),
        true => {}
        false => model.display.opened.clear(),
    }
    redraw(model);
}
