/**
 * Preloaded (`node --import`) into each part: when `npm start` is gone without having stopped its parts (killed, out of
 * memory), the channel to it closes, and the part ends with its whole process group.
 */
// What the part itself starts inherits Node's arguments, and is in its group.
if (process.env.GALIP_PARENT_PID === String(process.ppid)) {
  if (process.connected) {
    process.once('disconnect', endGroup);
    // The channel must not keep a part alive that has nothing left to do.
    process.channel?.unref();
  } else {
    endGroup();
  }
}

function endGroup(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.exit(1);
  }
}
