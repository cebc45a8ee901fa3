//! A first guess of what the columns mean, by the names that common tools give them.

use super::dates;
use super::wire::ImportMapping;
use crate::listen::people::is_email;

/// Names in lower case with nothing but letters and digits, the likeliest first.
const BODY: &[&str] = &[
    "body",
    "text",
    "comment",
    "comments",
    "feedback",
    "message",
    "description",
    "content",
    "reviewtext",
    "review",
    "details",
    "notetext",
    "attributesbody",
    "sourcebody",
    "verbatim",
    "answer",
    "response",
    "utterance",
    "words",
    "plainbody",
    "conversationratingremark",
];
const TITLE: &[&str] = &["reviewtitle", "title", "subject", "notetitle", "attributestitle", "sourcesubject"];
const EXTERNAL_ID: &[&str] = &[
    "externalid",
    "id",
    "ticketid",
    "conversationid",
    "reviewid",
    "reviewlink",
    "responseid",
    "tweetid",
    "uuid",
    "token",
    "sourcerecordid",
    "noteid",
];
const OCCURRED_AT: &[&str] = &[
    "occurredat",
    "createdat",
    "created",
    "date",
    "timestamp",
    "time",
    "reviewsubmitmillissinceepoch",
    "reviewsubmitdateandtime",
    "submittedat",
    "submitdateutc",
    "submitdate",
    "attributescreateddate",
    "createddate",
    "tweetcreated",
    "datecreated",
    "updatedat",
];
const SCORE: &[&str] = &[
    "score",
    "rating",
    "starrating",
    "stars",
    "nps",
    "npsscore",
    "csat",
    "attributesrating",
    "satisfactionscore",
    "conversationratingrating",
    "calculatedscore",
];
const PERSON_EMAIL: &[&str] = &[
    "email",
    "personemail",
    "requesteremail",
    "useremail",
    "authoremail",
    "customeremail",
    "emailaddress",
    "contactemail",
    "sourceauthoremail",
    "respondentemail",
];
const PERSON_NAME: &[&str] = &[
    "name",
    "personname",
    "requester",
    "requestername",
    "username",
    "author",
    "authorname",
    "customername",
    "fullname",
    "reviewernickname",
    "attributesreviewernickname",
    "sourceauthorname",
    "contactname",
    "participant",
];
const PERSON_EXTERNAL_ID: &[&str] = &[
    "userid",
    "personid",
    "personexternalid",
    "requesterid",
    "customerid",
    "authorid",
    "authoruserid",
    "contactid",
];
const ACCOUNT_NAME: &[&str] = &[
    "account",
    "accountname",
    "company",
    "companyname",
    "organization",
    "organisation",
    "customer",
    "companydomain",
];
const ACCOUNT_EXTERNAL_ID: &[&str] =
    &["accountid", "companyid", "organizationid", "organisationid", "accountexternalid"];
const LANGUAGE: &[&str] = &["language", "lang", "locale", "reviewerlanguage"];
const PAGE_URL: &[&str] =
    &["pageurl", "url", "page", "displayurl", "sourceurl", "referer", "metadatareferer"];
const APP_VERSION: &[&str] = &["appversion", "appversionname", "version", "appversioncode", "release"];
const TAGS: &[&str] = &["tags", "labels", "label", "tag", "categories", "category"];
const MAY_SHOW: &[&str] = &["mayshow", "consent"];

/// `samples` are the first rows, in the order of `columns`.
pub fn propose(columns: &[String], samples: &[Vec<String>]) -> ImportMapping {
    let find = |names: &[&str]| {
        names.iter().find_map(|name| columns.iter().find(|column| normal(column) == *name)).cloned()
    };
    let mut body: Vec<String> = find(TITLE).into_iter().chain(find(BODY)).collect();
    if body.is_empty() {
        body = longest(columns, samples).into_iter().collect();
    }
    let score = find(SCORE);
    let occurred_at = find(OCCURRED_AT);
    let values = |column: &Option<String>| {
        let index = column.as_ref().and_then(|column| columns.iter().position(|other| other == column));
        samples.iter().filter_map(move |row| index.and_then(|index| row.get(index)).map(String::as_str))
    };
    ImportMapping {
        external_id: find(EXTERNAL_ID),
        date_format: dates::propose(values(&occurred_at)).map(str::to_owned),
        score_kind: score.as_ref().map(|column| score_kind(column, values(&score))),
        occurred_at,
        score,
        person_email: find(PERSON_EMAIL).or_else(|| addresses(columns, samples)),
        person_name: find(PERSON_NAME),
        person_external_id: find(PERSON_EXTERNAL_ID),
        account_name: find(ACCOUNT_NAME),
        account_external_id: find(ACCOUNT_EXTERNAL_ID),
        language: find(LANGUAGE),
        page_url: find(PAGE_URL),
        app_version: find(APP_VERSION),
        tags: find(TAGS),
        may_show: find(MAY_SHOW),
        time_zone: None,
        body,
    }
}

