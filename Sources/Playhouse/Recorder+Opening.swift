import Clockwork
import Foundation
import Rooms
import Streaming
import Wire

extension Recorder {
    /// The recorder of a server; nil where nothing is to be recorded.
    ///
    /// - Throws: ``ConfigurationError`` when the folder cannot be made.
    static func open(
        _ configuration: Configuration, clock: any Clock, log: Log
    ) throws(ConfigurationError) -> Recorder? {
        guard let stream = configuration.stream, stream.isOn, let folder = stream.record else {
            return nil
        }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw refusal(folder)
        }
        try check(configuration)
        let shows = Dictionary(
            uniqueKeysWithValues: configuration.rooms.map { ($0.settings.id, $0.show) })
        return Recorder(
            storage: RecordingFolder(folder), clock: clock,
            name: { "\($0)-\(shows[$0] ?? "show")" },
            note: { message, room, words in
                if words.isEmpty {
                    log.info(message, room.isEmpty ? [:] : ["room": .string(room)])
                } else {
                    log.error(message, ["room": .string(room), "reason": .string(words)])
                }
            })
    }

    /// Looks whether the folder can be written to, or made.
    static func check(_ configuration: Configuration) throws(ConfigurationError) {
        guard let stream = configuration.stream, stream.isOn, let folder = stream.record else {
            return
        }
        var present = URL(fileURLWithPath: folder).standardized
        while !FileManager.default.fileExists(atPath: present.path), present.path != "/" {
            present.deleteLastPathComponent()
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: present.path, isDirectory: &isFolder),
            isFolder.boolValue, FileManager.default.isWritableFile(atPath: present.path)
        else { throw refusal(folder) }
    }

    private static func refusal(_ folder: String) -> ConfigurationError {
        ConfigurationError(
            description:
                "\(folder): shows cannot be recorded there; give this user the right to write to the "
                + "folder, or name another with \"stream.record\"")
    }
}
