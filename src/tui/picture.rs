//! A part of the graph, laid out, and a cursor that walks along its lines.
//!
//! There are two kinds: the focus around one node, in bands of distance, and the flow of a whole scope, layered. Both are
//! made when the choice changes; drawing only paints what of it is in view.

mod names;
mod overview;
pub mod scope;

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_width::UnicodeWidthStr;

use names::MOST_TERSE;
pub use names::family;
use overview::{Crowd, Inside};
pub use scope::{DisplayOptions, Scope, distribution, package_around};

use super::scan_index::{NodeKind, ScanIndex, sign};
use super::theme::Tone;
use super::way::Way;
use crate::graph::layout::{Layout, layout_in_frames};
use crate::graph::sketch::{Around, Fold, Item, LinkKind, Sketch, focus};
use crate::graph::{Node, NodeId};

/// How an item is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub tone: Tone,
    pub glyph: &'static str,
    pub text: String,
    pub sign: &'static str,
    /// Said on the side: the package, where it is another than the picture's.
    pub owner: String,
}

impl Label {
    fn width(&self) -> u16 {
        let owner = if self.owner.is_empty() { 0 } else { self.owner.width() + 1 };
        (self.glyph.width() + 1 + self.text.width() + self.sign.width() + owner).min(72) as u16
    }
}

/// A picture and where the cursor stands in it.
#[derive(Clone, Debug)]
pub struct Picture {
    pub scope: Scope,
    /// The node that it was made around.
    pub center: NodeId,
    pub depth: usize,
    pub sketch: Sketch,
    pub layout: Layout,
    pub labels: Vec<Label>,
    /// Quiet system libraries that are left out.
    pub hidden: usize,
    /// The item under the cursor.
    pub cursor: usize,
    /// The room that it was made for.
    pub room: (u16, u16),
    /// The first cell of the picture that is in view.
    pub pan: (i32, i32),
    /// The lines by which failures come.
    pub doomed: FxHashSet<(usize, usize)>,
    /// The lines at the cursor.
    pub lit: FxHashSet<(usize, usize)>,
    /// The lines of capi_edges to NumPy's C API, which no loader follows: they are dashed.
    pub capi_edges: FxHashSet<(usize, usize)>,
    /// The lines of what Python code imports: they are dotted.
    pub imports: FxHashSet<(usize, usize)>,
    /// The lines of what Python code may import and goes on without: they are dotted more thinly.
    pub may_import: FxHashSet<(usize, usize)>,
    /// The row that walking along lines tries to keep.
    goal: i32,
    /// Whom one came from, by item and side: the way back is the way there.
    came: FxHashMap<(usize, bool), usize>,
}

/// Twins are folded from so many on: fewer are read as fast as their number.
const FEWEST_TWINS: usize = 3;
/// Of more nodes than this, looking for twins takes longer than a keypress may.
const MOST_NODES: usize = 3000;
/// With more items than this, distributions are folded: nobody reads so many.
const MOST_ITEMS: usize = 1500;
/// A picture should fit into its room, at the cost of its labels; what does not is moved about anyway, and keeps more.
const NARROWEST: i32 = 18;
const NARROWEST_BEYOND: i32 = 24;
/// What a column keeps for the rest of what it could show.
const LEAST_REST: u16 = 10;
/// So much of a name can be told.
const LEGIBLE: i32 = 20;
/// More crossings than so many for each item are no longer read.
const MOST_CROSSINGS: usize = 2;
/// How far a focus looks by itself.
const DEPTH: usize = 2;
/// More files of a package than this are shown by their folders, where they have no room.
const MOST_FILES: usize = 16;
/// At one distance, more are only counted.
const MOST_IN_A_BAND: usize = 20;

/// The links that a focus draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Links {
    All,
    /// Those that lead from one distance to the next.
    Away,
}

