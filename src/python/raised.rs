//! Exceptions: their classes, and how one came out of another.

use std::sync::Arc;

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
            token: None,
        }
    }

    /// `No module named 'a.b'`.
    pub fn module_not_found(name: &str, at: Site) -> Raised {
        let mut raised = Raised::builtin("ModuleNotFoundError", format!("No module named '{name}'"), at);
        raised.name = Some(name.into());
        raised
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

impl ExceptionClass {
    /// A builtin exception; one of an unknown name is taken as a direct `Exception`.
    pub fn builtin(name: &str) -> ExceptionClass {
        ExceptionClass {
            name: name.into(),
            above: Arc::from([Arc::from("Exception"), Arc::from("BaseException")]),
            is_whole: true,
        }
    }

    /// Would `except CATCHER` catch it? None where that cannot be told.
    pub fn is_a(&self, catcher: &str) -> Option<bool> {
        let is = &*self.name == catcher || self.above.iter().any(|above| &**above == catcher);
        if is { Some(true) } else { self.is_whole.then_some(false) }
    }
}
