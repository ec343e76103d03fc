//! `windows-too-new`.

use std::sync::Arc;

use dylens::discover::{Machine, Overrides, Request};
use dylens::image::WindowsRelease;
use dylens::survey::Progress;
use dylens::vfs::VPath;

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
    let told = example(&scan, "windows-too-new");
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
fn what_is_too_new_for_the_windows_that_was_asked_for_is_an_error() {
    let told = |windows: &str, takes: &str| {
        let text = format!(
            "//- /t/pyvenv.cfg\nhome = C:\\Python\nversion = 3.12.1\n//- /t/Scripts/python.exe pe x86_64 program\n\
             //- /t/Lib/site-packages/m.pyd pe x86_64 defines:PyInit_m needs:KERNEL32.dll takes:{takes}@KERNEL32.dll\n"
        );
        let world = dylens::world::text::read(&text).expect("a world");
        let overrides = Overrides { windows: WindowsRelease::named(windows), ..Overrides::default() };
        let request = Request { overrides, ..Request::of(VPath::new("/t")) };
        let progress = Progress::unwatched();
        let scan = Scan::of(Arc::new(world.files), &Machine::described(&[]), &request, &progress).expect("a scan");
        let told = findings(&scan, "windows-too-new");
        told.iter().map(|finding| (finding.severity, finding.message.clone())).collect::<Vec<_>>()
    };
    let message = "Lib/site-packages/m.pyd uses SetThreadDescription of KERNEL32.dll, which Windows 10 1607 and later have; the \
                   target is Windows 10";
    assert_eq!(told("10", "SetThreadDescription"), [(Severity::Error, message.to_owned())]);
    assert!(told("10.0.17763", "SetThreadDescription").is_empty());
    assert!(told("8.1", "CreateFileW").is_empty());
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
