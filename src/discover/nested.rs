//! The environments in a folder that is none itself: each is a target of its own, with its own interpreter and search path.

use std::collections::VecDeque;
use std::sync::Arc;

use super::target::{Target, folder};
use super::{Machine, python};
use crate::command::templates::DYLENS;
use crate::error::Error;
use crate::vfs::{FileSystem, Kind, VPath};

/// Folders that are gone into: more lie in no project, and a disk is not to be searched through.
const MOST_FOLDERS: usize = 4000;
/// Below the folder that is looked at: `projects/one/.tox/py312` has three parts.
const DEEPEST: usize = 5;
/// Environments that are named.
const MOST_NAMED: usize = 20;
/// Folders in which nobody keeps environments, and which can be large.
const PASSED_OVER: [&[u8]; 5] = [b"__pycache__", b".git", b"node_modules", b"site-packages", b"dist-packages"];

/// The environments in a folder, by path; where it is one itself, that one.
pub fn nested_environments(fs: &dyn FileSystem, root: &VPath) -> Vec<VPath> {
    let (mut found, mut gone_into) = (Vec::new(), 0);
    let mut folders = VecDeque::from([(root.clone(), 0)]);
    while let Some((path, depth)) = folders.pop_front() {
        gone_into += 1;
        if python::is_environment(fs, &path) {
            found.push(path);
        } else if depth < DEEPEST && gone_into < MOST_FOLDERS {
            let entries = fs.list(&path).unwrap_or_default();
            let below = entries
                .iter()
                .filter(|entry| entry.kind == Kind::Directory && !PASSED_OVER.contains(&entry.name.as_bytes()));
            let mut below: Vec<VPath> = below.map(|entry| path.join(&entry.name)).collect();
            below.sort();
            folders.extend(below.into_iter().map(|below| (below, depth + 1)));
        }
    }
    found.sort();
    found
}

/// The only environment in a folder that is none itself; none where there is none.
///
/// # Errors
/// Where there are several.
pub(super) fn only(fs: &Arc<dyn FileSystem>, machine: &Machine, root: &VPath) -> Result<Option<Target>, Error> {
    match &nested_environments(&**fs, root)[..] {
        [] => Ok(None),
        [one] => {
            let because = Some(format!("the only environment in {root}"));
            folder(fs, machine, one, because).map(Some)
        }
        several => {
            let shown =
                |path: &VPath| path.below(root).map_or_else(|| path.to_string(), |below| VPath::new(below).to_string());
            let remedy = match DYLENS.with(&[&several[0]]) {
                Ok(command) => format!("name one ({command}), or check each: dylens check --all"),
                Err(_) => "name one, or check each: dylens check --all".to_owned(),
            };
            let what = format!("{root} holds {} environments, each with its own interpreter", several.len());
            Err(Error::new(what, remedy).with_list(several.iter().take(MOST_NAMED).map(shown)))
        }
    }
}
