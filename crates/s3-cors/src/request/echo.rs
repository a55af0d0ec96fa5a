//! A request value that the response echoes.

/// A request value that the response echoes.
#[derive(Debug)]
pub enum Echo<'a, V: ?Sized = [u8]> {
    /// A line of the request, unchanged.
    Line(&'a V),
    /// Built from the lines of the request.
    Built(Vec<u8>),
}

impl<V: AsRef<[u8]> + ?Sized> Echo<'_, V> {
    /// The value.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Line(line) => (*line).as_ref(),
            Self::Built(bytes) => bytes,
        }
    }
}
