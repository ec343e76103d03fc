//! Windows' search, as CPython 3.8 and later asks for it: Microsoft's "Dynamic-link library search order", and what was
//! seen when CPython 3.11 was asked under Wine.

use super::*;

/// A module that needs one DLL. `M` stands for an extension module named `m`.
#[track_caller]
fn windows(files: &str, expected: &[&str]) -> Scan {
    const MARGIN: &str = "         ";
    let lines: Vec<&str> = files.lines().map(|line| line.strip_prefix(MARGIN).unwrap_or(line)).collect();
    check(WINDOWS, &lines.join("\n").replace("M pe", "pe x86_64 defines:PyInit_m"), expected)
}

#[test]
fn the_module_s_own_folder_comes_first() {
    windows(
        "//- @/p/m.pyd M pe needs:a.dll
         //- @/p/a.dll pe x86_64
         //- /py/a.dll pe x86_64",
        &["p/m.pyd: a.dll = module folder p/a.dll"],
    );
}

#[test]
fn the_module_s_folder_serves_the_dlls_of_its_dlls_as_well() {
    windows(
        "//- @/p/m.pyd M pe needs:a.dll
         //- @/p/a.dll pe x86_64 needs:b.dll
         //- @/p/b.dll pe x86_64",
        &["p/a.dll: b.dll = module folder p/b.dll"],
    );
}

#[test]
fn a_dll_s_own_folder_is_not_searched_for_what_it_needs() {
    windows(
        "//- @/p/__init__.py
         import os
         os.add_dll_directory(os.path.join(os.path.dirname(__file__), 'lib'))
         //- @/p/m.pyd M pe needs:a.dll
         //- @/p/lib/a.dll pe x86_64 needs:b.dll
         //- @/p/b/b.dll pe x86_64",
        &["p/m.pyd: a.dll = add_dll_directory p/lib/a.dll", "p/lib/a.dll: b.dll = none"],
    );
}

#[test]
fn the_program_s_folder_comes_after_the_module_s() {
    windows("//- @/p/m.pyd M pe needs:a.dll\n//- /py/a.dll pe x86_64", &["p/m.pyd: a.dll = program folder /py/a.dll"]);
}

#[test]
fn the_scripts_folder_of_a_virtual_environment_is_not_the_program_s() {
    windows("//- @/p/m.pyd M pe needs:a.dll\n//- /env/Scripts/a.dll pe x86_64", &["p/m.pyd: a.dll = none"]);
}

#[test]
fn the_installation_s_dlls_folder_serves_its_own_modules_alone() {
    windows("//- @/p/m.pyd M pe needs:libssl-3.dll", &["p/m.pyd: libssl-3.dll = none"]);
}

#[test]
fn neither_path_nor_the_working_directory_is_searched() {
    windows(
        "//* PATH=/tools
         //- /tools/a.dll pe x86_64
         //- @/a.dll pe x86_64
         //- @/p/m.pyd M pe needs:a.dll",
        &["p/m.pyd: a.dll = none"],
    );
}

#[test]
fn python_s_own_dlls_are_loaded_already() {
    windows(
        "//- @/p/m.pyd M pe needs:python311.dll,VCRUNTIME140.dll",
        &[
            "p/m.pyd: python311.dll = already-loaded /py/python311.dll",
            "p/m.pyd: VCRUNTIME140.dll = already-loaded /py/vcruntime140.dll",
        ],
    );
}

#[test]
fn what_is_loaded_is_known_by_its_name_whatever_the_case() {
    windows(
        "//- @/p/m.pyd M pe needs:PYTHON311.DLL,Foo.DLL
         //- @/p/fOO.dll pe x86_64",
        &["p/m.pyd: PYTHON311.DLL = already-loaded /py/python311.dll", "p/m.pyd: Foo.DLL = module folder p/fOO.dll"],
    );
}

#[test]
fn a_name_without_an_ending_is_that_of_a_dll() {
    windows("//- @/p/m.pyd M pe needs:foo\n//- @/p/foo.dll pe x86_64", &["p/m.pyd: foo = module folder p/foo.dll"]);
}

#[test]
fn a_copy_of_a_loaded_dll_in_the_module_s_folder_is_passed_over() {
    windows(
        "//- @/p/m.pyd M pe needs:VCRUNTIME140.dll
         //- @/p/vcruntime140.dll pe x86_64",
        &["p/m.pyd: VCRUNTIME140.dll = already-loaded /py/vcruntime140.dll"],
    );
}

