import Foundation
import Lanes
import Testing

@testable import Streaming

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// HTTP-FLV and low-latency HLS of a real encoder's stream, read by real tools.
@Suite(.serialized) struct StreamReaderTests {
    private let peers = StreamPeerTests()
    private typealias House = StreamPeerTests.House

    private struct Answer {
        var status = 0
        var body: [UInt8] = []
        var headers: [String: String] = [:]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private func get(
        _ house: House, _ path: String, _ method: String = "GET", range: String? = nil,
        ifRange: String? = nil
    ) async throws -> Answer {
        let url = try #require(URL(string: "http://127.0.0.1:\(house.listener.port)/rooms/\(path)"))
        var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalAndRemoteCacheData)
        request.httpMethod = method
        request.setValue(range, forHTTPHeaderField: "Range")
        request.setValue(ifRange, forHTTPHeaderField: "If-Range")
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        var headers: [String: String] = [:]
        for (name, value) in http.allHeaderFields {
            headers["\(name)".lowercased()] = "\(value)"
        }
        return Answer(status: http.statusCode, body: [UInt8](data), headers: headers)
    }

    private func withStream(
        _ change: (inout StreamPremises) -> Void = { _ in },
        _ body: (House, Process) async throws -> Void
    ) async throws {
        let house = try await House(change: change)
        let publisher = try peers.publish(house)
        try await house.wait("a picture") { ($0?.readings.width ?? 0) == 320 }
        try await body(house, publisher)
        peers.end(publisher)
        await house.end()
    }

    private static let strictly = [
        "-nostdin", "-v", "warning", "-xerror", "-err_detect", "explode", "-i",
    ]

    // MARK: - HTTP-FLV

    @Test(arguments: [true, false])
    func `HTTP-FLV is read by ffmpeg and found good by flvmeta`(sound: Bool) async throws {
        let house = try await House()
        let publisher = try peers.publish(house, sound: sound)
        try await house.wait("a picture") { ($0?.readings.width ?? 0) == 320 }
        let address = "http://127.0.0.1:\(house.listener.port)/rooms/mall/live.flv"
        let (status, errors) = try await peers.run(
            "ffmpeg", Self.strictly + [address, "-t", "3", "-f", "null", "-"])
        #expect(status == 0 && errors == "", "\(errors)")
        let file = FileManager.default.temporaryDirectory
            .appending(path: "reader-\(UUID().uuidString).flv")
        defer { try? FileManager.default.removeItem(at: file) }
        let (reader, _) = try peers.process("curl", ["-s", "-N", "-o", file.path, address])
        try await Self.wait(for: 40_000, in: file)
        peers.end(reader)
        peers.end(publisher)
        // A reader that goes away does so in the middle of a tag.
        let whole = Self.wholeTags([UInt8](try Data(contentsOf: file)))
        #expect(whole.count > 20_000)
        try Data(whole).write(to: file)
        let (decoded, complaints) = try await peers.run(
            "ffmpeg", Self.strictly + [file.path, "-f", "null", "-"])
        #expect(decoded == 0 && complaints == "", "\(complaints)")
        let (verdict, text) = try await peers.run(
            "bash", ["-c", "flvmeta --check --level=error '\(file.path)' >&2"])
        #expect(verdict == 0, "flvmeta (apt-get install flvmeta) says: \(text)")
        await house.end()
    }

    /// Waits until a file has so many bytes.
    private static func wait(for bytes: Int, in file: URL) async throws {
        for _ in 0..<1_200 where size(file) < bytes {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(size(file) >= bytes)
    }

    private static func size(_ file: URL) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }

    private static func wholeTags(_ bytes: [UInt8]) -> [UInt8] {
        var end = 13
        while end + 11 <= bytes.count {
            let size = bytes[end + 1..<end + 4].reduce(0) { $0 << 8 | Int($1) } + 15
            guard end + size <= bytes.count else { break }
            end += size
        }
        return Array(bytes.prefix(end))
    }

