//! A world as text, and the simplest importer that there can be.
//!
//! ```text
//! //- /s/pkg/__init__.py
//! from . import ext
//! //- /s/pkg/ext.so needs:libx.so
//! //- /s/pkg/libs/libx.so
//! ```
//!
//! `/s` is `sys.path`. An extension loads where the libraries that it needs were loaded before, by their file names; a
//! library loads where its file is there.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::python::compiled::CompiledModule;
use crate::python::heap::{Heap, ModuleBody, ModulePlace};
use crate::python::outside::*;
use crate::python::raised::Raised;
use crate::python::source::ModuleSource;
use crate::python::target::PythonTarget;
use crate::python::value::{PyValue, Reason};
use crate::python::{Ending, limits, stdlib};

pub struct World {
    pub target: PythonTarget,
    files: BTreeMap<String, String>,
    /// Modules whose code is compiled.
    pub compiled: BTreeMap<String, Arc<CompiledModule>>,
    heap: Heap,
    loaded: Vec<String>,
    /// What happened, one line each: `import a`, `load /s/x.so`, with `?` where it may be.
    pub told: Vec<String>,
    path: Vec<Arc<str>>,
    maybe: usize,
}

impl World {
    pub fn new(text: &str) -> World {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        let mut at = String::new();
        for line in text.lines() {
            if let Some(head) = line.strip_prefix("//- ") {
                let (path, rest) = head.split_once(' ').unwrap_or((head, ""));
                at = path.to_owned();
                files.insert(at.clone(), rest.to_owned());
            } else if let Some(content) = files.get_mut(&at) {
                content.push_str(line);
                content.push('\n');
            }
        }
        let target = PythonTarget {
            version: Some((3, 11, Some(7))),
            platform: Some("linux".into()),
            machine: Some("x86_64".into()),
            implementation: Some("cpython".into()),
            bits: Some(64),
            free_threaded: Some(false),
            musl: Some(false),
            prefix: Some("/venv".into()),
            base_prefix: Some("/usr".into()),
            exec_prefix: Some("/venv".into()),
            executable: Some("/venv/bin/python".into()),
            variables_are_all: true,
            ..PythonTarget::default()
        };
        World {
            target,
            files,
            compiled: BTreeMap::new(),
            heap: Heap::new(),
            loaded: Vec::new(),
            told: Vec::new(),
            path: vec!["/s".into()],
            maybe: 0,
        }
    }

    /// Imports a module as `python -c 'import NAME'` does: how that ends, as text.
    pub fn outcome(&mut self, name: &str) -> String {
        let at = At {
            site: Site { module: Arc::new(SiteModule { name: "__main__".into(), file: "".into() }), line: 1 },
            certainty: Certainty::Always,
        };
        match self.import(name, &at) {
            Imported::Module { may_raise: None } => "ok".to_owned(),
            Imported::Module { may_raise: Some(raised) } => format!("may raise {}", shown(&raised)),
            Imported::Raises(raised) => shown(&raised),
            Imported::Unknown(reason) => format!("unknown {reason:?}"),
        }
    }

    /// What importing a module raises.
    pub fn raised(&mut self, name: &str) -> Arc<Raised> {
        let module = Arc::new(SiteModule { name: "__main__".into(), file: "".into() });
        match self.import(name, &At { site: Site { module, line: 1 }, certainty: Certainty::Always }) {
            Imported::Raises(raised) => raised,
            other => panic!("{other:?}"),
        }
    }

    pub fn value(&mut self, module: &str, name: &str) -> Attribute {
        self.heap.attribute(module, name)
    }

    fn tell(&mut self, what: String, at: &At) {
        let is_sure = at.certainty == Certainty::Always && self.maybe == 0;
        self.told.push(if is_sure { what } else { format!("{what}?") });
    }

    fn is_folder(&self, path: &str) -> bool {
        let below = format!("{}/", path.trim_end_matches('/'));
        self.files.keys().any(|file| file.starts_with(&below))
    }

