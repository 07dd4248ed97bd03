/// Why a shop folder cannot be used: where, what, and what to do about it.
package struct ShopError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file's name, such as `kb.jsonl`.
    package var file: String
    /// From 1; 0 for the file as a whole.
    package var line: Int
    package var message: String
    package var remedy: String

    package init(file: String, line: Int = 0, message: String, remedy: String) {
        self.file = file
        self.line = line
        self.message = message
        self.remedy = remedy
    }

    package var description: String {
        "\(file)\(line > 0 ? ":\(line)" : ""): \(message); \(remedy)"
    }
}

/// How large a shop may be.
package struct ShopLimits: Sendable, Equatable {
    package var fileBytesMax = 16 << 20
    package var lineBytesMax = 16 << 10
    package var productsMax = 1_000
    package var entriesMax = 5_000
    package var questionsMax = 100_000
    /// Of an id, in UTF-8 bytes.
    package var idBytesMax = 64
    /// Of a name or nickname, in UTF-8 bytes.
    package var nameBytesMax = 256
    package var nicknamesMax = 32
    /// Of an entry's question or a viewer's line, in UTF-8 bytes.
    package var questionBytesMax = 1_024
    /// Of an entry's answer, in UTF-8 bytes.
    package var answerBytesMax = 4_096

    package init() {}
}
