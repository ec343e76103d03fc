//! The native libraries with their versions as a bill of materials: CycloneDX 1.6.
//!
//! It names no time and no serial number: the same world gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Format, Options};
use crate::discover::{Distribution, Role};
use crate::graph::{Node, NodeId};
use crate::image::Image;
use crate::json;
use crate::printable::printable;
use crate::scan::Scan;
use crate::vfs::VPath;

/// `--format cyclonedx`.
pub const CYCLONEDX: Format = Format {
    name: "cyclonedx",
    about: "the native libraries with their versions, as a bill of materials",
    endings: &[".cdx.json", ".bom.json"],
    judges: false,
    draws: None,
    write,
};

fn write(scan: &Scan, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let refs: BTreeMap<NodeId, String> =
        scan.graph.nodes().filter_map(|(node, _)| Some((node, reference(scan, node)?))).collect();
    let distributions = scan.graph.distributions().iter().filter(|&&node| !scan.graph.contents(node).is_empty());
    let mut components: Vec<Value> = distributions.map(|&node| distribution(scan, node, &refs)).collect();
    let is_outside = |node: &Node| matches!(node, Node::System(_));
    components.extend(scan.graph.nodes().filter(|(_, node)| is_outside(node)).map(|(node, _)| file(scan, node, &refs)));
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "dylens", "version": env!("CARGO_PKG_VERSION")}]},
            "component": {"type": "application", "bom-ref": "root", "name": printable(&scan.target.title())},
        },
        "components": components,
        "dependencies": dependencies(scan, &refs),
    });
    json::pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// The name of a node within the document: each is there once.
fn reference(scan: &Scan, node: NodeId) -> Option<String> {
    match scan.graph.node(node) {
        Node::Distribution(id) => Some(format!("distribution:{}:{}", id.0, printable(&scan.label(node)))),
        Node::File { .. } | Node::System(_) => {
            Some(format!("file:{}:{}", node.index(), printable(&scan.path_of(node)?.to_string())))
        }
        _ => None,
    }
}

fn distribution(scan: &Scan, node: NodeId, refs: &BTreeMap<NodeId, String>) -> Value {
    let Node::Distribution(id) = scan.graph.node(node) else { return Value::Null };
    let it = scan.distributions.get(*id);
    let files: Vec<Value> = scan.graph.contents(node).into_iter().map(|file| self::file(scan, file, refs)).collect();
    let mut component = json!({
        "type": "library",
        "bom-ref": refs[&node],
        "name": printable(&it.name),
        "components": files,
    });
    if !it.version.is_empty() {
        component["version"] = printable(&it.version).into();
    }
    if it.metadata.is_some() {
        component["purl"] = purl(it).into();
    }
    component
}

fn file(scan: &Scan, node: NodeId, refs: &BTreeMap<NodeId, String>) -> Value {
    let path = scan.path_of(node).unwrap_or_default();
    let file = scan.file_of(node).map(|file| scan.world.file(file));
    let image = file.as_ref().and_then(|file| file.image.as_ref());
    let name = VPath::new(path.file_name()).to_string();
    let kind = match scan.graph.node(node) {
        Node::File { role: Role::Program, .. } => "application",
        _ => "library",
    };
    let mut properties = vec![json!({"name": "dylens:path", "value": printable(&path.to_string())})];
    let mut add = |name: &str, value: String| properties.push(json!({"name": name, "value": printable(&value)}));
    if let Node::File { role: Role::Module(module), .. } = scan.graph.node(node) {
        add("dylens:module", module.clone());
    }
    if let Some(image) = image {
        add("dylens:format", format!("{} {}", image.format, image.arch_word()));
        image.identity.iter().for_each(|identity| add("dylens:soname", identity.to_string()));
    }
    let mut component =
        json!({"type": kind, "bom-ref": refs[&node], "name": printable(&name), "properties": properties});
    if let Some(version) = version(&name, image) {
        component["version"] = version.into();
    }
    component
}

/// `5.0.0` of `libgfortran.so.5.0.0`, `62.4.0` of `libjpeg.62.4.0.dylib`; of a soname where the name tells none.
fn version(name: &str, image: Option<&Image>) -> Option<String> {
    let soname = image.and_then(|image| image.identity.as_ref()).map(|soname| VPath::new(soname.leaf()).to_string());
    numbers(name).or_else(|| numbers(&soname?))
}

fn numbers(name: &str) -> Option<String> {
    let is_version = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    };
    let elf = name.split_once(".so.").map(|(_, version)| version);
    let mac = || name.strip_suffix(".dylib")?.split_once('.').map(|(_, version)| version);
    elf.or_else(mac).filter(|version| is_version(version)).map(str::to_owned)
}

/// As the purl specification writes Python packages.
fn purl(it: &Distribution) -> String {
    let encoded = |text: &str| -> String {
        let letter = |byte: u8| match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        };
        text.bytes().map(letter).collect()
    };
    let version = if it.version.is_empty() { String::new() } else { format!("@{}", encoded(&it.version)) };
    format!("pkg:pypi/{}{version}", encoded(&it.name.to_lowercase().replace('_', "-")))
}

fn dependencies(scan: &Scan, refs: &BTreeMap<NodeId, String>) -> Vec<Value> {
    let files = refs.iter().filter(|(node, _)| !matches!(scan.graph.node(**node), Node::Distribution(_)));
    files
        .map(|(&node, name)| {
            let needs = scan.graph.needs(node);
            let targets: BTreeSet<&String> =
                needs.iter().filter_map(|(target, _)| refs.get(target)).filter(|it| *it != name).collect();
            json!({"ref": name, "dependsOn": targets})
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn the_version_of_a_library_is_told_by_its_name() {
        assert_eq!(numbers("libgfortran-040039e1.so.5.0.0").as_deref(), Some("5.0.0"));
        assert_eq!(numbers("libjpeg.62.4.0.dylib").as_deref(), Some("62.4.0"));
        assert_eq!(numbers("_core.cpython-311-darwin.so"), None);
        assert_eq!(numbers("libz.so"), None);
        assert_eq!(numbers("libx.so.old version"), None);
    }
}
