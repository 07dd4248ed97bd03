import Clockwork
import Knowledge
import Outreach
import PluginContract
import PluginHosting
import Rooms

/// What the plugins of each show may ask of the world outside, as its configuration says.
struct ShopServices: HostServices {
    private let sendersByShow: [String: WebhookSender]
    private let knowledgeByShow: [String: ShowKnowledge]

    /// - Throws: When a data file of the package is missing.
    init(_ rooms: [RoomConfiguration], clock: any Clock, log: Log) throws {
        sendersByShow = Dictionary(
            rooms.map { ($0.show, WebhookSender($0.webhooks, clock: clock)) }
        ) { first, _ in first }
        // They take a while to read, and most servers have no use for them.
        let tables = try rooms.contains { $0.knowledge != nil } ? KnowledgeTables() : nil
        knowledgeByShow = Dictionary(
            rooms.compactMap { room in
                guard let tables, let configuration = room.knowledge else { return nil }
                let knowledge = ShowKnowledge(
                    configuration, room: room.settings.id, tables: tables, clock: clock, log: log)
                return (room.show, knowledge)
            }
        ) { first, _ in first }
    }

    /// By room.
    var knowledge: [ShowKnowledge] { knowledgeByShow.values.sorted { $0.room < $1.room } }

    func perform(_ request: HostRequest, of play: PlayID) async -> HostResult {
        switch request.service {
        case .webhook:
            if let sender = sendersByShow[play.show] {
                return await sender.perform(request, of: play)
            }
        case .knowledge:
            if let knowledge = knowledgeByShow[play.show] {
                return await knowledge.perform(request)
            }
            return .failure(
                .unavailable, message: "the show has no knowledge; configure show.knowledge")
        case .draw, .reveal:
            break
        }
        return await NoHostServices().perform(request, of: play)
    }
}
