//! The one place that reads the system's random source.

/// `N` bytes from the CSPRNG.
///
/// # Errors
/// Never on workerd; elsewhere when the platform has no random source.
pub fn bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
