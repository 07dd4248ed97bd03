import Foundation
import Testing
import Wire

@testable import Cryptography

let now: Int64 = 1_795_363_200

func makeKey(_ kid: String = "k1", secret: UInt8 = 1) throws -> SigningKey {
    try SigningKey(kid: kid, secret: [UInt8](repeating: secret, count: 32))
}

func makeClaims(
    subject: String = "ana", room: String = "teahouse", role: String = "viewer",
    name: String = "Ana", expiresAt: Int64 = now + 3_600, notBefore: Int64? = nil
) -> Claims {
    Claims(
        subject: subject, room: room, role: role, name: name, expiresAt: expiresAt,
        notBefore: notBefore)
}

func makeToken(
    header: String = #"{"alg":"HS256","kid":"k1"}"#,
    payload: String = """
    {"sub":"ana","room":"teahouse","role":"viewer","name":"Ana","exp":1795366800}
    """
) throws -> String {
    Token.sign(header: Array(header.utf8), payload: Array(payload.utf8), with: try makeKey())
}

func verdict(
    _ token: String, keys: [SigningKey]? = nil, nowSeconds: Int64 = now
) throws -> Result<Claims, TokenError> {
    let verifier = TokenVerifier(keys: try keys ?? [makeKey()])
    return Result { () throws(TokenError) in try verifier.verify(token, nowSeconds: nowSeconds) }
}

/// An error without its sentence.
enum Refusal: Equatable {
    case none, malformed, algorithm, key, signature, expired, notYet

    init(_ verdict: Result<Claims, TokenError>) {
        self =
            switch verdict {
            case .success: .none
            case .failure(.malformed): .malformed
            case .failure(.algorithm): .algorithm
            case .failure(.key): .key
            case .failure(.signature): .signature
            case .failure(.expired): .expired
            case .failure(.notYet): .notYet
            }
    }
}

@Suite struct TokenTests {
    @Test(arguments: [
        makeClaims(), makeClaims(name: "梅 \"Mei\" \\ 👩‍👩‍👧"), makeClaims(notBefore: now),
        makeClaims(room: "*", role: "service"), makeClaims(role: "host"),
        makeClaims(role: "operator"), makeClaims(subject: String(repeating: "s", count: 64)),
        makeClaims(expiresAt: .max, notBefore: .min),
    ])
    func `What was signed is what is read`(claims: Claims) throws {
        let token = Token.sign(claims, with: try makeKey())
        #expect(try verdict(token) == .success(claims))
    }

