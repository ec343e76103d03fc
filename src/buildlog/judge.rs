//! What really happened: each incident with the files of a scan and the findings of its rules, or by itself.
//!
//! Each kind of accusation has a file of its own; what none of them can tell is told by the message's own words.

mod absent;
mod architecture;
mod archive;
mod consequence;
mod cython;
mod data;
mod development;
mod exception;
mod glibc;
mod homebrew;
pub(super) mod library;
mod module;
mod numpy;
mod poetry;
mod policy;
mod rust;
mod sentences;
mod setuptools;
mod single;
mod standard;
mod symbol;
mod tag;
mod torch;
mod unlinked;
mod version;
mod windows;

use std::cmp::Reverse;

use super::incident::{Incident, Log};
use super::log_context::{LogContext, leaf};
use crate::command::templates::{
    AUDITWHEEL_LEAVING, DELOCATE_IGNORING, DELVEWHEEL_LEAVING, EXCLUDE, MATURIN_SKIP, WHEEL,
};
use crate::command::{Command, Refusal, Remedy};
use crate::diagnose::Severity;
use crate::graph::NodeId;
use crate::rule::RuleId;
use crate::tools::ToolId;
use crate::vfs::VPath;
use crate::world::FileId;

macro_rules! causes {
    ($($variant:ident $word:literal $title:literal),+ $(,)?) => {
        /// Why a build or a program failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Cause {
            $(#[doc = $title] $variant),+
        }

        impl Cause {
            /// Every cause.
            pub const ALL: &[Cause] = &[$(Cause::$variant),+];

            /// The word for it, in the data and in every output.
            pub fn word(self) -> &'static str {
                match self { $(Cause::$variant => $word),+ }
            }

            /// What happened, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Cause::$variant => $title),+ }
            }
        }
    };
}

causes! {
    OwnInstallName "own-install-name" "a file's own install name is taken for a dependency",
    LibraryMissing "library-missing" "library not found",
    FoundByLoader "found-by-loader" "the loader finds it, the tool does not",
    SharedCache "shared-cache" "a library of macOS, which is no file",
    ApiSet "api-set" "a name that Windows answers itself",
    SystemLibrary "system-library" "a library that every such system has",
    MsvcRuntime "msvc-runtime" "Visual C++ runtime not found",
    OtherWheel "other-wheel" "comes with another wheel",
    Driver "driver" "comes with a driver",
    SymbolMissing "symbol-missing" "symbol not found",
    VersionMissing "version-missing" "library too old",
    WrongArchitecture "wrong-architecture" "made for another processor",
    NotAnImage "not-an-image" "not a whole native file",
    PythonMismatch "python-mismatch" "built for another Python",
    OtherLibc "other-libc" "built for the other C library",
    NoInitFunction "no-init-function" "no module of that name in the file",
    InitFailed "init-failed" "the library's own start failed",
    NoMemory "no-memory" "no memory to load it",
    NumpyAbi "numpy-abi" "built for another major NumPy",
    NumpyTooOld "numpy-too-old" "built for a newer NumPy",
    NumpyMissing "numpy-missing" "NumPy's C API is not there",
    NumpyShim "numpy-shim" "the Python module that leads to NumPy's C API is not there",
    CythonAbi "cython-abi" "built for another release of a module",
    ModuleMissing "module-missing" "Python module not found",
    ModuleLeftOut "module-left-out" "Python module left out",
    LinkLibrary "link-library" "library or header not found at build time",
    LinkSymbol "link-symbol" "symbol not found at build time",
    LinkFailed "link-failed" "the linker or compiler failed",
    PolicySymbols "policy-symbols" "symbols that the policy does not allow",
    PolicyLibraries "policy-libraries" "libraries that the policy does not allow",
    Libpython "libpython" "linked with libpython",
    PythonLibrary "python-library" "Python without its shared library",
    MacosTooNew "macos-too-new" "built for a newer macOS",
    CodeSignature "code-signature" "code signature not valid",
    ExecutableStack "executable-stack" "requires an executable stack",
    StaticTls "static-tls" "no room for thread-local memory",
    TwoCopies "two-copies" "two files of one name",
    FileMissing "file-missing" "file not found",
    LeftOut "left-out" "left out on purpose",
    ForeignRpath "foreign-rpath" "search path of another system",
    NothingNative "nothing-native" "nothing native in the wheel",
    ProgramEnded "program-ended" "the program ended with an exception",
    SigningFailed "signing-failed" "codesign cannot sign a file",
    SliceTwice "slice-twice" "one processor in both files",
    NoExec "noexec" "folder from which nothing may run",
    Blocked "blocked" "blocked by the system",
    ShadowedModule "shadowed-module" "a file hides a module of Python",
    SubInterpreter "sub-interpreter" "module loads once per process",
    GilEnabled "gil-enabled" "module turns the GIL on",
    PythonTooNew "python-too-new" "Python is too new for the build",
    WheelTag "wheel-tag" "wheel is for another platform",
    CxxAbi "cxx-abi" "built with another C++ ABI",
    OtherCopy "other-copy" "another copy of the library loaded",
    Misaligned "misaligned" "segments not aligned",
    RelativeName "relative-install-name" "relative install name",
    QtPlugin "qt-plugin" "Qt platform plugin not loaded",
    NumpyWarning "numpy-warning" "harmless warning of NumPy",
    BuildFailed "build-failed" "the build failed",
    RuntimeMismatch "runtime-mismatch" "built for another runtime",
    ToolStumbled "tool-stumbled" "the tool itself failed",
}

