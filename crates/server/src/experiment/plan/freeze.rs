//! The seal of a plan: its hash at the start shows later that nobody changed it quietly.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::wire::Plan;
use crate::platform::error::Result;
use crate::platform::secret;

/// JSON with sorted keys and no spaces: the same plan always gives the same text.
pub fn canonical(plan: &Plan) -> Result<String> {
    let value = serde_json::to_value(plan).map_err(anyhow::Error::from)?;
    let mut text = String::new();
    write(&value, &mut text)?;
    Ok(text)
}

/// SHA-256 of the canonical form, in hexadecimal.
pub fn hash(plan: &Plan) -> Result<String> {
    Ok(secret::hex(&Sha256::digest(canonical(plan)?.as_bytes())))
}

fn write(value: &Value, text: &mut String) -> Result<()> {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            text.push('{');
            for (index, name) in names.into_iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                text.push_str(&serde_json::to_string(name).map_err(anyhow::Error::from)?);
                text.push(':');
                write(&fields[name], text)?;
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write(item, text)?;
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_follows_the_content_and_not_the_order_of_keys() {
        let plan = Plan { population: "New owners".to_owned(), ..Plan::default() };
        let text = canonical(&plan).unwrap();
        assert!(text.starts_with(r#"{"baseline":null,"baseline_sd":null,"confidence":0.95,"#), "{text}");
        let read: Plan = serde_json::from_str(&text).unwrap();
        assert_eq!(hash(&read).unwrap(), hash(&plan).unwrap());
        let other = Plan { population: "Old owners".to_owned(), ..Plan::default() };
        assert_ne!(hash(&other).unwrap(), hash(&plan).unwrap());
    }
}
