//! The entry `handbill/webhooks`. Times are unix seconds.

use handbill_webhook::{
    MAC_BYTES, MAX_KEY_BYTES, Signed, WebhookError, Window, check_secrets, decode_secret,
    inner_block, mac_from_hash, write_signature,
};

use crate::memory::{Input, List, Output, at_base};

/// Which secret signed the body.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_verify(scheme: u32, base: usize, at: f64, past: f64, future: f64) -> i32 {
    let (input, mut output) = at_base(scheme, base);
    let secrets = List::read(input.list);
    let (headers, body) = (&input.headers, input.body);
    let window = window(at, past, future);
    let result = handbill_webhook::verify(input.scheme, headers, body, secrets.all(), &window);
    match result {
        Ok(index) => index as i32,
        Err(error) => output.refuse(error),
    }
}

/// What to hash in front of the body for one of the secrets, for whoever has a faster
/// hash. Of the body only the first four bytes have to be there.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_prepare(
    scheme: u32,
    base: usize,
    at: f64,
    past: f64,
    future: f64,
    index: usize,
) -> i32 {
    let (input, mut output) = at_base(scheme, base);
    match prepare(&input, &window(at, past, future), index, &mut output) {
        Ok(()) => output.length(),
        Err(error) => output.refuse(error),
    }
}

fn prepare(
    input: &Input,
    window: &Window,
    index: usize,
    output: &mut Output,
) -> Result<(), WebhookError> {
    let secrets = List::read(input.list);
    check_secrets(input.scheme, secrets.all())?;
    let signed = Signed::parse(input.scheme, &input.headers, input.body, window)?;
    let secret = secrets.all().get(index).ok_or(WebhookError::NoMatch)?;
    let mut buffer = [0; MAX_KEY_BYTES];
    let block = inner_block(decode_secret(input.scheme, secret, index, &mut buffer)?);
    let [first, second, third, fourth] = signed.prefix();
    output.put_before_body(&[&block, first, second, third, fourth]);
    Ok(())
}

/// Whether this secret signed a body, by the hash of what was prepared for it and of
/// the body, which is written where answers are. Refused if it did not.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_decide(
    scheme: u32,
    base: usize,
    at: f64,
    past: f64,
    future: f64,
    index: usize,
) -> i32 {
    let (input, mut output) = at_base(scheme, base);
    match decide(&input, &window(at, past, future), index, output.hash()) {
        Ok(()) => index as i32,
        Err(error) => output.refuse(error),
    }
}

fn decide(input: &Input, window: &Window, index: usize, hash: &[u8]) -> Result<(), WebhookError> {
    let signed = Signed::parse(input.scheme, &input.headers, input.body, window)?;
    let secrets = List::read(input.list);
    let secret = secrets.all().get(index).ok_or(WebhookError::NoMatch)?;
    let mut buffer = [0; MAX_KEY_BYTES];
    let key = decode_secret(input.scheme, secret, index, &mut buffer)?;
    if signed.fits(&mac_from_hash(key, hash)) {
        return Ok(());
    }
    Err(WebhookError::NoMatch)
}

/// The value of the signature's header.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_sign(scheme: u32, base: usize, at: f64) -> i32 {
    let (input, mut output) = at_base(scheme, base);
    let secrets = List::read(input.list);
    let (id, body, at) = (input.headers.id, input.body, at as i64);
    let mut push = |part: &[u8]| output.push(part);
    match write_signature(input.scheme, secrets.all(), id, at, body, &mut push) {
        Ok(()) => output.length(),
        Err(error) => output.refuse(error),
    }
}

fn window(at: f64, past: f64, future: f64) -> Window {
    Window {
        at: at as i64,
        tolerance: past as i64,
        future_tolerance: future as i64,
    }
}

impl Output {
    /// What JavaScript put there.
    fn hash(&self) -> &[u8] {
        self.room.get(..MAC_BYTES).unwrap_or_default()
    }

    /// So that they end where the body begins.
    fn put_before_body(&mut self, parts: &[&[u8]]) {
        let length = parts.iter().map(|part| part.len()).sum();
        let Some(start) = self.room.len().checked_sub(length) else {
            return;
        };
        self.length = start;
        for part in parts {
            self.push(part);
        }
        self.length = length;
    }

    /// The error in place of what was written.
    fn refuse(&mut self, error: WebhookError) -> i32 {
        self.length = 0;
        self.push_message(error.code(), |push| error.write(push));
        -self.length()
    }
}
