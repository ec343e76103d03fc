//! A program or a build ended with an exception of Python: what its words and the code that raised it tell.

use super::library::{built, package};
use super::{Cause, Judged, Verdict, development};
use crate::buildlog::log_context::{leaf, site_tail, slashed};
use crate::buildlog::{Log, removed};
use crate::command::Remedy;
use crate::command::templates::{PIP_BINARY, PIP_ENSURE, PIP_INSTALL_REQUIRED, PIP_UPGRADE};
use crate::tools::Bundler;

pub(super) fn judge(plain: Judged, log: &Log) -> Judged {
    let why = plain.incident.told("why").unwrap_or_default().to_owned();
    let frames = frames(&plain, log);
    let known = of_dis(&plain, &why, &frames)
        .or_else(|| of_a_removed_name(&plain, log, &why, &frames))
        .or_else(|| of_an_encoding(&plain, &why))
        .or_else(|| of_python_2(&plain, &why))
        .or_else(|| of_local_variables(&plain, &why, &frames))
        .or_else(|| of_a_bundler_s_loader(&plain, &why, &frames));
    if let Some(judged) = known {
        return development::of_the_package(judged, log);
    }
    let told = development::of_a_child(plain.clone(), log);
    let told = told.or_else(|| of_a_setup(&plain, &frames)).or_else(|| of_whose_code(&plain, log, &frames));
    development::of_the_package(told.unwrap_or_else(|| super::single::as_it_asks(plain)), log)
}

/// The files of the traceback that ends here, the innermost first.
pub(super) fn frames(plain: &Judged, log: &Log) -> Vec<String> {
    /// No traceback is looked at further.
    const MOST: usize = 80;
    let lines = &log.text.lines()[..log.text.place(plain.incident.first)];
    let lines = lines.iter().rev().take(MOST).map(|(_, line)| line.as_str());
    let above = lines.take_while(|line| !line.contains("Traceback (most recent call last)"));
    let file = |line: &str| {
        let (_, rest) = line.split_once("File \"")?;
        rest.split_once("\", line ").map(|(file, _)| slashed(file))
    };
    above.filter_map(file).collect()
}

/// Python 3.10.0 makes bytecode that its own module dis does not read.
fn of_dis(plain: &Judged, why: &str, frames: &[String]) -> Option<Judged> {
    let is_of_dis = frames.first().is_some_and(|file| leaf(file) == "dis.py");
    if !is_of_dis || !why.starts_with("IndexError: tuple index out of range") {
        return None;
    }
    let tool = frames.iter().find_map(|file| package(file));
    let who = tool.unwrap_or_else(|| "the tool".to_owned());
    let sentence = format!(
        "{who} reads bytecode by Python's module dis, which stops at code that Python 3.10.0 itself compiled: a fault of that release (bpo-45757), and no module's"
    );
    let text = "upgrade Python: 3.10.1 and later do not have it, nor has any other release; then make the environment again and install its packages";
    let judged = plain.clone().cause(Cause::ToolStumbled, Verdict::Guilty).says(sentence);
    Some(judged.mended(Remedy::new(text)))
}

/// The module or class, and the name that it does not have: `pkgutil`, `ImpImporter`.
fn absent_name(why: &str) -> Option<(String, String)> {
    let rest = why.strip_prefix("AttributeError: ")?;
    let rest = rest.strip_prefix("type object ").or_else(|| rest.strip_prefix("module ")).unwrap_or(rest);
    let (holder, rest) = rest.strip_prefix('\'')?.split_once('\'')?;
    let name = rest.split_once("has no attribute '")?.1.split('\'').next()?;
    Some((holder.to_owned(), name.to_owned()))
}

