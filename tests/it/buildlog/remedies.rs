//! The remedy that a log comes to: what helps on the system, and with the tool, that the log shows.

use dylens::command::Shell;

use super::alone;

/// The cause of the first incident, its sentence, and its remedy with its commands, one in a line.
pub(super) fn first(log: &str) -> (&'static str, String, String) {
    let judged = alone(log);
    let first = judged.first().unwrap_or_else(|| panic!("nothing is recognized in\n{log}"));
    let lines = first.remedy.lines(Shell::Sh).join("\n");
    (first.cause.word(), first.sentence.clone(), format!("{}\n{lines}", first.remedy.text))
}

#[track_caller]
pub(super) fn assert_remedy(log: &str, has: &[&str], has_not: &[&str]) {
    let (cause, sentence, remedy) = first(log);
    for word in has {
        assert!(remedy.contains(word), "{word:?} is not in {cause}: {sentence}\n{remedy}");
    }
    for word in has_not {
        assert!(!remedy.contains(word), "{word:?} is in {cause}: {sentence}\n{remedy}");
    }
}

fn missing_module(frame: &str, module: &str) -> String {
    format!(
        "Traceback (most recent call last):\n  File \"{frame}\", line 17, in <module>\n    import it\nModuleNotFoundError: No module named '{module}'\n"
    )
}

#[test]
fn a_compiled_module_of_python_itself_comes_with_python_and_not_from_pip() {
    let pyenv = missing_module("/root/.pyenv/versions/3.10.15/lib/python3.10/bz2.py", "_bz2");
    assert_remedy(&pyenv, &["apt-get install libbz2-dev && pyenv install --force 3.10.15"], &["pip install"]);
    let system = missing_module("/usr/lib/python3.8/tkinter/__init__.py", "_tkinter");
    assert_remedy(&system, &["apt-get install python3-tk"], &["pip install", "pyenv install --force 3"]);
    assert_remedy(&missing_module("app.py", "tkinter"), &["python3-tk", "tk-dev"], &["pip install"]);
    assert_remedy(&missing_module("app.py", "encodings"), &["PYTHONHOME"], &["pip install"]);
    // A name that no Python has is a package's.
    assert_remedy(&missing_module("app.py", "bz3"), &["pip install bz3"], &["libbz2"]);
}

#[test]
fn a_module_that_python_gave_up_is_brought_by_its_successor() {
    let of = |python: &str| missing_module(&format!("/v/lib/{python}/site-packages/pydub/utils.py"), "audioop");
    assert_eq!(first(&of("python3.13")).0, "python-too-new");
    assert_remedy(&of("python3.13"), &["pip install audioop-lts"], &[]);
    // The Python of the log still has it: another reason than its age.
    assert_ne!(first(&of("python3.9")).0, "python-too-new");
}

#[test]
fn a_module_is_installed_by_the_name_of_its_distribution() {
    assert_remedy(&missing_module("app.py", "cv2"), &["pip install opencv-python"], &["install cv2"]);
    assert_remedy(&missing_module("app.py", "requests"), &["pip install requests"], &[]);
}

#[test]
fn a_compiled_module_asked_of_its_package_by_name_was_built_for_another_python() {
    let log = "{\"errorMessage\": \"Unable to import module 'app': cannot import name '_imaging' from 'PIL' (/var/task/PIL/__init__.py)\"}\n";
    assert_remedy(log, &["--platform manylinux2014_x86_64", "pillow"], &[" PIL\n"]);
    let other = log.replace("_imaging", "Imaging");
    assert_remedy(&other, &["upgrade both"], &["--platform"]);
}

#[test]
fn a_file_of_another_system_is_installed_again_for_this_one() {
    let of = |path: &str| format!("ImportError: {path}: invalid ELF header\n");
    assert_remedy(&of("/var/task/_portforward.abi3.so"), &["--target FOLDER portforward"], &["_portforward"]);
    assert_remedy(&of("/v/lib/python3.9/site-packages/PIL/_imaging.so"), &["--target FOLDER pillow"], &[]);
    // What lies in no folder of packages belongs to none; an interpreter of manylinux' images is none.
    assert_remedy(&of("/srv/x.so"), &["reinstall the package"], &["FOLDER"]);
    assert_remedy(&of("/opt/python/cp39-cp39/lib/x.so"), &["reinstall the package"], &["FOLDER"]);
}

#[test]
fn what_one_package_asks_of_the_system_is_installed_at_once() {
    let of = |package: &str, library: &str| {
        format!(
            "  File \"/usr/local/lib/python3.11/site-packages/{package}/__init__.py\", line 3, in <module>\n    import it\nImportError: {library}: cannot open shared object file: No such file or directory\n"
        )
    };
    let both = [
        "apt-get install libgl1 libglib2.0-0",
        "pip uninstall -y opencv-python && python -m pip install opencv-python-headless",
    ];
    assert_remedy(&of("cv2", "libGL.so.1"), &both, &[]);
    assert_remedy(&of("cv3", "libGL.so.1"), &["apt-get install libgl1"], &["headless", "libglib"]);
    assert_remedy(&of("cv2", "libgomp.so.1"), &["apt-get install libgomp1"], &["headless"]);
}

