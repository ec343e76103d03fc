//! What only PE files say (Microsoft's "PE Format").

use super::Name;

/// What only PE files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pe {
    /// Where the linker wrote the debugging symbols (CodeView, `RSDS`): on the machine that built the file.
    pub pdb: Option<Name>,
    /// `Subsystem`: 2 has windows, 3 a console; it decides nothing for a DLL.
    pub subsystem: u16,
    /// The release of the linker: 14.x for those of Visual Studio 2015 and later, 2.x for GNU's.
    pub linker: (u8, u8),
    /// Has code for .NET (a CLR header).
    pub is_managed: bool,
    /// The DLLs that exported names lead on to (`NTDLL.RtlAllocateHeap`), each once: loaded only where somebody takes such
    /// a name, and so no needs.
    pub forwards_to: Vec<Name>,
    /// Bytes behind the last section (a signature, an archive), which no loader maps.
    pub overlay: u64,
}

/// Where a name leads that a DLL exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Export {
    /// To code or data of the DLL itself.
    Own,
    /// To a name of another DLL: `NTDLL.RtlAllocateHeap`, or to an ordinal, `MFC42.#12`.
    Forward(Name),
}
