//! Which node every view is about.

use std::sync::Arc;

use crate::graph::NodeId;
use crate::tui::article;
use crate::tui::atlas::Atlas;
use crate::tui::effect::Effect;
use crate::tui::hourglass::{Column, Hourglass};
use crate::tui::keys::Way;
use crate::tui::model::{Modal, Model, Pane, View};
use crate::tui::screen::{Areas, inside, window};

/// The first look at a scan: the most important finding.
pub(super) fn begin(model: &mut Model, atlas: Arc<Atlas>) {
    let first = atlas.node_of(0).or_else(|| {
        let mut distributions = atlas.scan.graph.distributions().iter().copied();
        distributions.find(|&node| !atlas.scan.graph.contents(node).is_empty())
    });
    model.tree.rebuild(&atlas, model.filter);
    model.atlas = Some(atlas);
    model.finding = 0;
    model.chosen = first;
    recenter(model);
    settle(model);
}

/// Another scan of the same target: what was chosen is found again by its path.
pub(super) fn carry_over(model: &mut Model, old: &Atlas, new: Arc<Atlas>) {
    let again = |node: NodeId| new.find(old.entry(node).sort, &old.entry(node).path);
    let finding = old.scan.findings.get(model.finding).and_then(|was| {
        let is_same = |is: &crate::diagnose::Finding| {
            (is.rule.id, &is.file, &is.subject) == (was.rule.id, &was.file, &was.subject)
        };
        new.scan.findings.iter().position(is_same)
    });
    let chosen = model.chosen.and_then(again);
    let open = model.tree.open.iter().filter_map(|way| way.iter().map(|&node| again(node)).collect());
    model.tree.open = open.collect();
    for row in &mut model.tree.rows {
        row.way = row.way.iter().map_while(|&node| again(node)).collect();
    }
    model.back = model.back.iter().filter_map(|&node| again(node)).collect();
    model.forward = model.forward.iter().filter_map(|&node| again(node)).collect();
    let (view, pane) = (model.view, model.pane);
    model.hourglass = None;
    model.modal = None;
    begin(model, new);
    (model.view, model.pane) = (view, pane);
    model.finding = finding.unwrap_or(0);
    if chosen.is_some() {
        model.chosen = chosen;
    }
    recenter(model);
    settle(model);
    model.told = Some("scanned again".into());
}

/// Draws the picture anew around the chosen node.
pub(super) fn recenter(model: &mut Model) {
    if let (Some(atlas), Some(node)) = (&model.atlas, model.chosen) {
        model.hourglass = Some(Hourglass::around(atlas, node, model.filter.system));
    }
}

/// Makes a node the center of the picture, and remembers the one before.
pub(super) fn center(model: &mut Model, node: NodeId) {
    let Some(before) = model.hourglass.as_ref().map(|hourglass| hourglass.center) else { return };
    if before != node {
        model.back.push(before);
        model.forward.clear();
    }
    model.chosen = Some(node);
    recenter(model);
    if let Some(hourglass) = &mut model.hourglass {
        hourglass.came_from(before);
    }
    settle(model);
}

/// Goes to a node, in the view that is open.
pub(super) fn go(model: &mut Model, node: NodeId) {
    center(model, node);
    arrive(model);
}

/// Brings the open view to the chosen node.
fn arrive(model: &mut Model) {
    let (Some(atlas), Some(node)) = (model.atlas.clone(), model.chosen) else { return };
    match model.view {
        View::Tree => model.tree.reveal(&atlas, model.filter, node),
        View::Problems => {
            let here = model.current_finding();
            if let (None, Some(&finding)) = (here, atlas.findings(node).first()) {
                model.finding = finding;
            }
        }
        View::Graph => {}
    }
    settle(model);
}

