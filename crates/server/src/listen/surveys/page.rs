//! The public pages as HTML, and the headers that belong to them.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use heedful_db::listen::surveys::Survey;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::form::{Draft, Errors};
use super::scoring::{band, values};
use super::wire::{FollowUp, follow_ups};
use crate::platform::error::Result;
use crate::platform::time;

/// Stands inside each page, so that a page is one request; the policy names it by its hash.
const CSS: &str = include_str!("../../../templates/public/survey.css");
const INTRO: &str = "Your answer helps us decide what to improve next.";
const THANKS: &str = "Thank you. Your answer has reached us.";

/// Where a page is shown: on its own, or small inside a page of somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Page,
    Form,
}

impl Look {
    pub fn of(path: &str) -> Self {
        if path.starts_with("/f/") { Self::Form } else { Self::Page }
    }

    pub fn letter(self) -> &'static str {
        match self {
            Self::Page => "s",
            Self::Form => "f",
        }
    }
}

struct Value {
    code: String,
    label: String,
    band: &'static str,
    chosen: bool,
}

struct Question {
    field: String,
    prompt: String,
    required: bool,
    /// Empty for a question answered in words.
    choices: Vec<Value>,
    text: String,
    /// Names the groups of whom it is asked; empty for everybody.
    class: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "public/survey_form.html")]
struct FormPage<'a> {
    css: &'static str,
    look: &'static str,
    survey: &'a Survey,
    intro: &'a str,
    action: String,
    kept: String,
    values: Vec<Value>,
    questions: Vec<Question>,
    audiences: Vec<Value>,
    draft: &'a Draft,
    /// Field and complaint, in the order of the page.
    summary: Vec<(String, String)>,
    main_error: Option<&'a str>,
    name_error: Option<&'a str>,
    email_error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "public/survey_note.html")]
struct NotePage<'a> {
    css: &'static str,
    look: &'static str,
    title: &'a str,
    text: &'a str,
    /// What the visitor had written, when it cannot be taken.
    kept_words: &'a [String],
}

#[derive(Template)]
#[template(path = "public/survey_receipt.html")]
struct ReceiptPage<'a> {
    css: &'static str,
    look: &'static str,
    asker: &'a str,
    thanks: &'a str,
    audience: &'a str,
    kept_until: String,
    withdraw: String,
}

#[derive(Template)]
#[template(path = "public/survey_withdraw.html")]
struct WithdrawPage<'a> {
    css: &'static str,
    look: &'static str,
    asker: &'a str,
    action: String,
    back: String,
}

/// The form, with what was typed before and what was wrong with it.
pub fn form(survey: &Survey, look: Look, draft: &Draft, errors: &Errors) -> Result<String> {
    let questions = follow_ups(&survey.follow_ups).iter().map(|it| question(it, draft, errors)).collect();
    let error = |field: &str| errors.get(field).map(String::as_str);
    let page = FormPage {
        css: CSS,
        look: look.letter(),
        survey,
        intro: or(&survey.intro, INTRO),
        action: format!("/{}/{}", look.letter(), survey.public_key),
        kept: months(survey.keep_months),
        values: main_values(survey, draft),
        questions,
        audiences: audiences(draft),
        draft,
        summary: summary(survey, errors),
        main_error: error("main"),
        name_error: error("name"),
        email_error: error("email"),
    };
    Ok(page.render().map_err(anyhow::Error::from)?)
}

/// The form of a survey that need not exist yet.
pub fn preview(survey: &Survey) -> Result<String> {
    form(survey, Look::Page, &Draft::default(), &Errors::new())
}

fn question(question: &FollowUp, draft: &Draft, errors: &Errors) -> Question {
    let field = format!("q-{}", question.id);
    let text = draft.answer(&question.id);
    let classes: Vec<String> = question.show_for.iter().map(|band| format!("when-{band}")).collect();
    Question {
        error: errors.get(&field).cloned(),
        field,
        prompt: question.prompt.clone(),
        required: question.required,
        choices: question.choices.iter().map(|choice| value(choice, choice, "", choice == text)).collect(),
        text: text.to_owned(),
        class: if classes.is_empty() { String::new() } else { format!("when {}", classes.join(" ")) },
    }
}

