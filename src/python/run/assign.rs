//! Targets of assignments, and `del`.

use ruff_python_ast::{Expr, StmtAugAssign};
use ruff_text_size::{Ranged, TextSize};

use super::{Eval, Interpreter};
use crate::python::heap::HeapObject;
use crate::python::outside::{PathPosition, ProcessChange};
use crate::python::value::{Callable, PyValue, Reason};

impl Interpreter<'_> {
    pub(super) fn assign(&mut self, target: &Expr, value: PyValue) -> Eval<()> {
        match target {
            Expr::Name(name) => self.bind(&name.id, value),
            Expr::Attribute(attribute) => {
                let on = self.eval(&attribute.value)?;
                self.set_attribute(&on, &attribute.attr, value, attribute.start());
            }
            Expr::Subscript(subscript) => {
                let on = self.eval(&subscript.value)?;
                let key = match &*subscript.slice {
                    Expr::Slice(slice) => return self.set_slice(&on, slice, &value, subscript.start()),
                    key => self.eval(key)?,
                };
                self.set_item(&on, &key, value, subscript.start());
            }
            Expr::Tuple(tuple) => self.unpack(&tuple.elts, &value)?,
            Expr::List(list) => self.unpack(&list.elts, &value)?,
            Expr::Starred(starred) => self.assign(&starred.value, value)?,
            _ => {}
        }
        Ok(())
    }

    fn unpack(&mut self, targets: &[Expr], value: &PyValue) -> Eval<()> {
        let at = targets.first().map_or(TextSize::new(0), Ranged::start);
        let items = self.iterate(value, at)?;
        let star = targets.iter().position(|target| matches!(target, Expr::Starred(_)));
        let fits = |items: &Vec<PyValue>| match star {
            Some(_) => items.len() + 1 >= targets.len(),
            None => items.len() == targets.len(),
        };
        let Some(mut items) = items.filter(fits) else {
            for target in targets {
                self.assign(target, PyValue::Unknown(value.reason()))?;
            }
            return Ok(());
        };
        if let Some(star) = star {
            let rest = items.len() + 1 - targets.len();
            let middle: Vec<PyValue> = items.drain(star..star + rest).collect();
            let middle = self.new_list(middle);
            items.insert(star, middle);
        }
        for (target, item) in targets.iter().zip(items) {
            self.assign(target, item)?;
        }
        Ok(())
    }

    pub(super) fn augment(&mut self, statement: &StmtAugAssign) -> Eval<()> {
        let old = self.eval(&statement.target)?;
        let value = self.eval(&statement.value)?;
        let at = statement.start();
        if matches!(old, PyValue::Standard("sys.path")) {
            self.extend_search_path(&value, at)?;
            return Ok(());
        }
        if let PyValue::Object(key) = old
            && statement.op == ruff_python_ast::Operator::Add
            && matches!(self.heap.object(key), HeapObject::List(_))
        {
            self.extend_list(key, &value, at)?;
            return self.assign(&statement.target, old);
        }
        let new = self.binary(statement.op, &old, &value, at)?;
        self.assign(&statement.target, new)
    }

    pub(super) fn set_attribute(&mut self, on: &PyValue, name: &str, value: PyValue, at: TextSize) {
        match on {
            PyValue::Module(module) if &**module == "sys" && name == "path" => {
                self.change(ProcessChange::SearchPathWithout(None), at);
                if let Some(items) = self.heap.items(&value).map(<[PyValue]>::to_vec) {
                    for item in items {
                        let entry = item.as_path().cloned();
                        self.change(ProcessChange::SearchPath { entry, position: PathPosition::End }, at);
                    }
                }
            }
            PyValue::Module(module) => {
                if let Some(namespace) = self.heap.module(module).map(|entry| entry.namespace) {
                    self.heap.set(namespace, name, value);
                }
            }
            PyValue::Object(key) => match self.heap.object(*key) {
                HeapObject::Instance { attributes, .. } => {
                    let attributes = *attributes;
                    self.heap.set(attributes, name, value);
                }
                _ => *self.heap.object_mut(*key) = HeapObject::Lost(Reason::Construct),
            },
            PyValue::Callable(callable) => {
                if let Callable::Class(class) = &**callable {
                    self.heap.set(class.namespace, name, value);
                }
            }
            _ => {}
        }
    }

    pub(super) fn delete(&mut self, target: &Expr) -> Eval<()> {
        match target {
            Expr::Name(name) => {
                let declared = self.frame.declared.iter().find(|(declared, _)| *declared == name.id);
                let namespace = declared.map_or(self.frame.locals, |(_, namespace)| *namespace);
                if !self.heap.unset(namespace, &name.id) && self.heap.open_to(namespace, &name.id).is_none() {
                    return self.raise("NameError", format!("name '{}' is not defined", name.id), name.start());
                }
            }
            Expr::Attribute(attribute) => {
                let on = self.eval(&attribute.value)?;
                let namespace = match &on {
                    PyValue::Module(module) => self.heap.module(module).map(|entry| entry.namespace),
                    PyValue::Object(key) => match self.heap.object(*key) {
                        HeapObject::Instance { attributes, .. } => Some(*attributes),
                        _ => None,
                    },
                    _ => None,
                };
                if let Some(namespace) = namespace {
                    self.heap.unset(namespace, &attribute.attr);
                }
            }
            Expr::Subscript(subscript) => {
                let on = self.eval(&subscript.value)?;
                let key = self.eval(&subscript.slice)?;
                self.delete_item(&on, &key, subscript.start())?;
            }
            Expr::Tuple(tuple) => tuple.elts.iter().try_for_each(|target| self.delete(target))?,
            Expr::List(list) => list.elts.iter().try_for_each(|target| self.delete(target))?,
            _ => {}
        }
        Ok(())
    }

    /// Tells the world outside how the process changes.
    pub(super) fn change(&mut self, change: ProcessChange, at: TextSize) {
        let at = self.at(at);
        self.outside(|outside| outside.change(change, &at));
    }

    /// `sys.path.extend(…)`, `sys.path += …`.
    pub(super) fn extend_search_path(&mut self, value: &PyValue, at: TextSize) -> Eval<()> {
        let items = self.iterate(value, at)?.unwrap_or_else(|| vec![PyValue::Unknown(Reason::Construct)]);
        for item in items {
            let entry = item.as_path().cloned();
            self.change(ProcessChange::SearchPath { entry, position: PathPosition::End }, at);
        }
        Ok(())
    }
}
