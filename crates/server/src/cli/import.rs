//! `heedful import`: a file goes to a running server, which takes it as it takes one from a browser.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::{Body, Client, RequestBuilder, Url};
use serde_json::{Value, json};
use tokio::fs::File;
use tokio::time::sleep;

use super::args::{ImportArgs, ImportKind};

const ASK_EVERY: Duration = Duration::from_millis(500);

#[expect(clippy::print_stdout, reason = "how far it is and what was taken is this command's answer")]
pub async fn import(args: ImportArgs) -> anyhow::Result<()> {
    let change: Value = serde_json::from_str(&args.mapping).context("--mapping is not JSON")?;
    let change = change.as_object().context("--mapping is not a JSON object")?;
    let api = Api::of(&args)?;
    let mut import = api.upload(&args.file, args.source.as_deref()).await?;
    if !change.is_empty() {
        import = api.change_mapping(&import, change).await?;
    }
    for (name, column) in import["mapping"].as_object().into_iter().flatten() {
        if !column.is_null() && *column != json!([]) {
            println!("  {name}: {column}");
        }
    }
    if args.look {
        api.send(api.post(&import, "cancel"), "throw the file away").await?;
        println!("Nothing was imported: --look only shows how the file would be understood.");
        return Ok(());
    }
    let started = api.post(&import, "start").header("if-match", version(&import));
    import = api.send(started, "start").await?;
    while matches!(import["state"].as_str(), Some("queued" | "running" | "cancelling")) {
        sleep(ASK_EVERY).await;
        import = api.send(api.client.get(api.url(id(&import))?), "ask how far it is").await?;
        println!("  {}", progress(&import));
    }
    match import["state"].as_str() {
        Some("done") => Ok(()),
        state => bail!("the import ended as {}: {}", state.unwrap_or("?"), import["error"]),
    }
}

/// Rows and counts of an import, in one line.
fn progress(import: &Value) -> String {
    let count = |name: &str| import[name].as_i64().map(|n| format!("{} {n}", name.trim_start_matches("n_")));
    let counts = ["n_rows", "n_taken", "n_created", "n_known", "n_unchanged", "n_rejected", "n_refused"];
    counts.into_iter().filter_map(count).collect::<Vec<_>>().join(", ")
}

fn id(import: &Value) -> &str {
    import["id"].as_str().unwrap_or_default()
}

fn version(import: &Value) -> String {
    format!("\"{}\"", import["version"])
}

/// The imports of one kind on a server.
struct Api {
    client: Client,
    base: Url,
    token: String,
}

impl Api {
    fn of(args: &ImportArgs) -> anyhow::Result<Self> {
        let folder = match args.kind {
            ImportKind::Signals => "api/v1/imports/",
            ImportKind::Events => "api/v1/events/imports/",
        };
        let mut server = args.server.clone();
        if !server.ends_with('/') {
            server.push('/');
        }
        let base = Url::parse(&server).and_then(|server| server.join(folder));
        let base = base.with_context(|| format!("{} is not the address of a server", args.server))?;
        let needs_source = matches!(args.kind, ImportKind::Signals) && args.source.is_none();
        ensure!(!needs_source, "say with --source where the words come from");
        Ok(Self { client: Client::new(), base, token: args.token.clone() })
    }

    fn url(&self, path: &str) -> anyhow::Result<Url> {
        Ok(self.base.join(path)?)
    }

    fn post(&self, import: &Value, action: &str) -> RequestBuilder {
        let url = format!("{}{}/{action}", self.base, id(import));
        self.client.post(url).json(&json!({}))
    }

    async fn upload(&self, path: &Path, source: Option<&str>) -> anyhow::Result<Value> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("file");
        let file = File::open(path).await.with_context(|| format!("cannot read {}", path.display()))?;
        let n_bytes = file.metadata().await?.len();
        let mut url = self.base.clone();
        url.set_path(self.base.path().trim_end_matches('/'));
        url.query_pairs_mut().append_pair("file_name", name);
        if let Some(source) = source {
            url.query_pairs_mut().append_pair("source_name", source);
        }
        let request = self.client.post(url).header("content-type", "application/octet-stream");
        let request = request.header("content-length", n_bytes).body(Body::from(file));
        Ok(self.send(request, "upload").await?["import"].take())
    }

    async fn change_mapping(
        &self,
        import: &Value,
        change: &serde_json::Map<String, Value>,
    ) -> anyhow::Result<Value> {
        let mut mapping = import["mapping"].clone();
        if let Some(mapping) = mapping.as_object_mut() {
            mapping.extend(change.clone());
        }
        let request = self.client.put(self.url(&format!("{}/mapping", id(import)))?);
        let request = request.header("if-match", version(import)).json(&json!({"mapping": mapping}));
        Ok(self.send(request, "change the mapping").await?["import"].take())
    }

    /// The answer, or what the server says is wrong.
    async fn send(&self, request: RequestBuilder, what: &str) -> anyhow::Result<Value> {
        let answer = request.bearer_auth(&self.token).send().await;
        let answer = answer.with_context(|| format!("cannot {what}: the server is not reached"))?;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap_or_default();
        if status.is_success() {
            return Ok(body);
        }
        let error = &body["error"];
        let fields = error["fields"].as_object().into_iter().flatten();
        let fields = fields.map(|(field, complaints)| format!("{field}: {complaints}")).collect::<Vec<_>>();
        bail!(
            "cannot {what}: {} {} {}",
            status,
            error["message"].as_str().unwrap_or_default(),
            fields.join("; ")
        )
    }
}
