//! CPython's stable ABI (PEP 384, PEP 652): which symbols belong to it, and since when; and what a module takes from Python.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::Facts;
use crate::discover::DistributionId;
use crate::image::{Format, Name, Origin};
use crate::world::FileId;

/// A version of Python, major and minor.
pub(super) type Version = (u16, u16);

/// The version that added a symbol to the stable ABI; none of what does not belong to it.
pub(super) fn added(symbol: &[u8]) -> Option<Version> {
    static TABLE: OnceLock<BTreeMap<&'static [u8], Version>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let lines = include_str!("../../assets/stable-abi.tsv").lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| line.split_once('\t'))
            .filter_map(|(added, name)| Some((name.as_bytes(), version(added)?)))
            .collect()
    });
    table.get(symbol).copied()
}

fn version(text: &str) -> Option<Version> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The oldest Python for which a distribution's wheel promises the stable ABI: `(3, 7)` of `cp37-abi3`.
pub(super) fn promised(facts: &Facts, owner: DistributionId) -> Option<Version> {
    facts.tags(owner).iter().filter(|tag| tag.abi.starts_with("abi3")).filter_map(|tag| oldest(&tag.python)).min()
}

/// `(3, 7)` of `cp37`.
fn oldest(tag: &str) -> Option<Version> {
    let (major, minor) = tag.strip_prefix("cp")?.split_at_checked(1)?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Does a file say of itself, or its wheel of all its modules, that it keeps to the stable ABI?
pub(super) fn claims(facts: &Facts, file: FileId, owner: DistributionId) -> bool {
    let path = facts.survey.world.file(file).path.clone();
    let name = path.file_name();
    let tags = facts.tags(owner);
    // On Windows the name says nothing: `x.pyd` is any build's.
    let is_plain = name.ends_with(b".pyd") && !name.windows(3).any(|part| part == b".cp");
    let is_promised = || !tags.is_empty() && tags.iter().all(|tag| tag.abi.starts_with("abi3"));
    name.ends_with(b".abi3.so") || name.ends_with(b".abi3t.so") || is_plain && is_promised()
}

/// The symbols that a file takes from Python and must have, as C spells them: of those that concern the caller, as each question
/// to the libraries beside it opens a file.
pub(super) fn taken(facts: &Facts, file: FileId, mut concerns: impl FnMut(&Name) -> bool) -> Vec<Name> {
    let content = facts.survey.world.file(file);
    let Some(image) = &content.image else { return Vec::new() };
    let is_of_python = |origin: Origin| match origin {
        Origin::Need(need) => image.needs.get(need).is_some_and(|need| is_python(&need.name)),
        _ => true,
    };
    let imports =
        facts.survey.world.taken(file).into_iter().filter(|import| !import.is_weak && is_of_python(import.origin));
    let spelled = imports.map(|import| match image.format {
        Format::MachO => Name::from(import.symbol.strip_prefix(b"_").unwrap_or(&import.symbol)),
        _ => import.symbol,
    });
    spelled.filter(|symbol| is_python_s(symbol) && concerns(symbol) && !is_brought(facts, file, symbol)).collect()
}

/// Is this library Python's own: `libpython3.11.so.1.0`, `Python.framework/…/Python`, `python311.dll`?
pub(super) fn is_python(name: &[u8]) -> bool {
    let last = name.rsplit(|&byte| byte == b'/').next().unwrap_or(name).to_ascii_lowercase();
    last.starts_with(b"libpython") || last == b"python" || last.starts_with(b"python3") && last.ends_with(b".dll")
}

/// Is a symbol called as those of Python's API are: `PyErr_Clear`, `_PyObject_New`, `Py_IncRef`?
pub(super) fn is_python_s(symbol: &[u8]) -> bool {
    let rest = symbol.strip_prefix(b"_").unwrap_or(symbol);
    let Some(rest) = rest.strip_prefix(b"Py") else { return false };
    let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    rest.get(word) == Some(&b'_') && rest.first().is_some_and(|first| *first == b'_' || first.is_ascii_uppercase())
}

/// Does a library that the file's imports load, other than Python's own, define the symbol? May one that is not found by then:
/// code of the package may have loaded it before?
fn is_brought(facts: &Facts, file: FileId, symbol: &[u8]) -> bool {
    let world = &facts.survey.world;
    let Some(&import) = facts.imports_loading(file).first() else { return false };
    let loads = &facts.survey.imports[import].loads;
    if added(symbol).is_some() {
        return false;
    }
    let others = loads.loads.iter().filter(|&&other| other != file && !is_python(world.file(other).path.file_name()));
    others.into_iter().any(|&other| world.defines(other, symbol))
        || loads.unmet.iter().any(|&(by, need)| may_define(facts, by, need, symbol))
}

/// May the library that is not found for a need define the symbol? Where files of that name are there, they tell.
fn may_define(facts: &Facts, by: FileId, need: usize, symbol: &[u8]) -> bool {
    let world = &facts.survey.world;
    let by = world.file(by);
    let Some(need) = by.image.as_ref().and_then(|image| image.needs.get(need)) else { return false };
    let is_it = |file: &FileId| {
        let file = world.file(*file);
        let identity = file.image.as_ref().and_then(|image| image.identity.as_ref());
        identity == Some(&need.name) || file.path.file_name() == &*need.name
    };
    let mut named = facts.files().map(|(_, file, ..)| file).filter(is_it).peekable();
    named.peek().is_none() || named.any(|file| world.defines(file, symbol))
}

#[cfg(test)]
mod tests {
    use super::{added, is_python, is_python_s};

    #[test]
    fn symbols_are_known_with_the_version_that_added_them() {
        assert_eq!(added(b"PyErr_Clear"), Some((3, 2)));
        assert_eq!(added(b"PyObject_Vectorcall"), Some((3, 12)));
        assert_eq!(added(b"_PyObject_GetDictPtr"), None);
    }

    #[test]
    fn python_s_names_are_told_from_others() {
        for symbol in ["PyErr_Clear", "_PyObject_New", "Py_IncRef", "_Py_NoneStruct", "PyOS_FSPath"] {
            assert!(is_python_s(symbol.as_bytes()), "{symbol}");
        }
        for symbol in ["PyramidBuild", "Pyramid_x", "_ZN6PySide4initEv", "python", "pyerr_clear"] {
            assert!(!is_python_s(symbol.as_bytes()), "{symbol}");
        }
        assert!(is_python(b"/Library/Frameworks/Python.framework/Versions/3.11/Python"));
        assert!(!is_python(b"libboost_python311.so"));
    }
}
