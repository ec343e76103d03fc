//! The binding rules: one entry a system, as [`crate::loader`] has one a loader.

use super::binder::{Binder, BoundSymbol, Status};
use super::dyld::DyldBinder;
use super::process::LoadedProcess;
use super::windows;
use crate::image::Name;
use crate::world::{FileId, System, World};

/// By object: what becomes of its symbols; none where they are not at hand.
type Bound = Vec<Option<Vec<BoundSymbol>>>;

/// How a system's loader binds symbols.
pub(super) struct BindingRules {
    serves: fn(&System) -> bool,
    /// An import lets everything that is loaded later see its symbols.
    pub imports_are_global: bool,
    /// What becomes of the symbols of these objects.
    bind: fn(&World, &LoadedProcess, &[usize]) -> Bound,
}

static ELF: BindingRules = BindingRules {
    serves: |system| matches!(system, System::Glibc(_) | System::Musl(_)),
    imports_are_global: false,
    bind: |world, process, places| {
        let binder = Binder::new(world, process);
        places.iter().map(|&place| binder.bind(place)).collect()
    },
};

static DYLD: BindingRules = BindingRules {
    serves: System::is_dyld,
    imports_are_global: true,
    bind: |world, process, places| {
        let binder = DyldBinder::new(world, process);
        places.iter().map(|&place| binder.bind(place)).collect()
    },
};

static WINDOWS: BindingRules =
    BindingRules { serves: System::is_windows, imports_are_global: false, bind: windows::bind };

impl BindingRules {
    /// The rules of a system; where none serves it, those of ELF stand in.
    pub fn of(system: &System) -> &'static BindingRules {
        [&ELF, &DYLD, &WINDOWS].into_iter().find(|rules| (rules.serves)(system)).unwrap_or(&ELF)
    }
}

/// What becomes of each symbol that an object of a process wants. None where what it wants is not at hand.
pub fn bind(world: &World, process: &LoadedProcess, object: usize) -> Option<Vec<BoundSymbol>> {
    (BindingRules::of(&world.host.system).bind)(world, process, &[object]).pop().flatten()
}

/// The symbols that the objects from `first` on must have and that nothing defines for them, with the file that wants each:
/// their load fails.
pub fn unbound(world: &World, process: &LoadedProcess, first: usize) -> Vec<(FileId, Name)> {
    let places: Vec<usize> = (first..process.objects.len()).collect();
    let bound = (BindingRules::of(&world.host.system).bind)(world, process, &places);
    let of_object = |(place, symbols): (usize, Option<Vec<BoundSymbol>>)| {
        let failing = symbols.into_iter().flatten().filter(BoundSymbol::fails);
        failing.map(move |symbol| (process.objects[place].file, symbol.name)).collect::<Vec<_>>()
    };
    places.into_iter().zip(bound).flat_map(of_object).collect()
}

/// The symbols that one file of a process takes from another.
pub fn taken(world: &World, process: &LoadedProcess, by: FileId, from: FileId) -> Vec<Name> {
    let (Some(by), Some(from)) = (process.place_of(by), process.place_of(from)) else { return Vec::new() };
    let symbols = bind(world, process, by).unwrap_or_default();
    symbols.into_iter().filter(|symbol| symbol.status == Status::Bound(from)).map(|symbol| symbol.name).collect()
}
