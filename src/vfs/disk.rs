//! The disk of this machine.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::{Entry, FileSystem, Identity, Kind, ReadAt, Stat, VPath};

/// The disk of the machine that runs dylens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Disk {
    /// The path as dylens writes it.
    pub fn path(native: &Path) -> VPath {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            VPath::new(native.as_os_str().as_bytes())
        }
        #[cfg(not(unix))]
        {
            VPath::new(slashed(&native.to_string_lossy()))
        }
    }

    /// The path as this system writes it.
    pub fn native(path: &VPath) -> PathBuf {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            PathBuf::from(std::ffi::OsStr::from_bytes(path.as_bytes()))
        }
        #[cfg(not(unix))]
        {
            let text = path.to_string();
            match text.strip_prefix(SHARE) {
                Some(rest) => PathBuf::from(format!("//{rest}")),
                None => PathBuf::from(text),
            }
        }
    }
}

/// Where the shares of other machines stand in a [`VPath`], which begins with one slash: `\\server\share` is `/UNC/server/share`.
#[cfg(any(not(unix), test))]
const SHARE: &str = "/UNC/";

/// A path of Windows with slashes. `canonicalize` answers in the verbatim form (`\\?\C:\x`, `\\?\UNC\server\share`), which nobody
/// types and the rules do not expect.
#[cfg(any(not(unix), test))]
fn slashed(native: &str) -> String {
    let text = native.replace('\\', "/");
    let share =
        text.strip_prefix("//?/UNC/").or_else(|| text.strip_prefix("//").filter(|rest| !rest.starts_with(['?', '.'])));
    match share {
        Some(rest) => format!("{SHARE}{rest}"),
        None => text.strip_prefix("//?/").unwrap_or(&text).to_owned(),
    }
}

fn kind_of(kind: std::fs::FileType) -> Kind {
    if kind.is_symlink() {
        Kind::Symlink
    } else if kind.is_dir() {
        Kind::Directory
    } else if kind.is_file() {
        Kind::File
    } else {
        Kind::Other
    }
}

#[cfg(unix)]
fn stat_of(meta: &std::fs::Metadata, _path: &VPath) -> Stat {
    use std::os::unix::fs::MetadataExt;
    let identity = Identity { device: meta.dev(), inode: meta.ino() };
    let is_executable = meta.mode() & 0o111 != 0;
    Stat { kind: kind_of(meta.file_type()), len: meta.len(), identity, is_executable }
}

/// Elsewhere the path stands in for device and inode: links were resolved by whoever asks.
#[cfg(not(unix))]
fn stat_of(meta: &std::fs::Metadata, path: &VPath) -> Stat {
    use std::hash::{BuildHasher, BuildHasherDefault};
    let inode = BuildHasherDefault::<rustc_hash::FxHasher>::default().hash_one(path);
    Stat {
        kind: kind_of(meta.file_type()),
        len: meta.len(),
        identity: Identity { device: 0, inode },
        is_executable: true,
    }
}

impl FileSystem for Disk {
    fn list(&self, directory: &VPath) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(Disk::native(directory))? {
            let entry = entry?;
            // An entry that vanished since is an entry no more.
            let Ok(kind) = entry.file_type() else { continue };
            let name = Disk::path(Path::new(&entry.file_name()));
            entries.push(Entry { name, kind: kind_of(kind) });
        }
        Ok(entries)
    }

    fn stat(&self, path: &VPath) -> io::Result<Stat> {
        std::fs::metadata(Disk::native(path)).map(|meta| stat_of(&meta, path))
    }

    fn real(&self, path: &VPath) -> io::Result<VPath> {
        std::fs::canonicalize(Disk::native(path)).map(|real| Disk::path(&real))
    }

    fn link(&self, path: &VPath) -> io::Result<VPath> {
        std::fs::read_link(Disk::native(path)).map(|target| Disk::path(&target))
    }

    fn open(&self, path: &VPath) -> io::Result<Box<dyn ReadAt + '_>> {
        let native = Disk::native(path);
        // A pipe would block on opening, so what is not surely a regular file is asked first.
        #[cfg(unix)]
        let file = {
            use std::os::unix::fs::OpenOptionsExt;
            const O_NONBLOCK: i32 = if cfg!(target_os = "linux") { 0o4000 } else { 0x4 };
            File::options().read(true).custom_flags(O_NONBLOCK).open(native)?
        };
        #[cfg(not(unix))]
        let file = File::open(native)?;
        Ok(Box::new(OpenFile { file, path: path.clone() }))
    }
}

pub(super) struct OpenFile {
    pub file: File,
    pub path: VPath,
}

impl ReadAt for OpenFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            #[cfg(unix)]
            let got = std::os::unix::fs::FileExt::read_at(&self.file, &mut buffer[done..], offset + done as u64);
            #[cfg(windows)]
            let got = std::os::windows::fs::FileExt::seek_read(&self.file, &mut buffer[done..], offset + done as u64);
            match got {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn stat(&self) -> io::Result<Stat> {
        self.file.metadata().map(|meta| stat_of(&meta, &self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::slashed;

    #[test]
    fn paths_of_windows_have_slashes_and_begin_with_a_drive_or_a_share() {
        assert_eq!(slashed(r"C:\Users\me"), "C:/Users/me");
        assert_eq!(slashed(r"\\?\C:\Users\me"), "C:/Users/me");
        assert_eq!(slashed(r"\\?\UNC\server\share\x"), "/UNC/server/share/x");
        assert_eq!(slashed(r"\\wsl$\Debian\home"), "/UNC/wsl$/Debian/home");
        assert_eq!(slashed(r"..\x"), "../x");
    }
}
