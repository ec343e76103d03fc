//! What only PE files say: the name they export under, the linker, where their debugging symbols were written.

use crate::image::{Image, ImageKind};
use crate::tui::styled_text::Prose;
use crate::tui::theme::Tone;

/// What the file is made to be, to follow the word of its format.
pub(super) fn kind(image: &Image) -> &'static str {
    match image.kind {
        ImageKind::Shared | ImageKind::Bundle => " DLL",
        ImageKind::Program => " program",
        ImageKind::Inert => " object",
    }
}

/// Everything about a file that is good to know; nothing of it decides a load.
pub(super) fn facts(image: &Image, text: &mut Vec<Prose>) {
    let mut tell = |name, value: String| text.push(Prose::field(name, Tone::Plain, value));
    if let Some(identity) = &image.identity {
        tell("DLL name", identity.to_string());
    }
    let Some(pe) = &image.pe else { return };
    if let (major @ 1.., minor) = pe.linker {
        // GNU's linker has counted 2.x for decades, Microsoft's is at 14.
        let maker = if major == 2 { "GNU" } else { "Microsoft" };
        tell("linker", format!("{major}.{minor:02} ({maker})"));
    }
    if let Some(pdb) = &pe.pdb {
        tell("symbols", pdb.to_string());
    }
    if pe.is_managed {
        tell("code", "for .NET".into());
    }
    let mut name = "leads on to";
    for dll in &pe.forwards_to {
        tell(name, dll.to_string());
        name = "";
    }
    if pe.overlay > 0 {
        tell("overlay", format!("{} bytes behind the last section", pe.overlay));
    }
}
