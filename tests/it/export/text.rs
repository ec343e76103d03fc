//! The report.

use crate::common::{plain, scan, written};
use crate::export::{WORLD, broken, mac};
use dylens::discover::Overrides;
use dylens::export::{Options, TEXT};

#[test]
fn nonstandard_install_names_stand_out_in_the_report() {
    insta::assert_snapshot!(written(&TEXT, &mac(&Overrides::default()), &plain()));
}

#[test]
fn what_a_tool_prints_where_it_stops_is_told() {
    let overrides = Overrides { tool: "nuitka=2.3.10".parse().ok(), ..Overrides::default() };
    let text = written(&TEXT, &mac(&overrides), &plain());
    assert!(text.contains("it prints: FATAL: Error, failed to find path @rpath/wave._rust._core"), "{text}");
}

#[test]
fn the_report_has_the_worst_first_and_what_mends_it() {
    insta::assert_snapshot!(written(&TEXT, &broken(), &plain()));
}

#[test]
fn the_verbose_report_leaves_nothing_out() {
    let options = Options { verbose: true, ..plain() };
    insta::assert_snapshot!(written(&TEXT, &broken(), &options));
}

#[test]
fn the_report_of_a_sound_scan_is_two_lines() {
    let mut scan = scan(WORLD.split("//- /env/lib/python3.12/site-packages/wave/_fast").next().expect("a start"));
    scan.findings.clear();
    insta::assert_snapshot!(written(&TEXT, &scan, &plain()));
}
