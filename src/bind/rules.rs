//! The rule by which the symbols of a process are bound: that of the system's loader ([`Binding`]).

use super::binder::{Binder, BoundSymbol, Status};
use super::dyld::DyldBinder;
use super::process::LoadedProcess;
use super::windows;
use crate::image::Name;
use crate::loader::{self, Binding};
use crate::world::{FileId, World};

/// By object: what becomes of its symbols; none where they are not at hand.
type Bound = Vec<Option<Vec<BoundSymbol>>>;

/// What becomes of the symbols of objects, as the loader of the world's system binds them.
fn bind_all(world: &World, process: &LoadedProcess, places: &[usize]) -> Bound {
    match loader::traits(&world.host.system).binding {
        Binding::Scopes | Binding::PlainScopes => {
            let binder = Binder::new(world, process);
            places.iter().map(|&place| binder.bind(place)).collect()
        }
        Binding::TwoLevel => {
            let binder = DyldBinder::new(world, process);
            places.iter().map(|&place| binder.bind(place)).collect()
        }
        Binding::Dlls => windows::bind(world, process, places),
    }
}

/// What becomes of each symbol that an object of a process wants. None where what it wants is not at hand.
pub fn bind(world: &World, process: &LoadedProcess, object: usize) -> Option<Vec<BoundSymbol>> {
    bind_all(world, process, &[object]).pop().flatten()
}

/// The symbols that the objects from `first` on must have and that nothing defines for them, with the file that wants each:
/// their load fails.
pub fn unbound(world: &World, process: &LoadedProcess, first: usize) -> Vec<(FileId, Name)> {
    let places: Vec<usize> = (first..process.objects.len()).collect();
    let bound = bind_all(world, process, &places);
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