#[test]
fn conda_has_some_libraries_and_the_system_the_others() {
    let of = |library: &str| {
        format!(
            "  File \"/opt/conda/lib/python3.11/site-packages/p/__init__.py\", line 3, in <module>\n    import it\nOSError: {library}: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(&of("libGLU.so.1"), &["conda install -c conda-forge libglu\napt-get install libglu1-mesa"], &[]);
    assert_remedy(&of("libspeechd.so.2"), &["apt-get install libspeechd2"], &["conda install"]);
    assert_remedy(&of("libnobodyhas.so.2"), &["conda environment"], &["apt-get"]);
}

#[test]
fn a_library_of_homebrew_s_folder_is_brought_by_its_formula() {
    let of = |library: &str, by: &str| {
        format!(
            "ImportError: dlopen({by}, 0x0002): Library not loaded: {library}\n  Referenced from: <A-1> {by}\n  Reason: tried: '{library}' (no such file)\n"
        )
    };
    let module = "/v/lib/python3.9/site-packages/psycopg2/_psycopg.cpython-39-darwin.so";
    let old = of("/opt/homebrew/opt/openssl@1.1/lib/libssl.1.1.dylib", module);
    assert_remedy(&old, &["--no-binary psycopg2 psycopg2\nbrew install openssl@1.1"], &[]);
    let icu = "/opt/homebrew/opt/icu4c/lib/libicui18n.73.dylib";
    assert_remedy(
        &of(icu, "/opt/homebrew/Cellar/postgresql@14/14.9/bin/psql"),
        &["brew reinstall postgresql@14"],
        &["pip"],
    );
    assert_remedy(&of("/opt/local/lib/libicui18n.73.dylib", module), &[], &["brew reinstall", "--no-binary"]);
}

#[test]
fn a_library_that_is_called_as_its_package_wants_a_search_path() {
    let of = |library: &str| {
        format!(
            "ImportError: dlopen(/v/lib/python3.9/site-packages/PySide/QtCore.so, 2): Library not loaded: @rpath/{library}\n  Referenced from: /v/lib/python3.9/site-packages/PySide/QtCore.so\n  Reason: image not found\n"
        )
    };
    assert_remedy(
        &of("libpyside-python2.7.1.2.dylib"),
        &["-add_rpath @loader_path", "force-reinstall --no-deps PySide"],
        &["brew"],
    );
    assert_remedy(&of("libother.1.2.dylib"), &[], &["-add_rpath"]);
}

#[test]
fn the_copy_of_conda_s_base_is_not_that_of_the_environment() {
    let of = |library: &str, by: &str| {
        format!(
            "ImportError: {library}/libstdc++.so.6: version `GLIBCXX_3.4.29' not found (required by {by}/lib/python3.7/site-packages/scipy/_x.so)\n"
        )
    };
    let base = of("/home/me/anaconda3/lib", "/home/me/anaconda3/envs/a");
    assert_eq!(first(&base).0, "other-copy");
    assert_remedy(&base, &["LD_LIBRARY_PATH=/home/me/anaconda3/envs/a/lib"], &[]);
    let own = of("/home/me/anaconda3/envs/a/lib", "/home/me/anaconda3/envs/a");
    assert_eq!(first(&own).0, "version-missing");
}

#[test]
fn windows_own_window_names_the_dll_that_is_missing() {
    let of = |dll: &str| {
        format!(
            "The code execution cannot proceed because {dll} was not found. Reinstalling the program may fix this problem.\n"
        )
    };
    assert_eq!(first(&of("VCRUNTIME140_1.dll")).0, "msvc-runtime");
    assert_eq!(first(&of("api-ms-win-crt-runtime-l1-1-0.dll")).0, "msvc-runtime");
    assert_remedy(&of("libgcc_s_seh-1.dll"), &["MinGW"], &["Redistributable"]);
    assert_remedy(&of("foo.dll"), &["put the folder that has foo.dll on PATH"], &["MinGW", "apt-get"]);
    assert!(alone("The code execution cannot proceed because it is late.\n").is_empty());
}

#[test]
fn conda_s_python_finds_its_dlls_in_an_activated_environment() {
    let of = |module: &str, folder: &str| {
        format!(
            "  File \"C:\\Users\\me\\{folder}\\lib\\ssl.py\", line 98, in <module>\n    import {module}\nImportError: DLL load failed while importing {module}: The specified module could not be found.\n"
        )
    };
    assert_remedy(&of("_ssl", "miniconda3"), &["conda activate", "Library\\bin"], &["Redistributable"]);
    assert_remedy(&of("_ssl", "Python39"), &["repair that Python"], &["Redistributable"]);
    // What is no part of Python may lack the runtime as well.
    assert_remedy(&of("_path", "miniconda3"), &["conda activate", "Redistributable"], &["msvc-runtime"]);
    assert_remedy(&of("_path", "Python39"), &["Redistributable"], &["conda activate"]);
}

#[test]
fn a_file_for_glibc_does_not_run_with_musl() {
    let of = |library: &str| {
        format!(
            "ImportError: Error loading shared library {library}: No such file or directory (needed by /usr/lib/python3.9/site-packages/grpc/_x.so)\n"
        )
    };
    assert_eq!(first(&of("ld-linux-x86-64.so.2")).0, "other-libc");
    assert_remedy(&of("ld-linux-x86-64.so.2"), &["Debian", "grpcio"], &["apk search"]);
    assert_remedy(&of("libgomp.so.1"), &["apk add libgomp"], &["Debian"]);
}

#[test]
fn a_compiler_is_installed_as_the_system_has_it() {
    let of = |system: &str, called: &str| {
        format!("+ {system}\n  error: command '{called}' failed: No such file or directory\n")
    };
    assert_remedy(&of("apk add python3", "gcc"), &["apk add build-base"], &["apt-get"]);
    assert_remedy(&of("apt-get update", "x86_64-linux-gnu-gcc-12"), &["apt-get install build-essential"], &[]);
    assert_remedy(&of("dnf install x", "g++"), &["dnf install gcc gcc-c++ make"], &[]);
    assert_remedy(&of("apt-get update", "swig"), &[], &["build-essential\n"]);
}

#[test]
fn the_headers_are_those_of_the_python_that_builds() {
    let of = |path: &str| format!("gcc -I{path} -c a.c\na.c:9:10: fatal error: Python.h: No such file or directory\n");
    assert_remedy(&of("/usr/include/python3.9"), &["apt-get install python3.9-dev"], &[]);
    assert_remedy(&of("/usr/include/other"), &["apt-get install python3-dev"], &[]);
    let other = of("/usr/include/python3.9").replace("Python.h", "ffi.h");
    assert_remedy(&other, &["libffi-dev"], &["python3.9-dev"]);
}

#[test]
fn a_symbol_of_macos_own_frameworks_wants_the_framework_named() {
    let of = |symbol: &str| {
        format!(
            "ImportError: dlopen(/v/lib/python3.9/site-packages/p/m.so, 0x0002): symbol not found in flat namespace '{symbol}'\n"
        )
    };
    assert_remedy(&of("_CFRelease"), &["-framework CoreFoundation", "-Wl,-framework,CoreFoundation"], &[]);
    assert_remedy(&of("_CVodeInit"), &[], &["-framework"]);
}

#[test]
fn a_kernel_refuses_a_program_for_another_processor() {
    assert_eq!(first("exec /usr/local/bin/python: exec format error\n").0, "wrong-architecture");
    assert_eq!(first("zsh: bad CPU type in executable: ./app\n").0, "wrong-architecture");
    assert!(alone("The exec format is described below; no error.\n").is_empty());
}

#[test]
fn a_build_for_another_processor_is_not_taken_from_the_cache_again() {
    let path = "/opt/homebrew/lib/python3.9/site-packages/capstone/lib/x.dylib";
    let log = format!(
        "OSError: dlopen({path}, 0x0006): tried: '{path}' (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))\n"
    );
    assert_remedy(&log, &["--no-cache-dir capstone\n", "--no-binary capstone capstone"], &["--only-binary"]);
}

#[test]
fn torch_s_siblings_are_installed_with_it_and_others_built_against_it() {
    let of = |path: &str| {
        format!("OSError: {path}: undefined symbol: _ZNK3c104Type14isSubtypeOfExtESt10shared_ptrIS0_EPSo\n")
    };
    let site = "/v/lib/python3.8/site-packages";
    assert_remedy(&of(&format!("{site}/torchvision/image.so")), &["pip install --upgrade torch torchvision"], &[]);
    assert_remedy(
        &of(&format!("{site}/torch_cluster/_grid.so")),
        &["--no-build-isolation --no-binary torch_cluster"],
        &[],
    );
    assert_remedy(&of("/home/me/ext/m.so"), &["from a clean folder"], &["--no-binary"]);
}

#[test]
fn a_notebook_s_traceback_names_the_package_too() {
    let log = "RuntimeError: module compiled against API version 0xc but this version of numpy is 0xb\n\nImportErrorTraceback (most recent call last)\n\
               /usr/lib/python2.7/dist-packages/quaternion/__init__.py in <module>()\n      7 \n----> 8 from .x import (a, b,\n      9     c,\n     10     d)\n\n\
               ImportError: numpy.core.multiarray failed to import\n";
    assert!(first(log).1.contains("quaternion/__init__.py"), "{:?}", first(log));
}

#[test]
fn a_dll_that_delvewheel_misses_may_lie_in_the_wheel() {
    let log = "FileNotFoundError: Unable to find library: foo.dll\n";
    assert_remedy(log, &["delvewheel repair --ignore-existing WHEEL\ndelvewheel repair --add-path FOLDER WHEEL"], &[]);
}

#[test]
fn a_library_that_only_a_wheel_brings_is_installed_by_pip() {
    let of =
        |library: &str| format!("ImportError: {library}: cannot open shared object file: No such file or directory\n");
    assert_remedy(&of("libmkl_intel_lp64.so.1"), &["pip install mkl"], &["apt-file"]);
    assert_remedy(&of("libmklx.so.1"), &["apt-file search libmklx.so.1"], &["pip install"]);
}

#[test]
fn a_folder_that_distributions_share_is_none_of_them() {
    let of = |folder: &str| {
        format!(
            "ImportError: Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /v/lib/python3.9/site-packages/{folder}/x.so)\n"
        )
    };
    assert_remedy(&of("google/protobuf"), &["--no-deps protobuf"], &["--no-deps google"]);
    assert_remedy(&of("google/other"), &["the package"], &["pip install"]);
}

#[test]
fn a_module_of_python_s_own_library_is_served_by_another_copy() {
    let of = |path: &str| format!("ImportError: {path}: undefined symbol: sqlite3_enable_load_extension\n");
    assert_remedy(
        &of("/usr/lib/python3.9/lib-dynload/_sqlite3.cpython-39-x86_64-linux-gnu.so"),
        &["LD_LIBRARY_PATH"],
        &["another release of"],
    );
    assert_remedy(&of("/v/lib/python3.9/site-packages/p/_s.so"), &["another release of p"], &["LD_LIBRARY_PATH"]);
}

#[test]
fn a_line_that_a_bundle_begins_with_its_process_is_no_rest_of_the_one_before() {
    let log = "  File \"archive.py\", line 3, in <module>\n  File \"PyInstaller\\loader\\pyimod03_importers.py\", line 495, in exec_module\n\
               ModuleNotFoundError: No module named 'faster_than_requests.faster_than_requests'\n[1234] Failed to execute script archive\n";
    assert_remedy(log, &["--hidden-import=faster_than_requests.faster_than_requests"], &["pip install"]);
}

#[test]
fn a_cuda_of_which_there_are_no_wheels_is_brought_by_none() {
    let of = |library: &str| {
        format!(
            "  File \"/v/lib/python3.9/site-packages/mmcv/ops.py\", line 3, in <module>\n    import it\nImportError: {library}: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(&of("libcudart.so.10.1"), &["pip install --upgrade mmcv"], &["nvidia-cuda"]);
    assert_remedy(&of("libcudart.so.12"), &["nvidia-cuda-runtime-cu12"], &[]);
    assert_remedy(&of("libcurand.so.10"), &["nvidia-curand-cu12"], &[]);
}

#[test]
fn a_load_command_that_dyld_does_not_know_is_of_a_newer_macos() {
    let of = |why: &str| {
        let by = "/v/lib/python3.10/site-packages/mecab/.dylibs/libmecab.2.dylib";
        format!(
            "ImportError: dlopen(/v/lib/python3.10/site-packages/_mecab.cpython-310-darwin.so, 2): Library not loaded: @loader_path/mecab/.dylibs/libmecab.2.dylib\n  \
             Referenced from: /v/lib/python3.10/site-packages/_mecab.cpython-310-darwin.so\n  Reason: no suitable image found.  Did find:\n\t{by}: {why}\n"
        )
    };
    let newer = of("cannot load 'libmecab.2.dylib' (load command 0x80000034 is unknown)");
    assert_eq!(first(&newer).0, "macos-too-new");
    assert_remedy(&newer, &["older release"], &["force-reinstall"]);
    assert_ne!(first(&of("cannot load it")).0, "macos-too-new");
}

#[test]
fn a_procedure_that_is_missing_is_looked_for_where_its_module_keeps_its_dlls() {
    let of = |typed: &str| {
        format!(
            "{typed}\nTraceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\nImportError: DLL load failed: The specified procedure could not be found.\n"
        )
    };
    assert_remedy(&of(">>> import win32api"), &["pywintypes"], &["newer Windows"]);
    assert_remedy(&of(">>> import rpds"), &["newer Windows"], &["pywintypes"]);
}

#[test]
fn libraries_of_one_conda_environment_come_from_one_channel() {
    let of = |path: &str| format!("ImportError: {path}: undefined symbol: libssh2_scp_recv2\n");
    let inside = "/home/me/miniconda3/envs/g/lib/python3.5/site-packages/osgeo/../../.././libcurl.so.4";
    assert_remedy(&of(inside), &["one channel", "conda install -c conda-forge libcurl"], &[]);
    assert_remedy(
        &of("/home/me/miniconda3/envs/g/lib/python3.5/site-packages/osgeo/libcurl.so.4"),
        &[],
        &["one channel"],
    );
}

#[test]
fn a_dll_that_ctypes_is_asked_for_by_its_bare_name_wants_its_path() {
    let of = |more: &str| {
        format!(
            "FileNotFoundError: Could not find module 'node.dll'{more}. Try using the full path with constructor syntax.\n"
        )
    };
    assert_remedy(&of(""), &["full path", "add_dll_directory"], &["Redistributable"]);
    assert_remedy(&of(" (or one of its dependencies)"), &["Redistributable"], &[]);
}

#[test]
fn headers_of_the_c_library_are_in_macos_sdk() {
    let of =
        |compiler: &str, header: &str| format!("{compiler} -c a.c\na.c:1:10: fatal error: '{header}' file not found\n");
    assert_remedy(
        &of("/opt/homebrew/opt/llvm/bin/clang", "string.h"),
        &["/usr/bin/clang", "xcode-select --install"],
        &["brew install"],
    );
    assert_remedy(&of("gcc", "string.h"), &["apt-get install libc6-dev"], &["xcode-select"]);
    let openssl = of("/opt/homebrew/opt/llvm/bin/clang", "openssl/ssl.h");
    assert_remedy(
        &openssl,
        &["brew install openssl@3", "LDFLAGS=\"-L$(brew --prefix openssl@3)/lib\""],
        &["xcode-select"],
    );
}

#[test]
fn pytorch_s_own_libraries_are_of_one_release() {
    let of = |path: &str| {
        format!("ImportError: /v/lib/python3.6/site-packages/{path}: undefined symbol: _ZTIN3c1010TensorImplE\n")
    };
    assert_eq!(first(&of("torch/lib/libcaffe2.so")).0, "other-copy");
    assert_remedy(&of("torch/lib/libcaffe2.so"), &["remove what other installations"], &[]);
    assert_remedy(&of("torch_sparse/x.so"), &["--no-build-isolation"], &["remove what other"]);
}

#[test]
fn pkg_config_is_installed_with_the_library_that_it_looks_for() {
    let of = |system: &str| {
        format!(
            "+ {system}\n      'pkg-config' not found.\n      Command ['pkg-config', '--print-errors', '--exists', 'cairo >= 1.15.10']\n"
        )
    };
    assert_remedy(&of("apt-get update"), &["apt-get install libcairo2-dev pkg-config"], &[]);
    assert_remedy(&of("cd /opt/homebrew/x"), &["brew install cairo pkgconf"], &["apt-get"]);
    assert_remedy("      'pkg-config' not found.\n      nothing more\n", &["pkg-config"], &["cairo"]);
}

#[test]
fn a_symbol_that_nobody_knows_is_told_of_the_package_that_asks_for_it() {
    let of =
        |path: &str| format!("ImportError: {path}: undefined symbol: dnnBatchNormalizationCreateBackward_v2_F32\n");
    assert_remedy(
        &of("/v/lib/python2.7/site-packages/tensorflow/_x.so"),
        &["reinstall tensorflow", "--no-cache-dir tensorflow"],
        &[],
    );
    assert_remedy(&of("/usr/lib/libx.so.1"), &["the version of the library"], &["pip"]);
}

#[test]
fn cython_tells_the_package_by_its_module() {
    let log = "  File \"cupy/cuda/device.pyx\", line 1, in init cupy.cuda.device\nImportError: libcudart.so.11.0: cannot open shared object file: No such file or directory\n";
    assert_remedy(log, &["pip install --upgrade cupy-cuda12x\npython -m pip install nvidia-cuda-runtime-cu11"], &[]);
    let other = log.replace("cupy/cuda/device.pyx", "/srv/device.pyx").replace("in init cupy.cuda.device", "in f");
    assert_remedy(&other, &[], &["cupy"]);
}

#[test]
fn a_library_asked_for_by_a_bare_name_on_a_mac_is_homebrew_s() {
    let of = |why: &str| {
        format!("OSError: no library called \"cairo-2\" was found\ncannot load library 'libcairo.2.dylib': {why}\n")
    };
    let mac = of("dlopen(libcairo.2.dylib, 0x0002): tried: '/Users/me/x/libcairo.2.dylib' (no such file)");
    assert_remedy(&mac, &["brew install cairo"], &["apt-get"]);
    assert_remedy(&of("not there"), &["apt-get install libcairo2"], &["brew"]);
}

#[test]
fn what_was_packed_on_alpine_is_packed_again_for_glibc() {
    let needs = |library: &str| {
        format!(
            "Unable to import module 'handler': {library}: cannot open shared object file: No such file or directory\n"
        )
    };
    let musl = needs("libc.musl-x86_64.so.1");
    assert_eq!(first(&musl).0, "other-libc");
    assert_remedy(&musl, &["manylinux2014_x86_64"], &["apt-file"]);
    // A library that has musl in its name only.
    assert_ne!(first(&needs("libmuslin.so.1")).0, "other-libc");
}

#[test]
fn a_function_of_lambda_brings_its_libraries_along() {
    let log = |at: &str| {
        format!(
            "OSError: libmediainfo.so.0: cannot open shared object file: No such file or directory\nTraceback (most recent call last):\n  \
             File \"{at}/app.py\", line 43, in lambda_handler\n    media_info = MediaInfo.parse(signed_url)\n"
        )
    };
    assert_remedy(&log("/var/task"), &["/opt/lib"], &["apt-get", "apt-file"]);
    assert_remedy(&log("/srv/app"), &["apt"], &["/opt/lib"]);
}

#[test]
fn a_dll_that_a_bundler_looked_for_is_led_to_and_no_package_of_debian() {
    let log = |library: &str| {
        format!("108 WARNING: lib not found: {library} dependency of C:\\v\\lib\\site-packages\\p\\_x.pyd\n")
    };
    assert_remedy(&log("pywintypes38.dll"), &["--hidden-import pywintypes", "pip install --upgrade pywin32"], &["apt"]);
    assert_remedy(&log("liba.dll"), &["PATH", "--add-binary"], &["apt", "pywin32"]);
    let library = "108 WARNING: lib not found: liba.so.1 dependency of /v/lib/python3.8/site-packages/p/_x.so\n";
    assert_remedy(library, &["apt"], &["--add-binary"]);
}

#[test]
fn a_bundled_module_of_python_itself_points_to_conda() {
    let log = |module: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"main.py\", line 16, in <module>\n  File \"PyInstaller\\loader\\pyimod02_importers.py\", \
             line 419, in exec_module\n  File \"w.py\", line 100, in <module>\nImportError: DLL load failed while importing {module}: The specified \
             module could not be found.\n"
        )
    };
    assert_remedy(&log("_ssl"), &["python.org", "Library\\bin", "libssl"], &[]);
    assert_remedy(&log("_other"), &["--add-binary"], &["python.org"]);
}

#[test]
fn an_image_of_amazon_s_functions_has_packages_and_a_function_alone_has_layers() {
    let missing = "ImportError: libXrender.so.1: cannot open shared object file: No such file or directory\n";
    let of = |python: &str, code: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"{code}\", line 12, in <module>\n  File \"/var/lang/lib/{python}/site-packages/rdkit/x.py\", line 2, in <module>\n{missing}"
        )
    };
    assert_remedy(&of("python3.8", "./app.py"), &["yum install libXrender"], &["apt-get", "layer"]);
    assert_remedy(&of("python3.12", "./app.py"), &["dnf install libXrender"], &["yum"]);
    let function = format!(
        "Traceback (most recent call last):\n  File \"/var/lang/lib/python3.8/importlib/__init__.py\", line 127, in import_module\n  File \"/var/task/app.py\", line 2, in \
         <module>\n{missing}"
    );
    assert_remedy(&function, &["layer"], &["yum install"]);
}

