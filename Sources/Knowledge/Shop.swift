import Cryptography

/// What a shop has written down for its viewers: products, and entries of questions and answers.
package struct Shop: Sendable, Equatable {
    /// One product of the show.
    package struct Product: Sendable, Equatable {
        package var id: String
        /// The number viewers call it by ("3号链接"); nil when it has none.
        package var slot: Int?
        package var nameZh: String
        package var nameEn: String
        package var category: String
        package var nicknames: [String]

        package init(
            id: String, slot: Int? = nil, nameZh: String = "", nameEn: String = "",
            category: String = "", nicknames: [String] = []
        ) {
            self.id = id
            self.slot = slot
            self.nameZh = nameZh
            self.nameEn = nameEn
            self.category = category
            self.nicknames = nicknames
        }
    }

    /// One question with the answer that the merchant approved.
    package struct Entry: Sendable, Equatable {
        package var id: String
        /// The product it is about; nil means the whole shop.
        package var product: String?
        package var category: String
        package var language: String
        package var question: String
        package var answer: String
        /// Names these texts: what the shop calls them, else eight digits of their digest.
        package var version: String
        /// When the answer holds, in seconds since 1970.
        package var validity: Range<Int64>

        /// Makes an entry; an empty version stands for the digest of the texts.
        package init(
            id: String, product: String? = nil, category: String = "", language: String = "zh",
            question: String, answer: String, version: String = "",
            validity: Range<Int64> = Int64.min..<Int64.max
        ) {
            self.id = id
            self.product = product
            self.category = category
            self.language = language
            self.question = question
            self.answer = answer
            self.version =
                version.isEmpty
                ? Shop.digest([product ?? "", language, question, answer], digits: 8) : version
            self.validity = validity
        }
    }

    package var products: [Product]
    package var entries: [Entry]

    package init(products: [Product] = [], entries: [Entry] = []) {
        self.products = products
        self.entries = entries
    }

    /// Names everything that is written down: another text, product or time gives another edition.
    package var edition: String {
        let entries = entries.flatMap { entry in
            [
                entry.id, entry.version, entry.product ?? "", entry.category, entry.language,
                entry.question, entry.answer, "\(entry.validity)",
            ]
        }
        let products = products.flatMap { product in
            [
                product.id, product.slot.map(String.init) ?? "", product.nameZh, product.nameEn,
                product.category,
            ] + product.nicknames
        }
        return Self.digest(entries + ["", ""] + products, digits: 12)
    }

    fileprivate static func digest(_ texts: [String], digits: Int) -> String {
        var bytes: [UInt8] = []
        for text in texts { bytes += Array("\(text.utf8.count):".utf8) + Array(text.utf8) }
        return String(Digest.hex(Digest.sha256(bytes)).prefix(digits))
    }

    /// The product of an id.
    package func product(_ id: String) -> Product? { products.first { $0.id == id } }
}

/// One line of a viewer with what should be done about it, for fitting and for judging.
package struct ShopQuestion: Sendable, Equatable {
    package var id: String
    package var text: String
    /// The product being explained when the line was sent.
    package var onAir: String?
    /// Entries that count as right; empty means that it must not be answered.
    package var answers: [String]
    /// `answer`, `unanswerable`, `chitchat`, `injection`, `complaint`, `price` or `order`.
    package var kind: String

    package init(
        id: String, text: String, onAir: String? = nil, answers: [String] = [], kind: String = ""
    ) {
        self.id = id
        self.text = text
        self.onAir = onAir
        self.answers = answers
        self.kind = kind
    }
}
