//! Container images that lie in files: what `docker save` writes, and the layout of OCI, as a tar archive or a folder.
//!
//! No container engine is asked. Sources: OCI image specification 1.1 (image-layout.md, manifest.md, config.md), and
//! `manifest.json` as moby writes it (`image/tarexport`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::layers::Extent;
use super::{FileSystem, Layers, VPath};
use crate::error::Error;

/// Bytes of a manifest or a configuration.
const LONGEST: usize = 16 << 20;
/// Indexes within indexes.
const DEEPEST: usize = 4;
const AGAIN: &str = "write it again with docker save, or skopeo copy docker://NAME oci-archive:FILE";

/// A container image: its files, and with what its program starts.
pub struct Container {
    pub files: Layers,
    /// `linux/arm64`
    pub platform: String,
    /// The environment variables that it sets.
    pub environment: Vec<(String, Vec<u8>)>,
    /// The working directory.
    pub directory: VPath,
}

/// Where the parts of an image lie.
enum Parts<'a> {
    Archive(&'a Layers),
    Folder(&'a Arc<dyn FileSystem>, &'a VPath),
}

impl Parts<'_> {
    fn json<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let bytes = match self {
            Parts::Archive(files) => files.read_whole(&VPath::new("/").join(name), LONGEST),
            Parts::Folder(fs, folder) => fs.read_whole(&folder.join(name), LONGEST),
        };
        serde_json::from_slice(&bytes.ok()?).ok()
    }

    fn extent(&self, name: &str) -> Option<Extent> {
        match self {
            Parts::Archive(files) => files.extent(&VPath::new("/").join(name)).ok(),
            Parts::Folder(fs, folder) => {
                let file = fs.real(&folder.join(name)).ok().filter(|file| file.starts_with(folder))?;
                let len = fs.stat(&file).ok()?.len;
                Some(Extent { file: Some(file), offset: 0, len })
            }
        }
    }
}

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Vec<Descriptor>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

impl Descriptor {
    /// `blobs/sha256/…`
    fn blob(&self) -> Option<String> {
        let (algorithm, hex) = self.digest.split_once(':')?;
        let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (is_plain(algorithm) && is_plain(hex)).then(|| format!("blobs/{algorithm}/{hex}"))
    }
}

/// An item of `manifest.json`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Configuration {
    os: String,
    architecture: String,
    variant: String,
    config: Option<Start>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Start {
    env: Option<Vec<String>>,
    working_dir: Option<String>,
}

/// One of the images that lie together.
struct SavedImage {
    name: String,
    configuration: Configuration,
    /// The names of its layers, the lowest first.
    layers: Vec<String>,
}

impl SavedImage {
    /// `linux/arm/v7`
    fn platform(&self) -> String {
        let Configuration { os, architecture, variant, .. } = &self.configuration;
        let parts = [os, architecture, variant].into_iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join("/")
    }

