//! Packages of Python that ask a system for several libraries: the loader tells the first that is missing, and the others come next.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::diagnose::Shipped;

#[derive(Deserialize)]
struct Table {
    package: Vec<Companions>,
}

/// What one package asks for.
#[derive(Deserialize)]
pub(super) struct Companions {
    folder: String,
    /// The packages of each system, separated by blanks.
    #[serde(flatten)]
    pub all: Shipped,
    /// The distribution that has the folder, and the one that asks for none of these libraries; empty where there is none.
    #[serde(default)]
    pub distribution: String,
    #[serde(default)]
    pub instead: String,
}

/// The libraries of a package's folder, of which the system's package with the missing one (`asked`) is one.
pub(super) fn companions(folder: &str, asked: &Shipped) -> Option<&'static Companions> {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let read = || {
        toml::from_str(include_str!("../../assets/loaders/companions.toml")).expect("the table that ships with dylens")
    };
    let known = TABLE.get_or_init(read).package.iter().find(|known| known.folder == folder)?;
    let has = |all: &str, one: &str| !one.is_empty() && all.split(' ').any(|name| name == one);
    let is_asked =
        has(&known.all.apt, &asked.apt) || has(&known.all.dnf, &asked.dnf) || has(&known.all.apk, &asked.apk);
    is_asked.then_some(known)
}

#[cfg(test)]
mod tests {
    use super::companions;
    use crate::diagnose::shipped;

    #[test]
    fn what_a_package_does_not_ask_for_has_no_companions() {
        let asked = |library: &str| shipped(library).expect("a library of the table");
        let apt = |folder: &str, library: &str| companions(folder, &asked(library)).map(|all| all.all.apt.as_str());
        assert_eq!(apt("cv2", "libGL.so.1"), Some("libgl1 libglib2.0-0"));
        assert_eq!(apt("cv2", "libgthread-2.0.so.0"), Some("libgl1 libglib2.0-0"));
        assert_eq!((apt("cv2", "libgomp.so.1"), apt("cv", "libGL.so.1")), (None, None));
    }
}
