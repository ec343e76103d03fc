//! `ldso/dynlink.c`, rule by rule.

use super::{MUSL, check as check_in};

#[track_caller]
fn check(files: &str, expected: &[&str]) {
    check_in(MUSL, files, expected);
}

#[test]
fn library_path_comes_before_every_rpath() {
    for path in ["rpath", "runpath"] {
        check(
            &format!(
                "
//* LD_LIBRARY_PATH=/e
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so,libb.so {path}:$ORIGIN/libs
//- @/libs/liba.so elf x86_64
//- @/libs/libb.so elf x86_64
//- /e/liba.so elf x86_64
"
            ),
            &["ext.so: liba.so = LD_LIBRARY_PATH /e/liba.so", &format!("ext.so: libb.so = {path} libs/libb.so")],
        );
    }
}

#[test]
fn runpath_is_inherited_as_rpath_is() {
    for path in ["rpath", "runpath"] {
        check(
            &format!(
                "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so {path}:$ORIGIN/libs
//- @/libs/liba.so elf x86_64 needs:libb.so
//- @/libs/libb.so elf x86_64
"
            ),
            &[&format!("libs/liba.so: libb.so = {path}:importer libs/libb.so")],
        );
    }
}

#[test]
fn the_parts_of_the_c_library_are_built_in() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:libc.so.6,libm.so,libpthread.so.0,libdl.so.2,libmy.so runpath:$ORIGIN
//- @/libc.so.6 elf x86_64
//- @/libmy.so elf x86_64
",
        &[
            "ext.so: libc.so.6 = builtin",
            "ext.so: libm.so = builtin",
            "ext.so: libpthread.so.0 = builtin",
            "ext.so: libdl.so.2 = builtin",
            "ext.so: libmy.so = runpath libmy.so",
        ],
    );
}

#[test]
fn a_soname_is_no_name() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so,libz.so.1 runpath:$ORIGIN/libs
//- @/libs/liba.so elf x86_64 soname:libz.so.1
",
        &["ext.so: libz.so.1 = none"],
    );
}

#[test]
fn default_directories_in_order_or_as_configured() {
    let files = "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so
//- /usr/local/lib/liba.so elf x86_64
//- /usr/lib/liba.so elf x86_64
//- /opt/lib/liba.so elf x86_64
";
    check(files, &["ext.so: liba.so = default /usr/local/lib/liba.so"]);
    let configured = format!("//- /etc/ld-musl-x86_64.path\n/none\n/opt/lib:/usr/lib\n{files}");
    check(&configured, &["ext.so: liba.so = default /opt/lib/liba.so"]);
}

#[test]
fn another_processor_ends_the_search() {
    check(
        "
//- @/ext.so elf x86_64 defines:PyInit_ext needs:liba.so runpath:$ORIGIN/one:$ORIGIN/two
//- @/one/liba.so elf aarch64
//- @/two/liba.so elf x86_64
",
        &["ext.so: liba.so = none"],
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
