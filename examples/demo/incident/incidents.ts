// What goes wrong in production, what the agent finds out about it, and what it says.

export interface Step {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly result: unknown
}

export interface Question {
  readonly ask: string
  readonly answer: string
  readonly step?: Step
}

export interface Alert {
  readonly alert: string
  readonly tool: Step
  readonly answer: string
  readonly praise: readonly string[]
  readonly blame: readonly string[]
}

export interface Incident {
  readonly name: string
  readonly title: string
  readonly service: string
  readonly severity: "sev1" | "sev2" | "sev3"
  readonly alert: string
  readonly thought: string
  readonly steps: readonly Step[]
  readonly runbook: { readonly name: string; readonly text: string }
  /** Markdown: what it was. */
  readonly report: string
  /** What it takes it for when it is wrong. */
  readonly wrongReport: string
  readonly questions: readonly Question[]
  readonly praise: readonly string[]
  readonly blame: readonly string[]
}

const metrics = (query: string, result: unknown): Step => ({
  name: "query_metrics",
  arguments: { query, window: "30m" },
  result,
})
const logs = (query: string, result: unknown): Step => ({
  name: "search_logs",
  arguments: { query, limit: 50 },
  result,
})
const deployments = (result: unknown): Step => ({
  name: "list_deployments",
  arguments: { service: "{service}", hours: 6 },
  result,
})

