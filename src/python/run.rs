//! The interpreter: one run of a module's code.

mod assign;
mod attempt;
mod attribute;
mod branch;
mod call;
mod class;
mod collection;
mod compare;
mod compiled;
mod comprehension;
mod format;
mod import;
mod looping;
mod name;
mod operator;
mod path;
mod standard;
mod statement;
mod subscript;
mod text;
mod value;
mod with;

use std::sync::Arc;

use ruff_python_ast::name::Name;
use ruff_text_size::TextSize;

use super::compiled::CompiledModule;
use super::compiled::marshal::Code;
use super::heap::{Heap, NamespaceId};
use super::outside::{At, Certainty, Outside, Site, SiteModule};
use super::raised::Raised;
use super::source::ModuleSource;
use super::value::{PyValue, Reason};
use super::{Ending, Ran, Tally, limits};

/// Why the evaluation of an expression does not come to a value.
#[derive(Clone, Debug)]
enum Stop {
    Raise(Arc<Raised>),
    /// The process ended.
    Exit(Site),
    /// A limit was met: nothing of this run is known from here on.
    Limit(Reason),
}

type Eval<T = PyValue> = Result<T, Stop>;

/// How a block of statements came to its end.
#[derive(Clone, Debug)]
enum Completion {
    Next,
    /// Of an arm that is an expression.
    Value(PyValue),
    Break,
    Continue,
    Return(PyValue),
    Stop(Stop),
}

/// The condition that is not decided, under which something runs.
type Doubt = Option<(Reason, u32)>;

/// Why what runs now may not run at all, by what ends the doubt.
#[derive(Clone, Copy, Debug, Default)]
struct Doubts {
    /// An arm of a condition: it ends with the arm.
    arm: Doubt,
    /// The function may have returned already.
    call: Doubt,
    /// The loop, or this turn of it, may have ended already.
    turn: Doubt,
    /// Something may have been raised already, within a `try`.
    attempt: Doubt,
}

/// The code that runs: of a module, a class, or a function.
struct Frame {
    source: Arc<ModuleSource>,
    module: Arc<SiteModule>,
    globals: NamespaceId,
    locals: NamespaceId,
    /// The namespaces of the functions around it, the innermost first.
    closure: Vec<NamespaceId>,
    /// Names under `global` and `nonlocal`, and where they are.
    declared: Vec<(Name, NamespaceId)>,
    is_class: bool,
    /// The line that all of it stands for, in code that was a text (`exec`).
    line: Option<u32>,
    /// What it may have returned already.
    returned: Option<PyValue>,
    /// A context manager, whose `yield` runs the block of a `with`: which of those that are suspended.
    manages: Option<usize>,
    /// The class whose method this is, and the instance: for `super()`.
    method: Option<(PyValue, PyValue)>,
}

/// A `with` whose manager is a generator: the block runs where that yields.
struct Suspended {
    /// The code around the `with`, while the generator runs.
    frame: Option<Frame>,
    /// Where the `with` begins in its source, and which of its managers this is.
    start: TextSize,
    item: usize,
    /// Did the block run?
    is_run: bool,
    /// How the block ended, where it left the code around by `return`, `break`, or `continue`.
    ended: Option<Completion>,
}

struct Interpreter<'o> {
    around: &'o mut dyn Outside,
    heap: Heap,
    frame: Frame,
    /// The namespace of the module that runs.
    module: NamespaceId,
    doubts: Doubts,
    /// For each `try` that runs, outermost first, what may have been raised in it; below these, for the module.
    may_raise: Vec<Vec<Arc<Raised>>>,
    /// The `with` statements whose managers run until their `yield`.
    suspended: Vec<Suspended>,
    /// The functions that run, by their source and place.
    running: Vec<(Arc<ModuleSource>, u32)>,
    /// The functions of compiled code that run.
    running_code: Vec<Arc<Code>>,
    /// What is being handled.
    handling: Vec<Arc<Raised>>,
    /// Did this turn of the loop perhaps end the loop?
    may_break: bool,
    steps: usize,
    turns: usize,
    calls: usize,
    depth: usize,
    forks: usize,
    tally: Tally,
}

/// [`super::run`].
pub(super) fn run(name: &str, source: &Arc<ModuleSource>, around: &mut dyn Outside) -> Ran {
    let entry = around.heap().module(name).map(|entry| (entry.site.clone(), entry.namespace));
    let Some((module, namespace)) = entry else { return ended(Reason::Outside) };
    if let Some(reason) = source.unreadable() {
        around.heap().set_open(namespace, reason);
        return ended(reason);
    }
    around.heap().set_source(name, source);
    let frame = Frame::of_module(source.clone(), module, namespace);
    run_frame(frame, around, |interpreter| {
        interpreter.heap.set(namespace, "__doc__", source.doc().map_or(PyValue::None, PyValue::text));
        interpreter.block(source.body())
    })
}

