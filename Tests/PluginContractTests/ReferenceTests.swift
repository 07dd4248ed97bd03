import Foundation
import PluginContract
import Testing
import Wire

/// Holds the pages and files for authors against the tables that they are written from.
@Suite struct ReferenceTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("SDK-docs")

    @Test(arguments: Reference.files.map(\.path))
    func `Every file is as playhouse reference writes it`(path: String) throws {
        let file = try #require(Reference.files.first { $0.path == path })
        let place = Self.folder.appendingPathComponent(path)
        let written = try String(contentsOf: place, encoding: .utf8)
        let isSame = written == file.text
        #expect(isSame, "run: playhouse reference --folder SDK-docs")
    }

    @Test func `No other file stands among them`() throws {
        // The stubs of the test library come from the workshop.
        let expected = Set(Reference.files.map(\.path) + ["stubs/playhouse-test.lua"])
        for name in ["reference", "schema", "stubs"] {
            let names = try FileManager.default.contentsOfDirectory(
                atPath: Self.folder.appendingPathComponent(name).path)
            #expect(Set(names.map { "\(name)/\($0)" }).subtracting(expected) == [])
        }
    }

    @Test func `The published schema is JSON and the one that is tested`() throws {
        let text = try #require(Reference.files.first { $0.path.hasSuffix(".json") }).text
        #expect(try JSON(parsing: Array(text.utf8)) == ManifestSchema.json)
    }

    @Test func `Everything in the tables is spoken of`() throws {
        let pages = Reference.files.map(\.text).joined()
        let stubs = try #require(Reference.files.first { $0.path.hasSuffix(".lua") }).text
        for function in HostAPI.functions {
            #expect(pages.contains("### room.\(function.path)("))
            let last = function.path.split(separator: ".").last ?? ""
            let isDefined =
                stubs.contains(".\(last)(") || stubs.contains("---@class Room.\(function.path)\n")
            #expect(isDefined, "\(function.path)")
        }
        for hook in Hook.allCases {
            #expect(pages.contains("## \(hook.functionName)("))
            #expect(stubs.contains("---@field \(hook.functionName)? fun(room: Room"))
        }
        for capability in Capability.allCases {
            #expect(pages.contains("## Capability \(capability.rawValue)\n"))
        }
        for kind in PanelElement.Kind.allCases {
            #expect(pages.contains("{ \"\(kind.rawValue)\""))
            #expect(kind.form.fields.allSatisfy { !$0.summary.isEmpty }, "\(kind)")
        }
        for code in RequestError.Code.allCases { #expect(pages.contains("`\(code.rawValue)`")) }
    }
}
