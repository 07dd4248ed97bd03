import Foundation
import Testing
import Wire

@testable import Workshop

/// A new plugin's folder is complete and right from the first moment.
@Suite struct ScaffoldTests {
    @Test(arguments: PluginTemplate.allCases)
    func `A new folder passes its own check and its own tests`(template: PluginTemplate)
        async throws
    {
        let place = try Folder()
        let folder = try PluginScaffold(name: "tea-party", template: template)
            .write(in: place.path)
        #expect(folder == place.path + "/tea-party")
        #expect(await PluginCheck(folder: folder).run().map(\.text) == [])
        var options = TestRun.Options()
        options.covers = true
        let report = try await TestRun(folder: folder, options: options).run()
        #expect(report.isPassed, "\(report.text)")
        #expect(report.coverage?.share == 1, "\(report.text)")
        options.restarts = true
        let rough = try await TestRun(folder: folder, options: options).run()
        #expect(rough.isPassed, "\(rough.text)")
    }

    @Test(arguments: PluginTemplate.allCases)
    func `An editor finds stubs and schema`(template: PluginTemplate) throws {
        let files = try PluginScaffold(name: "tea-party", template: template).files
        let settings = try JSON(parsing: try #require(files[".luarc.json"]))
        #expect(settings["workspace.library"] == ["editor"])
        #expect(settings["runtime.builtin"]?["io"] == "disable")
        let stubs = String(decoding: try #require(files["editor/playhouse.lua"]), as: UTF8.self)
        #expect(stubs.hasPrefix("---@meta"))
        let tests = String(
            decoding: try #require(files["editor/playhouse-test.lua"]), as: UTF8.self)
        #expect(tests.contains("function expect(actual) end"))
        let manifest = try JSON(parsing: try #require(files["plugin.json"]))
        #expect(manifest["$schema"] == "editor/plugin.schema.json")
        #expect(manifest["id"] == "tea-party")
        #expect(manifest["title"]?["en"] == "Tea party")
        #expect(files["editor/plugin.schema.json"] != nil)
        for (path, bytes) in files {
            #expect(!String(decoding: bytes, as: UTF8.self).contains("NEW_PLUGIN"), "\(path)")
        }
    }

    @Test func `What is there is not overwritten`() throws {
        let place = try Folder(["tea/main.lua": "mine"])
        #expect(throws: ScaffoldError.self) {
            try PluginScaffold(name: "tea", template: .minimal).write(in: place.path)
        }
        let text = try String(contentsOfFile: place.path + "/tea/main.lua", encoding: .utf8)
        #expect(text == "mine")
    }

    @Test(arguments: ["", "Tea", "a b", "../x", "-x", String(repeating: "a", count: 65)])
    func `A name that is no id is refused`(name: String) {
        #expect(PluginScaffold(name: name, template: .minimal).nameProblem != nil)
    }

    @Test(arguments: ["a", "tea-2", String(repeating: "a", count: 64)])
    func `An id is accepted`(name: String) {
        #expect(PluginScaffold(name: name, template: .minimal).nameProblem == nil)
    }

    @Test func `The stubs of the test library are current`() throws {
        let file = Folder.root + "/SDK-docs/stubs/playhouse-test.lua"
        #expect(
            try String(contentsOfFile: file, encoding: .utf8) == TestLibrary.stubs,
            "run playhouse reference")
    }
}
