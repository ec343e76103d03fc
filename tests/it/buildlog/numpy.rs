//! Logs of code that does not get NumPy's C API.

use dylens::buildlog::Verdict;

use super::{Expected, alone, assert_first, beside};

const PLAIN: Expected =
    Expected { cause: "numpy-abi", verdict: Verdict::Guilty, file: "", sentence: "", remedy: "", command: "" };

/// A virtual environment with NumPy 2 and a module that was built for NumPy 1.
const WORLD: &str = "//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
    //- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.2.5,GLIBC_2.36
    //- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6
    //- /usr/lib/python3.11/lib-dynload/_json.LINUX elf x86_64 defines:PyInit__json needs:libc.so.6
    //- /env/pyvenv.cfg
    home = /usr/bin
    version = 3.11.7
    //- /env/bin/python3 -> /usr/bin/python3.11
    //- SITE/numpy/__init__.py
    //- SITE/numpy/version.py
    version = \"2.1.0\"
    //- SITE/numpy/core/__init__.py
    //- SITE/numpy/core/multiarray.py
    //- SITE/numpy/core/_multiarray_umath.py
    //- SITE/numpy/_core/__init__.py
    //- SITE/numpy/_core/multiarray.py
    //- SITE/numpy/_core/umath.py
    //- SITE/numpy/_core/_multiarray_umath.LINUX elf x86_64 defines:PyInit__multiarray_umath
    //- SITE/numpy-2.1.0.dist-info/METADATA
    Name: numpy
    Version: 2.1.0
    ";

fn world(files: &str) -> String {
    format!("{WORLD}{files}")
}

#[test]
fn code_for_numpy_1_beside_numpy_2_is_named() {
    let log = "\nA module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.1.0 as it may crash. To support both 1.x and 2.x\n\
               Traceback (most recent call last):  File \"x.py\", line 1, in <module>\n    import p\n  \
               File \"/x/lib/python3.11/site-packages/p/__init__.py\", line 1, in <module>\n    from . import m\n\
               AttributeError: _ARRAY_API not found\nImportError: numpy.core.multiarray failed to import\n";
    assert_first(
        &alone(log),
        &Expected {
            sentence: "built for NumPy 1, and NumPy 2.1.0 is installed; it was met in p/__init__.py",
            command: "numpy<2",
            ..PLAIN
        },
    );
    let files = "//- SITE/p/__init__.py\nfrom . import m\n//- SITE/p/m.LINUX elf x86_64 defines:PyInit_m says:_ARRAY_API,numpy.core._multiarray_umath\n\
                 //- SITE/q/m.LINUX elf x86_64 defines:PyInit_m says:_ARRAY_API,numpy.core._multiarray_umath";
    let file = "lib/python3.11/site-packages/p/m.cpython-311-x86_64-linux-gnu.so";
    assert_first(&beside(log, "/env", &world(files)), &Expected { file, sentence: "NumPy 2.1", ..PLAIN });
}

#[test]
fn numbers_of_the_interface_are_told_apart() {
    let log = "RuntimeError: module compiled against ABI version 0x1000009 but this version of numpy is 0x2000000\n";
    assert_first(&alone(log), &Expected { command: "numpy<2", ..PLAIN });
    let log =
        "RuntimeError: module compiled against API version 0x10 but this version of numpy is 0xf . Check the section\n";
    assert_first(
        &alone(log),
        &Expected { cause: "numpy-too-old", sentence: "0x10", command: "--upgrade numpy", ..PLAIN },
    );
    let log = "RuntimeError: module was compiled against NumPy C-API version 0x10 (NumPy 1.23) but the running NumPy has C-API version 0xf.\n";
    assert_first(&alone(log), &Expected { cause: "numpy-too-old", command: "--upgrade numpy", ..PLAIN });
    let log = "ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88 from PyObject\n";
    assert_first(&alone(log), &Expected { sentence: "has 88 bytes, and 96 were expected", ..PLAIN });
}

