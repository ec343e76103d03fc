//! Windows' rule: `LdrpSnapModule` of ntdll.
//!
//! The list of imports says which DLL each name or ordinal is taken from. An export of that DLL is its own, or a forwarder
//! that leads to a name of another one. What DLLs of the system export is known by name alone ([`procedures`]).

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::binder::{BoundSymbol, Failure, Status};
use super::process::LoadedProcess;
use crate::image::{Export, Import, Name, NeedKind, Origin};
use crate::loader::{procedures, system32, windows};
use crate::world::{FileId, System, World};

/// A longer chain of forwarders is a circle.
const MOST_FORWARDS: usize = 16;

/// What becomes of a name that is taken from a DLL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DllSymbol {
    /// A file exports it, at the end of its forwarders.
    In(FileId),
    /// This DLL of the system is known to export it.
    InSystem(Name),
    /// Whether it is there is not known; the DLL of the system that is to export it.
    Unknown(Option<Name>),
    /// This file is to export it, and does not.
    Absent(FileId),
    /// A forwarder leads to this DLL, which is not found.
    NoLibrary(Name),
}

/// What becomes of the symbols of objects of a process, by the DLLs that their needs got.
pub(super) fn bind(world: &World, process: &LoadedProcess, places: &[usize]) -> Vec<Option<Vec<BoundSymbol>>> {
    let binder = DllBinder::new(world, process.objects.iter().map(|object| object.file));
    places.iter().map(|&place| bind_one(world, process, &binder, place)).collect()
}

fn bind_one(world: &World, process: &LoadedProcess, binder: &DllBinder, place: usize) -> Option<Vec<BoundSymbol>> {
    let object = process.objects.get(place)?;
    let file = world.file(object.file);
    let image = file.image.as_ref()?;
    let mut by_need = BTreeMap::<usize, Vec<Import>>::new();
    for import in world.imports(object.file) {
        if let Origin::Need(need) = import.origin {
            by_need.entry(need).or_default().push(import);
        }
    }
    let mut bound = Vec::new();
    for (need, imports) in by_need {
        let wanted = image.needs.get(need)?;
        let absent = match wanted.kind {
            NeedKind::Delay => Status::Deferred,
            _ => Status::Undefined(Failure::NotFound),
        };
        let symbols: Vec<&[u8]> = imports.iter().map(|import| &*import.symbol).collect();
        let outcomes = match object.needs.get(need).copied().flatten() {
            Some(library) => binder.in_library(process.objects[library].file, &symbols),
            None => vec![DllSymbol::Unknown(None); symbols.len()],
        };
        let status = |outcome| match outcome {
            DllSymbol::In(library) => process.place_of(library).map_or(Status::Unknown, Status::Bound),
            DllSymbol::InSystem(_) | DllSymbol::Unknown(_) => Status::Unknown,
            DllSymbol::Absent(_) | DllSymbol::NoLibrary(_) => absent,
        };
        bound.extend(imports.into_iter().zip(outcomes).map(|(import, outcome)| BoundSymbol {
            name: import.symbol,
            version: None,
            from: Some(wanted.name.clone()),
            is_weak: import.is_weak,
            status: status(outcome),
        }));
    }
    Some(bound)
}

/// Binds what PE files take from DLLs.
pub struct DllBinder<'a> {
    world: &'a World,
    /// What the process has loaded, by base name in lower case.
    loaded: FxHashMap<Name, FileId>,
}

impl<'a> DllBinder<'a> {
    /// A binder for a process that has loaded these files.
    pub fn new(world: &'a World, loaded: impl IntoIterator<Item = FileId>) -> DllBinder<'a> {
        let mut by_name = FxHashMap::default();
        for file in loaded {
            by_name.entry(windows::folded(world.file(file).path.file_name())).or_insert(file);
        }
        DllBinder { world, loaded: by_name }
    }

    /// What becomes of names and ordinals (`#12`) that are taken from a DLL which is a file.
    pub fn in_library(&self, library: FileId, symbols: &[&[u8]]) -> Vec<DllSymbol> {
        let Some(exports) = self.world.dll_exports(library, symbols) else {
            return vec![DllSymbol::Unknown(None); symbols.len()];
        };
        let end = |export| match export {
            None => DllSymbol::Absent(library),
            Some(Export::Own) => DllSymbol::In(library),
            Some(Export::Forward(target)) => self.follow(target),
        };
        exports.into_iter().map(end).collect()
    }

    /// What becomes of a name that is taken from a DLL of the system.
    pub fn in_system(&self, dll: &[u8], symbol: &[u8]) -> DllSymbol {
        let name = Name::from(dll);
        match procedures::procedure(&windows::folded(dll), symbol) {
            Some(_) => DllSymbol::InSystem(name),
            None => DllSymbol::Unknown(Some(name)),
        }
    }

    /// Goes from one forwarder (`NTDLL.RtlAllocateHeap`, `MFC42.#12`) to the next.
    fn follow(&self, mut target: Name) -> DllSymbol {
        for hop in 0..MOST_FORWARDS {
            let end = target.iter().rposition(|&byte| byte == b'.').unwrap_or(target.len());
            let (dll, symbol) = (windows::folded(&target[..end]), target.get(end + 1..).unwrap_or_default());
            let Some(&library) = self.loaded.get(&dll) else {
                // What a second forwarder leads to is not loaded by the simulation.
                return match self.is_granted(&dll) {
                    true => self.in_system(&dll, symbol),
                    false if hop > 0 => DllSymbol::Unknown(None),
                    false => DllSymbol::NoLibrary(dll),
                };
            };
            match self.world.dll_exports(library, &[symbol]).map(|exports| exports.into_iter().next().flatten()) {
                None => return DllSymbol::Unknown(None),
                Some(None) => return DllSymbol::Absent(library),
                Some(Some(Export::Own)) => return DllSymbol::In(library),
                Some(Some(Export::Forward(next))) => target = next,
            }
        }
        DllSymbol::Unknown(None)
    }

    /// Is it a DLL that comes with Windows, or with a Python that is not at hand?
    fn is_granted(&self, dll: &[u8]) -> bool {
        let System::Windows(system) = &self.world.host.system else { return true };
        let python = self.world.host.python.as_ref();
        let has_program = python.is_some_and(|python| python.file.is_some());
        windows::always(dll).is_some()
            || system.system32.is_none() && system32::has(dll)
            || !has_program && windows::comes_with_python(python, dll)
    }
}
