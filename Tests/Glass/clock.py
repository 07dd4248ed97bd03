"""A clock that is part of the picture: 40 black or white cells along the upper edge of each frame.

24 bits of the milliseconds since 1970, 8 bits of their sum, and 8 cells that are always white, black, white …, so
that a frame without a clock is told from one with it.
"""

import os
import subprocess
import sys
import threading
import time

WIDTH, HEIGHT, RATE = 640, 360, 30
CELLS, CELL, STRIP = 40, 16, 24
BACKGROUNDS = 45
# What a page does with a frame: the milliseconds of its clock, or null.
READ = """
    ((video) => {
        const canvas = globalThis.glassCanvas ??= Object.assign(
            document.createElement("canvas"), { width: 40, height: 1 });
        const context = canvas.getContext("2d", { willReadFrequently: true });
        const [width, height] = [video.videoWidth, video.videoHeight];
        context.drawImage(video, 0, height / 45, width, height / 45, 0, 0, 40, 1);
        const { data } = context.getImageData(0, 0, 40, 1);
        const bits = Array.from({ length: 40 }, (_, cell) => data[cell * 4 + 1] > 127 ? 1 : 0);
        const number = (from, count) => bits.slice(from, from + count).reduce((sum, bit) => sum * 2 + bit, 0);
        const value = number(0, 24);
        const sum = (value >> 16) + (value >> 8 & 255) + (value & 255) & 255;
        if (number(24, 8) !== sum || number(32, 8) !== 0b10101010) return null;
        // The rest of the milliseconds is that of now, or of a moment ago.
        const now = Date.now();
        const whole = now - now % 0x1000000 + value;
        return whole > now + 60_000 ? whole - 0x1000000 : whole;
    })
"""
# Paints the clock on a canvas as it is painted into frames; for a camera that is a canvas.
PAINT = """
    ((context, width, height) => {
        const value = Date.now() % 0x1000000;
        const sum = (value >> 16) + (value >> 8 & 255) + (value & 255) & 255;
        const bits = [[value, 24], [sum, 8], [0b10101010, 8]].flatMap(([number, count]) =>
            Array.from({ length: count }, (_, bit) => number >> count - 1 - bit & 1));
        bits.forEach((bit, cell) => {
            context.fillStyle = bit ? "#fff" : "#000";
            context.fillRect(cell * width / 40, 0, width / 40, height / 15);
        });
    })
"""


def strip(milliseconds):
    """The rows of luma that show a time."""
    value = milliseconds % (1 << 24)
    total = (value >> 16) + (value >> 8 & 255) + (value & 255) & 255
    number = value << 16 | total << 8 | 0b10101010
    bits = (number >> (CELLS - 1 - cell) & 1 for cell in range(CELLS))
    return b"".join((b"\xeb" if bit else b"\x10") * CELL for bit in bits) * STRIP


def backgrounds():
    """Frames of noise over a moving slope: as many bits as the encoder is allowed, of little work to make."""
    noise = os.urandom(WIDTH * HEIGHT)
    damped = noise.translate(bytes(96 + value // 16 for value in range(256)))
    chroma = bytes([128]) * (WIDTH * HEIGHT // 4)
    frames = []
    for index in range(BACKGROUNDS):
        shift = index * 8 * (WIDTH + 1) % len(damped)
        luma = damped[shift:] + damped[:shift]
        frames.append(luma[WIDTH * STRIP:] + chroma + chroma)
    return frames


def paint(output):
    """Writes frames in real time until nobody reads them."""
    frames = backgrounds()
    index, zero = 0, time.monotonic()
    try:
        while True:
            pause = zero + index / RATE - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            output.write(strip(round(time.time() * 1000)) + frames[index % BACKGROUNDS])
            # While the encoder connects it reads nothing, and its sound has not begun either.
            if index < 2 * RATE:
                zero = max(zero, time.monotonic() - index / RATE)
            index += 1
    except (BrokenPipeError, ValueError):
        pass


LOW_DELAY = ["-preset", "veryfast", "-tune", "zerolatency", "-g", "60"]
# What OBS sends if nobody changes its settings: x264 veryfast, its look-ahead, keyframes when it likes.
USUAL = ["-preset", "veryfast", "-profile:v", "high", "-g", "250"]


class Camera:
    """ffmpeg, fed with the clock."""

    def __init__(self, address, options, log):
        self.log = log
        self.process = subprocess.Popen(
            ["ffmpeg", "-nostdin", "-v", "error",
             "-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", f"{WIDTH}x{HEIGHT}", "-framerate", str(RATE),
             "-thread_queue_size", "2", "-probesize", "32", "-analyzeduration", "0", "-i", "pipe:0",
             "-re", "-f", "lavfi", "-i", "sine=440:sample_rate=48000",
             "-map", "0:v", "-map", "1:a", "-c:v", "libx264", *options, "-threads", "1",
             "-b:v", "2M", "-maxrate", "2M", "-bufsize", "1M",
             "-c:a", "aac", "-ac", "2", "-flush_packets", "1", "-f", "flv", address],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log.open("wb"), bufsize=0)
        threading.Thread(target=paint, args=(self.process.stdin,), daemon=True).start()

    def end(self):
        self.process.kill()
        self.process.wait()


if __name__ == "__main__":
    paint(sys.stdout.buffer)
