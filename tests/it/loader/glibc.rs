//! `ld.so(8)` and `elf/dl-load.c`, rule by rule. The same rules are put to the real loader in `tests/corpus/cases.py`.

use super::{GLIBC, check as check_in, tried};

#[track_caller]
fn check(files: &str, expected: &[&str]) -> dylens::scan::Scan {
    check_in(GLIBC, files, expected)
}

const LIBS: &str = "
//- @/libs/liba.so elf x86_64 needs:libb.so
//- @/libs/libb.so elf x86_64
";

#[test]
fn rpath_is_inherited() {
    let files = format!("//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so rpath:$ORIGIN/libs\n{LIBS}");
    check(&files, &["ext.so: liba.so = rpath libs/liba.so", "libs/liba.so: libb.so = rpath:importer libs/libb.so"]);
}

#[test]
fn runpath_is_not_inherited() {
    let files = format!("//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so runpath:$ORIGIN/libs\n{LIBS}");
    check(&files, &["ext.so: liba.so = runpath libs/liba.so", "libs/liba.so: libb.so = none"]);
}

#[test]
fn rpath_is_ignored_under_runpath() {
    let scan = check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so rpath:$ORIGIN/libs runpath:$ORIGIN/none
//- @/libs/liba.so elf x86_64
",
        &["ext.so: liba.so = none"],
    );
    let tried = tried(&scan, "ext.so");
    assert_eq!(tried[0], "rpath -: rpath is ignored because runpath is set");
    assert_eq!(tried[1], "runpath none/liba.so: no such file");
}

#[test]
fn own_runpath_shuts_out_the_importers_rpath() {
    let world = |path: &str| {
        format!(
            "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so rpath:$ORIGIN/libs
//- @/libs/liba.so elf x86_64 needs:libb.so {path}:$ORIGIN/none
//- @/libs/libb.so elf x86_64
"
        )
    };
    check(&world("runpath"), &["libs/liba.so: libb.so = none"]);
    check(&world("rpath"), &["libs/liba.so: libb.so = rpath:importer libs/libb.so"]);
}

#[test]
fn chain_goes_past_an_object_with_runpath() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so rpath:$ORIGIN/libs
//- @/libs/liba.so elf x86_64 needs:libb.so runpath:$ORIGIN/more
//- @/libs/more/libb.so elf x86_64 needs:libc1.so
//- @/libs/libc1.so elf x86_64
",
        &["libs/more/libb.so: libc1.so = rpath:importer libs/libc1.so"],
    );
}

#[test]
fn library_path_stands_between_rpath_and_runpath() {
    let world = |path: &str| {
        format!(
            "
//* LD_LIBRARY_PATH=/none;/e
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so {path}:$ORIGIN/libs
//- @/libs/liba.so elf x86_64
//- /e/liba.so elf x86_64
"
        )
    };
    check(&world("rpath"), &["ext.so: liba.so = rpath libs/liba.so"]);
    check(&world("runpath"), &["ext.so: liba.so = LD_LIBRARY_PATH /e/liba.so"]);
}

#[test]
fn rpath_of_the_program_counts_for_what_is_imported() {
    let world = |path: &str| {
        format!(
            "
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6 {path}:/usr/share/libs
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so
//- /usr/share/libs/liba.so elf x86_64
"
        )
    };
    let outcomes = super::outcomes(&super::scan(GLIBC, &world("rpath")));
    // The program is the importer where it holds the interpreter itself.
    assert!(outcomes["ext.so: liba.so"].ends_with(" /usr/share/libs/liba.so"), "{outcomes:?}");
    check(&world("runpath"), &["ext.so: liba.so = none"]);
}

#[test]
fn another_processor_is_passed_over() {
    let scan = check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so runpath:$ORIGIN/one:$ORIGIN/two
//- @/one/liba.so elf aarch64
//- @/two/liba.so elf x86_64
",
        &["ext.so: liba.so = runpath two/liba.so"],
    );
    assert_eq!(tried(&scan, "ext.so")[1], "runpath one/liba.so: passed over: made for aarch64");
}

#[test]
fn another_word_size_is_passed_over() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so runpath:$ORIGIN/one
//- @/one/liba.so elf i686
",
        &["ext.so: liba.so = none"],
    );
}

#[test]
fn what_is_no_image_ends_the_search() {
    for content in ["lfs", "empty", "elf x86_64 cut:40", "elf x86_64 object"] {
        check(
            &format!(
                "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so runpath:$ORIGIN/one:$ORIGIN/two
//- @/one/liba.so {content}
//- @/two/liba.so elf x86_64
"
            ),
            &["ext.so: liba.so = none"],
        );
    }
}

