import Foundation
import PluginContract
import Rooms
import Testing
import Wire

/// Compares what a room writes with the examples of `SDK-docs/protocol.md`.
@Suite struct ProtocolExampleTests {
    /// Every example of a kind of message, in the order of the page.
    private func examples(_ type: String) throws -> [JSON] {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../SDK-docs/protocol.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        return text.components(separatedBy: "```json server \(type)\n").dropFirst().map {
            parsed(Array($0.prefix { $0 != "\n" }.utf8))
        }
    }

    private func event(_ offset: Int) -> Draft { pluginDraft("e\(offset)") }

    @Test func `welcome is written as in the example`() throws {
        let example = try #require(try examples("welcome").first)
        var house = House({ $0.historyCount = 1 }, epoch: "5f0c9a1e")
        for offset in 1...41 { house.commit(event(offset)) }
        for index in 1...126 { house.join(UInt64(index), "user\(index)") }
        for index in 127...138 { house.join(UInt64(index), "user1") }
        house.now = 1_795_363_190_000
        house.join(139, "bo", name: "Bo")
        for index in 1...16 { house.ask(139, .say(text: "text \(index)")) }
        house.ask(139, .say(text: "好香"))
        house.ask(139, .like(count: 9_120))
        house.room.setState(
            key: "plugins",
            value: [
                "price-guess": [
                    "status": "running", "title": ["zh": "猜价格", "en": "Price guess"],
                    "version": "1.0.0",
                ]
            ], audience: .everyone, into: &house.outputs)
        house.now = 1_795_363_200_000
        let guest = Guest(
            person: Person(user: "ana", name: "Ana", role: .viewer), requestID: "1",
            recover: ("5f0c9a1e", 41))
        house.handle(.join(SessionID(raw: 140), guest))
        #expect(house.welcome == example)
    }

    @Test func `replies are written as in the examples`() throws {
        let replies = try examples("reply")
        // The last, to `watch`, is held against a real server by WatchOverSocketsTests.
        #expect(replies.count == 5)
        var house = House()
        house.join(1, "shop", role: .service)
        for index in 1...17 {
            let id = "\(index)"
            house.handle(.request(SessionID(raw: 1), id: id, .say(text: "text \(index)")))
        }
        for offset in 1...43 { house.commit(event(offset)) }
        house.now = 1_795_363_201_000
        house.handle(.request(SessionID(raw: 1), id: "2", .say(text: "这个多少钱？")))
        #expect(house.sent(to: 1) == [replies[0]])
        let accepted = Afterwards.reply(
            to: SessionID(raw: 1), id: "4",
            fields: ["accepted": true, "value": 4900, "position": 107])
        house.commit(pluginDraft(afterwards: [accepted]))
        #expect(house.sent(to: 1) == [replies[1]])
        house.now += 5
        house.handle(.request(SessionID(raw: 1), id: "5", .ping))
        #expect(house.sent(to: 1) == [replies[2]])
        house.now = 1_795_363_202_000
        house.handle(
            .request(
                SessionID(raw: 1), id: "17",
                .publish(name: "flash-sale", data: ["product": "oolong", "left": 20])))
        #expect(house.sent(to: 1) == [replies[3]])
        let events = try examples("event")
        #expect(house.broadcasts == [try #require(events.first)])
        house.room.picture = 61_233
        house.handle(
            .request(
                SessionID(raw: 1), id: "18",
                .publish(
                    name: "flash-sale", data: ["product": "oolong", "left": 20],
                    followsPicture: true)))
        #expect(house.broadcasts == [events[1]])
    }

    @Test func `danmaku and presence are written as in the examples`() throws {
        var house = House()
        house.now = 1_795_363_201_000
        for index in 1...128 { house.join(UInt64(index), "user\(index)") }
        for index in 129...140 { house.join(UInt64(index), "user1") }
        for index in 1...17 { house.ask(UInt64(index), .say(text: "text")) }
        house.join(141, "ana", name: "Ana")
        house.ask(141, .say(text: "这个多少钱？"))
        #expect(house.broadcasts == (try examples("danmaku")))
        house.tick()
        let presence = house.broadcasts
        house.handle(.speaking(SpeakingLevel(plugin: "co-host", seat: 2, level: 37)))
        house.tick()
        #expect(house.broadcasts == (try examples("speaking")))
        #expect(presence == (try examples("state").prefix(1).map(\.self)))
    }

    @Test func `the list of muted and banned people is written as in the example`() throws {
        let examples = try examples("state")
        let example = try #require(examples.first { $0["key"] == "moderation" })
        var house = House()
        house.join(1, "mei", role: .host)
        house.join(2, "ana", name: "Ana")
        house.join(3, "bo", name: "Bo")
        house.tick()
        house.now = 1_795_363_202_000
        house.ask(1, .mute(user: "ana", seconds: 300))
        house.ask(1, .ban(user: "bo"))
        house.advance(milliseconds: 250)
        house.tick()
        let told = house.outputs.compactMap {
            if case .state("moderation", let bytes, _) = $0 { parsed(bytes) } else { nil }
        }
        #expect(told == [example])
    }

    @Test func `an error is written as in the example`() throws {
        var house = House { $0.slowSeconds = 5 }
        house.join(1, "ana")
        house.ask(1, .say(text: "one"))
        house.advance(milliseconds: 1_000)
        house.handle(.request(SessionID(raw: 1), id: "2", .say(text: "two")))
        #expect(house.sent(to: 1) == (try examples("error")))
    }
}
