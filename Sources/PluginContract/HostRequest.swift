package import Wire

/// Something that a plugin asks of the world outside, or of the host where the answer must not be
/// known before the question is durable. Answered later by a hook.
package struct HostRequest: Sendable, Equatable {
    /// Who answers.
    package enum Service: String, Sendable, CaseIterable {
        /// Finds entries of the shop's knowledge.
        case knowledge
        /// Sends a signed message to a URL of the shop.
        case webhook
        /// Draws among entrants that were fixed, and reveals the secret.
        case draw
        /// Reveals the secret of a commitment.
        case reveal

        /// The host function that asks.
        package var path: String {
            switch self {
            case .knowledge: "knowledge.search"
            case .webhook: "webhook.send"
            case .draw: "fairness.draw"
            case .reveal: "fairness.reveal"
            }
        }

        /// Whether the host answers by itself, always and with a hook of its own, `on_revealed`.
        package var isOfTheHouse: Bool { self == .draw || self == .reveal }
    }

    /// Unique in the show for its plugin, from 1; with both it is the key by which a retry is known.
    package var id: Int64
    package var service: Service
    package var parameters: JSONObject
    /// After which the plugin is told that it took too long.
    package var milliseconds: Int64

    package init(id: Int64, service: Service, parameters: JSONObject, milliseconds: Int64) {
        self.id = id
        self.service = service
        self.parameters = parameters
        self.milliseconds = milliseconds
    }

    /// Limits of requests.
    package enum Limit {
        /// Of the encoded parameters.
        package static let parameterBytes = 16 << 10
        /// Of the encoded answer.
        package static let resultBytes = 32 << 10
        /// Waiting for their answers at once, per plugin.
        package static let waiting = 64
        package static let seconds = 0.1...30.0
        /// Of requests that the host answers by itself: ten years, so that a draw outlives every pause.
        package static let houseMilliseconds: Int64 = 315_360_000_000
    }
}

/// What came of a ``HostRequest``.
package enum HostResult: Sendable, Equatable {
    case value(JSON)
    case failure(Code, message: String)

    /// Why there is no value.
    package enum Code: String, Sendable, CaseIterable {
        /// It took longer than asked for.
        case timeout = "TIMEOUT"
        /// This server has no such service, or it cannot be reached.
        case unavailable = "UNAVAILABLE"
        /// The service does not do this: an unknown hook, a parameter out of range.
        case refused = "REFUSED"
        /// The service tried and failed.
        case failed = "FAILED"
        /// The answer is over the limit.
        case tooLarge = "TOO_LARGE"

        /// When it happens, in one sentence.
        package var summary: String {
            switch self {
            case .timeout: "It took longer than the plugin asked for."
            case .unavailable: "This server has no such service, or it cannot be reached."
            case .refused: "The service does not do this: no such hook, a parameter out of range."
            case .failed: "The service tried and failed."
            case .tooLarge: "The answer is over \(HostRequest.Limit.resultBytes) bytes."
            }
        }
    }

    /// What `on_revealed` is given. It is as large as the draw.
    package var revealed: JSON {
        switch self {
        case .value(let value): value
        case .failure(let code, let message):
            ["error": .string(code.rawValue), "message": .string(message)]
        }
    }

    /// What `on_result` is given for a request.
    package func json(for request: HostRequest) -> JSON {
        var object: JSONObject = [
            "id": .integer(request.id), "service": .string(request.service.rawValue),
        ]
        switch self {
        case .value(let value) where value.encoded().count > HostRequest.Limit.resultBytes:
            return Self.failure(.tooLarge, message: "the answer is too large").json(for: request)
        case .value(let value): object["value"] = value
        case .failure(let code, let message):
            object["error"] = .string(code.rawValue)
            object["message"] = .string(message)
        }
        return .object(object)
    }
}
