//! A node: what it is, what it needs and got, who needs it.

use petgraph::Direction;

use super::copies::copies;
use super::finding::{cause, sign, verdict};
use super::parts::{list, search, shown_file, shown_name, size};
use super::{mach, pe, symbols};
use crate::discover::Role;
use crate::export::count;
use crate::graph::sketch::{Fold, Item};
use crate::graph::{NeedEdge, Node, NodeId};
use crate::image::{Format, Image};
use crate::loader::{Resolution, Step};
use crate::printable::printable;
use crate::scan::Scan;
use crate::tui::picture::Label;
use crate::tui::scan_index::{NodeKind, ScanIndex, brief};
use crate::tui::styled_text::{Link, Prose};
use crate::tui::symbols::SymbolBoard;
use crate::tui::theme::Tone;
use crate::world::FileId;

/// The file whose need of a node is told: the one by which one came to it, and of a name that is not found, the first.
pub fn asking(scan_index: &ScanIndex, node: NodeId, via: Option<NodeId>) -> Option<NodeId> {
    let dependents = scan_index.scan.graph.dependents(node);
    let came = via.filter(|via| dependents.iter().any(|(by, _)| by == via));
    let is_missing = matches!(scan_index.entry(node).kind, NodeKind::Missing | NodeKind::Absent);
    came.or_else(|| dependents.first().filter(|_| is_missing).map(|&(by, _)| by))
}

/// Everything about a node; `via` is the file by whose need one came to it.
pub fn of_node(scan_index: &ScanIndex, node: NodeId, via: Option<NodeId>, board: &SymbolBoard) -> Vec<Prose> {
    let entry = scan_index.entry(node);
    let (tone, glyph) = scan_index.mark(node);
    let mut head = Prose::of(tone, format!("{glyph} ")).then(Tone::Strong, &entry.label);
    head = head.then(tone, entry.sign()).then(Tone::Dim, format!("  {}", entry.kind.word()));
    for (tone, badge) in entry.badge.pieces() {
        head = head.then(Tone::Plain, "  ").then(tone, badge);
    }
    let mut text = vec![head];
    if let Some(at) = entry.because {
        let cause = cause(scan_index, at);
        text.push(Prose::of(Tone::Affected, format!("✗↓ cannot load because {cause} ►")).to(Link::Finding(at)));
    }
    findings(scan_index, node, &mut text);
    if let Some(at) = entry.because {
        let way = scan_index.way_to_cause(node, at).into_iter();
        let row = |node: NodeId| {
            let entry = scan_index.entry(node);
            (scan_index.mark(node).0, format!("{}{}", entry.brief, entry.sign()), Some(Link::Node(node)))
        };
        list("through", way.map(row), &mut text);
    }
    match entry.kind {
        NodeKind::Distribution => distribution(scan_index, node, &mut text),
        _ => file(&scan_index.scan, node, &mut text),
    }
    if let Some(asking) = asking(scan_index, node, via) {
        asked(&scan_index.scan, asking, node, &mut text);
        text.extend(symbols::of_edge(board, asking, node));
    }
    needs(scan_index, node, board, &mut text);
    text.extend(symbols::of_file(board, node));
    imports(scan_index, node, Direction::Outgoing, "imports", &mut text);
    dependents(scan_index, node, &mut text);
    copies(scan_index, node, &mut text);
    imports(scan_index, node, Direction::Incoming, "imported by", &mut text);
    text
}

/// What is wrong with a node or keeps it from loading, with its fixes; of many, those beyond a few are only named.
fn findings(scan_index: &ScanIndex, node: NodeId, text: &mut Vec<Prose>) {
    let told = scan_index.told_of(node);
    for &at in told.iter().take(MOST_TOLD) {
        text.extend(verdict(&scan_index.scan.findings[at], at, scan_index.scan.shell()));
    }
    let others = told.iter().skip(MOST_TOLD).map(|&at| {
        let (tone, sign) = sign(&scan_index.scan.findings[at]);
        (tone, format!("{sign} {} ►", cause(scan_index, at)), Some(Link::Finding(at)))
    });
    list("also", others, text);
}

/// So many findings of one node are told in full.
const MOST_TOLD: usize = 3;

