// Customers who write in their own language. Assistants are often worse there, and are told so.
import type { Scene } from "./scene.ts"

export const abroad: readonly Scene[] = [
  {
    name: "wo_ist_mein_paket",
    topic: "delivery",
    language: "de",
    share: 5,
    turns: [
      {
        ask: [
          "Wo bleibt meine Bestellung {order}?",
          "Hallo, mein Paket sollte gestern kommen. Bestellnummer {order}, Danke!",
          "Sendungsverfolgung zeigt seit Tagen nichts an ({tracking}). Könnt ihr mal nachsehen?",
        ],
        help: ["delivery", "lost"],
        tools: [
          {
            name: "track_parcel",
            arguments: { carrier: "{carrier}", tracking: "{tracking}" },
            result: {
              tracking: "{tracking}",
              events: [{ at: "{yesterday}", place: "{hub}", what: "arrived at sorting centre" }],
              expected: "{expected}",
            },
          },
        ],
        good: [
          "Dein Paket ist gestern in {hub} angekommen und soll am {expectedDe} bei dir sein. Sollte sich bis dahin nichts tun, melde dich bitte noch einmal, dann starte ich einen Nachforschungsauftrag.",
          "Gute Nachricht: {carrier} hat das Paket gestern in {hub} gescannt. Zustellung voraussichtlich am {expectedDe}.",
        ],
        bad: [
          "Your order usually arrives within two to four working days.",
          "Bestellungen verlassen unser Lager innerhalb eines Werktages.",
        ],
        praise: [
          "Super schnell geholfen, danke!",
          "Endlich mal eine klare Auskunft 👍",
          "~Top, Paket kam wirklich am {expectedDe}.",
        ],
        blame: [
          "1|Warum antwortet ihr auf Englisch, wenn ich Deutsch schreibe?",
          "2|Das steht auch auf der Website. Ich wollte wissen, wo MEIN Paket ist.",
          "nutzlos, sorry",
        ],
        grumble: ["Auskunft gut, Lieferzeit schlecht.", "Schon wieder {carrier}…"],
        wrong: "Answers a German question in English, or without the tracking data.",
      },
    ],
  },
  {
    name: "rueckgabe",
    topic: "returns",
    language: "de",
    share: 4,
    turns: [
      {
        ask: [
          "Ich möchte {product} zurückgeben, Bestellung {order}. Wie geht das?",
          "Wann bekomme ich mein Geld zurück? Rücksendung kam am {delivered} bei euch an",
          "Kann ich reduzierte Ware zurückschicken?",
        ],
        help: ["returns", "refunds", "sale"],
        tools: [
          {
            name: "check_return_policy",
            arguments: { order: "{order}", sku: "{sku}" },
            result: { order: "{order}", returnable: true, until: "{returnUntil}", return_shipping: 3.95 },
          },
        ],
        good: [
          "Das geht bis 30 Tage nach der Lieferung, ungetragen und mit Etikett. Das Rücksendeetikett findest du unter *Meine Bestellungen*. 3,95 € für die Rücksendung ziehen wir von der Erstattung ab, das Geld kommt spätestens 14 Tage nach Eingang. Artikel mit „Final Sale“ kannst du nur umtauschen.",
          "Etikett unter *Meine Bestellungen* drucken, Paket abgeben, fertig. Die Erstattung kommt innerhalb von 14 Tagen nach Eingang. Artikel mit „Final Sale“ kannst du nur umtauschen.",
        ],
        bad: ["Bitte wende dich an den Kundenservice.", "Returns are possible within 30 days."],
        promise: [
          "Selbstverständlich! Ich habe dir den vollen Betrag von {price} soeben erstattet, du musst nichts zurückschicken.",
          "Klar, auch reduzierte Ware nehmen wir zurück. Das Geld ist morgen auf deinem Konto, die Rücksendung ist natürlich kostenlos.",
        ],
        praise: ["Verständlich erklärt, danke", "~Hat geklappt!", "Freundlich und schnell 😊"],
        blame: ["1|Ich BIN beim Kundenservice, oder nicht?", "2|Englisch? Echt jetzt?"],
        grumble: ["3,95 € Rückporto find ich nicht mehr zeitgemäß"],
        betrayed: [
          "1|Mir wurde im Chat zugesagt, dass ich das Geld sofort bekomme. Jetzt heißt es 14 Tage nach Eingang. Das grenzt an Täuschung, den Chatverlauf habe ich gespeichert.",
          "2|„Natürlich kostenlos“, und dann werden 3,95 € abgezogen. So verliert man Kunden.",
          "~2|Reduzierte Ware geht angeblich zurück. Jetzt schreibt der Service: Umtausch ja, Geld nein. Danke für nichts.",
        ],
        wrong: "Promises the money at once and without a return. The help pages say 14 days after arrival.",
      },
    ],
  },
  {
    name: "groesse_de",
    topic: "products",
    language: "de",
    share: 3,
    about: ["jacket", "shoes", "knit"],
    sized: true,
    turns: [
      {
        ask: [
          "Fällt {product} eher klein aus? Trage sonst {size}",
          "Welche Größe soll ich bei {product} nehmen? Bin zwischen {size} und {otherSize}",
        ],
        help: ["sizes", "shoes"],
        good: [
          "Zwischen zwei Größen nimm lieber die größere. Jacken sind für eine Schicht darunter geschnitten, Stiefel fallen eine halbe Nummer kleiner aus. Ein Umtausch ist kostenlos.",
          "Bei Strick und Stiefeln die größere, bei Trailrunnern deine normale Größe. Passt es nicht, tauschen wir kostenlos um.",
        ],
        bad: [
          "Wir führen folgende Größen: {size}, {otherSize}.",
          "Please measure your chest at its widest point.",
        ],
        praise: ["~Passt perfekt, danke für den Tipp!", "Genau richtig", "gute Beratung"],
        blame: ["Keine Antwort auf meine Frage", "1|die Größen seh ich selber"],
        wrong: "Lists the sizes instead of advising.",
      },
    ],
  },
  {
    name: "配送状況",
    topic: "delivery",
    language: "ja",
    share: 5,
    turns: [
      {
        ask: [
          "注文番号{order}の商品がまだ届いていません。いつ届きますか？",
          "配送状況を教えてください。注文番号は{order}です。",
          "{product}を注文しましたが、日本にはいつ頃届きますか？関税もかかりますか？",
        ],
        help: ["abroad", "delivery"],
        tools: [
          {
            name: "track_parcel",
            arguments: { carrier: "{carrier}", tracking: "{tracking}" },
            result: {
              tracking: "{tracking}",
              events: [{ at: "{yesterday}", place: "成田", what: "customs clearance" }],
              expected: "{expected}",
            },
          },
        ],
        good: [
          "ご不便をおかけしております。お荷物（{tracking}）は昨日成田で通関手続きに入りました。通常2〜3日でお届けできる見込みです。日本への送料は14.90ユーロで、関税は配達時に配送業者へのお支払いとなります。",
          "お調べしました。現在、成田で通関中です。あと2〜3日ほどお待ちください。送料は一律14.90ユーロです。",
        ],
        bad: ["Your parcel is in transit.", "お客様の荷物はすでに配達済みです。ありがとうございました。"],
        praise: [
          "迅速なご回答ありがとうございます。助かりました。",
          "とても分かりやすかったです😊",
          "日本語でも丁寧で驚きました。",
        ],
        blame: [
          "2|届いていないのに「配達済み」と言われました。確認してください。",
          "1|日本語で質問しているのに英語で返ってきました。",
          "2|日本語が不自然で意味がよく分かりません。",
        ],
        grumble: ["回答は良いですが、配送が遅すぎます。", "関税が思ったより高かったです…"],
        wrong: "Says that the parcel was delivered, or answers in English. The tool says customs clearance.",
      },
    ],
  },
  {
    name: "返品",
    topic: "returns",
    language: "ja",
    share: 2,
    turns: [
      {
        ask: [
          "{product}のサイズが合わないので交換したいです。",
          "返品したいのですが、送料はこちらの負担ですか？注文{order}",
        ],
        help: ["returns", "refunds"],
        good: [
          "サイズ交換は無料です。「注文履歴」から返品ラベルを印刷してください。返品（返金）の場合は返送料3.95ユーロを差し引き、商品到着後14日以内にご返金いたします。",
          "30日以内で未使用・タグ付きであれば承ります。交換は無料、返金の場合は3.95ユーロを差し引かせていただきます。",
        ],
        bad: ["返品については返品ページをご覧ください。"],
        promise: [
          "もちろんです！返送は不要です。本日中に全額{price}をご返金いたしました。",
          "送料はすべて無料で、明日までに全額返金いたします。",
        ],
        praise: ["交換が無料で安心しました。", "丁寧な対応ありがとうございました🙏"],
        blame: ["ページを見ても分からないので質問しました。"],
        betrayed: [
          "1|全額返金済みと言われましたが、カード会社に確認しても入金がありません。嘘でしょうか。",
          "2|「送料無料」と案内されたのに差し引かれていました。とても残念です。",
        ],
        wrong:
          "Says that the full refund was made today. Nothing was refunded, and the help page says 14 days after arrival.",
      },
    ],
  },
  {
    name: "أين_طلبي",
    topic: "delivery",
    language: "ar",
    share: 4,
    turns: [
      {
        ask: [
          "مرحبا، أين طلبي رقم {order}؟ كان يجب أن يصل أمس",
          "متى يصل الطلب {order} لو سمحتم؟",
          "اشتريت {product} قبل أسبوع ولم يصل بعد، أين هو؟",
        ],
        help: ["delivery", "abroad"],
        tools: [
          {
            name: "track_parcel",
            arguments: { carrier: "{carrier}", tracking: "{tracking}" },
            result: {
              tracking: "{tracking}",
              events: [{ at: "{yesterday}", place: "{hub}", what: "arrived at sorting centre" }],
              expected: "{expected}",
            },
          },
        ],
        good: [
          "أهلاً بك! وصلت شحنتك أمس إلى مركز الفرز في {hub}، ومن المتوقع تسليمها خلال يومين. رقم التتبع: {tracking}. وإذا لم يتغير شيء حتى ذلك الحين فراسلني وسأفتح طلب بحث مع شركة الشحن.",
          "طلبك في الطريق. آخر تحديث كان أمس في {hub}، والتسليم المتوقع خلال يومي عمل.",
        ],
        bad: ["Orders arrive two to four working days later.", "تم تسليم طلبك. شكراً لتسوقك معنا!"],
        praise: ["شكراً جزيلاً، رد سريع وواضح", "ممتاز 👍🏽", "~وصل الطلب فعلاً بعد يومين، شكراً"],
        blame: [
          "1|كتبت بالعربية فلماذا الرد بالإنجليزية؟",
          "2|يقول إنه تم التسليم وأنا لم أستلم شيئاً!!",
          "لم يفهم سؤالي إطلاقاً",
        ],
        grumble: ["الرد جيد لكن التوصيل بطيء جداً"],
        wrong: "Says that the order was delivered, or answers in English.",
      },
    ],
  },
  {
    name: "استرجاع",
    topic: "returns",
    language: "ar",
    share: 2,
    turns: [
      {
        ask: ["أريد إرجاع {product} واسترداد المبلغ، الطلب {order}", "كم يستغرق استرداد المال؟"],
        help: ["returns", "refunds"],
        good: [
          "يمكنك الإرجاع خلال 30 يوماً من الاستلام إذا كان المنتج غير مستعمل وعليه البطاقة. اطبع الملصق من صفحة «طلباتي». تُخصم 3.95 يورو مقابل الشحن، ويعود المبلغ خلال 14 يوماً من وصول الطرد إلينا.",
        ],
        bad: ["يرجى مراجعة صفحة المساعدة."],
        promise: ["بالتأكيد! لقد أعدت لك المبلغ كاملاً {price} الآن ولا داعي لإرجاع المنتج."],
        praise: ["شرح واضح، شكراً لكم 🌹", "تمام"],
        blame: ["راجعتها قبل أن أكتب لكم!"],
        betrayed: [
          "قال لي إن المبلغ أُعيد كاملاً، ولم يصل شيء حتى الآن. هذا غير مقبول.",
          "وعدٌ بلا فائدة. خدمة العملاء قالت لا يوجد أي استرداد مسجل",
        ],
        wrong: "Says that the whole amount was paid back at once. No tool did so.",
      },
    ],
  },
  {
    name: "मेरा_ऑर्डर",
    topic: "delivery",
    language: "hi",
    share: 4,
    turns: [
      {
        ask: [
          "मेरा ऑर्डर {order} अभी तक नहीं आया है, कृपया बताइए कब आएगा?",
          "ऑर्डर {order} का स्टेटस क्या है",
          "mera parcel kahan hai? order number {order} hai, please check karo",
        ],
        help: ["delivery", "lost"],
        tools: [
          {
            name: "track_parcel",
            arguments: { carrier: "{carrier}", tracking: "{tracking}" },
            result: {
              tracking: "{tracking}",
              events: [{ at: "{yesterday}", place: "{hub}", what: "arrived at sorting centre" }],
              expected: "{expected}",
            },
          },
        ],
        good: [
          "नमस्ते! आपका पार्सल कल {hub} के सॉर्टिंग सेंटर पहुँच गया है और दो दिन में डिलीवर होने की उम्मीद है। ट्रैकिंग नंबर: {tracking}",
          "आपका पार्सल रास्ते में है। आखिरी स्कैन कल {hub} में हुआ था। अगर दो दिन में न पहुँचे तो मुझे बताइए, मैं खोज शुरू कर दूँगा।",
        ],
        bad: ["Please check My orders.", "आपका ऑर्डर डिलीवर हो चुका है।"],
        praise: ["बहुत जल्दी जवाब मिला, धन्यवाद 🙏", "bahut badhiya, thanks!", "साफ़ और सही जानकारी"],
        blame: [
          "1|मैंने हिंदी में पूछा था, जवाब अंग्रेज़ी में क्यों?",
          "2|delivered bol raha hai lekin mila hi nahi 😡",
          "कोई मदद नहीं मिली",
        ],
        grumble: ["jawab theek hai par delivery bahut slow hai"],
        wrong: "Says that the order was delivered, or answers in English.",
      },
    ],
  },
  {
    name: "भुगतान",
    topic: "payment",
    language: "hi",
    share: 2,
    turns: [
      {
        ask: [
          "पेमेंट फेल हो गया लेकिन पैसे कट गए, {price}",
          "do baar paise kat gaye order {order} ke liye, kya karun?",
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
          "घबराइए मत, भुगतान एक ही बार हुआ है। दूसरी राशि केवल बैंक का अस्थायी होल्ड है, जो छह दिन में अपने आप हट जाएगी।",
          "Payment ek hi baar hui hai. Doosri entry sirf ek hold hai, jo 6 din mein apne aap hat jayegi.",
        ],
        bad: ["कृपया अपने बैंक से संपर्क करें।"],
        praise: ["शुक्रिया, अब चिंता दूर हुई", "~hold hat gaya, thank you 😊"],
        blame: ["बैंक कहता है दुकान से पूछो, दुकान कहती है बैंक से पूछो!"],
        wrong: "The tool shows a hold that expires. The answer does not mention it.",
      },
    ],
  },
]
