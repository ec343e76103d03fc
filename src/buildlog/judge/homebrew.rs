//! A library of Homebrew's is missing: the path tells the formula that has it.

use super::library::package;
use crate::command::Remedy;
use crate::command::templates::{BREW_INSTALL, BREW_REINSTALL, PIP_REBUILD, PIP_UPGRADE};

/// The formula in whose folder a path lies, and whether Homebrew installs it (`opt`) or has unpacked it there (`Cellar`).
pub(super) fn formula(path: &str) -> Option<&str> {
    const PREFIXES: [&str; 3] = ["/opt/homebrew/", "/usr/local/", "/home/linuxbrew/.linuxbrew/"];
    let rest = PREFIXES.iter().find_map(|prefix| path.strip_prefix(prefix))?;
    let rest = rest.strip_prefix("opt/").or_else(|| rest.strip_prefix("Cellar/"))?;
    rest.split_once('/').map(|(formula, _)| formula).filter(|formula| !formula.is_empty())
}

/// Formulas that Homebrew has under another name by now, or no longer: what was linked with one of them is built again with the other.
///
/// Source: Homebrew's lists of renamed and deleted formulas, November 2026.
const RENAMED: [(&str, &str); 9] = [
    ("libiomp", "libomp"),
    ("jpeg", "jpeg-turbo"),
    ("openssl", "openssl@3"),
    ("openssl@1.0", "openssl@3"),
    ("mysql-connector-c", "mysql-client"),
    ("gcc49", "gcc"),
    ("clang-omp", "libomp"),
    ("boost155", "boost"),
    ("python", "python@3.13"),
];

/// What brings a library back that `by` asks for by its place in Homebrew's folder; none where it lies elsewhere.
pub(super) fn remedy(accused: &str, by: &str) -> Option<Remedy> {
    let formula = self::formula(accused)?;
    if let Some((former, now)) = RENAMED.iter().find(|(former, _)| *former == formula)
        && let Some(package) = package(by)
    {
        let text = format!(
            "build {package} again, as it was linked with the formula {former}, which Homebrew no longer has: install {now} first, which took its place; or take a release of {package} whose \
             wheel includes its libraries"
        );
        let steps = [BREW_INSTALL.with(&[now]), PIP_REBUILD.with(&[&package, &package])];
        return Some(Remedy::new(text).steps(steps).fix(PIP_UPGRADE.with(&[&package])));
    }
    // What belongs to another formula was linked with the release of this one that was there then.
    if let Some(dependent) = self::formula(by).filter(|dependent| *dependent != formula && package(by).is_none()) {
        let text = format!(
            "reinstall {dependent}, which was linked with another release of {formula} than is there now; Homebrew brings the one that belongs to it"
        );
        return Some(Remedy::new(text).fix(BREW_REINSTALL.with(&[&dependent])));
    }
    let Some(package) = package(by) else {
        let again = match by.contains("/R.framework/") || by.contains("/R/") {
            true => "install.packages(…, type = \"source\") in R".to_owned(),
            false => format!("build {} again", by.rsplit('/').next().unwrap_or(by)),
        };
        let text = format!(
            "install {formula}, whose folder it lies in; where Homebrew has it in another release by now, the file of that name is gone, and what asks for \
             it has to be compiled again: {again}"
        );
        return Some(Remedy::new(text).fix(BREW_INSTALL.with(&[&formula])));
    };
    // A release that Homebrew keeps apart (openssl@1.1) is one that it gives up in time.
    let is_old = formula.contains('@');
    let (first, then) = match is_old {
        true => ("build", "or install"),
        false => ("install", "where it is there in another release, build"),
    };
    let text = match is_old {
        true => format!(
            "{first} {package} again with what Homebrew has now, as it was linked with {formula}, which Homebrew no longer keeps up; {then} {formula}"
        ),
        false => format!(
            "{first} {formula}, whose folder it lies in; {then} {package} again, which was linked with the one that was there before"
        ),
    };
    let remedy = Remedy::new(text);
    Some(match is_old {
        true => remedy.fix(PIP_REBUILD.with(&[&package, &package])).fix(BREW_INSTALL.with(&[&formula])),
        false => remedy.fix(BREW_INSTALL.with(&[&formula])).fix(PIP_REBUILD.with(&[&package, &package])),
    })
}

#[cfg(test)]
mod tests {
    use super::{formula, remedy};
    use crate::command::Shell;

    #[test]
    fn a_path_in_homebrew_s_folder_tells_its_formula() {
        assert_eq!(formula("/opt/homebrew/opt/openssl@1.1/lib/libssl.1.1.dylib"), Some("openssl@1.1"));
        assert_eq!(formula("/usr/local/Cellar/icu4c/73.2/lib/libicui18n.73.dylib"), Some("icu4c"));
        assert_eq!(formula("/usr/local/lib/libx.dylib"), None);
        assert_eq!(formula("/usr/local/optional/x/libx.dylib"), None);
    }

    #[test]
    fn what_asks_for_it_decides_what_is_installed_again() {
        let lines = |accused: &str, by: &str| remedy(accused, by).map(|remedy| remedy.lines(Shell::Sh));
        let module = "/v/lib/python3.9/site-packages/psycopg2/_psycopg.cpython-39-darwin.so";
        let icu = "/opt/homebrew/opt/icu4c/lib/libicui18n.73.dylib";
        assert_eq!(lines(icu, "/opt/homebrew/Cellar/node/20/bin/node"), Some(vec!["brew reinstall node".to_owned()]));
        let old = lines("/opt/homebrew/opt/openssl@1.1/lib/libssl.1.1.dylib", module).expect("a remedy");
        assert!(old[0].contains("--no-binary psycopg2"), "{old:?}");
        let other = lines("/opt/homebrew/opt/libomp/lib/libomp.dylib", module).expect("a remedy");
        assert_eq!(other[0], "brew install libomp");
        assert_eq!(lines("/opt/x/lib/libx.dylib", module), None);
        let former = lines("/usr/local/opt/libiomp/lib/libiomp5.dylib", module).expect("a remedy");
        assert!(former[0].starts_with("brew install libomp && "), "{former:?}");
    }
}
