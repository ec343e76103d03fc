//! The finished product: what is there, what every import does, and what is wrong.

mod drawn;
mod outcomes;

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use petgraph::Direction;
use rayon::prelude::*;

use crate::diagnose::{self, Facts, Finding, RULES, Severity};
use crate::discover::{Kind, Machine, Request, Target, Tool, discover};
use crate::error::Error;
use crate::graph::{ImportStanding, Node, NodeId, Presence};
use crate::imports::Outcomes;
use crate::survey::{CapiEdge, Event, ImportOf, Phase, Progress, Survey, surroundings};
use crate::vfs::FileSystem;
use crate::world::FileId;
use outcomes::JudgedImports;

/// The finished product: immutable, shared by all faces. Whatever is asked of its [`Survey`] may be asked of it.
pub struct Scan {
    #[doc(hidden)]
    pub survey: Survey,
    /// What every import does; nothing of a bundle, and of what was not judged.
    #[doc(hidden)]
    pub outcomes: Outcomes,
    /// Most important first.
    pub findings: Vec<Finding>,
}

#[doc(hidden)]
impl Deref for Scan {
    type Target = Survey;

    fn deref(&self) -> &Survey {
        &self.survey
    }
}

/// Scans a target: all that is there, and what is wrong with it.
///
/// # Errors
/// Where there is nothing native in it at all.
pub fn scan(target: Target, progress: &Progress) -> Result<Scan, Error> {
    let tool = target.overrides.tool.filter(|_| target.kind == Kind::Wheel);
    let survey = surroundings(target, progress).map_err(|error| with_refusal(error, tool))?;
    // A tool that is asked about refuses what holds nothing native.
    if let (Some(error), true) = (survey.nothing(), tool.is_some_and(|tool| diagnose::refusal(tool).is_some())) {
        return Err(with_refusal(error, tool));
    }
    if survey.target.unjudged().is_some() {
        return Ok(Scan::unjudged(survey));
    }
    (progress.tell)(Event::Phase(Phase::Diagnosing));
    Ok(judged(survey.with_numpy(), &AtomicBool::new(false)))
}

/// As [`scan()`] of what `target` finds, for a person who may stop it: whatever is under way, this answers within a moment, with
/// what has been looked at until then.
///
/// # Errors
/// As [`scan()`]; where it is stopped before anything was looked at.
pub fn scan_until_stopped(
    target: impl FnOnce() -> Result<Target, Error> + Send + 'static,
    progress: &Progress,
) -> Result<Scan, Error> {
    let stopped = || Error::new("stopped before anything was read", "start it again, and wait for a moment");
    let target = unless_stopped(progress, |_| target()).ok_or_else(stopped)??;
    let survey = surroundings(target, progress)?;
    if survey.target.unjudged().is_some() || progress.is_cancelled() {
        return Ok(Scan::unjudged(survey));
    }
    (progress.tell)(Event::Phase(Phase::Diagnosing));
    let to_judge = survey.clone();
    let judged = unless_stopped(progress, move |given_up| judged(to_judge.with_numpy(), given_up));
    Ok(judged.unwrap_or_else(|| Scan::unjudged(Survey { is_partial: true, ..survey })))
}

/// Does something on a thread of its own; none where nobody waits for it any more. The work is told so, and ends soon.
fn unless_stopped<T: Send + 'static>(
    progress: &Progress,
    work: impl FnOnce(&AtomicBool) -> T + Send + 'static,
) -> Option<T> {
    const PATIENCE: Duration = Duration::from_millis(10);
    let (sender, done) = channel();
    let given_up = Arc::new(AtomicBool::new(false));
    let is_given_up = given_up.clone();
    #[expect(clippy::disallowed_methods, reason = "nobody may have to wait for it")]
    let worker = thread::spawn(move || sender.send(work(&is_given_up)));
    loop {
        match done.recv_timeout(PATIENCE) {
            Ok(done) => return Some(done),
            Err(RecvTimeoutError::Timeout) if progress.is_cancelled() => {
                given_up.store(true, Ordering::Relaxed);
                return None;
            }
            Err(RecvTimeoutError::Timeout) => {}
            // It panicked: so does who waits.
            Err(RecvTimeoutError::Disconnected) => match worker.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(_) => return None,
            },
        }
    }
}

/// Says of a survey what is wrong; of one that is given up, as little as is known by then.
fn judged(survey: Survey, given_up: &AtomicBool) -> Scan {
    let found = ask_all(&survey, given_up);
    let is_unasked = survey.is_partial || given_up.load(Ordering::Relaxed);
    let known = if is_unasked { JudgedImports::default() } else { outcomes::find(&survey, &found, given_up) };
    let JudgedImports { outcomes, links, packages } = known;
    // What lies around a single file decides what becomes of it, and is not asked about.
    let (survey, found) = match survey.is_single() {
        true => {
            let alone = survey.alone();
            let found = ask_all(&alone, given_up);
            (alone, found)
        }
        false => {
            let mut survey = survey;
            drawn::draw(&mut survey, links, &outcomes, &packages);
            (survey, found)
        }
    };
    let mut findings = diagnose::ranked(diagnose::settled(&Facts::new(&survey, &outcomes), found));
    if survey.target.is_in_another_system() {
        for finding in &mut findings {
            finding.remedy = std::mem::take(&mut finding.remedy).inside(&survey.target.root);
        }
    }
    Scan { survey, outcomes, findings }
}

