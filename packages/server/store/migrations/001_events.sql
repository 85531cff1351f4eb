-- The four tables of events. They are partitioned by arrival, so that a claimed time can neither break an insert nor
-- scatter it. Copies of one event may stay until parts merge: reads keep one row per event by themselves.
-- Inserts are synced to disk and deduplicated by token, so that a journal segment that is sent again is stored once.

CREATE TABLE IF NOT EXISTS spans
(
    org            LowCardinality(String),
    trace_id       String,
    span_id        String,
    parent_id      String,
    apm_trace_id   String,
    -- The low 64 bits of the trace id's likeliest reading: names the trace.
    trace_key      UInt64,
    span_key       UInt64,
    -- Every reading of every spelling, with the upper half of full 128-bit numbers (0 where unknown), in parallel.
    trace_keys     Array(UInt64),
    trace_uppers   Array(UInt64),
    span_keys      Array(UInt64),
    name           String,
    span_kind      LowCardinality(String),
    ml_app         LowCardinality(String),
    service        LowCardinality(String),
    env            LowCardinality(String),
    version        LowCardinality(String),
    session_id     String,
    join_keys      Array(String),
    tags           Array(String),
    status         LowCardinality(String),
    -- Int128, because a clock in 2999 is kept as it was claimed.
    start_ns       Int128,
    duration_ns    UInt64,
    model_name     LowCardinality(String),
    model_provider LowCardinality(String),
    input          String CODEC(ZSTD(1)),
    output         String CODEC(ZSTD(1)),
    metadata       String CODEC(ZSTD(1)),
    metrics        Map(LowCardinality(String), Float64),
    error_type     String,
    error_message  String,
    error_stack    String CODEC(ZSTD(1)),
    meta           String CODEC(ZSTD(1)),
    source         LowCardinality(String),
    time           DateTime64(3, 'UTC'),
    arrived        DateTime64(3, 'UTC'),
    sequence       UInt64,
    INDEX by_trace trace_keys TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_span span_keys TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_session session_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_join_key join_keys TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_tag tags TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(sequence)
PARTITION BY toMonday(arrived)
ORDER BY (org, time, trace_key, span_key, trace_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS eval_metrics
(
    org               LowCardinality(String),
    id                UUID,
    event_kind        LowCardinality(String),
    eval_scope        LowCardinality(String),
    span_id           String,
    trace_id          String,
    session_id        String,
    join_key          String,
    -- An evaluation that looks for the one span with this tag, as key:value.
    join_tag          String,
    -- Every reading of the id of the span or trace that it is about, with the upper halves in parallel.
    target_keys       Array(UInt64),
    target_uppers     Array(UInt64),
    -- The trace that an evaluation of a span names beside it, 0 where it names none.
    target_trace_key  UInt64,
    label             String,
    metric_type       LowCardinality(String),
    categorical_value String,
    score_value       Nullable(Float64),
    boolean_value     Nullable(Bool),
    text_value        String CODEC(ZSTD(1)),
    json_value        String CODEC(ZSTD(1)),
    assessment        LowCardinality(String),
    reasoning         String CODEC(ZSTD(1)),
    submitter_id      String,
    submitter_type    LowCardinality(String),
    ml_app            LowCardinality(String),
    tags              Array(String),
    metadata          String CODEC(ZSTD(1)),
    status            LowCardinality(String),
    error             String CODEC(ZSTD(1)),
    source            LowCardinality(String),
    timestamp_ms      Int64,
    time              DateTime64(3, 'UTC'),
    arrived           DateTime64(3, 'UTC'),
    sequence          UInt64,
    -- Merging keeps the greatest version, and of an eval metric the first copy counts.
    version           UInt64 DEFAULT 18446744073709551615 - sequence,
    -- Who answers which question about what: the words that share one supersede each other. One for each reading.
    vote_keys         Array(UInt64) MATERIALIZED arrayMap(
        key -> sipHash64(event_kind, eval_scope, key, target_trace_key, label,
                         if(event_kind = 'feedback', submitter_type, ''),
                         if(event_kind = 'feedback', submitter_id, ml_app)),
        if(empty(target_keys), [sipHash64(session_id, join_key, join_tag)], target_keys)),
    INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_target target_keys TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_session session_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_join_key join_key TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_join_tag join_tag TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_vote vote_keys TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toMonday(arrived)
ORDER BY (org, event_kind, time, id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS withdrawals
(
    org      LowCardinality(String),
    event_id UUID,
    reason   String,
    source   LowCardinality(String),
    arrived  DateTime64(3, 'UTC'),
    sequence UInt64,
    version  UInt64 DEFAULT 18446744073709551615 - sequence
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toMonday(arrived)
ORDER BY (org, event_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS rejected
(
    org      LowCardinality(String),
    id       UUID,
    format   LowCardinality(String),
    code     LowCardinality(String),
    detail   String,
    pointer  String,
    body     String CODEC(ZSTD(1)),
    arrived  DateTime64(3, 'UTC'),
    sequence UInt64,
    version  UInt64 DEFAULT 18446744073709551615 - sequence
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toMonday(arrived)
ORDER BY (org, arrived, id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
