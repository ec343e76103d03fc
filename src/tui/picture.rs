//! A part of the graph, laid out, and a cursor that walks along its lines.
//!
//! There are two kinds: the focus around one node, in bands of distance, and the flow of a whole scope, layered. Both are
//! made when the choice changes; drawing only paints what of it is in view.

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_width::UnicodeWidthStr;

use super::atlas::{Atlas, Sort};
use super::theme::Tone;
use super::way::Way;
use crate::graph::layout::{Layout, layout};
use crate::graph::sketch::{Around, Fold, Item, Sketch, focus};
use crate::graph::{Node, NodeId};

/// What of the graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Who needs the chosen node, and what it needs, so many steps away.
    Focus,
    /// All that is above the chosen node, and all below.
    Closure,
    /// The distribution of the chosen node, and all that it needs.
    Package,
    /// Everything.
    All,
    /// NumPy's C API: who asks on the left, who answers on the right.
    Numpy,
}

impl Scope {
    /// The scopes of the flow, in the order of their key.
    pub const FLOWS: [Scope; 3] = [Scope::Closure, Scope::Package, Scope::All];

    pub fn word(self) -> &'static str {
        match self {
            Scope::Focus => "focus",
            Scope::Closure => "closure",
            Scope::Package => "package",
            Scope::All => "whole environment",
            Scope::Numpy => "NumPy's C API",
        }
    }

    /// Pictures of some scopes are shown in the same place: the scope that stands for it.
    pub fn place(self) -> Scope {
        if Scope::FLOWS.contains(&self) { Scope::All } else { self }
    }
}

/// What a person decides of pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Steps to each side of the focus; none for as many as fit.
    pub depth: Option<usize>,
    /// System libraries with which nothing is wrong.
    pub system: bool,
    /// Edges that a longer way implies.
    pub implied: bool,
    /// Fold modules and libraries that look alike.
    pub twins: bool,
    /// Fold distributions.
    pub packages: bool,
    /// Fold files that need each other.
    pub cycles: bool,
    /// What was opened by hand: the first nodes of folds.
    pub opened: FxHashSet<NodeId>,
}

impl Default for Lens {
    fn default() -> Lens {
        Lens {
            depth: None,
            system: false,
            implied: false,
            twins: true,
            packages: false,
            cycles: false,
            opened: FxHashSet::default(),
        }
    }
}

/// How an item is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub tone: Tone,
    pub glyph: &'static str,
    pub text: String,
    pub sign: &'static str,
}

