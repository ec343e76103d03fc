//! The Python for which code is run.

use std::collections::BTreeMap;
use std::sync::Arc;

/// What code can ask of the interpreter and the machine; none is what cannot be told, and conditions on it are undecided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PythonTarget {
    /// `sys.version_info[:3]`; the last number is often not known, and compares as unknown then.
    pub version: Option<(u8, u8, Option<u8>)>,
    /// `sys.platform`: `linux`, `darwin`, `win32`, …; `os.name` and `os.sep` follow from it.
    pub platform: Option<Arc<str>>,
    /// `platform.machine()`: `x86_64`, `aarch64`, `arm64`, `AMD64`, `ARM64`, …
    pub machine: Option<Arc<str>>,
    /// `sys.implementation.name`: `cpython`, `pypy`.
    pub implementation: Option<Arc<str>>,
    /// The bits of a pointer, for `sys.maxsize` and `struct.calcsize("P")`.
    pub bits: Option<u8>,
    /// A build without the GIL.
    pub free_threaded: Option<bool>,
    /// Is the libc musl? (`platform.libc_ver()`)
    pub musl: Option<bool>,
    pub prefix: Option<Arc<str>>,
    pub base_prefix: Option<Arc<str>>,
    pub exec_prefix: Option<Arc<str>>,
    pub executable: Option<Arc<str>>,
    /// `sysconfig.get_config_var("EXT_SUFFIX")`, as `.cpython-311-x86_64-linux-gnu.so`.
    pub extension_suffix: Option<Arc<str>>,
    /// `sys.frozen`, and `sys._MEIPASS` where a bundler's program sets it.
    pub frozen: bool,
    pub meipass: Option<Arc<str>>,
    /// The environment's variables that are known.
    pub variables: BTreeMap<Arc<str>, Arc<str>>,
    /// Are variables that are not listed known to be unset? Else they are unknown.
    pub variables_are_all: bool,
}

impl PythonTarget {
    /// `os.name`.
    pub fn os_name(&self) -> Option<&'static str> {
        self.platform.as_deref().map(|platform| if platform == "win32" { "nt" } else { "posix" })
    }

    pub fn is_windows(&self) -> Option<bool> {
        self.platform.as_deref().map(|platform| platform == "win32")
    }

    /// `(3, 11)`.
    pub fn minor(&self) -> Option<(u8, u8)> {
        self.version.map(|(major, minor, _)| (major, minor))
    }
}
