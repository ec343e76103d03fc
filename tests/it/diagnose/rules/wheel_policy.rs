//! `wheel-policy`.

use super::*;
use crate::diagnose::foresight::{MODULE, asked, at, complaints, looked_at, text, wheel};
use dylens::command::Shell;

#[test]
fn a_wheel_deserves_the_oldest_tag_that_has_all_its_versions() {
    let told = |wants: &str| {
        let scan = wheel("linux_x86_64", &format!("{MODULE} wants:libc.so.6@{wants}"));
        let finding = finding(&scan, "wheel-policy");
        assert_eq!(finding.severity, Severity::Info);
        (finding.subject.clone(), finding.message.clone())
    };
    assert_eq!(told("GLIBC_2.2.5").0, "manylinux_2_5_x86_64");
    assert_eq!(told("GLIBC_2.17").0, "manylinux_2_17_x86_64");
    let (tag, message) = told("GLIBC_2.27");
    assert_eq!(tag, "manylinux_2_27_x86_64");
    assert!(message.contains("what keeps it from manylinux_2_26_x86_64: GLIBC_2.27 of a/_a."), "{message}");
    assert_eq!(told("GLIBC_2.99").0, "linux_x86_64");
}

#[test]
fn a_wheel_that_claims_more_than_it_deserves_is_an_error() {
    let claims = |tag: &str| looked_at("/t", tag, &format!("{MODULE} wants:libc.so.6@GLIBC_2.28"));
    let scan = claims("manylinux2014_x86_64");
    let told = example(&scan, "wheel-policy");
    assert_eq!((told.severity, told.subject.as_str()), (Severity::Error, "manylinux_2_28_x86_64"));
    assert!(told.message.contains("not the manylinux_2_17_x86_64 that it claims: GLIBC_2.28"), "{}", told.message);
    assert!(told.prints.as_deref().is_some_and(|words| {
        words.contains("is consistent with the following platform tag: \"manylinux_2_28_x86_64\".")
            && words.contains("\nThis constrains the platform tag to \"manylinux_2_28_x86_64\".")
    }));
    assert!(findings(&claims("manylinux_2_28_x86_64"), "wheel-policy").is_empty());
}

#[test]
fn libraries_that_no_tag_promises_have_to_be_copied_in_or_stop_the_repair() {
    let needing = |name: &str| wheel("linux_x86_64", &format!("{MODULE},{name}"));
    let scan = needing("libssl.so.3");
    let told = finding(&scan, "wheel-policy");
    assert_eq!(told.subject, "linux_x86_64");
    assert_eq!(complaints(&scan), [(Severity::Info, "manylinux_2_34_x86_64", None)], "what is found can be copied in");
    let told = &finding(&scan, "tool-complains").message;
    let copies = "auditwheel repair copies /usr/lib/libssl.so.3 into a.libs, and calls the wheel manylinux_2_34_x86_64";
    assert_eq!(told, copies);
    let command = finding(&scan, "tool-complains").remedy.first(Shell::Sh);
    assert_eq!(command.as_deref(), Some("auditwheel repair --exclude libssl.so.3 a-1.0-cp311-cp311-linux_x86_64.whl"));
    let words = "Cannot repair wheel, because required library \"libgone.so.1\" could not be located";
    assert_eq!(complaints(&needing("libgone.so.1")), [(Severity::Error, "libgone.so.1", Some(words))]);
    assert!(complaints(&needing("libz.so.1,ld-linux-x86-64.so.2")).is_empty());
    let python = needing("libpython3.11.so.1.0");
    assert_eq!(complaints(&python)[0].0, Severity::Warning);
    assert!(
        complaints(&python)[0].2.is_some_and(|words| words.starts_with("Removing libpython3.11.so.1.0 dependency"))
    );
}

#[test]
fn a_symbol_that_a_tag_forbids_keeps_the_wheel_from_it_though_the_library_is_promised() {
    let taking = |symbol: &str| wheel("linux_x86_64", &format!("{MODULE},libz.so.1 takes:{symbol}"));
    let tag = |scan: &Scan| finding(scan, "wheel-policy").subject.clone();
    let scan = taking("uncompress2");
    assert_eq!(tag(&scan), "manylinux_2_34_x86_64");
    let message = &finding(&scan, "wheel-policy").message;
    assert!(
        message.contains("from manylinux_2_31_x86_64: the black-listed uncompress2 of libz.so.1 in a/_a."),
        "{message}"
    );
    assert!(complaints(&scan).is_empty(), "it aims at a tag that allows it");
    let never = taking("inflate_fast");
    assert_eq!(tag(&never), "linux_x86_64");
    assert!(complaints(&never)[0].2.is_some_and(|words| {
        words.ends_with("\" to \"manylinux_2_41_x86_64\" ABI because it depends on black-listed symbols.")
    }));
    // Allowed ones, those that may be absent, and those of a library of another name.
    for fine in ["uncompress", "uncompress2?"] {
        assert_eq!(tag(&taking(fine)), "manylinux_2_5_x86_64", "{fine}");
    }
    assert_eq!(tag(&wheel("linux_x86_64", &format!("{MODULE} takes:uncompress2"))), "manylinux_2_5_x86_64");
}

