//! What goes wrong on Windows: worlds of packages for it, looked at from anywhere.

use super::*;
use dylens::diagnose::Evidence;

/// Scans a folder of packages for Windows. `MODULE` stands for an extension module named `m`.
fn windows(files: &str) -> Scan {
    scan_of("/t", &format!("//- /t/p-1.dist-info/WHEEL\nWheel-Version: 1.0\n{files}"))
}

/// As [`windows`], in a virtual environment whose interpreter is not at hand.
fn venv(files: &str) -> Scan {
    let venv = "//- /t/pyvenv.cfg
        home = C:\\Python311
        version = 3.11.7
        //- /t/Scripts/python.exe pe x86_64 program";
    scan_of("/t", &format!("{venv}\n{}", files.replace("SITE", "/t/Lib/site-packages")))
}

fn scan_of(root: &str, files: &str) -> Scan {
    let lines: Vec<&str> = files.lines().map(str::trim_start).collect();
    let text = lines.join("\n").replace("MODULE", "pe x86_64 defines:PyInit_m");
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &machine, &Request::of(VPath::new(root)), &progress).expect("a scan")
}

const SYSTEM: &str = "KERNEL32.dll,python311.dll,VCRUNTIME140.dll,api-ms-win-crt-heap-l1-1-0.dll,WS2_32.dll";

#[test]
fn packages_that_bring_what_they_need_draw_no_word() {
    assert_silent(&windows(&format!(
        "//- /t/p/__init__.py
         import os
         os.add_dll_directory(os.path.join(os.path.dirname(__file__), os.pardir, 'p.libs'))
         //- /t/p/m.cp311-win_amd64.pyd MODULE id:m.dll needs:{SYSTEM},a-1.dll
         //- /t/p.libs/a-1.dll pe x86_64 id:a.dll needs:{SYSTEM}"
    )));
}

#[test]
fn a_name_that_the_export_table_has_and_the_file_has_not_is_no_fault() {
    assert_silent(&windows(
        "//- /t/p/_bcrypt.pyd pe x86_64 id:bcrypt_rust.dll pdb:bcrypt_rust.pdb defines:PyInit__bcrypt",
    ));
}

#[test]
fn a_dll_that_nobody_brings_is_named_with_the_way_to_it() {
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:a.dll
         //- /t/p/a.dll pe x86_64 needs:Gone.dll",
    );
    let finding = finding(&scan, "library-missing");
    assert_eq!(
        (finding.severity, finding.subject.as_str(), finding.file.to_string().as_str()),
        (Severity::Error, "Gone.dll", "p/a.dll")
    );
    assert_eq!(
        finding.message,
        "Gone.dll, needed by p/a.dll, is found nowhere; m.pyd → a.dll → Gone.dll; Python says only “DLL load failed \
         while importing m: The specified module could not be found.”"
    );
}

#[test]
fn one_name_in_two_spellings_is_one_finding() {
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:GONE.dll
         //- /t/p/n.pyd pe x86_64 defines:PyInit_n needs:gone.DLL",
    );
    assert_eq!(finding(&scan, "library-missing").files.len(), 2);
}

#[test]
fn the_visual_cpp_runtime_is_a_warning_with_its_installer() {
    let scan = windows("//- /t/p/m.pyd MODULE needs:MSVCP140.dll");
    let finding = finding(&scan, "library-missing");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.message.contains("part of the Visual C++ runtime"), "{}", finding.message);
    assert_eq!(finding.remedy.command.as_deref(), Some("winget install --id Microsoft.VCRedist.2015+.x64"));
    let scan = windows("//- /t/p/m.pyd pe i686 defines:PyInit_m needs:msvcr120.dll");
    let command = super::finding(&scan, "library-missing").remedy.command.clone();
    assert_eq!(command.as_deref(), Some("winget install --id Microsoft.VCRedist.2013.x86"));
}

