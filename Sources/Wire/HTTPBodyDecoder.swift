/// Collects the body of one request (RFC 9112, sections 6 and 7).
struct HTTPBodyDecoder: Sendable {
    private enum Expectation: Sendable {
        /// So many bytes of a body of known length.
        case content(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailer
        case nothing
    }

    /// The body grows in here.
    private(set) var request: HTTPRequest
    private var expectation: Expectation
    private let limits: HTTPLimits
    /// Bytes spent on extensions of chunks and on trailers.
    private var overheadBytes = 0
    private var trailerCount = 0

    /// Size of a chunk in hexadecimal, with its extensions and line end.
    private static let chunkLineBytesMax = 256

    init(_ head: HTTPRequestHead, limits: HTTPLimits) {
        request = head.request
        self.limits = limits
        switch head.framing {
        case .length(let count): expectation = .content(count)
        case .chunked: expectation = .chunkSize
        }
    }

    var isComplete: Bool {
        if case .nothing = expectation { true } else { false }
    }

    /// Takes what belongs to the body off the front.
    ///
    /// - Returns: The index behind it. What lies after it is the next request, if the body is
    ///   complete, else an unfinished line.
    mutating func consume(_ bytes: ArraySlice<UInt8>) throws(HTTPError) -> Int {
        var rest = bytes
        while true {
            switch expectation {
            case .content(let count), .chunk(let count):
                guard !rest.isEmpty else { return rest.startIndex }
                let part = rest.prefix(count)
                request.body.append(contentsOf: part)
                rest = rest[part.endIndex...]
                if case .chunk = expectation {
                    expectation = count > part.count ? .chunk(count - part.count) : .chunkEnd
                } else {
                    expectation = count > part.count ? .content(count - part.count) : .nothing
                }
            case .chunkSize:
                guard let line = try line(&rest, bytesMax: Self.chunkLineBytesMax) else {
                    return rest.startIndex
                }
                let size = try chunkSize(line)
                guard size <= limits.bodyBytesMax - request.body.count else {
                    throw HTTPError.bodyTooLarge(limits)
                }
                expectation = size > 0 ? .chunk(size) : .trailer
            case .chunkEnd:
                guard rest.starts(with: "\r\n".utf8.prefix(rest.count)) else {
                    throw .badChunk("a chunk does not end where it was announced to")
                }
                guard rest.count >= 2 else { return rest.startIndex }
                rest = rest.dropFirst(2)
                expectation = .chunkSize
            case .trailer:
                guard let line = try line(&rest, bytesMax: limits.headBytesMax) else {
                    return rest.startIndex
                }
                if line.isEmpty { expectation = .nothing } else { try checkTrailer(line) }
            case .nothing:
                return rest.startIndex
            }
        }
    }

    /// Takes one line off the front and returns it without its end; nil if it has not arrived
    /// whole.
    private func line(
        _ rest: inout ArraySlice<UInt8>, bytesMax: Int
    ) throws(HTTPError) -> ArraySlice<UInt8>? {
        let start = rest.prefix(bytesMax)
        for index in start.indices {
            let byte = start[index]
            if byte == 0x0D {
                guard index + 1 < start.endIndex else { break }
                guard start[index + 1] == 0x0A else {
                    throw .badChunk("a carriage return stands alone")
                }
                rest = rest[(index + 2)...]
                return start[..<index]
            }
            guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else {
                throw .badChunk("a line of a chunked body has a control character")
            }
        }
        guard start.count < bytesMax else {
            throw .badChunk("a line of a chunked body is too long")
        }
        return nil
    }

    /// Reads the size of a chunk. Extensions are bounded over the whole body, or a sender could
    /// make the server read much for a body of few bytes.
    private mutating func chunkSize(_ line: ArraySlice<UInt8>) throws(HTTPError) -> Int {
        let digits = line.prefix { hexadecimalDigit($0) != nil }
        guard !digits.isEmpty else { throw .badChunk("a chunk has no size") }
        let extensions = trimmingSpace(line[digits.endIndex...])
        guard digits.count == line.count || extensions.first == UInt8(ascii: ";") else {
            throw .badChunk("the size of a chunk is not a hexadecimal number")
        }
        try spend(line.count - digits.count)
        var size = 0
        for digit in digits {
            size = size << 4 | Int(hexadecimalDigit(digit) ?? 0)
            guard size <= limits.bodyBytesMax else { throw HTTPError.bodyTooLarge(limits) }
        }
        return size
    }

    /// Checks a trailer and forgets it: nothing here needs one, and merging it into the headers
    /// could change what they mean (RFC 9110, section 6.5.1).
    private mutating func checkTrailer(_ line: ArraySlice<UInt8>) throws(HTTPError) {
        trailerCount += 1
        guard trailerCount <= limits.headersMax else {
            throw .badChunk("a chunked body has too many trailers")
        }
        try spend(line.count)
        _ = try HTTPRequestHead.field(line)
    }

    private mutating func spend(_ count: Int) throws(HTTPError) {
        overheadBytes += count
        guard overheadBytes <= limits.headBytesMax else {
            throw .badChunk("a chunked body has too many extensions and trailers")
        }
    }
}
