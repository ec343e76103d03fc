//! Dynamic string tokens: `$ORIGIN`, `$LIB`, `$PLATFORM`, in braces or not (`ld.so(8)`, "Dynamic string tokens").

use crate::vfs::VPath;

/// What the tokens stand for.
pub struct Tokens<'a> {
    /// The directory of the path by which the object was opened.
    pub origin: &'a [u8],
    pub lib: &'a [u8],
    pub platform: &'a [u8],
}

/// Replaces the tokens of one entry. Unknown tokens stay as they are, as in glibc's `_dl_dst_substitute`.
pub fn expand(entry: &[u8], tokens: &Tokens) -> VPath {
    let mut out = Vec::with_capacity(entry.len() + tokens.origin.len());
    let mut rest = entry;
    while let Some(at) = memchr::memchr(b'$', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let known = [(&b"ORIGIN"[..], tokens.origin), (b"LIB", tokens.lib), (b"PLATFORM", tokens.platform)];
        match known.iter().find_map(|(name, value)| Some((token(rest, name)?, value))) {
            Some((len, value)) => {
                out.extend_from_slice(value);
                rest = &rest[len..];
            }
            None => {
                out.push(b'$');
                rest = &rest[1..];
            }
        }
    }
    out.extend_from_slice(rest);
    VPath::new(out)
}

/// The length of `$NAME` or `${NAME}` at the start of `text`.
fn token(text: &[u8], name: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"$")?;
    if let Some(rest) = rest.strip_prefix(b"{") {
        return rest.strip_prefix(name)?.starts_with(b"}").then_some(name.len() + 3);
    }
    let after = rest.strip_prefix(name)?;
    let ends = after.first().is_none_or(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
    ends.then_some(name.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::{Tokens, expand};

    fn expanded(entry: &str) -> String {
        let tokens = Tokens { origin: b"/o", lib: b"lib64", platform: b"x86_64" };
        expand(entry.as_bytes(), &tokens).to_string()
    }

    #[test]
    fn tokens_are_replaced_with_braces_and_without() {
        assert_eq!(expanded("$ORIGIN/../libs"), "/o/../libs");
        assert_eq!(expanded("${ORIGIN}x/$LIB/${PLATFORM}"), "/ox/lib64/x86_64");
    }

    #[test]
    fn a_longer_name_is_another_token_and_stays() {
        assert_eq!(expanded("$ORIGINAL/$LIBS/$@/$"), "$ORIGINAL/$LIBS/$@/$");
        assert_eq!(expanded("${ORIGIN"), "${ORIGIN");
    }
}
