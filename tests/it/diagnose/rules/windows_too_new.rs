//! `windows-too-new`.

use super::*;
use crate::diagnose::windows::windows_of;

/// An environment of a Python for Windows, with the procedures that one module takes.
fn venv(version: &str, takes: &str) -> Scan {
    windows_of(
        "/t",
        &format!(
            "//- /t/pyvenv.cfg
             home = C:\\Python
             version = {version}
             //- /t/Scripts/python.exe pe x86_64 program
             //- /t/Lib/site-packages/m.pyd MODULE needs:KERNEL32.dll,bcryptprimitives.dll,a.dll delay:USER32.dll takes:{takes}
             //- /t/Lib/site-packages/a.dll pe x86_64 defines:SetThreadDescription"
        ),
    )
}

#[test]
fn a_procedure_that_came_after_the_oldest_windows_of_its_python_is_told() {
    let scan = venv("3.12.1", "SetThreadDescription@KERNEL32.dll,CreateFileW@KERNEL32.dll");
    let told = finding(&scan, "windows-too-new");
    assert_eq!((told.severity, told.subject.as_str(), told.breaks), (Severity::Info, "Windows 10 1607", 0));
    assert!(
        told.message.contains("m.pyd uses SetThreadDescription of KERNEL32.dll, which Windows 10 1607 and later have"),
        "{}",
        told.message
    );
    assert!(told.message.contains("Python 3.12 runs on Windows 8.1 and later"), "{}", told.message);
    let scan = venv("3.8.18", "ProcessPrng@bcryptprimitives.dll");
    assert_eq!(finding(&scan, "windows-too-new").subject, "Windows 8");
}

#[test]
fn what_every_windows_of_a_python_has_is_not_told() {
    for (version, takes) in [
        // Python 3.9 needs Windows 8.1 itself.
        ("3.9.1", "ProcessPrng@bcryptprimitives.dll"),
        // Nothing is known of it.
        ("3.12.1", "NoSuchProcedure@KERNEL32.dll"),
        // It is asked for when it is first called, and code that delays it mostly asks beforehand.
        ("3.12.1", "SetProcessDpiAwarenessContext@USER32.dll"),
        // A DLL of the package has it.
        ("3.12.1", "SetThreadDescription@a.dll"),
    ] {
        assert!(findings(&venv(version, takes), "windows-too-new").is_empty(), "{version} {takes}");
    }
}
