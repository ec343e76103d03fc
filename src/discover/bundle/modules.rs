//! The Python modules of a bundle that are no files: by their names, as far as the bundle tells them.

use std::collections::BTreeSet;

use zip::read::Config;
use zip::unstable::read::ZipIterable;

use crate::vfs::{FileSystem, VPath};

/// Names of modules that lie within a program or an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modules {
    /// Dotted.
    pub names: BTreeSet<String>,
    /// Where they lie; the last one where there are several.
    pub archives: Vec<VPath>,
    /// What is not listed is not there. False where the bundler leaves no list, or none that is read.
    pub is_whole: bool,
}

impl Modules {
    /// Adds what an archive of Python's own kind holds (`zipimport`): names of `.pyc` and `.py` members.
    pub(super) fn add_zip(&mut self, fs: &dyn FileSystem, path: &VPath) -> bool {
        /// More than any archive of modules.
        const MOST_BYTES: usize = 256 << 20;
        const MOST_MEMBERS: usize = 200_000;
        let Ok(bytes) = fs.read(path, MOST_BYTES) else { return false };
        let Ok(mut archive) = ZipIterable::try_new(std::io::Cursor::new(bytes), Config::default()) else {
            return false;
        };
        if archive.len() > MOST_MEMBERS {
            return false;
        }
        let Ok(entries) = archive.files() else { return false };
        let names: Option<Vec<String>> = entries
            .map(|entry| entry.ok().map(|entry| String::from_utf8_lossy(entry.name_raw()).into_owned()))
            .collect();
        let Some(names) = names else { return false };
        self.names.extend(names.iter().filter_map(|name| module_of(name)));
        self.archives.push(path.clone());
        true
    }
}

/// `numpy.core` of `numpy/core/__init__.pyc`.
fn module_of(member: &str) -> Option<String> {
    let stem = member.strip_suffix(".pyc").or_else(|| member.strip_suffix(".py"))?;
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    (!stem.is_empty()).then(|| stem.replace('/', "."))
}

#[cfg(test)]
mod tests {
    use super::module_of;

    #[test]
    fn modules_are_called_as_their_files_lie() {
        assert_eq!(module_of("numpy/core/__init__.pyc").as_deref(), Some("numpy.core"));
        assert_eq!(module_of("numpy/core/multiarray.pyc").as_deref(), Some("numpy.core.multiarray"));
        assert_eq!(module_of("os.py").as_deref(), Some("os"));
        assert_eq!(module_of("numpy/py.typed"), None);
    }
}