    @Test func `The signature is the one of RFC 7515, appendix A.1`() throws {
        let secret = try #require(
            Base64URL.decode(
                "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
            ))
        let key = try SigningKey(kid: "a1", secret: secret)
        let signed = """
            eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAs\
            DQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ
            """
        let signature = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        #expect(Base64URL.encode(key.signature(of: signed)) == signature)
        // It passes the signature and fails at the first claim that is ours, not theirs.
        let verdict = try verdict("\(signed).\(signature)", keys: [key])
        #expect(verdict == .failure(.malformed("sub is missing or not a string")))
    }

    @Test func `Any of several keys is found by its kid`() throws {
        let keys = [try makeKey("old", secret: 1), try makeKey("new", secret: 2)]
        for key in keys {
            let token = Token.sign(makeClaims(), with: key)
            #expect(try verdict(token, keys: keys) == .success(makeClaims()))
        }
        let dropped = Token.sign(makeClaims(), with: try makeKey("older", secret: 1))
        #expect(try verdict(dropped, keys: keys) == .failure(.key("older")))
        let stolen = Token.sign(makeClaims(), with: try makeKey("new", secret: 1))
        #expect(try verdict(stolen, keys: keys) == .failure(.signature))
    }

    @Test func `A token without kid is taken when there is one key only`() throws {
        let token = try makeToken(header: #"{"alg":"HS256"}"#)
        #expect(try verdict(token) == .success(makeClaims()))
        let keys = [try makeKey(), try makeKey("k2", secret: 2)]
        #expect(try verdict(token, keys: keys) == .failure(.key("")))
        #expect(try verdict(token, keys: []) == .failure(.key("")))
    }

    @Test(arguments: [
        (#"{"kid":"k1","alg":"none"}"#, Refusal.algorithm),
        (#"{"kid":"k1","alg":"HS512"}"#, .algorithm),
        (#"{"kid":"k1","alg":"hs256"}"#, .algorithm),
        (#"{"kid":"k1","alg":"HS256 "}"#, .algorithm),
        (#"{"kid":"k1","alg":""}"#, .algorithm),
        (#"{"kid":"k1","alg":null}"#, .algorithm),
        (#"{"kid":"k1","alg":["HS256"]}"#, .algorithm),
        (#"{"kid":"k1"}"#, .algorithm),
        ("{}", .algorithm),
        (#"{"alg":"HS256","kid":"k2"}"#, .key),
        (#"{"alg":"HS256","kid":""}"#, .key),
        (#"{"alg":"HS256","kid":1}"#, .malformed),
        (#"{"alg":"HS256","kid":null}"#, .malformed),
        (#"{"alg":"HS256","kid":"k1","crit":["exp"]}"#, .malformed),
        (#"{"alg":"HS256","kid":"k1","crit":[]}"#, .malformed),
        (#"{"alg":"HS256","kid":"k1","crit":null}"#, .malformed),
        (#"{"alg":"HS256","kid":"k1","alg":"none"}"#, .malformed),
        (#"{"alg":"none","kid":"k1","alg":"HS256"}"#, .malformed),
        (#"["HS256"]"#, .malformed),
        (#""HS256""#, .malformed),
        (#"{"alg":"HS256","kid":"k1""#, .malformed),
        (#"{"alg":"HS256","kid":"k1"}}"#, .malformed),
        ("", .malformed),
        (#"{"alg":"HS256","kid":"k1","typ":"JWT","jku":"http://evil","x":1}"#, .none),
    ])
    func `A header is refused with the reason, or ignored where it says nothing to us`(
        header: String, refusal: Refusal
    ) throws {
        #expect(Refusal(try verdict(makeToken(header: header))) == refusal)
    }

    static let sub = #""sub":"ana""#
    static let room = #""room":"teahouse""#
    static let role = #""role":"viewer""#
    static let name = #""name":"Ana""#
    static let exp = #""exp":1795366800"#

    static func text(_ characters: Int, _ character: String = "x") -> String {
        String(repeating: character, count: characters)
    }

    @Test(arguments: [
        (nil, sub, Refusal.none),
        (#""sub":"""#, sub, .malformed), (#""sub":7"#, sub, .malformed),
        (#""sub":null"#, sub, .malformed), (#""x":1"#, sub, .malformed),
        (#""sub":"\#(text(64))""#, sub, .none), (#""sub":"\#(text(65))""#, sub, .malformed),
        (#""sub":"\#(text(32, "é"))""#, sub, .none),
        (#""sub":"\#(text(33, "é"))""#, sub, .malformed),
        (#""sub":"ana","sub":"bo""#, sub, .malformed),
        (#""room":"*""#, room, .malformed), (#""room":"*","x":"\u002a""#, room, .malformed),
        (#""room":"""#, room, .malformed), (#""room":"Tea""#, room, .malformed),
        (#""room":"_tea""#, room, .malformed), (#""room":"-tea""#, room, .malformed),
        (#""room":"tea house""#, room, .malformed), (#""room":"茶""#, room, .malformed),
        (#""room":"tea\n""#, room, .malformed), (#""room":"**""#, room, .malformed),
        (#""room":"0_-a""#, room, .none), (#""room":"a""#, room, .none),
        (#""room":"\#(text(64))""#, room, .none), (#""room":"\#(text(65))""#, room, .malformed),
        (#""room":["teahouse"]"#, room, .malformed), (#""x":1"#, room, .malformed),
        (#""role":"host""#, role, .none), (#""role":"operator""#, role, .none),
        (#""role":"service""#, role, .none), (#""role":"admin""#, role, .malformed),
        (#""role":"Host""#, role, .malformed), (#""role":"""#, role, .malformed),
        (#""role":["host"]"#, role, .malformed), (#""x":1"#, role, .malformed),
        (#""name":"""#, name, .malformed), (#""x":1"#, name, .malformed),
        (#""name":"\#(text(32))""#, name, .none), (#""name":"\#(text(33))""#, name, .malformed),
        (#""name":"\#(text(32, "👩‍👩‍👧"))""#, name, .none),
        (#""name":"\#(text(33, "茶"))""#, name, .malformed),
        (#""name":"A\u0000""#, name, .malformed), (#""name":"A\nB""#, name, .malformed),
        (#""name":"A\u007f""#, name, .malformed), (#""name":"A\u0085""#, name, .malformed),
        (#""name":7"#, name, .malformed),
        (#""x":1"#, exp, .malformed), (#""exp":"1795366800""#, exp, .malformed),
        (#""exp":1795366800.0"#, exp, .malformed), (#""exp":1.7953668e9"#, exp, .malformed),
        (#""exp":null"#, exp, .malformed), (#""exp":true"#, exp, .malformed),
        (#""exp":9223372036854775807"#, exp, .none),
        (#""exp":9223372036854775808"#, exp, .malformed),
        (#""exp":0"#, exp, .expired), (#""exp":-1"#, exp, .expired),
        (#""exp":1795363200"#, exp, .expired), (#""exp":1795363199"#, exp, .expired),
        (#""exp":1795363201"#, exp, .none),
        (#""exp":1795366800,"nbf":1795363230"#, exp, .none),
        (#""exp":1795366800,"nbf":1795363231"#, exp, .notYet),
        (#""exp":1795366800,"nbf":9223372036854775807"#, exp, .notYet),
        (#""exp":1795366800,"nbf":-9223372036854775808"#, exp, .none),
        (#""exp":1795366800,"nbf":"1""#, exp, .malformed),
        (#""exp":1795366800,"nbf":1.5"#, exp, .malformed),
        (#""exp":1795366800,"nbf":null"#, exp, .malformed),
        (#""exp":1795366800,"iss":"shop","aud":["a"],"deep":{"er":[1]}"#, exp, .none),
    ])
    func `A claim is taken or refused`(claim: String?, standard: String, refusal: Refusal) throws {
        let claims = [Self.sub, Self.room, Self.role, Self.name, Self.exp]
        let changed = claims.map { $0 == standard ? claim ?? $0 : $0 }
        let token = try makeToken(payload: "{\(changed.joined(separator: ","))}")
        #expect(Refusal(try verdict(token)) == refusal)
    }

    @Test func `The example of protocol.md is read`() throws {
        let package = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: package.appending(path: "SDK-docs/protocol.md"), encoding: .utf8)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let fence = try #require(lines.firstIndex(of: "```json claims"))
        let token = try makeToken(payload: String(lines[fence + 1]))
        let claims = makeClaims(expiresAt: 1_795_370_400, notBefore: 1_795_363_200)
        #expect(try verdict(token) == .success(claims))
    }

    @Test func `A service may have all rooms`() throws {
        let payload = #"{"sub":"shop","room":"*","role":"service","name":"Shop","exp":1795366800}"#
        #expect(Refusal(try verdict(makeToken(payload: payload))) == .none)
    }

    @Test(arguments: [
        "", ".", "..", "...", "a.b", "a.b.c", "e30.e30", "e30.e30.e30.e30", "é.é.é", "\u{0}",
        "e30=.e30.", "e30 .e30.e30",
    ])
    func `What is no token is malformed or without algorithm`(text: String) throws {
        let refusal = Refusal(try verdict(text))
        #expect(refusal == .malformed || refusal == .algorithm, "\(refusal)")
    }

    @Test func `A signature is compared as a whole, and read strictly`() throws {
        let token = try makeToken()
        let start = try #require(token.lastIndex(of: "."))
        let head = token[...start]
        #expect(Refusal(try verdict(String(head))) == .signature)
        #expect(Refusal(try verdict(token + "A")) != .none)
        #expect(Refusal(try verdict(token + "AAAA")) == .signature)
        #expect(Refusal(try verdict(token + "=")) == .malformed)
        #expect(Refusal(try verdict(token + "\n")) == .malformed)
        #expect(Refusal(try verdict(String(token.dropLast(4)))) != .none)
    }

    @Test func `Claims are not looked at before the signature is right`() throws {
        let parts = try makeToken(payload: "not JSON").split(separator: ".")
        #expect(Refusal(try verdict("\(parts[0]).\(parts[1]).\(parts[2])")) == .malformed)
        #expect(Refusal(try verdict("\(parts[0]).\(parts[1]).AAAA")) == .signature)
        #expect(Refusal(try verdict("\(parts[0]).!!!.\(parts[2])")) == .signature)
    }

    @Test func `A token has 4,096 bytes at most`() throws {
        func token(filling: Int) throws -> String {
            let fill = String(repeating: "x", count: filling)
            return try makeToken(
                payload: "{\(Self.sub),\(Self.room),\(Self.role),\(Self.name),\(Self.exp),"
                    + "\"x\":\"\(fill)\"}")
        }
        let empty = try token(filling: 0).utf8.count
        // Four characters of base64 for three bytes.
        let most = (4_096 - empty) / 4 * 3
        let longest = try (most...most + 6).map(token).last { $0.utf8.count <= 4_096 }
        let shortest = try (most...most + 6).map(token).first { $0.utf8.count > 4_096 }
        #expect(try Refusal(verdict(try #require(longest))) == .none)
        #expect(try Refusal(verdict(try #require(shortest))) == .malformed)
        #expect(longest?.utf8.count ?? 0 >= 4_095)
    }

    @Test func `Claims say what is wrong with them before they are signed`() {
        #expect(throws: Never.self) { try makeClaims().validate() }
        #expect(throws: TokenError.malformed("room * is for the role service only")) {
            try makeClaims(room: "*").validate()
        }
    }
}

@Suite struct SigningKeyTests {
    @Test func `A secret has 32 bytes at least`() throws {
        #expect(throws: SigningKey.Refusal.secretTooShort(bytes: 31)) {
            try SigningKey(kid: "k", secret: [UInt8](repeating: 1, count: 31))
        }
        #expect(try SigningKey(kid: "k", secret: [UInt8](repeating: 1, count: 32)).kid == "k")
    }

    @Test func `A kid has 1 to 64 bytes`() throws {
        let secret = [UInt8](repeating: 1, count: 32)
        for count in [1, 64] {
            let kid = String(repeating: "k", count: count)
            #expect(try SigningKey(kid: kid, secret: secret).kid == kid)
        }
        for count in [0, 65] {
            #expect(throws: SigningKey.Refusal.kidLength(bytes: count)) {
                try SigningKey(kid: String(repeating: "k", count: count), secret: secret)
            }
        }
    }
}
