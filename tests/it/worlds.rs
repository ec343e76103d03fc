//! Worlds that more than one room is tried with.

/// The two demos as they are written down; the program ships snapshots of them.
pub const DEMOS: [(&str, &str); 2] =
    [("linux", include_str!("../fixtures/demo/linux.txt")), ("macos", include_str!("../fixtures/demo/macos.txt"))];

/// A virtual environment with one library gone.
pub const WORLD: &str = "\
//* levels=x86-64-v2
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.9
//- /env/bin/python3 -> /usr/bin/python3.11
//- /usr/bin/python3.11 elf x86_64 interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6 pie
//- /usr/lib/python3.11/os.py
//- /usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__json needs:libc.so.6
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 needs:ld-linux-x86-64.so.2 versions:GLIBC_2.2.5,GLIBC_2.36
//- /env/lib/python3.11/site-packages/numpy-1.26.4.dist-info/RECORD
numpy/core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so,,
numpy/linalg/_umath_linalg.cpython-311-x86_64-linux-gnu.so,,
numpy.libs/libgfortran-040039e1.so.5.0.0,,
//- /env/lib/python3.11/site-packages/numpy-1.26.4.dist-info/INSTALLER
pip
//- /env/lib/python3.11/site-packages/numpy/core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__multiarray_umath needs:libopenblas.so.0,libc.so.6 rpath:$ORIGIN/../../numpy.libs
//- /env/lib/python3.11/site-packages/numpy/linalg/_umath_linalg.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__umath_linalg needs:libopenblas.so.0,libgfortran-040039e1.so.5.0.0,libc.so.6 rpath:$ORIGIN/../../numpy.libs
//- /env/lib/python3.11/site-packages/numpy.libs/libgfortran-040039e1.so.5.0.0 elf x86_64 soname:libgfortran-040039e1.so.5.0.0 needs:libquadmath.so.0,libc.so.6 rpath:$ORIGIN
//- /env/lib/python3.11/site-packages/numpy.libs/libquadmath.so.0 elf x86_64 soname:libquadmath.so.0 needs:libgfortran-040039e1.so.5.0.0 rpath:$ORIGIN
//- /env/lib/python3.11/site-packages/pillow-10.0.0.dist-info/RECORD
PIL/_imaging.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/PIL/_imaging.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__imaging needs:libjpeg.so.62,libc.so.6 runpath:/opt/jpeg/lib
//- /env/lib/python3.11/site-packages/kiwisolver-1.4.5.dist-info/RECORD
kiwisolver/_cext.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/kiwisolver/_cext.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__cext needs:libc.so.6
";

/// Packages for macOS: a module of Rust's that calls itself by its dotted name, and a universal one that lacks a library,
/// looks for it in many places and was edited after it was signed.
pub const MAC: &str = "\
//- /t/tsdownsample-0.1.3.dist-info/WHEEL
Generator: maturin (1.4.0)
//- /t/tsdownsample-0.1.3.dist-info/RECORD
tsdownsample/_rust/_tsdownsample_rs.cpython-311-darwin.so,,
//- /t/tsdownsample/_rust/_tsdownsample_rs.cpython-311-darwin.so macho arm64 id:@rpath/tsdownsample._rust._tsdownsample_rs.cpython-311-darwin.so defines:PyInit__tsdownsample_rs needs:/usr/lib/libSystem.B.dylib sdk:13.1
";
pub const MAC_BROKEN: &str = "\
//- /t/wave-1.0.dist-info/RECORD
wave/_core.cpython-311-darwin.so,,
wave/lib/libsurf.1.2.dylib,,
//- /t/wave/_core.cpython-311-darwin.so macho x86_64+arm64 bundle defines:PyInit__core needs:@rpath/libtide.2.dylib,@loader_path/lib/libsurf.1.2.dylib,/usr/lib/libSystem.B.dylib rpath:@loader_path/lib,@executable_path/../lib,/Users/runner/work/wave/build/lib minos:10.15 sdk:12.3
//- /t/wave/lib/libsurf.1.2.dylib macho x86_64+arm64 id:@rpath/libsurf.1.dylib needs:@rpath/libtide.2.dylib,/usr/lib/libSystem.B.dylib rpath:@loader_path/../more stale
";
