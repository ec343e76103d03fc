//! dyld, rule by rule.

use super::{DYLD, VENV, check, scan, tried};
use dylens::discover::{Machine, Request};
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::vfs::VPath;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const M: &str = "macho arm64 defines:PyInit_m";

#[track_caller]
fn dyld(files: &str, expected: &[&str]) -> Scan {
    check(DYLD, &flush(files), expected)
}

/// The lines of a world without what indents them here.
fn flush(files: &str) -> String {
    let lines: Vec<&str> = files.lines().map(str::trim_start).collect();
    lines.join("\n").replace("MODULE", M)
}

#[test]
fn the_install_name_of_a_module_is_no_need_of_it() {
    let scan = dyld(
        "//- @/p/m.so MODULE id:@rpath/p.m.so needs:/usr/lib/libSystem.B.dylib",
        &["p/m.so: /usr/lib/libSystem.B.dylib = builtin"],
    );
    let file = scan.world.open(&VPath::new(format!("{}/p/m.so", super::SITE).as_str())).unwrap();
    assert_eq!(scan.world.file(file).image.as_ref().unwrap().needs.len(), 1);
}

#[test]
fn system_libraries_are_in_the_shared_cache_and_need_no_file() {
    dyld(
        "//- @/m.so MODULE needs:/usr/lib/libSystem.B.dylib,/usr/lib/libnotthere.dylib,\
         /System/Library/Frameworks/CoreFoundation.framework/CoreFoundation",
        &[
            "m.so: /usr/lib/libSystem.B.dylib = builtin",
            "m.so: /usr/lib/libnotthere.dylib = none",
            "m.so: /System/Library/Frameworks/CoreFoundation.framework/CoreFoundation = builtin",
        ],
    );
}

#[test]
fn loader_path_is_the_folder_of_who_needs_it() {
    dyld(
        "//- @/p/m.so MODULE needs:@loader_path/.dylibs/liba.dylib,@loader_path/libb.dylib
         //- @/p/.dylibs/liba.dylib macho arm64 needs:@loader_path/libb.dylib
         //- @/p/.dylibs/libb.dylib macho arm64",
        &[
            "p/m.so: @loader_path/.dylibs/liba.dylib = @loader_path p/.dylibs/liba.dylib",
            "p/.dylibs/liba.dylib: @loader_path/libb.dylib = @loader_path p/.dylibs/libb.dylib",
            "p/m.so: @loader_path/libb.dylib = none",
        ],
    );
}

#[test]
fn loader_path_is_of_the_real_path_and_not_of_the_link() {
    dyld(
        "//- @/p/m.so -> ../real/m.so
         //- @/real/m.so MODULE needs:@loader_path/liba.dylib
         //- @/real/liba.dylib macho arm64
         //- @/p/liba.dylib macho arm64",
        &["real/m.so: @loader_path/liba.dylib = @loader_path real/liba.dylib"],
    );
}

#[test]
fn executable_path_is_the_folder_of_the_interpreter() {
    dyld(
        "//- @/m.so MODULE needs:@executable_path/../lib/liba.dylib\n//- /usr/lib/liba.dylib macho arm64",
        &["m.so: @executable_path/../lib/liba.dylib = @executable_path /usr/lib/liba.dylib"],
    );
}

#[test]
fn rpaths_are_tried_from_who_needs_it_up_to_the_program() {
    dyld(
        "//- @/m.so MODULE needs:@rpath/liba.dylib rpath:@loader_path/one
         //- @/one/liba.dylib macho arm64 needs:@rpath/libb.dylib rpath:@loader_path/deep
         //- @/one/libb.dylib macho arm64
         //- @/one/deep/libb.dylib macho arm64",
        &[
            "m.so: @rpath/liba.dylib = rpath one/liba.dylib",
            "one/liba.dylib: @rpath/libb.dylib = rpath one/deep/libb.dylib",
        ],
    );
    dyld(
        "//- @/m.so MODULE needs:@rpath/liba.dylib rpath:@loader_path/one
         //- @/one/liba.dylib macho arm64 needs:@rpath/libb.dylib
         //- @/one/libb.dylib macho arm64",
        &["one/liba.dylib: @rpath/libb.dylib = rpath:importer one/libb.dylib"],
    );
}

#[test]
fn loader_path_in_an_rpath_is_of_the_image_that_carries_it() {
    dyld(
        "//- @/m.so MODULE needs:@loader_path/deep/liba.dylib rpath:@loader_path/libs
         //- @/deep/liba.dylib macho arm64 needs:@rpath/libb.dylib
         //- @/libs/libb.dylib macho arm64
         //- @/deep/libs/libb.dylib macho arm64",
        &["deep/liba.dylib: @rpath/libb.dylib = rpath:importer libs/libb.dylib"],
    );
}

