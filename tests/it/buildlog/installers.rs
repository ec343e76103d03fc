//! What installers and builds say of packages that they compile: which remedy each tool, release and system has.

use super::remedies::{assert_remedy, first};

#[test]
fn what_a_setup_py_imports_is_put_into_the_environment_in_which_uv_builds() {
    let of = |root: &str, last: &str| {
        format!(
            "  × Failed to build `pyqpbo==0.1.2`\n  ├─▶ The build backend returned an error\n      Traceback (most recent call last):\n        File \
             \"{root}/lib/python3.10/site-packages/setuptools/build_meta.py\", line 320, in run_setup\n          exec(code, locals())\n{last}      ModuleNotFoundError: No \
             module named 'numpy'\n"
        )
    };
    let setup = "        File \"<string>\", line 5, in <module>\n";
    let uv = of("/home/u/.cache/uv/builds-v0/.tmpOpYTfz", setup);
    assert_remedy(
        &uv,
        &[
            "pyqpbo = [\"numpy\"]",
            "uv pip install numpy setuptools && uv pip install --no-build-isolation-package pyqpbo pyqpbo",
        ],
        &["upgrade setuptools"],
    );
    // setuptools' own code may miss something of its own, in whatever environment.
    assert_remedy(&of("/v", ""), &["upgrade setuptools and numpy together"], &["uv pip"]);
    // pip's build has pip's own ways.
    assert_remedy(&of("/tmp/pip-build-env-x/overlay", setup), &["--no-build-isolation"], &["uv pip"]);
}

#[test]
fn a_package_that_poetry_builds_is_named_with_the_python_that_has_a_wheel_for_it() {
    let of = |backend: &str, python: &str| {
        format!(
            "  ChefBuildError\n\n  {backend}\n\n  at /usr/local/lib/{python}/site-packages/poetry/installation/chef.py:147 in _prepare\n\nNote: This error originates from the build \
             backend, and is likely not a problem with poetry but with numpy (1.24.1) not supporting PEP 517 builds. You can verify this by running 'pip wheel --use-pep517 \"numpy \
             (==1.24.1)\"'.\n"
        )
    };
    let absent = "Backend 'setuptools.build_meta:__legacy__' is not available.";
    assert_eq!(first(&of(absent, "python3.12")).0, "python-too-new");
    assert_remedy(&of(absent, "python3.12"), &["poetry add numpy@latest", "poetry env use python3.11"], &["pip wheel"]);
    assert_eq!(first(&of(absent, "python3.10")).0, "build-failed");
    assert_remedy(&of("error: command failed", "python3.12"), &["poetry add numpy@latest"], &["env use"]);
}

#[test]
fn a_compiler_that_was_killed_had_no_memory_whatever_make_says_then() {
    let of = |line: &str| {
        format!(
            "{line}\ncompilation terminated.\nmake: *** [Makefile:34: x.o] Error 4\nmake: *** Waiting for unfinished jobs....\n"
        )
    };
    for line in [
        "g++: fatal error: Killed signal terminated program cc1plus",
        "g++: internal compiler error: Killed (program cc1plus)",
    ] {
        assert_remedy(&of(line), &["-j1", "memory"], &[]);
    }
    assert_remedy(&of("cc1plus: fatal error: x.cpp: Is a directory"), &[], &["-j1, CARGO"]);
}

#[test]
fn an_extension_is_compiled_by_the_cuda_of_its_pytorch() {
    let of = |found: &str, version: &str| {
        format!(
            "RuntimeError:\nThe detected CUDA version ({found}) mismatches the version that was used to compile\nPyTorch ({version}). Please make sure to use the same CUDA versions.\n"
        )
    };
    assert_eq!(first(&of("12.3", "11.8")).0, "runtime-mismatch");
    // The nearest index of the same major release that is not newer; where there is none, its first.
    assert_remedy(&of("12.3", "11.8"), &["whl/cu121", "CUDA_HOME=/usr/local/cuda-11.8"], &[]);
    assert_remedy(&of("12.0", "11.6"), &["whl/cu121"], &[]);
    assert_remedy(&of("11.7", "12.4"), &["whl/cu117", "cuda-12.4"], &[]);
    assert_remedy(&of("9.2", "11.7"), &["cuda-11.7"], &["whl/cu"]);
}

