//! What a visitor sent, and whether it can be taken; pure.

use std::collections::BTreeMap;

use heedful_db::Micros;
use heedful_db::listen::surveys::Survey;

use super::scoring::{band, values};
use super::wire::{FollowUp, follow_ups};

/// Characters of one text answer.
const TEXT_MAX: usize = 5_000;
const NAME_MAX: usize = 200;
const EMAIL_MAX: usize = 254;
const REFERENCE_MAX: usize = 200;
const URL_MAX: usize = 2_000;
/// No person reads and answers a page faster than this; most programs do.
const QUICKEST: Micros = 2_000_000;
/// A form left open for longer has to be sent once more.
const SLOWEST: Micros = 30 * heedful_db::types::DAY;
pub const AUDIENCES: &[&str] = &["team", "link", "public"];

/// What stands in the fields of the form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub main: String,
    /// By id of the question.
    pub answers: BTreeMap<String, String>,
    pub may_show: String,
    pub name: String,
    pub email: String,
    pub reference: String,
    pub page_url: String,
    /// The secret of this form: sent twice, it counts once.
    pub form_id: String,
    /// When the form was handed out, in microseconds.
    pub served_at: String,
    /// A field that people do not see; whoever fills it in is a program.
    pub trap: String,
}

/// An answer that can be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub score: Option<f64>,
    /// The main answer in words, of an open question.
    pub main: Option<String>,
    pub follow_ups: Vec<(FollowUp, String)>,
    pub complete: bool,
    pub may_show: String,
    pub name: String,
    pub email: Option<String>,
    pub reference: Option<String>,
    pub page_url: Option<String>,
    pub form_id: String,
}

/// Complaints by field, each a whole sentence for the visitor.
pub type Errors = BTreeMap<String, String>;

impl Draft {
    /// Reads the fields of a form or of a query; what is unknown is ignored.
    pub fn of(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut draft = Self::default();
        for (name, value) in fields {
            let value = value.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
            match name.as_str() {
                "main" | "score" => draft.main = value,
                "may_show" => draft.may_show = value,
                "name" => draft.name = value,
                "email" => draft.email = value,
                "ref" => draft.reference = value,
                "url" => draft.page_url = value,
                "form" => draft.form_id = value,
                "at" => draft.served_at = value,
                "website" => draft.trap = value,
                other => {
                    if let Some(id) = other.strip_prefix("q-") {
                        draft.answers.insert(id.to_owned(), value);
                    }
                }
            }
        }
        draft
    }

    pub fn answer(&self, id: &str) -> &str {
        self.answers.get(id).map_or("", String::as_str)
    }
}

