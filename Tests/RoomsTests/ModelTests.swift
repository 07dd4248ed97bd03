import Clockwork
import PluginContract
import Rooms
import Testing
import Wire

/// A client that does what protocol.md asks of one, and complains when the server does not.
private struct Client {
    var person: Person
    var session: UInt64 = 0
    var isConnected = false
    var epoch = ""
    var offset: Int64 = 0
    var states: [String: JSON] = [:]
    /// Names and offsets of events, from the last fresh start.
    var events: [JSON] = []
    var isStaff: Bool { person.role.isStaff }

    mutating func welcome(_ welcome: JSON, asked: (epoch: String, offset: Int64)?) {
        isConnected = true
        epoch = welcome["epoch"]?.stringValue ?? ""
        let offset = welcome["offset"]?.integerValue ?? -1
        if welcome["recovered"] == true {
            #expect(asked?.epoch == epoch)
            #expect(offset == self.offset, "the stream goes on elsewhere than it broke off")
        } else {
            events = []
        }
        self.offset = offset
        states = [:]
        for member in welcome["states"]?.objectValue?.members ?? [] {
            states[member.name] = member.value
        }
    }

    mutating func receive(_ bytes: [UInt8]) {
        let message = parsed(bytes)
        switch message["type"]?.stringValue {
        case "event":
            #expect(message["offset"] == .integer(offset + 1), "a gap in the events")
            offset += 1
            events.append(message)
        case "state":
            let value = message["value"] ?? .null
            let key = message["key"]?.stringValue ?? ""
            if value.isNull { states.removeValue(forKey: key) } else { states[key] = value }
        default: break
        }
    }
}

/// A room, its journal and its clients, played at random.
private struct Play {
    var random: SeededRandom
    var room: Room
    var settings = RoomSettings(id: "teahouse", title: [:])
    var now: Int64 = 1_795_363_200_000
    var clients: [Client] = []
    var pending: [Draft] = []
    /// Of the journal: what was committed, with its time.
    var records: [(draft: Draft, at: Int64)] = []
    /// The state values that are not journaled, which the shell sets again after a restart.
    var setStates: [(key: String, value: JSON, audience: Audience)] = []
    var spoken: [(offset: Int64, message: [UInt8])] = []
    var nextSession: UInt64 = 0
    var recoveries = 0
    var freshStarts = 0

    init(random: SeededRandom) {
        self.random = random
        settings.eventsKept = 12
        settings.sessionsMax = 9
        room = Room(
            settings: settings, epoch: "e", show: "s", beganAtMilliseconds: now,
            messagePrefix: "0")
        // The first two never leave; the third is the first one's second device.
        for (user, role) in [
            ("mei", Role.host), ("ana", .viewer), ("ana", .viewer), ("bo", .viewer),
            ("cy", .viewer), ("lu", .operator), ("bo", .viewer),
        ] {
            clients.append(Client(person: Person(user: user, name: user, role: role)))
        }
        for index in clients.indices { connect(index) }
    }

    mutating func perform(_ outputs: [RoomOutput], joining: Int? = nil) {
        for output in outputs {
            switch output {
            case .admit(let session, let staff, _, let welcome, let missed):
                guard let joining, clients[joining].session == session.raw else {
                    Issue.record("admitted somebody who did not ask")
                    continue
                }
                let client = clients[joining]
                #expect(staff == client.isStaff)
                let asked = client.epoch.isEmpty ? nil : (client.epoch, client.offset)
                clients[joining].welcome(parsed(welcome), asked: asked)
                if parsed(welcome)["recovered"] == true {
                    recoveries += 1
                } else {
                    freshStarts += 1
                }
                for message in missed { clients[joining].receive(message) }
                #expect(clients[joining].offset == room.offset)
            case .send(let session, let bytes):
                for index in clients.indices where clients[index].session == session.raw {
                    clients[index].receive(bytes)
                }
            case .event(let bytes):
                spoken.append((Int64(spoken.count + 1), bytes))
                for index in clients.indices where clients[index].isConnected {
                    clients[index].receive(bytes)
                }
            case .state(_, let bytes, let staffOnly):
                for index in clients.indices
                where clients[index].isConnected && (clients[index].isStaff || !staffOnly) {
                    clients[index].receive(bytes)
                }
            case .close(let session, _), .refuse(let session, _, _, _):
                for index in clients.indices where clients[index].session == session.raw {
                    clients[index].isConnected = false
                }
            case .draft(let draft): pending.append(draft)
            case .chatter, .plugin, .heard, .presence, .media, .moderated, .request: break
            }
        }
    }

    mutating func handle(_ inputs: [RoomInput], joining: Int? = nil) {
        var outputs: [RoomOutput] = []
        room.handle(inputs, nowMilliseconds: now, into: &outputs)
        perform(outputs, joining: joining)
    }

    mutating func connect(_ index: Int) {
        nextSession += 1
        let client = clients[index]
        clients[index].session = nextSession
        let recover = client.epoch.isEmpty ? nil : (epoch: client.epoch, offset: client.offset)
        let guest = Guest(person: client.person, requestID: "h", recover: recover)
        handle([.join(SessionID(raw: nextSession), guest)], joining: index)
    }

    mutating func disconnect(_ index: Int) {
        clients[index].isConnected = false
        handle([.leave(SessionID(raw: clients[index].session))])
    }

    mutating func ask(_ index: Int, _ command: Command) {
        handle([.request(SessionID(raw: clients[index].session), id: "r", command)])
    }

