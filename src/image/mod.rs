//! The neutral model of a native file: types only.
//!
//! An [`Image`] is what a loader would learn from a file's headers, whatever its format. It is owned and small, holds
//! no borrow from the file and **no path**: `$ORIGIN` belongs to the name by which a file was opened, not to the file.
//! This room knows nobody; in particular it does not know goblin.

mod mach;
mod name;
mod numpy;
mod pe;
mod symbol;
mod traits;
mod windows_release;

pub use mach::{BuiltFor, Import, MachO, Origin, Platform, Release, Signature};
pub use name::Name;
pub use numpy::{Answer, Binding, NumpyRelease, NumpyTexts, numpy_release};
pub use pe::{Export, Pe};
pub use symbol::{Definition, Reference, STB_GNU_UNIQUE, STB_WEAK, SymbolVersion, Uses, VERSION_HIDDEN};
pub use traits::{RustSign, RustTraits, Traits};
pub use windows_release::WindowsRelease;

use std::fmt;

/// A native file of any format, as a loader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub format: Format,
    pub arch: Arch,
    pub kind: ImageKind,
    /// What the file asks for by name, in the order of the file: the order in which a loader satisfies it.
    pub needs: Vec<Need>,
    /// `DT_SONAME`, `LC_ID_DYLIB` or the export table's DLL name.
    pub identity: Option<Name>,
    /// `DT_RPATH`, unexpanded; ignored by glibc where [`Image::runpath`] is set.
    pub rpath: Option<Name>,
    /// `DT_RUNPATH`, unexpanded.
    pub runpath: Option<Name>,
    /// `PT_INTERP`: the loader that a program asks for.
    pub interpreter: Option<Name>,
    /// `DF_1_*` bits of `DT_FLAGS_1` (see `elf.h`).
    pub flags: u64,
    /// `PT_GNU_STACK` asks for an executable stack.
    pub executable_stack: bool,
    /// Symbol versions wanted from needed files (`DT_VERNEED`).
    pub versions: Vec<VersionNeed>,
    /// What only Mach-O files say.
    pub mach: Option<Box<MachO>>,
    /// What only PE files say.
    pub pe: Option<Box<Pe>>,
}

impl Image {
    /// An image that asks for nothing: a start for tests and for readers.
    pub const fn new(format: Format, arch: Arch) -> Image {
        Image {
            format,
            arch,
            kind: ImageKind::Shared,
            needs: Vec::new(),
            identity: None,
            rpath: None,
            runpath: None,
            interpreter: None,
            flags: 0,
            executable_stack: false,
            versions: Vec::new(),
            mach: None,
            pe: None,
        }
    }

    /// `LC_RPATH`, unexpanded, in order; empty for other formats.
    pub fn rpaths(&self) -> &[Name] {
        self.mach.as_ref().map_or(&[], |mach| &mach.rpaths)
    }

    /// The processor, as people call it where this format is at home.
    pub fn arch_word(&self) -> String {
        self.arch.word(self.format)
    }
}

/// `DF_1_NODEFLIB`: neither the cache nor the trusted directories are searched for this object's needs.
pub const DF_1_NODEFLIB: u64 = 0x800;
/// `DF_1_NOOPEN`: the object refuses `dlopen`.
pub const DF_1_NOOPEN: u64 = 0x40;
/// `DF_1_PIE`: a program, not a library; glibc refuses to `dlopen` it.
pub const DF_1_PIE: u64 = 0x0800_0000;

/// The container format of a native file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    Elf,
    MachO,
    Pe,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Elf => "ELF",
            Format::MachO => "Mach-O",
            Format::Pe => "PE",
        })
    }
}

/// What a file is made to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageKind {
    /// Can be loaded into a process: `ET_DYN`, `MH_DYLIB`, a DLL.
    Shared,
    /// `MH_BUNDLE`: can be opened by `dlopen`, but satisfies no need.
    Bundle,
    /// A program: `ET_EXEC`, a PIE, `MH_EXECUTE`, an EXE.
    Program,
    /// Loadable by nobody as it is: `ET_REL`, a core file, an object without a dynamic section.
    Inert,
}

/// The processor a file is made for: machine, word size and byte order, the three things a loader compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Arch {
    pub machine: Machine,
    /// 32 or 64.
    pub bits: u8,
    pub big_endian: bool,
}

impl Arch {
    pub const X86_64: Arch = Arch { machine: Machine::X86_64, bits: 64, big_endian: false };
    pub const AARCH64: Arch = Arch { machine: Machine::Aarch64, bits: 64, big_endian: false };

    /// What people call it where a format is at home: Apple and Microsoft say arm64, Linux says aarch64.
    pub fn word(self, format: Format) -> String {
        match (self.machine, format) {
            (Machine::Aarch64, Format::MachO | Format::Pe) => "arm64".into(),
            (Machine::X86, Format::MachO) => "i386".into(),
            _ => self.to_string(),
        }
    }

