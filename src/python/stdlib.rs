//! The modules of the standard library, by version and system.

use super::target::PythonTarget;

/// Has the standard library of this target a module of this name (any part of it: `os.path`, `xml.dom`)? None where the
/// version or the system decides and is not known.
pub fn has(name: &str, target: &PythonTarget) -> Option<bool> {
    let _ = (name, target);
    None
}

/// Is the module compiled into every interpreter (`sys`, `builtins`, `_thread`, `marshal`, …)?
pub fn is_builtin(name: &str) -> bool {
    let _ = name;
    false
}
