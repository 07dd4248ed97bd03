import Clockwork
import Fetching
import Foundation
import Knowledge
import Testing
import Visiting

/// The service against endpoints that do well, and that fail in every way there is.
@Suite struct EndpointTests {
    private static let line = "台灯功率多少瓦?"

    private func service(
        _ address: String, clock: any Clock = SystemClock(),
        _ change: (inout Embedder.Limits) -> Void = { _ in }
    ) throws -> (service: KnowledgeService, embedder: Embedder) {
        var limits = Embedder.Limits()
        limits.lineMillisecondsMax = 60_000
        change(&limits)
        let endpoint = try Endpoint(
            address: address, service: .embeddings, key: "secret-key", model: "small")
        let embedder = Embedder(
            endpoint: endpoint, session: FetchSession(), clock: clock, limits: limits)
        return (
            KnowledgeService(index: try KnowledgeFixtures.stall(), embedder: embedder), embedder
        )
    }

    @Test func `Addresses are completed`() throws {
        for (address, path) in [
            ("http://a:1", "http://a:1/v1/embeddings"), ("http://a/v1/", "http://a/v1/embeddings"),
            ("https://a/x/v1/embeddings", "https://a/x/v1/embeddings"),
        ] {
            let endpoint = try Endpoint(address: address, service: .embeddings, model: "m")
            #expect(endpoint.url.absoluteString == path)
        }
        for address in ["", "ftp://a", "a:1", "http://"] {
            #expect(throws: EndpointError.badAddress(address)) {
                _ = try Endpoint(address: address, service: .chat, model: "m")
            }
        }
    }

    @Test func `Embeddings of entries are fetched once in batches, and lines compared with them`()
        async throws
    {
        let server = try FakeEndpoint { $0.answerEmbeddings() }
        let (service, embedder) = try service(server.address) { $0.batchTextsMax = 5 }
        #expect(await service.prepare())
        #expect(server.heads.count == 3)
        #expect(await service.prepare())
        #expect(server.heads.count == 3)
        let finding = await service.find(Self.line, onAir: "lamp")
        #expect(finding.features.hasEmbeddings)
        #expect(finding.answer?.id == "lamp-power")
        #expect(server.heads.count == 4)
        let head = server.heads[0].lowercased()
        #expect(head.hasPrefix("post /v1/embeddings "))
        #expect(head.contains("authorization: bearer secret-key"))
        #expect(await embedder.lastError == nil)
    }

    /// What a bad endpoint does with the requests for the shop's entries.
    enum Badness: String, CaseIterable {
        case error, nonsense, empty, fewer, dimensions, zeros, text, huge, cutOff, hangUp, redirect
        case silence
    }

    @Test(arguments: Badness.allCases)
    func `A bad endpoint leaves the lexical score`(badness: Badness) async throws {
        let server = try FakeEndpoint { request in Self.behave(badness, request) }
        let (service, embedder) = try service(server.address) {
            $0.batchMillisecondsMax = badness == .silence ? 200 : 60_000
            $0.answerBytesMax = 4_096
        }
        #expect(await service.prepare() == false)
        let finding = await service.find(Self.line, onAir: "lamp")
        #expect(!finding.features.hasEmbeddings)
        #expect(finding.answer?.id == "lamp-power")
        let error = await embedder.lastError
        switch badness {
        case .error: #expect(error == .status(503))
        case .redirect: #expect(error == .status(307))
        case .huge: #expect(error == .tooLarge)
        case .silence: #expect(error == .slow)
        case .cutOff, .hangUp: #expect(error != nil)
        case .nonsense, .empty, .fewer, .dimensions, .zeros, .text:
            guard case .malformed? = error else {
                Issue.record("\(badness) gave \(String(describing: error))")
                return
            }
        }
    }

    private static func behave(_ badness: Badness, _ request: FakeEndpoint.Request) {
        let vectors: (String) -> String = { vector in
            "{\"data\":["
                + (0..<12).map { "{\"index\":\($0),\"embedding\":\(vector)}" }
                .joined(separator: ",") + "]}"
        }
        switch badness {
        case .error: request.answer("{\"error\":\"busy\"}", status: 503)
        case .nonsense: request.answer("<html>")
        case .empty: request.answer("")
        case .fewer: request.answer("{\"data\":[{\"index\":0,\"embedding\":[1]}]}")
        case .dimensions:
            request.answer(
                vectors("[1,2]").replacing(
                    "\"index\":7,\"embedding\":[1,2]", with: "\"index\":7,\"embedding\":[1]"))
        case .zeros: request.answer(vectors("[0,0]"))
        case .text: request.answer(vectors("[\"1\"]"))
        case .huge: request.answer(vectors("[" + String(repeating: "1,", count: 4_000) + "1]"))
        case .cutOff:
            request.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":")
            request.channel.finishWriting()
        case .hangUp: request.channel.close(isAbrupt: true)
        case .redirect:
            request.write(
                "HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        case .silence: break
        }
    }

    @Test func `Nobody listens there`() async throws {
        let server = try FakeEndpoint { $0.answerEmbeddings() }
        let address = server.address.replacing(/:\d+$/, with: ":1")
        let (service, embedder) = try service(address)
        #expect(await service.prepare() == false)
        guard case .unreachable? = await embedder.lastError else {
            Issue.record("\(String(describing: await embedder.lastError))")
            return
        }
    }

    @Test func `A dimension that changes, or a slow line, falls back and pauses; then all is well`()
        async throws
    {
        let server = try FakeEndpoint { request in
            switch request.number {
            case 2: request.answerEmbeddings(dimension: 9)
            case 3: break
            default: request.answerEmbeddings()
            }
        }
        let clock = VirtualClock()
        let (service, embedder) = try service(server.address, clock: clock) {
            // The one that stays silent takes as long.
            $0.lineMillisecondsMax = 5_000
        }
        #expect(await service.prepare())
        for error in [EndpointError.malformed("vectors of another dimension than before"), .slow] {
            let finding = await service.find(Self.line, onAir: "lamp")
            #expect(!finding.features.hasEmbeddings)
            #expect(finding.answer?.id == "lamp-power")
            #expect(await embedder.lastError == error)
            let count = server.heads.count
            _ = await service.find(Self.line, onAir: "lamp")
            #expect(server.heads.count == count, "the endpoint is left alone")
            clock.advance(milliseconds: 5_000)
        }
        #expect(await service.find(Self.line, onAir: "lamp").features.hasEmbeddings)
        #expect(await embedder.lastError == nil)
    }

    @Test func `A shop that could not be embedded is tried again after the pause`() async throws {
        let server = try FakeEndpoint { request in
            if request.number == 1 {
                request.answer("", status: 500)
            } else {
                request.answerEmbeddings()
            }
        }
        let clock = VirtualClock()
        let (service, _) = try service(server.address, clock: clock)
        #expect(await service.prepare() == false)
        clock.advance(milliseconds: 5_000)
        _ = await service.find(Self.line)
        #expect(await service.prepare())
        #expect(await service.find(Self.line, onAir: "lamp").features.hasEmbeddings)
    }
}
