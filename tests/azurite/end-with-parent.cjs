// Loaded before Azurite. Its standard input belongs to the process that started it: when that closes it, or is gone, Azurite ends as if it had
// been asked to, and saves what it holds.
process.stdin.resume().on('end', () => process.emit('SIGTERM'));
