//! What can be put on the clipboard about what is chosen.

use crate::printable::printable;
use crate::tui::model::Model;
use crate::tui::styled_text::{Link, Prose};

/// The fix of this number, as the details show them.
pub(in crate::tui) fn fix(model: &Model, number: usize) -> Option<String> {
    let copy = |line: &Prose| match &line.link {
        Some(Link::Copy(command)) => Some(command.clone()),
        _ => None,
    };
    model.details.iter().filter_map(copy).nth(number - 1)
}

/// The path of the node's file.
pub(in crate::tui) fn path(model: &Model) -> Option<String> {
    let scan_index = model.scan_index.as_ref()?;
    let file = scan_index.scan.file_of(model.chosen?)?;
    Some(printable(&scan_index.scan.world.file(file).path.to_string()))
}

/// What the node is called.
pub(in crate::tui) fn name(model: &Model) -> Option<String> {
    Some(model.scan_index.as_ref()?.entry(model.chosen?).label.clone())
}

/// What the node's file calls itself.
pub(in crate::tui) fn identity(model: &Model) -> Option<String> {
    let scan_index = model.scan_index.as_ref()?;
    let file = scan_index.scan.file_of(model.chosen?)?;
    let content = scan_index.scan.world.file(file);
    let image = content.image.as_ref()?;
    image.identity.as_ref().map(|name| printable(&name.to_string()))
}

/// The shortest way from a distribution down to the node.
pub(in crate::tui) fn why(model: &Model) -> Option<String> {
    let (scan_index, node) = (model.scan_index.as_ref()?, model.chosen?);
    let way = scan_index.scan.graph.why(node, 1).into_iter().next()?;
    let names: Vec<&str> = way.iter().map(|&node| scan_index.entry(node).label.as_str()).collect();
    Some(names.join(" → "))
}

/// The detail as it stands, for an issue or a message.
pub(in crate::tui) fn markdown(model: &Model) -> Option<String> {
    if model.details.is_empty() {
        return None;
    }
    let line = |styled_text: &Prose| -> String {
        styled_text.pieces.iter().map(|(_, text)| text.as_str()).collect::<String>().trim_end().to_owned()
    };
    let lines: Vec<String> = model.details.iter().map(line).collect();
    Some(format!("```text\n{}\n```\n", lines.join("\n")))
}
