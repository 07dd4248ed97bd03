import PluginContract
import Rooms
import Testing
import Wire

@Suite struct RequestTests {
    /// Every command, who besides hosts and operators may send it, and whether it needs the journal.
    static let commands: [(Command, viewer: Bool, service: Bool, journaled: Bool)] = [
        (.say(text: "hello"), true, true, false),
        (.like(count: 7), true, true, false),
        (.ping, true, true, false),
        (.act(plugin: "game", name: "guess", value: 1), true, true, true),
        (.start(plugin: "game", config: [:]), false, false, true),
        (.stop(plugin: "game"), false, false, true),
        (.command(plugin: "game", name: "extend", value: 15), false, false, true),
        (.delete(message: "m1"), false, false, true),
        (.mute(user: "bo", seconds: 5), false, false, true),
        (.unmute(user: "bo"), false, false, true),
        (.ban(user: "bo"), false, false, true),
        (.unban(user: "bo"), false, false, true),
        (.pin(text: "hello"), false, false, true),
        (.unpin, false, false, true),
        (.slow(seconds: 5), false, false, true),
        (.publish(name: "sale", data: 1), false, true, true),
    ]

    private func house(_ role: Role) -> House {
        var house = House()
        house.join(1, "asker", role: role)
        house.join(2, "bo")
        house.ask(2, .say(text: "something to delete"))
        return house
    }

    @Test(arguments: Role.allCases)
    func `each role may do its own and nothing more`(role: Role) {
        for (command, viewer, service, _) in Self.commands {
            var house = house(role)
            let answer = house.ask(1, command)
            let isAllowed =
                switch role {
                case .viewer: viewer
                case .service: service
                case .host, .operator: true
                }
            #expect((answer.code == "FORBIDDEN") == !isAllowed, "\(command)")
            #expect(answer.isReply || !house.pluginRequests.isEmpty == isAllowed, "\(command)")
            if !isAllowed { #expect(house.outputs.count == 1) }
        }
    }

    @Test(arguments: Role.allCases)
    func `a back end may do what its role may, a viewer's token nothing`(role: Role) {
        for (command, _, service, _) in Self.commands {
            var house = house(.host)
            let answer = house.call("shop", role, command)
            let isAllowed =
                switch role {
                case .viewer: false
                case .service: service
                case .host, .operator: true
                }
            #expect((answer.code == "FORBIDDEN") == !isAllowed, "\(command)")
        }
    }

    @Test func `while the journal is away, what needs it is answered so`() {
        for (command, _, _, journaled) in Self.commands {
            var house = house(.host)
            house.room.refuseWrites(true)
            let answer = house.ask(1, command)
            #expect((answer.code == "UNAVAILABLE") == journaled, "\(command)")
            #expect(house.drafts.isEmpty && house.pluginRequests.isEmpty)
            house.room.refuseWrites(false)
            #expect(house.ask(1, .unpin).isReply)
        }
    }

    @Test func `a refusal for the role comes before one for the journal`() {
        var house = house(.viewer)
        house.room.refuseWrites(true)
        #expect(house.ask(1, .unpin).code == "FORBIDDEN")
    }

    @Test func `a ping tells the time`() {
        var house = house(.viewer)
        #expect(
            house.ask(1, .ping) == ["type": "reply", "id": "r2", "now": .integer(house.now)])
    }

    @Test func `requests for plugins pass on who asks and how to answer`() {
        var house = House()
        house.join(1, "mei", name: "Mei", role: .host)
        let table: [(Command, PluginRequest.Action)] = [
            (.act(plugin: "game", name: "guess", value: 4900), .act(name: "guess", value: 4900)),
            (.start(plugin: "game", config: ["s": 3]), .start(config: ["s": 3])),
            (.stop(plugin: "game"), .stop),
            (
                .command(plugin: "game", name: "extend", value: "x"),
                .command(name: "extend", value: "x")
            ),
        ]
        for (index, (command, action)) in table.enumerated() {
            #expect(house.ask(1, command) == .null)
            let request = house.pluginRequests.first
            #expect(request?.action == action)
            #expect(request?.plugin == "game")
            #expect(request?.by == Person(user: "mei", name: "Mei", role: .host))
            #expect(request?.session == SessionID(raw: 1))
            #expect(request?.requestID == "r\(index + 1)")
            #expect(house.outputs.count == 1)
        }
    }

