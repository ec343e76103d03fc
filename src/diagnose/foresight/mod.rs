//! Foresight: what the tool that was asked about (`--for`) will stumble over, and the words that it will print.
//!
//! One file a tool, each written after the tool's own source. Nuitka's scan for macOS has a room of its own
//! ([`crate::diagnose::nuitka`]), as it differs from version to version.

pub(super) mod auditwheel;
mod delocate;
mod delvewheel;
mod hidden;
mod nuitka;
mod policies;
mod pyinstaller;

use super::{Evidence, Facts, Severity};
use crate::command::Remedy;
use crate::discover::Tool;
use crate::tools::ToolId;
use crate::world::FileId;

/// One thing that a tool will say, or do in silence.
pub(super) struct Complaint {
    pub severity: Severity,
    /// The file that it is about.
    pub file: FileId,
    /// Every file that it is said of; empty for that one alone.
    pub files: Vec<FileId>,
    /// Mostly a name.
    pub subject: String,
    /// One sentence.
    pub message: String,
    /// The tool's very words; none where it says nothing.
    pub prints: Option<String>,
    pub remedy: Remedy,
    pub evidence: Vec<Evidence>,
}

impl Complaint {
    /// One that is told without a remedy and without words, so far.
    fn new(severity: Severity, file: FileId, subject: impl Into<String>, message: String) -> Complaint {
        let subject = subject.into();
        Complaint {
            severity,
            file,
            files: Vec::new(),
            subject,
            message,
            prints: None,
            remedy: Remedy::default(),
            evidence: Vec::new(),
        }
    }

    fn printing(self, words: String) -> Complaint {
        Complaint { prints: Some(words), ..self }
    }

    fn mended_by(self, remedy: Remedy) -> Complaint {
        Complaint { remedy, ..self }
    }
}

/// How bad it is that these imports fail: not where nothing importable is among them, and less where packages make all of
/// them only where they may fail.
fn severity_of(facts: &Facts, imports: &[usize]) -> Option<Severity> {
    let modules = facts.modules(imports);
    let is_guarded = |&import: &usize| facts.optional(import).is_some();
    match modules.is_empty() {
        true => None,
        false if modules.iter().all(is_guarded) => Some(Severity::Warning),
        false => Some(Severity::Error),
    }
}

/// What a tool says of a wheel in which nothing is native; none where it does not mind.
pub fn refusal(tool: Tool) -> Option<String> {
    (tool.id() == ToolId::Auditwheel).then(|| auditwheel::refusal(tool.version(), "", &[]))
}

/// All that the tool which was asked about will stumble over.
pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    match facts.survey.target.overrides.tool.map(|tool| tool.id()) {
        Some(ToolId::Auditwheel) => auditwheel::complaints(facts),
        Some(ToolId::Delocate) => delocate::complaints(facts),
        Some(ToolId::Delvewheel) => delvewheel::complaints(facts),
        Some(ToolId::PyInstaller) => pyinstaller::complaints(facts),
        Some(ToolId::Nuitka) => nuitka::complaints(facts),
        _ => Vec::new(),
    }
}
