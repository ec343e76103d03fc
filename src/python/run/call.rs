//! Functions: defined, and called where code that runs calls them.

use std::sync::Arc;

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprCall, ExprLambda, Parameters, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextSize};

use super::branch::joined;
use super::{Completion, Eval, Frame, Interpreter, Stop};
use crate::python::heap::{HeapObject, NamespaceId};
use crate::python::limits;
use crate::python::outside::Certainty;
use crate::python::source::{FunctionNode, ModuleSource};
use crate::python::value::{Callable, FunctionKind, FunctionValue, PyValue, Reason};

/// What a call is given.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub positional: Vec<PyValue>,
    pub named: Vec<(Arc<str>, PyValue)>,
    /// Are there more, by `*` or `**` of something that is not known?
    pub is_open: bool,
}

impl Given {
    pub fn of(positional: Vec<PyValue>) -> Given {
        Given { positional, ..Given::default() }
    }

    pub fn first(&self) -> Option<&PyValue> {
        self.positional.first()
    }

    /// The argument of this position or name.
    pub fn get(&self, index: usize, name: &str) -> Option<&PyValue> {
        self.positional.get(index).or_else(|| self.keyword(name))
    }

    pub fn keyword(&self, name: &str) -> Option<&PyValue> {
        self.named.iter().find(|(given, _)| &**given == name).map(|(_, value)| value)
    }
}