#[test]
fn the_second_who_asks_gets_what_the_first_got() {
    windows(
        "//- @/p/m.pyd M pe needs:a.dll,b.dll
         //- @/p/a.dll pe x86_64 needs:b.dll
         //- @/p/b.dll pe x86_64",
        &["p/m.pyd: b.dll = module folder p/b.dll", "p/a.dll: b.dll = already-loaded p/b.dll"],
    );
}

#[test]
fn api_sets_are_contracts_and_no_files() {
    windows(
        "//- @/p/m.pyd M pe needs:api-ms-win-crt-runtime-l1-1-0.dll,API-MS-Win-Core-Synch-L1-2-0.dll
         //- @/p/api-ms-win-crt-runtime-l1-1-0.dll pe x86_64",
        &[
            "p/m.pyd: api-ms-win-crt-runtime-l1-1-0.dll = API set",
            "p/m.pyd: API-MS-Win-Core-Synch-L1-2-0.dll = API set",
        ],
    );
}

#[test]
fn known_dlls_come_from_the_system_whatever_lies_beside_the_module() {
    windows(
        "//- @/p/m.pyd M pe needs:KERNEL32.dll,ole32.dll
         //- @/p/ole32.dll pe x86_64",
        &["p/m.pyd: KERNEL32.dll = KnownDLLs", "p/m.pyd: ole32.dll = KnownDLLs"],
    );
}

#[test]
fn other_dlls_of_the_system_give_way_to_those_beside_the_module() {
    windows(
        "//- @/p/m.pyd M pe needs:VERSION.dll,dbghelp.dll
         //- @/p/dbghelp.dll pe x86_64",
        &["p/m.pyd: VERSION.dll = System32", "p/m.pyd: dbghelp.dll = module folder p/dbghelp.dll"],
    );
}

#[test]
fn drivers_and_controls_of_the_system_have_other_endings() {
    windows("//- @/p/m.pyd M pe needs:WINSPOOL.DRV", &["p/m.pyd: WINSPOOL.DRV = System32"]);
}

#[test]
fn the_runtime_of_visual_cpp_is_no_part_of_windows() {
    windows("//- @/p/m.pyd M pe needs:MSVCP140.dll", &["p/m.pyd: MSVCP140.dll = none"]);
}

#[test]
fn where_the_system_s_folder_is_at_hand_it_is_looked_into() {
    windows(
        "//* SystemRoot=/Windows
         //- /Windows/System32/msvcp140.dll pe x86_64
         //- @/p/m.pyd M pe needs:MSVCP140.dll,version.dll",
        &["p/m.pyd: MSVCP140.dll = System32 /Windows/System32/msvcp140.dll", "p/m.pyd: version.dll = none"],
    );
}

#[test]
fn a_dll_for_another_processor_is_passed_over() {
    let scan = windows(
        "//- @/p/m.pyd M pe needs:a.dll
         //- @/p/a.dll pe i686
         //- /py/a.dll pe x86_64",
        &["p/m.pyd: a.dll = program folder /py/a.dll"],
    );
    assert_eq!(tried(&scan, "p/m.pyd")[0], "module folder p/a.dll: passed over: made for i686");
}

#[test]
fn a_file_that_is_no_image_ends_the_search() {
    windows(
        "//- @/p/m.pyd M pe needs:a.dll
         //- @/p/a.dll
         text
         //- /py/a.dll pe x86_64",
        &["p/m.pyd: a.dll = none"],
    );
}

#[test]
fn a_cut_file_ends_the_search() {
    windows(
        "//- @/p/m.pyd M pe needs:a.dll
         //- @/p/a.dll pe x86_64 cut:900
         //- /py/a.dll pe x86_64",
        &["p/m.pyd: a.dll = none"],
    );
}

#[test]
fn an_elf_file_of_that_name_ends_the_search() {
    windows("//- @/p/m.pyd M pe needs:a.dll\n//- @/p/a.dll elf x86_64", &["p/m.pyd: a.dll = none"]);
}

