//! A library of CUDA is not there: which wheel, toolkit or system has it.

use crate::buildlog::judge::library::{package, short};
use crate::buildlog::judge::{Cause, Judged, Verdict};
use crate::buildlog::log_context::leaf;
use crate::buildlog::well_known::Cuda;
use crate::buildlog::{Log, Mark, Packager, folders};
use crate::command::Remedy;
use crate::command::templates::{CONDA_INSTALL_OF, PIP_INSTALL, PIP_INSTALL_REQUIRED, PIP_UPGRADE};

/// Libraries of CUDA belong to one major release of it, which is the one that the file was built for.
pub(super) fn of_cuda(plain: Judged, log: &Log, cuda: &Cuda, accused: &str, by: Option<&str>) -> Judged {
    if log.marks.contains(&Mark::Jetson) {
        return on_jetson(plain, accused);
    }
    let who = by.map_or_else(|| "a file".to_owned(), short);
    let release = cuda.release.map_or_else(|| "CUDA".to_owned(), |release| format!("CUDA {release}"));
    let sentence = format!(
        "{who} was built for {release}, whose {} comes with the wheel {}: it is not there, or not loaded yet",
        leaf(accused),
        cuda.wheel
    );
    let whose = whose_package(by, plain.incident.told("place"));
    let text = format!(
        "either install the build of {whose} for the CUDA that the machine has (ONNX Runtime's wheels on the index are for CUDA 12 from 1.19 \
         on, PyTorch's by its own index), or bring the library of {release} by its wheel: import its package first, or put its folder on LD_LIBRARY_PATH",
        whose = whose.as_deref().unwrap_or("the package")
    );
    if cuda.wheel.is_empty() {
        let sentence =
            format!("{who} was built for {release}, whose {} is not there: no wheel includes it", leaf(accused));
        let text = format!(
            "install the build of {whose} for the CUDA and the PyTorch or TensorFlow that are installed (nvidia-smi shows the newest CUDA that the driver runs); for \
             {release} itself its toolkit has to be installed (conda: cudatoolkit), with its lib folder on LD_LIBRARY_PATH",
            whose = whose.as_deref().unwrap_or("the package")
        );
        let remedy = Remedy::new(text);
        let remedy = match &whose {
            Some(whose) => remedy.fix(PIP_UPGRADE.with(&[whose])),
            None => remedy,
        };
        return plain.cause(Cause::OtherWheel, Verdict::Guilty).says(sentence).mended(remedy);
    }
    // Code that opens it by the name of the development files finds no runtime's.
    let text = match leaf(accused).ends_with(".so") {
        true => format!(
            "{text}. It is opened by its name without a version, which only CUDA's development files have (an image -devel, the package {stem}-dev): else make a link {name} to the copy \
             that is there (site-packages/nvidia/*/lib/{name}.*, torch/lib/{lib}-*.so.*) in a folder on LD_LIBRARY_PATH: ln -s COPY {name}",
            stem = cuda.wheel.trim_start_matches("nvidia-").trim_end_matches("-cu12"),
            name = leaf(accused),
            lib = leaf(accused).trim_end_matches(".so"),
        ),
        false => text,
    };
    // A library that has no release in its name comes in a wheel for each.
    let other = cuda.wheel.strip_suffix("-cu12").filter(|_| cuda.release.is_none());
    if let Some(remedy) = of_cudnn(&plain, log, leaf(accused), &text, by) {
        return plain.says(sentence).cause(Cause::OtherWheel, Verdict::Guilty).mended(remedy);
    }
    // What was built for an older CUDA is given up, and its newest release is for a newer one.
    let upgraded = of_release(cuda.release, accused, by, plain.incident.told("place"));
    let remedy = match other {
        _ if upgraded.is_some() => upgraded.into_iter().fold(Remedy::new(text), |remedy, package| {
            remedy.fix(PIP_UPGRADE.with(&[&package])).fix(PIP_INSTALL.with(&[&cuda.wheel]))
        }),
        Some(stem) => {
            let text = format!(
                "{text}. It comes in a wheel for each CUDA: take that of torch.version.cuda (cu126 is CUDA 12, cu130 CUDA 13)"
            );
            Remedy::new(text).fix(PIP_INSTALL.with(&[&cuda.wheel])).fix(PIP_INSTALL.with(&[&format!("{stem}-cu13")]))
        }
        None => Remedy::new(text).fix(PIP_INSTALL.with(&[&cuda.wheel])),
    };
    plain.cause(Cause::OtherWheel, Verdict::Guilty).says(sentence).mended(remedy)
}

