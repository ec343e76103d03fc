//! dyld's shared cache: the system's libraries, which have not been files since macOS 11.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::image::Release;

/// What is known of a library of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The first macOS that has it; none where the oldest list that was read has it already.
    pub since: Option<Release>,
    /// The last macOS that has it; none where the newest has.
    pub until: Option<Release>,
}

fn table() -> &'static FxHashMap<&'static [u8], Known> {
    static TABLE: OnceLock<FxHashMap<&'static [u8], Known>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let text = include_str!("../../assets/loaders/dyld-shared-cache.tsv");
        text.lines().filter(|line| !line.starts_with('#')).filter_map(entry).collect()
    })
}

fn entry(line: &'static str) -> Option<(&'static [u8], Known)> {
    let mut fields = line.split('\t');
    let name = fields.next().filter(|name| !name.is_empty())?;
    let mut release = || fields.next().and_then(Release::parse);
    Some((name.as_bytes(), Known { since: release(), until: release() }))
}

/// What is known of the library that dyld would find in its cache under this name.
pub fn find(name: &[u8]) -> Option<Known> {
    if !name.starts_with(b"/usr/lib/") && !name.starts_with(b"/System/") {
        return None;
    }
    let known = |name: &[u8]| table().get(name).copied();
    known(name).or_else(|| known(&versioned(name)?))
}

/// `/…/X.framework/Versions/A/X` of the short ways to write it; the cache knows both.
fn versioned(name: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memmem::rfind(name, b".framework/")? + b".framework/".len();
    let (folder, rest) = name.split_at(at);
    let leaf = rest.strip_prefix(b"Versions/Current/").unwrap_or(rest);
    (!leaf.contains(&b'/')).then(|| {
        let versions = [&b"A"[..], b"B", b"C", b"D", b"E"];
        let spelled = |version: &&[u8]| [folder, b"Versions/", version, b"/", leaf].concat();
        versions.iter().map(spelled).find(|name| table().contains_key(&name[..])).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn system_libraries_are_known_by_install_name_and_others_are_not() {
        assert!(find(b"/usr/lib/libSystem.B.dylib").is_some());
        assert!(find(b"/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation").is_some());
        assert!(find(b"/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation").is_some());
        assert!(find(b"/usr/lib/libnotthere.dylib").is_none());
        assert!(find(b"/opt/usr/lib/libSystem.B.dylib").is_none());
        assert!(find(b"libSystem.B.dylib").is_none());
    }
}
