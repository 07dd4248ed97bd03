import Clockwork

/// One request under way. Ends once; what comes later is passed over.
final class FetchExchange: Sendable {
    typealias Waiter = CheckedContinuation<Result<FetchAnswer, FetchError>, Never>

    private struct State {
        var waiter: Waiter?
        var result: Result<FetchAnswer, FetchError>?
        var answer = FetchAnswer(status: 0, body: [])
    }

    private let state = Lock(State())
    private let bytesMax: Int
    private let onBytes: (@Sendable ([UInt8]) -> Bool)?
    private let cancel: @Sendable () -> Void

    init(
        bytesMax: Int, onBytes: (@Sendable ([UInt8]) -> Bool)?,
        cancel: @escaping @Sendable () -> Void
    ) {
        self.bytesMax = bytesMax
        self.onBytes = onBytes
        self.cancel = cancel
    }

    func begin(_ waiter: Waiter) {
        let result = state.withLock { state in
            if state.result == nil { state.waiter = waiter }
            return state.result
        }
        if let result { waiter.resume(returning: result) }
    }

    /// Takes the status of an answer; one outside 200…299, or a redirect, ends the exchange.
    ///
    /// `goOn` answers the session and is called only if the request was not cancelled before:
    /// FoundationNetworking traps when it is told what to do about a request that was. That is also
    /// why it is called, and `cancel` everywhere, with the lock held.
    func received(status: Int, goOn: @Sendable () -> Void) {
        let answer = FetchAnswer(status: status, body: [])
        let isOver = state.withLock { state in
            guard state.result == nil else { return false }
            state.answer = answer
            if answer.isGood { goOn() }
            return !answer.isGood
        }
        if isOver { finish(.success(answer)) }
    }

    func received(_ bytes: [UInt8]) {
        let isTooLarge = state.withLock { state in
            guard state.result == nil else { return false }
            state.answer.body += bytes
            return state.answer.body.count > bytesMax
        }
        if isTooLarge { return finish(.failure(.tooLarge)) }
        if let onBytes, !onBytes(bytes) { completed() }
    }

    /// Ends the exchange with what has come.
    func completed() {
        let answer = state.withLock { $0.answer }
        finish(answer.status == 0 ? .failure(.unreachable("no answer")) : .success(answer))
    }

    func finish(_ result: Result<FetchAnswer, FetchError>) {
        let waiter = state.withLock { state -> Waiter? in
            guard state.result == nil else { return nil }
            state.result = result
            cancel()
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: result)
    }
}