impl Picture {
    /// Draws a scope around a node into this much room; an overview has at most so many rows.
    pub fn of(
        scan_index: &ScanIndex,
        center: NodeId,
        scope: Scope,
        display: &DisplayOptions,
        (room, rows): ((u16, u16), u16),
    ) -> Picture {
        match scope {
            Scope::Overview => Picture::overview(scan_index, center, display, room, rows),
            Scope::Inside => Picture::inside(scan_index, center, display, room),
            Scope::Focus => Picture::focus(scan_index, center, display, room),
            Scope::Numpy => Picture::numpy(scan_index, center, display, room),
            _ => Picture::flow(scan_index, center, scope, display, room),
        }
    }

    /// The environment, package by package. Packages with which nothing is wrong are one, where any other is not.
    fn overview(
        scan_index: &ScanIndex,
        center: NodeId,
        display: &DisplayOptions,
        room: (u16, u16),
        rows: u16,
    ) -> Picture {
        let whole = overview::sketch(scan_index, display);
        let made = |crowd: Crowd| {
            let mut sketch = whole.clone();
            overview::fold_affected(&mut sketch, scan_index, display, crowd);
            leave_out_implied(&mut sketch, scan_index, display, None);
            Picture::made(scan_index, (Scope::Overview, center, 0), sketch, None, display, room)
        };
        let picture = made(Crowd::Most(usize::from(rows)));
        let is_too_wide = |picture: &Picture| room.0 > 0 && picture.layout.width > i32::from(room.0);
        let narrower = [Crowd::One, Crowd::Apart, Crowd::Causes].into_iter();
        narrower.fold(picture, |picture, crowd| if is_too_wide(&picture) { made(crowd) } else { picture })
    }

    /// One package: its files, what they need of others, each package of those as one, and what is missing; as much of that
    /// as can be read.
    fn inside(scan_index: &ScanIndex, center: NodeId, display: &DisplayOptions, room: (u16, u16)) -> Picture {
        let package = package_around(scan_index, center);
        let made = |&inside: &Inside| {
            let mut sketch = overview::inside(scan_index, package, display);
            if inside.folders {
                overview::fold_all_folders(&mut sketch, scan_index, center, display);
                overview::fold_others(&mut sketch, scan_index, display, inside.packages);
            } else {
                fold(&mut sketch, scan_index, center, display);
                overview::fold_folders(&mut sketch, scan_index, display);
            }
            overview::set_weaker_aside(&mut sketch, &scan_index.scan.graph, inside.weakest);
            leave_out_implied(&mut sketch, scan_index, display, None);
            Picture::made(scan_index, (Scope::Inside, center, 0), sketch, None, display, room)
        };
        let files = made(&Inside::FILES);
        let less = if files.sketch.items.len() > MOST_FILES { Inside::OF_MANY } else { Inside::OF_FEW };
        let others = less[..less.len() - 1].iter().map(made);
        std::iter::once(files).chain(others).find(Picture::is_legible).unwrap_or_else(|| made(&less[less.len() - 1]))
    }

    /// Does it fit into its room, and are its lines told apart? No room is none that anything could fit into.
    fn is_legible(&self) -> bool {
        let most = MOST_CROSSINGS * self.sketch.items.len();
        self.room.0 == 0 || self.layout.width <= i32::from(self.room.0) && self.layout.crossings <= most
    }

    /// The surroundings of a node, in layers: two steps of them where that can be read, else one; every edge between what is
    /// shown is drawn where that can be read, else those that lead away from the node, and the others are counted.
    fn focus(scan_index: &ScanIndex, center: NodeId, display: &DisplayOptions, room: (u16, u16)) -> Picture {
        let steps: &[(usize, Links)] = match display.depth {
            Some(depth) => &[(depth, Links::All), (depth, Links::Away)],
            None => &[(DEPTH, Links::All), (1, Links::All), (1, Links::Away)],
        };
        let (last, others) = steps.split_last().expect("there are steps");
        let made = |&step| Picture::surroundings(scan_index, center, display, room, step);
        others.iter().map(made).find(Picture::is_legible).unwrap_or_else(|| made(last))
    }

