//! Classes that code defines, and their instances.

use std::sync::Arc;

use ruff_python_ast::{Expr, StmtClassDef};
use ruff_text_size::{Ranged, TextSize};

use super::call::Given;
use super::statement::go;
use super::{Completion, Eval, Frame, Interpreter};
use crate::python::heap::HeapObject;
use crate::python::outside::Attribute;
use crate::python::raised::ExceptionClass;
use crate::python::value::{Callable, ClassValue, FunctionKind, PyValue, Reason};
use crate::python::version::OrderedVersion;

/// The name under which a version goes, which is kept as its text.
pub(super) const VERSION: &str = "version()";

/// Is it one of the classes that compare versions (of `packaging`, of its copies in other packages, of NumPy, …)?
fn is_version_class(name: &str) -> bool {
    let (module, class) = name.rsplit_once('.').unwrap_or(("", name));
    let is_class = matches!(class, "Version" | "LooseVersion" | "StrictVersion" | "NumpyVersion" | "LegacyVersion");
    is_class && (module.contains("version") || module.contains("pep440"))
}

/// What a class has under a name.
pub(super) enum ClassMember {
    /// The value, and the class in which it stands.
    Found(PyValue, PyValue),
    Absent,
    Unknown,
}

impl Interpreter<'_> {
    pub(super) fn class(&mut self, class: &StmtClassDef) -> Completion {
        let mut decorators = Vec::new();
        for decorator in &class.decorator_list {
            decorators.push(go!(self.eval(&decorator.expression)));
        }
        let (mut bases, mut is_whole) = (Vec::new(), true);
        if let Some(arguments) = &class.arguments {
            bases = go!(self.eval_all(&arguments.args));
            is_whole &= !arguments.args.iter().any(|base| matches!(base, Expr::Starred(_)));
            for keyword in &arguments.keywords {
                let value = go!(self.eval(&keyword.value));
                let is_plain = matches!(value, PyValue::Standard("abc.ABCMeta" | "type"));
                is_whole &= is_plain;
            }
        }
        let namespace = self.heap.namespace();
        self.heap.set(namespace, "__module__", PyValue::Str(self.frame.module.name.clone()));
        self.heap.set(namespace, "__qualname__", PyValue::text(class.name.as_str()));
        let outer = &self.frame;
        let is_function = outer.locals != outer.globals && !outer.is_class;
        let frame = Frame {
            source: outer.source.clone(),
            module: outer.module.clone(),
            globals: outer.globals,
            locals: namespace,
            closure: is_function.then_some(outer.locals).into_iter().chain(outer.closure.iter().copied()).collect(),
            declared: Vec::new(),
            is_class: true,
            line: outer.line,
            returned: None,
            manages: None,
            method: None,
        };
        let outer = std::mem::replace(&mut self.frame, frame);
        let completion = self.block(&class.body);
        self.frame = outer;
        if let Completion::Stop(_) = completion {
            return completion;
        }
        let name: Arc<str> = format!("{}.{}", self.frame.module.name, class.name).into();
        let mut value = self.class_value(name, namespace, bases, is_whole);
        for decorator in decorators.into_iter().rev() {
            value = go!(self.call_value(&decorator, Given::of(vec![value]), class.start()));
        }
        self.bind(&class.name, value);
        Completion::Next
    }

    fn class_value(
        &self,
        name: Arc<str>,
        namespace: crate::python::heap::NamespaceId,
        bases: Vec<PyValue>,
        mut is_whole: bool,
    ) -> PyValue {
        let mut exception: Option<ExceptionClass> = None;
        for base in &bases {
            let above = match base {
                PyValue::Standard("object" | "abc.ABC" | "typing.Generic" | "typing.Protocol" | "threading.local") => {
                    None
                }
                PyValue::ExceptionClass(above) => Some(above.clone()),
                PyValue::Callable(callable) => match &**callable {
                    Callable::Class(class) => {
                        is_whole &= class.is_whole;
                        class.exception.clone()
                    }
                    _ => {
                        is_whole = false;
                        None
                    }
                },
                _ => {
                    is_whole = false;
                    None
                }
            };
            if let (None, Some(above)) = (&exception, above) {
                exception = Some(ExceptionClass::below(&name, &above));
            }
        }
        if let Some(exception) = &mut exception {
            exception.is_whole &= is_whole;
        }
        let exception = exception.map(Arc::new);
        PyValue::Callable(Arc::new(Callable::Class(ClassValue { name, namespace, bases, is_whole, exception })))
    }

    /// A new instance: `__init__` runs where the code defines it.
    pub(super) fn instantiate(&mut self, class: &PyValue, given: Given, at: TextSize) -> Eval {
        let PyValue::Callable(callable) = class else { return Ok(PyValue::Unknown(Reason::Call)) };
        let Callable::Class(of) = &**callable else { return Ok(PyValue::Unknown(Reason::Call)) };
        if is_version_class(&of.name)
            && let Some(text) = given.first().and_then(PyValue::as_str)
            && OrderedVersion::parse(text).is_some()
        {
            return Ok(PyValue::native(&PyValue::text(text), VERSION));
        }
        if let Some(exception) = &of.exception {
            let is_own = matches!(self.member(class, "__init__"), ClassMember::Found(..));
            let arguments = if is_own { vec![PyValue::Unknown(Reason::Construct)] } else { given.positional };
            return Ok(PyValue::Exception(self.exception(exception, &arguments, at)));
        }
        let attributes = self.heap.namespace();
        let instance = self.heap.new_object(HeapObject::Instance { class: class.clone(), attributes });
        if let ClassMember::Found(PyValue::Callable(made), owner) = self.member(class, "__new__")
            && matches!(&*made, Callable::Function(_))
        {
            let mut all = given.clone();
            all.positional.insert(0, class.clone());
            // `super().__new__(cls)` is unknown: what it returns is the instance.
            let function = Callable::Method { on: class.clone(), function: PyValue::Callable(made), class: owner };
            all.positional.remove(0);
            let value = self.call_value(&PyValue::Callable(Arc::new(function)), all, at)?;
            if value.is_known() {
                return Ok(value);
            }
            self.heap.set_open(attributes, Reason::Call);
        }
        if let ClassMember::Found(function, owner) = self.member(class, "__init__") {
            let method = Callable::Method { on: instance.clone(), function, class: owner };
            self.call_value(&PyValue::Callable(Arc::new(method)), given, at)?;
        }
        Ok(instance)
    }

    /// A method of an instance whose class the code defines.
    pub(super) fn method_of(&mut self, value: &PyValue, name: &str) -> Eval<Option<PyValue>> {
        let PyValue::Object(key) = value else { return Ok(None) };
        let HeapObject::Instance { class, .. } = self.heap.object(*key) else { return Ok(None) };
        let class = class.clone();
        Ok(match self.member(&class, name) {
            ClassMember::Found(function, owner) => Some(self.bound_to(value, function, owner)),
            _ => None,
        })
    }

    fn bound_to(&self, on: &PyValue, function: PyValue, class: PyValue) -> PyValue {
        PyValue::Callable(Arc::new(Callable::Method { on: on.clone(), function, class }))
    }

    /// What a class or one of its bases has under a name.
    pub(super) fn member(&self, class: &PyValue, name: &str) -> ClassMember {
        self.member_within(class, name, 0)
    }

    fn member_within(&self, class: &PyValue, name: &str, depth: usize) -> ClassMember {
        let PyValue::Callable(callable) = class else {
            return match class {
                PyValue::Standard("object" | "abc.ABC" | "typing.Generic" | "typing.Protocol" | "threading.local") => {
                    ClassMember::Absent
                }
                _ => ClassMember::Unknown,
            };
        };
        let Callable::Class(of) = &**callable else { return ClassMember::Unknown };
        if let Some(value) = self.heap.get(of.namespace, name) {
            return ClassMember::Found(value.clone(), class.clone());
        }
        let is_open = self.heap.open(of.namespace).is_some();
        if is_open || depth > 20 {
            return ClassMember::Unknown;
        }
        for base in &of.bases {
            match self.member_within(base, name, depth + 1) {
                ClassMember::Absent => {}
                other => return other,
            }
        }
        if of.is_whole { ClassMember::Absent } else { ClassMember::Unknown }
    }

    /// `super()` in a method, and what it leads to under a name.
    pub(super) fn member_above(&mut self, name: &str) -> Attribute {
        let Some((class, on)) = self.frame.method.clone() else { return Attribute::Unknown(Reason::Construct) };
        let PyValue::Callable(callable) = &class else { return Attribute::Unknown(Reason::Construct) };
        let Callable::Class(of) = &**callable else { return Attribute::Unknown(Reason::Construct) };
        for base in &of.bases {
            match self.member(base, name) {
                ClassMember::Found(function, owner) => return Attribute::Known(self.bound_to(&on, function, owner)),
                ClassMember::Absent => {}
                ClassMember::Unknown => return Attribute::Unknown(Reason::Opaque),
            }
        }
        Attribute::Unknown(Reason::Construct)
    }

    /// An attribute of an instance.
    pub(super) fn instance_attribute(&mut self, on: &PyValue, name: &str, at: TextSize) -> Eval<Attribute> {
        let PyValue::Object(key) = on else { return Ok(Attribute::Unknown(Reason::Construct)) };
        let HeapObject::Instance { class, attributes } = self.heap.object(*key) else {
            return Ok(Attribute::Unknown(Reason::Construct));
        };
        let (class, attributes) = (class.clone(), *attributes);
        if let Some(value) = self.heap.get(attributes, name) {
            return Ok(Attribute::Known(value.clone()));
        }
        match name {
            "__class__" => return Ok(Attribute::Known(class)),
            "__dict__" => return Ok(Attribute::Known(self.heap.new_object(HeapObject::Names(attributes)))),
            _ => {}
        }
        match self.member(&class, name) {
            ClassMember::Found(value, owner) => self.bind_member(on, &class, value, owner, at).map(Attribute::Known),
            ClassMember::Unknown => Ok(Attribute::Unknown(Reason::Opaque)),
            ClassMember::Absent => {
                if let Some(reason) = self.heap.open(attributes) {
                    return Ok(Attribute::Unknown(reason));
                }
                if name.starts_with("__") {
                    return Ok(Attribute::Unknown(Reason::Construct));
                }
                match self.member(&class, "__getattr__") {
                    ClassMember::Found(function, owner) => {
                        let method = self.bound_to(on, function, owner);
                        self.asked(&method, name, at)
                    }
                    // There are too many ways to give an instance what its class does not name (`__slots__`, `__setattr__`).
                    _ if matches!(class, PyValue::Callable(_)) => Ok(Attribute::Unknown(Reason::Construct)),
                    _ => Ok(Attribute::Absent),
                }
            }
        }
    }

    /// What `__getattr__` returns for a name; absent where it raises `AttributeError`.
    pub(super) fn asked(&mut self, function: &PyValue, name: &str, at: TextSize) -> Eval<Attribute> {
        match self.call_value(function, Given::of(vec![PyValue::text(name)]), at) {
            Ok(PyValue::Unknown(reason)) => Ok(Attribute::Unknown(reason)),
            Ok(value) => Ok(Attribute::Known(value)),
            Err(super::Stop::Raise(raised)) if raised.class.is_a("AttributeError") == Some(true) => {
                Ok(Attribute::Absent)
            }
            Err(stop) => Err(stop),
        }
    }

    fn bind_member(&mut self, on: &PyValue, class: &PyValue, value: PyValue, owner: PyValue, at: TextSize) -> Eval {
        let PyValue::Callable(callable) = &value else { return self.described(value, on, class, at) };
        let Callable::Function(function) = &**callable else { return Ok(value) };
        match function.kind {
            FunctionKind::Static => Ok(value),
            FunctionKind::Class => Ok(self.bound_to(class, value, owner)),
            FunctionKind::Property => {
                let getter = self.bound_to(on, value, owner);
                self.call_value(&getter, Given::default(), at)
            }
            FunctionKind::Plain | FunctionKind::ContextManager => Ok(self.bound_to(on, value, owner)),
        }
    }

    /// What a member of a class stands for on an instance: of a descriptor, what its `__get__` returns.
    fn described(&mut self, value: PyValue, on: &PyValue, class: &PyValue, at: TextSize) -> Eval {
        match self.descriptor_class(&value).map(|of| self.member(&of, "__get__")) {
            Some(ClassMember::Found(function, owner)) => {
                let getter = self.bound_to(&value, function, owner);
                self.call_value(&getter, Given::of(vec![on.clone(), class.clone()]), at)
            }
            Some(ClassMember::Unknown) => Ok(PyValue::Unknown(Reason::Opaque)),
            Some(ClassMember::Absent) | None => Ok(value),
        }
    }

    /// The class of an instance that may be a descriptor.
    fn descriptor_class(&self, value: &PyValue) -> Option<PyValue> {
        let PyValue::Object(key) = value else { return None };
        match self.heap.object(*key) {
            HeapObject::Instance { class, .. } => Some(class.clone()),
            _ => None,
        }
    }

    /// An attribute of a class.
    pub(super) fn class_attribute(&mut self, class: &PyValue, name: &str) -> Attribute {
        match self.member(class, name) {
            ClassMember::Found(value, owner) => {
                if let PyValue::Callable(callable) = &value
                    && let Callable::Function(function) = &**callable
                {
                    return Attribute::Known(match function.kind {
                        FunctionKind::Class => self.bound_to(class, value, owner),
                        FunctionKind::Property => PyValue::Unknown(Reason::Construct),
                        _ => value,
                    });
                }
                let of = self.descriptor_class(&value);
                if of.is_some_and(|of| !matches!(self.member(&of, "__get__"), ClassMember::Absent)) {
                    return Attribute::Unknown(Reason::Construct);
                }
                let is_whole = matches!(&owner, PyValue::Callable(callable)
                    if matches!(&**callable, Callable::Class(class) if class.is_whole));
                // A metaclass or base that is not known may have made something else of it (`enum`).
                if is_whole || !value.is_known() { Attribute::Known(value) } else { Attribute::Unknown(Reason::Opaque) }
            }
            // A metaclass may have it.
            _ => Attribute::Unknown(Reason::Construct),
        }
    }
}
