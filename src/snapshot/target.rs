//! The mirror of what was looked at, on which host.

use super::image::{ArchMirror, ReleaseMirror, WindowsReleaseMirror};
use super::mirror::{Damage, Mirror, Opening, Taking, Words, mirror};
use super::remedy::RemedyMirror;
use super::text::{Bytes, FileNumber, Place};
use crate::discover::bundle::{Bundle, Form, Modules};
use crate::discover::tool::{NEWEST_NUITKA, Version};
use crate::discover::{Distribution, Kind, Note, Overrides, Requirement, Tag, Tool, Wheel};
use crate::tools::{Bundler, ToolId};
use crate::vfs::VPath;
use crate::world::{DllCall, DllCallSite, DllFolders, Dyld, Glibc, Host, LdCache, Musl, Python, System, Windows};

/// What was looked at.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub(super) struct TargetMirror {
    pub kind: KindMirror,
    /// How it was chosen, where no path was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The folders that were walked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub walk: Vec<Place>,
    /// The one file that was asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Place>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteMirror>,
    /// The wheels that were looked at, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wheels: Vec<WheelMirror>,
    /// What a bundler made, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<BundleMirror>,
    /// Made for another machine than the one that looked.
    #[serde(default, skip_serializing_if = "Mirror::is_void")]
    pub is_foreign: bool,
    /// The image or the root of another system that it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    #[serde(rename = "wishes", default, skip_serializing_if = "Mirror::is_void")]
    pub overrides: OverridesMirror,
}

mirror! {
    enum KindMirror = Kind {
        Venv,
        Conda,
        Prefix,
        SitePackages,
        Folder,
        File,
        Wheel,
        Bundle,
    }
}

mirror! {
    struct BundleMirror = Bundle {
        bundler: BundlerMirror,
        version [default]: Option<Words>,
        form: FormMirror,
        program: Place,
        contents: Place,
        modules: ModulesMirror,
    }
}

// The bundlers that this format knows; a doc comment would be in the schema.
#[derive(Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum BundlerMirror {
    Nuitka,
    PyInstaller,
    CxFreeze,
    Py2app,
}

/// Each bundler whose bundles are discovered, with its mirror.
const BUNDLERS: [(Bundler, BundlerMirror); 4] = [
    (Bundler::NUITKA, BundlerMirror::Nuitka),
    (Bundler::PYINSTALLER, BundlerMirror::PyInstaller),
    (Bundler::CX_FREEZE, BundlerMirror::CxFreeze),
    (Bundler::PY2APP, BundlerMirror::Py2app),
];

impl Mirror for BundlerMirror {
    type Real = Bundler;

    fn of(real: &Bundler, _: &Taking) -> BundlerMirror {
        BUNDLERS.iter().find(|(bundler, _)| bundler == real).map_or(BundlerMirror::Nuitka, |(_, mirror)| *mirror)
    }

    fn back(self, _: &Opening) -> Result<Bundler, Damage> {
        let found = BUNDLERS.iter().find(|(_, mirror)| *mirror == self).map(|(bundler, _)| *bundler);
        found.ok_or_else(|| Damage::new("a bundler that is not known"))
    }
}

mirror! {
    enum FormMirror = Form {
        Folder,
        OneFile,
        App,
    }
}

/// The Python modules of a bundle that are no files.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub(super) struct ModulesMirror {
    names: Vec<String>,
    archives: Vec<Place>,
    is_whole: bool,
}

impl Mirror for ModulesMirror {
    type Real = Modules;

    fn of(real: &Modules, taking: &Taking) -> ModulesMirror {
        let Modules { names, archives, is_whole } = real;
        ModulesMirror {
            names: names.iter().map(|name| Mirror::of(name, taking)).collect(),
            archives: Mirror::of(archives, taking),
            is_whole: *is_whole,
        }
    }

    fn back(self, opening: &Opening) -> Result<Modules, Damage> {
        Ok(Modules {
            names: self.names.into_iter().collect(),
            archives: self.archives.back(opening)?,
            is_whole: self.is_whole,
        })
    }
}

mirror! {
    struct NoteMirror = Note {
        path: Place,
        what: String,
        remedy: RemedyMirror,
    }
}

mirror! {
    struct WheelMirror = Wheel {
        path: Place,
        name: String,
        version [default]: String,
        build [default]: String,
        tags [default]: Vec<TagMirror>,
        declared [default]: Vec<TagMirror>,
        generator [default]: String,
        is_pure [default]: bool,
    }
}

mirror! {
    struct TagMirror = Tag {
        python: String,
        abi: String,
        platform: String,
    }
}

