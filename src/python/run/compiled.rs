//! Compiled code: the ways through its instructions, upon the same heap and by the same rules as source.
//!
//! Instructions are followed in the order of their places, each once. Where a condition is not decided both ways are open,
//! and what runs while another way is open runs under doubt: what it binds is not known then. An exception leads to its
//! handler, or ends its way. The bodies of classes run where these are defined, functions where they are called.

mod function;

use std::collections::BTreeMap;
use std::sync::Arc;

use ruff_python_ast::CmpOp;
use ruff_text_size::TextSize;

use super::call::Given;
use super::{Completion, Eval, Frame, Interpreter, Stop};
use crate::python::compiled::marshal::{Code, Value};
use crate::python::compiled::{CompiledModule, Opcodes, Operation};
use crate::python::heap::{HeapObject, NamespaceId};
use crate::python::limits;
use crate::python::outside::SiteModule;
use crate::python::raised::Raised;
use crate::python::source::ModuleSource;
use crate::python::value::{PyValue, Reason};

/// Compiled code has no place in a source.
const NOWHERE: TextSize = TextSize::new(0);
/// The place of a call that holds neither a function nor what a method is called on.
const EMPTY: PyValue = PyValue::Unknown(Reason::Empty);
/// Values in each other, of constants.
const DEEPEST: usize = 20;

impl Frame {
    /// The code of a compiled module.
    pub(super) fn of_compiled(module: Arc<SiteModule>, namespace: NamespaceId) -> Frame {
        Frame { line: Some(0), ..Frame::of_module(Arc::new(ModuleSource::parse(b"")), module, namespace) }
    }
}

/// A way through the code that is still to be followed, from the instruction at its place on.
#[derive(Clone, Default)]
struct Way {
    /// What lies in the stack.
    stack: Vec<PyValue>,
    /// Does more lie below that, which is not known?
    is_partial: bool,
    /// What is being handled, the innermost last, each with how many guards were around its handler.
    handled: Vec<(Arc<Raised>, usize)>,
    /// The handlers around it, the innermost last, each with what it finds in the stack: of code without a table of them.
    guards: Vec<Handler>,
    /// The names of the arguments that the next call gives by name.
    keywords: usize,
}

impl Way {
    fn push(&mut self, value: PyValue) {
        self.stack.push(value);
    }

    fn pop(&mut self) -> PyValue {
        self.is_partial |= self.stack.is_empty();
        self.stack.pop().unwrap_or(PyValue::Unknown(Reason::Construct))
    }

    /// Exceptions lead there from here on, where there is no table of handlers.
    fn guard(&mut self, target: Option<usize>) {
        let depth = self.stack.len();
        self.guards.extend(target.map(|target| Handler { target, depth, has_place: false }));
    }

    /// What lies in the stack is not known from here on.
    fn lose(&mut self) {
        self.stack.clear();
        self.is_partial = true;
    }

    /// The last `count` values, in order.
    fn pop_many(&mut self, count: usize) -> Vec<PyValue> {
        let missing = count.saturating_sub(self.stack.len()).min(crate::python::limits::ITEMS);
        self.is_partial |= missing > 0;
        let known = self.stack.split_off(self.stack.len().saturating_sub(count));
        std::iter::repeat_n(PyValue::Unknown(Reason::Construct), missing).chain(known).collect()
    }

    /// Another way leads to the same place.
    fn join(&mut self, other: Way) {
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
struct Handler {
    target: usize,
    /// How much of the stack is kept.
    depth: usize,
    /// Is the place of the exception put there too?
    has_place: bool,
}

/// One run through a piece of code.
struct Ways<'c> {
    module: &'c Arc<CompiledModule>,
    code: &'c Code,
    opcodes: &'c Opcodes,
    /// By place; those that handle an exception come first, as what follows then is certain again.
    open: BTreeMap<(bool, usize), Way>,
    /// What was followed: without an exception, and with one.
    is_done: Vec<[bool; 2]>,
    /// The handler of each instruction, of code with a table of them.
    handlers: Vec<Option<Handler>>,
    has_returned: bool,
    raised: Vec<Arc<Raised>>,
}

impl Ways<'_> {
    fn lead(&mut self, to: Option<usize>, way: Way) {
        let Some(to) = to.filter(|to| *to < self.is_done.len()) else { return };
        let is_plain = way.handled.is_empty();
        match self.open.get_mut(&(is_plain, to)) {
            Some(known) => known.join(way),
            None if !self.is_done[to][usize::from(!is_plain)] => drop(self.open.insert((is_plain, to), way)),
            None => {}
        }
    }

