//! JSON in the ways that common writers write it, without a copy in memory.

/// How far objects and lists may be nested.
const MAX_DEPTH: usize = 32;
/// Members of an object that can be put in order.
const MAX_MEMBERS: usize = 64;

/// What stands between the parts of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Nothing: JavaScript, Go, PHP.
    Compact,
    /// A space behind `,` and `:`: Python.
    Spaced,
    /// Each member on a line of its own, behind this for each level.
    Lines(&'static [u8]),
}

/// What is written as `\uXXXX` or with a `\` though it need not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Escapes {
    /// `/`: PHP.
    pub(super) slash: bool,
    /// All but ASCII: PHP, Python.
    pub(super) unicode: bool,
    /// `<`, `>`, `&` and the two line separators of Unicode: Go.
    pub(super) html: bool,
}

/// How JSON is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) layout: Layout,
    pub(super) escapes: Escapes,
    /// Members of objects by name, or as they come.
    pub(super) is_sorted: bool,
}

/// Writes a JSON text anew. `None`, then with a part written, for what is no JSON
/// or larger than we look at.
pub(super) fn write(text: &[u8], style: Style, out: &mut dyn FnMut(&[u8])) -> Option<()> {
    let mut writer = Writer { text, style, out };
    let end = writer.value(writer.skip_space(0), 0)?;
    (writer.skip_space(end) == text.len()).then_some(())
}

struct Writer<'a, 'b> {
    text: &'a [u8],
    style: Style,
    out: &'b mut dyn FnMut(&[u8]),
}

/// Where a member begins, and where it ends.
type Span = (usize, usize);

