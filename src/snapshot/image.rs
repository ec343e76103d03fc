//! The mirror of what a native file says of itself.

use std::collections::BTreeMap;

use super::mirror::{Words, mirror};
use super::text::{Bytes, Place};
use crate::image::{
    Arch, BuiltFor, Format, Image, ImageKind, MachO, Machine, Need, NeedKind, Pe, Platform, Problem, Release, RustSign,
    Signature, VersionNeed, WindowsRelease,
};
use crate::survey::{Rust, RustEvidence};
use crate::world::{Absent, FileParts};

mirror! {
    /// What a loader reads from the headers.
    struct ImageMirror = Image {
        format: FormatMirror,
        arch: ArchMirror,
        kind: ImageKindMirror,
        /// What the file asks for by name, in the order of the file.
        needs [default]: Vec<NeedMirror>,
        /// `DT_SONAME`, `LC_ID_DYLIB` or the export table's DLL name.
        identity [default]: Option<Bytes>,
        rpath [default]: Option<Bytes>,
        runpath [default]: Option<Bytes>,
        /// `PT_INTERP`.
        interpreter [default]: Option<Bytes>,
        /// `DF_1_*` bits of `DT_FLAGS_1`.
        flags [default]: u64,
        /// `PT_GNU_STACK` asks for an executable stack.
        executable_stack [default]: bool,
        /// Symbol versions wanted from needed files (`DT_VERNEED`).
        versions [default]: Vec<VersionNeedMirror>,
        /// What only Mach-O files say.
        mach [default]: Option<Box<MachOMirror>>,
        /// What only PE files say.
        pe [default]: Option<Box<PeMirror>>,
    }
}

mirror! {
    enum FormatMirror = Format {
        Elf,
        MachO,
        Pe,
    }
}

mirror! {
    struct ArchMirror = Arch {
        machine: MachineMirror,
        /// 32 or 64.
        bits: u8,
        big_endian [default]: bool,
    }
}

mirror! {
    enum MachineMirror = Machine {
        X86,
        X86_64,
        Arm,
        Aarch64,
        Arm64e,
        Ppc64,
        S390x,
        Riscv,
        LoongArch,
        Other(number: u32),
    }
}

mirror! {
    enum ImageKindMirror = ImageKind {
        Shared,
        Bundle,
        Program,
        Inert,
    }
}

mirror! {
    struct NeedMirror = Need {
        name: Bytes,
        kind: NeedKindMirror,
    }
}

mirror! {
    #[derive(Clone, Copy)]
    enum NeedKindMirror = NeedKind {
        Normal,
        Weak,
        Delay,
        Reexport,
        Upward,
    }
}

mirror! {
    struct VersionNeedMirror = VersionNeed {
        from: Bytes,
        version: Bytes,
        weak [default]: bool,
    }
}

mirror! {
    struct MachOMirror = MachO {
        /// `LC_RPATH`, unexpanded, in order.
        rpaths [default]: Vec<Bytes>,
        built_for [default]: Option<BuiltForMirror>,
        signature: SignatureMirror,
        /// `LC_DYLD_ENVIRONMENT`.
        environment [default]: Vec<Bytes>,
        is_two_level [default]: bool,
    }
}

mirror! {
    struct BuiltForMirror = BuiltFor {
        platform: PlatformMirror,
        minimum: ReleaseMirror,
        sdk: ReleaseMirror,
    }
}

mirror! {
    enum PlatformMirror = Platform {
        MacOs,
        IOs,
        MacCatalyst,
        Other(number: u32),
    }
}

mirror! {
    struct ReleaseMirror = Release {
        major: u16,
        minor [default]: u8,
        patch [default]: u8,
    }
}

mirror! {
    struct WindowsReleaseMirror = WindowsRelease {
        major: u8,
        minor [default]: u8,
        build [default]: u16,
    }
}

mirror! {
    enum SignatureMirror = Signature {
        Absent,
        Present,
        Stale,
    }
}

mirror! {
    struct PeMirror = Pe {
        /// Where the linker wrote the debugging symbols.
        pdb [default]: Option<Bytes>,
        subsystem [default]: u16,
        linker: (u8, u8),
        is_managed [default]: bool,
        /// The DLLs that exported names lead on to.
        forwards_to [default]: Vec<Bytes>,
        /// Bytes behind the last section.
        overlay [default]: u64,
    }
}

mirror! {
    /// Why a file is no image, or not a whole one.
    enum ProblemMirror = Problem {
        Empty,
        TooShort { len: u64 },
        GitLfsPointer,
        LinkerScript,
        Text { first_line: Bytes },
        Unknown { magic: [u8; 4] },
        Truncated { promised: u64, len: u64 },
        Header(why: Words),
        Unreadable(why: String),
    }
}

mirror! {
    enum AbsentMirror = Absent {
        Missing,
        Dangling { target: Place },
        Directory,
        Loop,
        Denied(why: String),
    }
}

mirror! {
    /// A native file.
    struct FilePartsMirror = FileParts {
        path: Place,
        /// In bytes.
        len: u64,
        image [default]: Option<ImageMirror>,
        problem [default]: Option<ProblemMirror>,
        /// The images of a universal file that are for other processors, each with what is wrong with it.
        others [default]: Vec<(Option<ImageMirror>, Option<ProblemMirror>)>,
    }
}

/// A native file, with what its body tells of how it was made.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub(super) struct FileMirror {
    #[serde(flatten)]
    pub file: FilePartsMirror,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rust: Option<RustMirror>,
}

mirror! {
    struct RustMirror = Rust {
        how: RustEvidenceMirror,
        rustc [default]: Option<String>,
        crates [default]: BTreeMap<Words, String>,
        builder [default]: Option<String>,
    }
}

mirror! {
    enum RustEvidenceMirror = RustEvidence {
        Bytes(sign: RustSignMirror),
        Builder,
        Classifier,
    }
}

mirror! {
    enum RustSignMirror = RustSign {
        Library,
        Comment,
        Commit,
    }
}
