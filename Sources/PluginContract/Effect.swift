package import Wire

/// What a plugin asked the platform to do. It stands in the record of its event.
package enum Effect: Sendable, Equatable {
    case panelShow(PanelSurface, Panel)
    case panelHide(PanelSurface)
    case panelPatch(user: String, PanelPatch)
    /// `admitsStaff`: whether answers of hosts and operators count too.
    /// `grace`: for whom the question may come with the picture; nil where all see it at once.
    case collectOpen(
        name: String, keep: CollectorKeep, admitsStaff: Bool, grace: CollectorGrace? = nil)
    case collectClose(name: String)
    case timerSet(name: String, milliseconds: Int64)
    case timerCancel(name: String)
    case prizeReserve(pool: String, count: Int64)
    case prizeGrant(pool: String, viewer: Viewer, count: Int64)
    case prizeRelease(pool: String)
    case chatSay(text: String, args: JSONObject)
    case chatHide(message: String)
    case chatCollect(name: String, PhraseRule, keep: CollectorKeep, admitsStaff: Bool)
    /// The product as it is shown.
    case productPin(Product)
    case productUnpin
    case productEmbargo(id: String)
    case productLift(id: String)
    case leaderboardAdd(Viewer, points: Int64)
    case leaderboardReset
    /// Null forgets the key.
    case kvSet(key: String, value: JSON)
    case request(HostRequest)
    /// `rules`: JSON with sorted names. `number`: among the commitments of the plugin, from 1.
    case fairnessCommit(name: String, rules: String, number: Int64, commitment: String)
    /// `hash`: of the list.
    case fairnessFreeze(name: String, EntrantList, hash: String)
    case seatGrant(SeatLease)
    case seatRevoke(seat: Int64)
    case seatSwap(seat: Int64, other: Int64)
    /// Whoever acted is told that nothing came of it, and why.
    case refuse(reason: String)
    case log(LogLevel, text: String)
    /// The run goes on although somebody wants to stop it.
    case linger
    case finish
}

/// Which of a viewer's answers counts.
package enum CollectorKeep: String, Sendable, CaseIterable {
    case first, last
}
