//! Why an import fails, in the words of this room.

use crate::image::Name;
use crate::rule::RuleId;
use crate::vfs::VPath;
use crate::world::FileId;

/// The first cause of an import that fails, or that is not known to succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFailure {
    pub cause: ImportCause,
    /// The file at which it happens; none where nothing is known of a file.
    pub file: Option<VPath>,
    /// What is missing, refused or raised.
    pub subject: String,
    /// Dotted names from the outermost parent to what fails, then the needed name.
    pub because: Vec<String>,
    /// The copy of a library that lacks it, where an earlier import has loaded that.
    pub earlier: Option<EarlierCopy>,
    /// Where a library is missing: all that the call of the loader missed, in the order of its search.
    pub unmet: Vec<String>,
}

/// A copy of a library that answers for another, as it was loaded first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierCopy {
    /// The name that was needed.
    pub library: String,
    /// The file that answers.
    pub path: VPath,
    /// Who loaded it; none where the interpreter itself did.
    pub loader: Option<LoadedBy>,
}

/// The import that brought a file into the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedBy {
    /// The extension module that needs the file, or the Python module that opened it with ctypes.
    pub module: String,
    /// The source that imports the module, and the line; an empty path where a person does.
    pub file: VPath,
    pub line: u32,
}

/// As [`ImportOutcome::shadowed`](super::ImportOutcome) lists it: a library that came too late, as the process had another
/// copy of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowedCopy {
    /// The file that needs it.
    pub by: VPath,
    /// The file that its own search finds.
    pub path: VPath,
    /// How many symbols it takes from the other copy.
    pub symbols: usize,
    pub earlier: EarlierCopy,
}

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ImportCause {
    /// The loader does not find a library.
    LibraryMissing,
    /// A library lacks a symbol version that is asked of it.
    VersionMissing,
    /// A file is no native file, or not a whole one.
    NotAnImage,
    /// A file is made for another processor or system.
    WrongArchitecture,
    /// The loader refuses files of this kind: a program, an object without a dynamic section.
    KindRefused,
    /// An extension module lacks the function that Python calls.
    InitFunctionMissing,
    /// A symbol is wanted that nothing which is loaded defines.
    SymbolUndefined,
    /// A library lacks a symbol that is asked of it by name.
    SymbolMissing,
    /// A symbol of Python is wanted that this Python does not have.
    PythonSymbolMissing,
    /// The block of thread-local storage has no room left.
    StaticTls,
    /// macOS takes only what is signed.
    SignatureInvalid,
    /// The stack would have to be executable, and the loader does not make it so.
    StackExecutable,
    /// The file may not be read.
    Unreadable,
    /// NumPy's C API is not there for who asks for it.
    NumpyMissing,
    /// A module was built for another NumPy ABI than the one that is there.
    NumpyAbi,
    /// A module asks for a newer NumPy than is there.
    NumpyTooOld,
    /// No module of that name is found.
    ModuleMissing,
    /// A module is there and lacks the name that is imported from it.
    NameMissing,
    /// Python code raises an exception of its own.
    Raised,
    /// Python code ends the interpreter.
    Exits,
    /// It depends on what cannot be known from the files.
    Undecided,
}

impl ImportCause {
    /// Is it a native file that is refused?
    pub fn is_native(self) -> bool {
        matches!(
            self,
            ImportCause::LibraryMissing
                | ImportCause::VersionMissing
                | ImportCause::NotAnImage
                | ImportCause::WrongArchitecture
                | ImportCause::KindRefused
                | ImportCause::InitFunctionMissing
                | ImportCause::SymbolUndefined
                | ImportCause::SymbolMissing
                | ImportCause::PythonSymbolMissing
                | ImportCause::StaticTls
                | ImportCause::SignatureInvalid
                | ImportCause::StackExecutable
                | ImportCause::Unreadable
                | ImportCause::NumpyMissing
                | ImportCause::NumpyAbi
                | ImportCause::NumpyTooOld
        )
    }

    /// What a rule finds in a file by looking at that alone, and the loader refuses it for.
    pub fn of_fault(rule: RuleId) -> Option<ImportCause> {
        use ImportCause::*;
        let faults = [
            KindRefused,
            SymbolUndefined,
            SymbolMissing,
            PythonSymbolMissing,
            StaticTls,
            SignatureInvalid,
            StackExecutable,
            Unreadable,
        ];
        faults.into_iter().find(|cause| cause.rule() == rule)
    }

