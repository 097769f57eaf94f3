//! `brownout tradeoff`: what one would optimise for first.

use super::{open, print};
use crate::cli::kit::{Place, Tradeoff, TradeoffAction};
use crate::commands::Done;
use crate::failure::Failure;
use crate::input::{Writing, write};
use crate::summary::kit as view;
use crate::terminal::Terminal;
use app::kit::{KitFailure, Records, ShownTradeoff, Side, save_tradeoff, tradeoff as shown};

pub(crate) fn tradeoff(wanted: &Tradeoff, place: Place, terminal: &Terminal) -> Done {
    let (records, page) = (open(place)?, view::Page::of(terminal));
    let earlier = shown(&records)?;
    match &wanted.action {
        None => print(&earlier, wanted.json, terminal, |shown| view::tradeoff(shown, &page)),
        Some(TradeoffAction::Set { set }) => {
            let stored =
                if set.is_empty() { written(&earlier, &records, terminal)? } else { typed(&earlier, set, &records)? };
            print(&stored, wanted.json, terminal, |shown| view::stored_tradeoff(shown, &page))
        }
    }
}

fn written(earlier: &ShownTradeoff, records: &Records, terminal: &Terminal) -> Result<ShownTradeoff, Failure> {
    let form = earlier.tradeoff.form();
    let writing = Writing { name: "tradeoff", after: earlier.version, text: &form };
    write(&writing, records, terminal, |text| {
        if text.trim().is_empty() {
            return Err(KitFailure::Empty.into());
        }
        let told = app::kit::Tradeoff::read(text, &earlier.tradeoff).map_err(KitFailure::from)?;
        Ok(save_tradeoff(records, &told, earlier.version)?)
    })
}

fn typed(earlier: &ShownTradeoff, sets: &[String], records: &Records) -> Result<ShownTradeoff, Failure> {
    let mut tradeoff = earlier.tradeoff.clone();
    for set in sets {
        let (name, text) = set.split_once('=').unwrap_or((set, ""));
        let side = Side::named(name).ok_or_else(|| KitFailure::NoSuch {
            kind: "part of a tradeoff",
            wanted: name.trim().to_owned(),
            known: Side::ALL.iter().map(|side| side.field().name.to_owned()).collect(),
        })?;
        text.trim().clone_into(tradeoff.side_mut(side));
    }
    Ok(save_tradeoff(records, &tradeoff, earlier.version)?)
}
