//! Every command that dylens may ever tell a person to paste.
//!
//! One table, so that it can be read whole, tested whole, and compared with what a stored file wants pasted.

use super::Template;

macro_rules! templates {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: Template = Template($text);)*
        /// All of them.
        pub const ALL: &[Template] = &[$($name),*];
    };
}

templates! {
    // Packages of Python.
    PIP_INSTALL = "python -m pip install {package}";
    /// With a library that its own build does not name.
    LINKED_BUILD = "LDFLAGS=-l{token} python -m pip install --force-reinstall --no-cache-dir --no-binary {package} {package}";
    PIP_INSTALL_REQUIRED = "python -m pip install {requirement}";
    PIP_UPGRADE = "python -m pip install --upgrade {package}";
    MSVC_RUNTIME = "python -m pip install msvc-runtime";
    PIP_FOR = "python -m pip install --platform {token} --only-binary=:all: --target FOLDER {package}";
    PIP_UPGRADE_FROM = "python -m pip install --upgrade {package}>={version}";
    PIP_REINSTALL = "python -m pip install --force-reinstall --no-deps {requirement}";
    PIP_BINARY = "python -m pip install --force-reinstall --only-binary=:all: {package}";
    PIP_BINARY_ALONE = "python -m pip install --force-reinstall --no-deps --only-binary=:all: {requirement}";
    /// What lies in the working directory, with its compiled modules beside its sources.
    PIP_IN_PLACE = "python -m pip install --no-build-isolation -e .";
    SETUP_IN_PLACE = "python setup.py build develop";
    PIP_UNINSTALL = "python -m pip uninstall -y {package}";
    /// Compiled on this machine, from no cache.
    PIP_REBUILD = "python -m pip install --force-reinstall --no-cache-dir --no-binary {package} {package}";
    /// From the index or from source, but from no cache.
    PIP_FRESH = "python -m pip install --upgrade --force-reinstall --no-cache-dir {package}";
    /// Compiled against the packages that are installed.
    PIP_BUILD_BESIDE = "python -m pip install --force-reinstall --no-deps --no-cache-dir --no-build-isolation --no-binary {package} {package}";
    /// With what builds it taken from the environment.
    PIP_NO_ISOLATION = "python -m pip install --no-build-isolation {package}";
    PIP_NO_ISOLATION_OF = "python -m pip install --no-build-isolation PACKAGE";
    PIP_ENSURE = "python -m ensurepip --upgrade";
    /// For CMake 4 and later, which read it from the environment.
    CMAKE_POLICY_BUILD = "CMAKE_POLICY_VERSION_MINIMUM={version} python -m pip install {package}";
    CMAKE_POLICY_BUILD_OF = "CMAKE_POLICY_VERSION_MINIMUM={version} python -m pip install PACKAGE";
    /// With a framework of macOS that its own build does not name.
    FRAMEWORK_BUILD = "LDFLAGS=-Wl,-framework,{token} python -m pip install --force-reinstall --no-cache-dir --no-binary {package} {package}";
    NUMPY_1 = "python -m pip install numpy<2";
    /// The last releases that have `pkg_resources` without a warning of its end.
    SETUPTOOLS_80 = "python -m pip install setuptools<81";
    /// The interpreter's version, as `3.13t`.
    PIP_REINSTALL_OF = "python{token} -m pip install --force-reinstall --no-deps {requirement}";
    UV_REINSTALL = "uv pip install --reinstall-package {package} {requirement}";
    UV_INSTALL = "uv pip install {package}";
    /// Compiled beside the packages that are installed, this one alone.
    UV_NO_ISOLATION = "uv pip install --no-build-isolation-package {package} {package}";
    POETRY_LATEST = "poetry add {package}@latest";
    POETRY_PYTHON = "poetry env use python{version}";
    CONDA_REINSTALL = "conda install --force-reinstall {package}";
    CONDA_REINSTALL_OF = "conda install --force-reinstall {package}={version}";
    CONDA_LIBSTDCXX = "conda install -c conda-forge libstdcxx-ng";
    CONDA_STRICT = "conda config --set channel_priority strict";
    CONDA_UPDATE_ALL = "conda update -c conda-forge --all";
    CONDA_INSTALL = "conda install -c conda-forge {package}";
    CONDA_INSTALL_OF = "conda install -c conda-forge {package}={version}";
    VENV = "python3 -m venv .venv";
    VENV_UPGRADE = "python3 -m venv --upgrade {path}";
    VENV_CLEAR = "python3 -m venv --clear {path}";
    WITHOUT_DYLD = "env -u DYLD_LIBRARY_PATH -u DYLD_FALLBACK_LIBRARY_PATH PROGRAM";
    WITHOUT_PROJ_VARIABLES = "env -u PROJ_LIB -u PROJ_DATA -u GDAL_DATA PROGRAM";
    WITHOUT_PYTHON_VARIABLES = "env -u PYTHONHOME -u PYTHONPATH -u LD_LIBRARY_PATH PROGRAM";

    RUSTUP = "rustup update stable";
    BREW_OPENMP = "brew install llvm libomp";
    CONDA_OPENMP = "conda install -c conda-forge compilers llvm-openmp";
    XCODE = "xcode-select --install";
    PYENV_BUILD = "pyenv install --force {version}";
    PYENV_SHARED = "PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install --force {version}";

    // Packages of systems.
    APT_INSTALL = "apt-get install {token}";
    APT_INSTALL_BOTH = "apt-get install {token} {token}";
    YUM_INSTALL = "yum install {token}";
    DNF_INSTALL = "dnf install {token}";
    APK_ADD = "apk add {token}";
    APK_UPGRADE = "apk upgrade --update-cache --available";
    /// Images come without the lists of packages, and nobody is there to say yes.
    APT_UPDATE = "apt-get update";
    APT_INSTALL_YES = "apt-get install -y {token}";
    DNF_INSTALL_YES = "dnf install -y {token}";
    BREW_INSTALL = "brew install {token}";
    DNF_UPGRADE = "dnf upgrade *{token}*";
    YUM_UPDATE = "yum update *{token}*";
    APT_DIST_UPGRADE = "apt-get dist-upgrade";
    APT_UPGRADE = "apt-get install --only-upgrade {token}";
    BREW_REINSTALL = "brew reinstall {token}";
    /// Behind a package manager's command, for each further package.
    MORE = "{token}";
    TERMUX_INSTALL = "pkg install {token}";
    APT_FILE = "apt-file search {library}";
    YUM_PROVIDES = "yum provides */{library}";
    DNF_PROVIDES = "dnf provides */{library}";
    /// What RPM and Alpine's packages provide is named as the loader names it.
    DNF_SONAME = "dnf install {library}()(64bit)";
    YUM_SONAME = "yum install {library}()(64bit)";
    ZYPPER_SONAME = "zypper install {library}()(64bit)";
    APK_SONAME = "apk add so:{library}";
    DNF_PKGCONFIG = "dnf install pkgconfig({token})";
    YUM_PKGCONFIG = "yum install pkgconfig({token})";
    ZYPPER_PKGCONFIG = "zypper install pkgconfig({token})";
    APK_PKGCONFIG = "apk add pc:{token}";
    ZYPPER_INSTALL = "zypper install {token}";
    ZYPPER_SEARCH = "zypper search {token}";
    PACMAN_FILES = "pacman -F {library}";
    BREW_SEARCH = "brew search {token}";
    CONDA_SEARCH = "conda search -c conda-forge *{token}*";
    APK_SEARCH = "apk search --exact so:{library}";
    WINGET_COMPILER = "winget install --id Microsoft.VisualStudio.2022.BuildTools --interactive";
    WINGET_RUNTIME = "winget install --id Microsoft.VCRedist.{token}.{token}";

    /// Windows' own limit of paths, which programs may ask to be without.
    LONG_PATHS = "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\FileSystem /v LongPathsEnabled /t REG_DWORD /d 1 /f";
    TORCH_OF = "python -m pip install --force-reinstall torch --index-url https://download.pytorch.org/whl/{token}";

    // Changes of files.
    BY_PATCHELF_RPATH = "patchelf --force-rpath --add-rpath {text} {path}";
    SET_RPATH = "patchelf --set-rpath $ORIGIN {path}";
    SET_RPATH_OF = "patchelf --set-rpath $ORIGIN FILE";
    REPLACE_NEEDED = "patchelf --replace-needed {text} {text} {path}";
    CLEAR_EXECSTACK = "patchelf --clear-execstack {path}";
    STRIP = "strip -s {path}";
    NAME_ID = "install_name_tool -id @rpath/{text} {path}";
    NAME_CHANGE = "install_name_tool -change {text} {text} {path}";
    NAME_CHANGE_IN = "install_name_tool -change {text} @executable_path/../lib/{text} PYTHON";
    NAME_CHANGE_OF = "install_name_tool -change {text} @executable_path/{text} PROGRAM";
    NAME_RPATH_OF = "install_name_tool -rpath OLD NEW FILE";
    NAME_ADD_RPATH = "install_name_tool -add_rpath {text} {path}";
    SIGN = "codesign --force --sign - {path}";
    UNQUARANTINE = "xattr -dr com.apple.quarantine {path}";
    NO_ATTRIBUTES = "xattr -cr FOLDER";
    LINK = "ln -s {path} {path}";
    COPY = "copy {path} {path}";
    CD = "cd {path}";
    READABLE = "chmod -R a+rX {path}";
    LFS_PULL = "git lfs pull";
    FILE = "file {path}";
    READELF = "readelf -d {path}";

    // Tools that repair wheels.
    AUDITWHEEL = "auditwheel repair {path}";
    AUDITWHEEL_SHOW = "auditwheel -v show {path}";
    AUDITWHEEL_EXCLUDING = "auditwheel repair --exclude {library} {path}";
    AUDITWHEEL_AS = "auditwheel repair --plat {token} {path}";
    AUDITWHEEL_ANY_ISA = "auditwheel repair --disable-isa-ext-check {path}";
    AUDITWHEEL_FROM = "LD_LIBRARY_PATH={path} auditwheel repair WHEEL";
    AUDITWHEEL_LEAVING = "auditwheel repair";
    DELOCATE_LEAVING = "delocate-wheel";
    DELOCATE_EXCLUDING = "delocate-wheel --exclude {library} WHEEL";
    DELOCATE_IGNORING = "delocate-wheel --ignore-missing-dependencies WHEEL";
    DELOCATE_FOR = "MACOSX_DEPLOYMENT_TARGET={token} delocate-wheel WHEEL";
    DELOCATE_FROM = "DYLD_LIBRARY_PATH={path} delocate-wheel WHEEL";
    DELVEWHEEL = "delvewheel repair {path}";
    DELVEWHEEL_LEAVING = "delvewheel repair";
    DELVEWHEEL_EXCLUDING = "delvewheel repair --exclude {library} WHEEL";
    DELVEWHEEL_INSIDE = "delvewheel repair --ignore-existing WHEEL";
    DELVEWHEEL_FROM = "delvewheel repair --add-path {path} WHEEL";
    DELVEWHEEL_WITH = "delvewheel repair --add-path FOLDER WHEEL";
    MATURIN_SKIP = "maturin build --auditwheel skip";
    MATURIN_REPAIR = "maturin build --release --auditwheel repair";
    /// Behind one of the `…_LEAVING`, as often as there are names; then [`WHEEL`].
    EXCLUDE = "--exclude {library}";
    WHEEL = "WHEEL";

    // Bundlers.
    NUITKA_MODULE = "python -m nuitka --include-module={module} PROGRAM.py";
    NUITKA_PACKAGE = "python -m nuitka --include-package={module} PROGRAM.py";
    NUITKA_LIBRARY = "python -m nuitka --include-data-files={path}={path} PROGRAM.py";
    NUITKA_FOUND = "python -m nuitka --include-data-files=PATH/{library}={path} PROGRAM.py";
    NUITKA_SHARED = "python -m nuitka --standalone --static-libpython=no PROGRAM.py";
    NUITKA_DATA = "python -m nuitka --include-package-data={module} PROGRAM.py";
    /// A pattern includes native files only where it ends as they do (Nuitka 1.7 and later): `*.so*` leaves `libx.so` out.
    NUITKA_LIBRARIES = "python -m nuitka --include-package-data={module}:*.so --include-package-data={module}:*.so.* --include-package-data={module}:*.dylib --include-package-data={module}:*.dll PROGRAM.py";
    PYINSTALLER_MODULE = "pyinstaller --hidden-import={module} PROGRAM.py";
    PYINSTALLER_PACKAGE = "pyinstaller --collect-submodules={module} PROGRAM.py";
    PYINSTALLER_LIBRARY = "pyinstaller --add-binary={path}:{path} PROGRAM.py";
    PYINSTALLER_FOUND = "pyinstaller --add-binary=PATH/{library}:{path} PROGRAM.py";
    PYINSTALLER_DATA = "pyinstaller --collect-data={module} PROGRAM.py";
    PYINSTALLER_LIBRARIES = "pyinstaller --collect-binaries={module} PROGRAM.py";
    PYINSTALLER_OF = "python -m PyInstaller PROGRAM.py";
    PYINSTALLER_FOR = "pyinstaller --target-arch {token} PROGRAM.py";
    CX_FREEZE_MODULE = "cxfreeze PROGRAM.py --includes={module}";
    CX_FREEZE_PACKAGE = "cxfreeze PROGRAM.py --packages={module}";
    CX_FREEZE_LIBRARY = "cxfreeze PROGRAM.py --include-files={path}=lib/{path}";
    CX_FREEZE_FOUND = "cxfreeze PROGRAM.py --include-files=PATH/{library}=lib/{path}";
    SHIV_WITH = "shiv --python PYTHON --output-file ARCHIVE.pyz REQUIREMENTS";
    PEX_FOR = "pex --python PYTHON --output-file ARCHIVE.pex REQUIREMENTS";
    SIGN_FOR_RELEASE = "codesign --force --timestamp --options runtime --sign IDENTITY {path}";
    PY2APP_MODULE = "python setup.py py2app --includes={module}";
    PY2APP_PACKAGE = "python setup.py py2app --packages={module}";
    PY2APP_LIBRARY = "python setup.py py2app --frameworks={path}";
    PY2APP_FOUND = "python setup.py py2app --frameworks=PATH/{library}";

    // Programs that failed to start.
    WITH_LIBPYTHON = "LD_LIBRARY_PATH=FOLDER PROGRAM";
    LIBRARY_PATH = "LD_LIBRARY_PATH={path} PROGRAM";
    PRELOAD = "LD_PRELOAD={path} PROGRAM";

    // This program.
    DYLENS = "dylens {path}";
    DYLENS_REPORT = "dylens check --format json -o {path}";
    DYLENS_CHECK = "dylens check";
    DYLENS_DEMO = "dylens check --demo";
    DYLENS_DEMO_LINUX = "dylens check --demo=linux";
    /// Behind the others, for each path.
    AT = "{path}";
}
