//! The engine from outside: small models whose results can be computed by hand, and random ones that must keep every
//! invariant.
//!
//! A module per part of the engine. In each, a world is built, run, and read as one line that says when every request was
//! sent and how it was answered: `0+10 ok, 5+30 timeout` are two requests, sent at 0 and 5 ms, answered after 10 and 30 ms.

mod caches;
mod calls;
mod defences;
mod deploys;
mod determinism;
mod ends;
mod faults;
mod fleet;
mod generator;
mod guards;
mod messages;
mod queues;
mod random;
mod recovery;
mod rows;
mod world;
