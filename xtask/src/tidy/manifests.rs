//! Dependencies point one way, proved from the manifests of the crates.

use toml::{Table, Value};

use crate::tidy::finding::Finding;
use crate::tidy::source::Source;

const RULE: &str = "dependencies";

/// What the manifest of a crate may not name; a name that ends in `-` stands for all that begin so.
struct Ban {
    /// Folders of crates, as in `crates/stats`.
    crates: &'static [&'static str],
    names: &'static [&'static str],
    why: &'static str,
}

const BANS: [Ban; 3] = [
    Ban {
        crates: &["stats", "text"],
        names: &["heedful-", "tokio", "sqlx", "axum", "hyper", "reqwest", "tower", "tower-http", "tracing"],
        why: "it is pure: values in, values out, and nothing of ours below it",
    },
    Ban {
        crates: &["db", "events"],
        names: &["heedful-server", "axum", "axum-extra", "hyper", "tower", "tower-http", "http"],
        why: "it knows nothing of the server and of HTTP",
    },
    Ban { crates: &["db"], names: &["heedful-events"], why: "the relational data know nothing of events" },
];

/// Dependencies that one crate alone may name.
struct Owned {
    names: &'static [&'static str],
    owner: &'static str,
}

const OWNED: [Owned; 2] = [
    Owned { names: &["sqlx", "sqlx-", "libsqlite3-sys", "rusqlite", "tokio-postgres"], owner: "db" },
    Owned {
        names: &["datafusion", "datafusion-", "deltalake", "deltalake-", "ballista", "ballista-"],
        owner: "events",
    },
];

pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let manifests = sources.iter().filter_map(|source| Some((crate_folder(&source.path)?, source)));
    manifests.flat_map(|(krate, source)| check_manifest(krate, source)).collect()
}

/// The root manifest only lists versions and belongs to no crate.
fn crate_folder(path: &str) -> Option<&str> {
    path.strip_suffix("/Cargo.toml")?.rsplit('/').next()
}

fn check_manifest(krate: &str, source: &Source) -> Vec<Finding> {
    let manifest: Table = match source.text.parse() {
        Ok(manifest) => manifest,
        Err(error) => {
            return vec![Finding::new(&source.path, 1, RULE, format!("this is not a manifest: {error}"))];
        }
    };
    let mut findings = Vec::new();
    for dependency in dependencies(&manifest) {
        let line = line_of(&source.text, &dependency);
        for ban in BANS.iter().filter(|ban| ban.crates.contains(&krate) && is_named(ban.names, &dependency)) {
            findings.push(Finding::new(
                &source.path,
                line,
                RULE,
                format!("`{krate}` may not name `{dependency}`: {}", ban.why),
            ));
        }
        for owned in OWNED.iter().filter(|owned| owned.owner != krate && is_named(owned.names, &dependency)) {
            let sentence = format!("only `{}` may name `{dependency}`", owned.owner);
            findings.push(Finding::new(&source.path, line, RULE, sentence));
        }
    }
    findings
}

/// Of every kind and for every target, by the name of the package.
fn dependencies(manifest: &Table) -> Vec<String> {
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables = targets.filter_map(Value::as_table).chain([manifest]);
    let mut names = Vec::new();
    for table in tables {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(listed) = table.get(kind).and_then(Value::as_table) else { continue };
            for (name, value) in listed {
                names.push(value.get("package").and_then(Value::as_str).unwrap_or(name).to_owned());
            }
        }
    }
    names
}

fn is_named(names: &[&str], dependency: &str) -> bool {
    names.iter().any(|name| dependency == *name || (name.ends_with('-') && dependency.starts_with(name)))
}

fn line_of(text: &str, dependency: &str) -> usize {
    text.lines().position(|line| line.contains(dependency)).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(krate: &str, manifest: &str) -> Vec<String> {
        let source = Source::text(&format!("crates/{krate}/Cargo.toml"), manifest);
        super::check(&[source]).into_iter().map(|finding| finding.sentence).collect()
    }

    #[test]
    fn pure_crates_name_nothing_of_ours_and_no_runtime() {
        assert_eq!(
            check("stats", "[dependencies]\nthiserror = \"2\"\n[dev-dependencies]\nproptest = \"1\""),
            [""; 0]
        );
        assert_eq!(check("stats", "[dependencies]\nheedful-db = { workspace = true }").len(), 1);
        assert_eq!(check("text", "[dev-dependencies]\ntokio = \"1\"").len(), 1);
    }

    #[test]
    fn only_db_names_sqlx_and_under_no_other_name() {
        assert_eq!(check("db", "[dependencies]\nsqlx = \"0.9\""), [""; 0]);
        assert_eq!(check("server", "[dependencies]\nsqlx = \"0.9\""), ["only `db` may name `sqlx`"]);
        let renamed = "[dependencies]\nsql = { package = \"sqlx\", version = \"0.9\" }";
        assert_eq!(check("server", renamed), ["only `db` may name `sqlx`"]);
        let for_a_target = "[target.'cfg(unix)'.dependencies]\nsqlx = \"0.9\"";
        assert_eq!(check("server", for_a_target), ["only `db` may name `sqlx`"]);
    }

    #[test]
    fn only_events_names_the_query_engine() {
        assert_eq!(check("events", "[dependencies]\ndatafusion = \"55\"\ndeltalake-aws = \"1\""), [""; 0]);
        assert_eq!(check("server", "[dependencies]\ndeltalake-aws = \"1\"").len(), 1);
    }

    #[test]
    fn db_knows_no_server() {
        assert_eq!(check("db", "[dependencies]\nheedful-server = { path = \"../server\" }").len(), 1);
        assert_eq!(check("server", "[dependencies]\nheedful-db = { path = \"../db\" }"), [""; 0]);
    }
}
