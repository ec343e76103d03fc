//! How shells take words: the only place where anything is quoted.

use super::Word;

/// A shell that a command may be pasted into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shell {
    /// A POSIX shell: sh, bash, zsh.
    Sh,
    /// PowerShell, of Windows and of others.
    PowerShell,
    /// Windows' `cmd.exe`.
    Cmd,
    /// A line of a Dockerfile: what is to be done inside an image or another root, and never on the machine that looks.
    Dockerfile,
}

impl Shell {
    /// The shells of a system, the usual one first.
    pub const fn all(is_windows: bool) -> &'static [Shell] {
        if is_windows { &[Shell::PowerShell, Shell::Cmd] } else { &[Shell::Sh] }
    }

    /// As it is called in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Shell::Sh => "sh",
            Shell::PowerShell => "powershell",
            Shell::Cmd => "cmd",
            Shell::Dockerfile => "dockerfile",
        }
    }

    /// What stands before the commands of a fix.
    pub(super) fn start(self) -> &'static str {
        match self {
            Shell::Sh | Shell::PowerShell | Shell::Cmd => "",
            Shell::Dockerfile => "RUN ",
        }
    }

    /// What stands between commands of which each runs if the one before it has succeeded; Windows PowerShell has nothing
    /// that would say so.
    pub fn joint(self) -> &'static str {
        match self {
            Shell::Sh | Shell::Cmd | Shell::Dockerfile => " && ",
            Shell::PowerShell => "; ",
        }
    }

    /// The words as one line; none where this shell has no quoting that carries them unchanged.
    pub(super) fn line(self, words: &[Word]) -> Option<String> {
        let words: Option<Vec<String>> = words.iter().map(|word| self.word_of(word)).collect();
        Some(words?.join(" "))
    }

    fn word_of(self, word: &Word) -> Option<String> {
        match (word.assignment(), self) {
            (Some((name, value)), Shell::Sh | Shell::Dockerfile) => Some(format!("{name}{}", self.quoted(value)?)),
            // Both can set a variable, but for more than the one command.
            (Some(_), Shell::PowerShell | Shell::Cmd) => None,
            (None, _) => self.quoted(&word.text),
        }
    }

    /// One word, quoted where the shell would read it otherwise.
    fn quoted(self, text: &str) -> Option<String> {
        match self {
            // `RUN` hands its line to `/bin/sh -c`.
            Shell::Sh | Shell::Dockerfile => {
                Some(if is_plain_in_sh(text) { text.into() } else { format!("'{}'", text.replace('\'', r"'\''")) })
            }
            Shell::PowerShell => in_powershell(text),
            Shell::Cmd => in_cmd(text),
        }
    }
}

fn is_plain_in_sh(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+=:@%,".contains(&byte))
}

/// Windows' programs take their command line apart themselves: a quote, and a backslash before the end of a quoted word,
/// would have to be escaped as each of them expects.
fn is_carried_to_programs(text: &str) -> bool {
    let ends_its_quote = text.contains(char::is_whitespace) && text.ends_with('\\');
    !text.contains('"') && !ends_its_quote
}

/// `about_Quoting_Rules`: within single quotes nothing is replaced; a single quote, and each of its typographic forms, is
/// doubled.
fn in_powershell(text: &str) -> Option<String> {
    if !is_carried_to_programs(text) {
        return None;
    }
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+=\\".contains(&byte));
    // `-a.b` is taken apart at the dot, and `1.0` for a number.
    let is_taken_apart = text.starts_with('-') && text.contains('.');
    let starts_plainly = text.starts_with(|c: char| c.is_ascii_alphabetic() || "-/.".contains(c)) && text != "-";
    if is_plain && starts_plainly && !is_taken_apart {
        return Some(text.to_owned());
    }
    let mut quoted = String::from("'");
    for letter in text.chars() {
        quoted.push(letter);
        if matches!(letter, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(letter);
        }
    }
    Some(quoted + "'")
}

/// Within double quotes `cmd` still replaces `%NAME%` and, where it was told to, `!NAME!`: there is no way to say either.
fn in_cmd(text: &str) -> Option<String> {
    if !is_carried_to_programs(text) || text.contains(['%', '!']) {
        return None;
    }
    let is_plain =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+:\\@".contains(&byte));
    Some(if is_plain && !text.starts_with('@') { text.to_owned() } else { format!("\"{text}\"") })
}

#[cfg(test)]
mod tests {
    use super::Shell;

    fn quoted(shell: Shell, text: &str) -> Option<String> {
        shell.quoted(text)
    }

    #[test]
    fn a_posix_shell_gets_single_quotes() {
        for (text, expected) in [
            ("lib/a-1.so", "lib/a-1.so"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(x)", "'$(x)'"),
            ("~", "'~'"),
            ("numpy<2", "'numpy<2'"),
        ] {
            assert_eq!(quoted(Shell::Sh, text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn powershell_s_other_quotes_are_quotes_too() {
        for (text, expected) in [
            ("lib/a-1.so", "lib/a-1.so"),
            ("-a.b", "'-a.b'"),
            ("1.0", "'1.0'"),
            ("a’;x", "'a’’;x'"),
            ("it's", "'it''s'"),
            ("@rpath", "'@rpath'"),
            ("$env:X", "'$env:X'"),
            ("--only-binary=:all:", "'--only-binary=:all:'"),
        ] {
            assert_eq!(quoted(Shell::PowerShell, text).as_deref(), Some(expected));
        }
        assert_eq!(quoted(Shell::PowerShell, "a\"b"), None);
        assert_eq!(quoted(Shell::PowerShell, r"a b\"), None);
    }

    #[test]
    fn cmd_has_no_word_for_some_texts() {
        for (text, expected) in [("a&b", "\"a&b\""), ("a b", "\"a b\""), ("a^b", "\"a^b\""), ("numpy<2", "\"numpy<2\"")]
        {
            assert_eq!(quoted(Shell::Cmd, text).as_deref(), Some(expected));
        }
        for text in ["%PATH%", "a\"b", "!x!", r"a b\"] {
            assert_eq!(quoted(Shell::Cmd, text), None, "{text}");
        }
    }
}
