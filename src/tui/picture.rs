//! A part of the graph, laid out, and a cursor that walks along its lines.
//!
//! There are two kinds: the focus around one node, in bands of distance, and the flow of a whole scope, layered. Both are
//! made when the choice changes; drawing only paints what of it is in view.

mod compose;
mod cursor;
mod folds;
mod labels;
mod names;
mod overview;
pub mod scope;

use rustc_hash::{FxHashMap, FxHashSet};

use folds::{groups, quiet_around};
pub use labels::Label;
use labels::labels;
use names::MOST_TERSE;
pub use names::family;
pub use scope::{DisplayOptions, Scope, distribution, package_around};

use super::scan_index::ScanIndex;
use crate::graph::NodeId;
use crate::graph::layout::{Layout, layout_in_frames};
use crate::graph::sketch::{Fold, LinkKind, Sketch};

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

/// A picture should fit into its room, at the cost of its labels; what does not is moved about anyway, and keeps more.
const NARROWEST: i32 = 18;
const NARROWEST_BEYOND: i32 = 24;
/// What a column keeps for the rest of what it could show.
const LEAST_REST: u16 = 10;

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
            labels = labels::labels(scan_index, &sketch, (scope, center), terse);
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
}
