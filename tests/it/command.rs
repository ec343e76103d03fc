//! What is to be pasted, pasted: whatever names an inspected file or a log has, every command arrives at its program word by
//! word, and nothing else runs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dylens::buildlog::{self, judge, messages};
use dylens::command::{Command, Kind, Shell, templates};
use dylens::discover::{Machine, Request};
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::vfs::{FileSystem, Kind as FileKind, Memory, VPath};
use dylens::world::text;

/// Stands for a hostile text in worlds and logs; as long as every text that replaces it, so that offsets stay true.
const MARK: &str = "HOSTILEHOSTILEHOSTILEHOSTILE";

/// What a name may try: to start a program, to write a file, to become an option or several words, to end a line.
const PAYLOADS: [&[u8]; 52] = [
    b"$(>PWNED)",
    b"`>PWNED`",
    b";>PWNED;",
    b"|>PWNED",
    b"&>PWNED",
    b"&&>PWNED",
    b"||>PWNED",
    b"\n>PWNED\n",
    b"\r\n>PWNED\r\n",
    b"\t;>PWNED",
    b"';>PWNED;'",
    b"\";>PWNED;\"",
    b"\\';>PWNED;\\'",
    b"'\\'';>PWNED;'\\''",
    b"$'\\x3b>PWNED'",
    b"${IFS}>PWNED",
    b">PWNED",
    b"2>PWNED",
    b"<(>PWNED)",
    b"<<<PWNED>PWNED",
    b"a b;>PWNED",
    b"a  b",
    b"~",
    b"~root",
    b"*",
    b"?",
    b"[!a]*",
    b"{a,b}",
    b"!!",
    b"#x",
    b"-x",
    b"--help",
    b"--",
    b"a=b;>PWNED",
    b"PATH=.",
    b"%PATH%",
    b"%COMSPEC%&echo>PWNED",
    b"^&echo>PWNED",
    b"\"&echo>PWNED&\"",
    b"!PATH!",
    b"$env:PATH",
    b"$(ni PWNED)",
    "\u{2019};ni PWNED;\u{2019}".as_bytes(),
    b"@(ni PWNED)",
    b"x\\",
    b"a b\\",
    b"::error::x",
    "\u{9b}2J".as_bytes(),
    "\u{202e}so.x".as_bytes(),
    "lib\u{200b}x".as_bytes(),
    "數學 é".as_bytes(),
    b"a\xffb;>PWNED",
];

/// The payload at the mark's length: what follows belongs to the same word.
fn padded(payload: &[u8]) -> Vec<u8> {
    let mut bytes = payload.to_vec();
    bytes.resize(MARK.len(), b'x');
    bytes
}

fn replaced(bytes: &[u8], payload: &[u8]) -> Vec<u8> {
    use bstr::ByteSlice;
    bytes.replace(MARK, padded(payload))
}

/// The world with the payload in place of the mark, in names and in contents.
fn hostile(world: &Memory, payload: &[u8]) -> Memory {
    let mut made = Memory::new();
    // A name has no slash.
    let in_names: Vec<u8> = payload.iter().map(|&byte| if byte == b'/' { b':' } else { byte }).collect();
    copy(world, &VPath::new("/"), &mut made, &in_names, payload);
    made
}

fn copy(from: &Memory, folder: &VPath, to: &mut Memory, in_names: &[u8], payload: &[u8]) {
    for entry in from.list(folder).expect("the folder is there") {
        let path = folder.join(&entry.name);
        let renamed = VPath::new(replaced(path.as_bytes(), in_names));
        match entry.kind {
            FileKind::Directory => {
                to.directory(&renamed);
                copy(from, &path, to, in_names, payload);
            }
            FileKind::Symlink => {
                let target = from.link(&path).expect("a link");
                to.symlink(&renamed, &VPath::new(replaced(target.as_bytes(), in_names)));
            }
            _ => to.file(&renamed, replaced(&from.read(&path, usize::MAX).expect("a file"), payload)),
        }
    }
}

