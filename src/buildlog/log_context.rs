//! Where a log's accusations lead to: the files of a scan, by paths of another machine, by names and by modules.

use rustc_hash::FxHashMap;

use crate::diagnose::Finding;
use crate::discover::Role;
use crate::graph::{Node, NodeId};
use crate::image::Name;
use crate::rule::RuleId;
use crate::scan::Scan;
use crate::vfs::VPath;
use crate::world::FileId;

/// The files of a scan, as logs speak of them.
pub struct LogContext<'a> {
    pub scan: &'a Scan,
    /// By file name in lower case, without the tag of an interpreter.
    by_stem: FxHashMap<String, Vec<FileId>>,
    by_identity: FxHashMap<Name, Vec<FileId>>,
    by_module: FxHashMap<String, Vec<FileId>>,
}

impl<'a> LogContext<'a> {
    pub fn new(scan: &'a Scan) -> LogContext<'a> {
        let mut context = LogContext {
            scan,
            by_stem: FxHashMap::default(),
            by_identity: FxHashMap::default(),
            by_module: FxHashMap::default(),
        };
        for (_, node) in scan.graph.nodes() {
            let Node::File { file, role, .. } = node else { continue };
            let content = scan.world.file(*file);
            let leaf = VPath::new(content.path.file_name()).to_string();
            context.by_stem.entry(stem(&leaf)).or_default().push(*file);
            if let Some(identity) = content.image.as_ref().and_then(|image| image.identity.clone()) {
                context.by_identity.entry(identity).or_default().push(*file);
            }
            if let Role::Module(name) = role {
                context.by_module.entry(name.clone()).or_default().push(*file);
                if let Some((_, last)) = name.rsplit_once('.') {
                    context.by_module.entry(last.to_owned()).or_default().push(*file);
                }
            }
        }
        context
    }

    /// The file that a path of another machine stands for: the one whose path ends most like it. Interpreters differ from
    /// machine to machine, and with them the tags in the names of modules.
    pub fn file(&self, path: &str) -> Option<FileId> {
        let path = slashed(path);
        let leaf = path.rsplit('/').next().unwrap_or(&path);
        let candidates = self.by_stem.get(&stem(leaf))?;
        let wanted: Vec<String> = path.split('/').rev().skip(1).map(str::to_lowercase).collect();
        // What is tagged for one system is no file of another.
        let is_of_its_system = |file: &&FileId| {
            let own = VPath::new(self.scan.world.file(**file).path.file_name()).to_string();
            !matches!((tagged_system(leaf), tagged_system(&own)), (Some(wanted), Some(own)) if wanted != own)
        };
        let candidates: Vec<FileId> = candidates.iter().filter(is_of_its_system).copied().collect();
        let alike = |file: &FileId| {
            let own = self.scan.world.file(*file).path.to_string();
            let is_same = own.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case(leaf));
            let folders = own.split('/').rev().skip(1).zip(&wanted);
            (folders.take_while(|(own, wanted)| own.to_lowercase() == **wanted).count(), is_same)
        };
        let best = candidates.iter().map(alike).max()?;
        let mut like = candidates.iter().filter(|file| alike(file) == best);
        let found = like.next()?;
        // A module of the standard library belongs to the very Python that it was built with.
        let is_standard = path.contains("/lib-dynload/");
        if is_standard && !best.1 {
            return None;
        }
        // Of several that are alike none is meant more than the others; a folder that is told must be the file's.
        let is_told = site_tail(&path).is_some_and(|tail| tail.contains('/'));
        (like.next().is_none() && (best.0 > 0 || !is_told)).then_some(*found)
    }

