/// What one HTTP request may use up.
package struct HTTPLimits: Sendable, Equatable {
    /// Request line and headers, with the empty line behind them. Also bounds what a chunked body
    /// spends on trailers, and on extensions of chunks.
    package var headBytesMax: Int
    /// Header fields of the head; as many trailers may follow a chunked body.
    package var headersMax: Int
    /// Size of the request target as it was sent.
    package var targetBytesMax: Int
    /// Size of the body without its framing.
    package var bodyBytesMax: Int

    /// Sets limits that suit a server of small JSON messages.
    package init(
        headBytesMax: Int = 16 << 10, headersMax: Int = 100, targetBytesMax: Int = 4096,
        bodyBytesMax: Int = 64 << 10
    ) {
        self.headBytesMax = headBytesMax
        self.headersMax = headersMax
        self.targetBytesMax = targetBytesMax
        self.bodyBytesMax = bodyBytesMax
    }
}

/// Why a request is not carried out: what ``HTTPResponse/problem(_:)`` tells the client.
///
/// An error of ``HTTPRequestDecoder`` leaves open where the next request would begin: answer it and
/// close the connection.
package struct HTTPError: Error, Sendable {
    /// HTTP status, 400 to 599.
    package var status: Int
    /// Stable, in capitals: `BAD_REQUEST`, `BAD_CHUNK`, `HEAD_TOO_LARGE`, `TOO_MANY_HEADERS`,
    /// `TARGET_TOO_LONG`, `BODY_TOO_LARGE`, `PIPELINE_TOO_LONG`, `EXPECTATION_FAILED`,
    /// `UNSUPPORTED_METHOD`, `UNSUPPORTED_CODING`, `UNSUPPORTED_VERSION`, `BAD_HANDSHAKE`,
    /// `UPGRADE_REQUIRED`, `NO_SUCH_PROTOCOL`.
    package var code: String
    /// A sentence for developers.
    package var detail: String
    /// Headers that the response must carry.
    package var headers: [(String, String)]

    /// Makes an error; the code is one of those above, or one of the caller's own.
    package init(
        status: Int, code: String, detail: String, headers: [(String, String)] = []
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
    }

    static func badRequest(_ detail: String) -> HTTPError {
        HTTPError(status: 400, code: "BAD_REQUEST", detail: detail)
    }

    static func badChunk(_ detail: String) -> HTTPError {
        HTTPError(status: 400, code: "BAD_CHUNK", detail: detail)
    }
}