    fn find(&mut self, name: &str) -> Option<(ModulePlace, Option<String>)> {
        let (folders, last) = match name.rsplit_once('.') {
            Some((parent, last)) => (self.heap.search_of(parent)?, last),
            None => (self.path.clone(), name),
        };
        for folder in folders {
            let place = |file: String, search| ModulePlace {
                name: name.into(),
                file: Some(file.into()),
                search,
                body: ModuleBody::Source,
            };
            let package = format!("{folder}/{last}");
            let init = format!("{package}/__init__.py");
            if let Some(text) = self.files.get(&init) {
                return Some((place(init, Some(vec![package.into()])), Some(text.clone())));
            }
            let native = format!("{package}.so");
            if self.files.contains_key(&native) {
                return Some((ModulePlace { body: ModuleBody::Opaque, ..place(native, None) }, None));
            }
            let file = format!("{package}.py");
            if let Some(text) = self.files.get(&file) {
                return Some((place(file, None), Some(text.clone())));
            }
            if self.is_folder(&package) {
                let place = place(package.clone(), Some(vec![package.into()]));
                return Some((ModulePlace { file: None, body: ModuleBody::Namespace, ..place }, None));
            }
        }
        None
    }

    fn needs(&self, file: &str) -> Option<String> {
        let needs = self.files.get(file)?.lines().next()?.strip_prefix("needs:")?.to_owned();
        let is_loaded = self.loaded.iter().any(|loaded| loaded.ends_with(&format!("/{needs}")));
        (!is_loaded).then_some(needs)
    }
}

fn shown(raised: &Raised) -> String {
    let text = raised.text.as_deref().unwrap_or("?");
    format!("{}: {text}", raised.class.name)
}

impl Outside for World {
    fn heap(&mut self) -> &mut Heap {
        &mut self.heap
    }

    fn target(&self) -> &PythonTarget {
        &self.target
    }

    fn import(&mut self, name: &str, at: &At) -> Imported {
        if self.heap.loaded(name).is_some() {
            return Imported::Module { may_raise: None };
        }
        if let Some((parent, _)) = name.rsplit_once('.') {
            match self.import(parent, at) {
                Imported::Module { .. } => {}
                other => return other,
            }
            if self.heap.loaded(name).is_some() {
                return Imported::Module { may_raise: None };
            }
        }
        if stdlib::has(name, &self.target) == Some(true) {
            self.heap.begin(&ModulePlace { name: name.into(), file: None, search: None, body: ModuleBody::Standard });
            self.heap.bind_in_parent(name);
            return Imported::Module { may_raise: None };
        }
        let Some((place, text)) = self.find(name) else {
            return Imported::Raises(Arc::new(Raised::module_not_found(name, at.site.clone())));
        };
        self.tell(format!("import {name}"), at);
        if place.body == ModuleBody::Opaque
            && let Some(needs) = self.needs(place.file.as_deref().unwrap_or_default())
        {
            let text = format!("{needs}: cannot open shared object file");
            return Imported::Raises(Arc::new(Raised::builtin("ImportError", text, at.site.clone())));
        }
        self.heap.begin(&place);
        let mut may_raise = None;
        if let Some(text) = text {
            let source = Arc::new(ModuleSource::parse(text.as_bytes()));
            let is_maybe = usize::from(at.certainty != Certainty::Always);
            self.maybe += is_maybe;
            let ran = match self.compiled.get(name).cloned() {
                Some(compiled) => crate::python::run_compiled(name, &compiled, self),
                None => crate::python::run(name, &source, self),
            };
            self.maybe -= is_maybe;
            match ran.ending {
                Ending::Raised(raised) => {
                    self.heap.abandon(name);
                    return Imported::Raises(raised);
                }
                Ending::Exited(_) => return Imported::Unknown(Reason::Outside),
                Ending::Unknown(reason) => return Imported::Unknown(reason),
                Ending::Returned => may_raise = ran.may_raise.into_iter().next(),
            }
        }
        self.heap.bind_in_parent(name);
        Imported::Module { may_raise }
    }

    fn load_library(&mut self, load: &LibraryLoad, at: &At) -> LibraryOutcome {
        let name = match &load.name {
            LibraryName::Known(name) => name.to_string(),
            LibraryName::Program => return LibraryOutcome::Loaded,
            LibraryName::Unknown(reason) => {
                self.tell(format!("load {reason:?}"), at);
                return LibraryOutcome::Unknown(*reason);
            }
        };
        let global = if load.is_global { " global" } else { "" };
        self.tell(format!("load {name}{global}"), at);
        if self.files.contains_key(&name) {
            self.loaded.push(name);
            return LibraryOutcome::Loaded;
        }
        let text = format!("{name}: cannot open shared object file");
        LibraryOutcome::Raises(Arc::new(Raised::builtin("OSError", text, at.site.clone())))
    }

