//! The procedures that the DLLs of Windows export, as far as they are known by name, and since which release.
//!
//! `assets/loaders/windows-exports.tsv` names what import libraries and Microsoft's metadata name. Of what it does not name,
//! nothing is known: no list of all exports of every release is public.

use std::fmt;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// A release of Windows, by the kernel's number: 6.2 is Windows 8, 10.0.14393 is Windows 10 1607.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowsRelease {
    pub major: u8,
    pub minor: u8,
    pub build: u16,
}

/// What people call the releases.
const NAMES: [(WindowsRelease, &str); 12] = [
    (WindowsRelease::new(6, 2, 0), "8"),
    (WindowsRelease::new(6, 3, 0), "8.1"),
    (WindowsRelease::new(10, 0, 10240), "10"),
    (WindowsRelease::new(10, 0, 10586), "10 1511"),
    (WindowsRelease::new(10, 0, 14393), "10 1607"),
    (WindowsRelease::new(10, 0, 15063), "10 1703"),
    (WindowsRelease::new(10, 0, 16299), "10 1709"),
    (WindowsRelease::new(10, 0, 17134), "10 1803"),
    (WindowsRelease::new(10, 0, 17763), "10 1809"),
    (WindowsRelease::new(10, 0, 18362), "10 1903"),
    (WindowsRelease::new(10, 0, 19041), "10 2004"),
    (WindowsRelease::new(10, 0, 22000), "11"),
];

impl WindowsRelease {
    pub const fn new(major: u8, minor: u8, build: u16) -> WindowsRelease {
        WindowsRelease { major, minor, build }
    }

    /// Reads `6.2` or `10.0.14393`.
    pub fn parse(text: &str) -> Option<WindowsRelease> {
        let mut parts = text.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        let build = parts.next().map_or(Some(0), |build| build.parse().ok())?;
        Some(WindowsRelease { major, minor, build })
    }

    /// The oldest release that a Python runs on, by the page “Using Python on Windows” of its documentation. None before 3.8.
    pub fn oldest_for(python: (u16, u16)) -> Option<WindowsRelease> {
        match python {
            (3, 8) => Some(WindowsRelease::new(6, 0, 0)),
            (3, 9..=12) => Some(WindowsRelease::new(6, 3, 0)),
            (3, 13..) => Some(WindowsRelease::new(10, 0, 10240)),
            _ => None,
        }
    }
}

impl fmt::Display for WindowsRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(release, _)| release == self) {
            Some((_, name)) => write!(f, "Windows {name}"),
            None => write!(f, "Windows {}.{}.{}", self.major, self.minor, self.build),
        }
    }
}

/// What is known of a procedure that a DLL of Windows exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// The first release that has it; none where it is older than Windows 8, or nothing says.
    pub since: Option<WindowsRelease>,
}

/// By DLL: each procedure that is known.
type Table = FxHashMap<&'static [u8], FxHashMap<&'static [u8], Procedure>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let text = include_str!("../../../assets/loaders/windows-exports.tsv");
        let mut table = Table::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut parts = line.split('\t');
            let (Some(dll), Some(since), Some(names)) = (parts.next(), parts.next(), parts.next()) else { continue };
            let procedure = Procedure { since: WindowsRelease::parse(since) };
            let names = names.split(' ').map(|name| (name.as_bytes(), procedure));
            table.entry(dll.as_bytes()).or_default().extend(names);
        }
        table
    })
}

/// A procedure of a DLL of Windows, whose name is given in lower case; none where nothing is known of it.
pub fn procedure(dll: &[u8], name: &[u8]) -> Option<Procedure> {
    // The contracts of the C library are all fulfilled by one DLL.
    let dll = if dll.starts_with(b"api-ms-win-crt-") { b"ucrtbase.dll" } else { dll };
    table().get(dll)?.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::{WindowsRelease, procedure, table};
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

    #[test]
    fn a_python_has_an_oldest_windows() {
        let oldest = |minor| WindowsRelease::oldest_for((3, minor)).map(|release| release.to_string());
        assert_eq!(oldest(12).as_deref(), Some("Windows 8.1"));
        assert_eq!(oldest(13).as_deref(), Some("Windows 10"));
        assert_eq!(oldest(7), None);
    }
}