    /// An exception is raised at a place.
    fn throw(&mut self, at: usize, mut way: Way, raised: Arc<Raised>) {
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

    fn has_handler(&self, at: usize, way: &Way) -> bool {
        match self.opcodes.minor >= 11 {
            true => self.handlers.get(at).copied().flatten().is_some(),
            false => !way.guards.is_empty(),
        }
    }
}

/// What the head of a loop does.
enum LoopTurn {
    Next(PyValue),
    Ended,
    /// It may do either.
    Unknown,
}

/// Where an instruction leads.
enum Step {
    Next,
    /// To one other place.
    Jump(Option<usize>),
    /// Both may be.
    Fork(Option<usize>, Way),
    End,
}

impl Interpreter<'_> {
    /// Runs the code of a compiled module to its end.
    pub(super) fn compiled(&mut self, module: &Arc<CompiledModule>) -> Completion {
        self.compiled_code(module, &module.code)
    }

    /// Runs the body of a class, which binds its names in a namespace of its own.
    fn class_body(&mut self, module: &Arc<CompiledModule>, code: &Code) -> Eval<()> {
        let own = self.heap.namespace();
        let around = std::mem::replace(&mut self.frame.locals, own);
        let handling = std::mem::take(&mut self.handling);
        let completion = self.compiled_code(module, code);
        self.frame.locals = around;
        self.handling = handling;
        match completion {
            Completion::Stop(stop @ (Stop::Raise(_) | Stop::Exit(_))) => Err(stop),
            _ => Ok(()),
        }
    }

    fn compiled_code(&mut self, module: &Arc<CompiledModule>, code: &Code) -> Completion {
        let doubt = self.doubts.arm;
        let count = code.instructions.len() / 2;
        let mut ways = Ways {
            module,
            code,
            opcodes: module.opcodes,
            open: BTreeMap::from([((true, 0), Way::default())]),
            is_done: vec![[false; 2]; count],
            handlers: handlers(&code.handlers, count),
            has_returned: false,
            raised: Vec::new(),
        };
        let instructions: Vec<(Operation, usize)> = module.opcodes.instructions(&code.instructions).collect();
        while let Some(((is_plain, at), mut way)) = ways.open.pop_first() {
            let Some(&(operation, argument)) = instructions.get(at) else { continue };
            if std::mem::replace(&mut ways.is_done[at][usize::from(!is_plain)], true) {
                continue;
            }
            if let Err(stop) = self.step(0) {
                return Completion::Stop(stop);
            }
            self.doubts.arm = doubt.or((!ways.open.is_empty()).then_some((Reason::Arms, 0)));
            self.handling = way.handled.iter().map(|(raised, _)| raised.clone()).collect();
            let next = instructions.get(at + 1).map(|(operation, _)| *operation);
            if operation == Operation::Class
                && let Some(body) = class_body(code, &instructions[at..])
                && let Err(stop) = self.class_body(module, body)
            {
                match stop {
                    Stop::Raise(raised) => ways.throw(at, way, raised),
                    stop => return Completion::Stop(stop),
                }
                continue;
            }
            if operation == Operation::MakeFunction {
                let function = self.compiled_function(module, code, &instructions[..at]);
                module.opcodes.take_function(argument, &mut way);
                way.push(function);
                ways.lead(Some(at + 1), way);
                continue;
            }
            match self.instruction(&mut ways, at, (operation, argument), next, &mut way) {
                Ok(Step::Next) => ways.lead(Some(at + 1), way),
                Ok(Step::Jump(to)) => ways.lead(to, way),
                Ok(Step::Fork(to, other)) => {
                    ways.lead(to, other);
                    ways.lead(Some(at + 1), way);
                }
                Ok(Step::End) => ways.has_returned = true,
                Err(Stop::Raise(raised)) => {
                    // What code that was tried cannot have raised is this reader's fault, unless a handler waits for it.
                    let is_meant =
                        raised.is_of_import() || matches!(operation, Operation::Raise | Operation::RaiseAgain);
                    if is_meant || ways.has_handler(at, &way) || &*raised.class.name == "SystemExit" {
                        ways.throw(at, way, raised);
                    } else {
                        way.lose();
                        ways.lead(Some(at + 1), way);
                    }
                }
                Err(Stop::Exit(site)) if ways.open.is_empty() => return Completion::Stop(Stop::Exit(site)),
                Err(Stop::Exit(_)) => {}
                Err(stop) => return Completion::Stop(stop),
            }
        }
        self.doubts.arm = doubt;
        match (ways.has_returned, ways.raised.is_empty()) {
            (true, _) => {
                ways.raised.into_iter().for_each(|raised| self.collect(raised));
                Completion::Next
            }
            (false, true) => Completion::Stop(Stop::Limit(Reason::Construct)),
            (false, false) => Completion::Stop(Stop::Raise(ways.raised.swap_remove(0))),
        }
    }

