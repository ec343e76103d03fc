//! Each rule of a loader as a world of a few lines: a case in which it decides, and a near miss in which it does not.

mod dyld;
mod glibc;
mod memory;
mod musl;
mod windows;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dylens::discover::{Machine, Request};
use dylens::graph::Node;
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::vfs::VPath;

const WINDOWS_SITE: &str = "/env/Lib/site-packages";
const SITE: &str = "/env/lib/python3.11/site-packages";

/// An environment with glibc 2.40.
const GLIBC: &str = "
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.2.5,GLIBC_2.40
//- /lib64/libm.so.6 elf x86_64 soname:libm.so.6
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6
";

/// An environment with musl.
const MUSL: &str = "
//- /lib/ld-musl-x86_64.so.1 elf x86_64
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib/ld-musl-x86_64.so.1 needs:libc.musl-x86_64.so.1
";

/// An environment with dyld, and a python-build-standalone interpreter.
const DYLD: &str = "
//- /usr/bin/python3.11 macho arm64 program needs:@executable_path/../lib/libpython3.11.dylib,/usr/lib/libSystem.B.dylib
//- /usr/lib/libpython3.11.dylib macho arm64 id:@executable_path/../lib/libpython3.11.dylib
";

/// A virtual environment on Windows, and the installation that it belongs to.
const WINDOWS: &str = "
//- /py/python.exe pe x86_64 program needs:python311.dll,VCRUNTIME140.dll,KERNEL32.dll
//- /py/python311.dll pe x86_64 needs:KERNEL32.dll,VCRUNTIME140.dll,api-ms-win-crt-heap-l1-1-0.dll defines:PyLong_Type
//- /py/python3.dll pe x86_64 forwards:PyLong_Type=python311.PyLong_Type
//- /py/vcruntime140.dll pe x86_64 needs:KERNEL32.dll
//- /py/Lib/os.py
//- /py/DLLs/_ssl.pyd pe x86_64 needs:libssl-3.dll defines:PyInit__ssl
//- /py/DLLs/libssl-3.dll pe x86_64
//- /env/pyvenv.cfg
home = /py
version = 3.11.7
//- /env/Scripts/python.exe pe x86_64 program
";

const VENV: &str = "
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.7
//- /env/bin/python3 -> /usr/bin/python3.11
//- /usr/lib/python3.11/os.py
";

/// Scans a world: a system, and files in which `@/` is the folder of the modules.
fn scan(system: &str, files: &str) -> Scan {
    let text = match system.contains("python.exe") {
        true => format!("{system}{files}").replace("@/", &format!("{WINDOWS_SITE}/")),
        false => format!("{system}{VENV}{files}").replace("@/", &format!("{SITE}/")),
    };
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &machine, &Request::of(VPath::new("/env")), &progress).expect("a scan")
}

/// A path, without the folder of the modules.
fn short(path: &VPath) -> String {
    path.to_string().replace(&format!("{SITE}/"), "").replace(&format!("{WINDOWS_SITE}/"), "")
}

/// What became of each need: `FILE: NEED` to `STEP PATH`, with paths below the folder of the modules shortened, and
/// ` | ` between the outcomes where imports differ.
fn outcomes(scan: &Scan) -> BTreeMap<String, String> {
    let mut outcomes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, node) in scan.graph.nodes() {
        let (Node::File { file, .. } | Node::System(file)) = node else { continue };
        let by = short(&scan.world.file(*file).path);
        for (_, edge) in scan.graph.needs(id) {
            let path = edge.resolution.file().map(|file| format!(" {}", short(&scan.world.file(file).path)));
            let outcome = format!("{}{}", edge.resolution.step().word(), path.unwrap_or_default());
            outcomes.entry(format!("{by}: {}", edge.name)).or_default().push(outcome);
        }
    }
    let joined = |(need, mut outcomes): (String, Vec<String>)| {
        outcomes.sort();
        (need, outcomes.join(" | "))
    };
    outcomes.into_iter().map(joined).collect()
}

/// Compares what became of some needs with what a loader does: lines of `FILE: NEED = STEP PATH`.
#[track_caller]
fn check(system: &str, files: &str, expected: &[&str]) -> Scan {
    let scan = scan(system, files);
    let outcomes = outcomes(&scan);
    for line in expected {
        let (need, wanted) = line.split_once(" = ").expect("FILE: NEED = STEP PATH");
        assert_eq!(outcomes.get(need).map(String::as_str), Some(wanted), "{need}\nall: {outcomes:#?}");
    }
    scan
}

/// Every place that was tried for the first need of a file, with what was there.
fn tried(scan: &Scan, file: &str) -> Vec<String> {
    let place = |site: &str| scan.world.open(&VPath::new(format!("{site}/{file}").as_str()));
    let file = place(SITE).or_else(|_| place(WINDOWS_SITE)).expect("a file of the world");
    let (probes, _) = scan.explain(file, 0).expect("a need that was met or not");
    let line = |probe: dylens::loader::Probe| {
        let place = probe.path.as_ref().map_or_else(|| "-".into(), short);
        format!("{} {place}: {}", probe.step.word(), probe.verdict.words())
    };
    probes.into_iter().map(line).collect()
}
