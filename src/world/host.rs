//! The machine and the interpreter, as plain data: whatever a loader's answer depends on besides the files.

use rustc_hash::FxHashMap;

use super::FileId;
use crate::image::{Arch, Format, Image, Name, Release};
use crate::vfs::VPath;

/// The system on which the inspected environment runs: not always the one that runs dylens.
#[derive(Clone, Debug, Default)]
pub struct Host {
    pub system: System,
    /// The processor of the interpreter's process; none where nothing told it.
    pub arch: Option<Arch>,
    /// `LD_LIBRARY_PATH` (`DYLD_LIBRARY_PATH` on macOS) as the process starts with it.
    pub library_path: Option<Name>,
    /// `LD_PRELOAD` and `/etc/ld.so.preload`; on macOS `DYLD_INSERT_LIBRARIES`.
    pub preload: Vec<Name>,
    pub python: Option<Python>,
    /// The tool that installs the system's packages: `apt`, `dnf`, `apk`, `brew`; empty where it is unknown.
    pub packager: String,
}

impl Host {
    /// Is this image made for the system and the processor?
    pub fn fits(&self, image: &Image) -> bool {
        let is_for_system = self.system.format().is_none_or(|format| format == image.format);
        // Code for .NET is translated for whatever processor runs it.
        let is_managed = image.pe.as_ref().is_some_and(|pe| pe.is_managed);
        is_for_system && (is_managed || self.arch.is_none_or(|arch| arch == image.arch))
    }
}

/// The loader that judges.
#[derive(Clone, Debug, Default)]
pub enum System {
    Glibc(Glibc),
    Musl(Musl),
    Dyld(Dyld),
    Windows(Windows),
    /// One whose loader dylens does not know (Android, iOS, WebAssembly): nothing is said of what loads there.
    Unjudged,
    /// No loader was found: an environment for another system, or none at all.
    #[default]
    Unknown,
}

impl System {
    /// The C library's name, as a person says it.
    pub fn word(&self) -> &'static str {
        match self {
            System::Glibc(_) => "glibc",
            System::Musl(_) => "musl",
            System::Dyld(_) => "macOS",
            System::Windows(_) => "Windows",
            System::Unjudged => "a system that is not judged",
            System::Unknown => "an unknown system",
        }
    }

    /// The format of the files that it loads; none where nobody knows.
    pub fn format(&self) -> Option<Format> {
        match self {
            System::Glibc(_) | System::Musl(_) => Some(Format::Elf),
            System::Dyld(_) => Some(Format::MachO),
            System::Windows(_) => Some(Format::Pe),
            System::Unjudged | System::Unknown => None,
        }
    }
}

/// What Windows' loader is asked with.
#[derive(Clone, Debug, Default)]
pub struct Windows {
    /// The folder of the system's own DLLs, where it is at hand; else what every Windows has is granted.
    pub system32: Option<VPath>,
    /// The folders that a bundle's program has searched besides its own (`SetDllDirectory`, `AddDllDirectory`).
    pub added: Vec<VPath>,
    /// The code of packages, which may add folders of its own, is not at hand: it lies within a bundle's program.
    pub is_bundle: bool,
    /// The folders of `PATH` that count: conda's.
    pub path: Vec<VPath>,
    /// Each package that has DLLs besides its modules, and the folders that they lie in.
    pub packages: Vec<DllFolders>,
    /// What Python code does before a module is imported, in the order in which it does it.
    pub prepared: Vec<DllCallSite>,
}

/// Where a package has its DLLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DllFolders {
    /// At the top of the import path.
    pub package: VPath,
    pub folders: Vec<VPath>,
}

/// What Python code does for the DLLs that a package needs: told from its text, never run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DllCallSite {
    /// The folder whose modules are imported after it; none where every Python that starts does it (`.pth` files).
    pub package: Option<VPath>,
    pub deed: DllCall,
    /// The source, and its line counted from 1.
    pub source: VPath,
    pub line: usize,
}

