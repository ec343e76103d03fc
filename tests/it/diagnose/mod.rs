//! Every rule has a case that fires and a near miss that does not: worlds as text, judged by the whole pipeline.

mod environment;
mod foresight;
mod install_name;
mod mac;
mod numpy;
mod python;
mod rules;
pub mod windows;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dylens::diagnose::{Finding, Severity};
use dylens::discover::{Machine, Request};
use dylens::export::TEXT;
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::vfs::VPath;

use crate::common::{plain, written};

/// A virtual environment of Python 3.11 on glibc 2.36, to which a test adds its own files.
const ENVIRONMENT: &str = "
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.2.5,GLIBC_2.34,GLIBC_2.36
//- /lib64/libm.so.6 elf x86_64 soname:libm.so.6 needs:libc.so.6
//- /etc/os-release
ID=debian
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libm.so.6,libc.so.6
//- /usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__json needs:libc.so.6
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.7
//- /env/bin/python3 -> /usr/bin/python3.11
//- /env/lib/python3.11/site-packages/good/_good.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__good needs:libc.so.6
//- /env/lib/python3.11/site-packages/good/__init__.py
from . import _good
";

/// Scans the environment with these files added. `SITE` stands for its site-packages, `TAG` for its modules' suffix.
fn scan(files: &str) -> Scan {
    scan_whole(&format!("{ENVIRONMENT}{files}"))
}

/// As [`scan`], of a whole world.
fn scan_whole(text: &str) -> Scan {
    let text =
        text.replace("SITE", "/env/lib/python3.11/site-packages").replace("TAG", "cpython-311-x86_64-linux-gnu.so");
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &machine, &Request::of(VPath::new("/env")), &progress).expect("a scan")
}

/// The findings of one rule.
fn findings<'a>(scan: &'a Scan, rule: &str) -> Vec<&'a Finding> {
    scan.findings.iter().filter(|finding| finding.rule.id.word() == rule).collect()
}

/// The one finding of a rule.
fn finding<'a>(scan: &'a Scan, rule: &str) -> &'a Finding {
    match findings(scan, rule)[..] {
        [finding] => finding,
        ref other => panic!("{} findings of {rule}: {:?}", other.len(), messages(scan)),
    }
}

/// As [`finding`]. What `dylens check` prints there is the example of the rule in the book.
/// `UPDATE_DOCS=1 cargo test --test it diagnose` writes it.
fn example<'a>(scan: &'a Scan, rule: &str) -> &'a Finding {
    let printed = written(&TEXT, scan, &plain());
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples").join(rule).with_extension("txt");
    let told = std::fs::read_to_string(&page).unwrap_or_default();
    if told != printed && std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&page, printed).expect("the example can be written");
    } else {
        assert_eq!(
            told, printed,
            "docs/examples/{rule}.txt is stale; UPDATE_DOCS=1 cargo test --test it diagnose writes it"
        );
    }
    finding(scan, rule)
}

/// Everything that is said, to be shown when a test fails.
fn messages(scan: &Scan) -> Vec<String> {
    scan.findings.iter().map(|finding| format!("{}: {}", finding.rule.id.word(), finding.message)).collect()
}

/// Nothing is said at all.
fn assert_silent(scan: &Scan) {
    assert!(scan.findings.is_empty(), "{:?}", messages(scan));
}

/// Nothing worse than information is said.
fn assert_calm(scan: &Scan) {
    assert!(scan.findings.iter().all(|finding| finding.severity == Severity::Info), "{:?}", messages(scan));
}

#[test]
fn a_healthy_environment_draws_no_word() {
    assert_silent(&scan(""));
}
