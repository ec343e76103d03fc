//! All that the face knows: enough to draw every frame, nothing that it would have to ask for.

use std::sync::Arc;

use super::atlas::{Atlas, Sort};
use super::command::Way;
use super::drawing::Drawing;
use super::keys::Keymap;
use super::modal::Modal;
use super::picture::{Lens, Picture, Scope};
use super::prose::Prose;
use super::rows::Tree;
use super::screen::along;
use super::search::Found;
use super::theme::{Theme, spinner};
use super::view::{Compared, Logged, VIEWS, View};
use crate::diagnose::Severity;
use crate::discover::Nearby;
use crate::error::Error;
use crate::graph::NodeId;
use crate::image::Format;
use crate::survey::{Phase, Seen};

/// A part of the screen that can have the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// What the view shows.
    #[default]
    Main,
    /// The graph around the chosen node, beside a list.
    Graph,
    /// What there is to be told of the chosen node or finding.
    Detail,
}

/// What is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Show system libraries with which nothing is wrong.
    pub system: bool,
    /// In the tree, only what has findings at it or below it.
    pub broken: bool,
    /// Only findings of at least this severity.
    pub severity: Option<Severity>,
    /// Only nodes of this kind.
    pub kind: Option<Sort>,
    /// Only the nodes of this distribution.
    pub package: Option<String>,
    /// Only files of this format.
    pub format: Option<Format>,
}

impl Filter {
    /// Is this node shown, as far as its kind, package and format go?
    pub fn admits(&self, atlas: &Atlas, node: NodeId) -> bool {
        let entry = atlas.entry(node);
        let is_kind = self.kind.is_none_or(|kind| entry.sort == kind);
        let is_package = self.package.as_ref().is_none_or(|package| entry.owner == *package || entry.label == *package);
        is_kind && is_package && self.format.is_none_or(|format| atlas.format_of(node) == Some(format))
    }

    /// Is this finding shown? One that is about no node has neither kind nor package.
    pub fn admits_finding(&self, atlas: &Atlas, at: usize) -> bool {
        let finding = &atlas.scan.findings[at];
        let narrows = self.kind.is_some() || self.package.is_some() || self.format.is_some();
        self.severity.is_none_or(|least| finding.severity >= least)
            && (!narrows || atlas.places(at).iter().any(|&node| self.admits(atlas, node)))
    }

    /// What of it is not as at the start, in words.
    pub fn told(&self) -> Vec<String> {
        let severity = self.severity.map(|severity| format!("{}s", severity.word()));
        let kind = self.kind.map(|kind| kind.many().to_owned());
        let format = self.format.map(|format| format.to_string());
        let broken = self.broken.then(|| "what has findings".to_owned());
        let told: Vec<String> = [severity, kind, self.package.clone(), format, broken].into_iter().flatten().collect();
        if told.is_empty() { told } else { vec![format!("only {}", told.join(", "))] }
    }
}

/// What lists are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// What breaks most first.
    #[default]
    Impact,
    Name,
    Kind,
    /// The largest first.
    Size,
}

impl Order {
    pub const ALL: [Order; 4] = [Order::Impact, Order::Name, Order::Kind, Order::Size];

    pub fn word(self) -> &'static str {
        match self {
            Order::Impact => "impact",
            Order::Name => "name",
            Order::Kind => "kind",
            Order::Size => "size",
        }
    }
}

/// A scan that is under way.
#[derive(Clone, Debug, Default)]
pub struct Work {
    pub phase: Option<Phase>,
    /// Where the walk is.
    pub folder: String,
    pub files: usize,
    /// What it has found, in the order in which it came: nothing moves under the cursor.
    pub seen: Vec<Seen>,
    /// How many bytes those have, and how many of them no loader can take.
    pub bytes: u64,
    pub troubled: usize,
    /// The row that somebody went to; until then the newest is shown.
    pub cursor: Option<usize>,
    /// Somebody asked to stop it.
    pub is_stopping: bool,
}