#[test]
fn a_folder_that_python_code_adds_is_searched_after_the_program_s() {
    windows(
        "//- @/p/__init__.py
         import os
         libs = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, 'p.libs'))
         if os.path.isdir(libs):
             os.add_dll_directory(libs)
         //- @/p/sub/m.pyd M pe needs:a.dll,b.dll
         //- @/p.libs/a.dll pe x86_64
         //- @/p.libs/b.dll pe x86_64
         //- /py/b.dll pe x86_64",
        &["p/sub/m.pyd: a.dll = add_dll_directory p.libs/a.dll", "p/sub/m.pyd: b.dll = program folder /py/b.dll"],
    );
}

#[test]
fn what_one_package_adds_serves_its_own_modules_alone() {
    windows(
        "//- @/q/__init__.py
         import os
         os.add_dll_directory(os.path.join(os.path.dirname(__file__), 'lib'))
         //- @/q/lib/a.dll pe x86_64
         //- @/p/m.pyd M pe needs:a.dll",
        &["p/m.pyd: a.dll = none"],
    );
}

#[test]
fn what_another_package_does_counts_where_the_package_imports_that() {
    windows(
        "//- @/torch/__init__.py
         import ctypes, os
         libs = os.path.join(os.path.dirname(__file__), 'lib')
         os.add_dll_directory(libs)
         ctypes.CDLL(os.path.join(libs, 'c10.dll'))
         //- @/torch/lib/c10.dll pe x86_64
         //- @/torch/lib/torch.dll pe x86_64
         //- @/vision/__init__.py
         from between import (
             one,
             two as three,
         )
         //- @/between/__init__.py
         try:
             import torch.nn as nn
         except ImportError:
             pass
         //- @/vision/c10.dll pe x86_64
         //- @/vision/m.pyd M pe needs:c10.dll,torch.dll",
        &[
            "vision/m.pyd: c10.dll = already-loaded torch/lib/c10.dll",
            "vision/m.pyd: torch.dll = add_dll_directory torch/lib/torch.dll",
        ],
    );
}

#[test]
fn what_another_package_does_counts_not_where_a_function_may_import_it_some_day() {
    windows(
        "//- @/q/__init__.py
         import os
         os.add_dll_directory(os.path.join(os.path.dirname(__file__), 'lib'))
         //- @/q/lib/a.dll pe x86_64
         //- @/p/__init__.py
         import os
         def later():
             if os.name == 'nt':
                 import q
         //- @/p/m.pyd M pe needs:a.dll",
        &["p/m.pyd: a.dll = none"],
    );
}

#[test]
fn packages_may_import_each_other() {
    windows(
        "//- @/q/__init__.py
         import os, p
         os.add_dll_directory(os.path.join(os.path.dirname(__file__), 'lib'))
         //- @/q/lib/a.dll pe x86_64
         //- @/p/__init__.py
         import q
         //- @/p/m.pyd M pe needs:a.dll",
        &["p/m.pyd: a.dll = add_dll_directory q/lib/a.dll"],
    );
}

#[test]
fn what_a_module_beside_it_adds_counts_where_the_package_imports_that() {
    windows(
        "//- @/p/__init__.py
         from . import _distributor_init
         //- @/p/_distributor_init.py
         import os
         from pathlib import Path
         os.add_dll_directory(str(Path(__file__).parent / '.libs'))
         //- @/p/never.py
         import os
         os.add_dll_directory(os.path.join(os.path.dirname(__file__), 'other'))
         //- @/p/sub/m.pyd M pe needs:a.dll,b.dll
         //- @/p/.libs/a.dll pe x86_64
         //- @/p/other/b.dll pe x86_64",
        &["p/sub/m.pyd: a.dll = add_dll_directory p/.libs/a.dll", "p/sub/m.pyd: b.dll = none"],
    );
}

#[test]
fn dlls_that_a_loop_loads_are_there_where_the_folders_it_added_are_not_known() {
    windows(
        "//- @/torch/__init__.py
         import ctypes, glob, os, sys
         libs = os.path.join(os.path.dirname(__file__), 'lib')
         folders = list(filter(os.path.exists, [libs, os.path.join(sys.base_exec_prefix, 'Library', 'bin')]))
         folders.extend(filter(os.path.exists, [os.path.join(os.getenv('CUDA_PATH', '/none'), 'bin')]))
         kernel32 = ctypes.WinDLL('kernel32.dll', use_last_error=True)
         with_flags = hasattr(kernel32, 'AddDllDirectory')
         for folder in folders:
             os.add_dll_directory(folder)
         for dll in glob.glob(os.path.join(libs, '*.dll')):
             is_loaded = False
             if with_flags:
                 res = kernel32.LoadLibraryExW(dll, None, 0x00001100)
                 if res is None and ctypes.get_last_error() != 126:
                     raise ctypes.WinError(ctypes.get_last_error())
                 elif res is not None:
                     is_loaded = True
             if not is_loaded:
                 kernel32.LoadLibraryW(dll)
         //- @/torch/lib/torch_python.dll pe x86_64
         //- @/torch/m.pyd M pe needs:torch_python.dll",
        &["torch/m.pyd: torch_python.dll = already-loaded torch/lib/torch_python.dll"],
    );
}