/// The answer in a draft, or everything that is wrong with it.
pub fn check(survey: &Survey, draft: &Draft, now: Micros) -> Result<Answer, Errors> {
    let mut errors = Errors::new();
    check_sender(draft, now, &mut errors);
    let (score, main) = check_main(survey, draft, &mut errors);
    let follow_ups = check_follow_ups(survey, draft, score, &mut errors);
    let email = check_contact(draft, &mut errors);
    let may_show = if draft.may_show.is_empty() { "team" } else { &draft.may_show };
    if !AUDIENCES.contains(&may_show) {
        errors.insert("may_show".to_owned(), "Choose who may see your words.".to_owned());
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let complete = follow_ups.iter().all(|(_, text)| !text.is_empty());
    let given = follow_ups.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    Ok(Answer {
        score,
        main,
        follow_ups: given,
        complete,
        may_show: may_show.to_owned(),
        name: draft.name.clone(),
        email,
        reference: shortened(&draft.reference, REFERENCE_MAX),
        page_url: shortened(&draft.page_url, URL_MAX).filter(|url| is_web_address(url)),
        form_id: draft.form_id.clone(),
    })
}

/// Programs are told what to do as well: a person caught by mistake loses nothing.
fn check_sender(draft: &Draft, now: Micros, errors: &mut Errors) {
    let id = &draft.form_id;
    let is_id =
        (20..=100).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let age = draft.served_at.parse::<Micros>().ok().and_then(|served| now.checked_sub(served));
    let complaint = if !draft.trap.is_empty() {
        "Please leave the field “Website” empty and send again."
    } else if !is_id || age.is_none_or(|age| age > SLOWEST) {
        "This page was open for a long time. Please send again."
    } else if age.is_some_and(|age| age < QUICKEST) {
        "That was very quick. Please send again."
    } else {
        return;
    };
    errors.insert("form".to_owned(), complaint.to_owned());
}

fn check_main(survey: &Survey, draft: &Draft, errors: &mut Errors) -> (Option<f64>, Option<String>) {
    if survey.kind == "open" {
        if draft.main.is_empty() {
            errors.insert("main".to_owned(), "Please write something.".to_owned());
        }
        check_length("main", &draft.main, errors);
        return (None, Some(draft.main.clone()));
    }
    let chosen = draft.main.parse::<usize>().ok();
    let is_value =
        chosen.is_some_and(|chosen| values(&survey.kind).iter().any(|(value, _)| *value == chosen));
    if !is_value {
        errors.insert("main".to_owned(), "Please choose one answer.".to_owned());
    }
    let score = chosen.filter(|_| is_value).and_then(|chosen| u32::try_from(chosen).ok()).map(f64::from);
    (score, None)
}

/// The questions that were asked of this person, with what they answered.
fn check_follow_ups(
    survey: &Survey,
    draft: &Draft,
    score: Option<f64>,
    errors: &mut Errors,
) -> Vec<(FollowUp, String)> {
    let group = score.and_then(|_| draft.main.parse().ok()).map(|value| band(&survey.kind, value));
    let mut answers = Vec::new();
    for question in follow_ups(&survey.follow_ups) {
        let is_asked = question.show_for.is_empty()
            || group.is_some_and(|group| question.show_for.iter().any(|band| band == group));
        if !is_asked {
            continue;
        }
        let field = format!("q-{}", question.id);
        let text = draft.answer(&question.id).to_owned();
        if question.required && text.is_empty() {
            errors.insert(field.clone(), "Please answer this question.".to_owned());
        }
        if question.kind == "choice" && !text.is_empty() && !question.choices.contains(&text) {
            errors.insert(field.clone(), "Please choose one of the answers.".to_owned());
        }
        check_length(&field, &text, errors);
        answers.push((question, text));
    }
    answers
}

fn check_length(field: &str, text: &str, errors: &mut Errors) {
    let n = text.chars().count();
    if n > TEXT_MAX {
        let complaint = format!("This is {n} characters long; please shorten it to {TEXT_MAX}.");
        errors.insert(field.to_owned(), complaint);
    }
}

fn check_contact(draft: &Draft, errors: &mut Errors) -> Option<String> {
    if draft.name.chars().count() > NAME_MAX {
        errors.insert("name".to_owned(), format!("Please use at most {NAME_MAX} characters."));
    }
    if draft.email.is_empty() {
        return None;
    }
    let email = draft.email.to_lowercase();
    let is_address = email.len() <= EMAIL_MAX
        && email.parse::<lettre::Address>().is_ok_and(|address| address.domain().contains('.'));
    if !is_address {
        let complaint = "This does not look like an email address. Correct it, or leave it empty.";
        errors.insert("email".to_owned(), complaint.to_owned());
    }
    Some(email)
}

fn shortened(text: &str, chars_max: usize) -> Option<String> {
    let text: String = text.chars().take(chars_max).collect();
    (!text.is_empty()).then_some(text)
}

fn is_web_address(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Micros = 1_772_442_000_000_000;

    fn survey(kind: &str) -> Survey {
        let follow_ups = r#"[{"id":"why","kind":"text","prompt":"Why?","required":true,"show_for":["low"]},
            {"id":"role","kind":"choice","prompt":"Your role?","choices":["Maker","Buyer"]}]"#;
        let follow_ups = if kind == "open" { "[]" } else { follow_ups };
        Survey { kind: kind.to_owned(), follow_ups: follow_ups.to_owned(), ..Survey::default() }
    }

    fn draft(fields: &[(&str, &str)]) -> Draft {
        let served_at = (NOW - 10_000_000).to_string();
        let usual = [("form", "abcdefghijklmnopqrstuvwxyz"), ("at", &served_at)];
        let fields = usual.iter().chain(fields);
        Draft::of(fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn errors(kind: &str, fields: &[(&str, &str)]) -> Vec<String> {
        let checked = check(&survey(kind), &draft(fields), NOW);
        checked.err().map(|errors| errors.into_keys().collect()).unwrap_or_default()
    }

    #[test]
    fn complaints_name_the_field() {
        let none: [&str; 0] = [];
        assert_eq!(errors("nps", &[("main", "9")]), none);
        assert_eq!(errors("nps", &[]), ["main"]);
        assert_eq!(errors("nps", &[("main", "11")]), ["main"]);
        assert_eq!(errors("nps", &[("main", "3")]), ["q-why"]);
        assert_eq!(errors("nps", &[("main", "9"), ("q-role", "Nobody")]), ["q-role"]);
        assert_eq!(errors("nps", &[("main", "9"), ("email", "nobody")]), ["email"]);
        assert_eq!(errors("nps", &[("main", "9"), ("may_show", "all")]), ["may_show"]);
        assert_eq!(errors("pmf", &[("main", "3")]), ["main"]);
        assert_eq!(errors("open", &[("main", "  ")]), ["main"]);
        assert_eq!(errors("open", &[("main", &"x".repeat(TEXT_MAX + 1))]), ["main"]);
    }

    #[test]
    fn programs_are_held_up() {
        assert_eq!(errors("nps", &[("main", "9"), ("website", "x")]), ["form"]);
        assert_eq!(errors("nps", &[("main", "9"), ("at", &(NOW - 1_000).to_string())]), ["form"]);
        assert_eq!(errors("nps", &[("main", "9"), ("at", "soon")]), ["form"]);
        assert_eq!(errors("nps", &[("main", "9"), ("form", "short")]), ["form"]);
    }

    #[test]
    fn only_what_was_asked_is_kept() {
        let fields =
            [("main", "10"), ("q-why", "Hidden"), ("q-role", "Buyer"), ("email", " Ada@Example.com ")];
        let answer = check(&survey("nps"), &draft(&fields), NOW).unwrap();
        assert_eq!(answer.score, Some(10.0));
        assert_eq!(answer.follow_ups.len(), 1);
        assert_eq!(answer.email.as_deref(), Some("ada@example.com"));
        assert_eq!((answer.may_show.as_str(), answer.complete), ("team", true));
    }
}
