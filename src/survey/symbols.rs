//! The symbols that a file needs, and who provides them in the process of its import.

mod by_edge;
mod by_need;
mod flat;
mod search;

pub use by_edge::EdgeSymbols;
pub use flat::FlatSymbols;
pub use search::{SymbolRole, SymbolUse};

use rayon::prelude::*;

use super::{ImportKind, ImportOf, Survey};
use crate::bind::{Binder, BoundSymbol, LoadedProcess, Mode, Session, Settled, Status, bind, demangled, is_fatal};
use crate::image::{Name, Reference, STB_GNU_UNIQUE, STB_WEAK, VERSION_HIDDEN};
use crate::loader;
use crate::vfs::VPath;
use crate::world::FileId;

/// The process in which symbols are bound.
#[derive(Clone, Debug, Default)]
pub struct SymbolContext {
    /// A bare `python -I -S` opens the file with ctypes; else it is imported first in a fresh interpreter, and a library is
    /// bound as the first import that brings it in does.
    pub is_alone: bool,
    /// What the process has opened before, in order.
    pub before: Vec<(FileId, VPath, Mode)>,
}

/// One symbol that a file needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolRow {
    pub symbol: Name,
    pub version: Option<Name>,
    pub is_weak: bool,
    /// The needed library that it is to come from, where the file says so.
    pub wanted_of: Option<Name>,
    pub status: SymbolStatus,
    /// The path by which the process opened the provider; the name of a library that every such system has.
    pub provider: Option<VPath>,
    /// The file that it is, where it is at hand.
    pub provider_file: Option<FileId>,
}

impl SymbolRow {
    /// The name as it was written in the source; none where it is not mangled.
    pub fn demangled(&self) -> Option<String> {
        demangled(&self.symbol)
    }
}

/// A symbol that ends an import.
#[derive(Clone, Debug)]
pub struct UnboundSymbol {
    /// The import that it ends, by place in [`Survey::imports`].
    pub import: usize,
    /// The file that needs it: the module, or what it brings in.
    pub file: FileId,
    pub reference: Reference,
}

/// A symbol that a program of the environment, or a library that it loads, does not find.
#[derive(Clone, Debug)]
pub struct ProgramSymbol {
    /// The start of the program, by place in [`Survey::imports`].
    pub import: usize,
    pub file: FileId,
    pub reference: Reference,
    /// The program starts, and ends where it first calls the function.
    pub is_deferred: bool,
}

/// Thread-local storage for which an import fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticTls {
    /// The import that it ends, by place in [`crate::survey::Survey::imports`].
    pub import: usize,
    /// The file that reaches the storage at a fixed place.
    pub file: FileId,
    /// The file whose storage it is.
    pub owner: FileId,
    /// What the import wants of such storage until then, in bytes.
    pub wanted: u64,
}

/// Says which file Python code may have loaded for a name that no search finds.
pub type Preloaded<'a> = dyn Fn(&Name) -> Option<FileId> + Sync + 'a;

/// One symbol that a file defines for others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportedSymbol {
    pub symbol: Name,
    pub version: Option<Name>,
    /// Of several versions, the one that references without a version and the linker take.
    pub is_default: bool,
    /// `global`, `weak` or `unique`.
    pub binding: &'static str,
}

impl ExportedSymbol {
    /// The name as it was written in the source; none where it is not mangled.
    pub fn demangled(&self) -> Option<String> {
        demangled(&self.symbol)
    }
}

/// What became of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolStatus {
    /// Nothing that is loaded defines it. The load fails, unless it is weak.
    Undefined,
    /// As [`SymbolStatus::Undefined`], but nothing fails before the first call.
    Deferred,
    /// Not all that could define it is at hand.
    Unknown,
    Bound,
}

impl SymbolStatus {
    /// The word of the fixed output.
    pub fn word(self) -> &'static str {
        match self {
            SymbolStatus::Undefined => "undefined",
            SymbolStatus::Deferred => "deferred",
            SymbolStatus::Unknown => "unknown",
            SymbolStatus::Bound => "bound",
        }
    }
}