const LINUX: &str = "
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.2.5
//- /etc/os-release
ID=debian
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.7
//- /env/bin/python3 -> /usr/bin/python3.11
//- SITE/HOSTILE/__init__.py
from . import _a, _b
//- SITE/HOSTILE/_a.TAG elf x86_64 defines:PyInit__a needs:libHOSTILE.so.1,HOSTILE,libmoved.so.1,libother.so.2 rpath:/opt/HOSTILE execstack
//- SITE/HOSTILE/_b.TAG elf x86_64 defines:PyInit__b needs:libc.so.6 wants:libc.so.6@GLIBC_HOSTILE,libc.so.6@GLIBC_2.99
//- SITE/HOSTILE/_c.cpython-39-x86_64-linux-gnu.so elf x86_64 defines:PyInit__c
//- SITE/HOSTILE/_d.TAG elf aarch64 defines:PyInit__d
//- SITE/HOSTILE/_e.TAG elf x86_64 defines:PyInit__e needs:libc.musl-x86_64.so.1
//- SITE/HOSTILE/_f.TAG lfs
//- SITE/HOSTILE/_g.TAG empty
//- SITE/HOSTILE/_h.TAG elf x86_64 defines:PyInit__h needs:libgone-0a1b2c3d.so.1,/usr/lib/HOSTILE.so.1
//- SITE/HOSTILE/_r.TAG elf x86_64 defines:PyInit__r needs:libc.so.6 says:library/core/src/x.rs,/r/numpy-0.25.0/src/npyffi/array.rs,_ARRAY_API,numpy.core.multiarray
//- SITE/HOSTILE/sub/libmoved.so.1 elf x86_64 soname:libmoved.so.1
//- SITE/HOSTILE/renamedHOSTILE.so elf x86_64 soname:libother.so.2
//- SITE/HOSTILE/liblink.so -> libHOSTILE.so
//- SITE/HOSTILE-1.0HOSTILE.dist-info/METADATA
Name: HOSTILE
Version: 1.0HOSTILE
//- SITE/HOSTILE-1.0HOSTILE.dist-info/INSTALLER
INSTALLER
//- SITE/HOSTILE-1.0HOSTILE.dist-info/WHEEL
Wheel-Version: 1.0
Generator: maturin (HOSTILE)
Tag: cp311-cp311-linux_x86_64
//- SITE/HOSTILE-1.0HOSTILE.dist-info/RECORD
HOSTILE/_a.TAG,,
HOSTILE/_b.TAG,,
HOSTILE/_c.cpython-39-x86_64-linux-gnu.so,,
HOSTILE/_e.TAG,,
HOSTILE/_g.TAG,,
HOSTILE/_h.TAG,,
HOSTILE/libHOSTILE.so.1,,
";

const MACOS: &str = "
//- /t/HOSTILE/__init__.py
from . import _a, _b, _c
//- /t/HOSTILE/_a.cpython-311-darwin.so macho arm64 bundle needs:@rpath/libHOSTILE.dylib,/opt/homebrew/opt/HOSTILE/lib/libx.dylib,@loader_path/libmoved.dylib,@rpath/libv.1.dylib
//- /t/HOSTILE/_b.cpython-311-darwin.so macho arm64 id:@rpath/HOSTILE._b.cpython-311-darwin.so says:library/core/src/x.rs
//- /t/HOSTILE/_c.cpython-311-darwin.so macho arm64 bundle stale
//- /t/HOSTILE/_d.cpython-311-darwin.so macho arm64 id:/Users/me/HOSTILE.dylib unsigned
//- /t/HOSTILE/lib/libmoved.dylib macho arm64 id:@rpath/libmoved.dylib
//- /t/HOSTILE/libv.1.2.dylib macho arm64 id:@rpath/libv.1.2.dylib
//- /t/HOSTILE-1.0.dist-info/WHEEL
Tag: cp311-cp311-macosx_11_0_arm64
//- /t/HOSTILE-1.0.dist-info/RECORD
HOSTILE/_a.cpython-311-darwin.so,,
HOSTILE/_b.cpython-311-darwin.so,,
HOSTILE/libHOSTILE.dylib,,
";

const WINDOWS: &str = "
//- /t/HOSTILE/__init__.py
from . import _a
//- /t/HOSTILE/_a.cp311-win_amd64.pyd pe x86_64 defines:PyInit__a needs:HOSTILE.dll,moved.dll,vcruntime140.dll,python311.dll overlay:16
//- /t/HOSTILE/lib/moved.dll pe x86_64
//- /t/HOSTILE-1.0.dist-info/WHEEL
Tag: cp311-cp311-win_amd64
//- /t/HOSTILE-1.0.dist-info/RECORD
HOSTILE/_a.cp311-win_amd64.pyd,,
HOSTILE/HOSTILE.dll,,
";

