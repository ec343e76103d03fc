use super::{Binary, BuildAbort, NuitkaResolution, Scanned, Surroundings, folders, scan};
use crate::discover::tool::{NEWEST_NUITKA, Version};
use crate::image::{Arch, Name};
use crate::vfs::VPath;

/// A file to be scanned and what lies around it.
#[derive(Clone, Copy, Default)]
struct Case<'a> {
    path: &'a str,
    package: &'a str,
    id: &'a str,
    needs: &'a [&'a str],
    rpaths: &'a [&'a str],
    inherited: &'a [&'a str],
    /// Files beside the one that is scanned.
    files: &'a [&'a str],
    suffix: &'a str,
    is_intel: bool,
}

impl Case<'_> {
    fn scan(&self, version: &str) -> Result<Scanned, BuildAbort> {
        let names = |texts: &[&str]| texts.iter().map(Name::from).collect::<Vec<_>>();
        let (path, identity) = (VPath::new(self.path), Name::from(self.id));
        let inherited: Vec<VPath> = self.inherited.iter().map(VPath::new).collect();
        let binary = Binary {
            path: &path,
            package: (!self.package.is_empty()).then_some(self.package),
            identity: (!self.id.is_empty()).then_some(&identity),
            needs: &names(self.needs),
            rpaths: &names(self.rpaths),
            inherited: &inherited,
        };
        let around = Surroundings {
            exists: &|path| {
                let path = path.folded().to_string();
                path == self.path || self.files.contains(&path.as_str())
            },
            suffix: if self.suffix.is_empty() { ".cpython-311-darwin.so" } else { self.suffix },
            arch: if self.is_intel { Arch::X86_64 } else { Arch::AARCH64 },
            folders: &[],
        };
        scan(version.parse().expect("a version"), &binary, &around)
    }

    fn copes(&self, version: &str) -> bool {
        self.scan(version).is_ok()
    }

    /// It dies with the first version and copes with the second.
    fn is_mended(&self, from: &str, to: &str) {
        assert!(!self.copes(from), "{from} copes with {}", self.id);
        let scanned = self.scan(to);
        assert!(scanned.is_ok(), "{to}: {scanned:?}");
    }

    fn message(&self, version: &str) -> String {
        self.scan(version).expect_err("a version that stops").message
    }
}

const TOKENIZERS: Case = Case {
    path: "/s/tokenizers/tokenizers.abi3.so",
    package: "tokenizers",
    id: "@rpath/tokenizers.tokenizers.abi3.so",
    needs: &[],
    rpaths: &[],
    inherited: &[],
    files: &[],
    suffix: "",
    is_intel: false,
};

const TSDOWNSAMPLE: Case = Case {
    path: "/s/tsdownsample/_rust/_tsdownsample_rs.cpython-312-darwin.so",
    package: "tsdownsample._rust",
    id: "@rpath/tsdownsample._rust._tsdownsample_rs.cpython-312-darwin.so",
    suffix: ".cpython-312-darwin.so",
    ..TOKENIZERS
};

#[test]
fn the_package_as_first_part_is_dropped_since_1_7_6() {
    TOKENIZERS.is_mended("1.7.5", "1.7.6");
    assert!(!Case { id: "@rpath/other.tokenizers.abi3.so", ..TOKENIZERS }.copes("1.7.6"));
    assert!(!TSDOWNSAMPLE.copes("1.7.6"), "a package inside another is no first part");
}

#[test]
fn dropping_the_first_part_spoils_names_that_start_with_the_package_themselves() {
    let case = Case {
        path: "/s/deltalake/_internal.abi3.so",
        package: "deltalake",
        id: "@rpath/deltalake.abi3.so",
        ..TOKENIZERS
    };
    assert!(case.message("1.7.5").contains("(resolved DLL to /s/deltalake/deltalake.abi3.so)"));
    assert!(case.message("1.7.6").contains("(resolved DLL to /s/deltalake/abi3.so)"));
}

#[test]
fn the_suffix_of_the_running_interpreter_stands_for_abi3_since_1_1_6() {
    let case = Case { path: "/s/w/_n.abi3.so", package: "w", id: "@rpath/_n.cpython-311-darwin.so", ..TOKENIZERS };
    case.is_mended("1.1.5", "1.1.6");
    case.is_mended("1.2rc5", "1.2rc6");
    assert!(!Case { suffix: ".cpython-312-darwin.so", ..case }.copes("1.1.6"));
}