impl Writer<'_, '_> {
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn skip_space(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), b' ' | b'\t' | b'\n' | b'\r') {
            at += 1;
        }
        at
    }

    /// Writes the value that begins here; answers where it ends.
    fn value(&mut self, at: usize, depth: usize) -> Option<usize> {
        match self.byte(at) {
            b'{' if self.style.is_sorted => self.sorted(at, depth),
            b'{' | b'[' => self.members(at, depth),
            b'"' => self.string(at),
            _ => {
                let end = self.scalar_end(at)?;
                (self.out)(self.text.get(at..end)?);
                Some(end)
            }
        }
    }

    /// Numbers and words are kept as they are.
    fn scalar_end(&self, at: usize) -> Option<usize> {
        let is_part =
            |byte: u8| matches!(byte, b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'E');
        let mut end = at;
        while is_part(self.byte(end)) {
            end += 1;
        }
        (end > at).then_some(end)
    }

    /// The members of an object or a list as they come.
    fn members(&mut self, open: usize, depth: usize) -> Option<usize> {
        let opening = self.byte(open);
        let close = if opening == b'{' { b'}' } else { b']' };
        (self.out)(&[opening]);
        let mut at = self.skip_space(open + 1);
        if self.byte(at) == close {
            (self.out)(&[close]);
            return Some(at + 1);
        }
        loop {
            self.new_line(depth + 1);
            let end = self.member(at, close == b'}', depth + 1)?;
            at = self.skip_space(end);
            match self.byte(at) {
                b',' => self.comma(),
                byte if byte == close => break,
                _ => return None,
            }
            at = self.skip_space(at + 1);
        }
        self.new_line(depth);
        (self.out)(&[close]);
        Some(at + 1)
    }

    /// The members of an object by their names.
    fn sorted(&mut self, open: usize, depth: usize) -> Option<usize> {
        let mut spans: [Span; MAX_MEMBERS] = [(0, 0); MAX_MEMBERS];
        let mut count = 0;
        let mut at = self.skip_space(open + 1);
        while self.byte(at) != b'}' {
            let end = self.member_end(at)?;
            *spans.get_mut(count)? = (at, end);
            count += 1;
            at = self.skip_space(end);
            if self.byte(at) == b',' {
                at = self.skip_space(at + 1);
                if self.byte(at) == b'}' {
                    return None;
                }
            }
        }
        self.sort(spans.get_mut(..count)?);
        let spans = spans.get(..count)?;
        (self.out)(b"{");
        for (index, span) in spans.iter().enumerate() {
            if index > 0 {
                self.comma();
            }
            self.new_line(depth + 1);
            self.member(span.0, true, depth + 1)?;
        }
        if count > 0 {
            self.new_line(depth);
        }
        (self.out)(b"}");
        Some(at + 1)
    }

    /// By insertion: the library's way is larger than all of this module.
    fn sort(&self, spans: &mut [Span]) {
        let name = |span: &Span| self.text.get(span.0..span.1);
        for sorted in 1..spans.len() {
            let (front, _) = spans.split_at_mut_checked(sorted + 1).unwrap_or_default();
            let mut rest = front;
            while let [others @ .., before, last] = rest
                && name(before) > name(last)
            {
                core::mem::swap(before, last);
                let end = others.len() + 1;
                rest = rest.get_mut(..end).unwrap_or_default();
            }
        }
    }

    /// Writes a member, with its name if it is an object's.
    fn member(&mut self, at: usize, is_named: bool, depth: usize) -> Option<usize> {
        if depth > MAX_DEPTH {
            return None;
        }
        if !is_named {
            return self.value(at, depth);
        }
        let end = self.string(at)?;
        let colon = self.skip_space(end);
        if self.byte(colon) != b':' {
            return None;
        }
        (self.out)(b":");
        if self.style.layout != Layout::Compact {
            (self.out)(b" ");
        }
        self.value(self.skip_space(colon + 1), depth)
    }

    /// Where an object's member ends, from its brackets and quotes alone.
    fn member_end(&self, at: usize) -> Option<usize> {
        let (mut end, mut open) = (at, 0_usize);
        loop {
            match self.byte(end) {
                b'"' => end = self.string_end(end)?,
                b'{' | b'[' => open += 1,
                b'}' | b']' if open > 0 => open -= 1,
                b',' | b'}' | b']' if open == 0 => return Some(end),
                0 => return None,
                _ => {}
            }
            end += 1;
        }
    }

    /// Where the last quote of a string is.
    fn string_end(&self, at: usize) -> Option<usize> {
        let mut end = at + 1;
        loop {
            match self.byte(end) {
                b'"' => return Some(end),
                b'\\' => end += 1,
                0 => return None,
                _ => {}
            }
            end += 1;
        }
    }

    fn comma(&mut self) {
        (self.out)(b",");
        if self.style.layout == Layout::Spaced {
            (self.out)(b" ");
        }
    }

    fn new_line(&mut self, depth: usize) {
        if let Layout::Lines(indent) = self.style.layout {
            (self.out)(b"\n");
            for _ in 0..depth {
                (self.out)(indent);
            }
        }
    }

    /// Writes the string that begins here; answers where it ends.
    fn string(&mut self, at: usize) -> Option<usize> {
        if self.byte(at) != b'"' {
            return None;
        }
        let end = self.string_end(at)?;
        let mut rest = self.text.get(at + 1..end)?;
        (self.out)(b"\"");
        while let Some((unit, after)) = next_unit(rest)? {
            self.unit(unit);
            rest = after;
        }
        (self.out)(b"\"");
        Some(end + 1)
    }

    /// Writes a character, or half of a surrogate pair.
    fn unit(&mut self, unit: u32) {
        let Escapes {
            slash,
            unicode,
            html,
        } = self.style.escapes;
        let short = match unit {
            0x08 => b'b',
            0x09 => b't',
            0x0a => b'n',
            0x0c => b'f',
            0x0d => b'r',
            0x22 => b'"',
            0x5c => b'\\',
            0x2f if slash => b'/',
            _ => 0,
        };
        if short != 0 {
            return (self.out)(&[b'\\', short]);
        }
        let is_html = matches!(unit, 0x26 | 0x3c | 0x3e | 0x2028 | 0x2029);
        let is_escaped = unit < 0x20 || (unicode && unit > 0x7e) || (html && is_html);
        match char::from_u32(unit) {
            Some(char) if !is_escaped => {
                (self.out)(char.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Some(char) => {
                for half in char.encode_utf16(&mut [0; 2]) {
                    self.escaped(u32::from(*half));
                }
            }
            // Half of a pair has no other form.
            None => self.escaped(unit),
        }
    }

    fn escaped(&mut self, unit: u32) {
        (self.out)(b"\\u");
        for shift in [12, 8, 4, 0] {
            let nibble = (unit >> shift & 15) as u8;
            (self.out)(&[if nibble < 10 { b'0' } else { b'a' - 10 } + nibble]);
        }
    }
}

/// A character of a string, whatever it is written as, and what follows; nothing
/// at the end.
#[expect(
    clippy::option_option,
    reason = "the end of a string is no fault in it"
)]
fn next_unit(text: &[u8]) -> Option<Option<(u32, &[u8])>> {
    let Some((first, rest)) = text.split_first() else {
        return Some(None);
    };
    if *first == b'\\' {
        return next_escape(rest).map(Some);
    }
    let length = match first {
        0..0x80 => 1,
        0x80..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    };
    let char = core::str::from_utf8(text.get(..length)?)
        .ok()?
        .chars()
        .next()?;
    Some(Some((u32::from(char), text.get(length..)?)))
}

/// What follows a backslash.
fn next_escape(text: &[u8]) -> Option<(u32, &[u8])> {
    let (kind, rest) = text.split_first()?;
    let unit = match kind {
        b'b' => 0x08,
        b't' => 0x09,
        b'n' => 0x0a,
        b'f' => 0x0c,
        b'r' => 0x0d,
        b'"' | b'\\' | b'/' => *kind,
        b'u' => return unicode_escape(rest),
        _ => return None,
    };
    Some((u32::from(unit), rest))
}

/// The digits behind `\u`, and those of the other half if there is one.
fn unicode_escape(text: &[u8]) -> Option<(u32, &[u8])> {
    let (high, rest) = four_digits(text)?;
    if let (0xd800..0xdc00, Some(other)) = (high, rest.strip_prefix(b"\\u"))
        && let Some((low @ 0xdc00..0xe000, rest)) = four_digits(other)
    {
        return Some((0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), rest));
    }
    Some((high, rest))
}

fn four_digits(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let mut unit = 0;
    for digit in digits {
        unit = unit << 4 | char::from(*digit).to_digit(16)?;
    }
    Some((unit, rest))
}
