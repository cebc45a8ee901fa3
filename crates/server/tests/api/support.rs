//! `TestApp` boots the real router on a fresh database, with a fixed clock and seeded ids.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use heedful_db::WorkspaceId;
use heedful_db::platform::api_tokens::{self, ApiToken};
use heedful_db::platform::{memberships, users};
use heedful_db::testing::TestDb;
use heedful_server::app::{App, Config};
use heedful_server::jobs;
use heedful_server::platform::auth::{Caller, Role};
use heedful_server::platform::clock::Clock;
use heedful_server::platform::ctx::Ctx;
use heedful_server::platform::ids::IdSource;
use heedful_server::platform::{search, secret, setup};
use heedful_server::routes::router;
use serde_json::{Value, json};
use tower::ServiceExt;

/// Monday, 2 March 2026, 09:00 UTC.
pub const NOW: i64 = 1_772_442_000_000_000;
pub const NOBODY: &str = "01900000-0000-7000-8000-000000000000";

/// A server with the workspace Acme, one member of each role, and a stranger who owns another workspace.
pub struct TestApp {
    pub app: App,
    pub ws: WorkspaceId,
    router: Router,
    db: TestDb,
}

/// Somebody at the API. Paths are relative to `/api/v1`.
#[derive(Clone)]
pub struct Client {
    pub router: Router,
    pub headers: HeaderMap,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl TestApp {
    pub async fn new() -> Self {
        Self::start(None).await
    }

    /// Sends its mails through a server.
    pub async fn with_smtp(url: &str) -> Self {
        Self::start(Some(url.to_owned())).await
    }

    async fn start(smtp_url: Option<String>) -> Self {
        let db = TestDb::new().await.unwrap();
        let config = Config {
            data_dir: db.folder.path().to_owned(),
            object_store: None,
            public_url: "http://heedful.test".to_owned(),
            smtp_url,
            mail_from: "Heedful <heedful@heedful.test>".to_owned(),
            trust_proxy: false,
        };
        let app = App::new(db.db.clone(), config, Clock::manual(NOW), IdSource::seeded(7));
        let ws = add_workspace(&app, "Acme", "").await;
        add_workspace(&app, "Other", "stranger-").await;
        Self { router: router(&app), app, ws, db }
    }

    /// The same data under another process.
    pub fn restarted(self) -> Self {
        let Self { app, router: old_router, ws, db } = self;
        let config = app.config.clone();
        drop((app, old_router));
        let app = App::new(db.db.clone(), config, Clock::manual(NOW), IdSource::seeded(8));
        Self { router: router(&app), app, ws, db }
    }

    pub fn client(&self, role: Role) -> Client {
        self.bearer(role.as_str())
    }

    pub fn viewer(&self) -> Client {
        self.client(Role::Viewer)
    }

    pub fn editor(&self) -> Client {
        self.client(Role::Editor)
    }

    pub fn admin(&self) -> Client {
        self.client(Role::Admin)
    }

    pub fn owner(&self) -> Client {
        self.client(Role::Owner)
    }

    /// The owner of another workspace: nothing of Acme exists for them.
    pub fn stranger(&self) -> Client {
        self.bearer("stranger-owner")
    }

    pub fn anonymous(&self) -> Client {
        Client { router: self.router.clone(), headers: HeaderMap::new() }
    }

    /// The id of the member with a role, as owner or assignee of things.
    pub async fn user_id(&self, role: Role) -> String {
        let mut conn = self.app.db.read().await.unwrap();
        let email = format!("{}@acme.test", role.as_str());
        users::find_by_email(&mut conn, &email).await.unwrap().unwrap().id
    }

    pub fn advance(&self, micros: i64) {
        self.app.clock.set(self.app.now() + micros);
    }

    pub async fn run_jobs(&self) {
        jobs::run_due(&self.app).await.unwrap();
        self.index().await;
    }

    /// Brings the search index up to date; few changes are seen without, as in a real server.
    pub async fn index(&self) {
        search::drain(&Ctx::of(&self.app)).await.unwrap();
    }

    fn bearer(&self, token: &str) -> Client {
        let mut client = self.anonymous();
        client.headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        client
    }
}

/// A workspace with one member and one token of each role; the token of a role is its name.
async fn add_workspace(app: &App, name: &str, prefix: &str) -> WorkspaceId {
    let ctx = Ctx::of(app);
    let mut tx = ctx.begin().await.unwrap();
    let mut owner: Option<Caller> = None;
    for role in [Role::Owner, Role::Admin, Role::Editor, Role::Viewer] {
        let user = users::User {
            id: ctx.new_id(),
            email: format!("{prefix}{}@acme.test", role.as_str()),
            name: format!("{prefix}{}", role.as_str()),
            password_hash: String::new(),
            created_at: ctx.now,
            updated_at: ctx.now,
        };
        users::insert(&mut tx, &user).await.unwrap();
        let ws = if let Some(owner) = &owner {
            owner.ws.clone()
        } else {
            let made = setup::create_workspace(&mut tx, &ctx, &user.id, name).await.unwrap();
            owner.insert(made).ws.clone()
        };
        memberships::insert(&mut tx, &ws, &user.id, role.as_str(), ctx.now).await.unwrap();
        let token = ApiToken {
            workspace_id: ws.to_string(),
            id: ctx.new_id(),
            name: role.as_str().to_owned(),
            token_hash: secret::hash(&format!("{prefix}{}", role.as_str())),
            hint: String::new(),
            scope: role.as_str().to_owned(),
            created_by: user.id,
            created_at: ctx.now,
            expires_at: None,
            used_at: Some(ctx.now),
            revoked_at: None,
        };
        api_tokens::insert(&mut tx, &ws, &token).await.unwrap();
    }
    ctx.commit(tx).await.unwrap();
    owner.unwrap().ws
}

impl Client {
    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.insert(name, value.parse().unwrap());
        client
    }

    /// The same caller at another server.
    pub fn at(&self, router: Router) -> Self {
        Self { router, headers: self.headers.clone() }
    }

    /// Says which version was seen.
    pub fn seen(&self, version: i64) -> Self {
        self.with("if-match", &format!("\"{version}\""))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Creates something and returns it.
    pub async fn create(&self, path: &str, body: Value) -> Value {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{path}: {}", answer.text());
        answer.json()
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| ("application/json", serde_json::to_vec(&body).unwrap()));
        self.send_raw(method, &format!("/api/v1{path}"), body).await
    }

    /// `path` is the whole path here.
    pub async fn send_raw(&self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some((kind, _)) = &body {
            request = request.header(header::CONTENT_TYPE, *kind);
        }
        let mut request = request.body(body.map_or(Body::empty(), |(_, bytes)| bytes.into())).unwrap();
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text()))
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text());
        self.json()
    }

    /// Asserts a refusal and returns the error.
    #[track_caller]
    pub fn refused(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()["error"].clone()
    }

    /// Asserts a refusal of fields and returns their names.
    #[track_caller]
    pub fn refused_fields(&self) -> Vec<String> {
        let error = self.refused(422);
        error["fields"].as_object().unwrap().keys().cloned().collect()
    }
}

/// A source and a signal from it.
pub async fn add_signal(app: &TestApp, body: &str) -> Value {
    let editor = app.editor();
    let sources = editor.get("/sources").await.ok();
    let source = match sources["items"].as_array().and_then(|items| items.first()) {
        Some(source) => source.clone(),
        None => editor.create("/sources", json!({"kind": "inbox", "name": "Inbox"})).await,
    };
    editor.create("/signals", json!({"source_id": source["id"], "body": body})).await
}
