//! Changes of the heap that can be taken back: how both arms of an undecided condition start from one state.
//!
//! While an arm runs, the old content of whatever it changes is kept on a trail. Taking the arm back leaves what it changed
//! things to; the other arm runs; then both are joined: what they left different is unknown. What an arm created itself is
//! not on the trail: nothing else knows it, or knows it only through something that is.

use std::sync::Arc;

use ruff_python_ast::name::Name;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Heap, HeapObject, ModuleEntry, NamespaceId, ObjectKey};
use crate::python::value::{PyValue, Reason};

/// One change, with what was there before.
#[derive(Clone, Debug)]
enum Undo {
    Name(NamespaceId, Name, Option<PyValue>),
    Open(NamespaceId, Option<Reason>),
    Object(ObjectKey, HeapObject),
    /// What stood in `sys.modules` before code put something in its place.
    Module(Arc<str>, Option<ModuleEntry>),
}

/// The changes since the outermost mark, and the marks.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    undo: Vec<Undo>,
    marks: Vec<Mark>,
}

/// How much there was when an arm began.
#[derive(Clone, Debug)]
struct Mark {
    undo: usize,
    namespaces: usize,
    objects: usize,
    /// Objects whose content is on the trail already: they may be large, and change often.
    kept: FxHashSet<ObjectKey>,
}

/// What an arm left behind where it changed something.
#[derive(Debug, Default)]
pub(in crate::python) struct Left {
    names: FxHashMap<(NamespaceId, Name), Option<PyValue>>,
    open: FxHashMap<NamespaceId, Option<Reason>>,
    objects: FxHashMap<ObjectKey, HeapObject>,
    modules: FxHashMap<Arc<str>, Option<ModuleEntry>>,
}

/// Does the first way of being open leave room for more names than the second?
fn is_wider(one: Option<Reason>, other: Option<Reason>) -> bool {
    let width = |open: Option<Reason>| match open {
        None => 0,
        Some(Reason::Star) => 1,
        Some(_) => 2,
    };
    width(one) > width(other)
}

impl Heap {
    pub(in crate::python) fn set(&mut self, namespace: NamespaceId, name: &str, value: PyValue) {
        self.change(namespace, name, Some(value));
    }

    /// Unbinds a name; says whether it was bound.
    pub(in crate::python) fn unset(&mut self, namespace: NamespaceId, name: &str) -> bool {
        let is_bound = self.get(namespace, name).is_some();
        if is_bound {
            self.change(namespace, name, None);
        }
        is_bound
    }

    fn change(&mut self, namespace: NamespaceId, name: &str, value: Option<PyValue>) {
        let is_kept = self.trail.marks.last().is_some_and(|mark| (namespace.0 as usize) < mark.namespaces);
        let names = &mut self.namespaces[namespace.0 as usize].names;
        let old = match value {
            Some(value) => match names.get_mut(name) {
                Some(place) => Some(std::mem::replace(place, value)),
                None => names.insert(Name::new(name), value),
            },
            None => names.remove(name),
        };
        if is_kept {
            self.trail.undo.push(Undo::Name(namespace, Name::new(name), old));
        }
    }

    /// From now on the namespace may hold names that are not known.
    pub(in crate::python) fn set_open(&mut self, namespace: NamespaceId, reason: Reason) {
        if is_wider(Some(reason), self.open(namespace)) {
            self.change_open(namespace, Some(reason));
        }
    }

    fn change_open(&mut self, namespace: NamespaceId, open: Option<Reason>) {
        let is_kept = self.trail.marks.last().is_some_and(|mark| (namespace.0 as usize) < mark.namespaces);
        let old = std::mem::replace(&mut self.namespaces[namespace.0 as usize].open, open);
        if is_kept {
            self.trail.undo.push(Undo::Open(namespace, old));
        }
    }

    /// An object, to change it.
    pub(in crate::python) fn object_mut(&mut self, key: ObjectKey) -> &mut HeapObject {
        let place = &mut self.objects[key.0 as usize];
        if let Some(mark) = self.trail.marks.last_mut()
            && (key.0 as usize) < mark.objects
            && mark.kept.insert(key)
        {
            self.trail.undo.push(Undo::Object(key, place.clone()));
        }
        place
    }

    /// Code puts something into `sys.modules`, or takes it away. What imports do there is not taken back with an arm.
    pub(in crate::python) fn change_module(&mut self, name: &str, entry: Option<ModuleEntry>) {
        let old = match entry {
            Some(entry) => self.modules.insert(name.into(), entry),
            None => self.modules.remove(name),
        };
        if !self.trail.marks.is_empty() {
            self.trail.undo.push(Undo::Module(name.into(), old));
        }
    }

    /// An arm begins.
    pub(in crate::python) fn mark(&mut self) {
        let (namespaces, objects) = (self.namespaces.len(), self.objects.len());
        let kept = FxHashSet::default();
        self.trail.marks.push(Mark { undo: self.trail.undo.len(), namespaces, objects, kept });
    }

