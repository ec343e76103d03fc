//! Expressions, and the truth of values.

use std::sync::Arc;

use ruff_python_ast::{BoolOp, Expr, ExprBoolOp, ExprIf, Number, UnaryOp};
use ruff_text_size::Ranged;

use super::{Eval, Interpreter, Stop};
use crate::python::heap::HeapObject;
use crate::python::limits;
use crate::python::value::{Callable, PyValue, Reason};

impl Interpreter<'_> {
    pub(super) fn eval(&mut self, expression: &Expr) -> Eval {
        self.step(0)?;
        if self.depth >= limits::DEPTH || self.heap.depth >= limits::DEPTH_IN_ALL {
            return Err(Stop::Limit(Reason::Limit));
        }
        self.depth += 1;
        self.heap.depth += 1;
        let value = self.expression_value(expression);
        self.heap.depth -= 1;
        self.depth -= 1;
        self.tally.expressions += 1;
        self.tally.unknown += usize::from(matches!(value, Ok(PyValue::Unknown(_))));
        value
    }

    fn expression_value(&mut self, expression: &Expr) -> Eval {
        let at = expression.start();
        match expression {
            Expr::Name(name) => self.name(&name.id, at),
            Expr::Attribute(attribute) => {
                let on = self.eval(&attribute.value)?;
                self.attribute(&on, &attribute.attr, at)
            }
            Expr::Call(call) => self.call(call),
            Expr::Subscript(subscript) => self.subscript(subscript),
            Expr::StringLiteral(literal) => Ok(PyValue::text(literal.value.to_str())),
            Expr::BytesLiteral(literal) => Ok(PyValue::Bytes(literal.value.bytes().collect())),
            Expr::NumberLiteral(literal) => Ok(match &literal.value {
                Number::Int(number) => number.as_i64().map_or(PyValue::Unknown(Reason::Limit), PyValue::Int),
                Number::Float(number) => PyValue::Float(*number),
                Number::Complex { .. } => PyValue::Unknown(Reason::Construct),
            }),
            Expr::BooleanLiteral(literal) => Ok(PyValue::Bool(literal.value)),
            Expr::NoneLiteral(_) => Ok(PyValue::None),
            Expr::FString(string) => self.fstring(&string.value),
            Expr::BinOp(operation) => {
                let left = self.eval(&operation.left)?;
                let right = self.eval(&operation.right)?;
                self.binary(operation.op, &left, &right, at)
            }
            Expr::UnaryOp(operation) => {
                let value = self.eval(&operation.operand)?;
                Ok(self.unary(operation.op, &value))
            }
            Expr::BoolOp(operation) => self.bool_operation(operation, &operation.values),
            Expr::Compare(comparison) => self.comparison(comparison),
            Expr::If(choice) => self.choice(choice),
            Expr::Tuple(tuple) => Ok(PyValue::tuple(self.elements(&tuple.elts)?)),
            Expr::List(list) => {
                let items = self.elements(&list.elts)?;
                Ok(self.new_list(items))
            }
            Expr::Set(set) => {
                let items = self.elements(&set.elts)?;
                Ok(self.new_set(items))
            }
            Expr::Dict(dict) => self.dict_display(dict),
            Expr::ListComp(list) => {
                self.comprehension(&list.generators, &|this| this.eval(&list.elt).map(Some), HeapObject::List)
            }
            Expr::Generator(generator) => {
                self.comprehension(&generator.generators, &|this| this.eval(&generator.elt).map(Some), HeapObject::List)
            }
            Expr::SetComp(set) => {
                self.comprehension(&set.generators, &|this| this.eval(&set.elt).map(Some), HeapObject::Set)
            }
            Expr::DictComp(dict) => self.dict_comprehension(dict),
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::Named(named) => {
                let value = self.eval(&named.value)?;
                self.assign(&named.target, value.clone())?;
                Ok(value)
            }
            Expr::Starred(starred) => self.eval(&starred.value).map(|_| PyValue::Unknown(Reason::Construct)),
            Expr::Await(awaited) => self.eval(&awaited.value).map(|_| PyValue::Unknown(Reason::Construct)),
            Expr::Yield(yielded) => {
                if let Some(value) = &yielded.value {
                    self.eval(value)?;
                }
                Ok(PyValue::Unknown(Reason::Construct))
            }
            Expr::YieldFrom(yielded) => self.eval(&yielded.value).map(|_| PyValue::Unknown(Reason::Construct)),
            Expr::Slice(_) | Expr::EllipsisLiteral(_) | Expr::TString(_) | Expr::IpyEscapeCommand(_) => {
                Ok(PyValue::Unknown(Reason::Construct))
            }
        }
    }

    /// The items of a display, with what is starred put in its place.
    pub(super) fn elements(&mut self, elements: &[Expr]) -> Eval<Vec<PyValue>> {
        let mut items = Vec::with_capacity(elements.len().min(limits::ITEMS));
        for element in elements {
            match element {
                Expr::Starred(starred) => {
                    let value = self.eval(&starred.value)?;
                    match self.iterate(&value, starred.start())? {
                        Some(more) => items.extend(more),
                        None => items.push(PyValue::Unknown(Reason::Call)),
                    }
                }
                element => items.push(self.eval(element)?),
            }
            if items.len() > limits::ITEMS {
                // The rest is evaluated for what it does.
                items.pop();
            }
        }
        Ok(items)
    }

    fn bool_operation(&mut self, operation: &ExprBoolOp, values: &[Expr]) -> Eval {
        let mut values = values;
        while let Some((first, rest)) = values.split_first() {
            let value = self.eval(first)?;
            if rest.is_empty() {
                return Ok(value);
            }
            let ends = match operation.op {
                BoolOp::And => self.truth(&value).map(|truth| !truth),
                BoolOp::Or => self.truth(&value),
            };
            match ends {
                Some(true) => return Ok(value),
                Some(false) => values = rest,
                None => {
                    let doubt = (value.reason(), self.line(first.start()));
                    let ended = PyValue::Unknown(value.reason());
                    let mut truth = None;
                    let rest = |this: &mut Self| {
                        let value = this.bool_operation(operation, rest)?;
                        truth = this.truth(&value);
                        Ok(value)
                    };
                    let joined = self.fork_values(doubt, rest, |_| Ok(ended))?;
                    // `unknown and False` is false whatever is unknown, `unknown or True` true.
                    let decides = operation.op == BoolOp::Or;
                    return Ok(if truth == Some(decides) { PyValue::Bool(decides) } else { joined });
                }
            }
        }
        Ok(PyValue::None)
    }

    fn choice(&mut self, choice: &ExprIf) -> Eval {
        let test = self.eval(&choice.test)?;
        match self.truth(&test) {
            Some(true) => self.eval(&choice.body),
            Some(false) => self.eval(&choice.orelse),
            None => {
                let doubt = (test.reason(), self.line(choice.test.start()));
                self.fork_values(doubt, |this| this.eval(&choice.body), |this| this.eval(&choice.orelse))
            }
        }
    }

    /// `bool(value)`; none where that is not known.
    pub(super) fn truth(&self, value: &PyValue) -> Option<bool> {
        Some(match value {
            PyValue::None => false,
            PyValue::Bool(bit) => *bit,
            PyValue::Int(number) => *number != 0,
            PyValue::Float(number) => *number != 0.0,
            PyValue::Str(text) => !text.is_empty(),
            PyValue::Bytes(bytes) => !bytes.is_empty(),
            PyValue::Tuple(items) => !items.is_empty(),
            PyValue::Object(key) => match self.heap.object(*key) {
                HeapObject::List(items) | HeapObject::Set(items) => !items.is_empty(),
                HeapObject::Dict(items) => !items.is_empty(),
                HeapObject::Iterator(_) => true,
                HeapObject::Names(_) => true,
                HeapObject::Instance { .. } | HeapObject::Lost(_) => return None,
            },
            PyValue::Standard("sys.path" | "os.environ") => return None,
            PyValue::Path(_) | PyValue::Module(_) | PyValue::Standard(_) | PyValue::ExceptionClass(_) => true,
            PyValue::Exception(_) | PyValue::Library => true,
            PyValue::Callable(callable) => match &**callable {
                Callable::Partial { .. } => return None,
                _ => true,
            },
            PyValue::Unknown(_) => return None,
        })
    }

    fn unary(&self, operator: UnaryOp, value: &PyValue) -> PyValue {
        let unknown = PyValue::Unknown(value.reason());
        match operator {
            UnaryOp::Not => self.truth(value).map_or(unknown, |truth| PyValue::Bool(!truth)),
            UnaryOp::USub => match value {
                PyValue::Float(number) => PyValue::Float(-number),
                value => value.as_int().and_then(i64::checked_neg).map_or(unknown, PyValue::Int),
            },
            UnaryOp::UAdd => value.as_int().map_or(unknown, PyValue::Int),
            UnaryOp::Invert => value.as_int().map_or(unknown, |number| PyValue::Int(!number)),
        }
    }

    /// `str(value)`, where it is known.
    pub(super) fn to_text(&self, value: &PyValue) -> Option<Arc<str>> {
        Some(match value {
            PyValue::Str(text) | PyValue::Path(text) => text.clone(),
            PyValue::None => "None".into(),
            PyValue::Bool(true) => "True".into(),
            PyValue::Bool(false) => "False".into(),
            PyValue::Int(number) => number.to_string().into(),
            PyValue::Exception(raised) => return raised.text.clone(),
            value => return super::compare::version_text(value).map(Arc::from),
        })
    }
}
