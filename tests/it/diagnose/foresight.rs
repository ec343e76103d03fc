//! What a tool will stumble over, and the words that it will print.

use super::*;
use dylens::discover::{Tool, Wishes};
use dylens::image::Release;

fn asked(tool: &str) -> Wishes {
    Wishes { tool: Some(tool.parse::<Tool>().expect("a tool")), ..Wishes::default() }
}

/// As [`scan`], judged for a tool.
fn scan_for(tool: &str, files: &str) -> Scan {
    at(asked(tool), "/env", &format!("{ENVIRONMENT}{files}"))
}

/// Scans one path of a world, with what a person wants.
fn at(wishes: Wishes, path: &str, text: &str) -> Scan {
    let text =
        text.replace("SITE", "/env/lib/python3.11/site-packages").replace("TAG", "cpython-311-x86_64-linux-gnu.so");
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    let request = Request { paths: vec![VPath::new(path)], wishes };
    Scan::of(Arc::new(world.files), &machine, &request, &progress).expect("a scan")
}

fn complaints(scan: &Scan) -> Vec<(Severity, &str, Option<&str>)> {
    let told = findings(scan, "tool-complains").into_iter();
    told.map(|finding| (finding.severity, finding.subject.as_str(), finding.prints.as_deref())).collect()
}

#[test]
fn without_a_tool_nothing_is_foretold() {
    let scan = scan("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgone.so.1,lib/libb.so\n");
    assert!(complaints(&scan).is_empty() && findings(&scan, "wheel-policy").is_empty());
}

#[test]
fn pyinstaller_warns_of_what_it_finds_nowhere_and_takes_what_is_collected_anyway() {
    let files = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgone.so.1,libb.so.1
//- SITE/b.libs/libb.so.1 elf x86_64 soname:libb.so.1
";
    let words = "Library not found: could not resolve 'libgone.so.1', dependency of \
                 '/env/lib/python3.11/site-packages/a/_a.cpython-311-x86_64-linux-gnu.so'.";
    assert_eq!(complaints(&scan_for("pyinstaller", files)), [(Severity::Error, "libgone.so.1", Some(words))]);
}

#[test]
fn what_a_package_imports_only_where_it_may_fail_is_less_bad() {
    let files = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgone.so.1
//- SITE/a/__init__.py
try:
    from . import _a
except ImportError:
    pass
";
    for tool in ["pyinstaller", "nuitka"] {
        assert_eq!(complaints(&scan_for(tool, files))[0].0, Severity::Warning, "{tool}");
    }
}

#[test]
fn nuitka_drops_in_silence_what_nobody_finds_and_stops_at_a_relative_path() {
    let scan = scan_for("nuitka", "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgone.so.1,./lib/libb.so\n");
    let words = "Error: Found a dependency with a relative path. Was a dependency copied to dist early? lib/libb.so";
    let told = complaints(&scan);
    assert!(told.contains(&(Severity::Error, "libgone.so.1", None)), "{told:?}");
    assert!(told.contains(&(Severity::Error, "./lib/libb.so", Some(words))), "{told:?}");
    let whole =
        scan_for("nuitka", "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:/lib64/libm.so.6,$ORIGIN/../b.so\n");
    assert!(!complaints(&whole).iter().any(|(_, _, prints)| prints.is_some()));
}

#[test]
fn numpy_is_left_out_where_only_compiled_code_asks_for_it() {
    const RUST: &str = "elf x86_64 defines:PyInit__a \
                        says:library/core/src/x.rs,/r/numpy-0.25.0/src/npyffi/array.rs,_ARRAY_API,numpy.corenumpy._core";
    let world = |init: &str| {
        format!("//- SITE/a/_a.TAG {RUST}\n//- SITE/a/plot.py\nimport numpy\n//- SITE/a/__init__.py\n{init}\n")
    };
    for (tool, option) in [("nuitka", "--include-module=numpy"), ("pyinstaller", "--hidden-import=numpy")] {
        let scan = scan_for(tool, &world("from . import _a"));
        let finding = finding(&scan, "tool-complains");
        assert_eq!((finding.severity, finding.subject.as_str()), (Severity::Warning, "numpy"));
        assert_eq!(finding.remedy.command.as_deref(), Some(option));
    }
    // Bundlers follow imports in functions and through modules, too.
    for init in
        ["import numpy as np", "def f():\n    from numpy import array", "from a import plot", "from .plot import x"]
    {
        assert!(complaints(&scan_for("pyinstaller", &world(init))).is_empty(), "{init}");
    }
}

