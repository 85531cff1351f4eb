import type { Scene } from "./scene.ts"

export const payment: readonly Scene[] = [
  {
    name: "voucher_not_working",
    topic: "payment",
    share: 6,
    turns: [
      {
        ask: [
          "my code {voucher} doesn't work",
          "The voucher {voucher} says 'not valid for this cart'. Why?",
          "code {voucher} isn't accepted at checkout, I have a {product} in the cart",
          "Hi! Newsletter promised me 15 % with {voucher} but checkout says no 😐",
        ],
        help: ["vouchers"],
        tools: [
          {
            name: "check_voucher",
            arguments: { code: "{voucher}", cart: ["{sku}"] },
            result: {
              code: "{voucher}",
              valid: true,
              applies: false,
              reason: "minimum order 100.00 EUR",
              missing: 11.05,
            },
          },
        ],
        good: [
          "The code is fine, but it needs a minimum order of €100 and your cart is €11.05 short. With socks or a beanie it works.",
          "{voucher} is valid until the end of the month. It applies from €100 on, and €11.05 are missing.",
        ],
        bad: [
          "Please check that you typed the code correctly.",
          "The code {voucher} has expired.",
          "One code per order. Codes do not work on gift cards or final-sale items, and most need a minimum order.",
        ],
        praise: [
          "added socks, works 😄",
          "finally a reason and not just 'not valid'",
          "helpful, even told me how much is missing",
        ],
        blame: [
          "1|I copy-pasted it. Of course it's typed correctly.",
          "2|EXPIRED? Your newsletter is from this morning.",
          "3|lists every possible reason except mine",
          "2|wrong. it worked after i added a beanie, so it was not expired",
        ],
        grumble: [
          "minimum order should be in the newsletter, not in the chat",
          "So 15 % off means I have to spend more. Classic.",
        ],
        wrong: "The tool names the reason: a minimum order of €100. The answer gives another one.",
      },
      {
        ask: [
          "can i use two codes?",
          "Can I combine it with my birthday code?",
          "already ordered without it, can you add the code now?",
        ],
        help: ["vouchers"],
        good: [
          "Sorry, it's one code per order, and it can't be added afterwards. If the order isn't packed yet, you could cancel and order again; I can do the first part for you.",
          "Only one per order, I'm afraid. The larger one counts if you enter it last.",
        ],
        praise: ["ok good tip with the cancelling", "alright"],
        grumble: ["Not very generous", "pity"],
      },
    ],
  },
  {
    name: "charged_twice",
    topic: "payment",
    share: 5,
    turns: [
      {
        ask: [
          "I was charged twice for order {order}!! 2x {price}",
          "my bank shows {price} two times from you. explain",
          "Hello, there are two bookings of {price} on my {card}, but I placed only one order ({order}).",
        ],
        help: ["payment"],
        tools: [
          {
            name: "find_payments",
            arguments: { order: "{order}" },
            result: [
              { id: "pay_1", amount: "{amount}", state: "captured" },
              { id: "pay_2", amount: "{amount}", state: "authorised, not captured", expires: "in 6 days" },
            ],
          },
        ],
        good: [
          "You have paid once. The second {price} is only a **reservation**, from a first try that your bank stopped. It's never booked and disappears within six days.",
          "I checked both: one payment of {price}, and one reservation that expires in six days. Some banking apps show them alike. If it's still there after that, send us a screenshot and we talk to the bank.",
        ],
        bad: [
          "Your card is charged when the parcel leaves.",
          "I can see only one payment. Please contact your bank.",
        ],
        praise: [
          "~Was right, it vanished today. Thanks for the calm answer",
          "~ok I can sleep again",
          "explained better than my bank did",
        ],
        blame: [
          "2|'Please contact your bank' – I'm contacting YOU, you took the money",
          "1|doesn't explain the second one at all",
          "1|Copy and paste. My account is overdrawn because of you.",
        ],
        grumble: [
          "six days is long when it's the end of the month",
          "Reservation or not, I can't use that money.",
        ],
        wrong: "The tool shows a second, authorised payment that expires. The answer does not mention it.",
      },
    ],
  },
  {
    name: "payment_failed",
    topic: "payment",
    share: 4,
    turns: [
      {
        ask: [
          "Payment declined, but my card is fine everywhere else",
          "can't pay. {card}. always error",
          "checkout hangs after 3D secure, was I charged? did the order go through?",
        ],
        help: ["payment"],
        tools: [
          {
            name: "find_payments",
            arguments: { customer: "{customer}", last: "1h" },
            result: [{ id: "pay_9", amount: "{amount}", state: "failed", code: "authentication_timeout" }],
          },
        ],
        good: [
          "The last try failed because the confirmation in your banking app came too late. Nothing was charged and there's no order yet. Please try again with the banking app open; PayPal or Apple Pay work without that step.",
          "I see one failed try (authentication timed out). You were not charged. If it happens again, another way of paying is the quickest solution.",
        ],
        bad: [
          "We accept cards, PayPal, Apple Pay, Google Pay and invoice.",
          "Your payment was successful! Thank you for your order.",
        ],
        praise: [
          "yes! app was closed. worked the second time",
          "good, at least I know I didn't pay",
          "precise, thank you",
        ],
        blame: [
          "1|I didn't ask what you accept, I asked why it fails",
          "2|It congratulated me on an order that doesn't exist, I nearly waited a week for nothing",
        ],
        wrong:
          "The tool shows a failed payment, and the answer says that it succeeded or does not mention it.",
      },
    ],
  },
  {
    name: "gift_card",
    topic: "payment",
    share: 4,
    turns: [
      {
        ask: [
          "The gift card I bought for my sister never arrived by email",
          "gift card mail lost, can you resend? order {order}",
        ],
        help: ["giftcards"],
        tools: [
          {
            name: "resend_gift_card",
            arguments: { order: "{order}" },
            result: { order: "{order}", sent_to: "buyer", at: "now" },
          },
        ],
        good: [
          "I've sent it again to your own e-mail address (for safety it can't go anywhere else); please forward it. It's valid for three years and can be used in parts.",
          "Just sent again, to the address you bought it with. Please look into the spam folder as well. Gift cards are valid for three years, can be used bit by bit, and can't be paid out.",
        ],
        bad: [
          "Gift cards come by e-mail within an hour.",
          "Gift cards are shipped within two to four working days.",
        ],
        praise: ["was in spam, sorry 😬 thanks", "arrived within a minute", "~Sister is happy"],
        blame: [
          "1|an hour?? it's been three DAYS, that is why I am writing",
          "2|it thinks an e-mail card is shipped by post",
        ],
        grumble: ["came after the party, but ok"],
        wrong: "The card was sent again by the tool. The answer does not say so.",
      },
    ],
  },
  {
    name: "invoice",
    topic: "payment",
    share: 3,
    turns: [
      {
        ask: [
          "I need an invoice with my company name and VAT ID for {order}",
          "invoice {order} as pdf please",
          "where do I find the invoice? Accounting is asking",
        ],
        help: ["invoice"],
        tools: [
          {
            name: "create_invoice",
            arguments: { order: "{order}" },
            result: {
              order: "{order}",
              url: "/my/orders/{order}/invoice.pdf",
              company_editable_until: "{returnUntil}",
            },
          },
        ],
        good: [
          "It's under My orders › {order} › Invoice. If you need a company name and VAT number on it, add them there until {returnUntil}; the PDF is made new at once.",
          "Here you go: My orders › {order} › Invoice (PDF). You can add company and VAT number yourself until {returnUntil}.",
        ],
        bad: ["Your invoice is sent by post.", "Please contact accounting@ for invoices."],
        praise: [
          "found it. accounting happy",
          "two clicks, thanks",
          "perfect, even the VAT id can be changed later",
        ],
        blame: ["1|By post? There was nothing in the parcel.", "2|I am accounting"],
      },
    ],
  },
  {
    name: "price_dropped",
    topic: "payment",
    share: 3,
    turns: [
      {
        ask: [
          "I bought the {product} last week for {price} and now it's 30€ cheaper. Can I get the difference?",
          "price adjustment? {product} is on sale since today, i ordered yesterday 😤",
          "Do you match prices from other shops?",
        ],
        help: ["sale", "payment"],
        good: [
          "I'm sorry, we don't pay back differences when a price changes later, and we don't match other shops. What you can do within the 30 days: return the unworn {product} and order it again. The return costs €3.95.",
          "We don't adjust prices afterwards, sorry. If it's still unworn, a return and a new order would work out cheaper for you, even with €3.95 for the label.",
        ],
        bad: ["Sure, you'll get the difference back!", "Thank you for your interest in our sale."],
        praise: [
          "Cheeky tip, but it works 😄",
          "didn't expect a shop bot to tell me how to save money",
          "straight answer",
        ],
        blame: ["~1|It said sure. Support said no. Great teamwork.", "2|thank you for your interest?? what"],
        grumble: ["That's how you lose regulars", "bought it too early. story of my life"],
        wrong: "There is no price adjustment; the answer promises one.",
      },
    ],
  },
]
