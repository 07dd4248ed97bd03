import Foundation
import Testing
import Wire

@testable import Serving

/// A folder of pages that goes when the test is over.
final class PagesFolder: Sendable {
    let path: String

    init(_ files: [String: [UInt8]]) throws {
        path = NSTemporaryDirectory() + "playhouse-pages-\(UUID().uuidString)"
        for (name, bytes) in files {
            let file = URL(fileURLWithPath: "\(path)/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct AssetsTests {
    private let assets: Assets

    init() throws {
        let folder = try PagesFolder([
            "index.html": Array("<!doctype html>".utf8), "a.js": Array("1".utf8),
            "b.js": Array("2".utf8), "deep/style.css": Array("p{}".utf8),
            "picture.svg": Array("<svg/>".utf8), "words.json": Array("{}".utf8),
            "notes.txt": [1], "README": [1],
            "large.js": [UInt8](repeating: 0x20, count: 1 << 20),
            "huge.js": [UInt8](repeating: 0x20, count: (1 << 20) + 1),
        ])
        assets = try Assets(folder: folder.path)
    }

    private func get(
        _ name: String, _ headers: [(name: String, value: String)] = []
    ) -> HTTPResponse? {
        assets.response(for: name, to: HTTPRequest(target: "/", path: "/", headers: headers))
    }

    @Test(arguments: [
        ("index.html", "text/html; charset=utf-8"), ("a.js", "text/javascript; charset=utf-8"),
        ("deep/style.css", "text/css; charset=utf-8"), ("picture.svg", "image/svg+xml"),
        ("words.json", "application/json"), ("large.js", "text/javascript; charset=utf-8"),
    ])
    func `a file is served with its type and nothing is sniffed`(name: String, type: String) throws
    {
        let response = try #require(get(name))
        let headers = Dictionary(uniqueKeysWithValues: response.headers)
        #expect(response.status == 200)
        #expect(!response.body.isEmpty)
        #expect(headers["Content-Type"] == type)
        #expect(headers["X-Content-Type-Options"] == "nosniff")
        #expect(headers["Cache-Control"] == "no-cache")
        #expect(headers["ETag"]?.hasPrefix("\"") == true)
    }

    @Test(arguments: [
        "notes.txt", "README", "huge.js", "../index.html", "/index.html", "deep", "", "deep/",
        "INDEX.HTML", "deep/../index.html",
    ])
    func `nothing else is`(name: String) {
        #expect(get(name) == nil)
    }

    @Test func `a page may load from its own origin only`() throws {
        let headers = try #require(get("index.html")).headers
        let policy = try #require(headers.first { $0.0 == "Content-Security-Policy" }?.1)
        let directives = policy.split(separator: ";").map {
            $0.split(separator: " ").map(String.init)
        }
        let byName = Dictionary(uniqueKeysWithValues: directives.map { ($0[0], $0.dropFirst()) })
        #expect(byName["default-src"] == ["'none'"])
        #expect(byName["script-src"] == ["'self'"])
        #expect(byName["style-src"] == ["'self'"])
        #expect(byName["frame-ancestors"] == ["'none'"])
        #expect(byName["base-uri"] == ["'none'"])
        #expect(!policy.contains("unsafe"))
        #expect(!policy.contains("http"))
        #expect(!policy.contains("*"))
    }

    @Test func `who has the file already is told so, with the policy and without the body`() throws
    {
        let tag = try #require(get("a.js")?.headers.first { $0.0 == "ETag" }?.1)
        let again = try #require(get("a.js", [("If-None-Match", tag)]))
        #expect(again.status == 304)
        #expect(again.body.isEmpty)
        #expect(again.headers.contains { $0.0 == "ETag" && $0.1 == tag })
        #expect(again.headers.contains { $0.0 == "Content-Security-Policy" })
        #expect(get("b.js", [("If-None-Match", tag)])?.status == 200)
        #expect(get("a.js", [("If-None-Match", "\"x\"")])?.status == 200)
    }

    @Test func `a tag that a proxy made weak, a list, and a star are understood`() throws {
        // RFC 9110, section 13.1.2.
        let tag = try #require(get("a.js")?.headers.first { $0.0 == "ETag" }?.1)
        for value in ["W/\(tag)", "\"x\", \(tag)", "\"x\",W/\(tag)", "*"] {
            #expect(get("a.js", [("If-None-Match", value)])?.status == 304, "\(value)")
        }
    }

    @Test func `files of different content have different tags`() throws {
        let one = try #require(get("a.js")?.headers.first { $0.0 == "ETag" }?.1)
        let two = try #require(get("b.js")?.headers.first { $0.0 == "ETag" }?.1)
        #expect(one != two)
    }

    @Test func `a folder that is not there is an error`() {
        #expect(throws: (any Error).self) { try Assets(folder: "/nowhere/pages") }
    }
}
