//! What every import of an environment does: each in a simulated process of its own, many at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{ImportKind, Scan};
use crate::image::Answer;
use crate::imports::{
    CapiImport, CompiledImports, ImportCause, ImportContext, ImportOutcome, ImportProcess, ImportStep, NativeLoader,
    normalized,
};
use crate::python::{limits, stdlib};
use crate::vfs::VPath;
use crate::world::FileId;

/// What the native modules of a scan import when they are initialized.
struct Compiled<'a> {
    scan: &'a Scan,
    bonds: OnceLock<FxHashMap<FileId, usize>>,
}

impl CompiledImports for Compiled<'_> {
    fn numpy(&self, file: FileId) -> Option<CapiImport> {
        let numpy = &self.scan.numpy;
        let bonds = self.bonds.get_or_init(|| numpy.bonds.iter().enumerate().map(|(index, bond)| (bond.file, index)).collect());
        let bond = &numpy.bonds[*bonds.get(&file)?];
        if !bond.at_import {
            return None;
        }
        let abi = numpy.provider.as_ref().and_then(|provider| provider.abi);
        let modules = bond.binding.asks_for(abi).iter().map(|module| (*module).to_owned()).collect();
        let refusal = match bond.answer {
            Answer::OtherAbi => Some((ImportCause::NumpyAbi, "built for NumPy 1".to_owned())),
            Answer::TooOld => Some((ImportCause::NumpyTooOld, "built for a newer NumPy".to_owned())),
            _ => None,
        };
        Some(CapiImport { modules, refusal })
    }

    fn names(&self, file: FileId, modules: &[&str]) -> Vec<bool> {
        match crate::world::text_finder(modules) {
            Some(finder) => self.scan.world.texts(file, &finder),
            None => vec![false; modules.len()],
        }
    }
}

impl Scan {
    /// What each import does: of every importable native module, and of every top-level package that holds one, by name.
    pub fn outcomes(&self) -> Vec<ImportOutcome> {
        let compiled = Compiled { scan: self, bonds: OnceLock::new() };
        self.in_context(&compiled, |context| {
            let rows: Vec<(String, bool)> = self.rows(context).into_iter().collect();
            let interpreter = || Some(NativeLoader::new(context.world));
            rows.par_iter()
                .map_init(interpreter, |loader, (name, is_extension)| {
                    let loader_here = loader.take().unwrap_or_else(|| NativeLoader::new(context.world));
                    let mut process = ImportProcess::with(context, loader_here);
                    let outcome = process.outcome(name, *is_extension);
                    *loader = Some(process.into_loader());
                    outcome
                })
                .collect()
        })
    }

    /// What the import of one module does, step by step.
    pub fn import_story(&self, name: &str) -> (ImportOutcome, Vec<ImportStep>) {
        let compiled = Compiled { scan: self, bonds: OnceLock::new() };
        self.in_context(&compiled, |context| {
            let is_extension = self.rows(context).get(name).copied().unwrap_or_default();
            let mut process = ImportProcess::new(context);
            process.record_story();
            let outcome = process.outcome(name, is_extension);
            (outcome, process.take_story())
        })
    }

    /// Does something on threads whose stack is large enough for any source.
    fn in_context<T: Send>(&self, compiled: &Compiled, work: impl FnOnce(&ImportContext) -> T + Send) -> T {
        let installed = self.distributions.iter().map(|(_, it)| (normalized(&it.name), it.version.clone()));
        let installed: BTreeMap<String, String> = installed.filter(|(name, _)| !name.is_empty()).collect();
        let known = if self.target.is_foreign || self.world.is_fenced() { self.target.walk.clone() } else { Vec::new() };
        let context = ImportContext::new(&self.world, &self.target.root, installed, compiled, known);
        let pool = rayon::ThreadPoolBuilder::new().stack_size(limits::STACK_BYTES).build();
        match pool {
            Ok(pool) => pool.install(|| work(&context)),
            Err(_) => work(&context),
        }
    }

    /// The names that are asked about, and whether each is a native module.
    fn rows(&self, context: &ImportContext) -> BTreeMap<String, bool> {
        let library = self.world.host.python.as_ref().and_then(|python| python.library.clone());
        let is_site = |part: &[u8]| part == b"site-packages" || part == b"dist-packages";
        let is_standard = |path: &VPath| {
            let below = library.as_ref().and_then(|library| path.below(library));
            below.is_some_and(|below| !below.split(|&byte| byte == b'/').any(is_site))
        };
        let mut names = BTreeSet::new();
        for import in &self.imports {
            if let ImportKind::Module(name) = &import.kind
                && !is_standard(&import.opened)
            {
                let top = name.split('.').next().unwrap_or(name);
                if stdlib::has(top, &context.target) != Some(true) {
                    names.insert(name.clone());
                }
            }
        }
        let tops: Vec<String> = names.iter().filter_map(|name| name.split('.').next()).map(str::to_owned).collect();
        let mut rows: BTreeMap<String, bool> = tops.into_iter().map(|top| (top, false)).collect();
        rows.extend(names.into_iter().map(|name| (name, true)));
        rows
    }
}
