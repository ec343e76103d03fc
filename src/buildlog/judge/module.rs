//! A Python module is said to be missing.

use super::library::short;
use super::{Cause, Judged, Verdict};
use crate::buildlog::Log;
use crate::buildlog::ground::Ground;
use crate::command::Remedy;
use crate::command::templates::PIP_INSTALL;
use crate::discover::bundle::Bundler;
use crate::scan::Scan;

pub(super) fn judge(plain: Judged, log: &Log, ground: Option<&Ground>) -> Judged {
    let incident = &plain.incident;
    let Some(module) = incident.told("module").or(incident.told("accused")).map(str::to_owned) else { return plain };
    let is_shim = matches!(module.as_str(), "numpy.core" | "numpy.core.multiarray" | "numpy.core.umath");
    // NumPy's own extension, which older code imports by the same folder.
    let is_own = module.starts_with("numpy.") && module.ends_with("._multiarray_umath");
    if plain.cause == Cause::ModuleMissing && (is_shim || is_own) {
        let cause = if is_shim { Cause::NumpyShim } else { Cause::NumpyMissing };
        return super::numpy::judge(Judged { cause, ..plain }, log, ground);
    }
    let Some(ground) = ground else { return plain };
    let tied = match incident.by().and_then(|by| ground.file(by)) {
        Some(file) => plain.at(ground, file),
        None => plain,
    };
    if tied.cause != Cause::ModuleMissing {
        return tied;
    }
    match is_there(ground.scan, &module) {
        true => {
            let by = tied.incident.by().map_or_else(String::new, |by| format!(", which {} imports,", short(by)));
            tied.cause(Cause::ModuleLeftOut, Verdict::Guilty)
                .says(format!("{module}{by} is in the environment, and was left out of what failed: no Python code names it where a bundler looks"))
                .mended(name_to_bundlers("name it to the bundler", &module))
        }
        false => {
            let top = module.split('.').next().unwrap_or(&module).to_owned();
            tied.says(format!("Python finds no module {module}, neither where the log was written nor here"))
                .mended(Remedy::new("install what brings it").fix(PIP_INSTALL.with(&[&top])))
        }
    }
}

/// The ways to name a module to each of the common bundlers.
pub(super) fn name_to_bundlers(text: &str, module: &str) -> Remedy {
    let bundlers = [Bundler::Nuitka, Bundler::PyInstaller];
    bundlers.iter().fold(Remedy::new(text), |remedy, bundler| remedy.fix(bundler.module(module)))
}

/// Is there a module of this name, in Python or native?
pub(super) fn is_there(scan: &Scan, module: &str) -> bool {
    let Some(python) = &scan.world.host.python else { return false };
    let below = module.replace('.', "/");
    let exists = |name: String| python.path.iter().any(|base| scan.world.fs().stat(&base.join(&name)).is_ok());
    exists(format!("{below}.py"))
        || exists(format!("{below}/__init__.py"))
        || scan.graph.nodes().any(|(_, node)| {
            matches!(node, crate::graph::Node::File { role: crate::discover::Role::Module(name), .. } if name == module)
        })
}