    /// Is it for this platform, whose variant may be left out?
    fn is_for(&self, wanted: &str) -> bool {
        let own = self.platform();
        own == wanted || own.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl Container {
    /// The image in a folder; none where the folder holds none.
    ///
    /// # Errors
    /// Where there are several and `platform` does not say which, and where it is damaged.
    pub fn in_folder(
        fs: &Arc<dyn FileSystem>,
        folder: &VPath,
        platform: Option<&str>,
    ) -> Result<Option<Container>, Error> {
        let parts = Parts::Folder(fs, folder);
        let Some((found, extents)) = chosen(&parts, folder, platform)? else { return Ok(None) };
        let files = Layers::over(fs.clone(), &extents, folder)?;
        Ok(Some(found.container(files)))
    }

    /// The image in an archive, or the archive again where it is none.
    ///
    /// # Errors
    /// As [`Container::in_folder`].
    pub fn in_archive(
        archive: Layers,
        path: &VPath,
        platform: Option<&str>,
    ) -> Result<Result<Container, Layers>, Error> {
        let Some((found, extents)) = chosen(&Parts::Archive(&archive), path, platform)? else {
            return Ok(Err(archive));
        };
        Ok(Ok(found.container(archive.restart(&extents, path)?)))
    }
}

impl SavedImage {
    fn container(self, files: Layers) -> Container {
        let platform = self.platform();
        let Start { env, working_dir } = self.configuration.config.unwrap_or_default();
        let pair =
            |line: String| line.split_once('=').map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
        let directory = working_dir.filter(|path| path.starts_with('/')).unwrap_or_else(|| "/".into());
        let environment = env.unwrap_or_default().into_iter().filter_map(pair).collect();
        Container { files, platform, environment, directory: VPath::new(directory) }
    }
}

/// The image that is meant, and where its layers lie; none where there is none.
fn chosen(parts: &Parts, path: &VPath, platform: Option<&str>) -> Result<Option<(SavedImage, Vec<Extent>)>, Error> {
    let mut found = Vec::new();
    if let Some(index) = parts.json::<Index>("index.json") {
        of_index(parts, index, "", 0, &mut found);
    }
    if found.is_empty()
        && let Some(saved) = parts.json::<Vec<Saved>>("manifest.json")
    {
        found.extend(saved.into_iter().map(|saved| of_saved(parts, saved)));
    }
    if found.is_empty() {
        return Ok(None);
    }
    let mut fitting: Vec<usize> =
        (0..found.len()).filter(|&at| platform.is_none_or(|it| found[at].is_for(it))).collect();
    if fitting.len() != 1 {
        return Err(several(path, &found, &fitting, platform));
    }
    let found = found.swap_remove(fitting.remove(0));
    let extent = |name: &String| {
        parts.extent(name).ok_or_else(|| Error::new(format!("{path} is an image without its layer {name}"), AGAIN))
    };
    let extents = found.layers.iter().map(extent).collect::<Result<_, _>>()?;
    Ok(Some((found, extents)))
}

/// Collects the images of an index, and of those in it. Parts that are not there, as `docker save` leaves out those of other
/// platforms, are no images.
fn of_index(parts: &Parts, index: Index, name: &str, depth: usize, found: &mut Vec<SavedImage>) {
    if let Some(config) = &index.config {
        let configuration = config.blob().and_then(|blob| parts.json::<Configuration>(&blob));
        let layers: Option<Vec<String>> = index.layers.iter().map(Descriptor::blob).collect();
        // An attestation is stored like an image, for a platform called `unknown`.
        if let (Some(configuration), Some(layers)) = (configuration, layers)
            && configuration.os != "unknown"
            && !configuration.os.is_empty()
        {
            found.push(SavedImage { name: name.to_owned(), configuration, layers });
        }
    }
    for descriptor in index.manifests.iter().filter(|_| depth < DEEPEST) {
        const NAMES: [&str; 2] = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
        let own = NAMES.iter().find_map(|key| descriptor.annotations.get(*key));
        if let Some(inner) = descriptor.blob().and_then(|blob| parts.json::<Index>(&blob)) {
            of_index(parts, inner, own.map_or(name, String::as_str), depth + 1, found);
        }
    }
}

fn of_saved(parts: &Parts, saved: Saved) -> SavedImage {
    let configuration = parts.json::<Configuration>(&saved.config).unwrap_or_default();
    let name = saved.repo_tags.and_then(|tags| tags.into_iter().next()).unwrap_or_default();
    SavedImage { name, configuration, layers: saved.layers }
}

/// None fits, or several do: what there is to choose from.
fn several(path: &VPath, found: &[SavedImage], fitting: &[usize], platform: Option<&str>) -> Error {
    let list = |found: &mut dyn Iterator<Item = &SavedImage>| {
        let line = |found: &SavedImage| format!("{} {}", found.platform(), found.name).trim().to_owned();
        let mut lines: Vec<String> = found.map(line).collect();
        lines.sort();
        lines.dedup();
        lines
    };
    match (fitting, platform) {
        ([], platform) => {
            let what = format!("{path} has no image for {}", platform.unwrap_or_default());
            Error::new(what, "give --platform one of those that it has").with_list(list(&mut found.iter()))
        }
        (several, _) => {
            let mut platforms: Vec<String> = several.iter().map(|&at| found[at].platform()).collect();
            platforms.sort();
            platforms.dedup();
            let lines = list(&mut several.iter().map(|&at| &found[at]));
            match platforms.len() {
                1 => Error::new(format!("{path} holds {} images", several.len()), "save the one that you mean alone"),
                _ => Error::new(
                    format!("{path} holds images for {} platforms", platforms.len()),
                    format!("name one: --platform {}", platforms[0]),
                ),
            }
            .with_list(lines)
        }
    }
}
