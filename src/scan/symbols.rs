//! The symbols that a file wants, and who provides them in the process of its import.

use rayon::prelude::*;

use super::{ImportKind, ImportOf, Scan};
use crate::bind::{Binder, BoundSymbol, LoadedProcess, Mode, Session, Status, demangled};
use crate::image::Name;
use crate::vfs::VPath;
use crate::world::{FileId, System};

/// The process in which symbols are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolContext {
    /// The import of the file, first in a fresh interpreter; for a library, the first import that brings it in.
    Import,
    /// A bare `python -I -S` opens the file with ctypes.
    Alone,
}

/// One symbol that a file wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolRow {
    pub symbol: Name,
    pub version: Option<Name>,
    pub is_weak: bool,
    pub status: SymbolStatus,
    /// The path by which the process opened the provider; the name of a library that every such system has.
    pub provider: Option<VPath>,
}

impl SymbolRow {
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

impl Scan {
    /// The symbols that a file wants, in the order of its own table. None where they are not at hand.
    pub fn symbols(&self, file: FileId, context: SymbolContext) -> Option<Vec<SymbolRow>> {
        let import = self.import_with(file);
        let process = match (context, import.map(|import| &import.kind)) {
            (_, Some(ImportKind::Program)) => LoadedProcess::of_program(&self.world, import?.file),
            _ => {
                let mut session = Session::new(&self.world);
                self.open_in(&mut session, file, import, context);
                session.process()
            }
        };
        self.rows(&process, file)
    }

    /// As [`Scan::symbols`], for every module that Python could import, by path.
    pub fn symbols_of_modules(&self, context: SymbolContext) -> Vec<(&ImportOf, Vec<SymbolRow>)> {
        let modules: Vec<&ImportOf> =
            self.imports.iter().filter(|import| matches!(import.kind, ImportKind::Module(_))).collect();
        let session = || Session::new(&self.world);
        let rows = modules.par_iter().map_init(session, |session, import| {
            session.restart();
            self.open_in(session, import.file, Some(import), context);
            Some((*import, self.rows(&session.process(), import.file)?))
        });
        rows.flatten().collect()
    }

    /// The import of a file, else the first that brings it in.
    fn import_with(&self, file: FileId) -> Option<&ImportOf> {
        let is_root = |import: &&ImportOf| import.file == file;
        let brings = |import: &&ImportOf| import.loads.loads.contains(&file);
        self.imports.iter().find(is_root).or_else(|| self.imports.iter().find(brings))
    }

    fn open_in(&self, session: &mut Session, file: FileId, import: Option<&ImportOf>, context: SymbolContext) {
        let path = || self.world.file(file).path.clone();
        let own = import.filter(|import| import.file == file).map(|import| import.opened.clone());
        match (context, import) {
            (SymbolContext::Alone, _) => session.open_with_ctypes(file, &own.unwrap_or_else(path)),
            (SymbolContext::Import, Some(import)) => session.open(import.file, &import.opened, Mode::IMPORT),
            (SymbolContext::Import, None) => session.open(file, &path(), Mode::IMPORT),
        }
    }

    fn rows(&self, process: &LoadedProcess, file: FileId) -> Option<Vec<SymbolRow>> {
        let binder = Binder::new(&self.world, process);
        let bound = binder.bind(process.place_of(file)?)?;
        Some(bound.into_iter().map(|bound| self.row(process, bound)).collect())
    }

    fn row(&self, process: &LoadedProcess, bound: BoundSymbol) -> SymbolRow {
        let (status, provider) = match bound.status {
            Status::Bound(place) => (SymbolStatus::Bound, Some(process.objects[place].opened.clone())),
            Status::Undefined(_) => (SymbolStatus::Undefined, None),
            Status::Deferred => (SymbolStatus::Deferred, None),
            Status::Unknown => (SymbolStatus::Unknown, self.granted(&bound)),
        };
        SymbolRow { symbol: bound.name, version: bound.version, is_weak: bound.is_weak, status, provider }
    }

    /// The library of the system that a version is wanted of, where it is known by name alone.
    fn granted(&self, bound: &BoundSymbol) -> Option<VPath> {
        let System::Glibc(system) = &self.world.host.system else { return None };
        let from = bound.from.as_ref()?;
        system.granted.contains(from).then(|| VPath::new(from))
    }
}
