//! What names tell by themselves, without any file at hand.

use std::sync::OnceLock;

use super::log_context::{internal, leaf, site_tail, slashed};
use crate::diagnose::install_name::InstallName;
use crate::diagnose::{Stops, stops_at};
use crate::loader::shared_cache;
use crate::tools::Bundler;
use crate::vfs::VPath;

/// Is the accused name the install name of the file that is said to need it? Told by the two names alone, and so only
/// where one is made of the other; with what Nuitka makes of it.
pub(super) fn own_name(accused: &str, by: &str) -> Option<(InstallName, Stops)> {
    let by = slashed(by);
    let path = VPath::new(&by);
    let is_framework = by.contains(".framework/");
    let is_mach = by.ends_with(".so") || by.ends_with(".dylib") || is_framework;
    if !is_mach || accused.contains('\\') {
        return None;
    }
    let module = module_of(&by);
    let name = InstallName::of(Some(accused.as_bytes()), &path, module.as_deref());
    let is_own = match &name {
        InstallName::DottedPrefix { .. }
        | InstallName::OtherTag { .. }
        | InstallName::OtherExtension { .. }
        | InstallName::OtherVersion { .. }
        | InstallName::BuildPathSameName { .. } => true,
        // `@rpath/X.framework/Versions/5/X` is where the framework's own file lies.
        InstallName::Exact { .. } => {
            is_framework && accused.strip_prefix("@rpath").is_some_and(|rest| by.ends_with(rest))
        }
        // `libCRATE.dylib`, as cargo calls what becomes the module CRATE, and `libx.2.dylib` of `libx.dylib`.
        InstallName::BuildPathOtherName { name, .. } => bare(name) == bare(leaf(&by)),
        // `libx.dylib` of `_libx.dylib`.
        InstallName::OtherStem { .. } => accused.starts_with("@rpath/") && bare(leaf(accused)) == bare(leaf(&by)),
        _ => false,
    };
    let package = module.as_deref().and_then(|module| module.rsplit_once('.')).map(|(package, _)| package.to_owned());
    is_own.then(|| (name, stops_at(&path, package.as_deref(), accused.as_bytes())))
}

/// The dotted name of the module that a path stands for, where it can be told.
fn module_of(path: &str) -> Option<String> {
    let tail = site_tail(path)?;
    let stem = tail.strip_suffix(".so")?;
    let name = leaf(stem).split('.').next()?;
    let folder = tail.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_library = name.starts_with("lib") && !leaf(stem).contains('.');
    let dotted = if folder.is_empty() { name.to_owned() } else { format!("{}.{name}", folder.replace('/', ".")) };
    (!is_library && !dotted.contains('-')).then_some(dotted)
}

/// `x` of `libx.1.2.dylib`, `_x.abi3.so` and `x.cpython-312-darwin.so`.
fn bare(name: &str) -> &str {
    let name = name.trim_start_matches('_');
    let name = name.strip_prefix("lib").unwrap_or(name);
    name.split('.').next().unwrap_or(name)
}

/// Is it a library that macOS keeps in dyld's shared cache, so that no file of that name is there?
pub(super) fn is_of_shared_cache(name: &str) -> bool {
    shared_cache::is_of_the_system(name.as_bytes()) && shared_cache::find(name.as_bytes()).is_some()
}

/// Is it a name of an API set, which Windows answers itself and no file bears?
pub(super) fn is_api_set(name: &str) -> bool {
    let name = leaf(name).to_lowercase();
    name.starts_with("api-ms-win-") || name.starts_with("ext-ms-")
}

/// Does it belong to Microsoft's Visual C++ runtime, which Windows does not have by itself?
pub(super) fn is_msvc_runtime(name: &str) -> bool {
    let name = leaf(name).to_lowercase();
    ["vcruntime", "msvcp", "vcomp", "concrt", "mfc1", "vccorlib"].iter().any(|start| name.starts_with(start))
        && name.ends_with(".dll")
}

