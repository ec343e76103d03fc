//! One simulated process: a fresh interpreter that imports one name, effect by effect.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::beside::SourceLanguage;
use super::cause::{EarlierCopy, ImportCause, ImportFailure, LoadedBy, NativeRefusal, OtherCopy, ShadowedCopy};
use super::compiled::CapiImport;
use super::context::ImportContext;
use super::find::ModuleSpec;
use super::native::{NativeLoader, NativeMark, OpenAs};
use super::outcome::{ImportOutcome, ImportVerdict};
use super::state::{ProcessState, Record};
use crate::bind::{Mode, demangled};
use crate::image::Name;
use crate::loader;
use crate::python::{
    self, At, Certainty, CompiledModule, Ending, Imported, ModuleBody, ModulePlace, Raised, Reason, Site, SiteModule,
    limits, stdlib,
};
use crate::vfs::VPath;
use crate::world::{DllCall, FileId};

/// A fresh interpreter, and all that an import has done to it so far.
pub struct ImportProcess<'c, 'w> {
    pub(super) context: &'c ImportContext<'w>,
    pub(super) loader: NativeLoader<'w>,
    pub(super) state: ProcessState,
    /// What happens, for who wants the story.
    pub(super) story: Option<Vec<ImportStep>>,
    /// Where only the first module runs: the modules that fail. Whatever else it imports ends well, and nothing is known of
    /// what that holds.
    alone: Option<Arc<FxHashSet<Arc<str>>>>,
    /// Another module that runs then.
    companion: Option<Arc<str>>,
    /// Was one of those that fail asked for?
    has_touched: bool,
    /// What was asked for, where only the first module runs.
    asked_for: FxHashSet<Arc<str>>,
    /// What code does for DLLs, where that is asked; nothing native is opened then, and all that is there loads.
    pub(super) dll_deeds: Option<Vec<DllDeed>>,
}

/// What one line of code does for DLLs.
#[derive(Clone, Debug)]
pub(super) struct DllDeed {
    /// The module that was being imported.
    pub module: Arc<str>,
    pub deed: DllCall,
    pub site: Site,
}

/// Whether a module, run alone, asks for one of those that fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touched {
    One,
    None { asked_for: FxHashSet<Arc<str>> },
}

/// A point of a process to go back to.
pub struct Checkpoint {
    state: ProcessState,
    natives: NativeMark,
}

/// Where people import something.
fn at_main() -> At {
    let site = Site { module: Arc::new(SiteModule { name: "__main__".into(), file: "".into() }), line: 1 };
    At { site, certainty: Certainty::Always }
}

/// The name under which a line of a `.pth` file runs.
pub(super) const SITE_CODE: &str = "<site>";

/// One step of an import's story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportStep {
    /// How many imports it lies in.
    pub depth: usize,
    /// The module that does it, and the line; none for what was asked for at first.
    pub by: Option<(VPath, u32)>,
    pub event: ImportEvent,
}

/// What happens in an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportEvent {
    /// A module is found in a file, and begins.
    Begins {
        module: String,
        file: Option<VPath>,
    },
    /// A native file is loaded.
    Opens {
        file: VPath,
    },
    Fails {
        module: String,
        text: String,
    },
    /// An exception of an import or a library is caught, and the code goes on.
    Catches {
        text: String,
    },
}

impl<'c, 'w> ImportProcess<'c, 'w> {
    /// A fresh interpreter.
    pub fn new(context: &'c ImportContext<'w>) -> ImportProcess<'c, 'w> {
        ImportProcess::with(context, NativeLoader::new(context.world))
    }

    /// A fresh interpreter with a loader that another one has had: what that loaded is gone, what it searched is remembered.
    pub fn with(context: &'c ImportContext<'w>, loader: NativeLoader<'w>) -> ImportProcess<'c, 'w> {
        ImportProcess::started(context, loader, None)
    }

    fn started(
        context: &'c ImportContext<'w>,
        mut loader: NativeLoader<'w>,
        dll_deeds: Option<Vec<DllDeed>>,
    ) -> ImportProcess<'c, 'w> {
        loader.restart();
        let mut process = ImportProcess {
            context,
            loader,
            state: ProcessState { folders: context.path.folders.clone(), ..ProcessState::default() },
            story: None,
            alone: None,
            companion: None,
            has_touched: false,
            asked_for: FxHashSet::default(),
            dll_deeds,
        };
        process.start();
        process
    }

    /// Brings the interpreter to where it has started. Where nothing native is loaded by then, all of one environment start
    /// from the same state.
    fn start(&mut self) {
        let context = self.context;
        if context.path.code.is_empty() {
            return;
        }
        match context.started.get() {
            Some(Some(started)) if self.dll_deeds.is_none() => self.state.clone_from(started),
            _ => {
                let mark = self.loader.mark();
                self.run_site();
                let is_plain = self.loader.mark() == mark
                    && self.state.records.is_empty()
                    && self.state.astray.is_empty()
                    && self.state.possible.is_empty()
                    && self.loader.opens_as_ever()
                    && !self.state.has_unknown_library;
                let is_first = self.dll_deeds.is_none() && context.started.get().is_none();
                if is_first {
                    let state = is_plain.then(|| self.state.clone());
                    // Another thread may have come first, with the same.
                    context.started.set(state).ok();
                }
            }
        }
    }

