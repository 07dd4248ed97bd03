@testable import Rooms
import Testing

@Suite struct WordListTests {
    private func error(blocked: String = "", allowed: String = "") -> WordListError? {
        do {
            _ = try WordFilter(blocked: blocked, allowed: allowed)
            return nil
        } catch {
            return error
        }
    }

    @Test func `comments, empty lines, byte order mark and line ends are no words`() throws {
        let filter = try WordFilter(
            blocked: "\u{FEFF}# comment fool\r\n\r\n  # indented\n  rascal \r\n\n加微信")
        #expect(filter.firstMatch(in: "comment fool indented") == nil)
        #expect(filter.firstMatch(in: "rascal") == .init(word: "rascal", utf8Offset: 0))
        #expect(filter.firstMatch(in: "加微信")?.word == "加微信")
    }

    @Test func `a word has at most 64 characters`() {
        let text = { (count: Int) in String(repeating: "加", count: count) }
        #expect(error(blocked: "ok\n" + text(64)) == nil)
        #expect(
            error(blocked: "ok\n\n" + text(65))
                == WordListError(list: "blocked", line: 3, reason: .tooLong))
        let spaced = Array(repeating: "加", count: 33).joined(separator: " ")
        #expect(error(blocked: spaced)?.reason == .tooLong)
    }

    @Test func `a list has at most 10,000 words, twice the same counted once`() {
        let words = (0..<10_000).map { "word\($0)" }.joined(separator: "\n")
        #expect(error(blocked: words + "\nWORD7\n# end\n") == nil)
        #expect(
            error(allowed: words + "\nWORD7\none-more\n")
                == WordListError(list: "allowed", line: 10_002, reason: .tooMany))
    }

    @Test(arguments: ["-", "!!!", "\u{200B}\u{200D}", "🌹"])
    func `a line without a letter is an error`(line: String) {
        #expect(
            error(blocked: "ok\n\(line)")
                == WordListError(list: "blocked", line: 2, reason: .noLetters))
    }

    @Test(arguments: ["a", "7", "ａ", "é", "-a-"])
    func `a single letter is an error`(line: String) {
        #expect(error(blocked: line)?.reason == .singleLetter)
    }

    @Test func `a single ideograph is a word`() throws {
        #expect(try WordFilter(blocked: "草").firstMatch(in: "一草一木") != nil)
    }

    @Test func `errors name list and line`() {
        let reasons: [(WordListError.Reason, String)] = [
            (.tooLong, "is longer than 64 characters"), (.noLetters, "holds no letter or digit"),
            (.singleLetter, "is a single letter, which would block nearly everything"),
            (.tooMany, "is one word too many: at most 10000"),
        ]
        for (reason, text) in reasons {
            let error = WordListError(list: "blocked", line: 12, reason: reason)
            #expect("\(error)" == "line 12 of the list of blocked words \(text)")
        }
    }
}
