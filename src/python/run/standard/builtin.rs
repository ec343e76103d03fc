//! Builtin functions, and a few of the standard library that are as plain.

use std::sync::Arc;

use ruff_text_size::TextSize;

use crate::python::heap::{HeapObject, NamespaceId};
use crate::python::limits;
use crate::python::outside::Attribute;
use crate::python::run::call::Given;
use crate::python::run::{Completion, Eval, Frame, Interpreter, Stop};
use crate::python::source::ModuleSource;
use crate::python::value::{Callable, PyValue, Reason};

impl Interpreter<'_> {
    pub(super) fn call_builtin(&mut self, name: &'static str, given: &Given, at: TextSize) -> Eval {
        let first = given.first().cloned();
        let unknown = PyValue::Unknown(match first.as_ref().map(PyValue::reason) {
            None | Some(Reason::Construct) => Reason::Call,
            Some(reason) => reason,
        });
        if given.is_open {
            return Ok(unknown);
        }
        let Some(value) = first else {
            if name == "types.SimpleNamespace" {
                return Ok(self.plain_instance(&given.named));
            }
            return if matches!(name, "dict" | "collections.OrderedDict") {
                self.new_dict(&PyValue::tuple([]), given, at)
            } else {
                self.call_without(name, at)
            };
        };
        let second = given.positional.get(1);
        Ok(match name {
            "print" | "warnings.warn" | "warnings.filterwarnings" | "warnings.simplefilter" => PyValue::None,
            "len" => self.length(&value).map_or(unknown, |len| PyValue::Int(len as i64)),
            "str" => self.to_text(&value).map_or(unknown, PyValue::Str),
            "repr" => self.repr(&value).map_or(unknown, PyValue::Str),
            "bool" => self.truth(&value).map_or(unknown, PyValue::Bool),
            "int" => return self.integer(&value, second, at),
            "float" => match &value {
                PyValue::Float(_) => value,
                value => value.as_int().map_or(unknown, |number| PyValue::Float(number as f64)),
            },
            "bytes" => {
                if let PyValue::Bytes(_) = value {
                    value
                } else {
                    unknown
                }
            }
            "list" | "tuple" | "set" | "frozenset" | "iter" | "reversed" | "sorted" | "enumerate" | "sum" | "any"
            | "all" => {
                return self.over(name, &value, given, at);
            }
            "dict" | "collections.OrderedDict" => return self.new_dict(&value, given, at),
            "types.MappingProxyType" => value,
            "types.ModuleType" => self.plain_instance(&[("__name__".into(), value)]),
            "dict.fromkeys" => {
                let keys = self.iterate(&value, at)?;
                let default = second.cloned().unwrap_or(PyValue::None);
                match keys {
                    Some(keys) => {
                        let pairs = keys.into_iter().map(|key| (key, default.clone())).collect();
                        self.heap.new_object(HeapObject::Dict(pairs))
                    }
                    None => unknown,
                }
            }
            "range" => self.range(given).map_or(unknown, |items| self.new_list(items)),
            "zip" | "itertools.chain" => {
                let mut all = Vec::new();
                for value in &given.positional {
                    match self.iterate(value, at)? {
                        Some(items) => all.push(items),
                        None => return Ok(PyValue::Unknown(value.reason())),
                    }
                }
                let items = match name {
                    "zip" => {
                        let len = all.iter().map(Vec::len).min().unwrap_or(0);
                        (0..len).map(|index| PyValue::tuple(all.iter().map(|items| items[index].clone()))).collect()
                    }
                    _ => all.into_iter().flatten().collect(),
                };
                self.new_list(items)
            }
            "map" | "filter" => {
                let Some(items) = (match second {
                    Some(second) => self.iterate(second, at)?,
                    None => None,
                }) else {
                    return Ok(unknown);
                };
                let mut made = Vec::new();
                for item in items.into_iter().take(limits::TURNS) {
                    let result = match (&value, name) {
                        (PyValue::None, _) => item.clone(),
                        (function, _) => self.call_value(function, Given::of(vec![item.clone()]), at)?,
                    };
                    match (name, self.truth(&result)) {
                        ("map", _) => made.push(result),
                        (_, Some(true)) => made.push(item),
                        (_, Some(false)) => {}
                        (_, None) => return Ok(PyValue::Unknown(result.reason())),
                    }
                }
                self.new_list(made)
            }
            "min" | "max" => {
                let items =
                    if given.positional.len() > 1 { Some(given.positional.clone()) } else { self.iterate(&value, at)? };
                let sorted = match items {
                    Some(items) => self.sorted(items, given)?,
                    None => None,
                };
                let chosen =
                    sorted.and_then(|items| if name == "min" { items.first().cloned() } else { items.last().cloned() });
                chosen.unwrap_or(unknown)
            }
            "next" => match &value {
                PyValue::Object(key) if matches!(self.heap.object(*key), HeapObject::Iterator(_)) => {
                    let next = match self.heap.object_mut(*key) {
                        HeapObject::Iterator(items) => items.pop(),
                        _ => None,
                    };
                    match (next, second) {
                        (Some(next), _) => next,
                        (None, Some(default)) => default.clone(),
                        (None, None) => return self.raise("StopIteration", "", at),
                    }
                }
                // A generator expression is kept as the list of what it yields.
                value => match (self.iterate(value, at)?.map(|items| items.first().cloned()), second) {
                    (Some(Some(item)), _) => item,
                    (Some(None), Some(default)) => default.clone(),
                    (Some(None), None) => return self.raise("StopIteration", "", at),
                    (None, _) => unknown,
                },
            },
            "isinstance" => second.and_then(|class| self.is_instance(&value, class)).map_or(unknown, PyValue::Bool),
            "issubclass" => match (&value, second) {
                (PyValue::ExceptionClass(class), Some(PyValue::ExceptionClass(of))) => {
                    class.is_a(&of.name).map_or(unknown, PyValue::Bool)
                }
                _ => unknown,
            },
            "callable" => match &value {
                PyValue::Callable(_) | PyValue::ExceptionClass(_) => PyValue::Bool(true),
                PyValue::None | PyValue::Str(_) | PyValue::Int(_) | PyValue::Bool(_) => PyValue::Bool(false),
                _ => unknown,
            },
            "getattr" => return self.getattr(&value, second, given.positional.get(2), at),
            "hasattr" => {
                let Some(name) = second.and_then(PyValue::as_str).map(str::to_owned) else { return Ok(unknown) };
                match self.attribute_of(&value, &name, at)? {
                    Attribute::Known(_) => PyValue::Bool(true),
                    Attribute::Absent => PyValue::Bool(false),
                    Attribute::Unknown(reason) => PyValue::Unknown(reason),
                }
            }
            "setattr" => {
                match (second.and_then(PyValue::as_str).map(str::to_owned), given.positional.get(2)) {
                    (Some(name), Some(new)) => self.set_attribute(&value, &name, new.clone(), at),
                    _ => {
                        self.open_of(&value, Reason::Call);
                        // Functions of others give a module names by this; they find it by means that are not known
                        // (`inspect.currentframe`).
                        if !value.is_known() && self.frame.globals != self.module {
                            self.heap.set_open(self.module, Reason::Call);
                        }
                    }
                }
                PyValue::None
            }
            "vars" => match &value {
                PyValue::Module(_) => return self.attribute(&value, "__dict__", at),
                _ => unknown,
            },
            "exec" => return self.exec(&value, given, at),
            "eval" => return self.eval_text(&value, given, at),
            "compile" => {
                if value.as_str().is_some() {
                    value
                } else {
                    unknown
                }
            }
            "open" => match value.as_path() {
                Some(path) if !writes(given) => {
                    let path = path.clone();
                    return self.opened(&path, at);
                }
                _ => unknown,
            },
            "chr" => match value.as_int().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32) {
                Some(letter) => PyValue::text(letter.to_string()),
                None => unknown,
            },
            "ord" => match value.as_str().map(|text| (text.chars().next(), text.chars().nth(1))) {
                Some((Some(letter), None)) => PyValue::Int(i64::from(u32::from(letter))),
                _ => unknown,
            },
            "abs" => value.as_int().and_then(i64::checked_abs).map_or(unknown, PyValue::Int),
            "__import__" => return self.dunder_import(given, at),
            "functools.partial" => {
                let positional = given.positional[1..].to_vec();
                let named = given.named.clone();
                PyValue::Callable(Arc::new(Callable::Partial { function: value, positional, named }))
            }
            "itertools.chain.from_iterable" => {
                let mut all = Vec::new();
                let Some(parts) = self.iterate(&value, at)? else { return Ok(unknown) };
                for part in parts {
                    match self.iterate(&part, at)? {
                        Some(items) => all.extend(items),
                        None => return Ok(unknown),
                    }
                }
                self.new_list(all)
            }
            "typing.cast" => second.cloned().unwrap_or(unknown),
            "super" => PyValue::Standard("super()"),
            "type" => match &value {
                PyValue::Object(key) => match self.heap.object(*key) {
                    HeapObject::Instance { class, .. } => class.clone(),
                    _ => unknown,
                },
                PyValue::Exception(raised) => PyValue::ExceptionClass(Arc::new(raised.class.clone())),
                _ => unknown,
            },
            "dir" => match &value {
                PyValue::Module(module) => match self.heap.module(module).map(|entry| entry.namespace) {
                    Some(namespace) if self.heap.open(namespace).is_none() => {
                        let names = self.names_of(namespace);
                        self.new_list(names)
                    }
                    _ => PyValue::Unknown(Reason::Opaque),
                },
                _ => unknown,
            },
            "object" | "sys.exit" => unknown,
            _ => self.call_unknown(unknown.reason(), given),
        })
    }

    /// Builtin functions without arguments.
    fn call_without(&mut self, name: &str, at: TextSize) -> Eval {
        let _ = at;
        Ok(match name {
            "dir" => match self.heap.open(self.frame.locals) {
                Some(reason) => PyValue::Unknown(reason),
                None => {
                    let names = self.names_of(self.frame.locals);
                    self.new_list(names)
                }
            },
            "object" | "threading.local" | "types.SimpleNamespace" => self.plain_instance(&[]),
            "collections.OrderedDict" => self.heap.new_object(HeapObject::Dict(Vec::new())),
            "globals" => self.heap.new_object(HeapObject::Names(self.frame.globals)),
            "locals" | "vars" => self.heap.new_object(HeapObject::Names(self.frame.locals)),
            "list" => self.new_list(Vec::new()),
            "dict" => self.heap.new_object(HeapObject::Dict(Vec::new())),
            "set" | "frozenset" => self.heap.new_object(HeapObject::Set(Vec::new())),
            "tuple" => PyValue::tuple([]),
            "str" => PyValue::text(""),
            "int" => PyValue::Int(0),
            "bool" => PyValue::Bool(false),
            "print" => PyValue::None,
            "super" => PyValue::Standard("super()"),
            _ => PyValue::Unknown(Reason::Call),
        })
    }

    /// The names in a namespace, in order.
    fn names_of(&self, namespace: NamespaceId) -> Vec<PyValue> {
        let mut names: Vec<&str> = self.heap.names(namespace).map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.into_iter().map(PyValue::text).collect()
    }

    /// An instance that has these attributes and takes others.
    fn plain_instance(&mut self, named: &[(Arc<str>, PyValue)]) -> PyValue {
        let attributes = self.heap.namespace();
        for (name, value) in named {
            self.heap.set(attributes, name, value.clone());
        }
        self.heap.new_object(HeapObject::Instance { class: PyValue::Standard("object"), attributes })
    }

    fn length(&self, value: &PyValue) -> Option<usize> {
        match value {
            PyValue::Str(text) => Some(text.chars().count()),
            PyValue::Bytes(bytes) => Some(bytes.len()),
            PyValue::Object(key) => match self.heap.object(*key) {
                HeapObject::List(items) | HeapObject::Set(items) => Some(items.len()),
                HeapObject::Dict(pairs) => Some(pairs.len()),
                _ => None,
            },
            value => self
                .as_tuple(value)
                .or_else(|| self.heap.items(value).map(<[PyValue]>::to_vec))
                .map(|items| items.len()),
        }
    }

    fn integer(&mut self, value: &PyValue, base: Option<&PyValue>, at: TextSize) -> Eval {
        let unknown = PyValue::Unknown(value.reason());
        Ok(match (value, base) {
            (PyValue::Str(text), base) => {
                let base = base.map_or(Some(10), PyValue::as_int).and_then(|base| u32::try_from(base).ok());
                let Some(base) = base.filter(|base| (2..=36).contains(base)) else { return Ok(unknown) };
                let digits = text.trim().replace('_', "");
                match i64::from_str_radix(&digits, base) {
                    Ok(number) => PyValue::Int(number),
                    Err(_) if digits.len() < 16 && digits.is_ascii() => {
                        let text = format!("invalid literal for int() with base {base}: '{text}'");
                        return self.raise("ValueError", text, at);
                    }
                    Err(_) => unknown,
                }
            }
            (PyValue::Float(number), None) if number.abs() < 1e15 => PyValue::Int(*number as i64),
            (value, None) => value.as_int().map_or(unknown, PyValue::Int),
            _ => unknown,
        })
    }

    /// What goes through its argument.
    fn over(&mut self, name: &str, value: &PyValue, given: &Given, at: TextSize) -> Eval {
        let unknown = PyValue::Unknown(value.reason());
        let Some(items) = self.iterate(value, at)? else { return Ok(unknown) };
        Ok(match name {
            "list" => self.new_list(items),
            "tuple" => PyValue::tuple(items),
            "set" | "frozenset" => self.new_set(items),
            "iter" => self.new_iterator(items),
            "reversed" => self.new_list(items.into_iter().rev().collect()),
            "sorted" => match self.sorted(items, given)? {
                Some(items) => self.new_list(items),
                None => unknown,
            },
            "enumerate" => {
                let start = given.get(1, "start").map_or(Some(0), PyValue::as_int);
                let Some(start) = start else { return Ok(unknown) };
                let pairs = items.into_iter().zip(start..).map(|(item, at)| PyValue::tuple([PyValue::Int(at), item]));
                self.new_list(pairs.collect())
            }
            "sum" => {
                let mut sum = given.positional.get(1).cloned().unwrap_or(PyValue::Int(0));
                for item in items {
                    sum = self.binary(ruff_python_ast::Operator::Add, &sum, &item, at)?;
                }
                sum
            }
            _ => {
                let decides = name == "any";
                let mut is_known = true;
                for item in items {
                    match self.truth(&item) {
                        Some(truth) if truth == decides => return Ok(PyValue::Bool(decides)),
                        Some(_) => {}
                        None => is_known = false,
                    }
                }
                if is_known { PyValue::Bool(!decides) } else { PyValue::Unknown(Reason::Call) }
            }
        })
    }

    fn new_dict(&mut self, value: &PyValue, given: &Given, at: TextSize) -> Eval {
        let made = self.heap.new_object(HeapObject::Dict(Vec::new()));
        let PyValue::Object(key_of_made) = made else { return Ok(made) };
        let pairs = match self.pairs(value) {
            Some(pairs) => Some(pairs),
            None => match self.iterate(value, at)? {
                Some(items) => {
                    let pair = |item: &PyValue| match self.heap.items(item) {
                        Some([key, value]) => Some((key.clone(), value.clone())),
                        _ => None,
                    };
                    items.iter().map(pair).collect::<Option<Vec<_>>>()
                }
                None => None,
            },
        };
        let Some(pairs) = pairs else { return Ok(PyValue::Unknown(value.reason())) };
        self.step(pairs.len())?;
        let named = given.named.iter().map(|(name, value)| (PyValue::Str(name.clone()), value.clone()));
        for (key, value) in pairs.into_iter().chain(named) {
            self.set_item_of_object(key_of_made, &key, value);
        }
        Ok(PyValue::Object(key_of_made))
    }

    fn range(&self, given: &Given) -> Option<Vec<PyValue>> {
        let numbers: Option<Vec<i64>> = given.positional.iter().map(PyValue::as_int).collect();
        let (start, end, step) = match *numbers?.as_slice() {
            [end] => (0, end, 1),
            [start, end] => (start, end, 1),
            [start, end, step] if step != 0 => (start, end, step),
            _ => return None,
        };
        let (mut items, mut at) = (Vec::new(), start);
        while if step > 0 { at < end } else { at > end } {
            if items.len() >= limits::ITEMS {
                return None;
            }
            items.push(PyValue::Int(at));
            at = at.checked_add(step)?;
        }
        Some(items)
    }

    fn getattr(&mut self, on: &PyValue, name: Option<&PyValue>, default: Option<&PyValue>, at: TextSize) -> Eval {
        let Some(name) = name.and_then(PyValue::as_str).map(str::to_owned) else {
            return Ok(PyValue::Unknown(Reason::Call));
        };
        match default {
            None => self.attribute(on, &name, at),
            Some(default) => match self.attribute_of(on, &name, at)? {
                Attribute::Known(value) => Ok(value),
                Attribute::Absent => Ok(default.clone()),
                Attribute::Unknown(reason) => Ok(PyValue::Unknown(reason)),
            },
        }
    }

    /// Names that are not known may be bound in a module or an instance.
    fn open_of(&mut self, on: &PyValue, reason: Reason) {
        let namespace = match on {
            PyValue::Module(module) => self.heap.module(module).map(|entry| entry.namespace),
            PyValue::Object(key) => match self.heap.object(*key) {
                HeapObject::Instance { attributes, .. } => Some(*attributes),
                _ => None,
            },
            _ => None,
        };
        if let Some(namespace) = namespace {
            self.heap.set_open(namespace, reason);
        }
    }

    /// `exec(text)`: runs it here; what is not known, or runs elsewhere, may bind anything.
    fn exec(&mut self, code: &PyValue, given: &Given, at: TextSize) -> Eval {
        let places: Vec<PyValue> = given.positional[1..].to_vec();
        let Some(text) = code.as_str() else {
            self.heap.set_open(self.frame.locals, Reason::Call);
            for place in &places {
                self.call_unknown(Reason::Call, &Given::of(vec![place.clone()]));
            }
            return Ok(PyValue::None);
        };
        let source = self.parsed(text)?;
        if let Some(reason) = source.unreadable() {
            self.heap.set_open(self.frame.locals, reason);
            return Ok(PyValue::None);
        }
        let (namespace, into) = match places.first() {
            None | Some(PyValue::None) => (self.frame.locals, None),
            Some(PyValue::Object(key)) => match self.heap.object(*key) {
                HeapObject::Names(namespace) => (*namespace, None),
                HeapObject::Dict(_) => (self.heap.namespace(), Some(*key)),
                _ => (self.heap.namespace(), None),
            },
            Some(_) => (self.heap.namespace(), None),
        };
        let is_here = namespace == self.frame.locals;
        let outer = &self.frame;
        let frame = Frame {
            source: source.clone(),
            module: outer.module.clone(),
            globals: if is_here { outer.globals } else { namespace },
            locals: namespace,
            closure: if is_here { outer.closure.clone() } else { Vec::new() },
            declared: Vec::new(),
            is_class: is_here && outer.is_class,
            line: Some(self.line(at)),
            returned: None,
            manages: None,
            method: None,
        };
        if let Some(key) = into {
            for (name, value) in self.pairs(&PyValue::Object(key)).unwrap_or_default() {
                if let Some(name) = name.as_str() {
                    self.heap.set(namespace, name, value);
                }
            }
        }
        let outer = std::mem::replace(&mut self.frame, frame);
        self.calls += 1;
        let completion = if self.calls < limits::CALL_DEPTH { self.block(source.body()) } else { Completion::Next };
        self.calls -= 1;
        self.frame = outer;
        if let Completion::Stop(stop) = completion {
            return Err(stop);
        }
        if let Some(key) = into {
            let mut names: Vec<_> =
                self.heap.names(namespace).map(|(name, value)| (PyValue::text(name.as_str()), value.clone())).collect();
            names.sort_unstable_by(|(one, _), (other, _)| one.as_str().cmp(&other.as_str()));
            names.into_iter().for_each(|(name, value)| self.set_item_of_object(key, &name, value));
        }
        Ok(PyValue::None)
    }

    fn eval_text(&mut self, code: &PyValue, given: &Given, at: TextSize) -> Eval {
        let Some(text) = code.as_str().filter(|_| given.positional.len() == 1) else {
            return Ok(PyValue::Unknown(Reason::Call));
        };
        let source = self.parsed(text.trim())?;
        let Some(expression) = source.only_expression() else { return Ok(PyValue::Unknown(Reason::Syntax)) };
        let line = self.line(at);
        let source_before = std::mem::replace(&mut self.frame.source, source.clone());
        let line_before = self.frame.line.replace(line);
        self.calls += 1;
        let is_followed = self.calls < limits::CALL_DEPTH;
        let value = if is_followed { self.eval(expression) } else { Ok(PyValue::Unknown(Reason::Limit)) };
        self.calls -= 1;
        self.frame.source = source_before;
        self.frame.line = line_before;
        value
    }

    fn parsed(&mut self, text: &str) -> Result<Arc<ModuleSource>, Stop> {
        self.step(text.len() / 8)?;
        Ok(Arc::new(ModuleSource::parse(text.as_bytes())))
    }
}

/// Is a file opened to be written?
fn writes(given: &Given) -> bool {
    given.get(1, "mode").is_some_and(|mode| mode.as_str().is_none_or(|mode| mode.contains(['w', 'a', 'x', '+', 'b'])))
}