impl Cause {
    /// The cause of a word.
    pub fn named(word: &str) -> Option<Cause> {
        Cause::ALL.iter().copied().find(|cause| cause.word() == word)
    }

    /// The cause that a rule finds by looking at the file.
    fn of_rule(rule: RuleId) -> Option<Cause> {
        Some(match rule {
            RuleId::EXTENSION_FOR_OTHER_PYTHON => Cause::PythonMismatch,
            RuleId::WRONG_ARCHITECTURE | RuleId::SLICE_MISSING => Cause::WrongArchitecture,
            RuleId::OTHER_LIBC => Cause::OtherLibc,
            RuleId::NOT_AN_IMAGE => Cause::NotAnImage,
            _ => return None,
        })
    }

    /// The rules whose findings are about the same trouble.
    fn rules(self) -> &'static [RuleId] {
        match self {
            Cause::LibraryMissing | Cause::OtherWheel | Cause::Driver | Cause::MsvcRuntime => &[
                RuleId::LIBRARY_MISSING,
                RuleId::LIBRARY_PRELOADED,
                RuleId::RECORDED_FILE_MISSING,
                RuleId::LINK_BROKEN,
            ],
            Cause::SymbolMissing => &[
                RuleId::SYMBOL_MISSING,
                RuleId::SYMBOL_UNDEFINED,
                RuleId::PYTHON_SYMBOL_MISSING,
                RuleId::VERSION_MISSING,
                RuleId::NUMPY_ABI,
                RuleId::EXTENSION_FOR_OTHER_PYTHON,
            ],
            Cause::VersionMissing => &[RuleId::VERSION_MISSING],
            Cause::WrongArchitecture => &[RuleId::WRONG_ARCHITECTURE, RuleId::SLICE_MISSING, RuleId::NOT_AN_IMAGE],
            Cause::NotAnImage => {
                &[RuleId::NOT_AN_IMAGE, RuleId::WRONG_ARCHITECTURE, RuleId::OTHER_LIBC, RuleId::UNREADABLE]
            }
            Cause::PythonMismatch => &[RuleId::EXTENSION_FOR_OTHER_PYTHON],
            Cause::OtherLibc => &[RuleId::OTHER_LIBC],
            Cause::NoInitFunction => &[
                RuleId::INIT_FUNCTION_MISSING,
                RuleId::EXTENSION_FOR_OTHER_PYTHON,
                RuleId::NOT_AN_IMAGE,
                RuleId::WRONG_ARCHITECTURE,
            ],
            Cause::NumpyAbi => &[RuleId::NUMPY_ABI, RuleId::NUMPY_SHIM],
            Cause::NumpyTooOld => &[RuleId::NUMPY_TOO_OLD],
            Cause::NumpyMissing => &[RuleId::NUMPY_MISSING, RuleId::NUMPY_ABI, RuleId::RECORDED_FILE_MISSING],
            Cause::NumpyShim => &[RuleId::NUMPY_SHIM, RuleId::NUMPY_MISSING],
            Cause::MacosTooNew => &[RuleId::MACOS_TOO_NEW],
            Cause::CodeSignature => &[RuleId::CODE_SIGNATURE],
            Cause::ExecutableStack => &[RuleId::EXECUTABLE_STACK],
            Cause::TwoCopies => &[RuleId::RUNTIME_TWICE],
            Cause::FileMissing => &[RuleId::RECORDED_FILE_MISSING, RuleId::LINK_BROKEN],
            Cause::ForeignRpath => &[RuleId::RPATH_OUTSIDE],
            Cause::OwnInstallName => &[RuleId::RUST_INSTALL_NAME, RuleId::INSTALL_NAME],
            _ => &[],
        }
    }
}

