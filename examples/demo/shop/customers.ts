import type { Facts } from "../fill.ts"
import type { Random } from "../random.ts"
import { dayMs } from "../rhythm.ts"
import { products, type Product } from "./catalog.ts"
import type { Language, Scene } from "./scene.ts"

export interface Customer {
  readonly id: string
  readonly name: string
  readonly language: Language
  readonly city: string
  readonly country: string
  readonly channel: string
}

interface Region {
  readonly share: number
  readonly language: Language
  readonly country: string
  readonly names: readonly string[]
  readonly cities: readonly string[]
}

const regions: readonly Region[] = [
  {
    share: 34,
    language: "en",
    country: "IE",
    names: ["Aoife", "Conor", "Niamh", "Sean", "Grace", "Liam", "Ciara", "Rory"],
    cities: ["Dublin", "Cork", "Galway", "Limerick", "Sligo"],
  },
  {
    share: 24,
    language: "en",
    country: "NL",
    names: ["Sanne", "Daan", "Lotte", "Bram", "Femke", "Ruben", "Noor", "Jasper"],
    cities: ["Utrecht", "Groningen", "Haarlem", "Eindhoven", "Leiden"],
  },
  {
    share: 20,
    language: "en",
    country: "SE",
    names: ["Elsa", "Nils", "Maja", "Oskar", "Ebba", "Axel", "Signe", "Viktor"],
    cities: ["Uppsala", "Malmö", "Umeå", "Lund", "Göteborg"],
  },
  {
    share: 12,
    language: "de",
    country: "DE",
    names: ["Mara", "Jonas", "Leonie", "Felix", "Katrin", "Timo", "Anke", "Moritz"],
    cities: ["Freiburg", "Leipzig", "Bremen", "Kassel", "Regensburg"],
  },
  {
    share: 4,
    language: "ja",
    country: "JP",
    names: ["陽子", "健太", "美咲", "翔", "直樹", "さくら"],
    cities: ["札幌", "名古屋", "京都", "仙台"],
  },
  {
    share: 3,
    language: "ar",
    country: "DE",
    names: ["ليلى", "عمر", "نور", "سامي", "هدى"],
    cities: ["Berlin", "Essen", "Hamburg"],
  },
  {
    share: 3,
    language: "hi",
    country: "NL",
    names: ["प्रिया", "अर्जुन", "नेहा", "रोहित", "काव्या"],
    cities: ["Amsterdam", "Rotterdam", "Den Haag"],
  },
]

/** Half of the conversations are with somebody who was here before, this week or last. */
export function customersOf(random: Random): () => Customer {
  const known: Customer[] = []
  return () => {
    if (known.length > 20 && random.chance(0.42)) return random.pick(known)
    const region = random.weighted(regions)
    const customer: Customer = {
      id: `customer-${20_500 + known.length * 3 + random.whole(0, 2)}`,
      name: random.pick(region.names),
      language: region.language,
      city: random.pick(region.cities),
      country: region.country,
      channel: random.weighted([
        { name: "web", share: 6 },
        { name: "app", share: 4 },
      ]).name,
    }
    known.push(customer)
    return customer
  }
}

const carriers = ["DHL", "DPD", "GLS", "PostNord"]
const hubs = ["Hamburg", "Köln", "Leipzig", "Rotterdam", "Venlo", "Liège"]
const cards = [
  "Visa ending in 4417",
  "Mastercard ending in 0932",
  "PayPal account",
  "Visa ending in 7716",
  "Apple Pay card",
]
const vouchers = ["WARM15", "HELLO15", "PINE15", "AUTUMN15"]
const neighbours = ["Krüger", "M. Visser", "Lindqvist", "S. Murphy", "Bakker", "Weiss"]

/** What holds in one conversation: who asks, what was bought, when it came. */
export function factsOf(customer: Customer, scene: Scene, atMs: number, random: Random): Facts {
  const fitting = products.filter(
    ({ name, category, sizes }) =>
      (scene.about === undefined || scene.about.includes(category) || scene.about.includes(name)) &&
      (!scene.sized || sizes.length > 1),
  )
  const product = random.pick(fitting)
  const second = random.pick(products.filter(({ name }) => name !== product.name))
  const [size, otherSize] = neighboursOf(product, random)
  const [color = "", otherColor = color] = random.shuffle(product.colors)
  const ordered = atMs - random.whole(4, 12) * dayMs
  const expected = workingDay(atMs + random.whole(1, 3) * dayMs)
  const refund = Math.round((product.price - 3.95) * 100) / 100
  return {
    name: customer.name,
    customer: customer.id,
    city: customer.city,
    country: customer.country,
    assistant: "Pine",
    order: random.whole(480_000, 599_999),
    ticket: `T-${random.whole(20_100, 29_999)}`,
    product: product.name,
    sku: product.sku,
    amount: product.price,
    price: euros(product.price),
    refund,
    refundText: euros(refund),
    size,
    otherSize,
    color,
    otherColor: otherColor === color ? "another colour" : otherColor,
    second: second.name,
    carrier: random.pick(carriers),
    tracking: `${random.whole(10, 99)}${random.whole(10_000_000, 99_999_999)}`,
    hub: random.pick(hubs),
    card: random.pick(cards),
    voucher: random.pick(vouchers),
    neighbour: random.pick(neighbours),
    ordered: date(ordered),
    shipped: date(ordered + dayMs),
    delivered: date(atMs - random.whole(2, 3) * dayMs),
    yesterday: date(atMs - dayMs),
    expected: dayOfWeek.en.format(expected),
    expectedDe: dayOfWeek.de.format(expected),
    returnUntil: date(atMs + random.whole(11, 26) * dayMs),
    ...(scene.facts && random.pick(scene.facts)),
  }
}

function neighboursOf({ sizes }: Product, random: Random): [size: string, otherSize: string] {
  if (sizes.length === 1) return [sizes[0]!, sizes[0]!]
  const at = random.whole(1, sizes.length - 2)
  return [sizes[at]!, sizes[at + (random.chance(0.75) ? 1 : -1)]!]
}

function euros(amount: number): string {
  return `€${amount.toFixed(2)}`
}

// Making a format is slow, and using it is not.
const dayAndMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" })
const dayOfWeek = {
  en: new Intl.DateTimeFormat("en-GB", { weekday: "long", timeZone: "UTC" }),
  de: new Intl.DateTimeFormat("de-DE", { weekday: "long", timeZone: "UTC" }),
}

function date(ms: number): string {
  return dayAndMonth.format(ms)
}

/** Nobody delivers on Sundays. */
function workingDay(ms: number): number {
  return new Date(ms).getUTCDay() === 0 ? ms + dayMs : ms
}
