//! The description, put the way the page shows it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Examples nest at most this deep; a type may contain itself.
const EXAMPLE_DEPTH_MAX: usize = 4;
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

pub struct Reference {
    pub version: String,
    pub tags: Vec<Tag>,
    pub schemas: Vec<Schema>,
    pub refusals: Vec<Answer>,
}

pub struct Tag {
    pub name: String,
    pub operations: Vec<Operation>,
}

pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    pub text: String,
    pub permission: String,
    pub parameters: Vec<Parameter>,
    /// How the body is typed.
    pub body: Option<Kind>,
    pub answers: Vec<Answer>,
    pub curl: String,
}

pub struct Parameter {
    pub name: String,
    pub place: String,
    pub required: bool,
    pub kind: Kind,
    pub text: String,
}

pub struct Answer {
    pub status: String,
    pub text: String,
    pub kind: Option<Kind>,
}

pub struct Schema {
    pub name: String,
    pub text: String,
    pub fields: Vec<Parameter>,
    pub values: Vec<String>,
}

/// A type in words, with the schema it leads to.
pub struct Kind {
    pub words: String,
    pub link: Option<String>,
}

impl Reference {
    pub fn of(api: &Value) -> Self {
        let schemas = &api["components"]["schemas"];
        let mut tags: BTreeMap<String, Vec<Operation>> = BTreeMap::new();
        let mut refusals = Vec::new();
        for (path, item) in entries(&api["paths"]) {
            for method in METHODS {
                let Some(operation) = item.get(method) else { continue };
                let tag = text(&operation["tags"][0]);
                refusals = answers(operation, false);
                tags.entry(tag).or_default().push(Operation::of(method, path, operation, schemas));
            }
        }
        Self {
            version: text(&api["info"]["version"]),
            tags: tags.into_iter().map(|(name, operations)| Tag { name, operations }).collect(),
            schemas: entries(schemas).map(|(name, schema)| Schema::of(name, schema)).collect(),
            refusals,
        }
    }
}

impl Operation {
    fn of(method: &str, path: &str, operation: &Value, schemas: &Value) -> Self {
        let parameters: Vec<Parameter> = items(&operation["parameters"]).map(Parameter::of).collect();
        let (media, body) = match entries(&operation["requestBody"]["content"]).next() {
            Some((media, content)) => (media.as_str(), Some(&content["schema"])),
            None => ("", None),
        };
        Self {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: text(&operation["summary"]),
            text: text(&operation["description"]),
            permission: permission(&operation["security"]),
            curl: curl(method, path, operation, media, body.map(|body| example(body, schemas, 0))),
            parameters,
            body: body.map(Kind::of),
            answers: answers(operation, true),
        }
    }
}

impl Parameter {
    fn of(parameter: &Value) -> Self {
        Self {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            required: parameter["required"].as_bool().unwrap_or(false),
            kind: Kind::of(&parameter["schema"]),
            text: text(&parameter["description"]),
        }
    }
}

impl Schema {
    fn of(name: &str, schema: &Value) -> Self {
        let required: Vec<&str> = items(&schema["required"]).filter_map(Value::as_str).collect();
        let fields = entries(&schema["properties"]).map(|(field, kind)| Parameter {
            name: field.clone(),
            place: String::new(),
            required: required.contains(&field.as_str()),
            kind: Kind::of(kind),
            text: text(&kind["description"]),
        });
        Self {
            name: name.to_owned(),
            text: text(&schema["description"]),
            fields: fields.collect(),
            values: items(&schema["enum"]).map(text).collect(),
        }
    }
}

impl Kind {
    fn of(schema: &Value) -> Self {
        if let Some(name) = referenced(schema) {
            return Self { words: name.clone(), link: Some(name) };
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            let choices: Vec<Kind> =
                items(&schema[choice]).filter(|each| each["type"] != "null").map(Kind::of).collect();
            let is_nullable = items(&schema[choice]).any(|each| each["type"] == "null");
            if !choices.is_empty() {
                let words = choices.iter().map(|kind| kind.words.as_str()).collect::<Vec<_>>().join(" or ");
                let words = if is_nullable { format!("{words} or null") } else { words };
                return Self { words, link: choices.into_iter().find_map(|kind| kind.link) };
            }
        }
        let mut names: Vec<&str> = match &schema["type"] {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => vec!["anything"],
        };
        names.sort_by_key(|name| *name == "null");
        let mut words = names.join(" or ");
        if names.contains(&"array") {
            let inner = Self::of(&schema["items"]);
            return Self {
                words: words.replacen("array", &format!("list of {}", inner.words), 1),
                link: inner.link,
            };
        }
        if let Some(format) = schema["format"].as_str() {
            words = format!("{words} ({format})");
        }
        Self { words, link: None }
    }
}

/// Answers that are this operation's own, or the refusals that all share.
fn answers(operation: &Value, own: bool) -> Vec<Answer> {
    let is_own = |status: &str| status.starts_with('2') || status.starts_with('3');
    entries(&operation["responses"])
        .filter(|(status, _)| is_own(status) == own)
        .map(|(status, answer)| Answer {
            status: status.clone(),
            text: text(&answer["description"]),
            kind: entries(&answer["content"]).next().map(|(_, content)| Kind::of(&content["schema"])),
        })
        .collect()
}

