//! “Did you mean”: the known names that are spelled most like one that is not known.

use crate::error::Error;

/// How alike two names must be to be taken for each other, from 0 to 1.
const ALIKE: f64 = 0.8;
/// More are no help.
const MOST: usize = 3;

/// The names that a person may have meant, the likeliest first.
pub(super) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let likeness = |name: &str| match typed.len() > 2 && name.contains(typed) {
        true => 1.0,
        false => strsim::jaro_winkler(typed, name).max(strsim::normalized_damerau_levenshtein(typed, name)),
    };
    let mut near: Vec<(f64, &str)> = known.into_iter().map(|name| (likeness(name), name)).collect();
    near.retain(|(likeness, _)| *likeness >= ALIKE);
    near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    near.into_iter().take(MOST).map(|(_, name)| name).collect()
}

/// Says that there is no such name, and which may have been meant.
pub(super) fn unknown<'a>(kind: &str, typed: &str, known: impl IntoIterator<Item = &'a str>, all: &str) -> Error {
    let remedy = match &nearest(typed, known)[..] {
        [] => all.to_owned(),
        near => format!("did you mean {}? {all}", near.join(", ")),
    };
    Error::new(format!("there is no {kind} {typed}"), remedy)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    const RULES: [&str; 4] = ["library-missing", "library-unused", "wrong-architecture", "numpy-abi"];

    #[test]
    fn a_slip_of_the_finger_is_near() {
        assert_eq!(nearest("libary-missing", RULES)[0], "library-missing");
        assert_eq!(nearest("missing", RULES), ["library-missing"]);
        assert_eq!(nearest("wrong-arch", RULES), ["wrong-architecture"]);
        assert_eq!(nearest("chekc", ["check", "tree", "open"]), ["check"]);
    }

    #[test]
    fn what_is_like_nothing_has_no_neighbors() {
        assert!(nearest("nosuch", RULES).is_empty());
        assert!(nearest("x", RULES).is_empty());
    }
}