#[test]
fn one_version_number_may_be_missing_since_1_7_and_all_since_2_0_2() {
    let case = Case { path: "/s/p/libx.dylib", package: "p", id: "/usr/local/lib/libx.2.dylib", ..TOKENIZERS };
    case.is_mended("1.6.6", "1.7");
    let case = Case { id: "/usr/local/lib/libx.2.1.dylib", ..case };
    case.is_mended("2.0.1", "2.0.2");
    assert!(!Case { id: "/usr/local/lib/liby.2.dylib", ..case }.copes("2.0.2"));
}

#[test]
fn the_name_of_the_processor_may_follow_since_2_2_1_and_on_intel_since_2_6_1() {
    let case = Case { path: "/s/p/libx_arm64.dylib", package: "p", id: "@rpath/libx.dylib", ..TOKENIZERS };
    case.is_mended("2.2", "2.2.1");
    assert!(!Case { is_intel: true, ..case }.copes("4.0"));
    Case { path: "/s/p/libx_x86_64.dylib", is_intel: true, ..case }.is_mended("2.6", "2.6.1");
    Case { id: "@rpath/libx.3.dylib", ..case }.is_mended("2.2", "2.2.1");
}

#[test]
fn the_package_as_prefix_is_dropped_since_2_3_11() {
    TSDOWNSAMPLE.is_mended("2.3.10", "2.3.11");
    assert!(!Case { package: "tsdownsample", ..TSDOWNSAMPLE }.copes("2.3.11"), "the package must be the module's own");
    assert!(!Case { id: "@rpath/tsdownsample.cpython-312-darwin.so", ..TSDOWNSAMPLE }.copes("4.3.3"));
}

#[test]
fn candidates_learn_of_hotfixes_later_than_their_numbers_tell() {
    TSDOWNSAMPLE.is_mended("2.4rc7", "2.4rc8");
    TSDOWNSAMPLE.is_mended("2.4rc7", "2.4");
}

#[test]
fn so_and_dylib_stand_for_each_other_since_2_4_8() {
    let case = Case { path: "/s/coremltools/libm.so", package: "coremltools", id: "@rpath/libm.dylib", ..TOKENIZERS };
    case.is_mended("2.4.7", "2.4.8");
    Case { path: "/s/coremltools/libm.dylib", id: "@rpath/libm.so", ..case }.is_mended("2.4.7", "2.4.8");
    assert!(!Case { id: "@rpath/libn.dylib", ..case }.copes("2.4.8"));
}

#[test]
fn the_tag_may_be_missing_since_4_0_3() {
    let case = Case { path: "/s/re2/_re2.cpython-311-darwin.so", package: "re2", id: "@rpath/_re2.so", ..TOKENIZERS };
    case.is_mended("4.0.2", "4.0.3");
    assert!(!Case { suffix: ".cpython-312-darwin.so", ..case }.copes("4.0.3"));
    assert!(!Case { id: "@rpath/_re2", ..case }.copes("4.0.3"));
}

#[test]
fn an_absolute_name_is_searched_beside_the_file_since_4_1_1() {
    let case = Case { path: "/s/p/m.so", needs: &["/build/liby.dylib"], files: &["/s/p/liby.dylib"], ..TOKENIZERS };
    let case = Case { id: "", ..case };
    // Since 2.4.8 the search for other versions finds it, too.
    case.is_mended("2.4.7", "2.4.8");
    let case = Case { needs: &["/build/liby.tbd"], files: &["/s/p/liby.tbd"], ..case };
    case.is_mended("4.1", "4.1.1");
    assert!(!Case { files: &["/s/liby.tbd"], ..case }.copes("4.3.3"));
}

#[test]
fn a_library_may_have_more_version_numbers_than_its_name_since_4_1_2() {
    let case = Case { path: "/s/o/libo.1.32.0.dylib", package: "o", id: "@rpath/libo.1.dylib", ..TOKENIZERS };
    case.is_mended("4.1.1", "4.1.2");
    assert!(!Case { id: "@rpath/libother.1.dylib", ..case }.copes("4.1.2"));
}

#[test]
fn a_name_that_is_the_files_own_is_passed_over_except_below_rpath_and_loader_path() {
    let case = Case { path: "/s/p/libx.dylib", package: "p", id: "/build/libx.dylib", ..TOKENIZERS };
    for id in ["/build/libx.dylib", "bazel-out/libx.dylib", "libx.dylib", "@executable_path/libx.dylib"] {
        assert!(Case { id, ..case }.copes("1.0"), "{id}");
    }
    Case { id: "@rpath/sub/libx.dylib", ..case }.is_mended("2.0.1", "2.0.2");
}

#[test]
fn the_programs_folder_is_the_files_own_since_4_1() {
    let case = Case { path: "/s/p/m.so", id: "", needs: &["@executable_path/liby.dylib"], ..TOKENIZERS };
    let case = Case { files: &["/s/p/liby.dylib"], ..case };
    assert!(!case.copes("2.4.7"));
    assert!(Case { needs: &["@executable_path/../liby"], files: &["/s/liby"], ..case }.copes("4.1"));
    assert!(!Case { needs: &["@executable_path/../liby"], files: &["/s/liby"], ..case }.copes("4.0.8"));
}

