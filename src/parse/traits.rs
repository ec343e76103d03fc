//! Bytes → [`Traits`]: what the body of a file tells of the tools that made it.
//!
//! Compilers leave text behind: paths in the places of panics, notes of their own version. Which texts are telling was
//! measured on some five hundred Rust modules and as many others: any [`RustSign`] is there in 99.5 % of the first and
//! in none of the second.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{elf, numpy_api, pe};
use crate::image::{NumpyTexts, RustSign, RustTraits, Traits};
use crate::vfs::ReadAt;

/// How much is read at a time, in bytes.
const CHUNK: usize = 1 << 16;
/// No text that is looked for is longer; what a chunk ends with is looked at again with the next.
const OVERLAP: usize = 256;

/// The crates whose versions decide how a module meets Python and NumPy.
const CRATES: [&str; 2] = ["pyo3", "numpy"];

/// The texts that are looked for; `/` stands for the separators of both kinds of system.
const TEXTS: [(&str, Text); 20] = [
    ("/rustc/", Text::Commit),
    ("rustc version ", Text::Version),
    ("library/core/src/", Text::Library),
    ("library/std/src/", Text::Library),
    ("library/alloc/src/", Text::Library),
    ("/pyo3-", Text::Crate(0)),
    ("/numpy-", Text::Crate(1)),
    ("_ARRAY_API", Text::Numpy(|texts| texts.capsule = true)),
    ("_UFUNC_API", Text::Numpy(|texts| texts.capsule = true)),
    ("numpy._core._multiarray_umath", Text::Numpy(|texts| (texts.umath_2, texts.core_2) = (true, true))),
    ("numpy.core._multiarray_umath", Text::Numpy(|texts| texts.umath_1 = true)),
    ("numpy.core.multiarray", Text::Numpy(|texts| texts.multiarray_1 = true)),
    ("numpy._core", Text::Numpy(|texts| texts.core_2 = true)),
    (
        "numpy.core.multiarray failed to import",
        Text::Numpy(|texts| (texts.failed_1, texts.multiarray_1) = (true, true)),
    ),
    ("numpy._core.multiarray failed to import", Text::Numpy(|texts| (texts.failed_2, texts.core_2) = (true, true))),
    ("pybind11", Text::Numpy(|texts| texts.pybind11 = true)),
    ("_RUST_NUMPY_BORROW_CHECKING_API", Text::Numpy(|texts| texts.rust = true)),
    ("Failed to access NumPy", Text::Numpy(|texts| texts.rust = true)),
    ("numpy.corenumpy._core", Text::Numpy(|texts| (texts.rust_both, texts.core_2) = (true, true))),
    ("C-API version 0x%x (NumPy ", Text::Minimum),
];

#[derive(Clone, Copy)]
enum Text {
    Commit,
    Version,
    Library,
    Crate(usize),
    /// What it tells; a longer text tells what a shorter one within it would.
    Numpy(fn(&mut NumpyTexts)),
    Minimum,
}

/// Reads what a file's body tells: the constants of an ELF or PE file whose sections say where they are, else the whole of it.
/// What cannot be read tells nothing.
pub fn read(file: &dyn ReadAt, len: u64) -> Traits {
    let mut found = Found::default();
    for (start, end) in elf::constants(file, len).or_else(|| pe::constants(file, len)).unwrap_or_else(|| vec![(0, len)])
    {
        found.look(file, start, end);
    }
    let mut traits = found.traits();
    // Headers before 2.0 write the version that they want nowhere but into the code.
    if traits.numpy.capsule && traits.numpy.umath_1 && !traits.numpy.umath_2 {
        let parts = elf::code(file, len).or_else(|| pe::code(file, len)).unwrap_or_default();
        traits.numpy.feature = parts.into_iter().filter_map(|part| numpy_api::wanted(file, part)).max();
    }
    traits
}

/// Finds the texts, each as Unix and as Windows spell it.
fn finder() -> &'static AhoCorasick {
    static FINDER: std::sync::OnceLock<AhoCorasick> = std::sync::OnceLock::new();
    FINDER.get_or_init(|| {
        let spelled = TEXTS.iter().flat_map(|(text, _)| [(*text).to_owned(), text.replace('/', "\\")]);
        // Leftmost matches are found many bytes at a time, overlapping ones one by one.
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest).build(spelled).expect("a handful of short texts")
    })
}

#[derive(Default)]
struct Found {
    sign: Option<RustSign>,
    rustc: Option<String>,
    commit: Option<String>,
    crates: BTreeMap<&'static str, String>,
    numpy: NumpyTexts,
}

impl Found {
    /// Looks through a part of a file.
    fn look(&mut self, file: &dyn ReadAt, start: u64, end: u64) {
        let finder = finder();
        let mut buffer = vec![0; CHUNK.min(end.saturating_sub(start) as usize)];
        let mut offset = start;
        while offset < end {
            let wanted = buffer.len().min((end - offset) as usize);
            let Ok(got @ 1..) = file.read_at(offset, &mut buffer[..wanted]) else { break };
            for text in finder.find_iter(&buffer[..got]) {
                self.note(TEXTS[text.pattern().as_usize() / 2].1, &buffer[text.end()..got]);
            }
            if got <= OVERLAP || offset + got as u64 >= end {
                break;
            }
            offset += (got - OVERLAP) as u64;
        }
    }