/// Libraries of Windows itself, which every machine has.
pub(super) fn is_of_windows(name: &str) -> bool {
    const SYSTEM: [&str; 24] = [
        "kernel32", "user32", "gdi32", "advapi32", "shell32", "ole32", "oleaut32", "ws2_32", "ntdll", "bcrypt",
        "crypt32", "secur32", "shlwapi", "psapi", "version", "winmm", "iphlpapi", "userenv", "setupapi", "comdlg32",
        "comctl32", "imm32", "msvcrt", "ucrtbase",
    ];
    let name = leaf(name).to_lowercase();
    name.strip_suffix(".dll").is_some_and(|stem| SYSTEM.contains(&stem))
}

/// Who ships a library that the package does not.
pub(super) enum Shipper {
    /// Another wheel, which is imported first and keeps its library loaded.
    Wheel(String),
    /// The driver of the machine that runs it.
    Driver(&'static str),
}

/// Who ships a library by this name.
pub(super) fn shipper(name: &str) -> Option<Shipper> {
    let leaf = leaf(name);
    const WHEELS: [(&str, &str); 10] = [
        ("libtorch", "torch"),
        ("libc10", "torch"),
        ("libshm.", "torch"),
        ("torch_cpu.dll", "torch"),
        ("c10.dll", "torch"),
        ("libtensorflow_framework", "tensorflow"),
        ("libtensorflow_cc", "tensorflow"),
        ("libarrow", "pyarrow"),
        ("libpyside6", "PySide6"),
        ("libshiboken6", "shiboken6"),
    ];
    const DRIVERS: [(&str, &str); 10] = [
        ("libcuda.so", "NVIDIA's driver"),
        ("nvcuda.dll", "NVIDIA's driver"),
        ("libnvidia-", "NVIDIA's driver"),
        ("libnvcuvid.so", "NVIDIA's driver"),
        ("libamdhip64.so", "AMD's ROCm"),
        ("libze_loader.so", "Intel's driver"),
        ("ze_loader.dll", "Intel's driver"),
        ("nvml.dll", "NVIDIA's driver"),
        ("amdhip64", "AMD's driver"),
        ("vulkan-1.dll", "the graphics driver"),
    ];
    let begins =
        |table: &[(&str, &'static str)]| table.iter().find(|(start, _)| leaf.starts_with(start)).map(|(_, who)| *who);
    if let Some(driver) = begins(&DRIVERS) {
        return Some(Shipper::Driver(driver));
    }
    if let Some(cuda) = cuda(leaf).filter(|cuda| !cuda.wheel.is_empty()) {
        return Some(Shipper::Wheel(cuda.wheel));
    }
    begins(&WHEELS).map(|wheel| Shipper::Wheel(wheel.into()))
}

/// Whose a library of CUDA is.
pub(super) struct Cuda {
    /// The major release that it belongs to, where its name tells.
    pub release: Option<u32>,
    /// The wheel that brings it; empty where there is none.
    pub wheel: String,
}

/// Versions of a library, and the release of CUDA that each belongs to.
type Releases = &'static [(&'static str, u32)];

/// The libraries of CUDA by their names: the wheel without the mark of its release, and which version of the library belongs to
/// which release of CUDA. Wheels are marked `-cu11` and `-cu12`; those of CUDA 13 have no mark.
///
/// Source: the package index and the libraries' sonames in its wheels; November 2026.
const CUDA: &[(&str, &str, Releases)] = &[
    ("libcudart.so", "nvidia-cuda-runtime", &[("11.0", 11), ("12", 12), ("13", 13)]),
    ("libcublasLt.so", "nvidia-cublas", &[("11", 11), ("12", 12), ("13", 13)]),
    ("libcublas.so", "nvidia-cublas", &[("11", 11), ("12", 12), ("13", 13)]),
    ("libcufft.so", "nvidia-cufft", &[("10", 11), ("11", 12), ("12", 13)]),
    ("libcurand.so", "nvidia-curand", &[]),
    ("libcusolver.so", "nvidia-cusolver", &[("12", 13)]),
    ("libcusolverMg.so", "nvidia-cusolver", &[("12", 13)]),
    ("libcusparseLt.so", "nvidia-cusparselt", &[]),
    ("libcusparse.so", "nvidia-cusparse", &[("11", 11)]),
    ("libcudnn", "nvidia-cudnn", &[]),
    ("libcupti.so", "nvidia-cuda-cupti", &[("11", 11), ("12", 12), ("13", 13)]),
    ("libnvrtc.so", "nvidia-cuda-nvrtc", &[("11.2", 11), ("12", 12), ("13", 13)]),
    ("libnvJitLink.so", "nvidia-nvjitlink", &[("12", 12), ("13", 13)]),
    ("libnccl.so", "nvidia-nccl", &[]),
    ("libnvToolsExt.so", "nvidia-nvtx", &[]),
    ("libcufile.so", "nvidia-cufile", &[]),
];

/// The library of CUDA by this file name; of one whose name does not tell the release, the wheel of CUDA 12.
pub(super) fn cuda(leaf: &str) -> Option<Cuda> {
    let (start, wheel, releases) = CUDA.iter().find(|(start, _, _)| leaf.starts_with(start))?;
    let version = leaf.strip_prefix(start)?.trim_start_matches('.');
    let begins =
        |known: &str| version == known || version.strip_prefix(known).is_some_and(|rest| rest.starts_with('.'));
    let release = releases.iter().find(|(known, _)| begins(known)).map(|(_, release)| *release);
    // Up to CUDA 10.1 every library had the version of its CUDA; the runtime had it to the end.
    let is_versioned =
        matches!(*start, "libcudart.so" | "libcublas.so" | "libcufft.so" | "libcusolver.so" | "libcusparse.so");
    let own = version.split('.').next().and_then(|major| major.parse().ok()).filter(|major| (7..=10).contains(major));
    // cuRAND has a number of its own since CUDA 10.1, whose libcurand.so.10 all later ones have.
    let is_old_curand = *start == "libcurand.so" && (begins("10.0") || own.is_some_and(|own| own < 10));
    let release = release.or(own.filter(|_| is_versioned || is_old_curand));
    let mark = match release {
        Some(13) => String::new(),
        // There are no wheels of these.
        Some(..=10) => return Some(Cuda { release, wheel: String::new() }),
        release => format!("-cu{}", release.unwrap_or(12)),
    };
    Some(Cuda { release, wheel: format!("{wheel}{mark}") })
}

/// The library of the table that begins so, with its version; the name itself where none does.
pub(super) fn of_stem(name: &str) -> String {
    crate::diagnose::shipped_name(name).unwrap_or_else(|| name.to_owned())
}

/// Does another wheel, or a driver, bring a library by this name?
pub(super) fn is_of_others(name: &str) -> bool {
    shipper(name).is_some()
}

/// The library that has the versions of this node, by its soname.
pub(super) fn library_of_node(node: &str) -> Option<String> {
    const NODES: [(&str, &str); 8] = [
        ("LIBFFI_BASE_7.", "libffi.so.7"),
        ("LIBFFI_BASE_8.", "libffi.so.8"),
        ("OPENSSL_3.", "libcrypto.so.3"),
        ("OPENSSL_1_1_", "libcrypto.so.1.1"),
        ("ZLIB_", "libz.so.1"),
        ("LIBXML2_", "libxml2.so.2"),
        ("GOMP_", "libgomp.so.1"),
        ("CURL_OPENSSL_4", "libcurl.so.4"),
    ];
    let known = NODES.iter().find(|(start, _)| node.starts_with(start)).map(|(_, library)| (*library).to_owned());
    known.or_else(|| node.contains(".so").then(|| node.to_owned()))
}

/// Does a symbol belong to Python itself?
pub(super) fn is_of_python(symbol: &str) -> bool {
    let symbol = symbol.trim_start_matches('_');
    symbol.starts_with("Py") && symbol[2..].starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
}

/// A symbol that only glibc has: a file with it was linked on a glibc system.
pub(super) fn is_of_glibc(symbol: &str) -> bool {
    symbol.ends_with("_chk") && symbol.starts_with("__")
        || matches!(symbol, "gnu_get_libc_version" | "__res_init" | "__strdup" | "backtrace" | "__fdelt_chk")
        || matches!(
            symbol,
            "__cxa_thread_atexit_impl"
                | "swapcontext"
                | "getcontext"
                | "makecontext"
                | "setcontext"
                | "__register_atfork"
                | "mallinfo"
                | "mallinfo2"
                | "malloc_trim"
                | "rawmemchr"
                | "__rawmemchr"
        )
        || symbol.starts_with("__isoc23_")
        || symbol.starts_with("__libc_")
}

/// The parts of glibc, by their names.
pub(super) fn is_library_of_glibc(name: &str) -> bool {
    ["libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1"].contains(&leaf(name))
}

/// The release of glibc that brought a function which compilers put into files without being asked (NEWS of glibc 2.28 to 2.38): `2.38` for
/// the C23 forms of `strtol` and `scanf`.
pub(super) fn since_glibc(symbol: &str) -> Option<&'static str> {
    const SINCE: [(&str, &str); 10] = [
        ("__isoc23_", "2.38"),
        ("arc4random", "2.36"),
        ("_dl_find_object", "2.35"),
        ("__libc_start_main_2_34", "2.34"),
        ("fstat64", "2.33"),
        ("stat64", "2.33"),
        ("lstat64", "2.33"),
        ("__libc_single_threaded", "2.32"),
        ("pthread_clockjoin_np", "2.31"),
        ("fcntl64", "2.28"),
    ];
    SINCE
        .iter()
        .find(|(start, _)| symbol == *start || start.ends_with('_') && symbol.starts_with(start))
        .map(|(_, since)| *since)
}

