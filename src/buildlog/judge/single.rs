//! Messages that name one file and its fault: what the log's surroundings add to their words.

use super::library::{package, short};
use super::{Cause, Judged, Verdict, development, sentences};
use crate::buildlog::Log;
use crate::buildlog::log_context::{LogContext, leaf, slashed};
use crate::buildlog::surroundings::Mark;
use crate::buildlog::well_known;
use crate::command::Remedy;
use crate::command::templates::{
    CLEAR_EXECSTACK, CMAKE_POLICY_BUILD, CMAKE_POLICY_BUILD_OF, PIP_FOR, PIP_INSTALL, PIP_REINSTALL, PIP_UNINSTALL,
    PIP_UPGRADE, VENV_CLEAR, WINGET_COMPILER,
};
use crate::tools::ToolId;

pub(super) fn judge(judged: Judged, log: &Log, context: Option<&LogContext>) -> Judged {
    if judged.finding.is_some() {
        return judged;
    }
    match judged.cause {
        Cause::NoExec => no_exec(judged, log),
        Cause::FileMissing if judged.incident.message.id == "interpreter-gone" => of_an_environment(judged),
        Cause::NoInitFunction => no_init(judged, context),
        Cause::LinkSymbol => link(judged, log),
        Cause::LinkFailed if judged.incident.message.id == "command-failed" => command_failed(judged, log),
        Cause::ExecutableStack => executable_stack(judged, log),
        Cause::QtPlugin => qt(judged, log),
        Cause::ToolStumbled if judged.incident.message.id == "linker-missing" => {
            development::of_the_package(development::compiler(judged, log), log)
        }
        Cause::ToolStumbled
            if ["program-missing", "pkg-config-missing", "no-cmake"].contains(&judged.incident.message.id.as_str()) =>
        {
            development::of_the_package(development::program(judged, log), log)
        }
        Cause::ToolStumbled if judged.incident.message.id == "no-compiler" => {
            development::of_the_package(development::no_compiler(judged, log), log)
        }
        Cause::ToolStumbled if judged.incident.message.id == "cmake-too-new" => cmake_too_new(judged, log),
        Cause::ToolStumbled if judged.incident.message.id == "perl-module" => development::perl(judged, log),
        Cause::ToolStumbled if judged.incident.message.id == "msvc-missing" => {
            let remedy = judged.remedy.clone().fix(Ok(WINGET_COMPILER.command()));
            development::of_the_package(development::of_32_bits(judged.mended(remedy), log), log)
        }
        Cause::BuildFailed => {
            let told = development::of_a_child(judged.clone(), log).or_else(|| development::of_a_crate(&judged, log));
            // What Debian's message asks for first are its own packages, which few have.
            let is_of_the_system = judged.incident.message.id == "managed";
            let judged = told.unwrap_or_else(|| if is_of_the_system { judged } else { as_it_asks(judged) });
            development::of_the_package(judged, log)
        }
        Cause::PythonTooNew | Cause::ToolStumbled => development::of_the_package(judged, log),
        Cause::FileMissing if judged.incident.message.id == "included-file-missing" => of_another_program(judged),
        Cause::PythonLibrary if judged.incident.message.id == "python-dll" => python_dll(judged),
        Cause::ModuleLeftOut if judged.incident.tool == ToolId::Py2exe => of_py2exe(judged),
        Cause::NotAnImage => of_another_system(placeholder(judged), log),
        Cause::CodeSignature => signature(judged),
        _ => judged,
    }
}

/// CMake 4 takes what it is to go on as from the environment, which pip hands on to the build.
fn cmake_too_new(judged: Judged, log: &Log) -> Judged {
    let Some(version) = judged.incident.told("version").map(|version| version.trim_end_matches('.').to_owned()) else {
        return judged;
    };
    let install = match &log.building {
        Some(package) => CMAKE_POLICY_BUILD.with(&[&version, package]),
        None => CMAKE_POLICY_BUILD_OF.with(&[&version]),
    };
    let remedy = judged.remedy.clone().fix(install);
    development::of_the_package(judged.mended(remedy), log)
}

