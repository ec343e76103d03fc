//! How a file is written: whole or not at all, and never over another one that nobody gave up.
//!
//! What bears the name already decides the way. A regular file is replaced by one that was written beside it, with its
//! mode and owner. What is no regular file (a device, a pipe, a descriptor of this process) is written through, as a
//! shell's `>` does: nothing is lost in it. Links are followed.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::links::{MOST_LINKS, too_many};

/// Writes a file, or through what is no regular file.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where a file or link of that name is there and `may_replace` does not allow to
/// overwrite it; whatever the system refuses. The file that was there is untouched then, unless it could only be
/// overwritten where it lies (its folder cannot be written to, its owner cannot be kept, or it has other names).
pub fn save(path: &Path, bytes: &[u8], may_replace: bool) -> io::Result<()> {
    let (mut file, unnamed) = begin(path, may_replace)?;
    file.write_all(bytes)?;
    unnamed.finish(&mut file)
}

/// Opens what the bytes for `path` are to be written to. They are there under its name once [`Unnamed::finish`] is called;
/// where it is dropped instead, nothing remains of a file that was written beside.
///
/// # Errors
/// As [`save`].
pub fn begin(path: &Path, may_replace: bool) -> io::Result<(File, Unnamed)> {
    let place = place(path)?;
    let target = match &place {
        Destination::Stream { path, is_descriptor } => {
            // A descriptor may lead to a file in which other output stands already.
            let file = OpenOptions::new().write(true).append(*is_descriptor).open(path)?;
            return Ok((file, Unnamed(Way::Through)));
        }
        Destination::File(target) => target,
    };
    let old = match fs::symlink_metadata(target) {
        Ok(old) if !old.is_dir() => Some(old),
        Ok(_) => return Err(io::ErrorKind::IsADirectory.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if !may_replace {
        // The link itself bears the name, wherever it leads.
        return match fs::symlink_metadata(path) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => beside(target, None),
        };
    }
    match &old {
        Some(old) if has_other_names(old) => inside(target),
        Some(old) => beside(target, Some(old)).or_else(|_| inside(target)),
        None => beside(target, None),
    }
}

/// What is being written and does not bear its name yet.
#[derive(Debug)]
pub struct Unnamed(Way);

#[derive(Debug)]
enum Way {
    /// It has gone where it belongs already.
    Through,
    /// Into the file itself, which may have been longer.
    Inside,
    /// Into another file, which becomes the wanted one.
    Beside { written: TempPath, target: PathBuf, replaces: bool },
}

impl Unnamed {
    /// Gives what was written its name.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where a file of that name has come meanwhile.
    pub fn finish(self, file: &mut File) -> io::Result<()> {
        match self.0 {
            Way::Through => file.flush(),
            Way::Inside => {
                let len = file.stream_position()?;
                file.set_len(len)?;
                file.sync_all()
            }
            Way::Beside { written, target, replaces } => {
                file.sync_all()?;
                name(written, &target, replaces)
            }
        }
    }
}

fn name(written: TempPath, target: &Path, replaces: bool) -> io::Result<()> {
    if replaces {
        return written.persist(target).map_err(|error| error.error);
    }
    match written.persist_noclobber(target) {
        Ok(()) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(error.error),
        // A file system may know neither links nor renaming that replaces nothing.
        Err(error) => {
            let mut file = File::create_new(target)?;
            let copied = File::open(&error.path).and_then(|mut from| io::copy(&mut from, &mut file));
            let copied = copied.and_then(|_| file.sync_all());
            copied.inspect_err(|_| drop(fs::remove_file(target)))
        }
    }
}

/// Begins a file beside the wanted one; its name is short, and different each time.
fn beside(target: &Path, old: Option<&Metadata>) -> io::Result<(File, Unnamed)> {
    target.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".dylens-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let (file, written) = builder.tempfile_in(folder).map_err(without_path)?.into_parts();
    if let Some(old) = old {
        keep_owner(&file, old)?;
        file.set_permissions(old.permissions())?;
    }
    Ok((file, Unnamed(Way::Beside { written, target: target.to_owned(), replaces: old.is_some() })))
}

/// Begins in the file itself.
fn inside(target: &Path) -> io::Result<(File, Unnamed)> {
    Ok((OpenOptions::new().write(true).open(target)?, Unnamed(Way::Inside)))
}

/// The system's own error: `tempfile` adds the name of a file that nobody asked for.
fn without_path(error: io::Error) -> io::Error {
    let system = error.get_ref().and_then(|inner| inner.source()?.downcast_ref::<io::Error>()?.raw_os_error());
    system.map_or(error, io::Error::from_raw_os_error)
}

#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    match (new.uid(), new.gid()) == (old.uid(), old.gid()) {
        true => Ok(()),
        false => fchown(file, Some(old.uid()), Some(old.gid())),
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Would a file that takes one name leave the others with what was?
#[cfg(unix)]
fn has_other_names(old: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(old) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

/// Where the bytes go.
enum Destination {
    /// A file, there or not, links followed.
    File(PathBuf),
    /// What takes bytes and keeps none.
    Stream { path: PathBuf, is_descriptor: bool },
}

fn place(path: &Path) -> io::Result<Destination> {
    let mut here = path.to_owned();
    for _ in 0..MOST_LINKS {
        if is_descriptor(&here) {
            return Ok(Destination::Stream { path: here, is_descriptor: true });
        }
        if is_device_of_windows(&here) {
            return Ok(Destination::Stream { path: here, is_descriptor: false });
        }
        match fs::symlink_metadata(&here) {
            Ok(meta) if meta.is_symlink() => {
                let target = fs::read_link(&here)?;
                here = here.parent().map(|folder| folder.join(&target)).unwrap_or(target);
            }
            Ok(meta) if !meta.is_file() && !meta.is_dir() => {
                return Ok(Destination::Stream { path: here, is_descriptor: false });
            }
            _ => return Ok(Destination::File(here)),
        }
    }
    Err(too_many())
}

/// Is it one of a process's open files (`/dev/fd/1`, `/proc/self/fd/1`; `/dev/stdout` is a link to one)? What that is does
/// not matter: nothing may take its place.
fn is_descriptor(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(Path::new(""));
    folder == Path::new("/dev/fd") || folder.starts_with("/proc") && folder.ends_with("fd")
}

/// Is it one of the names that are devices in every folder of Windows (`NUL`, `con.txt`), or a pipe of it?
fn is_device_of_windows(path: &Path) -> bool {
    const DEVICES: [&str; 6] = ["CON", "NUL", "PRN", "AUX", "CONIN$", "CONOUT$"];
    if !cfg!(windows) {
        return false;
    }
    let text = path.to_string_lossy().replace('/', "\\");
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let is_port = |kind: &str| stem.strip_prefix(kind).is_some_and(|rest| rest.len() == 1 && rest != "0");
    DEVICES.contains(&stem) || is_port("COM") || is_port("LPT") || text.starts_with(r"\\.\")
}
