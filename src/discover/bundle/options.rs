//! The options by which each bundler is told to take something along that it does not find itself.
//!
//! Nuitka 4.3 (`OptionParsing.py`), PyInstaller 6.22 (`build_main.py`), cx_Freeze 8.7 (`command/build_exe.py`), py2app 0.28
//! (`build_app.py`).

use super::Bundler;

impl Bundler {
    /// A Python module, by its dotted name.
    pub fn module(self, name: &str) -> String {
        match self {
            Bundler::Nuitka => format!("--include-module={name}"),
            Bundler::PyInstaller => format!("--hidden-import={name}"),
            Bundler::CxFreeze => format!("--includes={name}"),
            Bundler::Py2app => format!("--includes={name}"),
        }
    }

    /// A package with all that is in it.
    pub fn package(self, name: &str) -> String {
        match self {
            Bundler::Nuitka => format!("--include-package={name}"),
            Bundler::PyInstaller => format!("--collect-submodules={name}"),
            Bundler::CxFreeze => format!("--packages={name}"),
            Bundler::Py2app => format!("--packages={name}"),
        }
    }

    /// A native library: where it lies, and the folder of the bundle (empty for the top) in which it has to.
    pub fn library(self, path: &str, folder: &str) -> String {
        let name = path.rsplit('/').next().unwrap_or(path);
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        match self {
            Bundler::Nuitka => format!("--include-data-files={path}={below}{name}"),
            Bundler::PyInstaller => format!("--add-binary={path}:{}", if folder.is_empty() { "." } else { folder }),
            Bundler::CxFreeze => format!("--include-files={path}=lib/{below}{name}"),
            Bundler::Py2app => format!("--frameworks={path}"),
        }
    }

    /// The data of a package: what is neither Python code nor native.
    pub fn data(self, package: &str) -> String {
        match self {
            Bundler::Nuitka => format!("--include-package-data={package}"),
            Bundler::PyInstaller => format!("--collect-data={package}"),
            Bundler::CxFreeze | Bundler::Py2app => format!("--packages={package}"),
        }
    }

    /// The native libraries of a package, which its code loads by name.
    pub fn libraries_of(self, package: &str) -> String {
        match self {
            Bundler::Nuitka => {
                format!("--include-package-data={package}:*.so* --include-package-data={package}:*.dylib")
            }
            Bundler::PyInstaller => format!("--collect-binaries={package}"),
            Bundler::CxFreeze | Bundler::Py2app => format!("--packages={package}"),
        }
    }
}
