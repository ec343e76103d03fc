//! The modules of the standard library, by version and system.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::target::PythonTarget;

/// Modules, each with the systems that have it, and the versions from and to which it is there.
const MODULES: &str = include_str!("../../assets/python/stdlib.tsv");

/// One row of the table.
struct Row {
    /// `windows`, `posix`, `linux`, `darwin`, or `*`.
    systems: &'static str,
    since: Option<u8>,
    /// The first version without it.
    until: Option<u8>,
}

static ROWS: LazyLock<FxHashMap<&'static str, Row>> = LazyLock::new(|| {
    let rows = MODULES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        let (name, systems) = (cells.next()?, cells.next()?);
        let minor = |cell: Option<&str>| cell.and_then(|cell| cell.parse().ok());
        Some((name, Row { systems, since: minor(cells.next()), until: minor(cells.next()) }))
    });
    rows.collect()
});

/// Has the standard library of this target a module of this name (any part of it: `os.path`, `xml.dom`)? None where the
/// version or the system decides and is not known.
pub fn has(name: &str, target: &PythonTarget) -> Option<bool> {
    let Some(row) = ROWS.get(name) else { return Some(false) };
    let on_system = match (row.systems, target.platform.as_deref()) {
        ("*", _) => Some(true),
        (_, None) => None,
        ("windows", Some(platform)) => Some(platform == "win32"),
        ("posix", Some(platform)) => Some(platform != "win32"),
        (system, Some(platform)) => Some(system == platform),
    };
    let in_version = match (row.since, row.until, target.minor()) {
        (None, None, _) => Some(true),
        (_, _, None) => None,
        (since, until, Some((_, minor))) => {
            Some(since.is_none_or(|since| minor >= since) && until.is_none_or(|until| minor < until))
        }
    };
    match (on_system, in_version) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Every module of the table, whatever has it.
pub fn names() -> impl Iterator<Item = &'static str> {
    ROWS.keys().copied()
}

/// The first minor version of Python 3 without a module that those before have; none where all have it, none has it, or only
/// Windows' had it.
pub fn removed_in(name: &str) -> Option<u8> {
    ROWS.get(name).filter(|row| row.systems != "windows")?.until
}

/// Is the module compiled into every interpreter (`sys`, `builtins`, `_thread`, …), or frozen in it, as its import system is, or
/// made by it before any import (`__main__`)?
pub fn is_builtin(name: &str) -> bool {
    const BUILTIN: [&str; 31] = [
        "__hello__",
        "__main__",
        "__phello__",
        "__phello__.spam",
        "_abc",
        "_ast",
        "_codecs",
        "_collections",
        "_frozen_importlib",
        "_frozen_importlib_external",
        "_functools",
        "_imp",
        "_io",
        "_locale",
        "_operator",
        "_signal",
        "_sre",
        "_stat",
        "_string",
        "_symtable",
        "_thread",
        "_tracemalloc",
        "_warnings",
        "_weakref",
        "atexit",
        "builtins",
        "errno",
        "gc",
        "itertools",
        "marshal",
        "sys",
    ];
    BUILTIN.contains(&name) || matches!(name, "time" | "faulthandler")
}