    fn instruction(
        &mut self,
        ways: &mut Ways,
        at: usize,
        (operation, argument): (Operation, usize),
        next: Option<Operation>,
        way: &mut Way,
    ) -> Eval<Step> {
        let (code, opcodes) = (ways.code, ways.opcodes);
        let name = || code.names.get(argument).cloned().unwrap_or_default();
        let target = |to| opcodes.target(to, at, argument);
        match operation {
            Operation::Nothing | Operation::Extended => {}
            Operation::Return | Operation::ReturnConst => return Ok(Step::End),
            Operation::Jump(to) => return Ok(Step::Jump(target(to))),
            Operation::Branch(to) => return Ok(Step::Fork(target(to), way.clone())),
            Operation::BranchIf(if_true, to) => {
                let truth = way.pop();
                return Ok(branch(self.truth(&truth).map(|truth| truth == if_true), target(to), way.clone()));
            }
            Operation::BranchIfNone(if_none, to) => {
                let value = way.pop();
                let is_none = value.is_known().then_some(matches!(value, PyValue::None));
                return Ok(branch(is_none.map(|is_none| is_none == if_none), target(to), way.clone()));
            }
            Operation::BranchOrPop(if_true, to) => {
                let goes = way.stack.last().and_then(|value| self.truth(value)).map(|truth| truth == if_true);
                let other = way.clone();
                if goes != Some(true) {
                    way.pop();
                }
                return Ok(branch(goes, target(to), other));
            }
            Operation::Iterate(to) => {
                let mut other = way.clone();
                // Since 3.12 what ends the loop takes one more value.
                match opcodes.minor >= 12 {
                    true => other.push(PyValue::Unknown(Reason::Construct)),
                    false => drop(other.pop()),
                }
                return Ok(match self.loop_turn(ways, at, way) {
                    LoopTurn::Next(item) => {
                        way.push(item);
                        Step::Next
                    }
                    LoopTurn::Ended => {
                        *way = other;
                        Step::Jump(target(to))
                    }
                    LoopTurn::Unknown => {
                        way.push(PyValue::Unknown(Reason::Construct));
                        Step::Fork(target(to), other)
                    }
                });
            }
            Operation::Guard(to) => way.guard(target(to)),
            Operation::With(to) => {
                way.pop();
                way.push(PyValue::Unknown(Reason::Construct));
                way.guard(to.and_then(target));
                way.push(PyValue::Unknown(Reason::Construct));
            }
            Operation::EndGuard => drop(way.guards.pop()),
            Operation::ExceptionBegins => {
                let exception = way.pop();
                way.push(PyValue::Unknown(Reason::Construct));
                way.push(exception);
            }
            Operation::Matches => {
                let class = way.pop();
                let is_match = self.is_handled_by(way, &class);
                way.push(is_match.map_or(PyValue::Unknown(Reason::Opaque), PyValue::Bool));
            }
            Operation::BranchIfNoMatch(to) => {
                let class = way.pop();
                way.pop();
                let is_match = self.is_handled_by(way, &class);
                return Ok(branch(is_match.map(|is_match| !is_match), target(to), way.clone()));
            }
            Operation::Swallows => way.push(PyValue::Bool(swallows(code))),
            Operation::EndWith if swallows(code) => self.catch(way),
            Operation::EndWith => {}
            // A handler that raises ends the one around it, and what it handled is not caught by that.
            Operation::Caught if next == Some(Operation::RaiseAgain) => {
                if let Some(around) = way.handled.len().checked_sub(2) {
                    way.handled.remove(around);
                }
            }
            Operation::Caught => {
                // What was handled before.
                way.pop_many(if opcodes.minor >= 11 { 1 } else { 3 });
                self.catch(way);
            }
            Operation::RaiseAgain => return Err(self.again(way)),
            Operation::EndFinally if !way.handled.is_empty() => return Err(self.again(way)),
            Operation::EndFinally => {}
            Operation::Raise => {
                let cause = (argument >= 2).then(|| way.pop());
                return Err(match argument {
                    0 => self.again(way),
                    _ => Stop::Raise(self.raised_of(way.pop(), cause, NOWHERE)),
                });
            }
            Operation::ImportName => {
                let (taken, level) = (way.pop(), way.pop());
                let value = self.import_name_of(&name(), &level, &taken)?;
                way.push(value);
            }
            Operation::ImportFrom => {
                let module = way.stack.last().cloned().unwrap_or(PyValue::Unknown(Reason::Construct));
                let value = self.take_from(&module, &name())?;
                way.push(value);
            }
            Operation::ImportStar => self.star_of(way.pop())?,
            Operation::Intrinsic if argument == 2 => {
                let module = way.pop();
                self.star_of(module)?;
                way.push(PyValue::None);
            }
            Operation::Intrinsic => {
                way.pop();
                way.push(PyValue::Unknown(Reason::Construct));
            }
            Operation::StoreName => {
                let value = way.pop();
                self.store(ways.module, &name(), value);
            }
            // Which of the functions that bind it run, and when, is not known.
            Operation::StoreGlobal => {
                way.pop();
                self.heap.set(self.frame.globals, &name(), PyValue::Unknown(Reason::Call));
            }
            Operation::StoreVariable | Operation::StoreTwoVariables | Operation::StoreAndLoadVariable => {
                self.store_variables(ways.module, code, (operation, argument), way);
            }
            Operation::DeleteName => {
                if self.doubts.arm.is_none() {
                    self.heap.unset(self.frame.locals, &name());
                }
            }
            operation => self.compute(ways.code, ways.opcodes, (operation, argument), way)?,
        }
        Ok(Step::Next)
    }

