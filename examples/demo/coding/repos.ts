// The repositories that the coding agent works in. What it reads there is really there.

export interface Repo {
  readonly name: string
  readonly language: string
  readonly files: Readonly<Record<string, string>>
  readonly check: { readonly command: string; readonly output: string }
}

export const repos = {
  checkout: {
    name: "checkout-api",
    language: "typescript",
    check: {
      command: "npm run lint",
      output: "Found 0 warnings and 0 errors.\nFinished in 412ms on 148 files.",
    },
    files: {
      "src/cart/total.ts": `import type { Cart, Voucher } from "./types.js"

export function total(cart: Cart, vouchers: Voucher[]): number {
  let sum = 0
  for (const line of cart.lines) {
    sum += line.price * line.quantity
  }
  for (const voucher of vouchers) {
    sum -= voucher.percent ? sum * (voucher.percent / 100) : voucher.amount
  }
  return Math.round(sum)
}`,
      "src/cart/types.ts": `export interface Line { sku: string; price: number; quantity: number }
export interface Cart { id: string; currency: "EUR" | "GBP" | "JPY"; lines: Line[] }
export interface Voucher { code: string; percent?: number; amount: number; minimum?: number }`,
      "src/payments/capture.ts": `export async function capture(order: Order, gateway: Gateway) {
  const payment = await gateway.authorise(order.id, order.total)
  await orders.update(order.id, { state: "paid", paymentId: payment.id })
  await gateway.capture(payment.id)
  await mail.send(order.email, "receipt", { order })
}`,
      "src/payments/gateway.ts": `const TIMEOUT_MS = 3_000

export class Gateway {
  constructor(private readonly url: string, private readonly key: string) {}

  async post(path: string, body: unknown) {
    const response = await fetch(this.url + path, {
      method: "POST",
      headers: { authorization: \`Bearer \${this.key}\` },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new GatewayError(response.status)
    return response.json()
  }
}`,
      "src/http/routes.ts": `router.post("/orders", async (request, reply) => {
  const cart = await carts.find(request.body.cartId)
  const order = await orders.create(cart)
  await capture(order, gateway)
  return reply.code(201).send(order)
})

router.get("/orders/:id", async (request, reply) => {
  const order = await orders.find(request.params.id)
  return order ? order : reply.code(404).send()
})`,
      "test/total.test.ts": `test("adds up the lines", () => {
  expect(total(cart([10, 2], [5, 1]), [])).toBe(25)
})
test("takes a percentage off", () => {
  expect(total(cart([100, 1]), [percent(15)])).toBe(85)
})`,
    },
  },
  ledger: {
    name: "ledger",
    language: "python",
    check: { command: "ruff check .", output: "All checks passed!" },
    files: {
      "ledger/imports/csv_reader.py": `def read_rows(path: Path) -> list[Row]:
    with open(path) as file:
        reader = csv.DictReader(file, delimiter=";")
        return [Row.from_dict(line) for line in reader]`,
      "ledger/imports/job.py": `@shared_task
def import_statement(path: str, account_id: int) -> int:
    rows = read_rows(Path(path))
    account = Account.objects.get(id=account_id)
    for row in rows:
        Booking.objects.create(account=account, **row.as_dict())
    return len(rows)`,
      "ledger/models.py": `class Booking(models.Model):
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    booked_at = models.DateTimeField()
    amount = models.FloatField()
    currency = models.CharField(max_length=3, default="EUR")
    text = models.TextField(blank=True)
    reference = models.CharField(max_length=64)

    class Meta:
        ordering = ["-booked_at"]`,
      "ledger/reports/monthly.py": `def monthly(account: Account, year: int) -> list[Month]:
    months = []
    for number in range(1, 13):
        bookings = Booking.objects.filter(
            account=account, booked_at__year=year, booked_at__month=number
        )
        months.append(Month(number, sum(b.amount for b in bookings)))
    return months`,
      "ledger/settings.py": `TIME_ZONE = "Europe/Berlin"
USE_TZ = False
DATABASES = {"default": env.db("DATABASE_URL")}
CELERY_TASK_ACKS_LATE = True`,
      "tests/test_imports.py": `def test_reads_a_statement(tmp_path):
    path = tmp_path / "statement.csv"
    path.write_text("date;amount;text\\n2026-03-01;12.50;Coffee\\n")
    assert [row.amount for row in read_rows(path)] == [12.5]`,
    },
  },
  fleet: {
    name: "fleet-tracker",
    language: "go",
    check: { command: "go vet ./...", output: "" },
    files: {
      "internal/positions/store.go": `type Store struct {
	latest map[string]Position
}

func (s *Store) Put(p Position) {
	if old, ok := s.latest[p.Vehicle]; ok && old.At.After(p.At) {
		return
	}
	s.latest[p.Vehicle] = p
}

func (s *Store) All() []Position {
	var all []Position
	for _, p := range s.latest {
		all = append(all, p)
	}
	return all
}`,
      "internal/positions/handler.go": `func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var p Position
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	go h.store.Put(p)
	w.WriteHeader(http.StatusAccepted)
}`,
      "internal/geo/distance.go": `const earthRadiusKm = 6371.0

// Distance is the great-circle distance in kilometres.
func Distance(a, b Point) float64 {
	dLat := (b.Lat - a.Lat) * math.Pi / 180
	dLon := (b.Lon - a.Lon) * math.Pi / 180
	h := math.Pow(math.Sin(dLat/2), 2) +
		math.Cos(a.Lat)*math.Cos(b.Lat)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * earthRadiusKm * math.Asin(math.Sqrt(h))
}`,
      "internal/export/csv.go": `func Write(w io.Writer, trips []Trip) error {
	for _, t := range trips {
		fmt.Fprintf(w, "%s,%s,%.1f\\n", t.Vehicle, t.Start.Format(time.RFC3339), t.Km)
	}
	return nil
}`,
      "cmd/tracker/main.go": `func main() {
	store := positions.NewStore()
	http.Handle("/positions", positions.NewHandler(store))
	log.Fatal(http.ListenAndServe(":8080", nil))
}`,
    },
  },
  storefront: {
    name: "storefront",
    language: "tsx",
    check: { command: "npm run typecheck", output: "" },
    files: {
      "src/pages/ProductPage.tsx": `export function ProductPage({ sku }: { sku: string }) {
  const [product, setProduct] = useState<Product>()
  const [size, setSize] = useState<string>()

  useEffect(() => {
    fetch(\`/api/products/\${sku}\`)
      .then((response) => response.json())
      .then(setProduct)
  }, [])

  if (!product) return <Spinner />
  return <Layout><Gallery images={product.images} /><Sizes value={size} onChange={setSize} /></Layout>
}`,
      "src/parts/Sizes.tsx": `export function Sizes({ value, onChange, sizes = [] }) {
  return (
    <div className="sizes">
      {sizes.map((size) => (
        <div className={size === value ? "size active" : "size"} onClick={() => onChange(size)}>{size}</div>
      ))}
    </div>
  )
}`,
      "src/parts/SearchBox.tsx": `export function SearchBox() {
  const [text, setText] = useState("")
  const { data } = useQuery({ queryKey: ["search", text], queryFn: () => search(text) })
  return <input value={text} onChange={(event) => setText(event.target.value)} list="results" />
}`,
      "src/styles/theme.css": `:root {
  --pine: #1f4d3a;
  --paper: #faf8f3;
  --ink: #1b1b1b;
}
body { background: var(--paper); color: var(--ink); }`,
      "vite.config.ts": `export default defineConfig({
  plugins: [react()],
  build: { sourcemap: true, rollupOptions: { output: { manualChunks: undefined } } },
})`,
    },
  },
  infra: {
    name: "platform-infra",
    language: "yaml",
    check: { command: "terraform validate", output: "Success! The configuration is valid." },
    files: {
      ".github/workflows/ci.yml": `name: ci
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-node@v5
        with: { node-version: 24 }
      - run: npm ci
      - run: npm test`,
      "k8s/checkout/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: { name: checkout-api }
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: api
          image: registry.internal/checkout-api:5.13.0
          resources:
            limits: { memory: 256Mi, cpu: 500m }
          livenessProbe:
            httpGet: { path: /health, port: 8080 }
            timeoutSeconds: 1`,
      "terraform/bucket.tf": `resource "aws_s3_bucket" "exports" {
  bucket = "fleet-exports"
}

resource "aws_s3_bucket_lifecycle_configuration" "exports" {
  bucket = aws_s3_bucket.exports.id
  rule {
    id     = "expire"
    status = "Disabled"
    expiration { days = 30 }
  }
}`,
      "docker/Dockerfile": `FROM node:24
WORKDIR /app
COPY . .
RUN npm ci
CMD ["node", "dist/server.js"]`,
    },
  },
} as const satisfies Record<string, Repo>