/// A name that Python or NumPy gave up.
fn of_a_removed_name(plain: &Judged, log: &Log, why: &str, frames: &[String]) -> Option<Judged> {
    let (holder, name) = absent_name(why)?;
    let whose = frames.iter().find_map(|file| package(file)).filter(|whose| whose != "numpy");
    if holder == "numpy" {
        return removed::of_numpy(&name).map(|since| of_an_older_numpy(plain, &name, since, whose.as_deref()));
    }
    let since = removed::of_python(&holder, &name)?;
    let sentence = |who: &str| {
        format!(
            "{who} uses {holder}.{name}, which Python 3.{since} and later do not have: it was written for an older Python"
        )
    };
    let judged = plain.clone().cause(Cause::PythonTooNew, Verdict::Guilty);
    let has = |part: &str| frames.first().is_some_and(|file| file.contains(part));
    if has("/pip/_vendor/") || has("pip.zip/") {
        let text = format!(
            "have Python bring the pip that belongs to it, or take that of https://bootstrap.pypa.io/get-pip.py; where the system's pip is started, run python3.{since} -m pip in an environment"
        );
        return Some(
            judged.says(sentence("the installed pip")).mended(Remedy::new(text).fix(Ok(PIP_ENSURE.command()))),
        );
    }
    let last = since - 1;
    let of_setuptools = has("/pkg_resources/") || has("/setuptools/");
    if of_setuptools && (has("pip-build-env-") || plain.incident.around.is_empty()) {
        let text = format!(
            "take a newer release of that package, which has a wheel for this Python (where a requirement pins an old one, as numpy==1.2x, raise it); or an older Python (3.{last}), for which \
             the pinned releases have wheels"
        );
        let who = "the setuptools with which a package asks to be built";
        return Some(judged.says(sentence(who)).mended(Remedy::new(text)));
    }
    if of_setuptools {
        let text = "upgrade setuptools, and pip with it, in the Python that runs it";
        let remedy = Remedy::new(text).fix(PIP_UPGRADE.with(&[&"setuptools"]));
        return Some(judged.says(sentence("the installed setuptools")).mended(remedy));
    }
    let who = whose.clone().or_else(|| log.building.clone()).unwrap_or_else(|| "the code".to_owned());
    let text = format!(
        "take a newer release of {}, or an older Python (3.{last})",
        if who == "the code" { "the package that raises it" } else { &who }
    );
    let remedy = Remedy::new(text);
    Some(judged.says(sentence(&who)).mended(match whose {
        Some(whose) => remedy.fix(PIP_UPGRADE.with(&[&whose])),
        None => remedy,
    }))
}

/// A name that NumPy gave up: the code that uses it was written for an older one.
fn of_an_older_numpy(plain: &Judged, name: &str, since: &str, whose: Option<&str>) -> Judged {
    let who = whose.unwrap_or("the code");
    let sentence = format!(
        "{who} uses numpy.{name}, which NumPy {since} and later do not have: it was written for an older NumPy"
    );
    let text = match whose {
        Some(whose) => {
            format!("upgrade {whose}, whose newer releases do not use it; else go back to a NumPy before {since}")
        }
        None => {
            format!("replace numpy.{name} in the code, as the message says; else go back to a NumPy before {since}")
        }
    };
    let remedy = whose.into_iter().fold(Remedy::new(text), |remedy, whose| remedy.fix(PIP_UPGRADE.with(&[&whose])));
    let judged = plain.clone().cause(Cause::NumpyAbi, Verdict::Guilty).says(sentence);
    judged.mended(remedy.fix(PIP_INSTALL_REQUIRED.with(&[&format!("numpy<{since}")])))
}

/// A text is read in the encoding of the system, and is in another.
fn of_an_encoding(plain: &Judged, why: &str) -> Option<Judged> {
    let rest = why.strip_prefix("UnicodeDecodeError: '").or_else(|| why.strip_prefix("UnicodeEncodeError: '"))?;
    let codec = rest.split('\'').next()?;
    // What is no UTF-8 is so in every system.
    if codec.starts_with("utf") {
        return None;
    }
    let sentence = format!(
        "Python code reads or writes a text in the encoding of this system ({codec}), and the text has characters of another, mostly UTF-8"
    );
    let text = "run it in Python's UTF-8 mode: set PYTHONUTF8=1 before the command (cmd: set PYTHONUTF8=1; PowerShell: $env:PYTHONUTF8=1), in an image or a container LANG=C.UTF-8 too; or take a \
                newer release of the package, which names the encoding";
    let judged = plain.clone().cause(Cause::BuildFailed, Verdict::Guilty).says(sentence);
    Some(judged.mended(Remedy::new(text)))
}