#[test]
fn python_s_own_folder_holds_none_of_a_package_s_dlls() {
    windows(
        "//- @/Qt/__init__.py
         def find_qt():
             import os, sys
             dll = r'\\Core.dll'
             folder = os.path.dirname(sys.executable)
             if not os.path.isfile(folder + dll):
                 path = os.environ['PATH']
                 folder = os.path.dirname(__file__) + r'\\bin'
                 if os.path.isfile(folder + dll):
                     os.environ['PATH'] = folder + ';' + path
                 else:
                     return
             os.add_dll_directory(folder)
         find_qt()
         //- @/Qt/bin/Core.dll pe x86_64
         //- @/Qt/m.pyd M pe needs:Core.dll",
        &["Qt/m.pyd: Core.dll = add_dll_directory Qt/bin/Core.dll"],
    );
}

#[test]
fn what_a_function_does_counts_where_the_package_calls_it() {
    let package = |call: &str| {
        format!(
            "//- @/p/__init__.py
         import os
         def _add(name):
             os.add_dll_directory(os.path.join(os.path.dirname(__file__), name))
         {call}
         //- @/p/lib/a.dll pe x86_64
         //- @/p/m.pyd M pe needs:a.dll"
        )
    };
    windows(&package("_add('lib')"), &["p/m.pyd: a.dll = add_dll_directory p/lib/a.dll"]);
    windows(&package("later = _add"), &["p/m.pyd: a.dll = none"]);
}

#[test]
fn what_a_pth_file_imports_counts_for_every_module() {
    windows(
        "//- @/pywin32.pth
         win32
         win32\\lib
         import pywin32_bootstrap
         //- @/win32/lib/pywin32_bootstrap.py
         import os
         import pywin32_system32
         for path in pywin32_system32.__path__:
             os.add_dll_directory(path)
         //- @/pywin32_system32/pywintypes311.dll pe x86_64
         //- @/win32/m.pyd M pe needs:pywintypes311.dll",
        &["win32/m.pyd: pywintypes311.dll = add_dll_directory pywin32_system32/pywintypes311.dll"],
    );
}

#[test]
fn folders_in_a_pth_file_for_windows_are_found_in_whatever_case() {
    let paths = |scan: &Scan| -> Vec<String> {
        let python = scan.world.host.python.as_ref().expect("an installation has its Python");
        python.path.iter().map(ToString::to_string).filter(|path| path.contains("/site-packages/")).collect()
    };
    let files = "//- @/pywin32.pth
         win32\\Lib
         Pythonwin
         //- @/pythonwin/win32ui.pyd pe x86_64 defines:PyInit_win32ui
         //- @/win32/lib/deep.pyd pe x86_64 defines:PyInit_deep";
    let site = "/env/Lib/site-packages";
    assert_eq!(paths(&windows(files, &[])), [format!("{site}/win32/lib"), format!("{site}/pythonwin")]);
    // One that has nothing of Windows in it is taken at its word.
    assert_eq!(paths(&windows(&files.replace("win32\\Lib", "win32/Lib"), &[])), [""; 0]);
}

#[test]
fn a_dll_that_ctypes_loads_by_its_path_is_loaded_already() {
    windows(
        "//- @/p/__init__.py
         import glob, os
         from ctypes import WinDLL
         libs = os.path.join(os.path.dirname(__file__), '.libs')
         for filename in glob.glob(os.path.join(libs, '*blas*dll')):
             WinDLL(os.path.abspath(filename))
         //- @/p/.libs/libopenblas.x.dll pe x86_64
         //- @/p/sub/m.pyd M pe needs:libopenblas.x.dll",
        &["p/sub/m.pyd: libopenblas.x.dll = already-loaded p/.libs/libopenblas.x.dll"],
    );
}

