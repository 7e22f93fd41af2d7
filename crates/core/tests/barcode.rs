//! The random names of tickets and baskets (BK-10).

use handbill_core::order::{barcode, basket_key, is_basket_key};
use proptest::prelude::*;

#[test]
fn barcodes_are_five_bits_a_character() {
    assert_eq!(barcode(&[0; 10]), "0000000000000000");
    assert_eq!(barcode(&[0xff; 10]), "ZZZZZZZZZZZZZZZZ");
    // 0, 1, …, 31 by five bits each are two barcodes of 80 bits.
    let low = [0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf];
    let high = [0x84, 0x65, 0x3a, 0x56, 0xd7, 0xc6, 0x75, 0xbe, 0x77, 0xdf];
    assert_eq!(barcode(&low), "0123456789ABCDEF");
    assert_eq!(barcode(&high), "GHJKMNPQRSTVWXYZ");
}

#[test]
fn keys_of_baskets() {
    assert_eq!(
        basket_key(&core::array::from_fn(|i| i as u8)),
        "AAECAwQFBgcICQoLDA0ODw"
    );
    assert_eq!(basket_key(&[0xff; 16]), "_____________________w");
    for text in [
        "",
        "AAECAwQFBgcICQoLDA0OD",
        "AAECAwQFBgcICQoLDA0ODwA",
        "AAECAwQFBgcICQoLDA0ODw==",
        // Another spelling of the same bytes.
        "AAECAwQFBgcICQoLDA0ODx",
        "AAECAwQFBgcICQoLDA0OD+",
        "AAECAwQFBgcICQoLDA0OD/",
        "AAECAwQFBgcICQoLDA0O w",
        "ééééééééééé",
        "%41AECAwQFBgcICQoLDA0ODw",
    ] {
        assert!(!is_basket_key(text), "{text}");
    }
}

proptest! {
    #[test]
    fn a_barcode_holds_all_its_bits(random in any::<[u8; 10]>()) {
        let text = barcode(&random);
        prop_assert_eq!(text.len(), 16);
        let digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let bits = text
            .chars()
            .fold(0, |bits, c| bits * 32 + digits.find(c).unwrap() as u128);
        prop_assert_eq!(&bits.to_be_bytes()[6..], &random);
    }

    #[test]
    fn a_key_is_a_key(random in any::<[u8; 16]>(), text in "\\PC{0,24}", near in "[A-Za-z0-9_-]{22}") {
        let key = basket_key(&random);
        prop_assert_eq!(key.len(), 22);
        prop_assert!(is_basket_key(&key));
        let _ = is_basket_key(&text);
        // The last character has two bits of the key: four of 64 will do.
        prop_assert_eq!(is_basket_key(&near), near.ends_with(['A', 'Q', 'g', 'w']));
    }
}