mirror! {
    /// What a person wanted to have judged.
    #[derive(Default)]
    struct OverridesMirror = Overrides {
        arch [default]: Option<ArchMirror>,
        macos [default]: Option<ReleaseMirror>,
        glibc [default]: Option<ReleaseMirror>,
        musl [default]: Option<ReleaseMirror>,
        windows [default]: Option<WindowsReleaseMirror>,
        tool [default]: Option<ToolMirror>,
    }
}

// A tool by the word that snapshots have for it, with its version.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum ToolMirror {
    Nuitka(VersionMirror),
    PyInstaller(Option<VersionMirror>),
    Delocate(Option<VersionMirror>),
    CxFreeze(Option<VersionMirror>),
    Auditwheel(Option<VersionMirror>),
    Delvewheel(Option<VersionMirror>),
}

impl Mirror for ToolMirror {
    type Real = Tool;

    fn of(real: &Tool, taking: &Taking) -> ToolMirror {
        let version = real.version().map(|version| VersionMirror::of(&version, taking));
        match (real.id(), version) {
            (ToolId::Nuitka, Some(version)) => ToolMirror::Nuitka(version),
            (ToolId::Nuitka, None) => ToolMirror::Nuitka(VersionMirror::of(&NEWEST_NUITKA, taking)),
            (ToolId::PyInstaller, version) => ToolMirror::PyInstaller(version),
            (ToolId::Delocate, version) => ToolMirror::Delocate(version),
            (ToolId::CxFreeze, version) => ToolMirror::CxFreeze(version),
            (ToolId::Auditwheel, version) => ToolMirror::Auditwheel(version),
            // There is no other (`discover::TOOLS`).
            (_, version) => ToolMirror::Delvewheel(version),
        }
    }

    fn back(self, opening: &Opening) -> Result<Tool, Damage> {
        let (id, version) = match self {
            ToolMirror::Nuitka(version) => (ToolId::Nuitka, Some(version)),
            ToolMirror::PyInstaller(version) => (ToolId::PyInstaller, version),
            ToolMirror::Delocate(version) => (ToolId::Delocate, version),
            ToolMirror::CxFreeze(version) => (ToolId::CxFreeze, version),
            ToolMirror::Auditwheel(version) => (ToolId::Auditwheel, version),
            ToolMirror::Delvewheel(version) => (ToolId::Delvewheel, version),
        };
        let version = version.map(|version| version.back(opening)).transpose()?;
        Tool::new(id, version).ok_or_else(|| Damage::new(format!("{} is no tool that is asked about", id.word())))
    }
}

/// A version of a tool: `2.3.10`.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(super) struct VersionMirror(String);

impl Mirror for VersionMirror {
    type Real = Version;

    fn of(real: &Version, _: &Taking) -> VersionMirror {
        VersionMirror(real.to_string())
    }

    fn back(self, _: &Opening) -> Result<Version, Damage> {
        self.0.parse().map_err(|_| Damage::new(format!("{} is no version of a tool", self.0)))
    }
}

mirror! {
    /// The machine and the interpreter.
    struct HostMirror = Host {
        system: SystemMirror,
        arch [default]: Option<ArchMirror>,
        library_path [default]: Option<Bytes>,
        preload [default]: Vec<Bytes>,
        python [default]: Option<PythonMirror>,
        packager [default]: String,
    }
}

mirror! {
    /// The loader that judged.
    enum SystemMirror = System {
        Glibc(glibc: GlibcMirror),
        Musl(musl: MuslMirror),
        Dyld(dyld: DyldMirror),
        Windows(windows: WindowsMirror),
        Unjudged,
        Unknown,
    }
}

/// What glibc's loader is built and configured with. What `/etc/ld.so.cache` holds is left out: thousands of files of the
/// machine, of which those that matter are among the files of the snapshot.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub(super) struct GlibcMirror {
    loader: Place,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<(u32, u32)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trusted: Vec<Place>,
    #[serde(default)]
    lib: Bytes,
    #[serde(default)]
    platform: Bytes,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hwcaps: Vec<Bytes>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    granted: Vec<Bytes>,
}

impl Mirror for GlibcMirror {
    type Real = Glibc;

    fn of(real: &Glibc, taking: &Taking) -> GlibcMirror {
        let Glibc { loader, version, cache: _, trusted, lib, platform, hwcaps, granted } = real;
        GlibcMirror {
            loader: Mirror::of(loader, taking),
            version: *version,
            trusted: Mirror::of(trusted, taking),
            lib: Mirror::of(lib, taking),
            platform: Mirror::of(platform, taking),
            hwcaps: Mirror::of(hwcaps, taking),
            granted: Mirror::of(granted, taking),
        }
    }

