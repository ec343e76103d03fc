//! What a place of a command may hold.

use std::fmt;
use std::sync::OnceLock;

use regex::Regex;

use crate::printable::printable;

/// What stands in a place of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A file or folder: any text that can be shown as it is.
    Path,
    /// A text that is no path of this machine (an install name, an entry of a search path): as a path, but without a leading
    /// dash, as nothing can be put before it.
    Text,
    /// The name of a distribution (PEP 508).
    Package,
    /// A version (PEP 440).
    Version,
    /// A name, alone or as `name==version`.
    Requirement,
    /// The file name of a library.
    Library,
    /// A dotted name of Python.
    Module,
    /// A word of a tool: a processor, a release, the name of a system's package.
    Token,
}

impl Kind {
    const ALL: [(Kind, &str); 8] = [
        (Kind::Path, "path"),
        (Kind::Text, "text"),
        (Kind::Package, "package"),
        (Kind::Version, "version"),
        (Kind::Requirement, "requirement"),
        (Kind::Library, "library"),
        (Kind::Module, "module"),
        (Kind::Token, "token"),
    ];

    /// The kind of a place that is called so.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    /// The value as text, where it can be what the place asks for.
    ///
    /// # Errors
    /// Where it cannot, or where it cannot be shown as it is: a command must be what a person sees.
    pub(super) fn check(self, value: &[u8]) -> Result<String, Refusal> {
        let lossy = || String::from_utf8_lossy(value);
        let Ok(text) = std::str::from_utf8(value) else {
            return Err(Refusal::new(&lossy(), "is not valid UTF-8"));
        };
        if text.is_empty() {
            return Err(Refusal::new("a name that is needed", "is empty"));
        }
        if printable(text) != text {
            return Err(Refusal::new(text, "contains characters that cannot be seen"));
        }
        match self.why_not(text) {
            Some(why) => Err(Refusal::new(text, why)),
            None => Ok(text.to_owned()),
        }
    }

    fn why_not(self, text: &str) -> Option<&'static str> {
        let refused = |is_fine: bool, why| (!is_fine).then_some(why);
        match self {
            Kind::Path => None,
            Kind::Text => refused(!text.starts_with('-'), "starts with a dash, as options do"),
            Kind::Package => refused(is_package(text), "is not the name of a package"),
            Kind::Version => refused(is_version(text), "is not a version"),
            Kind::Requirement => {
                let end = text.find(|c| "<>=!~".contains(c)).unwrap_or(text.len());
                let (name, versions) = text.split_at(end);
                let is_fine = is_package(name) && (versions.is_empty() || versions.split(',').all(is_specifier));
                refused(is_fine, "is not the name and versions of a package")
            }
            Kind::Library => refused(is_library(text), "is not the name of a library"),
            Kind::Module => refused(is_module(text), "is not the name of a Python module"),
            Kind::Token => refused(is_library(text), "is not a plain word"),
        }
    }

    /// A value that fits.
    #[cfg(test)]
    pub(super) fn example(self) -> &'static str {
        match self {
            Kind::Path => "a b/x.so",
            Kind::Text => "@rpath/x.dylib",
            Kind::Package | Kind::Module => "numpy",
            Kind::Version => "1.0",
            Kind::Requirement => "numpy==1.0",
            Kind::Library => "libx.so.1",
            Kind::Token => "arm64",
        }
    }
}

/// PEP 440: `>=1.2`, `==1.*`.
fn is_specifier(text: &str) -> bool {
    const OPERATORS: [&str; 8] = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];
    let version = OPERATORS.iter().find_map(|operator| text.strip_prefix(operator));
    version.is_some_and(|version| is_version(version.strip_suffix(".*").unwrap_or(version)))
}

/// PEP 508: letters, digits, and `.`, `_`, `-` between them.
fn is_package(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_outer = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    text.bytes().all(is_inner) && is_outer(text.bytes().next()) && is_outer(text.bytes().last())
}

