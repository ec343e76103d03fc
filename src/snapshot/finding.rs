//! The mirror of findings and of the rules that made them.

use super::mirror::{Damage, Mirror, Opening, Taking, Words, fixed, mirror};
use super::remedy::RemedyMirror;
use super::text::{Bytes, FileNumber, Shown};
use crate::diagnose::{Evidence, Finding, RULES, Rule, Severity};
use crate::graph::NodeId;
use crate::rule::RuleId;

mirror! {
    #[derive(Clone, Copy)]
    enum SeverityMirror = Severity {
        Info,
        Warning,
        Error,
    }
}

/// A rule in its own words, so that a snapshot can be read where the rule is not known.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub(super) struct RuleMirror {
    pub id: String,
    title: String,
    severity: SeverityMirror,
    why: String,
    remedy: String,
}

impl RuleMirror {
    pub fn of(rule: &Rule, taking: &Taking) -> RuleMirror {
        let Rule { id, title, severity, why, remedy, check: _ } = rule;
        RuleMirror {
            id: id.word().into(),
            title: (*title).into(),
            severity: Mirror::of(severity, taking),
            why: (*why).into(),
            remedy: (*remedy).into(),
        }
    }

    /// The rule of this program that has the name, else one that says what the snapshot says and finds nothing.
    pub fn back(self, opening: &Opening) -> Result<&'static Rule, Damage> {
        if let Some(known) = RULES.iter().find(|rule| rule.id.word() == self.id) {
            return Ok(known);
        }
        Ok(Box::leak(Box::new(Rule {
            id: RuleId::of_another_release(fixed(self.id)),
            title: fixed(self.title),
            severity: self.severity.back(opening)?,
            why: fixed(self.why),
            remedy: fixed(self.remedy),
            check: |_, _| {},
        })))
    }
}

mirror! {
    enum EvidenceMirror = Evidence {
        /// A need of a file; where it was looked for stands at its edge.
        Need { file: FileNumber, need: usize, import: usize },
        File { path: Shown, what: Words },
        Line { path: Shown, number: usize, text: String },
        Header { name: Words, value: Bytes },
    }
}

/// One judgement.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub(super) struct FindingMirror {
    /// By its name in `rules`.
    pub rule: String,
    severity: SeverityMirror,
    /// The node that is to blame, by place in `nodes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    node: Option<u32>,
    file: Shown,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<Shown>,
    subject: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prints: Option<String>,
    remedy: RemedyMirror,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceMirror>,
    /// The imports that it breaks, by place in `imports`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    imports: Vec<usize>,
    /// The modules and packages whose imports fail by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    broken: Vec<String>,
    /// How many imports of modules it breaks.
    #[serde(default, skip_serializing_if = "Mirror::is_void")]
    breaks: usize,
}

impl FindingMirror {
    pub fn of(real: &Finding, taking: &Taking) -> FindingMirror {
        let Finding {
            rule,
            severity,
            node,
            file,
            files,
            subject,
            message,
            prints,
            remedy,
            evidence,
            imports,
            broken,
            breaks,
        } = real;
        FindingMirror {
            rule: rule.id.word().to_owned(),
            severity: Mirror::of(severity, taking),
            node: node.map(|node| node.index() as u32),
            file: Mirror::of(file, taking),
            files: Mirror::of(files, taking),
            subject: Mirror::of(subject, taking),
            message: Mirror::of(message, taking),
            prints: Mirror::of(prints, taking),
            remedy: Mirror::of(remedy, taking),
            evidence: Mirror::of(evidence, taking),
            imports: imports.clone(),
            broken: Mirror::of(broken, taking),
            breaks: *breaks,
        }
    }

    pub fn back(self, rule: &'static Rule, opening: &Opening) -> Result<Finding, Damage> {
        for &import in &self.imports {
            opening.below(u32::try_from(import).unwrap_or(u32::MAX), opening.imports, "import")?;
        }
        let node = self.node.map(|node| opening.below(node, opening.nodes, "node").map(NodeId::new)).transpose()?;
        let file = self.file.back(opening)?;
        let mut files = self.files.back(opening)?;
        if files.is_empty() {
            files.push(file.clone());
        }
        Ok(Finding {
            rule,
            severity: self.severity.back(opening)?,
            node,
            file,
            files,
            subject: self.subject,
            message: self.message,
            prints: self.prints,
            remedy: self.remedy.back(opening)?,
            evidence: self.evidence.back(opening)?,
            imports: self.imports,
            broken: self.broken,
            breaks: self.breaks,
        })
    }
}
