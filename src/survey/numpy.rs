//! NumPy's C API: who asks for it, which NumPy is there to answer, and what comes of it.
//!
//! No loader sees this capi_edge, so it is looked for only where more is asked than what loaders do: it takes reading the
//! constants of every module. It becomes edges of the [`Graph`] from who asks, over the Python modules that are imported
//! for it, to the extension that has the API.

mod modules;
mod provider;

pub use provider::{Provider, feature, oldest_with};

use rayon::prelude::*;

use super::Survey;
use crate::discover::Role;
use crate::graph::{Graph, Node, NodeId, NumpyEdge, Presence, PythonModule};
use crate::image::{Answer, Binding, Name};
use crate::vfs::VPath;
use crate::world::FileId;

/// What is known of NumPy in an environment; nothing where it was not judged.
#[derive(Clone, Debug, Default)]
pub struct Numpy {
    /// The NumPy that an import finds.
    pub provider: Option<Provider>,
    /// The folders of others further down the import path, which are passed over.
    pub others: Vec<VPath>,
    /// Who asks, by path.
    pub capi_edges: Vec<CapiEdge>,
}

/// One file that asks for NumPy's C API, and what it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapiEdge {
    pub file: FileId,
    pub binding: Binding,
    /// The dotted name of the module that it imports to get at the API: where it tries several, the one that decides.
    pub asks_for: &'static str,
    pub answer: Answer,
    /// The dotted name of the module that is missing on the way.
    pub missing: Option<&'static str>,
    /// Is the API asked for when the file, or who loads it, is imported? Where there is no NumPy, a library of a package that
    /// does not require it is not asked to.
    pub at_import: bool,
}

impl Numpy {
    /// The capi_edge of a file; none where it does not ask.
    pub fn of(&self, file: FileId) -> Option<&CapiEdge> {
        self.capi_edges.iter().find(|capi_edge| capi_edge.file == file)
    }
}

impl Survey {
    /// How a file asks for NumPy's C API; none where it does not, or is NumPy's own. Reads the file's constants, once.
    pub fn numpy_binding(&self, file: FileId) -> Option<Binding> {
        if self.is_of_numpy(file) {
            return None;
        }
        let traits = self.world.traits(file);
        Binding::of(&traits.numpy, traits.rust.as_ref())
    }

    /// Is a file one of NumPy's own: by its place below an entry of the import path, or by who brought it?
    fn is_of_numpy(&self, file: FileId) -> bool {
        let path = &self.world.file(file).path;
        let bases = self.world.host.python.iter().flat_map(|python| &python.path);
        let is_top = |base: &VPath| {
            let top = path.below(base).and_then(|below| below.split(|&byte| byte == b'/').next());
            matches!(top, Some(b"numpy" | b"numpy.libs"))
        };
        let owner = self.owner(file).map(|owner| self.distributions.get(owner));
        owner.is_some_and(|owner| owner.name == "numpy") || bases.into_iter().any(is_top)
    }

    /// Looks for who asks and who answers, and draws what is found into the graph.
    pub fn with_numpy(self) -> Survey {
        // Whether anybody answers is known only when everything was looked at.
        if self.is_partial {
            return self;
        }
        let provider = self.provider();
        let consumers = self.numpy_consumers();
        let capi_edges =
            consumers.into_iter().map(|(file, binding)| self.capi_edge(provider.as_ref(), file, binding)).collect();
        let others = self.other_numpys(provider.as_ref());
        self.with_bonds(Numpy { provider, others, capi_edges })
    }

    /// With what is known of NumPy elsewhere, as far as it is about files that are here.
    pub(super) fn with_bonds(mut self, mut numpy: Numpy) -> Survey {
        numpy.capi_edges.retain(|capi_edge| self.graph.file(capi_edge.file).is_some());
        self.numpy = numpy;
        self.draw_numpy();
        self
    }

    /// Every file that asks for NumPy's C API, by path.
    fn numpy_consumers(&self) -> Vec<(FileId, Binding)> {
        let files = self.graph.nodes().filter_map(|(_, node)| match node {
            Node::File { file, role: Role::Module(_), .. } => Some((*file, true)),
            Node::File { file, role: Role::Library, .. } => Some((*file, false)),
            _ => None,
        });
        let files: Vec<(FileId, bool)> = files.collect();
        let asks = |&(file, is_module): &(FileId, bool)| {
            let may_ask = is_module || self.world.mentions(file, b"PyCapsule_");
            Some((file, may_ask.then(|| self.numpy_binding(file)).flatten()?))
        };
        let mut consumers: Vec<(FileId, Binding)> = files.par_iter().filter_map(asks).collect();
        consumers.sort_by_cached_key(|(file, _)| self.world.file(*file).path.clone());
        consumers
    }