/// What is to be thought of the accused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is missing, broken or wrong, as the tool says.
    Guilty,
    /// Nothing is wrong with it, though the tool stumbles over it.
    Innocent,
    /// Nobody has to do anything.
    Noise,
    /// The log alone does not tell, or what is looked at says otherwise.
    Unknown,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Verdict; 4] = [Verdict::Guilty, Verdict::Innocent, Verdict::Noise, Verdict::Unknown];

    /// What it means, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Verdict::Guilty => "the file or library is missing, broken or wrong, as the tool says",
            Verdict::Innocent => "a false positive: nothing is wrong with the file, though the tool fails on it",
            Verdict::Noise => "no action needed: harmless, or only a consequence of another message",
            Verdict::Unknown => "the log alone does not tell, or what it was compared with says otherwise",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Verdict::Guilty => "guilty",
            Verdict::Innocent => "innocent",
            Verdict::Noise => "noise",
            Verdict::Unknown => "unknown",
        }
    }
}

/// An incident and what it comes to.
#[derive(Clone, Debug)]
pub struct Judged {
    pub incident: Incident,
    pub cause: Cause,
    pub verdict: Verdict,
    /// The file that it is about, as the scan shows it: none where it is not there.
    pub file: Option<VPath>,
    /// Where the graph is to be looked at.
    pub node: Option<NodeId>,
    /// The place among [`crate::scan::Scan::findings`] of the finding that is about the same.
    pub finding: Option<usize>,
    /// What really happened, in one sentence.
    pub sentence: String,
    pub remedy: Remedy,
    /// The version of the tool, where the log names it.
    pub version: Option<String>,
    /// The line of the incident that it is only a consequence of.
    pub because: Option<usize>,
}

impl Judged {
    /// What the message says by itself.
    fn by_the_log(incident: &Incident) -> Judged {
        let message = incident.message;
        let remedy = Remedy::new(filled(&message.remedy, incident));
        Judged {
            cause: message.cause,
            verdict: if message.stops { Verdict::Guilty } else { Verdict::Unknown },
            file: None,
            node: None,
            finding: None,
            sentence: filled(&message.sentence, incident),
            remedy: match message.command(incident) {
                Some(command) => remedy.fix(command),
                None => remedy,
            },
            version: None,
            because: None,
            incident: incident.clone(),
        }
    }

    fn cause(self, cause: Cause, verdict: Verdict) -> Judged {
        Judged { cause, verdict, ..self }
    }

    /// Nobody has to mind it, in whatever way its tool words it.
    fn noise(self) -> Judged {
        Judged { verdict: Verdict::Noise, remedy: Remedy::new("nothing"), ..self }
    }

    fn says(self, sentence: impl Into<String>) -> Judged {
        Judged { sentence: sentence.into(), ..self }
    }

    fn mended(self, remedy: Remedy) -> Judged {
        Judged { remedy, ..self }
    }

    /// Ties it to a file of the scan.
    fn at(self, context: &LogContext, file: FileId) -> Judged {
        Judged { file: Some(context.path(file)), node: context.scan.graph.file(file), ..self }
    }

