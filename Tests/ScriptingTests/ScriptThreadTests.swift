import Testing

@testable import Scripting

@Suite struct ScriptThreadTests {
    @Test("work runs in order and is all done when the thread has stopped")
    func order() async {
        let thread = ScriptThread()
        let shelf = ScriptShelf<String, Script>(on: thread)
        let fault = await shelf.use { scripts -> ScriptFault? in
            do throws(ScriptFault) {
                scripts["a"] = try Script.running("room.state.n = (room.state.n or 0) + 1")
                return nil
            } catch {
                return error
            }
        }
        #expect(fault == nil)
        for count in 1...50 {
            let changes = await shelf.use { scripts in scripts["a"]?.run().changesText }
            #expect(changes == "[[[\"n\"],\(count)]]")
        }
        await shelf.use { scripts in scripts.removeAll() }
        await thread.stop()
        await thread.stop()
    }

    @Test("many tasks may give work at once")
    func manyTasks() async {
        let thread = ScriptThread()
        let sum = await withTaskGroup(of: Int.self) { group in
            for index in 0..<200 { group.addTask { await thread.run { index } } }
            return await group.reduce(0, +)
        }
        #expect(sum == 199 * 100)
        await thread.stop()
    }

    @Test("its stack bears the deepest recursion that Lua allows")
    func deepStack() async {
        let thread = ScriptThread()
        let kind = await thread.run { () -> ScriptFault.Kind? in
            let script = try? Script.running(
                "local function f() return (('x'):rep(190):gsub(('x?'):rep(190), f)) end f()")
            return script?.run().fault?.kind
        }
        #expect(kind == .error)
        await thread.stop()
    }
}
