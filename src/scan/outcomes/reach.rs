//! Which modules an import may run, by import statements alone.
//!
//! Most environments are sound: no module of theirs can fail, and nothing needs to be simulated to know that. So the
//! statements of all modules that may run are read first, without parsing them, rather one too many than one too few
//! ([`named_imports`]); what may fail by itself is looked at by itself ([`ImportProcess::ends_well_alone`]); and only imports
//! from which something leads to what does fail are simulated. Circles of imports are taken to work, as they did for those who
//! wrote them.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::imports::{ImportContext, ImportProcess, ModuleSpec, NativeLoader, OpenAs, Touched};
use crate::python::{NamedImport, Standing, limits, named_imports, stands_outside_functions, stdlib, top};
use crate::vfs::{Kind, VPath};
use crate::world::World;

/// The modules that imports may run, each with those that it names.
pub struct ImportReach {
    /// `sys.path` when the interpreter has started.
    folders: Vec<VPath>,
    /// Those that do not end well though all that they import may.
    failing: FxHashSet<usize>,
    /// Modules whose files a distribution installed and that are not there.
    gone: BTreeSet<String>,
    pub places: FxHashMap<String, usize>,
    pub modules: Vec<ReachedModule>,
    /// Names that are no submodules and are taken from packages when a module runs: by the package, with who takes them.
    taken: FxHashMap<usize, Vec<(String, usize)>>,
    /// What modules ask for when they run alone, or with another one: each is run once, whatever is found to fail later.
    touched: Mutex<FxHashMap<(usize, Option<usize>), Touched>>,
    /// Who names whom, as far as it was read.
    importers: OnceLock<Importers>,
}

/// One module, and what its code may import.
#[derive(Default)]
pub struct ReachedModule {
    pub name: String,
    /// None of a module of the standard library, and of one that is not found.
    pub spec: Option<ModuleSpec>,
    /// Where its statements stand: of a compiled module, the source beside it.
    pub source: Option<VPath>,
    /// By place, and whether only functions import it; the packages around it are among them.
    imports: FxHashMap<usize, bool>,
    /// May it end badly although every module that it finds does not?
    is_doubtful: bool,
    /// Does it take from a package what was installed and is gone?
    wants_gone: bool,
    /// Imports what the standard library of this installation lacks.
    lacks_standard: bool,
    /// Its code imports by names that are made at run time.
    is_wild: bool,
    /// Its statements, as far as they name what is known.
    pub statements: Vec<Statement>,
    /// What its functions import of other packages, and where.
    pub later: Vec<(String, u32)>,
}

/// One import statement that names a module that is known.
pub struct Statement {
    /// The place of the module.
    pub module: usize,
    pub standing: Standing,
    /// From 1.
    pub line: u32,
}

impl ReachedModule {
    /// The package that relative names begin at.
    fn package(&self) -> &str {
        let is_package = self.spec.as_ref().is_some_and(|spec| spec.folders().is_some());
        if is_package { &self.name } else { self.name.rsplit_once('.').map_or("", |(package, _)| package) }
    }
}

/// The modules that need to be simulated.
pub struct Near<'r> {
    reach: &'r ImportReach,
    above: FxHashSet<usize>,
}

/// The native modules that load one of several copies of a library.
#[derive(Debug, Default)]
pub struct CopyLoaders {
    pub modules: BTreeSet<String>,
    /// The standard library's are among them: it may have loaded the copy before any import.
    pub are_everywhere: bool,
}

impl CopyLoaders {
    pub fn join(&mut self, other: CopyLoaders) {
        self.modules.extend(other.modules);
        self.are_everywhere |= other.are_everywhere;
    }
}

impl Near<'_> {
    /// These, too.
    pub fn or(mut self, places: &FxHashSet<usize>) -> Self {
        self.above.extend(places);
        self
    }

    /// Is a module of this name one of them? One that nothing is known of is.
    pub fn has(&self, name: &str) -> bool {
        let is_near = |place: &usize| self.above.contains(place) || self.reach.failing.contains(place);
        self.reach.places.get(name).is_none_or(is_near)
    }
}

