import CCage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a stage process could not be started.
struct StageStartError: Error, CustomStringConvertible {
    var call: String
    var number: Int32
    var description: String { "\(call): \(String(cString: strerror(number)))" }
}

/// One stage process, as its parent holds it: the pipe, its complaints, its page.
///
/// Must be used by one thread, which must live as long as the process: Linux sends the signal of
/// PR_SET_PDEATHSIG when the thread ends that started it.
final class StageChild {
    let process: pid_t
    /// Requests and answers; does not block.
    let socket: Int32
    /// What the process writes to its standard error; does not block.
    private(set) var complaints: Int32
    private let page: OpaquePointer
    /// What did not fit into the socket yet.
    private var unsent: [UInt8] = []
    private var sentCount = 0
    private var said: [UInt8] = []
    private var isReaped = false

    static let saidBytesMax = 4 << 10

    init(executable: String) throws(StageStartError) {
        var parts = Parts()
        do throws(StageStartError) {
            try parts.open()
            process = try parts.spawn(executable)
        } catch {
            parts.close()
            throw error
        }
        guard let page = stage_page_map(parts.page) else {
            let error = StageStartError(call: "mmap", number: errno)
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
            parts.close()
            throw error
        }
        self.page = page
        socket = parts.keepSocket()
        complaints = parts.keepComplaints()
        parts.close()
    }

    deinit {
        end()
        stage_page_unmap(page)
        close(socket)
        closeComplaints()
    }

    /// The number of the request that it is running; it can be any, when somebody has broken out.
    var running: UInt64 { stage_page_running(page) }

    /// How long it has run requests, as it says itself.
    var busyNanoseconds: UInt64 { stage_page_busy(page) }

    // MARK: - Transfer

    var hasUnsent: Bool { sentCount < unsent.count }

    func send(_ bytes: [UInt8]) {
        unsent += bytes
        flush()
    }

    /// Writes what fits. An error shows when reading.
    func flush() {
        while hasUnsent {
            let count = unsent.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[sentCount...])
                #if canImport(Glibc)
                    return Glibc.send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                #else
                    return Darwin.send(socket, rest.baseAddress, rest.count, 0)
                #endif
            }
            if count < 0 {
                if errno == EINTR { continue }
                if errno != EAGAIN && errno != EWOULDBLOCK { sentCount = unsent.count }
                break
            }
            sentCount += count
        }
        guard !hasUnsent else { return }
        sentCount = 0
        if unsent.capacity > 1 << 20 {
            unsent = []
        } else {
            unsent.removeAll(keepingCapacity: true)
        }
    }

    enum Reading { case bytes(Int), nothing, end }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Reading {
        Self.read(socket, into: buffer)
    }

    /// Takes what the process complained about, up to a bound for its whole life.
    func readComplaints(into buffer: UnsafeMutableRawBufferPointer) -> String? {
        switch Self.read(complaints, into: buffer) {
        case .nothing: return nil
        case .end:
            closeComplaints()
            return nil
        case .bytes(let count):
            let space = Self.saidBytesMax - said.count
            guard space > 0 else { return nil }
            let text = Array(buffer[..<min(count, space)])
            said += text
            return String(decoding: text, as: UTF8.self)
        }
    }

    private static func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
    ) -> Reading {
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #else
                let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .nothing : .end
        }
    }

    private func closeComplaints() {
        if complaints >= 0 { close(complaints) }
        complaints = -1
    }

    // MARK: - End

    /// Kills the process if it still runs, and says how it ended.
    @discardableResult
    func end() -> String {
        guard !isReaped else { return "the stage process had ended" }
        isReaped = true
        var status: Int32 = 0
        // Its end of the pipe closes a moment before it can be waited for, so how it died by itself
        // is seen if it is given that moment.
        var waited = waitpid(process, &status, WNOHANG)
        for _ in 0..<50 where waited == 0 && isClosed {
            usleep(200)
            waited = waitpid(process, &status, WNOHANG)
        }
        if waited == 0 {
            kill(process, SIGKILL)
            while waitpid(process, &status, 0) < 0 && errno == EINTR {}
            return "the stage process was killed"
        }
        let signal = status & 0x7F
        if signal != 0 {
            return
                "the stage process died of signal \(signal) (\(String(cString: strsignal(signal))))"
        }
        return "the stage process ended with code \((status >> 8) & 0xFF)"
    }

    /// Whether the process has closed its end of the pipe.
    private var isClosed: Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0 && entry.revents & Int16(POLLHUP) != 0
    }
}