impl Interpreter<'_> {
    pub(super) fn call(&mut self, call: &ExprCall) -> Eval {
        let function = self.eval(&call.func)?;
        let mut given = Given::default();
        for argument in &call.arguments.args {
            match argument {
                Expr::Starred(starred) => {
                    let value = self.eval(&starred.value)?;
                    match self.iterate(&value, starred.start())? {
                        Some(items) => given.positional.extend(items),
                        None => given.is_open = true,
                    }
                }
                argument => given.positional.push(self.eval(argument)?),
            }
        }
        for keyword in &call.arguments.keywords {
            let value = self.eval(&keyword.value)?;
            match &keyword.arg {
                Some(name) => given.named.push((Arc::from(name.as_str()), value)),
                None => match self.pairs(&value) {
                    Some(pairs) => {
                        let named = pairs.iter().filter_map(|(key, value)| Some((key.as_str()?.into(), value.clone())));
                        given.named.extend(named);
                    }
                    None => given.is_open = true,
                },
            }
        }
        self.call_value(&function, given, call.start())
    }

    pub(super) fn call_value(&mut self, function: &PyValue, mut given: Given, at: TextSize) -> Eval {
        match function {
            PyValue::Standard(name) => self.call_standard(name, &given, at),
            PyValue::ExceptionClass(class) => {
                let mut raised = (*self.exception(class, &given.positional, at)).clone();
                raised.name = given.keyword("name").and_then(|name| name.as_str()).map(Arc::from);
                Ok(PyValue::Exception(Arc::new(raised)))
            }
            PyValue::Callable(callable) => match &**callable {
                Callable::Function(called) if called.kind == FunctionKind::ContextManager => {
                    Ok(deferred(function, given))
                }
                Callable::Function(called) => self.call_function(called, given, None, at),
                Callable::Compiled(called) => self.call_compiled(called, &given),
                Callable::Class(_) => self.instantiate(function, given, at),
                Callable::Method { on, function, class } => match function {
                    PyValue::Callable(inner) if matches!(&**inner, Callable::Function(_)) => {
                        let Callable::Function(called) = &**inner else { return Ok(PyValue::Unknown(Reason::Call)) };
                        given.positional.insert(0, on.clone());
                        if called.kind == FunctionKind::ContextManager {
                            return Ok(deferred(&PyValue::Callable(inner.clone()), given));
                        }
                        self.call_function(called, given, Some((class.clone(), on.clone())), at)
                    }
                    function => {
                        given.positional.insert(0, on.clone());
                        self.call_value(function, given, at)
                    }
                },
                Callable::Native { on, name } => self.call_native(on, name, &given, at),
                Callable::Partial { function, positional, named } => {
                    if let PyValue::Standard(name) = function
                        && let Some(value) = self.decorate_by(name, &given)
                    {
                        return Ok(value);
                    }
                    let mut all = positional.clone();
                    all.append(&mut given.positional);
                    given.positional = all;
                    let more: Vec<_> =
                        named.iter().filter(|(name, _)| given.keyword(name).is_none()).cloned().collect();
                    given.named.extend(more);
                    self.call_value(function, given, at)
                }
            },
            PyValue::Object(_) => match self.method_of(function, "__call__")? {
                Some(method) => self.call_value(&method, given, at),
                None => Ok(self.call_unknown(Reason::Call, &given)),
            },
            function => Ok(self.call_unknown(function.reason(), &given)),
        }
    }

    /// A call of which nothing is known: it may change whatever it is given.
    pub(super) fn call_unknown(&mut self, reason: Reason, given: &Given) -> PyValue {
        for value in given.positional.iter().chain(given.named.iter().map(|(_, value)| value)) {
            if let PyValue::Object(key) = value
                && matches!(self.heap.object(*key), HeapObject::List(_) | HeapObject::Dict(_) | HeapObject::Set(_))
            {
                *self.heap.object_mut(*key) = HeapObject::Lost(Reason::Call);
            }
        }
        PyValue::Unknown(if reason == Reason::Construct { Reason::Call } else { reason })
    }

    pub(super) fn call_function(
        &mut self,
        function: &FunctionValue,
        given: Given,
        method: Option<(PyValue, PyValue)>,
        at: TextSize,
    ) -> Eval {
        self.step(4)?;
        let place = (function.source.clone(), function.start);
        let is_within = |(source, start): &(Arc<ModuleSource>, u32)| {
            *start == function.start && Arc::ptr_eq(source, &function.source)
        };
        // One that calls itself under an undecided condition would end only at the limit, with ever more arms.
        let is_in_doubt = self.doubts.certainty() != Certainty::Always;
        let is_endless = is_in_doubt && self.running.iter().any(is_within);
        let is_long = self.steps > limits::STEPS_IN_CALLS;
        let is_deep = self.calls >= limits::CALL_DEPTH || self.heap.calls >= limits::CALL_DEPTH_IN_ALL;
        if is_endless || is_long || is_deep {
            self.tally.unfollowed += 1;
            return Ok(PyValue::Unknown(Reason::Limit));
        }
        let source = function.source.clone();
        let Some(node) = source.function(function.start) else { return Ok(PyValue::Unknown(Reason::Construct)) };
        let manages = match function.kind {
            FunctionKind::ContextManager => self.suspended.len().checked_sub(1),
            _ => None,
        };
        if let FunctionNode::Def(def) = &node
            && (def.is_async || manages.is_none() && has_yield(&def.body))
        {
            return Ok(PyValue::Unknown(Reason::Call));
        }
        let locals = self.heap.namespace();
        let parameters = match &node {
            FunctionNode::Def(def) => Some(&*def.parameters),
            FunctionNode::Lambda(lambda) => lambda.parameters.as_deref(),
        };
        if let Some(parameters) = parameters {
            self.hand_over(parameters, function, given, locals);
        }
        let frame = Frame {
            source: source.clone(),
            module: function.module.clone(),
            globals: function.globals,
            locals,
            closure: function.closure.clone(),
            declared: Vec::new(),
            is_class: false,
            line: None,
            returned: None,
            manages,
            method,
        };
        let mut outer = Some(std::mem::replace(&mut self.frame, frame));
        if let Some(index) = manages {
            self.suspended[index].frame = outer.take();
        }
        let (doubt, may_break) = (self.doubts.call, std::mem::take(&mut self.may_break));
        let turn = self.doubts.turn;
        // What is in doubt around the call stays so within.
        self.doubts.call = doubt.or(turn);
        self.calls += 1;
        self.heap.calls += 1;
        self.running.push(place);
        let completion = match node {
            FunctionNode::Def(def) => self.block(&def.body),
            FunctionNode::Lambda(lambda) => match self.eval(&lambda.body) {
                Ok(value) => Completion::Return(value),
                Err(stop) => Completion::Stop(stop),
            },
        };
        self.calls -= 1;
        self.heap.calls -= 1;
        self.running.pop();
        (self.doubts.call, self.doubts.turn, self.may_break) = (doubt, turn, may_break);
        let outer = outer.or_else(|| manages.and_then(|index| self.suspended[index].frame.take()));
        let ended = outer.map(|outer| std::mem::replace(&mut self.frame, outer));
        let returned = ended.and_then(|ended| ended.returned);
        let value = match (completion, &returned) {
            (Completion::Return(value), _) => value,
            // It may have returned before it came to this.
            (Completion::Stop(Stop::Raise(raised)), Some(returned)) => {
                let doubt = (Reason::Arms, self.line(at));
                self.may_have_raised(raised, doubt);
                returned.clone()
            }
            (Completion::Stop(stop), _) => return Err(stop),
            _ => PyValue::None,
        };
        let value = match returned {
            Some(other) => joined(value, other),
            None => value,
        };
        Ok(value)
    }

    /// Binds the parameters of a call; what is not given, and has no default, is unknown.
    fn hand_over(&mut self, parameters: &Parameters, function: &FunctionValue, mut given: Given, locals: NamespaceId) {
        let default = |name: &str| {
            let default = function.defaults.iter().find(|(of, _)| &**of == name);
            default.map_or(PyValue::Unknown(Reason::Call), |(_, value)| value.clone())
        };
        let mut positional = std::mem::take(&mut given.positional).into_iter();
        let mut take_named = |name: &str| {
            let at = given.named.iter().position(|(named, _)| &**named == name)?;
            Some(given.named.swap_remove(at).1)
        };
        let is_open = given.is_open;
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            let name = parameter.parameter.name.as_str();
            let value = positional.next().or_else(|| take_named(name));
            let value = value.unwrap_or_else(|| if is_open { PyValue::Unknown(Reason::Call) } else { default(name) });
            self.heap.set(locals, name, value);
        }
        for parameter in &parameters.kwonlyargs {
            let name = parameter.parameter.name.as_str();
            let value = take_named(name);
            let value = value.unwrap_or_else(|| if is_open { PyValue::Unknown(Reason::Call) } else { default(name) });
            self.heap.set(locals, name, value);
        }
        if let Some(rest) = &parameters.vararg {
            let value = if is_open { PyValue::Unknown(Reason::Call) } else { PyValue::tuple(positional) };
            self.heap.set(locals, &rest.name, value);
        }
        if let Some(rest) = &parameters.kwarg {
            let value = if is_open {
                PyValue::Unknown(Reason::Call)
            } else {
                let pairs = given.named.into_iter().map(|(name, value)| (PyValue::Str(name), value)).collect();
                self.heap.new_object(HeapObject::Dict(pairs))
            };
            self.heap.set(locals, &rest.name, value);
        }
    }

    pub(super) fn define(&mut self, def: &StmtFunctionDef) -> Eval<()> {
        let mut decorators = Vec::with_capacity(def.decorator_list.len());
        for decorator in &def.decorator_list {
            decorators.push(self.eval(&decorator.expression)?);
        }
        let defaults = self.defaults(&def.parameters)?;
        let mut value = self.function_value(&def.name, def.start(), defaults, FunctionKind::Plain);
        for decorator in decorators.into_iter().rev() {
            value = self.call_value(&decorator, Given::of(vec![value]), def.start())?;
        }
        self.bind(&def.name, value);
        Ok(())
    }

    pub(super) fn lambda(&mut self, lambda: &ExprLambda) -> Eval {
        let defaults = match &lambda.parameters {
            Some(parameters) => self.defaults(parameters)?,
            None => Vec::new(),
        };
        Ok(self.function_value("<lambda>", lambda.start(), defaults, FunctionKind::Plain))
    }

    fn defaults(&mut self, parameters: &Parameters) -> Eval<Vec<(Arc<str>, PyValue)>> {
        let mut defaults = Vec::new();
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs) {
            if let Some(default) = &parameter.default {
                let value = self.eval(default)?;
                defaults.push((Arc::from(parameter.parameter.name.as_str()), value));
            }
        }
        Ok(defaults)
    }

    fn function_value(
        &self,
        name: &str,
        start: TextSize,
        defaults: Vec<(Arc<str>, PyValue)>,
        kind: FunctionKind,
    ) -> PyValue {
        let frame = &self.frame;
        let is_function = frame.locals != frame.globals && !frame.is_class;
        let around = is_function.then_some(frame.locals);
        PyValue::Callable(Arc::new(Callable::Function(FunctionValue {
            name: name.into(),
            source: frame.source.clone(),
            start: start.to_u32(),
            module: frame.module.clone(),
            globals: frame.globals,
            closure: around.into_iter().chain(frame.closure.iter().copied()).collect(),
            defaults,
            kind,
        })))
    }

    /// A function under a decorator that is known by its name; none where it is no such decorator.
    pub(super) fn decorate_by(&mut self, decorator: &str, given: &Given) -> Option<PyValue> {
        let kind = match decorator {
            "staticmethod" => FunctionKind::Static,
            "classmethod" => FunctionKind::Class,
            "property" | "functools.cached_property" => FunctionKind::Property,
            "contextlib.contextmanager" => FunctionKind::ContextManager,
            "functools.lru_cache"
            | "functools.cache"
            | "functools.wraps"
            | "typing.overload"
            | "typing.final"
            | "typing.no_type_check"
            | "typing.runtime_checkable"
            | "abc.abstractmethod"
            | "atexit.register"
            | "functools.total_ordering"
            | "enum.unique" => return given.first().cloned(),
            _ => return None,
        };
        let Some(PyValue::Callable(callable)) = given.first() else { return Some(PyValue::Unknown(Reason::Call)) };
        let Callable::Function(function) = &**callable else { return Some(PyValue::Unknown(Reason::Call)) };
        Some(PyValue::Callable(Arc::new(Callable::Function(FunctionValue {
            name: function.name.clone(),
            source: function.source.clone(),
            start: function.start,
            module: function.module.clone(),
            globals: function.globals,
            closure: function.closure.clone(),
            defaults: function.defaults.clone(),
            kind,
        }))))
    }
}

/// What a call of a context manager returns: it runs when `with` enters it.
fn deferred(function: &PyValue, given: Given) -> PyValue {
    let mut positional = given.positional;
    positional.insert(0, function.clone());
    let function = PyValue::Standard("contextlib.contextmanager");
    PyValue::Callable(Arc::new(Callable::Partial { function, positional, named: given.named }))
}

/// Is it the body of a generator?
fn has_yield(body: &[Stmt]) -> bool {
    struct Yields(bool);
    impl<'a> Visitor<'a> for Yields {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if !self.0 && !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                ruff_python_ast::visitor::walk_stmt(self, statement);
            }
        }

        fn visit_expr(&mut self, expression: &'a Expr) {
            match expression {
                Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
                Expr::Lambda(_) => {}
                _ if self.0 => {}
                _ => walk_expr(self, expression),
            }
        }
    }
    let mut yields = Yields(false);
    yields.visit_body(body);
    yields.0
}
