import Testing
import Wire

@Suite struct HTTPFuzzTests {
    @Test func `Valid requests are read the same however they are cut`() {
        Fuzzing.run("HTTP requests", rounds: 150) { random in
            var bytes: [UInt8] = []
            var expected: [[UInt8]] = []
            for _ in 0...random.upTo(4) {
                let (request, body) = random.request()
                bytes += request
                expected.append(body)
            }
            let (requests, error) = decodeRequests(random.pieces(bytes))
            #expect(error == nil)
            #expect(requests.map(\.body) == expected)
            #expect(requests.map(\.summary) == decodeRequests([bytes]).requests.map(\.summary))
        }
    }

    @Test func `Damaged requests are judged the same however they are cut`() {
        let alphabet = Array("\r\n \t:;,/?%0123456789abcdefGETHPX-".utf8) + [0, 0x7F, 0x80, 0xFF]
        let limits = HTTPLimits(
            headBytesMax: 300, headersMax: 8, targetBytesMax: 60, bodyBytesMax: 50)
        Fuzzing.run("HTTP bytes", rounds: 600) { random in
            let valid = (0...random.upTo(2)).flatMap { _ in random.request().0 }
            let bytes = random.mutated(valid, alphabet: alphabet)
            let whole = decodeRequests([bytes], limits: limits)
            let cut = decodeRequests(random.pieces(bytes), limits: limits)
            #expect(whole.requests.map(\.summary) == cut.requests.map(\.summary), "\(bytes)")
            #expect(whole.error?.code == cut.error?.code, "\(bytes)")
            for request in whole.requests {
                #expect(request.body.count <= 50 && request.headers.count <= 8)
                #expect(!request.path.utf8.contains(0))
                #expect(
                    request.headers.allSatisfy { !$0.value.utf8.contains { $0 < 0x20 && $0 != 9 } })
            }
        }
    }
}

extension Fuzzing {
    /// A valid request, and its body.
    fileprivate mutating func request() -> ([UInt8], [UInt8]) {
        let body = bytes(upTo(40))
        let method = pick(["GET", "POST", "DELETE"])
        var head =
            "\(method) /\(pick(["", "a", "%41?b=c", "v1/rooms"])) HTTP/1.1\r\n"
        let headers = ["Host: a", pick(["X: y", "Accept: */*", "Connection: close"])].shuffled(
            using: &self)
        head += headers.map { $0 + "\r\n" }.joined()
        var encoded: [UInt8] = []
        if chance(2) {
            head += "Transfer-Encoding: chunked\r\n"
            for piece in pieces(body) {
                encoded += Array(
                    "\(String(piece.count, radix: 16))\(pick(["", ";x", " ; x=y"]))\r\n".utf8)
                encoded += piece + Array("\r\n".utf8)
            }
            encoded += Array("0\r\n\(pick(["", "Trailer: x\r\n"]))\r\n".utf8)
        } else {
            head += "Content-Length: \(body.count)\r\n"
            encoded = body
        }
        return (Array((pick(["", "\r\n"]) + head + "\r\n").utf8) + encoded, body)
    }
}
