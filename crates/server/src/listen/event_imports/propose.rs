//! A first guess of what the columns mean, by the names that common tools give them.

use std::collections::BTreeSet;

use super::row::Row;
use super::wire::EventImportMapping;
use crate::listen::capture::json::Json;
use crate::listen::imports::dates;

/// Names in lower case with nothing but letters and digits, the likeliest first.
const EVENT: &[&str] = &["event", "eventname", "eventtype", "activity", "action", "name", "type"];
const DISTINCT_ID: &[&str] = &[
    "distinctid",
    "propertiesdistinctid",
    "userid",
    "anonymousid",
    "deviceid",
    "personid",
    "customerid",
    "clientid",
    "visitorid",
    "caseid",
    "accountid",
    "email",
    "user",
    "customer",
];
const TIMESTAMP: &[&str] = &[
    "timestamp",
    "eventtime",
    "originaltimestamp",
    "occurredat",
    "time",
    "propertiestime",
    "datetime",
    "date",
    "createdat",
    "ts",
    "sentat",
    "receivedat",
];
const ID: &[&str] = &["uuid", "messageid", "insertid", "propertiesinsertid", "eventid"];
const PROPERTIES: &[&str] = &["properties", "eventproperties"];
/// What exports have beside the event that says nothing about it, or says it again.
const LEFT_OUT: &[&str] = &[
    "teamid",
    "personid",
    "personproperties",
    "personcreatedat",
    "createdat",
    "insertedat",
    "siteurl",
    "elements",
    "elementschain",
    "offset",
    "kafkaoffset",
    "historicalmigration",
    "bqingestedtimestamp",
    "person",
];

/// The columns of JSON rows, in the order of the alphabet, those within an object too.
pub fn columns_of(rows: &[Row]) -> Vec<String> {
    let mut columns = BTreeSet::new();
    for row in rows {
        let Row::Json(line) = row else { continue };
        let Ok(Json::Object(fields)) = Json::parse(line.as_bytes()) else { continue };
        for (name, json) in &fields.0 {
            columns.insert(name.to_string());
            let inner = json.as_object().map(|inner| inner.0.as_slice()).unwrap_or_default();
            columns.extend(inner.iter().map(|(field, _)| format!("{name}.{field}")));
        }
    }
    columns.into_iter().collect()
}

/// `cells` has the first values of a column.
pub fn propose<'r>(columns: &[String], cells: impl Fn(&str) -> Vec<&'r str>) -> EventImportMapping {
    let find_all = |names: &[&str]| -> Vec<String> {
        names
            .iter()
            .filter_map(|name| columns.iter().find(|column| normal(column) == *name))
            .cloned()
            .collect()
    };
    let find = |names: &[&str]| find_all(names).into_iter().next();
    let timestamp = find(TIMESTAMP);
    let properties = find_all(PROPERTIES);
    // Who is not signed in is known by another column than who is.
    let mut distinct_id = find_all(DISTINCT_ID);
    let is_dedicated = distinct_id.first().is_some_and(|first| normal(first).ends_with("distinctid"));
    distinct_id.truncate(if is_dedicated { 1 } else { 2 });
    let has_envelope = !properties.is_empty();
    let is_used = |column: &String| distinct_id.contains(column) || timestamp.as_ref() == Some(column);
    let left_out = find_all(LEFT_OUT).into_iter().filter(|column| has_envelope && !is_used(column)).collect();
    let samples = timestamp.as_deref().map(cells).unwrap_or_default();
    EventImportMapping {
        event: find(EVENT),
        event_name: None,
        date_format: dates::propose(&samples.into_iter()).map(str::to_owned),
        time_zone: None,
        id: find(ID),
        distinct_id,
        timestamp,
        properties,
        left_out,
    }
}

fn normal(column: &str) -> String {
    column.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> EventImportMapping {
        let columns: Vec<String> = header.split(',').map(str::to_owned).collect();
        propose(&columns, |_| Vec::new())
    }

    #[test]
    fn exports_of_common_tools_are_understood() {
        let posthog =
            of("uuid,event,properties,elements_chain,distinct_id,team_id,timestamp,created_at,person_id");
        assert_eq!(posthog.event.as_deref(), Some("event"));
        assert_eq!(posthog.distinct_id, ["distinct_id"]);
        assert_eq!((posthog.timestamp.as_deref(), posthog.id.as_deref()), (Some("timestamp"), Some("uuid")));
        assert_eq!(posthog.properties, ["properties"]);
        assert_eq!(posthog.left_out, ["team_id", "person_id", "created_at", "elements_chain"]);

        let mixpanel = of("event,properties,properties.time,properties.distinct_id,properties.$insert_id");
        assert_eq!(mixpanel.distinct_id, ["properties.distinct_id"]);
        assert_eq!(mixpanel.timestamp.as_deref(), Some("properties.time"));
        assert_eq!(mixpanel.id.as_deref(), Some("properties.$insert_id"));

        let amplitude = of("$insert_id,event_type,event_time,user_id,device_id,event_properties,uuid");
        assert_eq!(amplitude.distinct_id, ["user_id", "device_id"]);
        assert_eq!((amplitude.event.as_deref(), amplitude.id.as_deref()), (Some("event_type"), Some("uuid")));

        let purchases = of("customer_id,date,n_cds,dollar_value");
        assert_eq!((purchases.event, purchases.timestamp.as_deref()), (None, Some("date")));
        assert_eq!((purchases.distinct_id, purchases.left_out), (vec!["customer_id".to_owned()], vec![]));

        let log = of("case_id,activity,timestamp,resource,lifecycle");
        assert_eq!((log.event.as_deref(), log.distinct_id), (Some("activity"), vec!["case_id".to_owned()]));
    }
}
