use super::*;

#[test]
fn a_file_name_is_read_from_both_ends() {
    let name = FileName::of("/x/google_re2-1.1-1-cp311-cp311-macosx_14_0_arm64.whl").expect("a wheel's name");
    assert_eq!((name.name, name.version, name.build), ("google_re2", "1.1", "1"));
    let name = FileName::of("a-1-cp37-abi3-macosx_10_9_x86_64.macosx_11_0_arm64.whl").expect("a wheel's name");
    assert_eq!((name.build, name.tags.len()), ("", 2));
    for no_name in ["a.whl", "a-1.whl", "a-1-py3-none.whl", ".whl", "a-1-1-py3-none.whl"] {
        assert!(FileName::of(no_name).is_none(), "{no_name}");
    }
}

#[test]
fn what_a_wheel_fits_is_told_in_few_words() {
    let fits = |tags: &str| Wheel { tags: Tag::set(tags), ..Wheel::default() }.fits();
    assert_eq!(fits("cp311-cp311-macosx_11_0_arm64"), "cp311 macosx_11_0_arm64");
    assert_eq!(
        fits("cp39-abi3-macosx_10_12_x86_64.macosx_11_0_arm64"),
        "cp39-abi3 macosx_10_12_x86_64.macosx_11_0_arm64"
    );
    assert_eq!(fits("py2.py3-none-any"), "py2.py3 any");
}

#[test]
fn a_tag_for_macs_promises_processors_and_a_release() {
    let tag = |platform: &str| Tag::set(&format!("cp311-cp311-{platform}")).remove(0);
    let both = tag("macosx_10_9_universal2");
    assert_eq!(both.mac_archs(), [Arch::X86_64, Arch::AARCH64]);
    assert_eq!(both.oldest_mac(Arch::X86_64), Some(Release::new(10, 9)));
    assert_eq!(both.oldest_mac(Arch::AARCH64), Some(Release::new(11, 0)));
    assert_eq!(tag("macosx_14_0_arm64").oldest_mac(Arch::AARCH64), Some(Release::new(14, 0)));
    assert_eq!(tag("macosx_14_0_arm64").oldest_mac(Arch::X86_64), None);
    assert_eq!(tag("manylinux_2_17_x86_64").oldest_mac(Arch::X86_64), None);
}

#[test]
fn a_tag_tells_version_processor_and_endings() {
    let told = |text: &str| {
        let tag = Tag::set(text).remove(0);
        let suffixes: Vec<String> = tag.suffixes().iter().map(ToString::to_string).collect();
        (tag.version(), tag.arch().map(|arch| arch.to_string()), suffixes.join(" "))
    };
    let arch = |word: &str| Some(word.to_owned());
    for (tag, version, arch, suffixes) in [
        (
            "cp311-cp311-manylinux_2_17_x86_64",
            Some((3, 11)),
            arch("x86_64"),
            ".cpython-311-x86_64-linux-gnu.so .abi3.so .so",
        ),
        (
            "cp311-cp311-musllinux_1_2_aarch64",
            Some((3, 11)),
            arch("aarch64"),
            ".cpython-311-aarch64-linux-musl.so .abi3.so .so",
        ),
        ("cp310-cp310-musllinux_1_1_i686", Some((3, 10)), arch("i686"), ".cpython-310-i386-linux-gnu.so .abi3.so .so"),
        ("cp311-none-macosx_11_0_arm64", Some((3, 11)), arch("aarch64"), ".cpython-311-darwin.so .abi3.so .so"),
        ("cp313-cp313t-macosx_11_0_universal2", Some((3, 13)), None, ".cpython-313t-darwin.so .so"),
        ("cp37-cp37m-win_amd64", Some((3, 7)), arch("x86_64"), ".cp37-win_amd64.pyd .pyd"),
        ("cp39-abi3-win32", None, arch("i686"), ".pyd"),
        ("cp39-abi3-manylinux2014_s390x", None, arch("s390x"), ".abi3.so .so"),
        (
            "pp310-pypy310_pp73-manylinux_2_17_armv7l",
            Some((3, 10)),
            arch("armv7l"),
            ".pypy310-pp73-arm-linux-gnueabihf.so .so",
        ),
        ("py3-none-any", None, None, ""),
    ] {
        assert_eq!(told(tag), (version, arch, suffixes.to_owned()), "{tag}");
    }
}
