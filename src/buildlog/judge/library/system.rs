//! Names that systems answer without a file, or with one that all of them have.

use super::short;
use crate::buildlog::judge::{Cause, Judged, Verdict};
use crate::buildlog::log_context::leaf;
use crate::buildlog::well_known;
use crate::command::Remedy;
use crate::command::templates::{MSVC_RUNTIME, WINGET_RUNTIME};
use crate::tools::ToolId;

/// Names that systems answer without a file, or with one that all of them have.
pub(super) fn of_the_system(tied: &Judged, accused: &str) -> Option<Judged> {
    let tool = tied.incident.tool;
    let is_loader = matches!(tool, ToolId::Dyld | ToolId::Glibc | ToolId::Musl | ToolId::Bionic | ToolId::Windows);
    if well_known::is_of_shared_cache(accused) && !is_loader {
        let sentence = format!(
            "{accused} is there, though no file of that name is: since macOS 11 the system's libraries live in dyld's \
             shared cache, where {} does not look",
            tool.name()
        );
        let judged = tied.clone().cause(Cause::SharedCache, Verdict::Noise).says(sentence);
        let text = match tool {
            ToolId::PyInstaller => "nothing; PyInstaller 4.3 and later know of it".to_owned(),
            _ => format!("nothing; newer releases of {} know of it", tool.name()),
        };
        return Some(judged.mended(Remedy::new(text)));
    }
    if well_known::is_api_set(accused) && is_loader {
        return Some(api_set_missing(tied.clone(), accused));
    }
    if well_known::is_api_set(accused) {
        let sentence =
            format!("{accused} is a name that Windows 10 and later answer themselves (an API set): no file bears it");
        let judged = tied.clone().cause(Cause::ApiSet, Verdict::Noise).says(sentence);
        return Some(judged.mended(Remedy::new("nothing, unless the program is to run on Windows 7")));
    }
    if well_known::is_of_windows(accused) && !is_loader {
        let sentence = format!("{accused} is a part of every Windows");
        let judged = tied.clone().cause(Cause::SystemLibrary, Verdict::Noise).says(sentence);
        return Some(judged.mended(Remedy::new("nothing")));
    }
    if well_known::is_msvc_runtime(accused) {
        let who = tied.incident.by().map_or_else(String::new, |by| format!(", which {} needs,", short(by)));
        let sentence = format!("{accused}{who} belongs to Microsoft's Visual C++ runtime, which is no part of Windows");
        let judged = tied.clone().cause(Cause::MsvcRuntime, Verdict::Guilty).says(sentence);
        let text = "install the Visual C++ Redistributable, or the wheel that brings the runtime";
        return Some(judged.mended(Remedy::new(text).fix(Ok(MSVC_RUNTIME.command()))));
    }
    None
}

/// Windows itself misses an API set: it is older than the file asks for.
fn api_set_missing(tied: Judged, accused: &str) -> Judged {
    let is_runtime = leaf(accused).to_lowercase().starts_with("api-ms-win-crt-");
    if is_runtime {
        let sentence = format!(
            "{accused} belongs to the Universal C Runtime, which Windows 10 and later bring and older ones get by an update: this one does not have it"
        );
        let text = "install the Visual C++ Redistributable (2015 or later), which brings the runtime, or Windows' update KB2999226";
        let judged = tied.cause(Cause::MsvcRuntime, Verdict::Guilty).says(sentence);
        return judged.mended(Remedy::new(text).fix(WINGET_RUNTIME.with(&[&"2015+", &"x64"])));
    }
    let sentence =
        format!("{accused} is an API set that this Windows does not know: it is older than the file was made for");
    let text = "use a newer Windows, or a release of the program or of its Python for older ones (Python 3.8 is the last for Windows 7)";
    tied.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(Remedy::new(text))
}
