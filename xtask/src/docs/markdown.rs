//! What a test wants to know of a Markdown page: its headings, its links and the commands it shows.

use std::collections::{HashMap, HashSet};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

#[derive(Default)]
pub(crate) struct Page {
    pub(crate) anchors: HashSet<String>,
    /// With their lines.
    pub(crate) links: Vec<(usize, String)>,
    /// The lines of fenced shell blocks, continued lines put together.
    pub(crate) commands: Vec<(usize, String)>,
}

impl Page {
    pub(crate) fn parse(text: &str) -> Page {
        let mut page = Page::default();
        let mut times: HashMap<String, usize> = HashMap::new();
        let mut heading: Option<String> = None;
        let mut is_shell = false;
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            let line = text[..range.start].matches('\n').count() + 1;
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    page.anchors.extend(heading.take().map(|heading| anchor(&heading, &mut times)));
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push((line, dest_url.into_string()));
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    is_shell = is_shell_name(&language);
                }
                Event::End(TagEnd::CodeBlock) => is_shell = false,
                Event::Text(words) if is_shell => page.commands.extend(commands(&words, line)),
                Event::Text(words) | Event::Code(words) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&words);
                    }
                }
                _ => {}
            }
        }
        page
    }
}

fn is_shell_name(language: &str) -> bool {
    matches!(language.trim(), "sh" | "bash" | "shell" | "console")
}

/// The name that forges and renderers give a heading; later ones of the same words get a number.
fn anchor(heading: &str, times: &mut HashMap<String, usize>) -> String {
    let kept = heading.trim().to_lowercase();
    let kept =
        kept.chars().filter(|character| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_'));
    let name = kept.collect::<String>().replace(' ', "-");
    let n_before = times.entry(name.clone()).and_modify(|times| *times += 1).or_insert(0);
    if *n_before == 0 { name } else { format!("{name}-{n_before}") }
}

fn commands(block: &str, first_line: usize) -> Vec<(usize, String)> {
    let mut commands: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (index, line) in block.lines().enumerate() {
        let part = line.trim().trim_end_matches('\\').trim_end();
        match commands.last_mut().filter(|_| goes_on) {
            Some((_, command)) => *command = format!("{command} {part}"),
            None => commands.push((first_line + index, part.to_owned())),
        }
        goes_on = line.trim_end().ends_with('\\');
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_get_the_names_that_links_use() {
        let page = Page::parse("# Two commands\n## `heedful serve`, and more!\n## Two commands\n");
        let mut anchors: Vec<_> = page.anchors.into_iter().collect();
        anchors.sort();
        assert_eq!(anchors, ["heedful-serve-and-more", "two-commands", "two-commands-1"]);
    }

    #[test]
    fn shell_blocks_give_their_commands() {
        let page = Page::parse(
            "Text\n\n```sh\nheedful serve \\\n  --data x\n$ heedful demo\n```\n\n```json\n{}\n```\n",
        );
        let expect = [(4, "heedful serve --data x".to_owned()), (6, "$ heedful demo".to_owned())];
        assert_eq!(page.commands, expect);
    }

    #[test]
    fn links_and_images_count_and_code_does_not() {
        let page = Page::parse("[a](b.md) ![c](d.png) `[e](f.md)`");
        assert_eq!(page.links, [(1, "b.md".to_owned()), (1, "d.png".to_owned())]);
    }
}