/// Where to look at each world.
fn worlds() -> Vec<(String, &'static str)> {
    let site = "/env/lib/python3.11/site-packages";
    let linux = |installer: &str| {
        LINUX
            .replace("SITE", site)
            .replace("TAG", "cpython-311-x86_64-linux-gnu.so")
            .replace("INSTALLER\nINSTALLER", installer)
    };
    let all = [
        (linux("INSTALLER\npip"), "/env"),
        (linux("INSTALLER\nuv").replace("ID=debian", "ID=fedora"), "/env"),
        (
            linux("INSTALLER\npip")
                .replace("HOSTILE-1.0HOSTILE", "a-1.0")
                .replace("Name: HOSTILE\nVersion: 1.0HOSTILE", "Name: a"),
            "/env",
        ),
        (linux("INSTALLER\nconda").replace("ID=debian", "ID=alpine"), "/env"),
        (MACOS.to_owned(), "/t"),
        (WINDOWS.to_owned(), "/t"),
    ];
    all.map(|(text, root)| (text.replace("HOSTILE", MARK), root)).to_vec()
}

const TOOLS: [&str; 7] = ["", "nuitka", "pyinstaller", "cx_freeze", "auditwheel", "delocate", "delvewheel"];

fn scanned(world: Memory, settings: &[(String, String)], root: &str, tool: &str) -> Option<Scan> {
    let machine = Machine::described(settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    let mut request = Request::of(VPath::new(root));
    request.overrides.tool = if tool.is_empty() { None } else { Some(tool.parse().expect("a tool")) };
    Scan::of(Arc::new(world), &machine, &request, &progress).ok()
}

/// The commands of every finding in worlds where every name that can be hostile is.
fn of_rules() -> BTreeSet<String> {
    let (mut found, mut rules) = (BTreeSet::new(), BTreeSet::new());
    for (text, root) in worlds() {
        let world = text::read(&text).expect("a world that can be read");
        for (at, payload) in PAYLOADS.into_iter().enumerate() {
            // Each payload meets every world, and in turn every tool.
            for tool in ["", TOOLS[1 + at % (TOOLS.len() - 1)]] {
                let Some(scan) = scanned(hostile(&world.files, payload), &world.settings, root, tool) else { continue };
                for finding in &scan.findings {
                    for command in finding.remedy.fixes.iter().flatten() {
                        rules.insert(finding.rule.id.word());
                        found.insert(stored(command));
                    }
                }
            }
        }
    }
    assert!(rules.len() >= 12, "few rules had a command: {rules:?}");
    found
}

/// The commands of every message of every tool, each of its places hostile.
fn of_logs() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let place = regex::Regex::new(r"\{[a-z_]+(:[a-z])?\}").expect("a constant");
    for message in messages() {
        for text in &message.texts {
            for payload in PAYLOADS {
                let shown = String::from_utf8_lossy(payload).into_owned();
                let told = place.replace_all(text, regex::NoExpand(&format!("/v/site-packages/p/{shown}.so")));
                let short = place.replace_all(text, regex::NoExpand(&shown));
                for line in [told, short] {
                    let line = format!("{}\n{line}\n", message.follows);
                    let log = buildlog::read(&mut line.as_bytes()).expect("memory can be read");
                    let judged = judge(&log, None);
                    found.extend(judged.iter().flat_map(|it| it.remedy.fixes.iter().flatten()).map(stored));
                }
            }
        }
    }
    found
}

/// Every template with every payload in every place that takes it.
fn of_templates() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for template in templates::ALL {
        let kinds: Vec<Kind> = template.places().collect();
        for payload in PAYLOADS {
            let values: Vec<Vec<u8>> = kinds.iter().map(|_| payload.to_vec()).collect();
            let values: Vec<&dyn AsRef<[u8]>> = values.iter().map(|value| value as &dyn AsRef<[u8]>).collect();
            found.extend(template.with(&values).ok().as_ref().map(stored));
        }
    }
    found
}

/// A command as text, to be kept in order and once.
fn stored(command: &Command) -> String {
    let parts: Vec<(&str, &[String])> = command.parts().map(|(template, values)| (template.0, values)).collect();
    serde_json::to_string(&parts).expect("JSON")
}

fn restored(text: &str) -> Command {
    let parts: Vec<(String, Vec<String>)> = serde_json::from_str(text).expect("JSON");
    let known = |(text, values): (String, Vec<String>)| {
        (*templates::ALL.iter().find(|template| template.0 == text).expect("a template"), values)
    };
    Command::restored(parts.into_iter().map(known).collect()).expect("a command")
}