    fn find_library(&mut self, name: &str) -> Option<Option<Arc<str>>> {
        Some((name == "c").then(|| "libc.so.6".into()))
    }

    fn change(&mut self, change: ProcessChange, at: &At) {
        if let ProcessChange::SearchPath { entry: Some(entry), position } = &change {
            match position {
                PathPosition::At(index) => self.path.insert((*index).min(self.path.len()), entry.clone()),
                PathPosition::End => self.path.push(entry.clone()),
            }
        }
        self.tell(format!("{change:?}"), at);
    }

    fn search_path(&mut self) -> Option<Vec<Arc<str>>> {
        Some(self.path.clone())
    }

    fn path_kind(&mut self, path: &str) -> Option<PathKind> {
        if !path.starts_with("/s") {
            return None;
        }
        Some(match self.files.contains_key(path) {
            true => PathKind::File,
            false if self.is_folder(path) => PathKind::Directory,
            false => PathKind::Missing,
        })
    }

    fn list(&mut self, path: &str) -> Listing {
        if !path.starts_with("/s") {
            return Listing::Unknown;
        }
        if !self.is_folder(path) {
            return Listing::Missing;
        }
        let below = format!("{}/", path.trim_end_matches('/'));
        let mut entries: BTreeMap<Arc<str>, PathKind> = BTreeMap::new();
        for file in self.files.keys().filter_map(|file| file.strip_prefix(&below)) {
            match file.split_once('/') {
                Some((folder, _)) => entries.insert(folder.into(), PathKind::Directory),
                None => entries.insert(file.into(), PathKind::File),
            };
        }
        Listing::Entries(entries.into_iter().collect())
    }

    fn read_text(&mut self, path: &str) -> Option<Option<Arc<str>>> {
        path.starts_with("/s").then(|| self.files.get(path).map(|text| text.as_str().into()))
    }

    fn find_spec(&mut self, name: &str, at: &At) -> Option<bool> {
        if let Some((parent, _)) = name.rsplit_once('.')
            && !matches!(self.import(parent, at), Imported::Module { .. })
        {
            return None;
        }
        Some(
            self.heap.loaded(name).is_some()
                || stdlib::has(name, &self.target) == Some(true)
                || self.find(name).is_some(),
        )
    }

    fn distribution_version(&mut self, name: &str) -> Option<Option<Arc<str>>> {
        Some((name == "there").then(|| "1.2.3".into()))
    }

    fn caught(&mut self, raised: &Arc<Raised>, at: &At) {
        self.tell(format!("caught {}", raised.class.name), at);
    }
}

/// How importing `m` ends, whose source this is, on a thread with the stack that is asked for.
pub fn ends(source: &str) -> String {
    on_thread(source.to_owned(), |source| World::new(&format!("//- /s/m.py\n{source}")).outcome("m"))
}

/// Runs a source as the module `m`; what was told, and each value of `names` as text.
pub fn run(source: &str, name: &str) -> String {
    let name = name.to_owned();
    on_thread(source.to_owned(), move |source| {
        let mut world = World::new(&format!("//- /s/m.py\n{source}"));
        let outcome = world.outcome("m");
        if outcome != "ok" {
            return outcome;
        }
        match world.value("m", &name) {
            Attribute::Known(value) => text_of(&world.heap, &value),
            Attribute::Absent => "absent".to_owned(),
            Attribute::Unknown(reason) => format!("unknown {reason:?}"),
        }
    })
}

/// A value, as `repr` would show it, roughly.
fn text_of(heap: &Heap, value: &PyValue) -> String {
    match value {
        PyValue::Str(text) => format!("'{text}'"),
        PyValue::Path(text) => format!("Path({text})"),
        PyValue::Int(number) => number.to_string(),
        PyValue::Bool(bit) => format!("{bit}"),
        PyValue::None => "None".to_owned(),
        PyValue::Module(name) => format!("<{name}>"),
        PyValue::Unknown(reason) => format!("unknown {reason:?}"),
        value => match heap.items(value) {
            Some(items) => {
                let items: Vec<String> = items.iter().map(|item| text_of(heap, item)).collect();
                format!("[{}]", items.join(", "))
            }
            None => format!("{value:?}"),
        },
    }
}

#[cfg(test)]
pub fn on_thread<T: Send + 'static>(source: String, run: impl FnOnce(String) -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(limits::STACK_BYTES).spawn(move || run(source));
    thread.unwrap().join().unwrap()
}
