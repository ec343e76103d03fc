//! The native side of the simulated process: extension modules and libraries, opened one after the other.

use rustc_hash::{FxHashMap, FxHashSet};

use super::cause::{ImportCause, NativeRefusal, OtherCopy};
use super::compiled::NativeFacts;
use crate::bind::{self, Mode, Session, SessionMark};
use crate::image::{ImageKind, Name};
use crate::loader::{self, Resolution, Wanted};
use crate::vfs::VPath;
use crate::world::{FileId, World};

/// Opens native files in one simulated process that goes on: what an earlier call has loaded answers for the later ones.
pub struct NativeLoader<'w> {
    world: &'w World,
    session: Session<'w>,
    /// Libraries that answered for a module because an earlier call had loaded them.
    answered: Vec<(FileId, FileId)>,
    /// What the last call wanted, and what it got.
    wanted: Vec<Wanted>,
    /// How extension modules are opened (`sys.setdlopenflags`).
    module_mode: Mode,
}

/// What a loader had opened at some time.
#[derive(Clone, Debug)]
pub struct NativeMark {
    session: SessionMark,
    answered: Vec<(FileId, FileId)>,
    module_mode: Mode,
}

/// How a native file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenAs<'a> {
    /// As an extension module, whose init function bears this name.
    Module(&'a str),
    /// By `ctypes` and its like.
    Library(Mode),
}

/// A library that a file of the last call got because an earlier call had loaded it, while its own search would have found
/// another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnsweredNeed {
    /// The file that needs it.
    pub by: FileId,
    /// The place in [`crate::image::Image::needs`].
    pub need: usize,
    /// The file that it got.
    pub loaded: FileId,
    /// The file that it gets where its module is imported first.
    pub instead: FileId,
}

