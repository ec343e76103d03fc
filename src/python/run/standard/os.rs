//! `os`, `sys`, `platform`, `glob`, `pathlib`, `site`: what code asks of the system, and how it changes the process.

use std::collections::BTreeMap;
use std::sync::Arc;

use ruff_text_size::TextSize;

use crate::python::heap::HeapObject;
use crate::python::limits;
use crate::python::outside::{Listing, PathPosition, ProcessChange};
use crate::python::run::attribute::is_file;
use crate::python::run::call::Given;
use crate::python::run::path::{Flavor, joined_path, matches};
use crate::python::run::{Eval, Interpreter, Stop};
use crate::python::value::{Callable, PyValue, Reason};

/// Variables that every process has, each with a value of its own.
const ALWAYS_SET: [&str; 19] = [
    "PATH",
    "HOME",
    "TEMP",
    "TMP",
    "SystemRoot",
    "SYSTEMROOT",
    "windir",
    "WINDIR",
    "SystemDrive",
    "ProgramFiles",
    "PROGRAMFILES",
    "ProgramData",
    "PROGRAMDATA",
    "APPDATA",
    "LOCALAPPDATA",
    "USERPROFILE",
    "USERNAME",
    "COMSPEC",
    "PROCESSOR_ARCHITECTURE",
];

/// What `os.uname()` and `platform.uname()` return: named tuples that begin with the system's name and whose fifth part is the
/// machine's.
pub(super) const POSIX_UNAME: &str = "os.uname_result";
pub(super) const PLATFORM_UNAME: &str = "platform.uname_result";