    /// What code that asks so gets of the NumPy that is there.
    fn capi_edge(&self, provider: Option<&Provider>, file: FileId, binding: Binding) -> CapiEdge {
        let asks_for = binding.asks_for(provider.and_then(|provider| provider.abi));
        let is_absent = |name: &str| self.python_module(name) == Presence::Absent;
        // Where none is there, the first is the one that people know.
        let asked = asks_for.iter().copied().find(|name| !is_absent(name)).unwrap_or(asks_for[0]);
        let (answer, missing) = match provider {
            None if is_absent("numpy") => (Answer::NoProvider, Some("numpy")),
            None => (Answer::Unknown, None),
            Some(provider) => match provider.lacks {
                Some(name) if name == provider.extension_name() => (Answer::NoProvider, Some(name)),
                Some(name) => (Answer::NoModule, Some(name)),
                None if binding.refuses_2() && provider.abi == Some(2) => (Answer::OtherAbi, None),
                None if is_absent(asked) => (Answer::NoModule, Some(asked)),
                // A bundle that does not tell what lies within its program.
                None if self.target.bundle.is_some() && self.python_module(asked) == Presence::Unknown => {
                    (Answer::Unknown, None)
                }
                None if lacks_api(provider, &binding) => (Answer::TooOld, None),
                None if asked == "numpy.core.multiarray" && provider.abi == Some(2) => (Answer::ThroughShim, None),
                None => (Answer::Given, None),
            },
        };
        let at_import = binding.asks_at_import() && (answer != Answer::NoProvider || !self.does_without(file));
        CapiEdge { file, binding, asks_for: asked, answer, missing, at_import }
    }

    /// Does what a file belongs to do without NumPy? A library of a package that does not require it, and a module of one that
    /// offers it as an extra: that was imported without NumPy by those who made it.
    fn does_without(&self, file: FileId) -> bool {
        let Some(node) = self.graph.file(file) else { return false };
        match self.graph.node(node) {
            Node::File { role: Role::Library, owner, .. } => !self.requires(*owner, "numpy"),
            Node::File { role: Role::Module(_), owner, .. } => self.is_optional(*owner, "numpy"),
            _ => false,
        }
    }

    /// Draws the capi_edges.
    fn draw_numpy(&mut self) {
        let Survey { graph, numpy, .. } = &mut *self;
        let mut graph = std::mem::take(graph);
        let numpy = std::mem::take(numpy);
        let extension = numpy.provider.as_ref().and_then(|provider| graph.file(provider.file?));
        for capi_edge in &numpy.capi_edges {
            let Some(source) = graph.file(capi_edge.file) else { continue };
            let target = self.target_of(&mut graph, capi_edge, numpy.provider.as_ref(), extension);
            let edge = NumpyEdge {
                asks_for: Name::from(capi_edge.asks_for),
                binding: Some(capi_edge.binding.clone()),
                answer: capi_edge.answer,
            };
            graph.add_numpy(source, target, edge);
        }
        self.graph = graph;
        self.numpy = numpy;
    }

    /// The node that a capi_edge leads to: the module that is missing, the Python module that is imported for it, or the
    /// extension itself.
    fn target_of(
        &self,
        graph: &mut Graph,
        capi_edge: &CapiEdge,
        provider: Option<&Provider>,
        extension: Option<NodeId>,
    ) -> NodeId {
        let module =
            |name: &str| PythonModule { name: Name::from(name), presence: self.python_module(name), owner: None };
        if let Some(missing) = capi_edge.missing {
            return graph.add_module(PythonModule {
                name: Name::from(missing),
                presence: Presence::Absent,
                owner: None,
            });
        }
        let (Some(provider), Some(extension)) = (provider, extension) else {
            return graph.add_module(module("numpy"));
        };
        // Cython's types are NumPy's own, and the extension has them.
        if capi_edge.asks_for == provider.extension_name() || capi_edge.asks_for == "numpy" {
            return extension;
        }
        let between = graph.add_module(module(capi_edge.asks_for));
        let hands_on = NumpyEdge {
            asks_for: Name::from(provider.extension_name()),
            binding: None,
            answer: if capi_edge.answer == Answer::OtherAbi { Answer::OtherAbi } else { Answer::Given },
        };
        graph.add_numpy(between, extension, hands_on);
        between
    }
}

/// Does the code ask for more than the NumPy that is there offers?
fn lacks_api(provider: &Provider, binding: &Binding) -> bool {
    matches!((wanted(binding), provider.feature()), (Some(wanted), Some(there)) if wanted > there)
}

/// The C-API version that code asks for, where it can be told.
pub fn wanted(binding: &Binding) -> Option<u8> {
    match binding {
        Binding::Headers1 { feature, .. } => *feature,
        Binding::Headers2 { minimum, .. } => minimum.and_then(feature),
        _ => None,
    }
}
