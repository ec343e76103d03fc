//! Windows: names and ordinals of the DLLs that the list of imports says.

use dylens::scan::Scan;
use dylens::survey::{SymbolContext, SymbolRow};
use dylens::vfs::VPath;

use crate::diagnose::windows::windows;

/// `SYMBOL STATUS PROVIDER` of each symbol of `/t/p/m.pyd`.
fn told(files: &str) -> Vec<String> {
    let scan: Scan = windows(files);
    let file = scan.world.open(&VPath::new("/t/p/m.pyd")).expect("a file of the world");
    let rows = scan.symbols(file, &SymbolContext::default()).expect("symbols");
    let line = |row: SymbolRow| {
        let provider = row.provider.map(|path| format!(" {}", path.text().replace("/t/", "")));
        format!("{} {}{}", row.symbol, row.status.word(), provider.unwrap_or_default())
    };
    rows.into_iter().map(line).collect()
}

#[test]
fn a_delayed_dll_that_the_same_import_loads_later_answers_and_one_that_nothing_loads_does_not() {
    let files = |needs: &str| {
        format!(
            "//- /t/p/m.pyd MODULE delay:late.dll,gone.dll needs:{needs} takes:f@late.dll,g@late.dll,h@gone.dll
             //- /t/p/a.dll pe x86_64 needs:late.dll
             //- /t/p/late.dll pe x86_64 defines:f"
        )
    };
    assert_eq!(told(&files("a.dll")), ["f bound p/late.dll", "g deferred", "h deferred"]);
    assert_eq!(told(&files("KERNEL32.dll")), ["f deferred", "g deferred", "h deferred"]);
}

#[test]
fn a_delayed_dll_of_the_system_is_a_name() {
    let module = "//- /t/p/m.pyd MODULE delay:VERSION.dll takes:GetFileVersionInfoW@VERSION.dll,NoSuchName@VERSION.dll";
    assert_eq!(told(module), ["GetFileVersionInfoW bound VERSION.dll", "NoSuchName unknown VERSION.dll"]);
}
