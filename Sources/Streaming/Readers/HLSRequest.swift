import Wire

/// What a reader of HLS asks for, below `/rooms/ROOM/hls/`.
enum HLSRequest: Equatable {
    /// `live.m3u8`: what there is.
    case multivariant
    /// `media.m3u8`: the parts and segments, perhaps not before one of them is there.
    case media(after: HLSPlace?, skips: Bool)
    /// `init-N.mp4`
    case map(Int64)
    /// `N.m4s`
    case segment(Int64)
    /// `N.P.m4s`
    case part(HLSPlace)

    /// Reads the name of a file and the directives of a query (RFC 8216bis, section 6.2.5).
    ///
    /// - Returns: Nil for a name that is none.
    /// - Throws: 400 for directives that make no sense.
    init?(file: String, _ request: HTTPRequest) throws(HTTPError) {
        switch file {
        case "live.m3u8": self = .multivariant
        case "media.m3u8": self = try Self.media(request)
        default:
            if file.hasPrefix("init-"), file.hasSuffix(".mp4") {
                guard let number = Self.number(file.dropFirst(5).dropLast(4)) else { return nil }
                self = .map(number)
            } else if file.hasSuffix(".m4s") {
                let numbers = file.dropLast(4).split(
                    separator: ".", omittingEmptySubsequences: false)
                guard let number = numbers.first.flatMap({ Self.number($0) }) else { return nil }
                if numbers.count == 1 {
                    self = .segment(number)
                } else {
                    guard numbers.count == 2, let part = Self.number(numbers[1]) else { return nil }
                    self = .part(HLSPlace(segment: number, part: Int(part)))
                }
            } else {
                return nil
            }
        }
    }

    private static func media(_ request: HTTPRequest) throws(HTTPError) -> HLSRequest {
        func directive(_ name: String) throws(HTTPError) -> Int64? {
            guard let text = request.queryValue(name) else { return nil }
            guard let value = number(text) else {
                throw refusal("\(name) must be a number of up to 15 digits")
            }
            return value
        }
        let segment = try directive("_HLS_msn")
        let part = try directive("_HLS_part")
        let skip = request.queryValue("_HLS_skip")
        guard skip == nil || skip == "YES" || skip == "v2" else {
            throw refusal("_HLS_skip must be YES or v2")
        }
        guard let segment else {
            guard part == nil else { throw refusal("_HLS_part needs _HLS_msn") }
            return .media(after: nil, skips: skip != nil)
        }
        return .media(
            after: HLSPlace(segment: segment, part: part.map { Int($0) }), skips: skip != nil)
    }

    static func refusal(_ detail: String) -> HTTPError {
        HTTPError(status: 400, code: "BAD_DIRECTIVE", detail: detail)
    }

    /// Decimal digits, without leading zeros: every file has one name.
    private static func number(_ text: some StringProtocol) -> Int64? {
        guard (1...15).contains(text.utf8.count), text == "0" || !text.hasPrefix("0"),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int64(text)
    }
}

/// A segment, or a part of it.
struct HLSPlace: Equatable {
    var segment: Int64
    /// Nil for the segment as a whole.
    var part: Int?
}
