//! The mirror of what asks for NumPy's C API and what answers.

use super::graph::DistributionNumber;
use super::mirror::{Words, mirror};
use super::text::{Bytes, FileNumber, Place};
use crate::graph::{NumpyEdge, Presence, PythonModule};
use crate::image::{Answer, Binding};
use crate::survey::{CapiEdge, Numpy, Provider};

mirror! {
    #[derive(Default)]
    struct NumpyMirror = Numpy {
        /// The NumPy that an import finds.
        provider [default]: Option<ProviderMirror>,
        /// Those further down the import path.
        others [default]: Vec<Place>,
        /// Who asks, by path.
        #[serde(rename = "bonds")]
        capi_edges [default]: Vec<CapiEdgeMirror>,
    }
}

mirror! {
    struct ProviderMirror = Provider {
        folder: Place,
        release [default]: Option<(u16, u16)>,
        abi [default]: Option<u8>,
        extension [default]: Option<Place>,
        file [default]: Option<FileNumber>,
        /// The C-API version that its header tells.
        api [default]: Option<u8>,
        /// The first module that NumPy itself cannot do without and that is not there.
        lacks [default]: Option<Words>,
    }
}

mirror! {
    /// One file that asks, and what it gets.
    struct CapiEdgeMirror = CapiEdge {
        file: FileNumber,
        binding: BindingMirror,
        asks_for: Words,
        answer: AnswerMirror,
        missing [default]: Option<Words>,
        /// Is it asked for at import, or only at first use?
        at_import: bool,
    }
}

mirror! {
    /// How code asks.
    enum BindingMirror = Binding {
        Headers1 { before_1_16: bool, feature: Option<u8>, in_pybind11: bool },
        Headers2 { minimum: Option<(u16, u16)>, in_pybind11: bool },
        CythonTypes { knows_2: bool },
        Pybind11 { knows_2: bool },
        RustNumpy { knows_2: bool, version: Option<String> },
    }
}

mirror! {
    /// What code gets.
    enum AnswerMirror = Answer {
        Given,
        ThroughShim,
        Unknown,
        NoProvider,
        NoModule,
        OtherAbi,
        TooOld,
    }
}

mirror! {
    /// A Python module on the way to NumPy's C API.
    struct PythonModuleMirror = PythonModule {
        name: Bytes,
        presence: PresenceMirror,
        /// Whose it is, by place in `distributions`.
        owner [default]: Option<DistributionNumber>,
    }
}

mirror! {
    enum PresenceMirror = Presence {
        Present(path: Place),
        Absent,
        Unknown,
    }
}

mirror! {
    /// Code asks for NumPy's C API, or a Python module hands it on.
    struct NumpyEdgeMirror = NumpyEdge {
        /// The dotted name of the module that is imported.
        asks_for: Bytes,
        binding [default]: Option<BindingMirror>,
        answer: AnswerMirror,
    }
}