    /// Looks at what follows a text.
    fn note(&mut self, text: Text, rest: &[u8]) {
        match text {
            Text::Library => self.sign = self.sign.max(Some(RustSign::Library)),
            Text::Commit => {
                let is_commit = rest.len() >= 40 && rest[..40].iter().all(u8::is_ascii_hexdigit);
                if is_commit {
                    self.sign = Some(RustSign::Commit);
                    self.commit.get_or_insert_with(|| String::from_utf8_lossy(&rest[..40]).into_owned());
                }
            }
            Text::Version => {
                let line = &rest[..rest.len().min(80)];
                let end = line.iter().position(|byte| !(0x20..0x7f).contains(byte)).unwrap_or(line.len());
                if line.first().is_some_and(u8::is_ascii_digit) {
                    self.sign = self.sign.max(Some(RustSign::Comment));
                    self.rustc.get_or_insert_with(|| String::from_utf8_lossy(&line[..end]).into_owned());
                }
            }
            Text::Numpy(tell) => tell(&mut self.numpy),
            Text::Minimum => {
                let end = rest.iter().take(8).position(|&byte| byte == b')').unwrap_or(0);
                if rest.first().is_some_and(u8::is_ascii_digit) && end > 0 {
                    self.numpy.minimum = Some(String::from_utf8_lossy(&rest[..end]).into_owned());
                }
            }
            Text::Crate(index) => {
                if let Some(version) = crate_version(rest) {
                    self.crates.entry(CRATES[index]).or_insert(version);
                }
            }
        }
    }

    fn traits(self) -> Traits {
        let Found { sign, rustc, commit, crates, numpy } = self;
        Traits { numpy, rust: sign.map(|sign| RustTraits { sign, rustc, commit, crates }) }
    }
}

/// `0.20.3` of `0.20.3/src/…`.
fn crate_version(rest: &[u8]) -> Option<String> {
    let end = rest.iter().take(40).position(|byte| matches!(byte, b'/' | b'\\'))?;
    let (version, after) = rest.split_at(end);
    let is_version = version.first()?.is_ascii_digit()
        && version.contains(&b'.')
        && version.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(byte));
    (is_version && after[1..].starts_with(b"src")).then(|| String::from_utf8_lossy(version).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, RustSign, Traits, read};
    use crate::vfs::{FileSystem, Memory, VPath};

    const COMMIT: &str = "9eb3afe9ebe9c7d2b84b71002d44f4a0edac95e0";

    fn of(bytes: Vec<u8>) -> Traits {
        let mut memory = Memory::new();
        let path = VPath::new("/x.so");
        let len = bytes.len() as u64;
        memory.file(&path, bytes);
        read(&*memory.open(&path).expect("the file"), len)
    }

    #[test]
    fn the_compiler_s_paths_tell_rust_with_its_commit_and_crates() {
        let text = format!(
            "\0/rustc/{COMMIT}/library/core/src/x.rs\0/r/.cargo/registry/src/index-1/pyo3-0.18.3/src/err.rs\
             D:\\a\\registry\\src\\i\\numpy-0.20.0\\src\\array.rs"
        );
        let rust = of(text.into_bytes()).rust.expect("Rust");
        assert_eq!((rust.sign, rust.commit.as_deref()), (RustSign::Commit, Some(COMMIT)));
        assert_eq!(rust.crates["pyo3"], "0.18.3");
        assert_eq!(rust.crates["numpy"], "0.20.0");
    }

    #[test]
    fn a_note_of_the_compiler_tells_its_version() {
        let rust = of(b"GCC: 9\0rustc version 1.95.0 (59807616e 2026-04-14)\0".to_vec()).rust.expect("Rust");
        assert_eq!(rust.sign, RustSign::Comment);
        assert_eq!(rust.rustc.as_deref(), Some("1.95.0 (59807616e 2026-04-14)"));
    }

    #[test]
    fn words_alone_are_no_sign() {
        for text in ["rust_eh_personality", "/rustc/", "/rustc/abc", "rustc version ?", "pyo3-0.1/src", "library/core/"]
        {
            assert_eq!(of(text.into()).rust, None, "{text}");
        }
        assert_eq!(of(b"/numpy-2.0.2/src/x.c".to_vec()).rust, None);
    }

    #[test]
    fn a_pe_file_is_looked_through_where_it_keeps_its_constants() {
        let image = crate::image::Image::new(crate::image::Format::Pe, crate::image::Arch::X86_64);
        let text = format!("D:\\a\\rustc\\{COMMIT}\\library\\core\\src numpy._core._multiarray_umath\0_ARRAY_API\0");
        let told = of(crate::parse::pe::write(&image, &[], &[], text.as_bytes()));
        assert_eq!(told.rust.expect("Rust").commit.as_deref(), Some(COMMIT));
        assert!(told.numpy.umath_2 && told.numpy.capsule);
    }

    #[test]
    fn a_text_that_two_reads_share_is_found() {
        for at in [CHUNK - 60, CHUNK - 20, CHUNK - 3, CHUNK + 5] {
            let mut bytes = vec![0; at];
            bytes.extend(format!("/rustc/{COMMIT}/library").bytes());
            bytes.extend(vec![0; CHUNK]);
            assert_eq!(of(bytes).rust.expect("Rust").commit.as_deref(), Some(COMMIT), "{at}");
        }
    }
}