/// What stands in a picture for several nodes: which they are.
pub fn of_fold(scan_index: &ScanIndex, item: &Item, label: &Label) -> Vec<Prose> {
    let head = Prose::of(label.tone, format!("{} ", label.glyph)).then(Tone::Strong, &label.text);
    let why = match item.fold {
        Fold::Twins => "similar nodes, drawn as one",
        Fold::Package => "a distribution with its files, drawn as one",
        Fold::Cycle => "they need each other, drawn as one",
        Fold::Folder => "the files of one folder, drawn as one",
        Fold::Rest if label.text.contains(" packages without ") => "drawn as one",
        Fold::Rest => "more than the picture has room for",
        Fold::System | Fold::No => "drawn as one",
    };
    let mut text = vec![
        head.then(label.tone, label.sign).then(Tone::Dim, format!("  {why}")),
        Prose::of(Tone::Key, "space").then(Tone::Plain, " draws them apart"),
        Prose::default(),
    ];
    let rows = item.nodes.iter().map(|&node| {
        let (entry, (tone, glyph)) = (scan_index.entry(node), scan_index.mark(node));
        (tone, format!("{glyph} {}{}", entry.brief, entry.sign()), Some(Link::Node(node)))
    });
    list(&count(item.nodes.len(), "node"), rows, &mut text);
    text
}

fn distribution(scan_index: &ScanIndex, node: NodeId, text: &mut Vec<Prose>) {
    let Node::Distribution(id) = scan_index.scan.graph.node(node) else { return };
    let distribution = scan_index.scan.distributions.get(*id);
    let told = [
        ("version", distribution.version.clone()),
        ("installed", distribution.installer.clone()),
        ("editable", distribution.editable.as_ref().map(ToString::to_string).unwrap_or_default()),
    ];
    for (name, value) in told.into_iter().filter(|(_, value)| !value.is_empty()) {
        text.push(Prose::field(name, Tone::Plain, value));
    }
    let files = scan_index.scan.graph.contents(node);
    let rows = files.iter().map(|&file| {
        let (entry, (tone, glyph)) = (scan_index.entry(file), scan_index.mark(file));
        (tone, format!("{glyph} {}{}", entry.brief, entry.sign()), Some(Link::Node(file)))
    });
    list(&count(files.len(), "file"), rows, text);
}

/// What the file says of itself.
fn file(scan: &Scan, node: NodeId, text: &mut Vec<Prose>) {
    let Some(id) = scan.file_of(node) else { return };
    let file = scan.world.file(id);
    text.push(Prose::field("file", Tone::Plain, shown_file(scan, id)));
    if let Node::File { role, owner, .. } = scan.graph.node(node) {
        let owner = scan.distributions.get(*owner);
        text.push(Prose::field("belongs to", Tone::Plain, format!("{} {}", owner.name, owner.version)));
        if let Role::Module(name) = role {
            text.push(Prose::field("module", Tone::Plain, name));
        }
    }
    if let Some(problem) = &file.problem {
        text.push(Prose::field("broken", Tone::Error, problem.to_string()));
    }
    let Some(image) = &file.image else { return };
    let kind = match image.format {
        Format::MachO => mach::kind(image),
        Format::Pe => pe::kind(image),
        Format::Elf => "",
    };
    let arch = image.arch_word();
    text.push(Prose::field("format", Tone::Plain, format!("{}{kind} {arch}, {}", image.format, size(file.len))));
    match image.format {
        Format::MachO => mach::facts(scan, id, image, text),
        Format::Pe => pe::facts(image, text),
        _ => headers(image, text),
    }
    if let Node::File { role, .. } = scan.graph.node(node)
        && scan.is_body_told(id, role)
    {
        body(scan, id, text);
    }
}

/// What the body tells: whether Rust made the file, and how it asks for NumPy. Read once, mostly while findings were made.
fn body(scan: &Scan, file: FileId, text: &mut Vec<Prose>) {
    if let Some(rust) = scan.rust(file) {
        let told = rust.told();
        text.extend(told.into_iter().map(|(name, value)| Prose::field(name, Tone::Plain, value)));
    }
    if let Some(capi_edge) = scan.numpy.of(file) {
        let told = format!("{}, at {}", capi_edge.binding.phrase(), capi_edge.binding.asks_at());
        text.push(Prose::field("NumPy", Tone::Plain, told));
    }
}

fn headers(image: &Image, text: &mut Vec<Prose>) {
    let told = [
        ("soname", &image.identity),
        ("rpath", &image.rpath),
        ("runpath", &image.runpath),
        ("loader", &image.interpreter),
    ];
    for (name, value) in told {
        if let Some(value) = value {
            text.push(Prose::field(name, Tone::Plain, value.to_string()));
        }
    }
}

/// How one file's need of a node was answered.
fn asked(scan: &Scan, by: NodeId, node: NodeId, text: &mut Vec<Prose>) {
    let Some(file) = scan.file_of(by) else { return };
    let Some((_, edge)) = scan.graph.needs(by).into_iter().find(|&(target, _)| target == node) else { return };
    text.push(Prose::field("needed by", Tone::Plain, brief(&shown_file(scan, file))).to(Link::Node(by)));
    if edge.name.to_string() != scan.label(node) {
        text.push(Prose::field("as", Tone::Plain, edge.name.to_string()));
    }
    if let Some(found) = scan.explain_in(edge.first, file, edge.need) {
        if found.0.is_empty() && found.1.is_met() {
            text.push(Prose::field("found", Tone::Good, found.1.step().phrase()));
        } else {
            search(scan, file, &found, text);
        }
    }
}