impl Survey {
    /// The symbols that a file needs, in the order of its own table. None where they are not at hand.
    pub fn symbols(&self, file: FileId, context: &SymbolContext) -> Option<Vec<SymbolRow>> {
        if let Some(record) = &self.record {
            let is_plain = !context.is_alone && context.before.is_empty();
            return record.symbols.get(&file).filter(|_| is_plain).map(|recorded| recorded.rows.clone());
        }
        if let Some(rows) = self.symbols_by_need(file) {
            return Some(rows);
        }
        let import = self.import_with(file);
        let process = match import.map(|import| &import.kind) {
            Some(ImportKind::Program) => LoadedProcess::of_program(&self.world, import?.file),
            Some(ImportKind::Interpreter) => Session::new(&self.world).process(),
            _ => {
                let mut session = Session::new(&self.world);
                self.open_in(&mut session, file, import, context);
                session.process()
            }
        };
        self.rows(&process, file)
    }

    /// As [`Survey::symbols`], for every module that Python could import, by path.
    pub fn symbols_of_modules(&self, context: &SymbolContext) -> Vec<(&ImportOf, Vec<SymbolRow>)> {
        let modules: Vec<&ImportOf> = self.imports.iter().filter(|import| import.module().is_some()).collect();
        let session = || Session::new(&self.world);
        if self.record.is_some() {
            let rows = modules.into_iter().map(|import| Some((import, self.symbols(import.file, context)?)));
            return rows.flatten().collect();
        }
        let rows = modules.par_iter().map_init(session, |session, import| {
            if let Some(rows) = self.symbols_by_need(import.file) {
                return Some((*import, rows));
            }
            session.restart();
            self.open_in(session, import.file, Some(import), context);
            Some((*import, self.rows(&session.process(), import.file)?))
        });
        rows.flatten().collect()
    }

    /// The symbols for which imports of modules fail, all other things being well: an import that misses a library counts
    /// only where `preloaded` knows a file for it. So do modules that code of a package loads by their path.
    pub fn unbound_symbols(&self, preloaded: &Preloaded) -> Vec<UnboundSymbol> {
        let modules: Vec<(usize, &ImportOf)> =
            self.imports.iter().enumerate().filter(|(_, import)| self.is_extension(import)).collect();
        let session = || (Session::new(&self.world), Settled::default());
        let found = modules.par_iter().map_init(session, |(session, settled), &(index, import)| {
            session.restart();
            let started = session.len();
            for file in self.preloaded_for(import, preloaded)? {
                session.open(file, &self.world.file(file).path.clone(), Mode::IMPORT);
            }
            session.open(import.file, &import.opened, Mode::IMPORT);
            let process = session.process();
            let binder = Binder::new(&self.world, &process);
            let mut unbound = Vec::new();
            for (place, object) in process.objects.iter().enumerate().skip(started) {
                binder.each_fatal(place, settled, &mut |reference| {
                    unbound.push(UnboundSymbol { import: index, file: object.file, reference: reference.clone() });
                });
            }
            Some(unbound)
        });
        found.flatten().flatten_iter().collect()
    }

    /// Is a symbol looked for in all that is loaded for all? See [`loader::Binding`].
    pub fn binds_by_scope(&self) -> bool {
        loader::traits(&self.world.host.system).binding.is_by_scope()
    }

    /// Does the loader complain of what dependencies lack before it looks at who needs them?
    pub fn binds_last_first(&self) -> bool {
        loader::traits(&self.world.host.system).binding.binds_last_first()
    }

