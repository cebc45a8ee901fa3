//! Fills a workspace the way its team would: accounts and segments, imported files, themes and triage, hypotheses with
//! evidence; all through the API.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::data;
use crate::bench::figure::{Figure, megabytes};
use crate::bench::http::{Client, Extra};
use crate::bench::server::{Server, Store};
use crate::shell::Shell;

const FILE: &str = "bench.json";
const IMPORT_S_MAX: f64 = 60.0;
const POLL_INTERVAL: Duration = Duration::from_millis(200);
const WAIT_MAX: Duration = Duration::from_mins(30);
/// As many as lists and changes take at once.
const PAGE: usize = 500;
const N_THEMES: usize = 25;
const N_HYPOTHESES: usize = 10;
/// Of 10 signals, so many are in a theme.
const THEMED_OF_10: u8 = 3;
/// Every so many pages is triaged: assigned, given a segment and a next step.
const TRIAGED_EVERY: usize = 10;
const PLANS: [&str; 4] = ["free", "team", "business", "enterprise"];
const NEXT_STEPS: [&str; 4] = ["ask_more", "theme", "fix_now", "hypothesis"];

/// What was made, for requests that name it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Filled {
    pub(crate) token: String,
    pub(crate) user: String,
    pub(crate) sources: Vec<String>,
    pub(crate) accounts: Vec<String>,
    pub(crate) people: Vec<String>,
    pub(crate) segments: Vec<String>,
    pub(crate) themes: Vec<String>,
    /// Where pages of the list of signals start, from the newest to the oldest.
    pub(crate) cursors: Vec<String>,
}

impl Filled {
    pub(crate) fn find(folder: &Path) -> Result<Option<Filled>> {
        let file = folder.join(FILE);
        if !file.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Some(serde_json::from_str(&text)?))
    }
}

pub(crate) fn fill(shell: &Shell, store: &Store, n: u32, figures: &mut Vec<Figure>) -> Result<Filled> {
    let token = store.set_up(shell)?;
    let server = Server::start(shell, store)?;
    let mut client = Client::new(server.port, &token);
    let accounts = make_accounts(&mut client)?;
    let segments = make_segments(&mut client)?;
    import(shell, &server, &mut client, n, figures)?;
    let user = text(&client.get("/members")?["items"][0]["id"])?;
    let themes = make_themes(&mut client)?;
    let started = Instant::now();
    let (cursors, n_themed) = sort_out(shell, &mut client, &themes, &segments, &user)?;
    wait_until(shell, || Ok(counted(&mut client, "theme")? == n_themed))?;
    let note = format!("{n_themed} signals put into {N_THEMES} themes, one of {TRIAGED_EVERY} triaged");
    figures
        .push(Figure::told("sorting out through the API", started.elapsed().as_secs_f64(), "s").noting(note));
    make_hypotheses(&mut client, &themes)?;
    let people = ids(&client.get(&format!("/people?limit={PAGE}"))?)?;
    let sources = ids(&client.get("/sources")?)?;
    let filled = Filled { token, user, sources, accounts, people, segments, themes, cursors };
    fs::write(store.data.join(FILE), serde_json::to_vec_pretty(&filled)?)?;
    Ok(filled)
}

fn make_accounts(client: &mut Client) -> Result<Vec<String>> {
    let mut rng = data::rng(100);
    let mut made = Vec::new();
    for index in 0..data::N_ACCOUNTS {
        let account = json!({"name": data::account_name(index), "plan": rng.choice(PLANS),
                             "revenue_cents": rng.u32(0..5_000_000), "traits": {}});
        made.push(text(&client.post("/accounts", &account)?["id"])?);
    }
    Ok(made)
}

fn make_segments(client: &mut Client) -> Result<Vec<String>> {
    let mut made = Vec::new();
    for plan in PLANS {
        let rule = json!({"all": [{"on": "account", "field": "plan", "op": "eq", "value": plan}]});
        made.push(text(&client.post("/segments", &json!({"name": plan, "rule": rule}))?["id"])?);
    }
    Ok(made)
}

/// Uploads, maps and starts every file, and waits until all rows are in the list and in the search index.
fn import(
    shell: &Shell,
    server: &Server,
    client: &mut Client,
    n: u32,
    figures: &mut Vec<Figure>,
) -> Result<()> {
    let files = data::files(usize::try_from(n)?)?;
    let n_bytes = files.iter().map(|(_, csv)| csv.len()).sum::<usize>();
    let started = Instant::now();
    for (source, csv) in &files {
        start_import(client, source, csv)?;
    }
    wait_until(shell, || {
        let imports = client.get("/imports")?;
        let states = imports["items"].as_array().context("a list has items")?.iter();
        Ok(states.filter(|import| import["state"] == "done").count() == files.len())
    })?;
    let total = client.get("/signals?limit=1")?["total"].as_i64();
    if total != Some(i64::from(n)) {
        bail!("of {n} rows {total:?} are in the list");
    }
    let imported = started.elapsed().as_secs_f64();
    let note = format!("{} MB of CSV in {} files, from upload to the list", n_bytes >> 20, files.len());
    figures
        .push(Figure::at_most(&format!("import of {n} signals"), IMPORT_S_MAX, imported, "s").noting(note));
    wait_until(shell, || Ok(counted(client, "source")? == i64::from(n)))?;
    let what = format!("import of {n} signals, until search finds all");
    figures.push(Figure::told(&what, started.elapsed().as_secs_f64(), "s"));
    let memory = server.memory()?;
    let note = format!("{:.0} MB just after it", megabytes(memory.now_kb));
    figures.push(
        Figure::told("resident memory, peak of the import", megabytes(memory.peak_kb), "MB").noting(note),
    );
    Ok(())
}

