//! What is known of the standard library: by the whole names of its things.

mod builtin;
mod constant;
mod library;
mod module;
mod os;
mod table;

use std::sync::Arc;

use ruff_text_size::TextSize;

use super::attribute::is_file;
use super::call::Given;
use super::{Eval, Interpreter, Stop};
use crate::python::outside::{Attribute, ProcessChange};
use crate::python::raised::{ExceptionClass, Raised};
use crate::python::value::{Callable, PyValue, Reason};

impl Interpreter<'_> {
    /// A name of a module of the standard library; none where this room knows nothing of it.
    pub(super) fn standard_module_attribute(&mut self, module: &str, name: &str) -> Option<Attribute> {
        if module == "builtins" {
            return self.builtin(name).map(Attribute::Known);
        }
        let whole = format!("{module}.{name}");
        if let Some(is_there) = constant::is_there(&whole, self.around.target()) {
            match is_there {
                Some(true) => {}
                Some(false) => return Some(Attribute::Absent),
                None => return Some(Attribute::Unknown(Reason::Target)),
            }
        }
        if let Some(value) = constant::value(&whole, self.around.target()) {
            return Some(match value {
                PyValue::Unknown(reason) => Attribute::Unknown(reason),
                value => Attribute::Known(value),
            });
        }
        if let Some(known) = table::known(&whole) {
            return Some(Attribute::Known(PyValue::Standard(known)));
        }
        if let Some(class) = ExceptionClass::known(&whole) {
            return Some(Attribute::Known(PyValue::ExceptionClass(Arc::new(class))));
        }
        table::is_module(&whole).then(|| Attribute::Known(PyValue::Module(whole.into())))
    }

    /// Everything that is known of a module, for a star import.
    pub(super) fn standard_names(&mut self, module: &str) -> Vec<(&'static str, PyValue)> {
        let names: Vec<&'static str> = table::names_of(module).collect();
        let mut bound = Vec::new();
        for name in names.into_iter().filter(|name| !name.starts_with('_')) {
            if let Some(Attribute::Known(value)) = self.standard_module_attribute(module, name) {
                bound.push((name, value));
            }
        }
        bound
    }

    /// `thing.name` of a thing of the standard library.
    pub(super) fn standard_attribute(&mut self, thing: &'static str, name: &str) -> Option<PyValue> {
        match (thing, name) {
            ("sys.version_info", _) => {
                let place =
                    ["major", "minor", "micro", "releaselevel", "serial"].iter().position(|part| *part == name)?;
                self.as_tuple(&PyValue::Standard(thing)).map(|parts| parts[place].clone())
            }
            (os::POSIX_UNAME | os::PLATFORM_UNAME, _) => {
                let names = match thing {
                    os::POSIX_UNAME => &["sysname", "nodename", "release", "version", "machine"][..],
                    _ => &["system", "node", "release", "version", "machine", "processor"],
                };
                let place = names.iter().position(|part| *part == name)?;
                self.as_tuple(&PyValue::Standard(thing)).map(|parts| parts[place].clone())
            }
            // An import is judged as in an interpreter without options.
            ("sys.flags", "optimize" | "debug" | "verbose" | "quiet" | "bytes_warning" | "inspect" | "interactive") => {
                Some(PyValue::Int(0))
            }
            ("sys.flags", "dev_mode") => Some(PyValue::Bool(false)),
            ("ctypes.cdll" | "ctypes.pydll" | "ctypes.windll" | "ctypes.oledll", _) => {
                Some(PyValue::native(&PyValue::Standard(thing), name))
            }
            ("os.environ" | "sys.path" | "sys.modules" | "sys.meta_path" | "sys.path_hooks", _) => {
                Some(PyValue::native(&PyValue::Standard(thing), name))
            }
            ("str" | "dict" | "list" | "pathlib.Path" | "itertools.chain" | "object", _) => {
                table::known(&format!("{thing}.{name}")).map(PyValue::Standard)
            }
            (thing, "__name__") => Some(PyValue::text(thing.rsplit('.').next().unwrap_or(thing))),
            (thing, _) => table::known(&format!("{thing}.{name}")).map(PyValue::Standard),
        }
    }

    pub(super) fn call_standard(&mut self, name: &'static str, given: &Given, at: TextSize) -> Eval {
        self.step(1)?;
        if let Some(value) = self.decorated(name, given) {
            return Ok(value);
        }
        let (module, _) = name.rsplit_once('.').unwrap_or(("builtins", name));
        match module {
            "builtins" => self.call_builtin(name, given, at),
            "os" | "os.path" | "glob" | "fnmatch" | "site" | "subprocess" | "platform" | "pathlib" | "pathlib.Path"
            | "struct" | "sysconfig" | "sys" => self.call_system(name, given, at),
            "ctypes" | "ctypes.util" | "_ctypes" | "win32api" => self.call_library(name, given, at),
            "importlib" | "importlib.util" | "importlib.resources" | "importlib.metadata" | "pkgutil" => {
                self.call_module(name, given, at)
            }
            _ => self.call_builtin(name, given, at),
        }
    }

    /// Decorators, and what is kept with its arguments until it is used.
    fn decorated(&mut self, name: &'static str, given: &Given) -> Option<PyValue> {
        let keep = |given: &Given| {
            let (positional, named) = (given.positional.clone(), given.named.clone());
            PyValue::Callable(Arc::new(Callable::Partial { function: PyValue::Standard(name), positional, named }))
        };
        let of_function = given.positional.len() == 1
            && given.named.is_empty()
            && matches!(given.first(), Some(PyValue::Callable(_)));
        match name {
            "contextlib.suppress" | "contextlib.nullcontext" => Some(keep(given)),
            // With arguments of their own, these return the decorator.
            "functools.lru_cache" | "functools.wraps" if !of_function || name == "functools.wraps" => Some(keep(given)),
            _ => self.decorate_by(name, given),
        }
    }

    /// A method of a value that is not of the code's own classes.
    pub(super) fn call_native(&mut self, on: &PyValue, name: &str, given: &Given, at: TextSize) -> Eval {
        match on {
            PyValue::Str(_) if is_file(name) => Ok(PyValue::Unknown(Reason::Construct)),
            PyValue::Str(text) => self.text_method(text, name, given, at),
            PyValue::Bytes(bytes) => Ok(match std::str::from_utf8(bytes) {
                Ok(text) => PyValue::text(text),
                Err(_) => PyValue::Unknown(Reason::Construct),
            }),
            PyValue::Path(path) => self.path_method(path, name, given, at),
            PyValue::Object(key) if name == "dlopen" => {
                let _ = key;
                self.load_by_cffi(given, at)
            }
            PyValue::Object(key) => self.collection_method(*key, name, given, at),
            PyValue::Tuple(items) => Ok(match (name, given.first()) {
                ("count", Some(value)) => {
                    PyValue::Int(items.iter().filter(|item| self.equal(item, value) == Some(true)).count() as i64)
                }
                ("index", Some(value)) => {
                    let place = items.iter().position(|item| self.equal(item, value) == Some(true));
                    place.map_or(PyValue::Unknown(Reason::Construct), |place| PyValue::Int(place as i64))
                }
                _ => PyValue::Unknown(Reason::Construct),
            }),
            PyValue::Exception(raised) => {
                let _ = raised;
                Ok(if name == "with_traceback" { on.clone() } else { PyValue::None })
            }
            PyValue::Library => self.call_of_library(name, given, at),
            PyValue::Standard("ctypes.cdll" | "ctypes.pydll" | "ctypes.windll" | "ctypes.oledll") => {
                self.call_of_loader(on, name, given, at)
            }
            PyValue::Standard("os.environ") => self.environ_method(name, given, at),
            PyValue::Standard("sys.modules") => self.modules_method(name, given),
            PyValue::Standard("sys.path") => self.search_path_method(name, given, at),
            PyValue::Standard("sys.meta_path" | "sys.path_hooks") => {
                if matches!(name, "append" | "insert" | "extend") {
                    let finder = given.positional.last().cloned().unwrap_or(PyValue::None);
                    self.change(ProcessChange::Finder(finder), at);
                    return Ok(PyValue::None);
                }
                Ok(PyValue::Unknown(Reason::Construct))
            }
            PyValue::Callable(file) => match (&**file, name) {
                (Callable::Native { on: PyValue::Str(path), name: kind }, "read") if is_file(kind) => {
                    let path = path.clone();
                    self.read_file(&path, at)
                }
                (Callable::Native { name: kind, .. }, "readlines") if is_file(kind) => match self.file_lines(on) {
                    Some(lines) => Ok(self.new_list(lines)),
                    None => Ok(PyValue::Unknown(Reason::Path)),
                },
                _ => Ok(PyValue::Unknown(Reason::Call)),
            },
            PyValue::Unknown(_) if name == "dlopen" => self.load_by_cffi(given, at),
            on => Ok(self.call_unknown(on.reason(), given)),
        }
    }

    /// What a call does that ends the module: `sys.exit`.
    pub(super) fn system_exit(&self, given: &Given, at: TextSize) -> Stop {
        let text = given.first().map_or(Some("".into()), |value| self.to_text(value));
        let mut raised = Raised::builtin("SystemExit", "", self.at(at).site);
        raised.text = text;
        raised.is_foreign = false;
        raised.from = self.handling.last().cloned();
        Stop::Raise(Arc::new(raised))
    }
}