    @Test func `an event of the shop is spoken when durable and answered with its offset`() {
        var house = House()
        house.join(1, "ana")
        house.commit(pluginDraft("one"))
        let reply = house.call("shop", .service, .publish(name: "sale", data: ["left": 20]))
        #expect(reply == ["type": "reply", "id": "c", "offset": 2])
        #expect(
            house.broadcasts == [
                [
                    "type": "event", "offset": 2, "name": "sale", "at": .integer(house.now),
                    "from": "shop", "data": ["left": 20],
                ]
            ])
    }

    @Test(arguments: [(true, 61_000), (true, nil), (false, 61_000)] as [(Bool, Int64?)])
    func `an event carries the moment of the picture where it is asked to, and there is one`(
        follows: Bool, picture: Int64?
    ) {
        var house = House()
        house.join(1, "ana")
        house.room.picture = picture
        _ = house.call("shop", .service, .publish(name: "sale", data: 1, followsPicture: follows))
        let mark = house.broadcasts.last?["picture"]
        if let picture, follows {
            #expect(
                mark == [
                    "at": .integer(picture), "since": .integer(house.now),
                    "waitMilliseconds": 3_000,
                ])
        } else {
            #expect(mark == nil)
        }
    }

    @Test(arguments: ["room", "plugin:game", "plugin:"])
    func `nobody publishes in the name of the room or of a plugin`(user: String) {
        var house = House()
        let answer = house.call(user, .service, .publish(name: "pinned", data: 1))
        #expect(answer.code == "FORBIDDEN")
        #expect(house.drafts.isEmpty)
    }

    @Test func `a banned back end is refused`() {
        var house = House()
        house.join(1, "mei", role: .host)
        house.join(2, "shop", role: .service)
        house.ask(1, .ban(user: "shop"))
        #expect(house.closes == [2: .banned])
        #expect(house.call("shop", .service, .publish(name: "x", data: 1)).code == "FORBIDDEN")
    }

    @Test func `roles belong to the connection and not to the person`() {
        var house = House()
        house.join(1, "mei", role: .host)
        house.join(2, "mei", role: .viewer)
        #expect(house.ask(2, .unpin).code == "FORBIDDEN")
        #expect(house.ask(1, .unpin).isReply)
    }

    @Test func `requests of sessions that left are ignored`() {
        var house = House()
        house.join(1, "mei", role: .host)
        house.leave(1)
        #expect(house.handle(.request(SessionID(raw: 1), id: "x", .unpin)).isEmpty)
    }

    @Test func `inputs of one batch are judged in order`() {
        var house = House()
        house.commitsAtOnce = false
        let guest = { (user: String, role: Role) in
            Guest(person: Person(user: user, name: user, role: role), requestID: "h")
        }
        house.handle(
            .join(SessionID(raw: 1), guest("mei", .host)),
            .join(SessionID(raw: 2), guest("bo", .viewer)),
            .request(SessionID(raw: 2), id: "a", .say(text: "one")),
            .request(SessionID(raw: 1), id: "b", .mute(user: "bo", seconds: 9)),
            .request(SessionID(raw: 2), id: "c", .say(text: "two")),
            .leave(SessionID(raw: 2)),
            .request(SessionID(raw: 2), id: "d", .ping))
        let answers = house.sent(to: 2).map { [$0["id"], $0["type"]] }
        #expect(answers == [["a", "reply"], ["c", "error"]])
        #expect(house.drafts.map(\.kind) == ["muted"])
    }
}
