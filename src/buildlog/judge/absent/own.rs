//! A library that the package itself brings is not where its file asks for it.

use crate::buildlog::judge::library::{folder, package, short};
use crate::buildlog::judge::{Cause, Judged, Verdict};
use crate::buildlog::log_context::leaf;
use crate::command::Remedy;
use crate::command::templates::{
    LIBRARY_PATH, NAME_ADD_RPATH, PIP_REINSTALL, SET_RPATH, SET_RPATH_OF, SIGN, WITH_LIBPYTHON,
};
use crate::diagnose::shipped;
use crate::tools::ToolId;

/// A library in the folder that delocate or auditwheel made for what a wheel brings: nobody else ships it.
pub(super) fn of_its_wheel(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let mut folders = accused.rsplit('/').skip(1);
    let folder = folders.find(|part| part.ends_with(".dylibs") || part.ends_with(".libs"));
    let name = leaf(accused);
    let whose = folder.map(|folder| folder.trim_end_matches(".dylibs").trim_end_matches(".libs").to_owned());
    if folder.is_none() && !is_grafted(name) {
        return None;
    }
    // Several packages bring libraries under names of this kind: only what NumPy or SciPy imports itself is theirs for sure.
    let is_shared = ["openblas", "gfortran", "quadmath"].iter().any(|part| name.contains(part));
    let importer = plain.incident.told("place").and_then(package).or_else(|| last_frame(plain).and_then(package));
    let importer = importer.filter(|importer| !is_shared || ["numpy", "scipy"].contains(&importer.as_str()));
    let whose = whose.filter(|stem| !stem.is_empty()).or_else(|| by.and_then(package)).or(importer);
    let who = by.map_or_else(|| "a file of it".to_owned(), short);
    let Some(whose) = whose else {
        let sentence = format!(
            "{name} is a library that a wheel includes in a folder of its own (the hash in its name shows it), and it is not there: the folder was \
             removed, or the wheel was repaired incorrectly"
        );
        let text = "reinstall the package that was being imported; if its wheel is defective, use another release";
        let plain = plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty);
        return Some(plain.says(sentence).mended(Remedy::new(text)));
    };
    let place = folder.map_or_else(String::new, |folder| format!(" in its folder {folder}"));
    let sentence = format!(
        "{name} is bundled in the {whose} wheel{place}, but not at the path that {who} asks for ({accused}): the folder was removed, or the \
         wheel was repaired incorrectly"
    );
    let text = format!(
        "reinstall {whose}; if its wheel is defective, use another release, or repair the wheel with a newer delocate or auditwheel"
    );
    let remedy = Remedy::new(text).fix(PIP_REINSTALL.with(&[&whose]));
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The file of the last place in the traceback above it, also where that is NumPy's own.
pub(super) fn last_frame(plain: &Judged) -> Option<&str> {
    let above = plain.incident.around.iter().rev().filter(|(number, _)| *number < plain.incident.first);
    above.filter_map(|(_, line)| line.trim_start().strip_prefix("File \"")?.split('"').next()).next()
}

/// A library that is called as the package of the file which needs it: the package brings it, and no search path leads to it.
pub(super) fn of_its_package(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    const SHORTEST: usize = 4;
    // glibc does not tell the file through Python: the package is that of the code which imports it.
    let Some(by) = by else { return of_the_importing_package(plain, accused) };
    let plainly = |text: &str| text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let (whose, name) = (package(by)?, plainly(leaf(accused).split('.').next()?));
    let own = plainly(&folder(by)?);
    let is_path = accused.starts_with('/') && !accused.contains("-packages/");
    // `libopenPMD` of the module openpmd_api.
    let core = name.strip_prefix("lib").unwrap_or(&name);
    let is_its = own.len() >= SHORTEST && name.contains(&own) || core.len() > SHORTEST && own.starts_with(core);
    if !is_its || is_path || shipped(leaf(accused)).is_some() {
        return None;
    }
    let is_mac = plain.incident.tool == ToolId::Dyld;
    let path = if is_mac { "LC_RPATH" } else { "RUNPATH" };
    let sentence = format!(
        "{accused}, needed by {}, belongs to {whose} itself by its name: the file is not there, or no {path} leads to the folder in which it lies",
        short(by)
    );
    let text = format!(
        "where {} lies in the folder of {whose}, give the file that needs it a search path that leads there (@loader_path and $ORIGIN are the folder of \
         that file); else reinstall {whose}, or take another release",
        leaf(accused)
    );
    let remedy = Remedy::new(text);
    let remedy = match plain.incident.tool {
        ToolId::Dyld => remedy.steps([NAME_ADD_RPATH.with(&[&"@loader_path", &by]), SIGN.with(&[&by])]),
        ToolId::Glibc | ToolId::Musl => remedy.fix(SET_RPATH.with(&[&by])),
        _ => return None,
    };
    let judged = plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence);
    Some(judged.mended(remedy.fix(PIP_REINSTALL.with(&[&whose]))))
}

