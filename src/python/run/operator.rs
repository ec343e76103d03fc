//! Operators between two values.

use ruff_python_ast::Operator;
use ruff_text_size::TextSize;

use super::{Eval, Interpreter, format, path};
use crate::python::heap::HeapObject;
use crate::python::limits;
use crate::python::value::{PyValue, Reason};

impl Interpreter<'_> {
    pub(super) fn binary(&mut self, operator: Operator, left: &PyValue, right: &PyValue, at: TextSize) -> Eval {
        if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
            return match integers(operator, a, b) {
                Some(value) => Ok(value),
                None if b == 0 && matches!(operator, Operator::Div | Operator::FloorDiv | Operator::Mod) => {
                    self.raise("ZeroDivisionError", "division by zero", at)
                }
                None => Ok(PyValue::Unknown(Reason::Limit)),
            };
        }
        let unknown = PyValue::Unknown(if left.is_known() { right.reason() } else { left.reason() });
        Ok(match (operator, left, right) {
            (Operator::Add, PyValue::Str(a), PyValue::Str(b)) => {
                self.step((a.len() + b.len()) / 64)?;
                bounded(format!("{a}{b}"))
            }
            (Operator::Add, PyValue::Bytes(a), PyValue::Bytes(b)) if a.len() + b.len() <= limits::TEXT_BYTES => {
                PyValue::Bytes([&**a, &**b].concat().into())
            }
            (Operator::Add, PyValue::Tuple(a), PyValue::Tuple(b)) if a.len() + b.len() <= limits::ITEMS => {
                self.step((a.len() + b.len()) / 16)?;
                PyValue::tuple(a.iter().chain(b.iter()).cloned())
            }
            (Operator::Mult, PyValue::Str(text), times) | (Operator::Mult, times, PyValue::Str(text)) => {
                match times.as_int() {
                    Some(times) if text.len().saturating_mul(times.max(0) as usize) <= limits::TEXT_BYTES => {
                        PyValue::text(text.repeat(times.max(0) as usize))
                    }
                    _ => unknown,
                }
            }
            (Operator::Mod, PyValue::Str(text), _) => {
                self.step(text.len() / 64)?;
                format::percent(self, text, right).map_or(unknown, bounded)
            }
            (Operator::Div, PyValue::Path(base), name) => {
                let flavor = self.flavor();
                match (name.as_path(), flavor) {
                    (Some(name), Some(flavor)) => path::joined_path(base, name, flavor),
                    _ => unknown,
                }
            }
            (Operator::Div, PyValue::Str(base), PyValue::Path(name)) => match self.flavor() {
                Some(flavor) => path::joined_path(base, name, flavor),
                None => unknown,
            },
            (_, PyValue::Object(_), PyValue::Object(_)) => self.binary_of_objects(operator, left, right)?,
            (Operator::Mult, PyValue::Object(key), times) => match (self.heap.object(*key), times.as_int()) {
                (HeapObject::List(items), Some(times))
                    if items.len().saturating_mul(times.max(0) as usize) <= limits::ITEMS =>
                {
                    let items = items.repeat_values(times.max(0) as usize);
                    self.new_list(items)
                }
                _ => unknown,
            },
            (Operator::Mult, times, PyValue::Object(_)) if times.as_int().is_some() => {
                return self.binary(operator, right, left, at);
            }
            (_, PyValue::Float(_), _) | (_, _, PyValue::Float(_)) => floats(operator, left, right).unwrap_or(unknown),
            _ => unknown,
        })
    }

    fn binary_of_objects(&mut self, operator: Operator, left: &PyValue, right: &PyValue) -> Eval {
        let (PyValue::Object(a), PyValue::Object(b)) = (left, right) else {
            return Ok(PyValue::Unknown(Reason::Construct));
        };
        let made = match (operator, self.heap.object(*a), self.heap.object(*b)) {
            (Operator::Add, HeapObject::List(a), HeapObject::List(b)) if a.len() + b.len() <= limits::ITEMS => {
                HeapObject::List(a.iter().chain(b).cloned().collect())
            }
            (Operator::BitOr, HeapObject::Set(a), HeapObject::Set(b)) => {
                let all: Vec<PyValue> = a.iter().chain(b).cloned().collect();
                return Ok(self.new_set(all));
            }
            (Operator::Sub, HeapObject::Set(a), HeapObject::Set(b)) => {
                let (a, b) = (a.clone(), b.clone());
                self.step(a.len() * b.len() / 16)?;
                HeapObject::Set(a.into_iter().filter(|item| !b.iter().any(|other| item.is_same(other))).collect())
            }
            (Operator::BitAnd, HeapObject::Set(a), HeapObject::Set(b)) => {
                let (a, b) = (a.clone(), b.clone());
                self.step(a.len() * b.len() / 16)?;
                HeapObject::Set(a.into_iter().filter(|item| b.iter().any(|other| item.is_same(other))).collect())
            }
            (Operator::BitOr, HeapObject::Dict(_), HeapObject::Dict(more)) => {
                let more = more.clone();
                let object = self.heap.object(*a).clone();
                let made = self.heap.new_object(object);
                if let PyValue::Object(made) = made {
                    more.into_iter().for_each(|(key, value)| self.set_item_of_object(made, &key, value));
                }
                return Ok(made);
            }
            _ => return Ok(PyValue::Unknown(Reason::Construct)),
        };
        let size = match &made {
            HeapObject::List(items) | HeapObject::Set(items) => items.len(),
            _ => 0,
        };
        self.step(size / 16)?;
        Ok(self.heap.new_object(made))
    }
}

