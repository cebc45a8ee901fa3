//! A server that is killed at any instant, again and again, has everything that it acknowledged, once, and nothing that it said
//! was erased.
#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::time::sleep;

/// More, when `HEEDFUL_KILLS` says so.
const KILLS: u64 = 25;
const SENDERS: u64 = 4;
const BATCH: u64 = 5;
const STARTS_WITHIN: Duration = Duration::from_mins(1);

/// A real server in a process of its own.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    async fn start(data: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_heedful"));
        command.args(["serve", "--data"]).arg(data).args(["--listen", &format!("127.0.0.1:{port}")]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = Self { process, url: format!("http://127.0.0.1:{port}") };
        let began = Instant::now();
        while reqwest::get(format!("{}/readyz", server.url)).await.is_err() {
            assert!(began.elapsed() < STARTS_WITHIN, "the server did not start");
            sleep(Duration::from_millis(10)).await;
        }
        server
    }

    /// SIGKILL: nothing in the process gets another turn.
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// What was answered so far, by all senders.
#[derive(Debug, Default)]
struct Told {
    acknowledged: BTreeSet<u64>,
    /// Sent, and nobody knows what became of it: it is sent again.
    open: BTreeMap<u64, u64>,
    next: u64,
    erased: BTreeSet<u64>,
}

impl Told {
    fn is_enough(&self) -> bool {
        self.acknowledged.len() > 100 && !self.erased.is_empty()
    }
}

#[derive(Clone)]
struct Caller {
    client: Client,
    url: String,
    token: String,
    told: Arc<Mutex<Told>>,
}

impl Caller {
    /// The answer, when there is one and it is a yes.
    async fn send(&self, path: &str, body: Option<Value>, version: Option<i64>) -> Option<Value> {
        let url = format!("{}/api/v1{path}", self.url);
        let request = match body {
            Some(body) => self.client.post(url).json(&body),
            None => self.client.get(url),
        };
        let request =
            request.bearer_auth(&self.token).header("if-match", format!("\"{}\"", version.unwrap_or(1)));
        let answer = request.send().await.ok()?;
        let status = answer.status();
        assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR);
        answer.json().await.ok().filter(|_| status.is_success())
    }

    /// Sends batch after batch until the server is gone; what got no answer is first at the next server.
    async fn send_events(self, sender: u64) {
        loop {
            let first = {
                let mut told = self.told.lock().unwrap();
                let next = told.next;
                let first = *told.open.entry(sender).or_insert(next);
                told.next = told.next.max(first + BATCH);
                first
            };
            let event = |n: u64| json!({"event": "did", "distinct_id": format!("p{}", n % 17), "id": format!("id {n}"), "properties": {"n": n}});
            let events: Vec<Value> = (first..first + BATCH).map(event).collect();
            if self.send("/events", Some(json!(events)), None).await.is_none() {
                return;
            }
            let mut told = self.told.lock().unwrap();
            told.open.remove(&sender);
            told.acknowledged.extend(first..first + BATCH);
        }
    }

    /// Makes guests known and erases them, which seals, rewrites files and cuts the log.
    async fn erase_guests(self, kill: u64) {
        for guest in (kill * 1_000).. {
            let id = format!("guest-{guest}");
            let named = json!({"event": "$set", "distinct_id": id, "properties": {"$set": {"name": id}}});
            if self.send("/events", Some(named), None).await.is_none() {
                return;
            }
            let person = loop {
                let Some(found) = self.send("/people?q=guest-", None, None).await else { return };
                let named = |person: &&Value| person["name"] == json!(id);
                if let Some(person) = found["items"].as_array().and_then(|items| items.iter().find(named)) {
                    break person.clone();
                }
                sleep(Duration::from_millis(10)).await;
            };
            let path = format!("/people/{}/erase", person["id"].as_str().unwrap());
            let confirm = Some(json!({"confirm": true}));
            if self.send(&path, confirm, person["version"].as_i64()).await.is_none() {
                return;
            }
            self.told.lock().unwrap().erased.insert(guest);
        }
    }

    /// How often each event is there, by its number; and whose they are.
    async fn read_all(&self) -> (BTreeMap<u64, usize>, BTreeSet<String>) {
        let (mut found, mut people, mut cursor) = (BTreeMap::new(), BTreeSet::new(), String::new());
        loop {
            let page = self.send(&format!("/events?limit=500{cursor}"), None, None).await.unwrap();
            for event in page["items"].as_array().unwrap() {
                people.insert(event["distinct_id"].as_str().unwrap().to_owned());
                if let Some(n) = event["properties"]["n"].as_u64() {
                    *found.entry(n).or_default() += 1;
                }
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return (found, people),
            }
        }
    }
}

fn set_up(data: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heedful"));
    command.args(["setup", "--data"]).arg(data).args([
        "--email",
        "ada@example.org",
        "--workspace",
        "W",
        "--json",
    ]);
    let output = command.env("HEEDFUL_PASSWORD", "correct horse battery").output().unwrap();
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    printed["api_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_there_twice_however_often_the_server_is_killed() {
    let kills = std::env::var("HEEDFUL_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let data = tempfile::tempdir().unwrap();
    let token = set_up(data.path());
    let told = Arc::new(Mutex::new(Told::default()));
    let caller = |server: &Server| Caller {
        client: Client::new(),
        url: server.url.clone(),
        token: token.clone(),
        told: Arc::clone(&told),
    };
    // On a busy machine some more, until enough has happened.
    let is_enough = |kill| kill >= kills && (kill >= 4 * kills || told.lock().unwrap().is_enough());
    for kill in (0..).take_while(|kill| !is_enough(*kill)) {
        let server = Server::start(data.path()).await;
        let mut tasks: Vec<_> =
            (0..SENDERS).map(|sender| tokio::spawn(caller(&server).send_events(sender))).collect();
        tasks.push(tokio::spawn(caller(&server).erase_guests(kill)));
        sleep(Duration::from_millis(20 + kill * 37 % 500)).await;
        server.kill();
        for task in tasks {
            task.await.unwrap();
        }
    }
    let server = Server::start(data.path()).await;
    let (found, people) = caller(&server).read_all().await;
    server.kill();
    let told = told.lock().unwrap();
    let missing: Vec<_> = told.acknowledged.iter().filter(|n| !found.contains_key(n)).collect();
    let twice: Vec<_> = found.iter().filter(|(_, times)| **times > 1).collect();
    let left: Vec<_> =
        told.erased.iter().filter(|guest| people.contains(&format!("guest-{guest}"))).collect();
    let (n, n_erased) = (told.acknowledged.len(), told.erased.len());
    println!("{n} events were acknowledged and {n_erased} people erased");
    assert!(missing.is_empty() && twice.is_empty() && left.is_empty(), "{missing:?} {twice:?} {left:?}");
    assert!(told.is_enough(), "too little happened: {n} events, {n_erased} erased");
}