    /// What the head of a loop does. Where no other way is open, each turn is followed anew.
    fn loop_turn(&mut self, ways: &mut Ways, at: usize, way: &Way) -> LoopTurn {
        let Some(PyValue::Object(key)) = way.stack.last() else { return LoopTurn::Unknown };
        let is_followed = ways.open.is_empty() && self.turns < limits::ALL_TURNS;
        match self.heap.object_mut(*key) {
            HeapObject::Iterator(items) if is_followed => match items.pop() {
                Some(item) => {
                    self.turns += 1;
                    // Handlers within it may stand behind it.
                    ways.is_done[at..].fill([false; 2]);
                    LoopTurn::Next(item)
                }
                None => LoopTurn::Ended,
            },
            object => {
                *object = HeapObject::Lost(Reason::Arms);
                LoopTurn::Unknown
            }
        }
    }

    /// The instructions that only compute with values.
    fn compute(
        &mut self,
        code: &Code,
        opcodes: &Opcodes,
        (operation, argument): (Operation, usize),
        way: &mut Way,
    ) -> Eval<()> {
        match operation {
            Operation::LoadConst => {
                way.push(
                    code.constants.get(argument).map_or(PyValue::Unknown(Reason::Construct), |it| constant(it, 0)),
                );
            }
            Operation::LoadName => {
                let name = code.names.get(argument).cloned().unwrap_or_default();
                let value = self.name(&name, NOWHERE)?;
                way.push(value);
            }
            Operation::LoadGlobal => {
                let (name, is_called) = opcodes.global(argument);
                let name = code.names.get(name).cloned().unwrap_or_default();
                let value = self.name(&name, NOWHERE)?;
                if is_called {
                    way.push(EMPTY);
                }
                way.push(value);
            }
            Operation::LoadVariable => way.push(self.local(code, argument)),
            Operation::LoadTwoVariables => {
                way.push(self.local(code, argument >> 4));
                way.push(self.local(code, argument & 0xf));
            }
            Operation::CompleteFunction => {
                let function = way.pop();
                way.pop();
                way.push(function);
            }
            Operation::LoadAttribute | Operation::LoadMethod => {
                let (name, is_method) = opcodes.attribute(argument);
                let name = code.names.get(name).cloned().unwrap_or_default();
                let on = way.pop();
                let value = self.attribute(&on, &name, NOWHERE)?;
                // A method and what it is called on; here the method is bound.
                if is_method || operation == Operation::LoadMethod {
                    way.push(EMPTY);
                }
                way.push(value);
            }
            Operation::GetIterator => {
                let value = way.pop();
                let items = self.iterate(&value, NOWHERE)?.filter(|items| items.len() <= limits::TURNS);
                way.push(match items {
                    Some(items) => self.heap.new_object(HeapObject::Iterator(items.into_iter().rev().collect())),
                    None => PyValue::Unknown(value.reason()),
                });
            }
            Operation::Compare => {
                let (right, left) = (way.pop(), way.pop());
                let value = self.compared(opcodes.comparison(argument), way, &left, &right)?;
                way.push(value);
            }
            Operation::Is | Operation::Contains => {
                let (right, left) = (way.pop(), way.pop());
                let operator = match (operation, argument) {
                    (Operation::Is, 0) => CmpOp::Is,
                    (Operation::Is, _) => CmpOp::IsNot,
                    (_, 0) => CmpOp::In,
                    _ => CmpOp::NotIn,
                };
                let answer = self.compare(operator, &left, &right)?;
                way.push(truth(answer));
            }
            Operation::Not => {
                let value = way.pop();
                way.push(truth(self.truth(&value).map(|truth| !truth)));
            }
            Operation::ToBool => {
                let value = way.pop();
                way.push(truth(self.truth(&value)));
            }
            Operation::Subscript => {
                let (key, on) = (way.pop(), way.pop());
                let value = self.item(&on, &key, NOWHERE)?;
                way.push(value);
            }
            Operation::StoreSubscript => {
                let (key, on, value) = (way.pop(), way.pop(), way.pop());
                self.set_item(&on, &key, value, NOWHERE);
            }
            Operation::Tuple => {
                let items = way.pop_many(argument);
                way.push(PyValue::tuple(items));
            }
            Operation::List => {
                let items = way.pop_many(argument);
                let list = self.new_list(items);
                way.push(list);
            }
            Operation::ListExtend => {
                let items = way.pop();
                if let Some(PyValue::Object(list)) =
                    argument.checked_sub(1).and_then(|depth| way.stack.iter().rev().nth(depth))
                {
                    let list = *list;
                    match matches!(self.heap.object(list), HeapObject::List(_)) {
                        true => self.extend_list(list, &items, NOWHERE)?,
                        false => *self.heap.object_mut(list) = HeapObject::Lost(Reason::Construct),
                    }
                }
            }
            Operation::Empty => way.push(EMPTY),
            Operation::Binary(operator) => {
                let operator = operator.or_else(|| opcodes.operator(argument));
                let (right, left) = (way.pop(), way.pop());
                let value = match operator {
                    Some(operator) => self.binary(operator, &left, &right, NOWHERE)?,
                    None => PyValue::Unknown(Reason::Construct),
                };
                way.push(value);
            }
            Operation::Pop => drop(way.pop()),
            Operation::Copy => {
                let depth = if opcodes.minor >= 11 { argument } else { 1 };
                let value = depth.checked_sub(1).and_then(|depth| way.stack.iter().rev().nth(depth)).cloned();
                way.push(value.unwrap_or(PyValue::Unknown(Reason::Construct)));
            }
            Operation::Swap => {
                let depth = if opcodes.minor >= 11 { argument } else { 2 };
                let len = way.stack.len();
                match len.checked_sub(depth).filter(|_| depth > 0) {
                    Some(other) => way.stack.swap(other, len - 1),
                    None => way.lose(),
                }
            }
            Operation::Class => way.push(PyValue::Unknown(Reason::Construct)),
            Operation::Keywords => {
                way.keywords = code.constants.get(argument).map_or(0, |names| names.many().len());
            }
            Operation::Call
            | Operation::CallKeywords
            | Operation::CallFunction
            | Operation::CallFunctionKeywords
            | Operation::CallMethod => self.call_of(operation, argument, way)?,
            Operation::Makes(takes, puts, each) => {
                way.pop_many(usize::from(takes) + argument.min(1 << 16) * usize::from(each));
                (0..puts).for_each(|_| way.push(PyValue::Unknown(Reason::Construct)));
            }
            _ => way.lose(),
        }
        Ok(())
    }