/// What a compiler or linker says stands above the line in which its failure is told.
fn command_failed(judged: Judged, log: &Log) -> Judged {
    /// So far above it.
    const ABOVE: usize = 60;
    /// Longer errors are cut, in characters.
    const LONGEST: usize = 300;
    let lines = log.text.lines();
    let end = log.text.place(judged.incident.first).min(lines.len());
    let says = |line: &str| {
        let line = line.trim_start();
        let notes = ["error: command ", "error: subprocess", "collect2:", "clang: error: linker command failed"];
        let is_error = line.contains("error: ") || line.starts_with("ld: ") || line.contains(": undefined reference");
        is_error && !line.contains("ld: warning") && !notes.iter().any(|note| line.starts_with(note))
    };
    let above = &lines[end.saturating_sub(ABOVE)..end];
    let Some((_, line)) = above.iter().find(|(_, line)| says(line)) else { return judged };
    let called = judged.incident.told("called").map_or("the compiler", leaf).to_owned();
    let quoted: String = line.trim().chars().take(LONGEST).collect();
    let sentence = format!("{called} failed; the first error that it tells is “{quoted}”");
    let text = "look for that error among the package's issues; take a release of the package that has a wheel for this Python and system (an older Python, where this one is new), so that nothing \
                is compiled, or conda-forge's build of it";
    development::of_the_package(judged.says(sentence).mended(Remedy::new(text)), log)
}

/// Some messages tell themselves what is to be installed: it is quoted, as nothing is known of it.
pub(super) fn as_it_asks(judged: Judged) -> Judged {
    let Some(asks) = judged.incident.told("asks") else { return judged };
    let text = format!("do what the message asks for, if it fits this system: “{asks}”; else {}", judged.remedy.text);
    judged.mended(Remedy::new(text))
}

/// The environment in whose folder of programs the script lies; only what is called as one may be made anew.
fn of_an_environment(judged: Judged) -> Judged {
    let by = judged.incident.by().unwrap_or_default();
    let root = by.rsplit_once("/bin/").map(|(root, _)| root.to_owned()).filter(|root| root.starts_with('/'));
    let is_environment = |root: &String| leaf(root).to_lowercase().ends_with("env");
    let Some(root) = root.filter(is_environment) else { return judged };
    let remedy = judged.remedy.clone().fix(VENV_CLEAR.with(&[&root]));
    judged.mended(remedy)
}

/// Nuitka asks Windows which DLLs a module loads, and gets those of another program whose folder is on PATH.
fn of_another_program(judged: Judged) -> Judged {
    let Some(accused) = judged.incident.told("accused").map(slashed) else { return judged };
    let is_system_s = well_known::is_api_set(&accused) || well_known::is_of_windows(&accused);
    if judged.incident.by().is_none() && !judged.incident.says.contains("Used by") || !is_system_s {
        return judged;
    }
    let folder = accused.rsplit_once('/').map_or("", |(folder, _)| folder).replace('/', "\\");
    let name = leaf(&accused).to_owned();
    let sentence = format!(
        "{name} is a part of Windows, and Nuitka found it by PATH in the folder of another program, {folder}: nothing is missing, and it is not to be copied"
    );
    let text = format!(
        "take {folder} out of PATH where Nuitka runs, and upgrade Nuitka, whose newer releases leave what belongs to Windows out"
    );
    let judged = judged.cause(Cause::ApiSet, Verdict::Innocent).says(sentence);
    judged.mended(Remedy::new(text).fix(PIP_UPGRADE.with(&[&"nuitka"])))
}

/// Where the program looked for its Python, and what Windows says of it, tell what went wrong.
fn python_dll(judged: Judged) -> Judged {
    let told = |place: &str| judged.incident.told(place).map(str::to_owned);
    let Some(accused) = told("accused").map(|path| slashed(&path)) else { return judged };
    let why = told("why").unwrap_or_default();
    let name = leaf(&accused).to_owned();
    let is_unpacked = accused.contains("/_MEI") || accused.contains("/_internal/");
    let is_absent = sentences::number(&why) == Some(126);
    if !is_unpacked && is_absent {
        let sentence = format!(
            "the program looks for {name} beside itself, and it is not there: what PyInstaller builds is the whole folder in dist, of which the .exe alone was moved or started from build"
        );
        let text = "run the program in its folder (dist\\NAME\\NAME.exe) and hand on the whole folder, or a shortcut to it; or build one file: pyinstaller --onefile. Where the folder is whole, a virus \
                    scanner took the DLL, or the machine lacks the Visual C++ Redistributable";
        return judged.says(sentence).mended(Remedy::new(text));
    }
    // UPX changes files that have Control Flow Guard, which newer compilers put into them.
    let is_refused = !why.is_empty() && !is_absent || judged.incident.told("code").is_some_and(|code| code != "126");
    if is_refused && is_unpacked {
        let sentence = format!(
            "the bundled program could not load its own {name}, which is there: Windows refuses the file ({})",
            why.trim_end_matches('.')
        );
        let text = format!(
            "build again without UPX, which damages such files: pyinstaller --noupx (upx=False in the spec file), and --clean; where that is no help, {}",
            judged.remedy.text
        );
        return judged.says(sentence).mended(Remedy::new(text));
    }
    judged
}