impl Work {
    pub fn take_in(&mut self, seen: Vec<Seen>) {
        self.bytes += seen.iter().map(|seen| seen.len).sum::<u64>();
        self.troubled += seen.iter().filter(|seen| seen.trouble.is_some()).count();
        self.seen.extend(seen);
    }

    /// The row that is shown for certain.
    pub fn row(&self) -> usize {
        self.cursor.unwrap_or(usize::MAX).min(self.seen.len().saturating_sub(1))
    }

    /// Goes to another row; below the last one, the newest are shown again.
    pub fn step(&mut self, way: Way) {
        if matches!(way, Way::Left | Way::Right) {
            return;
        }
        let to = along(self.row(), self.seen.len(), way);
        let is_last = to + 1 >= self.seen.len();
        self.cursor = (!is_last || !matches!(way, Way::Down | Way::HalfDown | Way::Bottom)).then_some(to);
    }
}

/// What the mouse drags while its button is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drag {
    /// The border between panes.
    Border,
    /// The picture, last from this cell.
    Picture { from: (u16, u16) },
}

/// The state of the face.
pub struct Model {
    pub theme: Theme,
    pub keymap: Keymap,
    pub size: (u16, u16),
    /// None until the first scan is done.
    pub atlas: Option<Arc<Atlas>>,
    pub work: Option<Work>,
    /// How many bytes there are of an export that is under way.
    pub writing: Option<usize>,
    /// The environments that may be meant where none was named, the one that was taken first.
    pub nearby: Vec<Nearby>,
    /// That scan is of something else than the one that is shown.
    pub is_elsewhere: bool,
    /// There is nothing to look at, and why.
    pub nothing: Option<Error>,
    pub tick: usize,
    pub view: &'static View,
    pub pane: Pane,
    /// The pane that has the keys has the screen, too.
    pub is_zoomed: bool,
    /// The first row of the main pane's list that is in view.
    pub top: usize,
    /// What lists are sorted by, where they can be.
    pub order: Order,
    /// What was searched last.
    pub found: Option<Found>,
    /// The node that every view is about.
    pub chosen: Option<NodeId>,
    /// The finding under the list's cursor, by place in the scan, and those that the filter leaves.
    pub finding: usize,
    pub shown: Vec<usize>,
    /// Those that the scan before this one did not have.
    pub fresh: Vec<usize>,
    /// The way down to the cursor of the columns.
    pub columns: Vec<NodeId>,
    /// The import whose process is shown, by place in the scan, and the row in it.
    pub import: usize,
    pub process: usize,
    /// How often the next movement is made: typed digits after a nought.
    pub count: Option<usize>,
    /// Is the mouse ours?
    pub with_mouse: bool,
    /// How wide lists are and how high pictures, in hundredths, where somebody dragged the border.
    pub split: [Option<u16>; 3],
    pub drag: Option<Drag>,
    /// The log of a failed build, where there is one.
    pub log: Option<Logged>,
    /// What has changed since another scan, where there is one.
    pub diff: Option<Compared>,
    /// The focus, and what of the graph is shown in pictures.
    pub picture: Option<Picture>,
    pub lens: Lens,
    /// The flow, and the place of its scope in [`super::picture::Scope::FLOWS`].
    pub flow: Option<Picture>,
    pub scope: usize,
    /// The bonds to NumPy's C API.
    pub numpy: Option<Picture>,
    /// Pictures that are being made beside the screen, one for each place, and how many were ever wanted.
    pub drawings: Vec<Arc<Drawing>>,
    pub wanted: u64,
    pub tree: Tree,
    pub back: Vec<NodeId>,
    pub forward: Vec<NodeId>,
    pub filter: Filter,
    pub modal: Option<Modal>,
    /// What the evidence pane says, and how far it is scrolled.
    pub article: Vec<Prose>,
    pub scroll: usize,
    /// Said in the last line until the next key.
    pub told: Option<String>,
}