/// Opens a view; the choice of node stays.
pub(super) fn show(model: &mut Model, view: View) {
    model.view = view;
    model.pane = view.panes()[0];
    if model.hourglass.as_ref().map(|hourglass| hourglass.center) != model.chosen {
        recenter(model);
    }
    arrive(model);
}

pub(super) fn back(model: &mut Model) {
    if let (Some(to), Some(from)) = (model.back.pop(), &model.hourglass) {
        model.forward.push(from.center);
        model.chosen = Some(to);
        recenter(model);
        arrive(model);
    }
}

pub(super) fn forward(model: &mut Model) {
    if let (Some(to), Some(from)) = (model.forward.pop(), &model.hourglass) {
        model.back.push(from.center);
        model.chosen = Some(to);
        recenter(model);
        arrive(model);
    }
}

/// The next or the last finding, around the ends.
pub(super) fn next_finding(model: &mut Model, way: Way) {
    let Some(atlas) = model.atlas.clone() else { return };
    let len = atlas.scan.findings.len();
    if len == 0 {
        model.told = Some("no findings".into());
        return;
    }
    let by = if way == Way::Up { len - 1 } else { 1 };
    select_finding(model, (model.finding + by) % len);
    arrive(model);
    model.told = Some(format!("finding {} of {len}", model.finding + 1));
}

/// Puts the cursor of the list on a finding, and everything on its node.
pub(super) fn select_finding(model: &mut Model, at: usize) {
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
pub(super) fn settle(model: &mut Model) {
    let Some(atlas) = model.atlas.clone() else { return };
    model.scroll = 0;
    let via = match model.view {
        View::Tree => model.tree.rows.get(model.tree.cursor).and_then(|row| row.via()),
        _ => model.hourglass.as_ref().and_then(Hourglass::via),
    };
    let is_root = model.view == View::Tree && model.tree.cursor == 0;
    model.article = match (model.current_finding(), model.chosen) {
        _ if is_root => article::of_environment(&atlas),
        (Some(finding), _) => article::of_finding(&atlas, &atlas.scan.findings[finding]),
        (None, Some(node)) => article::of_node(&atlas, node, via),
        (None, None) => Vec::new(),
    };
}

/// The mouse: the pane under it gets the keys, the row under it the cursor.
pub(super) fn click(model: &mut Model, column: u16, row: u16) -> Option<Effect> {
    if model.modal.is_some() || model.atlas.is_none() {
        model.modal = model.modal.take().filter(|modal| !matches!(modal, Modal::Help(_) | Modal::Filter));
        return None;
    }
    let areas = Areas::of(model);
    let hit = |pane: &&Pane| areas.pane(**pane).is_some_and(|area| area.contains((column, row).into()));
    let &pane = model.view.panes().iter().find(hit)?;
    model.pane = pane;
    let area = inside(areas.pane(pane)?);
    let at = usize::from(row.checked_sub(area.y)?);
    let height = usize::from(area.height);
    match (pane, model.view) {
        (Pane::List, View::Tree) => {
            let shown = window(model.tree.rows.len(), model.tree.cursor, height);
            super::walk::to_row(model, shown.start + at);
        }
        (Pane::List, _) => {
            let len = model.atlas.as_ref()?.scan.findings.len();
            let shown = window(len, model.finding, height);
            select_finding(model, shown.start + at);
        }
        (Pane::Picture, _) => {
            let hourglass = model.hourglass.as_mut()?;
            hourglass.column = match (column - areas.picture?.x) * 3 / areas.picture?.width.max(1) {
                0 if !hourglass.dependents.is_empty() => Column::Dependents,
                2 if !hourglass.needs.is_empty() => Column::Needs,
                _ => Column::Center,
            };
            let nodes = hourglass.column(hourglass.column).len();
            hourglass.row = at.saturating_sub(usize::from(area.height).saturating_sub(nodes) / 2).min(nodes - 1);
            model.chosen = Some(hourglass.node());
            settle(model);
        }
        (Pane::Evidence, _) => {}
    }
    None
}