/// An empty folder to run commands in, and a folder of stand-ins that write down how they were called.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["bin", "empty"] {
            fs::create_dir(folder.path().join(name)).expect("the folder can be made");
        }
        Place { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Nothing but the stand-ins has run.
    fn assert_untouched(&self) {
        let left: Vec<_> = fs::read_dir(self.path("empty")).expect("the folder is there").collect();
        assert!(left.is_empty(), "something ran: {left:?}");
    }

    /// What the stand-ins wrote: for each call its words, the program's name first.
    fn calls(&self) -> Vec<Vec<String>> {
        let text = fs::read_to_string(self.path("calls")).expect("the stand-ins were called");
        let call = |call: &str| call.split('\u{1f}').skip(1).map(str::to_owned).collect();
        text.split('\u{1e}').skip(1).map(call).collect()
    }
}

/// The words as a stand-in writes them: what is set of the variables first, then the program and the rest.
fn expected(command: &Command) -> Vec<String> {
    let words = command.words().into_iter().map(|word| word.text);
    let (set, words): (Vec<String>, Vec<String>) =
        words.partition(|word| VARIABLES.iter().any(|name| word.starts_with(name)));
    let value = |name: &&str| set.iter().find_map(|word| word.strip_prefix(*name)).unwrap_or_default().to_owned();
    VARIABLES.iter().map(value).chain(words).collect()
}

/// The variables that commands set.
const VARIABLES: [&str; 4] = ["LD_LIBRARY_PATH=", "DYLD_LIBRARY_PATH=", "MACOSX_DEPLOYMENT_TARGET=", "LD_PRELOAD="];

fn program(command: &Command) -> String {
    expected(command)[VARIABLES.len()].clone()
}