#[test]
fn a_path_too_long_for_windows_is_told_by_pip_s_hint() {
    let error = "ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: 'C:\\\\Users\\\\u\\\\x.py'\n";
    let hint = "HINT: This error might have occurred since this system does not have Windows Long Path support enabled. You can find information on how to enable this at \
                https://pip.pypa.io/warnings/enable-long-paths\n";
    assert_remedy(&format!("{error}{hint}"), &["LongPathsEnabled", "C:\\v"], &[]);
    assert_remedy(error, &[], &["LongPathsEnabled"]);
}

#[test]
fn an_older_cargo_is_told_which_rust_has_what_the_package_asks_for() {
    let of = |feature: &str| {
        format!(
            "Caused by:\n  feature `{feature}` is required\n\n  The package requires the Cargo feature called `{feature}`, but that feature is not stabilized in this version of Cargo (1.53.0 (4369396ce 2021-04-27)).\n"
        )
    };
    assert_remedy(&of("edition2024"), &["1.85", "rustup update"], &[]);
    assert_remedy(&of("edition2021"), &["1.56"], &["1.85"]);
    assert!(first(&of("edition2021")).1.contains("1.53.0 is installed"));
    // Without the note about it, and of a feature that no table has.
    assert_remedy("  feature `edition2021` is required\n\n  consider adding `cargo-features`\n", &["1.56"], &[]);
    assert_remedy(&of("per-package-target"), &["update Rust;"], &[]);
}

#[test]
fn the_system_s_python_is_left_to_its_package_manager() {
    let log = "error: externally-managed-environment\n\n× This environment is externally managed\n╰─> To install Python packages system-wide, try apt install\n    python3-xyz\n";
    assert_remedy(log, &["python3 -m venv .venv", "pipx"], &["apt install"]);
}

#[test]
fn a_file_for_a_newer_glibc_has_another_build_where_it_is_a_package_s() {
    let of = |by: &str| {
        format!("OSError: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by {by})\n")
    };
    let wheel = of("/v/lib/python3.7/site-packages/llama_cpp/lib/libllama.so");
    assert_remedy(
        &wheel,
        &["Ubuntu 22.04", "--upgrade llama-cpp-python", "--no-binary llama-cpp-python"],
        &[" llama_cpp\n"],
    );
    for by in ["/usr/bin/x", "/tmp/_MEIx/pkg/libx.so"] {
        assert_remedy(&of(by), &["Ubuntu 22.04", "the oldest system"], &["pip install"]);
    }
}

#[test]
fn what_a_bundle_opens_without_a_traceback_may_be_a_package_s() {
    let of = |folder: &str| {
        format!(
            "FileNotFoundError: [Errno 2] No such file or directory: 'C:\\Users\\Dell\\AppData\\Local\\Temp\\_MEI32242\\{folder}\\grib_api.h'\n[1692] Failed to execute script 'Testing' due to unhandled exception!\n"
        )
    };
    assert_remedy(&of("gribapi"), &["--collect-data=gribapi", "--add-data"], &[]);
    assert_remedy(&of("images"), &["--add-data"], &["--collect-data"]);
}

#[test]
fn old_libraries_of_cuda_bear_its_release() {
    let of = |name: &str| format!("ImportError: {name}: cannot open shared object file: No such file or directory\n");
    for (name, release) in [("libcurand.so.8.0", "CUDA 8"), ("libcurand.so.10.0", "CUDA 10")] {
        assert!(first(&of(name)).1.contains(release), "{name}");
        assert_remedy(&of(name), &[], &["nvidia-curand"]);
    }
    assert_remedy(&of("libcurand.so.10"), &["nvidia-curand-cu12"], &[]);
}