    /// A call with what lies in the stack.
    fn call_of(&mut self, operation: Operation, argument: usize, way: &mut Way) -> Eval<()> {
        let names = match operation {
            Operation::CallKeywords | Operation::CallFunctionKeywords => match way.pop() {
                PyValue::Tuple(names) => names.len(),
                _ => 0,
            },
            _ => std::mem::take(&mut way.keywords),
        };
        let mut positional = way.pop_many(argument);
        positional.truncate(positional.len().saturating_sub(names));
        let function = match operation {
            Operation::CallFunction | Operation::CallFunctionKeywords => way.pop(),
            _ => match (way.pop(), way.pop()) {
                // Which of the two is empty depends on the version, and on what stood before the call.
                (function, PyValue::Unknown(Reason::Empty)) | (PyValue::Unknown(Reason::Empty), function) => function,
                (first, function) => {
                    positional.insert(0, first);
                    function
                }
            },
        };
        let given = Given { positional, is_open: names > 0, ..Given::default() };
        let value = self.call_value(&function, given, NOWHERE)?;
        way.push(value);
        Ok(())
    }

    fn compared(&mut self, operator: usize, way: &Way, left: &PyValue, right: &PyValue) -> Eval {
        const OPERATORS: [CmpOp; 10] = [
            CmpOp::Lt,
            CmpOp::LtE,
            CmpOp::Eq,
            CmpOp::NotEq,
            CmpOp::Gt,
            CmpOp::GtE,
            CmpOp::In,
            CmpOp::NotIn,
            CmpOp::Is,
            CmpOp::IsNot,
        ];
        Ok(match OPERATORS.get(operator) {
            Some(operator) => truth(self.compare(*operator, left, right)?),
            // In 3.8 it asks whether a handler is meant.
            None => self.is_handled_by(way, right).map_or(PyValue::Unknown(Reason::Opaque), PyValue::Bool),
        })
    }

