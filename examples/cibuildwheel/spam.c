#include <Python.h>

static struct PyModuleDef spam = {PyModuleDef_HEAD_INIT, "spam", "A module to build wheels of.", -1, NULL};

PyMODINIT_FUNC PyInit_spam(void) { return PyModule_Create(&spam); }
