import Clockwork

/// Length of one step of a tick. A tick of n steps visits one reader in n at each step, so writing
/// is spread evenly and a reader waits for one tick at most.
private let stepMilliseconds = 10
private let stepNanoseconds: UInt64 = 10_000_000

/// Between two looks at the load and the clock.
let houseKeepingNanoseconds: UInt64 = 250_000_000

extension Lane {
    /// Writes to every reader of every audience that has something new.
    func writeAtOnce() {
        let began = Processor.threadNanoseconds
        for audience in dirtyAudiences {
            pass(over: audience, from: 0, step: 1)
            settle(audience)
        }
        dirtyAudiences.removeAll(keepingCapacity: true)
        observation.writingNanoseconds += Processor.threadNanoseconds &- began
    }

    /// Starts visiting readers step by step, until nobody has anything left to read.
    func startTicking() {
        if let stepping, stepping.isSet { return }
        let alarm =
            stepping ?? executor.alarm { [weak self] in self?.assumeIsolated { $0.step() } }
        stepping = alarm
        stepDue = executor.now
        alarm.set(atNanoseconds: stepDue)
        executor.isPaced = true
    }

    func stopTicking() {
        stepping?.clear()
        executor.isPaced = false
    }

    private func step() {
        if dirtyAudiences.isEmpty || control.tickMilliseconds == 0 {
            stopTicking()
            return
        }
        // By the clock and not by the end of the last step: steps do not add up their delays, and one
        // that is missed is left out.
        stepDue = max(stepDue &+ stepNanoseconds, executor.now)
        stepping?.set(atNanoseconds: stepDue)
        flushDirtySlots()
        let count = max(1, control.tickMilliseconds / stepMilliseconds)
        if count != phases {
            // Another count deals the readers into other groups: every group must be visited anew.
            phases = count
            for audience in dirtyAudiences { audience.phasesLeft = .max }
        }
        phase = (phase + 1) % phases
        let began = Processor.threadNanoseconds
        var isAnyClean = false
        for audience in dirtyAudiences {
            audience.phasesLeft = min(audience.phasesLeft, phases)
            pass(over: audience, from: phase, step: phases)
            audience.phasesLeft -= 1
            if audience.phasesLeft <= 0 {
                settle(audience)
                isAnyClean = true
            }
        }
        if isAnyClean { dirtyAudiences.removeAll { !$0.isDirty } }
        observation.writingNanoseconds += Processor.threadNanoseconds &- began
    }

    private func settle(_ audience: Audience) {
        audience.isDirty = false
        audience.forgetWhatAllHaveRead()
    }

    /// Ends a window of observation, and every second connections that take too long.
    func houseKeep() {
        let now = clock.monotonicNanoseconds
        housekeeping?.set(afterNanoseconds: houseKeepingNanoseconds)
        let windowNanoseconds = now &- observationStart
        observation.windowNanoseconds = windowNanoseconds
        observationStart = now
        for audience in audiences.values where audience.framesSinceObservation > 0 {
            observation.readers += audience.members.count
            audience.framesSinceObservation = 0
        }
        control.observe(observation)
        observation = TickControl.Observation()
        countSeconds(until: now)
        statistics.tickMilliseconds = control.tickMilliseconds
        let processor = Processor.threadNanoseconds
        if observedProcessor > 0 {
            let share =
                Double(processor &- observedProcessor) / Double(max(1, windowNanoseconds))
            statistics.busy += (share - statistics.busy) * 0.25
        }
        observedProcessor = processor
        let current = statistics
        published.withLock { $0 = current }
    }

    /// Lets the seconds pass that the clock has gone. Each is counted by itself, since pings are dealt
    /// out over them; after a long sleep of the machine most are left out.
    private func countSeconds(until now: UInt64) {
        let elapsed = UInt32(truncatingIfNeeded: (now &- began) / 1_000_000_000)
        if elapsed &- seconds > 30 { seconds = elapsed &- 30 }
        while seconds != elapsed {
            seconds &+= 1
            for index in lingering where slots[Int(index)].deadline <= seconds {
                Socket.abandon(slots[Int(index)].descriptor)
                remove(Int(index))
            }
            closeWhoStalled()
            tellOfSkipped()
            handler?.secondPassed(on: self)
        }
    }
}
