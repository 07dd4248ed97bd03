import Foundation
import PluginContract
import Rooms
import Testing
import Wire

@testable import Cryptography
@testable import Serving

/// `SDK-docs/protocol.md`, taken apart.
struct ProtocolPage {
    struct Example: Sendable, CustomTestStringConvertible {
        /// The words after the three backticks.
        var words: [String]
        var text: String
        var line: Int

        var testDescription: String { "\(words.joined(separator: " ")), line \(line)" }
    }

    let text: String
    let examples: [Example]

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../SDK-docs/protocol.md")
        text = try String(contentsOf: file, encoding: .utf8)
        var examples: [Example] = []
        var open: Example?
        for (number, line) in text.components(separatedBy: "\n").enumerated() {
            guard line.hasPrefix("```") else {
                open?.text += line + "\n"
                continue
            }
            if let example = open {
                examples.append(example)
                open = nil
            } else {
                let words = line.dropFirst(3).split(separator: " ").map(String.init)
                open = Example(words: words, text: "", line: number + 1)
            }
        }
        self.examples = examples
    }

    static var all: [Example] { (try? ProtocolPage().examples) ?? [] }
    static func all(_ kind: String) -> [Example] {
        all.filter { $0.words.count == 3 && $0.words[0] == "json" && $0.words[1] == kind }
    }

    /// The text of a section, by its heading.
    func section(_ heading: String) throws -> String {
        let rest = try #require(text.components(separatedBy: "\n## \(heading)\n").dropFirst().first)
        return rest.components(separatedBy: "\n## ")[0]
    }

    /// The rows of a section's tables, without headings: cells, trimmed.
    func rows(_ heading: String) throws -> [[String]] {
        try section(heading).components(separatedBy: "\n")
            .filter { $0.hasPrefix("| ") && !$0.hasPrefix("| ---") }
            .map { row in
                row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            }
            .filter { !["code", "request", "field"].contains($0.first ?? "") }
    }
}

/// The page is the contract: whatever it shows, the server must read or write just so.
@Suite struct ProtocolPageTests {
    private let page: ProtocolPage

    init() throws { page = try ProtocolPage() }

    @Test func `every example says what it is`() {
        #expect(page.examples.count > 20)
        for example in page.examples {
            let words = example.words
            let isKnown =
                words == ["json", "claims"]
                || words.count == 3 && words[0] == "json"
                    && ["client", "server"].contains(words[1])
            #expect(isKnown, "line \(example.line): \(words)")
        }
    }

    /// What the examples of requests must be read as; `hello` is not among them.
    private static let commands: [String: Command] = [
        "say": .say(text: "这个多少钱？"), "like": .like(count: 7),
        "act": .act(plugin: "price-guess", name: "guess", value: 4900), "ping": .ping,
        "start": .start(plugin: "price-guess", config: ["seconds": 30]),
        "stop": .stop(plugin: "price-guess"),
        "command": .command(plugin: "price-guess", name: "extend", value: 15),
        "configure": .configure(plugin: "price-guess", config: ["seconds": 60]),
        "delete": .delete(message: "m18"), "mute": .mute(user: "bo", seconds: 300),
        "unmute": .unmute(user: "bo"), "ban": .ban(user: "bo"), "unban": .unban(user: "bo"),
        "pin": .pin(text: "八点整抽奖"), "unpin": .unpin, "slow": .slow(seconds: 5),
        "publish": .publish(name: "flash-sale", data: ["product": "oolong", "left": 20]),
    ]

    /// What the examples of requests for live video must be read as.
    private static let pictures: [String: PictureRequest] = [
        "watch": .watch(plugin: nil, lease: 0, soundOnly: true),
        "unwatch": .unwatch(view: 31),
    ]

    @Test(arguments: ProtocolPage.all("client"))
    func `an example of a request is read as what it is`(example: ProtocolPage.Example) throws {
        let message = try JSON(parsing: Array(example.text.utf8))
        let name = example.words[2]
        #expect(message["type"]?.stringValue == name)
        if name == "hello" {
            let hello = try Hello(message)
            #expect(hello.room == "teahouse")
            #expect(hello.token == "eyJhbGciOiJIUzI1NiJ9.e30.c2ln")
            #expect(hello.recover == Hello.Recover(epoch: "5f0c9a1e", offset: 41))
            return
        }
        if let picture = Self.pictures[name] {
            #expect(try RequestParser.picture(message)?.request == picture)
            return
        }
        let request = try RequestParser.request(message)
        #expect(request.id == message["id"]?.stringValue)
        #expect(request.command == Self.commands[name])
    }

