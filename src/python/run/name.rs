//! What a name stands for.

use ruff_text_size::TextSize;

use super::{Eval, Interpreter};
use crate::python::heap::NamespaceId;
use crate::python::raised::ExceptionClass;
use crate::python::value::{PyValue, Reason};

/// The builtins that are not exceptions, by the names under which this room knows them.
pub(super) const BUILTINS: [(&str, &str); 72] = [
    ("abs", "abs"),
    ("aiter", "?"),
    ("all", "all"),
    ("anext", "?"),
    ("any", "any"),
    ("ascii", "?"),
    ("bin", "?"),
    ("bool", "bool"),
    ("breakpoint", "?"),
    ("bytearray", "?"),
    ("bytes", "bytes"),
    ("callable", "callable"),
    ("chr", "chr"),
    ("classmethod", "classmethod"),
    ("compile", "compile"),
    ("complex", "?"),
    ("copyright", "?"),
    ("credits", "?"),
    ("delattr", "?"),
    ("dict", "dict"),
    ("dir", "dir"),
    ("divmod", "?"),
    ("enumerate", "enumerate"),
    ("eval", "eval"),
    ("exec", "exec"),
    ("exit", "sys.exit"),
    ("filter", "filter"),
    ("float", "float"),
    ("format", "?"),
    ("frozenset", "frozenset"),
    ("getattr", "getattr"),
    ("globals", "globals"),
    ("hasattr", "hasattr"),
    ("hash", "?"),
    ("help", "?"),
    ("hex", "?"),
    ("id", "?"),
    ("input", "?"),
    ("int", "int"),
    ("isinstance", "isinstance"),
    ("issubclass", "issubclass"),
    ("iter", "iter"),
    ("len", "len"),
    ("license", "?"),
    ("list", "list"),
    ("locals", "locals"),
    ("map", "map"),
    ("max", "max"),
    ("memoryview", "?"),
    ("min", "min"),
    ("next", "next"),
    ("object", "object"),
    ("oct", "?"),
    ("open", "open"),
    ("ord", "ord"),
    ("pow", "?"),
    ("print", "print"),
    ("property", "property"),
    ("quit", "sys.exit"),
    ("range", "range"),
    ("repr", "repr"),
    ("reversed", "reversed"),
    ("round", "?"),
    ("set", "set"),
    ("setattr", "setattr"),
    ("slice", "?"),
    ("sorted", "sorted"),
    ("staticmethod", "staticmethod"),
    ("str", "str"),
    ("sum", "sum"),
    ("super", "super"),
    ("tuple", "tuple"),
];

/// The rest of them.
const MORE_BUILTINS: [(&str, &str); 6] = [
    ("type", "type"),
    ("vars", "vars"),
    ("zip", "zip"),
    ("__import__", "__import__"),
    ("__build_class__", "?"),
    ("NotImplemented", "?"),
];

impl Interpreter<'_> {
    pub(super) fn name(&mut self, name: &str, at: TextSize) -> Eval {
        if let Some(value) = self.bound(name) {
            return Ok(value);
        }
        if let Some(value) = self.builtin(name) {
            return Ok(value);
        }
        match self.may_be_bound() {
            Some(reason) => Ok(PyValue::Unknown(reason)),
            None => self.raise("NameError", format!("name '{name}' is not defined"), at),
        }
    }

    /// What the code around binds to a name.
    fn bound(&self, name: &str) -> Option<PyValue> {
        let frame = &self.frame;
        if let Some((_, namespace)) = frame.declared.iter().find(|(declared, _)| declared == name) {
            return self.heap.get(*namespace, name).cloned();
        }
        let around: [NamespaceId; 1] = [frame.locals];
        let namespaces = around.iter().chain(&frame.closure).chain(std::iter::once(&frame.globals));
        namespaces.into_iter().find_map(|namespace| self.heap.get(*namespace, name)).cloned()
    }

    /// Why the code around may bind names that are not known.
    fn may_be_bound(&self) -> Option<Reason> {
        let frame = &self.frame;
        let namespaces = std::iter::once(&frame.locals).chain(&frame.closure).chain(std::iter::once(&frame.globals));
        namespaces.into_iter().find_map(|namespace| self.heap.open(*namespace))
    }

    pub(super) fn builtin(&self, name: &str) -> Option<PyValue> {
        if name == "WindowsError" {
            return match self.around.target().is_windows() {
                Some(true) => Some(PyValue::ExceptionClass(ExceptionClass::builtin("OSError").into())),
                Some(false) => None,
                None => Some(PyValue::Unknown(Reason::Target)),
            };
        }
        match name {
            "__debug__" => return Some(PyValue::Bool(true)),
            "Ellipsis" => return Some(PyValue::Unknown(Reason::Construct)),
            _ => {}
        }
        if let Some((_, known)) = BUILTINS.iter().chain(&MORE_BUILTINS).find(|(builtin, _)| *builtin == name) {
            return Some(match *known {
                "?" => PyValue::Unknown(Reason::Call),
                known => PyValue::Standard(known),
            });
        }
        let is_exception = name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.contains('.');
        let class = is_exception.then(|| ExceptionClass::known(name)).flatten()?;
        Some(PyValue::ExceptionClass(class.into()))
    }
}
