//! All that the face knows: enough to draw every frame, nothing that it would have to ask for.

use std::any::Any;
use std::sync::Arc;

use super::command::{Command, Group};
use super::drawing::Drawing;
use super::filter::Filter;
use super::keys::Keymap;
use super::modal::overlay::Overlay;
use super::pane::Pane;
use super::picture::{DisplayOptions, Picture, Scope};
use super::rows::Tree;
use super::scan_index::{NodeKind, Order, ScanIndex};
use super::search::SearchHits;
use super::state::{Compared, FileList, FindingList, Logged, ProblemRow, ProcessCursor, Stop};
use super::styled_text::Prose;
use super::symbols::SymbolBoard;
use super::theme::{Theme, spinner};
use super::view::entry::View;
use super::work::{Drag, Work};
use crate::discover::Nearby;
use crate::error::Error;
use crate::graph::NodeId;

/// What can be looked at and done: handed in from above, so that what is below need not know all of it.
#[derive(Clone, Copy)]
pub struct Tables {
    /// In the order of the tabs; never empty.
    pub views: &'static [&'static View],
    pub commands: &'static [&'static Command],
}

/// The pictures that are shown, each in its place.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    /// The focus.
    pub focus: Option<Picture>,
    pub flow: Option<Picture>,
    /// The capi_edges to NumPy's C API.
    pub numpy: Option<Picture>,
}

impl Pictures {
    /// The picture that is shown where those of this scope are.
    pub fn of(&self, scope: Scope) -> Option<&Picture> {
        match scope.place() {
            Scope::Focus => self.focus.as_ref(),
            Scope::Numpy => self.numpy.as_ref(),
            _ => self.flow.as_ref(),
        }
    }

    /// Its place.
    pub fn place(&mut self, scope: Scope) -> &mut Option<Picture> {
        match scope.place() {
            Scope::Focus => &mut self.focus,
            Scope::Numpy => &mut self.numpy,
            _ => &mut self.flow,
        }
    }
}

/// Of a log so many lines are wanted at once.
const LOG_ROWS: usize = 14;

/// The state of the face.
pub struct Model {
    pub tables: Tables,
    pub theme: Theme,
    pub keymap: Keymap,
    pub size: (u16, u16),
    /// None until the first scan is done.
    pub scan_index: Option<Arc<ScanIndex>>,
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
    pub found: Option<SearchHits>,
    /// The node that every view is about.
    pub chosen: Option<NodeId>,
    pub findings: FindingList,
    /// The way down to the cursor of the columns.
    pub columns: Vec<NodeId>,
    pub process: ProcessCursor,
    pub files: FileList,
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
    pub pictures: Pictures,
    /// What is known of symbols, and what of them is wanted.
    pub symbols: SymbolBoard,
    /// How near the graph is, and the stops on the way there.
    pub zoom: Scope,
    pub trail: Vec<Stop>,
    /// What of the graph is shown in pictures.
    pub display: DisplayOptions,
    /// The place of the flow's scope in [`Scope::FLOWS`].
    pub scope: usize,
    /// Pictures that are being made beside the screen, one for each place, and how many were ever wanted.
    pub drawings: Vec<Arc<Drawing>>,
    pub wanted: u64,
    pub tree: Tree,
    pub back: Vec<NodeId>,
    pub forward: Vec<NodeId>,
    pub filter: Filter,
    pub modal: Option<Box<dyn Overlay>>,
    /// What the details say, the line under their cursor, and how far they are scrolled.
    pub details: Vec<Prose>,
    pub line: Option<usize>,
    pub scroll: usize,
    /// How many rows they take in the whole width of the screen.
    pub details_rows: usize,
    /// Said in the last line until the next key.
    pub told: Option<String>,
}

impl Model {
    /// A model that waits for its first scan.
    pub fn new(tables: Tables, theme: Theme, size: (u16, u16)) -> Model {
        Model {
            tables,
            theme,
            keymap: Keymap::of(tables.commands),
            size,
            scan_index: None,
            work: Some(Work::default()),
            writing: None,
            nearby: Vec::new(),
            is_elsewhere: false,
            nothing: None,
            tick: 0,
            view: tables.views[0],
            pane: Pane::default(),
            is_zoomed: false,
            top: 0,
            order: Order::default(),
            found: None,
            chosen: None,
            findings: FindingList::default(),
            columns: Vec::new(),
            process: ProcessCursor::default(),
            files: FileList::default(),
            count: None,
            with_mouse: true,
            split: [None; 3],
            drag: None,
            log: None,
            diff: None,
            pictures: Pictures::default(),
            symbols: SymbolBoard::default(),
            zoom: Scope::Overview,
            trail: Vec::new(),
            display: DisplayOptions::default(),
            scope: 0,
            drawings: Vec::new(),
            wanted: 0,
            tree: Tree::default(),
            back: Vec::new(),
            forward: Vec::new(),
            filter: Filter::default(),
            modal: None,
            details: Vec::new(),
            line: None,
            scroll: 0,
            details_rows: 0,
            told: None,
        }
    }

    /// Something else is looked at from now on: what there is stays until that is scanned.
    pub fn begin_elsewhere(&mut self) {
        (self.work, self.is_elsewhere, self.modal) = (Some(Work::default()), true, None);
    }