    /// The surroundings of a node, so many steps far.
    fn surroundings(
        scan_index: &ScanIndex,
        center: NodeId,
        display: &DisplayOptions,
        room: (u16, u16),
        (depth, links): (usize, Links),
    ) -> Picture {
        let around = Around { center, depth: (depth, depth) };
        let is_package = |node: NodeId| scan_index.entry(node).kind == NodeKind::Distribution;
        let is_shown =
            |node: NodeId| node == center || !is_package(node) && (display.system || !scan_index.is_quiet(node));
        let bands = focus(&scan_index.scan.graph, around, is_shown, |node| scan_index.is_missing(node));
        let nodes: Vec<NodeId> = bands.items.iter().map(Item::node).filter(|&node| !is_package(node)).collect();
        let nodes = if nodes.is_empty() { vec![center] } else { nodes };
        let sketch_of = |nodes: &[NodeId]| {
            let mut sketch = Sketch::of(&scan_index.scan.graph, nodes);
            for item in &mut sketch.items {
                let band = item.nodes.iter().find_map(|&node| bands.item_of(node)).map(|at| bands.items[at].band);
                item.band = band.unwrap_or_default();
            }
            if links == Links::Away {
                let ends: Vec<(i32, bool)> =
                    sketch.items.iter().map(|item| (item.band, scan_index.is_missing(item.node()))).collect();
                sketch.set_aside(|source, target| {
                    let ((from, _), (to, is_missing)) = (ends[source], ends[target]);
                    to != from + 1 && !(to > from && is_missing)
                });
            }
            sketch
        };
        let mut sketch = sketch_of(&nodes);
        fold(&mut sketch, scan_index, center, display);
        // Nobody reads a crowd: it is shown by its packages.
        if sketch.items.len() > overview::MOST_BOXES {
            let packages: BTreeSet<NodeId> =
                nodes.iter().filter_map(|&node| overview::package_of(scan_index, node)).collect();
            sketch = sketch_of(&packages.into_iter().chain(nodes.iter().copied()).collect::<Vec<_>>());
            overview::fold_crowd(&mut sketch, scan_index, center, display);
            leave_out_implied(&mut sketch, scan_index, display, Some(center));
        }
        let opened = |band: i32| {
            sketch
                .items
                .iter()
                .any(|item| item.band == band && item.nodes.iter().any(|node| display.opened.contains(node)))
        };
        let bands: FxHashSet<i32> = sketch.items.iter().map(|item| item.band).filter(|&band| opened(band)).collect();
        let most = |band: i32| if bands.contains(&band) { usize::MAX } else { MOST_IN_A_BAND };
        let keep =
            |item: &Item| item.nodes.contains(&center) || item.nodes.iter().any(|&node| scan_index.is_missing(node));
        sketch.cap(most, |item| rank(scan_index, item), keep);
        Picture::made(scan_index, (Scope::Focus, center, depth), sketch, None, display, room)
    }

    fn flow(
        scan_index: &ScanIndex,
        center: NodeId,
        scope: Scope,
        display: &DisplayOptions,
        room: (u16, u16),
    ) -> Picture {
        let graph = &scan_index.scan.graph;
        let mut nodes = match scope {
            Scope::All => graph.nodes().map(|(node, _)| node).collect(),
            Scope::Package => {
                let package = package_around(scan_index, center);
                [vec![package], graph.below(package)].concat()
            }
            _ => [graph.above(center), vec![center], graph.below(center)].concat(),
        };
        nodes.retain(|&node| node == center || display.system || !scan_index.is_quiet(node));
        let packages = display.packages || nodes.len() > MOST_NODES;
        // A package is no node among its files: it stands for all of them, or is told beside each.
        let is_round_files = |node: NodeId| {
            scan_index.entry(node).kind == NodeKind::Distribution
                && nodes.iter().any(|&file| file != node && graph.owner(file) == Some(node))
        };
        let is_apart: FxHashSet<NodeId> = nodes.iter().copied().filter(|&node| is_round_files(node)).collect();
        if !packages {
            nodes.retain(|node| !is_apart.contains(node));
        }
        let mut sketch = Sketch::of(graph, &nodes);
        if packages {
            fold_packages(&mut sketch, scan_index, display);
            sketch.leave_out(|item| item.fold == Fold::No && is_apart.contains(&item.node()));
        }
        fold(&mut sketch, scan_index, center, display);
        if sketch.items.len() > MOST_ITEMS && !packages {
            return Picture::flow(
                scan_index,
                center,
                scope,
                &DisplayOptions { packages: true, ..display.clone() },
                room,
            );
        }
        leave_out_implied(&mut sketch, scan_index, display, Some(center));
        if scope == Scope::All && packages {
            drop_loose(&mut sketch, scan_index);
        }
        Picture::made(scan_index, (scope, center, 0), sketch, None, display, room)
    }

