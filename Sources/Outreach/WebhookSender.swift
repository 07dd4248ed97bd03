package import Clockwork
import Fetching
package import PluginContract
package import PluginHosting
import Wire

/// Sends webhooks, signed as Standard Webhooks says (https://www.standardwebhooks.com).
///
/// A message that did not get through is sent again within the time of its request, with the same
/// `webhook-id`, by which the receiver knows it; so it is after a restart of the server.
package struct WebhookSender: Sendable {
    /// Bytes of an answer that are read.
    package static let answerBytesMax = HostRequest.Limit.resultBytes / 2
    /// Pauses before a message is sent again, in milliseconds; then the last one repeats.
    static let pauses: [Int64] = [250, 500, 1_000, 2_000]

    private let webhooks: [String: Webhook]
    private let clock: any Clock
    // As many connections as requests of a plugin can wait: a slow hook must not hold up another.
    private let session = FetchSession(connectionsMax: HostRequest.Limit.waiting)

    package init(_ webhooks: [Webhook], clock: any Clock) {
        self.webhooks = Dictionary(webhooks.map { ($0.id, $0) }) { first, _ in first }
        self.clock = clock
    }

    /// Sends one message, and returns what the shop answered: its status, and its body as JSON or
    /// as text.
    ///
    /// A status from 200 to 299 is an answer. 408, 429 and 500 or more, and no connection, are tried
    /// again; every other status is a failure at once.
    package func perform(_ request: HostRequest, of play: PlayID) async -> HostResult {
        let name = request.parameters["hook"]?.stringValue ?? ""
        guard let webhook = webhooks[name] else {
            let known = webhooks.keys.sorted().joined(separator: ", ")
            return .failure(
                .refused,
                message: known.isEmpty
                    ? "the show has no webhooks"
                    : "the show has no webhook \"\(name)\"; it has \(known)")
        }
        let message = Message(
            id: "\(play.show).\(play.plugin).\(request.id)", webhook: webhook,
            body: (request.parameters["body"] ?? .null).encoded())
        let due = clock.monotonicNanoseconds + UInt64(max(0, request.milliseconds)) * 1_000_000
        var last = HostResult.failure(.timeout, message: "the time was over before it was sent")
        for attempt in 0... {
            let now = clock.monotonicNanoseconds
            guard now < due, !Task.isCancelled else { break }
            switch await send(message, milliseconds: Int((due - now) / 1_000_000)) {
            case .final(let result): return result
            case .again(let result): last = result
            }
            let pause = Self.pauses[min(attempt, Self.pauses.count - 1)]
            guard clock.monotonicNanoseconds + UInt64(pause) * 1_000_000 < due else { break }
            do { try await Task.sleep(for: .milliseconds(pause)) } catch { break }
        }
        return last
    }

    private struct Message {
        var id: String
        var webhook: Webhook
        var body: [UInt8]
    }

    private enum Attempt {
        case final(HostResult)
        case again(HostResult)
    }

    private func send(_ message: Message, milliseconds: Int) async -> Attempt {
        let unixSeconds = clock.unixMilliseconds / 1_000
        let signature = message.webhook.secret.signature(
            id: message.id, unixSeconds: unixSeconds, body: message.body)
        let headers = [
            (name: "Content-Type", value: "application/json"),
            (name: "Accept", value: "application/json"), (name: "User-Agent", value: "Playhouse"),
            (name: "webhook-id", value: message.id),
            (name: "webhook-timestamp", value: String(unixSeconds)),
            (name: "webhook-signature", value: signature),
        ]
        do throws(FetchError) {
            let answer = try await session.post(
                message.body, to: message.webhook.url, headers: headers,
                millisecondsMax: milliseconds, bytesMax: Self.answerBytesMax)
            return judge(answer, of: message.webhook)
        } catch {
            switch error {
            case .tooLarge:
                return .final(
                    .failure(
                        .tooLarge,
                        message: "the answer of webhook \"\(message.webhook.id)\" is over "
                            + "\(Self.answerBytesMax) bytes"))
            case .cancelled, .slow:
                return .final(
                    .failure(
                        .timeout,
                        message: "webhook \"\(message.webhook.id)\" did not answer in time"))
            case .unreachable(let reason):
                return .again(
                    .failure(
                        .unavailable,
                        message: "webhook \"\(message.webhook.id)\" cannot be reached: \(reason)"))
            }
        }
    }

    private func judge(_ answer: FetchAnswer, of webhook: Webhook) -> Attempt {
        let status = answer.status
        guard answer.isGood else {
            let failure = HostResult.failure(
                .failed, message: "webhook \"\(webhook.id)\" answered with status \(status)")
            return status == 408 || status == 429 || status >= 500
                ? .again(failure) : .final(failure)
        }
        var value: JSONObject = ["status": .integer(Int64(status))]
        if !answer.body.isEmpty {
            value["body"] =
                (try? JSON(parsing: answer.body))
                ?? .string(String(decoding: answer.body, as: UTF8.self))
        }
        return .final(.value(.object(value)))
    }
}
