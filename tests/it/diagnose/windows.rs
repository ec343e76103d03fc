//! What goes wrong on Windows: worlds of packages for it, looked at from anywhere.

use super::*;

/// Scans a folder of packages for Windows. `MODULE` stands for an extension module named `m`.
pub fn windows(files: &str) -> Scan {
    windows_of("/t", &format!("//- /t/p-1.dist-info/WHEEL\nWheel-Version: 1.0\n{files}"))
}

/// As [`windows`], in a virtual environment whose interpreter is not at hand.
pub fn venv(files: &str) -> Scan {
    let venv = "//- /t/pyvenv.cfg
        home = C:\\Python311
        version = 3.11.7
        //- /t/Scripts/python.exe pe x86_64 program";
    windows_of("/t", &format!("{venv}\n{}", files.replace("SITE", "/t/Lib/site-packages")))
}

pub fn windows_of(root: &str, files: &str) -> Scan {
    let lines: Vec<&str> = files.lines().map(str::trim_start).collect();
    let text = lines.join("\n").replace("MODULE", "pe x86_64 defines:PyInit_m");
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &machine, &Request::of(VPath::new(root)), &progress).expect("a scan")
}

pub const SYSTEM: &str = "KERNEL32.dll,python311.dll,VCRUNTIME140.dll,api-ms-win-crt-heap-l1-1-0.dll,WS2_32.dll";

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