    /// A fresh interpreter that keeps what code does for DLLs, and opens nothing native.
    pub(super) fn for_dll_deeds(context: &'c ImportContext<'w>) -> ImportProcess<'c, 'w> {
        ImportProcess::started(context, NativeLoader::new(context.world), Some(Vec::new()))
    }

    /// Runs the code in `.pth` files. `site` prints what it raises, and goes on.
    fn run_site(&mut self) {
        let context = self.context;
        for code in &context.path.code {
            let name: Arc<str> = SITE_CODE.into();
            let source = Arc::new(python::ModuleSource::parse(code.text.as_bytes()));
            self.begin(&name, None, None, ModuleBody::Source);
            self.state.heap.bind(&name, "sitedir", python::PyValue::text(code.site.to_string()));
            python::run(&name, &source, self);
            self.state.heap.abandon(&name);
        }
        self.state.refused.clear();
        self.state.failed.clear();
        self.state.doubtful.clear();
        self.state.has_exited = false;
        self.loader.take_answered();
        self.state.shadowed.clear();
    }

    /// May an unknown finder know this name?
    fn may_be_found(&self, name: &str) -> bool {
        let top = python::top(name);
        self.state.has_unknown_finder
            || self.state.finders.contains(top)
            || self.context.has_others && top == name
            || match &self.context.bundled {
                Some(bundled) => bundled.may_have(name),
                None => self.context.find(top, &self.state.possible_folders).is_some(),
            }
    }

    /// `sys.path` as it stands.
    pub fn folders(&self) -> &[VPath] {
        &self.state.folders
    }

    /// Keeps what happens from now on.
    pub fn record_story(&mut self) {
        self.story = Some(Vec::new());
    }

    /// What happened, in order.
    pub fn take_story(&mut self) -> Vec<ImportStep> {
        self.story.take().unwrap_or_default()
    }

