//! Python's tracebacks in a log: where they have been, and which of their lines are source code, that says nothing.

/// Follows the tracebacks of a log.
#[derive(Debug, Default)]
pub(super) struct Traceback {
    /// The last place in Python code that was told, and its line.
    frame: Option<(usize, String)>,
    /// The last file that was told, NumPy's among them.
    file: Option<(usize, String)>,
    /// How far the line that told the place is indented: what is indented more is its source.
    source: Option<usize>,
    /// The folder of packages in which the last place lies.
    site: Option<String>,
    /// The first file that was told by a relative path.
    script: Option<String>,
    /// The module that the last line of source imports, and its line.
    imported: Option<(usize, String)>,
    /// The DLL that the last line of source names in quotes, and its line.
    library: Option<(usize, String)>,
    /// The line of the last arrow with which notebooks point at source.
    arrow: Option<usize>,
    /// Was the last place told as notebooks do, with numbered source below it?
    is_notebook: bool,
}

/// A longer path is none.
const MOST_PATH: usize = 4096;
/// So many lines around its arrow a notebook shows of the source.
const AROUND: usize = 12;
/// So many lines after its last place a traceback has its exception.
const NEAR: usize = 4;

impl Traceback {
    /// Is the line a place or source, and so no message?
    pub(super) fn is_source(&mut self, text: &str, number: usize) -> bool {
        let trimmed = text.trim_start();
        let indent = text.len() - trimmed.len();
        let notebook = (indent == 0).then(|| notebook_frame(trimmed)).flatten();
        let of_pytest = (indent == 0).then(|| pytest_frame(trimmed)).flatten();
        if let Some(file) = frame(trimmed).or(notebook).or(of_pytest) {
            self.source = notebook.is_none().then_some(indent);
            self.is_notebook = notebook.is_some();
            if let Some(site) = site(file) {
                self.site = Some(site.to_owned());
            }
            let is_relative = !file.starts_with(['/', '<']) && !file.contains(':');
            if is_relative && self.script.is_none() && file.len() < MOST_PATH {
                self.script = Some(file.to_owned());
            }
            if !file.starts_with('<') && !file.contains("importlib") {
                self.file = Some((number, file.to_owned()));
            }
            let is_passed = is_helper(file) || file.starts_with("<frozen importlib");
            if let Some((at, _)) = self.frame.as_mut().filter(|(at, _)| is_passed && number - *at <= NEAR) {
                *at = number;
            } else if !is_inner(file) {
                self.frame = Some((number, initialized(trimmed).unwrap_or_else(|| file.to_owned())));
            }
            return true;
        }
        if let Some(file) = notebook_s_cython(trimmed) {
            self.frame = Some((number, file));
            return true;
        }
        // What a notebook shows of a file belongs to the place above it.
        if self.is_notebook && is_numbered_source(trimmed) {
            if let Some((at, _)) = self.frame.as_mut() {
                *at = number;
            }
        } else if !trimmed.is_empty() {
            self.is_notebook = false;
        }
        if let Some(module) = import(without_prompt(trimmed)).or_else(|| import_of_a_command(trimmed)) {
            self.imported = Some((number, module));
        }
        if let Some(library) = dll(trimmed).filter(|_| self.source.is_some_and(|at| indent > at)) {
            self.library = Some((number, library));
        }
        match self.source {
            Some(at) if indent > at && !trimmed.is_empty() => return true,
            _ => self.source = None,
        }
        if let Some(rest) = trimmed.strip_prefix('-')
            && rest
                .trim_start_matches('-')
                .strip_prefix("> ")
                .is_some_and(|it| it.trim_start().starts_with(|c: char| c.is_ascii_digit()))
        {
            self.arrow = Some(number);
            return true;
        }
        let is_numbered =
            trimmed.starts_with(|c: char| c.is_ascii_digit()) && self.arrow.is_some_and(|at| number - at < AROUND);
        let statement = trimmed.trim_start_matches(|c: char| c.is_ascii_digit() || c == '>').trim_start();
        // pytest marks the line that failed with an angle.
        statement.starts_with("raise ") || text.starts_with(">    ") || is_numbered && statement.starts_with("return ")
    }

    /// The folder of packages in which the last place of the log lies.
    pub(super) fn site(&self) -> Option<&str> {
        self.site.as_deref()
    }

    /// The script of a bundled program, whose files have relative paths: the first of them.
    pub(super) fn script(&self) -> Option<&str> {
        self.script.as_deref()
    }

    /// The module that was being imported when an exception at this line was raised.
    pub(super) fn imported(&self, line: usize) -> Option<&str> {
        let (at, module) = self.imported.as_ref()?;
        (line.saturating_sub(*at) <= NEAR).then_some(module)
    }

