/**
 * Preloaded (`node --import`) into each part: when `npm start` is gone without having stopped its parts (killed, out of
 * memory), the channel to it closes, and the part ends with its whole process group.
 */
const PARENT = process.ppid;
const POLL_MS = 50;

// What the part itself starts inherits Node's arguments, and is in its group.
if (process.env.GALIP_PARENT_PID === String(PARENT)) {
  if (process.connected) {
    process.once('disconnect', endOnceOrphaned);
    // The channel must not keep a part alive that has nothing left to do.
    process.channel?.unref();
  } else {
    endOnceOrphaned();
  }
}

/** A part may close its channel itself, as wrangler does at its end; a parent's channel closes before it is gone. */
function endOnceOrphaned(): void {
  setInterval(() => {
    if (process.ppid !== PARENT) endGroup();
  }, POLL_MS).unref();
}

function endGroup(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.exit(1);
  }
}
