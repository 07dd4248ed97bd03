import Foundation
import Rooms
import Serving
import Streaming
import Testing
import Visiting
import Wire

@testable import Playhouse

/// The other ways out of a stream through a whole server: at the rooms' port, with the rooms' tokens.
@Suite(
    .serialized, .enabled(if: Encoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(5)))
struct StreamReadersOverSocketsTests {
    @Test(arguments: [true, false])
    func `FLV and HLS are read at the rooms' port, with a token where the room wants one`(
        isAnonymous: Bool
    ) async throws {
        try await withHouse({ configuration in
            var stream = StreamConfiguration()
            stream.port = 0
            configuration.stream = stream
            configuration.rooms[0].settings.anonymous = isAnonymous
        }) { house in
            let streams = try #require(house.server.streams)
            let key = try #require(streams.key(room: "teahouse", user: "mei", hours: 1))
            let publisher = try Encoder(to: "rtmp://127.0.0.1:\(streams.port)/live/\(key)")
            try await eventually("a picture") {
                streams.board.latest["teahouse"]?.hasPicture == true
            }
            let token = house.token("ana")
            let base = "http://127.0.0.1:\(house.port)/rooms/teahouse/"
            let addresses =
                isAnonymous
                ? ["live.flv", "hls/live.m3u8"]
                : ["live.flv?token=\(token)", "hls/\(token)/live.m3u8"]
            for address in addresses {
                let (status, _, errors) = try await MediaTool.run(
                    "/usr/bin/ffmpeg",
                    [
                        "-nostdin", "-v", "error", "-xerror", "-err_detect", "explode", "-i",
                        base + address, "-t", "3", "-f", "null", "-",
                    ])
                #expect(status == 0 && errors == "", "\(address): \(errors)")
            }
            for address in ["live.flv", "hls/media.m3u8"] where !isAnonymous {
                let (status, headers, _) = try await MediaTool.run(
                    "/usr/bin/curl",
                    ["-s", "-o", "/dev/null", "-w", "%{http_code}", base + address])
                #expect(status == 0 && headers == "401")
            }
            if isAnonymous {
                // The answer at this port is the connection's last.
                let answer = try await HTTPClient.get(
                    port: house.port, path: "/rooms/teahouse/hls/media.m3u8")
                #expect(answer.status == 200 && answer.header("connection") == "close")
                let requests = #"playhouse_stream_hls_requests_total{room="teahouse"}"#
                try await eventually("figures") { try await house.metric(requests) ?? 0 >= 5 }
            }
            publisher.end()
        }
    }
}