    /// The place in Python code that an exception at this line comes from.
    pub(super) fn place(&self, line: usize) -> Option<&str> {
        let (at, file) = self.frame.as_ref()?;
        (line.saturating_sub(*at) <= NEAR).then_some(file)
    }

    /// The DLL that source in this traceback names, where an exception at this line came from loading it.
    pub(super) fn library(&self, line: usize) -> Option<&str> {
        let (at, library) = self.library.as_ref()?;
        (line.saturating_sub(*at) <= AROUND).then_some(library)
    }

    /// The file that was told last, also where it is NumPy's.
    pub(super) fn file(&self, line: usize) -> Option<&str> {
        let (at, file) = self.file.as_ref()?;
        (line.saturating_sub(*at) <= AROUND).then_some(file)
    }
}

/// The one module that a line of source imports: `_x` of `from . import _x`, `a.b` of `from a.b import c`.
fn import(line: &str) -> Option<String> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c == '_' || c == '.' || c.is_alphanumeric());
    let module = match line.strip_prefix("from ").and_then(|rest| rest.split_once(" import ")) {
        Some((package, name)) if package.starts_with('.') && package.trim_matches('.').is_empty() => name,
        Some((package, name)) if name.starts_with('_') && !package.starts_with('.') && is_name(name) => {
            return Some(format!("{package}.{name}"));
        }
        Some((package, _)) => package.trim_start_matches('.'),
        None => line.strip_prefix("import ")?,
    };
    let module = module.split(" as ").next()?.split('#').next()?.trim().trim_end_matches(';');
    is_name(module).then(|| module.to_owned())
}

/// `C:\x\y.dll` of `CDLL("C:\\x\\y.dll")`.
fn dll(source: &str) -> Option<String> {
    let end = [".dll\"", ".dll'"].iter().find_map(|end| source.find(end))? + ".dll".len();
    let begin = source[..end].rfind(['"', '\''])? + 1;
    Some(source[begin..end].replace("\\\\", "\\")).filter(|path| path.len() < MOST_PATH)
}

/// What was typed at a prompt: `>>> import x`, `In [1]: import x`.
fn without_prompt(line: &str) -> &str {
    let of_ipython = || line.strip_prefix("In [").and_then(|rest| rest.split_once("]: ")).map(|(_, typed)| typed);
    line.strip_prefix(">>> ").or_else(of_ipython).unwrap_or(line)
}

/// The module of `python -c "import x"`, whose traceback shows no source.
fn import_of_a_command(line: &str) -> Option<String> {
    let (_, rest) = line.split_once(" -c ")?;
    let code = rest.trim_start().strip_prefix(['"', '\''])?;
    import(code.split(['"', '\'', ';']).next()?.trim())
}

/// The folder of packages in which a file lies, by its whole path.
pub(super) fn site(file: &str) -> Option<&str> {
    const FOLDERS: [&str; 4] = ["/site-packages/", "/dist-packages/", "\\site-packages\\", "\\dist-packages\\"];
    let is_whole = file.starts_with('/') || file.get(1..3) == Some(":\\");
    let end = FOLDERS.iter().filter_map(|folder| Some(file.rfind(folder)? + folder.len() - 1)).max()?;
    (is_whole && end < MOST_PATH).then(|| &file[..end])
}

/// The file of a line of a traceback.
fn frame(trimmed: &str) -> Option<&str> {
    let rest = trimmed.strip_prefix("File \"")?;
    let (file, rest) = rest.split_once("\", line ")?;
    rest.starts_with(|c: char| c.is_ascii_digit()).then_some(file)
}

/// The file of a place as IPython tells it: `/v/site-packages/p/__init__.py in <module>()`, later `File ~/v/p/__init__.py:3, in f()`.
fn notebook_frame(line: &str) -> Option<&str> {
    const END: &str = ".py";
    let is_path = |path: &str| path.starts_with(['/', '~']) || path.get(1..3) == Some(":\\");
    let (rest, is_new) = line.strip_prefix("File ").map_or((line, false), |rest| (rest, true));
    let end = rest.find(if is_new { ".py:" } else { ".py in " })? + END.len();
    let is_numbered = !is_new || rest[end + 1..].starts_with(|c: char| c.is_ascii_digit());
    (is_numbered && is_path(rest) && !rest[..end].contains('"')).then(|| &rest[..end])
}

