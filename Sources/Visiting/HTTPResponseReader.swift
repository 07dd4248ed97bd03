package import Wire

extension HTTPResponse {
    /// Returns the first header of a name, whatever its case.
    package func header(_ name: String) -> String? {
        headers.first { $0.0.lowercased() == name.lowercased() }?.1
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// Reads one answer as its bytes arrive. A pure value; sockets feed it.
///
/// A body ends by `Content-Length`, by the last chunk, or with the connection. Interim answers
/// (status 100 to 199 but 101) are skipped.
struct HTTPResponseReader {
    static let headBytesMax = 65_536

    private enum Part {
        case head
        case counted(Int)
        case chunkSize
        case chunk(Int)
        case trailer
        case untilEnd
        case complete
    }

    private(set) var response = HTTPResponse(status: 0)
    private var part = Part.head
    private var unread: [UInt8] = []
    private let isBodyless: Bool
    private let bodyBytesMax: Int

    /// Waits for an answer; `isBodyless` says that the request was HEAD.
    init(isBodyless: Bool = false, bodyBytesMax: Int = 16 << 20) {
        self.isBodyless = isBodyless
        self.bodyBytesMax = bodyBytesMax
    }

    /// Whether the whole answer was read.
    var isComplete: Bool {
        if case .complete = part { true } else { false }
    }

    /// Bytes after the answer: for an upgrade, the first bytes of the new protocol.
    var remainder: [UInt8] { isComplete ? unread : [] }

    /// Reads more bytes. Throws ``SocketError/malformed(_:)`` for what is not an answer or is too
    /// large.
    mutating func read(_ bytes: some Sequence<UInt8>) throws(SocketError) {
        unread.append(contentsOf: bytes)
        while try step() {}
    }

    /// Tells that the peer has closed. Throws ``SocketError/malformed(_:)`` when the answer is cut
    /// off.
    mutating func end() throws(SocketError) {
        switch part {
        case .complete: break
        case .untilEnd: part = .complete
        default: throw .malformed("only a part of an answer")
        }
    }

    /// Does one thing that the bytes at hand allow. Returns false when more bytes are needed.
    private mutating func step() throws(SocketError) -> Bool {
        switch part {
        case .head:
            guard let end = unread.firstRange(of: Array("\r\n\r\n".utf8)) else {
                guard unread.count <= Self.headBytesMax else { throw .malformed("a huge head") }
                return false
            }
            try readHead(unread[..<end.lowerBound])
            unread.removeSubrange(..<end.upperBound)
        case .counted(let remaining):
            let count = takeBody(remaining)
            part = count == remaining ? .complete : .counted(remaining - count)
            return !isComplete && count > 0
        case .chunkSize:
            guard let line = takeLine() else { return false }
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0,
                size <= bodyBytesMax - response.body.count
            else { throw .malformed("a bad chunk size") }
            part = size == 0 ? .trailer : .chunk(size)
        case .chunk(let remaining):
            let count = takeBody(remaining)
            if count < remaining {
                part = .chunk(remaining - count)
                return false
            }
            guard unread.count >= 2 else {
                part = .chunk(0)
                return false
            }
            guard takeLine() == "" else { throw .malformed("a chunk without its end") }
            part = .chunkSize
        case .trailer:
            guard let line = takeLine() else { return false }
            if line.isEmpty { part = .complete }
        case .untilEnd:
            guard response.body.count + unread.count <= bodyBytesMax else {
                throw .malformed("a huge body")
            }
            _ = takeBody(unread.count)
            return false
        case .complete: return false
        }
        return true
    }

    private mutating func readHead(_ head: ArraySlice<UInt8>) throws(SocketError) {
        var lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")[...]
        let statusLine = lines.popFirst()?.split(separator: " ", maxSplits: 2) ?? []
        guard statusLine.count >= 2, statusLine[0].hasPrefix("HTTP/1."),
            let status = Int(statusLine[1]), (100...599).contains(status)
        else { throw .malformed("no status line") }
        response.status = status
        response.headers = []
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { throw .malformed("a bad header") }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            response.headers.append((String(line[..<colon]), String(value)))
        }
        if (100...199).contains(status), status != 101 { return }
        if status == 101 || status == 204 || status == 304 || isBodyless {
            part = .complete
        } else if response.header("transfer-encoding")?.lowercased() == "chunked" {
            part = .chunkSize
        } else if let length = response.header("content-length") {
            guard let count = Int(length), (0...bodyBytesMax).contains(count) else {
                throw .malformed("a bad Content-Length")
            }
            part = count == 0 ? .complete : .counted(count)
        } else {
            part = .untilEnd
        }
    }

    private mutating func takeBody(_ count: Int) -> Int {
        let taken = min(count, unread.count)
        response.body.append(contentsOf: unread[..<taken])
        unread.removeFirst(taken)
        return taken
    }

    /// Takes a line without its CRLF; nil when it is not there in full.
    private mutating func takeLine() -> String? {
        guard let end = unread.firstRange(of: [13, 10]) else { return nil }
        let line = String(decoding: unread[..<end.lowerBound], as: UTF8.self)
        unread.removeSubrange(..<end.upperBound)
        return line
    }
}