/// The package whose module did not load from the archive is that of the last place in the traceback.
fn of_py2exe(judged: Judged) -> Judged {
    let Some(package) = judged.incident.told("place").and_then(package) else { return judged };
    let sentence = format!("{package}: {}", judged.sentence);
    let text = judged.remedy.text.replace("PACKAGE", &package);
    judged.says(sentence).mended(Remedy::new(text))
}

/// What a program in one file unpacks is signed where the program is built.
fn signature(judged: Judged) -> Judged {
    let Some(by) = judged.incident.by().filter(|by| by.contains("/_MEI")).map(str::to_owned) else { return judged };
    let sentence = format!(
        "{} is unpacked by the program as it starts, and its signature is not that of the program, which has the hardened runtime or runs in \
         one that has",
        leaf(&by)
    );
    let text = "upgrade PyInstaller (4.4 and later sign what they collect), and sign everything with one identity while it is built: pyinstaller --codesign-identity IDENTITY, with the entitlement \
                com.apple.security.cs.disable-library-validation (--osx-entitlements-file) where that is not possible; or build a folder \
                (--onedir) and sign each file in it";
    judged.says(sentence).mended(Remedy::new(text))
}

/// NVIDIA's images hold empty files where the runtime of the container puts the machine's own libraries.
fn placeholder(judged: Judged) -> Judged {
    let Some(by) = judged.incident.by().map(str::to_owned) else { return judged };
    let name = leaf(&by);
    let is_of_nvidia =
        well_known::cuda(name).is_some() || matches!(well_known::shipper(name), Some(well_known::Shipper::Driver(_)));
    let is_systems = ["/usr/lib", "/lib"].iter().any(|folder| by.starts_with(folder));
    if !judged.incident.says.contains("file too short") || !is_of_nvidia || !is_systems {
        return judged;
    }
    let sentence = format!(
        "{by} is an empty file of the image, in whose place NVIDIA's container runtime puts that of the machine: the container runs without it"
    );
    let text = "run the container with --runtime nvidia (or --gpus all); for docker build, make nvidia the default-runtime in \
                /etc/docker/daemon.json and restart docker";
    judged.says(sentence).mended(Remedy::new(text))
}

/// What is no ELF file in a folder of packages was mostly installed on another system, and copied.
fn of_another_system(judged: Judged, log: &Log) -> Judged {
    let is_elf = judged.incident.tool == ToolId::Glibc && judged.incident.message.id == "invalid-elf-header";
    let whose = judged.incident.by().and_then(package).filter(|_| is_elf);
    let Some(whose) = whose else { return judged };
    // What is cut off is of this system.
    if !judged.incident.says.contains("header") {
        let remedy = judged.remedy.clone().fix(PIP_REINSTALL.with(&[&whose]));
        return judged.mended(remedy);
    }
    let is_lambda = log.marks.contains(&Mark::Lambda);
    let text = match is_lambda {
        true => format!(
            "pack {whose} for the function: install it for Linux, with the function's own Python version (--python-version) and processor (manylinux2014_x86_64 \
             or _aarch64), or inside an image of Amazon Linux"
        ),
        false => format!(
            "reinstall {whose} on the system that runs it, or install it for that one where the files are copied from another (a Mac, Windows): --platform manylinux2014_x86_64 \
             --only-binary=:all:; keep the environment of the other system out of the image (.dockerignore)"
        ),
    };
    let remedy = Remedy::new(text);
    let packed = PIP_FOR.with(&[&"manylinux2014_x86_64", &whose]);
    judged.mended(match is_lambda {
        true => remedy.fix(packed),
        false => remedy.fix(PIP_REINSTALL.with(&[&whose])).fix(packed),
    })
}

