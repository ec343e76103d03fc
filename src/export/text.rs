//! The report: what was looked at, what will not load and how to fix it, the verdict.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::commands;
use super::paint::count;
use super::places::{self, Counts};
use super::{Format, Glyph, Ink, Options, Paint};
use crate::diagnose::{Evidence, Finding, Severity};
use crate::discover::Kind;
use crate::printable::{bounded, inert};
use crate::rule::RuleId;
use crate::scan::Scan;
use crate::vfs::VPath;

/// The report, as `dylens check` prints it.
pub const TEXT: Format =
    Format { name: "text", about: "the report, for people", endings: &[".txt"], judges: true, draws: None, write };

/// How many places of a search are shown.
const PLACES: usize = 8;
/// How many warnings of one rule are shown.
const ALIKE: usize = 5;
/// So much information may be read in full without anybody asking for it.
const FEW: usize = 2;

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let report = Report { scan, paint: &options.paint, verbose: options.verbose };
    let mut text = report.head();
    text += &report.errors();
    text += &report.warnings();
    text += &report.infos();
    text += &report.verdict();
    for line in &options.set_aside {
        text += &format!("{}\n", options.paint.ink(Ink::Quiet, line));
    }
    out.write_all(inert(&text).as_bytes())
}

/// Is it told as the warnings are, though nothing breaks by it?
fn is_highlight(finding: &Finding) -> bool {
    finding.is_of_install_name() && finding.severity == Severity::Info
}

struct Report<'a> {
    scan: &'a Scan,
    paint: &'a Paint,
    verbose: bool,
}

