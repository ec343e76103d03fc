//! A file that an archive of a program unpacked: what is installed into that folder is gone with the next archive.

use super::library::short;
use super::{Cause, Judged};
use crate::buildlog::log_context::slashed;
use crate::command::Remedy;
use crate::command::templates::{PEX_FOR, SHIV_WITH};
use crate::tools::{Bundler, ToolId};

/// The tool whose archive has unpacked a file.
fn archiver(path: &str) -> Option<ToolId> {
    let path = slashed(path);
    ToolId::ALL
        .iter()
        .copied()
        .filter(|tool| Bundler::of(*tool).is_none())
        .find(|tool| tool.facts().unpacks.iter().any(|part| path.contains(part)))
}

/// What does not fit the interpreter or the system was packed for another: the archive is built again.
pub(super) fn judge(judged: Judged) -> Judged {
    let is_of_the_build = matches!(
        judged.cause,
        Cause::PythonMismatch
            | Cause::WrongArchitecture
            | Cause::OtherLibc
            | Cause::NotAnImage
            | Cause::VersionMissing
            | Cause::SymbolMissing
            | Cause::ModuleMissing
            | Cause::NumpyMissing
            | Cause::NumpyAbi
            | Cause::NumpyTooOld
            | Cause::MacosTooNew
    );
    let incident = &judged.incident;
    let path = ["by", "place", "other", "accused"]
        .iter()
        .find_map(|place| incident.told(place).filter(|it| archiver(it).is_some()));
    let Some((path, tool)) = path.and_then(|path| Some((path.to_owned(), archiver(path)?))).filter(|_| is_of_the_build)
    else {
        return judged;
    };
    let name = tool.name();
    let sentence = format!("{}; the file was unpacked from an archive that {name} made", judged.sentence);
    let text = format!(
        "build the archive again with the Python version, on the processor and on the oldest system that it is to run on (or for them), with releases that fit each \
         other; then delete what the old one has unpacked ({})",
        folder(&path, tool)
    );
    let command = if tool == ToolId::Pex { PEX_FOR.command() } else { SHIV_WITH.command() };
    judged.says(sentence).mended(Remedy::new(text).fix(Ok(command)))
}

/// The folder into which the archive was unpacked.
fn folder(path: &str, tool: ToolId) -> String {
    let path = slashed(path);
    let end = tool.facts().unpacks.iter().find_map(|part| Some(path.find(part)? + part.len()));
    end.map_or_else(|| short(&path), |end| path[..end].trim_end_matches('/').to_owned())
}