/// Of each module, by place, those that name it, and whether only their functions do.
type Importers = Vec<Vec<(usize, bool)>>;

/// A module of Python code that imports another, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportingLine {
    pub module: String,
    pub file: VPath,
    /// From 1.
    pub line: u32,
}

/// More modules than any program has.
const MOST_MODULES: usize = 100_000;

/// What code does that may end it, apart from import statements: loads libraries, asks for installed distributions, exits,
/// raises; and how it imports what no statement names.
const WORDS: [(&[u8], Word); 15] = [
    (b"CDLL", Word::Risky),
    (b"cdll", Word::Risky),
    (b"PyDLL", Word::Risky),
    (b"dlopen", Word::Risky),
    (b"LoadLibrary", Word::Risky),
    (b"importlib.metadata", Word::Risky),
    (b"importlib_metadata", Word::Risky),
    (b"exit(", Word::Risky),
    (b"raise", Word::Raises),
    (b"import_module", Word::Wild),
    (b"__import__", Word::Wild),
    (b"exec(", Word::Wild),
    (b"__path__", Word::Wild),
    (b"meta_path", Word::Wild),
    (b"run_module", Word::Wild),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Risky,
    Raises,
    Wild,
}

static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = WORDS.iter().map(|(word, _)| word);
    // Leftmost matches are found many bytes at a time; no word begins within another.
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).expect("a few words")
});

/// What the source of a module says at a glance.
#[derive(Default)]
struct Glance {
    source: Option<VPath>,
    imports: Vec<(String, Vec<String>, Standing, u32)>,
    is_risky: bool,
    is_wild: bool,
}

