import PluginContract
import Wire

// What belongs to a moment of the picture. Pages show it late, each by its own delay; a mark says until
// when, and a collector with a grace gives those who saw the question later as much longer.
extension PlayState {
    /// The mark of a panel that is about to be shown on a surface.
    ///
    /// One that follows the picture keeps the moment of the one before it, if that did so too. One
    /// that does not still waits with the one before it while that may be waiting: a page may get the
    /// newer one alone, and must not show of it what belongs to a frame that has not come.
    func mark(
        for panel: Panel, on surface: PanelSurface, picture: Int64?
    ) -> PictureMark? {
        let before = panels[surface]
        if panel.followsPicture {
            if before?.panel.followsPicture == true, let mark = before?.mark { return mark }
            return picture.map {
                PictureMark(streamMilliseconds: $0, sinceMilliseconds: nowMilliseconds)
            }
        }
        guard let mark = before?.mark,
            nowMilliseconds - mark.sinceMilliseconds <= PictureMark.waitMilliseconds
        else { return nil }
        return mark
    }

    /// The value of a panel's key with its mark.
    func marked(_ value: JSON, on surface: PanelSurface, _ setting: Setting) -> JSON {
        guard var mark = panels[surface]?.mark, var members = value.objectValue else {
            return value
        }
        mark.sinceMilliseconds += setting.beganAtMilliseconds
        let open = collectors.values.filter { $0.isOpen && $0.pictureSinceMilliseconds != nil }
        members["picture"] = mark.told(
            allowanceMilliseconds: open.compactMap(\.grace?.milliseconds).max() ?? 0)
        return .object(members)
    }

    /// From now on answers to the collectors that name this timer are late.
    mutating func beginGrace(ofTimer name: String, _ call: PlayCall) {
        for (collector, entry) in collectors
        where entry.isOpen && entry.grace?.timer == name && entry.lateSinceMilliseconds == nil {
            collectors[collector]?.lateSinceMilliseconds =
                timers[name]?.dueMilliseconds ?? call.nowMilliseconds
        }
    }

    /// There is time again.
    mutating func endGrace(ofTimer name: String) {
        for (collector, entry) in collectors where entry.grace?.timer == name {
            collectors[collector]?.lateSinceMilliseconds = nil
        }
    }
}

extension PlayState.Collector {
    /// How much of what a page says about its delay is believed: nothing that cannot be.
    ///
    /// A page waits for its frame ``PictureMark/waitMilliseconds`` at most, and nobody has waited
    /// longer than the question has been open. Whoever claims more has no delay at all.
    func credible(delayMilliseconds delay: Int64, nowMilliseconds now: Int64) -> Int64 {
        guard let since = pictureSinceMilliseconds, let grace,
            (1...PictureMark.waitMilliseconds).contains(delay), delay <= now - since
        else { return 0 }
        return min(delay, grace.milliseconds)
    }

    /// Whether an answer comes too late for somebody who saw the question with this delay.
    func isTooLate(delayMilliseconds delay: Int64, nowMilliseconds now: Int64) -> Bool {
        guard isOpen else { return true }
        guard let since = lateSinceMilliseconds else { return false }
        return now - since > delay
    }
}
