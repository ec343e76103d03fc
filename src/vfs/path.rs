//! A path in a [`FileSystem`](super::FileSystem): bytes, `/` between the parts, whatever the system that reads it.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::sync::Arc;

use bstr::ByteSlice;

/// A path inside an inspected tree.
///
/// It is text, not a promise: it may be relative, carry `..`, or lead nowhere. Ordered and compared byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VPath(Arc<[u8]>);

impl VPath {
    pub fn new(bytes: impl AsRef<[u8]>) -> VPath {
        VPath(Arc::from(bytes.as_ref()))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As text, with what is no UTF-8 replaced: as [`Display`](fmt::Display), and cheaper.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// `self/name`, or `name` alone where that is absolute already.
    pub fn join(&self, name: impl AsRef<[u8]>) -> VPath {
        let name = name.as_ref();
        if is_absolute(name) || self.0.is_empty() {
            return VPath::new(name);
        }
        if name.is_empty() {
            return self.clone();
        }
        let mut bytes = Vec::with_capacity(self.0.len() + 1 + name.len());
        bytes.extend_from_slice(&self.0);
        if bytes.last() != Some(&b'/') {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(name);
        VPath(Arc::from(bytes))
    }

    /// The directory part as written; none for a bare name and for the root.
    pub fn parent(&self) -> Option<VPath> {
        parent_of(&self.0).map(VPath::new)
    }

    /// The last part.
    pub fn file_name(&self) -> &[u8] {
        match self.0.rfind_byte(b'/') {
            Some(at) => &self.0[at + 1..],
            None => &self.0,
        }
    }

    pub fn is_absolute(&self) -> bool {
        is_absolute(&self.0)
    }

    /// Is this `base` or something below it?
    pub fn starts_with(&self, base: &VPath) -> bool {
        self.below(base).is_some()
    }

    /// The part of this path below `base`, without a leading slash; empty where both are equal.
    pub fn below<'a>(&'a self, base: &VPath) -> Option<&'a [u8]> {
        let rest = self.0.strip_prefix(base.0.strip_suffix(b"/").unwrap_or(&base.0))?;
        match rest {
            [] => Some(rest),
            [b'/', rest @ ..] => Some(rest),
            _ => None,
        }
    }

    /// The parts between the slashes, empty ones left out.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|&byte| byte == b'/').filter(|part| !part.is_empty())
    }

    /// What the path begins with, and what follows: `/` or a drive of Windows (`C:/`), or nothing where it is relative.
    pub fn rooted(&self) -> (VPath, VPath) {
        let (root, rest) = self.0.split_at(root_len(&self.0));
        (VPath::new(root), VPath::new(rest))
    }

    /// The path with `.` and `..` folded away as text. Right only where no part is a link.
    pub fn folded(&self) -> VPath {
        let (root, rest) = self.0.split_at(root_len(&self.0));
        let mut parts: Vec<&[u8]> = Vec::new();
        for part in rest.split(|&byte| byte == b'/') {
            match part {
                b"" => {}
                b"." => {}
                b".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        VPath::new([root, &parts.join(&b'/')].concat())
    }
}

/// The directory part of a path as written; none for a bare name and for the root.
fn parent_of(bytes: &[u8]) -> Option<&[u8]> {
    let root = root_len(bytes);
    match bytes.rfind_byte(b'/')? {
        _ if bytes.len() == root => None,
        at => Some(&bytes[..at.max(root)]),
    }
}

fn is_absolute(bytes: &[u8]) -> bool {
    root_len(bytes) > 0
}

/// Bytes of what an absolute path begins with: `/`, or a drive of Windows as in `C:/`.
fn root_len(bytes: &[u8]) -> usize {
    match bytes {
        [b'/', ..] => 1,
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => 3,
        _ => 0,
    }
}

impl Default for VPath {
    fn default() -> VPath {
        VPath(Arc::from([]))
    }
}

impl Borrow<[u8]> for VPath {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for VPath {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for VPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0.as_bstr(), f)
    }
}

impl fmt::Debug for VPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.as_bstr(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::VPath;

    fn path(text: &str) -> VPath {
        VPath::new(text)
    }

    #[test]
    fn joining_keeps_one_slash_and_lets_an_absolute_name_win() {
        assert_eq!(path("/a").join("b"), path("/a/b"));
        assert_eq!(path("/").join("b"), path("/b"));
        assert_eq!(path("/a").join("/b"), path("/b"));
        assert_eq!(path("/a").join("C:/b"), path("C:/b"));
    }

    #[test]
    fn the_parent_of_the_root_and_of_a_bare_name_is_none() {
        assert_eq!(path("/a/b").parent(), Some(path("/a")));
        assert_eq!(path("/a").parent(), Some(path("/")));
        assert_eq!(path("/").parent(), None);
        assert_eq!(path("a").parent(), None);
        assert_eq!(path("C:/a").parent(), Some(path("C:/")));
        assert_eq!(path("C:/").parent(), None);
    }

    #[test]
    fn below_compares_whole_parts() {
        assert_eq!(path("/env/lib/x.so").below(&path("/env")), Some(&b"lib/x.so"[..]));
        assert_eq!(path("/env").below(&path("/env/")), Some(&b""[..]));
        assert_eq!(path("/environment/x").below(&path("/env")), None);
        assert_eq!(path("C:/env/x").below(&path("C:/")), Some(&b"env/x"[..]));
    }

    #[test]
    fn folding_stops_at_the_root() {
        assert_eq!(path("/a/./b/../c").folded(), path("/a/c"));
        assert_eq!(path("/../..").folded(), path("/"));
        assert_eq!(path("a/../../b").folded(), path("b"));
        assert_eq!(path("C:/a/./b/../c").folded(), path("C:/a/c"));
        assert_eq!(path("C:/../..").folded(), path("C:/"));
        assert_eq!(path("./..").folded(), path(""));
    }
}
