//! The instructions of compiled code that only compute with values.

use ruff_python_ast::CmpOp;

use super::super::call::Given;
use super::super::{Eval, Interpreter};
use super::way::{EMPTY, NOWHERE, Way};
use crate::python::compiled::marshal::{Code, Value};
use crate::python::compiled::{Opcodes, Operation};
use crate::python::heap::HeapObject;
use crate::python::limits;
use crate::python::value::{PyValue, Reason};

/// Values in each other, of constants.
const DEEPEST: usize = 20;

impl Interpreter<'_> {
    /// The instructions that only compute with values.
    pub(super) fn compute(
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
}

fn truth(answer: Option<bool>) -> PyValue {
    answer.map_or(PyValue::Unknown(Reason::Construct), PyValue::Bool)
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