    /// Takes over what a rule found.
    fn found(self, context: &LogContext, at: usize) -> Judged {
        let finding = &context.scan.findings[at];
        Judged {
            verdict: Verdict::Guilty,
            file: self.file.or_else(|| Some(finding.file.clone())),
            node: finding.node.or(self.node),
            finding: Some(at),
            sentence: finding.message.clone(),
            remedy: finding.remedy.clone(),
            ..self
        }
    }

    /// Is it the same tool's word on the same thing?
    fn says_the_same(&self, other: &Judged) -> bool {
        let key = |judged: &Judged| (judged.incident.tool, judged.cause, judged.node);
        self.file.is_some()
            && key(self) == key(other)
            && (&self.file, &self.sentence, &self.remedy) == (&other.file, &other.sentence, &other.remedy)
    }

    /// Did the build or the program fail by it?
    pub fn is_failure(&self) -> bool {
        self.verdict != Verdict::Noise && (self.incident.message.stops || self.verdict == Verdict::Guilty)
    }

    /// How it is told apart at a glance.
    pub fn severity(&self) -> Severity {
        match (self.verdict, self.incident.message.stops) {
            (Verdict::Noise, _) => Severity::Info,
            (_, true) => Severity::Error,
            (Verdict::Innocent, false) => Severity::Info,
            (_, false) => Severity::Warning,
        }
    }

    /// What ends a build comes first, then what is known for sure, then what tells most; last, what nobody has to mind.
    fn rank(&self) -> impl Ord {
        let verdict = match self.verdict {
            Verdict::Guilty => 0,
            Verdict::Innocent if self.incident.message.stops => 0,
            Verdict::Unknown => 1,
            Verdict::Innocent => 2,
            Verdict::Noise => 3,
        };
        let message = self.incident.message;
        (verdict == 3, message.tells == 0, !message.stops, verdict, Reverse(message.tells), self.incident.first)
    }
}

/// Judges all incidents of a log, the guilty first, each cause before its consequences. Without a scan, by what the log alone
/// tells.
pub fn judge(log: &Log, context: Option<&LogContext>) -> Vec<Judged> {
    let mut judged: Vec<Judged> = log.incidents.iter().map(|incident| one(incident, log, context)).collect();
    judged.sort_by(|a, b| a.rank().cmp(&b.rank()));
    consequence::mark(&mut judged);
    let mut told: Vec<Judged> = Vec::new();
    for judged in judged {
        // A panic is printed as it happens and once more as an exception: that is one.
        let again = told.iter_mut().find(|other| judged.says_the_same(other));
        match again {
            Some(other) => other.incident.times += judged.incident.times,
            None => told.push(judged),
        }
    }
    told.sort_by_key(|judged| judged.verdict == Verdict::Noise);
    told
}

fn one(incident: &Incident, log: &Log, context: Option<&LogContext>) -> Judged {
    let plain = Judged::by_the_log(incident);
    let judged = match incident.message.cause {
        Cause::ModuleLeftOut if incident.tool == ToolId::Py2exe => single::judge(file(plain, context), log, context),
        _ if matches!(incident.tool, ToolId::Windows | ToolId::Py2exe) => windows::judge(plain, log, context),
        _ if incident.message.id == "function-missing" => file(plain, context),
        _ if incident.tool == ToolId::Hdf5 => data::of_hdf5(plain, log),
        _ if incident.tool == ToolId::Gdal => data::of_proj(plain, log),
        _ if incident.tool == ToolId::Poetry => poetry::judge(plain, log),
        _ if incident.message.id == "cargo-too-old" => rust::judge(plain, log),
        _ if incident.tool == ToolId::Setuptools => setuptools::judge(plain, log),
        Cause::LibraryMissing => library::judge(plain, log, context),
        Cause::SymbolMissing | Cause::VersionMissing | Cause::OtherCopy => symbol::judge(plain, log, context),
        Cause::NumpyAbi | Cause::NumpyTooOld | Cause::NumpyMissing | Cause::NumpyShim => {
            numpy::judge(plain, log, context)
        }
        Cause::CythonAbi => cython::judge(plain),
        Cause::ModuleMissing | Cause::ModuleLeftOut => module::judge(plain, log, context),
        Cause::WrongArchitecture => architecture::judge(plain, log, context),
        Cause::WheelTag if incident.tool == ToolId::Pip => tag::judge(plain, log),
        Cause::LinkLibrary => development::judge(plain, log),
        Cause::FileMissing if incident.message.id == "data-missing" => data::judge(plain, log),
        Cause::FileMissing if incident.message.id == "tcl-package" => data::of_tcl(plain, log),
        Cause::RuntimeMismatch if incident.tool == ToolId::Numpy => numpy::of_a_limit(plain),
        Cause::BuildFailed if incident.message.id == "exception" => exception::judge(plain, log),
        Cause::PolicySymbols if incident.tool == ToolId::Auditwheel => policy::judge(plain, log),
        _ => single::judge(file(plain, context), log, context),
    };
    let judged = if context.is_some() { untied(judged) } else { judged };
    let judged = archive::judge(judged);
    // A build that tries several ways complains of each that it does not find.
    let judged = match incident.tool == ToolId::Configure && log.is_overruled(incident) {
        true => {
            let sentence = format!("{}; the build went on without it", judged.sentence);
            judged.says(sentence).noise()
        }
        false => judged,
    };
    Judged { version: log.version(incident.tool).map(str::to_owned), ..judged }
}