/// Stars run to five; anything higher is the scale of the net promoter score.
fn score_kind<'t>(column: &str, values: impl Iterator<Item = &'t str>) -> String {
    let highest = values.filter_map(|value| value.trim().parse::<f64>().ok()).fold(0.0, f64::max);
    let column = normal(column);
    let is_stars = column.contains("star") || column.contains("rating");
    let kind = if column.contains("nps") || (highest > 5.0 && !is_stars) {
        "nps"
    } else if column.contains("csat") || column.contains("satisfaction") {
        "csat"
    } else {
        "rating"
    };
    kind.to_owned()
}

/// A column that holds nothing but addresses, whatever it is called.
fn addresses(columns: &[String], samples: &[Vec<String>]) -> Option<String> {
    let cells =
        |index: usize| samples.iter().filter_map(move |row| row.get(index)).filter(|cell| !cell.is_empty());
    let index = (0..columns.len())
        .find(|index| cells(*index).next().is_some() && cells(*index).all(|cell| is_email(cell.trim())))?;
    columns.get(index).cloned()
}

/// The column with most to say, when no name tells.
fn longest(columns: &[String], samples: &[Vec<String>]) -> Option<String> {
    let letters = |index: usize| -> usize {
        let cells = samples.iter().filter_map(|row| row.get(index));
        cells.map(|cell| cell.chars().filter(|c| c.is_alphabetic() || *c == ' ').count()).sum()
    };
    let index = (0..columns.len()).max_by_key(|index| letters(*index))?;
    columns.get(index).cloned()
}

fn normal(column: &str) -> String {
    column.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str, row: &[&str]) -> ImportMapping {
        let columns: Vec<String> = header.split(',').map(str::to_owned).collect();
        propose(&columns, &[row.iter().map(ToString::to_string).collect()])
    }

    #[test]
    fn exports_of_common_tools_are_understood() {
        let zendesk = of("Id,Subject,Requester,Requester email,Status,Tags,Created at", &[]);
        assert_eq!(zendesk.body, ["Subject"]);
        assert_eq!(zendesk.person_email.as_deref(), Some("Requester email"));
        assert_eq!(zendesk.external_id.as_deref(), Some("Id"));

        let play = of(
            "Package Name,App Version Name,Reviewer Language,Review Submit Millis Since Epoch,Star Rating,Review Title,Review Text,Review Link",
            &["x", "1.2", "en", "1706933106000", "4", "Nice", "Very nice", "link"],
        );
        assert_eq!(play.body, ["Review Title", "Review Text"]);
        assert_eq!(play.score_kind.as_deref(), Some("rating"));
        assert_eq!(play.language.as_deref(), Some("Reviewer Language"));
        assert_eq!(play.app_version.as_deref(), Some("App Version Name"));

        let delighted = of("Person Email,Score,Comment,Created At", &["a@b.c", "9", "Good", "2024-01-31"]);
        assert_eq!(delighted.score_kind.as_deref(), Some("nps"));

        let bank = of("text,category", &["My card has not arrived yet.", "card_arrival"]);
        assert_eq!((bank.body, bank.tags.as_deref()), (vec!["text".to_owned()], Some("category")));

        let unnamed = of("A,B,C", &["7", "Words and more words", "ada@example.org"]);
        assert_eq!((unnamed.body, unnamed.person_email.as_deref()), (vec!["B".to_owned()], Some("C")));
        assert_eq!(of("text,stars", &["x", "9"]).score_kind.as_deref(), Some("rating"));
    }
}
