//! The procedures that the DLLs of Windows export, as far as they are known by name, and since which release.
//!
//! `assets/loaders/windows-exports.tsv` names what import libraries and Microsoft's metadata name. Of what it does not name,
//! nothing is known: no list of all exports of every release is public.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::image::WindowsRelease;

/// What is known of a procedure that a DLL of Windows exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// The first release that has it; none where it is older than Windows 8, or nothing says.
    pub since: Option<WindowsRelease>,
}

/// By DLL: each procedure that is known.
type Table = FxHashMap<&'static [u8], FxHashMap<Box<[u8]>, Procedure>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let text = include_str!("../../../assets/loaders/windows-exports.tsv");
        let mut table = Table::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut parts = line.split('\t');
            let (Some(dll), Some(since), Some(names)) = (parts.next(), parts.next(), parts.next()) else { continue };
            let procedure = Procedure { since: WindowsRelease::parse(since) };
            let known = table.entry(dll.as_bytes()).or_default();
            let mut before: Vec<u8> = Vec::new();
            for name in names.split(' ') {
                let Some((&count, rest)) = name.as_bytes().split_first() else { continue };
                before.truncate(shared(count));
                before.extend_from_slice(rest);
                known.insert(before.as_slice().into(), procedure);
            }
        }
        table
    })
}

/// How many letters of the name before a letter of the table stands for.
fn shared(letter: u8) -> usize {
    let count = match letter {
        b'A'..=b'Z' => letter - b'A' + 26,
        letter => letter.saturating_sub(b'a'),
    };
    usize::from(count)
}

/// A procedure of a DLL of Windows, whose name is given in lower case; none where nothing is known of it.
pub fn procedure(dll: &[u8], name: &[u8]) -> Option<Procedure> {
    // The contracts of the C library are all fulfilled by one DLL.
    let dll = if dll.starts_with(b"api-ms-win-crt-") { b"ucrtbase.dll" } else { dll };
    table().get(dll)?.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::{procedure, table};
    use crate::image::WindowsRelease;
    use crate::loader::system32;

    fn since(dll: &str, name: &str) -> Option<String> {
        procedure(dll.as_bytes(), name.as_bytes()).map(|it| it.since.map_or("always".into(), |since| since.to_string()))
    }

    #[test]
    fn procedures_are_known_with_the_release_that_they_came_with() {
        assert_eq!(since("kernel32.dll", "CreateFileW").as_deref(), Some("always"));
        assert_eq!(since("kernel32.dll", "GetSystemTimePreciseAsFileTime").as_deref(), Some("Windows 8"));
        assert_eq!(since("kernel32.dll", "SetThreadDescription").as_deref(), Some("Windows 10 1607"));
        assert_eq!(since("bcryptprimitives.dll", "ProcessPrng").as_deref(), Some("Windows 8"));
        assert_eq!(since("ws2_32.dll", "WSAStartup").as_deref(), Some("always"));
        assert_eq!(since("kernel32.dll", "NoSuchThing"), None);
        assert_eq!(since("numpy.dll", "CreateFileW"), None);
    }

    #[test]
    fn every_dll_of_the_table_is_the_system_s_and_every_release_is_read() {
        let is_known = |dll: &[u8]| system32::has(dll) || system32::is_api_set(dll);
        for (dll, procedures) in table() {
            assert!(is_known(dll), "{}", String::from_utf8_lossy(dll));
            assert!(!procedures.is_empty());
        }
        let text = include_str!("../../../assets/loaders/windows-exports.tsv");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let since = line.split('\t').nth(1).expect("a release");
            assert!(since == "-" || WindowsRelease::parse(since).is_some(), "{since}");
        }
    }
}
