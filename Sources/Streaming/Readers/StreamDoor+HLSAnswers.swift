import Lanes
import Wire

/// What answers to readers look like.
extension StreamDoor {
    enum HLSKind {
        case playlist(seconds: Int64)
        /// Bytes that never change under their name.
        case media
    }

    func send(
        _ pieces: [[UInt8]], _ kind: HLSKind, _ reader: Reader, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        let size = pieces.reduce(0) { $0 + $1.count }
        let type: String
        let age: String
        var range = ByteRange.whole
        switch kind {
        case .playlist(let seconds):
            // Written anew all the time: a part of it is a part of nothing.
            type = "application/vnd.apple.mpegurl"
            age = "max-age=\(seconds)"
        case .media:
            type = "video/mp4"
            age = "max-age=3600, immutable"
            range = ByteRange(reader.range, of: size)
        }
        var headers = [
            ("Content-Type", type),
            ("Cache-Control", "\(reader.isPublic ? "public" : "private"), \(age)"),
            ("Access-Control-Allow-Origin", "*"), ("X-Content-Type-Options", "nosniff"),
        ]
        if case .media = kind { headers.append(("Accept-Ranges", "bytes")) }
        var pieces = pieces
        switch range {
        case .whole: headers.append(("Content-Length", "\(size)"))
        case .part(let part):
            headers.append(
                ("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"))
            headers.append(("Content-Length", "\(part.count)"))
            pieces = ByteRange.cut(pieces, to: part)
        case .unsatisfiable:
            let error = HTTPError(
                status: 416, code: "RANGE", detail: "there are \(size) bytes",
                headers: [("Content-Range", "bytes */\(size)")])
            refuse(error, reader, id, on: lane)
            return
        }
        let status = if case .part = range { 206 } else { 200 }
        // The body follows in the pieces that all readers share.
        let head = HTTPResponse(status: status, headers: headers)
            .encoded(keepAlive: reader.keepsAlive, headOnly: true)
        lane.send(head, to: id)
        if !reader.isHead { for piece in pieces { lane.send(piece, to: id) } }
        if !reader.keepsAlive { lane.close(id, farewell: []) }
    }

    func refuse(
        _ error: HTTPError, _ reader: Reader, _ id: ConnectionID, on lane: isolated Lane
    ) {
        var response = HTTPResponse.problem(error)
        response.headers.append(("Access-Control-Allow-Origin", "*"))
        response.headers.append(("Cache-Control", "no-store"))
        lane.send(response.encoded(keepAlive: reader.keepsAlive, headOnly: reader.isHead), to: id)
        if !reader.keepsAlive { lane.close(id, farewell: []) }
    }
}