fn permission(security: &Value) -> String {
    let ways: Vec<&Value> = items(security).collect();
    if ways.iter().any(|way| way.as_object().is_some_and(serde_json::Map::is_empty)) {
        return "Everybody, without signing in".to_owned();
    }
    match ways.iter().find_map(|way| way["bearer"][0].as_str()) {
        Some("owner") => "Owners".to_owned(),
        Some(role) => format!("{}{}s and above", role[..1].to_uppercase(), &role[1..]),
        None => "Whoever is signed in, by session".to_owned(),
    }
}

/// A call to copy. Values that must be filled in are in capital letters.
fn curl(method: &str, path: &str, operation: &Value, media: &str, body: Option<Value>) -> String {
    let mut filled = path.to_owned();
    let mut headers = String::new();
    for parameter in items(&operation["parameters"]) {
        let name = text(&parameter["name"]);
        match parameter["in"].as_str() {
            Some("path") => filled = filled.replace(&format!("{{{name}}}"), &name.to_uppercase()),
            Some("header") if parameter["required"] == true => {
                let value = parameter["example"].as_str().unwrap_or("VALUE");
                headers = format!("{headers} \\\n  -H '{name}: {value}'");
            }
            _ => {}
        }
    }
    let is_public = permission(&operation["security"]).starts_with("Everybody");
    let who = if is_public { "" } else { " \\\n  -H \"Authorization: Bearer $TOKEN\"" };
    let verb = if method == "get" { String::new() } else { format!(" -X {}", method.to_uppercase()) };
    let data = match body {
        Some(body) if media == "application/json" => {
            let body = serde_json::to_string(&body).unwrap_or_default().replace('\'', "'\\''");
            format!(" \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'")
        }
        Some(_) => format!(" \\\n  -H 'Content-Type: {media}' \\\n  --data-binary @FILE"),
        None => String::new(),
    };
    format!("curl{verb} \"$HEEDFUL{filled}\"{who}{headers}{data}")
}

/// A value of a type: its required fields, with examples where there are some.
fn example(schema: &Value, schemas: &Value, depth: usize) -> Value {
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if depth > EXAMPLE_DEPTH_MAX {
        return Value::Null;
    }
    if let Some(name) = referenced(schema) {
        return example(&schemas[&name], schemas, depth + 1);
    }
    if let Some(first) = ["oneOf", "anyOf", "allOf"].iter().find_map(|choice| schema[*choice].get(0)) {
        return example(first, schemas, depth + 1);
    }
    if let Some(value) = schema["enum"].get(0) {
        return value.clone();
    }
    match schema["type"].as_str().or_else(|| schema["type"][0].as_str()) {
        Some("string") => json!(if schema["format"] == "date-time" { "2026-03-02T09:00:00Z" } else { "…" }),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => json!([example(&schema["items"], schemas, depth + 1)]),
        _ => {
            let required = items(&schema["required"]).filter_map(Value::as_str);
            let fields = required
                .map(|name| (name.to_owned(), example(&schema["properties"][name], schemas, depth + 1)));
            Value::Object(fields.collect())
        }
    }
}

fn referenced(schema: &Value) -> Option<String> {
    schema["$ref"].as_str()?.rsplit('/').next().map(str::to_owned)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_in_words() {
        let check = |schema: Value, words: &str| assert_eq!(Kind::of(&schema).words, words);
        check(json!({"type": "string", "format": "date-time"}), "string (date-time)");
        check(json!({"type": ["null", "integer"]}), "integer or null");
        check(json!({"$ref": "#/components/schemas/Role"}), "Role");
        check(json!({"oneOf": [{"$ref": "#/a/Role"}, {"type": "null"}]}), "Role or null");
        check(json!({"type": "array", "items": {"type": "string"}}), "list of string");
    }

    #[test]
    fn a_call_can_be_copied() {
        let operation = json!({
            "parameters": [{"name": "id", "in": "path", "required": true},
                           {"name": "If-Match", "in": "header", "required": true, "example": "\"3\""}],
            "security": [{"bearer": ["editor"]}]});
        let body = example(
            &json!({"required": ["name"], "properties": {"name": {"type": "string"}}}),
            &Value::Null,
            0,
        );
        let call = curl("patch", "/api/v1/sources/{id}", &operation, "application/json", Some(body));
        assert_eq!(
            call,
            "curl -X PATCH \"$HEEDFUL/api/v1/sources/ID\" \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n  \
             -H 'If-Match: \"3\"' \\\n  -H 'Content-Type: application/json' \\\n  -d '{\"name\":\"…\"}'"
        );
    }

    #[test]
    fn permission_is_told_in_words() {
        let check = |security: Value, words: &str| assert_eq!(permission(&security), words);
        check(json!([{}]), "Everybody, without signing in");
        check(json!([{"session": ["editor"]}, {"bearer": ["editor"]}]), "Editors and above");
        check(json!([{"session": []}]), "Whoever is signed in, by session");
    }
}
