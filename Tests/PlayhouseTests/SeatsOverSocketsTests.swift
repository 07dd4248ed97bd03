import Clockwork
import Foundation
import PluginContract
import Rooms
import Serving
import Testing
import Visiting
import Wire

@testable import Playhouse
@testable import Streaming

/// Seats through a whole server: a plugin grants a lease, a page publishes under it, viewers watch.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SeatsOverSocketsTests {
    private static let manifest = """
        {"id":"sofa","version":"1.0.0","api":1,"title":{"zh":"沙发","en":"Sofa"},
         "surfaces":["viewer"],"capabilities":["panel","seats"]}
        """

    private static let program = """
        local game = {}
        local function show(room)
          room.panel.show("viewer", { { "stat", "told", table.concat(room.state.told, " ") } })
        end
        function game.on_start(room)
          room.state.told = { "-" }
          show(room)
        end
        function game.on_command(room, command)
          local who = { user = command.value, name = "Ana" }
          if command.name == "grant" then room.seats.grant(1, who) end
          if command.name == "hush" then
            room.seats.grant(1, who, { audio = false, video = true, screen = false })
          end
          if command.name == "revoke" then room.seats.revoke(1) end
        end
        function game.on_media(room, media)
          table.insert(room.state.told, media.up and "up" or media.reason)
          show(room)
        end
        return game
        """

    /// Of libx264, 640 × 360.
    private static let record: [UInt8] = [
        0x01, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0x00, 0x19, 0x67, 0x42, 0xC0, 0x1E, 0xDA, 0x02, 0x80,
        0xBF, 0xE5, 0xC0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xF0, 0x3C,
        0x58, 0xBA, 0x80, 0x01, 0x00, 0x04, 0x68, 0xCE, 0x0F, 0xC8,
    ]
    private static let head: [UInt8] =
        Array("OpusHead".utf8) + [1, 1, 0x38, 1, 0x80, 0xBB, 0, 0, 0, 0, 0]

    private static var messages: [SeatMessage] {
        [
            SeatMessage(kind: .videoConfiguration, payload: record),
            SeatMessage(kind: .audioConfiguration, payload: head),
            SeatMessage(kind: .picture, isKey: true, payload: [0, 0, 0, 2, 0x65, 0]),
            SeatMessage(kind: .sound, microseconds: 5_000, payload: [0xF8, 1]),
            SeatMessage(kind: .picture, microseconds: 33_000, payload: [0, 0, 0, 2, 0x41, 0]),
        ]
    }

    private func withSofa(_ body: (TestHouse, RoomClient) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let plugin = URL(fileURLWithPath: folder.path).appendingPathComponent("plugins/sofa")
        try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
        try Data(Self.manifest.utf8).write(to: plugin.appendingPathComponent("plugin.json"))
        try Data(Self.program.utf8).write(to: plugin.appendingPathComponent("main.lua"))
        try await withHouse(
            in: folder,
            {
                $0.plugins = folder.path + "/plugins"
                $0.rooms[0].plugins = [PluginConfiguration(id: "sofa", config: [:])]
                var stream = StreamConfiguration()
                stream.port = 0
                $0.stream = stream
            }
        ) { house in
            let host = try await house.join("mei", .host)
            _ = try await host.request("start", [("plugin", "sofa")])
            try await body(house, host)
        }
    }

    private func command(_ host: RoomClient, _ name: String, _ user: String = "ana") async throws {
        _ = try await host.request(
            "command",
            [("plugin", "sofa"), ("name", .string(name)), ("value", .string(user))])
    }

    /// Grants the seat and returns the number of the lease.
    private func grant(_ host: RoomClient, to user: String = "ana") async throws -> Int64 {
        try await command(host, "grant", user)
        return try await host.state("seats") { seats in
            seats[0]?["user"] == .string(user) ? seats[0]?["lease"]?.integerValue : nil
        }
    }

    private func hello(
        _ house: TestHouse, _ fields: JSONObject, room: String = "teahouse"
    ) async throws -> RawConnection {
        let connection = try await RawConnection.upgrade(house.port, to: "/rooms/\(room)/live/seat")
        try #require(try await connection.response(isBodyless: true).status == 101)
        var fields = fields
        fields["type"] = "publish"
        fields["plugin"] = fields["plugin"] ?? "sofa"
        await connection.send(text: String(decoding: JSON.object(fields).encoded(), as: UTF8.self))
        return connection
    }

    /// Publishes as Ana; the first frames are sent.
    private func publish(_ house: TestHouse, lease: Int64) async throws -> RawConnection {
        let page = try await hello(
            house, ["lease": .integer(lease), "token": .string(house.token("ana"))])
        #expect(try await page.frame().json == ["type": "publishing", "seat": 1])
        for message in Self.messages { await page.send(opcode: 2, message.bytes) }
        return page
    }

    private func told(_ client: RoomClient, _ words: String) async throws {
        _ = try await client.state("panel:sofa:viewer") {
            $0["elements"]?[0]?["value"] == .string(words) ? true : nil
        }
    }

    @Test func `Who has a lease publishes until it is gone, and then everything ends`()
        async throws
    {
        try await withSofa { house, host in
            let lease = try await grant(host)
            let page = try await publish(house, lease: lease)
            try await told(host, "- up")
            let shown = try await host.state("seat-streams") { $0[0] }
            #expect(
                shown == [
                    "plugin": "sofa", "lease": .integer(lease), "live": true, "width": 640,
                    "height": 360,
                ])

            let viewer = try await RawConnection.upgrade(
                house.port, to: "/rooms/teahouse/live/seats/sofa/\(lease)")
            #expect(try await viewer.response(isBodyless: true).status == 101)
            let facts = try await viewer.frame().json
            #expect(facts?["mediaType"] == "video/mp4; codecs=\"avc1.42c01e,opus\"")
            for type in ["ftyp", "prft", "prft"] {
                guard case .binary(let bytes) = try await viewer.frame() else {
                    Issue.record("not a binary message")
                    return
                }
                #expect(String(decoding: bytes[4..<8], as: UTF8.self) == type)
            }

            try await eventually("figures") {
                let viewers = #"playhouse_stream_seat_viewers{room="teahouse"}"#
                let seats = #"playhouse_stream_seats{room="teahouse"}"#
                let found = (try await house.metric(seats), try await house.metric(viewers))
                return found == (1, 1)
            }

            // A change of rights keeps the lease, and the connections.
            try await command(host, "hush")
            _ = try await host.state("seats") { $0[0]?["audio"] == false ? true : nil }
            await page.send(
                opcode: 2,
                SeatMessage(
                    kind: .sound, microseconds: 40_000, payload: [0xF8, 0xAA, 0xBB, 0xCC]
                ).bytes)
            await page.send(
                opcode: 2,
                SeatMessage(
                    kind: .picture, microseconds: 66_000, payload: [0, 0, 0, 2, 0x41, 0]
                ).bytes)
            guard case .binary(let hushed) = try await viewer.frame() else {
                Issue.record("not a binary message")
                return
            }
            #expect(hushed.firstRange(of: [0xF8, 0xFF, 0xFE]) != nil)
            #expect(hushed.firstRange(of: [0xF8, 0xAA]) == nil)

            try await command(host, "revoke")
            #expect(try await page.farewell().code == 4440)
            #expect(try await viewer.farewell().code == 1000)
            _ = try await host.state("seat-streams") { $0.isNull ? true : nil }
            let late = try await hello(
                house, ["lease": .integer(lease), "token": .string(house.token("ana"))])
            #expect(try await late.farewell().code == 4440)
            let (status, body, _) = try await house.get(
                "/rooms/teahouse/live/seats/sofa/\(lease)")
            #expect(status == 404 && body["code"] == "NOT_LIVE")
        }
    }

    @Test func `Who is in the room watches a seat over the same connection until it is free`()
        async throws
    {
        try await withSofa { house, host in
            let lease = try await grant(host)
            let page = try await publish(house, lease: lease)
            try await told(host, "- up")
            let ana = try await RawConnection.joined(house.port)
            var numbers: [JSON] = []
            for (id, tracks, mediaType) in [
                ("2", JSON.null, "video/mp4; codecs=\"avc1.42c01e,opus\""),
                ("3", "sound", "audio/mp4; codecs=\"opus\""),
            ] {
                let request: JSON = [
                    "type": "watch", "id": .string(id), "plugin": "sofa", "lease": .integer(lease),
                    "tracks": tracks,
                ]
                await ana.send(text: String(decoding: request.encoded(), as: UTF8.self))
                let reply = try await ana.frame { $0.json?["id"] == .string(id) }.json
                numbers.append(try #require(reply?["picture"]))
                let facts = try await ana.frame { $0.json?["type"] == "picture" }.json
                #expect(facts?["mediaType"] == .string(mediaType))
                #expect(facts?["picture"] == numbers.last)
                let first = try await ana.frame { if case .binary = $0 { true } else { false } }
                guard case .binary(let bytes) = first else { return }
                #expect(String(decoding: bytes[8..<12], as: UTF8.self) == "ftyp")
            }
            try await eventually("one viewer") {
                try await house.metric(#"playhouse_stream_seat_viewers{room="teahouse"}"#) == 1
            }
            try await command(host, "revoke")
            #expect(try await page.farewell().code == 4440)
            let over = try await ana.frame { $0.json?["type"] == "pictureOver" }.json
            #expect(over?["picture"] == numbers[1] && over?["reason"] == "OVER")
            await ana.send(text: #"{"type":"ping","id":"4"}"#)
            _ = try await ana.frame { $0.json?["id"] == "4" }
        }
    }

    @Test func `Who asks for the sound of a seat gets nothing else`() async throws {
        try await withSofa { house, host in
            let lease = try await grant(host)
            let page = try await publish(house, lease: lease)
            try await told(host, "- up")
            let seat = "/rooms/teahouse/live/seats/sofa/\(lease)"
            let listener = try await RawConnection.upgrade(house.port, to: seat + "?tracks=sound")
            #expect(try await listener.response(isBodyless: true).status == 101)
            let facts = try await listener.frame().json
            #expect(facts?["mediaType"] == "audio/mp4; codecs=\"opus\"" && facts?["burst"] == 1)
            // Six packets of 20 ms: a tenth of a second.
            for step: Int64 in 1...7 {
                for message in [
                    SeatMessage(
                        kind: .sound, microseconds: 5_000 + step * 20_000,
                        payload: [0xF8, UInt8(step)]),
                    SeatMessage(
                        kind: .picture, microseconds: 33_000 + step * 20_000,
                        payload: [0, 0, 0, 2, 0x41, 0x99]),
                ] {
                    await page.send(opcode: 2, message.bytes)
                }
            }
            var boxes: [String] = []
            for _ in 0..<3 {
                guard case .binary(let bytes) = try await listener.frame() else {
                    Issue.record("not a binary message")
                    return
                }
                boxes.append(String(decoding: bytes[4..<8], as: UTF8.self))
                #expect(bytes.firstRange(of: [0x41, 0x99]) == nil, "a picture")
            }
            #expect(boxes == ["ftyp", "moof", "moof"])
            let other = try await RawConnection.upgrade(house.port, to: seat + "?tracks=smell")
            #expect(try await other.response().status == 400)
            try await command(host, "revoke")
            #expect(try await listener.farewell().code == 1000)
        }
    }

    @Test func `Media that break off are told, and come back under the same lease`() async throws {
        try await withSofa { house, host in
            let lease = try await grant(host)
            let first = try await publish(house, lease: lease)
            try await told(host, "- up")
            await first.close()
            try await told(host, "- up lost")
            _ = try await host.state("seat-streams") { $0[0]?["live"] == false ? true : nil }
            let second = try await publish(house, lease: lease)
            try await told(host, "- up lost up")
            // Another page of the same person takes over without a word to the plugin.
            let third = try await publish(house, lease: lease)
            #expect(try await second.farewell().code == 4441)
            await third.send(text: #"{"type":"level","level":40}"#)
            let level = try await host.first { message -> JSON? in
                guard case .other(let fields) = message, fields["type"] == "speaking" else {
                    return nil
                }
                return fields["seats"]?[0]?["level"]
            }
            #expect(level == 40)
            try await told(host, "- up lost up")
        }
    }

    @Test func `Only the person of a lease gets past the first message`() async throws {
        try await withSofa { house, host in
            let lease = try await grant(host)
            let number = JSON.integer(lease)
            let visitor = "0123456789abcdef"
            for (fields, code) in [
                (["lease": number], 4401),
                (["lease": number, "token": "nonsense"], 4401),
                (["lease": number, "token": .string(house.token("ana", room: "closed"))], 4401),
                (["lease": number, "token": .string(house.token("ana", expiresIn: -60))], 4401),
                (["lease": number, "token": .string(house.token("bo"))], 4440),
                (["lease": number, "visitor": .string(visitor)], 4440),
                (["lease": number, "visitor": "short"], 4401),
                (["lease": 99, "token": .string(house.token("ana"))], 4440),
                (
                    [
                        "lease": number, "token": .string(house.token("ana")),
                        "plugin": "other",
                    ], 4440
                ), (["token": .string(house.token("ana"))], 4400),
            ] as [(JSONObject, UInt16)] {
                let stranger = try await hello(house, fields)
                #expect(try await stranger.farewell().code == code, "\(fields)")
            }
            let early = try await RawConnection.upgrade(house.port, to: "/rooms/teahouse/live/seat")
            #expect(try await early.response(isBodyless: true).status == 101)
            await early.send(opcode: 2, Self.messages[0].bytes)
            #expect(try await early.farewell().code == 4400)
            let long = try await RawConnection.upgrade(house.port, to: "/rooms/teahouse/live/seat")
            #expect(try await long.response(isBodyless: true).status == 101)
            await long.send(text: String(repeating: " ", count: (4 << 10) + 1))
            #expect(try await long.farewell().code == 1009)

            let anonymous = try #require(AnonymousUser.id(room: "teahouse", visitor: visitor))
            let other = try await grant(host, to: anonymous)
            let guest = try await hello(
                house, ["lease": .integer(other), "visitor": .string(visitor)])
            #expect(try await guest.frame().json?["type"] == "publishing")
            await guest.send(opcode: 2, [9, 9, 9])
            #expect(try await guest.farewell().code == 4442)
        }
    }

    @Test func `Who may not enter a room watches no seats in it`() async throws {
        try await withSofa { house, host in
            let lease = try await grant(host)
            let page = try await publish(house, lease: lease)
            try await told(host, "- up")
            for (path, status) in [
                ("/rooms/nowhere/live/seat", 404), ("/rooms/closed/live/seats/sofa/1", 401),
                ("/rooms/teahouse/live/seats/sofa/99", 404),
                ("/rooms/teahouse/live/seats/none/\(lease)", 404),
            ] {
                let stranger = try await RawConnection.upgrade(house.port, to: path)
                #expect(try await stranger.response().status == status, "\(path)")
            }
            await page.close()
        }
    }

    @Test func `Strangers who say nothing are few`() async throws {
        try await withSofa { house, _ in
            var strangers: [RawConnection] = []
            for _ in 0..<8 {
                let stranger = try await RawConnection.upgrade(
                    house.port, to: "/rooms/teahouse/live/seat")
                #expect(try await stranger.response(isBodyless: true).status == 101)
                strangers.append(stranger)
            }
            let ninth = try await RawConnection.upgrade(house.port, to: "/rooms/teahouse/live/seat")
            #expect(try await ninth.response().status == 429)
            // They are sent away when they stay silent.
            #expect(try await strangers[0].farewell().code == 4400)
        }
    }

    @Test func `A drain tells whoever publishes to come back`() async throws {
        try await withSofa { house, host in
            let lease = try await grant(host)
            let page = try await publish(house, lease: lease)
            try await told(host, "- up")
            #expect(await house.server.drain())
            #expect(try await page.farewell().code == 1012)
        }
    }
}
