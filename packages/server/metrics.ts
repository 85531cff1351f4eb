import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client"

/** Every metric as a row. docs/metrics.md is made from these rows. */
export const metricRows = {
  sayso_events_accepted_total: {
    kind: "counter",
    labels: ["source", "table"],
    help: "Events that were acknowledged, by wire format and table",
  },
  sayso_events_rejected_total: {
    kind: "counter",
    labels: ["source"],
    help: "Events that could not be used and were kept with a reason",
  },
  sayso_spans_sampled_out_total: {
    kind: "counter",
    labels: [],
    help: "Spans that the client's own sampling decided against",
  },
  sayso_append_seconds: {
    kind: "histogram",
    labels: [],
    help: "From the parsed request to its bytes on disk",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  },
  sayso_http_errors_total: { kind: "counter", labels: ["code"], help: "Answers that were errors, by code" },
  sayso_journal_bytes: {
    kind: "gauge",
    labels: ["table"],
    help: "Bytes on disk that the store has not taken yet",
  },
  sayso_journal_rows: {
    kind: "gauge",
    labels: ["table"],
    help: "Rows on disk that the store has not taken yet",
  },
  sayso_journal_oldest_seconds: {
    kind: "gauge",
    labels: ["table"],
    help: "Age of the oldest row that the store has not taken yet",
  },
  sayso_journal_set_aside_segments: {
    kind: "gauge",
    labels: [],
    help: "Segments that could not be read back and wait for the operator in journal/refused",
  },
  sayso_drained_rows_total: { kind: "counter", labels: ["table"], help: "Rows that the store has taken" },
  sayso_drain_seconds: {
    kind: "histogram",
    labels: ["table"],
    help: "One INSERT of a segment",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  },
  sayso_drain_failures_total: {
    kind: "counter",
    labels: ["table"],
    help: "INSERTs that failed and are tried again",
  },
  sayso_rows_refused_total: {
    kind: "counter",
    labels: ["table"],
    help: "Rows that the store could not read, kept as rejected",
  },
} as const satisfies Record<
  string,
  {
    kind: "counter" | "gauge" | "histogram"
    labels: readonly string[]
    help: string
    buckets?: readonly number[]
  }
>

export type MetricName = keyof typeof metricRows
export type Labels = Readonly<Record<string, string>>

export interface Metrics {
  /** Adds to a counter. */
  count(name: MetricName, labels?: Labels, by?: number): void
  /** Sets a gauge. */
  set(name: MetricName, labels: Labels, value: number): void
  /** Records seconds in a histogram. */
  observe(name: MetricName, seconds: number, labels?: Labels): void
  /** Everything in Prometheus' text format. `before` may set gauges first. */
  render(): Promise<string>
  readonly contentType: string
}

/** The server's own figures. `refresh` runs before each rendering, to set what is only known by asking. */
export function createMetrics(refresh: (metrics: Metrics) => void): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counters = new Map<string, Counter>()
  const gauges = new Map<string, Gauge>()
  const histograms = new Map<string, Histogram>()
  for (const [name, row] of Object.entries(metricRows)) {
    const shape = { name, help: row.help, labelNames: [...row.labels], registers: [registry] }
    if (row.kind === "counter") counters.set(name, new Counter(shape))
    else if (row.kind === "gauge") gauges.set(name, new Gauge(shape))
    else histograms.set(name, new Histogram({ ...shape, buckets: [...row.buckets] }))
  }
  // The library looks labels up at a price that shows with every request, so the two that are asked that often are kept at hand.
  const counts = remember((name, labels) => counters.get(name)?.labels(labels))
  const observed = remember((name, labels) => histograms.get(name)?.labels(labels))
  const metrics: Metrics = {
    count: (name, labels = {}, by = 1) => counts(name, labels)?.inc(by),
    set: (name, labels, value) => gauges.get(name)?.set(labels, value),
    observe: (name, seconds, labels = {}) => observed(name, labels)?.observe(seconds),
    async render() {
      refresh(metrics)
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
  return metrics
}

/** Labels come from the server itself, so there are few of them. */
function remember<Found>(
  find: (name: MetricName, labels: Labels) => Found,
): (name: MetricName, labels: Labels) => Found {
  const known = new Map<string, Found>()
  return (name, labels) => {
    let key: string = name
    for (const value of Object.values(labels)) key += `\n${value}`
    let found = known.get(key)
    if (found === undefined) known.set(key, (found = find(name, labels)))
    return found
  }
}
