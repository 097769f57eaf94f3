//! Caches, and how calls use them.

use super::keys;
use super::reader::{Fields, Reader};
use super::yaml::Node;
use sim::Span;
use sim::model::{Cache, CacheId, CacheUse, Dist, FaultKind, Fill};

impl Reader<'_> {
    pub(super) fn caches(&mut self, node: &Node) -> Vec<Cache> {
        let entries = self.map(node, "a map from cache to what it is").unwrap_or_default();
        entries.iter().filter_map(|(name, node)| self.cache_of(name, node)).collect()
    }

    fn cache_of(&mut self, name: &Node, node: &Node) -> Option<Cache> {
        let fields = self.fields(name.place, node, &keys::CACHE)?;
        let size = self.size(&fields, "size");
        let keys = self.keyspace(&fields, "keys");
        let ttl = self.duration(&fields, "ttl");
        let hit = self.distribution(&fields, "hit").unwrap_or(Dist::Constant(Span::ZERO));
        let fill = match self.word(&fields, "fill") {
            Some("single-flight") => Fill::SingleFlight,
            _ => Fill::Stampede,
        };
        let shared = self.flag(&fields, "shared").unwrap_or(true);
        Some(Cache { size: size?, ttl, hit, fill, shared, ..Cache::new(name.text(), keys?) })
    }

    /// The cache that a call step looks into first.
    pub(super) fn cache_use(&mut self, fields: &Fields<'_>) -> Option<CacheUse> {
        let hit = self.distribution(fields, "hit");
        let cache = self.cache_named(fields, "cache")?;
        Some(CacheUse { cache, hit })
    }

    pub(super) fn flush(&mut self, fields: &Fields<'_>) -> Option<FaultKind> {
        self.cache_named(fields, "flush").map(|cache| FaultKind::Flush { cache })
    }

    fn cache_named(&mut self, fields: &Fields<'_>, key: &str) -> Option<CacheId> {
        self.one_of(fields, key).map(CacheId)
    }
}
