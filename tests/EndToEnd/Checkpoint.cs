namespace Orchestrator.EndToEnd;

/// <summary>The record of an attempt as it is stored.</summary>
/// <param name="Content">The record in JSON; what is large in it is stored beside the log.</param>
/// <param name="Line">Its line in the log, which differs from any other record of the attempt.</param>
internal sealed record Checkpoint(string Content, string Line);
