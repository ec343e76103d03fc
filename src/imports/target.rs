//! The Python that runs the code, as the host tells it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::image::{Arch, Machine};
use crate::loader::{self, PythonTraits};
use crate::python::PythonTarget;
use crate::vfs::VPath;
use crate::world::{Host, Python};

/// Where the interpreter for Windows lies that is not at hand. Its folder holds what Python brings, as Windows' search takes
/// it ([`crate::loader::windows`]): to code that looks there for DLLs of its own, there are none.
pub(super) const PROGRAM_FOLDER: &str = "/<folder of python.exe>";

/// What code may ask of the interpreter. `prefix` is the environment's root.
pub(super) fn target(host: &Host, python: &Python, prefix: &VPath) -> PythonTarget {
    let text = |path: &VPath| Arc::<str>::from(path.to_string());
    let traits = &loader::traits(&host.system).python;
    let above = |library: &VPath| std::iter::successors(Some(library.clone()), VPath::parent).nth(traits.library_depth);
    let base = python.library.as_ref().and_then(above);
    let is_elsewhere = traits.has_program_folder && python.executable.is_none() && base.is_none();
    let elsewhere = |name: &str| is_elsewhere.then(|| Arc::from(format!("{PROGRAM_FOLDER}{name}")));
    let version =
        python.version.and_then(|(major, minor)| Some((u8::try_from(major).ok()?, u8::try_from(minor).ok()?, None)));
    PythonTarget {
        version,
        platform: traits.platform.map(Arc::from),
        machine: host.arch.and_then(|arch| machine(arch, traits)).map(Arc::from),
        implementation: Some("cpython".into()),
        bits: host.arch.map(|arch| arch.bits),
        free_threaded: python.version.map(|_| python.free_threaded),
        musl: traits.musl,
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
fn machine(arch: Arch, traits: &PythonTraits) -> Option<&'static str> {
    if let Some((_, name)) = traits.machines.iter().find(|(machine, _)| *machine == arch.machine) {
        return Some(name);
    }
    Some(match arch.machine {
        Machine::X86_64 => "x86_64",
        Machine::Aarch64 => "aarch64",
        Machine::X86 => "i686",
        Machine::Ppc64 if !arch.big_endian => "ppc64le",
        Machine::S390x => "s390x",
        Machine::Riscv => "riscv64",
        _ => return None,
    })
}
