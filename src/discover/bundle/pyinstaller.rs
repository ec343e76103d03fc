//! PyInstaller: a bootloader with its archive, and what it opens and searches when it starts (`bootloader/src` and
//! `PyInstaller/loader` of 3.6 to 6.22).

use std::sync::Arc;

use super::{Bundle, Form, Modules, RecognizedBundle, is_exe, programs, pyz, suffixes, version_in};
use crate::error::Error;
use crate::tools::Bundler;
use crate::vfs::onefile::carchive::CArchive;
use crate::vfs::onefile::{OneFile, Packing};
use crate::vfs::{FileSystem, Kind, VPath};
use crate::world::Python;

/// What every bundle of PyInstaller has beside its libraries: the modules that Python itself needs to start.
pub(super) const BASE: &str = "base_library.zip";

/// What PyInstaller keeps in the folder that it works in, for the next time (`building/api.py`).
pub(super) const WORK: &str = "EXE-00.toc";

/// A folder with a bootloader, and beside it (before 6.0) or in a folder of its own what it needs.
pub(super) fn folder(fs: &Arc<dyn FileSystem>, root: &VPath) -> Result<Option<RecognizedBundle>, Error> {
    if fs.stat(&root.join(WORK)).is_ok() {
        let name = VPath::new(root.file_name());
        return Err(Error::new(
            format!(
                "{root} is the folder that PyInstaller worked in: its program does not have beside it what it needs"
            ),
            format!("look at what PyInstaller made: dist/{name}, unless --distpath said otherwise"),
        ));
    }
    let has_base = |folder: &VPath| fs.stat(&folder.join(BASE)).is_ok();
    let below = || {
        let entries = fs.list(root).unwrap_or_default().into_iter();
        entries.filter(|entry| entry.kind == Kind::Directory).any(|entry| has_base(&root.join(&entry.name)))
    };
    // The inner folder stands for the whole.
    let whole = match has_base(root) {
        true if programs(&**fs, root).is_empty() => root.parent().unwrap_or_else(|| root.clone()),
        true => root.clone(),
        // Without its base library it does not start, but what it was made by is still to be seen.
        false if root.file_name() == b"_internal" => root.parent().unwrap_or_else(|| root.clone()),
        false if below() || fs.stat(&root.join("_internal")).is_ok() => root.clone(),
        false => return Ok(None),
    };
    for program in programs(&**fs, &whole) {
        if let Some(archive) = archive(&**fs, &program)?.filter(|archive| !archive.is_one_file()) {
            let contents = match archive.option("pyi-contents-directory") {
                Some(name) => whole.join(name).folded(),
                None => whole.clone(),
            };
            return Ok(Some(found(fs, &archive, &whole, program, contents, Form::Folder)));
        }
    }
    Ok(None)
}

/// A program that has everything in its archive.
pub(super) fn one_file(fs: &Arc<dyn FileSystem>, file: &VPath) -> Result<Option<RecognizedBundle>, Error> {
    let Some(archive) = archive(&**fs, file)?.filter(CArchive::is_one_file) else { return Ok(None) };
    let packing = Packing::CArchive(archive);
    let over = OneFile::over(fs.clone(), file, &packing)?;
    let Packing::CArchive(archive) = packing else { return Ok(None) };
    let root = over.root().clone();
    let program = root.join(file.file_name());
    let fs: Arc<dyn FileSystem> = Arc::new(over);
    Ok(Some(found(&fs, &archive, &root, program, root.clone(), Form::OneFile)))
}

/// The program of an application bundle; its libraries lie in `Contents/Frameworks`.
pub(super) fn app(fs: &Arc<dyn FileSystem>, app: &VPath, program: &VPath) -> Result<Option<RecognizedBundle>, Error> {
    let Some(archive) = archive(&**fs, program)? else { return Ok(None) };
    if archive.is_one_file() {
        return one_file(fs, program);
    }
    let frameworks = app.join("Contents/Frameworks");
    // Before 6.0 everything lay beside the program.
    let has_frameworks = fs.stat(&frameworks.join(BASE)).is_ok() || archive.option("pyi-contents-directory").is_some();
    let contents = if has_frameworks { frameworks } else { app.join("Contents/MacOS") };
    Ok(Some(found(fs, &archive, app, program.clone(), contents, Form::App)))
}

pub(super) fn archive(fs: &dyn FileSystem, program: &VPath) -> Result<Option<CArchive>, Error> {
    let Ok(file) = fs.open(program) else { return Ok(None) };
    CArchive::find(&*file)
        .transpose()
        .map_err(|what| Error::new(format!("{program}: {what}"), "build the program again, or copy it whole"))
}

fn found(
    fs: &Arc<dyn FileSystem>,
    archive: &CArchive,
    root: &VPath,
    program: VPath,
    contents: VPath,
    form: Form,
) -> RecognizedBundle {
    let (major, minor) = archive.python;
    // Since 6.11 below a folder of the version, before that at the top (pyi_builder: `python3.x/lib-dynload`).
    let dynload = [format!("python{major}.{minor}/lib-dynload"), "lib-dynload".into()];
    let dynload = dynload.iter().map(|name| contents.join(name)).find(|path| fs.stat(path).is_ok());
    let path: Vec<VPath> = dynload.iter().cloned().chain([contents.clone()]).collect();
    let mut python = Python {
        executable: Some(program.clone()),
        version: version_in(&archive.library).or(Some(archive.python)),
        lib_dynload: dynload,
        path: path.clone(),
        // By its full path, before anything else (`pyi_pylib_load`).
        opens: vec![contents.join(&archive.library)],
        ..Python::default()
    };
    python.suffixes = suffixes(&**fs, &path, &python);
    // What `pyimod04_pywin32` adds when it starts: to the import path, and a folder of DLLs (`os.add_dll_directory`).
    let mut library_path = vec![contents.clone()];
    for name in ["win32", "pythonwin", "pywin32_system32"] {
        let folder = contents.join(name);
        if is_exe(program.file_name()) && fs.stat(&folder).is_ok() {
            library_path.extend((name == "pywin32_system32").then(|| folder.clone()));
            python.path.push(folder);
        }
    }
    let names = modules(fs, archive, &program, &contents);
    let version = archive.option("pyi-contents-directory").map(|_| "6 or later");
    let bundler = Bundler::PYINSTALLER;
    RecognizedBundle {
        fs: fs.clone(),
        root: root.clone(),
        bundle: Bundle { bundler, version, form, program, contents: contents.clone(), modules: names },
        python,
        // The bootloader sets it to its own folder, and starts itself again; on Windows it calls `SetDllDirectory`.
        library_path,
    }
}

/// What lies in the archive of modules, in the base library and in the table of contents itself.
fn modules(fs: &Arc<dyn FileSystem>, archive: &CArchive, program: &VPath, contents: &VPath) -> Modules {
    let mut modules = Modules { is_whole: true, ..Modules::default() };
    let has_base = modules.add_zip(&**fs, &contents.join(BASE));
    for entry in &archive.entries {
        match entry.kind {
            b'z' => {
                let bytes = archive.bytes(&**fs, program, entry).ok();
                match bytes.and_then(pyz::Archive::read) {
                    Some(archive) => modules.names.extend(archive.names().cloned()),
                    None => modules.is_whole = false,
                }
            }
            b'm' | b'M' => {
                modules.names.insert(entry.name.clone());
            }
            _ => {}
        }
    }
    modules.is_whole &= has_base;
    modules.archives.push(program.clone());
    modules
}
