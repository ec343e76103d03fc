//! Why something is loaded, or is not.

use crate::common::plain;
use crate::export::{SITE, broken, mac};
use dylens::discover::Overrides;
use dylens::export::why;

#[test]
fn why_tells_of_a_nonstandard_install_name() {
    let text = why(&mac(&Overrides::default()), "wave._rust._core", &plain().paint).expect("one module is called so");
    assert!(text.contains("\n  ! it has an install name with the package prefix “wave._rust.”\n"), "{text}");
}

#[test]
fn why_tells_of_a_missing_name_where_it_was_looked_for() {
    insta::assert_snapshot!(why(&broken(), "libtide.so.2", &plain().paint).expect("it is in the graph"));
}

#[test]
fn why_tells_of_a_library_who_brings_it_in() {
    insta::assert_snapshot!(why(&broken(), "libsurf", &plain().paint).expect("one library is called so"));
}

#[test]
fn why_names_the_candidates_where_several_are_meant() {
    let error = why(&broken(), "wave", &plain().paint).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(error, Ok(()), "the distribution is called exactly so");
    let error = why(&broken(), "wave/", &plain().paint).expect_err("two modules lie there").to_string();
    assert_eq!(
        error,
        format!(
            "wave/ could be any of 2; give more of the name:\n  {SITE}/wave/_core.cpython-312-x86_64-linux-gnu.so\n  \
             {SITE}/wave/_fast.cpython-312-x86_64-linux-gnu.so"
        )
    );
    let error = why(&broken(), "storm", &plain().paint).expect_err("nothing is called so").to_string();
    assert!(error.starts_with("nothing in /env is called storm; "), "{error}");
}