#[test]
fn libraries_of_one_environment_of_conda_come_from_one_channel() {
    let of = |root: &str| {
        format!(
            "2: dyld: Library not loaded: @rpath/libpoppler.76.dylib\n2:   Referenced from: {root}/lib/libgdal.26.dylib\n2:   Reason: image not found\n"
        )
    };
    assert_remedy(
        &of("/usr/local/miniconda/envs/pdal"),
        &["channel_priority strict && conda update -c conda-forge --all"],
        &["brew"],
    );
    assert_remedy(&of("/usr/local"), &["brew"], &["conda"]);
    // pytest tells the place in its own way.
    let frame = "../../miniconda3/envs/aug/lib/python2.7/site-packages/osgeo/__init__.py:17: in swig_import_helper\n    _mod = imp.load_module('_gdal')\nE   ImportError: \
                 libpoppler.so.66: cannot open shared object file: No such file or directory\n";
    assert_remedy(frame, &["conda install -c conda-forge gdal", "channel_priority strict"], &["apt"]);
}

#[test]
fn a_dll_that_fails_is_told_by_its_module_where_windows_reason_was_not_quoted() {
    assert_remedy("ImportError: DLL load failed while importing win32api\n", &["--upgrade pywin32"], &[]);
    let qt = |binding: &str| {
        format!(
            "    from {binding}.QtWidgets import QApplication\nImportError: DLL load failed while importing QtGui: The specified procedure could not be found.\n"
        )
    };
    assert_remedy(&qt("PyQt6"), &["--force-reinstall --no-cache-dir PyQt6"], &[]);
    assert_remedy(&qt("PySide6"), &["--force-reinstall --no-cache-dir PySide6"], &["--no-cache-dir PyQt6"]);
}

#[test]
fn cmake_4_goes_on_as_an_older_one_where_it_is_told_so() {
    let of = |error: &str| {
        format!(
            "Failed to build 'python-olm' when getting requirements to build wheel\nCMake Error at CMakeLists.txt:1 (cmake_minimum_required):\n  {error}\n\n-- Configuring incomplete, errors occurred!\n"
        )
    };
    let old = of("Compatibility with CMake < 3.5 has been removed from CMake.");
    assert_remedy(&old, &["CMAKE_POLICY_VERSION_MINIMUM=3.5 python -m pip install python-olm", "cmake<4"], &[]);
    assert_remedy(&of("CMake 3.29 or higher is required.  You are running version 3.16"), &[], &["CMAKE_POLICY"]);
}

#[test]
fn nuitka_gets_a_compiler_of_the_system_that_it_runs_on() {
    let windows = "FATAL: Error, cannot locate suitable C compiler. You have the following options:\n\na) If a suitable Visual Studio version is installed\n";
    assert_remedy(windows, &["--mingw64", "--upgrade nuitka"], &["gcc or clang"]);
    assert_remedy("Error, cannot locate suitable C compiler.\n", &["gcc or clang"], &["--mingw64"]);
}

#[test]
fn a_windows_sdk_newer_than_the_compiler_is_told_by_its_own_library() {
    let of = |library: &str| {
        format!("{library}(checkcfg.obj) : error LNK2001: unresolved external symbol _guard_check_icall_$fo$\n")
    };
    assert_remedy(&of("libucrt.lib"), &["10.0.22621", "MSVC v143"], &[]);
    assert_remedy(&of("mine.lib"), &[], &["10.0.22621"]);
}

#[test]
fn a_compiler_that_pip_asks_for_on_windows_has_a_command() {
    let log = "error: Microsoft Visual C++ 14.0 or greater is required. Get it with \"Microsoft C++ Build Tools\"\n";
    assert_remedy(
        log,
        &["winget install --id Microsoft.VisualStudio.2022.BuildTools", "neither the Visual C++ runtime"],
        &[],
    );
}

