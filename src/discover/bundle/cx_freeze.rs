//! cx_Freeze: a program with `lib/` beside it, and modules in `lib/library.zip` or as files (`initscripts/__startup__.py`).

use std::sync::Arc;

use super::{Bundle, Form, Modules, RecognizedBundle, is_exe, programs, suffixes, version_in};
use crate::tools::Bundler;
use crate::vfs::{FileSystem, VPath};
use crate::world::Python;

/// The archive of modules, below the folder of the libraries.
const ARCHIVE: &str = "library.zip";

/// A folder with a program and `lib/library.zip`.
pub(super) fn folder(fs: &Arc<dyn FileSystem>, root: &VPath) -> Option<RecognizedBundle> {
    let whole = match root.file_name() == b"lib" && fs.stat(&root.join(ARCHIVE)).is_ok() {
        true => root.parent()?,
        false => root.clone(),
    };
    let lib = whole.join("lib");
    if !is_marked(&**fs, &whole, &lib) {
        return None;
    }
    let program = programs(&**fs, &whole).into_iter().next()?;
    Some(found(fs, &whole, program, &lib, Form::Folder))
}

/// `bdist_mac` puts the libraries into `Contents/Resources/lib`.
pub(super) fn app(fs: &Arc<dyn FileSystem>, app: &VPath, program: &VPath) -> Option<RecognizedBundle> {
    let places = ["Contents/Resources/lib", "Contents/MacOS/lib"].map(|place| app.join(place));
    let lib = places.into_iter().find(|lib| is_marked(&**fs, &lib.parent().unwrap_or_default(), lib))?;
    Some(found(fs, app, program.clone(), &lib, Form::App))
}

fn is_marked(fs: &dyn FileSystem, whole: &VPath, lib: &VPath) -> bool {
    let has = |path: VPath| fs.stat(&path).is_ok();
    let is_licensed = has(whole.join("frozen_application_license.txt"));
    has(lib.join(ARCHIVE)) && (is_licensed || has(lib.join("library.dat")) || has(whole.join("lib")))
        || is_licensed && has(lib.clone())
}

fn found(fs: &Arc<dyn FileSystem>, root: &VPath, program: VPath, lib: &VPath, form: Form) -> RecognizedBundle {
    let entries = |folder: &VPath| fs.list(folder).unwrap_or_default();
    let beside = program.parent().unwrap_or_default();
    let names = [entries(&beside), entries(lib)].concat();
    let library = names.iter().find_map(|entry| version_in(&entry.name.text()));
    let mut python =
        Python { executable: Some(program.clone()), version: library, path: vec![lib.clone()], ..Python::default() };
    python.suffixes = suffixes(&**fs, std::slice::from_ref(lib), &python);
    if python.version.is_none() {
        python.version = python.suffixes.first().and_then(|suffix| tagged_version(&suffix.to_string()));
    }
    let mut modules = Modules::default();
    modules.is_whole = modules.add_zip(&**fs, &lib.join(ARCHIVE));
    // By `AddDllDirectory` (`bases/_common.c`); elsewhere the rpath of the program leads there.
    let library_path = if is_exe(program.file_name()) { vec![lib.clone()] } else { Vec::new() };
    let bundle = Bundle { bundler: Bundler::CX_FREEZE, version: None, form, program, contents: lib.clone(), modules };
    RecognizedBundle { fs: fs.clone(), root: root.clone(), bundle, python, library_path }
}

/// `(3, 11)` of `.cpython-311-x86_64-linux-gnu.so` and `.cp311-win_amd64.pyd`.
fn tagged_version(suffix: &str) -> Option<(u16, u16)> {
    let digits = suffix.strip_prefix(".cpython-").or_else(|| suffix.strip_prefix(".cp"))?;
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    Some((digits.get(..1)?.parse().ok()?, digits.get(1..)?.parse().ok()?))
}
