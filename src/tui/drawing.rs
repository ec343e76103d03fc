//! A picture that is wanted: made at once where that takes no longer than a key may, else beside the screen, while the
//! picture before it stays and can be walked in.

use std::sync::Arc;

use petgraph::Direction;
use rustc_hash::FxHashSet;

use super::picture::{DisplayOptions, Picture, Scope, package_around};
use super::scan_index::ScanIndex;
use crate::graph::NodeId;

/// What is to be drawn.
#[derive(Clone)]
pub struct Drawing {
    /// Later ones have higher numbers.
    pub number: u64,
    pub scan_index: Arc<ScanIndex>,
    pub center: NodeId,
    pub scope: Scope,
    pub display: DisplayOptions,
    pub room: (u16, u16),
    /// The most rows that there could be room for, whatever else is on the screen.
    pub rows: u16,
    /// Where the cursor is to stand, if not in the center.
    pub cursor: Option<NodeId>,
    /// The nodes that one comes from.
    pub came: Vec<NodeId>,
    /// When it was wanted, in ticks.
    pub tick: usize,
}

/// More nodes than this are not laid out while a key waits.
const MOST_NODES: usize = 400;
/// Of an overview, so many.
const MOST_FOLDED: usize = 4000;
/// Nor are more edges followed.
const MOST_EDGES: usize = 4000;

impl Drawing {
    /// Draws it.
    pub fn made(&self) -> Picture {
        let mut picture = Picture::of(&self.scan_index, self.center, self.scope, &self.display, (self.room, self.rows));
        if let Some(cursor) = self.cursor {
            picture.go(cursor, self.room);
        }
        for &came in &self.came {
            picture.came_from(came);
        }
        picture
    }

    /// Would it be the same picture?
    pub fn is_like(&self, other: &Drawing) -> bool {
        let Drawing { number: _, scan_index, center, scope, display, room, rows, cursor, came: _, tick: _ } = self;
        Arc::ptr_eq(scan_index, &other.scan_index)
            && (center, scope, room, rows) == (&other.center, &other.scope, &other.room, &other.rows)
            && *cursor == other.cursor
            && *display == other.display
    }

    /// Is it drawn before anybody notices? Found out by following its edges, and not far.
    pub fn is_small(&self) -> bool {
        let graph = &self.scan_index.scan.graph;
        let mut measure = Measure { drawing: self, edges: 0, seen: FxHashSet::default() };
        let outside = package_around(&self.scan_index, self.center);
        let depth = self.display.depth.unwrap_or(2);
        let is_within = match self.scope {
            // Its packages are few; only what they hold is gone through.
            Scope::Overview => {
                return graph.inner.node_count() <= MOST_FOLDED && graph.inner.edge_count() <= 6 * MOST_FOLDED;
            }
            Scope::All => graph.inner.node_count() <= MOST_NODES && graph.inner.edge_count() <= MOST_EDGES,
            Scope::Numpy => self.scan_index.scan.numpy.capi_edges.len() <= MOST_NODES,
            Scope::Package => measure.walk(outside, Direction::Outgoing, usize::MAX),
            Scope::Inside => measure.walk_both(outside, 2),
            Scope::Closure => measure.walk_both(self.center, usize::MAX),
            Scope::Focus => measure.walk_both(self.center, depth),
        };
        is_within && measure.can_link()
    }
}

/// What was looked at, until it was too much.
struct Measure<'a> {
    drawing: &'a Drawing,
    edges: usize,
    seen: FxHashSet<NodeId>,
}

impl Measure<'_> {
    fn walk_both(&mut self, from: NodeId, most: usize) -> bool {
        self.walk(from, Direction::Outgoing, most) && self.walk(from, Direction::Incoming, most)
    }

    /// Follows edges as far as they lead, at most so many steps; says whether that was not too much.
    fn walk(&mut self, from: NodeId, direction: Direction, most: usize) -> bool {
        let Drawing { scan_index, display, .. } = self.drawing;
        let mut front = vec![from];
        for _ in 0..most {
            let mut next = Vec::new();
            for &node in &front {
                for other in scan_index.scan.graph.inner.neighbors_directed(node, direction) {
                    self.edges += 1;
                    if (display.system || !scan_index.is_quiet(other)) && self.seen.insert(other) {
                        next.push(other);
                    }
                    if self.edges > MOST_EDGES || self.seen.len() > MOST_NODES {
                        return false;
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            front = next;
        }
        true
    }

    /// Are the edges between what was met not too many either?
    fn can_link(&self) -> bool {
        let targets =
            |&node: &NodeId| self.drawing.scan_index.scan.graph.inner.neighbors_directed(node, Direction::Outgoing);
        self.seen.iter().flat_map(targets).take(MOST_EDGES + 1).count() <= MOST_EDGES
    }
}
