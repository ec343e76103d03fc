//! What was unpacked last from an archive: kept for a while, as files are opened more than once.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::{ReadAt, Stat};

/// How many unpacked bytes are kept; a larger member is kept until the next one comes.
const MOST_KEPT: usize = 256 << 20;

/// The contents that were opened last, the latest at the end.
pub(super) struct MemberCache {
    queue: Mutex<VecDeque<(usize, Arc<Vec<u8>>)>>,
    /// In bytes.
    most: usize,
}

impl Default for MemberCache {
    fn default() -> MemberCache {
        MemberCache { queue: Mutex::default(), most: MOST_KEPT }
    }
}

impl MemberCache {
    /// Keeps a member's content, and drops what was not opened for longest where that is too much.
    pub(super) fn keep(&self, member: usize, bytes: &Arc<Vec<u8>>) {
        let mut kept = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.iter().rposition(|(known, _)| *known == member) {
            kept.remove(at);
        }
        kept.push_back((member, bytes.clone()));
        let mut total: usize = kept.iter().map(|(_, bytes)| bytes.len()).sum();
        while total > self.most && kept.len() > 1 {
            total -= kept.pop_front().map_or(0, |(_, bytes)| bytes.len());
        }
    }
}

/// A member that is open.
pub(super) struct OpenMember {
    pub bytes: Arc<Vec<u8>>,
    pub stat: Stat,
}

impl ReadAt for OpenMember {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        let count = buffer.len().min(self.bytes.len() - from);
        buffer[..count].copy_from_slice(&self.bytes[from..from + count]);
        Ok(count)
    }

    fn stat(&self) -> io::Result<Stat> {
        Ok(self.stat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_opened_for_longest_is_dropped_but_never_the_latest() {
        let kept = MemberCache { most: 10, ..MemberCache::default() };
        let contents: Vec<Arc<Vec<u8>>> = [4, 4, 4, 20].map(|len| Arc::new(vec![0; len])).into();
        for member in [0, 1, 0, 2] {
            kept.keep(member, &contents[member]);
        }
        // Whoever else has a content besides this test.
        let is_kept = |member: usize| Arc::strong_count(&contents[member]) > 1;
        assert_eq!([0, 1, 2].map(is_kept), [true, false, true]);
        kept.keep(3, &contents[3]);
        assert_eq!([0, 1, 2, 3].map(is_kept), [false, false, false, true]);
    }
}