#[test]
fn what_ctypes_loads_by_a_bare_name_is_not_taken_for_another_package_s() {
    windows(
        "//- @/p/__init__.py
         import ctypes
         ctypes.WinDLL('a.dll')
         //- @/q/a.dll pe x86_64
         //- @/p/m.pyd M pe needs:a.dll",
        &["p/m.pyd: a.dll = none"],
    );
}

#[test]
fn delayed_imports_do_not_load_and_are_not_searched_for_beside_the_module() {
    let scan = windows(
        "//- @/p/m.pyd M pe needs:KERNEL32.dll delay:a.dll,version.dll
         //- @/p/a.dll pe x86_64",
        &["p/m.pyd: a.dll = none", "p/m.pyd: version.dll = System32"],
    );
    assert!(scan.imports.iter().all(|import| import.loads.unmet.is_empty()), "{:?}", scan.imports);
}

#[test]
fn a_delayed_import_is_answered_by_what_the_same_import_loads_later() {
    windows(
        "//- @/p/m.pyd M pe delay:a.dll needs:b.dll
         //- @/p/b.dll pe x86_64 needs:c.dll
         //- @/p/c.dll pe x86_64 needs:a.dll
         //- @/p/a.dll pe x86_64
         //- /py/a.dll pe x86_64",
        &["p/m.pyd: a.dll = already-loaded p/a.dll"],
    );
}

#[test]
fn forwarders_bring_in_further_dlls_where_somebody_takes_such_a_name() {
    windows(
        "//- @/p/m.pyd M pe needs:a.dll,c.dll,e.dll takes:f@a.dll
         //- @/p/a.dll pe x86_64 forwards:f=b.g,h=d.h
         //- @/p/b.dll pe x86_64 defines:g
         //- @/p/c.dll pe x86_64 needs:b.dll
         //- @/p/d.dll pe x86_64 defines:h
         //- @/p/e.dll pe x86_64 needs:d.dll",
        &["p/c.dll: b.dll = already-loaded p/b.dll", "p/e.dll: d.dll = module folder p/d.dll"],
    );
}

#[test]
fn python3_dll_leads_on_to_the_interpreter_s_own() {
    windows(
        "//- @/p/m.pyd M pe needs:python3.dll takes:PyLong_Type@python3.dll",
        &["p/m.pyd: python3.dll = program folder /py/python3.dll"],
    );
}

#[test]
fn cyclic_needs_and_forwarders_come_to_an_end() {
    windows(
        "//- @/p/m.pyd M pe needs:a.dll takes:f@a.dll
         //- @/p/a.dll pe x86_64 needs:b.dll forwards:f=b.f takes:f@b.dll
         //- @/p/b.dll pe x86_64 needs:a.dll forwards:f=a.f takes:f@a.dll",
        &["p/a.dll: b.dll = already-loaded p/b.dll", "p/b.dll: a.dll = already-loaded p/a.dll"],
    );
}

#[test]
fn a_plugin_that_no_module_brings_in_finds_what_its_package_has_loaded() {
    windows(
        "//- @/p/m.pyd M pe needs:core.dll
         //- @/p/core.dll pe x86_64
         //- @/p/plugins/x.dll pe x86_64 needs:core.dll
         //- @/q/plugins/x.dll pe x86_64 needs:core.dll",
        &["p/plugins/x.dll: core.dll = package folder p/core.dll", "q/plugins/x.dll: core.dll = none"],
    );
}

#[test]
fn a_dll_of_another_python_is_not_there() {
    windows("//- @/p/m.pyd M pe needs:python39.dll", &["p/m.pyd: python39.dll = none"]);
}

#[test]
fn every_place_is_told_in_order() {
    let scan = windows(
        "//- @/p/__init__.py
         import os
         os.add_dll_directory(os.path.join(os.path.dirname(__file__), 'lib'))
         //- @/p/lib/
         //- @/p/m.pyd M pe needs:a.dll",
        &["p/m.pyd: a.dll = none"],
    );
    assert_eq!(
        tried(&scan, "p/m.pyd"),
        [
            "module folder p/a.dll: no such file",
            "program folder /py/a.dll: no such file",
            "add_dll_directory p/lib/a.dll: no such file"
        ]
    );
}
