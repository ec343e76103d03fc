//! The environment as a whole.

use super::finding::sign;
use super::parts::list;
use crate::export::count;
use crate::image::Format;
use crate::loader;
use crate::scan::Scan;
use crate::tui::scan_index::{ScanIndex, brief_words};
use crate::tui::styled_text::{Link, Prose};
use crate::tui::theme::Tone;
use crate::world::System;

/// The environment as a whole: what was looked at, and for whom.
pub fn of_environment(scan_index: &ScanIndex) -> Vec<Prose> {
    let (scan, target) = (&scan_index.scan, &scan_index.scan.target);
    let name = if target.wheels.is_empty() { target.root.to_string() } else { target.title() };
    let what = if target.wheels.len() > 1 { "as if installed in this order" } else { target.kind.word() };
    let mut text = vec![Prose::of(Tone::Strong, name).then(Tone::Dim, format!("  {what}"))];
    for wheel in &target.wheels {
        if target.wheels.len() > 1 {
            text.push(Prose::field("wheel", Tone::Strong, wheel.title()));
        }
        text.push(Prose::field("file", Tone::Plain, wheel.path.to_string()));
        text.push(Prose::field("fits", Tone::Plain, wheel.fits()));
        if !wheel.generator.is_empty() {
            text.push(Prose::field("made by", Tone::Plain, &wheel.generator));
        }
    }
    if let Some(because) = &target.because {
        text.push(Prose::field("chosen by", Tone::Plain, because));
    }
    if let Some(python) = &scan.world.host.python {
        text.push(Prose::field("python", Tone::Plain, python.version_text()));
        if let Some(executable) = &python.executable {
            text.push(Prose::entry(Tone::Plain, executable.to_string()));
        }
    }
    text.push(Prose::field("system", Tone::Plain, system(scan)));
    if let Some(tool) = target.overrides.tool {
        text.push(Prose::field("for", Tone::Plain, tool.to_string()));
    }
    let counts = format!("{}, {}", count(scan.modules(), "module"), count(scan_index.counts.libraries, "library"));
    text.push(Prose::field("has", Tone::Plain, counts));
    if let Some(path) = &scan.world.host.library_path {
        let name = loader::traits(&scan.world.host.system).search_variable;
        text.push(Prose::field("with", Tone::Plain, format!("{name}={path}")));
    }
    let findings = scan.findings.iter().enumerate().map(|(at, finding)| {
        (sign(finding).0, format!("{} {}", sign(finding).1, brief_words(&finding.message)), Some(Link::Finding(at)))
    });
    list("findings", findings, &mut text);
    text
}

/// The system that judges, and the processor: `glibc x86_64`, `macOS 12.0 arm64`.
pub fn system(scan: &Scan) -> String {
    let host = &scan.world.host;
    let release = match &host.system {
        System::Dyld(dyld) => dyld.release.map_or_else(String::new, |release| format!(" {release}")),
        _ => String::new(),
    };
    let format = host.system.format().unwrap_or(Format::Elf);
    let arch = host.arch.map_or_else(String::new, |arch| format!(" {}", arch.word(format)));
    format!("{}{release}{arch}", scan.system_word())
}
