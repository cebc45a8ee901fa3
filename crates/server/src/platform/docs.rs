//! The API's description: `/api/openapi.json`, and `/api/docs` to read it in the browser.

use utoipa::OpenApi as Derived;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Ref, Schema};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, RefOr, ResponseBuilder};

use super::auth::SESSION_COOKIE;
use super::error::ErrorOut;

#[derive(Derived)]
#[openapi(
    info(
        title = "Heedful",
        description = "The customer feedback loop. Sign in with a bearer token or a session cookie."
    ),
    components(schemas(ErrorOut))
)]
struct Base;

/// The part of the description that no handler knows.
pub fn base() -> OpenApi {
    let mut api = Base::openapi();
    let components = api.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    components.add_security_scheme("bearer", bearer);
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE)));
    components.add_security_scheme("session", cookie);
    api
}

/// Adds to every operation the refusals that all of them share.
pub fn add_shared_errors(api: &mut OpenApi) {
    for item in api.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            add_errors(operation);
        }
    }
}

/// In a patch an absent field is not the same as null, so null is no default of anything.
pub fn drop_null_defaults(api: &mut OpenApi) {
    let schemas = api.components.iter_mut().flat_map(|components| components.schemas.values_mut());
    for schema in schemas {
        let RefOr::T(Schema::Object(object)) = schema else { continue };
        for property in object.properties.values_mut() {
            let default = match property {
                RefOr::T(Schema::Object(kind)) => &mut kind.default,
                RefOr::T(Schema::Array(kind)) => &mut kind.default,
                RefOr::T(Schema::OneOf(kind)) => &mut kind.default,
                RefOr::T(Schema::AllOf(kind)) => &mut kind.default,
                RefOr::T(Schema::AnyOf(kind)) => &mut kind.default,
                _ => continue,
            };
            if default.as_ref().is_some_and(serde_json::Value::is_null) {
                *default = None;
            }
        }
    }
}

fn add_errors(operation: &mut Operation) {
    const SHARED: [(&str, &str); 9] = [
        ("400", "The request cannot be read."),
        ("401", "Not signed in."),
        ("403", "Not permitted."),
        ("404", "No such thing in this workspace."),
        ("409", "It changed meanwhile, or a like request is running."),
        ("413", "Larger than allowed."),
        ("422", "Some fields are not valid."),
        ("429", "Too many requests; see Retry-After."),
        ("503", "A store is unavailable; see Retry-After."),
    ];
    for (status, meaning) in SHARED {
        let schema = RefOr::<Schema>::Ref(Ref::from_schema_name("ErrorOut"));
        let content = Content::new(Some(schema));
        let response =
            ResponseBuilder::new().description(meaning).content("application/json", content).build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
    }
}
