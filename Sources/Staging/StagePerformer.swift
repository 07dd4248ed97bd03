import Clockwork
import PluginHosting
import Scripting

/// Does what a stage is asked, on the thread of its scripts. Has no I/O.
struct StagePerformer {
    private var plays: [UInt64: OpenPlay] = [:]
    /// By name, the program that was opened last: plays of the same one hold its texts together.
    private var sources: [String: ScriptSource] = [:]
    private let clock: any Clock = SystemClock()

    /// Answers one request.
    mutating func perform(_ frame: StageFrame) -> StageFrame {
        let answer: StageAnswer
        do throws(StageFormatError) {
            answer = perform(try StageOrder(frame), of: frame.play)
        } catch {
            answer = .failed(
                ScriptFault(kind: .host, message: "the stage cannot read the request: \(error)"))
        }
        return StageFrame(
            kind: answer.kind.rawValue, number: frame.number, play: frame.play, body: answer.body)
    }

    private mutating func perform(_ order: StageOrder, of play: UInt64) -> StageAnswer {
        do throws(ScriptFault) {
            switch order {
            case .open(let opening):
                plays[play] = nil
                plays[play] = try OpenPlay(sharing(opening))
                return .done
            case .run(let calls):
                let open = try open(play)
                return .outcomes(open.run(calls, clock: clock))
            case .state: return .state(try open(play).state())
            case .close:
                plays[play] = nil
                return .done
            case .evaluate(let evaluation): return .evaluated(Scratchpad.run(evaluation))
            }
        } catch {
            return .failed(error)
        }
    }

    private mutating func sharing(_ opening: PlayOpening) -> PlayOpening {
        let name = opening.source.name
        guard let known = sources[name], known == opening.source else {
            sources[name] = opening.source
            return opening
        }
        var opening = opening
        opening.source = known
        return opening
    }

    private func open(_ play: UInt64) throws(ScriptFault) -> OpenPlay {
        guard let open = plays[play] else {
            throw ScriptFault(kind: .host, message: "the play is not on the stage")
        }
        return open
    }
}
