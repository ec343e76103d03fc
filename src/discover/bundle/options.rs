//! The commands by which each bundler is told to include something that it does not find itself.
//!
//! Nuitka 4.3 (`OptionParsing.py`), PyInstaller 6.22 (`build_main.py`), cx_Freeze 8.7 (`command/build_exe.py`), py2app 0.28
//! (`build_app.py`).

use super::Bundler;
use crate::command::templates::*;
use crate::command::{Command, Refusal};
use crate::vfs::VPath;

impl Bundler {
    /// Includes a Python module, by its dotted name.
    ///
    /// # Errors
    /// Where it is no name of a module.
    pub fn module(self, name: &str) -> Result<Command, Refusal> {
        let template = match self {
            Bundler::Nuitka => NUITKA_MODULE,
            Bundler::PyInstaller => PYINSTALLER_MODULE,
            Bundler::CxFreeze => CX_FREEZE_MODULE,
            Bundler::Py2app => PY2APP_MODULE,
        };
        template.with(&[&name])
    }

    /// Includes a package with all that is in it.
    ///
    /// # Errors
    /// Where it is no name of a package.
    pub fn package(self, name: &str) -> Result<Command, Refusal> {
        let template = match self {
            Bundler::Nuitka => NUITKA_PACKAGE,
            Bundler::PyInstaller => PYINSTALLER_PACKAGE,
            Bundler::CxFreeze => CX_FREEZE_PACKAGE,
            Bundler::Py2app => PY2APP_PACKAGE,
        };
        template.with(&[&name])
    }

    /// Includes a native library, beside the program.
    ///
    /// # Errors
    /// Where its path cannot be shown as it is.
    pub fn library(self, path: &VPath) -> Result<Command, Refusal> {
        let name = path.file_name();
        match self {
            Bundler::Nuitka => NUITKA_LIBRARY.with(&[path, &name]),
            Bundler::PyInstaller => PYINSTALLER_LIBRARY.with(&[path, &"."]),
            Bundler::CxFreeze => CX_FREEZE_LIBRARY.with(&[path, &name]),
            Bundler::Py2app => PY2APP_LIBRARY.with(&[path]),
        }
    }

    /// Includes a native library of which only the name is known, beside the program.
    ///
    /// # Errors
    /// Where no library is called so.
    pub fn library_named(self, name: &[u8]) -> Result<Command, Refusal> {
        match self {
            Bundler::Nuitka => NUITKA_FOUND.with(&[&name, &name]),
            Bundler::PyInstaller => PYINSTALLER_FOUND.with(&[&name, &"."]),
            Bundler::CxFreeze => CX_FREEZE_FOUND.with(&[&name, &name]),
            Bundler::Py2app => PY2APP_FOUND.with(&[&name]),
        }
    }

    /// Includes the data of a package: what is neither Python code nor native.
    ///
    /// # Errors
    /// Where it is no name of a package.
    pub fn data(self, package: &str) -> Result<Command, Refusal> {
        match self {
            Bundler::Nuitka => NUITKA_DATA.with(&[&package]),
            Bundler::PyInstaller => PYINSTALLER_DATA.with(&[&package]),
            Bundler::CxFreeze | Bundler::Py2app => self.package(package),
        }
    }

    /// Includes the native libraries of a package, which its code loads by name.
    ///
    /// # Errors
    /// Where it is no name of a package.
    pub fn libraries_of(self, package: &str) -> Result<Command, Refusal> {
        match self {
            Bundler::Nuitka => NUITKA_LIBRARIES.with(&[&package, &package]),
            Bundler::PyInstaller => PYINSTALLER_LIBRARIES.with(&[&package]),
            Bundler::CxFreeze | Bundler::Py2app => self.package(package),
        }
    }
}