    fn is_handled_by(&self, way: &Way, class: &PyValue) -> Option<bool> {
        self.is_caught_by(&way.handled.last()?.0, class)
    }

    /// A handler has come to its end.
    fn catch(&mut self, way: &mut Way) {
        if let Some((handled, _)) = way.handled.pop() {
            self.tell_caught(&handled, NOWHERE);
        }
    }

    fn again(&self, way: &Way) -> Stop {
        match way.handled.last() {
            Some((raised, _)) => Stop::Raise(raised.clone()),
            None => self.stop("RuntimeError", "No active exception to reraise", NOWHERE),
        }
    }

    fn store(&mut self, module: &Arc<CompiledModule>, name: &str, value: PyValue) {
        let is_shared = matches!(value, PyValue::Object(_)) && module.functions_use(name);
        let is_certain = self.doubts.arm.is_none() && !is_shared;
        let known = self.heap.get(self.frame.locals, name);
        let value = match is_certain || known.is_some_and(|known| known.is_same(&value)) {
            true => value,
            false => PyValue::Unknown(Reason::Arms),
        };
        self.bind(name, value);
    }

    /// `import a.b` puts `a`, `from a.b import c` puts `a.b`.
    fn import_name_of(&mut self, written: &str, level: &PyValue, taken: &PyValue) -> Eval {
        let Some(level) = level.as_int().and_then(|level| u32::try_from(level).ok()) else {
            return Ok(PyValue::Unknown(Reason::Construct));
        };
        if written == "__future__" {
            return Ok(PyValue::Unknown(Reason::Construct));
        }
        let Some(name) = self.absolute(written, level, NOWHERE)? else {
            return Ok(PyValue::Unknown(Reason::Construct));
        };
        let module = self.import(&name, NOWHERE)?;
        Ok(match taken {
            PyValue::None => self.in_sys_modules(name.split('.').next().unwrap_or_default()),
            _ => module,
        })
    }

