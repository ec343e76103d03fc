//! What the compiled code of a bundle certainly imports, and the bundle does not have. Never run.
//!
//! Followed are the program's scripts and the outermost modules and packages of the bundle, import by import, as far as each
//! one certainly runs ([`crate::discover::bundle::Told`]). What is missing has to belong into a package that is there: a
//! module of another package may be built into the interpreter. Nothing is said of packages whose code may put modules in
//! place itself.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Facts;
use crate::discover::bundle::{Codes, Import, Told};
use crate::graph::Presence;
use crate::vfs::VPath;

/// A module that is nowhere in the bundle.
pub(super) struct Gone {
    pub module: String,
    /// From the script or the outermost package down to the module that imports it.
    pub way: Vec<String>,
    /// Is the first of these a script of the program?
    pub is_script: bool,
}

/// More modules than any program has.
const MOST_MODULES: usize = 50_000;
/// By these a module gives itself names that nobody can tell.
const NAMERS: [&str; 8] = ["__getattr__", "globals", "locals", "vars", "setattr", "exec", "eval", "__dict__"];

/// Each missing module once, by its name.
pub(super) fn gone(facts: &Facts) -> Vec<Gone> {
    let Some(bundle) = &facts.survey.target.bundle else { return Vec::new() };
    let codes = Codes::of(facts.survey.world.fs(), bundle, facts.python());
    let mut walk = Walk {
        facts,
        codes,
        told: FxHashMap::default(),
        ways: Vec::new(),
        seen: FxHashSet::default(),
        open: VecDeque::new(),
        gone: Vec::new(),
    };
    for (script, told) in walk.codes.scripts() {
        let at = walk.step(None, &script);
        walk.imports(at, "", false, &told);
    }
    let names = bundle.modules.names.iter().filter_map(|name| name.split('.').next()).map(str::to_owned);
    let tops: BTreeSet<String> = names.chain(walk.codes.tops()).collect();
    tops.iter().for_each(|top| walk.visit(None, top));
    while let Some((at, name)) = walk.open.pop_front() {
        if let Some(module) = walk.module(&name) {
            walk.imports(at, &name, module.is_package, &module.told);
        }
        if walk.seen.len() > MOST_MODULES {
            break;
        }
    }
    walk.gone.sort_by(|a, b| a.module.cmp(&b.module));
    walk.gone
}

struct Module {
    told: Told,
    is_package: bool,
}

struct Walk<'a> {
    facts: &'a Facts<'a>,
    codes: Codes<'a>,
    /// What was asked for already; none where there is no code.
    told: FxHashMap<String, Option<Rc<Module>>>,
    /// Modules that were come to, each with the one that imports it.
    ways: Vec<(Option<usize>, String)>,
    seen: FxHashSet<String>,
    open: VecDeque<(usize, String)>,
    gone: Vec<Gone>,
}

