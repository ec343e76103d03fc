//! How an inside and its mirror are bound to each other: one table a type, read in both directions.
//!
//! `mirror!` takes the fields of a type with the mirrors of theirs. It takes the type apart without `..` on the way out
//! and puts it together whole on the way in: a field or a variant that is new inside and not in the table does not
//! compile. To add one, write its line; where older snapshots lack it, mark it `[default]`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use rustc_hash::FxHashMap;

use super::anonymize::Anonymizer;
use crate::vfs::VPath;
use crate::world::FileId;

/// What is wrong with a snapshot, in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage(pub String);

impl Damage {
    pub(super) fn new(what: impl Into<String>) -> Damage {
        Damage(what.into())
    }
}

/// The serializable side of a type.
pub(super) trait Mirror: Sized {
    type Real;

    /// Taken while a snapshot is made.
    fn of(real: &Self::Real, taking: &Taking) -> Self;

    /// Put back while a snapshot is opened.
    fn back(self, opening: &Opening) -> Result<Self::Real, Damage>;

    /// Says nothing, and may be left out.
    fn is_void(&self) -> bool {
        false
    }
}

/// What is kept in mind while a snapshot is taken.
pub(super) struct Taking {
    /// What paths are relative to.
    pub root: VPath,
    /// What hides the names of people.
    pub anonymizer: Anonymizer,
    numbers: RefCell<FxHashMap<FileId, u32>>,
    files: RefCell<Vec<FileId>>,
}

impl Taking {
    pub fn new(root: &VPath, anonymizer: Anonymizer) -> Taking {
        Taking { root: root.clone(), anonymizer, numbers: RefCell::default(), files: RefCell::default() }
    }

    /// The number of a file in the snapshot: files are numbered as they are met, which happens in a fixed order.
    pub fn number(&self, file: FileId) -> u32 {
        *self.numbers.borrow_mut().entry(file).or_insert_with(|| {
            let mut files = self.files.borrow_mut();
            files.push(file);
            u32::try_from(files.len() - 1).expect("fewer than four billion files")
        })
    }

    /// The files that have been met, by number.
    pub fn files(&self) -> Vec<FileId> {
        self.files.borrow().clone()
    }
}

/// What is kept in mind while a snapshot is opened.
pub(super) struct Opening {
    /// What paths are relative to.
    pub root: VPath,
    pub files: usize,
    pub distributions: usize,
    pub nodes: usize,
    pub imports: usize,
}

impl Opening {
    /// A number that has to lie below a bound.
    pub fn below(&self, number: u32, bound: usize, what: &str) -> Result<usize, Damage> {
        let number = number as usize;
        if number < bound { Ok(number) } else { Err(Damage::new(format!("it names {what} {number} of {bound}"))) }
    }
}

