//! Which releases of Python have a function, told by its name.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// The releases that have a symbol, as a sentence goes on after “only”; none where all of Python 3 has it, or nothing tells.
pub(super) fn releases(symbol: &str) -> Option<String> {
    /// Python 2 had macros for these, or functions under another name.
    const THREE: [&str; 4] = ["PyBytes_", "PyModule_Create2", "PyModuleDef_Init", "PyModule_FromDefAndSpec2"];
    const TWO: [&str; 8] = [
        "PyString_",
        "PyInt_",
        "PyClass_",
        "PyInstance_",
        "PyCObject_",
        "PyFile_AsFile",
        "Py_InitModule4",
        "_PyThreadState_Current",
    ];
    let begins = |names: &[&str]| names.iter().any(|name| symbol.starts_with(name));
    match width(symbol) {
        Some(bytes) => Some(format!("a Python 2 has whose characters are {bytes} bytes wide (UCS{bytes})")),
        None if begins(&TWO) => Some("Python 2 has".to_owned()),
        None if begins(&THREE) => Some("Python 3 has".to_owned()),
        None => table().get(symbol).map(|&(since, until)| match (since, until) {
            ("", until) => format!("Python {until} and older have"),
            (since, "") => format!("Python {since} and later have"),
            (since, until) if since == until => format!("Python {since} has"),
            (since, until) => format!("Python {since} to {until} have"),
        }),
    }
}

/// How wide the characters of the Python 2 are that has this function, in bytes.
pub(super) fn width(symbol: &str) -> Option<u8> {
    let name = symbol.trim_start_matches('_').strip_prefix("PyUnicodeUCS")?;
    name.bytes().next().filter(|digit| matches!(digit, b'2' | b'4')).map(|digit| digit - b'0')
}

/// The first and the last release that has a symbol; empty where that is not among those that the table compares.
fn table() -> &'static FxHashMap<&'static str, (&'static str, &'static str)> {
    static TABLE: OnceLock<FxHashMap<&str, (&str, &str)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let lines = include_str!("../../assets/python/symbols.tsv").lines().filter(|line| !line.starts_with('#'));
        let rows = lines.filter_map(|line| {
            let mut fields = line.split('\t');
            Some((fields.next()?, fields.next()?, fields.next()?))
        });
        rows.flat_map(|(since, until, names)| names.split(' ').map(move |name| (name, (since, until)))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::releases;

    #[test]
    fn a_function_tells_the_releases_that_have_it() {
        assert_eq!(releases("_PyThreadState_UncheckedGet").as_deref(), Some("Python 3.12 and older have"));
        assert_eq!(releases("PyDict_GetItemRef").as_deref(), Some("Python 3.13 and later have"));
        assert_eq!(releases("PyString_FromString").as_deref(), Some("Python 2 has"));
        assert_eq!(releases("PyBytes_AsString").as_deref(), Some("Python 3 has"));
        assert!(releases("PyUnicodeUCS2_FromString").is_some_and(|told| told.contains("UCS2")));
        assert_eq!((releases("PyUnicode_FromString"), releases("PyStringy")), (None, None));
    }
}
