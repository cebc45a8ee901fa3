//! Whether a command that the documentation shows exists: asked of the `--help` of the program itself.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;

use clap::CommandFactory;

use crate::cli::Cli;

/// Words that end a command in a shell line.
const ENDS: [&str; 8] = ["|", "||", "&&", ";", ">", ">>", "<", "#"];

pub(crate) struct Programs {
    heedful: PathBuf,
    /// Help already asked for, by sub-command; none where the program knows no such sub-command.
    helps: HashMap<Vec<String>, Option<String>>,
}

impl Programs {
    pub(crate) fn new(heedful: PathBuf) -> Programs {
        Programs { heedful, helps: HashMap::new() }
    }

    /// What is wrong with a shell line of the documentation; none when it is right or not about our programs.
    pub(crate) fn check(&mut self, line: &str) -> Option<String> {
        let words = command_words(line);
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["cargo", "xtask", ref arguments @ ..] => check_xtask(arguments),
            [program, ref arguments @ ..] if program.rsplit('/').next() == Some("heedful") => {
                self.check_heedful(arguments)
            }
            _ => None,
        }
    }

    fn check_heedful(&mut self, arguments: &[&str]) -> Option<String> {
        let mut chosen: Vec<String> = Vec::new();
        let Some(mut help) = self.help(&chosen) else { return Some("`heedful --help` fails".to_owned()) };
        for argument in arguments.iter().take_while(|argument| !argument.starts_with('-')) {
            let known = listed_commands(&help);
            if known.is_empty() {
                break;
            }
            if !known.contains(&(*argument).to_owned()) {
                return Some(format!(
                    "`heedful {}` is no command",
                    [&chosen[..], &[(*argument).to_owned()]].concat().join(" ")
                ));
            }
            chosen.push((*argument).to_owned());
            let Some(deeper) = self.help(&chosen) else {
                return Some(format!("`heedful {} --help` fails", chosen.join(" ")));
            };
            help = deeper;
        }
        let unknown =
            arguments.iter().filter_map(|argument| flag(argument)).find(|flag| !has_flag(&help, flag))?;
        Some(format!("`heedful {}` has no option `{unknown}`", chosen.join(" ")))
    }

    fn help(&mut self, chosen: &[String]) -> Option<String> {
        let heedful = &self.heedful;
        let ask = || {
            let answer = Command::new(heedful).args(chosen).arg("--help").output().ok()?;
            answer.status.success().then(|| String::from_utf8_lossy(&answer.stdout).into_owned())
        };
        self.helps.entry(chosen.to_vec()).or_insert_with(ask).clone()
    }
}

fn check_xtask(arguments: &[&str]) -> Option<String> {
    let tools = Cli::command();
    let (name, rest) = arguments.split_first()?;
    let Some(task) = tools.find_subcommand(name) else {
        return Some(format!("`cargo xtask {name}` is no command"));
    };
    if task.get_subcommands().next().is_some() {
        return rest
            .first()
            .filter(|name| task.find_subcommand(name).is_none())
            .map(|unknown| format!("`cargo xtask {name} {unknown}` is no command"));
    }
    // The demo hands its options on to the program.
    let takes_any = task.get_arguments().any(clap::Arg::is_trailing_var_arg_set);
    let is_known =
        |flag: &&str| task.get_arguments().any(|known| known.get_long() == flag.strip_prefix("--"));
    let unknown =
        rest.iter().filter_map(|argument| flag(argument)).find(|flag| !takes_any && !is_known(flag))?;
    Some(format!("`cargo xtask {name}` has no option `{unknown}`"))
}

/// The words of the first command of a line, without prompt and variables before it.
fn command_words(line: &str) -> Vec<String> {
    let is_variable = |word: &&str| {
        word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    };
    let words = line.split_whitespace().skip_while(|word| *word == "$" || is_variable(word));
    words.take_while(|word| !ENDS.contains(word) && !word.starts_with('#')).map(str::to_owned).collect()
}

fn flag(argument: &str) -> Option<&str> {
    let name = argument.split('=').next()?;
    (name.starts_with("--") && name.len() > 2).then_some(name)
}

fn has_flag(help: &str, flag: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '-';
    help.match_indices(flag).any(|(index, _)| !help[index + flag.len()..].starts_with(is_part))
}

/// The names in the list of commands that clap prints.
fn listed_commands(help: &str) -> Vec<String> {
    let list = help.lines().skip_while(|line| line.trim() != "Commands:").skip(1);
    let list = list.take_while(|line| line.is_empty() || line.starts_with("  "));
    let names = list.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_command_stop_where_the_shell_does() {
        let check = |line: &str, expect: &str| assert_eq!(command_words(line).join(" "), expect);
        check(
            "$ HEEDFUL_DATA=/srv heedful serve --listen :80 # on all addresses",
            "heedful serve --listen :80",
        );
        check("heedful openapi > openapi.json", "heedful openapi");
        check("", "");
    }

    #[test]
    fn tools_are_asked_of_their_own_definition() {
        let check = |line: &str| Programs::new(PathBuf::from("/nowhere")).check(line);
        assert_eq!(check("cargo xtask test --only web"), None);
        assert_eq!(check("cargo xtask demo --data x"), None);
        assert_eq!(check("cargo xtask bench web"), None);
        assert_eq!(check("ls --colour"), None);
        assert_eq!(check("cargo xtask fly").unwrap(), "`cargo xtask fly` is no command");
        assert_eq!(check("cargo xtask test --fast").unwrap(), "`cargo xtask test` has no option `--fast`");
        assert_eq!(check("cargo xtask bench sleep").unwrap(), "`cargo xtask bench sleep` is no command");
    }

    #[test]
    fn help_tells_commands_and_options() {
        let help = "Usage: heedful\n\nCommands:\n  serve   Serve\n          the app\n  demo    Demo\n\nOptions:\n  --data <DIR>\n";
        assert_eq!(listed_commands(help), ["serve", "demo"]);
        assert!(has_flag(help, "--data"));
        assert!(!has_flag(help, "--dat"));
    }
}
