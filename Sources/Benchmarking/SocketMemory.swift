#if os(Linux)
    import CNetlink
    import Glibc
#endif

/// Asks the kernel how much memory it holds for sockets of any process (sock_diag(7)).
enum SocketMemory {
    /// Returns the bytes that the kernel holds at the server's end of connections, by the client's
    /// port: what is queued in either direction and what is set aside for it. Empty where that
    /// cannot be known.
    static func bytes(serverPort: UInt16) -> [UInt16: Int] {
        #if os(Linux)
            let descriptor = socket(AF_NETLINK, Int32(SOCK_DGRAM.rawValue), NETLINK_SOCK_DIAG)
            guard descriptor >= 0 else { return [:] }
            defer { close(descriptor) }
            // A kernel that never ends its answer must not hang a measurement.
            var time = timeval(tv_sec: 2, tv_usec: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
            guard request(descriptor) else { return [:] }
            var found: [UInt16: Int] = [:]
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return found }
                let isLast = buffer.withUnsafeBytes { bytes in
                    read(UnsafeRawBufferPointer(rebasing: bytes[..<count]), serverPort, &found)
                }
                if isLast { return found }
            }
        #else
            return [:]
        #endif
    }

    #if os(Linux)
        private static let headerBytes = MemoryLayout<nlmsghdr>.size

        /// Asks for all TCP sockets over IPv4 with their memory.
        private static func request(_ descriptor: Int32) -> Bool {
            var header = nlmsghdr()
            var body = inet_diag_req_v2()
            let bodyBytes = MemoryLayout<inet_diag_req_v2>.size
            header.nlmsg_len = UInt32(headerBytes + bodyBytes)
            header.nlmsg_type = UInt16(SOCK_DIAG_BY_FAMILY)
            header.nlmsg_flags = UInt16(NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH)
            body.sdiag_family = UInt8(AF_INET)
            body.sdiag_protocol = UInt8(IPPROTO_TCP)
            body.idiag_ext = UInt8(1 << (Int(INET_DIAG_SKMEMINFO) - 1))
            body.idiag_states = UInt32.max
            var bytes = withUnsafeBytes(of: header) { Array($0) }
            bytes += withUnsafeBytes(of: body) { Array($0) }
            return send(descriptor, bytes, bytes.count, 0) == bytes.count
        }

        /// Reads one part of the answer; returns whether it was the last.
        private static func read(
            _ bytes: UnsafeRawBufferPointer, _ serverPort: UInt16, _ found: inout [UInt16: Int]
        ) -> Bool {
            var position = 0
            while position + headerBytes <= bytes.count {
                let header = bytes.loadUnaligned(fromByteOffset: position, as: nlmsghdr.self)
                let end = position + Int(header.nlmsg_len)
                if header.nlmsg_type == UInt16(NLMSG_DONE)
                    || header.nlmsg_type == UInt16(NLMSG_ERROR)
                    || header.nlmsg_len < UInt32(headerBytes) || end > bytes.count
                {
                    return true
                }
                readSocket(
                    UnsafeRawBufferPointer(rebasing: bytes[(position + headerBytes)..<end]),
                    serverPort, &found)
                position = (end + 3) & ~3
            }
            return false
        }

        private static func readSocket(
            _ bytes: UnsafeRawBufferPointer, _ serverPort: UInt16, _ found: inout [UInt16: Int]
        ) {
            guard bytes.count >= MemoryLayout<inet_diag_msg>.size else { return }
            let message = bytes.loadUnaligned(as: inet_diag_msg.self)
            guard UInt16(bigEndian: message.id.idiag_sport) == serverPort else { return }
            var position = MemoryLayout<inet_diag_msg>.size
            while position + 4 <= bytes.count {
                let length = Int(bytes.loadUnaligned(fromByteOffset: position, as: UInt16.self))
                let kind = bytes.loadUnaligned(fromByteOffset: position + 2, as: UInt16.self)
                guard length >= 4, position + length <= bytes.count else { return }
                if UInt32(kind) == INET_DIAG_SKMEMINFO {
                    func value(_ index: UInt32) -> Int {
                        let offset = position + 4 + 4 * Int(index)
                        guard offset + 4 <= position + length else { return 0 }
                        return Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                    }
                    found[UInt16(bigEndian: message.id.idiag_dport)] =
                        value(UInt32(SK_MEMINFO_RMEM_ALLOC)) + value(UInt32(SK_MEMINFO_WMEM_QUEUED))
                        + value(UInt32(SK_MEMINFO_FWD_ALLOC))
                }
                position = (position + length + 3) & ~3
            }
        }
    #endif
}
