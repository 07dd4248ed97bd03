import Foundation
import Wire

/// Reads shop folders: `products.jsonl`, `kb.jsonl` and, for judging, `questions.jsonl`.
///
/// One JSON object a line (UTF-8, empty lines are skipped); members that are not known are passed
/// over, so that a shop may keep notes of its own in the files.
package struct ShopReader: Sendable {
    package let limits: ShopLimits

    package init(limits: ShopLimits = .init()) { self.limits = limits }

    /// Reads products and entries of a folder. A folder without `products.jsonl` has no products.
    ///
    /// - Throws: ``ShopError`` with file and line.
    package func shop(folder: String) throws(ShopError) -> Shop {
        let products = try read("products.jsonl", in: folder, mayBeMissing: true)
        let entries = try read("kb.jsonl", in: folder, mayBeMissing: false)
        return try shop(products: products, entries: entries)
    }

    /// Reads the lines of viewers in a folder.
    package func questions(folder: String) throws(ShopError) -> [ShopQuestion] {
        try questions(read("questions.jsonl", in: folder, mayBeMissing: false))
    }

    /// Reads products and entries from the bytes of their files.
    package func shop(products: [UInt8], entries: [UInt8]) throws(ShopError) -> Shop {
        var shop = Shop()
        var productIDs: Set<String> = []
        var slots: Set<Int> = []
        try eachLine(of: products, "products.jsonl", countMax: limits.productsMax) {
            line throws(ShopError) in
            let product = try self.product(line)
            guard productIDs.insert(product.id).inserted else {
                throw line.error("the id \"\(product.id)\" is there twice", "give it another id")
            }
            if let slot = product.slot, !slots.insert(slot).inserted {
                throw line.error("slot \(slot) is taken twice", "give each product its own number")
            }
            shop.products.append(product)
        }
        var entryIDs: Set<String> = []
        try eachLine(of: entries, "kb.jsonl", countMax: limits.entriesMax) {
            line throws(ShopError) in
            let entry = try self.entry(line)
            guard entryIDs.insert(entry.id).inserted else {
                throw line.error("the id \"\(entry.id)\" is there twice", "give it another id")
            }
            if let product = entry.product, !productIDs.contains(product) {
                throw line.error(
                    "there is no product \"\(product)\"",
                    "add it to products.jsonl, or say null for the whole shop")
            }
            if try line.flag("approved") ?? true { shop.entries.append(entry) }
        }
        guard !shop.entries.isEmpty else {
            throw ShopError(
                file: "kb.jsonl", message: "there is no approved entry",
                remedy: "write one object a line")
        }
        return shop
    }

    /// Reads the lines of viewers from the bytes of their file.
    package func questions(_ bytes: [UInt8]) throws(ShopError) -> [ShopQuestion] {
        var questions: [ShopQuestion] = []
        var ids: Set<String> = []
        try eachLine(of: bytes, "questions.jsonl", countMax: limits.questionsMax) {
            line throws(ShopError) in
            let id = try line.text("id", bytesMax: limits.idBytesMax)
            guard ids.insert(id).inserted else {
                throw line.error("the id \"\(id)\" is there twice", "give it another id")
            }
            questions.append(
                ShopQuestion(
                    id: id, text: try line.text("text", bytesMax: limits.questionBytesMax),
                    onAir: try line.optionalText("on_air", bytesMax: limits.idBytesMax),
                    answers: try line.texts(
                        "answers", countMax: 100, bytesMax: limits.idBytesMax),
                    kind: try line.optionalText("kind", bytesMax: limits.idBytesMax) ?? ""))
        }
        return questions
    }

    // MARK: - Lines

    private func product(_ line: ShopLine) throws(ShopError) -> Shop.Product {
        let product = Shop.Product(
            id: try line.text("id", bytesMax: limits.idBytesMax), slot: try line.slot(),
            nameZh: try line.optionalText("name_zh", bytesMax: limits.nameBytesMax) ?? "",
            nameEn: try line.optionalText("name_en", bytesMax: limits.nameBytesMax) ?? "",
            category: try line.optionalText("category", bytesMax: limits.nameBytesMax) ?? "",
            nicknames: try line.texts(
                "nicknames", countMax: limits.nicknamesMax, bytesMax: limits.nameBytesMax))
        guard !product.nameZh.isEmpty || !product.nameEn.isEmpty else {
            throw line.error("the product has no name", "give it \"name_zh\" or \"name_en\"")
        }
        return product
    }

    private func entry(_ line: ShopLine) throws(ShopError) -> Shop.Entry {
        Shop.Entry(
            id: try line.text("id", bytesMax: limits.idBytesMax),
            product: try line.optionalText("product", bytesMax: limits.idBytesMax),
            category: try line.optionalText("category", bytesMax: limits.nameBytesMax) ?? "",
            language: try line.optionalText("lang", bytesMax: limits.idBytesMax) ?? "zh",
            question: try line.text("question", bytesMax: limits.questionBytesMax),
            answer: try line.text("answer", bytesMax: limits.answerBytesMax),
            version: try line.optionalText("version", bytesMax: limits.idBytesMax) ?? "",
            validity: try line.validity())
    }

    private func read(
        _ name: String, in folder: String, mayBeMissing: Bool
    ) throws(ShopError) -> [UInt8] {
        let path = folder + "/" + name
        guard FileManager.default.fileExists(atPath: path) else {
            if mayBeMissing { return [] }
            throw ShopError(
                file: name, message: "there is no such file in \(folder)",
                remedy: "a shop folder holds kb.jsonl, and products.jsonl if it has products")
        }
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
        guard size ?? 0 <= limits.fileBytesMax,
            let data = FileManager.default.contents(atPath: path)
        else {
            throw ShopError(
                file: name,
                message: "it cannot be read, or has more than "
                    + "\(limits.fileBytesMax) bytes",
                remedy: "see to its permissions, or write less")
        }
        return [UInt8](data)
    }

    private func eachLine(
        of bytes: [UInt8], _ file: String, countMax: Int,
        _ body: (ShopLine) throws(ShopError) -> Void
    ) throws(ShopError) {
        guard bytes.count <= limits.fileBytesMax else {
            throw ShopError(
                file: file, message: "it has more than \(limits.fileBytesMax) bytes",
                remedy: "write less")
        }
        var rest = bytes[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        var number = 0
        var count = 0
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
            let text = rest[rest.startIndex..<end]
            rest = rest[(end < rest.endIndex ? end + 1 : end)...]
            number += 1
            let isBlank = text.allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
            if isBlank { continue }
            count += 1
            guard count <= countMax else {
                throw ShopError(
                    file: file, line: number, message: "there are more than \(countMax) lines",
                    remedy: "split the shop, or leave out what nobody asks")
            }
            guard text.count <= limits.lineBytesMax else {
                throw ShopError(
                    file: file, line: number,
                    message: "the line has more than \(limits.lineBytesMax) bytes",
                    remedy: "one object a line; shorten the answer")
            }
            try body(ShopLine(file: file, number: number, bytes: Array(text)))
        }
    }
}

