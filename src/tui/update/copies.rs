//! What can be put on the clipboard about what is chosen.

use crate::printable::printable;
use crate::tui::model::Model;
use crate::tui::view::log;

/// The first fix of the finding, in one line.
pub(in crate::tui) fn fix(model: &Model) -> Option<String> {
    let atlas = model.atlas.as_ref()?;
    let shell = atlas.scan.shell();
    if let Some(judged) = log::shown(model) {
        return judged.remedy.first(shell);
    }
    let current = model.current_finding();
    let of_node = model.chosen.map_or(&[][..], |node| atlas.findings(node));
    current.iter().chain(of_node).find_map(|&at| atlas.scan.findings[at].remedy.first(shell))
}

/// The path of the node's file.
pub(in crate::tui) fn path(model: &Model) -> Option<String> {
    let atlas = model.atlas.as_ref()?;
    let file = atlas.scan.file_of(model.chosen?)?;
    Some(printable(&atlas.scan.world.file(file).path.to_string()))
}

/// What the node is called.
pub(in crate::tui) fn name(model: &Model) -> Option<String> {
    Some(model.atlas.as_ref()?.entry(model.chosen?).label.clone())
}

/// What the node's file calls itself.
pub(in crate::tui) fn identity(model: &Model) -> Option<String> {
    let atlas = model.atlas.as_ref()?;
    let file = atlas.scan.file_of(model.chosen?)?;
    let content = atlas.scan.world.file(file);
    let image = content.image.as_ref()?;
    image.identity.as_ref().map(|name| printable(&name.to_string()))
}

/// The shortest way from a distribution down to the node.
pub(in crate::tui) fn why(model: &Model) -> Option<String> {
    let (atlas, node) = (model.atlas.as_ref()?, model.chosen?);
    let way = atlas.scan.graph.why(node, 1).into_iter().next()?;
    let names: Vec<&str> = way.iter().map(|&node| atlas.entry(node).label.as_str()).collect();
    Some(names.join(" → "))
}

/// The detail as it stands, for an issue or a message.
pub(in crate::tui) fn markdown(model: &Model) -> Option<String> {
    if model.article.is_empty() {
        return None;
    }
    let line = |prose: &crate::tui::prose::Prose| -> String {
        prose.pieces.iter().map(|(_, text)| text.as_str()).collect::<String>().trim_end().to_owned()
    };
    let lines: Vec<String> = model.article.iter().map(line).collect();
    Some(format!("```text\n{}\n```\n", lines.join("\n")))
}