/// The library of glibc that had a symbol before release 2.34 put it into `libc.so.6` (NEWS of glibc 2.34: libpthread, libdl, librt,
/// libutil, libanl): what was linked on a newer system without that library finds it on no older one.
pub(super) fn former_library(symbol: &str) -> Option<&'static str> {
    const RT: [&str; 12] = [
        "shm_open",
        "shm_unlink",
        "timer_create",
        "timer_delete",
        "timer_settime",
        "timer_gettime",
        "timer_getoverrun",
        "mq_open",
        "mq_close",
        "mq_send",
        "mq_receive",
        "lio_listio",
    ];
    const DL: [&str; 7] = ["dlopen", "dlsym", "dlvsym", "dlclose", "dlerror", "dladdr", "dlmopen"];
    const UTIL: [&str; 6] = ["openpty", "forkpty", "login", "logout", "login_tty", "logwtmp"];
    match symbol {
        _ if RT.contains(&symbol) || symbol.starts_with("aio_") => Some("librt.so.1"),
        _ if DL.contains(&symbol) => Some("libdl.so.2"),
        _ if UTIL.contains(&symbol) => Some("libutil.so.1"),
        _ if ["pthread_", "sem_"].iter().any(|start| symbol.starts_with(start)) => Some("libpthread.so.0"),
        "getaddrinfo_a" | "gai_suspend" | "gai_error" | "gai_cancel" => Some("libanl.so.1"),
        _ => None,
    }
}