/// What a line of Python does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DllCall {
    /// `os.add_dll_directory`: the folder is searched from then on.
    Adds(VPath),
    /// The same, with a folder that the text does not tell.
    AddsUnknown,
    /// `ctypes.WinDLL(…)` and its like: the DLL is loaded from then on.
    Loads(VPath),
}

impl DllCallSite {
    /// Is it done before the module at this path is loaded?
    pub fn is_for(&self, module: &VPath) -> bool {
        self.package.as_ref().is_none_or(|package| module.starts_with(package))
    }
}

/// What dyld is configured with. `DYLD_LIBRARY_PATH` is [`Host::library_path`].
#[derive(Clone, Debug, Default)]
pub struct Dyld {
    /// The oldest macOS that the environment is to run on; none where nobody said.
    pub release: Option<Release>,
    /// `DYLD_FRAMEWORK_PATH`.
    pub framework_path: Option<Name>,
    /// `DYLD_FALLBACK_LIBRARY_PATH`, where it is set.
    pub fallback_library_path: Option<Name>,
    /// `DYLD_FALLBACK_FRAMEWORK_PATH`, where it is set.
    pub fallback_framework_path: Option<Name>,
}

/// What glibc's loader is built and configured with.
#[derive(Clone, Debug, Default)]
pub struct Glibc {
    /// Where the loader itself lies (`PT_INTERP` of the interpreter).
    pub loader: VPath,
    /// The release, as told by the newest `GLIBC_2.x` that `libc.so.6` defines.
    pub version: Option<(u32, u32)>,
    /// `/etc/ld.so.cache`, or the directories that `ld.so.conf` names where there is no cache.
    pub cache: LdCache,
    /// The directories compiled into the loader, in order.
    pub trusted: Vec<VPath>,
    /// What `$LIB` stands for.
    pub lib: Name,
    /// What `$PLATFORM` stands for.
    pub platform: Name,
    /// Subdirectories tried before each directory, best first.
    pub hwcaps: Vec<Name>,
    /// What every such system has, where its files are not at hand: taken for granted where no file is found.
    pub granted: Vec<Name>,
}

/// The loader's cache: which file stands for a name.
#[derive(Clone, Debug, Default)]
pub struct LdCache {
    pub files: FxHashMap<Name, VPath>,
    /// Searched instead where the cache itself could not be read.
    pub directories: Vec<VPath>,
}

/// What musl's loader is configured with.
#[derive(Clone, Debug, Default)]
pub struct Musl {
    /// The loader, which is also the C library.
    pub loader: VPath,
    /// `/etc/ld-musl-ARCH.path`, or `/lib:/usr/local/lib:/usr/lib`.
    pub directories: Vec<VPath>,
}

/// The Python that would import the modules; read from files, never run.
#[derive(Clone, Debug, Default)]
pub struct Python {
    /// The program, links resolved; none where only a folder is known.
    pub executable: Option<VPath>,
    pub file: Option<FileId>,
    /// Major and minor version.
    pub version: Option<(u16, u16)>,
    /// Built without the global lock (`cpython-313t`).
    pub free_threaded: bool,
    /// The folder of the standard library.
    pub library: Option<VPath>,
    /// Where the standard library's own extension modules lie.
    pub lib_dynload: Option<VPath>,
    /// `sys.path`, as far as it can be told without running Python.
    pub path: Vec<VPath>,
    /// Native modules that a finder of an editable install leads to and no folder of `sys.path` has: dotted names, by file.
    pub modules: Vec<(VPath, String)>,
    /// The endings that make a file an extension module, best first (`importlib.machinery.EXTENSION_SUFFIXES`).
    pub suffixes: Vec<Name>,
    /// What the program itself opens before its first import, by full path: a bundler's bootloader its `libpython`.
    pub opens: Vec<VPath>,
}

impl Python {
    /// `3.11`, or `3` where the version is unknown.
    pub fn version_text(&self) -> String {
        match self.version {
            Some((major, minor)) => format!("{major}.{minor}{}", if self.free_threaded { "t" } else { "" }),
            None => "3".into(),
        }
    }

