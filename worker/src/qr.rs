//! QR codes, as SVG and as PNG.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::png;

/// Light modules around the code: readers need four (ISO/IEC 18004, 9.1).
const QUIET_ZONE: i32 = 4;

/// How much of a code may be unreadable: `L` 7 %, `M` 15 %, `Q` 25 %, `H` 30 %.
#[derive(Debug, Clone, Copy)]
pub struct Correction(QrCodeEcc);

impl Correction {
    pub const MEDIUM: Self = Self(QrCodeEcc::Medium);

    /// From its letter.
    pub fn parse(letter: &str) -> Option<Self> {
        Some(Self(match letter {
            "L" => QrCodeEcc::Low,
            "M" => QrCodeEcc::Medium,
            "Q" => QrCodeEcc::Quartile,
            "H" => QrCodeEcc::High,
            _ => return None,
        }))
    }
}

/// A text as a QR code.
pub struct Code(QrCode);

impl Code {
    /// `None` when the text is longer than a code can hold. The correction is
    /// better than asked for where that takes no more modules.
    pub fn new(text: &str, correction: Correction) -> Option<Self> {
        QrCode::encode_text(text, correction.0).ok().map(Self)
    }

    /// Modules along a side, the quiet zone with them.
    fn side(&self) -> i32 {
        self.0.size() + 2 * QUIET_ZONE
    }

    /// A picture that is as large as where it stands.
    pub fn svg(&self, label: &str) -> String {
        self.svg_with("", label)
    }

    /// A file of its own, this many pixels wide and high unless it is scaled.
    pub fn svg_file(&self, pixels: u16, label: &str) -> String {
        let size =
            format!("xmlns=\"http://www.w3.org/2000/svg\" width=\"{pixels}\" height=\"{pixels}\" ");
        self.svg_with(&size, label)
    }

    fn svg_with(&self, attributes: &str, label: &str) -> String {
        let (code, side) = (&self.0, self.side());
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let run = (x..code.size())
                    .take_while(|x| code.get_module(*x, y))
                    .count();
                if run > 0 {
                    let (from, row) = (x + QUIET_ZONE, y + QUIET_ZONE);
                    path.push_str(&format!("M{from},{row}h{run}v1h-{run}z"));
                }
                x += 1 + i32::try_from(run).unwrap_or_default();
            }
        }
        format!(
            "<svg {attributes}viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{label}\" shape-rendering=\"crispEdges\"><path d=\"M0,0h{side}v{side}h-{side}z\" fill=\"#fff\"/><path d=\"{path}\"/></svg>"
        )
    }

    /// A picture of just so many pixels: each module the same whole number of
    /// them, what is over goes to the quiet zone.
    ///
    /// # Errors
    /// The fewest pixels that a picture of this code has.
    pub fn png(&self, pixels: u16) -> Result<Vec<u8>, i32> {
        let side = self.side();
        let scale = i32::from(pixels) / side;
        if scale == 0 {
            return Err(side);
        }
        let margin = (i32::from(pixels) - scale * self.0.size()) / 2;
        let module = |pixel: u16| (i32::from(pixel) - margin).div_euclid(scale);
        // As many rows as there are modules, one more on either side.
        let rows: Vec<Vec<u8>> = (-1..=self.0.size())
            .map(|y| png::row(pixels, |x| !self.0.get_module(module(x), y)))
            .collect();
        let row_at = |y: u16| {
            let row = (module(y) + 1).clamp(0, self.0.size() + 1);
            rows.get(usize::try_from(row).ok()?).map(Vec::as_slice)
        };
        Ok(png::square(pixels, (0..pixels).filter_map(row_at)))
    }
}

/// A text as a QR code, medium error correction, with a label for those who
/// don't see it; `None` when it is longer than a code can hold. The label must
/// hold nothing that HTML would read.
pub fn svg(text: &str, label: &str) -> Option<String> {
    Some(Code::new(text, Correction::MEDIUM)?.svg(label))
}
