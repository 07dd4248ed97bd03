import Testing
import Wire

@Suite struct HTTPLimitTests {
    private let limits = HTTPLimits(
        headBytesMax: 200, headersMax: 4, targetBytesMax: 50, bodyBytesMax: 20)
    private let line = "GET / HTTP/1.1\r\nHost: a\r\n"

    private func outcome(_ text: String) -> String {
        let whole = decodeRequests([Array(text.utf8)], limits: limits)
        let bytewise = decodeRequests(text.utf8.map { [$0] }, limits: limits)
        #expect(whole.error?.code == bytewise.error?.code)
        #expect(whole.requests.count == bytewise.requests.count)
        return whole.error.map { "\($0.status) \($0.code)" } ?? "\(whole.requests.count)"
    }

    @Test func `The size of the head is limited`() {
        func head(_ size: Int) -> String {
            line + "x: " + String(repeating: "x", count: size - line.utf8.count - 7) + "\r\n\r\n"
        }
        func start(_ size: Int) -> String {
            String(decoding: head(400).utf8.prefix(size), as: UTF8.self)
        }
        #expect(head(200).utf8.count == 200)
        #expect(outcome(head(200)) == "1")
        #expect(outcome("\r\n" + head(200)) == "1")
        #expect(outcome(head(201)) == "431 HEAD_TOO_LARGE")
        #expect(outcome(start(201)) == "431 HEAD_TOO_LARGE")
        #expect(outcome(start(200)) == "0")
        #expect(outcome("GET /" + String(repeating: "x", count: 300)) == "414 TARGET_TOO_LONG")
    }

    @Test func `The number of headers is limited`() {
        #expect(outcome(line + String(repeating: "x: y\r\n", count: 3) + "\r\n") == "1")
        #expect(
            outcome(line + String(repeating: "x: y\r\n", count: 4) + "\r\n")
                == "431 TOO_MANY_HEADERS")
    }

    @Test func `The size of the target is limited`() {
        func head(_ size: Int) -> String {
            "GET /\(String(repeating: "x", count: size - 1)) HTTP/1.1\r\nHost: a\r\n\r\n"
        }
        #expect(outcome(head(50)) == "1")
        #expect(outcome(head(51)) == "414 TARGET_TOO_LONG")
    }

    @Test func `The size of the body is limited, before it is sent`() {
        let body = String(repeating: "x", count: 20)
        #expect(outcome(line + "Content-Length: 20\r\n\r\n" + body) == "1")
        #expect(outcome(line + "Content-Length: 21\r\n\r\n") == "413 BODY_TOO_LARGE")
        let chunked = line + "Transfer-Encoding: chunked\r\n\r\n"
        #expect(outcome(chunked + "14\r\n\(body)\r\n0\r\n\r\n") == "1")
        #expect(outcome(chunked + "15\r\n") == "413 BODY_TOO_LARGE")
        #expect(outcome(chunked + "13\r\n\(body.dropLast())\r\n1\r\nx\r\n0\r\n\r\n") == "1")
        #expect(outcome(chunked + "13\r\n\(body.dropLast())\r\n2\r\n") == "413 BODY_TOO_LARGE")
        #expect(outcome(chunked + "FFFFFFFFFFFFFFFFFFFFFFFF\r\n") == "413 BODY_TOO_LARGE")
        #expect(outcome(chunked + "10000000000000001\r\n") == "413 BODY_TOO_LARGE")
    }

    @Test func `Extensions and trailers are limited`() {
        let chunked = line + "Transfer-Encoding: chunked\r\n\r\n"
        func extended(_ size: Int) -> String {
            "1;" + String(repeating: "x", count: size - 1) + "\r\nx\r\n"
        }
        #expect(outcome(chunked + extended(100) + extended(100) + "0\r\n\r\n") == "1")
        #expect(outcome(chunked + extended(100) + extended(101) + "0\r\n\r\n") == "400 BAD_CHUNK")
        #expect(
            outcome(chunked + "0\r\n" + String(repeating: "x: y\r\n", count: 4) + "\r\n") == "1")
        #expect(
            outcome(chunked + "0\r\n" + String(repeating: "x: y\r\n", count: 5) + "\r\n")
                == "400 BAD_CHUNK")
        func trailer(_ size: Int) -> String {
            "0\r\nx:" + String(repeating: "y", count: size - 2) + "\r\n"
        }
        #expect(outcome(chunked + trailer(100) + "\r\n") == "1")
        #expect(
            outcome(
                chunked + "1;" + String(repeating: "x", count: 100) + "\r\nx\r\n" + trailer(100)
                    + "\r\n") == "400 BAD_CHUNK")
        #expect(outcome(chunked + "0\r\n" + String(repeating: "y", count: 300)) == "400 BAD_CHUNK")
        // A size that never ends.
        #expect(outcome(chunked + String(repeating: "0", count: 255)) == "0")
        #expect(outcome(chunked + String(repeating: "0", count: 256)) == "400 BAD_CHUNK")
    }

    @Test func `What is appended and not decoded is limited`() throws {
        let request = Array((line + "\r\n").utf8)
        let keptMax = 220 + HTTPRequestDecoder.appendBytesMax
        let fits = keptMax / request.count
        for (count, isRefused) in [(fits, false), (fits + 1, true)] {
            var decoder = HTTPRequestDecoder(limits: limits)
            for _ in 0..<count { append(request, to: &decoder) }
            for _ in 0..<fits { #expect(try decoder.next() != nil) }
            if isRefused {
                let error = #expect(throws: HTTPError.self) { try decoder.next() }
                #expect(error?.code == "PIPELINE_TOO_LONG")
            } else {
                #expect(try decoder.next() == nil)
            }
        }
    }
}
