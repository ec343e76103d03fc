//! Graphviz.

use crate::common::{plain, written};
use crate::export::mac;
use dylens::discover::Overrides;
use dylens::export::FORMATS;

#[test]
fn nonstandard_install_names_are_marked_in_the_graph() {
    let dot = FORMATS.iter().find(|format| format.name == "dot").expect("in the table");
    let text = written(dot, &mac(&Overrides::default()), &plain());
    let line = |name: &str| text.lines().find(|line| line.contains(name)).expect("a line").to_owned();
    let comment = "comment=\"nonstandard install name (dotted-prefix): @rpath/wave._rust._core.cpython-311-darwin.so\"";
    assert!(line("wave._rust._core").contains("label=\"! wave._rust._core\""), "{text}");
    assert!(line("wave._rust._core").contains(comment), "{text}");
    assert!(!line("wave._plain").contains("install name"), "{text}");
}
