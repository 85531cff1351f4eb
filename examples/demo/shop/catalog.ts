// The shop: what it sells, and what its help pages say.
import type { Document } from "../trace.ts"

export type Category = "jacket" | "shoes" | "tent" | "pack" | "knit" | "home" | "stove"

export interface Product {
  readonly name: string
  readonly category: Category
  readonly price: number
  readonly sku: string
  readonly colors: readonly string[]
  readonly sizes: readonly string[]
}

const clothes = ["XS", "S", "M", "L", "XL"]
const feet = ["38", "39", "40", "41", "42", "43", "44", "45"]
const one = ["one size"]

export const products: readonly Product[] = [
  {
    name: "Ridge rain jacket",
    category: "jacket",
    price: 129,
    sku: "JK-1104",
    colors: ["moss", "navy", "rust"],
    sizes: clothes,
  },
  {
    name: "Fjell down jacket",
    category: "jacket",
    price: 219,
    sku: "JK-1187",
    colors: ["black", "ochre"],
    sizes: clothes,
  },
  {
    name: "Windy Pass softshell",
    category: "jacket",
    price: 99,
    sku: "JK-1123",
    colors: ["slate", "berry"],
    sizes: clothes,
  },
  {
    name: "Harbour parka",
    category: "jacket",
    price: 249,
    sku: "JK-1201",
    colors: ["olive", "sand"],
    sizes: clothes,
  },
  {
    name: "Trail Fox Mid",
    category: "shoes",
    price: 159,
    sku: "SH-2031",
    colors: ["brown", "grey"],
    sizes: feet,
  },
  {
    name: "Skerry Run",
    category: "shoes",
    price: 119,
    sku: "SH-2077",
    colors: ["blue", "coral"],
    sizes: feet,
  },
  {
    name: "Alder Chukka",
    category: "shoes",
    price: 189,
    sku: "SH-2102",
    colors: ["cognac", "black"],
    sizes: feet,
  },
  {
    name: "Felt Clog",
    category: "shoes",
    price: 45,
    sku: "SH-2150",
    colors: ["anthracite", "natural"],
    sizes: feet,
  },
  { name: "Tarn 2 tent", category: "tent", price: 329, sku: "TN-3002", colors: ["green"], sizes: one },
  {
    name: "Tarn 4 family tent",
    category: "tent",
    price: 499,
    sku: "TN-3004",
    colors: ["green", "sand"],
    sizes: one,
  },
  {
    name: "Juniper 28 backpack",
    category: "pack",
    price: 109,
    sku: "BP-4028",
    colors: ["pine", "black"],
    sizes: one,
  },
  {
    name: "Juniper 55 backpack",
    category: "pack",
    price: 179,
    sku: "BP-4055",
    colors: ["pine", "terracotta"],
    sizes: one,
  },
  {
    name: "Daytrip hip bag",
    category: "pack",
    price: 39,
    sku: "BP-4003",
    colors: ["black", "mustard"],
    sizes: one,
  },
  {
    name: "Lofoten wool sweater",
    category: "knit",
    price: 95,
    sku: "KN-5010",
    colors: ["cream", "charcoal", "red"],
    sizes: clothes,
  },
  {
    name: "Merino base layer",
    category: "knit",
    price: 69,
    sku: "KN-5033",
    colors: ["black", "petrol"],
    sizes: clothes,
  },
  {
    name: "Ribbed beanie",
    category: "knit",
    price: 25,
    sku: "KN-5051",
    colors: ["rust", "grey", "navy"],
    sizes: one,
  },
  {
    name: "Hearth wool blanket",
    category: "home",
    price: 89,
    sku: "HM-6001",
    colors: ["oat", "forest"],
    sizes: one,
  },
  {
    name: "Pinecone table lamp",
    category: "home",
    price: 74,
    sku: "HM-6014",
    colors: ["oak", "walnut"],
    sizes: one,
  },
  {
    name: "Enamel mug set",
    category: "home",
    price: 32,
    sku: "HM-6030",
    colors: ["white", "blue"],
    sizes: one,
  },
  {
    name: "Ember camping stove",
    category: "stove",
    price: 84,
    sku: "ST-7002",
    colors: ["steel"],
    sizes: one,
  },
  {
    name: "Glow titanium kettle",
    category: "stove",
    price: 58,
    sku: "ST-7010",
    colors: ["titanium"],
    sizes: one,
  },
]