impl ImportReach {
    /// Reads all modules that may run when these are imported.
    pub fn new<'n>(
        context: &ImportContext,
        gone: BTreeSet<String>,
        names: impl Iterator<Item = &'n str>,
    ) -> ImportReach {
        let folders = ImportProcess::new(context).folders().to_vec();
        let mut reach = ImportReach {
            folders,
            failing: FxHashSet::default(),
            gone,
            places: FxHashMap::default(),
            modules: Vec::new(),
            taken: FxHashMap::default(),
            touched: Mutex::default(),
            importers: OnceLock::new(),
        };
        names.for_each(|name| {
            reach.place(context, name);
        });
        reach.read(context, 0);
        reach.doubt_taken(context);
        reach.failing = reach.fail_alone(context);
        reach
    }

    /// Reads the modules from a place on, and all that they lead to.
    fn read(&mut self, context: &ImportContext, mut done: usize) {
        self.importers.take();
        while done < self.modules.len() && self.modules.len() < MOST_MODULES {
            let (from, end) = (done, self.modules.len());
            let read: Vec<Option<Glance>> = self.modules[from..end]
                .par_iter()
                .map_init(Vec::new, |buffer, module| glance(context, module, buffer))
                .collect();
            done = end;
            for (place, glance) in (from..end).zip(read) {
                self.take(context, place, glance);
            }
        }
    }

    /// Reads all code of a package, imported or not.
    pub fn read_package(&mut self, context: &ImportContext, top: &str) {
        let done = self.modules.len();
        let mut open = vec![top.to_owned()];
        while let Some(name) = open.pop() {
            let Some(place) = self.place(context, &name) else { continue };
            let folders = self.modules[place].spec.as_ref().and_then(ModuleSpec::folders).unwrap_or_default();
            for entry in folders.iter().flat_map(|folder| context.world.fs().list(folder).unwrap_or_default()) {
                let below = |stem: &[u8]| {
                    let stem = str::from_utf8(stem).ok().filter(|stem| !stem.is_empty() && !stem.starts_with("__"))?;
                    Some(format!("{name}.{stem}"))
                };
                match (entry.kind, entry.name.as_bytes().strip_suffix(b".py")) {
                    (Kind::Directory, _) if !entry.name.as_bytes().contains(&b'.') => {
                        open.extend(below(entry.name.as_bytes()))
                    }
                    (_, Some(stem)) if self.modules.len() < MOST_MODULES => {
                        below(stem).and_then(|module| self.place(context, &module));
                    }
                    _ => {}
                }
            }
        }
        self.read(context, done);
    }

    /// The place of a module, and before it those of the packages around it; none where nothing of that name is found.
    fn place(&mut self, context: &ImportContext, name: &str) -> Option<usize> {
        let mut place = None;
        for end in name.match_indices('.').map(|(end, _)| end).chain([name.len()]) {
            place = Some(self.place_of_part(context, &name[..end], place)?);
        }
        place
    }

    fn place_of_part(&mut self, context: &ImportContext, name: &str, parent: Option<usize>) -> Option<usize> {
        if let Some(&place) = self.places.get(name) {
            return Some(place);
        }
        let folders = match parent {
            None => Some(self.folders.clone()),
            Some(parent) => self.modules[parent].spec.as_ref().and_then(ModuleSpec::folders),
        };
        let spec = folders.and_then(|folders| context.find(name, &folders));
        let is_standard = || stdlib::is_builtin(name) || stdlib::has(name, &context.target) != Some(false);
        let spec = match spec {
            Some(spec) if !context.is_standard(&spec) => Some(spec),
            None if !is_standard() => return None,
            // What this installation lacks is not there, and nothing that wants it.
            _ if context.lacks_standard(name) || context.fails_as_standard(name) => return None,
            _ => None,
        };
        let module = ReachedModule {
            name: name.to_owned(),
            spec,
            imports: parent.map(|parent| (parent, false)).into_iter().collect(),
            ..Default::default()
        };
        self.modules.push(module);
        self.places.insert(name.to_owned(), self.modules.len() - 1);
        Some(self.modules.len() - 1)
    }

    /// Puts down what a module names.
    fn take(&mut self, context: &ImportContext, place: usize, glance: Option<Glance>) {
        let Some(Glance { source, imports, is_risky, is_wild }) = glance else { return };
        let (mut misses, mut wants_gone, mut lacks_standard) = (false, false, false);
        let own = top(&self.modules[place].name).to_owned();
        let (mut statements, mut later) = (Vec::new(), Vec::new());
        for (module, taken, standing, line) in imports {
            let is_lazy = standing == Standing::Function;
            // A function that imports another package is there to be called later: nobody's import waits for it.
            if is_lazy && top(&module) != own {
                later.push((module, line));
                continue;
            }
            let Some(base) = self.place(context, &module) else {
                misses |= !is_lazy;
                lacks_standard |= !is_lazy && (context.lacks_standard(&module) || context.fails_as_standard(&module));
                continue;
            };
            statements.push(Statement { module: base, standing, line });
            let Some(spec) = self.modules[base].spec.as_ref().filter(|spec| spec.folders().is_some()) else { continue };
            // A package without code has nothing but its submodules.
            let is_bare = matches!(spec, ModuleSpec::Namespace(_));
            for name in taken.iter().map(|name| format!("{module}.{name}")) {
                wants_gone |= self.gone.contains(&name);
                match self.place(context, &name) {
                    Some(below) => statements.push(Statement { module: below, standing, line }),
                    None if is_bare => misses |= !is_lazy,
                    None if !is_lazy => {
                        let name = name[module.len() + 1..].to_owned();
                        self.taken.entry(base).or_default().push((name, place));
                    }
                    None => {}
                }
            }
        }
        let module = &mut self.modules[place];
        module.source = source;
        for statement in statements.iter().filter(|statement| statement.module != place) {
            let is_lazy = statement.standing == Standing::Function;
            module.imports.entry(statement.module).and_modify(|only| *only &= is_lazy).or_insert(is_lazy);
        }
        module.is_doubtful = misses || is_risky || wants_gone;
        (module.wants_gone, module.is_wild, module.lacks_standard) = (wants_gone, is_wild, lacks_standard);
        (module.statements, module.later) = (statements, later);
    }

    /// Doubts the modules that take from a package what its code does not so much as mention.
    fn doubt_taken(&mut self, context: &ImportContext) {
        let taken = std::mem::take(&mut self.taken);
        let doubted = taken.into_par_iter().flat_map_iter(|(base, names)| {
            // What a package takes from itself is mostly its submodules.
            let (own, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|(_, place)| *place == base);
            let unmentioned = unmentioned(context, &self.modules[base], others);
            own.into_iter().map(|(_, place)| place).chain(unmentioned)
        });
        for place in doubted.collect::<Vec<_>>() {
            (self.modules[place].is_doubtful, self.modules[place].wants_gone) = (true, true);
        }
    }

    /// The modules that do not end well by themselves, and those that do not where these fail.
    fn fail_alone(&self, context: &ImportContext) -> FxHashSet<usize> {
        let is_sound = standard_is_sound(context);
        let is_asked = |module: &ReachedModule| module.is_doubtful || !is_sound && module.spec.is_none();
        let mut asked: Vec<usize> = (0..self.modules.len()).filter(|&place| is_asked(&self.modules[place])).collect();
        let mut failing = FxHashSet::default();
        let importers = self.importers();
        while !asked.is_empty() {
            let names = |place: &usize| Arc::from(self.modules[*place].name.as_str());
            let raising: Arc<FxHashSet<Arc<str>>> = Arc::new(failing.iter().map(names).collect());
            let failed = asked.into_par_iter().map_init(
                || None,
                |loader, place| {
                    let fails =
                        self.surely_runs_one(place, &failing) || !self.ends_well(context, loader, place, &raising);
                    fails.then_some(place)
                },
            );
            let failed: Vec<usize> = failed.flatten_iter().collect();
            failing.extend(&failed);
            let above: FxHashSet<usize> =
                failed.iter().flat_map(|&place| &importers[place]).map(|(importer, _)| *importer).collect();
            asked = above.into_iter().filter(|place| !failing.contains(place)).collect();
        }
        failing
    }

    /// Does a statement that surely runs with a module import one of these? Then that need not run to be known.
    fn surely_runs_one(&self, place: usize, others: &FxHashSet<usize>) -> bool {
        let statements = &self.modules[place].statements;
        statements.iter().any(|statement| statement.standing == Standing::Top && others.contains(&statement.module))
    }

    /// Does a module surely end well where another one, that it imports, fails?
    pub fn goes_on_without(&self, context: &ImportContext, module: &str, failing: &str) -> bool {
        let raising = Arc::new(FxHashSet::from_iter([Arc::from(failing)]));
        self.places.get(module).is_some_and(|&place| self.ends_well(context, &mut None, place, &raising))
    }

    fn ends_well<'w>(
        &self,
        context: &ImportContext<'w>,
        loader: &mut Option<NativeLoader<'w>>,
        place: usize,
        raising: &Arc<FxHashSet<Arc<str>>>,
    ) -> bool {
        let ReachedModule { name, spec, .. } = &self.modules[place];
        let parent_fails = name.rsplit_once('.').is_some_and(|(parent, _)| raising.contains(parent));
        // Whether the package has the name by other means, only the whole of it tells.
        if parent_fails || self.modules[place].wants_gone {
            return false;
        }
        // Of a compiled module the source beside it runs.
        let runs = |spec: &ModuleSpec| match spec {
            ModuleSpec::Source { .. } | ModuleSpec::Namespace(_) => true,
            ModuleSpec::Extension { .. } => self.modules[place].source.is_some(),
            ModuleSpec::Bytecode { .. } | ModuleSpec::Bundled { .. } => false,
        };
        match spec {
            Some(spec) if runs(spec) => {
                in_fresh(context, loader, |process| process.ends_well_alone(name, raising.clone()))
            }
            Some(_) => {
                let module = &self.modules[place];
                !module.is_doubtful
                    && module.imports.keys().all(|&import| !raising.contains(&*self.modules[import].name))
            }
            None => {
                let loader = loader.get_or_insert_with(|| NativeLoader::new(context.world));
                context.standard_module(name).extensions.iter().all(|it| is_sound(context, loader, &it.name, &it.path))
            }
        }
    }

    /// The modules from which a statement leads to something that does not end well. `suspects` are names of compiled modules that
    /// are known not to, or not surely, end well.
    pub fn near(&self, context: &ImportContext, suspects: &BTreeSet<String>) -> Near<'_> {
        let suspects = suspects.iter().filter_map(|name| self.places.get(name).copied());
        // What the installation lacks is missed under whatever condition: no other system's code is meant by it.
        let lacking = self.failing.iter().copied().filter(|&place| self.modules[place].lacks_standard);
        Near { reach: self, above: self.above(context, suspects.chain(lacking).collect()) }
    }

    /// The modules from which statements lead to several copies of a library.
    pub fn meeting(&self, context: &ImportContext, contested: &[Vec<CopyLoaders>]) -> FxHashSet<usize> {
        let places =
            |copy: &CopyLoaders| copy.modules.iter().filter_map(|name| self.places.get(name).copied()).collect();
        let mut meeting = FxHashSet::default();
        for copies in contested {
            let mut ways = FxHashMap::<usize, usize>::default();
            for copy in copies.iter().filter(|copy| !copy.are_everywhere) {
                self.above(context, places(copy)).into_iter().for_each(|place| *ways.entry(place).or_default() += 1);
            }
            let everywhere = copies.iter().filter(|copy| copy.are_everywhere).count();
            meeting.extend(ways.into_iter().filter(|(_, ways)| ways + everywhere > 1).map(|(place, _)| place));
        }
        meeting
    }

    /// The top-level packages that have code of their own.
    pub fn tops_with_source(&self) -> FxHashSet<&str> {
        // Of Cython's own sources only some statements are read.
        let is_read = |path: &VPath| path.as_bytes().ends_with(b".py");
        let has_source = |module: &&ReachedModule| module.source.as_ref().is_some_and(is_read);
        self.modules.iter().filter(has_source).map(|module| top(&module.name)).collect()
    }

    /// The modules of Python code whose statements name this one, each with its file and the line of the first such statement.
    pub fn importers_of(&self, context: &ImportContext, name: &str) -> Vec<ImportingLine> {
        let Some(&wanted) = self.places.get(name) else { return Vec::new() };
        let naming = self.importers()[wanted].iter().map(|(place, _)| &self.modules[*place]);
        let importer = |module: &ReachedModule| {
            let path = module.source.as_ref()?;
            let bytes = context.world.fs().read(path, limits::SOURCE_BYTES).ok()?;
            let package = module.package();
            let statement = named_imports(&bytes).into_iter().find(|import| {
                let Some(base) = import.absolute(package) else { return false };
                base == name || import.taken.iter().flatten().any(|taken| name == format!("{base}.{taken}"))
            })?;
            Some(ImportingLine { module: module.name.clone(), file: path.clone(), line: statement.line })
        };
        naming.filter_map(importer).collect()
    }

    /// Does code of its package that changes `sys.path` import a module by its last name alone?
    pub fn imports_by_path(&self, context: &ImportContext, name: &str) -> bool {
        let stem = name.rsplit('.').next().unwrap_or(name);
        let own = self.modules.iter().filter(|module| top(&module.name) == top(name));
        own.filter_map(|module| match &module.spec {
            Some(ModuleSpec::Source { path, .. }) => context.world.fs().read(path, limits::SOURCE_BYTES).ok(),
            _ => None,
        })
        .any(|bytes| {
            let is_it = |import: &NamedImport| import.level == 0 && &*import.module == stem;
            memmem::find(&bytes, b"sys.path").is_some() && named_imports(&bytes).iter().any(is_it)
        })
    }

    /// Who names whom.
    fn importers(&self) -> &Importers {
        self.importers.get_or_init(|| {
            let mut importers = vec![Vec::new(); self.modules.len()];
            for (place, module) in self.modules.iter().enumerate() {
                for (&import, &is_lazy) in &module.imports {
                    importers[import].push((place, is_lazy));
                }
            }
            importers
        })
    }

    /// The modules that lead to one of these, these among them. A statement in a function leads there where it runs when its
    /// own module is run alone, or with one that imports it; so do names that are made at run time, mostly of the own package.
    fn above(&self, context: &ImportContext, ends: FxHashSet<usize>) -> FxHashSet<usize> {
        let importers = self.importers();
        let top = |place: usize| top(&self.modules[place].name);
        let wild: Vec<usize> = (0..self.modules.len()).filter(|&place| self.modules[place].is_wild).collect();
        let (mut open, mut above) = (ends.clone(), ends);
        // What is gone may be imported by such a name, too.
        let gone: FxHashSet<&str> = self.gone.iter().map(|name| crate::python::top(name)).collect();
        let naming = wild.iter().copied().filter(|&place| gone.contains(top(place)) && !above.contains(&place));
        let touching = self.touching(context, naming.collect(), &above);
        open.extend(touching.into_iter().filter(|place| above.insert(*place)));
        while !open.is_empty() {
            let named = open.iter().flat_map(|&place| &importers[place]).copied();
            let tops: FxHashSet<&str> = open.iter().map(|&place| top(place)).collect();
            let by_text = wild.iter().filter(|&&place| tops.contains(top(place))).map(|&place| (place, true));
            let new = named.chain(by_text).filter(|(place, _)| !above.contains(place));
            let (lazy, sure): (Vec<_>, Vec<_>) = new.partition(|(_, is_lazy)| *is_lazy);
            open = sure.into_iter().map(|(place, _)| place).collect();
            above.extend(&open);
            let lazy: FxHashSet<usize> =
                lazy.into_iter().map(|(place, _)| place).filter(|place| !above.contains(place)).collect();
            let touching = self.touching(context, lazy, &above);
            open.extend(touching.into_iter().filter(|place| above.insert(*place)));
        }
        above
    }

    /// Of modules whose functions lead to others, those that call them when they run; and those that import such a module and
    /// call its functions.
    fn touching(&self, context: &ImportContext, lazy: FxHashSet<usize>, others: &FxHashSet<usize>) -> FxHashSet<usize> {
        let names = |place: &usize| Arc::from(self.modules[*place].name.as_str());
        let gone = self.gone.iter().map(|name| Arc::from(name.as_str()));
        let others: Arc<FxHashSet<Arc<str>>> = Arc::new(others.iter().map(names).chain(gone).collect());
        let touching = lazy.into_par_iter().map_init(
            || None,
            |loader, place| {
                let own = &self.modules[place].name;
                let mut touches = |module: usize, with: Option<usize>| {
                    let known = || self.touched.lock().unwrap_or_else(PoisonError::into_inner);
                    match known().get(&(module, with)) {
                        Some(Touched::One) => return true,
                        Some(Touched::None { asked_for }) => return asked_for.iter().any(|name| others.contains(name)),
                        None => {}
                    }
                    let (name, with_name) = (&self.modules[module].name, with.map(|_| own.as_str()));
                    let touched = in_fresh(context, loader, |process| process.touches(name, with_name, others.clone()));
                    let is_one = touched == Touched::One;
                    known().insert((module, with), touched);
                    is_one
                };
                if touches(place, None) {
                    return vec![place];
                }
                let callers = self.importers()[place].iter().filter(|(_, is_lazy)| !is_lazy).map(|(caller, _)| *caller);
                callers.filter(|&caller| touches(caller, Some(place))).collect()
            },
        );
        touching.flatten_iter().collect()
    }
}