#[test]
fn instructions_beyond_the_base_keep_a_wheel_from_every_tag_since_auditwheel_6_3() {
    let needing = |bits: u8, tool: &str| {
        at(asked(tool), "/t/a/_a.cpython-311-x86_64-linux-gnu.so", &text(&format!("{MODULE} isa:{bits}")))
    };
    let scan = needing(0b111, "auditwheel");
    let told = finding(&scan, "wheel-policy");
    assert_eq!(told.subject, "linux_x86_64");
    assert!(
        told.prints
            .as_deref()
            .is_some_and(|words| words.ends_with("\nThis wheel depends on unsupported ISA extensions."))
    );
    assert!(told.message.contains("x86-64-v3 instructions of a/_a."), "{}", told.message);
    let words = complaints(&scan)[0].2.expect("it refuses");
    assert!(words.ends_with("ABI because it depends on unsupported ISA extensions."), "{words}");
    for (bits, tool) in [(0b1, "auditwheel"), (0b111, "auditwheel=6.2.0")] {
        assert_eq!(finding(&needing(bits, tool), "wheel-policy").subject, "manylinux_2_5_x86_64", "{bits} {tool}");
    }
}

#[test]
fn what_only_python_2_had_keeps_a_wheel_from_every_tag() {
    let taking = |symbol: &str| wheel("linux_x86_64", &format!("{MODULE} takes:{symbol}"));
    let scan = taking("PyFPE_jbuf");
    assert_eq!(finding(&scan, "wheel-policy").subject, "linux_x86_64");
    let words = finding(&scan, "wheel-policy").prints.clone().expect("words");
    assert!(words.contains("\nThis wheel uses the PyFPE_jbuf function, which is not compatible"), "{words}");
    assert_eq!(finding(&taking("PyFPE_other"), "wheel-policy").subject, "manylinux_2_5_x86_64");
}

#[test]
fn older_auditwheels_aim_at_the_oldest_tag_and_know_less() {
    let told = |tool: &str, module: &str| {
        let scan = at(asked(tool), "/t/a/_a.cpython-311-x86_64-linux-gnu.so", &text(module));
        let words: Vec<String> =
            complaints(&scan).iter().filter_map(|(_, _, words)| words.map(str::to_owned)).collect();
        (finding(&scan, "wheel-policy").subject.clone(), words)
    };
    let module = format!("{MODULE} wants:libc.so.6@GLIBC_2.28");
    assert_eq!(told("auditwheel=6.8.2", &module), ("manylinux_2_28_x86_64".into(), Vec::new()));
    let (tag, words) = told("auditwheel=6.3.0", &module);
    assert_eq!(tag, "manylinux_2_28_x86_64");
    assert!(words[0].ends_with(
        "\" to \"manylinux_2_5_x86_64\" ABI because of the presence of too-recent versioned symbols. You'll need to compile \
         the wheel on an older toolchain."
    ));
    assert_eq!(told("auditwheel=5.0", &module).0, "linux_x86_64", "its newest is 2.27");
    // Python's own library is ignored, or taken out since 6.4, and copied in where its number was too long.
    let module = format!("{MODULE},libpython3.11.so.1.0");
    assert_eq!(told("auditwheel=6.3.0", &module), ("manylinux_2_5_x86_64".into(), Vec::new()));
    assert!(told("auditwheel=6.4.0", &module).1[0].starts_with("Removing libpython3.11.so.1.0"));
    assert!(told("auditwheel=5.3.0", &module).1[0].starts_with("Cannot repair wheel, because required library"));
}

#[test]
fn auditwheel_reads_needs_and_no_filters() {
    let filter = wheel("linux_x86_64", &format!("{MODULE} auxiliary:visibility=hidden"));
    assert_eq!(finding(&filter, "wheel-policy").subject, "manylinux_2_5_x86_64");
}
