//! The team at work: members who sign in and call the API of a server inside this process.

use std::collections::HashMap;

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use heedful_db::Micros;
use heedful_db::types::DAY;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::company::{EMAIL, PASSWORD, WORKSPACE};
use crate::app::App;
use crate::platform::auth::SESSION_COOKIE;
use crate::platform::ctx::Ctx;
use crate::platform::{secret, setup};
use crate::{jobs, routes};

const ANSWER_MAX: usize = 16 << 20;
/// Sessions end after 30 days without use; members sign in anew before that.
const SESSION_DAYS: i64 = 20;
/// By the name that the story calls them: name, address, role. The owner comes first.
const MEMBERS: [(&str, &str, &str, &str); 5] = [
    ("maya", "Maya Lindqvist", EMAIL, "owner"),
    ("tom", "Tom Becker", "tom@hedgerow.example", "admin"),
    ("ines", "Ines Duarte", "ines@hedgerow.example", "editor"),
    ("kofi", "Kofi Mensah", "kofi@hedgerow.example", "editor"),
    ("lena", "Lena Fischer", "lena@hedgerow.example", "viewer"),
];
/// Who writes from outside, without an account.
pub const VISITOR: &str = "-";

/// What a request carries.
pub enum Payload {
    Empty,
    Json(Value),
    Form(Vec<(String, String)>),
    File(&'static str, Vec<u8>),
}

struct Session {
    cookie: String,
    used_at: Micros,
}

pub struct Team {
    pub app: App,
    /// The midnight up to which the story goes.
    pub today: Micros,
    router: Router,
    sessions: HashMap<&'static str, Session>,
    /// Ids and other answers, by the name that the story gives them.
    names: HashMap<String, String>,
}

impl Team {
    /// Creates the workspace through the link of a first start, and invites everybody else.
    pub async fn found(app: App, today: Micros) -> anyhow::Result<Self> {
        let link = setup::new_link(&Ctx::of(&app)).await?.context("there is an owner already")?;
        let (_, token) = link.split_once("token=").context("the link has no token")?;
        let router = routes::router(&app);
        let mut team = Self { app, today, router, sessions: HashMap::new(), names: HashMap::new() };
        let [(owner, name, email, _), others @ ..] = MEMBERS;
        let input = json!({"token": token, "name": name, "email": email, "password": PASSWORD,
                           "workspace": WORKSPACE});
        let out = team.post(VISITOR, "/api/v1/setup", input).await?;
        team.name(owner, id_of(&out["user"])?);
        for (nick, name, email, role) in others {
            let invited = json!({"email": email, "role": role});
            let out = team.post(owner, "/api/v1/invitations", invited).await?;
            let url = out["accept_url"].as_str().unwrap_or_default();
            let (_, key) = url.split_once("token=").context("the invitation has no link")?;
            let path = format!("/api/v1/invitations/{key}/accept");
            let out = team.post(VISITOR, &path, json!({"name": name, "password": PASSWORD})).await?;
            team.name(nick, id_of(&out["user"])?);
        }
        Ok(team)
    }

    pub fn now(&self) -> Micros {
        self.app.now()
    }

    pub fn name(&mut self, name: &str, value: &str) {
        self.names.insert(name.to_owned(), value.to_owned());
    }

    pub fn named(&self, name: &str) -> anyhow::Result<&str> {
        let found = self.names.get(name).map(String::as_str);
        found.with_context(|| format!("the story names {name:?}, which does not exist yet"))
    }

    pub fn find_named(&self, name: &str) -> Option<&str> {
        self.names.get(name).map(String::as_str)
    }

    pub async fn get(&mut self, who: &str, path: &str) -> anyhow::Result<Value> {
        self.send(who, Method::GET, path, Payload::Empty, None).await
    }

    pub async fn post(&mut self, who: &str, path: &str, body: Value) -> anyhow::Result<Value> {
        self.send(who, Method::POST, path, Payload::Json(body), None).await
    }

