//! The things of the standard library of which a call, or the value, is known. Sorted.

const KNOWN: &[&str] = &[
    "_ctypes.LoadLibrary",
    "_ctypes.dlopen",
    "abc.ABC",
    "abc.ABCMeta",
    "abc.abstractmethod",
    "atexit.register",
    "collections.OrderedDict",
    "contextlib.contextmanager",
    "contextlib.nullcontext",
    "contextlib.suppress",
    "ctypes.CDLL",
    "ctypes.OleDLL",
    "ctypes.PyDLL",
    "ctypes.WinDLL",
    "ctypes.cdll",
    "ctypes.oledll",
    "ctypes.pydll",
    "ctypes.util.find_library",
    "ctypes.windll",
    "dict.fromkeys",
    "enum.unique",
    "fnmatch.filter",
    "fnmatch.fnmatch",
    "functools.cache",
    "functools.cached_property",
    "functools.lru_cache",
    "functools.partial",
    "functools.total_ordering",
    "functools.wraps",
    "glob.glob",
    "glob.iglob",
    "importlib.import_module",
    "importlib.invalidate_caches",
    "importlib.metadata.version",
    "importlib.reload",
    "importlib.resources.as_file",
    "importlib.resources.files",
    "importlib.resources.path",
    "importlib.util.find_spec",
    "inspect.currentframe",
    "itertools.chain",
    "itertools.chain.from_iterable",
    "os.PathLike",
    "os._exit",
    "os.abort",
    "os.add_dll_directory",
    "os.chdir",
    "os.environ",
    "os.execv",
    "os.execve",
    "os.execvp",
    "os.fsdecode",
    "os.fsencode",
    "os.fspath",
    "os.getcwd",
    "os.getenv",
    "os.listdir",
    "os.makedirs",
    "os.mkdir",
    "os.path.abspath",
    "os.path.basename",
    "os.path.commonprefix",
    "os.path.dirname",
    "os.path.exists",
    "os.path.expanduser",
    "os.path.expandvars",
    "os.path.isabs",
    "os.path.isdir",
    "os.path.isfile",
    "os.path.islink",
    "os.path.join",
    "os.path.lexists",
    "os.path.normcase",
    "os.path.normpath",
    "os.path.realpath",
    "os.path.relpath",
    "os.path.split",
    "os.path.splitext",
    "os.popen",
    "os.putenv",
    "os.scandir",
    "os.system",
    "os.uname",
    "os.unsetenv",
    "os.walk",
    "pathlib.Path",
    "pathlib.Path.cwd",
    "pathlib.Path.home",
    "pathlib.PurePath",
    "pkgutil.extend_path",
    "pkgutil.iter_modules",
    "pkgutil.walk_packages",
    "platform.architecture",
    "platform.libc_ver",
    "platform.machine",
    "platform.processor",
    "platform.python_implementation",
    "platform.python_version",
    "platform.python_version_tuple",
    "platform.release",
    "platform.system",
    "platform.uname",
    "site.addsitedir",
    "site.getsitepackages",
    "str.join",
    "struct.calcsize",
    "subprocess.Popen",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.run",
    "sys.builtin_module_names",
    "sys.exc_info",
    "sys.exit",
    "sys.flags",
    "sys.getdlopenflags",
    "sys.getfilesystemencoding",
    "sys.getrecursionlimit",
    "sys.meta_path",
    "sys.modules",
    "sys.path",
    "sys.path_hooks",
    "sys.setdlopenflags",
    "sys.version_info",
    "sysconfig.get_config_var",
    "sysconfig.get_platform",
    "threading.local",
    "types.MappingProxyType",
    "types.ModuleType",
    "types.SimpleNamespace",
    "typing.Generic",
    "typing.Protocol",
    "typing.cast",
    "typing.final",
    "typing.no_type_check",
    "typing.overload",
    "typing.runtime_checkable",
    "warnings.filterwarnings",
    "warnings.simplefilter",
    "warnings.warn",
    "win32api.LoadLibrary",
];

/// Modules below others that are there with them.
const MODULES: [&str; 8] = [
    "ctypes.util",
    "ctypes.wintypes",
    "importlib.abc",
    "importlib.machinery",
    "importlib.metadata",
    "importlib.resources",
    "importlib.util",
    "os.path",
];

/// Constants, for star imports.
const CONSTANTS: &[&str] = &["ctypes.RTLD_GLOBAL", "ctypes.RTLD_LOCAL", "os.name", "os.sep", "sys.platform"];

pub(super) fn known(whole: &str) -> Option<&'static str> {
    KNOWN.binary_search(&whole).ok().map(|at| KNOWN[at])
}

pub(super) fn is_module(whole: &str) -> bool {
    MODULES.contains(&whole)
}

/// The last parts of what is known of a module.
pub(super) fn names_of(module: &str) -> impl Iterator<Item = &'static str> + '_ {
    let below = move |whole: &&'static str| {
        let name = whole.strip_prefix(module)?.strip_prefix('.')?;
        (!name.contains('.')).then_some(name)
    };
    KNOWN.iter().chain(CONSTANTS).filter_map(below)
}

#[cfg(test)]
mod tests {
    use super::KNOWN;

    #[test]
    fn the_table_is_sorted() {
        assert!(KNOWN.is_sorted());
    }
}
