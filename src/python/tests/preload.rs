//! Ways in which code loads a library before an extension needs it, or only seems to. The outcomes are CPython's.

use super::World;

/// How `import p.ext` ends, where `ext` needs a library that lies in `p/libs`.
fn extension(init: &str) -> String {
    world(init).outcome("p.ext")
}

fn world(init: &str) -> World {
    World::new(&format!(
        "//- /s/p/__init__.py\n{init}\n//- /s/p/ext.so needs:libp.so\n//- /s/p/libs/libp.so\n//- /s/q.py\n"
    ))
}

const BROKEN: &str = "ImportError: libp.so: cannot open shared object file";
const HERE: &str = "import ctypes, os\nhere = os.path.dirname(__file__)\n";

fn here(code: &str) -> String {
    extension(&format!("{HERE}{code}"))
}

#[test]
fn what_only_looks_like_a_load_loads_nothing() {
    assert_eq!(here("# ctypes.CDLL(os.path.join(here, 'libs', 'libp.so'))"), BROKEN);
    assert_eq!(extension("\"\"\"ctypes.CDLL(os.path.join(here, 'libs', 'libp.so'))\"\"\""), BROKEN);
    assert_eq!(extension("MESSAGE = 'CDLL libp.so failed'"), BROKEN);
    assert_eq!(here("def load():\n    ctypes.CDLL(os.path.join(here, 'libs', 'libp.so'))"), BROKEN);
    assert_eq!(here("if False:\n    ctypes.CDLL(os.path.join(here, 'libs', 'libp.so'))"), BROKEN);
    assert_eq!(here("if __name__ == '__main__':\n    ctypes.CDLL(os.path.join(here, 'libs', 'libp.so'))"), BROKEN);
}

#[test]
fn a_guard_for_another_system_keeps_it_away() {
    assert_eq!(here("if os.name == 'nt':\n    ctypes.CDLL(os.path.join(here, 'libs', 'libp.so'))"), BROKEN);
    assert_eq!(here("import sys\nif sys.platform == 'darwin':\n    ctypes.CDLL(here + '/libs/libp.so')"), BROKEN);
    assert_eq!(
        here("import platform\nif platform.system() == 'Windows':\n    ctypes.CDLL(here + '/libs/libp.so')"),
        BROKEN
    );
    assert_eq!(here("import sys\nif sys.platform.startswith('linux'):\n    ctypes.CDLL(here + '/libs/libp.so')"), "ok");
    assert_eq!(here("if os.environ.get('PRELOAD'):\n    ctypes.CDLL(here + '/libs/libp.so')"), BROKEN);
}

#[test]
fn a_bare_name_is_searched_and_not_found() {
    assert_eq!(here("from ctypes.util import find_library\nfind_library('p')\n# CDLL"), BROKEN);
    assert_eq!(here("try:\n    ctypes.CDLL('libp.so')\nexcept OSError:\n    pass"), BROKEN);
    assert_eq!(here("ctypes.CDLL('libp.so')"), "OSError: libp.so: cannot open shared object file");
}

#[test]
fn paths_are_put_together_and_looked_for() {
    assert_eq!(here("import glob\nfor f in glob.glob(os.path.join(here, 'libs', '*.so')):\n    ctypes.CDLL(f)"), "ok");
    let listdir = "for f in sorted(os.listdir(os.path.join(here, 'libs'))):\n    if f.endswith('.so'):\n        \
                   ctypes.CDLL(os.path.join(here, 'libs', f))";
    assert_eq!(here(listdir), "ok");
    let iterdir = "import ctypes\nfrom pathlib import Path\nfor f in (Path(__file__).parent / 'libs').iterdir():\n    \
                   ctypes.CDLL(str(f))";
    assert_eq!(extension(iterdir), "ok");
    assert_eq!(here("name = 'p'\nctypes.CDLL(f'{here}/libs/lib{name}.so')"), "ok");
    let names = "LIBS = ['libnope.so', 'libp.so']\nfor l in LIBS:\n    p = os.path.join(here, 'libs', l)\n    \
                 if os.path.exists(p):\n        ctypes.CDLL(p)";
    assert_eq!(here(names), "ok");
    let stems = "for l in ('nope', 'p'):\n    p = os.path.join(here, 'libs', 'lib%s.so' % l)\n    \
                 if os.path.exists(p):\n        ctypes.CDLL(p)";
    assert_eq!(here(stems), "ok");
    let resources = "import ctypes, importlib.resources as r\nctypes.CDLL(str(r.files(__name__) / 'libs' / 'libp.so'))";
    assert_eq!(extension(resources), "ok");
}