#[test]
fn systems_before_dnf_install_with_yum() {
    let missing = "fatal error: ffi.h: No such file or directory\n";
    assert_remedy(&format!("Linux 3.10.0-1160.el7.x86_64\n{missing}"), &["yum install libffi-devel"], &["dnf"]);
    assert_remedy(&format!("Linux 4.18.0-553.el8_10.x86_64\n{missing}"), &["dnf install libffi-devel"], &["yum"]);
    let flags = "gcc -O2 -g -Wp,-D_GLIBCXX_ASSERTIONS -I/usr/include/python3.6m -c x.c\n";
    assert_remedy(
        &format!("{flags}x.c:1:10: fatal error: Python.h: No such file or directory\n"),
        &["dnf install python3-devel"],
        &["apt-get"],
    );
}

#[test]
fn a_need_below_the_working_directory_is_followed_from_the_file() {
    let of =
        |name: &str| format!("ERROR:delocate.libsana:{name} not found, requested by /T/wheel/clidriver/bin/db2drdat\n");
    let command = "install_name_tool -change ../lib/libdb2.dylib @loader_path/../lib/libdb2.dylib /T/wheel/clidriver/bin/db2drdat";
    assert_remedy(&of("../lib/libdb2.dylib"), &[command], &[]);
    assert_eq!(first(&of("../lib/libdb2.dylib")).0, "relative-install-name");
    assert_eq!(first(&of("@rpath/libdb2.dylib")).0, "library-missing");
}

#[test]
fn ldd_looks_at_a_module_without_its_interpreter() {
    let ldd = "$ ldd _ffi.abi3.so\n\tlibffi.so.8 => /usr/lib/libffi.so.8 (0x7f940bd9e000)\n";
    let line = "Error relocating /usr/lib/python3.11/site-packages/p/_ffi.abi3.so: PyObject_Free: symbol not found\n";
    let judged = alone(&format!("{ldd}{line}"));
    assert!(!judged[0].is_failure() && judged[0].sentence.contains("interpreter"), "{judged:#?}");
    assert!(alone(&format!("{ldd}ImportError: {line}"))[0].is_failure(), "Python itself says so");
    let other = line.replace("PyObject_Free", "deflate");
    assert!(alone(&format!("{ldd}{other}"))[0].is_failure(), "no function of Python");
}

#[test]
fn a_library_of_windows_is_got_from_whom_it_belongs_to() {
    let of = |name: &str| format!("LINK : fatal error LNK1181: cannot open input file '{name}'\n");
    assert_remedy(&of("m.lib"), &["setup.py", "-lm"], &["Windows SDK"]);
    assert_remedy(&of("kernel32.lib"), &["Windows SDK"], &["setup.py"]);
    assert_remedy(&of("msvcrt.lib"), &["C++ build tools"], &[]);
    assert_remedy(&of("python311_d.lib"), &["debug binaries"], &[]);
    assert_remedy(&of("python313t.lib"), &["free-threaded"], &["debug"]);
    assert_remedy(&of("python311.lib"), &["libs"], &["debug", "free-threaded"]);
    assert_remedy(&of("mylib.lib"), &["install what brings mylib.lib"], &["Windows SDK", "setup.py"]);
    assert_remedy(
        "x.c(1): fatal error C1083: Cannot open include file: 'io.h': No such file or directory\n",
        &["Windows SDK"],
        &[],
    );
}

#[test]
fn for_a_python_of_32_bits_there_are_hardly_wheels() {
    let of = |python: &str| {
        format!(
            "+ meson setup --prefix=C:\\Users\\x\\AppData\\Local\\Programs\\Python\\{python}\\x\n..\\scipy\\meson.build:159:9: ERROR: Dependency \"OpenBLAS\" not found, tried pkgconfig and cmake\n"
        )
    };
    assert_remedy(&of("Python310-32"), &["64-bit"], &["apt-get"]);
    assert_remedy(&of("Python310"), &[], &["64-bit"]);
    assert_remedy(&of("project-32"), &[], &["64-bit"]);
}

#[test]
fn pkg_config_is_led_to_homebrew_s_library_by_its_own_variable() {
    let log = "Found pkg-config: /opt/homebrew/bin/pkg-config\nmeson.build:130:0: ERROR: Dependency \"OpenBLAS\" not found, tried pkgconfig and cmake\n";
    assert_remedy(log, &["PKG_CONFIG_PATH", "brew install openblas"], &["LDFLAGS"]);
    assert_remedy("ld: library not found for -lopenblas\n", &["LDFLAGS"], &["PKG_CONFIG_PATH"]);
}

#[test]
fn a_package_that_is_imported_from_its_source_tree_has_no_compiled_modules() {
    let of = |place: &str| {
        format!(
            "E   ImportError: cannot import name '_nib' from partially initialized module 'bx.seq' (most likely due to a circular import) ({place})\n"
        )
    };
    let (cause, _, remedy) = first(&of("/work/bx-python-0.12.0/lib/bx/seq/__init__.py"));
    assert_eq!(cause, "module-missing");
    assert!(remedy.contains("outside of the source tree") && !remedy.contains("--force-reinstall"), "{remedy}");
    let (cause, _, remedy) = first(&of("/v/lib/python3.11/site-packages/bx/seq/__init__.py"));
    assert!(cause == "python-mismatch" && remedy.contains("--force-reinstall"), "{remedy}");
}

#[test]
fn what_the_notary_rejects_is_signed_with_a_timestamp() {
    let of = |message: &str| {
        format!(
            "\"path\": \"X.pkg Contents/Payload/X.app/Contents/MacOS/libssl.1.1.dylib\"\n    \"message\": \"{message}\"\n"
        )
    };
    assert_remedy(
        &of("The signature does not include a secure timestamp."),
        &["codesign --force --timestamp --options runtime"],
        &[],
    );
    assert_remedy(&of("The binary uses an SDK older than the 10.9 SDK."), &["newer release"], &["codesign"]);
    let timeout = "output: /d/a.app: replacing existing signature\n/d/a.app: A timestamp was expected but was not found.\nIn subcomponent: /d/a.app/Contents/MacOS/libtcl8.6.dylib\n";
    assert_remedy(timeout, &["timestamp.apple.com"], &[]);
}

#[test]
fn what_conda_build_only_warns_of_is_no_failure() {
    let of = |level: &str| {
        format!(
            "{level} (zyre,lib/libzyre.so.2): Needed DSO lib/libzmq.so.5 found in ['zeromq']\n{level} (zyre,lib/libzyre.so.2): .. but ['zeromq'] not in reqs/run, i.e. it is overlinked\n"
        )
    };
    let warned = alone(&of("WARNING"));
    assert!(!warned[0].is_failure() && warned[0].remedy.text.contains("--as-needed"), "{warned:#?}");
    assert!(alone(&of("ERROR"))[0].is_failure());
}

#[test]
fn a_repair_that_leaves_no_wheel_is_told_from_other_ends_of_a_loop() {
    let of = |file: &str, line: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"C:\\x\\{file}\", line 504, in build\n    {line}\nStopIteration\n"
        )
    };
    let repaired = "repaired_wheel = next(repaired_wheel_dir.glob(\"*.whl\"))";
    assert_remedy(&of("cibuildwheel\\windows.py", repaired), &["{dest_dir}"], &[]);
    let marked = format!("{repaired}\n                     ^^^^^^^^^^^^^^^^");
    assert_remedy(&of("cibuildwheel\\windows.py", &marked), &["{dest_dir}"], &[]);
    assert_remedy(&of("cibuildwheel\\windows.py", "x = next(things)"), &[], &["{dest_dir}"]);
}

#[test]
fn what_an_archive_has_unpacked_is_mended_in_the_archive() {
    let of = |folder: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"{folder}/site-packages/app/main.py\", line 1, in <module>\nImportError: /lib64/libc.so.6: version `GLIBC_2.38' not found (required by {folder}/site-packages/x/_x.so)\n"
        )
    };
    assert_remedy(&of("/root/.shiv/app_0123"), &["shiv --python", "/root/.shiv"], &["pip install"]);
    assert_remedy(&of("/root/.pex/venvs/1/lib/python3.11"), &["pex --python"], &["pip install"]);
    assert_remedy(&of("/v/lib/python3.11"), &[], &["shiv", "pex"]);
}

#[test]
fn a_header_is_missing_in_the_words_of_older_compilers_too() {
    let old = "htslib/bgzf.h:35:18: error: zlib.h: No such file or directory\n";
    assert_remedy(old, &["zlib1g-dev"], &[]);
    let judged = alone("cp: error: zlib.h: No such file or directory\n");
    assert!(judged.iter().all(|judged| judged.cause.word() != "link-library"), "{judged:#?}");
}

