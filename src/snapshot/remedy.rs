//! The mirror of fixes.

use super::mirror::{Damage, Mirror, Opening, Taking};
use super::text::Place;
use crate::command::{Command, Kind, Remedy, Template};
use crate::vfs::VPath;

/// The fix of a finding. Commands are kept as the templates that they are made from, so that whoever reads the snapshot
/// decides what a person is told to paste; of older snapshots, which have them as texts, there are none.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(from = "Stored")]
pub(super) struct RemedyMirror {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    text: String,
    /// Ways to do it, each of several commands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Vec<CommandMirror>>,
}

/// A remedy as snapshots have it; some older ones have the sentence alone.
#[derive(serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(untagged)]
enum Stored {
    Sentence(String),
    Whole {
        #[serde(default)]
        text: String,
        #[serde(default)]
        fixes: Vec<Vec<CommandMirror>>,
    },
}

impl From<Stored> for RemedyMirror {
    fn from(stored: Stored) -> RemedyMirror {
        match stored {
            Stored::Sentence(text) => RemedyMirror { text, fixes: Vec::new() },
            Stored::Whole { text, fixes } => RemedyMirror { text, fixes },
        }
    }
}

/// A command: templates, each with the values of its places; of these, paths are written as [`Place`] writes them.
type CommandMirror = Vec<(String, Vec<String>)>;

impl Mirror for RemedyMirror {
    type Real = Remedy;

    fn of(real: &Remedy, taking: &Taking) -> RemedyMirror {
        let Remedy { text, fixes } = real;
        let value = |(kind, value): (Kind, &String)| match kind {
            Kind::Path => Place::of(&VPath::new(value), taking).text(),
            _ => Mirror::of(value, taking),
        };
        let part = |(template, values): (Template, &[String])| {
            (template.0.to_owned(), template.places().zip(values).map(value).collect())
        };
        let command = |command: &Command| command.parts().map(part).collect();
        let fixes = fixes.iter().map(|commands| commands.iter().map(command).collect()).collect();
        RemedyMirror { text: Mirror::of(text, taking), fixes }
    }

    fn back(self, opening: &Opening) -> Result<Remedy, Damage> {
        let value = |(kind, value): (Kind, &String)| match kind {
            Kind::Path => Place::read(value, opening).to_string(),
            _ => value.clone(),
        };
        let part = |(template, values): &(String, Vec<String>)| {
            let template = Template::known(template)?;
            Some((template, template.places().zip(values).map(value).collect()))
        };
        let command = |parts: &CommandMirror| Command::restored(parts.iter().map(part).collect::<Option<_>>()?);
        // A fix of which a part is not to be trusted is none.
        let fixes = self.fixes.iter().filter_map(|commands| commands.iter().map(command).collect()).collect();
        Ok(Remedy { text: self.text, fixes })
    }
}
