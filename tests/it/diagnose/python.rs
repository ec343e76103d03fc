//! Modules for another Python, or another C library.

/// The interpreter of the world, offering a part of Python's API.
pub const API: &str = "//- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libm.so.6,libc.so.6 \
                   defines:PyErr_Clear,PyModule_Create2,PyObject_Vectorcall,_PyObject_GetDictPtr\n";

/// A package with one module, whose wheel is tagged so.
pub fn tagged_module(name: &str, words: &str, tag: &str) -> String {
    format!(
        "{API}//- SITE/a/{name} elf x86_64 needs:libc.so.6 {words}
//- SITE/a/__init__.py
from . import _a
//- SITE/a-1.0.dist-info/RECORD
a/{name},,
//- SITE/a-1.0.dist-info/WHEEL
Tag: {tag}
"
    )
}
