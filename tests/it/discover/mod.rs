//! From a path, or from none, to what is looked at: worlds as text.

pub mod bundle;
mod here;
mod root;
mod wheel;
mod windows;
mod zipped;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dylens::discover::{Kind, Machine, Request, Target, discover, environment};
use dylens::error::Error;
use dylens::graph::Node;
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::vfs::{FileSystem, VPath};
use dylens::world::{System, text};

/// A system with a Python of its own.
const SYSTEM: &str = "
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.36
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6
//- /usr/bin/python3 -> python3.11
//- /usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__json needs:libc.so.6
//- /usr/lib/python3/dist-packages/apt_pkg.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit_apt_pkg
";

fn target(world: &str, path: Option<&str>) -> Result<Target, Error> {
    let world = text::read(&format!("{SYSTEM}{world}")).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let fs: Arc<dyn FileSystem> = Arc::new(world.files);
    discover(&fs, &machine, &path.map_or_else(Request::default, |path| Request::of(VPath::new(path))))
}

fn scan(world: &str, path: &str) -> Scan {
    let world = text::read(&format!("{SYSTEM}{world}")).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &machine, &Request::of(VPath::new(path)), &progress).expect("a scan")
}

fn chosen(world: &str, path: Option<&str>) -> (Kind, String, Option<String>) {
    let target = target(world, path).expect("something to look at");
    (target.kind, target.root.to_string(), target.because)
}

const VENVS: &str = "
//- /v/pyvenv.cfg
home = /usr/bin
//- /p/.venv/pyvenv.cfg
home = /usr/bin
//- /p/venv/pyvenv.cfg
home = /usr/bin
//- /c/conda-meta/history
";

#[test]
fn an_active_environment_comes_before_conda_and_the_project() {
    let world = format!("//* VIRTUAL_ENV=/v\n//* CONDA_PREFIX=/c\n//* directory=/p\n{VENVS}");
    assert_eq!(chosen(&world, None), (Kind::Venv, "/v".into(), Some("$VIRTUAL_ENV".into())));
}

#[test]
fn an_active_environment_of_conda_comes_before_the_project() {
    let world = format!("//* CONDA_PREFIX=/c\n//* directory=/p\n{VENVS}");
    assert_eq!(chosen(&world, None), (Kind::Conda, "/c".into(), Some("$CONDA_PREFIX".into())));
}

#[test]
fn an_active_environment_that_is_gone_is_passed_over() {
    let world = format!("//* VIRTUAL_ENV=/gone\n//* directory=/p\n{VENVS}");
    assert_eq!(chosen(&world, None), (Kind::Venv, "/p/.venv".into(), Some("./.venv".into())));
}

#[test]
fn the_python_on_the_path_comes_last() {
    let world = "//* PATH=/nowhere:/usr/bin\n//* directory=/empty\n//- /empty/\n";
    assert_eq!(chosen(world, None), (Kind::Prefix, "/usr".into(), Some("/usr/bin/python3 on PATH".into())));
}

/// Python for Windows, and a virtual environment of it, as `PATH` and a working directory there name them.
const WINDOWS: &str = "//* PATH=C:/nowhere;C:/Py/Scripts;C:/Py;relative
//* directory=C:/project
//- C:/Py/python.exe pe x86_64 program needs:python311.dll
//- C:/Py/python311.dll pe x86_64
//- C:/Py/Lib/os.py
//- C:/Py/Scripts/nuitka.cmd
@echo off
//- C:/v/pyvenv.cfg
home = C:\\Py
version = 3.11.7
//- C:/v/Scripts/python.exe pe x86_64 program
//- C:/v/Scripts/pyinstaller.exe pe x86_64 program
//- C:/project/
//- C:/Windows/System32/make.exe pe x86_64 program
";

#[test]
fn python_for_windows_is_found_on_its_path() {
    assert_eq!(chosen(WINDOWS, None), (Kind::Prefix, "C:/Py".into(), Some("C:/Py/python.exe on PATH".into())));
    let active = WINDOWS.replace("PATH=C:/nowhere", "PATH=C:/v/Scripts");
    assert_eq!(chosen(&active, None).1, "C:/v");
    let none = WINDOWS.replace("C:/Py;", "C:/Windows/System32;");
    target(&none, None).expect_err("no folder that Python lies in itself");
}

