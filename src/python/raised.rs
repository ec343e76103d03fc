//! Exceptions: their classes, and how one came out of another.

use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;

use super::outside::Site;

/// The class of an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionClass {
    /// As a traceback shows it: `ImportError`, `pkg.errors.MissingBackend`.
    pub name: Arc<str>,
    /// The names of all classes above it, the nearest first, `BaseException` last.
    pub above: Arc<[Arc<str>]>,
    /// Is `above` all there is? Not where a base could not be told.
    pub is_whole: bool,
}

/// An exception that was raised.
#[derive(Clone, Debug)]
pub struct Raised {
    pub class: ExceptionClass,
    /// `str(e)`; none where it cannot be told.
    pub text: Option<Arc<str>>,
    /// `ImportError.name`: the module that could not be imported.
    pub name: Option<Arc<str>>,
    /// Where it was raised; for an exception of [`Outside`](super::Outside), the statement that asked.
    pub at: Site,
    /// `__cause__`, else `__context__`: what this one was raised from, or while handling what. A bare `raise` raises the old
    /// one, and adds nothing.
    pub from: Option<Arc<Raised>>,
    /// Does it come from an import or a library, and not from a `raise` of code or an operation on values?
    pub is_foreign: bool,
    /// Whatever the implementer of [`Outside`](super::Outside) needs to find its own record of the first cause.
    pub token: Option<u32>,
}

impl Raised {
    /// One of the builtin exceptions, as [`Outside`](super::Outside) makes them: `ImportError`, `ModuleNotFoundError`,
    /// `OSError`, …
    pub fn builtin(class: &str, text: impl Into<Arc<str>>, at: Site) -> Raised {
        Raised {
            class: ExceptionClass::builtin(class),
            text: Some(text.into()),
            name: None,
            at,
            from: None,
            is_foreign: true,
            token: None,
        }
    }

    /// `No module named 'a.b'`.
    pub fn module_not_found(name: &str, at: Site) -> Raised {
        let mut raised = Raised::builtin("ModuleNotFoundError", format!("No module named '{name}'"), at);
        raised.name = Some(name.into());
        raised
    }

    /// Is it, or was it raised because of, one that an import or a library raised?
    pub fn is_of_import(&self) -> bool {
        self.chain().any(|raised| raised.is_foreign)
    }

    /// The exception at the beginning of the chain: the one that code met, from which the others were raised.
    pub fn first(&self) -> &Raised {
        self.chain().last().unwrap_or(self)
    }

    /// This exception, the one that it was raised from, and so on.
    pub fn chain(&self) -> impl Iterator<Item = &Raised> {
        std::iter::successors(Some(self), |raised| raised.from.as_deref())
    }
}

/// Builtin exceptions and their direct bases.
const BUILTIN: &str = include_str!("../../assets/python/exceptions.tsv");

/// Exceptions of the standard library that are caught around imports and libraries, and what they are.
const STANDARD: [(&str, &str); 12] = [
    ("importlib.metadata.PackageNotFoundError", "ModuleNotFoundError"),
    ("zipimport.ZipImportError", "ImportError"),
    ("ctypes.ArgumentError", "Exception"),
    ("subprocess.SubprocessError", "Exception"),
    ("subprocess.CalledProcessError", "Exception"),
    ("shutil.Error", "OSError"),
    ("socket.error", "OSError"),
    ("select.error", "OSError"),
    ("os.error", "OSError"),
    ("json.JSONDecodeError", "ValueError"),
    ("configparser.Error", "Exception"),
    ("struct.error", "Exception"),
];

/// The builtin exceptions by name; an alias is what it stands for.
static CLASSES: LazyLock<FxHashMap<&'static str, ExceptionClass>> = LazyLock::new(|| {
    let lines = BUILTIN.lines().filter(|line| !line.starts_with('#'));
    let rows: FxHashMap<&str, &str> = lines.filter_map(|line| line.split_once('\t')).collect();
    let names = rows.keys().copied().chain(["BaseException"]);
    names.map(|name| (name, class_of(name, &rows))).collect()
});

