import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads what processes and the kernel use, from `/proc`; on systems without it nothing is known.
enum ProcessUsage {
    /// Returns the processor time that a process has used, user and system, in seconds.
    ///
    /// The kernel counts in ticks of 10 ms, so a window of measurement should last seconds.
    static func cpuSeconds(of process: Int32) -> Double? {
        guard let text = read("/proc/\(process)/stat"),
            let nameEnd = text.lastIndex(of: ")")
        else { return nil }
        // Fields 14 and 15 of proc(5); the name, field 2, may contain spaces.
        let fields = text[nameEnd...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13])
        else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Returns the memory of a process that is resident, in bytes.
    static func residentBytes(of process: Int32) -> Int? {
        guard let text = read("/proc/\(process)/status") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("VmRSS:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
        }
        return nil
    }

    /// Returns how busy all processors have been since the machine started, in seconds.
    static func machineBusySeconds() -> Double? {
        guard let line = read("/proc/stat")?.split(separator: "\n").first else { return nil }
        let ticks = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard ticks.count >= 7 else { return nil }
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6])
            / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Returns the processor time of this process, in seconds, to the microsecond.
    static func ownSeconds() -> Double {
        #if canImport(Glibc)
            let whose = RUSAGE_SELF.rawValue
        #else
            let whose = RUSAGE_SELF
        #endif
        var usage = rusage()
        getrusage(whose, &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    private static func read(_ path: String) -> String? {
        // Files of /proc tell no size, so they are read to their end.
        guard let file = FileHandle(forReadingAtPath: path),
            let data = try? file.readToEnd()
        else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}