/// On Jetson CUDA belongs to the system (JetPack), for which no wheels of the index are made.
pub(super) fn on_jetson(plain: Judged, accused: &str) -> Judged {
    let name = leaf(accused);
    let sentence = format!(
        "{name} is a part of JetPack, the system of NVIDIA's Jetson: it is not there, or the container does not see it (up to JetPack 4 NVIDIA's runtime mounts CUDA's \
         libraries into containers)"
    );
    let text = "run the container with --runtime nvidia; for docker build, make nvidia the default-runtime in /etc/docker/daemon.json and restart docker; the image has to be for \
                the release of L4T that the board runs. Outside of containers install CUDA with JetPack (apt-get install nvidia-jetpack), with its lib64 folder on LD_LIBRARY_PATH; \
                the index's wheels of CUDA are not for it";
    plain.cause(Cause::Driver, Verdict::Guilty).says(sentence).mended(Remedy::new(text))
}

/// cuDNN has a release of its own, which its soname tells and its newest wheels have left behind.
///
/// Source: the wheels of nvidia-cudnn-cu11, -cu12 and -cu13 on the index (8.5 to 8.9 and 9 for CUDA 11 and 12, 9 alone for CUDA 13) and NVIDIA's
/// packages for Debian and Ubuntu; November 2026.
pub(super) fn of_cudnn(plain: &Judged, log: &Log, name: &str, text: &str, by: Option<&str>) -> Option<Remedy> {
    let major = name.strip_prefix("libcudnn")?.split_once(".so.")?.1.split('.').next()?.to_owned();
    let marks: &[&str] = match major.as_str() {
        "8" => &["cu12", "cu11"],
        "9" => &["cu12", "cu13"],
        _ => return None,
    };
    let paths: Vec<&str> = [by, plain.incident.told("place")].into_iter().flatten().collect();
    let text = format!(
        "{text}. It is cuDNN {major}, which other releases do not replace; a wheel is for one CUDA: take that of torch.version.cuda (cu118 is CUDA 11, cu126 CUDA 12, cu130 \
         CUDA 13), and put its folder (site-packages/nvidia/cudnn/lib) on LD_LIBRARY_PATH; with NVIDIA's repository, the system's is libcudnn{major} for apt"
    );
    let remedy = match log.packager(&paths) {
        Packager::Conda => Remedy::new(text).fix(CONDA_INSTALL_OF.with(&[&"cudnn", &major])),
        _ => Remedy::new(text),
    };
    let wheels = marks.iter().map(|mark| format!("nvidia-cudnn-{mark}=={major}.*"));
    Some(wheels.fold(remedy, |remedy, wheel| remedy.fix(PIP_INSTALL_REQUIRED.with(&[&wheel]))))
}

/// The distribution of the file that asks, or of the code that loads it.
pub(in crate::buildlog::judge) fn whose_package(by: Option<&str>, place: Option<&str>) -> Option<String> {
    // Cython tells the place in a module's source by the module's own name.
    let of_cython = |path: &&str| path.ends_with(".pyx") && !path.starts_with('/');
    let own = place
        .filter(of_cython)
        .and_then(|path| path.split_once('/'))
        .map(|(top, _)| folders::distribution(top).to_owned());
    [by, place].into_iter().flatten().find_map(package).or(own)
}

/// The distribution whose newer releases are for a newer CUDA than the one that is asked for.
pub(super) fn of_release(release: Option<u32>, accused: &str, by: Option<&str>, place: Option<&str>) -> Option<String> {
    /// The oldest that current releases of the common packages are built for.
    const CURRENT: u32 = 12;
    let is_old = release.is_some_and(|release| release < CURRENT);
    let of_onnx = [Some(accused), by].into_iter().flatten().any(|path| leaf(path).starts_with("libonnxruntime"));
    let whose = match of_onnx {
        true => Some("onnxruntime-gpu".to_owned()),
        false => whose_package(by, place).filter(|whose| !whose.starts_with("nvidia")),
    };
    whose.filter(|_| is_old)
}
