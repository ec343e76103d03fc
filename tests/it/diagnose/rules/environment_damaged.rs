//! `environment-damaged`.

use super::*;
use crate::diagnose::mac::mac_of;
use crate::diagnose::windows::venv;
use dylens::command::Shell;

#[test]
fn a_pyvenv_cfg_without_a_home_is_a_warning() {
    let scan = scan("//- /env/pyvenv.cfg\nversion = 3.11\n");
    assert_eq!(example(&scan, "environment-damaged").severity, Severity::Warning);
}

#[test]
fn a_home_that_is_gone_is_a_warning() {
    let scan = scan("//- /env/pyvenv.cfg\nhome = /opt/python/bin\n");
    assert!(finding(&scan, "environment-damaged").message.contains("/opt/python/bin"));
}

/// A virtual environment that was copied from a Mac: its interpreter stayed there.
const COPIED: &str = "//- /env/pyvenv.cfg
home = /opt/homebrew/opt/python@3.11/bin
version = 3.11.9
//- /env/bin/python3 -> /opt/homebrew/opt/python@3.11/bin/python3.11
//- /lib64/ld-linux-x86-64.so.2 elf x86_64
//* LD_LIBRARY_PATH=/e
";

#[test]
fn an_environment_copied_from_a_mac_is_judged_as_on_a_mac() {
    let site = "/env/lib/python3.11/site-packages";
    let module = |tag: &str| format!("{COPIED}//- {site}/p/m.{tag}.so MODULE needs:/usr/lib/libSystem.B.dylib\n");
    let scan = mac_of("/env", &module("cpython-311-darwin"));
    assert_eq!((scan.modules(), scan.world.host.system.word()), (1, "macOS"));
    let blamed: Vec<&str> = scan.findings.iter().map(|finding| finding.rule.id.word()).collect();
    assert_eq!(blamed, ["environment-damaged"], "{:?}", messages(&scan));
    let scan = mac_of("/env", &module("cpython-310-darwin"));
    assert_eq!(finding(&scan, "extension-for-other-python").severity, Severity::Error);
}

#[test]
fn an_environment_brought_from_windows_is_not_blamed_for_its_home() {
    assert_silent(&venv("//- SITE/p/m.pyd MODULE needs:KERNEL32.dll"));
}

/// A native module whose distribution's folder and METADATA bear these names.
fn named(folder: &str, metadata: &str) -> Scan {
    scan(&format!(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgone-0a1b2c3d.so.1\n//- SITE/{folder}.dist-info/METADATA\n{metadata}\n//- \
         SITE/{folder}.dist-info/RECORD\na/_a.TAG,,\n"
    ))
}

#[test]
fn a_folder_that_is_named_otherwise_than_its_metadata_is_told_and_not_believed() {
    let scan = named("evil;touch-1.0", "Name: a\nVersion: 2.0");
    let told = finding(&scan, "environment-damaged");
    assert_eq!(told.severity, Severity::Info);
    assert!(told.message.ends_with("is named after evil;touch 1.0, and its METADATA says a 2.0"), "{}", told.message);
    let command = finding(&scan, "library-missing").remedy.first(Shell::Sh);
    assert_eq!(command.as_deref(), Some("python -m pip install --force-reinstall --no-deps a==2.0"));
}

#[test]
fn spellings_of_one_name_and_version_are_no_disagreement() {
    for (folder, metadata) in [
        ("ruamel_yaml-1.0", "Name: Ruamel.YAML\nVersion: 1.0.0"),
        ("a-2023.7.2", "Name: a\nVersion: v2023.07.02"),
        ("a-1.0rc1", "Name: a\nVersion: 1.0-pre.1"),
        ("a-1.0+cu12", "Name: a\nVersion: 1.0+cu12"),
        ("a-1.0", "Metadata-Version: 2.1"),
    ] {
        let scan = named(folder, metadata);
        assert!(scan.findings.iter().all(|finding| finding.rule.id.word() != "environment-damaged"), "{folder}");
    }
}
