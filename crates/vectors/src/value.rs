//! Money, time, paging.

use handbill_core::money::{Currency, Money, MoneyError};
use handbill_core::page::{PageRequest, with_parameter};
use handbill_core::time::{FilterTime, Timestamp, parse_filter_time};
use serde::Deserialize;

use crate::{read, same};

#[derive(Deserialize)]
struct Moneys {
    exponents: Vec<Exponent>,
    unknown: Vec<String>,
    format: Vec<Format>,
    add: Vec<Sum>,
    sub: Vec<Sum>,
    times: Vec<Times>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exponent {
    code: String,
    exponent: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Format {
    amount: i64,
    currency: Currency,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sum {
    left: (i64, Currency),
    right: (i64, Currency),
    sum: Option<i64>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Times {
    money: (i64, Currency),
    count: i64,
    product: Option<i64>,
    error: Option<String>,
}

/// Beyond the limit on purpose in some cases, so not through `Money::new`.
fn money_of((amount, currency): (i64, Currency)) -> Money {
    Money { amount, currency }
}

fn check_money(
    case: &str,
    got: Result<Money, MoneyError>,
    amount: Option<i64>,
    error: Option<String>,
) {
    same(case, got.ok().map(|money| money.amount), amount);
    same(case, got.err().map(|e| e.code().to_owned()), error);
}

/// `money.json`
pub fn money() {
    let vectors: Moneys = read(include_str!("../../core/vectors/money.json"));
    for case in vectors.exponents {
        let got = Currency::from_code(&case.code).ok();
        same(&case.code, got.map(Currency::exponent), Some(case.exponent));
        same(
            &case.code,
            got.map(Currency::code),
            Some(case.code.as_str()),
        );
    }
    for code in vectors.unknown {
        same(&code, Currency::from_code(&code).is_err(), true);
    }
    for case in vectors.format {
        let money = Money {
            amount: case.amount,
            currency: case.currency,
        };
        same(&case.text, money.format(), case.text.clone());
    }
    for case in vectors.add {
        let (left, right) = (money_of(case.left), money_of(case.right));
        check_money(
            &format!("{left} + {right}"),
            left.add(right),
            case.sum,
            case.error,
        );
    }
    for case in vectors.sub {
        let (left, right) = (money_of(case.left), money_of(case.right));
        check_money(
            &format!("{left} - {right}"),
            left.sub(right),
            case.sum,
            case.error,
        );
    }
    for case in vectors.times {
        let money = money_of(case.money);
        let name = format!("{money} × {}", case.count);
        check_money(&name, money.times(case.count), case.product, case.error);
    }
}

#[derive(Deserialize)]
struct TimeVectors {
    read: Vec<ReadTime>,
    write: Vec<WriteTime>,
    clamp: Vec<Clamp>,
    parts: Vec<Parts>,
    filter: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadTime {
    text: String,
    millis: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WriteTime {
    millis: i64,
    text: String,
}

/// Milliseconds as text: they are beyond what JSON numbers keep.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clamp {
    millis: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    millis: i64,
    hour: i64,
    day: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    text: String,
    instant: Option<i64>,
    date: Option<(i16, i8, i8)>,
    local: Option<(i16, i8, i8, i8, i8, i8, i16)>,
}

/// `time.json`
pub fn time() {
    let vectors: TimeVectors = read(include_str!("../../core/vectors/time.json"));
    for case in vectors.read {
        let got = Timestamp::parse_rfc3339(&case.text).ok();
        same(&case.text, got.map(Timestamp::millis), case.millis);
    }
    for case in vectors.write {
        same(
            &case.text,
            Timestamp::from_millis(case.millis).to_rfc3339(),
            case.text.clone(),
        );
    }
    for case in vectors.clamp {
        let millis = case.millis.parse().expect("an i64");
        same(
            &case.millis,
            Timestamp::from_millis(millis).to_rfc3339(),
            case.text,
        );
    }
    for case in vectors.parts {
        let at = Timestamp::from_millis(case.millis);
        same(
            &case.millis.to_string(),
            (at.hour(), at.day()),
            (case.hour, case.day),
        );
    }
    for case in vectors.filter {
        let (mut instant, mut day, mut wall) = (None, None, None);
        match parse_filter_time(&case.text) {
            Some(FilterTime::Instant(at)) => instant = Some(at.millis()),
            Some(FilterTime::Date {
                year,
                month,
                day: of_month,
            }) => {
                day = Some((year, month, of_month));
            }
            Some(FilterTime::Local {
                year,
                month,
                day,
                hour,
                minute,
                second,
                millisecond,
            }) => {
                wall = Some((year, month, day, hour, minute, second, millisecond));
            }
            None => {}
        }
        same(
            &case.text,
            (instant, day, wall),
            (case.instant, case.date, case.local),
        );
    }
}

#[derive(Deserialize)]
struct Pages {
    requests: Vec<Request>,
    links: Vec<Links>,
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    page: Option<String>,
    size: Option<String>,
    #[serde(default)]
    invalid: bool,
    limit: Option<i64>,
    offset: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Links {
    page: Option<String>,
    size: Option<String>,
    count: i64,
    url: String,
    #[serde(default)]
    invalid: bool,
    next: Option<String>,
    previous: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    url: String,
    name: String,
    value: Option<String>,
    output: String,
}

/// `page.json`; the default size is 20, the largest 100.
pub fn page() {
    let vectors: Pages = read(include_str!("../../core/vectors/page.json"));
    let parse = |page: &Option<String>, size: &Option<String>| {
        PageRequest::parse(page.as_deref(), size.as_deref(), 20, 100)
    };
    for case in vectors.requests {
        let name = format!("page {:?} of size {:?}", case.page, case.size);
        let got = parse(&case.page, &case.size);
        same(&name, got.is_err(), case.invalid);
        same(&name, got.ok().map(PageRequest::limit), case.limit);
        same(&name, got.ok().map(PageRequest::offset), case.offset);
    }
    for case in vectors.links {
        let name = format!(
            "page {:?} of {} rows at {}",
            case.page, case.count, case.url
        );
        let page = parse(&case.page, &case.size).expect("a page to ask for");
        let got = page.links(case.count, &case.url);
        same(&name, got.is_err(), case.invalid);
        if let Ok(links) = got {
            same(
                &name,
                (links.next, links.previous),
                (case.next, case.previous),
            );
        }
    }
    for case in vectors.parameters {
        let got = with_parameter(&case.url, &case.name, case.value.as_deref());
        same(&case.url, got, case.output);
    }
}