    /// The arm ends, and what it changed is taken back.
    pub(in crate::python) fn take_back(&mut self) -> Left {
        let mut left = Left::default();
        let Some(mark) = self.trail.marks.pop() else { return left };
        while self.trail.undo.len() > mark.undo {
            match self.trail.undo.pop() {
                Some(Undo::Name(namespace, name, old)) => {
                    let names = &mut self.namespaces[namespace.0 as usize].names;
                    let now = match old {
                        Some(old) => names.insert(name.clone(), old),
                        None => names.remove(&name),
                    };
                    left.names.entry((namespace, name)).or_insert(now);
                }
                Some(Undo::Open(namespace, old)) => {
                    let now = std::mem::replace(&mut self.namespaces[namespace.0 as usize].open, old);
                    left.open.entry(namespace).or_insert(now);
                }
                Some(Undo::Object(key, old)) => {
                    let now = std::mem::replace(&mut self.objects[key.0 as usize], old);
                    left.objects.entry(key).or_insert(now);
                }
                Some(Undo::Module(name, old)) => {
                    let now = match old {
                        Some(old) => self.modules.insert(name.clone(), old),
                        None => self.modules.remove(&name),
                    };
                    left.modules.entry(name).or_insert(now);
                }
                None => break,
            }
        }
        left
    }

    /// The arm ends, and what it changed stays: for a mark below, it is part of that arm.
    pub(in crate::python) fn keep(&mut self) {
        let Some(mark) = self.trail.marks.pop() else { return };
        let Some(below) = self.trail.marks.last() else {
            self.trail.undo.clear();
            return;
        };
        let is_older = |undo: &Undo| match undo {
            Undo::Name(namespace, ..) | Undo::Open(namespace, _) => (namespace.0 as usize) < below.namespaces,
            Undo::Object(key, _) => (key.0 as usize) < below.objects,
            Undo::Module(..) => true,
        };
        let kept: Vec<Undo> = self.trail.undo.drain(mark.undo..).filter(is_older).collect();
        self.trail.undo.extend(kept);
    }

    /// Does again what an arm that was taken back did.
    pub(in crate::python) fn apply(&mut self, left: Left) {
        for ((namespace, name), value) in left.names {
            self.change(namespace, &name, value);
        }
        for (namespace, open) in left.open {
            self.change_open(namespace, open);
        }
        for (key, object) in left.objects {
            *self.object_mut(key) = object;
        }
        for (name, entry) in left.modules {
            self.change_module(&name, entry);
        }
    }

    /// The second arm ends: what the two left different is unknown from now on.
    pub(in crate::python) fn join(&mut self, first: &Left) {
        let Some(start) = self.trail.marks.last().map(|mark| mark.undo) else { return };
        let mut bases: FxHashMap<(NamespaceId, Name), Option<PyValue>> = FxHashMap::default();
        let (mut opened, mut objects, mut modules) = (FxHashSet::default(), FxHashSet::default(), Vec::new());
        for undo in &self.trail.undo[start..] {
            match undo {
                Undo::Name(namespace, name, old) => {
                    bases.entry((*namespace, name.clone())).or_insert_with(|| old.clone());
                }
                Undo::Open(namespace, _) => drop(opened.insert(*namespace)),
                Undo::Object(key, _) => drop(objects.insert(*key)),
                Undo::Module(name, _) => modules.push(name.clone()),
            }
        }
        for ((namespace, name), theirs) in &first.names {
            bases.remove(&(*namespace, name.clone()));
            self.join_name(*namespace, name, theirs.as_ref());
        }
        for ((namespace, name), theirs) in bases {
            self.join_name(namespace, &name, theirs.as_ref());
        }
        for (namespace, theirs) in &first.open {
            if is_wider(*theirs, self.open(*namespace)) {
                self.change_open(*namespace, *theirs);
            }
        }
        for key in objects.iter().chain(first.objects.keys()) {
            let is_same = first.objects.get(key).is_some_and(|theirs| is_same(theirs, self.object(*key)));
            if !is_same {
                *self.object_mut(*key) = HeapObject::Lost(Reason::Arms);
            }
        }
        modules.extend(first.modules.keys().cloned());
        for name in modules {
            let entry = self.modules.get(&name).or(first.modules.get(&name).and_then(Option::as_ref)).cloned();
            let lost = entry.map(|entry| ModuleEntry { replaced: Some(PyValue::Unknown(Reason::Arms)), ..entry });
            self.change_module(&name, lost);
        }
        self.keep();
    }

    fn join_name(&mut self, namespace: NamespaceId, name: &Name, theirs: Option<&PyValue>) {
        let is_same = match (self.get(namespace, name), theirs) {
            (Some(ours), Some(theirs)) => ours.is_same(theirs),
            (None, None) => true,
            _ => false,
        };
        if !is_same {
            self.set(namespace, name, PyValue::Unknown(Reason::Arms));
        }
    }
}

fn is_same(one: &HeapObject, other: &HeapObject) -> bool {
    let all = |one: &[PyValue], other: &[PyValue]| {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_same(other))
    };
    match (one, other) {
        (HeapObject::List(one), HeapObject::List(other)) | (HeapObject::Set(one), HeapObject::Set(other)) => {
            all(one, other)
        }
        (HeapObject::Dict(one), HeapObject::Dict(other)) => {
            let is_same = |((k, v), (l, w)): (&(PyValue, PyValue), &(PyValue, PyValue))| k.is_same(l) && v.is_same(w);
            one.len() == other.len() && one.iter().zip(other).all(is_same)
        }
        _ => false,
    }
}
