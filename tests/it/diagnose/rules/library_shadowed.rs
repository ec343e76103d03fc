//! `library-shadowed`, and what becomes of a symbol that the copy which is loaded first lacks.

use super::*;
use crate::diagnose::mac::mac;
use crate::diagnose::windows::windows;

const SITE: &str = "lib/python3.11/site-packages";

/// Two modules that need libx.so.1, each with a copy of its own.
fn world(init: &str, old: &str, new: &str) -> String {
    format!(
        "//- SITE/p/_a.TAG elf x86_64 defines:PyInit__a needs:libx.so.1 runpath:$ORIGIN/old takes:f
//- SITE/p/_b.TAG elf x86_64 defines:PyInit__b needs:libx.so.1 runpath:$ORIGIN/new takes:f,g
//- SITE/p/old/libx.so.1 elf x86_64 soname:libx.so.1 defines:{old}
//- SITE/p/new/libx.so.1 elf x86_64 soname:libx.so.1 defines:{new}
//- SITE/p/__init__.py
{init}
"
    )
}

#[test]
fn a_symbol_that_the_copy_loaded_first_lacks_ends_the_import() {
    let scan = scan(&world("from . import _a\nfrom . import _b", "f", "f,g"));
    let told = finding(&scan, "symbol-undefined");
    assert_eq!((told.severity, told.subject.as_str(), told.breaks), (Severity::Error, "g", 2));
    let words = format!(
        "it needs g of libx.so.1, and the process already has {SITE}/p/old/libx.so.1, loaded by p._a at {SITE}/p/__init__.py:1, which lacks it"
    );
    assert!(told.message.contains(&words), "{}", told.message);
    assert!(findings(&scan, "library-shadowed").is_empty());
}

#[test]
fn a_copy_loaded_first_that_has_every_symbol_is_information() {
    let scan = scan(&world("from . import _a\nfrom . import _b", "f,g,h", "f,g"));
    assert!(findings(&scan, "symbol-undefined").is_empty());
    let told = example(&scan, "library-shadowed");
    assert_eq!((told.severity, told.subject.as_str()), (Severity::Info, "libx.so.1"));
    let words = format!(
        "uses 2 symbols of {SITE}/p/old/libx.so.1, loaded by p._a at {SITE}/p/__init__.py:1, not of {SITE}/p/new/libx.so.1"
    );
    assert!(told.message.contains(&words), "{}", told.message);
}

#[test]
fn copies_that_are_the_same_or_never_meet_are_no_matter() {
    assert_silent(&scan(&world("from . import _a\nfrom . import _b", "f,g", "f,g")));
    assert!(findings(&scan(&world("", "f", "f,g")), "symbol-undefined").is_empty());
    assert!(findings(&scan(&world("from . import _b, _a", "f", "f,g")), "symbol-undefined").is_empty());
    // The one that came first is the one that has more.
    assert!(findings(&scan(&world("", "f", "f,g")), "library-shadowed").is_empty());
}

#[test]
fn a_symbol_that_another_library_has_as_well_is_bound_there() {
    let also = "//- SITE/p/_b.TAG elf x86_64 defines:PyInit__b needs:libx.so.1,liby.so runpath:$ORIGIN/new takes:f,g
//- SITE/p/new/liby.so elf x86_64 defines:g
";
    let world = world("from . import _a\nfrom . import _b", "f", "f,g");
    let (before, after) = world.split_once("//- SITE/p/_b").expect("a module _b");
    let (_, after) = after.split_once('\n').expect("more lines");
    let scan = scan(&format!("{before}{also}{after}"));
    assert!(findings(&scan, "symbol-undefined").is_empty());
}

#[test]
fn a_library_that_ctypes_loads_first_answers_as_well() {
    let init =
        "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'old', 'libx.so.1'))\nfrom . import _b";
    let scan = scan(&world(init, "f", "f,g"));
    let told = finding(&scan, "symbol-undefined");
    assert!(
        told.message.contains(&format!("loaded by p at {SITE}/p/__init__.py:2, which lacks it")),
        "{}",
        told.message
    );
}

/// Two modules for macOS that need libx, each with a copy of its own.
fn for_dyld(need: &str, ids: [&str; 2], old: &str) -> Scan {
    let library = |id: &str, defines: &str| format!("macho arm64 id:{id} defines:{defines}");
    mac(&format!(
        "//- /t/p/_a.so macho arm64 bundle defines:PyInit__a rpath:@loader_path/old needs:{need} takes:f@{need}
         //- /t/p/q/_b.so macho arm64 bundle defines:PyInit__b rpath:@loader_path/../new needs:{need} takes:f@{need},g@{need}
         //- /t/p/old/libx.dylib {}
         //- /t/p/new/libx.dylib {}
         //- /t/p/__init__.py
         from . import _a
         //- /t/p/q/__init__.py
         from . import _b",
        library(ids[0], old),
        library(ids[1], "f,g,h")
    ))
}

#[test]
fn on_macos_the_library_of_an_install_name_that_is_loaded_first_answers() {
    let same = ["@rpath/libx.dylib"; 2];
    let scan = for_dyld("@rpath/libx.dylib", same, "f,g");
    let told = finding(&scan, "library-shadowed");
    assert_eq!((told.severity, told.subject.as_str()), (Severity::Info, "@rpath/libx.dylib"));
    let words = "uses 2 symbols of p/old/libx.dylib, loaded by p._a at p/__init__.py:1, not of p/new/libx.dylib";
    assert!(told.message.contains(words), "{}", told.message);
    let lacking = for_dyld("@rpath/libx.dylib", same, "f");
    let told = finding(&lacking, "symbol-missing");
    assert!(told.message.contains("the process already has p/old/libx.dylib"), "{}", told.message);
    // What delocate writes: each copy has a name of its own.
    let apart = for_dyld("@rpath/libx.dylib", ["/DLC/p/old/libx.dylib", "/DLC/p/new/libx.dylib"], "f");
    assert!(findings(&apart, "library-shadowed").is_empty() && findings(&apart, "symbol-missing").is_empty());
}

/// Two modules for Windows that need a DLL each, from their own folders.
fn for_windows(names: [&str; 2], old: &str) -> Scan {
    let [first, second] = names;
    windows(&format!(
        "//- /t/p/_a.pyd pe x86_64 defines:PyInit__a needs:{first} takes:f@{first}
         //- /t/p/{first} pe x86_64 id:one.dll defines:{old}
         //- /t/p/q/_b.pyd pe x86_64 defines:PyInit__b needs:{second} takes:f@{second},g@{second}
         //- /t/p/q/{second} pe x86_64 id:other.dll defines:f,g,h
         //- /t/p/__init__.py
         from . import _a
         //- /t/p/q/__init__.py
         from . import _b"
    ))
}

#[test]
fn on_windows_the_dll_of_a_file_name_that_is_loaded_first_answers() {
    let scan = for_windows(["x.dll", "X.dll"], "f,g");
    let told = finding(&scan, "library-shadowed");
    assert_eq!((told.severity, told.subject.as_str()), (Severity::Info, "X.dll"));
    let words = "uses 2 symbols of p/x.dll, loaded by p._a at p/__init__.py:1, not of p/q/X.dll";
    assert!(told.message.contains(words), "{}", told.message);
    let told = finding(&for_windows(["x.dll", "x.dll"], "f"), "symbol-missing").message.clone();
    assert!(told.contains("the process already has p/x.dll"), "{told}");
    let apart = for_windows(["x.dll", "y.dll"], "f");
    assert!(findings(&apart, "library-shadowed").is_empty() && findings(&apart, "symbol-missing").is_empty());
}
