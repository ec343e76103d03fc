//! The surroundings of one node: who needs it on one side, what it needs on the other, by distance.

use petgraph::Direction;
use rustc_hash::FxHashMap;

use super::{Item, Link, Sketch};
use crate::graph::{Graph, NodeId};

/// How far to look around a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Around {
    pub center: NodeId,
    /// How many steps towards dependents, and towards needs.
    pub depth: (usize, usize),
}

/// The surroundings of a node. Each node is in the band of its distance, the nearer side first; links join a band with the
/// next. What would have its place among those that need it, though it must stand out, is moved behind them: no link to it
/// is set aside.
pub fn focus(
    graph: &Graph,
    around: Around,
    is_shown: impl Fn(NodeId) -> bool,
    stands_out: impl Fn(NodeId) -> bool,
) -> Sketch {
    let mut bands: FxHashMap<NodeId, i32> = FxHashMap::from_iter([(around.center, 0)]);
    walk(graph, around, Direction::Outgoing, &is_shown, &mut bands);
    walk(graph, around, Direction::Incoming, &is_shown, &mut bands);
    let nodes: Vec<NodeId> = bands.keys().copied().collect();
    let mut sketch = Sketch::of(graph, &nodes);
    for item in &mut sketch.items {
        item.band = bands[&item.node()];
    }
    push_behind(&mut sketch, &stands_out);
    keep_forward(&mut sketch, &stands_out);
    sketch
}

/// Breadth first, one side.
fn walk(
    graph: &Graph,
    around: Around,
    direction: Direction,
    is_shown: &impl Fn(NodeId) -> bool,
    bands: &mut FxHashMap<NodeId, i32>,
) {
    let (sign, depth) = match direction {
        Direction::Outgoing => (1, around.depth.1),
        Direction::Incoming => (-1, around.depth.0),
    };
    let mut front = vec![around.center];
    for distance in 1..=depth as i32 {
        let mut next = Vec::new();
        for &node in &front {
            for other in graph.inner.neighbors_directed(node, direction) {
                if !bands.contains_key(&other) && is_shown(other) {
                    bands.insert(other, sign * distance);
                    next.push(other);
                }
            }
        }
        next.sort_unstable();
        front = next;
    }
}

/// Moves what stands out behind all who need it.
fn push_behind(sketch: &mut Sketch, stands_out: &impl Fn(NodeId) -> bool) {
    for at in 0..sketch.items.len() {
        let item = &sketch.items[at];
        if item.band < 1 || !stands_out(item.node()) || sketch.links.iter().any(|link| link.source == at) {
            continue;
        }
        let before = sketch.links.iter().filter(|link| link.target == at);
        if let Some(last) = before.map(|link| sketch.items[link.source].band).max() {
            sketch.items[at].band = last.max(0) + 1;
        }
    }
}

/// Keeps the links from a band to the next, and those to what stands out. A link over several bands is implied by the way
/// through them; one within a band, or back, is set aside.
fn keep_forward(sketch: &mut Sketch, stands_out: &impl Fn(NodeId) -> bool) {
    let items = std::mem::take(&mut sketch.items);
    let (mut implied, mut aside) = (0, 0);
    sketch.links.retain(|&Link { source, target, edges }| {
        let (from, to): (&Item, &Item) = (&items[source], &items[target]);
        let is_kept = to.band == from.band + 1 || (to.band > from.band && stands_out(to.node()));
        match (is_kept, to.band > from.band) {
            (true, _) => {}
            (false, true) => implied += edges,
            (false, false) => aside += edges,
        }
        is_kept
    });
    sketch.items = items;
    sketch.implied += implied;
    sketch.aside += aside;
}
