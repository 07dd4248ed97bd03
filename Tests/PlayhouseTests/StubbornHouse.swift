import Clockwork
import Cryptography
import Foundation
import Journaling
import Lanes
import PluginContract
import PluginHosting
import Rooms
import Serving
import Testing
import Visiting
import Wire

@testable import Playhouse

/// One room behind a real port, on a journal and a stage that do as the test wants.
final class StubbornHouse: Sendable {
    let journal = StubbornJournal()
    let room: LiveRoom
    let lane: Lane
    private let listener: Listener

    init(
        stage: any Stage = InProcessStage(), programs: [PluginProgram] = []
    ) async throws {
        let clock = SystemClock()
        let lane = Lane(
            number: 0, limits: LaneLimits(), clock: clock,
            slowFarewell: ServerMessage.farewell(.slowViewer))
        self.lane = lane
        var settings = RoomSettings(id: "teahouse", title: ["en": "Tea house"])
        settings.anonymous = true
        var configuration = RoomConfiguration(settings: settings, show: "spring-tea")
        configuration.plugins = programs.map {
            PluginConfiguration(id: $0.manifest.id, config: [:])
        }
        let opening = RoomOpening(
            configuration: configuration,
            programs: Dictionary(uniqueKeysWithValues: programs.map { ($0.manifest.id, $0) }),
            surroundings: LiveRoom.Surroundings(
                clock: clock, log: Log(format: .json, level: .error, clock: clock) { _ in },
                journal: journal, lanes: [lane], stage: stage))
        let room = try await opening.open(number: 0)
        self.room = room
        var premises = Premises(
            doors: [
                "teahouse": Door(room: "teahouse", number: 0, admitsAnonymous: true) {
                    room.post($0)
                }
            ], verifier: TokenVerifier(keys: [TestHouse.key]), limits: ServingLimits(),
            addresses: AddressBook(limits: ServingLimits()), answer: { _, _ in },
            sha1: { Digest.sha1($0) }, unixMilliseconds: { clock.unixMilliseconds },
            echoes: false, counters: ServingCounters())
        let router = Router(
            assets: try Assets(),
            sources: Router.Sources(
                isDraining: { false }, metrics: { "" }, rooms: { $0(.null) },
                room: { _, respond in respond(.null) },
                call: { _, person, request, respond in
                    Task {
                        await room.call(by: person, request) { bytes in
                            respond(
                                Result { try JSON(parsing: bytes) }.mapError { _ in
                                    RequestError(.unavailable, "")
                                })
                        }
                    }
                }, locale: { _, _ in nil }, picture: { _, _ in nil }),
            isOpen: { $0 == "teahouse" ? true : nil },
            admit: { [premises] token, room in premises.bearer(token, room: room) })
        premises.answer = { router.answer($0, $1) }
        await lane.start { [premises] _ in
            Doorkeeper(premises: premises) {
                UInt32(truncatingIfNeeded: clock.monotonicNanoseconds / 1_000_000)
            }
        }
        listener = try Listener(host: "127.0.0.1", port: 0, lanes: [lane])
        listener.start()
    }

    var port: UInt16 { listener.port }

    func token(_ user: String, _ role: Role) -> String {
        Token.sign(
            Claims(
                subject: user, room: "teahouse", role: role.rawValue, name: user,
                expiresAt: SystemClock().unixMilliseconds / 1_000 + 3_600), with: TestHouse.key)
    }

    func join(_ user: String, _ role: Role = .viewer) async throws -> RoomClient {
        try await RoomClient.join(
            .init(room: "teahouse", token: token(user, role)), port: port, messagesKeptMax: 10_000)
    }

    func end() async {
        listener.stop()
        await lane.stop()
    }
}
