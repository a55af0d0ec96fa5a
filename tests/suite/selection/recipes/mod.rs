//! The recipes of the adapters' front pages, word for word.

#[allow(unreachable_pub)]
mod on_actix {
    include!("actix.rs");
}
#[allow(unreachable_pub)]
mod on_tower {
    include!("tower.rs");
}
mod tried;
