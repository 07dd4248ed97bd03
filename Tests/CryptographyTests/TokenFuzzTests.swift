import Clockwork
import Foundation
import Testing

@testable import Cryptography

@Suite struct TokenFuzzTests {
    let seed: UInt64
    let rounds: Int

    init() {
        let environment = ProcessInfo.processInfo.environment
        seed = environment["PLAYHOUSE_FUZZ_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        rounds = environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap(Int.init) ?? 2_000
    }

    @Test func `No mutation of a token says anything else than the token`() throws {
        print("PLAYHOUSE_FUZZ_SEED=\(seed)")
        var random = SeededRandom(seed: seed)
        let key = try makeKey()
        let verifier = TokenVerifier(keys: [key, try makeKey("k2", secret: 2)])
        let claims = makeClaims(notBefore: now - 5)
        let token = Array(Token.sign(claims, with: key).utf8)
        for round in 0..<rounds {
            var bytes = token
            for _ in 0...Int.random(in: 0...2, using: &random) { mutate(&bytes, &random) }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let read = try? verifier.verify(text, nowSeconds: now) else { continue }
            #expect(read == claims, "seed \(seed), round \(round): \(text)")
            #expect(bytes == token, "seed \(seed), round \(round): two texts of one token")
        }
    }

    @Test func `No garbage is believed, signed or not`() throws {
        print("PLAYHOUSE_FUZZ_SEED=\(seed)")
        var random = SeededRandom(seed: seed)
        let key = try makeKey()
        let verifier = TokenVerifier(keys: [key])
        let pieces = [
            "{", "}", "[", "]", "\"", ":", ",", "alg", "HS256", "kid", "k1", "exp", "sub", "room",
            "role", "name", "*", "service", "1795366800", "-", ".", "e9", "null", "true", "\\u0000",
            "\\ud800", "é", "\u{0}", " ", "crit",
        ]
        func garbage() -> [UInt8] {
            (0..<Int.random(in: 0...12, using: &random)).reduce(into: []) { bytes, _ in
                if Int.random(in: 0..<8, using: &random) == 0 {
                    bytes.append(.random(in: 0 ... .max, using: &random))
                } else {
                    bytes += Array(pieces[Int.random(in: 0..<pieces.count, using: &random)].utf8)
                }
            }
        }
        for round in 0..<rounds {
            let header = Bool.random(using: &random) ? Array(#"{"alg":"HS256"}"#.utf8) : garbage()
            let texts = [
                String(decoding: garbage(), as: UTF8.self),
                Token.sign(header: header, payload: garbage(), with: key),
            ]
            for text in texts {
                let claims = try? verifier.verify(text, nowSeconds: now)
                #expect(claims == nil, "seed \(seed), round \(round): \(text)")
            }
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
        guard place < bytes.count else { return bytes.append(UInt8(ascii: ".")) }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = .random(in: 0 ... .max, using: &random)
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(.random(in: 0x20..<0x7F, using: &random), at: place)
        case 4: bytes.removeSubrange(place...)
        default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
        }
    }
}
