//! The symbols of a file: what it wants and who provides it, or what it defines for others.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::paint::count;
use super::{Ink, Paint};
use crate::image::Name;
use crate::json;
use crate::printable::printable;
use crate::scan::Scan;
use crate::survey::{ExportedSymbol, SymbolRole, SymbolRow, SymbolStatus, SymbolUse};
use crate::vfs::VPath;
use crate::world::FileId;

/// The mirror of a symbol that a file needs. Its fields and their order are fixed.
#[derive(Serialize)]
struct WantedRow<'a> {
    /// Only where several files are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    symbol: &'a str,
    version: Option<&'a str>,
    demangled: Option<&'a str>,
    binding: &'static str,
    status: &'static str,
    provider: Option<&'a str>,
}

/// One object a line for each symbol that a file needs. `file` is named where several files are listed.
///
/// # Errors
/// Never, as memory takes every byte.
pub fn symbols_jsonl(file: Option<&VPath>, rows: &[SymbolRow], out: &mut Vec<u8>) -> io::Result<()> {
    let file = file.map(VPath::text);
    for row in rows {
        let demangled = row.demangled();
        let version = row.version.as_ref().map(Name::text);
        let provider = row.provider.as_ref().map(VPath::text);
        let row = WantedRow {
            file: file.as_deref(),
            symbol: &row.symbol.text(),
            version: version.as_deref(),
            demangled: demangled.as_deref(),
            binding: if row.is_weak { "weak" } else { "strong" },
            status: row.status.word(),
            provider: provider.as_deref(),
        };
        json::compact(&mut *out, &row)?;
        out.push(b'\n');
    }
    Ok(())
}

/// The symbols that a file needs, by provider; those that nothing provides first. `lists` names each symbol also where it is
/// bound.
pub fn symbols_text(scan: &Scan, file: &VPath, rows: &[SymbolRow], lists: bool, paint: &Paint) -> String {
    let head = paint.ink(Ink::Strong, &printable(&scan.shown(file).text()));
    let mut text = format!("{head}: {}\n", count(rows.len(), "symbol"));
    let recorded = scan.record.iter().flat_map(|record| &record.symbols);
    let is_it = |id: FileId| scan.world.file(id).path == *file;
    if recorded.into_iter().any(|(&id, recorded)| !recorded.is_whole && is_it(id)) {
        text += &paint.ink(Ink::Quiet, "the snapshot has only the symbols of edges with findings\n");
    }
    let mut groups = BTreeMap::<(SymbolStatus, bool, Option<&VPath>), Vec<&SymbolRow>>::new();
    for row in rows {
        groups.entry((row.status, row.is_weak && row.provider.is_none(), row.provider.as_ref())).or_default().push(row);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    // After what is not bound, the provider of most symbols comes first.
    groups.sort_by_key(|((status, is_weak, provider), rows)| {
        (*status, *is_weak, std::cmp::Reverse(rows.len()), provider.cloned())
    });
    for ((status, is_weak, provider), rows) in groups {
        let (ink, what) = match (status, provider) {
            (SymbolStatus::Undefined, _) if is_weak => (Ink::Quiet, "undefined, weak (no action needed)".into()),
            (SymbolStatus::Undefined, _) => (Ink::Error, "undefined".into()),
            (SymbolStatus::Deferred, _) => (Ink::Warning, "undefined, fails when first called".into()),
            (SymbolStatus::Unknown, None) => (Ink::Warning, "unknown (not all providers are available here)".into()),
            (SymbolStatus::Unknown, Some(name)) => (Ink::Quiet, format!("{name} (not available here)")),
            (SymbolStatus::Bound, Some(path)) => (Ink::Strong, scan.shown(path).to_string()),
            (SymbolStatus::Bound, None) => (Ink::Strong, "bound".into()),
        };
        text += &format!("\n{}  {}\n", paint.ink(ink, &printable(&what)), rows.len());
        if lists || status != SymbolStatus::Bound {
            for row in rows {
                text += &line(row, paint);
            }
        }
    }
    text
}

fn line(row: &SymbolRow, paint: &Paint) -> String {
    let version = row.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
    both_names(&format!("{}{version}", row.symbol), row.demangled(), paint)
}

/// A symbol as it was written, and as it stands in the file where that is another.
fn both_names(raw: &str, demangled: Option<String>, paint: &Paint) -> String {
    match demangled {
        Some(name) => format!("  {}  {}\n", printable(&name), paint.ink(Ink::Quiet, &printable(raw))),
        None => format!("  {}\n", printable(raw)),
    }
}

/// The mirror of a symbol that a file defines for others.
#[derive(Serialize)]
struct DefinedRow<'a> {
    symbol: &'a str,
    version: Option<&'a str>,
    demangled: Option<&'a str>,
    binding: &'static str,
    default: bool,
}

