//! The tickets feed: cursors and times.

use handbill_core::feed::Cursor;
use handbill_core::time::Timestamp;
use serde::Deserialize;

use crate::{read, same};

#[derive(Deserialize)]
struct Feed {
    read: Vec<Read>,
    refused: Vec<String>,
    write: Vec<Write>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    text: String,
    at: i64,
    id: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Write {
    millis: i64,
    text: String,
    seconds: String,
}

/// `feed.json`
pub fn feed() {
    let vectors: Feed = read(include_str!("../../core/vectors/feed.json"));
    for Read { text, at, id } in vectors.read {
        let cursor = Cursor { at, id };
        same(&text, Cursor::parse(&text), Ok(cursor));
        same(&text, Cursor::parse(&cursor.to_text()), Ok(cursor));
    }
    for text in vectors.refused {
        let code = Cursor::parse(&text).err().map(|error| error.code());
        same(&text, code, Some("invalid"));
    }
    for case in vectors.write {
        let at = Timestamp::from_millis(case.millis);
        same(&case.text, at.to_sql_text(), case.text.clone());
        same(&case.text, at.to_sql_seconds(), case.seconds);
    }
}
