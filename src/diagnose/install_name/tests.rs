use super::{InstallName, PathOwner};
use crate::vfs::VPath;

fn module(identity: &str, path: &str, module: &str) -> InstallName {
    InstallName::of(Some(identity.as_bytes()), &VPath::new(path), Some(module))
}

fn library(identity: &str, path: &str) -> InstallName {
    InstallName::of(Some(identity.as_bytes()), &VPath::new(path), None)
}

#[test]
fn a_bundle_has_no_install_name() {
    let name = InstallName::of(None, &VPath::new("pkg/mod.so"), Some("pkg.mod"));
    assert_eq!((name.word(), name.is_standard()), ("none", true));
}

#[test]
fn a_name_without_a_folder_is_exact_and_says_so() {
    let name = module("_native.cpython-311-darwin.so", "ddtrace/_native.cpython-311-darwin.so", "ddtrace._native");
    assert_eq!(name, InstallName::Exact { is_bare: true });
    assert_eq!((name.word(), name.is_standard()), ("exact", true));
    assert!(name.phrase().ends_with("with no folder before it"));
    assert_eq!(name.writer(true), "CMake with Corrosion");
}

#[test]
fn the_prefix_of_a_dotted_name_is_the_package() {
    let path = "tsdownsample/_rust/_tsdownsample_rs.cpython-311-darwin.so";
    let identity = "@rpath/tsdownsample._rust._tsdownsample_rs.cpython-311-darwin.so";
    let name = module(identity, path, "tsdownsample._rust._tsdownsample_rs");
    assert_eq!(name, InstallName::DottedPrefix { prefix: "tsdownsample._rust.".into(), is_package: true });
    assert!(!name.is_standard());
    assert_eq!(name.phrase(), "an install name with the package prefix “tsdownsample._rust.”");
}

#[test]
fn a_dotted_prefix_may_be_of_another_package() {
    let name = module("@rpath/old.mod.abi3.so", "new/mod.abi3.so", "new.mod");
    assert_eq!(name, InstallName::DottedPrefix { prefix: "old.".into(), is_package: false });
}

#[test]
fn a_library_has_no_dotted_prefix() {
    assert_eq!(library("@rpath/a.libx.dylib", "pkg/libx.dylib").word(), "other-stem");
}

#[test]
fn a_dotted_name_with_another_tag_is_told_by_the_tag() {
    let name = module("@rpath/a.b.cpython-37m-darwin.so", "a/b.abi3.so", "a.b");
    assert_eq!(name, InstallName::OtherTag { tag: "cpython-37m-darwin".into(), expected: "abi3".into() });
    assert_eq!(name.phrase(), "an install name with the tag “cpython-37m-darwin” instead of the tag “abi3”");
}

#[test]
fn a_module_named_like_a_tag_is_no_tag() {
    assert_eq!(module("@rpath/crate.abi3.so", "a/abi3.abi3.so", "a.abi3").word(), "other-stem");
}

#[test]
fn versions_of_a_library_are_compared_without_their_numbers() {
    assert_eq!(library("@rpath/libx.1.dylib", "a/libx.1.2.3.dylib").word(), "other-version");
    assert_eq!(library("@rpath/libx.dylib", "a/libx_arm64.dylib").word(), "other-version");
    assert_eq!(library("@rpath/liby.1.dylib", "a/libx.1.dylib").word(), "other-stem");
    assert_eq!(library("@rpath/libx.so", "a/libx.dylib").word(), "other-extension");
}

#[test]
fn a_path_of_the_build_is_told_with_the_machine_that_leaks() {
    let name = module("/Users/runner/work/x/target/release/deps/libx.dylib", "x/x.abi3.so", "x.x");
    assert_eq!((name.word(), name.leaks_build_path()), ("build-path-other-name", true));
    assert!(name.phrase().contains("“/Users/runner/work/x/target/release/deps”"), "{}", name.phrase());
    assert!(name.phrase().contains("GitHub Actions"), "{}", name.phrase());
    let name = library("/Users/me/x/libx.dylib", "x/libx.dylib");
    assert_eq!((name.word(), name.leaks_build_path()), ("build-path-same-name", true));
}

#[test]
fn a_path_of_a_package_manager_leaks_nothing() {
    let name = library("/opt/homebrew/opt/xz/lib/liblzma.5.dylib", "x/liblzma.5.dylib");
    let InstallName::BuildPathSameName { place, .. } = &name else { panic!("{name:?}") };
    assert_eq!((*place, name.leaks_build_path()), (PathOwner::PackageManager("Homebrew"), false));
    assert_eq!(library("/opt/local/lib/libz.1.dylib", "x/libz.dylib").word(), "build-path-other-name");
}

#[test]
fn paths_of_bazel_and_of_the_system_are_classes_of_their_own() {
    let name = module("bazel-out/darwin_arm64-opt/bin/lib_jax.so", "jaxlib/_jax.so", "jaxlib._jax");
    assert_eq!((name.word(), name.is_standard()), ("relative-path", false));
    assert_eq!(library("/usr/lib/libz.1.dylib", "x/libz.1.dylib").word(), "system-path");
    assert_eq!(library("/System/Library/Frameworks/Tk.framework/Tk", "x/Tk").word(), "system-path");
}
