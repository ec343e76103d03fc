//! dyld's shared cache: the system's libraries, which have not been files since macOS 11.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::image::Release;

/// What is known of a library of the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The first macOS that has it; none where it is older than all that was read, or where nobody knows.
    pub since: Option<Release>,
    /// The last macOS that has it; none where the newest has.
    pub until: Option<Release>,
}

fn table() -> &'static FxHashMap<&'static [u8], Known> {
    static TABLE: OnceLock<FxHashMap<&'static [u8], Known>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let text = include_str!("../../../assets/loaders/dyld-shared-cache.tsv");
        text.lines().filter(|line| !line.starts_with('#')).filter_map(entry).collect()
    })
}

/// A line of the table; a release behind a `?` is no proof, and counts as none.
fn entry(line: &'static str) -> Option<(&'static [u8], Known)> {
    let mut fields = line.split('\t');
    let name = fields.next().filter(|name| !name.is_empty())?;
    let mut release = || fields.next().and_then(Release::parse);
    Some((name.as_bytes(), Known { since: release(), until: release() }))
}

/// Does the name lie where only macOS itself puts libraries?
pub fn is_of_the_system(name: &[u8]) -> bool {
    name.starts_with(b"/usr/lib/") || name.starts_with(b"/System/")
}

/// What is known of the library that dyld would find in its cache under this name; none where there is no such library.
pub fn find(name: &[u8]) -> Option<Known> {
    if !is_of_the_system(name) {
        return None;
    }
    let listed = |name: &[u8]| table().get(name).copied();
    let known = listed(name).or_else(|| listed(&versioned(name)?)).or_else(|| listed(&shorter(name)?));
    // Private frameworks and what is nested in others are not all in the table: that they are not proves nothing.
    known.or_else(|| (name.starts_with(b"/System/") && !is_public_framework(name)).then(Known::default))
}

/// `/System/Library/Frameworks/X.framework/…/X`, which the table knows where it exists.
fn is_public_framework(name: &[u8]) -> bool {
    let rest = name.strip_prefix(b"/System/Library/Frameworks/").unwrap_or_default();
    memchr::memmem::find_iter(rest, b".framework/").count() == 1
}

/// `/…/X.framework/Versions/A/X` of the short ways to write it; the cache knows both.
fn versioned(name: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memmem::rfind(name, b".framework/")? + b".framework/".len();
    let (folder, rest) = name.split_at(at);
    let leaf = rest.strip_prefix(b"Versions/Current/").unwrap_or(rest);
    let spelled = |version: &&[u8]| [folder, b"Versions/", version, b"/", leaf].concat();
    let versions = [&b"A"[..], b"B", b"C", b"D", b"E"];
    versions.iter().map(spelled).find(|name| table().contains_key(&name[..]))
}

/// `/usr/lib/libz.1.dylib` of `/usr/lib/libz.1.2.12.dylib`: links with the full number come and go with each release.
fn shorter(name: &[u8]) -> Option<Vec<u8>> {
    let mut stem = name.strip_suffix(b".dylib")?;
    while let Some(at) = stem.iter().rposition(|&byte| byte == b'.') {
        let is_number = stem[at + 1..].iter().all(u8::is_ascii_digit);
        stem = &stem[..at];
        let is_numbered = stem.last().is_some_and(u8::is_ascii_digit);
        let shorter = [stem, b".dylib"].concat();
        if !is_number || !is_numbered {
            return None;
        }
        if table().contains_key(&shorter[..]) {
            return Some(shorter);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::image::Release;

    #[test]
    fn what_came_later_says_since_when() {
        let since = |name: &[u8]| find(name).expect("a known name").since;
        let kit = b"/System/Library/Frameworks/ScreenCaptureKit.framework/Versions/A/ScreenCaptureKit";
        assert_eq!(since(kit), Some(Release::new(12, 3)));
        assert_eq!(since(b"/usr/lib/libSystem.B.dylib"), None);
    }

    #[test]
    fn system_libraries_are_known_by_install_name_and_others_are_not() {
        assert!(find(b"/usr/lib/libSystem.B.dylib").is_some());
        assert!(find(b"/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation").is_some());
        assert!(find(b"/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation").is_some());
        assert!(find(b"/usr/lib/libz.1.2.99.dylib").is_some());
        assert!(find(b"/usr/lib/libssl.3.dylib").is_none());
        assert!(find(b"/usr/lib/libnotthere.dylib").is_none());
        assert!(find(b"/System/Library/Frameworks/NotThere.framework/Versions/A/NotThere").is_none());
        assert!(find(b"/System/Library/PrivateFrameworks/Anything.framework/Versions/A/Anything").is_some());
        assert!(find(b"/opt/usr/lib/libSystem.B.dylib").is_none());
        assert!(find(b"libSystem.B.dylib").is_none());
    }
}
