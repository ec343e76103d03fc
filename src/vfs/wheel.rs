//! Wheels read in place: what an installer would make of them, without unpacking anything to disk (PEP 427).
//!
//! [`Wheels`] lies over another file system and shows one or several `.whl` files as one folder of site-packages. One
//! wheel's folder is its own path, so that `/x/a-1.0-….whl/a/_a.abi3.so` is a path like any other. Whatever is not below
//! that folder passes through.

mod archive;
mod members;

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use super::member_cache::{MemberCache, OpenMember};
use super::overlay::Overlay;
use super::tree::{Tree, What};
use super::{FileSystem, ReadAt, Stat, VPath};
use crate::error::Error;
use members::Member;

/// One or several wheels, shown as one folder over another file system.
pub struct Wheels {
    inner: Arc<dyn FileSystem>,
    tree: Tree,
    contents: Vec<Contents>,
    overwritten: Vec<Overwritten>,
    members: Vec<Member>,
    kept: MemberCache,
}

/// What is known of one of the wheels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The `.whl` file.
    pub wheel: VPath,
    /// Its `.dist-info` folder, as a path below the root of all: of two wheels of one version, the later one's.
    pub metadata: Option<VPath>,
}

/// The files that one wheel has and a later one brings with other content: as of two installs, the later one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overwritten {
    pub earlier: VPath,
    pub later: VPath,
    /// The paths as an installer would write them; never empty.
    pub files: Vec<VPath>,
}

impl Wheels {
    /// Reads the tables of contents of wheels, in the order in which they would be installed.
    ///
    /// # Errors
    /// Where one of them is no zip archive, or one that no installer should unpack: a name that
    /// leads out, an unknown or encrypted packing, sizes beyond all wheels.
    pub fn over(inner: Arc<dyn FileSystem>, wheels: &[VPath]) -> Result<Wheels, Error> {
        let root = root(&*inner, wheels);
        let mut all = Wheels {
            inner,
            tree: Tree::new(root),
            contents: Vec::new(),
            overwritten: Vec::new(),
            members: Vec::new(),
            kept: MemberCache::default(),
        };
        for wheel in wheels {
            all.add(wheel)?;
        }
        Ok(all)
    }

    /// The folder that stands for the wheels: the path of the only one, else `2 wheels` in the folder that has them all.
    pub fn root(&self) -> &VPath {
        self.tree.root()
    }

    /// The wheels, in order.
    pub fn contents(&self) -> &[Contents] {
        &self.contents
    }

    /// What would not survive installing all of them.
    pub fn overwritten(&self) -> &[Overwritten] {
        &self.overwritten
    }

    fn add(&mut self, wheel: &VPath) -> Result<(), Error> {
        let mut members = archive::members(&*self.inner, wheel)?;
        // What lies in the root is installed first, then the parts of `NAME.data`.
        members.sort_by_key(|(path, member)| path.as_bytes() != member.name());
        let metadata = members.iter().filter_map(|(path, _)| path.parts().next());
        let metadata = metadata.filter(|top| top.ends_with(b".dist-info")).min().map(|top| self.root().join(top));
        self.contents.push(Contents { wheel: wheel.clone(), metadata });
        for (path, member) in members {
            self.place(&path, member)?;
        }
        Ok(())
    }

    /// Puts a member where an installer would; a file that is there already is overwritten.
    fn place(&mut self, path: &VPath, member: Member) -> Result<(), Error> {
        let number = self.members.len();
        let clash = |member: &Member| {
            let what = format!("{}: {path} is both a file and a folder", member.wheel());
            Error::new(what, "no installer could write it: get another wheel")
        };
        match self.tree.at_mut(path) {
            Some(What::Directory(_) | What::Link(_)) => return Err(clash(&member)),
            Some(What::File(there)) => {
                let earlier = std::mem::replace(there, number);
                let earlier = &self.members[earlier];
                if earlier.wheel() != member.wheel() && !earlier.is_like(&member) {
                    note(&mut self.overwritten, earlier.wheel(), member.wheel(), path);
                }
            }
            None => {
                self.tree.insert(path, What::File(number)).map_err(|()| clash(&member))?;
            }
        }
        self.members.push(member);
        Ok(())
    }
}

/// The folder that stands for the wheels, which nothing else must be called like.
fn root(inner: &dyn FileSystem, wheels: &[VPath]) -> VPath {
    if let [wheel] = wheels {
        return wheel.clone();
    }
    let above = wheels.first().map(|first| std::iter::successors(first.parent(), VPath::parent));
    let common = above.into_iter().flatten().find(|above| wheels.iter().all(|wheel| wheel.starts_with(above)));
    let common = common.unwrap_or_else(|| VPath::new("/"));
    let name = format!("{} wheels", wheels.len());
    let others = (2..).map(|number| common.join(format!("{name} ({number})")));
    let mut names = std::iter::once(common.join(&name)).chain(others);
    names.find(|path| inner.stat(path).is_err()).unwrap_or(common)
}

fn note(overwritten: &mut Vec<Overwritten>, earlier: &VPath, later: &VPath, file: &VPath) {
    let is_same = |known: &&mut Overwritten| known.earlier == *earlier && known.later == *later;
    match overwritten.iter_mut().find(is_same) {
        Some(known) => known.files.push(file.clone()),
        None => {
            let files = vec![file.clone()];
            overwritten.push(Overwritten { earlier: earlier.clone(), later: later.clone(), files });
        }
    }
}

/// Where an installer puts a member (PEP 427, "the .data directory"): `NAME.data/purelib` and `NAME.data/platlib` are
/// site-packages itself, `NAME.data/scripts` is `bin` in it, as for `pip install --target`. What else is in `NAME.data`
/// stays where it is.
pub fn installed(name: &[u8]) -> Cow<'_, [u8]> {
    let mut parts = name.splitn(3, |&byte| byte == b'/');
    let (Some(data), Some(scheme), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return Cow::Borrowed(name);
    };
    match scheme {
        _ if !data.ends_with(b".data") => Cow::Borrowed(name),
        b"purelib" | b"platlib" => Cow::Borrowed(rest),
        b"scripts" => Cow::Owned([b"bin/", rest].concat()),
        _ => Cow::Borrowed(name),
    }
}

/// Wheels have no links: what a zip calls one is installed as the file that it is stored as.
impl Overlay for Wheels {
    fn inner(&self) -> &dyn FileSystem {
        &*self.inner
    }

    fn tree(&self) -> &Tree {
        &self.tree
    }

    fn measure(&self, number: usize) -> (u64, bool) {
        let member = &self.members[number];
        (member.len(), member.is_executable())
    }

    fn open_member(&self, number: usize, stat: Stat) -> io::Result<Box<dyn ReadAt + '_>> {
        let bytes = self.members[number].bytes(&*self.inner)?;
        self.kept.keep(number, &bytes);
        Ok(Box::new(OpenMember { bytes, stat }))
    }
}

#[cfg(test)]
mod tests {
    use super::installed;

    #[test]
    fn only_the_parts_of_site_packages_and_the_scripts_move() {
        let moved = |name: &str| String::from_utf8(installed(name.as_bytes()).into_owned()).unwrap();
        assert_eq!(moved("a-1.data/purelib/a/b.py"), "a/b.py");
        assert_eq!(moved("a-1.data/platlib/a.so"), "a.so");
        assert_eq!(moved("a-1.data/scripts/run"), "bin/run");
        for stays in ["a-1.data/data/lib/b.so", "a-1.data/headers/b.h", "a/purelib/b.py", "a-1.data/purelib", "a.py"] {
            assert_eq!(moved(stays), stays);
        }
    }
}
