import Testing
import Wire

func append(_ bytes: [UInt8], to decoder: inout HTTPRequestDecoder) {
    bytes.withUnsafeBytes { decoder.append($0) }
}

func append(_ text: String, to decoder: inout HTTPRequestDecoder) {
    append(Array(text.utf8), to: &decoder)
}

/// What a decoder makes of bytes that arrive in pieces.
func decodeRequests(
    _ pieces: [[UInt8]], limits: HTTPLimits = .init()
) -> (requests: [HTTPRequest], error: HTTPError?) {
    var decoder = HTTPRequestDecoder(limits: limits)
    var requests: [HTTPRequest] = []
    for piece in pieces {
        append(piece, to: &decoder)
        do throws(HTTPError) {
            while let request = try decoder.next() { requests.append(request) }
        } catch {
            return (requests, error)
        }
    }
    return (requests, nil)
}

/// The one request of a text, which is the same when it arrives byte by byte.
func single(_ text: String) throws -> HTTPRequest {
    let whole = decodeRequests([Array(text.utf8)])
    let bytewise = decodeRequests(text.utf8.map { [$0] })
    if let error = whole.error { throw error }
    #expect(whole.requests.count == 1)
    #expect(bytewise.error == nil)
    #expect(bytewise.requests.map(\.summary) == whole.requests.map(\.summary))
    return try #require(whole.requests.first)
}

extension HTTPRequest {
    /// Everything there is, for comparison.
    var summary: String {
        "\(method) \(target) \(path) \(query) \(headers) \(body) \(version) \(keepAlive)"
    }
}
