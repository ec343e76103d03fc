//! `try`, `raise`, and what a handler catches.

use std::sync::Arc;

use ruff_python_ast::{ExceptHandler, ExceptHandlerExceptHandler, Stmt, StmtRaise, StmtTry};
use ruff_text_size::{Ranged, TextSize};

use super::statement::go;
use super::{Completion, Eval, Interpreter, Stop};
use crate::python::raised::{ExceptionClass, Raised};
use crate::python::value::{Callable, PyValue, Reason};

impl Interpreter<'_> {
    pub(super) fn attempt(&mut self, statement: &StmtTry) -> Completion {
        let (completion, may) = self.collecting(|this| this.block(&statement.body));
        let handlers = &statement.handlers;
        let completion = match completion {
            Completion::Stop(Stop::Raise(raised)) => {
                may.into_iter().for_each(|raised| self.collect(raised));
                self.handle(handlers, raised)
            }
            Completion::Next => self.perhaps_handle(handlers, may, &statement.orelse),
            other => {
                may.into_iter().for_each(|raised| self.collect(raised));
                other
            }
        };
        if matches!(completion, Completion::Stop(Stop::Limit(_) | Stop::Exit(_))) {
            return completion;
        }
        match self.block(&statement.finalbody) {
            Completion::Next => completion,
            other => other,
        }
    }

    /// Runs something, and keeps apart what it may raise.
    pub(super) fn collecting(&mut self, run: impl FnOnce(&mut Self) -> Completion) -> (Completion, Vec<Arc<Raised>>) {
        let attempt = self.doubts.attempt;
        self.may_raise.push(Vec::new());
        let completion = run(self);
        self.doubts.attempt = attempt;
        (completion, self.may_raise.pop().unwrap_or_default())
    }

    /// Nothing was raised for certain: what may have been is handled under doubt, else the `else` runs.
    fn perhaps_handle(&mut self, handlers: &[ExceptHandler], mut may: Vec<Arc<Raised>>, orelse: &[Stmt]) -> Completion {
        if may.is_empty() {
            return self.block(orelse);
        }
        let raised = may.remove(0);
        let doubt = (Reason::Arms, raised.at.line);
        self.fork(doubt, |this| this.handle(handlers, raised), |this| this.perhaps_handle(handlers, may, orelse))
    }

    /// The first handler that catches it runs; one of which that cannot be told runs under doubt.
    fn handle(&mut self, handlers: &[ExceptHandler], raised: Arc<Raised>) -> Completion {
        for (index, handler) in handlers.iter().enumerate() {
            let ExceptHandler::ExceptHandler(handler) = handler;
            match go!(self.catches(handler, &raised)) {
                Some(true) => return self.handler(handler, raised),
                Some(false) => {}
                None => {
                    let doubt = (Reason::Opaque, self.line(handler.start()));
                    let (again, rest) = (raised.clone(), &handlers[index + 1..]);
                    return self.fork(doubt, |this| this.handler(handler, again), |this| this.handle(rest, raised));
                }
            }
        }
        Completion::Stop(Stop::Raise(raised))
    }

    fn catches(&mut self, handler: &ExceptHandlerExceptHandler, raised: &Raised) -> Eval<Option<bool>> {
        let Some(class) = &handler.type_ else { return Ok(Some(true)) };
        let class = self.eval(class)?;
        Ok(self.is_caught_by(raised, &class))
    }

    /// Would `except VALUE` catch it? None where that cannot be told.
    pub(super) fn is_caught_by(&self, raised: &Raised, catcher: &PyValue) -> Option<bool> {
        match catcher {
            PyValue::ExceptionClass(class) => raised.class.is_a(&class.name),
            PyValue::Callable(callable) => match &**callable {
                Callable::Class(class) => match &class.exception {
                    Some(exception) => raised.class.is_a(&exception.name),
                    None => class.is_whole.then_some(false),
                },
                _ => None,
            },
            catcher => any(self.heap.items(catcher)?.iter().map(|one| self.is_caught_by(raised, one))),
        }
    }

    fn handler(&mut self, handler: &ExceptHandlerExceptHandler, raised: Arc<Raised>) -> Completion {
        self.handling.push(raised.clone());
        if let Some(name) = &handler.name {
            self.bind(name, PyValue::Exception(raised.clone()));
        }
        let completion = self.block(&handler.body);
        if let Some(name) = &handler.name {
            self.heap.unset(self.frame.locals, name);
        }
        self.handling.pop();
        if !matches!(completion, Completion::Stop(_)) {
            self.tell_caught(&raised, handler.start());
        }
        completion
    }

    pub(super) fn tell_caught(&mut self, raised: &Arc<Raised>, at: TextSize) {
        let at = self.at(at);
        self.outside(|outside| outside.caught(raised, &at));
    }

    pub(super) fn raise_statement(&mut self, statement: &StmtRaise) -> Stop {
        match self.raised_by(statement) {
            Ok(raised) => Stop::Raise(raised),
            Err(stop) => stop,
        }
    }

    fn raised_by(&mut self, statement: &StmtRaise) -> Eval<Arc<Raised>> {
        let handled = self.handling.last().cloned();
        let Some(raised) = &statement.exc else {
            let none = || self.stop("RuntimeError", "No active exception to reraise", statement.start());
            return handled.ok_or_else(none);
        };
        let raised = self.eval(raised)?;
        let cause = statement.cause.as_ref().map(|cause| self.eval(cause)).transpose()?;
        Ok(self.raised_of(raised, cause, statement.start()))
    }

    /// What `raise VALUE from CAUSE` raises.
    pub(super) fn raised_of(&self, raised: PyValue, cause: Option<PyValue>, at: TextSize) -> Arc<Raised> {
        let handled = self.handling.last().cloned();
        let raised = match raised {
            PyValue::Exception(raised) => raised,
            PyValue::ExceptionClass(class) => self.exception(&class, &[], at),
            PyValue::Callable(callable) => match &*callable {
                Callable::Class(class) if class.exception.is_some() => {
                    let class = class.exception.clone().unwrap_or_else(|| Arc::new(unknown_class()));
                    self.exception(&class, &[], at)
                }
                _ => self.exception(&unknown_class(), &[PyValue::Unknown(Reason::Call)], at),
            },
            _ => self.exception(&unknown_class(), &[PyValue::Unknown(Reason::Call)], at),
        };
        let is_again = self.handling.iter().any(|handled| Arc::ptr_eq(handled, &raised));
        if is_again && cause.is_none() {
            return raised;
        }
        let from = match cause {
            Some(PyValue::Exception(cause)) => Some(cause),
            _ => raised.from.clone().or(handled),
        };
        // An exception that would be its own cause stays as it is.
        if from.as_ref().is_some_and(|from| Arc::ptr_eq(from, &raised)) {
            return raised;
        }
        Arc::new(Raised { at: self.at(at).site, from, ..Raised::clone(&raised) })
    }

    /// An instance of an exception's class.
    pub(super) fn exception(&self, class: &ExceptionClass, arguments: &[PyValue], at: TextSize) -> Arc<Raised> {
        let text = match arguments {
            [] => Some(Arc::from("")),
            [one] => self.to_text(one),
            [number, text] if class.is_a("OSError") == Some(true) => match (number.as_int(), text.as_str()) {
                (Some(number), Some(text)) => Some(format!("[Errno {number}] {text}").into()),
                _ => None,
            },
            _ => None,
        };
        let site = self.at(at).site;
        Arc::new(Raised {
            class: class.clone(),
            text,
            name: None,
            at: site,
            from: None,
            is_foreign: false,
            token: None,
        })
    }
}

/// The class of an exception of which nothing is known but that it is one.
pub(super) fn unknown_class() -> ExceptionClass {
    let above = [Arc::from("Exception"), Arc::from("BaseException")];
    ExceptionClass { name: "Exception".into(), above: above.into(), is_whole: false }
}

/// Is one of the answers yes? None where none is, and not all are known.
pub(super) fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut is_known = true;
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            Some(false) => {}
            None => is_known = false,
        }
    }
    is_known.then_some(false)
}