#[test]
fn a_command_s_environment_is_found_on_windows_too() {
    let world = text::read(&WINDOWS.replace("C:/Py;", "C:/Py;C:/Windows/System32;C:/v/Scripts;")).expect("a world");
    let machine = Machine::described(&world.settings);
    let of = |program: &str| environment(&world.files, &machine, &VPath::new(program)).map(|path| path.to_string());
    assert_eq!(of("python").as_deref(), Some("C:/Py"));
    assert_eq!(of("nuitka").as_deref(), Some("C:/Py"), "its ending is not typed");
    assert_eq!(of("pyinstaller.exe").as_deref(), Some("C:/v"));
    assert_eq!(of("C:/v/Scripts/python").as_deref(), Some("C:/v"));
    assert_eq!(of("make"), None);
}

#[test]
fn a_shim_of_pyenv_is_followed_to_its_version() {
    let world = "//* PATH=/pyenv/shims\n//* directory=/work
//- /work/
//- /pyenv/shims/python3
#!/bin/sh
//- /pyenv/version
3.12.1
//- /pyenv/versions/3.12.1/bin/python3 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2
//- /pyenv/versions/3.12.1/lib/python3.12/os.py
";
    assert_eq!(chosen(world, None).1, "/pyenv/versions/3.12.1");
}

#[test]
fn without_any_environment_the_error_says_where_was_looked() {
    let error = target("//* directory=/empty\n//- /empty/\n", None).expect_err("nothing there");
    assert!(error.what.contains("$VIRTUAL_ENV, $CONDA_PREFIX, for .venv"), "{error}");
    assert!(error.remedy.contains("--demo"), "{error}");
}

#[test]
fn a_project_folder_stands_for_its_environment() {
    assert_eq!(chosen(VENVS, Some("/p")), (Kind::Venv, "/p/.venv".into(), Some(".venv in /p".into())));
}

#[test]
fn an_interpreter_stands_for_its_environment() {
    let world = format!("{VENVS}//- /v/bin/python -> /usr/bin/python3\n");
    assert_eq!(chosen(&world, Some("/v/bin/python")).1, "/v");
}

#[test]
fn a_path_that_leads_nowhere_is_an_error_that_names_it() {
    let error = target("", Some("/nope")).expect_err("nothing there");
    assert!(error.what.contains("/nope: no such file or folder"), "{error}");
}

#[test]
fn a_file_that_is_not_native_is_an_error_that_says_so() {
    let error = target("//- /a/readme.txt\nhello\n", Some("/a/readme.txt")).expect_err("no native file");
    assert!(error.what.contains("no native file"), "{error}");
}

#[test]
fn the_interpreter_is_told_from_links_and_names_alone() {
    let world = "//- /v/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.2\n//- /v/bin/python3 -> /usr/bin/python3\n//- /v/lib/python3.11/site-packages/\n";
    let host = target(world, Some("/v")).expect("a target").host;
    let python = host.python.expect("an interpreter");
    assert_eq!(python.executable, Some(VPath::new("/usr/bin/python3.11")));
    assert_eq!(python.version, Some((3, 11)));
    let suffixes: Vec<String> = python.suffixes.iter().map(ToString::to_string).collect();
    assert_eq!(suffixes, [".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so"]);
    let System::Glibc(system) = host.system else { panic!("glibc by the interpreter's wish") };
    assert_eq!(system.version, Some((2, 36)));
}

#[test]
fn system_packages_count_only_where_the_configuration_says_so() {
    let world = |system: bool| {
        format!(
            "//- /v/pyvenv.cfg\nhome = /usr/bin\ninclude-system-site-packages = {system}\n//- /v/lib/python3.11/site-packages/\n"
        )
    };
    let sees = |system| {
        let python = target(&world(system), Some("/v")).expect("a target").host.python.expect("an interpreter");
        python.path.contains(&VPath::new("/usr/lib/python3/dist-packages"))
    };
    assert!(sees(true));
    assert!(!sees(false));
}

#[test]
fn a_free_threaded_build_has_no_stable_abi() {
    let world = "//- /opt/py/bin/python3 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2
//- /opt/py/lib/python3.13t/lib-dynload/_json.cpython-313t-x86_64-linux-gnu.so elf x86_64 defines:PyInit__json
";
    let python = target(world, Some("/opt/py")).expect("a target").host.python.expect("an interpreter");
    assert!(python.free_threaded);
    assert!(!python.suffixes.iter().any(|suffix| *suffix == *".abi3.so"));
}

