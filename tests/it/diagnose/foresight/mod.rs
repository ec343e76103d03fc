//! What a tool will stumble over, and the words that it will print.

mod delocate;
pub mod delvewheel;
mod nuitka;
mod pyinstaller;

use super::*;
use dylens::discover::{Overrides, Tool};

pub fn asked(tool: &str) -> Overrides {
    Overrides { tool: Some(tool.parse::<Tool>().expect("a tool")), ..Overrides::default() }
}

/// As [`scan`], judged for a tool.
pub fn for_tool(tool: &str, files: &str) -> Scan {
    at(asked(tool), "/env", &format!("{ENVIRONMENT}{files}"))
}

/// Scans one path of a world, with what a person wants.
pub fn at(overrides: Overrides, path: &str, text: &str) -> Scan {
    let text =
        text.replace("SITE", "/env/lib/python3.11/site-packages").replace("TAG", "cpython-311-x86_64-linux-gnu.so");
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    let request = Request { overrides, ..Request::of(VPath::new(path)) };
    Scan::of(Arc::new(world.files), &machine, &request, &progress).expect("a scan")
}

pub fn complaints(scan: &Scan) -> Vec<(Severity, &str, Option<&str>)> {
    let told = findings(scan, "tool-complains").into_iter();
    told.map(|finding| (finding.severity, finding.subject.as_str(), finding.prints.as_deref())).collect()
}

/// A wheel's worth of files, unpacked, with the tag that it claims.
pub fn wheel(tag: &str, module: &str) -> Scan {
    looked_at("/t/a/_a.cpython-311-x86_64-linux-gnu.so", tag, module)
}

pub fn looked_at(path: &str, tag: &str, module: &str) -> Scan {
    at(asked("auditwheel"), path, &tagged(tag, module))
}

pub fn text(module: &str) -> String {
    tagged("linux_x86_64", module)
}

pub fn tagged(tag: &str, module: &str) -> String {
    format!(
        "//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.2.5,GLIBC_2.17,GLIBC_2.27,GLIBC_2.28,GLIBC_2.36
//- /usr/lib/libz.so.1 elf x86_64 soname:libz.so.1 needs:libc.so.6
//- /usr/lib/libssl.so.3 elf x86_64 soname:libssl.so.3 needs:libc.so.6 wants:libc.so.6@GLIBC_2.34
//- /t/a-1.0.dist-info/WHEEL
Tag: cp311-cp311-{tag}
//- /t/a-1.0.dist-info/RECORD
a/_a.TAG,,
//- /t/a/_a.TAG {module}
"
    )
}

pub const MODULE: &str = "elf x86_64 defines:PyInit__a needs:libc.so.6";

/// A folder of packages for macOS.
pub fn mac_at(overrides: Overrides, files: &str) -> Scan {
    at(overrides, "/t", &format!("//- /t/p-1.dist-info/WHEEL\nWheel-Version: 1.0\n{files}"))
}

pub fn mac_words(tool: &str, files: &str) -> Vec<String> {
    let scan = mac_at(asked(tool), files);
    complaints(&scan).iter().filter_map(|(_, _, words)| words.map(str::to_owned)).collect()
}