    @Test func `An FLV reader goes on through another size`() async throws {
        let house = try await House()
        let first = try peers.publish(house)
        try await house.wait("a picture") { ($0?.readings.width ?? 0) == 320 }
        let file = FileManager.default.temporaryDirectory
            .appending(path: "reader-\(UUID().uuidString).flv")
        defer { try? FileManager.default.removeItem(at: file) }
        let (reader, _) = try peers.process(
            "curl",
            [
                "-s", "-N", "-o", file.path,
                "http://127.0.0.1:\(house.listener.port)/rooms/mall/live.flv",
            ])
        try await house.wait("a reader") { $0?.viewers == 1 }
        peers.end(first)
        try await house.wait("the publisher's end") { $0?.isLive == false }
        let second = try peers.publish(house, size: "640x360")
        try await house.wait("the new size") { $0?.readings.width == 640 && $0?.isLive == true }
        try await Self.wait(for: Self.size(file) + 40_000, in: file)
        peers.end(second)
        peers.end(reader)
        let whole = Self.wholeTags([UInt8](try Data(contentsOf: file)))
        try Data(whole).write(to: file)
        let (status, errors) = try await peers.run(
            "ffmpeg", ["-nostdin", "-v", "warning", "-i", file.path, "-f", "null", "-"])
        #expect(status == 0 && !errors.lowercased().contains("error"), "\(errors)")
        await house.end()
    }

    // MARK: - Low-latency HLS

