//! Policies that are selected for each request.

mod apps;
mod bucket_cors;
mod buckets;
mod changes;
mod costs;
mod recipes;
mod selectors;
