//! What comes with Windows: the DLLs of System32 and the API sets, by name. All names are asked for in lower case.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// Each DLL, and whether it is one of the KnownDLLs.
fn table() -> &'static FxHashMap<&'static [u8], bool> {
    static TABLE: OnceLock<FxHashMap<&'static [u8], bool>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let text = include_str!("../../../assets/loaders/windows-system32.tsv");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let entry = |line: &'static str| match line.split_once('\t') {
            Some((name, _)) => (name.as_bytes(), true),
            None => (line.as_bytes(), false),
        };
        lines.map(entry).collect()
    })
}

/// Is it a contract that Windows itself maps to whatever DLL fulfills it? Later releases fulfill those of earlier ones, and
/// any release of a contract by its name up to the last number. A DLL that only begins like one (`api-…`, `ext-…`) and does not
/// end with level and version (`-l1-1-0.dll`) is a file like any other.
pub fn is_api_set(name: &[u8]) -> bool {
    let stem = name.strip_suffix(b".dll").unwrap_or(name);
    let mut parts = stem.rsplit(|&byte| byte == b'-');
    let is_number = |part: Option<&[u8]>| part.is_some_and(|it| !it.is_empty() && it.iter().all(u8::is_ascii_digit));
    (name.starts_with(b"api-") || name.starts_with(b"ext-"))
        && is_number(parts.next())
        && is_number(parts.next())
        && is_number(parts.next().and_then(|level| level.strip_prefix(b"l")))
}

/// Is it taken from System32 whatever lies elsewhere?
pub fn is_known_dll(name: &[u8]) -> bool {
    table().get(name).copied().unwrap_or_default()
}

/// Does every Windows have it?
pub fn has(name: &[u8]) -> bool {
    table().contains_key(name)
}

/// Is it a DLL of the Visual C++ runtime, which an installer of its own puts into System32?
pub fn is_redistributable(name: &[u8]) -> bool {
    let Some(stem) = name.strip_suffix(b".dll") else { return false };
    const STEMS: [&[u8]; 8] = [b"vcruntime", b"msvcp", b"msvcr", b"concrt", b"vcomp", b"vccorlib", b"vcamp", b"mfc"];
    STEMS.iter().any(|start| {
        let rest = stem.strip_prefix(*start).unwrap_or_default();
        // `mfc42` and `msvcp60` are older than the installer.
        rest.len() > 2 && rest.starts_with(b"1") && rest[..2].iter().all(u8::is_ascii_digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_windows_is_told_from_what_does_not() {
        for name in ["kernel32.dll", "ws2_32.dll", "winspool.drv", "ucrtbase.dll", "icuuc.dll", "d3dcompiler_47.dll"] {
            assert!(has(name.as_bytes()), "{name}");
        }
        for name in ["msvcp140.dll", "vcruntime140.dll", "vulkan-1.dll", "nvcuda.dll", "zlib.dll", "python311.dll"] {
            assert!(!has(name.as_bytes()), "{name}");
        }
        assert!(is_known_dll(b"ole32.dll") && !is_known_dll(b"version.dll"));
        assert!(is_api_set(b"api-ms-win-crt-runtime-l1-1-0.dll") && is_api_set(b"ext-ms-win-ntuser-window-l1-1-6.dll"));
        for file in ["apis.dll", "api-client.dll", "ext-1-2.dll", "api-ms-win-crt.dll", "api-x-l1-1-.dll"] {
            assert!(!is_api_set(file.as_bytes()), "{file}");
        }
    }

    #[test]
    fn the_runtime_of_visual_cpp_is_known_by_its_names() {
        for name in [
            "msvcp140.dll",
            "vcruntime140_1.dll",
            "vcomp140.dll",
            "concrt140.dll",
            "mfc140u.dll",
            "msvcp140_2.dll",
            "msvcr120.dll",
            "vcruntime140.dll",
        ] {
            assert!(is_redistributable(name.as_bytes()), "{name}");
        }
        for name in ["msvcrt.dll", "msvcp_win.dll", "mfc42.dll", "msvcp60.dll", "msvcp140-abc", "vcomp.dll", "mfcx.dll"]
        {
            assert!(!is_redistributable(name.as_bytes()), "{name}");
        }
    }
}
