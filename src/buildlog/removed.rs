//! Names that newer releases of Python and NumPy no longer have.

/// Names in modules of Python's own library, and the minor version of Python 3 that no longer has each.
///
/// Source: “Removed” in What's New in Python 3.7 to 3.14; November 2026.
const OF_PYTHON: &[(&str, &[&str], u8)] = &[
    ("os", &["errno"], 7),
    ("time", &["clock"], 8),
    ("platform", &["linux_distribution", "dist"], 8),
    ("cgi", &["escape"], 8),
    ("base64", &["encodestring", "decodestring"], 9),
    ("fractions", &["gcd"], 9),
    ("sys", &["getcheckinterval", "setcheckinterval"], 9),
    ("HTMLParser", &["unescape"], 9),
    ("array.array", &["tostring", "fromstring"], 9),
    ("xml.etree.ElementTree.Element", &["getchildren", "getiterator"], 9),
    ("Thread", &["isAlive"], 9),
    (
        "collections",
        &[
            "Callable",
            "Container",
            "Hashable",
            "Iterable",
            "Iterator",
            "Mapping",
            "MutableMapping",
            "MutableSequence",
            "MutableSet",
            "Sequence",
            "Set",
            "Sized",
        ],
        10,
    ),
    ("inspect", &["getargspec", "formatargspec"], 11),
    ("asyncio", &["coroutine"], 11),
    ("gettext", &["lgettext", "ldgettext"], 11),
    ("pkgutil", &["ImpImporter", "ImpLoader"], 12),
    ("configparser", &["SafeConfigParser"], 12),
    ("importlib", &["find_loader"], 12),
    ("locale", &["format"], 12),
    ("ssl", &["wrap_socket", "match_hostname"], 12),
    ("EntryPoints", &["get"], 12),
    ("unittest", &["makeSuite", "findTestCases"], 13),
    ("typing", &["io", "re"], 13),
    ("ast", &["Bytes", "Ellipsis", "NameConstant", "Num", "Str"], 14),
    ("pkgutil", &["find_loader", "get_loader"], 14),
    ("typing", &["ByteString"], 14),
];

/// Names of NumPy, and the release that no longer has each.
///
/// Source: the release notes of NumPy 1.24, 2.0 and 2.4; November 2026.
const OF_NUMPY: &[(&[&str], &str)] = &[
    (&["bool", "complex", "float", "int", "long", "object", "str", "unicode"], "1.24"),
    (
        &[
            "alltrue",
            "asfarray",
            "cast",
            "compat",
            "complex_",
            "cumproduct",
            "deprecate",
            "find_common_type",
            "float_",
            "Inf",
            "infty",
            "issubclass_",
            "issubsctype",
            "mat",
            "msort",
            "NaN",
            "NINF",
            "nbytes",
            "obj2sctype",
            "PINF",
            "product",
            "round_",
            "safe_eval",
            "sctypes",
            "set_string_function",
            "singlecomplex",
            "sometrue",
            "source",
            "string_",
            "unicode_",
            "who",
        ],
        "2.0",
    ),
    (&["in1d", "trapz"], "2.4"),
];

/// The minor version of Python 3 that no longer has this name of a module or class.
pub(super) fn of_python(holder: &str, name: &str) -> Option<u8> {
    let known = OF_PYTHON.iter().find(|(known, names, _)| *known == holder && names.contains(&name));
    known.map(|(_, _, since)| *since)
}

/// The release of NumPy that no longer has this name.
pub(super) fn of_numpy(name: &str) -> Option<&'static str> {
    OF_NUMPY.iter().find(|(names, _)| names.contains(&name)).map(|(_, since)| *since)
}
