//! Loops: turn by turn over what is known, else their body once under doubt.

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Pattern, Stmt, StmtFor, StmtWhile};
use ruff_text_size::Ranged;

use super::statement::go;
use super::{Completion, Interpreter};
use crate::python::limits;
use crate::python::value::{PyValue, Reason};

/// How a turn of a loop went.
enum Turn {
    Again,
    /// By `break`; the `else` of the loop does not run.
    Broken,
    /// The loop may have ended by `break` in this turn.
    Doubtful,
    Left(Completion),
}

impl Interpreter<'_> {
    pub(super) fn for_loop(&mut self, statement: &StmtFor) -> Completion {
        let over = go!(self.eval(&statement.iter));
        let items = go!(self.iterate(&over, statement.iter.start()));
        let line = self.line(statement.start());
        let Some(items) = items.filter(|items| items.len() <= limits::TURNS) else {
            return self.loop_in_doubt(
                (over.reason(), line),
                Some(&statement.target),
                &statement.body,
                &statement.orelse,
            );
        };
        let turn = self.doubts.turn;
        let mut may_be_broken = false;
        for item in items {
            if self.has_turned_long() {
                self.doubts.turn = turn;
                return self.loop_in_doubt(
                    (Reason::Limit, line),
                    Some(&statement.target),
                    &statement.body,
                    &statement.orelse,
                );
            }
            go!(self.assign(&statement.target, item));
            match self.turn(&statement.body) {
                Turn::Again => {}
                Turn::Doubtful => may_be_broken = true,
                Turn::Broken => {
                    self.doubts.turn = turn;
                    return Completion::Next;
                }
                Turn::Left(completion) => {
                    self.doubts.turn = turn;
                    return completion;
                }
            }
        }
        self.doubts.turn = turn;
        self.orelse(&statement.orelse, may_be_broken.then_some((Reason::Arms, line)))
    }

    /// The `else` of a loop, which does not run where the loop may have ended by `break`.
    fn orelse(&mut self, orelse: &[Stmt], doubt: Option<(Reason, u32)>) -> Completion {
        match doubt {
            Some(doubt) if !orelse.is_empty() => self.fork(doubt, |this| this.block(orelse), |_| Completion::Next),
            _ => self.block(orelse),
        }
    }

    pub(super) fn while_loop(&mut self, statement: &StmtWhile) -> Completion {
        let turn = self.doubts.turn;
        let line = self.line(statement.start());
        for count in 0.. {
            let value = go!(self.eval(&statement.test));
            match self.truth(&value) {
                Some(false) => break,
                Some(true) if count < limits::TURNS && !self.has_turned_long() => {}
                known => {
                    self.doubts.turn = turn;
                    let reason = if known.is_some() { Reason::Limit } else { value.reason() };
                    return self.loop_in_doubt((reason, line), None, &statement.body, &statement.orelse);
                }
            }
            let how = self.turn(&statement.body);
            match how {
                Turn::Again => {}
                Turn::Broken => {
                    self.doubts.turn = turn;
                    return Completion::Next;
                }
                // How many turns follow cannot be told: what they bind is unknown.
                Turn::Doubtful => {
                    self.doubts.turn = turn;
                    self.forget(&statement.body, None);
                    return self.orelse(&statement.orelse, Some((Reason::Arms, line)));
                }
                Turn::Left(completion) => {
                    self.doubts.turn = turn;
                    return completion;
                }
            }
        }
        self.doubts.turn = turn;
        self.block(&statement.orelse)
    }

    pub(super) fn has_turned_long(&self) -> bool {
        self.turns > limits::ALL_TURNS || self.steps > limits::STEPS_IN_LOOPS
    }

    fn turn(&mut self, body: &[Stmt]) -> Turn {
        self.turns += 1;
        let may_break = std::mem::take(&mut self.may_break);
        let completion = self.block(body);
        let is_doubtful = std::mem::replace(&mut self.may_break, may_break);
        match completion {
            Completion::Next | Completion::Continue | Completion::Value(_) if is_doubtful => Turn::Doubtful,
            Completion::Next | Completion::Continue | Completion::Value(_) => Turn::Again,
            Completion::Break => Turn::Broken,
            other => Turn::Left(other),
        }
    }

    /// The body runs once, or not at all; what it binds is unknown before, in, and after it, for it may run more than once.
    fn loop_in_doubt(
        &mut self,
        doubt: (Reason, u32),
        target: Option<&Expr>,
        body: &[Stmt],
        orelse: &[Stmt],
    ) -> Completion {
        let (turn, may_break) = (self.doubts.turn, self.may_break);
        let completion = self.fork(
            doubt,
            |this| {
                this.forget(body, target);
                match this.block(body) {
                    Completion::Break | Completion::Continue => Completion::Next,
                    other => other,
                }
            },
            |_| Completion::Next,
        );
        (self.doubts.turn, self.may_break) = (turn, may_break);
        match completion {
            Completion::Next => self.orelse(orelse, Some(doubt)),
            other => other,
        }
    }

    /// The names that a block binds are unknown from now on.
    fn forget(&mut self, body: &[Stmt], target: Option<&Expr>) {
        let mut bound = Bound::default();
        if let Some(target) = target {
            bound.visit_expr(target);
        }
        bound.visit_body(body);
        for name in bound.names {
            self.bind(&name, PyValue::Unknown(Reason::Arms));
        }
    }
}

/// The names that a pattern binds.
pub(super) fn names_of_pattern(pattern: &Pattern) -> Vec<Name> {
    let mut bound = Bound::default();
    bound.visit_pattern(pattern);
    bound.names
}

/// Names that are bound, outside of functions and classes.
#[derive(Default)]
struct Bound {
    names: Vec<Name>,
}

impl<'a> Visitor<'a> for Bound {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(def) => self.names.push(def.name.id.clone()),
            Stmt::ClassDef(class) => self.names.push(class.name.id.clone()),
            // What is imported is the same in each turn, as far as its name is.
            Stmt::Import(_) | Stmt::ImportFrom(_) => {}
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx == ExprContext::Store => self.names.push(name.id.clone()),
            Expr::Lambda(_) => {}
            _ => walk_expr(self, expression),
        }
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        self.names.extend(name.map(|name| name.id.clone()));
        walk_pattern(self, pattern);
    }
}
