//! Statements, in order.

use ruff_python_ast::{ElifElseClause, Expr, Stmt, StmtAssert, StmtIf, StmtMatch};
use ruff_text_size::{Ranged, TextSize};

use super::{Completion, Eval, Interpreter, Stop};
use crate::python::limits;
use crate::python::value::{PyValue, Reason};

/// Goes on to the next statement where an evaluation came to its end.
macro_rules! go {
    ($evaluated:expr) => {
        match $evaluated {
            Ok(value) => value,
            Err(stop) => return Completion::Stop(stop),
        }
    };
}
pub(super) use go;

impl Interpreter<'_> {
    pub(super) fn block(&mut self, body: &[Stmt]) -> Completion {
        if self.heap.depth >= limits::DEPTH_IN_ALL {
            return Completion::Stop(Stop::Limit(Reason::Limit));
        }
        self.heap.depth += limits::BLOCK_DEPTH;
        let mut completion = Completion::Next;
        for statement in body {
            completion = self.statement(statement);
            if !matches!(completion, Completion::Next | Completion::Value(_)) {
                break;
            }
            completion = Completion::Next;
        }
        self.heap.depth -= limits::BLOCK_DEPTH;
        completion
    }

    fn statement(&mut self, statement: &Stmt) -> Completion {
        go!(self.step(0));
        self.tally.statements += 1;
        match statement {
            Stmt::Expr(statement) => return self.expression(&statement.value),
            Stmt::Assign(statement) => {
                let value = go!(self.eval(&statement.value));
                for target in &statement.targets {
                    go!(self.assign(target, value.clone()));
                }
            }
            Stmt::AnnAssign(statement) => {
                if let Some(value) = &statement.value {
                    let value = go!(self.eval(value));
                    go!(self.assign(&statement.target, value));
                }
            }
            Stmt::AugAssign(statement) => go!(self.augment(statement)),
            Stmt::Import(statement) => go!(self.import_statement(statement)),
            Stmt::ImportFrom(statement) => go!(self.import_from_statement(statement)),
            Stmt::If(statement) => return self.condition(statement),
            Stmt::Try(statement) => return self.attempt(statement),
            Stmt::FunctionDef(def) => go!(self.define(def)),
            Stmt::ClassDef(class) => return self.class(class),
            Stmt::Return(statement) => {
                let value = match &statement.value {
                    Some(value) => go!(self.eval(value)),
                    None => PyValue::None,
                };
                return Completion::Return(value);
            }
            Stmt::Raise(statement) => return Completion::Stop(self.raise_statement(statement)),
            Stmt::With(statement) => return self.with(statement, 0),
            Stmt::For(statement) => return self.for_loop(statement),
            Stmt::While(statement) => return self.while_loop(statement),
            Stmt::Break(_) => return Completion::Break,
            Stmt::Continue(_) => return Completion::Continue,
            Stmt::Delete(statement) => {
                for target in &statement.targets {
                    go!(self.delete(target));
                }
            }
            Stmt::Global(statement) => statement.names.iter().for_each(|name| self.declare_global(name)),
            Stmt::Nonlocal(statement) => statement.names.iter().for_each(|name| self.declare_nonlocal(name)),
            Stmt::Assert(statement) => return self.assertion(statement),
            Stmt::Match(statement) => return self.match_statement(statement),
            Stmt::TypeAlias(statement) => {
                go!(self.assign(&statement.name, PyValue::Unknown(Reason::Construct)));
            }
            Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => {}
        }
        Completion::Next
    }

    /// A statement that is an expression; a `yield` of a context manager runs the block of the `with`.
    fn expression(&mut self, expression: &Expr) -> Completion {
        let yielded = match expression {
            Expr::Yield(yielded) => Some(yielded),
            Expr::Named(named) => named.value.as_yield_expr(),
            _ => None,
        };
        if let (Some(index), Some(yielded)) = (self.frame.manages, yielded) {
            let value = yielded.value.as_ref().map_or(Ok(PyValue::None), |value| self.eval(value));
            return self.at_yield(index, go!(value));
        }
        go!(self.eval(expression));
        Completion::Next
    }

    fn condition(&mut self, statement: &StmtIf) -> Completion {
        self.clause(&statement.test, &statement.body, &statement.elif_else_clauses)
    }

    fn clause(&mut self, test: &Expr, body: &[Stmt], clauses: &[ElifElseClause]) -> Completion {
        let (mut test, mut body, mut clauses) = (test, body, clauses);
        loop {
            let value = go!(self.eval(test));
            match self.truth(&value) {
                Some(true) => return self.block(body),
                Some(false) => match self.next_clause(&mut clauses) {
                    Some((Some(next), then)) => (test, body) = (next, then),
                    Some((None, last)) => return self.block(last),
                    None => return Completion::Next,
                },
                None => {
                    let doubt = (value.reason(), self.line(test.start()));
                    return self.fork(doubt, |this| this.block(body), |this| this.clauses(clauses));
                }
            }
        }
    }

    fn clauses(&mut self, mut clauses: &[ElifElseClause]) -> Completion {
        match self.next_clause(&mut clauses) {
            Some((Some(test), body)) => self.clause(test, body, clauses),
            Some((None, body)) => self.block(body),
            None => Completion::Next,
        }
    }

    fn next_clause<'a>(&self, clauses: &mut &'a [ElifElseClause]) -> Option<(Option<&'a Expr>, &'a [Stmt])> {
        let (first, rest) = clauses.split_first()?;
        *clauses = rest;
        Some((first.test.as_ref(), &first.body))
    }

    fn assertion(&mut self, statement: &StmtAssert) -> Completion {
        let value = go!(self.eval(&statement.test));
        match self.truth(&value) {
            Some(false) => Completion::Stop(self.stop("AssertionError", "", statement.start())),
            // An assertion is there to hold.
            _ => Completion::Next,
        }
    }

    /// Which case matches is not looked into: each may, the first wildcard does where none before it does.
    fn match_statement(&mut self, statement: &StmtMatch) -> Completion {
        go!(self.eval(&statement.subject));
        let doubt = (Reason::Construct, self.line(statement.start()));
        self.cases(&statement.cases, doubt)
    }

    fn cases(&mut self, cases: &[ruff_python_ast::MatchCase], doubt: (Reason, u32)) -> Completion {
        let Some((case, rest)) = cases.split_first() else { return Completion::Next };
        if case.pattern.is_wildcard() && case.guard.is_none() {
            return self.block(&case.body);
        }
        let names = super::looping::names_of_pattern(&case.pattern);
        self.fork(
            doubt,
            |this| {
                names.iter().for_each(|name| this.bind(name, PyValue::Unknown(Reason::Construct)));
                this.block(&case.body)
            },
            |this| this.cases(rest, doubt),
        )
    }

    pub(super) fn stop(&self, class: &str, text: &str, at: TextSize) -> Stop {
        match self.raise::<()>(class, text, at) {
            Err(stop) => stop,
            Ok(()) => Stop::Limit(Reason::Limit),
        }
    }

    /// Binds a name where the code that runs binds names.
    pub(super) fn bind(&mut self, name: &str, value: PyValue) {
        let declared = self.frame.declared.iter().find(|(declared, _)| declared == name);
        let namespace = declared.map_or(self.frame.locals, |(_, namespace)| *namespace);
        self.heap.set(namespace, name, value);
    }

    fn declare_global(&mut self, name: &str) {
        self.frame.declared.push((name.into(), self.frame.globals));
    }

    fn declare_nonlocal(&mut self, name: &str) {
        let holds = |namespace: &&_| self.heap.get(**namespace, name).is_some();
        let found = self.frame.closure.iter().find(holds).or(self.frame.closure.first()).copied();
        if let Some(namespace) = found {
            self.frame.declared.push((name.into(), namespace));
        }
    }

    /// Evaluates for what it does.
    pub(super) fn eval_all(&mut self, expressions: &[Expr]) -> Eval<Vec<PyValue>> {
        expressions.iter().map(|expression| self.eval(expression)).collect()
    }
}