    mutating func commit(_ count: Int) {
        for _ in 0..<min(count, pending.count) {
            let draft = pending.removeFirst()
            records.append((draft, now))
            for case .state(let key, let value, let audience) in draft.afterwards {
                setStates.append((key, value, audience))
            }
            var outputs: [RoomOutput] = []
            room.committed(draft, nowMilliseconds: now, into: &outputs)
            perform(outputs)
        }
    }

    /// Kills the server: what was not committed is lost, everybody is thrown out.
    mutating func restart() {
        pending = []
        room = Room(
            settings: settings, epoch: "e", show: "s", beganAtMilliseconds: now,
            messagePrefix: String(nextSession))
        var offset: Int64 = 0
        var events: [(offset: Int64, message: [UInt8])] = []
        for (draft, at) in records {
            if draft.source == "room" { room.recover(kind: draft.kind, event: draft.event) }
            for event in draft.events {
                offset += 1
                let bytes = Room.eventMessage(event, offset: offset, atMilliseconds: at)
                #expect(bytes == spoken[Int(offset - 1)].message)
                events.append((offset, bytes))
            }
        }
        room.recover(events: events, lastOffset: offset)
        var outputs: [RoomOutput] = []
        for (key, value, audience) in setStates {
            room.setState(key: key, value: value, audience: audience, into: &outputs)
        }
        for index in clients.indices { clients[index].isConnected = false }
        for index in clients.indices { connect(index) }
    }

    mutating func step() {
        now += Int64.random(in: 0...2_000, using: &random)
        let index = Int.random(in: 0..<clients.count, using: &random)
        let number = Int.random(in: 0...9, using: &random)
        let users = ["ana", "bo", "cy", "mei", "nobody"]
        let user = users.randomElement(using: &random) ?? "ana"
        switch Int.random(in: 0...99, using: &random) {
        case 0..<18:
            // The first two are the observers that never leave of their own accord.
            guard index > 1 else { break }
            if clients[index].isConnected { disconnect(index) } else { connect(index) }
        case 18..<30: ask(index, .say(text: "text \(number)"))
        case 30..<40: ask(index, .like(count: 1 + number))
        case 40..<48: ask(0, .pin(text: "text \(number)"))
        case 48..<50: ask(0, .unpin)
        case 50..<53: ask(0, .slow(seconds: Int64(number)))
        case 53..<56: ask(0, .mute(user: user, seconds: Int64(number)))
        case 56..<57: if user != "ana" { ask(0, .ban(user: user)) }
        case 57..<60: ask(0, .unban(user: user))
        case 60..<64: ask(0, .publish(name: "n\(number)", data: .integer(now)))
        case 64..<74: pluginDraft(number, user)
        case 74..<90: commit(1 + number / 2)
        case 90..<98:
            var outputs: [RoomOutput] = []
            room.tick(nowMilliseconds: now, into: &outputs)
            perform(outputs)
        default: restart()
        }
    }

    private mutating func pluginDraft(_ number: Int, _ user: String) {
        let values: [JSON] = [.null, .integer(Int64(number)), ["now": .integer(now)]]
        let value = values.randomElement(using: &random) ?? .null
        let audiences: [(String, Audience)] = [
            ("panel:game:viewer", .everyone), ("panel:game:host", .staff),
            ("own:game", .user(user)),
        ]
        let (key, audience) = audiences.randomElement(using: &random) ?? audiences[0]
        let events = (0..<number % 4).map {
            PublicEvent(name: "e\($0)", from: "plugin:game", data: value)
        }
        pending.append(
            Draft(
                source: "plugin:game", kind: "on_timer", event: [:], events: events,
                afterwards: [.state(key: key, value: value, audience: audience)]))
    }

    /// Lets everything settle, then compares all who are connected.
    mutating func settle() {
        for user in ["ana", "bo", "cy"] { ask(0, .unban(user: user)) }
        commit(.max)
        for index in clients.indices where !clients[index].isConnected { connect(index) }
        for _ in 0..<3 {
            now += 5_000
            var outputs: [RoomOutput] = []
            room.tick(nowMilliseconds: now, into: &outputs)
            perform(outputs)
            commit(.max)
        }
        for client in clients {
            #expect(client.isConnected)
            #expect(client.offset == room.offset)
            let stream = spoken.suffix(client.events.count).map { parsed($0.message) }
            #expect(client.events == stream)
            for other in clients {
                let hidden: Set<String> =
                    client.isStaff == other.isStaff
                    ? (client.person.user == other.person.user ? [] : ["own:game"])
                    : ["own:game", "panel:game:host", "moderation"]
                #expect(
                    client.states.filter { !hidden.contains($0.key) }
                        == other.states.filter { !hidden.contains($0.key) })
            }
            let unshared: Set = ["own:game", "panel:game:host", "moderation"]
            #expect(
                client.states.filter { !unshared.contains($0.key) }
                    == Dictionary(
                        uniqueKeysWithValues: room.publicStates().members.map {
                            ($0.name, $0.value)
                        }))
            #expect(client.isStaff || client.states["panel:game:host"] == nil)
            #expect(client.isStaff || client.states["moderation"] == nil)
        }
    }
}

@Suite struct ModelTests {
    @Test func `whoever comes and goes ends up with what those have who stayed`() {
        var random = Fuzz.random("room model")
        var recoveries = 0
        var freshStarts = 0
        for _ in 0..<Fuzz.rounds(20) {
            var play = Play(random: SeededRandom(seed: random.next()))
            for _ in 0..<150 { play.step() }
            play.settle()
            recoveries += play.recoveries
            freshStarts += play.freshStarts - play.clients.count
        }
        // Otherwise the play went past what it is for.
        #expect(recoveries > 0)
        #expect(freshStarts > 0)
    }
}
