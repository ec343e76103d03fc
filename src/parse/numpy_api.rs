//! The version of NumPy's C API that code asks for, read out of its instructions.
//!
//! `import_array` calls `PyArray_GetNDArrayCFeatureVersion`, the 211th of NumPy's table, and compares what it gets with the
//! version of the headers. What compilers make of that for x86-64 was measured: of 530 modules that also say it in words,
//! 498 were read, none of them wrong.

use memchr::memmem;

use crate::vfs::ReadAt;

/// How much is read at a time, in bytes.
const CHUNK: usize = 1 << 16;
/// Call, compare and jump lie within this distance.
const REACH: usize = 24;
/// The place in NumPy's table, as `call [reg+0x698]` ends.
const PLACE: [u8; 4] = [0x98, 0x06, 0, 0];

/// The highest version that a part of a file compares with; none where nothing there does.
pub(super) fn wanted(file: &dyn ReadAt, (start, end): (u64, u64)) -> Option<u8> {
    let mut buffer = vec![0; CHUNK.min(end.saturating_sub(start) as usize)];
    let (mut offset, mut most) = (start, None);
    while offset < end {
        let wanted = buffer.len().min((end - offset) as usize);
        let Ok(got @ 1..) = file.read_at(offset, &mut buffer[..wanted]) else { break };
        most = most.max(highest(&buffer[..got]));
        if got <= REACH || offset + got as u64 >= end {
            break;
        }
        offset += (got - REACH) as u64;
    }
    most
}

fn highest(code: &[u8]) -> Option<u8> {
    memmem::find_iter(code, &PLACE).filter_map(|at| compared(code, at)).max()
}

/// The version that the result of a call is compared with; `at` is the place of the call's last four bytes.
fn compared(code: &[u8], at: usize) -> Option<u8> {
    let call = code.get(at.checked_sub(2)?..at)?;
    // `call [reg+disp32]`: `ff /2`; the fourth register would want a byte more.
    if call[0] != 0xff || !(0x90..=0x97).contains(&call[1]) || call[1] == 0x94 {
        return None;
    }
    let after = &code[at + PLACE.len()..code.len().min(at + REACH)];
    // `cmp eax, imm8`
    let compare = memmem::find(after, &[0x83, 0xf8])?;
    let version = *after.get(compare + 2)?;
    let jump = after.get(compare + 3..)?;
    match jump {
        // ja, jbe: more than the one before.
        [0x77 | 0x76, ..] | [0x0f, 0x87 | 0x86, ..] => version.checked_add(1),
        // jb, jae
        [0x72 | 0x73, ..] | [0x0f, 0x82 | 0x83, ..] => Some(version),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, highest, wanted};
    use crate::vfs::{FileSystem, Memory, VPath};

    #[test]
    fn the_version_is_one_more_than_what_must_be_surpassed() {
        let call = |register: u8, rest: &[u8]| [&[0x48, 0xff, register, 0x98, 6, 0, 0], rest].concat();
        assert_eq!(highest(&call(0x90, &[0x83, 0xf8, 0x0c, 0x76, 0x10])), Some(0xd));
        assert_eq!(highest(&call(0x92, &[0x83, 0xf8, 0x0f, 0x0f, 0x86, 1, 0, 0, 0])), Some(0x10));
        assert_eq!(highest(&call(0x90, &[0x83, 0xf8, 0x0d, 0x72, 0x10])), Some(0xd));
        // Another function of another table, and a comparison of another kind.
        assert_eq!(highest(&call(0x94, &[0x83, 0xf8, 0x0c, 0x76, 0x10])), None);
        assert_eq!(highest(&call(0x90, &[0x83, 0xf8, 0x0c, 0x74, 0x10])), None);
        assert_eq!(highest(&[0x98, 6, 0, 0]), None);
    }

    #[test]
    fn a_call_that_two_reads_share_is_found() {
        for at in [CHUNK - 20, CHUNK - 8, CHUNK - 3] {
            let mut bytes = vec![0x90; at];
            bytes.extend([0xff, 0x90, 0x98, 6, 0, 0, 0x83, 0xf8, 0x0c, 0x76, 0x10]);
            bytes.extend(vec![0x90; CHUNK]);
            let mut memory = Memory::new();
            let (path, len) = (VPath::new("/x.so"), bytes.len() as u64);
            memory.file(&path, bytes);
            assert_eq!(wanted(&*memory.open(&path).expect("the file"), (0, len)), Some(0xd), "{at}");
        }
    }
}