    /// The files that call themselves so, or are called so.
    pub fn named(&self, name: &str) -> Vec<FileId> {
        if let Some(files) = self.by_identity.get(name.as_bytes()) {
            return files.clone();
        }
        let leaf = leaf(name);
        let mut files = self.by_stem.get(&stem(leaf)).cloned().unwrap_or_default();
        files.retain(|&file| {
            let path = self.scan.world.file(file).path.clone();
            VPath::new(path.file_name()).to_string().eq_ignore_ascii_case(leaf)
        });
        files
    }

    /// The file in which a module of this last name would be looked for, whether it holds one or not.
    pub fn module_file(&self, name: &str) -> Option<FileId> {
        let endings = [".so", ".pyd"];
        let found = endings.iter().find_map(|ending| self.by_stem.get(&stem(&format!("{name}{ending}"))))?;
        (found.len() == 1).then(|| found[0])
    }

    /// The file of a module, by its dotted name or the last part of it. Of several of one name the one that does not
    /// load.
    pub fn module(&self, name: &str) -> Option<FileId> {
        let files = self.by_module.get(name)?;
        let is_accused = |file: &&FileId| self.findings_about(**file).next().is_some();
        files.iter().find(is_accused).or_else(|| (files.len() == 1).then(|| &files[0])).copied()
    }

    /// The findings that name a file, the worst first.
    pub fn findings_about(&self, file: FileId) -> impl Iterator<Item = (usize, &'a Finding)> {
        let path = self.scan.shown(&self.scan.world.file(file).path);
        let findings = self.scan.findings.iter().enumerate();
        findings.filter(move |(_, finding)| finding.file == path || finding.files.contains(&path))
    }

    /// The findings that break the import of a file, or the load of what an import brings in, the worst first.
    pub fn findings_breaking(&self, file: FileId) -> impl Iterator<Item = (usize, &'a Finding)> {
        let (scan, findings) = (self.scan, self.scan.findings.iter().enumerate());
        let loads = move |import: &usize| {
            let import = &scan.imports[*import];
            import.file == file || import.loads.loads.contains(&file)
        };
        findings.filter(move |(_, finding)| finding.imports.iter().any(loads))
    }

    /// The first finding of one of these rules about a file.
    pub fn finding_about(&self, file: FileId, rules: &[RuleId]) -> Option<usize> {
        self.findings_about(file).find(|(_, finding)| rules.contains(&finding.rule.id)).map(|(at, _)| at)
    }

    /// The first finding of one of these rules whose subject is called so.
    pub fn finding_of(&self, name: &str, rules: &[RuleId]) -> Option<usize> {
        let is_meant =
            |finding: &Finding| finding.subject == name || leaf(&finding.subject).eq_ignore_ascii_case(leaf(name));
        self.scan.findings.iter().position(|finding| rules.contains(&finding.rule.id) && is_meant(finding))
    }

    /// The node of a name that is not found.
    pub fn missing(&self, name: &str) -> Option<NodeId> {
        let meant =
            |known: &Name| known.as_bytes() == name.as_bytes() || leaf(&known.text()).eq_ignore_ascii_case(leaf(name));
        let mut nodes = self.scan.graph.nodes();
        nodes.find(|(_, node)| matches!(node, Node::Missing(known) if meant(known))).map(|(id, _)| id)
    }

    /// The distribution that brought a file, by name.
    pub fn owner(&self, file: FileId) -> Option<String> {
        match self.scan.graph.node(self.scan.graph.file(file)?) {
            Node::File { owner, .. } => Some(self.scan.distributions.get(*owner).name.clone()),
            _ => None,
        }
    }

    pub fn path(&self, file: FileId) -> VPath {
        self.scan.shown(&self.scan.world.file(file).path)
    }
}

/// A path with slashes, however its system writes it.
pub(super) fn slashed(path: &str) -> String {
    let path = path.trim_matches(|c: char| matches!(c, '\'' | '"' | '`' | '<' | '>') || c.is_whitespace());
    let path = path.replace('\\', "/");
    // A doubled backslash is one that a tool wrote as Python would.
    if path.contains("//") { path.replace("//", "/") } else { path }
}

