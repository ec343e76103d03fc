//! One line a need.

use crate::common::{plain, written};
use crate::export::{SITE, broken};
use dylens::export::FORMATS;

#[test]
fn a_link_has_the_rows_of_its_file() {
    let text =
        written(FORMATS.iter().find(|format| format.name == "jsonl").expect("in the table"), &broken(), &plain());
    let of = |name: &str| text.lines().filter(|line| line.contains(&format!("\"file\":\"{SITE}/{name}\""))).count();
    assert_eq!(of("wave.libs/libsurf.so.1"), 2);
    assert_eq!(of("wave.libs/libsurf.so"), 2);
}
