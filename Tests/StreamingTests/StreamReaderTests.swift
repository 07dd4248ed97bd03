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

    private func get(_ house: House, _ path: String) async throws -> Answer {
        let url = try #require(URL(string: "http://127.0.0.1:\(house.listener.port)/rooms/\(path)"))
        let (data, response) = try await URLSession.shared.data(from: url)
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
        _ = try await peers.run("curl", ["-s", "-N", "-m", "3", "-o", file.path, address])
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
        try await Task.sleep(for: .seconds(1))
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
                ("mall/hls/t.o-k_en/\(open.number + 3).0.m4s", 404, "NOT_FOUND"),
                ("mall/hls/t.o-k_en/media.m3u8?_HLS_part=1", 400, "BAD_DIRECTIVE"),
                ("mall/hls/t.o-k_en/media.m3u8?_HLS_msn=\(open.number + 9)", 400, "TOO_FAR"),
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
