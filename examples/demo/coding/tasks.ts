import type { Task } from "./task.ts"

export const tasks: readonly Task[] = [
  {
    name: "explain_distance_ja",
    repo: "fleet",
    ask: [
      "geo/distance.go を説明してください。誤差はどのくらいですか？",
      "geo.Distance の精度について教えてください",
    ],
    search: ["earthRadiusKm"],
    reads: ["internal/geo/distance.go"],
    answer: `\`Distance\` は **ハバーサイン公式**で、球面上の最短距離（km）を返します。

- 地球は完全な球ではないため、最大 **0.5 %** の誤差があります。50 m のジオフェンスなら約 25 cm です。
- GPS 自体の誤差（3〜10 m）のほうがずっと大きいので、実用上は問題ありません。
- 測量に使う場合だけ Vincenty の公式をお勧めします。

\`\`\`go
return 2 * earthRadiusKm * math.Asin(math.Sqrt(h))
\`\`\``,
    weak: "It calculates the distance between two points using trigonometric functions.",
    accepted: ["とても分かりやすい説明でした。", "25 cm という具体的な数字が助かります 🙏"],
    edited: ["ほぼそのままドキュメントに使いました。"],
    rejected: ["日本語で聞いたのに英語の一文だけでした。", "質問は誤差についてでした。"],
  },
  {
    name: "explain_ci_de",
    repo: "infra",
    ask: [
      "Was macht unsere CI eigentlich alles, und warum dauert sie so lange?",
      "Erklär mir bitte die ci.yml, ich bin neu im Team",
    ],
    search: ["npm ci"],
    reads: [".github/workflows/ci.yml"],
    answer: `Die CI hat **einen** Job mit vier Schritten, bei jedem Push:

1. Code holen
2. Node 24 einrichten
3. \`npm ci\`: installiert alles neu, **ohne Cache** → 5:40 Minuten
4. \`npm test\`: alle Tests nacheinander → 7:10 Minuten

Die meiste Zeit geht also in Schritt 3 und 4. Ein \`cache: npm\` bei \`setup-node\` spart rund fünf Minuten, das ist eine Zeile. Soll ich das machen?`,
    weak: "Die Datei ci.yml definiert einen Workflow. Ein Workflow besteht aus Jobs, und Jobs bestehen aus Steps.",
    accepted: ["Super erklärt, auch für Neue.", "genau was ich brauchte, danke!", "mit Zeiten, top"],
    edited: ["fast komplett ins Wiki übernommen"],
    rejected: ["Das steht in jeder Doku. Ich wollte UNSERE CI verstehen."],
  },
  {
    name: "voucher_rounding",
    repo: "checkout",
    share: 3,
    ask: [
      "total() rounds to whole euros, a cart of 9.99 x 3 shows 30 instead of 29.97. Please fix, with a test",
      "Bug: cart totals are off by cents. See src/cart/total.ts. JPY carts must stay whole numbers.",
      "cart total is wrong by some cents when a percent voucher is used. fix it",
    ],
    search: ["total(", "Math.round"],
    reads: ["src/cart/total.ts", "src/cart/types.ts", "test/total.test.ts"],
    edits: [
      {
        path: "src/cart/total.ts",
        diff: `@@ -1,13 +1,17 @@
+// Money is counted in the currency's smallest unit: floats cannot hold cents.
+const minorUnits = { EUR: 100, GBP: 100, JPY: 1 } as const
+
 export function total(cart: Cart, vouchers: Voucher[]): number {
-  let sum = 0
+  const unit = minorUnits[cart.currency]
+  let sum = 0
   for (const line of cart.lines) {
-    sum += line.price * line.quantity
+    sum += Math.round(line.price * unit) * line.quantity
   }
   for (const voucher of vouchers) {
-    sum -= voucher.percent ? sum * (voucher.percent / 100) : voucher.amount
+    sum -= voucher.percent ? Math.round(sum * (voucher.percent / 100)) : Math.round(voucher.amount * unit)
   }
-  return Math.round(sum)
+  return sum / unit
 }`,
      },
      {
        path: "test/total.test.ts",
        diff: `@@ -6,0 +7,6 @@
+test("keeps the cents", () => {
+  expect(total(cart([9.99, 3]), [])).toBe(29.97)
+})
+test("yen have none", () => {
+  expect(total(cart.jpy([980, 3]), [percent(15)])).toBe(2499)
+})`,
      },
    ],
    test: {
      command: "npx vitest run test/total.test.ts",
      fails:
        " ❯ test/total.test.ts (4 tests | 1 failed)\n   × yen have none\n     → expected 2500 to be 2499 // Object.is equality\n\n Test Files  1 failed (1)\n      Tests  1 failed | 3 passed (4)",
      passes: " ✓ test/total.test.ts (4 tests) 9ms\n\n Test Files  1 passed (1)\n      Tests  4 passed (4)",
    },
    answer: `The total was rounded to whole units at the very end, so every cent was lost.

\`total()\` now counts in the currency's **smallest unit** and divides once:

\`\`\`ts
const minorUnits = { EUR: 100, GBP: 100, JPY: 1 } as const
sum += Math.round(line.price * unit) * line.quantity
\`\`\`

| cart | before | now |
| --- | ---: | ---: |
| 3 × €9.99 | 30 | 29.97 |
| €100, 15 % off | 85 | 85 |
| 3 × ¥980, 15 % off | 2499 | 2499 |

Two tests are new, all four pass. One thing I left alone: a percent voucher after an amount voucher takes its percentage of what is left, as before.`,
    weak: `I fixed the rounding:

\`\`\`ts
return Math.round(sum * 100) / 100
\`\`\`

The totals now have two decimals.`,
    accepted: [
      "clean. and it thought of yen",
      "The table of before/after is what I want in every PR description",
      "merged as is",
      "good catch with the order of vouchers, made a ticket for that",
    ],
    edited: [
      "kept the fix, renamed minorUnits to match our money package",
      "moved the constant, otherwise fine",
    ],
    rejected: [
      "*100/100 is not how you fix money. And I said JPY must stay whole numbers",
      "breaks yen, which was literally in the task",
      "No test although I asked for one",
    ],
    follow: [
      {
        ask: "what about vouchers larger than the cart?",
        answer:
          "Right now the total goes negative. I'd clamp it, and keep the rest on the voucher:\n\n```ts\nreturn Math.max(0, sum) / unit\n```\n\nWhether the rest of an amount voucher stays valid is a question for the shop, so I didn't touch that.",
      },
    ],
  },
  {
    name: "paid_before_captured",
    repo: "checkout",
    share: 2,
    ask: [
      "Sometimes orders are marked as paid but the capture failed. Find out why and fix it.",
      "orders in state 'paid' without captured payment, about 5 a day. where is the race?",
    ],
    search: ['state: "paid"', "gateway.capture"],
    reads: ["src/payments/capture.ts", "src/payments/gateway.ts", "src/http/routes.ts"],
    edits: [
      {
        path: "src/payments/capture.ts",
        diff: `@@ -1,6 +1,8 @@
 export async function capture(order: Order, gateway: Gateway) {
   const payment = await gateway.authorise(order.id, order.total)
-  await orders.update(order.id, { state: "paid", paymentId: payment.id })
+  await orders.update(order.id, { state: "authorised", paymentId: payment.id })
   await gateway.capture(payment.id)
+  await orders.update(order.id, { state: "paid" })
   await mail.send(order.email, "receipt", { order })
 }`,
      },
      {
        path: "src/payments/gateway.ts",
        diff: `@@ -9,4 +9,5 @@
       headers: { authorization: \`Bearer \${this.key}\` },
       body: JSON.stringify(body),
+      signal: AbortSignal.timeout(TIMEOUT_MS),
     })`,
      },
    ],
    test: {
      command: "npx vitest run test/payments",
      passes: " ✓ test/payments/capture.test.ts (6 tests) 41ms\n\n      Tests  6 passed (6)",
    },
    answer: `It isn't a race, it's the **order of two lines**. \`capture.ts\` writes \`state: "paid"\` before it calls \`gateway.capture()\`. When the capture throws, the order stays "paid".

What I changed:

1. The order is \`authorised\` first, and \`paid\` only after the capture.
2. \`TIMEOUT_MS\` was declared in \`gateway.ts\` and never used; a hanging gateway kept the request open for minutes. It is passed as an \`AbortSignal\` now.

\`\`\`diff
-  await orders.update(order.id, { state: "paid", paymentId: payment.id })
+  await orders.update(order.id, { state: "authorised", paymentId: payment.id })
   await gateway.capture(payment.id)
+  await orders.update(order.id, { state: "paid" })
\`\`\`

Not done: orders that are stuck in \`authorised\` need something that retries them. The old wrong ones can be found with

\`\`\`sql
SELECT id FROM orders WHERE state = 'paid' AND payment_id NOT IN (SELECT payment_id FROM captures);
\`\`\``,
    weak: `I wrapped the capture in a try/catch so that the error no longer leaves the request:

\`\`\`ts
try { await gateway.capture(payment.id) } catch (error) { console.error(error) }
\`\`\``,
    accepted: [
      "Found it in 3 minutes. We had two people on that for a day.",
      "the unused TIMEOUT_MS… nobody saw that in review. including me",
      "Correct diagnosis, small diff, and it says what is NOT done. Perfect.",
      "sql at the end was useful, 212 orders",
    ],
    edited: [
      "took it, but used our outbox instead of the second update",
      "state name had to be 'reserved', otherwise as proposed",
    ],
    rejected: [
      "It swallowed the exception. That makes it WORSE: now we don't even know.",
      "catch and console.error in a payment path. no.",
    ],
  },
  {
    name: "import_twice",
    repo: "ledger",
    share: 3,
    ask: [
      "Importing the same statement twice doubles all bookings. Make import_statement idempotent.",
      "celery retries import_statement and we get duplicates, please fix. there's a reference per row",
    ],
    search: ["import_statement", "Booking.objects.create"],
    reads: ["ledger/imports/job.py", "ledger/models.py", "tests/test_imports.py"],
    edits: [
      {
        path: "ledger/imports/job.py",
        diff: `@@ -1,7 +1,11 @@
 @shared_task
+@transaction.atomic
 def import_statement(path: str, account_id: int) -> int:
     rows = read_rows(Path(path))
     account = Account.objects.get(id=account_id)
-    for row in rows:
-        Booking.objects.create(account=account, **row.as_dict())
-    return len(rows)
+    created = Booking.objects.bulk_create(
+        [Booking(account=account, **row.as_dict()) for row in rows],
+        ignore_conflicts=True,
+    )
+    return len(created)`,
      },
      {
        path: "ledger/models.py",
        diff: `@@ -9,3 +9,8 @@
     class Meta:
         ordering = ["-booked_at"]
+        constraints = [
+            models.UniqueConstraint(
+                fields=["account", "reference"], name="one_booking_per_reference"
+            )
+        ]`,
      },
    ],
    test: {
      command: "pytest tests/test_imports.py -q",
      fails:
        'F..                                                    [100%]\nE   django.db.utils.IntegrityError: could not create unique index "one_booking_per_reference"\nE   DETAIL:  Key (account_id, reference)=(7, ) is duplicated.\n1 failed, 2 passed in 1.84s',
      passes: "...                                                    [100%]\n3 passed in 1.61s",
    },
    answer: `An import is now safe to run again:

- a **unique constraint** on \`(account, reference)\`, so that the database decides and not the code,
- one \`bulk_create(…, ignore_conflicts=True)\` in a transaction: a retry skips what is there,
- the migration first merges the duplicates you already have (it keeps the oldest).

> **Please check before you deploy:** bookings *without* a reference would count as duplicates of each other. I excluded them with \`condition=~Q(reference="")\`.

\`\`\`python
created = Booking.objects.bulk_create(
    [Booking(account=account, **row.as_dict()) for row in rows],
    ignore_conflicts=True,
)
\`\`\`

It's also faster: 10,000 rows took 41 s before and take 1.9 s now.`,
    weak: `I check for duplicates before each insert:

\`\`\`python
if not Booking.objects.filter(reference=row.reference).exists():
    Booking.objects.create(account=account, **row.as_dict())
\`\`\``,
    accepted: [
      "Let the database decide, exactly. Good boy.",
      "The empty reference case would have killed us in prod. thanks!!",
      "41s -> 2s as a side effect, nice",
      "migration ran fine on a copy of prod, accepted",
    ],
    edited: [
      "split the migration in two (data, then constraint), rest unchanged",
      "good but needed batch_size=1000",
    ],
    rejected: [
      "exists() then create() is the same race one line later",
      "filters by reference over ALL accounts. two banks use the same numbers",
      "No constraint, no transaction. Redo.",
    ],
    follow: [
      {
        ask: "does ignore_conflicts return the right count?",
        answer:
          "No, good question. On PostgreSQL `bulk_create` with `ignore_conflicts` returns **all** objects you passed, so my count was wrong. I now compare `count()` before and after, inside the transaction:\n\n```python\nbefore = account.booking_set.count()\n...\nreturn account.booking_set.count() - before\n```",
      },
    ],
  },
  {
    name: "float_money",
    repo: "ledger",
    share: 2,
    ask: [
      "amount is a FloatField 😱 change it to Decimal everywhere",
      "Replace float amounts by decimals, incl. migration and reports",
    ],
    search: ["FloatField", "b.amount", "amount"],
    reads: [
      "ledger/models.py",
      "ledger/reports/monthly.py",
      "ledger/imports/csv_reader.py",
      "tests/test_imports.py",
    ],
    edits: [
      {
        path: "ledger/models.py",
        diff: "@@ -4 +4 @@\n-    amount = models.FloatField()\n+    amount = models.DecimalField(max_digits=14, decimal_places=2)",
      },
      {
        path: "ledger/reports/monthly.py",
        diff: `@@ -1,9 +1,8 @@
 def monthly(account: Account, year: int) -> list[Month]:
-    months = []
-    for number in range(1, 13):
-        bookings = Booking.objects.filter(
-            account=account, booked_at__year=year, booked_at__month=number
-        )
-        months.append(Month(number, sum(b.amount for b in bookings)))
-    return months
+    sums = (
+        Booking.objects.filter(account=account, booked_at__year=year)
+        .values("booked_at__month").annotate(total=Sum("amount")).order_by()
+    )
+    totals = {row["booked_at__month"]: row["total"] for row in sums}
+    return [Month(number, totals.get(number, Decimal(0))) for number in range(1, 13)]`,
      },
    ],
    test: {
      command: "pytest -q",
      passes: "........................                              [100%]\n24 passed in 6.02s",
    },
    answer: `All amounts are \`Decimal\` now. What changed, by file:

| file | change |
| --- | --- |
| \`models.py\` | \`DecimalField(max_digits=14, decimal_places=2)\` |
| \`0042_decimal_amounts.py\` | \`ALTER … TYPE numeric(14,2) USING round(amount::numeric, 2)\` |
| \`csv_reader.py\` | parses \`"1.234,56"\` and \`"1234.56"\` into \`Decimal\`, never through \`float\` |
| \`monthly.py\` | one query with \`Sum\` instead of twelve that load every row |

The migration rewrites the table. On 12 million rows that locks it for about **four minutes**, so run it at night, or let me write the version with a second column.

Rounding changes 37 of the stored values, all by less than a cent: they were sums that had been stored with float dust (\`12.500000000000002\`).`,
    weak: "I changed the field to DecimalField and ran the tests:\n\n```python\namount = models.DecimalField(max_digits=8, decimal_places=2)\n```",
    accepted: [
      "It told me about the table lock. Our last contractor didn't.",
      "12 queries -> 1 as a bonus",
      "thorough, every place found",
      "float dust, new favourite word",
    ],
    edited: [
      "numeric(18,4) because of the fund prices, rest accepted",
      "did the migration myself, took the code",
    ],
    rejected: [
      "max_digits=8?? our largest account breaks on the first booking",
      "CSV reader still goes through float(). So the dust stays.",
      "missed reports/ completely",
    ],
  },
  {
    name: "data_race",
    repo: "fleet",
    share: 3,
    ask: [
      "go test -race complains about positions.Store. Fix it properly.",
      "fatal error: concurrent map writes in store.go under load, can you fix?",
      "panic: concurrent map read and map write, happens about once a day in prod",
    ],
    search: ["latest map", "store.Put", "go h."],
    reads: ["internal/positions/store.go", "internal/positions/handler.go", "cmd/tracker/main.go"],
    edits: [
      {
        path: "internal/positions/store.go",
        diff: `@@ -1,5 +1,7 @@
 type Store struct {
-	latest map[string]Position
+	mu     sync.RWMutex
+	latest map[string]Position // guarded by mu
 }
 
 func (s *Store) Put(p Position) {
+	s.mu.Lock()
+	defer s.mu.Unlock()
@@ -12,2 +14,4 @@
 func (s *Store) All() []Position {
-	var all []Position
+	s.mu.RLock()
+	defer s.mu.RUnlock()
+	all := make([]Position, 0, len(s.latest))`,
      },
      { path: "internal/positions/handler.go", diff: "@@ -7 +7 @@\n-	go h.store.Put(p)\n+	h.store.Put(p)" },
    ],
    test: {
      command: "go test -race ./internal/positions/...",
      fails:
        "==================\nWARNING: DATA RACE\nWrite at 0x00c0001a4090 by goroutine 31:\n  positions.(*Store).Put()\n      internal/positions/store.go:9 +0xc4\nPrevious read at 0x00c0001a4090 by goroutine 29:\n  positions.(*Store).All()\n      internal/positions/store.go:14 +0x88\n==================\nFAIL",
      passes: "ok  \tfleet-tracker/internal/positions\t1.204s",
    },
    answer: `Two things raced:

1. \`Put\` and \`All\` touch the same map without a lock → an \`RWMutex\` guards it now.
2. The handler started \`go h.store.Put(p)\` for each request. So an **older position could overtake a newer one**, and nobody noticed, because the check for that read the map without a lock too. \`Put\` takes about 80 ns; there's no reason for a goroutine.

\`\`\`go
type Store struct {
	mu     sync.RWMutex
	latest map[string]Position // guarded by mu
}
\`\`\`

I added a test with 64 writers and 8 readers, which fails in under a second without the fix. Benchmarks: 84 ns/op → 97 ns/op with eight cores.`,
    weak: "Replaced the map by `sync.Map`, which is safe for concurrent use:\n\n```go\ntype Store struct { latest sync.Map }\n```",
    accepted: [
      "Point 2 is the real find. LGTM",
      "the failing test first, then the fix. like it",
      "no sync.Map, thank you",
      "prod quiet since then",
    ],
    edited: ["removed defer in the hot path, otherwise taken over", "named the mutex latestMu per our guide"],
    rejected: [
      "sync.Map doesn't fix check-then-set in Put. still loses updates",
      "Still starts a goroutine per request. Positions jump back.",
      "race detector is happy, logic isn't",
    ],
    follow: [
      {
        ask: "could we shard the lock?",
        answer:
          "We could, but at 97 ns per write one lock takes about ten million writes a second, and you have four thousand. I'd leave it. If it ever shows up in a profile:\n\n```go\ntype shard struct { mu sync.RWMutex; latest map[string]Position }\ntype Store struct { shards [16]shard }\n```",
      },
    ],
  },
  {
    name: "csv_quotes",
    repo: "fleet",
    ask: [
      "Customer says the CSV export is broken in Excel when a vehicle name has a comma",
      "export/csv.go doesn't escape anything. use encoding/csv",
    ],
    search: ["Fprintf(w", "export.Write"],
    reads: ["internal/export/csv.go"],
    edits: [
      {
        path: "internal/export/csv.go",
        diff: `@@ -1,6 +1,13 @@
 func Write(w io.Writer, trips []Trip) error {
+	out := csv.NewWriter(w)
 	for _, t := range trips {
-		fmt.Fprintf(w, "%s,%s,%.1f\\n", t.Vehicle, t.Start.Format(time.RFC3339), t.Km)
+		err := out.Write([]string{t.Vehicle, t.Start.Format(time.RFC3339), strconv.FormatFloat(t.Km, 'f', 1, 64)})
+		if err != nil {
+			return err
+		}
 	}
-	return nil
+	out.Flush()
+	return out.Error()
 }`,
      },
    ],
    test: { command: "go test ./internal/export/", passes: "ok  \tfleet-tracker/internal/export\t0.312s" },
    answer:
      "`Write` built its lines with `Fprintf`, so a comma or a quote in a vehicle's name shifted the columns. It uses `encoding/csv` now, and returns write errors, which were lost before.\n\n```go\nout := csv.NewWriter(w)\n```\n\nNames that begin with `=`, `+`, `-` or `@` are run as formulas by Excel. I did **not** change that; say so if these files come from untrusted names, and I add the usual leading apostrophe.",
    weak: 'I put quotes around the name:\n\n```go\nfmt.Fprintf(w, "\\"%s\\",%s,%.1f\\n", …)\n```',
    accepted: [
      "5 lines, done, with a hint about formula injection I wouldn't have thought of",
      "ok",
      "ship it",
    ],
    edited: ["added the apostrophe", "added a header line"],
    rejected: ["and a quote inside the name? I wrote 'use encoding/csv'", "half a fix"],
  },
  {
    name: "stale_product",
    repo: "storefront",
    share: 3,
    ask: [
      "When I click from one product to another the page still shows the old one until reload",
      "ProductPage doesn't update when sku changes. Also there's a flicker. pls fix",
    ],
    search: ["useEffect(", "/api/products/"],
    reads: ["src/pages/ProductPage.tsx", "src/parts/Sizes.tsx"],
    edits: [
      {
        path: "src/pages/ProductPage.tsx",
        diff: `@@ -1,10 +1,6 @@
 export function ProductPage({ sku }: { sku: string }) {
-  const [product, setProduct] = useState<Product>()
   const [size, setSize] = useState<string>()
-
-  useEffect(() => {
-    fetch(\`/api/products/\${sku}\`)
-      .then((response) => response.json())
-      .then(setProduct)
-  }, [])
+  const { data: product } = useQuery({ queryKey: ["product", sku], queryFn: () => getProduct(sku) })
+  useEffect(() => setSize(undefined), [sku])`,
      },
    ],
    test: {
      command: "npx vitest run src/pages",
      passes: " ✓ src/pages/ProductPage.test.tsx (5 tests) 212ms",
    },
    answer: `The effect had an empty dependency list, so it ran once and never again.

Adding \`[sku]\` alone would bring back the flicker **and** a race: a slow answer for the old product could overwrite the new one. Since the app has \`useQuery\` already, I used that:

\`\`\`tsx
const { data: product } = useQuery({ queryKey: ["product", sku], queryFn: () => getProduct(sku) })
\`\`\`

- changes with \`sku\`, cancels what is out of date
- shows the cached product at once when you go back → no flicker
- the chosen size is reset, it stayed on "M" for shoes before 🙂`,
    weak: "I added `sku` to the dependencies:\n\n```tsx\n}, [sku])\n```",
    accepted: [
      "Knew about the race. Better than some seniors.",
      "flicker gone too 🎉",
      "nice: used what was there instead of a new hook",
      "M for shoes lol",
    ],
    edited: ["gave the page a key instead of the effect for the size", "added placeholderData"],
    rejected: [
      "flicker still there, as I wrote in the second sentence",
      "Race condition. Click fast and you see the wrong product.",
    ],
  },
  {
    name: "sizes_a11y",
    repo: "storefront",
    share: 2,
    ask: [
      "Make the size picker accessible with keyboard and screen reader",
      "Sizes.tsx uses divs with onClick. a11y audit failed. Fix without changing the look",
    ],
    search: ['className="sizes"', "onClick={() => onChange"],
    reads: ["src/parts/Sizes.tsx", "src/pages/ProductPage.tsx", "src/styles/theme.css"],
    edits: [
      {
        path: "src/parts/Sizes.tsx",
        diff: `@@ -1,9 +1,15 @@
-export function Sizes({ value, onChange, sizes = [] }) {
+export function Sizes({ value, onChange, sizes = [] }: SizesProps) {
+  const name = useId()
   return (
-    <div className="sizes">
+    <fieldset className="sizes">
+      <legend className="visually-hidden">Size</legend>
       {sizes.map((size) => (
-        <div className={size === value ? "size active" : "size"} onClick={() => onChange(size)}>{size}</div>
+        <label key={size} className="size">
+          <input type="radio" name={name} checked={size === value} onChange={() => onChange(size)} />
+          {size}
+        </label>
       ))}
-    </div>
+    </fieldset>
   )
 }`,
      },
    ],
    test: {
      command: "npx playwright test a11y",
      passes: "Running 4 tests using 2 workers\n  4 passed (6.1s)",
    },
    answer:
      'The picker is a group of **native radio buttons** now, hidden visually but not from screen readers. That gives arrow keys, focus, "3 of 5, selected" and form reset without any ARIA of our own.\n\n```tsx\n<label key={size} className="size">\n  <input type="radio" name={name} checked={size === value} onChange={() => onChange(size)} />\n  {size}\n</label>\n```\n\nThe look is the same to the pixel (I compared screenshots); new is a focus ring in `--pine`. Along the way: `key` was missing, and the props had no types.',
    weak: 'I added `role="button"` and `tabIndex={0}` to the divs so that they can be focused.',
    accepted: [
      "native radios, finally someone",
      "passed the audit",
      "screen reader user in our team says 👍",
      "good explanation for the juniors",
    ],
    edited: ["own focus colour, otherwise as is"],
    rejected: [
      "role=button on a div without key handlers. That is worse than before",
      "Enter doesn't do anything",
      "asked for keyboard, got tabindex",
    ],
  },
  {
    name: "search_debounce",
    repo: "storefront",
    share: 2,
    ask: [
      "SearchBox sends a request for every key. debounce it",
      "search: too many requests, and results come in the wrong order sometimes",
    ],
    search: ["useQuery(", "search(text)"],
    reads: ["src/parts/SearchBox.tsx"],
    edits: [
      {
        path: "src/parts/SearchBox.tsx",
        diff: '@@ -2,2 +2,8 @@\n   const [text, setText] = useState("")\n-  const { data } = useQuery({ queryKey: ["search", text], queryFn: () => search(text) })\n+  const settled = useDebounced(text, 200)\n+  const { data } = useQuery({\n+    queryKey: ["search", settled],\n+    queryFn: ({ signal }) => search(settled, { signal }),\n+    enabled: settled.length > 1,\n+    placeholderData: keepPreviousData,\n+  })',
      },
    ],
    test: {
      command: "npx vitest run src/parts/SearchBox",
      passes: " ✓ src/parts/SearchBox.test.tsx (3 tests) 88ms",
    },
    answer:
      "Typing *rain jacket* sent 11 requests and now sends **one or two**:\n\n- the query waits until the text has settled for 200 ms,\n- the `signal` aborts what is out of date, so results can't overtake each other,\n- `keepPreviousData` leaves the old list in place meanwhile; no blinking.\n\nI used the `useDebounced` you already have in `src/hooks` rather than a package.",
    weak: "I installed lodash and wrapped the handler in `debounce(…, 500)`.",
    accepted: ["used our own hook 👏", "numbers in the answer, good", "feels instant", "👍"],
    edited: ["150ms"],
    rejected: [
      "lodash for THIS?",
      "500ms feels broken. And the input itself is debounced now, letters appear late!!",
      "installed a dependency without asking",
    ],
  },
  {
    name: "slow_ci",
    repo: "infra",
    share: 3,
    ask: [
      "CI takes 14 minutes, most of it npm ci. Make it faster",
      "speed up .github/workflows/ci.yml please",
    ],
    search: ["npm ci", "runs-on"],
    reads: [".github/workflows/ci.yml", "docker/Dockerfile"],
    edits: [
      {
        path: ".github/workflows/ci.yml",
        diff: `@@ -1,12 +1,21 @@
 name: ci
-on: [push]
+on:
+  pull_request:
+  push: { branches: [main] }
+concurrency: { group: "\${{ github.ref }}", cancel-in-progress: true }
 jobs:
   test:
     runs-on: ubuntu-latest
+    strategy:
+      matrix: { shard: [1, 2, 3] }
     steps:
       - uses: actions/checkout@v5
       - uses: actions/setup-node@v5
-        with: { node-version: 24 }
+        with: { node-version: 24, cache: npm }
-      - run: npm ci
-      - run: npm test
+      - run: npm ci --prefer-offline --no-audit
+      - run: npm test -- --shard=\${{ matrix.shard }}/3`,
      },
    ],
    test: { command: "actionlint .github/workflows/ci.yml", passes: "" },
    answer: `Where the 14 minutes go (mean of the last 50 runs), and what I changed:

| step | before | now | how |
| --- | ---: | ---: | --- |
| npm ci | 5:40 | 0:50 | \`cache: npm\`, \`--prefer-offline --no-audit\` |
| tests | 7:10 | 2:30 | three shards |
| runs twice per push | ×2 | ×1 | \`pull_request\` plus \`push\` on main only |
| outdated runs | finish | cancelled | \`concurrency\` |

**About 3½ minutes in all.** No new third-party actions.

The shards cost about 20 % more machine minutes. If that matters more than the time, use two.`,
    weak: "I added a cache step for `node_modules`:\n\n```yaml\n- uses: actions/cache@v4\n  with: { path: node_modules, key: modules }\n```",
    accepted: [
      "14 -> 3:20 measured. wow",
      "The table convinced my boss",
      "didn't know it ran twice…",

      "said honestly that it costs more minutes",
    ],
    edited: ["two shards", "kept on: push for release branches"],
    rejected: [
      "a cache key without the lock file hash. We'd test old dependencies for ever.",
      "node_modules cached across node versions, breaks native modules",
      "only one of four problems",
    ],
  },
  {
    name: "restart_loop",
    repo: "infra",
    share: 2,
    ask: [
      "checkout-api pods restart every few minutes under load, OOMKilled sometimes. What's wrong with the deployment?",
      "why does k8s kill our pods",
    ],
    search: ["livenessProbe", "limits:"],
    reads: ["k8s/checkout/deployment.yaml", "docker/Dockerfile"],
    edits: [
      {
        path: "k8s/checkout/deployment.yaml",
        diff: "@@ -11,6 +11,11 @@\n           resources:\n-            limits: { memory: 256Mi, cpu: 500m }\n+            requests: { memory: 384Mi, cpu: 250m }\n+            limits: { memory: 512Mi }\n           livenessProbe:\n             httpGet: { path: /health, port: 8080 }\n-            timeoutSeconds: 1\n+            timeoutSeconds: 5\n+            failureThreshold: 6\n+          readinessProbe:\n+            httpGet: { path: /ready, port: 8080 }",
      },
    ],
    answer:
      "Two causes that feed each other:\n\n1. **256 Mi is less than Node's heap wants** under load (it peaks at 340 Mi), so the kernel kills it. That's your `OOMKilled`.\n2. **The liveness probe gives up after 1 s.** With a CPU limit of 500m the process is throttled under load, answers in 1.2 s, and is restarted, which puts more load on the other two pods. That's the loop.\n\nMemory 512 Mi with a request, no CPU limit, a patient liveness probe and a *readiness* probe that takes the pod out of the balancer instead of killing it.\n\n```yaml\nreadinessProbe:\n  httpGet: { path: /ready, port: 8080 }\n```\n\nThe image is built from `node:24` with everything in it (1.1 GB). Not the cause, but `node:24-slim` with two stages would start 20 s sooner.",
    weak: "The pods need more memory. I raised the limit to 4Gi and the replicas to 10.",
    accepted: [
      "the loop explanation is gold. 0 restarts since",
      "saved for our runbook",
      "Explained WHY, not just numbers",
    ],
    edited: ["kept a cpu limit of 2, policy", "readiness on our own path"],
    rejected: [
      "4Gi x 10. do you pay for that?",
      "more memory doesn't fix a 1s probe",
      "throwing money at it",
    ],
    follow: [
      {
        ask: "is it safe to have no cpu limit?",
        answer:
          "With a **request** it is: under contention each pod gets its share, and idle CPU is used instead of wasted. A limit throttles even when the node is idle. Keep limits where tenants don't trust each other.",
      },
    ],
  },
  {
    name: "expire_exports",
    repo: "infra",
    ask: [
      "S3 bucket fleet-exports grows without end although we have a lifecycle rule?",
      "why are exports not deleted after 30 days",
    ],
    search: ["lifecycle", "expiration"],
    reads: ["terraform/bucket.tf"],
    edits: [
      {
        path: "terraform/bucket.tf",
        diff: '@@ -8,2 +8,3 @@\n     id     = "expire"\n-    status = "Disabled"\n+    status = "Enabled"\n+    filter {}',
      },
    ],
    test: { command: "terraform plan", passes: "Plan: 0 to add, 1 to change, 0 to destroy." },
    answer:
      'The rule is there but `status = "Disabled"`. One word.\n\n```diff\n-    status = "Disabled"\n+    status = "Enabled"\n```\n\n⚠️ With the next run **everything older than 30 days goes**: about 1.4 TB in 212,000 objects, some from 2023. If somebody needs those, copy them first.',
    weak: "I set `expiration { days = 7 }`, which deletes sooner.",
    accepted: ["one word. two years.", "thanks for the warning, legal did need some of them", "😅"],
    edited: ["90 days after talking to legal"],
    rejected: ["It's still disabled. Now it doesn't delete after 7 days instead of not after 30.", "lol"],
  },
  {
    name: "explain_distance",
    repo: "fleet",
    share: 2,
    ask: [
      "explain what geo.Distance does and how exact it is",
      "how far off is geo.Distance at worst?",
      "is haversine good enough for our 50m geofences?",
    ],
    search: ["earthRadiusKm", "geo.Distance("],
    reads: ["internal/geo/distance.go"],
    answer:
      "`Distance` is the **haversine formula**: the shortest way over a sphere, in kilometres.\n\n$$d = 2R \\arcsin\\sqrt{\\sin^2\\tfrac{\\Delta\\varphi}{2} + \\cos\\varphi_1\\cos\\varphi_2\\sin^2\\tfrac{\\Delta\\lambda}{2}}$$\n\nHow exact:\n\n- The earth is no sphere: up to **0.5 %** off. For a fence of 50 m that is 25 cm, far below what GPS gives you (3 to 10 m).\n- Tiny distances are fine, since `asin(sqrt(h))` keeps its digits near zero.\n- Points on opposite sides of the earth lose some digits. Your trucks won't notice.\n\nSo: good enough. Use Vincenty only for surveying.",
    weak: "It calculates the distance between two points using trigonometric functions.",
    accepted: [
      "put the 25cm in our docs",
      "clear, even for a non-math person",

      "answered the question behind the question",
    ],
    edited: ["fine"],
    rejected: ["that's the function name in other words", "I asked how exact, not what"],
  },
  {
    name: "review_pr",
    repo: "checkout",
    share: 3,
    ask: [
      "review my branch feature/gift-cards",
      "Can you review PR 812 before I bother a human?",
      "review please, be strict",
    ],
    search: ["giftCard", "redeem("],
    reads: ["src/cart/total.ts", "src/payments/capture.ts", "src/http/routes.ts"],
    answer:
      'Solid work; two things I\'d change before merging.\n\n**Must**\n\n1. `redeem()` reads the balance and writes it back. Two tabs can spend the same €50 twice. Do it in one statement:\n   ```sql\n   UPDATE gift_cards SET balance = balance - $1 WHERE code = $2 AND balance >= $1\n   ```\n2. `GET /gift-cards/:code` answers 404 or 200 without a limit: 36⁶ codes can be tried in a weekend. Rate-limit it.\n\n**Should**\n\n- `if (card.balance)` is false for a card with exactly 0; the message then says *unknown code*.\n- The test *"redeems"* passes without the feature too. It mocks what it tests.\n\n**Nit**\n\n- `gc`, `gcs`, `gcBal`: please write them out.',
    weak: "Looks good to me! The code is clean and well structured. Maybe add some comments.",
    accepted: [
      "double spend!! would have gone live tomorrow",
      "Strict as ordered",
      "must/should/nit is exactly our format",
      "the mock remark hurt but it's true",
      "My human reviewer found nothing else.",
    ],
    edited: ["fixed the musts, ignored the nit"],
    rejected: [
      "'maybe add some comments'. I asked for a review.",
      "LGTM in 40 seconds for 900 lines, sure",
      "missed an obvious double spend",
    ],
  },
  {
    name: "timezones",
    repo: "ledger",
    share: 2,
    ask: [
      "Bookings on the last day of a month show up in the next month for some users. USE_TZ is False…",
      "month report is wrong around midnight, please look",
    ],
    search: ["USE_TZ", "booked_at__month", "datetime.now"],
    reads: ["ledger/settings.py", "ledger/reports/monthly.py", "ledger/models.py"],
    edits: [
      {
        path: "ledger/settings.py",
        diff: '@@ -1,2 +1,2 @@\n TIME_ZONE = "Europe/Berlin"\n-USE_TZ = False\n+USE_TZ = True',
      },
      {
        path: "ledger/reports/monthly.py",
        diff: '@@ -3,3 +3,3 @@\n-        Booking.objects.filter(account=account, booked_at__year=year)\n-        .values("booked_at__month")\n+        Booking.objects.filter(account=account, booked_at__gte=start, booked_at__lt=end)\n+        .values(month=TruncMonth("booked_at", tzinfo=account.zone))',
      },
    ],
    test: {
      command: "pytest -q -k month",
      fails:
        "F....\nE   AssertionError: assert Month(2, Decimal('0')) == Month(2, Decimal('12.50'))\n1 failed, 4 passed in 1.12s",
      passes: ".....                                                  [100%]\n5 passed in 1.10s",
    },
    answer:
      "The times are stored in the **server's** local time, without a zone, and cut into months by that. Somebody in Lisbon who books at 23:30 on the 31st lands in the next month.\n\n- `USE_TZ = True`; the migration reads the old values as Berlin time, which they are.\n- `TruncMonth(…, tzinfo=account.zone)` cuts months in the zone of the account.\n- Two hours a year can't be told apart (the night in October when the clock goes back). I took the first; that concerns **4 bookings**, listed in `notes/ambiguous.csv`.\n\nFive new tests around midnight, New Year and both clock changes.",
    weak: "I added `timedelta(hours=1)` to `booked_at` in the report.",
    accepted: [
      "listed the 4 ambiguous bookings. I'm impressed.",
      "tests for both clock changes, respect",
      "finally fixed after 3 years",
    ],
    edited: ["zone per user instead of account, rest great"],
    rejected: [
      "+1 hour. And in summer?",
      "that's not a fix that's a horoscope",
      "makes Berlin wrong instead of Lisbon",
    ],
  },
  {
    name: "small_image",
    repo: "infra",
    ask: ["Docker image is 1.1GB, make it smaller", "write a proper multi stage Dockerfile"],
    search: ["FROM node", "COPY . ."],
    reads: ["docker/Dockerfile", ".github/workflows/ci.yml"],
    edits: [
      {
        path: "docker/Dockerfile",
        diff: '@@ -1,5 +1,14 @@\n-FROM node:24\n+FROM node:24-slim AS build\n WORKDIR /app\n-COPY . .\n-RUN npm ci\n+COPY package*.json ./\n+RUN npm ci\n+COPY . .\n+RUN npm run build && npm prune --omit=dev\n+\n+FROM node:24-slim\n+WORKDIR /app\n+COPY --from=build /app/node_modules node_modules\n+COPY --from=build /app/dist dist\n+USER node\n CMD ["node", "dist/server.js"]',
      },
    ],
    test: {
      command: "docker build . -q && docker images --format '{{.Size}}' | head -1",
      passes: "sha256:5a1f0c…\n214MB",
    },
    answer:
      "**1.1 GB → 214 MB**, and a rebuild after a code change takes 8 s instead of 95 s, because the packages are installed before the code is copied.\n\n```dockerfile\nFROM node:24-slim AS build\n…\nFROM node:24-slim\nCOPY --from=build /app/node_modules node_modules\nCOPY --from=build /app/dist dist\nUSER node\n```\n\nAlso: it ran as root before and runs as `node` now. There was no `.dockerignore`, so `.git` and your `.env` went **into the image**. Please rotate what was in there.",
    weak: "I changed the base image to `node:24-alpine`.",
    accepted: [
      ".env in the image 😱😱 rotated everything. thank you",
      "214MB, great",
      "USER node, good habit",
    ],
    edited: ["pinned the digest"],
    rejected: [
      "alpine breaks sharp (musl). did you run it?",
      "still one stage, still root, still COPY . . first",
    ],
  },
]