    fn back(self, opening: &Opening) -> Result<Glibc, Damage> {
        Ok(Glibc {
            loader: self.loader.back(opening)?,
            version: self.version,
            cache: LdCache::default(),
            trusted: self.trusted.back(opening)?,
            lib: self.lib.back(opening)?,
            platform: self.platform.back(opening)?,
            hwcaps: self.hwcaps.back(opening)?,
            granted: self.granted.back(opening)?,
        })
    }
}

mirror! {
    struct MuslMirror = Musl {
        loader: Place,
        directories [default]: Vec<Place>,
    }
}

mirror! {
    struct DyldMirror = Dyld {
        release [default]: Option<ReleaseMirror>,
        framework_path [default]: Option<Bytes>,
        fallback_library_path [default]: Option<Bytes>,
        fallback_framework_path [default]: Option<Bytes>,
    }
}

mirror! {
    struct PythonMirror = Python {
        executable [default]: Option<Place>,
        file [default]: Option<FileNumber>,
        version [default]: Option<(u16, u16)>,
        free_threaded [default]: bool,
        library [default]: Option<Place>,
        lib_dynload [default]: Option<Place>,
        path [default]: Vec<Place>,
        modules [default]: Vec<(Place, String)>,
        suffixes [default]: Vec<Bytes>,
        opens [default]: Vec<Place>,
    }
}

/// A distribution. The files that it says it brought are left out: those that are there have it as their owner.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub(super) struct DistributionMirror {
    name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metadata: Option<Place>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    editable: Option<Place>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    installer: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    generator: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<TagMirror>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sboms: Vec<Place>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    requires: Vec<String>,
    #[serde(default, skip_serializing_if = "Mirror::is_void")]
    is_rust: bool,
}

impl Mirror for DistributionMirror {
    type Real = Distribution;

    fn of(real: &Distribution, taking: &Taking) -> DistributionMirror {
        let Distribution {
            name,
            version,
            metadata,
            recorded: _,
            nameless: _,
            editable,
            installer,
            generator,
            tags,
            sboms,
            requires,
            is_rust,
        } = real;
        DistributionMirror {
            name: Mirror::of(name, taking),
            version: Mirror::of(version, taking),
            metadata: Mirror::of(metadata, taking),
            editable: Mirror::of(editable, taking),
            installer: Mirror::of(installer, taking),
            generator: Mirror::of(generator, taking),
            tags: Mirror::of(tags, taking),
            sboms: Mirror::of(sboms, taking),
            requires: requires.iter().map(ToString::to_string).collect(),
            is_rust: *is_rust,
        }
    }

    fn back(self, opening: &Opening) -> Result<Distribution, Damage> {
        Ok(Distribution {
            name: self.name,
            version: self.version,
            metadata: self.metadata.back(opening)?,
            recorded: Vec::new(),
            nameless: Vec::new(),
            editable: self.editable.back(opening)?,
            installer: self.installer,
            generator: self.generator,
            tags: self.tags.back(opening)?,
            sboms: self.sboms.back(opening)?,
            requires: self.requires.iter().filter_map(|text| Requirement::parse(text)).collect(),
            is_rust: self.is_rust,
        })
    }
}

/// The folders of a target, which the anonymizer learns the names of people from.
pub(super) fn folders<'a>(root: &'a VPath, host: &'a Host) -> impl Iterator<Item = &'a VPath> {
    let python = host.python.as_ref();
    [root].into_iter().chain(python.into_iter().flat_map(|python| python.path.iter().chain(&python.executable)))
}

mirror! {
    struct WindowsMirror = Windows {
        system32 [default]: Option<Place>,
        added [default]: Vec<Place>,
        is_bundle [default]: bool,
        path [default]: Vec<Place>,
        packages [default]: Vec<DllFoldersMirror>,
        prepared [default]: Vec<PreparedMirror>,
    }
}

mirror! {
    struct DllFoldersMirror = DllFolders {
        package: Place,
        folders: Vec<Place>,
    }
}

mirror! {
    /// What Python code does for the DLLs of a package.
    struct PreparedMirror = DllCallSite {
        package [default]: Option<Place>,
        deed: DeedMirror,
        source: Place,
        line: usize,
    }
}

mirror! {
    enum DeedMirror = DllCall {
        Adds(folder: Place),
        AddsUnknown,
        Loads(path: Place),
    }
}
