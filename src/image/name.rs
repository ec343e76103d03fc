//! A name as it stands in a file: bytes that are mostly, but never surely, UTF-8.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use bstr::ByteSlice;

/// A name out of an inspected file: cheap to clone, compared byte by byte as loaders do.
///
/// Its [`Display`](fmt::Display) is lossy but *not yet safe for a terminal*: faces pass it through
/// [`crate::printable`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<[u8]>);

impl Name {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// What follows the last slash.
    pub fn leaf(&self) -> &[u8] {
        self.0.rsplit(|&byte| byte == b'/').next().unwrap_or(&self.0)
    }

    /// The start of the hash of a library's content that repair tools put into its name (`libz-1a6a6a4f.so.1`): 8 hexadecimal
    /// digits of auditwheel, 32 of delvewheel. It is taken before they edit the file: copies of one name were one library.
    pub fn content_hash(&self) -> Option<&[u8]> {
        let leaf = self.leaf();
        let stem = &leaf[..leaf.find_byte(b'.')?];
        let hash = &stem[stem.rfind_byte(b'-')? + 1..];
        (matches!(hash.len(), 8 | 32) && hash.iter().all(u8::is_ascii_hexdigit)).then_some(hash)
    }

    /// The name as it is compared with others: that of a DLL in lower case, all others as they are.
    pub fn without_case(&self) -> Name {
        let is_dll = self.len() > 4 && self[self.len() - 4..].eq_ignore_ascii_case(b".dll");
        match is_dll && self.iter().any(u8::is_ascii_uppercase) {
            true => Name::from(&self.to_ascii_lowercase()),
            false => self.clone(),
        }
    }

    /// As text, with what is no UTF-8 replaced: as [`Display`](fmt::Display), and cheaper.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl<T: AsRef<[u8]> + ?Sized> From<&T> for Name {
    fn from(bytes: &T) -> Name {
        Name(Arc::from(bytes.as_ref()))
    }
}

impl Default for Name {
    fn default() -> Name {
        Name(Arc::from([]))
    }
}

impl Deref for Name {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Name {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Borrow<[u8]> for Name {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other.as_bytes()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0.as_bstr(), f)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.as_bstr(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn the_hash_of_a_repair_tool_is_told_from_other_parts_of_a_name() {
        let hash = |name: &str| Name::from(name).content_hash().map(|hash| String::from_utf8_lossy(hash).into_owned());
        assert_eq!(hash("x.libs/libz-1a6a6a4f.so.1.2.13").as_deref(), Some("1a6a6a4f"));
        assert_eq!(hash("msvcp140-263139962577ecda4cd9469ca360a746.dll").map(|hash| hash.len()), Some(32));
        for name in [
            "libz.so.1",
            "libssl-3-x64.dll",
            "libopenblas-r0-3.15.so",
            "libx-1a6a6a4.so",
            "libx-20240101",
            "1a6a6a4f.so",
        ] {
            assert_eq!(hash(name), None, "{name}");
        }
    }
}
