-- Whom a span served, and the messages that clients send apart from their spans.

ALTER TABLE spans ADD COLUMN IF NOT EXISTS user_id String DEFAULT '' AFTER session_id;

CREATE TABLE IF NOT EXISTS span_contents
(
    org          LowCardinality(String),
    id           UUID,
    trace_id     String,
    span_id      String,
    trace_keys   Array(UInt64),
    trace_uppers Array(UInt64),
    span_keys    Array(UInt64),
    -- Lists of messages as JSON; empty for none.
    input        String CODEC(ZSTD(1)),
    output       String CODEC(ZSTD(1)),
    time_ns      UInt64,
    source       LowCardinality(String),
    arrived      DateTime64(3, 'UTC'),
    sequence     UInt64,
    version      UInt64 DEFAULT 18446744073709551615 - sequence,
    INDEX by_trace trace_keys TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toMonday(arrived)
ORDER BY (org, arrived, id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