/// One line of a file of a shop.
struct ShopLine {
    let file: String
    let number: Int
    private let object: JSON

    init(file: String, number: Int, bytes: [UInt8]) throws(ShopError) {
        self.file = file
        self.number = number
        do throws(JSONError) {
            object = try JSON(parsing: bytes, limits: JSONLimits(depthMax: 8, membersMax: 1_000))
        } catch {
            throw ShopError(
                file: file, line: number,
                message: "column \(error.column) is no JSON (\(error.code))",
                remedy: "write one complete JSON object a line")
        }
        guard object.objectValue != nil else {
            throw ShopError(
                file: file, line: number, message: "this is no JSON object",
                remedy: "write one object a line, such as {\"id\": \"a1\", …}")
        }
    }

    func error(_ message: String, _ remedy: String) -> ShopError {
        ShopError(file: file, line: number, message: message, remedy: remedy)
    }

    func text(_ name: String, bytesMax: Int) throws(ShopError) -> String {
        guard let text = try optionalText(name, bytesMax: bytesMax), !text.isEmpty else {
            throw error("\"\(name)\" is missing or empty", "give it a text")
        }
        return text
    }

    func optionalText(_ name: String, bytesMax: Int) throws(ShopError) -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.stringValue else {
            throw error("\"\(name)\" is no text", "put it in quotation marks")
        }
        guard text.utf8.count <= bytesMax else {
            throw error("\"\(name)\" has more than \(bytesMax) bytes", "shorten it")
        }
        return text
    }

    func texts(_ name: String, countMax: Int, bytesMax: Int) throws(ShopError) -> [String] {
        guard let value = object[name], !value.isNull else { return [] }
        guard let items = value.arrayValue, items.count <= countMax else {
            throw error(
                "\"\(name)\" is no list of at most \(countMax)", "write [\"one\", \"two\"]")
        }
        var texts: [String] = []
        for item in items {
            guard let text = item.stringValue, !text.isEmpty, text.utf8.count <= bytesMax else {
                throw error(
                    "\"\(name)\" holds something else than texts of 1 to \(bytesMax) bytes",
                    "write [\"one\", \"two\"]")
            }
            texts.append(text)
        }
        return texts
    }

    func flag(_ name: String) throws(ShopError) -> Bool? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let flag = value.boolValue else {
            throw error("\"\(name)\" is not true or false", "write true or false")
        }
        return flag
    }

    /// Reads `valid_from` and `valid_until`; without them the entry always holds.
    func validity() throws(ShopError) -> Range<Int64> {
        let from = try time("valid_from") ?? .min
        let until = try time("valid_until") ?? .max
        guard from < until else {
            throw error("\"valid_until\" is not after \"valid_from\"", "exchange the two")
        }
        return from..<until
    }

    private func time(_ name: String) throws(ShopError) -> Int64? {
        guard let text = try optionalText(name, bytesMax: 40) else { return nil }
        guard let date = ISO8601DateFormatter().date(from: text) else {
            throw error(
                "\"\(name)\" is no time with a time zone",
                "write it as 2026-11-11T20:00:00+08:00")
        }
        return Int64(date.timeIntervalSince1970)
    }

    func slot() throws(ShopError) -> Int? {
        guard let value = object["slot"], !value.isNull else { return nil }
        guard let slot = value.integerValue, (1...9_999).contains(slot) else {
            throw error("\"slot\" is no integer from 1 to 9999", "write the number viewers say")
        }
        return Int(slot)
    }
}