#[test]
fn the_part_of_it_that_python_brings_is_no_word_worth() {
    assert_silent(&windows("//- /t/p/m.pyd MODULE needs:VCRUNTIME140.dll,VCRUNTIME140_1.dll"));
}

#[test]
fn where_the_system_is_at_hand_a_missing_runtime_is_an_error() {
    let scan = venv(
        "//* SystemRoot=/Windows
         //- /Windows/System32/kernel32.dll pe x86_64
         //- SITE/p/m.pyd MODULE needs:MSVCP140.dll",
    );
    assert_eq!(finding(&scan, "library-missing").severity, Severity::Error);
}

#[test]
fn a_debug_runtime_comes_with_no_installer() {
    let scan = windows("//- /t/p/m.pyd MODULE needs:VCRUNTIME140D.dll");
    let finding = finding(&scan, "library-missing");
    assert!(finding.message.contains("debug build") && finding.remedy.command.is_none(), "{}", finding.message);
    assert_eq!(finding.severity, Severity::Error);
}

#[test]
fn a_dll_in_a_folder_that_is_not_searched_is_told_where_it_is() {
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:a.dll
         //- /t/p/lib/a.dll pe x86_64",
    );
    let finding = finding(&scan, "library-missing");
    assert!(
        finding.message.contains("; p/lib/a.dll is there, and no folder that is searched has a.dll"),
        "{}",
        finding.message
    );
    assert_eq!(finding.remedy.command.as_deref(), Some("copy \"p\\lib\\a.dll\" \"p\""));
}

#[test]
fn code_that_adds_a_folder_that_nobody_can_tell_leaves_a_doubt() {
    let scan = windows(
        "//- /t/p/__init__.py
         import os
         os.add_dll_directory(os.environ['P_HOME'])
         //- /t/p/m.pyd MODULE needs:a.dll",
    );
    let finding = finding(&scan, "library-missing");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(
        finding.message.contains("p/__init__.py:2 adds a folder that its text does not tell"),
        "{}",
        finding.message
    );
}

#[test]
fn the_line_that_adds_a_folder_is_shown_with_what_is_missing_there() {
    let scan = windows(
        "//- /t/p/__init__.py
         import os
         os.add_dll_directory(os.path.dirname(__file__))
         //- /t/p/sub/m.pyd MODULE needs:a.dll",
    );
    let lines = finding(&scan, "library-missing").evidence.iter().filter_map(|evidence| match evidence {
        Evidence::Line { path, number, text } => Some(format!("{path}:{number} {text}")),
        _ => None,
    });
    assert_eq!(lines.collect::<Vec<_>>(), ["p/__init__.py:2 os.add_dll_directory(os.path.dirname(__file__))"]);
}

#[test]
fn a_delayed_import_that_is_missing_breaks_nothing() {
    assert_silent(&windows("//- /t/p/m.pyd MODULE needs:KERNEL32.dll delay:gone.dll"));
}

#[test]
fn a_library_that_a_sibling_package_loads_first_is_told_as_such() {
    let scan = windows(
        "//- /t/p/__init__.py
         import torch
         //- /t/torch/__init__.py
         //- /t/torch/_C.pyd pe x86_64 defines:PyInit__C needs:c10.dll
         //- /t/torch/c10.dll pe x86_64
         //- /t/p/m.pyd MODULE needs:c10.dll",
    );
    assert_calm(&scan);
    finding(&scan, "library-preloaded");
}

#[test]
fn a_module_for_another_processor_is_an_error() {
    let scan = venv(
        "//- SITE/p/m.pyd pe i686 defines:PyInit_m needs:KERNEL32.dll\n//- SITE/q/n.pyd pe x86_64 defines:PyInit_n",
    );
    let finding = finding(&scan, "wrong-architecture");
    assert_eq!((finding.severity, finding.file.to_string().as_str()), (Severity::Error, "Lib/site-packages/p/m.pyd"));
}

