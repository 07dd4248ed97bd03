import PluginContract
import Rooms
import Testing
import Wire

/// What a room passes on to plugins of what goes by.
@Suite struct HearingTests {
    private func house(chat: Bool = true, presence: Bool = true) -> House {
        var house = House({ $0.chatterPerSecondMax = 1 })
        house.room.hearing = (chat, presence)
        return house
    }

    private func heard(_ outputs: [RoomOutput]) -> [Utterance] {
        outputs.compactMap { if case .heard(let utterance) = $0 { utterance } else { nil } }
    }

    private func presence(_ outputs: [RoomOutput]) -> [String] {
        outputs.compactMap {
            guard case .presence(let person, let isHere) = $0 else { return nil }
            return (isHere ? "+" : "-") + person.user
        }
    }

    @Test func `Every danmaku that was taken is heard, also one that is not shown to all`() {
        var house = house()
        house.join(1, "ana", name: "Ana")
        house.ask(1, .say(text: "Hello"))
        #expect(
            heard(house.outputs) == [
                Utterance(
                    message: "m1", by: Person(user: "ana", name: "Ana", role: .viewer),
                    text: "Hello", letters: Array("hello".unicodeScalars.map(\.value)))
            ])
        for index in 1...20 {
            house.ask(1, .say(text: "\(index)"))
            #expect(heard(house.outputs).count == 1)
        }
        house.ask(1, .say(text: " "))
        #expect(heard(house.outputs).isEmpty)
    }

    @Test func `People come with their first connection and go with their last`() {
        var house = house()
        #expect(presence(house.join(1, "ana")) == ["+ana"])
        #expect(presence(house.join(2, "ana")) == [])
        #expect(presence(house.join(3, "bo")) == ["+bo"])
        #expect(presence(house.leave(1)) == [])
        #expect(presence(house.leave(2)) == ["-ana"])
        #expect(presence(house.leave(2)) == [])
        #expect(presence(house.join(4, "ana")) == ["+ana"])
    }

    @Test func `A ban is a going too`() {
        var house = house()
        house.join(1, "ana")
        house.join(2, "mei", role: .host)
        house.ask(2, .ban(user: "ana"))
        #expect(presence(house.outputs) == ["-ana"])
    }

    @Test func `Where nobody listens nothing is passed on`() {
        var house = house(chat: false, presence: false)
        #expect(presence(house.join(1, "ana")) == [])
        house.ask(1, .say(text: "Hello"))
        #expect(heard(house.outputs) == [])
        #expect(presence(house.leave(1)) == [])
    }

    @Test func `A danmaku that a plugin hides leaves the history`() {
        var house = house()
        house.join(1, "ana")
        house.ask(1, .say(text: "one"))
        house.ask(1, .say(text: "two"))
        var draft = Draft(source: "plugin:game", kind: "on_danmaku", event: .null)
        draft.afterwards = [.hide(message: "m1"), .hide(message: "m99")]
        house.commit(draft)
        house.join(2, "bo")
        let texts = house.welcome["history"]?.arrayValue?.compactMap { $0["text"]?.stringValue }
        #expect(texts == ["two"])
    }

    @Test func `A request of a plugin passes through when it is durable`() {
        var house = house()
        let request = HostRequest(id: 1, service: .webhook, parameters: [:], milliseconds: 5)
        let draft = Draft(
            source: "plugin:game", kind: "on_start", event: .null,
            afterwards: [.request(plugin: "game", request)])
        let passed = house.commit(draft).contains {
            if case .request("game", request) = $0 { true } else { false }
        }
        #expect(passed)
    }

    @Test func `Hosts configure a plugin, viewers do not`() {
        var house = house()
        house.join(1, "ana")
        house.join(2, "mei", role: .host)
        house.ask(2, .configure(plugin: "game", config: ["seconds": 5]))
        #expect(house.pluginRequests.map(\.action) == [.configure(config: ["seconds": 5])])
        house.ask(1, .configure(plugin: "game", config: [:]))
        #expect(house.pluginRequests.isEmpty)
    }

    @Test func `What hosts did is told to plugins, and who is muted or banned again later`() {
        var house = House()
        house.join(1, "mei", role: .host)
        house.join(2, "ana")
        house.join(3, "bo")
        house.ask(2, .say(text: "buy elsewhere"))
        var acts: [ModerationAct] = []
        let asked: [(UInt64, Command)] = [
            (1, .delete(message: "m1")), (1, .delete(message: "m1")),  // once
            (1, .mute(user: "ana", seconds: 60)), (1, .ban(user: "bo")), (1, .unban(user: "bo")),
            (1, .mute(user: "bo", seconds: 60)), (1, .unmute(user: "bo")),
            (2, .ban(user: "bo")),  // is not for viewers
        ]
        for (session, command) in asked {
            house.ask(session, command)
            for case .moderated(let act) in house.outputs { acts.append(act) }
        }
        let until = house.now + 60_000
        #expect(
            acts == [
                .deleted(message: "m1"), .muted(user: "ana", untilMilliseconds: until),
                .banned(user: "bo"), .unbanned(user: "bo"),
                .muted(user: "bo", untilMilliseconds: until), .unmuted(user: "bo"),
            ])
        #expect(house.room.standing == [.muted(user: "ana", untilMilliseconds: until)])
    }
}
