//! What bundlers that follow `import` statements and import lists do not see: libraries that code opens by name, and NumPy
//! where only compiled code asks for it.

use super::Complaint;
use crate::command::Remedy;
use crate::diagnose::numpy::{by_owner, does_without, is_hidden};
use crate::diagnose::reach::reached;
use crate::diagnose::{Evidence, Facts, Line, Severity, Spelled};
use crate::discover::Role;
use crate::survey::ImportKind;
use crate::tools::Bundler;
use crate::vfs::VPath;
use crate::world::FileId;

/// The packages whose compiled code asks for NumPy while nothing that their import brings in does: NumPy comes along only where
/// the program itself, or another package, imports it. Where no line names NumPy at all, a rule of its own tells it.
pub(super) fn numpy(facts: &Facts, bundler: Bundler) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (owner, capi_edges) in by_owner(facts, |_| true) {
        let file = capi_edges[0].file;
        if facts.survey.target.bundle.is_none() && is_hidden(facts, &capi_edges) {
            continue;
        }
        let Some(folder) = facts.package_folder(file) else { continue };
        let package = VPath::new(folder.file_name()).to_string();
        // What the package's own import brings in: bundlers follow imports in functions, too.
        let is_own =
            |name: &str| name == package || name.strip_prefix(&package).is_some_and(|rest| rest.starts_with('.'));
        let brought = reached(facts.survey, [package.clone()], |name, _| is_own(name));
        if brought.keys().any(|name| name == "numpy" || name.starts_with("numpy.")) {
            continue;
        }
        let name = &facts.survey.distributions.get(owner).name;
        let word = bundler.word();
        let message = format!(
            "{} uses NumPy's C API, and no line of Python that importing {name} runs imports numpy: {word} leaves \
             NumPy out where the program does not import it itself, says nothing, and the program dies at the first use",
            facts.path(file)
        );
        // A library asks on behalf of a module, whose own code may import NumPy.
        let is_module = matches!(facts.role(file), Some(Role::Module(_)));
        let is_sure = is_module && !does_without(facts, owner);
        let severity = if is_sure { Severity::Warning } else { Severity::Info };
        let complaint = Complaint::new(severity, file, "numpy", message);
        complaints.push(complaint.mended_by(Remedy::new(format!("name NumPy to {word}")).fix(bundler.module("numpy"))));
    }
    complaints
}

/// The libraries that Python code of a package opens by name: no bundler that follows import lists sees them.
pub(super) fn unseen(facts: &Facts, bundler: Bundler) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for import in facts.survey.imports.iter().filter(|import| import.kind == ImportKind::Alone) {
        let Some(line) = opened_by(facts, import.file) else { continue };
        let path = facts.path(import.file);
        let package = facts.package_folder(import.file).map(|folder| VPath::new(folder.file_name()).to_string());
        let Some(package) = package else { continue };
        let word = bundler.word();
        let place = facts.survey.shown(&line.path);
        let message = format!(
            "{word} does not see that {place}:{} opens {path}: it may leave it out without a word",
            line.number
        );
        let subject = VPath::new(path.file_name()).to_string();
        let complaint = Complaint::new(Severity::Info, import.file, subject, message);
        let mend = format!("where the program dies for the lack of it, name the libraries of {package} to {word}");
        let mut complaint = complaint.mended_by(Remedy::new(mend).fix(bundler.libraries_of(&package)));
        complaint.evidence.push(Evidence::Line { path: place, number: line.number, text: line.text });
        complaints.push(complaint);
    }
    complaints
}

/// The line of its own package that opens a library by its file's name.
fn opened_by(facts: &Facts, file: FileId) -> Option<Line> {
    if facts.role(file) != Some(&Role::Library) || !facts.is_named(file) {
        return None;
    }
    let path = facts.survey.world.file(file).path.clone();
    let name = path.file_name().to_vec();
    facts.sources.loading(&facts.package_folder(file)?, &Spelled::of(&name, &name))
}
