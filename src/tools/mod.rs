//! What is known of each program that has a word in a build, or in a log of one: one folder a program.
//!
//! A folder has the program's messages as data (`messages.toml`, read by [`crate::buildlog`]) and, in its `mod.rs`, one
//! [`ToolFacts`]. To add a tool: one folder, and its line in the table below. This room holds data and pure functions over
//! plain values; what has to see files or findings looks a tool up by its [`ToolId`].

macro_rules! tools {
    ($($id:ident $folder:ident),+ $(,)?) => {
        $(mod $folder;)+

        /// A program that builds, bundles, mends or loads native files, and says so in a log.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ToolId {
            $(#[doc = concat!("`", stringify!($folder), "`")] $id),+
        }

        impl ToolId {
            /// Every tool, in the order in which its messages are looked for.
            pub const ALL: &[ToolId] = &[$(ToolId::$id),+];

            /// The word for it where a program reads it: in options, in JSON.
            pub const fn word(self) -> &'static str {
                match self { $(ToolId::$id => stringify!($folder)),+ }
            }

            /// What is known of it.
            pub const fn facts(self) -> &'static ToolFacts {
                match self { $(ToolId::$id => &$folder::FACTS),+ }
            }
        }
    };
}

pub mod bundler;

pub use bundler::{Bundler, Options};

tools! {
    Build build,
    Configure configure,
    Codesign codesign,
    Ctypes ctypes,
    Pip pip,
    Poetry poetry,
    Setuptools setuptools,
    Qt qt,
    PyInstaller pyinstaller,
    Nuitka nuitka,
    Delocate delocate,
    Auditwheel auditwheel,
    Delvewheel delvewheel,
    CxFreeze cx_freeze,
    Py2app py2app,
    Py2exe py2exe,
    Briefcase briefcase,
    Pex pex,
    Shiv shiv,
    CondaBuild conda_build,
    Cibuildwheel cibuildwheel,
    Maturin maturin,
    Linker linker,
    Dyld dyld,
    Windows windows,
    Kernel kernel,
    Glibc glibc,
    Musl musl,
    Bionic bionic,
    Gdal gdal,
    Hdf5 hdf5,
    RustNumpy rust_numpy,
    Numpy numpy,
    Cython cython,
    Cpython cpython,
    Embedders embedders,
    Node node,
}

/// What is known of a tool.
#[derive(Debug)]
pub struct ToolFacts {
    /// What a person calls it.
    pub name: &'static str,
    /// Its messages, as data.
    pub messages: &'static str,
    /// Parts of paths below which programs that it made unpack their packages.
    pub unpacks: &'static [&'static str],
    /// Texts in a log of a program that it made.
    pub running: &'static [&'static str],
    /// How it is told to include something; none where it makes no bundles.
    pub options: Option<Options>,
}

impl ToolFacts {
    const fn new(name: &'static str, messages: &'static str) -> ToolFacts {
        ToolFacts { name, messages, unpacks: &[], running: &[], options: None }
    }
}

impl ToolId {
    /// What a person calls it.
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The tool of a word.
    pub fn named(word: &str) -> Option<ToolId> {
        ToolId::ALL.iter().copied().find(|tool| tool.word() == word)
    }
}
