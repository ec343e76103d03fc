//! How code changes the process.

use super::World;
use crate::python::outside::Attribute;

fn told(code: &str) -> Vec<String> {
    let mut world = World::new(&format!("//- /s/m.py\n{code}\n//- /t/n.py\n"));
    world.target.variables_are_all = true;
    assert_eq!(world.outcome("m"), "ok");
    world.told.split_off(1)
}

#[test]
fn a_folder_on_the_search_path_is_searched() {
    for code in ["sys.path.insert(0, '/t')", "sys.path.append('/t')", "sys.path += ['/t']", "sys.path[:0] = ['/t']"] {
        let told = told(&format!("import sys\n{code}\nimport n"));
        assert_eq!(told.last().map(String::as_str), Some("import n"), "{code}");
    }
}

#[test]
fn a_dll_folder_is_told_on_windows() {
    let code = "import os\nif hasattr(os, 'add_dll_directory'):\n    os.add_dll_directory(os.path.join(os.path.dirname(__file__), 'libs'))\n";
    let mut world = World::new(&format!("//- /s/m.py\n{code}"));
    world.target.platform = Some("win32".into());
    assert_eq!(world.outcome("m"), "ok");
    assert_eq!(world.told.last().map(String::as_str), Some("AddDllDirectory(Some(\"/s\\\\libs\"))"));
    assert!(told(code).is_empty());
}

#[test]
fn dlopen_flags_are_told_and_kept() {
    let told = told(
        "import sys, os\nold = sys.getdlopenflags()\nsys.setdlopenflags(old | os.RTLD_GLOBAL)\nsys.setdlopenflags(old)\n",
    );
    assert_eq!(told[0], "DlopenFlags { flags: Some(258), is_global: Some(true) }");
    assert_eq!(told[1], "DlopenFlags { flags: Some(2), is_global: Some(false) }");
}

#[test]
fn a_variable_that_code_sets_is_seen() {
    let mut world = World::new(
        "//- /s/m.py\nimport os\nos.environ['A'] = 'b'\nx = os.environ.get('A'), os.getenv('B', 'c'), 'A' in os.environ\n",
    );
    assert_eq!(world.outcome("m"), "ok");
    assert!(matches!(world.value("m", "x"), Attribute::Known(_)));
    assert_eq!(world.told[1], "Variable { name: Some(\"A\"), value: Some(Str(\"b\")) }");
}

#[test]
fn the_environment_is_gone_through() {
    let code = "import os\nnew = {}\nos.environ['B'] = '2'\nnew.update(os.environ)\nif sorted(new) != ['A', 'B'] or dict(os.environ)['B'] != '2' or \
                os.environ.copy()['A'] != '1':\n    import gone\n";
    let mut world = World::new(&format!("//- /s/m.py\n{code}"));
    world.target.variables.insert("A".into(), "1".into());
    assert_eq!(world.outcome("m"), "ok");
}

#[test]
fn a_variable_that_is_not_known_is_undecided() {
    let mut world = World::new("//- /s/m.py\nimport os\nif os.environ.get('A'):\n    import n\n//- /s/n.py\n");
    world.target.variables_are_all = false;
    assert_eq!(world.outcome("m"), "ok");
    assert_eq!(world.told, ["import m", "import n?"]);
}

#[test]
fn a_finder_is_told() {
    assert!(told("import sys\nsys.meta_path.insert(0, object())\n")[0].starts_with("Finder"));
    assert!(told("import site\nsite.addsitedir('/t')\n")[0].starts_with("SiteDirectory(Some"));
}

#[test]
fn kernel32_loads_and_names_folders() {
    let code = "import ctypes\nk = ctypes.WinDLL('kernel32.dll', use_last_error=True)\nh = k.LoadLibraryExW('/s/gone.dll', None, \
                0x1100)\nif h is None:\n    x = 1\nk.AddDllDirectory('/s/libs')\n";
    let mut world = World::new(&format!("//- /s/m.py\n{code}//- kernel32.dll\n"));
    world.target.platform = Some("win32".into());
    assert_eq!(world.outcome("m"), "ok");
    assert!(matches!(world.value("m", "x"), Attribute::Known(_)));
    assert!(world.told.iter().any(|told| told.starts_with("AddDllDirectory")));
}
