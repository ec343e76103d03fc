//! Which node every view is about.

use std::sync::Arc;

use crate::diagnose::Finding;
use crate::export::count;
use crate::graph::NodeId;
use crate::tui::article;
use crate::tui::atlas::Atlas;
use crate::tui::command::Way;
use crate::tui::drawing::Drawing;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Pane};
use crate::tui::picture::{Lens, Picture, Scope};
use crate::tui::screen::{Areas, inside, kept};
use crate::tui::search::Found;
use crate::tui::view::{Arrangement, View, diff, flow, graph, log, numpy, problems};
use crate::vfs::VPath;

/// The first look at a scan: the most important finding.
pub(in crate::tui) fn begin(model: &mut Model, atlas: Arc<Atlas>) {
    let first = atlas.node_of(0).or_else(|| {
        let mut distributions = atlas.scan.graph.distributions().iter().copied();
        distributions.find(|&node| !atlas.scan.graph.contents(node).is_empty())
    });
    sift(model, &atlas);
    model.tree.rebuild(&atlas, &model.filter, model.order);
    model.atlas = Some(atlas);
    // What they say of nodes is of the nodes of this scan from now on.
    log::compare(model);
    diff::compare(model);
    model.finding = 0;
    model.chosen = first;
    recenter(model);
    settle(model);
}

/// Whoever went to a file while it was being scanned stays there: at what is wrong with it, else at its place in the tree.
pub(in crate::tui) fn stay(model: &mut Model, path: &VPath) {
    let Some(atlas) = model.atlas.clone() else { return };
    let item = atlas.scan.items.iter().find(|item| item.path == *path);
    let Some(node) = item.and_then(|item| atlas.scan.graph.file(*item.found.as_ref().ok()?)) else { return };
    match atlas.findings(node).first() {
        Some(&finding) => select_finding(model, finding),
        None => {
            model.chosen = Some(node);
            show_named(model, "tree");
        }
    }
}

/// Which findings the filter leaves. The cursor stays on its own, or goes to the first.
pub(in crate::tui) fn sift(model: &mut Model, atlas: &Atlas) {
    let all = 0..atlas.scan.findings.len();
    model.shown = all.filter(|&at| model.filter.admits_finding(atlas, at)).collect();
    problems::sort(&mut model.shown, atlas, model.order);
    if !model.shown.contains(&model.finding) {
        model.finding = model.shown.first().copied().unwrap_or(0);
    }
}

/// Another scan of the same target: what was chosen is found again by its path.
pub(in crate::tui) fn carry_over(model: &mut Model, old: &Atlas, new: Arc<Atlas>) {
    let again = |node: NodeId| new.find(old.entry(node).sort, &old.entry(node).path);
    let (old_findings, new_findings) = (&old.scan.findings, &new.scan.findings);
    let is_same = |one: &Finding, other: &Finding| {
        (one.rule.id, &one.file, &one.subject) == (other.rule.id, &other.file, &other.subject)
    };
    let place = |was: &Finding| new_findings.iter().position(|is| is_same(is, was));
    let finding = old_findings.get(model.finding).and_then(place);
    let mended = old_findings.iter().filter(|was| place(was).is_none()).count();
    let is_new = |&at: &usize| !old_findings.iter().any(|was| is_same(was, &new_findings[at]));
    let fresh: Vec<usize> = (0..new_findings.len()).filter(is_new).collect();
    let told = match (mended, fresh.len()) {
        (0, 0) => "scanned again: the same findings".to_owned(),
        (0, more) => format!("scanned again: worse, {} new", count(more, "finding")),
        (less, 0) => format!("scanned again: better, {} gone", count(less, "finding")),
        (less, more) => format!("scanned again: {} gone, {more} new", count(less, "finding")),
    };
    let chosen = model.chosen.and_then(again);
    model.tree.renumber(again);
    model.columns = model.columns.iter().map_while(|&node| again(node)).collect();
    model.back = model.back.iter().filter_map(|&node| again(node)).collect();
    model.forward = model.forward.iter().filter_map(|&node| again(node)).collect();
    let (view, pane) = (model.view, model.pane);
    model.picture = None;
    model.flow = None;
    model.numpy = None;
    model.drawings.clear();
    model.lens.opened.clear();
    model.modal = None;
    let found = model.found.take();
    begin(model, new);
    let found = found.zip(model.atlas.clone()).and_then(|(found, atlas)| Found::new(&atlas, &found.query));
    let at = |found: &Found| found.hits.iter().position(|&node| Some(node) == chosen).unwrap_or(0);
    model.found = found.map(|found| Found { at: at(&found), ..found });
    (model.view, model.pane) = (view, pane);
    model.finding = finding.unwrap_or(0);
    if chosen.is_some() {
        model.chosen = chosen;
    }
    // Who looked at findings wants to see the new one, where theirs is gone or was none.
    if let (true, None, Some(&first)) = (model.view.is("problems"), finding, fresh.first()) {
        model.finding = first;
        model.chosen = model.atlas.as_ref().and_then(|atlas| atlas.node_of(first)).or(model.chosen);
    }
    recenter(model);
    settle(model);
    model.fresh = fresh;
    model.told = Some(told);
}