    /// Calls the API as a member, or a page as a visitor. Whatever is refused ends the story.
    pub async fn send(
        &mut self,
        who: &str,
        method: Method,
        path: &str,
        payload: Payload,
        version: Option<i64>,
    ) -> anyhow::Result<Value> {
        let mut request = Request::builder().method(method.clone()).uri(path);
        if let Some(version) = version {
            request = request.header(header::IF_MATCH, format!("\"{version}\""));
        }
        if who != VISITOR {
            request = request.header(header::COOKIE, self.cookie(who).await?);
        }
        let (status, _, text) = self.exchange(request, payload).await?;
        let is_done = status.is_success() || status == StatusCode::SEE_OTHER;
        ensure!(is_done, "{who} at {method} {path}: {status} {text}");
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Runs the jobs that are due by the clock of the story, those of the schedule too.
    pub async fn run_jobs(&self) -> anyhow::Result<()> {
        jobs::catch_up(&self.app).await?;
        Ok(())
    }

    /// The secret of a form that a visitor was given.
    pub fn new_form(&self) -> String {
        secret::new(&self.app.ids)
    }

    /// Signs everybody out, because the secrets of their sessions follow from the seed.
    pub async fn leave(&mut self) -> anyhow::Result<()> {
        for (nick, ..) in MEMBERS {
            self.send(nick, Method::DELETE, "/api/v1/session", Payload::Empty, None).await?;
        }
        self.run_jobs().await
    }

    async fn cookie(&mut self, who: &str) -> anyhow::Result<String> {
        let now = self.now();
        let member = MEMBERS.iter().find(|(nick, ..)| *nick == who);
        let (nick, _, email, _) = member.with_context(|| format!("{who:?} is not in the team"))?;
        if let Some(session) = self.sessions.get_mut(nick)
            && session.used_at + SESSION_DAYS * DAY > now
        {
            session.used_at = now;
            return Ok(session.cookie.clone());
        }
        let request = Request::builder().method(Method::POST).uri("/api/v1/session");
        let body = Payload::Json(json!({"email": email, "password": PASSWORD}));
        let (status, headers, text) = self.exchange(request, body).await?;
        ensure!(status.is_success(), "{who} cannot sign in: {text}");
        let cookies = headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let ours = cookies
            .filter_map(|text| text.split(';').next())
            .find(|pair| pair.split_once('=').is_some_and(|(name, _)| name.trim() == SESSION_COOKIE));
        let Some(cookie) = ours.map(str::to_owned) else { bail!("{who} got no session") };
        self.sessions.insert(nick, Session { cookie: cookie.clone(), used_at: now });
        Ok(cookie)
    }

    async fn exchange(
        &self,
        request: axum::http::request::Builder,
        payload: Payload,
    ) -> anyhow::Result<(StatusCode, HeaderMap, String)> {
        let (kind, bytes) = match payload {
            Payload::Empty => (None, Vec::new()),
            Payload::Json(body) => (Some("application/json"), serde_json::to_vec(&body)?),
            Payload::Form(fields) => (Some("application/x-www-form-urlencoded"), encode(&fields)),
            Payload::File(kind, bytes) => (Some(kind), bytes),
        };
        let request = kind.into_iter().fold(request, |all, kind| all.header(header::CONTENT_TYPE, kind));
        let response = self.router.clone().oneshot(request.body(Body::from(bytes))?).await?;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, ANSWER_MAX).await?;
        Ok((parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned()))
    }
}

pub fn id_of(value: &Value) -> anyhow::Result<&str> {
    value["id"].as_str().with_context(|| format!("no id in {value}"))
}

/// Everything but letters and digits is escaped, which any reader of forms understands.
pub fn escape(text: &str) -> String {
    let escaped = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    escaped.collect()
}

fn encode(fields: &[(String, String)]) -> Vec<u8> {
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&").into_bytes()
}
