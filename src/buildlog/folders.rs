//! The folders of site-packages that are not called as their distribution, and the packages of Termux that have them.

use std::sync::OnceLock;

use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    folder: Vec<Folder>,
}

#[derive(Deserialize)]
struct Folder {
    name: String,
    distribution: Option<String>,
    termux: Option<String>,
}

/// The distribution that a folder of site-packages belongs to: one of its name, where the table has no other.
pub(super) fn distribution(folder: &str) -> &str {
    known(folder).and_then(|known| known.distribution.as_deref()).unwrap_or(folder)
}

/// The package of Termux that has what is in a folder of site-packages.
pub(super) fn termux(folder: &str) -> Option<&'static str> {
    known(folder)?.termux.as_deref()
}

fn known(folder: &str) -> Option<&'static Folder> {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let read =
        || toml::from_str(include_str!("../../assets/loaders/folders.toml")).expect("the table that ships with dylens");
    TABLE.get_or_init(read).folder.iter().find(|known| known.name == folder)
}

#[cfg(test)]
mod tests {
    use super::{distribution, termux};

    #[test]
    fn a_folder_that_the_table_does_not_have_is_called_as_its_distribution() {
        assert_eq!((distribution("PIL"), termux("PIL")), ("pillow", Some("python-pillow")));
        assert_eq!((distribution("numpy"), termux("yaml")), ("numpy", None));
        assert_eq!((distribution("pil"), termux("pil")), ("pil", None));
    }
}