export const helpPages = {
  delivery: {
    id: "help-12",
    name: "When does my order arrive?",
    text: "Orders leave our warehouse within one working day and arrive two to four working days later. In the weeks before Christmas please allow two days more. You get the tracking link by e-mail as soon as the carrier has the parcel.",
  },
  lost: {
    id: "help-14",
    name: "My parcel is late or lost",
    text: "If the tracking has not moved for five working days, we start a search with the carrier. It takes up to eight working days. If the parcel is not found, you choose between a replacement and a refund. We cannot refund before the search has ended.",
  },
  abroad: {
    id: "help-15",
    name: "Countries and shipping costs",
    text: "We ship to the EU, Switzerland, Norway, the United Kingdom and Japan. Shipping is €4.95 within the EU and free from €80. Outside the EU it is €14.90; customs and import VAT are charged by the carrier on delivery.",
  },
  change: {
    id: "help-17",
    name: "Change or cancel an order",
    text: "You can change the address or cancel until the order is packed, usually within two hours. After that, please refuse the parcel or return it. We cannot redirect a parcel that is with the carrier.",
  },
  returns: {
    id: "help-31",
    name: "Returns",
    text: "You can return unworn items with their tags within 30 days of delivery. Print the label under My orders. Return shipping costs €3.95, which we keep from the refund; exchanges are free. Items on final sale can be exchanged but not returned.",
  },
  refunds: {
    id: "help-07",
    name: "Refunds",
    text: "A refund goes back to the way you paid, within 14 days after the parcel has reached us. We do not refund before the item is here, and never in cash. The original shipping cost is refunded only if the whole order comes back.",
  },
  warranty: {
    id: "help-33",
    name: "Warranty and repairs",
    text: "Our own products have two years of warranty against faults of material and making. Wear, tears and burns are not covered, but our workshop repairs them from €15. Send photos first; you hear from us within three working days.",
  },
  sale: {
    id: "help-34",
    name: "Final sale and outlet",
    text: "Items marked 'final sale' or 'outlet' can be exchanged for another size within 30 days. They cannot be returned for money. Faulty items are covered by the warranty all the same.",
  },
  sizes: {
    id: "help-21",
    name: "Which size fits me?",
    text: "Measure your chest at its widest point. Our jackets are cut for one layer underneath. Knitwear is cut close: between two sizes take the larger one.",
  },
  shoes: {
    id: "help-22",
    name: "How our shoes fit",
    text: "Trail Fox and Alder boots run half a size small: take half a size up, or a full one with thick socks. Skerry trail runners are true to size. Felt Clogs widen by about half a size in the first weeks.",
  },
  care: {
    id: "help-25",
    name: "Washing and care",
    text: "Rain jackets: 30 °C, liquid detergent, no softener; then 20 minutes in the dryer on low, which wakes the coating up again. Wool: wool programme or by hand, lying flat to dry. Down: with two tennis balls in the dryer.",
  },
  payment: {
    id: "help-41",
    name: "Ways to pay",
    text: "Cards, PayPal, Apple Pay, Google Pay and, within the EU, invoice with 14 days. Your card is charged when the parcel leaves. A reservation may show up before that and goes away by itself within seven days.",
  },
  vouchers: {
    id: "help-43",
    name: "Vouchers and discount codes",
    text: "One code per order. Codes do not work on gift cards or final-sale items, and most need a minimum order. A code cannot be added after the order was placed. When you return part of an order, the discount is shared between the items.",
  },
  giftcards: {
    id: "help-44",
    name: "Gift cards",
    text: "Gift cards come by e-mail within an hour, are valid for three years and can be used in parts. They cannot be paid out or returned. Lost the e-mail? We can send it again to the buyer's address.",
  },
  giftwrap: {
    id: "help-45",
    name: "Gift wrapping",
    text: "Gift wrapping is €3.50 per order with a card of up to 200 characters. No prices are printed in wrapped parcels. It can be added until the order is packed.",
  },
  account: {
    id: "help-51",
    name: "Your account",
    text: "Change your e-mail, password and addresses under My account. A reset link is valid for 30 minutes. To delete your account write to us from its e-mail address; orders are kept as long as tax law asks.",
  },
  invoice: {
    id: "help-53",
    name: "Invoices",
    text: "Your invoice is under My orders as soon as the parcel has left. We can add a company name and VAT number within 14 days of the order.",
  },
  club: {
    id: "help-55",
    name: "Pine Club",
    text: "Members collect one point per euro. 100 points are €5. Points appear 30 days after delivery, when the order can no longer be returned, and are valid for two years.",
  },
  person: {
    id: "help-02",
    name: "Talk to a person",
    text: "Our team answers tickets on working days between 8:00 and 18:00 (CET), usually within two hours.",
  },
  stoves: {
    id: "help-61",
    name: "Stoves, fuel and air travel",
    text: "The Ember stove runs on screw-on gas cartridges (EN 417), 100 to 450 g. Cartridges cannot be shipped by us and never fly. A stove may fly in hand or hold luggage if it is clean and dry; some airlines refuse it all the same.",
  },
  tents: {
    id: "help-62",
    name: "Tents: water, poles, spare parts",
    text: "Tarn tents: flysheet 4,000 mm, floor 8,000 mm. Poles, pegs and the repair kit are sold as spare parts. Dry the tent before packing it away: mould is not covered by the warranty.",
  },
} as const satisfies Record<string, Document>

export type HelpPage = keyof typeof helpPages
