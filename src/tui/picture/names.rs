//! What things are called where there is little room: the stem stays, and no two are called the same.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::graph::sketch::{Fold, Sketch};
use crate::tui::scan_index::{NodeEntry, NodeKind, ScanIndex};

/// How terse names become.
pub(super) const MOST_TERSE: usize = 2;

/// A name in fewer letters: of a library, without its folder and the hash of a repair tool (1), then without the hashes of
/// all repairs and minor versions (2).
pub(super) fn terse(name: &str, terse: usize) -> Cow<'_, str> {
    let name = if terse > 0 { name.rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or(name) } else { name };
    match terse {
        0 => Cow::Borrowed(name),
        1 => without_hash(name),
        _ => {
            let mut name = Cow::Borrowed(name);
            while let Cow::Owned(shorter) = without_hash(&name) {
                name = Cow::Owned(shorter);
            }
            match name {
                Cow::Borrowed(name) => Cow::Borrowed(without_minor(name)),
                Cow::Owned(name) => Cow::Owned(without_minor(&name).to_owned()),
            }
        }
    }
}

/// What all copies of a library are called: without folder, hashes and minor versions.
pub fn family(name: &str) -> String {
    terse(name, MOST_TERSE).into_owned()
}

/// `libz.so.1.3` of `libz-1a6a6a4f.so.1.3`.
fn without_hash(name: &str) -> Cow<'_, str> {
    let Some(end) = ending(name) else { return Cow::Borrowed(name) };
    let Some((stem, hash)) = name[..end].rsplit_once('-') else { return Cow::Borrowed(name) };
    let is_hash = hash.len() >= 6 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) && !stem.is_empty();
    if is_hash { Cow::Owned(format!("{stem}{}", &name[end..])) } else { Cow::Borrowed(name) }
}

/// `libz.so.1` of `libz.so.1.3.1`.
fn without_minor(name: &str) -> &str {
    let Some(at) = name.find(".so.") else { return name };
    let version = &name[at + 4..];
    match version.find('.') {
        Some(dot) if version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => &name[..at + 4 + dot],
        _ => name,
    }
}

/// Where the ending of a library's name begins.
fn ending(name: &str) -> Option<usize> {
    [".so", ".dylib", ".dll"].iter().filter_map(|ending| name.find(ending)).min()
}

/// The tersest name, with the beginning of the last hash that it lost: `libz-1a6a.so.1`.
fn with_hint(name: &str) -> Cow<'_, str> {
    const LETTERS: usize = 4;
    let Some(end) = ending(name) else { return Cow::Borrowed(name) };
    let Some((_, hash)) = name[..end].rsplit_once('-').filter(|_| matches!(without_hash(name), Cow::Owned(_))) else {
        return Cow::Borrowed(name);
    };
    let short = terse(name, MOST_TERSE);
    let end = ending(&short).unwrap_or(short.len());
    Cow::Owned(format!("{}-{}{}", &short[..end], &hash[..LETTERS], &short[end..]))
}

/// The names of a picture, so that no two are the same: of the tersest a part of the hash tells them apart, else the folder
/// does, then all that was left out, then the whole path.
pub(super) fn distinct(scan_index: &ScanIndex, sketch: &Sketch, mut names: Vec<String>, terse: usize) -> Vec<String> {
    for step in usize::from(terse < MOST_TERSE)..4 {
        let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
        names.iter().for_each(|name| *counts.entry(name).or_default() += 1);
        let twice: Vec<usize> = (0..names.len()).filter(|&at| counts[names[at].as_str()] > 1).collect();
        for at in twice {
            let item = &sketch.items[at];
            if item.fold == Fold::No {
                let entry = scan_index.entry(item.node());
                let name = || entry.with_folder().rsplit('/').next().unwrap_or_default();
                names[at] = match step {
                    0 => with_hint(name()).into_owned(),
                    1 => in_folder(entry, terse),
                    2 => entry.with_folder().to_owned(),
                    _ => entry.brief.clone(),
                };
            }
        }
    }
    names
}

/// The name with the folder before it.
fn in_folder(entry: &NodeEntry, much: usize) -> String {
    match entry.with_folder().rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/{}", terse(name, much)),
        None => entry.short().to_owned(),
    }
}

/// The dotted folder of a file: `scipy.linalg`.
pub(super) fn folder(entry: &NodeEntry) -> String {
    let folder = entry.brief.rsplit_once('/').map_or(entry.owner.as_str(), |(folder, _)| folder);
    match entry.kind {
        NodeKind::Module => folder.replace('/', "."),
        _ => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{family, terse, with_hint};

    #[test]
    fn the_hash_goes_first_then_minor_versions() {
        let name = "libgfortran-040039e1-0352e75f.so.5.0.0";
        assert_eq!(terse(name, 0), name);
        assert_eq!(terse(name, 1), "libgfortran-040039e1.so.5.0.0");
        assert_eq!(terse(name, 2), "libgfortran.so.5");
        assert_eq!(terse("libz-1a6a6a4f.so.1.3.1", 2), "libz.so.1");
        assert_eq!(terse("libavif-1.2.so", 1), "libavif-1.2.so", "a version is no hash");
        assert_eq!(terse("msvcp140-8f141b4454fa78db34bc1f28c571b4da.dll", 2), "msvcp140.dll");
        assert_eq!(terse("_umath", 2), "_umath");
        assert_eq!(with_hint(name), "libgfortran-0352.so.5");
        assert_eq!(with_hint("libz-1a6a6a4f.so.1.3.1"), "libz-1a6a.so.1");
        assert_eq!(with_hint("libavif-1.2.so"), "libavif-1.2.so");
    }

    #[test]
    fn copies_are_of_one_family() {
        let names = [
            "libgomp.so.1",
            "libgomp-a34b3233.so.1.0.0",
            "libgomp-040039e1-0352e75f.so.1",
            "x.libs/libgomp-d22c30c5.so.1",
        ];
        assert!(names.iter().all(|name| family(name) == "libgomp.so.1"), "{:?}", names.map(family));
        assert_ne!(family("libgomp.so.2"), "libgomp.so.1", "another major version is another library");
    }
}