/// Has a picture made, and shown in its place: at once where it is small, else as soon as it is there.
pub(in crate::tui) fn draw(model: &mut Model, scope: Scope, center: NodeId, cursor: Option<NodeId>) {
    let Some(atlas) = model.atlas.clone() else { return };
    model.wanted += 1;
    let (number, tick) = (model.wanted, model.tick);
    let (lens, room) = (lens(model), room(model));
    let drawing = Drawing { number, atlas, center, scope, lens, room, cursor, came: None, tick };
    if model.drawing(scope).is_some_and(|other| other.is_like(&drawing)) {
        return;
    }
    model.drawings.retain(|other| other.scope.place() != scope.place());
    match drawing.is_small() {
        true => *shown(model, scope) = Some(drawing.made()),
        false => model.drawings.push(Arc::new(drawing)),
    }
}

/// Where the pictures of a scope are shown.
fn shown(model: &mut Model, scope: Scope) -> &mut Option<Picture> {
    match scope {
        Scope::Focus => &mut model.picture,
        Scope::Numpy => &mut model.numpy,
        Scope::Closure | Scope::Package | Scope::All => &mut model.flow,
    }
}

/// A picture that was made beside the screen is there. Whoever has gone on meanwhile stays there, if it is in the picture.
pub(in crate::tui) fn drawn(model: &mut Model, number: u64, mut picture: Picture) {
    let Some(at) = model.drawings.iter().position(|drawing| drawing.number == number) else { return };
    model.drawings.remove(at);
    let (scope, room) = (picture.scope, room(model));
    let is_there = model.chosen.is_some_and(|node| picture.go(node, room));
    let node = picture.node();
    *shown(model, scope) = Some(picture);
    let scroll = model.scroll;
    let before = model.chosen;
    let is_chosen = match scope {
        Scope::Focus => model.view.is("graph") || model.pane == Pane::Graph,
        Scope::Numpy => model.view.is("numpy"),
        _ => model.view.is("flow"),
    };
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
    coming.or(model.picture.as_ref().map(|picture| picture.center))
}

