//! Thread-local storage that is reached at a fixed distance from the thread's pointer (initial-exec): it has to lie in the
//! block that each thread has from its start, and what `dlopen` brings in comes too late for that.
//!
//! glibc keeps some room in the block (`_dl_try_allocate_static_tls` in `elf/dl-reloc.c`), musl none (`do_relocs` in
//! `ldso/dynlink.c`: “initial-exec TLS resolves to dynamic definition”).

use rustc_hash::FxHashSet;

use super::binder::{Binder, Status};

/// The room that glibc keeps, in bytes (`TLS_STATIC_SURPLUS`; since 2.32 the sum of its tunables is the same).
pub const STATIC_TLS_ROOM: u64 = 1664;
/// So much more may be left by the alignment of the block.
const SLACK: u64 = 64;

/// Storage that finds no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticTlsFailure {
    /// The object that reaches it, by place in the process.
    pub by: usize,
    /// The object whose storage it is.
    pub of: usize,
    /// What was asked for until then, this storage included, in bytes.
    pub wanted: u64,
}

impl Binder<'_> {
    /// The first storage of the objects from `first` on, all opened by `dlopen`, that finds no room; none where that is not
    /// sure.
    pub fn static_tls_failure(&self, first: usize) -> Option<StaticTlsFailure> {
        let mut placed = FxHashSet::default();
        let mut wanted = 0u64;
        for by in first..self.len() {
            for of in self.reaches(by).into_iter().filter(|&of| of >= first) {
                let Some(block) = self.tls(of).filter(|_| placed.insert(of)) else { continue };
                wanted = wanted.saturating_add(block.len).checked_next_multiple_of(block.align).unwrap_or(u64::MAX);
                if self.is_musl() || wanted > STATIC_TLS_ROOM + SLACK {
                    return Some(StaticTlsFailure { by, of, wanted });
                }
            }
        }
        None
    }

    /// The objects whose storage one reaches at a fixed distance.
    fn reaches(&self, by: usize) -> Vec<usize> {
        let Some(symbols) = self.symbols(by).filter(|symbols| symbols.flags().has_static_tls) else {
            return Vec::new();
        };
        let mut reached: Vec<usize> = symbols.has_own_static_tls().then_some(by).into_iter().collect();
        for reference in symbols.references().iter().flat_map(|all| all.iter()).filter(|it| it.uses.static_tls) {
            if let Status::Bound(of) = self.status(by, reference) {
                reached.push(of);
            }
        }
        reached
    }
}
