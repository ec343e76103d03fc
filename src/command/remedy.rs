//! What mends something: a sentence, and the commands that do it.

use super::templates::CD;
use super::{Command, Refusal, Shell};

/// What mends a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// One sentence; it also says where a command could not be given.
    pub text: String,
    /// Ways to do it, the best first; each is the commands to run, in order.
    pub fixes: Vec<Vec<Command>>,
}

/// A command of a remedy as a shell takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'r> {
    pub shell: Shell,
    /// Which of the fixes, counted from 1.
    pub fix: usize,
    /// Which command of the fix, counted from 1.
    pub step: usize,
    pub command: &'r Command,
    pub text: String,
}

impl Remedy {
    /// A sentence without a command, so far.
    pub fn new(text: impl Into<String>) -> Remedy {
        Remedy { text: text.into(), fixes: Vec::new() }
    }

    /// With one more way to do it, a single command.
    pub fn fix(self, command: Result<Command, Refusal>) -> Remedy {
        self.steps([command])
    }

    /// With one more way to do it: these commands, in order. Where one of them cannot be given none is, and the sentence
    /// says why.
    pub fn steps(mut self, commands: impl IntoIterator<Item = Result<Command, Refusal>>) -> Remedy {
        match commands.into_iter().collect::<Result<Vec<Command>, Refusal>>() {
            Ok(commands) => self.fixes.push(commands),
            Err(refusal) => {
                let joint = if self.text.is_empty() { "" } else { "; " };
                self.text += &format!("{joint}no command: {refusal}");
            }
        }
        self
    }

    /// The same inside another system, whose folder all relative paths of its commands begin at.
    pub fn inside(mut self, root: &dyn AsRef<[u8]>) -> Remedy {
        if self.fixes.is_empty() {
            return self;
        }
        self.text += ", in that system";
        for commands in self.fixes.iter_mut().filter(|commands| commands.iter().any(Command::has_relative_path)) {
            if let Ok(enter) = CD.with(&[root]) {
                commands.insert(0, enter);
            }
        }
        self
    }

    /// Every command for every one of these shells that can take it.
    pub fn commands(&self, shells: &[Shell]) -> Vec<Step<'_>> {
        let mut steps = Vec::new();
        for &shell in shells {
            for (fix, commands) in self.fixes.iter().enumerate() {
                let texts: Option<Vec<String>> = commands.iter().map(|command| command.text(shell)).collect();
                // Half of a fix is none.
                let texts = texts.into_iter().flatten().zip(commands).enumerate();
                steps.extend(texts.map(|(step, (text, command))| Step {
                    shell,
                    fix: fix + 1,
                    step: step + 1,
                    command,
                    text: format!("{}{text}", shell.start()),
                }));
            }
        }
        steps
    }

    /// The best fix for a shell, in one line.
    pub fn first(&self, shell: Shell) -> Option<String> {
        self.lines(shell).into_iter().next()
    }

    /// The fixes for a shell, each in one line.
    pub fn lines(&self, shell: Shell) -> Vec<String> {
        let line = |commands: &Vec<Command>| {
            let texts: Option<Vec<String>> = commands.iter().map(|command| command.text(shell)).collect();
            Some(format!("{}{}", shell.start(), texts?.join(shell.joint())))
        };
        self.fixes.iter().filter_map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Remedy, Shell};
    use crate::command::templates::{BREW_INSTALL, DELOCATE_FROM, NAME_ADD_RPATH, SIGN};

    #[test]
    fn a_fix_of_several_steps_is_given_whole_or_not_at_all() {
        let steps = |path: &str| {
            Remedy::new("add the rpath").steps([NAME_ADD_RPATH.with(&[&"@loader_path", &path]), SIGN.with(&[&path])])
        };
        let remedy = steps("a b.so");
        assert_eq!(
            remedy.lines(Shell::Sh),
            ["install_name_tool -add_rpath @loader_path 'a b.so' && codesign --force --sign - 'a b.so'"]
        );
        assert_eq!(
            remedy.commands(&[Shell::Sh]).iter().map(|step| (step.fix, step.step)).collect::<Vec<_>>(),
            [(1, 1), (1, 2)]
        );
        let refused = steps("a\nb.so");
        assert!(refused.fixes.is_empty());
        assert_eq!(refused.text, "add the rpath; no command: a\\u{a}b.so contains characters that cannot be seen");
    }

    #[test]
    fn what_is_to_be_done_in_another_system_is_no_command_for_this_one() {
        let inside = |command| Remedy::new("x").fix(command).inside(&"/srv/a b").lines(Shell::Dockerfile);
        assert_eq!(inside(BREW_INSTALL.with(&[&"xz"])), ["RUN brew install xz"]);
        assert_eq!(
            inside(SIGN.with(&[&"lib/x.so"])),
            ["RUN cd '/srv/a b' && codesign --force --sign - lib/x.so"],
            "paths are those below the environment"
        );
        assert_eq!(inside(SIGN.with(&[&"/lib/x.so"])), ["RUN codesign --force --sign - /lib/x.so"]);
    }

    #[test]
    fn only_shells_that_can_take_a_command_get_it() {
        let remedy = Remedy::new("x").fix(DELOCATE_FROM.with(&[&"/a"])).fix(BREW_INSTALL.with(&[&"xz"]));
        let fixes: Vec<(usize, &str)> =
            remedy.commands(&[Shell::Sh, Shell::Cmd]).iter().map(|step| (step.fix, step.shell.word())).collect();
        assert_eq!(fixes, [(1, "sh"), (2, "sh"), (2, "cmd")]);
    }
}