    /// The symbols that programs do not find, all other things being well. A program binds its calls when they are made, unless
    /// it was linked otherwise. Nothing of other formats than ELF.
    pub fn unbound_of_programs(&self) -> Vec<ProgramSymbol> {
        let is_whole = |import: &ImportOf| import.kind == ImportKind::Program && import.loads.unmet.is_empty();
        let programs: Vec<(usize, &ImportOf)> =
            self.imports.iter().enumerate().filter(|(_, import)| is_whole(import)).collect();
        let found = programs.par_iter().map(|&(index, import)| {
            let process = LoadedProcess::of_program(&self.world, import.file);
            let binder = Binder::new(&self.world, &process);
            let mut unbound = Vec::new();
            for (place, object) in process.objects.iter().enumerate() {
                binder.each(place, &mut |reference, status| {
                    let is_deferred = status == Status::Deferred;
                    if is_deferred && !reference.is_weak || is_fatal(reference.is_weak, status) {
                        let reference = reference.clone();
                        unbound.push(ProgramSymbol { import: index, file: object.file, reference, is_deferred });
                    }
                });
            }
            unbound
        });
        found.flatten_iter().collect()
    }

    /// The imports of modules for which thread-local storage finds no room, all other things being well.
    pub fn static_tls_failures(&self) -> Vec<StaticTls> {
        let is_static = |file: &FileId| {
            let symbols = self.world.dynamic_symbols(*file);
            symbols.is_some_and(|symbols| symbols.flags().has_static_tls && self.is_elsewhere(*file))
        };
        let concerns = |import: &ImportOf| {
            import.module().is_some() && import.loads.unmet.is_empty() && import.loads.loads.iter().any(is_static)
        };
        let modules: Vec<(usize, &ImportOf)> =
            self.imports.iter().enumerate().filter(|(_, import)| concerns(import)).collect();
        let session = || Session::new(&self.world);
        let failures = modules.par_iter().map_init(session, |session, &(index, import)| {
            session.restart();
            let started = session.len();
            session.open(import.file, &import.opened, Mode::IMPORT);
            let process = session.process();
            let failure = Binder::new(&self.world, &process).static_tls_failure(started)?;
            let file = |place: usize| process.objects[place].file;
            Some(StaticTls { import: index, file: file(failure.by), owner: file(failure.of), wanted: failure.wanted })
        });
        failures.flatten().collect()
    }

    /// Is a module imported, or a file opened that is one, and that code may load by its path (`ExtensionFileLoader`) where
    /// Python would not find it by name?
    fn is_extension(&self, import: &ImportOf) -> bool {
        match import.kind {
            ImportKind::Module(_) => true,
            ImportKind::Alone => self.has_init_function(import.file),
            ImportKind::Interpreter | ImportKind::Program => false,
        }
    }

    /// Does a file define the function that a module of its name has for Python or, where it is called as modules and not as
    /// libraries are, that of another?
    fn has_init_function(&self, file: FileId) -> bool {
        let path = self.world.file(file).path.clone();
        let first = path.file_name().split(|&byte| byte == b'.').next().unwrap_or_default();
        let stem = String::from_utf8_lossy(first);
        let python = self.world.host.python.as_ref();
        let function = python.map_or_else(|| format!("PyInit_{stem}"), |python| python.init_function(&stem));
        let is_module = python.is_some_and(|python| python.module_name(path.file_name()).is_some());
        let is_plain = path.file_name().len() == first.len() + b".so".len();
        self.world.defines(file, function.as_bytes()) || is_module && !is_plain && !self.init_functions(file).is_empty()
    }

    /// The functions for Python that an ELF file defines, whatever the modules are called; none of other formats.
    pub fn init_functions(&self, file: FileId) -> Vec<Name> {
        let starts = [&b"PyInit_"[..], b"PyInitU_", b"PyModExport_", b"PyModExportU_"];
        let names = starts.into_iter().flat_map(|start| self.world.names(file, start));
        names.filter(|name| self.world.defines(file, name)).collect()
    }

    /// Is it a file that the interpreter itself does not load?
    fn is_elsewhere(&self, file: FileId) -> bool {
        let start = self.imports.iter().find(|import| import.kind == ImportKind::Interpreter);
        start.is_none_or(|start| !start.loads.loads.contains(&file))
    }