impl Label {
    fn width(&self) -> u16 {
        (self.glyph.width() + 1 + self.text.width() + self.sign.width()).min(60) as u16
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
    /// The lines on the ways to what is missing.
    pub doomed: FxHashSet<(usize, usize)>,
    /// The lines at the cursor.
    pub lit: FxHashSet<(usize, usize)>,
    /// The lines of bonds to NumPy's C API, which no loader follows: they are dashed.
    pub bonds: FxHashSet<(usize, usize)>,
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
const NARROWEST: i32 = 14;
const NARROWEST_BEYOND: i32 = 24;
/// How far a focus looks by itself.
const DEPTH: usize = 2;

impl Picture {
    /// Draws a scope around a node into this much room.
    pub fn of(atlas: &Atlas, center: NodeId, scope: Scope, lens: &Lens, room: (u16, u16)) -> Picture {
        match scope {
            Scope::Focus => Picture::focus(atlas, center, lens, room),
            Scope::Numpy => Picture::numpy(atlas, center, lens, room),
            _ => Picture::flow(atlas, center, scope, lens, room),
        }
    }

    fn focus(atlas: &Atlas, center: NodeId, lens: &Lens, room: (u16, u16)) -> Picture {
        let depth = lens.depth.unwrap_or(DEPTH);
        let around = Around { center, depth: (depth, depth) };
        let is_shown = |node: NodeId| node == center || lens.system || !atlas.is_quiet(node);
        let mut sketch = focus(&atlas.scan.graph, around, is_shown, |node| is_missing(atlas, node));
        fold(&mut sketch, atlas, center, lens);
        let opened = |band: i32| {
            sketch
                .items
                .iter()
                .any(|item| item.band == band && item.nodes.iter().any(|node| lens.opened.contains(node)))
        };
        let bands: FxHashSet<i32> = sketch.items.iter().map(|item| item.band).filter(|&band| opened(band)).collect();
        let most = |band: i32| if bands.contains(&band) { usize::MAX } else { usize::from(room.1).max(4) };
        let keep = |item: &Item| item.nodes.contains(&center) || item.nodes.iter().any(|&node| is_missing(atlas, node));
        sketch.cap(most, |item| rank(atlas, item), keep);
        let first = sketch.items.iter().map(|item| item.band).min().unwrap_or(0);
        let columns: Vec<usize> = sketch.items.iter().map(|item| (item.band - first) as usize).collect();
        let picture = Picture::made(atlas, (Scope::Focus, center, depth), sketch, Some(&columns), lens, room);
        // What does not fit at two steps may fit at one.
        if lens.depth.is_none() && picture.layout.width > i32::from(room.0) && room.0 > 0 {
            return Picture::focus(atlas, center, &Lens { depth: Some(1), ..lens.clone() }, room);
        }
        picture
    }

    fn flow(atlas: &Atlas, center: NodeId, scope: Scope, lens: &Lens, room: (u16, u16)) -> Picture {
        let graph = &atlas.scan.graph;
        let mut nodes = match scope {
            Scope::All => graph.nodes().map(|(node, _)| node).collect(),
            Scope::Package => {
                let package = package_around(atlas, center);
                [vec![package], graph.below(package)].concat()
            }
            _ => [graph.above(center), vec![center], graph.below(center)].concat(),
        };
        nodes.retain(|&node| node == center || lens.system || !atlas.is_quiet(node));
        let mut sketch = Sketch::of(graph, &nodes);
        let packages = lens.packages || nodes.len() > MOST_NODES;
        if packages {
            fold_packages(&mut sketch, atlas, lens);
        }
        fold(&mut sketch, atlas, center, lens);
        if sketch.items.len() > MOST_ITEMS && !packages {
            return Picture::flow(atlas, center, scope, &Lens { packages: true, ..lens.clone() }, room);
        }
        if !lens.implied {
            let touches = |item: &Item| item.nodes.contains(&center);
            let stands_out = |item: &Item| item.nodes.iter().any(|&node| is_missing(atlas, node));
            sketch.reduce(|source, target| touches(source) || touches(target) || stands_out(target));
        }
        if scope == Scope::All && packages {
            drop_loose(&mut sketch, atlas);
        }
        Picture::made(atlas, (scope, center, 0), sketch, None, lens, room)
    }

    /// The bonds to NumPy's C API, whatever the center is.
    fn numpy(atlas: &Atlas, center: NodeId, lens: &Lens, room: (u16, u16)) -> Picture {
        let graph = &atlas.scan.graph;
        let mut sketch = Sketch::numpy(graph);
        fold(&mut sketch, atlas, center, lens);
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
                let first = asking.min_by_key(|&at| (!atlas.entry(sketch.items[at].node()).is_broken, at));
                first.map_or(center, |at| sketch.items[at].node())
            }
        };
        Picture::made(atlas, (Scope::Numpy, center, 0), sketch, Some(&columns), lens, room)
    }

