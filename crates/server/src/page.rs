//! Lists in pages: where the next one begins is told by a cursor, which only this server reads.

use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Where to begin: the `next` of the page before.
    cursor: Option<String>,
    /// How many items at most.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// What is on it.
    items: Vec<T>,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
}

impl Wanted {
    const MOST: u32 = 200;

    /// The wanted page of a whole list.
    pub(crate) fn of<T>(&self, all: Vec<T>) -> Result<Page<T>, Problem> {
        let from = match &self.cursor {
            None => 0,
            Some(cursor) => cursor.parse::<usize>().map_err(|_| Problem::malformed("`cursor` is no page's `next`"))?,
        };
        let limit = self.limit.unwrap_or(Self::MOST);
        if !(1..=Self::MOST).contains(&limit) {
            return Err(Problem::malformed(format!("`limit` is {limit}, and 1 to {} are possible", Self::MOST)));
        }
        let end = from.saturating_add(limit as usize);
        let next = (end < all.len()).then(|| end.to_string());
        Ok(Page { items: all.into_iter().skip(from).take(limit as usize).collect(), next })
    }
}