/// Code that only Python 2 reads.
fn of_python_2(plain: &Judged, why: &str) -> Option<Judged> {
    const NAMES: [&str; 9] =
        ["execfile", "raw_input", "unicode", "xrange", "basestring", "unichr", "file", "reduce", "long"];
    let is_syntax = why.starts_with("SyntaxError: Missing parentheses in call to 'print'")
        || why.starts_with("SyntaxError: multiple exception types must be parenthesized");
    let name = why.strip_prefix("NameError: name '").and_then(|rest| rest.split('\'').next());
    if !is_syntax && !name.is_some_and(|name| NAMES.contains(&name)) {
        return None;
    }
    let sentence = format!("the code is for Python 2, which this Python does not read: “{why}”");
    let text = "take a newer release of the package, which is for Python 3, or another in its place (the index may have one under another name); code of your own is translated by hand";
    Some(plain.clone().cause(Cause::PythonTooNew, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}

/// A setup.py that has a file run by exec() and takes a name from its own local variables.
fn of_local_variables(plain: &Judged, why: &str, frames: &[String]) -> Option<Judged> {
    let is_setup = |file: &String| leaf(file) == "setup.py" || file == "string";
    let is_version = ["KeyError: '__version__'", "KeyError: 'VERSION'"].iter().any(|start| why.starts_with(start));
    if !is_version || !frames.first().is_some_and(is_setup) {
        return None;
    }
    let sentence = "the setup.py runs a file by exec() and takes the version from its own local variables, which Python 3.13 and later do not write: it was made for an older Python";
    let text = "take a newer release of the package, which has wheels for this Python; or Python 3.12";
    Some(plain.clone().cause(Cause::PythonTooNew, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}

/// The code by which a bundled program imports its modules: the bundler wrote it, and it fits some Pythons.
fn of_a_bundler_s_loader(plain: &Judged, why: &str, frames: &[String]) -> Option<Judged> {
    const LOADERS: [(&str, Bundler); 3] =
        [("__boot__.py", Bundler::PY2APP), ("__startup__.py", Bundler::CX_FREEZE), ("pyimod0", Bundler::PYINSTALLER)];
    // Python's own code is between.
    let is_python_s =
        |file: &&String| file.starts_with("frozen ") || file.contains("/lib/python3.") && !file.contains("-packages/");
    let file = frames.iter().find(|file| !is_python_s(file))?;
    let (_, bundler) = LOADERS.iter().find(|(name, _)| leaf(file).starts_with(name))?;
    let (word, name) = (bundler.word(), bundler.tool().name());
    let sentence = format!(
        "the code of {name} that imports modules in the bundled program raised an exception, which is none of the program's own: “{why}”"
    );
    let text = format!(
        "upgrade {name}, whose newer releases know this Python and how it imports, and build again in an empty folder; where it is no newer one, take the Python that this release is for"
    );
    let judged = plain.clone().cause(Cause::ToolStumbled, Verdict::Guilty).says(sentence);
    Some(judged.mended(Remedy::new(text).fix(PIP_UPGRADE.with(&[&word]))))
}

/// The setup.py of a package that pip builds, or a file beside it: written for the tools of its time.
fn of_a_setup(plain: &Judged, frames: &[String]) -> Option<Judged> {
    let whose = frames.first().and_then(|file| built(file))?;
    let why = plain.incident.told("why")?;
    let sentence = format!(
        "the setup code of {whose}, which pip builds from source, raised an exception, which names no native file: “{why}”"
    );
    let text = format!(
        "take a newer release of {whose}, whose setup code is for newer tools, or one that has a wheel for this Python, so that nothing is built; where it asks another program for its options (a \
         …-config, pkg-config), install or fix that, and look for the message among the issues of {whose}"
    );
    let judged = plain.clone().cause(Cause::BuildFailed, Verdict::Guilty).says(sentence);
    Some(judged.mended(Remedy::new(text).fix(PIP_UPGRADE.with(&[&whose])).fix(PIP_BINARY.with(&[&whose]))))
}

/// The package whose code raised it, where nothing else is known.
fn of_whose_code(plain: &Judged, log: &Log, frames: &[String]) -> Option<Judged> {
    let is_package =
        |file: &&String| site_tail(file).is_some_and(|tail| tail.contains('/')) && !file.contains("/_in_process");
    let whose = package(frames.iter().find(is_package)?)?;
    let why = plain.incident.told("why")?;
    let asks = plain.incident.told("asks").map_or_else(String::new, |asks| {
        format!("do what the message asks for, if it fits this system: “{asks}”; else ")
    });
    let sentence = format!("the code of {whose} raised an exception, which names no native file: “{why}”");
    let text = format!(
        "{asks}upgrade {whose}; where it failed since an upgrade, take the release before it. If that is no help, look for the message among the issues of {whose}, and read the traceback: \
         its last place is where it was raised"
    );
    let remedy =
        if log.running().is_some() { Remedy::new(text) } else { Remedy::new(text).fix(PIP_UPGRADE.with(&[&whose])) };
    Some(plain.clone().says(sentence).mended(remedy))
}

#[cfg(test)]
mod tests {
    use super::absent_name;

    #[test]
    fn an_exception_tells_what_has_not_which_name() {
        let told = |why: &str| absent_name(why).map(|(holder, name)| format!("{holder} {name}"));
        assert_eq!(told("AttributeError: module 'a.b' has no attribute 'c'. Did you").as_deref(), Some("a.b c"));
        assert_eq!(
            told("AttributeError: 'Thread' object has no attribute 'isAlive'").as_deref(),
            Some("Thread isAlive")
        );
        assert_eq!(told("AttributeError: c"), None);
        assert_eq!(told("KeyError: 'c'"), None);
    }
}
