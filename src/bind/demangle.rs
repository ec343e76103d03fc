//! Names as they were written in the source, for the schemes of C++ (Itanium's and Microsoft's) and Rust (both).

/// The longest name that is demangled: what is longer is no name that a person reads.
const MOST_BYTES: usize = 1 << 13;

/// The name as it was written; none where it is not mangled.
pub fn demangled(symbol: &[u8]) -> Option<String> {
    if symbol.len() > MOST_BYTES {
        return None;
    }
    let text = std::str::from_utf8(symbol).ok()?;
    // Mach-O puts one more underscore before every name.
    let text = text.strip_prefix('_').filter(|rest| rest.starts_with("_Z") || rest.starts_with("_R")).unwrap_or(text);
    if let Ok(name) = rustc_demangle::try_demangle(text) {
        return Some(format!("{name:#}"));
    }
    if text.starts_with("_Z") {
        return cpp_demangle::Symbol::new(text).ok()?.demangle().ok();
    }
    if text.starts_with('?') {
        return msvc_demangler::demangle(text, msvc_demangler::DemangleFlags::llvm()).ok();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::demangled;

    #[test]
    fn names_of_each_scheme_read_as_they_were_written() {
        for (symbol, name) in [
            (
                "_ZN3c105ErrorC1ENS_14SourceLocationENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
                "c10::Error::Error(c10::SourceLocation, std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >)",
            ),
            ("_ZN4core3fmt5Write9write_str17h0123456789abcdefE", "core::fmt::Write::write_str"),
            ("_RNvC6_123foo3bar", "123foo::bar"),
            (
                "__ZNSt3__16vectorIiNS_9allocatorIiEEED1Ev",
                "std::__1::vector<int, std::__1::allocator<int> >::~vector()",
            ),
            ("?x@@YAHXZ", "int __cdecl x(void)"),
        ] {
            assert_eq!(demangled(symbol.as_bytes()).as_deref(), Some(name), "{symbol}");
        }
    }

    #[test]
    fn plain_names_and_what_only_looks_mangled_have_none() {
        for symbol in ["PyErr_Clear", "_ZL", "?", "_R", "", "_Py_Dealloc"] {
            assert_eq!(demangled(symbol.as_bytes()), None, "{symbol}");
        }
    }
}
