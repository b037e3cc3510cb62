using Orchestrator.Functions.Orchestrations;

namespace Orchestrator.Functions.Runs;

/// <summary>
/// A caller that stays with the run it asks for, and pays for it only as long: no process that serves goes on with such a run unasked.
/// </summary>
/// <param name="Recorded">Awaited when the run is written down, before anything of it starts.</param>
/// <param name="Withdrawn">Until the run is written down, this takes the request back: nothing is written then.</param>
public sealed record ForegroundCaller(Func<RunInput, CancellationToken, Task> Recorded, CancellationToken Withdrawn);