#[test]
fn the_rpath_of_the_program_comes_last() {
    let world = |files: &str| {
        let python = DYLD.replace("macho arm64 program", "macho arm64 program rpath:@executable_path/../lib/extra");
        check(&python, &flush(files), &[])
    };
    let scan = world("//- @/m.so MODULE needs:@rpath/liba.dylib\n//- /usr/lib/extra/liba.dylib macho arm64");
    let outcome = &super::outcomes(&scan)["m.so: @rpath/liba.dylib"];
    assert_eq!(outcome, "rpath:program /usr/lib/extra/liba.dylib");
}

#[test]
fn an_image_that_is_loaded_under_the_install_name_beats_any_search() {
    dyld(
        "//- @/m.so MODULE needs:@loader_path/one/liba.dylib,@rpath/liba.dylib rpath:@loader_path/two
         //- @/one/liba.dylib macho arm64 id:@rpath/liba.dylib
         //- @/two/liba.dylib macho arm64 id:@rpath/liba.dylib",
        &["m.so: @rpath/liba.dylib = already-loaded:install-name one/liba.dylib"],
    );
    // Under another install name it does not.
    dyld(
        "//- @/m.so MODULE needs:@loader_path/one/liba.dylib,@rpath/liba.dylib rpath:@loader_path/two
         //- @/one/liba.dylib macho arm64 id:@rpath/libother.dylib
         //- @/two/liba.dylib macho arm64 id:@rpath/liba.dylib",
        &["m.so: @rpath/liba.dylib = rpath two/liba.dylib"],
    );
}

#[test]
fn an_absolute_install_name_answers_to_a_place_that_a_search_comes_to() {
    dyld(
        "//- @/m.so MODULE needs:@loader_path/liba.dylib,@rpath/liba.dylib rpath:/opt/lib
         //- @/liba.dylib macho arm64 id:/opt/lib/liba.dylib",
        &["m.so: @rpath/liba.dylib = already-loaded:install-name liba.dylib"],
    );
}

#[test]
fn the_chain_of_rpaths_is_that_of_who_comes_to_the_needs_first() {
    // Both `m` and `liba` need `libd`; `m` loads it, but its needs are looked at below `liba`.
    dyld(
        "//- @/m.so MODULE needs:@loader_path/liba.dylib,@loader_path/libd.dylib
         //- @/liba.dylib macho arm64 needs:@loader_path/libd.dylib rpath:@loader_path/below
         //- @/libd.dylib macho arm64 needs:@rpath/libe.dylib
         //- @/below/libe.dylib macho arm64",
        &["libd.dylib: @rpath/libe.dylib = rpath:importer below/libe.dylib"],
    );
    // The other way round, `libd` is done with before `liba` is.
    dyld(
        "//- @/m.so MODULE needs:@loader_path/libd.dylib,@loader_path/liba.dylib
         //- @/liba.dylib macho arm64 needs:@loader_path/libd.dylib rpath:@loader_path/below
         //- @/libd.dylib macho arm64 needs:@rpath/libe.dylib
         //- @/below/libe.dylib macho arm64",
        &["libd.dylib: @rpath/libe.dylib = none"],
    );
}

#[test]
fn a_weak_dylib_may_be_absent() {
    let scan = dyld("//- @/m.so MODULE weak:@loader_path/gone.dylib", &["m.so: @loader_path/gone.dylib = none"]);
    assert!(scan.imports.iter().all(|import| import.loads.unmet.is_empty()));
    let scan = dyld("//- @/m.so MODULE needs:@loader_path/gone.dylib", &["m.so: @loader_path/gone.dylib = none"]);
    assert!(scan.imports.iter().any(|import| !import.loads.unmet.is_empty()));
}

#[test]
fn images_older_than_macos_13_fall_back_by_the_last_part_of_the_name() {
    let libraries = "//- /usr/local/lib/libomp.dylib macho arm64\n";
    let old = format!("{libraries}//- @/m.so MODULE needs:@rpath/libomp.dylib,@rpath/libc++.1.dylib sdk:12.3");
    dyld(
        &old,
        &["m.so: @rpath/libomp.dylib = fallback /usr/local/lib/libomp.dylib", "m.so: @rpath/libc++.1.dylib = builtin"],
    );
    let new = format!("{libraries}//- @/m.so MODULE needs:@rpath/libomp.dylib,@rpath/libc++.1.dylib sdk:13.0");
    dyld(&new, &["m.so: @rpath/libomp.dylib = none", "m.so: @rpath/libc++.1.dylib = none"]);
}

#[test]
fn the_sdk_of_who_needs_it_decides_and_not_that_of_who_loaded_it() {
    dyld(
        "//- /usr/local/lib/libomp.dylib macho arm64
         //- @/m.so MODULE needs:@loader_path/liba.dylib sdk:12.0
         //- @/liba.dylib macho arm64 needs:@rpath/libomp.dylib sdk:14.0",
        &["liba.dylib: @rpath/libomp.dylib = none"],
    );
}