#[test]
fn code_for_net_is_for_every_processor() {
    let scan = windows("//- /t/p/m.pyd MODULE\n//- /t/p/Runtime.dll pe i686 managed needs:mscoree.dll");
    assert_calm(&scan);
    assert!(findings(&scan, "wrong-architecture").is_empty());
}

#[test]
fn a_module_tagged_for_another_python_is_passed_over() {
    let scan = venv("//- SITE/p/m.cp312-win_amd64.pyd MODULE needs:python312.dll");
    let finding = finding(&scan, "extension-for-other-python");
    assert!(
        finding.message.contains("is built for CPython 3.12 on win_amd64, the interpreter is Python 3.11"),
        "{}",
        finding.message
    );
}

#[test]
fn a_module_linked_against_another_python_says_what_python_says() {
    let scan = venv("//- SITE/p/m.pyd MODULE needs:python39.dll");
    let finding = finding(&scan, "library-missing");
    assert!(
        finding
            .message
            .contains("built for Python 3.9, and this is 3.11: “Module use of python39.dll conflicts with this"),
        "{}",
        finding.message
    );
}

#[test]
fn modules_of_the_stable_abi_fit_every_python() {
    assert_silent(&venv("//- SITE/p/m.pyd MODULE needs:python3.dll"));
}

#[test]
fn a_dll_without_a_name_that_is_taken_from_it_ends_the_import() {
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:a.dll takes:new@a.dll,old@a.dll
         //- /t/p/a.dll pe x86_64 defines:old",
    );
    let finding = finding(&scan, "symbol-missing");
    assert_eq!((finding.severity, finding.subject.as_str()), (Severity::Error, "new"));
}

#[test]
fn names_ordinals_and_forwarders_that_are_there_draw_no_word() {
    assert_silent(&windows(
        "//- /t/p/m.pyd MODULE needs:a.dll,KERNEL32.dll takes:f@a.dll,g@a.dll,#1@a.dll,NoSuchName@KERNEL32.dll
         //- /t/p/a.dll pe x86_64 defines:f forwards:g=KERNEL32.Sleep",
    ));
}

#[test]
fn an_ordinal_beyond_the_last_is_missing() {
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:a.dll takes:#7@a.dll
         //- /t/p/a.dll pe x86_64 defines:f",
    );
    assert_eq!(finding(&scan, "symbol-missing").subject, "#7");
}

#[test]
fn a_name_that_is_taken_later_is_asked_for_later() {
    assert_silent(&windows(
        "//- /t/p/m.pyd MODULE needs:KERNEL32.dll,n.dll delay:a.dll takes:new@a.dll
         //- /t/p/n.dll pe x86_64 needs:a.dll
         //- /t/p/a.dll pe x86_64 defines:old",
    ));
}

#[test]
fn two_copies_of_openmp_in_one_process_are_told() {
    let scan = windows(
        "//- /t/p/__init__.py
         import os, ctypes
         ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'lib', 'libiomp5md.dll'))
         //- /t/p/lib/libiomp5md.dll pe x86_64
         //- /t/p/m.pyd MODULE needs:libiomp5md-1.dll
         //- /t/p/libiomp5md-1.dll pe x86_64
         //- /t/q/n.pyd pe x86_64 defines:PyInit_n needs:libiomp5md.dll
         //- /t/q/libiomp5md.dll pe x86_64",
    );
    assert!(!findings(&scan, "runtime-twice").is_empty(), "{:?}", messages(&scan));
}

#[test]
fn a_cut_module_is_told_as_cut() {
    let scan = windows("//- /t/p/m.pyd MODULE cut:900\n//- /t/q/n.pyd pe x86_64 defines:PyInit_n");
    let message = &finding(&scan, "not-an-image").message;
    assert!(message.contains("import p.m fails") && message.contains("truncated"), "{message}");
}

#[test]
fn an_environment_brought_from_windows_is_not_blamed_for_its_home() {
    assert_silent(&venv("//- SITE/p/m.pyd MODULE needs:KERNEL32.dll"));
}