impl Walk<'_> {
    fn step(&mut self, by: Option<usize>, name: &str) -> usize {
        self.ways.push((by, name.to_owned()));
        self.ways.len() - 1
    }

    fn visit(&mut self, by: Option<usize>, name: &str) {
        if self.seen.insert(name.to_owned()) {
            let at = self.step(by, name);
            self.open.push_back((at, name.to_owned()));
        }
    }

    fn module(&mut self, name: &str) -> Option<Rc<Module>> {
        if let Some(known) = self.told.get(name) {
            return known.clone();
        }
        let module = self.codes.module(name).map(|(told, is_package)| Rc::new(Module { told, is_package }));
        self.told.insert(name.to_owned(), module.clone());
        module
    }

    /// Follows what a module certainly imports.
    fn imports(&mut self, at: usize, name: &str, is_package: bool, told: &Told) {
        for import in &told.imports {
            let Some(base) = absolute(name, is_package, import) else { continue };
            if !self.all_of(at, name, &base) {
                continue;
            }
            for taken in import.names.iter().filter(|taken| *taken != "*") {
                let module = format!("{base}.{taken}");
                match self.presence(&module) {
                    Presence::Present(_) => self.visit(Some(at), &module),
                    Presence::Absent if !self.is_namespace(&module) && !self.may_bind(&base, taken) => {
                        self.miss(at, name, &module);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Visits a module and the packages that it lies in; says whether all are there.
    fn all_of(&mut self, at: usize, by: &str, module: &str) -> bool {
        let ends = module.match_indices('.').map(|(end, _)| end).chain([module.len()]);
        for end in ends {
            match self.presence(&module[..end]) {
                Presence::Present(_) => self.visit(Some(at), &module[..end]),
                Presence::Absent if self.is_namespace(&module[..end]) => {}
                Presence::Absent => {
                    self.miss(at, by, &module[..end]);
                    return false;
                }
                Presence::Unknown => return false,
            }
        }
        true
    }

    fn presence(&self, module: &str) -> Presence {
        self.facts.survey.python_module(module)
    }

    /// Is it a package without a file of its own: a folder, or the beginning of other modules' names?
    fn is_namespace(&self, module: &str) -> bool {
        let below = format!("{module}.");
        let names =
            self.facts.survey.target.bundle.iter().flat_map(|bundle| bundle.modules.names.range(below.clone()..));
        let is_folder = |path: &VPath| self.facts.survey.world.fs().list(&path.join(module.replace('.', "/"))).is_ok();
        names.take(1).any(|name| name.starts_with(&below)) || self.facts.python().path.iter().any(is_folder)
    }

    /// May the package itself have something of this name, so that no module needs to be imported for it?
    fn may_bind(&mut self, package: &str, name: &str) -> bool {
        let Some(module) = self.module(package).filter(|module| module.is_package) else { return true };
        if module.told.names.contains(name) || NAMERS.iter().any(|namer| module.told.names.contains(*namer)) {
            return true;
        }
        module.told.stars.iter().any(|star| match absolute(package, true, star) {
            Some(from) => self.may_hand_on(&from, name),
            None => true,
        })
    }

    /// May a star import from this module bring in something of this name?
    fn may_hand_on(&mut self, from: &str, name: &str) -> bool {
        let Some(module) = self.module(from).filter(|module| module.told.stars.is_empty()) else { return true };
        match module.told.names.contains("__all__") {
            true => module.told.texts.contains(name),
            false => !name.starts_with('_') && module.told.names.contains(name),
        }
    }

    /// Keeps what is missing, where it belongs into a package that is there, and nothing else can put it in place.
    fn miss(&mut self, at: usize, by: &str, module: &str) {
        let Some((package, last)) = module.rsplit_once('.') else { return };
        let is_package = self.module(package).is_some_and(|package| package.is_package);
        let above = std::iter::successors(Some(package), |name| name.rsplit_once('.').map(|(above, _)| above));
        let mut concerned = above.chain([by].into_iter().filter(|by| !by.is_empty()));
        let may_have = concerned.any(|name| self.module(name).is_none_or(|module| module.told.may_have(last)));
        if !is_package || may_have || self.gone.iter().any(|gone| gone.module == module) {
            return;
        }
        let mut way: Vec<String> = Vec::new();
        let mut next = Some(at);
        while let Some(place) = next {
            way.push(self.ways[place].1.clone());
            next = self.ways[place].0;
        }
        way.reverse();
        let is_script = !self.seen.contains(&way[0]);
        self.gone.push(Gone { module: module.to_owned(), way, is_script });
    }
}

/// The whole name of what a module imports from; none where that would lie above everything.
fn absolute(name: &str, is_package: bool, import: &Import) -> Option<String> {
    if import.level == 0 {
        return Some(import.module.clone());
    }
    let mut package = name;
    for _ in usize::from(is_package)..import.level {
        package = package.rsplit_once('.').map_or("", |(above, _)| above);
    }
    match (package, import.module.as_str()) {
        ("", _) => None,
        (package, "") => Some(package.to_owned()),
        (package, module) => Some(format!("{package}.{module}")),
    }
}

#[cfg(test)]
mod tests {
    use super::absolute;
    use crate::discover::bundle::Import;

    #[test]
    fn relative_names_begin_at_the_package() {
        let of = |name: &str, is_package, level, module: &str| {
            absolute(name, is_package, &Import { level, module: module.into(), names: Vec::new() })
        };
        assert_eq!(of("a.b", false, 0, "x.y").as_deref(), Some("x.y"));
        assert_eq!(of("a.b", false, 1, "").as_deref(), Some("a"));
        assert_eq!(of("a.b", false, 1, "c").as_deref(), Some("a.c"));
        assert_eq!(of("a.b", true, 1, "c").as_deref(), Some("a.b.c"));
        assert_eq!(of("a.b", true, 2, "c").as_deref(), Some("a.c"));
        assert_eq!(of("a", false, 1, "c"), None);
        assert_eq!(of("a.b", false, 5, "c"), None);
    }
}
