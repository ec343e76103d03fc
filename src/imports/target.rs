//! The Python that runs the code, as the host tells it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::image::{Arch, Machine};
use crate::python::PythonTarget;
use crate::vfs::VPath;
use crate::world::{Host, Python, System};

/// Where the interpreter for Windows lies that is not at hand. Its folder holds what Python brings, as Windows' search takes
/// it ([`crate::loader::windows`]): to code that looks there for DLLs of its own, there are none.
pub(super) const PROGRAM_FOLDER: &str = "/<folder of python.exe>";

/// What code may ask of the interpreter. `prefix` is the environment's root.
pub(super) fn target(host: &Host, python: &Python, prefix: &VPath) -> PythonTarget {
    let text = |path: &VPath| Arc::<str>::from(path.to_string());
    let platform = match &host.system {
        System::Glibc(_) | System::Musl(_) => Some("linux"),
        System::Dyld(_) => Some("darwin"),
        System::Windows(_) => Some("win32"),
        System::Unknown => None,
    };
    // The folder above `lib/python3.11`, or above `Lib` on Windows.
    let levels = if host.system.is_windows() { 1 } else { 2 };
    let base = python
        .library
        .as_ref()
        .and_then(|library| std::iter::successors(Some(library.clone()), VPath::parent).nth(levels));
    let is_elsewhere = host.system.is_windows() && python.executable.is_none() && base.is_none();
    let elsewhere = |name: &str| is_elsewhere.then(|| Arc::from(format!("{PROGRAM_FOLDER}{name}")));
    let version =
        python.version.and_then(|(major, minor)| Some((u8::try_from(major).ok()?, u8::try_from(minor).ok()?, None)));
    PythonTarget {
        version,
        platform: platform.map(Arc::from),
        machine: host.arch.and_then(|arch| machine(arch, &host.system)).map(Arc::from),
        implementation: Some("cpython".into()),
        bits: host.arch.map(|arch| arch.bits),
        free_threaded: python.version.map(|_| python.free_threaded),
        musl: match &host.system {
            System::Musl(_) => Some(true),
            System::Unknown => None,
            _ => Some(false),
        },
        prefix: Some(text(prefix)),
        base_prefix: base.as_ref().map(text).or_else(|| elsewhere("")),
        exec_prefix: Some(text(prefix)),
        executable: python.executable.as_ref().map(text).or_else(|| elsewhere("/python.exe")),
        extension_suffix: python.suffixes.first().map(|suffix| Arc::from(suffix.to_string())),
        frozen: false,
        meipass: None,
        variables: BTreeMap::new(),
        // An import is judged as in a shell that has set nothing for it.
        variables_are_all: true,
    }
}

/// `platform.machine()`
fn machine(arch: Arch, system: &System) -> Option<&'static str> {
    Some(match (arch.machine, system) {
        (Machine::X86_64, System::Windows(_)) => "AMD64",
        (Machine::Aarch64, System::Windows(_)) => "ARM64",
        (Machine::X86_64, _) => "x86_64",
        (Machine::Aarch64 | Machine::Arm64e, System::Dyld(_)) => "arm64",
        (Machine::Aarch64, _) => "aarch64",
        (Machine::X86, _) => "i686",
        (Machine::Ppc64, _) if !arch.big_endian => "ppc64le",
        (Machine::S390x, _) => "s390x",
        (Machine::Riscv, _) => "riscv64",
        _ => return None,
    })
}