/// The system in the tag of a module's file name, where there is one.
fn tagged_system(name: &str) -> Option<&'static str> {
    const SYSTEMS: [(&str, &str); 3] = [("-darwin.", "darwin"), ("-linux-", "linux"), ("-win", "win")];
    SYSTEMS.iter().find(|(tag, _)| name.contains(tag)).map(|(_, system)| *system)
}

/// The last part of a path or a name.
pub(super) fn leaf(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// What follows the folder in which packages lie.
pub(super) fn site_tail(path: &str) -> Option<&str> {
    const SITES: [&str; 3] = ["/site-packages/", "/dist-packages/", "/lib-dynload/"];
    const BUNDLES: [&str; 2] = [".dist/", "/Frameworks/"];
    let ends = |folders: &[&str]| folders.iter().filter_map(|part| path.rfind(part).map(|at| at + part.len())).max();
    // A package may have folders that are called like those of bundles.
    let at = ends(&SITES).or_else(|| lambda(path)).or_else(|| ends(&BUNDLES).max(internal(path)))?;
    Some(&path[at..])
}

/// Where the folder of one of Amazon's functions, or of its layers, ends; `/opt/python/cp39-cp39` is an interpreter of manylinux' images.
fn lambda(path: &str) -> Option<usize> {
    let ends = |folder: &str| path.starts_with(folder).then_some(folder.len());
    let is_interpreter = |at: &usize| ["cp2", "cp3", "pp2", "pp3"].iter().any(|tag| path[*at..].starts_with(tag));
    ends("/var/task/").or_else(|| ends("/opt/python/").filter(|at| !is_interpreter(at)))
}

/// Where PyInstaller's folder of what a program needs ends in a path with slashes. Packages have folders of that name too, and so do
/// the images of manylinux.
pub(super) fn internal(path: &str) -> Option<usize> {
    const INTERNAL: &str = "/_internal/";
    let at = path.rfind(INTERNAL)?;
    is_bundle_of_internal(&path[..at]).then_some(at + INTERNAL.len())
}

/// Can the folder `_internal` in this one be PyInstaller's?
pub(super) fn is_bundle_of_internal(parent: &str) -> bool {
    !parent.contains("-packages") && !parent.ends_with("/opt")
}

/// The name of a module's file without its tag, of any other file as it is; in lower case.
pub(super) fn stem(name: &str) -> String {
    let name = name.to_lowercase();
    let is_tag = |part: &str| part == "abi3" || ["cpython-", "cp3", "pypy"].iter().any(|start| part.starts_with(start));
    let mut parts: Vec<&str> = name.split('.').collect();
    if parts.len() > 2 && matches!(parts.last(), Some(&"so" | &"pyd")) && is_tag(parts[parts.len() - 2]) {
        parts.remove(parts.len() - 2);
    }
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::{site_tail, slashed, stem};

    #[test]
    fn a_path_of_windows_has_slashes() {
        assert_eq!(slashed(r"'C:\\Users\\a b\\x.dll'"), "C:/Users/a b/x.dll");
        assert_eq!(slashed(r"C:\Users\x.dll"), "C:/Users/x.dll");
    }

    #[test]
    fn tags_of_interpreters_are_no_part_of_a_name() {
        assert_eq!(stem("_X.cpython-312-darwin.so"), "_x.so");
        assert_eq!(stem("_x.cp312-win_amd64.pyd"), "_x.pyd");
        assert_eq!(stem("libz.1.so"), "libz.1.so");
    }

    #[test]
    fn the_tail_of_a_path_begins_where_packages_lie() {
        assert_eq!(site_tail("/a/lib/python3.12/site-packages/p/x.so"), Some("p/x.so"));
        assert_eq!(site_tail("/a/main.dist/p/x.so"), Some("p/x.so"));
        assert_eq!(site_tail("/usr/lib/x.so"), None);
    }
}
