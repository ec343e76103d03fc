//! Releases of Windows.

use std::fmt;

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

    /// The release that people call so: `11`, `10 1809`, `1809`, `Windows 8.1`; else by the kernel's number.
    pub fn named(text: &str) -> Option<WindowsRelease> {
        let text = text.trim();
        let text = text.strip_prefix("Windows ").unwrap_or(text);
        let is_called = |name: &str| name == text || name.strip_prefix("10 ") == Some(text);
        let known = NAMES.iter().find(|(_, name)| is_called(name)).map(|(release, _)| *release);
        known.or_else(|| WindowsRelease::parse(text))
    }

    /// Reads `6.2` or `10.0.14393`.
    pub fn parse(text: &str) -> Option<WindowsRelease> {
        let mut parts = text.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        let build = parts.next().map_or(Some(0), |build| build.parse().ok())?;
        parts.next().is_none().then_some(WindowsRelease { major, minor, build })
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

#[cfg(test)]
mod tests {
    use super::WindowsRelease;

    #[test]
    fn a_python_has_an_oldest_windows() {
        let oldest = |minor| WindowsRelease::oldest_for((3, minor)).map(|release| release.to_string());
        assert_eq!(oldest(12).as_deref(), Some("Windows 8.1"));
        assert_eq!(oldest(13).as_deref(), Some("Windows 10"));
        assert_eq!(oldest(7), None);
    }

    #[test]
    fn a_release_is_named_as_people_and_as_kernels_do() {
        let named = |text: &str| WindowsRelease::named(text).map(|release| release.to_string());
        for (text, release) in [
            ("10.0.17763", "Windows 10 1809"),
            ("1809", "Windows 10 1809"),
            ("10 1809", "Windows 10 1809"),
            ("Windows 8.1", "Windows 8.1"),
            ("6.3", "Windows 8.1"),
            ("10", "Windows 10"),
            ("11", "Windows 11"),
            ("10.0.20348", "Windows 10.0.20348"),
        ] {
            assert_eq!(named(text).as_deref(), Some(release), "{text}");
        }
        for text in ["", "x", "10.0.x", "10.0.70000", "1.2.3.4"] {
            assert_eq!(named(text), None, "{text}");
        }
    }
}