    /// The rule that tells of it.
    pub fn rule(self) -> RuleId {
        match self {
            ImportCause::LibraryMissing => RuleId::LIBRARY_MISSING,
            ImportCause::VersionMissing => RuleId::VERSION_MISSING,
            ImportCause::NotAnImage => RuleId::NOT_AN_IMAGE,
            ImportCause::WrongArchitecture => RuleId::WRONG_ARCHITECTURE,
            ImportCause::KindRefused => RuleId::MODULE_REFUSED,
            ImportCause::InitFunctionMissing => RuleId::INIT_FUNCTION_MISSING,
            ImportCause::SymbolUndefined => RuleId::SYMBOL_UNDEFINED,
            ImportCause::SymbolMissing => RuleId::SYMBOL_MISSING,
            ImportCause::PythonSymbolMissing => RuleId::PYTHON_SYMBOL_MISSING,
            ImportCause::StaticTls => RuleId::STATIC_TLS,
            ImportCause::SignatureInvalid => RuleId::CODE_SIGNATURE,
            ImportCause::StackExecutable => RuleId::EXECUTABLE_STACK,
            ImportCause::Unreadable => RuleId::UNREADABLE,
            ImportCause::NumpyMissing => RuleId::NUMPY_MISSING,
            ImportCause::NumpyAbi => RuleId::NUMPY_ABI,
            ImportCause::NumpyTooOld => RuleId::NUMPY_TOO_OLD,
            ImportCause::ModuleMissing => RuleId::MODULE_MISSING,
            ImportCause::NameMissing => RuleId::IMPORT_RAISES,
            ImportCause::Raised => RuleId::IMPORT_RAISES,
            ImportCause::Exits => RuleId::IMPORT_RAISES,
            ImportCause::Undecided => RuleId::IMPORT_UNDECIDED,
        }
    }

    /// What a person is told of the subject.
    pub fn phrase(self) -> &'static str {
        match self {
            ImportCause::LibraryMissing => "library not found",
            ImportCause::VersionMissing => "symbol version not found",
            ImportCause::NotAnImage => "corrupt or not a native library",
            ImportCause::WrongArchitecture => "built for another processor",
            ImportCause::KindRefused => "refused by the loader",
            ImportCause::InitFunctionMissing => "no init function",
            ImportCause::SymbolUndefined => "undefined symbol",
            ImportCause::SymbolMissing => "symbol not found in its library",
            ImportCause::PythonSymbolMissing => "symbol not found in this Python",
            ImportCause::StaticTls => "no room for static TLS",
            ImportCause::SignatureInvalid => "code signature missing or damaged",
            ImportCause::StackExecutable => "requires an executable stack",
            ImportCause::Unreadable => "may not be read",
            ImportCause::NumpyMissing => "no NumPy C API",
            ImportCause::NumpyAbi => "built for another NumPy ABI",
            ImportCause::NumpyTooOld => "NumPy too old",
            ImportCause::ModuleMissing => "module not found",
            ImportCause::NameMissing => "name not found in module",
            ImportCause::Raised => "raised by Python code",
            ImportCause::Exits => "Python code exits",
            ImportCause::Undecided => "cannot be decided from the files",
        }
    }
}

/// Why the loader refuses a native file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeRefusal {
    pub cause: ImportCause,
    /// The file whose need is not met, or that is refused itself.
    pub file: VPath,
    /// The need, the version, or what is wrong with the file.
    pub subject: Name,
    /// The copy of a library that lacks it, loaded by an earlier call.
    pub other: Option<OtherCopy>,
    /// Where needs are not met: the names of all of them, in the order of the loader's search.
    pub unmet: Vec<Name>,
    /// Is it surely refused? Else code may do what makes it load, and no simulation sees it.
    pub is_certain: bool,
}

/// The file that answers to the name of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherCopy {
    pub library: Name,
    pub loaded: FileId,
}

impl NativeRefusal {
    /// A refusal that no other file has to do with.
    pub fn new(cause: ImportCause, file: VPath, subject: Name) -> NativeRefusal {
        NativeRefusal { cause, file, subject, other: None, unmet: Vec::new(), is_certain: true }
    }
}
