import PluginContract
import Wire

/// Gathers accepted answers, and what is said about them, into as few records as possible.
struct AnswerDesk {
    var outputs: [PlayOutput] = []
    private var answers: [CollectedAnswer] = []
    private var replies: [Afterwards] = []
    private var consequences = PlayConsequences()
    let nowMilliseconds: Int64

    init(nowMilliseconds: Int64) { self.nowMilliseconds = nowMilliseconds }

    /// Says something in its turn: after the answers before it are durable.
    mutating func say(_ afterwards: Afterwards) {
        if answers.isEmpty {
            outputs.append(.afterwards(afterwards))
        } else {
            replies.append(afterwards)
        }
    }

    /// Takes an answer that counts; its acknowledgement leaves when it is durable. A danmaku, which
    /// was acknowledged as such, has no request.
    mutating func take(
        _ answer: CollectedAnswer, of request: PluginRequest?, _ play: inout Play
    ) {
        play.state.accept(answer, &consequences)
        answers.append(answer)
        if let request {
            replies.append(
                .reply(
                    to: request.session, id: request.requestID,
                    fields: [
                        "accepted": true, "value": answer.value,
                        "position": .integer(answer.position),
                    ]))
        }
        if answers.count >= play.limits.answersPerCallMax { flush(&play) }
    }

    /// Writes the record of the answers taken so far.
    mutating func flush(_ play: inout Play) {
        guard !answers.isEmpty else { return }
        let record = PlayRecord.answered(nowMilliseconds: nowMilliseconds, answers)
        play.state.pass(nowMilliseconds)
        outputs.append(.draft(play.draft(record, consequences, replies: replies)))
        answers = []
        replies = []
        consequences = PlayConsequences()
    }
}
