/// Opens WebSocket connections (RFC 6455, section 4).
package enum WebSocketHandshake {
    /// Whether a request asks for a WebSocket, well-formed or not: then
    /// ``accept(_:protocols:sha1:)`` answers it.
    package static func isUpgrade(_ request: HTTPRequest) -> Bool {
        request.headerTokens("upgrade").contains("websocket")
    }

    /// Accepts a handshake with a response of status 101.
    ///
    /// Of the sub-protocols that the client offers the first one of `protocols`, which are spoken
    /// here, is chosen; if it offers none, none is. `sha1` computes SHA-1. Throws ``HTTPError``
    /// with 426 for another version of WebSocket, else with 400.
    package static func accept(
        _ request: HTTPRequest, protocols: [String], sha1: ([UInt8]) -> [UInt8]
    ) throws(HTTPError) -> HTTPResponse {
        guard isUpgrade(request) else { throw refusal("Upgrade is not websocket") }
        guard request.method == "GET", request.version == (1, 1), request.body.isEmpty else {
            throw refusal("a handshake is a GET of HTTP/1.1 without body")
        }
        guard request.headerTokens("connection").contains("upgrade") else {
            throw refusal("Connection does not list upgrade")
        }
        guard request.header("sec-websocket-version") == "13" else {
            throw HTTPError(
                status: 426, code: "UPGRADE_REQUIRED",
                detail: "the version of WebSocket spoken here is 13",
                headers: [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")])
        }
        guard let key = request.header("sec-websocket-key"), isKey(key) else {
            throw refusal("Sec-WebSocket-Key is not 16 bytes in base64")
        }
        var headers = [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", acceptKey(for: key, sha1: sha1)),
        ]
        let offered = request.headerElements("sec-websocket-protocol")
        if !offered.isEmpty {
            guard let chosen = offered.first(where: protocols.contains) else {
                throw HTTPError(
                    status: 400, code: "NO_SUCH_PROTOCOL",
                    detail: "none of the offered sub-protocols is spoken here")
            }
            headers.append(("Sec-WebSocket-Protocol", chosen))
        }
        return HTTPResponse(status: 101, headers: headers)
    }

    /// Encodes the request of a client for a percent-encoded path with query. The key is 16 random
    /// bytes in base64.
    package static func request(
        host: String, path: String, key: String, headers: [(String, String)] = []
    ) -> [UInt8] {
        precondition(
            path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "the path is not percent-encoded")
        var bytes = Array("GET \(path) HTTP/1.1\r\n".utf8)
        bytes.appendHeader("Host", host)
        bytes.appendHeader("Upgrade", "websocket")
        bytes.appendHeader("Connection", "Upgrade")
        bytes.appendHeader("Sec-WebSocket-Key", key)
        bytes.appendHeader("Sec-WebSocket-Version", "13")
        for (name, value) in headers { bytes.appendHeader(name, value) }
        bytes.append(contentsOf: "\r\n".utf8)
        return bytes
    }

    /// What the server must answer to a key (RFC 6455, section 4.2.2).
    package static func acceptKey(for key: String, sha1: ([UInt8]) -> [UInt8]) -> String {
        Base64.encode(sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }

    /// Whether the key is base64 of 16 bytes. Its last bits are not looked at: keys made up by
    /// choosing characters are in use, and the server never decodes a key.
    private static func isKey(_ key: String) -> Bool {
        guard key.utf8.count == 24, key.hasSuffix("==") else { return false }
        return Base64.decode(Array(key.utf8.prefix(20))) != nil
            && Base64.decode(Array(key.utf8.dropFirst(20).prefix(2)) + Array("AA".utf8)) != nil
    }

    private static func refusal(_ detail: String) -> HTTPError {
        HTTPError(status: 400, code: "BAD_HANDSHAKE", detail: detail)
    }
}
