//! The JSON vectors, natively. `handbill-wasm` runs the same.

macro_rules! vectors {
    ($($file:ident)*) => {$(
        #[test]
        fn $file() {
            handbill_vectors::$file();
        }
    )*};
}

vectors!(slug destination redirect money time page token journey click_token resolve);
vectors!(fetch robots click callback price webhook feed);
