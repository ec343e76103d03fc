//! `init-function-missing`.

use super::*;
use crate::diagnose::python::tagged_module;
use crate::diagnose::windows::windows;

#[test]
fn what_python_would_import_is_told_from_what_exports_no_init_function() {
    let scan = scan("//- SITE/a/_b.abi3.so elf x86_64\n//- SITE/a/__init__.py\nload('_b.abi3.so')\n");
    assert_eq!(scan.modules(), 1, "the good one alone");
    assert_silent(&scan);
}

#[test]
fn a_file_without_its_init_function_cannot_be_imported_unless_it_is_no_module() {
    let renamed = tagged_module("_a.TAG", "defines:PyInit__b", "cp311-cp311-linux_x86_64");
    let scan = self::scan(&renamed);
    let finding = example(&scan, "init-function-missing");
    assert_eq!((finding.severity, finding.breaks, finding.subject.as_str()), (Severity::Error, 1, "PyInit__a"));
    assert!(finding.message.contains("it defines PyInit__b"), "{}", finding.message);
    let unnamed = self::scan(&renamed.replace("from . import _a", "import os"));
    assert_eq!(self::finding(&unnamed, "init-function-missing").severity, Severity::Warning);
    // Opened by ctypes: nothing imports it, and it defines no module at all.
    let opened = tagged_module("_a.abi3.so", "defines:aes_encrypt", "cp35-abi3-linux_x86_64");
    let opened = self::scan(&opened.replace("from . import _a", "load('a._a')"));
    assert!(findings(&opened, "init-function-missing").is_empty(), "{:?}", messages(&opened));
    // Several modules in one file, its own among them.
    assert_silent(&self::scan(&tagged_module("_a.TAG", "defines:PyInit__a,PyInit__b", "cp311-cp311-linux_x86_64")));
}

#[test]
fn a_package_that_is_one_compiled_file_is_imported_by_its_own_name() {
    let package = |defines: &str| {
        let world = format!(
            "//- SITE/p/__init__.TAG elf x86_64 defines:{defines}\n//- SITE/p/a.TAG elf x86_64 defines:PyInit_a\n"
        );
        self::scan(&world.replace("TAG", "cpython-311-x86_64-linux-gnu.so"))
    };
    assert_silent(&package("PyInit_p"));
    assert_eq!(finding(&package("PyInit_q"), "init-function-missing").subject, "PyInit___init__");
}

#[test]
fn a_copy_of_a_module_that_lies_where_nothing_is_imported_from_has_its_init_function() {
    let copied = tagged_module("_a.TAG", "defines:PyInit__a", "cp311-cp311-linux_x86_64");
    let again = copied.lines().filter(|line| line.contains("/_a.")).map(|line| line.replacen("/lib/", "/lib64/", 1));
    let copied = format!("{copied}\n{}\n", again.collect::<Vec<_>>().join("\n"));
    assert!(copied.contains("/lib64/"), "{copied}");
    assert!(findings(&self::scan(&copied), "init-function-missing").is_empty());
}

#[test]
fn a_file_of_modules_that_code_loads_by_its_path_has_them_under_other_names() {
    let bundle = tagged_module("_a.TAG", "defines:PyInit_x,PyInit_y", "cp311-cp311-linux_x86_64");
    let by_path = "import importlib.machinery as m\n\ndef load(name):\n    m.ExtensionFileLoader(name, path)";
    let code = |code: &str| self::scan(&bundle.replace("from . import _a", code));
    assert!(findings(&code(by_path), "init-function-missing").is_empty(), "{:?}", messages(&code(by_path)));
    assert_eq!(finding(&code("import os"), "init-function-missing").severity, Severity::Warning);
    let both = format!("{by_path}\nfrom . import _a");
    assert_eq!(finding(&code(&both), "init-function-missing").severity, Severity::Error, "it is imported by its name");
}

#[test]
fn a_name_that_the_export_table_has_and_the_file_has_not_is_no_fault() {
    assert_silent(&windows(
        "//- /t/p/_bcrypt.pyd pe x86_64 id:bcrypt_rust.dll pdb:bcrypt_rust.pdb defines:PyInit__bcrypt",
    ));
}

#[test]
fn an_import_is_known_however_it_is_written_and_by_its_whole_name() {
    let plain = |code: &str| {
        let world = tagged_module("_a.abi3.so", "defines:aes_encrypt", "cp35-abi3-linux_x86_64");
        self::scan(&world.replace("from . import _a", code))
    };
    for code in [
        "from . import (\n    _a,\n)",
        "import os; from . import _a",
        "x = \"#\"; from . import _a",
        "from a import \\\n    _a",
        "import os, a._a as b",
    ] {
        let scan = plain(code);
        assert_eq!(finding(&scan, "init-function-missing").severity, Severity::Error, "{code}");
    }
    for code in [
        "\"\"\"\nfrom . import _a\n\"\"\"",
        "from b._a import name",
        "from b import _a",
        "def f():\n    from . import _a",
        "text = 'from . import _a'",
    ] {
        let scan = plain(code);
        assert!(findings(&scan, "init-function-missing").is_empty(), "{code}: {:?}", messages(&scan));
    }
}

#[test]
fn a_name_that_is_not_ascii_is_spelled_in_punycode() {
    let world = |defines: &str| {
        scan(&format!(
            "//- SITE/p/münchen.TAG elf x86_64 defines:{defines}\n//- SITE/p/__init__.py\nfrom . import münchen\n"
        ))
    };
    assert_silent(&world("PyInitU_mnchen_3ya"));
    let scan = world("PyInit_münchen");
    let told = finding(&scan, "init-function-missing");
    assert_eq!((told.severity, told.subject.as_str()), (Severity::Error, "PyInitU_mnchen_3ya"));
}
