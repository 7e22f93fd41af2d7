//! QR codes as SVG.

use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the code: readers need four (ISO/IEC 18004, 9.1).
const QUIET_ZONE: i32 = 4;

/// A text as a QR code, medium error correction, with a label for those who
/// don't see it; `None` when it is longer than a code can hold. The label must
/// hold nothing that HTML would read.
pub fn svg(text: &str, label: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size() + 2 * QUIET_ZONE;
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
    Some(format!(
        "<svg viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"{label}\" shape-rendering=\"crispEdges\"><path d=\"M0,0h{size}v{size}h-{size}z\" fill=\"#fff\"/><path d=\"{path}\"/></svg>"
    ))
}