/// Asks a fresh interpreter, which has the loader of the one before: what that searched is remembered.
pub fn in_fresh<'w, T>(
    context: &ImportContext<'w>,
    loader: &mut Option<NativeLoader<'w>>,
    ask: impl FnOnce(&mut ImportProcess<'_, 'w>) -> T,
) -> T {
    let own = loader.take().unwrap_or_else(|| NativeLoader::new(context.world));
    let mut process = ImportProcess::with(context, own);
    let told = ask(&mut process);
    *loader = Some(process.into_loader());
    told
}

/// Reads the source of a module into a buffer, and looks at it.
fn glance(context: &ImportContext, module: &ReachedModule, buffer: &mut Vec<u8>) -> Option<Glance> {
    match module.spec.as_ref()? {
        ModuleSpec::Source { path, .. } => {
            context.world.fs().read_into(path, limits::SOURCE_BYTES, buffer).ok()?;
            Some(glance_at(buffer, path, module.package()))
        }
        ModuleSpec::Extension { path, .. } => {
            let beside = context.beside(&module.name, path);
            let code = beside.and_then(|beside| Some((beside.code(context.world.fs())?, beside)));
            let glance = code.map(|(code, beside)| glance_at(&code, &beside.path, module.package()));
            let capi = context.world.open(path).ok().and_then(|file| context.facts.numpy(file));
            let of_capi = capi.and_then(|capi| {
                // The next is tried where one is not there.
                let is_there = |module: &&String| context.has_module(module);
                let found = capi.modules.iter().find(is_there).or(capi.modules.first())?;
                Some((found.clone(), Vec::new(), Standing::Top, 0))
            });
            if glance.is_none() && of_capi.is_none() {
                return None;
            }
            let mut glance = glance.unwrap_or_default();
            glance.imports.extend(of_capi);
            Some(glance)
        }
        ModuleSpec::Bytecode { .. } | ModuleSpec::Bundled { .. } | ModuleSpec::Namespace(_) => None,
    }
}