#[test]
fn an_exception_in_a_bundler_s_own_loader_is_the_bundler_s() {
    let of = |last: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"/d/my.app/Contents/Resources/__boot__.py\", line 86, in load_module\n    return imp.load_module(\n  File \"{last}\", line 216, in f\nAttributeError: 'NoneType' object has no attribute 'name'\n"
        )
    };
    assert_remedy(
        &of("/Library/Frameworks/Python.framework/Versions/3.9/lib/python3.9/imp.py"),
        &["--upgrade py2app"],
        &[],
    );
    // What a package's code raises below it is the package's.
    assert_remedy(
        &of("/d/my.app/Contents/Resources/lib/python3.9/site-packages/p/q.py"),
        &["p"],
        &["--upgrade py2app"],
    );
}

#[test]
fn an_exception_of_the_code_that_sets_a_package_up_names_that_package() {
    let of = |file: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\n  File \"{file}\", line 12, in dequote\n    if s[0]:\nIndexError: string index out of range\n"
        )
    };
    for folder in ["pip-build-nyaa8t95/mysqlclient", "pip-install-x1/mysqlclient_0123456789abcdef0123456789abcdef"] {
        assert_remedy(&of(&format!("/tmp/{folder}/setup_posix.py")), &["--upgrade mysqlclient"], &[]);
    }
    assert_remedy(&of("/home/u/setup_posix.py"), &[], &["--upgrade"]);
}

#[test]
fn a_host_that_builds_from_lists_is_given_its_list() {
    let of = |root: &str| {
        format!(
            "File \"{root}/lib/python3.7/site-packages/rdkit/Chem/__init__.py\", line 24, in <module>\n    from x import *\nImportError: libXrender.so.1: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(&of("/home/appuser/.local"), &["packages.txt", "libxrender1"], &["Aptfile"]);
    assert_remedy(&of("/app/.heroku/python"), &["Aptfile", "libxrender1"], &["packages.txt"]);
    assert_remedy(&of("/home/u/venv"), &["libxrender1"], &["packages.txt", "Aptfile"]);
}

#[test]
fn what_homebrew_links_by_a_number_is_built_again_with_the_next() {
    let of = |library: &str| {
        format!(
            "ImportError: dlopen(/v/lib/python3.5/site-packages/cartopy/_crs.so, 2): Library not loaded: {library}\n  Referenced from: /v/lib/python3.5/site-packages/cartopy/_crs.so\n  Reason: image not found\n"
        )
    };
    assert_remedy(&of("/usr/local/lib/libproj.9.dylib"), &["--no-binary cartopy cartopy", "brew install proj"], &[]);
    assert_remedy(&of("/usr/local/lib/libproj.dylib"), &["brew install proj"], &["--no-binary"]);
}

#[test]
fn a_bundle_that_lacks_what_python_s_own_module_needs_has_an_old_bundler() {
    let of = |by: &str| {
        format!(
            "  File \"/v/lib/python2.7/site-packages/PyInstaller/loader/pyi_importers.py\", line 270, in load_module\nImportError: dlopen({by}, 2): Library not loaded: @loader_path/Tcl\n  Referenced from: {by}\n  Reason: image not found\n"
        )
    };
    assert_remedy(&of("_tkinter.so"), &["upgrade PyInstaller", "--upgrade PyInstaller"], &["brew"]);
    assert_remedy(&of("_mine.so"), &["--add-binary"], &["--upgrade PyInstaller"]);
    let brew = "ImportError: dlopen(/Applications/H.app/Contents/Frameworks/x/_tkinter.so, 2): Library not loaded: /opt/homebrew/opt/tcl-tk/lib/libtk8.6.dylib\n  Referenced from: /Applications/H.app/Contents/Frameworks/x/_tkinter.so\n";
    assert_remedy(brew, &["own copy", "brew install tcl-tk"], &[]);
}

#[test]
fn tensorflow_goes_on_without_cuda() {
    let of = |name: &str| {
        format!(
            "2022-08-11 14:21:29.345331: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library '{name}'; dlerror: {name} not found\n"
        )
    };
    assert_remedy(&of("cudart64_110.dll"), &["nothing, where", "cudatoolkit=11.2"], &[]);
}

#[test]
fn a_build_that_needs_two_libraries_is_given_both_when_the_header_of_one_is_not_there() {
    let of =
        |source: &str, header: &str| format!("    {source}:14:31: fatal error: {header}: No such file or directory\n");
    let lxml = of("src/lxml/includes/etree_defs.h", "libxml/xmlversion.h");
    assert_remedy(&lxml, &["apt-get install libxml2-dev", "apt-get install libxslt1-dev"], &[]);
    // Others that are compiled against libxml2 have no need of libxslt.
    assert_remedy(
        &of("src/xmlsec/utils.h", "libxml/xmlversion.h"),
        &["apt-get install libxml2-dev"],
        &["libxslt1-dev", "libsasl2-dev"],
    );
    assert_remedy(
        &of("Modules/errors.h", "lber.h"),
        &["apt-get install libldap-dev", "apt-get install libsasl2-dev"],
        &["libxslt1-dev"],
    );
}

#[test]
fn a_package_is_named_by_its_distribution_where_only_its_module_s_place_is_told() {
    let of = |place: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"/v/lib/python3.10/site-packages/{place}\", line 8, in <module>\n    import x_cuda as x\nImportError: libcudart.so.12: cannot open shared \
             object file: No such file or directory\n"
        )
    };
    assert_remedy(
        &of("flash_attn/flash_attn_interface.py"),
        &["build of flash-attn for the CUDA"],
        &["the package for"],
    );
    assert_remedy(&of("x.py"), &["for the CUDA that the machine has"], &["flash-attn"]);
}

