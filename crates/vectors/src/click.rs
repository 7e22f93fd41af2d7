//! Clicks: how, by whom, and whether a robot.

use handbill_core::click::{Click, Fetch, RobotList, VisitorId, clip_agent, daily_visitor};
use handbill_core::id::{is_uuid_v7, uuid_v7};
use serde::Deserialize;

use crate::{read, same, unhex_array};

#[derive(Deserialize)]
struct Fetches {
    cases: Vec<FetchCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FetchCase {
    method: String,
    #[serde(default)]
    sec_purpose: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    x_moz: String,
    fetch: Fetch,
}

/// `fetch.json`
pub fn fetch() {
    let vectors: Fetches = read(include_str!("../../core/vectors/fetch.json"));
    for case in vectors.cases {
        let name = format!(
            "{} {} {} {}",
            case.method, case.sec_purpose, case.purpose, case.x_moz
        );
        let got = Fetch::classify(&case.method, &case.sec_purpose, &case.purpose, &case.x_moz);
        same(&name, got, case.fetch);
    }
}

#[derive(Deserialize)]
struct Robots {
    cases: Vec<RobotCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RobotCase {
    agent: String,
    robot: bool,
}

/// `robots.json`
pub fn robots() {
    let vectors: Robots = read(include_str!("../../core/vectors/robots.json"));
    let list = RobotList::embedded();
    for case in vectors.cases {
        same(&case.agent, list.is_robot(&case.agent), case.robot);
    }
}

#[derive(Deserialize)]
struct Clicks {
    messages: Vec<Message>,
    uuid: Vec<Uuid>,
    visitors: Vec<Visitor>,
    daily: Vec<Daily>,
    clip: Vec<Clip>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    name: String,
    text: String,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Uuid {
    millis: i64,
    random: String,
    uuid: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Visitor {
    text: String,
    ok: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Daily {
    day: i64,
    address: String,
    agent: String,
    visitor: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clip {
    agent: String,
    clipped: String,
}

/// `click.json`
pub fn click() {
    let vectors: Clicks = read(include_str!("../../core/vectors/click.json"));
    for case in vectors.messages {
        let got = Click::parse(&case.text);
        same(
            &case.name,
            got.as_ref().err().map(|e| e.code().to_owned()),
            case.error,
        );
        if let Ok(click) = got {
            same(&case.name, Click::parse(&click.to_json()), Ok(click));
        }
    }
    for case in vectors.uuid {
        same(
            &case.uuid,
            uuid_v7(case.millis, unhex_array(&case.random)),
            case.uuid.clone(),
        );
        same(&case.uuid, is_uuid_v7(&case.uuid), true);
    }
    for case in vectors.visitors {
        let got = VisitorId::parse(&case.text);
        same(
            &case.text,
            got.as_ref().map(VisitorId::as_str),
            case.ok.then_some(&*case.text),
        );
    }
    let salt = core::array::from_fn(|index| u8::try_from(index).expect("below 32"));
    for case in vectors.daily {
        let got = daily_visitor(&salt, case.day, &case.address, &case.agent);
        same(&case.visitor, got.as_str(), &case.visitor);
    }
    for case in vectors.clip {
        same(&case.clipped, clip_agent(&case.agent), case.clipped.clone());
    }
}