    /// The capi_edges to NumPy's C API, whatever the center is.
    fn numpy(scan_index: &ScanIndex, center: NodeId, display: &DisplayOptions, room: (u16, u16)) -> Picture {
        let graph = &scan_index.scan.graph;
        let mut sketch = Sketch::numpy(graph);
        fold(&mut sketch, scan_index, center, display);
        let asks: FxHashSet<usize> = sketch.links.iter().map(|link| link.source).collect();
        let is_between = |at: usize| matches!(graph.node(sketch.items[at].node()), Node::Python(_));
        let has_between = asks.iter().any(|&at| is_between(at));
        let column = |at: usize| match (asks.contains(&at), is_between(at)) {
            (true, false) => 0,
            (true, true) => 1,
            (false, _) => 1 + usize::from(has_between),
        };
        let columns: Vec<usize> = (0..sketch.items.len()).map(column).collect();
        // Where the chosen node has nothing to do with it, the first who asks in vain stands for it.
        let center = match sketch.item_of(center) {
            Some(_) => center,
            None => {
                let asking = asks.iter().copied().filter(|&at| !is_between(at));
                let first = asking.min_by_key(|&at| (!scan_index.entry(sketch.items[at].node()).is_broken, at));
                first.map_or(center, |at| sketch.items[at].node())
            }
        };
        Picture::made(scan_index, (Scope::Numpy, center, 0), sketch, Some(&columns), display, room)
    }

    fn made(
        scan_index: &ScanIndex,
        (scope, center, depth): (Scope, NodeId, usize),
        sketch: Sketch,
        columns: Option<&[usize]>,
        display: &DisplayOptions,
        room: (u16, u16),
    ) -> Picture {
        let mut labels = labels(scan_index, &sketch, (scope, center), 0);
        let leads: FxHashSet<usize> = sketch.links.iter().map(|link| link.source).collect();
        // What leads nowhere has the free room right of it.
        let width = |(at, label): (usize, &Label)| match sketch.items[at].fold {
            Fold::Rest if !leads.contains(&at) => label.width().min(LEAST_REST),
            _ => label.width(),
        };
        let mut widths: Vec<u16> = labels.iter().enumerate().map(width).collect();
        let groups = groups(scan_index, &sketch, scope);
        let mut layout = layout_in_frames(&widths, &sketch.ends(), columns, &groups);
        // What has no room is said in fewer letters, and only then cut.
        for terse in 1..=MOST_TERSE {
            if layout.width <= room.0.into() {
                break;
            }
            labels = self::labels(scan_index, &sketch, (scope, center), terse);
            widths = labels.iter().enumerate().map(width).collect();
            layout.fit(&widths, i32::MAX, NARROWEST);
        }
        layout.fit(&widths, room.0.into(), NARROWEST);
        if layout.width > room.0.into() {
            layout.fit(&widths, room.0.into(), NARROWEST_BEYOND);
        }
        // Whose an item is stands above its frame.
        for (label, group) in labels.iter_mut().zip(&groups) {
            if layout.frames.iter().any(|frame| Some(frame.group) == *group) {
                label.owner.clear();
            }
        }
        let (ways, kinds) = (layout.ways(), sketch.kinds(&scan_index.scan.graph));
        let links = || sketch.links.iter().map(|link| (link.source, link.target)).zip(&kinds);
        let way = |((source, target), _): ((usize, usize), &LinkKind)| ways.of(source, target);
        let red = scan_index.marks.red_links(&scan_index.scan, &sketch);
        let doomed = red.into_iter().flat_map(|(source, target)| ways.of(source, target)).collect();
        let of_kind = |wanted: LinkKind| -> FxHashSet<(usize, usize)> {
            links().filter(|(_, kind)| **kind == wanted).flat_map(way).collect()
        };
        let [capi_edges, imports, may_import] = [LinkKind::Numpy, LinkKind::Import, LinkKind::MayImport].map(of_kind);
        let hidden = if display.system || scope != Scope::Focus { 0 } else { quiet_around(scan_index, center) };
        let around = || sketch.item_of(package_around(scan_index, center));
        let cursor = sketch.item_of(center).or_else(around).unwrap_or(0);
        let mut picture = Picture {
            scope,
            center,
            depth,
            sketch,
            layout,
            labels,
            hidden,
            cursor,
            room,
            pan: (0, 0),
            doomed,
            capi_edges,
            imports,
            may_import,
            lit: FxHashSet::default(),
            goal: 0,
            came: FxHashMap::default(),
        };
        picture.settle(room);
        picture.goal = picture.row();
        picture
    }