/// Says so, where the file that is accused is not in what is looked at.
fn untied(judged: Judged) -> Judged {
    let is_tied = judged.file.is_some() || judged.node.is_some() || judged.finding.is_some();
    let is_file = |by: &&str| [".so", ".dylib", ".pyd", ".dll"].iter().any(|ending| by.to_lowercase().contains(ending));
    match judged.incident.by().filter(is_file).map(library::short) {
        Some(by) if !is_tied && judged.verdict != Verdict::Noise => {
            let sentence =
                format!("{}; {by} is not in what is looked at: this is what the log alone tells", judged.sentence);
            judged.says(sentence)
        }
        _ => judged,
    }
}

/// An accusation of one file.
fn file(plain: Judged, context: Option<&LogContext>) -> Judged {
    let Some(context) = context else { return plain };
    let rules = plain.cause.rules();
    let by = plain.incident.by().or(plain.incident.told("accused"));
    let symbol = plain.incident.told("symbol").and_then(|symbol| symbol.strip_prefix("PyInit_"));
    let of_module = || context.module_file(symbol.filter(|_| plain.cause == Cause::NoInitFunction)?);
    let Some(file) = of_module().or_else(|| by.and_then(|by| context.file(by))) else { return plain };
    let about = context.finding_about(file, rules);
    let tied = plain.at(context, file);
    match about {
        Some(at) => tied.found(context, at),
        None => tied,
    }
}

/// The text with what stands in the message's places; of paths what a person needs.
fn filled(text: &str, incident: &Incident) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled += before;
        match after.split_once('}').and_then(|(place, after)| Some((incident.told.get(place)?, after))) {
            Some((value, after)) => {
                filled += value;
                rest = after;
            }
            None => {
                // A brace of the text itself, or a place that this wording of the message does not have.
                let is_place = after
                    .split_once('}')
                    .is_some_and(|(place, _)| !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_lowercase()));
                filled += if is_place { "it" } else { "{" };
                rest = if is_place { after.split_once('}').map_or("", |(_, after)| after) } else { after };
            }
        }
    }
    filled + rest
}

/// What a tool that mends wheels is told to leave alone.
fn exclude(tool: ToolId, names: &[&str]) -> Option<Result<Command, Refusal>> {
    let start = match tool {
        ToolId::Auditwheel => AUDITWHEEL_LEAVING,
        // It stops at what it does not find, whatever is excluded.
        ToolId::Delocate => return Some(Ok(DELOCATE_IGNORING.command())),
        ToolId::Delvewheel => DELVEWHEEL_LEAVING,
        ToolId::Maturin => return Some(Ok(MATURIN_SKIP.command())),
        _ => return None,
    };
    let excluding = names.iter().try_fold(start.command(), |command, name| command.and(EXCLUDE, &[&leaf(name)]));
    Some(excluding.and_then(|command| command.and(WHEEL, &[])))
}