/// Where the file lies decides which folder has to be another.
fn no_exec(judged: Judged, log: &Log) -> Judged {
    let by = judged.incident.by().unwrap_or_default().to_owned();
    let is_one_file =
        log.marks.contains(&Mark::Program(ToolId::PyInstaller)) || by.contains("/_MEI") || !by.contains('/');
    let text = match () {
        () if by.contains(".python-eggs") || by.contains(".egg") => {
            "unpack eggs in a folder from which code may run: set PYTHON_EGG_CACHE to another folder, or install the package unzipped with pip"
        }
        () if is_one_file => {
            "a program in one file unpacks itself into /tmp: set TMPDIR to a folder that is not mounted noexec, build it with \
             --runtime-tmpdir, or as a folder (--onedir)"
        }
        () => {
            "install the environment on a file system that is not mounted noexec, or mount it again with exec; with SELinux, see ausearch -m avc"
        }
    };
    judged.mended(Remedy::new(text))
}

/// The name under which the module was built is another.
fn no_init(judged: Judged, context: Option<&LogContext>) -> Judged {
    let Some(symbol) = judged.incident.told("symbol").map(str::to_owned) else { return judged };
    if judged.incident.tool != ToolId::Cpython {
        return judged;
    }
    let Some(module) = symbol.strip_prefix("PyInit_").or_else(|| symbol.strip_prefix("init")) else { return judged };
    if let Some(bare) = module.strip_prefix("lib") {
        let sentence = format!(
            "Python looks for {symbol} in the file lib{bare}, as it was imported under that name: cargo and other builders put lib before what \
             they build, and the module in it is called {bare}"
        );
        let text = format!(
            "rename the file to {bare}.so (on Windows {bare}.pyd) and import {bare}; maturin and setuptools-rust do that by themselves"
        );
        return judged.says(sentence).mended(Remedy::new(text));
    }
    let file = context.and_then(|context| Some((context, context.module_file(module)?)));
    let own = file.and_then(|(context, file)| context.scan.symbols_containing(file, b"PyInit_", 1).into_iter().next());
    if let Some(own) = own.map(|own| own.text().trim_start_matches('_').to_owned()).filter(|own| *own != symbol) {
        let text = format!(
            "give both the same name: rename the file as {} says, or build it under the name {module} (PyO3: the function under #[pymodule], \
             [lib] name in Cargo.toml and module-name in pyproject.toml)",
            own
        );
        return judged
            .says(format!(
                "the file has {own}, and Python looks for {symbol} in it: the module's name and the file's differ"
            ))
            .mended(Remedy::new(text));
    }
    let sentence = format!(
        "the file that Python took for the module {module} has no {symbol}: the name under which it was built differs from the file's name, \
         perhaps only in upper and lower case, or it is no extension module of this Python"
    );
    let text = format!(
        "give both the same name: for PyO3 the function under #[pymodule], [lib] name in Cargo.toml and module-name in pyproject.toml; for C, \
         PyInit_{module} and the extension's name in setup.py. The symbols of the file show what it has: nm -D FILE"
    );
    judged.says(sentence).mended(Remedy::new(text))
}

