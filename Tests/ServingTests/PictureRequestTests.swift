import PluginContract
import Testing
import Wire

@testable import Serving

/// What people in a room may ask of live video.
@Suite struct PictureRequestTests {
    private func parse(_ text: String) throws -> (id: String, request: PictureRequest)? {
        try RequestParser.picture(JSON(parsing: Array(text.utf8)))
    }

    @Test(arguments: [
        (
            #"{"type":"watch","id":"1"}"#,
            PictureRequest.watch(plugin: nil, lease: 0, soundOnly: false)
        ),
        (
            #"{"type":"watch","id":"1","tracks":"sound","later":true}"#,
            .watch(plugin: nil, lease: 0, soundOnly: true)
        ),
        (
            #"{"type":"watch","id":"1","tracks":null}"#,
            .watch(plugin: nil, lease: 0, soundOnly: false)
        ),
        (
            #"{"type":"watch","id":"1","plugin":"co-host","lease":9223372036854775807}"#,
            .watch(plugin: "co-host", lease: .max, soundOnly: false)
        ),
        (#"{"type":"unwatch","id":"1","view":1}"#, .unwatch(view: 1)),
        (#"{"type":"unwatch","id":"1","view":4294967295}"#, .unwatch(view: .max)),
    ])
    func `requests are read`(text: String, request: PictureRequest) throws {
        let parsed = try #require(try parse(text))
        #expect(parsed.id == "1" && parsed.request == request)
    }

    @Test(arguments: [
        #"{"type":"watch","id":"1","tracks":"picture"}"#,
        #"{"type":"watch","id":"1","tracks":7}"#,
        #"{"type":"watch","id":"1","plugin":"co-host"}"#,
        #"{"type":"watch","id":"1","lease":3}"#,
        #"{"type":"watch","id":"1","plugin":"co-host","lease":0}"#,
        #"{"type":"watch","id":"1","plugin":"Co Host","lease":1}"#,
        #"{"type":"unwatch","id":"1"}"#,
        #"{"type":"unwatch","id":"1","view":0}"#,
        #"{"type":"unwatch","id":"1","view":4294967296}"#,
        #"{"type":"unwatch","id":"1","view":"7"}"#,
    ])
    func `what is wrong with a request is said, with its id`(text: String) throws {
        do {
            _ = try parse(text)
            Issue.record("it was read")
        } catch let refusal as RequestParser.Refusal {
            #expect(refusal.id == "1" && refusal.error.code == .badRequest)
        }
    }

    @Test func `other requests are left alone`() throws {
        #expect(try parse(#"{"type":"ping","id":"1"}"#) == nil)
        #expect(try parse(#"["watch"]"#) == nil)
        #expect(throws: RequestParser.Refusal.self) { try parse(#"{"type":"watch"}"#) }
    }
}
