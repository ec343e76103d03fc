//! The picture: frames, bridges, dots, a legend, and red the whole way.

use std::collections::BTreeSet;

use dylens::export::FORMATS;

use crate::common::{plain, scan, written};
use crate::export::{SITE, broken};

fn drawn(world: &str) -> String {
    let svg = FORMATS.iter().find(|format| format.name == "svg").expect("in the table");
    written(svg, &scan(world), &plain())
}

/// A module of `upper` needs a library of `lower`, which needs one that is not there; and two that need all of `lower`.
fn world(more: &str) -> String {
    format!(
        "//* VIRTUAL_ENV=/env
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6
//- /usr/bin/python3.12 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6
//- /usr/lib/python3.12/os.py
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.12.7
//- /env/bin/python3 -> /usr/bin/python3.12
//- /env/{SITE}/upper-1.0.dist-info/RECORD
upper/_a.abi3.so,,
upper/_b.abi3.so,,
//- /env/{SITE}/lower-2.0.dist-info/RECORD
lower/liba.so,,
lower/libb.so,,
//- /env/{SITE}/upper/_a.abi3.so elf x86_64 defines:PyInit__a needs:liba.so,libb.so rpath:$ORIGIN/../lower
//- /env/{SITE}/upper/_b.abi3.so elf x86_64 defines:PyInit__b needs:libb.so rpath:$ORIGIN/../lower
//- /env/{SITE}/lower/liba.so elf x86_64 soname:liba.so needs:libgone.so
//- /env/{SITE}/lower/libb.so elf x86_64 soname:libb.so
{more}"
    )
}

#[test]
fn what_leads_to_something_broken_is_red_the_whole_way() {
    let text = drawn(&world(""));
    let red = text.lines().filter(|line| line.starts_with("<path class=\"error\" d=")).count();
    // From the module to the library and from there to what is missing; nothing to what is well.
    assert!(red >= 2, "{text}");
    let well = drawn(&world("").replace("needs:libgone.so", ""));
    assert!(!well.contains("<path class=\"error\""), "{well}");
    assert!(!well.contains(">fails</text>") && text.contains(">fails</text>"), "the legend says what occurs");
}

#[test]
fn what_fails_because_of_another_bears_its_mark() {
    let text = drawn(&world(""));
    let class = |name: &str| {
        let title = format!("<title>{name}");
        let rest = text.lines().find(|line| line.starts_with("<g id=\"b") && line.contains(&title));
        let class = rest.unwrap_or_else(|| panic!("{name}\n{text}")).split("class=\"").nth(1);
        class.and_then(|class| class.split('"').next()).unwrap_or_default().to_owned()
    };
    assert_eq!(class("upper._a ✗↓"), "module affected");
    assert_eq!(class("liba.so ✗"), "library error");
    assert_eq!(class("libgone.so"), "missing error", "its frame says it");
    assert_eq!(class("upper._b"), "module fine");
    assert!(text.contains(">fails because of another</text>"), "{text}");
}

#[test]
fn a_package_is_a_frame_round_its_files() {
    let text = drawn(&world(""));
    for name in ["upper 1.0", "lower 2.0"] {
        let frame = text.lines().find(|line| line.starts_with("<g class=\"frame\"") && line.contains(name));
        assert!(frame.is_some(), "{name}\n{text}");
    }
    assert!(!text.contains("class=\"distribution"), "a package is no box");
}

#[test]
fn lines_of_one_net_meet_in_dots() {
    assert!(drawn(&world("")).contains("<circle "), "two modules lead to one library");
    let alone = world("").replace("needs:liba.so,libb.so", "needs:liba.so").replace("needs:libb.so", "needs:libc.so.6");
    assert!(!drawn(&alone).contains("<circle "), "{}", drawn(&alone));
}

#[test]
fn lines_that_cross_are_bridges() {
    // Each of three needs two of three: on a plane, that crosses.
    let needs = [("x", "liba.so,libb.so"), ("y", "libb.so,libc3.so"), ("z", "liba.so,libc3.so")];
    let module = |(name, needs): &(&str, &str)| {
        format!("//- /env/{SITE}/{name}.abi3.so elf x86_64 defines:PyInit_{name} needs:{needs} rpath:$ORIGIN/lower\n")
    };
    let library = format!("//- /env/{SITE}/lower/libc3.so elf x86_64 soname:libc3.so\n");
    let text = drawn(&world(&format!("{library}{}", needs.iter().map(module).collect::<String>())));
    assert!(text.contains("a3 3 0 0 1 6 0"), "{text}");
}

#[test]
fn beyond_150_boxes_packages_are_folded_but_for_what_is_broken() {
    // Modules that differ in what they need: no two are alike.
    let site = format!("/env/{SITE}");
    let library = |at: usize| format!("//- {site}/wide/l{at}.so elf x86_64 soname:l{at}.so\n");
    let module = |at: usize| {
        format!(
            "//- {site}/wide/m{at}.abi3.so elf x86_64 defines:PyInit_m{at} needs:l{at}.so,l{}.so rpath:$ORIGIN\n",
            at / 2
        )
    };
    let record: String = (0..100).map(|at| format!("wide/l{at}.so,,\nwide/m{at}.abi3.so,,\n")).collect();
    let record = format!("//- {site}/wide-3.0.dist-info/RECORD\n{record}");
    let files: String = (0..100).map(|at| format!("{}{}", library(at), module(at))).collect();
    let text = drawn(&world(&format!("{record}{files}")));
    let boxes = text.lines().filter(|line| line.starts_with("<g id=\"b")).count();
    assert!(boxes < 20, "{boxes}");
    assert!(text.contains(">wide 200<"), "{text}");
    assert!(text.contains(">libgone.so<"));
}

#[test]
fn boxes_and_routes_of_a_page_have_names_of_their_own() {
    let html = FORMATS.iter().find(|format| format.name == "html").expect("in the table");
    let text = written(html, &broken(), &plain());
    let ids: Vec<&str> = text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len(), "{ids:?}");
    assert!(text.contains("<path id=\"l") && ids.contains(&"routes") && ids.contains(&"b0"));
}
