//! The examples in `docs/pricing.md` are the cases of `price.json`.

use handbill_core::basket::Quote;
use serde::Deserialize;

const PAGE: &str = include_str!("../../../../docs/pricing.md");
const VECTORS: &str = include_str!("../../vectors/price.json");

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    quote: Quote,
}

/// What the page shows of an example, as it stands there.
#[derive(Debug, PartialEq)]
struct Example {
    name: String,
    rows: Vec<Vec<String>>,
    problems: Vec<String>,
}

fn on_the_page() -> Vec<Example> {
    let (_, examples) = PAGE.split_once("\n## Examples\n").unwrap();
    let mut found = Vec::new();
    for section in examples.split("\n### ").skip(1) {
        let (name, text) = section.split_once('\n').unwrap();
        let table = text.lines().filter_map(|line| line.strip_prefix("| "));
        // The first two lines are the table's head.
        let rows = table.skip(2).map(|row| {
            let cells = row.strip_suffix(" |").unwrap().split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        });
        let problems = text.lines().filter_map(|line| line.strip_prefix("- "));
        found.push(Example {
            name: name.to_owned(),
            rows: rows.collect(),
            problems: problems.map(str::to_owned).collect(),
        });
    }
    found
}

fn in_the_vectors() -> Vec<Example> {
    let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
    vectors.cases.iter().map(example).collect()
}

fn example(case: &Case) -> Example {
    let quote = &case.quote;
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in &quote.lines {
        let mut row = vec![line.name.clone()];
        let amounts = [line.price, line.value, line.tax, line.total];
        row.extend([line.quantity, line.unit_price].map(grouped));
        row.extend(amounts.map(grouped));
        rows.push(row);
    }
    let prices = quote.lines.iter().map(|line| line.price).sum();
    let sums = [prices, quote.subtotal, quote.tax, quote.total];
    let mut row = ["**sum**", "", ""].map(str::to_owned).to_vec();
    row.extend(sums.map(|sum| format!("**{}**", grouped(sum))));
    rows.push(row);
    let problems = quote.problems.iter().map(|problem| {
        let place = problem.line.map(|line| format!("item {line}"));
        let place = place.as_deref().unwrap_or("basket");
        format!("{place}: `{}`, {}", problem.code, problem.message)
    });
    Example {
        name: case.name.clone(),
        rows,
        problems: problems.collect(),
    }
}

/// `−1,234`
fn grouped(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if amount < 0 { format!("−{out}") } else { out }
}

#[test]
fn the_page_and_the_vectors_show_the_same() {
    let (page, vectors) = (on_the_page(), in_the_vectors());
    let names = |examples: &[Example]| -> Vec<String> {
        examples
            .iter()
            .map(|example| example.name.clone())
            .collect()
    };
    assert_eq!(names(&page), names(&vectors));
    for (shown, wanted) in page.iter().zip(&vectors) {
        assert_eq!(shown, wanted);
    }
}
