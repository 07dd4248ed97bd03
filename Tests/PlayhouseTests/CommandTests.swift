import Clockwork
import Cryptography
import Foundation
import Testing
import Wire

@testable import Playhouse

/// The command line: help, exit codes, and sentences that name what is wrong.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CommandTests {
    @Test func `every command tells how it is used`() async throws {
        for words in [[], ["--help"], ["-h"], ["help"], ["serve", "--help"], ["demo", "-h"]] {
            let outcome = try await ChildProcess(words).outcome()
            #expect(outcome.exitCode == 0, "\(words)")
            #expect(outcome.output.contains("usage: playhouse"), "\(words)")
            #expect(outcome.errors.isEmpty)
        }
        let general = try await ChildProcess.run("--help").output
        for command in ["serve", "demo", "token", "bench"] {
            #expect(general.contains("\n  \(command) "))
        }
        // Options beside it do no harm.
        let token = try await ChildProcess.run("token", "--room", "x", "--help")
        #expect(token.exitCode == 0)
        #expect(token.output.contains("usage: playhouse token"))
        let version = try await ChildProcess.run("--version")
        #expect(version.output == "playhouse \(Version.text)\n")
    }

    @Test(arguments: [
        (["serve", "--colour", "red"], "--colour"), (["serve", "--colour=red"], "--colour"),
        (["serve"], "--config"), (["serve", "--config"], "--config"),
        (["serve", "show.json"], "show.json"), (["token", "stray", "--room", "a"], "stray"),
        (["token", "--room", "a", "-x"], "-x"), (["demo", "stray"], "stray"),
        (["reference", "stray"], "stray"), (["replay", "stray"], "stray"),
        (["bench", "recovery", "stray"], "stray"), (["lua", "a", "b"], "one Lua file"),
        (["serve", "--check=1"], "--check"),
        (["token", "--nonsense", "1"], "--nonsense"),
        (["demo", "--viewers", "501"], "--viewers"), (["demo", "--viewers", "-1"], "--viewers"),
        (["demo", "--port", "65536"], "--port"), (["demo", "--verbose=1"], "--verbose"),
        (["demo", "--nonsense"], "--nonsense"), (["dance"], "dance"),
        (["--nonsense"], "--nonsense"), (["verify-draw"], "bundle"),
        (["verify-draw", "nowhere.json"], "nowhere.json"),
    ])
    func `words that do not fit end with 2 and are named`(
        words: [String], named: String
    ) async throws {
        let outcome = try await ChildProcess(words).outcome()
        #expect(outcome.exitCode == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains(named), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.output.isEmpty)
    }

    /// Drawn with Python, from the description in SDK-docs/guides/fairness.md.
    private static let bundle = #"""
            {
             "format": "playhouse-draw-1",
             "show": "s",
             "plugin": "lottery",
             "name": "draw-1",
             "number": 1,
             "commitment": "ebfe37053a9a0dba9e64f89f07b7db10c1d738ce9c886be386e99309e8518223",
             "rules": "{\"prize\":\"tea\",\"winners\":2}",
             "secret": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
             "entrants": [
              [
               "ana",
               1
              ],
              [
               "bo",
               3
              ],
              [
               "cy",
               1
              ],
              [
               "z",
               1
              ],
              [
               "小安",
               2
              ]
             ],
             "entrants_hash": "f08e66b852c8fa58573c8e359a385ea9ece25acd58516ef22bcb932b41c8eca4",
             "input": "4711",
             "count": 5,
             "sides": 6,
             "ranking": [
              "bo",
              "z",
              "小安",
              "cy",
              "ana"
             ],
             "rolls": [
              5,
              3,
              5,
              3,
              2
             ],
             "records": {
              "committed": 1,
              "frozen": 5,
              "asked": 5,
              "revealed": 6
             },
             "abandoned_before": 0
            }
        """#

    @Test func `a draw is verified offline, with an exit code for each end`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("draw.json")
        try folder.write(Self.bundle, to: "draw.json")
        let good = try await ChildProcess.run("verify-draw", file)
        #expect(good.exitCode == 0, "\(good.output) \(good.errors)")
        #expect(good.output.contains("first places: bo, z, 小安, cy, ana"))
        let shown = try #require(
            try JSON(parsing: Array(Self.bundle.utf8))["commitment"]?.stringValue)
        let noted = try await ChildProcess.run("verify-draw", file, "--commitment", shown)
        #expect(noted.exitCode == 0)
        let other = try await ChildProcess.run(
            "verify-draw", file, "--commitment", String(shown.reversed()), "--json")
        #expect(other.exitCode == 1)
        #expect(other.output.contains("otherCommitment"))
        let tampered = Self.bundle.replacing("\"4711\"", with: "\"4712\"")
        try folder.write(tampered, to: "draw.json")
        let bad = try await ChildProcess.run("verify-draw", file)
        #expect(bad.exitCode == 1)
        #expect(bad.output.contains("does not hold: the places"))
        try folder.write("{}", to: "draw.json")
        let unreadable = try await ChildProcess.run("verify-draw", file)
        #expect(unreadable.exitCode == 2)
        #expect(unreadable.errors.contains("no bundle"))
    }

    @Test func `an option of a good file that does not fit ends with 2`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("show.json")
        try folder.write(text(ChildServer.configuration()), to: "show.json")
        for (option, value) in [
            ("--port", "65536"), ("--port", "http"), ("--log-format", "xml"),
            ("--log-level", "loud"),
        ] {
            let outcome = try await ChildProcess.run("serve", "--config", file, option, value)
            #expect(outcome.exitCode == 2)
            #expect(outcome.errors.contains(option))
            #expect(outcome.errors.contains(value))
        }
    }

    private func text(_ json: JSON) -> String { String(decoding: json.encoded(), as: UTF8.self) }

    @Test func `a bad configuration ends with 1, file and place`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("show.json")
        let missing = try await ChildProcess.run("serve", "--config", file)
        #expect(missing.exitCode == 1)
        #expect(missing.errors.contains(file))
        let cases: [(String, [String])] = [
            ("{", [file]),
            (
                text(ChildServer.configuration { $0["listn"] = 1 }),
                ["\(file):1: $.listn:", "did you mean listen?"]
            ),
            (
                text(
                    ChildServer.configuration {
                        $0["listen"] = ["port": 70_000]
                        $0["limits"] = ["headSeconds": 0]
                    }), ["\(file):1: $.listen.port:", "\(file):1: $.limits.headSeconds:"]
            ),
            (
                text(ChildServer.configuration { $0["keys"] = [["kid": "a", "secret": "short"]] }),
                ["\(file):1: $.keys[0]:", "32 bytes"]
            ),
            (text(ChildServer.configuration { $0["rooms"] = .array([]) }), ["\(file):1: $.rooms:"]),
            (
                text(
                    ChildServer.configuration {
                        $0["rooms"] = [["id": "a", "show": ["id": "X"]]]
                    }), ["\(file):1: $.rooms[0].show.id:"]
            ),
            (
                text(
                    ChildServer.configuration {
                        $0["rooms"] = [["id": "a", "show": ["plugins": [["id": "nothing"]]]]]
                    }), ["\"nothing\"", "/Plugins/nothing", "plugin.json"]
            ),
        ]
        for (configuration, places) in cases {
            try folder.write(configuration, to: "show.json")
            let outcome = try await ChildProcess.run("serve", "--config", file)
            #expect(outcome.exitCode == 1, "\(configuration)")
            for place in places {
                #expect(outcome.errors.contains(place), "\(outcome.errors)")
            }
        }
    }

    @Test func `a check says whether a server could start, and starts none`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("show.json")
        try folder.write(text(ChildServer.configuration()), to: "show.json")
        let good = try await ChildProcess.run("serve", "--config", file, "--check")
        #expect(good.exitCode == 0, "\(good.errors)")
        // For scripts: the verdict and nothing else.
        #expect(good.output == "good: \(file)\n")
        #expect(!FileManager.default.fileExists(atPath: folder.file("data")))
        // Also while a server runs with it.
        let server = try await ChildServer.start(in: folder)
        #expect(
            try await ChildProcess.run("serve", "--config", file, "--check").exitCode == 0)
        #expect(server.process.isRunning)
        for (show, place) in [
            (["plugins": [["id": "nothing"]]], "/Plugins/nothing"),
            (["products": [["id": "a", "image": "none.png"]]], "none.png"),
            (["plugin": .array([])], "did you mean plugins?"),
        ] as [(JSON, String)] {
            try folder.write(
                text(ChildServer.configuration { $0["rooms"] = [["id": "a", "show": show]] }),
                to: "bad.json")
            let bad = try await ChildProcess.run(
                "serve", "--config", folder.file("bad.json"), "--check")
            #expect(bad.exitCode == 1)
            #expect(bad.errors.contains(place), "\(bad.errors)")
            #expect(bad.output.isEmpty)
        }
    }

    @Test func `the demo prints an address for everybody`() async throws {
        let folder = try TemporaryFolder()
        let demo = try ChildProcess([
            "demo", "--port", "0", "--viewers", "0", "--data", folder.file("demo"),
        ])
        try await eventually("the addresses; it says \(demo.output) \(demo.errors)") {
            demo.output.contains("Ctrl-C")
        }
        #expect(demo.output.contains(/viewers +http:\S+\/rooms\/teahouse\n/))
        #expect(demo.output.contains(/host +http:\S+\/host\/teahouse#token=\S+\n/))
        #expect(demo.output.contains(/operator +http:\S+\/operator\/teahouse#token=\S+\n/))
    }

    @Test func `a start says once how many stage processes are ready`() async throws {
        let server = try await ChildServer.start(in: try TemporaryFolder())
        try await eventually("the line; it says \(server.process.output)") {
            server.process.output.contains("stage processes are ready")
        }
        #expect(server.process.output.ranges(of: "ready").count == 1)
        #expect(server.process.output.contains(#""count":4"#))
    }

    @Test func `a port or a folder that is in use ends with 1 and a sentence`() async throws {
        let folder = try TemporaryFolder()
        let server = try await ChildServer.start(in: folder)
        let other = try TemporaryFolder()
        try other.write(text(ChildServer.configuration()), to: "show.json")
        let port = try await ChildProcess.run(
            "serve", "--config", other.file("show.json"), "--port", String(server.port))
        #expect(port.exitCode == 1)
        #expect(port.errors.contains("cannot listen on 127.0.0.1:\(server.port)"))
        let data = try await ChildProcess.run(
            "serve", "--config", other.file("show.json"), "--data", folder.file("data"))
        #expect(data.exitCode == 1)
        #expect(data.errors.contains("journal.sqlite"), "\(data.errors)")
        let host = try await ChildProcess.run(
            "serve", "--config", other.file("show.json"), "--host", "example.org")
        #expect(host.exitCode == 1)
        #expect(host.errors.contains("example.org"))
        #expect(server.process.isRunning)
    }

    @Test func `a token that is printed is one that the server believes`() async throws {
        let folder = try TemporaryFolder()
        let second: JSON = [
            "kid": "second", "secret": .string(String(repeating: "s", count: 32)),
        ]
        try folder.write(
            text(
                ChildServer.configuration {
                    $0["keys"] = .array(($0["keys"]?.arrayValue ?? []) + [second])
                }), to: "show.json")
        let configuration = try Configuration(file: folder.file("show.json"))
        func token(_ words: String...) async throws -> ChildProcess.Outcome {
            try await ChildProcess(["token", "--config", folder.file("show.json")] + words)
                .outcome()
        }
        let verifier = TokenVerifier(keys: configuration.keys)
        let now = SystemClock().unixMilliseconds / 1_000
        let plain = try await token("--room", "teahouse", "--role", "host", "--subject", "mei")
        #expect(plain.exitCode == 0)
        #expect(plain.output.hasSuffix("\n"))
        let claims = try verifier.verify(String(plain.output.dropLast()), nowSeconds: now)
        #expect(claims.subject == "mei")
        #expect(claims.name == "mei")
        #expect(claims.room == "teahouse")
        #expect(claims.role == "host")
        #expect((43_190...43_210).contains(claims.expiresAt - now))
        let full = try await token(
            "--room", "*", "--role=service", "--subject", "shop", "--name", "小店", "--hours", "1",
            "--kid", "second")
        let others = try verifier.verify(String(full.output.dropLast()), nowSeconds: now)
        #expect(others.name == "小店")
        #expect(others.room == "*")
        #expect((3_590...3_610).contains(others.expiresAt - now))
        #expect(throws: TokenError.self) {
            try TokenVerifier(keys: [configuration.keys[0]]).verify(
                String(full.output.dropLast()), nowSeconds: now)
        }
        for (words, sentence) in [
            (["--room", "*", "--role", "host", "--subject", "a"], "service"),
            (["--room", "teahouse", "--role", "owner", "--subject", "a"], "role"),
            (["--room", "Tea", "--role", "host", "--subject", "a"], "room"),
            (["--room", "teahouse", "--role", "host", "--subject", "a", "--kid", "no"], "\"no\""),
        ] {
            let outcome = try await ChildProcess(
                ["token", "--config", folder.file("show.json")] + words
            ).outcome()
            #expect(outcome.exitCode == 1)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
        }
        for words in [["--room", "a", "--role", "host"], ["--role", "host", "--subject", "a"]] {
            let outcome = try await ChildProcess(
                ["token", "--config", folder.file("show.json")] + words
            ).outcome()
            #expect(outcome.exitCode == 2)
            #expect(outcome.errors.contains("is missing"))
        }
    }
}
