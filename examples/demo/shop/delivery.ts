import type { Scene, Tool } from "./scene.ts"

const findOrder = (state: string, more: object = {}): Tool => ({
  name: "find_order",
  arguments: { order: "{order}" },
  result: {
    order: "{order}",
    state,
    placed: "{ordered}",
    items: [
      { sku: "{sku}", name: "{product}", size: "{size}", color: "{color}", quantity: 1, price: "{amount}" },
    ],
    ship_to: { city: "{city}", country: "{country}" },
    ...more,
  },
})

const track = (events: readonly object[], more: object = {}): Tool => ({
  name: "track_parcel",
  arguments: { carrier: "{carrier}", tracking: "{tracking}" },
  result: { tracking: "{tracking}", carrier: "{carrier}", events, ...more },
})

export const delivery: readonly Scene[] = [
  {
    name: "where_is_my_order",
    topic: "delivery",
    share: 12,
    turns: [
      {
        ask: [
          "Where is my order {order}?",
          "Hi, I ordered a {product} on {ordered} and it still isn't here. Order {order}.",
          "can you check order {order} for me? should have been here yesterday",
          "My {product} was meant to arrive by now, the tracking link says nothing. Number is {order}",
          "status of {order}",
          "Hello! When will my parcel come? I placed the order on {ordered}, number {order}, going to {city}.",
          "the app says 'in transit' since two days. what does that mean. {order}",
        ],
        help: ["delivery", "lost"],
        tools: [
          findOrder("shipped", { carrier: "{carrier}", tracking: "{tracking}", shipped: "{shipped}" }),
          track(
            [
              { at: "{shipped}", place: "Leipzig", what: "handed over to carrier" },
              { at: "{yesterday}", place: "{hub}", what: "arrived at sorting centre" },
            ],
            { expected: "{expected}" },
          ),
        ],
        good: [
          "Order {order} left us on {shipped} and was scanned in {hub} yesterday. {carrier} expects to deliver it to {city} on **{expected}**. If nothing has moved by then, write to me again and I start a search.",
          "Good news: your {product} is on its way. It reached the {carrier} sorting centre in {hub} yesterday, and delivery is planned for {expected}. Here is the tracking number: {tracking}.",
          "I found it: shipped on {shipped} with {carrier}, last scan in {hub}. It should be with you on {expected}. Sorry that it takes longer than we said!",
        ],
        bad: [
          "Orders leave our warehouse within one working day and arrive two to four working days later. You can follow your parcel with the link in your shipping e-mail.",
          "I'm sorry for the inconvenience! Please log in to your account and open My orders, where you find the status of your order.",
          "Your order {order} was delivered on {shipped}. Is there anything else I can help you with?",
        ],
        praise: [
          "Quick and clear, thanks.",
          "finally someone who just tells me the day",
          "~Got the date right, parcel arrived {expected}. 👍",
          "Better than the carrier's own page, which still says 'data transmitted' lol",
          "Didn't expect a chat bot to actually look into my order. It did, and it gave me the last scan, the carrier and a day. That is all I needed.",
          "nice, no phone queue",
          "Exactly what i wanted to know",
          "It answered before I had finished my coffee.",
        ],
        blame: [
          "2|I gave it the order number and it tells me to look in my account. I HAVE looked in my account.",
          "3|It says delivered. It is not delivered. I'm standing at my door.",
          "1|copy paste from the FAQ, thanks for nothing",
          "1|I asked WHERE it is, not how long shipping usually takes",
          "1|No. It's not 'two to four working days', it's been nine.",
          "1|doesnt even look at the order",
          "1|Generic answer. The link in the mail is exactly what doesn't work, that's why I came here.",
        ],
        grumble: [
          "Answer is fine but the parcel is late AGAIN",
          "So now it's {expected}. Last week it was Tuesday. I believe it when I see it.",
          "ok, but I paid for express…",
          "Not the bot's fault, but I needed it for the weekend and now it comes after.",
        ],
        wrong:
          "The tool result has the carrier, the last scan and the expected day; the answer uses none of them.",
      },
      {
        ask: [
          "can it be delivered to my neighbour instead?",
          "And if I'm not home on {expected}?",
          "I won't be there on {expected}. Can they leave it somewhere?",
          "is there a pickup point",
        ],
        help: ["delivery", "change"],
        good: [
          "We can't redirect it from here once {carrier} has it, but you can: open the tracking page of {tracking} and choose a neighbour, a safe place or a pickup point. It works until the evening before.",
          "Yes. {carrier} lets you choose a neighbour or a parcel shop on its tracking page ({tracking}) until the night before delivery. Otherwise the driver leaves a card and it waits for seven days.",
        ],
        bad: [
          "Of course! I have told the driver to leave it with your neighbour.",
          "You can change the address until the order is packed. Your order is already packed.",
        ],
        praise: ["worked, it's going to the parcel shop", "ok did that on their page. Thank you"],
        blame: [
          "~1|It claimed it told the driver. The driver knew nothing. Card in the letterbox.",
          "2|and how exactly does that help me now",
        ],
        wrong: "There is no tool that talks to the driver. The answer claims an action that never happened.",
      },
    ],
  },
  {
    name: "says_delivered",
    topic: "delivery",
    share: 5,
    turns: [
      {
        ask: [
          "Tracking says delivered but there is NO parcel here. Order {order}",
          "Order {order} is marked as delivered on {delivered}. I was home all day, nobody rang.",
          "my {product} was 'delivered' yesterday, not at my door, not at the neighbours. what now?",
          "Hi, the {carrier} app shows a signature that isn't mine for {tracking}. Who signed for my parcel?",
        ],
        help: ["lost", "delivery"],
        tools: [
          track([{ at: "{delivered}", place: "{city}", what: "delivered", signed_by: "{neighbour}" }]),
          {
            name: "open_search",
            arguments: { tracking: "{tracking}", reason: "delivered_not_received" },
            result: { search: "{ticket}", answer_by: "8 working days" },
          },
        ],
        good: [
          '{carrier} noted {delivered} and the name "{neighbour}". Is that someone in your house or next door? I have opened a search ({ticket}) in the meantime. It takes up to eight working days, and if they don\'t find it you choose between a new {product} and a refund.',
          "I'm sorry, that is annoying. The scan says it was signed for by **{neighbour}** on {delivered}. If you don't know the name: the search {ticket} is open now, {carrier} has to answer within eight working days, and after that you get a replacement or your money back.",
        ],
        bad: [
          "Great news, your parcel was delivered on {delivered}! Enjoy your {product}.",
          "According to {carrier}, the parcel has been delivered. Please ask your neighbours and contact {carrier} directly.",
        ],
        praise: [
          "~It WAS the neighbour. Thank you for showing the name, the app didn't!",
          "Took it seriously straight away and opened a case, without asking me three times whether I looked under the doormat. Respect.",
          "the name helped, found it",
        ],
        blame: [
          '1|"Enjoy your {product}"??? I just wrote that I don\'t have it!!',
          "2|i am YOUR customer not {carrier}s. dont send me away",
          "Read the question. Please. Just once.",
          "1|This thing congratulated me on a parcel that was stolen.",
        ],
        grumble: [
          "8 working days for you to find out what I already know",
          "It's polite and all, but I'm out {price} and have no tent for the trip. Well. No {product}.",
          "Understand the process but eight days is a joke in 2026.",
        ],
        wrong:
          "The customer says that the parcel did not come; the answer tells them it did, and no search is opened.",
      },
      {
        ask: [
          "never heard of that person",
          "Nobody called {neighbour} lives here.",
          "No. There's no {neighbour} in the whole street, I asked.",
        ],
        help: ["lost"],
        tools: [
          {
            name: "add_note",
            arguments: { search: "{ticket}", note: "Customer does not know {neighbour}" },
            result: { ok: true },
          },
        ],
        good: [
          "Thank you for asking around. I added that to {ticket}: it makes it more likely that {carrier} talks to the driver today. You get an e-mail as soon as there is news, and you need not do anything meanwhile.",
          "Noted in {ticket}. You'll hear from us by e-mail, at the latest after eight working days, and then it's your choice: new parcel or refund.",
        ],
        praise: ["~ok. fair.", "Appreciate that it wrote it down, so I don't have to tell the story again."],
        grumble: ["and if they say 'delivered' again? round and round", "waiting then. not happy."],
      },
    ],
  },
  {
    name: "change_address",
    topic: "delivery",
    share: 5,
    turns: [
      {
        ask: [
          "I put in my old address by mistake!! order {order}, can you change it?",
          "Need to change the delivery address for {order} please, we moved to {city}",
          "wrong house number in order {order}. it should be 14 not 41",
          "Hi, autofill used my parents' address. Can order {order} go to {city} instead?",
        ],
        help: ["change", "delivery"],
        tools: [findOrder("placed", { packed: false, changeable_until: "in 70 minutes" })],
        good: [
          "You're in time: order {order} isn't packed yet. Please send me street, number and postcode, and I change it right away.",
          "Yes, that still works for the next hour or so. What is the right address?",
        ],
        bad: [
          "Orders can be changed until they are packed, usually within two hours. Please check your account to see whether your order can still be changed.",
          "We cannot redirect a parcel that is with the carrier. Please refuse the parcel at the door.",
        ],
        praise: ["phew. quick!", "Saved my day, it was nearly packed.", "Fixed in under a minute."],
        blame: [
          "2|it wasn't even with the carrier!! it was not packed. I found the button myself in the end",
          "1|Why tell me it's possible and then send me to look for it myself",
        ],
        wrong: "The order is not packed and can be changed; the answer says that it cannot.",
      },
      {
        ask: [
          "Birkenweg 14, third floor, {city}",
          "It's 14 Mill Lane, {city}. Same name.",
          "Kastanienallee 14, {city} thanks",
        ],
        tools: [
          {
            name: "change_address",
            arguments: { order: "{order}", street: "Birkenweg 14", city: "{city}" },
            result: { order: "{order}", changed: true },
          },
        ],
        good: [
          "Done. Order {order} now goes to {city}, house number 14, and you get a new confirmation by e-mail.",
          "All set: your {product} goes to {city}. The confirmation is on its way to your inbox.",
        ],
        praise: ["confirmed, thank you!!", "smooth", "That was easier than with any other shop I know."],
      },
    ],
  },
  {
    name: "cancel_order",
    topic: "delivery",
    share: 4,
    turns: [
      {
        ask: [
          "please cancel order {order}, I ordered twice",
          "How do I cancel? {order}. I found it cheaper",
          "I clicked buy two times, cancel ONE of them please. Order {order} can go, the other one should stay",
          "cancel my order {order}",
        ],
        help: ["change"],
        tools: [
          findOrder("placed", { packed: false }),
          {
            name: "cancel_order",
            arguments: { order: "{order}" },
            result: { order: "{order}", state: "cancelled", reservation_released: "within 7 days" },
          },
        ],
        good: [
          "Order {order} is cancelled. You were not charged yet; the reservation of {price} on your card goes away by itself within seven days.",
          "Done, {order} is cancelled before anything was packed. Nothing has been charged. You may see a reservation for a few more days.",
        ],
        bad: [
          "To cancel your order, please refuse the parcel at the door or send it back within 30 days.",
          "I have cancelled all of your open orders. Is there anything else I can do for you?",
        ],
        praise: ["no questions asked. like it", "That was painless", "cancelled in ten seconds"],
        blame: [
          "2|It cancelled ALL of my orders. I named one number. Now the size is sold out.",
          "1|I asked an hour after ordering and I'm told to wait for the parcel and send it back? come on",
        ],
        wrong:
          "The order was not packed and the cancel tool succeeded, but the answer describes something else.",
      },
    ],
  },
  {
    name: "half_of_the_order",
    topic: "delivery",
    share: 4,
    turns: [
      {
        ask: [
          "The parcel for {order} came but the {second} is missing.",
          "only half of my order arrived?? {product} is here, {second} isn't",
          "I ordered two things and one is missing from the box. {order}",
          "Got the {product} today. Where's the {second}?",
        ],
        help: ["delivery", "lost"],
        tools: [
          findOrder("partly shipped", {
            parcels: [
              { tracking: "{tracking}", contains: ["{product}"], state: "delivered" },
              { tracking: null, contains: ["{second}"], state: "waiting for stock", expected: "{expected}" },
            ],
          }),
        ],
        good: [
          "Nothing is lost: we sent {order} in two parcels. The {second} is waiting for stock and leaves on {expected}. There's no extra shipping, and you get its own tracking link.",
          "The {second} travels separately: it comes into the warehouse on {expected} and leaves the same day. Sorry that the e-mail didn't say so more clearly.",
        ],
        bad: [
          "I'm sorry to hear that! Please check the packaging carefully, small items are sometimes hidden under the paper.",
          "I have reported the {second} as lost.",
        ],
        praise: [
          "ah ok, two parcels. makes sense",
          "Good to know. Would have been nice to read that in the mail though!",
          "clear answer, thx",
        ],
        blame: [
          "1|hidden under the paper. a {second}. really?",
          "~2|It said it reported it lost and next day it arrives. So which system did it look into?",
        ],
        grumble: ["Why do you sell me something you don't have", "fine, but tell people BEFORE"],
        wrong: "The order shows a second parcel that waits for stock. The answer guesses instead.",
      },
    ],
  },
  {
    name: "customs",
    topic: "delivery",
    share: 3,
    facts: [
      { abroadCity: "Zürich", abroadCountry: "Switzerland", duty: "CHF 23.40" },
      { abroadCity: "Oslo", abroadCountry: "Norway", duty: "NOK 412" },
      { abroadCity: "Leeds", abroadCountry: "the United Kingdom", duty: "£18.90" },
    ],
    turns: [
      {
        ask: [
          "Do you ship to {abroadCountry} and what does it cost?",
          "The courier wants {duty} from me at the door in {abroadCity}. I already paid shipping!",
          "is VAT included for {abroadCountry}? or do i pay again",
          "Thinking about ordering a {product} to {abroadCity}. Any hidden customs fees?",
        ],
        help: ["abroad"],
        good: [
          "We ship to {abroadCountry} for €14.90. Customs and import VAT come on top and are collected by the carrier on delivery; for a {product} expect roughly {duty}. We can't pay them in advance, sorry.",
          "Yes, to {abroadCity} too. Shipping is €14.90, and since {abroadCountry} is outside the EU the carrier collects customs and import VAT at the door (about {duty} in your case).",
        ],
        bad: [
          "We ship to all of Europe for free from €80, all taxes included.",
          "Shipping is €4.95 within the EU.",
        ],
        praise: [
          "honest answer, most shops hide that",
          "good that it names a figure",
          "Clear. I'll order two so it's worth it.",
        ],
        blame: [
          "~1|It told me all taxes included!! Guy at the door wanted {duty}. I have a screenshot",
          "2|{abroadCountry} is NOT in the EU, since when does a shop not know that",
        ],
        grumble: ["correct probably but {duty} for a {product}…", "Meh. Not ordering then."],
        wrong:
          "The help page says that customs are charged on delivery outside the EU. The answer says the contrary.",
      },
    ],
  },
  {
    name: "express_for_birthday",
    topic: "delivery",
    share: 3,
    turns: [
      {
        ask: [
          "If I order the {product} today, will it be in {city} by {expected}? It's a birthday present",
          "need the {product} before {expected}. possible?",
          "do you have express shipping? birthday on {expected} 🙈",
        ],
        help: ["delivery", "giftwrap"],
        tools: [
          {
            name: "check_stock",
            arguments: { sku: "{sku}", size: "{size}" },
            result: { sku: "{sku}", in_stock: 11, leaves: "today if ordered before 15:00" },
          },
        ],
        good: [
          "It's in stock and leaves today if you order before 15:00. It normally takes two to four working days, so {expected} is likely but not certain. If it has to be sure, an e-mail gift card arrives within the hour as a plan B.",
          "Probably: we have 11 of them and ship the same day until 15:00. I can't promise {expected}, though, two to four working days is what the carrier needs.",
        ],
        bad: [
          "Yes! Order now and it will definitely arrive by {expected}.",
          "We do not offer express shipping.",
        ],
        praise: [
          "~arrived in time 🎉",
          "Honest about 'likely but not certain', I liked that",
          "plan B is a nice idea",
        ],
        blame: [
          "~1|'definitely arrive by {expected}'. It did not. My daughter got a printed photo of a {product}.",
          "2|ok no express, but WILL it be here or not? That was the question",
        ],
        wrong: "Promises a delivery day that neither the stock tool nor the help page supports.",
      },
      {
        ask: ["can you wrap it?", "great, with gift wrapping please", "and without the price inside?"],
        help: ["giftwrap"],
        good: [
          "Sure: gift wrapping is €3.50 including a card with your own text, and we never put prices into wrapped parcels. You can tick it at checkout.",
          'Yes, €3.50, and the parcel then contains no prices. Tick "It\'s a gift" at checkout and write up to 200 characters for the card.',
        ],
        praise: ["sweet", "perfect, ordered!", "😍"],
      },
    ],
  },
  {
    name: "damaged_box",
    topic: "delivery",
    share: 3,
    turns: [
      {
        ask: [
          "Box arrived completely crushed, the {product} has a dent / is damaged. Order {order}",
          "my {product} came broken 😢 {order}",
          "The parcel was soaked. {product} inside is wet and stained, what do I do?",
        ],
        help: ["warranty", "returns"],
        tools: [
          findOrder("delivered", { delivered: "{delivered}" }),
          {
            name: "open_ticket",
            arguments: { order: "{order}", about: "damaged on arrival" },
            result: { ticket: "{ticket}", answered_within: "2 hours" },
          },
        ],
        good: [
          "I'm sorry, that shouldn't happen. Please send two photos (the box and the {product}) in reply to the e-mail for ticket {ticket}. Damage on the way is on us: you get a new one without sending anything back first.",
          "That's our problem, not yours. I opened {ticket}; reply to its e-mail with photos of the box and the damage, and the team sends a replacement, usually within two hours on working days.",
        ],
        bad: [
          "Wear, tears and burns are not covered by the warranty, but our workshop repairs them from €15.",
          "Please print a return label. Return shipping costs €3.95.",
        ],
        praise: [
          "~New one was on its way the same afternoon. That's how it should be.",
          "sent photos, replacement confirmed after 40 min. wow",
          "friendly and no fuss",
        ],
        blame: [
          "1|You break it and I should pay 15 euro for the repair????",
          "2|Asked me to pay return shipping for something THEY delivered broken. Unbelievable.",
          "1|its not 'wear'. it came out of the box like that",
        ],
        wrong: "Treats damage on the way as wear. Damage on arrival is replaced.",
      },
    ],
  },
]
