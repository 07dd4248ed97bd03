import PluginContract
import Rooms
import Testing
import Wire

@Suite struct SayingTests {
    @Test func `a danmaku reaches everybody, the history, and its author as a reply`() {
        var house = House(messagePrefix: "k3")
        house.join(1, "ana", name: "Ana")
        let reply = house.ask(1, .say(text: "这个多少钱？"))
        #expect(
            reply == [
                "type": "reply", "id": "r1", "message": "mk3-1", "at": .integer(house.now),
            ])
        var danmaku: JSONObject = [
            "type": "danmaku", "message": "mk3-1", "user": "ana", "name": "Ana",
            "role": "viewer", "text": "这个多少钱？", "at": .integer(house.now),
        ]
        #expect(house.broadcasts == [.object(danmaku)])
        danmaku["type"] = nil
        house.join(2, "bo")
        #expect(house.welcome["history"] == [.object(danmaku)])
    }

    @Test func `the history keeps the newest, oldest first`() {
        var house = House { $0.historyCount = 3 }
        for index in 1...5 {
            house.join(UInt64(index), "user\(index)")
            house.ask(UInt64(index), .say(text: "text \(index)"))
        }
        house.join(9, "late")
        let texts = house.welcome["history"]?.arrayValue?.compactMap { $0["text"]?.stringValue }
        #expect(texts == ["text 3", "text 4", "text 5"])
    }

    @Test func `a history of none is empty`() {
        var house = House { $0.historyCount = 0 }
        house.join(1, "ana")
        #expect(house.ask(1, .say(text: "hello")).isReply)
        house.join(2, "bo")
        #expect(house.welcome["history"] == [])
    }

    @Test func `a danmaku has at most 100 characters as people count them`() {
        var house = House()
        house.join(1, "ana")
        #expect(house.ask(1, .say(text: String(repeating: "茶", count: 101))).code == "TOO_LONG")
        #expect(house.ask(1, .say(text: String(repeating: "茶", count: 100))).isReply)
        #expect(house.ask(1, .say(text: String(repeating: "👨‍👩‍👧‍👦", count: 100))).isReply)
        #expect(house.ask(1, .say(text: String(repeating: "a", count: 101))).code == "TOO_LONG")
        #expect(house.ask(1, .say(text: String(repeating: "a", count: 100))).isReply)
    }

    @Test func `a danmaku has at most eight code points a character`() {
        var house = House()
        house.join(1, "ana")
        let tower = "a" + String(repeating: "\u{302}", count: 799)
        #expect(house.ask(1, .say(text: tower)).isReply)
        #expect(house.ask(1, .say(text: tower + "\u{302}")).code == "TOO_LONG")
    }

    @Test(arguments: [
        "", " ", "\n\t", "\u{200B}\u{200D}", "\u{3000}", "\u{0}\u{7}", "\u{202E}", "\u{3164}",
    ])
    func `what shows nothing is empty`(text: String) {
        var house = House()
        house.join(1, "ana")
        #expect(house.ask(1, .say(text: text)).code == "EMPTY")
    }

    @Test(arguments: [
        ("  hello  ", "hello"), ("a\nb\tc", "a b c"), ("a\u{0}b\u{1B}[31m", "ab[31m"),
        ("a\u{202E}evil\u{2066}", "aevil"), ("\u{85}x\u{2028}y\u{9F}", "x y"),
        ("👩‍🚀 go", "👩‍🚀 go"), ("\u{7F}del", "del"), ("\u{3000}全角\u{3000}", "全角"),
        ("¢ “q”", "¢ “q”"), ("好\u{200B}香\u{2060}", "好香"), ("a\u{200F}b\u{061C}c", "abc"),
        ("\u{FEFF}x\u{AD}y\u{180E}", "xy"), ("a\u{200D}b", "ab"), ("❤️!", "❤️!"), ("茶\u{3164}", "茶"),
        ("\u{E0041}a", "a"),
    ])
    func `control characters and outer spaces are taken out`(text: String, clean: String) {
        var house = House()
        house.join(1, "ana")
        house.ask(1, .say(text: text))
        #expect(house.broadcasts.first?["text"] == .string(clean))
    }

    @Test func `slow mode holds viewers back and nobody else`() {
        var house = House { $0.slowSeconds = 5 }
        house.join(1, "ana")
        house.join(2, "bo")
        house.join(3, "mei", role: .host)
        #expect(house.ask(1, .say(text: "one")).isReply)
        house.advance(milliseconds: 4_999)
        let error = house.ask(1, .say(text: "two"))
        #expect(error.code == "SLOW_MODE")
        #expect(error.wait == 1)
        #expect(house.ask(2, .say(text: "two")).isReply)
        #expect(house.ask(3, .say(text: "one")).isReply)
        #expect(house.ask(3, .say(text: "two")).isReply)
        house.advance(milliseconds: 1)
        #expect(house.ask(1, .say(text: "two")).isReply)
    }

    @Test func `slow mode counts a person once on all devices and through reconnects`() {
        var house = House { $0.slowSeconds = 5 }
        house.join(1, "ana")
        house.ask(1, .say(text: "one"))
        house.join(2, "ana")
        house.leave(1)
        #expect(house.ask(2, .say(text: "two")).wait == 5_000)
    }

    @Test func `a refused danmaku does not count for slow mode`() {
        var house = House { $0.slowSeconds = 5 }
        house.join(1, "ana")
        #expect(house.ask(1, .say(text: "")).code == "EMPTY")
        #expect(house.ask(1, .say(text: "one")).isReply)
    }

    @Test func `a clock that is set back does not silence anybody`() {
        var house = House { $0.slowSeconds = 600 }
        house.join(1, "ana")
        house.ask(1, .say(text: "one"))
        house.advance(milliseconds: -3_600_000)
        #expect(house.ask(1, .say(text: "one")).isReply)
    }

    @Test func `the same text of the same person within 10 s is a duplicate`() {
        var house = House()
        house.join(1, "ana")
        house.join(2, "bo")
        house.ask(1, .say(text: "First Come!"))
        house.ask(1, .say(text: "other"))
        house.advance(milliseconds: 9_999)
        for text in ["First Come!", "ｆｉｒｓｔ　ｃｏｍｅ！", "first\u{200B} come !"] {
            let error = house.ask(1, .say(text: text))
            #expect(error.code == "DUPLICATE", "\(text)")
            #expect(error.wait == 1)
        }
        #expect(house.ask(1, .say(text: "First Come?")).isReply)
        #expect(house.ask(2, .say(text: "First Come!")).isReply)
        house.advance(milliseconds: 1)
        #expect(house.ask(1, .say(text: "First Come!")).isReply)
    }

    @Test func `sixteen texts of a person are remembered`() {
        var house = House()
        house.join(1, "ana")
        for index in 0..<16 { house.ask(1, .say(text: "text \(index)")) }
        #expect(house.ask(1, .say(text: "text 0")).code == "DUPLICATE")
        house.ask(1, .say(text: "text 16"))
        #expect(house.ask(1, .say(text: "text 1")).code == "DUPLICATE")
        #expect(house.ask(1, .say(text: "text 0")).isReply)
    }

    @Test func `a blocked word is refused, and what an allowed word excuses is not`() throws {
        let filter = try WordFilter(blocked: "加微信\ncunt", allowed: "scunthorpe")
        var house = House { $0.wordFilter = filter }
        house.join(1, "ana")
        house.join(2, "mei", role: .host)
        #expect(house.ask(1, .say(text: "请加 微-信")).code == "BLOCKED_WORD")
        #expect(house.ask(2, .say(text: "请加 微-信")).code == "BLOCKED_WORD")
        #expect(house.broadcasts.isEmpty)
        #expect(house.ask(1, .say(text: "Greetings from Scunthorpe")).isReply)
    }

    /// The texts that each of so many viewers gets of this step, be it as one of the audience or alone.
    private func heard(_ house: House, viewers: Int) -> [[String]] {
        (0..<viewers).map { viewer in
            house.outputs.compactMap { output -> String? in
                switch output {
                case .chatter(let bytes, let parts) where parts.contains(viewer % 4):
                    parsed(bytes)["text"]?.stringValue
                case .send(SessionID(raw: UInt64(viewer + 1)), let bytes):
                    parsed(bytes)["text"]?.stringValue
                default: nil
                }
            }
        }
    }

    @Test func `everybody gets everything up to so many danmaku a second`() {
        var house = House { $0.chatterPerSecondMax = 8 }
        for viewer in 0..<8 { house.join(UInt64(viewer + 1), "user\(viewer)") }
        for second in 0..<20 {
            for index in 0..<8 {
                house.ask(UInt64(index + 1), .say(text: "\(second)/\(index)"))
                #expect(
                    heard(house, viewers: 8) == Array(repeating: ["\(second)/\(index)"], count: 8))
            }
            house.advance(milliseconds: 1_000)
        }
        #expect(house.room.chatterSampledCount == 0)
    }

    @Test(arguments: [3, 30]) func `beyond that viewers get different ones, and their own always`(
        perSecond: Int
    ) {
        var house = House { $0.chatterPerSecondMax = perSecond }
        for viewer in 0..<8 { house.join(UInt64(viewer + 1), "user\(viewer)") }
        var got: [Set<String>] = Array(repeating: [], count: 8)
        var said: Set<String> = []
        let count = perSecond * 40
        for index in 0..<count {
            let author = (index * 5 + index / 7) % 8
            house.ask(UInt64(author + 1), .say(text: "text \(index)"))
            said.insert("text \(index)")
            for (viewer, texts) in heard(house, viewers: 8).enumerated() {
                #expect(texts.count <= 1, "nothing comes twice")
                if viewer == author {
                    #expect(texts == ["text \(index)"])
                } else {
                    got[viewer].formUnion(texts)
                }
            }
            house.advance(milliseconds: 100 / Int64(perSecond) + (index.isMultiple(of: 2) ? 0 : 1))
        }
        // Ten times as many as can be read: each viewer gets its share and no more.
        let seconds = Double(house.now - House().now) / 1_000
        for texts in got {
            #expect(Double(texts.count) <= Double(perSecond) * (seconds + 2))
            #expect(Double(texts.count) >= Double(perSecond) * seconds * 0.7)
        }
        // The parts of the audience see little in common, and together about four times as many.
        let together = got.reduce(Set<String>()) { $0.union($1) }
        #expect(together.count > got[0].count * 3)
        #expect(got[0].intersection(got[1]).count < got[0].count / 2)
        #expect(house.room.chatterSampledCount > 0)
        house.join(9, "late")
        let history = house.welcome["history"]?.arrayValue?.compactMap { $0["text"]?.stringValue }
        #expect(history == (count - 50..<count).map { "text \($0)" })
    }

    @Test func `the audience is dealt into parts in turn, and somebody's devices are in one`() {
        var house = House()
        var parts: [Int] = []
        for (session, user) in ["ana", "ben", "cui", "dan", "eve", "ana"].enumerated() {
            for case .admit(_, _, let part, _, _) in house.join(UInt64(session + 1), user) {
                parts.append(part)
            }
        }
        #expect(parts == [0, 1, 2, 3, 0, 0])
    }

    @Test func `one's own danmaku comes to all one's devices, once`() {
        var house = House { $0.chatterPerSecondMax = 1 }
        house.join(1, "ana")
        house.join(2, "ana")
        for index in 0..<12 {
            house.ask(1, .say(text: "text \(index)"))
            var direct: [UInt64: Int] = [:]
            var isShared = false
            for output in house.outputs {
                switch output {
                case .chatter(_, let parts): isShared = parts.contains(0)
                case .send(let session, let bytes) where parsed(bytes)["type"] == "danmaku":
                    direct[session.raw, default: 0] += 1
                default: break
                }
            }
            #expect(direct == (isShared ? [:] : [1: 1, 2: 1]), "text \(index)")
        }
    }

    @Test func `a danmaku of the host is never left out`() {
        var house = House { $0.chatterPerSecondMax = 1 }
        house.join(1, "mei", role: .host)
        for index in 0..<3 {
            house.ask(1, .say(text: "text \(index)"))
            #expect(house.broadcasts.count == 1)
        }
    }

    @Test func `message ids differ from start to start and never come twice`() {
        var ids: Set<String> = []
        for prefix in ["a", "a1", "b"] {
            var house = House(messagePrefix: prefix)
            house.join(1, "ana")
            for index in 0..<20 {
                let id = house.ask(1, .say(text: "text \(index)"))["message"]?.stringValue
                #expect(ids.insert(id ?? "").inserted)
            }
        }
    }

    @Test func `speaking needs no journal`() {
        var house = House()
        house.join(1, "ana")
        house.room.refuseWrites(true)
        #expect(house.ask(1, .say(text: "still here")).isReply)
    }

    @Test func `whoever is forgotten starts with a clean sheet`() {
        var house = House {
            $0.slowSeconds = 600
            $0.sessionsMax = 1
            $0.staffSessionsExtra = 0
            $0.seenMax = 2
        }
        house.join(1, "ana")
        house.ask(1, .say(text: "one"))
        house.leave(1)
        house.join(2, "bo")
        house.leave(2)
        house.join(3, "cy")
        #expect(house.ask(3, .say(text: "one")).isReply)
    }
}
