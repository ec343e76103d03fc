//! The environment as a tree: flat rows with a depth, made only as far as they are opened.
//!
//! As a whole tree a real environment has hundreds of millions of rows: what is shared is repeated on every way to it.
//! So a row is opened by its way from the root, and what was shown before is marked.

use petgraph::Direction;
use rustc_hash::FxHashSet;

use super::filter::Filter;
use super::scan_index::{NodeKind, Order, ScanIndex};
use crate::graph::NodeId;

/// What is to be known of a row besides its node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seen {
    #[default]
    New,
    /// The node is opened further up.
    Above,
    /// The node needs itself, by way of others.
    Cycle,
}

/// A line of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeRow {
    /// The nodes from the distribution down to this one, or in a turned tree from its root up to this one; empty for the
    /// environment itself.
    pub way: Vec<NodeId>,
    pub seen: Seen,
    pub is_open: bool,
    pub has_children: bool,
}

impl TreeRow {
    pub fn node(&self) -> Option<NodeId> {
        self.way.last().copied()
    }

    pub fn depth(&self) -> usize {
        self.way.len()
    }

    /// The node above, where that is a file and not a distribution.
    pub fn via(&self) -> Option<NodeId> {
        (self.way.len() > 2).then(|| self.way[self.way.len() - 2])
    }
}

/// The rows and which of them are open.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub rows: Vec<TreeRow>,
    pub cursor: usize,
    pub open: FxHashSet<Vec<NodeId>>,
    /// The node at the root where the tree is turned around, and leads up to who needs it.
    pub turned: Option<NodeId>,
    /// What is open when it is turned again.
    other: FxHashSet<Vec<NodeId>>,
}

impl Tree {
    /// Makes the rows anew; the cursor stays on its row, or goes to the nearest one above it that is still there.
    pub fn rebuild(&mut self, scan_index: &ScanIndex, filter: &Filter, order: Order) {
        let way = self.way();
        let mut builder = Builder { turned: self.turned, ..Builder::new(scan_index, &self.open, filter, order) };
        builder.all();
        self.rows = builder.rows;
        self.put(way);
    }

    /// Turns the tree around: from a node up to who needs it, or back to the environment, where the node is looked for.
    pub fn turn(&mut self, scan_index: &ScanIndex, filter: &Filter, order: Order, node: NodeId) {
        std::mem::swap(&mut self.open, &mut self.other);
        if self.turned.take().is_none() {
            self.root(node);
        }
        self.rebuild(scan_index, filter, order);
        self.reveal(scan_index, filter, order, node);
    }

    /// Has the turned tree begin at this node, opened.
    fn root(&mut self, node: NodeId) {
        self.turned = Some(node);
        self.open = FxHashSet::from_iter([vec![node]]);
    }

    /// Of another scan: every node is what it is there, and what is not there any more is dropped.
    pub fn renumber(&mut self, again: impl Fn(NodeId) -> Option<NodeId>) {
        let was_turned = self.turned.is_some();
        self.turned = self.turned.and_then(&again);
        for ways in [&mut self.open, &mut self.other] {
            *ways = ways.iter().filter_map(|way| way.iter().map(|&node| again(node)).collect()).collect();
        }
        if was_turned && self.turned.is_none() {
            std::mem::swap(&mut self.open, &mut self.other);
        }
        for row in &mut self.rows {
            row.way = row.way.iter().map_while(|&node| again(node)).collect();
        }
    }

    /// Opens every node where it is met first: where it is met again, its row says that it is shown above, so there are no
    /// more rows than edges, and no more than anybody reads. Says whether that was all.
    pub fn open_all(&mut self, scan_index: &ScanIndex, filter: &Filter, order: Order) -> bool {
        let way = self.way();
        let open = FxHashSet::default();
        let mut builder =
            Builder { most: MOST_ROWS, turned: self.turned, ..Builder::new(scan_index, &open, filter, order) };
        builder.all();
        let is_whole = builder.rows.len() < MOST_ROWS && builder.rows.iter().all(|row| row.depth() < DEEPEST);
        self.open = builder.rows.iter().filter(|row| row.is_open).map(|row| row.way.clone()).collect();
        self.rows = builder.rows;
        self.put(way);
        is_whole
    }