fn start_import(client: &mut Client, source: &data::Source, csv: &str) -> Result<()> {
    let path =
        format!("/imports?file_name=words.csv&source_name={}", crate::bench::http::encode(source.name));
    let body = Some(("application/octet-stream", csv.as_bytes()));
    let preview = client.json("POST", &path, &Extra { body, version: None })?;
    let import = &preview["import"];
    let path = format!("/imports/{}", text(&import["id"])?);
    let mapping = json!({"body": ["text"], "external_id": "id", "occurred_at": "created_at", "date_format": "epoch_s",
        "score": "score", "score_kind": source.score_kind, "person_email": "email", "person_name": "name",
        "account_name": "account", "tags": "tags", "page_url": "url", "app_version": "version"});
    let body = serde_json::to_vec(&json!({"mapping": mapping}))?;
    let body = Some(("application/json", body.as_slice()));
    let preview = client.json(
        "PUT",
        &format!("{path}/mapping"),
        &Extra { version: import["version"].as_i64(), body },
    )?;
    let version = preview["import"]["version"].as_i64();
    let body = Some(("application/json", b"{}".as_slice()));
    client.json("POST", &format!("{path}/start"), &Extra { version, body })?;
    Ok(())
}

fn make_themes(client: &mut Client) -> Result<Vec<String>> {
    const TYPES: [&str; 4] = ["bug", "usability", "performance", "missing_capability"];
    let mut made = Vec::new();
    for index in 0..N_THEMES {
        let theme = json!({"name": format!("{} {}", data::word(index + 1), data::word(index + 50)), "description": "",
            "problem_type": TYPES[index % TYPES.len()], "usage_context": data::word(index), "desired_outcome": "",
            "root_cause": ""});
        made.push(text(&client.post("/themes", &theme)?["id"])?);
    }
    Ok(made)
}

/// Walks through all signals, puts some into themes and triages some; gives where each page starts and how many
/// signals are in themes.
fn sort_out(
    shell: &Shell,
    client: &mut Client,
    themes: &[String],
    segments: &[String],
    user: &str,
) -> Result<(Vec<String>, i64)> {
    let mut rng = data::rng(200);
    let mut waiting: HashMap<usize, Vec<String>> = HashMap::new();
    let (mut cursors, mut n_themed) = (Vec::new(), 0);
    for page_number in 0_usize.. {
        if shell.is_interrupted() {
            bail!("interrupted");
        }
        let after = cursors.last().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = client.get(&format!("/signals?limit={PAGE}{after}"))?;
        let ids = ids(&page)?;
        for id in &ids {
            if rng.u8(0..10) < THEMED_OF_10 {
                n_themed += 1;
                let index = data::zipf(&mut rng, themes.len());
                let chosen = waiting.entry(index).or_default();
                chosen.push(id.clone());
                if chosen.len() == PAGE {
                    assign(client, &themes[index], &waiting.remove(&index).unwrap_or_default())?;
                }
            }
        }
        if page_number % TRIAGED_EVERY == 0 {
            let turn = page_number / TRIAGED_EVERY;
            let patch = json!({"segment_id": segments[turn % segments.len()], "assignee_id": user,
                               "next_step": {"kind": NEXT_STEPS[turn % NEXT_STEPS.len()]}});
            client.post("/signals/bulk", &json!({"ids": ids, "patch": patch}))?;
        }
        let Some(next) = page["next"].as_str() else { break };
        cursors.push(next.to_owned());
    }
    for (index, ids) in waiting {
        assign(client, &themes[index], &ids)?;
    }
    Ok((cursors, n_themed))
}

fn assign(client: &mut Client, theme: &str, ids: &[String]) -> Result<()> {
    client.post(&format!("/themes/{theme}/signals"), &json!({"ids": ids}))?;
    Ok(())
}

fn make_hypotheses(client: &mut Client, themes: &[String]) -> Result<()> {
    for (index, theme) in themes.iter().enumerate().take(N_HYPOTHESES) {
        let title = format!("Fewer people will ask about {}", data::word(index + 1));
        let hypothesis = text(&client.post("/hypotheses", &json!({"title": title}))?["id"])?;
        let evidence = json!({"theme_id": theme, "direction": "for", "strength": "stated_behaviour"});
        client.post(&format!("/hypotheses/{hypothesis}/evidence"), &evidence)?;
    }
    Ok(())
}

/// How many values the search index has counted under a facet; "none" is a value of the sources' facet only in theory.
fn counted(client: &mut Client, facet: &str) -> Result<i64> {
    let facets = client.get("/signals/facets")?;
    let values = facets[facet].as_array().context("a facet has values")?;
    Ok(values.iter().filter_map(|value| value["n"].as_i64()).sum())
}

fn wait_until(shell: &Shell, mut is_reached: impl FnMut() -> Result<bool>) -> Result<()> {
    let started = Instant::now();
    while !is_reached()? {
        if shell.is_interrupted() {
            bail!("interrupted");
        }
        if started.elapsed() > WAIT_MAX {
            bail!("nothing came of waiting {} minutes", WAIT_MAX.as_secs() / 60);
        }
        sleep(POLL_INTERVAL);
    }
    Ok(())
}

fn ids(list: &Value) -> Result<Vec<String>> {
    list["items"].as_array().context("a list has items")?.iter().map(|item| text(&item["id"])).collect()
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{value} is no text"))
}
