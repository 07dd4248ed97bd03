import Foundation
import Testing

@testable import Streaming

/// Recordings on a real disk, and what is left of them when the server was killed.
@Suite struct RecordingFolderTests {
    private final class Folder {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "recording-\(UUID().uuidString)").path

        init() throws {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func read(_ name: String) -> [UInt8] {
            [UInt8](FileManager.default.contents(atPath: path + "/" + name) ?? Data())
        }

        func write(_ bytes: [UInt8], _ name: String) throws {
            try Data(bytes).write(to: URL(filePath: path + "/" + name))
        }
    }

    private var fragments: [Fragment] {
        (0..<4).map { RecordingDeck.fragment(Int64($0) * 500, isKey: $0 % 2 == 0, size: 20) }
    }

    /// Writes as a server does that is killed before the end of the show.
    private func unfinished(_ folder: RecordingFolder, _ name: String = "a.mp4") throws -> [UInt8] {
        let file = try folder.create(name)
        var part = try RecordingPart(file, initialisation: RecordingDeck.small)
        for fragment in fragments { try part.append(fragment) }
        file.close()
        return []
    }

    @Test func `What was cut off anywhere is mended to whole fragments`() throws {
        let place = try Folder()
        let folder = RecordingFolder(place.path)
        _ = try unfinished(folder)
        let whole = place.read("a.mp4")
        let start = whole.count - fragments.reduce(0) { $0 + $1.bytes.count }
        var ends = [start]
        for fragment in fragments { ends.append((ends.last ?? 0) + fragment.bytes.count) }
        for end in start...whole.count {
            try place.write(Array(whole.prefix(end)), "a.mp4")
            let kept = ends.last { $0 <= end } ?? start
            let isMended = folder.mend() == ["a.mp4"]
            #expect(isMended == (end > start), "cut at \(end)")
            let mended = place.read("a.mp4")
            #expect(mended.count == kept, "cut at \(end)")
            #expect(mended.suffix(kept - start) == whole[start..<kept])
            let types = MP4Box.list(mended[...]).map(\.type)
            #expect(types.contains("sidx") == (kept > start), "cut at \(end)")
            // It is in order now.
            #expect(folder.mend() == [])
        }
    }

    @Test func `A mended index is that of a recording that had its end`() throws {
        let place = try Folder()
        let folder = RecordingFolder(place.path)
        _ = try unfinished(folder)
        #expect(folder.mend() == ["a.mp4"])
        var part = try RecordingPart(
            try folder.create("b.mp4"), initialisation: RecordingDeck.small)
        for fragment in fragments { try part.append(fragment) }
        part.finish()
        let (a, b) = (place.read("a.mp4"), place.read("b.mp4"))
        let indexes = [a, b].map { file in MP4Box.list(file[...]).first { $0.type == "sidx" } }
        let (one, other) = (try #require(indexes[0]), try #require(indexes[1]))
        // All but the last duration, which nobody knows of a file without an end.
        #expect(one.bytes.dropLast(8).elementsEqual(other.bytes.dropLast(8)))
    }

    @Test func `Files that are written, finished or of somebody else are left alone`() throws {
        let place = try Folder()
        let folder = RecordingFolder(place.path)
        let file = try folder.create("live.mp4")
        var part = try RecordingPart(file, initialisation: RecordingDeck.small)
        try part.append(RecordingDeck.fragment(0, isKey: true))
        try file.append([0, 0, 0, 9])
        var finished = try RecordingPart(
            try folder.create("done.mp4"), initialisation: RecordingDeck.small)
        try finished.append(RecordingDeck.fragment(0, isKey: true))
        finished.finish()
        try place.write(Array("nothing of ours".utf8), "other.mp4")
        try place.write(RecordingDeck.small, "short.mp4")
        let before = ["live.mp4", "done.mp4", "other.mp4", "short.mp4"].map(place.read)
        #expect(folder.mend() == [])
        #expect(["live.mp4", "done.mp4", "other.mp4", "short.mp4"].map(place.read) == before)
        file.close()
        #expect(folder.mend() == ["live.mp4"])
    }

    @Test func `A name is given once`() throws {
        let place = try Folder()
        let folder = RecordingFolder(place.path)
        try folder.create("a.mp4").close()
        #expect(throws: RecordingError.exists) { try folder.create("a.mp4") }
        #expect(throws: RecordingError.self) {
            try RecordingFolder(place.path + "/none").create("a.mp4")
        }
    }

    @Test func `What others need of the disk is left free`() throws {
        let place = try Folder()
        let values = try FileManager.default.attributesOfFileSystem(forPath: place.path)
        let free = try #require((values[.systemFreeSize] as? NSNumber)?.intValue)
        var limits = RecordingLimits()
        limits.freeBytesMin = free * 2
        #expect(throws: RecordingError.full) {
            try RecordingFolder(place.path, limits: limits).create("a.mp4")
        }
        #expect(place.read("a.mp4") == [])
        #expect(!FileManager.default.fileExists(atPath: place.path + "/a.mp4"))
        limits.freeBytesMin = free / 2
        let file = try RecordingFolder(place.path, limits: limits).create("a.mp4")
        try file.sync()
        file.close()
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func `A disk that is full says so`() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        let file = DiskRecording(descriptor, freeBytesMin: 0)
        #expect(throws: RecordingError.full) { try file.append([1, 2, 3]) }
        file.close()
        #expect(throws: RecordingError.self) { try file.append([1]) }
    }

    @Test func `Fuzzed recordings are mended or left alone, and never grow`() throws {
        let place = try Folder()
        let folder = RecordingFolder(place.path)
        _ = try unfinished(folder)
        let whole = place.read("a.mp4")
        Fuzzing.run("recordings", rounds: 200) { fuzzing in
            let head = whole.count - fragments.reduce(0) { $0 + $1.bytes.count }
            let isHead = fuzzing.chance(3)
            let spoiled =
                isHead
                ? fuzzing.spoil(Array(whole.prefix(900))) + whole.dropFirst(900)
                : Array(whole.prefix(head)) + fuzzing.spoil(Array(whole.dropFirst(head)))
            guard (try? place.write(spoiled, "a.mp4")) != nil else { return }
            _ = folder.mend()
            #expect(place.read("a.mp4").count <= spoiled.count)
            #expect(folder.mend() == [] || place.read("a.mp4").count <= spoiled.count)
        }
    }
}