/// The descriptors of a process to be.
private struct Parts {
    var page: Int32 = -1
    private var socket: (ours: Int32, theirs: Int32) = (-1, -1)
    private var complaints: (ours: Int32, theirs: Int32) = (-1, -1)

    mutating func open() throws(StageStartError) {
        page = try Self.high(stage_page_create(), "memfd_create")
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else {
            throw StageStartError(call: "socketpair", number: errno)
        }
        socket = (pair[0], pair[1])
        guard pipe(&pair) == 0 else { throw StageStartError(call: "pipe", number: errno) }
        complaints = (pair[0], pair[1])
        socket.theirs = try Self.high(socket.theirs, "fcntl")
        complaints.theirs = try Self.high(complaints.theirs, "fcntl")
        for descriptor in [socket.ours, complaints.ours] {
            guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0,
                fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0
            else { throw StageStartError(call: "fcntl", number: errno) }
        }
    }

    /// Moves a descriptor above those that the process will have, so that giving it one of them
    /// overwrites no other.
    private static func high(_ descriptor: Int32, _ call: String) throws(StageStartError) -> Int32 {
        guard descriptor >= 0 else { throw StageStartError(call: call, number: errno) }
        let moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 10)
        let number = errno
        Self.close(descriptor)
        guard moved >= 0 else { throw StageStartError(call: "fcntl", number: number) }
        return moved
    }

    func spawn(_ executable: String) throws(StageStartError) -> pid_t {
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket.theirs, 0)
        posix_spawn_file_actions_adddup2(&actions, socket.theirs, 1)
        posix_spawn_file_actions_adddup2(&actions, complaints.theirs, 2)
        posix_spawn_file_actions_adddup2(&actions, page, StageMain.pageDescriptor)
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals as if started from a shell, in a group of its own: the keys of a terminal that end
        // the server are not for the stage, which ends with the server.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        var flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
        #if !canImport(Glibc)
            flags |= POSIX_SPAWN_CLOEXEC_DEFAULT
        #endif
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return try Self.withWords(["playhouse", "stage"]) { words throws(StageStartError) in
            try Self.withWords(Self.environment) { environment throws(StageStartError) in
                var process: pid_t = 0
                let code = posix_spawn(
                    &process, executable, &actions, &attributes, words, environment)
                guard code == 0 else {
                    throw StageStartError(call: "starting \(executable)", number: code)
                }
                return process
            }
        }
    }

    /// What the loader needs, and nothing else: the environment of a server holds secrets.
    private static var environment: [String] {
        // A crash is to be seen as what it is, not looked at by a debugger that the cage forbids.
        var environment = ["SWIFT_BACKTRACE=enable=no"]
        let names = [
            "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS", "TMPDIR",
        ]
        for name in names {
            if let value = getenv(name) { environment.append("\(name)=\(String(cString: value))") }
        }
        return environment
    }

    private static func withWords<Result>(
        _ words: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) throws(StageStartError) ->
            Result
    ) throws(StageStartError) -> Result {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: words.count + 1)
        for (index, word) in words.enumerated() { pointers[index] = strdup(word) }
        pointers[words.count] = nil
        defer {
            for index in words.indices { free(pointers[index]) }
            pointers.deallocate()
        }
        return try body(pointers)
    }

    mutating func keepSocket() -> Int32 {
        defer { socket.ours = -1 }
        return socket.ours
    }

    mutating func keepComplaints() -> Int32 {
        defer { complaints.ours = -1 }
        return complaints.ours
    }

    mutating func close() {
        for descriptor in [
            page, socket.ours, socket.theirs, complaints.ours, complaints.theirs,
        ] { Self.close(descriptor) }
        self = Parts()
    }

    private static func close(_ descriptor: Int32) {
        guard descriptor >= 0 else { return }
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }
}
