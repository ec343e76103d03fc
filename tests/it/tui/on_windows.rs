//! Worlds of Windows on the screen.

use crate::tui::harness::mac;
use dylens::discover::Overrides;
use insta::assert_snapshot;

/// A package for Windows whose DLL needs one that nobody brings.
const PACKAGE: &str = "
//- /t/p-1.0.dist-info/WHEEL
Wheel-Version: 1.0
//- /t/p/__init__.py
import os
os.add_dll_directory(os.path.join(os.path.dirname(__file__), os.pardir, 'p.libs'))
from . import _core
//- /t/p/_core.cp311-win_amd64.pyd pe x86_64 id:core_rust.dll pdb:C:\\b\\core_rust.pdb needs:KERNEL32.dll,python311.dll,geos-1.dll delay:WS2_32.dll defines:PyInit__core
//- /t/p.libs/geos-1.dll pe x86_64 id:geos.dll needs:MSVCP140.dll,Gone.dll forwards:f=KERNEL32.Sleep
";

#[test]
fn a_missing_dll_is_named_with_the_way_to_it_and_with_every_place() {
    assert_snapshot!("windows_missing", mac(PACKAGE, (100, 34), &Overrides::default()).screen());
}

#[test]
fn the_article_of_a_pe_file_tells_what_only_such_files_say() {
    assert_snapshot!("windows_article", mac(PACKAGE, (100, 50), &Overrides::default()).typed("2/_core⏎⇥G").screen());
}