    /// What `from` takes from a module.
    fn take_from(&mut self, module: &PyValue, name: &str) -> Eval {
        match module {
            PyValue::Module(base) => self.taken(&base.clone(), module, name, NOWHERE),
            other => Ok(PyValue::Unknown(other.reason())),
        }
    }

    fn star_of(&mut self, module: PyValue) -> Eval<()> {
        let base = match &module {
            PyValue::Module(base) => base.clone(),
            _ => Arc::from(""),
        };
        self.star(&base, &module, NOWHERE)
    }
}

fn truth(answer: Option<bool>) -> PyValue {
    answer.map_or(PyValue::Unknown(Reason::Construct), PyValue::Bool)
}

fn branch(goes: Option<bool>, to: Option<usize>, other: Way) -> Step {
    match goes {
        Some(true) => Step::Jump(to),
        Some(false) => Step::Next,
        None => Step::Fork(to, other),
    }
}

/// The body of the class that begins here: the first constant that is code.
fn class_body<'c>(code: &'c Code, instructions: &[(Operation, usize)]) -> Option<&'c Code> {
    /// What stands before it: names that it closes over.
    const FARTHEST: usize = 64;
    instructions.iter().take(FARTHEST).find_map(|(operation, argument)| match code.constants.get(*argument)? {
        Value::Code(body) if *operation == Operation::LoadConst => Some(&**body),
        _ => None,
    })
}

/// Does code have a context manager that swallows exceptions? Others hardly ever do.
fn swallows(code: &Code) -> bool {
    code.names.iter().any(|name| &**name == "suppress")
}

fn constant(value: &Value, depth: usize) -> PyValue {
    match value {
        Value::Text(text) => PyValue::Str(text.clone()),
        Value::Bytes(bytes) => PyValue::Bytes(bytes.clone()),
        Value::Int(number) => PyValue::Int(*number),
        Value::Bool(bit) => PyValue::Bool(*bit),
        Value::None => PyValue::None,
        Value::Many(items) if depth < DEEPEST && items.len() <= crate::python::limits::ITEMS => {
            PyValue::tuple(items.iter().map(|item| constant(item, depth + 1)))
        }
        _ => PyValue::Unknown(Reason::Construct),
    }
}

/// Reads the table of handlers (`InternalDocs/exception_handling.md`): start, length, target, depth, each in pieces of six
/// bits of which the first of an entry is marked.
fn handlers(table: &[u8], count: usize) -> Vec<Option<Handler>> {
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
