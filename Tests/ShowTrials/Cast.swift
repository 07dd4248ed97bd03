import Clockwork
import Cryptography
import Visiting
import Wire

/// Everybody who takes part in a trial.
struct Cast: Sendable {
    let host: Attendee
    let operatorOfShow: Attendee
    let crowd: [Attendee]

    init(_ plan: TrialPlan, port: UInt16, _ executioner: Executioner) throws {
        let key = try SigningKey(kid: "first", secret: Array(TrialRoom.key.utf8))
        let loops = (0..<(plan.viewers > 200 ? 2 : 1)).map { SocketLoop(label: "crowd-\($0)") }
        var random = SeededRandom(seed: plan.seed &+ 2)
        func person(_ user: String, _ role: String, _ news: Attendee.News? = nil) -> Attendee {
            Attendee(
                user: user, role: role, key: key, port: port,
                loop: loops[Int(random.next() % UInt64(loops.count))], seed: random.next(),
                watchesPrices: user == "v0", news: news,
                acknowledged: { executioner.note(.acknowledged) })
        }
        crowd = (0..<plan.viewers).map { person("v\($0)", "viewer") }
        operatorOfShow = person("olga", "operator")
        host = person("mei", "host") { name, _, data in
            if name == "granted" { executioner.note(.granted) }
            guard name == "fairness" else { return }
            if data["step"] == "frozen" { executioner.note(.frozen) }
            if data["step"] == "revealed" { executioner.note(.revealed) }
        }
    }

    /// What everybody was told, once they have left.
    func testimonies() async throws -> [Testimony] {
        var list: [Testimony] = []
        for person in crowd + [host, operatorOfShow] { list.append(await person.testimony) }
        return list
    }
}
