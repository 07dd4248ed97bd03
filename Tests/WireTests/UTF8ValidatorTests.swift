import Testing
import Wire

@Suite struct UTF8ValidatorTests {
    /// How many bytes can be fed one by one before one is refused.
    private func accepted(_ bytes: [UInt8]) -> (count: Int, isComplete: Bool) {
        var validator = UTF8Validator()
        for (count, byte) in bytes.enumerated() {
            guard feed([byte], &validator) else { return (count, false) }
        }
        return (bytes.count, validator.isComplete)
    }

    private func feed(_ bytes: [UInt8], _ validator: inout UTF8Validator) -> Bool {
        bytes.withUnsafeBytes { validator.feed($0) }
    }

    /// Bytes, how many of them could begin a text, and whether they are a whole one.
    static let table: [([UInt8], Int, Bool)] = [
        ([], 0, true), ([0x00], 1, true), ([0x7F], 1, true), ([0x80], 0, false), ([0xBF], 0, false),
        ([0xC0, 0x80], 0, false), ([0xC1, 0xBF], 0, false), ([0xC2, 0x80], 2, true),
        ([0xDF, 0xBF], 2, true),
        ([0xC2, 0x7F], 1, false), ([0xC2, 0xC0], 1, false), ([0xC2], 1, false),
        ([0xE0, 0x9F], 1, false), ([0xE0, 0xA0, 0x80], 3, true), ([0xE0, 0xA0], 2, false),
        ([0xED, 0x9F, 0xBF], 3, true), ([0xED, 0xA0, 0x80], 1, false),
        ([0xEE, 0x80, 0x80], 3, true),
        ([0xEF, 0xBF, 0xBF], 3, true), ([0xE8, 0x8C, 0x28], 2, false),
        ([0xF0, 0x8F, 0xBF, 0xBF], 1, false), ([0xF0, 0x90, 0x80, 0x80], 4, true),
        ([0xF0, 0x9F, 0x8D], 3, false), ([0xF4, 0x8F, 0xBF, 0xBF], 4, true),
        ([0xF4, 0x90], 1, false),
        ([0xF5], 0, false), ([0xFE], 0, false), ([0xFF], 0, false),
        (Array("茶馆 ABCDEFGHIJKL 🍵".utf8), 24, true),
    ]

    @Test(arguments: table) func `The first impossible byte is refused`(
        bytes: [UInt8], count: Int, isComplete: Bool
    ) {
        #expect(accepted(bytes) == (count, isComplete))
        // The same behind and before enough ASCII to be read by words.
        let ascii = [UInt8](repeating: 0x61, count: 11)
        for before in 0...11 {
            let text = ascii.prefix(before) + bytes
            var validator = UTF8Validator()
            #expect(feed(Array(text), &validator) == (count == bytes.count))
            #expect(validator.isComplete == isComplete)
            #expect(
                (ascii.prefix(before) + bytes + ascii).withUnsafeBytes(UTF8Validator.isValid)
                    == isComplete)
        }
    }

    @Test func `After an impossible byte nothing is accepted`() {
        var validator = UTF8Validator()
        #expect(!feed([0xFF], &validator))
        #expect(!feed([0x61], &validator))
        #expect(!feed([], &validator))
        #expect(!validator.isComplete)
    }

    @Test func `It agrees with the standard library, however the bytes are cut`() {
        Fuzzing.run("UTF-8", rounds: 3000) { random in
            var bytes = Array(random.text(24).utf8)
            if random.chance(2) {
                bytes = random.mutated(
                    bytes,
                    alphabet: [0x61, 0x80, 0xBF, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0x8F, 0x90, 0xA0])
            }
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            #expect(bytes.withUnsafeBytes(UTF8Validator.isValid) == isValid, "\(bytes)")
            var validator = UTF8Validator()
            let pieces = random.pieces(bytes)
            let isPossible = pieces.allSatisfy { feed($0, &validator) }
            #expect((isPossible && validator.isComplete) == isValid, "\(pieces)")
            #expect(isPossible == (accepted(bytes).count == bytes.count), "\(pieces)")
        }
    }
}
