//! How links are followed: how many at most; and a path where a folder stands for `/`, so that no link leads out of it, as for
//! a process after `chroot`.

use std::io;

use super::VPath;

/// How many links one path may pass through, as on Linux (`MAXSYMLINKS`).
pub(super) const MOST_LINKS: usize = 40;

/// A path passes through more links (`ELOOP`).
pub(super) fn too_many() -> io::Error {
    io::Error::other("too many levels of symbolic links")
}

/// The path without links, `.` and `..`. `link_at` tells where a link leads, and none for all else that is there.
///
/// # Errors
/// As `link_at`, and where links lead in a circle.
pub(super) fn followed(path: &VPath, link_at: impl Fn(&VPath) -> io::Result<Option<VPath>>) -> io::Result<VPath> {
    let parts = |path: &VPath| path.parts().rev().map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (mut here, mut rest, mut links) = (VPath::new("/"), parts(path), 0);
    while let Some(part) = rest.pop() {
        match &part[..] {
            b"." => {}
            b".." => here = here.parent().unwrap_or(here),
            part => {
                let next = here.join(part);
                match link_at(&next)? {
                    None => here = next,
                    Some(_) if links == MOST_LINKS => return Err(too_many()),
                    Some(target) => {
                        links += 1;
                        if target.is_absolute() {
                            here = VPath::new("/");
                        }
                        rest.extend(parts(&target));
                    }
                }
            }
        }
    }
    Ok(here)
}