    /// What is loaded before an import, for the names that it misses; none where nothing is known for one of them.
    fn preloaded_for(&self, import: &ImportOf, preloaded: &Preloaded) -> Option<Vec<FileId>> {
        let need =
            |&(file, need): &(FileId, usize)| preloaded(&self.world.file(file).image.as_ref()?.needs.get(need)?.name);
        import.loads.unmet.iter().map(need).collect()
    }

    /// The symbols that a file defines for others, by name. None where they are not at hand.
    pub fn exported_symbols(&self, file: FileId) -> Option<Vec<ExportedSymbol>> {
        if let Some(exported) = self.world.exported(file) {
            let symbol = |(symbol, is_weak)| ExportedSymbol {
                symbol,
                version: None,
                is_default: true,
                binding: if is_weak { "weak" } else { "global" },
            };
            let mut exported: Vec<ExportedSymbol> = exported.into_iter().map(symbol).collect();
            exported.sort();
            return Some(exported);
        }
        let symbols = self.world.dynamic_symbols(file)?;
        let mut exported = Vec::new();
        symbols.each_definition(&mut |name, definition| {
            let version = symbols.version(definition.version_index()).map(|version| version.name.clone());
            exported.push(ExportedSymbol {
                symbol: Name::from(name),
                version,
                is_default: definition.version.is_none_or(|raw| raw & VERSION_HIDDEN == 0),
                binding: match definition.binding {
                    STB_WEAK => "weak",
                    STB_GNU_UNIQUE => "unique",
                    _ => "global",
                },
            });
        });
        exported.sort();
        Some(exported)
    }

    /// The import of a file, else the first that brings it in.
    fn import_with(&self, file: FileId) -> Option<&ImportOf> {
        let is_root = |import: &&ImportOf| import.file == file;
        let brings = |import: &&ImportOf| import.loads.loads.contains(&file);
        self.imports.iter().find(is_root).or_else(|| self.imports.iter().find(brings))
    }

    fn open_in(&self, session: &mut Session, file: FileId, import: Option<&ImportOf>, context: &SymbolContext) {
        let path = || self.world.file(file).path.clone();
        let own = import.filter(|import| import.file == file).map(|import| import.opened.clone());
        if context.is_alone {
            session.import_ctypes();
        }
        for (file, path, mode) in &context.before {
            session.open(*file, path, *mode);
        }
        match import.filter(|_| !context.is_alone) {
            Some(import) => session.open(import.file, &import.opened, Mode::IMPORT),
            None => session.open_locally(file, &own.unwrap_or_else(path)),
        }
    }

    fn rows(&self, process: &LoadedProcess, file: FileId) -> Option<Vec<SymbolRow>> {
        let place = process.place_of(file)?;
        let bound = bind(&self.world, process, place)?;
        Some(bound.into_iter().map(|bound| self.row(process, bound)).collect())
    }

    fn row(&self, process: &LoadedProcess, bound: BoundSymbol) -> SymbolRow {
        let (status, provider, provider_file) = match bound.status {
            Status::Bound(place) => {
                let object = &process.objects[place];
                (SymbolStatus::Bound, Some(object.opened.clone()), Some(object.file))
            }
            Status::Undefined(_) => (SymbolStatus::Undefined, None, None),
            Status::Deferred => (SymbolStatus::Deferred, None, None),
            Status::Unknown => (SymbolStatus::Unknown, self.granted(&bound), None),
        };
        SymbolRow {
            symbol: bound.name,
            version: bound.version,
            is_weak: bound.is_weak,
            wanted_of: bound.from,
            status,
            provider,
            provider_file,
        }
    }

    /// The library of the system that a symbol is wanted of, where it is known by name alone.
    fn granted(&self, bound: &BoundSymbol) -> Option<VPath> {
        let from = bound.from.as_ref()?;
        loader::is_of_system(&self.world.host.system, from).then(|| VPath::new(from))
    }
}
