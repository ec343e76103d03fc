//! Below the rooms: which files of a room know each other in a circle.
//!
//! A file that is in a circle cannot be understood, tested or replaced without all the others in it, so circles are small and
//! listed here. A module that only declares another does not know it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use super::{Source, sources, statements};

/// The room and the files in it that may know each other in a circle: the model, and the types of what it is handed.
const CIRCLES: [(&str, &[&str]); 1] =
    [("tui", &["tui::command", "tui::keys", "tui::modal::overlay", "tui::model", "tui::view::entry"])];

#[test]
fn files_of_a_room_know_each_other_in_no_circle_but_the_listed() {
    let sources = sources();
    let modules: BTreeMap<String, &Source> = sources.iter().map(|source| (module(&source.path), source)).collect();
    let mut wrong = String::new();
    for (room, allowed) in CIRCLES {
        let members: Vec<&String> =
            modules.keys().filter(|name| super::room(&name.replace("::", "/")) == room).collect();
        let mut graph = DiGraph::<&str, ()>::new();
        let nodes: BTreeMap<&str, _> = members.iter().map(|name| (name.as_str(), graph.add_node(name))).collect();
        for (name, node) in &nodes {
            for other in known(name, modules[*name], &modules) {
                if let Some(&other) = nodes.get(other.as_str()).filter(|other| *other != node) {
                    graph.add_edge(*node, other, ());
                }
            }
        }
        for circle in tarjan_scc(&graph).into_iter().filter(|circle| circle.len() > 1) {
            let mut names: Vec<&str> = circle.into_iter().map(|node| graph[node]).collect();
            names.sort_unstable();
            if names != allowed {
                writeln!(wrong, "in a circle: {}; only {} may be", names.join(", "), allowed.join(", ")).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// `tui::view::tree` of `tui/view/tree.rs`.
fn module(path: &str) -> String {
    path.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::")
}

/// The modules that a file names, each by the longest path that is a file.
fn known(name: &str, source: &Source, modules: &BTreeMap<String, &Source>) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for (_, statement) in statements(&source.lines) {
        for path in paths(&statement) {
            known.extend(file_of(name, &path, modules));
        }
    }
    known
}

/// Every path that a statement names, groups taken apart.
fn paths(statement: &str) -> Vec<String> {
    let text = statement.trim();
    let visibility = text.strip_prefix("pub").map_or(text, |rest| match rest.strip_prefix('(') {
        Some(rest) => rest.split_once(')').map_or(rest, |(_, rest)| rest),
        None => rest,
    });
    if let Some(tree) = visibility.trim_start().strip_prefix("use ") {
        return leaves(tree.trim_end_matches(';'));
    }
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = visibility.split(|c: char| !is_path(c)).map(|word| word.trim_matches(':'));
    words.filter(|word| word.contains("::")).map(str::to_owned).collect()
}

/// The paths of a `use`: `a::{b, c::{d}}` has `a::b` and `a::c::d`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((before, group)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                let item = group[start..at].trim();
                if !item.is_empty() {
                    found.extend(leaves(&format!("{}{item}", before.trim())));
                }
                start = at + 1;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    found
}

/// The file whose module a path names, seen from a module.
fn file_of(from: &str, path: &str, modules: &BTreeMap<String, &Source>) -> Option<String> {
    let mut parts = path.split("::").peekable();
    let mut base: Vec<&str> = from.split("::").collect();
    match *parts.peek()? {
        "crate" => {
            base.clear();
            parts.next();
        }
        "self" => drop(parts.next()),
        "super" => {
            while parts.next_if_eq(&"super").is_some() {
                base.pop();
            }
        }
        _ => {}
    }
    let mut found = (!base.is_empty()).then(|| base.join("::")).filter(|name| name != from);
    for part in parts {
        base.push(part);
        let name = base.join("::");
        if !modules.contains_key(&name) {
            break;
        }
        found = Some(name);
    }
    found
}

#[test]
fn paths_are_taken_apart() {
    assert_eq!(leaves("super::{a, b::{self, c}}"), ["super::a", "super::b::self", "super::b::c"]);
    assert_eq!(paths("let x = choose::room(super::scroll::to(1));"), ["choose::room", "super::scroll::to"]);
    assert_eq!(paths("pub(in crate::tui) fn f() {"), Vec::<String>::new());
}