/// The linker misses a symbol whose library is known.
fn link(judged: Judged, log: &Log) -> Judged {
    let told = |place: &str| judged.incident.told(place).map(str::to_owned);
    if judged.incident.message.id == "dso-missing"
        && let Some(library) = told("by")
    {
        let stem = leaf(&library).split('.').next().unwrap_or_default().trim_start_matches("lib").to_owned();
        return judged.mended(Remedy::new(format!(
            "link it too, behind what needs it: -l{stem} (cargo: a build.rs that prints cargo:rustc-link-lib={stem}, or RUSTFLAGS=\"-l {stem}\")"
        )));
    }
    let own = judged.incident.around.iter().find(|(number, _)| *number == judged.incident.first);
    let is_of_the_sdk =
        own.is_some_and(|(_, line)| ["libucrt.lib(", "libucrtd.lib("].iter().any(|start| line.contains(start)));
    if let Some(symbol) = told("symbol").filter(|_| is_of_the_sdk) {
        let sentence = format!(
            "libucrt.lib, the C runtime of the Windows SDK, asks the compiler's own library for {symbol}, which an older compiler does not have: the SDK is newer than the Visual C++ that links"
        );
        let text = "update the compiler (Visual Studio Installer: Update, and “MSVC v143 … (Latest)” of Visual Studio 2022 or later), or have the build take an older Windows SDK (10.0.22621 and before; \
                    remove the newest one, or name it: vcvarsall x64 10.0.22621.0)";
        return judged.says(sentence).mended(Remedy::new(text).fix(Ok(WINGET_COMPILER.command())));
    }
    let Some(symbol) = told("symbol").filter(|symbol| well_known::is_of_python(symbol)) else { return judged };
    let is_mac =
        log.incidents.iter().any(|incident| incident.told("arch").is_some() && incident.tool == ToolId::Linker);
    let is_rust =
        judged.incident.says.contains("pyo3") || log.incidents.iter().any(|it| it.message.id == "rustc-linking-failed");
    let sentence = format!(
        "{symbol} belongs to Python, and nothing that is linked defines it: {}",
        match is_mac {
            true =>
                "on macOS an extension module gets Python's symbols when it is loaded, and its linker has to be told so",
            false =>
                "a program or a test (no extension module) is linked without Python's library, which PyO3's feature extension-module leaves out",
        }
    );
    let text = match (is_mac, is_rust) {
        (true, true) => {
            "build with maturin or setuptools-rust, or give the linker -undefined dynamic_lookup (rustflags link-arg in .cargo/config.toml)"
        }
        (true, false) => "give the linker -undefined dynamic_lookup, as setuptools does",
        (false, _) => {
            "turn PyO3's feature extension-module off for tests and programs: make it a feature of your own crate that maturin turns on, and run \
             cargo test --no-default-features; a program in C links with python3-config --embed --ldflags"
        }
    };
    judged.says(sentence).mended(Remedy::new(text))
}

/// A bundle's own files are changed where it is built.
fn executable_stack(judged: Judged, log: &Log) -> Judged {
    let Some(by) = judged.incident.by().map(str::to_owned) else { return judged };
    if log.running().is_none() {
        return judged;
    }
    let name = leaf(&by).to_owned();
    let text = format!(
        "build again with a newer build of that Python whose {name} does without, or take the request out of {name} where the bundle is built"
    );
    judged.mended(Remedy::new(text).fix(CLEAR_EXECSTACK.with(&[&name])))
}

/// Whose Qt it is decides what is missing.
fn qt(judged: Judged, log: &Log) -> Judged {
    let by = judged.incident.by().unwrap_or_default().to_owned();
    if by.contains("cv2") {
        let sentence = format!(
            "{}; the plugins are those that opencv-python brings (cv2/qt/plugins), which do not fit the Qt that the program uses",
            judged.sentence
        );
        let text = "install opencv-python-headless instead of opencv-python, which has no Qt of its own";
        return judged.says(sentence).mended(Remedy::new(text));
    }
    let is_bundled = log.running().is_some() || log.is_bundling();
    if judged.incident.message.id == "plugin-not-found" && !is_bundled && judged.incident.told("accused") == Some("xcb")
    {
        let text = "where opencv-python is installed beside another Qt (PyQt, PySide), it leads Qt to its own plugins: install opencv-python-headless in its place; unset QT_PLUGIN_PATH and \
                    QT_QPA_PLATFORM_PLUGIN_PATH. Without a screen, run it with xvfb-run, or QT_QPA_PLATFORM=offscreen. Of a bundle, have the bundler bring the plugins (PyInstaller: --collect-all \
                    PySide6; Nuitka: --enable-plugin=pyside6 or pyqt5)";
        let steps = [PIP_UNINSTALL.with(&[&"opencv-python"]), PIP_INSTALL.with(&[&"opencv-python-headless"])];
        return judged.mended(Remedy::new(text).steps(steps));
    }
    if judged.incident.message.id != "plugin-not-loaded" {
        return judged;
    }
    let whose = package(&by).map_or_else(String::new, |package| format!(" (of {package})"));
    let text = format!(
        "install the libraries that the plugin{whose} needs: on Debian libxcb-cursor0 libxcb-xinerama0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 \
         libxcb-render-util0 libxkbcommon-x11-0 libgl1 libegl1; QT_DEBUG_PLUGINS=1 names the one that is missing. Without a screen: \
         QT_QPA_PLATFORM=offscreen"
    );
    let sentence = match by.is_empty() {
        true => judged.sentence.clone(),
        false => format!("{}; the plugins are those in {}", judged.sentence, short(&by)),
    };
    judged.says(sentence).mended(Remedy::new(text))
}