    /// The way to the row under the cursor.
    fn way(&self) -> Vec<NodeId> {
        self.rows.get(self.cursor).map(|row| row.way.clone()).unwrap_or_default()
    }

    /// Puts the cursor on the row of a way, or of the nearest one above it.
    fn put(&mut self, mut way: Vec<NodeId>) {
        self.cursor = loop {
            match self.rows.iter().position(|row| row.way == way) {
                Some(at) => break at,
                None if way.pop().is_none() => break 0,
                None => {}
            }
        };
    }

    /// Opens or closes the row under the cursor; says whether anything changed.
    pub fn set_open(&mut self, open: bool) -> bool {
        let Some(row) = self.rows.get(self.cursor) else { return false };
        if row.is_open == open || !row.has_children || row.way.is_empty() {
            return false;
        }
        if open { self.open.insert(row.way.clone()) } else { self.open.remove(&row.way) }
    }

    /// The row of the node above the cursor's.
    pub fn parent(&self) -> Option<usize> {
        let row = self.rows.get(self.cursor)?;
        let above = &row.way[..row.way.len().checked_sub(1)?];
        self.rows.iter().position(|row| row.way == above)
    }

    /// Opens the shortest way to a node and puts the cursor there.
    pub fn reveal(&mut self, scan_index: &ScanIndex, filter: &Filter, order: Order, node: NodeId) {
        if self.rows.get(self.cursor).is_some_and(|row| row.node() == Some(node)) {
            return;
        }
        if self.turned.is_some() {
            let shown = self.rows.iter().position(|row| row.node() == Some(node));
            if let Some(at) = shown {
                self.cursor = at;
            } else {
                self.root(node);
                self.cursor = 0;
                self.rebuild(scan_index, filter, order);
            }
            return;
        }
        let way = match scan_index.entry(node).kind {
            NodeKind::Distribution => vec![node],
            _ => scan_index.scan.graph.why(node, 1).into_iter().next().unwrap_or_default(),
        };
        for end in 1..way.len() {
            self.open.insert(way[..end].to_vec());
        }
        self.rebuild(scan_index, filter, order);
        if let Some(at) = self.rows.iter().position(|row| row.way == way) {
            self.cursor = at;
        }
    }
}

/// With more rows than this nobody reads a tree, and deeper it does not fit on a screen.
const MOST_ROWS: usize = 10_000;
const DEEPEST: usize = 64;

struct Builder<'a> {
    scan_index: &'a ScanIndex,
    open: &'a FxHashSet<Vec<NodeId>>,
    filter: &'a Filter,
    order: Order,
    /// What is met first is opened too, until there are so many rows.
    most: usize,
    /// The root of a tree that leads up.
    turned: Option<NodeId>,
    /// Nodes whose children are shown already.
    opened: FxHashSet<NodeId>,
    rows: Vec<TreeRow>,
}

impl<'a> Builder<'a> {
    fn new(
        scan_index: &'a ScanIndex,
        open: &'a FxHashSet<Vec<NodeId>>,
        filter: &'a Filter,
        order: Order,
    ) -> Builder<'a> {
        Builder {
            scan_index,
            open,
            filter,
            order,
            most: 0,
            turned: None,
            opened: FxHashSet::default(),
            rows: Vec::new(),
        }
    }
}

