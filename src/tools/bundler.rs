//! The tools that make a program of Python code and all that it needs, and how each is told to include more.

use super::ToolId;
use crate::command::{Command, Refusal, Template};
use crate::vfs::VPath;

/// A tool that makes bundles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bundler(ToolId);

/// The option for something of the package of that name.
pub type ForPackage = fn(&str) -> Result<Command, Refusal>;

/// How a bundler is told to include something that it does not find itself.
#[derive(Debug)]
pub struct Options {
    /// A Python module, by its dotted name.
    pub module: Template,
    /// A package with all that is in it.
    pub package: Template,
    /// A native library, by its path, to lie beside the program.
    pub library: fn(&VPath) -> Result<Command, Refusal>,
    /// A native library of which only the name is known.
    pub library_named: fn(&[u8]) -> Result<Command, Refusal>,
    /// The data of a package: what is neither Python code nor native. None where only the whole package is included.
    pub data: Option<Template>,
    /// The native libraries of a package, which its code loads by name; as above.
    pub libraries: Option<ForPackage>,
}

impl Bundler {
    pub const NUITKA: Bundler = Bundler(ToolId::Nuitka);
    pub const PYINSTALLER: Bundler = Bundler(ToolId::PyInstaller);
    pub const CX_FREEZE: Bundler = Bundler(ToolId::CxFreeze);
    pub const PY2APP: Bundler = Bundler(ToolId::Py2app);

    /// The bundler that a tool is.
    pub fn of(tool: ToolId) -> Option<Bundler> {
        tool.facts().options.as_ref().map(|_| Bundler(tool))
    }

    /// Every bundler.
    pub fn all() -> impl Iterator<Item = Bundler> {
        ToolId::ALL.iter().filter_map(|tool| Bundler::of(*tool))
    }

    pub const fn tool(self) -> ToolId {
        self.0
    }

    /// As its makers write it.
    pub const fn word(self) -> &'static str {
        self.0.name()
    }

    fn options(self) -> &'static Options {
        self.0.facts().options.as_ref().expect("a bundler has options")
    }

    /// Includes a Python module, by its dotted name.
    ///
    /// # Errors
    /// Where it is no name of a module.
    pub fn module(self, name: &str) -> Result<Command, Refusal> {
        self.options().module.with(&[&name])
    }

    /// Includes a package with all that is in it.
    ///
    /// # Errors
    /// Where it is no name of a package.
    pub fn package(self, name: &str) -> Result<Command, Refusal> {
        self.options().package.with(&[&name])
    }

    /// Includes a native library, beside the program.
    ///
    /// # Errors
    /// Where its path cannot be shown as it is.
    pub fn library(self, path: &VPath) -> Result<Command, Refusal> {
        (self.options().library)(path)
    }

    /// Includes a native library of which only the name is known, beside the program.
    ///
    /// # Errors
    /// Where no library is called so.
    pub fn library_named(self, name: &[u8]) -> Result<Command, Refusal> {
        (self.options().library_named)(name)
    }

    /// Includes the data of a package: what is neither Python code nor native.
    ///
    /// # Errors
    /// Where it is no name of a package.
    pub fn data(self, package: &str) -> Result<Command, Refusal> {
        self.options().data.map_or_else(|| self.package(package), |template| template.with(&[&package]))
    }

    /// Includes the native libraries of a package, which its code loads by name.
    ///
    /// # Errors
    /// Where it is no name of a package.
    pub fn libraries_of(self, package: &str) -> Result<Command, Refusal> {
        self.options().libraries.map_or_else(|| self.package(package), |libraries| libraries(package))
    }
}
