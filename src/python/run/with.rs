//! `with`: what is suppressed, and managers that the code itself defines.

use std::sync::Arc;

use ruff_python_ast::StmtWith;
use ruff_text_size::{Ranged, TextSize};

use super::call::Given;
use super::statement::go;
use super::{Completion, Eval, Interpreter, Stop, Suspended};
use crate::python::raised::Raised;
use crate::python::value::{Callable, FunctionValue, PyValue, Reason};

/// What a manager does with what is raised in its block.
enum Leaving {
    /// Lets it pass: an unknown manager is taken as one of these.
    Pass,
    /// `contextlib.suppress` of these classes.
    Suppress(Vec<PyValue>),
    /// Calls `__exit__` of an instance.
    Exit(PyValue),
}

impl Interpreter<'_> {
    /// Enters the managers of a `with` from this one on, then runs its block.
    pub(super) fn with(&mut self, statement: &StmtWith, index: usize) -> Completion {
        let Some(item) = statement.items.get(index) else { return self.block(&statement.body) };
        let at = item.context_expr.start();
        let manager = go!(self.eval(&item.context_expr));
        if let Some((callable, given)) = generator(&manager)
            && let Callable::Function(function) = &*callable
        {
            return self.with_generator(statement, index, function, given);
        }
        let (value, leaving) = go!(self.enter(manager, at));
        if let Some(target) = &item.optional_vars {
            go!(self.assign(target, value));
        }
        let (completion, may) = self.collecting(|this| this.with(statement, index + 1));
        for raised in may {
            self.perhaps_leave(&leaving, raised);
        }
        match completion {
            Completion::Stop(Stop::Raise(raised)) => self.leave(leaving, raised, at),
            other => {
                if let Leaving::Exit(manager) = leaving {
                    go!(self.exit(&manager, None, at));
                }
                other
            }
        }
    }

    /// Runs a manager that is a generator.
    fn with_generator(
        &mut self,
        statement: &StmtWith,
        item: usize,
        function: &FunctionValue,
        given: Given,
    ) -> Completion {
        let at = statement.start();
        self.suspended.push(Suspended { frame: None, start: at, item, is_run: false, ended: None });
        let result = self.call_function(function, given, None, at);
        let suspended = self.suspended.pop();
        go!(result);
        match suspended {
            Some(Suspended { is_run: true, ended, .. }) => ended.unwrap_or(Completion::Next),
            // It was not followed as far as its `yield`.
            _ => self.with_entered(statement, item, PyValue::Unknown(Reason::Call)),
        }
    }

    /// The `yield` of a manager: the block runs, and what it raises is raised here.
    pub(super) fn at_yield(&mut self, index: usize, value: PyValue) -> Completion {
        let Some(suspended) = self.suspended.get_mut(index).filter(|suspended| !suspended.is_run) else {
            return Completion::Next;
        };
        suspended.is_run = true;
        let (start, item) = (suspended.start, suspended.item);
        let Some(outer) = suspended.frame.take() else { return Completion::Next };
        let source = outer.source.clone();
        let inner = std::mem::replace(&mut self.frame, outer);
        let completion = match source.with_statement(start) {
            Some(statement) => self.with_entered(statement, item, value),
            None => Completion::Next,
        };
        let outer = std::mem::replace(&mut self.frame, inner);
        if let Some(suspended) = self.suspended.get_mut(index) {
            suspended.frame = Some(outer);
            match completion {
                Completion::Next | Completion::Value(_) => {}
                Completion::Stop(stop) => return Completion::Stop(stop),
                other => suspended.ended = Some(other),
            }
        }
        Completion::Next
    }

    /// A manager was entered: its value is bound, and the rest of the `with` runs.
    fn with_entered(&mut self, statement: &StmtWith, index: usize, value: PyValue) -> Completion {
        if let Some(target) = &statement.items[index].optional_vars {
            go!(self.assign(target, value));
        }
        self.with(statement, index + 1)
    }

    fn enter(&mut self, manager: PyValue, at: TextSize) -> Eval<(PyValue, Leaving)> {
        if let PyValue::Callable(callable) = &manager
            && let Callable::Partial { function: PyValue::Standard(name), positional, .. } = &**callable
        {
            match *name {
                "contextlib.suppress" => return Ok((PyValue::None, Leaving::Suppress(positional.clone()))),
                "contextlib.nullcontext" => {
                    let value = positional.first().cloned().unwrap_or(PyValue::None);
                    return Ok((value, Leaving::Pass));
                }
                _ => {}
            }
        }
        if let Some(enter) = self.method_of(&manager, "__enter__")? {
            let value = self.call_value(&enter, Given::default(), at)?;
            return Ok((value, Leaving::Exit(manager)));
        }
        let is_file = matches!(&manager, PyValue::Callable(callable) if matches!(&**callable, Callable::Native { .. }));
        let value = if is_file { manager } else { PyValue::Unknown(Reason::Call) };
        Ok((value, Leaving::Pass))
    }

    fn leave(&mut self, leaving: Leaving, raised: Arc<Raised>, at: TextSize) -> Completion {
        let is_caught = match &leaving {
            Leaving::Pass => Some(false),
            Leaving::Suppress(classes) => self.is_caught_by(&raised, &PyValue::tuple(classes.iter().cloned())),
            Leaving::Exit(manager) => {
                let value = go!(self.exit(manager, Some(&raised), at));
                self.truth(&value)
            }
        };
        match is_caught {
            Some(true) => {
                self.tell_caught(&raised, at);
                Completion::Next
            }
            Some(false) => Completion::Stop(Stop::Raise(raised)),
            None => {
                let doubt = (Reason::Call, self.line(at));
                self.fork(doubt, |_| Completion::Next, |_| Completion::Stop(Stop::Raise(raised)))
            }
        }
    }

    /// What may have been raised goes on to the next `try`, unless it is suppressed.
    fn perhaps_leave(&mut self, leaving: &Leaving, raised: Arc<Raised>) {
        let is_caught = match leaving {
            Leaving::Suppress(classes) => self.is_caught_by(&raised, &PyValue::tuple(classes.iter().cloned())),
            _ => None,
        };
        if is_caught != Some(true) {
            self.collect(raised);
        }
    }

    fn exit(&mut self, manager: &PyValue, raised: Option<&Arc<Raised>>, at: TextSize) -> Eval {
        let Some(exit) = self.method_of(manager, "__exit__")? else { return Ok(PyValue::None) };
        let arguments = match raised {
            Some(raised) => vec![
                PyValue::ExceptionClass(Arc::new(raised.class.clone())),
                PyValue::Exception(raised.clone()),
                PyValue::Unknown(Reason::Construct),
            ],
            None => vec![PyValue::None, PyValue::None, PyValue::None],
        };
        self.call_value(&exit, Given::of(arguments), at)
    }
}

/// The generator function that makes a manager, and what it is given.
fn generator(manager: &PyValue) -> Option<(Arc<Callable>, Given)> {
    let PyValue::Callable(callable) = manager else { return None };
    let Callable::Partial { function: PyValue::Standard("contextlib.contextmanager"), positional, named } = &**callable
    else {
        return None;
    };
    let (PyValue::Callable(function), given) = positional.split_first()? else { return None };
    let given = Given { positional: given.to_vec(), named: named.clone(), is_open: false };
    Some((function.clone(), given))
}