#[test]
fn rust_numpy_s_panic_is_tied_to_the_module_with_that_version() {
    let log = "thread '<unnamed>' panicked at /home/u/.cargo/registry/src/index-1/numpy-0.20.0/src/npyffi/array.rs:52:14:\n\
               Failed to access NumPy array API capsule: PyErr { type: <class 'ModuleNotFoundError'>, value: \
               ModuleNotFoundError(\"No module named 'numpy.core.multiarray'\"), traceback: None }\n\
               pyo3_runtime.PanicException: Failed to access NumPy array API capsule: PyErr { type: <class 'ModuleNotFoundError'>, value: \
               ModuleNotFoundError(\"No module named 'numpy.core.multiarray'\"), traceback: None }\n";
    let files = "//- SITE/a/_old.LINUX elf x86_64 defines:PyInit__old says:_ARRAY_API,numpy.core.multiarray,/rustc/07dca489ac2d933c78d3c5158e3f43beefeb02ce/library/core,/registry/src/index-1/numpy-0.19.0/src/npyffi,called~`Option::unwrap()`~on~a~`None`~value\n\
                 //- SITE/b/_rs.LINUX elf x86_64 defines:PyInit__rs says:_ARRAY_API,numpy.core.multiarray,/rustc/07dca489ac2d933c78d3c5158e3f43beefeb02ce/library/core,/registry/src/index-1/numpy-0.20.0/src/npyffi,called~`Option::unwrap()`~on~a~`None`~value";
    let expected = Expected {
        cause: "numpy-shim",
        file: "lib/python3.11/site-packages/b/_rs.cpython-311-x86_64-linux-gnu.so",
        sentence: "(rust-numpy 0.20.0) imports the Python module numpy.core.multiarray at its first use",
        remedy: "name it to the bundler",
        command: "--include-module=numpy.core.multiarray",
        ..PLAIN
    };
    let judged = beside(log, "/env", &world(files));
    assert_first(&judged, &expected);
    assert_eq!((judged.len(), judged[0].incident.times), (1, 2), "the panic and the exception are one");
    assert_first(&alone(log), &Expected { file: "", sentence: "rust-numpy 0.20.0", ..expected });
    let log = format!("12 INFO: PyInstaller: 6.11.1\n{log}");
    assert_first(
        &alone(&log),
        &Expected { file: "", sentence: "", remedy: "", command: "--hidden-import=numpy.core.multiarray", ..expected },
    );
}

#[test]
fn a_bundle_without_numpy_is_told_for_the_code_that_hides_its_wish() {
    let log = "pyo3_runtime.PanicException: Failed to access NumPy array API capsule: PyErr { type: <class 'ModuleNotFoundError'>, value: \
               ModuleNotFoundError(\"No module named 'numpy'\"), traceback: None }\n";
    assert_first(
        &alone(log),
        &Expected {
            cause: "numpy-missing",
            sentence: "NumPy is not installed",
            remedy: "a bundled program needs it named to the bundler",
            command: "pip install numpy",
            ..PLAIN
        },
    );
}

#[test]
fn numpy_s_own_extension_is_missing() {
    let log = "ImportError: Error importing numpy: you should not try to import numpy from its source directory\n\
               Original error was: No module named 'numpy._core._multiarray_umath'\n";
    assert_first(
        &alone(log),
        &Expected {
            cause: "numpy-missing",
            sentence: "numpy._core._multiarray_umath",
            command: "--force-reinstall",
            ..PLAIN
        },
    );
}

#[test]
fn the_shim_is_known_in_python_s_own_words() {
    let log = "12 INFO: PyInstaller: 6.11.1\nModuleNotFoundError: No module named 'numpy.core.multiarray'\n";
    assert_first(
        &alone(log),
        &Expected { cause: "numpy-shim", command: "--hidden-import=numpy.core.multiarray", ..PLAIN },
    );
    let log = "ModuleNotFoundError: No module named 'numpy.core._multiarray_umath'\n";
    assert_first(&alone(log), &Expected { cause: "numpy-missing", ..PLAIN });
    let log = "ModuleNotFoundError: No module named 'numpy_core'\n";
    assert_first(&alone(log), &Expected { cause: "module-missing", sentence: "numpy_core", ..PLAIN });
}