    /// The function that a module of this name must define for Python (PEP 489; `init…` in Python 2). A name that is not
    /// ASCII is spelled in punycode.
    pub fn init_function(&self, module: &str) -> String {
        match self.version {
            Some((2, _)) => format!("init{module}"),
            _ => function_of_module("PyInit", module),
        }
    }

    /// The function that Python looks for before that, from 3.15 on (PEP 793); none before.
    pub fn export_function(&self, module: &str) -> Option<String> {
        self.version.filter(|&version| version >= (3, 15)).map(|_| function_of_module("PyModExport", module))
    }

    /// The suffix of `file_name` and the module name before it, where Python's import system would take the file for an
    /// extension module.
    pub fn module_name<'a>(&self, file_name: &'a [u8]) -> Option<&'a str> {
        let suffix = self.suffixes.iter().find(|suffix| file_name.ends_with(suffix))?;
        let stem = std::str::from_utf8(&file_name[..file_name.len() - suffix.len()]).ok()?;
        // Native code imports what no source can spell: mypyc's shared modules begin with a digit (`3c22db45__mypyc`).
        is_identifier(stem.trim_start_matches(|first: char| first.is_ascii_digit())).then_some(stem)
    }
}

/// The name of a module's function: `get_encoded_name` in CPython's `Python/importdl.c`.
fn function_of_module(start: &str, module: &str) -> String {
    match module.is_ascii() {
        true => format!("{start}_{module}"),
        false => format!("{start}U_{}", punycode(module).replace('-', "_")),
    }
}

/// A text in ASCII as RFC 3492 spells it: the letters that are ASCII, a hyphen, then where the others go and which they are.
fn punycode(text: &str) -> String {
    const BASE: u32 = 36;
    // `a` to `z`, then `0` to `9`.
    let digit = |value: u32| char::from(if value < 26 { b'a' + value as u8 } else { b'0' + (value - 26) as u8 });
    let letters: Vec<u32> = text.chars().map(u32::from).collect();
    let mut spelled: String = text.chars().filter(char::is_ascii).collect();
    let (mut handled, mut next, mut delta, mut bias) = (spelled.len() as u32, 128u32, 0u32, 72u32);
    let plain = handled;
    if plain > 0 {
        spelled.push('-');
    }
    while let Some(letter) = letters.iter().copied().filter(|&letter| letter >= next).min() {
        delta = delta.saturating_add((letter - next).saturating_mul(handled + 1));
        next = letter;
        for &other in &letters {
            if other < next {
                delta = delta.saturating_add(1);
            }
            if other != next {
                continue;
            }
            let (mut left, mut step) = (delta, BASE);
            loop {
                let threshold = step.saturating_sub(bias).clamp(1, 26);
                if left < threshold {
                    break;
                }
                spelled.push(digit(threshold + (left - threshold) % (BASE - threshold)));
                left = (left - threshold) / (BASE - threshold);
                step += BASE;
            }
            spelled.push(digit(left));
            let mut change = delta / if handled == plain { 700 } else { 2 };
            change += change / (handled + 1);
            bias = 0;
            while change > 455 {
                change /= BASE - 1;
                bias += BASE;
            }
            bias += BASE * change / (change + 38);
            delta = 0;
            handled += 1;
        }
        delta = delta.saturating_add(1);
        next += 1;
    }
    spelled
}

/// Could this be a name in Python source?
pub fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|rest| rest == '_' || rest.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::Python;

    #[test]
    fn a_module_s_function_is_spelled_as_python_spells_it() {
        let function = |module: &str| Python::default().init_function(module);
        for (module, expected) in [
            ("_a", "PyInit__a"),
            ("münchen", "PyInitU_mnchen_3ya"),
            ("é", "PyInitU_9ca"),
            ("模块", "PyInitU_gfs105b"),
            ("naïve_é", "PyInitU_nave__fsa2b"),
        ] {
            assert_eq!(function(module), expected, "{module}");
        }
        let newer = Python { version: Some((3, 15)), ..Python::default() };
        assert_eq!(newer.export_function("é").as_deref(), Some("PyModExportU_9ca"));
        assert_eq!(Python::default().export_function("é"), None);
    }
}
