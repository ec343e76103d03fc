//! Constants of the standard library, and names that only some systems and versions have.

use std::sync::Arc;

use crate::python::target::PythonTarget;
use crate::python::value::{PyValue, Reason};

/// Is a name there on this target? None where this room has no opinion, `Some(None)` where the target is not known.
pub(super) fn is_there(whole: &str, target: &PythonTarget) -> Option<Option<bool>> {
    let windows = target.is_windows();
    let at_least = |minor| target.minor().map(|version| version >= (3, minor));
    Some(match whole {
        "os.add_dll_directory"
        | "os.startfile"
        | "sys.getwindowsversion"
        | "sys.winver"
        | "sys.dllhandle"
        | "ctypes.WinDLL"
        | "ctypes.OleDLL"
        | "ctypes.windll"
        | "ctypes.oledll"
        | "ctypes.WinError"
        | "ctypes.FormatError"
        | "ctypes.get_last_error"
        | "ctypes.set_last_error"
        | "ctypes.HRESULT"
        | "ctypes.WINFUNCTYPE"
        | "_ctypes.LoadLibrary"
        | "os.startfile_" => windows,
        "sys.setdlopenflags"
        | "sys.getdlopenflags"
        | "sys.abiflags"
        | "os.RTLD_GLOBAL"
        | "os.RTLD_LOCAL"
        | "os.RTLD_NOW"
        | "os.RTLD_LAZY"
        | "os.RTLD_NODELETE"
        | "os.RTLD_NOLOAD"
        | "os.uname"
        | "os.fork"
        | "os.getuid"
        | "os.geteuid"
        | "os.getgid"
        | "os.getegid"
        | "os.getpgid"
        | "os.setsid"
        | "os.chroot"
        | "os.mkfifo"
        | "os.sysconf"
        | "os.register_at_fork"
        | "_ctypes.dlopen" => windows.map(|windows| !windows),
        "os.RTLD_DEEPBIND" | "os.sched_getaffinity" | "os.sched_setaffinity" | "os.memfd_create" => {
            target.platform.as_deref().map(|platform| platform == "linux")
        }
        "sys.frozen" => Some(target.frozen),
        "sys._MEIPASS" => Some(target.meipass.is_some()),
        "sys.pypy_version_info" => target.implementation.as_deref().map(|name| name == "pypy"),
        "sys.real_prefix"
        | "sys.gettotalrefcount"
        | "sys.ps1"
        | "sys.last_value"
        | "sys.setcheckinterval"
        | "sys.maxint"
        | "sys.getandroidapilevel" => Some(false),
        "sys._is_gil_enabled" => at_least(13),
        "asyncio.coroutine" | "inspect.getargspec" => at_least(11).map(|is| !is),
        "inspect.getfullargspec" => Some(true),
        "collections.Mapping"
        | "collections.MutableMapping"
        | "collections.Iterable"
        | "collections.Sequence"
        | "collections.Callable"
        | "collections.Hashable"
        | "collections.Iterator"
        | "collections.Set"
        | "collections.Sized"
        | "collections.Container"
        | "collections.MutableSequence" => at_least(10).map(|is| !is),
        "pkgutil.ImpImporter" => at_least(12).map(|is| !is),
        "enum.StrEnum" | "typing.Self" | "typing.LiteralString" | "typing.assert_never" | "datetime.UTC" => {
            at_least(11)
        }
        "typing.override" | "itertools.batched" => at_least(12),
        "warnings.deprecated" => at_least(13),
        "typing.ParamSpec" | "typing.TypeAlias" | "typing.TypeGuard" | "typing.Concatenate" => at_least(10),
        "functools.cache" | "typing.Annotated" => at_least(9),
        _ => return None,
    })
}

