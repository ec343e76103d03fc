//! The mirror of what imports do.

use super::mirror::mirror;
use super::text::Place;
use crate::imports::{
    EarlierCopy, Harmless, ImportCause, ImportFailure, ImportOutcome, ImportVerdict, LoadedBy, Outcomes, ShadowedCopy,
};

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
        /// Libraries that another copy answers for.
        shadowed [default]: Vec<ShadowedMirror>,
        /// Where it fails: the package after whose import it loads.
        loads_after [default]: Option<String>,
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
        earlier [default]: Option<EarlierMirror>,
        /// Where a library is missing: all that are.
        unmet [default]: Vec<String>,
    }
}

mirror! {
    /// A copy of a library that answers for another.
    struct EarlierMirror = EarlierCopy {
        library: String,
        path: Place,
        loader [default]: Option<LoadedByMirror>,
    }
}

mirror! {
    struct LoadedByMirror = LoadedBy {
        module: String,
        file: Place,
        line: u32,
    }
}

mirror! {
    struct ShadowedMirror = ShadowedCopy {
        by: Place,
        path: Place,
        symbols: usize,
        earlier: EarlierMirror,
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
        After { package: String },
    }
}