/// What code of a package says.
fn glance_at(code: &[u8], source: &VPath, package: &str) -> Glance {
    let statements = named_imports(code);
    let named = |import: &NamedImport| {
        let taken = import.taken.iter().flatten().filter(|name| &***name != "*");
        // A call may stand under a condition in its own line.
        let standing = if import.is_call { import.standing.max(Standing::Block) } else { import.standing };
        let taken = taken.map(|name| name.to_string()).collect();
        Some((import.absolute(package)?, taken, standing, import.line))
    };
    let mut has = [false; 3];
    FINDER.find_iter(code).for_each(|found| has[WORDS[found.pattern().as_usize()].1 as usize] = true);
    let raises = has[Word::Raises as usize] && stands_outside_functions(code, b"raise");
    Glance {
        source: Some(source.clone()),
        imports: statements.iter().filter_map(named).collect(),
        is_risky: has[Word::Risky as usize] || raises,
        is_wild: has[Word::Wild as usize],
    }
}

/// Who takes from a package a name that its code does not mention; nobody where it may have names that its text does not
/// tell.
fn unmentioned(context: &ImportContext, package: &ReachedModule, names: Vec<(String, usize)>) -> Vec<usize> {
    const UNTOLD: [&[u8]; 7] =
        [b"import *", b"__getattr__", b"globals", b"setattr", b"sys.modules", b"exec", b"__dict__"];
    let path = match &package.spec {
        Some(ModuleSpec::Source { path, .. }) if !names.is_empty() => path,
        _ => return Vec::new(),
    };
    let Ok(bytes) = context.world.fs().read(path, limits::SOURCE_BYTES) else { return Vec::new() };
    if UNTOLD.iter().any(|word| memmem::find(&bytes, word).is_some()) {
        return Vec::new();
    }
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let words: FxHashSet<&[u8]> = bytes.split(|byte| !is_of_word(byte)).collect();
    names.into_iter().filter(|(name, _)| !words.contains(name.as_bytes())).map(|(_, place)| place).collect()
}

