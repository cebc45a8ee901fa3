//! The loop runs one way: inside `server` and `db` a stage uses only the ground and the stages before it.

use crate::tidy::finding::Finding;
use crate::tidy::imports::Graph;
use crate::tidy::source::Module;

const RULE: &str = "stages";
const STAGES: [&str; 6] = ["listen", "understand", "bet", "experiment", "decide", "share"];
/// What puts the stages together stands above them all.
const ABOVE: [&str; 8] = ["chain", "cli", "demo", "digest", "home", "jobs", "measure", "routes"];
/// `platform` and every folder that is neither a stage nor above: what all of them stand on.
const GROUND: usize = 0;

pub(crate) fn check(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &graph.files {
        let Some(rank) = rank(&file.module) else { continue };
        for (target, line) in &file.uses {
            let used = &graph.files[*target];
            if self::rank(&used.module).is_some_and(|used_rank| used_rank > rank) {
                let sentence = format!(
                    "`{}` uses `{}`, which comes after it; what a later stage must tell an earlier one goes as a job row",
                    name(&file.module),
                    name(&used.module)
                );
                findings.push(Finding::new(file.path, *line, RULE, sentence));
            }
        }
    }
    findings
}

/// Where a file stands; none for the root of a crate and for other crates, which no stage binds.
fn rank(module: &Module) -> Option<usize> {
    if !matches!(module.krate.as_str(), "server" | "db") {
        return None;
    }
    let top = module.names.first().filter(|top| *top != "main")?;
    if let Some(index) = STAGES.iter().position(|stage| stage == top) {
        return Some(index + 1);
    }
    let is_above = ABOVE.contains(&top.as_str());
    Some(if is_above { STAGES.len() + 1 } else { GROUND })
}

fn name(module: &Module) -> &str {
    module.names.first().map_or(module.krate.as_str(), String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::{RustFile, Source};

    fn check(path: &str, text: &str) -> usize {
        let others = ["db/src/lib.rs", "db/src/platform/jobs.rs", "db/src/bet/mod.rs", "server/src/lib.rs"];
        let more = ["listen", "understand", "bet", "share", "platform", "routes", "jobs", "mail"];
        let more = more.map(|name| format!("server/src/{name}/mod.rs"));
        let paths = others.iter().map(ToString::to_string).chain(more).filter(|other| other != path);
        let mut files: Vec<_> = paths.map(|path| Source::text(&format!("crates/{path}"), "")).collect();
        files.push(Source::text(&format!("crates/{path}"), text));
        let files: Vec<_> = files.iter().map(|source| RustFile::parse(source).ok().unwrap()).collect();
        super::check(&Graph::new(&files)).len()
    }

    #[test]
    fn a_stage_uses_those_before_it() {
        assert_eq!(
            check(
                "server/src/bet/mod.rs",
                "use crate::listen::x; use crate::platform::y; use crate::mail::z;"
            ),
            0
        );
        assert_eq!(check("server/src/bet/rank.rs", "use super::x; use heedful_db::bet::y;"), 0);
    }

    #[test]
    fn a_stage_uses_none_after_or_above_it() {
        assert_eq!(check("server/src/bet/mod.rs", "use crate::share::x;"), 1);
        assert_eq!(check("server/src/listen/mod.rs", "fn f() { crate::bet::x() }"), 1);
        assert_eq!(check("server/src/listen/mod.rs", "use heedful_db::bet::x;"), 1);
        assert_eq!(check("server/src/listen/mod.rs", "use crate::routes::x;"), 1);
        assert_eq!(check("server/src/listen/mod.rs", "use crate::jobs::x;"), 1);
        assert_eq!(check("server/src/listen/mod.rs", "use heedful_db::platform::jobs::x;"), 0);
    }

    #[test]
    fn the_ground_uses_no_stage_and_what_is_above_uses_all() {
        assert_eq!(check("server/src/platform/mod.rs", "use crate::listen::x;"), 1);
        assert_eq!(check("server/src/mail/mod.rs", "use crate::listen::x;"), 1);
        assert_eq!(check("server/src/routes/mod.rs", "use crate::{listen::x, share::y, jobs::z};"), 0);
        assert_eq!(check("server/src/lib.rs", "use crate::share::x;"), 0);
    }
}
