//! dyld: two-level and flat namespaces, and the special ordinals.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dylens::discover::{Machine, Request};
use dylens::scan::Scan;
use dylens::survey::{Progress, SymbolContext, SymbolRow};
use dylens::vfs::VPath;

const SITE: &str = "/env/lib/python3.11/site-packages";

/// A virtual environment, and the interpreter that it belongs to.
const PYTHON: &str = "
//- /usr/bin/python3.11 macho arm64 program needs:@executable_path/../lib/libpython3.11.dylib,/usr/lib/libSystem.B.dylib defines:PyMain
//- /usr/lib/libpython3.11.dylib macho arm64 id:@executable_path/../lib/libpython3.11.dylib defines:PyErr_Clear,PyLong_Type
//- /usr/lib/python3.11/os.py
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.7
//- /env/bin/python3 -> /usr/bin/python3.11
";

fn scanned(root: &str, text: &str) -> Scan {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let text =
        lines.join("\n").replace("SITE/", &format!("{SITE}/")).replace("MODULE", "macho arm64 bundle defines:PyInit_m");
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &machine, &Request::of(VPath::new(root)), &progress).expect("a scan")
}

/// `SYMBOL STATUS PROVIDER` of each symbol of `m.so`; a `?` behind the symbol where it is weak.
fn told(scan: &Scan, root: &str) -> Vec<String> {
    told_in(scan, root, &SymbolContext::default())
}

fn told_in(scan: &Scan, root: &str, context: &SymbolContext) -> Vec<String> {
    let file = scan.world.open(&VPath::new(format!("{root}/m.so").as_str())).expect("a file of the world");
    let rows = scan.symbols(file, context).expect("symbols");
    let line = |row: SymbolRow| {
        let weak = if row.is_weak { "?" } else { "" };
        let provider = row.provider.map(|path| format!(" {}", path.text().replace(&format!("{root}/"), "")));
        format!("{}{weak} {}{}", row.symbol, row.status.word(), provider.unwrap_or_default())
    };
    rows.into_iter().map(line).collect()
}

/// Compares in both forms in which files say what they take.
#[track_caller]
fn check(files: &str, expected: &[&str]) {
    for form in ["", "opcodes"] {
        let files = files.replace("MODULE", &format!("MODULE {form}"));
        assert_eq!(told(&scanned("/env", &format!("{PYTHON}{files}")), SITE), expected, "{form}");
    }
}

#[test]
fn a_symbol_is_bound_to_the_library_that_it_names_and_to_no_other() {
    check(
        "//- SITE/m.so MODULE needs:@loader_path/liba.dylib,@loader_path/libb.dylib takes:f@@loader_path/liba.dylib,g@@loader_path/liba.dylib
         //- SITE/liba.dylib macho arm64 defines:f
         //- SITE/libb.dylib macho arm64 defines:f,g",
        &["_f bound liba.dylib", "_g undefined"],
    );
}

#[test]
fn a_library_has_what_it_re_exports_and_not_what_it_needs() {
    check(
        "//- SITE/m.so MODULE needs:@loader_path/liba.dylib takes:f@@loader_path/liba.dylib,g@@loader_path/liba.dylib
         //- SITE/liba.dylib macho arm64 reexport:@loader_path/libb.dylib needs:@loader_path/libc.dylib
         //- SITE/libb.dylib macho arm64 defines:f
         //- SITE/libc.dylib macho arm64 defines:g",
        &["_f bound libb.dylib", "_g undefined"],
    );
}

#[test]
fn a_library_of_the_system_is_a_name() {
    check(
        "//- SITE/m.so MODULE needs:/usr/lib/libz.1.dylib,@loader_path/liba.dylib takes:deflate@/usr/lib/libz.1.dylib,f@@loader_path/liba.dylib
         //- SITE/liba.dylib macho arm64 reexport:/usr/lib/libz.1.dylib",
        &["_deflate unknown /usr/lib/libz.1.dylib", "_f unknown"],
    );
}

#[test]
fn what_may_be_absent_stays_undefined() {
    check(
        "//- SITE/m.so MODULE weak:@loader_path/gone.dylib needs:@loader_path/liba.dylib takes:f@@loader_path/gone.dylib,g@@loader_path/liba.dylib?
         //- SITE/liba.dylib macho arm64",
        &["_f? undefined", "_g? undefined"],
    );
}

