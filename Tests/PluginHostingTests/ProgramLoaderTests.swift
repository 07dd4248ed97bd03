import Foundation
import PluginHosting
import Scripting
import Testing

@Suite struct ProgramLoaderTests {
    static let manifest =
        #"{"id":"game","version":"1.0.0","api":1,"title":{"zh":"g","en":"g"}}"#

    /// A plugin folder that is removed afterwards.
    private func withFolder<Result>(
        _ files: [String: String], _ body: (String) throws -> Result
    ) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("plugin-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (path, text) in files {
            let file = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return try body(folder.path)
    }

    private func error(
        _ files: [String: String], limits: ProgramLoader.Limits = .init(),
        prepare: (String) throws -> Void = { _ in }
    ) throws -> String? {
        try withFolder(files) { folder in
            try prepare(folder)
            do throws(ProgramError) {
                _ = try ProgramLoader(limits: limits).load(folder: folder)
                return nil
            } catch {
                return error.description
            }
        }
    }

    private func files(_ more: [String: String] = [:]) -> [String: String] {
        ["plugin.json": Self.manifest, "main.lua": "return {}"].merging(more) { $1 }
    }

    @Test func `Pictures are read, hashed and bounded; other files are passed over`() throws {
        let pictures = ["images/cup.svg": "<svg/>", "images/Cup.svg": "x", "images/a.html": "x"]
        let (images, hash) = try withFolder(files(pictures)) { folder in
            let program = try ProgramLoader().load(folder: folder)
            return (program.images, program.contentHash)
        }
        #expect(images == ["cup.svg": Array("<svg/>".utf8)])
        let other = try withFolder(files(["images/cup.svg": "<svg></svg>"])) { folder in
            try ProgramLoader().load(folder: folder).contentHash
        }
        #expect(hash != other)
        var limits = ProgramLoader.Limits()
        limits.imageBytesMax = 6
        limits.imagesMax = 1
        #expect(try error(files(pictures), limits: limits) == nil)
        #expect(
            try error(files(["images/cup.svg": "<svg />"]), limits: limits)
                == "images/cup.svg: is over 6 bytes")
        #expect(
            try error(files(["images/a.png": "a", "images/b.png": "b"]), limits: limits)
                == "images: there are more than 1 pictures")
    }

    @Test func `A folder is read: manifest, Lua at the top and in lib, texts`() throws {
        let program = try withFolder(
            files([
                "lib/a.lua": "-- a", "lib/deep/b.lua": "-- b", "other/c.lua": "-- c",
                "locales/zh.json": #"{"ask":"猜"}"#, "locales/en.json": "{}", "README.md": "text",
                ".hidden.lua": "no",
            ])
        ) { try ProgramLoader().load(folder: $0) }
        #expect(
            Set(program.source.files.keys) == ["main.lua", "lib/a.lua", "lib/deep/b.lua"])
        #expect(program.source.name == "game")
        #expect(
            program.locales == ["zh": Array(#"{"ask":"猜"}"#.utf8), "en": Array("{}".utf8)])
        #expect(program.contentHash.count == 64)
    }

    @Test func `The hash is of the content and not of the place`() throws {
        let hash = { (files: [String: String]) in
            try withFolder(files) { try ProgramLoader().load(folder: $0).contentHash }
        }
        let plain = try hash(files())
        #expect(try hash(files()) == plain)
        #expect(try hash(files(["README.md": "text"])) == plain)
        #expect(try hash(files(["main.lua": "return { }"])) != plain)
        #expect(try hash(files(["lib/a.lua": ""])) != plain)
        #expect(try hash(files(["locales/en.json": "{}", "locales/zh.json": "{}"])) != plain)
    }

    @Test func `Each error names its file`() throws {
        #expect(try error([:]) == "plugin.json: is missing or not a file")
        #expect(
            try error(["plugin.json": Self.manifest])?.hasPrefix("main.lua: is missing") == true)
        #expect(
            try error(files(["plugin.json": "{}"]))?.hasPrefix("plugin.json:1: $.id: ") == true)
        #expect(
            try error(files(["locales/zh.json": "{\n\"a\":1}"]))
                == "locales/zh.json: $.a must be a text")
        #expect(
            try error(files(["locales/zh.json": "{\n\"a\""]))?.hasPrefix("locales/zh.json:2: ")
                == true)
    }

    @Test(arguments: ["main.lua", "lib/a.lua", "locales/zh.json", "lib"])
    func `A symbolic link is refused`(path: String) throws {
        let error = try error(files()) { folder in
            let link = "\(folder)/\(path)"
            try FileManager.default.createDirectory(
                atPath: (link as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            try? FileManager.default.removeItem(atPath: link)
            try FileManager.default.createSymbolicLink(
                atPath: link, withDestinationPath: "/etc/hostname")
        }
        #expect(error == "\(path): is a symbolic link")
    }

    @Test func `A language of the manifest without its texts is named`() throws {
        #expect(
            try error(files(["locales/zh.json": "{}"]))
                == "locales/en.json: is missing; plugin.json names this language")
    }

    @Test func `Every limit holds on both sides`() throws {
        var limits = ProgramLoader.Limits()
        limits.luaFileBytesMax = 9
        #expect(try error(files(), limits: limits) == nil)
        limits.luaFileBytesMax = 8
        #expect(try error(files(), limits: limits) == "main.lua: is over 8 bytes")
        limits = .init()
        limits.luaFilesMax = 2
        #expect(try error(files(["lib/a.lua": ""]), limits: limits) == nil)
        #expect(try error(files(["lib/a.lua": "", "b.lua": ""]), limits: limits) != nil)
        limits = .init()
        limits.localeBytesMax = 2
        let texts = ["locales/zh.json": "{}", "locales/en.json": "{}"]
        #expect(try error(files(texts), limits: limits) == nil)
        #expect(
            try error(files(texts.merging(["locales/zh.json": "{} "]) { $1 }), limits: limits)
                == "locales/zh.json: is over 2 bytes")
        limits = .init()
        limits.localesMax = 2
        #expect(try error(files(texts), limits: limits) == nil)
        #expect(
            try error(files(texts.merging(["locales/ja.json": "{}"]) { $1 }), limits: limits)
                == "locales: there are more than 2 files")
        limits = .init()
        limits.totalBytesMax = Self.manifest.utf8.count + 9
        #expect(try error(files(), limits: limits) == nil)
        limits.totalBytesMax -= 1
        #expect(try error(files(), limits: limits) == "main.lua: makes the plugin too large")
        #expect(try error(files(["lib/a/b/c.lua": ""])) == nil)
        #expect(try error(files(["lib/a/b/c/d.lua": ""])) == nil)
        #expect(try error(files(["lib/a/b/c/d/e.lua": ""])) != nil)
    }
}