#[test]
fn numpy_that_a_package_does_not_require_is_left_out_without_much_harm() {
    let world = |requires: &str| {
        format!(
            "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a \
             says:library/core/src/x.rs,/r/numpy-0.25.0/src/npyffi/array.rs,_ARRAY_API,numpy.corenumpy._core
//- SITE/a/__init__.py
from . import _a
//- SITE/a-1.0.dist-info/RECORD
a/_a.TAG,,
a/__init__.py,,
//- SITE/a-1.0.dist-info/METADATA
Name: a
Version: 1.0
{requires}
"
        )
    };
    let requirements = [
        ("Requires-Dist: numpy (>=1.16)", Severity::Warning),
        ("Requires-Dist: numpy; extra == 'test'", Severity::Info),
        ("Requires-Dist: huggingface-hub", Severity::Info),
    ];
    for (requires, severity) in requirements {
        let scan = scan_for("pyinstaller", &world(requires));
        // Where some line names NumPy that the import does not run, the tool's rule tells it; never both.
        let named = scan_for("pyinstaller", &format!("{}//- SITE/a/plot.py\nimport numpy\n", world(requires)));
        for (scan, rule, other) in
            [(&scan, "numpy-hidden", "tool-complains"), (&named, "tool-complains", "numpy-hidden")]
        {
            assert!(findings(scan, other).is_empty(), "{other}, {requires}");
            let finding = finding(scan, rule);
            assert_eq!((finding.severity, finding.subject.as_str()), (severity, "numpy"), "{rule}, {requires}");
            assert_eq!(finding.remedy.command.as_deref(), Some("--hidden-import=numpy"));
        }
        let message = &finding(&scan, "numpy-hidden").message;
        assert_eq!(message.contains("does not require NumPy"), severity == Severity::Info, "{message}");
        assert!(findings(&scan_for("delocate", &world(requires)), "numpy-hidden").is_empty());
    }
}

#[test]
fn a_library_that_code_opens_by_name_is_not_seen() {
    let files = "//- SITE/a/libx.so elf x86_64
//- SITE/a/__init__.py
import ctypes
ctypes.CDLL('libx.so')
";
    let scan = scan_for("pyinstaller", files);
    let finding = finding(&scan, "tool-complains");
    assert_eq!((finding.severity, finding.remedy.command.as_deref()), (Severity::Info, Some("--collect-binaries=a")));
    assert!(complaints(&scan_for("pyinstaller", "//- SITE/a/libx.so elf x86_64\n")).is_empty());
}

/// A wheel's worth of files, unpacked, with the tag that it claims.
fn wheel(tag: &str, module: &str) -> Scan {
    looked_at("/t/a/_a.cpython-311-x86_64-linux-gnu.so", tag, module)
}

fn looked_at(path: &str, tag: &str, module: &str) -> Scan {
    at(asked("auditwheel"), path, &tagged(tag, module))
}

fn text(module: &str) -> String {
    tagged("linux_x86_64", module)
}