impl<'w> NativeLoader<'w> {
    /// A fresh interpreter.
    pub fn new(world: &'w World) -> NativeLoader<'w> {
        let session = Session::new(world);
        let module_mode = session.import_mode();
        NativeLoader { world, session, answered: Vec::new(), wanted: Vec::new(), module_mode }
    }

    /// The files that a module loads where it is opened first in a fresh interpreter, itself included; leaves that one behind.
    pub fn loads_alone(&mut self, module: FileId) -> Vec<FileId> {
        self.restart();
        let path = self.world.file(module).path.clone();
        let import = self.session.open_here(module, &path, self.module_mode, &mut |_| {});
        import.loads
    }

    /// Throws the process away and starts another.
    pub fn restart(&mut self) {
        self.session.restart();
        self.answered.clear();
        self.module_mode = self.session.import_mode();
    }

    /// `sys.setdlopenflags`. On macOS every module is open to all, whatever is set.
    pub fn open_modules_as(&mut self, mode: Mode) {
        let is_global = mode.is_global || self.session.import_mode().is_global;
        self.module_mode = Mode { is_global, ..mode };
    }

    /// Has nobody set how modules are opened?
    pub fn opens_as_ever(&self) -> bool {
        self.module_mode == self.session.import_mode()
    }

    /// Has the process opened files whose symbols all later ones see (`RTLD_GLOBAL`; on macOS every one is)?
    pub fn has_opened_for_all(&self) -> bool {
        self.session.has_opened_for_all()
    }

    /// Each module that was opened since, with the libraries that it found loaded by an earlier call.
    pub fn take_answered(&mut self) -> Vec<(FileId, FileId)> {
        std::mem::take(&mut self.answered)
    }

    /// What is loaded now, to go back to.
    pub fn mark(&self) -> usize {
        self.session.len()
    }

    /// Takes out again what was loaded since.
    pub fn close(&mut self, mark: usize) {
        self.session.close(mark);
    }

    /// All that was opened and set by now.
    pub fn checkpoint(&self) -> NativeMark {
        NativeMark { session: self.session.mark(), answered: self.answered.clone(), module_mode: self.module_mode }
    }

    /// Makes the process what it was then.
    pub fn go_back(&mut self, to: &NativeMark) {
        self.session.go_back(to.session);
        self.answered.clone_from(&to.answered);
        self.module_mode = to.module_mode;
        self.wanted.clear();
    }

    /// Opens a file by its path; says which file it is.
    ///
    /// # Errors
    /// Where the loader or Python refuses it. What it brought in is gone then.
    pub fn open(&mut self, path: &VPath, open_as: OpenAs) -> Result<FileId, NativeRefusal> {
        let refusal = |cause, subject: &str| NativeRefusal::new(cause, path.clone(), Name::from(subject));
        let Ok(file) = self.world.open(path) else {
            return Err(refusal(ImportCause::LibraryMissing, &String::from_utf8_lossy(path.file_name())));
        };
        let content = self.world.file(file);
        if let Some(problem) = &content.problem {
            return Err(refusal(ImportCause::NotAnImage, &problem.to_string()));
        }
        let Some(image) = &content.image else {
            return Err(refusal(ImportCause::NotAnImage, "no native file"));
        };
        if !self.world.host.fits(image) {
            return Err(refusal(ImportCause::WrongArchitecture, &image.arch_word()));
        }
        if matches!(image.kind, ImageKind::Program | ImageKind::Inert) {
            return Err(refusal(ImportCause::KindRefused, "a program, or an object without a dynamic section"));
        }
        let mode = match open_as {
            OpenAs::Module(_) => self.module_mode,
            OpenAs::Library(mode) => mode,
        };
        let function = match open_as {
            OpenAs::Module(stem) if !self.has_init_function(file, stem) => {
                self.world.host.python.as_ref().map(|python| python.init_function(stem))
            }
            _ => None,
        };
        let initialized = |file| match function {
            Some(function) => Err(refusal(ImportCause::InitFunctionMissing, &function)),
            None => Ok(file),
        };
        self.wanted.clear();
        if self.session.simulation().has_loaded(file) {
            self.session.open_here(file, path, mode, &mut |_| {});
            return initialized(file);
        }
        let (mark, mut wanted) = (self.session.len(), Vec::new());
        let import = self.session.open_here(file, path, mode, &mut |seen| wanted.push(seen));
        self.judge(mark, &import.loads, &import.unmet, &wanted)?;
        let libraries = wanted.iter().filter_map(|seen| match &seen.resolution {
            Resolution::Loaded { file, .. } if !import.loads.contains(file) => Some(*file),
            _ => None,
        });
        let simulation = self.session.simulation();
        self.answered
            .extend(libraries.filter(|library| !simulation.has_started_with(*library)).map(|library| (file, library)));
        self.wanted = wanted;
        initialized(file)
    }

    /// Opens a library by its bare name, as the loader would find it for the interpreter.
    ///
    /// # Errors
    /// As [`NativeLoader::open`].
    pub fn open_named(&mut self, name: &Name, mode: Mode) -> Result<Option<FileId>, NativeRefusal> {
        self.wanted.clear();
        let (mark, mut wanted) = (self.session.len(), Vec::new());
        let (resolution, import) = self.session.open_named(name, mode, &mut |seen| wanted.push(seen));
        if !resolution.is_met() {
            let cause = ImportCause::LibraryMissing;
            return Err(NativeRefusal::new(cause, VPath::new(name.as_bytes()), name.clone()));
        }
        self.judge(mark, &import.loads, &import.unmet, &wanted)?;
        self.wanted = wanted;
        Ok(resolution.file())
    }

    /// `os.add_dll_directory`
    pub fn add_dll_directory(&mut self, folder: VPath) {
        self.session.simulation().add_dll_directory(folder);
    }

    /// The files that calls have brought in since the process had so many.
    pub fn loaded_since(&mut self, mark: usize) -> Vec<FileId> {
        self.session.simulation().loaded().skip(mark).collect()
    }

    /// The needs of the last call that files of earlier calls have answered, other files than `facts` knows for them where
    /// their module is imported first.
    pub fn answered_needs(&mut self, mark: usize, facts: &dyn NativeFacts) -> Vec<AnsweredNeed> {
        let answered = self.wanted.iter().filter_map(|seen| match seen.resolution {
            Resolution::Loaded { file, .. } => Some((seen.by, seen.need, file)),
            _ => None,
        });
        let other = answered.filter_map(|(by, need, loaded)| {
            let instead = facts.provider(by, need).filter(|instead| *instead != loaded)?;
            Some(AnsweredNeed { by, need, loaded, instead })
        });
        let other: Vec<AnsweredNeed> = other.collect();
        if other.is_empty() {
            return other;
        }
        let new = self.loaded_since(mark);
        other.into_iter().filter(|it| !new.contains(&it.loaded)).collect()
    }

    /// The symbols that what was opened since `mark` must have and does not find in this process, with who wants them.
    pub fn unbound_since(&mut self, mark: usize) -> Vec<(FileId, Name)> {
        let process = self.session.process();
        bind::unbound(self.world, &process, mark)
    }

    /// The symbols that a file takes from another in this process.
    pub fn taken(&mut self, by: FileId, from: FileId) -> Vec<Name> {
        let process = self.session.process();
        bind::taken(self.world, &process, by, from)
    }

    /// Judges what one call brought in, and takes it out again where the loader refuses it.
    fn judge(
        &mut self,
        mark: usize,
        loads: &[FileId],
        unmet: &[(FileId, usize)],
        wanted: &[Wanted],
    ) -> Result<(), NativeRefusal> {
        let mut told = FxHashSet::default();
        let mut missed =
            || unmet.iter().filter_map(|&need| self.needed(need)).filter(|name| told.insert(name.clone())).collect();
        let refused = match unmet.first() {
            Some(&need) => Some(NativeRefusal { unmet: missed(), ..self.refusal(need, wanted) }),
            None => self.version_refusal(loads, wanted),
        };
        match refused {
            Some(refusal) => {
                self.session.close(mark);
                Err(refusal)
            }
            None => Ok(()),
        }
    }

    /// The name of a need.
    fn needed(&self, (by, need): (FileId, usize)) -> Option<Name> {
        Some(self.world.file(by).image.as_ref()?.needs.get(need)?.name.clone())
    }

    /// What is said of a need that is not met.
    fn refusal(&self, (by, need): (FileId, usize), wanted: &[Wanted]) -> NativeRefusal {
        let file = self.world.file(by);
        let subject = self.needed((by, need)).unwrap_or_default();
        let seen = wanted.iter().find(|seen| (seen.by, seen.need) == (by, need));
        match seen.map(|seen| &seen.resolution) {
            Some(Resolution::Refused { at, .. }) => NativeRefusal::new(ImportCause::NotAnImage, at.clone(), subject),
            _ => NativeRefusal::new(ImportCause::LibraryMissing, file.path.clone(), subject),
        }
    }

    /// The first symbol version that an object asks for and the library that it got does not define.
    fn version_refusal(&self, loads: &[FileId], wanted: &[Wanted]) -> Option<NativeRefusal> {
        if !loader::traits(&self.world.host.system).checks_versions {
            return None;
        }
        let got: FxHashMap<(FileId, usize), FileId> =
            wanted.iter().filter_map(|seen| Some(((seen.by, seen.need), seen.resolution.file()?))).collect();
        let answers_to = |name: &Name| self.session.answers_to(name);
        loads.iter().find_map(|&by| {
            let file = self.world.file(by);
            let image = file.image.as_ref()?;
            let refused =
                |subject: &Name| NativeRefusal::new(ImportCause::VersionMissing, file.path.clone(), subject.clone());
            image.versions.iter().find_map(|wanted| {
                let Some(need) = image.needs.iter().position(|need| need.name == wanted.from) else {
                    // Of a library that nobody has loaded, a version cannot even be asked: ld.so's own assertion fails.
                    return (!answers_to(&wanted.from)).then(|| refused(&wanted.from));
                };
                let loaded = *got.get(&(by, need))?;
                let defined = self.world.defined_versions(loaded)?;
                let other = (!loads.contains(&loaded)).then(|| OtherCopy { library: wanted.from.clone(), loaded });
                (!wanted.weak && !defined.contains(&wanted.version))
                    .then(|| NativeRefusal { other, ..refused(&wanted.version) })
            })
        })
    }

    /// Does a file have the function that Python calls for a module of this name?
    fn has_init_function(&self, file: FileId, stem: &str) -> bool {
        let Some(python) = &self.world.host.python else { return true };
        let defines = |function: String| self.world.defines(file, function.as_bytes());
        defines(python.init_function(stem)) || python.export_function(stem).is_some_and(defines)
    }
}