/// [`super::run_compiled`].
pub(super) fn run_compiled(name: &str, compiled: &Arc<CompiledModule>, around: &mut dyn Outside) -> Ran {
    let entry = around.heap().module(name).map(|entry| (entry.site.clone(), entry.namespace));
    let Some((module, namespace)) = entry else { return ended(Reason::Outside) };
    around.heap().set_compiled(name, compiled);
    run_frame(Frame::of_compiled(module, namespace), around, |interpreter| interpreter.compiled(compiled))
}

/// A run that was not even begun.
fn ended(reason: Reason) -> Ran {
    Ran { ending: Ending::Unknown(reason), may_raise: Vec::new(), tally: Tally::default() }
}

/// Runs code in a frame of a module.
fn run_frame(frame: Frame, around: &mut dyn Outside, work: impl FnOnce(&mut Interpreter) -> Completion) -> Ran {
    let namespace = frame.globals;
    if !around.heap().enter() {
        around.heap().set_open(namespace, Reason::Limit);
        return ended(Reason::Limit);
    }
    let heap = std::mem::take(around.heap());
    let mut interpreter = Interpreter {
        around,
        heap,
        frame,
        module: namespace,
        doubts: Doubts::default(),
        may_raise: vec![Vec::new()],
        suspended: Vec::new(),
        running: Vec::new(),
        running_code: Vec::new(),
        handling: Vec::new(),
        may_break: false,
        steps: 0,
        turns: 0,
        calls: 0,
        depth: 0,
        forks: 0,
        tally: Tally::default(),
    };
    let completion = work(&mut interpreter);
    let ending = match completion {
        Completion::Stop(Stop::Raise(raised)) => Ending::Raised(raised),
        Completion::Stop(Stop::Exit(site)) => Ending::Exited(site),
        Completion::Stop(Stop::Limit(reason)) => {
            interpreter.heap.set_open(namespace, reason);
            Ending::Unknown(reason)
        }
        _ => Ending::Returned,
    };
    let mut may_raise = interpreter.may_raise.swap_remove(0);
    if !matches!(ending, Ending::Returned) {
        may_raise.clear();
    }
    may_raise.retain(|raised| raised.is_of_import());
    let tally = interpreter.tally;
    let heap = std::mem::take(&mut interpreter.heap);
    *around.heap() = heap;
    around.heap().leave();
    Ran { ending, may_raise, tally }
}

impl Frame {
    fn of_module(source: Arc<ModuleSource>, module: Arc<SiteModule>, namespace: NamespaceId) -> Frame {
        Frame {
            source,
            module,
            globals: namespace,
            locals: namespace,
            closure: Vec::new(),
            declared: Vec::new(),
            is_class: false,
            line: None,
            returned: None,
            manages: None,
            method: None,
        }
    }
}

impl Doubts {
    fn certainty(&self) -> Certainty {
        match self.arm.or(self.call).or(self.turn).or(self.attempt) {
            Some((because, line)) => Certainty::Maybe { because, line },
            None => Certainty::Always,
        }
    }
}

impl Interpreter<'_> {
    /// Asks the world outside, which finds the heap in its place meanwhile.
    fn outside<R>(&mut self, ask: impl FnOnce(&mut dyn Outside) -> R) -> R {
        std::mem::swap(&mut self.heap, self.around.heap());
        let answer = ask(self.around);
        std::mem::swap(&mut self.heap, self.around.heap());
        answer
    }

    fn line(&self, at: TextSize) -> u32 {
        self.frame.line.unwrap_or_else(|| self.frame.source.line(at))
    }

    fn at(&self, at: TextSize) -> At {
        let site = Site { module: self.frame.module.clone(), line: self.line(at) };
        At { site, certainty: self.doubts.certainty() }
    }

    /// One statement or expression more; `Err` beyond the limit.
    fn step(&mut self, cost: usize) -> Eval<()> {
        self.steps += 1 + cost;
        if self.steps > limits::STEPS { Err(Stop::Limit(Reason::Limit)) } else { Ok(()) }
    }

    /// Raises a builtin exception here.
    fn raise<T>(&self, class: &str, text: impl Into<Arc<str>>, at: TextSize) -> Eval<T> {
        let raised = Raised::builtin(class, text, self.at(at).site);
        Err(Stop::Raise(Arc::new(Raised { is_foreign: false, ..raised })))
    }

    /// Something may have been raised here; what follows in the innermost `try` is in doubt.
    fn may_have_raised(&mut self, raised: Arc<Raised>, doubt: (Reason, u32)) {
        if self.may_raise.len() > 1 {
            self.doubts.attempt.get_or_insert(doubt);
        }
        self.collect(raised);
    }

    /// Keeps what may be raised for the innermost `try`, or the module: one of each class.
    fn collect(&mut self, raised: Arc<Raised>) {
        if let Some(collected) = self.may_raise.last_mut()
            && collected.len() < limits::MAY_RAISE
            && !collected.iter().any(|known| known.class == raised.class && known.at == raised.at)
        {
            collected.push(raised);
        }
    }
}
