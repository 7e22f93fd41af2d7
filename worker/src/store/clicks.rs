//! The click ledger: added to exactly once, and everything derived from it.

use handbill_core::click::{Click, Fetch};
use serde::Serialize;
use worker::D1PreparedStatement;

use super::sql::{Db, StoreError, row, rows_of};

/// A user agent, judged by a robot list.
#[derive(Debug, Serialize)]
pub struct JudgedAgent<'a> {
    pub text: &'a str,
    pub robot: bool,
}

#[derive(Serialize)]
struct ClickRow<'a> {
    id: &'a str,
    link: i64,
    at: i64,
    visitor: &'a str,
    agent: &'a str,
    fetch: u8,
}

const ADD_AGENTS: &str = "
INSERT INTO agent (text, robot, list_version)
SELECT value ->> 'text', value ->> 'robot', ?2 FROM json_each(?1) WHERE true
ON CONFLICT (text) DO NOTHING";

/// A click of a link that is not there, or was deleted with its clicks, is dropped by
/// the join.
const ADD_CLICKS: &str = "
INSERT INTO click (id, link_id, at, visitor, agent_id, fetch)
SELECT unhex(c.value ->> 'id', '-'), l.id, c.value ->> 'at', c.value ->> 'visitor', a.id,
  c.value ->> 'fetch'
FROM json_each(?1) c
JOIN agent a ON a.text = c.value ->> 'agent'
JOIN link l ON l.id = c.value ->> 'link' AND l.purged_at IS NULL
WHERE true
ON CONFLICT (id) DO NOTHING";

/// Derives all figures from the clicks above the mark, then moves the mark.
/// Adding and rebuilding are the same statements; a rebuild only starts from
/// zero.
const DERIVE: [&str; 5] = [
    "INSERT INTO link_visitor (link_id, visitor, first_seq)
     SELECT c.link_id, c.visitor, min(c.seq)
     FROM click c JOIN agent a ON a.id = c.agent_id
     WHERE c.seq > (SELECT seq FROM ledger_mark) AND c.fetch = 0 AND a.robot = 0
     GROUP BY c.link_id, c.visitor
     ON CONFLICT DO NOTHING",
    "INSERT INTO link_hour (link_id, hour, raw, robot, views, visitors)
     SELECT c.link_id, c.at / 3600000, count(*), sum(a.robot),
       sum(c.fetch = 0 AND a.robot = 0), count(v.first_seq)
     FROM click c
     JOIN agent a ON a.id = c.agent_id
     LEFT JOIN link_visitor v
       ON v.link_id = c.link_id AND v.visitor = c.visitor AND v.first_seq = c.seq
     WHERE c.seq > (SELECT seq FROM ledger_mark)
     GROUP BY c.link_id, c.at / 3600000
     ON CONFLICT DO UPDATE SET raw = raw + excluded.raw, robot = robot + excluded.robot,
       views = views + excluded.views, visitors = visitors + excluded.visitors",
    "INSERT INTO link_count (link_id, raw, robot, views, visitors)
     SELECT c.link_id, count(*), sum(a.robot), sum(c.fetch = 0 AND a.robot = 0),
       count(v.first_seq)
     FROM click c
     JOIN agent a ON a.id = c.agent_id
     LEFT JOIN link_visitor v
       ON v.link_id = c.link_id AND v.visitor = c.visitor AND v.first_seq = c.seq
     WHERE c.seq > (SELECT seq FROM ledger_mark)
     GROUP BY c.link_id
     ON CONFLICT DO UPDATE SET raw = raw + excluded.raw, robot = robot + excluded.robot,
       views = views + excluded.views, visitors = visitors + excluded.visitors",
    "UPDATE metric SET value = value
       + (SELECT count(*) FROM click WHERE seq > (SELECT seq FROM ledger_mark))
     WHERE name = 'clicks'",
    "UPDATE ledger_mark SET seq = max(seq, ifnull((SELECT max(seq) FROM click), 0))",
];

const FORGET_DERIVED: [&str; 5] = [
    "DELETE FROM link_visitor",
    "DELETE FROM link_hour",
    "DELETE FROM link_count",
    "UPDATE metric SET value = 0 WHERE name = 'clicks'",
    "UPDATE ledger_mark SET seq = 0",
];

/// D1 takes at most 2 MB in one argument; an agent is at most 512 characters.
const AGENTS_A_STATEMENT: usize = 500;

