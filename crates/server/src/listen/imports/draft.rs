//! What a row says, by the mapping: a signal and who said it, or the reason why it is refused.

use std::collections::HashMap;

use heedful_db::Micros;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::dates;
use super::file::{Row, row_text};
use super::wire::{ImportMapping, ImportRefusal};
use crate::listen::accounts;
use crate::listen::people::{EMAIL_MAX, is_email};
use crate::listen::signals::SignalIn;
use crate::platform::secret;

const NAME_MAX: usize = 200;

/// A signal on its way in.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Checked like any other signal; source, person and account come later.
    pub signal: SignalIn,
    pub occurred_at: Option<Micros>,
    pub person: Option<PersonKey>,
    pub account: Option<AccountKey>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PersonKey {
    pub email: Option<String>,
    pub external_id: Option<String>,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AccountKey {
    pub external_id: Option<String>,
    pub name: String,
}

/// The mapping with columns as positions.
pub struct Plan {
    columns: Vec<String>,
    body: Vec<usize>,
    /// By meaning: `external_id`, `occurred_at` and so on.
    at: HashMap<&'static str, usize>,
    /// Columns without a meaning.
    rest: Vec<usize>,
    date_format: String,
    score_kind: Option<String>,
    zone: TimeZone,
    /// How often each row without an id of its own was seen, so that equal rows of one file stay several.
    seen: HashMap<[u8; 16], u32>,
}

struct Complaint {
    field: String,
    reason: String,
}

impl Plan {
    pub fn new(mapping: &ImportMapping, columns: &[String]) -> Self {
        let position = |name: &String| columns.iter().position(|column| column == name);
        let body: Vec<usize> = mapping.body.iter().filter_map(position).collect();
        let at: HashMap<_, _> = mapping
            .singles()
            .into_iter()
            .filter_map(|(meaning, name)| Some((meaning, position(name?)?)))
            .collect();
        let is_mapped = |index: &usize| body.contains(index) || at.values().any(|used| used == index);
        let zone = mapping.time_zone.as_deref().and_then(|zone| TimeZone::get(zone).ok());
        Self {
            rest: (0..columns.len()).filter(|index| !is_mapped(index)).collect(),
            columns: columns.to_vec(),
            body,
            at,
            date_format: mapping.date_format.clone().unwrap_or_else(|| "auto".to_owned()),
            score_kind: mapping.score_kind.clone(),
            zone: zone.unwrap_or(TimeZone::UTC),
            seen: HashMap::new(),
        }
    }

    pub fn draft(&mut self, row: &Row) -> Result<Draft, ImportRefusal> {
        // Counted also for rows that are refused, so that the same file gives the same ids again.
        let external_id = match self.text(row, "external_id") {
            Some(id) => id.to_owned(),
            None => self.id_of_content(row),
        };
        self.read(row, external_id).map_err(|complaints| refusal(row, complaints))
    }

    /// Everything that is wrong with a row is told at once: who mends the file mends it once.
    fn read(&self, row: &Row, external_id: String) -> Result<Draft, Vec<Complaint>> {
        let mut complaints = Vec::new();
        let time =
            self.text(row, "occurred_at").map(|text| dates::parse(text, &self.date_format, &self.zone));
        let time = time.transpose().map_err(|reason| vec![self.complain("occurred_at", reason)]);
        let occurred_at = noted(time, &mut complaints);
        let score = noted(self.score(row).map_err(|one| vec![one]), &mut complaints);
        let person = noted(self.person(row).map_err(|one| vec![one]), &mut complaints);
        let account = noted(self.account(row).map_err(|one| vec![one]), &mut complaints);
        let body: Vec<&str> =
            self.body.iter().map(|index| row.cells[*index].trim()).filter(|text| !text.is_empty()).collect();
        let body = body.join("\n\n");
        if body.is_empty() && self.text(row, "score").is_none() {
            complaints.push(self.complain("body", "is empty: nothing was said".to_owned()));
        }
        let signal = SignalIn {
            external_id: Some(external_id),
            score_kind: score.and(self.score_kind.clone()),
            score,
            language: self.text(row, "language").map(str::to_lowercase),
            page_url: self.owned(row, "page_url"),
            app_version: self.owned(row, "app_version"),
            tags: self.tags(row),
            may_show: self.text(row, "may_show").map(str::to_lowercase),
            context: self.context(row, person.as_ref()),
            body,
            ..SignalIn::default()
        };
        let signal = noted(self.check(signal), &mut complaints);
        if complaints.is_empty() {
            Ok(Draft { signal, occurred_at, person, account })
        } else {
            Err(complaints)
        }
    }

    /// Checked as when somebody types it in. A score may stand without words, as ratings in app stores do.
    fn check(&self, mut signal: SignalIn) -> Result<SignalIn, Vec<Complaint>> {
        let is_wordless = signal.body.is_empty();
        if is_wordless {
            signal.body.push('-');
        }
        match signal.validate() {
            Ok(valid) => {
                let mut signal = valid.into_inner();
                if is_wordless {
                    signal.body.clear();
                }
                Ok(signal)
            }
            Err(invalid) => {
                let complaints = invalid.0.into_iter();
                Err(complaints.map(|(field, reasons)| self.complain(&field, reasons.join("; "))).collect())
            }
        }
    }

    fn score(&self, row: &Row) -> Result<Option<f64>, Complaint> {
        let Some(text) = self.text(row, "score") else { return Ok(None) };
        let number = text.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| self.complain("score", format!("{:?} is not a number", shorten(text))))
    }

    fn person(&self, row: &Row) -> Result<Option<PersonKey>, Complaint> {
        let email = self.text(row, "person_email").map(str::to_lowercase);
        if let Some(email) = &email {
            let is_fine = is_email(email) && email.chars().count() <= EMAIL_MAX;
            if !is_fine {
                return Err(self.complain("person_email", format!("{:?} is not an address", shorten(email))));
            }
        }
        let external_id = self.key(row, "person_external_id")?;
        if email.is_none() && external_id.is_none() {
            return Ok(None);
        }
        let name = self.text(row, "person_name").unwrap_or_default();
        Ok(Some(PersonKey { email, external_id, name: cut(name) }))
    }

    fn account(&self, row: &Row) -> Result<Option<AccountKey>, Complaint> {
        let external_id = self.key(row, "account_external_id")?;
        let name = self.text(row, "account_name").map(cut).or_else(|| external_id.as_deref().map(cut));
        Ok(name.map(|name| AccountKey { external_id, name }))
    }

    fn key(&self, row: &Row, meaning: &str) -> Result<Option<String>, Complaint> {
        let Some(text) = self.text(row, meaning) else { return Ok(None) };
        if text.chars().count() > accounts::EXTERNAL_ID_MAX || text.contains('\0') {
            return Err(self.complain(meaning, "must be plain text of at most 500 characters".to_owned()));
        }
        Ok(Some(text.to_owned()))
    }

    fn tags(&self, row: &Row) -> Vec<String> {
        let text = self.text(row, "tags").unwrap_or_default();
        let mut tags: Vec<String> =
            text.split([',', ';']).map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
        tags.sort();
        tags.dedup();
        tags
    }

    /// A name alone tells nobody apart, so without an address or an id it is kept here.
    fn context(&self, row: &Row, person: Option<&PersonKey>) -> Map<String, Value> {
        let lone_name = self.at.get("person_name").filter(|_| person.is_none());
        let named =
            self.rest.iter().chain(lone_name).map(|index| (&self.columns[*index], &row.cells[*index]));
        let more = row.more.iter().map(|(name, value)| (name, value));
        let filled = named.chain(more).filter(|(_, value)| !value.trim().is_empty());
        filled.map(|(name, value)| (name.clone(), Value::from(value.replace('\0', "")))).collect()
    }

    fn id_of_content(&mut self, row: &Row) -> String {
        let mut digest = Sha256::new();
        for text in row.cells.iter().chain(row.more.iter().flat_map(|(name, value)| [name, value])) {
            digest.update(text.len().to_be_bytes());
            digest.update(text.as_bytes());
        }
        let hash = digest.finalize();
        let mut key = [0_u8; 16];
        key.copy_from_slice(&hash[..16]);
        let n = self.seen.entry(key).or_insert(0);
        *n += 1;
        match *n {
            1 => format!("row:{}", secret::hex(&key)),
            n => format!("row:{}#{n}", secret::hex(&key)),
        }
    }

    fn text<'r>(&self, row: &'r Row, meaning: &str) -> Option<&'r str> {
        let cell = row.cells.get(*self.at.get(meaning)?)?.trim();
        (!cell.is_empty()).then_some(cell)
    }

    fn owned(&self, row: &Row, meaning: &str) -> Option<String> {
        self.text(row, meaning).map(str::to_owned)
    }

    /// Names the column where one is to blame.
    fn complain(&self, meaning: &str, reason: String) -> Complaint {
        let column = match meaning {
            "body" => self.body.first(),
            meaning => self.at.get(meaning),
        };
        let field = column.map_or(meaning, |index| self.columns[*index].as_str());
        Complaint { field: field.to_owned(), reason }
    }
}