impl Report<'_> {
    /// What was looked at, and why.
    fn head(&self) -> String {
        let target = &self.scan.target;
        let counts = Counts::of(self.scan);
        let because = target.because.as_ref().map_or_else(String::new, |because| format!(" ({})", bounded(because)));
        let python = self.scan.world.host.python.as_ref().filter(|python| python.version.is_some());
        let python = match python {
            Some(python) => Some(format!("Python {}", python.version_text())),
            // A wheel for any Python has none of its own.
            None => (target.kind != Kind::Wheel).then(|| "unknown Python".to_owned()),
        };
        let facts: Vec<String> = python
            .into_iter()
            .chain([
                places::system(self.scan),
                count(counts.modules, "module"),
                count(counts.libraries, "library"),
                count(counts.distributions, "distribution"),
            ])
            .collect();
        let root = self.paint.ink(Ink::Strong, &bounded(target.named()));
        let dot = format!(" {} ", self.paint.glyph(Glyph::Dot));
        let mut head = format!("{} {root}{because}{dot}{}\n", target.what(), facts.join(&dot));
        head += &self.others();
        if self.scan.is_partial {
            head += &format!("{}\n", places::STOPPED_EARLY);
        }
        head
    }

    /// The other environments that may be meant, where none was named.
    fn others(&self) -> String {
        const MOST: usize = 4;
        let others = &self.scan.target.others;
        let shown =
            others.iter().take(MOST).map(|other| format!("{} ({})", bounded(&other.path), bounded(&other.because)));
        let more = others.len().saturating_sub(MOST);
        let more = (more > 0).then(|| format!("{more} more"));
        let all: Vec<String> = shown.chain(more).collect();
        match &all[..] {
            [] => String::new(),
            all => format!("{}\n", self.paint.ink(Ink::Quiet, &format!("not looked at: {}", all.join(", ")))),
        }
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.scan.findings.iter().filter(move |finding| finding.severity == severity)
    }

    fn errors(&self) -> String {
        let causes = places::by_cause(self.scan, Severity::Error);
        causes.iter().map(|cause| format!("\n{}", self.cause(cause))).collect()
    }

    /// What findings have in common, once: the first of them with all that it rests on, then whose the others are.
    fn cause(&self, findings: &[&Finding]) -> String {
        self.whole(findings[0]) + &self.others_of(findings)
    }

    /// The findings that have the cause of the first: where they are, and what else there is to do.
    fn others_of(&self, findings: &[&Finding]) -> String {
        let mut text = String::new();
        for finding in &findings[1..] {
            text += &format!("  also {}\n", bounded(&finding.file));
            text += &self.breaks(finding);
            if finding.remedy != findings[0].remedy {
                text += &self.remedy(finding);
            }
        }
        text
    }

    /// A finding with all that it rests on.
    fn whole(&self, finding: &Finding) -> String {
        let mut text = self.title(finding);
        text += &self.files(finding);
        text += &self.message(finding);
        text += &self.prints(finding);
        text += &self.headers(finding);
        text += &self.breaks(finding);
        text += &self.tried(finding);
        text += &self.remedy(finding);
        text
    }

    fn title(&self, finding: &Finding) -> String {
        let (ink, glyph) = match is_highlight(finding) {
            true => (Ink::Warning, Glyph::Nonstandard),
            false => (Ink::of(finding.severity), Glyph::of(finding.severity)),
        };
        let glyph = self.paint.ink(ink, self.paint.glyph(glyph));
        let title = self.paint.ink(ink, finding.rule.title);
        let subject = self.paint.ink(Ink::Strong, &bounded(&finding.subject));
        let rule = self.paint.ink(Ink::Quiet, &format!("[{}]", finding.rule.id));
        format!("{glyph} {title}: {subject}  {rule}\n")
    }

    fn files(&self, finding: &Finding) -> String {
        let more = finding.files.len().saturating_sub(1);
        let mut text = format!("  {}", bounded(&finding.file));
        match more {
            0 => {}
            _ if self.verbose => {
                for file in finding.files.iter().filter(|file| **file != finding.file) {
                    text += &format!("\n  {}", bounded(file));
                }
            }
            more => text += &format!(" and {}", count(more, "more file")),
        }
        text + "\n"
    }

    /// The sentence, with the file called by its last part: the line above has the whole of it.
    fn message(&self, finding: &Finding) -> String {
        let name = VPath::new(finding.file.file_name()).to_string();
        let message = finding.message.replacen(&finding.file.to_string(), &name, 1);
        self.paint.wrapped(&bounded(&message), 2)
    }

    /// The words of the tool that stumbles over it.
    fn prints(&self, finding: &Finding) -> String {
        let words = finding.prints.iter().flat_map(|words| words.lines());
        words
            .enumerate()
            .map(|(at, line)| self.quiet(&format!("{}{line}", if at == 0 { "it prints: " } else { "" })))
            .collect()
    }

    /// On request, what the headers of the file say.
    fn headers(&self, finding: &Finding) -> String {
        let told = finding.evidence.iter().filter_map(|evidence| match evidence {
            Evidence::Header { name, value } if self.verbose => Some(format!("{name}: {value}")),
            _ => None,
        });
        told.map(|line| self.quiet(&line)).collect()
    }

    fn quiet(&self, line: &str) -> String {
        self.paint.ink(Ink::Quiet, &format!("    {}\n", bounded(line)))
    }

    /// How many imports it breaks, and those that people know: packages, where it breaks whole ones.
    fn breaks(&self, finding: &Finding) -> String {
        const NAMED: usize = 3;
        if finding.breaks == 0 {
            return String::new();
        }
        let names = places::broken_by(self.scan, finding);
        let packages = names.iter().filter(|name| !name.contains('.')).count();
        let all = if packages > 0 && !self.verbose { &names[..packages] } else { &names[..] };
        let named = if self.verbose { all.len() } else { all.len().min(NAMED) };
        let mut list = bounded(all[..named].join(", "));
        if all.len() > named && named > 0 {
            list += &format!(" +{}", all.len() - named);
        }
        let between = match (list.is_empty(), packages > 0) {
            (true, _) => "",
            (false, true) if finding.breaks > 1 => " of ",
            (false, _) => ": ",
        };
        format!("  breaks {}{between}{list}\n", count(finding.breaks, "import"))
    }

    /// The places that were tried, in order.
    fn tried(&self, finding: &Finding) -> String {
        let search = finding.evidence.iter().find_map(|evidence| match evidence {
            Evidence::Need { file, need, import } => Some((*file, self.scan.explain_in(*import, *file, *need)?.0)),
            _ => None,
        });
        let Some((by, probes)) = search.filter(|(_, probes)| !probes.is_empty()) else { return String::new() };
        let most = if self.verbose { usize::MAX } else { PLACES };
        let lines = places::lines(self.scan, by, &probes, most);
        let lines = lines.iter().map(|line| self.paint.ink(Ink::Quiet, &format!("    {}\n", line.trim_end())));
        format!("  tried, in order:\n{}", lines.collect::<String>())
    }

    fn remedy(&self, finding: &Finding) -> String {
        let remedy = &finding.remedy;
        let mut text = String::new();
        if !remedy.text.is_empty() {
            text += &self.paint.wrapped(&bounded(&remedy.text), 2);
        }
        text + &self.commands(finding)
    }

    /// Each on a line of its own and never broken, so that it can be copied.
    fn commands(&self, finding: &Finding) -> String {
        let lines = commands::lines(&finding.remedy, self.scan).into_iter();
        lines.map(|line| format!("    {}\n", self.paint.ink(Ink::Command, &line))).collect()
    }

    /// A few lines a warning: the sentence says why it is no error.
    fn short(&self, finding: &Finding) -> String {
        let mut text = self.title(finding);
        if !finding.message.contains(&finding.file.to_string()) {
            text += &self.files(finding);
        }
        text += &self.paint.wrapped(&bounded(&finding.message), 2);
        text += &self.prints(finding);
        if is_highlight(finding) {
            return text + &self.remedy(finding);
        }
        text + &self.commands(finding)
    }

    fn warnings(&self) -> String {
        let mut alike: BTreeMap<RuleId, usize> = BTreeMap::new();
        let mut text = String::new();
        let names = self.of(Severity::Info).filter(|finding| is_highlight(finding)).map(|finding| vec![finding]);
        for cause in places::by_cause(self.scan, Severity::Warning).into_iter().chain(names) {
            let seen = alike.entry(cause[0].rule.id).or_default();
            *seen += 1;
            if self.verbose {
                text += &format!("\n{}", self.cause(&cause));
            } else if *seen <= ALIKE {
                text += &format!("\n{}{}", self.short(cause[0]), self.others_of(&cause));
            }
        }
        for (rule, seen) in alike.into_iter().filter(|(_, seen)| !self.verbose && *seen > ALIKE) {
            text += &format!("\n  and {} more of {rule}; -v shows all\n", seen - ALIKE);
        }
        text
    }

    /// Where there are many, counted, and in full on request.
    fn infos(&self) -> String {
        let infos = || self.of(Severity::Info).filter(|finding| !is_highlight(finding));
        if self.verbose || infos().count() <= FEW {
            return infos().map(|finding| format!("\n{}", self.short(finding))).collect();
        }
        let mut rules: BTreeMap<RuleId, (&str, usize)> = BTreeMap::new();
        for finding in infos() {
            rules.entry(finding.rule.id).or_insert((finding.rule.title, 0)).1 += 1;
        }
        if rules.is_empty() {
            return String::new();
        }
        let list: Vec<String> = rules.values().map(|(title, seen)| format!("{title} ({seen})")).collect();
        let glyph = self.paint.ink(Ink::Info, self.paint.glyph(Glyph::Info));
        format!("\n{glyph} Also: {}; -v shows them\n", list.join(", "))
    }

    /// Errors that keep no module from being imported: those of the tool that is to bundle them, mostly.
    fn other_errors(&self, errors: usize) -> String {
        match self.scan.target.overrides.tool {
            Some(tool) => format!("{tool} will stop; see {}. Every import would load.", count(errors, "error")),
            None => format!("{}.", count(errors, "error")),
        }
    }

    /// The last line.
    fn nothing_native(&self) -> String {
        let wheels = &self.scan.target.wheels;
        let mut platforms = wheels.iter().flat_map(|wheel| &wheel.tags).map(|tag| &tag.platform);
        match platforms.find(|platform| *platform != "any") {
            Some(platform) => {
                format!("Made for {}, yet nothing native is in it: nothing can fail to load.", bounded(platform))
            }
            None => "No native modules: nothing here can fail to load.".to_owned(),
        }
    }

    fn verdict(&self) -> String {
        let Counts { modules, failing, optional, causes: errors, .. } = Counts::of(self.scan);
        if let Some(sentence) = places::not_judged(self.scan) {
            return format!("\n{sentence}\n");
        }
        let (ink, glyph, sentence) = match (modules, failing, errors) {
            (_, 0, 1..) => (Ink::Error, Glyph::Error, self.other_errors(errors)),
            (0, _, _) if self.scan.items.is_empty() => (Ink::Good, Glyph::Good, self.nothing_native()),
            (0, _, _) => (Ink::Good, Glyph::Good, "Nothing here is importable; nothing is broken.".to_owned()),
            (1, 0, _) => (Ink::Good, Glyph::Good, "The import would load.".to_owned()),
            (_, 0, _) => (Ink::Good, Glyph::Good, format!("All {modules} imports would load.")),
            _ => (Ink::Error, Glyph::Error, format!("{failing} of {} will fail.", count(modules, "import"))),
        };
        let sentence = match (optional, failing, errors) {
            (0, _, _) => sentence,
            (_, 0, 0) => {
                let them = if optional == 1 { "it" } else { "them" };
                let loading = modules - optional;
                format!("{loading} of {modules} imports would load; {optional} will not, and no package needs {them}.")
            }
            (1, _, _) => format!("{sentence} No package needs 1 more that fails."),
            _ => format!("{sentence} No package needs {optional} more that fail."),
        };
        format!("\n{} {}\n", self.paint.ink(ink, self.paint.glyph(glyph)), self.paint.ink(ink, &sentence))
    }
}
