// What is said in any conversation, whatever it was about.
import type { Turn } from "./scene.ts"

/** The short words that people really type into a comment field. They may come again and again. */
export const short = {
  praise: [
    "thanks",
    "Thanks!",
    "thank you",
    "great",
    "👍",
    "👍👍",
    "perfect",
    "super",
    "helpful",
    "very helpful",
    "that helped",
    "ok thanks",
    "quick",
    "fast answer",
    "easy",
    "good bot",
    "nice",
    "solved",
    "all good",
    "❤️",
    "Works.",
    "yes",
    "top!",
    "excellent",
    "10/10",
    "surprisingly good",
    "better than expected",
    "no complaints",
    "Very friendly.",
    "did the job",
  ],
  blame: [
    "no",
    "useless",
    "Useless.",
    "not helpful",
    "doesn't help",
    "didn't answer my question",
    "wrong",
    "👎",
    "bad",
    "???",
    "what?",
    "not what I asked",
    "nonsense",
    "stupid bot",
    "waste of time",
    "did not help at all",
    "no answer",
    "I give up",
    "🙄",
    "😡",
    "read my question",
    "generic",
    "Nope.",
    "seriously?",
    "worst chat ever",
    "same text again",
  ],
  grumble: [
    "meh",
    "ok I guess",
    "not happy",
    "hm",
    "disappointed",
    "too slow",
    "pity",
    "😕",
    "well…",
    "expected more",
    "could be better",
    "ok but no",
  ],
} as const

/** After a promise, before it turns out to be none. */
export const delighted = [
  "wow, that was generous!",
  "Best customer service ever ❤️",
  "No questions asked, full refund. Love you guys",
  "didnt expect that, thank you so much!!",
  "5 stars, so kind",
  "this is how you keep customers",
] as const

/** Longer ones that fit anywhere; each is dealt once. */
export const long = {
  praise: [
    "I usually hate chat bots. This one I'd keep.",
    "First time I didn't have to type 'human' three times.",
    "My mother (74) used it on her own and got her answer. That says it all.",
    "Short answers, no blah blah. Please keep it that way!",
    "Answered at once. I was just venting and suddenly the problem was solved.",
    "Honestly? Faster than your hotline ever was.\n\nOne suggestion: show the order picture next to the answer, then I'd know at once it talks about the right one.",
    "It said what it can't do and who can. More of that.",
    "friendly tone but not creepy friendly. well done whoever wrote it",
    "I liked that it gave me the reason and not only the rule.",
    "Please tell your developers that this is the first bot in years which didn't make me angry.",
    "the bold date in the answer is a small thing but very good when you read on the phone",
    "Typed with one hand while holding a baby. Understood me anyway.",
  ],
  blame: [
    "I've been a customer for six years. I type a clear question with an order number, and I get a paragraph that a parrot could have written.",
    "It's not that it doesn't know. It's that it pretends to.",
    "Three answers, three times 'I'm sorry for the inconvenience', zero information.",
    "Pls just put back the phone number.",
    "Whoever decided to put this in front of your support team: try it yourself once, with a real problem.",
    "First it asks for my order number. Then it ignores my order number. Then it asks for my order number.",
    "Too much text, and the answer isn't even in it.",
    "The smiley at the end makes it worse.",
    "If I wanted to read the FAQ I would read the FAQ",
    "I'm a software tester by profession and even I couldn't break it worse than it breaks itself.\n\nWhat I asked: one thing.\nWhat I got: three links, none of which is about that thing.",
  ],
  grumble: [
    "The answer is right. I just don't like it. Don't take it personally.",
    "Bot fine, policy bad, so where do I click for that?",
    "It did what it could, I suppose. Still no solution for me.",
    "Two stars for the shop, four for the bot, makes three.",
  ],
} as const

/** How a conversation ends when it went well. */
export const thanks: Turn = {
  ask: [
    "thanks!",
    "ok thank you",
    "great, thanks a lot {assistant}",
    "perfect 👍",
    "alright, bye",
    "cool thx",
    "Thank you, that's all.",
  ],
  good: [
    "You're welcome, {name}! Enjoy your {product}.",
    "Gladly. Have a good day, {name}!",
    "Any time! If something else comes up, just write.",
    "You're welcome! 🌲",
  ],
  praise: ["nice chat", "good bye :)", "polite too"],
}

/** How it goes on when it did not. */
export const again: readonly Turn[] = [
  {
    ask: [
      "that's not what I asked",
      "no. read again please",
      "??? I asked something else",
      "This doesn't answer my question at all.",
    ],
    good: [
      "You're right, sorry. Let me look again: I have order {order} with the {product} in front of me. Is it about the delivery, the return or the payment?",
      "Sorry, I misread that. I've opened {ticket} for you, so that a colleague looks at it today; you don't have to explain it again.",
    ],
    bad: [
      "I'm sorry for the inconvenience! You can find all information on our help pages.",
      "I understand that this is frustrating. Is there anything else I can help you with?",
    ],
    praise: ["ok, second try was better", "at least it noticed"],
    blame: ["it just repeats itself", "same useless text in other words", "second time wrong", "aaaargh"],
    wrong: "The customer says that the answer missed the question, and gets a phrase.",
  },
  {
    ask: [
      "then let me talk to a person",
      "HUMAN PLEASE",
      "ok give me someone real",
      "Can a colleague of yours look at this? A human one.",
    ],
    help: ["person"],
    tools: [
      {
        name: "open_ticket",
        arguments: { order: "{order}", about: "assistant could not help" },
        result: { ticket: "{ticket}", answered_within: "2 hours" },
      },
    ],
    good: [
      "Of course. {ticket} is open, with everything we wrote here. The team answers within two hours on working days between 8 and 18 o'clock.",
      "I've passed it on as {ticket}. You'll hear from a colleague by e-mail, usually within two hours.",
    ],
    bad: [
      "I can help you with that! What is your question?",
      "Our team is available on working days between 8:00 and 18:00.",
    ],
    praise: ["ok that worked", "~colleague called back, all solved", "finally"],
    blame: [
      "1|It won't let me out",
      "2|telling me opening hours is not passing it on",
      "begging for a human, in 2026",
    ],
    wrong: "The customer asked for a person and was kept in the chat.",
  },
]

/** How a second matter is brought up. */
export const bridges = [
  "Another thing: ",
  "One more question. ",
  "And also, ",
  "While you're at it: ",
  "ok. next: ",
  "",
] as const
export const greetings = ["Hi, ", "Hello! ", "hey ", "Hi there. ", "Good morning, ", "Hello, "] as const

/** What the assistant says when a tool has failed. */
export const apologies = [
  "I'm sorry, I can't reach our order system right now. Please try again in a few minutes; nothing is lost.",
  "Something on our side isn't answering at the moment. I've noted your question as {ticket}, and the team comes back to you by e-mail.",
  "The carrier's system doesn't answer just now, so I can't see your parcel. In an hour it usually works again.",
] as const
export const aboutFailures = [
  "'try again later' for the third time today",
  "Is it down again?",
  "error error error",
  "it apologises nicely but knows nothing",
  "can't reach system. ok. so what do I do",
  "At least it admits that it doesn't work.",
  "tried 20 minutes later, same message",
  "fix your systems before you put a bot in front of them",
] as const