    @Test func `every request there is has an example, with an id of its own`() throws {
        let examples = ProtocolPage.all("client")
        #expect(
            Set(examples.map { $0.words[2] })
                == Set(Self.commands.keys).union(Self.pictures.keys).union(["hello"]))
        let ids = try examples.map { try JSON(parsing: Array($0.text.utf8))["id"]?.stringValue }
        #expect(Set(ids).count == examples.count)
    }

    @Test(arguments: ProtocolPage.all("server"))
    func `an example of what the server sends is JSON of that type`(
        example: ProtocolPage.Example
    ) throws {
        let message = try JSON(parsing: Array(example.text.utf8))
        let name = example.words[2]
        let types = [
            "welcome", "reply", "event", "state", "danmaku", "speaking", "picture", "pictureOver",
            "bye", "error", "problem",
        ]
        #expect(types.contains(name))
        #expect(message["type"]?.stringValue == (name == "problem" ? "about:blank" : name))
    }

    private func example(_ name: String) throws -> JSON {
        let example = try #require(ProtocolPage.all("server").first { $0.words[2] == name })
        return try JSON(parsing: Array(example.text.utf8))
    }

    @Test func `bye, error and problem are written as in their examples`() throws {
        let bye = try example("bye")
        let frames = ServerMessage.farewell(
            .draining, afterMilliseconds: bye["afterMilliseconds"]?.integerValue)
        #expect(frames.starts(with: WebSocketFrame.text(bye.encoded())))
        let error = try example("error")
        let code = try #require(
            RequestError.Code(rawValue: error["code"]?.stringValue ?? ""))
        let written = ServerMessage.error(
            id: error["id"]?.stringValue,
            RequestError(
                code, error["message"]?.stringValue ?? "",
                retryAfterMilliseconds: error["retryAfterMilliseconds"]?.integerValue))
        #expect(try JSON(parsing: written) == error)
        let problem = try example("problem")
        let response = HTTPResponse.problem(
            status: Int(problem["status"]?.integerValue ?? 0),
            code: problem["code"]?.stringValue ?? "",
            detail: problem["detail"]?.stringValue ?? "", headers: [])
        #expect(try JSON(parsing: response.body) == problem)
    }

    @Test func `the example of claims is a token that is believed`() throws {
        let example = try #require(page.examples.first { $0.words == ["json", "claims"] })
        let payload = Array(example.text.utf8)
        let key = try SigningKey(kid: "k", secret: [UInt8](repeating: 7, count: 32))
        let token = Token.sign(
            header: Array(#"{"alg":"HS256","kid":"k"}"#.utf8), payload: payload, with: key)
        let verifier = TokenVerifier(keys: [key])
        let json = try JSON(parsing: payload)
        let (from, to) = (json["nbf"]?.integerValue ?? 0, json["exp"]?.integerValue ?? 0)
        let claims = try verifier.verify(token, nowSeconds: from)
        #expect(claims.subject == "ana")
        #expect(claims.room == "teahouse")
        #expect(claims.role == "viewer")
        #expect(claims.name == "Ana")
        // The leeway on `nbf` is 30 seconds, on `exp` none.
        #expect(throws: Never.self) { try verifier.verify(token, nowSeconds: from - 30) }
        #expect(throws: TokenError.notYet) { try verifier.verify(token, nowSeconds: from - 31) }
        #expect(throws: Never.self) { try verifier.verify(token, nowSeconds: to - 1) }
        #expect(throws: TokenError.expired) { try verifier.verify(token, nowSeconds: to) }
    }

    @Test func `the table of close codes is that of the code`() throws {
        var documented: [UInt16: (name: String, reconnects: Bool)] = [:]
        for row in try page.rows("Close codes") {
            try #require(row.count >= 3, "\(row)")
            for number in row[0].split(separator: ",") {
                let code = try #require(UInt16(number.trimmingCharacters(in: .whitespaces)))
                try #require(["yes", "no"].contains(row[2]), "\(row)")
                #expect(documented[code] == nil, "\(code) stands twice")
                documented[code] = (row[1], row[2] == "yes")
            }
        }
        for code in CloseCode.allCases {
            #expect(documented[code.rawValue]?.name == code.name, "\(code.rawValue)")
            #expect(documented[code.rawValue]?.reconnects == code.reconnects, "\(code.rawValue)")
        }
        let named = Set(documented.filter { !$0.value.name.isEmpty }.keys)
        #expect(named == Set(CloseCode.allCases.map(\.rawValue)))
        // Those of RFC 6455 have no name here.
        let others = Set(documented.keys).subtracting(named)
        #expect(others == [1000, 1001, 1002, 1003, 1007, 1009])
    }

    @Test func `the table of error codes is that of the code`() throws {
        let cells = try page.rows("Error codes").map { $0[0] }
        let codes = cells.flatMap { cell in
            cell.components(separatedBy: "`").enumerated()
                .filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
        }
        #expect(codes.count == Set(codes).count, "a code stands twice")
        #expect(Set(codes) == Set(RequestError.Code.allCases.map(\.rawValue)))
    }

    @Test func `every HTTP address of the table is known to the router`() throws {
        let fixture = try RouterFixture()
        var paths = 0
        for row in try page.rows("HTTP") {
            let parts = row[0].components(separatedBy: "`").filter { $0.contains("/") }
            for part in parts {
                let words = part.split(separator: " ").map(String.init)
                let method = words.count > 1 ? words[0] : "GET"
                let path = try #require(words.last)
                    .replacing("ROOM", with: "teahouse").replacing("LOCALE", with: "zh")
                    .replacing("/ID/", with: "/price-guess/").replacing("FILE", with: "oolong.svg")
                let response = fixture.answer(
                    method, path, [("Authorization", "Bearer host@teahouse")],
                    body: #"{"type":"ping","id":"1"}"#)
                #expect(response.status == 200, "\(part)")
                paths += 1
            }
        }
        #expect(paths == 13)
    }
}
