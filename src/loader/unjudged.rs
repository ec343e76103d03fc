//! A loader that dylens does not know: it looks nowhere, and whatever is asked for may be there.

use std::ops::ControlFlow::Continue;

use super::table::{Loader, LoaderTraits, PythonTraits};
use super::{Step, glibc};
use crate::world::System;

pub(super) static LOADER: Loader = Loader {
    serves: |system| matches!(system, System::Unjudged),
    traits: LoaderTraits {
        checks_versions: false,
        checks_symbols: false,
        refuses_kinds: false,
        builtin: "not looked for: what loads there is not known",
        python: PythonTraits { platform: None, musl: None, ..PythonTraits::LINUX },
        releases: &[],
        ..glibc::LOADER.traits
    },
    at_once: |_| Some(Step::Unjudged),
    candidates: |_, _| Continue(()),
    own_file: |_| None,
    ..glibc::LOADER
};
