//! Which command installs a library, by the package manager of the system that wrote the log.

use crate::buildlog::companions::{Companions, companions};
use crate::buildlog::judge::library::{folder, package};
use crate::buildlog::judge::{Judged, homebrew};
use crate::buildlog::log_context::leaf;
use crate::buildlog::{Log, Mark, Packager, well_known};
use crate::command::templates::{
    APK_ADD, APK_SEARCH, APK_SONAME, APT_FILE, APT_INSTALL, BREW_INSTALL, BREW_SEARCH, CONDA_INSTALL, CONDA_INSTALL_OF,
    CONDA_SEARCH, CONDA_STRICT, CONDA_UPDATE_ALL, DNF_INSTALL, DNF_SONAME, LIBRARY_PATH, MORE, PIP_BINARY, PIP_INSTALL,
    PIP_INSTALL_REQUIRED, PIP_REBUILD, PIP_UNINSTALL, PIP_UPGRADE, WITH_LIBPYTHON, WITHOUT_DYLD, YUM_INSTALL,
    YUM_SONAME, ZYPPER_SONAME,
};
use crate::command::{Command, Remedy, Template};
use crate::diagnose::{Shipped, shipped};
use crate::tools::ToolId;

/// Libraries that current systems no longer have in this version, by the beginnings of their names.
///
/// Source: Debian 12, Ubuntu 24.04, Fedora 41; November 2026.
pub(super) const OLD: [(&str, &str); 12] = [
    ("libssl.so.1.", "OpenSSL 1 is no part of Debian 12, Ubuntu 22.04, Fedora 36 and later, which have OpenSSL 3"),
    ("libcrypto.so.1.", "OpenSSL 1 is no part of Debian 12, Ubuntu 22.04, Fedora 36 and later, which have OpenSSL 3"),
    ("libssl.so.10", "OpenSSL 1.0 is no part of current systems"),
    ("libcrypto.so.10", "OpenSSL 1.0 is no part of current systems"),
    ("libffi.so.6", "this version of libffi is no part of current systems, which have libffi.so.8"),
    ("libffi.so.7", "this version of libffi is no part of current systems, which have libffi.so.8"),
    ("libpng12.so", "libpng 1.2 is no part of current systems, which have libpng 1.6"),
    ("libgfortran.so.3", "this runtime of GCC before 8 is no part of current systems, which have libgfortran.so.5"),
    ("libgfortran.so.4", "this runtime of GCC 7 is no part of current systems, which have libgfortran.so.5"),
    ("libreadline.so.6", "this version of readline is no part of current systems, which have libreadline.so.8"),
    ("libreadline.so.7", "this version of readline is no part of current systems, which have libreadline.so.8"),
    ("libpython2.7", "Python 2.7 is no part of current systems"),
];

/// The packages of conda that have these: how the name begins, the package and its version.
///
/// Source: conda-forge, November 2026.
const OLD_IN_CONDA: [(&str, &str, &str); 8] = [
    ("libssl.so.1.1", "openssl", "1.1.1"),
    ("libcrypto.so.1.1", "openssl", "1.1.1"),
    ("libffi.so.6", "libffi", "3.2.1"),
    ("libffi.so.7", "libffi", "3.3"),
    ("libgfortran.so.3", "libgfortran", "3.0.0"),
    ("libgfortran.so.4", "libgfortran4", "7.5.0"),
    ("libreadline.so.6", "readline", "6.2"),
    ("libreadline.so.7", "readline", "7.0"),
];

/// The package of the system where the log was written, as far as it shows; else how to find it.
pub(super) fn install(plain: &Judged, log: &Log, name: &str, by: Option<&str>) -> Remedy {
    let remedy = install_on_the_system(plain, log, name, by);
    // Nobody runs commands on a host that builds the program's system from lists.
    let list = match () {
        () if log.marks.contains(&Mark::Streamlit) => {
            "on Streamlit's Community Cloud write the names of Debian's packages into packages.txt beside requirements.txt, one a line, and start the app again"
        }
        () if log.marks.contains(&Mark::Heroku) => {
            "on Heroku add the buildpack heroku-community/apt before that of Python, write the names of Ubuntu's packages into a file Aptfile, one a line, and deploy again"
        }
        () => return remedy,
    };
    let text = format!("{list}, as commands are not run there; else {}", remedy.text);
    Remedy { text, ..remedy }
}

