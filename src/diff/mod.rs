//! Two scans → what came, went and changed between them, and what of it is a regression.
//!
//! The two may be anything: an environment yesterday and today, two wheels, an environment and the bundle made of it. So
//! nothing is compared by its path alone: [`Pairs`] says which node of one scan stands for which of the other. What is
//! told is a flat list of [`Change`]s, the worst first, each with what was and what is in words: no face has to know more.

mod files;
mod findings;
mod left_behind;
mod needs;
mod pair;

pub use findings::message;
pub use pair::{Pairs, key, unhashed};

use std::cmp::Reverse;

use crate::diagnose::Severity;
use crate::graph::NodeId;
use crate::scan::Scan;

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// What a bundler left in the environment, and something in the bundle needs.
    LeftBehind,
    /// A finding came, went, or became better or worse.
    Finding,
    /// A file became unreadable, or readable.
    Problem,
    /// A need is met by another file, or by none.
    Provider,
    /// What NumPy's C API answers.
    Numpy,
    /// A distribution came, went, or has another version.
    Distribution,
    /// A file came, went or lies elsewhere.
    File,
    /// The name by which a library calls itself.
    Identity,
    /// The processor or the system that a file is made for.
    Target,
}

impl Kind {
    pub const ALL: [Kind; 9] = [
        Kind::LeftBehind,
        Kind::Finding,
        Kind::Problem,
        Kind::Provider,
        Kind::Numpy,
        Kind::Distribution,
        Kind::File,
        Kind::Identity,
        Kind::Target,
    ];

    /// The word used in every output.
    pub fn word(self) -> &'static str {
        match self {
            Kind::LeftBehind => "left-behind",
            Kind::Finding => "finding",
            Kind::Problem => "problem",
            Kind::Provider => "provider",
            Kind::Numpy => "numpy",
            Kind::Distribution => "distribution",
            Kind::File => "file",
            Kind::Identity => "identity",
            Kind::Target => "target",
        }
    }

    /// What stands above a list of them.
    pub fn title(self) -> &'static str {
        match self {
            Kind::LeftBehind => "Left behind",
            Kind::Finding => "Findings",
            Kind::Problem => "Files that cannot be read",
            Kind::Provider => "Who provides what is needed",
            Kind::Numpy => "NumPy's C API",
            Kind::Distribution => "Distributions",
            Kind::File => "Files",
            Kind::Identity => "Names of libraries",
            Kind::Target => "Processors and systems",
        }
    }
}

/// One thing that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub kind: Kind,
    /// The file, by its path from where imports start, or the distribution.
    pub subject: String,
    /// The need or the rule that it is about; empty where it is about the subject as a whole.
    pub about: String,
    /// What was; none where there was nothing.
    pub from: Option<String>,
    /// What is; none where there is nothing.
    pub to: Option<String>,
    /// How bad it is that it changed; none where it is no regression.
    pub regression: Option<Severity>,
    /// Something was wrong before and is not now.
    pub is_mended: bool,
    /// Follows from another change: a file that came or went with its distribution, a need of which a finding tells.
    pub follows: bool,
    pub before: Option<NodeId>,
    pub after: Option<NodeId>,
}

impl Change {
    fn new(kind: Kind, subject: String, from: Option<String>, to: Option<String>) -> Change {
        Change {
            kind,
            subject,
            about: String::new(),
            from,
            to,
            regression: None,
            is_mended: false,
            follows: false,
            before: None,
            after: None,
        }
    }

    fn at(self, before: Option<NodeId>, after: Option<NodeId>) -> Change {
        Change { before, after, ..self }
    }

    /// `+` for what came, `-` for what went, `~` for what changed.
    pub fn sign(&self) -> char {
        match (&self.from, &self.to) {
            (None, _) => '+',
            (_, None) => '-',
            _ => '~',
        }
    }

    fn rank(&self) -> impl Ord + use<> {
        (
            Reverse(self.regression),
            self.kind,
            self.follows,
            self.subject.clone(),
            self.about.clone(),
            self.from.clone(),
            self.to.clone(),
        )
    }
}

/// All that is not as it was, regressions first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// What the two are called.
    pub before: String,
    pub after: String,
    pub changes: Vec<Change>,
}

impl Diff {
    /// Compares two scans.
    pub fn of(before: &Scan, after: &Scan) -> Diff {
        Diff::between(&Sides::new(before, after))
    }

    /// Compares two scans whose nodes are paired already.
    pub fn between(sides: &Sides) -> Diff {
        let mut changes = Vec::new();
        files::compare(sides, &mut changes);
        needs::compare(sides, &mut changes);
        findings::compare(sides, &mut changes);
        left_behind::compare(sides, &mut changes);
        changes.sort_by_cached_key(Change::rank);
        let [before, after] = [sides.before, sides.after].map(|scan| scan.target.title());
        // Two of one name are told apart by where they lie.
        let [before, after] = match before == after {
            true => [sides.before, sides.after].map(|scan| scan.target.named().to_string()),
            false => [before, after],
        };
        Diff { before, after, changes }
    }

    pub fn regressions(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.regression.is_some())
    }

    /// The worst that a regression is; none where there is none.
    pub fn worst(&self) -> Option<Severity> {
        self.changes.iter().filter_map(|change| change.regression).max()
    }

    /// How many came, went and changed.
    pub fn counts(&self) -> [usize; 3] {
        ['+', '-', '~'].map(|sign| self.changes.iter().filter(|change| change.sign() == sign).count())
    }
}

/// Two scans, and which node of one stands for which of the other.
pub struct Sides<'a> {
    pub before: &'a Scan,
    pub after: &'a Scan,
    pub pairs: Pairs,
}

impl<'a> Sides<'a> {
    pub fn new(before: &'a Scan, after: &'a Scan) -> Sides<'a> {
        Sides { before, after, pairs: Pairs::of(before, after) }
    }
}