/// The file of a place as pytest tells it: `../v/site-packages/p/__init__.py:21: in <module>`.
fn pytest_frame(line: &str) -> Option<&str> {
    const END: &str = ".py";
    let end = line.find(".py:")? + END.len();
    let rest = line[end + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
    let is_place = rest.starts_with(": in ") && rest.len() < line[end + 1..].len();
    (is_place && !line[..end].contains([' ', '"'])).then(|| &line[..end])
}

/// `      7 import x`, `----> 8 import y`: source as notebooks show it.
fn is_numbered_source(trimmed: &str) -> bool {
    let text = trimmed.trim_start_matches('-');
    let text = if text.len() < trimmed.len() { text.strip_prefix("> ").unwrap_or("x") } else { text };
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// `numpy/random/mtrand.pyx` where Cython's code of that module runs (`File "mtrand.pyx", line 1, in init numpy.random.mtrand`): the
/// place of a `.pyx` is that on the machine which built the module.
fn initialized(trimmed: &str) -> Option<String> {
    let (file, module) = trimmed.strip_prefix("File \"")?.rsplit_once(", in init ")?;
    let is_cython = file.contains(".pyx\"") || file.contains(".py\"");
    cython_source(module).filter(|_| is_cython)
}

/// `h5py/h5.pyx` of `h5py\h5.pyx in init h5py.h5()`, as notebooks tell a place in Cython's code.
fn notebook_s_cython(line: &str) -> Option<String> {
    let (file, module) = line.strip_suffix("()")?.split_once(" in init ")?;
    let is_cython = file.ends_with(".pyx") && !file.contains(' ');
    cython_source(module).filter(|_| is_cython)
}

/// `a/b.pyx`, for the module `a.b`.
fn cython_source(module: &str) -> Option<String> {
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c == '_' || c.is_alphanumeric());
    module.split('.').all(is_name).then(|| format!("{}.pyx", module.replace('.', "/")))
}

/// What Python itself and NumPy do is no matter.
fn is_inner(file: &str) -> bool {
    /// What imports for others, and NumPy, which raises for whoever asks.
    const INNER: [&str; 4] = ["/importlib/", "\\importlib\\", "/numpy/", "\\numpy\\"];
    file.starts_with('<') || INNER.iter().any(|part| file.contains(part))
}

/// Code that opens a library for whoever calls it: the place is the caller's.
fn is_helper(file: &str) -> bool {
    ["torch/_ops.py", "torch\\_ops.py", "ctypes/__init__.py", "ctypes\\__init__.py"]
        .iter()
        .any(|end| file.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::{import, import_of_a_command, is_numbered_source, notebook_frame, pytest_frame, without_prompt};

    #[test]
    fn a_line_of_source_tells_the_one_module_that_it_imports() {
        let told = |line: &str| import(line);
        assert_eq!(told("import win32api").as_deref(), Some("win32api"));
        assert_eq!(told("from . import _x as core").as_deref(), Some("_x"));
        assert_eq!(told("from .a.b import *").as_deref(), Some("a.b"));
        assert_eq!(told("from a.b import _c").as_deref(), Some("a.b._c"));
        for line in ["import a, b", "from . import (a, b)", "imported = 3", "return import_it()"] {
            assert_eq!(told(line), None, "{line}");
        }
        assert_eq!(import_of_a_command("> python -c \"import win32api\"").as_deref(), Some("win32api"));
        assert_eq!(import_of_a_command("> python -c print"), None);
        let typed = |line: &str| import(without_prompt(line));
        assert_eq!(typed(">>> import win32api").as_deref(), Some("win32api"));
        assert_eq!(typed("In [3]: import win32api").as_deref(), Some("win32api"));
        assert_eq!((typed(">> import x"), typed("In [3] import x")), (None, None));
    }

    #[test]
    fn notebooks_tell_places_in_their_own_way() {
        let told = notebook_frame;
        assert_eq!(told("/v/dist-packages/p/__init__.py in <module>()"), Some("/v/dist-packages/p/__init__.py"));
        assert_eq!(told("File ~/v/p/__init__.py:3, in f(x)"), Some("~/v/p/__init__.py"));
        assert_eq!(told("File c:\\v\\p.py:3"), Some("c:\\v\\p.py"));
        for line in ["see p.py in the folder", "File \"/v/p.py\", line 3", "File ~/v/p.py: nothing", "/v/p.pyx in f()"]
        {
            assert_eq!(told(line), None, "{line}");
        }
        assert_eq!(pytest_frame("../v/p/__init__.py:21: in <module>"), Some("../v/p/__init__.py"));
        for line in ["p.py:21: error: in x", "p.py: in <module>", "see p.py:21: in <module>"] {
            assert_eq!(pytest_frame(line), None, "{line}");
        }
        assert!(is_numbered_source("----> 8 import x") && is_numbered_source("7 import x"));
        assert!(!is_numbered_source("ImportError: x") && !is_numbered_source("-- 7"));
    }
}
