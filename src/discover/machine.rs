//! The machine that runs dylens: the only reader of its environment.

use std::collections::BTreeMap;

use crate::vfs::{Disk, VPath};

/// What is taken from the surroundings of the process, as plain data.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// The environment variables that matter.
    pub environment: BTreeMap<String, Vec<u8>>,
    /// The working directory.
    pub directory: VPath,
    /// The program that runs, without links.
    pub program: Option<VPath>,
    /// What this processor can do beyond the base, best first, as glibc names it (`x86-64-v3`). Empty where the
    /// processor is of another family.
    pub levels: Vec<String>,
    /// What glibc's loader takes for `$PLATFORM` in place of the machine's name; none where it takes that.
    pub platform: Option<String>,
}

/// The variables that are read.
const VARIABLES: &[&str] = &[
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "PATH",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "DYLD_LIBRARY_PATH",
    "DYLD_FRAMEWORK_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "DYLD_FALLBACK_FRAMEWORK_PATH",
    "DYLD_INSERT_LIBRARIES",
    // Where tools keep environments.
    "UV_PROJECT_ENVIRONMENT",
    "UV_TOOL_DIR",
    "PIPX_HOME",
    "POETRY_CACHE_DIR",
    "POETRY_CONFIG_DIR",
    "POETRY_VIRTUALENVS_PATH",
    "HATCH_DATA_DIR",
    "PIPENV_CUSTOM_VENV_NAME",
    "WORKON_HOME",
    "MAMBA_ROOT_PREFIX",
    "PYENV_ROOT",
    "PYENV_VERSION",
    // Where a person's files are.
    "HOME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    // Windows'.
    "APPDATA",
    "LOCALAPPDATA",
    "USERPROFILE",
    "SystemRoot",
];

impl Machine {
    /// The machine that runs dylens.
    pub fn this() -> Machine {
        let variable = |name: &str| {
            let value = std::env::var_os(name)?;
            let bytes = Disk::path(std::path::Path::new(&value)).as_bytes().to_vec();
            (!bytes.is_empty()).then(|| (name.to_owned(), bytes))
        };
        Machine {
            environment: VARIABLES.iter().filter_map(|name| variable(name)).collect(),
            program: std::env::current_exe().and_then(|path| path.canonicalize()).ok().map(|path| Disk::path(&path)),
            directory: std::env::current_dir().map_or_else(|_| VPath::new("/"), |path| Disk::path(&path)),
            levels: levels(),
            platform: platform(),
        }
    }

    /// A machine as a text world describes it: `NAME=VALUE`, with `levels`, `platform`, `directory` and `program` besides the variables.
    pub fn described(settings: &[(String, String)]) -> Machine {
        let mut machine = Machine { directory: VPath::new("/"), ..Machine::default() };
        for (name, value) in settings {
            match name.as_str() {
                "platform" => machine.platform = Some(value.clone()),
                "levels" => machine.levels = value.split(',').map(str::to_owned).collect(),
                "directory" => machine.directory = VPath::new(value),
                "program" => machine.program = Some(VPath::new(value)),
                _ => {
                    machine.environment.insert(name.clone(), value.clone().into_bytes());
                }
            }
        }
        machine
    }

    /// A variable of the environment, where it is set to something.
    pub fn variable(&self, name: &str) -> Option<&[u8]> {
        self.environment.get(name).map(Vec::as_slice).filter(|value| !value.is_empty())
    }
}

impl Machine {
    /// The folders of `PATH`, in order; those that are relative are left out.
    pub fn search_path(&self) -> impl Iterator<Item = VPath> {
        let path = self.variable("PATH").unwrap_or_default();
        // Windows writes `C:\Python311;C:\Windows`, and a machine's paths have slashes by now.
        let is_for_windows = path.contains(&b';') || matches!(path, [_, b':', b'/', ..]);
        let separator = if is_for_windows { b';' } else { b':' };
        path.split(move |&byte| byte == separator).map(VPath::new).filter(VPath::is_absolute)
    }

    /// The folder of the person's own.
    pub fn home(&self) -> Option<&[u8]> {
        self.variable("HOME").or_else(|| self.variable("USERPROFILE"))
    }
}

/// The levels of the x86-64 psABI that this processor has, as glibc's `cpu-features.c` tells them.
#[cfg(target_arch = "x86_64")]
fn levels() -> Vec<String> {
    macro_rules! has {
        ($($feature:tt),+) => { $(std::arch::is_x86_feature_detected!($feature))&&+ };
    }
    let v2 = has!("cmpxchg16b", "popcnt", "sse3", "ssse3", "sse4.1", "sse4.2");
    let v3 = v2 && has!("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "lzcnt", "movbe");
    let v4 = v3 && has!("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl");
    [(v4, "x86-64-v4"), (v3, "x86-64-v3"), (v2, "x86-64-v2")]
        .iter()
        .filter(|(has, _)| *has)
        .map(|(_, name)| (*name).to_owned())
        .collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn levels() -> Vec<String> {
    Vec::new()
}

/// `haswell` on processors of Intel that have AVX2 and its like (glibc's `cpu-features.c`).
#[cfg(target_arch = "x86_64")]
fn platform() -> Option<String> {
    let vendor = std::arch::x86_64::__cpuid(0);
    let is_intel = [vendor.ebx, vendor.edx, vendor.ecx].map(u32::to_le_bytes).concat() == b"GenuineIntel";
    let has_avx2 = levels().iter().any(|level| level == "x86-64-v3");
    (is_intel && has_avx2).then(|| "haswell".to_owned())
}

#[cfg(not(target_arch = "x86_64"))]
fn platform() -> Option<String> {
    None
}