#[cfg(unix)]
fn stand_in(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let text = "#!/bin/sh\nu=$(printf '\\037')\n{ printf '\\036'; printf '\\037%s' \"$LD_LIBRARY_PATH\" \"$DYLD_LIBRARY_PATH\" \
                \"$MACOSX_DEPLOYMENT_TARGET\" \"$LD_PRELOAD\" \"${0##*/}\" \"$@\"; } >>\"$CALLS\"\n";
    fs::write(path, text).expect("the stand-in can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
}

/// Commands that are no whole one: what stands behind another.
fn is_part(command: &Command) -> bool {
    command.words()[0].text.starts_with("--exclude")
        || command
            .parts()
            .any(|(template, _)| [templates::WHEEL, templates::AT, templates::EXCLUDE].contains(&template))
            && command.parts().count() == 1
}

#[cfg(unix)]
#[test]
fn whatever_names_there_are_a_posix_shell_runs_the_command_and_nothing_else() {
    let all: BTreeSet<String> = [of_rules(), of_logs(), of_templates()].into_iter().flatten().collect();
    let commands: Vec<Command> = all.iter().map(|text| restored(text)).filter(|command| !is_part(command)).collect();
    assert!(commands.len() > 1000, "only {} commands", commands.len());
    let place = Place::new();
    for program in commands.iter().map(program).collect::<BTreeSet<_>>() {
        stand_in(&place.path("bin").join(program));
    }
    // A preloaded library would be loaded into the stand-ins; that no such file is there is only a warning.
    let script: String = commands.iter().map(|command| format!("{command}\n")).collect();
    // Of all programs this one is the shell's own.
    let script = format!("cd() {{ {}/cd \"$@\"; }}\n{script}", place.path("bin").display());
    fs::write(place.path("script"), script).expect("the script can be written");
    let output = Process::new("/bin/sh")
        .arg(place.path("script"))
        .current_dir(place.path("empty"))
        .env_clear()
        .env("PATH", place.path("bin"))
        .env("HOME", "/nonexistent")
        .env("CALLS", place.path("calls"))
        .output()
        .expect("the shell runs");
    place.assert_untouched();
    let calls = place.calls();
    for (command, call) in commands.iter().zip(&calls) {
        assert_eq!(*call, expected(command), "{command}");
    }
    assert_eq!(calls.len(), commands.len(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_word_that_cannot_be_shown_as_it_is_gets_no_command_and_the_sentence_says_so() {
    let (text, root) = &worlds()[0];
    let world = text::read(text).expect("a world that can be read");
    let scan = scanned(hostile(&world.files, b"\n>PWNED\n"), &world.settings, root, "").expect("a scan");
    let missing = scan.findings.iter().filter(|finding| finding.rule.id.word() == "library-missing");
    let refused: Vec<&str> =
        missing.filter(|finding| finding.remedy.fixes.is_empty()).map(|finding| finding.remedy.text.as_str()).collect();
    assert!(refused.iter().any(|text| text.contains("no command: ")), "{refused:?}");
}

/// `cmd /c` under Wine, with a program that writes its words; asked where CI says so, as a first start of Wine takes long.
#[cfg(unix)]
#[test]
fn whatever_names_there_are_cmd_runs_the_command_and_nothing_else() {
    if std::env::var_os("DYLENS_WINE").is_none() {
        return;
    }
    const SOURCE: &str = r#"
#include <stdio.h>
#include <windows.h>
#include <shellapi.h>
int main(void) {
    int count; char text[16384];
    wchar_t **words = CommandLineToArgvW(GetCommandLineW(), &count);
    FILE *out = fopen(getenv("CALLS"), "ab");
    fputc(0x1e, out);
    for (int i = 1; i < count; i++) {
        WideCharToMultiByte(CP_UTF8, 0, words[i], -1, text, sizeof text, 0, 0);
        fputc(0x1f, out); fputs(text, out);
    }
    return fclose(out);
}"#;
    let place = Place::new();
    fs::write(place.path("tool.c"), SOURCE).expect("the source can be written");
    let compiled = Process::new("x86_64-w64-mingw32-gcc")
        .args(["-o".into(), place.path("bin/tool.exe"), place.path("tool.c")])
        .status()
        .expect("a compiler for Windows");
    assert!(compiled.success());
    // Of each kind of place one template: every line starts a program.
    let of_kind = |kind: Kind| templates::ALL.iter().find(move |template| template.places().eq([kind]));
    let kinds = [Kind::Path, Kind::Package, Kind::Requirement, Kind::Library, Kind::Module, Kind::Token];
    let commands: Vec<(Command, String)> = kinds
        .into_iter()
        .filter_map(of_kind)
        .flat_map(|template| PAYLOADS.iter().filter_map(|payload| template.with(&[payload]).ok()))
        // Wine reads a batch file in an older code page, whatever `chcp` says: what is pasted has none.
        .filter_map(|command| command.text(Shell::Cmd).filter(|text| text.is_ascii()).map(|text| (command, text)))
        .collect();
    assert!(commands.len() > 20, "only {} commands", commands.len());
    let tool = place.path("bin/tool.exe").display().to_string().replace('/', "\\");
    let lines = commands.iter().map(|(command, text)| {
        let rest = text.split_once(' ').map_or("", |(_, rest)| rest);
        assert!(text.starts_with(&command.words()[0].text), "{text}");
        format!("Z:{tool} {rest}\r\n")
    });
    let script = format!("@echo off\r\n{}", lines.collect::<String>());
    fs::write(place.path("script.bat"), script).expect("the script can be written");
    let output = Process::new("wine")
        .args(["cmd", "/c", &format!("Z:{}", place.path("script.bat").display().to_string().replace('/', "\\"))])
        .current_dir(place.path("empty"))
        .env("WINEDEBUG", "-all")
        .env("CALLS", format!("Z:{}", place.path("calls").display()))
        .output()
        .expect("Wine runs");
    place.assert_untouched();
    let calls = place.calls();
    for ((command, text), call) in commands.iter().zip(&calls) {
        let words: Vec<String> = command.words().into_iter().skip(1).map(|word| word.text).collect();
        assert_eq!(*call, words, "{text}");
    }
    assert_eq!(calls.len(), commands.len(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// PowerShell where PATH has it; its rules of quoting are tested beside them.
#[cfg(unix)]
#[test]
fn whatever_names_there_are_powershell_runs_the_command_and_nothing_else() {
    let has_it = Process::new("pwsh").arg("-Version").output().is_ok();
    if !has_it {
        return;
    }
    let place = Place::new();
    let commands: Vec<Command> =
        of_templates().iter().map(|text| restored(text)).filter(|command| !is_part(command)).collect();
    let commands: Vec<(Command, String)> = commands
        .into_iter()
        .filter_map(|command| command.text(Shell::PowerShell).map(|text| (command, text)))
        .collect();
    for program in commands.iter().map(|(command, _)| program(command)).collect::<BTreeSet<_>>() {
        stand_in(&place.path("bin").join(program));
    }
    let script: String = commands.iter().map(|(_, text)| format!("{text}\n")).collect();
    fs::write(place.path("script.ps1"), script).expect("the script can be written");
    let path = std::env::var("PATH").unwrap_or_default();
    Process::new("pwsh")
        .args(["-NoProfile", "-File"])
        .arg(place.path("script.ps1"))
        .current_dir(place.path("empty"))
        .env("PATH", format!("{}:{path}", place.path("bin").display()))
        .env("CALLS", place.path("calls"))
        .output()
        .expect("PowerShell runs");
    place.assert_untouched();
    for ((command, text), call) in commands.iter().zip(place.calls()) {
        assert_eq!(call, expected(command), "{text}");
    }
}
