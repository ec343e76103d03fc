use super::{Known, policies};
use crate::discover::tool::Version;

fn known(version: Version, processor: &str) -> Known {
    policies().known(version, processor, false).expect("a processor that tags are promised for")
}

#[test]
fn releases_are_found_by_their_old_names_too() {
    let known = known(Version::new(6, 8, 2), "x86_64");
    let tag = |platform: &str| known.tagged(platform).map(|release| known.tag(Some(release)));
    assert_eq!(tag("manylinux_2_17_x86_64").as_deref(), Some("manylinux_2_17_x86_64"));
    assert_eq!(tag("manylinux2014_x86_64").as_deref(), Some("manylinux_2_17_x86_64"));
    assert_eq!(tag("linux_x86_64"), None);
}

#[test]
fn versions_and_libraries_are_promised_from_a_release_on() {
    let known = known(Version::new(6, 8, 2), "x86_64");
    let at = |platform: &str| known.tagged(platform).expect("a release");
    let (old, new) = (at("manylinux_2_17_x86_64"), at("manylinux_2_28_x86_64"));
    assert!(known.has_version(old, "GLIBC_2.17") && !known.has_version(old, "GLIBC_2.27"));
    assert!(known.has_version(new, "GLIBC_2.27"));
    // A family that nothing is known of is not forbidden.
    assert!(known.has_version(old, "OPENSSL_3.0.0"));
    // A family that is known is forbidden where the release has none of it yet.
    assert!(!known.has_version(0, "ZLIB_1.2.9") && known.has_version(at("manylinux_2_27_x86_64"), "ZLIB_1.2.9"));
    assert!(known.has_library(old, "libexpat.so.1") && !known.has_library(0, "libexpat.so.1"));
    assert!(!known.has_library(new, "libssl.so.3"));
    assert!(policies().known(Version::new(6, 8, 2), "mips", false).is_none());
    let arm = super::policies().known(Version::new(6, 8, 2), "aarch64", false).expect("ARM");
    assert_eq!(arm.tag(Some(0)), "manylinux_2_17_aarch64");
}

#[test]
fn older_versions_know_less() {
    let (old, new) = (known(Version::new(4, 0, 0), "x86_64"), known(Version::new(6, 8, 2), "x86_64"));
    let newest = |known: &Known| known.tag(Some(known.len() - 1));
    assert_eq!((newest(&old).as_str(), newest(&new).as_str()), ("manylinux_2_27_x86_64", "manylinux_2_41_x86_64"));
    assert!(new.has_library(0, "libz.so.1") && !old.has_library(0, "libz.so.1"));
    assert!(new.forbids(0, "libc.so.6", "__issignaling"));
    assert!(!known(Version::new(6, 5, 0), "x86_64").forbids(0, "libc.so.6", "__issignaling"));
}

#[test]
fn symbols_are_forbidden_up_to_a_release() {
    let known = known(Version::new(6, 8, 2), "x86_64");
    let at = |platform: &str| known.tagged(platform).expect("a release");
    assert!(known.forbids(at("manylinux_2_31_x86_64"), "libz.so.1", "uncompress2"));
    assert!(!known.forbids(at("manylinux_2_34_x86_64"), "libz.so.1", "uncompress2"));
    assert!(known.forbids(known.len() - 1, "libz.so.1", "inflate_fast"));
    assert!(!known.forbids(0, "libm.so.6", "uncompress2") && !known.forbids(0, "libz.so.1", "uncompress"));
    let musl = policies().known(Version::new(6, 8, 2), "x86_64", true).expect("musl");
    assert!(musl.forbids(0, "libz.so.1", "uncompress2") && musl.len() == 1);
    assert_eq!(musl.tag(Some(0)), "musllinux_1_2_x86_64");
}
