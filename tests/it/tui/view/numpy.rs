//! Who uses NumPy's C API.

use crate::tui::harness::{environment, healthy};

/// Packages that ask for NumPy's C API: two get it, one through the module for older code, one was built for NumPy 1.
pub(crate) const NUMPY: &str = "\
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.9
//- /env/bin/python3 -> /usr/bin/python3.11
//- /usr/bin/python3.11 elf x86_64 interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6 pie
//- /usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__json needs:libc.so.6
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 needs:ld-linux-x86-64.so.2
//- /env/lib/python3.11/site-packages/numpy-2.1.0.dist-info/RECORD
numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/numpy/__init__.py
//- /env/lib/python3.11/site-packages/numpy/_core/__init__.py
//- /env/lib/python3.11/site-packages/numpy/_core/multiarray.py
//- /env/lib/python3.11/site-packages/numpy/_core/umath.py
//- /env/lib/python3.11/site-packages/numpy/core/__init__.py
//- /env/lib/python3.11/site-packages/numpy/core/multiarray.py
//- /env/lib/python3.11/site-packages/numpy/core/_multiarray_umath.py
//- /env/lib/python3.11/site-packages/numpy/core/umath.py
//- /env/lib/python3.11/site-packages/numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__multiarray_umath needs:libc.so.6
//- /env/lib/python3.11/site-packages/pandas-2.2.3.dist-info/RECORD
pandas/_libs/algos.cpython-311-x86_64-linux-gnu.so,,
pandas/_libs/join.cpython-311-x86_64-linux-gnu.so,,
pandas/_libs/lib.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/pandas/_libs/algos.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit_algos needs:libc.so.6 says:_ARRAY_API,numpy._core._multiarray_umath
//- /env/lib/python3.11/site-packages/pandas/_libs/join.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit_join needs:libc.so.6 says:_ARRAY_API,numpy._core._multiarray_umath
//- /env/lib/python3.11/site-packages/pandas/_libs/lib.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit_lib needs:libc.so.6 says:_ARRAY_API,numpy._core._multiarray_umath
//- /env/lib/python3.11/site-packages/old-1.0.dist-info/RECORD
old/_old.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/old/_old.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__old needs:libc.so.6 says:_ARRAY_API,numpy.core._multiarray_umath
//- /env/lib/python3.11/site-packages/tsdownsample-0.1.3.dist-info/RECORD
tsdownsample/_rust.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/tsdownsample/_rust.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__rust needs:libc.so.6 says:library/core/src/x.rs,/r/numpy-0.20.0/src/npyffi/array.rs,_ARRAY_API,numpy.core.multiarray
";

#[test]
fn the_lens_shows_who_asks_for_numpy_s_c_api_and_who_answers() {
    let mut face = environment(NUMPY, (120, 36)).typed("9");
    assert_eq!(face.type_keys("l").chosen(), "numpy.core._multiarray_umath");
    assert_eq!(face.type_keys("l").chosen(), "_multiarray_umath.cpython-311-x86_64-linux-gnu.so");
}

#[test]
fn without_anybody_who_asks_there_is_no_lens() {
    let mut face = healthy((80, 24));
    let screen = face.type_keys("9").screen();
    assert!(screen.contains("no consumer of NumPy's C API"), "{screen}");
    assert!(screen.contains("[1 Problems]"), "{screen}");
}