    /// The node under the cursor.
    pub fn node(&self) -> NodeId {
        match self.sketch.items.get(self.cursor) {
            Some(item) if self.scope != Scope::Overview && item.nodes.contains(&self.center) => self.center,
            Some(item) => item.node(),
            None => self.center,
        }
    }

    /// The item under the cursor, where it stands for several nodes.
    pub fn fold(&self) -> Option<&Item> {
        self.sketch.items.get(self.cursor).filter(|item| item.nodes.len() > 1)
    }

    /// The file by whose need one came to the node under the cursor.
    pub fn via(&self) -> Option<NodeId> {
        let from = self.came.get(&(self.cursor, false))?;
        Some(self.sketch.items[*from].node())
    }

    /// The nodes from which one came to that under the cursor, on either side.
    pub fn came(&self) -> Vec<NodeId> {
        let sides = [false, true].into_iter().filter_map(|is_right| self.came.get(&(self.cursor, is_right)));
        sides.map(|&item| self.sketch.items[item].node()).collect()
    }

    /// Remembers a node that the cursor was on before this picture.
    pub fn came_from(&mut self, node: NodeId) {
        if let Some(item) = self.sketch.item_of(node) {
            let is_right = self.layout.slots[item].column > self.layout.slots[self.cursor].column;
            if self
                .sketch
                .links
                .iter()
                .any(|link| [(link.source, link.target), (link.target, link.source)].contains(&(item, self.cursor)))
            {
                self.came.insert((self.cursor, is_right), item);
            }
        }
    }

    fn row(&self) -> i32 {
        self.layout.slots.get(self.cursor).map_or(0, |slot| slot.row)
    }

    /// Puts the cursor on the item of a node, if it is in the picture.
    pub fn go(&mut self, node: NodeId, room: (u16, u16)) -> bool {
        let Some(item) = self.sketch.item_of(node) else { return false };
        self.cursor = item;
        self.goal = self.row();
        self.settle(room);
        true
    }

    /// Moves the cursor; says whether there was somewhere to go.
    pub fn step(&mut self, way: Way, room: (u16, u16)) -> bool {
        let moved = match way {
            Way::Left => self.along(false),
            Way::Right => self.along(true),
            Way::Up => self.in_column(-1),
            Way::Down => self.in_column(1),
            Way::HalfUp => self.in_column(-(i32::from(room.1) / 2).max(1)),
            Way::HalfDown => self.in_column((i32::from(room.1) / 2).max(1)),
            Way::Top => self.in_column(i32::MIN),
            Way::Bottom => self.in_column(i32::MAX),
        };
        self.settle(room);
        moved
    }

    /// Follows a line, to the item whose row is nearest to the goal; the way back is the way there.
    fn along(&mut self, is_right: bool) -> bool {
        let from = self.cursor;
        let column = |item: usize| self.layout.slots[item].column;
        let ends = self.sketch.links.iter().filter_map(|link| match () {
            () if link.source == from => Some(link.target),
            () if link.target == from => Some(link.source),
            () => None,
        });
        let beside = ends.filter(|&to| if is_right { column(to) > column(from) } else { column(to) < column(from) });
        let rank = |&to: &usize| {
            let slot = self.layout.slots[to];
            ((slot.row - self.goal).abs(), slot.column.abs_diff(column(from)), to)
        };
        let to = match self.came.get(&(from, is_right)) {
            Some(&to) => Some(to),
            None => beside.min_by_key(rank),
        };
        let Some(to) = to else { return false };
        self.came.insert((from, is_right), to);
        self.came.insert((to, !is_right), from);
        self.cursor = to;
        true
    }

