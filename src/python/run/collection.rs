//! Lists, sets, dictionaries: made, changed, gone through.

use ruff_python_ast::ExprDict;
use ruff_text_size::TextSize;

use super::call::Given;
use super::{Eval, Interpreter};
use crate::python::heap::{HeapObject, NamespaceId, ObjectKey};
use crate::python::limits;
use crate::python::value::{Callable, PyValue, Reason};

/// The methods of lists, sets, and dictionaries that are known.
pub(super) const METHODS: [&str; 24] = [
    "append",
    "extend",
    "insert",
    "remove",
    "pop",
    "clear",
    "index",
    "count",
    "sort",
    "reverse",
    "copy",
    "add",
    "discard",
    "update",
    "get",
    "setdefault",
    "keys",
    "values",
    "items",
    "union",
    "difference",
    "intersection",
    "__contains__",
    "popitem",
];

impl Interpreter<'_> {
    pub(super) fn new_list(&mut self, items: Vec<PyValue>) -> PyValue {
        let is_bounded = items.len() <= limits::ITEMS;
        self.heap.new_object(if is_bounded { HeapObject::List(items) } else { HeapObject::Lost(Reason::Limit) })
    }

    /// A set, each value once. What cannot be compared is kept as it is.
    pub(super) fn new_set(&mut self, items: Vec<PyValue>) -> PyValue {
        let mut texts = rustc_hash::FxHashSet::default();
        let mut kept: Vec<PyValue> = Vec::new();
        for item in items {
            let is_new = match &item {
                PyValue::Str(text) => texts.insert(text.clone()),
                item => kept.len() > 64 || !kept.iter().any(|other| other.is_same(item)),
            };
            if is_new {
                kept.push(item);
            }
        }
        self.steps += kept.len() / 8;
        self.heap.new_object(HeapObject::Set(kept))
    }

    pub(super) fn dict_display(&mut self, dict: &ExprDict) -> Eval {
        let made = self.heap.new_object(HeapObject::Dict(Vec::new()));
        let PyValue::Object(key_of_made) = made else { return Ok(made) };
        let is_large = dict.items.len() > 256;
        for item in &dict.items {
            let value = self.eval(&item.value)?;
            match &item.key {
                // Keys of a large display are taken as all different.
                Some(key) if is_large => {
                    let key = self.eval(key)?;
                    if let HeapObject::Dict(pairs) = self.heap.object_mut(key_of_made)
                        && pairs.len() < limits::ITEMS
                    {
                        pairs.push((key, value));
                    }
                }
                Some(key) => {
                    let key = self.eval(key)?;
                    self.set_item_of_object(key_of_made, &key, value);
                }
                None => match self.pairs(&value) {
                    Some(pairs) => {
                        pairs.into_iter().for_each(|(key, value)| self.set_item_of_object(key_of_made, &key, value));
                    }
                    None => *self.heap.object_mut(key_of_made) = HeapObject::Lost(value.reason()),
                },
            }
        }
        if dict.items.len() > limits::ITEMS {
            *self.heap.object_mut(key_of_made) = HeapObject::Lost(Reason::Limit);
        }
        Ok(PyValue::Object(key_of_made))
    }

    /// The pairs of a dictionary.
    pub(super) fn pairs(&self, value: &PyValue) -> Option<Vec<(PyValue, PyValue)>> {
        let PyValue::Object(key) = value else {
            return matches!(value, PyValue::Standard("os.environ")).then(|| self.environ_pairs()).flatten();
        };
        match self.heap.object(*key) {
            HeapObject::Dict(pairs) => Some(pairs.clone()),
            HeapObject::Names(namespace) => Some(self.named_pairs(*namespace)),
            _ => None,
        }
    }

    fn named_pairs(&self, namespace: NamespaceId) -> Vec<(PyValue, PyValue)> {
        let mut names: Vec<_> = self.heap.names(namespace).collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        names.into_iter().map(|(name, value)| (PyValue::text(name.as_str()), value.clone())).collect()
    }

    /// The value of a key: `Some(None)` where the dictionary lacks it, none where that is not known.
    pub(super) fn find(&mut self, object: ObjectKey, key: &PyValue) -> Eval<Option<Option<PyValue>>> {
        let HeapObject::Dict(pairs) = self.heap.object(object) else { return Ok(None) };
        let cost = pairs.len() / 32;
        let (mut is_known, mut found) = (true, None);
        for (other, value) in pairs.iter().rev() {
            match self.equal(other, key) {
                Some(true) => {
                    found = Some(value.clone());
                    break;
                }
                Some(false) => {}
                None => is_known = false,
            }
        }
        self.step(cost)?;
        Ok(match found {
            Some(value) => Some(Some(value)),
            None => is_known.then_some(None),
        })
    }

    pub(super) fn set_item_of_object(&mut self, object: ObjectKey, key: &PyValue, value: PyValue) {
        let place = match self.heap.object(object) {
            HeapObject::Dict(pairs) => {
                let position = pairs.iter().position(|(other, _)| self.equal(other, key) == Some(true));
                self.steps += pairs.len() / 32;
                position
            }
            HeapObject::Names(namespace) => {
                let namespace = *namespace;
                match key.as_str() {
                    Some(name) => {
                        let name = name.to_owned();
                        self.heap.set(namespace, &name, value);
                    }
                    None => self.heap.set_open(namespace, key.reason()),
                }
                return;
            }
            HeapObject::List(items) => {
                let index = key.as_int().map(|index| if index < 0 { index + items.len() as i64 } else { index });
                index.and_then(|index| usize::try_from(index).ok()).filter(|index| *index < items.len())
            }
            _ => return,
        };
        let is_known = key.is_known();
        match (self.heap.object_mut(object), place) {
            (HeapObject::Dict(pairs), Some(place)) => pairs[place].1 = value,
            (HeapObject::Dict(pairs), None) if is_known && pairs.len() < limits::ITEMS => {
                pairs.push((key.clone(), value))
            }
            (HeapObject::List(items), Some(place)) => items[place] = value,
            (object, _) => *object = HeapObject::Lost(Reason::Construct),
        }
    }

    pub(super) fn delete_item_of_object(&mut self, object: ObjectKey, key: &PyValue) {
        let place = match self.heap.object(object) {
            HeapObject::Dict(pairs) => pairs.iter().position(|(other, _)| self.equal(other, key) == Some(true)),
            HeapObject::Names(namespace) => {
                let namespace = *namespace;
                if let Some(name) = key.as_str() {
                    self.heap.unset(namespace, name);
                }
                return;
            }
            _ => None,
        };
        match (self.heap.object_mut(object), place) {
            (HeapObject::Dict(pairs), Some(place)) => drop(pairs.remove(place)),
            (object, _) => *object = HeapObject::Lost(Reason::Construct),
        }
    }

    /// `list.extend`, `list += …`.
    pub(super) fn extend_list(&mut self, list: ObjectKey, value: &PyValue, at: TextSize) -> Eval<()> {
        let more = self.iterate(value, at)?;
        self.step(more.as_ref().map_or(0, |more| more.len() / 16))?;
        match (more, self.heap.object_mut(list)) {
            (Some(more), HeapObject::List(items)) if items.len() + more.len() <= limits::ITEMS => items.extend(more),
            (_, object) => *object = HeapObject::Lost(Reason::Call),
        }
        Ok(())
    }

    /// What going through a value yields; none where that is not known.
    pub(super) fn iterate(&mut self, value: &PyValue, at: TextSize) -> Eval<Option<Vec<PyValue>>> {
        let items = match value {
            PyValue::Tuple(items) => Some(items.to_vec()),
            PyValue::Str(text) => {
                let letters = text.chars().take(limits::ITEMS).map(|letter| PyValue::text(letter.to_string()));
                Some(letters.collect())
            }
            PyValue::Bytes(bytes) => Some(bytes.iter().map(|byte| PyValue::Int(i64::from(*byte))).collect()),
            PyValue::Object(key) => match self.heap.object(*key) {
                HeapObject::List(items) | HeapObject::Set(items) => Some(items.clone()),
                HeapObject::Dict(pairs) => Some(pairs.iter().map(|(key, _)| key.clone()).collect()),
                HeapObject::Names(namespace) => {
                    let is_open = self.heap.open(*namespace).is_some();
                    (!is_open).then(|| self.named_pairs(*namespace).into_iter().map(|(name, _)| name).collect())
                }
                HeapObject::Iterator(_) => match self.heap.object_mut(*key) {
                    HeapObject::Iterator(items) => {
                        let mut items = std::mem::take(items);
                        items.reverse();
                        Some(items)
                    }
                    _ => None,
                },
                HeapObject::Instance { .. } | HeapObject::Lost(_) => None,
            },
            PyValue::Standard(_) => match self.as_tuple(value) {
                Some(items) => Some(items),
                None => self.listed(value),
            },
            PyValue::Callable(callable) => match &**callable {
                Callable::Native { .. } => self.file_lines(value),
                _ => None,
            },
            _ => None,
        };
        let _ = at;
        self.step(items.as_ref().map_or(0, |items| items.len() / 16))?;
        Ok(items)
    }

    /// A method of a list, set, dictionary, or iterator.
    pub(super) fn collection_method(&mut self, object: ObjectKey, name: &str, given: &Given, at: TextSize) -> Eval {
        if let HeapObject::Names(namespace) = self.heap.object(object) {
            let namespace = *namespace;
            return self.names_method(namespace, name, given);
        }
        let size = match self.heap.object(object) {
            HeapObject::List(items) | HeapObject::Set(items) => items.len(),
            HeapObject::Dict(pairs) => pairs.len(),
            _ => 0,
        };
        self.step(size / 32)?;
        let first = given.first().cloned();
        match (name, first) {
            ("append" | "add", Some(value)) => {
                let is_there = name == "add"
                    && self
                        .heap
                        .items(&PyValue::Object(object))
                        .is_some_and(|items| items.iter().any(|item| item.is_same(&value)));
                match self.heap.object_mut(object) {
                    HeapObject::Set(_) if is_there => {}
                    HeapObject::List(items) | HeapObject::Set(items) if items.len() < limits::ITEMS => {
                        items.push(value)
                    }
                    object => *object = HeapObject::Lost(Reason::Limit),
                }
                Ok(PyValue::None)
            }
            ("extend", Some(value)) => {
                self.extend_list(object, &value, at)?;
                Ok(PyValue::None)
            }
            ("update", Some(value)) => {
                self.update(object, &value, at)?;
                self.update_named(object, given);
                Ok(PyValue::None)
            }
            ("update", None) => {
                self.update_named(object, given);
                Ok(PyValue::None)
            }
            ("insert", Some(index)) => {
                let value = given.positional.get(1).cloned().unwrap_or(PyValue::Unknown(Reason::Call));
                match (self.heap.object_mut(object), index.as_int()) {
                    (HeapObject::List(items), Some(index)) => {
                        let len = items.len() as i64;
                        let index = if index < 0 { index + len } else { index }.clamp(0, len);
                        items.insert(index as usize, value);
                    }
                    (object, _) => *object = HeapObject::Lost(Reason::Construct),
                }
                Ok(PyValue::None)
            }
            ("remove" | "discard", Some(value)) => {
                let items = self.heap.items(&PyValue::Object(object)).map(<[PyValue]>::to_vec).unwrap_or_default();
                let place = items.iter().position(|item| self.equal(item, &value) == Some(true));
                let is_known = value.is_known() && items.iter().all(PyValue::is_known);
                match (self.heap.object_mut(object), place) {
                    (HeapObject::List(items) | HeapObject::Set(items), Some(place)) => drop(items.remove(place)),
                    (_, None) if is_known && name == "discard" => {}
                    (_, None) if is_known => return self.raise("ValueError", "list.remove(x): x not in list", at),
                    (object, _) => *object = HeapObject::Lost(Reason::Construct),
                }
                Ok(PyValue::None)
            }
            ("pop", argument) => self.pop(object, argument, given.positional.get(1).cloned(), at),
            ("clear", _) => {
                match self.heap.object_mut(object) {
                    HeapObject::List(items) | HeapObject::Set(items) => items.clear(),
                    HeapObject::Dict(pairs) => pairs.clear(),
                    _ => {}
                }
                Ok(PyValue::None)
            }
            ("reverse", _) => {
                if let HeapObject::List(items) = self.heap.object_mut(object) {
                    items.reverse();
                }
                Ok(PyValue::None)
            }
            ("sort", _) => {
                let items = self.heap.items(&PyValue::Object(object)).map(<[PyValue]>::to_vec).unwrap_or_default();
                let sorted = self.sorted(items, given)?;
                *self.heap.object_mut(object) = sorted.map_or(HeapObject::Lost(Reason::Construct), HeapObject::List);
                Ok(PyValue::None)
            }
            ("copy", _) => {
                let copy = self.heap.object(object).clone();
                Ok(self.heap.new_object(copy))
            }
            ("get", Some(key)) => {
                let default = given.get(1, "default").cloned().unwrap_or(PyValue::None);
                Ok(match self.find(object, &key)? {
                    Some(found) => found.unwrap_or(default),
                    None => self.unknown_of(&key),
                })
            }
            ("setdefault", Some(key)) => {
                let default = given.positional.get(1).cloned().unwrap_or(PyValue::None);
                match self.find(object, &key)? {
                    Some(Some(found)) => Ok(found),
                    _ => {
                        self.set_item_of_object(object, &key, default.clone());
                        Ok(default)
                    }
                }
            }
            ("keys" | "values" | "items", _) => {
                let HeapObject::Dict(pairs) = self.heap.object(object) else {
                    return Ok(PyValue::Unknown(Reason::Construct));
                };
                let part = |(key, value): &(PyValue, PyValue)| match name {
                    "keys" => key.clone(),
                    "values" => value.clone(),
                    _ => PyValue::tuple([key.clone(), value.clone()]),
                };
                let parts = pairs.iter().map(part).collect();
                Ok(self.new_list(parts))
            }
            ("union", Some(other)) => {
                let mut items = self.heap.items(&PyValue::Object(object)).map(<[PyValue]>::to_vec).unwrap_or_default();
                match self.iterate(&other, at)? {
                    Some(more) => {
                        items.extend(more);
                        Ok(self.new_set(items))
                    }
                    None => Ok(PyValue::Unknown(other.reason())),
                }
            }
            ("index" | "count", Some(value)) => {
                let items = self.heap.items(&PyValue::Object(object)).map(<[PyValue]>::to_vec).unwrap_or_default();
                let found: Option<Vec<bool>> = items.iter().map(|item| self.equal(item, &value)).collect();
                Ok(match found {
                    Some(found) if name == "count" => PyValue::Int(found.iter().filter(|is| **is).count() as i64),
                    Some(found) => match found.iter().position(|is| *is) {
                        Some(at) => PyValue::Int(at as i64),
                        None => return self.raise("ValueError", "not in list", at),
                    },
                    None => PyValue::Unknown(Reason::Construct),
                })
            }
            _ => Ok(PyValue::Unknown(Reason::Construct)),
        }
    }

    fn pop(&mut self, object: ObjectKey, argument: Option<PyValue>, default: Option<PyValue>, at: TextSize) -> Eval {
        match (self.heap.object(object), argument) {
            (HeapObject::Dict(_), Some(key)) => match self.find(object, &key)? {
                Some(Some(value)) => {
                    self.delete_item_of_object(object, &key);
                    Ok(value)
                }
                Some(None) => match default {
                    Some(default) => Ok(default),
                    None => self.raise("KeyError", "pop", at),
                },
                None => {
                    *self.heap.object_mut(object) = HeapObject::Lost(Reason::Construct);
                    Ok(PyValue::Unknown(Reason::Construct))
                }
            },
            (HeapObject::List(items), argument) => {
                let index = argument.map_or(Some(-1), |index| index.as_int());
                let index = index.map(|index| if index < 0 { index + items.len() as i64 } else { index });
                let index = index.and_then(|index| usize::try_from(index).ok()).filter(|index| *index < items.len());
                match (self.heap.object_mut(object), index) {
                    (HeapObject::List(items), Some(index)) => Ok(items.remove(index)),
                    _ => Ok(PyValue::Unknown(Reason::Construct)),
                }
            }
            _ => Ok(PyValue::Unknown(Reason::Construct)),
        }
    }

    fn update(&mut self, object: ObjectKey, value: &PyValue, at: TextSize) -> Eval<()> {
        match self.heap.object(object) {
            HeapObject::Dict(_) => match self.pairs(value) {
                Some(pairs) => {
                    self.step(pairs.len())?;
                    pairs.into_iter().for_each(|(key, value)| self.set_item_of_object(object, &key, value));
                }
                None => *self.heap.object_mut(object) = HeapObject::Lost(value.reason()),
            },
            HeapObject::Set(items) => {
                let mut items = items.clone();
                let more = self.iterate(value, at)?;
                let set = more.map(|more| {
                    items.extend(more);
                    self.new_set(items)
                });
                let content = match set {
                    Some(PyValue::Object(set)) => self.heap.object(set).clone(),
                    _ => HeapObject::Lost(value.reason()),
                };
                *self.heap.object_mut(object) = content;
            }
            _ => {}
        }
        Ok(())
    }

    fn update_named(&mut self, object: ObjectKey, given: &Given) {
        for (name, value) in &given.named {
            self.set_item_of_object(object, &PyValue::Str(name.clone()), value.clone());
        }
    }

    /// A method of what `globals()` returned.
    fn names_method(&mut self, namespace: NamespaceId, name: &str, given: &Given) -> Eval {
        let key = given.first().and_then(PyValue::as_str).map(str::to_owned);
        match (name, key) {
            ("get", Some(key)) => Ok(match (self.heap.get(namespace, &key), self.heap.open_to(namespace, &key)) {
                (Some(value), _) => value.clone(),
                (None, Some(reason)) => PyValue::Unknown(reason),
                (None, None) => given.positional.get(1).cloned().unwrap_or(PyValue::None),
            }),
            ("setdefault", Some(key)) => {
                let default = given.positional.get(1).cloned().unwrap_or(PyValue::None);
                if self.heap.get(namespace, &key).is_none() {
                    self.heap.set(namespace, &key, default);
                }
                Ok(self.heap.get(namespace, &key).cloned().unwrap_or(PyValue::None))
            }
            ("update", _) => {
                match given.first().map(|value| self.pairs(value)) {
                    Some(Some(pairs)) => {
                        for (name, value) in pairs {
                            match name.as_str() {
                                Some(name) => self.heap.set(namespace, name, value),
                                None => self.heap.set_open(namespace, Reason::Construct),
                            }
                        }
                    }
                    Some(None) => self.heap.set_open(namespace, Reason::Call),
                    None => {}
                }
                for (name, value) in &given.named {
                    self.heap.set(namespace, name, value.clone());
                }
                Ok(PyValue::None)
            }
            ("pop", Some(key)) => {
                let value = self.heap.get(namespace, &key).cloned();
                self.heap.unset(namespace, &key);
                Ok(value.or(given.positional.get(1).cloned()).unwrap_or(PyValue::Unknown(Reason::Construct)))
            }
            ("keys" | "values" | "items" | "copy", _) => {
                if let Some(reason) = self.heap.open(namespace) {
                    return Ok(PyValue::Unknown(reason));
                }
                let pairs = self.named_pairs(namespace);
                if name == "copy" {
                    return Ok(self.heap.new_object(HeapObject::Dict(pairs)));
                }
                let part = |(key, value): (PyValue, PyValue)| match name {
                    "keys" => key,
                    "values" => value,
                    _ => PyValue::tuple([key, value]),
                };
                let parts = pairs.into_iter().map(part).collect();
                Ok(self.new_list(parts))
            }
            _ => Ok(PyValue::Unknown(Reason::Construct)),
        }
    }

    /// Items in order; none where they cannot be compared, or by a key that is not known.
    pub(super) fn sorted(&mut self, items: Vec<PyValue>, given: &Given) -> Eval<Option<Vec<PyValue>>> {
        self.step(items.len())?;
        let mut keyed = Vec::with_capacity(items.len());
        let key = given.keyword("key").filter(|key| !matches!(key, PyValue::None)).cloned();
        for item in items {
            let by = match &key {
                Some(key) => self.call_value(key, Given::of(vec![item.clone()]), TextSize::new(0))?,
                None => item.clone(),
            };
            keyed.push((by, item));
        }
        let mut is_known = true;
        keyed.sort_by(|(one, _), (other, _)| {
            self.order(one, other).unwrap_or_else(|| {
                is_known = false;
                std::cmp::Ordering::Equal
            })
        });
        let is_reversed = given.keyword("reverse").map_or(Some(false), |reverse| self.truth(reverse));
        let mut items: Vec<PyValue> = keyed.into_iter().map(|(_, item)| item).collect();
        if is_reversed == Some(true) {
            items.reverse();
        }
        Ok((is_known && is_reversed.is_some()).then_some(items))
    }
}
