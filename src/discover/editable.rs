//! The finders that editable installs put on `sys.meta_path`: where each leads, read from the text that installs it.

use std::collections::BTreeMap;

use super::role::importable_as;
use crate::vfs::{FileSystem, VPath};
use crate::world::Python;

/// A finder of an editable install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditableFinder {
    /// The file whose code it is.
    pub file: VPath,
    /// It is asked before `sys.path`.
    pub is_first: bool,
    /// Dotted names, and the file or the package's folder that each leads to.
    pub modules: BTreeMap<String, VPath>,
}

/// Bytes of a finder's source, or of a build's plan, that are read.
const LONGEST: usize = 8 << 20;

/// The folders that a line of a `.pth` file hands to `site.addsitedir`.
pub fn added_sites(line: &str) -> Vec<VPath> {
    let calls = line.split("addsitedir(").skip(1);
    let paths = calls.filter_map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        rest[1..].split(quote).next()
    });
    paths.map(VPath::new).filter(VPath::is_absolute).collect()
}

/// Tells an interpreter which native modules the finders of editable installs lead to, though no folder of `sys.path` has
/// them, and adds the folders that they lie in to those that are walked.
pub(super) fn complete(fs: &dyn FileSystem, python: &mut Python, walk: &mut Vec<VPath>) {
    let finders: Vec<EditableFinder> = python.path.iter().flat_map(|site| finders(fs, site)).collect();
    for (name, path) in finders.into_iter().flat_map(|finder| finder.modules) {
        let is_native = path.file_name().ends_with(b".so") || path.file_name().ends_with(b".pyd");
        let Some(real) = fs.real(&path).ok().filter(|_| is_native) else { continue };
        if importable_as(&real, python).is_none_or(|(_, known)| known != name) {
            if let Some(folder) = real.parent()
                && !walk.iter().any(|walked| folder.starts_with(walked))
            {
                walk.push(folder);
            }
            python.modules.push((real, name));
        }
    }
}

/// The finders that the `.pth` files of a site folder install.
fn finders(fs: &dyn FileSystem, site: &VPath) -> Vec<EditableFinder> {
    let entries = fs.list(site).unwrap_or_default();
    let files = entries.into_iter().filter(|entry| entry.name.as_bytes().ends_with(b".pth"));
    let texts = files.filter_map(|entry| fs.read(&site.join(&entry.name), LONGEST).ok());
    let found = texts.flat_map(|text| {
        let text = String::from_utf8_lossy(&text).into_owned();
        text.lines().filter_map(|line| finder(fs, site, line.trim())).collect::<Vec<_>>()
    });
    found.collect()
}

/// The finder that a line of a `.pth` file installs.
pub fn finder(fs: &dyn FileSystem, site: &VPath, line: &str) -> Option<EditableFinder> {
    let module = line.strip_prefix("import")?.trim_start();
    let module: String = module.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let file = site.join(format!("{module}.py").as_str());
    if !module.contains("editable") {
        return None;
    }
    let text = String::from_utf8_lossy(&fs.read(&file, LONGEST).ok()?).into_owned();
    let (is_first, modules) = if text.contains("MAPPING") {
        (false, mapping(&text).into_iter().map(|(name, path)| (name, VPath::new(path.as_str()))).collect())
    } else if text.contains("known_source_files") || text.contains("ScikitBuildRedirectingFinder") {
        (true, scikit_build(&text, site))
    } else if text.contains("MesonpyMetaFinder") {
        (true, mesonpy(fs, &text)?)
    } else {
        return None;
    };
    Some(EditableFinder { file, is_first, modules })
}

/// Of a finder by setuptools, the names and the paths as it writes them: `MAPPING: dict[str, str] = {'pkg': '/project/src/pkg'}`.
pub(super) fn mapping(text: &str) -> Vec<(String, String)> {
    pairs(text.lines().find(|line| line.starts_with("MAPPING")).unwrap_or_default())
}

/// `install({'pkg': '/project/src/pkg/__init__.py'}, {'pkg._ext': 'pkg/_ext.so'}, …)`: sources where they are, built files
/// below the site folder.
fn scikit_build(text: &str, site: &VPath) -> BTreeMap<String, VPath> {
    let Some(call) = text.rfind("\ninstall(") else { return BTreeMap::new() };
    let pairs = pairs(&text[call..]);
    pairs
        .into_iter()
        .filter(|(_, path)| path.contains('.'))
        .map(|(name, path)| (name, site.join(path.as_str())))
        .collect()
}

/// The build folder's plan tells where each installed file comes from.
fn mesonpy(fs: &dyn FileSystem, text: &str) -> Option<BTreeMap<String, VPath>> {
    // What makes the finder: a call of its own since 0.20, the last line before.
    let call = text.rfind("= MesonpyMetaFinder(").or_else(|| text.rfind("\ninstall("))?;
    let call = &text[call..];
    let build = strings(call).into_iter().map(|text| VPath::new(text.as_str())).find(VPath::is_absolute)?;
    let plan = fs.read(&build.join("meson-info/intro-install_plan.json"), LONGEST).ok()?;
    let plan: serde_json::Value = serde_json::from_slice(&plan).ok()?;
    let mut modules = BTreeMap::new();
    for files in plan.as_object()?.values().filter_map(serde_json::Value::as_object) {
        for (source, told) in files {
            let destination = told.get("destination").and_then(serde_json::Value::as_str).unwrap_or_default();
            let below = destination.strip_prefix("{py_platlib}/").or_else(|| destination.strip_prefix("{py_purelib}/"));
            let Some(below) = below else { continue };
            let (folder, file) = below.rsplit_once('/').unwrap_or(("", below));
            let stem = file.split('.').next().unwrap_or_default();
            if !(file.ends_with(".py") || file.ends_with(".so") || file.ends_with(".pyd")) {
                continue;
            }
            let package = folder.replace('/', ".");
            let name = match (package.as_str(), stem) {
                (package, "__init__") => package.to_owned(),
                ("", stem) => stem.to_owned(),
                (package, stem) => format!("{package}.{stem}"),
            };
            modules.insert(name, VPath::new(source.as_str()));
        }
    }
    Some(modules)
}

/// The pairs of strings `'a': 'b'` of a text.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((key, after)) = string(rest) {
        rest = after;
        let Some(after) = rest.trim_start().strip_prefix(':') else { continue };
        if let Some((value, after)) = string(after).filter(|_| after.trim_start().starts_with(['\'', '"'])) {
            found.push((key, value));
            rest = after;
        }
    }
    found
}

/// The strings of a text, in order.
fn strings(text: &str) -> Vec<String> {
    std::iter::successors(string(text), |(_, rest)| string(rest)).map(|(text, _)| text).collect()
}

/// The first string literal of a text, and what follows it.
fn string(text: &str) -> Option<(String, &str)> {
    let start = text.find(['\'', '"'])?;
    let quote = text[start..].chars().next()?;
    let (mut value, mut is_escaped) = (String::new(), false);
    for (at, c) in text[start + 1..].char_indices() {
        match c {
            c if is_escaped => {
                value.push(c);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            c if c == quote => return Some((value, &text[start + 1 + at + 1..])),
            c => value.push(c),
        }
    }
    None
}