export const incidents: readonly Incident[] = [
  {
    name: "pool_exhausted",
    title: "Checkout answers 503 in {region}",
    service: "checkout-api",
    severity: "sev1",
    alert: "checkout-api {region}: 18.4 % of requests answered 5xx in the last 5 minutes (threshold 2 %)",
    thought:
      "5xx and rising latency at the same time: either a dependency hangs, or connections run out. I look at errors, the pool and recent deployments.",
    steps: [
      metrics("sum(rate(http_requests_total{service=checkout-api,code=~5..}[1m]))", {
        series: [
          [0, 0.4],
          [5, 3.1],
          [10, 22.8],
          [15, 24.1],
        ],
        unit: "req/s",
      }),
      logs("service:checkout-api level:error", [
        { at: "{clock}", message: "timeout acquiring connection from pool (10000 ms)", count: 4121 },
        { at: "{clock}", message: "PaymentGateway 504", count: 37 },
      ]),
      metrics("db_pool_in_use{service=checkout-api}", { now: 40, max: 40, waiting: 312 }),
      deployments([
        {
          version: "{version}",
          at: "26 minutes ago",
          author: "priya",
          change: "Retry failed captures inside the transaction",
        },
      ]),
    ],
    runbook: {
      name: "Database connections run out",
      text: "1. Look for a transaction that is held open over a network call. 2. Roll back if a deployment fits in time. 3. Raise the pool only as a last resort: the database has 200 connections for all services.",
    },
    report: `**Most likely cause (high confidence): version {version} holds a database connection while it waits for the payment gateway.**

- The pool is full (40 of 40, 312 waiting) since 3 minutes after {version} went out.
- The change "Retry failed captures *inside the transaction*" keeps a connection for up to 3 × 10 s.
- The gateway has a few 504s, but not more than usual.

| | before | now |
| --- | ---: | ---: |
| 5xx | 0.1 % | 18.4 % |
| connections in use | 11 | 40 |

**Suggested:** roll back to the version before. I have *not* done anything.`,
    wrongReport: `**Most likely cause: the payment gateway is down.** There are 504 answers from PaymentGateway in the logs. I suggest to wait for the provider and to show a maintenance page.`,
    questions: [
      {
        ask: "could we just raise the pool?",
        answer:
          "It would help for some minutes. Each request holds its connection for up to 30 s, so at 40 req/s you'd need about 1,200, and the database takes 200 for all services. Rolling back is quicker and safe: no migration came with {version}.",
      },
      {
        ask: "rolled back. are we good?",
        answer:
          "Yes. 5xx went from 24 to 0.3 req/s within two minutes, nobody waits for a connection, and p95 is at 210 ms. 61 orders are in `capture_pending`; the retry job picks them up in ten minutes.",
        step: metrics("sum(rate(http_requests_total{service=checkout-api,code=~5..}[1m]))", {
          series: [
            [0, 24.1],
            [1, 9.2],
            [2, 0.3],
          ],
          unit: "req/s",
        }),
      },
    ],
    praise: [
      "Nailed it in 90 seconds, including the commit. Rolled back before I had my laptop fully open.",
      "right cause, right evidence, and it did NOT touch prod. exactly what I want at 3am",
      "the table helped to explain it to the incident manager",
    ],
    blame: [
      "It blamed the gateway. Gateway was fine, our pool was full. Cost us 20 minutes on the phone with the provider.",
      "Did not even look at deployments",
      "maintenance page. For our own bug. thanks.",
    ],
  },
  {
    name: "disk_full",
    title: "Kafka broker out of disk in {region}",
    service: "event-bus",
    severity: "sev2",
    alert: "event-bus {host}: disk usage 96 % and rising by 1.1 % per hour",
    thought:
      "A disk that fills steadily: retention, a stuck consumer, or one topic that explodes. Compare topics by size.",
    steps: [
      metrics("disk_used_percent{host={host}}", {
        series: [
          [0, 71],
          [6, 79],
          [12, 86],
          [18, 96],
        ],
        unit: "% by hours",
      }),
      {
        name: "run_readonly",
        arguments: { host: "{host}", command: "du -sh /data/kafka/* | sort -h | tail -3" },
        result: "12G\torders\n31G\tclicks\n812G\tclicks-debug",
      },
      logs("topic:clicks-debug", [
        { message: "config update: retention.ms=-1", by: "terraform", at: "2 days ago" },
      ]),
    ],
    runbook: {
      name: "Broker disk full",
      text: "Never delete segment files by hand. Lower retention.ms of the topic and wait for the cleaner, or move partitions. Below 5 % free the broker stops.",
    },
    report: `**Cause: topic \`clicks-debug\` keeps everything for ever.** \`retention.ms\` was set to \`-1\` by Terraform two days ago; it holds 812 of 880 GB.

At the present rate the broker stops in **about 3½ hours**.

\`\`\`sh
kafka-configs.sh --alter --entity-type topics --entity-name clicks-debug \\
  --add-config retention.ms=86400000
\`\`\`

The cleaner needs about ten minutes. Nobody has read this topic for nine days, so nothing is lost that anyone uses.`,
    wrongReport:
      "**Cause: growing traffic.** The disk has been filling steadily. I suggest to add a larger volume to {host}.",
    questions: [
      {
        ask: "who set the retention?",
        answer:
          'Terraform, with the change "debug topics for the click experiment" two days ago. The default for `*-debug` in the module is `-1`, so three more topics have it: `search-debug`, `mail-debug`, `geo-debug`. They\'re small still.',
        step: logs("retention.ms=-1", [
          { topic: "search-debug" },
          { topic: "mail-debug" },
          { topic: "geo-debug" },
        ]),
      },
    ],
    praise: [
      "found the topic AND the three that will be next",
      "command was copy-pasteable and correct",
      "calm, precise. 40 min saved",
    ],
    blame: [
      "'Growing traffic' for a topic nobody uses…",
      "would have bought a bigger disk for debug data",
      "wrong. du would have told you",
    ],
  },
  {
    name: "expired_certificate",
    title: "Partners cannot reach the webhook endpoint",
    service: "webhooks",
    severity: "sev2",
    alert: "webhooks {region}: incoming requests down by 93 % against last week",
    thought:
      "Traffic that disappears without errors on our side: DNS, TLS or the load balancer. Check from outside.",
    steps: [
      {
        name: "probe",
        arguments: { url: "https://hooks.example.com/health", from: "{region}" },
        result: { error: "certificate has expired", not_after: "{clock}" },
      },
      deployments([]),
      logs("cert-manager", [
        { message: "order for hooks.example.com failed: DNS problem: NXDOMAIN looking up TXT", count: 96 },
      ]),
    ],
    runbook: {
      name: "Certificates",
      text: "cert-manager renews 30 days before the end. A failing renewal is logged and mailed to platform@. Emergency: issue by hand with the HTTP challenge.",
    },
    report:
      "**The certificate of `hooks.example.com` has expired** (at {clock} UTC). Renewal has failed 96 times in 30 days: the DNS challenge gets NXDOMAIN, because the zone `_acme-challenge` went away when DNS was moved.\n\n1. *Now:* issue by hand with the HTTP challenge (runbook, step 4), about 5 minutes.\n2. *Then:* recreate the zone, else it's back in 90 days.\n3. The warnings were mailed to `platform@`, which nobody has read since the move.",
    wrongReport:
      "Traffic is down by 93 % while error rates are normal. This is probably seasonal. I suggest to watch it for another hour.",
    questions: [
      {
        ask: "will partners resend what they missed?",
        answer:
          "Three of five do for up to 24 hours by themselves. For the two others (the bank and the parcel carrier) you need to ask for a replay; their contacts are in the runbook *Partners*.",
      },
    ],
    praise: [
      "probe from outside was the right first step",
      "Even found why the mails didn't reach us. Embarrassing but true.",
      "5 min fix because of this",
    ],
    blame: [
      '"probably seasonal". 93 %. Sure.',
      "watch it for another hour?! we lost an hour of webhooks",
      "no probe from outside, so it saw nothing",
    ],
  },
  {
    name: "slow_query",
    title: "Search takes seconds",
    service: "product-search",
    severity: "sev3",
    alert: "product-search {region}: p95 latency 4.8 s (threshold 800 ms)",
    thought: "Latency without errors. Is it all queries or some? Which plan?",
    steps: [
      metrics("histogram_quantile(0.95, search_seconds)", {
        series: [
          [0, 0.31],
          [10, 1.9],
          [20, 4.8],
        ],
        unit: "s",
      }),
      {
        name: "run_readonly",
        arguments: {
          host: "db-search-1",
          command:
            "SELECT query, calls, mean_exec_time FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 3",
        },
        result: [
          { query: "SELECT … WHERE attributes @> $1", calls: 51230, mean_exec_time: 3811 },
          { query: "SELECT … WHERE sku = $1", calls: 220113, mean_exec_time: 0.4 },
        ],
      },
      {
        name: "run_readonly",
        arguments: {
          host: "db-search-1",
          command:
            "SELECT indexrelid::regclass, idx_scan FROM pg_stat_user_indexes WHERE relname = 'products'",
        },
        result: [
          { indexrelid: "products_pkey", idx_scan: 220113 },
          { indexrelid: "products_sku_key", idx_scan: 9120 },
        ],
      },
    ],
    runbook: {
      name: "Search is slow",
      text: "Compare pg_stat_statements with the list of indexes that should be there. Indexes are created CONCURRENTLY, never in a migration's transaction.",
    },
    report:
      "**The GIN index on `products.attributes` is gone.** The filter query went from 4 ms to 3.8 s (sequential scan over 2.1 M rows); everything else is as fast as before.\n\nThe nightly re-import drops and recreates the table's indexes. Last night it stopped after the *drop*.\n\n```sql\nCREATE INDEX CONCURRENTLY products_attributes_gin ON products USING gin (attributes jsonb_path_ops);\n```\n\nTakes about six minutes, blocks nothing.",
    wrongReport:
      "**The database is overloaded.** CPU is at 91 %. I suggest a larger instance or a read replica.",
    questions: [
      {
        ask: "how do we make sure this doesn't happen again?",
        answer:
          "Let the import build a second table and swap the names at the end: no moment without an index. Until then an alert on `pg_stat_user_indexes` for the four names in the runbook is ten lines.",
      },
    ],
    praise: [
      "missing index, of course. and it knew which job dropped it",
      "concurrently 👌",
      "solved without waking the DBA",
    ],
    blame: [
      "bigger instance is always the answer if you don't look",
      "CPU is the symptom…",
      "wanted 900€/month instead of one index",
    ],
  },
  {
    name: "memory_leak",
    title: "Recommendation pods are killed every two hours",
    service: "recommender",
    severity: "sev3",
    alert: "recommender {region}: 14 OOM kills in 6 hours",
    thought: "Regular kills: a leak, with a period that depends on the traffic. Compare the versions.",
    steps: [
      metrics("container_memory_working_set_bytes{service=recommender}", {
        pattern: "sawtooth, 0.4 → 2.0 GiB in 118 minutes",
        pods: 6,
      }),
      deployments([
        { version: "{version}", at: "3 days ago", author: "tomek", change: "Cache user vectors in process" },
      ]),
      {
        name: "run_readonly",
        arguments: { host: "{host}", command: "node --heapsnapshot-summary" },
        result: { top: [{ constructor: "Float32Array", retained_mb: 1480, path: "vectorCache (Map)" }] },
      },
    ],
    runbook: {
      name: "Memory",
      text: "Take a heap snapshot before you restart. Look at the retained size, not at the count.",
    },
    report:
      "**`vectorCache` grows without bound** (1.48 of 2 GiB retained, all in one `Map`). It came with {version} three days ago; it has no maximum size and no expiry.\n\n- about 1.5 kB per user × 1 M users a day = what we see\n- memory drops only when the kernel kills the pod\n\nFix: an LRU of 50,000 entries keeps 92 % of the hits (from the access log). Until then a restart each hour hides it.",
    wrongReport: "The pods need more memory. Raising the limit from 2 to 4 GiB should solve the problem.",
    questions: [
      {
        ask: "why 50000?",
        answer:
          "From the access log: the 50,000 users who came last make 92 % of the requests of any hour. 100,000 would give 94 %, for twice the memory.",
      },
    ],
    praise: [
      "heap snapshot, root cause and a sized cache. very good work",
      "92 % with the log as proof, beautiful",
      "would have taken me a day",
    ],
    blame: [
      "doubling the limit = kills every 4 hours instead of 2",
      "that's what I would have answered in my first week as well",
      "did not look at the heap",
    ],
  },
  {
    name: "dns_misconfigured",
    title: "Login fails for some users",
    service: "identity",
    severity: "sev1",
    alert: "identity {region}: login success rate 71 % (threshold 97 %)",
    thought: "Partial failure: some hosts, some networks or some clients. Split by them.",
    steps: [
      metrics("login_total by (resolver, result)", {
        ok: { v4: 9120, v6: 12 },
        failed: { v4: 31, v6: 3810 },
      }),
      {
        name: "probe",
        arguments: { url: "https://login.example.com", ip: "v6", from: "{region}" },
        result: { error: "connect ECONNREFUSED 2001:db8:40::12:443" },
      },
      {
        name: "list_changes",
        arguments: { system: "dns", hours: 24 },
        result: [
          { record: "login.example.com AAAA", value: "2001:db8:40::12", by: "sanne", at: "55 minutes ago" },
        ],
      },
    ],
    runbook: {
      name: "Login",
      text: "Split by client, network and region first. If only part is affected, look at DNS and at the balancer, not at the code.",
    },
    report:
      "**Only IPv6 clients fail.** An `AAAA` record for `login.example.com` was added 55 minutes ago and points to a balancer that doesn't listen on 443. IPv4 works.\n\n**Suggested:** remove the record now (TTL 300 s, so well within ten minutes), open 443 on v6 later and add it again.\n\nShare of logins over IPv6: 29 %, which is exactly the loss.",
    wrongReport:
      "**The identity database is slow**, so that logins time out. I suggest to restart the identity pods one after the other.",
    questions: [
      {
        ask: "record is gone, how long until everyone can log in",
        answer:
          "TTL was 300 s, so most are back within five minutes. Some mobile networks keep it for up to an hour: you'll see a small tail (about 1 %).",
        step: metrics("login_success_ratio", {
          series: [
            [0, 0.71],
            [5, 0.93],
            [8, 0.985],
          ],
        }),
      },
    ],
    praise: [
      "v4/v6 split was genius. None of us looked there",
      "29 % = 29 %. can't argue with that",
      "10 minutes from page to fix for a sev1. record.",
    ],
    blame: [
      "Told us to restart pods. We did. Made it worse, sessions lost.",
      "database was idle",
      "wrong, and confident about it. That's the dangerous part",
    ],
  },
  {
    name: "feature_flag",
    title: "Conversion on mobile drops",
    service: "storefront",
    severity: "sev2",
    alert: "storefront: orders per visit on mobile 41 % below forecast since {clock}",
    thought:
      "A business metric without technical errors. What changed for mobile: releases, flags, campaigns, payment methods?",
    steps: [
      {
        name: "list_changes",
        arguments: { system: "flags", hours: 12 },
        result: [{ flag: "new-checkout-mobile", from: "5 %", to: "100 %", by: "release-bot", at: "{clock}" }],
      },
      metrics("checkout_step_total by (step, platform)", {
        mobile: { cart: 4210, address: 3980, payment: 1120, done: 1043 },
        desktop: { cart: 3902, address: 3711, payment: 3540, done: 3288 },
      }),
      logs("service:storefront platform:mobile level:warn", [
        { message: "postcode invalid: expected 5 digits", count: 2771 },
      ]),
    ],
    runbook: {
      name: "Flags",
      text: "A flag can be turned back within a minute and needs no approval during an incident.",
    },
    report:
      "**The flag `new-checkout-mobile` went to 100 % at {clock}**, and two of three people stop at the address.\n\nThe new form takes only postcodes of 5 digits. That's right for Germany and wrong for the Netherlands, Sweden and Ireland (2,771 warnings).\n\n**Suggested:** flag back to 5 %. Lost so far: roughly 2,400 orders.",
    wrongReport:
      "The drop correlates with the end of the newsletter campaign this morning. No technical cause found.",
    questions: [
      {
        ask: "can we keep it on for germany only?",
        answer:
          "Yes: the flag has a rule on country. `country in [DE]` → 100 %, else 0 %. The German funnel with the new form is even 3 % better than with the old.",
      },
    ],
    praise: [
      "flags AND funnel AND logs, in that order. This is how you debug business metrics",
      "saved a release",
      "the Germany-only idea let us keep the launch. 👏",
    ],
    blame: [
      "newsletter?? with 2771 postcode warnings in the log?",
      "'no technical cause found' should never be said that easily",
    ],
  },
  {
    name: "queue_backlog",
    title: "Order e-mails are two hours late",
    service: "mailer",
    severity: "sev3",
    alert: "mailer: queue depth 48,210 and rising (threshold 5,000)",
    thought: "More in than out. Did the input grow or did the workers slow down?",
    steps: [
      metrics("queue_in, queue_out", {
        in: { before: 31, now: 33 },
        out: { before: 40, now: 12 },
        unit: "per s",
      }),
      logs("service:mailer level:warn", [
        { message: "smtp 421 too many connections from {host}", count: 9214 },
      ]),
      deployments([
        {
          version: "{version}",
          at: "4 hours ago",
          author: "noor",
          change: "One SMTP connection per mail (fixes header mix-up)",
        },
      ]),
    ],
    runbook: {
      name: "Mail",
      text: "The provider allows 50 connections at a time. Priority queue: password resets first.",
    },
    report:
      "**The workers are slower, the input is as usual.** Since {version} each mail opens its own SMTP connection, and the provider cuts us off at 50 (`421`, 9,214 times). 12 instead of 40 mails a second.\n\nRoll back *or* set `SMTP_POOL=20`, which the version still knows. The backlog then takes about 40 minutes.\n\n⚠️ Password resets wait in the same queue: move them to the front first (`mailer-cli promote --type reset`).",
    wrongReport: "The mail volume has increased. I suggest to scale the mailer from 6 to 20 workers.",
    questions: [
      {
        ask: "how many resets are waiting?",
        answer:
          "1,204, the oldest for 1 h 52 min. Their links are valid for 30 minutes, so 980 of them are dead already; those people need a new mail.",
      },
    ],
    praise: [
      "thinking of the password resets = senior level",
      "SMTP_POOL worked, no rollback needed",
      "good: in vs. out as the first question",
    ],
    blame: [
      "20 workers = 20x more connections = 421 for everybody",
      "scaling made it worse, as anyone who reads the log can see",
    ],
  },
  {
    name: "clock_drift",
    title: "Payments rejected with 'signature expired'",
    service: "payments",
    severity: "sev2",
    alert: "payments {region}: 6.2 % of captures rejected by the provider (SIGNATURE_EXPIRED)",
    thought: "Expired signatures are about time. One host or all?",
    steps: [
      logs("SIGNATURE_EXPIRED", [
        { host: "{host}", count: 812 },
        { host: "payments-7", count: 2 },
      ]),
      {
        name: "run_readonly",
        arguments: { host: "{host}", command: "chronyc tracking" },
        result:
          "Reference ID : 00000000 ()\nStratum      : 0\nSystem time  : 74.812 seconds slow of NTP time\nLeap status  : Not synchronised",
      },
    ],
    runbook: {
      name: "Time",
      text: "More than 60 s off: take the host out of the balancer first, then fix chrony. Never step the clock of a database host.",
    },
    report:
      "**The clock of `{host}` is 75 seconds slow.** chrony has no source since the last firewall change (UDP 123). The provider refuses signatures older than 60 s.\n\n1. Take `{host}` out of the balancer: ends the rejections at once.\n2. Open UDP 123 to the internal NTP servers, then `chronyc makestep`.\n\nTwo more hosts have no source either and drift by 2 s a day. They are fine for some weeks.",
    wrongReport:
      "The provider rejects our signatures. Probably the API key was rotated. Please check the credentials with the provider.",
    questions: [
      {
        ask: "which two other hosts",
        answer: "`payments-3` (1.9 s slow) and `ledger-2` (4.4 s slow). Same rack, same firewall rule.",
      },
    ],
    praise: [
      "One host, one clock. Took it 70 seconds. Beautiful.",
      "warned us about the other two before they hurt",
      "never would have thought of NTP at 4am",
    ],
    blame: ["we rotated keys for nothing, twice", "6 % is not what a wrong key looks like"],
  },
  {
    name: "bad_cache_key",
    title: "Customers see other people's baskets",
    service: "edge-cache",
    severity: "sev1",
    alert: "support: 11 reports of wrong basket contents within 20 minutes",
    thought:
      "This may be a privacy incident. First find out what is cached that must not be, then how to stop it.",
    steps: [
      {
        name: "probe",
        arguments: { url: "https://shop.example.com/api/basket", repeat: 5 },
        result: {
          headers: { "x-cache": "HIT", "cache-control": "public, max-age=60", vary: "accept-encoding" },
        },
      },
      {
        name: "list_changes",
        arguments: { system: "edge", hours: 6 },
        result: [{ rule: "cache /api/*", by: "viktor", at: "38 minutes ago", note: "speed up product API" }],
      },
    ],
    runbook: {
      name: "Privacy incidents",
      text: "Stop the leak first, then tell the privacy officer within the hour. Keep the logs. Do not contact customers before that.",
    },
    report:
      "🔴 **`/api/basket` is cached for everybody.** The rule `cache /api/*` (38 minutes ago, meant for products) also matches baskets, and the key holds no cookie.\n\n1. **Now:** disable the rule and purge `/api/*`.\n2. Tell the privacy officer. That clock is running.\n3. Affected: answers with `x-cache: HIT` on `/api/basket` and `/api/me`, about 5,900 requests. I saved the log query for the report.",
    wrongReport:
      "Some users report wrong baskets. Possibly a problem with their browser cache; ask them to clear it and to log in again.",
    questions: [
      {
        ask: "was /api/me in there too? that has addresses",
        answer:
          "Yes: 412 answers of `/api/me` were served from the cache, to 288 different clients. They hold name and address, no payment data.",
      },
    ],
    praise: [
      "Put the privacy step where it belongs. Legal was grateful.",
      "38 min exposure instead of a day",
      "Correct, fast, and serious in tone. Good.",
    ],
    blame: [
      "'CLEAR YOUR BROWSER CACHE' in a data leak. This must never happen again.",
      "If I had listened to it we'd be in the news",
    ],
  },
  {
    name: "thundering_herd",
    title: "Pricing falls over each full hour",
    service: "pricing",
    severity: "sev3",
    alert: "pricing {region}: error rate 9 % at {clock}, the third full hour in a row",
    thought: "A period of exactly one hour: cron or cache expiry. Which clients call at :00?",
    steps: [
      metrics("rate(pricing_requests_total[10s]) by (client)", {
        at_00: { "feed-export": 2100, storefront: 180 },
        else: { "feed-export": 0, storefront: 175 },
      }),
      logs("client:feed-export", [{ message: "start export, 214 partners, parallel", count: 3 }]),
    ],
    runbook: { name: "Pricing", text: "Capacity is 900 req/s. Batch clients use /bulk." },
    report:
      "**`feed-export` starts 214 partner exports at once, each full hour**, and calls prices one by one: 2,100 req/s against a capacity of 900.\n\nShort: spread the starts over ten minutes (`EXPORT_JITTER=600`). Right: use `/bulk`, which is there and would make it 9 req/s.\n\nIt started three hours ago because 80 partners were added at noon.",
    wrongReport:
      "The service needs autoscaling. Between full hours it's idle, at full hours it's overloaded.",
    questions: [
      {
        ask: "does jitter break any partner sla?",
        answer:
          'Two partners have "within 5 minutes of the full hour" in their contract. Give those two no jitter; they\'re 3 % of the load.',
      },
    ],
    praise: [
      "even read the contracts. ok.",
      "jitter is live, quiet since",
      "'short' and 'right', I like that format",
    ],
    blame: ["autoscaling takes 4 min, the peak lasts 1", "didn't ask WHO calls"],
  },
  {
    name: "wrong_currency",
    title: "Invoices in Sweden show EUR",
    service: "billing",
    severity: "sev2",
    alert: "billing: 37 complaints with 'currency' in the last hour, all from SE",
    thought: "Data, not load. Which invoices, since when, and what do they have in common?",
    steps: [
      {
        name: "run_readonly",
        arguments: {
          host: "db-billing-1",
          command:
            "SELECT currency, count(*) FROM invoices WHERE country='SE' AND created_at > now() - interval '6h' GROUP BY 1",
        },
        result: [
          { currency: "SEK", count: 211 },
          { currency: "EUR", count: 1840 },
        ],
      },
      deployments([
        {
          version: "{version}",
          at: "5 hours ago",
          author: "elsa",
          change: "Read country settings from config service",
        },
      ]),
      logs("config service fallback", [{ message: "country SE not found, using default EUR", count: 1840 }]),
    ],
    runbook: {
      name: "Wrong invoices",
      text: "Stop creating first. Correct by credit note, never by editing.",
    },
    report:
      "**1,840 Swedish invoices have EUR instead of SEK.** Since {version} the currency comes from the config service, where the entry is called `se` and not `SE`; the code then falls back to EUR *silently*.\n\n1. Add the key `SE` to the config (no deployment needed).\n2. Credit notes for the 1,840; the list is attached to the incident.\n3. The fallback should fail loudly. A wrong invoice costs more than none.",
    wrongReport: "The exchange rate service may have delivered wrong rates. I suggest to refresh the rates.",
    questions: [
      {
        ask: "only sweden?",
        answer:
          "Yes, by luck: `dk` and `no` are lower case too, but Denmark and Norway are still served by the old version.",
        step: {
          name: "read_config",
          arguments: { prefix: "countries/" },
          result: { keys: ["DE", "IE", "NL", "dk", "no", "se"] },
        },
      },
    ],
    praise: [
      "matched the count to the digit: 1840 and 1840",
      "told us about dk and no before the next rollout, that would've been next",
      "great, finance got their list right away",
    ],
    blame: ["exchange rates have nothing to do with the currency CODE", "generic guess"],
  },
]

