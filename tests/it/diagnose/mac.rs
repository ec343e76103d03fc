//! What goes wrong on macOS: worlds of packages for it, looked at from anywhere.

use super::*;
use dylens::discover::{Overrides, Tool};

/// Scans a folder of packages for macOS. `MODULE` stands for an extension module for arm64 named `m`.
pub fn mac(files: &str) -> Scan {
    mac_of("/t", &format!("//- /t/p-1.dist-info/WHEEL\nWheel-Version: 1.0\n{files}"))
}

/// Scans one folder of a world whose lines are indented for reading.
pub fn mac_of(root: &str, files: &str) -> Scan {
    mac_for(Overrides::default(), root, files)
}

/// As [`mac_of`], with what a person wants.
pub fn mac_for(overrides: Overrides, root: &str, files: &str) -> Scan {
    let lines: Vec<&str> = files.lines().map(str::trim_start).collect();
    let text = lines.join("\n").replace("MODULE", "macho arm64 bundle defines:PyInit_m");
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &machine, &Request { overrides, ..Request::of(VPath::new(root)) }, &progress)
        .expect("a scan")
}

#[test]
fn packages_that_bring_what_they_need_draw_no_word() {
    assert_silent(&mac(
        "//- /t/p/m.cpython-311-darwin.so MODULE needs:@loader_path/.dylibs/liba.dylib,/usr/lib/libSystem.B.dylib
         //- /t/p/.dylibs/liba.dylib macho arm64 id:/DLC/p/.dylibs/liba.dylib needs:/usr/lib/libSystem.B.dylib",
    ));
}

/// A module whose install name is not its own.
pub const PREFIXED: &str =
    "//- /t/p/_rust/_rs.cpython-311-darwin.so macho arm64 id:@rpath/p._rust._rs.cpython-311-darwin.so \
                        defines:PyInit__rs
//- /t/p/_rust/__init__.py
//- /t/p-1.dist-info/WHEEL
Generator: maturin (1.4.0)
//- /t/p-1.dist-info/RECORD
p/_rust/_rs.cpython-311-darwin.so,,
";

pub fn nuitka(version: &str) -> Overrides {
    Overrides { tool: Some(format!("nuitka={version}").parse::<Tool>().expect("a tool")), ..Overrides::default() }
}