    /// Goes up or down in the column; behind its end, to what is nearest in the others.
    fn in_column(&mut self, by: i32) -> bool {
        let slot = self.layout.slots[self.cursor];
        let goal = slot.row.saturating_add(by);
        let is_ahead = |&item: &usize| {
            let row = self.layout.slots[item].row;
            if by < 0 { row < slot.row } else { row > slot.row }
        };
        let distance = |&item: &usize| (i64::from(self.layout.slots[item].row) - i64::from(goal)).abs();
        let own = self.layout.columns[slot.column].slots.iter().filter_map(|&at| self.layout.slots[at].item);
        let is_one_step = matches!(by, -1 | 1);
        let others = || {
            let all = (0..self.sketch.items.len()).filter(is_ahead).filter(|_| is_one_step);
            all.min_by_key(|item| (distance(item), self.layout.slots[*item].column.abs_diff(slot.column)))
        };
        let Some(to) = own.filter(is_ahead).min_by_key(distance).or_else(others) else { return false };
        self.cursor = to;
        self.goal = self.row();
        true
    }

    /// Takes in that cursor or room changed: which lines are lit, what is in view.
    pub fn settle(&mut self, room: (u16, u16)) {
        self.lit = self.layout.links_of(self.cursor);
        let Some(slot) = self.layout.slots.get(self.cursor) else { return };
        let column = &self.layout.columns[slot.column];
        let (x, y) = self.pan;
        // The neighbors of what is chosen should be in view too: a third of the room is kept around it.
        // An overview begins at its left as long as what is chosen can be read.
        let (from, to) = (column.x, column.x + column.width);
        self.pan.0 = match self.scope == Scope::Overview && from + column.width.min(LEGIBLE) <= i32::from(room.0) {
            true => 0,
            false => seen(x, (from, to), self.layout.width, room.0.into()),
        };
        self.pan.1 = seen(y, (slot.row, slot.row + 1), self.layout.height, room.1.into());
    }

    /// Moves the view by hand.
    pub fn pan_by(&mut self, (x, y): (i32, i32), room: (u16, u16)) {
        let within = |at: i32, len: i32, room: u16| at.clamp(0, (len - i32::from(room)).max(0));
        self.pan =
            (within(self.pan.0 + x, self.layout.width, room.0), within(self.pan.1 + y, self.layout.height, room.1));
    }

    /// Brings the row of the cursor to the top or the bottom of the view, or the cursor into its middle.
    pub fn place(&mut self, way: Option<Way>, room: (u16, u16)) {
        let Some(slot) = self.layout.slots.get(self.cursor) else { return };
        let column = &self.layout.columns[slot.column];
        let (width, height) = (i32::from(room.0), i32::from(room.1));
        let across = column.x + column.width / 2 - width / 2;
        let (x, y) = match way {
            Some(Way::Top) => (self.pan.0, slot.row),
            Some(_) => (self.pan.0, slot.row + 1 - height),
            None => (across, slot.row - height / 2),
        };
        self.pan_by((x - self.pan.0, y - self.pan.1), room);
    }

    /// The item whose label is in a cell of the picture.
    pub fn item_at(&self, x: i32, y: i32) -> Option<usize> {
        let in_column = |slot: usize| {
            let column = &self.layout.columns[self.layout.slots[slot].column];
            (column.x..column.x + column.width).contains(&x)
        };
        (0..self.sketch.items.len()).find(|&item| self.layout.slots[item].row == y && in_column(item))
    }
}

/// Where a view of some length begins, so that the span is in it with a part of what is around it, moved as little as
/// possible.
fn seen(start: i32, span: (i32, i32), len: i32, room: i32) -> i32 {
    let margin = ((room - (span.1 - span.0)) / 3).max(0);
    let least = span.1 + margin - room;
    let most = span.0 - margin;
    let start = if least > most { span.0 } else { start.clamp(least, most) };
    start.clamp(0, (len - room).max(0))
}