#[test]
fn every_way_of_ctypes_loads() {
    assert_eq!(here("ctypes.PyDLL(os.path.join(here, 'libs', 'libp.so'))"), "ok");
    assert_eq!(here("ctypes.cdll[os.path.join(here, 'libs', 'libp.so')]"), "ok");
    assert_eq!(here("ctypes.cdll.LoadLibrary(os.path.join(here, 'libs', 'libp.so'))"), "ok");
    assert_eq!(here("from ctypes import *\nCDLL(here + '/libs/libp.so')"), "ok");
    let raw = "import _ctypes, os\n_ctypes.dlopen(os.path.join(os.path.dirname(__file__), 'libs', 'libp.so'), 2)";
    assert_eq!(extension(raw), "ok");
    assert_eq!(here("ctypes.CDLL(os.path.join(here, 'libs', 'libp.so'), mode=ctypes.RTLD_GLOBAL)"), "ok");
}

#[test]
fn a_global_mode_is_told() {
    let mut global = world(&format!("{HERE}ctypes.CDLL(here + '/libs/libp.so', mode=ctypes.RTLD_GLOBAL)"));
    global.outcome("p");
    assert_eq!(global.told, ["import p", "load /s/p/libs/libp.so global"]);
}

#[test]
fn a_function_that_is_called_loads() {
    let tries = "def _try(*paths):\n    for p in paths:\n        try:\n            return ctypes.CDLL(p)\n        \
                 except OSError:\n            continue\n_try('libp.so', here + '/libs/libp.so')";
    assert_eq!(here(tries), "ok");
}

#[test]
fn a_module_beside_it_loads() {
    let mut world = World::new(
        "//- /s/p/__init__.py\nfrom . import _distributor_init\n//- /s/p/_distributor_init.py\nimport os, glob\nfrom ctypes \
         import CDLL\nlibs = os.path.join(os.path.dirname(__file__), 'libs')\nif os.path.isdir(libs):\n    for f in \
         glob.glob(os.path.join(libs, '*so')):\n        CDLL(os.path.abspath(f))\n//- /s/p/ext.so \
         needs:libp.so\n//- /s/p/libs/libp.so\n",
    );
    assert_eq!(world.outcome("p.ext"), "ok");
}

#[test]
fn a_text_that_is_executed_loads() {
    let code = "exec('import ctypes,os;ctypes.CDLL(os.path.join(os.path.dirname(__file__),\"libs\",\"libp.so\"))')";
    assert_eq!(extension(code), "ok");
}

#[test]
fn what_another_module_loads_too_late_does_not_help() {
    let init = "from . import ext\nimport ctypes, os\nctypes.CDLL(os.path.dirname(__file__) + '/libs/libp.so')";
    assert_eq!(extension(init), BROKEN);
}

#[test]
fn a_load_under_an_undecided_condition_is_told_as_one() {
    let mut world = world(&format!("{HERE}import q\nif q.unknown_name():\n    pass\n"));
    assert_eq!(world.outcome("p"), "AttributeError: module 'q' has no attribute 'unknown_name'");
    let code = "import time\nif time.time() > 5:\n    ctypes.CDLL(here + '/libs/libp.so')";
    let mut world = self::world(&format!("{HERE}{code}"));
    assert_eq!(world.outcome("p"), "ok");
    assert_eq!(world.told, ["import p", "load /s/p/libs/libp.so?"]);
}

#[test]
fn a_load_of_an_unknown_name_is_told() {
    let mut world = world(&format!("{HERE}import time\nctypes.CDLL('lib%s.so' % time.time())"));
    assert_eq!(world.outcome("p"), "ok");
    assert_eq!(world.told, ["import p", "load Opaque"]);
}

#[test]
fn cffi_loads_by_dlopen() {
    let mut world = world("from _cffi_backend_like import ffi\nffi.dlopen('/s/p/libs/libp.so')");
    assert_eq!(world.outcome("p"), "ModuleNotFoundError: No module named '_cffi_backend_like'");
    let text = "//- /s/p/__init__.py\nfrom ._ffi import ffi\nffi.dlopen('/s/x.so')\n//- /s/p/_ffi.so\n//- /s/x.so\n";
    let mut world = World::new(text);
    assert_eq!(world.outcome("p"), "ok");
    assert!(world.told.contains(&"load /s/x.so".to_owned()));
}
