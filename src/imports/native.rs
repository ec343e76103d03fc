//! The native side of the simulated process: extension modules and libraries, opened one after the other.

use rustc_hash::FxHashMap;

use super::cause::{ImportCause, NativeRefusal};
use crate::image::{ImageKind, Name};
use crate::loader::{Resolution, Simulation, Wanted};
use crate::vfs::VPath;
use crate::world::{FileId, System, World};

/// Opens native files in one simulated process that goes on: what an earlier call has loaded answers for the later ones.
pub struct NativeLoader<'w> {
    world: &'w World,
    simulation: Simulation<'w>,
    /// Libraries that answered for a module because an earlier call had loaded them.
    answered: Vec<(FileId, FileId)>,
}

/// How a native file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenAs<'a> {
    /// As an extension module, whose init function bears this name.
    Module(&'a str),
    /// By `ctypes` and its like.
    Library,
}

impl<'w> NativeLoader<'w> {
    /// A fresh interpreter.
    pub fn new(world: &'w World) -> NativeLoader<'w> {
        NativeLoader { world, simulation: Simulation::new(world, &mut |_| {}), answered: Vec::new() }
    }

    /// Throws the process away and starts another.
    pub fn restart(&mut self) {
        self.simulation.restart();
        self.answered.clear();
    }

    /// Each module that was opened since, with the libraries that it found loaded by an earlier call.
    pub fn take_answered(&mut self) -> Vec<(FileId, FileId)> {
        std::mem::take(&mut self.answered)
    }

    /// What is loaded now, to go back to.
    pub fn mark(&self) -> usize {
        self.simulation.mark()
    }

    /// Takes out again what was loaded since.
    pub fn close(&mut self, mark: usize) {
        self.simulation.close(mark);
    }

    /// Opens a file by its path; says which file it is.
    ///
    /// # Errors
    /// Where the loader or Python refuses it. What it brought in is gone then.
    pub fn open(&mut self, path: &VPath, open_as: OpenAs) -> Result<FileId, NativeRefusal> {
        let refusal = |cause, subject: &str| NativeRefusal { cause, file: path.clone(), subject: Name::from(subject) };
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
        if self.simulation.has_loaded(file) {
            return Ok(file);
        }
        let (mark, mut wanted) = (self.simulation.mark(), Vec::new());
        let import = self.simulation.open_here(file, path, &mut |seen| wanted.push(seen));
        self.judge(mark, &import.loads, &import.unmet, &wanted)?;
        let libraries = wanted.iter().filter_map(|seen| match &seen.resolution {
            Resolution::Loaded { file, .. } if !import.loads.contains(file) => Some(*file),
            _ => None,
        });
        self.answered.extend(
            libraries.filter(|library| !self.simulation.has_started_with(*library)).map(|library| (file, library)),
        );
        if let OpenAs::Module(stem) = open_as
            && !self.has_init_function(file, stem)
        {
            let function =
                self.world.host.python.as_ref().map_or_else(String::new, |python| python.init_function(stem));
            return Err(refusal(ImportCause::InitFunctionMissing, &function));
        }
        Ok(file)
    }

    /// Opens a library by its bare name, as the loader would find it for the interpreter.
    ///
    /// # Errors
    /// As [`NativeLoader::open`].
    pub fn open_named(&mut self, name: &Name) -> Result<Option<FileId>, NativeRefusal> {
        let (mark, mut wanted) = (self.simulation.mark(), Vec::new());
        let (resolution, import) = self.simulation.open_named(name, &mut |seen| wanted.push(seen));
        if !resolution.is_met() {
            let cause = ImportCause::LibraryMissing;
            return Err(NativeRefusal { cause, file: VPath::new(name.as_bytes()), subject: name.clone() });
        }
        self.judge(mark, &import.loads, &import.unmet, &wanted)?;
        Ok(resolution.file())
    }

    /// `os.add_dll_directory`
    pub fn add_dll_directory(&mut self, folder: VPath) {
        self.simulation.add_dll_directory(folder);
    }

    /// Judges what one call brought in, and takes it out again where the loader refuses it.
    fn judge(
        &mut self,
        mark: usize,
        loads: &[FileId],
        unmet: &[(FileId, usize)],
        wanted: &[Wanted],
    ) -> Result<(), NativeRefusal> {
        let refused =
            unmet.first().map(|&need| self.refusal(need, wanted)).or_else(|| self.version_refusal(loads, wanted));
        match refused {
            Some(refusal) => {
                self.simulation.close(mark);
                Err(refusal)
            }
            None => Ok(()),
        }
    }

    /// What is said of a need that is not met.
    fn refusal(&self, (by, need): (FileId, usize), wanted: &[Wanted]) -> NativeRefusal {
        let file = self.world.file(by);
        let name = file.image.as_ref().and_then(|image| image.needs.get(need)).map(|need| need.name.clone());
        let subject = name.unwrap_or_default();
        let seen = wanted.iter().find(|seen| (seen.by, seen.need) == (by, need));
        match seen.map(|seen| &seen.resolution) {
            Some(Resolution::Refused { at, .. }) => {
                NativeRefusal { cause: ImportCause::NotAnImage, file: at.clone(), subject }
            }
            _ => NativeRefusal { cause: ImportCause::LibraryMissing, file: file.path.clone(), subject },
        }
    }

    /// The first symbol version that an object asks for and the library that it got does not define.
    fn version_refusal(&self, loads: &[FileId], wanted: &[Wanted]) -> Option<NativeRefusal> {
        if !matches!(self.world.host.system, System::Glibc(_)) {
            return None;
        }
        let got: FxHashMap<(FileId, usize), FileId> =
            wanted.iter().filter_map(|seen| Some(((seen.by, seen.need), seen.resolution.file()?))).collect();
        loads.iter().find_map(|&by| {
            let file = self.world.file(by);
            let image = file.image.as_ref()?;
            let refused = |subject: &Name| NativeRefusal {
                cause: ImportCause::VersionMissing,
                file: file.path.clone(),
                subject: subject.clone(),
            };
            image.versions.iter().find_map(|wanted| {
                let Some(need) = image.needs.iter().position(|need| need.name == wanted.from) else {
                    // Of a library that nobody has loaded, a version cannot even be asked: ld.so's own assertion fails.
                    return (!self.simulation.answers_to(&wanted.from)).then(|| refused(&wanted.from));
                };
                let defined = self.world.defined_versions(*got.get(&(by, need))?)?;
                (!wanted.weak && !defined.contains(&wanted.version)).then(|| refused(&wanted.version))
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