/// The package in whose frame each item of a flow stands; none where pictures have no frames.
fn groups(scan_index: &ScanIndex, sketch: &Sketch, scope: Scope) -> Vec<Option<usize>> {
    if !matches!(scope.place(), Scope::All | Scope::Focus) || scope == Scope::Overview {
        return Vec::new();
    }
    let graph = &scan_index.scan.graph;
    let group = |item: &Item| {
        let owner = graph.owner(item.node()).filter(|_| !matches!(item.fold, Fold::Package | Fold::Rest))?;
        let is_one = item.nodes.iter().all(|&node| graph.owner(node) == Some(owner));
        is_one.then(|| owner.index())
    };
    sketch.items.iter().map(group).collect()
}

/// Folds what looks alike, as the display says; the center never, nor what is missing, nor what was opened.
fn fold(sketch: &mut Sketch, scan_index: &ScanIndex, center: NodeId, display: &DisplayOptions) {
    let is_free = |item: &Item| {
        !item.nodes.iter().any(|node| *node == center || scan_index.is_missing(*node) || display.opened.contains(node))
    };
    if display.cycles {
        sketch.fold_cycles();
    }
    if display.twins {
        sketch.fold_twins(FEWEST_TWINS, |item| {
            let entry = scan_index.entry(item.node());
            let alike = (&entry.owner, entry.kind, entry.sign(), entry.because, entry.badge.is_clean());
            (is_free(item) && item.fold != Fold::Package && entry.kind != NodeKind::Distribution).then_some(alike)
        });
    }
}

/// Leaves out the links that longer ways imply, where the display does not ask for them; those to what is missing stay, and those
/// of the center, if there is one.
fn leave_out_implied(sketch: &mut Sketch, scan_index: &ScanIndex, display: &DisplayOptions, center: Option<NodeId>) {
    if display.implied {
        return;
    }
    let is_center = |item: &Item| center.is_some_and(|center| item.nodes.contains(&center));
    let stands_out = |item: &Item| item.nodes.iter().any(|&node| scan_index.is_missing(node));
    scan_index.marks.reduce(&scan_index.scan, sketch, |source, target| {
        is_center(source) || is_center(target) || stands_out(target)
    });
}

/// Makes one item of each distribution and its files.
fn fold_packages(sketch: &mut Sketch, scan_index: &ScanIndex, display: &DisplayOptions) {
    sketch.fold(Fold::Package, |item| {
        let package = distribution(scan_index, item.node())?;
        (!display.opened.contains(&package)).then_some(package)
    });
}

/// Of the whole environment, what is joined with nothing and has nothing wrong is only counted: it would be a list.
fn drop_loose(sketch: &mut Sketch, scan_index: &ScanIndex) {
    let linked: FxHashSet<usize> = sketch.links.iter().flat_map(|link| [link.source, link.target]).collect();
    let loose: FxHashSet<NodeId> = (0..sketch.items.len())
        .filter(|at| !linked.contains(at))
        .map(|at| sketch.items[at].node())
        .filter(|&node| scan_index.entry(node).badge.is_clean())
        .collect();
    if loose.len() > 1 {
        sketch.fold(Fold::Rest, |item| loose.contains(&item.node()).then_some(()));
    }
}

/// How many quiet parts of the system a node needs.
fn quiet_around(scan_index: &ScanIndex, node: NodeId) -> usize {
    let all = scan_index.beside(node, petgraph::Direction::Outgoing, true);
    all.into_iter().filter(|&node| scan_index.is_quiet(node)).count()
}

/// In which order items deserve the room of a column.
fn rank(scan_index: &ScanIndex, item: &Item) -> impl Ord + use<> {
    let entry = scan_index.entry(item.node());
    let degree = scan_index.scan.graph.inner.neighbors_undirected(item.node()).count();
    (!entry.is_broken, !entry.badge.is_troubled(), entry.kind == NodeKind::System, std::cmp::Reverse(degree))
}

