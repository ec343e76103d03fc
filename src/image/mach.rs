//! What only Mach-O files say (`mach-o/loader.h`).

use std::fmt;

use super::Name;

/// What only Mach-O files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachO {
    /// `LC_RPATH`, unexpanded, in order.
    pub rpaths: Vec<Name>,
    /// `LC_BUILD_VERSION`, or `LC_VERSION_MIN_…` of older linkers.
    pub built_for: Option<BuiltFor>,
    pub signature: Signature,
    /// `LC_DYLD_ENVIRONMENT`: `DYLD_…=…` that a main program is linked with.
    pub environment: Vec<Name>,
    /// `MH_TWOLEVEL`: imports name the library that they are taken from.
    pub is_two_level: bool,
}

/// The system that a file was built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltFor {
    pub platform: Platform,
    /// The oldest release that the file is meant to run on.
    pub minimum: Release,
    /// The release of the SDK that it was linked with; zero where the linker did not know.
    pub sdk: Release,
}

/// One of Apple's systems, by the number of `LC_BUILD_VERSION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    MacOs,
    IOs,
    MacCatalyst,
    Other(u32),
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Platform::MacOs => f.write_str("macOS"),
            Platform::IOs => f.write_str("iOS"),
            Platform::MacCatalyst => f.write_str("Mac Catalyst"),
            Platform::Other(number) => write!(f, "platform {number}"),
        }
    }
}

/// A release of a system: `11.0`, `10.15.4`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    pub major: u16,
    pub minor: u8,
    pub patch: u8,
}

impl Release {
    pub const fn new(major: u16, minor: u8) -> Release {
        Release { major, minor, patch: 0 }
    }

    /// As `mach-o/loader.h` packs it: `xxxx.yy.zz` in four bytes.
    pub fn unpacked(packed: u32) -> Release {
        let [patch, minor, low, high] = packed.to_le_bytes();
        Release { major: u16::from_le_bytes([low, high]), minor, patch }
    }

    pub fn packed(self) -> u32 {
        let [low, high] = self.major.to_le_bytes();
        u32::from_le_bytes([self.patch, self.minor, low, high])
    }

    /// Reads `11`, `11.0` or `10.15.4`.
    pub fn parse(text: &str) -> Option<Release> {
        let mut parts = text.split('.');
        let release = Release {
            major: parts.next()?.parse().ok()?,
            minor: parts.next().map_or(Some(0), |part| part.parse().ok())?,
            patch: parts.next().map_or(Some(0), |part| part.parse().ok())?,
        };
        parts.next().is_none().then_some(release)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch > 0 { write!(f, ".{}", self.patch) } else { Ok(()) }
    }
}

/// The code signature of a file (`LC_CODE_SIGNATURE`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signature {
    #[default]
    Absent,
    /// There, and its hash of the headers is right.
    Present,
    /// There, but the headers were edited afterwards (`install_name_tool`) and not signed again.
    Stale,
}

/// A symbol that a file takes from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// As the linker spells it, with the underscore before it.
    pub symbol: Name,
    pub origin: Origin,
    /// May be absent: it is null then.
    pub is_weak: bool,
}

/// Where dyld looks for a symbol: the library ordinal of two-level namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// In one need, by its place in [`super::Image::needs`].
    Need(usize),
    /// In the file itself.
    Own,
    /// In the main program.
    Program,
    /// In everything that is loaded (`-undefined dynamic_lookup`).
    Flat,
    /// In everything that is loaded, and one definition serves all (C++).
    Weak,
}

impl Origin {
    /// What a library ordinal means; none for one that nobody knows.
    pub fn of(ordinal: i64) -> Option<Origin> {
        Some(match ordinal {
            0 => Origin::Own,
            -1 => Origin::Program,
            -2 => Origin::Flat,
            -3 => Origin::Weak,
            ordinal => Origin::Need(usize::try_from(ordinal).ok()?.checked_sub(1)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Release;

    #[test]
    fn a_release_reads_back_from_text_and_from_four_bytes() {
        for text in ["10.15.4", "11.0", "14.2"] {
            let release = Release::parse(text).expect("a release");
            assert_eq!(release.to_string(), text);
            assert_eq!(Release::unpacked(release.packed()), release);
        }
        assert_eq!(Release::parse("11"), Some(Release::new(11, 0)));
        assert_eq!(Release::parse("11.x"), None);
        assert_eq!(Release::parse("1.2.3.4"), None);
    }

    #[test]
    fn releases_are_ordered_by_number_and_not_by_letter() {
        assert!(Release::new(10, 9) < Release::new(10, 15));
        assert!(Release::new(10, 15) < Release::new(11, 0));
    }
}