/// The bundler in whose bundle a file lies, by the folders that bundlers make.
pub(super) fn bundler_of(path: &str) -> Option<Bundler> {
    let path = slashed(path);
    let has = |parts: &'static [&'static str]| parts.iter().any(|part| path.contains(part));
    let made = || Bundler::all().find(|bundler| has(bundler.tool().facts().unpacks));
    if internal(&path).is_some() { Some(Bundler::PYINSTALLER) } else { made() }
}

/// A mangled name of C++ as a person reads its first parts: `c10::detail::torchCheckFail`.
pub(super) fn spoken_symbol(symbol: &str) -> Option<String> {
    static NESTED: OnceLock<regex::Regex> = OnceLock::new();
    let nested = NESTED.get_or_init(|| regex::Regex::new(r"^_?_Z(?:T[ISV])?N?K?(?:St)?(\d)").expect("a constant"));
    let at = nested.captures(symbol)?.get(1)?.start();
    let mut rest = &symbol[at..];
    let mut parts = Vec::new();
    while rest.starts_with(|c: char| c.is_ascii_digit()) {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let len: usize = rest[..digits].parse().ok()?;
        let name = rest.get(digits..digits.checked_add(len)?)?;
        parts.push(name);
        rest = &rest[digits + len..];
    }
    (!parts.is_empty()).then(|| parts.join("::"))
}