/// A library that is called like the file which needs it, where no package of Python or of the system has either: they were built together.
pub(super) fn of_its_project(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    const SHORTEST: usize = 5;
    let by = by.filter(|by| by.starts_with('/') && package(by).is_none() && !by.starts_with("/usr/lib"))?;
    let (own, name) = (bare(by), bare(accused));
    if name.len() < SHORTEST || !own.starts_with(&name) || accused.contains('/') || shipped(accused).is_some() {
        return None;
    }
    let folder = by.rsplit_once('/').map_or("/", |(folder, _)| folder);
    let sentence = format!(
        "{accused}, needed by {}, is called like it and was built with it: it is not there, or lies in a folder that the loader does not search, as is the \
         folder of the file that needs it",
        leaf(by)
    );
    let text = format!(
        "copy it beside {} and add its folder to the search path: LD_LIBRARY_PATH (Java's java.library.path does not serve what a library needs in turn), or an RPATH of $ORIGIN in \
         the file",
        leaf(by)
    );
    let remedy = Remedy::new(text).fix(LIBRARY_PATH.with(&[&folder])).fix(SET_RPATH.with(&[&by]));
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The same, where only the place of the import is told.
pub(super) fn of_the_importing_package(plain: &Judged, accused: &str) -> Option<Judged> {
    const SHORTEST: usize = 4;
    let place = plain.incident.told("place").filter(|_| plain.incident.tool == ToolId::Glibc)?;
    let (whose, own) = (package(place)?, folder(place)?.to_lowercase());
    if own.len() < SHORTEST
        || !bare(accused).starts_with(&own)
        || accused.contains('/')
        || shipped(leaf(accused)).is_some()
    {
        return None;
    }
    let sentence = format!(
        "{accused}, needed by a module of {whose}, belongs to {whose} itself by its name: the file is not there, or no RUNPATH leads to the folder in which it lies"
    );
    let text = format!(
        "where {accused} lies in the folder of {whose}, give the module that needs it a search path that leads there ($ORIGIN is the folder of that module); where it was installed by a build of its own (make install: /usr/local/lib), run ldconfig as root, or \
         put its folder on LD_LIBRARY_PATH; else reinstall {whose}, or take another release"
    );
    let remedy = Remedy::new(text).fix(Ok(SET_RPATH_OF.command())).fix(Ok(WITH_LIBPYTHON.command()));
    let remedy = remedy.fix(PIP_REINSTALL.with(&[&whose]));
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// `gsl-2` of `/usr/lib/libGSL-2.so.27`.
pub(super) fn bare(path: &str) -> String {
    leaf(path).trim_start_matches("lib").split('.').next().unwrap_or_default().to_lowercase()
}

/// Does a tool that mends wheels name files so: with a hash of eight digits?
pub(super) fn is_grafted(name: &str) -> bool {
    let is_hash = |part: &str| {
        part.len() == 8
            && part.bytes().all(|byte| byte.is_ascii_hexdigit())
            && part.bytes().any(|byte| byte.is_ascii_digit())
    };
    leaf(name).split(['-', '.']).skip(1).any(is_hash)
}
