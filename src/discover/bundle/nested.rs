//! The bundles in a folder that is none itself: `dist/`, or the project above it.
//!
//! One is taken. Of several each is a program of its own, with its own loader and search paths, so a person has to say which.

use std::sync::Arc;

use super::pyinstaller::WORK;
use super::{Form, Target, folder, program};
use crate::command::templates::DYLENS;
use crate::discover::Machine;
use crate::error::Error;
use crate::vfs::{Entry, FileSystem, Kind, VPath};
use crate::world::is_native_name;

/// Where bundlers put what they make when nobody says where: PyInstaller and py2app, cx_Freeze.
const OUTPUTS: [&[u8]; 2] = [b"dist", b"build"];
/// A folder with more than this is none that a bundler wrote.
const MOST_ENTRIES: usize = 128;

/// The only bundle in a folder, or in the `dist` and `build` below it; none where there is none, or native modules that lie
/// elsewhere in it are what a person may mean.
///
/// # Errors
/// Where there are several, and where the only one is damaged.
pub(in crate::discover) fn below(
    fs: &Arc<dyn FileSystem>,
    machine: &Machine,
    root: &VPath,
) -> Result<Option<Target>, Error> {
    let mut found = NestedBundles::default();
    found.look(fs, machine, root);
    if found.bundles.is_empty() {
        OUTPUTS.iter().for_each(|name| found.look(fs, machine, &root.join(name)));
    }
    if found.bundles.is_empty() && found.damaged.is_none() || found.has_others(&**fs, root) {
        return Ok(None);
    }
    match (found.bundles.len(), found.damaged) {
        (0, Some(error)) => Err(error),
        (0 | 1, _) => Ok(found.bundles.pop().map(|(_, bundle)| {
            let because = Some(format!("the only bundle in {root}"));
            Target { because, ..bundle }
        })),
        (count, _) => {
            let name = |(path, bundle): &(VPath, Target)| {
                let below = path.below(root).map_or_else(|| path.to_string(), |below| VPath::new(below).to_string());
                format!("{below} ({})", bundle.what())
            };
            let names: Vec<String> = found.bundles.iter().map(name).collect();
            let what = format!("{root} holds {count} bundles: {}", names.join(", "));
            Err(Error::new(
                what,
                match DYLENS.with(&[&found.bundles[0].0]) {
                    Ok(command) => format!("name one: {command}"),
                    Err(_) => "name one of them".to_owned(),
                },
            ))
        }
    }
}

#[derive(Default)]
struct NestedBundles {
    /// Where a person would point to, and what is there.
    bundles: Vec<(VPath, Target)>,
    damaged: Option<Error>,
}

impl NestedBundles {
    fn look(&mut self, fs: &Arc<dyn FileSystem>, machine: &Machine, parent: &VPath) {
        for entry in entries(&**fs, parent) {
            let path = parent.join(&entry.name);
            let bundle = match entry.kind {
                _ if is_work(&**fs, &path) => continue,
                Kind::Directory => folder(fs, machine, &path),
                Kind::File => program(fs, machine, &path),
                _ => continue,
            };
            // A program that lies in its folder stands for the folder, which is looked at as such.
            let is_own = |bundle: &Target| match entry.kind {
                Kind::File => bundle.bundle.as_ref().is_some_and(|bundle| bundle.form == Form::OneFile),
                _ => bundle.root.starts_with(&path),
            };
            match bundle {
                Ok(bundle) => self.bundles.extend(bundle.filter(is_own).map(|bundle| (path, bundle))),
                Err(error) => self.damaged = self.damaged.take().or(Some(error)),
            }
        }
    }

    /// Are there native modules outside of the bundles and of what bundlers leave beside them?
    fn has_others(&self, fs: &dyn FileSystem, root: &VPath) -> bool {
        /// Deeper than extension modules are built in place.
        const DEEPEST: usize = 5;
        let mut folders = vec![(root.clone(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            for entry in entries(fs, &folder) {
                let path = folder.join(&entry.name);
                let is_output = depth == 0 && OUTPUTS.contains(&entry.name.as_bytes());
                if is_output || is_work(fs, &path) || self.bundles.iter().any(|(bundle, _)| *bundle == path) {
                    continue;
                }
                match entry.kind {
                    Kind::Directory if depth < DEEPEST => folders.push((path, depth + 1)),
                    Kind::File if is_native_name(entry.name.as_bytes()) => return true,
                    _ => {}
                }
            }
        }
        false
    }
}

/// What lies in a folder, in order, without what is hidden.
fn entries(fs: &dyn FileSystem, folder: &VPath) -> Vec<Entry> {
    let mut entries = fs.list(folder).unwrap_or_default();
    entries.retain(|entry| !entry.name.as_bytes().starts_with(b"."));
    if entries.len() > MOST_ENTRIES {
        return Vec::new();
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

/// A folder that a bundler works in: `x.build` and `x.onefile-build` of Nuitka's, that of PyInstaller, which has a program
/// without what it needs.
fn is_work(fs: &dyn FileSystem, folder: &VPath) -> bool {
    let name = folder.file_name();
    name.ends_with(b".build") || name.ends_with(b".onefile-build") || fs.stat(&folder.join(WORK)).is_ok()
}