/// How the items of a picture are written. The more terse, the fewer letters: first the hash of a repair tool goes, then
/// minor versions; what would be called the same has its folder before it.
fn labels(scan_index: &ScanIndex, sketch: &Sketch, (scope, center): (Scope, NodeId), terse: usize) -> Vec<Label> {
    let loops: FxHashSet<usize> = sketch.cycles().into_iter().flatten().collect();
    let name = |item: &Item| match item.fold {
        // Its distribution mostly has the same name.
        Fold::No if scan_index.entry(item.node()).is_package() => {
            format!("import {}", scan_index.entry(item.node()).label)
        }
        Fold::No => names::terse(scan_index.entry(item.node()).short(), terse).into_owned(),
        _ => String::new(),
    };
    let names: Vec<String> = sketch.items.iter().map(name).collect();
    let texts = names::distinct(scan_index, sketch, names, terse);
    let own = match scan_index.entry(center).kind {
        NodeKind::Distribution => scan_index.entry(center).label.as_str(),
        _ => scan_index.entry(center).owner.as_str(),
    };
    let owner = |item: &Item| {
        let owner = scan_index.entry(item.node()).owner.as_str();
        let is_told = item.fold == Fold::No && !matches!(scope, Scope::Overview | Scope::Numpy) && owner != own;
        if is_told { owner.to_owned() } else { String::new() }
    };
    let items = sketch.items.iter().zip(&texts).enumerate();
    items
        .map(|(at, (item, text))| Label { owner: owner(item), ..label(scan_index, item, text, loops.contains(&at)) })
        .collect()
}

fn label(scan_index: &ScanIndex, item: &Item, short: &str, is_loop: bool) -> Label {
    let entry = scan_index.entry(item.node());
    let tone = scan_index.mark(item.node()).0;
    let is_any = |is: fn(&super::scan_index::Entry) -> bool| item.nodes.iter().any(|&node| is(scan_index.entry(node)));
    let (is_own, is_consequence) = (is_any(|entry| entry.is_broken), is_any(|entry| entry.because.is_some()));
    let sign = match item.nodes.len() {
        1 => entry.sign(),
        _ => sign(is_own, is_consequence, is_any(|entry| entry.nonstandard.is_some())),
    };
    let tone = match item.nodes.len() {
        2.. if is_own => Tone::Error,
        2.. if is_consequence => Tone::Affected,
        _ => tone,
    };
    let count = item.nodes.len();
    let text = match item.fold {
        Fold::No => short.to_owned(),
        Fold::Rest if entry.kind == NodeKind::Distribution && sign.is_empty() => {
            let is_any_noted = item.nodes.iter().any(|&node| overview::is_noted(scan_index, node));
            format!("{count} packages without {}", if is_any_noted { "errors" } else { "problems" })
        }
        Fold::Rest if entry.kind == NodeKind::Distribution => format!("{count} more packages"),
        Fold::Rest => format!("{count} more"),
        Fold::Folder if entry.kind == NodeKind::Python => format!("{count} {}", entry.kind.many()),
        Fold::Package => {
            // Of another package, only the files that are next to this one may be there.
            let package = distribution(scan_index, item.node()).unwrap_or(item.node());
            let name = &scan_index.entry(package).label;
            match scan_index.scan.graph.contents(package).len() {
                0 => name.clone(),
                files => format!("{name} {files}"),
            }
        }
        Fold::Folder => format!("{} {count}", names::folder(entry)),
        Fold::System => format!("{count} system libraries"),
        Fold::Cycle => format!("{count} in a loop"),
        Fold::Twins => {
            let owner = if entry.owner.is_empty() { String::new() } else { format!("{} ", entry.owner) };
            format!("{count} {owner}{}", entry.kind.many())
        }
    };
    let text = if is_loop { format!("{text} ↔") } else { text };
    let glyph = match item.fold {
        Fold::No => scan_index.mark(item.node()).1,
        Fold::Rest => "+",
        Fold::Package => NodeKind::Distribution.glyph(),
        Fold::Cycle => "↔",
        Fold::System | Fold::Twins | Fold::Folder => "≡",
    };
    let tone = if item.fold == Fold::Rest && sign.is_empty() { Tone::Dim } else { tone };
    Label { tone, glyph, text, sign, owner: String::new() }
}
