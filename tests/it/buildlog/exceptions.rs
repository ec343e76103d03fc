//! Exceptions of Python at the end of a log: of code that was written for another Python, setuptools or NumPy, and of any.

use dylens::command::Shell;

use super::{alone, assert_nothing};

/// The cause of the first incident, and its remedy with its commands.
fn first(log: &str) -> (&'static str, String) {
    let judged = alone(log);
    let first = judged.first().unwrap_or_else(|| panic!("nothing is recognized in\n{log}"));
    (first.cause.word(), format!("{}\n{}", first.remedy.text, first.remedy.lines(Shell::Sh).join("\n")))
}

#[track_caller]
fn assert_first(log: &str, cause: &str, has: &[&str], has_not: &[&str]) {
    let (told, remedy) = first(log);
    assert_eq!(told, cause, "{remedy}");
    for word in has {
        assert!(remedy.contains(word), "{word:?} is not in\n{remedy}");
    }
    for word in has_not {
        assert!(!remedy.contains(word), "{word:?} is in\n{remedy}");
    }
}

/// A traceback whose last place is this file.
fn raised(file: &str, exception: &str) -> String {
    format!("Traceback (most recent call last):\n  File \"{file}\", line 3, in f\n    x = y\n{exception}\n")
}

#[test]
fn a_traceback_whose_head_was_cut_off_still_ends_in_an_exception() {
    let cut = "  File \"/a/b.py\", line 3, in f\n    x = y[1]\n  File \"/a/c.py\", line 4, in g\n    return z\nIndexError: no\n";
    assert_first(cut, "build-failed", &[], &[]);
    // Below the places of a warning or of a dump of threads anything may stand.
    assert_nothing("  File \"/a/b.py\", line 3 in f\nDownloading: 3 files\n");
    assert_nothing("  File \"/a/b.py\", line 3, in f\nUserWarning: old\n");
}

#[test]
fn a_name_that_python_gave_up_belongs_to_older_code() {
    let gone = "AttributeError: module 'pkgutil' has no attribute 'ImpImporter'. Did you mean: 'zipimporter'?";
    let of = |file: &str| raised(file, gone);
    assert_first(
        &of("/usr/lib/python3/dist-packages/pip/_vendor/pkg_resources/__init__.py"),
        "python-too-new",
        &["ensurepip"],
        &[],
    );
    let isolated = of("/tmp/pip-build-env-x/overlay/lib/python3.12/site-packages/pkg_resources/__init__.py");
    assert_first(&isolated, "python-too-new", &["newer release", "3.11"], &["ensurepip"]);
    let installed = of("/v/lib/python3.12/site-packages/pkg_resources/__init__.py");
    assert_first(&installed, "python-too-new", &["--upgrade setuptools"], &["ensurepip"]);
    let other =
        raised("/v/lib/python3.12/site-packages/p/x.py", "AttributeError: 'Thread' object has no attribute 'isAlive'");
    assert_first(&other, "python-too-new", &["--upgrade p"], &[]);
    // A name that no Python had is nobody's age.
    let own =
        raised("/v/lib/python3.12/site-packages/p/x.py", "AttributeError: module 'pkgutil' has no attribute 'Imp'");
    assert_first(&own, "build-failed", &["--upgrade p"], &["3.11"]);
}

#[test]
fn a_name_that_numpy_gave_up_names_the_release_before() {
    let of = |name: &str| {
        raised(
            "/v/lib/python3.11/site-packages/p/x.py",
            &format!("AttributeError: module 'numpy' has no attribute '{name}'."),
        )
    };
    assert_first(&of("float"), "numpy-abi", &["--upgrade p", "numpy<1.24"], &[]);
    assert_first(&of("float_"), "numpy-abi", &["--upgrade p", "numpy<2.0"], &[]);
    assert_first(&of("flaot"), "build-failed", &["--upgrade p"], &["numpy<"]);
}

#[test]
fn python_3_10_0_s_own_fault_is_no_module_s() {
    let at = |file: &str| raised(file, "IndexError: tuple index out of range");
    assert_first(&at("C:\\python310\\lib\\dis.py"), "tool-stumbled", &["upgrade Python", "3.10.1"], &[]);
    assert_first(&at("C:\\x\\display.py"), "build-failed", &[], &["3.10.1"]);
}

#[test]
fn an_older_setuptools_is_taken_from_the_environment() {
    let of = |says: &str| {
        format!(
            "  × python setup.py egg_info did not run successfully.\n      error in p setup command: {says}\nerror: metadata-generation-failed\n"
        )
    };
    let both = "install 'setuptools<58' && python -m pip install --no-build-isolation p";
    assert_first(&of("use_2to3 is invalid."), "build-failed", &[both], &[]);
    assert_first(&of("use_3to4 is invalid."), "build-failed", &[], &["setuptools<"]);
    let old = raised("/tmp/x/setuptools/_distutils/cmd.py", "AttributeError: cython_sources");
    assert_first(
        &old,
        "build-failed",
        &["PyYAML>=6.0.1", "install 'cython<3' && python -m pip install --no-build-isolation PyYAML"],
        &[],
    );
    assert_first(&raised("/tmp/x/cmd.py", "AttributeError: c_sources"), "build-failed", &[], &["PyYAML"]);
}

