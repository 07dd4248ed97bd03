import Cryptography
import Testing

@testable import Streaming

@Suite struct StreamKeyringTests {
    private let now: Int64 = 1_795_363_200
    private let key: SigningKey
    private let keyring: StreamKeyring

    init() throws {
        key = try SigningKey(kid: "k1", secret: [UInt8](repeating: 1, count: 32))
        keyring = StreamKeyring(keys: [key], secondsMax: 3_600)
    }

    private func refusal(_ name: String, at time: Int64? = nil) -> StreamRefusal? {
        do throws(StreamRefusal) {
            _ = try keyring.grant(for: name, nowSeconds: time ?? now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `A key names room and role, alone or behind the room's name`() throws {
        let token = try #require(
            keyring.issue(room: "mall", user: "anna", expiresAtSeconds: now + 60))
        let expected = StreamKeyring.Grant(room: "mall", role: "host", user: "anna")
        for name in [token, "mall?token=" + token, "?token=" + token, "mall?a=b&token=" + token] {
            #expect(try keyring.grant(for: name, nowSeconds: now) == expected)
        }
        #expect(refusal("shop?token=" + token)?.code == .key)
        #expect(refusal("mall?key=" + token)?.code == .key)
    }

    @Test func `A filler is one by its signature only`() throws {
        let filler = try #require(
            keyring.issue(
                room: "mall", user: "anna", expiresAtSeconds: now + 60, isFiller: true))
        #expect(try keyring.grant(for: filler, nowSeconds: now).isFiller)
        let named = try #require(
            keyring.issue(room: "mall", user: "filler", expiresAtSeconds: now + 60))
        #expect(try !keyring.grant(for: named, nowSeconds: now).isFiller)
    }

    @Test func `A key ends when it says, and may not live for ever`() throws {
        for (life, time, isTaken) in [
            (60, 59, true), (60, 60, false), (3_600, 0, true), (3_601, 0, false),
        ] {
            let token = try #require(
                keyring.issue(room: "mall", user: "anna", expiresAtSeconds: now + Int64(life)))
            #expect((refusal(token, at: now + Int64(time)) == nil) == isTaken)
        }
    }

    @Test func `A room's token publishes nothing, and a stream key opens no room`() throws {
        let claims = Claims(
            subject: "anna", room: "mall", role: "host", name: "Anna", expiresAt: now + 60)
        let token = Token.sign(claims, with: key)
        #expect(refusal(token)?.code == .key)
        let streamKey = try #require(
            keyring.issue(room: "mall", user: "anna", expiresAtSeconds: now + 60))
        #expect(throws: TokenError.signature) {
            try TokenVerifier(keys: [key]).verify(streamKey, nowSeconds: now)
        }
    }

    @Test func `A refusal does not repeat the key`() {
        for name in ["", "secret", "a.b.c", "mall?token=secret"] {
            let refusal = refusal(name)
            #expect(refusal?.code == .key && refusal?.words.contains("secret") == false)
        }
    }
}
