import Foundation
import PluginContract
import Workshop

/// `playhouse reference`: for who changes the host API.
enum ReferenceCommand {
    static let help = """
        playhouse reference: write the reference, the stubs for editors and the schema of plugin.json

        usage: playhouse reference --folder SDK-docs

        A test fails when the files there are not what this writes.

        """

    static func run(_ words: [String]) throws {
        let arguments = try Arguments(words, options: ["folder"])
        try arguments.refusePositions("give --folder FOLDER")
        let folder = URL(fileURLWithPath: try arguments.required("folder"))
        var files = Reference.files.map { ($0.path, $0.text) }
        files.append(("stubs/playhouse-test.lua", try TestLibrary.stubs))
        for (path, text) in files {
            let place = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: place)
        }
    }
}
