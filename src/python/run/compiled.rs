//! Compiled code: the ways through its instructions, upon the same heap and by the same rules as source.
//!
//! Instructions are followed in the order of their places, each once. Where a condition is not decided both ways are open,
//! and what runs while another way is open runs under doubt: what it binds is not known then. An exception leads to its
//! handler, or ends its way. The bodies of classes run where these are defined, functions where they are called.

mod compute;
mod function;
mod way;

use std::collections::BTreeMap;
use std::sync::Arc;

use way::{NOWHERE, Way, Ways, handlers};

use super::{Completion, Eval, Frame, Interpreter, Stop};
use crate::python::compiled::marshal::{Code, Value};
use crate::python::compiled::{CompiledModule, Operation};
use crate::python::heap::{HeapObject, NamespaceId};
use crate::python::limits;
use crate::python::outside::SiteModule;
use crate::python::source::ModuleSource;
use crate::python::value::{PyValue, Reason};

impl Frame {
    /// The code of a compiled module.
    pub(super) fn of_compiled(module: Arc<SiteModule>, namespace: NamespaceId) -> Frame {
        Frame { line: Some(0), ..Frame::of_module(Arc::new(ModuleSource::parse(b"")), module, namespace) }
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
