//! Symbols that files for macOS look up in everything that is loaded (flat namespace), and that nothing there has.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::bind::{DyldBinder, Failure, Mode, Session, Status, is_python_name, may_be_of_the_system, origin};
use crate::image::{Import, Name, Origin};
use crate::survey::{ImportOf, Survey};
use crate::world::FileId;

/// What one file looks up in vain, in one import.
#[derive(Clone, Debug)]
pub struct FlatSymbols {
    /// The import that it ends, by place in [`Survey::imports`].
    pub import: usize,
    /// The file that needs them: the module, or what it brings in.
    pub file: FileId,
    pub symbols: Vec<Name>,
}

impl Survey {
    /// The symbols in the flat namespace for which imports of modules fail, all other things being well; also of modules that
    /// only code of their package can load, as their names are no modules'. Of names that
    /// could be Python's or the system's, nothing is said.
    pub fn unbound_flat(&self) -> Vec<FlatSymbols> {
        let is_module = |import: &&ImportOf| self.is_extension(import);
        let loads = self.imports.iter().filter(is_module).flat_map(|import| &import.loads.loads);
        let files: FxHashSet<FileId> = loads.copied().collect();
        let wanted: FxHashMap<FileId, Vec<Name>> = files
            .into_par_iter()
            .map(|file| (file, self.wanted_flat(file)))
            .filter(|(_, symbols)| !symbols.is_empty())
            .collect();
        let concerns = |import: &&ImportOf| {
            is_module(import)
                && import.loads.unmet.is_empty()
                && import.loads.loads.iter().any(|file| wanted.contains_key(file))
        };
        let modules: Vec<(usize, &ImportOf)> =
            self.imports.iter().enumerate().filter(|(_, import)| concerns(import)).collect();
        let session = || Session::new(&self.world);
        let found = modules.par_iter().map_init(session, |session, &(index, import)| {
            session.restart();
            session.open(import.file, &import.opened, Mode::IMPORT);
            let process = session.process();
            let binder = DyldBinder::new(&self.world, &process);
            let lacking = |&file: &FileId| {
                let symbols = wanted.get(&file)?;
                let asked: Vec<&Name> = symbols.iter().collect();
                let is_undefined = |status: &Status| *status == Status::Undefined(Failure::NotFound);
                let statuses = binder.flat(process.place_of(file)?, &asked);
                let lacking: Vec<Name> =
                    symbols.iter().zip(statuses).filter(|(_, it)| is_undefined(it)).map(|(it, _)| it.clone()).collect();
                (!lacking.is_empty()).then_some(FlatSymbols { import: index, file, symbols: lacking })
            };
            import.loads.loads.iter().filter_map(lacking).collect::<Vec<_>>()
        });
        found.flatten_iter().collect()
    }

    /// What a file looks up in the flat namespace and must have, and what is neither Python's nor the system's.
    fn wanted_flat(&self, file: FileId) -> Vec<Name> {
        let content = self.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| image.mach.is_some()) else { return Vec::new() };
        let is_wanted = |import: &Import| {
            let is_known = is_python_name(&import.symbol) || may_be_of_the_system(&import.symbol);
            !import.is_weak && origin(image, import) == Origin::Flat && !is_known
        };
        let imports = self.world.imports(file).into_iter().filter(is_wanted);
        imports.map(|import| import.symbol).collect()
    }
}