fn tagged(tag: &str, module: &str) -> String {
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

const MODULE: &str = "elf x86_64 defines:PyInit__a needs:libc.so.6";

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
    let told = finding(&scan, "wheel-policy");
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
    let command = finding(&scan, "tool-complains").remedy.command.as_deref();
    assert_eq!(command, Some("auditwheel repair --exclude libssl.so.3 a"));
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
    // Python's own library is passed over, or taken out since 6.4, and copied in where its number was too long.
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

/// A folder of packages for macOS.
fn mac(wishes: Wishes, files: &str) -> Scan {
    at(wishes, "/t", &format!("//- /t/p-1.dist-info/WHEEL\nWheel-Version: 1.0\n{files}"))
}

#[test]
fn delocate_goes_by_a_file_s_own_rpaths_and_not_by_its_loader_s() {
    let files = "//- /t/p/m.so macho arm64 bundle defines:PyInit_m needs:@rpath/liba.dylib rpath:@loader_path/lib
//- /t/p/lib/liba.dylib macho arm64 id:@rpath/liba.dylib needs:@rpath/libb.dylib RPATH
//- /t/p/lib/libb.dylib macho arm64 id:@rpath/libb.dylib
";
    let scan = mac(asked("delocate"), &files.replace("RPATH", ""));
    let told = finding(&scan, "tool-complains");
    assert_eq!((told.severity, told.subject.as_str()), (Severity::Error, "@rpath/libb.dylib"));
    assert_eq!(told.prints.as_deref(), Some("@rpath/libb.dylib not found:\n  Needed by: /t/p/lib/liba.dylib"));
    assert!(findings(&scan, "library-missing").is_empty(), "dyld finds it");
    assert!(complaints(&mac(asked("delocate"), &files.replace("RPATH", "rpath:@loader_path"))).is_empty());
}

#[test]
fn delocate_stops_at_what_is_nowhere_and_at_what_is_too_new() {
    let missing = "//- /t/p/m.so macho arm64 bundle defines:PyInit_m needs:/opt/x/libx.dylib,/usr/lib/libz.1.dylib\n";
    let told = mac(asked("delocate"), missing);
    assert_eq!(complaints(&told).iter().map(|(_, name, _)| *name).collect::<Vec<_>>(), ["/opt/x/libx.dylib"]);
    let new = "//- /t/p/m.so macho arm64 bundle defines:PyInit_m needs:/usr/lib/libz.1.dylib minos:14.0\n";
    let wishes = |release| Wishes { macos: Release::parse(release), ..asked("delocate") };
    let told = mac(wishes("11.0"), new);
    let words = "Library dependencies do not satisfy target MacOS version 11.0:\np/m.so has a minimum target of 14.0\nSet the environment \
                 variable 'MACOSX_DEPLOYMENT_TARGET=14.0' to update minimum supported macOS for this wheel.";
    assert_eq!(complaints(&told), [(Severity::Error, "14.0", Some(words))]);
    assert!(complaints(&mac(wishes("14.0"), new)).is_empty());
}

#[test]
fn delocate_copies_no_two_libraries_of_one_name() {
    let world = |second: &str| {
        format!(
            "//- /t/p/m.so macho arm64 bundle defines:PyInit_m needs:/t/x/libx.dylib
//- /t/p/n.so macho arm64 bundle defines:PyInit_n needs:{second}
//- /t/x/libx.dylib macho arm64 id:/t/x/libx.dylib
//- /t/y/libx.dylib macho arm64 id:/t/y/libx.dylib
//- /t/y/liby.dylib macho arm64 id:/t/y/liby.dylib
"
        )
        .replace("/t/x/", "/opt/x/")
        .replace("/t/y/", "/opt/y/")
    };
    let words = "Already planning to copy library with same basename as: libx.dylib";
    let told = mac(asked("delocate"), &world("/t/y/libx.dylib"));
    assert!(complaints(&told).contains(&(Severity::Error, "libx.dylib", Some(words))), "{:?}", complaints(&told));
    for other in ["/t/x/libx.dylib", "/t/y/liby.dylib"] {
        let told = mac(asked("delocate"), &world(other));
        assert!(!complaints(&told).iter().any(|(_, _, words)| words.is_some_and(|words| words.starts_with("Already"))));
    }
}

/// The files of a wheel for Windows, unpacked, as delvewheel is asked about them.
fn delvewheel(tag: &str, files: &str) -> Scan {
    let metadata =
        format!("//- /t/p-1.dist-info/METADATA\nName: p\n//- /t/p-1.dist-info/WHEEL\nTag: cp311-cp311-{tag}\n");
    let record = "//- /t/p-1.dist-info/RECORD\np/_m.pyd,,\n";
    at(asked("delvewheel"), "/t", &format!("{metadata}{record}{files}"))
}

fn needing(dlls: &str) -> String {
    format!("//- /t/p/_m.pyd pe x86_64 defines:PyInit__m needs:{dlls}\n")
}

#[test]
fn delvewheel_stops_at_a_dll_that_path_does_not_lead_to_and_leaves_alone_what_windows_and_python_have() {
    let own =
        "KERNEL32.dll,python311.dll,python3.dll,VCRUNTIME140.dll,VCRUNTIME140_1.dll,api-ms-win-crt-heap-l1-1-0.dll";
    let scan = delvewheel("win_amd64", &needing(&format!("{own},libZ.dll")));
    let words = "FileNotFoundError: Unable to find library: libz.dll";
    assert_eq!(complaints(&scan), [(Severity::Error, "libz.dll", Some(words))]);
    assert!(complaints(&delvewheel("win_amd64", &needing(own))).is_empty());
    // What is asked for later is looked for as well.
    let late = "//- /t/p/_m.pyd pe x86_64 defines:PyInit__m needs:KERNEL32.dll delay:libz.dll\n";
    assert_eq!(complaints(&delvewheel("win_amd64", late)), [(Severity::Error, "libz.dll", Some(words))]);
}

#[test]
fn delvewheel_does_not_look_into_the_wheel_unless_it_is_told_to() {
    let files = needing("a.dll") + "//- /t/p/a.dll pe x86_64 needs:gone.dll\n";
    let scan = delvewheel("win_amd64", &files);
    let told = finding(&scan, "tool-complains");
    assert_eq!(told.prints.as_deref(), Some("FileNotFoundError: Unable to find library: a.dll"));
    assert_eq!(told.remedy.command.as_deref(), Some("delvewheel repair --ignore-existing"));
    assert_eq!(complaints(&scan).len(), 1, "DLLs of the wheel are not gone through");
    let repaired = format!("{files}//- /t/p-1.dist-info/DELVEWHEEL\nVersion: 1.13.1\n");
    assert!(complaints(&delvewheel("win_amd64", &repaired)).is_empty(), "it is repaired already");
}

#[test]
fn delvewheel_copies_the_visual_c_runtime_and_what_came_after_windows_7() {
    let scan = delvewheel("win_amd64", &needing("MSVCP140.dll,d3d12.dll,d3d11.dll"));
    let words = "FileNotFoundError: Unable to find library: msvcp140.dll";
    let told = complaints(&scan);
    assert!(told.contains(&(Severity::Info, "msvcp140.dll", Some(words))), "{told:?}");
    assert!(told.contains(&(Severity::Warning, "d3d12.dll", None)) && told.len() == 2, "{told:?}");
    // For ARM it knows more.
    let arm = needing("d3d12.dll").replace("x86_64", "arm64");
    assert!(complaints(&delvewheel("win_arm64", &arm)).is_empty());
}

#[test]
fn delvewheel_refuses_a_module_for_another_processor_than_the_wheel_s() {
    let scan = delvewheel("win_arm64", &needing("libz.dll"));
    let words = "RuntimeError: p\\_m.pyd has a CPU architecture that is not compatible with this wheel";
    let told = complaints(&scan);
    assert!(told.len() == 1 && told[0].0 == Severity::Error && told[0].2 == Some(words), "{told:?}");
}

#[test]
fn delvewheel_cannot_rename_what_has_no_room_and_something_behind_it() {
    let renamed = |words: &str| {
        let files = needing(&format!("KERNEL32.dll,libz.dll {words}"));
        let scan = delvewheel("win_amd64", &files);
        complaints(&scan).iter().filter_map(|(_, _, words)| words.map(str::to_owned)).collect::<Vec<_>>()
    };
    let words = renamed("overlay:24");
    assert!(
        words[1].starts_with("RuntimeError: Unable to rename the dependencies of _m.pyd because this DLL does not"),
        "{words:?}"
    );
    assert_eq!(renamed(""), ["FileNotFoundError: Unable to find library: libz.dll"], "a section may follow");
    let nothing = needing("KERNEL32.dll overlay:24");
    assert!(complaints(&delvewheel("win_amd64", &nothing)).is_empty(), "nothing is renamed");
}

#[test]
fn delvewheel_knows_what_each_python_brings_beside_itself() {
    let told = |tag: &str, dll: &str| {
        let files =
            format!("//- /t/p-1.dist-info/METADATA\nName: p\n//- /t/p-1.dist-info/WHEEL\nTag: {tag}\n{}", needing(dll));
        let record = "//- /t/p-1.dist-info/RECORD\np/_m.pyd,,\n";
        let scan = at(asked("delvewheel"), "/t", &format!("{files}{record}"));
        complaints(&scan).len()
    };
    assert_eq!(told("cp311-cp311-win_amd64", "vcruntime140_1.dll"), 0);
    assert_eq!(told("cp311-abi3-win_amd64", "vcruntime140.dll"), 0);
    assert_eq!(told("cp38-cp38-win_amd64", "vcruntime140_1.dll"), 1);
    assert_eq!(told("py3-none-win_amd64", "vcruntime140.dll"), 1, "no Python is told");
    assert_eq!(told("cp311-cp311-win_amd64", "vcruntime140d.dll"), 1);
}

#[test]
fn nuitka_warns_of_the_visual_c_runtime_that_no_folder_of_the_package_has() {
    let words = "The following Visual C++ Redistributable DLLs were not found: msvcp140.dll, vcomp140.dll. For a fully portable standalone \
                 distribution, these DLLs must be available either by installing the Microsoft Visual C++ Redistributable for Visual Studio \
                 2015-2022 on the target system or by bundling them with the application. To bundle them, Visual Studio must be installed \
                 on the build machine.";
    let told = |tool: &str, tag: &str, files: &str| {
        let metadata =
            format!("//- /t/p-1.dist-info/METADATA\nName: p\n//- /t/p-1.dist-info/WHEEL\nTag: cp311-cp311-{tag}\n");
        let scan = at(asked(tool), "/t", &format!("{metadata}//- /t/p-1.dist-info/RECORD\np/_m.pyd,,\n{files}"));
        complaints(&scan).iter().filter_map(|(_, _, words)| words.map(str::to_owned)).collect::<Vec<_>>()
    };
    // Through a DLL of its own, too, and whatever the case of the letters.
    let files = needing("VCOMP140.DLL,a.dll,VCRUNTIME140.dll,api-ms-win-crt-heap-l1-1-0.dll,ucrtbase.dll")
        + "//- /t/p/libs/a.dll pe x86_64 needs:MSVCP140.dll\n";
    assert_eq!(told("nuitka", "win_amd64", &files), [words]);
    assert_eq!(told("nuitka=2.8", "win_amd64", &files), [words]);
    assert!(told("nuitka=2.7.16", "win_amd64", &files).is_empty(), "it says nothing yet");
    let arm = files.replace("x86_64", "arm64");
    assert_eq!(told("nuitka", "win_arm64", &arm), [words]);
    assert!(told("nuitka=4.0.8", "win_arm64", &arm).is_empty(), "pefile says nothing yet");
    let own = format!("{files}//- /t/p/libs/msvcp140.dll pe x86_64\n//- /t/p/vcomp140.dll pe x86_64\n");
    assert!(told("nuitka", "win_amd64", &own).is_empty());
}

#[test]
fn pyinstaller_says_nothing_of_what_it_would_not_collect_and_words_it_otherwise_before_6() {
    let files = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libGL.so.1,libcuda.so.1,libglut.so.3\n";
    let told = |tool: &str| {
        let scan = scan_for(tool, files);
        complaints(&scan).iter().map(|(_, _, words)| words.expect("words").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told("pyinstaller").len(), 1);
    assert!(told("pyinstaller")[0].starts_with("Library not found: could not resolve 'libglut.so.3'"));
    let path = "/env/lib/python3.11/site-packages/a/_a.cpython-311-x86_64-linux-gnu.so";
    assert!(told("pyinstaller=5.13.2").contains(&format!("Cannot find libGL.so.1 (needed by {path})")));
    let mac = "//- /t/p/m.so macho arm64 bundle defines:PyInit_m needs:@rpath/libx.dylib\n";
    let old = mac_words("pyinstaller=5.13.2", mac);
    assert_eq!(old, ["Cannot find path ./libx.dylib (needed by /t/p/m.so)"]);
    let new = mac_words("pyinstaller", mac);
    assert_eq!(new, ["Library not found: could not resolve '@rpath/libx.dylib', dependency of '/t/p/m.so'."]);
}

fn mac_words(tool: &str, files: &str) -> Vec<String> {
    let scan = mac(asked(tool), files);
    complaints(&scan).iter().filter_map(|(_, _, words)| words.map(str::to_owned)).collect()
}

#[test]
fn pyinstaller_stops_at_modules_without_code_for_the_mac_that_it_builds_for() {
    let told = |arch: &str, words: &str| {
        let wishes = Wishes { arch: dylens::image::Arch::named(arch), ..asked("pyinstaller") };
        let scan = mac(wishes, &format!("//- /t/p/m.so macho {words}\n"));
        complaints(&scan).iter().filter_map(|(_, _, words)| words.map(str::to_owned)).collect::<Vec<_>>()
    };
    let module = "bundle defines:PyInit_m";
    assert_eq!(
        told("arm64", &format!("x86_64 {module}")),
        ["/t/p/m.so is incompatible with target arch arm64 (has arch: x86_64)!"]
    );
    assert_eq!(told("arm64", &format!("x86_64+i386 {module}")), ["/t/p/m.so does not contain slice for arm64!"]);
    for fine in [format!("arm64 {module}"), format!("x86_64+arm64 {module}"), "x86_64".to_owned()] {
        assert!(told("arm64", &fine).is_empty(), "{fine}");
    }
}

#[test]
fn pyinstaller_warns_on_linux_of_what_a_library_lacks_at_everybody_who_loads_it() {
    let files = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liba.so.1 runpath:$ORIGIN
//- SITE/a/liba.so.1 elf x86_64 soname:liba.so.1 needs:libgone.so.1
//- SITE/a/_b.TAG elf x86_64 defines:PyInit__b
";
    let scan = scan_for("pyinstaller", files);
    let told = finding(&scan, "tool-complains");
    let mut names: Vec<String> = told.files.iter().map(|file| VPath::new(file.file_name()).to_string()).collect();
    names.sort();
    assert_eq!(names, ["_a.cpython-311-x86_64-linux-gnu.so", "liba.so.1"]);
}
