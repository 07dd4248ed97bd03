import Playhouse
import PluginContract
import Rooms
import Wire

extension Rehearsal {
    /// What came of a deed.
    struct DeedResult: Sendable {
        /// Names the answer of a request; nil for deeds that are not answered.
        var request: String?
    }

    /// Does one thing to the show, and lets everything happen that follows from it at this moment.
    ///
    /// - Parameters:
    ///   - deed: What is done.
    ///   - waits: Whether what follows happens at once; else with the next ``settle()``.
    ///   - restartsBefore: Whether the process is killed first, by which nothing may change.
    /// - Returns: The id of the request, if the deed was one.
    /// - Throws: ``DeedError`` when the test asks for what cannot be, ``RehearsalProblem``.
    func perform(
        _ deed: Deed, waits: Bool, restartsBefore: Bool = false
    ) async throws -> DeedResult {
        if restartsBefore && waits && !isDeathPlanned { try await restart(downMilliseconds: 0) }
        var result = DeedResult()
        switch deed {
        case .join(let device, let person):
            guard devices[device]?.session == nil else {
                throw DeedError("\(device) is there already")
            }
            if devices[device] == nil { devices[device] = Device(person: person) }
            connect(device)
        case .leave(let device):
            guard devices[device]?.session != nil else { throw DeedError("\(device) is not there") }
            disconnect(device)
        case .picture(let milliseconds): pictureZero = milliseconds.map { now - $0 }
        case .publish(let device):
            guard devices[device]?.session != nil else { throw DeedError("\(device) is not there") }
            result.request = publish(from: device)
        case .drop(let device):
            guard publishing[device] != nil else {
                throw DeedError("\(device) sends nothing that could break off")
            }
            breakOff(device)
        case .request(let device, let command):
            guard let session = devices[device]?.session else {
                throw DeedError("\(device) is not there, so it cannot ask for anything")
            }
            result.request = ask(session, command)
        case .advance(let milliseconds): try await advance(milliseconds: milliseconds)
        case .kill(let milliseconds): try await restart(downMilliseconds: milliseconds)
        case .killAfter(let records): arm(recordsBeforeDeath: records)
        case .respond(let request, let answer):
            guard self.answer(request, answer) else {
                let ids = waiting.map { "\($0.id)" }.joined(separator: ", ")
                throw DeedError(
                    "request \(request) does not wait for an answer; "
                        + (ids.isEmpty ? "none does" : "there are: \(ids)"))
            }
        case .nextShow: try await beginNextShow()
        }
        if waits { try await settle() }
        return result
    }

    /// The answer of a request as a test reads it; its `error` is `LOST` when the server died before
    /// it answered.
    func answer(to request: String) -> JSON {
        guard let message = answers[request] else {
            return ["ok": false, "error": "LOST", "message": "the server died before it answered"]
        }
        var answer = message.objectValue ?? [:]
        let isReply = answer["type"] == "reply"
        answer["type"] = nil
        answer["id"] = nil
        answer["ok"] = .bool(isReply)
        if let code = answer["code"] {
            answer["error"] = code
            answer["code"] = nil
        }
        if let wait = answer["retryAfterMilliseconds"]?.integerValue {
            answer["retryAfterMilliseconds"] = nil
            answer["retry_after"] = .double(Double(wait) / 1_000)
        }
        return .object(answer)
    }
}