/// Does a module load, whatever it imports then, first in a fresh interpreter?
pub fn is_sound(context: &ImportContext, loader: &mut NativeLoader, name: &str, path: &VPath) -> bool {
    loader.restart();
    let stem = name.rsplit('.').next().unwrap_or(name);
    loader.open(path, OpenAs::Module(stem)).is_ok_and(|file| {
        !context.faults.contains_key(&file) && context.facts.numpy(file).is_none_or(|capi| capi.refusal.is_none())
    })
}

/// Are all extension modules of the standard library sound?
pub fn standard_is_sound(context: &ImportContext) -> bool {
    let world: &World = context.world;
    let Some(folder) = world.host.python.as_ref().and_then(|python| python.lib_dynload.clone()) else { return true };
    let entries = world.fs().list(&folder).unwrap_or_default();
    let loader = || NativeLoader::new(world);
    let sound = entries.par_iter().map_init(loader, |loader, entry| {
        let path = folder.join(&entry.name);
        let is_native = world.open(&path).is_ok_and(|file| world.file(file).image.is_some());
        let name = String::from_utf8_lossy(entry.name.as_bytes());
        !is_native || is_sound(context, loader, name.split('.').next().unwrap_or_default(), &path)
    });
    sound.all(|is_sound| is_sound)
}