#[test]
fn a_library_that_nix_has_is_named_to_the_loader() {
    let of = |store: &str| {
        format!(
            "  File \"{store}/lib/python3.10/ctypes/__init__.py\", line 374, in __init__\n    self._handle = _dlopen(self._name, mode)\nOSError: libstdc++.so.6: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(&of("/nix/store/40n9pd-python3-3.10.4"), &["stdenv.cc.cc", "nix-ld"], &["apt-get"]);
    assert_remedy(&of("/usr"), &["apt-get install libstdc++6"], &["nix"]);
}

#[test]
fn apple_s_clang_has_no_openmp() {
    let of = |option: &str| {
        format!("    clang: error: unsupported option '{option}'\n    error: command 'gcc' failed with exit status 1\n")
    };
    assert_remedy(&of("-fopenmp"), &["brew install llvm libomp"], &[]);
    assert_remedy(&format!("-I/Users/x/anaconda3/include\n{}", of("-fopenmp")), &["llvm-openmp"], &["brew install"]);
    assert_remedy(&of("-mtune=x"), &[], &["libomp"]);
}

#[test]
fn rust_that_is_too_old_is_updated() {
    let old = "error: package `clap_builder v4.5.7` cannot be built because it requires rustc 1.74 or newer, while the currently active rustc version is 1.72.0\n";
    assert_remedy(old, &["rustup update stable"], &[]);
    assert!(first(old).1.contains("clap_builder v4.5.7"));
    assert_remedy(
        "error: lock file version `4` was found, but this version of Cargo does not understand this lock file\n",
        &["rustup update stable"],
        &[],
    );
    assert_remedy("error: could not compile `clap_builder`\n", &[], &["rustup update"]);
}

#[test]
fn the_interpreter_of_an_environment_whose_python_is_gone_is_made_again() {
    let of = |accused: &str, by: &str| {
        format!(
            "dyld[1]: Library not loaded: {accused}\n  Referenced from: {by}\n  Reason: tried: '{accused}' (no such file)\n"
        )
    };
    let python = "/opt/homebrew/Cellar/python@3.9/3.9.19/Frameworks/Python.framework/Versions/3.9/Python";
    assert_remedy(&of(python, "/Users/x/rez/bin/python"), &["python3 -m venv --clear /Users/x/rez"], &["bundler"]);
    assert_remedy(
        &of("@executable_path/../.Python", "/Users/x/.local/share/virtualenvs/a-1/bin/python"),
        &["pipenv"],
        &["brew install"],
    );
    assert_remedy(&of(python, "/Users/x/a.app/Contents/MacOS/a"), &[], &["venv"]);
    assert_remedy(&of("@rpath/libx.dylib", "/Users/x/rez/bin/python"), &[], &["venv --clear"]);
}

#[test]
fn a_function_that_newer_headers_put_into_a_file_tells_the_glibc_that_it_needs() {
    let of = |symbol: &str| {
        format!("ImportError: /v/lib/python3.11/site-packages/k/_b.abi3.so: undefined symbol: {symbol}\n")
    };
    assert_remedy(&of("__isoc23_strtoll"), &["Ubuntu 24.04", "manylinux"], &["--force-reinstall"]);
    assert!(first(&of("__isoc23_strtoll")).1.contains("2.38"));
    assert!(!first(&of("k_strtoll")).1.contains("glibc"));
}

#[test]
fn what_glibc_has_elsewhere_was_linked_against_another_glibc() {
    let of = |accused: &str| {
        format!(
            "ImportError: /v/lib/python3.5/site-packages/jq.cpython-35m-x86_64-linux-gnu.so: symbol scalbln, version GLIBC_2.2.5 not defined in file {accused} with link time reference\n"
        )
    };
    assert_remedy(&of("libc.so.6"), &["--no-binary jq"], &["both from the system"]);
    assert_remedy(&of("libother.so.6"), &["both from the system"], &["--no-binary"]);
}

#[test]
fn a_plugin_of_qt_for_what_is_not_installed_is_left_out() {
    let of = |by: &str| {
        format!(
            "FATAL:     Error, problem with dependency scan of '{by}' with '/Applications/Postgres.app/Contents/Versions/14/lib/libpq.5.dylib' please report the bug.\n"
        )
    };
    let plugin = "/v/lib/python3.12/site-packages/PySide6/Qt/plugins/sqldrivers/libqsqlpsql.dylib";
    assert_remedy(&of(plugin), &["--noinclude-dlls=*libqsqlpsql.dylib*"], &["brew install", "py2app"]);
    assert_remedy(&of("/v/lib/python3.12/site-packages/psycopg/_psycopg.so"), &[], &["--noinclude-dlls", "py2app"]);
}

#[test]
fn no_python_has_an_abi_with_m_since_3_8() {
    let of = |tag: &str| format!("ERROR: pywin32-224-{tag}-win_amd64.whl is not a supported wheel on this platform.\n");
    assert_remedy(&of("cp38-cp38m"), &["ABI tag cp38"], &["--upgrade pip"]);
    assert_remedy(&of("cp37-cp37m"), &["--upgrade pip"], &["ABI tag"]);
}

#[test]
fn py2exe_is_told_by_its_own_options() {
    let log = "  File \"C:\\P\\lib\\site-packages\\numpy\\random\\__init__.py\", line 180, in <module>\n    from . import mtrand\n  File \"<frozen importlib._bootstrap>\", line 638, in x\n\
               SystemError: <method 'load_module' of 'zipimport.zipimporter' objects> returned NULL without setting an error\n";
    assert_remedy(log, &["'packages': ['numpy']"], &["PyInstaller"]);
    let dll = "ImportError: (DLL load failed: The specified module could not be found.) 'C:\\\\dist\\\\numpy.core._multiarray_umath.pyd'\n";
    assert_remedy(dll, &["pip install --upgrade py2exe", "packages: ['numpy']"], &["PyInstaller", "Nuitka"]);
}

#[test]
fn conda_installs_what_conda_s_environment_lacks_wherever_the_log_shows_it() {
    let of = |root: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"{root}/lib/python3.5/site-packages/numpy/core/__init__.py\", line 14, in <module>\n    from . import multiarray\n\
             ImportError: libmkl_intel_lp64.so: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(&of("/u/miniconda3"), &["conda install -c conda-forge mkl"], &["pip install"]);
    assert_remedy(&of("/v"), &["pip install mkl"], &["conda install"]);
    let mac = "ImportError: dlopen(/Users/x/anaconda3/lib/python3.6/site-packages/torch/_C.so, 9): Library not loaded: @rpath/libiomp5.dylib\n  Referenced from: \
               /Users/x/anaconda3/lib/python3.6/site-packages/torch/lib/libTH.1.dylib\n  Reason: image not found\n";
    assert_remedy(mac, &["conda install -c conda-forge intel-openmp"], &[]);
}

#[test]
fn parts_of_one_library_of_conda_s_come_from_one_channel() {
    let of = |root: &str, symbol: &str| {
        format!(
            "INTEL MKL ERROR: dlopen({root}/lib/libmkl_intel_thread.dylib, 9): Symbol not found: {symbol}\n  Referenced from: {root}/lib/libmkl_intel_thread.dylib\n  Expected in: flat namespace\n"
        )
    };
    assert_remedy(
        &of("/Users/x/miniconda3", "_mkl_serv_inspector_loaded"),
        &["one channel", "conda install -c conda-forge mkl"],
        &["--no-binary"],
    );
    assert_remedy(&of("/opt/x", "_mkl_serv_inspector_loaded"), &[], &["conda install"]);
}

#[test]
fn an_interpreter_that_a_bundle_has_for_itself_finds_no_library() {
    let of = |program: &str| {
        format!(
            "% {program}\nFatal Python error: Failed to import encodings module\nModuleNotFoundError: No module named 'encodings'\n"
        )
    };
    assert_remedy(
        &of("/Applications/P.app/Contents/MacOS/python"),
        &["start the program itself"],
        &["--includes=encodings", "pip install"],
    );
    assert_remedy(&of("/usr/bin/python3"), &["PYTHONHOME"], &["start the program itself"]);
}

#[test]
fn cl_names_the_header_in_each_language() {
    let cl = "error: command 'C:\\\\VC\\\\bin\\\\cl.exe' failed with exit code 2\n";
    for words in [
        "Cannot open include file: 'x/y.h': No such file or directory",
        "无法打开包括文件: “x/y.h”: No such file or directory",
        "无法打开包括文件: 'x/y.h': No such file or directory",
        "無法開啟包含檔案: 'x/y.h': No such file or directory",
        "Datei (Include) kann nicht geöffnet werden: \"x/y.h\": No such file or directory",
        "Impossible d'ouvrir le fichier include : 'x/y.h' : No such file or directory",
        "Не удается открыть файл включение: x/y.h: No such file or directory",
        "Nie można otworzyć pliku dołącz: „x/y.h”: No such file or directory",
        "include ファイルを開けません。'x/y.h':No such file or directory",
        "\u{fffd}\u{fffd}: \u{fffd}\u{fffd}x/y.h\u{fffd}\u{fffd}: No such file or directory",
    ] {
        let judged = super::alone(&format!("x.c(2): fatal error C1083: {words}\n{cl}"));
        assert_eq!(judged[0].incident.accused(), Some("x/y.h"), "{words}");
    }
    let (cause, sentence, remedy) =
        first(&format!("x.c(2): fatal error C1083: 无法打开包括文件: “x/y.h”: Permission denied\n{cl}"));
    assert!(!format!("{sentence}{remedy}").contains("header"), "{cause}: {sentence}\n{remedy}");
}

#[test]
fn a_header_of_a_python_package_comes_from_that_package() {
    let gcc = |name: &str| format!("x.c:1:10: fatal error: {name}: No such file or directory\n");
    let cl = |name: &str| {
        format!("x.c(1): fatal error C1083: Cannot open include file: '{name}': No such file or directory\n")
    };
    for log in [gcc("numpy/arrayobject.h"), cl("numpy/ndarrayobject.h")] {
        assert_remedy(&log, &["python -m pip install numpy", "numpy.get_include()"], &["apt"]);
    }
    assert_remedy(&gcc("pybind11/stl.h"), &["python -m pip install pybind11"], &["apt"]);
    assert_remedy(
        &format!("/u/miniconda3/bin/python\n{}", gcc("torch/extension.h")),
        &["conda-forge pytorch"],
        &["pip install torch"],
    );
    for log in [gcc("arrayobject.h"), gcc("mynumpy/x.h"), cl("numpy.h")] {
        assert_remedy(&log, &[], &["pip install numpy"]);
    }
    assert_remedy(&cl("Python.h"), &["python.org"], &["apt"]);
    assert_remedy(&gcc("Python.h"), &["python3-dev"], &["python.org"]);
    for (name, is_of_unix) in [("unistd.h", true), ("sys/mman.h", true), ("sys/stat.h", false), ("my/unistd.h", false)]
    {
        assert_eq!(first(&cl(name)).2.contains("WSL"), is_of_unix, "{name}");
    }
    assert_remedy(&gcc("unistd.h"), &[], &["WSL"]);
    assert_remedy(&cl("ATen/cuda/CUDAGuard.h"), &["pip install torch"], &["vcpkg"]);
    assert_remedy(&cl("zzz.h"), &["vcpkg"], &["apt", "pip install"]);
    assert_remedy(&cl("src/x.cpp"), &["another release"], &["apt"]);
    assert_remedy(&cl("src/x.hpp"), &[], &["another release"]);
}

#[test]
fn a_wheel_with_too_recent_symbols_gets_the_policy_or_the_image_that_fits() {
    let error = |at: &str, policy: &str| {
        format!(
            "auditwheel: error: cannot repair \"{at}/p-1-cp310-cp310-linux_aarch64.whl\" to \"{policy}\" ABI because of the presence of too-recent versioned symbols. You'll need to compile the wheel on an older toolchain.\n"
        )
    };
    let bare = error("dist", "manylinux2014_aarch64");
    assert_remedy(
        &bare,
        &["quay.io/pypa/manylinux2014_aarch64", "--plat manylinux_2_28_aarch64", "-v show"],
        &["CIBW"],
    );
    let shown = |tag: &str| format!("p-1.whl is consistent with the following platform tag:\n\"{tag}\".\n{bare}");
    assert_remedy(
        &shown("manylinux_2_31_aarch64"),
        &["auditwheel repair --plat manylinux_2_31_aarch64 dist/p"],
        &["-v show"],
    );
    for tag in ["manylinux_2_31_x86_64", "manylinux_2_17_aarch64", "linux_aarch64"] {
        assert_remedy(&shown(tag), &["-v show"], &["_2_31", "repair --plat"]);
    }
    let inside = error("/tmp/cibuildwheel/built_wheel", "manylinux2014_aarch64");
    assert_remedy(&inside, &["CIBW_MANYLINUX_AARCH64_IMAGE=manylinux_2_28"], &["quay.io", "auditwheel -v"]);
    let image = format!("Starting container image quay.io/pypa/manylinux_2_34_aarch64:2025.01.01...\n{inside}");
    assert_remedy(&image, &["--plat manylinux_2_34_aarch64 -w {dest_dir} {wheel}"], &["2_28"]);
    assert_remedy(
        &error("dist", "manylinux_2_36_x86_64"),
        &["quay.io/pypa/manylinux_2_34_x86_64", "--plat manylinux_2_39_x86_64"],
        &[],
    );
    assert_remedy(&error("dist", "manylinux_2_5_x86_64"), &["--plat auto", "manylinux2014_x86_64"], &["CIBW"]);
    assert_remedy(&error("dist", "musllinux_1_1_x86_64"), &["aim at a younger one"], &["--plat", "quay.io"]);
}

#[test]
fn what_a_bundled_program_does_not_find_in_its_own_folder_is_data() {
    let of = |root: &str, place: &str, file: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"{root}/main.py\", line 2, in <module>\n    m = words.M()\n  File \"{place}\", line 71, in __init__\n\
             FileNotFoundError: [Errno 2] No such file or directory: '{file}'\n"
        )
    };
    let one = "/tmp/onefile_1_2_3";
    let nuitka = |root: &str| of(root, &format!("{root}/words/m.py"), &format!("{root}/words/list/en.txt"));
    assert_remedy(&nuitka(one), &["--include-package-data=words"], &["FOLDER"]);
    assert_remedy(&nuitka("/home/x/main.dist"), &["--include-package-data=words"], &["FOLDER"]);
    assert_remedy(&nuitka("/tmp/_MEI123"), &["--collect-data=words"], &["nuitka"]);
    let windows =
        of("C:\\T\\onefile_1", "C:\\T\\onefile_1\\words\\m.py", "C:\\\\T\\\\onefile_1\\\\words\\\\list\\\\en.txt");
    assert_remedy(&windows, &["--include-package-data=words"], &["FOLDER"]);
    let native = of(one, &format!("{one}/words/m.py"), &format!("{one}/words/libw.so"));
    assert_remedy(&native, &["--include-package-data=words:*.so' "], &[]);
    let short = of("C:\\MAIN~1.DIS", "C:\\MAIN~1.DIS\\words\\m.py", "C:\\\\MAIN~1.DIS\\\\words\\\\en.txt");
    assert_remedy(&short, &["--include-package-data=words"], &["FOLDER"]);
    // A folder of the program's own is no package.
    let own = of(one, &format!("{one}/main.py"), &format!("{one}/words/list/en.txt"));
    assert_remedy(&own, &["--include-data-dir=FOLDER=FOLDER"], &["package-data"]);
    for root in ["/srv/app", "/v/words.dist-info", "/srv/my_onefile_1"] {
        assert_eq!(first(&nuitka(root)).0, "build-failed", "{root}");
    }
}

