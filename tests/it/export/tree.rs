//! The tree.

use crate::common::{plain, written};
use crate::export::{broken, mac};
use dylens::discover::Overrides;
use dylens::export::{Options, Paint, TREE};

#[test]
fn nonstandard_install_names_are_marked_in_the_tree() {
    insta::assert_snapshot!(written(&TREE, &mac(&Overrides::default()), &plain()));
    let overrides = Overrides { tool: "nuitka=2.3.10".parse().ok(), ..Overrides::default() };
    let text =
        written(&TREE, &mac(&overrides), &Options { paint: Paint { ascii: true, ..Paint::default() }, ..plain() });
    assert!(text.contains("x wave._rust._core  nonstandard Rust install name"), "{text}");
}

#[test]
fn the_tree_can_be_plain_ascii_deep_or_shallow() {
    let ascii = Options { depth: 9, all: true, ..Options::new(Paint { ascii: true, width: 100, ..Paint::default() }) };
    let text = written(&TREE, &broken(), &ascii);
    assert!(text.is_ascii());
    insta::assert_snapshot!(text);
    assert_eq!(written(&TREE, &broken(), &Options { depth: 1, ..plain() }), "wave 1.0\nreef\n");
}