impl Builder<'_> {
    /// The environment and all below it that is open; or a node and who needs it.
    fn all(&mut self) {
        if let Some(node) = self.turned {
            self.add(vec![node]);
            return;
        }
        self.rows.push(TreeRow { way: Vec::new(), seen: Seen::New, is_open: true, has_children: true });
        let graph = &self.scan_index.scan.graph;
        let is_there = |&node: &NodeId| {
            let is_empty = graph.contents(node).is_empty();
            (!is_empty || !self.scan_index.entry(node).badge.is_clean()) && self.is_shown(node)
        };
        let mut distributions: Vec<NodeId> = graph.distributions().iter().copied().filter(is_there).collect();
        self.scan_index.sort(&mut distributions, self.order);
        for distribution in distributions {
            self.add(vec![distribution]);
        }
    }

    fn is_shown(&self, node: NodeId) -> bool {
        let entry = self.scan_index.entry(node);
        let is_fine = entry.badge.is_clean() && !entry.is_broken;
        let is_hidden = self.filter.broken && is_fine || !self.filter.system && self.scan_index.is_quiet(node);
        !is_hidden && self.is_admitted(node)
    }

    /// Packages are narrowed at the top; kind and format narrow their files, not what these need.
    fn is_admitted(&self, node: NodeId) -> bool {
        let (filter, scan_index) = (self.filter, self.scan_index);
        let is_package = |name: &String| scan_index.entry(node).label == *name;
        match scan_index.entry(node).kind {
            NodeKind::Distribution => filter.package.as_ref().is_none_or(is_package),
            NodeKind::Module | NodeKind::Library | NodeKind::Program => {
                let is_format = filter.format.is_none_or(|format| scan_index.format_of(node) == Some(format));
                let below = || scan_index.scan.graph.below(node);
                let is_kind = |kind| {
                    scan_index.entry(node).kind == kind || below().iter().any(|&it| scan_index.entry(it).kind == kind)
                };
                is_format && filter.kind.is_none_or(is_kind)
            }
            sort => filter.kind.is_none_or(|kind| kind == sort),
        }
    }

    fn children(&self, node: NodeId) -> Vec<NodeId> {
        let graph = &self.scan_index.scan.graph;
        let mut children = match self.scan_index.entry(node).kind {
            _ if self.turned.is_some() => {
                let mut above: Vec<NodeId> = graph.failing(node, Direction::Incoming).collect();
                above.sort_unstable();
                above
            }
            NodeKind::Distribution => graph.contents(node),
            _ => graph.needs(node).into_iter().map(|(node, _)| node).collect(),
        };
        let mut met = FxHashSet::default();
        children.retain(|&child| met.insert(child) && self.is_shown(child));
        self.scan_index.sort(&mut children, self.order);
        if self.turned.is_some() {
            // Whoever needs a file stands before the distribution that owns it.
            children.sort_by_key(|&child| self.scan_index.entry(child).kind == NodeKind::Distribution);
        }
        children
    }

    fn has_any(&self, node: NodeId, direction: Direction) -> bool {
        self.scan_index.scan.graph.loaders(node, direction).any(|next| self.is_shown(next))
    }

    fn add(&mut self, way: Vec<NodeId>) {
        let Some((&node, above)) = way.split_last() else { return };
        let is_cycle = above.contains(&node);
        let has_children = !is_cycle
            && match self.scan_index.entry(node).kind {
                // Most rows are closed: whether there is anything below must not cost a list.
                _ if self.turned.is_some() => self.has_any(node, Direction::Incoming),
                NodeKind::Missing | NodeKind::Absent => false,
                _ => self.has_any(node, Direction::Outgoing),
            };
        let is_first = self.rows.len() < self.most && way.len() < DEEPEST && !self.opened.contains(&node);
        let is_open = has_children && (is_first || self.open.contains(&way));
        let seen = match () {
            () if is_cycle => Seen::Cycle,
            () if has_children && self.opened.contains(&node) => Seen::Above,
            () => Seen::New,
        };
        let children = if is_open { self.children(node) } else { Vec::new() };
        self.rows.push(TreeRow { way: way.clone(), seen, is_open, has_children });
        if is_open {
            self.opened.insert(node);
        }
        for child in children {
            self.add(way.iter().copied().chain([child]).collect());
        }
    }
}
