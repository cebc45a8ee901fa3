//! Every operation of the API, tried by everybody: what its description says about permission is what happens.

use axum::http::Method;
use heedful_server::platform::auth::Role;
use heedful_server::routes;
use serde_json::Value;

use crate::support::{NOBODY, TestApp};

const ROLES: [Role; 4] = [Role::Viewer, Role::Editor, Role::Admin, Role::Owner];

struct Operation {
    method: Method,
    path: String,
    security: Value,
}

fn operations() -> Vec<Operation> {
    let api = serde_json::to_value(routes::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let Some(security) = operation.get("security") else {
                panic!("{method} {path} does not say who may call it");
            };
            operations.push(Operation { method, path: fill(path), security: security.clone() });
        }
    }
    operations
}

/// A path whose parameters name nothing.
fn fill(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { NOBODY } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

fn is_public(security: &Value) -> bool {
    security.as_array().unwrap().iter().any(|way| way.as_object().unwrap().is_empty())
}

fn needed_role(security: &Value) -> Option<Role> {
    let scopes = security.as_array().unwrap().iter().find_map(|way| way.get("bearer"))?;
    Some(Role::parse(scopes[0].as_str().unwrap()).unwrap())
}

#[tokio::test]
async fn nobody_gets_in_without_signing_in() {
    let app = TestApp::new().await;
    for Operation { method, path, security } in operations() {
        let answer = app.anonymous().send_raw(method.clone(), &path, None).await;
        let is_refused = answer.status.as_u16() == 401;
        assert_eq!(is_refused, !is_public(&security), "{method} {path}: {}", answer.text());
    }
}

#[tokio::test]
async fn each_role_may_do_what_the_description_says_and_no_more() {
    let app = TestApp::new().await;
    for Operation { method, path, security } in operations() {
        let Some(needed) = needed_role(&security) else { continue };
        for role in ROLES {
            let answer = app.client(role).send_raw(method.clone(), &path, None).await;
            let status = answer.status.as_u16();
            let context = format!("{method} {path} by {role:?}: {status} {}", answer.text());
            assert_eq!(status == 403, role < needed, "{context}");
            assert!(status != 401 && status < 500, "{context}");
        }
    }
}
