import Clockwork
import Foundation
import Streaming
import Testing
import Wire

@testable import Playhouse

/// The section `stream` of a configuration, and the command that signs stream keys.
@Suite struct StreamConfigurationTests {
    private static let keys =
        #""keys":[{"kid":"k","secret":"only-for-the-tests-of-streams-0123456789"}]"#

    private func read(_ text: String) throws(ConfigurationError) -> Configuration {
        try Configuration(
            text: Array(#"{"rooms":[{"id":"teahouse"}],\#(text)}"#.utf8), name: "show.json",
            folder: "/shop")
    }

    private func problem(_ text: String) -> String {
        do throws(ConfigurationError) {
            _ = try read(text)
            return ""
        } catch {
            return error.description
        }
    }

    @Test func `without the section there is no live video`() throws {
        let without = try read(Self.keys).stream
        #expect(without == nil)
        let least = try #require(try read(#"\#(Self.keys),"stream":{}"#).stream)
        #expect(least == StreamConfiguration())
        #expect(least.isOn && least.port == 1_935 && least.host == nil && !least.mayMove)
    }

    @Test func `every setting is read`() throws {
        let text =
            #"{"on":false,"host":"0.0.0.0","port":0,"viewersMax":1,"soundOnlyAfter":0,"banAddresses":true,"address":"rtmps://a.example/live","record":"shows"}"#
        let stream = try #require(try read(#"\#(Self.keys),"stream":\#(text)"#).stream)
        #expect(!stream.isOn && stream.host == "0.0.0.0" && stream.port == 0)
        #expect(stream.soundOnlyAfter == 0 && stream.bansAddresses)
        #expect(stream.viewersMax == 1 && stream.address == "rtmps://a.example/live")
        #expect(stream.record == "/shop/shows")
        #expect(stream.codecs == [.h264])
        let cases: [(String, Set<VideoCoding>)] = [
            (#"[]"#, [.h264]), (#"["av1"]"#, [.h264, .av1]),
            (#"["h264","hevc","av1"]"#, [.h264, .hevc, .av1]),
        ]
        for (names, codecs) in cases {
            let read = try read(#"\#(Self.keys),"stream":{"codecs":\#(names)}"#).stream
            #expect(read?.codecs == codecs)
        }
        _ = try read(
            #"\#(Self.keys),"stream":{"port":65535,"viewersMax":1000000,"soundOnlyAfter":100}"#)
    }

    @Test(arguments: [
        (#"{"port":65536}"#, "$.stream.port: must be an integer from 0 to 65535"),
        (#"{"port":-1}"#, "$.stream.port: must be"),
        (#"{"port":8080}"#, "$.stream.port: is that of \"listen\"; give the stream"),
        (#"{"viewersMax":0}"#, "$.stream.viewersMax: must be an integer from 1 to"),
        (#"{"viewersMax":1000001}"#, "$.stream.viewersMax"),
        (#"{"soundOnlyAfter":-1}"#, "$.stream.soundOnlyAfter"),
        (#"{"soundOnlyAfter":101}"#, "$.stream.soundOnlyAfter"),
        (#"{"address":"http://a.example/live"}"#, "$.stream.address: must be an address of RTMP"),
        (#"{"address":"rtmp://a.example"}"#, "$.stream.address"),
        (#"{"address":"rtmp:///live"}"#, "$.stream.address"),
        (#"{"address":"rtmp://a b/live"}"#, "$.stream.address"),
        (#"{"codecs":"av1"}"#, "$.stream.codecs: must be a list"),
        (
            #"{"codecs":["av1","vp9"]}"#,
            "show.json:1: $.stream.codecs[1]: must be \"h264\" or \"hevc\" or \"av1\""
        ),
        (#"{"codecs":[1]}"#, "$.stream.codecs[0]: must be"),
        (#"{"record":1}"#, "$.stream.record: must be a string"),
        (#"{"on":1}"#, "$.stream.on: must be true or false"),
        (#"{"prot":1}"#, "$.stream.prot: is not a setting here; did you mean port?"),
    ])
    func `what does not fit is named with a remedy`(text: String, message: String) {
        let said = problem(#"\#(Self.keys),"stream":\#(text)"#)
        #expect(said.contains(message), "\(said)")
    }

    @Test func `a stream that is on needs keys, one that is off does not`() throws {
        #expect(problem(#""stream":{}"#).contains("$.stream: needs \"keys\""))
        let off = try read(#""stream":{"on":false}"#).stream
        #expect(off?.isOn == false)
        // A port of its own may be any free one, even if the server's is as well.
        _ = try read(#"\#(Self.keys),"listen":{"port":0},"stream":{"port":0}"#)
    }

    @Test func `a host that is no address is found by the check`() throws {
        let folder = try TemporaryFolder()
        var configuration = TestHouse.configuration(folder)
        var stream = StreamConfiguration()
        stream.host = "live.example.com"
        configuration.stream = stream
        let log = Log(format: .json, level: .error, clock: SystemClock()) { _ in }
        #expect(throws: (any Error).self) { try Server.check(configuration, log: log) }
        stream.host = "127.0.0.1"
        configuration.stream = stream
        try Server.check(configuration, log: log)
    }

    // MARK: - playhouse stream-key

    private static func file(_ stream: String) -> String {
        #"{"rooms":[{"id":"teahouse"}],\#(keys)\#(stream)}"#
    }

    @Test func `the command signs a key, with an exit code for each end`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("show.json")
        try folder.write(Self.file(#","stream":{}"#), to: "show.json")
        func run(_ words: String...) async throws -> ChildProcess.Outcome {
            try await ChildProcess(["stream-key", "--config", file] + words).outcome()
        }
        let good = try await run("--room", "teahouse", "--user", "mei", "--lifetime", "24")
        #expect(good.exitCode == 0 && good.errors == "")
        #expect(good.output.split(separator: ".").count == 3 && good.output.hasSuffix("\n"))
        for hours in ["0", "25", "x"] {
            let wrong = try await run("--room", "teahouse", "--user", "mei", "--lifetime", hours)
            #expect(wrong.exitCode == 2 && wrong.errors.contains("--lifetime"))
        }
        #expect(try await run("--room", "teahouse").exitCode == 2)
        let nowhere = try await run("--room", "shop", "--user", "mei")
        #expect(nowhere.exitCode == 1 && nowhere.errors.contains("no room \"shop\""))
        let other = try await run("--room", "teahouse", "--user", "mei", "--kid", "other")
        #expect(other.exitCode == 1 && other.errors.contains("no key \"other\""))
        let long = try await run(
            "--room", "teahouse", "--user", String(repeating: "u", count: 65))
        #expect(long.exitCode == 1)
        try folder.write(Self.file(""), to: "show.json")
        let without = try await run("--room", "teahouse", "--user", "mei")
        #expect(without.exitCode == 1 && without.errors.contains("add \"stream\": {}"))
        #expect(try await run("--help").output.contains("usage: playhouse stream-key"))
    }
}
