//! What Python code imports is in the graph, and who is above a node is who fails where it fails.

use std::collections::BTreeSet;

use dylens::discover::Role;
use dylens::export::{JSON, Options, Paint};
use dylens::graph::{Edge, ImportEdge, ImportStanding, Node, NodeId};
use dylens::imports::ImportVerdict;
use dylens::scan::Scan;
use petgraph::Direction;
use proptest::prelude::*;

const BASE: &str = "//* VIRTUAL_ENV=/env\n\
    //- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2\n\
    //- /lib64/libc.so.6 elf x86_64 soname:libc.so.6\n\
    //- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6\n\
    //- /env/bin/python3 -> /usr/bin/python3.11\n\
    //- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n";

/// `SITE` is the site folder, `EXT` the ending of a module with the words of one that loads, `BAD` of one that does not.
fn scan(world: &str) -> Scan {
    let module = ".cpython-311-x86_64-linux-gnu.so elf x86_64";
    let world = world
        .replace("SITE", "/env/lib/python3.11/site-packages")
        .replace("EXT", module)
        .replace("BAD", &format!("{module} needs:libgone.so.1"));
    crate::common::scan(&format!("{BASE}{world}"))
}

/// The dotted name of a module's node.
fn name(scan: &Scan, node: NodeId) -> Option<String> {
    match scan.graph.node(node) {
        Node::File { role: Role::Module(name), .. } => Some(name.clone()),
        Node::Python(module) => Some(module.name.to_string()),
        _ => None,
    }
}

fn node(scan: &Scan, wanted: &str) -> NodeId {
    let mut nodes = scan.graph.nodes().map(|(node, _)| node);
    nodes.find(|&node| name(scan, node).as_deref() == Some(wanted)).unwrap_or_else(|| panic!("no node {wanted}"))
}

/// What a module imports, and how that stands.
fn imports(scan: &Scan, of: &str) -> Vec<(String, ImportStanding)> {
    let imports = scan.graph.imports(node(scan, of), Direction::Outgoing).into_iter();
    let mut imports: Vec<_> = imports.map(|(to, edge)| (name(scan, to).unwrap_or_default(), edge.standing)).collect();
    imports.sort();
    imports
}