/// PEP 440, appendix B.
fn is_version(text: &str) -> bool {
    static VERSION: OnceLock<Regex> = OnceLock::new();
    let version = VERSION.get_or_init(|| {
        Regex::new(
            r"(?i-u)^v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?[0-9]*)?(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?(?:[-_.]?dev[-_.]?[0-9]*)?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$",
        )
        .expect("a constant")
    });
    version.is_match(text)
}

/// What libraries are called wherever they are built; anything else is a trick or a mistake.
fn is_library(text: &str) -> bool {
    !text.starts_with('-') && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+@~-".contains(&byte))
}

/// Identifiers between dots.
fn is_module(text: &str) -> bool {
    let is_identifier = |part: &str| {
        part.chars().all(|c| c == '_' || c.is_alphanumeric())
            && !part.starts_with(|c: char| c.is_numeric())
            && !part.is_empty()
    };
    text.split('.').all(is_identifier)
}

/// Why there is no command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The value, made printable and cut.
    what: String,
    why: &'static str,
}

impl Refusal {
    pub(super) fn new(what: &str, why: &'static str) -> Refusal {
        const MOST: usize = 80;
        let shown = printable(what);
        let cut = shown.chars().take(MOST).collect::<String>();
        let what = if cut.len() < shown.len() { format!("{cut}…") } else { shown };
        Refusal { what, why }
    }
}

impl fmt::Display for Refusal {
    /// `evil$(x) is not the name of a package`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, self.why)
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    fn fits(kind: Kind, text: &str) -> bool {
        kind.check(text.as_bytes()).is_ok()
    }

    #[test]
    fn names_and_versions_are_those_of_the_standards() {
        for name in ["numpy", "zope.interface", "A", "ruamel.yaml.clib", "nvidia-cublas-cu12", "a_b"] {
            assert!(fits(Kind::Package, name), "{name}");
        }
        for name in ["", "-x", "x-", "a b", "a;b", "a$b", "a/b", "é"] {
            assert!(!fits(Kind::Package, name), "{name}");
        }
        for version in ["1.0", "1!2.0.post1", "2.1.0rc1", "1.0.dev3+cu12.1", "v1.0", "1.0-1", "2024a1", "1.0+local_x"] {
            assert!(fits(Kind::Version, version), "{version}");
        }
        for version in ["", "1.0;touch", "ver", "1.0 ", "-1", "1.0+", "1..0", "$(x)"] {
            assert!(!fits(Kind::Version, version), "{version}");
        }
        assert!(fits(Kind::Requirement, "a==1.0") && fits(Kind::Requirement, "a"));
        assert!(fits(Kind::Requirement, "a<2,>=1.22.4") && fits(Kind::Requirement, "a==1.*"));
        assert!(
            !fits(Kind::Requirement, "a<2;x") && !fits(Kind::Requirement, "a<2,") && !fits(Kind::Requirement, "a <2")
        );
        assert!(!fits(Kind::Requirement, "a==") && !fits(Kind::Requirement, "a==1;x"));
    }

    #[test]
    fn libraries_and_modules_have_plain_names() {
        for library in ["libstdc++.so.6", "libx-1a2b.so.1", "LIBX~1.DLL", "libssl@3.dylib"] {
            assert!(fits(Kind::Library, library), "{library}");
        }
        for library in ["a/b", "-lx", "a b", "a'b", "a:b", "libé.so", "a$b"] {
            assert!(!fits(Kind::Library, library), "{library}");
        }
        assert!(fits(Kind::Module, "a._b.c1") && fits(Kind::Module, "数学"));
        assert!(!fits(Kind::Module, "a..b") && !fits(Kind::Module, "1a") && !fits(Kind::Module, "a;b"));
    }

    #[test]
    fn a_path_is_any_text_that_can_be_seen() {
        assert!(fits(Kind::Path, "a b'c\"$(x)`;&|<>*?[]{}!%^~#\\ é 数学"));
        for path in ["a\nb", "a\u{9b}b", "a\u{202e}b", "a\u{200b}b", "a\x1b[2J", "", "a\0b"] {
            assert!(!fits(Kind::Path, path), "{path:?}");
        }
        assert!(Kind::Path.check(b"a\xffb").is_err());
    }
}
