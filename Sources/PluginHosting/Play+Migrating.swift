import PluginContract
import Scripting
import Wire

// Another version finds a running play: its state is brought into the form of this version before
// anything else is called. This is so after a reload, and after a restart with changed files.
extension Play {
    /// How this program goes on with the play as it stands.
    var takeover: Takeover {
        guard state.status == .running, let old = state.program else { return .asItIs }
        return program.manifest.takeover(from: old.version)
    }

    /// Calls `on_migrate` where that is due, or pauses a play that this version cannot go on with.
    mutating func migrate(_ now: Int64, _ pools: inout PoolBalances, _ desk: inout AnswerDesk) {
        let old = state.program?.version ?? ""
        switch takeover {
        case .asItIs: return
        case .migrated:
            var call = call(.migrate, .both([.string(old)]), pools, now)
            call.program = program.mark
            begin(Outstanding(call: call), &desk)
        case .refused:
            let fault = ScriptFault(
                kind: .host,
                message: "version \(program.manifest.version) cannot go on with the state of"
                    + " \(old); \"migrations\" in plugin.json does not name it")
            let call = call(.migrate, .both([.string(old)]), pools, now)
            desk.outputs += write(.fault(call, fault, pauses: true), replies: [], &pools)
        }
    }

    /// The call that brings this play's state into the form of another program; nil where none is
    /// needed.
    ///
    /// - Throws: Why that program cannot take over.
    package func trialMigration(
        to other: PluginProgram
    ) throws(TakeoverRefusal) -> StageCall? {
        guard state.status == .running, let old = state.program else { return nil }
        switch other.manifest.takeover(from: old.version) {
        case .asItIs: return nil
        case .migrated:
            return call(
                .migrate, .both([.string(old.version)]), PoolBalances(), state.nowMilliseconds
            )
            .stageCall
        case .refused:
            throw TakeoverRefusal(
                description: "version \(other.manifest.version) cannot go on with the state of"
                    + " \(old.version), which runs; name it in \"migrations\", or stop the plugin")
        }
    }
}

/// Why a version cannot take over a running play.
package struct TakeoverRefusal: Error, Equatable, CustomStringConvertible {
    package var description: String
}