/// The importable names that fail where a node does, itself among them.
fn above(scan: &Scan, node: NodeId) -> BTreeSet<String> {
    let rows: BTreeSet<&str> = scan.outcomes.rows.iter().map(|row| row.module.as_str()).collect();
    let above = scan.graph.above(node).into_iter().chain([node]);
    above.filter_map(|node| name(scan, node)).filter(|name| rows.contains(name.as_str())).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn a_package_imports_what_the_modules_between_import() {
    let scan = scan(
        "//- SITE/a/__init__.py\nfrom . import between\n\
         //- SITE/a/between.py\nimport os\n\nfrom b import e\n\
         //- SITE/a/xEXT defines:PyInit_x\n\
         //- SITE/b/__init__.py\n\
         //- SITE/b/eEXT defines:PyInit_e\n",
    );
    assert_eq!(imports(&scan, "a"), [("b.e".into(), ImportStanding::Certain)]);
    assert_eq!(imports(&scan, "a.x"), [("a".into(), ImportStanding::Certain)]);
    let edges = scan.graph.imports(node(&scan, "a"), Direction::Outgoing);
    let ImportEdge { site: Some((file, line)), .. } = edges[0].1 else { panic!("no statement") };
    assert_eq!((scan.shown(file).to_string().as_str(), *line), ("lib/python3.11/site-packages/a/between.py", 3));
    // A package whose code imports nothing of these is no node.
    assert!(scan.graph.module(b"b").is_none() && scan.graph.module(b"a.between").is_none());
    assert_eq!(above(&scan, node(&scan, "b.e")), names(&["a", "a.x", "b.e"]));
}

#[test]
fn an_import_that_may_fail_or_waits_for_a_call_passes_no_failure_on() {
    for (code, standing) in [
        ("try:\n    import b\nexcept ImportError:\n    b = None\n", ImportStanding::Guarded),
        ("def f():\n    import b\n", ImportStanding::Lazy),
    ] {
        let scan = scan(&format!(
            "//- SITE/a/__init__.py\n{code}//- SITE/a/xEXT defines:PyInit_x\n\
             //- SITE/b/__init__.py\nfrom . import e\n//- SITE/b/eEXT defines:PyInit_e\n"
        ));
        assert_eq!(imports(&scan, "a"), [("b".into(), standing)]);
        assert_eq!(above(&scan, node(&scan, "b.e")), names(&["b", "b.e"]));
    }
}

#[test]
fn what_surely_runs_by_another_way_is_not_told_as_what_may_run() {
    let scan = scan(
        "//- SITE/a/__init__.py\nimport b\ndef f():\n    import c\n//- SITE/a/xEXT defines:PyInit_x\n\
         //- SITE/b/__init__.py\nimport c\n//- SITE/b/eEXT defines:PyInit_e\n\
         //- SITE/c/__init__.py\nfrom . import e\n//- SITE/c/eEXT defines:PyInit_e\n",
    );
    assert_eq!(imports(&scan, "a"), [("b".into(), ImportStanding::Certain)]);
}

#[test]
fn packages_that_import_each_other_are_above_each_other() {
    let scan = scan(
        "//- SITE/a/__init__.py\nimport b\n//- SITE/a/xEXT defines:PyInit_x\n\
         //- SITE/b/__init__.py\nimport a\nfrom . import e\n//- SITE/b/eBAD defines:PyInit_e\n",
    );
    let gone = scan.graph.name(b"libgone.so.1").expect("a node");
    assert_eq!(above(&scan, gone), names(&["a", "a.x", "b", "b.e"]));
    assert!(scan.graph.cycles().is_empty(), "loops are told by the loader's edges");
    assert_eq!(scan.graph.why(gone, 9).len(), 2, "two distributions lead to it");
}

#[test]
fn a_module_that_is_gone_is_a_node_with_those_who_fail_by_it_above() {
    let scan = scan(
        "//- SITE/a/__init__.py\nimport gone\n//- SITE/a/xEXT defines:PyInit_x\n\
         //- SITE/b/__init__.py\ntry:\n    import gone\nexcept ImportError:\n    pass\n//- SITE/b/eEXT defines:PyInit_e\n",
    );
    let gone = node(&scan, "gone");
    assert_eq!(above(&scan, gone), names(&["a", "a.x"]));
    let finding = scan.findings.iter().find(|finding| finding.subject == "gone").expect("a finding");
    assert_eq!(finding.node, Some(gone));
    assert!(scan.is_missed(gone));
}

#[test]
fn who_needs_a_distribution_is_who_needs_what_it_brings() {
    let scan = scan(
        "//- SITE/a/__init__.py\nimport b\n//- SITE/a/xEXT defines:PyInit_x\n\
         //- SITE/b/__init__.py\nfrom . import e\n//- SITE/b/eEXT defines:PyInit_e\n",
    );
    let of_b = scan.graph.owner(node(&scan, "b.e")).expect("a distribution");
    assert_eq!(above(&scan, of_b), names(&["a", "a.x"]));
}

/// A statement of the code of a package about another, by what becomes of a failure.
fn statement(kind: usize, what: &str) -> String {
    match kind {
        0 => format!("{what}\n"),
        1 => format!("try:\n    {what}\nexcept ImportError:\n    pass\n"),
        2 => format!("try:\n    {what}\nexcept ImportError as error:\n    raise RuntimeError('no') from error\n"),
        3 => format!("def later():\n    {what}\n"),
        4 => format!("import sys\nif sys.platform == 'win32':\n    {what}\n"),
        _ => {
            format!("from importlib import import_module\nimport_module('{}')\n", what.rsplit(' ').next().unwrap_or(""))
        }
    }
}

/// Packages, each with a native module and the statements of its code; one of the native modules does not load.
fn worlds() -> impl Strategy<Value = String> {
    (2usize..7).prop_flat_map(|count| {
        let statements = proptest::collection::vec((0..6usize, 0..count, 0..3usize), 0..4);
        (0..count, proptest::collection::vec((statements, proptest::option::of(0..6usize)), count)).prop_map(
            |(broken, packages)| {
                let mut world = String::new();
                for (number, (statements, own)) in packages.into_iter().enumerate() {
                    let ending = if number == broken { "BAD" } else { "EXT" };
                    world += &format!("//- SITE/p{number}/__init__.py\n");
                    for (kind, other, part) in statements {
                        let what =
                            ["import p{}", "import p{}.part", "import p{}.e"][part].replace("{}", &other.to_string());
                        world += &statement(kind, &what);
                    }
                    if let Some(kind) = own {
                        world += &statement(kind, &format!("import p{number}.e"));
                    }
                    world += &format!("//- SITE/p{number}/part.py\nimport p{}\n", (number + 1) % 2);
                    world += &format!("//- SITE/p{number}/e{ending} defines:PyInit_e\n");
                }
                world
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_finding_breaks_is_what_is_above_it_and_what_fails(world in worlds()) {
        let scan = scan(&world);
        let failing: BTreeSet<String> = scan.outcomes.rows.iter()
            .filter(|row| row.verdict == ImportVerdict::Fails).map(|row| row.module.clone()).collect();
        let gone = scan.graph.name(b"libgone.so.1").expect("a node");
        let finding = scan.findings.iter().find(|finding| finding.rule.id.word() == "library-missing").expect("a finding");
        let broken: BTreeSet<String> = finding.broken.iter().cloned().collect();
        prop_assert_eq!(finding.node, Some(gone));
        prop_assert_eq!(&broken, &failing, "the finding and the imports\n{}", &world);
        // A package whose code imports nothing is no node, and its import nothing that could fail.
        prop_assert_eq!(&above(&scan, gone), &failing, "the graph and the imports\n{}", &world);
        let restored = crate::snapshot::reopened(&scan);
        let gone = restored.graph.name(b"libgone.so.1").expect("a node");
        prop_assert_eq!(&above(&restored, gone), &failing, "a snapshot and the imports\n{}", &world);
        prop_assert_eq!(exported(&scan), exported(&restored));
    }
}

/// The edges of what Python code imports, as JSON has them.
fn exported(scan: &Scan) -> usize {
    let mut json = Vec::new();
    let paint = Paint { color: false, ascii: false, width: 100 };
    (JSON.write)(scan, &Options::new(paint), &mut json).expect("it is written");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    let edges = json["edges"].as_array().expect("edges").iter().filter(|edge| edge["kind"] == "import").count();
    let drawn = scan.graph.inner.edge_weights().filter(|edge| matches!(edge, Edge::Imports(_))).count();
    assert_eq!(edges, drawn);
    edges
}
