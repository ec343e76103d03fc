//! Application bundles of macOS: `Contents/MacOS` has the program, and whose it is decides where the rest lies.

use std::sync::Arc;

use super::{Bundle, Form, Modules, RecognizedBundle, cx_freeze, nuitka, programs, pyinstaller, suffixes, version_in};
use crate::error::Error;
use crate::tools::Bundler;
use crate::vfs::{FileSystem, Kind, VPath};
use crate::world::Python;

/// The application bundle that a folder is, or lies in.
pub(super) fn around(fs: &dyn FileSystem, folder: &VPath) -> Option<VPath> {
    let above = std::iter::successors(Some(folder.clone()), VPath::parent).take(4);
    above.into_iter().find(|path| path.file_name().ends_with(b".app") && fs.stat(&path.join("Contents/MacOS")).is_ok())
}

/// Tells whose it is.
pub(super) fn find(fs: &Arc<dyn FileSystem>, app: &VPath) -> Result<Option<RecognizedBundle>, Error> {
    let programs = programs(&**fs, &app.join("Contents/MacOS"));
    for program in &programs {
        if let Some(found) = pyinstaller::app(fs, app, program)? {
            return Ok(Some(found));
        }
    }
    let Some(program) = main(fs, app, programs) else { return Ok(None) };
    if let Some(found) = py2app(fs, app, &program) {
        return Ok(Some(found));
    }
    Ok(cx_freeze::app(fs, app, &program).or_else(|| nuitka::app(fs, app, &program)))
}

/// The program that `Info.plist` names, where that is text; else the one that is called like the bundle. py2app lays a
/// second program beside its own, called `python`.
fn main(fs: &Arc<dyn FileSystem>, app: &VPath, programs: Vec<VPath>) -> Option<VPath> {
    let list = fs.read(&app.join("Contents/Info.plist"), 1 << 20).unwrap_or_default();
    let list = String::from_utf8_lossy(&list).into_owned();
    let named = list.split("<key>CFBundleExecutable</key>").nth(1).and_then(|rest| {
        let start = rest.find("<string>")? + "<string>".len();
        rest[start..].split("</string>").next()
    });
    let is_named = |path: &&VPath| named.is_some_and(|name| path.file_name() == name.as_bytes());
    programs.iter().find(is_named).or_else(|| programs.first()).cloned()
}

/// py2app: `Contents/Resources/__boot__.py` starts what lies in `Resources/lib/python3.X`.
fn py2app(fs: &Arc<dyn FileSystem>, app: &VPath, program: &VPath) -> Option<RecognizedBundle> {
    let resources = app.join("Contents/Resources");
    fs.stat(&resources.join("__boot__.py")).ok()?;
    let lib = resources.join("lib");
    let entries = fs.list(&lib).unwrap_or_default();
    let library =
        entries.iter().find(|entry| entry.kind == Kind::Directory && version_in(&entry.name.text()).is_some())?;
    let version = version_in(&library.name.text());
    let library = lib.join(&library.name);
    let dynload = library.join("lib-dynload");
    let has_dynload = fs.stat(&dynload).is_ok();
    let path: Vec<VPath> = has_dynload.then(|| dynload.clone()).into_iter().chain([library.clone()]).collect();
    let mut python = Python {
        executable: Some(program.clone()),
        version,
        lib_dynload: has_dynload.then_some(dynload),
        path: path.clone(),
        // The framework, by the path that `Info.plist` gives (`PyRuntimeLocations`).
        opens: framework(fs, app, version).into_iter().collect(),
        ..Python::default()
    };
    python.suffixes = suffixes(&**fs, &path, &python);
    let mut modules = Modules::default();
    let zipped = version.map(|(major, minor)| lib.join(format!("python{major}{minor}.zip")));
    modules.is_whole = zipped.is_some_and(|zipped| modules.add_zip(&**fs, &zipped));
    let bundle = Bundle {
        bundler: Bundler::PY2APP,
        version: None,
        form: Form::App,
        program: program.clone(),
        contents: library,
        modules,
    };
    Some(RecognizedBundle { fs: fs.clone(), root: app.clone(), bundle, python, library_path: Vec::new() })
}

/// The Python that the program opens: a framework, or a dylib.
fn framework(fs: &Arc<dyn FileSystem>, app: &VPath, version: Option<(u16, u16)>) -> Option<VPath> {
    let (major, minor) = version?;
    let names = [
        format!("Python.framework/Versions/{major}.{minor}/Python"),
        "Python.framework/Versions/Current/Python".into(),
        format!("libpython{major}.{minor}.dylib"),
    ];
    let frameworks = app.join("Contents/Frameworks");
    names.iter().map(|name| frameworks.join(name)).find(|path| fs.stat(path).is_ok())
}