    /// Gives the loader back.
    pub fn into_loader(self) -> NativeLoader<'w> {
        self.loader
    }

    /// What the process is now, to go back to.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint { state: self.state.clone(), natives: self.loader.checkpoint() }
    }

    /// Makes the process what it was.
    pub fn go_back(&mut self, to: &Checkpoint) {
        self.state.clone_from(&to.state);
        self.loader.go_back(&to.natives);
    }

    /// The modules whose import failed, also where that was caught.
    pub fn take_failed(&mut self) -> Vec<String> {
        std::mem::take(&mut self.state.failed)
    }

    /// Imports a package around what is asked for; says whether that surely ends well.
    pub fn imports_well(&mut self, package: &str) -> bool {
        let imported = self.import_name(package, &at_main());
        matches!(imported, Imported::Module { may_raise: None }) && !self.state.has_exited
    }

    /// What `import NAME` does.
    pub fn outcome(&mut self, name: &str, is_extension: bool) -> ImportOutcome {
        let imported = self.import_name(name, &at_main());
        self.outcome_of(name, is_extension, imported)
    }

    fn outcome_of(&mut self, name: &str, is_extension: bool, imported: Imported) -> ImportOutcome {
        let (verdict, failure) = match imported {
            Imported::Raises(raised) => {
                let mut record = self.record_of(&raised);
                // A name is missing where what would have bound it was refused, if that was come to.
                if let (ImportCause::NameMissing, Some(&possible)) = (record.failure.cause, self.state.possible.first())
                {
                    record.failure = self.state.records[possible as usize].failure.clone();
                }
                let verdict = if record.is_certain { ImportVerdict::Fails } else { ImportVerdict::Unknown };
                (verdict, Some(record.failure))
            }
            _ if self.state.has_exited => {
                (ImportVerdict::Fails, self.state.records.last().map(|record| record.failure.clone()))
            }
            Imported::Module { may_raise: Some(raised) } => {
                (ImportVerdict::Unknown, Some(self.record_of(&raised).failure))
            }
            Imported::Unknown(reason) => (ImportVerdict::Unknown, Some(self.undecided(name, reason))),
            Imported::Module { .. } => match self.state.refused.first() {
                Some(&token) => (ImportVerdict::Guarded, Some(self.state.records[token as usize].failure.clone())),
                None => (ImportVerdict::Loads, None),
            },
        };
        let shadowed = std::mem::take(&mut self.state.shadowed);
        ImportOutcome { verdict, failure, shadowed, ..ImportOutcome::loads(name, is_extension) }
    }

    /// Does a module that is found end well, if all that it imports does, but for those that are `failing`? Whatever its names are bound to by
    /// then is not known, and counts as harmless where that is what decides.
    pub fn ends_well_alone(&mut self, name: &str, failing: Arc<FxHashSet<Arc<str>>>) -> bool {
        self.alone = Some(failing);
        let at = at_main();
        let parent_is_there = self.import_parent(name, &at);
        let ends_well = parent_is_there && matches!(self.import_one(name, &at), Imported::Module { may_raise: None });
        ends_well && self.state.refused.is_empty() && !self.state.has_exited
    }

    /// What `import NAME` does where the packages around the module end well.
    pub fn outcome_in_sound_package(&mut self, name: &str) -> ImportOutcome {
        self.alone = Some(Arc::default());
        self.import_parent(name, &at_main());
        self.outcome(name, true)
    }

    /// Imports the package around a module that is to run alone; says whether it is there, as it is where there is none.
    fn import_parent(&mut self, name: &str, at: &At) -> bool {
        name.rsplit_once('.').is_none_or(|(parent, _)| {
            self.state.running.push(name.into());
            let imported = self.import_name(parent, at);
            self.state.running.pop();
            matches!(imported, Imported::Module { .. })
        })
    }

    /// Does a module, run alone or with one that it imports, ask for one of these others? Where it does not, all that it asks
    /// for: so it is with any others that are none of these.
    pub fn touches(&mut self, name: &str, with: Option<&str>, others: Arc<FxHashSet<Arc<str>>>) -> Touched {
        self.companion = with.map(Arc::from);
        self.ends_well_alone(name, others);
        if self.has_touched { Touched::One } else { Touched::None { asked_for: std::mem::take(&mut self.asked_for) } }
    }

    /// Does an exception under an undecided condition say something of this environment? Code that raises for reasons of its
    /// own has been tried by those who wrote it.
    fn is_relevant(&self, raised: &Raised) -> bool {
        let token = raised.chain().find_map(|raised| raised.token);
        token.is_some_and(|token| {
            let Record { failure, is_certain } = &self.state.records[token as usize];
            // A name that is handed to the loader as it is is one of the system's, and mostly of another system.
            !is_certain || failure.cause.is_native() && failure.file.as_ref().is_none_or(VPath::is_absolute)
        })
    }

    /// Would a fresh interpreter surely do the same as this one, which has imported other names before? `closure` has what came
    /// in ([`ImportProcess::closure`]).
    pub fn is_as_fresh(&mut self, closure: &FxHashSet<Arc<str>>) -> bool {
        let facts = self.context.facts;
        let (answered, asked) = self.take_met();
        if !answered.into_iter().all(|(module, library)| facts.loads_alone(module, library)) {
            return false;
        }
        let is_standard = |module: &str| stdlib::has(module, &self.context.target) == Some(true);
        closure.iter().all(|module| !self.state.doubtful.contains(module))
            && asked.iter().all(|module| closure.contains(module) || is_standard(module))
    }

    /// What imports have met since that was there before them: libraries, each with the module that wanted it, and modules that code
    /// found in `sys.modules`.
    pub fn take_met(&mut self) -> (Vec<(FileId, FileId)>, Vec<Arc<str>>) {
        (self.loader.take_answered(), self.state.heap.take_asked())
    }

    /// Has this process nothing but modules and libraries that the import of another package would not meet in a fresh one?
    /// Whether those made a difference tells [`ImportProcess::is_as_fresh`] afterwards.
    pub fn is_fit_for_others(&self) -> bool {
        let started = self.context.started.get().and_then(Option::as_ref);
        let (folders, finders) = match started {
            Some(state) => (&state.folders, state.finders.len()),
            None => (&self.context.path.folders, 0),
        };
        let state = &self.state;
        state.folders == *folders
            && state.finders.len() == finders
            && !state.has_unknown_library
            && !state.has_unknown_finder
            && self.loader.opens_as_ever()
            && !self.loader.has_opened_for_all()
    }

    /// The native ones of these modules.
    pub fn natives_of(&self, closure: FxHashSet<Arc<str>>) -> Vec<Arc<str>> {
        closure.into_iter().filter(|module| self.state.natives.contains(module)).collect()
    }

    /// The modules that come in with this one, itself included, as far as something was imported in this process.
    pub fn closure(&self, name: &str) -> FxHashSet<Arc<str>> {
        let ends = name.match_indices('.').map(|(end, _)| end).chain([name.len()]);
        let mut open: Vec<Arc<str>> = ends.map(|end| Arc::from(&name[..end])).collect();
        let mut seen = FxHashSet::default();
        while let Some(module) = open.pop() {
            if seen.insert(module.clone()) {
                open.extend(self.state.edges.get(&module).into_iter().flatten().cloned());
            }
        }
        seen
    }

    /// What runs now imports this.
    pub(super) fn note_edge(&mut self, name: &str) {
        if let Some(running) = self.state.running.last() {
            let edges = self.state.edges.entry(running.clone()).or_default();
            if !edges.contains(name) {
                edges.insert(name.into());
            }
        }
    }

    fn undecided(&self, name: &str, reason: Reason) -> ImportFailure {
        ImportFailure {
            cause: ImportCause::Undecided,
            file: None,
            subject: format!("{reason:?}"),
            because: vec![name.to_owned()],
            earlier: None,
            unmet: Vec::new(),
        }
    }

    /// Imports a module by its absolute name, parents first, as `importlib._bootstrap._find_and_load` does.
    pub(super) fn import_name(&mut self, name: &str, at: &At) -> Imported {
        let mut may_raise = None;
        let ends = name.match_indices('.').map(|(end, _)| end).chain([name.len()]);
        for end in ends {
            let part = &name[..end];
            self.note_edge(part);
            if self.state.heap.loaded(part).is_some() {
                continue;
            }
            match self.import_one(part, at) {
                Imported::Module { may_raise: raised } => may_raise = may_raise.or(raised),
                other => return other,
            }
            // The parent's code may have imported it.
            if self.state.heap.loaded(part).is_none() {
                return Imported::Unknown(Reason::Outside);
            }
        }
        Imported::Module { may_raise }
    }

    /// Imports one module whose parents are there.
    fn import_one(&mut self, name: &str, at: &At) -> Imported {
        if let Some(failing) = &self.alone {
            if failing.contains(name) {
                self.has_touched = true;
                return Imported::Raises(Arc::new(Raised::builtin("ImportError", name, at.site.clone())));
            }
            self.asked_for.insert(name.into());
        }
        let found = match name.rsplit_once('.') {
            None => self.find_top(name),
            Some((parent, _)) => match self.find_below(parent, name) {
                Ok(found) => found,
                Err(imported) => return imported,
            },
        };
        match found {
            Found::Spec(spec) => self.load(name, spec, at),
            Found::Standard => self.load_standard(name, at),
            Found::Nothing if self.may_be_found(name) => Imported::Unknown(Reason::Outside),
            Found::Nothing => Imported::Raises(self.raise_not_found(name, at)),
        }
    }

    /// The exception for a module that is not there.
    fn raise_not_found(&mut self, name: &str, at: &At) -> Arc<Raised> {
        let failure = self.failure(ImportCause::ModuleMissing, Some(at), name, &[name]);
        self.state.failed.push(name.to_owned());
        let mut raised = Raised::module_not_found(name, at.site.clone());
        raised.token = Some(self.keep(failure, true));
        Arc::new(raised)
    }

    fn find_top(&self, name: &str) -> Found {
        let target = &self.context.target;
        // The program of a bundle is a module with code.
        let is_bundled = name == "__main__" && self.context.bundled.is_some();
        if stdlib::is_builtin(name) && !is_bundled {
            return Found::Standard;
        }
        match self.context.find(name, &self.state.folders) {
            // A package of the environment may bear a name of the standard library and come after it.
            Some(spec) if self.context.is_standard(&spec) => Found::Standard,
            Some(spec) => Found::Spec(spec),
            None if stdlib::has(name, target) != Some(false) && !self.context.lacks_standard(name) => Found::Standard,
            None => Found::Nothing,
        }
    }

    /// Is there a top-level module of this name?
    pub(super) fn has_top(&self, name: &str) -> Option<bool> {
        match self.find_top(name) {
            Found::Nothing => (!self.may_be_found(name)).then_some(false),
            _ => Some(true),
        }
    }

    /// Is there a module of this name below a package that is imported?
    pub(super) fn has_below(&self, parent: &str, name: &str) -> Option<bool> {
        match self.find_below(parent, name) {
            Ok(Found::Nothing) => (!self.may_be_found(name)).then_some(false),
            Ok(_) => Some(true),
            Err(_) => None,
        }
    }

    fn find_below(&self, parent: &str, name: &str) -> Result<Found, Imported> {
        let target = &self.context.target;
        match self.state.heap.loaded(parent) {
            Some(ModuleBody::Standard) => {
                // In a bundle the standard library lies among the other modules.
                if self.context.bundled.is_some()
                    && let Some(spec) = self.context.find(name, &self.search_of(parent).unwrap_or_default())
                {
                    return Ok(Found::Spec(spec));
                }
                let is_there = stdlib::has(name, target) != Some(false) && !self.context.lacks_standard(name);
                Ok(if is_there { Found::Standard } else { Found::Nothing })
            }
            Some(ModuleBody::Opaque | ModuleBody::Source | ModuleBody::Namespace) => {
                if self.state.natives.contains(parent) {
                    let found = self.search_of(parent).and_then(|folders| self.context.find(name, &folders));
                    return found.map(Found::Spec).ok_or(Imported::Unknown(Reason::Outside));
                }
                let Some(folders) = self.search_of(parent) else {
                    // A module that is no package; or a package whose `__path__` its code made unknown.
                    return Ok(Found::Nothing);
                };
                Ok(self.context.find(name, &folders).map_or(Found::Nothing, Found::Spec))
            }
            None => Err(Imported::Unknown(Reason::Outside)),
        }
    }

    /// The folders in which submodules of a package are looked for.
    fn search_of(&self, package: &str) -> Option<Vec<VPath>> {
        let search = self.state.heap.search_of(package)?;
        Some(search.iter().map(|folder| VPath::new(&**folder)).collect())
    }

    /// Puts a module into `sys.modules` and runs it.
    fn load(&mut self, name: &str, spec: ModuleSpec, at: &At) -> Imported {
        if self.state.running.len() >= limits::IMPORT_DEPTH {
            return Imported::Unknown(Reason::Limit);
        }
        self.tell(at, ImportEvent::Begins { module: name.to_owned(), file: spec.path().cloned() });
        let folders = spec.folders();
        let imported = match &spec {
            ModuleSpec::Namespace(_) => {
                self.begin(name, None, folders, ModuleBody::Namespace);
                Imported::Module { may_raise: None }
            }
            _ if self.alone.is_some() && !self.state.running.is_empty() && self.companion.as_deref() != Some(name) => {
                self.begin(name, spec.path(), folders, ModuleBody::Opaque);
                Imported::Module { may_raise: None }
            }
            ModuleSpec::Extension { path, .. } => self.load_extension(name, path, folders, at),
            ModuleSpec::Source { path, .. } => self.load_source(name, path, folders),
            ModuleSpec::Bytecode { path, .. } | ModuleSpec::Bundled { archive: path, .. } => {
                self.load_compiled(name, &spec, path, folders)
            }
        };
        match &imported {
            Imported::Raises(raised) => {
                let text = raised.text.as_deref().unwrap_or(&raised.class.name).to_owned();
                self.tell(at, ImportEvent::Fails { module: name.to_owned(), text });
                self.state.failed.push(name.to_owned());
                self.state.heap.abandon(name);
            }
            _ => self.state.heap.bind_in_parent(name),
        }
        imported
    }

    /// A module of the standard library is not run; the extension modules that it brings in are loaded.
    fn load_standard(&mut self, name: &str, at: &At) -> Imported {
        let opens_none = self.alone.is_some() || self.dll_deeds.is_some();
        let is_open = !opens_none || self.context.fails_as_standard(name);
        let standard = if is_open { self.context.standard_module(name) } else { Arc::default() };
        if let Some(missing) = &standard.missing {
            return Imported::Raises(self.raise_not_found(missing, at));
        }
        for extension in &standard.extensions {
            if !self.state.standard.insert(extension.name.clone()) {
                continue;
            }
            let stem = extension.name.rsplit('.').next().unwrap_or(&extension.name).to_owned();
            let mark = self.loader.mark();
            if let Err(refusal) = self.loader.open(&extension.path, OpenAs::Module(&stem)) {
                self.state.standard.remove(&extension.name);
                self.state.running.push(extension.name.clone());
                let raised = self.refuse(refusal, "ImportError", &at.site);
                self.state.running.pop();
                return Imported::Raises(raised);
            }
            self.note_loaded(mark, &extension.name, at);
        }
        self.begin(name, None, None, ModuleBody::Standard);
        self.state.heap.bind_in_parent(name);
        Imported::Module { may_raise: None }
    }

    fn load_source(&mut self, name: &str, path: &VPath, folders: Option<Vec<VPath>>) -> Imported {
        let Some(source) = self.context.source(path) else {
            self.begin(name, Some(path), folders, ModuleBody::Opaque);
            return Imported::Module { may_raise: None };
        };
        if source.unreadable().is_some() {
            self.begin(name, Some(path), folders, ModuleBody::Opaque);
            return Imported::Module { may_raise: None };
        }
        self.begin(name, Some(path), folders.clone(), ModuleBody::Source);
        self.state.running.push(name.into());
        let ran = python::run(name, &source, self);
        self.ran(name, path, folders, ran)
    }

    /// The code of a compiled module; nothing is known of one whose code cannot be read.
    fn load_compiled(&mut self, name: &str, spec: &ModuleSpec, path: &VPath, folders: Option<Vec<VPath>>) -> Imported {
        let Some(compiled) = self.context.compiled(spec) else {
            self.begin(name, Some(path), folders, ModuleBody::Opaque);
            return Imported::Module { may_raise: None };
        };
        let is_standard =
            self.context.bundled.is_some() && stdlib::has(python::top(name), &self.context.target) == Some(true);
        let body = if is_standard { ModuleBody::Standard } else { ModuleBody::Source };
        self.begin(name, Some(path), folders.clone(), body);
        if let (ModuleSpec::Bundled { name: within, .. }, Some(bundled)) = (spec, &self.context.bundled) {
            let file = bundled.file_of(within, folders.is_some());
            self.state.heap.bind(name, "__file__", python::PyValue::text(file.to_string()));
        }
        self.state.running.push(name.into());
        let ran = python::run_compiled(name, &compiled, self);
        self.ran(name, path, folders, ran)
    }

    /// What a script does that the program of a bundle runs.
    pub fn script(&mut self, name: &str, compiled: &Arc<CompiledModule>) -> ImportOutcome {
        self.of_program(name, compiled, "__main__")
    }

    /// What a module does that the program of a bundle runs before any script.
    pub fn bootstrap(&mut self, name: &str, compiled: &Arc<CompiledModule>) -> ImportOutcome {
        self.of_program(name, compiled, name)
    }

    /// What code of the program itself does that runs by the name `called`.
    fn of_program(&mut self, name: &str, compiled: &Arc<CompiledModule>, called: &str) -> ImportOutcome {
        let path = self.context.bundled.as_ref().map(|bundled| bundled.program().clone()).unwrap_or_default();
        self.begin(name, Some(&path), None, ModuleBody::Source);
        self.state.heap.bind(name, "__name__", python::PyValue::text(called));
        self.state.running.push(name.into());
        let ran = python::run_compiled(name, compiled, self);
        let imported = self.ran(name, &path, None, ran);
        self.outcome_of(name, false, imported)
    }

    /// What has become of a module whose code ran.
    fn ran(&mut self, name: &str, path: &VPath, folders: Option<Vec<VPath>>, ran: python::Ran) -> Imported {
        let imported = self.ended(name, path, folders, ran);
        self.state.running.pop();
        imported
    }

    /// The same, while the module counts as running.
    fn ended(&mut self, name: &str, path: &VPath, folders: Option<Vec<VPath>>, ran: python::Ran) -> Imported {
        match ran.ending {
            Ending::Returned | Ending::Unknown(_) => {
                let tokens = ran.may_raise.iter().filter_map(|raised| raised.chain().filter_map(|it| it.token).last());
                self.state.possible.extend(tokens);
                let may_raise = ran.may_raise.into_iter().find(|raised| self.is_relevant(raised));
                if may_raise.is_some() {
                    self.state.doubtful.insert(name.into());
                }
                Imported::Module { may_raise }
            }
            // Code that ends by an exception of another kind has been tried by those who wrote it: it is this reader that went
            // astray.
            Ending::Raised(raised) if !is_of_imports(&raised) => {
                self.state.astray.insert(name.into());
                self.begin(name, Some(path), folders, ModuleBody::Opaque);
                Imported::Module { may_raise: None }
            }
            Ending::Raised(raised) => {
                self.note_raised(&raised);
                Imported::Raises(raised)
            }
            Ending::Exited(site) => {
                self.state.has_exited = true;
                let mut failure = self.failure(ImportCause::Exits, None, "os._exit", &["os._exit"]);
                failure.file = Some(VPath::new(&*site.module.file));
                let mut raised = Raised::builtin("SystemExit", "", site);
                raised.token = Some(self.keep(failure, true));
                Imported::Raises(Arc::new(raised))
            }
        }
    }

    fn load_extension(&mut self, name: &str, path: &VPath, folders: Option<Vec<VPath>>, at: &At) -> Imported {
        if self.dll_deeds.is_some() {
            self.begin(name, Some(path), folders, ModuleBody::Opaque);
            return Imported::Module { may_raise: None };
        }
        let stem = name.rsplit('.').next().unwrap_or(name);
        self.state.running.push(name.into());
        let mark = self.loader.mark();
        let opened = self.loader.open(path, OpenAs::Module(stem));
        let opened = opened.and_then(|file| self.judge_symbols(mark, Some(file)).map(|()| file));
        let imported = match opened {
            Err(refusal) => {
                self.loader.close(mark);
                Imported::Raises(self.refuse(refusal, "ImportError", &at.site))
            }
            Ok(file) => {
                self.note_loaded(mark, name, at);
                self.state.natives.insert(name.into());
                self.initialize(name, file, path, folders, at)
            }
        };
        self.state.running.pop();
        imported
    }

    /// Refuses what was opened since `mark` where this process lacks a symbol for it: what a rule has found in the module alone,
    /// unless other files that are loaded have it, and what only the copy of a library lacks that an earlier import has loaded.
    fn judge_symbols(&mut self, mark: usize, module: Option<FileId>) -> Result<(), NativeRefusal> {
        let context = self.context;
        if let Some(fault) = module.and_then(|module| context.faults.get(&module)) {
            if fault.cause != ImportCause::SymbolUndefined || !self.loader.unbound_since(mark).is_empty() {
                return Err(fault.clone());
            }
            // Others that have come before decide.
            self.state.doubtful.extend(self.state.running.iter().cloned());
            return Ok(());
        }
        let answered = self.loader.answered_needs(mark, context.facts);
        if answered.is_empty() {
            return Ok(());
        }
        let unbound = self.loader.unbound_since(mark);
        for it in answered {
            let library = || {
                let file = context.world.file(it.by);
                let need = file.image.as_ref().and_then(|image| image.needs.get(it.need));
                need.map(|need| need.name.clone()).unwrap_or_default()
            };
            let is_lost = |(by, symbol): &&(FileId, Name)| *by == it.by && context.world.provides(it.instead, symbol);
            if let Some((_, symbol)) = unbound.iter().find(is_lost) {
                let cause = match loader::traits(&context.world.host.system).binding.is_by_scope() {
                    true => ImportCause::SymbolUndefined,
                    false => ImportCause::SymbolMissing,
                };
                let subject = demangled(symbol).map_or_else(|| symbol.clone(), |name| Name::from(&name));
                let other = Some(OtherCopy { library: library(), loaded: it.loaded });
                let file = context.world.file(it.by).path.clone();
                return Err(NativeRefusal { other, ..NativeRefusal::new(cause, file, subject) });
            }
            let symbols = self.loader.taken(it.by, it.loaded);
            let symbols = symbols.iter().filter(|symbol| context.world.provides(it.instead, symbol)).count();
            if symbols > 0 {
                let path = |file: FileId| context.world.file(file).path.clone();
                let earlier = self.earlier_copy(&OtherCopy { library: library(), loaded: it.loaded });
                self.state.shadowed.push(ShadowedCopy { by: path(it.by), path: path(it.instead), symbols, earlier });
            }
        }
        Ok(())
    }

    /// Remembers who brought in what was loaded since `mark`.
    fn note_loaded(&mut self, mark: usize, module: &str, at: &At) {
        let Site { module: source, line } = &at.site;
        for file in self.loader.loaded_since(mark) {
            let loader = LoadedBy { module: module.to_owned(), file: VPath::new(&*source.file), line: *line };
            self.state.loaders.insert(file, loader);
        }
    }

    fn earlier_copy(&self, other: &OtherCopy) -> EarlierCopy {
        EarlierCopy {
            library: other.library.to_string(),
            path: self.context.world.file(other.loaded).path.clone(),
            loader: self.state.loaders.get(&other.loaded).cloned(),
        }
    }

    /// What a native module does when it is initialized: as its source says, where that lies beside it, else by what compiled
    /// code is known to import.
    fn initialize(&mut self, name: &str, file: FileId, path: &VPath, folders: Option<Vec<VPath>>, at: &At) -> Imported {
        let context = self.context;
        let beside = context.beside(name, path);
        let source = beside.and_then(|beside| Some((context.initializer(&beside)?, beside)));
        let is_whole = source.as_ref().is_some_and(|(_, beside)| beside.language != SourceLanguage::Cython);
        match &source {
            Some((_, beside)) => {
                let body = if is_whole { ModuleBody::Source } else { ModuleBody::Opaque };
                self.begin(name, Some(&beside.path), folders.clone(), body);
                self.state.heap.bind(name, "__file__", python::PyValue::text(path.to_string()));
                if beside.language != SourceLanguage::Python {
                    self.state.cython.insert(name.into());
                }
            }
            None => self.begin(name, Some(path), folders.clone(), ModuleBody::Opaque),
        }
        if let Some(capi) = context.facts.numpy(file)
            && let Some(raised) = self.import_capi(name, &capi, at)
        {
            return if capi.is_certain { Imported::Raises(raised) } else { self.doubt(raised) };
        }
        if let Some(ended) = self.import_named(file, true, at) {
            return ended;
        }
        let ended = match &source {
            Some((source, _)) => {
                let ran = python::run(name, source, self);
                self.ended(name, path, folders, ran)
            }
            None => Imported::Module { may_raise: None },
        };
        match ended {
            Imported::Module { may_raise: None } if !is_whole => {
                self.import_named(file, false, at).unwrap_or(Imported::Module { may_raise: None })
            }
            ended => ended,
        }
    }

    /// Imports what a native module names in its constants; says how that ends it.
    fn import_named(&mut self, file: FileId, is_certain: bool, at: &At) -> Option<Imported> {
        let context = self.context;
        for named in context.named.get(&file)?.iter().filter(|named| named.is_certain == is_certain) {
            match self.import_name(&named.name, at) {
                Imported::Raises(raised) if is_certain => return Some(Imported::Raises(raised)),
                Imported::Raises(raised) => return Some(self.doubt(raised)),
                Imported::Module { may_raise: Some(raised) } => {
                    return Some(Imported::Module { may_raise: Some(raised) });
                }
                _ => {}
            }
        }
        None
    }

    /// A native module that may do without what it imports.
    fn doubt(&mut self, raised: Arc<Raised>) -> Imported {
        for token in raised.chain().filter_map(|raised| raised.token) {
            self.state.records[token as usize].is_certain = false;
        }
        self.state.doubtful.extend(self.state.running.iter().cloned());
        Imported::Module { may_raise: Some(raised) }
    }

    /// NumPy's C API, as compiled code gets at it.
    fn import_capi(&mut self, name: &str, capi: &CapiImport, at: &At) -> Option<Arc<Raised>> {
        let mut last = None;
        for module in &capi.modules {
            if module == name {
                return None;
            }
            match self.import_name(module, at) {
                Imported::Raises(raised) => last = Some(raised),
                _ => {
                    let (cause, words) = capi.refusal.clone()?;
                    let failure = self.failure(cause, None, &words, &["numpy"]);
                    let mut raised = Raised::builtin("ImportError", words, at.site.clone());
                    raised.token = Some(self.keep(failure, true));
                    return Some(Arc::new(raised));
                }
            }
            // Only a module that is not there is followed by the next name.
            let is_missing = last.as_ref().is_some_and(|raised| {
                raised.name.as_deref() == Some(module) || {
                    raised.name.as_deref().is_some_and(|name| module.starts_with(name))
                }
            });
            if !is_missing {
                break;
            }
        }
        last
    }

    fn begin(&mut self, name: &str, file: Option<&VPath>, folders: Option<Vec<VPath>>, body: ModuleBody) {
        let text = |path: &VPath| Arc::<str>::from(path.to_string());
        let place = ModulePlace {
            name: name.into(),
            file: file.map(text),
            search: folders.map(|folders| folders.iter().map(text).collect()),
            body,
        };
        self.state.heap.begin(&place);
    }

    /// The exception for a native file that is refused.
    pub(super) fn refuse(&mut self, refusal: NativeRefusal, class: &str, site: &Site) -> Arc<Raised> {
        let NativeRefusal { cause, file, subject, other, unmet, is_certain } = refusal;
        let subject = subject.to_string();
        let mut failure = self.failure(cause, None, &subject, &[&subject]);
        failure.file = Some(file);
        failure.earlier = other.map(|other| self.earlier_copy(&other));
        failure.unmet = unmet.iter().map(Name::to_string).collect();
        let refuses_kinds = loader::traits(&self.context.world.host.system).refuses_kinds;
        let is_decided = match cause {
            ImportCause::KindRefused => refuses_kinds,
            ImportCause::SymbolUndefined => !self.state.has_unknown_library,
            _ => true,
        };
        let is_certain = is_certain && is_decided && !self.is_below_astray();
        let token = self.keep(failure, is_certain);
        self.state.doubtful.extend(self.state.running.iter().cloned());
        self.state.refused.push(token);
        let mut raised = Raised::builtin(class, format!("{}: {subject}", cause.phrase()), site.clone());
        raised.token = Some(token);
        Arc::new(raised)
    }

    /// Does what runs lie in a package whose code was not understood?
    fn is_below_astray(&self) -> bool {
        let Some(running) = self.state.running.last() else { return false };
        running.match_indices('.').any(|(end, _)| self.state.astray.contains(&running[..end]))
    }

    /// A failure at the module that runs; `last` are the names that end its chain.
    pub(super) fn failure(&self, cause: ImportCause, at: Option<&At>, subject: &str, last: &[&str]) -> ImportFailure {
        let file = at.map(|at| &*at.site.module.file).filter(|file| !file.is_empty()).map(VPath::new);
        let mut because = collapsed(&self.state.running);
        because.extend(last.iter().map(|name| (*name).to_owned()));
        ImportFailure { cause, file, subject: subject.to_owned(), because, earlier: None, unmet: Vec::new() }
    }

    pub(super) fn keep(&mut self, failure: ImportFailure, is_certain: bool) -> u32 {
        self.state.records.push(Record { failure, is_certain });
        u32::try_from(self.state.records.len() - 1).unwrap_or(u32::MAX)
    }

    /// Remembers what a module has caught: it may raise it later in words of its own.
    pub(super) fn note_caught(&mut self, raised: &Raised, module: &Arc<str>, text: &str) {
        if let Some(token) = raised.chain().filter_map(|raised| raised.token).last() {
            self.state.caught.entry(module.clone()).or_default().push((text.to_owned(), token));
        }
    }

    /// The failure that a module has caught before and tells of now, by its words.
    fn told_of(&self, raised: &Raised) -> Option<u32> {
        let caught = self.state.caught.get(&raised.at.module.name)?;
        let text = raised.text.as_deref()?;
        caught.iter().find(|(words, _)| !words.is_empty() && text.contains(words.trim())).map(|(_, token)| *token)
    }

    /// Remembers where an exception of the code's own was met first, with the modules that ran then.
    fn note_raised(&mut self, raised: &Arc<Raised>) {
        if raised.chain().any(|raised| raised.token.is_some()) {
            return;
        }
        let key = std::ptr::from_ref(raised.first()) as usize;
        if self.state.raised.contains_key(&key) {
            return;
        }
        if let Some(token) = self.told_of(raised) {
            self.state.raised.insert(key, (raised.clone(), token));
            return;
        }
        let text = raised.text.as_deref().unwrap_or_default();
        let subject =
            if text.is_empty() { raised.class.name.to_string() } else { format!("{}: {text}", raised.class.name) };
        let (cause, name) = match (&*raised.class.name, &raised.name) {
            ("ImportError", Some(name)) => (ImportCause::NameMissing, name.to_string()),
            ("SystemExit", _) => (ImportCause::Exits, subject.clone()),
            _ => (ImportCause::Raised, subject.clone()),
        };
        let mut failure = self.failure(cause, None, &subject, &[&name]);
        failure.file = Some(VPath::new(&*raised.at.module.file));
        let token = self.keep(failure, true);
        self.state.raised.insert(key, (raised.clone(), token));
    }

    /// What is known of an exception that ended an import.
    fn record_of(&self, raised: &Arc<Raised>) -> Record {
        let token = raised.chain().filter_map(|raised| raised.token).last();
        let key = std::ptr::from_ref(raised.first()) as usize;
        let token = token.or_else(|| self.state.raised.get(&key).map(|(_, token)| *token));
        match token {
            Some(token) => self.state.records[token as usize].clone(),
            None => {
                let subject = raised.text.as_deref().unwrap_or(&raised.class.name).to_owned();
                let failure = self.failure(ImportCause::Raised, None, &subject, &[&raised.class.name]);
                Record { failure, is_certain: true }
            }
        }
    }

    pub(super) fn tell(&mut self, at: &At, event: ImportEvent) {
        let depth = self.state.running.len();
        if let Some(story) = &mut self.story {
            let file = &at.site.module.file;
            let by = (!file.is_empty()).then(|| (VPath::new(&**file), at.site.line));
            story.push(ImportStep { depth, by, event });
        }
    }

    /// Opens a library by its name or path, as `ctypes` asks for it.
    pub(super) fn open_library(&mut self, name: &str, mode: Mode, at: &At) -> Result<(), NativeRefusal> {
        let path = self.place(name);
        let mark = self.loader.mark();
        match path.as_bytes().contains(&b'/') {
            true => drop(self.loader.open(&path, OpenAs::Library(mode))?),
            false => drop(self.loader.open_named(&Name::from(name), mode)?),
        }
        self.note_loaded(mark, &at.site.module.name, at);
        Ok(())
    }
}

/// Does an exception come of an import, of a library, or of code that says so by its class?
fn is_of_imports(raised: &Raised) -> bool {
    const CLASSES: [&str; 3] = ["ImportError", "OSError", "SystemExit"];
    raised.chain().any(|raised| raised.token.is_some())
        || CLASSES.iter().any(|class| raised.class.is_a(class) == Some(true))
}

/// What stands behind a name.
enum Found {
    Spec(ModuleSpec),
    Standard,
    Nothing,
}

/// Of modules that run in each other, the first of each package and the last.
fn collapsed(running: &[Arc<str>]) -> Vec<String> {
    let top = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
    let mut because = Vec::<String>::new();
    for (place, name) in running.iter().enumerate() {
        let is_new = because.last().is_none_or(|last| top(last) != top(name));
        if is_new || place + 1 == running.len() {
            because.push(name.to_string());
        }
    }
    because
}
