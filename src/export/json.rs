//! The whole graph as JSON: nodes and links with stable names, for scripts.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::findings::{self, CountsMirror, FindingMirror, SCHEMA, Target};
use super::places::distribution_title;
use super::{Folding, Format, Options, Scope, part};
use crate::diagnose::install_name::InstallName;
use crate::discover::Role;
use crate::graph::{Edge, ImportEdge, NeedEdge, Node, NodeId, NumpyEdge};
use crate::image::{Binding, Image, ImageKind, Signature};
use crate::json;
use crate::loader::Resolution;
use crate::scan::Scan;
use crate::survey::Rust;
use crate::survey::numpy::{oldest_with, wanted};
use crate::world::FileId;

/// `--format json`.
pub const JSON: Format = Format {
    name: "json",
    about: "the graph for scripts: nodes, edges, findings",
    endings: &[".json"],
    judges: true,
    draws: Some(Folding::Raw),
    write,
};

#[derive(Serialize)]
struct Document {
    schema: u32,
    target: Target,
    counts: CountsMirror,
    distributions: Vec<DistributionMirror>,
    nodes: Vec<NodeMirror>,
    edges: Vec<EdgeMirror>,
    findings: Vec<FindingMirror>,
}

#[derive(Serialize)]
struct DistributionMirror {
    id: String,
    name: String,
    version: String,
    installer: String,
    /// The tools that made and changed its wheel.
    generator: String,
    metadata: Option<String>,
    editable: Option<String>,
}