/// A builtin exception as the table has it.
fn class_of(name: &str, rows: &FxHashMap<&str, &str>) -> ExceptionClass {
    let bases = rows.get(name).copied().unwrap_or_default();
    if let Some(alias) = bases.strip_prefix('=') {
        return class_of(alias, rows);
    }
    let mut above: Vec<Arc<str>> = Vec::new();
    for base in bases.split(',').filter(|base| !base.is_empty()) {
        above.push(base.into());
        above.extend(class_of(base, rows).above.iter().cloned());
    }
    ExceptionClass { name: name.into(), above: above.into(), is_whole: true }
}

impl ExceptionClass {
    /// A builtin exception; one of an unknown name is taken as a direct `Exception`.
    pub fn builtin(name: &str) -> ExceptionClass {
        ExceptionClass::known(name).unwrap_or_else(|| ExceptionClass::below(name, &ExceptionClass::plain()))
    }

    fn plain() -> ExceptionClass {
        ExceptionClass { name: "Exception".into(), above: [Arc::from("BaseException")].into(), is_whole: true }
    }

    /// The builtin exception, or the one of the standard library, of this name.
    pub fn known(name: &str) -> Option<ExceptionClass> {
        if let Some((_, base)) = STANDARD.iter().find(|(standard, _)| *standard == name) {
            let base = ExceptionClass::builtin(base);
            return Some(if base.name.ends_with("OSError") { base } else { ExceptionClass::below(name, &base) });
        }
        CLASSES.get(name).cloned()
    }

    /// A class of its own below another.
    pub fn below(name: &str, base: &ExceptionClass) -> ExceptionClass {
        let above = std::iter::once(&base.name).chain(base.above.iter()).cloned().collect();
        ExceptionClass { name: name.into(), above, is_whole: base.is_whole }
    }

    /// Would `except CATCHER` catch it? None where that cannot be told.
    pub fn is_a(&self, catcher: &str) -> Option<bool> {
        let is = &*self.name == catcher || self.above.iter().any(|above| &**above == catcher);
        if is { Some(true) } else { self.is_whole.then_some(false) }
    }
}

#[cfg(test)]
mod tests {
    use super::ExceptionClass;

    #[test]
    fn the_builtin_exceptions_form_a_tree() {
        let is_a = |name: &str, base: &str| ExceptionClass::builtin(name).is_a(base);
        assert_eq!(is_a("ModuleNotFoundError", "ImportError"), Some(true));
        assert_eq!(is_a("ImportError", "ModuleNotFoundError"), Some(false));
        assert_eq!(is_a("FileNotFoundError", "OSError"), Some(true));
        assert_eq!(is_a("OSError", "ImportError"), Some(false));
        assert_eq!(is_a("ImportError", "Exception"), Some(true));
        assert_eq!(is_a("SystemExit", "Exception"), Some(false));
        assert_eq!(is_a("KeyboardInterrupt", "BaseException"), Some(true));
        assert_eq!(is_a("UnicodeDecodeError", "ValueError"), Some(true));
    }

    #[test]
    fn aliases_are_the_class_itself() {
        assert_eq!(&*ExceptionClass::builtin("IOError").name, "OSError");
        assert_eq!(&*ExceptionClass::builtin("EnvironmentError").name, "OSError");
    }

    #[test]
    fn a_missing_distribution_is_a_missing_module() {
        let class = ExceptionClass::builtin("importlib.metadata.PackageNotFoundError");
        assert_eq!(class.is_a("ImportError"), Some(true));
    }

    #[test]
    fn a_class_with_an_unknown_base_may_be_anything() {
        let base = ExceptionClass { is_whole: false, ..ExceptionClass::builtin("Exception") };
        assert_eq!(ExceptionClass::below("pkg.Odd", &base).is_a("ImportError"), None);
        assert_eq!(ExceptionClass::below("pkg.Odd", &base).is_a("Exception"), Some(true));
    }
}
