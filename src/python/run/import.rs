//! `import` in all its forms.

use std::sync::Arc;

use ruff_python_ast::{StmtImport, StmtImportFrom};
use ruff_text_size::{Ranged, TextSize};

use super::{Eval, Interpreter, Stop};
use crate::python::heap::ModuleBody;
use crate::python::outside::{Attribute, Imported};
use crate::python::raised::Raised;
use crate::python::value::{PyValue, Reason};

impl Interpreter<'_> {
    pub(super) fn import_statement(&mut self, statement: &StmtImport) -> Eval<()> {
        for alias in &statement.names {
            let at = alias.start();
            let value = self.import(&alias.name, at)?;
            match &alias.asname {
                Some(name) => self.bind(name, value),
                None => {
                    let top = alias.name.split('.').next().unwrap_or_default();
                    let value = if top.len() == alias.name.len() { value } else { self.in_sys_modules(top) };
                    self.bind(top, value);
                }
            }
        }
        Ok(())
    }

    pub(super) fn import_from_statement(&mut self, statement: &StmtImportFrom) -> Eval<()> {
        let at = statement.start();
        let written = statement.module.as_ref().map_or("", |module| module.as_str());
        if written == "__future__" && statement.level == 0 {
            return Ok(());
        }
        let Some(base) = self.absolute(written, statement.level, at)? else {
            // Its package cannot be told.
            for alias in &statement.names {
                let name = alias.asname.as_ref().unwrap_or(&alias.name);
                self.bind(name, PyValue::Unknown(Reason::Construct));
            }
            return Ok(());
        };
        let module = self.import(&base, at)?;
        for alias in &statement.names {
            if alias.name.as_str() == "*" {
                self.star(&base, &module, at)?;
                continue;
            }
            let value = self.taken(&base, &module, &alias.name, at)?;
            self.bind(alias.asname.as_ref().unwrap_or(&alias.name), value);
        }
        Ok(())
    }

    /// The absolute name of what `level` dots and a name stand for; none where the package is not known.
    pub(super) fn absolute(&self, written: &str, level: u32, at: TextSize) -> Eval<Option<Arc<str>>> {
        if level == 0 {
            return Ok(Some(written.into()));
        }
        let package = match self.heap.get(self.frame.globals, "__package__") {
            Some(PyValue::Str(package)) => package.clone(),
            _ => return Ok(None),
        };
        self.within(&package, written, level, at).map(Some)
    }

    /// The absolute name of what dots and a name stand for in a package.
    pub(super) fn within(&self, package: &str, written: &str, level: u32, at: TextSize) -> Eval<Arc<str>> {
        if package.is_empty() {
            return Err(self.import_error("attempted relative import with no known parent package", at));
        }
        let mut base = package;
        for _ in 1..level {
            match base.rsplit_once('.') {
                Some((above, _)) => base = above,
                None => return Err(self.import_error("attempted relative import beyond top-level package", at)),
            }
        }
        Ok(if written.is_empty() { base.into() } else { format!("{base}.{written}").into() })
    }

    fn import_error(&self, text: &str, at: TextSize) -> Stop {
        Stop::Raise(Arc::new(Raised::builtin("ImportError", text, self.at(at).site)))
    }

    /// Imports a module by its absolute name.
    pub(super) fn import(&mut self, name: &str, at: TextSize) -> Eval {
        if matches!(name, "os.path" | "posixpath" | "ntpath") {
            self.import("os", at)?;
            return Ok(PyValue::Module("os.path".into()));
        }
        let here = self.at(at);
        match self.outside(|outside| outside.import(name, &here)) {
            Imported::Module { may_raise } => {
                if let Some(raised) = may_raise {
                    self.may_have_raised(raised, (Reason::Outside, here.site.line));
                }
                Ok(self.in_sys_modules(name))
            }
            Imported::Raises(raised) => Err(Stop::Raise(raised)),
            Imported::Unknown(reason) => match self.heap.loaded(name) {
                Some(_) => Ok(self.in_sys_modules(name)),
                None => Ok(PyValue::Unknown(reason)),
            },
        }
    }

    pub(super) fn in_sys_modules(&self, name: &str) -> PyValue {
        match self.heap.loaded(name) {
            Some(_) => self.heap.module_value(name),
            None => PyValue::Unknown(Reason::Opaque),
        }
    }

    /// What `from BASE import NAME` takes: a name of the module, else a submodule.
    pub(super) fn taken(&mut self, base: &str, module: &PyValue, name: &str, at: TextSize) -> Eval {
        let whole = format!("{base}.{name}");
        if matches!(whole.as_str(), "os.path") {
            return Ok(PyValue::Module("os.path".into()));
        }
        if let PyValue::Module(module) = module
            && let Some(namespace) = self.heap.module(module).map(|entry| entry.namespace)
            && let Some(value @ PyValue::Unknown(_)) = self.heap.get(namespace, name)
        {
            // It is bound, though nobody knows to what.
            return Ok(value.clone());
        }
        let attribute = match module {
            PyValue::Module(module) => self.module_attribute(module, name, at)?,
            PyValue::Unknown(reason) => Attribute::Unknown(*reason),
            other => self.attribute_of(other, name, at)?,
        };
        match attribute {
            Attribute::Known(value) => Ok(value),
            // What a module's functions may bind (`setattr`) it does not look for as a submodule of its own.
            Attribute::Unknown(Reason::Call) if self.is_own_whole(module, name) => {
                self.submodule(base, name, &whole, at)
            }
            Attribute::Unknown(reason) => self.perhaps_submodule(&whole, reason, at),
            Attribute::Absent => self.submodule(base, name, &whole, at),
        }
    }

    /// Is it the module whose code runs, and nothing but its functions could have bound the name?
    fn is_own_whole(&self, module: &PyValue, name: &str) -> bool {
        let PyValue::Module(module) = module else { return false };
        let namespace = self.heap.module(module).map(|entry| entry.namespace);
        namespace == Some(self.frame.globals) && self.heap.open_to(self.frame.globals, name).is_none()
    }

    /// Whether the module has the name is not known: where there is a submodule of that name, it is taken as what is meant.
    fn perhaps_submodule(&mut self, whole: &str, reason: Reason, at: TextSize) -> Eval {
        if self.heap.loaded(whole).is_some() {
            return Ok(self.in_sys_modules(whole));
        }
        let here = self.at(at);
        match self.outside(|outside| outside.find_spec(whole, &here)) {
            Some(true) => self.import(whole, at),
            _ => Ok(PyValue::Unknown(reason)),
        }
    }

    /// The module lacks the name: only a submodule of that name can be meant.
    fn submodule(&mut self, base: &str, name: &str, whole: &str, at: TextSize) -> Eval {
        let is_package = self.heap.module(base).is_some_and(|entry| entry.is_package);
        let mut missing = None;
        if is_package {
            match self.import(whole, at) {
                Ok(value) => return Ok(value),
                Err(Stop::Raise(raised)) if is_missing(&raised, whole) => missing = Some(raised),
                Err(stop) => return Err(stop),
            }
        }
        if self.heap.loaded(whole).is_some() {
            return Ok(self.in_sys_modules(whole));
        }
        let file = self.heap.module(base).map(|entry| entry.site.file.clone()).filter(|file| !file.is_empty());
        let file = file.as_deref().unwrap_or("unknown location");
        let text = format!("cannot import name '{name}' from '{base}' ({file})");
        let mut raised = Raised::builtin("ImportError", text, self.at(at).site);
        raised.name = Some(base.into());
        raised.token = missing.as_ref().and_then(|missing| missing.token);
        raised.from = missing;
        Err(Stop::Raise(Arc::new(raised)))
    }

    /// `from BASE import *`.
    pub(super) fn star(&mut self, base: &str, module: &PyValue, at: TextSize) -> Eval<()> {
        let PyValue::Module(name) = module else {
            self.heap.set_open(self.frame.locals, module.reason());
            return Ok(());
        };
        let Some(entry) = self.heap.module(name).cloned() else {
            self.heap.set_open(self.frame.locals, Reason::Opaque);
            return Ok(());
        };
        if matches!(entry.body, ModuleBody::Standard | ModuleBody::Opaque) || name.as_ref() == "os.path" {
            for (short, value) in self.standard_names(name) {
                self.bind(short, value);
            }
            // Compiled code has no `__all__` with private names, as far as anyone has seen.
            let is_native = entry.body == ModuleBody::Opaque && !entry.site.file.ends_with(".py");
            self.heap.set_open(self.frame.locals, if is_native { Reason::Star } else { Reason::Opaque });
        }
        let all = self.heap.get(entry.namespace, "__all__").cloned();
        let listed = all.as_ref().and_then(|all| self.heap.items(all));
        let listed: Option<Vec<Arc<str>>> = listed
            .map(|names| {
                let text = |name: &PyValue| name.as_str().map(Arc::from);
                names.iter().map(text).collect::<Option<Vec<_>>>()
            })
            .unwrap_or_default();
        match (all, listed) {
            (Some(_), Some(names)) => {
                for taken in names {
                    self.step(0)?;
                    let value =
                        self.taken(base, module, &taken, at).map_err(|stop| self.as_missing(stop, base, &taken, at))?;
                    self.bind(&taken, value);
                }
            }
            (all, _) => {
                // A list that is not known may name private ones as well.
                let is_listed = all.is_some();
                let taken = |(name, value): (&ruff_python_ast::name::Name, &PyValue)| {
                    let value = match name.starts_with('_') {
                        false => value.clone(),
                        true if is_listed && !name.starts_with("__") => PyValue::Unknown(Reason::Star),
                        true => return None,
                    };
                    Some((name.clone(), value))
                };
                let mut bound: Vec<_> = self.heap.names(entry.namespace).filter_map(taken).collect();
                bound.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
                self.step(bound.len())?;
                for (name, value) in bound {
                    self.bind(&name, value);
                }
                let rest = match self.heap.open(entry.namespace) {
                    Some(reason) => Some(if is_listed { reason } else { Reason::Star }),
                    // It may name modules of the package, which the statement imports.
                    None => (is_listed && entry.is_package).then_some(Reason::Star),
                };
                if let Some(reason) = rest {
                    self.heap.set_open(self.frame.locals, reason);
                }
            }
        }
        Ok(())
    }

    /// A name of `__all__` that is not there ends a star import by `AttributeError`.
    fn as_missing(&self, stop: Stop, base: &str, name: &str, at: TextSize) -> Stop {
        match stop {
            Stop::Raise(raised) if raised.name.as_deref() == Some(base) && &*raised.class.name == "ImportError" => {
                self.stop("AttributeError", &format!("module '{base}' has no attribute '{name}'"), at)
            }
            stop => stop,
        }
    }
}

/// Does it say that this very module is not there?
fn is_missing(raised: &Raised, name: &str) -> bool {
    raised.class.is_a("ModuleNotFoundError") == Some(true) && raised.name.as_deref() == Some(name)
}
