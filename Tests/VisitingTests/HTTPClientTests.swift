import Testing
import Wire

@testable import Visiting

@Suite struct HTTPClientTests {
    private static func server(answering answer: String) throws -> StandInServer {
        try StandInServer { connection, news in
            guard case .text(let request) = news else { return }
            let answer = answer.replacing("REQUEST", with: request.prefix { $0 != "\r\n" })
            connection.channel.write(Array(answer.utf8))
            connection.channel.finishWriting()
        }
    }

    private static func read(
        _ text: String, pieceBytes: Int, isEnded: Bool = true
    ) throws(SocketError) -> HTTPResponse? {
        var reader = HTTPResponseReader()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try reader.read(rest.prefix(pieceBytes))
            rest = rest.dropFirst(pieceBytes)
        }
        if isEnded { try reader.end() }
        return reader.isComplete ? reader.response : nil
    }

    @Test func `A request reaches the server and its answer comes back`() async throws {
        let server = try Self.server(
            answering: "HTTP/1.1 200 OK\r\nX-Seen: REQUEST\r\nContent-Length: 5\r\n\r\nhello")
        let response = try await HTTPClient.get(port: server.port, path: "/healthz")
        #expect(response.status == 200)
        #expect(response.text == "hello")
        #expect(response.header("x-seen") == "GET /healthz HTTP/1.1")
        let posted = try await HTTPClient.post(port: server.port, path: "/p", body: [1, 2])
        #expect(posted.header("X-SEEN") == "POST /p HTTP/1.1")
    }

    @Test func `A connection that ends within the answer is an error`() async throws {
        let server = try Self.server(
            answering: "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello")
        await #expect(throws: SocketError.malformed("only a part of an answer")) {
            try await HTTPClient.get(port: server.port, path: "/")
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nT: 1\r\n\r\n",
        "HTTP/1.0 200\r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    ])
    func `An answer is read the same in pieces of any size`(_ text: String) throws {
        for pieceBytes in 1...text.utf8.count {
            let response = try #require(try Self.read(text, pieceBytes: pieceBytes))
            #expect(response.status == 200)
            #expect(response.text == "hello")
        }
    }

    @Test(arguments: [
        "HTTP/2 200\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n", "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    ])
    func `What is not an answer is refused`(_ text: String) {
        #expect(throws: SocketError.self) { try Self.read(text, pieceBytes: 7) }
    }

    @Test func `A head of the largest size is read and a larger one refused`() throws {
        let start = "HTTP/1.1 204 No Content\r\nX: "
        let room = HTTPResponseReader.headBytesMax - start.utf8.count
        let fitting = start + String(repeating: "x", count: room)
        #expect(try Self.read(fitting, pieceBytes: 4096, isEnded: false) == nil)
        #expect(try Self.read(fitting + "\r\n\r\n", pieceBytes: 100_000)?.status == 204)
        #expect(throws: SocketError.malformed("a huge head")) {
            try Self.read(fitting + "x", pieceBytes: 4096, isEnded: false)
        }
    }
}
