// Loaded before Azurite. Its standard input belongs to the process that started it: when that closes it, or is gone, Azurite ends as if it had
// been asked to, and saves what it holds. Before it listens nothing hears the signal, and there is nothing to save.
process.stdin.resume().on('end', () => process.emit('SIGTERM') || process.exit());
