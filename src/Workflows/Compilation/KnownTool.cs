namespace Orchestrator.Workflows.Compilation;

/// <summary>What reading a definition needs to know of a tool.</summary>
/// <param name="LiteralMembers">Members of its input in which <c>{{…}}</c> is left as it is, because the tool fills them in itself or refuses it.</param>
public sealed record KnownTool(string Name, IReadOnlyList<string> LiteralMembers);
