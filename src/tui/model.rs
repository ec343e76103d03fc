//! All that the face knows: enough to draw every frame, nothing that it would have to ask for.

use std::sync::Arc;

use super::atlas::Atlas;
use super::keys::Keymap;
use super::modal::Modal;
use super::picture::{Lens, Picture};
use super::prose::Prose;
use super::rows::Tree;
use super::theme::Theme;
use super::view::{Logged, VIEWS, View};
use crate::graph::NodeId;
use crate::scan::Phase;

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Show system libraries with which nothing is wrong.
    pub system: bool,
    /// In the tree, only what has findings at it or below it.
    pub broken: bool,
}

/// A scan that is under way.
#[derive(Clone, Debug, Default)]
pub struct Work {
    pub phase: Option<Phase>,
    /// Where the walk is.
    pub folder: String,
    pub files: usize,
    /// Somebody asked to stop it.
    pub is_stopping: bool,
}

/// The state of the face.
pub struct Model {
    pub theme: Theme,
    pub keymap: Keymap,
    pub size: (u16, u16),
    /// None until the first scan is done.
    pub atlas: Option<Arc<Atlas>>,
    pub work: Option<Work>,
    pub tick: usize,
    pub view: &'static View,
    pub pane: Pane,
    /// The node that every view is about.
    pub chosen: Option<NodeId>,
    /// The row in the list of findings.
    pub finding: usize,
    /// The log of a failed build, where there is one.
    pub log: Option<Logged>,
    /// The focus, and what of the graph is shown in pictures.
    pub picture: Option<Picture>,
    pub lens: Lens,
    /// The flow, and the place of its scope in [`super::picture::Scope::FLOWS`].
    pub flow: Option<Picture>,
    pub scope: usize,
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
            tick: 0,
            view: VIEWS[0],
            pane: Pane::default(),
            chosen: None,
            finding: 0,
            log: None,
            picture: None,
            lens: Lens::default(),
            flow: None,
            scope: 0,
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

    /// Does something turn, so that ticks are wanted?
    pub fn is_spinning(&self) -> bool {
        self.work.is_some()
    }

    /// What a node is called; nothing without a scan.
    pub fn label(&self, node: NodeId) -> &str {
        self.atlas.as_ref().map_or("", |atlas| &atlas.entry(node).label)
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
