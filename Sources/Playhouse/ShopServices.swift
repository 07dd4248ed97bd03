import Clockwork
import Outreach
import PluginContract
import PluginHosting

/// What the plugins of each show may ask of the world outside, as its configuration says.
struct ShopServices: HostServices {
    private let sendersByShow: [String: WebhookSender]

    init(_ rooms: [RoomConfiguration], clock: any Clock) {
        sendersByShow = Dictionary(
            rooms.map { ($0.show, WebhookSender($0.webhooks, clock: clock)) }
        ) { first, _ in first }
    }

    func perform(_ request: HostRequest, of play: PlayID) async -> HostResult {
        switch request.service {
        case .webhook:
            guard let sender = sendersByShow[play.show] else { break }
            return await sender.perform(request, of: play)
        case .knowledge, .draw, .reveal:
            break
        }
        return await NoHostServices().perform(request, of: play)
    }
}