    fn made(
        atlas: &Atlas,
        (scope, center, depth): (Scope, NodeId, usize),
        sketch: Sketch,
        columns: Option<&[usize]>,
        lens: &Lens,
        room: (u16, u16),
    ) -> Picture {
        let loops: FxHashSet<usize> = sketch.cycles().into_iter().flatten().collect();
        let is_loop = |at: usize| loops.contains(&at) || is_both_ways(atlas, &sketch.items[at], center, scope);
        let shorts = shorts(atlas, &sketch);
        let labels = sketch.items.iter().zip(&shorts).enumerate();
        let labels: Vec<Label> = labels.map(|(at, (item, short))| label(atlas, item, short, is_loop(at))).collect();
        let widths: Vec<u16> = labels.iter().map(Label::width).collect();
        let mut layout = layout(&widths, &sketch.ends(), columns);
        layout.fit(&widths, room.0.into(), NARROWEST);
        if layout.width > room.0.into() {
            layout.fit(&widths, room.0.into(), NARROWEST_BEYOND);
        }
        let missing =
            (0..sketch.items.len()).filter(|&at| sketch.items[at].nodes.iter().any(|&node| is_missing(atlas, node)));
        let mut doomed = layout.links_to(missing);
        let between = |(source, target): (usize, usize)| {
            let to = layout.links_of(target);
            layout.links_of(source).into_iter().filter(move |link| to.contains(link))
        };
        let bonds: FxHashSet<(usize, usize)> = sketch.bonds(&atlas.scan.graph).into_iter().flat_map(between).collect();
        doomed.extend(in_vain(atlas, &sketch).into_iter().flat_map(between));
        let hidden = if lens.system || scope == Scope::Numpy { 0 } else { quiet_around(atlas, center) };
        let cursor = sketch.item_of(center).unwrap_or(0);
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
            bonds,
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
            Some(item) if item.nodes.contains(&self.center) => self.center,
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

    /// Goes up or down in the column.
    fn in_column(&mut self, by: i32) -> bool {
        let slot = self.layout.slots[self.cursor];
        let goal = slot.row.saturating_add(by);
        let items = self.layout.columns[slot.column].slots.iter().filter_map(|&at| self.layout.slots[at].item);
        let ahead = items.filter(|&item| {
            let row = self.layout.slots[item].row;
            if by < 0 { row < slot.row } else { row > slot.row }
        });
        let distance = |&item: &usize| (i64::from(self.layout.slots[item].row) - i64::from(goal)).abs();
        let Some(to) = ahead.min_by_key(distance) else { return false };
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
        self.pan.0 = seen(x, (column.x, column.x + column.width), self.layout.width, room.0.into());
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

fn is_missing(atlas: &Atlas, node: NodeId) -> bool {
    atlas.entry(node).sort.is_missing()
}

/// Folds what looks alike, as the lens says; the center never, nor what is missing, nor what was opened.
fn fold(sketch: &mut Sketch, atlas: &Atlas, center: NodeId, lens: &Lens) {
    let is_free = |item: &Item| {
        !item.nodes.iter().any(|node| *node == center || is_missing(atlas, *node) || lens.opened.contains(node))
    };
    if lens.cycles {
        sketch.fold_cycles();
    }
    if lens.twins {
        sketch.fold_twins(FEWEST_TWINS, |item| {
            let entry = atlas.entry(item.node());
            let alike = (&entry.owner, entry.sort, entry.sign(), entry.badge.is_clean());
            (is_free(item) && item.fold != Fold::Package && entry.sort != Sort::Distribution).then_some(alike)
        });
    }
}

/// Makes one item of each distribution and its files.
fn fold_packages(sketch: &mut Sketch, atlas: &Atlas, lens: &Lens) {
    sketch.fold(Fold::Package, |item| {
        let package = distribution(atlas, item.node())?;
        (!lens.opened.contains(&package)).then_some(package)
    });
}

/// The distribution that brings a node, or that it is.
pub fn distribution(atlas: &Atlas, node: NodeId) -> Option<NodeId> {
    match atlas.scan.graph.node(node) {
        Node::Distribution(_) => Some(node),
        Node::File { owner, .. } => atlas.scan.graph.distributions().get(owner.0).copied(),
        _ => None,
    }
}

/// The package that a node is shown in: its own, else the first of those that need it, else the node itself.
pub fn package_around(atlas: &Atlas, node: NodeId) -> NodeId {
    let who = || {
        let before = atlas.scan.graph.inner.neighbors_directed(node, petgraph::Direction::Incoming);
        before.filter_map(|node| distribution(atlas, node)).min()
    };
    distribution(atlas, node).or_else(who).unwrap_or(node)
}

/// Of the whole environment, what is joined with nothing and has nothing wrong is only counted: it would be a list.
fn drop_loose(sketch: &mut Sketch, atlas: &Atlas) {
    let linked: FxHashSet<usize> = sketch.links.iter().flat_map(|link| [link.source, link.target]).collect();
    let loose: FxHashSet<NodeId> = (0..sketch.items.len())
        .filter(|at| !linked.contains(at))
        .map(|at| sketch.items[at].node())
        .filter(|&node| atlas.entry(node).badge.is_clean())
        .collect();
    if loose.len() > 1 {
        sketch.fold(Fold::Rest, |item| loose.contains(&item.node()).then_some(()));
    }
}

/// The links by which code asks for NumPy's C API in vain.
fn in_vain(atlas: &Atlas, sketch: &Sketch) -> Vec<(usize, usize)> {
    let graph = &atlas.scan.graph;
    let ends = |(at, item): (usize, &Item)| {
        let bonds = item.nodes.iter().flat_map(|&node| graph.numpy(node, petgraph::Direction::Outgoing));
        let failing = bonds.filter(|(_, bond)| bond.binding.is_some() && bond.answer.fails());
        failing.filter_map(|(target, _)| Some((at, sketch.item_of(target)?))).collect::<Vec<_>>()
    };
    sketch.items.iter().enumerate().flat_map(ends).collect()
}

/// Does an item of a focus need the center, and the center it?
fn is_both_ways(atlas: &Atlas, item: &Item, center: NodeId, scope: Scope) -> bool {
    let graph = &atlas.scan.graph.inner;
    let joined = |node: NodeId| graph.contains_edge(node, center) && graph.contains_edge(center, node);
    scope == Scope::Focus && item.nodes.len() == 1 && item.node() != center && joined(item.node())
}

/// How many quiet parts of the system a node needs.
fn quiet_around(atlas: &Atlas, node: NodeId) -> usize {
    let all = atlas.beside(node, petgraph::Direction::Outgoing, true);
    all.into_iter().filter(|&node| atlas.is_quiet(node)).count()
}

/// In which order items deserve the room of a column.
fn rank(atlas: &Atlas, item: &Item) -> impl Ord + use<> {
    let entry = atlas.entry(item.node());
    let degree = atlas.scan.graph.inner.neighbors_undirected(item.node()).count();
    (!entry.is_broken, !entry.badge.is_troubled(), entry.sort == Sort::System, std::cmp::Reverse(degree))
}

/// What single nodes are called: as short as they can be told apart.
fn shorts<'a>(atlas: &'a Atlas, sketch: &Sketch) -> Vec<&'a str> {
    let short = |item: &Item| atlas.entry(item.node()).short();
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    for item in sketch.items.iter().filter(|item| item.fold == Fold::No) {
        *counts.entry(short(item)).or_default() += 1;
    }
    let name = |item: &Item| {
        let entry = atlas.entry(item.node());
        if counts.get(entry.short()).is_some_and(|count| *count > 1) { entry.with_folder() } else { entry.short() }
    };
    sketch.items.iter().map(name).collect()
}

fn label(atlas: &Atlas, item: &Item, short: &str, is_loop: bool) -> Label {
    let entry = atlas.entry(item.node());
    let tone = atlas.mark(item.node()).0;
    let is_any = |is: fn(&super::atlas::Entry) -> bool| item.nodes.iter().any(|&node| is(atlas.entry(node)));
    let sign = match (is_any(|entry| entry.is_broken), is_any(|entry| entry.nonstandard.is_some())) {
        _ if item.nodes.len() == 1 => entry.sign(),
        (true, true) => " ✗ !",
        (true, false) => " ✗",
        (false, true) => " !",
        (false, false) => "",
    };
    let tone = if item.nodes.len() > 1 && sign.contains('✗') { Tone::Error } else { tone };
    let count = item.nodes.len();
    let text = match item.fold {
        Fold::No => short.to_owned(),
        Fold::Rest => format!("{count} more"),
        Fold::Package => format!("{} {}", entry.label, count - 1),
        Fold::System => format!("{count} system libraries"),
        Fold::Cycle => format!("{count} in a loop"),
        Fold::Twins => {
            let owner = if entry.owner.is_empty() { String::new() } else { format!("{} ", entry.owner) };
            format!("{count} {owner}{}", entry.sort.many())
        }
    };
    let text = if is_loop { format!("{text} ⟳") } else { text };
    let glyph = match item.fold {
        Fold::No => entry.sort.glyph(),
        Fold::Rest => "▸",
        Fold::Package => "◆",
        Fold::Cycle => "⟳",
        Fold::System | Fold::Twins => "▣",
    };
    let tone = if item.fold == Fold::Rest { Tone::Dim } else { tone };
    Label { tone, glyph, text, sign }
}