/// The mirror of a file or of a name. Its id is its path, or the kind and the name where there is no file.
#[derive(Default, Serialize)]
struct NodeMirror {
    id: String,
    kind: &'static str,
    name: String,
    /// The dotted name of a module.
    module: Option<String>,
    distribution: Option<String>,
    /// Links that are other names of the file.
    links: Vec<String>,
    bytes: Option<u64>,
    format: Option<String>,
    arch: Option<String>,
    /// The processors of all slices of a universal file.
    slices: Vec<String>,
    soname: Option<String>,
    rpath: Option<String>,
    runpath: Option<String>,
    mach: Option<MachMirror>,
    rust: Option<RustMirror>,
    numpy: Option<NumpyMirror>,
    problem: Option<String>,
    /// `present`, `absent` or `unknown`, of a Python module on the way to NumPy's C API; and its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    presence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

/// The mirror of what only Mach-O files say.
#[derive(Serialize)]
struct MachMirror {
    filetype: &'static str,
    install_name: Option<String>,
    /// What kind of install name that is: `exact`, `dotted-prefix` …
    install_name_class: &'static str,
    rpaths: Vec<String>,
    minimum: Option<String>,
    sdk: Option<String>,
    signature: &'static str,
}

/// The mirror of how a file asks for NumPy's C API.
#[derive(Serialize)]
struct NumpyMirror {
    asks_by: String,
    /// `import` or `first use`.
    asks_at: &'static str,
    /// The oldest NumPy that has what is asked for.
    minimum: Option<String>,
    /// The C-API version that is asked for: `0x10`.
    api: Option<String>,
}

/// The mirror of what is known of a file's Rust.
#[derive(Serialize)]
struct RustMirror {
    recognized_by: &'static str,
    rustc: Option<String>,
    crates: BTreeMap<&'static str, String>,
    builder: Option<String>,
}

/// The mirror of one outcome of one need, of a bond to NumPy's C API (kind `numpy`), or of what Python code imports (kind
/// `import`, its status how the import stands in the code: `certain`, `guarded`, `lazy`).
#[derive(Serialize)]
struct EdgeMirror {
    source: String,
    target: String,
    /// The name that is asked for: a library's, or a Python module's.
    need: String,
    /// Its place in the import list; none where no loader sees it.
    index: Option<usize>,
    kind: &'static str,
    status: &'static str,
    step: Option<&'static str>,
    /// The path by which the loader opened the file.
    opened: Option<String>,
    /// How many imports see it so.
    imports: u32,
    problem: Option<String>,
    /// How code asks for NumPy's C API.
    #[serde(skip_serializing_if = "Option::is_none")]
    numpy: Option<NumpyMirror>,
    /// Where Python code imports: the file and the line, from 1, of the first statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if options.folding == Some(Folding::Folded) {
        let what = "json tells of every node by itself; leave out --folded";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    let part = (options.scope != Scope::All).then(|| options.scope.nodes(scan));
    let is_asked = |node: NodeId| part.as_ref().is_none_or(|part| part.contains(&node));
    let ids = distribution_ids(scan);
    scan.read_bodies();
    let document = Document {
        schema: SCHEMA,
        target: findings::target(scan),
        counts: findings::counts(scan),
        distributions: distributions(scan, &ids),
        nodes: nodes(scan, &ids, is_asked),
        edges: edges(scan, is_asked),
        findings: findings::findings(scan, |finding| part.is_none() || finding.node.is_some_and(is_asked)),
    };
    json::pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// What each distribution is called, in the graph's order: twins get a number.
fn distribution_ids(scan: &Scan) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let number = |&node: &NodeId| {
        let title = distribution_title(scan, node);
        let count = seen.entry(title.clone()).or_default();
        *count += 1;
        if *count == 1 { title } else { format!("{title} #{count}") }
    };
    scan.graph.distributions().iter().map(number).collect()
}

fn distributions(scan: &Scan, ids: &[String]) -> Vec<DistributionMirror> {
    let mirror = |(id, it): (crate::discover::DistributionId, &crate::discover::Distribution)| DistributionMirror {
        id: ids[id.0].clone(),
        name: it.name.clone(),
        version: it.version.clone(),
        installer: it.installer.clone(),
        generator: it.generator.clone(),
        metadata: it.metadata.as_ref().map(|path| scan.shown(path).to_string()),
        editable: it.editable.as_ref().map(ToString::to_string),
    };
    scan.distributions.iter().map(mirror).collect()
}

fn nodes(scan: &Scan, ids: &[String], is_asked: impl Fn(NodeId) -> bool) -> Vec<NodeMirror> {
    let mut links: BTreeMap<FileId, Vec<String>> = BTreeMap::new();
    for item in scan.items.iter().filter(|item| item.is_link) {
        if let Ok(file) = item.found
            && scan.world.file(file).path != item.path
        {
            links.entry(file).or_default().push(scan.shown(&item.path).to_string());
        }
    }
    let mirror = |(node, what): (NodeId, &Node)| {
        let known =
            NodeMirror { id: id(scan, node), kind: part::sort(what), name: scan.label(node), ..NodeMirror::default() };
        match what {
            Node::Distribution(_) => None,
            Node::File { file, role, owner } => Some(NodeMirror {
                mach: mach(scan, *file),
                numpy: scan.numpy.of(*file).map(|bond| numpy_mirror(&bond.binding)),
                rust: scan.is_body_told(*file, role).then(|| scan.rust(*file)).flatten().map(rust_mirror),
                module: if let Role::Module(name) = role { Some(name.clone()) } else { None },
                distribution: Some(ids[owner.0].clone()),
                links: links.get(file).cloned().unwrap_or_default(),
                ..with_headers(scan, *file, known)
            }),
            Node::System(file) => Some(with_headers(scan, *file, known)),
            Node::Builtin(_) | Node::Missing(_) => Some(known),
            Node::Python(module) => Some(NodeMirror {
                presence: Some(module.presence.word()),
                source: module.presence.path().map(|path| scan.shown(path).to_string()),
                ..known
            }),
        }
    };
    let mut nodes: Vec<NodeMirror> =
        scan.graph.nodes().filter(|&(node, _)| is_asked(node)).filter_map(mirror).collect();
    nodes.sort_by(|a, b| a.id.cmp(&b.id));
    nodes
}

fn with_headers(scan: &Scan, file: FileId, node: NodeMirror) -> NodeMirror {
    let file = scan.world.file(file);
    let image = file.image.as_ref();
    let text = |name: &Option<crate::image::Name>| name.as_ref().map(ToString::to_string);
    NodeMirror {
        bytes: Some(file.len),
        format: image.map(|image| image.format.to_string()),
        arch: image.map(Image::arch_word),
        slices: match file.is_universal() {
            true => file.archs().map(|arch| arch.word(crate::image::Format::MachO)).collect(),
            false => Vec::new(),
        },
        soname: image.and_then(|image| text(&image.identity)),
        rpath: image.and_then(|image| text(&image.rpath)),
        runpath: image.and_then(|image| text(&image.runpath)),
        problem: file.problem.as_ref().map(ToString::to_string),
        ..node
    }
}

fn mach(scan: &Scan, file: FileId) -> Option<MachMirror> {
    let content = scan.world.file(file);
    let image = content.image.as_ref()?;
    let mach = image.mach.as_ref()?;
    Some(MachMirror {
        filetype: match image.kind {
            ImageKind::Shared => "dylib",
            ImageKind::Bundle => "bundle",
            ImageKind::Program => "program",
            ImageKind::Inert => "other",
        },
        install_name: image.identity.as_ref().map(ToString::to_string),
        install_name_class: InstallName::of_file(scan, file)?.word(),
        rpaths: mach.rpaths.iter().map(ToString::to_string).collect(),
        minimum: mach.built_for.map(|built| built.minimum.to_string()),
        sdk: mach.built_for.map(|built| built.sdk.to_string()),
        signature: match mach.signature {
            Signature::Present => "present",
            Signature::Absent => "absent",
            Signature::Stale => "stale",
        },
    })
}

fn numpy_mirror(binding: &Binding) -> NumpyMirror {
    let feature = wanted(binding);
    let minimum = feature.and_then(oldest_with).map(|(major, minor)| format!("{major}.{minor}"));
    NumpyMirror {
        asks_by: binding.phrase(),
        asks_at: binding.asks_at(),
        minimum,
        api: feature.map(|feature| format!("{feature:#x}")),
    }
}

fn rust_mirror(rust: Rust) -> RustMirror {
    let Rust { how, rustc, crates, builder } = rust;
    RustMirror { recognized_by: how.phrase(), rustc, crates, builder }
}

fn edges(scan: &Scan, is_asked: impl Fn(NodeId) -> bool) -> Vec<EdgeMirror> {
    let inner = &scan.graph.inner;
    let mut edges: Vec<EdgeMirror> = inner
        .edge_indices()
        .filter_map(|edge| {
            let (source, target) = inner.edge_endpoints(edge).filter(|ends| is_asked(ends.0) && is_asked(ends.1))?;
            match &inner[edge] {
                Edge::Contains => None,
                Edge::Needs(need) => Some(edge_mirror(scan, (source, target), need)),
                Edge::Numpy(bond) => Some(bond_mirror(scan, (source, target), bond)),
                Edge::Imports(import) => Some(import_mirror(scan, (source, target), import)),
            }
        })
        .collect();
    edges.sort_by(|a, b| (&a.source, a.index, &a.target).cmp(&(&b.source, b.index, &b.target)));
    edges
}

fn edge_mirror(scan: &Scan, (source, target): (NodeId, NodeId), edge: &NeedEdge) -> EdgeMirror {
    EdgeMirror {
        source: id(scan, source),
        target: id(scan, target),
        need: edge.name.to_string(),
        index: Some(edge.need),
        kind: edge.kind.word(),
        status: edge.resolution.word(),
        step: Some(edge.resolution.step().word()),
        opened: match &edge.resolution {
            Resolution::Found { opened, .. } => Some(scan.shown(opened).to_string()),
            Resolution::Refused { at, .. } => Some(scan.shown(at).to_string()),
            _ => None,
        },
        imports: edge.imports,
        problem: match &edge.resolution {
            Resolution::Refused { why, .. } => Some(why.phrase()),
            _ => None,
        },
        numpy: None,
        file: None,
        line: None,
    }
}

fn bond_mirror(scan: &Scan, (source, target): (NodeId, NodeId), bond: &NumpyEdge) -> EdgeMirror {
    EdgeMirror {
        source: id(scan, source),
        target: id(scan, target),
        need: bond.asks_for.to_string(),
        index: None,
        kind: "numpy",
        status: bond.answer.word(),
        step: None,
        opened: None,
        imports: 0,
        problem: bond.answer.fails().then(|| bond.answer.phrase().to_owned()),
        numpy: bond.binding.as_ref().map(numpy_mirror),
        file: None,
        line: None,
    }
}

fn import_mirror(scan: &Scan, (source, target): (NodeId, NodeId), edge: &ImportEdge) -> EdgeMirror {
    EdgeMirror {
        source: id(scan, source),
        target: id(scan, target),
        need: module_name(scan, target),
        index: None,
        kind: "import",
        status: edge.standing.as_str(),
        step: None,
        opened: None,
        imports: 0,
        problem: None,
        numpy: None,
        file: edge.site.as_ref().map(|(file, _)| scan.shown(file).to_string()),
        line: edge.site.as_ref().map(|(_, line)| *line),
    }
}

/// The dotted name of a module.
fn module_name(scan: &Scan, node: NodeId) -> String {
    match scan.graph.node(node) {
        Node::File { role: Role::Module(name), .. } => name.clone(),
        _ => scan.label(node),
    }
}

/// The stable name of a node: its path, or `missing:NAME`.
fn id(scan: &Scan, node: NodeId) -> String {
    match scan.path_of(node) {
        Some(path) => path.to_string(),
        None => format!("{}:{}", part::sort(scan.graph.node(node)), scan.label(node)),
    }
}