#[test]
fn a_library_that_is_loaded_when_first_used_defers_its_symbols() {
    check("//- SITE/m.so MODULE lazy:@loader_path/gone.dylib takes:f@@loader_path/gone.dylib", &["_f deferred"]);
}

#[test]
fn a_flat_symbol_is_looked_up_in_all_that_is_loaded_in_the_order_of_loading() {
    check(
        "//- SITE/m.so MODULE needs:@loader_path/liba.dylib takes:PyLong_Type,f,g_of_b
         //- SITE/liba.dylib macho arm64 needs:@loader_path/libb.dylib defines:f
         //- SITE/libb.dylib macho arm64 defines:f,g_of_b",
        &["_PyLong_Type bound /usr/bin/../lib/libpython3.11.dylib", "_f bound liba.dylib", "_g_of_b bound libb.dylib"],
    );
}

#[test]
fn a_flat_symbol_that_is_found_nowhere_is_undefined_unless_it_could_be_the_system_s() {
    check(
        "//- SITE/m.so MODULE needs:/usr/lib/libSystem.B.dylib takes:bcf_destroy,bcf_init?,PyErr_New,iconv_open,strlen,CFRelease,_Znwm",
        &[
            "_bcf_destroy undefined",
            "_bcf_init? undefined",
            "_PyErr_New undefined",
            "_iconv_open unknown",
            "_strlen unknown",
            "_CFRelease unknown",
            "__Znwm unknown",
        ],
    );
}

#[test]
fn a_file_without_a_two_level_namespace_looks_everything_up_flat() {
    check(
        "//- SITE/m.so MODULE flat needs:@loader_path/liba.dylib,@loader_path/libb.dylib takes:f@@loader_path/liba.dylib
         //- SITE/liba.dylib macho arm64
         //- SITE/libb.dylib macho arm64 defines:f",
        &["_f bound libb.dylib"],
    );
}

#[test]
fn the_file_itself_and_the_main_program_can_be_named() {
    check(
        "//- SITE/m.so MODULE takes:PyInit_m@self,f@self,PyMain@program,PyLong_Type@program",
        &["_PyInit_m bound m.so", "_f undefined", "_PyMain bound /usr/bin/python3.11", "_PyLong_Type undefined"],
    );
}

#[test]
fn one_definition_serves_all_where_it_is_shared() {
    check(
        "//- SITE/m.so MODULE needs:@loader_path/liba.dylib takes:_ZTI1x@weak,_ZTI1y@weak
         //- SITE/liba.dylib macho arm64 defines:_ZTI1x",
        &["__ZTI1x bound liba.dylib", "__ZTI1y unknown"],
    );
}

#[test]
fn where_a_library_is_missing_nobody_knows_what_it_would_define() {
    check(
        "//- SITE/m.so MODULE needs:@loader_path/gone.dylib takes:bcf_destroy,f@@loader_path/gone.dylib",
        &["_bcf_destroy unknown", "_f undefined"],
    );
}

#[test]
fn without_an_interpreter_its_symbols_are_unknown() {
    let scan = scanned(
        "/t",
        "//- /t/p-1.dist-info/WHEEL
         Wheel-Version: 1.0
         //- /t/m.so MODULE takes:PyErr_Clear,main@program,bcf_destroy",
    );
    assert_eq!(told(&scan, "/t"), ["_PyErr_Clear unknown", "_main unknown", "_bcf_destroy undefined"]);
}

#[test]
fn what_ctypes_opens_is_seen_by_itself_alone_and_what_an_import_opens_by_all() {
    let scan = scanned(
        "/env",
        &format!(
            "{PYTHON}//- SITE/m.so MODULE needs:@loader_path/liba.dylib takes:bcf_init,PyErr_Clear,PyInit_m
             //- SITE/liba.dylib macho arm64 defines:bcf_init"
        ),
    );
    let python = "_PyErr_Clear bound /usr/bin/../lib/libpython3.11.dylib";
    assert_eq!(told(&scan, SITE), ["_bcf_init bound liba.dylib", python, "_PyInit_m bound m.so"]);
    let alone = SymbolContext { is_alone: true, ..SymbolContext::default() };
    assert_eq!(told_in(&scan, SITE, &alone), ["_bcf_init undefined", python, "_PyInit_m bound m.so"]);
}

/// A program that needs `libfirst` and `libsecond` beside Python.
fn launched(files: &str) -> Scan {
    let python = PYTHON.replacen(",/usr", ",/usr/lib/libfirst.dylib,/usr/lib/libsecond.dylib,/usr", 1);
    scanned("/env", &format!("{python}{files}"))
}