/// Repeats values, as `repeat` of slices does for what can be copied.
trait RepeatValues {
    fn repeat_values(&self, times: usize) -> Vec<PyValue>;
}

impl RepeatValues for Vec<PyValue> {
    fn repeat_values(&self, times: usize) -> Vec<PyValue> {
        std::iter::repeat_n(self, times).flatten().cloned().collect()
    }
}

/// A text, unless it is too long.
pub(super) fn bounded(text: String) -> PyValue {
    if text.len() > limits::TEXT_BYTES { PyValue::Unknown(Reason::Limit) } else { PyValue::text(text) }
}

fn integers(operator: Operator, a: i64, b: i64) -> Option<PyValue> {
    let value = match operator {
        Operator::Add => a.checked_add(b)?,
        Operator::Sub => a.checked_sub(b)?,
        Operator::Mult => a.checked_mul(b)?,
        Operator::Div => return (b != 0).then(|| PyValue::Float(a as f64 / b as f64)),
        Operator::FloorDiv => {
            let quotient = a.checked_div(b)?;
            if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
        }
        Operator::Mod => {
            let rest = a.checked_rem(b)?;
            if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }
        }
        Operator::Pow => a.checked_pow(u32::try_from(b).ok()?)?,
        Operator::LShift => {
            let shifted = a.checked_shl(u32::try_from(b).ok()?)?;
            if shifted >> b == a { shifted } else { return None }
        }
        Operator::RShift => a >> b.clamp(0, 63),
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        Operator::BitAnd => a & b,
        Operator::MatMult => return None,
    };
    Some(PyValue::Int(value))
}

fn floats(operator: Operator, left: &PyValue, right: &PyValue) -> Option<PyValue> {
    let number = |value: &PyValue| match value {
        PyValue::Float(number) => Some(*number),
        value => value.as_int().map(|number| number as f64),
    };
    let (a, b) = (number(left)?, number(right)?);
    Some(PyValue::Float(match operator {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use ruff_python_ast::Operator;

    use super::integers;

    #[test]
    fn integers_are_divided_as_python_divides_them() {
        let of = |operator, a, b| integers(operator, a, b).and_then(|value| value.as_int());
        assert_eq!(of(Operator::FloorDiv, -7, 2), Some(-4));
        assert_eq!(of(Operator::FloorDiv, 7, -2), Some(-4));
        assert_eq!(of(Operator::FloorDiv, -7, -2), Some(3));
        assert_eq!(of(Operator::FloorDiv, 6, -2), Some(-3));
        assert_eq!(of(Operator::Mod, -7, 2), Some(1));
        assert_eq!(of(Operator::Mod, 7, -2), Some(-1));
        assert_eq!(of(Operator::FloorDiv, 1, 0), None);
        assert_eq!(of(Operator::LShift, 1, 70), None);
        assert_eq!(of(Operator::FloorDiv, i64::MIN, -1), None);
    }
}