impl Model {
    /// A model that waits for its first scan.
    pub fn new(theme: Theme, size: (u16, u16)) -> Model {
        Model {
            theme,
            keymap: Keymap::default(),
            size,
            atlas: None,
            work: Some(Work::default()),
            writing: None,
            nearby: Vec::new(),
            is_elsewhere: false,
            nothing: None,
            tick: 0,
            view: VIEWS[0],
            pane: Pane::default(),
            is_zoomed: false,
            top: 0,
            order: Order::default(),
            found: None,
            chosen: None,
            finding: 0,
            shown: Vec::new(),
            fresh: Vec::new(),
            columns: Vec::new(),
            import: 0,
            process: 0,
            count: None,
            with_mouse: true,
            split: [None; 3],
            drag: None,
            log: None,
            diff: None,
            picture: None,
            lens: Lens::default(),
            flow: None,
            scope: 0,
            numpy: None,
            drawings: Vec::new(),
            wanted: 0,
            tree: Tree::default(),
            back: Vec::new(),
            forward: Vec::new(),
            filter: Filter::default(),
            modal: None,
            article: Vec::new(),
            scroll: 0,
            told: None,
        }
    }

    /// Something else is looked at from now on: what there is stays until that is scanned.
    pub fn begin_elsewhere(&mut self) {
        (self.work, self.is_elsewhere, self.modal) = (Some(Work::default()), true, None);
    }

    /// Forgets what belonged to the scan, and keeps how the person likes to look at one.
    pub(super) fn forget(&mut self) {
        let new = Model::new(self.theme, self.size);
        let old = std::mem::replace(self, new);
        (self.keymap, self.with_mouse, self.split, self.order) = (old.keymap, old.with_mouse, old.split, old.order);
        self.nearby = old.nearby;
        (self.log, self.work, self.lens) = (old.log, None, Lens { opened: Default::default(), ..old.lens });
        self.filter.system = old.filter.system;
        // What is drawn and written still belongs to what was.
        (self.wanted, self.writing) = (old.wanted, old.writing);
    }

    /// What the list that is shown is sorted by.
    pub fn order(&self) -> Order {
        let can = self.view.orders;
        if can.contains(&self.order) { self.order } else { Order::default() }
    }

    /// Does something turn, so that ticks are wanted?
    pub fn is_spinning(&self) -> bool {
        self.work.is_some() || self.writing.is_some() || !self.drawings.is_empty()
    }

    /// Is there something to walk in: a scan, or what the first one has found so far?
    pub fn has_rows(&self) -> bool {
        self.atlas.is_some() || self.work.as_ref().is_some_and(|work| !work.seen.is_empty())
    }

    /// The picture that is to come where those of this scope are shown.
    pub fn drawing(&self, scope: Scope) -> Option<&Arc<Drawing>> {
        self.drawings.iter().find(|drawing| drawing.scope.place() == scope.place())
    }

    /// A sign for a picture that takes so long that somebody may notice.
    pub fn drawing_sign(&self, scope: Scope) -> String {
        let is_late = |drawing: &&Arc<Drawing>| self.tick > drawing.tick;
        self.drawing(scope).filter(is_late).map_or_else(String::new, |_| format!("{} ", spinner(self.tick)))
    }

    /// What a node is called, as short as lists say it; nothing without a scan.
    pub fn short(&self, node: NodeId) -> &str {
        self.atlas.as_ref().map_or("", |atlas| atlas.entry(node).short())
    }

    /// The finding that the evidence pane is about: the list's, as long as its node is the chosen one.
    pub fn current_finding(&self) -> Option<usize> {
        let atlas = self.atlas.as_ref()?;
        let is_current = self.view.is("problems")
            && self.finding < atlas.scan.findings.len()
            && atlas.node_of(self.finding).is_none_or(|node| Some(node) == self.chosen);
        is_current.then_some(self.finding)
    }
}
