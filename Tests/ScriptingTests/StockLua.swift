import CLua

/// The system's Lua with all its libraries: what the sandbox is compared with.
final class StockLua {
    private let state: OpaquePointer

    init?() {
        guard let state = luaL_newstate() else { return nil }
        self.state = state
        luaL_openlibs(state)
    }

    deinit { lua_close(state) }

    /// Runs a chunk with text arguments and returns its first result or the error, as text.
    func run(_ chunk: String, _ arguments: [String]) -> String {
        lua_settop(state, 0)
        let code = Array(chunk.utf8).withUnsafeBytes {
            luaL_loadbufferx(
                state, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, "=main.lua",
                "t")
        }
        if code == LUA_OK {
            for argument in arguments {
                _ = Array(argument.utf8).withUnsafeBytes {
                    lua_pushlstring(
                        state, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
                }
            }
            _ = lua_pcallk(state, Int32(arguments.count), 1, 0, 0, nil)
        }
        var length = 0
        guard let text = lua_tolstring(state, -1, &length) else { return "no text" }
        return String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
    }
}
