import PluginHosting
package import Staging
import Wire

extension Log {
    /// Writes down what happened to stage processes.
    package func note(_ note: StageNote) {
        switch note {
        case .started(let cage):
            let names = JSON.array(cage.names.map { .string($0) })
            if cage.contains(.filter) {
                info("a stage process is ready", ["cage": names])
            } else {
                warning(
                    "a stage process is ready, but this system does not filter its system calls:"
                        + " use only plugins you trust", ["cage": names])
            }
        case .ended(let why, let play):
            warning("a stage process ended", ["why": .string(why), "charged": name(of: play)])
        case .setAside(let play):
            info("a plugin runs long and has a stage process of its own", ["play": name(of: play)])
        case .said(let text):
            warning("a stage process complains", ["text": .string(text)])
        }
    }

    private func name(of play: PlayID?) -> JSON {
        play.map { ["show": .string($0.show), "plugin": .string($0.plugin)] } ?? .null
    }
}
