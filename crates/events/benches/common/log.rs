//! The log that the benchmarks read.

use anyhow::{Context, Result};
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMicrosecondType};
use heedful_events::event::{Event, EventId, Value};

/// The events of a part of the log.
pub fn events(batch: &RecordBatch) -> Result<Vec<Event<'_>>> {
    let column = |name: &str| batch.column_by_name(name).with_context(|| format!("no column {name}"));
    let text = |name: &str| Ok::<_, anyhow::Error>(column(name)?.as_string::<i32>());
    let (id, person, name) = (text("event_id")?, text("person")?, text("event")?);
    let at = column("ts")?.as_primitive::<TimestampMicrosecondType>();
    let value = column("value")?.as_primitive::<Float64Type>();
    let words = ["plan", "country", "platform"].map(|name| (name, text(name)));
    let events = (0..batch.num_rows()).map(|row| {
        let mut properties = vec![("value".into(), Value::Number(value.value(row)))];
        for (name, words) in &words {
            let words = words.as_ref().map_err(|error| anyhow::anyhow!("{error}"))?;
            properties.push(((*name).into(), Value::Text(words.value(row).into())));
        }
        Ok(Event {
            id: EventId::of(id.value(row)),
            at: at.value(row),
            distinct_id: person.value(row).into(),
            name: name.value(row).into(),
            properties,
        })
    });
    events.collect()
}