#[test]
fn a_directory_ends_the_search() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so runpath:/one:$ORIGIN/two
//- /one/liba.so/
//- @/two/liba.so elf x86_64
",
        &["ext.so: liba.so = none"],
    );
}

#[test]
fn what_may_not_be_read_is_passed_over() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so runpath:$ORIGIN/one:$ORIGIN/two
//- @/one/liba.so locked
//- @/two/liba.so elf x86_64
",
        &["ext.so: liba.so = runpath two/liba.so"],
    );
}

#[test]
fn a_dangling_link_is_passed_over_a_loop_leaves_the_list() {
    let world = |target: &str| {
        format!(
            "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:libm.so.6 runpath:$ORIGIN/one:$ORIGIN/two
//- @/one/libm.so.6 -> {target}
//- @/two/libm.so.6 elf x86_64
"
        )
    };
    check(&world("gone"), &["ext.so: libm.so.6 = runpath two/libm.so.6"]);
    check(&world("libm.so.6"), &["ext.so: libm.so.6 = default /lib64/libm.so.6"]);
}

#[test]
fn the_soname_of_a_loaded_object_beats_a_search() {
    let world = |needs: &str| {
        format!(
            "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:{needs} runpath:$ORIGIN/libs
//- @/libs/liba.so elf x86_64 soname:libz.so.1
//- @/libs/libz.so.1 elf x86_64
"
        )
    };
    check(&world("liba.so,libz.so.1"), &["ext.so: libz.so.1 = already-loaded:soname libs/liba.so"]);
    check(&world("libz.so.1,liba.so"), &["ext.so: libz.so.1 = runpath libs/libz.so.1"]);
}

#[test]
fn what_the_program_has_loaded_beats_a_rpath() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:libc.so.6,libm.so.6 rpath:$ORIGIN/libs
//- @/libs/libc.so.6 elf x86_64
//- @/libs/libm.so.6 elf x86_64
",
        &["ext.so: libc.so.6 = already-loaded /lib64/libc.so.6", "ext.so: libm.so.6 = rpath libs/libm.so.6"],
    );
}

#[test]
fn one_file_under_two_names_is_one_object() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so,libb.so runpath:$ORIGIN/libs
//- @/libs/liba.so elf x86_64
//- @/libs/libb.so -> liba.so
",
        &["ext.so: libb.so = already-loaded:inode libs/liba.so"],
    );
}

#[test]
fn origin_is_of_the_name_that_was_opened() {
    let world = |lib: &str| {
        format!(
            "
//- @/ext.so -> real/body.bin
//- @/real/body.bin elf x86_64 defines:PyInit_ext needs:liba.so runpath:$ORIGIN
//- @/{lib} elf x86_64
"
        )
    };
    check(&world("liba.so"), &["ext.so: liba.so = runpath liba.so"]);
    check(&world("real/liba.so"), &["ext.so: liba.so = none"]);
}

#[test]
fn dots_lead_up_from_where_a_link_leads() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so runpath:$ORIGIN/near/../libs
//- @/near -> far/deep
//- @/far/deep/
//- @/far/libs/liba.so elf x86_64
",
        &["ext.so: liba.so = runpath far/libs/liba.so"],
    );
}

#[test]
fn subdirectories_for_the_processor_come_first() {
    let world = |levels: &str| {
        format!(
            "
//* levels={levels}
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so runpath:$ORIGIN/libs
//- @/libs/liba.so elf x86_64
//- @/libs/glibc-hwcaps/x86-64-v2/liba.so elf x86_64
//- @/libs/glibc-hwcaps/x86-64-v3/liba.so elf x86_64
"
        )
    };
    check(&world("x86-64-v3,x86-64-v2"), &["ext.so: liba.so = runpath libs/glibc-hwcaps/x86-64-v3/liba.so"]);
    check(&world("x86-64-v2"), &["ext.so: liba.so = runpath libs/glibc-hwcaps/x86-64-v2/liba.so"]);
    check(&world("x86-64-v1"), &["ext.so: liba.so = runpath libs/liba.so"]);
}

#[test]
fn tls_is_searched_before_2_37() {
    let world = |version: &str| {
        format!(
            "
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.2.5,GLIBC_{version}
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so runpath:$ORIGIN/libs
//- @/libs/liba.so elf x86_64
//- @/libs/tls/liba.so elf x86_64
"
        )
    };
    check(&world("2.36"), &["ext.so: liba.so = runpath libs/tls/liba.so"]);
    check(&world("2.37"), &["ext.so: liba.so = runpath libs/liba.so"]);
}

#[test]
fn default_directories_can_be_ruled_out() {
    let world = |flag: &str| format!("//- @/ext.so elf x86_64 defines:PyInit_ext needs:libm.so.6 {flag}\n");
    check(&world(""), &["ext.so: libm.so.6 = default /lib64/libm.so.6"]);
    check(&world("nodeflib"), &["ext.so: libm.so.6 = none"]);
}