/// Draws the pictures anew around the chosen node.
pub(in crate::tui) fn recenter(model: &mut Model) {
    graph::remake(model);
    if model.view.is("flow") {
        flow::remake(model);
    }
    if model.view.is("numpy") {
        numpy::remake(model);
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

/// The picture that a pane shows; none where it shows none.
pub(in crate::tui) fn picture(model: &mut Model, pane: Pane) -> Option<&mut Picture> {
    match (pane, model.view.id) {
        (Pane::Main, "flow") => model.flow.as_mut(),
        (Pane::Main, "numpy") => model.numpy.as_mut(),
        (Pane::Main, "graph") | (Pane::Graph, _) => model.picture.as_mut(),
        _ => None,
    }
}

/// What pictures show, with what the filter says.
pub(in crate::tui) fn lens(model: &Model) -> Lens {
    Lens { system: model.filter.system, ..model.lens.clone() }
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
    if model.atlas.is_none() {
        return;
    }
    if let (Some((at, len)), Some(main)) = ((model.view.list)(model), Areas::of(model).main) {
        model.top = kept(model.top, at, len, inside(main).height.into());
    }
    let Some(now) = shown_room(model) else { return };
    let scope = match model.view.id {
        "flow" => Scope::All,
        "numpy" => Scope::Numpy,
        _ => Scope::Focus,
    };
    again(model, scope, |room| room != now);
}

/// Draws a picture for what there is now, if its room says so: the one that is to come where there is one, else the one
/// that is shown. The cursor stays where that is possible.
fn again(model: &mut Model, scope: Scope, is_due: impl Fn((u16, u16)) -> bool) {
    let coming = model.drawing(scope).map(|it| (it.scope, it.center, it.cursor, it.room));
    let there = |it: &Picture| (it.scope, it.center, Some(it.node()), it.room);
    let wanted = coming.or_else(|| shown(model, scope).as_ref().map(there));
    if let Some((scope, center, cursor, _)) = wanted.filter(|&(.., room)| is_due(room)) {
        draw(model, scope, center, cursor);
    }
}

/// Makes a node the center of the picture, and remembers the one before.
pub(in crate::tui) fn center(model: &mut Model, node: NodeId) {
    let Some(before) = center_of(model) else { return };
    if before != node {
        model.back.push(before);
        model.forward.clear();
    }
    model.chosen = Some(node);
    recenter(model);
    match model.drawings.iter_mut().find(|drawing| drawing.scope == Scope::Focus) {
        Some(drawing) => Arc::make_mut(drawing).came = Some(before),
        None => model.picture.iter_mut().for_each(|picture| picture.came_from(before)),
    }
    settle(model);
}

/// Goes to a node, in the view that is open.
pub(in crate::tui) fn go(model: &mut Model, node: NodeId) {
    center(model, node);
    arrive(model);
}

/// Brings the open view to the chosen node.
fn arrive(model: &mut Model) {
    let Some(atlas) = model.atlas.clone() else { return };
    (model.view.arrive)(model, &atlas);
    settle(model);
}

/// Opens a view; the choice of node stays.
pub(in crate::tui) fn show(model: &mut Model, view: &'static View) {
    model.view = view;
    model.pane = view.panes[0];
    model.top = usize::MAX;
    if center_of(model) != model.chosen {
        recenter(model);
    }
    arrive(model);
}

/// Opens the view of a name.
pub(in crate::tui) fn show_named(model: &mut Model, id: &str) {
    if let Some(view) = View::named(id) {
        show(model, view);
    }
}

/// Back to the center before.
pub(in crate::tui) fn back(model: &mut Model) -> Option<Effect> {
    if let (Some(from), Some(to)) = (center_of(model), model.back.pop()) {
        model.forward.push(from);
        model.chosen = Some(to);
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
        recenter(model);
        arrive(model);
    }
    None
}

/// The next or the last finding, around the ends.
pub(in crate::tui) fn next_finding(model: &mut Model, way: Way) -> Option<Effect> {
    let atlas = model.atlas.clone()?;
    let len = model.shown.len();
    if len == 0 {
        let is_filtered = !atlas.scan.findings.is_empty();
        model.told = Some(if is_filtered { "the filter leaves no findings" } else { "no findings" }.into());
        return None;
    }
    let at = model.shown.iter().position(|&finding| finding == model.finding);
    let by = if way == Way::Up { len - 1 } else { 1 };
    let to = at.map_or(0, |at| (at + by) % len);
    select_finding(model, model.shown[to]);
    arrive(model);
    model.told = Some(format!("finding {} of {len}", to + 1));
    None
}

/// The next hit of the last search or the one before, around the ends.
pub(in crate::tui) fn next_hit(model: &mut Model, way: Way) -> Option<Effect> {
    let Some(found) = &mut model.found else {
        model.told = Some("nothing was searched yet: / searches".into());
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
}

/// Puts the cursor of the list on a finding, and everything on its node.
pub(in crate::tui) fn select_finding(model: &mut Model, at: usize) {
    let Some(atlas) = model.atlas.clone() else { return };
    let Some(last) = atlas.scan.findings.len().checked_sub(1) else { return };
    model.finding = at.min(last);
    if let Some(node) = atlas.node_of(model.finding) {
        model.chosen = Some(node);
        recenter(model);
    }
    settle(model);
}

/// Writes the evidence for what is chosen now.
pub(in crate::tui) fn settle(model: &mut Model) {
    let Some(atlas) = model.atlas.clone() else { return };
    model.scroll = 0;
    let via = (model.view.via)(model);
    model.article = (model.view.article)(model, &atlas)
        .unwrap_or_else(|| model.chosen.map_or_else(Vec::new, |node| article::of_node(&atlas, node, via)));
}
