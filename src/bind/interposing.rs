//! dyld's interposition: libraries whose section `__interpose` puts functions of theirs in the place of others'.
//!
//! Only libraries that are loaded with the program count, named in `DYLD_INSERT_LIBRARIES` or needed by it, and none of the
//! shared cache (`RuntimeState::buildInterposingTables` of dyld-1378, called once by `prepare`; macOS before 10.11 took inserted
//! ones alone, `registerInterposing` of dyld-353). What an import opens later interposes nothing, and is interposed itself. Of
//! several libraries that replace one function the last counts; each calls the one before it, and the first the original
//! (`appendInterposingTuples`, `Loader::interpose`). That a hardened program may forbid it all (AMFI) is left out.

use rustc_hash::FxHashMap;

use super::binder::Status;
use super::dyld::{DyldBinder, Outcome};
use crate::image::Name;

/// Who defines what is replaced: an object of the process; none where it is the system's, whose libraries are one here.
type Owner = Option<usize>;

/// The functions that are replaced, and by which objects, in the order in which these were loaded.
#[derive(Default)]
pub(super) struct Interposed(FxHashMap<(Owner, Name), Vec<usize>>);

impl Interposed {
    /// What the libraries that were loaded with the program of a process interpose.
    pub fn of_launch(binder: &DyldBinder) -> Interposed {
        let mut interposed = Interposed::default();
        for (by, replaced) in binder.interposing() {
            for (import, (status, _)) in replaced {
                // What is bound to nothing has no replacement.
                let owner = match status {
                    Status::Bound(place) => Some(place),
                    Status::Unknown => None,
                    Status::Undefined(_) | Status::Deferred => continue,
                };
                interposed.0.entry((owner, import.symbol)).or_default().push(by);
            }
        }
        interposed
    }

    /// What an object is bound to in place of what its lookup came to.
    pub fn outcome(&self, by: usize, symbol: &Name, (status, from): Outcome) -> Outcome {
        let owner = match status {
            _ if self.0.is_empty() => return (status, from),
            Status::Bound(place) => Some(place),
            Status::Unknown => None,
            Status::Undefined(_) | Status::Deferred => return (status, from),
        };
        let Some(replacing) = self.0.get(&(owner, symbol.clone())) else { return (status, from) };
        let replacement = match replacing.iter().position(|&object| object == by) {
            None => replacing.last(),
            Some(place) => place.checked_sub(1).map(|before| &replacing[before]),
        };
        replacement.map_or((status, from), |&object| (Status::Bound(object), None))
    }
}
