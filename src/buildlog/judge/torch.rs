//! PyTorch's C++ interface changes with every release, and its extensions are built for one.

use super::library::package;
use super::{Cause, Judged, Verdict};
use crate::buildlog::log_context::slashed;
use crate::buildlog::well_known;
use crate::command::Remedy;
use crate::command::templates::{MORE, PIP_BUILD_BESIDE, PIP_FRESH, PIP_UPGRADE, TORCH_OF};

/// Does a mangled name belong to PyTorch?
pub(super) fn is_torch(symbol: &str) -> bool {
    let spoken = well_known::spoken_symbol(symbol).unwrap_or_default();
    ["c10::", "at::", "torch::", "c10d::", "caffe2::"].iter().any(|start| spoken.starts_with(start))
        || symbol == "THPVariableClass"
}

/// The distribution of the file; a private module that lies beside the packages is that of the package which imports it.
fn whose(plain: &Judged) -> Option<String> {
    let by = plain.incident.by()?;
    let whose = package(by)?;
    let is_private_module = by.rsplit(['/', '\\']).next().is_some_and(|name| name.starts_with('_'))
        && (by.contains("-packages/_") || by.contains("-packages\\_"));
    let place = plain.incident.told("place").map(slashed).filter(|_| is_private_module);
    let importer =
        place.as_deref().and_then(|place| place.strip_suffix("/__init__.py")).and_then(|path| path.rsplit('/').next());
    Some(importer.map_or(whose, str::to_owned))
}

/// PyTorch's C++ interface: the release that is installed is another, or its std::string is.
pub(super) fn judge(plain: Judged, who: &str, symbol: &str) -> Judged {
    // These are the same in every release but for their string.
    const STABLE: [&str; 4] = ["c10::Error::Error", "torchCheckFail", "torchInternalAssertFail", "c10::Error"];
    let spoken = well_known::spoken_symbol(symbol).unwrap_or_else(|| symbol.to_owned());
    let is_stable = STABLE.iter().any(|name| spoken.contains(name)) || symbol.starts_with("_ZN3c105ErrorC");
    let is_new = symbol.contains("__cxx11");
    let is_old = symbol.contains("Ss");
    if is_stable && (is_new || is_old) {
        let (own, other, flag) = if is_new { ("new", "old", "TRUE") } else { ("old", "new", "FALSE") };
        let wanted = if is_new { "FALSE" } else { "TRUE" };
        let sentence = format!(
            "{who} uses {spoken} with the {own} C++ ABI of std::string (_GLIBCXX_USE_CXX11_ABI={}), and the PyTorch that is installed is built with \
             the {other} one",
            u8::from(is_new)
        );
        let text = format!(
            "install the build of the package for PyTorch's own C++ ABI (where wheels are called so: cxx11abi{wanted} instead of cxx11abi{flag}), as \
             torch.compiled_with_cxx11_abi() tells; or build it from source beside the PyTorch that is installed: --no-build-isolation --no-binary"
        );
        return plain.cause(Cause::CxxAbi, Verdict::Guilty).says(sentence).mended(Remedy::new(text));
    }
    let sentence = format!(
        "{who} uses {spoken} ({symbol}), which the PyTorch that is installed does not have: PyTorch's C++ interface changes with every \
         release, and the file was built for another one"
    );
    let whose = whose(&plain);
    let is_own = whose.as_deref() == Some("torch");
    if is_own {
        let sentence = format!(
            "{who} of PyTorch itself uses {spoken} ({symbol}), which the other libraries of PyTorch that are loaded do not have: they are of another release"
        );
        let text = "remove what other installations of PyTorch left (libc10, libtorch, libcaffe2 in /usr/local/lib or on LD_LIBRARY_PATH, a second torch by conda, pip --user or a \
                    build), then install torch again";
        let judged = plain.cause(Cause::OtherCopy, Verdict::Guilty).says(sentence);
        return judged.mended(Remedy::new(text).fix(PIP_FRESH.with(&[&"torch"])));
    }
    let Some(whose) = whose else {
        let text = "build it again against the PyTorch and the CUDA that are installed, from a clean folder (rm -rf build; python setup.py develop, or pip install \
                    --no-build-isolation .), and import torch first";
        return plain.says(sentence).mended(Remedy::new(text));
    };
    let is_sibling = ["torchvision", "torchaudio", "torchtext"].contains(&whose.as_str());
    let text = match is_sibling {
        true => format!(
            "install PyTorch (torch) and {whose} in releases that belong together, in one command and from one index (the index's page of {whose} names the torch of each \
             release)"
        ),
        false => format!(
            "install the build of {whose} for the PyTorch that is installed, where its maintainers have one (wheels for each PyTorch and CUDA); or build it again \
             against it, without pip's cache (--no-build-isolation --no-cache-dir)"
        ),
    };
    let remedy = Remedy::new(text);
    let command = match is_sibling {
        true => PIP_UPGRADE.with(&[&"torch"]).and_then(|command| command.and(MORE, &[&whose])),
        false => PIP_BUILD_BESIDE.with(&[&whose, &whose]),
    };
    plain.says(sentence).mended(remedy.fix(command))
}

/// The marks of PyTorch's own index for each release of CUDA: those that its releases of the last years were built for.
///
/// Source: download.pytorch.org/whl as PyTorch's page of previous versions names it; November 2026.
const INDEXES: [(u32, u32); 12] =
    [(10, 2), (11, 1), (11, 3), (11, 6), (11, 7), (11, 8), (12, 1), (12, 4), (12, 6), (12, 8), (12, 9), (13, 0)];

/// The compiler of one CUDA and the PyTorch of another: an extension is of both.
pub(super) fn of_its_cuda(plain: Judged) -> Judged {
    let told = |place: &str| plain.incident.told(place).map(|version| version.trim_end_matches('.').to_owned());
    let (Some(found), Some(version)) = (told("found"), told("version")) else { return plain };
    let parts = |version: &str| {
        let (major, minor) = version.split_once('.')?;
        Some((major.parse::<u32>().ok()?, minor.split('.').next()?.parse::<u32>().ok()?))
    };
    let Some((major, minor)) = parts(&found) else { return plain };
    // Within a major release PyTorch only warns: the nearest is good enough.
    let of_major = || INDEXES.iter().filter(|(known, _)| *known == major);
    let index = of_major().rfind(|(_, known)| *known <= minor).or_else(|| of_major().next());
    let text = format!(
        "take the PyTorch that was built for CUDA {major} (torch, and torchvision and torchaudio with it, of the index for that CUDA), then build the extension again with --no-build-isolation, so that the build \
         sees this PyTorch and not one of its own; or have the CUDA toolkit {version} found in place of {found}: install it beside (several fit on one machine), and set \
         CUDA_HOME=/usr/local/cuda-{version} with its bin folder first on PATH. What nvidia-smi shows is the driver's, and does not matter here"
    );
    let remedy = Remedy::new(text);
    plain.clone().mended(match index {
        Some((major, minor)) => remedy.fix(TORCH_OF.with(&[&format!("cu{major}{minor}")])),
        None => remedy,
    })
}