    /// What people and platform tags call processors.
    pub const NAMES: [(&str, Arch); 12] = [
        ("x86_64", Arch::X86_64),
        ("arm64", Arch::AARCH64),
        ("aarch64", Arch::AARCH64),
        ("arm64e", Arch { machine: Machine::Arm64e, ..Arch::AARCH64 }),
        ("i686", Arch { machine: Machine::X86, bits: 32, big_endian: false }),
        ("i386", Arch { machine: Machine::X86, bits: 32, big_endian: false }),
        ("armv7l", Arch { machine: Machine::Arm, bits: 32, big_endian: false }),
        ("ppc64", Arch { machine: Machine::Ppc64, bits: 64, big_endian: true }),
        ("ppc64le", Arch { machine: Machine::Ppc64, bits: 64, big_endian: false }),
        ("s390x", Arch { machine: Machine::S390x, bits: 64, big_endian: true }),
        ("riscv64", Arch { machine: Machine::Riscv, bits: 64, big_endian: false }),
        ("loongarch64", Arch { machine: Machine::LoongArch, bits: 64, big_endian: false }),
    ];

    /// The processor of a name; see [`Arch::NAMES`].
    pub fn named(word: &str) -> Option<Arch> {
        Arch::NAMES.iter().find(|(name, _)| *name == word).map(|(_, arch)| *arch)
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.machine {
            Machine::X86_64 if self.bits == 32 => f.write_str("x32"),
            Machine::Ppc64 if !self.big_endian => f.write_str("ppc64le"),
            machine => machine.fmt(f),
        }
    }
}

/// A processor family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Machine {
    X86,
    X86_64,
    Arm,
    Aarch64,
    /// Apple's arm64 with pointer authentication: another processor to dyld.
    Arm64e,
    Ppc64,
    S390x,
    Riscv,
    LoongArch,
    /// Any other, by the format's own number.
    Other(u32),
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Machine::X86 => "i686",
            Machine::X86_64 => "x86_64",
            Machine::Arm => "armv7l",
            Machine::Aarch64 => "aarch64",
            Machine::Arm64e => "arm64e",
            Machine::Ppc64 => "ppc64",
            Machine::S390x => "s390x",
            Machine::Riscv => "riscv64",
            Machine::LoongArch => "loongarch64",
            Machine::Other(number) => return write!(f, "machine {number:#x}"),
        })
    }
}

/// One entry of an image's import list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub name: Name,
    pub kind: NeedKind,
}

/// How strongly a need binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NeedKind {
    /// The load fails without it.
    Normal,
    /// May be absent: a weak dylib, `DT_AUXILIARY`.
    Weak,
    /// Loaded when first used.
    Delay,
    /// Its symbols are offered as this file's own: a re-exported dylib, `DT_FILTER`.
    Reexport,
    /// Loaded, but initialized later: an edge against the direction of the layers.
    Upward,
}

impl NeedKind {
    /// The word used in every output.
    pub fn word(self) -> &'static str {
        match self {
            NeedKind::Normal => "normal",
            NeedKind::Weak => "weak",
            NeedKind::Delay => "delay",
            NeedKind::Reexport => "reexport",
            NeedKind::Upward => "upward",
        }
    }

    /// Does the load fail where this need is not met?
    pub fn is_binding(self) -> bool {
        matches!(self, NeedKind::Normal | NeedKind::Reexport | NeedKind::Upward)
    }
}

/// A symbol version wanted from one needed file (`Elf_Verneed` with one `Elf_Vernaux`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionNeed {
    /// The needed file's name, as in [`Need::name`].
    pub from: Name,
    pub version: Name,
    /// `VER_FLG_WEAK`: tolerated where the provider lacks it.
    pub weak: bool,
}

/// Why a file is not an image that can be loaded, or not a whole one.
///
/// Parsing never fails: a broken file is a node with a problem, and the problem becomes a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    Empty,
    /// Shorter than the header of any native file.
    TooShort {
        len: u64,
    },
    /// A pointer that Git LFS left in place of the file.
    GitLfsPointer,
    /// A linker script (`GROUP ( … )`), which the linker reads and the loader does not.
    LinkerScript,
    /// Other text; the first line, cut to a readable length.
    Text {
        first_line: Name,
    },
    /// Some other content; its first four bytes.
    Unknown {
        magic: [u8; 4],
    },
    /// The headers promise more bytes than the file has.
    Truncated {
        promised: u64,
        len: u64,
    },
    /// A header that contradicts itself or the format; the loader's words where it has some.
    Header(&'static str),
    /// The file could not be read; the system's words.
    Unreadable(String),
}

impl Problem {
    /// glibc's words, and what makes such files: `strip` where patchelf has moved sections.
    pub const MISALIGNED: Problem = Problem::Header(
        "ELF load command address/offset not page-aligned (as strip leaves a file that patchelf changed)",
    );
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Empty => f.write_str("the file is empty"),
            Problem::TooShort { len } => write!(f, "the file is too short ({len} bytes)"),
            Problem::GitLfsPointer => f.write_str("a Git LFS pointer stands in place of the file"),
            Problem::LinkerScript => f.write_str("a linker script, not a library"),
            Problem::Text { first_line } => write!(f, "a text file: “{first_line}”"),
            Problem::Unknown { magic: [a, b, c, d] } => {
                write!(f, "no native format (starts with {a:02x} {b:02x} {c:02x} {d:02x})")
            }
            Problem::Truncated { promised, len } => {
                write!(f, "truncated: its headers promise {promised} bytes, {len} are there")
            }
            Problem::Header(why) => f.write_str(why),
            Problem::Unreadable(why) => write!(f, "cannot be read: {why}"),
        }
    }
}
