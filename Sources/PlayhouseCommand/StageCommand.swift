import Foundation
import Staging

/// `playhouse stage`: what the server starts to run plugins in; not for people.
///
/// It runs before anything of this process has started a thread, and never returns.
enum StageCommand {
    static func run(_ words: [String]) -> Never {
        switch words.first {
        case nil: StageMain.run()
        case "--probe" where words.count == 2: StageMain.probe(words[1])
        default:
            Command.complain(
                "playhouse stage: the server starts it; by hand only --probe NAME works, with "
                    + StageMain.probeNames.joined(separator: ", "))
            exit(2)
        }
    }
}
