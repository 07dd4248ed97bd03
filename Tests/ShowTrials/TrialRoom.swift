import Wire

/// The room in which a trial plays: what is sold, what can be won, what can be asked.
enum TrialRoom {
    static let room = "teahouse"
    static let show = "trial"
    static let key = "a key that is only for trials, 0123456789"
    static let plugins = ["price-guess", "quiz", "lottery", "co-host", "faq-assistant"]

    /// In the order of the rounds of the price guess; no viewer ever says these numbers.
    static let prices: [(product: String, minor: Int64, shown: String)] = [
        ("oolong", 13_577, "135.77"), ("gaiwan", 93_417, "934.17"),
    ]
    static let phrase = "云上茶馆"
    /// The option that is right in every question of the quiz.
    static let right = "r"

    /// Units in the pools, more than is ever reserved: what is left over must stay.
    static func pools(_ plan: TrialPlan) -> [String: Int64] {
        [
            "guess": plan.guessWinners * 2 + 3, "first": plan.winners + 3,
            "second": plan.winners + 1,
            "bag": plan.winners + 4, "cash": plan.packets * 20 + 7, "quiz": plan.couponWinners + 5,
            "pot": 5_000 + 11,
        ]
    }

    static let lines = [
        "什么时候发货?", "可以退货吗?", "能开发票吗?", "怎么泡才好喝?", "When do you ship?",
        "这个多少钱?", "保质期多久?",
    ]

    static let chat = [
        "好香", "主播好", "来了来了", "nice", "已下单", "哈哈哈", "第一次来", "支持一下",
        "这个颜色好看", "前排",
    ]

    private static let entries: [JSON] = [
        entry("ship-zh", nil, "zh", "什么时候发货?", "下午3点前付款当天发出，之后次日发出。"),
        entry(
            "ship-en", nil, "en", "When do you ship?", "Orders paid before 3 pm leave the same day."
        ),
        entry("invoice-zh", nil, "zh", "能开发票吗?", "可以开电子发票，下单后3天内发到邮箱。"),
        entry("returns-zh", nil, "zh", "可以退货吗?", "未拆封7天内可退。"),
        entry("brew-zh", "oolong", "zh", "冻顶乌龙怎么泡?", "5克茶用95度水，第一泡40秒。"),
        entry("price-zh", "oolong", "zh", "冻顶乌龙多少钱?", "现价{price}。"),
    ]

    private static func entry(
        _ id: String, _ product: String?, _ language: String, _ question: String, _ answer: String
    ) -> JSON {
        [
            "id": .string(id), "product": product.map { .string($0) } ?? .null,
            "category": "shop", "lang": .string(language), "question": .string(question),
            "answer": .string(answer),
        ]
    }

    /// Writes the shop folder and the configuration; port 0 is any free one.
    static func prepare(_ folder: TrialFolder, _ plan: TrialPlan, port: UInt16) throws {
        func lines(_ objects: [JSON]) -> [UInt8] { objects.flatMap { $0.encoded() + [10] } }
        try folder.write(lines(entries), to: "shop/kb.jsonl")
        try folder.write(
            lines([
                [
                    "id": "oolong", "slot": 1, "name_zh": "冻顶乌龙", "name_en": "Oolong",
                    "category": "tea", "nicknames": ["乌龙", "oolong"],
                ],
                [
                    "id": "gaiwan", "slot": 2, "name_zh": "白瓷盖碗", "name_en": "Gaiwan",
                    "category": "ware", "nicknames": ["盖碗", "gaiwan"],
                ],
            ]), to: "shop/products.jsonl")
        try folder.write(configuration(plan, port: port).encoded(), to: "show.json")
    }

    private static func configuration(_ plan: TrialPlan, port: UInt16) -> JSON {
        let products: [JSON] = prices.map { product in
            [
                "id": .string(product.product),
                "title": ["zh": .string(product.product), "en": .string(product.product)],
                "currency": "CNY", "priceMinor": .integer(product.minor),
            ]
        }
        let pools = JSONObject(pools(plan).sorted { $0.key < $1.key }.map { ($0, .integer($1)) })
        let configs: [String: JSON] = [
            "price-guess": ["product": "oolong"],
            "quiz": ["questions": .array(questions("base", count: 1))],
        ]
        return [
            "listen": ["host": "127.0.0.1", "port": .integer(Int64(port))], "data": "data",
            "plugins": .string(plan.plugins), "lanes": 2, "drainSeconds": 30,
            "log": ["format": "json"], "replayOneIn": 10, "snapshotRecords": 300,
            "keys": [["kid": "first", "secret": .string(key)]],
            "limits": [
                "messageBurst": 100_000, "messagesPerSecond": 1_000, "byteBurst": 1_000_000_000,
                "joinsPerMinutePerAddress": 1_000_000, "connectionsPerAddress": 10_000,
            ],
            "rooms": [
                [
                    "id": .string(room), "title": ["zh": "云上茶馆", "en": "Tea house"],
                    "chatterPerSecondMax": 5,
                    "show": [
                        "id": .string(show), "products": .array(products),
                        "pools": .object(pools), "knowledge": ["folder": "shop"],
                        "plugins": .array(
                            plugins.map { ["id": .string($0), "config": configs[$0] ?? [:]] }),
                    ],
                ]
            ],
        ]
    }

    /// Questions whose right option is always the same; ids begin with a word, as no question is
    /// asked twice in a show.
    static func questions(_ word: String, count: Int) -> [JSON] {
        (1...count).map { number in
            [
                "id": .string("\(word)-\(number)"), "correct": .string(right),
                "text": ["zh": .string("第\(number)题"), "en": .string("Question \(number)")],
                "options": [
                    ["id": .string(right), "text": ["zh": "甲", "en": "One"]],
                    ["id": "w", "text": ["zh": "乙", "en": "Two"]],
                    ["id": "v", "text": ["zh": "丙", "en": "Three"]],
                ],
            ]
        }
    }
}