#[test]
fn a_library_that_no_table_has_is_installed_by_what_packages_say_of_themselves() {
    let of = |system: &str, library: &str| {
        format!("+ {system}\nImportError: {library}: cannot open shared object file: No such file or directory\n")
    };
    assert_remedy(&of("dnf install python3", "libzen.so.0"), &["dnf install 'libzen.so.0()(64bit)'"], &["apt"]);
    assert_remedy(&of("zypper install python3", "libzen.so.0"), &["zypper install 'libzen.so.0()(64bit)'"], &["apt"]);
    assert_remedy(&of("apk add python3", "libzen.so.0"), &["apk add so:libzen.so.0"], &["apt"]);
    assert_remedy(&of("pacman -S python", "libzen.so.0"), &["pacman -F libzen.so.0"], &["apt"]);
    assert_remedy(&of("apt-get update", "libzip.so.4"), &["apt-get install libzip4\n", "apt-file search"], &[]);
    assert_remedy(&of("apt-get update", "libnl-3.so.200"), &["apt-get install libnl-3-200\n"], &[]);
    // Without a version there is no name to make of it.
    assert_remedy(&of("apt-get update", "libzen.so"), &["apt-file search libzen.so"], &["apt-get install"]);
    // What only looks like a name is none.
    assert_remedy(&of("dnf install python3", "libzen.so.0;id"), &["no command"], &["dnf install libzen"]);
}

#[test]
fn a_library_may_lie_on_the_machine_where_no_package_of_python_asks_for_it() {
    let of = |by: &str| {
        format!(
            "{by}: error while loading shared libraries: libzen.so.0: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(&of("/srv/app/run"), &["LD_LIBRARY_PATH", "ldconfig"], &[]);
    let module = "/v/lib/python3.11/site-packages/p/_m.so";
    assert_remedy(&of(module), &["apt-file search libzen.so.0"], &["ldconfig"]);
}

#[test]
fn where_nothing_shows_the_system_its_package_is_named_for_both_kinds() {
    let log = "./run: error while loading shared libraries: libcrypt.so.1: cannot open shared object file: No such file or directory\n";
    assert_remedy(log, &["apt-get install libcrypt1", "dnf install libxcrypt-compat"], &[]);
    assert_remedy(&format!("Ubuntu 24.04\n{log}"), &["apt-get install libcrypt1"], &["dnf"]);
}

#[test]
fn a_function_of_python_tells_the_release_that_the_file_was_built_for() {
    let of = |by: &str, symbol: &str| format!("ImportError: {by}: undefined symbol: {symbol}\n");
    let module = "/v/lib/python3.9/site-packages/p/_m.so";
    assert!(first(&of(module, "PyDict_GetItemRef")).1.contains("Python 3.13 and later have"));
    assert_remedy(&of(module, "PyDict_GetItemRef"), &["--no-cache-dir p", "--no-binary p"], &["EXECUTABLE"]);
    assert_remedy(&of("/srv/build/_m.so", "PyString_FromString"), &["-DPython_EXECUTABLE"], &["pip install"]);
    assert!(!first(&of(module, "PyUnicode_FromString")).1.contains("which only"));
}

#[test]
fn only_the_folder_of_an_environment_is_made_anew() {
    let of = |root: &str| {
        format!(
            "ImportError: {root}/lib/python3.9/lib-dynload/_ctypes.so: undefined symbol: _PyUnicode_AsWideCharString\n"
        )
    };
    assert_remedy(&of("/home/me/project/.venv"), &["venv --clear /home/me/project/.venv"], &[]);
    for root in ["/opt/miniconda3", "/usr/local", "/home/me/.pyenv/versions/3.9.1", "/home/me/python3.9"] {
        assert_remedy(&of(root), &["env -u PYTHONHOME"], &["--clear"]);
    }
}

#[test]
fn a_module_that_was_named_to_the_bundler_is_missing_where_that_runs() {
    let of = |option: &str| {
        format!(
            "$ pyinstaller app.py {option}\nTraceback (most recent call last):\n  File \"app.py\", line 1, in <module>\nModuleNotFoundError: No module named 'docopt'\n[12] Failed to execute script app\n"
        )
    };
    assert_remedy(
        &of("--hidden-import=docopt"),
        &["pip install docopt", "python -m PyInstaller"],
        &["--hidden-import"],
    );
    assert_remedy(&of("--onefile"), &["--hidden-import=docopt"], &["pip install"]);
    assert_remedy(&of("--hidden-import=docopts"), &["--hidden-import=docopt"], &["pip install"]);
}

#[test]
fn headers_of_a_python_are_named_by_its_version_on_each_system() {
    let meson = |system: &str| {
        format!("+ {system}\n$ python3.11 -m pip install .\n../meson.build:41:12: ERROR: Python dependency not found\n")
    };
    assert_remedy(&meson("apt-get update"), &["apt-get install python3.11-dev"], &[]);
    assert_remedy(&meson("zypper refresh"), &["zypper install python311-devel"], &["apt"]);
    let old = "fatal error: python2.7/Python.h: No such file or directory\n";
    assert_remedy(old, &["python2-dev"], &["python3"]);
    // Another library is not Python's.
    assert_remedy(&meson("apt-get update").replace("Python dep", "zlib dep"), &["zlib1g-dev"], &["python3.11-dev"]);
}

#[test]
fn a_pkg_config_module_is_installed_by_its_own_name() {
    let of = |system: &str| format!("+ {system}\nPackage zenlib was not found in the pkg-config search path.\n");
    assert_remedy(&of("dnf install gcc"), &["dnf install 'pkgconfig(zenlib)'"], &["provides"]);
    assert_remedy(&of("apk add gcc"), &["apk add pc:zenlib"], &[]);
    assert_remedy(&of("apt-get install gcc"), &["apt-file search zenlib.pc"], &[]);
}

#[test]
fn a_module_of_another_node_is_compiled_again() {
    let log = "Error: The module '/app/node_modules/x/build/Release/x.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 57. This version of Node.js requires\nNODE_MODULE_VERSION 64. Please try re-compiling or re-installing\n";
    assert_eq!(first(log).0, "runtime-mismatch");
    assert_remedy(log, &["npm rebuild", "electron-rebuild"], &["pip"]);
}

#[test]
fn a_dll_that_a_package_loads_by_its_path_is_included_there() {
    let of = |path: &str| {
        format!(
            "FileNotFoundError: Could not find module '{path}\\\\p\\\\deps\\\\p-64.dll' (or one of its dependencies). Try using the full path with constructor syntax.\n"
        )
    };
    let bundled = of("C:\\Users\\me\\AppData\\Local\\Temp\\ONEFIL~1").replace("\\\\", "\\");
    assert_remedy(&bundled, &["--include-data-files=PATH/p-64.dll=p/deps/p-64.dll"], &[]);
    let plain = of("C:\\app").replace("\\\\", "\\");
    assert_remedy(&plain, &[], &["--include-data-files=PATH"]);
}

#[test]
fn a_script_whose_interpreter_is_gone_is_of_an_environment_only_by_its_name() {
    let of = |path: &str| format!("bash: {path}: cannot execute: required file not found\n");
    assert_remedy(&of("/home/me/app/.venv/bin/pip"), &["venv --clear /home/me/app/.venv"], &[]);
    for path in ["/usr/local/bin/pip", "/home/me/bin/tool", "/opt/conda/envs/x/bin/pip"] {
        assert_remedy(&of(path), &["create the environment again"], &["--clear"]);
    }
}

#[test]
fn a_library_is_brought_back_by_the_package_that_imports_it() {
    let of = |package: &str, library: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"/v/lib/python3.11/site-packages/{package}/__init__.py\", line 1, in <module>\n    from . import _m\nImportError: {library}: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(&of("numpy", "libscipy_openblas64_-32a4b2a6.so"), &["--force-reinstall --no-deps numpy"], &[]);
    assert_remedy(&of("other", "libscipy_openblas64_-32a4b2a6.so"), &["reinstall the package"], &["--no-deps"]);
    assert_remedy(
        &of("zenpack", "libzenpack.so.1"),
        &["patchelf --set-rpath '$ORIGIN' FILE", "--no-deps zenpack"],
        &["apt"],
    );
    assert_remedy(&of("zenpack", "libother.so.1"), &["apt-file search libother.so.1"], &["patchelf"]);
    let cut = "ImportError: /v/lib/python3.9/site-packages/PIL/_imaging.so: file too short\n";
    assert_remedy(cut, &["--no-deps pillow"], &["--target"]);
}

#[test]
fn qt_s_plugin_is_told_by_the_library_that_it_lacks() {
    let alone = "qt.qpa.plugin: Could not load the Qt platform plugin \"xcb\" in \"\" even though it was found.\n";
    assert_eq!(first(alone).0, "qt-plugin");
    let plugin = "/v/lib/python3.8/site-packages/PyQt5/Qt5/plugins/platforms/libqxcb.so";
    let log = format!(
        "{alone}Cannot load library {plugin}: (libdbus-1.so.3: cannot open shared object file: No such file or directory)\n"
    );
    assert_eq!(first(&log).0, "library-missing");
    assert_remedy(&log, &["libdbus-1-3"], &["("]);
}

#[test]
fn python_s_shared_library_is_got_by_who_built_that_python() {
    let log = |frame: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"{frame}\", line 3, in <module>\nImportError: libpython3.8.so.1.0: cannot open shared object file: No such file or directory\n"
        )
    };
    let pyenv = log("/home/me/.pyenv/versions/3.8.12/lib/python3.8/site-packages/x/__init__.py");
    assert_remedy(&pyenv, &["PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install --force 3.8.12"], &["apt-get"]);
    let conda = log("/opt/miniconda3/envs/rl/lib/python3.8/site-packages/x/__init__.py");
    assert_remedy(&conda, &["LD_LIBRARY_PATH=/opt/miniconda3/envs/rl/lib PROGRAM"], &["apt-get", "pyenv"]);
    let system = log("/usr/local/lib/python3.8/dist-packages/x/__init__.py");
    assert_remedy(&system, &["apt-get install libpython3.8\n", "ldconfig"], &["pyenv install"]);
    // pyenv's Python is of another version than the library.
    let other = log("/home/me/.pyenv/versions/3.9.1/lib/python3.9/site-packages/x/__init__.py");
    assert_remedy(&other, &[], &["pyenv install"]);
}

