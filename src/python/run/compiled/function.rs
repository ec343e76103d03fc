//! Functions of compiled code: made, and called where code that runs calls them.

use std::sync::Arc;

use super::super::call::Given;
use super::super::{Completion, Eval, Frame, Interpreter, Stop};
use super::way::Way;
use crate::python::compiled::marshal::{Code, Value};
use crate::python::compiled::{CompiledModule, Opcodes, Operation};
use crate::python::limits;
use crate::python::value::{Callable, CompiledFunction, PyValue, Reason};

/// `CO_GENERATOR`, `CO_COROUTINE`, `CO_ASYNC_GENERATOR`: a call does not run the body.
const DEFERS: usize = 0x20 | 0x80 | 0x200;
/// Instructions between the code of a function and what makes it: its name, and parts of large arguments.
const MOST_BACK: usize = 4;

impl Opcodes {
    /// Takes from the stack what `MAKE_FUNCTION` takes: the code, its name, and what the bits of the argument tell of.
    pub(super) fn take_function(&self, argument: usize, way: &mut Way) {
        let more = if self.minor >= 13 { 0 } else { (argument & 0xf).count_ones() as usize };
        way.pop_many(1 + usize::from(self.minor < 11) + more);
    }
}

impl Interpreter<'_> {
    /// The function that is made here: its code is the constant that was loaded last but for its name.
    pub(super) fn compiled_function(
        &self,
        compiled: &Arc<CompiledModule>,
        code: &Code,
        before: &[(Operation, usize)],
    ) -> PyValue {
        let constants = before.iter().rev().take(MOST_BACK).filter(|(operation, _)| *operation == Operation::LoadConst);
        let mut own = constants.filter_map(|(_, argument)| match code.constants.get(*argument)? {
            Value::Code(code) => Some(code.clone()),
            _ => None,
        });
        let (module, globals) = (self.frame.module.clone(), self.frame.globals);
        let function = own.next().map(|code| CompiledFunction { compiled: compiled.clone(), code, module, globals });
        function.map_or(PyValue::Unknown(Reason::Construct), |it| PyValue::Callable(Arc::new(Callable::Compiled(it))))
    }

    /// A call: what it returns is not known, and neither is what it does to the values that it is given.
    pub(in crate::python::run) fn call_compiled(&mut self, function: &CompiledFunction, given: &Given) -> Eval {
        self.step(4)?;
        let code = &function.code;
        let is_running = self.running_code.iter().any(|running| Arc::ptr_eq(running, code));
        let is_long = self.steps > limits::STEPS_IN_CALLS;
        let is_deep = self.calls >= limits::CALL_DEPTH || self.heap.calls >= limits::CALL_DEPTH_IN_ALL;
        if is_running || is_long || is_deep || code.flags & DEFERS != 0 {
            return Ok(self.call_unknown(Reason::Call, given));
        }
        let locals = self.heap.namespace();
        for (name, value) in code.variables.iter().take(code.positional).zip(&given.positional) {
            self.heap.set(locals, name, value.clone());
        }
        let frame = Frame { locals, ..Frame::of_compiled(function.module.clone(), function.globals) };
        let frame = std::mem::replace(&mut self.frame, frame);
        let handling = std::mem::take(&mut self.handling);
        self.running_code.push(code.clone());
        self.calls += 1;
        self.heap.calls += 1;
        let completion = self.compiled_code(&function.compiled, code);
        self.heap.calls -= 1;
        self.calls -= 1;
        self.running_code.pop();
        (self.frame, self.handling) = (frame, handling);
        match completion {
            Completion::Stop(stop @ (Stop::Raise(_) | Stop::Exit(_))) => Err(stop),
            _ => Ok(self.call_unknown(Reason::Call, given)),
        }
    }

    /// A local variable; one that was never bound is a parameter that the caller left to its default, or in doubt.
    pub(super) fn local(&self, code: &Code, index: usize) -> PyValue {
        let value = code.variables.get(index).and_then(|name| self.heap.get(self.frame.locals, name));
        value.cloned().unwrap_or(PyValue::Unknown(Reason::Call))
    }

    pub(super) fn store_variables(
        &mut self,
        module: &Arc<CompiledModule>,
        code: &Code,
        (operation, argument): (Operation, usize),
        way: &mut Way,
    ) {
        let (first, second) = (argument >> 4, argument & 0xf);
        let mut store = |index: usize, way: &mut Way| {
            let value = way.pop();
            if let Some(name) = code.variables.get(index) {
                self.store(module, name, value);
            }
        };
        match operation {
            Operation::StoreTwoVariables => {
                store(first, way);
                store(second, way);
            }
            Operation::StoreAndLoadVariable => {
                store(first, way);
                way.push(self.local(code, second));
            }
            _ => store(argument, way),
        }
    }
}
