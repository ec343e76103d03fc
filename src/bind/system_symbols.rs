//! Whose symbol is it, by its name? What a process of macOS has of the system's is not at hand, and a lookup through
//! everything that is loaded ends there.
//!
//! `assets/loaders/dyld-symbols.txt` has the families of the names that the system's libraries export: the first word of C
//! names (`CF…`, `sqlite3_…`), the outermost name of C++'s.

use std::sync::OnceLock;

use rustc_hash::FxHashSet;

/// The families of the system's symbols.
#[derive(Default)]
struct Families {
    /// First words of C names; the outermost names of C++ have `::` before them.
    words: FxHashSet<&'static [u8]>,
    /// Beginnings of names.
    starts: Vec<&'static [u8]>,
}

fn families() -> &'static Families {
    static FAMILIES: OnceLock<Families> = OnceLock::new();
    FAMILIES.get_or_init(|| {
        let lines = include_str!("../../assets/loaders/dyld-symbols.txt").lines();
        let mut families = Families::default();
        for line in lines.filter(|line| !line.starts_with('#')) {
            match line.strip_suffix('*') {
                Some(start) => families.starts.push(start.as_bytes()),
                None => _ = families.words.insert(line.as_bytes()),
            }
        }
        families
    })
}

/// Is a symbol, as the linker spells it, called as those of Python are?
pub fn is_python_name(symbol: &[u8]) -> bool {
    let name = symbol.strip_prefix(b"_").unwrap_or(symbol);
    name.strip_prefix(b"_").unwrap_or(name).starts_with(b"Py")
}

/// Could a library of the system, or one that Python itself brings, define a symbol, as the linker spells it? Yes where
/// its name says too little.
pub fn may_be_of_the_system(symbol: &[u8]) -> bool {
    let name = symbol.strip_prefix(b"_").unwrap_or(symbol);
    if name.starts_with(b"_Z") {
        return outermost(name).is_none_or(|outermost| families().words.contains(&[b"::", outermost].concat()[..]));
    }
    // What stands behind it is the variant of a symbol (`fopen$DARWIN_EXTSN`), or Swift's.
    let name = &name[..memchr::memchr(b'$', name).unwrap_or(name.len())];
    first_word(name).is_none_or(|word| families().words.contains(&word[..]))
        || families().starts.iter().any(|start| name.starts_with(start))
}

/// The first word of a C name, with the underscores around it and without a number at its end: `H5get_` of
/// `H5get_libversion`, `CF` of `CFRelease`. None of names that have one word alone, as those of the C library (`strlen`)
/// and of Fortran's (`dgemm_`) do.
fn first_word(name: &[u8]) -> Option<Vec<u8>> {
    let start = name.iter().position(|&byte| byte != b'_')?;
    let (underscores, rest) = name.split_at(start);
    let count = |from: usize, test: fn(&u8) -> bool| rest[from..].iter().take_while(|byte| test(byte)).count();
    let word = match memchr::memchr(b'_', rest) {
        Some(end) if end + 1 == rest.len() => return None,
        Some(end) => {
            let digits = rest[..end].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            [&rest[..end - digits], b"_"].concat()
        }
        None => {
            let lower = count(0, u8::is_ascii_lowercase);
            let upper = count(lower, u8::is_ascii_uppercase);
            let after = count(lower + upper, u8::is_ascii_lowercase);
            match (lower, upper) {
                (_, 0) => return None,
                (2.., _) => rest[..lower].to_vec(),
                (_, 1) => rest[..lower + upper + after].to_vec(),
                // The last capital begins the next word.
                _ => rest[..lower + upper - usize::from(after > 0)].to_vec(),
            }
        }
    };
    Some([underscores, &word].concat())
}

