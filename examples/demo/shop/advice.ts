import type { Scene } from "./scene.ts"

export const advice: readonly Scene[] = [
  {
    name: "jacket_size",
    topic: "products",
    share: 7,
    about: ["jacket", "knit"],
    sized: true,
    facts: [
      { chest: "98", fits: "M" },
      { chest: "106", fits: "L" },
      { chest: "90", fits: "S" },
      { chest: "114", fits: "XL" },
    ],
    turns: [
      {
        ask: [
          "Which size in the {product}? Chest {chest} cm",
          "I'm 1.78 and my chest is {chest}cm, {fits} or bigger for the {product}?",
          "does the {product} run small? my chest is {chest} cm",
          "Between two sizes for the {product}, {chest} cm. I want to wear a sweater underneath",
        ],
        help: ["sizes"],
        tools: [
          {
            name: "find_size",
            arguments: { product: "{product}", chest_cm: "{chest}" },
            result: { product: "{product}", size: "{fits}", in_stock: 7, returns_because_of_size: "6 %" },
          },
        ],
        good: [
          "With {chest} cm, **{fits}** is your size in the {product}. It leaves room for one layer underneath; for a thick sweater take one size up. We have seven in {fits}.",
          "{fits}. Only 6 % of the people who bought it sent it back because of the size, so I'm fairly sure. An exchange would be free anyway.",
        ],
        bad: [
          "Measure your chest at its widest point.",
          "Our sizes are: XS, S, M, L, XL.",
          "I'd recommend XS.",
        ],
        praise: [
          "~fits like a glove",
          "~{fits} was right!",
          "~The 6 % convinced me. It fits.",
          "good advice, exchanging free is reassuring",
          "👌",
        ],
        blame: [
          "1|I MEASURED it. I gave you the number. {chest}.",
          "3|XS?!?! with {chest} cm? have you ever seen a human",
          "2|listing the alphabet is not advice",
        ],
        grumble: [
          "~It recommended {fits} but the arms are too short. Chest is fine.",
          "ok but the size chart on the page says something else, decide",
        ],
        wrong:
          "The customer gave the chest width and the tool returned a size. The answer repeats how to measure.",
      },
    ],
  },
  {
    name: "shoe_size",
    topic: "products",
    share: 5,
    about: ["shoes"],
    turns: [
      {
        ask: [
          "I normally wear {size}, which size for the {product}?",
          "{product} true to size?",
          "are the {product} ok for wide feet? usually {size}",
        ],
        help: ["shoes"],
        good: [
          "For the {product} I'd go by our fitting page: boots run half a size small, so from {size} take half a size up, a full one with thick socks. Trail runners are true to size.",
          "If {size} usually fits: Skerry runners in {size}, Trail Fox and Alder boots half a size larger. For wide feet the Trail Fox is the roomiest at the toes.",
        ],
        bad: ["Our shoes are available from 38 to 45.", "Yes, all our shoes are true to size."],
        praise: [
          "~half size up was spot on",
          "~Toes are happy",
          "very useful, thanks",
          "~ordered, fits, done",
        ],
        blame: [
          "~2|said true to size, the box itself says 'runs small'",
          "1|That's not an answer, that's a range",
        ],
        wrong: "The fitting page says that boots run half a size small.",
      },
    ],
  },
  {
    name: "waterproof",
    topic: "products",
    share: 4,
    about: ["Ridge rain jacket", "Harbour parka"],
    facts: [
      { place: "Scotland" },
      { place: "Norway in autumn" },
      { place: "the Dolomites" },
      { place: "a festival" },
    ],
    turns: [
      {
        ask: [
          "Is the {product} really waterproof? I'm going to {place}",
          "how much rain does the {product} take",
          "Would you take the {product} to {place}?",
        ],
        help: ["tents", "care", "sizes"],
        tools: [
          {
            name: "find_product",
            arguments: { sku: "{sku}" },
            result: {
              sku: "{sku}",
              name: "{product}",
              water_column_mm: 10000,
              taped_seams: true,
              weight_g: 480,
              rating: 4.4,
              reviews: 212,
            },
          },
        ],
        good: [
          "Yes: 10,000 mm water column and taped seams, that's a full day of steady rain. For {place} I'd add: wash it before you go if it's older, a clean coating beads much better.",
          "It handles long rain well (10,000 mm, all seams taped). In {place} the wind is usually the bigger problem, so take the hood and the cuffs seriously.",
        ],
        bad: [
          "The {product} is water-repellent.",
          "{place} is beautiful at this time of year! Have a great trip.",
        ],
        praise: [
          "~Survived {place}. Bot was right.",
          "~Dry after 6 hours of rain",
          "numbers instead of marketing, thank you",
          "honest and practical",
        ],
        blame: [
          "1|repellent or proof?? that's the whole question",
          "2|thanks for the travel tip, and the jacket?",
        ],
        wrong: "The product data says waterproof with taped seams; the answer is vague about it.",
      },
    ],
  },
  {
    name: "wash_jacket",
    topic: "products",
    share: 3,
    about: ["Ridge rain jacket", "Windy Pass softshell", "Harbour parka"],
    turns: [
      {
        ask: [
          "How do I wash the {product}?",
          "can the {product} go in the dryer",
          "washed the {product} with softener by mistake and now the rain soaks in. fixable?",
          "my {product} doesn't repel water any more after a year",
        ],
        help: ["care"],
        good: [
          "30 °C, liquid detergent, no softener. Then 20 minutes in the dryer on low: the warmth wakes the coating up, and water beads again.",
          "Wash it (once more) at 30 °C without softener, rinse twice, then 20 minutes in the dryer on low. If that doesn't help any more, a spray-on coating does.",
        ],
        bad: ["Please see the label inside.", "Machine wash at 60 °C and tumble dry hot."],
        praise: [
          "~jacket beads again like on day one!!",
          "the dryer trick 🤯",
          "Didn't dare to use the dryer so far. Good to know.",
          "My grandmother could not have put it better.",
        ],
        blame: [
          "~2|60 degrees. The coating is gone now. Thank you very much.",
          "1|label is washed out, that's why I ask",
        ],
        wrong: "The care page says 30 °C and a short time on low.",
      },
    ],
  },
  {
    name: "wash_wool",
    topic: "products",
    share: 2,
    about: ["Lofoten wool sweater", "Merino base layer", "Hearth wool blanket"],
    turns: [
      {
        ask: [
          "How do I wash the {product}?",
          "red wine on my {product} 😭 help",
          "can the {product} go in the dryer",
          "my {product} smells of campfire. do I have to wash it?",
        ],
        help: ["care"],
        good: [
          "Wool programme or by hand, cold, with wool detergent, and lying flat to dry. Never in the dryer. Often a night in fresh air is enough, wool cleans itself surprisingly well.",
          "Cold water and wool detergent, by hand or in the wool programme; don't wring it, and dry it lying flat. Stains: cold water at once, dab, don't rub.",
        ],
        bad: ["Please see the label inside.", "Machine wash at 60 °C and tumble dry."],
        praise: [
          "~stain is gone!!",
          "~one night on the balcony and it's fine",
          "saved my favourite piece",
          "short and useful",
        ],
        blame: ["~2|60 degrees?!? It's WOOL. It now fits my dog.", "1|label is washed out, that's why I ask"],
        wrong: "The care page says wool programme or by hand, and lying flat to dry.",
      },
    ],
  },
  {
    name: "which_tent",
    topic: "products",
    share: 3,
    about: ["tent"],
    turns: [
      {
        ask: [
          "Tarn 2 or Tarn 4 for two adults and a dog?",
          "Which tent for a family of 3, first time camping",
          "is the tarn 2 big enough for 2 people with backpacks",
        ],
        help: ["tents"],
        tools: [
          {
            name: "compare_products",
            arguments: { skus: ["TN-3002", "TN-3004"] },
            result: [
              { sku: "TN-3002", floor_m2: 3.1, weight_kg: 2.4, price: 329 },
              { sku: "TN-3004", floor_m2: 6.4, weight_kg: 5.1, price: 499 },
            ],
          },
        ],
        good: [
          "| | Tarn 2 | Tarn 4 |\n|---|---|---|\n| Floor | 3.1 m² | 6.4 m² |\n| Weight | 2.4 kg | 5.1 kg |\n| Price | €329 | €499 |\n\nTwo people and their packs fit into the Tarn 2, the packs in the porch. With a dog or a child I'd take the Tarn 4, unless you carry it far.",
          "If you carry it: Tarn 2, packs stay in the porch. If you drive: Tarn 4, for the room. With a dog on a rainy morning you'll be glad of the 6.4 m².",
        ],
        bad: ["Both tents are great!", "The Tarn 2 is for 2 people and the Tarn 4 is for 4 people."],
        praise: [
          "table is great, easy to decide",
          "~took the 4, plenty of room",
          "Good point about carrying it",
          "like talking to someone who has slept in them",
        ],
        blame: [
          "2|Really? The 2 is for two and the 4 is for four? Thank you Sherlock",
          "1|'both are great' is not a recommendation",
        ],
        wrong: "A comparison was asked for and the tool returned one. The answer does not use it.",
      },
    ],
  },
  {
    name: "stove_on_plane",
    topic: "products",
    share: 3,
    about: ["stove"],
    turns: [
      {
        ask: [
          "Can I take the Ember stove on a plane?",
          "can i fly with the Ember and a small cartridge",
          "does the Ember fly? and where do I get gas for it there",
        ],
        help: ["stoves"],
        good: [
          "The stove may fly if it's clean and dry; the **cartridges never**. Buy gas on site: any screw-on cartridge (EN 417) fits. Some airlines refuse stoves all the same, so ask yours before you pack.",
          "Stove yes (clean, no smell of gas), cartridges no, not in any luggage. We can't ship cartridges either, but every outdoor shop has the screw-on type.",
        ],
        bad: [
          "Yes, you can take it on a plane, including a small cartridge.",
          "The Ember stove weighs 190 g.",
        ],
        praise: [
          "~security let it through, thanks for the tip with cleaning",
          "exactly right",
          "clear about the gas, important!",
        ],
        blame: ["1|DANGEROUS. You cannot take gas on a plane. Fix this.", "2|interesting. and the plane?"],
        wrong: "Says that a cartridge may fly. The help page says never. This is a safety matter.",
      },
    ],
  },
  {
    name: "back_in_stock",
    about: ["jacket", "shoes", "knit"],
    sized: true,
    topic: "products",
    share: 5,
    turns: [
      {
        ask: [
          "When is the {product} in {size} back?",
          "{product} sold out in {color} 😩 will there be more?",
          "is {size} coming back or should I take another one",
        ],
        tools: [
          {
            name: "check_stock",
            arguments: { sku: "{sku}", size: "{size}", color: "{color}" },
            result: {
              sku: "{sku}",
              in_stock: 0,
              incoming: [{ quantity: 40, expected: "{expected}" }],
              other_colors: ["{otherColor}"],
            },
          },
        ],
        good: [
          '40 pieces of the {product} in {color} come in on {expected}. On its page you can tick "Tell me", and you get an e-mail the same hour. In {otherColor} it\'s there now.',
          "It's back on {expected} (40 pieces). If you can't wait, {otherColor} is in stock today.",
        ],
        bad: ["This product is currently out of stock.", "The {product} is in stock! Order now."],
        praise: [
          "~mail came, got one!",
          "took {otherColor} in the end, even nicer",
          "nice that it knows the date",
        ],
        blame: ["1|I know it's out of stock. I asked WHEN.", "2|says in stock, button is grey. ???"],
        wrong: "The tool gives the day and the quantity; the answer leaves them out.",
      },
    ],
  },
  {
    name: "spare_part",
    topic: "products",
    share: 3,
    about: ["pack"],
    turns: [
      {
        ask: [
          "Do you sell spare buckles for the {product}?",
          "lost the buckle of my {product}, can I buy a new one",
          "where to get spare parts for the {product}",
        ],
        help: ["tents", "warranty"],
        tools: [
          {
            name: "find_parts",
            arguments: { sku: "{sku}" },
            result: [
              { part: "buckle 25 mm", price: 3.5, in_stock: 120 },
              { part: "hip belt", price: 19, in_stock: 34 },
              { part: "repair kit", price: 9, in_stock: 61 },
            ],
          },
        ],
        good: [
          "Yes: a buckle is €3.50, a hip belt €19 and the repair kit €9, all in stock. You'll find them at the bottom of the product page under *Parts*.",
          "We have them: buckle €3.50, hip belt €19, repair kit €9. For one that broke by itself within two years, ask the workshop first: then it's free.",
        ],
        bad: ["I'm sorry, we don't sell spare parts.", "How about a new {product}?"],
        praise: [
          "love that you sell single buckles",
          "3.50 instead of a new bag 💚",
          "ordered two, one for the next time",
        ],
        blame: [
          "1|You DO sell them. I found the page myself five minutes later.",
          "2|a whole new one for a missing buckle. so much for sustainable",
        ],
        wrong: "The parts exist and the tool lists them. The answer says that there are none.",
      },
    ],
  },
  {
    name: "gift_ideas",
    topic: "products",
    share: 3,
    facts: [
      { person: "my dad, 70, walks a lot", idea: "the Ribbed beanie (€25) or the Merino base layer (€69)" },
      { person: "a colleague, around 30 euros", idea: "the Enamel mug set (€32) or the Ribbed beanie (€25)" },
      {
        person: "my girlfriend who is always cold",
        idea: "the Hearth wool blanket (€89) or the Felt Clog (€45)",
      },
      {
        person: "a friend who just moved",
        idea: "the Pinecone table lamp (€74) or the Enamel mug set (€32)",
      },
    ],
    turns: [
      {
        ask: [
          "I need a present for {person}. Ideas?",
          "gift for {person}",
          "Help, I have no idea what to give {person}",
        ],
        tools: [
          {
            name: "search_products",
            arguments: { query: "{person}", limit: 5 },
            result: [
              { name: "Ribbed beanie", price: 25 },
              { name: "Enamel mug set", price: 32 },
              { name: "Felt Clog", price: 45 },
              { name: "Pinecone table lamp", price: 74 },
              { name: "Hearth wool blanket", price: 89 },
            ],
          },
        ],
        good: [
          "Then I'd look at {idea}. Both can be exchanged free of charge, and gift wrapping is €3.50.",
          "How about {idea}? If you're unsure about size or taste, a gift card is never wrong.",
        ],
        bad: [
          "We have many great gifts! Have a look at our shop.",
          "I recommend the Tarn 4 family tent (€499).",
        ],
        praise: [
          "~was a hit!",
          "didn't think of that one, lovely",
          "ordered, with wrapping 🎁",
          "surprisingly good taste for a robot",
        ],
        blame: [
          "2|asked for a small present, got a tent for 499. generous idea",
          "1|'have a look at our shop' haha no",
        ],
        wrong: "Ignores who the present is for and what it may cost.",
      },
    ],
  },
]
