using Orchestrator.Functions.Orchestrations;

namespace Orchestrator.Functions.Application;

/// <summary>
/// A caller that waits for the run that it asks for: when the caller has gone, no serving process goes on with the run, and so spends money, unasked.
/// </summary>
/// <param name="Recorded">Called and awaited when the run is recorded, before any step of it starts.</param>
/// <param name="Withdrawn">Withdraws the request until the run is recorded: nothing is written then.</param>
public sealed record ForegroundCaller(Func<RunInput, CancellationToken, Task> Recorded, CancellationToken Withdrawn);
