//! `value.name`.

use std::sync::Arc;

use ruff_text_size::TextSize;

use super::class::VERSION;
use super::{Eval, Interpreter, collection, path, text};
use crate::python::heap::{HeapObject, ModuleBody};
use crate::python::outside::Attribute;
use crate::python::value::{Callable, PyValue, Reason};
use crate::python::version::OrderedVersion;

impl Interpreter<'_> {
    pub(super) fn attribute(&mut self, on: &PyValue, name: &str, at: TextSize) -> Eval {
        match self.attribute_of(on, name, at)? {
            Attribute::Known(value) => Ok(value),
            Attribute::Unknown(reason) => Ok(PyValue::Unknown(reason)),
            Attribute::Absent => {
                let of = match on {
                    PyValue::Module(module) => format!("module '{module}'"),
                    _ => "object".to_owned(),
                };
                self.raise("AttributeError", format!("{of} has no attribute '{name}'"), at)
            }
        }
    }

    pub(super) fn attribute_of(&mut self, on: &PyValue, name: &str, at: TextSize) -> Eval<Attribute> {
        let unknown = Attribute::Unknown(on.reason());
        Ok(match on {
            PyValue::Module(module) => return self.module_attribute(module, name, at),
            PyValue::Standard("super()") => self.member_above(name),
            PyValue::Standard("ctypes.cdll" | "ctypes.pydll" | "ctypes.windll" | "ctypes.oledll")
                if name != "LoadLibrary" && !name.starts_with("__") =>
            {
                Attribute::Known(self.load_by_attribute(on, name, at)?)
            }
            PyValue::Standard(thing) => match self.standard_attribute(thing, name) {
                Some(value) => Attribute::Known(value),
                None => Attribute::Unknown(Reason::Opaque),
            },
            PyValue::Object(key) => match self.heap.object(*key) {
                HeapObject::Instance { .. } => return self.instance_or_foreign(on, name, at),
                HeapObject::Lost(reason) => Attribute::Unknown(*reason),
                HeapObject::Iterator(_) => unknown,
                _ if collection::METHODS.contains(&name) => Attribute::Known(PyValue::native(on, name)),
                _ => unknown,
            },
            PyValue::Str(_) if text::METHODS.contains(&name) => Attribute::Known(PyValue::native(on, name)),
            PyValue::Bytes(_) if name == "decode" => Attribute::Known(PyValue::native(on, name)),
            PyValue::Path(text) => self.path_attribute(text, name),
            PyValue::None if !name.starts_with("__") => Attribute::Absent,
            PyValue::Tuple(_) if matches!(name, "index" | "count") => Attribute::Known(PyValue::native(on, name)),
            PyValue::Tuple(items) => match (name, &**items) {
                // `pkgutil.iter_modules` yields these.
                ("name", [_, value, PyValue::Bool(_)]) | ("ispkg", [_, _, value @ PyValue::Bool(_)]) => {
                    Attribute::Known(value.clone())
                }
                _ => unknown,
            },
            PyValue::Exception(raised) => match name {
                "name" => match (&raised.name, raised.class.is_a("ImportError")) {
                    (Some(name), _) => Attribute::Known(PyValue::Str(name.clone())),
                    _ => unknown,
                },
                "msg" => raised.text.clone().map_or(unknown, |text| Attribute::Known(PyValue::Str(text))),
                "args" => match &raised.text {
                    Some(text) => Attribute::Known(PyValue::tuple([PyValue::Str(text.clone())])),
                    None => unknown,
                },
                "with_traceback" | "add_note" => Attribute::Known(PyValue::native(on, name)),
                "__cause__" | "__context__" => match &raised.from {
                    Some(from) => Attribute::Known(PyValue::Exception(from.clone())),
                    None => unknown,
                },
                _ => unknown,
            },
            PyValue::ExceptionClass(class) if name == "__name__" => {
                Attribute::Known(PyValue::text(class.name.rsplit('.').next().unwrap_or_default()))
            }
            PyValue::Callable(callable) => match &**callable {
                Callable::Class(class) => match name {
                    "__name__" | "__qualname__" => {
                        Attribute::Known(PyValue::text(class.name.rsplit('.').next().unwrap_or_default()))
                    }
                    _ => self.class_attribute(on, name),
                },
                Callable::Function(function) => match name {
                    "__name__" | "__qualname__" => Attribute::Known(PyValue::Str(function.name.clone())),
                    "__module__" => Attribute::Known(PyValue::Str(function.module.name.clone())),
                    _ => Attribute::Unknown(Reason::Construct),
                },
                Callable::Native { on: PyValue::Str(text), name: of } if &**of == VERSION => {
                    version_part(text, name).map_or(unknown, Attribute::Known)
                }
                Callable::Native { name: of, .. } if is_file(of) => Attribute::Known(PyValue::native(on, name)),
                Callable::Native { on: PyValue::Library, .. } => Attribute::Unknown(Reason::Opaque),
                _ => Attribute::Unknown(Reason::Construct),
            },
            PyValue::Library => Attribute::Known(PyValue::native(on, name)),
            // Whoever has a `dlopen` loads by it: objects of cffi come out of compiled modules.
            PyValue::Unknown(_) if name == "dlopen" => Attribute::Known(PyValue::native(on, name)),
            _ => unknown,
        })
    }

    /// An attribute of an instance; `FFI().dlopen` is a library loaded whatever cffi's own code does.
    fn instance_or_foreign(&mut self, on: &PyValue, name: &str, at: TextSize) -> Eval<Attribute> {
        if name == "dlopen"
            && let PyValue::Object(key) = on
            && let HeapObject::Instance { class: PyValue::Callable(class), .. } = self.heap.object(*key)
            && let Callable::Class(class) = &**class
            && class.name.starts_with("cffi.")
        {
            return Ok(Attribute::Known(PyValue::native(on, name)));
        }
        self.instance_attribute(on, name, at)
    }

    pub(super) fn module_attribute(&mut self, module: &Arc<str>, name: &str, at: TextSize) -> Eval<Attribute> {
        let entry = self.heap.module(module).map(|entry| (entry.body, entry.namespace));
        let body = entry.map_or(ModuleBody::Standard, |(body, _)| body);
        if body == ModuleBody::Standard
            && let Some(found) = self.standard_module_attribute(module, name)
        {
            return Ok(found);
        }
        let Some((_, namespace)) = entry else { return Ok(Attribute::Unknown(Reason::Opaque)) };
        match self.heap.get(namespace, name) {
            Some(PyValue::Unknown(reason)) => return Ok(Attribute::Unknown(*reason)),
            Some(value) => return Ok(Attribute::Known(value.clone())),
            None => {}
        }
        match name {
            "__dict__" => return Ok(Attribute::Known(self.heap.new_object(HeapObject::Names(namespace)))),
            "__class__" | "__annotations__" => return Ok(Attribute::Unknown(Reason::Construct)),
            _ => {}
        }
        if body == ModuleBody::Opaque {
            return Ok(self.outside(|outside| outside.attribute(module, name)));
        }
        if let Some(reason) = self.heap.open_to(namespace, name) {
            return Ok(Attribute::Unknown(reason));
        }
        match self.heap.get(namespace, "__getattr__").cloned() {
            Some(function) if name != "__path__" => self.asked(&function, name, at),
            _ if self.heap.module(module).is_some_and(|entry| entry.may_gain(name)) => {
                Ok(Attribute::Unknown(Reason::Call))
            }
            _ => Ok(Attribute::Absent),
        }
    }

    fn path_attribute(&mut self, text: &Arc<str>, name: &str) -> Attribute {
        let Some(flavor) = self.flavor() else { return Attribute::Unknown(Reason::Target) };
        match path::property(text, name, flavor) {
            Some(value) => Attribute::Known(value),
            None if path::METHODS.contains(&name) => {
                Attribute::Known(PyValue::native(&PyValue::Path(text.clone()), name))
            }
            None => Attribute::Unknown(Reason::Construct),
        }
    }
}

/// Is it an open file, by the name under which that goes?
pub(super) fn is_file(name: &str) -> bool {
    matches!(name, "open" | "open_binary")
}

/// What a version has under a name.
fn version_part(text: &str, name: &str) -> Option<PyValue> {
    let version = OrderedVersion::parse(text)?;
    let number = |place: usize| PyValue::Int(version.number(place) as i64);
    Some(match name {
        "major" => number(0),
        "minor" => number(1),
        "micro" | "bugfix" => number(2),
        "release" => PyValue::tuple((0..text.split('.').take(3).count()).map(number)),
        "base_version" => PyValue::text(version.base()),
        "is_prerelease" | "is_devrelease" => PyValue::Bool(version.is_prerelease()),
        "public" | "vstring" | "version" => PyValue::text(text.split('+').next().unwrap_or(text)),
        _ => return None,
    })
}
