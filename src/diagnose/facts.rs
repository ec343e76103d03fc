//! What rules may look at: the scan, and what can be told from it in one step.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::bundling;
use super::nuitka::BuildAbort;
use super::source::{Line, Sources};
use super::verdict::{self, BrokenImports};
use crate::discover::{DistributionId, Item, Role, Tag, normalized};
use crate::graph::{Node, NodeId};
use crate::image::{Format, Image, ImageKind, Name, Release};
use crate::imports::{ImportCause, ImportFailure, Outcomes};
use crate::loader::Resolution;
use crate::survey::{ImportKind, Survey};
use crate::vfs::VPath;
use crate::world::{FileId, Python, System};

/// What rules may look at.
pub struct Facts<'a> {
    pub survey: &'a Survey,
    /// What every import does; nothing while that is still to be found.
    pub outcomes: &'a Outcomes,
    pub sources: Sources<'a>,
    unmet: OnceLock<Unmet>,
    loading: OnceLock<FxHashMap<FileId, Vec<usize>>>,
    providers: OnceLock<FxHashMap<Name, Vec<FileId>>>,
    named: OnceLock<FxHashSet<FileId>>,
    /// Those that lack the version of another that they require.
    unfit: OnceLock<FxHashSet<DistributionId>>,
    build_aborts: OnceLock<BTreeMap<FileId, BuildAbort>>,
    broken: OnceLock<Vec<BrokenImports>>,
}

/// The needs that were not met: by file and place, the imports that saw it.
pub type Unmet = BTreeMap<(FileId, usize), Vec<usize>>;