#[test]
fn frames_of_python_s_own_import_do_not_hide_the_package_whose_dlls_a_bundle_lacks() {
    let of = |frames: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"c:\\v\\lib\\site-packages\\PyInstaller\\loader\\pyimod03_importers.py\", line 621, in exec_module\n    exec(bytecode, \
             module.__dict__)\n{frames}ImportError: DLL load failed: The specified module could not be found.\n"
        )
    };
    let own = "  File \"<frozen importlib._bootstrap>\", line 983, in _find_and_load\n".repeat(6);
    let scipy = format!("  File \"lib\\site-packages\\scipy\\special\\__init__.py\", line 641, in <module>\n{own}");
    assert_remedy(&of(&scipy), &["upgrade the bundler", "--collect-binaries scipy"], &[]);
    assert_remedy(&of(&own), &["--collect-binaries"], &["scipy"]);
}

#[test]
fn a_library_of_a_driver_is_nobody_s_to_bundle() {
    let of = |name: &str| {
        format!(
            "837915 WARNING: Library not found: could not resolve '{name}', dependency of 'C:\\\\v\\\\Library\\\\bin\\\\omptarget.rtl.level0.dll'.\n"
        )
    };
    assert_remedy(&of("ze_loader.dll"), &["nothing"], &["--add-binary"]);
    assert_remedy(&of("ze_tools.dll"), &["nothing, where the program runs", "--add-binary"], &[]);
}

#[test]
fn what_was_built_for_pytorch_1_is_built_again_where_its_library_was_split() {
    let of = |name: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"/v/lib/python3.8/site-packages/flash_attn/ops/layer_norm.py\", line 7, in <module>\n    import dropout_layer_norm\nImportError: \
             {name}: cannot open shared object file: No such file or directory\n"
        )
    };
    assert_remedy(&of("libtorch_cuda_cu.so"), &["PyTorch 1", "--no-binary flash-attn flash-attn"], &["install torch"]);
    // PyTorch 2 has it too, where it is one with CUDA.
    assert_remedy(&of("libtorch_cuda.so"), &["import torch first", "install torch"], &["PyTorch 1"]);
}