const MODULE: &str = "
//- SITE/m.so MODULE needs:/usr/lib/libSystem.B.dylib,@loader_path/liba.dylib takes:malloc@/usr/lib/libSystem.B.dylib,free@/usr/lib/libSystem.B.dylib,f@@loader_path/liba.dylib
//- SITE/liba.dylib macho arm64 defines:f
";

#[test]
fn what_a_library_of_the_program_interposes_is_bound_to_it_by_everybody_else() {
    let scan = launched(
        &format!(
            "{MODULE}//- /usr/lib/libfirst.dylib macho arm64 needs:/usr/lib/libSystem.B.dylib takes:free@/usr/lib/libSystem.B.dylib interposes:malloc@/usr/lib/libSystem.B.dylib
             //- /usr/lib/libsecond.dylib macho arm64 opcodes needs:/usr/lib/libSystem.B.dylib interposes:malloc@/usr/lib/libSystem.B.dylib"
        ),
    );
    let system = "/usr/lib/libSystem.B.dylib";
    let expected = [
        "_malloc bound /usr/lib/libsecond.dylib".into(),
        format!("_free unknown {system}"),
        "_f bound liba.dylib".into(),
    ];
    assert_eq!(told(&scan, SITE), expected);
    let own = |path: &str| {
        let file = scan.world.open(&VPath::new(path)).expect("a file of the world");
        let row = scan.symbols(file, &SymbolContext::default()).expect("symbols").pop().expect("a symbol");
        format!("{} {} {}", row.symbol, row.status.word(), row.provider.expect("a provider"))
    };
    assert_eq!(own("/usr/lib/libfirst.dylib"), format!("_malloc unknown {system}"), "the first calls the original");
    assert_eq!(own("/usr/lib/libsecond.dylib"), "_malloc bound /usr/lib/libfirst.dylib", "the second calls the first");
}

#[test]
fn an_inserted_library_interposes_and_one_that_an_import_opens_does_not() {
    let interposing = "macho arm64 needs:/usr/lib/libSystem.B.dylib interposes:malloc@/usr/lib/libSystem.B.dylib";
    let inserted = "//* DYLD_INSERT_LIBRARIES=/opt/libfree.dylib:/opt/libguard.dylib";
    let files = format!("{PYTHON}{MODULE}//- /opt/libguard.dylib {interposing}\n");
    assert_eq!(told(&scanned("/env", &format!("{inserted}\n{files}")), SITE)[0], "_malloc bound /opt/libguard.dylib");
    assert_eq!(told(&scanned("/env", &files), SITE)[0], "_malloc unknown /usr/lib/libSystem.B.dylib");
    let needed = MODULE.replace("macho arm64 defines:f", &format!("{interposing} defines:f"));
    let scan = scanned("/env", &format!("{PYTHON}{needed}"));
    assert_eq!(told(&scan, SITE)[0], "_malloc unknown /usr/lib/libSystem.B.dylib");
}

#[test]
fn a_function_of_one_library_is_interposed_and_its_namesake_of_another_is_not() {
    let scan = launched(
        "//- SITE/m.so MODULE needs:@loader_path/liba.dylib,/usr/lib/libsecond.dylib takes:f@@loader_path/liba.dylib,f@/usr/lib/libsecond.dylib,g
         //- SITE/liba.dylib macho arm64 defines:f,g
         //- /usr/lib/libfirst.dylib macho arm64 needs:/usr/lib/libsecond.dylib interposes:g@/usr/lib/libsecond.dylib?,f@/usr/lib/libsecond.dylib
         //- /usr/lib/libsecond.dylib macho arm64 defines:f",
    );
    assert_eq!(told(&scan, SITE), ["_f bound liba.dylib", "_g bound liba.dylib"]);
    let scan = launched(
        "//- SITE/m.so MODULE needs:/usr/lib/libsecond.dylib takes:f@/usr/lib/libsecond.dylib,h
         //- /usr/lib/libfirst.dylib macho arm64 needs:/usr/lib/libsecond.dylib interposes:f@/usr/lib/libsecond.dylib,h@/usr/lib/libsecond.dylib
         //- /usr/lib/libsecond.dylib macho arm64 defines:f,h",
    );
    assert_eq!(told(&scan, SITE), ["_f bound /usr/lib/libfirst.dylib", "_h bound /usr/lib/libfirst.dylib"]);
}