/** Alerts that need no incident. Most of them are noise, and should be called so quickly. */
export const noise: readonly Alert[] = [
  {
    alert: "{host}: CPU above 90 % for 5 minutes",
    tool: metrics("cpu{host={host}}", {
      series: [
        [0, 31],
        [1, 94],
        [5, 92],
        [7, 28],
      ],
    }),
    answer:
      "The nightly image build ran on {host}; it's back at 28 %. Nothing to do. It's the sixth time this week: I'd move the build or raise the threshold there.",
    praise: ["thanks, muted it", "good that it counts how often"],
    blame: ["so why does it page me if there's nothing to do"],
  },
  {
    alert: "{service}: one pod restarted",
    tool: logs("service:{service} event:restart", [{ reason: "node drained for upgrade", host: "{host}" }]),
    answer: "Planned: {host} was drained for the kernel upgrade. The pod is healthy on another node.",
    praise: ["ok", "quick"],
    blame: ["I know it's planned, filter these"],
  },
  {
    alert: "{service} {region}: health check flapping",
    tool: {
      name: "probe",
      arguments: { url: "https://{service}.internal/health", repeat: 20 },
      result: { ok: 20, p95_ms: 48 },
    },
    answer:
      "20 of 20 checks are fine now (p95 48 ms). There was one minute of packet loss between the monitor and {region}; three other services flapped at the same second.",
    praise: ["saw that others flapped too, good", "👍"],
    blame: ["flapped again 10 min later. was not just packet loss"],
  },
  {
    alert: "certificate of {service}.internal ends in 21 days",
    tool: {
      name: "read_config",
      arguments: { prefix: "cert-manager/" },
      result: { renews: "automatically, 14 days before the end", last_renewal: "ok" },
    },
    answer:
      "No action: it renews by itself 14 days before its end, and the last renewal worked. The alert's threshold (21) is larger than that (14), so it always fires.",
    praise: ["fixed the threshold", "knows why the alert is wrong, nice"],
    blame: ["said the same last month"],
  },
  {
    alert: "{service}: 3 slow requests above 5 s",
    tool: logs("service:{service} duration:>5s", [{ path: "/admin/export", user: "finance", count: 3 }]),
    answer: "Three exports by finance, as every week. Customers weren't affected.",
    praise: ["fine", "exactly"],
    blame: ["don't page for that"],
  },
  {
    alert: "backup of {service}-db took 52 minutes (usually 35)",
    tool: metrics("backup_seconds{db={service}}", {
      last: [2090, 2104, 2140, 3120],
      size_gb: [212, 213, 213, 214],
    }),
    answer:
      "The size is the same and the disk was busy with last night's re-index. I'd look again only if tomorrow's takes long as well.",
    praise: ["ok watching it", "sensible"],
    blame: ["disk was NOT busy, look at iowait"],
  },
]

/** After a first answer that was good, and not good enough. */
export const itIsBack: Question = {
  ask: "it's back. same picture as before. still sure about the cause?",
  answer:
    "Less than before. The first cause explains the first peak completely; this one begins *before* the errors, with three times as many retries from the app. So there are two things: what I reported, and clients that retry without a pause and bring it down again. I'd limit the retries first.",
}

/** After a first answer that was wrong. */
export const areYouSure: Question = {
  ask: "are you sure? it doesn't look like that from here",
  answer:
    "You may be right: my evidence for it is weak. I looked at the errors only. Please tell me what you see, and I look again.",
}