fn needs(scan_index: &ScanIndex, node: NodeId, board: &SymbolBoard, text: &mut Vec<Prose>) {
    let (scan, of) = (&scan_index.scan, board.of(node).map(|it| &**it));
    let needs = scan.graph.needs(node);
    if needs.is_empty() {
        return;
    }
    let rows = needs.iter().map(|(target, edge)| {
        let link = Some(Link::Node(*target));
        match &edge.resolution {
            Resolution::Missing => {
                let (tone, glyph) = scan_index.mark(*target);
                let word = scan_index.entry(*target).kind.word();
                (tone, format!("{glyph} {} → {word}{}", edge.name, symbols::behind(of, *target)), link)
            }
            Resolution::Refused { at, why } => {
                (Tone::Error, format!("✗ {} → {} {}", edge.name, scan.shown(at), why.phrase()), link)
            }
            met => {
                let met_by = *target;
                let target = scan_index.entry(met_by);
                let how = how(scan, node, edge, met);
                let tone = match () {
                    () if target.is_marked() => Tone::Affected,
                    () if target.nonstandard.is_some() => Tone::Warning,
                    () => Tone::Plain,
                };
                let got = match met.file() {
                    Some(file) => format!("{}{} ({how})", brief(&shown_file(scan, file)), target.sign()),
                    None => how,
                };
                let sign = if target.is_marked() { "✗" } else { "✓" };
                (tone, format!("{sign} {} → {got}{}", edge.name, symbols::behind(of, met_by)), link)
            }
        }
    });
    list(&format!("needs {}", needs.len()), rows, text);
    let Some(file) = scan.file_of(node) else { return };
    for (_, edge) in needs.iter().filter(|(_, edge)| !edge.resolution.is_met()).take(3) {
        text.push(Prose::field("asks for", Tone::Strong, edge.name.to_string()));
        if let Some(found) = scan.explain_in(edge.first, file, edge.need) {
            search(scan, file, &found, text);
        }
    }
}

/// By which step a need was met; of what was loaded already, for whom.
fn how(scan: &Scan, node: NodeId, edge: &NeedEdge, met: &Resolution) -> String {
    let phrase = met.step().phrase();
    let is_loaded =
        matches!(met.step(), Step::LoadedName | Step::LoadedSoname | Step::LoadedInstallName | Step::LoadedFile);
    let by = is_loaded
        .then(|| loaded_for(scan, edge.first, met.file()?).filter(|&by| Some(by) != scan.file_of(node)))
        .flatten();
    by.map_or_else(|| phrase.to_owned(), |by| format!("{phrase} for {}", shown_name(scan, by)))
}

/// The file on whose behalf an import loaded a file first.
fn loaded_for(scan: &Scan, import: usize, file: FileId) -> Option<FileId> {
    let (target, loads) = (scan.graph.file(file)?, &scan.imports.get(import)?.loads.loads);
    let needs = |by: &&FileId| {
        let node = scan.graph.file(**by);
        node.is_some_and(|node| scan.graph.needs(node).iter().any(|(needed, _)| *needed == target))
    };
    loads.iter().take_while(|&&loaded| loaded != file).find(needs).copied()
}

/// What Python code imports, or whose code imports the node, and where the first such statement stands.
fn imports(scan_index: &ScanIndex, node: NodeId, direction: Direction, title: &str, text: &mut Vec<Prose>) {
    let imports = scan_index.scan.graph.imports(node, direction);
    if imports.is_empty() {
        return;
    }
    let rows = imports.iter().map(|(other, import)| {
        let entry = scan_index.entry(*other);
        let standing = import.standing.remark().map_or_else(String::new, |remark| format!(" {remark}"));
        let site = import
            .site
            .as_ref()
            .map(|(file, line)| format!("  {}:{line}", brief(&printable(&scan_index.scan.shown(file).to_string()))));
        let what = format!("{}{}{standing}{}", entry.brief, entry.sign(), site.unwrap_or_default());
        (scan_index.mark(*other).0, what, Some(Link::Node(*other)))
    });
    list(&format!("{title} {}", imports.len()), rows, text);
}

fn dependents(scan_index: &ScanIndex, node: NodeId, text: &mut Vec<Prose>) {
    let mut dependents: Vec<NodeId> =
        scan_index.scan.graph.dependents(node).into_iter().map(|(node, _)| node).collect();
    dependents.dedup();
    if !dependents.is_empty() {
        let rows = dependents.iter().map(|&by| {
            let entry = scan_index.entry(by);
            (scan_index.mark(by).0, format!("{}{}", entry.brief, entry.sign()), Some(Link::Node(by)))
        });
        list(&format!("used by {}", dependents.len()), rows, text);
    }
}
