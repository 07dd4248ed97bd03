import Testing
import Wire

@Suite struct HTTPResponseTests {
    private func text(_ response: HTTPResponse, keepAlive: Bool = true, headOnly: Bool = false)
        -> String
    {
        String(decoding: response.encoded(keepAlive: keepAlive, headOnly: headOnly), as: UTF8.self)
    }

    @Test func `Length and connection are added`() {
        let response = HTTPResponse(status: 200, headers: [("X", "y z")], body: Array("tea".utf8))
        #expect(
            text(response)
                == "HTTP/1.1 200 OK\r\nX: y z\r\nContent-Length: 3\r\n"
                + "Connection: keep-alive\r\n\r\ntea"
        )
        #expect(text(response, keepAlive: false).contains("\r\nConnection: close\r\n"))
        #expect(
            text(response, headOnly: true).hasSuffix(
                "Content-Length: 3\r\nConnection: keep-alive\r\n\r\n"))
        #expect(text(HTTPResponse(status: 404)).contains("\r\nContent-Length: 0\r\n"))
    }

    @Test func `What the headers say is not said twice, and what has no place is not said`() {
        let own = HTTPResponse(
            status: 200, headers: [("connection", "close"), ("CONTENT-LENGTH", "0")])
        #expect(text(own) == "HTTP/1.1 200 OK\r\nconnection: close\r\nCONTENT-LENGTH: 0\r\n\r\n")
        #expect(
            text(HTTPResponse(status: 204))
                == "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n")
        #expect(
            text(HTTPResponse(status: 304))
                == "HTTP/1.1 304 Not Modified\r\nConnection: keep-alive\r\n\r\n")
        #expect(text(HTTPResponse(status: 100)) == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test func `Problems follow RFC 9457`() {
        let response = HTTPResponse.problem(
            status: 429, code: "TOO_MANY_CONNECTIONS", detail: "64 are \"open\"",
            headers: [("Retry-After", "1")])
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"type":"about:blank","title":"Too Many Requests","status":429,"#
                + #""code":"TOO_MANY_CONNECTIONS","detail":"64 are \"open\""}"#
        )
        #expect(response.headers.map(\.0) == ["Content-Type", "Retry-After"])
        #expect(response.headers.first?.1 == "application/problem+json")
        let error = HTTPError(status: 400, code: "BAD_REQUEST", detail: "x", headers: [("A", "b")])
        #expect(HTTPResponse.problem(error).status == 400)
        #expect(HTTPResponse.problem(error).headers.map(\.0) == ["Content-Type", "A"])
    }

    @Test func `JSON is labelled`() {
        let response = HTTPResponse.json(["status": "ok"], status: 503)
        #expect(
            text(response).hasPrefix(
                "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"))
        #expect(response.body == Array(#"{"status":"ok"}"#.utf8))
    }

    @Test func `Every status has a reason`() {
        #expect((100...599).allSatisfy { !HTTPResponse.reason($0).isEmpty })
        #expect(HTTPResponse.reason(431) == "Request Header Fields Too Large")
        #expect(
            [199, 299, 399, 499, 599].map(HTTPResponse.reason) == [
                "Informational", "Success", "Redirection", "Client Error", "Server Error",
            ])
    }

    @Test func `A header cannot become two`() async {
        await #expect(processExitsWith: .failure) {
            _ = HTTPResponse(status: 200, headers: [("a", "b\r\nc: d")]).encoded(keepAlive: true)
        }
        await #expect(processExitsWith: .failure) {
            _ = HTTPResponse(status: 200, headers: [("a: b\r\nc", "d")]).encoded(keepAlive: true)
        }
        await #expect(processExitsWith: .failure) {
            _ = HTTPResponse(status: 204, body: [1]).encoded(keepAlive: true)
        }
    }
}