fn main_values(survey: &Survey, draft: &Draft) -> Vec<Value> {
    let mut all: Vec<Value> = values(&survey.kind)
        .into_iter()
        .map(|(number, label)| {
            let text = number.to_string();
            value(&text, &label, band(&survey.kind, number), draft.main == text)
        })
        .collect();
    if survey.kind == "pmf" {
        all.reverse();
    }
    all
}

fn audiences(draft: &Draft) -> Vec<Value> {
    let chosen = if draft.may_show.is_empty() { "team" } else { &draft.may_show };
    [
        ("team", "The team only"),
        ("link", "Also people the team invites"),
        ("public", "Anyone: you may quote me without my name"),
    ]
    .into_iter()
    .map(|(name, label)| value(name, label, "", name == chosen))
    .collect()
}

fn value(value: &str, label: &str, band: &'static str, chosen: bool) -> Value {
    Value { code: value.to_owned(), label: label.to_owned(), band, chosen }
}

fn summary(survey: &Survey, errors: &Errors) -> Vec<(String, String)> {
    let mut fields = vec!["form".to_owned(), "main".to_owned()];
    fields.extend(follow_ups(&survey.follow_ups).iter().map(|question| format!("q-{}", question.id)));
    fields.extend(["may_show", "name", "email"].map(str::to_owned));
    let told = |field: String| errors.get(&field).map(|complaint| (field.clone(), complaint.clone()));
    fields.into_iter().filter_map(told).collect()
}

fn or<'a>(text: &'a str, usual: &'a str) -> &'a str {
    if text.is_empty() { usual } else { text }
}

fn months(n: i64) -> String {
    if n == 1 { "1 month".to_owned() } else { format!("{n} months") }
}

/// The page after sending, with the way to take the answer back.
pub fn receipt(
    survey: &Survey,
    look: Look,
    response: &heedful_db::listen::responses::Response,
    token: &str,
    zone: &TimeZone,
) -> Result<String> {
    let audience = match response.may_show.as_str() {
        "public" => "Your words may be quoted to anyone, without your name.",
        "link" => "Your words may be shown to the team and to people it invites.",
        _ => "Only the team sees your words.",
    };
    let until = time::out(response.keep_until).to_zoned(zone.clone()).strftime("%-d %B %Y").to_string();
    let page = ReceiptPage {
        css: CSS,
        look: look.letter(),
        asker: &survey.asker,
        thanks: or(&survey.thanks, THANKS),
        audience,
        kept_until: until,
        withdraw: format!("/{}/{}/withdraw/{token}", look.letter(), survey.public_key),
    };
    Ok(page.render().map_err(anyhow::Error::from)?)
}

pub fn withdraw(survey: &Survey, look: Look, token: &str) -> Result<String> {
    let address = |what: &str| format!("/{}/{}/{what}/{token}", look.letter(), survey.public_key);
    let page = WithdrawPage {
        css: CSS,
        look: look.letter(),
        asker: &survey.asker,
        action: address("withdraw"),
        back: address("receipt"),
    };
    Ok(page.render().map_err(anyhow::Error::from)?)
}

pub fn note(look: Look, title: &str, text: &str, kept_words: &[String]) -> Result<String> {
    let page = NotePage { css: CSS, look: look.letter(), title, text, kept_words };
    Ok(page.render().map_err(anyhow::Error::from)?)
}

/// No script, nothing from elsewhere, kept nowhere; only the small form may stand in a frame.
pub fn answer(look: Look, status: StatusCode, html: String) -> Response {
    let hash = STANDARD.encode(Sha256::digest(CSS.as_bytes()));
    let ancestors = if look == Look::Form { "*" } else { "'none'" };
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; \
         frame-ancestors {ancestors}"
    );
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
