//! `importlib`, `pkgutil`: imports by name, and what is known of packages.

use std::sync::Arc;

use ruff_text_size::TextSize;

use crate::python::limits;
use crate::python::outside::{Attribute, Listing, PathKind};
use crate::python::run::call::Given;
use crate::python::run::{Eval, Interpreter};
use crate::python::value::{PyValue, Reason};

impl Interpreter<'_> {
    pub(super) fn call_module(&mut self, name: &str, given: &Given, at: TextSize) -> Eval {
        let unknown = PyValue::Unknown(Reason::Call);
        match name {
            "importlib.import_module" => self.import_module(given, at),
            "importlib.reload" => Ok(given.first().cloned().unwrap_or(unknown)),
            "importlib.invalidate_caches" => Ok(PyValue::None),
            "importlib.util.find_spec" => self.find_spec(given, at),
            "importlib.metadata.version" => {
                let Some(name) = given.first().and_then(PyValue::as_str) else { return Ok(unknown) };
                match self.outside(|outside| outside.distribution_version(name)) {
                    Some(Some(version)) => Ok(PyValue::Str(version)),
                    Some(None) => self.raise("importlib.metadata.PackageNotFoundError", name, at),
                    None => Ok(PyValue::Unknown(Reason::Outside)),
                }
            }
            "importlib.resources.files" => self.resources(given.get(0, "anchor").cloned(), at),
            "importlib.resources.as_file" => Ok(given.first().cloned().unwrap_or(unknown)),
            "importlib.resources.path" => {
                let base = self.resources(given.first().cloned(), at)?;
                match (given.positional.get(1), self.flavor()) {
                    (Some(name), Some(_)) => self.binary(ruff_python_ast::Operator::Div, &base, name, at),
                    _ => Ok(unknown),
                }
            }
            "pkgutil.extend_path" => self.extend_path(given, at),
            "pkgutil.iter_modules" => self.iter_modules(given, false, at),
            "pkgutil.walk_packages" => self.iter_modules(given, true, at),
            _ => Ok(unknown),
        }
    }

    fn import_module(&mut self, given: &Given, at: TextSize) -> Eval {
        let Some(written) = given.get(0, "name").and_then(PyValue::as_str) else {
            return Ok(PyValue::Unknown(given.first().map_or(Reason::Call, PyValue::reason)));
        };
        let name = written.trim_start_matches('.');
        let level = (written.len() - name.len()) as u32;
        if level == 0 {
            return self.import(name, at);
        }
        let Some(package) = given.get(1, "package").and_then(PyValue::as_str) else {
            return Ok(PyValue::Unknown(Reason::Call));
        };
        let absolute = self.within(package, name, level, at)?;
        self.import(&absolute, at)
    }

    /// `__import__(name, globals, locals, fromlist, level)`.
    pub(super) fn dunder_import(&mut self, given: &Given, at: TextSize) -> Eval {
        let Some(name) = given.get(0, "name").and_then(PyValue::as_str).map(Arc::<str>::from) else {
            return Ok(PyValue::Unknown(Reason::Call));
        };
        let level = given.get(4, "level").map_or(Some(0), PyValue::as_int);
        let Some(level) = level.and_then(|level| u32::try_from(level).ok()) else {
            return Ok(PyValue::Unknown(Reason::Call));
        };
        let Some(absolute) = self.absolute(&name, level, at)? else { return Ok(PyValue::Unknown(Reason::Call)) };
        let module = self.import(&absolute, at)?;
        let taken = given.get(3, "fromlist").cloned().unwrap_or(PyValue::None);
        match self.truth(&taken) {
            Some(true) => {
                for name in self.iterate(&taken, at)?.unwrap_or_default() {
                    if let Some(name) = name.as_str().filter(|name| *name != "*") {
                        self.taken(&absolute, &module, name, at)?;
                    }
                }
                Ok(module)
            }
            Some(false) if level == 0 => Ok(self.in_sys_modules(name.split('.').next().unwrap_or_default())),
            _ => Ok(PyValue::Unknown(Reason::Construct)),
        }
    }

    fn find_spec(&mut self, given: &Given, at: TextSize) -> Eval {
        let Some(written) = given.get(0, "name").and_then(PyValue::as_str) else {
            return Ok(PyValue::Unknown(Reason::Call));
        };
        let bare = written.trim_start_matches('.');
        let level = (written.len() - bare.len()) as u32;
        let name: Arc<str> = match (level, given.get(1, "package").and_then(PyValue::as_str)) {
            (0, _) => bare.into(),
            (level, Some(package)) => self.within(package, bare, level, at)?,
            _ => return Ok(PyValue::Unknown(Reason::Call)),
        };
        let here = self.at(at);
        Ok(match self.outside(|outside| outside.find_spec(&name, &here)) {
            // What the spec says is not known, only that it is one.
            Some(true) => PyValue::Standard("spec()"),
            Some(false) => PyValue::None,
            None => PyValue::Unknown(Reason::Outside),
        })
    }

    /// The folder of a package, given as itself or by its name.
    fn resources(&mut self, anchor: Option<PyValue>, at: TextSize) -> Eval {
        let name: Arc<str> = match anchor {
            Some(PyValue::Module(name)) => name,
            Some(PyValue::Str(name)) => {
                self.import(&name, at)?;
                name
            }
            None => self.frame_module(),
            Some(other) => return Ok(PyValue::Unknown(other.reason())),
        };
        if let Some(folder) = self.heap.search_of(&name).and_then(|folders| folders.first().cloned()) {
            return Ok(PyValue::Path(folder));
        }
        // A module that is no package: the folder in which it lies.
        match (self.heap.attribute(&name, "__file__"), self.flavor()) {
            (Attribute::Known(PyValue::Str(file)), Some(flavor)) => Ok(PyValue::Path(flavor.split(&file).0.into())),
            _ => Ok(PyValue::Unknown(Reason::Opaque)),
        }
    }

    fn frame_module(&self) -> Arc<str> {
        self.frame.module.name.clone()
    }

    /// `pkgutil.extend_path(__path__, __name__)`: the folders of that name elsewhere on `sys.path`, too.
    fn extend_path(&mut self, given: &Given, at: TextSize) -> Eval {
        let (Some(path), Some(name)) = (given.first().cloned(), given.positional.get(1).and_then(PyValue::as_str))
        else {
            return Ok(PyValue::Unknown(Reason::Call));
        };
        let Some(mut folders) = self.iterate(&path, at)? else { return Ok(path) };
        let (Some(entries), Some(flavor)) = (self.outside(|outside| outside.search_path()), self.flavor()) else {
            return Ok(path);
        };
        let below = name.replace('.', &flavor.separator().to_string());
        for entry in entries {
            let folder = flavor.join(&entry, &below);
            let init = flavor.join(&folder, "__init__.py");
            let is_there = self.path_kind(&init) == Some(PathKind::File);
            if is_there && !folders.iter().any(|known| known.as_str() == Some(&folder)) {
                folders.push(PyValue::text(folder));
            }
        }
        Ok(self.new_list(folders))
    }

    /// The modules in folders, as tuples of a finder, a name, and whether it is a package.
    fn iter_modules(&mut self, given: &Given, below: bool, at: TextSize) -> Eval {
        let unknown = PyValue::Unknown(Reason::Path);
        let (Some(path), Some(flavor)) = (given.get(0, "path").cloned(), self.flavor()) else { return Ok(unknown) };
        let prefix = given.get(1, "prefix").and_then(PyValue::as_str).unwrap_or_default().to_owned();
        let Some(folders) = self.iterate(&path, at)? else { return Ok(unknown) };
        let mut open: Vec<(Arc<str>, String)> = Vec::new();
        for folder in folders {
            let Some(folder) = folder.as_path() else { return Ok(unknown) };
            open.push((folder.clone(), prefix.clone()));
        }
        let (mut found, mut next) = (Vec::new(), 0);
        while next < open.len() && found.len() < limits::ITEMS {
            let (folder, prefix) = open[next].clone();
            next += 1;
            let Listing::Entries(entries) = self.outside(|outside| outside.list(&folder)) else { continue };
            self.step(entries.len())?;
            let mut names: Vec<(String, bool)> = Vec::new();
            for (entry, kind) in &entries {
                let module = match kind {
                    PathKind::Directory => {
                        let init = flavor.join(&flavor.join(&folder, entry), "__init__.py");
                        (self.path_kind(&init) == Some(PathKind::File)).then(|| (entry.to_string(), true))
                    }
                    _ => module_name(entry).map(|name| (name.to_owned(), false)),
                };
                names.extend(module.filter(|(name, _)| name != "__init__" && !name.contains('.')));
            }
            names.sort_unstable();
            names.dedup_by(|(one, _), (other, _)| one == other);
            for (name, is_package) in names {
                let whole = format!("{prefix}{name}");
                if below && is_package {
                    open.push((flavor.join(&folder, &name).into(), format!("{whole}.")));
                }
                found.push(PyValue::tuple([
                    PyValue::Unknown(Reason::Construct),
                    PyValue::text(whole),
                    PyValue::Bool(is_package),
                ]));
            }
        }
        Ok(self.new_list(found))
    }
}

/// The name of the module that a file is.
fn module_name(file: &str) -> Option<&str> {
    let (name, suffix) = file.split_once('.')?;
    let is_module = suffix == "py" || suffix == "pyc" || suffix == "pyd" || suffix == "so";
    let is_tagged = suffix.ends_with(".so") || suffix.ends_with(".pyd");
    (is_module || is_tagged).then_some(name)
}