fn install_on_the_system(plain: &Judged, log: &Log, name: &str, by: Option<&str>) -> Remedy {
    let place = plain.incident.told("place");
    let paths: Vec<&str> = [by, place, Some(name), log.site.as_deref()].into_iter().flatten().collect();
    let packager = log.packager(&paths);
    let is_by_name = plain.incident.tool == ToolId::Ctypes
        || plain.incident.tool == ToolId::Dyld && by.is_none() && !name.contains('/');
    if is_by_name && let Some(remedy) = by_its_name(log, packager, name) {
        return remedy;
    }
    if log.marks.contains(&Mark::Lambda) && !log.marks.contains(&Mark::LambdaImage) {
        return Remedy::new(format!(
            "the function has no packages of a system: put {} and what it needs into lib of a layer, which is /opt/lib there, or into lib of the function \
             (both are on LD_LIBRARY_PATH), from an image of the same Amazon Linux; or deploy the function as an image of a container, in which it is installed",
            leaf(name)
        ));
    }
    if log.marks.contains(&Mark::Nix) {
        return by_nix(name);
    }
    if let Some((_, what)) =
        OLD.iter().find(|(start, _)| leaf(name).starts_with(start)).filter(|_| packager != Packager::Conda)
    {
        let of_conda = OLD_IN_CONDA.iter().find(|(start, ..)| leaf(name).starts_with(start));
        let of_conda = of_conda.filter(|_| log.marks.contains(&Mark::Conda));
        if let Some((_, package, version)) = of_conda {
            return Remedy::new(format!(
                "{what}: conda has it in the package {package} {version}, from the channel that what needs it comes from; or take a newer release of that"
            ))
            .fix(CONDA_INSTALL_OF.with(&[package, version]));
        }
        return Remedy::new(format!(
            "{what}: take a newer release of what needs it (a wheel includes its own copy), or a build for this system; else run it on a system or in an \
             image of that time, or with conda-forge's package of that version"
        ));
    }
    if let Some(remedy) = by.filter(|_| packager == Packager::Brew).and_then(|by| homebrew::remedy(name, by)) {
        return remedy;
    }
    let shipped = shipped_as(leaf(name));
    let folders = || [by, place].into_iter().flatten().filter_map(folder);
    let all = folders();
    if let Some(remedy) = shipped.as_ref().and_then(|shipped| {
        all.filter_map(|folder| companions(&folder, shipped)).find_map(|all| with_companions(all, packager))
    }) {
        return remedy;
    }
    let own = shipped.as_ref().and_then(|shipped| command(packager, shipped));
    // What conda has no package of comes from the system, and of some libraries there is one of each.
    let systems = (packager == Packager::Conda).then(|| match log.packager(&[]) {
        Packager::Brew | Packager::Conda => Packager::Apt,
        packager => packager,
    });
    let systems = systems.and_then(|packager| command(packager, shipped.as_ref()?));
    if own.is_some() || systems.is_some() {
        let text = match (packager, &own, &systems) {
            (Packager::Conda, Some(_), Some(_)) => {
                "install it into the conda environment, in the version that the file asks for; or the system's package of it, on the machine or in the \
                 image that runs it"
            }
            (Packager::Conda, Some(_), None) => {
                "install it into the conda environment, in the version that the file asks for"
            }
            _ => "install the package that ships it, on the machine or in the image that runs it",
        };
        // Where nothing shows the system, its package has one name on Debian and another on Fedora.
        let other =
            match log.is_of_unknown_system() && packager == Packager::Apt && plain.incident.tool == ToolId::Glibc {
                true => shipped.as_ref().and_then(|shipped| command(Packager::Dnf, shipped)),
                false => None,
            };
        let text = match &other {
            Some(_) => format!(
                "{text}: by apt-get on Debian and Ubuntu, by dnf on Fedora, RHEL and CentOS; elsewhere the package manager's own search names it, as pacman -F {} does on Arch, whose \
                 packages -compat have old versions",
                leaf(name)
            ),
            None => text.to_owned(),
        };
        let commands = own.into_iter().chain(systems).chain(other);
        let remedy = commands.fold(Remedy::new(text), |remedy, command| remedy.fix(Ok(command)));
        let asking = || folders().find_map(|folder| companions(&folder, shipped.as_ref()?));
        let remedy = match (packager == Packager::Conda).then(asking).flatten() {
            Some(all) if !all.instead.is_empty() => or_in_its_place(remedy, all),
            _ => remedy,
        };
        // A package of development files stands for a library whose number changes from release to release.
        if let Some(whose) = by.and_then(package).filter(|_| packager == Packager::Brew && is_linked_by_homebrew(name))
        {
            let text = format!(
                "{}; Homebrew has one release of it, whose number changes: where that is not {}, build {whose} again against what is there, or take a wheel of {whose}, which includes its libraries",
                remedy.text,
                leaf(name)
            );
            return Remedy { text, ..remedy }.fix(PIP_REBUILD.with(&[&whose, &whose])).fix(PIP_BINARY.with(&[&whose]));
        }
        let is_of_any_release = shipped.as_ref().is_some_and(|shipped| shipped.apt.ends_with("-dev"));
        return match is_of_any_release && leaf(name).contains(".so.") && packager != Packager::Conda {
            true => in_its_release(remedy, leaf(name), by),
            false => remedy,
        };
    }
    if let Some(wheel) = shipped.as_ref().map(|shipped| &shipped.pip).filter(|wheel| !wheel.is_empty()) {
        let text = "install the wheel that includes it, into the environment that runs the program, in the release that the file asks for";
        return Remedy::new(text).fix(PIP_INSTALL_REQUIRED.with(&[wheel]));
    }
    let file = leaf(name);
    if let Some(remedy) = by_its_soname(packager, file) {
        let is_of_no_package = [by, place].into_iter().flatten().find_map(package).is_none();
        if let Some(place) = [by, place].into_iter().flatten().find(|path| is_built_here(path)) {
            return of_this_machine(remedy, file, place);
        }
        // What no release of Debian has may have been installed by hand.
        let is_unknown = packager == Packager::Apt && by.is_none() && remedy.fixes.len() == 1;
        return if is_of_no_package || is_unknown { or_where_it_lies(remedy, by) } else { remedy };
    }
    match packager {
        Packager::Conda => in_conda(plain, file, [by, place].into_iter().flatten().find_map(package)),
        _ => match by.and_then(package) {
            Some(package) => Remedy::new(format!(
                "install {file} where the file asks for it, or another release of {package}, whose wheel includes it"
            ))
            .fix(PIP_UPGRADE.with(&[&package])),
            None => Remedy::new(format!(
                "install what ships {file} where the file asks for it, or build it with a path that leads there; this finds formulas with a like name"
            ))
            .fix(BREW_SEARCH.with(&[&stem(file)])),
        },
    }
}

