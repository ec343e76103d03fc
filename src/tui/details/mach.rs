//! What only Mach-O files say: install name, rpaths, slices, the release they are built for, the signature.

use crate::diagnose::install_name::InstallName;
use crate::image::{Format, Image, ImageKind, Release, Signature};
use crate::scan::Scan;
use crate::tui::styled_text::Prose;
use crate::tui::theme::Tone;
use crate::world::FileId;

/// What the file is made to be, to follow the word of its format.
pub(super) fn kind(image: &Image) -> &'static str {
    match image.kind {
        ImageKind::Shared => " dylib",
        ImageKind::Bundle => " bundle",
        ImageKind::Program => " program",
        ImageKind::Inert => " object",
    }
}

/// Everything about a file that a loader or a tool may fail on. Reads its body, once, to tell whether it is Rust.
pub(super) fn facts(scan: &Scan, file: FileId, image: &Image, text: &mut Vec<Prose>) {
    let content = scan.world.file(file);
    if content.is_universal() {
        let archs: Vec<String> = content.archs().map(|arch| arch.word(Format::MachO)).collect();
        let slices = Prose::field("slices", Tone::Plain, image.arch_word());
        text.push(slices.then(Tone::Dim, format!(" (of {}; --arch chooses)", archs.join(", "))));
    }
    built_for(image, text);
    install_name(scan, file, image, text);
    let mut name = "rpath";
    for rpath in image.rpaths() {
        text.push(Prose::field(name, Tone::Plain, rpath.to_string()));
        name = "";
    }
}

fn built_for(image: &Image, text: &mut Vec<Prose>) {
    let Some(mach) = &image.mach else { return };
    if let Some(built) = mach.built_for {
        let sdk = if built.sdk == Release::default() { String::new() } else { format!(", SDK {}", built.sdk) };
        text.push(Prose::field("built for", Tone::Plain, format!("{} {}{sdk}", built.platform, built.minimum)));
    }
    match mach.signature {
        Signature::Present => {}
        Signature::Absent => text.push(Prose::field("signature", Tone::Warning, "none")),
        Signature::Stale => {
            text.push(Prose::field("signature", Tone::Error, "stale: the file was edited and not signed again"));
        }
    }
}

fn install_name(scan: &Scan, file: FileId, image: &Image, text: &mut Vec<Prose>) {
    let (Some(identity), Some(name)) = (&image.identity, InstallName::of_file(scan, file)) else { return };
    let tone = if InstallName::nonstandard(scan, file).is_some() { Tone::Warning } else { Tone::Plain };
    text.push(Prose::field("install name", tone, identity.to_string()));
    text.push(Prose::field("that is", tone, name.phrase()));
    text.push(Prose::field("written by", Tone::Plain, name.writer(scan.rust(file).is_some())));
}
