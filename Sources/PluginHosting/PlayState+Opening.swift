import PluginContract
import Wire

extension PlayState {
    /// What a stage needs to go on with this state; `surfaces` are those of the program's manifest.
    func opening(surfaces: Set<PanelSurface>) -> StageOpening {
        StageOpening(
            configuration: configuration.encoded(), products: products.encoded(),
            state: tree.json.encoded(),
            host: HostCalls.opening(surfaces: surfaces, memory: memory))
    }

    /// What a stage needs to make a call that follows this state; a start begins afresh.
    func opening(for call: PlayCall, surfaces: Set<PanelSurface>) -> StageOpening {
        guard call.hook == .start else { return opening(surfaces: surfaces) }
        return StageOpening(
            configuration: (call.configuration ?? [:]).encoded(),
            products: (call.products ?? []).encoded(), state: Array("{}".utf8),
            host: HostCalls.opening(
                surfaces: surfaces, memory: memory.begun(values: call.values, show: call.show)))
    }
}