/// Does the path lead to where Homebrew links libraries, by a name with a number?
fn is_linked_by_homebrew(name: &str) -> bool {
    const FOLDERS: [&str; 2] = ["/usr/local/lib/", "/opt/homebrew/lib/"];
    let bare = FOLDERS.iter().find_map(|folder| name.strip_prefix(folder)).and_then(|rest| rest.strip_suffix(".dylib"));
    bare.is_some_and(|bare| !bare.contains('/') && bare.ends_with(|c: char| c.is_ascii_digit()) && bare.contains('.'))
}

/// A library of conda's that no table knows: the package of Python that asks for it has one of conda's own, which brings it.
fn in_conda(plain: &Judged, file: &str, whose: Option<String>) -> Remedy {
    let is_mac = plain.incident.tool == ToolId::Dyld;
    let variables = if is_mac { "DYLD_LIBRARY_PATH and DYLD_FALLBACK_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
    if is_mac && well_known::is_of_shared_cache(&format!("/usr/lib/{file}")) {
        return Remedy::new(format!(
            "unset DYLD_FALLBACK_LIBRARY_PATH and DYLD_LIBRARY_PATH: macOS has {file} itself, and finds it in /usr/lib, where no such variable leads it elsewhere; else install the package of \
             conda that has it"
        ))
        .fix(Ok(WITHOUT_DYLD.command()));
    }
    let search = CONDA_SEARCH.with(&[&stem(file)]);
    // What conda installed asks for it: the two were built by different channels, or for different releases.
    let strict = [Ok(CONDA_STRICT.command()), Ok(CONDA_UPDATE_ALL.command())];
    let channels = "the packages of one environment come from one channel (conda-forge with strict priority), or from a new environment";
    match whose {
        Some(whose) => {
            let text = format!(
                "install {whose} from conda-forge into the conda environment, whose package brings {file} with it (pip uninstall {whose} first, where pip compiled it against another copy); else install what ships {file} in the \
                 version that it asks for, which the search finds, and see to it that {channels}; where it lies outside of the environment, {variables} leads to its folder"
            );
            Remedy::new(text).fix(CONDA_INSTALL.with(&[&whose.to_lowercase()])).fix(search).steps(strict)
        }
        None => Remedy::new(format!(
            "see to it that {channels}: what asks for {file} was built with another release of it. Else install what ships it in that version; the search finds packages with a like name. Keep \
             {variables} empty"
        ))
        .steps(strict)
        .fix(search),
    }
}

/// The system has the library in one release, and what asks for it was linked with another.
pub(super) fn in_its_release(remedy: Remedy, name: &str, by: Option<&str>) -> Remedy {
    let is_of_r = by.is_some_and(|by| by.contains("/R/") || by.contains("R.framework/"));
    let again = match by.map(|by| package(by).unwrap_or_else(|| leaf(by).to_owned())) {
        Some(_) if is_of_r => "compile the R package again: install.packages(…, type = \"source\")".to_owned(),
        Some(whose) => format!("build {whose} again, against what the system has"),
        None => "build what asks for it again, against what the system has".to_owned(),
    };
    let text = format!("{}; each system has one release of it: where that is not {name}, {again}", remedy.text);
    or_where_it_lies(Remedy { text, ..remedy }, None)
}

/// `gsl` of `libgsl.so.27`.
pub(super) fn stem(file: &str) -> String {
    let name = file.strip_prefix("lib").unwrap_or(file);
    let name = name.split(".so").next().unwrap_or(name);
    name.split('.').next().unwrap_or(name).trim_end_matches(|c: char| c.is_ascii_digit() || c == '-').to_lowercase()
}

/// The command that installs by a library's own name; none of packagers whose packages do not say which they have.
pub(super) fn soname_template(packager: Packager) -> Option<Template> {
    match packager {
        Packager::Dnf => Some(DNF_SONAME),
        Packager::Yum => Some(YUM_SONAME),
        Packager::Zypper => Some(ZYPPER_SONAME),
        Packager::Apk => Some(APK_SONAME),
        Packager::Apt | Packager::Pacman | Packager::Brew | Packager::Conda => None,
    }
}

/// A library that no table has: packages of RPM and of Alpine say themselves which libraries they have, and Debian calls most by theirs.
pub(super) fn by_its_soname(packager: Packager, file: &str) -> Option<Remedy> {
    if let Some(template) = soname_template(packager).filter(|_| file.contains(".so")) {
        return Some(
            Remedy::new("install the package that has it, by the name of the library").fix(template.with(&[&file])),
        );
    }
    if let Some(package) = debian_name(file).filter(|_| packager == Packager::Apt) {
        return Some(by_debian_s_rule(file, &package));
    }
    let search = packager.owner_search().or((packager == Packager::Apk).then_some(APK_SEARCH))?;
    Some(Remedy::new("install the package that ships it; this names it").fix(search.with(&[&file])))
}

/// The package of Debian's rule, as far as a release of Debian has it: libraries change their numbers from release to release.
pub(super) fn by_debian_s_rule(file: &str, package: &str) -> Remedy {
    let names = include_str!("../../../../assets/loaders/debian-libraries.txt");
    let bare = package.strip_prefix("lib").unwrap_or(package);
    let stem = bare.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
    let number = |name: &'static str| {
        let rest = name.strip_prefix(stem)?;
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        (!rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
    };
    let known: Vec<&str> = names.lines().filter(|name| !name.starts_with('#')).filter_map(number).collect();
    if known.contains(&bare) {
        let text = "install the package that ships it";
        return Remedy::new(text).fix(APT_INSTALL.with(&[&package])).fix(APT_FILE.with(&[&file]));
    }
    if known.is_empty() {
        return Remedy::new("install the package that ships it; this names it").fix(APT_FILE.with(&[&file]));
    }
    let has = known.iter().map(|name| format!("lib{name}")).collect::<Vec<_>>().join(", ");
    Remedy::new(format!(
        "what asks for {file} was built for another release of Debian, Ubuntu or Raspberry Pi OS, each of which has one number of this library (Debian 12 has {has}): take a build of it for the \
         release that runs it (a wheel includes its own copy), or build it here; where this release has {package}, apt-file names it"
    ))
    .fix(APT_FILE.with(&[&file]))
}

/// Debian Policy 8.1: the package of a library is called as its soname, with a dash before the version where the name ends in a digit.
pub(super) fn debian_name(file: &str) -> Option<String> {
    let (name, version) = file.split_once(".so.")?;
    // `libsoup-2.4.so.1` is in libsoup2.4-1, and `libpango-1.0.so.0` in libpango-1.0-0: no rule tells.
    let is_of_gnome = name.rsplit_once('-').is_some_and(|(_, end)| end.contains('.'));
    if is_of_gnome {
        return None;
    }
    let is_version = version.bytes().all(|byte| byte.is_ascii_digit());
    let name = name.to_lowercase().replace('_', "-");
    let dash = if name.ends_with(|c: char| c.is_ascii_digit()) { "-" } else { "" };
    (is_version && name.starts_with("lib")).then(|| format!("{name}{dash}{version}"))
}

/// Was the package compiled where it runs? An egg is named after the system alone, and no wheel is an egg.
pub(super) fn is_built_here(path: &str) -> bool {
    let folder = path.split('/').find(|part| part.ends_with(".egg"));
    folder.is_some_and(|folder| folder.contains("-linux-")) || path.contains("/build/lib.linux-")
}

/// What was compiled on this machine was linked with a library of it: it lies where the linker looks and the loader does not.
pub(super) fn of_this_machine(remedy: Remedy, file: &str, place: &str) -> Remedy {
    let whose = package(place).map_or_else(|| "what asks for it".to_owned(), |whose| whose.clone());
    let text = format!(
        "{whose} was compiled on this machine, whose linker found {file}: where it was installed by hand (make install puts libraries into /usr/local/lib), run ldconfig as root, or \
         put its folder on LD_LIBRARY_PATH; where it was removed or upgraded since, build {whose} again. Else {}",
        remedy.text
    );
    let found = Remedy { text, fixes: Vec::new() }.fix(LIBRARY_PATH.with(&[&"/usr/local/lib"]));
    Remedy { fixes: found.fixes.into_iter().chain(remedy.fixes).collect(), ..found }
}

/// What no package of Python asks for may be on the machine already.
pub(super) fn or_where_it_lies(remedy: Remedy, by: Option<&str>) -> Remedy {
    let beside = by.filter(|by| by.contains('/')).map_or_else(String::new, |by| format!("beside {}, or ", leaf(by)));
    let text = format!(
        "{}. Where it is on the machine already ({beside}in a folder of its own), add its folder to the search path: LD_LIBRARY_PATH, or a line in \
         /etc/ld.so.conf.d and then ldconfig",
        remedy.text
    );
    Remedy { text, ..remedy }.fix(Ok(WITH_LIBPYTHON.command()))
}

/// Nix has no folder of libraries in which a loader looks: what wheels ask for is named to it.
pub(super) fn by_nix(name: &str) -> Remedy {
    const KNOWN: [(&str, &str); 9] = [
        ("libstdc++.so", "stdenv.cc.cc"),
        ("libgcc_s.so", "stdenv.cc.cc"),
        ("libgomp.so", "stdenv.cc.cc"),
        ("libz.so", "zlib"),
        ("libGL.so", "libGL"),
        ("libglib-2.0.so", "glib"),
        ("libgthread-2.0.so", "glib"),
        ("libX11.so", "xorg.libX11"),
        ("libcuda.so", "linuxPackages.nvidia_x11"),
    ];
    let known = KNOWN.iter().find(|(start, _)| leaf(name).starts_with(start)).map(|(_, package)| *package);
    let (package, search) = match known {
        Some(package) => (package, String::new()),
        None => ("PACKAGE", format!(" (nix-locate lib/{} names it)", leaf(name))),
    };
    Remedy::new(format!(
        "Nix has no folder in which the loader looks by itself: in shell.nix or flake.nix set LD_LIBRARY_PATH = lib.makeLibraryPath [ {package} ] for the shell{search}; or turn on \
         programs.nix-ld with it among its libraries; or take Python's packages from nixpkgs (python3.withPackages) in place of wheels"
    ))
}

/// Who ships a library; of one for macOS that has no entry of its own, who ships it on Linux.
pub(in crate::buildlog::judge) fn shipped_as(name: &str) -> Option<Shipped> {
    shipped(name).or_else(|| shipped(&as_on_linux(name)?))
}

/// The package of conda that has a library, without a version.
pub(in crate::buildlog::judge) fn conda_package(name: &str) -> Option<String> {
    let conda = shipped_as(name)?.conda;
    conda.split('=').next().filter(|package| !package.is_empty()).map(str::to_owned)
}

/// `libiomp5.so` of `libiomp5.dylib`: the same package of conda has both.
pub(super) fn as_on_linux(name: &str) -> Option<String> {
    let stem = name.strip_suffix(".dylib")?;
    Some(format!("{}.so", stem.split('.').next().unwrap_or(stem)))
}

/// All that a package asks the system for, and the distribution of it that asks for nothing.
pub(super) fn with_companions(all: &Companions, packager: Packager) -> Option<Remedy> {
    let install = command(packager, &all.all)?;
    let text = match all.instead.is_empty() {
        true => {
            "install the packages that ship it and what is asked for next, on the machine or in the image that runs it"
                .to_owned()
        }
        false => format!(
            "install the packages that ship it and what is asked for next, on the machine or in the image that runs it; or take {} in place of {}, which \
             needs none of them and opens no windows",
            all.instead, all.distribution
        ),
    };
    let remedy = Remedy::new(text).fix(Ok(install));
    Some(match all.instead.is_empty() {
        true => remedy,
        false => remedy.steps([PIP_UNINSTALL.with(&[&all.distribution]), PIP_INSTALL.with(&[&all.instead])]),
    })
}

/// Libraries that packages of Python ask for by name, and the distribution whose wheels for Windows and macOS bring each.
///
/// Source: the wheels on the index; November 2026.
const IN_WHEELS: [(&str, &str); 10] = [
    ("libmagic", "python-magic-bin"),
    ("libsndfile", "soundfile"),
    ("libportaudio", "sounddevice"),
    ("libenchant", "pyenchant"),
    ("libzbar", "pyzbar"),
    ("libusb", "libusb-package"),
    ("libvips", "pyvips-binary"),
    ("libopenslide", "openslide-bin"),
    ("libsdl2", "pysdl2-dll"),
    ("libspatialindex", "rtree"),
];

/// A distribution that needs none of what the other asks the system for.
fn or_in_its_place(remedy: Remedy, all: &Companions) -> Remedy {
    let text = format!(
        "{}; or take {} in place of {} where pip installed that, which needs none of it and opens no windows",
        remedy.text, all.instead, all.distribution
    );
    let steps = [PIP_UNINSTALL.with(&[&all.distribution]), PIP_INSTALL.with(&[&all.instead])];
    Remedy { text, ..remedy }.steps(steps)
}

/// What Python code asks for by a bare name is called otherwise on each system, and looked for elsewhere.
pub(super) fn by_its_name(log: &Log, packager: Packager, name: &str) -> Option<Remedy> {
    let remedy = by_its_name_in_the_system(log, packager, name)?;
    let in_wheels = IN_WHEELS.iter().find(|(library, _)| leaf(name).to_lowercase().starts_with(library));
    let Some((library, package)) = in_wheels else { return Some(remedy) };
    let text = format!("install {package}, whose wheels for Windows and macOS bring {library}; or {}", remedy.text);
    let first = Remedy::new(text).fix(PIP_BINARY.with(&[package]));
    Some(Remedy { fixes: first.fixes.into_iter().chain(remedy.fixes).collect(), ..first })
}

/// The same, of what the system itself can have.
fn by_its_name_in_the_system(log: &Log, packager: Packager, name: &str) -> Option<Remedy> {
    let bare = leaf(name).split(".so").next().unwrap_or(name);
    if log.marks.contains(&Mark::Windows) {
        let text = format!(
            "install the runtime that has {bare} as a DLL for this Python's processor (64 or 32 bits), and put its folder on PATH or name it with \
             os.add_dll_directory; for GTK, Pango and Cairo that is MSYS2's (for WeasyPrint WEASYPRINT_DLL_DIRECTORIES=C:\\msys64\\mingw64\\bin)"
        );
        return Some(Remedy::new(text));
    }
    let is_mac = packager == Packager::Brew || name.ends_with(".dylib");
    let formula = is_mac.then(|| shipped(&format!("{bare}.dylib")).or_else(|| shipped(leaf(name)))).flatten();
    let text = format!(
        "install {bare} for the processor of this Python; on Apple silicon Homebrew's folder is /opt/homebrew/lib, in which only Homebrew's \
         Python looks by itself: for another, set DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib, or use Homebrew's Python"
    );
    // conda's Python looks in its own environment first.
    let of_conda = formula.as_ref().filter(|_| log.marks.contains(&Mark::Conda));
    let of_conda = of_conda.and_then(|formula| command(Packager::Conda, formula));
    let remedy = match of_conda {
        Some(install) => {
            let text = format!(
                "install {bare} into the conda environment, in whose lib folder its Python looks first; or with Homebrew, for the processor of this Python, and \
                 DYLD_FALLBACK_LIBRARY_PATH=\"$(brew --prefix)/lib\""
            );
            Remedy::new(text).fix(Ok(install))
        }
        None => Remedy::new(text),
    };
    is_mac.then(|| match formula.and_then(|formula| command(Packager::Brew, &formula)) {
        Some(install) => remedy.fix(Ok(install)),
        None => remedy.fix(BREW_SEARCH.with(&[&stem(leaf(name))])),
    })
}

/// The command of a package manager that installs it.
pub(in crate::buildlog::judge) fn command(packager: Packager, shipped: &Shipped) -> Option<Command> {
    let (name, template) = match packager {
        Packager::Apt => (&shipped.apt, APT_INSTALL),
        Packager::Dnf => (&shipped.dnf, DNF_INSTALL),
        Packager::Yum => (&shipped.dnf, YUM_INSTALL),
        Packager::Apk => (&shipped.apk, APK_ADD),
        Packager::Brew => (&shipped.brew, BREW_INSTALL),
        Packager::Conda => (&shipped.conda, CONDA_INSTALL),
        // No table has their names.
        Packager::Zypper | Packager::Pacman => return None,
    };
    if name.is_empty() {
        return None;
    }
    match name.split_once('=').filter(|_| packager == Packager::Conda) {
        Some((name, version)) => CONDA_INSTALL_OF.with(&[&name, &version]).ok(),
        None => {
            let mut names = name.split(' ');
            let first = template.with(&[&names.next()?]).ok()?;
            names.try_fold(first, |command, name| command.and(MORE, &[&name])).ok()
        }
    }
}