/// Asks every rule; none knows of another, so they are asked at once.
fn ask_all(survey: &Survey, given_up: &AtomicBool) -> Vec<Finding> {
    let nobody = Outcomes::default();
    let facts = Facts::new(survey, &nobody);
    let found: Vec<Vec<Finding>> = RULES
        .par_iter()
        .filter(|_| !given_up.load(Ordering::Relaxed))
        .map(|rule| diagnose::ask(rule, &facts))
        .collect();
    found.into_iter().flatten().collect()
}

/// Adds what the tool that a wheel is meant for says of one in which nothing is native.
fn with_refusal(mut error: Error, tool: Option<Tool>) -> Error {
    if let Some((tool, words)) = tool.and_then(|tool| Some((tool.name(), diagnose::refusal(tool)?))) {
        error.what += &format!("; {tool} stops: “{words}”");
    }
    error
}

#[doc(hidden)]
impl Scan {
    /// A scan that was made before: its graph has what Python code imports.
    pub(crate) fn restored(mut survey: Survey, outcomes: Outcomes, findings: Vec<Finding>) -> Scan {
        drawn::settle_again(&mut survey, &outcomes);
        Scan { survey, outcomes, findings }
    }

    /// A survey that nobody judges.
    pub fn unjudged(survey: Survey) -> Scan {
        Scan { survey, outcomes: Outcomes::default(), findings: Vec::new() }
    }

    /// Looks at what is asked for, or at what the machine would take where nothing is, and scans it.
    ///
    /// # Errors
    /// As [`crate::discover::discover`] and [`scan`].
    pub fn of(
        fs: Arc<dyn FileSystem>,
        machine: &Machine,
        request: &Request,
        progress: &Progress,
    ) -> Result<Scan, Error> {
        scan(discover(&fs, machine, request)?, progress)
    }

    /// The worst that a finding says of a node itself; none where nothing is said.
    pub fn severity_of(&self, node: NodeId) -> Option<Severity> {
        let about = self.findings.iter().filter(|finding| finding.node == Some(node));
        about.map(|finding| finding.severity).max()
    }

    /// Does it matter that this name is not found? Not where Python code brings it in, nor where nothing importable
    /// asks for it, nor where who asks would not be loaded anyway.
    pub fn is_missed(&self, node: NodeId) -> bool {
        if let Node::Python(_) = self.graph.node(node) {
            return match self.severity_of(node) {
                Some(severity) => severity > Severity::Info,
                None => self.is_module_missed(node),
            };
        }
        match self.severity_of(node) {
            Some(severity) => severity > Severity::Info,
            None => self.graph.dependents(node).iter().any(|&(by, edge)| {
                self.file_of(by).is_some_and(|file| edge.kind.is_binding() && self.fails_an_import(file, edge.need))
            }),
        }
    }

    /// Does the import of a module fail for this need of a file that fits the interpreter?
    fn fails_an_import(&self, file: FileId, need: usize) -> bool {
        let arch = self.world.file(file).image.as_ref().map(|image| image.arch);
        let sees = |import: &&ImportOf| import.loads.unmet.contains(&(file, need));
        (arch == self.world.host.arch || self.world.host.arch.is_none())
            && self.imports.iter().filter(sees).any(|import| import.module().is_some())
    }

    /// How many files use NumPy's C API without a provider, and fail because of it.
    pub fn numpy_failing(&self) -> usize {
        let is_missed = |capi_edge: &&CapiEdge| capi_edge.answer.fails() && self.is_blamed(capi_edge.file);
        self.numpy.capi_edges.iter().filter(is_missed).count()
    }

    /// Is anything worse than information said of a file that asks?
    fn is_blamed(&self, file: FileId) -> bool {
        let path = self.shown(&self.world.file(file).path);
        let is_about = |finding: &&Finding| finding.rule.id.is_of_numpy() && finding.files.contains(&path);
        self.findings.iter().filter(is_about).any(|finding| finding.severity > Severity::Info)
    }

    /// Is this Python module missed by code that asks for it, and not merely by what does without?
    pub(super) fn is_module_missed(&self, node: NodeId) -> bool {
        let is_absent = matches!(self.graph.node(node), Node::Python(module) if module.presence == Presence::Absent);
        let mut importers = self.graph.imports(node, Direction::Incoming).into_iter();
        if is_absent && importers.any(|(_, import)| import.standing == ImportStanding::Certain) {
            return true;
        }
        let asking = self.graph.numpy(node, Direction::Incoming);
        let is_blamed = |by: NodeId| self.file_of(by).is_some_and(|file| self.is_blamed(file));
        is_absent && asking.into_iter().any(|(by, capi_edge)| capi_edge.answer.fails() && is_blamed(by))
    }
}
