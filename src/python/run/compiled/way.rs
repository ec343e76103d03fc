//! The ways through compiled code that are still to be followed.

use std::collections::BTreeMap;
use std::sync::Arc;

use ruff_text_size::TextSize;

use crate::python::compiled::marshal::Code;
use crate::python::compiled::{CompiledModule, Opcodes};
use crate::python::raised::Raised;
use crate::python::value::{PyValue, Reason};

/// Compiled code has no place in a source.
pub(super) const NOWHERE: TextSize = TextSize::new(0);
/// The place of a call that holds neither a function nor what a method is called on.
pub(super) const EMPTY: PyValue = PyValue::Unknown(Reason::Empty);

/// A way through the code that is still to be followed, from the instruction at its place on.
#[derive(Clone, Default)]
pub(super) struct Way {
    /// What lies in the stack.
    pub stack: Vec<PyValue>,
    /// Does more lie below that, which is not known?
    pub is_partial: bool,
    /// What is being handled, the innermost last, each with how many guards were around its handler.
    pub handled: Vec<(Arc<Raised>, usize)>,
    /// The handlers around it, the innermost last, each with what it finds in the stack: of code without a table of them.
    pub guards: Vec<Handler>,
    /// The names of the arguments that the next call gives by name.
    pub keywords: usize,
}

impl Way {
    pub fn push(&mut self, value: PyValue) {
        self.stack.push(value);
    }

    pub fn pop(&mut self) -> PyValue {
        self.is_partial |= self.stack.is_empty();
        self.stack.pop().unwrap_or(PyValue::Unknown(Reason::Construct))
    }

    /// Exceptions lead there from here on, where there is no table of handlers.
    pub fn guard(&mut self, target: Option<usize>) {
        let depth = self.stack.len();
        self.guards.extend(target.map(|target| Handler { target, depth, has_place: false }));
    }

    /// What lies in the stack is not known from here on.
    pub fn lose(&mut self) {
        self.stack.clear();
        self.is_partial = true;
    }

    /// The last `count` values, in order.
    pub fn pop_many(&mut self, count: usize) -> Vec<PyValue> {
        let missing = count.saturating_sub(self.stack.len()).min(crate::python::limits::ITEMS);
        self.is_partial |= missing > 0;
        let known = self.stack.split_off(self.stack.len().saturating_sub(count));
        std::iter::repeat_n(PyValue::Unknown(Reason::Construct), missing).chain(known).collect()
    }

    /// Another way leads to the same place.
    pub fn join(&mut self, other: Way) {
        let is_same = self.stack.len() == other.stack.len();
        self.is_partial |= other.is_partial;
        match is_same {
            true => {
                for (one, other) in self.stack.iter_mut().zip(other.stack) {
                    if !one.is_same(&other) {
                        *one = PyValue::Unknown(Reason::Arms);
                    }
                }
            }
            false => self.lose(),
        }
    }
}

/// Where an exception leads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handler {
    pub target: usize,
    /// How much of the stack is kept.
    pub depth: usize,
    /// Is the place of the exception put there too?
    pub has_place: bool,
}

/// One run through a piece of code.
pub(super) struct Ways<'c> {
    pub module: &'c Arc<CompiledModule>,
    pub code: &'c Code,
    pub opcodes: &'c Opcodes,
    /// By place; those that handle an exception come first, as what follows then is certain again.
    pub open: BTreeMap<(bool, usize), Way>,
    /// What was followed: without an exception, and with one.
    pub is_done: Vec<[bool; 2]>,
    /// The handler of each instruction, of code with a table of them.
    pub handlers: Vec<Option<Handler>>,
    pub has_returned: bool,
    pub raised: Vec<Arc<Raised>>,
}

impl Ways<'_> {
    pub fn lead(&mut self, to: Option<usize>, way: Way) {
        let Some(to) = to.filter(|to| *to < self.is_done.len()) else { return };
        let is_plain = way.handled.is_empty();
        match self.open.get_mut(&(is_plain, to)) {
            Some(known) => known.join(way),
            None if !self.is_done[to][usize::from(!is_plain)] => drop(self.open.insert((is_plain, to), way)),
            None => {}
        }
    }

    /// An exception is raised at a place.
    pub fn throw(&mut self, at: usize, mut way: Way, raised: Arc<Raised>) {
        let handler = match self.opcodes.minor >= 11 {
            true => self.handlers.get(at).copied().flatten(),
            false => way.guards.pop(),
        };
        // Handlers within what is left now have come to their end; later versions say so in their code.
        let guards = way.guards.len();
        way.handled.retain(|(_, around)| *around <= guards);
        let Some(handler) = handler else {
            self.raised.push(raised);
            return;
        };
        let unknown = PyValue::Unknown(Reason::Construct);
        let exception = PyValue::Exception(raised.clone());
        if way.is_partial || way.stack.len() < handler.depth {
            way.lose();
        } else {
            way.stack.truncate(handler.depth);
        }
        // Before 3.11 three values stand for it, and three for the one before.
        match self.opcodes.minor >= 11 {
            true => way.stack.extend(handler.has_place.then_some(unknown).into_iter().chain([exception])),
            false => way.stack.extend([vec![unknown.clone(); 4], vec![exception, unknown]].concat()),
        }
        way.handled.push((raised, guards));
        self.lead(Some(handler.target), way);
    }

    pub fn has_handler(&self, at: usize, way: &Way) -> bool {
        match self.opcodes.minor >= 11 {
            true => self.handlers.get(at).copied().flatten().is_some(),
            false => !way.guards.is_empty(),
        }
    }
}

/// Reads the table of handlers (`InternalDocs/exception_handling.md`): start, length, target, depth, each in pieces of six
/// bits of which the first of an entry is marked.
pub(super) fn handlers(table: &[u8], count: usize) -> Vec<Option<Handler>> {
    let mut handlers = vec![None; count];
    let mut rest = table.iter().copied();
    let mut number = || {
        let mut byte = rest.next()?;
        let mut value = usize::from(byte & 0x3f);
        while byte & 0x40 != 0 {
            byte = rest.next()?;
            value = value.checked_mul(64)? | usize::from(byte & 0x3f);
        }
        Some(value)
    };
    let mut covered = 0;
    while let (Some(start), Some(length), Some(target), Some(depth)) = (number(), number(), number(), number()) {
        // An instruction has one handler, and the table is in order: what is not is damaged.
        if start < covered {
            break;
        }
        covered = start.saturating_add(length);
        if let Some(covered) = handlers.get_mut(start..covered.min(count)) {
            let handler = Handler { target, depth: depth >> 1, has_place: depth & 1 == 1 };
            covered.fill(Some(handler).filter(|handler| handler.target < count));
        }
    }
    handlers
}
