import Fetching

extension Endpoint {
    /// Posts JSON and returns the body of an answer of status 200.
    ///
    /// - Throws: Any case of ``EndpointError`` but `badAddress`.
    func post(
        _ body: [UInt8], through session: FetchSession, millisecondsMax: Int, bytesMax: Int,
        onBytes: (@Sendable ([UInt8]) -> Bool)? = nil
    ) async throws(EndpointError) -> [UInt8] {
        var headers = [
            (name: "Content-Type", value: "application/json"),
            (name: "Accept", value: "application/json, text/event-stream"),
        ]
        if let key { headers.append((name: "Authorization", value: "Bearer \(key)")) }
        let answer: FetchAnswer
        do throws(FetchError) {
            answer = try await session.post(
                body, to: url, headers: headers, millisecondsMax: millisecondsMax,
                bytesMax: bytesMax, onBytes: onBytes)
        } catch {
            switch error {
            case .unreachable(let reason): throw .unreachable(reason)
            case .slow: throw .slow
            case .cancelled: throw .cancelled
            case .tooLarge: throw .tooLarge
            }
        }
        guard answer.status == 200 else { throw .status(answer.status) }
        return answer.body
    }
}
