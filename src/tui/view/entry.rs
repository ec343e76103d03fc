//! What a view is: an entry of a table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::diagnose::Finding;
use crate::graph::NodeId;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::picture::Scope;
use crate::tui::scan_index::{Order, ScanIndex};
use crate::tui::styled_text::Prose;
use crate::tui::way::Way;

/// Two scans of the same target, one after the other.
pub struct Carried<'a> {
    pub old: &'a ScanIndex,
    pub new: &'a ScanIndex,
}

impl Carried<'_> {
    /// What a node of the old scan is in the new one.
    pub fn node(&self, node: NodeId) -> Option<NodeId> {
        let entry = self.old.entry(node);
        self.new.find(entry.kind, &entry.path)
    }

    /// The place of a finding of the old scan in the new one.
    pub fn finding(&self, at: usize) -> Option<usize> {
        let was = self.old.scan.findings.get(at)?;
        self.new.scan.findings.iter().position(|is| is_same(was, is))
    }

    /// The findings of the new scan that the old one did not have.
    pub fn fresh(&self) -> Vec<usize> {
        let is_known = |is: &Finding| self.old.scan.findings.iter().any(|was| is_same(was, is));
        let new = self.new.scan.findings.iter().enumerate();
        new.filter(|(_, is)| !is_known(is)).map(|(at, _)| at).collect()
    }
}

/// Are they about the same, in two scans?
fn is_same(one: &Finding, other: &Finding) -> bool {
    (one.rule.id, &one.file, &one.subject) == (other.rule.id, &other.file, &other.subject)
}

/// A way of looking at the scan.
#[derive(Debug)]
pub struct View {
    /// Its name: that of its file, of its command and of its keys.
    pub id: &'static str,
    /// What its tab says.
    pub title: &'static str,
    /// The same where there is little room.
    pub short: &'static str,
    /// What the help says.
    pub about: &'static str,
    /// Its panes, in the order of Tab; the first has the keys when the view opens.
    pub panes: &'static [Pane],
    /// How the panes lie where there is room for them beside each other.
    pub arrangement: Arrangement,
    /// Is what the list is about in the graph? If not, there is no pane for that beside the list.
    pub has_graph: fn(&Model) -> bool,
    /// How wide its list may be, and which part of the screen it may take, in hundredths.
    pub widest: (u16, u16),
    /// Is there anything to look at? A view without has no tab.
    pub is_there: fn(&Model) -> bool,
    /// Said where there is not.
    pub nothing: &'static str,
    /// Where the main pane is a list: the place of its cursor, and how many rows it has.
    pub list: fn(&Model) -> Option<(usize, usize)>,
    /// What that list can be sorted by.
    pub orders: &'static [Order],
    /// Finds again in another scan what it remembers of the one before, or lets go of it.
    pub carry_over: fn(&mut Model, &Carried),
    /// Takes in a scan that is shown from now on.
    pub take_in: fn(&mut Model, &ScanIndex),
    /// Lists anew what filter and order leave.
    pub sift: fn(&mut Model, &ScanIndex),
    /// Draws the main pane into an area, its border included.
    pub draw: fn(&Model, &ScanIndex, Rect, &mut Buffer),
    /// Moves the cursor of the main pane, and what is chosen with it.
    pub step: fn(&mut Model, Way),
    /// What Enter does, for the footer.
    pub enter: &'static str,
    /// Enter.
    pub open: fn(&mut Model) -> Option<Effect>,
    /// Space: opens or closes what is under the cursor.
    pub fold: fn(&mut Model),
    /// Opens or closes all that can be; none where that is all folds of the picture.
    pub fold_all: Option<fn(&mut Model, bool)>,
    /// A click into the main pane, whose inside is the area.
    pub click: fn(&mut Model, Rect, (u16, u16)),
    /// Brings the cursor to the chosen node, where the view has a place for it.
    pub arrive: fn(&mut Model, &ScanIndex),
    /// What the detail says, where that is not told of the chosen node itself.
    pub details: fn(&Model, &ScanIndex) -> Option<Vec<Prose>>,
    /// The file by whose need one came to the chosen node.
    pub via: fn(&Model) -> Option<NodeId>,
    /// What the picture of the main pane shows; none where there is no picture.
    pub scope: Option<Scope>,
    /// Has it a place for every node? If not, a jump to a node leads to the graph.
    pub has_every_node: bool,
}

impl View {
    /// What a view does that says nothing of its own; what it remembers of a scan it has to say.
    pub const fn plain(carry_over: fn(&mut Model, &Carried)) -> View {
        View {
            carry_over,
            take_in: |_, _| {},
            sift: |_, _| {},
            id: "",
            title: "",
            short: "",
            about: "",
            panes: &[Pane::Main, Pane::Detail],
            arrangement: Arrangement::Halves,
            has_graph: |_| true,
            widest: (62, 45),
            is_there: |_| true,
            nothing: "",
            list: |_| None,
            orders: &[],
            draw: |_, _, _, _| {},
            step: |_, _| {},
            enter: "open",
            open: |_| None,
            fold: |_| {},
            fold_all: None,
            click: |_, _, _| {},
            arrive: |_, _| {},
            details: |_, _| None,
            via: |_| None,
            scope: None,
            has_every_node: true,
        }
    }

    /// The scope of the picture that a pane shows; none where it shows none.
    pub fn scope_in(&self, pane: Pane) -> Option<Scope> {
        match pane {
            Pane::Main => self.scope,
            Pane::Graph => Some(Scope::Focus),
            Pane::Detail => None,
        }
    }

    /// Is it this one?
    pub fn is(&self, id: &str) -> bool {
        self.id == id
    }
}

impl PartialEq for View {
    fn eq(&self, other: &View) -> bool {
        self.id == other.id
    }
}