fn cut(name: &str) -> String {
    name.chars().filter(|c| *c != '\0').take(NAME_MAX).collect()
}

/// What was found, or else an empty stand-in and one more complaint.
fn noted<T: Default>(found: Result<T, Vec<Complaint>>, complaints: &mut Vec<Complaint>) -> T {
    found.unwrap_or_else(|more| {
        complaints.extend(more);
        T::default()
    })
}

/// One complaint stands by itself; of several each says what it is about.
fn refusal(row: &Row, complaints: Vec<Complaint>) -> ImportRefusal {
    let field = complaints.iter().map(|complaint| complaint.field.as_str()).collect::<Vec<_>>().join(", ");
    let reasons: Vec<String> = match complaints.len() {
        1 => complaints.into_iter().map(|complaint| complaint.reason).collect(),
        _ => complaints.into_iter().map(|Complaint { field, reason }| format!("{field}: {reason}")).collect(),
    };
    ImportRefusal {
        row_number: row.number,
        field,
        reason: reasons.join("; "),
        row_text: row_text(&row.cells.join(", ")),
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let columns = ["text", "stars", "mail", "who", "firm", "labels", "browser"].map(str::to_owned);
        let mapping = ImportMapping {
            body: vec!["text".to_owned()],
            score: Some("stars".to_owned()),
            score_kind: Some("rating".to_owned()),
            person_email: Some("mail".to_owned()),
            person_name: Some("who".to_owned()),
            account_name: Some("firm".to_owned()),
            tags: Some("labels".to_owned()),
            ..ImportMapping::default()
        };
        Plan::new(&mapping, &columns)
    }

    fn row(cells: [&str; 7]) -> Row {
        Row { number: 2, cells: cells.map(str::to_owned).to_vec(), more: Vec::new() }
    }

    #[test]
    fn a_row_becomes_a_signal_with_its_speaker() {
        let draft =
            plan().draft(&row(["Nice", "4,5", "Ada@B.org", "Ada", "Acme", "b; a,b", "Firefox"])).unwrap();
        assert_eq!(draft.signal.score, Some(4.5));
        assert_eq!(draft.signal.tags, ["a", "b"]);
        assert_eq!(draft.signal.context["browser"], "Firefox");
        assert_eq!(draft.person.unwrap().email.as_deref(), Some("ada@b.org"));
        assert_eq!(draft.account.unwrap().name, "Acme");
        let alone = plan().draft(&row(["Nice", "", "", "Ada", "", "", ""])).unwrap();
        assert_eq!((alone.person, &alone.signal.context["who"]), (None, &Value::from("Ada")));
    }

    #[test]
    fn refusals_name_the_column() {
        let check = |cells: [&str; 7], field: &str| {
            let refusal = plan().draft(&row(cells)).unwrap_err();
            assert_eq!((refusal.field.as_str(), refusal.row_number), (field, 2), "{}", refusal.reason);
        };
        check(["", "", "", "", "", "", ""], "text");
        check(["zero \0 byte", "", "", "", "", "", ""], "text");
        check(["x", "many", "", "", "", "", ""], "stars");
        check(["x", "6", "", "", "", "", ""], "stars");
        check(["x", "", "ada at b", "", "", "", ""], "mail");
        check(["x", "", "", "", "", &"t".repeat(61), ""], "labels");
        assert!(plan().draft(&row(["", "4", "", "", "", "", ""])).is_ok(), "a score may stand without words");
    }

    #[test]
    fn everything_that_is_wrong_with_a_row_is_told_at_once() {
        let refusal = plan().draft(&row(["x", "many", "ada at b", "", "", &"t".repeat(61), ""])).unwrap_err();
        assert_eq!(refusal.field, "stars, mail, labels");
        let reasons: Vec<&str> = refusal.reason.split("; ").collect();
        assert_eq!(reasons[..2], ["stars: \"many\" is not a number", "mail: \"ada at b\" is not an address"]);
        assert!(reasons[2].starts_with("labels: "), "{}", reasons[2]);
    }

    #[test]
    fn equal_rows_are_several_and_the_same_again() {
        let ids = |n: usize| {
            let mut plan = plan();
            let one = |plan: &mut Plan| {
                plan.draft(&row(["Same", "", "", "", "", "", ""])).unwrap().signal.external_id
            };
            (0..n).map(|_| one(&mut plan).unwrap()).collect::<Vec<_>>()
        };
        let first = ids(3);
        assert_ne!(first[0], first[1]);
        assert_eq!(first, ids(3));
    }
}
