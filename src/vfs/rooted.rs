//! A folder that stands for `/`: the root of another system, as a process sees it after `chroot`.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::links::followed;
use super::{Entry, FileSystem, ReadAt, Stat, VPath};

/// The files below a folder. Absolute paths and links begin at the folder, and nothing leads out of it.
pub struct Rooted {
    inner: Arc<dyn FileSystem>,
    /// Without links.
    root: VPath,
    /// Folders without links, by every path that was asked for.
    folders: RwLock<FxHashMap<VPath, VPath>>,
}

impl Rooted {
    /// The file system below `root`, which has no link in its path.
    pub fn new(inner: Arc<dyn FileSystem>, root: VPath) -> Rooted {
        Rooted { inner, root, folders: RwLock::default() }
    }

    /// The path outside of a path that has no links.
    fn outside(&self, real: &VPath) -> VPath {
        let below = real.as_bytes().strip_prefix(b"/").unwrap_or(real.as_bytes());
        self.root.join(below)
    }

    fn link_at(&self, path: &VPath) -> io::Result<Option<VPath>> {
        match self.inner.link(&self.outside(path)) {
            Ok(target) => Ok(Some(target)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Err(error),
            Err(_) => Ok(None),
        }
    }

    fn folder(&self, path: &VPath) -> io::Result<VPath> {
        if let Some(known) = self.folders.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Ok(known.clone());
        }
        let real = followed(path, |path| self.link_at(path))?;
        self.folders.write().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), real.clone());
        Ok(real)
    }
}

impl FileSystem for Rooted {
    fn list(&self, directory: &VPath) -> io::Result<Vec<Entry>> {
        self.inner.list(&self.outside(&self.real(directory)?))
    }

    fn stat(&self, path: &VPath) -> io::Result<Stat> {
        self.inner.stat(&self.outside(&self.real(path)?))
    }

    fn real(&self, path: &VPath) -> io::Result<VPath> {
        let Some(above) = path.parent().filter(|_| !matches!(path.file_name(), b"" | b"." | b"..")) else {
            return self.folder(path);
        };
        let path = self.folder(&above)?.join(path.file_name());
        match self.link_at(&path)? {
            None => Ok(path),
            Some(_) => followed(&path, |path| self.link_at(path)),
        }
    }

    fn link(&self, path: &VPath) -> io::Result<VPath> {
        let above = self.folder(&path.parent().unwrap_or_default())?;
        self.inner.link(&self.outside(&above.join(path.file_name())))
    }

    fn open(&self, path: &VPath) -> io::Result<Box<dyn ReadAt + '_>> {
        self.inner.open(&self.outside(&self.real(path)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vfs::Memory;

    fn rooted() -> Rooted {
        let (mut files, path) = (Memory::new(), |path: &str| VPath::new(path));
        files.file(&path("/etc/secret"), b"of this machine".to_vec());
        files.file(&path("/r/usr/lib/x.so"), b"x".to_vec());
        files.file(&path("/r/etc/own"), b"own".to_vec());
        for (link, target) in [
            ("/r/lib", "usr/lib"),
            ("/r/abs", "/usr/lib/x.so"),
            ("/r/out", "../../../../etc/secret"),
            ("/r/etc/secret", "/etc/secret"),
            ("/r/circle", "circle"),
        ] {
            files.symlink(&path(link), &path(target));
        }
        Rooted::new(Arc::new(files), path("/r"))
    }

    #[test]
    fn absolute_links_begin_at_the_root() {
        let rooted = rooted();
        let real = |path: &str| rooted.real(&VPath::new(path)).map(|path| path.to_string()).ok();
        assert_eq!(real("/abs").as_deref(), Some("/usr/lib/x.so"));
        assert_eq!(real("/lib/x.so").as_deref(), Some("/usr/lib/x.so"));
        assert_eq!(real("/lib/../../etc/own").as_deref(), Some("/etc/own"));
        assert_eq!(rooted.read(&VPath::new("/abs"), 10).expect("a file"), b"x");
    }

    #[test]
    fn nothing_leads_out() {
        let rooted = rooted();
        for path in ["/out", "/etc/secret", "/../etc/secret", "/circle", "/usr/../../etc/secret", "/r/usr"] {
            assert!(rooted.read(&VPath::new(path), 100).is_err(), "{path}");
        }
        assert_eq!(rooted.link(&VPath::new("/abs")).expect("a link"), VPath::new("/usr/lib/x.so"));
    }
}