#[test]
fn configured_directories_stand_in_for_a_cache() {
    check(
        "
//- /etc/ld.so.conf
# a comment
include /etc/ld.so.conf.d/*.conf
//- /etc/ld.so.conf.d/b.conf
/opt/two # and another
//- /etc/ld.so.conf.d/a.conf
/opt/one
//- /etc/ld.so.conf.d/c.text
/opt/three
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so,libb.so,libc1.so
//- /opt/one/liba.so elf x86_64
//- /opt/two/liba.so elf x86_64
//- /opt/two/libb.so elf x86_64
//- /opt/three/libc1.so elf x86_64
",
        &[
            "ext.so: liba.so = cache /opt/one/liba.so",
            "ext.so: libb.so = cache /opt/two/libb.so",
            "ext.so: libc1.so = none",
        ],
    );
}

#[test]
fn a_name_with_a_slash_is_a_path() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:$ORIGIN/libs/liba.so,/opt/libb.so,/gone/libc1.so rpath:$ORIGIN/libs
//- @/libs/liba.so elf x86_64
//- @/libs/libc1.so elf x86_64
//- /opt/libb.so elf x86_64
",
        &[
            "ext.so: $ORIGIN/libs/liba.so = path libs/liba.so",
            "ext.so: /opt/libb.so = path /opt/libb.so",
            "ext.so: /gone/libc1.so = none",
        ],
    );
}

#[test]
fn cycles_end() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so runpath:$ORIGIN/libs
//- @/libs/liba.so elf x86_64 needs:libb.so runpath:$ORIGIN
//- @/libs/libb.so elf x86_64 needs:liba.so,libb.so runpath:$ORIGIN
",
        &["libs/libb.so: liba.so = already-loaded libs/liba.so", "libs/libb.so: libb.so = already-loaded libs/libb.so"],
    );
}

#[test]
fn breadth_first() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so,libz.so runpath:$ORIGIN/libs:$ORIGIN/two
//- @/libs/liba.so elf x86_64 needs:libz.so runpath:$ORIGIN/../one
//- @/one/libz.so elf x86_64
//- @/two/libz.so elf x86_64
",
        &["ext.so: libz.so = runpath two/libz.so", "libs/liba.so: libz.so = already-loaded two/libz.so"],
    );
}

#[test]
fn an_auxiliary_may_be_absent() {
    let world = |kind: &str| format!("//- @/ext.so elf x86_64 defines:PyInit_ext {kind}:libgone.so\n");
    let breaks = |files: &str| {
        let scan = super::scan(GLIBC, files);
        scan.imports.iter().any(|import| !import.loads.unmet.is_empty())
    };
    assert!(!breaks(&world("auxiliary")));
    assert!(breaks(&world("needs")));
}

#[test]
fn a_preload_answers_to_its_soname_and_an_absent_one_is_ignored() {
    let world = |soname: &str| {
        format!(
            "
//* LD_PRELOAD=/gone/libx.so:/first/liba.so
//- /first/liba.so elf x86_64 {soname}
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so rpath:$ORIGIN/libs
//- @/libs/liba.so elf x86_64
"
        )
    };
    check(&world("soname:liba.so"), &["ext.so: liba.so = already-loaded:soname /first/liba.so"]);
    check(&world(""), &["ext.so: liba.so = rpath libs/liba.so"]);
}

#[test]
fn lib_and_platform_are_tokens_like_origin() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so,libb.so,libc1.so runpath:$ORIGIN/$LIB:${ORIGIN}/${PLATFORM}:$ORIGIN/$LIBS
//- @/lib64/liba.so elf x86_64
//- @/x86_64/libb.so elf x86_64
//- @/lib64S/libc1.so elf x86_64
",
        &[
            "ext.so: liba.so = runpath lib64/liba.so",
            "ext.so: libb.so = runpath x86_64/libb.so",
            "ext.so: libc1.so = none",
        ],
    );
}

#[test]
fn a_library_is_judged_in_the_context_of_each_importer() {
    check(
        "
//- @/one.so elf x86_64 defines:PyInit_one needs:liba.so rpath:$ORIGIN/libs:$ORIGIN/1
//- @/two.so elf x86_64 defines:PyInit_two needs:liba.so rpath:$ORIGIN/libs:$ORIGIN/2
//- @/libs/liba.so elf x86_64 needs:libb.so
//- @/1/libb.so elf x86_64
//- @/2/libb.so elf x86_64
",
        &["libs/liba.so: libb.so = rpath:importer 1/libb.so | rpath:importer 2/libb.so"],
    );
}
