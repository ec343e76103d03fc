//! A judgement with its evidence and what mends it.

use std::cmp::Reverse;

use super::{Facts, Rule};
use crate::command::Remedy;
use crate::graph::NodeId;
use crate::image::Name;
use crate::rule::RuleId;
use crate::vfs::VPath;
use crate::world::FileId;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Likely to hurt, or hurts where nothing importable leads.
    Warning,
    /// An import fails.
    Error,
}

impl Severity {
    pub const ALL: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// What a judgement rests on: edges, probes and places, never prose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A need of a file, by place in its import list; the places that were tried are replayed from it
    /// ([`crate::survey::Survey::explain_in`]).
    Need { file: FileId, need: usize, import: usize },
    /// Another file that matters.
    File { path: VPath, what: &'static str },
    /// A line of Python source.
    Line { path: VPath, number: usize, text: String },
    /// What a header says.
    Header { name: &'static str, value: Name },
}

/// One judgement.
pub struct Finding {
    #[doc(hidden)]
    pub rule: &'static Rule,
    pub severity: Severity,
    /// The node that is to blame, where the faces jump to.
    #[doc(hidden)]
    pub node: Option<NodeId>,
    /// The file that it is about, as it is shown.
    #[doc(hidden)]
    pub file: VPath,
    /// Every file that shares the finding, the first among them.
    #[doc(hidden)]
    pub files: Vec<VPath>,
    /// What is missing, wrong or doubled: mostly a name.
    pub subject: String,
    /// One sentence.
    pub message: String,
    /// The very words that the tool which is to bundle the environment will print.
    pub prints: Option<String>,
    #[doc(hidden)]
    pub remedy: Remedy,
    #[doc(hidden)]
    pub evidence: Vec<Evidence>,
    /// The imports that it breaks, by place in [`crate::survey::Survey::imports`].
    #[doc(hidden)]
    pub imports: Vec<usize>,
    /// The modules and packages whose imports fail by it, as the simulated interpreter says; empty where that was not asked.
    pub broken: Vec<String>,
    /// How many imports of modules it breaks.
    pub breaks: usize,
}

#[doc(hidden)]
impl Finding {
    /// A finding about one file of the environment; what is not told yet is empty.
    pub(super) fn about(facts: &Facts, rule: &'static Rule, severity: Severity, file: FileId) -> Finding {
        let path = facts.path(file);
        let subject = VPath::new(path.file_name()).to_string();
        Finding { node: facts.survey.graph.file(file), ..Finding::at(rule, severity, path, subject) }
    }

    /// A finding about a path.
    pub(super) fn at(rule: &'static Rule, severity: Severity, file: VPath, subject: String) -> Finding {
        Finding {
            rule,
            severity,
            node: None,
            files: vec![file.clone()],
            file,
            subject,
            message: String::new(),
            prints: None,
            remedy: Remedy::default(),
            evidence: Vec::new(),
            imports: Vec::new(),
            broken: Vec::new(),
            breaks: 0,
        }
    }

    /// Its file, and how many more of `files` there are.
    pub(super) fn who(&self, files: usize) -> String {
        match files {
            1 => self.file.to_string(),
            count => format!("{} and {} more", self.file, count - 1),
        }
    }

    /// Says which imports it breaks; only those of modules count.
    pub(super) fn breaking(mut self, facts: &Facts, imports: &[usize]) -> Finding {
        self.imports = facts.modules(imports);
        self.imports.sort_unstable();
        self.imports.dedup();
        self.breaks = self.imports.len();
        self
    }

    /// Names each import that fails by it once, in order; says how many of these are of native modules.
    pub(super) fn order_broken(&mut self, facts: &Facts) -> usize {
        self.broken.sort_unstable();
        self.broken.dedup();
        let is_extension = |name: &&String| facts.outcomes.of(name).is_some_and(|row| row.is_extension);
        self.broken.iter().filter(is_extension).count()
    }

    /// The imports that fail by it, packages before modules: these are what people import.
    pub fn broken_packages_first(&self) -> Vec<&String> {
        let mut broken: Vec<&String> = self.broken.iter().collect();
        broken.sort_by_key(|name| name.contains('.'));
        broken
    }

    /// Is it about an install name that is not the file's own? Nothing may break by it, yet it is what people come to
    /// see: it stands out wherever findings are told, and first among those of its severity that break nothing.
    pub fn is_of_install_name(&self) -> bool {
        matches!(self.rule.id, RuleId::RUST_INSTALL_NAME | RuleId::INSTALL_NAME)
    }

    /// What NumPy lacks, where findings about several packages have that as their one cause; none where each has its own.
    pub fn shared_cause(&self) -> Option<&str> {
        let is_of_numpy = matches!(
            self.rule.id,
            RuleId::NUMPY_MISSING
                | RuleId::NUMPY_MODULE_MISSING
                | RuleId::NUMPY_TOO_OLD
                | RuleId::NUMPY_SHIM
                | RuleId::NUMPY_HIDDEN
        );
        is_of_numpy.then_some(self.subject.as_str())
    }

    /// What findings are ordered by: the worst first, then what breaks most, then by place.
    pub(super) fn rank(&self) -> impl Ord {
        (
            Reverse(self.severity),
            Reverse(self.breaks),
            !self.is_of_install_name(),
            self.rule.id,
            self.file.clone(),
            self.subject.clone(),
            self.message.clone(),
        )
    }
}
