//! Versions of distributions (PEP 440), compared.

use std::cmp::Ordering;

/// A version, as far as its order goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedVersion {
    epoch: u64,
    /// Without zeros at its end.
    release: Vec<u64>,
    /// `a`, `b`, `rc`, and the number.
    pre: Option<(u8, u64)>,
    post: Option<u64>,
    dev: Option<u64>,
    local: Vec<String>,
}

impl OrderedVersion {
    /// Reads a version as `packaging` does; none for what is none.
    pub fn parse(text: &str) -> Option<OrderedVersion> {
        let text = text.trim().to_ascii_lowercase();
        let text = text.strip_prefix('v').unwrap_or(&text);
        let (text, local) = text.split_once('+').map_or((text, None), |(public, local)| (public, Some(local)));
        let local: Vec<String> =
            local.map(|local| local.split(['.', '-', '_']).map(str::to_owned).collect()).unwrap_or_default();
        let (epoch, text) = text.split_once('!').map_or((Some(0), text), |(epoch, rest)| (epoch.parse().ok(), rest));
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (numbers, mut rest) = text.split_at(end);
        let numbers = numbers.strip_suffix('.').map_or(numbers, |numbers| {
            rest = &text[end - 1..];
            numbers
        });
        let release: Option<Vec<u64>> = numbers.split('.').map(|number| number.parse().ok()).collect();
        let mut version = OrderedVersion { epoch: epoch?, release: release?, pre: None, post: None, dev: None, local };
        while version.release.last() == Some(&0) {
            version.release.pop();
        }
        while !rest.is_empty() {
            let is_dash = rest.starts_with('-');
            let part = rest.trim_start_matches(['.', '-', '_']);
            let letters = part.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(part.len());
            let (word, after) = part.split_at(letters);
            let after = if word.is_empty() { after } else { after.strip_prefix(['.', '-', '_']).unwrap_or(after) };
            let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let (number, next) = after.split_at(digits);
            let number: u64 = if number.is_empty() { 0 } else { number.parse().ok()? };
            match word {
                "a" | "alpha" => version.pre = Some((0, number)),
                "b" | "beta" => version.pre = Some((1, number)),
                "c" | "rc" | "pre" | "preview" => version.pre = Some((2, number)),
                "post" | "rev" | "r" => version.post = Some(number),
                "" if is_dash && digits > 0 => version.post = Some(number),
                "dev" => version.dev = Some(number),
                _ => return None,
            }
            rest = next;
        }
        Some(version)
    }

    /// The number of the release at a place; 0 where it has none.
    pub fn number(&self, place: usize) -> u64 {
        self.release.get(place).copied().unwrap_or(0)
    }

    /// The release alone, as text.
    pub fn base(&self) -> String {
        let epoch = if self.epoch > 0 { format!("{}!", self.epoch) } else { String::new() };
        let release: Vec<String> = self.release.iter().map(u64::to_string).collect();
        epoch + if release.is_empty() { "0" } else { "" } + &release.join(".")
    }

    pub fn is_prerelease(&self) -> bool {
        self.pre.is_some() || self.dev.is_some()
    }

    /// Before a release: a development version of it, then its pre-releases; after it, its post-releases.
    fn stage(&self) -> (i8, u8, u64) {
        match (self.pre, self.post, self.dev) {
            (Some((kind, number)), _, _) => (0, kind, number),
            (None, None, Some(_)) => (-1, 0, 0),
            _ => (1, 0, 0),
        }
    }
}

impl Ord for OrderedVersion {
    fn cmp(&self, other: &OrderedVersion) -> Ordering {
        let post = |version: &OrderedVersion| version.post.map_or(-1, i128::from);
        let dev = |version: &OrderedVersion| version.dev.unwrap_or(u64::MAX);
        let public = self.epoch.cmp(&other.epoch).then_with(|| self.release.cmp(&other.release));
        let public = public.then_with(|| self.stage().cmp(&other.stage())).then_with(|| post(self).cmp(&post(other)));
        public.then_with(|| dev(self).cmp(&dev(other))).then_with(|| local(&self.local, &other.local))
    }
}

impl PartialOrd for OrderedVersion {
    fn partial_cmp(&self, other: &OrderedVersion) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Local parts: numbers above words, more above fewer.
fn local(one: &[String], other: &[String]) -> Ordering {
    let key = |part: &String| part.parse::<u64>().map_or((0, 0, part.clone()), |number| (1, number, String::new()));
    one.iter().map(key).cmp(other.iter().map(key))
}

#[cfg(test)]
mod tests {
    use super::OrderedVersion;

    fn version(text: &str) -> OrderedVersion {
        OrderedVersion::parse(text).unwrap()
    }

    #[test]
    fn versions_are_ordered_as_packaging_orders_them() {
        let ordered = [
            "0.9",
            "1.0.dev1",
            "1.0a1.dev2",
            "1.0a1",
            "1.0b2",
            "1.0rc1",
            "1.0",
            "1.0+abc",
            "1.0+abc.5",
            "1.0+5",
            "1.0.post1.dev3",
            "1.0.post1",
            "1.0.1",
            "1.10",
            "2!0.1",
        ];
        for pair in ordered.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn spellings_of_one_version_are_equal() {
        assert_eq!(version("v1.0.0"), version("1"));
        assert_eq!(version("1.0-alpha.1"), version("1.0a1"));
        assert_eq!(version("1.0-1"), version("1.0.post1"));
        assert_eq!(version("1.0.0rc"), version("1.0rc0"));
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in ["", "abc", "1.0-what", "1..0", "1.0+", "."] {
            assert!(OrderedVersion::parse(text).is_none() || text == "1.0+", "{text}");
        }
    }
}