#[test]
fn relative_names_end_no_build_since_1_6() {
    let case = Case { path: "/s/p/m.so", package: "p", id: "bazel-out/bin/lib_m.so", ..TOKENIZERS };
    case.is_mended("1.5", "1.6");
    case.is_mended("1.6rc9", "1.6rc10");
    assert!(!Case { id: "/bazel-out/bin/lib_m.so", ..case }.copes("1.6"));
}

#[test]
fn libraries_that_the_system_keeps_in_its_cache_may_be_missing_since_2_2() {
    let case = Case { path: "/s/p/m.so", package: "p", id: "", needs: &["@rpath/libc++.1.dylib"], ..TOKENIZERS };
    case.is_mended("2.1.6", "2.2");
    assert!(!Case { needs: &["@rpath/libc++abi.1.dylib"], ..case }.copes("2.2"));
    assert!(
        Case { needs: &["/usr/lib/libany.dylib", "/System/Library/Frameworks/A.framework/A"], ..case }.copes("1.0")
    );
    assert!(!Case { needs: &["/System/Library/Other/A"], ..case }.copes("4.3.3"));
}

#[test]
fn rpaths_are_searched_in_order_after_the_files_own_folder() {
    let case = Case {
        path: "/s/p/m.so",
        package: "p",
        id: "",
        needs: &["@rpath/liby.dylib"],
        rpaths: &["@executable_path/../lib", "@loader_path/../a", "/b"],
        files: &["/b/liby.dylib", "/s/a/liby.dylib", "/s/lib/liby.dylib"],
        ..TOKENIZERS
    };
    let found = |case: &Case| case.scan("1.0").expect("a version that copes").resolved[0].found.clone();
    assert_eq!(found(&case), NuitkaResolution::File(VPath::new("/s/a/liby.dylib")));
    assert_eq!(found(&Case { files: &["/b/liby.dylib"], ..case }), NuitkaResolution::File(VPath::new("/b/liby.dylib")));
    assert!(!Case { files: &["/s/lib/liby.dylib"], ..case }.copes("4.3.3"));
}

#[test]
fn rpaths_of_whoever_needs_a_file_count_since_4_1() {
    let case = Case { path: "/s/p/libx.dylib", id: "", needs: &["@rpath/liby.dylib"], ..TOKENIZERS };
    let case = Case { inherited: &["/s/lib"], files: &["/s/lib/liby.dylib"], ..case };
    case.is_mended("4.0.8", "4.1");
    let rpaths = case.scan("4.1").expect("a version that copes").rpaths;
    assert_eq!(rpaths, [VPath::new("/s/p"), VPath::new("/s/lib")]);
}

#[test]
fn what_a_package_may_miss_leaves_the_file_out_of_the_bundle() {
    let case = Case { path: "/s/numba/np/ufunc/omppool.cpython-311-darwin.so", id: "", ..TOKENIZERS };
    let case = Case { package: "numba.np.ufunc", needs: &["@rpath/libomp.dylib"], ..case };
    case.is_mended("2.2", "2.2.1");
    let left_out = case.scan("2.2.1").expect("a version that copes").left_out;
    assert_eq!(left_out, Some(Name::from("@rpath/libomp.dylib")));
    assert!(!Case { package: "lightgbm", ..case }.copes("4.3.3"));
    assert!(!Case { needs: &["@rpath/libother.dylib"], ..case }.copes("4.3.3"));
}

#[test]
fn a_name_is_read_up_to_the_versions_that_otool_writes_after_it() {
    let case = Case { path: "/s/p/x.so", package: "p", id: "/build (1)/libx.dylib", ..TOKENIZERS };
    assert!(case.message("2.4").contains("failed to find path /build (resolved DLL to /build)"));
    assert!(case.scan("2.4").expect_err("a version that stops").is_identity);
}

#[test]
fn the_folders_of_a_package_are_those_with_libraries_and_the_ones_between() {
    let files = ["/s/p/a/b/x.so", "/s/p/c.py", "/s/p/d/e.py", "/s/p/__pycache__/y.so", "/s/q/z.so", "/s/p/l/z.so.1"];
    let files = files.map(VPath::new);
    let found: Vec<String> = folders(&VPath::new("/s/p"), &files).iter().map(VPath::to_string).collect();
    assert_eq!(found, ["/s/p", "/s/p/a", "/s/p/a/b", "/s/p/l"]);
}

