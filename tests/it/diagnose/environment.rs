//! The environment itself: damaged configuration, what belongs to whom.

use super::*;

#[test]
fn a_file_belongs_to_the_distribution_that_recorded_it() {
    let scan = scan("//- SITE/good_name-2.0.dist-info/RECORD\ngood/_good.TAG,,\n");
    let owners: Vec<_> =
        scan.distributions.iter().map(|(_, owner)| (owner.name.as_str(), owner.version.as_str())).collect();
    assert_eq!(owners, [("good_name", "2.0")]);
}

#[test]
fn an_editable_project_belongs_to_its_distribution_and_is_scanned() {
    let scan = scan(
        "//- SITE/mine.pth
/home/me/mine/src
//- SITE/mine-0.1.dist-info/direct_url.json
{\"url\": \"file:///home/me/mine\", \"dir_info\": {\"editable\": true}}
//- /home/me/mine/src/mine/_native.abi3.so elf x86_64 defines:PyInit__native needs:libgone.so
//- /home/me/mine/src/target/release/libnative.so elf x86_64 needs:libother.so
",
    );
    let finding = finding(&scan, "library-missing");
    assert_eq!(finding.subject, "libgone.so");
    assert_eq!(scan.modules(), 2);
    assert!(scan.distributions.iter().any(|(_, owner)| owner.name == "mine"));
}

#[test]
fn the_worst_comes_first_and_what_breaks_most_before_what_breaks_less() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libone.so
//- SITE/a/_b.TAG elf x86_64 defines:PyInit__b needs:libtwo.so
//- SITE/a/_c.TAG elf x86_64 defines:PyInit__c needs:libtwo.so
//- SITE/z/libplugin.so elf x86_64 needs:libnever.so
",
    );
    let subjects: Vec<_> = findings(&scan, "library-missing").iter().map(|finding| finding.subject.as_str()).collect();
    assert_eq!(subjects, ["libtwo.so", "libone.so", "libnever.so"]);
}