/// The value of a constant; unknown where the target is, none where it is no constant of this list.
pub(super) fn value(whole: &str, target: &PythonTarget) -> Option<PyValue> {
    let text = |text: &Option<Arc<str>>| text.clone().map_or(PyValue::Unknown(Reason::Target), PyValue::Str);
    let by_system = |windows: &'static str, posix: &'static str| match target.is_windows() {
        Some(is_windows) => PyValue::text(if is_windows { windows } else { posix }),
        None => PyValue::Unknown(Reason::Target),
    };
    let is_mac = target.platform.as_deref().map(|platform| platform == "darwin");
    let flag = |linux: i64, mac: i64| {
        is_mac.map_or(PyValue::Unknown(Reason::Target), |is| PyValue::Int(if is { mac } else { linux }))
    };
    let is_windows = target.is_windows() == Some(true);
    Some(match whole {
        "typing.TYPE_CHECKING" | "typing_extensions.TYPE_CHECKING" => PyValue::Bool(false),
        "sys.platform" => text(&target.platform),
        "os.name" => target.os_name().map_or(PyValue::Unknown(Reason::Target), PyValue::text),
        "os.sep" | "os.path.sep" => by_system("\\", "/"),
        "os.altsep" | "os.path.altsep" => match target.is_windows() {
            Some(true) => PyValue::text("/"),
            Some(false) => PyValue::None,
            None => PyValue::Unknown(Reason::Target),
        },
        "os.pathsep" | "os.path.pathsep" => by_system(";", ":"),
        "os.linesep" => by_system("\r\n", "\n"),
        "os.curdir" | "os.path.curdir" | "os.extsep" => PyValue::text("."),
        "os.pardir" | "os.path.pardir" => PyValue::text(".."),
        "os.devnull" => by_system("nul", "/dev/null"),
        "sys.prefix" => text(&target.prefix),
        "sys.base_prefix" => text(&target.base_prefix),
        "sys.exec_prefix" | "sys.base_exec_prefix" => text(&target.exec_prefix),
        "sys.executable" => text(&target.executable),
        "sys.frozen" => PyValue::Bool(true),
        "sys._MEIPASS" => text(&target.meipass),
        "sys.byteorder" => PyValue::text("little"),
        "sys.maxsize" => match target.bits {
            Some(64) => PyValue::Int(i64::MAX),
            Some(32) => PyValue::Int(i64::from(i32::MAX)),
            _ => PyValue::Unknown(Reason::Target),
        },
        "sys.hexversion" => match target.version {
            Some((major, minor, Some(micro))) => {
                PyValue::Int(i64::from(major) << 24 | i64::from(minor) << 16 | i64::from(micro) << 8 | 0xf0)
            }
            _ => PyValue::Unknown(Reason::Target),
        },
        "sys.dont_write_bytecode" => PyValue::Unknown(Reason::Target),
        "sys.version" | "sys.argv" | "sys.implementation" | "sys.stdout" | "sys.stderr" => {
            PyValue::Unknown(Reason::Target)
        }
        "os.RTLD_NOW" => PyValue::Int(2),
        "os.RTLD_LAZY" => PyValue::Int(1),
        "ctypes.RTLD_GLOBAL" if is_windows => PyValue::Int(0),
        "ctypes.RTLD_LOCAL" if is_windows => PyValue::Int(0),
        "os.RTLD_GLOBAL" | "ctypes.RTLD_GLOBAL" => flag(0x100, 8),
        "os.RTLD_LOCAL" | "ctypes.RTLD_LOCAL" => flag(0, 4),
        "os.RTLD_NODELETE" => flag(0x1000, 0x80),
        "os.RTLD_NOLOAD" => flag(4, 16),
        "os.RTLD_DEEPBIND" => PyValue::Int(8),
        "importlib.machinery.EXTENSION_SUFFIXES" | "importlib.machinery.SOURCE_SUFFIXES" => {
            PyValue::Unknown(Reason::Target)
        }
        "ctypes.DEFAULT_MODE" => PyValue::Int(if is_mac == Some(true) { 4 } else { 0 }),
        "ctypes.pythonapi" => PyValue::Library,
        _ => return None,
    })
}