#[test]
fn cudnn_is_taken_in_the_release_that_is_asked_for() {
    let log = |name: &str| {
        format!(
            "Could not load library {name}. Error: {name}: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(
        &log("libcudnn_ops_infer.so.8"),
        &["'nvidia-cudnn-cu12==8.*'", "'nvidia-cudnn-cu11==8.*'"],
        &["cu13==8"],
    );
    assert_remedy(&log("libcudnn_ops.so.9"), &["'nvidia-cudnn-cu12==9.*'", "'nvidia-cudnn-cu13==9.*'"], &["==8"]);
    assert_remedy(&log("libcurand.so.10"), &["nvidia-curand-cu12"], &["nvidia-cudnn"]);
}

#[test]
fn what_was_compiled_on_the_machine_finds_its_libraries_where_its_linker_did() {
    let log = |folder: &str| {
        format!(
            "  File \"/usr/local/lib/python2.7/dist-packages/{folder}/dlib/__init__.py\", line 1, in <module>\nImportError: libboost_python.so.1.60.0: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(
        &log("dlib-18.18.0-py2.7-linux-armv7l.egg"),
        &["ldconfig", "LD_LIBRARY_PATH=/usr/local/lib PROGRAM"],
        &[],
    );
    assert_remedy(&log("x"), &["apt-file"], &["compiled on this machine"]);
    assert_remedy(&log("dlib-18.18.0-py2.7.egg"), &["apt-file"], &["compiled on this machine"]);
}

#[test]
fn a_wheel_that_is_too_new_for_the_compiler_s_runtime_is_taken_in_an_older_release() {
    let log = |library: &str, by: &str| {
        format!("ImportError: {library}: version `GLIBCXX_3.4.29' not found (required by {by})\n")
    };
    let wheel = "/srv/v/lib/python3.10/site-packages/opencc/clib/opencc_clib.cpython-310-x86_64-linux-gnu.so";
    assert_remedy(&log("/lib64/libstdc++.so.6", wheel), &["older release of opencc", "Red Hat"], &["PPA", "apt-get"]);
    let debian = log("/usr/lib/x86_64-linux-gnu/libstdc++.so.6", wheel);
    assert_remedy(&debian, &["older release of opencc", "ppa:ubuntu-toolchain-r/test"], &["Red Hat"]);
    assert_remedy(&log("/lib64/libstdc++.so.6", "./program"), &["newer release of the system"], &["older release of"]);
}

#[test]
fn what_windows_lacks_for_a_module_is_named_where_it_is_known() {
    let log = |module: &str| {
        format!("ImportError: DLL load failed while importing {module}: The specified module could not be found.\n")
    };
    assert_remedy(&log("cv2"), &["Media Feature Pack", "Server-Media-Foundation"], &[]);
    assert_remedy(&log("_gdal"), &["conda install -c conda-forge gdal"], &["msvc-runtime"]);
    assert_remedy(&log("ft2font"), &["Visual C++ Redistributable", "msvc-runtime"], &["Media"]);
}

#[test]
fn conda_s_python_on_macos_finds_what_is_in_its_environment() {
    let log = |folder: &str| {
        format!(
            "OSError: cannot load library 'gobject-2.0-0': dlopen(gobject-2.0-0, 0x0002): tried: 'gobject-2.0-0' (no such file), '{folder}/gobject-2.0-0' (no such file), '/usr/lib/gobject-2.0-0' (no such file, not in dyld cache). Additionally, ctypes.util.find_library() did not manage to locate a library called 'gobject-2.0-0'\n"
        )
    };
    assert_remedy(
        &log("/Users/me/opt/anaconda3/lib"),
        &["conda install -c conda-forge pango\nbrew install pango"],
        &[],
    );
    assert_remedy(&log("/usr/local/lib"), &["brew install pango"], &["conda"]);
}

#[test]
fn auditwheel_that_was_asked_for_no_policy_finds_the_one_that_fits() {
    let log = |policy: &str| {
        format!(
            "auditwheel: error: cannot repair \"dist/x-1.0-cp312-cp312-linux_x86_64.whl\" to \"{policy}\" ABI because of the presence of too-recent versioned symbols. You'll need to compile the wheel on an older toolchain.\n"
        )
    };
    assert_remedy(&log("manylinux_2_5_x86_64"), &["'auditwheel>=6.4'", "auditwheel repair --plat auto dist/"], &[]);
    assert_remedy(&log("manylinux_2_28_x86_64"), &["manylinux_2_28"], &["--plat auto"]);
}

#[test]
fn on_jetson_cuda_belongs_to_the_system_and_its_containers() {
    let error = "ImportError: libcublas.so.10: cannot open shared object file: No such file or directory\n";
    assert_remedy(
        &format!("FROM nvcr.io/nvidia/l4t-pytorch:r32.7.1-pth1.10-py3\n{error}"),
        &["--runtime nvidia", "default-runtime"],
        &["pip install"],
    );
    // CUDA 10 has no wheels, and newer ones have no such file.
    assert_remedy(error, &["toolkit"], &["--runtime nvidia", "nvidia-cublas-cu12"]);
}

#[test]
fn a_library_of_cuda_that_is_opened_without_a_version_needs_a_link() {
    let log = |name: &str| {
        format!(
            "Could not load library libcudnn_cnn_infer.so.8. Error: {name}: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(&log("libnvrtc.so"), &["ln -s COPY libnvrtc.so", "libnvrtc-*.so.*"], &[]);
    assert_remedy(&log("libnvrtc.so.12"), &["nvidia-cuda-nvrtc-cu12"], &["ln -s"]);
}

#[test]
fn a_function_of_a_newer_musl_is_brought_by_one_release_of_alpine() {
    let log = |symbol: &str| format!("Error relocating /usr/lib/libpython3.6m.so.1.0: {symbol}: symbol not found\n");
    assert_remedy(&log("getrandom"), &["apk upgrade --update-cache --available"], &["pip install"]);
    assert_eq!(first(&log("getrandom")).0, "version-missing");
    assert_remedy(&log("no_such_function"), &[], &["apk upgrade"]);
}

#[test]
fn what_pip_installed_on_alpine_is_no_wheel_for_glibc() {
    let error = "OSError: Error relocating /usr/local/lib/python3.14/site-packages/regopy/librego_shared.so: __cxa_thread_atexit_impl: symbol not found\n";
    assert_remedy(
        &format!("RUN pip install regopy==1.4.0\n{error}"),
        &["another release of regopy", "system with glibc"],
        &["take the musllinux wheel"],
    );
    assert_remedy(error, &["take the musllinux wheel of regopy"], &["another release"]);
}

#[test]
fn a_formula_that_homebrew_renamed_is_not_installed_by_its_former_name() {
    let log = |formula: &str| {
        format!(
            "ImportError: dlopen(/v/lib/python3.9/site-packages/m.cpython-39-darwin.so, 2): Library not loaded: /usr/local/opt/{formula}/lib/libx.dylib\n  Referenced from: /v/lib/python3.9/site-packages/m.cpython-39-darwin.so\n  Reason: image not found\n"
        )
    };
    assert_remedy(&log("libiomp"), &["brew install libomp && python -m pip install"], &["brew install libiomp"]);
    assert_remedy(&log("libomp"), &["brew install libomp\n"], &[]);
}

#[test]
fn qt_in_two_releases_is_reinstalled_in_one() {
    let log = |module: &str, why: &str| format!("ImportError: DLL load failed while importing {module}: {why}\n");
    assert_remedy(&log("QtCore", "The specified procedure could not be found."), &["PyQt6, PyQt6-Qt6"], &["PACKAGE"]);
    assert_remedy(&log("QtCore", "找不到指定的程序。"), &["PyQt6, PyQt6-Qt6"], &[]);
    assert_remedy(&log("_ft2font", "The specified procedure could not be found."), &["older release"], &["PyQt6"]);
}

#[test]
fn openssl_of_a_conda_environment_is_installed_with_its_python() {
    let log = |root: &str| {
        format!("ImportError: {root}/lib/python2.7/lib-dynload/_ssl.so: undefined symbol: SSL_CTX_set_alpn_protos\n")
    };
    assert_remedy(&log("/home/me/miniconda2/envs/test"), &["conda install -c conda-forge openssl python"], &[]);
    assert_remedy(&log("/usr/local"), &["LD_LIBRARY_PATH"], &["conda install"]);
}

#[test]
fn a_library_that_a_package_asks_for_in_its_own_words_is_one() {
    let mac = "/opt/homebrew/bin/brew install openslide\nImportError: Couldn't locate OpenSlide dylib.  Is OpenSlide installed?\n";
    assert_remedy(mac, &["/opt/homebrew/lib", "brew install openslide"], &[]);
    let geos =
        "OSError: Could not find library geos_c or load any of its variants ['libgeos_c.so.1', 'libgeos_c.so']\n";
    assert_eq!(first(geos).0, "library-missing");
    assert_remedy(geos, &["libgeos"], &[]);
}

#[test]
fn what_an_error_itself_asks_for_is_quoted() {
    let error = "CMake Error at cmake/modules/FindX.cmake:193 (message):\n  Could not find the tool of the trade, install it\n  package (e.g.  On Ubuntu : apt-get install python3.6-dev)\nCall Stack (most recent call first):\n  CMakeLists.txt:320 (find_package)\n";
    let (cause, sentence, remedy) = first(error);
    assert_eq!(cause, "build-failed");
    assert!(sentence.contains("“Could not find the tool of the trade, install it”"), "{sentence}");
    assert!(remedy.contains("“apt-get install python3.6-dev”"), "{remedy}");
    // What was run is no advice.
    let run = "me@host:~$ apt-get install python3.6-dev\nCMake Error at x.cmake:1 (message):\n  no\n";
    assert_remedy(run, &[], &["asks for"]);
    let far = format!("  install it: apt-get install x\n{}{error}", "...\n".repeat(30))
        .replace("apt-get install python3.6-dev", "");
    assert_remedy(&far, &[], &["asks for"]);
}

#[test]
fn a_conda_environment_that_cannot_be_solved_is_a_failure() {
    let mamba = "error    libmamba Could not solve for environment specs\n    The following package could not be installed\n    └─ softwipe =* * is not installable because it requires\n       └─ lizard ==1.19.0 *, which conflicts with any installable versions previously reported.\n";
    assert_remedy(mamba, &["--channel-priority flexible"], &[]);
    assert_remedy(
        "PackagesNotFoundError: The following packages are not available from current channels:\n\n  - softwipe\n",
        &["channel"],
        &[],
    );
}

#[test]
fn debian_s_rule_names_only_packages_that_debian_has() {
    let log =
        |library: &str| format!("ImportError: {library}: cannot open shared object file: No such file or directory\n");
    assert_remedy(&log("libxerces-c-3.2.so"), &[], &["apt-get install libxerces"]);
    assert_remedy(&log("libwavpack.so.1"), &["apt-get install libwavpack1"], &[]);
    // Another release of Debian, Ubuntu or Raspberry Pi OS had it.
    assert_remedy(
        &log("libavcodec.so.56"),
        &["libavcodec59", "built for another release"],
        &["apt-get install libavcodec56"],
    );
    assert_remedy(&log("libnosuchthing.so.3"), &["apt-file search libnosuchthing.so.3"], &["apt-get install"]);
}

#[test]
fn in_a_conda_environment_a_package_and_its_library_come_from_one_channel() {
    let log = |root: &str| {
        format!(
            "ImportError: {root}/lib/python3.6/site-packages/av/container/output.cpython-36m-x86_64-linux-gnu.so: undefined symbol: av_packet_clone\n"
        )
    };
    assert_remedy(&log("/home/me/anaconda3"), &["conda install -c conda-forge av"], &[]);
    assert_remedy(&log("/srv/v"), &["LDFLAGS=-lavutil"], &["conda"]);
}

#[test]
fn a_compiler_that_a_build_lacks_is_of_its_language_and_system() {
    let log = |names: &str| format!("../meson.build:1:0: ERROR: Unknown compiler(s): [[{names}]]\n");
    let fortran = log("'gfortran'], ['flang'");
    assert_remedy(&fortran, &["apt-get install gfortran", "wheel"], &["build-essential"]);
    assert_remedy(&format!("/data/data/com.termux/files/home\n{fortran}"), &["pkg install python-scipy"], &["apt-get"]);
    assert_remedy(&format!("C:\\Users\\me\n{fortran}"), &["conda-forge"], &["apt-get", "Build Tools"]);
    assert_remedy(&log("'cc'], ['gcc'], ['clang'"), &["apt-get install build-essential"], &["gfortran"]);
    assert_remedy(&format!("#8 RUN apk add python3\n{}", log("'cc'")), &["apk add build-base"], &["apt-get"]);
    assert_remedy(&format!("/opt/homebrew/bin/python3\n{}", log("'cc'")), &["xcode-select --install"], &["apt-get"]);
}

#[test]
fn pyinstaller_s_program_is_the_one_in_dist() {
    let log = |path: &str| {
        format!(
            "Error loading Python lib '{path}': {path}: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(&log("/home/me/hello/build/hello/libpython2.6.so.1.0"), &["dist/NAME"], &["apt-get"]);
    let unpacked = "[27] Error loading Python lib '/tmp/_MEIDkWNne/libpython3.6m.so': dlopen: /tmp/_MEIDkWNne/libpython3.6m.so: cannot open shared object file: No such file or directory\n";
    assert_remedy(unpacked, &["pip install --upgrade pyinstaller"], &["--add-binary"]);
}

#[test]
fn what_tcl_does_not_find_in_a_bundle_is_data_of_a_package() {
    let log = |root: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"{root}/tkinterdnd2/TkinterDnD.py\", line 53, in _require\n_tkinter.TclError: can't find package tkdnd\n"
        )
    };
    assert_remedy(&log("/tmp/onefile_1_2_3"), &["--include-package-data=tkinterdnd2"], &[]);
    assert_remedy(&log("/tmp/_MEI123"), &["tkinterdnd2", "pyinstaller"], &["nuitka"]);
    assert_remedy(
        &log("/v/lib/python3.11/site-packages"),
        &["install the package that brings tkdnd"],
        &["pyinstaller", "nuitka"],
    );
}

#[test]
fn a_wheel_for_a_newer_macos_is_built_for_an_older_one() {
    let log = |tag: &str| format!("ERROR: x-0.6.35-cp37-cp37m-{tag}.whl is not a supported wheel on this platform.\n");
    assert_remedy(&log("macosx_11_0_x86_64"), &["MACOSX_DEPLOYMENT_TARGET", "SYSTEM_VERSION_COMPAT"], &[]);
    assert_remedy(&log("macosx_10_9_x86_64"), &[], &["MACOSX_DEPLOYMENT_TARGET"]);
}

#[test]
fn a_build_without_its_backend_is_a_failed_build() {
    let cut = "  File \"/v/lib/python3.14/site-packages/pip/_vendor/pyproject_hooks/_impl.py\", line 402, in _call_hook\n    raise BackendUnavailable(\n    )\npip._vendor.pyproject_hooks._impl.BackendUnavailable: Cannot import 'setuptools.build_meta'\n";
    assert_remedy(cut, &["setuptools wheel"], &[]);
    assert_remedy("      error: invalid command 'bdist_wheel'\n", &["setuptools wheel"], &[]);
    let full = "Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\nOSError: [Errno 28] No space left on device\n";
    assert_remedy(full, &["free space"], &[]);
    assert_remedy("pefile.PEFormatError: 'DOS Header magic not found.'\n", &["delvewheel show WHEEL"], &[]);
}

#[test]
fn in_conda_s_environment_on_windows_dlls_are_found_where_it_is_activated() {
    let log = |root: &str| {
        format!(
            "  File \"{root}\\lib\\site-packages\\confluent_kafka\\x.py\", line 19, in <module>\n    from confluent_kafka.cimpl import C\nImportError: DLL load failed while importing cimpl: The specified module could not be found.\n"
        )
    };
    let conda = log("C:\\Users\\me\\Anaconda3\\envs\\plaid");
    assert_remedy(
        &conda,
        &["CONDA_DLL_SEARCH_MODIFICATION_ENABLE", "conda install -c conda-forge confluent"],
        &["msvc-runtime"],
    );
    assert_remedy(&log("C:\\venv"), &["msvc-runtime"], &["conda"]);
}

#[test]
fn libraries_do_not_help_a_program_that_is_built_for_glibc() {
    let missing =
        "Error loading shared library libnss3.so: No such file or directory (needed by /srv/chrome-linux/chrome)\n";
    let symbol = "Error relocating /srv/chrome-linux/chrome: __res_init: symbol not found\n";
    assert_remedy(&format!("{missing}{symbol}"), &["glibc", "apk add chromium"], &["apk add nss"]);
    assert_eq!(first(&format!("{missing}{symbol}")).0, "other-libc");
    assert_remedy(missing, &["apk add nss"], &["chromium"]);
    assert_remedy(
        &format!("{missing}Error relocating /srv/other: __res_init: symbol not found\n"),
        &["apk add nss"],
        &[],
    );
}

#[test]
fn a_package_that_is_used_from_its_source_tree_is_built_there() {
    let of = |name: &str| {
        format!(
            "  File \"/root/adet-main/adet/layers.py\", line 17, in <module>\n    from adet import {name}\nImportError: cannot import name '{name}' from partially initialized module 'adet' (most likely due to a circular import) (/root/adet-main/adet/__init__.py)\n"
        )
    };
    assert_remedy(&of("_C"), &["pip install --no-build-isolation -e .", "setup.py build develop"], &["install adet"]);
    // A class is no compiled module.
    assert_remedy(&of("_Cell"), &["upgrade both"], &["build develop"]);
}

#[test]
fn an_image_of_alpine_is_told_by_its_name_before_the_tag_too() {
    let of = |image: &str| {
        format!(
            "FROM {image}:3.7\nmain.c:11:20: fatal error: limits.h: No such file or directory\ncompilation terminated.\n"
        )
    };
    assert_remedy(&of("jfloff/alpine-python"), &["apk add musl-dev"], &["apt-get"]);
    assert_remedy(&of("library/python"), &["apt-get install libc6-dev"], &["apk"]);
}

#[test]
fn a_program_that_python_2_does_not_name_is_named_by_the_code_that_runs_it() {
    let of = |function: &str, child: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"setup.py\", line 36, in {function}\n    ret = subprocess.check_output(command)\n  File \"/usr/lib/python2.7/subprocess.py\", line 1335, in {child}\n    raise child_exception\nOSError: [Errno 2] No such file or directory\n"
        )
    };
    assert_remedy(&of("pkg_config_parse", "_execute_child"), &["apt-get install pkg-config"], &["traceback"]);
    assert_eq!(first(&of("pkg_config_parse", "communicate")).0, "build-failed");
    assert_eq!(first(&of("parse", "_execute_child")).0, "build-failed");
}

#[test]
fn a_wheel_for_the_other_processor_of_macs_is_built_or_run_under_rosetta() {
    let of = |tag: &str| format!("ERROR: choco-0.1-cp310-cp310-{tag}.whl is not a supported wheel on this platform.\n");
    assert_remedy(&of("macosx_12_0_x86_64"), &["Rosetta", "source distribution"], &[]);
    assert_remedy(&of("macosx_12_0_universal2"), &["macOS 12"], &["Rosetta"]);
    assert_remedy(&of("win_amd64"), &["run CPython 3.10"], &["Rosetta"]);
}

#[test]
fn a_module_of_the_distribution_is_upgraded_by_its_package_manager() {
    let of = |folder: &str| {
        format!(
            "ImportError: {folder}/_solv.so: undefined symbol: solvable_matchesdep\n$ rpm -q libsolv\nlibsolv-0.6.25-1.fc24.x86_64\n"
        )
    };
    assert_remedy(&of("/usr/lib64/python2.7/site-packages"), &["dnf upgrade '*solv*'", "libsolv"], &["pip install"]);
    assert_remedy(&of("/srv/v/lib/python2.7/site-packages"), &["pip install"], &["dnf upgrade"]);
}

#[test]
fn a_dll_that_python_2_refuses_is_named_by_the_code_that_opens_it() {
    let of = |code: &str, number: u32| {
        format!(
            "Traceback (most recent call last):\n  File \"C:\\Users\\u\\x.py\", line 66, in <module>\n    {code}\n  File \"C:\\Python27\\lib\\ctypes\\__init__.py\", line 362, in __init__\n    self._handle = _dlopen(self._name, mode)\nWindowsError: [Error {number}] %1 is not a valid Win32 application\n"
        )
    };
    let (cause, sentence, remedy) = first(&of("Sdk(\"C:\\\\sdk\\\\Sdk.x64.dll\")", 193));
    assert_eq!(cause, "wrong-architecture");
    assert!(sentence.contains("Sdk.x64.dll") && sentence.contains("for 64 bits"), "{sentence}");
    assert!(remedy.contains("64-bit DLL with a 64-bit Python"), "{remedy}");
    assert!(!first(&of("Sdk(path)", 193)).1.contains("Sdk.x64.dll"));
    assert_eq!(first(&of("Sdk(path)", 126)).0, "library-missing");
}

#[test]
fn a_setuptools_from_before_the_python_is_what_a_pinned_package_asks_for() {
    let of = |python: &str, top: &str| {
        format!(
            "  File \"/tmp/pip-build-env-x/overlay/lib/{python}/site-packages/setuptools/__init__.py\", line 10, in <module>\n    import {top}.core\nModuleNotFoundError: No module named '{top}'\n"
        )
    };
    assert_remedy(&of("python3.12", "distutils"), &["Python 3.11", "raise it"], &["pip install distutils"]);
    assert_ne!(first(&of("python3.10", "distutils")).0, "python-too-new");
    assert_ne!(first(&of("python3.12", "wheelkit")).0, "python-too-new");
}

#[test]
fn a_library_that_is_older_than_the_file_asks_for_is_upgraded_and_not_missing() {
    let of = |reason: &str, root: &str| {
        format!(
            "ImportError: dlopen({root}/lib/python3.6/site-packages/osgeo/_gdal.so, 2): Library not loaded: @rpath/libcurl.4.dylib\n  Referenced from: {root}/lib/libgdal.20.dylib\n  Reason: {reason}\n"
        )
    };
    let old = "Incompatible library version: libgdal.20.dylib requires version 10.0.0 or later, but libcurl.4.dylib provides version 9.0.0";
    let (cause, sentence, remedy) = first(&of(old, "/Users/u/anaconda/envs/e"));
    assert_eq!(cause, "version-missing");
    assert!(sentence.contains("asks for version 10 of it") && sentence.contains("says 9"), "{sentence}");
    assert!(remedy.contains("conda install -c conda-forge"), "{remedy}");
    assert_eq!(first(&of("image not found", "/Users/u/anaconda/envs/e")).0, "library-missing");
}

#[test]
fn what_dyld_expects_in_another_library_is_brought_together_by_who_installed_that() {
    let of = |library: &str| {
        format!(
            "ImportError: dlopen(/Users/u/v/site-packages/h5py/defs.so, 2): Symbol not found: _H5Pget_x\n  Referenced from: /Users/u/v/site-packages/h5py/defs.so\n  Expected in: {library}\n in /Users/u/v/site-packages/h5py/defs.so\n"
        )
    };
    assert_remedy(
        &of("/Users/u/anaconda3/lib/libhdf5.103.dylib"),
        &["conda install -c conda-forge h5py hdf5"],
        &["brew"],
    );
    assert_remedy(&of("/opt/homebrew/opt/hdf5/lib/libhdf5.103.dylib"), &["--no-binary h5py"], &["conda"]);
    assert_remedy(&of("/Users/u/build/libhdf5.103.dylib"), &["from one source"], &["conda", "--no-binary"]);
}

#[test]
fn a_number_of_cffi_tells_a_dll_that_is_missing_from_one_of_another_copy() {
    let of =
        |number: &str| format!("cannot load library 'C:\\Program Files\\GTK\\bin\\libcairo-2.dll': error {number}\n");
    assert_eq!(first(&of("0x7f")).0, "symbol-missing");
    assert_remedy(&of("0x7f"), &["first on PATH"], &["PyInstaller"]);
    assert_eq!(first(&of("0x7e")).0, "library-missing");
    assert_remedy(&of("0x7e"), &["add_dll_directory(r\"C:\\Program Files\\GTK\\bin\")"], &["first on PATH"]);
    assert_eq!(first(&of("0xc1")).0, "wrong-architecture");
}

#[test]
fn an_option_that_a_compiler_or_linker_does_not_know_is_of_another_one() {
    let of = |error: &str| format!("{error}\nerror: command 'clang' failed with exit status 1\n");
    assert_remedy(&of("ld: unknown option: -rpath=/usr/local/lib"), &["-Wl,-rpath,FOLDER"], &["CC="]);
    assert_remedy(&of("clang: error: unknown argument: '-mno-fused-madd'"), &["CC=gcc"], &["-rpath"]);
    // What nobody knows is quoted.
    let (_, sentence, _) = first(&of("x.c:3:1: error: expected ';' before 'int'"));
    assert!(sentence.contains("expected ';' before 'int'"), "{sentence}");
}

#[test]
fn a_compiler_for_c_alone_lacks_the_part_for_cpp() {
    let of = |system: &str| {
        format!("{system}\ngcc: fatal error: cannot execute ‘cc1plus’: execvp: No such file or directory\n")
    };
    assert_remedy(&of("dnf install python3"), &["dnf install gcc gcc-c++"], &["apt-get"]);
    assert_remedy(&of("apt-get update"), &["apt-get install build-essential"], &["dnf"]);
}

#[test]
fn conda_s_own_build_of_a_package_brings_the_library_that_no_table_knows() {
    let of = |root: &str| {
        format!(
            "  File \"{root}/lib/python3.9/site-packages/zen/__init__.py\", line 3, in <module>\n    from _zen import x\nImportError: libzenith.so.58: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(&of("/home/u/anaconda3/envs/e"), &["conda install -c conda-forge zen\n", "conda search"], &["apt"]);
    assert_remedy(&of("/home/u/v"), &["apt-file"], &["conda"]);
}

#[test]
fn a_library_of_macos_is_hidden_by_variables_of_dyld() {
    let of = |library: &str| {
        format!(
            "dyld: Library not loaded: @rpath/{library}\n  Referenced from: /Users/u/anaconda3/conda.exe\n  Reason: image not found\n"
        )
    };
    assert_remedy(&of("libz.1.dylib"), &["env -u DYLD_LIBRARY_PATH -u DYLD_FALLBACK_LIBRARY_PATH"], &["conda search"]);
    assert_remedy(&of("libzenith.1.dylib"), &["conda search"], &["env -u"]);
}

#[test]
fn a_script_of_pip_s_cmake_is_of_no_use_in_an_isolated_build() {
    let failed = "ERROR: CMake must be installed to build dlib\n";
    let script = format!(
        "  File \"/usr/local/bin/cmake\", line 5, in <module>\n    from cmake import cmake\nModuleNotFoundError: No module named 'cmake'\n{failed}"
    );
    assert_remedy(&script, &["pip uninstall -y cmake && apt-get install cmake"], &["pip install cmake"]);
    assert_remedy(failed, &["apt-get install cmake", "pip install cmake"], &["uninstall"]);
}

#[test]
fn a_private_module_of_a_torch_extension_is_that_of_the_package_which_imports_it() {
    let of = |place: &str| {
        format!(
            "  File \"{place}\", line 5, in <module>\n    import _torch_sox\nImportError: /usr/local/lib/python3.9/dist-packages/_torch_sox.so: undefined symbol: _ZN2at19UndefinedTensorImpl10_singletonE\n"
        )
    };
    assert_remedy(&of("/srv/audio/torchaudio/__init__.py"), &["--upgrade torch torchaudio"], &["torch_sox"]);
    assert_remedy(&of("/srv/main.py"), &["torch_sox"], &["torchaudio"]);
}

#[test]
fn qt_without_its_plugin_xcb_mostly_meets_opencv_s_or_no_screen() {
    let of = |more: &str| format!("{more}qt.qpa.plugin: Could not find the Qt platform plugin \"xcb\" in \"\"\n");
    assert_remedy(&of(""), &["opencv-python-headless", "xvfb-run"], &[]);
    assert_remedy(
        &of("  File \"PyInstaller/loader/pyimod02_importers.py\", line 1, in exec_module\n"),
        &["--collect-all"],
        &["xvfb"],
    );
}

#[test]
fn a_module_of_numpy_1_16_that_an_older_numpy_lacks_is_no_damaged_numpy() {
    let missing = "ModuleNotFoundError: No module named 'numpy.core._multiarray_umath'\n";
    let place = "  File \"/usr/lib/python3.6/site-packages/matplotlib/path.py\", line 17, in <module>\n    from . import _path\n";
    let failed = "ImportError: numpy.core.multiarray failed to import\n";
    assert_eq!(first(&format!("{missing}Traceback (most recent call last):\n{place}{failed}")).0, "numpy-too-old");
    assert_remedy(&format!("{missing}Traceback (most recent call last):\n{place}{failed}"), &["--upgrade numpy"], &[]);
    let damaged = format!(
        "Importing the numpy C-extensions failed.\nOriginal error was: No module named 'numpy.core._multiarray_umath'\n{failed}"
    );
    assert_ne!(first(&damaged).0, "numpy-too-old");
    assert_remedy("ImportError: numpy.core._multiarray_umath failed to import\n", &["--upgrade numpy"], &[]);
}

#[test]
fn a_wheel_of_one_s_own_for_a_newer_glibc_is_built_in_an_older_image() {
    let of = |tag: &str| format!("ERROR: x-0.1-cp39-cp39-{tag}.whl is not a supported wheel on this platform.\n");
    assert_remedy(&of("manylinux_2_35_x86_64"), &["manylinux image", "--zig"], &[]);
    assert_remedy(&of("win_amd64"), &["run CPython 3.9"], &["--zig"]);
}

#[test]
fn a_crate_that_binds_a_library_wants_its_development_files() {
    let of = |krate: &str| {
        format!(
            "error: failed to run custom build command for `{krate} v0.9.116`\npkg-config exited with status code 1\n"
        )
    };
    assert_remedy(&of("openssl-sys"), &["libssl-dev", "pkg-config"], &["stderr --"]);
    assert_eq!(first(&of("openssl-sys")).0, "link-library");
    assert_eq!(first(&of("zenith-sys")).0, "build-failed");
    assert_eq!(first(&of("openssl")).0, "build-failed");
}

#[test]
fn a_file_that_asks_a_library_for_too_much_is_compiled_in_the_image_of_the_policy() {
    let log = "x/liba.so is not manylinux_2_28 compliant because it links the following forbidden libraries:\nlibm.so.6       offending versions: GLIBC_2.29\n";
    assert_eq!(first(log).0, "policy-symbols");
    assert_remedy(log, &["image of manylinux_2_28"], &[]);
}

#[test]
fn the_library_of_python_that_a_bundle_lacks_is_its_bundler_s_to_bring() {
    let of = |words: &str| format!("{words}dlopen(/Users/u/dist/my.app/Contents/MacOS/Python, 10): image not found\n");
    let own = of("Error loading Python lib '/Users/u/dist/my.app/Contents/MacOS/Python': ");
    assert_remedy(&own, &["--upgrade pyinstaller"], &["py2app"]);
    assert_remedy(&of("ImportError: "), &["py2app"], &["pyinstaller"]);
}

#[test]
fn a_signature_that_is_not_valid_is_told_inside_what_dyld_tried() {
    let of = |why: &str| {
        format!(
            "[6586] Error loading Python lib '/var/T/_MEIxy/Python': dlopen: dlopen(/var/T/_MEIxy/Python, 0x000A): tried: '/var/T/_MEIxy/Python' ({why})\n"
        )
    };
    assert_eq!(
        first(&of("code signature invalid (errno=1) sliceOffset=0x0, codeBlobOffset=0x1 for '/var/T/_MEIxy/Python'")).0,
        "code-signature"
    );
    assert_ne!(first(&of("no such file")).0, "code-signature");
}

#[test]
fn what_pip_builds_asks_for_a_dll_that_its_wheel_would_bring() {
    let of = |folder: &str| {
        format!(
            "  File \"C:\\Users\\u\\{folder}\\shapely\\setup.py\", line 200, in <module>\n    lgeos = CDLL(\"geos_c.dll\")\n  File \"C:\\py\\lib\\ctypes\\__init__.py\", line 348, in __init__\n    self._handle = _dlopen(self._name, mode)\nOSError: [WinError 126] The specified module could not be found\n"
        )
    };
    assert_remedy(
        &of("Temp\\pip-install-kvdh_caj"),
        &["--only-binary=:all: shapely", "conda install -c conda-forge shapely"],
        &[],
    );
    assert_remedy(&of("src"), &["Redistributable"], &["--only-binary"]);
}

#[test]
fn conda_has_old_libraries_that_no_system_has() {
    let of = |line: &str| {
        format!("{line}\nImportError: libgfortran.so.3: cannot open shared object file: No such file or directory\n")
    };
    assert_remedy(&of("conda activate /data/e"), &["conda install -c conda-forge libgfortran=3.0.0"], &["apt-get"]);
    assert_remedy(&of("source /data/e/bin/activate"), &["no part of current systems"], &["conda install"]);
}

#[test]
fn the_system_s_copy_stands_before_conda_s_for_every_library() {
    let of = |by: &str| {
        format!(
            "ImportError: /lib/x86_64-linux-gnu/libssl.so.3: version `OPENSSL_3.2.0' not found (required by {by}/lib/python3.12/lib-dynload/_ssl.so)\n"
        )
    };
    assert_eq!(first(&of("/home/u/miniforge3")).0, "other-copy");
    assert_remedy(&of("/home/u/miniforge3"), &["LD_LIBRARY_PATH", "conda install -c conda-forge openssl"], &[]);
    assert_remedy(&of("/home/u/v"), &["found first"], &["conda"]);
}

#[test]
fn packages_of_ros_are_upgraded_together() {
    let of = |root: &str| {
        format!("ImportError: {root}/lib/libx__rosidl_generator_c.so: undefined symbol: y__msg__Vector3__are_equal\n")
    };
    assert_remedy(&of("/opt/ros/galactic"), &["apt-get update && apt-get dist-upgrade"], &["pip"]);
    assert_remedy(&of("/opt/x"), &["built against"], &["dist-upgrade"]);
}
