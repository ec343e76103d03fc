//! Findings as JSON.

use crate::common::{plain, written};
use crate::export::broken;
use dylens::export::FINDINGS;

#[test]
fn findings_as_json_have_the_fixed_keys_in_order() {
    let text = written(&FINDINGS, &broken(), &plain());
    let read: serde_json::Value = serde_json::from_str(&text).expect("valid JSON");
    assert_eq!(read["findings"][0]["remedy"], "Install the package that brings libtide.");
    assert_eq!(read["findings"][0]["commands"][0]["text"], "apt-get install libtide2");
    assert_eq!(read["counts"]["error"], 2);
    insta::assert_snapshot!(text);
}
