//! What nearly is an undefined symbol: the same name in another version, with the other C++ ABI, in another version of its
//! namespace, or with other parameters.

use memchr::memmem;

use crate::bind::demangled;
use crate::image::Name;
use crate::world::{DynamicSymbols, SymbolKey};

/// How a symbol that is there differs from the one that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Near {
    /// The same name; its version, where it has one.
    Version(Option<Name>),
    /// The same function, built with the other value of `_GLIBCXX_USE_CXX11_ABI`.
    CxxAbi {
        /// It is the wanted one that has the new ABI.
        wants_new: bool,
    },
    /// The same function in another version of an inline namespace (`lts_20230125`).
    Namespace(String),
    /// A function of the same name with other parameters.
    Parameters(String),
}

/// The symbol of a file that is nearest to one that is wanted; none where none is near.
pub(super) fn near(symbols: &DynamicSymbols, wanted: &[u8]) -> Option<Near> {
    let mut same = None;
    symbols.find(&SymbolKey::new(wanted), &mut |definition| {
        let is_defined = definition.section != 0;
        if is_defined {
            let version = symbols.version(definition.version_index()).map(|version| version.name.clone());
            same = Some(Near::Version(version));
        }
        is_defined
    });
    if same.is_some() {
        return same;
    }
    let wanted_name = demangled(wanted)?;
    // Whatever differs, the function's own identifier does not.
    let identifier = longest_identifier(wanted)?;
    let finder = memmem::Finder::new(identifier);
    let mut best: Option<Near> = None;
    symbols.each_definition(&mut |name, _| {
        if finder.find(name).is_some()
            && let Some(found) = demangled(name).and_then(|found| compare(&wanted_name, &found))
            && best.as_ref().is_none_or(|best| found < *best)
        {
            best = Some(found);
        }
    });
    best
}

/// How one demangled name differs from another, where it is near.
fn compare(wanted: &str, found: &str) -> Option<Near> {
    if wanted == found {
        return None;
    }
    let is_new = |name: &str| name.contains("std::__cxx11::") || name.contains("[abi:cxx11]");
    if without_cxx_abi(wanted) == without_cxx_abi(found) && is_new(wanted) != is_new(found) {
        return Some(Near::CxxAbi { wants_new: is_new(wanted) });
    }
    if without_namespace_versions(wanted) == without_namespace_versions(found) {
        return Some(Near::Namespace(found.to_owned()));
    }
    let is_same = function_of(wanted) == function_of(found) && wanted.contains('(') && found.contains('(');
    is_same.then(|| Near::Parameters(found.to_owned()))
}

/// The name with neither ABI's marks.
fn without_cxx_abi(name: &str) -> String {
    let plain = name.replace("std::__cxx11::", "std::").replace("[abi:cxx11]", "");
    let string = "std::basic_string<char, std::char_traits<char>, std::allocator<char> >";
    plain.replace(string, "std::string").replace("std::basic_string<char>", "std::string")
}

/// The name without the parts that libraries change with each release: `lts_20230125`, `v22`, `__1`.
fn without_namespace_versions(name: &str) -> String {
    let is_version = |part: &&str| {
        let digits = part.trim_start_matches(|c: char| !c.is_ascii_digit());
        let word = &part[..part.len() - digits.len()];
        !digits.is_empty()
            && digits.chars().all(|c| c.is_ascii_digit() || c == '_')
            && matches!(word, "lts_" | "v" | "__" | "V")
    };
    let parts: Vec<&str> = name.split("::").collect();
    let (last, spaces) = parts.split_last().map_or(("", &[][..]), |(last, spaces)| (*last, spaces));
    let mut kept: Vec<&str> = spaces.iter().copied().filter(|part| !is_version(part)).collect();
    kept.push(last);
    kept.join("::")
}

/// `c10::Error::Error` of `c10::Error::Error(int)`.
fn function_of(name: &str) -> &str {
    // Template arguments may hold parentheses of their own: those of the parameters are the last that open at depth 0.
    let mut depth = 0i32;
    for (at, letter) in name.char_indices() {
        match letter {
            '<' => depth += 1,
            '>' => depth -= 1,
            '(' if depth <= 0 && at > 0 => return &name[..at],
            _ => {}
        }
    }
    name
}

/// The longest identifier in an Itanium-mangled name, which says how long each is.
fn longest_identifier(symbol: &[u8]) -> Option<&[u8]> {
    let mut longest: &[u8] = b"";
    let mut at = 0;
    while at < symbol.len() {
        let digits = symbol[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            at += 1;
            continue;
        }
        let len: usize = std::str::from_utf8(&symbol[at..at + digits]).ok()?.parse().unwrap_or(usize::MAX);
        let Some(word) = symbol.get(at + digits..(at + digits).saturating_add(len)) else {
            at += digits;
            continue;
        };
        // The standard library's own names are in both forms, or in neither.
        let is_own = !matches!(word, b"__cxx11" | b"basic_string" | b"char_traits" | b"allocator");
        if is_own && word.len() > longest.len() && !word.iter().any(u8::is_ascii_digit) {
            longest = word;
        }
        at += digits + len;
    }
    (!longest.is_empty()).then_some(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_the_abi_alone_are_told_as_one_cause() {
        let old = demangled(b"_ZN3c106detail14torchCheckFailEPKcS2_jRKSs").unwrap();
        let new =
            demangled(b"_ZN3c106detail14torchCheckFailEPKcS2_jRKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE")
                .unwrap();
        assert_eq!(compare(&new, &old), Some(Near::CxxAbi { wants_new: true }));
        assert_eq!(compare(&old, &new), Some(Near::CxxAbi { wants_new: false }));
        let tagged = demangled(b"_ZN1a4nameB5cxx11Ev").unwrap();
        let plain = demangled(b"_ZN1a4nameEv").unwrap();
        assert_eq!(compare(&tagged, &plain), Some(Near::CxxAbi { wants_new: true }));
    }

    #[test]
    fn another_namespace_or_other_parameters_are_not_the_abi() {
        let compare = |wanted: &str, found: &str| compare(wanted, found);
        assert_eq!(
            compare("absl::lts_20230125::Status::ok()", "absl::lts_20240116::Status::ok()"),
            Some(Near::Namespace("absl::lts_20240116::Status::ok()".into()))
        );
        assert_eq!(
            compare("c10::Error::Error(int)", "c10::Error::Error(int, bool)"),
            Some(Near::Parameters("c10::Error::Error(int, bool)".into()))
        );
        assert_eq!(compare("c10::Error::Error(int)", "c10::Error::what()"), None);
        assert_eq!(compare("a::f(int)", "b::f(int)"), None);
    }

    #[test]
    fn the_longest_identifier_is_the_one_to_look_for() {
        assert_eq!(longest_identifier(b"_ZN3c106detail14torchCheckFailEPKcS2_jRKSs"), Some(&b"torchCheckFail"[..]));
        assert_eq!(longest_identifier(b"_Z1fNSt7__cxx1112basic_stringIcE"), Some(&b"f"[..]));
        assert_eq!(longest_identifier(b"_Z99999999999999999999x"), None);
        assert_eq!(longest_identifier(b""), None);
    }
}
