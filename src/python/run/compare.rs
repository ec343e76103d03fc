//! Comparisons: decided as far as what is compared is known.

use std::borrow::Cow;
use std::cmp::Ordering;

use ruff_python_ast::{CmpOp, ExprCompare};
use ruff_text_size::Ranged;

use super::attempt::any;
use super::class::VERSION;
use super::{Eval, Interpreter};
use crate::python::heap::HeapObject;
use crate::python::stdlib;
use crate::python::value::{Callable, PyValue, Reason};
use crate::python::version::OrderedVersion;

impl Interpreter<'_> {
    pub(super) fn comparison(&mut self, comparison: &ExprCompare) -> Eval {
        let mut left = self.eval(&comparison.left)?;
        let mut unknown = None;
        for (operator, right) in comparison.ops.iter().zip(&comparison.comparators) {
            let right = self.eval(right)?;
            self.step(self.size(&left).min(self.size(&right)) / 16)?;
            match self.compare(*operator, &left, &right)? {
                Some(true) => {}
                Some(false) => return Ok(PyValue::Bool(false)),
                None => unknown = unknown.or(Some(if left.is_known() { right.reason() } else { left.reason() })),
            }
            left = right;
        }
        let _ = comparison.start();
        Ok(unknown.map_or(PyValue::Bool(true), PyValue::Unknown))
    }

    fn size(&self, value: &PyValue) -> usize {
        match value {
            PyValue::Str(text) => text.len() / 16,
            value => self.heap.items(value).map_or(0, <[PyValue]>::len),
        }
    }

    pub(super) fn compare(&mut self, operator: CmpOp, left: &PyValue, right: &PyValue) -> Eval<Option<bool>> {
        Ok(match operator {
            CmpOp::Eq => self.equal(left, right),
            CmpOp::NotEq => self.equal(left, right).map(|equal| !equal),
            CmpOp::Is => self.identical(left, right),
            CmpOp::IsNot => self.identical(left, right).map(|identical| !identical),
            CmpOp::In => self.contains(right, left)?,
            CmpOp::NotIn => self.contains(right, left)?.map(|contains| !contains),
            CmpOp::Lt => self.order(left, right).map(Ordering::is_lt),
            CmpOp::LtE => self.order(left, right).map(Ordering::is_le),
            CmpOp::Gt => self.order(left, right).map(Ordering::is_gt),
            CmpOp::GtE => self.order(left, right).map(Ordering::is_ge),
        })
    }

    fn identical(&self, left: &PyValue, right: &PyValue) -> Option<bool> {
        match (left, right) {
            (PyValue::Unknown(_), _) | (_, PyValue::Unknown(_)) => None,
            (PyValue::None | PyValue::Bool(_) | PyValue::Object(_) | PyValue::Standard(_), _)
            | (_, PyValue::None | PyValue::Bool(_) | PyValue::Object(_) | PyValue::Standard(_)) => {
                Some(left.is_same(right))
            }
            (PyValue::Module(_), PyValue::Module(_)) => Some(left.is_same(right)),
            (PyValue::Callable(_), PyValue::Callable(_)) | (PyValue::ExceptionClass(_), PyValue::ExceptionClass(_)) => {
                left.is_same(right).then_some(true)
            }
            _ => None,
        }
    }

    pub(super) fn equal(&self, left: &PyValue, right: &PyValue) -> Option<bool> {
        // Keys of dictionaries are looked for one after the other, and mostly are texts.
        if let (PyValue::Str(a), PyValue::Str(b)) = (left, right) {
            return Some(a == b);
        }
        if !left.is_known() || !right.is_known() {
            return None;
        }
        if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
            return Some(a == b);
        }
        if let (Some(a), Some(b)) = (self.sequence(left), self.sequence(right)) {
            return self.equal_sequences((a.0, &a.1), (b.0, &b.1));
        }
        if let Some(order) = versions(left, right) {
            return Some(order.is_eq());
        }
        match (left, right) {
            (PyValue::Float(_), _) | (_, PyValue::Float(_)) => self.order(left, right).map(Ordering::is_eq),
            (PyValue::Object(a), PyValue::Object(b)) => (a == b).then_some(true),
            (PyValue::Object(_) | PyValue::Callable(_) | PyValue::Exception(_) | PyValue::Library, _)
            | (_, PyValue::Object(_) | PyValue::Callable(_) | PyValue::Exception(_) | PyValue::Library) => left
                .is_same(right)
                .then_some(true)
                .or(if matches!(left, PyValue::None) || matches!(right, PyValue::None) { Some(false) } else { None }),
            _ => Some(left.is_same(right)),
        }
    }

    /// A tuple, or a list, as what it holds; lists and tuples are told apart.
    fn sequence<'v>(&'v self, value: &'v PyValue) -> Option<(bool, Cow<'v, [PyValue]>)> {
        match value {
            PyValue::Tuple(items) => Some((true, Cow::Borrowed(items))),
            PyValue::Object(key) => match self.heap.object(*key) {
                HeapObject::List(items) => Some((false, Cow::Borrowed(items))),
                _ => None,
            },
            PyValue::Standard(_) => self.as_tuple(value).map(|items| (true, Cow::Owned(items))),
            _ => None,
        }
    }

    fn equal_sequences(&self, (a_is, a): (bool, &[PyValue]), (b_is, b): (bool, &[PyValue])) -> Option<bool> {
        if a_is != b_is || a.len() != b.len() {
            return Some(false);
        }
        let mut all = Some(true);
        for (a, b) in a.iter().zip(b) {
            match self.equal(a, b) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }

    pub(super) fn order(&self, left: &PyValue, right: &PyValue) -> Option<Ordering> {
        let number = |value: &PyValue| match value {
            PyValue::Float(number) => Some(*number),
            value => value.as_int().map(|number| number as f64),
        };
        if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
            return Some(a.cmp(&b));
        }
        if let (Some(a), Some(b)) = (number(left), number(right)) {
            return a.partial_cmp(&b);
        }
        if let Some(order) = versions(left, right) {
            return Some(order);
        }
        match (left, right) {
            (PyValue::Str(a), PyValue::Str(b)) => Some(a.cmp(b)),
            (PyValue::Bytes(a), PyValue::Bytes(b)) => Some(a.cmp(b)),
            (PyValue::Path(a), PyValue::Path(b)) => Some(a.cmp(b)),
            _ => {
                let ((a_is, a), (b_is, b)) = (self.sequence(left)?, self.sequence(right)?);
                if a_is != b_is {
                    return None;
                }
                for (a, b) in a.iter().zip(b.iter()) {
                    match self.equal(a, b)? {
                        true => {}
                        false => return self.order(a, b),
                    }
                }
                Some(a.len().cmp(&b.len()))
            }
        }
    }

    /// `item in container`.
    fn contains(&mut self, container: &PyValue, item: &PyValue) -> Eval<Option<bool>> {
        Ok(match container {
            PyValue::Str(text) => item.as_str().map(|item| text.contains(item)),
            PyValue::Tuple(items) => self.among(items, item),
            PyValue::Object(key) => match self.heap.object(*key) {
                HeapObject::List(items) | HeapObject::Set(items) => self.among(items, item),
                HeapObject::Dict(_) => self.find(*key, item)?.map(|found| found.is_some()),
                HeapObject::Names(namespace) => match item.as_str() {
                    Some(name) if self.heap.get(*namespace, name).is_some() => Some(true),
                    Some(name) => self.heap.open_to(*namespace, name).is_none().then_some(false),
                    None => None,
                },
                _ => None,
            },
            PyValue::Standard("sys.modules") => match item.as_str() {
                Some(name) if self.heap.is_loaded_to_who_asks(name) => Some(true),
                // Much of the standard library is there before any code runs.
                Some(name) => (stdlib::has(name, self.around.target()) == Some(false)).then_some(false),
                None => None,
            },
            PyValue::Standard("os.environ") => match item.as_str() {
                Some(name) => self.variable(name).map(|value| value.is_some()),
                None => None,
            },
            PyValue::Standard("sys.builtin_module_names") => {
                item.as_str().and_then(|name| stdlib::is_builtin(name).then_some(true))
            }
            PyValue::Standard(_) => match self.as_tuple(container).or_else(|| self.listed(container)) {
                Some(items) => self.among(&items, item),
                None => None,
            },
            _ => None,
        })
    }

    fn among(&self, items: &[PyValue], item: &PyValue) -> Option<bool> {
        any(items.iter().map(|one| self.equal(one, item)))
    }

    /// `isinstance(value, class)`, as far as builtin types and classes of the code tell.
    pub(super) fn is_instance(&self, value: &PyValue, class: &PyValue) -> Option<bool> {
        if let Some(classes) = self.heap.items(class) {
            return any(classes.iter().map(|class| self.is_instance(value, class)));
        }
        if let (PyValue::Exception(raised), PyValue::ExceptionClass(_) | PyValue::Callable(_)) = (value, class) {
            return self.is_caught_by(raised, class);
        }
        let PyValue::Standard(class) = class else { return None };
        let kinds: &[&str] = match value {
            PyValue::None => &["object"],
            PyValue::Bool(_) => &["bool", "int", "object"],
            PyValue::Int(_) => &["int", "object"],
            PyValue::Float(_) => &["float", "object"],
            PyValue::Str(_) => &["str", "object"],
            PyValue::Bytes(_) => &["bytes", "object"],
            PyValue::Tuple(_) => &["tuple", "object"],
            PyValue::Path(_) => &["pathlib.Path", "pathlib.PurePath", "object", "os.PathLike"],
            PyValue::Object(key) => match self.heap.object(*key) {
                HeapObject::List(_) => &["list", "object"],
                HeapObject::Dict(_) => &["dict", "object"],
                HeapObject::Set(_) => return None,
                _ => return None,
            },
            _ => return None,
        };
        const BUILTIN: [&str; 11] =
            ["bool", "int", "float", "str", "bytes", "tuple", "list", "dict", "object", "pathlib.Path", "os.PathLike"];
        if kinds.contains(class) { Some(true) } else { BUILTIN.contains(class).then_some(false) }
    }

    pub(super) fn unknown_of(&self, value: &PyValue) -> PyValue {
        PyValue::Unknown(if value.is_known() { Reason::Construct } else { value.reason() })
    }
}

/// The order of two versions, or of a version and a text: classes of NumPy take both.
fn versions(left: &PyValue, right: &PyValue) -> Option<Ordering> {
    let (one, other) = (version_text(left), version_text(right));
    if one.is_none() && other.is_none() {
        return None;
    }
    let read = |version: Option<&str>, value: &PyValue| OrderedVersion::parse(version.or(value.as_str())?);
    Some(read(one, left)?.cmp(&read(other, right)?))
}

/// The text of a version that code made.
pub(super) fn version_text(value: &PyValue) -> Option<&str> {
    let PyValue::Callable(callable) = value else { return None };
    match &**callable {
        Callable::Native { on: PyValue::Str(text), name } if &**name == VERSION => Some(text),
        _ => None,
    }
}
