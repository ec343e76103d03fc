//! The folders of site-packages that are not called as their distribution, and the packages of Termux that have them.

use std::sync::OnceLock;

use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    namespaces: Vec<String>,
    is_dotted: Vec<String>,
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

/// The distribution that a folder inside a namespace belongs to: `google/protobuf`. The outer is none where the first folder is no
/// namespace, the inner where nothing tells.
pub(super) fn of_namespace(first: &str, second: &str) -> Option<Option<String>> {
    let is_one = table().namespaces.iter().any(|namespace| namespace == first);
    let told = || known(&format!("{first}/{second}")).and_then(|known| known.distribution.clone());
    let dotted = || table().is_dotted.iter().any(|namespace| namespace == first).then(|| format!("{first}.{second}"));
    is_one.then(|| told().or_else(dotted))
}

/// The package of Termux that has what is in a folder of site-packages.
pub(super) fn termux(folder: &str) -> Option<&'static str> {
    known(folder)?.termux.as_deref()
}

fn known(folder: &str) -> Option<&'static Folder> {
    table().folder.iter().find(|known| known.name == folder)
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let read =
        || toml::from_str(include_str!("../../assets/loaders/folders.toml")).expect("the table that ships with dylens");
    TABLE.get_or_init(read)
}

#[cfg(test)]
mod tests {
    use super::{distribution, of_namespace, termux};

    #[test]
    fn a_namespace_is_no_distribution() {
        assert_eq!(of_namespace("google", "protobuf"), Some(Some("protobuf".into())));
        assert_eq!(of_namespace("zope", "interface"), Some(Some("zope.interface".into())));
        assert_eq!((of_namespace("google", "x"), of_namespace("numpy", "x")), (Some(None), None));
    }

    #[test]
    fn a_folder_that_the_table_does_not_have_is_called_as_its_distribution() {
        assert_eq!((distribution("PIL"), termux("PIL")), ("pillow", Some("python-pillow")));
        assert_eq!((distribution("numpy"), termux("yaml")), ("numpy", None));
        assert_eq!((distribution("pil"), termux("pil")), ("pil", None));
    }
}
