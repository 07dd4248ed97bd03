import Foundation

@testable import Streaming

/// What a page sends from a seat, made by hand or by ffmpeg.
enum SeatFixture {
    /// `OpusHead` of one channel.
    static let head = MediaFixture.bytes("4f707573486561640101380180bb0000000000")
    /// 20 ms, CELT, full band.
    static let packet: [UInt8] = [0xF8, 1, 2, 3, 4]

    static func grant(audio: Bool = true, video: Bool = true) -> SeatGrant {
        SeatGrant(plugin: "co-host", lease: 3, seat: 1, user: "ana", audio: audio, video: video)
    }

    static func configurations(
        _ record: [UInt8] = MediaFixture.smallRecord
    ) -> [SeatMessage] {
        [
            SeatMessage(kind: .videoConfiguration, payload: record),
            SeatMessage(kind: .audioConfiguration, payload: head),
        ]
    }

    static func picture(
        _ milliseconds: Int64, isKey: Bool = false, size: Int = 100
    ) -> SeatMessage {
        var payload: [UInt8] = []
        payload.append32(size)
        payload += [UInt8](repeating: isKey ? 0x65 : 0x41, count: size)
        return SeatMessage(
            kind: .picture, isKey: isKey, microseconds: milliseconds * 1_000,
            durationMicroseconds: 33_333, payload: payload)
    }

    static func sound(_ milliseconds: Int64, _ packet: [UInt8] = packet) -> SeatMessage {
        SeatMessage(
            kind: .sound, microseconds: milliseconds * 1_000, durationMicroseconds: 20_000,
            payload: packet)
    }

    // MARK: - By ffmpeg

    static let ffmpeg = "/usr/bin/ffmpeg"
    static var hasFFmpeg: Bool { FileManager.default.isExecutableFile(atPath: ffmpeg) }

    /// A tool's exit status and what it wrote.
    static func run(_ tool: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/" + tool)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    /// The frames that ffmpeg makes of a source, and the bytes of one box of its header.
    static func frames(
        _ source: String, _ codec: [String], box: String, in folder: URL
    ) throws -> (box: [UInt8], frames: [(isKey: Bool, bytes: [UInt8])]) {
        let file = folder.appendingPathComponent("\(box).mp4")
        let (_, errors) = try run(
            "ffmpeg",
            ["-v", "error", "-y", "-f", "lavfi", "-i", source] + codec + [
                "-f", "mp4", "-movflags", "+frag_every_frame+empty_moov+default_base_moof",
                file.path,
            ])
        precondition(errors.isEmpty, errors)
        let bytes = try [UInt8](Data(contentsOf: file))
        var frames: [(Bool, [UInt8])] = []
        var found: [UInt8] = []
        var reader = BinaryReader(bytes)
        while let size = reader.integer(4), let type = reader.take(4),
            let body = reader.take(Int(size) - 8)
        {
            switch String(decoding: type, as: UTF8.self) {
            case "moov": found = inner(box, Array(body)) ?? []
            case "mdat": frames.append((hasKey(Array(body)), Array(body)))
            default: break
            }
        }
        return (found, frames)
    }

    /// Whether one of the NAL units is of a keyframe.
    private static func hasKey(_ bytes: [UInt8]) -> Bool {
        var reader = BinaryReader(bytes)
        while let size = reader.integer(4), let unit = reader.take(Int(size)) {
            if unit.first.map({ $0 & 31 }) == 5 { return true }
        }
        return false
    }

    private static func inner(_ box: String, _ bytes: [UInt8]) -> [UInt8]? {
        let name = Array(box.utf8)
        guard
            let place = bytes.indices.dropLast(4).first(where: {
                bytes[$0..<$0 + 4].elementsEqual(name)
            })
        else { return nil }
        var reader = BinaryReader(bytes, from: place - 4)
        guard let size = reader.integer(4), reader.take(4) != nil else { return nil }
        return reader.take(Int(size) - 8).map(Array.init)
    }
}