#[test]
fn library_path_wins_by_the_last_part_of_the_name_and_fallback_path_loses() {
    let files = "//- @/m.so MODULE needs:@loader_path/liba.dylib
         //- @/liba.dylib macho arm64
         //- /over/liba.dylib macho arm64\n";
    dyld(
        &format!("{files}//* DYLD_LIBRARY_PATH=/over"),
        &["m.so: @loader_path/liba.dylib = DYLD_LIBRARY_PATH /over/liba.dylib"],
    );
    dyld(
        &format!("{files}//* DYLD_FALLBACK_LIBRARY_PATH=/over"),
        &["m.so: @loader_path/liba.dylib = @loader_path liba.dylib"],
    );
    dyld(
        "//- @/m.so MODULE needs:@rpath/liba.dylib\n//- /over/liba.dylib macho arm64\n//* DYLD_FALLBACK_LIBRARY_PATH=/over",
        &["m.so: @rpath/liba.dylib = fallback /over/liba.dylib"],
    );
    // Linux's variable means nothing here.
    dyld(&format!("{files}//* LD_LIBRARY_PATH=/over"), &["m.so: @loader_path/liba.dylib = @loader_path liba.dylib"]);
}

#[test]
fn frameworks_are_overridden_as_frameworks() {
    let files = "//- @/m.so MODULE needs:@loader_path/X.framework/Versions/A/X
         //- @/X.framework/Versions/A/X macho arm64
         //- /over/X.framework/Versions/A/X macho arm64\n";
    let need = "m.so: @loader_path/X.framework/Versions/A/X";
    dyld(
        &format!("{files}//* DYLD_FRAMEWORK_PATH=/over"),
        &[&format!("{need} = DYLD_LIBRARY_PATH /over/X.framework/Versions/A/X")],
    );
    dyld(&format!("{files}//* DYLD_LIBRARY_PATH=/over"), &[&format!("{need} = @loader_path X.framework/Versions/A/X")]);
}

#[test]
fn what_cannot_be_used_is_passed_over() {
    let unusable = [
        ("macho x86_64", "passed over: made for x86_64"),
        ("macho x86_64+arm64e", "passed over: made for x86_64, arm64e"),
        ("elf x86_64", "not a mach-o file"),
        ("empty", "the file is empty"),
        ("macho arm64 bundle", "cannot link against a bundle"),
        ("macho arm64 program", "cannot link against a main executable"),
        ("macho arm64 unsigned", "it has no code signature, and arm64 Macs map nothing without"),
        ("macho arm64 stale", "its code signature does not fit: it was edited and not signed again"),
        ("macho arm64 platform:ios", "incompatible platform (need 'macOS')"),
        ("macho arm64 cut:3000", "truncated: its headers promise 4192 bytes, 3000 are there"),
    ];
    for (what, why) in unusable {
        let files = format!(
            "//- @/m.so MODULE needs:@rpath/liba.dylib rpath:@loader_path/bad,@loader_path/good
             //- @/bad/liba.dylib {what}
             //- @/good/liba.dylib macho arm64"
        );
        let scan = dyld(&files, &["m.so: @rpath/liba.dylib = rpath good/liba.dylib"]);
        assert_eq!(tried(&scan, "m.so")[0], format!("rpath bad/liba.dylib: {why}"));
    }
}

#[test]
fn a_universal_library_serves_with_the_slice_that_fits() {
    dyld(
        "//- @/m.so MODULE needs:@loader_path/liba.dylib
         //- @/liba.dylib macho x86_64 needs:@loader_path/old.dylib | arm64 needs:@loader_path/new.dylib
         //- @/new.dylib macho arm64",
        &[
            "m.so: @loader_path/liba.dylib = @loader_path liba.dylib",
            "liba.dylib: @loader_path/new.dylib = @loader_path new.dylib",
        ],
    );
}

#[test]
fn every_place_is_told_in_the_order_of_the_search() {
    let scan =
        dyld("//- @/p/m.so MODULE needs:@rpath/liba.dylib rpath:@loader_path/../libs,relative,/opt/lib sdk:12.0", &[]);
    assert_eq!(
        tried(&scan, "p/m.so"),
        [
            "rpath p/../libs/liba.dylib: no such file",
            "rpath -: relative is no place that dyld accepts in an LC_RPATH",
            "rpath /opt/lib/liba.dylib: no such file",
            "fallback /usr/local/lib/liba.dylib: no such file",
            "fallback /usr/lib/liba.dylib: no such file",
        ]
    );
    let scan = dyld("//- @/m.so MODULE needs:@rpath/liba.dylib", &[]);
    assert_eq!(tried(&scan, "m.so"), ["rpath -: no LC_RPATH's found"]);
}

