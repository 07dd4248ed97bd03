import Cryptography
import Foundation
package import Wire

/// The files of the pages, read once at start.
package struct Assets: Sendable {
    private struct File: Sendable {
        var bytes: [UInt8]
        var type: String
        var tag: String
    }
    private let files: [String: File]

    /// Reads the pages that come with the package.
    package init() throws {
        guard let folder = Bundle.module.url(forResource: "Pages", withExtension: nil) else {
            throw CocoaError(.fileNoSuchFile)
        }
        try self.init(folder: folder.path)
    }

    /// Reads every file below a folder, at most 1 MiB each.
    package init(folder: String) throws {
        var files: [String: File] = [:]
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        for name in names {
            let type = name.split(separator: ".").last.flatMap { Self.types[String($0)] }
            guard let type,
                let data = FileManager.default.contents(atPath: folder + "/" + name),
                data.count <= 1 << 20
            else { continue }
            let bytes = [UInt8](data)
            let tag = "\"" + Base64URL.encode(Array(Digest.sha256(bytes).prefix(12))) + "\""
            files[name] = File(bytes: bytes, type: type, tag: tag)
        }
        self.files = files
    }

    /// The answer to a request for a file; nil if there is none of that name.
    package func response(for name: String, to request: HTTPRequest) -> HTTPResponse? {
        guard let file = files[name] else { return nil }
        var headers = [("ETag", file.tag), ("Cache-Control", "no-cache")] + Self.protection
        if let known = request.header("if-none-match"), Self.matches(known, file.tag) {
            return HTTPResponse(status: 304, headers: headers, body: [])
        }
        headers.append(("Content-Type", file.type))
        return HTTPResponse(status: 200, headers: headers, body: file.bytes)
    }

    /// A file as text; nil if there is none of that name.
    func text(_ name: String) -> String? {
        files[name].map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// Compares weakly with every tag of a list (RFC 9110, section 13.1.2): a proxy that compresses
    /// makes our tags weak. Our own have no comma in them.
    private static func matches(_ list: String, _ tag: String) -> Bool {
        list == "*"
            || list.split(separator: ",").contains { element in
                let known = element.trimmingCharacters(in: .whitespaces)
                return (known.hasPrefix("W/") ? String(known.dropFirst(2)) : known) == tag
            }
    }

    /// What keeps a page to its own origin: no foreign script, style, frame or connection.
    static let protection: [(String, String)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                + "img-src 'self' data:; media-src 'self' blob:; font-src 'self'; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]

    private static let types = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8", "json": "application/json",
        "svg": "image/svg+xml", "png": "image/png", "ico": "image/x-icon",
    ]
}
