//! A quote's text. The bytes are those of serde_json; in wasm they are written
//! in half the time, as no key is looked through for characters to escape.

use super::quote::{Line, Problem, Quote};

/// Room for a line; most take less.
const LINE_BYTES: usize = 224;

pub(super) fn write(quote: &Quote) -> String {
    let lines = quote.lines.len() + quote.problems.len();
    let mut out = Writer(Vec::with_capacity(LINE_BYTES * (lines + 1)));
    out.raw("{\"currency\":\"");
    out.raw(quote.currency.code());
    out.raw("\",\"lines\":[");
    out.list(&quote.lines, Writer::line);
    out.number("],\"subtotal\":", quote.subtotal);
    out.number(",\"tax\":", quote.tax);
    out.number(",\"total\":", quote.total);
    out.raw(",\"problems\":[");
    out.list(&quote.problems, Writer::problem);
    out.raw("]}");
    // Only whole texts were written.
    String::from_utf8(out.0).unwrap_or_default()
}

struct Writer(Vec<u8>);

impl Writer {
    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    fn list<T>(&mut self, values: &[T], write: impl Fn(&mut Self, &T)) {
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.raw(",");
            }
            write(self, value);
        }
    }

    fn line(&mut self, line: &Line) {
        self.raw("{\"kind\":\"");
        self.raw(line.kind.name());
        self.raw("\"");
        if let Some(index) = line.line {
            self.number(",\"line\":", whole(index));
        }
        if let Some(id) = line.ticket_type {
            self.number(",\"ticket_type\":", id);
        }
        if let Some(id) = line.product_attribute {
            self.number(",\"product_attribute\":", id);
        }
        self.text(",\"name\":", &line.name);
        self.number(",\"quantity\":", line.quantity);
        self.number(",\"unit_price\":", line.unit_price);
        self.number(",\"price\":", line.price);
        self.number(",\"value\":", line.value);
        self.number(",\"tax\":", line.tax);
        self.number(",\"total\":", line.total);
        if let Some(ppm) = line.rate_ppm {
            self.number(",\"rate_ppm\":", ppm);
        }
        match line.inclusive {
            Some(true) => self.raw(",\"inclusive\":true"),
            Some(false) => self.raw(",\"inclusive\":false"),
            None => {}
        }
        self.raw("}");
    }

    fn problem(&mut self, problem: &Problem) {
        match problem.line {
            Some(index) => self.number("{\"line\":", whole(index)),
            None => self.raw("{\"line\":null"),
        }
        self.text(",\"code\":", &problem.code);
        self.text(",\"message\":", &problem.message);
        self.raw("}");
    }

    fn text(&mut self, key: &str, text: &str) {
        self.raw(key);
        if text
            .bytes()
            .any(|byte| matches!(byte, 0..0x20 | b'"' | b'\\'))
        {
            // Texts always serialise.
            self.raw(&serde_json::to_string(text).unwrap_or_default());
        } else {
            self.raw("\"");
            self.raw(text);
            self.raw("\"");
        }
    }

    fn number(&mut self, key: &str, number: i64) {
        self.raw(key);
        if number < 0 {
            self.raw("-");
        }
        let mut digits = [b'0'; 20];
        let mut rest = number.unsigned_abs();
        let mut start = digits.len();
        for digit in digits.iter_mut().rev() {
            start -= 1;
            *digit += (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.0
            .extend_from_slice(digits.get(start..).unwrap_or_default());
    }
}

fn whole(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}
