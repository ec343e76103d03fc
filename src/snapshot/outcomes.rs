//! The mirror of what imports do.

use super::mirror::mirror;
use super::text::Place;
use crate::imports::{Harmless, ImportCause, ImportFailure, ImportOutcome, ImportVerdict, Outcomes};

mirror! {
    #[derive(Default)]
    struct OutcomesMirror = Outcomes {
        /// By name.
        rows [default]: Vec<OutcomeMirror>,
        /// Of libraries for ctypes or cffi that are named as extension modules, and of packages that hold no others.
        libraries [default]: Vec<OutcomeMirror>,
        /// Of a bundle, what the scripts of its program do.
        programs [default]: Vec<OutcomeMirror>,
    }
}

mirror! {
    /// What the import of one module does.
    struct OutcomeMirror = ImportOutcome {
        module: String,
        /// Is it a native module? Else a top-level package that holds one.
        is_extension: bool,
        verdict: VerdictMirror,
        failure [default]: Option<FailureMirror>,
        harmless [default]: Option<HarmlessMirror>,
    }
}

mirror! {
    #[derive(Clone, Copy)]
    enum VerdictMirror = ImportVerdict {
        Loads,
        Guarded,
        Unknown,
        Fails,
    }
}

mirror! {
    /// The first cause of an import that fails.
    struct FailureMirror = ImportFailure {
        cause: CauseMirror,
        file [default]: Option<Place>,
        subject: String,
        because [default]: Vec<String>,
    }
}

mirror! {
    #[derive(Clone, Copy)]
    enum CauseMirror = ImportCause {
        LibraryMissing,
        VersionMissing,
        NotAnImage,
        WrongArchitecture,
        KindRefused,
        InitFunctionMissing,
        SymbolUndefined,
        SymbolMissing,
        PythonSymbolMissing,
        StaticTls,
        SignatureInvalid,
        StackExecutable,
        Unreadable,
        NumpyMissing,
        NumpyAbi,
        NumpyTooOld,
        ModuleMissing,
        NameMissing,
        Raised,
        Exits,
        Undecided,
    }
}

mirror! {
    /// Why nobody misses a module that cannot be imported.
    enum HarmlessMirror = Harmless {
        Caught { file: Place, line: u32 },
        Unasked,
        Optional,
    }
}