#[test]
fn the_interpreter_of_a_framework_build_is_the_program_in_its_bundle() {
    let framework = "/Library/Frameworks/Python.framework/Versions/3.11";
    let system = format!(
        "//- {framework}/bin/python3.11 macho arm64 program needs:{framework}/Python
         //- {framework}/Resources/Python.app/Contents/MacOS/Python macho arm64 program needs:{framework}/Python
         //- {framework}/Python macho arm64 id:{framework}/Python
         //- {framework}/lib/python3.11/os.py
         //- /usr/bin/python3.11 -> {framework}/bin/python3.11\n"
    );
    check(
        &flush(&system),
        &flush(&format!(
            "//- @/m.so {M} needs:@executable_path/liba.dylib
             //- {framework}/Resources/Python.app/Contents/MacOS/liba.dylib macho arm64"
        )),
        &[&format!(
            "m.so: @executable_path/liba.dylib = @executable_path {framework}/Resources/Python.app/Contents/MacOS/liba.dylib"
        )],
    );
}

/// A folder of packages for macOS without an interpreter, on a machine that has files of its own.
fn fenced(files: &str) -> Scan {
    let around = "//- /lib64/ld-linux-x86-64.so.2 elf x86_64
        //- /opt/homebrew/lib/liba.dylib macho arm64
        //- /usr/local/lib/liba.dylib macho arm64
        //* DYLD_LIBRARY_PATH=/opt/homebrew/lib
        //* LD_PRELOAD=libz.so\n";
    let text = flush(&format!("{around}{files}"));
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &machine, &Request::of(VPath::new("/t")), &progress).expect("a scan")
}

#[test]
fn files_of_the_machine_that_looks_do_not_exist_for_another_machines_packages() {
    let scan = fenced("//- /t/p-1.dist-info/RECORD\n//- /t/p/m.so MODULE needs:/opt/homebrew/lib/liba.dylib sdk:12.0");
    let outcomes = super::outcomes(&scan);
    assert_eq!(outcomes["/t/p/m.so: /opt/homebrew/lib/liba.dylib"], "none");
    assert_eq!(scan.world.host.system.word(), "macOS");
    assert_eq!(scan.world.host.library_path, None);
}

#[test]
fn of_universal_packages_arm64_speaks_where_nobody_says_otherwise() {
    let scan = fenced("//- /t/p-1.dist-info/RECORD\n//- /t/p/m.so macho x86_64+arm64 defines:PyInit_m");
    assert_eq!(scan.world.host.arch, Some(dylens::image::Arch::AARCH64));
    let scan = fenced(
        "//- /t/p-1.dist-info/RECORD\n//- /t/p/m.so macho x86_64+arm64 defines:PyInit_m\n//- /t/p/n.so macho x86_64",
    );
    assert_eq!(scan.world.host.arch, Some(dylens::image::Arch::X86_64));
}

#[test]
fn what_is_not_known_of_the_program_is_said() {
    let scan = fenced("//- /t/p-1.dist-info/RECORD\n//- /t/p/m.so MODULE needs:@executable_path/liba.dylib");
    let file = scan.world.open(&VPath::new("/t/p/m.so")).unwrap();
    let (probes, _) = scan.explain(file, 0).unwrap();
    assert_eq!(probes[0].verdict.phrase(), "@executable_path/liba.dylib depends on the program, which is not known");
}

#[test]
fn a_venv_whose_world_has_no_mac_in_it_is_not_judged_by_dyld() {
    assert!(!matches!(
        scan(super::GLIBC, "//- @/m.so elf x86_64 defines:PyInit_m").world.host.system,
        dylens::world::System::Dyld(_)
    ));
    assert!(VENV.contains("pyvenv.cfg"));
}

#[test]
fn what_the_program_was_linked_with_counts_and_what_a_library_was_linked_with_does_not() {
    let python = DYLD.replace("macho arm64 program", "macho arm64 program env:DYLD_LIBRARY_PATH=@executable_path/over");
    let module = "//- @/m.so MODULE needs:@loader_path/liba.dylib\n//- @/liba.dylib macho arm64\n";
    let files = flush(&format!("{module}//- /usr/bin/over/liba.dylib macho arm64"));
    check(&python, &files, &["m.so: @loader_path/liba.dylib = DYLD_LIBRARY_PATH /usr/bin/over/liba.dylib"]);
    let module = module.replace("MODULE", "MODULE env:DYLD_LIBRARY_PATH=/usr/bin/over");
    dyld(
        &format!("{module}//- /usr/bin/over/liba.dylib macho arm64"),
        &["m.so: @loader_path/liba.dylib = @loader_path liba.dylib"],
    );
}
