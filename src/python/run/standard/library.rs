//! Libraries that code loads: `ctypes`, `_ctypes`, cffi.

use std::sync::Arc;

use ruff_text_size::TextSize;

use crate::python::outside::{LibraryCall, LibraryLoad, LibraryName, LibraryOutcome, ProcessChange};
use crate::python::run::call::Given;
use crate::python::run::{Eval, Interpreter, Stop};
use crate::python::value::{PyValue, Reason};

impl Interpreter<'_> {
    pub(super) fn call_library(&mut self, name: &str, given: &Given, at: TextSize) -> Eval {
        let call = match name {
            "ctypes.CDLL" => LibraryCall::Cdll,
            "ctypes.PyDLL" => LibraryCall::PyDll,
            "ctypes.WinDLL" | "ctypes.OleDLL" => LibraryCall::WinDll,
            "_ctypes.dlopen" | "_ctypes.LoadLibrary" | "win32api.LoadLibrary" => LibraryCall::Raw,
            "ctypes.util.find_library" => return self.find_library(given),
            _ => return Ok(PyValue::Unknown(Reason::Call)),
        };
        // A library that is loaded already is only wrapped.
        if given.keyword("handle").is_some_and(|handle| !matches!(handle, PyValue::None)) {
            return Ok(PyValue::Library);
        }
        let mode = given.get(1, "mode").cloned();
        let library = given.get(0, "name").cloned();
        self.load(call, library.as_ref(), mode.as_ref(), given.keyword("winmode"), at)
    }

    fn find_library(&mut self, given: &Given) -> Eval {
        let Some(name) = given.first().and_then(PyValue::as_str) else { return Ok(PyValue::Unknown(Reason::Call)) };
        Ok(match self.outside(|outside| outside.find_library(name)) {
            Some(Some(found)) => PyValue::Str(found),
            Some(None) => PyValue::None,
            None => PyValue::Unknown(Reason::Outside),
        })
    }

    /// `ctypes.cdll.LoadLibrary(name)`, and a call of what `ctypes.cdll.NAME` is.
    pub(super) fn call_of_loader(&mut self, on: &PyValue, name: &str, given: &Given, at: TextSize) -> Eval {
        if name != "LoadLibrary" {
            return Ok(PyValue::Unknown(Reason::Call));
        }
        self.load_by_loader(on, given.first(), at)
    }

    /// `ctypes.cdll[name]`, `ctypes.cdll.LoadLibrary(name)`.
    pub(in crate::python::run) fn load_by_loader(
        &mut self,
        on: &PyValue,
        library: Option<&PyValue>,
        at: TextSize,
    ) -> Eval {
        let call = match on {
            PyValue::Standard("ctypes.pydll") => LibraryCall::PyDll,
            PyValue::Standard("ctypes.windll" | "ctypes.oledll") => LibraryCall::WinDll,
            _ => LibraryCall::Cdll,
        };
        self.load(call, library, None, None, at)
    }

    pub(super) fn load_by_cffi(&mut self, given: &Given, at: TextSize) -> Eval {
        let flags = given.get(1, "flags").cloned();
        self.load(LibraryCall::Cffi, given.get(0, "name").cloned().as_ref(), flags.as_ref(), None, at)
    }

    /// A function of a library that is loaded: of kernel32, those that load others.
    pub(super) fn call_of_library(&mut self, name: &str, given: &Given, at: TextSize) -> Eval {
        match name {
            "LoadLibraryW" | "LoadLibraryA" | "LoadLibraryExW" | "LoadLibraryExA" | "dlopen" => {
                let flags = given.positional.get(2).cloned();
                // These return nothing where they fail; nothing is raised.
                match self.load(LibraryCall::Raw, given.first(), None, flags.as_ref(), at) {
                    Err(Stop::Raise(raised)) => {
                        self.tell_caught(&raised, at);
                        Ok(PyValue::None)
                    }
                    other => other,
                }
            }
            "AddDllDirectory" | "SetDllDirectoryW" | "SetDllDirectoryA" => {
                let path = given.first().and_then(PyValue::as_path).cloned();
                self.change(ProcessChange::AddDllDirectory(path), at);
                Ok(PyValue::Library)
            }
            _ => Ok(PyValue::Unknown(Reason::Call)),
        }
    }

    fn load(
        &mut self,
        call: LibraryCall,
        library: Option<&PyValue>,
        mode: Option<&PyValue>,
        winmode: Option<&PyValue>,
        at: TextSize,
    ) -> Eval {
        let name = match library {
            Some(PyValue::None) | None => LibraryName::Program,
            Some(value) => match (value.as_path(), value) {
                (Some(name), _) => LibraryName::Known(name.clone()),
                (None, PyValue::Bytes(bytes)) => LibraryName::Known(String::from_utf8_lossy(bytes).into()),
                (None, value) => LibraryName::Unknown(value.reason()),
            },
        };
        let mode = mode.and_then(PyValue::as_int);
        let global = if self.around.target().platform.as_deref() == Some("darwin") { 8 } else { 0x100 };
        let is_global = mode.is_some_and(|mode| mode & global != 0);
        let winmode = winmode.and_then(PyValue::as_int);
        let load = LibraryLoad { call, name, mode, is_global, winmode };
        let here = self.at(at);
        match self.outside(|outside| outside.load_library(&load, &here)) {
            LibraryOutcome::Loaded | LibraryOutcome::Unknown(_) => Ok(PyValue::Library),
            LibraryOutcome::Raises(raised) => Err(Stop::Raise(raised)),
        }
    }

    /// What `ctypes.cdll.NAME` and `ctypes.windll.NAME` load, by the name as it stands there.
    pub(in crate::python::run) fn load_by_attribute(&mut self, on: &PyValue, name: &str, at: TextSize) -> Eval {
        let library = PyValue::Str(Arc::from(name));
        self.load_by_loader(on, Some(&library), at)
    }
}
