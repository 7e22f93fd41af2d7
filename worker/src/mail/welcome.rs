//! The mail by which a promoter gets their link, its QR code and their own figures
//! (ST-07, ST-13).

use handbill_core::signature::KeyRing;
use maud::{DOCTYPE, html};

use super::{Message, PICTURE_ID};
use crate::promoter;
use crate::qr::{Code, Correction};
use crate::store::mails::TakenRow;

const PIXELS: u16 = 600;

/// The mail about a link.
///
/// # Errors
/// When its URL is too long for a QR code.
pub fn message(keys: &KeyRing, mail: &TakenRow) -> Result<Message, String> {
    let TakenRow {
        base,
        slug,
        name,
        organizer,
        description,
        ..
    } = mail;
    let short_url = format!("{base}/l/{slug}");
    let stats_url = format!(
        "{base}{}",
        promoter::path(keys, mail.link_id, mail.stats_epoch)
    );
    let code = Code::new(&short_url, Correction::MEDIUM);
    let picture = code.and_then(|code| code.png(PIXELS).ok());
    Ok(Message {
        key: mail.key.clone(),
        to: mail.email.clone(),
        // What no header may hold.
        subject: format!("Your link for {organizer}").replace(char::is_control, " "),
        html: as_html(mail, &short_url, &stats_url),
        text: format!(
            "Hello {name},\n\n{organizer} made a link for you{about}:\n\n{short_url}\n\n\
             Share this link, or its QR code, which is attached. Whoever buys tickets by it \
             counts for you.\n\nWhat it has done so far, for your eyes only:\n\n{stats_url}\n\n\
             Copy the link from here, not from your browser's address bar after opening it: \
             only this one counts.\n",
            about = about(description, |text| format!(" ({text})")),
        ),
        picture: picture.ok_or("the link is too long for a QR code")?,
    })
}

fn about(description: &str, show: impl FnOnce(&str) -> String) -> String {
    if description.is_empty() {
        String::new()
    } else {
        show(description)
    }
}

/// Styles stand at each element: mail readers drop all others.
fn as_html(mail: &TakenRow, short_url: &str, stats_url: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Your link for " (mail.organizer) }
            }
            body style="margin:0;padding:24px 16px;background:#fafaf9;color:#1c1917;font:16px/1.5 system-ui,sans-serif" {
                div style="max-width:32rem;margin:0 auto" {
                    p style="margin:0 0 4px;color:#b91c1c;font-weight:600" { (mail.organizer) }
                    h1 style="margin:0 0 16px;font-size:24px;line-height:1.2" { "Hello " (mail.name) ", this is your link" }
                    @if !mail.description.is_empty() { p style="margin:0 0 16px;color:#57534e" { (mail.description) } }
                    p style="margin:0 0 16px;font-size:18px;font-weight:600;word-break:break-all" {
                        a href=(short_url) style="color:#1c1917" { (short_url) }
                    }
                    p style="margin:0 0 16px" { "Share this link, or the code below. Whoever buys tickets by it counts for you." }
                    p style="margin:0 0 24px" {
                        img src={ "cid:" (PICTURE_ID) } width="200" height="200" alt={ "QR code of " (short_url) }
                            style="display:block;width:200px;height:200px;background:#fff";
                    }
                    p style="margin:0 0 24px" {
                        a href=(stats_url) style="display:inline-block;padding:12px 20px;border-radius:8px;background:#b91c1c;color:#fff;font-weight:600;text-decoration:none" { "See what it has done so far" }
                    }
                    p style="margin:0;color:#57534e;font-size:14px" {
                        "That page is for your eyes only: whoever has its address sees your figures. "
                        "Copy your link from here, not from your browser's address bar after opening it: only this one counts."
                    }
                }
            }
        }
    };
    page.0
}
