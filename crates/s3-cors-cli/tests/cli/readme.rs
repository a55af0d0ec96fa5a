//! (README session)