/// One object a line for each symbol that a file defines for others.
///
/// # Errors
/// Never, as memory takes every byte.
pub fn exports_jsonl(rows: &[ExportedSymbol], out: &mut Vec<u8>) -> io::Result<()> {
    for row in rows {
        let demangled = row.demangled();
        let version = row.version.as_ref().map(Name::text);
        let row = DefinedRow {
            symbol: &row.symbol.text(),
            version: version.as_deref(),
            demangled: demangled.as_deref(),
            binding: row.binding,
            default: row.is_default,
        };
        json::compact(&mut *out, &row)?;
        out.push(b'\n');
    }
    Ok(())
}

/// The symbols that a file defines for others, one a line.
pub fn exports_text(scan: &Scan, file: &VPath, rows: &[ExportedSymbol], paint: &Paint) -> String {
    let head = paint.ink(Ink::Strong, &printable(&scan.shown(file).text()));
    let mut text = format!("{head}: {} defined for others\n\n", count(rows.len(), "symbol"));
    for row in rows {
        let at = if row.is_default { "@@" } else { "@" };
        let version = row.version.as_ref().map(|version| format!("{at}{version}")).unwrap_or_default();
        text += &both_names(&format!("{}{version}", row.symbol), row.demangled(), paint);
    }
    text
}

/// The mirror of a file that defines or needs a symbol.
#[derive(Serialize)]
struct UseRow<'a> {
    file: &'a str,
    role: &'static str,
    symbol: &'a str,
    version: Option<&'a str>,
    demangled: Option<&'a str>,
    binding: &'static str,
}

/// One object a line for each file that defines or needs a symbol.
///
/// # Errors
/// Never, as memory takes every byte.
pub fn symbol_uses_jsonl(scan: &Scan, uses: &[SymbolUse], out: &mut Vec<u8>) -> io::Result<()> {
    for it in uses {
        let demangled = it.demangled();
        let version = it.version.as_ref().map(Name::text);
        let path = scan.shown(&scan.world.file(it.file).path);
        let row = UseRow {
            file: &path.text(),
            role: it.role.word(),
            symbol: &it.symbol.text(),
            version: version.as_deref(),
            demangled: demangled.as_deref(),
            binding: if it.is_weak { "weak" } else { "strong" },
        };
        json::compact(&mut *out, &row)?;
        out.push(b'\n');
    }
    Ok(())
}

/// Which symbols a snapshot has; none where the files themselves are at hand.
pub fn recorded_symbols_told(scan: &Scan) -> Option<String> {
    let (kept, whole, files) = scan.recorded_files()?;
    Some(format!(
        "the snapshot has the symbols that {kept} of {} take (all of {whole}), and who provides them; with dylens export \
         --symbols it has those of every file, and what no file takes only the files have",
        count(files, "file")
    ))
}

/// The files that define a symbol, and those that need it.
pub fn symbol_uses_text(scan: &Scan, name: &str, uses: &[SymbolUse], paint: &Paint) -> String {
    let mut text = paint.ink(Ink::Strong, &printable(name));
    let demangled = uses.first().and_then(SymbolUse::demangled);
    text += &demangled.map(|name| format!("  {}", printable(&name))).unwrap_or_default();
    text.push('\n');
    for role in [SymbolRole::Defines, SymbolRole::Wants] {
        let of_role: Vec<&SymbolUse> = uses.iter().filter(|it| it.role == role).collect();
        text += &format!("\n{}  {}\n", paint.ink(Ink::Strong, role.word()), of_role.len());
        for it in of_role {
            let version = it.version.as_ref().map(|version| format!("  {version}")).unwrap_or_default();
            let weak = if it.is_weak { "  weak" } else { "" };
            let path = scan.shown(&scan.world.file(it.file).path);
            text += &format!(
                "  {}{}\n",
                printable(&path.text()),
                paint.ink(Ink::Quiet, &printable(&format!("{version}{weak}")))
            );
        }
    }
    text
}