#[test]
fn what_a_setup_py_reads_by_exec_is_not_in_its_local_variables() {
    let at = |file: &str| raised(file, "KeyError: '__version__'");
    assert_first(&at("<string>"), "python-too-new", &["Python 3.12"], &[]);
    assert_first(&at("/v/lib/python3.13/site-packages/p/x.py"), "build-failed", &["--upgrade p"], &["Python 3.12"]);
}

#[test]
fn a_text_in_another_encoding_is_read_in_utf_8_mode() {
    let of = |codec: &str| {
        raised("setup.py", &format!("UnicodeDecodeError: '{codec}' codec can't decode byte 0x9d in position 3: x"))
    };
    assert_first(&of("cp949"), "build-failed", &["PYTHONUTF8=1"], &[]);
    // What is no UTF-8 stays so.
    assert_first(&of("utf-8"), "build-failed", &[], &["PYTHONUTF8"]);
}

#[test]
fn code_for_python_2_is_no_code_for_python_3() {
    let print = raised("setup.py", "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?");
    assert_first(&print, "python-too-new", &["newer release"], &[]);
    assert_first(&raised("setup.py", "NameError: name 'execfile' is not defined"), "python-too-new", &[], &[]);
    assert_first(
        &raised("setup.py", "NameError: name 'exec_file' is not defined"),
        "build-failed",
        &[],
        &["Python 3,"],
    );
}

#[test]
fn any_other_exception_is_the_package_s_whose_code_raised_it() {
    let log = raised("/v/lib/python3.11/site-packages/PyInstaller/building/x.py", "ValueError: odd");
    assert_first(&log, "build-failed", &["upgrade PyInstaller", "--upgrade PyInstaller"], &[]);
    assert_first(&raised("/app/main.py", "ValueError: odd"), "build-failed", &["read the traceback"], &["--upgrade"]);
}

#[test]
fn proj_s_database_is_found_by_variables_first() {
    assert_first(
        "ERROR 1: PROJ: proj_identify: Cannot find proj.db\n",
        "file-missing",
        &["PROJ_DATA", "env -u PROJ_LIB"],
        &[],
    );
    let bundled = "  File \"/tmp/_MEIx/pyproj/crs.py\", line 3, in f\npyproj.exceptions.DataDirError: Valid PROJ data directory not found.\n";
    assert_first(bundled, "file-missing", &["--collect-data=pyproj"], &["env -u"]);
    assert_nothing("cannot find the project's database\n");
}

#[test]
fn a_package_s_own_limit_of_numpy_is_the_remedy() {
    let of = |says: &str| raised("/v/lib/python3.11/site-packages/numba/__init__.py", &format!("ImportError: {says}"));
    let limit = of("Numba needs NumPy 2.1 or less. Got NumPy 2.2.");
    assert_first(&limit, "runtime-mismatch", &["--upgrade numba", "numpy==2.1.*"], &[]);
    assert_first(&of("Numba needs NumPy 2.1 or more"), "build-failed", &[], &["numpy==2.1"]);
}

#[test]
fn docker_s_seconds_stand_before_every_line_of_a_step_that_failed() {
    let trace = raised("/usr/local/bin/cmake", "ModuleNotFoundError: No module named 'cmake'");
    let timed: String = trace.lines().map(|line| format!("13.92     {line}\n")).collect();
    for log in [trace, timed] {
        assert_first(
            &log,
            "tool-stumbled",
            &["pip uninstall -y cmake", "apt-get install cmake"],
            &["pip install cmake"],
        );
    }
    // The module of a program in a folder of packages is none of a script's.
    let inner = raised("/v/lib/python3.11/site-packages/p/cmake", "ModuleNotFoundError: No module named 'cmake'");
    assert_first(&inner, "module-missing", &["pip install cmake"], &["uninstall"]);
}

#[test]
fn a_library_of_windows_in_another_program_s_folder_was_found_by_path() {
    let of = |dll: &str| {
        format!(
            "FATAL: Error, attempting to include file 'c:\\progra~2\\x\\{dll}' (Used by 'psutil\\_psutil_windows.pyd') that does not exist.\n"
        )
    };
    assert_first(&of("api-ms-win-crt-math-l1-1-0.dll"), "api-set", &["out of PATH", "--upgrade nuitka"], &[]);
    assert_first(&of("x.dll"), "file-missing", &["bring the file back"], &["out of PATH"]);
}

