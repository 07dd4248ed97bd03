import Wire

extension StreamDoor {
    /// Whether a path is one of live video, whatever the room.
    package static func serves(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return isHLS(path)
            || parts.count == 4 && parts[0].isEmpty && parts[1] == "rooms"
                && Format(file: parts[3]) != nil
    }

    /// What the bytes of a viewer are.
    enum Format {
        /// Fragmented MP4, over HTTP or in messages of a WebSocket.
        case mp4
        case flv
        /// The same without the picture.
        case sound

        /// - Parameter file: The last step of the path; nil for one that is not served.
        init?(file: some StringProtocol) {
            switch file {
            case "live.mp4", "live": self = .mp4
            case "live.flv": self = .flv
            default: return nil
            }
        }

        /// Reads what a request wants of a file: everything, or with `tracks=sound` the sound alone.
        ///
        /// - Returns: Nil for a file that is not served.
        /// - Throws: 400 for tracks that nothing is made of.
        init?(file: some StringProtocol, _ request: HTTPRequest) throws(HTTPError) {
            guard let format = Self(file: file) else { return nil }
            switch request.queryValue("tracks") {
            case nil: self = format
            case "sound" where format == .mp4: self = .sound
            default:
                throw HTTPError(
                    status: 400, code: "BAD_DIRECTIVE",
                    detail: "tracks may be sound, of live and of live.mp4")
            }
        }
    }
}

extension LiveStream {
    /// The beginning of FLV for somebody who joins; empty before there are tracks.
    var flvHead: [UInt8] { tracks.map { FLVFeed.head($0) } ?? [] }

    /// The tags that tell FLV readers of new tracks.
    var flvConfigurations: [UInt8] {
        tracks.map { FLVFeed.configurations($0, atMilliseconds: latestMilliseconds) } ?? []
    }
}
