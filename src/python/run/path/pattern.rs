//! Patterns of `fnmatch`.

/// Does a name match `*`, `?`, `[…]`? A name that begins with a dot is matched only by a pattern that does.
pub(in crate::python::run) fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // The last star, and how much it has taken: it takes one more wherever what follows does not fit.
    let (mut at, mut seen, mut star) = (0, 0, None);
    while seen < name.len() {
        let step = pattern.get(at).map(|letter| match letter {
            '*' => Step::Star,
            '?' => Step::One(true, 1),
            '[' => {
                set(&pattern[at..], name[seen]).map_or(Step::One(name[seen] == '[', 1), |(is, len)| Step::One(is, len))
            }
            letter => Step::One(*letter == name[seen], 1),
        });
        match step {
            Some(Step::Star) => {
                star = Some((at, seen));
                at += 1;
            }
            Some(Step::One(true, len)) => {
                at += len;
                seen += 1;
            }
            _ => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    at = place + 1;
                    seen = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

enum Step {
    Star,
    /// Does it match this letter, and how long it is in the pattern.
    One(bool, usize),
}

/// Is a letter in the set that begins here, and the length of that; none where it does not end.
fn set(pattern: &[char], letter: char) -> Option<(bool, usize)> {
    let is_not = pattern.get(1).is_some_and(|first| *first == '!');
    let start = 1 + usize::from(is_not);
    let end = pattern.iter().skip(start + 1).position(|letter| *letter == ']')? + start + 1;
    let letters = &pattern[start..end];
    let (mut is_in, mut at) = (false, 0);
    while at < letters.len() {
        if letters.get(at + 1) == Some(&'-') && at + 2 < letters.len() {
            is_in |= (letters[at]..=letters[at + 2]).contains(&letter);
            at += 3;
        } else {
            is_in |= letters[at] == letter;
            at += 1;
        }
    }
    Some((is_in != is_not, end + 1))
}

/// Is there anything in it that is no plain letter?
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn names_match_as_glob_matches_them() {
        assert!(matches("*.so", "libx.so"));
        assert!(matches("*so", "libx.so"));
        assert!(!matches("*.so", "libx.so.1"));
        assert!(matches("lib*.so*", "libx.so.1"));
        assert!(matches("lib?.[st]o", "liba.so"));
        assert!(!matches("lib?.[!s]o", "liba.so"));
        assert!(matches("[a-c]x", "bx"));
        assert!(matches("a[b", "a[b"));
        assert!(!matches("*", ".hidden"));
        assert!(matches(".*", ".hidden"));
        assert!(matches("*a*b*", "xxaxxbxx"));
        assert!(!matches("*a*b", "xxaxx"));
        assert!(matches("", ""));
    }
}
