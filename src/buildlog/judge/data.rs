//! A program that a bundler made opens a file in its own folder, and it is not there: data is no code, and was not included.

use super::{Cause, Judged, Verdict};
use crate::buildlog::log_context::{leaf, slashed};
use crate::buildlog::{Log, Mark, Packager};
use crate::command::Remedy;
use crate::command::templates::{
    CONDA_INSTALL, CX_FREEZE_FOUND, MORE, NUITKA_FOUND, PIP_BINARY, PIP_UNINSTALL, WITHOUT_PROJ_VARIABLES,
};
use crate::tools::{Bundler, ToolId};

/// A package of Tcl that a package of Python brings as data: bundlers see neither its scripts nor its library.
pub(super) fn of_tcl(plain: Judged, log: &Log) -> Judged {
    let above = plain.incident.around.iter().rev().filter(|(number, _)| *number < plain.incident.first);
    let places = above.filter_map(|(_, line)| line.trim_start().strip_prefix("File \"")?.split('"').next());
    let place = plain.incident.told("place").into_iter().chain(places).next().map(slashed);
    let package = place.as_deref().and_then(|place| {
        let mut parts = place.rsplit('/');
        let _file = parts.next()?;
        parts.next().filter(|folder| {
            !folder.is_empty() && folder.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
    });
    let accused = plain.incident.told("accused").unwrap_or_default().to_owned();
    let (Some(package), Some(bundler)) = (package.map(str::to_owned), log.running()) else { return plain };
    let word = bundler.word();
    let sentence = format!(
        "Tcl does not find its package {accused}, which {package} brings as data, scripts and a library: {word} did not take it into the program"
    );
    let text = format!(
        "have {word} take the data of {package} into the program, its libraries too; newer releases of {word} know more packages"
    );
    let remedy = Remedy::new(text).fix(bundler.data(&package)).fix(bundler.libraries_of(&package));
    plain.cause(Cause::FileMissing, Verdict::Guilty).says(sentence).mended(remedy)
}

/// Two releases of HDF5 come from two sources; which of them is to stay depends on where the environment comes from.
pub(super) fn of_hdf5(plain: Judged, log: &Log) -> Judged {
    let paths: Vec<&str> = [plain.incident.told("place"), log.site.as_deref()].into_iter().flatten().collect();
    let around = log.text.lines().iter().any(|(_, line)| line.contains("conda"));
    let is_conda = around || log.packager(&paths) == Packager::Conda;
    let reinstall = match is_conda {
        true => CONDA_INSTALL.with(&[&"h5py"]).and_then(|command| command.and(MORE, &[&"hdf5"])),
        false => PIP_BINARY.with(&[&"h5py"]),
    };
    let remedy = plain.remedy.clone();
    let remedy =
        if is_conda { remedy.steps([PIP_UNINSTALL.with(&[&"h5py"]), reinstall]) } else { remedy.fix(reinstall) };
    plain.mended(remedy)
}

/// PROJ finds another's database or none: variables that other programs set come before what a wheel has.
pub(super) fn of_proj(plain: Judged, log: &Log) -> Judged {
    if plain.incident.message.id == "gdal-data" {
        return plain;
    }
    let places = "PROJ_DATA (PROJ before 9.1 reads PROJ_LIB) set to the folder that has the proj.db of this PROJ: pyproj.datadir.get_data_dir(), in conda $CONDA_PREFIX/share/proj, of \
                  Debian's proj-data /usr/share/proj";
    if let Some(bundler) = log.running() {
        let word = bundler.word();
        let text = format!("have {word} take the data of pyproj into the program; else start it with {places}");
        return plain.mended(Remedy::new(text).fix(bundler.data("pyproj")).fix(bundler.data("rasterio")));
    }
    let text = format!(
        "take PROJ_LIB and PROJ_DATA out of the environment, where another program set them (echo shows; on Windows PostgreSQL's PostGIS, GDAL and OSGeo4W do), and start a new shell; where the \
         data are not installed, install them with PROJ, and run it with {places}"
    );
    let remedy = Remedy::new(text).fix(Ok(WITHOUT_PROJ_VARIABLES.command()));
    plain.mended(if log.marks.contains(&Mark::Conda) { remedy.fix(CONDA_INSTALL.with(&[&"proj"])) } else { remedy })
}

pub(super) fn judge(plain: Judged, log: &Log) -> Judged {
    let Some(bundler) = Bundler::of(plain.incident.tool) else { return plain };
    let Some(inner) = plain.incident.told("accused").map(|path| path.replace("\\\\", "\\").replace('\\', "/")) else {
        return plain;
    };
    let (tool, name) = (bundler.word(), leaf(&inner));
    let own = match bundler.tool() {
        ToolId::Nuitka => "--include-data-dir=FOLDER=FOLDER, --include-data-files=FILE=FILE",
        ToolId::CxFreeze => "include_files in build_exe",
        _ => "--add-data=FOLDER:FOLDER",
    };
    let is_native = [".so", ".dll", ".pyd", ".dylib"].iter().any(|ending| name.to_lowercase().ends_with(ending));
    let package = inner.split_once('/').map(|(top, _)| top).filter(|top| is_in_the_traceback(&plain, log, top));
    let judged = plain.clone().cause(Cause::FileMissing, Verdict::Guilty);
    // Python code that is read as a file: what is packed is compiled, and the option for packages changes nothing about that.
    let top = inner.split_once('/').map(|(top, _)| top);
    if let Some(top) = top.filter(|_| bundler.tool() == ToolId::CxFreeze) {
        let sentence = format!(
            "{top} opens the file {inner}, and {tool} did not take it into the program, which has only compiled code of {top}"
        );
        let text =
            format!("have {tool} copy the file as it is: include_files in build_exe, to the same place below lib");
        return judged.says(sentence).mended(Remedy::new(text).fix(CX_FREEZE_FOUND.with(&[&name, &inner])));
    }
    if let Some(top) = top.filter(|_| is_native && package.is_none()) {
        let sentence = format!(
            "{top} loads {inner} by its path, and {tool} did not take that file into the program, as no code and no other file names it"
        );
        let text =
            format!("include the file in the same folder of the program; newer releases of {tool} know more packages");
        let found = match bundler.tool() {
            ToolId::Nuitka => NUITKA_FOUND.with(&[&name, &inner]),
            _ => bundler.libraries_of(top),
        };
        return judged.says(sentence).mended(Remedy::new(text).fix(found));
    }
    // Where no traceback shows whose code it is, what lies in a folder called like a package may be a package's.
    let is_quoted = package.is_none() && !has_a_traceback(&plain, log);
    if let Some(top) = top.filter(|top| is_quoted && !is_native && could_be_a_package(top)) {
        let sentence = format!(
            "{top} opens {inner} in the folder of the program, and {tool} did not take that file into it: it is no Python code"
        );
        let text = format!(
            "have {tool} take what lies in {top} into the program, if that is a package; where {top} is a folder of the program's own data, name it to {tool} ({own})"
        );
        return plain
            .cause(Cause::FileMissing, Verdict::Guilty)
            .says(sentence)
            .mended(Remedy::new(text).fix(bundler.data(top)));
    }
    let judged = plain.cause(Cause::FileMissing, Verdict::Guilty);
    match package {
        Some(package) => {
            let what = if is_native { "loads by name" } else { "reads" };
            let sentence = format!(
                "{package} {what} {inner}, and {tool} did not take that into the program: it is no Python code"
            );
            let text = format!("have {tool} take what lies in {package} into the program");
            let command = if is_native { bundler.libraries_of(package) } else { bundler.data(package) };
            judged.says(sentence).mended(Remedy::new(text).fix(command))
        }
        None => {
            let sentence =
                format!("the program opens {inner} in its own folder, and {tool} did not take that file into it");
            let text = format!(
                "name data of the program itself to {tool} ({own}); what the program writes belongs into another folder, since this one is \
                 made anew"
            );
            judged.says(sentence).mended(Remedy::new(text))
        }
    }
}

/// Does a traceback end here?
fn has_a_traceback(judged: &Judged, log: &Log) -> bool {
    /// The lines between a place and the exception: its source and its mark.
    const BELOW: usize = 3;
    let before = &log.text.lines()[..log.text.place(judged.incident.first)];
    before.iter().rev().take(BELOW).any(|(_, line)| line.trim_start().starts_with("File \""))
}

/// Is it a name that packages have, and none that programs give to the folders of their own data?
fn could_be_a_package(top: &str) -> bool {
    const OWN: [&str; 22] = [
        "assets",
        "asset",
        "audio",
        "conf",
        "config",
        "configs",
        "css",
        "data",
        "dist",
        "files",
        "fonts",
        "icons",
        "images",
        "image",
        "img",
        "lang",
        "media",
        "models",
        "resources",
        "sounds",
        "static",
        "templates",
    ];
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !top.is_empty() && top.bytes().all(is_name) && !OWN.contains(&top)
}

/// Does the traceback that ends here go through code of this package?
fn is_in_the_traceback(judged: &Judged, log: &Log, package: &str) -> bool {
    /// No traceback of one exception is longer.
    const MOST: usize = 200;
    let is_name = package.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let text = &log.text;
    let before = &text.lines()[..text.place(judged.incident.first)];
    let is_frame = |line: &str| {
        let file = line.trim_start().strip_prefix("File \"").and_then(|rest| rest.split('"').next());
        file.is_some_and(|file| {
            let mut folders = file.split(['/', '\\']).rev();
            folders.next().is_some_and(|name| name.ends_with(".py")) && folders.any(|folder| folder == package)
        })
    };
    let lines = before.iter().rev().take(MOST).map(|(_, line)| line.as_str());
    is_name && lines.take_while(|line| !line.contains("Traceback (most recent call last)")).any(is_frame)
}
