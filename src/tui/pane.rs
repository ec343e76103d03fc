//! The parts of the screen, and how they lie.

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

/// How the panes of a wide screen lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// A narrow list; right of it the graph over the detail.
    List,
    /// The main pane over the detail.
    Above,
    /// The main pane left of the detail.
    Halves,
}