/// Mirrors a struct or an enum; see the head of this file.
macro_rules! mirror {
    ($(#[$meta:meta])* struct $name:ident = $real:ident {
        $($(#[$doc:meta])* $field:ident $([$void:ident])?: $kind:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
        pub(super) struct $name {
            $($(#[$doc])* $(#[serde($void, skip_serializing_if = "super::mirror::Mirror::is_void")])? pub $field: $kind,)*
        }

        impl super::mirror::Mirror for $name {
            type Real = $real;

            fn of(real: &$real, taking: &super::mirror::Taking) -> $name {
                let $real { $($field),* } = real;
                $name { $($field: <$kind as super::mirror::Mirror>::of($field, taking)),* }
            }

            fn back(self, opening: &super::mirror::Opening) -> Result<$real, super::mirror::Damage> {
                let $name { $($field),* } = self;
                Ok($real { $($field: super::mirror::Mirror::back($field, opening)?),* })
            }
        }
    };

    ($(#[$meta:meta])* enum $name:ident = $real:ident {
        $($(#[$doc:meta])* $variant:ident
            $(($inner:ident: $kind:ty))?
            $({ $($field:ident: $fkind:ty),* })?,)*
    }) => {
        $(#[$meta])*
        #[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case")]
        pub(super) enum $name {
            $($(#[$doc])* $variant $(($kind))? $({ $($field: $fkind),* })?,)*
        }

        impl super::mirror::Mirror for $name {
            type Real = $real;

            fn of(real: &$real, _taking: &super::mirror::Taking) -> $name {
                match real {
                    $($real::$variant $(($inner))? $({ $($field),* })? => $name::$variant
                        $((<$kind as super::mirror::Mirror>::of($inner, _taking)))?
                        $({ $($field: <$fkind as super::mirror::Mirror>::of($field, _taking)),* })?,)*
                }
            }

            fn back(self, _opening: &super::mirror::Opening) -> Result<$real, super::mirror::Damage> {
                Ok(match self {
                    $($name::$variant $(($inner))? $({ $($field),* })? => $real::$variant
                        $((super::mirror::Mirror::back($inner, _opening)?))?
                        $({ $($field: super::mirror::Mirror::back($field, _opening)?),* })?,)*
                })
            }
        }
    };
}
pub(super) use mirror;

/// What is its own mirror.
macro_rules! itself {
    ($($kind:ty),*) => {
        $(impl Mirror for $kind {
            type Real = $kind;

            fn of(real: &$kind, _: &Taking) -> $kind {
                *real
            }

            fn back(self, _: &Opening) -> Result<$kind, Damage> {
                Ok(self)
            }

            fn is_void(&self) -> bool {
                *self == <$kind>::default()
            }
        })*
    };
}
itself!(bool, u8, u16, u32, u64, usize, [u8; 4]);

impl Mirror for String {
    type Real = String;

    fn of(real: &String, taking: &Taking) -> String {
        taking.anonymizer.text(real).into_owned()
    }

    fn back(self, _: &Opening) -> Result<String, Damage> {
        Ok(self)
    }

    fn is_void(&self) -> bool {
        self.is_empty()
    }
}

/// Words that are fixed in the program that took the snapshot.
#[derive(PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(super) struct Words(String);

impl Mirror for Words {
    type Real = &'static str;

    fn of(real: &&'static str, _: &Taking) -> Words {
        Words((*real).to_owned())
    }

    fn back(self, _: &Opening) -> Result<&'static str, Damage> {
        Ok(fixed(self.0))
    }

    fn is_void(&self) -> bool {
        self.0.is_empty()
    }
}

/// Text that stays for as long as the program runs: each once, however often a snapshot is opened.
pub(super) fn fixed(text: String) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = known.get(text.as_str()) {
        return known;
    }
    let text: &'static str = Box::leak(text.into_boxed_str());
    known.insert(text);
    text
}

impl<T: Mirror> Mirror for Option<T> {
    type Real = Option<T::Real>;

    fn of(real: &Self::Real, taking: &Taking) -> Self {
        real.as_ref().map(|real| T::of(real, taking))
    }

    fn back(self, opening: &Opening) -> Result<Self::Real, Damage> {
        self.map(|mirror| mirror.back(opening)).transpose()
    }

    fn is_void(&self) -> bool {
        self.is_none()
    }
}

impl<T: Mirror> Mirror for Box<T> {
    type Real = Box<T::Real>;

    fn of(real: &Self::Real, taking: &Taking) -> Self {
        Box::new(T::of(real, taking))
    }

    fn back(self, opening: &Opening) -> Result<Self::Real, Damage> {
        Ok(Box::new((*self).back(opening)?))
    }
}

impl<T: Mirror> Mirror for Vec<T> {
    type Real = Vec<T::Real>;

    fn of(real: &Self::Real, taking: &Taking) -> Self {
        real.iter().map(|real| T::of(real, taking)).collect()
    }

    fn back(self, opening: &Opening) -> Result<Self::Real, Damage> {
        self.into_iter().map(|mirror| mirror.back(opening)).collect()
    }

    fn is_void(&self) -> bool {
        self.is_empty()
    }
}

impl<K: Mirror<Real: Ord> + Ord, V: Mirror> Mirror for BTreeMap<K, V> {
    type Real = BTreeMap<K::Real, V::Real>;

    fn of(real: &Self::Real, taking: &Taking) -> Self {
        real.iter().map(|(key, value)| (K::of(key, taking), V::of(value, taking))).collect()
    }

    fn back(self, opening: &Opening) -> Result<Self::Real, Damage> {
        self.into_iter().map(|(key, value)| Ok((key.back(opening)?, value.back(opening)?))).collect()
    }

    fn is_void(&self) -> bool {
        self.is_empty()
    }
}

impl<A: Mirror, B: Mirror> Mirror for (A, B) {
    type Real = (A::Real, B::Real);

    fn of((a, b): &Self::Real, taking: &Taking) -> Self {
        (A::of(a, taking), B::of(b, taking))
    }

    fn back(self, opening: &Opening) -> Result<Self::Real, Damage> {
        Ok((self.0.back(opening)?, self.1.back(opening)?))
    }
}