    /// Forgets what belonged to the scan, and keeps how the person likes to look at one.
    pub(super) fn forget(&mut self) {
        let new = Model::new(self.tables, self.theme, self.size);
        let old = std::mem::replace(self, new);
        (self.keymap, self.with_mouse, self.split, self.order) = (old.keymap, old.with_mouse, old.split, old.order);
        self.nearby = old.nearby;
        (self.log, self.work, self.display) =
            (old.log, None, DisplayOptions { opened: Default::default(), ..old.display });
        self.filter.system = old.filter.system;
        // What is drawn and written still belongs to what was.
        (self.wanted, self.writing) = (old.wanted, old.writing);
    }

    /// The view of this name.
    pub fn view_named(&self, id: &str) -> Option<&'static View> {
        self.tables.views.iter().copied().find(|view| view.id == id)
    }

    /// The views that have something to show, in the order of the tabs.
    pub fn views(&self) -> impl Iterator<Item = &'static View> {
        self.tables.views.iter().copied().filter(|view| (view.is_there)(self))
    }

    /// The command of this name.
    pub fn command(&self, id: &str) -> Option<&'static Command> {
        self.tables.commands.iter().copied().find(|command| command.id == id)
    }

    /// What lies on top, where it is of this kind.
    pub fn overlay<T: Overlay>(&self) -> Option<&T> {
        let overlay: &dyn Any = self.modal.as_deref()?;
        overlay.downcast_ref()
    }

    /// The same, to change it.
    pub fn overlay_mut<T: Overlay>(&mut self) -> Option<&mut T> {
        let overlay: &mut dyn Any = self.modal.as_deref_mut()?;
        overlay.downcast_mut()
    }

    /// The picture that a pane shows; none where it shows none.
    pub fn picture(&self, pane: Pane) -> Option<&Picture> {
        self.pictures.of(self.view.scope_in(pane)?)
    }

    /// The same, to move in it.
    pub fn picture_mut(&mut self, pane: Pane) -> Option<&mut Picture> {
        self.pictures.place(self.view.scope_in(pane)?).as_mut()
    }

    /// What the list that is shown is sorted by.
    pub fn order(&self) -> Order {
        let can = self.view.orders;
        if can.contains(&self.order) { self.order } else { can.first().copied().unwrap_or_default() }
    }

    /// Does something turn, so that ticks are wanted?
    pub fn is_spinning(&self) -> bool {
        self.work.is_some() || self.writing.is_some() || !self.drawings.is_empty()
    }

    /// A scan is there.
    pub fn has_scan(&self) -> bool {
        self.scan_index.is_some()
    }

    /// A scan is there, and nothing lies on top of it.
    pub fn is_bare(&self) -> bool {
        self.scan_index.is_some() && self.modal.is_none()
    }

    /// The group whose menu lies on top.
    pub fn menu(&self) -> Option<Group> {
        self.modal.as_ref().and_then(|overlay| overlay.menu())
    }

    /// Is there something to walk in: a scan, or what the first one has found so far?
    pub fn has_rows(&self) -> bool {
        self.scan_index.is_some() || self.work.as_ref().is_some_and(|work| !work.seen.is_empty())
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
        self.scan_index.as_ref().map_or("", |scan_index| scan_index.entry(node).short())
    }

    /// How wide the list wants to be, its border included.
    pub fn list_width(&self) -> u16 {
        if self.view.is("problems") { self.findings.width.saturating_add(2) } else { u16::MAX }
    }

    /// How many rows the list and the picture beside it have, or the picture alone; there are at most so many.
    pub fn upper_rows(&self, most: usize) -> usize {
        let rows = (self.view.list)(self).map_or(0, |(_, rows)| rows);
        // The log's own lines stand below its list.
        let text = self.log.as_ref().map_or(0, |log| log.log.text.lines().len().min(LOG_ROWS) + 2);
        let list = match self.view.id {
            // Its rows have two lines where all have room for them.
            "problems" if rows * 2 <= most => rows * 2,
            "log" => rows + text,
            _ => rows,
        };
        match self.view.panes.contains(&Pane::Graph) && (self.view.has_graph)(self) {
            true => list.max(self.picture_rows(Pane::Graph)),
            false => list.max(self.picture_rows(Pane::Main)),
        }
    }

    /// How many rows the picture of a pane has; nought where it shows none.
    pub fn picture_rows(&self, pane: Pane) -> usize {
        self.picture(pane).map_or(0, |picture| picture.layout.height.max(0) as usize)
    }

    /// Takes in how many rows the details have.
    pub fn measure_details(&mut self) {
        let width = usize::from(self.size.0.saturating_sub(2));
        self.details_rows = self.details.iter().map(|line| line.wrapped(width, self.theme).len()).sum();
    }

    /// Is this node a distribution?
    pub fn is_distribution(&self, node: NodeId) -> bool {
        self.scan_index.as_ref().is_some_and(|scan_index| scan_index.entry(node).kind == NodeKind::Distribution)
    }

    /// The row of the list of findings that the details are about: the one under the cursor, as long as its node is the
    /// chosen one.
    pub fn current_row(&self) -> Option<&ProblemRow> {
        let row = self.findings.rows.get(self.findings.cursor).filter(|_| self.view.is("problems"))?;
        row.node.is_none_or(|node| Some(node) == self.chosen).then_some(row)
    }

    /// The line of the details under their cursor: the first that leads on, where nobody went to another.
    pub fn link_line(&self) -> Option<usize> {
        let leads = |&at: &usize| self.details.get(at).is_some_and(|line| line.link.is_some());
        self.line.filter(leads).or_else(|| (0..self.details.len()).find(leads))
    }

    /// The finding that the details are about.
    pub fn current_finding(&self) -> Option<usize> {
        self.current_row()?.finding()
    }
}
