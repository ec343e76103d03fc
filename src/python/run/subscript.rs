//! `value[key]`: read, written, deleted.

use ruff_python_ast::{Expr, ExprSlice, ExprSubscript};
use ruff_text_size::{Ranged, TextSize};

use super::{Eval, Interpreter};
use crate::python::heap::{HeapObject, ModuleBody};
use crate::python::outside::{PathPosition, ProcessChange};
use crate::python::value::{PyValue, Reason};

impl Interpreter<'_> {
    pub(super) fn subscript(&mut self, subscript: &ExprSubscript) -> Eval {
        let on = self.eval(&subscript.value)?;
        let at = subscript.start();
        match &*subscript.slice {
            Expr::Slice(slice) => {
                let bounds = self.bounds(slice)?;
                Ok(self.slice(&on, bounds))
            }
            key => {
                let key = self.eval(key)?;
                self.item(&on, &key, at)
            }
        }
    }

    /// The bounds and the step of a slice; none where one of them is not known.
    fn bounds(&mut self, slice: &ExprSlice) -> Eval<Option<[Option<i64>; 3]>> {
        let mut bounds = [None; 3];
        let mut is_known = true;
        for (bound, part) in bounds.iter_mut().zip([&slice.lower, &slice.upper, &slice.step]) {
            let Some(part) = part else { continue };
            let value = self.eval(part)?;
            *bound = value.as_int();
            is_known &= bound.is_some() || matches!(value, PyValue::None);
        }
        Ok(is_known.then_some(bounds))
    }

    fn slice(&mut self, on: &PyValue, bounds: Option<[Option<i64>; 3]>) -> PyValue {
        let unknown = PyValue::Unknown(on.reason());
        let Some(bounds) = bounds else { return unknown };
        match on {
            PyValue::Str(text) => {
                let letters: Vec<char> = text.chars().collect();
                cut(&letters, bounds).map_or(unknown, |cut| PyValue::Str(cut.into_iter().collect::<String>().into()))
            }
            PyValue::Bytes(bytes) => cut(bytes, bounds).map_or(unknown, |cut| PyValue::Bytes(cut.into())),
            PyValue::Tuple(items) => cut(items, bounds).map_or(unknown, |cut| PyValue::Tuple(cut.into())),
            PyValue::Standard(_) => match self.as_tuple(on) {
                Some(items) => cut(&items, bounds).map_or(unknown, |cut| PyValue::Tuple(cut.into())),
                None => match self.listed(on) {
                    Some(items) => cut(&items, bounds).map_or(unknown, |cut| self.new_list(cut)),
                    None => unknown,
                },
            },
            PyValue::Object(key) => match self.heap.object(*key) {
                HeapObject::List(items) => match cut(items, bounds) {
                    Some(cut) => self.new_list(cut),
                    None => unknown,
                },
                _ => unknown,
            },
            _ => unknown,
        }
    }

    pub(super) fn item(&mut self, on: &PyValue, key: &PyValue, at: TextSize) -> Eval {
        match on {
            PyValue::Str(text) => {
                let letters: Vec<char> = text.chars().take(crate::python::limits::TEXT_BYTES).collect();
                let letter = |index: usize| PyValue::text(letters[index].to_string());
                self.indexed(letters.len(), key, at, letter)
            }
            PyValue::Tuple(items) => self.indexed(items.len(), key, at, |index| items[index].clone()),
            PyValue::Object(object) => match self.heap.object(*object) {
                HeapObject::List(items) => {
                    let items = items.clone();
                    self.step(items.len() / 64)?;
                    self.indexed(items.len(), key, at, |index| items[index].clone())
                }
                HeapObject::Dict(_) => match self.find(*object, key)? {
                    Some(Some(value)) => Ok(value),
                    Some(None) => self.raise("KeyError", self.shown(key), at),
                    None => Ok(PyValue::Unknown(Reason::Construct)),
                },
                HeapObject::Names(namespace) => {
                    let namespace = *namespace;
                    let Some(name) = key.as_str() else { return Ok(PyValue::Unknown(key.reason())) };
                    match (self.heap.get(namespace, name), self.heap.open_to(namespace, name)) {
                        (Some(value), _) => Ok(value.clone()),
                        (None, Some(reason)) => Ok(PyValue::Unknown(reason)),
                        (None, None) => self.raise("KeyError", self.shown(key), at),
                    }
                }
                HeapObject::Instance { .. } => match self.method_of(on, "__getitem__")? {
                    Some(method) => self.call_value(&method, super::call::Given::of(vec![key.clone()]), at),
                    None => Ok(PyValue::Unknown(Reason::Construct)),
                },
                _ => Ok(PyValue::Unknown(Reason::Construct)),
            },
            PyValue::Standard(_) => match self.as_tuple(on).or_else(|| self.listed(on)) {
                Some(items) => self.indexed(items.len(), key, at, |index| items[index].clone()),
                None => self.standard_item(on, key, at),
            },
            on => Ok(PyValue::Unknown(on.reason())),
        }
    }

    fn indexed(&self, len: usize, key: &PyValue, at: TextSize, item: impl Fn(usize) -> PyValue) -> Eval {
        let Some(index) = key.as_int() else { return Ok(PyValue::Unknown(key.reason())) };
        let index = if index < 0 { index + len as i64 } else { index };
        match usize::try_from(index).ok().filter(|index| *index < len) {
            Some(index) => Ok(item(index)),
            None => self.raise("IndexError", "index out of range", at),
        }
    }

    /// A key as `repr` shows it.
    fn shown(&self, key: &PyValue) -> String {
        match key {
            PyValue::Str(text) => format!("'{text}'"),
            key => self.to_text(key).as_deref().unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn set_item(&mut self, on: &PyValue, key: &PyValue, value: PyValue, at: TextSize) {
        match on {
            PyValue::Object(object) => self.set_item_of_object(*object, key, value),
            PyValue::Standard("os.environ") => self.set_variable(key, Some(value), at),
            PyValue::Standard("sys.modules") => match key {
                // `os` puts `os.path` there: of the standard library more is known than its code tells.
                PyValue::Str(name) if self.is_own_module_of_standard_library(name) => {}
                PyValue::Str(name) => {
                    self.heap.replace_module(name, value);
                    self.change(ProcessChange::Module(name.clone()), at);
                }
                _ => self.change(ProcessChange::Finder(PyValue::Unknown(key.reason())), at),
            },
            PyValue::Standard("sys.path") => {
                let entry = value.as_path().cloned();
                let position = key.as_int().and_then(|index| usize::try_from(index).ok());
                let position = position.map_or(PathPosition::End, PathPosition::At);
                self.change(ProcessChange::SearchPath { entry, position }, at);
            }
            _ => {}
        }
    }

    /// `value[a:b] = items`: of a list that is known by its ends, and of `sys.path`.
    pub(super) fn set_slice(&mut self, on: &PyValue, slice: &ExprSlice, value: &PyValue, at: TextSize) -> Eval<()> {
        let bounds = self.bounds(slice)?;
        let items = self.iterate(value, at)?;
        match on {
            PyValue::Standard("sys.path") => {
                let at_front = matches!(bounds, Some([None | Some(0), Some(0), None]));
                let items = items.unwrap_or_else(|| vec![PyValue::Unknown(Reason::Construct)]);
                if !at_front && slice.upper.is_none() && slice.lower.is_none() {
                    self.change(ProcessChange::SearchPathWithout(None), at);
                }
                for (index, item) in items.iter().enumerate() {
                    let position = if at_front { PathPosition::At(index) } else { PathPosition::End };
                    self.change(ProcessChange::SearchPath { entry: item.as_path().cloned(), position }, at);
                }
            }
            PyValue::Object(key) => {
                let len = match self.heap.object(*key) {
                    HeapObject::List(items) => items.len() as i64,
                    _ => return Ok(()),
                };
                let end = |bound: i64| (if bound < 0 { bound + len } else { bound }).clamp(0, len) as usize;
                match (bounds, items, self.heap.object_mut(*key)) {
                    (Some([lower, upper, None]), Some(items), HeapObject::List(list)) => {
                        let (lower, upper) = (end(lower.unwrap_or(0)), end(upper.unwrap_or(len)));
                        list.splice(lower..upper.max(lower), items);
                    }
                    (_, _, object) => *object = HeapObject::Lost(Reason::Construct),
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Does code of the standard library run, and is the name below its own?
    fn is_own_module_of_standard_library(&self, name: &str) -> bool {
        let running = &*self.frame.module.name;
        let is_standard = self.heap.loaded(running) == Some(ModuleBody::Standard);
        is_standard && name.strip_prefix(running).is_some_and(|rest| rest.starts_with('.'))
    }

    pub(super) fn delete_item(&mut self, on: &PyValue, key: &PyValue, at: TextSize) -> Eval<()> {
        match on {
            PyValue::Standard("os.environ") => self.set_variable(key, None, at),
            PyValue::Standard("sys.modules") => {
                if let PyValue::Str(name) = key {
                    self.heap.take_module(name);
                }
            }
            PyValue::Standard("sys.path") => self.change(ProcessChange::SearchPathWithout(None), at),
            PyValue::Object(object) => self.delete_item_of_object(*object, key),
            _ => {}
        }
        Ok(())
    }
}

/// What a slice takes; none for a step of zero.
fn cut<T: Clone>(items: &[T], [lower, upper, step]: [Option<i64>; 3]) -> Option<Vec<T>> {
    let len = items.len() as i64;
    let step = step.unwrap_or(1);
    let (first, last) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let end = |bound: i64| (if bound < 0 { bound + len } else { bound }).clamp(first, last);
    let (mut at, until) = match step {
        0 => return None,
        1.. => (lower.map_or(0, end), upper.map_or(len, end)),
        _ => (lower.map_or(len - 1, end), upper.map_or(-1, end)),
    };
    let mut taken = Vec::new();
    while if step > 0 { at < until } else { at > until } {
        taken.push(items[usize::try_from(at).ok()?].clone());
        at = at.checked_add(step)?;
    }
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn slices_are_cut_as_python_cuts_them() {
        let items = [0, 1, 2, 3, 4];
        let of = |lower, upper, step| cut(&items, [lower, upper, step]).unwrap();
        assert_eq!(of(None, Some(2), None), [0, 1]);
        assert_eq!(of(Some(-2), None, None), [3, 4]);
        assert_eq!(of(None, None, Some(-1)), [4, 3, 2, 1, 0]);
        assert_eq!(of(Some(1), Some(-1), Some(2)), [1, 3]);
        assert_eq!(of(Some(9), None, None), [] as [i32; 0]);
        assert_eq!(of(Some(3), Some(0), Some(-2)), [3, 1]);
    }
}
