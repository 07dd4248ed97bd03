import Clockwork
import Dispatch
import Foundation

@testable import Streaming

/// A disk that does as it is told.
final class ScriptedDisk: RecordingStorage {
    struct State {
        var files: [String: [UInt8]] = [:]
        var closed: Set<String> = []
        /// Bytes that fit; nil for any number.
        var room: Int?
        var syncs = 0
        var taken: Set<String> = []
    }

    let state = Lock(State())
    /// Writing waits for it while it is held.
    private let gate = DispatchSemaphore(value: 1)

    func hold() { gate.wait() }
    func release() { gate.signal() }

    func create(_ name: String) throws(RecordingError) -> any RecordingFile {
        let isThere = state.withLock { $0.files[name] != nil || $0.taken.contains(name) }
        if isThere { throw .exists }
        state.withLock { $0.files[name] = [] }
        return File(disk: self, name: name)
    }

    func mend() -> [String] { [] }

    private final class File: RecordingFile {
        let disk: ScriptedDisk
        let name: String

        init(disk: ScriptedDisk, name: String) {
            self.disk = disk
            self.name = name
        }

        func append(_ bytes: [UInt8]) throws(RecordingError) {
            disk.gate.wait()
            defer { disk.gate.signal() }
            let isFull = disk.state.withLock { state in
                if let room = state.room {
                    guard room >= bytes.count else { return true }
                    state.room = room - bytes.count
                }
                state.files[name, default: []] += bytes
                return false
            }
            if isFull { throw .full }
        }

        func overwrite(_ bytes: [UInt8], at offset: Int) throws(RecordingError) {
            disk.state.withLock {
                $0.files[name]?.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            }
        }

        func sync() throws(RecordingError) { disk.state.withLock { $0.syncs += 1 } }
        func close() { disk.state.withLock { _ = $0.closed.insert(name) } }
    }
}

/// A recorder with what it wrote and said.
struct RecordingDeck {
    let disk = ScriptedDisk()
    let clock = VirtualClock()
    let notes = Lock<[String]>([])
    let recorder: Recorder

    init(_ change: (inout RecordingLimits) -> Void = { _ in }) {
        var limits = RecordingLimits()
        change(&limits)
        let notes = notes
        recorder = Recorder(
            storage: disk, limits: limits, clock: clock, name: { $0 + "-spring" },
            note: { message, _, words in notes.withLock { $0.append("\(message) \(words)") } })
    }

    func figures(_ room: String = "mall") -> Recorder.Figures {
        recorder.figures[room] ?? Recorder.Figures()
    }

    /// The files, by name.
    var files: [String: [UInt8]] { disk.state.withLock { $0.files } }

    static let small = Initialisation(
        video: try? VideoConfiguration(record: MediaFixture.smallRecord),
        audio: try? AudioConfiguration(record: MediaFixture.soundRecord)
    ).bytes
    static let large = Initialisation(
        video: try? VideoConfiguration(record: MediaFixture.largeRecord), audio: nil
    ).bytes

    static func fragment(_ time: Int64, isKey: Bool = false, size: Int = 100) -> Fragment {
        Fragment(
            bytes: MP4Boxes.fragment(
                sequence: 7,
                runs: [
                    MP4Boxes.Run(
                        track: 1, decodeTime: time * 90,
                        samples: [
                            MP4Boxes.Sample(
                                duration: 2_970, offset: 0, isKey: isKey,
                                bytes: [UInt8](repeating: 1, count: size))
                        ])
                ], unixMilliseconds: 0), isKey: isKey, milliseconds: time)
    }

    func take(_ fragment: Fragment, of room: String = "mall") {
        recorder.take(.fragment(fragment), of: room)
    }

    /// Everything that was taken is with the disk, and the files go on.
    func settle() async throws {
        for _ in 0..<12_000 {
            if recorder.waitingBytes == 0 { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