#[test]
fn a_standalone_build_tells_its_suffix_in_its_configuration() {
    let world = "//- /opt/py/bin/python3 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2
//- /opt/py/lib/python3.12/_sysconfigdata__linux_x86_64-linux-gnu.py
build_time_vars = {'EXT_SUFFIX': '.cpython-312-x86_64-linux-gnu.so',
";
    let python = target(world, Some("/opt/py")).expect("a target").host.python.expect("an interpreter");
    assert_eq!(python.suffixes[0].to_string(), ".cpython-312-x86_64-linux-gnu.so");
}

#[test]
fn the_system_prefix_is_its_python_and_no_more() {
    let scan = scan("//- /usr/lib/libbig.so.1 elf x86_64\n", "/usr");
    let shown: Vec<String> = scan.items.iter().map(|item| scan.shown(&item.path).to_string()).collect();
    assert_eq!(
        shown,
        [
            "lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so",
            "lib/python3/dist-packages/apt_pkg.cpython-311-x86_64-linux-gnu.so"
        ]
    );
}

#[test]
fn a_conda_package_owns_what_it_lists() {
    let scan = scan(
        "//- /c/conda-meta/zlib-1.3.json
{\"name\": \"zlib\", \"version\": \"1.3\", \"files\": [\"lib/libz.so.1\", \"include/zlib.h\"]}
//- /c/lib/libz.so.1 elf x86_64 soname:libz.so.1
//- /c/bin/python3.12 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 rpath:$ORIGIN/../lib needs:libz.so.1
//- /c/bin/python3 -> python3.12
//- /c/lib/python3.12/lib-dynload/zlib.cpython-312-x86_64-linux-gnu.so elf x86_64 defines:PyInit_zlib needs:libz.so.1
",
        "/c",
    );
    let zlib = scan.distributions.iter().find(|(_, owner)| owner.name == "zlib").expect("zlib").0;
    let owned: Vec<String> = scan
        .graph
        .nodes()
        .filter(|(_, node)| matches!(node, Node::File { owner, .. } if *owner == zlib))
        .map(|(id, _)| scan.label(id))
        .collect();
    assert_eq!(owned, ["libz.so.1"]);
    assert!(scan.findings.is_empty());
}

#[test]
fn a_single_file_is_judged_in_the_environment_it_lies_in() {
    let scan = scan(
        "//- /v/pyvenv.cfg\nhome = /usr/bin
//- /v/bin/python3 -> /usr/bin/python3
//- /v/lib/python3.11/site-packages/a/_a.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__a needs:libx.so rpath:$ORIGIN
//- /v/lib/python3.11/site-packages/a/libx.so elf x86_64 needs:libgone.so
//- /v/lib/python3.11/site-packages/b/_b.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__b needs:libother.so
",
        "/v/lib/python3.11/site-packages/a/_a.cpython-311-x86_64-linux-gnu.so",
    );
    let subjects: Vec<&str> = scan.findings.iter().map(|finding| finding.subject.as_str()).collect();
    assert_eq!(subjects, ["libgone.so"], "the library's need counts, the neighbor's does not");
    assert_eq!(scan.modules(), 1);
}

#[test]
fn a_link_to_a_folder_elsewhere_is_part_of_the_environment() {
    let scan = scan(
        "//- /v/pyvenv.cfg\nhome = /usr/bin
//- /v/lib/python3.11/site-packages/mine -> /home/me/mine
//- /home/me/mine/_m.abi3.so elf x86_64 defines:PyInit__m needs:libgone.so
",
        "/v",
    );
    assert_eq!(scan.modules(), 1);
    assert_eq!(scan.findings.len(), 1);
}

#[test]
fn a_stopped_scan_says_that_it_is_partial() {
    let world = text::read(&format!("{SYSTEM}//- /v/pyvenv.cfg\nhome = /usr/bin\n")).expect("a world");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(true) };
    let scan = Scan::of(Arc::new(world.files), &machine, &Request::of(VPath::new("/v")), &progress).expect("a scan");
    assert!(scan.is_partial);
}

/// The environment in which a program works, as it is typed.
fn environment_of(program: &str) -> Option<String> {
    let world = "//* PATH=/v/bin:/usr/bin
//* directory=/p
//- /v/pyvenv.cfg
home = /usr/bin
//- /v/bin/python -> /usr/bin/python3.11
//- /v/bin/pyinstaller
#!/v/bin/python
//- /p/.venv/pyvenv.cfg
home = /usr/bin
//- /p/.venv/bin/python -> /usr/bin/python3.11
//- /usr/bin/make
binary
//- /usr/bin/tox
#!/p/.venv/bin/python -I
//- /usr/bin/sh-script
#!/bin/sh
";
    let world = text::read(&format!("{SYSTEM}{world}")).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    environment(&world.files, &machine, &VPath::new(program)).map(|path| path.to_string())
}

#[test]
fn a_command_s_environment_is_that_of_its_python() {
    assert_eq!(environment_of("python").as_deref(), Some("/v"));
    assert_eq!(environment_of("pyinstaller").as_deref(), Some("/v"));
    assert_eq!(environment_of(".venv/bin/python").as_deref(), Some("/p/.venv"));
    assert_eq!(environment_of("tox").as_deref(), Some("/p/.venv"), "its first line names the interpreter");
    assert_eq!(environment_of("python3").as_deref(), Some("/usr"));
}

#[test]
fn a_command_that_is_no_python_s_has_no_environment() {
    for program in ["make", "sh-script", "nothing", "./nothing"] {
        assert_eq!(environment_of(program), None, "{program}");
    }
}

/// An environment with NumPy, a module that asks for its C API, and a library that needs what is not there.
const SURROUNDED: &str = "
//- /p/.venv/pyvenv.cfg
home = /usr/bin
//- /p/.venv/lib/python3.11/site-packages/numpy/__init__.py
//- /p/.venv/lib/python3.11/site-packages/numpy/_core/__init__.py
//- /p/.venv/lib/python3.11/site-packages/numpy/_core/multiarray.py
//- /p/.venv/lib/python3.11/site-packages/numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so elf x86_64 \
defines:PyInit__multiarray_umath
//- /p/.venv/lib/python3.11/site-packages/a/m.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit_m \
says:_ARRAY_API,numpy._core._multiarray_umath needs:libb.so.1 runpath:$ORIGIN
//- /p/.venv/lib/python3.11/site-packages/a/libb.so.1 elf x86_64 soname:libb.so.1
//- /p/.venv/lib/python3.11/site-packages/a/plugin.so.1 elf x86_64 needs:libgone.so.7
//- /p/build/lib/new.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit_new needs:libpython3.11.so.1.0
//- /p/build/mac/new.so macho arm64 bundle needs:/usr/lib/libSystem.B.dylib
";

const SITE: &str = "/p/.venv/lib/python3.11/site-packages";

#[test]
fn a_single_file_is_judged_by_what_lies_around_it() {
    let scan = scan(SURROUNDED, &format!("{SITE}/a/m.cpython-311-x86_64-linux-gnu.so"));
    assert_eq!(scan.findings.iter().map(|it| it.message.as_str()).collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(scan.numpy.provider.is_some(), "NumPy lies beside it");
    // Only the file is asked about: nothing else is told.
    assert_eq!(scan.modules(), 1);
    assert_eq!(scan.outcomes.rows.iter().map(|row| row.module.as_str()).collect::<Vec<_>>(), ["a", "a.m"]);
    let files = scan.graph.nodes().filter(|(_, node)| matches!(node, Node::File { .. })).count();
    assert_eq!(files, 2, "the module and the library that it brings");
}

#[test]
fn a_library_that_is_asked_about_and_cannot_load_is_an_error() {
    let told = |scan: &Scan| scan.findings.iter().map(|it| (it.rule.id.word(), it.severity.word())).collect::<Vec<_>>();
    let alone = scan(SURROUNDED, &format!("{SITE}/a/plugin.so.1"));
    assert_eq!(told(&alone), [("library-missing", "error")]);
    // Nobody asked about it, and no import brings it in.
    let whole = scan(SURROUNDED, "/p/.venv");
    assert!(told(&whole).contains(&("library-missing", "info")), "{:?}", told(&whole));
}

#[test]
fn what_is_built_in_a_project_is_judged_in_its_environment() {
    let target = target(SURROUNDED, Some("/p/build/lib/new.cpython-311-x86_64-linux-gnu.so")).expect("a target");
    assert_eq!(target.because.as_deref(), Some(".venv in /p"));
    assert!(target.walk.contains(&VPath::new("/p/.venv")));
    // What is made for another machine is not.
    let other = self::target(SURROUNDED, Some("/p/build/mac/new.so")).expect("a target");
    assert_eq!((other.because, other.walk), (None, Vec::new()));
}

#[test]
fn what_meson_python_installs_editable_lies_in_its_build_folder() {
    for call in [
        "\ninstall('pkg', {'pkg'}, '/src/build/cp311', ['ninja'], False)\n",
        "\ndef init():\n    finder = MesonpyMetaFinder(\n        'pkg',\n        {'pkg'},\n        '/src/build/cp311',\n        ['/v/bin/ninja'],\n    )\n    sys.meta_path.insert(0, finder)\n",
    ] {
        let world = format!(
            "//- /v/pyvenv.cfg\nhome = /usr/bin\n\
             //- /v/lib/python3.11/site-packages/pkg-editable.pth\nimport _pkg_editable_loader\n\
             //- /v/lib/python3.11/site-packages/_pkg_editable_loader.py\nclass MesonpyMetaFinder(object):\n    pass\n{call}\
             //- /src/pkg/__init__.py\nfrom . import ext\n\
             //- /src/build/cp311/meson-info/intro-install_plan.json\n\
             {{\"targets\": {{\"/src/build/cp311/ext.cpython-311-x86_64-linux-gnu.so\": {{\"destination\": \
             \"{{py_platlib}}/pkg/ext.cpython-311-x86_64-linux-gnu.so\"}}}}, \
             \"python\": {{\"/src/pkg/__init__.py\": {{\"destination\": \"{{py_platlib}}/pkg/__init__.py\"}}}}}}\n\
             //- /src/build/cp311/ext.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit_ext needs:libgone.so\n"
        );
        let scan = scan(&world, "/v");
        assert_eq!(scan.modules(), 1);
        let told: Vec<(&str, bool)> =
            scan.outcomes.rows.iter().map(|row| (row.module.as_str(), row.failure.is_some())).collect();
        assert_eq!(told, [("pkg", true), ("pkg.ext", true)], "{call}");
        assert_eq!(scan.findings[0].rule.id.word(), "library-missing");
    }
}

#[test]
fn of_several_environments_in_a_folder_none_is_judged_as_if_it_were_one() {
    let world = "//- /all/a/.venv/pyvenv.cfg\nhome = /usr/bin\n//- /all/b/.tox/py311/pyvenv.cfg\nhome = /usr/bin\n//- /all/c/conda-meta/history\n";
    let error = target(world, Some("/all")).expect_err("several");
    assert!(error.what.starts_with("/all holds 3 environments"), "{error}");
    assert_eq!(error.list, ["a/.venv", "b/.tox/py311", "c"]);
    assert!(error.remedy.contains("dylens /all/a/.venv") && error.remedy.contains("dylens check --all"), "{error}");
}

#[test]
fn the_only_environment_in_a_folder_is_taken() {
    let world = "//- /all/some/where/pyvenv.cfg\nhome = /usr/bin\n//- /all/notes/readme.txt\nno\n";
    let because = Some("the only environment in /all".to_owned());
    assert_eq!(chosen(world, Some("/all")), (Kind::Venv, "/all/some/where".into(), because));
}

#[test]
fn what_lies_in_an_environment_is_no_environment_of_its_own() {
    let world = "//- /all/c/conda-meta/history\n//- /all/c/envs/other/conda-meta/history\n";
    assert_eq!(chosen(world, Some("/all")).1, "/all/c");
}

#[test]
fn a_folder_for_another_processor_or_c_library_never_meets_this_machine_s_loader() {
    let here = "//- /usr/lib/libgomp.so.1 elf x86_64 soname:libgomp.so.1\n//- /etc/ld.so.conf\n/usr/lib\n";
    let of = |image: &str| {
        let module = format!("//- /un/packed/a/_a.abi3.so elf {image} defines:PyInit__a\n");
        let scan = scan(&format!("{here}{module}"), "/un/packed");
        let subjects: Vec<String> = scan.findings.iter().map(|finding| finding.subject.clone()).collect();
        (scan.world.is_fenced(), subjects)
    };
    assert_eq!(of("x86_64 needs:libc.so.6,libgomp.so.1"), (false, vec![]), "made for here");
    assert_eq!(of("aarch64 needs:libc.so.6"), (true, vec![]), "its libc is granted");
    assert_eq!(of("aarch64 needs:libc.so.6,libgomp.so.1"), (true, vec!["libgomp.so.1".to_owned()]));
    assert_eq!(of("x86_64 needs:libc.musl-x86_64.so.1"), (true, vec![]));
}

#[test]
fn an_environment_that_was_brought_from_a_mac_never_meets_this_machine_s_interpreter() {
    let scan = scan(
        "//- /v/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n//- /v/bin/python3 -> /usr/bin/python3\n\
         //- /v/lib/python3.11/site-packages/a/_a.cpython-311-darwin.so macho arm64 bundle defines:PyInit__a\n",
        "/v",
    );
    assert!(matches!(scan.world.host.system, dylens::world::System::Dyld(_)));
    assert!(
        scan.world
            .host
            .python
            .as_ref()
            .is_some_and(|python| python.executable.is_none() && python.version == Some((3, 11)))
    );
    let rules: Vec<&str> = scan.findings.iter().map(|finding| finding.rule.id.word()).collect();
    assert!(!rules.contains(&"extension-for-other-python") && !rules.contains(&"wrong-architecture"), "{rules:?}");
}
