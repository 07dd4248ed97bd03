import Foundation
import Knowledge
import Testing

@testable import Playhouse

@Suite struct KnowledgeConfigurationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try write(
            "kb.jsonl",
            #"{"id":"ship","question":"When do you ship?","answer":"Today.","lang":"en"}"#)
        try write("key", "sesame\n")
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/" + name))
    }

    private func read(_ knowledge: String) throws -> KnowledgeConfiguration? {
        let text = #"{"rooms":[{"id":"tea","show":{"knowledge":\#(knowledge)}}]}"#
        return try Configuration(text: Array(text.utf8), name: "c.json", folder: folder.path)
            .rooms[0].knowledge
    }

    @Test func `A folder is read, and endpoints have key and time`() throws {
        let knowledge = try #require(
            try read(
                #"{"folder":".","embeddings":{"url":"http://127.0.0.1:8000","model":"small"},"#
                    + #""chat":{"url":"https://llm.example/v1","keyFile":"key","milliseconds":700}}"#
            ))
        #expect(knowledge.shop.entries.map(\.id) == ["ship"])
        #expect(
            knowledge.embeddings?.endpoint
                == (try Endpoint(
                    address: "http://127.0.0.1:8000", service: .embeddings, model: "small")))
        #expect(knowledge.embeddings?.milliseconds == 400)
        #expect(
            knowledge.chat?.endpoint
                == (try Endpoint(
                    address: "https://llm.example/v1", service: .chat, key: "sesame",
                    model: "chat")))
        #expect(knowledge.chat?.milliseconds == 700)
    }

    @Test func `A key may come from the environment`() throws {
        // One that every process has.
        let knowledge = try read(
            #"{"folder":".","chat":{"url":"http://a","keyVariable":"PATH"}}"#)
        #expect(
            knowledge?.chat?.endpoint.key == ProcessInfo.processInfo.environment["PATH"])
    }

    @Test func `A show without it has none`() throws {
        let text = #"{"rooms":[{"id":"tea"}]}"#
        let configuration = try Configuration(
            text: Array(text.utf8), name: "c.json", folder: folder.path)
        #expect(configuration.rooms[0].knowledge == nil)
    }

    @Test(arguments: [
        (#"{}"#, "knowledge.folder: is missing: name a folder"),
        (#"{"folder":"nowhere"}"#, "nowhere/kb.jsonl: there is no such file"),
        (#"{"folder":".","chat":{}}"#, "knowledge.chat.url: must be an http or https address"),
        (
            #"{"folder":".","chat":{"url":"http://a","keyFile":"none"}}"#,
            "knowledge.chat.keyFile: "
        ),
        (
            #"{"folder":".","chat":{"url":"http://a","keyFile":"key","keyVariable":"PATH"}}"#,
            "knowledge.chat.keyFile: give either"
        ),
        (
            #"{"folder":".","chat":{"url":"http://a","keyVariable":"PLAYHOUSE_NO_SUCH"}}"#,
            "the environment variable PLAYHOUSE_NO_SUCH is empty; set it"
        ),
        (
            #"{"folder":".","embeddings":{"url":"http://a","milliseconds":49}}"#,
            "knowledge.embeddings.milliseconds: must be an integer from 50 to 10000"
        ),
        (
            #"{"folder":".","embedding":{}}"#,
            "knowledge.embedding: is not a setting here; did you mean embeddings?"
        ),
    ]) func `What is wrong is named with its place and a remedy`(
        knowledge: String, message: String
    ) {
        #expect {
            _ = try read(knowledge)
        } throws: { "\($0)".contains("c.json:1: $.rooms[0].show.") && "\($0)".contains(message) }
    }

    @Test func `A mistake in an entry is named with its line and a remedy`() throws {
        try write(
            "kb.jsonl",
            "{\"id\":\"a\",\"question\":\"q\",\"answer\":\"a\"}\n{\"id\":\"b\",\"question\":\"q\"}\n"
        )
        #expect {
            _ = try read(#"{"folder":"."}"#)
        } throws: {
            "\($0)".contains("kb.jsonl:2: \"answer\" is missing or empty; give it a text")
        }
    }

    @Test func `A key is one of printable characters`() throws {
        try write("key", "two words")
        #expect {
            _ = try read(#"{"folder":".","chat":{"url":"http://a","keyFile":"key"}}"#)
        } throws: { "\($0)".contains("holds something else than one key") }
    }
}