impl Interpreter<'_> {
    /// `platform.system()`.
    fn system_name(&self) -> PyValue {
        let name = self.around.target().platform.as_deref().and_then(|platform| match platform {
            "win32" => Some("Windows"),
            "darwin" => Some("Darwin"),
            "linux" => Some("Linux"),
            _ => None,
        });
        name.map_or(PyValue::Unknown(Reason::Target), PyValue::text)
    }

    pub(super) fn call_system(&mut self, name: &str, given: &Given, at: TextSize) -> Eval {
        if let Some(function) = name.strip_prefix("os.path.") {
            return self.call_os_path(function, given, at);
        }
        if let Some(value) = self.fact(name, given) {
            return Ok(value);
        }
        let first = given.first().cloned();
        let path = first.as_ref().and_then(PyValue::as_path).cloned();
        let unknown = PyValue::Unknown(first.as_ref().map_or(Reason::Call, |first| match first.reason() {
            Reason::Construct => Reason::Call,
            reason => reason,
        }));
        Ok(match name {
            "os.listdir" => match path {
                Some(path) => self.listdir(&path, at)?,
                None => unknown,
            },
            "os.scandir" | "os.walk" => unknown,
            "os.getenv" => return self.environ_method("get", given, at),
            "os.putenv" | "os.unsetenv" => {
                if let Some(key) = &first {
                    self.set_variable(key, given.positional.get(1).cloned(), at);
                }
                PyValue::None
            }
            "os.fspath" | "os.fsdecode" => path.map_or(unknown, PyValue::Str),
            "os.fsencode" => path.map_or(unknown, |path| PyValue::Bytes(path.as_bytes().into())),
            "os.add_dll_directory" => {
                self.change(ProcessChange::AddDllDirectory(path), at);
                unknown
            }
            "os.chdir" => {
                self.change(ProcessChange::WorkingDirectory(path), at);
                PyValue::None
            }
            "os._exit" | "os.abort" | "os.execv" | "os.execve" | "os.execvp" => {
                return Err(Stop::Exit(self.at(at).site));
            }
            "os.system"
            | "os.popen"
            | "subprocess.Popen"
            | "subprocess.call"
            | "subprocess.check_call"
            | "subprocess.check_output"
            | "subprocess.run" => {
                self.change(ProcessChange::Subprocess, at);
                PyValue::Unknown(Reason::Call)
            }
            "os.makedirs" | "os.mkdir" => PyValue::None,
            "glob.glob" | "glob.iglob" => match (path, self.flavor()) {
                (Some(pattern), Some(flavor)) => {
                    let pattern = match given.keyword("root_dir").and_then(PyValue::as_path) {
                        Some(root) => flavor.join(root, &pattern),
                        None => pattern.to_string(),
                    };
                    match self.globbed(&pattern, flavor)? {
                        Some(found) => {
                            let found = found.into_iter().map(PyValue::Str).collect();
                            self.new_list(found)
                        }
                        None => PyValue::Unknown(Reason::Path),
                    }
                }
                _ => unknown,
            },
            "fnmatch.fnmatch" => match (path, given.positional.get(1).and_then(PyValue::as_str)) {
                (Some(name), Some(pattern)) => PyValue::Bool(matches(pattern, &name)),
                _ => unknown,
            },
            "fnmatch.filter" => {
                let names = match &first {
                    Some(first) => self.iterate(first, at)?,
                    None => None,
                };
                match (names, given.positional.get(1).and_then(PyValue::as_str)) {
                    (Some(names), Some(pattern)) if names.iter().all(|name| name.as_str().is_some()) => {
                        let is_match = |name: &PyValue| name.as_str().is_some_and(|name| matches(pattern, name));
                        let names = names.into_iter().filter(is_match).collect();
                        self.new_list(names)
                    }
                    _ => unknown,
                }
            }
            "pathlib.Path" | "pathlib.PurePath" => self.new_path(given),
            "site.addsitedir" => {
                self.change(ProcessChange::SiteDirectory(path), at);
                PyValue::None
            }
            "site.getsitepackages" => unknown,
            "sys.exit" => return Err(self.system_exit(given, at)),
            "sys.setdlopenflags" => {
                let flags = first.as_ref().and_then(PyValue::as_int);
                let is_global = flags.map(|flags| flags & self.global_flag() != 0);
                let dlopen = self.heap_process();
                self.heap.set(dlopen, "dlopen flags", first.clone().unwrap_or(unknown));
                self.change(ProcessChange::DlopenFlags { flags, is_global }, at);
                PyValue::None
            }
            "sys.getdlopenflags" => {
                let process = self.heap_process();
                // RTLD_NOW, as CPython begins.
                self.heap.get(process, "dlopen flags").cloned().unwrap_or(PyValue::Int(2))
            }
            "sys.getfilesystemencoding" => PyValue::text("utf-8"),
            "sys.exc_info" => match self.handling.last() {
                Some(raised) => PyValue::tuple([
                    PyValue::ExceptionClass(Arc::new(raised.class.clone())),
                    PyValue::Exception(raised.clone()),
                    PyValue::Unknown(Reason::Construct),
                ]),
                None => PyValue::tuple([PyValue::None, PyValue::None, PyValue::None]),
            },
            _ => unknown,
        })
    }

    fn global_flag(&self) -> i64 {
        if self.around.target().platform.as_deref() == Some("darwin") { 8 } else { 0x100 }
    }

    /// Facts about the target that functions return.
    fn fact(&self, name: &str, given: &Given) -> Option<PyValue> {
        let target = self.around.target();
        let text = |text: Option<&str>| text.map_or(PyValue::Unknown(Reason::Target), PyValue::text);
        Some(match name {
            "platform.system" => self.system_name(),
            "os.uname" => PyValue::Standard(POSIX_UNAME),
            "platform.uname" => PyValue::Standard(PLATFORM_UNAME),
            "platform.machine" => text(target.machine.as_deref()),
            "platform.python_implementation" => text(match target.implementation.as_deref() {
                Some("cpython") => Some("CPython"),
                Some("pypy") => Some("PyPy"),
                _ => None,
            }),
            "platform.python_version" => match target.version {
                Some((major, minor, Some(micro))) => PyValue::text(format!("{major}.{minor}.{micro}")),
                _ => PyValue::Unknown(Reason::Target),
            },
            "platform.python_version_tuple" => {
                let (major, minor, micro) = target.version?;
                let part = |part: u8| PyValue::text(part.to_string());
                let micro = micro.map_or(PyValue::Unknown(Reason::Target), part);
                PyValue::tuple([part(major), part(minor), micro])
            }
            "platform.architecture" => match (target.bits, target.is_windows()) {
                (Some(bits), Some(windows)) => {
                    let linkage = if windows { "WindowsPE" } else { "ELF" };
                    let linkage = if target.platform.as_deref() == Some("darwin") { "" } else { linkage };
                    PyValue::tuple([PyValue::text(format!("{bits}bit")), PyValue::text(linkage)])
                }
                _ => PyValue::Unknown(Reason::Target),
            },
            "platform.libc_ver" => match target.musl {
                Some(true) => PyValue::tuple([PyValue::text("musl"), PyValue::Unknown(Reason::Target)]),
                Some(false) if target.platform.as_deref() == Some("linux") => {
                    PyValue::tuple([PyValue::text("glibc"), PyValue::Unknown(Reason::Target)])
                }
                _ => PyValue::Unknown(Reason::Target),
            },
            "struct.calcsize" => match (given.first().and_then(PyValue::as_str), target.bits) {
                (Some("P" | "@P"), Some(bits)) => PyValue::Int(i64::from(bits / 8)),
                _ => PyValue::Unknown(Reason::Target),
            },
            "sysconfig.get_config_var" => match given.first().and_then(PyValue::as_str) {
                Some("EXT_SUFFIX") => text(target.extension_suffix.as_deref()),
                Some("Py_GIL_DISABLED") => match target.free_threaded {
                    Some(is) => PyValue::Int(i64::from(is)),
                    None => PyValue::Unknown(Reason::Target),
                },
                _ => PyValue::Unknown(Reason::Target),
            },
            _ => return None,
        })
    }

    fn call_os_path(&mut self, function: &str, given: &Given, at: TextSize) -> Eval {
        let Some(first) = given.first().cloned() else { return Ok(PyValue::Unknown(Reason::Call)) };
        let (Some(path), Some(flavor)) = (first.as_path().cloned(), self.flavor()) else {
            // Joined with something absolute, what is before does not matter.
            if let ("join", Some(flavor), Some(last)) = (function, self.flavor(), given.positional.last())
                && last.as_path().is_some_and(|last| flavor.is_absolute(last))
            {
                return Ok(PyValue::Str(last.as_path().cloned().unwrap_or_default()));
            }
            return Ok(PyValue::Unknown(if first.is_known() { Reason::Target } else { first.reason() }));
        };
        self.step(path.len() / 64)?;
        Ok(match function {
            "join" => {
                let mut joined = path.to_string();
                for part in &given.positional[1..] {
                    match part.as_path() {
                        Some(part) if joined.len() + part.len() < limits::TEXT_BYTES => {
                            joined = flavor.join(&joined, part)
                        }
                        _ => return Ok(PyValue::Unknown(part.reason())),
                    }
                }
                if given.is_open { PyValue::Unknown(Reason::Call) } else { PyValue::text(joined) }
            }
            "dirname" => PyValue::text(flavor.split(&path).0),
            "basename" => PyValue::text(flavor.split(&path).1),
            "split" => {
                let (head, tail) = flavor.split(&path);
                PyValue::tuple([PyValue::text(head), PyValue::text(tail)])
            }
            "splitext" => {
                let (stem, extension) = flavor.split_extension(&path);
                PyValue::tuple([PyValue::text(stem), PyValue::text(extension)])
            }
            "abspath" if flavor.is_absolute(&path) => PyValue::text(flavor.normal(&path)),
            "normpath" => PyValue::text(flavor.normal(&path)),
            "realpath" => self.real(&path, flavor).map_or(PyValue::Unknown(Reason::Path), PyValue::Str),
            "normcase" => match flavor {
                Flavor::Posix => PyValue::Str(path),
                Flavor::Windows => PyValue::text(path.replace('/', "\\").to_lowercase()),
            },
            "isabs" => PyValue::Bool(flavor.is_absolute(&path)),
            "exists" | "isfile" | "isdir" | "lexists" => self.tested(&path, function),
            "expanduser" if !path.starts_with('~') => PyValue::Str(path),
            "expandvars" if !path.contains(['$', '%']) => PyValue::Str(path),
            "relpath" => match given.positional.get(1).and_then(PyValue::as_path) {
                Some(base) => match path.strip_prefix(&**base) {
                    Some(rest) => PyValue::text(rest.trim_start_matches(flavor.separator())),
                    None => PyValue::Unknown(Reason::Construct),
                },
                None => PyValue::Unknown(Reason::Path),
            },
            _ => {
                let _ = at;
                PyValue::Unknown(Reason::Path)
            }
        })
    }

    fn new_path(&mut self, given: &Given) -> PyValue {
        let Some(flavor) = self.flavor() else { return PyValue::Unknown(Reason::Target) };
        let mut parts = given.positional.iter();
        let Some(first) = parts.next() else { return PyValue::Path(".".into()) };
        let Some(path) = first.as_path() else { return PyValue::Unknown(first.reason()) };
        let mut joined = PyValue::Path(flavor.pure(path).into());
        for part in parts {
            joined = match (joined.as_path(), part.as_path()) {
                (Some(base), Some(part)) => joined_path(base, part, flavor),
                _ => return PyValue::Unknown(part.reason()),
            };
        }
        joined
    }

    fn listdir(&mut self, path: &str, at: TextSize) -> Eval {
        match self.outside(|outside| outside.list(path)) {
            Listing::Entries(entries) => {
                self.step(entries.len() / 4)?;
                let names = entries.into_iter().map(|(name, _)| PyValue::Str(name)).collect();
                Ok(self.new_list(names))
            }
            Listing::Missing => {
                self.raise("FileNotFoundError", format!("[Errno 2] No such file or directory: '{path}'"), at)
            }
            Listing::Unknown => Ok(PyValue::Unknown(Reason::Path)),
        }
    }

    /// `open(path)`: a file that may be read; missing where that is certain.
    pub(in crate::python::run) fn opened(&mut self, path: &Arc<str>, at: TextSize) -> Eval {
        match self.path_kind(path) {
            Some(crate::python::outside::PathKind::Missing) => {
                self.raise("FileNotFoundError", format!("[Errno 2] No such file or directory: '{path}'"), at)
            }
            _ => Ok(PyValue::native(&PyValue::Str(path.clone()), "open")),
        }
    }

    pub(in crate::python::run) fn read_file(&mut self, path: &str, at: TextSize) -> Eval {
        match self.outside(|outside| outside.read_text(path)) {
            Some(Some(text)) if text.len() <= limits::TEXT_BYTES => Ok(PyValue::Str(text)),
            Some(None) => self.raise("FileNotFoundError", format!("[Errno 2] No such file or directory: '{path}'"), at),
            _ => Ok(PyValue::Unknown(Reason::Path)),
        }
    }

    /// The lines of an open file.
    pub(in crate::python::run) fn file_lines(&mut self, file: &PyValue) -> Option<Vec<PyValue>> {
        let PyValue::Callable(callable) = file else { return None };
        let Callable::Native { on: PyValue::Str(path), name } = &**callable else { return None };
        if !is_file(name) {
            return None;
        }
        let text = self.outside(|outside| outside.read_text(path))??;
        Some(text.split_inclusive('\n').take(limits::ITEMS).map(PyValue::text).collect())
    }

    /// The names that the process has of its own: variables that code set, flags.
    pub(super) fn heap_process(&mut self) -> crate::python::heap::NamespaceId {
        self.heap.process()
    }

    /// A variable of the environment: `Some(None)` where it is unset, none where it is not known.
    pub(in crate::python::run) fn variable(&mut self, name: &str) -> Option<Option<PyValue>> {
        let process = self.heap_process();
        match self.heap.get(process, &format!("${name}")) {
            Some(PyValue::None) => return Some(None),
            Some(value) => return value.is_known().then(|| Some(value.clone())),
            None if self.heap.open(process).is_some() => return None,
            None => {}
        }
        let target = self.around.target();
        match target.variables.get(name) {
            Some(value) => Some(Some(PyValue::Str(value.clone()))),
            None => (target.variables_are_all && !ALWAYS_SET.contains(&name)).then_some(None),
        }
    }

    /// The whole environment, in order; none where some of it is not known.
    pub(in crate::python::run) fn environ_pairs(&self) -> Option<Vec<(PyValue, PyValue)>> {
        let target = self.around.target();
        let process = self.heap.known_process()?;
        if !target.variables_are_all || self.heap.open(process).is_some() {
            return None;
        }
        let given = target.variables.iter().map(|(name, value)| (name.to_string(), PyValue::Str(value.clone())));
        let mut all: BTreeMap<String, PyValue> = given.collect();
        for (name, value) in self.heap.names(process) {
            match (name.strip_prefix('$'), value) {
                (Some(name), PyValue::None) => drop(all.remove(name)),
                (Some(name), value) => drop(all.insert(name.to_owned(), value.clone())),
                (None, _) => {}
            }
        }
        Some(all.into_iter().map(|(name, value)| (PyValue::text(name), value)).collect())
    }

    pub(in crate::python::run) fn set_variable(&mut self, key: &PyValue, value: Option<PyValue>, at: TextSize) {
        let process = self.heap_process();
        let name = key.as_str().map(Arc::<str>::from);
        match &name {
            Some(name) => self.heap.set(process, &format!("${name}"), value.clone().unwrap_or(PyValue::None)),
            None => self.heap.set_open(process, key.reason()),
        }
        self.change(ProcessChange::Variable { name, value }, at);
    }

    pub(super) fn environ_method(&mut self, method: &str, given: &Given, at: TextSize) -> Eval {
        if let ("copy" | "items" | "keys" | "values", Some(pairs)) = (method, self.environ_pairs()) {
            let copy = self.heap.new_object(HeapObject::Dict(pairs));
            let PyValue::Object(key) = copy else { return Ok(copy) };
            return if method == "copy" { Ok(copy) } else { self.collection_method(key, method, given, at) };
        }
        let Some(name) = given.first().and_then(PyValue::as_str).map(str::to_owned) else {
            return Ok(PyValue::Unknown(Reason::Target));
        };
        let value = self.variable(&name);
        let default = given.get(1, "default").cloned().unwrap_or(PyValue::None);
        Ok(match (method, value) {
            ("get", Some(value)) => value.unwrap_or(default),
            ("setdefault", Some(Some(value))) => value,
            ("setdefault", _) => {
                self.set_variable(&PyValue::text(name), Some(default.clone()), at);
                default
            }
            ("pop", value) => {
                self.set_variable(&PyValue::text(name.as_str()), None, at);
                match (value, given.positional.get(1)) {
                    (Some(Some(value)), _) => value,
                    (Some(None), Some(default)) => default.clone(),
                    (Some(None), None) => return self.raise("KeyError", format!("'{name}'"), at),
                    _ => PyValue::Unknown(Reason::Target),
                }
            }
            _ => PyValue::Unknown(Reason::Target),
        })
    }

    pub(super) fn modules_method(&mut self, method: &str, given: &Given) -> Eval {
        let Some(name) = given.first().and_then(PyValue::as_str).map(str::to_owned) else {
            return Ok(PyValue::Unknown(Reason::Construct));
        };
        let default = given.positional.get(1).cloned().unwrap_or(PyValue::None);
        let is_there = self.heap.is_loaded_to_who_asks(&name);
        let is_standard = crate::python::stdlib::has(&name, self.around.target()) != Some(false);
        Ok(match method {
            "get" | "pop" | "setdefault" if is_there => {
                let value = self.in_sys_modules(&name);
                if method == "pop" {
                    self.heap.take_module(&name);
                }
                value
            }
            "setdefault" => {
                self.heap.replace_module(&name, default.clone());
                default
            }
            "get" | "pop" if !is_standard => default,
            _ => PyValue::Unknown(Reason::Opaque),
        })
    }

    pub(super) fn search_path_method(&mut self, method: &str, given: &Given, at: TextSize) -> Eval {
        match method {
            "append" => {
                let entry = given.first().and_then(PyValue::as_path).cloned();
                self.change(ProcessChange::SearchPath { entry, position: PathPosition::End }, at);
            }
            "insert" => {
                let entry = given.positional.get(1).and_then(PyValue::as_path).cloned();
                let position = given.first().and_then(PyValue::as_int).and_then(|index| usize::try_from(index).ok());
                let position = position.map_or(PathPosition::End, PathPosition::At);
                self.change(ProcessChange::SearchPath { entry, position }, at);
            }
            "extend" => {
                let value = given.first().cloned().unwrap_or(PyValue::Unknown(Reason::Call));
                self.extend_search_path(&value, at)?;
            }
            "remove" => {
                let entry = given.first().and_then(PyValue::as_path).cloned();
                self.change(ProcessChange::SearchPathWithout(entry), at);
            }
            "pop" | "clear" => self.change(ProcessChange::SearchPathWithout(None), at),
            "copy" => {
                return Ok(match self.listed(&PyValue::Standard("sys.path")) {
                    Some(entries) => self.new_list(entries),
                    None => PyValue::Unknown(Reason::Target),
                });
            }
            _ => return Ok(PyValue::Unknown(Reason::Construct)),
        }
        Ok(PyValue::None)
    }

    /// A thing of the standard library that is a tuple.
    pub(in crate::python::run) fn as_tuple(&self, value: &PyValue) -> Option<Vec<PyValue>> {
        match value {
            PyValue::Standard(uname @ (POSIX_UNAME | PLATFORM_UNAME)) => {
                let untold = PyValue::Unknown(Reason::Target);
                let machine = self.around.target().machine.as_deref().map_or(untold.clone(), PyValue::text);
                let mut parts = vec![self.system_name(), untold.clone(), untold.clone(), untold.clone(), machine];
                if *uname == PLATFORM_UNAME {
                    parts.push(untold);
                }
                Some(parts)
            }
            PyValue::Standard("sys.version_info") => {
                let (major, minor, micro) = self.around.target().version?;
                let part = |part: u8| PyValue::Int(i64::from(part));
                let micro = micro.map_or(PyValue::Unknown(Reason::Target), part);
                let level = PyValue::text("final");
                Some(vec![part(major), part(minor), micro, level, PyValue::Int(0)])
            }
            _ => None,
        }
    }

    /// A thing of the standard library that is a list.
    pub(in crate::python::run) fn listed(&mut self, value: &PyValue) -> Option<Vec<PyValue>> {
        match value {
            PyValue::Standard("os.environ") => Some(self.environ_pairs()?.into_iter().map(|(name, _)| name).collect()),
            PyValue::Standard("sys.path") => {
                let entries = self.outside(|outside| outside.search_path())?;
                Some(entries.into_iter().map(PyValue::Str).collect())
            }
            _ => None,
        }
    }

    /// `thing[key]` of a thing of the standard library.
    pub(in crate::python::run) fn standard_item(&mut self, on: &PyValue, key: &PyValue, at: TextSize) -> Eval {
        let unknown = PyValue::Unknown(Reason::Opaque);
        match (on, key.as_str()) {
            (PyValue::Standard("os.environ"), Some(name)) => match self.variable(name) {
                Some(Some(value)) => Ok(value),
                Some(None) => self.raise("KeyError", format!("'{name}'"), at),
                None => Ok(PyValue::Unknown(Reason::Target)),
            },
            (PyValue::Standard("sys.modules"), Some(name)) => {
                if self.heap.is_loaded_to_who_asks(name) {
                    return Ok(self.in_sys_modules(name));
                }
                match crate::python::stdlib::has(name, self.around.target()) {
                    Some(false) => self.raise("KeyError", format!("'{name}'"), at),
                    _ => Ok(unknown),
                }
            }
            (PyValue::Standard("ctypes.cdll" | "ctypes.pydll" | "ctypes.windll" | "ctypes.oledll"), _) => {
                self.load_by_loader(on, Some(key), at)
            }
            _ => Ok(unknown),
        }
    }

    /// An iterator over what is known.
    pub(super) fn new_iterator(&mut self, mut items: Vec<PyValue>) -> PyValue {
        items.reverse();
        self.heap.new_object(HeapObject::Iterator(items))
    }
}