    @Test func `The playlists of a real stream keep the rules, reload after reload`() async throws {
        try await withStream { house, _ in
            let multivariant = try await get(house, "mall/hls/live.m3u8")
            #expect(multivariant.status == 200)
            #expect(multivariant.headers["content-type"] == "application/vnd.apple.mpegurl")
            #expect(multivariant.text.contains("RESOLUTION=320x180\nmedia.m3u8"))
            #expect(multivariant.text.contains("mp4a.40.2\""))
            var checker = HLSChecker()
            var list = HLSPlaylist(try await get(house, "mall/hls/media.m3u8").text)
            checker.read(list)
            var bodies: [String: [UInt8]] = [:]
            for _ in 0..<40 {
                let open = try #require(list.open)
                let hint = try #require(list.hint)
                async let hinted = get(house, "mall/hls/\(hint)")
                let next = try await get(
                    house,
                    "mall/hls/media.m3u8?_HLS_msn=\(open.number)&_HLS_part=\(open.parts.count)")
                #expect(next.status == 200)
                #expect(
                    next.headers["cache-control"] == "public, max-age=\(6 * list.targetDuration)")
                let part = try await hinted
                #expect(part.status == 200 && part.headers["content-type"] == "video/mp4")
                #expect(part.headers["cache-control"]?.contains("immutable") == true)
                bodies[hint] = part.body
                list = HLSPlaylist(next.text)
                #expect(list.parts.contains { $0.name == hint }, "what was asked for is in it")
                for part in list.parts where part.name == hint {
                    let isKey = Self.beginsWithKey(bodies[hint] ?? [])
                    #expect(part.isIndependent == isKey)
                }
                checker.read(list)
            }
            #expect(checker.problems == [])
            let segments = list.segments.filter { segment in
                !segment.parts.isEmpty && segment.parts.allSatisfy { bodies[$0.name] != nil }
            }
            #expect(segments.count >= 2)
            for segment in segments {
                let whole = try await get(house, "mall/hls/\(segment.name)")
                let parts = segment.parts.flatMap { bodies[$0.name] ?? [] }
                #expect(whole.status == 200 && whole.body == parts)
            }
            let map = try await get(house, "mall/hls/\(list.segments[0].map)")
            #expect(MP4Box.list(map.body[...]).map(\.type) == ["ftyp", "moov"])
            let delta = HLSPlaylist(
                try await get(house, "mall/hls/media.m3u8?_HLS_skip=YES").text)
            #expect(delta.skipped == 0 && delta.segments.count >= list.segments.count)
            // The figures are those of a moment ago.
            try await house.wait("requests") { $0?.hlsRequests ?? 0 > 80 }
        }
    }

    /// Whether the first sample of the picture is a keyframe.
    private static func beginsWithKey(_ bytes: [UInt8]) -> Bool {
        let moof = MP4Box.list(bytes[...]).first { $0.type == "moof" }
        let traf = moof.flatMap { MP4Box.list($0.payload).first { $0.type == "traf" } }
        let run = traf.flatMap { MP4Box.list($0.payload).first { $0.type == "trun" } }
        var reader = BinaryReader(Array(run?.payload ?? []), from: 20)
        return (reader.integer(4) ?? 0x1_0000) & 0x1_0000 == 0
    }

    @Test func `ffmpeg reads the playlist without an error`() async throws {
        try await withStream { house, _ in
            for name in ["live", "media"] {
                // It warns of the map, which it fetches again after each reload.
                let (status, errors) = try await peers.run(
                    "ffmpeg",
                    [
                        "-nostdin", "-v", "error", "-xerror", "-err_detect", "explode", "-i",
                        "http://127.0.0.1:\(house.listener.port)/rooms/mall/hls/\(name).m3u8",
                        "-t", "3", "-f", "null", "-",
                    ])
                #expect(status == 0 && errors == "", "\(errors)")
            }
        }
    }

    @Test func `Requests are answered in HTTP`() async throws {
        try await withStream({ $0.mayWatch = { _, token in token == "t.o-k_en" } }) { house, _ in
            _ = try await get(house, "mall/hls/t.o-k_en/media.m3u8")
            let list = HLSPlaylist(try await get(house, "mall/hls/t.o-k_en/media.m3u8").text)
            let open = try #require(list.open)
            for (path, status, code) in [
                ("mall/hls/media.m3u8", 401, "TOKEN_REQUIRED"),
                ("mall/hls/bad/media.m3u8", 401, "TOKEN_REQUIRED"),
                ("none/hls/t.o-k_en/media.m3u8", 404, "NOT_FOUND"),
                ("mall/hls/t.o-k_en/other.m3u8", 404, "NOT_FOUND"),
                ("mall/hls/t.o-k_en/1.m4s", 404, "NOT_FOUND"),
                ("mall/hls/t.o-k_en/\(open.number + 900).0.m4s", 404, "NOT_FOUND"),
                ("mall/hls/t.o-k_en/media.m3u8?_HLS_part=1", 400, "BAD_DIRECTIVE"),
                ("mall/hls/t.o-k_en/media.m3u8?_HLS_msn=\(open.number + 900)", 400, "TOO_FAR"),
                ("mall/hls/t.o-k_en/media.m3u8?_HLS_msn=x", 400, "BAD_DIRECTIVE"),
            ] {
                let answer = try await get(house, path)
                #expect(answer.status == status && answer.text.contains(code), "\(path)")
            }
            let good = try await get(house, "mall/hls/t.o-k_en/media.m3u8")
            #expect(good.status == 200)
            #expect(good.headers["cache-control"]?.hasPrefix("private, ") == true)
            let byQuery = try await get(house, "mall/hls/media.m3u8?token=t.o-k_en")
            #expect(byQuery.status == 200)
        }
    }

    @Test func `HEAD gives the head of what GET gives, and a range a part of it`() async throws {
        try await withStream { house, _ in
            // First what closes its connection: one that reads HLS reads nothing else.
            for path in ["none/live.mp4", "none/hls/live.m3u8"] {
                let none = try await get(house, path, "HEAD")
                #expect(none.status == 404 && none.body.isEmpty, "\(path)")
            }
            for (path, type) in [
                ("mall/live.mp4", "video/mp4"), ("mall/live.flv", "video/x-flv"),
                ("mall/live.mp4?tracks=sound", "audio/mp4"),
                ("mall/hls/live.m3u8", "application/vnd.apple.mpegurl"),
                ("mall/hls/media.m3u8", "application/vnd.apple.mpegurl"),
            ] {
                let head = try await get(house, path, "HEAD")
                #expect(head.status == 200 && head.body.isEmpty, "\(path)")
                #expect(head.headers["content-type"]?.hasPrefix(type) == true, "\(path)")
            }
            _ = try await get(house, "mall/hls/media.m3u8")
            let list = HLSPlaylist(try await get(house, "mall/hls/media.m3u8").text)
            let segment = "mall/hls/\(try #require(list.segments.last).name)"
            let whole = try await get(house, segment)
            let size = whole.body.count
            #expect(whole.status == 200 && whole.headers["accept-ranges"] == "bytes")
            let head = try await get(house, segment, "HEAD")
            #expect(head.status == 200 && head.body.isEmpty)
            for name in ["content-length", "content-type", "cache-control", "accept-ranges"] {
                #expect(head.headers[name] == whole.headers[name] && head.headers[name] != nil)
            }
            // Across the border of two parts, to the last byte, and beyond it.
            for (range, part) in [
                ("bytes=10-\(size / 2)", 10...size / 2),
                ("bytes=\(size - 1)-", size - 1...size - 1),
                ("bytes=-7", size - 7...size - 1), ("bytes=5-\(size)", 5...size - 1),
            ] {
                let answer = try await get(house, segment, range: range)
                #expect(answer.status == 206 && answer.body == Array(whole.body[part]), "\(range)")
                #expect(
                    answer.headers["content-range"]
                        == "bytes \(part.lowerBound)-\(part.upperBound)/\(size)")
                #expect(answer.headers["cache-control"] == whole.headers["cache-control"])
            }
            let beyond = try await get(house, segment, range: "bytes=\(size)-")
            #expect(beyond.status == 416 && beyond.headers["content-range"] == "bytes */\(size)")
            let stale = try await get(house, segment, range: "bytes=0-1", ifRange: "\"old\"")
            #expect(stale.status == 200 && stale.body == whole.body)
            let list206 = try await get(house, "mall/hls/media.m3u8", range: "bytes=0-1")
            #expect(list206.status == 200 && list206.text.hasPrefix("#EXTM3U\n"))

            let posted = try await get(house, "mall/hls/live.m3u8", "POST")
            #expect(posted.status == 405 && posted.headers["allow"] == "GET, HEAD")
            // A HEAD leaves the connection where the next answer begins.
            let connection = PlainConnection(port: house.listener.port)
            connection.write(
                "HEAD /rooms/\(segment) HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "GET /rooms/mall/hls/live.m3u8 HTTP/1.1\r\nHost: a\r\n\r\n")
            let both = connection.read(until: { $0.contains("media.m3u8") })
            #expect(both.contains("\r\n\r\nHTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func `Playlists are kept for seconds and media for an hour`() async throws {
        try await withStream { house, _ in
            _ = try await get(house, "mall/hls/media.m3u8")
            let list = HLSPlaylist(try await get(house, "mall/hls/media.m3u8").text)
            let open = try #require(list.open)
            let known = open.number - 1
            for (name, age) in [
                ("live.m3u8", "max-age=1"), ("media.m3u8", "max-age=\(list.targetDuration / 2)"),
                ("media.m3u8?_HLS_skip=YES", "max-age=\(list.targetDuration / 2)"),
                ("media.m3u8?_HLS_msn=\(known)", "max-age=\(6 * list.targetDuration)"),
                (list.segments[0].map, "max-age=3600, immutable"),
                ("\(known).m4s", "max-age=3600, immutable"),
                ("\(known).0.m4s", "max-age=3600, immutable"),
            ] {
                let answer = try await get(house, "mall/hls/\(name)")
                #expect(answer.status == 200)
                #expect(answer.headers["cache-control"] == "public, \(age)", "\(name)")
            }
            let none = try await get(house, "mall/hls/\(open.number + 900).0.m4s")
            #expect(none.status == 404 && none.headers["cache-control"] == "no-store")
        }
    }

    @Test(arguments: [true, false])
    func `The last playlist and what it names can be had for a while after the end`(
        isWhile: Bool
    ) async throws {
        try await withStream({
            $0.holdSeconds = 1
            $0.hlsEndedSeconds = isWhile ? 600 : 0
        }) { house, publisher in
            _ = try await get(house, "mall/hls/media.m3u8")
            peers.end(publisher)
            try await house.wait("the end of the stream") { $0 == nil }
            var last = try await get(house, "mall/hls/media.m3u8")
            // The second in which it ended is still counted.
            for _ in 0..<600 where !isWhile && last.status == 200 {
                try await Task.sleep(for: .milliseconds(100))
                last = try await get(house, "mall/hls/media.m3u8")
            }
            #expect(last.status == (isWhile ? 200 : 404))
            guard isWhile else {
                #expect(last.text.contains("NOT_LIVE"))
                return
            }
            #expect(last.text.hasSuffix("#EXT-X-ENDLIST\n"))
            let list = HLSPlaylist(last.text)
            let segment = try #require(list.segments.last)
            let media = try await get(house, "mall/hls/\(segment.name)")
            #expect(media.status == 200 && !media.body.isEmpty)
            let multivariant = try await get(house, "mall/hls/live.m3u8")
            #expect(multivariant.status == 200 && multivariant.text.contains("RESOLUTION=320x180"))
            let next = try await get(house, "mall/hls/\(segment.number + 1).0.m4s")
            #expect(next.status == 404)
            #expect(try await get(house, "mall/live.mp4").status == 404)
            // The next stream of the room is not hidden by it.
            let again = try peers.publish(house, size: "640x360")
            try await house.wait("the next picture") { $0?.readings.width == 640 }
            let new = try await get(house, "mall/hls/live.m3u8")
            #expect(new.text.contains("RESOLUTION=640x360"))
            let fresh = HLSPlaylist(try await get(house, "mall/hls/media.m3u8").text)
            #expect((fresh.segments.first?.number ?? 0) > segment.number)
            peers.end(again)
        }
    }

    @Test func `One connection asks again and again, and for nothing else`() async throws {
        try await withStream { house, _ in
            _ = try await get(house, "mall/hls/media.m3u8")
            let connection = PlainConnection(port: house.listener.port)
            let request = "GET /rooms/mall/hls/media.m3u8 HTTP/1.1\r\nHost: a\r\n\r\n"
            connection.write(request + request)
            let answers = connection.read(until: {
                $0.components(separatedBy: "HTTP/1.1 200").count == 3
            })
            #expect(answers.contains("Connection: keep-alive"))
            try await house.wait("a reader") { $0?.hlsReaders ?? 0 >= 1 }
            connection.write("GET /rooms/mall/live.mp4 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(connection.read(until: { _ in false }).contains("MISDIRECTED"))
        }
    }

    @Test func `Readers are bounded as viewers are, and wait no longer than three targets`()
        async throws
    {
        try await withStream({
            $0.viewersMax = 1
            $0.holdSeconds = 60
        }) { house, publisher in
            let reader = PlainConnection(port: house.listener.port)
            let request = "GET /rooms/mall/hls/media.m3u8"
            reader.write(request + " HTTP/1.1\r\nHost: a\r\n\r\n")
            let text = reader.read(until: { $0.contains("PRELOAD-HINT") })
            let second = PlainConnection(port: house.listener.port)
            second.write(request + " HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(second.read(until: { _ in false }).contains("SERVER_FULL"))
            peers.end(publisher)
            try await house.wait("the publisher's end") { $0?.isLive == false }
            let body = text.components(separatedBy: "\r\n\r\n").last ?? ""
            let number = (HLSPlaylist(body).open?.number ?? 0) + 1
            reader.write(request + "?_HLS_msn=\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(reader.read(until: { $0.contains("NOT_YET") }).contains("NOT_YET"))
            #expect(house.board.latest["mall"]?.hlsReaders == 1)
        }
    }

    @Test func `The end of a stream is the end of the list`() async throws {
        try await withStream({ $0.holdSeconds = 1 }) { house, publisher in
            let reader = PlainConnection(port: house.listener.port)
            reader.write("GET /rooms/mall/hls/media.m3u8 HTTP/1.1\r\nHost: a\r\n\r\n")
            let text = reader.read(until: { $0.contains("PRELOAD-HINT") })
            let body = text.components(separatedBy: "\r\n\r\n").last ?? ""
            let number = (HLSPlaylist(body).open?.number ?? 0) + 1
            peers.end(publisher)
            reader.write(
                "GET /rooms/mall/hls/media.m3u8?_HLS_msn=\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(reader.read(until: { $0.contains("ENDLIST") }).contains("ENDLIST"))
            try await house.wait("the end of the stream") { $0 == nil }
        }
    }
}
