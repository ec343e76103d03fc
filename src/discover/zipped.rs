//! Zip archives that hold modules: layers of AWS Lambda, what pex and shiv make, programs of `zipapp`.

use std::sync::Arc;

use super::target::Target;
use super::{Kind, Machine, python, system};
use crate::error::Error;
use crate::vfs::{FileSystem, Kind as FileKind, VPath, Wheels};
use crate::world::{Host, Python};

/// Where the packages lie in one: in a layer (AWS Lambda, "Packaging your layer content"), in what shiv makes, in what pex
/// makes.
const SITES: [&str; 4] = ["python", "python/lib/*/site-packages", "site-packages", ".deps/*"];
/// How they are called. A `.pyz` and a `.pex` begin with the line that names their interpreter.
const ENDINGS: [&[u8]; 4] = [b".zip", b".pex", b".pyz", b".pyzw"];

/// Is this a zip archive that may hold modules, by its name or, of a program without an ending, by how it begins?
pub(super) fn is_archive(fs: &dyn FileSystem, path: &VPath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending)) && fs.stat(path).is_ok_and(|stat| stat.kind == FileKind::File)
}

/// What is in it. An archive that is a program runs here; what is no program goes to another system, of which nothing but its
/// C library is known.
///
/// # Errors
/// As [`Wheels::over`].
pub(super) fn target(fs: &Arc<dyn FileSystem>, machine: &Machine, path: &VPath) -> Result<Target, Error> {
    let over = Wheels::over(fs.clone(), std::slice::from_ref(path))?;
    let root = over.root().clone();
    let is_program = !path.file_name().to_ascii_lowercase().ends_with(b".zip");
    let sites: Vec<VPath> = SITES.iter().flat_map(|pattern| matching(&over, &root, pattern)).collect();
    let version = sites.iter().find_map(|site| {
        let name = site.parent()?;
        python::version(name.text().rsplit("/python").next()?)
    });
    let sites = if sites.is_empty() { vec![root.clone()] } else { sites };
    let python = Python { path: sites, version, ..Python::default() };
    let host = match is_program {
        true => system::host(&over, machine, system::system(&over, machine, None)),
        false => Host { system: system::bare(false, None), ..Host::default() },
    };
    let host = Host { python: Some(python), ..host };
    let fs: Arc<dyn FileSystem> = Arc::new(over);
    let because = Some(what(&*fs, &root).to_owned());
    let target = Target::new(&fs, Kind::Folder, &root, host);
    Ok(Target { because, walk: vec![root], is_foreign: !is_program, ..target })
}

/// What made it, by its own marks.
fn what(fs: &dyn FileSystem, root: &VPath) -> &'static str {
    let has = |name: &str| fs.stat(&root.join(name)).is_ok();
    match () {
        () if has("PEX-INFO") => "an archive of pex",
        () if has("environment.json") && has("site-packages") => "an archive of shiv",
        () if has("__main__.py") => "a program in an archive",
        () if has("python") => "a layer of AWS Lambda",
        () => "a zip archive",
    }
}

/// The folders that a pattern means, in order; `*` stands for every name of a part.
fn matching(fs: &dyn FileSystem, root: &VPath, pattern: &str) -> Vec<VPath> {
    let is_folder = |path: &VPath| fs.stat(path).is_ok_and(|stat| stat.kind == FileKind::Directory);
    pattern.split('/').fold(vec![root.clone()], |folders, part| {
        let names = |folder: &VPath| match part {
            "*" => fs.list(folder).unwrap_or_default().into_iter().map(|entry| entry.name).collect(),
            part => vec![VPath::new(part)],
        };
        let below = |folder: &VPath| names(folder).iter().map(|name| folder.join(name)).collect::<Vec<_>>();
        let mut found: Vec<VPath> = folders.iter().flat_map(below).filter(is_folder).collect();
        found.sort();
        found
    })
}
