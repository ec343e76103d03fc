//! What hides the names of people and their home folders.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// Folders that hold home folders.
const HOMES: [&[u8]; 4] = [b"/home/", b"/Users/", b"/var/home/", b"/export/home/"];
/// Names below those that are nobody's.
const NOBODY: [&[u8]; 6] = [b"user", b"Shared", b"linuxbrew", b"runner", b"conda", b"shared"];

/// Replaces home folders and the names of their owners; or nothing.
#[derive(Clone, Debug, Default)]
pub struct Anonymizer {
    /// Home folders elsewhere than below [`HOMES`].
    homes: Vec<Vec<u8>>,
    /// The names of their owners.
    names: BTreeSet<Vec<u8>>,
    is_drawn: bool,
}

impl Anonymizer {
    /// Hides nothing.
    pub fn none() -> Anonymizer {
        Anonymizer::default()
    }

    /// Hides every home folder, and besides the one that is known, wherever it lies.
    pub fn drawn(home: Option<&[u8]>) -> Anonymizer {
        let mut anonymizer = Anonymizer { is_drawn: true, ..Anonymizer::default() };
        if let Some(home) = home.map(|home| home.strip_suffix(b"/").unwrap_or(home)) {
            anonymizer.learn(home);
            let name = home.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
            if name.len() > 1 && name != b"root" {
                anonymizer.names.insert(name.to_vec());
                anonymizer.homes.push(home.to_vec());
            }
        }
        anonymizer
    }

    /// Takes note of the owner of a home folder that a path names: that name is hidden elsewhere as well.
    pub fn learn(&mut self, path: &[u8]) {
        if !self.is_drawn {
            return;
        }
        for home in HOMES {
            if let Some(rest) = path.strip_prefix(home) {
                let name = rest.split(|&byte| byte == b'/').next().unwrap_or_default();
                if name.len() > 1 && !NOBODY.contains(&name) {
                    self.names.insert(name.to_vec());
                }
            }
        }
    }

    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    pub fn bytes<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        if !self.is_drawn {
            return Cow::Borrowed(text);
        }
        let mut veiled = text.to_vec();
        for home in &self.homes {
            veiled = replaced(&veiled, home, |rest| (is_end(rest.first())).then(|| (b"/home/user".to_vec(), 0)));
        }
        for home in HOMES {
            let owner = |rest: &[u8]| {
                let len = rest.iter().position(|byte| is_end(Some(byte))).unwrap_or(rest.len());
                let is_someone = len > 0 && !NOBODY.contains(&&rest[..len]);
                is_someone.then(|| ([home, b"user"].concat(), len))
            };
            veiled = replaced(&veiled, home, owner);
        }
        for name in &self.names {
            veiled = whole(&veiled, name);
        }
        if veiled == text { Cow::Borrowed(text) } else { Cow::Owned(veiled) }
    }
}

/// Where a part of a path ends, in a path and in a sentence.
fn is_end(byte: Option<&u8>) -> bool {
    byte.is_none_or(|byte| {
        matches!(byte, b'/' | b'\\' | b':' | b';' | b'"' | b'\'' | b',' | b')' | b'`') || byte.is_ascii_whitespace()
    })
}

/// Replaces each occurrence; `with` sees what follows, and says what to put there and how much of the rest to take away.
fn replaced(text: &[u8], what: &[u8], with: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&text[at..], what) {
        let (from, after) = (at + found, at + found + what.len());
        out.extend_from_slice(&text[at..from]);
        match with(&text[after..]) {
            Some((new, taken)) => {
                out.extend_from_slice(&new);
                at = after + taken;
            }
            None => {
                out.extend_from_slice(what);
                at = after;
            }
        }
    }
    out.extend_from_slice(&text[at..]);
    out
}

/// Replaces a name where it is a whole part of a path.
fn whole(text: &[u8], name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (index, part) in text.split(|&byte| byte == b'/').enumerate() {
        if index > 0 {
            out.push(b'/');
        }
        out.extend_from_slice(if part == name { b"user" } else { part });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Anonymizer;

    #[test]
    fn home_folders_are_hidden_wherever_they_stand() {
        let anonymizer = Anonymizer::drawn(Some(b"/data/people/anna"));
        let of = |text: &str| anonymizer.text(text).into_owned();
        assert_eq!(of("/home/bert/x.so"), "/home/user/x.so");
        assert_eq!(of("looked in /Users/carla/lib: nothing"), "looked in /Users/user/lib: nothing");
        assert_eq!(of("/data/people/anna/.venv"), "/home/user/.venv");
        assert_eq!(of("/mnt/anna/x.so"), "/mnt/user/x.so");
        assert_eq!(of("C:/Users/Dora/x.dll"), "C:/Users/user/x.dll");
        assert_eq!(of("/home/bert"), "/home/user");
    }

    #[test]
    fn what_is_nobody_s_stays() {
        let anonymizer = Anonymizer::drawn(Some(b"/root"));
        for text in ["/usr/lib/libz.so", "libhannah.so", "/root/x", "/home/linuxbrew/.linuxbrew/lib", "a/homeless/b"] {
            assert_eq!(anonymizer.text(text), text);
        }
        assert_eq!(Anonymizer::none().text("/home/bert/x.so"), "/home/bert/x.so");
    }

    #[test]
    fn an_owner_that_is_known_is_hidden_as_a_part_of_any_path() {
        let mut anonymizer = Anonymizer::drawn(None);
        anonymizer.learn(b"/home/bert/env");
        assert_eq!(anonymizer.text("/mnt/bert/x.so and libbert.so"), "/mnt/user/x.so and libbert.so");
    }
}
