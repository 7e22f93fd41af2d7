//! Structured logs: one JSON object a line (AU-07).

use serde_json::{Map, Value};

/// Something that went wrong and was dealt with; `fields` say what.
pub fn error(message: &str, fields: &[(&str, Value)]) {
    worker::console_error!("{}", line("error", message, fields));
}

/// Something worth a line.
pub fn info(message: &str, fields: &[(&str, Value)]) {
    worker::console_log!("{}", line("info", message, fields));
}

fn line(level: &str, message: &str, fields: &[(&str, Value)]) -> String {
    let mut object = Map::new();
    object.insert("level".into(), level.into());
    object.insert("message".into(), message.into());
    for (name, value) in fields {
        object.insert((*name).into(), value.clone());
    }
    Value::Object(object).to_string()
}