#[cfg(test)]
mod tests {
    use super::{is_of_python, own_name, spoken_symbol};
    use crate::diagnose::Stops;

    #[test]
    fn a_module_s_own_name_is_told_by_the_names_alone() {
        let own = |accused: &str, by: &str| own_name(accused, by).map(|(name, _)| name.word());
        let site = "/v/lib/python3.12/site-packages";
        let module = format!("{site}/a/_b/_c.cpython-312-darwin.so");
        assert_eq!(own("@rpath/a._b._c.cpython-312-darwin.so", &module), Some("dotted-prefix"));
        assert_eq!(own("@rpath/_c.cpython-310-darwin.so", &format!("{site}/a/_c.abi3.so")), Some("other-tag"));
        assert_eq!(own("/Users/x/target/release/deps/libc.dylib", &module), Some("build-path-other-name"));
        assert_eq!(own("@rpath/libx.1.dylib", &format!("{site}/a/libx.1.2.3.dylib")), Some("other-version"));
        let qt = format!("{site}/PyQt5/Qt5/lib/QtCore.framework/Versions/5/QtCore");
        assert_eq!(own("@rpath/QtCore.framework/Versions/5/QtCore", &qt), Some("exact"));
        assert_eq!(own("@rpath/QtGui.framework/Versions/5/QtGui", &qt), None, "another framework");
        assert_eq!(own("@rpath/libz.dylib", &module), None, "another library");
        assert_eq!(own("@loader_path/../.dylibs/libz.1.dylib", &module), None);
        assert_eq!(own("/opt/homebrew/opt/xz/lib/liblzma.5.dylib", &module), None);
    }

    #[test]
    fn what_nuitka_makes_of_a_name_is_asked_of_its_own_rules() {
        let by = "/v/lib/python3.12/site-packages/a/_b/_c.cpython-312-darwin.so";
        let (_, stops) = own_name("@rpath/a._b._c.cpython-312-darwin.so", by).expect("its own name");
        assert_eq!(stops, Stops::Before("2.3.11".parse().expect("a version")));
    }

    #[test]
    fn python_s_symbols_are_known_by_their_prefix() {
        assert!(is_of_python("PyUnicode_AsUTF8") && is_of_python("_PyThreadState_Get") && is_of_python("_Py_Dealloc"));
        assert!(!is_of_python("Pytorch") && !is_of_python("python") && !is_of_python("Polygon"));
    }

    #[test]
    fn the_beginning_of_a_mangled_name_is_read() {
        assert_eq!(
            spoken_symbol("_ZN3c106detail14torchCheckFailEPKcS2_jRKSs").as_deref(),
            Some("c10::detail::torchCheckFail")
        );
        assert_eq!(spoken_symbol("_ZTIN3c1010TensorImplE").as_deref(), Some("c10::TensorImpl"));
        assert_eq!(spoken_symbol("_ZTXN3c1010TensorImplE"), None);
        assert_eq!(spoken_symbol("deflate"), None);
        assert_eq!(spoken_symbol("_ZN99x"), None);
    }
}
