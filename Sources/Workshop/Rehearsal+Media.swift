import PluginContract
import Rooms
import Wire

// In the place of what receives media: it takes what a lease of the state `seats` allows, cuts what no
// longer has one, and tells the room what becomes of it.
extension Rehearsal {
    /// Lets a device send from the seat of its person.
    ///
    /// - Returns: Names the answer: the seat, or `FORBIDDEN` without one.
    func publish(from device: String) -> String {
        let request = newRequestID()
        let user = devices[device]?.person.user ?? ""
        let lease = leases.first { $0["user"]?.stringValue == user }
        if let lease, let number = lease["lease"]?.integerValue {
            answers[request] = ["type": "reply", "seat": lease["seat"] ?? .null]
            publishing[device] = number
            handle(.media(SeatSignal(plugin: plugin, lease: number, .up)))
        } else {
            answers[request] = [
                "type": "error", "code": .string(RequestError.Code.forbidden.rawValue),
                "message": .string("\(user) has no seat"),
            ]
        }
        return request
    }

    /// Ends what a device sends, if it does.
    func breakOff(_ device: String) {
        guard let number = publishing.removeValue(forKey: device) else { return }
        handle(.media(SeatSignal(plugin: plugin, lease: number, .lost)))
    }

    /// Cuts what has no lease any more.
    func cutMedia() {
        let held = Set(leases.compactMap { $0["lease"]?.integerValue })
        publishing = publishing.filter { held.contains($0.value) }
    }

    private var leases: [JSON] { shared["seats"]?.arrayValue ?? [] }
}
