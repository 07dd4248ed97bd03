/// Takes HTTP/1.1 requests (RFC 9112) out of bytes that arrive in pieces.
///
/// Bytes go in by ``append(_:)``; ``next()`` is then called until it returns nil. Between requests
/// the decoder holds no memory; within one at most head, body and what was pipelined behind it.
package struct HTTPRequestDecoder: Sendable {
    /// What the decoder is in the middle of.
    package enum Phase: Sendable, Equatable { case idle, head, body }

    /// Undecoded bytes kept beside head and body: what a caller may append at once.
    package static let appendBytesMax = 64 << 10

    private let limits: HTTPLimits
    private var buffer: [UInt8] = []
    /// Bytes of `buffer` that are done with.
    private var position = 0
    // Of the head at `position`: how far it was checked, and where the last line begins.
    private var scanned = 0
    private var lineStart = 0
    private var skippedEmptyLine = false
    /// Some bytes had to be dropped; what comes after those in `buffer` is lost.
    private var overflowed = false
    /// The request whose body is arriving; empty between requests, which costs no memory.
    private var pending: [HTTPBodyDecoder] = []
    private var failure: [HTTPError] = []

    /// Whether the client waits for `100 Continue` before it sends the body.
    ///
    /// True only between the call of ``next()`` that completed such a head and the next
    /// ``append(_:)``: whoever looks after each call answers once.
    package private(set) var wantsContinue = false

    /// Makes a decoder for a new connection.
    package init(limits: HTTPLimits = .init()) { self.limits = limits }

    /// What the decoder is in the middle of, once ``next()`` has returned nil: for time limits.
    package var phase: Phase {
        if !pending.isEmpty { return .body }
        return position < buffer.count ? .head : .idle
    }

    /// Takes over bytes from the connection.
    ///
    /// If the caller appends far more than ``appendBytesMax`` without decoding, the excess is
    /// dropped, and ``next()`` throws after the requests before it.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        wantsContinue = false
        guard failure.isEmpty, !overflowed else { return }
        let keptMax = limits.headBytesMax + limits.bodyBytesMax + Self.appendBytesMax
        let room = max(0, keptMax - (buffer.count - position))
        overflowed = bytes.count > room
        buffer.append(contentsOf: bytes.prefix(room))
    }

    /// Decodes the next request.
    ///
    /// - Returns: nil if bytes are missing.
    /// - Throws: ``HTTPError``, then the same at every call: answer it and close.
    package mutating func next() throws(HTTPError) -> HTTPRequest? {
        if let failure = failure.first { throw failure }
        do throws(HTTPError) {
            if let request = try decode() { return request }
            guard !overflowed else {
                throw HTTPError(
                    status: 400, code: "PIPELINE_TOO_LONG",
                    detail: "too much was sent before the answer to earlier requests")
            }
            return nil
        } catch {
            self = HTTPRequestDecoder(limits: limits)
            failure = [error]
            throw error
        }
    }

    /// Hands out the bytes that follow the last request, which belong to another protocol now.
    package mutating func takeRemainder() -> [UInt8] {
        let remainder = Array(buffer[position...])
        self = HTTPRequestDecoder(limits: limits)
        return remainder
    }

    private mutating func decode() throws(HTTPError) -> HTTPRequest? {
        if pending.isEmpty {
            guard let end = try scanHead() else {
                compact()
                return nil
            }
            let head = try HTTPRequestHead(parsing: buffer[position..<end], limits: limits)
            advance(to: end)
            if head.framing == .length(0) {
                if position == buffer.count { compact() }
                return head.request
            }
            pending = [HTTPBodyDecoder(head, limits: limits)]
            wantsContinue = head.expectsContinue && position == buffer.count
        }
        let consumed = try pending[0].consume(buffer[position...])
        advance(to: consumed)
        guard pending[0].isComplete else {
            compact()
            return nil
        }
        let request = pending.removeLast().request
        pending = []
        if position == buffer.count { compact() }
        return request
    }

    private mutating func advance(to end: Int) {
        position = end
        scanned = end
        lineStart = end
        skippedEmptyLine = false
    }

    /// Drops the bytes that are done with. Not done between pipelined requests, where moving the
    /// rest each time would make many small ones slow.
    private mutating func compact() {
        guard position > 0 else { return }
        if position == buffer.count {
            buffer = []
        } else {
            buffer.removeFirst(position)
        }
        scanned -= position
        lineStart -= position
        position = 0
    }

    /// Looks for the end of the head, each byte once, and refuses at once what no head may hold: a
    /// line feed without a carriage return, or the reverse, and other control characters.
    private mutating func scanHead() throws(HTTPError) -> Int? {
        while scanned < buffer.count {
            let byte = buffer[scanned]
            if byte == 0x0D {
                guard scanned + 1 < buffer.count else { break }
                guard buffer[scanned + 1] == 0x0A else {
                    throw .badRequest("a carriage return stands alone")
                }
                let isEmpty = scanned == lineStart
                let isFirst = lineStart == position
                scanned += 2
                lineStart = scanned
                if isEmpty, isFirst {
                    // RFC 9112, section 2.2: some clients send one too many after a body.
                    guard !skippedEmptyLine else { throw .badRequest("there is no request line") }
                    skippedEmptyLine = true
                    position = scanned
                } else if isEmpty {
                    guard scanned - position <= limits.headBytesMax else { throw headTooLarge() }
                    return scanned
                }
            } else {
                guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else {
                    throw .badRequest(
                        byte == 0x0A
                            ? "a line feed stands alone" : "the head has a control character")
                }
                scanned += 1
            }
            guard scanned - position <= limits.headBytesMax else { throw headTooLarge() }
        }
        return nil
    }

    private func headTooLarge() -> HTTPError {
        // A request line that fills the head has a target that is too long.
        if lineStart == position { return HTTPTarget.tooLong(limits) }
        return HTTPError(
            status: 431, code: "HEAD_TOO_LARGE",
            detail: "the head has more than \(limits.headBytesMax) bytes")
    }
}
