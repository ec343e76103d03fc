//! Conditions that are not decided: both arms run from one state, and are joined.

use super::{Completion, Doubt, Eval, Interpreter, Stop};
use crate::python::limits;
use crate::python::raised::Raised;
use crate::python::value::{PyValue, Reason};
use std::sync::Arc;

impl Interpreter<'_> {
    /// Runs both arms, each upon the state that stands now; where one of them does not go on, its end is kept as one that may
    /// be, and the state of the other stays.
    pub(super) fn fork(
        &mut self,
        doubt: (Reason, u32),
        first: impl FnOnce(&mut Self) -> Completion,
        second: impl FnOnce(&mut Self) -> Completion,
    ) -> Completion {
        if self.forks >= limits::FORKS {
            return Completion::Stop(Stop::Limit(Reason::Limit));
        }
        self.forks += 1;
        let arm = self.doubts.arm;
        self.doubts.arm = arm.or(Some(doubt));
        self.heap.mark();
        let first = first(self);
        let left = self.heap.take_back();
        self.heap.mark();
        let second = second(self);
        self.doubts.arm = arm;
        self.forks -= 1;
        match (leaves(&first), leaves(&second)) {
            (false, false) => self.heap.join(&left),
            (false, true) => {
                self.heap.take_back();
                self.heap.apply(left);
            }
            (true, _) => self.heap.keep(),
        }
        self.merge(first, second, doubt)
    }

    /// [`fork`](Self::fork) for expressions.
    pub(super) fn fork_values(
        &mut self,
        doubt: (Reason, u32),
        first: impl FnOnce(&mut Self) -> Eval,
        second: impl FnOnce(&mut Self) -> Eval,
    ) -> Eval {
        let completion = |value: Eval| value.map_or_else(Completion::Stop, Completion::Value);
        match self.fork(doubt, |this| completion(first(this)), |this| completion(second(this))) {
            Completion::Value(value) => Ok(value),
            Completion::Stop(stop) => Err(stop),
            _ => Ok(PyValue::Unknown(Reason::Arms)),
        }
    }

    /// One end out of two; the one that goes on wins, and the other is kept as one that may be.
    fn merge(&mut self, first: Completion, second: Completion, doubt: (Reason, u32)) -> Completion {
        match (first, second) {
            (Completion::Stop(Stop::Limit(reason)), _) | (_, Completion::Stop(Stop::Limit(reason))) => {
                Completion::Stop(Stop::Limit(reason))
            }
            (Completion::Value(one), Completion::Value(other)) => Completion::Value(joined(one, other)),
            (Completion::Return(one), Completion::Return(other)) => Completion::Return(joined(one, other)),
            (first, second) => {
                let (stays, goes) = if rank(&first) <= rank(&second) { (first, second) } else { (second, first) };
                self.may_have_ended(goes, doubt, rank(&stays) == RANK_RAISE);
                stays
            }
        }
    }

    /// Keeps the end of an arm while the other goes on.
    fn may_have_ended(&mut self, end: Completion, doubt: (Reason, u32), is_raised: bool) {
        let doubt_here: Doubt = Some(doubt);
        match end {
            Completion::Next | Completion::Value(_) => {}
            Completion::Break => {
                self.doubts.turn = self.doubts.turn.or(doubt_here);
                self.may_break = true;
            }
            Completion::Continue => self.doubts.turn = self.doubts.turn.or(doubt_here),
            Completion::Return(value) => {
                self.doubts.call = self.doubts.call.or(doubt_here);
                self.frame.returned = Some(match self.frame.returned.take() {
                    Some(known) => joined(known, value),
                    None => value,
                });
            }
            Completion::Stop(Stop::Raise(raised)) if is_raised => self.collect(raised),
            Completion::Stop(Stop::Raise(raised)) => self.may_have_raised(raised, doubt),
            Completion::Stop(Stop::Exit(site)) => {
                let raised = Raised { is_foreign: false, ..Raised::builtin("SystemExit", "", site) };
                self.may_have_raised(Arc::new(raised), doubt);
            }
            Completion::Stop(Stop::Limit(_)) => {}
        }
    }
}

/// Does an arm leave the code around it, so that its state is no longer of interest there?
fn leaves(end: &Completion) -> bool {
    matches!(end, Completion::Stop(_))
}

const RANK_RAISE: u8 = 4;

fn rank(end: &Completion) -> u8 {
    match end {
        Completion::Next | Completion::Value(_) => 0,
        Completion::Continue => 1,
        Completion::Break => 2,
        Completion::Return(_) => 3,
        Completion::Stop(Stop::Raise(_)) => RANK_RAISE,
        Completion::Stop(Stop::Exit(_)) => 5,
        Completion::Stop(Stop::Limit(_)) => 6,
    }
}

/// One value out of two: unknown where they differ.
pub(super) fn joined(one: PyValue, other: PyValue) -> PyValue {
    if one.is_same(&other) { one } else { PyValue::Unknown(Reason::Arms) }
}