impl<'a> Facts<'a> {
    /// What these tell.
    pub fn new(survey: &'a Survey, outcomes: &'a Outcomes) -> Facts<'a> {
        Facts {
            survey,
            outcomes,
            sources: Sources::new(&survey.world),
            unmet: OnceLock::new(),
            loading: OnceLock::new(),
            providers: OnceLock::new(),
            named: OnceLock::new(),
            unfit: OnceLock::new(),
            build_aborts: OnceLock::new(),
            broken: OnceLock::new(),
        }
    }

    /// The imports that fail, by what they fail of.
    pub fn broken(&self) -> &[BrokenImports] {
        self.broken.get_or_init(|| verdict::broken(self.outcomes))
    }

    /// The interpreter, as far as it is known.
    pub fn python(&self) -> &Python {
        static NOBODY: OnceLock<Python> = OnceLock::new();
        self.survey.world.host.python.as_ref().unwrap_or_else(|| NOBODY.get_or_init(Python::default))
    }

    /// Every native file of the environment, with its node and what it is to Python.
    pub fn files(&self) -> impl Iterator<Item = (NodeId, FileId, &Role, DistributionId)> {
        self.survey.graph.nodes().filter_map(|(node, content)| match content {
            Node::File { file, role, owner } => Some((node, *file, role, *owner)),
            _ => None,
        })
    }

    /// Who brought a file of the environment.
    pub fn owner(&self, file: FileId) -> Option<DistributionId> {
        self.survey.owner(file)
    }

    /// What a file of the environment is to Python.
    pub fn role(&self, file: FileId) -> Option<&Role> {
        match self.survey.graph.node(self.survey.graph.file(file)?) {
            Node::File { role, .. } => Some(role),
            _ => None,
        }
    }

    /// The needs that were not met.
    pub fn unmet(&self) -> &Unmet {
        self.unmet.get_or_init(|| {
            let mut unmet = Unmet::new();
            for (index, import) in self.survey.imports.iter().enumerate() {
                for &need in &import.loads.unmet {
                    unmet.entry(need).or_default().push(index);
                }
            }
            unmet
        })
    }

    /// Is this import one that Python's `import` statement makes, or that of the one file that is asked about?
    pub fn is_module(&self, import: usize) -> bool {
        let import = &self.survey.imports[import];
        import.module().is_some() || self.survey.target.only.as_ref() == Some(&import.opened)
    }

    /// The imports of modules among these.
    pub fn modules(&self, imports: &[usize]) -> Vec<usize> {
        imports.iter().copied().filter(|&import| self.is_module(import)).collect()
    }

    /// The imports that load a file.
    pub fn imports_loading(&self, file: FileId) -> &[usize] {
        let loading = self.loading.get_or_init(|| {
            let mut loading = FxHashMap::<FileId, Vec<usize>>::default();
            for (index, import) in self.survey.imports.iter().enumerate() {
                for &file in &import.loads.loads {
                    loading.entry(file).or_default().push(index);
                }
            }
            loading
        });
        loading.get(&file).map_or(&[], Vec::as_slice)
    }

    /// The imports that a file stands in the way of: its own, and those that would load it if it could be loaded.
    pub fn imports_blocked_by(&self, file: FileId) -> Vec<usize> {
        let mut imports = self.imports_loading(file).to_vec();
        let path = &self.survey.world.file(file).path;
        for (&(by, need), seen) in self.unmet() {
            let Some(node) = self.survey.graph.file(by) else { continue };
            let is_refused = |at: &VPath| self.survey.world.open(at).is_ok_and(|found| found == file) || at == path;
            let leads_here = self.survey.graph.needs(node).into_iter().any(|(_, edge)| {
                edge.need == need && matches!(&edge.resolution, Resolution::Refused { at, .. } if is_refused(at))
            });
            if leads_here {
                imports.extend(seen);
            }
        }
        imports
    }

    /// What ends the build of the tool that is to bundle the environment, file by file.
    pub fn build_aborts(&self) -> &BTreeMap<FileId, BuildAbort> {
        self.build_aborts.get_or_init(|| match self.survey.target.overrides.tool.and_then(|tool| tool.nuitka()) {
            Some(version) => bundling::build_aborts(self, version),
            None => BTreeMap::new(),
        })
    }

    /// What the wheel of a distribution was built to run on: the tags of its name, which count, or those inside.
    pub fn tags(&self, owner: DistributionId) -> &[Tag] {
        let distribution = self.survey.distributions.get(owner);
        let wheels = &self.survey.target.wheels;
        let wheel =
            wheels.iter().find(|wheel| wheel.name == distribution.name && wheel.version == distribution.version);
        wheel.map_or(&distribution.tags, |wheel| &wheel.tags)
    }

    /// What the distribution of a file requires and nobody brought: a wheel that is looked at by itself lacks the others.
    pub fn absent_requirements(&self, file: FileId) -> Vec<&str> {
        let Some(owner) = self.owner(file) else { return Vec::new() };
        let there: FxHashSet<String> = self.survey.distributions.iter().map(|(_, it)| normalized(&it.name)).collect();
        let requires = self.survey.requirements(owner).map(|requirement| requirement.name.as_str());
        requires.filter(|name| !there.contains(&normalized(name))).collect()
    }

    /// The oldest macOS that a file has to run on: what the person wants, else what its wheel promises.
    pub fn oldest_mac(&self, file: FileId) -> Option<Release> {
        let content = self.survey.world.file(file);
        let arch = content.image.as_ref()?.arch;
        let promised = || self.tags(self.owner(file)?).iter().filter_map(|tag| tag.oldest_mac(arch)).min();
        self.survey.target.overrides.macos.or_else(promised)
    }

    /// The files of the environment that bear a name: as their soname or as their file name.
    pub fn providers(&self, name: &[u8]) -> &[FileId] {
        let providers = self.providers.get_or_init(|| {
            let mut providers = FxHashMap::<Name, Vec<FileId>>::default();
            for (_, file, _, _) in self.files() {
                let content = self.survey.world.file(file);
                let named = Name::from(content.path.file_name());
                // Windows knows DLLs by the names of their files alone.
                if content.image.as_ref().is_some_and(|image| image.format == Format::Pe) {
                    providers.entry(named.without_case()).or_default().push(file);
                    continue;
                }
                let soname = content.image.as_ref().and_then(|image| image.identity.clone());
                if soname.as_ref() != Some(&named) {
                    providers.entry(named).or_default().push(file);
                }
                if let Some(soname) = soname {
                    providers.entry(soname).or_default().push(file);
                }
            }
            providers
        });
        providers.get(&Name::from(name).without_case()).map_or(&[], Vec::as_slice)
    }

    /// Does Python code of its package name a file that nothing else brings in, with or without version and suffix?
    pub fn is_named(&self, file: FileId) -> bool {
        self.named.get_or_init(|| self.find_named()).contains(&file)
    }

    /// The distribution whose own code ends an import while it lacks the version of another that it requires: it checked that,
    /// or met what has changed.
    pub fn requiring(&self, failure: &ImportFailure) -> Option<DistributionId> {
        if !matches!(failure.cause, ImportCause::Raised | ImportCause::Exits | ImportCause::NameMissing) {
            return None;
        }
        let file = failure.file.as_ref()?;
        let below =
            self.python().path.iter().filter_map(|folder| file.below(folder)).min_by_key(|below| below.len())?;
        let top = below.split(|&byte| byte == b'/').next()?;
        let top = str::from_utf8(top.strip_suffix(b".py").unwrap_or(top)).ok()?;
        let unfit = self.unfit.get_or_init(|| self.survey.unmet_requirements().iter().map(|unmet| unmet.by).collect());
        self.survey.distribution_of(top).filter(|owner| unfit.contains(owner))
    }

    /// Does a file lie where libraries look for what extends them?
    pub fn is_plugin(&self, file: FileId) -> bool {
        const FOLDERS: [&[u8]; 8] =
            [b"plugin", b"plugins", b"providers", b"drivers", b"extensions", b"codecs", b"gdalplugins", b"engines-3"];
        self.path(file).parent().is_some_and(|folder| folder.parts().any(|part| FOLDERS.contains(&part)))
    }

    fn find_named(&self) -> FxHashSet<FileId> {
        let mut by_folder = BTreeMap::<VPath, Vec<FileId>>::new();
        for import in self.survey.imports.iter().filter(|import| import.kind == ImportKind::Alone) {
            if let Some(folder) = self.package_folder(import.file) {
                by_folder.entry(folder).or_default().push(import.file);
            }
        }
        let mut named = FxHashSet::default();
        for (folder, files) in by_folder {
            let paths: Vec<VPath> = files.iter().map(|&file| self.survey.world.file(file).path.clone()).collect();
            let names: Vec<&[u8]> = paths.iter().flat_map(|path| [path.file_name(), bare(path.file_name())]).collect();
            let found = self.sources.mentioned(&folder, &names);
            let is_named = |&(index, _): &(usize, FileId)| found[2 * index] || found[2 * index + 1];
            named.extend(files.into_iter().enumerate().filter(is_named).map(|(_, file)| file));
        }
        named
    }

    /// Would the loader take this file at all, whatever it needs?
    pub fn is_loadable(&self, file: FileId) -> bool {
        let content = self.survey.world.file(file);
        let Some(image) = &content.image else { return false };
        content.problem.is_none() && image.kind != ImageKind::Inert && self.fits(image)
    }

    /// Is this image made for the interpreter's system and processor?
    pub fn fits(&self, image: &Image) -> bool {
        self.survey.world.host.fits(image)
    }

    /// Was the image linked against the C library that the host does not have?
    pub fn is_of_other_libc(&self, image: &Image) -> bool {
        let needs = |wanted: fn(&Name) -> bool| image.needs.iter().any(|need| wanted(&need.name));
        let is_musl = needs(|name| name.starts_with(b"libc.musl-") || *name == *"libc.so");
        let is_glibc = needs(|name| *name == *"libc.so.6" || name.starts_with(b"ld-linux"));
        match self.survey.world.host.system {
            System::Glibc(_) => is_musl && !is_glibc,
            System::Musl(_) => is_glibc && !is_musl,
            System::Dyld(_) | System::Windows(_) | System::Unjudged | System::Unknown => false,
        }
    }

    /// The line that imports a module only where it may fail, in a function or a `try`; none where it must not.
    pub fn optional(&self, import: usize) -> Option<Line> {
        let file = self.survey.imports[import].file;
        let path = self.survey.world.file(file).path.clone();
        let stem = self.python().module_name(path.file_name())?;
        self.sources.guarded_import(&self.package_folder(file)?, &path, stem)
    }

    /// A file's path as it is shown.
    pub fn path(&self, file: FileId) -> VPath {
        self.survey.shown(&self.survey.world.file(file).path)
    }

    /// The item of the environment with this file name that leads nowhere.
    pub fn broken_items(&self) -> impl Iterator<Item = &Item> {
        self.survey.items.iter().filter(|item| item.found.is_err())
    }

    /// The folder of Python sources that a file belongs to: the top package, or the file's own folder.
    pub fn package_folder(&self, file: FileId) -> Option<VPath> {
        let path = self.survey.world.file(file).path.clone();
        let mut bases: Vec<&VPath> = self.python().path.iter().filter(|base| path.starts_with(base)).collect();
        bases.sort_by_key(|base| std::cmp::Reverse(base.as_bytes().len()));
        // A module beside the packages has no folder of its own, unless a .pth file made a package's folder one of these.
        bases.into_iter().find_map(|base| {
            let below = path.below(base)?;
            let top = below.split(|&byte| byte == b'/').next()?;
            (top.len() < below.len()).then(|| base.join(top))
        })
    }
}

/// `ssl` of `libssl.so.3`, as code spells it; the whole name where too little would be left to tell anything.
fn bare(name: &[u8]) -> &[u8] {
    let stem = name.split(|&byte| byte == b'.').next().unwrap_or(name);
    let bare = stem.strip_prefix(b"lib").unwrap_or(stem);
    if bare.len() > 2 { bare } else { name }
}
