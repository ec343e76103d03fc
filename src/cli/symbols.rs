//! `dylens symbols`: what a file needs, and who provides it.

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

use super::args::{Arguments, SymbolFormat, Symbols};
use super::{output, source};
use crate::bind::Mode;
use crate::error::Error;
use crate::export;
use crate::graph::Node;
use crate::scan::Scan;
use crate::survey::{SymbolContext, SymbolRow, SymbolStatus};
use crate::vfs::{Disk, VPath};
use crate::world::FileId;

/// Prints the symbols of one file, or of every module where none is named.
///
/// # Errors
/// Where there is no such file, or its symbols are not at hand.
pub(super) fn symbols(arguments: &Arguments, symbols: &Symbols) -> Result<ExitCode, Error> {
    let scan = source::surveyed(arguments, std::slice::from_ref(&symbols.path))?;
    if let Some(name) = &symbols.find {
        return find(arguments, symbols, scan, name);
    }
    if let (Some(name), true) = (&symbols.file, symbols.exports) {
        return exports(arguments, symbols, scan, name);
    }
    let context = symbols.context(scan)?;
    let mut out = Vec::new();
    match &symbols.file {
        Some(name) => {
            let file = named(scan, name)?;
            let rows = scan.symbols(file, &context).ok_or_else(|| not_at_hand(scan, file))?;
            symbols.write(scan, &scan.world.file(file).path, rows, false, arguments, &mut out)?;
        }
        None => {
            for (import, rows) in scan.symbols_of_modules(&context) {
                symbols.write(scan, &import.opened, rows, true, arguments, &mut out)?;
            }
        }
    }
    output::print(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the symbols that a file defines for others.
fn exports(arguments: &Arguments, symbols: &Symbols, scan: &Scan, name: &OsStr) -> Result<ExitCode, Error> {
    let file = named(scan, name)?;
    let rows = scan.exported_symbols(file).ok_or_else(|| not_at_hand(scan, file))?;
    let mut out = Vec::new();
    match symbols.format {
        SymbolFormat::Text => {
            let paint = output::paint(arguments, true);
            out.extend(export::exports_text(scan, &scan.world.file(file).path, &rows, &paint).into_bytes());
        }
        SymbolFormat::Jsonl => export::exports_jsonl(&rows, &mut out).map_err(cannot_write)?,
    }
    output::print(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints every file that defines or needs a symbol; of a snapshot also which symbols it has.
fn find(arguments: &Arguments, symbols: &Symbols, scan: &Scan, name: &str) -> Result<ExitCode, Error> {
    if let Some(told) = export::recorded_symbols_told(scan) {
        output::note(arguments, &told);
    }
    let uses = scan.symbol_uses(name.as_bytes());
    let mut out = Vec::new();
    match symbols.format {
        SymbolFormat::Text => {
            let paint = output::paint(arguments, true);
            out.extend(export::symbol_uses_text(scan, name, &uses, &paint).into_bytes());
        }
        SymbolFormat::Jsonl => export::symbol_uses_jsonl(scan, &uses, &mut out).map_err(cannot_write)?,
    }
    output::print(&out)?;
    Ok(ExitCode::SUCCESS)
}

fn cannot_write(error: std::io::Error) -> Error {
    Error::new(format!("jsonl cannot be written: {error}"), "report it")
}

impl Symbols {
    /// The process that was asked for.
    ///
    /// # Errors
    /// Where a file that is to be opened before is not there.
    fn context(&self, scan: &Scan) -> Result<SymbolContext, Error> {
        let opened = |names: &[OsString], mode| -> Result<Vec<_>, Error> {
            let open = |name: &OsString| {
                let file = named(scan, name)?;
                Ok((file, scan.world.file(file).path.clone(), mode))
            };
            names.iter().map(open).collect()
        };
        let mut before = opened(&self.after_global, Mode::GLOBAL)?;
        before.extend(opened(&self.after, Mode::IMPORT)?);
        Ok(SymbolContext { is_alone: self.alone, before })
    }

    fn write(
        &self,
        scan: &Scan,
        file: &VPath,
        mut rows: Vec<SymbolRow>,
        is_one_of_many: bool,
        arguments: &Arguments,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        rows.retain(|row| self.wants(row));
        let is_empty = rows.is_empty() && is_one_of_many;
        match self.format {
            SymbolFormat::Text if is_empty => {}
            SymbolFormat::Text => {
                let paint = output::paint(arguments, true);
                let lists = self.to.is_some();
                out.extend(export::symbols_text(scan, file, &rows, lists, &paint).into_bytes());
                out.extend(is_one_of_many.then_some(b'\n'));
            }
            SymbolFormat::Jsonl => {
                let shown = scan.shown(file);
                export::symbols_jsonl(is_one_of_many.then_some(&shown), &rows, out).map_err(cannot_write)?;
            }
        }
        Ok(())
    }

    /// Is this one of the symbols that were asked for?
    fn wants(&self, row: &SymbolRow) -> bool {
        let is_of = |library: &String| {
            let provider = row.provider.as_ref().map(VPath::text);
            provider.is_some_and(|path| *path == **library || path.rsplit('/').next() == Some(library))
                || row.provider.as_ref().is_some_and(|path| stem(path.file_name()) == stem(library.as_bytes()))
        };
        let is_undefined = matches!(row.status, SymbolStatus::Undefined | SymbolStatus::Deferred) && !row.is_weak;
        self.to.as_ref().is_none_or(is_of) && (!self.undefined || is_undefined)
    }
}

/// `libz` of `libz.so.1`.
fn stem(name: &[u8]) -> &[u8] {
    name.split(|&byte| byte == b'.').next().unwrap_or(name)
}

/// The file that a person named: a path, or what `dylens why` takes.
fn named(scan: &Scan, name: &OsStr) -> Result<FileId, Error> {
    let typed = Disk::path(std::path::Path::new(name));
    let here = crate::discover::Machine::this().directory.join(&typed);
    let below = scan.target.root.join(&typed);
    let known = [here, below].into_iter().find_map(|path| scan.world.open(&path).ok());
    if let Some(file) = known.filter(|&file| scan.world.file(file).image.is_some()) {
        return Ok(file);
    }
    let node = export::node(scan, &name.to_string_lossy())?;
    match scan.graph.node(node) {
        Node::File { file, .. } | Node::System(file) => Ok(*file),
        _ => Err(Error::new(
            format!("{} is no native file", name.to_string_lossy()),
            "give a module or a library; dylens tree --all lists them",
        )),
    }
}

fn not_at_hand(scan: &Scan, file: FileId) -> Error {
    let path = scan.shown(&scan.world.file(file).path);
    match scan.record.is_some() {
        true => Error::new(
            format!("the snapshot has no symbols of {path}"),
            "take it with dylens export --symbols, or give the environment itself",
        ),
        false => {
            Error::new(format!("the symbols of {path} cannot be read"), "give a native file whose headers are whole")
        }
    }
}
