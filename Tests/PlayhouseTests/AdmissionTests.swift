import Clockwork
import Cryptography
import Foundation
import PluginContract
import Rooms
import Testing
import Visiting
import Wire

@testable import Playhouse

/// Who may enter: tokens, anonymous viewers, and that a room hears nothing of those who may not.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct AdmissionTests {
    /// How somebody who was not let in was told.
    private struct Refusal: Equatable {
        var close: UInt16?
        var code: String
        var id: String?
    }

    private func knock(
        _ house: TestHouse, room: String, token: String?
    ) async throws -> Refusal {
        let socket = try await WebSocketClient.connect(port: house.port, path: "/v1/socket")
        var hello: JSONObject = [
            "type": "hello", "id": "k1", "version": 1, "room": .string(room),
        ]
        hello["token"] = token.map(JSON.string)
        try await socket.send(text: JSON.object(hello).encoded())
        let error = try JSON(parsing: try #require(await socket.receive()))
        try #require(error["type"] == "error", "\(error)")
        let bye = try JSON(parsing: try #require(await socket.receive()))
        #expect(bye["type"] == "bye")
        #expect(bye["reconnect"] == false)
        #expect(bye["code"] == error["code"])
        #expect(try await socket.receive() == nil)
        return Refusal(
            close: await socket.closeCode, code: error["code"]?.stringValue ?? "",
            id: error["id"]?.stringValue)
    }

    /// Signs anything, as nobody should.
    private func token(_ header: String, _ payload: String, key: [UInt8]? = nil) -> String {
        let signed =
            Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
        let signature = Digest.hmacSHA256(key: key ?? TestHouse.key.secret, Array(signed.utf8))
        return signed + "." + Base64URL.encode(signature)
    }

    private func claims(_ change: (inout JSONObject) -> Void = { _ in }) -> String {
        var claims: JSONObject = [
            "sub": "ana", "room": "closed", "role": "viewer", "name": "Ana",
            "exp": .integer(SystemClock().unixMilliseconds / 1_000 + 600),
        ]
        change(&claims)
        return String(decoding: JSON.object(claims).encoded(), as: UTF8.self)
    }

    @Test func `every bad token has its code, and the room hears of none`() async throws {
        let good = #"{"alg":"HS256","kid":"first"}"#
        let now = SystemClock().unixMilliseconds / 1_000
        let fine = token(good, claims())
        let cases: [(String?, UInt16, String)] = [
            (nil, 4401, "TOKEN_REQUIRED"),
            ("", 4402, "TOKEN_MALFORMED"), ("a.b", 4402, "TOKEN_MALFORMED"),
            ("!.!.!", 4402, "TOKEN_MALFORMED"),
            (token(good, claims { $0["sub"] = nil }), 4402, "TOKEN_MALFORMED"),
            (token(good, claims { $0["exp"] = nil }), 4402, "TOKEN_MALFORMED"),
            (token(good, claims { $0["exp"] = "soon" }), 4402, "TOKEN_MALFORMED"),
            (token(good, claims { $0["role"] = "owner" }), 4402, "TOKEN_MALFORMED"),
            (token(good, claims { $0["name"] = "" }), 4402, "TOKEN_MALFORMED"),
            // Every room is for services only.
            (token(good, claims { $0["room"] = "*" }), 4402, "TOKEN_MALFORMED"),
            (token(#"{"alg":"none"}"#, claims()), 4403, "TOKEN_ALGORITHM"),
            (token(#"{"alg":"none","kid":"first"}"#, claims()), 4403, "TOKEN_ALGORITHM"),
            (token(#"{"alg":"RS256","kid":"first"}"#, claims()), 4403, "TOKEN_ALGORITHM"),
            (token(#"{"alg":"hs256","kid":"first"}"#, claims()), 4403, "TOKEN_ALGORITHM"),
            (token(#"{"alg":"HS256","kid":"other"}"#, claims()), 4404, "TOKEN_KEY"),
            (
                token(good, claims(), key: [UInt8](repeating: 9, count: 32)), 4405,
                "TOKEN_SIGNATURE"
            ),
            (String(fine.dropLast(4)) + "AAAA", 4405, "TOKEN_SIGNATURE"),
            (
                // The claims of one token under the signature of another.
                token(good, claims { $0["role"] = "host" }).split(separator: ".").prefix(2)
                    .joined(separator: ".") + "." + fine.split(separator: ".")[2], 4405,
                "TOKEN_SIGNATURE"
            ),
            (token(good, claims { $0["exp"] = .integer(now - 1) }), 4406, "TOKEN_EXPIRED"),
            (token(good, claims { $0["nbf"] = .integer(now + 300) }), 4407, "TOKEN_NOT_YET"),
            (token(good, claims { $0["room"] = "teahouse" }), 4408, "TOKEN_ROOM"),
        ]
        try await withHouse { house in
            let host = try await house.join("mei", .host, room: "closed")
            for (token, close, code) in cases {
                let refusal = try await knock(house, room: "closed", token: token)
                #expect(refusal == Refusal(close: close, code: code, id: "k1"))
                #expect(CloseCode(rawValue: close)?.name == code)
            }
            // What happens afterwards comes after whatever would have happened before.
            let ana = try await house.join("ana", room: "closed")
            _ = try await host.state("presence") { $0["connections"] == 2 ? true : nil }
            for message in await host.kept {
                guard case .state("presence", let value) = message else { continue }
                #expect([1, 2].contains(value["users"]?.integerValue))
            }
            #expect(ana.welcome["states"]?["presence"] == ["users": 2, "connections": 2])
            #expect(try await house.metric(#"playhouse_joins_total{room="closed"}"#) == 2)
        }
    }

    @Test func `a good token says who one is, in time and out of it`() async throws {
        let good = #"{"alg":"HS256","kid":"first"}"#
        let now = SystemClock().unixMilliseconds / 1_000
        try await withHouse { house in
            // Clocks differ: half a minute of leeway on the beginning.
            for payload in [claims(), claims { $0["nbf"] = .integer(now + 20) }] {
                let client = try await RoomClient.join(
                    .init(room: "closed", token: token(good, payload), name: "ignored"),
                    port: house.port)
                #expect(client.welcome["user"] == "ana")
                #expect(client.welcome["name"] == "Ana")
                #expect(client.welcome["role"] == "viewer")
            }
        }
    }

    @Test func `an unknown room is refused whatever one holds`() async throws {
        try await withHouse { house in
            for token in [
                nil, house.token("shop", .service, room: "*"), house.token("a", room: "no"),
            ] {
                let refusal = try await knock(house, room: "no", token: token)
                #expect(refusal == Refusal(close: 4410, code: "ROOM_UNKNOWN", id: "k1"))
            }
        }
    }

    @Test func `two keys are good while they are rotated, then the old one is not`() async throws {
        let folder = try TemporaryFolder()
        let new = TestHouse.makeKey("second", byte: 2)
        let unknown = TestHouse.makeKey("third", byte: 2)
        try await withHouse(in: folder) {
            $0.keys = [new, TestHouse.key]
        } _: { house in
            for key in [TestHouse.key, new] {
                let client = try await RoomClient.join(
                    .init(room: "closed", token: house.token("a", room: "closed", key: key)),
                    port: house.port)
                await client.leave()
            }
            let third = house.token("a", room: "closed", key: unknown)
            #expect(try await knock(house, room: "closed", token: third).close == 4404)
        }
        try await withHouse(in: folder) {
            $0.keys = [new]
        } _: { house in
            let old = house.token("a", room: "closed")
            #expect(try await knock(house, room: "closed", token: old).close == 4404)
            let fresh = house.token("a", room: "closed", key: new)
            _ = try await RoomClient.join(.init(room: "closed", token: fresh), port: house.port)
        }
    }

    @Test func `a service enters every room with one token, and may not moderate`() async throws {
        try await withHouse { house in
            let token = house.token("shop", .service, room: "*")
            for room in ["teahouse", "closed"] {
                let shop = try await RoomClient.join(
                    .init(room: room, token: token), port: house.port)
                #expect(shop.welcome["role"] == "service")
                #expect(try await shop.publish("sale") == 1)
                #expect(
                    try await refusal { try await shop.request("pin", [("text", "x")]) }
                        == "FORBIDDEN")
            }
        }
    }

    @Test func `an anonymous viewer who comes back is the same user, in that room alone`()
        async throws
    {
        try await withHouse({ $0.rooms[1].settings.anonymous = true }) { house in
            func enter(_ room: String, _ visitor: String?, _ name: String? = nil) async throws
                -> JSONObject
            {
                let client = try await RoomClient.join(
                    .init(room: room, name: name, visitor: visitor), port: house.port)
                return client.welcome
            }
            let first = try await enter("teahouse", "visitor-1", "安娜")
            let again = try await enter("teahouse", "visitor-1")
            #expect(first["user"] == again["user"])
            #expect(first["name"] == "安娜")
            #expect(again["name"]?.stringValue?.hasPrefix("Guest ") == true)
            #expect(first["role"] == "viewer")
            let others = [
                try await enter("teahouse", "visitor-2"), try await enter("teahouse", nil),
                try await enter("teahouse", nil), try await enter("closed", "visitor-1"),
            ]
            let users = Set((others + [first]).compactMap { $0["user"]?.stringValue })
            #expect(users.count == 5)
            // Nobody learns the visitor's value from the user.
            #expect(users.allSatisfy { $0.hasPrefix("~") && !$0.contains("visitor") })
        }
    }
}