#[test]
fn a_bundled_program_s_own_python_is_moved_away_or_refused() {
    let of =
        |folder: &str, why: &str| format!("Error loading Python DLL '{folder}\\python36.dll'.\nLoadLibrary: {why}\n");
    let absent = "The specified module could not be found.";
    let moved = of("C:\\Users\\x\\Desktop", absent);
    assert_first(&moved, "python-library", &["the whole folder", "--onefile"], &["upx"]);
    let refused = of("C:\\Users\\x\\AppData\\Local\\Temp\\_MEI1", "The parameter is incorrect.");
    assert_first(&refused, "python-library", &["--noupx"], &["--onefile"]);
    // What was unpacked and is not found lacks what it needs.
    let lacks = of("C:\\Users\\x\\AppData\\Local\\Temp\\_MEI1", absent);
    assert_first(&lacks, "python-library", &["Redistributable"], &["upx", "--onefile"]);
}

#[test]
fn two_releases_of_hdf5_are_installed_again_from_one_source() {
    let mismatch = "Warning! ***HDF5 library version mismatched error***\nHeaders are 1.10.4, library is 1.10.5\n";
    let of_conda = format!("C:\\Users\\x\\anaconda3\\envs\\t\\lib\\site-packages\\h5py\\__init__.py:40: x\n{mismatch}");
    assert_first(&of_conda, "other-copy", &["pip uninstall -y h5py && conda install -c conda-forge h5py hdf5"], &[]);
    assert_first(mismatch, "other-copy", &["--only-binary=:all: h5py"], &["conda install"]);
    assert_nothing("Headers are fine, the library is not\n");
}

#[test]
fn what_packages_say_in_their_own_words_of_a_library_has_its_remedy() {
    let libpq = "ImportError: no pq wrapper available.\nAttempts made:\n- couldn't import psycopg 'python' implementation: libpq library not found\n";
    assert_first(libpq, "library-missing", &["psycopg[binary]", "psycopg-binary"], &[]);
    let cuda = "AssertionError: libcuda.so cannot found!\n";
    assert_first(cuda, "driver", &["ldconfig"], &["ln -s"]);
    let known = "AssertionError: libcuda.so cannot found!\nPossible files are located at ['/lib/x86_64-linux-gnu/libcuda.so.1'].Please create a symlink of libcuda.so to any of the file.\n";
    assert_first(known, "driver", &["ln -s /lib/x86_64-linux-gnu/libcuda.so.1 /usr/lib/libcuda.so"], &[]);
}

#[test]
fn what_is_quoted_without_its_traceback_is_known_by_its_words() {
    let gone =
        "error:\n...\nAttributeError: module 'pkgutil' has no attribute 'ImpImporter'. Did you mean: 'zipimporter'\n";
    assert_first(gone, "python-too-new", &["3.11"], &[]);
    assert_nothing("see AttributeError: module 'pkgutil' has no attribute 'ImpImporter'\n");
    let silent = raised(
        "/v/lib/python3.10/site-packages/numba/np/x.py",
        "SystemError: initialization of _internal failed without raising an exception",
    );
    assert_first(&silent, "init-failed", &["NumPy before 1.24"], &[]);
    assert_first("libexpat.so.1 could not be extracted!\n", "tool-stumbled", &["--upgrade pyinstaller"], &[]);
    assert_nothing("libexpat.so.1 could be extracted\n");
}

#[test]
fn the_two_names_that_cairocffi_tries_are_one_library() {
    let cairo = raised(
        "/usr/local/lib/python2.7/site-packages/cairocffi/x.py",
        "OSError: dlopen() failed to load a library: cairo / cairo-2",
    );
    assert_first(&cairo, "library-missing", &["cairo"], &["--upgrade cairocffi"]);
}

#[test]
fn a_program_of_homebrew_s_is_installed_again_with_its_own_library() {
    let of = |by: &str, library: &str| {
        format!("dyld: Library not loaded: @rpath/{library}\n  Referenced from: {by}\n  Reason: image not found\n")
    };
    let own = of("/usr/local/bin/opencc", "libopencc.2.dylib");
    assert_first(&own, "library-missing", &["brew reinstall opencc", "-add_rpath /usr/local/lib"], &[]);
    assert_first(&of("/usr/local/bin/opencc", "libicu.2.dylib"), "library-missing", &[], &["brew reinstall"]);
}

#[test]
fn opencv_without_windows_needs_no_opengl_in_conda_s_image_either() {
    let of = |package: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"/opt/conda/lib/python3.8/site-packages/{package}/__init__.py\", line 5, in <module>\n    from .x import *\nImportError: libGL.so.1: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_first(&of("cv2"), "library-missing", &["opencv-python-headless", "libgl"], &[]);
    assert_first(&of("vtk"), "library-missing", &["libgl"], &["headless"]);
}
