package import Foundation

/// Where an OpenAI-compatible service is, and how to address it.
package struct Endpoint: Sendable, Equatable {
    package enum Service: String, Sendable {
        case embeddings
        case chat = "chat/completions"
    }

    package var url: URL
    /// Sent as `Authorization: Bearer`; never shown.
    package var key: String?
    package var model: String

    /// - Parameters:
    ///   - address: The base (`http://127.0.0.1:8000`, with or without `/v1`) or the full address of the service.
    ///   - service: What it is asked for.
    ///   - key: Sent with each request, if there is one.
    ///   - model: The name that the service knows its model by.
    /// - Throws: ``EndpointError/badAddress(_:)`` for anything but http and https.
    package init(
        address: String, service: Service, key: String? = nil, model: String
    ) throws(EndpointError) {
        var text = address
        while text.hasSuffix("/") { text.removeLast() }
        if !text.hasSuffix("/" + service.rawValue) {
            text += text.hasSuffix("/v1") ? "/" : "/v1/"
            text += service.rawValue
        }
        guard let url = URL(string: text), let scheme = url.scheme, url.host != nil,
            ["http", "https"].contains(scheme.lowercased())
        else { throw .badAddress(address) }
        self.url = url
        self.key = key.flatMap { $0.isEmpty ? nil : $0 }
        self.model = model
    }
}

/// Why an endpoint gave nothing that can be used. Every case ends in the same way: the lexical
/// score, or the merchant's own text.
package enum EndpointError: Error, Sendable, Equatable, CustomStringConvertible {
    case badAddress(String)
    case unreachable(String)
    case slow
    case cancelled
    case status(Int)
    case tooLarge
    case malformed(String)

    package var description: String {
        switch self {
        case .badAddress(let address): "\"\(address)\" is no http or https address"
        case .unreachable(let reason): "the endpoint cannot be reached: \(reason)"
        case .slow: "the endpoint took too long"
        case .cancelled: "the request was given up"
        case .status(let status): "the endpoint answered with status \(status)"
        case .tooLarge: "the endpoint's answer is too large"
        case .malformed(let what): "the endpoint's answer cannot be used: \(what)"
        }
    }
}