/// Adds clicks to the ledger and counts the new ones, in one transaction: all
/// of them or none, and none twice (RD-08).
///
/// `lost` is how many clicks this isolate had to give up earlier; the figure is
/// stored now that the database answers.
///
/// # Errors
/// When the database fails; then nothing was written.
pub async fn add(
    db: &Db,
    clicks: &[Click],
    agents: &[JudgedAgent<'_>],
    list_version: &str,
    lost: u32,
) -> Result<(), StoreError> {
    let rows: Vec<ClickRow<'_>> = clicks
        .iter()
        .map(|click| ClickRow {
            id: &click.id,
            link: click.link,
            at: click.at.millis(),
            visitor: &click.visitor,
            agent: &click.agent,
            fetch: match click.fetch {
                Fetch::Get => 0,
                Fetch::Head => 1,
                Fetch::Prefetch => 2,
            },
        })
        .collect();
    let delivered = clicks.len() as i64;
    let mut batch = vec![
        db.statement(ADD_AGENTS, &[(&json(&agents)?).into(), list_version.into()])?,
        db.statement(ADD_CLICKS, &[(&json(&rows)?).into()])?,
        db.statement(
            "UPDATE metric SET value = value + ?1
               - (SELECT count(*) FROM click WHERE seq > (SELECT seq FROM ledger_mark))
             WHERE name = 'clicks_duplicate'",
            &[delivered.into()],
        )?,
    ];
    batch.extend(prepare_all(db, &DERIVE)?);
    if lost > 0 {
        batch.push(db.statement(
            "UPDATE metric SET value = value + ?1 WHERE name = 'clicks_lost'",
            &[i64::from(lost).into()],
        )?);
    }
    db.batch(batch).await?;
    Ok(())
}

/// Every distinct user agent seen so far whose verdict came from another list.
///
/// # Errors
/// When the database fails.
pub async fn agents_judged_by_others(
    db: &Db,
    list_version: &str,
) -> Result<Vec<String>, StoreError> {
    row! {
        struct Row {
            text: String,
        }
    }
    let rows: Vec<Row> = db
        .rows(
            "SELECT text FROM agent WHERE list_version <> ?1",
            &[list_version.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.text).collect())
}

/// Recounts everything from the ledger, with new verdicts on `agents`, in one
/// transaction; how many clicks the ledger holds.
///
/// # Errors
/// When the database fails; then the figures stay as they were.
pub async fn rebuild(
    db: &Db,
    agents: &[JudgedAgent<'_>],
    list_version: &str,
) -> Result<i64, StoreError> {
    row! {
        struct Total {
            clicks: i64,
        }
    }
    let mut batch = Vec::new();
    for some in agents.chunks(AGENTS_A_STATEMENT) {
        batch.push(db.statement(
            "UPDATE agent SET robot = verdict.robot, list_version = ?2
             FROM (SELECT value ->> 'text' AS text, value ->> 'robot' AS robot
               FROM json_each(?1)) verdict
             WHERE agent.text = verdict.text",
            &[(&json(&some)?).into(), list_version.into()],
        )?);
    }
    batch.extend(prepare_all(db, &FORGET_DERIVED)?);
    batch.extend(prepare_all(db, &DERIVE)?);
    batch.push(db.statement(
        "SELECT value AS clicks FROM metric WHERE name = 'clicks'",
        &[],
    )?);
    let results = db.batch(batch).await?;
    let total = results
        .last()
        .map(rows_of::<Total>)
        .transpose()?
        .and_then(|rows| rows.into_iter().next());
    Ok(total.map_or(0, |total| total.clicks))
}

/// The key of a day's keyed visitor hash, made from `fresh` if the day has none
/// yet; 64 hexadecimal digits. All isolates get the same one.
///
/// # Errors
/// When the database fails.
pub async fn visitor_salt(db: &Db, day: i64, fresh: &str) -> Result<String, StoreError> {
    row! {
        struct Row {
            salt: String,
        }
    }
    let results = db
        .batch(vec![
            db.statement(
                "INSERT INTO visitor_salt (day, salt) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                &[day.into(), fresh.into()],
            )?,
            db.statement(
                "SELECT salt FROM visitor_salt WHERE day = ?1",
                &[day.into()],
            )?,
        ])
        .await?;
    results
        .last()
        .map(rows_of::<Row>)
        .transpose()?
        .and_then(|rows| rows.into_iter().next())
        .map(|row| row.salt)
        .ok_or_else(|| StoreError::Other("no visitor salt".into()))
}

/// Destroys the keys of days before `today` (RD-10). A deleted row's bytes stay in
/// the database's file, so zeros of the same length are written over them first.
///
/// # Errors
/// When the database fails.
pub async fn forget_salts(db: &Db, today: i64) -> Result<(), StoreError> {
    let zeros = "UPDATE visitor_salt SET salt = printf('%064d', 0) WHERE day < ?1";
    db.batch(vec![
        db.statement(zeros, &[today.into()])?,
        db.statement("DELETE FROM visitor_salt WHERE day < ?1", &[today.into()])?,
    ])
    .await?;
    Ok(())
}

fn prepare_all(db: &Db, statements: &[&str]) -> Result<Vec<D1PreparedStatement>, StoreError> {
    statements
        .iter()
        .map(|sql| db.statement(sql, &[]))
        .collect()
}

fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(error.to_string()))
}