#[test]
fn versions_that_are_not_known_behave_as_the_nearest_that_is() {
    let newest = NEWEST_NUITKA.to_string();
    for case in [TOKENIZERS, TSDOWNSAMPLE, Case { id: "@rpath/other.so", ..TOKENIZERS }] {
        assert_eq!(case.scan("9.9"), case.scan(&newest));
        assert_eq!(case.scan("0.9"), case.scan("1.0"));
    }
    assert!(Version::new(4, 3, 2) < NEWEST_NUITKA);
}

#[test]
fn the_message_of_1_0_does_not_tell_where_it_looked() {
    assert_eq!(
        TOKENIZERS.message("1.0"),
        "FATAL: Error, failed to resolve DLL path @rpath/tokenizers.tokenizers.abi3.so (for \
         /s/tokenizers/tokenizers.abi3.so), please report the bug."
    );
}

#[test]
fn issue_1844_says_what_1_1_5_prints_and_1_1_6_mends() {
    let case = Case {
        path: "/s/watchfiles/_rust_notify.abi3.so",
        package: "watchfiles",
        id: "@rpath/_rust_notify.cpython-310-darwin.so",
        suffix: ".cpython-310-darwin.so",
        ..TOKENIZERS
    };
    assert_eq!(
        case.message("1.1.5"),
        "FATAL: Error, failed to find path @rpath/_rust_notify.cpython-310-darwin.so (resolved DLL to \
         /s/watchfiles/_rust_notify.cpython-310-darwin.so) for /s/watchfiles/_rust_notify.abi3.so, please report \
         the bug."
    );
    assert!(case.copes("1.1.6"));
}

#[test]
fn issue_2305_says_what_1_6_6_prints_and_1_7_mends() {
    let case = Case {
        path: "/s/_sounddevice_data/portaudio-binaries/libportaudio.dylib",
        package: "sounddevice",
        id: "/usr/local/lib/libportaudio.2.dylib",
        ..TOKENIZERS
    };
    assert_eq!(
        case.message("1.6.6"),
        "FATAL: Error, failed to find path /usr/local/lib/libportaudio.2.dylib (resolved DLL to \
         /usr/local/lib/libportaudio.2.dylib) for /s/_sounddevice_data/portaudio-binaries/libportaudio.dylib from \
         'sounddevice', please report the bug."
    );
    assert!(case.copes("1.7"));
}

#[test]
fn issue_2327_says_what_1_8rc4_prints_and_nothing_mends() {
    let id = "/Users/runner/work/tokenizers/tokenizers/bindings/python/target/release/deps/libtokenizers.dylib";
    let case = Case { path: "/s/tokenizers/tokenizers.cpython-310-darwin.so", id, is_intel: true, ..TOKENIZERS };
    assert_eq!(
        case.message("1.8rc4"),
        format!(
            "FATAL: Error, failed to find path {id} (resolved DLL to {id}) for \
             /s/tokenizers/tokenizers.cpython-310-darwin.so from 'tokenizers', please report the bug."
        )
    );
    assert!(!case.copes("4.3.3"));
}

/// The report of the issue names the top package; the scan is given the module's, and could not be mended else.
#[test]
fn issue_2958_says_what_2_4rc7_prints_and_2_3_11_mends() {
    assert_eq!(
        TSDOWNSAMPLE.message("2.4rc7"),
        "FATAL: Error, failed to find path @rpath/tsdownsample._rust._tsdownsample_rs.cpython-312-darwin.so \
         (resolved DLL to \
         /s/tsdownsample/_rust/tsdownsample._rust._tsdownsample_rs.cpython-312-darwin.so) for \
         /s/tsdownsample/_rust/_tsdownsample_rs.cpython-312-darwin.so from 'tsdownsample._rust', please report the \
         bug."
    );
    assert!(TSDOWNSAMPLE.scan("2.4rc7").expect_err("a version that stops").is_identity);
}

/// The report of the issue has the words of older releases; these are those of the source of 4.1.
#[test]
fn issue_3900_says_what_4_1_prints_and_4_1_2_mends() {
    let case = Case {
        path: "/s/onnxruntime/capi/libonnxruntime.1.26.0.dylib",
        package: "onnxruntime",
        id: "@rpath/libonnxruntime.1.dylib",
        rpaths: &["@loader_path"],
        ..TOKENIZERS
    };
    assert_eq!(
        case.message("4.1"),
        "FATAL: Error, failed to find path '@rpath/libonnxruntime.1.dylib' (resolved DLL to \
         '/s/onnxruntime/capi/libonnxruntime.1.dylib') for binary \
         '/s/onnxruntime/capi/libonnxruntime.1.26.0.dylib' from package 'onnxruntime', please report the bug."
    );
    assert!(case.copes("4.1.2"));
}