/// The outermost name of one that C++ or Rust mangled: `fcl` of `_ZNK3fcl3fooEv`. None of operators, of the standard
/// library's own abbreviations, and of what has no name.
fn outermost(mangled: &[u8]) -> Option<&[u8]> {
    let mut rest = mangled.strip_prefix(b"_Z")?;
    for special in [&b"TV"[..], b"TT", b"TI", b"TS", b"TC", b"GV", b"GR"] {
        if let Some(of) = rest.strip_prefix(special) {
            rest = of;
            break;
        }
    }
    // Thunks: how far the object is to be moved, then the function.
    for thunk in [&b"Th"[..], b"Tv"] {
        if let Some(of) = rest.strip_prefix(thunk) {
            let end = of.iter().position(|&byte| byte.is_ascii_alphabetic() && byte != b'n')?;
            rest = &of[end..];
            break;
        }
    }
    rest = rest.strip_prefix(b"N").unwrap_or(rest);
    let qualifiers = rest.iter().take_while(|byte| b"rVKROL".contains(byte)).count();
    rest = &rest[qualifiers..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let len: usize = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    rest[digits..].get(..len)
}

#[cfg(test)]
mod tests {
    use super::{first_word, is_python_name, may_be_of_the_system, outermost};

    #[test]
    fn names_of_the_system_are_known_by_their_families() {
        for name in [
            "_CFRelease",
            "_kCFAllocatorDefault",
            "_objc_msgSend",
            "_OBJC_CLASS_$_NSApplication",
            "_iconv_open",
            "_sqlite3_open",
            "_cblas_dgemm",
            "_dgemm_",
            "_strlen",
            "__Znwm",
            "__ZNSt3__15mutex4lockEv",
            "__ZTISt9exception",
            "__ZTVN10__cxxabiv117__class_type_infoE",
            "_vImageConvert_Planar16FtoPlanarF",
            "_EVP_MD_CTX_new",
            "_d2i_X509",
            "___gxx_personality_v0",
            "_fopen$DARWIN_EXTSN",
            "_$s4main1AVMa",
            "___cxa_throw",
            "_dispatch_async",
            "_clock_gettime",
            "_CPSSetFrontProcess",
        ] {
            assert!(may_be_of_the_system(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn names_of_other_libraries_are_not_the_system_s() {
        for name in [
            "_bcf_float_missing",
            "_H5get_libversion",
            "_gsl_rng_default",
            "_je_aligned_alloc",
            "___gmpn_add_n",
            "__ZN2kj10RefcountedD2Ev",
            "__ZNK3fcl17CollisionGeometryIdE34computeMomentofInertiaRelatedToCOMEv",
            "__ZTI7CbcNode",
            "__ZThn16_N3fcl1AD0Ev",
            "_jcopy_markers_execute",
            "_klu_analyze",
        ] {
            assert!(!may_be_of_the_system(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn first_words_and_outermost_names_are_told() {
        let word = |name: &str| first_word(name.as_bytes()).map(|word| String::from_utf8(word).expect("text"));
        for (name, expected) in [
            ("H5get_libversion", Some("H5get_")),
            ("crc32_z", Some("crc_")),
            ("CFRelease", Some("CF")),
            ("AudioUnitRender", Some("Audio")),
            ("xmlFree", Some("xml")),
            ("kCFNull", Some("kCF")),
            ("NSLog", Some("NS")),
            ("__gmpn_add_n", Some("__gmpn_")),
            ("strlen", None),
            ("dgemm_", None),
            ("___", None),
            ("", None),
        ] {
            assert_eq!(word(name).as_deref(), expected, "{name}");
        }
        assert_eq!(outermost(b"_ZNK3fcl3fooEv"), Some(&b"fcl"[..]));
        assert_eq!(outermost(b"_ZThn16_N3fcl1AD0Ev"), Some(&b"fcl"[..]));
        for name in [&b"_ZN9fclEv"[..], b"_Znwm", b"_ZTIPKc", b"_ZN", b"_Z", b"_ZN99999999999999999999aEv"] {
            assert_eq!(outermost(name), None, "{}", String::from_utf8_lossy(name));
        }
    }

    #[test]
    fn python_s_names_begin_with_its_own() {
        assert!(is_python_name(b"_PyErr_Clear") && is_python_name(b"__Py_NoneStruct"));
        assert!(!is_python_name(b"_pyramid") && !is_python_name(b"__ZN2PyEv"));
    }
}
